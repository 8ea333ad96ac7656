/* base/text_internal.h - what text.c and safe.c share, beyond base/text.h. */
#ifndef MASTHEAD_BASE_TEXT_INTERNAL_H
#define MASTHEAD_BASE_TEXT_INTERNAL_H

#include "base/compiler.h"

/* C0, DEL and C1. */
static inline bool text_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Those that change the order in which what follows is shown. */
static inline bool text_is_bidi_control(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* UTF-8 of a valid code point; its length. */
size_t text_encode(uint32_t c, char out[4]);
/* Length of the run of printable ASCII that s begins with. */
size_t text_ascii_run(const char *s, size_t n);

#endif
