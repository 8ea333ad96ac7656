/* tests/unit/ops/test_import.c - rows that become posts: which belong together, what is stored, what a stop leaves. */
#include <stdio.h>
#include <string.h>

#include "world.h"

#include "ops/rows.h"

static void setup_accounts(struct world *w)
{
	int64_t brand = world_brand(w, "northwind", "Europe/Berlin");

	world_connection(w, brand, "bluesky", "alice.test");
	world_connection(w, brand, "mastodon", "alice");
}

static enum err import_text(struct world *w, const char *text, struct import_report *r)
{
	struct import_request q = {
		.name = "posts.csv", .bytes = text, .n = strlen(text), .format = FORMAT_CSV};

	return ops_import(w->ops, &q, r, &w->info);
}

static void job_is(struct world *w, int64_t id, int64_t post, const char *text)
{
	struct job_detail d;

	assert_ok(w, ops_job_show(w->ops, id, w->a, &d, &w->info));
	assert_int_equal(d.job.post_id, post);
	assert_string_equal(d.job.text, text);
}

static void unit__import__rows_of_one_post(void **state)
{
	struct world *w = *state;
	struct import_report r;

	setup_accounts(w);
	assert_ok(w, import_text(w,
				 "post,brand,platform,text,link\n"
				 "7,northwind,bluesky,Hello,\n"
				 "8,northwind,bluesky,Other,\n"
				 "7,northwind,mastodon,Hello there,\n"
				 "7,northwind,bluesky,Hello again,\n"
				 "7,northwind,mastodon,Hello,https://a.example\n"
				 ",northwind,bluesky,Alone,\n",
				 &r));
	assert_int_equal(r.posts, 5);
	assert_int_equal(r.jobs, 6);
	job_is(w, 1, 1, "Hello");
	job_is(w, 2, 2, "Other");
	job_is(w, 3, 1, "Hello there"); /* a variant */
	job_is(w, 4, 3, "Hello again"); /* there is a text for this platform already */
	job_is(w, 5, 4, "Hello");       /* another link */
	job_is(w, 6, 5, "Alone");
	import_report_free(&r);
}

static void unit__import__times_are_in_the_brands_zone(void **state)
{
	struct world *w = *state;
	struct import_report r;
	struct job_detail d;

	setup_accounts(w);
	assert_ok(w, import_text(w,
				 "brand,platform,at,text\n"
				 "northwind,bluesky,2031-07-01 09:00,Summer\n"
				 "northwind,bluesky,2031-07-01T09:00:00Z,Written out\n",
				 &r));
	assert_ok(w, ops_job_show(w->ops, 1, w->a, &d, &w->info));
	assert_int_equal(d.job.scheduled_at, INT64_C(1940655600000)); /* 07:00 UTC */
	assert_ok(w, ops_job_show(w->ops, 2, w->a, &d, &w->info));
	assert_int_equal(d.job.scheduled_at, INT64_C(1940662800000));
	import_report_free(&r);
}

static bool stop_at_200(void *self, int64_t done, int64_t total)
{
	int *calls = self;

	assert_int_equal(total, 300);
	/* While checking it is let pass, while storing it is stopped. */
	return ++*calls <= 3 || done < 200;
}

static void unit__import__a_stop_while_storing_leaves_nothing(void **state)
{
	struct world *w = *state;
	struct import_report r;
	struct strbuf b;
	struct import_request q = {.name = "posts.csv", .format = FORMAT_CSV};
	struct job_filter all = {0};
	struct page_request page = {.limit = 1, .count = true};
	struct page p = {0};
	int calls = 0;

	setup_accounts(w);
	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	strbuf_puts(&b, "brand,platform,text\n");
	for (int i = 0; i < 300; i++)
		strbuf_printf(&b, "northwind,bluesky,Post %d\n", i);
	q.bytes = b.data;
	q.n = b.len;
	q.progress = stop_at_200;
	q.self = &calls;
	assert_err(w, E_INTERRUPTED, ops_import(w->ops, &q, &r, &w->info));
	assert_true(calls > 3);
	assert_int_equal(r.imported, 0);
	import_report_free(&r);
	assert_ok(w, ops_jobs(w->ops, &all, JOB_SORT_ID, &page, &p, &w->info));
	assert_int_equal(p.total, 0);
	page_free(&p);
	q.progress = NULL;
	assert_ok(w, ops_import(w->ops, &q, &r, &w->info));
	assert_int_equal(r.jobs, 300);
	import_report_free(&r);
	strbuf_free(&b);
}

static void unit__import__readonly(void **state)
{
	struct world *w = *state;
	struct import_report r;

	setup_accounts(w);
	world_reopen(w, NULL, 0, true);
	assert_err(w, E_READONLY, import_text(w, "brand,text\nnorthwind,x\n", &r));
	import_report_free(&r);
}

static void unit__index__many_keys(void **state)
{
	struct index *x = index_new();
	char key[32];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			int n = snprintf(key, sizeof(key), "key %d", i);
			int64_t *at = index_at(x, key, (size_t)n);

			assert_int_equal(*at, round ? i : -1);
			*at = i;
		}
	}
	assert_int_equal(*index_at(x, "key 1", 4), -1); /* "key " */
	index_free(&x);
	assert_null(x);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(unit__import__rows_of_one_post),
		WITH(unit__import__times_are_in_the_brands_zone),
		WITH(unit__import__a_stop_while_storing_leaves_nothing),
		WITH(unit__import__readonly),
		cmocka_unit_test(unit__index__many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
