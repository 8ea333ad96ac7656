/* store/brands.c - brands, and the four things that hold up publishing: a brand, a platform, a connection or
 * all of the tenant paused. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "store/audit.h"
#include "store/store_private.h"
#include "store/tenants.h"

#define BRAND_COLUMNS \
	"SELECT b.id, b.tenant_id, t.name, b.name, b.timezone, b.catch_up_min, b.color, b.paused, b.archived," \
	" (SELECT count(*) FROM {platform_connections} c WHERE c.tenant_id=b.tenant_id AND c.brand_id=b.id" \
	"   AND c.status<>'disconnected')" \
	" FROM {brands} b JOIN {tenants} t ON t.id=b.tenant_id"

static enum err check_values(const struct brand_values *v, struct err_info *info)
{
	if (v->name && !text_is_name(v->name)) {
		err_set(info, E_INVALID, "a brand's name cannot be \"%s\"", v->name);
		err_hint(
			info,
			"at most 64 characters, no '/', ',' or control characters, not only digits");
		return E_INVALID;
	}
	if (v->timezone && !when_zone_known(v->timezone)) {
		err_set(info, E_INVALID, "there is no time zone \"%s\"", v->timezone);
		err_hint(info, "use a name such as Europe/Berlin");
		return E_INVALID;
	}
	if (v->catch_up_min != INT64_MIN && v->catch_up_min < CATCH_UP_DEFAULT)
		return err_set(info, E_INVALID, "to catch up for %lld minutes is not possible",
			       (long long)v->catch_up_min);
	return OK;
}

static enum err name_free(struct store *s, const char *name, int64_t own_id, struct err_info *info)
{
	int64_t taken = 0;
	enum err e = OK;

	if (name)
		e = db_int(s, info, &taken,
			   "SELECT 1 FROM {brands} WHERE tenant_id=$1 AND name=$2 AND id<>$3",
			   "isi", s->tenant_id, name, own_id);
	if (!e && taken)
		e = err_set(info, E_EXISTS, "there is a brand \"%s\" already", name);
	return e;
}

static enum err note(struct store *s, const char *action, int64_t brand_id, const char *message,
		     struct err_info *info)
{
	struct audit_note n = {
		.action = action, .brand_id = brand_id, .outcome = "ok", .message = message};

	return audit_append(s, s->tenant_id, &n, info);
}

enum err brand_add(struct store *s, const struct brand_values *v, int64_t *id,
		   struct err_info *info)
{
	int64_t made, now = clock_wall_ms();
	int64_t catch_up = v->catch_up_min == INT64_MIN ? CATCH_UP_DEFAULT : v->catch_up_min;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e && !v->name)
		e = err_set(info, E_INVALID, "a brand needs a name");
	if (!e)
		e = check_values(v, info);
	if (!e)
		e = name_free(s, v->name, 0, info);
	if (!e)
		e = next_id(s, s->tenant_id, "brands", &made, info);
	if (!e)
		e = db_exec(
			s, info,
			"INSERT INTO {brands} (tenant_id, id, name, timezone, catch_up_min, color, paused, archived,"
			" created_at, updated_at) VALUES ($1,$2,$3,$4,$5,$6,0,0,$7,$7)",
			"iissisi", s->tenant_id, made, v->name, v->timezone ? v->timezone : "UTC",
			catch_up, v->color, now);
	if (!e)
		e = note(s, "brand.add", made, v->name, info);
	if (!e)
		*id = made;
	return e;
}

enum err brand_edit(struct store *s, int64_t id, const struct brand_values *v,
		    struct err_info *info)
{
	struct arena *a;
	struct brand b;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e)
		e = check_values(v, info);
	if (!e)
		e = name_free(s, v->name, id, info);
	if (e)
		return e;
	a = arena_new();
	e = brand_get(s, s->tenant_id, id, a, &b, info);
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {brands} SET name=coalesce($3, name), timezone=coalesce($4, timezone),"
			" color=coalesce($5, color), catch_up_min=$6, updated_at=$7 WHERE tenant_id=$1 AND id=$2",
			"iisssii", s->tenant_id, id, v->name, v->timezone, v->color,
			v->catch_up_min == INT64_MIN ? b.catch_up_min : v->catch_up_min,
			clock_wall_ms());
	if (!e)
		e = note(s, "brand.edit", id,
			 v->name && strcmp(v->name, b.name) != 0
				 ? arena_printf(a, "%s -> %s", b.name, v->name)
				 : b.name,
			 info);
	arena_free(&a);
	return e;
}

enum err brand_archive(struct store *s, int64_t id, struct err_info *info)
{
	struct arena *a;
	struct brand b;
	int64_t waiting = 0;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (e)
		return e;
	a = arena_new();
	e = brand_get(s, s->tenant_id, id, a, &b, info);
	if (!e)
		e = db_int(s, info, &waiting,
			   "SELECT sum(n.value) FROM {counters} n JOIN {platform_connections} c"
			   " ON c.tenant_id=n.tenant_id AND c.id=n.connection_id"
			   " WHERE n.tenant_id=$1 AND n.family='jobs' AND c.brand_id=$2"
			   " AND n.name IN ('scheduled','pending','processing','unknown','held')",
			   "ii", s->tenant_id, id);
	if (!e && waiting) {
		e = err_set(info, E_STATE, "%lld jobs of brand %s are not finished",
			    (long long)waiting, b.name);
		err_hint(info, "cancel them first: masthead cancel -b %s", b.name);
	}
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {brands} SET archived=1, updated_at=$3 WHERE tenant_id=$1 AND id=$2",
			"iii", s->tenant_id, id, clock_wall_ms());
	if (!e)
		e = note(s, "brand.archive", id, b.name, info);
	arena_free(&a);
	return e;
}

/* ---- reading ------------------------------------------------------------------ */

