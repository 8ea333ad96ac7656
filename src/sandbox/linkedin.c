/* sandbox/linkedin.c - LinkedIn for practice: the table of its paths, its log-in, accounts and errors.
 *
 * Every third account is a page, reached with a token of a page's app; the others are members, whose tokens may write but
 * not read. Tokens live 60 days and there is no refresh, as for apps without a partner's contract. */
#include "sandbox/linkedin.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/consent.h"
#include "sandbox/holder.h"
#include "sandbox/route.h"

#define DAY_MS (INT64_C(24) * 3600000)
#define OLDEST_VERSION 202509
#define PAGE_MARK "page-"

static const struct consent consent = {
	.pkce = PKCE_REFUSED,
	.secret_needed = true,
	.code_life_ms = INT64_C(30) * 60000,
	.access_life_ms = 60 * DAY_MS,
	.scopes = "openid,profile,w_member_social",
};

void sim_li_error(struct call *c, int status, int service, const char *code, const char *message)
{
	struct json *j = json_new_object();

	json_set_str(j, "message", message);
	if (service)
		json_set_int(j, "serviceErrorCode", service);
	json_set_int(j, "status", status);
	if (code)
		json_set_str(j, "code", code);
	call_json(c, status, j);
}

static bool headers_fit(struct call *c)
{
	const char *version = listener_header(c->request, "LinkedIn-Version");
	const char *protocol = listener_header(c->request, "X-Restli-Protocol-Version");

	if (strncmp(c->path, "/rest/", 6) != 0)
		return true;
	if (!version)
		sim_li_error(c, 400, 0, "VERSION_MISSING", "A version must be present.");
	else if (strlen(version) != 6 || strtol(version, NULL, 10) < OLDEST_VERSION)
		sim_li_error(c, 426, 0, "NONEXISTENT_VERSION",
			     arena_printf(c->answer->arena, "Requested version %s is not active",
					  version));
	else if (!protocol || strcmp(protocol, "2.0.0") != 0)
		sim_li_error(c, 400, 0, NULL, "X-RestLi-Protocol-Version must be 2.0.0");
	else
		return true;
	return false;
}

struct account *sim_li_account(struct call *c)
{
	struct holder h = holder_of(c, call_bearer(c));

	if (!h.account)
		sim_li_error(c, 401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token");
	else if (h.revoked)
		sim_li_error(c, 401, 65601, "REVOKED_ACCESS_TOKEN",
			     "The token used in the request has been revoked by the user");
	else if (h.expired)
		sim_li_error(c, 401, 65602, "EXPIRED_ACCESS_TOKEN",
			     "The token used in the request has expired");
	else if (headers_fit(c))
		return h.account;
	return NULL;
}

bool sim_li_is_page(const struct account *a)
{
	return strncmp(a->id, PAGE_MARK, strlen(PAGE_MARK)) == 0;
}

const char *sim_li_urn(const struct call *c, const struct account *a)
{
	return arena_printf(c->answer->arena, "urn:li:%s:%s",
			    sim_li_is_page(a) ? "organization" : "person",
			    a->id + (sim_li_is_page(a) ? strlen(PAGE_MARK) : 0));
}

struct account *sim_li_speaker(struct call *c, struct account *a, const char *urn)
{
	struct account *other;

