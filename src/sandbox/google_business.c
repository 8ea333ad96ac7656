/* sandbox/google_business.c - Google Business Profile for practice: the table of its paths, its log-in and errors.
 *
 * All of its hosts are this one: BASE/o/oauth2/v2/auth, BASE/token, BASE/v1/accounts, BASE/v4/... Each account is the one
 * location of a business account. The refresh token does not rotate. */
#include "sandbox/google_business.h"

#include <string.h>

#include "base/mem.h"
#include "sandbox/consent.h"
#include "sandbox/holder.h"
#include "sandbox/route.h"

#define HOUR_MS INT64_C(3600000)
#define SCOPE "https://www.googleapis.com/auth/business.manage"

static const struct consent consent = {
	.pkce = PKCE_CHECKED,
	.code_life_ms = HOUR_MS / 6,
	.access_life_ms = HOUR_MS,
	.refresh_life_ms = 180 * 24 * HOUR_MS,
	.scopes = SCOPE,
	.dead_error = "invalid_grant",
	.dead_words = "Token has been expired or revoked.",
};

void gbp_error(struct call *c, int status, const char *name, const char *message)
{
	struct json *j = json_new_object(), *e = json_set(j, "error", json_new_object());

	json_set_int(e, "code", status);
	json_set_str(e, "message", message);
	json_set_str(e, "status", name);
	call_json(c, status, j);
}

struct account *gbp_account(struct call *c)
{
	struct holder h = holder_of(c, call_bearer(c));

	if (h.account && !h.expired && !h.revoked)
		return h.account;
	gbp_error(c, 401, "UNAUTHENTICATED",
		  "Request had invalid authentication credentials. Expected OAuth 2 access token");
	return NULL;
}

const char *gbp_business(const struct call *c, const struct account *a)
{
	return arena_printf(c->answer->arena, "2%s", a->id);
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
}

static void token_info(struct call *c)
{
	const char *t = call_param(c, "access_token");
	struct holder h = holder_of(c, t);
	struct json *j;

	if (!h.account || h.expired || h.revoked) {
		consent_error(c, 400, "invalid_token", "Invalid Value");
		return;
	}
	j = json_new_object();
	json_set_str(j, "scope", SCOPE);
	json_set_str(j, "expires_in", "3599");
	call_json(c, 200, j);
}

static void accounts(struct call *c)
{
	struct account *a = gbp_account(c);
	struct json *j, *o;

	if (!a)
		return;
	j = json_new_object();
	o = json_add(json_set(j, "accounts", json_new_array()), json_new_object());
	json_set_str(o, "name", arena_printf(c->answer->arena, "accounts/%s", gbp_business(c, a)));
	json_set_str(o, "accountName", a->handle);
	json_set_str(o, "type", "PERSONAL");
	call_json(c, 200, j);
}

static struct json *describe_location(const struct call *c, const struct account *a)
{
	struct json *j = json_new_object(), *metadata;

	json_set_str(j, "name", arena_printf(c->answer->arena, "locations/%s", a->id));
	json_set_str(j, "title", a->handle);
	metadata = json_set(j, "metadata", json_new_object());
	json_set_bool(metadata, "canOperateLocalPost", true);
	json_set_bool(metadata, "hasVoiceOfMerchant", true);
	return j;
}

/* False: answered already. */
static bool has_mask(struct call *c)
{
	if (call_param(c, "readMask"))
		return true;
	gbp_error(c, 400, "INVALID_ARGUMENT", "Request contains an invalid argument: read_mask");
	return false;
}

static void locations(struct call *c)
{
	struct account *a = gbp_account(c);
	struct json *j;

	if (!a || !has_mask(c))
		return;
	if (strcmp(route_part(c, 2), gbp_business(c, a)) != 0) {
		gbp_error(c, 404, "NOT_FOUND", "Requested entity was not found.");
		return;
	}
	j = json_new_object();
	json_add(json_set(j, "locations", json_new_array()), describe_location(c, a));
	call_json(c, 200, j);
}

static void location(struct call *c)
{
	struct account *a = gbp_account(c);

	if (!a || !has_mask(c))
		return;
	if (strcmp(route_part(c, 2), a->id) == 0)
		call_json(c, 200, describe_location(c, a));
	else
		gbp_error(c, 404, "NOT_FOUND", "Requested entity was not found.");
}

#define POSTS "/v4/accounts/*/locations/*/localPosts"
static const struct route routes[] = {
	{"GET", "/o/oauth2/v2/auth", STEP_LOGIN, authorize},
	{"POST", "/token", STEP_LOGIN, token},
	{"POST", "/revoke", STEP_REVOKE, revoke},
	{"GET", "/tokeninfo", STEP_VERIFY, token_info},
	{"GET", "/v1/accounts", STEP_VERIFY, accounts},
	{"GET", "/v1/accounts/*/locations", STEP_VERIFY, locations},
	{"GET", "/v1/locations/*", STEP_VERIFY, location},
	{"POST", POSTS, STEP_CREATE | STEP_PUBLISH, gbp_create},
	{"GET", POSTS, STEP_READ, gbp_list},
	{"GET", POSTS "/*", STEP_READ, gbp_read},
	{"DELETE", POSTS "/*", 0, gbp_delete},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r && r->answer == token && strstr(c->request->body, "grant_type=refresh_token"))
		return STEP_REFRESH;
	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		gbp_error(c, 404, "NOT_FOUND", "Method not found.");
}

static void refuse(struct call *c, int status)
{
	static const struct {
		int status;
		const char *name, *message;
	} errors[] = {
		{400, "INVALID_ARGUMENT", "Request contains an invalid argument."},
		{401, "UNAUTHENTICATED", "Request had invalid authentication credentials."},
		{403, "PERMISSION_DENIED", "The caller does not have permission"},
		{404, "NOT_FOUND", "Requested entity was not found."},
		{429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'"},
		{503, "UNAVAILABLE", "The service is currently unavailable."},
		{504, "DEADLINE_EXCEEDED", "Deadline exceeded."},
	};

	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (errors[i].status == status) {
			gbp_error(c, status, errors[i].name, errors[i].message);
			return;
		}
	gbp_error(c, status, status < 500 ? "INVALID_ARGUMENT" : "INTERNAL",
		  "Internal error encountered.");
}

static void limit(struct call *c, int64_t seconds)
{
	call_header_int(c, "Retry-After", seconds);
	refuse(c, 429);
}

static void refuse_duplicate(struct call *c)
{
	gbp_error(c, 409, "ALREADY_EXISTS", "Requested entity already exists");
}

static void damage(struct call *c, enum fault_kind kind)
{
	holder_damage(c, call_bearer(c), kind);
}

static void make_accounts(struct world *w, int64_t n)
{
	holder_make_accounts(w, "google_business", n, 16);
}

const struct sandbox_platform sandbox_google_business = {
	.name = "google_business",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