static void read_brand(sqlite3_stmt *st, struct arena *a, struct brand *b)
{
	b->id = col_int(st, 0);
	b->tenant_id = col_int(st, 1);
	b->tenant = col_text(st, 2, a);
	b->name = col_text(st, 3, a);
	b->timezone = col_text(st, 4, a);
	b->catch_up_min = col_int(st, 5);
	b->color = col_text(st, 6, a);
	b->paused = col_int(st, 7) != 0;
	b->archived = col_int(st, 8) != 0;
	b->connections = col_int(st, 9);
}

enum err brand_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
		   struct brand *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st, BRAND_COLUMNS " WHERE b.tenant_id=$1 AND b.id=$2", "ii",
			     tenant_id, id);
	if (!e)
		e = db_step(s, st, &found, info);
	if (!e && found)
		read_brand(st, a, out);
	db_done(st);
	if (!e && !found)
		e = err_set(info, E_NOT_FOUND, "there is no brand with the number %lld",
			    (long long)id);
	return e;
}

enum err brand_find(struct store *s, const char *what, struct arena *a, struct brand *out,
		    struct err_info *info)
{
	int64_t id = 0;
	enum err e = need_own_tenant(s, info);

	if (e)
		return e;
	if (!parse_number(what, &id)) {
		e = db_int(s, info, &id, "SELECT id FROM {brands} WHERE tenant_id=$1 AND name=$2",
			   "is", s->tenant_id, what);
		if (!e && !id) {
			err_set(info, E_NOT_FOUND, "there is no brand \"%s\"", what);
			err_hint(info, "`masthead brand list` shows them");
			e = E_NOT_FOUND;
		}
	}
	return e ? e : brand_get(s, s->tenant_id, id, a, out, info);
}

enum err brands_page(struct store *s, bool archived_too, const struct page_request *r,
		     struct page *out, struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	struct list_cut cut;
	struct brand *all = NULL;
	int64_t *keys = NULL;
	sqlite3_stmt *st = NULL;
	bool row = true;
	size_t n = 0;
	enum err e = db_query(s, info, &st,
			      BRAND_COLUMNS
			      " WHERE (b.tenant_id=$1 OR $1=0) AND (b.archived=0 OR $2)"
			      " ORDER BY b.name, b.tenant_id",
			      "ii", s->tenant_id, (int64_t)archived_too);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		all = arena_grow(p.arena, all, n, sizeof(*all));
		keys = arena_grow(p.arena, keys, n, sizeof(*keys));
		memset(&all[n], 0, sizeof(*all));
		read_brand(st, p.arena, &all[n]);
		keys[n] = s->tenant_id ? all[n].id : all[n].tenant_id << 32 | all[n].id;
		n++;
	}
	db_done(st);
	if (!e)
		e = list_cut(r, 'B', keys, n, p.arena, &cut, info);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.brands = all ? all + cut.from : NULL;
	p.n = cut.n;
	p.next = cut.next;
	p.prev = cut.prev;
	p.total = (int64_t)n;
	*out = p;
	return OK;
}
