/* tests/unit/publisher/test_publisher.c - attempts from claim to end, against a server that plays tricks. */
#include "rig.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

static void run__ten_jobs__each_posted_once(void **state)
{
	struct rig *r = *state;
	int64_t jobs[10];

	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		jobs[i] = rig_job(r);
	must(r, rig_run(r, 10000));
	for (size_t i = 0; i < COUNT_OF(jobs); i++) {
		struct job j = rig_job_get(r, jobs[i]);

		assert_int_equal(j.status, JOB_PUBLISHED);
		assert_int_equal(j.attempts, 1);
		assert_non_null(j.remote_id);
		assert_non_null(strstr(j.remote_url, "bsky.app"));
	}
	assert_int_equal(rig_posts(r), 10);
	assert_int_equal(rig_most(r), 1);
	assert_int_equal(r->tally.published, 10);
	assert_int_equal(r->tally.failed + r->tally.unknown + r->tally.retried, 0);
}

/* What an unclear answer leads to: each ends published, and the server has one post. */
static void unclear__answer__is_settled_without_a_second_post(void **state)
{
	static const struct {
		enum trick trick;
		int attempts;
		int creates;
	} rows[] = {
		{TRICK_500, 2, 2},       /* provably absent: the same key again */
		{TRICK_500_AFTER, 1, 1}, /* found */
		{TRICK_RESET, 2, 2},         {TRICK_RESET_AFTER, 1, 1},
		{TRICK_GARBAGE_AFTER, 1, 1}, {TRICK_SILENCE_AFTER, 1, 1},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t before = rig_posts(r);
		int creates = r->server.creates;
		int64_t job = rig_job(r);
		struct attempt a;
		struct job j;

		rig_trick(r, rows[i].trick);
		must(r, rig_run(r, 20000));
		j = rig_job_get(r, job);
		if (j.status != JOB_PUBLISHED || j.attempts != rows[i].attempts)
			fail_msg("row %zu: %s after %d attempts: %s", i, job_status_name(j.status),
				 (int)j.attempts, j.error_message ? j.error_message : "");
		assert_int_equal(rig_posts(r), before + 1);
		assert_int_equal(r->server.creates, creates + rows[i].creates);
		assert_int_equal(r->tally.published, 1);
		assert_int_equal(r->tally.unknown, 0);
		if (rows[i].attempts == 2) {
			a = rig_attempt(r, job, 1);
			assert_string_equal(a.key, rig_attempt(r, job, 2).key);
			assert_int_equal(a.outcome, OUTCOME_ABSENT);
		}
	}
	assert_int_equal(rig_most(r), 1);
}

static void lost_answer__is_not_looked_at__before_the_deadline(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);
	struct attempt a;

	rig_trick(r, TRICK_RESET);
	must(r, rig_run(r, 20000));
	a = rig_attempt(r, job, 1);
	assert_true(a.deadline >= a.sent_at + r->o.timeout_ms);
	/* Resent only after the request could no longer arrive, and three looks. */
	assert_true(rig_attempt(r, job, 2).sent_at >= a.deadline + 3 * r->o.settle_lag_ms);
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
}

