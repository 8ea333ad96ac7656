/* ui/list.c - see list.h for the model. */
#include "ui/list.h"

#include <string.h>

void list_init(struct list *l, const struct list_source *source, struct ops *ops)
{
	*l = (struct list){.source = source, .ops = ops, .height = 1, .total = -1};
}

static void drop_pages(struct list *l)
{
	for (size_t i = 0; i < l->n_pages; i++)
		page_free(&l->pages[i]);
	l->n_pages = l->rows = l->top = l->cursor = 0;
}

void list_free(struct list *l)
{
	drop_pages(l);
	marks_free(&l->marks);
}

void list_got_free(struct list_got *got)
{
	page_free(&got->after);
	page_free(&got->before);
}

const struct page *list_row(const struct list *l, size_t i, size_t *index)
{
	for (size_t p = 0; p < l->n_pages; p++) {
		if (i < l->pages[p].n) {
			*index = i;
			return &l->pages[p];
		}
		i -= l->pages[p].n;
	}
	return NULL;
}

const struct page *list_current(const struct list *l, size_t *index)
{
	return l->rows ? list_row(l, l->cursor, index) : NULL;
}

int64_t list_id(const struct list *l, size_t i)
{
	size_t k;
	const struct page *p = list_row(l, i, &k);
	return p ? l->source->id(p, k) : 0;
}

/* ------------------------------------------------------------------ reading */
static enum err fetch_around(const struct list_source *s, struct ops *o, const void *query,
			     const struct list_want *w, struct list_got *got)
{
	struct page_request r = {.limit = w->limit, .around_id = w->id, .count = true};
	enum err e = s->page(o, query, &r, &got->after, &got->info);

	if (e == OK && w->strict && (got->after.n == 0 || s->id(&got->after, 0) != w->id)) {
		page_free(&got->after);
		got->kind = WANT_FIRST;
		r = (struct page_request){.limit = w->limit, .count = true};
		return s->page(o, query, &r, &got->after, &got->info);
	}
	if (e == OK && got->after.n == 0) {
		/* It is gone, and so is all that stood below it. */
		page_free(&got->after);
		got->kind = WANT_LAST;
		r = (struct page_request){.limit = w->limit, .last = true, .count = true};
		return s->page(o, query, &r, &got->after, &got->info);
	}
	if (e != OK || !got->after.prev)
		return e;
	if (w->before == 0 && !w->home && got->after.n >= (size_t)w->limit)
		return e;
	/* Near the end of the list the page is short: more of what stands above fills the window. */
	int missing = w->limit - (int)got->after.n;
	r = (struct page_request){.limit = w->before > missing ? w->before : missing,
				  .cursor = got->after.prev,
				  .backwards = true};
	if (w->home) /* new rows come at the head, above the cursor: the window shows them */
		r.limit = w->limit;
	return s->page(o, query, &r, &got->before, &got->info);
}

void list_fetch(const struct list_source *s, struct ops *o, const void *query,
		const struct list_want *w, struct list_got *got)
{
	struct page_request r = {.limit = w->limit};

	*got = (struct list_got){.kind = w->kind};
	switch (w->kind) {
	case WANT_FIRST:
		r.count = true;
		break;
	case WANT_LAST:
		r.count = true;
		r.last = true;
		break;
	case WANT_DOWN:
		r.cursor = w->cursor;
		break;
	case WANT_UP:
		r.cursor = w->cursor;
		r.backwards = true;
		break;
	case WANT_AROUND:
		got->e = fetch_around(s, o, query, w, got);
		return;
	}
	got->e = s->page(o, query, &r, &got->after, &got->info);
}

/* ------------------------------------------------------------------ taking in */
static void settle(struct list *l)
{
	if (l->rows == 0) {
		l->top = l->cursor = 0;
		l->cursor_id = 0;
		return;
	}
	if (l->cursor >= l->rows)
		l->cursor = l->rows - 1;
	if (l->top > l->cursor)
		l->top = l->cursor;
	if (l->cursor - l->top >= (size_t)l->height)
		l->top = l->cursor - (size_t)l->height + 1;
	/* No air below the end while there are rows above. */
	if (!l->pages[l->n_pages - 1].next && l->top + (size_t)l->height > l->rows)
		l->top = l->rows > (size_t)l->height ? l->rows - (size_t)l->height : 0;
	l->cursor_id = list_id(l, l->cursor);
}

