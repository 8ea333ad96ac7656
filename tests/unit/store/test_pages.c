/* tests/unit/store/test_pages.c - lists by key: every sort and filter against a plain model, plans, and speed. */
#include "fixture.h"

#include "store/jobs_filter.h"

#define JOBS 400
#define PLATFORMS 3

static const char *const platform_names[PLATFORMS] = {"bluesky", "mastodon", "x"};

struct book {
	struct fixture *f;
	int64_t brands[3], connections[9];
	struct job all[JOBS]; /* as the store reads them, in number order */
	uint64_t random;
};

static int below(struct book *b, int n)
{
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((b->random >> 33) % (unsigned)n);
}

static void fill(struct book *b)
{
	struct fixture *f = b->f;
	static const char *const texts[] = {"Autumn menu", "50% off_today", "Opening HOURS",
					    "a \\ backslash"};

	for (int i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "brand-%c", "zma"[i]);
		b->brands[i] = fixture_brand(f, f->one, name);
		for (int j = 0; j < PLATFORMS; j++)
			b->connections[3 * i + j] = fixture_connection(f, f->one, b->brands[i],
								       platform_names[j], "acc");
	}
	assert_ok(f, store_begin(f->one, &f->info));
	for (int i = 0; i < JOBS; i++) {
		int c = below(b, 9);
		struct post p = {.brand_id = b->brands[c / 3], .text = texts[below(b, 4)]};
		struct job_values v = {.connection_id = b->connections[c],
				       .status = (enum job_status)below(b, 3),
				       .scheduled_at = 1000000 +
						       1000 * below(b, 60), /* many ties */
				       .priority = below(b, 3),
				       .max_retries = 1};
		int64_t id;

		assert_ok(f, post_add(f->one, &p, &v.post_id, &f->info));
		assert_ok(f, job_add(f->one, &v, &id, &f->info));
		if (below(b, 3) == 0) {
			struct err_info why = {.code = E_REJECTED};
			struct transition t = {.to = JOB_CANCELLED, .failures = -1, .crashes = -1};

			if (below(b, 2))
				t.error = &why;
			assert_ok(f, job_transition(f->one, 1, id, &t, &f->info));
		}
	}
	/* Ties in the time of change, too. */
	assert_ok(f, store_test_exec(f->one, "UPDATE {publishing_jobs} SET updated_at=5000+id/7",
				     NULL, &f->info));
	assert_ok(f, store_commit(f->one, &f->info));
	for (int i = 0; i < JOBS; i++)
		assert_ok(f, job_get(f->one, 1, i + 1, f->a, &b->all[i], &f->info));
}

