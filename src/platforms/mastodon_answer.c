/* platforms/mastodon_answer.c - what an answer that is no success means.
 *
 * An error is {"error": WORDS}, sometimes with "error_description" or "details"; there are no error names, so
 * a few are told by their words. Some servers answer with HTML or nothing: such a body proves only what its
 * status and headers prove. After the request that may have published, a refusal counts only if
 * the server itself wrote it; all else leaves the outcome unknown. */
#include "platforms/mastodon.h"

#include <stdio.h>
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/judge.h"
#include "platforms/richtext.h"

struct verdict {
	const char *words;
	bool own; /* the server's own error object */
	enum err_class cls;
	enum err code;
};

bool mastodon_ok(const struct http_response *r)
{
	return r->status >= 200 && r->status <= 299 && !r->truncated;
}

static void read_words(struct step_out *out, const struct http_response *r, struct verdict *v)
{
	struct json *j = adapter_object(r);
	const char *error = json_str(j, "error"), *more = json_str(j, "error_description");

	v->own = error != NULL && error[0] != '\0';
	if (!v->own)
		v->words = adapter_snippet(out->arena, r);
	else if (more != NULL && more[0] != '\0')
		v->words = arena_printf(out->arena, "%.200s: %.300s", error, more);
	else
		v->words = arena_strndup(out->arena, error, 500);
	json_free(&j);
}

static bool has(const char *words, const char *part)
{
	return strstr(words, part) != NULL;
}

static void judge_forbidden(struct verdict *v)
{
	v->cls = CLASS_PERMANENT;
	v->code = E_REJECTED;
	if (has(v->words, "outside the authorized scopes") || has(v->words, "insufficient_scope")) {
		v->cls = CLASS_AUTH;
		v->code = E_SCOPE_MISSING;
	} else if (has(v->words, "currently disabled") || has(v->words, "pending approval") ||
		   has(v->words, "confirmed e-mail") || has(v->words, "confirmed email") ||
		   has(v->words, "suspended")) {
		v->cls = CLASS_AUTH;
		v->code = E_TOKEN_REVOKED;
	}
}

/* A refusal by the server itself: 4xx with its error object, or a bearer challenge. */
static void judge_refusal(const struct http_response *r, struct verdict *v)
{
	v->cls = CLASS_PERMANENT;
	v->code = E_REJECTED;
	if (r->status == 401 || has(v->words, "requires an authenticated user")) {
		v->cls = CLASS_AUTH;
		v->code = has(v->words, "expired") ? E_TOKEN_EXPIRED : E_TOKEN_REVOKED;
	} else if (r->status == 403) {
		judge_forbidden(v);
	} else if (r->status == 408 || r->status == 409 || r->status == 425) {
		v->cls = CLASS_TRANSIENT;
		v->code = E_PLATFORM;
	} else if (has(v->words, "not finished processing")) {
		v->cls = CLASS_TRANSIENT;
		v->code = E_PLATFORM;
	}
}

static void judge(const struct http_response *r, enum mastodon_sent sent, struct verdict *v)
{
	bool refused = r->status >= 400 && r->status <= 499;
	bool challenged = r->status == 401 && http_response_header(r, "WWW-Authenticate") != NULL;
	bool certain = false;

	v->cls = CLASS_TRANSIENT;
	v->code = r->status >= 500 ? E_PLATFORM : E_PROTOCOL;
	if (!r->truncated && r->status == 429) {
		v->cls = CLASS_RATE_LIMITED;
		v->code = E_RATE_LIMITED;
		certain = true;
	} else if (!r->truncated && r->status == 413) {
		v->cls = CLASS_PERMANENT;
		v->code = E_REJECTED;
		certain = true;
	} else if (!r->truncated && refused && (v->own || challenged)) {
		judge_refusal(r, v);
		certain = r->status != 408 && r->status != 409 && r->status != 425;
	}
	if (sent == MASTODON_COMMIT && !certain) {
		v->cls = CLASS_UNKNOWN;
		v->code = E_UNKNOWN_OUTCOME;
	}
}

void mastodon_fail(const struct step_in *in, struct step_out *out, enum mastodon_sent sent)
{
	const struct http_response *r = in->response;
	struct verdict v = {.words = ""};

	read_words(out, r, &v);
	judge(r, sent, &v);
	if (v.code == E_REJECTED && in->op != OP_PUBLISH && in->op != OP_TAKEDOWN)
		v.code = E_PLATFORM;
	judge_say(out, r, v.cls, v.code, NULL, v.words);
	if (v.cls == CLASS_AUTH)
		err_hint(&out->error,
			 "make an access token with the scopes %s in the account's settings, and "
			 "connect it again",
			 mastodon_platform.scopes);
	if (v.cls == CLASS_RATE_LIMITED || v.cls == CLASS_TRANSIENT)
		out->at = http_retry_at(r);
}

void mastodon_fail_odd(const struct step_in *in, struct step_out *out, enum mastodon_sent sent,
		       const char *what)
{
	const char *seen = adapter_snippet(out->arena, in->response);

	if (sent == MASTODON_COMMIT)
		step_fail(out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, in->response, NULL,
			  "the post was sent, but the answer has no %s: %s", what, seen);
	else
		step_fail(out, CLASS_TRANSIENT, E_PROTOCOL, in->response, NULL,
			  "the answer has no %s; this may be no server with Mastodon's API: %s",
			  what, seen);
}

bool mastodon_says(const struct step_out *out, const char *words)
{
	return has(out->error.text, words);
}

const char *mastodon_id(struct arena *a, const struct json *obj)
{
	const char *id = json_str(obj, "id");
	int64_t number = json_int(obj, "id", -1);
	size_t n = 0;

	if (id == NULL)
		return number > 0 ? arena_printf(a, "%lld", (long long)number) : NULL;
	for (; id[n] != '\0'; n++)
		if (id[n] <= 0x20 || id[n] == 0x7f || n >= 256)
			return NULL;
	return n > 0 ? arena_strdup(a, id) : NULL;
}

bool mastodon_done(struct step_out *out, const struct json *status)
{
	const char *id = mastodon_id(out->arena, status), *url = json_str(status, "url");

	if (id == NULL)
		return false;
	if (url == NULL || !richtext_is_url(url))
		url = json_str(status, "uri");
	out->remote_id = id;
	out->remote_url = url != NULL && richtext_is_url(url) ? arena_strdup(out->arena, url)
							      : NULL;
	out->verdict = STEP_DONE;
	return true;
}
