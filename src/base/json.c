/* base/json.c - reading and building JSON over cJSON.
 *
 * A `struct json` is a cJSON item by another name. An integer keeps the digits
 * with which it was written in valuestring, which cJSON leaves unused for
 * numbers, copies and frees: ids of nineteen digits do not fit a double.
 *
 * Every block has its size in front, so that freeing can wipe it. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_check.h"
#include "base/when.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53 */
#define SIZE_BYTES (_Alignof(max_align_t))

/* ---- memory ---- */

static void *wiped_malloc(size_t n)
{
	char *block;

	INVARIANT(n < SIZE_MAX - SIZE_BYTES, "an allocation of sane size");
	block = xmalloc(SIZE_BYTES + n);
	memcpy(block, &n, sizeof(n));
	return block + SIZE_BYTES;
}

static void wiped_free(void *p)
{
	char *block;
	size_t n;

	if (!p)
		return;
	block = (char *)p - SIZE_BYTES;
	memcpy(&n, block, sizeof(n));
	wipe(p, n);
	free(block);
}

void json_global_init(void)
{
	cJSON_Hooks hooks = {wiped_malloc, wiped_free};

	cJSON_InitHooks(&hooks);
}

static char *digits_copy(const char *s, size_t n)
{
	char *copy = cJSON_malloc(n + 1);

	if (!copy)
		die("out of memory (%zu bytes)", n);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

/* ---- the locale: a number's point is a point, whatever the operator's language ---- */

static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void c_locale_make(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	INVARIANT(c_locale != (locale_t)0, "a C locale");
}

static locale_t enter_c_locale(void)
{
	pthread_once(&c_locale_once, c_locale_make);
	return uselocale(c_locale);
}

/* ---- parsing ---- */

/* Give the numbers below item their digits; next counts through the list. */
static void attach_digits(cJSON *item, const char *s, const struct json_numbers *numbers,
			  size_t *next)
{
	if (cJSON_IsNumber(item)) {
		const struct json_number *number;

		INVARIANT(*next < numbers->n, "as many numbers in the tree as in the text");
		number = &numbers->items[(*next)++];
		if (number->integer)
			item->valuestring = digits_copy(s + number->at, number->len);
	}
	for (cJSON *child = item->child; child; child = child->next)
		attach_digits(child, s, numbers, next);
}

enum err json_parse(const char *s, size_t n, size_t max_bytes, struct json **out,
		    struct err_info *info)
{
	struct json_numbers numbers = {0};
	const char *wrong;
	locale_t before;
	cJSON *root;
	size_t at, next = 0;

	if (n > max_bytes)
		return err_set(info, E_PROTOCOL, "JSON of %zu bytes, more than %zu", n, max_bytes);
	wrong = json_check(s, n, &numbers, &at);
	if (wrong) {
		free(numbers.items);
		return err_set(info, E_PROTOCOL, "not valid JSON at byte %zu: %s", at, wrong);
	}
	before = enter_c_locale();
	root = cJSON_ParseWithLength(s, n);
	uselocale(before);
	if (root) {
		attach_digits(root, s, &numbers, &next);
		INVARIANT(next == numbers.n, "as many numbers in the tree as in the text");
	}
	free(numbers.items);
	if (!root)
		return err_set(info, E_PROTOCOL, "JSON that could not be read");
	*out = (struct json *)root;
	return OK;
}

void json_free(struct json **j)
{
	cJSON_Delete((cJSON *)*j);
	*j = NULL;
}

/* ---- reading ---- */

static const cJSON *item_of(const struct json *j)
{
	return (const cJSON *)j;
}

const struct json *json_get(const struct json *obj, const char *name)
{
	if (!cJSON_IsObject(item_of(obj)))
		return NULL;
	for (const cJSON *c = item_of(obj)->child; c; c = c->next) {
		if (c->string && !strcmp(c->string, name))
			return (const struct json *)c;
	}
	return NULL;
}

static const struct json *element(const struct json *array, const char *index)
{
	const struct json *c = json_first(array);
	char *end;
	unsigned long i;

	if (*index < '0' || *index > '9')
		return NULL;
	i = strtoul(index, &end, 10);
	if (*end)
		return NULL;
	while (c && i-- > 0)
		c = json_next(c);
	return c;
}

const struct json *json_at(const struct json *j, const char *path)
{
	char step[128];

	while (j && *path) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(step))
			return NULL;
		memcpy(step, path, n);
		step[n] = '\0';
		j = json_is_array(j) ? element(j, step) : json_get(j, step);
		path += n + (path[n] == '.' ? 1 : 0);
	}
	return j;
}

const char *json_as_str(const struct json *j)
{
	return cJSON_IsString(item_of(j)) ? item_of(j)->valuestring : NULL;
}

const char *json_str(const struct json *obj, const char *name)
{
	return json_as_str(json_get(obj, name));
}

const char *json_text_of(const struct json *j)
{
	return cJSON_IsNumber(item_of(j)) ? item_of(j)->valuestring : json_as_str(j);
}

int64_t json_int(const struct json *obj, const char *name, int64_t otherwise)
{
	const cJSON *c = item_of(json_get(obj, name));

	if (!cJSON_IsNumber(c) || !(fabs(c->valuedouble) < EXACT_MAX) ||
	    c->valuedouble != trunc(c->valuedouble))
		return otherwise;
	return (int64_t)c->valuedouble;
}

double json_num(const struct json *obj, const char *name, double otherwise)
{
	const cJSON *c = item_of(json_get(obj, name));

	return cJSON_IsNumber(c) && isfinite(c->valuedouble) ? c->valuedouble : otherwise;
}

