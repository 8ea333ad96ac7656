/* ui/list_view.c - painting and moving of a list pane. Reading is list.c's, searching and marking of
 * what is not at hand list_task.c's. */
#include "ui/list_view.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/list_task.h"

static struct list_view *self(struct view *v)
{
	return (struct list_view *)v;
}

struct list_view *list_view_of(struct view *v)
{
	return v->ops->free == list_view_free ? self(v) : NULL;
}

bool list_view_contains(const char *text, const char *needle)
{
	size_t n = strlen(needle);

	for (; text && *text; text++)
		if (!strncasecmp(text, needle, n))
			return true;
	return false;
}

struct view *list_view_new(struct console *c, const struct list_spec *spec, unsigned pane)
{
	struct list_view *lv = xcalloc(1, sizeof(*lv));

	lv->view = (struct view){
		.ops = &spec->ops, .c = c, .pane = pane, .stale = true, .dirty = true};
	lv->spec = spec;
	list_init(&lv->list, &spec->source, c->ops);
	lv->list.follow = spec->follows;
	lv->list.self = lv;
	lv->list.dispatch = list_task_dispatch;
	return &lv->view;
}

void list_view_free(struct view *v)
{
	struct list_view *lv = self(v);

	list_free(&lv->list);
	query_unref(&lv->query);
	xfree(&lv);
}

/* ------------------------------------------------------------------ query */
enum err list_view_filter(struct list_view *lv, const char *filter, struct err_info *info)
{
	struct query *q = query_new();
	enum err e = lv->spec->query(lv, filter, q, info);

	if (e != OK) {
		query_unref(&q);
		return e;
	}
	q->sort = lv->sort;
	q->ascending = lv->ascending;
	if (filter != lv->filter)
		snprintf(lv->filter, sizeof(lv->filter), "%s", filter);
	struct query *old = lv->query;
	lv->query = q;
	lv->scope_generation = lv->view.c->scope_generation;
	list_set_query(&lv->list, q);
	query_unref(&old);
	lv->view.dirty = true;
	return OK;
}

void list_view_requery(struct list_view *lv)
{
	lv->trouble.code = OK;
	if (list_view_filter(lv, lv->filter, &lv->trouble) != OK)
		lv->view.dirty = true;
}

void list_view_recalc(struct view *v)
{
	struct list_view *lv = self(v);

	if (!lv->query || lv->scope_generation != v->c->scope_generation)
		list_view_requery(lv);
	else
		list_reload(&lv->list);
	v->dirty = true;
}

void list_view_resize(struct view *v)
{
	list_set_height(&self(v)->list, v->rect.h - 2);
}

/* ------------------------------------------------------------------ painting */
static void paint_head(struct list_view *lv, int y, const int *widths)
{
	const struct list_spec *s = lv->spec;
	int x = lv->view.rect.x + 2;

	draw_fill(y, lv->view.rect.x, 2, term_attr(ROLE_HEAD));
	for (size_t i = 0; i < s->n_columns; i++) {
		if (!widths[i])
			continue;
		char title[80];
		bool by = s->columns[i].sort >= 0 && lv->view.pane == PANE_JOBS &&
			  (int)lv->sort == s->columns[i].sort;
		const char *way = term_ascii() ? (lv->ascending ? "^" : "v")
					       : (lv->ascending ? "▲" : "▼");
		snprintf(title, sizeof(title), "%s%s", _(s->columns[i].title), by ? way : "");
		draw_field(y, x, widths[i], term_attr(ROLE_HEAD), title, s->columns[i].right);
		x += widths[i];
		if (x < lv->view.rect.x + lv->view.rect.w)
			draw_fill(y, x++, 1, term_attr(ROLE_HEAD));
	}
	draw_fill(y, x, lv->view.rect.x + lv->view.rect.w - x, term_attr(ROLE_HEAD));
}

static void paint_row(struct list_view *lv, int y, size_t row, const int *widths, bool focused)
{
	const struct list_spec *s = lv->spec;
	const struct rect *r = &lv->view.rect;
	size_t k;
	const struct page *p = list_row(&lv->list, row, &k);
	bool marked = marks_has(&lv->list.marks, s->source.id(p, k)), here = row == lv->list.cursor;
	bool range = lv->list.range_id && s->source.id(p, k) == lv->list.range_id;
	int base = here && focused ? term_attr(ROLE_CURSOR) : 0, x = r->x + 2;
	const char *sign = marked ? term_glyph(GLYPH_MARK) : range ? "V" : " ";

	if (s->chosen && s->chosen(lv, p, k))
		draw(y, r->x, 1, base ? base : term_attr(ROLE_FOCUS), term_glyph(GLYPH_CHOSEN));
	else
		draw(y, r->x, 1, base ? base : term_attr(ROLE_TEXT),
		     here && !focused ? term_glyph(GLYPH_DOT) : " ");
	draw(y, r->x + 1, 1, base ? base : term_attr(ROLE_MARK), sign);
	for (size_t i = 0; i < s->n_columns; i++) {
		struct cell cell = {.role = marked ? ROLE_MARK : ROLE_TEXT};
		if (!widths[i])
			continue;
		cell.width = widths[i];
		s->cell(lv, p, k, i, &cell);
		int attr = base ? base : cell.attr ? cell.attr : term_attr(cell.role);
		draw_field(y, x, widths[i], attr, cell.text, s->columns[i].right);
		x += widths[i];
		if (x < r->x + r->w)
			draw_fill(y, x++, 1, base ? base : term_attr(ROLE_TEXT));
	}
	draw_fill(y, x, r->x + r->w - x, base ? base : term_attr(ROLE_TEXT));
}