static int setup(void **state)
{
	struct book *b = xcalloc(1, sizeof(*b));

	b->random = 42;
	b->f = fixture_new();
	fill(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct book *b = *state;

	fixture_free(&b->f);
	xfree(&b);
	return 0;
}

/* ---- the model ------------------------------------------------------------------ */

static bool has_number(const int64_t *v, size_t n, int64_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

static bool matches(const struct job_filter *f, const struct job *j)
{
	bool platform = false;

	for (size_t i = 0; i < f->n_platforms; i++)
		platform = platform || strcmp(f->platforms[i], j->platform) == 0;
	if (f->n_brands && has_number(f->brands, f->n_brands, j->brand_id) == f->not_brands)
		return false;
	if (f->n_platforms && platform == f->not_platforms)
		return false;
	if (f->n_connections && !has_number(f->connections, f->n_connections, j->connection_id))
		return false;
	if (f->n_ids && !has_number(f->ids, f->n_ids, j->id))
		return false;
	if (f->statuses && ((f->statuses >> j->status) & 1) == f->not_statuses)
		return false;
	if ((f->since && j->scheduled_at < f->since) || (f->until && j->scheduled_at >= f->until))
		return false;
	if (f->error_code &&
	    (j->error_code && strcmp(j->error_code, f->error_code) == 0) == f->not_error)
		return false;
	return !f->search || (strcasestr(j->text, f->search) != NULL) != f->not_search;
}

static enum job_sort model_sort;

static int by_model(const void *pa, const void *pb)
{
	const struct job *a = *(const struct job *const *)pa, *b = *(const struct job *const *)pb;
	int64_t x = 0, y = 0;
	int c = 0;

	switch (model_sort) {
	case JOB_SORT_ID:
		break;
	case JOB_SORT_WHEN:
		x = a->scheduled_at, y = b->scheduled_at;
		break;
	case JOB_SORT_STATUS:
		c = strcmp(job_status_name(a->status), job_status_name(b->status));
		break;
	case JOB_SORT_BRAND:
		x = a->brand_id, y = b->brand_id;
		break;
	case JOB_SORT_PLATFORM:
		c = strcmp(a->platform, b->platform);
		break;
	case JOB_SORT_UPDATED:
		x = a->updated_at, y = b->updated_at;
		break;
	case JOB_SORT_PRIORITY:
		x = a->priority, y = b->priority;
		break;
	}
	if (!c)
		c = (x > y) - (x < y);
	return c ? c : (a->id > b->id) - (a->id < b->id);
}

static size_t model(struct book *b, const struct job_filter *f, enum job_sort sort, bool ascending,
		    const struct job *out[JOBS])
{
	size_t n = 0;

	for (int i = 0; i < JOBS; i++)
		if (matches(f, &b->all[i]))
			out[n++] = &b->all[i];
	model_sort = sort;
	qsort(out, n, sizeof(*out), by_model);
	for (size_t i = 0; !ascending && i < n / 2; i++) {
		const struct job *t = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = t;
	}
	return n;
}

static void assert_same(const struct page *p, const struct job *const *want, size_t n)
{
	assert_int_equal(p->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p->jobs[i].id, want[i]->id);
}

/* Forwards from the start to the end by next, then backwards by prev, then the jumps. */
static void walk_list(struct book *b, const struct job_filter *filter, enum job_sort sort,
		      bool ascending)
{
	struct fixture *f = b->f;
	const struct job *want[JOBS];
	size_t n = model(b, filter, sort, ascending, want), at = 0, limit = 37, some = n / 2;
	struct page_request r = {.limit = (int)limit, .ascending = ascending, .count = true};
	struct page p = {0}, q = {0};
	char cursor[128];

	do {
		size_t k = n - at < limit ? n - at : limit;

		assert_ok(f, jobs_page(f->one, filter, sort, &r, &p, &f->info));
		assert_same(&p, want + at, k);
		assert_int_equal(p.total, n);
		assert_true((p.prev != NULL) == (at > 0 && k > 0));
		at += k;
		assert_true((p.next != NULL) == (at < n));
		snprintf(cursor, sizeof(cursor), "%s", p.next ? p.next : "");
		r.cursor = p.next ? cursor : NULL;
		if (p.next)
			page_free(&p);
	} while (r.cursor);
	r.backwards = true;
	while (p.prev) {
		snprintf(cursor, sizeof(cursor), "%s", p.prev);
		r.cursor = cursor;
		at -= p.n;
		page_free(&p);
		assert_ok(f, jobs_page(f->one, filter, sort, &r, &p, &f->info));
		assert_same(&p, want + (at > limit ? at - limit : 0), at < limit ? at : limit);
	}
	page_free(&p);
	r = (struct page_request){.limit = 9, .ascending = ascending, .last = true};
	assert_ok(f, jobs_page(f->one, filter, sort, &r, &p, &f->info));
	assert_same(&p, want + (n > 9 ? n - 9 : 0), n > 9 ? 9 : n);
	assert_null(p.next);
	page_free(&p);
	if (n == 0)
		return;
	r = (struct page_request){.limit = 5, .ascending = ascending, .around_id = want[some]->id};
	assert_ok(f, jobs_page(f->one, filter, sort, &r, &p, &f->info));
	assert_same(&p, want + some, n - some < 5 ? n - some : 5);
	r = (struct page_request){.limit = 5, .ascending = ascending, .offset = (int64_t)some};
	assert_ok(f, jobs_page(f->one, filter, sort, &r, &q, &f->info));
	assert_same(&q, want + some, n - some < 5 ? n - some : 5);
	page_free(&p);
	page_free(&q);
}

static void walk_all_sorts(struct book *b, const struct job_filter *filter)
{
	for (int sort = JOB_SORT_ID; sort <= JOB_SORT_PRIORITY; sort++) {
		walk_list(b, filter, (enum job_sort)sort, false);
		walk_list(b, filter, (enum job_sort)sort, true);
	}
}

static void page__every_sort_and_filter__equals_the_model(void **state)
{
	struct book *b = *state;
	int64_t two[2] = {b->brands[0], b->brands[2]},
		conns[3] = {b->connections[1], b->connections[1], b->connections[5]};
	int64_t ids[] = {3, 5, 400, 9999, 8};
	unsigned some = 1u << JOB_DRAFT | 1u << JOB_CANCELLED;
	const struct job_filter filters[] = {
		{0},
		{.brands = two, .n_brands = 1},
		{.brands = two, .n_brands = 2},
		{.brands = two, .n_brands = 2, .not_brands = true},
		{.platforms = platform_names, .n_platforms = 2},
		{.platforms = platform_names, .n_platforms = 2, .not_platforms = true},
		{.connections = conns, .n_connections = 3},
		{.connections = conns, .n_connections = 1, .statuses = 1u << JOB_PENDING},
		{.statuses = some},
		{.statuses = some, .not_statuses = true},
		{.statuses = 1u << JOB_UNKNOWN},
		{.brands = two,
		 .n_brands = 1,
		 .platforms = platform_names,
		 .n_platforms = 1,
		 .statuses = some},
		{.since = 1020000, .until = 1040000},
		{.since = 1059000},
		{.until = 1000000},
		{.search = "menu"},
		{.search = "50% OFF_"},
		{.search = "\\"},
		{.search = "menu", .not_search = true, .statuses = some},
		{.error_code = "E_REJECTED"},
		{.error_code = "E_REJECTED", .not_error = true, .brands = two, .n_brands = 1},
		{.ids = ids, .n_ids = 5},
		{.ids = ids, .n_ids = 5, .statuses = some, .since = 1},
	};

	for (size_t i = 0; i < COUNT_OF(filters); i++)
		walk_all_sorts(b, &filters[i]);
}

static void page__walked_instead_of_gathered__equals_the_model(void **state)
{
	struct book *b = *state;
	int64_t two[2] = {b->brands[0], b->brands[2]};
	unsigned some = 1u << JOB_DRAFT | 1u << JOB_CANCELLED;
	const struct job_filter filters[] = {
		{.brands = two, .n_brands = 2},
		{.brands = two, .n_brands = 1, .not_brands = true},
		{.platforms = platform_names, .n_platforms = 2},
		{.connections = b->connections, .n_connections = 5},
		{.connections = b->connections, .n_connections = 1, .statuses = 1u << JOB_PENDING},
		{.statuses = some},
		{.brands = two,
		 .n_brands = 1,
		 .platforms = platform_names,
		 .n_platforms = 1,
		 .statuses = some},
		{.since = 1020000, .until = 1040000},
	};

	/* As if very many matched. */
	jobs_gather_max = 0;
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		walk_all_sorts(b, &filters[i]);
	jobs_gather_max = JOBS_GATHER_MAX;
}

static void page__cut_short__goes_on_from_where_it_stopped(void **state)
{
	struct book *b = *state;
	struct fixture *f = b->f;
	struct job_filter filter = {.search = "HOURS"};
	const struct job *want[JOBS];
	size_t n = model(b, &filter, JOB_SORT_ID, false, want), at = 0, rounds = 0;
	struct page_request r = {.limit = 50, .count = true};
	char cursor[128];

	jobs_walk_rows_max = 40;
	do {
		struct page p = {0};

		assert_ok(f, jobs_page(f->one, &filter, JOB_SORT_ID, &r, &p, &f->info));
		assert_int_equal(p.total, -1);
		assert_true(p.n <= 40 && at + p.n <= n);
		for (size_t i = 0; i < p.n; i++)
			assert_int_equal(p.jobs[i].id, want[at + i]->id);
		at += p.n;
		snprintf(cursor, sizeof(cursor), "%s", p.next ? p.next : "");
		r.cursor = p.next ? cursor : NULL;
		rounds++;
		page_free(&p);
	} while (r.cursor);
	jobs_walk_rows_max = JOBS_WALK_ROWS_MAX;
	assert_int_equal(at, n);
	assert_true(rounds > 10);
}

static void page__around_a_number_that_is_not_there__begins_where_it_would_stand(void **state)
{
	struct book *b = *state;
	struct fixture *f = b->f;
	struct job_filter even = {.statuses = 1u << JOB_PENDING};
	struct page_request r = {.limit = 1, .around_id = 350};
	struct page p = {0};
	int64_t want = 350;

	while (b->all[want - 1].status != JOB_PENDING)
		want--;
	assert_ok(f, jobs_page(f->one, &even, JOB_SORT_ID, &r, &p, &f->info));
	assert_int_equal(p.jobs[0].id, want);
	page_free(&p);
	r.around_id = 100000;
	assert_ok(f, jobs_page(f->one, &(struct job_filter){0}, JOB_SORT_ID, &r, &p, &f->info));
	assert_int_equal(p.jobs[0].id, JOBS);
	page_free(&p);
}

static void page__cursor__is_refused_when_it_is_another_lists(void **state)
{
	struct book *b = *state;
	struct fixture *f = b->f;
	struct job_filter all = {0};
	struct page_request r = {.limit = 3};
	struct page p = {0}, q = {0};
	static const char *const bad[] = {"",
					  "J",
					  "Jid.",
					  "Jid.5",
					  "Jid.x.0",
					  "Jid.-5.0",
					  "Jid.5.0x",
					  "nonsense",
					  "Jwd.5.0",
					  "Jia.5.0",
					  "Jid.5.0 ",
					  "B12",
					  "Jid.99999999999999999999999.",
					  "Jid.5.0'; DROP TABLE posts"};

	assert_ok(f, jobs_page(f->one, &all, JOB_SORT_ID, &r, &p, &f->info));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		r.cursor = bad[i];
		assert_err(f, E_INVALID, jobs_page(f->one, &all, JOB_SORT_ID, &r, &q, &f->info));
		assert_null(q.arena);
	}
	r.cursor = p.next;
	assert_err(f, E_INVALID, jobs_page(f->one, &all, JOB_SORT_WHEN, &r, &q, &f->info));
	assert_ok(f, jobs_page(f->one, &all, JOB_SORT_ID, &r, &q, &f->info));
	page_free(&p);
	page_free(&q);
}

static void ids__step_through_all_that_matches(void **state)
{
	struct book *b = *state;
	struct fixture *f = b->f;
	struct job_filter filter = {.statuses = 1u << JOB_DRAFT | 1u << JOB_SCHEDULED,
				    .search = "menu"};
	const struct job *want[JOBS];
	size_t n = model(b, &filter, JOB_SORT_ID, true, want), at = 0, got = 1;
	int64_t ids[20], after = 0;

	while (got) {
		assert_ok(f, jobs_ids(f->one, &filter, after, 20, ids, &got, &f->info));
		for (size_t i = 0; i < got; i++)
			assert_int_equal(ids[i], want[at++]->id);
		after = got ? ids[got - 1] : 0;
	}
	assert_int_equal(at, n);
}

/* ---- plans -------------------------------------------------------------------- */

/* Each line of a plan must be a search in an index, or in the table's own key. */
static void assert_plan(struct book *b, const struct job_filter *filter, enum job_sort sort,
			bool ascending, const char *index)
{
	struct fixture *f = b->f;
	struct page_request r = {.limit = 50, .ascending = ascending};
	struct strbuf plan;

	strbuf_init(&plan, 65536);
	assert_ok(f, admin_explain_jobs_page(f->service, filter, sort, &r, &plan, &f->info));
	if (plan.len == 0 || strstr(plan.data, "SCAN") || strstr(plan.data, "TEMP B-TREE") ||
	    !strstr(plan.data, index))
		fail_msg("sort %d: expected %s in\n%s", (int)sort, index, plan.data);
	strbuf_free(&plan);
}

static void plan__every_list__searches_an_index_in_order(void **state)
{
	struct book *b = *state;
	const struct job_filter none = {0};
	const struct job_filter brand = {.brands = b->brands, .n_brands = 2};
	const struct job_filter platform = {.platforms = platform_names, .n_platforms = 1};
	const struct job_filter connection = {.connections = b->connections, .n_connections = 1};
	const struct job_filter status = {.statuses = 1u << JOB_FAILED | 1u << JOB_UNKNOWN};
	const struct job_filter window = {.since = 5, .until = 500};
	const struct job_filter both = {
		.connections = b->connections, .n_connections = 1, .statuses = 1u << JOB_SCHEDULED};
	const struct job_filter search = {.search = "menu", .brands = b->brands, .n_brands = 1};

	for (int up = 0; up < 2; up++) {
		assert_plan(b, &none, JOB_SORT_ID, up, "PRIMARY KEY");
		assert_plan(b, &none, JOB_SORT_WHEN, up, "jobs_by_when");
		assert_plan(b, &none, JOB_SORT_STATUS, up, "jobs_by_status");
		assert_plan(b, &none, JOB_SORT_BRAND, up, "jobs_by_brand");
		assert_plan(b, &none, JOB_SORT_PLATFORM, up, "jobs_by_platform");
		assert_plan(b, &none, JOB_SORT_UPDATED, up, "jobs_by_updated");
		assert_plan(b, &none, JOB_SORT_PRIORITY, up, "jobs_by_priority");
		assert_plan(b, &brand, JOB_SORT_ID, up, "jobs_by_brand");
		assert_plan(b, &brand, JOB_SORT_BRAND, up, "jobs_by_brand");
		assert_plan(b, &brand, JOB_SORT_WHEN, up, "jobs_by_when");
		assert_plan(b, &platform, JOB_SORT_ID, up, "jobs_by_platform");
		assert_plan(b, &platform, JOB_SORT_PLATFORM, up, "jobs_by_platform");
		assert_plan(b, &connection, JOB_SORT_ID, up, "jobs_by_connection");
		assert_plan(b, &status, JOB_SORT_ID, up, "jobs_by_status");
		assert_plan(b, &status, JOB_SORT_STATUS, up, "jobs_by_status");
		assert_plan(b, &window, JOB_SORT_WHEN, up, "jobs_by_when");
		assert_plan(b, &both, JOB_SORT_WHEN, up, "jobs_by_queue");
		assert_plan(b, &search, JOB_SORT_ID, up, "jobs_by_brand");
	}
}

static void plan__the_publishers_questions__use_its_indexes(void **state)
{
	static const struct {
		const char *sql, *index;
	} questions[] = {
		{"SELECT priority FROM publishing_jobs WHERE tenant_id=1 AND connection_id=1 AND status='pending'"
		 " AND priority<9 ORDER BY priority DESC LIMIT 1",
		 "jobs_due"},
		{"SELECT id FROM publishing_jobs WHERE tenant_id=1 AND connection_id=1 AND status='pending' AND priority=3"
		 " AND next_attempt_at<=9 ORDER BY next_attempt_at, id LIMIT 9",
		 "jobs_due"},
		{"SELECT next_attempt_at FROM publishing_jobs WHERE tenant_id=1 AND status='scheduled'"
		 " ORDER BY next_attempt_at LIMIT 1",
		 "jobs_planned"},
		{"SELECT id FROM publishing_jobs WHERE tenant_id=1 AND connection_id=1 AND content_hash='x'"
		 " AND created_at>=5 AND status NOT IN ('failed','cancelled') ORDER BY created_at LIMIT 1",
		 "jobs_by_content"},
		{"SELECT id FROM publishing_jobs WHERE tenant_id=1 AND post_id=4 AND attempts>0",
		 "jobs_by_post"},
		{"SELECT 1 FROM publishing_jobs WHERE tenant_id=1 AND status='failed' AND updated_at>=5 LIMIT 9",
		 "COVERING INDEX jobs_failed"},
		{"SELECT j.status, x.sent_at FROM publishing_jobs j LEFT JOIN publishing_attempts x"
		 " ON x.tenant_id=1 AND x.job_id=j.id AND x.n=j.attempts WHERE j.tenant_id=1 AND j.updated_at>=5"
		 " AND j.updated_at<=9 ORDER BY j.updated_at DESC, j.id DESC LIMIT 9",
		 "jobs_by_updated"},
		{"SELECT scheduled_at FROM publishing_jobs WHERE tenant_id=1 AND status='pending'"
		 " ORDER BY id LIMIT 9",
		 "jobs_by_status"},
		{"SELECT settle_at FROM publishing_attempts WHERE tenant_id=1 AND settle_at IS NOT NULL"
		 " ORDER BY settle_at LIMIT 1",
		 "attempts_to_settle"},
		{"SELECT count(*) FROM publishing_jobs WHERE tenant_id=1 AND connection_id=1"
		 " AND status IN ('scheduled','pending') AND scheduled_at>5",
		 "jobs_by_queue"},
		{"SELECT seq FROM publishing_logs WHERE tenant_id=1 AND job_id=4 AND seq<9 ORDER BY seq DESC",
		 "logs_by_job"},
		{"SELECT seq, hash FROM publishing_logs WHERE tenant_id=1 ORDER BY seq DESC LIMIT 1",
		 "PRIMARY KEY"},
	};
	struct book *b = *state;

	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		char *sql = xasprintf("EXPLAIN QUERY PLAN %s", questions[i].sql);
		struct strbuf plan;

		strbuf_init(&plan, 4096);
		assert_ok(b->f, store_test_exec(b->f->service, sql, &plan, &b->f->info));
		if (!strstr(plan.data, questions[i].index) || strstr(plan.data, "SCAN") ||
		    strstr(plan.data, "TEMP"))
			fail_msg("%s\n%s", questions[i].sql, plan.data);
		strbuf_free(&plan);
		xfree(&sql);
	}
}

