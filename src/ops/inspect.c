/* ops/inspect.c - media files: opened once, known by their content, kept under their hash.
 *
 * The name of a file proves nothing and the file may be swapped while we look: so it is opened once, must be
 * a regular file that is no link, and is read through that one descriptor, for its
 * type, its hash and the copy, whose hash must come out the same. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/rng.h"
#include "base/text.h"
#include "ops/internal.h"
#include "vault/hash.h"

#define MEDIA_BYTES_MAX ((int64_t)1 << 30)
#define HEAD_BYTES ((size_t)1 << 20)
#define MOOV_BYTES_MAX ((int64_t)8 << 20)
#define STEP_BYTES ((size_t)64 << 10)

static uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static uint32_t le16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

/* ---------------------------------------------------------------- what is it */

/* Walks the segments to the one that holds the frame's size; it may stand beyond what was read. */
static void jpeg_size(const unsigned char *s, size_t n, int64_t *width, int64_t *height)
{
	size_t i = 2;

	while (i + 9 < n) {
		unsigned char mark = s[i + 1];

		if (s[i] != 0xff)
			return;
		if (mark == 0xff) {
			i++;
			continue;
		}
		if (mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc) {
			*height = be16(s + i + 5);
			*width = be16(s + i + 7);
			return;
		}
		i += 2 + be16(s + i + 2);
	}
}

static void webp_size(const unsigned char *s, size_t n, int64_t *width, int64_t *height)
{
	if (n < 30)
		return;
	if (!memcmp(s + 12, "VP8X", 4)) {
		*width = 1 + (int64_t)(le16(s + 24) | (uint32_t)s[26] << 16);
		*height = 1 + (int64_t)(le16(s + 27) | (uint32_t)s[29] << 16);
	} else if (!memcmp(s + 12, "VP8L", 4)) {
		uint32_t bits = le16(s + 21) | le16(s + 23) << 16;

		*width = 1 + (int64_t)(bits & 0x3fff);
		*height = 1 + (int64_t)(bits >> 14 & 0x3fff);
	} else if (!memcmp(s + 12, "VP8 ", 4)) {
		*width = le16(s + 26) & 0x3fff;
		*height = le16(s + 28) & 0x3fff;
	}
}

/* ISO's container, by the brand of what made it: films, sounds, and pictures of a kind that no platform takes. */
static const char *iso_type(const unsigned char *s)
{
	static const struct {
		const char *brand, *type;
	} brands[] = {{"qt  ", "video/quicktime"},
		      {"M4A ", "audio/mp4"},
		      {"M4B ", "audio/mp4"},
		      {"heic", NULL},
		      {"heix", NULL},
		      {"hevc", NULL},
		      {"mif1", NULL},
		      {"msf1", NULL},
		      {"avif", NULL},
		      {"avis", NULL}};

	for (size_t i = 0; i < COUNT_OF(brands); i++)
		if (!memcmp(s + 8, brands[i].brand, 4))
			return brands[i].type;
	return "video/mp4";
}

/* The first frame of an MPEG sound, layer III. */
static bool is_mpeg_frame(const unsigned char *s)
{
	return s[0] == 0xff && (s[1] & 0xe6) == 0xe2 && (s[1] & 0x18) != 0x08 &&
	       (s[2] & 0xf0) != 0xf0 && (s[2] & 0x0c) != 0x0c;
}

static const char *sound_type(const unsigned char *s, size_t n)
{
	static const char *const codecs[] = {"OpusHead", "\x01vorbis", "\177FLAC", "Speex   "};

	if (n >= 10 && !memcmp(s, "ID3", 3))
		return "audio/mpeg";
	if (n >= 4 && is_mpeg_frame(s))
		return "audio/mpeg";
	if (n >= 8 && !memcmp(s, "fLaC", 4))
		return "audio/flac";
	if (n >= 16 && !memcmp(s, "RIFF", 4) && !memcmp(s + 8, "WAVE", 4))
		return "audio/wav";
	for (size_t i = 0; n >= 36 && !memcmp(s, "OggS", 4) && i < COUNT_OF(codecs); i++)
		if (!memcmp(s + 28, codecs[i], strlen(codecs[i])))
			return "audio/ogg";
	return NULL;
}

