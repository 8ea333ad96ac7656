/* store/store_private.h - what the files of this layer share; the sole place that includes sqlite3.h.
 *
 * Statements are written once: `{publishing_jobs}` becomes the base table in the service scope and the
 * scope's view in a tenant's. Parameters are $1, $2 ... and bound by name. Each statement of a store is
 * prepared once and reset after every use. */
#ifndef MASTHEAD_STORE_PRIVATE_H
#define MASTHEAD_STORE_PRIVATE_H

#include <sqlite3.h>

#include "base/strbuf.h"
#include "store/store.h"
#include "vault/hash.h"

#define APPLICATION_ID 0x4d534844 /* "MSHD" in the file's header */
#define SCHEMA_VERSION 1
#define PATIENCE_MS 5000
#define SCOPE_SUFFIX_SIZE 33
#define STATEMENTS_MAX 512

/* ---- the schema (schema.c is generated) -------------------------------- */

extern const char *const schema_lines[]; /* NULL at the end */

/* A step brings a database from version - 1 to version. */
struct migration {
	int version;
	const char *const *sql; /* pieces, NULL at the end */
};
/* Runs the steps above the database's version in one transaction, after a checked copy to backup_path
 * (NULL: none, for a database that holds nothing yet). */
enum err migrate_run(sqlite3 *db, const struct migration *steps, size_t n, const char *backup_path,
		     struct err_info *info) MUST_USE;
extern const struct migration migrations[];
extern const size_t migrations_n;

/* A consistent, checked copy at path, which must not be there: VACUUM INTO a temporary file beside it, integrity and
 * foreign keys checked, synced, renamed (backup.c). E_EXISTS. */
enum err checked_copy(sqlite3 *db, const char *path, struct err_info *info) MUST_USE;
/* Runs a pragma that answers "ok" or rows of complaints; calls report for each (may be NULL). *bad: how many. */
enum err run_check(sqlite3 *db, const char *pragma, void (*report)(void *self, const char *message),
		   void *self, int64_t *bad, struct err_info *info) MUST_USE;

/* ---- the write lock (writelock.c) ------------------------------------------ */

struct write_lock;
enum err write_lock_new(const char *path, bool readonly, struct write_lock **l,
			struct err_info *info) MUST_USE;
void write_lock_free(struct write_lock **l);
/* E_BUSY past the deadline; the hint names the holder where it can be told. */
enum err write_lock_take(struct write_lock *l, int64_t mono_deadline_ms,
			 struct err_info *info) MUST_USE;
void write_lock_drop(struct write_lock *l);
/* Who has the workspace open. Enter says whether nobody else had; leave, whether nobody else has. Both
 * under the lock. */
bool write_lock_enter(struct write_lock *l);
bool write_lock_leave(struct write_lock *l);
/* The process that holds a kernel lock on the file; 0: none or not told. Opens nothing: closing a
 * descriptor of a database file would drop this process's own locks on it. */
int64_t lock_holder(const char *path);

/* ---- the workspace (workspace.c) ------------------------------------------- */

struct chain_key;
struct workspace {
	char *dir, *db_path, *media_dir, *backup_dir, *head_path, *publisher_path;
	char *keys_dir, *key_path, *chain_path;
	char uuid[40];
	bool readonly, created, chain_restarted, unclean;
	int64_t patience_ms;
	struct write_lock *lock;
	sqlite3 *keeper; /* stays open, so that no store's close is the file's last */
	struct chain_key *chain;
	struct vault *vault;    /* opened at need, under vault_mutex, as all that follows */
	struct vault **retired; /* of before a change of the key */
	size_t retired_n;
	bool key_fixed; /* key_path is the configuration's */
	struct mutex *vault_mutex;
	char *descriptor; /* of the vault's key, JSON */
};

/* ---- one connection ------------------------------------------------------- */

struct chain_head {
	int64_t tenant_id, seq;
	unsigned char hash[HASH_BYTES];
	bool touched; /* in this transaction */
};

struct store {
	sqlite3 *db;
	struct workspace *w;
	int64_t tenant_id;
	char *actor, *terminal;
	int64_t patience_ms;
	int64_t busy_deadline;          /* monotonic; of the call that runs */
	char suffix[SCOPE_SUFFIX_SIZE]; /* "" in the service scope */
	bool in_tx, in_read;
	bool never_explain; /* a tenant's scope */
	bool armed;         /* its triggers are made */
	int64_t data_version;
	struct cached {
		const char *sql;
		sqlite3_stmt *st;
	} cache[STATEMENTS_MAX];
	size_t cached_n;
	struct chain_head *heads; /* of chains read or written in this transaction */
	size_t heads_n;
	struct tenant_key *key; /* the last one used, and whose */
};

/* Opens and sets up a connection as RELIABILITY's recipe says; not yet scoped. */
enum err connection_open(const char *path, bool readonly, sqlite3 **db,
			 struct err_info *info) MUST_USE;
enum err connection_seal(struct store *s, struct err_info *info) MUST_USE;
/* Turn a result code of SQLite into ours. what: a few words, or NULL. */
enum err sql_error(sqlite3 *db, int rc, struct err_info *info);
/* Runs text without parameters, e.g. BEGIN; waits for foreign locks until the deadline. */
enum err sql_text(sqlite3 *db, const char *text, struct err_info *info) MUST_USE;
/* One number from text without parameters. */
enum err sql_number(sqlite3 *db, const char *text, int64_t *out, struct err_info *info) MUST_USE;

