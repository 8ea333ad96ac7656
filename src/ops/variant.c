/* ops/variant.c - what a draft says for one platform alone: another text, other media.
 *
 * All files of a draft stand in one list: those of the post first, then each variant's, so that they are opened, scaled,
 * kept and closed alike. */
#include <string.h>

#include "ops/internal.h"

const struct draft_variant *variant_find(const struct draft *d, const char *platform)
{
	for (size_t i = 0; i < d->n_variants; i++)
		if (!strcmp(d->variants[i].platform, platform))
			return &d->variants[i];
	return NULL;
}

static enum err open_list(const struct draft_media *m, size_t n, struct arena *a,
			  struct media_file *files, size_t *n_files, struct err_info *info)
{
	for (size_t i = 0; i < n; i++) {
		enum err e = media_open(m[i].file, m[i].alt, a, &files[*n_files], info);

		if (e)
			return e;
		(*n_files)++;
	}
	return OK;
}

enum err variant_open_files(const struct draft *d, struct arena *a, struct media_file **files,
			    size_t *n_files, struct err_info *info)
{
	size_t all = d->n_media;
	enum err e;

	for (size_t i = 0; i < d->n_variants; i++)
		all += d->variants[i].n_media;
	*files = arena_alloc(a, (all + 1) * sizeof(**files));
	*n_files = 0;
	e = open_list(d->media, d->n_media, a, *files, n_files, info);
	for (size_t i = 0; !e && i < d->n_variants; i++)
		e = open_list(d->variants[i].media, d->variants[i].n_media, a, *files, n_files,
			      info);
	return e;
}

void variant_media(const struct draft *d, const char *platform, const struct media_file *files,
		   struct arena *a, struct post *p)
{
	size_t first = 0, n = d->n_media;
	struct media *list;

	if (platform) {
		first = d->n_media;
		n = 0;
		for (size_t i = 0; i < d->n_variants; i++) {
			n = d->variants[i].n_media;
			if (!strcmp(d->variants[i].platform, platform))
				break;
			first += n;
			n = 0;
		}
	}
	if (!n)
		return;
	list = arena_alloc(a, n * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = *files[first + i].media;
	p->media = list;
	p->n_media = n;
}
