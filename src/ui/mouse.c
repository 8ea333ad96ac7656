/* ui/mouse.c - a click takes focus and cursor to its row, the wheel scrolls, and the border between two panes goes from where
 * the button is pressed to where it is released. */
#include "ui/mouse.h"

#include "ui/console.h"
#include "ui/list_view.h"

#define WHEEL_ROWS 3

static int pane_at(const struct console *c, int y, int x)
{
	for (int i = 0; i < PANES; i++) {
		const struct rect *r = &c->layout.pane[i];
		if (r->h && y >= r->y && y < r->y + r->h && x >= r->x && x < r->x + r->w)
			return i;
	}
	return -1;
}

/* The title rows of jobs and log, and the rule between the upper panes. */
static enum drag border_at(const struct console *c, int y, int x)
{
	const struct rect *brands = &c->layout.pane[P_BRANDS];

	if (c->depth || c->layout.kind != LAYOUT_FOUR)
		return DRAG_NONE;
	if (y == c->layout.pane[P_JOBS].y)
		return DRAG_BAND;
	if (y == c->layout.pane[P_LOG].y)
		return DRAG_LOG;
	if (x == brands->x + brands->w && y >= brands->y && y < brands->y + brands->h)
		return DRAG_LEFT;
	return DRAG_NONE;
}

static void drop(struct console *c, int y, int x)
{
	const struct rect *b = &c->layout.body;
	enum drag drag = c->drag;

	c->drag = DRAG_NONE;
	if (drag == DRAG_NONE || border_at(c, y, x) == drag)
		return;
	if (drag == DRAG_BAND)
		c->sizes.band = y - b->y > 0 ? y - b->y : 1;
	else if (drag == DRAG_LOG)
		c->sizes.log = b->y + b->h - y > 0 ? b->y + b->h - y : 1;
	else
		c->sizes.left = x - b->x + 1;
	console_layout(c);
}

void mouse_event(struct console *c)
{
	int y, x, wheel;
	bool released;

	if (!term_mouse_event(&y, &x, &wheel, &released) || c->prompt.open || c->confirm.open)
		return;
	if (released) {
		drop(c, y, x);
		return;
	}
	if (wheel) {
		struct view *v = console_view(c);
		for (int i = 0; i < WHEEL_ROWS && v->ops->run; i++)
			v->ops->run(v, wheel > 0 ? "down" : "up", "");
		return;
	}
	c->drag = border_at(c, y, x);
	int pane = c->depth ? -1 : pane_at(c, y, x);
	if (pane < 0)
		return;
	c->panes[c->focus]->dirty = true;
	c->focus = pane;
	struct list_view *lv = list_view_of(c->panes[pane]);
	int row = y - lv->view.rect.y - 2;
	lv->view.dirty = true;
	if (row >= 0 && lv->list.top + (size_t)row < lv->list.rows)
		list_goto(&lv->list, list_id(&lv->list, lv->list.top + (size_t)row));
}
