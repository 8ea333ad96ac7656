/* ui/view.h - what every screen and pane is made of: one table of functions each.
 *
 * recalc reads (on the screen's own ops: quick and bounded), paint draws what was read;
 * a view that only moved its cursor paints without reading. Screen thread only. */
#ifndef MASTHEAD_UI_VIEW_H
#define MASTHEAD_UI_VIEW_H

#include "base/strbuf.h"
#include "ops/commands.h"
#include "ui/win.h"

struct console;
struct view;

/* What a command is to work on. */
enum selection_kind { SELECT_NONE, SELECT_BRAND, SELECT_CONNECTION, SELECT_JOB, SELECT_ENTRY };
struct selection {
	enum selection_kind kind;
	int64_t *ids; /* owned: selection_free */
	size_t n;
	int64_t brand_id; /* the one brand of all; 0: several, or not known */
	char brand[300];  /* its name; "" as above */
	char label[400];  /* of a single one: "northwind/bluesky/@alice.test" */
	char url[1024];   /* of a single one, if it has one */
	bool marks;       /* from the marks, not the cursor */
};
void selection_add(struct selection *s, int64_t id);
void selection_free(struct selection *s);

struct view_ops {
	const char *title;              /* msgid */
	void (*recalc)(struct view *v); /* the data may have changed: read them; NULL: has none */
	void (*resize)(struct view *v); /* rect has changed; NULL: does not care */
	void (*paint)(struct view *v, bool focused);
	/* A command of its own; false: not one. args: the rest of a ':' line, "" from a key. */
	bool (*run)(struct view *v, const char *command, const char *args);
	/* The record under the cursor, or the marked ones; false: none. */
	bool (*select)(struct view *v, bool marks, struct selection *s);
	void (*unmark)(struct view *v, const int64_t *ids, size_t n); /* NULL: has no marks */
	/* A key before the keymap sees it (typed input); false: not taken. */
	bool (*key)(struct view *v, uint32_t key);
	void (*describe)(struct view *v,
			 struct strbuf *out); /* beside the title: scope, filter, counts */
	void (*hint)(struct view *v, struct strbuf *out); /* instead of the keymap's; NULL */
	void (*free)(struct view *v);
};
struct view {
	const struct view_ops *ops;
	struct console *c;
	unsigned pane; /* bit of enum pane */
	struct rect rect;
	bool stale; /* recalc before the next paint */
	bool dirty; /* paint */
};
/* The title row of rect: name, description, rule. */
void view_paint_title(struct view *v, bool focused);

#endif
