/* Times: the calendar, zones with their gaps and overlaps, and what people type. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "base/when.h"

#define MONDAY_14_13 INT64_C(1790000000000) /* 2026-09-21T14:13:20Z */

static void expect_rfc3339(int64_t ms, const char *expected)
{
	char out[WHEN_RFC3339_SIZE];

	when_rfc3339(ms, out);
	assert_string_equal(out, expected);
}

static void when_rfc3339__known_moments__fit(void **state)
{
	(void)state;
	expect_rfc3339(0, "1970-01-01T00:00:00.000Z");
	expect_rfc3339(-1, "1969-12-31T23:59:59.999Z");
	expect_rfc3339(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
	expect_rfc3339(INT64_C(1790000000123), "2026-09-21T14:13:20.123Z");
	expect_rfc3339(INT64_C(4107542399999), "2100-02-28T23:59:59.999Z");
	expect_rfc3339(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
	expect_rfc3339(INT64_MAX, "9999-12-31T23:59:59.999Z");
	expect_rfc3339(INT64_MIN, "0000-01-01T00:00:00.000Z");
}

/* The typed time in the zone, at MONDAY_14_13, means the moment. */
static void expect_parsed(const char *typed, const char *zone, const char *moment)
{
	struct err_info info = {0};
	int64_t ms = -1;

	if (when_parse(typed, zone, MONDAY_14_13, &ms, &info) != OK)
		fail_msg("%s in %s: %s", typed, zone, info.text);
	expect_rfc3339(ms, moment);
}

static void when_parse__rfc3339__is_exact(void **state)
{
	(void)state;
	expect_parsed("2026-12-01T09:00:00Z", "Europe/Berlin", "2026-12-01T09:00:00.000Z");
	expect_parsed("2026-12-01T09:00:00.123456Z", "UTC", "2026-12-01T09:00:00.123Z");
	expect_parsed("2026-12-01t09:00:00.5+02:00", "UTC", "2026-12-01T07:00:00.500Z");
	expect_parsed("2026-12-01 09:00:00-05:30", "UTC", "2026-12-01T14:30:00.000Z");
	expect_parsed("2026-10-25T02:30:00+01:00", "Europe/Berlin", "2026-10-25T01:30:00.000Z");
}

static void when_parse__local_forms__use_the_zone(void **state)
{
	(void)state;
	expect_parsed("2026-12-01 09:00", "Europe/Berlin", "2026-12-01T08:00:00.000Z");
	expect_parsed("2026-07-01T09:00:30", "Europe/Berlin", "2026-07-01T07:00:30.000Z");
	expect_parsed("2026-12-01 09:00", "America/New_York", "2026-12-01T14:00:00.000Z");
	expect_parsed("2026-12-01 09:00", "Asia/Kathmandu", "2026-12-01T03:15:00.000Z");
	expect_parsed("2026-12-01 9:00", "UTC", "2026-12-01T09:00:00.000Z");
	expect_parsed("  2026-12-01 09:00 ", "UTC", "2026-12-01T09:00:00.000Z");
}

static void when_parse__named_days__follow_the_zones_calendar(void **state)
{
	(void)state;
	expect_parsed("now", "UTC", "2026-09-21T14:13:20.000Z");
	expect_parsed("today 9:00", "UTC",
		      "2026-09-21T09:00:00.000Z"); /* the past is not refused here */
	expect_parsed("tomorrow 9:00", "Europe/Berlin", "2026-09-22T07:00:00.000Z");
	expect_parsed("Tomorrow at 09:00", "UTC", "2026-09-22T09:00:00.000Z");
	expect_parsed("monday 18:00", "UTC", "2026-09-21T18:00:00.000Z");
	expect_parsed("monday at 9:00", "UTC", "2026-09-28T09:00:00.000Z");
	expect_parsed("sunday 00:00", "UTC", "2026-09-27T00:00:00.000Z");
	expect_parsed("18:00", "UTC", "2026-09-21T18:00:00.000Z");
	expect_parsed("14:13", "UTC", "2026-09-22T14:13:00.000Z");
	/* In Auckland it is Tuesday already. */
	expect_parsed("today 12:00", "Pacific/Auckland", "2026-09-22T00:00:00.000Z");
	expect_parsed("tuesday 23:00", "Pacific/Auckland", "2026-09-22T11:00:00.000Z");
}

static void when_parse__relative__adds_up(void **state)
{
	(void)state;
	expect_parsed("+90s", "UTC", "2026-09-21T14:14:50.000Z");
	expect_parsed("+90m", "UTC", "2026-09-21T15:43:20.000Z");
	expect_parsed("+1h30m", "Europe/Berlin", "2026-09-21T15:43:20.000Z");
	expect_parsed("+3d", "UTC", "2026-09-24T14:13:20.000Z");
	expect_parsed("+1w", "UTC", "2026-09-28T14:13:20.000Z");
	expect_parsed("+0s", "UTC", "2026-09-21T14:13:20.000Z");
}

static void when_parse__nonsense__is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"soon",
		"2026-02-30 09:00",
		"2026-13-01 09:00",
		"2026-12-01",
		"24:00",
		"12:60",
		"2026-12-01 25:00",
		"2026-12-01T09:00:60Z",
		"2026-12-01T09:00:00+24:00",
		"+",
		"+5",
		"+5x",
		"+5m!",
		"-5m",
		"+99999999999999m",
		"+999999999w",
		"monday",
		"tomorrow",
		"at 9:00",
		"2026-12-01 09:00 tomorrow",
		"99999-12-01 09:00",
		"2026-12-01T09:00:00.Z",
		"0x10:00",
		"1969-12-31 00:00",
		"mondayish 9:00",
		"9:0",
		"nowish",
		"2026-12-01T09:00:00ZZ",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err_info info = {0};
		int64_t ms = 7;

		if (when_parse(bad[i], "UTC", MONDAY_14_13, &ms, &info) != E_INVALID)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(ms, 7);
		assert_true(info.hint[0] != '\0');
	}
}