const char *media_sniff(const unsigned char *s, size_t n, int64_t *width, int64_t *height)
{
	*width = *height = 0;
	if (n >= 24 && !memcmp(s, "\x89PNG\r\n\x1a\n", 8) && !memcmp(s + 12, "IHDR", 4)) {
		*width = be32(s + 16);
		*height = be32(s + 20);
		return "image/png";
	}
	if (n >= 4 && !memcmp(s, "\xff\xd8\xff", 3)) {
		jpeg_size(s, n, width, height);
		return "image/jpeg";
	}
	if (n >= 10 && (!memcmp(s, "GIF87a", 6) || !memcmp(s, "GIF89a", 6))) {
		*width = le16(s + 6);
		*height = le16(s + 8);
		return "image/gif";
	}
	if (n >= 16 && !memcmp(s, "RIFF", 4) && !memcmp(s + 8, "WEBP", 4)) {
		webp_size(s, n, width, height);
		return "image/webp";
	}
	if (n >= 12 && !memcmp(s + 4, "ftyp", 4))
		return iso_type(s);
	if (n >= 8 && !memcmp(s, "\x1a\x45\xdf\xa3", 4))
		return memmem(s, n < 64 ? n : 64, "webm", 4) ? "video/webm" : NULL;
	return sound_type(s, n);
}

/* A box inside s: its content, or NULL; moves *at behind it. */
static const unsigned char *box(const unsigned char *s, size_t n, size_t *at, const char **type,
				size_t *len)
{
	uint64_t size;
	size_t head = 8, i = *at;

	if (n - i < 8)
		return NULL;
	size = be32(s + i);
	if (size == 1 && n - i >= 16) {
		size = be64(s + i + 8);
		head = 16;
	} else if (size == 0) {
		size = n - i;
	}
	if (size < head || size > n - i)
		return NULL;
	*type = (const char *)s + i + 4;
	*len = (size_t)size - head;
	*at = i + (size_t)size;
	return s + i + head;
}

static void read_tkhd(const unsigned char *p, size_t n, struct media *m)
{
	size_t at = n && p[0] == 1 ? 88 : 76;

	if (n >= at + 8 && be16(p + at) && be16(p + at + 4)) {
		m->width = be16(p + at);
		m->height = be16(p + at + 4);
	}
}

static void read_moov(const unsigned char *s, size_t n, struct media *m)
{
	const unsigned char *p;
	const char *type;
	size_t at = 0, len;

	while ((p = box(s, n, &at, &type, &len))) {
		if (!memcmp(type, "mvhd", 4) && len >= 32) {
			uint64_t scale = be32(p + (p[0] == 1 ? 20 : 12));
			uint64_t length = p[0] == 1 ? be64(p + 24) : be32(p + 16);

			if (scale && length < UINT64_MAX / 1000)
				m->duration_ms = (int64_t)(length * 1000 / scale & INT64_MAX);
		} else if (!memcmp(type, "trak", 4)) {
			read_moov(p, len, m);
		} else if (!memcmp(type, "tkhd", 4)) {
			read_tkhd(p, len, m);
		}
		if (at >= n)
			break;
	}
}

/* Finds the box "moov" of a film, which may stand at the file's end, and reads size and length. */
static void read_film(int fd, struct media *m)
{
	unsigned char head[16], *moov;
	int64_t at = 0;

	while (at + 8 <= m->bytes && pread(fd, head, sizeof(head), at) >= 8) {
		uint64_t size = be32(head);

		if (size == 1)
			size = be64(head + 8);
		if (size < 8 || size > (uint64_t)(m->bytes - at))
			return;
		if (memcmp(head + 4, "moov", 4)) {
			at += (int64_t)size;
			continue;
		}
		if ((int64_t)size > MOOV_BYTES_MAX)
			return;
		moov = xmalloc((size_t)size);
		if (pread(fd, moov, (size_t)size, at) == (ssize_t)size)
			read_moov(moov + 8, (size_t)size - 8, m);
		xfree(&moov);
		return;
	}
}

/* ---------------------------------------------------------------- reading and keeping */

/* Reads all of fd through the hash, and into `to` where that is not -1. Returns the bytes, or -1 with errno. */
static int64_t digest(int fd, int to, char hex[HASH_HEX_SIZE])
{
	unsigned char *step = xmalloc(STEP_BYTES);
	struct sha256 h;
	int64_t at = 0;
	ssize_t k;

	sha256_begin(&h);
	while ((k = pread(fd, step, STEP_BYTES, at)) != 0) {
		ssize_t done = 0;

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			goto failed;
		sha256_add(&h, step, (size_t)k);
		while (to >= 0 && done < k) {
			ssize_t w = write(to, step + done, (size_t)(k - done));

			if (w < 0 && errno != EINTR)
				goto failed;
			done += w > 0 ? w : 0;
		}
		at += k;
		if (at > MEDIA_BYTES_MAX) {
			errno = EFBIG;
			goto failed;
		}
	}
	sha256_end_hex(&h, hex);
	xfree(&step);
	return at;
failed:
	xfree(&step);
	return -1;
}

static enum err open_file(const char *path, int *fd, int64_t *bytes, struct err_info *info)
{
	struct stat st;
	int f = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum err e = OK;

