/* store/jobs.c - adding jobs, and THE function that moves one from state to state (job_move).
 *
 * The invariants and the picture stand in jobs.h. What each move may start from is the table below; two doors are
 * kept by their owners: only jobs_claim leads into `processing`, with a new attempt, and only attempt_finish out of
 * it, with that attempt's end. All writing is under the write lock, so what was read is what is changed. */
#include "store/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/job_row.h"

#define BIT(status) (1u << (status))
#define ERROR_BYTES_MAX 2000

/* Where a job may go from each state. A move to itself changes times or reasons, and is logged all the same. */
static const unsigned moves[JOB_STATUS_COUNT] = {
	[JOB_DRAFT] = BIT(JOB_DRAFT) | BIT(JOB_SCHEDULED) | BIT(JOB_PENDING) | BIT(JOB_CANCELLED),
	[JOB_SCHEDULED] = BIT(JOB_SCHEDULED) | BIT(JOB_PENDING) | BIT(JOB_HELD) |
			  BIT(JOB_CANCELLED),
	[JOB_PENDING] = BIT(JOB_PENDING) | BIT(JOB_SCHEDULED) | BIT(JOB_PROCESSING) |
			BIT(JOB_HELD) | BIT(JOB_CANCELLED),
	[JOB_PROCESSING] = BIT(JOB_PENDING) | BIT(JOB_PUBLISHED) | BIT(JOB_FAILED) |
			   BIT(JOB_UNKNOWN) | BIT(JOB_HELD),
	[JOB_PUBLISHED] = 0,
	[JOB_FAILED] = BIT(JOB_PENDING) | BIT(JOB_CANCELLED),
	[JOB_UNKNOWN] = BIT(JOB_PENDING) | BIT(JOB_PUBLISHED) | BIT(JOB_FAILED),
	[JOB_CANCELLED] = 0,
	[JOB_HELD] = BIT(JOB_HELD) | BIT(JOB_SCHEDULED) | BIT(JOB_PENDING) | BIT(JOB_CANCELLED),
};

bool job_move_allowed(enum job_status from, enum job_status to)
{
	return (moves[from] & BIT(to)) != 0;
}

/* ---- where it stands ------------------------------------------------------ */

enum err job_place_read(struct store *s, int64_t tenant_id, int64_t id, struct job_place *out,
			struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(
			s, info, &st,
			"SELECT brand_id, connection_id, status, attempts, failures, crashes, max_retries,"
			" scheduled_at, remote_id IS NOT NULL FROM {publishing_jobs} WHERE tenant_id=$1 AND id=$2",
			"ii", tenant_id, id);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row) {
		out->brand_id = col_int(st, 0);
		out->connection_id = col_int(st, 1);
		if (!job_status_from((const char *)sqlite3_column_text(st, 2), &out->status))
			e = err_set(info, E_CORRUPT, "job %lld is in no state", (long long)id);
		out->attempts = col_int(st, 3);
		out->failures = col_int(st, 4);
		out->crashes = col_int(st, 5);
		out->max_retries = col_int(st, 6);
		out->scheduled_at = col_int(st, 7);
		out->has_remote = col_int(st, 8) != 0;
	}
	db_done(st);
	if (!e && !row) {
		err_set(info, E_NOT_FOUND, "there is no job with the number %lld", (long long)id);
		err_hint(info, "`masthead jobs` shows them");
		e = E_NOT_FOUND;
	}
	return e;
}

/* ---- the move --------------------------------------------------------------- */

static bool waits(enum job_status st)
{
	return st == JOB_SCHEDULED || st == JOB_PENDING;
}

/* Paused and waiting for a login are read off the pauses and the connection. */
static const char *stored_wait(const struct transition *t)
{
	if (t->to != JOB_PENDING || t->wait == WAIT_PAUSED || t->wait == WAIT_AUTH)
		return "";
	return job_wait_name(t->wait);
}

static enum err check_move(int64_t id, const struct job_place *at, const struct transition *t,
			   struct err_info *info)
{
	if (!job_move_allowed(at->status, t->to)) {
		err_set(info, E_STATE, "job %lld is %s and cannot become %s", (long long)id,
			job_status_name(at->status), job_status_name(t->to));
		err_hint(info, "masthead job show %lld", (long long)id);
		return E_STATE;
	}
	if (t->to == JOB_PUBLISHED && !at->has_remote && !t->remote_id &&
	    !(t->action && strncmp(t->action, "job.resolve", 11) == 0))
		return err_set(info, E_INVALID,
			       "job %lld cannot be published without the platform's id",
			       (long long)id);
	if (t->to == JOB_HELD && t->hold_reason == HOLD_NONE)
		return err_set(info, E_INVALID, "job %lld cannot be held without a reason",
			       (long long)id);
	if (t->failures > at->max_retries + 1)
		return err_set(info, E_INVALID, "job %lld cannot fail more often than it is tried",
			       (long long)id);
	return OK;
}

