/* ui/view_triage.c - what needs a decision, by kind and brand. The row above a group stands for all of it,
 * so that one key decides for a brand. Filled anew whenever the workspace changes: recovery may still run. */
#include "ui/view_triage.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/view_job.h"

enum section { MISSED, UNKNOWN, EXPIRING, INTERRUPTED, SECTIONS };
static const char *const section_names[SECTIONS] = {
	[MISSED] = N_("Missed: they were due while nobody published"),
	[UNKNOWN] = N_("Unknown: sent, and no clear answer"),
	[EXPIRING] = N_("Logins that end before their jobs go out"),
	[INTERRUPTED] = N_("Interrupted: being sorted out"),
};
struct item {
	enum section section;
	bool head; /* stands for the rows below it, up to the next head */
	int64_t brand_id;
	int64_t id; /* job or connection; of a head: the number of its rows */
	const struct job *job;
	const struct connection *conn;
};
struct triage_view {
	struct view view;
	struct triage data;
	enum err e;
	struct err_info info;
	struct item *items;
	size_t n, cursor, top;
	bool filled, launched;
};

static struct triage_view *self(struct view *v)
{
	return (struct triage_view *)v;
}

/* ------------------------------------------------------------------ filling */
static void push(struct triage_view *t, struct item item)
{
	if ((t->n & (t->n - 1)) == 0)
		t->items = xrealloc(t->items, t->n ? t->n * 2 : 1, sizeof(*t->items));
	t->items[t->n++] = item;
}

static void add_section(struct triage_view *t, enum section section, const struct page *p)
{
	bool conns = section == EXPIRING;

	/* Grouped by brand, in the order in which the brands first appear. */
	for (size_t i = 0; i < p->n; i++) {
		int64_t brand = conns ? p->connections[i].brand_id : p->jobs[i].brand_id;
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen |= (conns ? p->connections[k].brand_id : p->jobs[k].brand_id) == brand;
		if (seen)
			continue;
		size_t head = t->n;
		push(t, (struct item){.section = section, .head = true, .brand_id = brand});
		for (size_t k = i; k < p->n; k++) {
			const struct job *j = conns ? NULL : &p->jobs[k];
			const struct connection *c = conns ? &p->connections[k] : NULL;
			if ((c ? c->brand_id : j->brand_id) != brand)
				continue;
			push(t, (struct item){section, false, brand, c ? c->id : j->id, j, c});
			t->items[head].id++;
		}
	}
}

static bool same(const struct item *a, const struct item *b)
{
	return a->section == b->section && a->head == b->head && a->brand_id == b->brand_id &&
	       (a->head || a->id == b->id);
}

static void fill(struct triage_view *t, struct triage *data)
{
	struct item old = t->n ? t->items[t->cursor] : (struct item){.section = SECTIONS};
	size_t at = t->cursor;

	triage_free(&t->data);
	t->data = *data;
	t->n = 0;
	add_section(t, MISSED, &t->data.missed);
	add_section(t, UNKNOWN, &t->data.unknown);
	add_section(t, EXPIRING, &t->data.expiring);
	add_section(t, INTERRUPTED, &t->data.interrupted);
	for (size_t i = 0; i < t->n; i++)
		if (same(&t->items[i], &old))
			at = i;
	t->cursor = at < t->n ? at : t->n ? t->n - 1 : 0;
	t->filled = true;
	t->view.dirty = true;
}

static void recalc(struct view *v)
{
	struct triage_view *t = self(v);
	struct triage data = {0};

	t->e = ops_triage(v->c->ops, &data, &t->info);
	if (t->e == OK)
		fill(t, &data);
}

/* ------------------------------------------------------------------ painting */
static void paint_item(struct triage_view *t, int y, const struct item *i, bool cursor)
{
	const struct rect *r = &t->view.rect;
	struct console *c = t->view.c;
	const struct brand *b = brand_of(c, i->brand_id);
	char text[1400], when[64] = "", status[128] = "";
	int attr = term_attr(cursor ? ROLE_CURSOR : i->head ? ROLE_HEAD : ROLE_TEXT);

	if (i->head) {
		snprintf(text, sizeof(text), "%s %s %s (%lld)", b ? b->name : "?",
			 term_glyph(GLYPH_DOT), _(section_names[i->section]), (long long)i->id);
	} else if (i->job) {
		when_local(i->job->scheduled_at, zone_of(c, i->brand_id), WHEN_MINUTES, when,
			   sizeof(when));
		job_status_text(i->job, status, sizeof(status));
		snprintf(text, sizeof(text), "   %6lld  %-16s  %-10s %-14s %s", (long long)i->id,
			 when, i->job->platform, status, i->job->text ? i->job->text : "");
	} else {
		snprintf(text, sizeof(text), _("   %s/%s  %s, %lld jobs at risk  %s"),
			 i->conn->platform, i->conn->account ? i->conn->account : "",
			 conn_status_name(i->conn->status), (long long)i->conn->jobs_at_risk,
			 i->conn->last_error ? i->conn->last_error : "");
	}
	draw_fill(y, r->x, 1, attr);
	draw_field(y, r->x + 1, r->w - 1, attr, text, false);
}

