/* store/jobs_page.c - lists of jobs, by key: from a position, in an index's order, so many.
 *
 * Two ways. Where few jobs can match (the counters know, for brand, platform, connection and state; or a span of time
 * holds few), their keys are read whole and sorted here: any sort, any filter. Where many can, an index in the sort's order
 * is walked from the position until the page is full; where a condition has several values, one walk for each, merged.
 * What no index serves is tested on the way, and after jobs_walk_rows_max rows the page is cut short: it then has fewer rows than
 * asked for, a cursor to go on from, and total -1.
 *
 * A page is made of keys first; the rows of the page alone are then read whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/admin.h"
#include "store/jobs_filter.h"

#define COUNT_MAX 10000

int64_t jobs_gather_max = JOBS_GATHER_MAX;
int64_t jobs_walk_rows_max = JOBS_WALK_ROWS_MAX;

struct query {
	struct store *s;
	int64_t tenant_id;
	const struct job_filter *f;
	enum job_sort sort;
	struct condition condition;
	struct pairs pairs;
	bool has_pairs; /* pairs have been read */
};

struct keys {
	struct sort_key *k;
	size_t n;
};

static void keys_add(struct keys *list, const struct sort_key *k)
{
	if ((list->n & (list->n + 1)) == 0 || list->n == 0)
		list->k = xrealloc(list->k, 2 * list->n + 2, sizeof(*list->k));
	list->k[list->n++] = *k;
}

static void read_key(sqlite3_stmt *st, enum job_sort sort, struct sort_key *k)
{
	const char *text;

	memset(k, 0, sizeof(*k));
	k->is_text = sort_is_text(sort);
	k->id = col_int(st, 1);
	if (!k->is_text) {
		k->number = col_int(st, 0);
		return;
	}
	text = (const char *)sqlite3_column_text(st, 0);
	snprintf(k->text, sizeof(k->text), "%s", text ? text : "");
}

static enum err query_begin(struct query *q, struct err_info *info)
{
	enum err e = condition_build(q->f, &q->condition, info);

	if (!e && filter_has_pairs(q->f)) {
		e = pairs_read(q->s, q->tenant_id, q->f, &q->pairs, info);
		q->has_pairs = !e;
		if (e)
			condition_free(&q->condition);
	}
	return e;
}

static void query_end(struct query *q)
{
	condition_free(&q->condition);
	xfree(&q->pairs.p);
}

/* ---- walking an index ------------------------------------------------------- */

/* One driver's rows from a position on: first those tied with it, then those beyond. */
struct stream {
	struct driver d;
	sqlite3_stmt *st;
	enum range range;
	bool has;
	struct sort_key key;
	bool hit;
};

struct walk {
	struct query *q;
	bool up;
	const struct sort_key *from; /* exclusive; NULL: the whole list */
	struct stream s[DRIVERS_MAX];
	size_t n;
	int64_t scanned;
	struct sort_key last; /* row looked at */
};

/* A stream whose sort value is its driver's own cannot be sought by that value: only its order counts. */
static bool driver_is_key(const struct driver *d, enum job_sort sort)
{
	return (sort == JOB_SORT_STATUS && d->by == BY_STATUS) ||
	       (sort == JOB_SORT_BRAND && d->by == BY_BRAND) ||
	       (sort == JOB_SORT_PLATFORM && d->by == BY_PLATFORM);
}

static enum err stream_open(struct walk *w, struct stream *x, enum range range,
			    struct err_info *info)
{
	struct query *q = w->q;
	struct strbuf sql;
	enum err e;

	strbuf_init(&sql, STRBUF_CEILING_DEFAULT);
	walk_sql(&sql, q->f, q->sort, w->up, &x->d, range, q->condition.sql.data);
	e = db_query_text(q->s, info, &x->st, sql.data);
	strbuf_free(&sql);
	if (e)
		return e;
	x->range = range;
	db_bind_int(x->st, 1, q->tenant_id);
	condition_bind(x->st, &q->condition);
	db_bind_int(x->st, 4, x->d.number);
	db_bind_text(x->st, 5, x->d.text);
	if (w->from) {
		if (w->from->is_text)
			db_bind_text(x->st, 2, w->from->text);
		else
			db_bind_int(x->st, 2, w->from->number);
		db_bind_int(x->st, 3, w->from->id);
	}
	return OK;
}

