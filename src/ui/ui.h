/* ui/ui.h - the console: the only door into this layer.
 *
 * The calling thread becomes the screen thread and owns curses until ui_run
 * returns; the terminal is then as it was, however the console ended. */
#ifndef MASTHEAD_UI_UI_H
#define MASTHEAD_UI_UI_H

#include "ops/ops.h"

enum ui_color { UI_COLOR_AUTO, UI_COLOR_ALWAYS, UI_COLOR_NEVER };

struct ui_options {
	bool readonly;       /* shows the badge and refuses; also set when app_readonly() */
	bool ascii;          /* draw with ASCII only; implied by a locale that is not UTF-8 */
	enum ui_color color; /* AUTO honours NO_COLOR and the terminal */
	const char *theme;   /* NULL or "default", "light", "contrast", "mono", "basic" */
	const char *banner;  /* one line for the message line at the start, e.g. the demo's; NULL */
	bool no_publisher;   /* look on only: do not publish from this process */
};

/* Runs the console on an app whose workspace is open, until the operator quits
 * or a signal ends it. Starts this process's publisher after the first frame and
 * stops it at the end. What keeps it from starting is said on standard error.
 * Returns the exit status of the contract: 0, or that of the error. */
int ui_run(struct app *a, const struct ui_options *o);

#endif
