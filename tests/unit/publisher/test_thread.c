/* tests/unit/publisher/test_thread.c - the publisher's thread: start, wake, stop, take over; recovery; the database's troubles. */
#include "rig.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static struct publisher *start(struct rig *r)
{
	struct publisher *p;

	must(r, publisher_start(r->w, &r->o, &r->actor, "console", &p, &r->info));
	return p;
}

static bool all_published(struct rig *r, int64_t last)
{
	for (int64_t i = 1; i <= last; i++)
		if (!rig_is_published(r, i))
			return false;
	return true;
}

static void thread__new_work__is_taken_up_when_woken(void **state)
{
	struct rig *r = *state;
	struct publisher *p = start(r);
	struct publisher_snapshot s;

	for (int round = 1; round <= 3; round++) {
		rig_job(r);
		publisher_wake(p);
		assert_true(rig_wait(r, all_published, round));
	}
	publisher_snapshot(p, &s);
	assert_int_equal(s.phase, PUBLISHER_RUNNING);
	assert_int_equal(s.trouble.code, OK);
	publisher_stop(&p);
	assert_null(p);
	assert_int_equal(rig_posts(r), 3);
}

static void thread__other_programs_change__is_noticed_unasked(void **state)
{
	struct rig *r = *state;
	struct publisher *p = start(r);
	int64_t began;

	rig_job(r);
	publisher_wake(p);
	assert_true(rig_wait(r, all_published, 1));
	began = clock_mono_ms();
	rig_job(r); /* another connection's commit, and no wake */
	assert_true(rig_wait(r, all_published, 2));
	assert_true(clock_mono_ms() - began < 3000); /* not the heart-beat */
	publisher_stop(&p);
}

static void thread__start_and_stop__at_once(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 10; i++) {
		struct publisher *p = start(r);

		publisher_wake(p);
		publisher_stop(&p);
	}
}

static bool has_creates(struct rig *r, int64_t n)
{
	bool has;

	mutex_lock(r->server.mutex);
	has = r->server.creates >= n;
	mutex_unlock(r->server.mutex);
	return has;
}

static void stop__in_flight__finishes_what_was_sent(void **state)
{
	struct rig *r = *state;
	struct publisher *p;
	int64_t job = rig_job(r);

	mutex_lock(r->server.mutex);
	r->server.delay_ms = 200;
	mutex_unlock(r->server.mutex);
	p = start(r);
	assert_true(rig_wait(r, has_creates, 1));
	publisher_stop(&p);
	assert_int_equal(rig_job_get(r, job).status, JOB_PUBLISHED);
}

static void waiting__publisher__takes_over_when_the_other_ends(void **state)
{
	struct rig *r = *state;
	struct publisher *first = start(r), *second;
	struct publisher_snapshot s;
	int64_t began;

	rig_job(r);
	assert_true(rig_wait(r, all_published, 1));
	second = start(r);
	for (int i = 0; i < 1000; i++) {
		publisher_snapshot(second, &s);
		if (s.phase == PUBLISHER_WAITING)
			break;
		poll(NULL, 0, 5);
	}
	assert_int_equal(s.phase, PUBLISHER_WAITING);
	publisher_stop(&first);
	began = clock_mono_ms();
	rig_job(r);
	assert_true(rig_wait(r, all_published, 2));
	assert_true(clock_mono_ms() - began < 1000);
	publisher_stop(&second);
	assert_int_equal(rig_posts(r), 2);
}

/* ---- the database's troubles ------------------------------------------------ */

static struct publisher *in_trouble;

static bool has_trouble(struct rig *r, int64_t wanted)
{
	struct publisher_snapshot s;

	(void)r;
	publisher_snapshot(in_trouble, &s);
	return (s.trouble.code != OK) == (wanted != 0);
}