static enum err stream_next(struct walk *w, struct stream *x, struct err_info *info)
{
	enum err e = OK;

	x->has = false;
	while (!e && x->st && !x->has) {
		e = db_step(w->q->s, x->st, &x->has, info);
		if (e)
			break;
		if (x->has) {
			read_key(x->st, w->q->sort, &x->key);
			x->hit = col_int(x->st, 2) != 0;
			break;
		}
		db_drop(x->st);
		x->st = NULL;
		if (x->range == RANGE_TIE)
			e = stream_open(w, x, RANGE_BEYOND, info);
	}
	return e;
}

/* Where a stream begins: all of it; behind the position; or, where it has but one value of the key, all, none or a part. */
static enum err stream_begin(struct walk *w, struct stream *x, struct err_info *info)
{
	enum range range = RANGE_ALL;
	enum err e;

	if (w->from && !sort_column(w->q->sort)) {
		range = RANGE_BEYOND;
	} else if (w->from && driver_is_key(&x->d, w->q->sort)) {
		int64_t n = x->d.number;
		int c = w->from->is_text ? strcmp(x->d.text, w->from->text)
					 : (n > w->from->number) - (n < w->from->number);

		if (c != 0 && (c > 0) != w->up)
			return OK; /* all before it */
		/* The same value: beyond the tie there is nothing in this stream. */
		range = c == 0 ? RANGE_TIE : RANGE_ALL;
	} else if (w->from) {
		range = RANGE_TIE;
	}
	e = stream_open(w, x, range, info);
	if (!e && driver_is_key(&x->d, w->q->sort))
		x->range = RANGE_BEYOND;
	return e ? e : stream_next(w, x, info);
}

static void walk_end(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		db_drop(w->s[i].st);
		w->s[i].st = NULL;
	}
}

static enum err walk_begin(struct walk *w, struct err_info *info)
{
	struct driver drivers[DRIVERS_MAX];
	enum err e = OK;

	w->n = drivers_choose(w->q->f, w->q->sort, &w->q->pairs, drivers);
	for (size_t i = 0; i < w->n; i++)
		w->s[i].d = drivers[i];
	for (size_t i = 0; !e && i < w->n; i++)
		e = stream_begin(w, &w->s[i], info);
	return e;
}

static struct stream *foremost(struct walk *w)
{
	struct stream *best = NULL;

	for (size_t i = 0; i < w->n; i++) {
		int c;

		if (!w->s[i].has)
			continue;
		c = best ? sort_compare(&w->s[i].key, &best->key) : 0;
		if (!best || (w->up ? c < 0 : c > 0))
			best = &w->s[i];
	}
	return best;
}

/* The next row in order, matching or not. A value that the filter names twice gives each row twice. */
static enum err walk_next(struct walk *w, bool *row, bool *hit, struct err_info *info)
{
	struct stream *best = foremost(w);

	while (best && w->scanned && sort_compare(&best->key, &w->last) == 0) {
		enum err e = stream_next(w, best, info);

		if (e)
			return e;
		best = foremost(w);
	}
	*row = best != NULL;
	if (!best)
		return OK;
	w->last = best->key;
	*hit = best->hit;
	w->scanned++;
	return stream_next(w, best, info);
}

struct found {
	struct keys keys;
	bool more;            /* there is another behind them */
	bool cut;             /* the bound ended the walk */
	struct sort_key last; /* where it ended */
};

/* limit hits from a position on, after skipping some. bound 0: to the end. */
static enum err find_by_walk(struct query *q, bool up, const struct sort_key *from, int64_t skip,
			     int64_t limit, int64_t bound, struct found *out, struct err_info *info)
{
	struct walk *w = xcalloc(1, sizeof(*w));
	bool row = true, hit = false;
	enum err e;

	w->q = q;
	w->up = up;
	w->from = from;
	e = walk_begin(w, info);
	while (!e && !out->more) {
		e = walk_next(w, &row, &hit, info);
		if (e || !row)
			break;
		if (hit && skip > 0) {
			skip--;
		} else if (hit && out->keys.n == (size_t)limit) {
			out->more = true;
			break;
		} else if (hit) {
			keys_add(&out->keys, &w->last);
		}
		out->last = w->last;
		if (bound && w->scanned >= bound) {
			out->cut = true;
			break;
		}
	}
	walk_end(w);
	xfree(&w);
	return e;
}

