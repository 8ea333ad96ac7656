/* store/workspace.c - opening, creating and closing the directory that holds everything.
 *
 * Opening is cheap, whatever the database's size: the header's numbers are checked always, the pages (quick_check) only of small
 * files, and of middling ones after an unclean end. A large file is left to admin_quick_check, which the publisher may run
 * behind the first frame: a killed process damages nothing in WAL mode, so nobody waits for proof of that.
 *
 * Creating is two steps that each may be cut off and are then done again: the tables; then, in one transaction, the uuid, the
 * keys' files, the tenant `default` and the first log entries. */
#include "store/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/keyring.h"
#include "store/store_private.h"
#include "store/tenants.h"

#define QUICK_CHECK_ALWAYS_BYTES ((off_t)1 << 20)
#define QUICK_CHECK_UNCLEAN_BYTES ((off_t)32 << 20)
#define CLOSE_PATIENCE_MS 500

/* ---- the directory -------------------------------------------------------- */

static bool directory_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *x;
	bool empty = true;

	if (!d)
		return false;
	while (empty && (x = readdir(d)))
		empty = strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0;
	closedir(d);
	return empty;
}

/* *exists: there is a database. The directory is made where that is allowed. */
static enum err find_directory(const struct workspace_options *o, char **dir, bool *exists,
			       struct err_info *info)
{
	char *db = fs_join(o->dir, "masthead.db"), *real;
	enum err e = OK;

	*exists = access(db, F_OK) == 0;
	xfree(&db);
	if (!*exists && (!o->create || o->readonly)) {
		err_set(info, E_NOT_FOUND, "there is no workspace in %s", o->dir);
		err_hint(info, "make one with: masthead init");
		return E_NOT_FOUND;
	}
	if (!*exists) {
		e = fs_mkdir_private(o->dir, info);
		if (!e && directory_empty(o->dir) && chmod(o->dir, 0700) != 0)
			e = err_set_errno(info, errno, "cannot protect %s", o->dir);
	}
	if (e)
		return e;
	/* The database follows no links, so the way to it must hold none. */
	real = realpath(o->dir, NULL);
	if (!real)
		return err_set_errno(info, errno, "cannot open %s", o->dir);
	*dir = xstrdup(real);
	free(real);
	return OK;
}

static enum err check_owner(const char *path, mode_t kind, mode_t forbidden, struct err_info *info)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return err_set_errno(info, errno, "cannot open %s", path);
	if ((st.st_mode & S_IFMT) != kind)
		return err_set(info, E_INVALID, "%s is not what it should be", path);
	if (st.st_uid != geteuid()) {
		err_set(info, E_INVALID, "%s belongs to another user", path);
		err_hint(info, "run masthead as that user");
		return E_INVALID;
	}
	if (st.st_mode & forbidden) {
		err_set(info, E_INVALID, "%s is open to others", path);
		err_hint(info, "chmod go= %s", path);
		return E_INVALID;
	}
	return OK;
}

static enum err make_file(const char *path, struct err_info *info)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? OK : err_set_errno(info, errno, "cannot make %s", path);
	fchmod(fd, 0600);
	close(fd);
	return OK;
}

static enum err prepare_files(struct workspace *w, bool exists, struct err_info *info)
{
	enum err e = OK;

	if (!exists)
		e = make_file(w->db_path, info);
	if (!e)
		e = check_owner(w->dir, S_IFDIR, S_IWGRP | S_IWOTH, info);
	if (!e)
		e = check_owner(w->db_path, S_IFREG, S_IRWXG | S_IRWXO, info);
	if (!e && !w->readonly)
		e = fs_mkdir_private(w->media_dir, info);
	if (!e && !w->readonly)
		e = fs_mkdir_private(w->backup_dir, info);
	return e;
}

/* ---- the database ----------------------------------------------------------- */

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

static enum err quick_check(struct workspace *w, struct err_info *info)
{
	off_t size = size_of(w->db_path);
	int64_t bad = 0;
	enum err e;

	if (size > (w->unclean ? QUICK_CHECK_UNCLEAN_BYTES : QUICK_CHECK_ALWAYS_BYTES))
		return OK;
	e = run_check(w->keeper, "PRAGMA quick_check", NULL, NULL, &bad, info);
	if (!e && bad) {
		err_set(info, E_CORRUPT, "the database %s is damaged", w->db_path);
		err_hint(info, "restore a backup: masthead restore");
		e = E_CORRUPT;
	}
	return e;
}