static void take_page(struct list *l, size_t at, struct page *p)
{
	if (p->n == 0 && l->n_pages > 0) {
		page_free(p);
		return;
	}
	memmove(&l->pages[at + 1], &l->pages[at], (l->n_pages - at) * sizeof(l->pages[0]));
	l->pages[at] = *p;
	l->n_pages++;
	l->rows += p->n;
	*p = (struct page){0};
}

static void forget_page(struct list *l, size_t at)
{
	l->rows -= l->pages[at].n;
	page_free(&l->pages[at]);
	l->n_pages--;
	memmove(&l->pages[at], &l->pages[at + 1], (l->n_pages - at) * sizeof(l->pages[0]));
}

static void apply_down(struct list *l, struct list_got *got)
{
	if (l->n_pages == LIST_PAGES) {
		size_t gone = l->pages[0].n;
		if (l->top < gone)
			return;
		forget_page(l, 0);
		l->top -= gone;
		l->cursor -= gone;
	}
	if (got->after.n == 0)
		l->pages[l->n_pages - 1].next = NULL;
	take_page(l, l->n_pages, &got->after);
}

static void apply_up(struct list *l, struct list_got *got)
{
	size_t come = got->after.n;
	if (l->n_pages == LIST_PAGES) {
		if (l->top + (size_t)l->height > l->rows - l->pages[l->n_pages - 1].n)
			return;
		forget_page(l, l->n_pages - 1);
	}
	if (come == 0)
		l->pages[0].prev = NULL;
	take_page(l, 0, &got->after);
	l->top += come;
	l->cursor += come;
}

static void apply_whole(struct list *l, const struct list_want *w, struct list_got *got)
{
	size_t above = got->before.n;

	drop_pages(l);
	l->total = got->after.total;
	if (above)
		take_page(l, 0, &got->before);
	take_page(l, l->n_pages, &got->after);
	switch (got->kind) {
	case WANT_LAST:
		l->cursor = l->rows ? l->rows - 1 : 0;
		l->top = l->rows > (size_t)l->height ? l->rows - (size_t)l->height : 0;
		break;
	case WANT_AROUND:
		l->cursor = above;
		if (w->home && !(l->n_pages && l->pages[0].prev))
			l->top = 0;
		else
			l->top = l->cursor > (size_t)w->before ? l->cursor - (size_t)w->before : 0;
		break;
	default:
		break;
	}
}

static void go_on(struct list *l, int move);

void list_apply(struct list *l, const struct list_want *w, struct list_got *got)
{
	bool again = l->again;

	l->loading = l->again = false;
	if (w->generation != l->generation) {
		list_got_free(got);
		list_reload(l);
		return;
	}
	l->e = got->e;
	l->info = got->info;
	if (got->e == OK) {
		if (w->kind == WANT_DOWN && l->n_pages)
			apply_down(l, got);
		else if (w->kind == WANT_UP && l->n_pages)
			apply_up(l, got);
		else
			apply_whole(l, w, got);
		settle(l);
	}
	list_got_free(got);
	if (got->e == OK && w->move)
		go_on(l, w->move);
	if (again)
		list_reload(l);
}

static void want(struct list *l, struct list_want *w)
{
	struct list_got got;

	w->generation = l->generation;
	w->limit = l->height * 2 > LIST_PAGE_MIN ? l->height * 2 : LIST_PAGE_MIN;
	if (l->loading) {
		l->again |= w->kind != WANT_DOWN && w->kind != WANT_UP;
		return;
	}
	if (l->dispatch && l->dispatch(l, w)) {
		l->loading = true;
		return;
	}
	list_fetch(l->source, l->ops, l->query, w, &got);
	list_apply(l, w, &got);
}

