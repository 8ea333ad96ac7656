/* base/clock.h - the two clocks, and a way for tests to hold them.
 *
 * Wall time is UTC milliseconds since 1970 everywhere; monotonic time only
 * measures durations and time-outs inside one process. */
#ifndef MASTHEAD_BASE_CLOCK_H
#define MASTHEAD_BASE_CLOCK_H

#include "base/compiler.h"

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Tests only: replaces both readings; NULL restores the real clocks.
 * Set before threads start. */
struct clock_source {
	int64_t (*wall_ms)(void);
	int64_t (*mono_us)(void);
};
void clock_set_source(const struct clock_source *source);

#endif
