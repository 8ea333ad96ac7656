/* ui/scope.h - which brand and which connection the panes are narrowed to. */
#ifndef MASTHEAD_UI_SCOPE_H
#define MASTHEAD_UI_SCOPE_H

#include "base/model.h"

struct console;
void scope_brand(struct console *c, const struct brand *b); /* NULL: all */
void scope_connection(struct console *c,
		      const struct connection *conn); /* NULL: all of the brand */
bool scope_back(struct console *c);                   /* one step wider; false: as wide as can be */

#endif
