/* store/claims.c - what falls due, and who may be claimed: the publisher's side of the queue.
 *
 * Cost does not grow with the queue. Due jobs are looked for per connection that has pending ones (the counters tell), and
 * there per priority, from the highest down: each look is a seek in an index. What the connections offer is then merged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/job_row.h"

/* A job that is late by less is not missed: publishers take turns, and a minute is what people schedule by. */
#define LATE_GRACE_MS ((int64_t)60000)

enum err scope_tenants(struct store *s, int64_t **ids, size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int64_t *list = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(s, info, &st, "SELECT id FROM {tenants} ORDER BY id", "");

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = xrealloc(list, count + 1, sizeof(*list));
		list[count++] = col_int(st, 0);
	}
	db_done(st);
	if (e) {
		xfree(&list);
		return e;
	}
	*ids = list;
	*n = count;
	return OK;
}

/* ---- scheduled -> pending, or held ------------------------------------------ */

struct planned {
	int64_t id, late_ms, catch_up_min;
};

static enum err planned_due(struct store *s, int64_t tenant_id, int64_t now_ms, int limit,
			    struct planned *out, int *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT j.id, $2 - j.next_attempt_at, b.catch_up_min FROM {publishing_jobs} j"
		" CROSS JOIN {brands} b ON b.tenant_id=j.tenant_id AND b.id=j.brand_id"
		" WHERE j.tenant_id=$1 AND j.status='scheduled' AND j.next_attempt_at<=$2"
		" ORDER BY j.next_attempt_at, j.id LIMIT $3",
		"iii", tenant_id, now_ms, (int64_t)limit);

	*n = 0;
	while (!e && *n < limit) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		out[*n].id = col_int(st, 0);
		out[*n].late_ms = col_int(st, 1);
		out[(*n)++].catch_up_min = col_int(st, 2);
	}
	db_done(st);
	return e;
}

static bool is_missed(const struct planned *p, int64_t default_ms)
{
	int64_t allowed = p->catch_up_min == CATCH_UP_DEFAULT ? default_ms
			  : p->catch_up_min == CATCH_UP_HOLD  ? 0
							      : p->catch_up_min * 60000;

	return p->late_ms > (allowed > LATE_GRACE_MS ? allowed : LATE_GRACE_MS);
}

enum err jobs_promote(struct store *s, int64_t now_ms, int64_t default_catch_up_ms, int limit,
		      int64_t *promoted, int64_t *missed, struct err_info *info)
{
	struct transition due = {
		.to = JOB_PENDING, .action = "job.due", .failures = -1, .crashes = -1};
	struct transition late = {.to = JOB_HELD,
				  .action = "job.missed",
				  .hold_reason = HOLD_MISSED,
				  .failures = -1,
				  .crashes = -1};
	struct planned *list = xcalloc(limit > 0 ? (size_t)limit : 1, sizeof(*list));
	int64_t *tenants = NULL, moved = 0, held = 0;
	size_t n_tenants = 0;
	enum err e;

	need_tx(s);
	e = scope_tenants(s, &tenants, &n_tenants, info);
	for (size_t i = 0; !e && i < n_tenants && moved + held < limit; i++) {
		int n = 0;

		e = planned_due(s, tenants[i], now_ms, limit - (int)(moved + held), list, &n, info);
		for (int j = 0; !e && j < n; j++) {
			bool miss = is_missed(&list[j], default_catch_up_ms);

			due.next_attempt_at = now_ms - list[j].late_ms;
			e = job_transition(s, tenants[i], list[j].id, miss ? &late : &due, info);
			moved += !miss;
			held += miss;
		}
	}
	xfree(&tenants);
	xfree(&list);
	if (e)
		return e;
	*promoted = moved;
	*missed = held;
	return OK;
}

/* ---- who may go ----------------------------------------------------------------- */

enum err ready_connections(struct store *s, struct ready **out, size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	struct ready *list = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT c.tenant_id, c.id, c.platform, c.blocked_until, c.status IN ('connected','unreachable') AND NOT (c.paused"
		" OR b.paused OR EXISTS (SELECT 1 FROM {settings} x WHERE x.tenant_id=c.tenant_id"
		"  AND x.key='pause.all')"
		" OR EXISTS (SELECT 1 FROM {settings} x WHERE x.tenant_id=c.tenant_id"
		"  AND x.key='pause.platform.' || c.platform))"
		" FROM {platform_connections} c"
		" JOIN {counters} n ON n.tenant_id=c.tenant_id AND n.family='jobs' AND n.connection_id=c.id"
		"  AND n.name='pending' AND n.value>0"
		" JOIN {brands} b ON b.tenant_id=c.tenant_id AND b.id=c.brand_id",
		"");

	while (!e) {
		struct ready *r;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = xrealloc(list, count + 1, sizeof(*list));
		r = &list[count++];
		r->tenant_id = col_int(st, 0);
		r->connection_id = col_int(st, 1);
		snprintf(r->platform, sizeof(r->platform), "%s",
			 (const char *)sqlite3_column_text(st, 2));
		r->blocked_until = col_int(st, 3);
		r->open = col_int(st, 4) != 0;
	}
	db_done(st);
	if (e) {
		xfree(&list);
		return e;
	}
	*out = list;
	*n = count;
	return OK;
}

