/* ui/mouse.c - a click takes focus and cursor to its row, the wheel scrolls. */
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

void mouse_event(struct console *c)
{
	int y, x, wheel;

	if (!term_mouse_event(&y, &x, &wheel) || c->prompt.open || c->confirm.open)
		return;
	if (wheel) {
		struct view *v = console_view(c);
		for (int i = 0; i < WHEEL_ROWS && v->ops->run; i++)
			v->ops->run(v, wheel > 0 ? "down" : "up", "");
		return;
	}
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
