/* base/json.h - JSON with the caps that hostile answers need, over cJSON.
 *
 * Parsing is strict: valid UTF-8, no raw control characters, no trailing bytes,
 * no \u0000, at most JSON_DEPTH_MAX levels and the given number of bytes; duplicate
 * keys: the first wins; names are case-sensitive. Integers keep the digits with which
 * they were written: ids from outside are read as text (json_text_of). Freed memory is
 * wiped, for answers hold tokens. Any thread; a value belongs to one. */
#ifndef MASTHEAD_BASE_JSON_H
#define MASTHEAD_BASE_JSON_H

#include "base/error.h"
#include "base/mem.h"
#include "base/strbuf.h"

struct json; /* a value; the root owns the tree */

#define JSON_DEPTH_MAX 32
#define JSON_BYTES_MAX ((size_t)1 << 20)

/* Installs the wiping allocator; main calls it once before anything else. */
void json_global_init(void);

/* *out is owned by the caller (json_free). E_PROTOCOL: not acceptable JSON. */
enum err json_parse(const char *s, size_t n, size_t max_bytes, struct json **out,
		    struct err_info *info) MUST_USE;
void json_free(struct json **j);

/* Reading: all accept NULL and the wrong kind and then answer NULL/default/0. */
const struct json *json_get(const struct json *obj, const char *name);
/* A path of names and array indices: json_at(j, "record.embed.images.0.alt"). */
const struct json *json_at(const struct json *j, const char *path);
const char *json_str(const struct json *obj, const char *name); /* NULL if not a string */
int64_t json_int(const struct json *obj, const char *name,
		 int64_t otherwise); /* |x| < 2^53, integral */
double json_num(const struct json *obj, const char *name, double otherwise);
bool json_bool(const struct json *obj, const char *name, bool otherwise);
const char *json_as_str(const struct json *j);
/* An id, which some send as a string and some as an integer of any length: its text, exactly. NULL for
 * all else (numbers with point or exponent too). Borrowed from the tree. */
const char *json_text_of(const struct json *j);
bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_null(const struct json *j); /* an explicit null, not absence */
size_t json_len(const struct json *j);
/* Iteration, O(1) a step: for (c = json_first(a); c; c = json_next(c)). */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *j);
const char *json_name(const struct json *member); /* of an object's member */

/* Building. A setter replaces the member of that name. Setters take NULL strings as
 * JSON null, copy what they are given, and return nothing: out of memory dies. Text must be valid UTF-8. */
struct json *json_new_object(void) MUST_USE;
struct json *json_new_array(void) MUST_USE;
void json_set_str(struct json *obj, const char *name, const char *value);
void json_set_int(struct json *obj, const char *name, int64_t value); /* exact for all 64 bits */
void json_set_num(struct json *obj, const char *name, double value);
void json_set_bool(struct json *obj, const char *name, bool value);
void json_set_null(struct json *obj, const char *name);
void json_set_time(struct json *obj, const char *name, int64_t ms); /* RFC 3339; 0 gives null */
/* Take ownership of value; return it (borrowed) for further filling. */
struct json *json_set(struct json *obj, const char *name, struct json *value);
struct json *json_add(struct json *array, struct json *value);
void json_add_str(struct json *array, const char *value);
void json_add_int(struct json *array, int64_t value);
struct json *json_copy(const struct json *j) MUST_USE;

/* Append the text. Compact is one line; pretty is indented by two spaces.
 * DEL, C1, line separators and bidi controls inside strings are written as \u escapes, so that the text is
 * safe on a terminal and still the same JSON value. */
void json_write(struct strbuf *out, const struct json *j, bool pretty);
/* Append a JSON string literal, quotes included. */
void json_write_str(struct strbuf *out, const char *s, size_t n);

#endif
