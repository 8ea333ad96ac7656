/* ops/scope.c - one thread's way in: tenant, store, watch, transaction.
 *
 * A tenant is chosen once, here; after that the store's scope holds the wall, so no function of
 * this layer can reach another tenant by a wrong number. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "publisher/publisher.h"
#include "store/store.h"
#include "store/tenants.h"

static enum err several_tenants(const struct page *p, struct err_info *info)
{
	struct strbuf names;
	enum err e;

	strbuf_init(&names, 600);
	for (size_t i = 0; i < p->n; i++)
		if (!p->tenants[i].archived)
			strbuf_printf(&names, "%s%s", names.len ? ", " : "", p->tenants[i].name);
	e = err_set(info, E_USAGE, "there are several tenants and none was named: %s", names.data);
	err_hint(info, "name one with -T, or set `tenant' in the configuration");
	strbuf_free(&names);
	return e;
}

static enum err only_tenant(struct store *s, struct arena *a, struct tenant *out,
			    struct err_info *info)
{
	struct page_request r = {.limit = OPS_WALK_ROWS, .ascending = true};
	struct page p = {0};
	const struct tenant *one = NULL;
	enum err e = tenants_page(s, false, &r, &p, info);
	size_t n = 0;

	if (e)
		return e;
	for (size_t i = 0; i < p.n; i++) {
		if (!p.tenants[i].archived) {
			one = &p.tenants[i];
			n++;
		}
	}
	if (n == 1) {
		*out = *one;
		out->name = arena_strdup(a, one->name);
	} else if (n) {
		e = several_tenants(&p, info);
	} else {
		e = err_set(info, E_NOT_FOUND, "there is no tenant in this workspace");
		err_hint(info, "masthead tenant add NAME");
	}
	page_free(&p);
	return e;
}

static enum err choose_tenant(struct app *app, struct arena *a, struct tenant *out,
			      struct err_info *info)
{
	const char *named = app->tenant ? app->tenant : config_text(app_config(app), "tenant");
	struct store *s = NULL;
	enum err e = app_service_store(app, &s, info);

	if (e)
		return e;
	if (named)
		e = tenant_find(s, named, a, out, info);
	else
		e = only_tenant(s, a, out, info);
	store_close(&s);
	return e;
}

enum err ops_open(struct app *app, bool needs_tenant, bool readonly, struct ops **out,
		  struct err_info *info)
{
	struct ops *o = xcalloc(1, sizeof(*o));
	struct arena *a = arena_new();
	struct tenant t = {0};
	struct actor actor;
	enum err e = app_open_workspace(app, info);

	o->app = app;
	o->readonly = readonly || app->readonly;
	app_actor(app, &actor);
	if (!e && needs_tenant)
		e = choose_tenant(app, a, &t, info);
	if (!e)
		e = store_open(app->workspace, needs_tenant ? t.id : SCOPE_SERVICE, &actor,
			       &o->store, info);
	if (e) {
		ops_close(&o);
	} else {
		o->tenant_id = needs_tenant ? t.id : 0;
		o->tenant = xstrdup(needs_tenant ? t.name : "");
		*out = o;
	}
	arena_free(&a);
	return e;
}

void ops_close(struct ops **ops)
{
	struct ops *o = *ops;

	if (!o)
		return;
	*ops = NULL;
	if (o->transport)
		transport_free(&o->transport);
	if (o->watch)
		workspace_watch_free(&o->watch);
	if (o->store)
		store_close(&o->store);
	xfree(&o->tenant);
	xfree(&o);
}

const char *ops_tenant(const struct ops *o)
{
	return o->tenant;
}

int64_t ops_tenant_id(const struct ops *o)
{
	return o->tenant_id;
}

/* Made at the first wish: most verbs never watch, and the kernel takes some 15 ms to end a watch. */
int ops_watch_fd(struct ops *o)
{
	if (!o->watch)
		o->watch = workspace_watch_new(o->app->workspace);
	return o->watch ? workspace_watch_fd(o->watch) : -1;
}

bool ops_changed(struct ops *o)
{
	if (o->watch)
		workspace_watch_drain(o->watch);
	return store_changed(o->store);
}

enum err ops_may_write(const struct ops *o, struct err_info *info)
{
	if (!o->readonly)
		return OK;
	return err_set(info, E_READONLY, "nothing may be changed: this was opened read-only");
}

enum err ops_begin(struct ops *o, struct err_info *info)
{
	enum err e = ops_may_write(o, info);

	return e ? e : store_begin(o->store, info);
}

enum err ops_commit(struct ops *o, struct err_info *info)
{
	enum err e = store_commit(o->store, info);

	if (!e)
		app_publisher_wake(o->app);
	return e;
}

enum err ops_transport(struct ops *o, struct err_info *info)
{
	struct publisher_settings s;
	struct transport_options t;

	if (o->transport)
		return OK;
	app_settings(o->app, &s);
	t = (struct transport_options){
		.timeout_ms = o->timeout_ms ? o->timeout_ms : s.timeout_ms,
		.connect_timeout_ms = s.connect_timeout_ms,
		.max_connections = 4,
		.ca_file = s.ca_file,
	};
	return transport_new(&t, &o->transport, info);
}

struct page_request ops_page(const struct page_request *r)
{
	struct page_request x = {.limit = 50};

	if (r)
		x = *r;
	if (x.limit < 1)
		x.limit = 50;
	if (x.limit > OPS_WALK_ROWS)
		x.limit = OPS_WALK_ROWS;
	return x;
}
