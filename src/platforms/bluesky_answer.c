/* platforms/bluesky_answer.c - what an answer that is no success means.
 *
 * An error is {"error": NAME, "message": WORDS}. Three things decide: the status, the name, and whether
 * the request may have made the post visible. A 4xx with a name that we know was
 * not carried out. After a commit-like request everything else leaves the outcome unknown; settling by the
 * record key then tells. A body that is no such object comes from something between us and the server, and says
 * nothing about the account. */
#include "platforms/bluesky.h"

#include <string.h>

#include "platforms/adapter.h"
#include "platforms/judge.h"

struct error_row {
	const char *name;
	enum err_class cls;
	enum err code;
};

static const struct error_row error_rows[] = {
	{"ExpiredToken", CLASS_AUTH, E_TOKEN_EXPIRED},
	{"InvalidToken", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AuthMissing", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AuthenticationRequired", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AuthFactorTokenRequired", CLASS_AUTH, E_LOGIN_FAILED},
	{"AccountTakedown", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AccountSuspended", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AccountDeactivated", CLASS_AUTH, E_TOKEN_REVOKED},
	{"AccountDeleted", CLASS_AUTH, E_TOKEN_REVOKED},
	{"ScopeMissingError", CLASS_AUTH, E_SCOPE_MISSING},
	{"InsufficientScope", CLASS_AUTH, E_SCOPE_MISSING},
	{"RateLimitExceeded", CLASS_RATE_LIMITED, E_RATE_LIMITED},
	{"BlobNotFound", CLASS_TRANSIENT, E_PLATFORM},
	{"InvalidMimeType", CLASS_PERMANENT, E_MEDIA},
	{"BlobTooLarge", CLASS_PERMANENT, E_MEDIA},
	{"PayloadTooLarge", CLASS_PERMANENT, E_REJECTED},
	{"InvalidRequest", CLASS_PERMANENT, E_REJECTED},
	{"InvalidRecord", CLASS_PERMANENT, E_REJECTED},
	{"MethodNotImplemented", CLASS_PERMANENT, E_UNSUPPORTED},
	{"XRPCNotSupported", CLASS_PERMANENT, E_UNSUPPORTED},
};

/* An answer, taken apart. Strings are the arena's; name is "" when the body is no error of the protocol. */
struct verdict {
	int status;
	const char *name, *words;
	enum err_class cls;
	enum err code;
};

bool bluesky_ok(const struct http_response *r)
{
	return r->status >= 200 && r->status <= 299 && !r->truncated;
}

static void read_words(struct step_out *out, const struct http_response *r, struct verdict *v)
{
	struct json *j = adapter_object(r);
	const char *name = json_str(j, "error"), *words = json_str(j, "message");

	v->name = name != NULL ? arena_strndup(out->arena, name, 60) : "";
	if (words != NULL && words[0] != '\0')
		v->words = arena_strndup(out->arena, words, 500);
	else
		v->words = v->name[0] != '\0' ? v->name : adapter_snippet(out->arena, r);
	json_free(&j);
}

static const struct error_row *find_row(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(error_rows); i++)
		if (strcmp(error_rows[i].name, name) == 0)
			return &error_rows[i];
	return NULL;
}

/* What the status says where the name says nothing. */
static void judge_status(const struct http_response *r, struct verdict *v)
{
	bool named = v->name[0] != '\0';

	v->cls = CLASS_TRANSIENT;
	v->code = r->status >= 500 ? E_PLATFORM : E_PROTOCOL;
	if (r->status == 401 && named) {
		v->cls = CLASS_AUTH;
		v->code = E_TOKEN_REVOKED;
	} else if (r->status == 413) {
		v->cls = CLASS_PERMANENT;
		v->code = E_REJECTED;
	} else if (named && r->status >= 400 && r->status <= 499 && r->status != 408 &&
		   r->status != 425) {
		v->cls = CLASS_PERMANENT;
		v->code = E_REJECTED;
	}
}

static void judge(const struct http_response *r, enum bluesky_sent sent, struct verdict *v)
{
	const struct error_row *row = find_row(v->name);
	bool refused = r->status >= 400 && r->status <= 499;

	if (r->truncated) {
		v->cls = CLASS_TRANSIENT;
		v->code = E_PROTOCOL;
	} else if (r->status == 429) {
		v->cls = CLASS_RATE_LIMITED;
		v->code = E_RATE_LIMITED;
		return;
	} else if (sent == BLUESKY_COMMIT && row != NULL &&
		   strstr(v->words, "already exist") != NULL) {
		/* A server that calls the record's being there an invalid request. */
		v->cls = CLASS_UNKNOWN;
		v->code = E_UNKNOWN_OUTCOME;
		return;
	} else if (row != NULL && (refused || (r->status == 501 && row->code == E_UNSUPPORTED))) {
		v->cls = row->cls;
		v->code = row->code;
		return;
	} else {
		judge_status(r, v);
		/* Refused for certain: no right to it (named by the server itself), or too big for
		 * the first thing that it met. */
		if (r->status == 413 ||
		    (v->name[0] != '\0' && (r->status == 401 || r->status == 403)))
			return;
	}
	if (sent == BLUESKY_COMMIT) {
		v->cls = CLASS_UNKNOWN;
		v->code = E_UNKNOWN_OUTCOME;
	}
}

void bluesky_fail(const struct step_in *in, struct step_out *out, enum bluesky_sent sent)
{
	const struct http_response *r = in->response;
	struct verdict v = {.status = r->status};

	read_words(out, r, &v);
	judge(r, sent, &v);
	/* What is refused before a post is on its way is no refused post. */
	if (v.code == E_REJECTED && in->op != OP_PUBLISH && in->op != OP_TAKEDOWN)
		v.code = E_PLATFORM;
	judge_say(out, r, v.cls, v.code, v.name[0] != '\0' ? v.name : NULL, v.words);
	if (v.cls == CLASS_AUTH)
		err_hint(&out->error, "log the account in again with an app password");
	if (v.cls == CLASS_RATE_LIMITED || v.cls == CLASS_TRANSIENT)
		out->at = http_retry_at(r);
}

void bluesky_fail_odd(const struct step_in *in, struct step_out *out, enum bluesky_sent sent,
		      const char *what)
{
	/* The answer to a login holds tokens, also when it is odd. */
	bool secret = in->op == OP_LOGIN || in->op == OP_REFRESH;
	const char *seen = secret ? "" : adapter_snippet(out->arena, in->response);

	if (sent == BLUESKY_COMMIT)
		step_fail(out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, in->response, NULL,
			  "the post was sent, but the answer has no %s: %s", what, seen);
	else
		step_fail(out, CLASS_TRANSIENT, E_PROTOCOL, in->response, NULL,
			  "the answer has no %s; this may be no Bluesky server: %s", what, seen);
}
