/* store/jobs_filter.c - a filter as SQL, and which index to walk for it.
 *
 * The conditions that an index does not serve stand among the result's columns, not behind WHERE: so they never
 * tempt the planner away from the index whose order is needed, and a walk can count the rows that it looked at. */
#include "store/jobs_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- sorts ------------------------------------------------------------------ */

static const struct {
	const char *column;
	bool text;
	char letter;
} sorts[] = {
	[JOB_SORT_ID] = {NULL, false, 'i'},
	[JOB_SORT_WHEN] = {"scheduled_at", false, 'w'},
	[JOB_SORT_STATUS] = {"status", true, 's'},
	[JOB_SORT_BRAND] = {"brand_id", false, 'b'},
	[JOB_SORT_PLATFORM] = {"platform", true, 'p'},
	[JOB_SORT_UPDATED] = {"updated_at", false, 'u'},
	[JOB_SORT_PRIORITY] = {"priority", false, 'y'},
};

const char *sort_column(enum job_sort sort)
{
	return sorts[sort].column;
}

bool sort_is_text(enum job_sort sort)
{
	return sorts[sort].text;
}

int sort_compare(const struct sort_key *a, const struct sort_key *b)
{
	int c = a->is_text ? strcmp(a->text, b->text) : 0;

	if (c)
		return c;
	if (!a->is_text && a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

const char *cursor_write(struct arena *a, enum job_sort sort, bool ascending,
			 const struct sort_key *k)
{
	char dir = ascending ? 'a' : 'd';

	if (k->is_text)
		return arena_printf(a, "J%c%c.%lld.%s", sorts[sort].letter, dir, (long long)k->id,
				    k->text);
	return arena_printf(a, "J%c%c.%lld.%lld", sorts[sort].letter, dir, (long long)k->id,
			    (long long)k->number);
}

static bool read_int(const char **p, char end, int64_t *out)
{
	char *after;
	long long v;

	if (!**p || strspn(*p, "-0123456789") == 0)
		return false;
	v = strtoll(*p, &after, 10);
	if (*after != end)
		return false;
	*out = v;
	*p = end ? after + 1 : after;
	return true;
}

bool cursor_read(const char *cursor, enum job_sort sort, bool ascending, struct sort_key *k)
{
	const char *p = cursor;
	struct sort_key read = {.is_text = sorts[sort].text};

	if (strlen(cursor) > 100 || p[0] != 'J' || p[1] != sorts[sort].letter ||
	    p[2] != (ascending ? 'a' : 'd') || p[3] != '.')
		return false;
	p += 4;
	if (!read_int(&p, '.', &read.id) || read.id < 0)
		return false;
	if (read.is_text) {
		if (strlen(p) >= sizeof(read.text) ||
		    strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789") != strlen(p))
			return false;
		snprintf(read.text, sizeof(read.text), "%s", p);
	} else if (!read_int(&p, '\0', &read.number)) {
		return false;
	}
	*k = read;
	return true;
}

/* ---- conditions --------------------------------------------------------------- */

static bool add_text(struct condition *c, const char *text)
{
	if (c->n_texts == CONDITION_TEXTS_MAX)
		return false;
	strbuf_printf(&c->sql, "$%zu", 10 + c->n_texts);
	c->texts[c->n_texts++] = text;
	return true;
}

static void add_numbers(struct condition *c, const char *column, bool not, const int64_t *v,
			size_t n)
{
	strbuf_printf(&c->sql, " AND j.%s %sIN (", column, not ? "NOT " : "");
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&c->sql, "%s%lld", i ? "," : "", (long long)v[i]);
	strbuf_putc(&c->sql, ')');
}

static void add_statuses(struct condition *c, bool not, unsigned statuses)
{
	const char *sep = "";

	strbuf_printf(&c->sql, " AND j.status %sIN (", not ? "NOT " : "");
	for (int i = 0; i < JOB_STATUS_COUNT; i++) {
		if (!(statuses & 1u << i))
			continue;
		strbuf_printf(&c->sql, "%s'%s'", sep, job_status_name((enum job_status)i));
		sep = ",";
	}
	strbuf_putc(&c->sql, ')');
}

/* A substring as a LIKE pattern: the characters that LIKE knows are taken as they are. */
static char *like_pattern(const char *s)
{
	char *out = xmalloc(2 * strlen(s) + 3), *p = out;

	*p++ = '%';
	for (; *s; s++) {
		if (*s == '%' || *s == '_' || *s == '\\')
			*p++ = '\\';
		*p++ = *s;
	}
	*p++ = '%';
	*p = '\0';
	return out;
}

#define TEXT_OF_JOB \
	"coalesce((SELECT v.text FROM {post_variants} v WHERE v.tenant_id=j.tenant_id AND v.post_id=j.post_id" \
	" AND v.platform=j.platform)," \
	" (SELECT p.text FROM {posts} p WHERE p.tenant_id=j.tenant_id AND p.id=j.post_id))"

enum err condition_build(const struct job_filter *f, struct condition *c, struct err_info *info)
{
	bool fits = true;

	memset(c, 0, sizeof(*c));
	strbuf_init(&c->sql, (size_t)200 << 10);
	strbuf_putc(&c->sql, '1');
	if (f->n_ids)
		add_numbers(c, "id", false, f->ids, f->n_ids);
	if (f->n_brands)
		add_numbers(c, "brand_id", f->not_brands, f->brands, f->n_brands);
	if (f->n_connections)
		add_numbers(c, "connection_id", false, f->connections, f->n_connections);
	if (f->statuses)
		add_statuses(c, f->not_statuses, f->statuses);
	if (f->n_platforms) {
		strbuf_printf(&c->sql, " AND j.platform %sIN (", f->not_platforms ? "NOT " : "");
		for (size_t i = 0; fits && i < f->n_platforms; i++) {
			strbuf_puts(&c->sql, i ? "," : "");
			fits = add_text(c, f->platforms[i]);
		}
		strbuf_putc(&c->sql, ')');
	}
	if (f->since)
		strbuf_printf(&c->sql, " AND j.scheduled_at>=%lld", (long long)f->since);
	if (f->until)
		strbuf_printf(&c->sql, " AND j.scheduled_at<%lld", (long long)f->until);
	if (f->error_code) {
		strbuf_printf(&c->sql, " AND j.error_code IS %s", f->not_error ? "NOT " : "");
		fits = fits && add_text(c, f->error_code);
	}
	if (f->search && *f->search) {
		c->pattern = like_pattern(f->search);
		strbuf_printf(&c->sql, " AND " TEXT_OF_JOB " %sLIKE ", f->not_search ? "NOT " : "");
		fits = fits && add_text(c, c->pattern);
		strbuf_puts(&c->sql, " ESCAPE '\\'");
	}
	if (fits && !c->sql.overflowed)
		return OK;
	condition_free(c);
	return err_set(info, E_INVALID, "the filter names too much at once");
}

void condition_bind(sqlite3_stmt *st, const struct condition *c)
{
	for (size_t i = 0; i < c->n_texts; i++)
		db_bind_text(st, (int)(10 + i), c->texts[i]);
}

void condition_free(struct condition *c)
{
	strbuf_free(&c->sql);
	xfree(&c->pattern);
}

/* ---- what the counters know --------------------------------------------------- */

bool filter_has_pairs(const struct job_filter *f)
{
	return f->n_brands || f->n_platforms || f->n_connections || f->statuses;
}

bool filter_has_more(const struct job_filter *f)
{
	return f->since || f->until || (f->search && *f->search) || f->error_code || f->n_ids;
}

static bool in_numbers(const int64_t *v, size_t n, int64_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

static bool in_texts(const char *const *v, size_t n, const char *x)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], x) == 0)
			return true;
	return false;
}

