/* store/settings.c - small facts by name; those of tenant 0 are the workspace's. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/admin.h"
#include "store/store_private.h"

enum err setting_get(struct store *s, int64_t tenant_id, const char *key, struct arena *a,
		     const char **value, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	const char *found = NULL;
	bool row = false;
	enum err e = tenant_id ? need_tenant(s, tenant_id, info) : need_service(s, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT value FROM {settings} WHERE tenant_id=$1 AND key=$2", "is",
			     tenant_id, key);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row)
		found = col_text(st, 0, a);
	db_done(st);
	if (!e)
		*value = found;
	return e;
}

enum err setting_set(struct store *s, int64_t tenant_id, const char *key, const char *value,
		     struct err_info *info)
{
	int64_t there = 0;
	enum err e;

	need_tx(s);
	e = tenant_id ? need_tenant(s, tenant_id, info) : need_service(s, info);
	if (e)
		return e;
	if (!value)
		return db_exec(s, info, "DELETE FROM {settings} WHERE tenant_id=$1 AND key=$2",
			       "is", tenant_id, key);
	e = db_int(s, info, &there, "SELECT 1 FROM {settings} WHERE tenant_id=$1 AND key=$2", "is",
		   tenant_id, key);
	if (e)
		return e;
	if (there)
		return db_exec(s, info,
			       "UPDATE {settings} SET value=$3 WHERE tenant_id=$1 AND key=$2",
			       "iss", tenant_id, key, value);
	return db_exec(s, info,
		       "INSERT INTO {settings} (tenant_id, key, value) VALUES ($1, $2, $3)", "iss",
		       tenant_id, key, value);
}
