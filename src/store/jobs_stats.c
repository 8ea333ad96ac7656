/* store/jobs_stats.c - what became of the jobs of a stretch of time.
 *
 * Two bounded reads: the jobs that changed in the stretch, newest first, each with its last attempt; and
 * those that wait, however long ago they changed. Scope and sums are made here and not in SQL, so that no brand with few
 * jobs makes the database walk through everybody's. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_row.h"

/* One measured time, of a platform and of a part of the stretch. */
struct sample {
	size_t group;
	int64_t ms;
};
struct samples {
	struct sample *items;
	size_t n;
};
struct count {
	const struct stats_request *r;
	struct stats *out;
	struct arena *a;
	struct samples answers, late, by_piece;
};

static void sample_add(struct samples *s, size_t group, int64_t ms)
{
	if (s->n < STATS_ROWS_MAX)
		s->items[s->n++] = (struct sample){group, ms > 0 ? ms : 0};
}

static int sample_cmp(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->ms < y->ms ? -1 : x->ms > y->ms;
}

/* Of the sorted group that begins at *at, which moves behind it. */
static void percentiles(const struct samples *s, size_t *at, int64_t *median, int64_t *p95)
{
	size_t first = *at, end = first;

	while (end < s->n && s->items[end].group == s->items[first].group)
		end++;
	*median = s->items[first + (end - first - 1) / 2].ms;
	*p95 = s->items[first + (end - first - 1) * 95 / 100].ms;
	*at = end;
}

static size_t piece_of(const struct stats *s, int64_t at)
{
	int64_t k = (at - s->from) * (int64_t)s->pieces / (s->to - s->from);

	return k < 0 ? 0 : (size_t)k >= s->pieces ? s->pieces - 1 : (size_t)k;
}

static struct stats_platform *platform_of(struct count *c, const char *name, size_t *index)
{
	struct stats *s = c->out;

	for (size_t i = 0; i < s->n_platforms; i++)
		if (!strcmp(s->platforms[i].name, name)) {
			*index = i;
			return &s->platforms[i];
		}
	if (s->n_platforms == STATS_PLATFORMS_MAX)
		return NULL;
	*index = s->n_platforms;
	s->platforms[s->n_platforms] = (struct stats_platform){
		arena_strdup(c->a, name), .answer_median_ms = -1, .answer_p95_ms = -1,
		.late_median_ms = -1, .late_p95_ms = -1};
	return &s->platforms[s->n_platforms++];
}

/* It waited from when it was due until `end`: at the ends of which parts was that so? */
static void waited(struct stats *s, int64_t due, int64_t end)
{
	for (size_t i = 0; i < s->pieces; i++) {
		int64_t at = s->from + (s->to - s->from) * (int64_t)(i + 1) / (int64_t)s->pieces;

		s->waiting[i] += due <= at && end > at;
	}
}

static bool in_scope(const struct stats_request *r, sqlite3_stmt *st)
{
	return (!r->brand_id || col_int(st, 0) == r->brand_id) &&
	       (!r->connection_id || col_int(st, 1) == r->connection_id);
}

/* Columns: brand, connection, platform, status, due, changed, published, sent, ended. */
static void take_ended(struct count *c, sqlite3_stmt *st)
{
	struct stats *s = c->out;
	enum job_status status;
	size_t index;
	struct stats_platform *p;
	int64_t at = col_int(st, 5), sent = col_int(st, 7), ended = col_int(st, 8);

	if (!in_scope(c->r, st) ||
	    !job_status_from((const char *)sqlite3_column_text(st, 3), &status) ||
	    (status != JOB_PUBLISHED && status != JOB_FAILED && status != JOB_UNKNOWN))
		return;
	if (status == JOB_PUBLISHED)
		at = col_int(st, 6);
	if (at < s->from)
		return;
	p = platform_of(c, (const char *)sqlite3_column_text(st, 2), &index);
	if (!p)
		return;
	size_t piece = piece_of(s, at);
	p->published += status == JOB_PUBLISHED;
	p->failed += status == JOB_FAILED;
	p->unknown += status == JOB_UNKNOWN;
	s->published[piece] += status == JOB_PUBLISHED;
	s->failed[piece] += status != JOB_PUBLISHED;
	if (sent && ended) {
		sample_add(&c->answers, index, ended - sent);
		sample_add(&c->by_piece, piece, ended - sent);
	}
	if (status == JOB_PUBLISHED)
		sample_add(&c->late, index, at - col_int(st, 4));
	waited(s, col_int(st, 4), at);
}

