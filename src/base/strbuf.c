/* base/strbuf.c - a byte string that grows up to a ceiling.
 *
 * An empty buffer points at a shared "" which is never written to. */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SIZE_MIN_BYTES 64

static char empty[1];

static void init(struct strbuf *b, size_t ceiling_bytes, bool wiped)
{
	memset(b, 0, sizeof(*b));
	b->data = empty;
	b->ceiling = ceiling_bytes;
	b->wiped = wiped;
}

void strbuf_init(struct strbuf *b, size_t ceiling_bytes)
{
	init(b, ceiling_bytes, false);
}

void strbuf_init_wiped(struct strbuf *b, size_t ceiling_bytes)
{
	init(b, ceiling_bytes, true);
}

static void release(struct strbuf *b)
{
	if (b->size == 0)
		return;
	if (b->wiped)
		wipe(b->data, b->size);
	free(b->data);
}

void strbuf_free(struct strbuf *b)
{
	release(b);
	init(b, b->ceiling, b->wiped);
}

void strbuf_reset(struct strbuf *b)
{
	strbuf_truncate(b, 0);
	b->overflowed = false;
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
	if (len >= b->len)
		return;
	if (b->wiped)
		wipe(b->data + len, b->len - len);
	b->len = len;
	b->data[len] = '\0';
}

/* Make room for n more bytes and the NUL; len + n is within the ceiling. */
static void reserve(struct strbuf *b, size_t n)
{
	size_t need = b->len + n + 1, size = b->size ? b->size : SIZE_MIN_BYTES;
	char *data;

	if (need <= b->size)
		return;
	while (size < need)
		size = size > SIZE_MAX / 2 ? need : size * 2;
	if (size > b->ceiling + 1 && b->ceiling + 1 >= need)
		size = b->ceiling + 1;
	if (b->wiped || b->size == 0) {
		data = xmalloc(size);
		memcpy(data, b->data, b->len + 1);
		release(b);
	} else {
		data = xrealloc(b->data, size, 1);
	}
	b->data = data;
	b->size = size;
}

/* How many of n bytes still fit; marks the buffer when not all do. */
static size_t admit(struct strbuf *b, size_t n)
{
	if (b->overflowed)
		return 0;
	if (n > b->ceiling - b->len) {
		b->overflowed = true;
		return b->ceiling - b->len;
	}
	return n;
}

void strbuf_add(struct strbuf *b, const void *bytes, size_t n)
{
	n = admit(b, n);
	if (n == 0)
		return;
	reserve(b, n);
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_putc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strbuf_vprintf(b, fmt, args);
	va_end(args);
}

void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list args)
{
	va_list again;
	size_t room = b->size ? b->size - b->len : 0, take;
	int n;

	if (b->overflowed)
		return;
	va_copy(again, args);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, args);
	INVARIANT(n >= 0, "a format that can be printed");
	take = admit(b, (size_t)n);
	if (take == (size_t)n && take < room) {
		b->len += take;
	} else if (take > 0) {
		reserve(b, take);
		vsnprintf(b->data + b->len, take + 1, fmt, again);
		b->len += take;
	}
	if (b->size)
		b->data[b->len] = '\0';
	va_end(again);
}

char *strbuf_detach(struct strbuf *b)
{
	char *s = b->size ? b->data : xcalloc(1, 1);

	init(b, b->ceiling, b->wiped);
	return s;
}
