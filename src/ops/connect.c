/* ops/connect.c - logging an account in.
 *
 * Nothing is stored until the platform has said who this is. The same account again keeps its number;
 * an answer from another account than the one meant is refused and logged out again, for
 * posts would go out under the wrong name. A failed login leaves its trace in the log. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "ops/oauth.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/tenants.h"
#include "store/workspace.h"
#include "vault/secret.h"

#define SECRET_TYPED_MAX ((size_t)64 << 10)

/* One login on its way. */
struct login {
	struct ops *o;
	const struct connect_request *r;
	struct arena *arena;
	struct brand brand;
	const struct platform *platform;
	const char *handle;  /* without the @; NULL */
	const char *webhook; /* the address without its token; NULL: none */
	const char *picked;  /* from the list; NULL: none was asked for */
	bool declined;       /* it was asked for, and none was meant */
	enum login_kind way;
	struct account account; /* what was given, then what was learned */
	struct step_out answer;
	bool answered;
	struct oauth_grant grant; /* of the browser */
	const char *facts;
	struct exchange_note note;
	enum err_class cls;
};

static enum err no_way_in(const struct platform *p, struct err_info *info)
{
	bool any = p->logins & (LOGIN_APP_PASSWORD | LOGIN_WEBHOOK | LOGIN_TOKEN);

	err_set(info, any ? E_USAGE : E_UNSUPPORTED, "nothing was given to log in to %s with",
		p->title);
	if (p->logins & LOGIN_APP_PASSWORD)
		err_hint(info, "give the app password with --secret-fd");
	else if (p->logins & LOGIN_WEBHOOK)
		err_hint(info, "give the webhook's address with --secret-fd");
	else if (any)
		err_hint(info, "give a token with --token-fd");
	return any ? E_USAGE : E_UNSUPPORTED;
}

/* What was given decides the way in; nothing given means the browser, where the platform has that. */
static enum err choose_way(struct login *l, struct err_info *info)
{
	const struct connect_request *r = l->r;
	const struct platform *p = l->platform;

	if (r->secret || r->secret_fd >= 0) {
		l->way = p->logins & LOGIN_WEBHOOK ? LOGIN_WEBHOOK : LOGIN_APP_PASSWORD;
		if (r->secret && !(p->logins & l->way) && p->logins & LOGIN_TOKEN)
			l->way = LOGIN_TOKEN;
		if (!(p->logins & l->way))
			return err_set(info, E_UNSUPPORTED, "%s takes no app password", p->title);
	} else if (r->token_fd >= 0) {
		/* A webhook's address is all the token that it has. */
		l->way = p->logins & LOGIN_WEBHOOK ? LOGIN_WEBHOOK : LOGIN_TOKEN;
		if (!(p->logins & l->way))
			return err_set(info, E_UNSUPPORTED, "%s takes no ready-made token",
				       p->title);
	} else if (p->logins & LOGIN_OAUTH && r->show) {
		l->way = LOGIN_OAUTH;
	} else {
		return no_way_in(p, info);
	}
	if (!l->handle && l->way == LOGIN_APP_PASSWORD)
		return err_set(info, E_USAGE, "%s needs the account's name; give it with --handle",
			       p->title);
	return OK;
}

static enum err read_secret(struct login *l, struct err_info *info)
{
	const struct connect_request *r = l->r;
	struct secret *given = NULL;
	enum err e = OK;

	if (r->client_secret)
		l->account.secrets[CONN_CLIENT_SECRET] = secret_new(r->client_secret,
								    strlen(r->client_secret));
	else if (r->client_secret_fd >= 0)
		e = secret_from_fd(r->client_secret_fd, SECRET_TYPED_MAX, true,
				   &l->account.secrets[CONN_CLIENT_SECRET], info);
	if (e || l->way == LOGIN_OAUTH)
		return e;
	if (r->secret)
		given = secret_new(r->secret, strlen(r->secret));
	else
		e = secret_from_fd(r->secret_fd >= 0 ? r->secret_fd : r->token_fd, SECRET_TYPED_MAX,
				   true, &given, info);
	l->account.secrets[l->way == LOGIN_TOKEN ? CONN_ACCESS : CONN_PASSWORD] = given;
	if (!e && secret_len(given) == 0)
		e = err_set(info, E_INVALID, "the secret that was given is empty");
	return e;
}