/* ---- gathering few ------------------------------------------------------------ */

static enum err gather(struct query *q, const char *where, const struct pair *p, int64_t most,
		       struct keys *out, bool *too_many, struct err_info *info)
{
	const char *key = sort_column(q->sort);
	sqlite3_stmt *st = NULL;
	struct strbuf sql;
	bool row = true;
	int64_t n = 0;
	enum err e;

	strbuf_init(&sql, STRBUF_CEILING_DEFAULT);
	strbuf_printf(&sql, "SELECT %s%s, j.id, %s FROM {publishing_jobs} j WHERE j.tenant_id=$1%s",
		      key ? "j." : "", key ? key : "0", q->condition.sql.data, where);
	e = db_query_text(q->s, info, &st, sql.data);
	strbuf_free(&sql);
	if (e)
		return e;
	db_bind_int(st, 1, q->tenant_id);
	condition_bind(st, &q->condition);
	if (p) {
		db_bind_int(st, 4, p->connection_id);
		db_bind_text(st, 5, job_status_name(p->status));
	}
	db_bind_int(st, 6, q->f->since ? q->f->since : INT64_MIN);
	db_bind_int(st, 7, q->f->until ? q->f->until : INT64_MAX);
	while (!e) {
		struct sort_key k;

		e = db_step(q->s, st, &row, info);
		if (e || !row)
			break;
		if (n++ >= most) {
			*too_many = true;
			break;
		}
		if (!col_int(st, 2))
			continue;
		read_key(st, q->sort, &k);
		keys_add(out, &k);
	}
	db_drop(st);
	return e;
}

static int ascending(const void *a, const void *b)
{
	return sort_compare(a, b);
}

/* All keys that match, ascending, if these are few for certain; *done says so. */
static enum err gather_few(struct query *q, struct keys *out, bool *done, struct err_info *info)
{
	bool too_many = false;
	enum err e = OK;

	*done = false;
	if (q->f->n_ids) {
		e = gather(q, "", NULL, INT64_MAX, out, &too_many, info);
		*done = true;
	} else if (q->has_pairs && q->pairs.total <= jobs_gather_max) {
		for (size_t i = 0; !e && i < q->pairs.n; i++)
			e = gather(
				q,
				" AND j.connection_id=$4 AND j.status=$5 AND j.scheduled_at>=$6 AND j.scheduled_at<$7",
				&q->pairs.p[i], INT64_MAX, out, &too_many, info);
		*done = true;
	} else if (q->f->since || q->f->until) {
		e = gather(q, " AND j.scheduled_at>=$6 AND j.scheduled_at<$7", NULL,
			   jobs_gather_max, out, &too_many, info);
		*done = !too_many;
	}
	if (*done && out->n)
		qsort(out->k, out->n, sizeof(*out->k), ascending);
	if (!*done)
		out->n = 0;
	return e;
}

/* The part of the gathered keys that a walk would have found. */
static void find_in_gathered(const struct keys *all, bool up, const struct sort_key *from,
			     int64_t skip, int64_t limit, struct found *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct sort_key *k = &all->k[up ? i : all->n - 1 - i];
		int c = from ? sort_compare(k, from) : up ? 1 : -1;

		if (up ? c <= 0 : c >= 0)
			continue;
		if (skip > 0) {
			skip--;
		} else if (out->keys.n == (size_t)limit) {
			out->more = true;
			return;
		} else {
			keys_add(&out->keys, k);
			out->last = *k;
		}
	}
}

/* ---- the page ------------------------------------------------------------------- */

struct pager {
	struct query q;
	const struct page_request *r;
	struct keys all; /* when gathered */
	bool gathered;
	struct sort_key from;
	bool has_from;
};

static enum err find(struct pager *p, bool up, const struct sort_key *from, int64_t skip,
		     int64_t limit, struct found *out, struct err_info *info)
{
	if (p->gathered) {
		find_in_gathered(&p->all, up, from, skip, limit, out);
		return OK;
	}
	return find_by_walk(&p->q, up, from, skip, limit, skip ? 0 : jobs_walk_rows_max, out, info);
}

