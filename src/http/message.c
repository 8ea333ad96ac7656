/* http/message.c - building requests, reading responses.
 *
 * A request's texts grow inside its arena: the capacity is a pure function of
 * the length (the next power of two), so nothing beside (bytes, len) has to be
 * kept. Secrets are only places: nothing here ever sees one. What an operator
 * is shown (http_request_describe) is made from the same texts that are sent. */
#include "http/message.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "http/ascii.h"

/* A secret's place while it stands in a JSON value: U+0001 can be in no post text, and JSON
 * has exactly one way to write it, so that the written form cannot come from anything else. */
#define MARK_VALUE "\x01slot:%d\x01"
#define MARK_OPEN "\"\\u0001slot:"
#define MARK_CLOSE "\\u0001\""
/* Likewise a file's place: its number among the request's files. (In two pieces, for the "f" would belong to the
 * escape before it.) */
#define FILE_VALUE \
	"\x01" \
	"file:%zu\x01"
#define FILE_OPEN "\"\\u0001file:"

static const char *const slot_names[SLOT_COUNT] = {
#define SLOT_NAME(e, name) [e] = name,
	SECRET_SLOT_TABLE(SLOT_NAME)
#undef SLOT_NAME
};

static size_t capacity_for(size_t len)
{
	size_t cap = 64;

	while (cap < len + 1)
		cap *= 2;
	return cap;
}

static void text_append(struct arena *a, struct http_text *t, const char *bytes, size_t n)
{
	size_t want = capacity_for(t->len + n);

	if (t->len == 0 || want > capacity_for(t->len)) {
		char *bigger = arena_alloc(a, want);

		memcpy(bigger, t->bytes, t->len);
		t->bytes = bigger;
	}
	memcpy(t->bytes + t->len, bytes, n);
	t->len += n;
	t->bytes[t->len] = '\0';
}

static void text_vprintf(struct arena *a, struct http_text *t, const char *fmt, va_list args)
{
	char stack[512];
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(stack, sizeof(stack), fmt, args);
	INVARIANT(n >= 0, "a request's text can be formatted");
	if ((size_t)n < sizeof(stack)) {
		text_append(a, t, stack, (size_t)n);
	} else {
		char *heap = xmalloc((size_t)n + 1);

		vsnprintf(heap, (size_t)n + 1, fmt, again);
		text_append(a, t, heap, (size_t)n);
		xfree(&heap);
	}
	va_end(again);
}

static void text_slot(struct http_text *t, enum secret_slot slot, enum slot_encoding enc)
{
	INVARIANT(t->n_slots < COUNT_OF(t->slots), "a text has room for its secrets");
	INVARIANT(slot < SLOT_COUNT, "a secret has a known slot");
	t->slots[t->n_slots++] = (struct http_slot){.at = t->len, .slot = slot, .encoding = enc};
}

static bool is_unreserved(unsigned char c)
{
	return ascii_is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void text_escaped(struct arena *a, struct http_text *t, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		char enc[3] = {'%', hex[c >> 4], hex[c & 15]};

		if (is_unreserved(c))
			text_append(a, t, s, 1);
		else
			text_append(a, t, enc, 3);
	}
}

static struct http_text text_empty(struct arena *a)
{
	return (struct http_text){.bytes = arena_strdup(a, "")};
}

static struct http_header *header_add(struct http_request *r, const char *name)
{
	struct http_header *h;

	r->headers = arena_grow(r->arena, r->headers, r->n_headers, sizeof(*r->headers));
	h = &r->headers[r->n_headers++];
	*h = (struct http_header){.name = arena_strdup(r->arena, name),
				  .value = text_empty(r->arena)};
	return h;
}

static bool has_header(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (ascii_equal_nocase(r->headers[i].name, name))
			return true;
	return false;
}

/* Starts the next form field: content type, separator, name. */
static void form_name(struct http_request *r, const char *name)
{
	if (!has_header(r, "Content-Type"))
		http_header(r, "Content-Type", "application/x-www-form-urlencoded");
	if (r->body.len > 0)
		text_append(r->arena, &r->body, "&", 1);
	text_escaped(r->arena, &r->body, name);
	text_append(r->arena, &r->body, "=", 1);
}

