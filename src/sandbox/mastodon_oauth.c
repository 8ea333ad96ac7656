/* sandbox/mastodon_oauth.c - registering an app, logging in, revoking.
 *
 * Client ids and codes carry what they mean, signed by the seed, so that nothing of it has to be kept; only which
 * codes were used is remembered. Whoever asks is let in by itself: as the account named by login_hint, else the first.
 * Tokens do not expire, and there is no refresh token. */
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "sandbox/consent.h"
#include "sandbox/mastodon.h"
#include "sandbox/ticket.h"
#include "vault/hash.h"

#define CODE_LIFE_MS (INT64_C(10) * 60000)
#define FOR_EVER_MS (INT64_C(100) * 365 * 24 * 3600 * 1000)
#define OUT_OF_BAND "urn:ietf:wg:oauth:2.0:oob"

static char *client_secret(struct call *c, const char *client_id)
{
	return ticket_secret(c, "client secret", client_id);
}

/* ---- the app ---------------------------------------------------------- */

void masto_discover(struct call *c)
{
	struct json *j = json_new_object();
	struct arena *a = c->answer->arena;

	json_set_str(j, "issuer", c->server);
	json_set_str(j, "authorization_endpoint", arena_printf(a, "%s/oauth/authorize", c->server));
	json_set_str(j, "token_endpoint", arena_printf(a, "%s/oauth/token", c->server));
	json_set_str(j, "revocation_endpoint", arena_printf(a, "%s/oauth/revoke", c->server));
	json_set_str(j, "app_registration_endpoint", arena_printf(a, "%s/api/v1/apps", c->server));
	json_add_str(json_set(j, "code_challenge_methods_supported", json_new_array()), "S256");
	call_json(c, 200, j);
}

void masto_register_app(struct call *c)
{
	struct fields f = fields_read(c);
	const char *name = fields_get(&f, "client_name");
	const char *redirects = fields_get(&f, "redirect_uris");
	const char *scopes = fields_get(&f, "scopes");
	struct json *claims, *j;
	char *id;

	if (!redirects)
		redirects = fields_get(&f, "redirect_uris[]");
	if (!name || !redirects) {
		masto_error(c, 422, "Validation failed: %s can't be blank",
			    name ? "Redirect URI" : "Name");
		return;
	}
	claims = json_new_object();
	json_set_str(claims, "redirects", redirects);
	json_set_str(claims, "scopes", scopes ? scopes : "read");
	id = ticket_make(c, "client", claims);
	j = json_new_object();
	json_set_str(j, "id", "1");
	json_set_str(j, "name", name);
	json_set_str(j, "redirect_uri", redirects);
	json_add_str(json_set(j, "redirect_uris", json_new_array()), redirects);
	json_set_str(j, "client_id", id);
	json_set_str(j, "client_secret", client_secret(c, id));
	json_set_int(j, "client_secret_expires_at", 0);
	call_json(c, 200, j);
}

/* ---- consent ---------------------------------------------------------- */

/* The text of a loopback literal's URI without its port; others as they are. */
static char *without_port(struct arena *a, const char *uri)
{
	static const char *const hosts[] = {"http://127.0.0.1", "http://[::1]"};

	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(uri, hosts[i], n) == 0 && uri[n] == ':')
			return arena_printf(a, "%s%s", hosts[i],
					    uri + n + 1 + strspn(uri + n + 1, "0123456789"));
	}
	return arena_strdup(a, uri);
}

static bool redirect_fits(struct call *c, const char *registered, const char *asked)
{
	struct arena *a = c->answer->arena;
	const char *want = without_port(a, asked);

	while (*registered) {
		size_t n = strcspn(registered, "\n ");

		if (strcmp(without_port(a, arena_strndup(a, registered, n)), want) == 0)
			return true;
		registered += n + (registered[n] != '\0');
	}
	return false;
}

/* Is each word of `asked` one of `granted`? */
static bool scopes_fit(const char *granted, const char *asked)
{
	while (*asked) {
		size_t n = strcspn(asked, " "), m;
		const char *s = granted;
		bool found = n == 0;

		while (!found && *s) {
			m = strcspn(s, " ");
			/* "write" grants "write:statuses". */
			found = m <= n && strncmp(s, asked, m) == 0 && (m == n || asked[m] == ':');
			s += m + (s[m] == ' ');
		}
		if (!found)
			return false;
		asked += n + (asked[n] == ' ');
	}
	return true;
}

static char *make_code(struct call *c, const struct account *a, const char *client, const char *uri,
		       const char *scope, const char *challenge)
{
	struct json *j = json_new_object();
	char unique[UUID_SIZE];

	json_set_int(j, "account", a->number);
	json_set_str(j, "client", client);
	json_set_str(j, "redirect", uri);
	json_set_str(j, "scope", scope);
	json_set_str(j, "challenge", challenge);
	json_set_int(j, "until", c->now_ms + CODE_LIFE_MS);
	rng_uuid(unique);
	json_set_str(j, "unique", unique);
	return ticket_make(c, "code", j);
}