/* ---- many ------------------------------------------------------------------------ */

struct problems {
	int n;
};

static void count_problem(void *self, const char *code, const char *message, bool repairable)
{
	struct problems *p = self;

	(void)code;
	(void)message;
	p->n += repairable;
}

static const char many[] =
	"WITH RECURSIVE n(i) AS (SELECT 401 UNION ALL SELECT i+1 FROM n WHERE i<100000)"
	" INSERT INTO publishing_jobs (tenant_id, id, brand_id, connection_id, platform, post_id, status, wait,"
	" hold_reason, scheduled_at, next_attempt_at, max_retries, priority, created_at, updated_at)"
	" SELECT 1, i, j.brand_id, j.connection_id, j.platform, j.post_id, j.status, j.wait, j.hold_reason, i*7,"
	" CASE WHEN j.next_attempt_at IS NULL THEN NULL ELSE i*7 END, 3, i%3, i, i"
	" FROM n JOIN publishing_jobs j ON j.tenant_id=1 AND j.id=1+i%400";

/* 100,000 jobs made by SQL; a page anywhere must not take time that grows with them. */
static void page__among_100000__takes_milliseconds(void **state)
{
	struct book *b = *state;
	struct fixture *f = b->f;
	const struct job_filter filters[] = {
		{0}, {.brands = b->brands, .n_brands = 1}, {.statuses = 1u << JOB_CANCELLED}};
	int64_t slowest = 0;
	struct problems p = {0};

	assert_ok(f, store_begin(f->service, &f->info));
	assert_ok(f, store_test_exec(f->service, many, NULL, &f->info));
	assert_ok(f, jobs_check(f->service, count_problem, &p, true,
				&f->info)); /* mends the counters */
	assert_ok(f, store_commit(f->service, &f->info));
	assert_true(p.n > 0);
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		for (int sort = JOB_SORT_ID; sort <= JOB_SORT_PRIORITY; sort++) {
			for (int64_t around = 1; around <= 100000; around += 33333) {
				struct page_request r = {
					.limit = 50, .around_id = around, .count = true};
				struct page page = {0};
				int64_t t = fixture_cpu_us();

				assert_ok(f, jobs_page(f->one, &filters[i], (enum job_sort)sort, &r,
						       &page, &f->info));
				t = fixture_cpu_us() - t;
				slowest = t > slowest ? t : slowest;
				page_free(&page);
			}
		}
	}
	print_message("slowest page: %lld us\n", (long long)slowest);
	/* A scan of all would take more than ten times as long. */
	assert_true(slowest <
		    (getenv("SANITIZERS") && strcmp(getenv("SANITIZERS"), "no") ? 400000 : 40000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page__every_sort_and_filter__equals_the_model),
		cmocka_unit_test(page__walked_instead_of_gathered__equals_the_model),
		cmocka_unit_test(page__cut_short__goes_on_from_where_it_stopped),
		cmocka_unit_test(
			page__around_a_number_that_is_not_there__begins_where_it_would_stand),
		cmocka_unit_test(page__cursor__is_refused_when_it_is_another_lists),
		cmocka_unit_test(ids__step_through_all_that_matches),
		cmocka_unit_test(plan__every_list__searches_an_index_in_order),
		cmocka_unit_test(plan__the_publishers_questions__use_its_indexes),
		cmocka_unit_test(page__among_100000__takes_milliseconds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
