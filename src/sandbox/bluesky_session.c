/* sandbox/bluesky_session.c - logging in, refreshing, looking, logging out.
 *
 * Refresh tokens rotate. An old one gives the very same successor for two hours, and nothing but a refusal
 * afterwards, or at once where the account's tokens were made single-use. */
#include <string.h>

#include "sandbox/bluesky.h"

#define MINUTE_MS INT64_C(60000)
#define ACCESS_LIFE_MS (120 * MINUTE_MS)
#define REFRESH_LIFE_MS (90 * 24 * 60 * MINUTE_MS)
#define REFRESH_GRACE_MS (120 * MINUTE_MS)
#define LOGIN_WINDOW_MS (5 * MINUTE_MS)
#define BLOB_BYTES_MAX 5242880

/* The general limit is told and never reached: faults do that where it is wanted. */
#define CALLS_LIMIT 3000
#define CALLS_WINDOW_MS (5 * MINUTE_MS)

static void say_calls(struct call *c)
{
	int64_t resets_at = (c->now_ms / CALLS_WINDOW_MS + 1) * CALLS_WINDOW_MS;

	pds_rate(c, CALLS_LIMIT, CALLS_LIMIT - 1, resets_at, CALLS_WINDOW_MS / 1000);
}

static void answer_session(struct call *c, const struct session *s, bool with_tokens)
{
	struct json *j = json_new_object(), *doc, *service;
	struct arena *a = c->answer->arena;
	int64_t seed = world_seed(c->world);

	if (with_tokens) {
		json_set_str(j, "accessJwt",
			     jwt_make(a, seed, JWT_ACCESS, s, s->made_at + ACCESS_LIFE_MS));
		json_set_str(j, "refreshJwt",
			     jwt_make(a, seed, JWT_REFRESH, s, s->made_at + REFRESH_LIFE_MS));
	}
	json_set_str(j, "handle", s->account->handle);
	json_set_str(j, "did", s->account->id);
	doc = json_set(j, "didDoc", json_new_object());
	json_set_str(doc, "id", s->account->id);
	json_add_str(json_set(doc, "alsoKnownAs", json_new_array()),
		     arena_printf(a, "at://%s", s->account->handle));
	service = json_add(json_set(doc, "service", json_new_array()), json_new_object());
	json_set_str(service, "id", "#atproto_pds");
	json_set_str(service, "type", "AtprotoPersonalDataServer");
	json_set_str(service, "serviceEndpoint", c->server);
	json_set_str(j, "email", arena_printf(a, "%s@example.test", s->account->handle));
	json_set_bool(j, "emailConfirmed", true);
	json_set_bool(j, "active", true);
	call_json(c, 200, j);
}

/* The login limiter: 30 in five minutes for each account. False: answered already. */
static bool login_allowed(struct call *c, struct account *a)
{
	/* The slot to be overwritten holds the thirtieth login back. */
	int64_t oldest = a->logins[a->n_logins % LOGINS_REMEMBERED];
	int64_t resets_at = oldest + LOGIN_WINDOW_MS, left = LOGINS_REMEMBERED;

	for (size_t i = 0; i < LOGINS_REMEMBERED; i++)
		if (a->logins[i] && c->now_ms - a->logins[i] < LOGIN_WINDOW_MS)
			left--;
	if (oldest && resets_at > c->now_ms) {
		call_header_int(c, "Retry-After", (resets_at - c->now_ms + 999) / 1000);
		pds_rate(c, LOGINS_REMEMBERED, 0, resets_at, LOGIN_WINDOW_MS / 1000);
		pds_error(c, 429, "RateLimitExceeded", "Rate Limit Exceeded");
		return false;
	}
	a->logins[a->n_logins++ % LOGINS_REMEMBERED] = c->now_ms;
	pds_rate(c, LOGINS_REMEMBERED, left - 1, c->now_ms + LOGIN_WINDOW_MS,
		 LOGIN_WINDOW_MS / 1000);
	return true;
}

