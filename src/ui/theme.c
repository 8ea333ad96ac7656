/* ui/theme.c - the themes, a table each: role -> foreground, background, attributes.
 *
 * The default uses the terminal's own foreground and background (-1) everywhere, so that it is
 * readable on light and dark alike. Nothing is told by colour alone: states have words and glyphs. */
#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

struct look {
	short fg, bg;
	attr_t attr;
};
#define OWN (-1)

static const struct look theme_default[ROLE_COUNT] = {
	[ROLE_TEXT] = {OWN, OWN, A_NORMAL},
	[ROLE_DIM] = {OWN, OWN, A_DIM},
	[ROLE_TITLE] = {OWN, OWN, A_NORMAL},
	[ROLE_FOCUS] = {COLOR_CYAN, OWN, A_BOLD},
	[ROLE_HEAD] = {OWN, OWN, A_BOLD},
	[ROLE_CURSOR] = {OWN, OWN, A_REVERSE},
	[ROLE_MARK] = {COLOR_MAGENTA, OWN, A_BOLD},
	[ROLE_STATUS] = {OWN, OWN, A_REVERSE},
	[ROLE_HINT] = {OWN, OWN, A_DIM},
	[ROLE_KEY] = {OWN, OWN, A_BOLD},
	[ROLE_GOOD] = {COLOR_GREEN, OWN, A_NORMAL},
	[ROLE_WARN] = {COLOR_YELLOW, OWN, A_BOLD},
	[ROLE_BAD] = {COLOR_RED, OWN, A_BOLD},
	[ROLE_BUSY] = {COLOR_CYAN, OWN, A_NORMAL},
	[ROLE_BADGE] = {COLOR_WHITE, COLOR_RED, A_BOLD},
	[ROLE_RULE] = {OWN, OWN, A_DIM},
};

/* Sixteen fixed colours, for terminals whose own are not to be trusted. */
static const struct look theme_basic[ROLE_COUNT] = {
	[ROLE_TEXT] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	[ROLE_DIM] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	[ROLE_TITLE] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	[ROLE_FOCUS] = {COLOR_CYAN, COLOR_BLACK, A_BOLD},
	[ROLE_HEAD] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
	[ROLE_CURSOR] = {COLOR_BLACK, COLOR_CYAN, A_NORMAL},
	[ROLE_MARK] = {COLOR_MAGENTA, COLOR_BLACK, A_BOLD},
	[ROLE_STATUS] = {COLOR_WHITE, COLOR_BLUE, A_BOLD},
	[ROLE_HINT] = {COLOR_WHITE, COLOR_BLACK, A_NORMAL},
	[ROLE_KEY] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
	[ROLE_GOOD] = {COLOR_GREEN, COLOR_BLACK, A_BOLD},
	[ROLE_WARN] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
	[ROLE_BAD] = {COLOR_RED, COLOR_BLACK, A_BOLD},
	[ROLE_BUSY] = {COLOR_CYAN, COLOR_BLACK, A_BOLD},
	[ROLE_BADGE] = {COLOR_WHITE, COLOR_RED, A_BOLD},
	[ROLE_RULE] = {COLOR_BLUE, COLOR_BLACK, A_BOLD},
};

