/* base/safe.c - text_make_safe: the one function through which everything from outside leaves.
 *
 * A terminal obeys control characters, reorders by bidi controls, and shows
 * nothing at all for others; all these are shown as what they are. Each piece
 * is appended whole or not at all, so that a full buffer still ends in valid UTF-8. */
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>

#include "base/text.h"
#include "base/text_internal.h"

#define MARKS_MAX 16
#define ZWNJ 0x200C
#define ZWJ 0x200D
#define VS15 0xFE0E
#define VS16 0xFE0F
#define DOTTED_CIRCLE 0x25CC
#define VIRAMA_CLASS 9

struct safe {
	struct strbuf *out;
	const char *s;
	size_t n, at;
	unsigned flags;
	uint32_t base;     /* the last character that marks may follow; 0: none */
	uint32_t previous; /* the last one let through; 0: none, or it was shown escaped */
	unsigned marks;    /* that followed the base */
};

static void put(struct safe *t, const char *bytes, size_t n)
{
	if (n > t->out->ceiling - t->out->len)
		t->out->overflowed = true;
	strbuf_add(t->out, bytes, n);
}

static void put_cp(struct safe *t, uint32_t c)
{
	char bytes[4];

	put(t, bytes, text_encode(c, bytes));
}

static void put_escaped(struct safe *t, uint32_t c)
{
	char shown[16];

	if (c < 0x20 || c == 0x7F)
		snprintf(shown, sizeof(shown), "^%c", (int)(c ^ 0x40));
	else
		snprintf(shown, sizeof(shown), "<%02X>", (unsigned)c);
	put(t, shown, strlen(shown));
	t->base = '>';
	t->previous = 0;
	t->marks = 0;
}

static bool is_mark(uint32_t c)
{
	return (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0;
}

static uint32_t following(const struct safe *t, size_t width)
{
	uint32_t c = 0;

	if (t->at + width < t->n)
		text_decode(t->s + t->at + width, t->n - t->at - width, &c);
	return c;
}

static bool joins_on(uint32_t c)
{
	int32_t type = u_getIntPropertyValue((UChar32)c, UCHAR_JOINING_TYPE);

	return type == U_JT_DUAL_JOINING || type == U_JT_LEFT_JOINING;
}

static bool joins_back(uint32_t c)
{
	int32_t type = u_getIntPropertyValue((UChar32)c, UCHAR_JOINING_TYPE);

	return type == U_JT_DUAL_JOINING || type == U_JT_RIGHT_JOINING;
}

/* Joiners and selectors where spelling needs them: between the parts of an
 * emoji, after a virama, and (the non-joiner) between letters that would join. */
static bool belongs_here(const struct safe *t, uint32_t c, size_t width)
{
	if (!t->previous)
		return false;
	if (c == VS15 || c == VS16)
		return u_hasBinaryProperty((UChar32)t->previous, UCHAR_EMOJI);
	if (c == ZWJ && u_hasBinaryProperty((UChar32)t->base, UCHAR_EXTENDED_PICTOGRAPHIC))
		return u_hasBinaryProperty((UChar32)following(t, width),
					   UCHAR_EXTENDED_PICTOGRAPHIC);
	if (c == ZWJ || c == ZWNJ) {
		if (u_getCombiningClass((UChar32)t->previous) == VIRAMA_CLASS)
			return true;
		return c == ZWNJ && joins_on(t->base) && joins_back(following(t, width));
	}
	return false;
}

/* Would show nothing, or rule over what comes after it. */
static bool is_hidden(uint32_t c)
{
	if (u_hasBinaryProperty((UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
		return true;
	switch (u_charType((UChar32)c)) {
	case U_FORMAT_CHAR: /* but signs that are drawn around the digits after them */
		return !u_hasBinaryProperty((UChar32)c, UCHAR_PREPENDED_CONCATENATION_MARK);
	case U_LINE_SEPARATOR:
	case U_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return false;
	}
}

static void mark(struct safe *t, uint32_t c)
{
	if (!t->base) {
		/* It would sit on whatever stands before it on the screen. */
		put_cp(t, DOTTED_CIRCLE);
		t->base = DOTTED_CIRCLE;
		t->marks = 0;
	}
	if (++t->marks > MARKS_MAX)
		return;
	put_cp(t, c);
	t->previous = c;
}

static void control(struct safe *t, uint32_t c)
{
	if (c != '\n' && c != '\t') {
		put_escaped(t, c);
		return;
	}
	put_cp(t, t->flags & TEXT_KEEP_LINES ? c : ' ');
	t->base = 0;
	t->previous = 0;
	t->marks = 0;
}

static void beyond_ascii(struct safe *t, uint32_t c, size_t width)
{
	if (belongs_here(t, c, width)) {
		put_cp(t, c);
		/* After a joiner comes a new part; a selector leaves its emoji the one to join to. */
		t->previous = c == VS15 || c == VS16 ? t->previous : c;
	} else if (text_is_bidi_control(c) || is_hidden(c)) {
		put_escaped(t, c);
	} else if (is_mark(c)) {
		mark(t, c);
	} else {
		put_cp(t, c);
		/* A skin tone leaves its emoji the one to join to. */
		if (!u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI_MODIFIER))
			t->base = c;
		t->previous = c;
		t->marks = 0;
	}
}

static void make_safe(struct strbuf *out, const char *s, size_t n, unsigned flags)
{
	struct safe t = {.out = out, .s = s, .n = n, .flags = flags};

	while (t.at < n && !out->overflowed) {
		size_t width = text_ascii_run(s + t.at, n - t.at);
		uint32_t c;

		if (width > 0) {
			strbuf_add(out, s + t.at, width); /* may be cut anywhere */
			t.base = t.previous = (unsigned char)s[t.at + width - 1];
			t.marks = 0;
		} else {
			width = text_decode(s + t.at, n - t.at, &c);
			if (text_is_control(c))
				control(&t, c);
			else
				beyond_ascii(&t, c, width);
		}
		t.at += width;
	}
}

static void to_ascii(struct strbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t width = text_next_grapheme(s + i, n - i), cells;

		if (width == 1 && (unsigned char)s[i] < 0x80) {
			strbuf_putc(out, s[i]);
		} else {
			for (cells = text_cells(s + i, width); cells > 0; cells--)
				strbuf_putc(out, '?');
		}
		i += width;
	}
}

void text_make_safe(struct strbuf *out, const char *s, size_t n, unsigned flags)
{
	struct strbuf unicode;

	if (text_ascii_run(s, n) == n) {
		strbuf_add(out, s, n);
	} else if (flags & TEXT_ASCII) {
		strbuf_init(&unicode, out->ceiling - out->len > SIZE_MAX / 8
					      ? SIZE_MAX / 2
					      : 4 * (out->ceiling - out->len) + 64);
		unicode.wiped = out->wiped;
		make_safe(&unicode, s, n, flags);
		to_ascii(out, unicode.data, unicode.len);
		out->overflowed |= unicode.overflowed;
		strbuf_free(&unicode);
	} else {
		make_safe(out, s, n, flags);
	}
}
