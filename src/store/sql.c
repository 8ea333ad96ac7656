/* store/sql.c - statements: prepared once per store, bound by name, reset after every use, and results
 * turned into our errors.
 *
 * A statement that stayed open would hold back checkpoints, so whoever queries also ends with db_done.
 * Statements are known by the address of their text; only literals may be given to db_query. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"
#include "vault/vault.h"

/* SQLite knows ENOSPC alone as a full disk, and has forgotten the cause of any other failed write by the time that we
 * are told. A quota or a limit of the process is the same to its user: so write as much, at the same length, and see. */
static bool write_fails_for_room(sqlite3 *db)
{
	static const char some[65536];
	const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct stat st;
	ssize_t n = 0;
	char *name;
	int fd;

	if (!slash)
		return false;
	name = xasprintf("%s-wal", path);
	if (stat(name, &st) != 0)
		st.st_size = 0;
	name[slash - path] = '\0';
	fd = open(name, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd >= 0) {
		n = pwrite(fd, some, sizeof(some), st.st_size);
		close(fd);
	}
	xfree(&name);
	return fd < 0 ? errno == ENOSPC || errno == EDQUOT : n < (ssize_t)sizeof(some);
}

static enum err error_code(sqlite3 *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* lost the race for the log's index too often */
		return E_BUSY;
	case SQLITE_FULL:
		return E_DISK_FULL;
	case SQLITE_READONLY:
		return E_READONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return E_CORRUPT;
	case SQLITE_AUTH:
		return E_SCOPE;
	case SQLITE_CONSTRAINT:
		return E_INVALID;
	case SQLITE_INTERRUPT:
		return E_INTERRUPTED;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return write_fails_for_room(db) ? E_DISK_FULL : E_IO;
	default:
		return E_IO;
	}
}

enum err sql_error(sqlite3 *db, int rc, struct err_info *info)
{
	enum err e = error_code(db, rc);
	const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
	char text[300];

	if ((rc & 0xff) == SQLITE_NOMEM)
		die("out of memory in the database");
	/* Views of a scope have secret names; no message may tell one. */
	snprintf(text, sizeof(text), "%s", strstr(words, "scope_") ? sqlite3_errstr(rc) : words);
	switch (e) {
	case E_BUSY:
		err_set(info, e, "another program is using the database");
		err_hint(info, "try again, or end that program");
		break;
	case E_DISK_FULL:
		err_set(info, e, "there is no room left for the database");
		err_hint(info, "make room on the disk, then try again; nothing was lost");
		break;
	case E_CORRUPT:
		err_set(info, e, "the database is damaged: %s", text);
		err_hint(info, "restore a backup");
		break;
	case E_READONLY:
		err_set(info, e, "the database may not be written");
		break;
	case E_SCOPE:
		err_set(info, e, "that is outside this tenant");
		break;
	case E_INVALID:
		err_set(info, e, "the database refuses that: %s", text);
		break;
	default:
		err_set(info, e, "the database failed: %s", text);
		break;
	}
	if (info)
		info->source_code = rc;
	return e;
}

bool db_constraint(const struct err_info *info, int extended)
{
	return info->code == E_INVALID && info->source_code == extended;
}

/* ---- text without parameters ------------------------------------------- */

enum err sql_text(sqlite3 *db, const char *text, struct err_info *info)
{
	int rc = sqlite3_exec(db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? OK : sql_error(db, rc, info);
}

enum err sql_number(sqlite3 *db, const char *text, int64_t *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, text, -1, &st, NULL);
	enum err e = OK;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else
		e = sql_error(db, rc, info);
	sqlite3_finalize(st);
	return e;
}

/* ---- prepared statements ------------------------------------------------ */

static enum err prepare(struct store *s, const char *sql, unsigned flags, sqlite3_stmt **st,
			struct err_info *info)
{
	char *text = scope_expand(s, sql);
	sqlite3_stmt *made = NULL;
	int rc;
	enum err e = OK;

	rc = sqlite3_prepare_v3(s->db, text, -1, flags, &made, NULL);
	if (rc != SQLITE_OK) {
		e = sql_error(s->db, rc, info);
	} else if (s->never_explain && sqlite3_stmt_isexplain(made)) {
		/* The plan of a statement prints the names of the views that it reads. */
		sqlite3_finalize(made);
		e = err_set(info, E_SCOPE, "that is outside this tenant");
	} else {
		*st = made;
	}
	xfree(&text);
	return e;
}

static size_t slot_of(const struct store *s, const char *sql)
{
	size_t i = ((uintptr_t)sql * 0x9e3779b97f4a7c15u >> 40) % STATEMENTS_MAX;

	while (s->cache[i].sql && s->cache[i].sql != sql)
		i = (i + 1) % STATEMENTS_MAX;
	return i;
}

static enum err cached(struct store *s, const char *sql, sqlite3_stmt **st, struct err_info *info)
{
	size_t i = slot_of(s, sql);
	enum err e;

