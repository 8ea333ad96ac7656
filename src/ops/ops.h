/* ops/ops.h - the use cases: every button, key and verb is one call here.
 *
 * struct app: the process: configuration, workspace, publisher. struct ops: one thread's way in, opened for one tenant. The console has two:
 * the screen's (reads pages, opened readonly: it never takes the write lock and never touches the network) and
 * the worker's. A verb has one.
 *
 * Everything answered hangs on the arena or page given or returned; functions that change something log it.
 * Errors are complete sentences in *info, with brand and connection named. Headers here include base only.
 * Threads: app_* from main; one ops belongs to one thread. */
#ifndef MASTHEAD_OPS_OPS_H
#define MASTHEAD_OPS_OPS_H

#include "base/error.h"
#include "base/json.h"
#include "base/model.h"
#include "base/strbuf.h"
#include "base/thread.h"
#include "ops/commands.h"
#include "ops/config.h"

/* ------------------------------------------------------------------ the process */
struct app_options {
	const char *workspace; /* NULL: $MASTHEAD_WORKSPACE, else the data directory */
	const char *config;    /* NULL: default */
	const char *const *overrides;
	size_t n_overrides;
	const char *tenant;        /* NULL: configuration's `tenant`, else the only one */
	const char *operator_name; /* NULL: the OS user */
	bool readonly;
	bool no_create;              /* E_NOT_FOUND instead of making a workspace */
	const char *key_file;        /* init --key-file */
	const char *new_key_command; /* init --key-command; NULL */
	const char *new_credential;  /* init --credential; NULL */
	bool new_secret_service;     /* init --secret-service */
	bool new_passphrase;         /* init --passphrase-fd */
	const int *passphrase_fd;    /* --passphrase-fd; NULL: none */
	/* Asks on the terminal into a wiped buffer; fresh: a new one, twice. E_VAULT_LOCKED: there is no terminal. NULL: nobody to ask. */
	enum err (*ask_passphrase)(bool fresh, struct strbuf *out, struct err_info *info);
};
struct app;
/* Configuration only; no workspace yet (verbs like `platforms`, `sandbox`). */
enum err app_new(const struct app_options *o, struct app **a, struct err_info *info) MUST_USE;
/* Opens or makes the workspace. */
enum err app_open_workspace(struct app *a, struct err_info *info) MUST_USE;
void app_free(struct app **a); /* stops the publisher if it runs */
/* As it is now; what it gave before lives as long as the app. */
const struct config *app_config(const struct app *a);
/* Reads the configuration again, from the same file and with the same overrides. On failure (E_CONFIG: with file and line) all
 * stays as it was. A publisher that runs keeps what it began with. Any thread. */
enum err app_reload(struct app *a, struct err_info *info) MUST_USE;
const char *app_workspace_dir(const struct app *a);
const char *app_operator(const struct app *a);
bool app_readonly(const struct app *a);
bool app_workspace_created(const struct app *a);
/* Opens a vault that a passphrase or a command unlocks, before anything is begun that needs it; a key file is opened when it is
 * needed. Asks or reads the descriptor. E_VAULT_LOCKED, E_VAULT_KEY (on a terminal after three tries). */
enum err app_unlock(struct app *a, struct err_info *info) MUST_USE;

struct ops;
/* Resolves the tenant: E_USAGE (several and none named; the text lists them), E_NOT_FOUND. needs_tenant false: service scope. */
enum err ops_open(struct app *a, bool needs_tenant, bool readonly, struct ops **o,
		  struct err_info *info) MUST_USE;
void ops_close(struct ops **o);
const char *ops_tenant(const struct ops *o); /* name; "" in the service scope */
int64_t ops_tenant_id(const struct ops *o);
/* Readable when something in the workspace may have changed; drain, then ask ops_changed. -1: poll ops_changed each 100 ms. */
int ops_watch_fd(struct ops *o);
bool ops_changed(struct ops *o); /* drains the watch; true if another connection has committed */

/* ------------------------------------------------------------------ tenants, brands */
enum err ops_tenant_add(struct ops *o, const char *name, struct arena *a, struct tenant *out,
			struct err_info *info) MUST_USE;