static void when_parse__unknown_zone__is_refused(void **state)
{
	struct err_info info = {0};
	int64_t ms;

	(void)state;
	assert_int_equal(when_parse("now", "Mars/Olympus", 0, &ms, &info), E_INVALID);
	assert_non_null(strstr(info.text, "Mars/Olympus"));
}

static void expect_gap(const char *typed, const char *zone, const char *next)
{
	struct err_info info = {0};
	int64_t ms = 7;

	assert_int_equal(when_parse(typed, zone, 0, &ms, &info), E_INVALID);
	assert_int_equal(ms, 7);
	assert_non_null(strstr(info.text, "does not exist"));
	assert_non_null(strstr(info.hint, next));
}

static void when_parse__skipped_time__says_the_next_one(void **state)
{
	(void)state;
	expect_gap("2026-03-29 02:00", "Europe/Berlin", "2026-03-29T03:00:00+02:00");
	expect_gap("2026-03-29 02:59:59", "Europe/Berlin", "2026-03-29T03:00:00+02:00");
	expect_gap("2026-03-08 02:30", "America/New_York", "2026-03-08T03:00:00-04:00");
	/* half an hour only */
	expect_gap("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-04T02:30:00+11:00");
	/* a whole day: Samoa went over the date line */
	expect_gap("2011-12-30 12:00", "Pacific/Apia", "2011-12-31T00:00:00+14:00");
	expect_parsed("2026-03-29 01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z");
	expect_parsed("2026-03-29 03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z");
	expect_parsed("2026-10-04 02:30", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z");
}

static void expect_overlap(const char *typed, const char *zone, const char *first,
			   const char *second)
{
	struct err_info info = {0};
	int64_t ms = 7;

	assert_int_equal(when_parse(typed, zone, 0, &ms, &info), E_INVALID);
	assert_int_equal(ms, 7);
	assert_non_null(strstr(info.text, "exists twice"));
	assert_non_null(strstr(info.hint, first));
	assert_non_null(strstr(info.hint, second));
	assert_true(strstr(info.hint, first) < strstr(info.hint, second));
	assert_int_equal(when_parse(first, zone, 0, &ms, &info),
			 OK); /* the hint can be typed back */
}

static void when_parse__repeated_time__says_both(void **state)
{
	(void)state;
	expect_overlap("2026-10-25 02:00", "Europe/Berlin", "2026-10-25T02:00:00+02:00",
		       "2026-10-25T02:00:00+01:00");
	expect_overlap("2026-10-25 02:59", "Europe/Berlin", "2026-10-25T02:59:00+02:00",
		       "2026-10-25T02:59:00+01:00");
	expect_overlap("2026-11-01 01:30", "America/New_York", "2026-11-01T01:30:00-04:00",
		       "2026-11-01T01:30:00-05:00");
	expect_overlap("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-05T01:45:00+11:00",
		       "2026-04-05T01:45:00+10:30");
	expect_parsed("2026-10-25 01:59", "Europe/Berlin", "2026-10-24T23:59:00.000Z");
	expect_parsed("2026-10-25 03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z");
}

static void expect_local(int64_t ms, const char *zone, unsigned format, const char *expected)
{
	char out[64];

	when_local(ms, zone, format, out, sizeof(out));
	assert_string_equal(out, expected);
}

static void when_local__formats__combine(void **state)
{
	(void)state;
	expect_local(MONDAY_14_13, "UTC", 0, "2026-09-21 14:13");
	expect_local(MONDAY_14_13, "Europe/Berlin", WHEN_SECONDS, "2026-09-21 16:13:20");
	expect_local(MONDAY_14_13, "Europe/Berlin", WHEN_WITH_ZONE, "2026-09-21 16:13 UTC+2");
	expect_local(MONDAY_14_13, "Asia/Kathmandu", WHEN_WITH_ZONE | WHEN_TIME_ONLY,
		     "19:58 UTC+5:45");
	expect_local(MONDAY_14_13, "America/St_Johns", WHEN_WITH_ZONE, "2026-09-21 11:43 UTC-2:30");
	expect_local(MONDAY_14_13, "Europe/Lisbon", WHEN_WITH_ZONE, "2026-09-21 15:13 UTC+1");
	expect_local(MONDAY_14_13, "no/zone", WHEN_TIME_ONLY, "14:13");
	expect_local(MONDAY_14_13, "Pacific/Auckland", 0, "2026-09-22 02:13");
}

/* More zones than are kept open, over and over. */
static void when_local__many_zones__are_not_mixed_up(void **state)
{
	static const struct {
		const char *zone, *time;
	} zones[] = {
		{"Europe/Berlin", "16:13"}, {"America/New_York", "10:13"},
		{"Asia/Tokyo", "23:13"},    {"Asia/Kolkata", "19:43"},
		{"UTC", "14:13"},           {"America/Sao_Paulo", "11:13"},
		{"Europe/London", "15:13"},
	};

	(void)state;
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < COUNT_OF(zones); i++) {
			size_t k = (i * 3 + (size_t)round) % COUNT_OF(zones);

			expect_local(MONDAY_14_13, zones[k].zone, WHEN_TIME_ONLY, zones[k].time);
		}
	}
}

