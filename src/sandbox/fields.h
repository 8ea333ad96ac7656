/* sandbox/fields.h - what a request says, however it says it: query form, multipart or JSON. Internal to
 * sandbox/. */
#ifndef MASTHEAD_SANDBOX_FIELDS_H
#define MASTHEAD_SANDBOX_FIELDS_H

#include "sandbox/call.h"

struct field {
	const char *name, *value; /* NUL-terminated; value may hold more NULs */
	size_t len;
	const char *type; /* a part's own content type; NULL if it said none */
	bool is_file;
};

struct fields {
	struct field *items;
	size_t n;
};

/* Everything lies in the answer's arena. An unreadable body has no fields. */
struct fields fields_read(const struct call *c);
/* The first of that name; NULL if there is none. */
const struct field *fields_find(const struct fields *f, const char *name);
const char *fields_get(const struct fields *f, const char *name); /* its value */

#endif
