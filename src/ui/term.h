/* ui/term.h - the terminal: taken, given back, and what its cells may look like.
 *
 * Screen thread only, but for term_emergency. Whatever ends the program, the
 * terminal is put back: normally by term_close, in a crash by term_emergency. */
#ifndef MASTHEAD_UI_TERM_H
#define MASTHEAD_UI_TERM_H

#include "ui/ui.h"

enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_TITLE,  /* of a pane that is not in focus */
	ROLE_FOCUS,  /* of the one that is */
	ROLE_HEAD,   /* column heads, headings in texts */
	ROLE_CURSOR, /* the row of the cursor, in the pane in focus */
	ROLE_MARK,
	ROLE_STATUS,
	ROLE_HINT,
	ROLE_KEY,
	ROLE_GOOD,
	ROLE_WARN,
	ROLE_BAD,
	ROLE_BUSY,
	ROLE_BADGE,
	ROLE_RULE,
	ROLE_COUNT
};
enum glyph {
	GLYPH_RULE,
	GLYPH_BAR,
	GLYPH_TEE,
	GLYPH_MORE,
	GLYPH_MARK,
	GLYPH_CHOSEN,
	GLYPH_DOT,
	GLYPH_SCOPE,
	GLYPH_PLOT_0,
	GLYPH_PLOT_8 = GLYPH_PLOT_0 + 8,
	GLYPH_COUNT
};

/* E_UNSUPPORTED: no terminal, or TERM is not known. */
enum err term_open(const struct ui_options *o, struct err_info *info) MUST_USE;
void term_close(void);
/* For a program that takes the screen in between. */
void term_leave(void);
void term_return(void);
void term_suspend(void); /* ^Z: stops this job until the shell continues it */
void term_redraw(void);  /* ^L */
void term_mouse(bool on);
/* After K_MOUSE: where it was; wheel: 1 down, -1 up, 0 a click. False: nothing of interest. */
bool term_mouse_event(int *y, int *x, int *wheel, bool *released);
/* write(2), tcsetattr and dup2 only. Harmless when the terminal is not taken. */
void term_emergency(void);

bool term_ascii(void);
bool term_set_ascii(bool on); /* false: the locale has nothing else */
const char *term_glyph(enum glyph g);
int term_attr(enum role r);             /* for ui/draw.h */
int term_brand_attr(const char *color); /* of a brand's colour name; ROLE_TEXT's if not known */
int term_rows(void);
int term_columns(void);
/* The next key (ui/keys.h), 0 when none waits. Never blocks longer than an escape sequence may take. */
uint32_t term_key(void);
void term_forget_keys(void); /* what was typed ahead */
/* Bytes straight to the terminal that are no text: OSC 52. */
void term_raw(const char *bytes, size_t n);

#endif
