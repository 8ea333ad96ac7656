/* What answers say about when to come back, in all their forms; and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/message.h"

/* 2026-11-24T05:30:00Z */
#define NOW INT64_C(1795498200000)
#define NEVER 0

static int64_t retry_at(int status, const char *headers)
{
	struct http_response *r = http_response_make(status, headers, "");
	int64_t at;

	r->at = NOW;
	at = http_retry_at(r);
	http_response_free(&r);
	return at;
}

static void retry_after__forms__are_read(void **state)
{
	static const struct {
		const char *headers;
		int64_t at;
	} cases[] = {
		{"Retry-After: 30\n", NOW + 30000},
		{"retry-after: 1.5\n", NOW + 1500},
		{"Retry-After: 604800\n", NOW + INT64_C(604800000)},
		{"Retry-After: Tue, 24 Nov 2026 05:31:00 GMT\n", NOW + 60000},
		{"Retry-After: Tuesday, 24-Nov-26 05:31:00 GMT\n", NOW + 60000},
		{"Retry-After: Tue Nov 24 05:31:00 2026\n", NOW + 60000},
		{"Retry-After: 2026-11-24T05:31:00Z\n", NOW + 60000},
		{"Retry-After: 1795498260\n", NOW + 60000},
		/* not usable */
		{"Retry-After: -1\n", NEVER},
		{"Retry-After: 0\n", NEVER},
		{"Retry-After: 99999999999\n", NEVER},
		{"Retry-After: 999999999999999999999999\n", NEVER},
		{"Retry-After: 604801\n", NEVER},
		{"Retry-After: Tue, 24 Nov 2020 05:31:00 GMT\n", NEVER},
		{"Retry-After: Tue, 24 Nov 9999 05:31:00 GMT\n", NEVER},
		{"Retry-After: Tue, 99 Foo 2026 05:31:00 GMT\n", NEVER},
		{"Retry-After: Tue, 24 Nov 2026 05:31:00 GMT and more\n", NEVER},
		{"Retry-After: 1e9\n", NEVER},
		{"Retry-After: 0x10\n", NEVER},
		{"Retry-After: soon\n", NEVER},
		{"Retry-After:\n", NEVER},
		{"Other: 30\n", NEVER},
		{NULL, NEVER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (retry_at(503, cases[i].headers) != cases[i].at)
			fail_msg("%s: %lld, not %lld", cases[i].headers,
				 (long long)retry_at(503, cases[i].headers),
				 (long long)cases[i].at);
}

static void reset__forms__are_told_apart(void **state)
{
	static const struct {
		const char *headers;
		int64_t at;
	} cases[] = {
		{"RateLimit-Reset: 1795498500\n", NOW + 300000},
		{"x-rate-limit-reset: 1795498500\n", NOW + 300000},
		{"X-RateLimit-Reset: 2026-11-24T05:35:00.123456Z\n", NOW + 300123},
		{"X-RateLimit-Reset: 2026-11-24T06:35:00+01:00\n", NOW + 300000},
		{"X-RateLimit-Reset: 2026-11-24T00:35:00.5-05:00\n", NOW + 300500},
		{"X-RateLimit-Reset: 1795498500.250\n", NOW + 300250},
		{"X-RateLimit-Reset: 1795498500000\n", NOW + 300000},
		{"RateLimit-Reset: 300\n", NOW + 300000},
		{"X-RateLimit-Reset-After: 0.25\nX-RateLimit-Reset: 1795498500\n", NOW + 250},
		{"Retry-After: 10\nRateLimit-Reset: 300\n", NOW + 300000},
		{"Retry-After: 600\nRateLimit-Reset: 300\n", NOW + 600000},
		{"RateLimit-Reset: 1795498199\n", NEVER},
		{"RateLimit-Reset: 2026-13-24T05:35:00Z\n", NEVER},
		{"RateLimit-Reset: 2026-11-24T05:35:00\n", NEVER},
		{"RateLimit-Reset: 2026-11-24\n", NEVER},
		{"RateLimit-Reset: 4102444800\n", NEVER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (retry_at(429, cases[i].headers) != cases[i].at)
			fail_msg("%s: %lld, not %lld", cases[i].headers,
				 (long long)retry_at(429, cases[i].headers),
				 (long long)cases[i].at);
}

static void reset__window_not_used_up__is_no_reason_to_wait(void **state)
{
	(void)state;
	assert_int_equal(retry_at(503, "RateLimit-Remaining: 20\nRateLimit-Reset: 300\n"), 0);
	assert_int_equal(retry_at(503, "RateLimit-Remaining: 0\nRateLimit-Reset: 300\n"),
			 NOW + 300000);
	assert_int_equal(retry_at(503, "RateLimit-Reset: 300\nRetry-After: 5\n"), NOW + 5000);
}

static void window__headers__are_normalised(void **state)
{
	struct http_response *r = http_response_make(
		200,
		"X-RateLimit-Limit: 300\n"
		"X-RateLimit-Remaining: 299\n"
		"X-RateLimit-Reset: 2026-11-24T05:35:00.000001Z\n",
		"");
	struct rate_window w;

	(void)state;
	r->at = NOW;
	assert_true(http_rate_window(r, &w));
	assert_int_equal(w.limit, 300);
	assert_int_equal(w.remaining, 299);
	assert_int_equal(w.resets_at, NOW + 300000);
	http_response_free(&r);
}

static void window__partial_and_broken__says_what_it_can(void **state)
{
	struct http_response *r = http_response_make(200,
						     "RateLimit-Limit: 30, 30;w=300\n"
						     "RateLimit-Remaining: many\n"
						     "RateLimit-Reset: -5\n",
						     "");
	struct rate_window w;

	(void)state;
	assert_true(http_rate_window(r, &w));
	assert_int_equal(w.limit, 30);
	assert_int_equal(w.remaining, -1);
	assert_int_equal(w.resets_at, 0);
	http_response_free(&r);
}

static void window__none__leaves_it_untouched(void **state)
{
	struct http_response *r = http_response_make(200, "RateLimit-Limit: x\n", "");
	struct rate_window w = {7, 8, 9};

	(void)state;
	assert_false(http_rate_window(r, &w));
	assert_int_equal(w.limit, 7);
	assert_int_equal(w.resets_at, 9);
	http_response_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_after__forms__are_read),
		cmocka_unit_test(reset__forms__are_told_apart),
		cmocka_unit_test(reset__window_not_used_up__is_no_reason_to_wait),
		cmocka_unit_test(window__headers__are_normalised),
		cmocka_unit_test(window__partial_and_broken__says_what_it_can),
		cmocka_unit_test(window__none__leaves_it_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
