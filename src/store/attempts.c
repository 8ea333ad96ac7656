/* store/attempts.c - tries at a job: marked sent, finished, settled, found orphaned.
 *
 * An attempt's end and its job's move are one call, so that neither can be without the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/job_row.h"

#define MESSAGE_BYTES_MAX 2000

struct attempt_place {
	bool sent, finished;
};

static enum err attempt_read(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
			     struct attempt_place *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(
			s, info, &st,
			"SELECT sent_at IS NOT NULL, finished_at IS NOT NULL FROM {publishing_attempts}"
			" WHERE tenant_id=$1 AND job_id=$2 AND n=$3",
			"iii", tenant_id, job_id, n);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row) {
		out->sent = col_int(st, 0) != 0;
		out->finished = col_int(st, 1) != 0;
	}
	db_done(st);
	if (!e && !row)
		e = err_set(info, E_NOT_FOUND, "job %lld has no attempt %lld", (long long)job_id,
			    (long long)n);
	return e;
}

static enum err attempt_running(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
				struct attempt_place *out, struct err_info *info)
{
	enum err e;

	need_tx(s);
	e = attempt_read(s, tenant_id, job_id, n, out, info);
	if (!e && out->finished)
		e = err_set(info, E_STATE, "attempt %lld of job %lld has ended", (long long)n,
			    (long long)job_id);
	return e;
}

static enum err write_stage(struct store *s, int64_t tenant_id, int64_t job_id, const char *stage,
			    struct err_info *info)
{
	if (!stage)
		return OK;
	return db_exec(
		s, info,
		"UPDATE {publishing_jobs} SET stage=nullif($3, '') WHERE tenant_id=$1 AND id=$2",
		"iis", tenant_id, job_id, stage);
}

enum err job_stage_set(struct store *s, int64_t tenant_id, int64_t job_id, const char *stage,
		       struct err_info *info)
{
	struct job_place at;
	enum err e;

	need_tx(s);
	e = job_place_read(s, tenant_id, job_id, &at, info);
	return e ? e : write_stage(s, tenant_id, job_id, stage, info);
}

enum err attempt_sent(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
		      int64_t sent_at, int64_t deadline, const char *stage, struct err_info *info)
{
	struct attempt_place at;
	enum err e = attempt_running(s, tenant_id, job_id, n, &at, info);

	/* The first moment counts, and the last deadline. */
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {publishing_attempts} SET sent_at=coalesce(sent_at, $4), deadline=$5"
			" WHERE tenant_id=$1 AND job_id=$2 AND n=$3",
			"iiiii", tenant_id, job_id, n, sent_at, deadline);
	return e ? e : write_stage(s, tenant_id, job_id, stage, info);
}

enum err attempt_stage(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
		       const char *stage, struct err_info *info)
{
	struct attempt_place at;
	enum err e = attempt_running(s, tenant_id, job_id, n, &at, info);

	return e ? e : write_stage(s, tenant_id, job_id, stage, info);
}

static enum err check_end(const struct attempt_place *at, const struct attempt_end *e,
			  const struct transition *t, int64_t job_id, struct err_info *info)
{
	if (e->outcome == OUTCOME_NONE ||
	    (e->outcome == OUTCOME_UNKNOWN) != (t->to == JOB_UNKNOWN) ||
	    (e->outcome == OUTCOME_PUBLISHED) != (t->to == JOB_PUBLISHED))
		return err_set(info, E_INVALID,
			       "an attempt that ended as %s does not make job %lld %s",
			       outcome_name(e->outcome), (long long)job_id, job_status_name(t->to));
	if (e->outcome == OUTCOME_UNKNOWN && !at->sent)
		return err_set(info, E_INVALID,
			       "an attempt of job %lld that was not sent has no unknown outcome",
			       (long long)job_id);
	return OK;
}

enum err attempt_finish(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
			const struct attempt_end *end, const struct transition *t,
			struct err_info *info)
{
	struct attempt_place at;
	struct job_place job;
	struct strbuf words;
	enum err e = attempt_running(s, tenant_id, job_id, n, &at, info);