enum err next_priority(struct store *s, const struct ready *c, int64_t below, int64_t *priority,
		       bool *found, struct err_info *info)
{
	int64_t p = INT64_MAX;
	enum err e = db_int(
		s, info, &p,
		"SELECT priority FROM {publishing_jobs} WHERE tenant_id=$1 AND connection_id=$2"
		" AND status='pending' AND priority<$3 ORDER BY priority DESC LIMIT 1",
		"iii", c->tenant_id, c->connection_id, below);

	*found = !e && p != INT64_MAX;
	if (*found)
		*priority = p;
	return e;
}

/* ---- claiming --------------------------------------------------------------------- */

struct candidate {
	int64_t tenant_id, id, priority, next_attempt_at;
};

struct candidates {
	struct candidate *c;
	size_t n;
};

static void add_candidate(struct candidates *list, int64_t tenant_id, sqlite3_stmt *st)
{
	list->c = xrealloc(list->c, list->n + 1, sizeof(*list->c));
	list->c[list->n].tenant_id = tenant_id;
	list->c[list->n].id = col_int(st, 0);
	list->c[list->n].priority = col_int(st, 1);
	list->c[list->n].next_attempt_at = col_int(st, 2);
	list->n++;
}

/* The best `limit` due ones of one connection. */
static enum err offer(struct store *s, const struct ready *c, int64_t now_ms, int limit,
		      struct candidates *out, struct err_info *info)
{
	int64_t below = INT64_MAX, priority;
	bool found = true;
	int n = 0;
	enum err e = OK;

	while (!e && n < limit) {
		sqlite3_stmt *st = NULL;
		bool row = true;

		e = next_priority(s, c, below, &priority, &found, info);
		if (e || !found)
			break;
		below = priority;
		e = db_query(
			s, info, &st,
			"SELECT id, priority, next_attempt_at FROM {publishing_jobs} WHERE tenant_id=$1"
			" AND connection_id=$2 AND status='pending' AND priority=$3 AND next_attempt_at<=$4"
			" ORDER BY next_attempt_at, id LIMIT $5",
			"iiiii", c->tenant_id, c->connection_id, priority, now_ms,
			(int64_t)(limit - n));
		while (!e) {
			e = db_step(s, st, &row, info);
			if (e || !row)
				break;
			add_candidate(out, c->tenant_id, st);
			n++;
		}
		db_done(st);
	}
	return e;
}

static bool may_go(const struct ready *c, const struct claim_request *r)
{
	if (!c->open || c->blocked_until > r->now_ms)
		return false;
	for (size_t i = 0; r->not_platforms && r->not_platforms[i]; i++)
		if (strcmp(r->not_platforms[i], c->platform) == 0)
			return false;
	return true;
}

static enum err offer_named(struct store *s, const struct ready *c, size_t n,
			    const struct claim_request *r, struct candidates *out,
			    struct err_info *info)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < r->only->n_ids; i++) {
		sqlite3_stmt *st = NULL;
		bool row = false;

		e = db_query(
			s, info, &st,
			"SELECT id, priority, next_attempt_at, connection_id FROM {publishing_jobs}"
			" WHERE tenant_id=$1 AND id=$2 AND status='pending' AND next_attempt_at<=$3",
			"iii", r->only_tenant, r->only->ids[i], r->now_ms);
		if (!e)
			e = db_step(s, st, &row, info);
		for (size_t j = 0; !e && row && j < n; j++)
			if (c[j].tenant_id == r->only_tenant &&
			    c[j].connection_id == col_int(st, 3) && may_go(&c[j], r))
				add_candidate(out, r->only_tenant, st);
		db_done(st);
	}
	return e;
}

