/* publisher/engine.h - the inside of the publishing loop, for the files of this folder only.
 *
 * A *flight* is one operation on its way: an attempt, a look whether an unclear attempt went through, or a
 * refresh. The database stays the queue: flights are dropped at any time without loss, and what they have
 * learned is committed before they act on it. The rules that make "never twice" true:
 *
 *  (1) A flight sends only in PHASE_SEND, which it reaches only through a commit that holds its claim, its stage
 *      and, for a commit-like request, its `sent` mark with the deadline.
 *  (2) What an answer means is decided once, and kept until the commit that holds it has succeeded, however often the
 *      database refuses. Nothing is claimed meanwhile.
 *  (3) A turn of the loop is one transaction: outcomes first, then promotions, claims and marks.
 *
 * Threads: an engine belongs to the thread that runs it; only the snapshot behind its mutex is shared. */
#ifndef MASTHEAD_PUBLISHER_ENGINE_H
#define MASTHEAD_PUBLISHER_ENGINE_H

#include "base/thread.h"
#include "http/transport.h"
#include "platforms/platform.h"
#include "publisher/outcome.h"
#include "publisher/publisher.h"
#include "store/connections.h"
#include "store/media_objects.h"

/* ---- what is remembered of an account while the process lives ---------- */

struct account {
	int64_t tenant_id, connection_id;
	int64_t generation;  /* of its tokens: one more with each refresh */
	bool refresh_wanted; /* no flight has taken it up yet */
	bool refreshing;
	bool suspect; /* refreshed because the last token was refused; nothing has succeeded since */
	enum err_class refresh_class; /* how the last refresh ended */
	struct err_info refresh_error;
	int refresh_failures;       /* in a row, by the network */
	int64_t refresh_after_mono; /* not ahead of time before */
	bool rate_dirty;            /* rate is to be written with the next commit */
	struct connection_rate rate;
};

struct breaker {
	const struct platform *platform;
	int failures; /* in a row */
	bool open, probing;
	int64_t until_mono;
	enum {
		BREAKER_QUIET,
		BREAKER_OPENED,
		BREAKER_CLOSED
	} note; /* to be logged with the next commit */
	struct err_info error;
};

#define BREAKER_FAILURES 5
#define BREAKER_OPEN_MS 60000

/* An unknown job seen by this process. The wall clock may jump; reads keep their distance by the other one. */
struct unsettled {
	int64_t tenant_id, job_id;
	int64_t not_before_mono;
	bool counted; /* in tally.unknown */
};

/* ---- flights ----------------------------------------------------------- */

/* SWEEP: a file at the media host is deleted. It has no job, no account and no platform. */
enum flight_kind { FLIGHT_PUBLISH, FLIGHT_SETTLE, FLIGHT_REFRESH, FLIGHT_SWEEP };

enum flight_phase {
	PHASE_STEP,  /* the adapter is to be asked */
	PHASE_WRITE, /* `write` is to be committed, then `next` */
	PHASE_SEND,  /* may leave */
	PHASE_AIR,   /* with the transport */
	PHASE_WAIT,  /* until wait_mono */
	PHASE_LOGIN, /* until its account's refresh has ended */
	PHASE_OVER   /* to be freed */
};

enum flight_write {
	WRITE_NONE,
	WRITE_STAGE,   /* what was learned */
	WRITE_SENT,    /* the mark, and the stage */
	WRITE_END,     /* the attempt's outcome */
	WRITE_SETTLED, /* what a look has shown */
	WRITE_REFRESH_BEGIN,
	WRITE_REFRESHED,
	WRITE_MEDIA,    /* files that are going to be put, and those that were */
	WRITE_DROPPING, /* SWEEP: the file serves nobody any more */
	WRITE_DROPPED   /* SWEEP: what became of it */
};

/* Strings of what one query has answered; lives as long as the last flight of it. */
struct batch {
	struct arena *arena;
	int users;
};

/* Tokens that an operation learned on its way: they serve its next requests, and count at its end. */
struct learned {
	struct secret *access, *refresh;
	struct secret *service; /* PUBLISH */
	int64_t access_expires_at, refresh_expires_at;
};

/* What one exchange with the media host has come to. */
struct media_result {
	enum err_class cls;
	struct err_info error;
	int64_t retry_at;
	char *url; /* that the command has printed; owned */
};

