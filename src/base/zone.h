/* base/zone.h - offsets of time zones and the civil calendar, for when.c and whenparse.c. */
#ifndef MASTHEAD_BASE_ZONE_H
#define MASTHEAD_BASE_ZONE_H

#include "base/compiler.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* A wall clock's reading in the proleptic Gregorian calendar. */
struct civil {
	int64_t year;
	int month, day; /* from 1 */
	int hour, minute, second, ms;
	int weekday; /* 0: Sunday */
};

/* Milliseconds from 1970-01-01 00:00 on the same clock. weekday is ignored. */
int64_t civil_to_ms(const struct civil *c);
struct civil civil_from_ms(int64_t ms);
bool civil_is_valid(const struct civil *c);

/* Milliseconds that the zone is ahead of UTC at that moment; 0 for a zone not known. */
int64_t zone_offset(const char *zone, int64_t utc_ms);

/* The moments at which the zone's clocks show local_ms: 0 (skipped), 1 or 2 of
 * them, earlier first. For 0, moments[0] is when the clocks jump over it. */
int zone_moments(const char *zone, int64_t local_ms, int64_t moments[2]);

#endif
