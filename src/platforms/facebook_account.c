/* platforms/facebook_account.c - the page, or its Instagram account, behind a login at Facebook.
 *
 *   code -> token of an hour -> token of 60 days -> what it may -> its pages -> the page's token (-> its Instagram account)
 *
 * The page's token stands in SLOT_ACCESS and has no end; the person's of 60 days stands in SLOT_REFRESH, and a renewal
 * exchanges it and reads the page's anew. A login with a token that was made by hand may be one of a page or one of a
 * person: the platform says which.
 *
 * Consent is one for the person and the app: withdrawing it ends all pages that were connected by it. */
#include "platforms/facebook.h"

#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"
#include "platforms/choice.h"

#define PAGES_MAX 20
#define CURSOR_BYTES_MAX 1000

static const char *ask_of(const struct step_in *in)
{
	const char *ask = json_str(in->state, "ask");

	return ask != NULL ? ask : "";
}

/* The slot with the person's token: by code and at a renewal the one of 60 days. */
static enum secret_slot person(const struct step_in *in)
{
	return in->op == OP_LOGIN && !json_bool(in->state, "long", false) ? SLOT_ACCESS
									  : SLOT_REFRESH;
}

void facebook_login_authorize(const struct facebook_login *l, const struct step_in *in,
			      struct step_out *out)
{
	const struct grant grant = {.title = l->g->title, .client = GRANT_FORM};
	const char *site = adapter_host_base(in, FACEBOOK_API, FACEBOOK_SITE);

	grant_authorize(&grant, in, out,
			arena_printf(out->arena, "%s/%s/dialog/oauth", site,
				     graph_version(l->g, in, out->arena)),
			l->scopes);
}

/* Requests */

static struct http_request *open_token(const struct facebook_login *l, const struct step_in *in,
				       struct step_out *out)
{
	struct http_request *r = graph_open(l->g, in, out, HTTP_GET);

	http_url(r, "/");
	http_url_escaped(r, graph_version(l->g, in, out->arena));
	http_url(r, "/oauth/access_token");
	return r;
}

static void ask_code(const struct facebook_login *l, const struct step_in *in, struct step_out *out)
{
	struct http_request *r;

	if (!graph_has_client(in)) {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "%s needs the app's client id and client secret", l->g->title);
		err_hint(&out->error, "give them with --client-id and --client-secret-fd");
		return;
	}
	r = open_token(l, in, out);
	http_query(r, "client_id", in->oauth->client_id);
	http_query(r, "redirect_uri", in->oauth->redirect_uri);
	graph_query_secret(r, "client_secret", SLOT_CLIENT_SECRET);
	graph_query_secret(r, "code", SLOT_CODE);
	grant_keep(in, out, "token");
}

static void ask_exchange(const struct facebook_login *l, const struct step_in *in,
			 struct step_out *out, enum secret_slot slot)
{
	struct http_request *r = open_token(l, in, out);

	http_query(r, "grant_type", "fb_exchange_token");
	http_query(r, "client_id", in->oauth->client_id);
	graph_query_secret(r, "client_secret", SLOT_CLIENT_SECRET);
	graph_query_secret(r, "fb_exchange_token", slot);
	grant_keep(in, out, "exchange");
}

/* What a token is and may, asked with the app's own token where the client is known, else with itself. */
static void ask_debug(const struct facebook_login *l, const struct step_in *in,
		      struct step_out *out, enum secret_slot slot)
{
	bool app = graph_has_client(in);
	struct http_request *r = app ? graph_open(l->g, in, out, HTTP_GET)
				     : graph_call(l->g, in, out, HTTP_GET, slot);

	if (app) {
		http_url(r, "/");
		http_url_escaped(r, graph_version(l->g, in, out->arena));
	}
	http_url(r, "/debug_token");
	graph_query_secret(r, "input_token", slot);
	if (app) {
		http_query(r, "access_token", in->oauth->client_id);
		http_url(r, "%%7C");
		http_url_secret(r, SLOT_CLIENT_SECRET, SLOT_FORM);
	}
	grant_keep(in, out, "debug");
}

