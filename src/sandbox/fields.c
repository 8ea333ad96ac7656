/* sandbox/fields.c - see fields.h. In JSON, an array's members are fields named NAME[]. */
#include "sandbox/fields.h"

#include <string.h>

#include "base/mem.h"

static struct field *add(const struct call *c, struct fields *f, const char *name,
			 const char *value, size_t len)
{
	struct arena *a = c->answer->arena;
	char *copy = memcpy(arena_alloc(a, len + 1), value, len);

	f->items = arena_grow(a, f->items, f->n, sizeof(*f->items));
	f->items[f->n] = (struct field){.name = arena_strdup(a, name), .value = copy, .len = len};
	return &f->items[f->n++];
}

static void add_json(const struct call *c, struct fields *f, const char *name, const struct json *j)
{
	const char *s = json_as_str(j);
	struct strbuf b;

	if (s) {
		add(c, f, name, s, strlen(s));
	} else if (!json_is_null(j)) {
		strbuf_init(&b, STRBUF_CEILING_DEFAULT);
		json_write(&b, j, false);
		add(c, f, name, b.data, b.len);
		strbuf_free(&b);
	}
}

static void read_json(const struct call *c, struct fields *f)
{
	struct json *body = call_body(c);

	for (const struct json *m = json_first(body); m; m = json_next(m)) {
		const char *name = json_name(m);

		if (!json_is_array(m)) {
			add_json(c, f, name, m);
			continue;
		}
		name = arena_printf(c->answer->arena, "%s[]", name);
		for (const struct json *i = json_first(m); i; i = json_next(i))
			add_json(c, f, name, i);
	}
	json_free(&body);
}

/* The listener reads a query; a form is one. Names come in their order, each value by its own decoding. */
static void read_form(const struct call *c, struct fields *f, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "&");
		/* One pair at a time, so that a name may come twice. */
		struct listener_request one = {.query = arena_strndup(c->answer->arena, text, n)};
		size_t name_len = strcspn(one.query, "=");
		struct listener_request only_name = {.query = arena_printf(c->answer->arena,
									   "n=%.*s", (int)name_len,
									   one.query)};
		const char *name = listener_param(&only_name, c->answer->arena, "n", NULL);
		const char *value = name ? listener_param(&one, c->answer->arena, name, NULL)
					 : NULL;

		if (value)
			add(c, f, name, value, strlen(value));
		text += n + (text[n] == '&');
	}
}

/* The parameter of a part's head, "name" or "filename"; NULL if it has none. */
static char *head_parameter(const struct call *c, const char *head, const char *name)
{
	char *mark = arena_printf(c->answer->arena, "; %s=\"", name);
	const char *at = strstr(head, mark);

	if (!at)
		return NULL;
	at += strlen(mark);
	return arena_strndup(c->answer->arena, at, strcspn(at, "\""));
}

static void read_part(const struct call *c, struct fields *f, const char *part, size_t n)
{
	const char *end = memmem(part, n, "\r\n\r\n", 4);
	struct field *added;
	const char *type;
	char *head, *name;

	if (!end)
		return;
	head = arena_strndup(c->answer->arena, part, (size_t)(end - part));
	name = head_parameter(c, head, "name");
	if (!name)
		return;
	end += 4;
	added = add(c, f, name, end, n - (size_t)(end - part));
	added->is_file = head_parameter(c, head, "filename") != NULL;
	type = strcasestr(head, "content-type:");
	if (type) {
		type += strlen("content-type:");
		type += strspn(type, " ");
		added->type = arena_strndup(c->answer->arena, type, strcspn(type, "\r\n"));
	}
}

static void read_multipart(const struct call *c, struct fields *f, const char *boundary)
{
	char *mark = arena_printf(c->answer->arena, "--%.*s", (int)strcspn(boundary, ";\" \r\n"),
				  boundary);
	const char *s = c->request->body, *end = s + c->request->len;
	const char *at = memmem(s, (size_t)(end - s), mark, strlen(mark)), *next;

	while (at && (at += strlen(mark)) + 2 <= end && memcmp(at, "\r\n", 2) == 0) {
		at += 2;
		next = memmem(at, (size_t)(end - at), mark, strlen(mark));
		if (!next || next - at < 2)
			return;
		/* The line's end before the mark belongs to the mark. */
		read_part(c, f, at, (size_t)(next - at) - 2);
		at = next;
	}
}

struct fields fields_read(const struct call *c)
{
	const char *type = listener_header(c->request, "Content-Type");
	const char *boundary = type ? strstr(type, "boundary=") : NULL;
	struct fields f = {0};

	read_form(c, &f, c->request->query);
	if (!type)
		return f;
	if (strncasecmp(type, "application/json", 16) == 0)
		read_json(c, &f);
	else if (strncasecmp(type, "multipart/form-data", 19) == 0 && boundary)
		read_multipart(c, &f, boundary + strlen("boundary="));
	else if (strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0)
		read_form(c, &f, c->request->body);
	return f;
}

const struct field *fields_find(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->items[i].name, name) == 0)
			return &f->items[i];
	return NULL;
}

const char *fields_get(const struct fields *f, const char *name)
{
	const struct field *found = fields_find(f, name);

	return found ? found->value : NULL;
}
