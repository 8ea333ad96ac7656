/* tests/unit/publisher/test_outcome.c - the policy, held to tables. */
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "publisher/outcome.h"

#define NOW INT64_C(1790000000000)

static const struct publisher_settings settings = {
	.timeout_ms = 30000, .retry_base_ms = 1000, .retry_cap_ms = 30000, .settle_lag_ms = 1000};

static void class__follows__table(void **state)
{
	static const struct {
		const char *what;
		struct judgement j;
		enum err_class want;
	} rows[] = {
		{"success", {TRANSFER_ANSWERED, CLASS_NONE, OK, true, false}, CLASS_NONE},
		{"no connection before a commit",
		 {TRANSFER_NOT_SENT, CLASS_NONE, E_NETWORK, true, false},
		 CLASS_TRANSIENT},
		{"no connection before a read",
		 {TRANSFER_NOT_SENT, CLASS_NONE, E_TLS, false, false},
		 CLASS_TRANSIENT},
		{"our own checks",
		 {TRANSFER_NOT_SENT, CLASS_NONE, E_INVALID, true, false},
		 CLASS_PERMANENT},
		{"lost after a commit",
		 {TRANSFER_LOST, CLASS_NONE, E_TIMEOUT, true, false},
		 CLASS_UNKNOWN},
		{"lost after an upload",
		 {TRANSFER_LOST, CLASS_NONE, E_TIMEOUT, false, false},
		 CLASS_TRANSIENT},
		{"5xx after a commit",
		 {TRANSFER_ANSWERED, CLASS_UNKNOWN, E_PLATFORM, true, false},
		 CLASS_UNKNOWN},
		{"unclear after an upload",
		 {TRANSFER_ANSWERED, CLASS_UNKNOWN, E_PLATFORM, false, false},
		 CLASS_TRANSIENT},
		{"429 after a commit",
		 {TRANSFER_ANSWERED, CLASS_RATE_LIMITED, E_RATE_LIMITED, true, false},
		 CLASS_RATE_LIMITED},
		{"refused",
		 {TRANSFER_ANSWERED, CLASS_PERMANENT, E_REJECTED, true, false},
		 CLASS_PERMANENT},
		{"token",
		 {TRANSFER_ANSWERED, CLASS_AUTH, E_TOKEN_EXPIRED, true, false},
		 CLASS_AUTH},
		{"not processed",
		 {TRANSFER_ANSWERED, CLASS_TRANSIENT, E_PLATFORM, true, false},
		 CLASS_TRANSIENT},
		{"a read fails after an answered commit",
		 {TRANSFER_LOST, CLASS_NONE, E_TIMEOUT, false, true},
		 CLASS_UNKNOWN},
		{"nothing sent after an answered commit",
		 {TRANSFER_NOT_SENT, CLASS_NONE, E_NETWORK, true, true},
		 CLASS_UNKNOWN},
		{"429 after an answered commit",
		 {TRANSFER_ANSWERED, CLASS_RATE_LIMITED, E_RATE_LIMITED, false, true},
		 CLASS_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (outcome_class(&rows[i].j) != rows[i].want)
			fail_msg("%s: %s", rows[i].what, err_class_name(outcome_class(&rows[i].j)));
}

static void retry_delay__doubles__to_the_cap_within_a_fifth(void **state)
{
	static const int64_t want[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_int_equal(outcome_retry_delay(&settings, (int64_t)i, 0), want[i] * 8 / 10);
		assert_int_equal(outcome_retry_delay(&settings, (int64_t)i, 9999),
				 want[i] * 12 / 10);
	}
	assert_in_range(outcome_retry_delay(&settings, INT64_MAX, 5000), 24000, 36000);
}

static struct outcome_case base_case(const struct job *j, const struct err_info *error,
				     enum err_class cls)
{
	return (struct outcome_case){.job = j,
				     .o = &settings,
				     .settling = SETTLE_BY_KEY,
				     .cls = cls,
				     .error = error,
				     .answered = true,
				     .now_ms = NOW,
				     .random = 5000};
}

static void transient__four_tries__then_failed(void **state)
{
	struct job j = {.max_retries = 3};
	struct err_info error = {.code = E_NETWORK, .text = "no route"};
	struct decision d;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct outcome_case c = base_case(&j, &error, CLASS_TRANSIENT);

		outcome_decide(&c, &d);
		assert_int_equal(d.t.to, JOB_PENDING);
		assert_int_equal(d.t.wait, WAIT_RETRY);
		assert_int_equal(d.t.failures, i + 1);
		assert_in_range(d.t.next_attempt_at - NOW, 800 << i, 1200 << i);
		assert_int_equal(d.end.outcome, OUTCOME_TRANSIENT);
		j.failures = d.t.failures;
	}
	struct outcome_case c = base_case(&j, &error, CLASS_TRANSIENT);

	outcome_decide(&c, &d);
	assert_int_equal(d.t.to, JOB_FAILED);
	assert_int_equal(d.t.failures, 4);
	assert_int_equal(d.t.next_attempt_at, 0);
	assert_string_equal(d.end.code, "E_NETWORK");
	assert_string_equal(d.end.message, "no route");
}

static void transient__told_when__beats_our_delay(void **state)
{
	struct job j = {.max_retries = 3};
	struct err_info error = {.code = E_PLATFORM, .text = "down"};
	struct outcome_case c = base_case(&j, &error, CLASS_TRANSIENT);
	struct decision d;

	(void)state;
	c.retry_at = NOW + 77000;
	outcome_decide(&c, &d);
	assert_int_equal(d.t.next_attempt_at, NOW + 77000);
	c.retry_at = NOW - 5; /* the past is no promise */
	outcome_decide(&c, &d);
	assert_in_range(d.t.next_attempt_at, NOW + 800, NOW + 1200);
	c.retry_at = NOW + INT64_C(400) * 24 * 3600 * 1000;
	outcome_decide(&c, &d);
	assert_int_equal(d.t.next_attempt_at, NOW + INT64_C(7) * 24 * 3600 * 1000);
}

static void rate_limited__uses_up__no_retry(void **state)
{
	struct job j = {.max_retries = 0, .failures = 0};
	struct err_info error = {.code = E_RATE_LIMITED, .text = "slow down"};
	struct outcome_case c = base_case(&j, &error, CLASS_RATE_LIMITED);
	struct decision d;

	(void)state;
	c.retry_at = NOW + 5000;
	outcome_decide(&c, &d);
	assert_int_equal(d.t.to, JOB_PENDING);
	assert_int_equal(d.t.wait, WAIT_RATE);
	assert_int_equal(d.t.failures, -1);
	assert_int_equal(d.t.next_attempt_at, NOW + 5000);
	c.retry_at = 0;
	outcome_decide(&c, &d);
	assert_in_range(d.t.next_attempt_at - NOW, 24000, 36000);
}

static void auth__goes_back__without_using_a_retry(void **state)
{
	struct job j = {.max_retries = 0};
	struct err_info error = {.code = E_TOKEN_EXPIRED, .text = "expired"};
	struct outcome_case c = base_case(&j, &error, CLASS_AUTH);
	struct decision d;

	(void)state;
	outcome_decide(&c, &d);
	assert_int_equal(d.t.to, JOB_PENDING);
	assert_int_equal(d.t.failures, -1);
	assert_int_equal(d.end.outcome, OUTCOME_AUTH);
	assert_int_equal(d.t.error_class, CLASS_AUTH);
}

static void permanent__fails__at_once(void **state)
{
	struct job j = {.max_retries = 3};
	struct err_info error = {.code = E_REJECTED, .http_status = 400, .text = "too long"};
	struct outcome_case c = base_case(&j, &error, CLASS_PERMANENT);
	struct decision d;

	(void)state;
	outcome_decide(&c, &d);
	assert_int_equal(d.t.to, JOB_FAILED);
	assert_string_equal(d.t.stage, "");
	assert_int_equal(d.end.http_status, 400);
	assert_ptr_equal(d.t.error, &d.error);
}

static void partly__fails__with_what_is_out_kept(void **state)
{
	static const enum err_class classes[] = {CLASS_PERMANENT, CLASS_TRANSIENT};
	struct job j = {.max_retries = 3, .failures = 3};
	struct err_info error = {.code = E_REJECTED, .http_status = 400, .text = "too long"};
	struct decision d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		struct outcome_case c = base_case(&j, &error, classes[i]);

		c.partly = true;
		c.remote_id = "at://first";
		outcome_decide(&c, &d);
		assert_int_equal(d.t.to, JOB_FAILED);
		assert_null(d.t.stage);
		assert_string_equal(d.t.remote_id, "at://first");
		assert_int_equal(d.end.http_status, 400);
		assert_non_null(strstr(d.end.message, "published"));
		assert_non_null(strstr(d.end.message, "too long"));
	}
}