static void ask_pages(const struct facebook_login *l, const struct step_in *in,
		      struct step_out *out, const char *after)
{
	struct http_request *r = graph_call(l->g, in, out, HTTP_GET, person(in));

	http_url(r, "/me/accounts");
	http_query(r, "fields",
		   l->instagram ? "id,name,access_token,tasks,"
				  "instagram_business_account{id,username}"
				: "id,name,access_token,tasks");
	http_query(r, "limit", "100");
	http_query(r, "after", after);
	grant_keep(in, out, "pages");
}

/* Whose token it is that a person has made for a page. */
static void ask_me(const struct facebook_login *l, const struct step_in *in, struct step_out *out)
{
	struct http_request *r = graph_call(l->g, in, out, HTTP_GET, SLOT_ACCESS);

	http_url(r, "/me");
	http_query(r, "fields",
		   l->instagram ? "id,name,instagram_business_account{id,username}" : "id,name");
	grant_keep(in, out, "me");
}

/* Answers */

static void refused(const struct facebook_login *l, const struct step_in *in, struct step_out *out)
{
	graph_fail(l->g, in, out, false);
	graph_login_refused(in, out);
}

/* A token that is dead, in the words that its inspection has. */
static void fail_dead(const struct step_in *in, struct step_out *out, const struct json *data)
{
	const struct json *e = json_get(data, "error");
	int64_t sub = json_int(e, "subcode", json_int(data, "error_subcode", 0));
	int64_t expires = json_int(data, "expires_at", 0);
	const char *words = json_str(e, "message");
	bool expired = sub == 463 || (sub == 0 && expires > 0 && expires < in->now_ms / 1000);

	step_fail(out, CLASS_AUTH, expired ? E_TOKEN_EXPIRED : E_TOKEN_REVOKED, in->response,
		  sub > 0 ? arena_printf(out->arena, "190/%lld", (long long)sub) : "190",
		  "the login is not accepted: %s",
		  words != NULL ? words : "the platform says that its token is not valid");
	err_hint(&out->error, "connect the account again");
	graph_login_refused(in, out);
}

static const char *scopes_in(struct arena *a, const struct json *data)
{
	const char *list = "";

	for (const struct json *s = json_first(json_get(data, "scopes")); s != NULL;
	     s = json_next(s))
		if (json_as_str(s) != NULL && strlen(list) < 4000)
			list = arena_printf(a, "%s%s%.100s", list, list[0] != '\0' ? " " : "",
					    json_as_str(s));
	return list[0] != '\0' ? list : NULL;
}

static void keep_scopes(const struct step_in *in, struct step_out *out)
{
	struct json *state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();

	if (out->scopes != NULL)
		json_set_str(state, "scopes", out->scopes);
	json_free(&out->state);
	out->state = state;
}

static void take_debug(const struct facebook_login *l, const struct step_in *in,
		       struct step_out *out)
{
	struct json *j;
	const struct json *data;
	const char *type;

	if (!adapter_ok(in->response)) {
		refused(l, in, out);
		return;
	}
	j = adapter_object(in->response);
	data = json_get(j, "data");
	type = json_str(data, "type");
	if (!json_is_object(data)) {
		judge_odd(in, out, false, "word about the token");
	} else if (!json_bool(data, "is_valid", false)) {
		fail_dead(in, out, data);
	} else {
		out->scopes = scopes_in(out->arena, data);
		if (graph_has_consent(l->g, out)) {
			keep_scopes(in, out);
			if (in->op == OP_VERIFY ||
			    (in->op == OP_LOGIN && type != NULL && strcmp(type, "PAGE") == 0))
				ask_me(l, in, out);
			else if (in->op == OP_LOGIN && graph_has_client(in))
				ask_exchange(l, in, out, SLOT_ACCESS);
			else
				ask_pages(l, in, out, NULL);
		}
	}
	json_free(&j);
}

static void take_exchange(const struct facebook_login *l, const struct step_in *in,
			  struct step_out *out)
{
	struct json *state;
	struct step_in next = *in;

