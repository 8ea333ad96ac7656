/* ui/view_jobs.c - the jobs: the pane where the work is done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "ui/filter.h"
#include "ui/list_view.h"
#include "ui/view_job.h"

enum { COL_ID, COL_BRAND, COL_PLATFORM, COL_ACCOUNT, COL_WHEN, COL_STATUS, COL_TRY, COL_TEXT };

static const struct column columns[] = {
	[COL_ID] = {N_("Job"), 5, 8, 0, false, true, JOB_SORT_ID},
	[COL_BRAND] = {N_("Brand"), 10, 16, 2, false, false, JOB_SORT_BRAND},
	[COL_PLATFORM] = {N_("Platform"), 8, 10, 4, false, false, JOB_SORT_PLATFORM},
	[COL_ACCOUNT] = {N_("Account"), 14, 24, 6, false, false, -1},
	[COL_WHEN] = {N_("When"), 11, 16, 1, false, false, JOB_SORT_WHEN},
	[COL_STATUS] = {N_("Status"), 12, 14, 0, false, false, JOB_SORT_STATUS},
	[COL_TRY] = {N_("Try"), 3, 5, 5, false, true, -1},
	[COL_TEXT] = {N_("Post"), 16, 28, 3, true, false, -1},
};
static const enum job_sort sorts[] = {JOB_SORT_ID,      JOB_SORT_BRAND,  JOB_SORT_PLATFORM,
				      JOB_SORT_WHEN,    JOB_SORT_STATUS, JOB_SORT_UPDATED,
				      JOB_SORT_PRIORITY};

static enum err page(struct ops *o, const void *query, const struct page_request *r,
		     struct page *out, struct err_info *info)
{
	const struct query *q = query;
	struct page_request ordered = *r;

	ordered.ascending = q->ascending;
	return ops_jobs(o, &q->jobs, q->sort, &ordered, out, info);
}

static int64_t id(const struct page *p, size_t i)
{
	return p->jobs[i].id;
}

static int64_t brand(const struct page *p, size_t i)
{
	return p->jobs[i].brand_id;
}

static enum err query(struct list_view *lv, const char *text, struct query *q,
		      struct err_info *info)
{
	const struct scope *scope = &lv->view.c->scope;
	struct filter f;
	enum err e = filter_parse(text, q->arena, &f, info);

	if (e != OK)
		return e;
	const struct filter_values *v = f.values;
	struct job_query as_typed = {
		.brands = v[FILTER_BRAND].items,
		.n_brands = v[FILTER_BRAND].n,
		.platforms = v[FILTER_PLATFORM].items,
		.n_platforms = v[FILTER_PLATFORM].n,
		.statuses = v[FILTER_STATUS].items,
		.n_statuses = v[FILTER_STATUS].n,
		.search = f.text,
		.error = v[FILTER_ERROR].n ? v[FILTER_ERROR].items[0] : NULL,
	};
	e = ops_job_filter(lv->view.c->ops, &as_typed, q->arena, &q->jobs, info);
	if (e != OK)
		return e;
	q->jobs.not_brands = v[FILTER_BRAND].not ;
	q->jobs.not_platforms = v[FILTER_PLATFORM].not ;
	q->jobs.not_statuses = v[FILTER_STATUS].not ;
	q->jobs.not_search = v[FILTER_TEXT].not ;
	q->jobs.not_error = v[FILTER_ERROR].not ;
	if (scope->brand_id && !v[FILTER_BRAND].n) {
		int64_t *one = arena_alloc(q->arena, sizeof(*one));
		*one = scope->brand_id;
		q->jobs.brands = one;
		q->jobs.n_brands = 1;
	}
	if (scope->connection_id) {
		int64_t *one = arena_alloc(q->arena, sizeof(*one));
		*one = scope->connection_id;
		q->jobs.connections = one;
		q->jobs.n_connections = 1;
	}
	/* Text has no index; neither has what is not there. */
	q->slow = f.text || v[FILTER_ERROR].n || v[FILTER_BRAND].not || v[FILTER_PLATFORM].not ;
	return OK;
}

static bool match(const struct page *p, size_t i, const char *text)
{
	const struct job *j = &p->jobs[i];
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)j->id);
	return !strcmp(number, text) || list_view_contains(j->text, text) ||
	       list_view_contains(j->brand, text) || list_view_contains(j->platform, text) ||
	       list_view_contains(j->account, text) ||
	       list_view_contains(job_status_name(j->status), text) ||
	       list_view_contains(j->error_code, text) ||
	       list_view_contains(j->error_message, text);
}

enum role job_role(const struct job *j)
{
	switch (j->status) {
	case JOB_PUBLISHED:
		return ROLE_GOOD;
	case JOB_FAILED:
	case JOB_UNKNOWN:
		return ROLE_BAD;
	case JOB_HELD:
		return ROLE_WARN;
	case JOB_PROCESSING:
		return ROLE_BUSY;
	case JOB_PENDING:
		return j->wait == WAIT_AUTH || j->wait == WAIT_RETRY ? ROLE_WARN : ROLE_BUSY;
	case JOB_CANCELLED:
	case JOB_DRAFT:
		return ROLE_DIM;
	default:
		return ROLE_TEXT;
	}
}

