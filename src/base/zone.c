/* base/zone.c - offsets of time zones (ICU's) and the civil calendar (ours).
 *
 * ICU is asked for one thing only, the offset at a moment; which moments a local
 * time stands for follows from the offsets a day before and after it. A few
 * calendars are kept open per thread, since a screen full of times uses two or
 * three zones, and opening one costs a hundred times what asking it does. */
#include "base/zone.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/when.h"

#define ZONE_NAME_MAX 63
#define KEPT_ZONES 4

struct kept {
	char name[ZONE_NAME_MAX + 1];
	UCalendar *calendar; /* NULL: the slot is free */
};

struct cache {
	struct kept slots[KEPT_ZONES];
	unsigned next; /* to be replaced */
};

static pthread_once_t cache_once = PTHREAD_ONCE_INIT;
static pthread_key_t cache_key;

static void cache_free(void *p)
{
	struct cache *cache = p;

	for (int i = 0; i < KEPT_ZONES; i++)
		ucal_close(cache->slots[i].calendar);
	xfree(&cache);
}

static void cache_key_make(void)
{
	INVARIANT(pthread_key_create(&cache_key, cache_free) == 0, "a key for thread data");
}

static struct cache *cache_of_thread(void)
{
	struct cache *cache;

	pthread_once(&cache_once, cache_key_make);
	cache = pthread_getspecific(cache_key);
	if (!cache) {
		cache = xcalloc(1, sizeof(*cache));
		INVARIANT(pthread_setspecific(cache_key, cache) == 0, "room for thread data");
	}
	return cache;
}

static bool is_utc(const char *zone)
{
	return !strcmp(zone, "UTC") || !strcmp(zone, "Etc/UTC") || !strcmp(zone, "Etc/GMT") ||
	       !strcmp(zone, "GMT");
}

/* Old three-letter names that are ICU's own and mean what nobody expects: BST is Bangladesh, IST India. */
static bool is_icu_legacy(const char *zone)
{
	static const char legacy[] = " ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT "
				     "IET IST JST MIT NET NST PLT PNT PRT PST SST VST ";
	char word[6] = " ";

	if (strlen(zone) != 3)
		return false;
	memcpy(word + 1, zone, 3);
	word[4] = ' ';
	return strstr(legacy, word) != NULL;
}

bool when_zone_known(const char *zone)
{
	UChar wide[ZONE_NAME_MAX + 1], canonical[128];
	UErrorCode status = U_ZERO_ERROR;
	UBool of_system = false;
	size_t n;

	if (!zone)
		return false;
	if (is_utc(zone))
		return true;
	n = strlen(zone);
	if (n == 0 || n > ZONE_NAME_MAX || is_icu_legacy(zone) || !strncmp(zone, "Etc/Unknown", 12))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (zone[i] < 0x20 || zone[i] >= 0x7F)
			return false;
	}
	u_charsToUChars(zone, wide, (int32_t)n + 1);
	ucal_getCanonicalTimeZoneID(wide, (int32_t)n, canonical, (int32_t)COUNT_OF(canonical),
				    &of_system, &status);
	return U_SUCCESS(status) && of_system;
}

/* NULL when the zone is not known. */
static UCalendar *calendar_of(const char *zone)
{
	struct cache *cache = cache_of_thread();
	UChar wide[ZONE_NAME_MAX + 1];
	UErrorCode status = U_ZERO_ERROR;
	struct kept *slot;

	for (int i = 0; i < KEPT_ZONES; i++) {
		slot = &cache->slots[i];
		if (slot->calendar && !strcmp(slot->name, zone))
			return slot->calendar;
	}
	if (!when_zone_known(zone))
		return NULL;
	slot = &cache->slots[cache->next];
	cache->next = (cache->next + 1) % KEPT_ZONES;
	if (slot->calendar)
		ucal_close(slot->calendar);
	slot->calendar = NULL;
	u_charsToUChars(zone, wide, (int32_t)strlen(zone) + 1);
	slot->calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status)) {
		slot->calendar = NULL;
		return NULL;
	}
	memcpy(slot->name, zone, strlen(zone) + 1);
	return slot->calendar;
}

int64_t zone_offset(const char *zone, int64_t utc_ms)
{
	UErrorCode status = U_ZERO_ERROR;
	UCalendar *calendar;
	int64_t offset;

	if (!zone || is_utc(zone))
		return 0;
	calendar = calendar_of(zone);
	if (!calendar)
		return 0;
	ucal_setMillis(calendar, (UDate)utc_ms, &status);
	offset = ucal_get(calendar, UCAL_ZONE_OFFSET, &status);
	offset += ucal_get(calendar, UCAL_DST_OFFSET, &status);
	return U_SUCCESS(status) ? offset : 0;
}

/* The first moment in (before, after] at which the offset is the one of after. */
static int64_t change_between(const char *zone, int64_t before, int64_t after)
{
	int64_t later = zone_offset(zone, after);

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (zone_offset(zone, middle) == later)
			after = middle;
		else
			before = middle;
	}
	return after;
}

int zone_moments(const char *zone, int64_t local_ms, int64_t moments[2])
{
	int64_t before = zone_offset(zone, local_ms - DAY_MS);
	int64_t after = zone_offset(zone, local_ms + DAY_MS);
	int64_t first = local_ms - before, second = local_ms - after;
	int n = 0;

	if (zone_offset(zone, first) == before)
		moments[n++] = first;
	if (second != first && zone_offset(zone, second) == after)
		moments[n++] = second;
	if (n == 2 && moments[1] < moments[0]) {
		moments[0] = second;
		moments[1] = first;
	}
	if (n == 0) /* clocks went forward: by the new offset it is still before the change */
		moments[0] = change_between(zone, second, first);
	return n;
}

/* ---- the civil calendar ----
 * Days are counted in eras of 400 years that begin on 1 March, so that the leap
 * day is the last of its year. */

#define ERA_DAYS 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400), of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

int64_t civil_to_ms(const struct civil *c)
{
	return days_of(c->year, c->month, c->day) * DAY_MS + c->hour * HOUR_MS +
	       c->minute * MINUTE_MS + c->second * SECOND_MS + c->ms;
}

struct civil civil_from_ms(int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS), rest = ms - days * DAY_MS;
	int64_t shifted = days + DAYS_TO_1970, era = floor_div(shifted, ERA_DAYS);
	int64_t of_era = shifted - era * ERA_DAYS;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153; /* 0: March */
	struct civil c;

	c.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	c.month = (int)(month < 10 ? month + 3 : month - 9);
	c.year = year + era * 400 + (c.month <= 2 ? 1 : 0);
	c.hour = (int)(rest / HOUR_MS);
	c.minute = (int)(rest / MINUTE_MS % 60);
	c.second = (int)(rest / SECOND_MS % 60);
	c.ms = (int)(rest % SECOND_MS);
	c.weekday = (int)((days % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
	return c;
}

bool civil_is_valid(const struct civil *c)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;

	if (c->year < 1970 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	return c->day <= lengths[c->month - 1] + (leap && c->month == 2 ? 1 : 0) && c->hour >= 0 &&
	       c->hour <= 23 && c->minute >= 0 && c->minute <= 59 && c->second >= 0 &&
	       c->second <= 59 && c->ms >= 0 && c->ms <= 999;
}
