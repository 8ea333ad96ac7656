/* ops/pause.c - stop and resume publishing of a brand, a platform, a connection, or the tenant. */
#include "ops/internal.h"
#include "store/connections.h"
#include "store/tenants.h"

static enum err find(struct ops *o, const struct pause_request *r, struct arena *a,
		     struct pause_target *t, struct err_info *info)
{
	struct connection c;
	struct brand b;
	enum err e = OK;

	*t = (struct pause_target){.all = r->all, .platform = r->platform};
	if ((r->brand != NULL) + (r->platform != NULL) + (r->connection != NULL) + r->all != 1)
		return err_set(info, E_USAGE, "name one of brand, platform, connection, or all");
	if (r->platform)
		e = ops_platform(r->platform, NULL, info);
	if (r->brand) {
		e = brand_find(o->store, r->brand, a, &b, info);
		if (!e)
			t->brand_id = b.id;
	}
	if (r->connection) {
		e = connection_find(o->store, r->connection, a, &c, info);
		if (!e)
			t->connection_id = c.id;
	}
	return e;
}

enum err ops_pause(struct ops *o, const struct pause_request *r, bool paused, struct err_info *info)
{
	struct arena *a = arena_new();
	struct pause_target t;
	enum err e = ops_begin(o, info);

	if (!e) {
		e = find(o, r, a, &t, info);
		if (!e)
			e = pause_set(o->store, &t, paused, info);
		if (!e)
			e = ops_commit(o, info);
		if (e)
			store_rollback(o->store);
	}
	arena_free(&a);
	return e;
}
