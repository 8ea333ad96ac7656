/* sandbox/mastodon.c - a Mastodon server for practice: the table of its paths, its accounts and errors.
 *
 * The same accounts are served by a second server that knows no Idempotency-Key, as some servers of this API do. */
#include "sandbox/mastodon.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "sandbox/route.h"
#include "vault/hash.h"

#define CALLS_LIMIT 300
#define CALLS_WINDOW_MS (INT64_C(5) * 60000)

static const struct route routes[] = {
	{"GET", "/.well-known/oauth-authorization-server", STEP_VERIFY, masto_discover},
	{"POST", "/api/v1/apps", STEP_LOGIN, masto_register_app},
	{"GET", "/oauth/authorize", STEP_LOGIN, masto_authorize},
	{"POST", "/oauth/token", STEP_LOGIN, masto_token},
	{"POST", "/oauth/revoke", STEP_REVOKE, masto_revoke},
	{"GET", "/api/v1/accounts/verify_credentials", STEP_VERIFY, masto_verify},
	{"GET", "/api/v2/instance", STEP_VERIFY, masto_instance},
	{"GET", "/api/v1/instance", STEP_VERIFY, masto_instance},
	{"POST", "/api/v2/media", STEP_UPLOAD, masto_upload},
	{"GET", "/api/v1/media/*", STEP_READ, masto_media},
	{"POST", "/api/v1/statuses", STEP_CREATE | STEP_PUBLISH, masto_create_status},
	{"GET", "/api/v1/statuses/*", STEP_READ, masto_status},
	{"GET", "/api/v1/statuses/*/source", STEP_READ, masto_status_source},
	{"DELETE", "/api/v1/statuses/*", 0, masto_delete_status},
	{"GET", "/api/v1/accounts/*/statuses", STEP_READ, masto_account_statuses},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		masto_error(c, 404, "Not found");
}

static void refuse(struct call *c, int status)
{
	static const struct {
		int status;
		const char *words;
	} errors[] = {
		{401, "The access token is invalid"},
		{403, "This action is not allowed"},
		{404, "Record not found"},
		{422, "Validation failed"},
		{429, "Too many requests"},
		{503, "Service Unavailable"},
	};

	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (errors[i].status == status) {
			masto_error(c, status, "%s", errors[i].words);
			return;
		}
	masto_error(c, status, "%s",
		    status < 500 ? "Bad request" : "Remote data could not be fetched");
}

static void rate_headers(struct call *c, int64_t remaining, int64_t resets_at)
{
	char at[WHEN_RFC3339_SIZE];

	/* Six decimals, as the real one writes them. */
	when_rfc3339(resets_at, at);
	call_header_int(c, "X-RateLimit-Limit", CALLS_LIMIT);
	call_header_int(c, "X-RateLimit-Remaining", remaining);
	call_header(c, "X-RateLimit-Reset", arena_printf(c->answer->arena, "%.23s000Z", at));
}

static void limit(struct call *c, int64_t seconds)
{
	/* No Retry-After: the real one says it by its own header only. */
	rate_headers(c, 0, c->now_ms + seconds * 1000);
	refuse(c, 429);
}

static void refuse_duplicate(struct call *c)
{
	masto_error(c, 422, "Validation failed: Text has been posted already");
}

static void damage(struct call *c, enum fault_kind kind)
{
	const char *token = call_bearer(c);
	struct masto_bearer b = {0};

	if (token)
		b = masto_bearer(c->world, token);
	if (!b.account || kind == FAULT_ROTATE)
		return;
	if (kind == FAULT_REVOKE)
		world_revoke_sessions(c->world, b.account, c->now_ms);
	if (b.session) {
		b.session->access_until = c->now_ms;
		world_session_changed(c->world, b.session);
	} else {
		b.account->secret_state = kind == FAULT_REVOKE ? SECRET_REVOKED : SECRET_EXPIRED;
		world_account_changed(c->world, b.account);
	}
}

static void make_accounts(struct world *w, int64_t n)
{
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++) {
		const char *name = call_account_label(a, i);
		char id[16], secret[33];

		call_derive(world_seed(w), "mastodon", name, "id", "0123456789", id, 15);
		id[0] = '1';
		call_derive(world_seed(w), "mastodon", name, "token",
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			    secret, 32);
		world_add_account(w, "mastodon", name, id,
				  arena_printf(a, "sandbox-%lld-%s", (long long)i, secret));
	}
	arena_free(&a);
}

struct masto_bearer masto_bearer(const struct world *w, const char *token)
{
	struct masto_bearer b = {0};
	char want[64];
	long long n;

	if (sscanf(token, "sandbox-oauth-%lld-", &n) == 1) {
		b.session = world_session(w, n);
		call_token(w, n, want, sizeof(want));
		if (b.session && strcmp(want, token) == 0)
			b.account = b.session->account;
		else
			b.session = NULL;
	} else if (sscanf(token, "sandbox-%lld-", &n) == 1 && n >= 0) {
		struct account *a = world_nth_account(w, "mastodon", (size_t)n);

		if (a && strcmp(a->secret, token) == 0)
			b.account = a;
	}
	return b;
}

struct account *masto_account(struct call *c)
{
	const char *token = call_bearer(c);
	struct masto_bearer b = {0};
	int64_t resets_at = (c->now_ms / CALLS_WINDOW_MS + 1) * CALLS_WINDOW_MS;
	bool revoked, expired;

	if (token)
		b = masto_bearer(c->world, token);
	if (!b.account) {
		masto_error(c, 401, "The access token is invalid");
		return NULL;
	}
	revoked = b.session ? b.session->revoked : b.account->secret_state == SECRET_REVOKED;
	expired = b.session ? c->now_ms >= b.session->access_until
			    : b.account->secret_state == SECRET_EXPIRED;
	if (revoked || expired) {
		masto_error(c, 401,
			    revoked ? "The access token was revoked" : "The access token expired");
		return NULL;
	}
	rate_headers(c, CALLS_LIMIT - 1, resets_at);
	return b.account;
}

void masto_error(struct call *c, int status, const char *fmt, ...)
{
	struct json *j = json_new_object();
	char words[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	json_set_str(j, "error", words);
	call_json(c, status, j);
}

struct json *masto_describe_account(const struct call *c, const struct account *a)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", a->id);
	json_set_str(j, "username", a->handle);
	json_set_str(j, "acct", a->handle);
	json_set_str(j, "display_name", a->handle);
	json_set_bool(j, "locked", false);
	json_set_bool(j, "bot", false);
	json_set_str(j, "url", arena_printf(c->answer->arena, "%s/@%s", c->server, a->handle));
	return j;
}

const char *masto_path_id(const struct call *c, const char *prefix)
{
	const char *s = c->path + strlen(prefix);

	return arena_strndup(c->answer->arena, s, strcspn(s, "/"));
}

void masto_verify(struct call *c)
{
	struct account *a = masto_account(c);
	struct json *j, *source;

	if (!a)
		return;
	j = masto_describe_account(c, a);
	source = json_set(j, "source", json_new_object());
	json_set_str(source, "privacy", "public");
	json_set_bool(source, "sensitive", false);
	json_set_str(source, "language", "en");
	call_json(c, 200, j);
}

const struct sandbox_platform sandbox_mastodon = {
	.name = "mastodon",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
