/* sandbox/instagram.c - Instagram for practice: the table of its paths. What they do stands in stage.c. */
#include "base/mem.h"
#include "sandbox/stage.h"

#define HOUR_MS INT64_C(3600000)

static const struct consent consent = {
	.pkce = PKCE_REFUSED,
	.secret_needed = true,
	.https_needed = true,
	.code_life_ms = HOUR_MS,
	.access_life_ms = HOUR_MS,
	.scopes = "instagram_business_basic,instagram_business_content_publish",
	.error = meta_oauth_error,
};

static const struct stage_rules rules = {
	.text = "caption",
	.status = "status_code",
	.text_alone = false,
	.text_max = 2200,
	.children_max = 10,
	.site = "https://www.instagram.com",
	.exchange = "ig_exchange_token",
	.renew = "ig_refresh_token",
	.id_name = "user_id",
	.consent = &consent,
};

static void authorize(struct call *c)
{
	consent_authorize(c, &consent);
}

static void code(struct call *c)
{
	stage_code(c, &rules);
}

static void exchange(struct call *c)
{
	stage_exchange(c, &rules);
}

static void renew(struct call *c)
{
	stage_renew(c, &rules);
}

static void me(struct call *c)
{
	stage_me(c, &rules);
}

static void create(struct call *c)
{
	stage_create(c, &rules);
}

static void publish(struct call *c)
{
	stage_publish_container(c, &rules);
}

static void object(struct call *c)
{
	stage_object(c, &rules);
}

static void list(struct call *c)
{
	stage_list(c, &rules);
}

static void take_down(struct call *c)
{
	stage_delete(c, &rules);
}

static void quota(struct call *c)
{
	stage_quota(c, "config", 100);
}

static void comment(struct call *c)
{
	struct account *a = meta_account(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_set_str(j, "id", "17900000000000001");
	call_json(c, 200, j);
}

static const struct route routes[] = {
	{"GET", "/oauth/authorize", STEP_LOGIN, authorize},
	{"POST", "/oauth/access_token", STEP_LOGIN, code},
	{"GET", "/access_token", STEP_LOGIN, exchange},
	{"GET", "/refresh_access_token", STEP_REFRESH, renew},
	{"GET", "/me", STEP_VERIFY, me},
	{"GET", "/*/content_publishing_limit", STEP_READ, quota},
	{"POST", "/*/media", STEP_CREATE, create},
	{"POST", "/*/media_publish", STEP_PUBLISH, publish},
	{"GET", "/*/media", STEP_READ, list},
	{"POST", "/*/comments", 0, comment},
	{"GET", "/*", STEP_READ, object},
	{"DELETE", "/*", 0, take_down},
};

static unsigned steps(const struct call *c)
{
	return meta_steps(c, routes, COUNT_OF(routes));
}

static void answer(struct call *c)
{
	meta_answer(c, routes, COUNT_OF(routes));
}

static void refuse_duplicate(struct call *c)
{
	/* No rule of its own for duplicates is known; the nearest thing is a suspicion of spam. */
	meta_error(c, 400, 4, 2207051, "This action was restricted to protect the community");
}

static void make_accounts(struct world *w, int64_t n)
{
	holder_make_accounts(w, "instagram", n, 17);
}

const struct sandbox_platform sandbox_instagram = {
	.name = "instagram",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = meta_refuse,
	.limit = meta_limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = meta_damage,
};