	if (!graph_take_token(l->g, in, out, true))
		return;
	state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	json_set_bool(state, "long", true);
	json_set_int(state, "refresh_expires", out->access_expires_at);
	out->refresh_expires_at = out->access_expires_at;
	out->access_expires_at = 0;
	json_free(&out->state);
	out->state = state;
	/* What is asked next looks at the state as it is now. */
	next.state = state;
	if (in->op == OP_CODE)
		ask_debug(l, &next, out, SLOT_REFRESH);
	else
		ask_pages(l, &next, out, NULL);
}

/* The account that a page stands for: itself, or its Instagram account. NULL: it has none. */
static const char *account_in(const struct facebook_login *l, struct arena *a,
			      const struct json *page, const char **name)
{
	const struct json *o = l->instagram ? json_get(page, "instagram_business_account") : page;
	const char *id = graph_id(a, o, "id");

	*name = adapter_shown_name(a, json_str(o, l->instagram ? "username" : "name"));
	if (*name == NULL)
		*name = id;
	return id;
}

/* May the person post for the page? Only where the answer says what they may. */
static bool may_post(const struct json *page)
{
	const struct json *tasks = json_get(page, "tasks");

	if (!json_is_array(tasks))
		return true;
	for (const struct json *t = json_first(tasks); t != NULL; t = json_next(t))
		if (json_as_str(t) != NULL && strcmp(json_as_str(t), "CREATE_CONTENT") == 0)
			return true;
	return false;
}

static void done(const struct step_in *in, struct step_out *out, const char *id, const char *name)
{
	out->account_id = id;
	out->account = name;
	out->scopes = arena_strdup(out->arena, json_str(in->state, "scopes"));
	out->refresh_expires_at = json_int(in->state, "refresh_expires", 0);
	if (graph_is_account(in, out))
		out->verdict = STEP_DONE;
}

/* Is this page the one that is meant? */
static bool is_chosen(const char *choice, const char *id, const char *name)
{
	return choice != NULL &&
	       (strcmp(choice, id) == 0 || strcasecmp(choice + (choice[0] == '@'), name) == 0);
}

static void take_page(const struct step_in *in, struct step_out *out, const struct json *page,
		      const char *id, const char *name)
{
	const char *token = adapter_token(page, "access_token");

	if (token == NULL) {
		judge_odd(in, out, false, "token of the page");
	} else if (!may_post(page)) {
		step_fail(out, CLASS_AUTH, E_SCOPE_MISSING, in->response, NULL,
			  "the login may not create content for %s", name);
		err_hint(&out->error,
			 "have the task of creating content given to this person on the page");
	} else {
		out->access = arena_strdup(out->arena, token);
		done(in, out, id, name);
	}
}

/* Goes through one answer's pages: true when the operation has ended with one of them. */
static bool look_through(const struct facebook_login *l, const struct step_in *in,
			 struct step_out *out, const struct json *list, const char *choice,
			 struct json *state)
{
	for (const struct json *p = json_first(list); p != NULL; p = json_next(p)) {
		const char *name, *id = account_in(l, out->arena, p, &name);

		if (id == NULL)
			continue;
		if (is_chosen(choice, id, name)) {
			take_page(in, out, p, id, name);
			return true;
		}
		if (may_post(p))
			choice_add(state, id, name);
	}
	return false;
}

/* The last answer is in. A login that reaches just one account means that one; what was chosen from the list may stand
 * in an answer before this one. Either is read again, for its token. */
static void end_pages(const struct facebook_login *l, const struct step_in *in,
		      struct step_out *out, struct json *state)
{
	const struct json *choices = json_get(state, "choices"), *one;
	struct step_in again = *in;

	one = choice_of(in) != NULL    ? choice_find(state, choice_of(in))
	      : json_len(choices) == 1 ? json_first(choices)
				       : NULL;
	if (one != NULL && json_str(state, "only") == NULL) {
		json_set_str(state, "only", json_str(one, "id"));
		json_set(state, "choices", json_new_array());
		json_set_int(state, "page", 0);
		again.state = state;
		ask_pages(l, &again, out, NULL);
	} else {
		choice_end(in, out, state, l->none);
	}
}

static void take_pages(const struct facebook_login *l, const struct step_in *in,
		       struct step_out *out)
{
	struct json *j, *state;
	const struct json *list;
	const char *choice = choice_of(in), *after;
	struct step_in next = *in;
	int64_t page;

