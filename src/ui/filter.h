/* ui/filter.h - the filter language: what is typed after `\'.
 *
 *   status:failed,unknown brand:northwind !platform:x error:E_REJECTED text:"spring sale" word
 *
 * A word without a key is text. `!' before the key or the value turns a condition round. Values
 * with spaces stand in double quotes. Pure: no console. */
#ifndef MASTHEAD_UI_FILTER_H
#define MASTHEAD_UI_FILTER_H

#include "base/error.h"
#include "base/mem.h"

enum filter_key {
	FILTER_BRAND,
	FILTER_PLATFORM,
	FILTER_STATUS,
	FILTER_ERROR,
	FILTER_TEXT,
	FILTER_KEYS
};
struct filter_values {
	const char **items;
	size_t n;
	bool not ;
};
struct filter {
	struct filter_values values[FILTER_KEYS];
	const char *text; /* the words of FILTER_TEXT with one space between them; NULL: none */
};

/* Everything in *out lives in the arena. E_INVALID: an unknown key, a key without a value, both
 * senses of one condition, two error codes. */
enum err filter_parse(const char *s, struct arena *a, struct filter *out,
		      struct err_info *info) MUST_USE;
const char *filter_key_name(enum filter_key k);
/* Where the word that ends at `cursor` begins, and (key != FILTER_KEYS) the key whose value it is:
 * for completion. */
size_t filter_word(const char *s, size_t cursor, enum filter_key *key);

#endif
