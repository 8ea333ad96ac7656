/* ui/list_view.h - what the four panes share: a list with columns, cursor, marks, search and filter. */
#ifndef MASTHEAD_UI_LIST_VIEW_H
#define MASTHEAD_UI_LIST_VIEW_H

#include "ui/console.h"
#include "ui/list.h"
#include "ui/query.h"

#define COLUMNS_MAX 12

struct cell {
	char text[1024];
	int width; /* cells that it gets */
	enum role role;
	int attr; /* != 0: instead of the role's */
};
struct list_view;
struct list_spec {
	struct view_ops ops; /* begins with list_view's; a pane may put its own in */
	const struct column *columns;
	size_t n_columns;
	struct list_source source;
	bool follows; /* newest last, and stays there until one scrolls */
	bool filters; /* takes a filter */
	int64_t (*brand)(const struct page *p, size_t i);
	/* Any thread: does the record contain the text, whatever its case? */
	bool (*match)(const struct page *p, size_t i, const char *text);
	/* Fills q from scope and filter; E_INVALID, E_NOT_FOUND as the filter's names are. */
	enum err (*query)(struct list_view *lv, const char *filter, struct query *q,
			  struct err_info *info);
	void (*cell)(struct list_view *lv, const struct page *p, size_t i, size_t column,
		     struct cell *out);
	/* A column that the scope makes needless; NULL: none. */
	bool (*hides)(const struct list_view *lv, size_t column);
	enum selection_kind kind;
	void (*select)(struct list_view *lv, const struct page *p, size_t i, struct selection *s);
	bool (*run)(struct list_view *lv, const char *command,
		    const char *args);                              /* NULL: nothing of its own */
	void (*describe)(struct list_view *lv, struct strbuf *out); /* NULL: the scope */
	bool (*chosen)(const struct list_view *lv, const struct page *p,
		       size_t i); /* NULL: none is */
};
struct list_view {
	struct view view;
	const struct list_spec *spec;
	struct list list;
	struct query *query;
	char filter[LINE_BYTES];
	char search[LINE_BYTES];
	enum job_sort sort;
	bool ascending;
	unsigned scope_generation;
	struct err_info trouble; /* code OK: none */
};

struct view *list_view_new(struct console *c, const struct list_spec *spec, unsigned pane);
struct list_view *list_view_of(struct view *v); /* NULL: not a list */
/* E_INVALID...: the filter stays as it was. */
enum err list_view_filter(struct list_view *lv, const char *filter, struct err_info *info);
void list_view_requery(struct list_view *lv);
bool list_view_contains(const char *text, const char *needle); /* NULL text: false; any case */
void list_view_search(struct list_view *lv, bool backwards);
void list_view_scope(const struct console *c, bool connection, struct strbuf *out);

/* The functions for spec.ops: LIST_VIEW_OPS(N_("Jobs")). */
void list_view_recalc(struct view *v);
void list_view_resize(struct view *v);
void list_view_paint(struct view *v, bool focused);
bool list_view_run(struct view *v, const char *command, const char *args);
bool list_view_select(struct view *v, bool marks, struct selection *s);
void list_view_unmark(struct view *v, const int64_t *ids, size_t n);
void list_view_describe(struct view *v, struct strbuf *out);
void list_view_free(struct view *v);
#define LIST_VIEW_OPS(text) \
	{ \
		.title = (text), .recalc = list_view_recalc, .resize = list_view_resize, \
		.paint = list_view_paint, .run = list_view_run, .select = list_view_select, \
		.unmark = list_view_unmark, .describe = list_view_describe, .free = list_view_free \
	}

/* view_*.c */
extern const struct list_spec list_brands, list_connections, list_jobs, list_log;

#endif