	if (!s->cache[i].sql) {
		sqlite3_stmt *made;

		INVARIANT(s->cached_n < STATEMENTS_MAX - 1, "room for statements");
		e = prepare(s, sql, SQLITE_PREPARE_PERSISTENT, &made, info);
		if (e)
			return e;
		s->cache[i].sql = sql;
		s->cache[i].st = made;
		s->cached_n++;
	}
	INVARIANT(!sqlite3_stmt_busy(s->cache[i].st), "a statement is used once at a time");
	*st = s->cache[i].st;
	return OK;
}

static int parameter(sqlite3_stmt *st, int n)
{
	char name[16];

	snprintf(name, sizeof(name), "$%d", n);
	return sqlite3_bind_parameter_index(st, name);
}

void db_bind_int(sqlite3_stmt *st, int n, int64_t v)
{
	sqlite3_bind_int64(st, parameter(st, n), v);
}

void db_bind_text(sqlite3_stmt *st, int n, const char *v)
{
	sqlite3_bind_text(st, parameter(st, n), v, -1, SQLITE_STATIC);
}

static void bind(sqlite3_stmt *st, const char *types, va_list args)
{
	for (int n = 1; types[n - 1]; n++) {
		int at = parameter(st, n);
		int64_t v;

		INVARIANT(at > 0, "a statement names each parameter");
		switch (types[n - 1]) {
		case 'i':
			sqlite3_bind_int64(st, at, va_arg(args, int64_t));
			break;
		case 'z':
			v = va_arg(args, int64_t);
			if (v)
				sqlite3_bind_int64(st, at, v);
			else
				sqlite3_bind_null(st, at);
			break;
		case 's':
			sqlite3_bind_text(st, at, va_arg(args, const char *), -1, SQLITE_STATIC);
			break;
		case 'b': {
			const void *bytes = va_arg(args, const void *);
			size_t len = va_arg(args, size_t);

			sqlite3_bind_blob64(st, at, bytes, len, SQLITE_STATIC);
			break;
		}
		default:
			die("unknown type of parameter '%c'", types[n - 1]);
		}
	}
}

static enum err query_args(struct store *s, struct err_info *info, sqlite3_stmt **st,
			   const char *sql, const char *types, va_list args)
{
	enum err e;

	s->busy_deadline = clock_mono_ms() + s->patience_ms;
	e = cached(s, sql, st, info);
	if (!e)
		bind(*st, types, args);
	return e;
}

enum err db_query(struct store *s, struct err_info *info, sqlite3_stmt **st, const char *sql,
		  const char *types, ...)
{
	va_list args;
	enum err e;

	va_start(args, types);
	e = query_args(s, info, st, sql, types, args);
	va_end(args);
	return e;
}

enum err db_query_text(struct store *s, struct err_info *info, sqlite3_stmt **st, const char *sql)
{
	s->busy_deadline = clock_mono_ms() + s->patience_ms;
	return prepare(s, sql, 0, st, info);
}

enum err db_step(struct store *s, sqlite3_stmt *st, bool *row, struct err_info *info)
{
	int rc = sqlite3_step(st);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return sql_error(s->db, rc, info);
	*row = rc == SQLITE_ROW;
	return OK;
}

void db_done(sqlite3_stmt *st)
{
	if (!st)
		return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

void db_drop(sqlite3_stmt *st)
{
	sqlite3_finalize(st);
}

enum err db_exec(struct store *s, struct err_info *info, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	va_list args;
	enum err e;

	va_start(args, types);
	e = query_args(s, info, &st, sql, types, args);
	va_end(args);
	while (!e && row)
		e = db_step(s, st, &row, info);
	db_done(st);
	return e;
}

enum err db_int(struct store *s, struct err_info *info, int64_t *out, const char *sql,
		const char *types, ...)
{
	sqlite3_stmt *st = NULL;
	bool row = false;
	va_list args;
	enum err e;

	va_start(args, types);
	e = query_args(s, info, &st, sql, types, args);
	va_end(args);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row && sqlite3_column_type(st, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(st, 0);
	db_done(st);
	return e;
}

const char *col_text(sqlite3_stmt *st, int i, struct arena *a)
{
	const char *p = (const char *)sqlite3_column_text(st, i);

	return p ? arena_strndup(a, p, (size_t)sqlite3_column_bytes(st, i)) : NULL;
}

/* ---- tests ------------------------------------------------------------------- */

enum err store_test_exec(struct store *s, const char *sql, struct strbuf *rows,
			 struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query_text(s, info, &st, sql);

	while (!e && row) {
		e = db_step(s, st, &row, info);
		if (e || !row || !rows)
			continue;
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *p = (const char *)sqlite3_column_text(st, i);

			strbuf_printf(rows, "%s%s", i ? "|" : "", p ? p : "");
		}
		strbuf_putc(rows, '\n');
	}
	db_drop(st);
	return e;
}
