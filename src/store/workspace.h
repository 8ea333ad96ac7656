/* store/workspace.h - the directory that holds a database, its locks and its files.
 *
 * DIR/masthead.db (+ -wal, -shm), DIR/write.lock, DIR/publisher.lock, DIR/head (the log's heads,
 * outside the database), DIR/media/<sha256>, DIR/backups/. Directories 0700, files 0600.
 * Keys stand elsewhere: CONFIG/keys/<uuid>.key and <uuid>.chain.
 *
 * One object per process, shared by all threads: it holds the one write lock, which covers every write,
 * checkpoint, first open and last close: a mutex between this process's threads, then flock on write.lock between processes,
 * polled without blocking up to a deadline (Debian 12's SQLite has the WAL-reset bug, and
 * SQLite's busy handler costs tens of milliseconds).
 *
 * Threads: open/close from main with no other user; everything else from any. */
#ifndef MASTHEAD_STORE_WORKSPACE_H
#define MASTHEAD_STORE_WORKSPACE_H

#include "base/error.h"
#include "vault/vault.h"

struct key_change; /* store/rekey.h */
struct workspace_options {
	const char *dir;
	const char *keys_dir; /* CONFIG/keys; where the chain key and the default key file stand */
	const char *key_file; /* `key.file`: NULL for keys_dir/<uuid>.key */
	const struct key_change *new_key; /* for one that is made; NULL: a key file */
	bool create; /* make it (tenant `default`, key file, chain key) when there is none */
	bool readonly; /* no write at all: no creation, no migration, no checkpoint, E_READONLY on begin */
	int64_t patience_ms; /* how long a write waits for the lock; 0: 5000 */
};

struct workspace;
/* Opens, creates or migrates (checked backup beside it in backups/ first). Errors: E_NOT_FOUND (none and not create), E_SCHEMA_NEWER,
 * E_CORRUPT (foreign application id, not a database, failed quick_check: of files up to 1 MiB always, up to 32 MiB after an unclean end;
 * larger ones: admin_quick_check), E_BUSY, E_DISK_FULL, E_IO, E_INVALID (modes, owner). */
enum err workspace_open(const struct workspace_options *o, struct workspace **w,
			struct err_info *info) MUST_USE;
/* All stores must be closed. The last process to leave checkpoints (TRUNCATE) under the lock. */
void workspace_close(struct workspace **w);

const char *workspace_dir(const struct workspace *w);
const char *workspace_uuid(const struct workspace *w);
const char *workspace_media_dir(const struct workspace *w);
const char *workspace_key_file(const struct workspace *w);
bool workspace_created(const struct workspace *w); /* by this open */
/* Nobody else had it open, and who did last left without a checkpoint (killed, or no power). */
bool workspace_was_unclean(const struct workspace *w);
/* A lost chain key starts a new segment: true when this open found it lost (it is logged). */
bool workspace_chain_restarted(const struct workspace *w);

/* The vault, opened at need and kept; a key that another process changed is taken up. Borrowed until workspace_close.
 * E_VAULT_LOCKED (file lost, passphrase needed), E_VAULT_KEY. */
enum err workspace_vault(struct workspace *w, const struct vault **v,
			 struct err_info *info) MUST_USE;
/* Where the file of the master key is lost, makes a new one in its place: a login is about to be stored, and nothing that was
 * sealed before can be opened by anyone. Logged. OK without doing anything where the vault opens; else as workspace_vault. */
struct actor;
enum err workspace_replace_lost_key(struct workspace *w, const struct actor *actor,
				    struct err_info *info) MUST_USE;
/* Opens the vault with a passphrase (NULL: as the settings say, and a command is run). Takes a second: never
 * inside a transaction. E_VAULT_KEY: it does not fit. */
enum err workspace_unlock(struct workspace *w, const struct secret *passphrase,
			  struct err_info *info) MUST_USE;
struct key_facts {
	enum key_source source;
	char check[KEY_ID_SIZE];
	char credential[256]; /* its name; "": another source */
	bool open;            /* in this process */
};
enum err workspace_key(struct workspace *w, struct key_facts *out, struct err_info *info) MUST_USE;

/* Readable when another process (or thread) has changed the database or its locks' files: inotify on the directory.
 * -1 where the kernel refuses (then poll store_changed every 100 ms). Each watcher belongs to one thread. */
struct workspace_watch;
struct workspace_watch *workspace_watch_new(struct workspace *w) MUST_USE;
int workspace_watch_fd(const struct workspace_watch *x);
/* Whether a written file was closed, as happens when a process ends. */
bool workspace_watch_drain(struct workspace_watch *x);
void workspace_watch_free(struct workspace_watch **x);

/* --- who publishes --- */
/* Whoever holds flock on publisher.lock publishes; the kernel drops it with the process. */
struct publisher_lock;
/* E_PUBLISHER_BUSY: held elsewhere; a try that fails makes no event that a workspace_watch reports (the lock file is then only
 * opened for reading), else two that wait would wake each other for ever. The holder's end does make one. */
enum err publisher_lock_try(struct workspace *w, struct publisher_lock **l,
			    struct err_info *info) MUST_USE;
void publisher_lock_free(struct publisher_lock **l);
/* Heart-beat: written into the lock file, not durable, no database. next_due 0: nothing planned. */
void publisher_lock_beat(struct publisher_lock *l, int64_t now_ms, int64_t next_due,
			 int64_t lag_ms);
struct publisher_status {
	bool running;
	int64_t pid;       /* 0 when not running */
	bool own;          /* it is this process */
	char who[64];      /* operator or OS user */
	char how[16];      /* "console" "run" "daemon" "publish" */
	int64_t last_tick; /* also of the last one that ran; 0: never */
	int64_t lag_ms, next_due;
};
void publisher_lock_set_owner(struct publisher_lock *l, const char *who, const char *how);
/* No lock is taken: F_GETLK-like probe, never blocks. */
void publisher_status_read(const struct workspace *w, struct publisher_status *out);

#endif