/* Why there is no row, in words. */
static void paint_empty(struct list_view *lv, int y)
{
	const struct rect *r = &lv->view.rect;
	const struct err_info *info = lv->trouble.code ? &lv->trouble : &lv->list.info;
	char text[1100];

	if (lv->trouble.code || lv->list.e)
		snprintf(text, sizeof(text), "%s: %s", err_name(info->code), info->text);
	else if (lv->list.loading)
		snprintf(text, sizeof(text), "%s", _("reading..."));
	else if (lv->filter[0])
		snprintf(text, sizeof(text), "%s", _("nothing fits the filter"));
	else
		snprintf(text, sizeof(text), "%s", _("nothing yet"));
	draw_fill(y, r->x, 2, term_attr(ROLE_TEXT));
	draw_field(y, r->x + 2, r->w - 2,
		   term_attr(lv->trouble.code || lv->list.e ? ROLE_BAD : ROLE_DIM), text, false);
}

void list_view_paint(struct view *v, bool focused)
{
	struct list_view *lv = self(v);
	const struct list_spec *s = lv->spec;
	int widths[COLUMNS_MAX], y = v->rect.y + 1, end = v->rect.y + v->rect.h;
	struct column columns[COLUMNS_MAX];
	size_t row = lv->list.top;

	for (size_t i = 0; i < s->n_columns; i++) {
		columns[i] = s->columns[i];
		/* Hidden: dropped by an unmeetable size. */
		if (s->hides && s->hides(lv, i))
			columns[i] = (struct column){columns[i].title, -1, -1, 0, false, false, -1};
	}
	columns_fit(columns, s->n_columns, v->rect.w - 2, widths);
	for (size_t i = 0; i < s->n_columns; i++)
		if (widths[i] < 0)
			widths[i] = 0;
	view_paint_title(v, focused);
	if (y < end)
		paint_head(lv, y++, widths);
	if (y < end && (lv->list.rows == 0 || lv->trouble.code || lv->list.e))
		paint_empty(lv, y++);
	for (; y < end; y++) {
		if (row < lv->list.rows)
			paint_row(lv, y, row++, widths, focused);
		else
			draw_fill(y, v->rect.x, v->rect.w, term_attr(ROLE_TEXT));
	}
}

void list_view_scope(const struct console *c, bool connection, struct strbuf *out)
{
	if (c->scope.brand_id)
		strbuf_puts(out, c->scope.brand);
	if (connection && c->scope.connection_id)
		strbuf_printf(out, "%s%s", out->len ? "/" : "", c->scope.connection);
}

/* Where nobody counted, all rows may still be at hand. -1: they are not. */
static int64_t known_total(const struct list *l)
{
	if (l->total >= 0 || l->rows == 0)
		return l->total >= 0 ? l->total : 0;
	return l->pages[0].prev || l->pages[l->n_pages - 1].next ? -1 : (int64_t)l->rows;
}

void list_view_describe(struct view *v, struct strbuf *out)
{
	struct list_view *lv = self(v);
	const char *dot = term_glyph(GLYPH_DOT);

	if (lv->spec->describe)
		lv->spec->describe(lv, out);
	else
		list_view_scope(v->c, v->pane != PANE_CONNECTIONS, out);
	if (lv->filter[0])
		strbuf_printf(out, "%s\\ %s", out->len ? " " : "", lv->filter);
	if (lv->search[0])
		strbuf_printf(out, "%s/%s", out->len ? "  " : "", lv->search);
	if (lv->list.marks.n)
		strbuf_printf(out, _("%s%zu marked"), out->len ? "  " : "", lv->list.marks.n);
	int64_t total = known_total(&lv->list);
	if (total > 0 || (total == 0 && lv->filter[0]))
		strbuf_printf(out, "%s%s %lld", out->len ? " " : "", dot, (long long)total);
	else if (total < 0)
		strbuf_printf(out, "%s%s %s", out->len ? " " : "", dot, _("many"));
	if (lv->list.loading)
		strbuf_printf(out, " %s", term_glyph(GLYPH_MORE));
}

