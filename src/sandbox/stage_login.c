/* sandbox/stage_login.c - whose token it is, and the chain of tokens: an hour, 60 days, renewed when a day old. */
#include <string.h>

#include "base/mem.h"
#include "sandbox/stage.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define LONG_LIFE_MS (60 * DAY_MS)

void stage_me(struct call *c, const struct stage_rules *r)
{
	struct account *a = meta_account(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_set_str(j, "id", a->id);
	json_set_str(j, r->id_name, a->id);
	json_set_str(j, "username", a->handle);
	call_json(c, 200, j);
}

void stage_code(struct call *c, const struct stage_rules *r)
{
	struct fields f = fields_read(c);
	const char *scopes;
	struct session *s = consent_take_code(c, r->consent, &f, &scopes);
	struct json *j;

	if (!s)
		return;
	j = json_new_object();
	json_set_str(j, "access_token", holder_access(c, s));
	json_set_str(j, "user_id", s->account->id);
	json_set_str(j, "permissions", scopes);
	call_json(c, 200, j);
}

/* The token of a request for another one; its session; NULL: answered already. */
static struct holder asked_by(struct call *c, const char *grant)
{
	const char *type = call_param(c, "grant_type");
	struct holder none = {0};
	struct account *a;

	if (!type || strcmp(type, grant) != 0) {
		meta_error(c, 400, 100, 0, "Invalid grant_type");
		return none;
	}
	a = meta_account(c);
	return a ? holder_of(c, holder_token(c)) : none;
}

void stage_exchange(struct call *c, const struct stage_rules *r)
{
	struct holder h = asked_by(c, r->exchange);

	if (!h.account)
		return;
	if (!call_param(c, "client_secret") || !h.session ||
	    h.session->access_until - h.session->made_at > HOUR_MS)
		meta_error(c, 400, 452, 0, "Session key invalid. It cannot be exchanged");
	else
		call_json(c, 200,
			  consent_describe(c, world_add_session(c->world, h.account, c->now_ms,
								c->now_ms + LONG_LIFE_MS, 0)));
}

void stage_renew(struct call *c, const struct stage_rules *r)
{
	struct holder h = asked_by(c, r->renew);

	if (!h.account)
		return;
	/* The account's own token counts as old enough. */
	if (h.session && c->now_ms - h.session->made_at < DAY_MS)
		meta_error(c, 400, 100, 0, "The token must be at least 24 hours old");
	else
		call_json(c, 200,
			  consent_describe(c, world_add_session(c->world, h.account, c->now_ms,
								c->now_ms + LONG_LIFE_MS, 0)));
}
