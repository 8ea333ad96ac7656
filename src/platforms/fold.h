/* platforms/fold.h - texts brought to a form in which they can be compared with what a platform shows of them.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_FOLD_H
#define MASTHEAD_PLATFORMS_FOLD_H

#include "base/strbuf.h"

/* Appends the text with runs of white space as one space, none at the start of out. */
void fold_text(struct strbuf *out, const char *s, size_t n);
/* Takes the space at the end away. */
void fold_end(struct strbuf *out);
/* The character entity at s ("&...;"): its length, and what it stands for as UTF-8; 0 if it is none that we know. */
size_t fold_entity(const char *s, char bytes[4], size_t *n);
/* Appends the text with its character entities resolved. */
void fold_unescape(struct strbuf *out, const char *s);

#endif