/* Appends JSON text in which files have their marks: these become their places. */
static void body_files_text(struct http_request *r, const char *s)
{
	const char *mark;

	while ((mark = strstr(s, FILE_OPEN)) != NULL) {
		size_t i;
		int used = 0;

		text_append(r->arena, &r->body, s, (size_t)(mark - s) + 1);
		s = mark + strlen(FILE_OPEN);
		if (sscanf(s, "%zu%n", &i, &used) != 1 || i >= r->n_body_files ||
		    strncmp(s + used, MARK_CLOSE, strlen(MARK_CLOSE)) != 0) {
			text_append(r->arena, &r->body, mark + 1, (size_t)(s - mark) - 1);
			continue;
		}
		r->body_files[i].at = r->body.len;
		s += (size_t)used + strlen(MARK_CLOSE) - 1;
	}
	text_append(r->arena, &r->body, s, strlen(s));
}

/* Appends JSON text, marks turned into secrets' places. */
static void body_json_text(struct http_request *r, const char *s)
{
	const char *mark;

	if (r->n_body_files > 0) {
		body_files_text(r, s);
		return;
	}
	while ((mark = strstr(s, MARK_OPEN)) != NULL) {
		int slot, used = 0;

		/* Up to and with the opening quote; the closing one begins the rest. */
		text_append(r->arena, &r->body, s, (size_t)(mark - s) + 1);
		s = mark + strlen(MARK_OPEN);
		if (sscanf(s, "%d%n", &slot, &used) != 1 || slot < 0 || slot >= SLOT_COUNT ||
		    strncmp(s + used, MARK_CLOSE, strlen(MARK_CLOSE)) != 0) {
			text_append(r->arena, &r->body, mark + 1, (size_t)(s - mark) - 1);
			continue;
		}
		text_slot(&r->body, (enum secret_slot)slot, SLOT_JSON);
		s += (size_t)used + strlen(MARK_CLOSE) - 1;
	}
	text_append(r->arena, &r->body, s, strlen(s));
}

/* A text for a person: secrets by name; what is no text by its size. */
static char *text_shown(struct arena *a, const struct http_text *t)
{
	struct http_text out = text_empty(a);
	size_t at = 0;

	if (!text_is_utf8(t->bytes, t->len) || memchr(t->bytes, '\0', t->len))
		return arena_printf(a, "[%zu bytes]", t->len);
	for (size_t i = 0; i < t->n_slots; i++) {
		const char *name = slot_names[t->slots[i].slot];

		text_append(a, &out, t->bytes + at, t->slots[i].at - at);
		text_append(a, &out, "[", 1);
		text_append(a, &out, name, strlen(name));
		text_append(a, &out, "]", 1);
		at = t->slots[i].at;
	}
	text_append(a, &out, t->bytes + at, t->len - at);
	return out.bytes;
}

static void describe_part(struct json *list, struct arena *a, const struct http_part *p)
{
	struct json *o = json_add(list, json_new_object());

	json_set_str(o, "name", p->name);
	if (p->filename)
		json_set_str(o, "filename", p->filename);
	if (p->type)
		json_set_str(o, "type", p->type);
	if (p->file) {
		json_set_str(o, "file", p->file);
	} else {
		struct http_text t = {.bytes = memcpy(arena_alloc(a, p->len + 1), p->bytes, p->len),
				      .len = p->len};

		json_set_str(o, "value", text_shown(a, &t));
	}
}

/* The body's text with files by name. */
static const char *files_shown(struct arena *a, const struct http_request *r)
{
	struct http_text out = text_empty(a);
	size_t at = 0;

	for (size_t i = 0; i < r->n_body_files; i++) {
		const struct http_body_file *f = &r->body_files[i];

		text_append(a, &out, r->body.bytes + at, f->at - at);
		text_append(a, &out, "[file ", 6);
		text_append(a, &out, f->path, strlen(f->path));
		text_append(a, &out, "]", 1);
		at = f->at;
	}
	text_append(a, &out, r->body.bytes + at, r->body.len - at);
	return out.bytes;
}