/* A webhook's secret is its address: the token is what stands behind the last '/', the rest is the server. */
static enum err split_webhook(struct login *l, struct err_info *info)
{
	struct secret **given = &l->account.secrets[CONN_PASSWORD], *token;
	const char *url = secret_str(*given), *slash = url ? strrchr(url, '/') : NULL;

	if (!slash || !strstr(url, "://") || slash <= strstr(url, "://") + 2 || !slash[1])
		return err_set(info, E_INVALID, "the secret is not the address of a webhook of %s",
			       l->platform->title);
	l->webhook = arena_strndup(l->arena, url, (size_t)(slash - url));
	token = secret_new(slash + 1, strlen(slash + 1));
	secret_free(given);
	*given = token;
	return OK;
}

static enum err choose_server(struct login *l, struct err_info *info)
{
	const char *typed = l->webhook     ? l->webhook
			    : l->r->server ? l->r->server
					   : l->platform->default_server;
	struct connection *c = &l->account.conn;
	char *server = NULL;
	enum err e;

	if (!typed)
		return err_set(info, E_USAGE,
			       "%s has many servers; name the account's own with --server",
			       l->platform->title);
	e = http_server_url(typed, &server, info);
	if (e)
		return e;
	c->server = arena_strdup(l->arena, server);
	c->loopback = http_url_is_loopback(server);
	xfree(&server);
	return OK;
}

static enum err prepare(struct login *l, struct err_info *info)
{
	const char *handle = l->r->handle;
	struct connection *c = &l->account.conn;
	enum err e = brand_find(l->o->store, l->r->brand, l->arena, &l->brand, info);

	if (!e && l->brand.archived)
		e = err_set(info, E_STATE, "the brand %s is archived", l->brand.name);
	if (!e)
		e = ops_platform(l->r->platform, &l->platform, info);
	if (e)
		return e;
	l->account.platform = l->platform;
	if (handle && *handle == '@')
		handle++;
	l->handle = handle && *handle ? handle : NULL;
	c->tenant_id = l->o->tenant_id;
	c->brand_id = l->brand.id;
	c->brand = l->brand.name;
	c->platform = l->platform->name;
	c->account = l->handle;
	e = choose_way(l, info);
	if (!e)
		e = read_secret(l, info);
	if (!e && l->way == LOGIN_WEBHOOK)
		e = split_webhook(l, info);
	if (!e)
		e = choose_server(l, info);
	if (l->way != LOGIN_OAUTH && l->r->timeout_ms > 0)
		l->o->timeout_ms = l->r->timeout_ms;
	return e ? e : ops_transport(l->o, info);
}

/* One login, several pages or organisations: the caller's person says which. */
static const char *pick(void *self, const struct choice *choices, size_t n)
{
	struct login *l = self;
	struct account_choice *list = arena_alloc(l->arena, n * sizeof(*list));
	size_t i;

	for (i = 0; i < n; i++)
		list[i] = (struct account_choice){choices[i].id, choices[i].name};
	i = l->r->choose(l->r->self, list, n);
	l->declined = i >= n;
	if (!l->declined)
		l->picked = arena_strdup(l->arena, choices[i].id);
	return l->picked;
}

static enum err ask(struct login *l, enum platform_op op, struct step_out *out,
		    struct err_info *info)
{
	struct oauth_in client = {0};
	struct exchange x;