static bool pair_matches(const struct job_filter *f, const struct pair *p)
{
	if (f->n_brands && in_numbers(f->brands, f->n_brands, p->brand_id) == f->not_brands)
		return false;
	if (f->n_platforms &&
	    in_texts(f->platforms, f->n_platforms, p->platform) == f->not_platforms)
		return false;
	if (f->n_connections && !in_numbers(f->connections, f->n_connections, p->connection_id))
		return false;
	return !f->statuses || ((f->statuses & 1u << p->status) != 0) != f->not_statuses;
}

enum err pairs_read(struct store *s, int64_t tenant_id, const struct job_filter *f,
		    struct pairs *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT n.connection_id, c.brand_id, n.value, n.name, c.platform FROM {counters} n"
		" CROSS JOIN {platform_connections} c ON c.tenant_id=n.tenant_id AND c.id=n.connection_id"
		" WHERE n.tenant_id=$1 AND n.family='jobs' AND n.value>0",
		"i", tenant_id);

	memset(out, 0, sizeof(*out));
	while (!e) {
		struct pair p = {0};

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		p.connection_id = col_int(st, 0);
		p.brand_id = col_int(st, 1);
		p.n = col_int(st, 2);
		job_status_from((const char *)sqlite3_column_text(st, 3), &p.status);
		snprintf(p.platform, sizeof(p.platform), "%s",
			 (const char *)sqlite3_column_text(st, 4));
		if (!pair_matches(f, &p))
			continue;
		out->p = xrealloc(out->p, out->n + 1, sizeof(*out->p));
		out->p[out->n++] = p;
		out->total += p.n;
	}
	db_done(st);
	if (e)
		xfree(&out->p);
	return e;
}

/* ---- which index --------------------------------------------------------------- */

