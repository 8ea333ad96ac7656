/* publisher/settle.c - finding out what became of an attempt whose outcome is not known.
 *
 * A look only reads, so it is free to repeat, and what it learns between its requests is not stored. What it
 * shows is judged by settle_decide. Looks keep their distance by the monotonic clock as well as by the stored time, for the wall clock may
 * jump. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "publisher/engine.h"
#include "store/posts.h"

#define SETTLE_BATCH 32
/* How long before an attempt the job that published what its look may find can have been written last: lists are read from
 * the attempt on, with room for clocks that differ. */
#define TAKEN_SINCE_MS 3600000

struct unsettled *unsettled_find(struct engine *e, int64_t tenant_id, int64_t job_id, bool make)
{
	struct unsettled *u;

	for (size_t i = 0; i < e->n_unsettled; i++) {
		u = &e->unsettled[i];
		if (u->job_id == job_id && u->tenant_id == tenant_id)
			return u;
	}
	if (!make)
		return NULL;
	if (e->n_unsettled == e->unsettled_size) {
		e->unsettled_size = e->unsettled_size ? 2 * e->unsettled_size : 16;
		e->unsettled = xrealloc(e->unsettled, e->unsettled_size, sizeof(*e->unsettled));
	}
	u = &e->unsettled[e->n_unsettled++];
	*u = (struct unsettled){.tenant_id = tenant_id, .job_id = job_id};
	return u;
}

void unsettled_drop(struct engine *e, int64_t tenant_id, int64_t job_id)
{
	struct unsettled *u = unsettled_find(e, tenant_id, job_id, false);

	if (u)
		*u = e->unsettled[--e->n_unsettled];
}

static bool is_looked_at(const struct engine *e, const struct job *j)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		const struct flight *f = e->flights[i];

		if (f->kind == FLIGHT_SETTLE && f->claim.job.id == j->id &&
		    f->claim.job.tenant_id == j->tenant_id)
			return true;
	}
	return false;
}

static bool may_look(struct engine *e, const struct job *j)
{
	const struct unsettled *u = unsettled_find(e, j->tenant_id, j->id, false);

	if (is_looked_at(e, j))
		return false;
	if (!u || u->not_before_mono <= clock_mono_ms())
		return true;
	if (u->not_before_mono < e->settle_mono)
		e->settle_mono = u->not_before_mono;
	return false;
}

/* The attempt that is unclear is the last one. */
static enum err read_attempt(struct engine *e, struct flight *f, struct err_info *info)
{
	struct attempt *list;
	size_t n;
	enum err err = job_attempts(e->s, f->claim.job.tenant_id, f->claim.job.id, f->batch->arena,
				    &list, &n, info);

	if (err)
		return err;
	if (n == 0)
		return err_set(info, E_CORRUPT, "job %lld is unknown without an attempt",
			       (long long)f->claim.job.id);
	f->attempt = list[n - 1];
	return OK;
}

enum err settle_start(struct engine *e, size_t room, size_t *started, struct err_info *info)
{
	const struct job_filter *only = e->run ? e->run->only : NULL;
	int64_t only_tenant = e->run ? e->run->only_tenant : 0;
	struct claim claims[SETTLE_BATCH];
	struct batch *b = batch_new();
	size_t n = 0;
	enum err err;

	*started = 0;
	e->settle_mono = INT64_MAX;
	err = jobs_to_settle(e->s, clock_wall_ms(), only, only_tenant, SETTLE_BATCH, b->arena,
			     claims, &n, info);
	for (size_t i = 0; !err && i < n && *started < room; i++) {
		struct flight *f;

		if (!may_look(e, &claims[i].job))
			continue;
		f = flight_new(e, FLIGHT_SETTLE, b);
		f->claim = claims[i];
		f->started_wall = clock_wall_ms();
		err = read_attempt(e, f, info);
		if (!err)
			err = flight_board(e, f, info);
		if (err) {
			e->n_flights--;
			flight_free(&f);
			break;
		}
		(*started)++;
	}
	batch_drop(&b);
	return err;
}

