/* store/store.c - one connection for one scope: transactions under the write lock, snapshots, checkpoints. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/store_private.h"

/* A read waits at most this long for a program that has the whole file locked. */
#define READ_PATIENCE_MS 250

/* Called by SQLite when a lock is taken: sleeps a little until the call's deadline. */
static int wait_for_lock(void *self, int tries)
{
	struct store *s = self;
	struct timespec t = {0, tries < 5 ? 500000 : 5000000};

	if (clock_mono_ms() >= s->busy_deadline)
		return 0;
	nanosleep(&t, NULL);
	return 1;
}

/* Views of a scope whose tenant is not there would answer nothing, for ever. */
static enum err tenant_exists(struct store *s, struct err_info *info)
{
	int64_t found = 0;
	enum err e = db_int(s, info, &found, "SELECT 1 FROM {tenants} WHERE id=$1", "i",
			    s->tenant_id);

	if (!e && !found)
		e = err_set(info, E_NOT_FOUND, "there is no tenant with the number %lld",
			    (long long)s->tenant_id);
	return e;
}

/* The scope's own views are the last thing that a read-only connection makes. */
enum err connection_seal(struct store *s, struct err_info *info)
{
	return s->w->readonly ? sql_text(s->db, "PRAGMA query_only=ON", info) : OK;
}

enum err store_open(struct workspace *w, int64_t tenant_id, const struct actor *actor,
		    struct store **out, struct err_info *info)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum err e;

	s->w = w;
	s->tenant_id = tenant_id;
	s->patience_ms = w->patience_ms;
	s->actor = xstrdup(actor && actor->name ? actor->name : "unknown");
	s->terminal = actor ? xstrdup(actor->terminal) : NULL;
	e = connection_open(w->db_path, w->readonly, &s->db, info);
	if (!e) {
		sqlite3_busy_handler(s->db, wait_for_lock, s);
		s->busy_deadline = clock_mono_ms() + s->patience_ms;
		e = tenant_id != SCOPE_SERVICE ? scope_enter(s, info) : connection_seal(s, info);
	}
	if (!e && tenant_id != SCOPE_SERVICE)
		e = tenant_exists(s, info);
	if (!e)
		store_changed(s);
	if (e)
		store_close(&s);
	else
		*out = s;
	return e;
}

void store_close(struct store **ps)
{
	struct store *s = *ps;

	if (!s)
		return;
	store_rollback(s);
	store_read_end(s);
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		sqlite3_finalize(s->cache[i].st);
	if (s->db)
		INVARIANT(sqlite3_close(s->db) == SQLITE_OK,
			  "a store closes with no statement open");
	tenant_key_free(&s->key);
	xfree(&s->heads);
	xfree(&s->actor);
	xfree(&s->terminal);
	xfree(ps);
}

int64_t store_tenant(const struct store *s)
{
	return s->tenant_id;
}

struct workspace *store_workspace(const struct store *s)
{
	return s->w;
}

void store_set_patience(struct store *s, int64_t ms)
{
	s->patience_ms = ms;
}

bool store_in_tx(const struct store *s)
{
	return s->in_tx;
}

/* ---- writing ---------------------------------------------------------------- */

enum err store_begin(struct store *s, struct err_info *info)
{
	int64_t deadline = clock_mono_ms() + s->patience_ms;
	enum err e;

	INVARIANT(!s->in_tx, "transactions do not nest");
	INVARIANT(!s->in_read, "a snapshot for reading ends before a transaction begins");
	if (s->w->readonly)
		return err_set(info, E_READONLY, "nothing may be changed here");
	e = scope_arm(s, info);
	if (!e)
		e = write_lock_take(s->w->lock, deadline, info);
	if (e)
		return e;
	e = db_exec(s, info, "BEGIN IMMEDIATE", "");
	if (e) {
		write_lock_drop(s->w->lock);
		if (e == E_BUSY && info) {
			int64_t pid = 0;
			char *shm = xasprintf("%s-shm", s->w->db_path);

			pid = lock_holder(shm);
			xfree(&shm);
			if (pid > 0)
				err_hint(info, "process %lld has it locked; try again, or end it",
					 (long long)pid);
		}
		return e;
	}
	s->in_tx = true;
	s->heads_n = 0;
	return OK;
}

