/* store/store.h - one connection to the workspace's database, opened for a scope.
 *
 * A scope is one tenant, or the service (publisher, admin). A tenant's statements see only
 * scope views and change rows only through their triggers; the authorizer refuses everything else
 * (views' names carry 128 random bits, EXPLAIN is refused). No function outside store/ takes a database handle.
 *
 * Writing: store_begin takes the workspace's write lock, then BEGIN IMMEDIATE; all functions marked [tx] must be called
 * between begin and commit, and the log entries that they write ride in the same commit. store_commit is durable
 * (synchronous=FULL) when it returns OK; then the heads file is written, then the lock is let go.
 *
 * Errors that every function may return: E_BUSY, E_CORRUPT, E_DISK_FULL, E_IO, E_READONLY; only others are named.
 * After an error inside a transaction: store_rollback. No statement stays open between calls.
 * Threads: one store belongs to one thread. */
#ifndef MASTHEAD_STORE_STORE_H
#define MASTHEAD_STORE_STORE_H

#include "base/model.h"
#include "store/workspace.h"

#define SCOPE_SERVICE 0

struct store;
/* Who acts, for the log. Strings are copied. terminal may be NULL. */
struct actor {
	const char *name;
	const char *terminal;
};
enum err store_open(struct workspace *w, int64_t tenant_id, const struct actor *actor,
		    struct store **s, struct err_info *info) MUST_USE;
void store_close(struct store **s);
int64_t store_tenant(const struct store *s);
struct workspace *store_workspace(const struct store *s);
/* How long store_begin waits for the lock; the screen's own connection never begins. */
void store_set_patience(struct store *s, int64_t ms);

enum err store_begin(struct store *s, struct err_info *info) MUST_USE;
enum err store_commit(struct store *s, struct err_info *info) MUST_USE; /* rolled back on failure */
void store_rollback(struct store *s); /* harmless outside a transaction */
bool store_in_tx(const struct store *s);

/* One snapshot for several reads; without it each read is its own. */
enum err store_read_begin(struct store *s, struct err_info *info) MUST_USE;
void store_read_end(struct store *s);

/* Has another connection committed since the last call? (PRAGMA data_version; blind to this store's own commits.) */
bool store_changed(struct store *s);
/* A small PASSIVE checkpoint (TRUNCATE when truncate) under the write lock; the publisher calls it between batches. */
enum err store_checkpoint(struct store *s, bool truncate, struct err_info *info) MUST_USE;

#endif
