/* ui/view.c - what all views share. */
#include "ui/view.h"

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"

void selection_add(struct selection *s, int64_t id)
{
	if ((s->n & (s->n - 1)) == 0)
		s->ids = xrealloc(s->ids, s->n ? s->n * 2 : 1, sizeof(*s->ids));
	s->ids[s->n++] = id;
}

void selection_free(struct selection *s)
{
	xfree(&s->ids);
	*s = (struct selection){0};
}

void view_paint_title(struct view *v, bool focused)
{
	const struct rect *r = &v->rect;
	int title = term_attr(focused ? ROLE_FOCUS : ROLE_TITLE), rule = term_attr(ROLE_RULE),
	    x = r->x + 1;
	int end = r->x + r->w;
	struct strbuf about;
	char number[4] = "";

	for (int i = 0; i < PANES; i++)
		if (v->c->panes[i] == v)
			number[0] = (char)('1' + i);
	strbuf_init(&about, 2048);
	if (v->ops->describe)
		v->ops->describe(v, &about);
	draw_rule(r->y, r->x, 1, rule);
	if (number[0])
		x += draw(r->y, x, end - x, title, number);
	draw_fill(r->y, x, 1, rule);
	x += 1;
	x += draw(r->y, x, end - x, title, _(v->ops->title));
	draw_fill(r->y, x, end > x ? 1 : 0, rule);
	x += 1;
	if (about.len && x < end) {
		int cells = draw_cells(about.data);
		if (cells > end - x)
			cells = end - x;
		draw_field(r->y, x, cells, term_attr(focused ? ROLE_TEXT : ROLE_DIM), about.data,
			   false);
		x += cells;
		draw_fill(r->y, x, end > x ? 1 : 0, rule);
		x += 1;
	}
	draw_rule(r->y, x, end - x, rule);
	strbuf_free(&about);
}
