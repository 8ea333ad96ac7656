/* http/rate.c - what an answer says about when to come back.
 *
 * Platforms say it in seconds from now, epoch seconds (with or without a fraction), epoch
 * milliseconds, ISO 8601 and HTTP-dates. All of it is untrusted: what is negative,
 * past, further than a week away or malformed says nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/ascii.h"
#include "http/message.h"

#define HORIZON_MS (INT64_C(7) * 24 * 3600 * 1000)

/* Numbers from here on are points in time, below they are durations in seconds. */
#define EPOCH_SECONDS_FROM 1e9
#define EPOCH_MS_FROM 1e11

/* The header families, most specific first; the first that says anything is read. */
static const char *const families[] = {"x-ratelimit-", "ratelimit-", "x-rate-limit-"};

static const char *family_header(const struct http_response *r, const char *family,
				 const char *field)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", family, field);
	return http_response_header(r, name);
}

static int64_t from_parts(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900,
			.tm_mon = month - 1,
			.tm_mday = day,
			.tm_hour = hour,
			.tm_min = minute,
			.tm_sec = second};

	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

static int month_number(const char *name)
{
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (size_t i = 0; i < COUNT_OF(months); i++)
		if (ascii_equal_nocase(months[i], name))
			return (int)i + 1;
	return 0;
}

/* The three forms of RFC 9110: IMF-fixdate, RFC 850, asctime. 0 if it is none. */
static int64_t parse_http_date(const char *s)
{
	int day, year, hour, minute, second, used = 0;
	char month[4];

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, month, &year,
		   &hour, &minute, &second, &used) == 6 &&
	    used > 0 && s[used] == '\0')
		return from_parts(year, month_number(month), day, hour, minute, second);
	if (sscanf(s, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &day, month, &year,
		   &hour, &minute, &second, &used) == 6 &&
	    used > 0 && s[used] == '\0')
		return from_parts(year + 2000, month_number(month), day, hour, minute, second);
	if (sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", month, &day, &hour, &minute,
		   &second, &year, &used) == 6 &&
	    used > 0 && s[used] == '\0')
		return from_parts(year, month_number(month), day, hour, minute, second);
	return 0;
}

/* "2026-01-01T12:00:00.123456Z" or with an offset. 0 if it is none. */
static int64_t parse_iso(const char *s)
{
	int year, month, day, hour, minute, second, used = 0;
	int64_t ms, scale = 100;
	int off_hour, off_minute;
	char sign;

	if (sscanf(s, "%4d-%2d-%2d%*[Tt ]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
		   &second, &used) != 6 ||
	    used == 0)
		return 0;
	ms = from_parts(year, month, day, hour, minute, second);
	if (ms == 0)
		return 0;
	s += used;
	if (*s == '.')
		for (s++; ascii_is_digit(*s); s++, scale /= 10)
			ms += (*s - '0') * scale;
	if ((*s == 'Z' || *s == 'z') && s[1] == '\0')
		return ms;
	used = 0;
	if (sscanf(s, "%c%2d:%2d%n", &sign, &off_hour, &off_minute, &used) != 3 || used == 0 ||
	    s[used] != '\0' || (sign != '+' && sign != '-') || off_hour < 0 || off_minute < 0)
		return 0;
	return ms - (sign == '-' ? -1 : 1) * (int64_t)(off_hour * 60 + off_minute) * 60000;
}

/* A plain decimal number: digits, at most one point. -1 if it is none. */
static double parse_number(const char *s)
{
	double value = 0, scale = 1;
	bool any = false;

	for (; ascii_is_digit(*s); s++, any = true)
		value = value * 10 + (*s - '0');
	if (any && *s == '.')
		for (s++; ascii_is_digit(*s); s++) {
			scale /= 10;
			value += (*s - '0') * scale;
		}
	return any && *s == '\0' && value < 1e15 ? value : -1;
}

static int64_t usable(int64_t at, int64_t now)
{
	return at > now && at - now <= HORIZON_MS ? at : 0;
}

static int64_t parse_point(const char *s, int64_t now)
{
	double n = parse_number(s);
	int64_t at;

	if (n >= EPOCH_MS_FROM)
		at = (int64_t)n;
	else if (n >= EPOCH_SECONDS_FROM)
		at = (int64_t)(n * 1000 + 0.5);
	else if (n >= 0)
		at = now + (int64_t)(n * 1000 + 0.5);
	else if ((at = parse_iso(s)) == 0)
		at = parse_http_date(s);
	return usable(at, now);
}

static int64_t family_reset(const struct http_response *r, const char *family)
{
	const char *s = family_header(r, family, "reset-after");
	int64_t at = s ? parse_point(s, r->at) : 0;

	if (at == 0 && (s = family_header(r, family, "reset")) != NULL)
		at = parse_point(s, r->at);
	return at;
}

/* "300" or "100, 100;w=60": the first number. -1 if there is none. */
static int64_t leading_count(const char *s)
{
	int64_t n = 0;

	if (!s || !ascii_is_digit(*s))
		return -1;
	for (; ascii_is_digit(*s); s++) {
		if (n > INT64_MAX / 10 - 10)
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

int64_t http_retry_at(const struct http_response *r)
{
	const char *after = http_response_header(r, "Retry-After");
	int64_t at = after ? parse_point(after, r->at) : 0;

	/* An answer that failed for another reason may tell its window too: nothing to wait for. */
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		int64_t left = leading_count(family_header(r, families[i], "remaining"));
		int64_t reset = family_reset(r, families[i]);

		if ((r->status == 429 || left == 0) && reset > at)
			at = reset;
	}
	return at;
}

bool http_rate_window(const struct http_response *r, struct rate_window *w)
{
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		struct rate_window said = {
			.limit = leading_count(family_header(r, families[i], "limit")),
			.remaining = leading_count(family_header(r, families[i], "remaining")),
			.resets_at = family_reset(r, families[i])};

		if (said.limit >= 0 || said.remaining >= 0 || said.resets_at > 0) {
			*w = said;
			return true;
		}
	}
	return false;
}