static int by_urgency(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->next_attempt_at != b->next_attempt_at)
		return a->next_attempt_at < b->next_attempt_at ? -1 : 1;
	if (a->tenant_id != b->tenant_id)
		return a->tenant_id < b->tenant_id ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static enum err reserved_key(struct store *s, const struct candidate *c, struct claim *out,
			     struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	enum err e = db_query(
		s, info, &st,
		"SELECT reserved_key, reserved_key_ms FROM {publishing_jobs} WHERE tenant_id=$1 AND id=$2",
		"ii", c->tenant_id, c->id);

	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row && sqlite3_column_type(st, 0) != SQLITE_NULL) {
		snprintf(out->key, sizeof(out->key), "%s",
			 (const char *)sqlite3_column_text(st, 0));
		out->key_time_ms = col_int(st, 1);
		out->resend = true;
	}
	db_done(st);
	return e;
}

/* Attempt and key are stored with the move, before any request. */
static enum err claim_one(struct store *s, const struct candidate *c, const struct claim_request *r,
			  struct arena *a, struct claim *out, struct err_info *info)
{
	struct transition t = {
		.to = JOB_PROCESSING, .action = "job.claim", .failures = -1, .crashes = -1};
	struct job_place at;
	enum err e = job_place_read(s, c->tenant_id, c->id, &at, info);

	memset(out, 0, sizeof(*out));
	if (!e)
		e = reserved_key(s, c, out, info);
	if (!e)
		e = job_move(s, c->tenant_id, c->id, &at, &t, at.attempts + 1, info);
	if (!e)
		e = job_read(s, c->tenant_id, c->id, a, &out->job, info);
	if (e)
		return e;
	out->attempt = at.attempts + 1;
	if (!out->key[0]) {
		out->key_time_ms = r->now_ms;
		r->make_key(r->self, out->job.platform, r->now_ms, out->key, sizeof(out->key));
	}
	return db_exec(
		s, info,
		"INSERT INTO {publishing_attempts} (tenant_id, job_id, n, key, key_time_ms, started_at, outcome,"
		" settle_reads) VALUES ($1,$2,$3,$4,$5,$6,'',0)",
		"iiisii", c->tenant_id, c->id, out->attempt, out->key, out->key_time_ms, r->now_ms);
}

enum err jobs_claim(struct store *s, const struct claim_request *r, struct arena *a,
		    struct claim *out, size_t *n, struct err_info *info)
{
	struct candidates list = {0};
	struct ready *ready = NULL;
	size_t n_ready = 0, count = 0;
	enum err e;

	need_tx(s);
	e = ready_connections(s, &ready, &n_ready, info);
	if (!e && r->only)
		e = offer_named(s, ready, n_ready, r, &list, info);
	for (size_t i = 0; !e && !r->only && i < n_ready; i++)
		if (may_go(&ready[i], r))
			e = offer(s, &ready[i], r->now_ms, r->limit, &list, info);
	if (!e && list.n)
		qsort(list.c, list.n, sizeof(*list.c), by_urgency);
	while (!e && count < list.n && count < (size_t)r->limit) {
		e = claim_one(s, &list.c[count], r, a, &out[count], info);
		count++;
	}
	xfree(&ready);
	xfree(&list.c);
	if (!e)
		*n = count;
	return e;
}

/* ---- when next ---------------------------------------------------------------------- */

static void earlier(int64_t *best, int64_t at)
{
	if (at && (!*best || at < *best))
		*best = at;
}

static enum err next_of_connection(struct store *s, const struct ready *c, int64_t *best,
				   struct err_info *info)
{
	int64_t below = INT64_MAX, priority;
	bool found = true;
	enum err e = OK;

	while (!e) {
		int64_t at = 0;

		e = next_priority(s, c, below, &priority, &found, info);
		if (e || !found)
			break;
		below = priority;
		e = db_int(
			s, info, &at,
			"SELECT next_attempt_at FROM {publishing_jobs} WHERE tenant_id=$1 AND connection_id=$2"
			" AND status='pending' AND priority=$3 ORDER BY next_attempt_at LIMIT 1",
			"iii", c->tenant_id, c->connection_id, priority);
		earlier(best, at && at < c->blocked_until ? c->blocked_until : at);
	}
	return e;
}

static enum err next_of_all(struct store *s, const struct ready *c, size_t n, bool scheduled_too,
			    int64_t *best, struct err_info *info)
{
	int64_t *tenants = NULL, at = 0;
	size_t n_tenants = 0;
	enum err e = scope_tenants(s, &tenants, &n_tenants, info);

	for (size_t i = 0; !e && i < n_tenants; i++) {
		at = 0;
		if (scheduled_too)
			e = db_int(
				s, info, &at,
				"SELECT next_attempt_at FROM {publishing_jobs} WHERE tenant_id=$1 AND status='scheduled'"
				" ORDER BY next_attempt_at LIMIT 1",
				"i", tenants[i]);
		earlier(best, at);
		at = 0;
		if (!e)
			e = db_int(
				s, info, &at,
				"SELECT x.settle_at FROM {publishing_attempts} x"
				" CROSS JOIN {publishing_jobs} j ON j.tenant_id=x.tenant_id AND j.id=x.job_id"
				" CROSS JOIN {platform_connections} c ON c.tenant_id=j.tenant_id"
				"  AND c.id=j.connection_id AND c.status IN ('connected','unreachable')"
				" WHERE x.tenant_id=$1 AND x.settle_at IS NOT NULL ORDER BY x.settle_at LIMIT 1",
				"i", tenants[i]);
		earlier(best, at);
	}
	xfree(&tenants);
	for (size_t i = 0; !e && i < n; i++)
		if (c[i].open)
			e = next_of_connection(s, &c[i], best, info);
	return e;
}