static void expect_day_start(const char *moment, const char *zone, const char *expected)
{
	int64_t ms;

	assert_int_equal(when_parse(moment, "UTC", 0, &ms, NULL), OK);
	expect_rfc3339(when_day_start(ms, zone), expected);
}

static void when_day_start__zones__have_their_own_midnight(void **state)
{
	(void)state;
	expect_day_start("2026-09-21T14:13:20Z", "UTC", "2026-09-21T00:00:00.000Z");
	expect_day_start("2026-09-21T22:30:00Z", "Europe/Berlin", "2026-09-21T22:00:00.000Z");
	expect_day_start("2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00.000Z");
	expect_day_start("2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-28T23:00:00.000Z");
	/* Cairo's clocks jump from 00:00 to 01:00: the day starts an hour late by the clock. */
	expect_day_start("2024-04-26T12:00:00Z", "Africa/Cairo", "2024-04-25T22:00:00.000Z");
}

static void when_zone_known__names__are_judged(void **state)
{
	static const char *const good[] = {"UTC",
					   "Europe/Berlin",
					   "Asia/Calcutta",
					   "Etc/GMT+5",
					   "EST",
					   "America/Argentina/Buenos_Aires",
					   "Australia/Lord_Howe"};
	static const char *const bad[] = {"",
					  "Europe/Atlantis",
					  "BST",
					  "IST",
					  "GMT+5",
					  "+05:00",
					  "../../etc/passwd",
					  "Europe/Berl\xC3\xADn",
					  "Etc/Unknown"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (!when_zone_known(good[i]))
			fail_msg("not known: %s", good[i]);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (when_zone_known(bad[i]))
			fail_msg("known: %s", bad[i]);
	}
	assert_false(when_zone_known(NULL));
}

