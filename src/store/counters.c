/* store/counters.c - numbers that are kept up instead of counted.
 *
 * Read, then write: all of it happens under the write lock inside BEGIN IMMEDIATE, and through a scope's views there is no
 * UPSERT and no count of changes. */
#include "store/store_private.h"

static enum err bump(struct store *s, int64_t tenant_id, const char *family, int64_t connection_id,
		     const char *name, int64_t by, int64_t *value, struct err_info *info)
{
	int64_t now = -1;
	enum err e = db_int(s, info, &now,
			    "SELECT value FROM {counters} WHERE tenant_id=$1 AND family=$2"
			    " AND connection_id=$3 AND name=$4",
			    "isis", tenant_id, family, connection_id, name);

	if (e)
		return e;
	if (now < 0) {
		now = 0;
		e = db_exec(s, info,
			    "INSERT INTO {counters} (tenant_id, family, connection_id, name, value)"
			    " VALUES ($1, $2, $3, $4, $5)",
			    "isisi", tenant_id, family, connection_id, name,
			    by > 0 ? by : (int64_t)0);
	} else {
		e = db_exec(s, info,
			    "UPDATE {counters} SET value=$5 WHERE tenant_id=$1 AND family=$2"
			    " AND connection_id=$3 AND name=$4",
			    "isisi", tenant_id, family, connection_id, name,
			    now + by > 0 ? now + by : (int64_t)0);
	}
	if (!e && value)
		*value = now + by;
	return e;
}

enum err next_id(struct store *s, int64_t tenant_id, const char *table, int64_t *id,
		 struct err_info *info)
{
	return bump(s, tenant_id, "id", 0, table, 1, id, info);
}

enum err count_jobs(struct store *s, int64_t tenant_id, int64_t connection_id, const char *status,
		    int64_t by, struct err_info *info)
{
	return bump(s, tenant_id, "jobs", connection_id, status, by, NULL, info);
}
