/* store/jobs.h - the queue: jobs and their attempts. THE one place where a job changes its state.
 *
 *   draft -> scheduled -> pending -> processing -> published
 *                           ^  |        |   |----> failed      (held: missed, crashes, or by an operator)
 *                           |  |        |   `----> unknown
 *                           |  `-> cancelled
 *                           `--- retry at T / provably absent
 *
 * Invariants (job_check asserts them for one row, jobs_check for all):
 *  (1) A job is in exactly one state, and each change of it has one log entry in the same commit.
 *  (2) `processing` has exactly one unfinished attempt; other states have none.
 *  (3) An attempt is marked sent, durably, before its first commit-like request leaves.
 *  (4) `published` has a remote id or was resolved so by a person; published_at is set.
 *  (5) `unknown` has a last attempt that was sent, finished, with outcome unknown; leaves only by settling or by a person.
 *  (6) `pending` and `scheduled` have next_attempt_at; ended states have none.
 *  (7) failures <= max_retries + 1, and attempts = number of attempt rows = claims.
 *  (8) A cancelled job that was never claimed has no attempts.
 *  (9) counters = rows counted, per connection and state.
 * wait `paused` and `auth` are not stored: reads derive them from the pauses and the connection. */
#ifndef MASTHEAD_STORE_JOBS_H
#define MASTHEAD_STORE_JOBS_H

#include "store/store.h"

/* [tx] A new job for a post. status: draft, scheduled or pending. max_retries < 0 is invalid. */
struct job_values {
	int64_t post_id, connection_id;
	enum job_status status;
	enum job_wait wait;   /* WAIT_UNDO or WAIT_NONE */
	int64_t scheduled_at; /* when it is to go out (now for at once) */
	int64_t next_attempt_at;
	int64_t max_retries, priority;
	const char *content_hash;
};
enum err job_add(struct store *s, const struct job_values *v, int64_t *id,
		 struct err_info *info) MUST_USE;

/* How a job moves. One function; the table of allowed moves stands in jobs.c. */
struct transition {
	enum job_status to;
	const char *action; /* for the log: "job.cancel" */
	enum job_wait wait;
	enum hold_reason hold_reason;
	int64_t next_attempt_at;            /* for pending/scheduled */
	int64_t scheduled_at;               /* != 0: replaces it (reschedule) */
	int64_t failures;                   /* new value; -1: unchanged */
	int64_t crashes;                    /* new value; -1: unchanged */
	const char *remote_id, *remote_url; /* NULL: unchanged */
	const struct err_info *error;       /* NULL: clears it */
	enum err_class error_class;
	const char *stage; /* NULL: unchanged; "" clears */
	int64_t published_at;
	const char *message; /* for the log; NULL: error's text */
	int64_t duration_ms;
};
/* [tx] E_STATE when the move is not allowed from where the job is, E_NOT_FOUND. A move out of `unknown` also tells how its last
 * attempt ended after all: published (-> published), else absent. */
enum err job_transition(struct store *s, int64_t tenant_id, int64_t job_id,
			const struct transition *t, struct err_info *info) MUST_USE;

/* [tx] Of a job that has not been claimed; the caller has looked. E_NOT_FOUND. */
enum err job_priority_set(struct store *s, int64_t job_id, int64_t priority,
			  struct err_info *info) MUST_USE;

/* --- the publisher's side (service scope) --- */
/* [tx] Scheduled jobs that are due become pending, or held (missed) when later than the brand's catch-up allows
 * (default_catch_up_ms for CATCH_UP_DEFAULT). At most `limit` a call; *n says how many moved. */
enum err jobs_promote(struct store *s, int64_t now_ms, int64_t default_catch_up_ms, int limit,
		      int64_t *promoted, int64_t *missed, struct err_info *info) MUST_USE;
/* [tx] Takes up to `limit` due pending jobs (next_attempt_at <= now), best priority first, then longest due, over all live connections that
 * are not paused, not blocked by a rate and `connected` or `unreachable` (a network failure is no reason to wait for a person): each becomes processing with a new attempt row.
 * make_key fills the attempt's key. only_jobs (NULL: all): restricts to these (publish --wait).
 * out: jobs with media unfilled; out_n[i] attempt numbers. Cost: independent of the queue's length. */
struct claim {
	struct job job;
	int64_t attempt;
	char key[64];
	int64_t key_time_ms;
	bool resend; /* the key was kept by job_requeue_same_key */
};
struct claim_request {
	int64_t now_ms;
	int limit;
	void (*make_key)(void *self, const char *platform, int64_t now_ms, char *out, size_t size);
	void *self;
	const struct job_filter *only; /* ids + tenant below */
	int64_t only_tenant;
	const char *const *not_platforms; /* open breakers; NULL-terminated or NULL */
};
enum err jobs_claim(struct store *s, const struct claim_request *r, struct arena *a,
		    struct claim *out, size_t *n, struct err_info *info) MUST_USE;
/* Does another job of the same connection, changed at or after since_ms, hold this id of the platform? */
enum err job_remote_taken(struct store *s, const struct job *j, const char *remote_id,
			  int64_t since_ms, bool *out, struct err_info *info) MUST_USE;
/* The earliest moment at which something can be done without a person: pending (retries too, blocked_until counted), settling, and,
 * if scheduled_too, scheduled jobs; refresh excluded. Jobs that are paused or whose connection needs a login do not count, else the
 * publisher would never sleep. 0: nothing. Cheap. */