static const struct look theme_light[ROLE_COUNT] = {
	[ROLE_TEXT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
	[ROLE_DIM] = {COLOR_BLUE, COLOR_WHITE, A_NORMAL},
	[ROLE_TITLE] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
	[ROLE_FOCUS] = {COLOR_BLUE, COLOR_WHITE, A_BOLD},
	[ROLE_HEAD] = {COLOR_BLACK, COLOR_WHITE, A_BOLD},
	[ROLE_CURSOR] = {COLOR_WHITE, COLOR_BLUE, A_BOLD},
	[ROLE_MARK] = {COLOR_MAGENTA, COLOR_WHITE, A_BOLD},
	[ROLE_STATUS] = {COLOR_WHITE, COLOR_BLUE, A_NORMAL},
	[ROLE_HINT] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
	[ROLE_KEY] = {COLOR_BLUE, COLOR_WHITE, A_BOLD},
	[ROLE_GOOD] = {COLOR_GREEN, COLOR_WHITE, A_NORMAL},
	[ROLE_WARN] = {COLOR_MAGENTA, COLOR_WHITE, A_BOLD},
	[ROLE_BAD] = {COLOR_RED, COLOR_WHITE, A_BOLD},
	[ROLE_BUSY] = {COLOR_BLUE, COLOR_WHITE, A_NORMAL},
	[ROLE_BADGE] = {COLOR_WHITE, COLOR_RED, A_BOLD},
	[ROLE_RULE] = {COLOR_BLUE, COLOR_WHITE, A_NORMAL},
};

static const struct look theme_contrast[ROLE_COUNT] = {
	[ROLE_TEXT] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
	[ROLE_DIM] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
	[ROLE_TITLE] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
	[ROLE_FOCUS] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
	[ROLE_HEAD] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
	[ROLE_CURSOR] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
	[ROLE_MARK] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
	[ROLE_STATUS] = {COLOR_BLACK, COLOR_WHITE, A_NORMAL},
	[ROLE_HINT] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
	[ROLE_KEY] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
	[ROLE_GOOD] = {COLOR_GREEN, COLOR_BLACK, A_BOLD},
	[ROLE_WARN] = {COLOR_YELLOW, COLOR_BLACK, A_BOLD},
	[ROLE_BAD] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
	[ROLE_BUSY] = {COLOR_CYAN, COLOR_BLACK, A_BOLD},
	[ROLE_BADGE] = {COLOR_BLACK, COLOR_YELLOW, A_NORMAL},
	[ROLE_RULE] = {COLOR_WHITE, COLOR_BLACK, A_BOLD},
};

static const struct look theme_mono[ROLE_COUNT] = {
	[ROLE_FOCUS] = {OWN, OWN, A_BOLD},
	[ROLE_HEAD] = {OWN, OWN, A_BOLD},
	[ROLE_CURSOR] = {OWN, OWN, A_REVERSE},
	[ROLE_MARK] = {OWN, OWN, A_BOLD},
	[ROLE_STATUS] = {OWN, OWN, A_REVERSE},
	[ROLE_KEY] = {OWN, OWN, A_BOLD},
	[ROLE_WARN] = {OWN, OWN, A_BOLD},
	[ROLE_BAD] = {OWN, OWN, A_BOLD | A_UNDERLINE},
	[ROLE_BADGE] = {OWN, OWN, A_BOLD | A_UNDERLINE},
};

static const struct {
	const char *name;
	const struct look *looks;
} themes[] = {
	{"default", theme_default},   {"basic", theme_basic}, {"light", theme_light},
	{"contrast", theme_contrast}, {"mono", theme_mono},
};

static const struct {
	const char *name;
	short color;
} brand_colors[] = {
	{"red", COLOR_RED},   {"green", COLOR_GREEN},     {"yellow", COLOR_YELLOW},
	{"blue", COLOR_BLUE}, {"magenta", COLOR_MAGENTA}, {"cyan", COLOR_CYAN},
};

static struct {
	int attrs[ROLE_COUNT];
	int brands[COUNT_OF(brand_colors)];
	bool color;
} theme;

bool theme_known(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (!strcmp(themes[i].name, name))
			return true;
	return false;
}

void theme_set(const char *name, enum ui_color color)
{
	const struct look *looks = theme_default;
	const char *no_color = getenv("NO_COLOR");

	for (size_t i = 0; name && i < COUNT_OF(themes); i++)
		if (!strcmp(themes[i].name, name))
			looks = themes[i].looks;
	if (color == UI_COLOR_NEVER || (color == UI_COLOR_AUTO && no_color && *no_color) ||
	    !has_colors())
		looks = theme_mono;
	theme.color = looks != theme_mono;
	if (theme.color) {
		start_color();
		use_default_colors();
	}
	for (int r = 0; r < ROLE_COUNT; r++) {
		theme.attrs[r] = (int)looks[r].attr;
		if (!theme.color || (looks[r].fg == OWN && looks[r].bg == OWN))
			continue;
		init_pair((short)(r + 1), looks[r].fg, looks[r].bg);
		theme.attrs[r] |= (int)COLOR_PAIR(r + 1);
	}
	for (size_t i = 0; i < COUNT_OF(brand_colors); i++) {
		short pair = (short)(ROLE_COUNT + 1 + (int)i);
		theme.brands[i] = theme.attrs[ROLE_TEXT];
		if (!theme.color)
			continue;
		init_pair(pair, brand_colors[i].color, looks[ROLE_TEXT].bg);
		theme.brands[i] = (int)(COLOR_PAIR(pair) | A_BOLD);
	}
	bkgdset((chtype)theme.attrs[ROLE_TEXT] | ' ');
}

int theme_attr(enum role r)
{
	return theme.attrs[r];
}

int theme_brand_attr(const char *color)
{
	for (size_t i = 0; color && i < COUNT_OF(brand_colors); i++)
		if (!strcmp(brand_colors[i].name, color))
			return theme.brands[i];
	return theme.attrs[ROLE_TEXT];
}
