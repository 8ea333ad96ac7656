/* ops/log.c - the audit log: pages, what has come since, and the proof of its chain. */
#include "base/clock.h"
#include "base/json.h"
#include "ops/internal.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/tenants.h"

enum err ops_log_filter(struct ops *o, const struct log_query *q, struct arena *a,
			struct log_filter *out, struct err_info *info)
{
	struct log_filter f = {.platform = q->platform,
			       .action = q->action,
			       .actor = q->actor,
			       .search = q->search,
			       .job_id = q->job_id};
	int64_t now = clock_wall_ms();
	char zone[64];
	enum err e = OK;

	if (q->brand) {
		struct brand b;

		e = brand_find(o->store, q->brand, a, &b, info);
		if (!e)
			f.brand_id = b.id;
	}
	if (!e && q->connection) {
		struct connection c;

		e = connection_find(o->store, q->connection, a, &c, info);
		if (!e)
			f.connection_id = c.id;
	}
	if (!e && q->platform)
		e = ops_platform(q->platform, NULL, info);
	app_zone(o->app, zone, sizeof(zone));
	if (!e && q->since)
		e = ops_filter_time(q->since, zone, now, &f.since, info);
	if (!e && q->until)
		e = ops_filter_time(q->until, zone, now, &f.until, info);
	if (!e)
		*out = f;
	return e;
}

enum err ops_log(struct ops *o, const struct log_filter *f, const struct page_request *r,
		 struct page *out, struct err_info *info)
{
	struct page_request x = ops_page(r);

	return audit_page(o->store, f, &x, out, info);
}

enum err ops_log_after(struct ops *o, const struct log_filter *f, int64_t seq, int limit,
		       struct page *out, struct err_info *info)
{
	return audit_after(o->store, f, seq, limit, out, info);
}

enum err ops_sync_log(struct ops *o, const struct sync_filter *f, const struct page_request *r,
		      struct page *out, struct err_info *info)
{
	struct page_request x = ops_page(r);

	return sync_log_page(o->store, f, &x, out, info);
}

static struct json *describe(const struct chain_report *c)
{
	struct json *obj = json_new_object();

	json_set_str(obj, "tenant", c->tenant);
	json_set_int(obj, "entries", c->entries);
	json_set_bool(obj, "ok", c->ok);
	if (c->first_bad)
		json_set_int(obj, "first_bad", c->first_bad);
	else
		json_set_null(obj, "first_bad");
	json_set_str(obj, "what", c->ok ? NULL : c->what);
	return obj;
}

static const struct chain_report *first_broken(const struct chain_report *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!c[i].ok)
			return &c[i];
	return NULL;
}

enum err ops_log_verify(struct ops *o, struct json **out, struct err_info *info)
{
	struct arena *a = arena_new();
	struct chain_report *chains = NULL;
	const struct chain_report *bad;
	struct json *root, *array;
	size_t n = 0;
	enum err e = audit_verify(o->store, o->tenant_id ? o->tenant_id : -1, a, &chains, &n, NULL,
				  NULL, info);

	if (e && e != E_LOG_BROKEN)
		goto out;
	bad = first_broken(chains, n);
	root = json_new_object();
	json_set_bool(root, "ok", !bad);
	array = json_set(root, "chains", json_new_array());
	for (size_t i = 0; i < n; i++)
		json_add(array, describe(&chains[i]));
	*out = root;
	e = OK;
	if (bad) {
		e = err_set(info, E_LOG_BROKEN, "the log of %s is broken at entry %lld (%s)",
			    bad->tenant ? bad->tenant : "the workspace", (long long)bad->first_bad,
			    bad->what ? bad->what : "?");
		err_hint(
			info,
			"what stands before that entry is proven; compare what follows with a backup");
	}
out:
	arena_free(&a);
	return e;
}
