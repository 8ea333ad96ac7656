/* ops/recover.c - what recovery does, or would do, asked for by a person. */
#include "base/clock.h"
#include "ops/internal.h"
#include "publisher/publisher.h"

static enum err recover(struct ops *o, struct store *service, bool dry, struct recovery_report *r,
			struct err_info *info)
{
	struct publisher_settings settings;
	struct publisher_lock *lock = NULL;
	enum err e = OK;

	app_settings(o->app, &settings);
	if (!dry) {
		e = publisher_lock_try(o->app->workspace, &lock, info);
		if (e) {
			err_hint(
				info,
				"whoever publishes has recovered already; --dry-run shows what is left");
			return e;
		}
		publisher_lock_set_owner(lock, o->app->operator_name, "recover");
	}
	e = recovery_run(service, &settings, clock_wall_ms(), dry, r, info);
	if (lock)
		publisher_lock_free(&lock);
	return e;
}

enum err ops_recover(struct ops *o, bool dry, struct recovery *out, struct err_info *info)
{
	struct recovery_report r = {0};
	struct store *own = NULL;
	enum err e = dry ? OK : ops_may_write(o, info);

	if (!e && o->tenant_id)
		e = app_service_store(o->app, &own, info);
	if (!e)
		e = recover(o, own ? own : o->store, dry, &r, info);
	if (own)
		store_close(&own);
	if (!e)
		*out = (struct recovery){r.interrupted, r.requeued, r.unknown,
					 r.due,         r.future,   r.missed};
	return e;
}
