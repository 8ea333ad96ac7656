/* store/migrate.c - schema versions. A database is brought forward in one transaction, with a checked copy beside it
 * first; if anything fails it is as it was. There is no way back but that copy. */
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_private.h"

const struct migration migrations[] = {
	{1, schema_lines},
};
const size_t migrations_n = COUNT_OF(migrations);

static enum err run_pieces(sqlite3 *db, const char *const *pieces, struct err_info *info)
{
	struct strbuf b;
	enum err e;

	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (size_t i = 0; pieces[i]; i++)
		strbuf_puts(&b, pieces[i]);
	INVARIANT(!b.overflowed, "a schema has room");
	e = sql_text(db, b.data, info);
	strbuf_free(&b);
	return e;
}

static enum err run_step(sqlite3 *db, const struct migration *step, struct err_info *info)
{
	char pragma[64];
	enum err e = run_pieces(db, step->sql, info);

	if (e)
		return e;
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d", step->version);
	return sql_text(db, pragma, info);
}

enum err migrate_run(sqlite3 *db, const struct migration *steps, size_t n, const char *backup_path,
		     struct err_info *info)
{
	int64_t version = 0, orphans = 0;
	char pragma[64];
	enum err e = OK;

	if (backup_path)
		e = checked_copy(db, backup_path, info);
	if (!e)
		e = sql_text(db, "BEGIN IMMEDIATE", info);
	if (e)
		return e;
	e = sql_number(db, "PRAGMA user_version", &version, info);
	for (size_t i = 0; !e && i < n; i++)
		if (steps[i].version > version)
			e = run_step(db, &steps[i], info);
	if (!e)
		e = run_check(db, "PRAGMA foreign_key_check", NULL, NULL, &orphans, info);
	if (!e && orphans)
		e = err_set(
			info, E_CORRUPT,
			"the database cannot be brought to this version: %lld rows refer to nothing",
			(long long)orphans);
	snprintf(pragma, sizeof(pragma), "PRAGMA application_id=%d", APPLICATION_ID);
	if (!e)
		e = sql_text(db, pragma, info);
	if (!e)
		e = sql_text(db, "COMMIT", info);
	if (e && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	if (!e && backup_path)
		log_info("database brought forward; the old one stands at %s", backup_path);
	return e;
}