static void when_local_zone__environment__comes_first(void **state)
{
	char zone[64];

	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	when_local_zone(zone, sizeof(zone));
	assert_string_equal(zone, "Asia/Tokyo");
	setenv("TZ", ":Europe/Berlin", 1);
	when_local_zone(zone, sizeof(zone));
	assert_string_equal(zone, "Europe/Berlin");
	setenv("TZ", "CET-1CEST", 1);
	when_local_zone(zone, sizeof(zone));
	assert_string_equal(zone, "UTC");
	unsetenv("TZ");
	when_local_zone(zone, sizeof(zone));
	assert_true(when_zone_known(zone));
}

static void expect_duration(int64_t ms, const char *expected)
{
	char out[16];

	when_duration(ms, out, sizeof(out));
	assert_string_equal(out, expected);
	assert_true(strlen(out) <= 6);
}

static void when_duration__any_length__fits_six_cells(void **state)
{
	(void)state;
	expect_duration(0, "0s");
	expect_duration(999, "0s");
	expect_duration(3000, "3s");
	expect_duration(-3000, "3s");
	expect_duration(59999, "59s");
	expect_duration(12 * 60000, "12m");
	expect_duration(INT64_C(125) * 60000, "2h05m");
	expect_duration(INT64_C(86399999), "23h59m");
	expect_duration(INT64_C(4) * 86400000, "4d");
	expect_duration(INT64_MAX, "99999d");
	expect_duration(INT64_MIN, "99999d");
}

static void convert_often(void *arg)
{
	int *wrong = arg;
	char out[64];

	for (int i = 0; i < 300; i++) {
		when_local(MONDAY_14_13, i % 2 ? "Asia/Tokyo" : "Europe/Berlin", WHEN_TIME_ONLY,
			   out, sizeof(out));
		if (strcmp(out, i % 2 ? "23:13" : "16:13") != 0)
			++*wrong;
	}
}

static void when_local__two_threads__do_not_disturb_each_other(void **state)
{
	int wrong[2] = {0, 0};
	struct thread *t[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(thread_start(&t[i], "convert", convert_often, &wrong[i], NULL),
				 OK);
	for (int i = 0; i < 2; i++)
		thread_join(&t[i]);
	assert_int_equal(wrong[0] + wrong[1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_rfc3339__known_moments__fit),
		cmocka_unit_test(when_parse__rfc3339__is_exact),
		cmocka_unit_test(when_parse__local_forms__use_the_zone),
		cmocka_unit_test(when_parse__named_days__follow_the_zones_calendar),
		cmocka_unit_test(when_parse__relative__adds_up),
		cmocka_unit_test(when_parse__nonsense__is_refused),
		cmocka_unit_test(when_parse__unknown_zone__is_refused),
		cmocka_unit_test(when_parse__skipped_time__says_the_next_one),
		cmocka_unit_test(when_parse__repeated_time__says_both),
		cmocka_unit_test(when_local__formats__combine),
		cmocka_unit_test(when_local__many_zones__are_not_mixed_up),
		cmocka_unit_test(when_day_start__zones__have_their_own_midnight),
		cmocka_unit_test(when_zone_known__names__are_judged),
		cmocka_unit_test(when_local_zone__environment__comes_first),
		cmocka_unit_test(when_duration__any_length__fits_six_cells),
		cmocka_unit_test(when_local__two_threads__do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
