/* tests/unit/platforms/rig.h - a driver small enough to read: calls the step function, keeps its state. */
#ifndef MASTHEAD_TESTS_PLATFORMS_RIG_H
#define MASTHEAD_TESTS_PLATFORMS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platforms/platform.h"

#define NOW INT64_C(1790000000000)

struct rig {
	const struct platform *platform;
	struct connection conn;
	struct post post;
	struct media media[8];
	struct step_in in;
	struct step_out out;
	struct json *state;
	size_t commits; /* commit-like requests so far */
};

static inline void rig_init(struct rig *r, const struct platform *p, enum platform_op op)
{
	*r = (struct rig){.platform = p};
	r->in.op = op;
	r->in.conn = &r->conn;
	r->in.post = &r->post;
	r->in.media_dir = "/media";
	r->in.now_ms = NOW;
	r->in.key_time_ms = NOW;
	r->post.media = r->media;
	step_out_init(&r->out);
}

static inline void rig_free(struct rig *r)
{
	step_out_free(&r->out);
	json_free(&r->state);
}

/* One call; the answer is freed. */
static inline enum step_verdict rig_answer(struct rig *r, struct http_response *answer)
{
	step_out_free(&r->out);
	step_out_init(&r->out);
	r->in.state = r->state;
	r->in.response = answer;
	if (answer != NULL)
		answer->at = NOW;
	r->platform->step(&r->in, &r->out);
	r->in.response = NULL;
	if (r->out.state != NULL) {
		json_free(&r->state);
		r->state = r->out.state;
		r->out.state = NULL;
	}
	r->in.state = r->state;
	if (r->out.verdict == STEP_SEND && r->out.commit_like)
		r->commits++;
	http_response_free(&answer);
	return r->out.verdict;
}

static inline enum step_verdict rig_start(struct rig *r)
{
	return rig_answer(r, NULL);
}

static inline enum step_verdict rig_say(struct rig *r, int status, const char *body)
{
	return rig_answer(r, http_response_make(status, NULL, body));
}

/* The body of the request that was asked for, parsed; the caller's. */
static inline struct json *rig_body(struct rig *r)
{
	struct json *j = NULL;

	assert_int_equal(r->out.verdict, STEP_SEND);
	assert_int_equal(json_parse(r->out.request->body.bytes, r->out.request->body.len,
				    JSON_BYTES_MAX, &j, NULL),
			 OK);
	return j;
}

static inline const char *rig_url(struct rig *r)
{
	assert_int_equal(r->out.verdict, STEP_SEND);
	return r->out.request->url.bytes;
}

/* The value of a request's header; "" if it has none. */
static inline const char *rig_header(struct rig *r, const char *name)
{
	for (size_t i = 0; i < r->out.request->n_headers; i++)
		if (strcmp(r->out.request->headers[i].name, name) == 0)
			return r->out.request->headers[i].value.bytes;
	return "";
}

static inline bool rig_has_secret(struct rig *r, enum secret_slot slot)
{
	struct http_request *q = r->out.request;

	for (size_t i = 0; i < q->n_headers; i++)
		for (size_t k = 0; k < q->headers[i].value.n_slots; k++)
			if (q->headers[i].value.slots[k].slot == slot)
				return true;
	for (size_t k = 0; k < q->url.n_slots; k++)
		if (q->url.slots[k].slot == slot)
			return true;
	for (size_t k = 0; k < q->body.n_slots; k++)
		if (q->body.slots[k].slot == slot)
			return true;
	return false;
}

/* A file of the post; sha256 is made of the letter. */
static inline struct media *rig_add_file(struct rig *r, char letter, const char *type,
					 int64_t bytes, const char *alt)
{
	struct media *m = &r->media[r->post.n_media++];

	memset(m->sha256, letter, 64);
	m->type = type;
	m->bytes = bytes;
	m->alt = alt;
	return m;
}

/* The problems that validation finds with the post; the number of those with this field. */
static inline size_t rig_problems(struct rig *r, const char *field)
{
	struct problems p = {.arena = arena_new()};
	size_t n = 0;

	r->platform->validate(&r->post, &r->conn, &p);
	for (size_t i = 0; i < p.n; i++)
		n += field == NULL || strcmp(p.items[i].field, field) == 0;
	arena_free(&p.arena);
	return n;
}

/* A recorded refusal, and what it must be taken for. */
struct rig_error {
	int status;
	const char *headers, *body;
	enum err_class cls;
	enum err code;
	int64_t at; /* 0: not said */
};

/* A multipart body's part; NULL if it has none of that name. */
static inline const struct http_part *rig_part(struct rig *r, const char *name)
{
	for (size_t i = 0; i < r->out.request->n_parts; i++)
		if (strcmp(r->out.request->parts[i].name, name) == 0)
			return &r->out.request->parts[i];
	return NULL;
}

/* Is the part there with this text? */
static inline bool rig_part_is(struct rig *r, const char *name, const char *text)
{
	const struct http_part *p = rig_part(r, name);

	return p != NULL && p->len == strlen(text) && memcmp(p->bytes, text, p->len) == 0;
}

/* A form body's field, as it was sent: "&name=value&" is in it. */
static inline bool rig_form_has(struct rig *r, const char *field)
{
	char body[4096], wanted[512];

	snprintf(body, sizeof(body), "&%s&", r->out.request->body.bytes);
	snprintf(wanted, sizeof(wanted), "&%s&", field);
	return strstr(body, wanted) != NULL;
}

#define assert_error(r, row) \
	do { \
		if ((r)->out.verdict != STEP_FAILED || (r)->out.error_class != (row)->cls || \
		    (r)->out.error.code != (row)->code || (r)->out.at != (row)->at) \
			print_error("%d %s: %s %s at %lld: %s\n", (row)->status, (row)->body, \
				    err_class_name((r)->out.error_class), \
				    err_name((r)->out.error.code), (long long)(r)->out.at, \
				    (r)->out.error.text); \
		assert_failed(r, (row)->cls, (row)->code); \
		assert_int_equal((r)->out.at, (row)->at); \
	} while (0)

#define assert_failed(r, cls, err_code) \
	do { \
		assert_int_equal((r)->out.verdict, STEP_FAILED); \
		assert_string_equal(err_class_name((r)->out.error_class), err_class_name(cls)); \
		assert_string_equal(err_name((r)->out.error.code), err_name(err_code)); \
		assert_true((r)->out.error.text[0] != '\0'); \
	} while (0)

#endif
