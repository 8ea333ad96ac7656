/* platforms/pinterest_account.c - a login at Pinterest, and which of its boards is meant.
 *
 *   (token ->) person -> boards ... -> done, or a choice
 *
 * The state collects the boards from page to page. Whose they are stands in the account's facts, so that another
 * person's token is noticed. A refresh token that comes with an answer replaces the old one; without one the old stays. */
#include "platforms/pinterest.h"

#include <string.h>

#include "platforms/adapter.h"
#include "platforms/grant.h"

#define BOARDS_MAX 500
#define BOOKMARK_BYTES_MAX 2048

static const struct grant grant = {
	.title = "Pinterest",
	.needed = "boards:read pins:read pins:write",
	.client = GRANT_BASIC,
	.pkce = false,
	.judge = &pinterest_judge,
};

static void fail(const struct step_in *in, struct step_out *out)
{
	judge_fail(&pinterest_judge, in, out, false);
	if (in->op != OP_VERIFY && out->error.code == E_TOKEN_EXPIRED)
		out->error.code = E_LOGIN_FAILED;
}

static void ask_person(const struct step_in *in, struct step_out *out)
{
	pinterest_call(in, out, HTTP_GET, "/user_account");
	grant_keep(in, out, "person");
}

static void ask_boards(const struct step_in *in, struct step_out *out, const char *bookmark)
{
	struct http_request *r = pinterest_call(in, out, HTTP_GET, "/boards");

	http_query(r, "page_size", "250");
	http_query(r, "bookmark", bookmark);
	grant_keep(in, out, "boards");
}

static void ask_board(const struct step_in *in, struct step_out *out)
{
	struct http_request *r = pinterest_call(in, out, HTTP_GET, "/boards/");

	http_url_escaped(r, in->conn->account_id);
	grant_keep(in, out, "board");
}

static struct json *state_of(const struct step_in *in, struct step_out *out)
{
	if (out->state == NULL)
		out->state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	return out->state;
}

/* The person of the last login; NULL if it is not known. The arena's. */
static const char *known_person(const struct step_in *in, struct arena *a)
{
	const char *facts = in->conn->facts, *id;
	struct json *j = NULL;

	if (facts == NULL || json_parse(facts, strlen(facts), JSON_BYTES_MAX, &j, NULL) != OK)
		return NULL;
	id = adapter_id(a, j, "person");
	json_free(&j);
	return id;
}

static void take_person(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *name = arena_strdup(out->arena, adapter_name(j, "username"));
	const char *id = adapter_id(out->arena, j, "id"), *known = known_person(in, out->arena);

	json_free(&j);
	if (id == NULL)
		id = name;
	if (name == NULL) {
		judge_odd(in, out, false, "account");
	} else if (in->op == OP_VERIFY && known != NULL && strcmp(known, id) != 0) {
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the server answered for the account %s instead of %s", name,
			  in->conn->account != NULL ? in->conn->account : known);
	} else {
		json_set_str(state_of(in, out), "person", id);
		json_set_str(out->state, "name", name);
		if (in->op == OP_VERIFY && pinterest_is_id(in->conn->account_id))
			ask_board(in, out);
		else
			ask_boards(in, out, NULL);
	}
}

static void finish(const struct step_in *in, struct step_out *out, const char *board,
		   const char *title)
{
	const struct json *state = out->state != NULL ? out->state : in->state;
	const char *person = json_str(state, "name");

	out->account_id = arena_strdup(out->arena, board);
	out->account = arena_printf(out->arena, "%s: %s", person != NULL ? person : "?", title);
	out->facts = json_new_object();
	json_set_str(out->facts, "person", json_str(state, "person"));
	out->verdict = STEP_DONE;
	grant_recall(in, out);
}

static void take_board(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *id = adapter_id(out->arena, j, "id"), *name = adapter_name(j, "name");

	if (!pinterest_is_id(id))
		judge_odd(in, out, false, "board");
	else
		finish(in, out, id, name != NULL ? name : id);
	json_free(&j);
}

static bool has_board(const struct json *boards, const char *id)
{
	for (const struct json *b = json_first(boards); b != NULL; b = json_next(b))
		if (strcmp(json_str(b, "id"), id) == 0)
			return true;
	return false;
}

/* Adds a page's boards to the state's; the same page once more adds nothing. */
static void collect(struct json *state, const struct json *page, struct arena *a)
{
	struct json *all = json_is_array(json_get(state, "boards"))
				   ? json_copy(json_get(state, "boards"))
				   : json_new_array();

	for (const struct json *b = json_first(json_get(page, "items"));
	     b != NULL && json_len(all) < BOARDS_MAX; b = json_next(b)) {
		const char *id = adapter_id(a, b, "id"), *name = adapter_name(b, "name");
		struct json *o;

		if (!pinterest_is_id(id) || has_board(all, id))
			continue;
		o = json_add(all, json_new_object());
		json_set_str(o, "id", id);
		json_set_str(o, "name", name != NULL ? name : id);
	}
	json_set(state, "boards", all);
}

