/* ui/osc52.h - the clipboard of the terminal, also across ssh. */
#ifndef MASTHEAD_UI_OSC52_H
#define MASTHEAD_UI_OSC52_H

#include "base/strbuf.h"

void osc52_copy(const char *text);
/* The sequence itself, for the test. */
void osc52_write(struct strbuf *out, const char *text);

#endif
