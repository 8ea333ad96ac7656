/* store/pauses.c - the four things that hold up publishing: a brand, a platform, a connection, or all of the tenant.
 *
 * Brands and connections carry the mark in their rows; platform and tenant are settings: `pause.all`,
 * `pause.platform.NAME`. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/store_private.h"
#include "store/tenants.h"

static enum err set_brand(struct store *s, int64_t id, bool paused, struct err_info *info)
{
	int64_t there = 0;
	enum err e = db_int(s, info, &there, "SELECT 1 FROM {brands} WHERE tenant_id=$1 AND id=$2",
			    "ii", s->tenant_id, id);

	if (!e && !there)
		e = err_set(info, E_NOT_FOUND, "there is no brand with the number %lld",
			    (long long)id);
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {brands} SET paused=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2",
			"iiii", s->tenant_id, id, (int64_t)paused, clock_wall_ms());
	return e;
}

static enum err set_connection(struct store *s, int64_t id, bool paused, struct err_info *info)
{
	int64_t there = 0;
	enum err e = db_int(s, info, &there,
			    "SELECT 1 FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
			    "ii", s->tenant_id, id);

	if (!e && !there)
		e = err_set(info, E_NOT_FOUND, "there is no connection with the number %lld",
			    (long long)id);
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {platform_connections} SET paused=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2",
			"iiii", s->tenant_id, id, (int64_t)paused, clock_wall_ms());
	return e;
}

enum err pause_set(struct store *s, const struct pause_target *t, bool paused,
		   struct err_info *info)
{
	struct audit_note n = {
		.action = paused ? "pause" : "resume",
		.outcome = "ok",
		.brand_id = t->brand_id,
		.connection_id = t->connection_id,
		.message = t->all ? "all" : t->platform,
	};
	enum err e;

	need_tx(s);
	INVARIANT((t->brand_id != 0) + (t->platform != NULL) + (t->connection_id != 0) + t->all ==
			  1,
		  "one thing is paused at a time");
	e = need_own_tenant(s, info);
	if (e)
		return e;
	if (t->brand_id) {
		e = set_brand(s, t->brand_id, paused, info);
	} else if (t->connection_id) {
		e = set_connection(s, t->connection_id, paused, info);
	} else if (t->all) {
		e = setting_set(s, s->tenant_id, "pause.all", paused ? "1" : NULL, info);
	} else {
		char *key = xasprintf("pause.platform.%s", t->platform);

		e = setting_set(s, s->tenant_id, key, paused ? "1" : NULL, info);
		xfree(&key);
	}
	return e ? e : audit_append(s, s->tenant_id, &n, info);
}

bool pause_of(struct store *s, const struct connection *c, const char **why)
{
	static const char *const words[] = {"", "all", "platform", "brand", "connection"};
	struct err_info info;
	int64_t which = 0;
	enum err e = db_int(
		s, &info, &which,
		"SELECT CASE"
		" WHEN EXISTS (SELECT 1 FROM {settings} WHERE tenant_id=$1 AND key='pause.all') THEN 1"
		" WHEN EXISTS (SELECT 1 FROM {settings} WHERE tenant_id=$1 AND key='pause.platform.' || $2) THEN 2"
		" WHEN EXISTS (SELECT 1 FROM {brands} WHERE tenant_id=$1 AND id=$3 AND paused) THEN 3"
		" WHEN EXISTS (SELECT 1 FROM {platform_connections} WHERE tenant_id=$1 AND id=$4 AND paused) THEN 4"
		" END",
		"isii", c->tenant_id, c->platform, c->brand_id, c->id);

	if (e)
		log_warn("cannot tell whether publishing is paused: %s", info.text);
	if (which && why)
		*why = words[which];
	return which != 0;
}
