/* ui/status.h - the status line: scope, publisher, counts, clock; and the hint line. */
#ifndef MASTHEAD_UI_STATUS_H
#define MASTHEAD_UI_STATUS_H

#include "ops/ops.h"

struct console;
struct status_line {
	struct arena *arena;
	struct status now;
	bool known;
	enum err e; /* of the last read */
	struct err_info info;
	int64_t since_trouble_ms;
};
void status_read(struct console *c);
void status_free(struct console *c);
void status_paint(struct console *c);
void hint_paint(struct console *c);
/* Wall time at which the line will look different by itself: the minute, a heart that stops. */
int64_t status_next_ms(const struct console *c, int64_t now_ms);

#endif
