/* ui/signals.h - signals, taken only while the screen thread waits.
 *
 * They are blocked at all other times, so that neither curses nor our code is ever
 * interrupted in the middle, and nothing slips in between looking and waiting. */
#ifndef MASTHEAD_UI_SIGNALS_H
#define MASTHEAD_UI_SIGNALS_H

#include <poll.h>
#include <signal.h>

#include "base/compiler.h"

/* After term_open: curses' own handler of the window's size is in place then. */
void signals_open(void);
void signals_close(void);
/* poll(2) during which signals are let in; -1 when one came. timeout_ms < 0: for ever. */
int signals_poll(struct pollfd *fds, nfds_t n, int64_t timeout_ms);
/* The signal that asks us to end: SIGTERM, SIGHUP, SIGINT; 0 if none came. */
int signals_stop(void);
/* Whether SIGTSTP came from outside since the last call. */
bool signals_suspend(void);
/* The mask of the process before signals_open, for a child. */
const sigset_t *signals_before(void);

#endif