	if (!a || !urn || strcmp(urn, sim_li_urn(c, a)) == 0)
		return urn ? a : NULL;
	if (!holder_of(c, call_bearer(c)).session || sim_li_is_page(a))
		return NULL;
	for (size_t i = 0; (other = world_nth_account(c->world, "linkedin", i)); i++)
		if (sim_li_is_page(other) && strcmp(urn, sim_li_urn(c, other)) == 0)
			return other;
	return NULL;
}

static void no_permission(struct call *c, const char *what)
{
	sim_li_error(c, 403, 100, "ACCESS_DENIED",
		     arena_printf(c->answer->arena, "Not enough permissions to access: %s", what));
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

static void userinfo(struct call *c)
{
	struct account *a = sim_li_account(c);
	struct json *j;

	if (!a)
		return;
	if (sim_li_is_page(a)) {
		no_permission(c, "userinfo.GET.NO_VERSION");
		return;
	}
	j = json_new_object();
	json_set_str(j, "sub", a->id);
	json_set_str(j, "name", a->handle);
	json_set_str(j, "given_name", a->handle);
	call_json(c, 200, j);
}

static void add_page(struct call *c, struct json *list, const struct account *page)
{
	struct json *o = json_add(list, json_new_object());

	json_set_str(o, "role", "ADMINISTRATOR");
	json_set_str(o, "state", "APPROVED");
	json_set_str(o, "organizationalTarget", sim_li_urn(c, page));
}

/* A page's token tells of the page; a member who came by the browser keeps all pages there are. */
static void pages(struct call *c)
{
	struct account *a = sim_li_account(c), *other;
	struct holder h = holder_of(c, call_bearer(c));
	struct json *list = json_new_array(), *j;

	if (a && sim_li_is_page(a))
		add_page(c, list, a);
	for (size_t i = 0; a && h.session && !sim_li_is_page(a) &&
			   (other = world_nth_account(c->world, "linkedin", i));
	     i++)
		if (sim_li_is_page(other))
			add_page(c, list, other);
	if (!a || !json_len(list)) {
		if (a)
			no_permission(c, "organizationalEntityAcls.FINDER-roleAssignee.NO_VERSION");
		json_free(&list);
		return;
	}
	j = json_new_object();
	json_set(j, "elements", list);
	call_json(c, 200, j);
}

static const struct route routes[] = {
	{"GET", "/oauth/v2/authorization", STEP_LOGIN, authorize},
	{"POST", "/oauth/v2/accessToken", STEP_LOGIN, token},
	{"POST", "/oauth/v2/revoke", STEP_REVOKE, revoke},
	{"GET", "/v2/userinfo", STEP_VERIFY, userinfo},
	{"GET", "/v2/organizationalEntityAcls", STEP_VERIFY, pages},
	{"GET", "/rest/organizationAcls", STEP_VERIFY, pages},
	{"POST", "/rest/images", STEP_UPLOAD, sim_li_image_begin},
	{"POST", "/rest/videos", STEP_UPLOAD, sim_li_video},
	{"PUT", "/upload/*/*", STEP_UPLOAD, sim_li_put},
	{"GET", "/rest/images/*", STEP_READ, sim_li_look},
	{"GET", "/rest/videos/*", STEP_READ, sim_li_look},
	{"POST", "/rest/posts", STEP_CREATE | STEP_PUBLISH, sim_li_create},
	{"GET", "/rest/posts", STEP_READ, sim_li_list},
	{"DELETE", "/rest/posts/*", 0, sim_li_delete},
	{"POST", "/rest/socialActions/*/comments", 0, sim_li_comment},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		sim_li_error(c, 404, 0, "RESOURCE_NOT_FOUND", "No virtual resource found");
}

static void refuse(struct call *c, int status)
{
	if (status == 401)
		sim_li_error(c, 401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token");
	else if (status == 403)
		no_permission(c, "partnerApiPosts.CREATE");
	else
		sim_li_error(c, status, 0, status >= 500 ? NULL : "BAD_REQUEST",
			     status >= 500 ? "Internal Server Error" : "The request is not valid");
}

static void limit(struct call *c, int64_t seconds)
{
	/* The real one tells no time; the next day is meant. */
	if (seconds > 0)
		call_header_int(c, "Retry-After", seconds);
	sim_li_error(c, 429, 101, "TOO_MANY_REQUESTS",
		     "Resource level throttle DAY limit for calls to this resource is reached.");
}

static void refuse_duplicate(struct call *c)
{
	/* A post that is not there, as after a deletion. */
	sim_li_error(c, 422, 0, NULL, "Content is a duplicate of urn:li:share:7000000000000000000");
}

static void damage(struct call *c, enum fault_kind kind)
{
	holder_damage(c, call_bearer(c), kind);
}

static void make_accounts(struct world *w, int64_t n)
{
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++)
		holder_add(w, "linkedin", i, call_account_label(a, i), i % 3 == 2 ? PAGE_MARK : "",
			   10);
	arena_free(&a);
}

const struct sandbox_platform sandbox_linkedin = {
	.name = "linkedin",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
