/* base/when.h - times as people type and read them. Zones are ICU's (IANA names).
 *
 * Inside, time is UTC milliseconds; a brand's zone turns it into what people
 * see. A local time that does not exist (spring) or exists twice (autumn) is said,
 * never guessed. Any thread. */
#ifndef MASTHEAD_BASE_WHEN_H
#define MASTHEAD_BASE_WHEN_H

#include "base/error.h"
#include "base/strbuf.h"

#define WHEN_RFC3339_SIZE 32
/* "2026-12-01T09:00:00.000Z": always UTC with milliseconds. */
void when_rfc3339(int64_t ms, char out[WHEN_RFC3339_SIZE]);

/* Is this an IANA zone name that ICU knows (canonical or alias)? */
bool when_zone_known(const char *zone);
/* The machine's zone as an IANA name ("UTC" when it cannot be told). */
void when_local_zone(char *out, size_t size);

/* "2026-12-01 09:00" in the zone; WHEN_SECONDS adds ":SS",
 * WHEN_WITH_ZONE the offset (" UTC", " UTC+1", " UTC-3:30": abbreviations are not unique), WHEN_TIME_ONLY
 * leaves the date out. A zone not known is taken as UTC. */
enum when_format { WHEN_MINUTES = 0, WHEN_SECONDS = 1, WHEN_WITH_ZONE = 2, WHEN_TIME_ONLY = 4 };
void when_local(int64_t ms, const char *zone, unsigned format, char *out, size_t size);

/* Parse what CLI.md calls TIME: RFC 3339 (with offset or Z), "YYYY-MM-DD HH:MM[:SS]" or "YYYY-MM-DDTHH:MM[:SS]" in
 * the zone, "today|tomorrow|monday..sunday [at] HH:MM" (a weekday: the next such moment), "HH:MM" (next one), "+90s|+90m|+2h|+3d|+1w" (combinable: +1h30m),
 * "now". Does not refuse the past. Errors: E_INVALID (not a time; a local time that does not exist, with the
 * next valid one in the hint; an ambiguous one, with both RFC 3339 forms in the hint). */
enum err when_parse(const char *s, const char *zone, int64_t now_ms, int64_t *ms,
		    struct err_info *info) MUST_USE;

/* Start of the day (00:00 local, or the first moment after it where it is skipped) that contains ms, in the zone. */
int64_t when_day_start(int64_t ms, const char *zone);

/* "3s", "12m", "2h05m", "4d": a duration in at most six cells, without its sign. */
void when_duration(int64_t ms, char *out, size_t size);

#endif
