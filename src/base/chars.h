/* base/chars.h - what kind of character a code point is (Unicode's general categories).
 *
 * For finding links, mentions and hashtags in text; ICU's tables. Any thread. */
#ifndef MASTHEAD_BASE_CHARS_H
#define MASTHEAD_BASE_CHARS_H

#include "base/compiler.h"

enum char_class {
	CHAR_SPACE = 1, /* White_Space, and U+FEFF as browsers count it */
	CHAR_PUNCT = 2, /* any P category */
	CHAR_OPEN = 4,  /* opening bracket or quote (Ps, Pi, and the ASCII quotes) */
	CHAR_DIGIT = 8, /* Nd */
	CHAR_ALNUM = 16 /* letter, mark or number */
};

/* Bits of enum char_class; 0 for symbols and for what is not assigned. */
unsigned char_class(uint32_t cp);

#endif
