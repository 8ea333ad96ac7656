/* sandbox/bluesky.c - a Bluesky server (PDS) for practice: the table of its methods, and its errors.
 *
 * Held to the reference server as it was observed: which status and name each refusal has,
 * what is accepted that one would not expect, and that creating a record under a key that is taken is a 500. */
#include "sandbox/bluesky.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const struct method {
	const char *name; /* after /xrpc/ */
	const char *http;
	unsigned steps;
	void (*answer)(struct call *c);
} methods[] = {
	{"com.atproto.server.createSession", "POST", STEP_LOGIN, pds_create_session},
	{"com.atproto.server.refreshSession", "POST", STEP_REFRESH, pds_refresh_session},
	{"com.atproto.server.getSession", "GET", STEP_VERIFY, pds_get_session},
	{"com.atproto.server.deleteSession", "POST", STEP_REVOKE, pds_delete_session},
	{"com.atproto.server.describeServer", "GET", STEP_VERIFY, pds_describe_server},
	{"com.atproto.identity.resolveHandle", "GET", STEP_READ, pds_resolve_handle},
	{"com.atproto.repo.uploadBlob", "POST", STEP_UPLOAD, pds_upload_blob},
	/* The video service stands here, too. */
	{"com.atproto.server.getServiceAuth", "GET", STEP_UPLOAD, pds_service_auth},
	{"app.bsky.video.uploadVideo", "POST", STEP_UPLOAD, pds_upload_video},
	{"app.bsky.video.getJobStatus", "GET", STEP_READ, pds_video_job},
	/* One request both creates the post and publishes it. */
	{"com.atproto.repo.createRecord", "POST", STEP_CREATE | STEP_PUBLISH, pds_create_record},
	{"com.atproto.repo.putRecord", "POST", STEP_CREATE | STEP_PUBLISH, pds_put_record},
	{"com.atproto.repo.getRecord", "GET", STEP_READ, pds_get_record},
	{"com.atproto.repo.listRecords", "GET", STEP_READ, pds_list_records},
	{"com.atproto.repo.deleteRecord", "POST", 0, pds_delete_record},
};

static const struct method *find_method(const struct call *c)
{
	static const char prefix[] = "/xrpc/";

	if (strncmp(c->path, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (strcmp(methods[i].name, c->path + sizeof(prefix) - 1) == 0)
			return &methods[i];
	return NULL;
}

static unsigned steps(const struct call *c)
{
	const struct method *m = find_method(c);

	return m ? m->steps : 0;
}

static void answer(struct call *c)
{
	const struct method *m = find_method(c);

	if (!m)
		pds_error(c, 501, "MethodNotImplemented", "No such method");
	else if (strcmp(m->http, c->request->method) != 0)
		pds_error(c, 405, "InvalidRequest", "Incorrect HTTP method (%s) expected %s",
			  c->request->method, m->http);
	else
		m->answer(c);
}

static void refuse(struct call *c, int status)
{
	static const struct {
		int status;
		const char *name, *words;
	} errors[] = {
		{400, "InvalidRequest", "Invalid Request"},
		{401, "AuthenticationRequired", "Authentication Required"},
		{403, "Forbidden", "Forbidden"},
		{404, "XRPCNotSupported", "XRPCNotSupported"},
		{413, "PayloadTooLarge", "request entity too large"},
		{429, "RateLimitExceeded", "Rate Limit Exceeded"},
		{500, "InternalServerError", "Internal Server Error"},
		{501, "MethodNotImplemented", "No such method"},
		{502, "UpstreamFailure", "Upstream Failure"},
		{503, "NotEnoughResources", "Not Enough Resources"},
		{504, "UpstreamTimeout", "Upstream Timeout"},
	};

	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (errors[i].status == status) {
			pds_error(c, status, errors[i].name, "%s", errors[i].words);
			return;
		}
	pds_error(c, status, status < 500 ? "InvalidRequest" : "InternalServerError", "%s",
		  status < 500 ? "Invalid Request" : "Internal Server Error");
}

static void limit(struct call *c, int64_t seconds)
{
	call_header_int(c, "Retry-After", seconds);
	pds_rate(c, 3000, 0, c->now_ms + seconds * 1000, 300);
	refuse(c, 429);
}

/* There is no refusal by content; a key that is taken looks like this. */
static void refuse_duplicate(struct call *c)
{
	refuse(c, 500);
}

static void damage(struct call *c, enum fault_kind kind)
{
	const char *token = call_bearer(c);
	enum jwt_kind which = JWT_ACCESS;
	struct session *s = token ? jwt_open(c->world, token, &which) : NULL;

	if (!s)
		return;
	if (kind == FAULT_REVOKE) {
		world_revoke_sessions(c->world, s->account, c->now_ms);
	} else if (kind == FAULT_ROTATE) {
		s->account->single_use = true;
		world_account_changed(c->world, s->account);
	} else {
		if (which == JWT_ACCESS)
			s->access_until = c->now_ms;
		else
			s->refresh_until = c->now_ms;
		world_session_changed(c->world, s);
	}
}

static void make_accounts(struct world *w, int64_t n)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++) {
		char *handle = arena_printf(a, "%s.test", call_account_label(a, i));
		char id[25], secret[17];

		call_derive(world_seed(w), "bluesky", handle, "did", base32, id, 24);
		call_derive(world_seed(w), "bluesky", handle, "app password", base32, secret, 16);
		world_add_account(w, "bluesky", handle, arena_printf(a, "did:plc:%s", id),
				  arena_printf(a, "%.4s-%.4s-%.4s-%.4s", secret, secret + 4,
					       secret + 8, secret + 12));
	}
	arena_free(&a);
}

void pds_error(struct call *c, int status, const char *name, const char *fmt, ...)
{
	struct json *j = json_new_object();
	char words[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	json_set_str(j, "error", name);
	json_set_str(j, "message", words);
	call_json(c, status, j);
}

void pds_rate(struct call *c, int64_t most, int64_t remaining, int64_t resets_at, int64_t window_s)
{
	call_header_int(c, "RateLimit-Limit", most);
	call_header_int(c, "RateLimit-Remaining", remaining);
	call_header_int(c, "RateLimit-Reset", (resets_at + 999) / 1000);
	call_header(c, "RateLimit-Policy",
		    arena_printf(c->answer->arena, "%lld;w=%lld", (long long)most,
				 (long long)window_s));
}

const struct sandbox_platform sandbox_bluesky = {
	.name = "bluesky",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