static enum err write_move(struct store *s, int64_t tenant_id, int64_t id,
			   const struct job_place *at, const struct transition *t, int64_t attempts,
			   int64_t now, const char *message, struct err_info *info)
{
	int64_t scheduled = t->scheduled_at ? t->scheduled_at : at->scheduled_at;
	int64_t next = t->next_attempt_at       ? t->next_attempt_at
		       : t->to == JOB_SCHEDULED ? scheduled
						: now;

	return db_exec(
		s, info,
		"UPDATE {publishing_jobs} SET status=$3, wait=$4, hold_reason=$5, scheduled_at=$6,"
		" next_attempt_at=$7, attempts=$8, failures=$9, crashes=$10,"
		" remote_id=coalesce($11, remote_id), remote_url=coalesce($12, remote_url),"
		" error_code=$13, error_message=$14, error_class=$15, http_status=$16,"
		" stage=CASE WHEN $17='' THEN NULL ELSE coalesce($17, stage) END,"
		/* The key stays until the outcome is certain: only under it is sending again harmless. */
		" reserved_key=CASE WHEN $3 IN ('published','failed','cancelled') THEN NULL"
		"  ELSE reserved_key END,"
		" published_at=$18, updated_at=$19 WHERE tenant_id=$1 AND id=$2",
		"iisssiziiisssssz"
		"szi",
		tenant_id, id, job_status_name(t->to), stored_wait(t),
		hold_reason_name(t->to == JOB_HELD ? t->hold_reason : HOLD_NONE), scheduled,
		waits(t->to) ? next : (int64_t)0, attempts,
		t->failures < 0 ? at->failures : t->failures,
		t->crashes < 0 ? at->crashes : t->crashes, t->remote_id, t->remote_url,
		t->error ? err_name(t->error->code) : NULL, message,
		t->error ? err_class_name(t->error_class) : "",
		t->error ? (int64_t)t->error->http_status : 0, t->stage,
		t->to == JOB_PUBLISHED ? (t->published_at ? t->published_at : now) : (int64_t)0,
		now);
}

/* An unknown job that goes on has been settled: its last attempt says how, and is read back no more. */
static enum err settle_last(struct store *s, int64_t tenant_id, int64_t id, enum job_status to,
			    struct err_info *info)
{
	return db_exec(
		s, info,
		"UPDATE {publishing_attempts} SET outcome=$3, settle_at=NULL WHERE tenant_id=$1 AND job_id=$2"
		" AND n=(SELECT max(n) FROM {publishing_attempts} WHERE tenant_id=$1 AND job_id=$2)",
		"iis", tenant_id, id,
		outcome_name(to == JOB_PUBLISHED ? OUTCOME_PUBLISHED : OUTCOME_ABSENT));
}

static enum err log_move(struct store *s, int64_t tenant_id, int64_t id, const struct job_place *at,
			 const struct transition *t, const char *words, struct err_info *info)
{
	char action[32];
	struct audit_note n = {
		.action = t->action ? t->action : action,
		.brand_id = at->brand_id,
		.job_id = id,
		.connection_id = at->connection_id,
		.outcome = job_status_name(t->to),
		.code = t->error ? err_name(t->error->code) : NULL,
		.message = t->message ? t->message : words,
		.duration_ms = t->duration_ms,
	};

	snprintf(action, sizeof(action), "job.%s", job_status_name(t->to));
	return audit_append(s, tenant_id, &n, info);
}

enum err job_move(struct store *s, int64_t tenant_id, int64_t id, const struct job_place *at,
		  const struct transition *t, int64_t attempts, struct err_info *info)
{
	struct strbuf words; /* the error's, without secrets */
	int64_t now = clock_wall_ms();
	enum err e;

	need_tx(s);
	e = check_move(id, at, t, info);
	if (e)
		return e;
	strbuf_init(&words, ERROR_BYTES_MAX);
	if (t->error)
		log_redact(&words, t->error->text, strlen(t->error->text));
	e = write_move(s, tenant_id, id, at, t, attempts, now, t->error ? words.data : NULL, info);
	if (!e && at->status == JOB_UNKNOWN)
		e = settle_last(s, tenant_id, id, t->to, info);
	if (!e && at->status != t->to)
		e = count_jobs(s, tenant_id, at->connection_id, job_status_name(at->status), -1,
			       info);
	if (!e && at->status != t->to)
		e = count_jobs(s, tenant_id, at->connection_id, job_status_name(t->to), 1, info);
	if (!e)
		e = log_move(s, tenant_id, id, at, t, t->error ? words.data : NULL, info);
	strbuf_free(&words);
	return e;
}