static void lost_answer__and_a_clock_set_ahead__still_waits_its_time(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r), start = clock_mono_ms();

	rig_trick(r, TRICK_RESET_AFTER);
	r->server.jump_ms = 86400000;
	must(r, rig_run(r, 20000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
	assert_int_equal(r->server.creates, 1);
	assert_true(r->server.read_mono - start >= r->o.timeout_ms);
}

static void clock__set_back__sends_nothing_twice(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r), other;

	r->server.jump_ms = -3600000;
	must(r, rig_run(r, 20000));
	other = rig_job(r);
	must(r, rig_run(r, 20000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
	assert_int_equal(rig_job_get(r, other).status, JOB_PUBLISHED);
	assert_int_equal(r->server.creates, 2);
	assert_int_equal(rig_posts(r), 2);
}

static void hidden_post__is_found__though_the_first_looks_miss_it(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);

	r->o.settle_lag_ms = 150;
	r->server.hide_ms = 100;
	rig_trick(r, TRICK_500_AFTER);
	must(r, rig_run(r, 20000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
	assert_int_equal(r->server.creates, 1);
	assert_true(r->server.reads >= 2);
	assert_int_equal(rig_posts(r), 1);
}

static void rate_limited__waits_as_told__and_keeps_its_retries(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job_as(r, JOB_PENDING, clock_wall_ms(), 0), start = clock_mono_ms();
	struct job j;

	rig_trick(r, TRICK_429);
	must(r, rig_run(r, 20000));
	j = rig_job_get(r, job);
	assert_int_equal(j.status, JOB_PUBLISHED);
	assert_int_equal(j.attempts, 2);
	assert_int_equal(j.failures, 0);
	assert_int_equal(rig_attempt(r, job, 1).outcome, OUTCOME_RATE_LIMITED);
	assert_true(clock_mono_ms() - start >= 900);
}

static void refused__post__fails_with_the_platforms_words(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);
	struct job j;

	rig_trick(r, TRICK_REFUSE);
	must(r, rig_run(r, 10000));
	j = rig_job_get(r, job);
	assert_int_equal(j.status, JOB_FAILED);
	assert_int_equal(j.attempts, 1);
	assert_int_equal(j.error_class, CLASS_PERMANENT);
	assert_string_equal(j.error_code, "E_REJECTED");
	assert_non_null(strstr(j.error_message, "too much of it"));
	assert_int_equal(j.http_status, 400);
	assert_int_equal(r->tally.failed, 1);
}

static void unreachable__server__four_tries_then_failed(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);
	struct job j;

	listener_free(&r->server.listener);
	must(r, rig_run(r, 20000));
	j = rig_job_get(r, job);
	assert_int_equal(j.status, JOB_FAILED);
	assert_int_equal(j.attempts, 4);
	assert_int_equal(j.failures, 4);
	assert_int_equal(j.error_class, CLASS_TRANSIENT);
	assert_int_equal(r->tally.retried, 3);
	assert_int_equal(rig_connection(r).status,
			 CONN_CONNECTED); /* no network is no dead login */
}

static void five_failures__open_the_breaker__and_spare_the_retries(void **state)
{
	struct rig *r = *state;
	int64_t jobs[8], attempts = 0;

	r->o.in_flight = 1;
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		jobs[i] = rig_job(r);
	listener_free(&r->server.listener);
	assert_int_equal(rig_run(r, 1500), E_TIMEOUT);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		attempts += rig_job_get(r, jobs[i]).attempts;
	assert_int_equal(attempts, 5);
}

/* ---- logins -------------------------------------------------------------- */

static void refused_token__many_jobs__one_refresh(void **state)
{
	struct rig *r = *state;
	int64_t jobs[8];

	r->server.token = 1;
	rig_tokens(r, "acc-0", NULL, 0);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		jobs[i] = rig_job(r);
	must(r, rig_run(r, 10000));
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		assert_int_equal(rig_job_get(r, jobs[i]).status, JOB_PUBLISHED);
	assert_int_equal(r->server.refreshes, 1);
	assert_int_equal(rig_posts(r), 8);
	assert_int_equal(rig_connection(r).status, CONN_CONNECTED);
}

static void expired_token__is_refreshed__before_it_is_used(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);

	rig_tokens(r, "acc-1", NULL, clock_wall_ms() + 1000);
	must(r, rig_run(r, 10000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
	assert_int_equal(rig_job_get(r, job).attempts, 1);
	assert_int_equal(r->server.refreshes, 1);
	assert_int_equal(r->server.creates, 1);
}

static void dead_login__jobs_wait__and_go_on_after_a_login(void **state)
{
	struct rig *r = *state;
	int64_t job;

	r->server.refuse_refresh = true;
	rig_tokens(r, "acc-0", NULL, 0);
	job = rig_job(r);
	must(r, rig_run(r, 10000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PENDING);
	assert_int_equal(rig_job_get(r, job).wait, WAIT_AUTH);
	assert_int_equal(rig_job_get(r, job).failures, 0);
	assert_int_equal(rig_connection(r).status, CONN_REVOKED);
	assert_int_equal(rig_posts(r), 0);
	assert_int_equal(r->server.refreshes, 1);

	r->server.refuse_refresh = false;
	rig_tokens(r, "acc-1", "ref-1", 0);
	must(r, rig_run(r, 10000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
}

static void refresh__that_does_not_help__ends_in_a_persons_hands(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);

	r->server.refuse_posts = true;
	must(r, rig_run(r, 10000));
	assert_int_equal(r->server.refreshes, 1);
	assert_int_equal(r->server.creates, 2);
	assert_int_equal(rig_connection(r).status, CONN_EXPIRED);
	assert_int_equal(rig_job_get(r, job).status, JOB_PENDING);
	assert_int_equal(rig_job_get(r, job).wait, WAIT_AUTH);
}

/* ---- who may do what when -------------------------------------------------- */

static void only__these_jobs__are_driven(void **state)
{
	struct rig *r = *state;
	int64_t other = rig_job(r), wanted = rig_job(r);
	struct job_filter only = {.ids = &wanted, .n_ids = 1};
	struct publisher_run run = {.until_idle = true,
				    .timeout_ms = 10000,
				    .only = &only,
				    .only_tenant = 1,
				    .wake_fd = -1};

	must(r, publisher_run(r->w, &r->o, &r->actor, "publish", &run, &r->tally, &r->info));
	assert_int_equal(rig_job_get(r, wanted).status, JOB_PUBLISHED);
	assert_int_equal(rig_job_get(r, other).status, JOB_PENDING);
}

static void scheduled__job__runs_at_its_time_and_not_before(void **state)
{
	struct rig *r = *state;
	int64_t at = clock_wall_ms() + 300, soon = rig_job_as(r, JOB_SCHEDULED, at, 3);
	int64_t later = rig_job_as(r, JOB_SCHEDULED, at + 86400000, 3);
	struct job_filter only = {.ids = &soon, .n_ids = 1};
	struct publisher_run run = {.until_idle = true,
				    .timeout_ms = 10000,
				    .only = &only,
				    .only_tenant = 1,
				    .wake_fd = -1};

	must(r, rig_run(r, 10000)); /* the future does not count */
	assert_int_equal(rig_job_get(r, soon).status, JOB_SCHEDULED);
	must(r, publisher_run(r->w, &r->o, &r->actor, "publish", &run, &r->tally, &r->info));
	assert_int_equal(rig_job_get(r, soon).status, JOB_PUBLISHED);
	assert_true(rig_attempt(r, soon, 1).sent_at >= at);
	assert_int_equal(rig_job_get(r, later).status, JOB_SCHEDULED);
}

static void time_limit__silent_server__leaves_it_to_the_next(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);

	r->o.timeout_ms = 1500;
	r->o.shutdown_limit_ms = 100;
	rig_trick(r, TRICK_SILENCE_AFTER);
	assert_int_equal(rig_run(r, 300), E_TIMEOUT);
	assert_int_equal(rig_job_get(r, job).status, JOB_PROCESSING);
	assert_int_not_equal(rig_attempt(r, job, 1).sent_at, 0);
	/* The next one finds it sent, waits for its deadline, and looks. */
	must(r, rig_run(r, 20000));
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
	assert_int_equal(r->server.creates, 1);
	assert_int_equal(rig_posts(r), 1);
}

static void second__run__is_told_that_another_publishes(void **state)
{
	struct rig *r = *state;
	struct publisher_lock *l;
	struct publisher_run run = {.until_idle = true, .lock_timeout_ms = 50, .wake_fd = -1};

	must(r, publisher_lock_try(r->w, &l, &r->info));
	assert_int_equal(publisher_run(r->w, &r->o, &r->actor, "run", &run, &r->tally, &r->info),
			 E_PUBLISHER_BUSY);
	publisher_lock_free(&l);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(run__ten_jobs__each_posted_once),
		CASE(unclear__answer__is_settled_without_a_second_post),
		CASE(lost_answer__is_not_looked_at__before_the_deadline),
		CASE(lost_answer__and_a_clock_set_ahead__still_waits_its_time),
		CASE(clock__set_back__sends_nothing_twice),
		CASE(hidden_post__is_found__though_the_first_looks_miss_it),
		CASE(rate_limited__waits_as_told__and_keeps_its_retries),
		CASE(refused__post__fails_with_the_platforms_words),
		CASE(unreachable__server__four_tries_then_failed),
		CASE(five_failures__open_the_breaker__and_spare_the_retries),
		CASE(refused_token__many_jobs__one_refresh),
		CASE(expired_token__is_refreshed__before_it_is_used),
		CASE(dead_login__jobs_wait__and_go_on_after_a_login),
		CASE(refresh__that_does_not_help__ends_in_a_persons_hands),
		CASE(only__these_jobs__are_driven),
		CASE(scheduled__job__runs_at_its_time_and_not_before),
		CASE(time_limit__silent_server__leaves_it_to_the_next),
		CASE(second__run__is_told_that_another_publishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
