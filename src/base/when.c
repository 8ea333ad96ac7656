/* base/when.c - times as people read them. */
#include "base/when.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/zone.h"

#define YEAR_10000_MS INT64_C(253402300800000)
#define YEAR_0_MS INT64_C(-62167219200000)

static int64_t within_four_digits(int64_t ms)
{
	if (ms < YEAR_0_MS)
		return YEAR_0_MS;
	return ms < YEAR_10000_MS ? ms : YEAR_10000_MS - 1;
}

void when_rfc3339(int64_t ms, char out[WHEN_RFC3339_SIZE])
{
	struct civil c = civil_from_ms(within_four_digits(ms));

	snprintf(out, WHEN_RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)c.year,
		 c.month, c.day, c.hour, c.minute, c.second, c.ms);
}

static bool zone_from_file(char *out, size_t size)
{
	struct strbuf line;
	bool found = false;

	strbuf_init(&line, 256);
	if (fs_read("/etc/timezone", 256, 0, &line, NULL) == OK) {
		strbuf_truncate(&line, strcspn(line.data, " \t\r\n"));
		if (line.len < size && when_zone_known(line.data)) {
			memcpy(out, line.data, line.len + 1);
			found = true;
		}
	}
	strbuf_free(&line);
	return found;
}

static bool zone_from_link(char *out, size_t size)
{
	static const char mark[] = "zoneinfo/";
	char target[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", target, sizeof(target) - 1);
	const char *name;

	if (n <= 0)
		return false;
	target[n] = '\0';
	name = strstr(target, mark);
	if (!name)
		return false;
	name += strlen(mark);
	if (strlen(name) >= size || !when_zone_known(name))
		return false;
	memcpy(out, name, strlen(name) + 1);
	return true;
}

void when_local_zone(char *out, size_t size)
{
	const char *set = getenv("TZ");

	if (set && *set == ':')
		set++;
	if (set && strlen(set) < size && when_zone_known(set)) {
		memcpy(out, set, strlen(set) + 1);
		return;
	}
	/* A TZ that is no name of a zone ("CET-1CEST") still means: not the machine's default. */
	if ((!set || !*set) && (zone_from_file(out, size) || zone_from_link(out, size)))
		return;
	snprintf(out, size, "UTC");
}

static void offset_name(int64_t offset_ms, char *out, size_t size)
{
	int64_t minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / MINUTE_MS;
	char sign = offset_ms < 0 ? '-' : '+';

	if (minutes == 0)
		snprintf(out, size, "UTC");
	else if (minutes % 60 == 0)
		snprintf(out, size, "UTC%c%d", sign, (int)(minutes / 60));
	else
		snprintf(out, size, "UTC%c%d:%02d", sign, (int)(minutes / 60), (int)(minutes % 60));
}

void when_local(int64_t ms, const char *zone, unsigned format, char *out, size_t size)
{
	int64_t utc = within_four_digits(ms), offset = zone_offset(zone, utc);
	struct civil c = civil_from_ms(within_four_digits(utc + offset));
	char date[32] = "", seconds[8] = "", name[24] = "";

	if (!(format & WHEN_TIME_ONLY))
		snprintf(date, sizeof(date), "%04d-%02d-%02d ", (int)c.year, c.month, c.day);
	if (format & WHEN_SECONDS)
		snprintf(seconds, sizeof(seconds), ":%02d", c.second);
	if (format & WHEN_WITH_ZONE) {
		name[0] = ' ';
		offset_name(offset, name + 1, sizeof(name) - 1);
	}
	snprintf(out, size, "%s%02d:%02d%s%s", date, c.hour, c.minute, seconds, name);
}

int64_t when_day_start(int64_t ms, const char *zone)
{
	int64_t utc = within_four_digits(ms), local = utc + zone_offset(zone, utc), moments[2];
	struct civil c = civil_from_ms(local);

	c.hour = c.minute = c.second = c.ms = 0;
	/* Where midnight is skipped, the day starts when the clocks have jumped over it. */
	zone_moments(zone, civil_to_ms(&c), moments);
	return moments[0];
}

void when_duration(int64_t ms, char *out, size_t size)
{
	int64_t s = ms == INT64_MIN ? INT64_MAX : ms < 0 ? -ms : ms;

	s /= SECOND_MS;
	if (s < 60)
		snprintf(out, size, "%ds", (int)s);
	else if (s < 3600)
		snprintf(out, size, "%dm", (int)(s / 60));
	else if (s < 86400)
		snprintf(out, size, "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
	else
		snprintf(out, size, "%dd", (int)(s / 86400 > 99999 ? 99999 : s / 86400));
}