static size_t by_statuses(const struct job_filter *f, struct driver *out)
{
	size_t n = 0;

	for (int i = 0; i < JOB_STATUS_COUNT; i++) {
		if (!(f->statuses & 1u << i))
			continue;
		out[n].by = BY_STATUS;
		snprintf(out[n++].text, sizeof(out->text), "%s",
			 job_status_name((enum job_status)i));
	}
	return n;
}

static size_t by_numbers(int by, const int64_t *v, size_t n, struct driver *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i].by = by;
		out[i].number = v[i];
	}
	return n;
}

static size_t by_platforms(const struct job_filter *f, struct driver *out)
{
	for (size_t i = 0; i < f->n_platforms; i++) {
		out[i].by = BY_PLATFORM;
		snprintf(out[i].text, sizeof(out->text), "%s", f->platforms[i]);
	}
	return f->n_platforms;
}

size_t drivers_choose(const struct job_filter *f, enum job_sort sort, const struct pairs *pairs,
		      struct driver out[DRIVERS_MAX])
{
	bool one_status = f->statuses && !f->not_statuses && (f->statuses & (f->statuses - 1)) == 0;

	(void)pairs;
	memset(out, 0, DRIVERS_MAX * sizeof(*out));
	if (sort == JOB_SORT_WHEN && f->n_connections == 1 && one_status) {
		by_statuses(f, out);
		out[0].by = BY_QUEUE;
		out[0].number = f->connections[0];
		return 1;
	}
	/* These indexes are in order of the number within one value; a sort by that very value suits them too. The narrowest
	 * condition is taken: a connection before a state, a state before a brand, a brand before a platform. */
	if (sort == JOB_SORT_ID && f->n_connections && f->n_connections <= DRIVERS_MAX)
		return by_numbers(BY_CONNECTION, f->connections, f->n_connections, out);
	if ((sort == JOB_SORT_ID || sort == JOB_SORT_STATUS) && f->statuses && !f->not_statuses)
		return by_statuses(f, out);
	if ((sort == JOB_SORT_ID || sort == JOB_SORT_BRAND) && f->n_brands && !f->not_brands &&
	    f->n_brands <= DRIVERS_MAX)
		return by_numbers(BY_BRAND, f->brands, f->n_brands, out);
	if ((sort == JOB_SORT_ID || sort == JOB_SORT_PLATFORM) && f->n_platforms &&
	    !f->not_platforms && f->n_platforms <= DRIVERS_MAX)
		return by_platforms(f, out);
	return 1;
}

void walk_sql(struct strbuf *out, const struct job_filter *f, enum job_sort sort, bool up,
	      const struct driver *d, enum range range, const char *condition)
{
	const char *key = sort_column(sort), *dir = up ? "ASC" : "DESC";
	char than = up ? '>' : '<';

	strbuf_printf(out, "SELECT %s%s, j.id, %s FROM {publishing_jobs} j WHERE j.tenant_id=$1",
		      key ? "j." : "", key ? key : "0", condition);
	switch (d->by) {
	case BY_NOTHING:
		break;
	case BY_CONNECTION:
		strbuf_printf(out, " AND j.connection_id=$4");
		break;
	case BY_BRAND:
		strbuf_printf(out, " AND j.brand_id=$4");
		break;
	case BY_PLATFORM:
		strbuf_printf(out, " AND j.platform=$5");
		break;
	case BY_STATUS:
		strbuf_printf(out, " AND j.status=$5");
		break;
	case BY_QUEUE:
		strbuf_printf(out, " AND j.connection_id=$4 AND j.status=$5");
		break;
	}
	if (sort == JOB_SORT_WHEN && f->since)
		strbuf_printf(out, " AND j.scheduled_at>=%lld", (long long)f->since);
	if (sort == JOB_SORT_WHEN && f->until)
		strbuf_printf(out, " AND j.scheduled_at<%lld", (long long)f->until);
	if (range == RANGE_TIE)
		strbuf_printf(out, " AND j.%s=$2 AND j.id%c$3", key, than);
	else if (range == RANGE_BEYOND && key)
		strbuf_printf(out, " AND j.%s%c$2", key, than);
	else if (range == RANGE_BEYOND)
		strbuf_printf(out, " AND j.id%c$3", than);
	/* Within one tie, or one value of the index's first column, the number alone orders. */
	if (!key || range == RANGE_TIE || (d->by == BY_STATUS && sort == JOB_SORT_STATUS) ||
	    (d->by == BY_BRAND && sort == JOB_SORT_BRAND) ||
	    (d->by == BY_PLATFORM && sort == JOB_SORT_PLATFORM))
		strbuf_printf(out, " ORDER BY j.id %s", dir);
	else
		strbuf_printf(out, " ORDER BY j.%s %s, j.id %s", key, dir, dir);
}