	account_exchange(l->o, &l->account, &x);
	x.in.op = op;
	x.in.login_name = l->handle;
	x.in.choice = op == OP_LOGIN || op == OP_AUTHORIZE || op == OP_CODE ? l->r->account : NULL;
	if (l->r->choose && (op == OP_LOGIN || op == OP_CODE)) {
		x.choose = pick;
		x.self = l;
	}
	if (l->grant.client_id || l->r->client_id) {
		client.client_id = l->grant.client_id ? l->grant.client_id : l->r->client_id;
		client.redirect_uri = l->grant.redirect_uri;
		client.has_secret = x.secrets.slot[SLOT_CLIENT_SECRET] != NULL;
		x.in.oauth = &client;
	}
	x.secrets.slot[SLOT_CODE] = l->grant.code;
	x.secrets.slot[SLOT_VERIFIER] = l->grant.verifier;
	x.abort_flag = l->r->abort_flag;
	return exchange_run(l->o->transport, &x, out, &l->cls, &l->note, info);
}

static void take_secret(struct secret **place, const char *token)
{
	if (!token || !*token)
		return;
	secret_free(place);
	*place = secret_new(token, strlen(token));
}

/* What the login said becomes the account. Once there are tokens, the password is not kept. */
static enum err take_answer(struct login *l, struct err_info *info)
{
	const struct step_out *s = &l->answer;
	struct connection *c = &l->account.conn;

	if (!s->account_id || !*s->account_id)
		return err_set(info, E_PROTOCOL, "%s did not say which account this is",
			       l->platform->title);
	c->account_id = s->account_id;
	if (s->account && *s->account)
		c->account = s->account;
	if (!c->account)
		c->account = c->account_id;
	if (s->endpoint)
		c->endpoint = s->endpoint;
	c->scopes = s->scopes;
	c->expires_at = s->access_expires_at;
	c->refresh_expires_at = s->refresh_expires_at;
	take_secret(&l->account.secrets[CONN_ACCESS], s->access);
	take_secret(&l->account.secrets[CONN_REFRESH], s->refresh);
	if (s->access && *s->access)
		secret_free(&l->account.secrets[CONN_PASSWORD]);
	return OK;
}

static void take_facts(struct login *l)
{
	struct step_out out;
	struct strbuf text;
	struct json *facts = l->answer.facts;
	bool asked = false;

	if (!facts) {
		if (ask(l, OP_FACTS, &out, NULL))
			return; /* limits of the adapter's table do until the next look */
		asked = true;
		facts = out.facts;
	}
	if (facts) {
		strbuf_init(&text, JSON_BYTES_MAX);
		json_write(&text, facts, false);
		l->facts = text.overflowed ? NULL : arena_strdup(l->arena, text.data);
		l->account.conn.facts = l->facts;
		strbuf_free(&text);
	}
	if (asked)
		step_out_free(&out);
}

static bool same_name(const char *a, const char *b)
{
	if (!a || !b)
		return false;
	return !strcasecmp(a + (*a == '@'), b + (*b == '@'));
}

static enum err wrong_account(struct login *l, const char *meant, struct err_info *info)
{
	const struct connection *c = &l->account.conn;
	enum err e = err_set(
		info, E_WRONG_ACCOUNT,
		"%s of %s answered as @%s (%s), and %s was meant; it was not connected",
		l->platform->title, l->brand.name, c->account, c->account_id, meant);

	err_hint(info, "log in as the right account, or name this one with --account");
	return e;
}

/* Does what the operator named fit who answered? Reads the accounts that the brand has there. */
static enum err check_identity(struct login *l, struct err_info *info)
{
	const struct connection *c = &l->account.conn;
	const char *want = l->picked ? l->picked : l->r->account;
	size_t kind = want ? strlen(want) : 0; /* "urn:li:organization:" is any of that kind */
	struct connection_filter f = {.brand_id = l->brand.id, .platform = l->platform->name};
	struct page_request r = {.limit = OPS_WALK_ROWS};
	struct page p = {0};
	enum err e;

