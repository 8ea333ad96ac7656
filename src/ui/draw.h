/* ui/draw.h - text onto the screen: made safe, cut by cells on grapheme borders, kept in its place.
 *
 * Everything shown goes through here. Screen thread, after term_open. */
#ifndef MASTHEAD_UI_DRAW_H
#define MASTHEAD_UI_DRAW_H

#include "ui/term.h"
#include "ui/win.h"

/* At most `cells` cells from (y, x); the rest is not touched. Returns the cells used. */
int draw(int y, int x, int cells, int attr, const char *text);
/* Exactly `cells` cells: padded, and ended with a sign when something had to be cut. */
void draw_field(int y, int x, int cells, int attr, const char *text, bool right);
void draw_fill(int y, int x, int cells, int attr);
void draw_rule(int y, int x, int cells, int attr);
void draw_clear(const struct rect *r);
/* Cells that a text takes when drawn. */
int draw_cells(const char *text);
/* Where the terminal's cursor stands; y < 0 hides it. */
void draw_cursor(int y, int x);
void draw_all_anew(void); /* erases everything; all must be painted again */
void draw_flush(void);    /* what has changed goes to the terminal */

#endif
