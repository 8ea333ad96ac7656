/* cli/progress.h - a bar on standard error for what takes longer than a second: on a terminal only, never with -q or --json.
 * Thread: main. */
#ifndef MASTHEAD_CLI_PROGRESS_H
#define MASTHEAD_CLI_PROGRESS_H

#include "cli/args.h"

struct progress {
	const char *label; /* translated */
	bool shown, wanted;
	int64_t began_ms, drawn_ms;
};
void progress_begin(struct progress *p, const struct args *a, const char *label);
/* total -1: not known. Cheap; draws at most ten times a second. */
void progress_show(struct progress *p, int64_t done, int64_t total);
/* Takes the bar off the screen. */
void progress_end(struct progress *p);

#endif