static void describe_body(struct json *o, struct arena *a, const struct http_request *r)
{
	if (r->n_parts > 0) {
		struct json *list = json_set(o, "body", json_new_array());

		for (size_t i = 0; i < r->n_parts; i++)
			describe_part(list, a, &r->parts[i]);
	} else if (r->n_body_files > 0) {
		json_set_str(o, "body", files_shown(a, r));
	} else if (r->body_file) {
		json_set_str(o, "body", arena_printf(a, "[file %s]", r->body_file));
	} else if (r->body.len > 0 || r->body.n_slots > 0) {
		json_set_str(o, "body", text_shown(a, &r->body));
	} else {
		json_set_null(o, "body");
	}
}

const char *secret_slot_name(enum secret_slot slot)
{
	return slot < SLOT_COUNT ? slot_names[slot] : "secret";
}

const char *http_method_name(enum http_method m)
{
	static const char *const names[] = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"};

	return m < COUNT_OF(names) ? names[m] : "GET";
}

struct http_request *http_request_new(enum http_method m)
{
	struct arena *a = arena_new();
	struct http_request *r = arena_alloc(a, sizeof(*r));

	r->arena = a;
	r->method = m;
	r->url = text_empty(a);
	r->body = text_empty(a);
	r->body_file_len = -1;
	return r;
}

void http_request_free(struct http_request **r)
{
	struct arena *a;

	if (!*r)
		return;
	/* The request itself lies in its arena. */
	a = (*r)->arena;
	*r = NULL;
	arena_free(&a);
}

void http_url(struct http_request *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vprintf(r->arena, &r->url, fmt, args);
	va_end(args);
}

void http_url_escaped(struct http_request *r, const char *s)
{
	text_escaped(r->arena, &r->url, s);
}

void http_url_secret(struct http_request *r, enum secret_slot slot, enum slot_encoding enc)
{
	text_slot(&r->url, slot, enc);
}

void http_query(struct http_request *r, const char *name, const char *value)
{
	if (!value)
		return;
	text_append(r->arena, &r->url, strchr(r->url.bytes, '?') ? "&" : "?", 1);
	text_escaped(r->arena, &r->url, name);
	text_append(r->arena, &r->url, "=", 1);
	text_escaped(r->arena, &r->url, value);
}

void http_header(struct http_request *r, const char *name, const char *fmt, ...)
{
	struct http_header *h = header_add(r, name);
	va_list args;

	va_start(args, fmt);
	text_vprintf(r->arena, &h->value, fmt, args);
	va_end(args);
}

void http_bearer(struct http_request *r, enum secret_slot slot)
{
	struct http_header *h = header_add(r, "Authorization");

	text_append(r->arena, &h->value, "Bearer ", 7);
	text_slot(&h->value, slot, SLOT_RAW);
}

void http_basic(struct http_request *r, const char *user, enum secret_slot slot)
{
	struct http_header *h = header_add(r, "Authorization");

	/* The transport encodes what stands between "Basic " and the slot together with it. */
	text_append(r->arena, &h->value, HTTP_BASIC_PREFIX, strlen(HTTP_BASIC_PREFIX));
	text_append(r->arena, &h->value, user, strlen(user));
	text_append(r->arena, &h->value, ":", 1);
	text_slot(&h->value, slot, SLOT_BASIC);
}

void http_sign_s3(struct http_request *r, const char *region, const char *user,
		  enum secret_slot slot, const char *sha256)
{
	static const char of_nothing[] =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

	r->sign_region = arena_strdup(r->arena, region);
	r->sign_user = arena_strdup(r->arena, user);
	r->sign_slot = slot;
	/* Told, because curl hashes no body that it reads piece by piece. */
	http_header(r, "x-amz-content-sha256", "%s", sha256 ? sha256 : of_nothing);
}

void http_body_raw(struct http_request *r, const void *bytes, size_t n)
{
	text_append(r->arena, &r->body, bytes, n);
}

void http_body_secret(struct http_request *r, enum secret_slot slot, enum slot_encoding enc)
{
	text_slot(&r->body, slot, enc);
}

