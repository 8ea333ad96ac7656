/* ui/text_view.c - scrolling text. */
#include "ui/text_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/console.h"

/* ------------------------------------------------------------------ lines */
void lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		xfree(&l->items[i].text);
	xfree(&l->items);
	*l = (struct lines){0};
}

static void add_text(struct lines *l, enum role role, char *text)
{
	if (l->n >= LINES_MAX) {
		xfree(&text);
		return;
	}
	if ((l->n & (l->n - 1)) == 0)
		l->items = xrealloc(l->items, l->n ? l->n * 2 : 1, sizeof(*l->items));
	l->items[l->n++] = (struct styled_line){text, role};
}

static char *format(const char *fmt, va_list args)
{
	struct strbuf b;

	strbuf_init(&b, 256 * 1024);
	strbuf_vprintf(&b, fmt, args);
	return strbuf_detach(&b);
}

void lines_add(struct lines *l, enum role role, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_text(l, role, format(fmt, args));
	va_end(args);
}

void lines_heading(struct lines *l, const char *text)
{
	if (l->n)
		lines_add(l, ROLE_TEXT, "%s", "");
	lines_add(l, ROLE_HEAD, "%s", text);
}

/* How much of s fits: up to the last space inside, or to the cut in a word longer than the line. */
static size_t wrap_at(const char *s, size_t n, size_t cells, size_t *skip)
{
	size_t fits = text_cut_cells(s, n, cells, NULL), at = fits;

	*skip = 0;
	if (fits >= n)
		return n;
	while (at > 0 && s[at] != ' ')
		at--;
	if (at == 0)
		return fits ? fits : text_next_grapheme(s, n);
	*skip = 1;
	return at;
}

static void wrap_paragraph(struct lines *l, enum role role, int width, int indent, const char *s,
			   size_t n, bool *first)
{
	do {
		int pad = *first ? 0 : indent;
		size_t skip, room = width - pad > 8 ? (size_t)(width - pad) : 8,
			     take = wrap_at(s, n, room, &skip);
		lines_add(l, role, "%*s%.*s", pad, "", (int)take, s);
		*first = false;
		s += take + skip;
		n -= take + skip;
	} while (n);
}

void lines_wrap(struct lines *l, enum role role, int width, int indent, const char *fmt, ...)
{
	struct strbuf safe;
	va_list args;
	bool first = true;

	va_start(args, fmt);
	char *text = format(fmt, args);
	va_end(args);
	strbuf_init(&safe, 512 * 1024);
	text_make_safe(&safe, text, strlen(text), TEXT_KEEP_LINES);
	for (char *s = strchr(safe.data, '\t'); s; s = strchr(s, '\t'))
		*s = ' ';
	for (const char *s = safe.data; s;) {
		const char *end = strchr(s, '\n');
		wrap_paragraph(l, role, width, indent, s, end ? (size_t)(end - s) : strlen(s),
			       &first);
		s = end ? end + 1 : NULL;
	}
	strbuf_free(&safe);
	xfree(&text);
}

void lines_json(struct lines *l, const struct json *j, int width)
{
	struct strbuf b;

	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	json_write(&b, j, true);
	lines_wrap(l, ROLE_TEXT, width, 4, "%s", b.data);
	strbuf_free(&b);
}

/* ------------------------------------------------------------------ the view */
struct text_view {
	struct view view;
	const struct text_spec *spec;
	void *data;
	struct lines lines;
	size_t top;
};

static struct text_view *self(struct view *v)
{
	return (struct text_view *)v;
}

static size_t height(const struct view *v)
{
	return v->rect.h > 1 ? (size_t)(v->rect.h - 1) : 1;
}

static void clamp_top(struct text_view *t)
{
	size_t h = height(&t->view), most = t->lines.n > h ? t->lines.n - h : 0;

	if (t->top > most)
		t->top = most;
}

