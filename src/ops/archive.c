/* ops/archive.c - libarchive, and nobody else here includes it. */
#include "ops/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/mem.h"

#define CHUNK_BYTES 65536
#define BLOCK_BYTES 10240

/* ---------------------------------------------------------------- writing */

struct pack {
	struct archive *a;
	struct archive_entry *entry;
};

static enum err write_error(struct archive *a, struct err_info *info)
{
	int why = archive_errno(a);

	return err_set_errno(info, why > 0 ? why : EIO, "the archive cannot be written");
}

enum err pack_new(int fd, struct pack **out, struct err_info *info)
{
	struct pack *p = xcalloc(1, sizeof(*p));

	p->a = archive_write_new();
	p->entry = archive_entry_new();
	if (!p->a || !p->entry)
		die("out of memory for an archive");
	if (archive_write_set_format_pax_restricted(p->a) != ARCHIVE_OK ||
	    archive_write_add_filter_none(p->a) != ARCHIVE_OK ||
	    archive_write_open_fd(p->a, fd) != ARCHIVE_OK) {
		enum err e = write_error(p->a, info);

		pack_free(&p);
		return e;
	}
	*out = p;
	return OK;
}

static enum err begin(struct pack *p, const char *name, int64_t n, int64_t time_ms,
		      struct err_info *info)
{
	archive_entry_clear(p->entry);
	archive_entry_set_pathname(p->entry, name);
	archive_entry_set_filetype(p->entry, AE_IFREG);
	archive_entry_set_perm(p->entry, 0600);
	archive_entry_set_size(p->entry, n);
	archive_entry_set_mtime(p->entry, (time_t)(time_ms / 1000), 0);
	return archive_write_header(p->a, p->entry) == ARCHIVE_OK ? OK : write_error(p->a, info);
}

static enum err put(struct pack *p, const void *bytes, size_t n, struct err_info *info)
{
	return archive_write_data(p->a, bytes, n) == (ssize_t)n ? OK : write_error(p->a, info);
}

enum err pack_bytes(struct pack *p, const char *name, const void *bytes, size_t n, int64_t time_ms,
		    struct err_info *info)
{
	enum err e = begin(p, name, (int64_t)n, time_ms, info);

	return e ? e : put(p, bytes, n, info);
}

enum err pack_file(struct pack *p, const char *name, int fd, int64_t n, int64_t time_ms,
		   struct err_info *info)
{
	char *chunk = xmalloc(CHUNK_BYTES);
	int64_t done = 0;
	enum err e = begin(p, name, n, time_ms, info);

	while (!e && done < n) {
		int64_t rest = n - done;
		ssize_t got = pread(fd, chunk, rest < CHUNK_BYTES ? (size_t)rest : CHUNK_BYTES,
				    (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			e = err_set_errno(info, errno, "%s cannot be read", name);
		else if (got == 0)
			e = err_set(info, E_CORRUPT, "%s became shorter while it was read", name);
		else
			e = put(p, chunk, (size_t)got, info);
		done += got;
	}
	xfree(&chunk);
	return e;
}

enum err pack_finish(struct pack *p, struct err_info *info)
{
	return archive_write_close(p->a) == ARCHIVE_OK ? OK : write_error(p->a, info);
}

void pack_free(struct pack **p)
{
	if (!*p)
		return;
	archive_entry_free((*p)->entry);
	archive_write_free((*p)->a);
	xfree(p);
}

/* ---------------------------------------------------------------- reading */

struct unpack {
	struct archive *a;
	int fd;
};

static enum err read_error(struct archive *a, struct err_info *info)
{
	const char *words = archive_error_string(a);

	return err_set(info, E_CORRUPT, "the archive is damaged or cut off: %s",
		       words ? words : "it cannot be read");
}

enum err unpack_open(const char *path, struct unpack **out, struct err_info *info)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct unpack *u;
	struct stat st;
	enum err e = OK;

	if (fd < 0 && errno == ENOENT)
		return err_set(info, E_NOT_FOUND, "there is no file %s", path);
	if (fd < 0 || fstat(fd, &st) != 0)
		e = err_set_errno(info, errno, "cannot open %s", path);
	else if (!S_ISREG(st.st_mode))
		e = err_set(info, E_INVALID, "%s is no file", path);
	if (e) {
		if (fd >= 0)
			close(fd);
		return e;
	}
	u = xcalloc(1, sizeof(*u));
	u->fd = fd;
	u->a = archive_read_new();
	if (!u->a)
		die("out of memory for an archive");
	if (archive_read_support_format_tar(u->a) != ARCHIVE_OK ||
	    archive_read_open_fd(u->a, fd, BLOCK_BYTES) != ARCHIVE_OK) {
		e = read_error(u->a, info);
		unpack_free(&u);
		return e;
	}
	*out = u;
	return OK;
}

enum err unpack_next(struct unpack *u, const char **name, int64_t *bytes, bool *more,
		     struct err_info *info)
{
	struct archive_entry *x;
	int rc = archive_read_next_header(u->a, &x);

	*more = rc == ARCHIVE_OK;
	if (rc == ARCHIVE_EOF)
		return OK;
	if (rc != ARCHIVE_OK)
		return read_error(u->a, info);
	if (archive_entry_filetype(x) != AE_IFREG || archive_entry_hardlink(x) ||
	    archive_entry_symlink(x) || !archive_entry_pathname(x) || !archive_entry_size_is_set(x))
		return err_set(info, E_CORRUPT,
			       "the archive holds something that is no plain file");
	*name = archive_entry_pathname(x);
	*bytes = archive_entry_size(x);
	return OK;
}

enum err unpack_read(struct unpack *u, void *buf, size_t n, size_t *got, struct err_info *info)
{
	la_ssize_t k = archive_read_data(u->a, buf, n);

	if (k < 0)
		return read_error(u->a, info);
	*got = (size_t)k;
	return OK;
}

void unpack_free(struct unpack **u)
{
	if (!*u)
		return;
	archive_read_free((*u)->a);
	close((*u)->fd);
	xfree(u);
}