	if (want && (!strcmp(want, c->account_id) || same_name(want, c->account)))
		return OK;
	if (kind && want[kind - 1] == ':' && !strncmp(want, c->account_id, kind))
		return OK;
	if (want) {
		struct connection named = {0};

		if (connection_find(l->o->store, want, l->arena, &named, NULL))
			return wrong_account(l, want, info);
		if (named.brand_id == l->brand.id && !strcmp(named.platform, c->platform) &&
		    named.account_id && !strcmp(named.account_id, c->account_id))
			return OK;
		return wrong_account(
			l, arena_printf(l->arena, "@%s (%s)", named.account, named.account_id),
			info);
	}
	e = connections_page(l->o->store, &f, &r, &p, info);
	for (size_t i = 0; !e && i < p.n; i++) {
		const struct connection *old = &p.connections[i];

		if (same_name(old->account, l->handle) && old->server &&
		    !strcmp(old->server, c->server) && old->account_id &&
		    strcmp(old->account_id, c->account_id))
			e = wrong_account(
				l,
				arena_printf(l->arena, "@%s (%s)", old->account, old->account_id),
				info);
	}
	page_free(&p);
	return e;
}

static enum err sync_note(struct login *l, int64_t connection_id, const struct err_info *why,
			  struct err_info *info)
{
	struct sync_note s = {
		.connection_id = connection_id,
		.platform = l->platform->name,
		.op = "login",
		.at = clock_wall_ms(),
		.duration_ms = l->note.duration_ms,
		.http_status = l->note.http_status,
		.outcome = why ? err_class_name(l->cls) : "ok",
		.code = why ? err_name(why->code) : NULL,
		.message = why ? why->text : NULL,
	};

	return sync_log_add(l->o->store, l->o->tenant_id, &s, info);
}

/* The failure is what the operator must hear of, so trouble in noting it is not reported over it. */
static void note_failure(struct login *l, const struct err_info *why)
{
	struct audit_note a = {
		.action = "connection.connect",
		.brand_id = l->brand.id,
		.outcome = "failed",
		.code = err_name(why->code),
		.message = why->text,
		.duration_ms = l->note.duration_ms,
	};

	if (ops_begin(l->o, NULL))
		return;
	if (sync_note(l, 0, why, NULL) || audit_append(l->o->store, l->o->tenant_id, &a, NULL) ||
	    ops_commit(l->o, NULL))
		store_rollback(l->o->store);
}

/* [tx] For the next account at this platform. One that registers clients by itself gives each login its own. */
static enum err keep_client(const struct login *l, struct err_info *info)
{
	const struct oauth_client c = {
		.id = l->grant.client_id,
		.secret = l->grant.client_secret,
		/* an address of our listener's own choice is good for one login */
		.redirect_uri = l->grant.named_uri,
	};

	if (l->way != LOGIN_OAUTH || l->platform->registers)
		return OK;
	return oauth_client_keep(l->o, l->platform, l->account.conn.server, &c, info);
}

static enum err keep(struct login *l, struct arena *a, struct connection *out, bool *again,
		     struct err_info *info)
{
	const struct account *x = &l->account;
	struct connection_values v = {
		.brand_id = l->brand.id,
		.platform = l->platform->name,
		.account = x->conn.account,
		.account_id = x->conn.account_id,
		.server = x->conn.server,
		.endpoint = x->conn.endpoint,
		.facts = l->facts,
		.scopes = x->conn.scopes,
		.loopback = x->conn.loopback,
		.expires_at = x->conn.expires_at,
		.refresh_expires_at = x->conn.refresh_expires_at,
		.password = x->secrets[CONN_PASSWORD],
		.access = x->secrets[CONN_ACCESS],
		.refresh = x->secrets[CONN_REFRESH],
		.client_secret = x->secrets[CONN_CLIENT_SECRET],
		.client_id = l->grant.client_id ? l->grant.client_id : l->r->client_id,
	};
	struct connection c;
	bool old = false;
	int64_t id = 0;
	enum err e = ops_begin(l->o, info);

