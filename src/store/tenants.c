/* store/tenants.c - tenants. Their log entries stand in the workspace's chain. */
#include "store/tenants.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/audit.h"
#include "store/store_private.h"

#define TENANT_COLUMNS \
	"SELECT t.id, t.name, t.archived," \
	" (SELECT count(*) FROM {brands} b WHERE b.tenant_id=t.id AND b.archived=0) FROM {tenants} t"

static enum err check_name(const char *name, struct err_info *info)
{
	if (name && text_is_name(name))
		return OK;
	err_set(info, E_INVALID, "a tenant's name cannot be \"%s\"", name ? name : "");
	err_hint(info, "at most 64 characters, no '/', ',' or control characters, not only digits");
	return E_INVALID;
}

/* Race-free: all writing is under the write lock. */
static enum err name_free(struct store *s, const char *name, int64_t own_id, struct err_info *info)
{
	int64_t taken = 0;
	enum err e = db_int(s, info, &taken, "SELECT 1 FROM {tenants} WHERE name=$1 AND id<>$2",
			    "si", name, own_id);

	if (!e && taken)
		e = err_set(info, E_EXISTS, "there is a tenant \"%s\" already", name);
	return e;
}

static enum err note(struct store *s, const char *action, const char *name, struct err_info *info)
{
	struct audit_note n = {.action = action, .outcome = "ok", .message = name};

	return audit_append(s, 0, &n, info);
}

enum err tenant_add(struct store *s, const char *name, int64_t *id, struct err_info *info)
{
	int64_t made;
	enum err e;

	need_tx(s);
	e = need_service(s, info);
	if (!e)
		e = check_name(name, info);
	if (!e)
		e = name_free(s, name, 0, info);
	if (!e)
		e = next_id(s, 0, "tenants", &made, info);
	if (!e)
		e = db_exec(
			s, info,
			"INSERT INTO {tenants} (id, name, archived, created_at) VALUES ($1, $2, 0, $3)",
			"isi", made, name, clock_wall_ms());
	if (!e)
		e = note(s, "tenant.add", name, info);
	if (!e)
		*id = made;
	return e;
}

enum err tenant_rename(struct store *s, int64_t id, const char *name, struct err_info *info)
{
	struct arena *a;
	struct tenant t;
	enum err e;

	need_tx(s);
	e = need_service(s, info);
	if (!e)
		e = check_name(name, info);
	if (!e)
		e = name_free(s, name, id, info);
	if (e)
		return e;
	a = arena_new();
	e = tenant_get(s, id, a, &t, info);
	if (!e)
		e = db_exec(s, info, "UPDATE {tenants} SET name=$2 WHERE id=$1", "is", id, name);
	if (!e)
		e = note(s, "tenant.rename", arena_printf(a, "%s -> %s", t.name, name), info);
	arena_free(&a);
	return e;
}

enum err tenant_archive(struct store *s, int64_t id, struct err_info *info)
{
	struct arena *a;
	struct tenant t;
	int64_t waiting = 0;
	enum err e;

	need_tx(s);
	e = need_service(s, info);
	if (e)
		return e;
	a = arena_new();
	e = tenant_get(s, id, a, &t, info);
	if (!e)
		e = db_int(s, info, &waiting,
			   "SELECT sum(n.value) FROM {counters} n JOIN {platform_connections} c"
			   " ON c.tenant_id=n.tenant_id AND c.id=n.connection_id"
			   " WHERE n.tenant_id=$1 AND n.family='jobs'"
			   " AND n.name IN ('scheduled','pending','processing','unknown','held')",
			   "i", id);
	if (!e && waiting) {
		e = err_set(info, E_STATE, "%lld jobs of tenant %s are not finished",
			    (long long)waiting, t.name);
		err_hint(info, "see them with: masthead -T '%s' jobs", t.name);
	}
	if (!e)
		e = db_exec(s, info, "UPDATE {tenants} SET archived=1 WHERE id=$1", "i", id);
	if (!e)
		e = note(s, "tenant.archive", t.name, info);
	arena_free(&a);
	return e;
}

static void read_tenant(sqlite3_stmt *st, struct arena *a, struct tenant *t)
{
	t->id = col_int(st, 0);
	t->name = col_text(st, 1, a);
	t->archived = col_int(st, 2) != 0;
	t->brands = col_int(st, 3);
}

static enum err one(struct store *s, sqlite3_stmt *st, struct arena *a, struct tenant *out,
		    bool *found, struct err_info *info)
{
	enum err e = db_step(s, st, found, info);

	if (!e && *found)
		read_tenant(st, a, out);
	return e;
}

enum err tenant_get(struct store *s, int64_t id, struct arena *a, struct tenant *out,
		    struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = db_query(s, info, &st, TENANT_COLUMNS " WHERE t.id=$1", "i", id);

	if (!e)
		e = one(s, st, a, out, &found, info);
	db_done(st);
	if (!e && !found)
		e = err_set(info, E_NOT_FOUND, "there is no tenant with the number %lld",
			    (long long)id);
	return e;
}

enum err tenant_find(struct store *s, const char *what, struct arena *a, struct tenant *out,
		     struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	int64_t id;
	enum err e;

	if (parse_number(what, &id))
		return tenant_get(s, id, a, out, info);
	e = db_query(s, info, &st, TENANT_COLUMNS " WHERE t.name=$1", "s", what);
	if (!e)
		e = one(s, st, a, out, &found, info);
	db_done(st);
	if (!e && !found)
		e = err_set(info, E_NOT_FOUND, "there is no tenant \"%s\"", what);
	return e;
}

enum err tenants_page(struct store *s, bool archived_too, const struct page_request *r,
		      struct page *out, struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	struct list_cut cut;
	struct tenant *all = NULL;
	int64_t *keys = NULL;
	sqlite3_stmt *st = NULL;
	bool row = true;
	size_t n = 0;
	enum err e = db_query(s, info, &st,
			      TENANT_COLUMNS " WHERE t.archived=0 OR $1 ORDER BY t.name", "i",
			      (int64_t)archived_too);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		all = arena_grow(p.arena, all, n, sizeof(*all));
		keys = arena_grow(p.arena, keys, n, sizeof(*keys));
		read_tenant(st, p.arena, &all[n]);
		keys[n] = all[n].id;
		n++;
	}
	db_done(st);
	if (!e)
		e = list_cut(r, 'T', keys, n, p.arena, &cut, info);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.tenants = all ? all + cut.from : NULL;
	p.n = cut.n;
	p.next = cut.next;
	p.prev = cut.prev;
	p.total = (int64_t)n;
	*out = p;
	return OK;
}
