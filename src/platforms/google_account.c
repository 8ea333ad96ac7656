/* platforms/google_account.c - the location behind a login at Google.
 *
 *   code -> tokens -> accounts -> the locations of each -> done, or a choice
 *
 * Access tokens live an hour; the refresh token stays the same. A location that may not have posts is not offered, one
 * that stands in several accounts is offered once. */
#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"
#include "platforms/choice.h"
#include "platforms/google.h"
#include "platforms/grant.h"

#define ANSWERS_MAX 100
#define ACCOUNTS_MAX 50
#define CURSOR_BYTES_MAX 1000

static const struct grant grant = {
	.title = "Google",
	.needed = GOOGLE_SCOPE,
	.client = GRANT_ID,
	.pkce = true,
	.judge = &google_judge,
};

static const char *ask_of(const struct step_in *in)
{
	const char *ask = json_str(in->state, "ask");

	return ask != NULL ? ask : "";
}

static const char *token_address(const struct step_in *in, struct step_out *out, const char *path)
{
	return arena_printf(out->arena, "%s/%s", adapter_host_base(in, GOOGLE_API, GOOGLE_TOKENS),
			    path);
}

void google_authorize(const struct step_in *in, struct step_out *out)
{
	if (!grant_authorize(&grant, in, out,
			     arena_printf(out->arena, "%s/o/oauth2/v2/auth",
					  adapter_host_base(in, GOOGLE_API, GOOGLE_CONSENT)),
			     GOOGLE_SCOPE))
		return;
	/* Together they have a refresh token issued each time. */
	out->authorize_url = arena_printf(out->arena, "%s&access_type=offline&prompt=consent",
					  out->authorize_url);
}

/* The client's secret goes along where there is one. */
static void ask_token(const struct step_in *in, struct step_out *out)
{
	if (grant_ask(&grant, in, out, token_address(in, out, "token")) && in->oauth->has_secret)
		http_form_secret(out->request, "client_secret", SLOT_CLIENT_SECRET);
}

/* Accounts and locations */

static struct json *state_of(const struct step_in *in, const struct step_out *out)
{
	return out->state != NULL          ? json_copy(out->state)
	       : json_is_object(in->state) ? json_copy(in->state)
					   : json_new_object();
}

static void keep_state(struct step_out *out, struct json *state)
{
	json_free(&out->state);
	out->state = state;
}

static void ask_accounts(const struct step_in *in, struct step_out *out, const char *cursor)
{
	struct http_request *r = google_call(in, out, HTTP_GET, GOOGLE_ACCOUNTS, "v1/accounts");

	http_query(r, "pageToken", cursor);
	grant_keep(in, out, "accounts");
}

static void ask_locations(const struct step_in *in, struct step_out *out, const char *account,
			  const char *cursor)
{
	struct http_request *r = google_call(in, out, HTTP_GET, GOOGLE_LOCATIONS,
					     arena_printf(out->arena, "v1/%s/locations", account));

	http_query(r, "readMask", "name,title,metadata");
	http_query(r, "pageSize", "100");
	http_query(r, "pageToken", cursor);
	grant_keep(in, out, "locations");
}

static void done(const struct step_in *in, struct step_out *out, const char *id, const char *name)
{
	out->account_id = arena_strdup(out->arena, id);
	out->account = arena_strdup(out->arena, name);
	grant_recall(in, out);
	out->verdict = STEP_DONE;
}

/* The next account's locations, or the end. */
static void go_on(const struct step_in *in, struct step_out *out, struct json *state)
{
	int64_t i = json_int(state, "account", 0);
	const struct json *accounts = json_get(state, "accounts"), *a = json_first(accounts);
	const struct json *choices = json_get(state, "choices"), *one;

	for (int64_t k = 0; k < i && a != NULL; k++)
		a = json_next(a);
	if (google_is_account(json_as_str(a))) {
		const char *account = arena_strdup(out->arena, json_as_str(a));

		json_set_int(state, "account", i + 1);
		json_set_str(state, "of", account);
		keep_state(out, state);
		ask_locations(in, out, account, NULL);
		return;
	}
	/* What was chosen from the list may stand in an answer before this one. */
	one = choice_of(in) != NULL    ? choice_find(state, choice_of(in))
	      : json_len(choices) == 1 ? json_first(choices)
				       : NULL;
	if (one != NULL)
		done(in, out, json_str(one, "id"), json_str(one, "name"));
	else
		choice_end(in, out, state, "location that may have posts");
	keep_state(out, state);
}