static void settle__known_part__goes_on_without_using_a_retry(void **state)
{
	struct platform p = {.settling = SETTLE_BY_LIST};
	struct settle_case c = {.o = &settings,
				.platform = &p,
				.verdict = STEP_GO_ON,
				.now_ms = NOW,
				.counts = true,
				.failures = 3,
				.max_retries = 3};
	struct settlement s;

	(void)state;
	settle_decide(&c, &s);
	assert_int_equal(s.move, SETTLE_RESEND);
	assert_int_equal(s.failures, -1);
	assert_int_equal(s.wait_ms, 0);
}

static void published__keeps__what_the_platform_named(void **state)
{
	struct job j = {.max_retries = 3, .crashes = 2};
	struct outcome_case c = base_case(&j, NULL, CLASS_NONE);
	struct decision d;

	(void)state;
	c.remote_id = "at://x";
	c.remote_url = "https://x";
	outcome_decide(&c, &d);
	assert_int_equal(d.t.to, JOB_PUBLISHED);
	assert_string_equal(d.t.remote_id, "at://x");
	assert_int_equal(d.t.published_at, NOW);
	assert_int_equal(d.t.crashes, 0);
	assert_null(d.t.error);
}

static void unknown__is_looked_at__when_the_request_is_dead(void **state)
{
	struct job j = {.max_retries = 3};
	struct err_info error = {.code = E_TIMEOUT, .text = "no answer"};
	struct outcome_case c = base_case(&j, &error, CLASS_UNKNOWN);
	struct decision d;

	(void)state;
	c.deadline = NOW + 20000;
	outcome_decide(&c, &d); /* answered: at once */
	assert_int_equal(d.end.settle_at, NOW);
	c.answered = false; /* lost: it may arrive until the deadline */
	outcome_decide(&c, &d);
	assert_int_equal(d.end.settle_at, NOW + 20000);
	c.deadline = NOW - 1;
	outcome_decide(&c, &d);
	assert_int_equal(d.end.settle_at, NOW);
	c.settling = SETTLE_BY_PERSON;
	outcome_decide(&c, &d);
	assert_int_equal(d.end.settle_at, 0);
	assert_int_equal(d.t.to, JOB_UNKNOWN);
	assert_int_equal(d.error.code, E_UNKNOWN_OUTCOME);
	assert_string_equal(d.error.text, "no answer");
	assert_int_equal(d.t.failures, -1);
}

