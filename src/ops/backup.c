/* ops/backup.c - one file with all of a workspace but its keys, made while others work on.
 *
 * The database is copied first and the media are listed after: a file of media is there before any post names it,
 * and none is ever taken away, so the list covers the copy. The copy is checked before it is packed, and every file of
 * media must still have the hash that is its name; those that have not are left out and told of. The archive gets its
 * name when it is complete and on disk. */
#include "ops/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/rng.h"
#include "ops/archive.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/posts.h"
#include "store/store.h"
#include "store/workspace.h"
#include "vault/hash.h"

#define CHUNK_BYTES 65536

struct part {
	const char *name; /* in the archive */
	char sha256[65];
	int64_t bytes;
};

struct backup {
	struct ops *o;
	const struct backup_request *request;
	struct backup_report *report;
	struct arena *arena; /* the report's */
	char *tmp, *snapshot;
	int fd, db_fd;
	struct strbuf head;
	struct part *parts;
	size_t n;
	int64_t done, total; /* bytes, read twice */
};

bool backup_is_hash(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

enum err backup_hash(int fd, int64_t n, char out[65], struct err_info *info)
{
	char *chunk = xmalloc(CHUNK_BYTES);
	struct sha256 h;
	int64_t done = 0;
	enum err e = OK;

	sha256_begin(&h);
	while (!e && done < n) {
		ssize_t got = pread(fd, chunk, CHUNK_BYTES, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			e = err_set_errno(info, errno, "a file cannot be read");
		else if (got == 0)
			e = err_set(info, E_CORRUPT, "a file became shorter while it was read");
		else
			sha256_add(&h, chunk, (size_t)(got < n - done ? got : n - done));
		done += got;
	}
	sha256_end_hex(&h, out);
	xfree(&chunk);
	return e;
}

static enum err go_on(struct backup *b, int64_t bytes, struct err_info *info)
{
	const struct backup_request *r = b->request;

	b->done += bytes;
	if (!r->progress || r->progress(r->self, b->done, b->total))
		return OK;
	return err_set(info, E_INTERRUPTED, "the backup was interrupted; nothing was left behind");
}

static struct part *add_part(struct backup *b, const char *name, const char *sha256, int64_t bytes)
{
	struct part *p;

	b->parts = arena_grow(b->arena, b->parts, b->n, sizeof(*b->parts));
	p = &b->parts[b->n++];
	p->name = arena_strdup(b->arena, name);
	p->bytes = bytes;
	snprintf(p->sha256, sizeof(p->sha256), "%s", sha256);
	return p;
}

/* ---------------------------------------------------------------- what goes into it */

/* The copy loses its name at once: whatever ends us leaves nothing. */
static enum err copy_database(struct backup *b, struct err_info *info)
{
	char sha256[65];
	struct stat st;
	enum err e = admin_backup_db(b->o->store, b->snapshot, info);

	if (e)
		return e;
	b->db_fd = open(b->snapshot, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	unlink(b->snapshot);
	if (b->db_fd < 0 || fstat(b->db_fd, &st) != 0)
		return err_set_errno(info, errno, "the copy of the database cannot be read");
	e = backup_hash(b->db_fd, st.st_size, sha256, info);
	if (!e)
		add_part(b, BACKUP_DB, sha256, st.st_size);
	b->total += st.st_size;
	return e;
}

static enum err copy_head(struct backup *b, struct err_info *info)
{
	char *path = fs_join(workspace_dir(b->o->app->workspace), "head"), sha256[65];
	enum err e = fs_read(path, BACKUP_HEAD_BYTES_MAX, FS_NOFOLLOW, &b->head, info);

	xfree(&path);
	if (e == E_NOT_FOUND)
		return OK;
	if (e)
		return e;
	sha256_hex(b->head.data, b->head.len, sha256);
	add_part(b, BACKUP_HEAD, sha256, (int64_t)b->head.len);
	return OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err list_media(struct backup *b, const char *dir, char ***names, size_t *n,
			   struct err_info *info)
{
	DIR *d = opendir(dir);
	struct dirent *x;

	if (!d)
		return errno == ENOENT ? OK : err_set_errno(info, errno, "cannot read %s", dir);
	while ((x = readdir(d))) {
		if (!backup_is_hash(x->d_name))
			continue;
		*names = arena_grow(b->arena, *names, *n, sizeof(**names));
		(*names)[(*n)++] = arena_strdup(b->arena, x->d_name);
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof(**names), by_name);
	return OK;
}

static int open_media(const char *dir, const char *name, int64_t *bytes)
{
	char *path = fs_join(dir, name);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	xfree(&path);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		*bytes = st.st_size;
	return fd;
}

static void add_missing(struct backup *b, const char *sha256)
{
	struct backup_report *r = b->report;

	r->missing = arena_grow(b->arena, r->missing, r->n_missing, sizeof(*r->missing));
	r->missing[r->n_missing++] = arena_strdup(b->arena, sha256);
}

static enum err prove_media(struct backup *b, const char *dir, char **names, size_t n,
			    struct err_info *info)
{
	enum err e = OK;

	for (size_t i = 0; i < n; i++) {
		int64_t bytes = 0;
		int fd = open_media(dir, names[i], &bytes);

		if (fd >= 0)
			close(fd);
		b->total += 2 * bytes;
	}
	for (size_t i = 0; !e && i < n; i++) {
		struct err_info why;
		int64_t bytes = 0;
		char sha256[65];
		int fd = open_media(dir, names[i], &bytes);

		if (fd >= 0 && !backup_hash(fd, bytes, sha256, &why) && !strcmp(sha256, names[i])) {
			add_part(b, arena_printf(b->arena, BACKUP_MEDIA "%s", names[i]), sha256,
				 bytes);
			b->report->media++;
		} else {
			add_missing(b, names[i]);
		}
		if (fd >= 0)
			close(fd);
		e = go_on(b, bytes, info);
	}
	return e;
}

struct wanted {
	struct backup *b;
	char **names;
	size_t n;
};

static void want(void *self, const char *sha256)
{
	const struct wanted *w = self;

	if (!w->n || !bsearch(&sha256, w->names, w->n, sizeof(*w->names), by_name))
		add_missing(w->b, sha256);
}

static enum err take_media(struct backup *b, struct err_info *info)
{
	const char *dir = workspace_media_dir(b->o->app->workspace);
	struct wanted w = {.b = b};
	enum err e = list_media(b, dir, &w.names, &w.n, info);

	if (!e)
		e = prove_media(b, dir, w.names, w.n, info);
	if (!e)
		e = post_media_hashes(b->o->store, want, &w, info);
	return e;
}

/* ---------------------------------------------------------------- packing */

static void write_manifest(const struct backup *b, struct strbuf *out)
{
	struct json *o = json_new_object(), *list;

	json_set_int(o, "format", BACKUP_FORMAT);
	json_set_str(o, "program", "masthead " PACKAGE_VERSION);
	json_set_str(o, "workspace", workspace_uuid(b->o->app->workspace));
	json_set_time(o, "created_at", b->report->created_at);
	list = json_set(o, "files", json_new_array());
	for (size_t i = 0; i < b->n; i++) {
		struct json *p = json_add(list, json_new_object());

		json_set_str(p, "name", b->parts[i].name);
		json_set_int(p, "bytes", b->parts[i].bytes);
		json_set_str(p, "sha256", b->parts[i].sha256);
	}
	list = json_set(o, "missing_media", json_new_array());
	for (size_t i = 0; i < b->report->n_missing; i++)
		json_add_str(list, b->report->missing[i]);
	json_write(out, o, true);
	strbuf_putc(out, '\n');
	json_free(&o);
}

static enum err pack_part(struct backup *b, struct pack *p, const struct part *x,
			  struct err_info *info)
{
	const char *dir = workspace_media_dir(b->o->app->workspace);
	int64_t at = b->report->created_at, bytes = 0;
	int fd;
	enum err e;

	if (!strcmp(x->name, BACKUP_DB))
		return pack_file(p, x->name, b->db_fd, x->bytes, at, info);
	if (!strcmp(x->name, BACKUP_HEAD))
		return pack_bytes(p, x->name, b->head.data, b->head.len, at, info);
	fd = open_media(dir, x->name + strlen(BACKUP_MEDIA), &bytes);
	if (fd < 0)
		return err_set_errno(info, errno, "%s cannot be read", x->name);
	e = pack_file(p, x->name, fd, x->bytes, at, info);
	close(fd);
	return e;
}

static enum err pack_all(struct backup *b, struct err_info *info)
{
	char sum[HASH_HEX_SIZE + 32];
	struct strbuf manifest;
	struct pack *p = NULL;
	struct stat st;
	enum err e = pack_new(b->fd, &p, info);

	strbuf_init(&manifest, BACKUP_MANIFEST_BYTES_MAX);
	write_manifest(b, &manifest);
	if (!e)
		e = pack_bytes(p, BACKUP_MANIFEST, manifest.data, manifest.len,
			       b->report->created_at, info);
	sha256_hex(manifest.data, manifest.len, sum);
	memcpy(sum + 64, "  manifest.json\n", sizeof("  manifest.json\n"));
	if (!e)
		e = pack_bytes(p, BACKUP_SUM, sum, strlen(sum), b->report->created_at, info);
	for (size_t i = 0; !e && i < b->n; i++) {
		e = pack_part(b, p, &b->parts[i], info);
		if (!e)
			e = go_on(b, b->parts[i].bytes, info);
	}
	if (!e)
		e = pack_finish(p, info);
	if (!e && (fsync(b->fd) != 0 || fstat(b->fd, &st) != 0))
		e = err_set_errno(info, errno, "%s cannot be written", b->request->file);
	if (!e)
		b->report->bytes = st.st_size;
	pack_free(&p);
	strbuf_free(&manifest);
	return e;
}

/* ---------------------------------------------------------------- its name */

static enum err exists(const char *file, struct err_info *info)
{
	err_set(info, E_EXISTS, "%s is there already", file);
	err_hint(info, "a backup replaces nothing: name another file");
	return E_EXISTS;
}

static enum err begin(struct backup *b, struct err_info *info)
{
	const char *file = b->request->file;
	char id[UUID_SIZE];
	struct stat st;

	if (!lstat(file, &st))
		return exists(file, info);
	rng_uuid(id);
	b->tmp = xasprintf("%s.%.8s.part", file, id);
	b->snapshot = xasprintf("%s.%.8s.db", file, id);
	b->fd = open(b->tmp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (b->fd < 0)
		return err_set_errno(info, errno, "cannot make %s", file);
	return OK;
}

static enum err give_name(struct backup *b, struct err_info *info)
{
	const char *file = b->request->file, *slash = strrchr(file, '/');
	char *dir = slash ? xstrndup(file, (size_t)(slash - file) + 1) : xstrdup(".");
	int rc = renameat2(AT_FDCWD, b->tmp, AT_FDCWD, file, RENAME_NOREPLACE), fd;
	enum err e = OK;

	if (rc != 0 && errno == EINVAL) /* a file system that does not know that flag */
		rc = access(file, F_OK) == 0 ? (errno = EEXIST, -1) : rename(b->tmp, file);
	if (rc != 0)
		e = errno == EEXIST ? exists(file, info)
				    : err_set_errno(info, errno, "cannot make %s", file);
	fd = e ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!e && (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)))
		e = err_set_errno(info, errno, "cannot sync %s", dir);
	if (fd >= 0)
		close(fd);
	xfree(&dir);
	return e;
}

/* In the log that goes on, not in the copy. */
static enum err note(struct backup *b, struct err_info *info)
{
	char message[400];
	struct audit_note n = {.action = "workspace.backup", .outcome = "ok", .message = message};
	enum err e;

	snprintf(message, sizeof(message), "%s: %lld bytes, %lld media, %zu missing",
		 b->request->file, (long long)b->report->bytes, (long long)b->report->media,
		 b->report->n_missing);
	e = ops_begin(b->o, info);
	if (!e)
		e = audit_append(b->o->store, 0, &n, info);
	if (!e)
		return ops_commit(b->o, info);
	store_rollback(b->o->store);
	return e;
}

void backup_report_free(struct backup_report *r)
{
	arena_free(&r->arena);
	*r = (struct backup_report){0};
}

enum err ops_backup(struct ops *o, const struct backup_request *r, struct backup_report *out,
		    struct err_info *info)
{
	struct backup b = {.o = o, .request = r, .report = out, .fd = -1, .db_fd = -1};
	enum err e;

	*out = (struct backup_report){.arena = arena_new(), .created_at = clock_wall_ms()};
	b.arena = out->arena;
	strbuf_init(&b.head, BACKUP_HEAD_BYTES_MAX);
	e = ops_may_write(o, info);
	if (!e)
		e = begin(&b, info);
	if (!e)
		e = copy_database(&b, info);
	if (!e)
		e = copy_head(&b, info);
	if (!e)
		e = take_media(&b, info);
	if (!e)
		e = pack_all(&b, info);
	if (!e)
		e = give_name(&b, info);
	if (b.fd >= 0)
		close(b.fd);
	if (b.db_fd >= 0)
		close(b.db_fd);
	if (e && b.fd >= 0)
		unlink(b.tmp);
	if (!e)
		e = note(&b, info);
	strbuf_free(&b.head);
	xfree(&b.tmp);
	xfree(&b.snapshot);
	return e;
}