/* The position that the page begins behind: one step before the asked-for number, so that it is included. */
static enum err place_around(struct pager *p, bool up, struct err_info *info)
{
	const char *key = sort_column(p->q.sort);
	int64_t id = p->r->around_id;
	sqlite3_stmt *st = NULL;
	struct strbuf sql;
	bool row = false;
	enum err e;

	strbuf_init(&sql, 512);
	strbuf_printf(&sql, "SELECT %s, id FROM {publishing_jobs} WHERE tenant_id=$1 AND id=$2",
		      key ? key : "0");
	e = db_query_text(p->q.s, info, &st, sql.data);
	strbuf_free(&sql);
	if (e)
		return e;
	db_bind_int(st, 1, p->q.tenant_id);
	db_bind_int(st, 2, id);
	e = db_step(p->q.s, st, &row, info);
	if (!e && row) {
		read_key(st, p->q.sort, &p->from);
		p->has_from = true;
	} else if (!e && !key) {
		memset(&p->from, 0, sizeof(p->from));
		p->has_from = true;
	}
	db_drop(st);
	p->from.id = up ? id - 1 : id + 1;
	return e;
}

static enum err place(struct pager *p, bool up, struct err_info *info)
{
	if (p->r->cursor) {
		if (!cursor_read(p->r->cursor, p->q.sort, p->r->ascending, &p->from))
			return err_set(info, E_INVALID, "that is no cursor of this list");
		p->has_from = true;
		return OK;
	}
	return p->r->around_id ? place_around(p, up, info) : OK;
}

static enum err count(struct pager *p, int64_t *total, struct err_info *info)
{
	struct found all = {0};
	enum err e = OK;

	if (p->gathered) {
		*total = (int64_t)p->all.n;
		return OK;
	}
	if (!filter_has_more(p->q.f)) {
		if (p->q.has_pairs) {
			*total = p->q.pairs.total;
			return OK;
		}
		*total = 0;
		return db_int(
			p->q.s, info, total,
			"SELECT sum(value) FROM {counters} WHERE tenant_id=$1 AND family='jobs'",
			"i", p->q.tenant_id);
	}
	e = find_by_walk(&p->q, false, NULL, 0, COUNT_MAX, jobs_walk_rows_max, &all, info);
	if (!e)
		*total = all.more || all.cut ? -1 : (int64_t)all.keys.n;
	xfree(&all.keys.k);
	return e;
}

static enum err load_rows(struct pager *p, const struct found *found, bool reversed,
			  struct page *out, struct err_info *info)
{
	size_t n = 0;
	enum err e = OK;

	out->jobs = arena_alloc(out->arena, (found->keys.n + 1) * sizeof(*out->jobs));
	for (size_t i = 0; !e && i < found->keys.n; i++) {
		const struct sort_key *k = &found->keys.k[reversed ? found->keys.n - 1 - i : i];

		e = job_read(p->q.s, p->q.tenant_id, k->id, out->arena, &out->jobs[n], info);
		/* Nothing deletes jobs; without a snapshot one could still have been taken back by a restore. */
		if (e == E_NOT_FOUND)
			e = OK;
		else
			n++;
	}
	out->n = n;
	return e;
}

/* Cursors of the page's two ends. In the direction of the walk: where it stopped, if there is more. Against it: the first key,
 * if anything stands before. */
static enum err set_cursors(struct pager *p, bool up, bool reversed, const struct found *f,
			    struct page *out, struct err_info *info)
{
	const char *ahead = NULL, *behind = NULL;
	enum err e = OK;

	if (f->more && f->keys.n)
		ahead = cursor_write(out->arena, p->q.sort, p->r->ascending,
				     &f->keys.k[f->keys.n - 1]);
	else if (f->cut)
		ahead = cursor_write(out->arena, p->q.sort, p->r->ascending, &f->last);
	if (f->keys.n && (p->has_from || p->r->offset > 0)) {
		struct found before = {0};

		e = find(p, !up, &f->keys.k[0], 0, 1, &before, info);
		if (!e && (before.keys.n || before.cut))
			behind = cursor_write(out->arena, p->q.sort, p->r->ascending,
					      &f->keys.k[0]);
		xfree(&before.keys.k);
	}
	out->next = reversed ? behind : ahead;
	out->prev = reversed ? ahead : behind;
	return e;
}

