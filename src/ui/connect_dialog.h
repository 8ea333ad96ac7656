/* ui/connect_dialog.h - logging an account in, and making and changing a brand. */
#ifndef MASTHEAD_UI_CONNECT_DIALOG_H
#define MASTHEAD_UI_CONNECT_DIALOG_H

#include "base/model.h"

struct console;
/* NULL: empty. */
void connect_dialog_open(struct console *c, const char *brand, const char *platform,
			 const char *server, const char *handle);
void brand_dialog_open(struct console *c, const struct brand *b,
		       const char *name); /* b NULL: a new one */

#endif