static void refused(const struct step_in *in, struct step_out *out)
{
	google_fail(in, out, false);
	/* A token that was just given and is refused is a wrong one. */
	if (in->op == OP_LOGIN && out->error.code == E_TOKEN_EXPIRED)
		out->error.code = E_LOGIN_FAILED;
}

static const char *cursor_in(struct arena *a, const struct json *j)
{
	const char *s = json_str(j, "nextPageToken");

	return s != NULL && s[0] != '\0' && strlen(s) < CURSOR_BYTES_MAX ? arena_strdup(a, s)
									 : NULL;
}

/* Counts an answer; false: there were too many. */
static bool count_answer(struct json *state)
{
	int64_t n = json_int(state, "answers", 0);

	json_set_int(state, "answers", n + 1);
	return n >= 0 && n < ANSWERS_MAX;
}

static bool has_name(const struct json *names, const char *name)
{
	for (const struct json *n = json_first(names); n != NULL; n = json_next(n))
		if (json_as_str(n) != NULL && strcmp(json_as_str(n), name) == 0)
			return true;
	return false;
}

static void take_accounts(const struct step_in *in, struct step_out *out)
{
	struct json *j, *state;
	const struct json *list;
	struct json *names;
	const char *cursor;

	if (!adapter_ok(in->response)) {
		refused(in, out);
		return;
	}
	j = adapter_object(in->response);
	if (j == NULL) {
		judge_odd(in, out, false, "list of accounts");
		return;
	}
	state = state_of(in, out);
	list = json_get(state, "accounts");
	names = json_is_array(list) ? (struct json *)(uintptr_t)list
				    : json_set(state, "accounts", json_new_array());
	for (const struct json *a = json_first(json_get(j, "accounts")); a != NULL;
	     a = json_next(a))
		if (google_is_account(json_str(a, "name")) && json_len(names) < ACCOUNTS_MAX &&
		    !has_name(names, json_str(a, "name")))
			json_add_str(names, json_str(a, "name"));
	cursor = cursor_in(out->arena, j);
	json_free(&j);
	if (cursor != NULL && count_answer(state)) {
		keep_state(out, state);
		ask_accounts(in, out, cursor);
	} else {
		json_set_int(state, "account", 0);
		go_on(in, out, state);
	}
}

static bool is_chosen(const char *choice, const char *place, const char *location, const char *name)
{
	return choice != NULL && (strcmp(choice, place) == 0 || strcmp(choice, location) == 0 ||
				  strcmp(choice, location + strlen("locations/")) == 0 ||
				  strcasecmp(choice, name) == 0);
}

static bool is_known(const struct json *state, const char *location)
{
	for (const struct json *c = json_first(json_get(state, "choices")); c != NULL;
	     c = json_next(c)) {
		const char *id = json_str(c, "id");
		const char *tail = id != NULL ? strstr(id, "locations/") : NULL;

		if (tail != NULL && strcmp(tail, location) == 0)
			return true;
	}
	return false;
}

/* One location of an answer. True: it is the one that is meant, and out has it. */
static bool look_at(const struct step_in *in, struct step_out *out, const struct json *l,
		    const char *account, struct json *state)
{
	const char *location = json_str(l, "name"), *place, *name;

	if (!google_is_location(location) ||
	    !json_bool(json_get(l, "metadata"), "canOperateLocalPost", true))
		return false;
	place = arena_printf(out->arena, "%s/%s", account, location);
	name = adapter_shown_name(out->arena, json_str(l, "title"));
	if (name == NULL)
		name = arena_strdup(out->arena, location);
	if (is_chosen(choice_of(in), place, location, name)) {
		done(in, out, place, name);
		return true;
	}
	if (!is_known(state, location))
		choice_add(state, place, name);
	return false;
}

static void take_locations(const struct step_in *in, struct step_out *out)
{
	const char *account = json_str(in->state, "of"), *cursor;
	struct json *j, *state;

	if (!adapter_ok(in->response)) {
		refused(in, out);
		return;
	}
	j = adapter_object(in->response);
	if (j == NULL || !google_is_account(account)) {
		judge_odd(in, out, false, "list of locations");
		json_free(&j);
		return;
	}
	state = state_of(in, out);
	for (const struct json *l = json_first(json_get(j, "locations")); l != NULL;
	     l = json_next(l))
		if (look_at(in, out, l, account, state)) {
			json_free(&state);
			json_free(&j);
			return;
		}
	cursor = cursor_in(out->arena, j);
	json_free(&j);
	if (cursor != NULL && count_answer(state)) {
		account = arena_strdup(out->arena, account);
		keep_state(out, state);
		ask_locations(in, out, account, cursor);
	} else {
		go_on(in, out, state);
	}
}

