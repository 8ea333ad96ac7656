/* platforms/graph_login.c - tokens of Meta's platforms: from a code to 60 days, and renewed.
 *
 *   code -> token of an hour -> token of 60 days -> whose it is -> done
 *
 * The token of 60 days renews itself, so it stands in both slots: what is renewed is the one in SLOT_REFRESH. One that is
 * younger than a day is not renewed, only looked at. A login with a token that a person made tries to renew it at once,
 * for only then there is one that the driver can renew later; where that is refused it serves as it is. */
#include "platforms/graph.h"

#include <string.h>

#include "platforms/adapter.h"

#define SCOPES_BYTES_MAX 4096
#define LIFE_SECONDS_MAX ((int64_t)10 * 366 * 24 * 3600)

bool graph_has_client(const struct step_in *in)
{
	return in->oauth != NULL && in->oauth->client_id != NULL &&
	       in->oauth->client_id[0] != '\0' && in->oauth->has_secret;
}

/* Permissions come as "a,b", as ["a", "b"], or not at all. */
static const char *scopes_of(struct arena *a, const struct json *v)
{
	const char *s = json_as_str(v);
	struct strbuf b;
	char *list = NULL;

	if (s != NULL && strlen(s) <= SCOPES_BYTES_MAX) {
		list = arena_strdup(a, s);
		for (char *c = list; *c != '\0'; c++)
			if (*c == ',')
				*c = ' ';
		return list[0] != '\0' ? list : NULL;
	}
	if (!json_is_array(v))
		return NULL;
	strbuf_init(&b, SCOPES_BYTES_MAX);
	for (const struct json *one = json_first(v); one != NULL; one = json_next(one))
		if (json_as_str(one) != NULL)
			strbuf_printf(&b, "%s%s", b.len > 0 ? " " : "", json_as_str(one));
	list = arena_strdup(a, b.data);
	strbuf_free(&b);
	return list[0] != '\0' ? list : NULL;
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

bool graph_has_consent(const struct graph *g, struct step_out *out)
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

void graph_login_refused(const struct step_in *in, struct step_out *out)
{
	if (in->op != OP_LOGIN && in->op != OP_CODE)
		return;
	if (out->error_class == CLASS_PERMANENT && out->error.code == E_PLATFORM) {
		out->error_class = CLASS_AUTH;
		out->error.code = E_LOGIN_FAILED;
	} else if (out->error_class == CLASS_AUTH && out->error.code != E_SCOPE_MISSING) {
		out->error.code = E_LOGIN_FAILED;
	}
}

bool graph_take_token(const struct graph *g, const struct step_in *in, struct step_out *out,
		      bool as_refresh)
{
	struct json *j;
	const struct json *o;
	const char *token;
	int64_t seconds;
	bool ok = false;

	if (!adapter_ok(in->response)) {
		graph_fail(g, in, out, false);
		graph_login_refused(in, out);
		return false;
	}
	j = adapter_object(in->response);
	/* Instagram has been seen to answer with a list of one. */
	o = json_get(j, "access_token") != NULL ? j : json_at(j, "data.0");
	token = adapter_token(o, "access_token");
	if (token == NULL) {
		judge_odd(in, out, false, "token");
	} else {
		seconds = json_int(o, "expires_in", 0);
		out->access_expires_at = seconds > 0 && seconds <= LIFE_SECONDS_MAX
						 ? in->now_ms + seconds * 1000
						 : 0;
		out->scopes = scopes_of(out->arena, json_get(o, "permissions"));
		if (out->scopes == NULL)
			out->scopes = scopes_of(out->arena, json_get(o, "scope"));
		if (as_refresh)
			out->refresh = arena_strdup(out->arena, token);
		else
			out->access = arena_strdup(out->arena, token);
		ok = graph_has_consent(g, out);
	}
	json_free(&j);
	return ok;
}

static const char *ask_of(const struct step_in *in)
{
	const char *ask = json_str(in->state, "ask");

	return ask != NULL ? ask : "";
}

static void ask_code(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	struct http_request *r = graph_open(c->g, in, out, HTTP_POST);

	if (c->token_url != NULL && strcmp(adapter_base(in, c->g->api), c->g->api) == 0) {
		http_request_free(&out->request);
		r = out->request = http_request_new(HTTP_POST);
		http_url(r, "%s", c->token_url);
		http_header(r, "Accept", "application/json");
	} else {
		http_url(r, "/oauth/access_token");
	}
	http_form(r, "client_id", in->oauth->client_id);
	http_form_secret(r, "client_secret", SLOT_CLIENT_SECRET);
	http_form(r, "grant_type", "authorization_code");
	http_form(r, "redirect_uri", in->oauth->redirect_uri);
	http_form_secret(r, "code", SLOT_CODE);
	grant_keep(in, out, "token");
}

static void ask_exchange(const struct graph_chain *c, const struct step_in *in,
			 struct step_out *out)
{
	struct http_request *r = graph_open(c->g, in, out, HTTP_GET);

	http_url(r, "/access_token");
	http_query(r, "grant_type", c->exchange);
	graph_query_secret(r, "client_secret", SLOT_CLIENT_SECRET);
	graph_query_secret(r, "access_token", SLOT_ACCESS);
	grant_keep(in, out, "exchange");
}

static void ask_renew(const struct graph_chain *c, const struct step_in *in, struct step_out *out,
		      enum secret_slot slot)
{
	struct http_request *r = graph_open(c->g, in, out, HTTP_GET);

	http_url(r, "/refresh_access_token");
	http_query(r, "grant_type", c->renew);
	graph_query_secret(r, "access_token", slot);
	grant_keep(in, out, "renew");
}

/* The token of 60 days, in both places. */
static bool take_long(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	const char *scopes = json_str(in->state, "scopes");

	if (!graph_take_token(c->g, in, out, false))
		return false;
	out->refresh = out->access;
	out->refresh_expires_at = out->access_expires_at;
	if (out->scopes == NULL)
		out->scopes = arena_strdup(out->arena, scopes);
	return true;
}

static void ask_who(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	c->ask_who(in, out, SLOT_ACCESS);
	grant_keep(in, out, "who");
}

/* What the token may, then whose it is. */
static void ask_debug(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	struct http_request *r;

	if (!c->inspects) {
		ask_who(c, in, out);
		return;
	}
	r = graph_call(c->g, in, out, HTTP_GET, SLOT_ACCESS);
	http_url(r, "/debug_token");
	graph_query_secret(r, "input_token", SLOT_ACCESS);
	grant_keep(in, out, "debug");
}

/* Where it is not told the next answer judges the token. */
static void take_debug(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response), *state;

	if (adapter_ok(in->response))
		out->scopes = scopes_of(out->arena, json_at(j, "data.scopes"));
	json_free(&j);
	if (!graph_has_consent(c->g, out))
		return;
	if (out->scopes != NULL) {
		state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
		json_set_str(state, "scopes", out->scopes);
		json_free(&out->state);
		out->state = state;
	}
	ask_who(c, in, out);
}

