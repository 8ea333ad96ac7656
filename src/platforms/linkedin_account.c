/* platforms/linkedin_account.c - which accounts a login at LinkedIn reaches, and which of them is meant.
 *
 *   (token ->) person -> pages -> done, or a choice
 *
 * A member's app and a page's app are two apps: the scopes of one are refused to the other, and one scope too many fails
 * the whole consent. So pages are asked for only where the account that is meant is one (urn:li:organization:...). A token
 * that was made elsewhere is asked for both, and what it may not tell is left out. "urn:li:organization:" alone is any page:
 * its app's scopes are asked for, and where there are several pages one has to be chosen. */
#include "platforms/linkedin.h"

#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"
#include "platforms/grant.h"

#define PAGE_SCOPES "r_organization_social w_organization_social rw_organization_admin"
#define PAGES_MAX 100

static const struct grant member_grant = {
	.title = "LinkedIn",
	.needed = "w_member_social",
	.client = GRANT_FORM,
	.pkce = false,
	.judge = &linkedin_judge,
};
static const struct grant page_grant = {
	.title = "LinkedIn",
	.needed = "w_organization_social",
	.client = GRANT_FORM,
	.pkce = false,
	.judge = &linkedin_judge,
};

static const char *site(const struct step_in *in, struct step_out *out, const char *path)
{
	return arena_printf(out->arena, "%s%s", adapter_host_base(in, LINKEDIN_API, LINKEDIN_SITE),
			    path);
}

/* The account that the operation is about: chosen, or of the connection. */
static const char *meant(const struct step_in *in)
{
	const char *id = in->op == OP_VERIFY ? in->conn->account_id : in->choice;

	return id != NULL && id[0] != '\0' && strcmp(id, LINKEDIN_PAGE) != 0 ? id : NULL;
}

static bool starts(const char *s, const char *with)
{
	return s != NULL && strncmp(s, with, strlen(with)) == 0;
}

static const struct grant *grant_of(const struct step_in *in)
{
	bool page = starts(in->choice, LINKEDIN_PAGE) || linkedin_is_page(in->conn);

	return page ? &page_grant : &member_grant;
}

static void ask_person(const struct step_in *in, struct step_out *out)
{
	struct http_request *r = http_request_new(HTTP_GET);

	http_url(r, "%s/v2/userinfo", adapter_base(in, LINKEDIN_API));
	http_header(r, "Accept", "application/json");
	http_bearer(r, SLOT_ACCESS);
	out->request = r;
	out->verdict = STEP_SEND;
	grant_keep(in, out, "person");
}

static void ask_pages(const struct step_in *in, struct step_out *out, const char *path)
{
	struct http_request *r = linkedin_call(in, out, HTTP_GET, path);

	http_query(r, "q", "roleAssignee");
	http_query(r, "state", "APPROVED");
	http_query(r, "count", "100");
	grant_keep(in, out, strcmp(path, "/rest/organizationAcls") == 0 ? "pages-rest" : "pages");
}

/* The member of this token goes into the state, for the choice. */
static bool take_person(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *sub = adapter_id(out->arena, j, "sub"), *name = adapter_name(j, "name");
	const char *urn = sub != NULL ? arena_printf(out->arena, LINKEDIN_PERSON "%s", sub) : NULL;
	bool ok = linkedin_is_urn(urn, LINKEDIN_PERSON);

	if (ok) {
		if (out->state == NULL)
			out->state = json_is_object(in->state) ? json_copy(in->state)
							       : json_new_object();
		json_set_str(out->state, "person", urn);
		json_set_str(out->state, "name", name != NULL ? name : sub);
	} else {
		judge_odd(in, out, false, "account");
	}
	json_free(&j);
	return ok;
}

struct choices {
	struct choice *items;
	size_t n;
};

static void add_choice(struct step_out *out, struct choices *c, const char *id, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->items[i].id, id) == 0)
			return;
	c->items = arena_grow(out->arena, c->items, c->n, sizeof(*c->items));
	c->items[c->n++] = (struct choice){.id = arena_strdup(out->arena, id),
					   .name = arena_strdup(out->arena, name)};
}

static void add_pages(struct step_out *out, struct choices *c, const struct json *j)
{
	for (const struct json *e = json_first(json_get(j, "elements"));
	     e != NULL && c->n < PAGES_MAX; e = json_next(e)) {
		const char *urn = json_str(e, "organizationalTarget"), *role = json_str(e, "role");

		if (urn == NULL)
			urn = json_str(e, "organization");
		if (linkedin_is_urn(urn, LINKEDIN_PAGE))
			add_choice(out, c, urn,
				   arena_printf(out->arena, "page %s%s%.40s",
						urn + strlen(LINKEDIN_PAGE),
						role != NULL ? ", " : "",
						role != NULL ? role : ""));
	}
}

static void finish(const struct step_in *in, struct step_out *out, const struct choice *one)
{
	const char *comma = strchr(one->name, ',');

	out->account_id = one->id;
	out->account = comma != NULL
			       ? arena_strndup(out->arena, one->name, (size_t)(comma - one->name))
			       : one->name;
	out->verdict = STEP_DONE;
	grant_recall(in, out);
}