/* Makes the views and the authorizer (scope.c). */
enum err scope_enter(struct store *s, struct err_info *info) MUST_USE;
/* Makes the triggers that write, before the first transaction. */
enum err scope_arm(struct store *s, struct err_info *info) MUST_USE;
/* Expands the {markers}; caller frees. */
char *scope_expand(const struct store *s, const char *sql) MUST_USE;

/* ---- statements (sql.c) ----------------------------------------------------- */

/* types: one letter a parameter, $1 first:
 *   i  int64_t                 s  const char *, NULL allowed
 *   z  int64_t, 0 is NULL      b  const void *, size_t; NULL allowed */
enum err db_query(struct store *s, struct err_info *info, sqlite3_stmt **st, const char *sql,
		  const char *types, ...) MUST_USE;
/* The same for text built on the way: not kept, nothing bound; ends with db_drop. */
enum err db_query_text(struct store *s, struct err_info *info, sqlite3_stmt **st,
		       const char *sql) MUST_USE;
void db_bind_int(sqlite3_stmt *st, int n, int64_t v); /* $n */
void db_bind_text(sqlite3_stmt *st, int n, const char *v);
/* *row: there is one. After an error or the last row, db_done (db_drop) is still to be called. */
enum err db_step(struct store *s, sqlite3_stmt *st, bool *row, struct err_info *info) MUST_USE;
void db_done(sqlite3_stmt *st); /* NULL allowed */
void db_drop(sqlite3_stmt *st); /* NULL allowed */
/* Runs to the end. */
enum err db_exec(struct store *s, struct err_info *info, const char *sql, const char *types,
		 ...) MUST_USE;
/* The first column of the first row; *out is left alone when there is none or it is NULL. */
enum err db_int(struct store *s, struct err_info *info, int64_t *out, const char *sql,
		const char *types, ...) MUST_USE;
bool db_constraint(const struct err_info *info, int extended); /* which one an error was */

static inline int64_t col_int(sqlite3_stmt *st, int i)
{
	return sqlite3_column_int64(st, i); /* NULL is 0 */
}
const char *col_text(sqlite3_stmt *st, int i, struct arena *a); /* NULL stays NULL */

/* ---- shared steps ----------------------------------------------------------- */

/* E_READONLY/E_STATE unless a transaction is open: for [tx] functions. */
void need_tx(const struct store *s);
/* E_SCOPE unless this store may touch the tenant. */
enum err need_tenant(const struct store *s, int64_t tenant_id, struct err_info *info) MUST_USE;
enum err need_own_tenant(const struct store *s,
			 struct err_info *info) MUST_USE; /* not the service */
enum err need_service(const struct store *s, struct err_info *info) MUST_USE;

/* [tx] The next number of a table. */
enum err next_id(struct store *s, int64_t tenant_id, const char *table, int64_t *id,
		 struct err_info *info) MUST_USE;
/* [tx] Jobs of a connection in a state, up or down. */
enum err count_jobs(struct store *s, int64_t tenant_id, int64_t connection_id, const char *status,
		    int64_t by, struct err_info *info) MUST_USE;

/* A post's media as they go to a platform ('' or NULL: as written). */
enum err media_read(struct store *s, int64_t tenant_id, int64_t post_id, const char *platform,
		    struct arena *a, const struct media **out, size_t *n,
		    struct err_info *info) MUST_USE;

/* Lists of a few hundred named things are read whole and then cut (list.c). keys: one a row, unique; kind: a letter that
 * tells the lists' cursors apart. E_INVALID: not a cursor of this list. */
struct list_cut {
	size_t from, n;
	const char *next, *prev;
};
enum err list_cut(const struct page_request *r, char kind, const int64_t *keys, size_t n,
		  struct arena *a, struct list_cut *out, struct err_info *info) MUST_USE;
/* A number in decimal digits and nothing else; false otherwise. */
bool parse_number(const char *s, int64_t *out);

/* The log's heads outside the database (heads.c): merges the touched ones into DIR/head. */
void heads_write(struct store *s);
struct outside_head {
	int64_t tenant_id, seq;
	char hash[HASH_HEX_SIZE];
};
/* Caller frees; a line that is none is left out. */
struct outside_head *heads_read(const struct workspace *w, size_t *n) MUST_USE;
/* One entry as it is hashed; strings may be NULL, absent numbers 0. */
struct chain_entry {
	int64_t tenant_id, seq, at, brand_id, job_id, connection_id, duration_ms;
	const char *actor, *terminal, *action, *outcome, *code, *message;
	const char *chain_key; /* where a segment begins */
};
/* before: the hash of the entry before; NULL for the first. */
void chain_entry_hash(const struct chain_key *k, const unsigned char *before,
		      const struct chain_entry *e, unsigned char out[HASH_BYTES]);
/* [tx] Begins a segment: an entry that says why and records what was the head. */
enum err audit_segment(struct store *s, int64_t tenant_id, const char *message,
		       struct err_info *info) MUST_USE;

/* Tests only: any statement in this store's scope; each row becomes a line of columns joined by '|'. */
enum err store_test_exec(struct store *s, const char *sql, struct strbuf *rows,
			 struct err_info *info);

#endif
