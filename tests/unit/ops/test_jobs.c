/* What may be done to a job from where, why it waits, and how jobs are chosen. */
#include "world.h"

#include <string.h>

#include "base/clock.h"
#include "store/jobs.h"

static int64_t connection;

static int set_up(void **state)
{
	int r = world_setup(state);
	struct world *w = *state;

	if (!r)
		connection = world_connection(w, world_brand(w, "northwind", "Europe/Berlin"),
					      "bluesky", "alice.test");
	return r;
}

/* A job in each state, by the ways in which jobs get there. */
static int64_t job_in(struct world *w, enum job_status st)
{
	bool later = st == JOB_SCHEDULED || st == JOB_HELD;
	struct job j = world_job(w, "northwind", job_status_name(st), later ? "+1h" : NULL,
				 st == JOB_DRAFT);

	if (st == JOB_HELD)
		assert_ok(w, ops_job_act(w->ops, ACT_HOLD, j.id, NULL, false, w->a, &j, &w->info));
	else if (st == JOB_CANCELLED)
		assert_ok(w,
			  ops_job_act(w->ops, ACT_CANCEL, j.id, NULL, false, w->a, &j, &w->info));
	else if (st == JOB_FAILED)
		world_fail(w, j.id);
	else if (st == JOB_PUBLISHED)
		world_publish(w, j.id);
	else if (st == JOB_UNKNOWN)
		world_unknown(w, j.id, 0);
	return j.id;
}

/* The contract: retry failed, held; cancel draft, scheduled, pending, held, failed; hold scheduled, pending;
 * release held, draft; reschedule draft, scheduled, pending, held. */
static const struct {
	enum job_act act;
	const char *from, *words;
} contract[] = {
	{ACT_RETRY, "failed held", "failed or held"},
	{ACT_CANCEL, "draft scheduled pending held failed",
	 "draft, scheduled, pending, failed or held"},
	{ACT_HOLD, "scheduled pending", "scheduled or pending"},
	{ACT_RELEASE, "held draft", "draft or held"},
	{ACT_RESCHEDULE, "draft scheduled pending held", "draft, scheduled, pending or held"},
};

static void ops_job_act__every_state__as_the_contract_says(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(contract); i++) {
		const char *at = contract[i].act == ACT_RESCHEDULE ? "+2h" : NULL;

		for (int s = 0; s < JOB_STATUS_COUNT; s++) {
			enum job_status st = (enum job_status)s;
			bool allowed = strstr(contract[i].from, job_status_name(st)) != NULL;
			struct job j, after;
			int64_t id;

			if (st == JOB_PROCESSING)
				continue;
			id = job_in(w, st);
			if (allowed) {
				assert_ok(w, ops_job_act(w->ops, contract[i].act, id, at, true,
							 w->a, &j, &w->info));
				assert_int_equal(j.status, st);
				assert_ok(w, ops_job_act(w->ops, contract[i].act, id, at, false,
							 w->a, &after, &w->info));
				assert_int_not_equal(after.status, JOB_FAILED);
			} else {
				assert_err(w, E_STATE,
					   ops_job_act(w->ops, contract[i].act, id, at, true, w->a,
						       &j, &w->info));
				assert_err(w, E_STATE,
					   ops_job_act(w->ops, contract[i].act, id, at, false, w->a,
						       &j, &w->info));
				assert_says(w, contract[i].words);
				assert_says(w, job_status_name(st));
				assert_says(w, "northwind/bluesky/@alice.test");
			}
		}
	}
}

