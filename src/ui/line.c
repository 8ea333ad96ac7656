/* ui/line.c - editing of one line. */
#include "ui/line.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/keys.h"

void line_wipe(struct line *l)
{
	wipe(l, sizeof(*l));
}

void line_set(struct line *l, const char *text)
{
	line_wipe(l);
	line_insert_text(l, text ? text : "");
}

void line_insert_text(struct line *l, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += text_decode(text + i, n - i, &cp);
		line_insert(l, cp);
	}
}

static size_t encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

void line_insert(struct line *l, uint32_t cp)
{
	char bytes[4];

	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp > 0x10FFFF ||
	    (cp >= 0xD800 && cp < 0xE000))
		return;
	size_t n = encode(cp, bytes);
	if (l->len + n >= sizeof(l->text))
		return;
	memmove(l->text + l->cursor + n, l->text + l->cursor, l->len - l->cursor + 1);
	memcpy(l->text + l->cursor, bytes, n);
	l->cursor += n;
	l->len += n;
}

/* Where the grapheme before the cursor begins. */
static size_t before(const struct line *l)
{
	size_t at = 0, next = 0;

	while (next < l->cursor) {
		at = next;
		next += text_next_grapheme(l->text + next, l->len - next);
	}
	return at;
}

static size_t after(const struct line *l)
{
	return l->cursor + text_next_grapheme(l->text + l->cursor, l->len - l->cursor);
}

static void cut(struct line *l, size_t from, size_t to)
{
	size_t gone = to - from;

	memmove(l->text + from, l->text + to, l->len - to + 1);
	l->len -= gone;
	wipe(l->text + l->len + 1, gone);
	l->cursor = from;
}

void line_backspace(struct line *l)
{
	cut(l, before(l), l->cursor);
}

void line_delete(struct line *l)
{
	cut(l, l->cursor, after(l));
}

void line_left(struct line *l)
{
	l->cursor = before(l);
}

void line_right(struct line *l)
{
	l->cursor = after(l);
}

void line_home(struct line *l)
{
	l->cursor = 0;
}

void line_end(struct line *l)
{
	l->cursor = l->len;
}

void line_kill_word(struct line *l)
{
	size_t from = l->cursor;

	while (from > 0 && l->text[from - 1] == ' ')
		from--;
	while (from > 0 && l->text[from - 1] != ' ')
		from--;
	cut(l, from, l->cursor);
}

void line_kill_start(struct line *l)
{
	cut(l, 0, l->cursor);
}

void line_kill_end(struct line *l)
{
	cut(l, l->cursor, l->len);
}

bool line_key(struct line *l, uint32_t key)
{
	switch (key) {
	case KEY_CTRL('A'):
	case K_HOME:
		line_home(l);
		return true;
	case KEY_CTRL('E'):
	case K_END:
		line_end(l);
		return true;
	case KEY_CTRL('B'):
	case K_LEFT:
		line_left(l);
		return true;
	case KEY_CTRL('F'):
	case K_RIGHT:
		line_right(l);
		return true;
	case KEY_CTRL('D'):
	case K_DELETE:
		line_delete(l);
		return true;
	case KEY_CTRL('H'):
	case K_BACKSPACE:
		line_backspace(l);
		return true;
	case KEY_CTRL('W'):
		line_kill_word(l);
		return true;
	case KEY_CTRL('U'):
		line_kill_start(l);
		return true;
	case KEY_CTRL('K'):
		line_kill_end(l);
		return true;
	default:
		if (key < 0x20 || key == 0x7F || key >= K_FUNCTION)
			return false;
		line_insert(l, key);
		return true;
	}
}
