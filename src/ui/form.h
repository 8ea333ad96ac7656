/* ui/form.h - a few fields to be filled in, over the whole body. */
#ifndef MASTHEAD_UI_FORM_H
#define MASTHEAD_UI_FORM_H

#include "ui/line.h"
#include "ui/view.h"

#define FORM_FIELDS 10
struct form_field {
	const char *label; /* msgid */
	const char *help;  /* msgid; NULL */
	bool masked;       /* a secret: shown as dots, never in the history */
	/* What can be chosen with ^N and ^P, one a line; NULL: free text. */
	void (*choices)(struct console *c, const char *prefix, struct strbuf *out);
};
struct form;
struct form_spec {
	const char *title; /* msgid */
	const struct form_field *fields;
	size_t n;
	/* Enter in the last field, or in a secret that is filled in. The form stays until form_close, so that an error can be mended. */
	void (*accept)(struct console *c, struct form *f);
};
/* Opens it on top; values: n strings, NULL: empty. */
struct form *form_open(struct console *c, const struct form_spec *spec, const char *const *values);
const char *form_value(const struct form *f, size_t field);
/* The open form of this spec, NULL if it has been left. */
struct form *form_find(struct console *c, const struct form_spec *spec);
void form_say(struct form *f, bool bad, const char *text); /* below the fields */
void form_clear_secrets(struct form *f);
void form_close(struct console *c, struct form *f);

#endif
