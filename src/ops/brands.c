/* ops/brands.c - the public identities of a tenant. The store logs their changes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "ops/internal.h"
#include "store/tenants.h"

#define CATCH_UP_MAX_MIN 525600

static const char *const colors[] = {"black",   "red",  "green", "yellow",  "blue",
				     "magenta", "cyan", "white", "default", NULL};

static enum err read_catch_up(const char *s, int64_t *out, struct err_info *info)
{
	char *end;
	long long n;

	if (!strcmp(s, "hold")) {
		*out = CATCH_UP_HOLD;
		return OK;
	}
	if (!strcmp(s, "default")) {
		*out = CATCH_UP_DEFAULT;
		return OK;
	}
	n = strspn(s, "0123456789") == strlen(s) && *s ? strtoll(s, &end, 10) : -1;
	if (n < 0 || n > CATCH_UP_MAX_MIN)
		return err_set(
			info, E_INVALID,
			"catch-up is `hold', `default' or a number of minutes up to %d, not \"%s\"",
			CATCH_UP_MAX_MIN, s);
	*out = n;
	return OK;
}

static enum err check_color(const char *s, struct err_info *info)
{
	struct strbuf names;
	enum err e;

	strbuf_init(&names, 256);
	for (size_t i = 0; colors[i]; i++) {
		if (!strcmp(colors[i], s)) {
			strbuf_free(&names);
			return OK;
		}
		strbuf_printf(&names, "%s%s", i ? ", " : "", colors[i]);
	}
	e = err_set(info, E_INVALID, "there is no colour \"%s\"; the colours are %s", s,
		    names.data);
	strbuf_free(&names);
	return e;
}

static enum err read_values(const struct brand_request *r, struct brand_values *v,
			    struct err_info *info)
{
	enum err e = OK;

	*v = (struct brand_values){.name = r->name,
				   .timezone = r->timezone,
				   .color = r->color,
				   .catch_up_min = INT64_MIN};
	if (r->name && !text_is_name(r->name))
		return err_set(
			info, E_INVALID,
			"\"%s\" is not a name for a brand: 1 to 64 characters, no / or comma or control "
			"character, no space at either end, not digits alone",
			r->name);
	if (r->timezone && !when_zone_known(r->timezone)) {
		e = err_set(info, E_INVALID, "\"%s\" is not a time zone", r->timezone);
		err_hint(info, "name one such as Europe/Berlin or UTC");
		return e;
	}
	if (r->catch_up)
		e = read_catch_up(r->catch_up, &v->catch_up_min, info);
	if (!e && r->color)
		e = check_color(r->color, info);
	return e;
}

static enum err finish(struct ops *o, int64_t id, struct arena *a, struct brand *out,
		       struct err_info *info)
{
	struct brand b;
	enum err e = brand_get(o->store, o->tenant_id, id, a, &b, info);

	if (!e)
		e = ops_commit(o, info);
	if (!e)
		*out = b;
	return e;
}

enum err ops_brand_add(struct ops *o, const struct brand_request *r, struct arena *a,
		       struct brand *out, struct err_info *info)
{
	struct brand_values v;
	char zone[64];
	int64_t id = 0;
	enum err e;

	if (!r->name)
		return err_set(info, E_USAGE, "a brand needs a name");
	e = read_values(r, &v, info);
	if (e)
		return e;
	if (!v.timezone) {
		app_zone(o->app, zone, sizeof(zone));
		v.timezone = zone;
	}
	if (v.catch_up_min == INT64_MIN)
		v.catch_up_min = CATCH_UP_DEFAULT;
	e = ops_begin(o, info);
	if (e)
		return e;
	e = brand_add(o->store, &v, &id, info);
	if (!e)
		e = finish(o, id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_brand_edit(struct ops *o, const char *brand, const struct brand_request *r,
			struct arena *a, struct brand *out, struct err_info *info)
{
	struct brand_values v;
	struct brand b;
	enum err e = read_values(r, &v, info);

	if (e)
		return e;
	if (!r->name && !r->timezone && !r->catch_up && !r->color)
		return err_set(info, E_USAGE, "nothing was named that is to change");
	e = ops_begin(o, info);
	if (e)
		return e;
	e = brand_find(o->store, brand, a, &b, info);
	if (!e)
		e = brand_edit(o->store, b.id, &v, info);
	if (!e)
		e = finish(o, b.id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_brand_archive(struct ops *o, const char *brand, struct arena *a, struct brand *out,
			   struct err_info *info)
{
	struct brand b;
	enum err e = ops_begin(o, info);

	if (e)
		return e;
	e = brand_find(o->store, brand, a, &b, info);
	if (!e && b.archived)
		e = err_set(info, E_STATE, "the brand %s is archived already", b.name);
	if (!e)
		e = brand_archive(o->store, b.id, info);
	if (!e)
		e = finish(o, b.id, a, out, info);
	if (e)
		store_rollback(o->store);
	return e;
}

enum err ops_brand_show(struct ops *o, const char *brand, struct arena *a, struct brand *out,
			struct err_info *info)
{
	return brand_find(o->store, brand, a, out, info);
}

enum err ops_brands(struct ops *o, const struct page_request *r, struct page *out,
		    struct err_info *info)
{
	struct page_request x = ops_page(r);

	return brands_page(o->store, true, &x, out, info);
}
