/* tests/unit/publisher/test_rate.c - breakers and rate windows, with the clock in hand. */
#include <string.h>

#include "../unit.h"
#include "base/clock.h"
#include "publisher/engine.h"

#define NOW INT64_C(1790000000000)

static int64_t mono_us = 1000000;

static int64_t read_wall(void)
{
	return NOW;
}

static int64_t read_mono(void)
{
	return mono_us;
}

static const struct clock_source held = {read_wall, read_mono};
static const struct platform one = {.name = "one", .title = "One"},
			     two = {.name = "two", .title = "Two"};

static int setup(void **state)
{
	*state = xcalloc(1, sizeof(struct engine));
	clock_set_source(&held);
	return 0;
}

static int teardown(void **state)
{
	struct engine *e = *state;

	for (size_t i = 0; i < e->n_accounts; i++)
		xfree(&e->accounts[i]);
	xfree(&e->accounts);
	xfree(&e->breakers);
	xfree(&e);
	clock_set_source(NULL);
	return 0;
}

static void fail_times(struct engine *e, const struct platform *p, enum err_class cls, int n)
{
	struct err_info why = {.code = E_NETWORK, .text = "no route"};

	for (int i = 0; i < n; i++)
		breaker_result(e, p, cls, &why, false);
}

static void breaker__five_in_a_row__closes_that_platform_out(void **state)
{
	struct engine *e = *state;
	const char *names[3];

	fail_times(e, &one, CLASS_TRANSIENT, 4);
	fail_times(e, &two, CLASS_TRANSIENT, 4);
	assert_false(breakers_closed_out(e, names));
	fail_times(e, &one, CLASS_UNKNOWN, 1);
	assert_true(breakers_closed_out(e, names));
	assert_string_equal(names[0], "one");
	assert_null(names[1]);
	assert_int_equal(breaker_of(e, &one)->note, BREAKER_OPENED);
}

static void breaker__any_real_answer__begins_the_count_anew(void **state)
{
	static const enum err_class answers[] = {CLASS_NONE, CLASS_PERMANENT, CLASS_RATE_LIMITED,
						 CLASS_AUTH};
	struct engine *e = *state;
	const char *names[2];

	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		fail_times(e, &one, CLASS_TRANSIENT, 4);
		breaker_result(e, &one, answers[i], NULL, false);
	}
	assert_false(breakers_closed_out(e, names));
}

static void breaker__after_its_minute__one_probe_decides(void **state)
{
	struct engine *e = *state;
	const char *names[2];
	struct breaker *b;

	fail_times(e, &one, CLASS_TRANSIENT, 5);
	assert_null(breaker_to_probe(e));
	mono_us += (int64_t)BREAKER_OPEN_MS * 1000;
	b = breaker_to_probe(e);
	assert_non_null(b);
	b->probing = true;
	assert_null(breaker_to_probe(e)); /* one only */
	breaker_result(e, &one, CLASS_TRANSIENT, NULL, true);
	assert_null(breaker_to_probe(e)); /* another minute */
	mono_us += (int64_t)BREAKER_OPEN_MS * 1000;
	b = breaker_to_probe(e);
	assert_non_null(b);
	b->probing = true;
	breaker_result(e, &one, CLASS_NONE, NULL, true);
	assert_false(breakers_closed_out(e, names));
	assert_int_equal(b->note, BREAKER_CLOSED);
	assert_int_equal(b->failures, 0);
}

static void window__used_up__blocks_until_its_reset(void **state)
{
	struct engine *e = *state;
	struct account *a = account_find(e, 1, 7);
	struct step_out out = {.has_window = true, .window = {300, 0, NOW + 60000}};

	assert_ptr_equal(account_find(e, 1, 7), a);
	assert_ptr_not_equal(account_find(e, 2, 7), a);
	account_rate(a, &out, CLASS_NONE, 0, NOW);
	assert_true(a->rate_dirty);
	assert_int_equal(a->rate.blocked_until, NOW + 60000);
	/* What was answered before that and is read later does not lift it. */
	out.window = (struct rate_window){300, 5, NOW + 60000};
	account_rate(a, &out, CLASS_NONE, 0, NOW);
	assert_int_equal(a->rate.blocked_until, NOW + 60000);
	account_rate(a, &out, CLASS_NONE, 0, NOW + 60000);
	assert_int_equal(a->rate.blocked_until, 0);
	assert_int_equal(a->rate.remaining, 5);
}

static void refusal__with_a_time__blocks_the_whole_account(void **state)
{
	struct engine *e = *state;
	struct account *a = account_find(e, 1, 7);

	account_rate(a, NULL, CLASS_TRANSIENT, NOW + 1000, NOW);
	assert_false(a->rate_dirty); /* one job's retry is nobody else's */
	account_rate(a, NULL, CLASS_RATE_LIMITED, NOW + 1000, NOW);
	assert_true(a->rate_dirty);
	assert_int_equal(a->rate.blocked_until, NOW + 1000);
	assert_int_equal(a->rate.limit, -1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(breaker__five_in_a_row__closes_that_platform_out),
		CASE(breaker__any_real_answer__begins_the_count_anew),
		CASE(breaker__after_its_minute__one_probe_decides),
		CASE(window__used_up__blocks_until_its_reset),
		CASE(refusal__with_a_time__blocks_the_whole_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
