/* ops/restore.c - a backup becomes a workspace: unpacked aside, proven, told that it is a copy, then moved in place.
 *
 * Nothing is overwritten. Until the last step all stands in a directory of its own beside the place; what ends us before
 * that leaves the place as it was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/rng.h"
#include "ops/archive.h"
#include "ops/backup.h"
#include "ops/rows.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/store.h"
#include "store/workspace.h"
#include "vault/hash.h"

#define CHUNK_BYTES 65536

struct restore {
	struct app *app;
	const struct restore_request *request;
	struct restore_report *report;
	char *dir, *parent, *tmp;
	struct json *manifest;
	struct listed {
		const char *sha256; /* borrowed from the manifest */
		int64_t bytes;
		bool unpacked;
	} * files;
	struct index *known; /* name -> place in files */
	size_t n, missing;   /* listed; of those, not unpacked yet */
	int64_t done, total;
};

static enum err no_backup(const char *what, struct err_info *info)
{
	return err_set(info, E_CORRUPT, "this is no backup of masthead: %s", what);
}

/* ---------------------------------------------------------------- the place */

static bool is_empty_or_absent(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *x;
	bool empty = true;

	if (!d)
		return errno == ENOENT;
	while (empty && (x = readdir(d)))
		empty = !strcmp(x->d_name, ".") || !strcmp(x->d_name, "..");
	closedir(d);
	return empty;
}

static enum err find_place(struct restore *r, struct err_info *info)
{
	char id[UUID_SIZE], *slash;
	size_t n = strlen(r->app->dir);

	while (n > 1 && r->app->dir[n - 1] == '/')
		n--;
	r->dir = xstrndup(r->app->dir, n);
	slash = strrchr(r->dir, '/');
	r->parent = !slash            ? xstrdup(".")
		    : slash == r->dir ? xstrdup("/")
				      : xstrndup(r->dir, (size_t)(slash - r->dir));
	if (fs_mkdir_private(r->parent, info) && access(r->parent, W_OK | X_OK) != 0)
		return info->code;
	if (!is_empty_or_absent(r->dir)) {
		err_set(info, E_EXISTS, "there is something in %s already", r->dir);
		err_hint(
			info,
			"a restore overwrites nothing: name another place with -w, or move that away");
		return E_EXISTS;
	}
	rng_uuid(id);
	r->tmp = xasprintf("%s.restore-%.8s", r->dir, id);
	if (mkdir(r->tmp, 0700) != 0) {
		enum err e = err_set_errno(info, errno, "cannot make %s", r->tmp);

		xfree(&r->tmp);
		return e;
	}
	return OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* ---------------------------------------------------------------- unpacking */

static bool is_name(const char *s)
{
	return !strcmp(s, BACKUP_DB) || !strcmp(s, BACKUP_HEAD) ||
	       (!strncmp(s, BACKUP_MEDIA, strlen(BACKUP_MEDIA)) &&
		backup_is_hash(s + strlen(BACKUP_MEDIA)));
}

/* Every name is one of ours and stands there once, so that nothing can lead out of the directory. */
static enum err read_manifest(struct restore *r, struct err_info *info)
{
	const char *made = json_str(r->manifest, "created_at");
	const struct json *list = json_get(r->manifest, "files");
	bool db = false;

	if (json_int(r->manifest, "format", 0) != BACKUP_FORMAT) {
		err_set(info, E_SCHEMA_NEWER,
			"the backup has a form that this program does not know");
		err_hint(info, "install a newer masthead");
		return E_SCHEMA_NEWER;
	}
	if (!made || !json_is_array(list))
		return no_backup("its list of files is not complete", info);
	for (const struct json *x = json_first(list); x; x = json_next(x)) {
		const char *name = json_str(x, "name"), *sha256 = json_str(x, "sha256");
		int64_t bytes = json_int(x, "bytes", -1), *at;

		if (!name || !is_name(name) || !sha256 || !backup_is_hash(sha256) || bytes < 0)
			return no_backup("its list of files is damaged", info);
		if (!strncmp(name, BACKUP_MEDIA, strlen(BACKUP_MEDIA)) &&
		    strcmp(name + strlen(BACKUP_MEDIA), sha256) != 0)
			return no_backup("a file of media is not what its name says", info);
		at = index_at(r->known, name, strlen(name));
		if (*at != -1)
			return no_backup("its list of files is damaged", info);
		*at = (int64_t)r->n;
		r->files = arena_grow(r->report->arena, r->files, r->n, sizeof(*r->files));
		r->files[r->n++] = (struct listed){.sha256 = sha256, .bytes = bytes};
		db = db || !strcmp(name, BACKUP_DB);
		r->total += bytes;
	}
	r->missing = r->n;
	if (!db)
		return no_backup("there is no database in it", info);
	r->report->made = arena_strdup(r->report->arena, made);
	return OK;
}

/* One of the two small files that stand first. */
static enum err unpack_text(struct unpack *u, const char *wanted, struct strbuf *out,
			    struct err_info *info)
{
	const char *name;
	char chunk[4096];
	int64_t bytes;
	size_t got = 1;
	bool more;
	enum err e = unpack_next(u, &name, &bytes, &more, info);

