/* ui/text_view.h - a full-screen text that scrolls: help, messages, an opened job, a preview.
 *
 * What is shown is built anew as styled lines when the data or the width change. */
#ifndef MASTHEAD_UI_TEXT_VIEW_H
#define MASTHEAD_UI_TEXT_VIEW_H

#include "base/json.h"
#include "base/when.h"
#include "ui/draw.h"
#include "ui/view.h"

#define LINES_MAX 5000
struct styled_line {
	char *text;
	enum role role;
};
struct lines {
	struct styled_line *items;
	size_t n;
};
void lines_free(struct lines *l);
void lines_add(struct lines *l, enum role role, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Wrapped at words to `width` cells; lines after the first are indented. Newlines are kept. */
void lines_wrap(struct lines *l, enum role role, int width, int indent, const char *fmt, ...)
	PRINTF_LIKE(5, 6);
void lines_heading(struct lines *l, const char *text); /* with an empty line before it */
void lines_json(struct lines *l, const struct json *j,
		int width); /* readable, for check and the like */

struct text_spec {
	const char *title; /* msgid */
	void (*build)(struct console *c, struct lines *out, int width, void *data);
	/* As in view_ops, with the data; NULL: none of it. */
	bool (*run)(struct console *c, void *data, const char *command, const char *args);
	bool (*select)(struct console *c, void *data, struct selection *s);
	void (*describe)(struct console *c, void *data, struct strbuf *out);
	bool (*closing)(struct console *c, void *data); /* before `back' leaves it; false: stays */
	bool live;                                      /* built again when the workspace changes */
	void (*drop)(void *data);
};
/* spec is borrowed, data is taken. */
struct view *text_view_new(struct console *c, const struct text_spec *spec, unsigned pane,
			   void *data);
/* The data of the topmost text of this spec; NULL if there is none. */
void *text_view_data(struct console *c, const struct text_spec *spec);

#endif
