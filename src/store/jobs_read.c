/* store/jobs_read.c - single jobs, counts and the figures of the status line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/job_row.h"

/* Pauses, lost logins and a connection's rate limit are not stored with the job: they change for many at once. */
static void wait_from_connection(struct job *j, enum conn_status connection, bool paused,
				 int64_t blocked_until)
{
	int64_t now_ms = clock_wall_ms();

	if (paused) {
		j->wait = WAIT_PAUSED;
	} else if (connection != CONN_CONNECTED && connection != CONN_UNREACHABLE) {
		j->wait = WAIT_AUTH;
	} else if (j->wait == WAIT_UNDO && j->next_attempt_at > now_ms) {
		/* it can be taken back until then, whatever comes after */
	} else if (j->next_attempt_at < blocked_until && blocked_until > now_ms) {
		j->wait = WAIT_RATE;
		j->next_attempt_at = blocked_until;
	}
}

void job_read_row(sqlite3_stmt *st, struct arena *a, struct job *j)
{
	enum conn_status connection = CONN_CONNECTED;

	memset(j, 0, sizeof(*j));
	j->id = col_int(st, 0);
	j->tenant_id = col_int(st, 1);
	j->tenant = col_text(st, 2, a);
	j->brand_id = col_int(st, 3);
	j->brand = col_text(st, 4, a);
	j->connection_id = col_int(st, 5);
	j->platform = col_text(st, 6, a);
	j->account = col_text(st, 7, a);
	j->post_id = col_int(st, 8);
	job_status_from((const char *)sqlite3_column_text(st, 9), &j->status);
	job_wait_from((const char *)sqlite3_column_text(st, 10), &j->wait);
	hold_reason_from((const char *)sqlite3_column_text(st, 11), &j->hold_reason);
	j->scheduled_at = col_int(st, 12);
	j->next_attempt_at = col_int(st, 13);
	j->attempts = col_int(st, 14);
	j->failures = col_int(st, 15);
	j->crashes = col_int(st, 16);
	j->max_retries = col_int(st, 17);
	j->priority = col_int(st, 18);
	j->remote_id = col_text(st, 19, a);
	j->remote_url = col_text(st, 20, a);
	j->text = col_text(st, 21, a);
	j->error_code = col_text(st, 22, a);
	j->error_message = col_text(st, 23, a);
	err_class_from((const char *)sqlite3_column_text(st, 24), &j->error_class);
	j->http_status = col_int(st, 25);
	j->stage = col_text(st, 26, a);
	j->created_at = col_int(st, 27);
	j->updated_at = col_int(st, 28);
	j->published_at = col_int(st, 29);
	conn_status_from((const char *)sqlite3_column_text(st, 30), &connection);
	if (j->status == JOB_PENDING)
		wait_from_connection(j, connection, col_int(st, 31), col_int(st, 32));
}

enum err job_read(struct store *s, int64_t tenant_id, int64_t id, struct arena *a, struct job *out,
		  struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st,
			     JOB_COLUMNS JOB_FROM " WHERE t.id=$1 AND j.tenant_id=$1 AND j.id=$2",
			     "ii", tenant_id, id);
	if (!e)
		e = db_step(s, st, &found, info);
	if (!e && found)
		job_read_row(st, a, out);
	db_done(st);
	if (!e && !found) {
		err_set(info, E_NOT_FOUND, "there is no job with the number %lld", (long long)id);
		err_hint(info, "`masthead jobs` shows them");
		e = E_NOT_FOUND;
	}
	return e;
}

enum err job_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a, struct job *out,
		 struct err_info *info)
{
	struct job j;
	enum err e = job_read(s, tenant_id, id, a, &j, info);

	if (!e)
		e = media_read(s, tenant_id, j.post_id, j.platform, a, &j.media, &j.n_media, info);
	if (!e)
		*out = j;
	return e;
}

enum err job_remote_taken(struct store *s, const struct job *j, const char *remote_id,
			  int64_t since_ms, bool *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = need_tenant(s, j->tenant_id, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT 1 FROM {publishing_jobs} WHERE tenant_id=$1 AND updated_at>=$2"
			     " AND +connection_id=$3 AND remote_id=$4 AND id<>$5 LIMIT 1",
			     "iiisi", j->tenant_id, since_ms, j->connection_id, remote_id, j->id);
	if (!e)
		e = db_step(s, st, &found, info);
	db_done(st);
	if (!e)
		*out = found;
	return e;
}

/* ---- counts ------------------------------------------------------------------- */

enum err jobs_counts(struct store *s, int64_t brand_id, int64_t connection_id,
		     int64_t out[JOB_STATUS_COUNT], struct err_info *info)
{
	int64_t counts[JOB_STATUS_COUNT] = {0};
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT n.name, sum(n.value) FROM {counters} n JOIN {platform_connections} c"
		" ON c.tenant_id=n.tenant_id AND c.id=n.connection_id"
		" WHERE n.family='jobs' AND ($1=0 OR n.tenant_id=$1) AND ($2=0 OR c.brand_id=$2)"
		" AND ($3=0 OR n.connection_id=$3) GROUP BY n.name",
		"iii", s->tenant_id, brand_id, connection_id);

	while (!e) {
		enum job_status status;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		if (job_status_from((const char *)sqlite3_column_text(st, 0), &status))
			counts[status] = col_int(st, 1);
	}
	db_done(st);
	if (!e)
		memcpy(out, counts, sizeof(counts));
	return e;
}

/* ---- the status line ------------------------------------------------------------ */