/* An attempt's files on their way to the media host, before its adapter is asked; of a SWEEP the one that goes. */
struct flight_media {
	bool looked; /* for files that are there already */
	bool ready;  /* all are there */
	bool busy;   /* a request or a command is asked for, or on its way */
	bool done;   /* result is filled (command) */
	bool refused; /* the host would not have it: it is not there, and its row goes with the end */
	size_t at;    /* which file */
	struct media_object *files; /* one for each of the post's media; the batch's. SWEEP: one */
	bool *to_add, *to_tell;     /* not written yet: the row; that it is there */
	const char **urls;          /* what the adapter is told */
	struct http_request *request; /* NULL: a command */
	struct media_result result;
};

struct flight {
	enum flight_kind kind;
	enum flight_phase phase, next;
	enum flight_write write;
	struct batch *batch;
	const struct platform *platform;
	struct claim
		claim; /* PUBLISH, SETTLE; of a REFRESH only tenant and connection in claim.job */
	struct attempt attempt; /* SETTLE: the unclear one */
	struct connection conn;
	struct post post;
	struct account *account;
	int64_t generation; /* of the tokens that it sends */

	struct json *state;
	struct step_out out; /* of the last step; holds the request while it is in the air */
	bool has_out;
	struct transfer answer;
	bool has_answer;
	int steps;
	int64_t born_mono, wait_mono;

	bool commit_like;   /* the request last asked for */
	bool marked;        /* `sent` is stored */
	bool committed;     /* an earlier commit-like request of this attempt was answered */
	bool partly;        /* a part of the post is visible, and `state` knows all that is */
	bool settled_state; /* SETTLE: the last step has changed `state` */
	int64_t sent_at, deadline, deadline_mono;

	struct decision decision;     /* WRITE_END */
	struct settlement settlement; /* WRITE_SETTLED */
	struct err_info error;
	enum err_class cls; /* REFRESH: how it ended */
	bool set_status;    /* the account needs a person: status goes with the outcome */
	enum conn_status status;
	bool probe; /* of an open breaker */
	struct refresh_lease *lease;
	struct learned learned;      /* REFRESH */
	struct oauth_in client;      /* REFRESH: what the step is told of it */
	struct secret *seen_access;  /* while another refreshes the same login */
	struct secret *used_refresh; /* the token that a refresh has used */
	int64_t started_wall;
	bool discard; /* the database refuses this write for good */
	bool fresh;   /* claimed in the transaction that is open */
	struct flight_media media;
};

struct engine {
	struct workspace *w;
	const struct publisher_settings *o;
	const struct actor *actor;
	const char *how;
	const struct publisher_run *run; /* NULL: the publisher's thread */
	const struct flag *stop;
	int wake_fd;     /* -1: none */
	int own_wake_fd; /* eventfd that is drained here; -1 */

	struct store *s;
	struct transport *t;
	struct workspace_watch *watch;
	struct publisher_lock *lock;

	struct flight **flights;
	size_t n_flights, flights_size;
	struct account **accounts;
	size_t n_accounts, accounts_size;
	struct breaker *breakers;
	size_t n_breakers;
	struct unsettled *unsettled;
	size_t n_unsettled, unsettled_size;

	int64_t settle_mono; /* when a look that was due may be taken by the monotonic clock; INT64_MAX: none */
	int64_t look_mono; /* when to ask the queue next; INT64_MAX: at a change */
	int64_t due_at;    /* what it said last, wall; 0: nothing */
	bool idle;         /* nothing left that can be done without a person or the future */
	int64_t refresh_look_mono;
	int64_t media_look_mono;  /* when to look for files that are to go */
	struct media_task *tasks; /* commands that run, a list */
	struct queue *tasks_done;
	int64_t beat_mono;
	int commits; /* since the last checkpoint */

	int64_t db_retry_mono, db_delay_ms, db_since_mono; /* 0: the database is well */
	struct err_info db_trouble, vault_trouble, recovery_trouble;

	int64_t end_mono; /* of a run with a time limit; 0: none */
	bool stopping;
	int64_t stop_mono; /* when to give up on what is in the air */
	struct publisher_tally tally;

	struct mutex *mutex; /* guards *snapshot; NULL with run */
	struct publisher_snapshot *snapshot;
};