static enum err migrate(struct workspace *w, int64_t version, bool empty, struct err_info *info)
{
	char *backup = NULL;
	enum err e;

	if (w->readonly)
		return err_set(info, E_READONLY,
			       "the database must be brought forward to this version first");
	if (!empty)
		backup = xasprintf("%s/before-version-%d-from-%lld-%lld.db", w->backup_dir,
				   SCHEMA_VERSION, (long long)version, (long long)clock_wall_ms());
	e = migrate_run(w->keeper, migrations, migrations_n, backup, info);
	xfree(&backup);
	return e;
}

/* Is it ours, and of a version that we know? */
static enum err check_header(struct workspace *w, struct err_info *info)
{
	int64_t app = 0, version = 0, tables = 0;
	enum err e = sql_number(w->keeper, "PRAGMA application_id", &app, info);

	if (!e)
		e = sql_number(w->keeper, "PRAGMA user_version", &version, info);
	if (!e)
		e = sql_number(w->keeper, "SELECT count(*) FROM sqlite_schema", &tables, info);
	if (e)
		return e;
	if (app != APPLICATION_ID && (app != 0 || version != 0 || tables != 0))
		return err_set(
			info, E_CORRUPT,
			"%s is the database of another program (application id 0x%08llx, not 0x%08x)",
			w->db_path, (unsigned long long)app & 0xffffffff, APPLICATION_ID);
	if (version > SCHEMA_VERSION) {
		err_set(info, E_SCHEMA_NEWER,
			"the database has version %lld, this program knows up to %d",
			(long long)version, SCHEMA_VERSION);
		err_hint(info, "install a newer masthead");
		return E_SCHEMA_NEWER;
	}
	if (version == SCHEMA_VERSION)
		return quick_check(w, info);
	return migrate(w, version, tables == 0, info);
}

/* The first open: nobody writes or checkpoints meanwhile. */
static enum err open_database(struct workspace *w, bool exists, struct err_info *info)
{
	char *wal = xasprintf("%s-wal", w->db_path);
	bool locked = w->readonly, first = false;
	enum err e = OK;

	if (!w->readonly) {
		e = write_lock_take(w->lock, clock_mono_ms() + w->patience_ms, info);
		locked = e == OK;
	}
	if (!e && !w->readonly)
		first = write_lock_enter(w->lock);
	if (!e)
		e = prepare_files(w, exists, info);
	if (!e) {
		w->unclean = first && size_of(wal) > 0;
		e = connection_open(w->db_path, w->readonly, &w->keeper, info);
	}
	if (!e)
		e = check_header(w, info);
	if (locked && !w->readonly)
		write_lock_drop(w->lock);
	xfree(&wal);
	return e;
}

/* ---- what is inside --------------------------------------------------------- */

static enum err read_setting(struct store *s, const char *key, char **out, struct err_info *info)
{
	struct arena *a = arena_new();
	const char *v = NULL;
	enum err e = setting_get(s, 0, key, a, &v, info);

	if (!e)
		*out = xstrdup(v);
	arena_free(&a);
	return e;
}

static enum err fill_new(struct workspace *w, struct store *s, const struct workspace_options *o,
			 struct err_info *info)
{
	struct audit_note made = {.action = "workspace.create", .outcome = "ok", .message = w->dir};
	char uuid[UUID_SIZE];
	int64_t id;
	enum err e;

	rng_uuid(uuid);
	keyring_name(w, uuid, o->key_file);
	e = keyring_make(w, o->new_key, info);
	if (!e)
		e = setting_set(s, 0, "workspace.uuid", uuid, info);
	if (!e)
		e = setting_set(s, 0, "vault.key", w->descriptor, info);
	if (!e)
		e = setting_set(s, 0, "chain.key", chain_key_id(w->chain), info);
	if (!e)
		e = audit_append(s, 0, &made, info);
	if (!e)
		e = tenant_add(s, "default", &id, info);
	if (e) { /* nothing refers to them; the next try makes its own */
		if (w->chain)
			unlink(w->chain_path);
		if (w->vault && !w->key_fixed && !vault_is_wrapped(w->vault))
			unlink(w->key_path);
		keyring_forget(w);
	}
	w->created = !e;
	return e;
}

