/* platforms/grant.c - OAuth's requests and answers (RFC 6749, 7009, 7636), read as loosely as they are written. */
#include "platforms/grant.h"

#include <string.h>

#include "platforms/adapter.h"

#define SCOPES_BYTES_MAX 4096
/* A token that lives longer than this says nothing that we can plan by. */
#define LIFE_SECONDS_MAX ((int64_t)10 * 366 * 24 * 3600)

static const char *client_id(const struct step_in *in)
{
	const char *id = in->oauth != NULL ? in->oauth->client_id : NULL;

	return id != NULL && id[0] != '\0' ? id : NULL;
}

static bool has_client(const struct grant *g, const struct step_in *in, struct step_out *out)
{
	bool wants_secret = g->client == GRANT_FORM || g->client == GRANT_BASIC;

	if (client_id(in) != NULL && (!wants_secret || in->oauth->has_secret || in->rehearsal))
		return true;
	if (client_id(in) == NULL) {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "%s needs an app of your own, and no client id is known", g->title);
		err_hint(&out->error, "name it with --client-id");
	} else {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "%s needs the app's client secret", g->title);
		err_hint(&out->error, "give it with --client-secret-fd");
	}
	return false;
}

bool grant_authorize(const struct grant *g, const struct step_in *in, struct step_out *out,
		     const char *address, const char *scopes)
{
	const struct oauth_in *o = in->oauth;
	struct http_request *r;

	if (!has_client(g, in, out))
		return false;
	r = http_request_new(HTTP_GET);
	http_url(r, "%s", address);
	http_query(r, "response_type", "code");
	http_query(r, "client_id", o->client_id);
	http_query(r, "redirect_uri", o->redirect_uri);
	http_query(r, "scope", scopes);
	http_query(r, "state", o->state);
	if (g->pkce) {
		http_query(r, "code_challenge", o->challenge);
		http_query(r, "code_challenge_method", "S256");
	}
	out->authorize_url = arena_strdup(out->arena, r->url.bytes);
	http_request_free(&r);
	out->verdict = STEP_DONE;
	return true;
}

static void add_client(const struct grant *g, const struct step_in *in, struct http_request *r)
{
	bool header = g->client == GRANT_BASIC ||
		      (g->client == GRANT_EITHER && in->oauth->has_secret);

	if (header)
		http_basic(r, client_id(in), SLOT_CLIENT_SECRET);
	else
		http_form(r, "client_id", client_id(in));
	if (g->client == GRANT_FORM)
		http_form_secret(r, "client_secret", SLOT_CLIENT_SECRET);
}

static struct http_request *post(struct step_out *out, const char *address)
{
	struct http_request *r = http_request_new(HTTP_POST);

	http_url(r, "%s", address);
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

bool grant_ask(const struct grant *g, const struct step_in *in, struct step_out *out,
	       const char *address)
{
	struct http_request *r;

	if (!has_client(g, in, out))
		return false;
	r = post(out, address);
	if (in->op == OP_REFRESH) {
		http_form(r, "grant_type", "refresh_token");
		http_form_secret(r, "refresh_token", SLOT_REFRESH);
	} else {
		http_form(r, "grant_type", "authorization_code");
		http_form_secret(r, "code", SLOT_CODE);
		http_form(r, "redirect_uri", in->oauth->redirect_uri);
		if (g->pkce)
			http_form_secret(r, "code_verifier", SLOT_VERIFIER);
	}
	add_client(g, in, r);
	grant_keep(in, out, "token");
	return true;
}

bool grant_revoke(const struct grant *g, const struct step_in *in, struct step_out *out,
		  const char *address)
{
	struct http_request *r;

	if (!has_client(g, in, out)) {
		step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, NULL, NULL,
			  "a token that was made by hand is withdrawn by hand");
		err_hint(&out->error, "remove the app in the account's settings at %s", g->title);
		return false;
	}
	r = post(out, address);
	http_form_secret(r, "token", in->conn->refreshable ? SLOT_REFRESH : SLOT_ACCESS);
	add_client(g, in, r);
	return true;
}

static int64_t expiry(const struct step_in *in, const struct json *j, const char *name)
{
	int64_t seconds = json_int(j, name, 0);

	return seconds > 0 && seconds <= LIFE_SECONDS_MAX ? in->now_ms + seconds * 1000 : 0;
}

/* Comma- and space-separated lists become space-separated. */
static const char *scopes_of(struct arena *a, const struct json *j)
{
	const char *s = json_str(j, "scope");
	char *copy;

	if (s == NULL || s[0] == '\0' || strlen(s) > SCOPES_BYTES_MAX)
		return NULL;
	copy = arena_strdup(a, s);
	for (char *c = copy; *c != '\0'; c++)
		if (*c == ',' || *c == '+')
			*c = ' ';
	return copy;
}