enum err store_commit(struct store *s, struct err_info *info)
{
	enum err e;

	INVARIANT(s->in_tx, "a commit ends a transaction");
	e = db_exec(s, info, "COMMIT", "");
	if (e) {
		store_rollback(s);
		return e;
	}
	heads_write(s);
	s->in_tx = false;
	s->heads_n = 0;
	write_lock_drop(s->w->lock);
	return OK;
}

void store_rollback(struct store *s)
{
	if (!s->in_tx)
		return;
	/* SQLite may have rolled back by itself: after a full disk, for one. */
	if (!sqlite3_get_autocommit(s->db)) {
		struct err_info info;

		if (db_exec(s, &info, "ROLLBACK", ""))
			die("cannot roll back: %s", info.text);
	}
	/* It may have been made in this transaction, and then it is no more. */
	tenant_key_free(&s->key);
	s->in_tx = false;
	s->heads_n = 0;
	write_lock_drop(s->w->lock);
}

/* ---- reading ---------------------------------------------------------------- */

enum err store_read_begin(struct store *s, struct err_info *info)
{
	enum err e;
	int64_t unused = 0;

	INVARIANT(!s->in_tx && !s->in_read, "a snapshot stands alone");
	e = db_exec(s, info, "BEGIN", "");
	if (e)
		return e;
	s->in_read = true;
	/* The snapshot is taken by the first read. */
	e = db_int(s, info, &unused, "SELECT count(*) FROM {tenants} WHERE id=1", "");
	if (e)
		store_read_end(s);
	return e;
}

void store_read_end(struct store *s)
{
	struct err_info info;

	if (!s->in_read)
		return;
	s->in_read = false;
	if (!sqlite3_get_autocommit(s->db) && db_exec(s, &info, "ROLLBACK", ""))
		die("cannot end a snapshot: %s", info.text);
}

bool store_changed(struct store *s)
{
	int64_t now = s->data_version, patience = s->patience_ms;
	struct err_info info;
	enum err e;

	s->patience_ms = patience < READ_PATIENCE_MS ? patience : READ_PATIENCE_MS;
	e = db_int(s, &info, &now, "PRAGMA data_version", "");
	s->patience_ms = patience;
	if (e) {
		log_warn("cannot tell whether the database has changed: %s", info.text);
		return false;
	}
	if (now == s->data_version)
		return false;
	s->data_version = now;
	return true;
}

enum err store_checkpoint(struct store *s, bool truncate, struct err_info *info)
{
	int rc;
	enum err e;

	INVARIANT(!s->in_tx && !s->in_read, "a checkpoint is no part of a transaction");
	if (s->w->readonly)
		return err_set(info, E_READONLY, "nothing may be changed here");
	e = write_lock_take(s->w->lock, clock_mono_ms() + s->patience_ms, info);
	if (e)
		return e;
	/* A reader that is in the way is no error: the rest is done next time. */
	s->busy_deadline = 0;
	rc = sqlite3_wal_checkpoint_v2(
		s->db, "main", truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
		NULL, NULL);
	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
		e = sql_error(s->db, rc, info);
	write_lock_drop(s->w->lock);
	return e;
}

/* ---- what every other file asks ------------------------------------------- */

void need_tx(const struct store *s)
{
	INVARIANT(s->in_tx, "changes are made inside a transaction");
}

enum err need_tenant(const struct store *s, int64_t tenant_id, struct err_info *info)
{
	if (s->tenant_id == SCOPE_SERVICE || s->tenant_id == tenant_id)
		return OK;
	return err_set(info, E_SCOPE, "that is outside this tenant");
}

enum err need_own_tenant(const struct store *s, struct err_info *info)
{
	if (s->tenant_id != SCOPE_SERVICE)
		return OK;
	return err_set(info, E_SCOPE, "that needs the scope of a tenant");
}

enum err need_service(const struct store *s, struct err_info *info)
{
	if (s->tenant_id == SCOPE_SERVICE)
		return OK;
	return err_set(info, E_SCOPE, "that is outside this tenant");
}