/* ---- loop.c */
/* One turn: answers, timers, one transaction, sends. */
void engine_turn(struct engine *e);
void engine_look_now(struct engine *e);
/* How many more attempts may be claimed. */
size_t engine_room(const struct engine *e);
/* Unsaved outcomes: answers that the database does not know yet. */
bool engine_has_unsaved(const struct engine *e);

/* ---- sleep.c */
/* Sleeps until there is a reason to turn again; drains what woke it. */
void engine_sleep(struct engine *e);
void engine_publish_snapshot(struct engine *e, enum publisher_phase phase);

/* ---- flight.c */
struct flight *flight_new(struct engine *e, enum flight_kind kind, struct batch *b);
void flight_free(struct flight **f);
struct batch *batch_new(void);
void batch_drop(struct batch **b);
/* [tx] Writes what the flight waits to have written. */
enum err flight_write(struct engine *e, struct flight *f, struct err_info *info);
/* After the commit. */
void flight_committed(struct engine *e, struct flight *f);
/* PHASE_SEND -> PHASE_AIR. */
void flight_send(struct engine *e, struct flight *f);
/* An unsent attempt goes back into the queue as it was: the program ends. */
void flight_withdraw(struct engine *e, struct flight *f);

/* ---- drive.c */
/* Asks the adapter and sets phase, write and next. */
void flight_step(struct engine *e, struct flight *f);
/* The refresh that it has waited for has ended. */
void flight_after_login(struct engine *e, struct flight *f);
void flight_fail(struct engine *e, struct flight *f, enum err_class cls,
		 const struct err_info *error, int64_t retry_at);
/* [tx] A claim's post and account; on OK the flight has asked its adapter. */
enum err flight_board(struct engine *e, struct flight *f, struct err_info *info);
/* The attempt's outcome, to be written. */
void flight_end_attempt(struct engine *e, struct flight *f, enum err_class cls,
			const struct err_info *error, int64_t retry_at);
void flight_to_write(struct flight *f, enum flight_write what, enum flight_phase next);

/* ---- settle.c */
enum err settle_start(struct engine *e, size_t room, size_t *started, struct err_info *info);
void settle_ended(struct engine *e, struct flight *f, enum step_verdict verdict, enum err_class cls,
		  const struct err_info *error, int64_t retry_at);
enum err settle_write(struct engine *e, struct flight *f, struct err_info *info);
void settle_committed(struct engine *e, struct flight *f);
struct unsettled *unsettled_find(struct engine *e, int64_t tenant_id, int64_t job_id, bool make);
void unsettled_drop(struct engine *e, int64_t tenant_id, int64_t job_id);

/* ---- refresh.c */
struct refresh_lease;
/* E_BUSY: another thread or process refreshes this login now. */
enum err refresh_lease_try(struct workspace *w, int64_t tenant_id, int64_t connection_id,
			   struct refresh_lease **out, struct err_info *info) MUST_USE;
void refresh_lease_free(struct refresh_lease **l);
/* [tx] What a refresh has brought: tokens or status, sync log, audit entry. used: the refresh token that was sent (may be NULL);
 * a refusal of a token that is no longer the stored one changes nothing (*cls becomes CLASS_TRANSIENT). */
enum err refresh_store(struct store *s, const struct connection *c, const struct step_out *out,
		       enum err_class *cls, struct err_info *error, const struct secret *used,
		       int64_t at, int64_t duration_ms, struct err_info *info) MUST_USE;
/* The access token as stored, to be told apart later; NULL where it cannot be had. */
struct secret *login_access_now(struct store *s, int64_t tenant_id, int64_t connection_id) MUST_USE;
/* Is another one stored than `before`? Then whoever was at it has refreshed. */
bool login_access_changed(struct store *s, int64_t tenant_id, int64_t connection_id,
			  const struct secret *before);
/* [tx] The sync log and the audit entry of a refresh or verification. */
enum err login_write_notes(struct store *s, const struct connection *c, const char *op,
			   enum err_class cls, const struct err_info *error, int64_t at,
			   int64_t duration_ms, struct err_info *info) MUST_USE;
/* Starts what is wanted or due ahead of time. */
enum err refresh_start(struct engine *e, struct err_info *info);
void refresh_flight_step(struct engine *e, struct flight *f);
void refresh_flight_ended(struct engine *e, struct flight *f, enum err_class cls,
			  const struct err_info *error);
