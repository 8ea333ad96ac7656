/* ui/line.h - one line being typed: graphemes in, graphemes out; its buffer is wiped when it goes.
 *
 * Holds valid UTF-8 without control characters. Pure: no curses. */
#ifndef MASTHEAD_UI_LINE_H
#define MASTHEAD_UI_LINE_H

#include "base/compiler.h"

#define LINE_BYTES 2048

struct line {
	char text[LINE_BYTES]; /* NUL-terminated */
	size_t len, cursor;    /* bytes; the cursor stands on a grapheme border */
};

void line_set(struct line *l, const char *text); /* cursor at the end */
void line_wipe(struct line *l);
void line_insert(struct line *l,
		 uint32_t code_point); /* does nothing when full or a control character */
void line_insert_text(struct line *l, const char *text);
void line_backspace(struct line *l);
void line_delete(struct line *l);
void line_left(struct line *l);
void line_right(struct line *l);
void line_home(struct line *l);
void line_end(struct line *l);
void line_kill_word(struct line *l);  /* ^W */
void line_kill_start(struct line *l); /* ^U */
void line_kill_end(struct line *l);   /* ^K */

/* One key of the editing keys that all typed input shares (ui/keys.h); false: not one of them. */
bool line_key(struct line *l, uint32_t key);

#endif