	if (!e)
		e = job_place_read(s, tenant_id, job_id, &job, info);
	if (!e && job.status != JOB_PROCESSING)
		e = err_set(info, E_STATE, "job %lld is not being published", (long long)job_id);
	if (!e)
		e = check_end(&at, end, t, job_id, info);
	if (e)
		return e;
	strbuf_init(&words, MESSAGE_BYTES_MAX);
	if (end->message)
		log_redact(&words, end->message, strlen(end->message));
	e = db_exec(
		s, info,
		"UPDATE {publishing_attempts} SET finished_at=$4, outcome=$5, http_status=$6, code=$7, message=$8,"
		" settle_at=$9 WHERE tenant_id=$1 AND job_id=$2 AND n=$3",
		"iiiiszssz", tenant_id, job_id, n, end->finished_at, outcome_name(end->outcome),
		end->http_status, end->code, end->message ? words.data : NULL,
		end->outcome == OUTCOME_UNKNOWN ? end->settle_at : (int64_t)0);
	strbuf_free(&words);
	return e ? e : job_move(s, tenant_id, job_id, &job, t, job.attempts, info);
}

/* ---- settling ----------------------------------------------------------------- */

enum err attempt_settle_note(struct store *s, int64_t tenant_id, int64_t job_id, int64_t n,
			     int64_t reads, int64_t settle_at, const char *message,
			     struct err_info *info)
{
	struct job_place job;
	enum err e;

	need_tx(s);
	e = job_place_read(s, tenant_id, job_id, &job, info);
	if (!e && (job.status != JOB_UNKNOWN || n != job.attempts))
		e = err_set(info, E_STATE, "job %lld is not to be settled", (long long)job_id);
	if (e)
		return e;
	return db_exec(
		s, info,
		"UPDATE {publishing_attempts} SET settle_reads=$4, settle_at=$5, message=coalesce($6, message)"
		" WHERE tenant_id=$1 AND job_id=$2 AND n=$3",
		"iiiizs", tenant_id, job_id, n, reads, settle_at, message);
}

enum err job_requeue_same_key(struct store *s, int64_t tenant_id, int64_t job_id,
			      const char *message, int64_t next_attempt_at, int64_t failures,
			      struct err_info *info)
{
	struct transition t = {.to = JOB_PENDING,
			       .action = "job.resend",
			       .wait = failures > 0 ? WAIT_RETRY : WAIT_NONE,
			       .next_attempt_at = next_attempt_at,
			       .failures = failures,
			       .crashes = -1,
			       .message = message};
	struct job_place job;
	enum err e;

	need_tx(s);
	e = job_place_read(s, tenant_id, job_id, &job, info);
	if (!e && job.status != JOB_UNKNOWN)
		e = err_set(info, E_STATE, "job %lld is not unknown", (long long)job_id);
	if (!e)
		e = job_move(s, tenant_id, job_id, &job, &t, job.attempts, info);
	if (e)
		return e;
	return db_exec(
		s, info,
		"UPDATE {publishing_jobs} SET"
		" reserved_key=(SELECT x.key FROM {publishing_attempts} x WHERE x.tenant_id=$1 AND x.job_id=$2"
		"  AND x.n=$3),"
		" reserved_key_ms=(SELECT x.key_time_ms FROM {publishing_attempts} x WHERE x.tenant_id=$1"
		"  AND x.job_id=$2 AND x.n=$3)"
		" WHERE tenant_id=$1 AND id=$2",
		"iii", tenant_id, job_id, job.attempts);
}

#define TO_SETTLE \
	JOB_COLUMNS \
	", x.n, x.key, x.key_time_ms, j.reserved_key IS NOT NULL" JOB_FROM \
	" JOIN {publishing_attempts} x ON x.tenant_id=j.tenant_id AND x.job_id=j.id" \
	" WHERE t.id=$1 AND x.tenant_id=$1 AND x.settle_at IS NOT NULL AND x.settle_at<=$2" \
	" AND j.status='unknown' AND c.status IN ('connected','unreachable')"

static void read_claim(sqlite3_stmt *st, struct arena *a, struct claim *c)
{
	const char *key = (const char *)sqlite3_column_text(st, JOB_COLUMNS_N + 1);

	memset(c, 0, sizeof(*c));
	job_read_row(st, a, &c->job);
	c->attempt = col_int(st, JOB_COLUMNS_N);
	snprintf(c->key, sizeof(c->key), "%s", key ? key : "");
	c->key_time_ms = col_int(st, JOB_COLUMNS_N + 2);
	c->resend = col_int(st, JOB_COLUMNS_N + 3) != 0;
}

