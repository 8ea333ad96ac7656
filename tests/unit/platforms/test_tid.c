/* tests/unit/platforms/test_tid.c - record keys: form, order, no two alike. */
#include "rig.h"

#include "platforms/tid.h"

static const char alphabet[] = "234567abcdefghijklmnopqrstuvwxyz";

static uint64_t value_of(const char *tid)
{
	uint64_t v = 0;

	for (const char *c = tid; *c != '\0'; c++)
		v = v << 5 | (uint64_t)(strchr(alphabet, *c) - alphabet);
	return v;
}

/* First, for keys only ever grow within one process. */
static void tid__make__holds_the_time(void **state)
{
	char key[PLATFORM_KEY_SIZE];
	uint64_t us;

	(void)state;
	tid_make(NOW, key, sizeof(key));
	us = value_of(key) >> 10;
	assert_true(us >= (uint64_t)NOW * 1000 && us < (uint64_t)NOW * 1000 + 1000);
}

static void tid__make__grows_within_one_millisecond_and_when_time_goes_back(void **state)
{
	char before[PLATFORM_KEY_SIZE], now[PLATFORM_KEY_SIZE];

	(void)state;
	tid_make(NOW, before, sizeof(before));
	for (int i = 0; i < 5000; i++) {
		tid_make(i < 4000 ? NOW : NOW - 86400000, now, sizeof(now));
		assert_true(tid_is_valid(now));
		assert_true(strcmp(before, now) < 0);
		assert_int_equal(value_of(before) & 1023, value_of(now) & 1023);
		memcpy(before, now, sizeof(now));
	}
}

static void tid__make__any_clock_gives_a_valid_key(void **state)
{
	static const int64_t clocks[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
	char key[PLATFORM_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(clocks); i++) {
		tid_make(clocks[i], key, sizeof(key));
		assert_true(tid_is_valid(key));
	}
}

static void tid__is_valid__refuses_what_is_none(void **state)
{
	(void)state;
	assert_true(tid_is_valid("3jzfcijpj2z2a"));
	assert_true(tid_is_valid("2222222222222"));
	assert_false(tid_is_valid(NULL));
	assert_false(tid_is_valid(""));
	assert_false(tid_is_valid("3jzfcijpj2z2"));
	assert_false(tid_is_valid("3jzfcijpj2z2aa"));
	assert_false(tid_is_valid("3jzfcijpj2z21"));
	assert_false(tid_is_valid("3JZFCIJPJ2Z2A"));
	assert_false(tid_is_valid("zzzzzzzzzzzzz"));
	assert_false(tid_is_valid("k222222222222"));
}

static void tid__after__grows_and_stays_apart(void **state)
{
	char key[PLATFORM_KEY_SIZE], before[PLATFORM_KEY_SIZE], next[PLATFORM_KEY_SIZE] = "";

	(void)state;
	tid_make(NOW, key, sizeof(key));
	memcpy(before, key, sizeof(key));
	for (unsigned i = 1; i < 1024; i++) {
		assert_true(tid_after(key, i, next, sizeof(next)));
		assert_true(tid_is_valid(next));
		assert_true(strcmp(before, next) < 0);
		/* Another clock's: what this process makes next is another key. */
		assert_int_not_equal(value_of(next) & 1023, value_of(key) & 1023);
		memcpy(before, next, sizeof(next));
	}
	assert_true(tid_after("3mxkzm3ujs22k", 1, next, sizeof(next)));
	assert_string_equal(next, "3mxkzm3ujs32l");
	assert_false(tid_after("jzzzzzzzzzzzz", 1, next, sizeof(next)));
	assert_false(tid_after("3mxkzm3ujs22k", 1024, next, sizeof(next)));
	assert_false(tid_after("none", 1, next, sizeof(next)));
	assert_false(tid_after(NULL, 1, next, sizeof(next)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tid__make__holds_the_time),
		cmocka_unit_test(tid__make__grows_within_one_millisecond_and_when_time_goes_back),
		cmocka_unit_test(tid__make__any_clock_gives_a_valid_key),
		cmocka_unit_test(tid__is_valid__refuses_what_is_none),
		cmocka_unit_test(tid__after__grows_and_stays_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
