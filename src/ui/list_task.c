/* ui/list_task.c - tasks of the list panes. The four panes live as long as the console, so a task may
 * point to its pane; everything else that it reads is its own, or a counted query. */
#include "ui/list_task.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

#define WALK_ROWS 500

/* ------------------------------------------------------------------ a page */
struct page_task {
	struct task task;
	struct list_view *lv;
	struct query *query;
	struct list_want want;
	struct list_got got;
};

static void page_run(struct task *t, struct ops *o)
{
	struct page_task *p = (struct page_task *)t;

	list_fetch(p->lv->list.source, o, p->query, &p->want, &p->got);
}

static void page_done(struct task *t, struct console *c)
{
	struct page_task *p = (struct page_task *)t;

	(void)c;
	if (t->e != OK) {
		p->got.e = t->e;
		p->got.info = t->info;
	}
	list_apply(&p->lv->list, &p->want, &p->got);
	p->lv->view.dirty = true;
}

static void page_dispose(struct task *t)
{
	struct page_task *p = (struct page_task *)t;

	list_got_free(&p->got);
	query_unref(&p->query);
	xfree(&p);
}

bool list_task_dispatch(struct list *l, const struct list_want *w)
{
	struct list_view *lv = l->self;

	if (!lv->query || !lv->query->slow)
		return false;
	struct page_task *p = xcalloc(1, sizeof(*p));
	p->task = (struct task){.run = page_run, .done = page_done, .dispose = page_dispose};
	p->lv = lv;
	p->query = query_ref(lv->query);
	p->want = *w;
	worker_send(lv->view.c->worker, &p->task);
	return true;
}

/* ------------------------------------------------------------------ walking the list */
struct walk_task {
	struct task task;
	struct list_view *lv;
	struct query *query;
	int64_t from; /* search: the row to begin after; mark: 0 */
	bool backwards;
	char text[LINE_BYTES];
	int64_t found;      /* search */
	struct mark *marks; /* mark */
	size_t n;
};

static void walk_dispose(struct task *t)
{
	struct walk_task *w = (struct walk_task *)t;

	xfree(&w->marks);
	query_unref(&w->query);
	xfree(&w);
}

static void add_mark(struct walk_task *w, const struct page *p, size_t i)
{
	if ((w->n & (w->n - 1)) == 0)
		w->marks = xrealloc(w->marks, w->n ? w->n * 2 : 1, sizeof(*w->marks));
	w->marks[w->n++] = (struct mark){w->lv->list.source->id(p, i), w->lv->spec->brand(p, i)};
}

static struct walk_task *walk_new(struct list_view *lv, const char *doing)
{
	struct walk_task *w = xcalloc(1, sizeof(*w));

	w->task.dispose = walk_dispose;
	w->task.doing = doing;
	w->lv = lv;
	w->query = query_ref(lv->query);
	return w;
}

/* Goes through the list page by page; each() says whether to go on. */
static void walk(struct walk_task *w, struct ops *o,
		 bool (*each)(struct walk_task *w, const struct page *p, size_t i))
{
	const struct list_source *s = w->lv->list.source;
	struct page_request r = {.limit = WALK_ROWS, .around_id = w->from};
	struct page p = {0};
	int64_t seen = 0;
	char *cursor = NULL;
	bool first = w->from != 0;

	while (!worker_aborted(&w->task)) {
		bool go_on = true;
		w->task.e = s->page(o, w->query, &r, &p, &w->task.info);
		if (w->task.e != OK)
			break;
		/* The page that begins with the cursor's row only says where to begin. */
		for (size_t i = first ? 1 : 0; go_on && i < p.n && !(first && w->backwards); i++)
			go_on = each(w, &p, w->backwards ? p.n - 1 - i : i);
		first = false;
		seen += (int64_t)p.n;
		const char *next = w->backwards ? p.prev : p.next;
		xfree(&cursor);
		cursor = xstrdup(next);
		page_free(&p);
		if (!go_on || !cursor)
			break;
		worker_progress(&w->task, seen, 0);
		r = (struct page_request){
			.limit = WALK_ROWS, .cursor = cursor, .backwards = w->backwards};
	}
	if (worker_aborted(&w->task) && w->task.e == OK)
		w->task.e = err_set(&w->task.info, E_INTERRUPTED, "Stopped after %lld rows.",
				    (long long)seen);
	xfree(&cursor);
}

static bool search_each(struct walk_task *w, const struct page *p, size_t i)
{
	if (!w->lv->spec->match(p, i, w->text))
		return true;
	w->found = w->lv->list.source->id(p, i);
	return false;
}

static void search_run(struct task *t, struct ops *o)
{
	walk((struct walk_task *)t, o, search_each);
}

static void search_done(struct task *t, struct console *c)
{
	struct walk_task *w = (struct walk_task *)t;

	if (t->e != OK)
		say_error(c, &t->info);
	else if (!w->found)
		say(c, MESSAGE_INFO,
		    w->backwards ? _("No \"%s\" above this row.") : _("No \"%s\" below this row."),
		    w->text);
	else
		list_goto(&w->lv->list, w->found);
	w->lv->view.dirty = true;
}

void list_task_search(struct list_view *lv, bool backwards)
{
	if (!lv->query || !lv->list.rows)
		return;
	struct walk_task *w = walk_new(lv, N_("searching"));
	w->task.run = search_run;
	w->task.done = search_done;
	w->from = lv->list.cursor_id;
	w->backwards = backwards;
	snprintf(w->text, sizeof(w->text), "%s", lv->search);
	worker_send(lv->view.c->worker, &w->task);
}

