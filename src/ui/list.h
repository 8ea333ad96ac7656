/* ui/list.h - a window onto a list of any length, read by key in pages.
 *
 * Up to LIST_PAGES neighbouring pages are held; `top` and `cursor` are rows of
 * these. What is to be read is said in a list_want; list_fetch reads it with any
 * ops in any thread; list_apply takes it in on the screen thread. So a quick
 * query is read at once and a slow one by the worker, with the same code.
 *
 * Invariants: (1) rows > 0: top <= cursor < rows. (2) cursor_id is the id of the
 * row under the cursor, and a reload looks for it, never for the row's number.
 * (3) rows > 0: cursor - top < height. */
#ifndef MASTHEAD_UI_LIST_H
#define MASTHEAD_UI_LIST_H

#include "base/error.h"
#include "base/model.h"
#include "ui/marks.h"

#define LIST_PAGES 4
#define LIST_PAGE_MIN 64

struct ops;
struct list_source {
	/* As ops' list functions: query is the view's immutable filter and order. */
	enum err (*page)(struct ops *o, const void *query, const struct page_request *r,
			 struct page *out, struct err_info *info);
	int64_t (*id)(const struct page *p, size_t i);
};

enum list_kind { WANT_FIRST, WANT_LAST, WANT_AROUND, WANT_DOWN, WANT_UP };
struct list_want {
	enum list_kind kind;
	int64_t id; /* AROUND: this row, kept `before` rows below the top of the window */
	int before;
	int limit;
	char cursor[512]; /* DOWN, UP: the neighbouring page's edge */
	int move;         /* rows that the cursor still has to go once it is there */
	bool home;        /* AROUND: the window stood at the list's head and stays there */
	bool strict;      /* AROUND: the first page instead, if the row is not in the list */
	unsigned generation;
};
struct list_got {
	enum list_kind
		kind; /* what was read in the end: FIRST or LAST where AROUND found nothing */
	struct page after, before;
	enum err e;
	struct err_info info;
};

struct list {
	const struct list_source *source;
	const void *query; /* borrowed from the view */
	struct ops *ops;   /* the screen's */
	/* Hands a want to the worker; NULL or false: read it here and now. */
	bool (*dispatch)(struct list *l, const struct list_want *w);
	void *self; /* of dispatch */
	struct page pages[LIST_PAGES];
	size_t n_pages, rows, top, cursor;
	int height;          /* rows on the screen, >= 1 */
	int64_t cursor_id;   /* 0: none yet */
	int64_t total;       /* -1: not counted to the end */
	bool follow;         /* stay at the last row as rows come */
	bool loading;        /* a want is with the worker */
	bool again;          /* reload once it is back */
	unsigned generation; /* of the query: what was wanted for an older one is dropped */
	struct marks marks;
	int64_t range_id; /* where `V' began; 0: nowhere */
	enum err e;       /* of the last read */
	struct err_info info;
};

void list_init(struct list *l, const struct list_source *source, struct ops *ops);
void list_free(struct list *l);
/* Another filter or order: the cursor stays on its record if that is still in the list. */
void list_set_query(struct list *l, const void *query);
void list_set_height(struct list *l, int height);
/* Reads again what is on the screen. */
void list_reload(struct list *l);
void list_move(struct list *l, int rows); /* the cursor; negative: up */
void list_first(struct list *l);
void list_last(struct list *l);
void list_goto(struct list *l, int64_t id);
/* Row i of what is held: its page and index there. */
const struct page *list_row(const struct list *l, size_t i, size_t *index);
const struct page *list_current(const struct list *l, size_t *index); /* NULL: the list is empty */
int64_t list_id(const struct list *l, size_t i);
/* Marks from range_id to the cursor; false if the start is no longer held. */
bool list_mark_range(struct list *l, int64_t (*brand)(const struct page *p, size_t i));

void list_fetch(const struct list_source *source, struct ops *o, const void *query,
		const struct list_want *w, struct list_got *got);
/* Takes what got holds, whatever the outcome. */
void list_apply(struct list *l, const struct list_want *w, struct list_got *got);
void list_got_free(struct list_got *got);

#endif