static enum err restart_chains(struct workspace *w, struct store *s, const char *why,
			       struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int64_t tenants[256];
	size_t n = 0;
	bool row = true;
	int64_t after = -1;
	enum err e = OK;

	do {
		n = 0;
		e = db_query(
			s, info, &st,
			"SELECT c.id FROM (SELECT 0 AS id UNION ALL SELECT id FROM {tenants}) c WHERE c.id > $1"
			" AND EXISTS (SELECT 1 FROM {publishing_logs} l WHERE l.tenant_id=c.id)"
			" ORDER BY c.id LIMIT 256",
			"i", after);
		while (!e && n < COUNT_OF(tenants)) {
			e = db_step(s, st, &row, info);
			if (e || !row)
				break;
			tenants[n++] = col_int(st, 0);
		}
		db_done(st);
		for (size_t i = 0; !e && i < n; i++)
			e = audit_segment(s, tenants[i], why, info);
		if (n)
			after = tenants[n - 1];
	} while (!e && n == COUNT_OF(tenants));
	if (!e)
		e = setting_set(s, 0, "chain.key", chain_key_id(w->chain), info);
	return e;
}

/* The chain's key as it was, or, when it is lost or another one, a new segment of every chain. */
static enum err open_chain(struct workspace *w, struct store *s, struct err_info *info)
{
	char *known = NULL;
	enum err e = chain_key_open(w->chain_path, w->uuid, &w->chain, info);
	bool lost = e == E_NOT_FOUND;

	if (lost && w->readonly)
		return OK;
	if (lost)
		e = chain_key_create(w->chain_path, w->uuid, &w->chain, info);
	if (!e)
		e = read_setting(s, "chain.key", &known, info);
	if (!e && !w->readonly && (!known || strcmp(known, chain_key_id(w->chain)) != 0)) {
		struct strbuf b;

		strbuf_init(&b, 512);
		strbuf_printf(&b, "a new chain key; the one before was %s",
			      known ? known : "not known");
		e = store_begin(s, info);
		if (!e) {
			e = restart_chains(w, s, b.data, info);
			if (!e)
				e = store_commit(s, info);
			else
				store_rollback(s);
		}
		w->chain_restarted = !e;
		strbuf_free(&b);
	}
	xfree(&known);
	return e;
}

static enum err open_inside(struct workspace *w, const struct workspace_options *o,
			    struct err_info *info)
{
	char user[64];
	struct passwd *pw = getpwuid(geteuid());
	struct actor actor = {user, NULL};
	struct store *s = NULL;
	char *uuid = NULL;
	enum err e;

	snprintf(user, sizeof(user), "%s", pw ? pw->pw_name : "unknown");
	e = store_open(w, SCOPE_SERVICE, &actor, &s, info);
	if (!e)
		e = read_setting(s, "workspace.uuid", &uuid, info);
	if (!e && !uuid) {
		e = store_begin(s, info);
		if (!e)
			e = read_setting(s, "workspace.uuid", &uuid, info); /* another was faster */
		if (!e && !uuid)
			e = fill_new(w, s, o, info);
		if (!e && store_in_tx(s))
			e = store_commit(s, info);
		else if (s)
			store_rollback(s);
	}
	if (!e && uuid) {
		keyring_name(w, uuid, o->key_file);
		e = read_setting(s, "vault.key", &w->descriptor, info);
		if (!e)
			keyring_follow(w);
		if (!e)
			e = keyring_settle(w, s, info);
		if (!e)
			e = open_chain(w, s, info);
	}
	xfree(&uuid);
	store_close(&s);
	return e;
}

/* ---- open and close ----------------------------------------------------------- */

enum err workspace_open(const struct workspace_options *o, struct workspace **out,
			struct err_info *info)
{
	struct workspace *w;
	char *dir = NULL, *lock_path;
	bool exists;
	enum err e = find_directory(o, &dir, &exists, info);

	if (e)
		return e;
	w = xcalloc(1, sizeof(*w));
	w->dir = dir;
	w->db_path = fs_join(dir, "masthead.db");
	w->media_dir = fs_join(dir, "media");
	w->backup_dir = fs_join(dir, "backups");
	w->head_path = fs_join(dir, "head");
	w->publisher_path = fs_join(dir, "publisher.lock");
	w->keys_dir = xstrdup(o->keys_dir);
	w->readonly = o->readonly;
	w->patience_ms = o->patience_ms > 0 ? o->patience_ms : PATIENCE_MS;
	w->vault_mutex = mutex_new();
	lock_path = fs_join(dir, "write.lock");
	e = write_lock_new(lock_path, o->readonly, &w->lock, info);
	xfree(&lock_path);
	if (!e)
		e = open_database(w, exists, info);
	if (!e)
		e = open_inside(w, o, info);
	if (e)
		workspace_close(&w);
	else
		*out = w;
	return e;
}

