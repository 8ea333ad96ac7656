/* sandbox/consent.c - see consent.h. */
#include "sandbox/consent.h"

#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "sandbox/holder.h"
#include "sandbox/ticket.h"
#include "vault/hash.h"

#define CREDENTIALS_BYTES_MAX ((size_t)4096)

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static char *percent(struct arena *a, const char *s)
{
	struct strbuf b;
	char *out;

	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (; *s; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
			   *s))
			strbuf_putc(&b, *s);
		else
			strbuf_printf(&b, "%%%02X", (unsigned char)*s);
	out = arena_strdup(a, b.data);
	strbuf_free(&b);
	return out;
}

void consent_redirect(struct call *c, const char *uri, const char *state, const char *name,
		      const char *value)
{
	struct arena *a = c->answer->arena;
	char *to = arena_printf(a, "%s%s%s=%s", uri, strchr(uri, '?') ? "&" : "?", name,
				percent(a, value));

	if (state)
		to = arena_printf(a, "%s&state=%s", to, percent(a, state));
	c->answer->status = 302;
	call_header(c, "Location", to);
}

bool consent_verifier_fits(const char *challenge, const char *verifier)
{
	unsigned char digest[HASH_BYTES];
	struct strbuf b;
	bool fits;

	if (!challenge)
		return true;
	if (!verifier)
		return false;
	sha256_bytes(verifier, strlen(verifier), digest);
	strbuf_init(&b, 128);
	base64_encode(&b, digest, sizeof(digest), BASE64_URL);
	fits = strcmp(b.data, challenge) == 0;
	strbuf_free(&b);
	return fits;
}

void consent_error(struct call *c, int status, const char *name, const char *words)
{
	struct json *j = json_new_object();

	json_set_str(j, "error", name);
	json_set_str(j, "error_description", words);
	call_json(c, status, j);
}

static void refuse(struct call *c, const struct consent *o, int status, const char *name,
		   const char *words)
{
	if (o->error)
		o->error(c, status, name, words);
	else
		consent_error(c, status, name, words);
}

/* ---- consent ---------------------------------------------------------- */

static char *make_code(struct call *c, const struct account *a, const char *scope, int64_t life_ms)
{
	struct json *j = json_new_object();
	char unique[UUID_SIZE];

	json_set_int(j, "account", a->number);
	json_set_str(j, "client", call_param(c, "client_id"));
	json_set_str(j, "redirect", call_param(c, "redirect_uri"));
	json_set_str(j, "scope", scope);
	json_set_str(j, "challenge", call_param(c, "code_challenge"));
	json_set_int(j, "until", c->now_ms + life_ms);
	rng_uuid(unique);
	json_set_str(j, "unique", unique);
	return ticket_make(c, "code", j);
}

static bool redirect_is_allowed(const struct consent *o, const char *uri)
{
	return uri && strstr(uri, "://") && !strchr(uri, '#') &&
	       (!o->https_needed || strncmp(uri, "https://", 8) == 0);
}

void consent_authorize(struct call *c, const struct consent *o)
{
	const char *id = call_param(c, "client_id"), *uri = call_param(c, "redirect_uri");
	const char *state = call_param(c, "state"), *scope = call_param(c, "scope");
	const char *challenge = call_param(c, "code_challenge");
	const char *method = call_param(c, "code_challenge_method");
	const char *hint = call_param(c, "login_hint");
	struct account *a = hint ? world_account(c->world, c->platform->name, hint)
				 : world_nth_account(c->world, c->platform->name, 0);

	if (!scope)
		scope = o->scopes;
	/* What cannot be trusted gets a page, not a redirect. */
	if (!id || !*id || !redirect_is_allowed(o, uri))
		refuse(c, o, 400, "invalid_request",
		       "The client or its redirect URI is not registered");
	else if (!same(call_param(c, "response_type"), "code"))
		consent_redirect(c, uri, state, "error", "unsupported_response_type");
	else if ((o->pkce == PKCE_NEEDED && !challenge) || (o->pkce == PKCE_REFUSED && challenge) ||
		 (challenge && !same(method, "S256")))
		consent_redirect(c, uri, state, "error", "invalid_request");
	else if (!a)
		consent_redirect(c, uri, state, "error", "access_denied");
	else
		consent_redirect(c, uri, state, "code", make_code(c, a, scope, o->code_life_ms));
}

/* ---- tokens ----------------------------------------------------------- */

struct client {
	const char *id, *secret; /* NULL: not said */
	bool basic;
};

/* The client, from the head or the form. */
static struct client read_client(const struct call *c, const struct fields *f)
{
	struct client who = {.id = fields_get(f, "client_id"),
			     .secret = fields_get(f, "client_secret")};
	const char *head = listener_header(c->request, "Authorization"), *colon;
	struct strbuf b;

	if (!head || strncmp(head, "Basic ", 6) != 0)
		return who;
	strbuf_init(&b, CREDENTIALS_BYTES_MAX);
	if (base64_decode(&b, head + 6, strlen(head + 6), BASE64_STANDARD)) {
		colon = strchr(b.data, ':');
		if (colon) {
			who.id = arena_strndup(c->answer->arena, b.data, (size_t)(colon - b.data));
			who.secret = arena_strdup(c->answer->arena, colon + 1);
			who.basic = true;
		}
	}
	strbuf_free(&b);
	return who;
}