static bool has_scope(const char *scopes, const char *one, size_t n)
{
	while (*scopes != '\0') {
		size_t len = strcspn(scopes, " ");

		if (len == n && strncmp(scopes, one, n) == 0)
			return true;
		scopes += len + (scopes[len] != '\0');
	}
	return false;
}

/* Was consent given to what we cannot do without? Only where the answer says what it was given to. */
static bool has_consent(const struct grant *g, struct step_out *out)
{
	if (out->scopes == NULL)
		return true;
	for (const char *s = g->needed; *s != '\0';) {
		size_t n = strcspn(s, " ");

		if (!has_scope(out->scopes, s, n)) {
			step_fail(out, CLASS_AUTH, E_SCOPE_MISSING, NULL, NULL,
				  "consent was given without the permission %.*s", (int)n, s);
			err_hint(&out->error, "connect again and agree to all that is asked for");
			return false;
		}
		s += n + (s[n] != '\0');
	}
	return true;
}

bool grant_take(const struct grant *g, const struct step_in *in, struct step_out *out)
{
	struct json *j;
	const char *access, *renew;
	bool ok = false;

	if (!adapter_ok(in->response)) {
		grant_fail(g, in, out);
		return false;
	}
	j = adapter_object(in->response);
	access = adapter_token(j, "access_token");
	renew = adapter_token(j, "refresh_token");
	if (access == NULL) {
		judge_odd(in, out, false, "token");
	} else {
		out->access_expires_at = expiry(in, j, "expires_in");
		out->refresh_expires_at = renew != NULL ? expiry(in, j, "refresh_token_expires_in")
							: 0;
		out->scopes = scopes_of(out->arena, j);
		ok = has_consent(g, out);
	}
	if (ok) {
		out->access = arena_strdup(out->arena, access);
		out->refresh = arena_strdup(out->arena, renew);
		out->verdict = STEP_DONE;
		grant_keep(in, out, "");
	}
	json_free(&j);
	return ok;
}

static void fail_as(const struct step_in *in, struct step_out *out, const struct grant *g,
		    const char *error, const char *words)
{
	bool refresh = in->op == OP_REFRESH;
	bool dead = strcmp(error, "invalid_grant") == 0 ||
		    (refresh && g->dead != NULL && strcmp(error, g->dead) == 0);
	bool client = strcmp(error, "invalid_client") == 0 ||
		      strcmp(error, "unauthorized_client") == 0;
	bool passing = strcmp(error, "temporarily_unavailable") == 0 ||
		       strcmp(error, "server_error") == 0;

	if (passing) {
		judge_say(out, in->response, CLASS_TRANSIENT, E_PLATFORM, error, words);
		return;
	}
	judge_say(out, in->response, CLASS_AUTH, refresh && dead ? E_TOKEN_REVOKED : E_LOGIN_FAILED,
		  error, words);
	if (client)
		err_hint(&out->error, "check the app's client id and secret");
	else
		err_hint(&out->error, "connect the account again");
}

void grant_fail(const struct grant *g, const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	struct json *j = adapter_object(r);
	const char *error = json_str(j, "error"), *words = json_str(j, "error_description");

	if (error != NULL && error[0] != '\0' && r->status >= 400 && r->status <= 499 &&
	    r->status != 429) {
		error = arena_strndup(out->arena, error, 60);
		words = words != NULL && words[0] != '\0'
				? arena_printf(out->arena, "%s: %.400s", error, words)
				: error;
		fail_as(in, out, g, error, words);
	} else {
		judge_fail(g->judge, in, out, false);
		if (out->error_class == CLASS_PERMANENT && in->op != OP_REVOKE) {
			out->error_class = CLASS_AUTH;
			out->error.code = E_LOGIN_FAILED;
		}
	}
	json_free(&j);
}

void grant_keep(const struct step_in *in, struct step_out *out, const char *ask)
{
	struct json *state = out->state != NULL          ? json_copy(out->state)
			     : json_is_object(in->state) ? json_copy(in->state)
							 : json_new_object();

	json_set_str(state, "ask", ask);
	if (out->access != NULL) {
		json_set_int(state, "expires", out->access_expires_at);
		json_set_int(state, "refresh_expires", out->refresh_expires_at);
		json_set_str(state, "scopes", out->scopes);
	}
	json_free(&out->state);
	out->state = state;
}

void grant_recall(const struct step_in *in, struct step_out *out)
{
	if (out->access != NULL)
		return;
	out->access_expires_at = json_int(in->state, "expires", 0);
	out->refresh_expires_at = json_int(in->state, "refresh_expires", 0);
	out->scopes = arena_strdup(out->arena, json_str(in->state, "scopes"));
}