/* Only who leaves last empties the write-ahead log: with others there, it is theirs to do. */
static void leave(struct workspace *w)
{
	struct err_info info;

	if (w->readonly || !w->lock)
		return;
	if (write_lock_take(w->lock, clock_mono_ms() + CLOSE_PATIENCE_MS, &info)) {
		log_warn("left without a checkpoint: %s", info.text);
		return;
	}
	if (write_lock_leave(w->lock) && w->keeper) {
		sqlite3_busy_timeout(w->keeper, 0);
		sqlite3_wal_checkpoint_v2(w->keeper, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL,
					  NULL);
	}
	write_lock_drop(w->lock);
}

void workspace_close(struct workspace **pw)
{
	struct workspace *w = *pw;

	if (!w)
		return;
	leave(w);
	if (w->keeper)
		INVARIANT(sqlite3_close(w->keeper) == SQLITE_OK,
			  "the workspace closes with no statement open");
	write_lock_free(&w->lock);
	keyring_free(w);
	mutex_free(&w->vault_mutex);
	xfree(&w->dir);
	xfree(&w->db_path);
	xfree(&w->media_dir);
	xfree(&w->backup_dir);
	xfree(&w->head_path);
	xfree(&w->publisher_path);
	xfree(&w->keys_dir);
	xfree(pw);
}

/* ---- what others ask ---------------------------------------------------------- */

const char *workspace_dir(const struct workspace *w)
{
	return w->dir;
}

const char *workspace_uuid(const struct workspace *w)
{
	return w->uuid;
}

const char *workspace_media_dir(const struct workspace *w)
{
	return w->media_dir;
}

const char *workspace_key_file(const struct workspace *w)
{
	return w->key_path;
}

bool workspace_created(const struct workspace *w)
{
	return w->created;
}

bool workspace_was_unclean(const struct workspace *w)
{
	return w->unclean;
}

bool workspace_chain_restarted(const struct workspace *w)
{
	return w->chain_restarted;
}

/* As a rotation does it: the file first as "<path>.new", so that a kill leaves the old state or the new one. Another
 * process may have been faster: then its file is there. */
static enum err store_new_key(struct workspace *w, struct store *s, const char *next,
			      struct err_info *info)
{
	struct audit_note made = {
		.action = "vault.new_key", .outcome = "ok", .message = "the key file was lost"};
	struct key_descriptor d = {.source = KEY_FILE};
	struct vault *v = NULL;
	struct strbuf b;
	enum err e;

	strbuf_init(&b, KEY_TEXT_BYTES);
	e = key_descriptor_parse(w->descriptor, &d, info);
	if (!e)
		e = keyring_settle_file(w->key_path, w->uuid, d.check, info);
	if (!e && access(w->key_path, F_OK) != 0)
		e = vault_create_key_file(next, w->uuid, &v, info);
	if (!e && v) {
		snprintf(d.check, sizeof(d.check), "%s", vault_check(v));
		key_descriptor_write(&d, &b);
		e = setting_set(s, 0, "vault.key", b.data, info);
		if (!e)
			e = audit_append(s, 0, &made, info);
		if (e)
			unlink(next);
	}
	vault_free(&v);
	key_descriptor_free(&d);
	strbuf_free(&b);
	return e;
}

static bool key_is_a_file(const struct workspace *w)
{
	struct key_descriptor d;
	bool file;

	if (!w->descriptor || key_descriptor_parse(w->descriptor, &d, NULL))
		return false;
	file = d.source == KEY_FILE;
	key_descriptor_free(&d);
	return file;
}

enum err workspace_replace_lost_key(struct workspace *w, const struct actor *actor,
				    struct err_info *info)
{
	const struct vault *there = NULL;
	struct store *s = NULL;
	char *next;
	enum err e = workspace_vault(w, &there, info);

	if (e != E_VAULT_LOCKED || w->readonly || !key_is_a_file(w))
		return e;
	e = store_open(w, SCOPE_SERVICE, actor, &s, info);
	if (e)
		return e;
	next = xasprintf("%s.new", w->key_path);
	e = store_begin(s, info);
	if (!e)
		e = store_new_key(w, s, next, info);
	if (!e)
		e = store_commit(s, info);
	store_rollback(s);
	if (!e)
		e = keyring_settle(w, s, info);
	store_close(&s);
	xfree(&next);
	return e ? e : workspace_vault(w, &there, info);
}