static void busy_database__answered_request__is_not_forgotten(void **state)
{
	struct rig *r = *state;
	struct publisher *p;
	struct publisher_snapshot s;
	int64_t job = rig_job(r);

	mutex_lock(r->server.mutex);
	r->server.delay_ms = 150;
	mutex_unlock(r->server.mutex);
	p = start(r);
	assert_true(rig_wait(r, has_creates, 1));
	/* The answer arrives while somebody else holds the write lock for longer than the publisher's patience. */
	must(r, store_begin(r->s, &r->info));
	in_trouble = p;
	assert_true(rig_wait(r, has_trouble, true));
	publisher_snapshot(p, &s);
	assert_int_equal(s.trouble.code, E_BUSY);
	store_rollback(r->s);
	assert_true(rig_wait(r, rig_is_published, job));
	assert_true(rig_wait(r, has_trouble, false));
	publisher_stop(&p);
	assert_int_equal(rig_job_get(r, job).attempts, 1);
	assert_int_equal(rig_posts(r), 1);
}

static void full_disk__answered_request__is_not_forgotten(void **state)
{
	struct rig *r = *state;
	struct rlimit usual, none;
	struct publisher *p;
	int64_t job = rig_job(r);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &usual);
	mutex_lock(r->server.mutex);
	r->server.delay_ms = 150;
	mutex_unlock(r->server.mutex);
	p = start(r);
	assert_true(rig_wait(r, has_creates, 1));
	/* From here no file of this process can grow: the answer cannot be written down. */
	none = (struct rlimit){.rlim_cur = 1, .rlim_max = usual.rlim_max};
	setrlimit(RLIMIT_FSIZE, &none);
	in_trouble = p;
	assert_true(rig_wait(r, has_trouble, true));
	setrlimit(RLIMIT_FSIZE, &usual);
	assert_true(rig_wait(r, rig_is_published, job));
	assert_true(rig_wait(r, has_trouble, false));
	publisher_stop(&p);
	assert_int_equal(rig_job_get(r, job).attempts, 1);
	assert_int_equal(rig_posts(r), 1);
}

/* ---- recovery ---------------------------------------------------------------- */

static void key(void *self, const char *platform, int64_t now_ms, char *out, size_t size)
{
	(void)self;
	platform_find(platform)->make_key(now_ms, out, size);
}

/* As a publisher that dies: claims, marks, and says no more. */
static struct claim claim_one(struct rig *r, bool sent)
{
	struct claim_request q = {.now_ms = clock_wall_ms(), .limit = 1, .make_key = key};
	struct claim c;
	size_t n = 0;

	must(r, store_begin(r->service, &r->info));
	must(r, jobs_claim(r->service, &q, r->a, &c, &n, &r->info));
	assert_int_equal(n, 1);
	if (sent)
		must(r, attempt_sent(r->service, 1, c.job.id, c.attempt, clock_wall_ms(),
				     clock_wall_ms() + 300, NULL, &r->info));
	must(r, store_commit(r->service, &r->info));
	return c;
}

static void recovery__both_kinds__go_their_ways(void **state)
{
	struct rig *r = *state;
	struct recovery_report dry, wet;
	int64_t unsent, sent;

	rig_job_as(r, JOB_SCHEDULED, clock_wall_ms() + 86400000, 3);
	rig_job_as(r, JOB_SCHEDULED, clock_wall_ms() - 2 * 3600000, 3); /* missed */
	rig_job(r);
	unsent = claim_one(r, false).job.id;
	rig_job(r);
	sent = claim_one(r, true).job.id;
	rig_job(r);
	must(r, recovery_run(r->service, &r->o, clock_wall_ms(), true, &dry, &r->info));
	assert_int_equal(rig_job_get(r, sent).status, JOB_PROCESSING); /* dry changes nothing */
	must(r, recovery_run(r->service, &r->o, clock_wall_ms(), false, &wet, &r->info));
	assert_memory_equal(&dry, &wet, sizeof(dry));
	assert_int_equal(wet.interrupted, 2);
	assert_int_equal(wet.requeued, 1);
	assert_int_equal(wet.unknown, 1);
	assert_int_equal(wet.future, 1);
	assert_int_equal(wet.missed, 1);
	assert_int_equal(rig_job_get(r, unsent).status, JOB_PENDING);
	assert_int_equal(rig_job_get(r, unsent).crashes, 1);
	assert_int_equal(rig_attempt(r, unsent, 1).outcome, OUTCOME_INTERRUPTED);
	assert_int_equal(rig_job_get(r, sent).status, JOB_UNKNOWN);
	assert_int_equal(rig_attempt(r, sent, 1).settle_at, rig_attempt(r, sent, 1).deadline);
	must(r, rig_run(r, 20000));
	assert_int_equal(rig_job_get(r, unsent).status, JOB_PUBLISHED);
	assert_int_equal(rig_job_get(r, sent).status,
			 JOB_PUBLISHED); /* absent, so sent under the same key */
	assert_string_equal(rig_attempt(r, sent, 1).key, rig_attempt(r, sent, 2).key);
	assert_int_equal(rig_posts(r), 3);
	assert_int_equal(rig_most(r), 1);
}

