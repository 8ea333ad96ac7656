/* sandbox/facebook.c - Facebook's pages for practice: the table of its paths, and its log-in.
 *
 * The accounts are pages; an account's own token is a page's. OAuth gives tokens of the person who has that page:
 * an hour, or 60 days by exchange; the person of the first page has all of them. Paths are BASE/VERSION/... as at graph.facebook.com. */
#include "sandbox/facebook.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/fields.h"

#define HOUR_MS INT64_C(3600000)
#define LONG_LIFE_MS (60 * 24 * HOUR_MS)
#define SCOPES "pages_show_list,pages_manage_posts,pages_read_engagement"

static const struct consent consent = {
	.pkce = PKCE_CHECKED,
	.secret_needed = true,
	.code_life_ms = HOUR_MS / 6,
	.access_life_ms = HOUR_MS,
	.scopes = SCOPES,
	.error = meta_oauth_error,
};

static void authorize(struct call *c)
{
	consent_authorize(c, &consent);
}

static void exchange(struct call *c, const struct fields *f)
{
	struct holder h = holder_of(c, fields_get(f, "fb_exchange_token"));

	struct session *s;

	if (!fields_get(f, "client_secret") || !h.session || h.expired || h.revoked) {
		meta_error(c, 400, 190, 0, "Error validating access token");
		return;
	}
	s = world_add_session(c->world, h.account, c->now_ms, c->now_ms + LONG_LIFE_MS, 0);
	memcpy(s->scopes, h.session->scopes, sizeof(s->scopes));
	world_session_changed(c->world, s);
	call_json(c, 200, consent_describe(c, s));
}

static void token(struct call *c)
{
	struct fields f = fields_read(c);
	const char *grant = fields_get(&f, "grant_type"), *scopes;
	struct session *s;

	if (grant && strcmp(grant, "fb_exchange_token") == 0) {
		exchange(c, &f);
		return;
	}
	s = consent_take_code(c, &consent, &f, &scopes);
	if (s) {
		snprintf(s->scopes, sizeof(s->scopes), "%s", scopes);
		world_session_changed(c->world, s);
		call_json(c, 200, consent_describe(c, s));
	}
}

/* May the token ask about others: one of the app, or any that is good? */
static bool may_ask(struct call *c)
{
	const char *t = holder_token(c);
	struct holder h = holder_of(c, t);

	return t && (strchr(t, '|') || (h.account && !h.expired && !h.revoked));
}

static void list_scopes(const struct call *c, struct json *list, const char *scopes)
{
	while (*scopes) {
		size_t n = strcspn(scopes, ", ");

		if (n)
			json_add_str(list, arena_strndup(c->answer->arena, scopes, n));
		scopes += n + (scopes[n] != 0);
	}
}

static void debug_token(struct call *c)
{
	const char *input = call_param(c, "input_token");
	struct holder h = holder_of(c, input);
	struct json *j, *data, *list;

	/* A dead token cannot ask about itself either. */
	if (!input || !may_ask(c)) {
		(void)meta_account(c);
		if (c->answer->status < 400)
			meta_refuse(c, 400);
		return;
	}
	j = json_new_object();
	data = json_set(j, "data", json_new_object());
	json_set_str(data, "app_id", "1");
	json_set_str(data, "type", h.session ? "USER" : "PAGE");
	json_set_bool(data, "is_valid", h.account && !h.expired && !h.revoked);
	json_set_int(data, "expires_at", h.session ? h.session->access_until / 1000 : 0);
	list = json_set(data, "scopes", json_new_array());
	list_scopes(c, list, h.session && h.session->scopes[0] ? h.session->scopes : SCOPES);
	call_json(c, 200, j);
}

static struct json *describe_page(const struct account *a)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", a->id);
	json_set_str(j, "name", a->handle);
	return j;
}

static void me(struct call *c)
{
	struct account *a = meta_account(c);

	if (a)
		call_json(c, 200, describe_page(a));
}