static void paint(struct view *v, bool focused)
{
	struct triage_view *t = self(v);
	size_t h = v->rect.h > 1 ? (size_t)v->rect.h - 1 : 1;

	(void)focused;
	view_paint_title(v, true);
	if (t->cursor < t->top)
		t->top = t->cursor;
	if (t->cursor >= t->top + h)
		t->top = t->cursor - h + 1;
	for (size_t i = 0; i < h; i++) {
		int y = v->rect.y + 1 + (int)i;
		size_t k = t->top + i;
		if (k < t->n) {
			paint_item(t, y, &t->items[k], k == t->cursor);
			continue;
		}
		const char *text = i || t->n ? ""
				   : t->e    ? t->info.text
					     : _("Nothing needs a decision.");
		draw_fill(y, v->rect.x, 1, term_attr(ROLE_TEXT));
		draw_field(y, v->rect.x + 1, v->rect.w - 1, term_attr(t->e ? ROLE_BAD : ROLE_TEXT),
			   text, false);
	}
}

static void describe(struct view *v, struct strbuf *out)
{
	struct triage_view *t = self(v);

	if (t->n)
		strbuf_puts(out,
			    _("what needs a decision; a heading's row decides for all below it"));
}

/* ------------------------------------------------------------------ commands */
static bool run(struct view *v, const char *command, const char *args)
{
	struct triage_view *t = self(v);
	long h = v->rect.h - 1;
	const struct {
		const char *name;
		long by;
	} moves[] = {
		{"down", 1},      {"up", -1},      {"half-down", h / 2}, {"half-up", -h / 2},
		{"page-down", h}, {"page-up", -h}, {"first", -1000000},  {"last", 1000000},
	};

	if (!strcmp(command, "open") && !*args) {
		if (t->n && t->items[t->cursor].job)
			job_view_open(v->c, t->items[t->cursor].id);
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (!strcmp(moves[i].name, command)) {
			long to = (long)t->cursor + moves[i].by;
			t->cursor = t->n == 0 || to < 0 ? 0
				    : to >= (long)t->n  ? t->n - 1
							: (size_t)to;
			v->dirty = true;
			return true;
		}
	return false;
}

static bool select_items(struct view *v, bool marks, struct selection *s)
{
	struct triage_view *t = self(v);

	*s = (struct selection){0};
	if (marks || t->n == 0)
		return false;
	const struct item *i = &t->items[t->cursor];
	const struct brand *b = brand_of(v->c, i->brand_id);
	s->kind = i->section == EXPIRING ? SELECT_CONNECTION : SELECT_JOB;
	s->brand_id = i->brand_id;
	snprintf(s->brand, sizeof(s->brand), "%s", b ? b->name : "");
	snprintf(s->label, sizeof(s->label), "%s", s->brand);
	if (!i->head) {
		selection_add(s, i->id);
		if (i->job)
			job_selection(i->job, s);
		return true;
	}
	for (size_t k = t->cursor + 1; k < t->n && !t->items[k].head; k++)
		selection_add(s, t->items[k].id);
	return s->n > 0;
}

static void free_view(struct view *v)
{
	struct triage_view *t = self(v);

	triage_free(&t->data);
	xfree(&t->items);
	xfree(&t);
}

static const struct view_ops ops = {
	.title = N_("Triage"),
	.recalc = recalc,
	.paint = paint,
	.run = run,
	.select = select_items,
	.describe = describe,
	.free = free_view,
};

bool triage_open(struct console *c, bool asked)
{
	struct triage_view *t;
	struct triage data = {0};

	for (size_t i = 0; i < c->depth; i++)
		if (c->stack[i]->ops == &ops)
			return true;
	if (!asked) {
		if (ops_triage(c->ops, &data, NULL) != OK)
			return false;
		bool any = data.missed.n || data.unknown.n || data.expiring.n || data.interrupted.n;
		triage_free(&data);
		if (!any)
			return false;
	}
	t = xcalloc(1, sizeof(*t));
	t->view = (struct view){
		.ops = &ops, .c = c, .pane = PANE_TRIAGE, .stale = true, .dirty = true};
	t->launched = !asked;
	console_push(c, &t->view);
	return true;
}

bool triage_over(const struct view *v)
{
	const struct triage_view *t = (const struct triage_view *)v;

	return v->ops == &ops && t->launched && t->filled && t->n == 0;
}
