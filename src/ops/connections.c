/* ops/connections.c - accounts that are there: list, show, renew, check, log out. */
#include <string.h>

#include "base/clock.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/connections.h"
#include "store/tenants.h"

enum err ops_connection_show(struct ops *o, const char *connection, struct arena *a,
			     struct connection *out, struct err_info *info)
{
	return connection_find(o->store, connection, a, out, info);
}

enum err ops_connections(struct ops *o, const struct connections_request *r, struct page *out,
			 struct err_info *info)
{
	struct connection_filter f = {
		.brand_id = r->brand_id, .platform = r->platform, .statuses = r->statuses};
	struct page_request x = ops_page(&r->page);
	enum err e = OK;

	if (r->platform)
		e = ops_platform(r->platform, NULL, info);
	if (!e && r->brand) {
		struct arena *a = arena_new();
		struct brand b;

		e = brand_find(o->store, r->brand, a, &b, info);
		if (!e)
			f.brand_id = b.id;
		arena_free(&a);
	}
	return e ? e : connections_page(o->store, &f, &x, out, info);
}

typedef enum err (*ask_now)(struct store *s, struct transport *t,
			    const struct publisher_settings *o, int64_t tenant_id,
			    int64_t connection_id, struct err_info *info);

/* refresh_now and verify_now write what they learn themselves; here they get a name and an answer. */
static enum err ask_about(struct ops *o, const struct connection *c, ask_now ask, struct arena *a,
			  struct connection *out, struct err_info *info)
{
	struct publisher_settings settings;
	char label[OPS_LABEL_SIZE];
	enum err e = ops_may_write(o, info);

	if (!e && c->status == CONN_DISCONNECTED) {
		connection_label(c, label);
		e = err_set(info, E_STATE, "%s is disconnected", label);
		err_hint(info, "masthead connect %s %s", c->brand, c->platform);
	}
	if (!e)
		e = ops_transport(o, info);
	if (e)
		return e;
	app_settings(o->app, &settings);
	e = ask(o->store, o->transport, &settings, c->tenant_id, c->id, info);
	app_publisher_wake(o->app);
	if (e) {
		connection_label(c, label);
		ops_context(info, "%s", label);
		return e;
	}
	return connection_get(o->store, c->tenant_id, c->id, a, out, info);
}

enum err ops_refresh(struct ops *o, const char *connection, struct arena *a, struct connection *out,
		     struct err_info *info)
{
	struct connection c;
	enum err e = connection_find(o->store, connection, a, &c, info);

	if (!e && !c.refreshable && c.status != CONN_DISCONNECTED) {
		char label[OPS_LABEL_SIZE];

		connection_label(&c, label);
		e = err_set(
			info, E_UNSUPPORTED,
			"the login of %s cannot be renewed: the platform gave nothing to renew it with",
			label);
		err_hint(info, "log in again with: masthead connect %s %s", c.brand, c.platform);
	}
	return e ? e : ask_about(o, &c, refresh_now, a, out, info);
}

enum err ops_verify(struct ops *o, int64_t connection_id, struct arena *a, struct connection *out,
		    struct err_info *info)
{
	struct connection c;
	enum err e = connection_get(o->store, o->tenant_id, connection_id, a, &c, info);

	return e ? e : ask_about(o, &c, verify_now, a, out, info);
}

/* OK too where the platform says that the login is gone already, or knows no way to end it. */
static enum err revoke(struct ops *o, const struct connection *c, struct arena *a,
		       struct exchange_note *note, struct err_info *info)
{
	struct account x;
	struct exchange ex;
	struct step_out out;
	enum err_class cls = CLASS_NONE;
	enum err e = account_open(o, c->tenant_id, c->id, a, &x, info);

	if (e)
		return e;
	e = ops_transport(o, info);
	if (!e) {
		account_exchange(o, &x, &ex);
		ex.in.op = OP_REVOKE;
		e = exchange_run(o->transport, &ex, &out, &cls, note, info);
		if (!e)
			step_out_free(&out);
		else if (cls == CLASS_AUTH || cls == CLASS_PERMANENT || e == E_UNSUPPORTED)
			e = OK;
	}
	account_close(&x);
	return e;
}

static enum err forget(struct ops *o, const struct connection *c, bool revoked,
		       const struct exchange_note *x, struct arena *a, struct connection *out,
		       struct err_info *info)
{
	struct sync_note s = {.connection_id = c->id,
			      .platform = c->platform,
			      .op = "revoke",
			      .at = clock_wall_ms(),
			      .duration_ms = x->duration_ms,
			      .http_status = x->http_status,
			      .outcome = "ok"};
	struct connection now;
	enum err e = ops_begin(o, info);

	if (e)
		return e;
	e = connection_forget(o->store, c->tenant_id, c->id, info);
	if (!e && revoked)
		e = sync_log_add(o->store, c->tenant_id, &s, info);
	if (!e)
		e = connection_get(o->store, c->tenant_id, c->id, a, &now, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
	else
		*out = now;
	return e;
}

enum err ops_disconnect(struct ops *o, const char *connection, bool keep_remote, struct arena *a,
			struct connection *out, int64_t *stranded, struct err_info *info)
{
	struct connection c;
	struct exchange_note note = {0};
	char label[OPS_LABEL_SIZE];
	enum err e = ops_may_write(o, info);

	if (!e)
		e = connection_find(o->store, connection, a, &c, info);
	if (e)
		return e;
	connection_label(&c, label);
	if (c.status == CONN_DISCONNECTED)
		return err_set(info, E_STATE, "%s is disconnected already", label);
	if (!keep_remote)
		e = revoke(o, &c, a, &note, info);
	if (e) {
		ops_context(info, "%s was not disconnected, for the platform could not be told",
			    label);
		err_hint(info, "try again, or destroy the tokens here alone with --keep-remote");
		return e;
	}
	e = forget(o, &c, !keep_remote, &note, a, out, info);
	if (!e && stranded)
		*stranded = c.jobs_waiting;
	return e;
}