	if (e)
		return e;
	if (!more || strcmp(name, wanted) != 0 || bytes > (int64_t)BACKUP_MANIFEST_BYTES_MAX)
		return no_backup("it does not begin with a list of files", info);
	while (!e && got) {
		e = unpack_read(u, chunk, sizeof(chunk), &got, info);
		if (!e)
			strbuf_add(out, chunk, got);
	}
	return e;
}

static enum err unpack_manifest(struct restore *r, struct unpack *u, struct err_info *info)
{
	struct strbuf b, sum;
	struct err_info why;
	char sha256[65];
	enum err e;

	strbuf_init(&b, BACKUP_MANIFEST_BYTES_MAX);
	strbuf_init(&sum, BACKUP_MANIFEST_BYTES_MAX);
	e = unpack_text(u, BACKUP_MANIFEST, &b, info);
	if (!e)
		e = unpack_text(u, BACKUP_SUM, &sum, info);
	sha256_hex(b.data, b.len, sha256);
	if (!e && (sum.len < 64 || strncmp(sum.data, sha256, 64) != 0))
		e = no_backup("its list of files is damaged", info);
	if (!e && json_parse(b.data, b.len, BACKUP_MANIFEST_BYTES_MAX, &r->manifest, &why))
		e = no_backup(why.text, info);
	strbuf_free(&b);
	strbuf_free(&sum);
	return e ? e : read_manifest(r, info);
}

static enum err go_on(struct restore *r, int64_t bytes, struct err_info *info)
{
	const struct restore_request *q = r->request;

	r->done += bytes;
	if (!q->progress || q->progress(q->self, r->done, r->total))
		return OK;
	return err_set(info, E_INTERRUPTED,
		       "the restore was interrupted; nothing was put in place");
}

static enum err write_chunk(int fd, const char *s, size_t n, const char *path,
			    struct err_info *info)
{
	while (n) {
		ssize_t k = write(fd, s, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(info, errno, "cannot write %s", path);
		s += k;
		n -= (size_t)k;
	}
	return OK;
}

static enum err copy_out(struct restore *r, struct unpack *u, int fd, const char *path,
			 const char *sha256, struct err_info *info)
{
	char *chunk = xmalloc(CHUNK_BYTES), found[65];
	struct sha256 h;
	size_t got = 1;
	enum err e = OK;

	sha256_begin(&h);
	while (!e && got) {
		e = unpack_read(u, chunk, CHUNK_BYTES, &got, info);
		if (!e && got) {
			sha256_add(&h, chunk, got);
			e = write_chunk(fd, chunk, got, path, info);
		}
		if (!e)
			e = go_on(r, (int64_t)got, info);
	}
	sha256_end_hex(&h, found);
	xfree(&chunk);
	if (!e && strcmp(found, sha256) != 0)
		e = err_set(info, E_CORRUPT, "the backup is damaged: %s has another hash",
			    strrchr(path, '/') + 1);
	if (!e && fsync(fd) != 0)
		e = err_set_errno(info, errno, "cannot write %s", path);
	return e;
}

static enum err unpack_one(struct restore *r, struct unpack *u, const char *name, int64_t bytes,
			   struct err_info *info)
{
	int64_t *at = index_at(r->known, name, strlen(name));
	struct listed *x = *at >= 0 ? &r->files[*at] : NULL;
	char *path;
	int fd;
	enum err e;

	if (!x || x->unpacked || x->bytes != bytes)
		return no_backup("it holds files that its list has not, or has otherwise", info);
	x->unpacked = true;
	r->missing--;
	path = fs_join(r->tmp, name + strlen(BACKUP_TOP));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		e = err_set_errno(info, errno, "cannot make %s", path);
	} else {
		e = copy_out(r, u, fd, path, x->sha256, info);
		close(fd);
	}
	if (!e && !strncmp(name, BACKUP_MEDIA, strlen(BACKUP_MEDIA)))
		r->report->media++;
	xfree(&path);
	return e;
}

static enum err sync_dir(const char *dir, struct err_info *info)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = OK;

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP))
		e = err_set_errno(info, errno, "cannot sync %s", dir);
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err unpack_all(struct restore *r, struct err_info *info)
{
	char *media = fs_join(r->tmp, "media");
	struct unpack *u = NULL;
	const char *name;
	int64_t bytes;
	bool more = true;
	enum err e = unpack_open(r->request->file, &u, info);

	if (!e)
		e = unpack_manifest(r, u, info);
	if (!e && mkdir(media, 0700) != 0)
		e = err_set_errno(info, errno, "cannot make %s", media);
	while (!e) {
		e = unpack_next(u, &name, &bytes, &more, info);
		if (e || !more)
			break;
		e = unpack_one(r, u, name, bytes, info);
	}
	if (!e && r->missing)
		e = no_backup("files are missing at its end", info);
	if (!e)
		e = sync_dir(media, info);
	unpack_free(&u);
	xfree(&media);
	return e;
}