static bool client_is_known(const struct consent *o, const struct client *who)
{
	return who->id && *who->id && (!o->secret_needed || (who->secret && *who->secret)) &&
	       (!o->basic_needed || who->basic);
}

static struct session *open_session(struct call *c, const struct consent *o, struct account *a)
{
	return world_add_session(c->world, a, c->now_ms, c->now_ms + o->access_life_ms,
				 o->refresh_life_ms ? c->now_ms + o->refresh_life_ms : 0);
}

/* Why this code is not taken; NULL if it is. */
static const char *code_fault(const struct call *c, const struct consent *o, const struct fields *f,
			      const struct json *code, const struct client *who)
{
	const char *verifier = fields_get(f, "code_verifier");

	if (!code)
		return "The code is not valid";
	if (!same(json_str(code, "client"), who->id))
		return "The code was given to another client";
	if (!same(json_str(code, "redirect"), fields_get(f, "redirect_uri")))
		return "The redirect URI is not that of the consent";
	if (c->now_ms > json_int(code, "until", 0))
		return "The code has expired";
	if (o->pkce == PKCE_REFUSED ? verifier != NULL
				    : !consent_verifier_fits(json_str(code, "challenge"), verifier))
		return "The code verifier does not fit";
	return NULL;
}

struct session *consent_take_code(struct call *c, const struct consent *o, const struct fields *f,
				  const char **scopes)
{
	const char *text = fields_get(f, "code"), *fault;
	struct client who = read_client(c, f);
	struct json *code = ticket_open(c, "code", text);
	struct session *s = NULL;

	fault = code_fault(c, o, f, code, &who);
	if (!client_is_known(o, &who)) {
		refuse(c, o, 401, "invalid_client", "Client authentication failed");
	} else if (fault) {
		refuse(c, o, 400, "invalid_grant", fault);
	} else if (!world_use_once(c->world, text)) {
		refuse(c, o, 400, "invalid_grant", "The code was used already");
	} else {
		*scopes = arena_strdup(c->answer->arena, json_str(code, "scope"));
		s = open_session(c, o, world_any_account(c->world, json_int(code, "account", 0)));
	}
	json_free(&code);
	return s;
}

/* The session that a refresh token opens; NULL: answered already. */
static struct session *take_refresh(struct call *c, const struct consent *o, const struct fields *f)
{
	struct client who = read_client(c, f);
	struct session *old = holder_of_refresh(c, fields_get(f, "refresh_token")), *s;

	if (!client_is_known(o, &who)) {
		refuse(c, o, 401, "invalid_client", "Client authentication failed");
		return NULL;
	}
	if (old && old->used_at && (o->rotates || old->account->single_use))
		world_revoke_sessions(c->world, old->account, c->now_ms);
	if (!old || old->revoked || c->now_ms >= old->refresh_until) {
		refuse(c, o, 400, o->dead_error, o->dead_words);
		return NULL;
	}
	s = open_session(c, o, old->account);
	if (!o->rotates) {
		/* The old refresh token stays the only one. */
		s->refresh_until = 0;
		world_session_changed(c->world, s);
	}
	old->used_at = c->now_ms;
	old->successor = s->number;
	world_session_changed(c->world, old);
	return s;
}

struct json *consent_describe(const struct call *c, const struct session *s)
{
	struct json *j = json_new_object();

	json_set_str(j, "token_type", "bearer");
	json_set_str(j, "access_token", holder_access(c, s));
	json_set_int(j, "expires_in", (s->access_until - c->now_ms) / 1000);
	return j;
}

void consent_token(struct call *c, const struct consent *o)
{
	struct fields f = fields_read(c);
	const char *grant = fields_get(&f, "grant_type"), *scopes = o->scopes;
	struct session *s;
	struct json *j;

	if (same(grant, "authorization_code")) {
		s = consent_take_code(c, o, &f, &scopes);
	} else if (same(grant, "refresh_token") && o->refresh_life_ms) {
		s = take_refresh(c, o, &f);
	} else {
		refuse(c, o, 400, "unsupported_grant_type", "This grant type is not supported");
		return;
	}
	if (!s)
		return;
	j = consent_describe(c, s);
	json_set_str(j, "scope", scopes);
	if (s->refresh_until) {
		json_set_str(j, "refresh_token", holder_refresh(c, s));
		if (o->tells_refresh_life)
			json_set_int(j, "refresh_token_expires_in", o->refresh_life_ms / 1000);
	}
	call_json(c, 200, j);
}

void consent_revoke(struct call *c, const struct consent *o)
{
	struct fields f = fields_read(c);
	const char *token = fields_get(&f, "token");
	struct holder h = holder_of(c, token);
	struct session *s = holder_of_refresh(c, token);

	if (s) {
		/* With it goes all that was made of it. */
		world_revoke_sessions(c->world, s->account, c->now_ms);
	} else if (h.account) {
		holder_revoke(c, &h);
	} else {
		refuse(c, o, 400, "invalid_token", "The token is not known");
		return;
	}
	call_json(c, 200, json_new_object());
}