static void add_page(struct json *list, const struct account *a)
{
	struct json *page = json_add(list, describe_page(a)), *tasks;

	json_set_str(page, "access_token", a->secret);
	tasks = json_set(page, "tasks", json_new_array());
	json_add_str(tasks, "CREATE_CONTENT");
	json_add_str(tasks, "MANAGE");
}

static void pages(struct call *c)
{
	struct account *a = meta_account(c), *first, *other;
	struct holder h = holder_of(c, holder_token(c));
	struct json *j, *list;

	if (!a)
		return;
	if (!h.session) {
		meta_error(c, 400, 100, 0, "(#100) Tried accessing nonexisting field (accounts)");
		return;
	}
	j = json_new_object();
	list = json_set(j, "data", json_new_array());
	add_page(list, a);
	first = world_nth_account(c->world, "facebook", 0);
	for (size_t i = 1; a == first && (other = world_nth_account(c->world, "facebook", i)); i++)
		add_page(list, other);
	call_json(c, 200, j);
}

static void withdraw(struct call *c)
{
	struct account *a = meta_account(c);
	struct holder h = {.account = a};
	struct json *j;

	if (!a)
		return;
	world_revoke_sessions(c->world, a, c->now_ms);
	holder_revoke(c, &h);
	j = json_new_object();
	json_set_bool(j, "success", true);
	call_json(c, 200, j);
}

struct account *fb_page(struct call *c)
{
	struct account *a = meta_account(c);
	struct holder h = holder_of(c, holder_token(c));
	const char *id = route_part(c, 0);

	if (!a)
		return NULL;
	if (strcmp(id, "me") != 0 && strcmp(id, a->id) != 0) {
		meta_refuse(c, 404);
		return NULL;
	}
	/* A person's token does not speak for the page. */
	if (h.session) {
		meta_error(c, 403, 200, 0,
			   "(#200) A page access token is required to publish as the page");
		return NULL;
	}
	return a;
}

static const struct route routes[] = {
	{"GET", "/dialog/oauth", STEP_LOGIN, authorize},
	{"GET", "/oauth/access_token", STEP_LOGIN, token},
	{"GET", "/debug_token", STEP_VERIFY, debug_token},
	{"GET", "/me/accounts", STEP_VERIFY, pages},
	{"DELETE", "/*/permissions", STEP_REVOKE, withdraw},
	{"GET", "/me", STEP_VERIFY, me},
	{"POST", "/*/photos", STEP_UPLOAD, fb_photos},
	{"POST", "/*/videos", STEP_UPLOAD, fb_videos},
	{"POST", "/*/video_reels", STEP_UPLOAD, fb_reels},
	{"POST", "/rupload/*", STEP_UPLOAD, fb_reel_bytes},
	{"POST", "/*/feed", STEP_CREATE | STEP_PUBLISH, fb_feed},
	{"GET", "/*/published_posts", STEP_READ, fb_published},
	{"GET", "/*/feed", STEP_READ, fb_published},
	{"POST", "/*/comments", 0, fb_comment},
	{"GET", "/*", STEP_READ, fb_object},
	{"DELETE", "/*", 0, fb_delete},
};

static unsigned steps(const struct call *c)
{
	unsigned s = meta_steps(c, routes, COUNT_OF(routes));

	/* The last request of a video publishes it. */
	if (s == STEP_UPLOAD && strstr(c->path, "/video") &&
	    strstr(c->request->body, "upload_phase=finish"))
		return STEP_CREATE | STEP_PUBLISH;
	if (s == STEP_LOGIN && strstr(c->request->query, "fb_exchange_token"))
		return STEP_REFRESH;
	return s;
}

static void answer(struct call *c)
{
	meta_answer(c, routes, COUNT_OF(routes));
}

static void refuse_duplicate(struct call *c)
{
	meta_error(c, 400, 506, 0, "(#506) Duplicate status message");
}

static void make_accounts(struct world *w, int64_t n)
{
	holder_make_accounts(w, "facebook", n, 15);
}

const struct sandbox_platform sandbox_facebook = {
	.name = "facebook",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = meta_refuse,
	.limit = meta_limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = meta_damage,
};