	if (f < 0 && errno == ENOENT)
		return err_set(info, E_NOT_FOUND, "there is no file %s", path);
	if (f < 0 && errno == ELOOP)
		return err_set(info, E_MEDIA,
			       "%s is a link, which is not followed; name the file itself", path);
	if (f < 0)
		return err_set_errno(info, errno, "cannot open %s", path);
	if (fstat(f, &st))
		e = err_set_errno(info, errno, "cannot look at %s", path);
	else if (!S_ISREG(st.st_mode))
		e = err_set(info, E_MEDIA, "%s is not a regular file", path);
	else if (st.st_size == 0)
		e = err_set(info, E_MEDIA, "%s is empty", path);
	else if (st.st_size > MEDIA_BYTES_MAX)
		e = err_set(info, E_MEDIA, "%s has %lld bytes, more than the %lld that are taken",
			    path, (long long)st.st_size, (long long)MEDIA_BYTES_MAX);
	if (e) {
		close(f);
		return e;
	}
	*fd = f;
	*bytes = st.st_size;
	return OK;
}

static enum err look(struct media_file *f, struct err_info *info)
{
	struct media *m = f->media;
	size_t n = m->bytes < (int64_t)HEAD_BYTES ? (size_t)m->bytes : HEAD_BYTES;
	unsigned char *head = xmalloc(n);
	ssize_t k = pread(f->fd, head, n, 0);
	enum err e = OK;

	if (k < 0)
		e = err_set_errno(info, errno, "cannot read %s", f->path);
	else
		m->type = media_sniff(head, (size_t)k, &m->width, &m->height);
	xfree(&head);
	if (!e && !m->type)
		e = err_set(
			info, E_MEDIA,
			"%s is no picture, film or sound of a kind that is known, by its content",
			f->path);
	if (!e && (!strcmp(m->type, "video/mp4") || !strcmp(m->type, "video/quicktime") ||
		   !strcmp(m->type, "audio/mp4")))
		read_film(f->fd, m);
	if (e)
		return e;
	m->bytes = digest(f->fd, -1, m->sha256);
	if (m->bytes < 0)
		return err_set_errno(info, errno, "cannot read %s", f->path);
	return OK;
}

enum err media_open(const char *path, const char *alt, struct arena *a, struct media_file *out,
		    struct err_info *info)
{
	struct media_file f = {.fd = -1,
			       .path = arena_strdup(a, path),
			       .media = arena_alloc(a, sizeof(struct media))};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	enum err e = open_file(path, &f.fd, &f.media->bytes, info);

	if (!e)
		e = look(&f, info);
	if (!e && alt)
		e = content_plain("alt", alt, info);
	if (e) {
		media_close(&f);
		return e;
	}
	f.media->alt = arena_strdup(a, alt);
	f.media->name = text_is_plain(name, strlen(name), NULL) ? arena_strdup(a, name) : "media";
	*out = f;
	return OK;
}

void media_close(struct media_file *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

static enum err sync_dir(const char *dir, struct err_info *info)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = OK;

	if (fd < 0 || fsync(fd))
		e = err_set_errno(info, errno, "cannot write the directory %s", dir);
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err copy_to(const struct media_file *m, const char *temporary, const char *path,
			struct err_info *info)
{
	char hex[HASH_HEX_SIZE] = "";
	int to = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum err e = OK;

	if (to < 0)
		return err_set_errno(info, errno, "cannot write %s", temporary);
	if (digest(m->fd, to, hex) < 0 || fsync(to))
		e = err_set_errno(info, errno, "cannot copy %s into the workspace", m->path);
	else if (strcmp(hex, m->media->sha256))
		e = err_set(info, E_MEDIA, "%s changed while it was read", m->path);
	close(to);
	if (!e && rename(temporary, path))
		e = err_set_errno(info, errno, "cannot write %s", path);
	if (e)
		unlink(temporary);
	return e;
}

enum err media_keep(const struct media_file *m, const char *media_dir, struct err_info *info)
{
	char *path = fs_join(media_dir, m->media->sha256), *temporary;
	char unique[UUID_SIZE];
	struct stat st;
	enum err e;

	if (!lstat(path, &st) && S_ISREG(st.st_mode) && st.st_size == m->media->bytes) {
		xfree(&path);
		return OK;
	}
	rng_uuid(unique);
	temporary = xasprintf("%s/.%s", media_dir, unique);
	e = fs_mkdir_private(media_dir, info);
	if (!e)
		e = copy_to(m, temporary, path, info);
	if (!e)
		e = sync_dir(media_dir, info);
	xfree(&temporary);
	xfree(&path);
	return e;
}
