/* ui/win.c - the arithmetic of the layout. */
#include "ui/win.h"

static int clamp(int v, int lo, int hi)
{
	if (v < lo)
		return lo;
	return v > hi ? hi : v;
}

static void place_four(struct layout *l, int band, int log, int left)
{
	const struct rect b = l->body;

	/* One column between the two upper panes holds the rule. */
	l->pane[0] = (struct rect){b.y, b.x, band, left - 1};
	l->pane[1] = (struct rect){b.y, b.x + left, band, b.w - left};
	l->pane[2] = (struct rect){b.y + band, b.x, b.h - band - log, b.w};
	l->pane[3] = (struct rect){b.y + b.h - log, b.x, log, b.w};
}

void layout_make(struct layout *l, int h, int w, bool zoomed, int focus)
{
	*l = (struct layout){.h = h, .w = w};
	if (w < LAYOUT_MIN_W || h < LAYOUT_MIN_H) {
		l->kind = LAYOUT_TOO_SMALL;
		return;
	}
	l->status = (struct rect){0, 0, 1, w};
	l->body = (struct rect){1, 0, h - 3, w};
	l->hint = (struct rect){h - 2, 0, 1, w};
	l->message = (struct rect){h - 1, 0, 1, w};
	if (zoomed || w < LAYOUT_FOUR_W || h < LAYOUT_FOUR_H) {
		l->kind = LAYOUT_ONE;
		l->pane[clamp(focus, 0, PANES - 1)] = l->body;
		return;
	}
	l->kind = LAYOUT_FOUR;
	place_four(l, clamp(l->body.h * 2 / 7, 4, 16), clamp(l->body.h * 2 / 7, 4, 18),
		   l->body.w * 2 / 5);
}

void layout_resize(struct layout *l, const struct layout_sizes *s)
{
	const struct rect *b = &l->body;
	int band = s->band ? s->band : l->pane[0].h, log = s->log ? s->log : l->pane[3].h;
	int left = s->left ? s->left : l->pane[1].x - b->x;

	if (l->kind != LAYOUT_FOUR)
		return;
	/* The upper panes come first, the log takes what they and the jobs leave. */
	band = clamp(band, LAYOUT_PANE_H, b->h - 2 * LAYOUT_PANE_H);
	log = clamp(log, LAYOUT_PANE_H, b->h - band - LAYOUT_PANE_H);
	place_four(l, band, log, clamp(left, LAYOUT_PANE_W + 1, b->w - LAYOUT_PANE_W));
}

static int needed(const struct column *c, size_t n, const int *widths)
{
	int sum = 0;
	for (size_t i = 0; i < n; i++)
		if (widths[i] > 0)
			sum += c[i].min + 1;
	return sum - 1;
}

static int grow(int *width, int more, int left)
{
	if (more > left)
		more = left;
	if (more <= 0)
		return 0;
	*width += more;
	return more;
}

void columns_fit(const struct column *c, size_t n, int width, int *widths)
{
	for (size_t i = 0; i < n; i++)
		widths[i] = c[i].min;
	while (needed(c, n, widths) > width) {
		size_t worst = n;
		for (size_t i = 0; i < n; i++)
			if (widths[i] > 0 && c[i].rank > 0 &&
			    (worst == n || c[i].rank > c[worst].rank))
				worst = i;
		if (worst == n)
			break;
		widths[worst] = 0;
	}
	int left = width - needed(c, n, widths);
	/* First the flexible ones to what they want, then the others, then all that is left. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < n; i++)
			if (widths[i] > 0 && c[i].flex == (round == 0))
				left -= grow(&widths[i], c[i].want - c[i].min, left);
	for (size_t i = 0; i < n; i++)
		if (widths[i] > 0 && c[i].flex && left > 0) {
			widths[i] += left;
			left = 0;
		}
	/* Not even what may not be dropped fits: the last one kept is cut. */
	for (size_t i = n; i-- > 0 && left < 0;)
		if (widths[i] > 0) {
			int less = widths[i] < -left ? widths[i] : -left;
			widths[i] -= less;
			left += less;
		}
}