enum err job_transition(struct store *s, int64_t tenant_id, int64_t job_id,
			const struct transition *t, struct err_info *info)
{
	struct job_place at;
	enum err e;

	need_tx(s);
	e = job_place_read(s, tenant_id, job_id, &at, info);
	if (e)
		return e;
	if (at.status == JOB_PROCESSING || t->to == JOB_PROCESSING) {
		err_set(info, E_STATE,
			at.status == JOB_PROCESSING ? "job %lld is being published now"
						    : "only the publisher starts job %lld",
			(long long)job_id);
		return E_STATE;
	}
	return job_move(s, tenant_id, job_id, &at, t, at.attempts, info);
}

enum err job_priority_set(struct store *s, int64_t job_id, int64_t priority, struct err_info *info)
{
	struct job_place at;
	char words[48];
	struct audit_note a = {
		.action = "job.edit", .job_id = job_id, .outcome = "ok", .message = words};
	enum err e;

	need_tx(s);
	e = job_place_read(s, s->tenant_id, job_id, &at, info);
	if (!e)
		e = db_exec(s, info,
			    "UPDATE {publishing_jobs} SET priority=$3, updated_at=$4"
			    " WHERE tenant_id=$1 AND id=$2",
			    "iiii", s->tenant_id, job_id, priority, clock_wall_ms());
	if (e)
		return e;
	a.brand_id = at.brand_id;
	a.connection_id = at.connection_id;
	snprintf(words, sizeof(words), "priority %lld", (long long)priority);
	return audit_append(s, s->tenant_id, &a, info);
}

/* ---- adding ------------------------------------------------------------------- */

struct target {
	int64_t brand_id, post_brand_id;
	char platform[64];
};

static enum err read_target(struct store *s, const struct job_values *v, struct target *out,
			    struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	enum err e = db_query(
		s, info, &st,
		"SELECT c.brand_id, c.platform, (SELECT p.brand_id FROM {posts} p WHERE p.tenant_id=$1"
		" AND p.id=$3) FROM {platform_connections} c WHERE c.tenant_id=$1 AND c.id=$2",
		"iii", s->tenant_id, v->connection_id, v->post_id);

	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row) {
		out->brand_id = col_int(st, 0);
		snprintf(out->platform, sizeof(out->platform), "%s",
			 (const char *)sqlite3_column_text(st, 1));
		out->post_brand_id = col_int(st, 2);
	}
	db_done(st);
	if (e)
		return e;
	if (!row)
		return err_set(info, E_NOT_FOUND, "there is no connection with the number %lld",
			       (long long)v->connection_id);
	if (!out->post_brand_id)
		return err_set(info, E_NOT_FOUND, "there is no post with the number %lld",
			       (long long)v->post_id);
	if (out->post_brand_id != out->brand_id)
		return err_set(info, E_INVALID,
			       "post %lld and connection %lld belong to different brands",
			       (long long)v->post_id, (long long)v->connection_id);
	return OK;
}

static enum err check_values(const struct job_values *v, struct err_info *info)
{
	if (v->status != JOB_DRAFT && v->status != JOB_SCHEDULED && v->status != JOB_PENDING)
		return err_set(info, E_STATE, "a new job cannot be %s", job_status_name(v->status));
	if (v->max_retries < 0)
		return err_set(info, E_INVALID, "%lld retries are not possible",
			       (long long)v->max_retries);
	return OK;
}

enum err job_add(struct store *s, const struct job_values *v, int64_t *id, struct err_info *info)
{
	struct transition t = {.to = v->status, .wait = v->wait, .action = "job.add"};
	struct job_place at = {.connection_id = v->connection_id};
	struct target target;
	int64_t made, now = clock_wall_ms(), when = v->scheduled_at ? v->scheduled_at : now;
	int64_t next = v->next_attempt_at ? v->next_attempt_at : when;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e)
		e = check_values(v, info);
	if (!e)
		e = read_target(s, v, &target, info);
	if (!e)
		e = next_id(s, s->tenant_id, "publishing_jobs", &made, info);
	if (e)
		return e;
	e = db_exec(
		s, info,
		"INSERT INTO {publishing_jobs} (tenant_id, id, brand_id, connection_id, platform, post_id, status, wait,"
		" hold_reason, scheduled_at, next_attempt_at, attempts, failures, crashes, max_retries, priority,"
		" error_class, content_hash, created_at, updated_at)"
		" VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'',$9,$10,0,0,0,$11,$12,'',$13,$14,$14)",
		"iiiisissiziisi", s->tenant_id, made, target.brand_id, v->connection_id,
		target.platform, v->post_id, job_status_name(v->status), stored_wait(&t), when,
		waits(v->status) ? next : (int64_t)0, v->max_retries, v->priority, v->content_hash,
		now);
	if (!e)
		e = count_jobs(s, s->tenant_id, v->connection_id, job_status_name(v->status), 1,
			       info);
	at.brand_id = target.brand_id;
	if (!e)
		e = log_move(s, s->tenant_id, made, &at, &t, NULL, info);
	if (!e)
		*id = made;
	return e;
}
