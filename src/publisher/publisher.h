/* publisher/publisher.h - the thread that publishes: one per workspace at a time.
 *
 * Its loop: hold the publisher's lock (or wait for it), recover what was in flight when the last one ended, then:
 * promote due jobs, claim up to in_flight, drive each attempt's steps over one curl multi handle, store what was
 * learned before the next step, mark `sent` durably before a commit-like request, write outcomes; refresh logins before they
 * expire; settle unknowns. What finishes together shares one durable commit. It sleeps until the nearest of: an answer, a due time, a
 * change of the database (workspace_watch), a wake. No wake-up without a reason, but the heart-beat every 5 s.
 *
 * Threads: publisher_start/stop from one thread; publisher_wake, publisher_snapshot from any. */
#ifndef MASTHEAD_PUBLISHER_PUBLISHER_H
#define MASTHEAD_PUBLISHER_PUBLISHER_H

#include "publisher/media_host.h"
#include "store/jobs.h"
#include "store/workspace.h"

struct publisher_settings {
	int64_t timeout_ms, connect_timeout_ms; /* http.* */
	int64_t retry_base_ms, retry_cap_ms;    /* retry.*; max_retries stands in the job */
	int64_t settle_lag_ms;
	int64_t catch_up_ms; /* `catchup`; -1: hold */
	int in_flight;
	int64_t shutdown_limit_ms;
	const char *ca_file; /* NULL: the system's */
	struct media_host
		media; /* where files are put for platforms that fetch; strings borrowed likewise */
	/* platform.NAME.KEY ("api_base", "version") or NULL; borrowed for the publisher's life; any thread. */
	const char *(*platform_option)(const void *self, const char *platform, const char *key);
	const void *self;
};

enum publisher_phase {
	PUBLISHER_WAITING,
	PUBLISHER_RECOVERING,
	PUBLISHER_RUNNING,
	PUBLISHER_STOPPING,
	PUBLISHER_STOPPED
};
struct publisher_snapshot {
	enum publisher_phase phase;
	int in_flight;           /* attempts on the wire */
	struct err_info trouble; /* last failure of its own (recovery, database, key); OK if none */
};

struct publisher;
/* Settings are copied. how: "console" "daemon". */
enum err publisher_start(struct workspace *w, const struct publisher_settings *o,
			 const struct actor *actor, const char *how, struct publisher **p,
			 struct err_info *info) MUST_USE;
void publisher_wake(struct publisher *p);
void publisher_snapshot(const struct publisher *p, struct publisher_snapshot *out);
/* Claims nothing more, finishes what is in flight within shutdown_limit_ms, checkpoints, lets the lock go, joins. What was sent and
 * not answered by then is left as `processing`; the next publisher settles it. */
void publisher_stop(struct publisher **p);

/* The same loop in the calling thread: `run`, `publish --wait`. */
struct publisher_run {
	bool until_idle; /* end when nothing is due, retrying, settling or in flight (the future does not count) */
	int64_t timeout_ms;      /* 0: none. Whole run, waiting for the lock included. */
	int64_t lock_timeout_ms; /* how long to wait for the lock; then E_PUBLISHER_BUSY */
	const struct job_filter *
		only; /* only these jobs (ids); NULL: all. Ends when all have ended, failed or are unknown and unsettleable. */
	int64_t only_tenant;
	const struct flag *
		stop; /* set from a signal handler's thread: finish what is in flight, then return E_INTERRUPTED */
	int wake_fd; /* readable when stop was set; -1 */
};
struct publisher_tally {
	int64_t published, failed, unknown, retried, missed;
	int64_t waited_us; /* spent in waiting for answers, due times and wakes: all else is our own time */
};
/* E_PUBLISHER_BUSY, E_TIMEOUT (tally is filled), E_INTERRUPTED (likewise), or store and vault errors. */
enum err publisher_run(struct workspace *w, const struct publisher_settings *o,
		       const struct actor *actor, const char *how, const struct publisher_run *r,
		       struct publisher_tally *tally, struct err_info *info) MUST_USE;

/* What recovery does, or would do (dry). interrupted = requeued + quarantined + unknown. */
struct recovery_report {
	int64_t interrupted, requeued, unknown, due, future, missed, quarantined;
};
/* Needs the publisher's lock unless dry (dry: reads only). Interrupted and not sent: pending again (crashes + 1; at three: held, crashes).
 * Sent: unknown with settle_at = max(deadline, now). Missed: catch-up. Cost: only attempts in flight and due jobs. */
enum err recovery_run(struct store *service, const struct publisher_settings *o, int64_t now_ms,
		      bool dry, struct recovery_report *out, struct err_info *info) MUST_USE;

#endif