/* ------------------------------------------------------------------ commands */
static bool move(struct list_view *lv, const char *command)
{
	int h = lv->list.height;
	const struct {
		const char *name;
		int by;
	} moves[] = {
		{"down", 1},
		{"up", -1},
		{"half-down", h / 2 ? h / 2 : 1},
		{"half-up", h / 2 ? -(h / 2) : -1},
		{"page-down", h > 1 ? h - 1 : 1},
		{"page-up", h > 1 ? -(h - 1) : -1},
	};

	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (!strcmp(moves[i].name, command)) {
			list_move(&lv->list, moves[i].by);
			return true;
		}
	if (!strcmp(command, "first")) {
		list_first(&lv->list);
		return true;
	}
	if (!strcmp(command, "last")) {
		list_last(&lv->list);
		lv->list.follow = lv->spec->follows;
		return true;
	}
	return false;
}

static void toggle_mark(struct list_view *lv)
{
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	if (!p)
		return;
	int64_t id = lv->spec->source.id(p, k);
	if (marks_has(&lv->list.marks, id))
		marks_remove(&lv->list.marks, id);
	else
		marks_add(&lv->list.marks, id, lv->spec->brand(p, k));
	list_move(&lv->list, 1);
}

static void mark_range(struct list_view *lv)
{
	if (!lv->list.range_id) {
		lv->list.range_id = lv->list.cursor_id;
		say(lv->view.c, MESSAGE_INFO, "%s",
		    _("The range begins here; the same key again ends it."));
		return;
	}
	/* The beginning may be far from what is at hand. */
	if (!list_mark_range(&lv->list, lv->spec->brand))
		list_task_mark_range(lv, lv->list.range_id, lv->list.cursor_id);
	lv->list.range_id = 0;
}

/* Esc takes back one thing after the other; false when nothing is left. */
static bool step_back(struct list_view *lv)
{
	if (lv->list.range_id) {
		lv->list.range_id = 0;
	} else if (lv->search[0]) {
		lv->search[0] = '\0';
	} else if (lv->list.marks.n) {
		marks_free(&lv->list.marks);
	} else if (lv->filter[0]) {
		lv->filter[0] = '\0';
		list_view_requery(lv);
	} else {
		return false;
	}
	return true;
}

static bool mark_command(struct list_view *lv, const char *command)
{
	if (lv->spec->kind == SELECT_ENTRY)
		return false;
	if (!strcmp(command, "mark"))
		toggle_mark(lv);
	else if (!strcmp(command, "mark-range"))
		mark_range(lv);
	else if (!strcmp(command, "mark-all"))
		list_task_mark_all(lv);
	else if (!strcmp(command, "unmark-all"))
		marks_free(&lv->list.marks);
	else
		return false;
	return true;
}

bool list_view_run(struct view *v, const char *command, const char *args)
{
	struct list_view *lv = self(v);

	v->dirty = true;
	if (lv->spec->run && lv->spec->run(lv, command, args))
		return true;
	if (move(lv, command) || mark_command(lv, command))
		return true;
	if (!strcmp(command, "search-next") || !strcmp(command, "search-previous")) {
		list_view_search(lv, !strcmp(command, "search-previous"));
		return true;
	}
	return !strcmp(command, "back") && v->c->last_key != 'q' && step_back(lv);
}

void list_view_search(struct list_view *lv, bool backwards)
{
	size_t n = lv->list.rows, from = lv->list.cursor;

	if (!lv->search[0]) {
		say(lv->view.c, MESSAGE_INFO, "%s", _("There is nothing to search for yet."));
		return;
	}
	for (size_t i = 1; n && (backwards ? i <= from : from + i < n); i++) {
		size_t k, row = backwards ? from - i : from + i;
		const struct page *p = list_row(&lv->list, row, &k);
		if (lv->spec->match(p, k, lv->search)) {
			list_goto(&lv->list, lv->spec->source.id(p, k));
			return;
		}
	}
	list_task_search(lv, backwards);
}

bool list_view_select(struct view *v, bool marks, struct selection *s)
{
	struct list_view *lv = self(v);
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	*s = (struct selection){.kind = lv->spec->kind, .marks = marks};
	if (marks && lv->spec->kind != SELECT_ENTRY) {
		for (size_t i = 0; i < lv->list.marks.n; i++)
			selection_add(s, lv->list.marks.items[i].id);
		s->brand_id = marks_brand(&lv->list.marks);
		const struct brand *b = brand_of(v->c, s->brand_id);
		snprintf(s->brand, sizeof(s->brand), "%s", b ? b->name : "");
		return s->n > 0;
	}
	if (!p)
		return false;
	selection_add(s, lv->spec->source.id(p, k));
	lv->spec->select(lv, p, k, s);
	return true;
}

void list_view_unmark(struct view *v, const int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		marks_remove(&self(v)->list.marks, ids[i]);
	v->dirty = true;
}
