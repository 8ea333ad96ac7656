/* publisher/recovery.c - what the last publisher left behind, sorted as the lock is taken.
 *
 * A job in `processing` while nobody publishes was interrupted for certain. If its attempt was not marked sent, nothing that could
 * be seen has left, and it goes back into the queue; else it is unknown, and settled like any other. Costs
 * one pass over what was in flight and over what is due; the rest of the queue is not touched. Works in slices, so that
 * nobody waits long for the write lock. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"

#define ORPHAN_SLICE 128
#define PROMOTE_SLICE 256

static const char *title_of(const char *platform)
{
	const struct platform *p = platform_find(platform);

	return p ? p->title : platform;
}

static enum err requeue(struct store *s, const struct job *j, const struct attempt *a,
			int64_t now_ms, struct recovery_report *r, struct err_info *info)
{
	bool too_often = j->crashes + 1 >= CRASHES_MAX;
	struct err_info why;
	struct attempt_end end = {.outcome = OUTCOME_INTERRUPTED,
				  .finished_at = now_ms,
				  .code = err_name(E_INTERRUPTED),
				  .message = why.text};
	struct transition t = {.to = too_often ? JOB_HELD : JOB_PENDING,
			       .action = too_often ? "job.quarantine" : "job.recover",
			       .hold_reason = too_often ? HOLD_CRASHES : HOLD_NONE,
			       .next_attempt_at = too_often ? 0 : now_ms,
			       .failures = -1,
			       .crashes = j->crashes + 1,
			       .error = &why,
			       .error_class = CLASS_TRANSIENT};

	err_set(&why, E_INTERRUPTED, "interrupted before the post left for %s",
		title_of(j->platform));
	if (too_often)
		err_hint(&why, "interrupted %d times in a row: look at it, then release it",
			 CRASHES_MAX);
	r->quarantined += too_often;
	r->requeued += !too_often;
	return attempt_finish(s, j->tenant_id, j->id, a->n, &end, &t, info);
}

static enum err make_unknown(struct store *s, const struct job *j, const struct attempt *a,
			     int64_t now_ms, struct recovery_report *r, struct err_info *info)
{
	const struct platform *p = platform_find(j->platform);
	bool can_ask = p && p->settling != SETTLE_BY_PERSON;
	struct err_info why;
	struct attempt_end end = {.outcome = OUTCOME_UNKNOWN,
				  .finished_at = now_ms,
				  .code = err_name(E_UNKNOWN_OUTCOME),
				  .message = why.text};
	struct transition t = {.to = JOB_UNKNOWN,
			       .action = "job.unknown",
			       .failures = -1,
			       .crashes = j->crashes + 1,
			       .error = &why,
			       .error_class = CLASS_UNKNOWN};

	if (can_ask)
		end.settle_at = a->deadline > now_ms ? a->deadline : now_ms;
	err_set(&why, E_UNKNOWN_OUTCOME, "interrupted while the post was on its way to %s",
		title_of(j->platform));
	err_hint(&why, can_ask ? "it is being found out by asking the platform"
			       : "look at the account, then resolve the job");
	r->unknown++;
	return attempt_finish(s, j->tenant_id, j->id, a->n, &end, &t, info);
}

struct orphans {
	struct job *jobs;
	struct attempt *attempts;
	size_t n;
};

static enum err sort_slice(struct store *s, const struct orphans *o, size_t from, size_t to,
			   int64_t now_ms, struct recovery_report *r, struct err_info *info)
{
	struct recovery_report sorted = *r;
	enum err e = store_begin(s, info);

	if (e)
		return e;
	for (size_t i = from; i < to && !e; i++) {
		const struct job *j = &o->jobs[i];
		const struct attempt *a = &o->attempts[i];

		e = a->sent_at ? make_unknown(s, j, a, now_ms, &sorted, info)
			       : requeue(s, j, a, now_ms, &sorted, info);
	}
	if (e) {
		store_rollback(s);
		return e;
	}
	e = store_commit(s, info);
	if (!e)
		*r = sorted;
	return e;
}

static void count_dry(const struct orphans *o, struct recovery_report *r)
{
	for (size_t i = 0; i < o->n; i++) {
		if (o->attempts[i].sent_at)
			r->unknown++;
		else if (o->jobs[i].crashes + 1 >= CRASHES_MAX)
			r->quarantined++;
		else
			r->requeued++;
	}
}

static enum err promote_all(struct store *s, const struct publisher_settings *o, int64_t now_ms,
			    struct recovery_report *r, struct err_info *info)
{
	int64_t promoted, missed;
	enum err e;

	do {
		e = store_begin(s, info);
		if (e)
			return e;
		promoted = missed = 0;
		e = jobs_promote(s, now_ms, o->catch_up_ms, PROMOTE_SLICE, &promoted, &missed,
				 info);
		if (e) {
			store_rollback(s);
			return e;
		}
		e = store_commit(s, info);
		if (e)
			return e;
		r->missed += missed;
	} while (promoted + missed >= PROMOTE_SLICE);
	return OK;
}

enum err recovery_do(struct store *s, const struct publisher_settings *o, int64_t now_ms, bool dry,
		     void (*unknown)(void *self, int64_t tenant_id, int64_t job_id), void *self,
		     struct recovery_report *out, struct err_info *info)
{
	struct recovery_report r = {0};
	struct orphans found = {0};
	struct arena *a = arena_new();
	int64_t missed = 0;
	enum err e = jobs_orphans(s, a, &found.jobs, &found.attempts, &found.n, info);

	/* What is put back below is told as such, and not as due. */
	if (!e)
		e = jobs_due_counts(s, now_ms, o->catch_up_ms, &r.due, &missed, &r.future, info);
	if (!e && dry)
		count_dry(&found, &r);
	for (size_t i = 0; !e && !dry && i < found.n; i += ORPHAN_SLICE) {
		size_t to = i + ORPHAN_SLICE < found.n ? i + ORPHAN_SLICE : found.n;

		e = sort_slice(s, &found, i, to, now_ms, &r, info);
		for (size_t k = i; !e && unknown && k < to; k++)
			if (found.attempts[k].sent_at)
				unknown(self, found.jobs[k].tenant_id, found.jobs[k].id);
	}
	if (!e && dry)
		r.missed = missed;
	if (!e && !dry && (missed > 0 || r.due > 0))
		e = promote_all(s, o, now_ms, &r, info);
	r.interrupted = r.requeued + r.quarantined + r.unknown;
	arena_free(&a);
	if (!e)
		*out = r;
	return e;
}

enum err recovery_run(struct store *service, const struct publisher_settings *o, int64_t now_ms,
		      bool dry, struct recovery_report *out, struct err_info *info)
{
	return recovery_do(service, o, now_ms, dry, NULL, NULL, out, info);
}