/* ------------------------------------------------------------------ moving */
static bool edge(struct list *l, bool down, struct list_want *w)
{
	const char *cursor = NULL;

	if (l->n_pages)
		cursor = down ? l->pages[l->n_pages - 1].next : l->pages[0].prev;
	if (!cursor || strlen(cursor) >= sizeof(w->cursor))
		return false;
	*w = (struct list_want){.kind = down ? WANT_DOWN : WANT_UP};
	memcpy(w->cursor, cursor, strlen(cursor) + 1);
	return true;
}

/* Moves within what is held, and asks for more when that ends. */
static void go_on(struct list *l, int move)
{
	struct list_want w;
	size_t room;

	if (l->rows == 0)
		return;
	if (move > 0) {
		room = l->rows - 1 - l->cursor;
		size_t step = (size_t)move < room ? (size_t)move : room;
		l->cursor += step;
		settle(l);
		if ((size_t)move > step && edge(l, true, &w)) {
			w.move = move - (int)step;
			want(l, &w);
		}
	} else if (move < 0) {
		room = l->cursor;
		size_t step = (size_t)-move < room ? (size_t)-move : room;
		l->cursor -= step;
		settle(l);
		if ((size_t)-move > step && edge(l, false, &w)) {
			w.move = move + (int)step;
			want(l, &w);
		}
	}
}

/* The window may reach past what is held though the cursor does not. */
static void fill(struct list *l)
{
	struct list_want w;

	if (l->rows && l->top + (size_t)l->height > l->rows && edge(l, true, &w))
		want(l, &w);
}

void list_move(struct list *l, int rows)
{
	l->follow = false;
	go_on(l, rows);
	fill(l);
}

void list_first(struct list *l)
{
	struct list_want w = {.kind = WANT_FIRST};

	l->follow = false;
	if (l->rows && !l->pages[0].prev && !l->loading) {
		l->cursor = l->top = 0;
		settle(l);
		return;
	}
	want(l, &w);
}

void list_last(struct list *l)
{
	struct list_want w = {.kind = WANT_LAST};

	if (l->rows && !l->pages[l->n_pages - 1].next && !l->loading) {
		l->cursor = l->rows - 1;
		settle(l);
		return;
	}
	want(l, &w);
}

void list_goto(struct list *l, int64_t id)
{
	struct list_want w = {.kind = WANT_AROUND, .id = id, .before = l->height / 2};

	for (size_t i = 0; i < l->rows; i++)
		if (list_id(l, i) == id) {
			l->follow = false;
			l->cursor = i;
			settle(l);
			fill(l);
			return;
		}
	l->follow = false;
	want(l, &w);
}

static void reload(struct list *l, bool strict)
{
	struct list_want w = {.kind = WANT_FIRST};

	if (l->follow) {
		w.kind = WANT_LAST;
	} else if (l->cursor_id) {
		w.kind = WANT_AROUND;
		w.id = l->cursor_id;
		w.strict = strict;
		w.before = (int)(l->cursor - l->top);
		w.home = l->top == 0 && l->n_pages && !l->pages[0].prev;
	}
	want(l, &w);
}

void list_reload(struct list *l)
{
	reload(l, false);
}

void list_set_query(struct list *l, const void *query)
{
	l->query = query;
	l->generation++;
	l->total = -1;
	reload(l, true);
}

void list_set_height(struct list *l, int height)
{
	l->height = height < 1 ? 1 : height;
	settle(l);
	fill(l);
}

bool list_mark_range(struct list *l, int64_t (*brand)(const struct page *p, size_t i))
{
	size_t from = l->rows;

	for (size_t i = 0; i < l->rows; i++)
		if (list_id(l, i) == l->range_id)
			from = i;
	if (from == l->rows)
		return false;
	size_t lo = from < l->cursor ? from : l->cursor, hi = from < l->cursor ? l->cursor : from;
	for (size_t i = lo; i <= hi; i++) {
		size_t k;
		const struct page *p = list_row(l, i, &k);
		marks_add(&l->marks, l->source->id(p, k), brand(p, k));
	}
	return true;
}