enum err refresh_flight_write(struct engine *e, struct flight *f, struct err_info *info);
void refresh_flight_committed(struct engine *e, struct flight *f);
/* What a refusal by a platform makes of the account. */
enum conn_status refresh_status_of(enum err code);
#define TOKEN_MARGIN_MS 30000 /* a token that expires sooner is refreshed before it is used */
bool refresh_is_due(const struct connection *c, int64_t now_ms);

/* ---- media.c */
/* Does the attempt wait for its files to be put? */
bool media_wanted(const struct flight *f);
/* The next of them. True: all are there, and their addresses in f->media.urls. */
bool media_step(struct engine *e, struct flight *f);
enum err media_write(struct engine *e, struct flight *f, struct err_info *info);         /* [tx] */
enum err media_write_refused(struct engine *e, struct flight *f, struct err_info *info); /* [tx] */
void media_committed(struct flight *f);
/* PHASE_SEND -> PHASE_AIR, also of a SWEEP. */
void media_send(struct engine *e, struct flight *f);
/* Takes the answer, or what the command has come to. */
void media_take_result(struct engine *e, struct flight *f, bool deleting);
void media_free(struct flight *f);

/* ---- media_sweep.c */
/* Starts deleting what no job needs any more. */
enum err media_sweep_start(struct engine *e, struct err_info *info);
void media_sweep_soon(struct engine *e);
void media_sweep_step(struct engine *e, struct flight *f);
void media_sweep_failed(struct engine *e, struct flight *f, const struct err_info *info);
enum err media_sweep_write(struct engine *e, struct flight *f, struct err_info *info); /* [tx] */

/* ---- media_task.c: the media host's command, each in a thread of its own */
void media_task_start(struct engine *e, struct flight *f, const struct media_call *c);
/* Those that have ended: their flights go on. */
void media_tasks_take(struct engine *e);
int media_tasks_fd(const struct engine *e); /* readable when one has ended; -1: none runs */
void media_tasks_end(struct engine *e);     /* by force */

/* ---- rate.c */
struct account *account_find(struct engine *e, int64_t tenant_id, int64_t connection_id);
void account_rate(struct account *a, const struct step_out *out, enum err_class cls,
		  int64_t retry_at, int64_t now_ms);
enum err accounts_write_rates(struct engine *e, struct err_info *info); /* [tx] */
void accounts_rates_written(struct engine *e);
struct breaker *breaker_of(struct engine *e, const struct platform *p);
void breaker_result(struct engine *e, const struct platform *p, enum err_class cls,
		    const struct err_info *error, bool probe);
/* Fills a NULL-terminated list (room for all platforms and NULL) of those that must not be claimed now; true if any. */
bool breakers_closed_out(struct engine *e, const char **names);
/* One that may be probed now; NULL if none. */
struct breaker *breaker_to_probe(struct engine *e);
enum err breakers_write(struct engine *e, struct err_info *info); /* [tx] */
void breakers_written(struct engine *e);

/* ---- exchange.c, used by all */
void learned_take(struct learned *l, const struct step_out *o);
void learned_use(const struct learned *l, struct secret_set *set);
void learned_tell(const struct learned *l, struct step_out *out);
/* A refresh that fails after its tokens came has done its work: they are stored, for the old ones may be used up. */
bool learned_suffices(const struct learned *l, enum platform_op op, enum err_class cls);
void learned_free(struct learned *l);
/* The secrets that a request has places for, opened from the vault; secrets_free ends them. */
struct opened_secrets {
	struct secret *owned[SLOT_COUNT];
	struct secret_set set;
};
enum err secrets_open(struct store *s, const struct connection *c, const struct http_request *r,
		      struct opened_secrets *out, struct err_info *info) MUST_USE;
void secrets_close(struct opened_secrets *x);
const char *settings_option(const struct publisher_settings *o, const char *platform,
			    const char *key);
bool connection_on_loopback(const struct publisher_settings *o, const struct connection *c);
void connection_step_in(const struct publisher_settings *o, const struct connection *c,
			struct step_in *in);

/* ---- recovery.c */
enum err recovery_do(struct store *s, const struct publisher_settings *o, int64_t now_ms, bool dry,
		     void (*unknown)(void *self, int64_t tenant_id, int64_t job_id), void *self,
		     struct recovery_report *out, struct err_info *info) MUST_USE;

#endif
