/* store/media_objects.c - see media_objects.h. */
#include "store/media_objects.h"

#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

enum err media_object_add(struct store *s, struct media_object *o, int64_t now_ms,
			  struct err_info *info)
{
	int64_t id = 0;
	enum err e;

	need_tx(s);
	e = need_tenant(s, o->tenant_id, info);
	if (!e)
		e = next_id(s, o->tenant_id, "media_objects", &id, info);
	if (!e)
		e = db_exec(
			s, info,
			"INSERT INTO {media_objects} (tenant_id, id, job_id, sha256, kind, name, target,"
			" next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
			"iiissssi", o->tenant_id, id, o->job_id, o->sha256, o->kind, o->name,
			o->target, now_ms);
	if (!e)
		o->id = id;
	return e;
}

enum err media_object_there(struct store *s, int64_t tenant_id, int64_t id, const char *url,
			    struct err_info *info)
{
	need_tx(s);
	return db_exec(s, info, "UPDATE {media_objects} SET url=$3 WHERE tenant_id=$1 AND id=$2",
		       "iis", tenant_id, id, url);
}

enum err media_object_dropping(struct store *s, int64_t tenant_id, int64_t id,
			       struct err_info *info)
{
	need_tx(s);
	return db_exec(s, info,
		       "UPDATE {media_objects} SET dropping=1 WHERE tenant_id=$1 AND id=$2", "ii",
		       tenant_id, id);
}

enum err media_object_later(struct store *s, int64_t tenant_id, int64_t id, int64_t tries,
			    int64_t next_at, struct err_info *info)
{
	need_tx(s);
	return db_exec(
		s, info,
		"UPDATE {media_objects} SET tries=$3, next_at=$4 WHERE tenant_id=$1 AND id=$2",
		"iiii", tenant_id, id, tries, next_at);
}

enum err media_object_gone(struct store *s, int64_t tenant_id, int64_t id, struct err_info *info)
{
	need_tx(s);
	return db_exec(s, info, "DELETE FROM {media_objects} WHERE tenant_id=$1 AND id=$2", "ii",
		       tenant_id, id);
}

enum err media_objects_distrust(struct store *s, struct err_info *info)
{
	need_tx(s);
	return db_exec(s, info, "UPDATE {media_objects} SET dropping=1, tries=0", "");
}

#define OBJECT_COLUMNS \
	"SELECT o.tenant_id, o.id, o.job_id, o.sha256, o.kind, o.name, o.target, o.url, o.tries, o.next_at," \
	" j.platform, j.updated_at FROM {media_objects} o" \
	" JOIN {publishing_jobs} j ON j.tenant_id=o.tenant_id AND j.id=o.job_id"

static enum err read_all(struct store *s, sqlite3_stmt *st, struct arena *a,
			 struct media_object **out, size_t *n, struct err_info *info)
{
	struct media_object *list = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = OK;

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = arena_grow(a, list, count, sizeof(*list));
		list[count++] = (struct media_object){.tenant_id = col_int(st, 0),
						      .id = col_int(st, 1),
						      .job_id = col_int(st, 2),
						      .sha256 = col_text(st, 3, a),
						      .kind = col_text(st, 4, a),
						      .name = col_text(st, 5, a),
						      .target = col_text(st, 6, a),
						      .url = col_text(st, 7, a),
						      .tries = col_int(st, 8),
						      .next_at = col_int(st, 9),
						      .platform = col_text(st, 10, a),
						      .ended_at = col_int(st, 11)};
	}
	if (!e) {
		*out = list;
		*n = count;
	}
	return e;
}

enum err media_objects_of_job(struct store *s, int64_t tenant_id, int64_t job_id, struct arena *a,
			      struct media_object **out, size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st,
			     OBJECT_COLUMNS " WHERE o.tenant_id=$1 AND o.job_id=$2 AND o.dropping=0"
					    " ORDER BY o.id",
			     "ii", tenant_id, job_id);
	if (!e)
		e = read_all(s, st, a, out, n, info);
	db_done(st);
	return e;
}

/* The table holds what is on its way and no more, so it is read whole. */
enum err media_objects_over(struct store *s, int limit, struct arena *a, struct media_object **out,
			    size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	enum err e = need_service(s, info);

	if (!e)
		e = db_query(
			s, info, &st,
			OBJECT_COLUMNS
			" WHERE o.dropping=1 OR j.status NOT IN ('pending','processing','unknown')"
			" ORDER BY o.next_at, o.tenant_id, o.id LIMIT $1",
			"i", (int64_t)limit);
	if (!e)
		e = read_all(s, st, a, out, n, info);
	db_done(st);
	return e;
}

enum err media_objects_count(struct store *s, int64_t tenant_id, int64_t tries, int64_t *all,
			     int64_t *stuck, struct err_info *info)
{
	enum err e = tenant_id ? need_tenant(s, tenant_id, info) : need_service(s, info);

	*all = *stuck = 0;
	if (!e)
		e = db_int(s, info, all,
			   "SELECT count(*) FROM {media_objects} WHERE $1=0 OR tenant_id=$1", "i",
			   tenant_id);
	if (!e)
		e = db_int(
			s, info, stuck,
			"SELECT count(*) FROM {media_objects} WHERE ($1=0 OR tenant_id=$1) AND tries>=$2",
			"ii", tenant_id, tries);
	return e;
}
