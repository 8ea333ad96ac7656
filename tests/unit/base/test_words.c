/* The words that everybody speaks of, clocks and random numbers. */
#include "../unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/model.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/words.h"

#define ROUND_TRIP(type, fn, count) \
	for (int i = 0; i < (count); i++) { \
		enum type back = (enum type)((i + 1) % (count)); \
		assert_true(fn##_from(fn##_name((enum type)i), &back)); \
		assert_int_equal(back, i); \
	}

static void words__every_name__round_trips(void **state)
{
	(void)state;
	ROUND_TRIP(job_status, job_status, JOB_STATUS_COUNT);
	ROUND_TRIP(job_wait, job_wait, JOB_WAIT_COUNT);
	ROUND_TRIP(hold_reason, hold_reason, HOLD_REASON_COUNT);
	ROUND_TRIP(conn_status, conn_status, CONN_STATUS_COUNT);
	ROUND_TRIP(err_class, err_class, ERR_CLASS_COUNT);
	ROUND_TRIP(outcome, outcome, OUTCOME_COUNT);
}

static void words__unknown_name__leaves_the_value(void **state)
{
	enum job_status s = JOB_HELD;
	enum job_wait w = WAIT_RATE;

	(void)state;
	assert_false(job_status_from("Published", &s));
	assert_false(job_status_from(NULL, &s));
	assert_int_equal(s, JOB_HELD);
	assert_true(job_wait_from(NULL, &w)); /* absence is "" */
	assert_int_equal(w, WAIT_NONE);
	assert_string_equal(job_status_name((enum job_status)99), "");
}

static void words__glyphs__take_one_cell(void **state)
{
	(void)state;
	for (int i = 0; i < JOB_STATUS_COUNT; i++) {
		const char *glyph = job_status_glyph((enum job_status)i, false);
		const char *plain = job_status_glyph((enum job_status)i, true);

		assert_int_equal(text_cells(glyph, strlen(glyph)), 1);
		assert_int_equal(strlen(plain), 1);
		assert_true(plain[0] > 0x20 && plain[0] < 0x7F);
	}
}

static int64_t fixed_wall(void)
{
	return 1234567;
}

static int64_t fixed_mono(void)
{
	return 7654321;
}

static void clock__replaced_source__is_read(void **state)
{
	const struct clock_source source = {fixed_wall, fixed_mono};
	int64_t before;

	(void)state;
	clock_set_source(&source);
	assert_int_equal(clock_wall_ms(), 1234567);
	assert_int_equal(clock_mono_us(), 7654321);
	assert_int_equal(clock_mono_ms(), 7654);
	clock_set_source(NULL);
	assert_true(clock_wall_ms() > INT64_C(1600000000000));
	before = clock_mono_us();
	assert_true(clock_mono_us() >= before);
}

static void rng__uuids__are_version_4_and_differ(void **state)
{
	char one[UUID_SIZE], two[UUID_SIZE];

	(void)state;
	rng_uuid(one);
	rng_uuid(two);
	assert_int_equal(strlen(one), 36);
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
	assert_string_not_equal(one, two);
	for (size_t i = 0; one[i]; i++)
		assert_true(one[i] == '-' ||
			    (isxdigit((unsigned char)one[i]) && !isupper((unsigned char)one[i])));
}

static void rng_below__small_bound__reaches_all_and_no_more(void **state)
{
	unsigned seen[7] = {0};

	(void)state;
	for (int i = 0; i < 7000; i++) {
		uint64_t x = rng_below(7);

		assert_true(x < 7);
		seen[x]++;
	}
	for (int i = 0; i < 7;
	     i++) /* a thousand expected; a miss by half is chance of 1 in 10^60 */
		assert_in_range(seen[i], 500, 1500);
	assert_int_equal(rng_below(1), 0);
}

static void page_free__twice__is_harmless(void **state)
{
	struct page p = {.arena = arena_new(), .n = 3, .total = 9};

	(void)state;
	p.next = arena_strdup(p.arena, "cursor");
	page_free(&p);
	assert_null(p.arena);
	assert_null(p.next);
	assert_int_equal(p.n, 0);
	page_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words__every_name__round_trips),
		cmocka_unit_test(words__unknown_name__leaves_the_value),
		cmocka_unit_test(words__glyphs__take_one_cell),
		cmocka_unit_test(clock__replaced_source__is_read),
		cmocka_unit_test(rng__uuids__are_version_4_and_differ),
		cmocka_unit_test(rng_below__small_bound__reaches_all_and_no_more),
		cmocka_unit_test(page_free__twice__is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
