/* tests/unit/store/test_stats.c - what ended and what waits, counted over a stretch of time. */
#include "fixture.h"

#include "store/jobs.h"

#define FROM INT64_C(1800000000000)

static void stats__count_what_ended_and_what_waits(void **state)
{
	struct fixture *f = *state;
	struct stats_request r = {.from = FROM, .to = FROM + 8000, .pieces = 8};
	int64_t brand = fixture_brand(f, f->one, "Northwind"), connection;
	struct stats s;

	connection = fixture_connection(f, f->one, brand, "bluesky", "a");
	for (int i = 0; i < 4; i++)
		fixture_job(f, f->one, brand, connection, JOB_PENDING, FROM + 1500);
	fixture_raw(f, "UPDATE publishing_jobs SET updated_at=1800000003500");
	fixture_raw(f, "UPDATE publishing_jobs SET status='published', next_attempt_at=NULL,"
		       " published_at=1800000003500 WHERE id=1");
	fixture_raw(f,
		    "UPDATE publishing_jobs SET status='failed', next_attempt_at=NULL WHERE id=2");
	fixture_raw(f,
		    "UPDATE publishing_jobs SET status='unknown', next_attempt_at=NULL WHERE id=3");
	assert_ok(f, jobs_stats(f->one, &r, f->a, &s, &f->info));
	assert_int_equal(s.n_platforms, 1);
	assert_string_equal(s.platforms[0].name, "bluesky");
	assert_int_equal(s.platforms[0].published, 1);
	assert_int_equal(s.platforms[0].failed, 1);
	assert_int_equal(s.platforms[0].unknown, 1);
	assert_int_equal(s.platforms[0].late_median_ms, 2000);
	assert_int_equal(s.platforms[0].answer_median_ms, -1);
	assert_int_equal(s.published[3], 1);
	assert_int_equal(s.failed[3], 2);
	assert_int_equal(s.waiting[0], 0);
	assert_int_equal(s.waiting[1], 4);
	assert_int_equal(s.waiting[2], 4);
	assert_int_equal(s.waiting[3], 1);
	assert_int_equal(s.waiting[7], 1);
	assert_false(s.capped);
	/* Another brand's, another tenant's, and no stretch at all. */
	r.brand_id = brand + 1;
	assert_ok(f, jobs_stats(f->one, &r, f->a, &s, &f->info));
	assert_int_equal(s.n_platforms, 0);
	assert_int_equal(s.waiting[7], 0);
	r.brand_id = 0;
	assert_ok(f, jobs_stats(f->two, &r, f->a, &s, &f->info));
	assert_int_equal(s.n_platforms, 0);
	r.pieces = STATS_PIECES_MAX + 1;
	assert_err(f, E_INVALID, jobs_stats(f->one, &r, f->a, &s, &f->info));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stats__count_what_ended_and_what_waits,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