enum err jobs_next_due(struct store *s, int64_t now_ms, bool scheduled_too,
		       const struct job_filter *only, int64_t only_tenant, int64_t *at,
		       struct err_info *info) MUST_USE;
/* What jobs_promote would do, and what is pending, counted; reads only. due: pending or scheduled up to now, without the missed. */
enum err jobs_due_counts(struct store *s, int64_t now_ms, int64_t default_catch_up_ms, int64_t *due,
			 int64_t *missed, int64_t *future, struct err_info *info) MUST_USE;

/* [tx] Before the commit-like request leaves. stage: adapter's state (may be NULL). */
enum err attempt_sent(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
		      int64_t sent_at, int64_t deadline, const char *stage,
		      struct err_info *info) MUST_USE;
/* [tx] What was learned between steps. */
enum err attempt_stage(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
		       const char *stage, struct err_info *info) MUST_USE;
/* [tx] What is known of a job that is not being published: settled parts of it. "": nothing. E_NOT_FOUND. */
enum err job_stage_set(struct store *s, int64_t tenant_id, int64_t job_id, const char *stage,
		       struct err_info *info) MUST_USE;
/* [tx] The attempt's end and the job's move, together. outcome UNKNOWN: settle_at says when to look first. */
struct attempt_end {
	enum outcome outcome;
	int64_t finished_at, http_status;
	const char *code, *message;
	int64_t settle_at;
};
enum err attempt_finish(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
			const struct attempt_end *e, const struct transition *t,
			struct err_info *info) MUST_USE;
/* Unknown jobs whose last attempt wants a read-back at or before now (settle_at <= now and != 0) and whose connection is `connected` or
 * `unreachable`, longest due first; also their keys. */
enum err jobs_to_settle(struct store *s, int64_t now_ms, const struct job_filter *only,
			int64_t only_tenant, int limit, struct arena *a, struct claim *out,
			size_t *n, struct err_info *info) MUST_USE;
/* [tx] Another read saw nothing / failed: remember and plan the next (0: none, a person decides). */
enum err attempt_settle_note(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
			     int64_t reads, int64_t settle_at, const char *message,
			     struct err_info *info) MUST_USE;
/* [tx] Unknown, provably absent or allowed one identical resend: a new attempt under the SAME key; the job becomes pending with
 * that key reserved: jobs_claim reuses key and key_time, and does so again when such an attempt ends transient, rate-limited, auth or
 * interrupted, for the first sending may still arrive. The key goes when the job ends or a person moves it. failures: as in a
 * transition; above 0 the job waits as for a retry. */
enum err job_requeue_same_key(struct store *s, int64_t tenant_id, int64_t job_id,
			      const char *message, int64_t next_attempt_at, int64_t failures,
			      struct err_info *info) MUST_USE;
/* All jobs in `processing`: orphans when the publisher's lock has just been taken. attempt.sent_at tells which kind. */
enum err jobs_orphans(struct store *s, struct arena *a, struct job **jobs,
		      struct attempt **attempts, size_t *n, struct err_info *info) MUST_USE;

/* --- reading --- */
enum err job_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a, struct job *out,
		 struct err_info *info) MUST_USE; /* media filled */
enum err job_attempts(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
		      struct attempt **out, size_t *n, struct err_info *info) MUST_USE;
/* By key, never by OFFSET unless r->offset asks. Filters without an index are cut off after a bounded scan with total -1. */
enum err jobs_page(struct store *s, const struct job_filter *f, enum job_sort sort,
		   const struct page_request *r, struct page *out, struct err_info *info) MUST_USE;
/* Ids that the filter matches, in number order, after `after`, at most limit: for bulk work in steps. */
enum err jobs_ids(struct store *s, const struct job_filter *f, int64_t after, int limit,
		  int64_t *ids, size_t *n, struct err_info *info) MUST_USE;
/* Counts from the counters, by state; brand/connection 0: all; tenant 0 with the service scope: all tenants. */
enum err jobs_counts(struct store *s, int64_t brand_id, int64_t connection_id,
		     int64_t out[JOB_STATUS_COUNT], struct err_info *info) MUST_USE;
struct queue_facts {
	int64_t due;            /* pending and due now, not paused */
	int64_t retrying;       /* pending with wait retry or rate */
	int64_t failed_today;   /* since day_start; FAILED_TODAY_MAX a tenant: so many or more */
	int64_t oldest_due;     /* since when; 0: none */
	int64_t oldest_unknown; /* finished_at of its attempt; 0 */
	int64_t attention;      /* connections of living brands that are not connected */
};
enum err queue_facts_read(struct store *s, int64_t now_ms, int64_t day_start,
			  struct queue_facts *out, struct err_info *info) MUST_USE;

/* What became of the jobs that changed in the stretch. Names in the arena. E_INVALID: no or too many parts. */
enum err jobs_stats(struct store *s, const struct stats_request *r, struct arena *a,
		    struct stats *out, struct err_info *info) MUST_USE;

/* Invariants over the whole scope. Calls report for each problem; repair: [tx] mends counters. */
enum err jobs_check(struct store *s,
		    void (*report)(void *self, const char *code, const char *message,
				   bool repairable),
		    void *self, bool repair, struct err_info *info) MUST_USE;

#endif