static void offer(struct step_out *out, const struct json *boards)
{
	struct choice *list = NULL;
	size_t n = 0;

	for (const struct json *b = json_first(boards); b != NULL; b = json_next(b)) {
		list = arena_grow(out->arena, list, n, sizeof(*list));
		list[n++] = (struct choice){.id = arena_strdup(out->arena, json_str(b, "id")),
					    .name = arena_strdup(out->arena, json_str(b, "name"))};
	}
	out->verdict = STEP_CHOOSE;
	out->choices = list;
	out->n_choices = n;
}

static void choose(const struct step_in *in, struct step_out *out)
{
	const struct json *boards = json_get(out->state, "boards"), *one = json_first(boards);
	const char *want = in->choice != NULL && in->choice[0] != '\0' ? in->choice : NULL;

	for (const struct json *b = one; want != NULL && b != NULL; b = json_next(b))
		if (strcmp(json_str(b, "id"), want) == 0) {
			finish(in, out, want, json_str(b, "name"));
			return;
		}
	if (json_len(boards) == 0) {
		step_fail(out, CLASS_PERMANENT, E_NOT_FOUND, in->response, NULL,
			  "this account has no board to pin to");
		err_hint(&out->error, "make a board first");
	} else if (want != NULL && pinterest_is_id(want)) {
		step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
			  "this account has no board %s", want);
	} else if (json_len(boards) == 1) {
		finish(in, out, json_str(one, "id"), json_str(one, "name"));
	} else {
		offer(out, boards);
	}
}

static void take_boards(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *bookmark = json_str(j, "bookmark");
	size_t before = json_len(json_get(in->state, "boards"));

	if (!json_is_array(json_get(j, "items"))) {
		judge_odd(in, out, false, "list of boards");
	} else {
		collect(state_of(in, out), j, out->arena);
		/* A page that brings nothing new is the last, whatever it says. */
		if (bookmark != NULL && bookmark[0] != '\0' &&
		    strlen(bookmark) <= BOOKMARK_BYTES_MAX &&
		    json_len(json_get(out->state, "boards")) > before &&
		    json_len(json_get(out->state, "boards")) < BOARDS_MAX)
			ask_boards(in, out, bookmark);
		else
			choose(in, out);
	}
	json_free(&j);
}

static void answered(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (!adapter_ok(in->response)) {
		fail(in, out);
		/* A board that is gone is not the login's fault. */
		if (ask != NULL && strcmp(ask, "board") == 0 && in->response->status == 404)
			out->error.code = E_NOT_FOUND;
	} else if (ask != NULL && strcmp(ask, "boards") == 0) {
		take_boards(in, out);
	} else if (ask != NULL && strcmp(ask, "board") == 0) {
		take_board(in, out);
	} else {
		take_person(in, out);
	}
}

void pinterest_login(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		ask_person(in, out);
	else
		answered(in, out);
}

void pinterest_verify(const struct step_in *in, struct step_out *out)
{
	pinterest_login(in, out);
}

void pinterest_authorize(const struct step_in *in, struct step_out *out)
{
	char *scopes = arena_strdup(out->arena, pinterest_platform.scopes);

	for (char *c = scopes; *c != '\0'; c++)
		if (*c == ' ')
			*c = ',';
	grant_authorize(&grant, in, out,
			arena_printf(out->arena, "%s/oauth/",
				     adapter_host_base(in, PINTEREST_API, PINTEREST_SITE)),
			scopes);
}

static void ask_token(const struct step_in *in, struct step_out *out)
{
	/* Older apps get a refresh token that can be renewed only when they ask for it; newer ones always. */
	if (grant_ask(&grant, in, out, pinterest_address(in, out->arena, "/oauth/token")) &&
	    in->op == OP_CODE)
		http_form(out->request, "continuous_refresh", "true");
}

void pinterest_code(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (in->response == NULL)
		ask_token(in, out);
	else if (ask == NULL || strcmp(ask, "token") != 0)
		answered(in, out);
	else if (grant_take(&grant, in, out))
		ask_person(in, out);
}

void pinterest_refresh(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		ask_token(in, out);
	else
		grant_take(&grant, in, out);
}

void pinterest_revoke(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, in->response, NULL,
		  "Pinterest lets a person's login be withdrawn only by hand");
	err_hint(&out->error, "remove the app in the account's settings, under Security");
}
