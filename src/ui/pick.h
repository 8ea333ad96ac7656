/* ui/pick.h - one of a few hundred things, from a list that typed letters narrow.
 *
 * No row is chosen when it opens: it may come while somebody types, and Enter alone must not decide. */
#ifndef MASTHEAD_UI_PICK_H
#define MASTHEAD_UI_PICK_H

#include "ui/view.h"

#define PICK_NONE SIZE_MAX
/* Opens it on top. names and ids (shown beside the names) are copied; data is borrowed and must outlive the list or pick_close.
 * chosen: the index, or PICK_NONE when it was left; the list is closed by then. False: there is no room for another view. */
bool pick_open(struct console *c, const char *title /* msgid */, const char *const *names,
	       const char *const *ids, size_t n,
	       void (*chosen)(struct console *c, void *data, size_t index), void *data);
/* Closes the one of this data, if it is open, without a word. */
void pick_close(struct console *c, const void *data);

#endif