static void take_who(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	if (!adapter_ok(in->response)) {
		graph_fail(c->g, in, out, false);
		graph_login_refused(in, out);
	} else if (c->take_who(in, out) && graph_is_account(in, out)) {
		out->verdict = STEP_DONE;
	}
}

void graph_chain_code(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	const char *ask = ask_of(in);

	if (!graph_has_client(in) && in->response == NULL) {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "%s needs the app's client id and client secret", c->g->title);
		err_hint(&out->error, "give them with --client-id and --client-secret-fd");
	} else if (in->response == NULL) {
		ask_code(c, in, out);
	} else if (strcmp(ask, "token") == 0) {
		if (graph_take_token(c->g, in, out, false))
			ask_exchange(c, in, out);
	} else if (strcmp(ask, "exchange") == 0) {
		if (take_long(c, in, out))
			ask_debug(c, in, out);
	} else if (strcmp(ask, "debug") == 0) {
		take_debug(c, in, out);
	} else {
		take_who(c, in, out);
		if (out->verdict == STEP_DONE)
			grant_recall(in, out);
	}
}

void graph_chain_login(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	struct json *state;

	if (in->response == NULL) {
		ask_debug(c, in, out);
	} else if (strcmp(ask_of(in), "debug") == 0) {
		take_debug(c, in, out);
	} else if (strcmp(ask_of(in), "renew") != 0) {
		take_who(c, in, out);
		if (out->verdict != STEP_DONE)
			return;
		state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
		json_set_str(state, "account", out->account);
		json_set_str(state, "account_id", out->account_id);
		json_free(&out->state);
		out->state = state;
		ask_renew(c, in, out, SLOT_ACCESS);
	} else {
		/* The token is good, renewed or not. */
		if (!adapter_ok(in->response) || !take_long(c, in, out)) {
			out->error = (struct err_info){0};
			out->error_class = CLASS_NONE;
			out->access = out->refresh = NULL;
			out->access_expires_at = out->refresh_expires_at = 0;
			out->at = 0;
		}
		out->account = arena_strdup(out->arena, json_str(in->state, "account"));
		out->account_id = arena_strdup(out->arena, json_str(in->state, "account_id"));
		out->scopes = arena_strdup(out->arena, json_str(in->state, "scopes"));
		if (out->account_id == NULL)
			judge_odd(in, out, false, "account");
		else
			out->verdict = STEP_DONE;
	}
}

static bool is_young(const struct step_in *in)
{
	int64_t made = in->conn->expires_at - GRAPH_TOKEN_LIFE_MS;

	return in->conn->expires_at > in->now_ms && in->now_ms >= made &&
	       in->now_ms - made < GRAPH_TOKEN_AGE_MIN_MS;
}

void graph_chain_refresh(const struct graph_chain *c, const struct step_in *in,
			 struct step_out *out)
{
	if (in->response == NULL && is_young(in)) {
		c->ask_who(in, out, SLOT_REFRESH);
		grant_keep(in, out, "who");
	} else if (in->response == NULL) {
		ask_renew(c, in, out, SLOT_REFRESH);
	} else if (strcmp(ask_of(in), "who") == 0) {
		take_who(c, in, out);
	} else if (take_long(c, in, out)) {
		out->verdict = STEP_DONE;
	}
}

void graph_chain_verify(const struct graph_chain *c, const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		ask_debug(c, in, out);
	} else if (strcmp(ask_of(in), "debug") == 0) {
		take_debug(c, in, out);
	} else {
		take_who(c, in, out);
		if (out->verdict == STEP_DONE)
			out->scopes = arena_strdup(out->arena, json_str(in->state, "scopes"));
	}
}

void graph_no_revoke(const struct graph *g, struct step_out *out)
{
	step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, NULL, NULL,
		  "%s lets consent be withdrawn by hand only", g->title);
	err_hint(&out->error, "remove the app in the account's settings");
}