static void rebuild(struct view *v)
{
	struct text_view *t = self(v);

	lines_free(&t->lines);
	t->spec->build(v->c, &t->lines, v->rect.w > 2 ? v->rect.w - 2 : 1, t->data);
	clamp_top(t);
	v->dirty = true;
}

static void recalc(struct view *v)
{
	if (self(v)->spec->live || !self(v)->lines.n)
		rebuild(v);
}

static void paint(struct view *v, bool focused)
{
	struct text_view *t = self(v);

	view_paint_title(v, focused);
	for (int i = 0; i < v->rect.h - 1; i++) {
		size_t k = t->top + (size_t)i;
		const struct styled_line *line = k < t->lines.n ? &t->lines.items[k] : NULL;
		draw_fill(v->rect.y + 1 + i, v->rect.x, 1, term_attr(ROLE_TEXT));
		draw_field(v->rect.y + 1 + i, v->rect.x + 1, v->rect.w - 1,
			   term_attr(line ? line->role : ROLE_TEXT), line ? line->text : "", false);
	}
}

static void scroll_by(struct text_view *t, long by)
{
	if (by < 0 && t->top < (size_t)-by)
		t->top = 0;
	else
		t->top = (size_t)((long)t->top + by);
	clamp_top(t);
	t->view.dirty = true;
}

static bool run(struct view *v, const char *command, const char *args)
{
	struct text_view *t = self(v);
	long h = (long)height(v);
	const struct {
		const char *name;
		long by;
	} moves[] = {
		{"down", 1},      {"up", -1},      {"half-down", h / 2},  {"half-up", -h / 2},
		{"page-down", h}, {"page-up", -h}, {"first", -LINES_MAX}, {"last", LINES_MAX},
	};

	if (t->spec->run && t->spec->run(v->c, t->data, command, args))
		return true;
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (!strcmp(moves[i].name, command)) {
			scroll_by(t, moves[i].by);
			return true;
		}
	if (!strcmp(command, "back") && t->spec->closing && !t->spec->closing(v->c, t->data))
		return true;
	return false;
}

static bool select_record(struct view *v, bool marks, struct selection *s)
{
	struct text_view *t = self(v);

	(void)marks;
	return t->spec->select && t->spec->select(v->c, t->data, s);
}

static void describe(struct view *v, struct strbuf *out)
{
	struct text_view *t = self(v);
	size_t h = height(v);

	if (t->spec->describe)
		t->spec->describe(v->c, t->data, out);
	if (t->lines.n > h)
		strbuf_printf(out, "%s%zu-%zu/%zu", out->len ? "  " : "", t->top + 1,
			      t->top + h < t->lines.n ? t->top + h : t->lines.n, t->lines.n);
}

static void free_view(struct view *v)
{
	struct text_view *t = self(v);

	lines_free(&t->lines);
	if (t->spec->drop)
		t->spec->drop(t->data);
	xfree(&t);
}

/* One table for each title, for a title belongs to the view's table: made with the view. */
struct text_view_alloc {
	struct text_view t;
	struct view_ops ops;
};

struct view *text_view_new(struct console *c, const struct text_spec *spec, unsigned pane,
			   void *data)
{
	struct text_view_alloc *a = xcalloc(1, sizeof(*a));

	a->ops = (struct view_ops){
		.title = spec->title,
		.recalc = recalc,
		.resize = rebuild,
		.paint = paint,
		.run = run,
		.select = select_record,
		.describe = describe,
		.free = free_view,
	};
	a->t = (struct text_view){
		.view = {.ops = &a->ops, .c = c, .pane = pane, .stale = true, .dirty = true},
		.spec = spec,
		.data = data,
	};
	return &a->t.view;
}

void *text_view_data(struct console *c, const struct text_spec *spec)
{
	for (size_t i = c->depth; i-- > 0;)
		if (c->stack[i]->ops->paint == paint && self(c->stack[i])->spec == spec)
			return self(c->stack[i])->data;
	return NULL;
}