static bool mark_each(struct walk_task *w, const struct page *p, size_t i)
{
	add_mark(w, p, i);
	return true;
}

static void mark_run(struct task *t, struct ops *o)
{
	walk((struct walk_task *)t, o, mark_each);
}

static void mark_done(struct task *t, struct console *c)
{
	struct walk_task *w = (struct walk_task *)t;

	if (t->e != OK) {
		say_error(c, &t->info);
		return;
	}
	struct marks *m = &w->lv->list.marks;
	marks_take(m, w->marks, w->n);
	w->marks = NULL;
	say(c, MESSAGE_INFO, ngettext("%zu is marked.", "%zu are marked.", m->n), m->n);
	w->lv->view.dirty = true;
}

void list_task_mark_all(struct list_view *lv)
{
	if (!lv->query)
		return;
	struct walk_task *w = walk_new(lv, N_("marking"));
	w->task.run = mark_run;
	w->task.done = mark_done;
	worker_send(lv->view.c->worker, &w->task);
}

/* ------------------------------------------------------------------ a range */
/* From its beginning the range goes down or up, and which of both the list does not say: both are walked in turns, so that
 * no more is read than twice the range. What the wrong side has gathered is dropped. */
struct range_task {
	struct task task;
	struct list_view *lv;
	struct walk_task *sides[2]; /* down, up: only what is gathered; their own tasks never run */
	char *cursor[2];            /* NULL: this side has come to the list's end */
	int64_t from, to;
	int reached; /* the side that has found the other end; -1: none */
};

/* Takes a page on one side; true when the other end is on it. */
static bool range_take(struct range_task *w, int side, const struct page *p)
{
	for (size_t k = 0; k < p->n; k++) {
		size_t i = side ? p->n - 1 - k : k;
		add_mark(w->sides[side], p, i);
		if (w->lv->list.source->id(p, i) == w->to)
			return true;
	}
	return false;
}

static void range_step(struct range_task *w, struct ops *o, int side)
{
	struct page_request r = {
		.limit = WALK_ROWS, .cursor = w->cursor[side], .backwards = side == 1};
	struct page p = {0};

	w->task.e = w->lv->list.source->page(o, w->sides[0]->query, &r, &p, &w->task.info);
	xfree(&w->cursor[side]);
	if (w->task.e != OK)
		return;
	w->cursor[side] = xstrdup(side ? p.prev : p.next);
	if (range_take(w, side, &p))
		w->reached = side;
	page_free(&p);
}

static void range_run(struct task *t, struct ops *o)
{
	struct range_task *w = (struct range_task *)t;
	const struct list_source *s = w->lv->list.source;
	struct page_request r = {.limit = WALK_ROWS, .around_id = w->from};
	struct page p = {0};

	t->e = s->page(o, w->sides[0]->query, &r, &p, &t->info);
	if (t->e != OK)
		return;
	if (!p.n || s->id(&p, 0) != w->from) {
		t->e = err_set(&t->info, E_NOT_FOUND,
			       "The row where the range began is not in the list any more.");
		page_free(&p);
		return;
	}
	w->cursor[0] = xstrdup(p.next);
	w->cursor[1] = xstrdup(p.prev);
	add_mark(w->sides[1], &p, 0);
	if (range_take(w, 0, &p))
		w->reached = 0;
	page_free(&p);
	while (t->e == OK && w->reached < 0 && (w->cursor[0] || w->cursor[1])) {
		for (int side = 0; side < 2 && t->e == OK && w->reached < 0; side++)
			if (w->cursor[side])
				range_step(w, o, side);
		if (worker_aborted(t) && t->e == OK && w->reached < 0)
			t->e = err_set(&t->info, E_INTERRUPTED, "Stopped; nothing was marked.");
		worker_progress(t, (int64_t)(w->sides[0]->n + w->sides[1]->n), 0);
	}
	if (t->e == OK && w->reached < 0)
		t->e = err_set(&t->info, E_NOT_FOUND,
			       "The row where the range ended is not in the list any more.");
}

static void range_done(struct task *t, struct console *c)
{
	struct range_task *w = (struct range_task *)t;
	struct marks *m = &w->lv->list.marks;

	if (t->e != OK) {
		say_error(c, &t->info);
		return;
	}
	struct walk_task *side = w->sides[w->reached];
	struct mark *all = xcalloc(m->n + side->n, sizeof(*all));
	if (m->n)
		memcpy(all, m->items, m->n * sizeof(*all));
	memcpy(all + m->n, side->marks, side->n * sizeof(*all));
	marks_take(m, all, m->n + side->n);
	say(c, MESSAGE_INFO, ngettext("%zu is marked.", "%zu are marked.", m->n), m->n);
	w->lv->view.dirty = true;
}

static void range_dispose(struct task *t)
{
	struct range_task *w = (struct range_task *)t;

	for (int side = 0; side < 2; side++) {
		walk_dispose(&w->sides[side]->task);
		xfree(&w->cursor[side]);
	}
	xfree(&w);
}

void list_task_mark_range(struct list_view *lv, int64_t from, int64_t to)
{
	struct range_task *w;

	if (!lv->query)
		return;
	w = xcalloc(1, sizeof(*w));
	w->task = (struct task){.run = range_run,
				.done = range_done,
				.dispose = range_dispose,
				.doing = N_("marking")};
	w->lv = lv;
	w->sides[0] = walk_new(lv, NULL);
	w->sides[1] = walk_new(lv, NULL);
	w->from = from;
	w->to = to;
	w->reached = -1;
	worker_send(lv->view.c->worker, &w->task);
}