static void take_token_info(const struct step_in *in, struct step_out *out)
{
	struct json *j;
	const char *scopes;

	if (!adapter_ok(in->response)) {
		refused(in, out);
		if (in->response->status == 400) {
			out->error_class = CLASS_AUTH;
			out->error.code = E_LOGIN_FAILED;
		}
		return;
	}
	j = adapter_object(in->response);
	scopes = json_str(j, "scope");
	if (scopes == NULL) {
		judge_odd(in, out, false, "word about the token");
	} else if (strstr(scopes, GOOGLE_SCOPE) == NULL) {
		step_fail(out, CLASS_AUTH, E_SCOPE_MISSING, in->response, NULL,
			  "the token has not the permission %s", GOOGLE_SCOPE);
	} else {
		struct json *state = json_new_object();

		json_set_str(state, "scopes", strlen(scopes) < 4000 ? scopes : GOOGLE_SCOPE);
		keep_state(out, state);
		ask_accounts(in, out, NULL);
	}
	json_free(&j);
}

static void enter(const struct step_in *in, struct step_out *out)
{
	if (strcmp(ask_of(in), "accounts") == 0)
		take_accounts(in, out);
	else
		take_locations(in, out);
}

void google_login(const struct step_in *in, struct step_out *out)
{
	struct http_request *r;

	if (in->response == NULL) {
		r = http_request_new(HTTP_GET);
		http_url(r, "%s?access_token=", token_address(in, out, "tokeninfo"));
		http_url_secret(r, SLOT_ACCESS, SLOT_FORM);
		out->request = r;
		out->verdict = STEP_SEND;
		grant_keep(in, out, "tokeninfo");
	} else if (strcmp(ask_of(in), "tokeninfo") == 0) {
		take_token_info(in, out);
	} else {
		enter(in, out);
	}
}

void google_code(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		ask_token(in, out);
	else if (strcmp(ask_of(in), "token") != 0)
		enter(in, out);
	else if (grant_take(&grant, in, out))
		ask_accounts(in, out, NULL);
}

void google_refresh(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		ask_token(in, out);
	else
		grant_take(&grant, in, out);
}

/* Verifying: the location is there and may have posts, and the API of posts answers for it. */

static void take_location(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *name = adapter_shown_name(out->arena, json_str(j, "title"));
	struct json *state;

	if (!google_is_location(json_str(j, "name"))) {
		judge_odd(in, out, false, "location");
	} else if (!json_bool(json_get(j, "metadata"), "canOperateLocalPost", true)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, in->response, NULL,
			  "Google lets %s have no posts", name != NULL ? name : "the location");
		err_hint(&out->error, "see whether the location is verified");
	} else {
		state = json_new_object();
		json_set_str(state, "name", name);
		json_set_str(state, "ask", "posts");
		keep_state(out, state);
		http_query(
			google_call_posts(in, out, HTTP_GET, in->conn->account_id, "/localPosts"),
			"pageSize", "1");
	}
	json_free(&j);
}

void google_verify(const struct step_in *in, struct step_out *out)
{
	const char *place = in->conn->account_id;

	if (!google_is_place(place)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL,
			  "the account is no location: connect it again");
	} else if (in->response == NULL) {
		http_query(
			google_call(in, out, HTTP_GET, GOOGLE_LOCATIONS,
				    arena_printf(out->arena, "v1/%s", strstr(place, "locations/"))),
			"readMask", "name,title,metadata");
		grant_keep(in, out, "location");
	} else if (!adapter_ok(in->response)) {
		google_fail(in, out, false);
	} else if (strcmp(ask_of(in), "posts") != 0) {
		take_location(in, out);
	} else {
		out->account_id = arena_strdup(out->arena, place);
		out->account = arena_strdup(out->arena, json_str(in->state, "name"));
		out->verdict = STEP_DONE;
	}
}

void google_revoke(const struct step_in *in, struct step_out *out)
{
	struct http_request *r;

	if (in->response == NULL) {
		r = http_request_new(HTTP_POST);
		http_url(r, "%s", token_address(in, out, "revoke"));
		http_form_secret(r, "token", in->conn->refreshable ? SLOT_REFRESH : SLOT_ACCESS);
		out->request = r;
		out->verdict = STEP_SEND;
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		grant_fail(&grant, in, out);
		/* A token that is dead already is withdrawn. */
		if (in->response->status == 400 && out->error_class == CLASS_AUTH)
			out->verdict = STEP_DONE;
	}
}
