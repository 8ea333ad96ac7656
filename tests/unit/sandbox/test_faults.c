/* The grammar of faults, and which one a request meets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/faults.h"

static const char *const platforms[] = {"bluesky", "other", NULL};

static struct faults *parse(const char *spec)
{
	struct faults *f = NULL;
	struct err_info info;

	if (faults_new(spec, platforms, 1, &f, &info))
		fail_msg("%s: %s", spec, info.text);
	return f;
}

static void expect(struct faults *f, const char *platform, unsigned steps, enum fault_kind kind,
		   int64_t arg)
{
	struct fault got = faults_take(f, platform, steps);

	assert_int_equal(got.kind, kind);
	assert_int_equal(got.arg, arg);
}

static void spec__every_kind__is_understood(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		int64_t arg;
	} cases[] = {
		{"latency:250", FAULT_LATENCY, 250},
		{"status:503", FAULT_STATUS, 503},
		{"429:30", FAULT_429, 30},
		{"reset-before", FAULT_RESET_BEFORE, 0},
		{"reset-after", FAULT_RESET_AFTER, 0},
		{"drop-answer", FAULT_DROP_ANSWER, 0},
		{"error-after:500", FAULT_ERROR_AFTER, 500},
		{"truncate", FAULT_TRUNCATE, 0},
		{"garbage", FAULT_GARBAGE, 0},
		{"slow:5", FAULT_SLOW, 5},
		{"expire", FAULT_EXPIRE, 0},
		{"revoke", FAULT_REVOKE, 0},
		{"rotate", FAULT_ROTATE, 0},
		{"duplicate", FAULT_DUPLICATE, 0},
	};

	(void)state;
	assert_int_equal(COUNT_OF(cases), FAULT_KINDS);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char spec[64];
		struct faults *f;

		snprintf(spec, sizeof(spec), "bluesky:read=%sx1", cases[i].text);
		f = parse(spec);
		expect(f, "bluesky", STEP_LOGIN, FAULT_NONE, 0);
		expect(f, "other", STEP_READ, FAULT_NONE, 0);
		expect(f, "bluesky", STEP_READ, cases[i].kind, cases[i].arg);
		expect(f, "bluesky", STEP_READ, FAULT_NONE, 0);
		faults_free(&f);
	}
}

static void spec__every_step__is_its_own(void **state)
{
	static const char *const names[] = {"login",  "refresh", "verify", "upload",
					    "create", "publish", "read",   "revoke"};

	(void)state;
	assert_int_equal(COUNT_OF(names), STEP_KINDS);
	for (unsigned i = 0; i < STEP_KINDS; i++) {
		char spec[64];
		struct faults *f;

		snprintf(spec, sizeof(spec), "bluesky:%s=truncate", names[i]);
		f = parse(spec);
		for (unsigned k = 0; k < STEP_KINDS; k++)
			expect(f, "bluesky", 1u << k, i == k ? FAULT_TRUNCATE : FAULT_NONE, 0);
		faults_free(&f);
	}
}

static void take__first_unexhausted__wins(void **state)
{
	struct faults *f = parse("bluesky:create=status:500x2,*:create=latency:1x1,"
				 "bluesky:*=garbage,*:*=truncate");

	(void)state;
	expect(f, "bluesky", STEP_CREATE | STEP_PUBLISH, FAULT_STATUS, 500);
	expect(f, "bluesky", STEP_CREATE, FAULT_STATUS, 500);
	expect(f, "bluesky", STEP_CREATE, FAULT_LATENCY, 1);
	expect(f, "bluesky", STEP_CREATE, FAULT_GARBAGE, 0);
	expect(f, "bluesky", 0, FAULT_GARBAGE, 0);
	expect(f, "other", 0, FAULT_TRUNCATE, 0);
	expect(f, "other", STEP_CREATE, FAULT_TRUNCATE, 0);
	faults_free(&f);
}

static void take__probability__follows_the_seed(void **state)
{
	struct faults *a = parse("*:*=truncate@0.25,*:*=garbage@1"), *b, *none;
	int hits = 0;

	(void)state;
	b = parse("*:*=truncate@0.25,*:*=garbage@1");
	none = parse("*:*=truncate@0");
	for (int i = 0; i < 4000; i++) {
		struct fault f = faults_take(a, "bluesky", STEP_READ);

		assert_int_equal(f.kind, faults_take(b, "bluesky", STEP_READ).kind);
		assert_true(f.kind == FAULT_TRUNCATE || f.kind == FAULT_GARBAGE);
		hits += f.kind == FAULT_TRUNCATE;
		expect(none, "bluesky", STEP_READ, FAULT_NONE, 0);
	}
	assert_true(hits > 800 && hits < 1200);
	faults_free(&a);
	faults_free(&b);
	faults_free(&none);
}

static void take__count_nought__never(void **state)
{
	struct faults *f = parse("*:*=truncatex0");

	(void)state;
	expect(f, "bluesky", STEP_READ, FAULT_NONE, 0);
	faults_free(&f);
}

static void spec__nothing__is_no_fault(void **state)
{
	struct faults *f = parse(NULL);

	(void)state;
	expect(f, "bluesky", STEP_READ, FAULT_NONE, 0);
	faults_free(&f);
	f = parse("");
	expect(f, "bluesky", STEP_READ, FAULT_NONE, 0);
	faults_free(&f);
}

static void spec__not_understood__says_what(void **state)
{
	static const char *const bad[] = {
		"bluesky",
		"bluesky:create",
		"create=truncate",
		"unknown:create=truncate",
		"bluesky:nothing=truncate",
		"bluesky:create=nothing",
		"bluesky:create=",
		"bluesky:create=truncate:5",
		"bluesky:create=latency",
		"bluesky:create=latency:",
		"bluesky:create=latency:-1",
		"bluesky:create=latency:1e3",
		"bluesky:create=latency:9999999999",
		"bluesky:create=status:200",
		"bluesky:create=status:600",
		"bluesky:create=slow:0",
		"bluesky:create=truncate@1.5",
		"bluesky:create=truncate@",
		"bluesky:create=truncate@-1",
		"bluesky:create=truncate@0.5x3",
		"bluesky:create=truncatex1y",
		"bluesky:create=truncate,,",
		"bluesky:create=truncate bluesky:read=truncate",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct faults *f = NULL;
		struct err_info info;

		if (faults_new(bad[i], platforms, 1, &f, &info) != E_USAGE || !info.text[0] ||
		    !info.hint[0] || f)
			fail_msg("%s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spec__every_kind__is_understood),
		cmocka_unit_test(spec__every_step__is_its_own),
		cmocka_unit_test(take__first_unexhausted__wins),
		cmocka_unit_test(take__probability__follows_the_seed),
		cmocka_unit_test(take__count_nought__never),
		cmocka_unit_test(spec__nothing__is_no_fault),
		cmocka_unit_test(spec__not_understood__says_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