static enum err next_of_job(struct store *s, const struct ready *c, size_t n, int64_t tenant_id,
			    int64_t id, bool scheduled_too, int64_t *best, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	enum err e = db_query(
		s, info, &st,
		"SELECT j.status='scheduled', j.status='pending', j.next_attempt_at, j.connection_id,"
		" CASE WHEN c.status IN ('connected','unreachable') THEN (SELECT min(x.settle_at)"
		"  FROM {publishing_attempts} x WHERE x.tenant_id=$1 AND x.job_id=$2) END"
		" FROM {publishing_jobs} j JOIN {platform_connections} c ON c.tenant_id=j.tenant_id"
		"  AND c.id=j.connection_id WHERE j.tenant_id=$1 AND j.id=$2",
		"ii", tenant_id, id);

	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row) {
		if (col_int(st, 0) && scheduled_too)
			earlier(best, col_int(st, 2));
		for (size_t i = 0; col_int(st, 1) && i < n; i++) {
			if (c[i].tenant_id != tenant_id || c[i].connection_id != col_int(st, 3) ||
			    !c[i].open)
				continue;
			earlier(best, col_int(st, 2) < c[i].blocked_until ? c[i].blocked_until
									  : col_int(st, 2));
		}
		earlier(best, col_int(st, 4));
	}
	db_done(st);
	return e;
}

enum err jobs_next_due(struct store *s, int64_t now_ms, bool scheduled_too,
		       const struct job_filter *only, int64_t only_tenant, int64_t *at,
		       struct err_info *info)
{
	struct ready *ready = NULL;
	size_t n = 0;
	int64_t best = 0;
	enum err e = ready_connections(s, &ready, &n, info);

	(void)now_ms;
	if (!e && !only)
		e = next_of_all(s, ready, n, scheduled_too, &best, info);
	for (size_t i = 0; !e && only && i < only->n_ids; i++)
		e = next_of_job(s, ready, n, only_tenant, only->ids[i], scheduled_too, &best, info);
	xfree(&ready);
	if (!e)
		*at = best;
	return e;
}

/* ---- what would be done ---------------------------------------------------------- */

static enum err count_planned(struct store *s, int64_t tenant_id, int64_t now_ms,
			      int64_t default_ms, int64_t *due, int64_t *missed,
			      struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT j.id, $2 - j.next_attempt_at, b.catch_up_min FROM {publishing_jobs} j"
		" CROSS JOIN {brands} b ON b.tenant_id=j.tenant_id AND b.id=j.brand_id"
		" WHERE j.tenant_id=$1 AND j.status='scheduled' AND j.next_attempt_at<=$2",
		"ii", tenant_id, now_ms);

	while (!e) {
		struct planned p;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		p.id = col_int(st, 0);
		p.late_ms = col_int(st, 1);
		p.catch_up_min = col_int(st, 2);
		if (is_missed(&p, default_ms))
			++*missed;
		else
			++*due;
	}
	db_done(st);
	return e;
}

enum err jobs_due_counts(struct store *s, int64_t now_ms, int64_t default_catch_up_ms, int64_t *due,
			 int64_t *missed, int64_t *future, struct err_info *info)
{
	int64_t counts[JOB_STATUS_COUNT], d = 0, m = 0, later = 0;
	int64_t *tenants = NULL;
	size_t n = 0;
	enum err e = jobs_counts(s, 0, 0, counts, info);

	if (!e)
		e = scope_tenants(s, &tenants, &n, info);
	for (size_t i = 0; !e && i < n; i++)
		e = count_planned(s, tenants[i], now_ms, default_catch_up_ms, &d, &m, info);
	xfree(&tenants);
	if (!e)
		e = pending_later(s, now_ms, &later, info);
	if (e)
		return e;
	*future = counts[JOB_SCHEDULED] - d - m + later;
	*due = d + counts[JOB_PENDING] - later;
	*missed = m;
	return OK;
}
