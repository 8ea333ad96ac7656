/* base/whenparse.c - times as people type them.
 *
 * Every form is tried against the whole text; each has its own shape, so at most
 * one fits. What is typed in local time passes through resolve(), which says it
 * when that time does not exist or exists twice. */
#include "base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/zone.h"

#define RELATIVE_MAX_MS (366 * 100 * DAY_MS)

struct scan {
	const char *s; /* what is left */
	const char *zone;
	int64_t now_ms;
};

static bool take(struct scan *p, char c)
{
	if (*p->s != c)
		return false;
	p->s++;
	return true;
}

/* Between least and most digits. */
static bool take_number(struct scan *p, int least, int most, int *out)
{
	int value = 0, n = 0;

	while (n < most && isdigit((unsigned char)p->s[n])) {
		value = value * 10 + (p->s[n] - '0');
		n++;
	}
	if (n < least)
		return false;
	p->s += n;
	*out = value;
	return true;
}

static void skip_blanks(struct scan *p)
{
	while (*p->s == ' ' || *p->s == '\t')
		p->s++;
}

static bool take_word(struct scan *p, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(p->s, word, n) != 0 || isalnum((unsigned char)p->s[n]))
		return false;
	p->s += n;
	return true;
}

static bool at_end(struct scan *p)
{
	skip_blanks(p);
	return *p->s == '\0';
}

/* "HH:MM[:SS[.fraction]]" */
static bool take_time(struct scan *p, struct civil *c)
{
	c->second = c->ms = 0;
	if (!take_number(p, 1, 2, &c->hour) || !take(p, ':') || !take_number(p, 2, 2, &c->minute))
		return false;
	if (!take(p, ':'))
		return true;
	if (!take_number(p, 2, 2, &c->second))
		return false;
	if (take(p, '.')) {
		int weight = 100;

		if (!isdigit((unsigned char)*p->s))
			return false;
		for (; isdigit((unsigned char)*p->s); p->s++, weight /= 10)
			c->ms += (*p->s - '0') * weight;
	}
	return true;
}

static bool take_date(struct scan *p, struct civil *c)
{
	int year;

	if (!take_number(p, 4, 4, &year) || !take(p, '-') || !take_number(p, 2, 2, &c->month) ||
	    !take(p, '-') || !take_number(p, 2, 2, &c->day))
		return false;
	c->year = year;
	return true;
}

