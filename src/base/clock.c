/* base/clock.c - the two clocks, and a way for tests to hold them. */
#include "base/clock.h"

#include <time.h>

static const struct clock_source *source;

static int64_t read_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t); /* cannot fail for these two clocks */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
	return source && source->wall_ms ? source->wall_ms() : read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_us(void)
{
	return source && source->mono_us ? source->mono_us() : read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

void clock_set_source(const struct clock_source *replacement)
{
	source = replacement;
}