/* ---- settling ----------------------------------------------------------- */

static struct settle_case settle_base(const struct platform *p, enum step_verdict v)
{
	return (struct settle_case){.o = &settings,
				    .platform = p,
				    .verdict = v,
				    .now_ms = NOW,
				    .finished_at = NOW - 100,
				    .deadline = NOW - 100,
				    .key_time_ms = NOW - 40000};
}

static void settle__absent_by_key__three_looks_one_and_two_lags_apart(void **state)
{
	struct platform p = {.settling = SETTLE_BY_KEY, .visibility_lag_ms = 5000};
	struct settle_case c = settle_base(&p, STEP_ABSENT);
	struct settlement s;

	(void)state;
	settle_decide(&c, &s);
	assert_int_equal(s.move, SETTLE_LATER);
	assert_int_equal(s.reads, 1);
	assert_int_equal(s.settle_at, NOW + 5000);
	c.reads = 1;
	settle_decide(&c, &s);
	assert_int_equal(s.move, SETTLE_LATER);
	assert_int_equal(s.settle_at, NOW + 10000);
	assert_int_equal(s.wait_ms, 10000);
	c.reads = 2;
	settle_decide(&c, &s);
	assert_int_equal(s.move, SETTLE_RESEND);
}

static void settle__absent_before_the_deadline__does_not_count(void **state)
{
	struct platform p = {.settling = SETTLE_BY_KEY};
	struct settle_case c = settle_base(&p, STEP_ABSENT);
	struct settlement s;

	(void)state;
	c.reads = 2;
	c.deadline = NOW + 300;
	settle_decide(&c, &s);
	assert_int_equal(s.move, SETTLE_LATER);
	assert_int_equal(s.reads, 2);
	assert_int_equal(s.settle_at, NOW + 300);
}

