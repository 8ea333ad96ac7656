/* base/text.h - Unicode as we need it: validity, counting, cells, safety.
 *
 * Grapheme clusters and normalisation are ICU's (UAX 29, UAX 15); cell widths follow
 * UAX 11 with emoji presentation two cells wide. Any thread. */
#ifndef MASTHEAD_BASE_TEXT_H
#define MASTHEAD_BASE_TEXT_H

#include "base/compiler.h"
#include "base/strbuf.h"

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms, <= U+10FFFF). */
bool text_is_utf8(const char *s, size_t n);
/* Post text as we accept it: valid UTF-8, no control characters (C0, DEL, C1)
 * but tab and newline. On failure *at (may be NULL) is the byte offset. */
bool text_is_plain(const char *s, size_t n, size_t *at);
/* A name (tenant, brand): valid, 1-64 graphemes, no '/', ',' or control
 * characters, not all digits, no space at either end, and shown by text_make_safe as it
 * is (no hidden or bidi characters: two names must not look alike). */
bool text_is_name(const char *s);

size_t text_graphemes(const char *s, size_t n);
size_t text_codepoints(const char *s, size_t n);
size_t text_utf16_units(const char *s, size_t n);
/* Decode one code point at s (n > 0 bytes left): its length in bytes, *cp set;
 * an invalid byte gives length 1 and U+FFFD. */
size_t text_decode(const char *s, size_t n, uint32_t *cp);
/* Byte length of the grapheme cluster at s. 0 only for n == 0. */
size_t text_next_grapheme(const char *s, size_t n);
/* NFC form appended to out (weighted counting, comparison). */
void text_nfc(struct strbuf *out, const char *s, size_t n);

/* Terminal cells of a string that text_make_safe has passed. */
size_t text_cells(const char *s, size_t n);
/* Bytes of the longest prefix, ending on a grapheme border, that takes at most
 * max_cells; *cells (may be NULL) says how many it takes. */
size_t text_cut_cells(const char *s, size_t n, size_t max_cells, size_t *cells);

/* THE function through which everything from outside leaves: screen, verbs,
 * log file, export to a terminal. Appends to out valid UTF-8 that holds no control character (C0 and DEL as
 * ^X, C1 as <9B>, newline and tab as a space unless kept), no bidi control (as <202E>), no other
 * character that could hide text or end a line (as <200B>; except ZWJ and VS16 inside emoji, and joiners where
 * Indic and Arabic spelling needs them); invalid bytes become U+FFFD; at most 16 combining marks follow a base,
 * and a mark without one gets a dotted circle. Safe again as it is: a second pass changes nothing. */
enum text_safe_flags {
	TEXT_ONE_LINE = 0,
	TEXT_KEEP_LINES = 1, /* newline and tab stay */
	TEXT_ASCII = 2       /* everything outside ASCII becomes '?' (one per cell) */
};
void text_make_safe(struct strbuf *out, const char *s, size_t n, unsigned flags);

#endif