/* Pending ones that are not due yet, by priority: a range of the index each. Retries and limits are few. */
static enum err later_ones(struct store *s, const struct ready *c, int64_t now_ms, int64_t *later,
			   int64_t *retrying, int64_t *oldest, struct err_info *info)
{
	int64_t below = INT64_MAX, priority;
	bool found = true;
	enum err e = OK;

	while (!e) {
		sqlite3_stmt *st = NULL;
		bool row = false;
		int64_t first = 0;

		e = next_priority(s, c, below, &priority, &found, info);
		if (e || !found)
			break;
		below = priority;
		e = db_query(
			s, info, &st,
			"SELECT count(*), total(wait IN ('retry','rate')) FROM {publishing_jobs} WHERE tenant_id=$1"
			" AND connection_id=$2 AND status='pending' AND priority=$3 AND next_attempt_at>$4",
			"iiii", c->tenant_id, c->connection_id, priority, now_ms);
		if (!e)
			e = db_step(s, st, &row, info);
		if (!e && row) {
			*later += col_int(st, 0);
			*retrying += col_int(st, 1);
		}
		db_done(st);
		if (!e)
			e = db_int(
				s, info, &first,
				"SELECT next_attempt_at FROM {publishing_jobs} WHERE tenant_id=$1 AND connection_id=$2"
				" AND status='pending' AND priority=$3 ORDER BY next_attempt_at LIMIT 1",
				"iii", c->tenant_id, c->connection_id, priority);
		if (first && first <= now_ms && (!*oldest || first < *oldest))
			*oldest = first;
	}
	return e;
}

enum err pending_later(struct store *s, int64_t now_ms, int64_t *n, struct err_info *info)
{
	struct ready *ready = NULL;
	size_t count = 0;
	int64_t later = 0, retrying = 0, oldest = 0;
	enum err e = ready_connections(s, &ready, &count, info);

	for (size_t i = 0; !e && i < count; i++)
		e = later_ones(s, &ready[i], now_ms, &later, &retrying, &oldest, info);
	xfree(&ready);
	if (!e)
		*n = later;
	return e;
}

static enum err queue_of(struct store *s, const struct ready *c, int64_t now_ms,
			 struct queue_facts *f, struct err_info *info)
{
	int64_t pending = 0, later = 0, oldest = 0;
	enum err e = db_int(
		s, info, &pending,
		"SELECT value FROM {counters} WHERE tenant_id=$1 AND family='jobs' AND connection_id=$2"
		" AND name='pending'",
		"ii", c->tenant_id, c->connection_id);

	if (!e)
		e = later_ones(s, c, now_ms, &later, &f->retrying, &oldest, info);
	if (e || !c->open || c->blocked_until > now_ms)
		return e;
	f->due += pending - later;
	if (oldest && (!f->oldest_due || oldest < f->oldest_due))
		f->oldest_due = oldest;
	return OK;
}

/* Enough for "999+": a line on a screen needs no more, and it is asked with each change. */
static enum err failed_since(struct store *s, int64_t tenant_id, int64_t day_start, int64_t *n,
			     struct err_info *info)
{
	int64_t some = 0;
	enum err e = db_int(
		s, info, &some,
		"SELECT count(*) FROM (SELECT 1 FROM {publishing_jobs} WHERE tenant_id=$1"
		" AND status='failed' AND updated_at>=$2 LIMIT $3)",
		"iii", tenant_id, day_start, (int64_t)FAILED_TODAY_MAX);

	*n += some;
	return e;
}

static enum err facts_of_tenant(struct store *s, int64_t tenant_id, int64_t day_start,
				struct queue_facts *f, struct err_info *info)
{
	int64_t oldest = 0, attention = 0;
	enum err e = failed_since(s, tenant_id, day_start, &f->failed_today, info);

	if (!e)
		e = db_int(
			s, info, &oldest,
			"SELECT min(x.finished_at) FROM {publishing_jobs} j CROSS JOIN {publishing_attempts} x"
			" ON x.tenant_id=j.tenant_id AND x.job_id=j.id AND x.n=j.attempts"
			" WHERE j.tenant_id=$1 AND j.status='unknown'",
			"i", tenant_id);
	if (oldest && (!f->oldest_unknown || oldest < f->oldest_unknown))
		f->oldest_unknown = oldest;
	if (!e)
		e = db_int(s, info, &attention,
			   "SELECT count(*) FROM {platform_connections} c JOIN {brands} b"
			   " ON b.tenant_id=c.tenant_id AND b.id=c.brand_id"
			   " WHERE c.tenant_id=$1 AND c.status<>'connected' AND b.archived=0",
			   "i", tenant_id);
	f->attention += attention;
	return e;
}

enum err queue_facts_read(struct store *s, int64_t now_ms, int64_t day_start,
			  struct queue_facts *out, struct err_info *info)
{
	struct queue_facts f = {0};
	struct ready *ready = NULL;
	int64_t *tenants = NULL;
	size_t n = 0, n_tenants = 0;
	enum err e = ready_connections(s, &ready, &n, info);

	for (size_t i = 0; !e && i < n; i++)
		e = queue_of(s, &ready[i], now_ms, &f, info);
	if (!e)
		e = scope_tenants(s, &tenants, &n_tenants, info);
	for (size_t i = 0; !e && i < n_tenants; i++)
		e = facts_of_tenant(s, tenants[i], day_start, &f, info);
	xfree(&ready);
	xfree(&tenants);
	if (!e)
		*out = f;
	return e;
}