/* ---------------------------------------------------------------- proof, and what it must learn */

struct complaint {
	struct err_info *info;
	bool any;
};

static void complain(void *self, const char *code, const char *message, bool repairable)
{
	struct complaint *c = self;

	(void)repairable;
	if (!c->any)
		err_set(c->info, E_CORRUPT, "the database of the backup is damaged: %s: %s", code,
			message);
	c->any = true;
}

static enum err teach(struct restore *r, struct store *s, struct err_info *info)
{
	char message[300];
	struct audit_note n = {.action = "workspace.restore", .outcome = "ok", .message = message};
	struct restored done = {0};
	enum err e = store_begin(s, info);

	if (e)
		return e;
	e = admin_after_restore(s, r->report->made, clock_wall_ms(), &done, info);
	snprintf(message, sizeof(message), "%s: of %s; %lld jobs held, %lld unknown",
		 r->request->file, r->report->made, (long long)done.held, (long long)done.unknown);
	if (!e)
		e = audit_append(s, 0, &n, info);
	if (!e)
		e = store_commit(s, info);
	else
		store_rollback(s);
	r->report->held = done.held;
	r->report->unknown = done.unknown;
	return e;
}

/* Nobody is asked, and no command is run, for what only is to be told. */
static const char *key_state(struct workspace *w)
{
	const struct vault *v;
	struct key_facts key;
	struct err_info why;

	if (workspace_key(w, &key, &why))
		return "missing";
	if (key.source != KEY_FILE)
		return "locked";
	return workspace_vault(w, &v, &why) ? "missing" : "present";
}

static enum err prove_and_teach(struct restore *r, struct err_info *info)
{
	char *keys = fs_join(r->app->config_dir, "keys");
	struct workspace_options o = {
		.dir = r->tmp, .keys_dir = keys, .key_file = r->app->key_file};
	struct complaint bad = {.info = info};
	struct workspace *w = NULL;
	struct store *s = NULL;
	struct actor actor;
	enum err e = workspace_open(&o, &w, info);

	app_actor(r->app, &actor);
	if (!e)
		e = store_open(w, SCOPE_SERVICE, &actor, &s, info);
	if (!e)
		e = admin_check(s, complain, &bad, info);
	if (!e && bad.any)
		e = E_CORRUPT;
	if (!e)
		e = teach(r, s, info);
	if (!e)
		r->report->key = key_state(w);
	store_close(&s);
	workspace_close(&w);
	xfree(&keys);
	return e;
}

static enum err put_in_place(struct restore *r, struct err_info *info)
{
	enum err e = sync_dir(r->tmp, info);

	if (e)
		return e;
	if (rename(r->tmp, r->dir) != 0)
		return errno == ENOTEMPTY || errno == EEXIST
			       ? err_set(info, E_EXISTS, "there is something in %s already", r->dir)
			       : err_set_errno(info, errno, "cannot make %s", r->dir);
	xfree(&r->tmp);
	return sync_dir(r->parent, info);
}

void restore_report_free(struct restore_report *r)
{
	arena_free(&r->arena);
	*r = (struct restore_report){0};
}

enum err app_restore(struct app *a, const struct restore_request *q, struct restore_report *out,
		     struct err_info *info)
{
	struct restore r = {.app = a, .request = q, .report = out, .known = index_new()};
	enum err e;

	*out = (struct restore_report){.arena = arena_new()};
	e = a->readonly ? err_set(info, E_READONLY, "nothing may be changed: --readonly") : OK;
	if (!e)
		e = find_place(&r, info);
	if (!e)
		e = unpack_all(&r, info);
	if (!e)
		e = prove_and_teach(&r, info);
	if (!e)
		e = put_in_place(&r, info);
	if (r.tmp)
		nftw(r.tmp, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	json_free(&r.manifest);
	index_free(&r.known);
	xfree(&r.dir);
	xfree(&r.parent);
	xfree(&r.tmp);
	return e;
}
