/* sandbox/threads.c - Threads for practice: the table of its paths. What they do stands in stage.c. */
#include "base/mem.h"
#include "sandbox/stage.h"

#define HOUR_MS INT64_C(3600000)

static const struct consent consent = {
	.pkce = PKCE_REFUSED,
	.secret_needed = true,
	.https_needed = true,
	.code_life_ms = HOUR_MS,
	.access_life_ms = HOUR_MS,
	.scopes = "threads_basic,threads_content_publish",
	.error = meta_oauth_error,
};

static const struct stage_rules rules = {
	.text = "text",
	.status = "status",
	.text_alone = true,
	.text_max = 500,
	.children_max = 20,
	.site = "https://www.threads.com",
	.named = true,
	.exchange = "th_exchange_token",
	.renew = "th_refresh_token",
	.id_name = "id",
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
	stage_quota(c, "config", 250);
}

static const struct route routes[] = {
	{"GET", "/oauth/authorize", STEP_LOGIN, authorize},
	{"POST", "/oauth/access_token", STEP_LOGIN, code},
	{"GET", "/access_token", STEP_LOGIN, exchange},
	{"GET", "/refresh_access_token", STEP_REFRESH, renew},
	{"GET", "/me", STEP_VERIFY, me},
	{"GET", "/*/threads_publishing_limit", STEP_READ, quota},
	{"POST", "/*/threads", STEP_CREATE, create},
	{"POST", "/*/threads_publish", STEP_PUBLISH, publish},
	{"GET", "/*/threads", STEP_READ, list},
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
	holder_make_accounts(w, "threads", n, 17);
}

const struct sandbox_platform sandbox_threads = {
	.name = "threads",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = meta_refuse,
	.limit = meta_limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = meta_damage,
};
