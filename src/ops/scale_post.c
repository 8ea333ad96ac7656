/* ops/scale_post.c - which pictures of a post are too large, for whom, and the copies in their place.
 *
 * A post has one set of files for all its targets. A picture that one of them refuses for its size is replaced by one copy
 * that suits the strictest of those who refuse it, and all get that copy. */
#include <stdio.h>
#include <string.h>

#include "ops/scale.h"
#include "store/audit.h"

#define WORDS_SIZE 700

static int64_t least(int64_t a, int64_t b)
{
	return a > 0 && a < b ? a : b;
}

/* What the copy of this file must keep to; false: nobody refuses it. */
static bool goal_of(const struct publish_report *r, const char *sha256, struct scale_goal *out)
{
	struct scale_goal g = {0};

	for (size_t i = 0; i < r->n_targets; i++)
		for (size_t k = 0; k < r->targets[i].n_problems; k++) {
			const struct target_problem *p = &r->targets[i].problems[k];

			if (!p->excess || !p->sha256 || strcmp(p->sha256, sha256))
				continue;
			if (p->excess == EXCESS_BYTES)
				g.bytes_max = least(g.bytes_max, p->limit);
			else
				g.pixels_max = least(g.pixels_max, p->limit);
		}
	*out = g;
	return g.bytes_max > 0 || g.pixels_max > 0;
}

enum err scale_post(struct media_file *files, size_t n, struct publish_report *r,
		    struct err_info *info)
{
	enum err e = OK;

	r->scaled = arena_alloc(r->arena, (n + 1) * sizeof(*r->scaled));
	for (size_t i = 0; !e && i < n; i++) {
		struct scale_goal goal;

		if (!goal_of(r, files[i].media->sha256, &goal))
			continue;
		e = scale_file(&files[i], &goal, r->arena, &r->scaled[r->n_scaled], info);
		r->n_scaled += !e;
	}
	return e;
}

enum err scale_log(struct ops *o, const struct scaled *s, const struct job *j,
		   struct err_info *info)
{
	char words[WORDS_SIZE];
	struct audit_note note = {.action = "media.scale",
				  .brand_id = j->brand_id,
				  .job_id = j->id,
				  .outcome = "ok",
				  .message = words};

	snprintf(words, sizeof(words),
		 "%s: %lld x %lld, %lld bytes -> %lld x %lld, %lld bytes (%s%s%s)", s->from->name,
		 (long long)s->from->width, (long long)s->from->height, (long long)s->from->bytes,
		 (long long)s->to->width, (long long)s->to->height, (long long)s->to->bytes,
		 s->to->type, s->turned ? ", turned upright" : "",
		 s->stripped ? ", without metadata" : "");
	return audit_append(o->store, o->tenant_id, &note, info);
}
