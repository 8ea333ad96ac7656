/* ui/complete.h - what Tab offers on the ':' line and in a filter. Signatures of prompt_spec.complete. */
#ifndef MASTHEAD_UI_COMPLETE_H
#define MASTHEAD_UI_COMPLETE_H

#include "base/strbuf.h"

struct console;
void complete_command(struct console *c, const char *text, size_t cursor, size_t *from,
		      struct strbuf *out);
void complete_filter(struct console *c, const char *text, size_t cursor, size_t *from,
		     struct strbuf *out);
/* Names of brands and of platforms, one a line. */
void complete_brands(struct console *c, const char *prefix, struct strbuf *out);
void complete_platforms(struct console *c, const char *prefix, struct strbuf *out);

#endif