void job_status_text(const struct job *j, char *out, size_t size)
{
	const char *word = _(job_status_name(j->status)), *more = "";

	/* What a job waits for says more than that it waits. */
	if (j->status == JOB_PENDING && j->wait != WAIT_NONE)
		word = _(job_wait_name(j->wait));
	if (j->status == JOB_HELD && j->hold_reason != HOLD_NONE)
		more = _(hold_reason_name(j->hold_reason));
	snprintf(out, size, "%s %s%s%s", job_status_glyph(j->status, term_ascii()), word,
		 more[0] ? " " : "", more);
}

/* When it goes out next, or when it went. */
int64_t job_time(const struct job *j)
{
	if (j->published_at)
		return j->published_at;
	if (j->status == JOB_PENDING && j->next_attempt_at)
		return j->next_attempt_at;
	return j->scheduled_at ? j->scheduled_at : j->created_at;
}

static void time_cell(struct list_view *lv, const struct job *j, struct cell *out)
{
	char full[64];

	if (!job_time(j))
		return;
	when_local(job_time(j), zone_of(lv->view.c, j->brand_id), WHEN_MINUTES, full, sizeof(full));
	/* The year stands only where there is room: "12-01 09:00". */
	snprintf(out->text, sizeof(out->text), "%s",
		 out->width < 16 && strlen(full) > 5 ? full + 5 : full);
}

static void cell(struct list_view *lv, const struct page *p, size_t i, size_t column,
		 struct cell *out)
{
	const struct job *j = &p->jobs[i];

	switch (column) {
	case COL_ID:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->id);
		break;
	case COL_BRAND: {
		const struct brand *b = brand_of(lv->view.c, j->brand_id);
		snprintf(out->text, sizeof(out->text), "%s", j->brand);
		if (b && b->color && out->role == ROLE_TEXT)
			out->attr = term_brand_attr(b->color);
		break;
	}
	case COL_PLATFORM:
		snprintf(out->text, sizeof(out->text), "%s", j->platform);
		break;
	case COL_ACCOUNT:
		snprintf(out->text, sizeof(out->text), "%s", j->account ? j->account : "");
		break;
	case COL_WHEN:
		time_cell(lv, j, out);
		break;
	case COL_STATUS:
		job_status_text(j, out->text, sizeof(out->text));
		out->role = job_role(j);
		break;
	case COL_TRY:
		if (j->attempts)
			snprintf(out->text, sizeof(out->text), "%lld/%lld", (long long)j->attempts,
				 (long long)j->max_retries + 1);
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", j->text ? j->text : "");
		break;
	}
}

static bool hides(const struct list_view *lv, size_t column)
{
	const struct scope *s = &lv->view.c->scope;

	return (column == COL_BRAND && s->brand_id) ||
	       ((column == COL_PLATFORM || column == COL_ACCOUNT) && s->connection_id);
}

void job_selection(const struct job *j, struct selection *s)
{
	s->brand_id = j->brand_id;
	snprintf(s->brand, sizeof(s->brand), "%s", j->brand);
	snprintf(s->label, sizeof(s->label), "%s/%s", j->brand, j->platform);
	snprintf(s->url, sizeof(s->url), "%s", j->remote_url ? j->remote_url : "");
}

static void select_one(struct list_view *lv, const struct page *p, size_t i, struct selection *s)
{
	(void)lv;
	job_selection(&p->jobs[i], s);
}

static void sort_by(struct list_view *lv, int step)
{
	int n = (int)COUNT_OF(sorts), at = 0;

	for (int i = 0; i < n; i++)
		if (sorts[i] == lv->sort)
			at = i;
	lv->sort = sorts[(at + step + n) % n];
	list_view_requery(lv);
	static const char *const names[] = {N_("number"),  N_("time"),     N_("status"),
					    N_("brand"),   N_("platform"), N_("last change"),
					    N_("priority")};
	say(lv->view.c, MESSAGE_INFO, _("Sorted by %s."), _(names[lv->sort]));
}

static bool run(struct list_view *lv, const char *command, const char *args)
{
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	if (!strcmp(command, "sort-left")) {
		sort_by(lv, -1);
	} else if (!strcmp(command, "sort-right")) {
		sort_by(lv, 1);
	} else if (!strcmp(command, "sort-reverse")) {
		lv->ascending = !lv->ascending;
		list_view_requery(lv);
	} else if (!strcmp(command, "open") && !*args) {
		if (p)
			job_view_open(lv->view.c, p->jobs[k].id);
	} else {
		return false;
	}
	return true;
}

const struct list_spec list_jobs = {
	.ops = LIST_VIEW_OPS(N_("Jobs")),
	.columns = columns,
	.n_columns = COUNT_OF(columns),
	.source = {page, id},
	.filters = true,
	.brand = brand,
	.match = match,
	.query = query,
	.cell = cell,
	.hides = hides,
	.kind = SELECT_JOB,
	.select = select_one,
	.run = run,
};