void settle_ended(struct engine *e, struct flight *f, enum step_verdict verdict, enum err_class cls,
		  const struct err_info *error, int64_t retry_at)
{
	struct settle_case c = {.o = e->o,
				.platform = f->platform,
				.verdict = verdict,
				.cls = cls,
				.reads = f->attempt.settle_reads,
				.crashes = f->claim.job.crashes,
				.counts = f->attempt.http_status || !f->claim.job.crashes,
				.failures = f->claim.job.failures,
				.max_retries = f->claim.job.max_retries,
				.http_status = f->attempt.http_status,
				.random = (unsigned)rng_below(10000),
				.has_stage = f->claim.job.stage && f->claim.job.stage[0],
				.now_ms = clock_wall_ms(),
				.finished_at = f->attempt.finished_at,
				.key_time_ms = f->claim.key_time_ms,
				.deadline = f->attempt.deadline,
				.retry_at = retry_at};

	/* An answered attempt is no longer on its way; its settling began before the deadline. */
	if (f->attempt.finished_at < c.deadline && f->attempt.settle_at < c.deadline)
		c.deadline = f->attempt.settle_at;
	settle_decide(&c, &f->settlement);
	f->error = *error;
	f->cls = cls;
	f->write = WRITE_SETTLED;
	f->next = PHASE_OVER;
	f->phase = PHASE_WRITE;
}

/* [tx] One row of the sync log per look: what was asked, and what came of it. */
static enum err write_sync(struct engine *e, const struct flight *f, struct err_info *info)
{
	static const char *const words[] = {[SETTLE_FOUND] = "found",
					    [SETTLE_RESEND] = "absent",
					    [SETTLE_LATER] = "later",
					    [SETTLE_FAIL] = "absent",
					    [SETTLE_PERSON] = "undecided"};
	bool failed = f->cls != CLASS_NONE;
	struct sync_note n = {.connection_id = f->claim.job.connection_id,
			      .platform = f->claim.job.platform,
			      .op = "settle",
			      .at = f->started_wall,
			      .duration_ms = clock_mono_ms() - f->born_mono,
			      .http_status = f->error.http_status,
			      .outcome = failed ? err_class_name(f->cls) : "ok",
			      .code = failed ? err_name(f->error.code) : NULL,
			      .message = failed ? f->error.text : words[f->settlement.move]};

	return sync_log_add(e->s, f->claim.job.tenant_id, &n, info);
}

static enum err write_found(struct engine *e, const struct flight *f, struct err_info *info)
{
	const struct job *j = &f->claim.job;
	struct transition t = {.to = JOB_PUBLISHED,
			       .action = "job.settle",
			       .failures = -1,
			       .crashes = 0,
			       .remote_id = f->out.remote_id,
			       .remote_url = f->out.remote_url,
			       .published_at = f->attempt.sent_at ? f->attempt.sent_at
								  : clock_wall_ms(),
			       .message = f->settlement.why,
			       .duration_ms = clock_mono_ms() - f->born_mono};

	return job_transition(e->s, j->tenant_id, j->id, &t, info);
}

/* The words of the answer that it got stay: they say why. */
static enum err write_failed(struct engine *e, const struct flight *f, struct err_info *info)
{
	const struct job *j = &f->claim.job;
	struct err_info why;
	const char *id = NULL, *url = NULL;
	bool begun = platform_begun(j->stage, f->batch->arena, &id, &url);
	struct transition t = {.to = JOB_FAILED,
			       .action = "job.fail",
			       .failures = f->settlement.failures,
			       .crashes = 0,
			       .error = &why,
			       .error_class = CLASS_TRANSIENT,
			       .stage = begun ? NULL : "",
			       .remote_id = id,
			       .remote_url = url,
			       .duration_ms = clock_mono_ms() - f->born_mono};
	const char *words = j->error_message ? j->error_message : f->platform->title;