static bool is_named(const struct job_filter *only, int64_t id)
{
	for (size_t i = 0; only && i < only->n_ids; i++)
		if (only->ids[i] == id)
			return true;
	return !only;
}

enum err jobs_to_settle(struct store *s, int64_t now_ms, const struct job_filter *only,
			int64_t only_tenant, int limit, struct arena *a, struct claim *out,
			size_t *n, struct err_info *info)
{
	int64_t *tenants = NULL;
	size_t n_tenants = 0, count = 0;
	enum err e = scope_tenants(s, &tenants, &n_tenants, info);

	for (size_t i = 0; !e && i < n_tenants && count < (size_t)limit; i++) {
		sqlite3_stmt *st = NULL;
		bool row = true;

		if (only && tenants[i] != only_tenant)
			continue;
		e = db_query(s, info, &st, TO_SETTLE " ORDER BY x.settle_at, x.job_id", "ii",
			     tenants[i], now_ms);
		while (!e && count < (size_t)limit) {
			e = db_step(s, st, &row, info);
			if (e || !row)
				break;
			if (is_named(only, col_int(st, 0)))
				read_claim(st, a, &out[count++]);
		}
		db_done(st);
	}
	xfree(&tenants);
	if (!e)
		*n = count;
	return e;
}

/* ---- reading ---------------------------------------------------------------- */

#define ATTEMPT_COLUMNS \
	"x.job_id, x.n, x.key, x.started_at, x.sent_at, x.deadline, x.finished_at, x.outcome, x.http_status," \
	" x.code, x.message, x.settle_reads, x.settle_at"

static void read_attempt(sqlite3_stmt *st, int at, struct arena *a, struct attempt *x)
{
	memset(x, 0, sizeof(*x));
	x->job_id = col_int(st, at);
	x->n = col_int(st, at + 1);
	x->key = col_text(st, at + 2, a);
	x->started_at = col_int(st, at + 3);
	x->sent_at = col_int(st, at + 4);
	x->deadline = col_int(st, at + 5);
	x->finished_at = col_int(st, at + 6);
	outcome_from((const char *)sqlite3_column_text(st, at + 7), &x->outcome);
	x->http_status = col_int(st, at + 8);
	x->code = col_text(st, at + 9, a);
	x->message = col_text(st, at + 10, a);
	x->settle_reads = col_int(st, at + 11);
	x->settle_at = col_int(st, at + 12);
}

enum err job_attempts(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
		      struct attempt **out, size_t *n, struct err_info *info)
{
	struct attempt *list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT " ATTEMPT_COLUMNS
			     " FROM {publishing_attempts} x WHERE x.tenant_id=$1 AND x.job_id=$2"
			     " ORDER BY x.n",
			     "ii", tenant_id, id);
	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = arena_grow(a, list, count, sizeof(*list));
		read_attempt(st, 0, a, &list[count++]);
	}
	db_done(st);
	if (!e) {
		*out = list;
		*n = count;
	}
	return e;
}

enum err jobs_orphans(struct store *s, struct arena *a, struct job **jobs,
		      struct attempt **attempts, size_t *n, struct err_info *info)
{
	struct attempt *tries = NULL;
	struct job *list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		JOB_COLUMNS
		", " ATTEMPT_COLUMNS JOB_FROM
		" JOIN {publishing_attempts} x ON x.tenant_id=j.tenant_id AND x.job_id=j.id"
		"  AND x.n=j.attempts WHERE j.status='processing' ORDER BY j.tenant_id, j.id",
		"");

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = arena_grow(a, list, count, sizeof(*list));
		tries = arena_grow(a, tries, count, sizeof(*tries));
		job_read_row(st, a, &list[count]);
		read_attempt(st, JOB_COLUMNS_N, a, &tries[count++]);
	}
	db_done(st);
	if (!e) {
		*jobs = list;
		*attempts = tries;
		*n = count;
	}
	return e;
}