bool json_bool(const struct json *obj, const char *name, bool otherwise)
{
	const cJSON *c = item_of(json_get(obj, name));

	return cJSON_IsBool(c) ? cJSON_IsTrue(c) : otherwise;
}

bool json_is_object(const struct json *j)
{
	return cJSON_IsObject(item_of(j));
}

bool json_is_array(const struct json *j)
{
	return cJSON_IsArray(item_of(j));
}

bool json_is_null(const struct json *j)
{
	return cJSON_IsNull(item_of(j));
}

size_t json_len(const struct json *j)
{
	size_t n = 0;

	for (const struct json *c = json_first(j); c; c = json_next(c))
		n++;
	return n;
}

const struct json *json_first(const struct json *j)
{
	return json_is_array(j) || json_is_object(j) ? (const struct json *)item_of(j)->child
						     : NULL;
}

const struct json *json_next(const struct json *j)
{
	return j ? (const struct json *)item_of(j)->next : NULL;
}

const char *json_name(const struct json *member)
{
	return member ? item_of(member)->string : NULL;
}

/* ---- building ---- */

static cJSON *made(cJSON *item)
{
	if (!item)
		die("out of memory (JSON)");
	return item;
}

struct json *json_new_object(void)
{
	return (struct json *)made(cJSON_CreateObject());
}

struct json *json_new_array(void)
{
	return (struct json *)made(cJSON_CreateArray());
}

struct json *json_set(struct json *obj, const char *name, struct json *value)
{
	INVARIANT(json_is_object(obj), "an object to set a member of");
	if (json_get(obj, name))
		cJSON_DeleteItemFromObjectCaseSensitive((cJSON *)obj, name);
	if (!cJSON_AddItemToObject((cJSON *)obj, name, (cJSON *)value))
		die("out of memory (JSON)");
	return value;
}

struct json *json_add(struct json *array, struct json *value)
{
	INVARIANT(json_is_array(array), "an array to add to");
	cJSON_AddItemToArray((cJSON *)array, (cJSON *)value);
	return value;
}

static struct json *string_value(const char *value)
{
	return (struct json *)made(value ? cJSON_CreateString(value) : cJSON_CreateNull());
}

static struct json *int_value(int64_t value)
{
	cJSON *item = made(cJSON_CreateNumber((double)value));
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRId64, value);

	item->valuestring = digits_copy(digits, (size_t)n);
	return (struct json *)item;
}

void json_set_str(struct json *obj, const char *name, const char *value)
{
	json_set(obj, name, string_value(value));
}

void json_set_int(struct json *obj, const char *name, int64_t value)
{
	json_set(obj, name, int_value(value));
}

void json_set_num(struct json *obj, const char *name, double value)
{
	json_set(obj, name, (struct json *)made(cJSON_CreateNumber(value)));
}

void json_set_bool(struct json *obj, const char *name, bool value)
{
	json_set(obj, name, (struct json *)made(cJSON_CreateBool(value)));
}

void json_set_null(struct json *obj, const char *name)
{
	json_set(obj, name, string_value(NULL));
}

void json_set_time(struct json *obj, const char *name, int64_t ms)
{
	char at[WHEN_RFC3339_SIZE];

	if (ms)
		when_rfc3339(ms, at);
	json_set_str(obj, name, ms ? at : NULL);
}

void json_add_str(struct json *array, const char *value)
{
	json_add(array, string_value(value));
}

void json_add_int(struct json *array, int64_t value)
{
	json_add(array, int_value(value));
}

struct json *json_copy(const struct json *j)
{
	return j ? (struct json *)made(cJSON_Duplicate(item_of(j), 1)) : NULL;
}

/* ---- writing ---- */

static void write_number(struct strbuf *out, const cJSON *item)
{
	char text[40];
	locale_t before;

	if (item->valuestring) {
		strbuf_puts(out, item->valuestring);
		return;
	}
	if (!isfinite(item->valuedouble)) {
		strbuf_puts(out, "null");
		return;
	}
	before = enter_c_locale();
	snprintf(text, sizeof(text), "%.15g", item->valuedouble);
	if (strtod(text, NULL) != item->valuedouble)
		snprintf(text, sizeof(text), "%.17g", item->valuedouble);
	uselocale(before);
	strbuf_puts(out, text);
}

static void new_line(struct strbuf *out, unsigned depth)
{
	strbuf_putc(out, '\n');
	while (depth-- > 0)
		strbuf_puts(out, "  ");
}

static void write_item(struct strbuf *out, const cJSON *item, bool pretty, unsigned depth)
{
	bool object = cJSON_IsObject(item);

	if (!object && !cJSON_IsArray(item)) {
		if (cJSON_IsString(item))
			json_write_str(out, item->valuestring, strlen(item->valuestring));
		else if (cJSON_IsNumber(item))
			write_number(out, item);
		else if (cJSON_IsBool(item))
			strbuf_puts(out, cJSON_IsTrue(item) ? "true" : "false");
		else
			strbuf_puts(out, "null");
		return;
	}
	strbuf_putc(out, object ? '{' : '[');
	for (const cJSON *c = item->child; c; c = c->next) {
		if (pretty)
			new_line(out, depth + 1);
		if (object) {
			json_write_str(out, c->string, strlen(c->string));
			strbuf_puts(out, pretty ? ": " : ":");
		}
		write_item(out, c, pretty, depth + 1);
		if (c->next)
			strbuf_putc(out, ',');
	}
	if (pretty && item->child)
		new_line(out, depth);
	strbuf_putc(out, object ? '}' : ']');
}

void json_write(struct strbuf *out, const struct json *j, bool pretty)
{
	if (j)
		write_item(out, item_of(j), pretty, 0);
	else
		strbuf_puts(out, "null");
}