void masto_authorize(struct call *c)
{
	const char *id = call_param(c, "client_id"), *uri = call_param(c, "redirect_uri");
	const char *scope = call_param(c, "scope"), *state = call_param(c, "state");
	const char *challenge = call_param(c, "code_challenge"), *type, *hint, *method;
	struct json *client = ticket_open(c, "client", id);
	struct account *a;
	char *code;

	type = call_param(c, "response_type");
	method = call_param(c, "code_challenge_method");
	hint = call_param(c, "login_hint");
	a = hint ? world_account(c->world, "mastodon", hint)
		 : world_nth_account(c->world, "mastodon", 0);
	if (!scope)
		scope = "read";
	/* What cannot be trusted gets a page, not a redirect. */
	if (!client || !uri || !redirect_fits(c, json_str(client, "redirects"), uri)) {
		masto_error(c, 400, "The requested redirect uri or client is not valid");
	} else if (!type || strcmp(type, "code") != 0) {
		consent_redirect(c, uri, state, "error", "unsupported_response_type");
	} else if (challenge && (!method || strcmp(method, "S256") != 0)) {
		consent_redirect(c, uri, state, "error", "invalid_request");
	} else if (!scopes_fit(json_str(client, "scopes"), scope)) {
		consent_redirect(c, uri, state, "error", "invalid_scope");
	} else if (!a) {
		consent_redirect(c, uri, state, "error", "access_denied");
	} else {
		code = make_code(c, a, id, uri, scope, challenge);
		if (strcmp(uri, OUT_OF_BAND) == 0) {
			c->answer->status = 200;
			c->answer->type = "text/plain";
			c->answer->body = code;
			c->answer->len = strlen(code);
		} else {
			consent_redirect(c, uri, state, "code", code);
		}
	}
	json_free(&client);
}

/* ---- tokens ----------------------------------------------------------- */

static void token_error(struct call *c, int status, const char *name)
{
	struct json *j = json_new_object();

	json_set_str(j, "error", name);
	json_set_str(j, "error_description", "The request is not valid here");
	call_json(c, status, j);
}

static bool client_fits(struct call *c, const struct fields *f)
{
	const char *id = fields_get(f, "client_id"), *secret = fields_get(f, "client_secret");
	struct json *client = ticket_open(c, "client", id);
	bool fits = client && secret && strcmp(secret, client_secret(c, id)) == 0;

	json_free(&client);
	return fits;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

void masto_token(struct call *c)
{
	struct fields f = fields_read(c);
	const char *text = fields_get(&f, "code");
	struct json *code = ticket_open(c, "code", text), *j;
	char token[64];
	struct session *s;

	if (!client_fits(c, &f)) {
		token_error(c, 401, "invalid_client");
	} else if (!same(fields_get(&f, "grant_type"), "authorization_code")) {
		token_error(c, 400, "unsupported_grant_type");
	} else if (!code || !same(json_str(code, "client"), fields_get(&f, "client_id")) ||
		   !same(json_str(code, "redirect"), fields_get(&f, "redirect_uri")) ||
		   c->now_ms > json_int(code, "until", 0) ||
		   !consent_verifier_fits(json_str(code, "challenge"),
					  fields_get(&f, "code_verifier")) ||
		   !world_use_once(c->world, text)) {
		token_error(c, 400, "invalid_grant");
	} else {
		s = world_add_session(c->world,
				      world_any_account(c->world, json_int(code, "account", 0)),
				      c->now_ms, c->now_ms + FOR_EVER_MS, 0);
		call_token(c->world, s->number, token, sizeof(token));
		j = json_new_object();
		json_set_str(j, "access_token", token);
		json_set_str(j, "token_type", "Bearer");
		json_set_str(j, "scope", json_str(code, "scope"));
		json_set_int(j, "created_at", c->now_ms / 1000);
		call_json(c, 200, j);
	}
	json_free(&code);
}

void masto_revoke(struct call *c)
{
	struct fields f = fields_read(c);
	const char *token = fields_get(&f, "token");
	struct masto_bearer b = {0};

	/* The accounts' own tokens belong to no app, so anybody may revoke them. */
	if (token)
		b = masto_bearer(c->world, token);
	if (b.session && !client_fits(c, &f)) {
		token_error(c, 403, "unauthorized_client");
		return;
	}
	if (b.session) {
		b.session->revoked = true;
		world_session_changed(c->world, b.session);
	} else if (b.account) {
		b.account->secret_state = SECRET_REVOKED;
		world_account_changed(c->world, b.account);
	}
	call_json(c, 200, json_new_object());
}