static void settle__absent__is_believed_only_where_harmless(void **state)
{
	static const struct {
		enum settling by;
		bool has_stage;
		int64_t key_life, crashes;
		enum settle_move want;
	} rows[] = {
		{SETTLE_BY_KEY, false, 0, 0, SETTLE_RESEND},
		{SETTLE_BY_KEY, false, 3600000, 0, SETTLE_RESEND},
		{SETTLE_BY_KEY, false, 100000, 0,
		 SETTLE_PERSON}, /* it would arrive after the key's end */
		{SETTLE_BY_KEY, false, 0, CRASHES_MAX, SETTLE_PERSON},
		{SETTLE_BY_STAGE, true, 0, 0, SETTLE_RESEND},
		{SETTLE_BY_STAGE, false, 0, 0, SETTLE_PERSON},
		{SETTLE_BY_LIST, true, 0, 0, SETTLE_PERSON},
		{SETTLE_BY_PERSON, false, 0, 0, SETTLE_PERSON},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct platform p = {.settling = rows[i].by, .key_life_ms = rows[i].key_life};
		struct settle_case c = settle_base(&p, STEP_ABSENT);
		struct settlement s;

		c.reads = SETTLE_READS - 1;
		c.has_stage = rows[i].has_stage;
		c.crashes = rows[i].crashes;
		settle_decide(&c, &s);
		if (s.move != rows[i].want)
			fail_msg("row %zu: %d", i, (int)s.move);
	}
}

static void settle__absent_again_and_again__uses_up_the_retries(void **state)
{
	static const struct {
		bool counts;
		int64_t failures, http_status;
		enum settle_move want;
		int64_t failures_after;
	} rows[] = {
		{true, 0, 503, SETTLE_RESEND, 1},  {true, 2, 503, SETTLE_RESEND, 3},
		{true, 3, 503, SETTLE_FAIL, 4},    {true, 3, 500, SETTLE_FAIL, 4},
		{true, 3, 504, SETTLE_PERSON, -1}, {true, 3, 0, SETTLE_PERSON, -1},
		{true, 2, 0, SETTLE_RESEND, 3},    {false, 3, 0, SETTLE_RESEND, -1},
		{false, 0, 0, SETTLE_RESEND, -1},
	};
	struct platform p = {.settling = SETTLE_BY_KEY};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct settle_case c = settle_base(&p, STEP_ABSENT);
		struct settlement s;

		c.reads = SETTLE_READS - 1;
		c.counts = rows[i].counts;
		c.failures = rows[i].failures;
		c.max_retries = 3;
		c.http_status = rows[i].http_status;
		settle_decide(&c, &s);
		if (s.move != rows[i].want || s.failures != rows[i].failures_after)
			fail_msg("row %zu: %d, %lld", i, (int)s.move, (long long)s.failures);
		assert_int_equal(s.wait_ms > 0, s.move == SETTLE_RESEND && rows[i].counts);
	}
}