void pds_create_session(struct call *c)
{
	struct json *body = call_body(c);
	const char *name = json_str(body, "identifier"), *password = json_str(body, "password");
	struct account *a = name ? world_account(c->world, "bluesky", name) : NULL;

	if (!name || !password) {
		pds_error(c, 400, "InvalidRequest", "Input must have the property \"%s\"",
			  name ? "password" : "identifier");
	} else if (!a) {
		pds_error(c, 401, "AuthenticationRequired", "Invalid identifier or password");
	} else if (login_allowed(c, a)) {
		if (strcmp(password, a->secret) != 0)
			pds_error(c, 401, "AuthenticationRequired",
				  "Invalid identifier or password");
		else
			answer_session(c,
				       world_add_session(c->world, a, c->now_ms,
							 c->now_ms + ACCESS_LIFE_MS,
							 c->now_ms + REFRESH_LIFE_MS),
				       true);
	}
	json_free(&body);
}

struct session *pds_session(struct call *c, enum jwt_kind kind)
{
	const char *token = call_bearer(c);
	enum jwt_kind is = JWT_ACCESS;
	struct session *s;

	if (!token) {
		pds_error(c, 401, "AuthMissing", "Authentication Required");
		return NULL;
	}
	s = jwt_open(c->world, token, &is);
	if (!s) {
		pds_error(c, 400, "InvalidToken", "Token could not be verified");
		return NULL;
	}
	if (is != kind) {
		pds_error(c, 400, "InvalidToken", "Bad token scope");
		return NULL;
	}
	if (kind == JWT_REFRESH && s->revoked) {
		pds_error(c, 400, "ExpiredToken", "Token has been revoked");
		return NULL;
	}
	if (c->now_ms >= (kind == JWT_REFRESH ? s->refresh_until : s->access_until)) {
		pds_error(c, 400, "ExpiredToken", "Token has expired");
		return NULL;
	}
	say_calls(c);
	return s;
}

void pds_refresh_session(struct call *c)
{
	struct session *s = pds_session(c, JWT_REFRESH), *next;

	if (!s)
		return;
	next = world_session(c->world, s->successor);
	if (next && (s->account->single_use || c->now_ms - s->used_at > REFRESH_GRACE_MS)) {
		c->answer->n_headers = 0;
		pds_error(c, 400, "ExpiredToken", "Token has been revoked");
		return;
	}
	if (!next) {
		next = world_add_session(c->world, s->account, c->now_ms,
					 c->now_ms + ACCESS_LIFE_MS, c->now_ms + REFRESH_LIFE_MS);
		s->used_at = c->now_ms;
		s->successor = next->number;
		world_session_changed(c->world, s);
	}
	answer_session(c, next, true);
}

void pds_get_session(struct call *c)
{
	struct session *s = pds_session(c, JWT_ACCESS);

	if (s)
		answer_session(c, s, false);
}

void pds_delete_session(struct call *c)
{
	struct session *s = pds_session(c, JWT_REFRESH);

	if (!s)
		return;
	/* The access token stays good until it expires, as it does there. */
	s->revoked = true;
	world_session_changed(c->world, s);
	c->answer->status = 200;
}

void pds_resolve_handle(struct call *c)
{
	const char *handle = call_param(c, "handle");
	struct account *a = handle ? world_account(c->world, "bluesky", handle) : NULL;
	struct json *j;

	say_calls(c);
	if (!handle) {
		pds_error(c, 400, "InvalidRequest", "Params must have the property \"handle\"");
	} else if (!a) {
		pds_error(c, 400, "InvalidRequest", "Unable to resolve handle");
	} else {
		j = json_new_object();
		json_set_str(j, "did", a->id);
		call_json(c, 200, j);
	}
}

void pds_describe_server(struct call *c)
{
	struct json *j = json_new_object();

	say_calls(c);
	json_set_str(j, "did", "did:web:localhost");
	json_add_str(json_set(j, "availableUserDomains", json_new_array()), ".test");
	json_set_bool(j, "inviteCodeRequired", false);
	json_set_int(j, "blobUploadLimit", BLOB_BYTES_MAX);
	json_set(j, "links", json_new_object());
	json_set(j, "contact", json_new_object());
	call_json(c, 200, j);
}
