/* sandbox/x.c - X for practice: the table of its paths, its log-in and errors.
 *
 * All of its hosts are this one: BASE/2/... and BASE/i/oauth2/authorize. Access tokens live two hours; a refresh token
 * works once, and its second use ends all of the account's sessions. The limits are told and never reached: faults do
 * that where it is wanted. */
#include "sandbox/x.h"

#include <string.h>

#include "base/mem.h"
#include "sandbox/consent.h"
#include "sandbox/holder.h"
#include "sandbox/route.h"

#define WINDOW_MS (INT64_C(15) * 60000)
#define HOUR_MS (INT64_C(60) * 60000)
#define ME_LIMIT 75

static const struct consent consent = {
	.pkce = PKCE_NEEDED,
	.rotates = true,
	.code_life_ms = 30000,
	.access_life_ms = 2 * HOUR_MS,
	.refresh_life_ms = 180 * 24 * HOUR_MS,
	.scopes = "tweet.read tweet.write users.read media.write offline.access",
	.dead_error = "invalid_request",
	.dead_words = "Value passed for the token was invalid.",
};

void sim_x_problem(struct call *c, int status, const char *problem, const char *detail)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{400, "Invalid Request"}, {401, "Unauthorized"},        {402, "CreditsDepleted"},
		{403, "Forbidden"},       {404, "Not Found Error"},     {429, "Too Many Requests"},
		{500, "Internal Error"},  {503, "Service Unavailable"},
	};
	struct json *j = json_new_object();
	const char *title = "Error";

	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (titles[i].status == status)
			title = titles[i].title;
	json_set_str(j, "title", title);
	json_set_str(j, "detail", detail ? detail : title);
	json_set_str(
		j, "type",
		problem ? arena_printf(c->answer->arena, "https://api.x.com/2/problems/%s", problem)
			: "about:blank");
	json_set_int(j, "status", status);
	call_json(c, status, j);
}

static void rate_headers(struct call *c, int64_t limit, int64_t remaining, int64_t resets_at)
{
	call_header_int(c, "x-rate-limit-limit", limit);
	call_header_int(c, "x-rate-limit-remaining", remaining);
	call_header_int(c, "x-rate-limit-reset", resets_at / 1000);
}

struct account *sim_x_account(struct call *c, int64_t limit)
{
	struct holder h = holder_of(c, call_bearer(c));

	if (!h.account || h.expired || h.revoked) {
		sim_x_problem(c, 401, NULL, "Unauthorized");
		return NULL;
	}
	rate_headers(c, limit, limit - 1, (c->now_ms / WINDOW_MS + 1) * WINDOW_MS);
	return h.account;
}

static void authorize(struct call *c)
{
	consent_authorize(c, &consent);
}

static void token(struct call *c)
{
	consent_token(c, &consent);
}

static void revoke(struct call *c)
{
	consent_revoke(c, &consent);
	/* The real one says so. */
	if (c->answer->status == 200) {
		struct json *j = json_new_object();

		json_set_bool(j, "revoked", true);
		call_json(c, 200, j);
	}
}

static void me(struct call *c)
{
	struct account *a = sim_x_account(c, ME_LIMIT);
	struct json *j, *data;

	if (!a)
		return;
	j = json_new_object();
	data = json_set(j, "data", json_new_object());
	json_set_str(data, "id", a->id);
	json_set_str(data, "name", a->handle);
	json_set_str(data, "username", a->handle);
	call_json(c, 200, j);
}

static const struct route routes[] = {
	{"GET", "/i/oauth2/authorize", STEP_LOGIN, authorize},
	{"POST", "/2/oauth2/token", STEP_LOGIN | STEP_REFRESH, token},
	{"POST", "/2/oauth2/revoke", STEP_REVOKE, revoke},
	{"GET", "/2/users/me", STEP_VERIFY, me},
	{"POST", "/2/media/upload", STEP_UPLOAD, sim_x_upload},
	{"GET", "/2/media/upload", STEP_READ, sim_x_upload_look},
	{"POST", "/2/media/upload/initialize", STEP_UPLOAD, sim_x_upload_begin},
	{"POST", "/2/media/upload/*/append", STEP_UPLOAD, sim_x_upload_append},
	{"POST", "/2/media/upload/*/finalize", STEP_UPLOAD, sim_x_upload_finish},
	{"POST", "/2/media/metadata", STEP_UPLOAD, sim_x_describe_media},
	{"POST", "/2/tweets", STEP_CREATE | STEP_PUBLISH, sim_x_create},
	{"GET", "/2/tweets/*", STEP_READ, sim_x_read},
	{"GET", "/2/users/*/tweets", STEP_READ, sim_x_list},
	{"DELETE", "/2/tweets/*", 0, sim_x_delete},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	/* One path for both; the grant tells them apart. */
	if (r && r->answer == token)
		return strstr(c->request->body, "grant_type=refresh_token") ? STEP_REFRESH
									    : STEP_LOGIN;
	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		sim_x_problem(c, 404, "resource-not-found", "No such path");
}

static void refuse(struct call *c, int status)
{
	sim_x_problem(c, status,
		      status == 400   ? "invalid-request"
		      : status == 402 ? "credits"
		      : status == 404 ? "resource-not-found"
				      : NULL,
		      status == 400   ? "One or more parameters to your request was invalid."
		      : status == 403 ? "You are not permitted to perform this action."
				      : NULL);
}

static void limit(struct call *c, int64_t seconds)
{
	rate_headers(c, 100, 0, c->now_ms + seconds * 1000);
	refuse(c, 429);
}

static void refuse_duplicate(struct call *c)
{
	sim_x_problem(c, 403, NULL,
		      "You are not allowed to create a Tweet with duplicate content.");
}

static void damage(struct call *c, enum fault_kind kind)
{
	holder_damage(c, call_bearer(c), kind);
}

static void make_accounts(struct world *w, int64_t n)
{
	holder_make_accounts(w, "x", n, 12);
}

const struct sandbox_platform sandbox_x = {
	.name = "x",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
