/* base/json_check.h - the strict grammar that json.c demands before cJSON sees a text. */
#ifndef MASTHEAD_BASE_JSON_CHECK_H
#define MASTHEAD_BASE_JSON_CHECK_H

#include "base/compiler.h"

/* The numbers of a text in the order in which they stand, by place and length. */
struct json_number {
	uint32_t at, len;
	bool integer; /* written without point or exponent */
};
struct json_numbers {
	struct json_number *items;
	size_t n, size;
};

/* NULL: acceptable; otherwise what is wrong, with its byte offset in *at. The
 * numbers are appended; the caller frees items. */
const char *json_check(const char *s, size_t n, struct json_numbers *numbers, size_t *at);

#endif