static void choose(const struct step_in *in, struct step_out *out, struct choices *c)
{
	const char *want = meant(in);

	for (size_t i = 0; want != NULL && i < c->n; i++)
		if (strcmp(c->items[i].id, want) == 0) {
			finish(in, out, &c->items[i]);
			return;
		}
	if (want != NULL && in->op == OP_VERIFY) {
		step_fail(out, CLASS_AUTH, c->n > 0 ? E_WRONG_ACCOUNT : E_SCOPE_MISSING,
			  in->response, NULL, "this login may not post for %s", want);
		err_hint(&out->error, "connect the account again");
	} else if (want != NULL && (starts(want, LINKEDIN_PAGE) || starts(want, LINKEDIN_PERSON))) {
		step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
			  "this login may not post for %s", want);
	} else if (c->n == 0) {
		step_fail(out, CLASS_AUTH, E_SCOPE_MISSING, in->response, NULL,
			  "this login tells of no member and of no page");
		err_hint(&out->error,
			 "it needs the permissions openid and profile, or those for pages");
	} else if (c->n == 1 || want != NULL) {
		finish(in, out, &c->items[0]);
	} else {
		out->verdict = STEP_CHOOSE;
		out->choices = c->items;
		out->n_choices = c->n;
	}
}

static void conclude(const struct step_in *in, struct step_out *out, const struct json *pages)
{
	const struct json *state = out->state != NULL ? out->state : in->state;
	const char *person = json_str(state, "person"), *name = json_str(state, "name");
	struct choices c = {0};

	if (person != NULL)
		add_choice(out, &c, person, name != NULL ? name : person);
	add_pages(out, &c, pages);
	choose(in, out, &c);
}

/* May this be left out: the login does not cover it, but may cover the other? */
static bool not_covered(const struct http_response *r)
{
	return r->status == 403 || r->status == 404 || r->status == 410 || r->status == 426;
}

static bool wants_pages(const struct step_in *in, const struct step_out *out)
{
	const char *want = meant(in), *scopes = json_str(in->state, "scopes");

	if (out->scopes != NULL)
		scopes = out->scopes;
	if (want != NULL)
		return !starts(want, LINKEDIN_PERSON);
	return scopes == NULL || strstr(scopes, "organization") != NULL;
}

static bool wants_person(const struct step_in *in, const struct step_out *out)
{
	const char *scopes = json_str(in->state, "scopes");

	if (out->scopes != NULL)
		scopes = out->scopes;
	if (starts(in->op == OP_VERIFY ? meant(in) : in->choice, LINKEDIN_PAGE))
		return false;
	return scopes == NULL || strstr(scopes, "openid") != NULL ||
	       strstr(scopes, "profile") != NULL;
}

static void fail(const struct step_in *in, struct step_out *out)
{
	linkedin_fail(in, out, false);
	if (in->op != OP_VERIFY && out->error_class == CLASS_AUTH && in->response->status == 401)
		out->error.code = E_LOGIN_FAILED;
}

static void answered(const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	const char *ask = json_str(in->state, "ask");
	bool person = ask != NULL && strcmp(ask, "person") == 0;
	bool first = ask != NULL && strcmp(ask, "pages") == 0;
	struct json *j;

	if (person) {
		if (adapter_ok(r) && !take_person(in, out))
			return;
		if (!adapter_ok(r) && (!not_covered(r) || !wants_pages(in, out)))
			fail(in, out);
		else if (wants_pages(in, out))
			ask_pages(in, out, "/v2/organizationalEntityAcls");
		else
			conclude(in, out, NULL);
	} else if (first && (r->status == 404 || r->status == 410)) {
		ask_pages(in, out, "/rest/organizationAcls");
	} else if (adapter_ok(r)) {
		j = adapter_object(r);
		if (json_is_array(json_get(j, "elements")))
			conclude(in, out, j);
		else
			judge_odd(in, out, false, "list of pages");
		json_free(&j);
	} else if (not_covered(r) && json_str(in->state, "person") != NULL &&
		   !starts(meant(in), LINKEDIN_PAGE)) {
		conclude(in, out, NULL);
	} else {
		fail(in, out);
	}
}

static void who(const struct step_in *in, struct step_out *out)
{
	if (wants_person(in, out))
		ask_person(in, out);
	else
		ask_pages(in, out, "/v2/organizationalEntityAcls");
}

void linkedin_login(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		who(in, out);
	else
		answered(in, out);
}

void linkedin_verify(const struct step_in *in, struct step_out *out)
{
	linkedin_login(in, out);
}

void linkedin_authorize(const struct step_in *in, struct step_out *out)
{
	grant_authorize(grant_of(in), in, out, site(in, out, "/oauth/v2/authorization"),
			starts(in->choice, LINKEDIN_PAGE) ? PAGE_SCOPES : linkedin_platform.scopes);
}

void linkedin_code(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (in->response == NULL)
		grant_ask(grant_of(in), in, out, site(in, out, "/oauth/v2/accessToken"));
	else if (ask == NULL || strcmp(ask, "token") != 0)
		answered(in, out);
	else if (grant_take(grant_of(in), in, out))
		who(in, out);
}

void linkedin_refresh(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		grant_ask(grant_of(in), in, out, site(in, out, "/oauth/v2/accessToken"));
	else
		grant_take(grant_of(in), in, out);
}

void linkedin_revoke(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		grant_revoke(grant_of(in), in, out, site(in, out, "/oauth/v2/revoke"));
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		grant_fail(grant_of(in), in, out);
		/* A token that is dead already is withdrawn. */
		if (out->error_class == CLASS_AUTH &&
		    (in->response->status == 400 || in->response->status == 401))
			out->verdict = STEP_DONE;
	}
}
