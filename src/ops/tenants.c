/* ops/tenants.c - organisations: add, rename, put away, show. Service scope.
 *
 * The store writes the log entries of these, in the same commit. */
#include <string.h>

#include "base/text.h"
#include "ops/internal.h"
#include "store/tenants.h"

static enum err need_service(const struct ops *o, struct err_info *info)
{
	if (o->tenant_id == 0)
		return OK;
	return err_set(info, E_SCOPE,
		       "tenants are managed from outside a tenant; this is opened for %s",
		       o->tenant);
}

static enum err check_name(const char *name, struct err_info *info)
{
	if (name && text_is_name(name))
		return OK;
	return err_set(
		info, E_INVALID,
		"\"%s\" is not a name for a tenant: 1 to 64 characters, no / or comma or control character, "
		"no space at either end, not digits alone",
		name ? name : "");
}

static enum err finish(struct ops *o, int64_t id, struct arena *a, struct tenant *out,
		       struct err_info *info)
{
	struct tenant t;
	enum err e = tenant_get(o->store, id, a, &t, info);

	if (!e)
		e = ops_commit(o, info);
	if (!e)
		*out = t;
	return e;
}

enum err ops_tenant_add(struct ops *o, const char *name, struct arena *a, struct tenant *out,
			struct err_info *info)
{
	int64_t id = 0;
	enum err e = need_service(o, info);

	if (!e)
		e = check_name(name, info);
	if (!e)
		e = ops_begin(o, info);
	if (e)
		return e;
	e = tenant_add(o->store, name, &id, info);
	if (!e)
		e = finish(o, id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_tenant_rename(struct ops *o, const char *tenant, const char *name, struct arena *a,
			   struct tenant *out, struct err_info *info)
{
	struct tenant t;
	enum err e = need_service(o, info);

	if (!e)
		e = check_name(name, info);
	if (!e)
		e = ops_begin(o, info);
	if (e)
		return e;
	e = tenant_find(o->store, tenant, a, &t, info);
	if (!e)
		e = tenant_rename(o->store, t.id, name, info);
	if (!e)
		e = finish(o, t.id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_tenant_archive(struct ops *o, const char *tenant, struct arena *a, struct tenant *out,
			    struct err_info *info)
{
	struct tenant t;
	enum err e = need_service(o, info);

	if (!e)
		e = ops_begin(o, info);
	if (e)
		return e;
	e = tenant_find(o->store, tenant, a, &t, info);
	if (!e && t.archived)
		e = err_set(info, E_STATE, "the tenant %s is archived already", t.name);
	if (!e)
		e = tenant_archive(o->store, t.id, info);
	if (!e)
		e = finish(o, t.id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_tenant_show(struct ops *o, const char *tenant, struct arena *a, struct tenant *out,
			 struct err_info *info)
{
	return tenant_find(o->store, tenant, a, out, info);
}

enum err ops_tenants(struct ops *o, const struct page_request *r, struct page *out,
		     struct err_info *info)
{
	struct page_request x = ops_page(r);

	return tenants_page(o->store, true, &x, out, info);
}