	if (e)
		return e;
	e = connection_store(l->o->store, &v, &id, &old, info);
	if (!e)
		e = keep_client(l, info);
	if (!e)
		e = sync_note(l, id, NULL, info);
	if (!e)
		e = connection_get(l->o->store, l->o->tenant_id, id, a, &c, info);
	if (!e)
		e = ops_commit(l->o, info);
	if (e) {
		store_rollback(l->o->store);
		return e;
	}
	*out = c;
	if (again)
		*again = old;
	return OK;
}

/* A session that nobody will use is not left open. */
static void log_out_again(struct login *l)
{
	struct step_out out;

	if (!ask(l, OP_REVOKE, &out, NULL))
		step_out_free(&out);
}

/* One login, several pages or organisations: which one is meant is not guessed. */
static enum err must_choose(const struct login *l, struct err_info *info)
{
	struct strbuf list;
	enum err e;

	if (l->declined)
		return err_set(info, E_INTERRUPTED,
			       "none of the accounts that this login of %s reaches was chosen",
			       l->platform->title);
	strbuf_init(&list, 600);
	for (size_t i = 0; i < l->answer.n_choices; i++)
		strbuf_printf(&list, "%s%s (%s)", i ? ", " : "", l->answer.choices[i].id,
			      l->answer.choices[i].name ? l->answer.choices[i].name : "?");
	e = err_set(info, E_AMBIGUOUS, "this login of %s reaches several accounts: %s",
		    l->platform->title, list.data);
	err_hint(info, "name one with --account ID");
	strbuf_free(&list);
	return e;
}

static enum err ask_browser(struct login *l, struct err_info *info)
{
	struct secret **place = &l->account.secrets[CONN_CLIENT_SECRET];
	enum err e = oauth_ask_person(l->o, &l->account, l->r, l->arena, &l->grant, info);

	if (!e && l->grant.client_secret) {
		secret_free(place);
		*place = secret_copy(l->grant.client_secret);
	}
	return e;
}

static enum err log_in(struct login *l, struct err_info *info)
{
	enum err e = OK;

	if (l->way == LOGIN_OAUTH)
		e = ask_browser(l, info);
	if (!e)
		e = ask(l, l->way == LOGIN_OAUTH ? OP_CODE : OP_LOGIN, &l->answer, info);
	if (e) {
		ops_context(info, "%s, %s%s%s", l->brand.name, l->platform->title,
			    l->handle ? " @" : "", l->handle ? l->handle : "");
		return e;
	}
	l->answered = true;
	if (l->answer.verdict == STEP_CHOOSE)
		return must_choose(l, info);
	e = take_answer(l, info);
	if (e)
		return e;
	e = check_identity(l, info);
	if (e == E_WRONG_ACCOUNT)
		log_out_again(l);
	if (!e)
		take_facts(l);
	return e;
}

/* A lost key is no reason to refuse a login: connecting the accounts again is the way out of it. */
static enum err open_vault(struct ops *o, struct err_info *info)
{
	struct actor actor;

	app_actor(o->app, &actor);
	return workspace_replace_lost_key(o->app->workspace, &actor, info);
}

enum err ops_connect(struct ops *o, const struct connect_request *r, struct arena *a,
		     struct connection *out, bool *again, struct err_info *info)
{
	struct login l = {.o = o, .r = r};
	struct err_info detail = {0};
	enum err e = ops_may_write(o, &detail);

	if (!e && (!r->brand || !r->platform))
		e = err_set(&detail, E_USAGE, "name the brand and the platform to connect");
	l.arena = arena_new_wiped();
	if (!e)
		e = prepare(&l, &detail);
	if (!e) {
		e = log_in(&l, &detail);
		if (e)
			note_failure(&l, &detail);
	}
	if (!e)
		e = open_vault(o, &detail);
	if (!e)
		e = keep(&l, a, out, again, &detail);
	account_close(&l.account);
	oauth_grant_free(&l.grant);
	if (l.answered)
		step_out_free(&l.answer);
	arena_free(&l.arena);
	if (e && info)
		*info = detail;
	return e;
}
