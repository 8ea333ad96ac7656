/* ops/scale.c - from a file to a smaller copy of it: the checks before, and the descriptor after.
 *
 * The copy lives in memory (memfd) until the post is accepted; then it is kept under its own hash like any file. What is
 * scaled are the very bytes that were measured: they are hashed again. */
#include "ops/scale.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vault/hash.h"

#define INPUT_BYTES_MAX (INT64_C(64) << 20)

static bool is_scalable(const char *type)
{
	return !strcmp(type, "image/jpeg") || !strcmp(type, "image/png") ||
	       !strcmp(type, "image/webp");
}

/* The whole file, and that it is still the one that was looked at. */
static enum err read_all(const struct media_file *f, unsigned char *bytes, struct err_info *info)
{
	size_t n = (size_t)f->media->bytes, at = 0;
	char hex[HASH_HEX_SIZE];

	while (at < n) {
		ssize_t k = pread(f->fd, bytes + at, n - at, (off_t)at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(info, errno, "cannot read %s", f->path);
		if (k == 0)
			break;
		at += (size_t)k;
	}
	sha256_hex(bytes, at, hex);
	if (at != n || strcmp(hex, f->media->sha256))
		return err_set(info, E_MEDIA, "%s changed while it was read", f->path);
	return OK;
}

static enum err check(const struct media *m, const struct picture_facts *facts,
		      struct err_info *info)
{
	if (facts->animated)
		return err_set(info, E_MEDIA, "%s moves, and moving pictures are not scaled",
			       m->name);
	if (facts->width <= 0 || facts->height <= 0)
		return err_set(info, E_MEDIA, "%s is damaged: it does not say how large it is",
			       m->name);
	if (facts->cut)
		return err_set(info, E_MEDIA, "%s is damaged: its end is missing", m->name);
	if (facts->width > SCALE_PIXELS_MAX / facts->height)
		return err_set(info, E_MEDIA,
			       "%s has %lld x %lld pixels; more than %lld are not opened", m->name,
			       (long long)facts->width, (long long)facts->height,
			       (long long)SCALE_PIXELS_MAX);
	return OK;
}

static enum err in_memory(const struct fitted *f, int *fd, struct err_info *info)
{
	int to = memfd_create("masthead-scaled", MFD_CLOEXEC);
	size_t at = 0;

	if (to < 0)
		return err_set_errno(info, errno, "there is no room for a smaller copy");
	while (at < f->n) {
		ssize_t k = write(to, f->bytes + at, f->n - at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			int why = errno;

			close(to);
			return err_set_errno(info, why, "there is no room for a smaller copy");
		}
		at += (size_t)k;
	}
	*fd = to;
	return OK;
}

static enum err replace(struct media_file *file, const struct fitted *f, struct arena *a,
			struct err_info *info)
{
	struct media *m = arena_alloc(a, sizeof(*m));
	int fd = -1;
	enum err e = in_memory(f, &fd, info);

	if (e)
		return e;
	*m = *file->media;
	m->id = 0;
	m->type = f->type;
	m->bytes = (int64_t)f->n;
	m->width = f->width;
	m->height = f->height;
	sha256_hex(f->bytes, f->n, m->sha256);
	close(file->fd);
	file->fd = fd;
	file->media = m;
	return OK;
}

enum err scale_file(struct media_file *file, const struct scale_goal *goal, struct arena *a,
		    struct scaled *out, struct err_info *info)
{
	struct media *m = file->media;
	struct picture_facts facts;
	struct fitted fitted = {0};
	unsigned char *bytes;
	enum err e;

	if (!is_scalable(m->type))
		return err_set(info, E_MEDIA, "%s is %s; only JPEG, PNG and WebP are scaled",
			       m->name, m->type);
	if (m->bytes > INPUT_BYTES_MAX)
		return err_set(info, E_MEDIA,
			       "%s has %lld bytes; more than %lld are not opened for scaling",
			       m->name, (long long)m->bytes, (long long)INPUT_BYTES_MAX);
	bytes = xmalloc((size_t)m->bytes);
	e = read_all(file, bytes, info);
	if (!e) {
		picture_read(bytes, (size_t)m->bytes, m->type, &facts);
		e = check(m, &facts, info);
	}
	if (!e && m->width == 0) {
		/* Its frame stands behind more metadata than were looked through. */
		m->width = facts.width;
		m->height = facts.height;
	}
	if (!e)
		e = scale_fit(m->name, bytes, (size_t)m->bytes, m->type, &facts, goal, &fitted,
			      info);
	if (!e)
		e = replace(file, &fitted, a, info);
	if (!e)
		*out = (struct scaled){m, file->media, facts.orientation > 1, facts.metadata};
	fitted_free(&fitted);
	xfree(&bytes);
	return e;
}