static void settle__other_verdicts__follow_table(void **state)
{
	static const struct {
		enum step_verdict v;
		enum err_class cls;
		enum settle_move want;
	} rows[] = {
		{STEP_DONE, CLASS_NONE, SETTLE_FOUND},
		{STEP_UNDECIDED, CLASS_NONE, SETTLE_PERSON},
		{STEP_RESEND, CLASS_NONE, SETTLE_RESEND},
		{STEP_FAILED, CLASS_TRANSIENT, SETTLE_LATER},
		{STEP_FAILED, CLASS_RATE_LIMITED, SETTLE_LATER},
		{STEP_FAILED, CLASS_AUTH, SETTLE_LATER},
		{STEP_FAILED, CLASS_UNKNOWN, SETTLE_LATER},
		{STEP_FAILED, CLASS_PERMANENT, SETTLE_PERSON},
	};
	struct platform p = {.settling = SETTLE_BY_KEY};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct settle_case c = settle_base(&p, rows[i].v);
		struct settlement s;

		c.cls = rows[i].cls;
		c.reads = 1;
		settle_decide(&c, &s);
		if (s.move != rows[i].want || s.reads != 1)
			fail_msg("row %zu: %d", i, (int)s.move);
	}
}

static void settle__no_answer__waits_longer_and_longer_up_to_a_minute(void **state)
{
	struct platform p = {.settling = SETTLE_BY_KEY};
	struct settle_case c = settle_base(&p, STEP_FAILED);
	struct settlement s;

	(void)state;
	c.cls = CLASS_TRANSIENT;
	settle_decide(&c, &s);
	assert_int_equal(s.wait_ms, 1000);
	c.finished_at = NOW - 20000;
	settle_decide(&c, &s);
	assert_int_equal(s.wait_ms, 10000);
	c.finished_at = NOW - 86400000;
	settle_decide(&c, &s);
	assert_int_equal(s.wait_ms, 60000);
	c.finished_at = NOW + 86400000; /* the clock was set back */
	settle_decide(&c, &s);
	assert_int_equal(s.wait_ms, 1000);
}

static void key_life__ends__before_the_resend_could_arrive(void **state)
{
	struct platform forever = {0}, hour = {.key_life_ms = 3600000};

	(void)state;
	assert_true(settle_key_lives(&settings, &forever, 0, NOW));
	assert_true(settle_key_lives(&settings, &hour, NOW - 3500000, NOW));
	assert_false(settle_key_lives(&settings, &hour, NOW - 3510000, NOW));
	assert_false(settle_key_lives(&settings, &hour, NOW + 1,
				      NOW)); /* the clock was set back: not to be trusted */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(class__follows__table),
		cmocka_unit_test(retry_delay__doubles__to_the_cap_within_a_fifth),
		cmocka_unit_test(transient__four_tries__then_failed),
		cmocka_unit_test(transient__told_when__beats_our_delay),
		cmocka_unit_test(rate_limited__uses_up__no_retry),
		cmocka_unit_test(auth__goes_back__without_using_a_retry),
		cmocka_unit_test(permanent__fails__at_once),
		cmocka_unit_test(partly__fails__with_what_is_out_kept),
		cmocka_unit_test(settle__known_part__goes_on_without_using_a_retry),
		cmocka_unit_test(published__keeps__what_the_platform_named),
		cmocka_unit_test(unknown__is_looked_at__when_the_request_is_dead),
		cmocka_unit_test(settle__absent_by_key__three_looks_one_and_two_lags_apart),
		cmocka_unit_test(settle__absent_before_the_deadline__does_not_count),
		cmocka_unit_test(settle__absent__is_believed_only_where_harmless),
		cmocka_unit_test(settle__absent_again_and_again__uses_up_the_retries),
		cmocka_unit_test(settle__other_verdicts__follow_table),
		cmocka_unit_test(settle__no_answer__waits_longer_and_longer_up_to_a_minute),
		cmocka_unit_test(key_life__ends__before_the_resend_could_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
