/* ui/filter.c - parsing of the filter language. */
#include "ui/filter.h"

#include <string.h>

static const char *const key_names[FILTER_KEYS] = {"brand", "platform", "status", "error", "text"};

const char *filter_key_name(enum filter_key k)
{
	return key_names[k];
}

static enum filter_key find_key(const char *s, size_t n)
{
	for (int k = 0; k < FILTER_KEYS; k++)
		if (strlen(key_names[k]) == n && !memcmp(key_names[k], s, n))
			return (enum filter_key)k;
	return FILTER_KEYS;
}

/* Letters up to a colon that is not the one of a URL. */
static size_t key_length(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return n && s[n] == ':' && strncmp(s + n, "://", 3) != 0 ? n : 0;
}

static void add_value(struct arena *a, struct filter_values *v, const char *s, size_t n)
{
	v->items = arena_grow(a, v->items, v->n, sizeof(*v->items));
	v->items[v->n++] = arena_strndup(a, s, n);
}

/* One value, up to a comma or a space, or in quotes. Returns where it ends; *n is its length. */
static const char *one_value(const char *s, bool commas, const char **from, size_t *n)
{
	if (*s == '"') {
		const char *end = strchr(s + 1, '"');
		*from = s + 1;
		*n = end ? (size_t)(end - s - 1) : strlen(s + 1);
		return end ? end + 1 : s + 1 + *n;
	}
	*from = s;
	*n = strcspn(s, commas ? " ," : " ");
	return s + *n;
}

static enum err condition(const char **ps, struct arena *a, struct filter *f, bool not,
			  struct err_info *info)
{
	const char *s = *ps;
	size_t n = key_length(s), length;
	enum filter_key k = n ? find_key(s, n) : FILTER_TEXT;
	const char *from;

	if (k == FILTER_KEYS) {
		enum err e = err_set(info, E_INVALID, "The filter does not know \"%.*s:\".", (int)n,
				     s);
		err_hint(info, "it knows brand: platform: status: error: text:");
		return e;
	}
	if (n)
		s += n + 1;
	if (*s == '!') {
		not = !not ;
		s++;
	}
	struct filter_values *v = &f->values[k];
	if (v->n && v->not != not )
		return err_set(info, E_INVALID, "The filter has %s: both with and without \"!\".",
			       key_names[k]);
	v->not = not ;
	for (;;) {
		s = one_value(s, k != FILTER_TEXT, &from, &length);
		if (length == 0)
			return err_set(info, E_INVALID, "The filter names no value after \"%s:\".",
				       key_names[k]);
		add_value(a, v, from, length);
		if (*s != ',' || k == FILTER_TEXT)
			break;
		s++;
	}
	*ps = s;
	return OK;
}

static const char *join(struct arena *a, const struct filter_values *v)
{
	const char *text = v->n ? v->items[0] : NULL;

	for (size_t i = 1; i < v->n; i++)
		text = arena_printf(a, "%s %s", text, v->items[i]);
	return text;
}

enum err filter_parse(const char *s, struct arena *a, struct filter *out, struct err_info *info)
{
	struct filter f = {0};

	for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
		bool not = *s == '!';
		if (not )
			s++;
		enum err e = condition(&s, a, &f, not, info);
		if (e != OK)
			return e;
	}
	if (f.values[FILTER_ERROR].n > 1)
		return err_set(info, E_INVALID, "The filter takes one error code.");
	f.text = join(a, &f.values[FILTER_TEXT]);
	*out = f;
	return OK;
}

size_t filter_word(const char *s, size_t cursor, enum filter_key *key)
{
	size_t from = cursor, value;

	while (from > 0 && s[from - 1] != ' ')
		from--;
	if (s[from] == '!' && from < cursor)
		from++;
	*key = FILTER_KEYS;
	size_t n = key_length(s + from);
	if (!n || from + n >= cursor)
		return from;
	*key = find_key(s + from, n);
	value = from + n + 1;
	for (size_t i = value; i < cursor; i++)
		if (s[i] == ',' || s[i] == '!')
			value = i + 1;
	return value;
}