enum err jobs_page(struct store *s, const struct job_filter *f, enum job_sort sort,
		   const struct page_request *r, struct page *out, struct err_info *info)
{
	struct pager p = {.q = {.s = s, .tenant_id = s->tenant_id, .f = f, .sort = sort}, .r = r};
	bool reversed = r->backwards || r->last, up = r->ascending != reversed;
	struct page made = {.total = -1};
	struct found found = {0};
	enum err e = need_own_tenant(s, info);

	if (!e)
		e = query_begin(&p.q, info);
	if (e)
		return e;
	made.arena = arena_new();
	e = place(&p, up, info);
	if (!e)
		e = gather_few(&p.q, &p.all, &p.gathered, info);
	if (!e)
		e = find(&p, up, p.has_from ? &p.from : NULL, p.has_from ? 0 : r->offset,
			 r->limit > 0 ? r->limit : 1, &found, info);
	if (!e)
		e = load_rows(&p, &found, reversed, &made, info);
	if (!e)
		e = set_cursors(&p, up, reversed, &found, &made, info);
	if (!e && r->count)
		e = count(&p, &made.total, info);
	query_end(&p.q);
	xfree(&p.all.k);
	xfree(&found.keys.k);
	if (e)
		arena_free(&made.arena);
	else
		*out = made;
	return e;
}

enum err jobs_ids(struct store *s, const struct job_filter *f, int64_t after, int limit,
		  int64_t *ids, size_t *n, struct err_info *info)
{
	struct pager p = {.q = {.s = s, .tenant_id = s->tenant_id, .f = f, .sort = JOB_SORT_ID}};
	struct sort_key from = {.id = after};
	struct found found = {0};
	enum err e = need_own_tenant(s, info);

	if (!e)
		e = query_begin(&p.q, info);
	if (e)
		return e;
	e = gather_few(&p.q, &p.all, &p.gathered, info);
	if (!e && p.gathered)
		find_in_gathered(&p.all, true, &from, 0, limit, &found);
	else if (!e)
		e = find_by_walk(&p.q, true, &from, 0, limit, 0, &found, info);
	for (size_t i = 0; !e && i < found.keys.n; i++)
		ids[i] = found.keys.k[i].id;
	if (!e)
		*n = found.keys.n;
	query_end(&p.q);
	xfree(&p.all.k);
	xfree(&found.keys.k);
	return e;
}

/* ---- plans, for tests --------------------------------------------------------------- */

static enum err explain(struct store *s, const char *sql, struct strbuf *out, struct err_info *info)
{
	char *text = xasprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query_text(s, info, &st, text);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		strbuf_printf(out, "%s\n", (const char *)sqlite3_column_text(st, 3));
	}
	db_drop(st);
	xfree(&text);
	return e;
}

enum err admin_explain_jobs_page(struct store *s, const struct job_filter *f, enum job_sort sort,
				 const struct page_request *r, struct strbuf *out,
				 struct err_info *info)
{
	bool up = r->ascending != (r->backwards || r->last);
	struct driver drivers[DRIVERS_MAX];
	struct condition c;
	struct strbuf sql;
	enum err e = need_service(s, info);
	size_t n;

	if (!e)
		e = condition_build(f, &c, info);
	if (e)
		return e;
	n = drivers_choose(f, sort, NULL, drivers);
	strbuf_init(&sql, STRBUF_CEILING_DEFAULT);
	for (size_t i = 0; !e && i < n; i++) {
		for (int range = RANGE_ALL; !e && range <= RANGE_BEYOND; range++) {
			bool keyed = sort_column(sort) && !driver_is_key(&drivers[i], sort);

			if ((range == RANGE_TIE && !sort_column(sort)) ||
			    (range == RANGE_BEYOND && !keyed && sort_column(sort)))
				continue;
			strbuf_reset(&sql);
			walk_sql(&sql, f, sort, up, &drivers[i], (enum range)range, c.sql.data);
			e = explain(s, sql.data, out, info);
		}
	}
	strbuf_free(&sql);
	condition_free(&c);
	return e;
}
