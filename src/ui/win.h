/* ui/win.h - where everything stands on the screen. Pure arithmetic: no curses, no state.
 *
 *   row 0        status line
 *   body         Brands | Connections      (all sizes in cells)
 *                Jobs
 *                Log
 *   row h-2      hint line
 *   row h-1      message and ':' line
 *
 * Jobs and log take the whole width, for their rows are long and a terminal scrolls
 * whole lines cheaply. */
#ifndef MASTHEAD_UI_WIN_H
#define MASTHEAD_UI_WIN_H

#include "base/compiler.h"

#define PANES 4
#define LAYOUT_MIN_W 30
#define LAYOUT_MIN_H 6
#define LAYOUT_FOUR_W 60
#define LAYOUT_FOUR_H 16

struct rect {
	int y, x, h, w;
};

enum layout_kind {
	LAYOUT_TOO_SMALL, /* nothing but the size that is needed */
	LAYOUT_ONE,       /* the focused pane alone: zoomed, or a small screen */
	LAYOUT_FOUR
};

struct layout {
	enum layout_kind kind;
	int h, w;
	struct rect status, body, hint, message;
	struct rect pane[PANES]; /* h 0: not on the screen; the title row included */
};

/* zoomed: the pane `focus` (0..3) gets the body. */
void layout_make(struct layout *l, int h, int w, bool zoomed, int focus);

/* Sizes that the operator has drawn, in cells; 0: the layout's own. */
struct layout_sizes {
	int band; /* rows of the upper panes */
	int log;  /* rows of the log */
	int left; /* columns of the brands, with the rule */
};
/* Gives the four panes these sizes, as far as each keeps LAYOUT_PANE_H rows and LAYOUT_PANE_W columns; nothing where
 * there are not four. */
#define LAYOUT_PANE_H 3
#define LAYOUT_PANE_W 16
void layout_resize(struct layout *l, const struct layout_sizes *s);

/* One column of a list. */
struct column {
	const char *title; /* msgid */
	int min, want;     /* cells; flexible columns reach want first, then the others */
	int rank;          /* 0 is never dropped; the highest goes first when there is no room */
	bool flex;         /* takes what is left over */
	bool right;        /* aligned to the right */
	int sort;          /* what sorting by it means to the view; -1: cannot */
};

/* Widths for the columns in `width` cells with one cell between them; 0: dropped. */
void columns_fit(const struct column *columns, size_t n, int width, int *widths);

#endif