static enum err read_ended(struct store *s, struct count *c, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int64_t rows = 0;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT j.brand_id, j.connection_id, j.platform, j.status, j.scheduled_at, j.updated_at,"
		" j.published_at, x.sent_at, x.finished_at FROM {publishing_jobs} j"
		" LEFT JOIN {publishing_attempts} x ON x.tenant_id=$1 AND x.job_id=j.id AND x.n=j.attempts"
		" WHERE j.tenant_id=$1 AND j.updated_at>=$2 AND j.updated_at<=$3"
		" ORDER BY j.updated_at DESC, j.id DESC LIMIT $4",
		"iiii", store_tenant(s), c->r->from, c->r->to, (int64_t)STATS_ROWS_MAX);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		c->out->since = col_int(st, 5);
		rows++;
		take_ended(c, st);
	}
	db_done(st);
	c->out->capped = rows == STATS_ROWS_MAX;
	return e;
}

static enum err read_waiting(struct store *s, struct count *c, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT brand_id, connection_id, scheduled_at FROM {publishing_jobs} WHERE tenant_id=$1"
		" AND status='pending' ORDER BY id LIMIT $2",
		"ii", store_tenant(s), (int64_t)STATS_ROWS_MAX);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		if (in_scope(c->r, st))
			waited(c->out, col_int(st, 2), INT64_MAX);
	}
	db_done(st);
	return e;
}

static int platform_cmp(const void *a, const void *b)
{
	return strcmp(((const struct stats_platform *)a)->name,
		      ((const struct stats_platform *)b)->name);
}

static void sum_up(struct count *c)
{
	struct stats *s = c->out;
	int64_t worst;

	qsort(c->answers.items, c->answers.n, sizeof(struct sample), sample_cmp);
	qsort(c->late.items, c->late.n, sizeof(struct sample), sample_cmp);
	qsort(c->by_piece.items, c->by_piece.n, sizeof(struct sample), sample_cmp);
	for (size_t i = 0; i < c->answers.n;) {
		struct stats_platform *p = &s->platforms[c->answers.items[i].group];
		percentiles(&c->answers, &i, &p->answer_median_ms, &p->answer_p95_ms);
	}
	for (size_t i = 0; i < c->late.n;) {
		struct stats_platform *p = &s->platforms[c->late.items[i].group];
		percentiles(&c->late, &i, &p->late_median_ms, &p->late_p95_ms);
	}
	for (size_t i = 0; i < c->by_piece.n;) {
		size_t piece = c->by_piece.items[i].group;
		percentiles(&c->by_piece, &i, &s->answer_ms[piece], &worst);
	}
	qsort(s->platforms, s->n_platforms, sizeof(s->platforms[0]), platform_cmp);
}

enum err jobs_stats(struct store *s, const struct stats_request *r, struct arena *a,
		    struct stats *out, struct err_info *info)
{
	struct stats *stats;
	struct count c;
	enum err e = need_tenant(s, store_tenant(s), info);

	if (!e && (r->pieces == 0 || r->pieces > STATS_PIECES_MAX || r->from >= r->to))
		e = err_set(info, E_INVALID, "a stretch of time has 1 to %d parts",
			    STATS_PIECES_MAX);
	if (e)
		return e;
	stats = xcalloc(1, sizeof(*stats));
	*stats = (struct stats){.from = r->from, .to = r->to, .pieces = r->pieces};
	c = (struct count){.r = r, .out = stats, .a = a};
	c.answers.items = xcalloc(STATS_ROWS_MAX, sizeof(struct sample));
	c.late.items = xcalloc(STATS_ROWS_MAX, sizeof(struct sample));
	c.by_piece.items = xcalloc(STATS_ROWS_MAX, sizeof(struct sample));
	e = store_read_begin(s, info);
	if (!e) {
		e = read_ended(s, &c, info);
		if (!e)
			e = read_waiting(s, &c, info);
		store_read_end(s);
	}
	if (!e) {
		sum_up(&c);
		*out = *stats;
	}
	xfree(&c.answers.items);
	xfree(&c.late.items);
	xfree(&c.by_piece.items);
	xfree(&stats);
	return e;
}