/* "Z" or "+HH:MM" */
static bool take_offset(struct scan *p, int64_t *offset_ms)
{
	int hours, minutes, sign;

	if (take(p, 'Z') || take(p, 'z')) {
		*offset_ms = 0;
		return true;
	}
	sign = *p->s == '-' ? -1 : 1;
	if (!take(p, '+') && !take(p, '-'))
		return false;
	if (!take_number(p, 2, 2, &hours) || !take(p, ':') || !take_number(p, 2, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*offset_ms = sign * (hours * HOUR_MS + minutes * MINUTE_MS);
	return true;
}

/* The moment as RFC 3339 with the zone's offset, so that it can be typed back. */
static void with_offset(int64_t ms, const char *zone, char *out, size_t size)
{
	int64_t offset = zone_offset(zone, ms), minutes = offset / MINUTE_MS;
	struct civil c = civil_from_ms(ms + offset);
	char sign = minutes < 0 ? '-' : '+';

	if (minutes < 0)
		minutes = -minutes;
	snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", (int)c.year, c.month, c.day,
		 c.hour, c.minute, c.second, sign, (int)(minutes / 60 % 100), (int)(minutes % 60));
}

static enum err resolve(const struct civil *c, const char *zone, int64_t *ms, struct err_info *info)
{
	int64_t moments[2];
	char first[64], second[64];
	int n = zone_moments(zone, civil_to_ms(c), moments);

	if (n == 1) {
		*ms = moments[0];
		return OK;
	}
	with_offset(moments[0], zone, first, sizeof(first));
	if (n == 0) {
		err_set(info, E_INVALID,
			"%04d-%02d-%02d %02d:%02d does not exist in %s: the clocks are put forward",
			(int)c->year, c->month, c->day, c->hour, c->minute, zone);
		err_hint(info, "the next time that does is %s", first);
		return E_INVALID;
	}
	with_offset(moments[1], zone, second, sizeof(second));
	err_set(info, E_INVALID,
		"%04d-%02d-%02d %02d:%02d exists twice in %s: the clocks are put back",
		(int)c->year, c->month, c->day, c->hour, c->minute, zone);
	err_hint(info, "say %s or %s", first, second);
	return E_INVALID;
}

static enum err not_a_time(const char *s, struct err_info *info)
{
	err_set(info, E_INVALID, "\"%.64s\" is not a time", s);
	err_hint(info,
		 "such as 2026-12-01T09:00:00Z, \"2026-12-01 09:00\", \"tomorrow 9:00\" or +90m");
	return E_INVALID;
}

static struct civil local_now(const struct scan *p)
{
	return civil_from_ms(p->now_ms + zone_offset(p->zone, p->now_ms));
}

static void add_days(struct civil *c, int days)
{
	struct civil moved = civil_from_ms(civil_to_ms(c) + days * DAY_MS);

	c->year = moved.year;
	c->month = moved.month;
	c->day = moved.day;
}

/* A time of day that comes round every `period` days: the next one after now. */
static enum err resolve_next(const struct scan *p, struct civil c, int period, int64_t *ms,
			     struct err_info *info)
{
	struct civil now = local_now(p);

	if (civil_to_ms(&c) <= civil_to_ms(&now))
		add_days(&c, period);
	return resolve(&c, p->zone, ms, info);
}

/* "+1h30m" */
static bool parse_relative(struct scan p, int64_t *ms)
{
	static const struct {
		char letter;
		int64_t unit_ms;
	} units[] = {{'s', SECOND_MS},
		     {'m', MINUTE_MS},
		     {'h', HOUR_MS},
		     {'d', DAY_MS},
		     {'w', 7 * DAY_MS}};
	int64_t total = 0;

	if (!take(&p, '+'))
		return false;
	do {
		int64_t unit = 0;
		int value;

		if (!take_number(&p, 1, 9, &value))
			return false;
		for (size_t i = 0; i < COUNT_OF(units); i++) {
			if (tolower((unsigned char)*p.s) == units[i].letter)
				unit = units[i].unit_ms;
		}
		if (!unit)
			return false;
		p.s++;
		total += value * unit;
		if (total > RELATIVE_MAX_MS)
			return false;
	} while (isdigit((unsigned char)*p.s));
	if (!at_end(&p))
		return false;
	*ms = p.now_ms + total;
	return true;
}

/* What begins with a date. *fits: it had that shape. */
static enum err parse_dated(struct scan p, int64_t *ms, bool *fits, struct err_info *info)
{
	struct civil c = {0};
	int64_t offset;

	if (!take_date(&p, &c) || !(take(&p, 'T') || take(&p, 't') || take(&p, ' ')))
		return OK;
	skip_blanks(&p);
	if (!take_time(&p, &c))
		return OK;
	if (!civil_is_valid(&c))
		return OK;
	if (at_end(&p)) {
		*fits = true;
		return resolve(&c, p.zone, ms, info);
	}
	if (!take_offset(&p, &offset) || !at_end(&p))
		return OK;
	*fits = true;
	*ms = civil_to_ms(&c) - offset;
	return OK;
}

/* "[day [at]] HH:MM". *fits: it had that shape. */
static enum err parse_named(struct scan p, int64_t *ms, bool *fits, struct err_info *info)
{
	static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
					       "thursday", "friday", "saturday"};
	struct civil now = local_now(&p), c = now;
	int period = 1;
	bool fixed = false, day = true;

	if (take_word(&p, "today")) {
		fixed = true;
	} else if (take_word(&p, "tomorrow")) {
		fixed = true;
		add_days(&c, 1);
	} else {
		day = false;
		for (int i = 0; i < 7 && !day; i++) {
			day = take_word(&p, weekdays[i]);
			if (day) {
				period = 7;
				add_days(&c, (i - now.weekday + 7) % 7);
			}
		}
	}
	skip_blanks(&p);
	if (day && take_word(&p, "at"))
		skip_blanks(&p);
	if (!take_time(&p, &c) || !at_end(&p) || !civil_is_valid(&c))
		return OK;
	*fits = true;
	return fixed ? resolve(&c, p.zone, ms, info) : resolve_next(&p, c, period, ms, info);
}

enum err when_parse(const char *s, const char *zone, int64_t now_ms, int64_t *ms,
		    struct err_info *info)
{
	struct scan p = {s, zone, now_ms}, word;
	bool fits = false;
	enum err e;

	if (!when_zone_known(zone))
		return err_set(info, E_INVALID, "%.64s is not a time zone", zone ? zone : "\"\"");
	skip_blanks(&p);
	word = p;
	if (take_word(&word, "now") && at_end(&word)) {
		*ms = now_ms;
		return OK;
	}
	if (parse_relative(p, ms))
		return OK;
	e = parse_dated(p, ms, &fits, info);
	if (!e && !fits)
		e = parse_named(p, ms, &fits, info);
	if (!e && !fits)
		e = not_a_time(s, info);
	return e;
}
