/* store/connection.c - how every connection to the database file is opened.
 *
 * WAL with synchronous=FULL: what was committed survives loss of power. No automatic checkpoint, for checkpoints are
 * writes and run under the write lock only. No memory map, no links followed, no schema that is trusted, limits lowered to
 * what our own statements need. The file is made before with mode 0600; -wal and -shm take its mode over. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"

static const struct {
	int limit, value;
} limits[] = {
	{SQLITE_LIMIT_LENGTH, 16 << 20},
	{SQLITE_LIMIT_SQL_LENGTH, 256 << 10},
	{SQLITE_LIMIT_COLUMN, 100},
	{SQLITE_LIMIT_EXPR_DEPTH, 100},
	{SQLITE_LIMIT_COMPOUND_SELECT, 10},
	{SQLITE_LIMIT_FUNCTION_ARG, 20},
	{SQLITE_LIMIT_ATTACHED, 1}, /* VACUUM INTO takes one */
	{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 4096},
	{SQLITE_LIMIT_VARIABLE_NUMBER, 2000},
	{SQLITE_LIMIT_TRIGGER_DEPTH, 5},
	{SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const char setup[] = "PRAGMA journal_mode=WAL;"
			    "PRAGMA synchronous=FULL;"
			    "PRAGMA wal_autocheckpoint=0;"
			    "PRAGMA foreign_keys=ON;"
			    "PRAGMA recursive_triggers=ON;"
			    "PRAGMA secure_delete=ON;"
			    "PRAGMA cell_size_check=ON;"
			    "PRAGMA mmap_size=0;"
			    "PRAGMA temp_store=MEMORY;"
			    "PRAGMA journal_size_limit=16777216;"
			    "PRAGMA cache_size=-4000;";

static enum err configure(sqlite3 *db, bool readonly, struct err_info *info)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	for (size_t i = 0; i < COUNT_OF(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	sqlite3_extended_result_codes(db, 1);
	/* Recovery of the log's index after a crash is short; foreign locks are waited for by the stores. */
	sqlite3_busy_timeout(db, 1000);
	if (readonly)
		return sql_text(
			db, "PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;",
			info);
	return sql_text(db, setup, info);
}

enum err connection_open(const char *path, bool readonly, sqlite3 **out, struct err_info *info)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, flags, NULL);
	enum err e;

	e = rc == SQLITE_OK ? configure(db, readonly, info) : sql_error(db, rc, info);
	if (e) {
		sqlite3_close(db);
		return e;
	}
	*out = db;
	return OK;
}