static void recovery__third_interruption__sets_the_job_aside(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);
	struct recovery_report report;

	for (int i = 1; i <= 3; i++) {
		claim_one(r, false);
		must(r, recovery_run(r->service, &r->o, clock_wall_ms(), false, &report, &r->info));
		assert_int_equal(report.quarantined, i == 3);
		assert_int_equal(rig_job_get(r, job).crashes, i);
	}
	assert_int_equal(rig_job_get(r, job).status, JOB_HELD);
	assert_int_equal(rig_job_get(r, job).hold_reason, HOLD_CRASHES);
	must(r, rig_run(r, 5000));
	assert_int_equal(rig_posts(r), 0);
}

static void interrupted__resend__keeps_its_key(void **state)
{
	struct rig *r = *state;
	int64_t job = rig_job(r);
	struct recovery_report report;
	struct claim c;

	claim_one(r, true);
	must(r, recovery_run(r->service, &r->o, clock_wall_ms(), false, &report, &r->info));
	must(r, store_begin(r->service, &r->info));
	must(r, job_requeue_same_key(r->service, 1, job, "absent", clock_wall_ms(), -1, &r->info));
	must(r, store_commit(r->service, &r->info));
	c = claim_one(r, false);
	assert_true(c.resend);
	must(r, recovery_run(r->service, &r->o, clock_wall_ms(), false, &report, &r->info));
	c = claim_one(r, false);
	assert_true(c.resend);
	assert_string_equal(c.key, rig_attempt(r, job, 1).key);
}

/* ---- one refresh at a time ----------------------------------------------------- */

struct refresher {
	struct rig *r;
	enum err result;
};

static void refresh_in_thread(void *arg)
{
	struct refresher *x = arg;
	struct transport_options o = {.timeout_ms = 5000, .connect_timeout_ms = 1000};
	struct transport *t;
	struct store *s;
	struct err_info info;

	x->result = store_open(x->r->w, 1, &x->r->actor, &s, &info);
	if (x->result)
		return;
	x->result = transport_new(&o, &t, &info);
	if (!x->result) {
		x->result = refresh_now(s, t, &x->r->o, 1, x->r->connection, &info);
		transport_free(&t);
	}
	store_close(&s);
}

static void refresh__two_at_once__ask_the_platform_once(void **state)
{
	struct rig *r = *state;
	struct refresher x[2] = {{.r = r}, {.r = r}};
	struct thread *t[2];

	r->o.timeout_ms = 5000;
	r->server.delay_ms = 300;
	rig_tokens(r, "acc-1", "ref-1", clock_wall_ms() + 1000);
	for (int i = 0; i < 2; i++)
		must(r, thread_start(&t[i], "refresher", refresh_in_thread, &x[i], &r->info));
	for (int i = 0; i < 2; i++)
		thread_join(&t[i]);
	assert_int_equal(x[0].result, OK);
	assert_int_equal(x[1].result, OK);
	assert_int_equal(r->server.refreshes, 1);
	assert_int_equal(rig_connection(r).status, CONN_CONNECTED);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(thread__new_work__is_taken_up_when_woken),
		CASE(thread__other_programs_change__is_noticed_unasked),
		CASE(thread__start_and_stop__at_once),
		CASE(stop__in_flight__finishes_what_was_sent),
		CASE(waiting__publisher__takes_over_when_the_other_ends),
		CASE(busy_database__answered_request__is_not_forgotten),
		CASE(full_disk__answered_request__is_not_forgotten),
		CASE(recovery__both_kinds__go_their_ways),
		CASE(recovery__third_interruption__sets_the_job_aside),
		CASE(interrupted__resend__keeps_its_key),
		CASE(refresh__two_at_once__ask_the_platform_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