void http_form(struct http_request *r, const char *name, const char *value)
{
	if (!value)
		return;
	form_name(r, name);
	text_escaped(r->arena, &r->body, value);
}

void http_form_secret(struct http_request *r, const char *name, enum secret_slot slot)
{
	form_name(r, name);
	text_slot(&r->body, slot, SLOT_FORM);
}

void http_body_json(struct http_request *r, const struct json *j)
{
	struct strbuf b;

	if (!has_header(r, "Content-Type"))
		http_header(r, "Content-Type", "application/json");
	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, j, false);
	INVARIANT(!b.overflowed, "a request's JSON fits");
	body_json_text(r, b.data);
	strbuf_free(&b);
}

void http_json_secret(struct json *obj, const char *name, enum secret_slot slot)
{
	char mark[32];

	snprintf(mark, sizeof(mark), MARK_VALUE, (int)slot);
	json_set_str(obj, name, mark);
}

void http_json_file(struct http_request *r, struct json *obj, const char *name, const char *path)
{
	char mark[48];

	r->body_files = arena_grow(r->arena, r->body_files, r->n_body_files,
				   sizeof(*r->body_files));
	r->body_files[r->n_body_files] = (struct http_body_file){
		.path = arena_strdup(r->arena, path)};
	snprintf(mark, sizeof(mark), FILE_VALUE, r->n_body_files++);
	json_set_str(obj, name, mark);
}

struct http_part *http_part_add(struct http_request *r, const char *name)
{
	struct http_part *p;

	r->parts = arena_grow(r->arena, r->parts, r->n_parts, sizeof(*r->parts));
	p = &r->parts[r->n_parts++];
	*p = (struct http_part){.name = arena_strdup(r->arena, name), .bytes = ""};
	return p;
}

struct json *http_request_describe(const struct http_request *r)
{
	struct arena *a = arena_new();
	struct json *o = json_new_object();
	struct json *headers;

	json_set_str(o, "method", http_method_name(r->method));
	json_set_str(o, "url", text_shown(a, &r->url));
	headers = json_set(o, "headers", json_new_object());
	for (size_t i = 0; i < r->n_headers; i++)
		json_set_str(headers, r->headers[i].name, text_shown(a, &r->headers[i].value));
	if (r->sign_region)
		json_set_str(headers, "Authorization",
			     arena_printf(a, "AWS4-HMAC-SHA256 %s, signed with [%s]", r->sign_user,
					  secret_slot_name(r->sign_slot)));
	describe_body(o, a, r);
	arena_free(&a);
	return o;
}

void http_response_free(struct http_response **r)
{
	struct arena *a;

	if (!*r)
		return;
	a = (*r)->arena;
	*r = NULL;
	arena_free(&a);
}

const char *http_response_header(const struct http_response *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (ascii_equal_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return NULL;
}

void http_response_add_header(struct http_response *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	const char *value;

	while (n > 0 && ascii_is_space(line[n - 1]))
		n--;
	if (!colon || colon == line || colon >= line + n)
		return;
	for (value = colon + 1; value < line + n && ascii_is_space(*value);)
		value++;
	r->headers = arena_grow(r->arena, r->headers, r->n_headers, sizeof(*r->headers));
	r->headers[r->n_headers].name = arena_strndup(r->arena, line, (size_t)(colon - line));
	r->headers[r->n_headers].value = arena_strndup(r->arena, value, (size_t)(line + n - value));
	r->n_headers++;
}

struct http_response *http_response_new(void)
{
	struct arena *a = arena_new_wiped();
	struct http_response *r = arena_alloc(a, sizeof(*r));

	r->arena = a;
	r->body = "";
	return r;
}

struct http_response *http_response_make(int status, const char *headers, const char *body)
{
	struct http_response *r = http_response_new();

	r->status = status;
	r->at = clock_wall_ms();
	while (headers && *headers) {
		size_t n = strcspn(headers, "\n");

		http_response_add_header(r, headers, n);
		headers += n + (headers[n] == '\n');
	}
	if (body) {
		r->len = strlen(body);
		r->body = arena_strndup(r->arena, body, r->len);
	}
	return r;
}
