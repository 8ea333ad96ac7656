/* ui/draw.c - the only code that puts text on the screen.
 *
 * A cluster is placed at the cell where our own arithmetic wants it, whatever curses thinks of
 * its width, so that one odd emoji cannot shift a row. What curses cannot hold in a cell
 * (joined emoji, modifiers) is shown by its first character. */
#include "ui/draw.h"

#include <curses.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

static struct {
	struct strbuf safe;
	bool ready;
	int y, x; /* of the terminal's cursor; y < 0: hidden */
	bool shown;
} draws = {.y = -1};

static const char *make_safe(const char *text)
{
	if (!draws.ready) {
		strbuf_init(&draws.safe, 64 * 1024);
		draws.ready = true;
	}
	strbuf_reset(&draws.safe);
	text_make_safe(&draws.safe, text, strlen(text), term_ascii() ? TEXT_ASCII : TEXT_ONE_LINE);
	return draws.safe.data;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			return false;
	return true;
}

static int cluster_cells(const char *s, size_t n)
{
	uint32_t cp;
	size_t ours = text_cells(s, n);

	text_decode(s, n, &cp);
	int libc = wcwidth((wchar_t)cp);
	return libc > (int)ours ? libc : (int)ours;
}

static void put_cluster(int y, int x, int cells, int attr, const char *s, size_t n)
{
	wchar_t wide[CCHARW_MAX + 1];
	size_t count = 0;
	cchar_t cell;

	for (size_t i = 0; i < n && count < CCHARW_MAX;) {
		uint32_t cp;
		i += text_decode(s + i, n - i, &cp);
		/* Only the base and what curses itself takes for combining share a cell. */
		if (count && (wcwidth((wchar_t)cp) != 0 || cp == 0x200D))
			break;
		wide[count++] = (wchar_t)cp;
	}
	wide[count] = L'\0';
	if (cells > 1)
		mvhline(y, x, (chtype)' ' | (chtype)attr, cells);
	setcchar(&cell, wide, (attr_t)attr & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attr), NULL);
	mvadd_wch(y, x, &cell);
}

int draw(int y, int x, int cells, int attr, const char *text)
{
	const char *s;
	size_t n;
	int used = 0;

	if (cells <= 0 || y < 0 || y >= LINES || x < 0 || x >= COLS)
		return 0;
	if (cells > COLS - x)
		cells = COLS - x;
	attrset(attr);
	if (is_ascii(text)) {
		n = strlen(text);
		mvaddnstr(y, x, text, n < (size_t)cells ? (int)n : cells);
		return n < (size_t)cells ? (int)n : cells;
	}
	s = make_safe(text);
	n = draws.safe.len;
	while (n && used < cells) {
		size_t cluster = text_next_grapheme(s, n);
		int width = cluster_cells(s, cluster);
		if (used + width > cells)
			break;
		if (width > 0)
			put_cluster(y, x + used, width, attr, s, cluster);
		used += width;
		s += cluster;
		n -= cluster;
	}
	return used;
}

int draw_cells(const char *text)
{
	int used = 0;

	if (is_ascii(text))
		return (int)strlen(text);
	const char *s = make_safe(text);
	size_t n = draws.safe.len;
	while (n) {
		size_t cluster = text_next_grapheme(s, n);
		used += cluster_cells(s, cluster);
		s += cluster;
		n -= cluster;
	}
	return used;
}

void draw_fill(int y, int x, int cells, int attr)
{
	if (cells > 0 && y >= 0 && y < LINES && x < COLS)
		mvhline(y, x, (chtype)' ' | (chtype)attr, cells < COLS - x ? cells : COLS - x);
}

void draw_rule(int y, int x, int cells, int attr)
{
	for (int i = 0; i < cells; i++)
		draw(y, x + i, 1, attr, term_glyph(GLYPH_RULE));
}

void draw_field(int y, int x, int cells, int attr, const char *text, bool right)
{
	if (cells <= 0)
		return;
	int width = draw_cells(text), used;

	if (width > cells) {
		used = draw(y, x, cells - 1, attr, text);
		draw_fill(y, x + used, cells - used - 1, attr);
		draw(y, x + cells - 1, 1, attr, term_glyph(GLYPH_MORE));
		return;
	}
	if (right) {
		draw_fill(y, x, cells - width, attr);
		draw(y, x + cells - width, width, attr, text);
		return;
	}
	used = draw(y, x, cells, attr, text);
	draw_fill(y, x + used, cells - used, attr);
}

void draw_clear(const struct rect *r)
{
	for (int i = 0; i < r->h; i++)
		draw_fill(r->y + i, r->x, r->w, term_attr(ROLE_TEXT));
}

void draw_cursor(int y, int x)
{
	draws.y = y;
	draws.x = x;
}

void draw_all_anew(void)
{
	erase();
}

void draw_flush(void)
{
	bool show = draws.y >= 0;

	if (show != draws.shown) {
		curs_set(show);
		draws.shown = show;
	}
	if (show)
		move(draws.y < LINES ? draws.y : LINES - 1, draws.x < COLS ? draws.x : COLS - 1);
	else
		move(LINES - 1, COLS - 1);
	refresh();
}