static void ops_job_act__going_on__never_means_going_early(void **state)
{
	struct world *w = *state;
	int64_t held = job_in(w, JOB_HELD), failed = job_in(w, JOB_FAILED),
		draft = job_in(w, JOB_DRAFT);
	struct job j;

	assert_ok(w, ops_job_act(w->ops, ACT_RETRY, held, NULL, false, w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_SCHEDULED);
	assert_ok(w, ops_job_act(w->ops, ACT_RETRY, failed, NULL, false, w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_PENDING);
	assert_null(j.error_code);
	assert_int_equal(j.failures, 0);
	assert_ok(w, ops_job_act(w->ops, ACT_RELEASE, draft, NULL, false, w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_PENDING);
	assert_true(j.scheduled_at > 0);
	assert_ok(w, ops_job_act(w->ops, ACT_HOLD, draft, NULL, false, w->a, &j, &w->info));
	assert_int_equal(j.hold_reason, HOLD_OPERATOR);
	assert_ok(w, ops_job_act(w->ops, ACT_RESCHEDULE, draft, "+3h", false, w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_SCHEDULED);
	assert_err(w, E_PAST,
		   ops_job_act(w->ops, ACT_RESCHEDULE, draft, "2020-01-01 10:00", false, w->a, &j,
			       &w->info));
	assert_err(w, E_USAGE,
		   ops_job_act(w->ops, ACT_RESCHEDULE, draft, NULL, false, w->a, &j, &w->info));
	assert_err(w, E_NOT_FOUND,
		   ops_job_act(w->ops, ACT_CANCEL, 999, NULL, false, w->a, &j, &w->info));
}

static void ops_job_act__each_change__has_one_log_entry(void **state)
{
	struct world *w = *state;
	int64_t id = job_in(w, JOB_SCHEDULED);
	struct log_filter f = {.job_id = id, .action = "job.cancel"};
	struct page_request r = {.limit = 10};
	struct page p = {0};
	struct job j;

	assert_ok(w, ops_job_act(w->ops, ACT_CANCEL, id, NULL, false, w->a, &j, &w->info));
	assert_ok(w, ops_log(w->ops, &f, &r, &p, &w->info));
	assert_int_equal(p.n, 1);
	assert_string_equal(p.entries[0].actor, "tester");
	assert_string_equal(p.entries[0].outcome, "cancelled");
	page_free(&p);
}

static void ops_resolve__unknown__leaves_by_a_person_only(void **state)
{
	struct world *w = *state;
	int64_t there = job_in(w, JOB_UNKNOWN), absent = job_in(w, JOB_UNKNOWN),
		failed = job_in(w, JOB_FAILED);
	struct job j;

	assert_err(w, E_INVALID,
		   ops_resolve(w->ops, there, true, "javascript:x", w->a, &j, &w->info));
	assert_err(w, E_USAGE,
		   ops_resolve(w->ops, there, false, "https://x.test/1", w->a, &j, &w->info));
	assert_ok(w, ops_resolve(w->ops, there, true, "https://x.test/1", w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_PUBLISHED);
	assert_string_equal(j.remote_url, "https://x.test/1");
	assert_true(j.published_at > 0);
	assert_ok(w, ops_resolve(w->ops, absent, false, NULL, w->a, &j, &w->info));
	assert_int_equal(j.status, JOB_PENDING);
	assert_err(w, E_STATE, ops_resolve(w->ops, failed, true, NULL, w->a, &j, &w->info));
	assert_err(w, E_STATE, ops_takedown(w->ops, there, w->a, &j, &w->info));
	assert_says(w, "resolved by a person");
}

/* ---- why ------------------------------------------------------------------ */

static struct why why_of(struct world *w, int64_t id)
{
	struct why y;
	struct job j;

	assert_ok(w, ops_job_why(w->ops, id, w->a, &j, &y, &w->info));
	assert_int_equal(j.id, id);
	assert_true(y.n > 0);
	return y;
}

static void expect_why(struct world *w, int64_t id, const char *code)
{
	struct why y = why_of(w, id);

	for (size_t i = 0; i < y.n; i++) {
		if (!strcmp(y.reasons[i].code, code)) {
			assert_true(strlen(y.reasons[i].message) > 5);
			return;
		}
	}
	fail_msg("no reason %s; the first is %s", code, y.reasons[0].code);
}

static void ops_job_why__each_state__has_its_reason(void **state)
{
	struct world *w = *state;

	expect_why(w, job_in(w, JOB_DRAFT), "draft");
	expect_why(w, job_in(w, JOB_SCHEDULED), "when_due");
	expect_why(w, job_in(w, JOB_PENDING), "publisher_down");
	expect_why(w, job_in(w, JOB_PUBLISHED), "published");
	expect_why(w, job_in(w, JOB_FAILED), "failed");
	expect_why(w, job_in(w, JOB_UNKNOWN), "unknown");
	expect_why(w, job_in(w, JOB_CANCELLED), "cancelled");
	expect_why(w, job_in(w, JOB_HELD), "held_operator");
}

static void ops_job_why__paused_and_logged_out__no_clock_helps(void **state)
{
	struct world *w = *state;
	int64_t id = job_in(w, JOB_SCHEDULED);
	struct pause_request brand = {.brand = "northwind"}, platform = {.platform = "bluesky"},
			     all = {.all = true}, conn = {.connection = "1"}, none = {.all = false};

	assert_true(why_of(w, id).runs_at > clock_wall_ms());
	assert_ok(w, ops_pause(w->ops, &brand, true, &w->info));
	expect_why(w, id, "paused_brand");
	assert_int_equal(why_of(w, id).runs_at, 0);
	assert_ok(w, ops_pause(w->ops, &brand, false, &w->info));
	assert_true(why_of(w, id).runs_at > 0);
	assert_ok(w, ops_pause(w->ops, &platform, true, &w->info));
	expect_why(w, id, "paused_platform");
	assert_ok(w, ops_pause(w->ops, &platform, false, &w->info));
	assert_ok(w, ops_pause(w->ops, &conn, true, &w->info));
	expect_why(w, id, "paused_connection");
	assert_ok(w, ops_pause(w->ops, &conn, false, &w->info));
	assert_ok(w, ops_pause(w->ops, &all, true, &w->info));
	expect_why(w, id, "paused_all");
	assert_ok(w, ops_pause(w->ops, &all, false, &w->info));
	assert_err(w, E_USAGE, ops_pause(w->ops, &none, true, &w->info));
	world_set_status(w, connection, CONN_REVOKED);
	expect_why(w, id, "auth");
	assert_int_equal(why_of(w, id).runs_at, 0);
}

/* ---- choosing ------------------------------------------------------------- */

static void ops_job_filter__words__become_numbers_and_states(void **state)
{
	struct world *w = *state;
	const char *const brands[] = {"northwind"}, *const states[] = {"!failed", "!held"},
			  *const mixed[] = {"failed", "!held"}, *const platform[] = {"bluesky"};
	struct job_query q = {.brands = brands,
			      .n_brands = 1,
			      .statuses = states,
			      .n_statuses = 2,
			      .platforms = platform,
			      .n_platforms = 1,
			      .connection = "northwind/bluesky",
			      .since = "2026-12-01",
			      .until = "+1d",
			      .search = "!sale",
			      .error = "rejected"};
	struct job_filter f;

	assert_ok(w, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	assert_int_equal(f.n_brands, 1);
	assert_int_equal(f.brands[0], 1);
	assert_true(f.not_statuses);
	assert_int_equal(f.statuses, 1u << JOB_FAILED | 1u << JOB_HELD);
	assert_int_equal(f.connections[0], connection);
	assert_string_equal(f.error_code, "E_REJECTED");
	assert_true(f.not_search);
	assert_string_equal(f.search, "sale");
	assert_int_equal(f.since, INT64_C(1796079600000)); /* midnight in Berlin */
	assert_true(f.until > clock_wall_ms());
	q = (struct job_query){.statuses = mixed, .n_statuses = 2};
	assert_err(w, E_USAGE, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	q = (struct job_query){.error = "odd"};
	assert_err(w, E_USAGE, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	q = (struct job_query){.connection = "northwind/mastodon"};
	assert_err(w, E_NOT_FOUND, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	q = (struct job_query){.since = "-2d"};
	assert_ok(w, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	assert_in_range(f.since, clock_wall_ms() - 2 * 86400000 - 60000,
			clock_wall_ms() - 2 * 86400000);
}

static void ops_job_filter__bulk__numbers_in_order(void **state)
{
	struct world *w = *state;
	const char *const states[] = {"scheduled"};
	struct job_query q = {.statuses = states, .n_statuses = 1};
	struct job_filter f;
	int64_t ids[8];
	size_t n = 0;

	job_in(w, JOB_SCHEDULED);
	job_in(w, JOB_DRAFT);
	job_in(w, JOB_SCHEDULED);
	assert_ok(w, ops_job_filter(w->ops, &q, w->a, &f, &w->info));
	assert_ok(w, ops_job_ids(w->ops, &f, 0, 8, ids, &n, &w->info));
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 3);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(ops_job_act__every_state__as_the_contract_says),
		WITH(ops_job_act__going_on__never_means_going_early),
		WITH(ops_job_act__each_change__has_one_log_entry),
		WITH(ops_resolve__unknown__leaves_by_a_person_only),
		WITH(ops_job_why__each_state__has_its_reason),
		WITH(ops_job_why__paused_and_logged_out__no_clock_helps),
		WITH(ops_job_filter__words__become_numbers_and_states),
		WITH(ops_job_filter__bulk__numbers_in_order),
	};

	return cmocka_run_group_tests_name("ops/jobs", tests, NULL, NULL);
}
