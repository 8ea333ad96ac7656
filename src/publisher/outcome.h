/* publisher/outcome.h - what an attempt's end means: the retry policy and the settling rule, as pure functions.
 *
 * No I/O and no clock of their own, so that tables can test them. Any thread. */
#ifndef MASTHEAD_PUBLISHER_OUTCOME_H
#define MASTHEAD_PUBLISHER_OUTCOME_H

#include "http/transport.h"
#include "platforms/platform.h"
#include "publisher/publisher.h"

/* After how many interruptions in a row a job is set aside. */
#define CRASHES_MAX 3

/* The class that counts. `said` is the adapter's word, or for an answer that did not come what the transport says (its error
 * code decides between transient and permanent). */
struct judgement {
	enum transfer_fate fate;
	enum err_class said; /* CLASS_NONE with ANSWERED: success */
	enum err code;       /* of the error */
	bool commit_like;    /* the request that this is about */
	bool committed;      /* an earlier commit-like request of the attempt was answered */
};
enum err_class outcome_class(const struct judgement *j);

struct outcome_case {
	const struct job *job;
	const struct publisher_settings *o;
	enum settling settling;
	enum err_class cls; /* CLASS_NONE: published */
	const struct err_info *error;
	const char *remote_id, *remote_url;
	bool answered; /* an answer came, however bad */
	bool partly;   /* a part of the post is visible: the job's stage knows it, and is kept */
	int64_t now_ms;
	int64_t retry_at; /* told by the platform; 0: not */
	int64_t deadline; /* of the sent request; 0: not sent */
	int64_t duration_ms;
	unsigned random; /* 0..9999: the scatter */
};
/* What goes to attempt_finish. Strings point into `error` here or are borrowed from the case. */
struct decision {
	struct attempt_end end;
	struct transition t;
	struct err_info error;
};
/* Fills in place: *out must not be moved afterwards. */
void outcome_decide(const struct outcome_case *c, struct decision *out);

/* min(cap, base * 2^failures), +-20 %. failures: before this one. */
int64_t outcome_retry_delay(const struct publisher_settings *o, int64_t failures, unsigned random);

/* ---- settling */
enum settle_move {
	SETTLE_FOUND,  /* published */
	SETTLE_RESEND, /* the same key again */
	SETTLE_LATER,  /* look again at settle_at */
	SETTLE_FAIL,   /* provably refused each time, and no retry is left */
	SETTLE_PERSON  /* cannot be told */
};
struct settle_case {
	const struct publisher_settings *o;
	const struct platform *platform;
	enum step_verdict verdict; /* STEP_FAILED: with cls */
	enum err_class cls;
	int64_t reads;   /* absences seen before this look */
	int64_t crashes; /* of the job */
	/* A sending that came to nothing counts as a transient failure, but for one that a crash interrupted. */
	bool counts;
	int64_t failures, max_retries; /* of the job */
	int64_t http_status;           /* that the sending was answered with; 0: none */
	unsigned random;
	bool has_stage;
	int64_t now_ms, finished_at, key_time_ms, deadline;
	int64_t retry_at;
};
struct settlement {
	enum settle_move move;
	int64_t reads;     /* now */
	int64_t settle_at; /* LATER */
	int64_t wait_ms;   /* LATER: the same as a distance; RESEND: how long to wait before it */
	int64_t failures;  /* RESEND, FAIL: of the job now; -1 as before */
	const char *why;   /* msgid for the log */
};
/* Absence is believed after three looks, the second one lag after the first and the third two lags after the
 * second, all after the deadline, and only where a key or a stage makes a resend harmless. */
void settle_decide(const struct settle_case *c, struct settlement *out);
#define SETTLE_READS 3
int64_t settle_lag_ms(const struct publisher_settings *o, const struct platform *p);
/* Does the key protect a resend that leaves now? */
bool settle_key_lives(const struct publisher_settings *o, const struct platform *p,
		      int64_t key_time_ms, int64_t now_ms);

#endif