	if (!adapter_ok(in->response)) {
		refused(l, in, out);
		return;
	}
	j = adapter_object(in->response);
	list = json_get(j, "data");
	state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	page = json_int(state, "page", 0);
	if (choice == NULL)
		choice = json_str(in->state, "only");
	after = json_str(json_at(j, "paging.cursors"), "after");
	if (json_str(json_get(j, "paging"), "next") == NULL)
		after = NULL;
	/* The one account of a single answer needs no second look. */
	if (choice == NULL && page == 0 && after == NULL && json_len(list) == 1) {
		const char *name, *id = account_in(l, out->arena, json_first(list), &name);

		choice = id;
	}
	if (!json_is_array(list)) {
		judge_odd(in, out, false, "list of pages");
	} else if (!look_through(l, in, out, list, choice, state)) {
		if (after != NULL && strlen(after) < CURSOR_BYTES_MAX && page >= 0 &&
		    page < PAGES_MAX) {
			json_set_int(state, "page", page + 1);
			next.state = state;
			ask_pages(l, &next, out, after);
		} else {
			end_pages(l, in, out, state);
		}
	}
	json_free(&state);
	json_free(&j);
}

static void take_me(const struct facebook_login *l, const struct step_in *in, struct step_out *out)
{
	struct json *j;
	const char *id, *name;

	if (!adapter_ok(in->response)) {
		refused(l, in, out);
		return;
	}
	j = adapter_object(in->response);
	id = account_in(l, out->arena, j, &name);
	if (id == NULL && graph_id(out->arena, j, "id") != NULL)
		step_fail(out, CLASS_PERMANENT, E_NOT_FOUND, in->response, NULL,
			  "the login reaches no %s to publish to", l->none);
	else if (id == NULL)
		judge_odd(in, out, false, "account");
	else
		done(in, out, id, name);
	json_free(&j);
}

void facebook_login_enter(const struct facebook_login *l, const struct step_in *in,
			  struct step_out *out)
{
	const char *ask = ask_of(in);

	if (in->response == NULL && in->op == OP_CODE)
		ask_code(l, in, out);
	else if (in->response == NULL && in->op == OP_LOGIN)
		ask_debug(l, in, out, SLOT_ACCESS);
	else if (in->response == NULL && graph_has_client(in))
		ask_exchange(l, in, out, SLOT_REFRESH);
	else if (in->response == NULL)
		ask_pages(l, in, out, NULL);
	else if (strcmp(ask, "token") == 0) {
		if (graph_take_token(l->g, in, out, false))
			ask_exchange(l, in, out, SLOT_ACCESS);
	} else if (strcmp(ask, "exchange") == 0)
		take_exchange(l, in, out);
	else if (strcmp(ask, "debug") == 0)
		take_debug(l, in, out);
	else if (strcmp(ask, "pages") == 0)
		take_pages(l, in, out);
	else
		take_me(l, in, out);
}

void facebook_login_verify(const struct facebook_login *l, const struct step_in *in,
			   struct step_out *out)
{
	if (in->response == NULL)
		ask_debug(l, in, out, SLOT_ACCESS);
	else if (strcmp(ask_of(in), "debug") == 0)
		take_debug(l, in, out);
	else
		take_me(l, in, out);
}

void facebook_login_revoke(const struct facebook_login *l, const struct step_in *in,
			   struct step_out *out)
{
	struct http_request *r;

	if (in->response == NULL && !in->conn->refreshable) {
		step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, NULL, NULL,
			  "a token that was made by hand is withdrawn by hand");
		err_hint(&out->error, "remove the app in the account's settings at %s",
			 l->g->title);
	} else if (in->response == NULL) {
		r = graph_call(l->g, in, out, HTTP_DELETE, SLOT_REFRESH);
		http_url(r, "/me/permissions");
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		graph_fail(l->g, in, out, false);
		/* A token that is dead already is withdrawn. */
		if (out->error_class == CLASS_AUTH && out->error.code != E_SCOPE_MISSING)
			out->verdict = STEP_DONE;
	}
}
