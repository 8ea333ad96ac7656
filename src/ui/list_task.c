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
	if ((w->n & (w->n - 1)) == 0)
		w->marks = xrealloc(w->marks, w->n ? w->n * 2 : 1, sizeof(*w->marks));
	w->marks[w->n++] = (struct mark){w->lv->list.source->id(p, i), w->lv->spec->brand(p, i)};
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