enum err ops_tenant_rename(struct ops *o, const char *tenant, const char *name, struct arena *a,
			   struct tenant *out, struct err_info *info) MUST_USE;
enum err ops_tenant_archive(struct ops *o, const char *tenant, struct arena *a, struct tenant *out,
			    struct err_info *info) MUST_USE;
enum err ops_tenant_show(struct ops *o, const char *tenant, struct arena *a, struct tenant *out,
			 struct err_info *info) MUST_USE;
enum err ops_tenants(struct ops *o, const struct page_request *r, struct page *out,
		     struct err_info *info) MUST_USE;

struct brand_request {
	const char *name, *timezone, *catch_up /* "MIN" or "hold" */, *color;
}; /* NULL: default / unchanged */
enum err ops_brand_add(struct ops *o, const struct brand_request *r, struct arena *a,
		       struct brand *out, struct err_info *info) MUST_USE;
enum err ops_brand_edit(struct ops *o, const char *brand, const struct brand_request *r,
			struct arena *a, struct brand *out, struct err_info *info) MUST_USE;
enum err ops_brand_archive(struct ops *o, const char *brand, struct arena *a, struct brand *out,
			   struct err_info *info) MUST_USE;
enum err ops_brand_show(struct ops *o, const char *brand, struct arena *a, struct brand *out,
			struct err_info *info) MUST_USE;
