/* store/backup.c - copies of the database that have been proven to be sound before they get their name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "store/admin.h"
#include "store/store_private.h"

enum err run_check(sqlite3 *db, const char *pragma, void (*report)(void *self, const char *message),
		   void *self, int64_t *bad, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, pragma, -1, &st, NULL);
	enum err e = OK;

	*bad = 0;
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		const char *text;

		rc = sqlite3_step(st);
		if (rc != SQLITE_ROW)
			break;
		text = (const char *)sqlite3_column_text(st, 0);
		if (text && strcmp(text, "ok") == 0)
			continue;
		++*bad;
		if (report)
			report(self, text ? text : "");
	}
	if (rc != SQLITE_DONE)
		e = sql_error(db, rc, info);
	sqlite3_finalize(st);
	return e;
}

static enum err make_copy(sqlite3 *db, const char *path, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), rc;
	enum err e = OK;

	if (fd < 0)
		return err_set_errno(info, errno, "cannot make %s", path);
	close(fd);
	rc = sqlite3_prepare_v2(db, "VACUUM INTO $1", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
		rc = sqlite3_step(st);
	}
	if (rc != SQLITE_DONE)
		e = sql_error(db, rc, info);
	sqlite3_finalize(st);
	return e;
}

static enum err prove_copy(const char *path, struct err_info *info)
{
	sqlite3 *db = NULL;
	int64_t bad = 0, orphans = 0;
	int rc = sqlite3_open_v2(
		path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL);
	enum err e = rc == SQLITE_OK ? OK : sql_error(db, rc, info);

	if (!e)
		e = run_check(db, "PRAGMA integrity_check", NULL, NULL, &bad, info);
	if (!e)
		e = run_check(db, "PRAGMA foreign_key_check", NULL, NULL, &orphans, info);
	sqlite3_close(db);
	if (!e && (bad || orphans))
		e = err_set(info, E_CORRUPT,
			    "the copy does not pass its check, so the database is damaged");
	return e;
}

static enum err sync_path(const char *path, int flags, struct err_info *info)
{
	int fd = open(path, flags | O_CLOEXEC), rc;

	if (fd < 0)
		return err_set_errno(info, errno, "cannot open %s", path);
	rc = fsync(fd);
	if (rc != 0 && (errno == EINVAL || errno == ENOTSUP))
		rc = 0;
	close(fd);
	return rc == 0 ? OK : err_set_errno(info, errno, "cannot sync %s", path);
}

/* The temporary file stands in the same directory, so that the last step is one rename. */
enum err checked_copy(sqlite3 *db, const char *path, struct err_info *info)
{
	char *full = realpath(path, NULL), *dir = NULL, *tmp = NULL, *target = NULL;
	const char *slash = strrchr(path, '/');
	char id[UUID_SIZE];
	enum err e;

	if (full) {
		free(full);
		return err_set(info, E_EXISTS, "%s is there already", path);
	}
	/* The directory resolved, for no link may be followed by the database. */
	dir = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	full = realpath(dir, NULL);
	if (!full) {
		e = err_set_errno(info, errno, "cannot write to %s", dir);
		xfree(&dir);
		return e;
	}
	rng_uuid(id);
	tmp = xasprintf("%s/.copy-%s", full, id);
	target = xasprintf("%s/%s", full, slash ? slash + 1 : path);
	e = make_copy(db, tmp, info);
	if (!e)
		e = prove_copy(tmp, info);
	if (!e)
		e = sync_path(tmp, O_RDONLY, info);
	if (!e && link(tmp, target) != 0)
		e = errno == EEXIST ? err_set(info, E_EXISTS, "%s is there already", path)
				    : err_set_errno(info, errno, "cannot make %s", path);
	unlink(tmp);
	if (!e)
		e = sync_path(full, O_RDONLY | O_DIRECTORY, info);
	free(full);
	xfree(&target);
	xfree(&tmp);
	xfree(&dir);
	return e;
}

enum err admin_backup_db(struct store *s, const char *path, struct err_info *info)
{
	enum err e = need_service(s, info);

	return e ? e : checked_copy(s->db, path, info);
}
