/* base/strbuf.h - a byte string that grows up to a ceiling.
 *
 * Every buffer has a ceiling, so nothing from outside can make us grow without
 * bound. Past it the buffer is marked `overflowed`, holds what fitted, and
 * further appends do nothing: check once, at the end. Always NUL-terminated. */
#ifndef MASTHEAD_BASE_STRBUF_H
#define MASTHEAD_BASE_STRBUF_H

#include <stdarg.h>

#include "base/compiler.h"

struct strbuf {
	char *data; /* never NULL after init; "" when empty */
	size_t len;
	size_t size;    /* allocated */
	size_t ceiling; /* most bytes, without the NUL */
	bool overflowed;
	bool wiped; /* old copies and the last one are overwritten before free */
};

#define STRBUF_CEILING_DEFAULT ((size_t)1 << 20)

void strbuf_init(struct strbuf *b, size_t ceiling_bytes);
void strbuf_init_wiped(struct strbuf *b, size_t ceiling_bytes);
void strbuf_free(struct strbuf *b); /* leaves it as after init with the same ceiling */
void strbuf_reset(struct strbuf *b);
void strbuf_add(struct strbuf *b, const void *bytes, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
void strbuf_truncate(struct strbuf *b, size_t len);
/* Hand over the string; the buffer is empty afterwards. Caller frees with free(). */
char *strbuf_detach(struct strbuf *b) MUST_USE;

#endif