enum err ops_brands(struct ops *o, const struct page_request *r, struct page *out,
		    struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ platforms */
/* {name,title,logins[],limits{},media{},scopes[],settling,api_base,version}; name NULL: {"platforms":[...],"next":null,"total":N}. */
enum err ops_platforms(struct app *a, const char *name, struct json **out,
		       struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ connections */
/* One of several that a login reaches: pages, organisations, locations, boards. Untrusted text. */
struct account_choice {
	const char *id, *name;
};
struct connect_request {
	const char *brand, *platform, *server, *handle, *account;
	int secret_fd, token_fd; /* -1: none */
	/* Console: typed into wiped buffers; NULL. Never from argv. What `secret' is, the platform says: an app password, a
	 * webhook's address or a token. */
	const char *secret, *client_secret;
	const char *client_id;
	int client_secret_fd;
	const char *redirect_uri;
	bool paste, no_browser;
	int64_t timeout_ms;
	const struct flag *abort_flag;
	/* OAuth: called once with the address to open; the caller prints it or opens a browser. NULL: no browser login. */
	void (*show)(void *self, const char *url);
	/* Which of them is meant; n or more: none, E_INTERRUPTED. Calling thread, may wait for a person. NULL: a login that
	 * reaches several ends with E_AMBIGUOUS, which lists them. */
	size_t (*choose)(void *self, const struct account_choice *choices, size_t n);
	void *self;   /* of show and choose */
	int paste_fd; /* with `paste`: where a pasted callback URL comes from; 0 is standard input */
};
/* Network. E_LOGIN_FAILED, E_WRONG_ACCOUNT, E_UNSUPPORTED, E_NETWORK... *again: the same account was there already. */
enum err ops_connect(struct ops *o, const struct connect_request *r, struct arena *a,
		     struct connection *out, bool *again, struct err_info *info) MUST_USE;
enum err ops_disconnect(struct ops *o, const char *connection, bool keep_remote, struct arena *a,
			struct connection *out, int64_t *stranded,
			struct err_info *info) MUST_USE; /* network */
enum err ops_refresh(struct ops *o, const char *connection, struct arena *a, struct connection *out,
		     struct err_info *info) MUST_USE; /* network */
enum err ops_verify(struct ops *o, int64_t connection_id, struct arena *a, struct connection *out,
		    struct err_info *info) MUST_USE; /* network */
enum err ops_connection_show(struct ops *o, const char *connection, struct arena *a,
			     struct connection *out, struct err_info *info) MUST_USE;
struct connections_request {
	const char *brand;
	int64_t brand_id;
	const char *platform;
	unsigned statuses;
	struct page_request page;
};
enum err ops_connections(struct ops *o, const struct connections_request *r, struct page *out,
			 struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ posts */
struct draft_media {
	const char *file, *alt;
};
/* What goes to one platform in place of the post's own. */
struct draft_variant {
	const char *platform, *text; /* text NULL: the post's */
	struct draft_media *media;   /* none: the post's */
	size_t n_media;
};
/* Everything that `publish` and a post file can say. Strings borrowed. */
struct draft {
	const char *brand;
	const char *const *platforms;
	size_t n_platforms;
	const char *const *connections;
	size_t n_connections;
	const char *at; /* TIME as typed; NULL: now */
	const char *text, *link, *title, *language, *visibility, *first_comment;
	struct draft_media *media;
	size_t n_media;
	struct draft_variant *variants;
	size_t n_variants;
	const char *const *options;
	size_t n_options; /* "PLATFORM.KEY=VALUE" */
	int64_t priority;
	bool has_priority; /* edit: one was named */
	bool as_draft, allow_duplicate;
	bool scale; /* pictures that are too large for a target: a smaller copy goes out in their place */
	bool with_undo;  /* console: wait the undo window */
	int64_t undo_ms; /* its length; 0: the configuration's */
};
/* Text of a post file (header block, blank line, text) -> draft in the arena. E_INVALID names the line. */
enum err ops_post_file_parse(const char *bytes, size_t n, struct arena *a, struct draft *out,
			     struct err_info *info) MUST_USE;
/* The file that the editor gets: header names with what is known, comments say what is allowed. */
void ops_post_file_write(const struct draft *d, struct strbuf *out);

struct target_problem {
	const char *field;
	int64_t limit, actual;
	const char *message;
	enum err code;
	const char *
		sha256; /* with excess: the picture that a smaller copy could stand for; else NULL */
	enum excess excess;
};
/* A picture, and the copy that goes out in its place. */
struct scaled {
	const struct media *from, *to;
	bool turned, stripped; /* as its metadata asked for; it had some, and the copy has none */
};
/* A part of a thread: its text, and how long that is. */
struct target_part {
	const char *text;
	int64_t measured;
};
struct target {
	int64_t connection_id;
	const char *brand, *platform, *account;
	int64_t measured, limit; /* text in the platform's unit; "12/300" */
	struct target_problem *problems;
	size_t n_problems;
	struct target_part *parts; /* of a thread; none: it goes out as it is */
	size_t n_parts;
	struct json *requests; /* rehearsal only; array; owned by the report */
};
struct publish_report {
	struct arena *arena;
	bool valid;
	int64_t scheduled_at;
	int64_t post_id; /* 0: nothing stored */
	struct target *targets;
	size_t n_targets;
	struct job *jobs;
	size_t n_jobs;
	struct scaled *scaled; /* with draft.scale */
	size_t n_scaled;
};
void publish_report_free(struct publish_report *r);
/* rehearse: validates and makes the requests, stores nothing; problems are in the report (valid false) and OK is returned.
 * Otherwise stores post, jobs and log in one transaction, or nothing: E_TOO_LONG, E_INVALID, E_MEDIA (first problem; report filled),
 * E_DUPLICATE, E_PAST, E_NOT_FOUND, E_AMBIGUOUS. Wakes the publisher of this process. */
enum err ops_publish(struct ops *o, const struct draft *d, bool rehearse,
		     struct publish_report *out, struct err_info *info) MUST_USE;
/* Drives these jobs in this thread if the lock is free, else waits for whoever publishes. */
enum err ops_publish_wait(struct ops *o, const int64_t *jobs, size_t n, int64_t timeout_ms,
			  const struct flag *stop, int wake_fd, struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ jobs */
/* Filters as typed on the command line or the filter line -> job_filter in the arena; names are looked up. */
struct job_query {
	const char *const *brands;
	size_t n_brands;
	const char *const *platforms;
	size_t n_platforms;
	const char *const *statuses;
	size_t n_statuses;
	const char *connection, *since, *until, *search, *error;
};
enum err ops_job_filter(struct ops *o, const struct job_query *q, struct arena *a,
			struct job_filter *out, struct err_info *info) MUST_USE;
enum err ops_jobs(struct ops *o, const struct job_filter *f, enum job_sort sort,
		  const struct page_request *r, struct page *out, struct err_info *info) MUST_USE;
struct job_detail {
	struct job job;
	struct post post;
	struct brand brand;
	struct attempt *attempts;
	size_t n_attempts;
	int64_t measured, limit;
};
enum err ops_job_show(struct ops *o, int64_t job_id, struct arena *a, struct job_detail *out,
		      struct err_info *info) MUST_USE;
struct why {
	struct {
		const char *code, *message;
	} reasons[8];
	size_t n;
	int64_t runs_at;
};
/* "when_due", "paused_brand", "auth", "rate", "retry", "publisher_down", "held_missed", "unknown", ... in words */
enum err ops_job_why(struct ops *o, int64_t job_id, struct arena *a, struct job *job,
		     struct why *out, struct err_info *info) MUST_USE;

enum job_act { ACT_RETRY, ACT_CANCEL, ACT_HOLD, ACT_RELEASE, ACT_RESCHEDULE, ACT_COUNT };
/* One job; `at` for RESCHEDULE (TIME as typed, in the brand's zone). E_STATE says which states it is allowed from. dry: checks only. */
enum err ops_job_act(struct ops *o, enum job_act act, int64_t job_id, const char *at, bool dry,
		     struct arena *a, struct job *out, struct err_info *info) MUST_USE;
/* Ids for a bulk act, in number order after `after`. */
enum err ops_job_ids(struct ops *o, const struct job_filter *f, int64_t after, int limit,
		     int64_t *ids, size_t *n, struct err_info *info) MUST_USE;
/* Where a published job's post is to be seen. E_STATE: not published, or the platform told no address; E_PROTOCOL: no web address. */
enum err ops_job_url(struct ops *o, int64_t job_id, struct arena *a, const char **url,
		     struct err_info *info) MUST_USE;
enum err ops_resolve(struct ops *o, int64_t job_id, bool published, const char *url,
		     struct arena *a, struct job *out, struct err_info *info) MUST_USE;
/* Replace what `changes` has set (NULL members stay). Before it is claimed. */
enum err ops_job_edit(struct ops *o, int64_t job_id, const struct draft *changes, struct arena *a,
		      struct job *out, struct err_info *info) MUST_USE;
/* What ops_job_edit would check and send, for all jobs of the post that it would change; stores nothing. Content that does not go is
 * in the report (valid false), and OK is returned. */
enum err ops_job_edit_rehearse(struct ops *o, int64_t job_id, const struct draft *changes,
			       struct publish_report *out, struct err_info *info) MUST_USE;
enum err ops_takedown(struct ops *o, int64_t job_id, struct arena *a, struct job *out,
		      struct err_info *info) MUST_USE; /* network */
struct pause_request {
	const char *brand, *platform, *connection;
	bool all;
};
enum err ops_pause(struct ops *o, const struct pause_request *r, bool paused,
		   struct err_info *info) MUST_USE;
/* Cancels what the last act of this operator put into the undo window; the number of jobs. E_STATE: nothing to undo. */
enum err ops_undo(struct ops *o, int64_t *n, struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ files of posts */
enum row_format { FORMAT_JSONL, FORMAT_CSV };
#define IMPORT_BYTES_MAX ((size_t)64 << 20)
#define IMPORT_ROWS_MAX 20000
struct import_request {
	const char *name; /* of the file, for the log */
	const char *dir;  /* where relative media stand; NULL: the working directory */
	const char *bytes;
	size_t n;
	enum row_format format;
	bool dry, skip_invalid;
	bool (*progress)(void *self, int64_t done,
			 int64_t total); /* NULL; false stops: E_INTERRUPTED, nothing stored */
	void *self;
};
struct import_problem {
	int64_t row;
	const char *column; /* NULL: the row */
	enum err code;
	const char *message;
};
struct import_report {
	struct arena *arena;
	int64_t rows, imported, skipped /* their story was over */, failed, posts, jobs;
	struct import_problem *problems;
	size_t n_problems; /* in row order */
};
void import_report_free(struct import_report *r);
/* All rows or, with skip_invalid, all that are valid, in one commit; dry: what would be. Refused rows without skip_invalid: the
 * code that they share, else E_INVALID, with *out filled. */
enum err ops_import(struct ops *o, const struct import_request *r, struct import_report *out,
		    struct err_info *info) MUST_USE;
/* Jobs with their posts, in number order, written piece by piece in the form that import reads. */
struct exporter;
enum err ops_export_new(struct ops *o, const struct job_filter *f, enum row_format format,
			struct exporter **out, struct err_info *info) MUST_USE;
/* The next piece is appended; *more false behind the last. The first has CSV's header row. */
enum err ops_export_step(struct exporter *x, struct strbuf *out, bool *more,
			 struct err_info *info) MUST_USE;
void ops_export_progress(const struct exporter *x, int64_t *done,
			 int64_t *total); /* total -1: not known */
void ops_export_free(struct exporter **x);

/* ------------------------------------------------------------------ backups */
struct backup_request {
	const char *file;
	bool (*progress)(void *self, int64_t done,
			 int64_t total); /* bytes; NULL; false stops: E_INTERRUPTED */
	void *self;
};
struct backup_report {
	struct arena *arena;
	int64_t created_at, bytes, media;
	const char **missing;
	size_t n_missing; /* hashes of media that posts name and that are not there, or damaged */
};
void backup_report_free(struct backup_report *r);
/* Service scope. Everything but the keys in one tar file; others may work on meanwhile. E_EXISTS. */
enum err ops_backup(struct ops *o, const struct backup_request *r, struct backup_report *out,
		    struct err_info *info) MUST_USE;
struct restore_request {
	const char *file;
	bool (*progress)(void *self, int64_t done, int64_t total);
	void *self;
};
struct restore_report {
	struct arena *arena;
	const char *made; /* when the backup was */
	int64_t media, held, unknown;
	const char *key; /* "present", "locked" (by a passphrase), "missing" */
};
void restore_report_free(struct restore_report *r);
/* Into the workspace's place, where nothing may be yet (E_EXISTS); no workspace may be opened. E_CORRUPT: not a backup, or damaged. */
enum err app_restore(struct app *a, const struct restore_request *r, struct restore_report *out,
		     struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ log */
/* What people type to choose entries -> a filter; NULL members: all. Also serves sync_log, which knows no action, actor, search. */
struct log_query {
	const char *brand, *platform, *connection, *action, *actor, *since, *until, *search;
	int64_t job_id;
};
enum err ops_log_filter(struct ops *o, const struct log_query *q, struct arena *a,
			struct log_filter *out, struct err_info *info) MUST_USE;
enum err ops_log(struct ops *o, const struct log_filter *f, const struct page_request *r,
		 struct page *out, struct err_info *info) MUST_USE;
enum err ops_log_after(struct ops *o, const struct log_filter *f, int64_t seq, int limit,
		       struct page *out, struct err_info *info) MUST_USE;
/* Exchanges with platforms that are no publishing: logins, refreshes, checks, read-backs. */
enum err ops_sync_log(struct ops *o, const struct sync_filter *f, const struct page_request *r,
		      struct page *out, struct err_info *info) MUST_USE;
/* {"ok","chains":[...]}; E_LOG_BROKEN with *out filled when a link is bad. */
enum err ops_log_verify(struct ops *o, struct json **out, struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ health */
struct status {
	bool healthy;
	const char *reasons[8];
	size_t n_reasons;
	bool publisher_running, publisher_own;
	int64_t publisher_pid;
	const char *publisher_who, *publisher_how;
	int64_t last_tick, lag_ms, next_due;
	int64_t jobs[JOB_STATUS_COUNT];
	int64_t due, retrying,
		failed_today; /* failed_today: FAILED_TODAY_MAX means so many or more */
	struct connection *attention;
	size_t n_attention;
	int64_t oldest_unknown;
};
/* The cheap part (screen, every change) never runs log verification; `thorough` adds it. */
enum err ops_status(struct ops *o, bool thorough, struct arena *a, struct status *out,
		    struct err_info *info) MUST_USE;
/* What a monitoring system collects; of the whole workspace. Never walks the log. */
struct metrics {
	struct status status;
	int64_t now_ms;
	int64_t connections[CONN_STATUS_COUNT];
	int64_t log_entries;
};
enum err ops_metrics(struct ops *o, struct arena *a, struct metrics *out,
		     struct err_info *info) MUST_USE;
/* Bounded, but some tenths of a second with many jobs: for the worker. */
enum err ops_stats(struct ops *o, const struct stats_request *r, struct arena *a, struct stats *out,
		   struct err_info *info) MUST_USE;
/* {ok, problems:[{code,message,repairable}], checked:{...}} */
enum err ops_check(struct ops *o, bool remote, bool repair, struct json **out,
		   struct err_info *info) MUST_USE;
struct recovery {
	int64_t interrupted, requeued, unknown, due, future, missed;
};
enum err ops_recover(struct ops *o, bool dry, struct recovery *out,
		     struct err_info *info) MUST_USE; /* E_PUBLISHER_BUSY */
/* What the launch triage shows. */
struct triage {
	struct page interrupted, missed, unknown;
	struct page expiring; /* connections with jobs at risk */
};
enum err ops_triage(struct ops *o, struct triage *out, struct err_info *info) MUST_USE;
void triage_free(struct triage *t);

/* ------------------------------------------------------------------ the vault */
/* {source, path, credential, check, locked, memory_locked, tenants:[{tenant, key_version, sealed}]}. Asks nobody; a passphrase from the descriptor is
 * tried (E_VAULT_KEY). A command is run. */
enum err ops_vault_status(struct ops *o, struct json **out, struct err_info *info) MUST_USE;
/* discard: the key is lost; all stored logins are given up and a new key file is made. {source, check, tenants, sealed, discarded}. */
enum err ops_vault_rekey(struct ops *o, bool discard, struct json **out,
			 struct err_info *info) MUST_USE;
/* NULL members: not named. None named: another passphrase, which needs a passphrase vault (or --passphrase-fd, which then is the new one). */
struct vault_request {
	const char *key_file, *key_command, *credential;
	bool secret_service;
	const int *new_passphrase_fd;
};
enum err ops_vault_passwd(struct ops *o, const struct vault_request *r, struct json **out,
			  struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ the media host */
/* {host, url, bucket, region, prefix, public_url, user, command, secret, ready, problem, files, stuck}: what is configured, whether the
 * tenant's secret is stored, and how many files stand there. */
enum err ops_media_host(struct ops *o, struct json **out, struct err_info *info) MUST_USE;
/* Seals the tenant's secret, from a descriptor or typed (a wiped buffer); neither (fd -1, typed NULL): forgets it. */
enum err ops_media_host_secret(struct ops *o, int fd, const char *typed,
			       struct err_info *info) MUST_USE;
/* Network. Puts a small picture, fetches it as a platform would, deletes it: {host, url, type, put_ms, fetch_ms, deleted}. */
enum err ops_media_host_test(struct ops *o, const struct flag *abort_flag, struct json **out,
			     struct err_info *info) MUST_USE;

/* ------------------------------------------------------------------ publishing */
/* The publisher's thread of this process (console, daemon). */
enum err app_publisher_start(struct app *a, const char *how, struct err_info *info) MUST_USE;
void app_publisher_wake(struct app *a);
void app_publisher_stop(struct app *a);
struct publisher_view {
	const char *phase; /* "waiting" "recovering" "running" "stopping" "stopped" */
	int in_flight;
	struct err_info trouble;
};
void app_publisher_view(const struct app *a, struct publisher_view *out); /* any thread */
struct run_request {
	bool until_idle;
	int64_t timeout_ms;
	const struct flag *stop;
	int wake_fd;
};
struct run_tally {
	int64_t published, failed, unknown, retried, missed;
	int64_t waited_us; /* of the run's time: for answers, due times and wakes */
};
enum err ops_run(struct ops *o, const struct run_request *r, struct run_tally *out,
		 struct err_info *info) MUST_USE;

#endif