	if (begun)
		err_set(&why, E_PLATFORM,
			"the first parts of the thread are published, the next one is not: %s; no retry is "
			"left",
			words);
	else
		err_set(&why, E_PLATFORM, "%s; it is not there, and no retry is left", words);
	why.http_status = (int)f->attempt.http_status;
	return job_transition(e->s, j->tenant_id, j->id, &t, info);
}

/* [tx] What the look has learned of a thread's parts. Other states of a look are its own affair. */
static enum err write_known(struct engine *e, const struct flight *f, struct err_info *info)
{
	struct strbuf b;
	enum err err = OK;

	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, f->state, false);
	if (platform_begun(b.data, f->batch->arena, NULL, NULL))
		err = job_stage_set(e->s, f->claim.job.tenant_id, f->claim.job.id, b.data, info);
	strbuf_free(&b);
	return err;
}

/* [tx] Two jobs of one account with the same text look alike in its list: what is there once can only be one of them,
 * and which one nobody can tell. */
static enum err refuse_taken(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct job *j = &f->claim.job;
	bool taken = false;
	enum err err;

	if (f->settlement.move != SETTLE_FOUND)
		return OK;
	err = job_remote_taken(e->s, j, f->out.remote_id, f->attempt.started_at - TAKEN_SINCE_MS,
			       &taken, info);
	if (!err && taken) {
		f->settlement.move = SETTLE_PERSON;
		f->settlement.why = "the post that was found is another job's";
	}
	return err;
}

enum err settle_write(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct settlement *d = &f->settlement;
	const struct job *j = &f->claim.job;
	const char *words;
	enum err err = refuse_taken(e, f, info);

	words = f->cls != CLASS_NONE && f->error.text[0] ? f->error.text : d->why;
	if (!err)
		err = write_sync(e, f, info);
	if (!err && f->settled_state && (d->move == SETTLE_FOUND || d->move == SETTLE_RESEND))
		err = write_known(e, f, info);
	if (err)
		return err;
	switch (d->move) {
	case SETTLE_FOUND:
		err = write_found(e, f, info);
		break;
	case SETTLE_RESEND:
		err = job_requeue_same_key(e->s, j->tenant_id, j->id, d->why,
					   clock_wall_ms() + d->wait_ms, d->failures, info);
		break;
	case SETTLE_FAIL:
		err = write_failed(e, f, info);
		break;
	case SETTLE_LATER:
		err = attempt_settle_note(e->s, j->tenant_id, j->id, f->attempt.n, d->reads,
					  d->settle_at, words, info);
		break;
	default:
		err = attempt_settle_note(e->s, j->tenant_id, j->id, f->attempt.n, d->reads, 0,
					  d->why, info);
		break;
	}
	if (!err && f->set_status)
		err = connection_set_status(e->s, j->tenant_id, j->connection_id, f->status,
					    &f->error, 0, info);
	return err;
}

void settle_committed(struct engine *e, struct flight *f)
{
	const struct job *j = &f->claim.job;
	struct unsettled *u = unsettled_find(e, j->tenant_id, j->id, true);

	switch (f->settlement.move) {
	case SETTLE_FOUND:
		e->tally.published++;
		e->tally.unknown -= u->counted;
		unsettled_drop(e, j->tenant_id, j->id);
		break;
	case SETTLE_RESEND:
		e->tally.retried++;
		e->tally.unknown -= u->counted;
		unsettled_drop(e, j->tenant_id, j->id);
		break;
	case SETTLE_FAIL:
		e->tally.failed++;
		e->tally.unknown -= u->counted;
		unsettled_drop(e, j->tenant_id, j->id);
		break;
	case SETTLE_LATER:
		u->not_before_mono = clock_mono_ms() + f->settlement.wait_ms;
		break;
	default:
		break;
	}
}
