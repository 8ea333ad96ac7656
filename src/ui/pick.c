/* ui/pick.c - see pick.h. */
#include "ui/pick.h"

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/line.h"
#include "ui/list_view.h"

#define NOWHERE SIZE_MAX

struct pick {
	struct view view;
	struct view_ops ops;
	char **names, **ids;
	size_t n;
	size_t *shown;               /* those that the typed text leaves: indexes */
	size_t n_shown, top, cursor; /* rows of these; cursor NOWHERE: none yet */
	struct line typed;
	void (*chosen)(struct console *c, void *data, size_t index);
	void *data;
};

static struct pick *self(struct view *v)
{
	return (struct pick *)v;
}

static size_t height(const struct pick *p)
{
	return p->view.rect.h > 4 ? (size_t)p->view.rect.h - 4 : 1;
}

static void narrow(struct pick *p)
{
	p->n_shown = p->top = 0;
	p->cursor = NOWHERE;
	for (size_t i = 0; i < p->n; i++)
		if (list_view_contains(p->names[i], p->typed.text) ||
		    list_view_contains(p->ids[i], p->typed.text))
			p->shown[p->n_shown++] = i;
}

static void move(struct pick *p, ptrdiff_t by)
{
	ptrdiff_t last = (ptrdiff_t)p->n_shown - 1, to;

	if (last < 0)
		return;
	to = p->cursor == NOWHERE ? (by > 0 ? 0 : last) : (ptrdiff_t)p->cursor + by;
	p->cursor = (size_t)(to < 0 ? 0 : to > last ? last : to);
	if (p->cursor < p->top)
		p->top = p->cursor;
	if (p->cursor - p->top >= height(p))
		p->top = p->cursor - height(p) + 1;
}

static void resize(struct view *v)
{
	struct pick *p = self(v);

	if (p->cursor != NOWHERE)
		move(p, 0);
}

static void paint(struct view *v, bool focused)
{
	struct pick *p = self(v);
	const struct rect *r = &v->rect;
	int x = r->x + 2, room = r->w - 3, ids = 0, label;

	draw_clear(r);
	view_paint_title(v, focused);
	label = draw(r->y + 1, x, room, term_attr(ROLE_DIM), _("Type to narrow: "));
	draw_field(r->y + 1, x + label, room - label, term_attr(ROLE_TEXT), p->typed.text, false);
	for (size_t i = 0; i < p->n; i++)
		ids = draw_cells(p->ids[i]) > ids ? draw_cells(p->ids[i]) : ids;
	if (ids > room / 2)
		ids = room / 2;
	for (size_t row = 0; row < height(p) && p->top + row < p->n_shown; row++) {
		size_t i = p->shown[p->top + row];
		bool here = p->top + row == p->cursor;
		int y = r->y + 3 + (int)row, attr = term_attr(here ? ROLE_CURSOR : ROLE_TEXT);

		draw_field(y, x, room - ids - 1, attr, p->names[i], false);
		draw_fill(y, x + room - ids - 1, 1, attr);
		draw_field(y, x + room - ids, ids, here ? attr : term_attr(ROLE_DIM), p->ids[i],
			   false);
	}
	if (!p->n_shown)
		draw_field(r->y + 3, x, room, term_attr(ROLE_DIM), _("none of them fits"), false);
	draw_cursor(r->y + 1, x + label + draw_cells(p->typed.text));
}

static void finish(struct pick *p, size_t index)
{
	struct console *c = p->view.c;
	void (*chosen)(struct console *, void *, size_t) = p->chosen;
	void *data = p->data;

	/* It is on top, for it takes all keys. */
	console_pop(c);
	chosen(c, data, index);
}

static bool key(struct view *v, uint32_t k)
{
	struct pick *p = self(v);

	v->dirty = true;
	switch (k) {
	case K_ESC:
	case KEY_CTRL('C'):
		finish(p, PICK_NONE);
		return true;
	case K_ENTER:
		if (p->cursor != NOWHERE)
			finish(p, p->shown[p->cursor]);
		else
			say(v->c, MESSAGE_INFO, "%s", _("Go to the row that is meant first."));
		return true;
	case K_DOWN:
	case K_TAB:
	case KEY_CTRL('N'):
		move(p, 1);
		return true;
	case K_UP:
	case K_BACKTAB:
	case KEY_CTRL('P'):
		move(p, -1);
		return true;
	case K_PGDN:
		move(p, (ptrdiff_t)height(p));
		return true;
	case K_PGUP:
		move(p, -(ptrdiff_t)height(p));
		return true;
	case KEY_CTRL('L'):
	case KEY_CTRL('Z'):
		return false;
	default:
		if (line_key(&p->typed, k))
			narrow(p);
		return true;
	}
}

static void describe(struct view *v, struct strbuf *out)
{
	struct pick *p = self(v);

	strbuf_printf(out, _("%zu of %zu"), p->n_shown, p->n);
}

static void hint(struct view *v, struct strbuf *out)
{
	(void)v;
	strbuf_puts(out, _("Up Down PgUp PgDn move  Enter take it  Esc none of them"));
}

static void free_view(struct view *v)
{
	struct pick *p = self(v);

	for (size_t i = 0; i < p->n; i++) {
		xfree(&p->names[i]);
		xfree(&p->ids[i]);
	}
	xfree(&p->names);
	xfree(&p->ids);
	xfree(&p->shown);
	xfree(&p);
}

bool pick_open(struct console *c, const char *title, const char *const *names,
	       const char *const *ids, size_t n,
	       void (*chosen)(struct console *c, void *data, size_t index), void *data)
{
	struct pick *p;

	if (c->depth == STACK_MAX)
		return false;
	p = xcalloc(1, sizeof(*p));
	p->ops = (struct view_ops){.title = title,
				   .resize = resize,
				   .paint = paint,
				   .key = key,
				   .describe = describe,
				   .hint = hint,
				   .free = free_view};
	p->view = (struct view){.ops = &p->ops, .c = c, .pane = PANE_TEXT, .dirty = true};
	p->names = xcalloc(n, sizeof(*p->names));
	p->ids = xcalloc(n, sizeof(*p->ids));
	p->shown = xcalloc(n, sizeof(*p->shown));
	for (size_t i = 0; i < n; i++) {
		p->names[i] = xstrdup(names[i] ? names[i] : "");
		p->ids[i] = xstrdup(ids[i] ? ids[i] : "");
	}
	p->n = n;
	p->chosen = chosen;
	p->data = data;
	narrow(p);
	console_push(c, &p->view);
	return true;
}

void pick_close(struct console *c, const void *data)
{
	struct view *top = c->depth ? c->stack[c->depth - 1] : NULL;

	if (top && top->ops->free == free_view && self(top)->data == data)
		console_pop(c);
}
