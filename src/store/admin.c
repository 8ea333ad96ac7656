/* store/admin.c - is the whole workspace sound: pages, references, files, definitions. */
#include "store/admin.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/store_private.h"

typedef void report_fn(void *self, const char *code, const char *message, bool repairable);

struct reporter {
	report_fn *report;
	void *self;
	const char *code;
};

static void pass_on(void *self, const char *message)
{
	struct reporter *r = self;

	r->report(r->self, r->code, message, false);
}

/* ---- files ---------------------------------------------------------------------- */

static void check_mode(const struct reporter *r, const char *path, mode_t kind, mode_t allowed)
{
	char words[512];
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	if ((st.st_mode & S_IFMT) != kind) {
		snprintf(words, sizeof(words), "%s is not what it should be", path);
		r->report(r->self, "file.kind", words, false);
	} else if (st.st_mode & 07777 & ~allowed) {
		snprintf(words, sizeof(words), "%s has mode %04o and should have %04o", path,
			 st.st_mode & 07777, allowed);
		r->report(r->self, "file.mode", words, false);
	}
}

static void check_files(const struct workspace *w, const struct reporter *r)
{
	static const char *const files[] = {"masthead.db", "masthead.db-wal", "masthead.db-shm",
					    "write.lock",  "publisher.lock",  "head"};

	check_mode(r, w->dir, S_IFDIR, 0700);
	check_mode(r, w->media_dir, S_IFDIR, 0700);
	check_mode(r, w->backup_dir, S_IFDIR, 0700);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char *path = fs_join(w->dir, files[i]);

		check_mode(r, path, S_IFREG, 0600);
		xfree(&path);
	}
	check_mode(r, w->key_path, S_IFREG, 0600);
	check_mode(r, w->chain_path, S_IFREG, 0600);
}

/* ---- definitions ------------------------------------------------------------------ */

/* What a database made by this program defines, made in memory and compared by name and text. */
static enum err check_definitions(struct store *s, const struct reporter *r, struct err_info *info)
{
	static const char all[] =
		"SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
	sqlite3_stmt *want = NULL, *have = NULL;
	sqlite3 *fresh = NULL;
	enum err e;
	int rc = sqlite3_open(":memory:", &fresh);

	e = rc == SQLITE_OK ? migrate_run(fresh, migrations, migrations_n, NULL, info)
			    : sql_error(fresh, rc, info);
	if (!e && (sqlite3_prepare_v2(fresh, all, -1, &want, NULL) != SQLITE_OK ||
		   sqlite3_prepare_v2(s->db, all, -1, &have, NULL) != SQLITE_OK))
		e = err_set(info, E_CORRUPT, "the database's definitions cannot be read");
	while (!e) {
		bool a = sqlite3_step(want) == SQLITE_ROW, b = sqlite3_step(have) == SQLITE_ROW;

		if (!a && !b)
			break;
		if (a && b &&
		    strcmp((const char *)sqlite3_column_text(want, 0),
			   (const char *)sqlite3_column_text(have, 0)) == 0 &&
		    strcmp((const char *)sqlite3_column_text(want, 1),
			   (const char *)sqlite3_column_text(have, 1)) == 0)
			continue;
		r->report(r->self, "schema",
			  "the database's definitions are not those of its version", false);
		break;
	}
	sqlite3_finalize(want);
	sqlite3_finalize(have);
	sqlite3_close(fresh);
	return e;
}

enum err admin_check(struct store *s, report_fn *report, void *self, struct err_info *info)
{
	struct reporter r = {.report = report, .self = self};
	int64_t bad;
	enum err e = need_service(s, info);

	if (e)
		return e;
	r.code = "integrity";
	e = run_check(s->db, "PRAGMA integrity_check", pass_on, &r, &bad, info);
	r.code = "foreign_key";
	if (!e)
		e = run_check(s->db, "PRAGMA foreign_key_check", pass_on, &r, &bad, info);
	if (!e)
		e = check_definitions(s, &r, info);
	if (!e)
		check_files(s->w, &r);
	return e;
}

enum err admin_quick_check(struct store *s, struct err_info *info)
{
	int64_t bad = 0;
	enum err e = need_service(s, info);

	if (!e)
		e = run_check(s->db, "PRAGMA quick_check", NULL, NULL, &bad, info);
	if (!e && bad) {
		err_set(info, E_CORRUPT, "the database %s is damaged", s->w->db_path);
		err_hint(info, "restore a backup: masthead restore");
		e = E_CORRUPT;
	}
	return e;
}

/* ---- after a restore ---------------------------------------------------------------- */

static enum err resume_chain(struct store *s, const struct outside_head *h, struct err_info *info)
{
	int64_t newest = 0, known = h->tenant_id == 0;
	char words[200];
	enum err e = db_int(s, info, &newest,
			    "SELECT max(seq) FROM {publishing_logs} WHERE tenant_id=$1", "i",
			    h->tenant_id);

	if (!e && h->tenant_id)
		e = db_int(s, info, &known, "SELECT 1 FROM {tenants} WHERE id=$1", "i",
			   h->tenant_id);
	/* A tenant that was added after the backup is gone, and its chain with it. */
	if (e || newest >= h->seq || !known)
		return e;
	snprintf(words, sizeof(words), "restored at entry %lld; the head outside was %lld %s",
		 (long long)newest, (long long)h->seq, h->hash);
	return audit_segment(s, h->tenant_id, words, info);
}

enum err admin_restored(struct store *s, struct err_info *info)
{
	struct outside_head *heads;
	size_t n = 0;
	enum err e;

	need_tx(s);
	e = need_service(s, info);
	if (e)
		return e;
	heads = heads_read(s->w, &n);
	for (size_t i = 0; !e && i < n; i++)
		e = resume_chain(s, &heads[i], info);
	xfree(&heads);
	return e;
}

enum err admin_counts(struct store *s, int64_t connections[CONN_STATUS_COUNT], int64_t *log_entries,
		      struct err_info *info)
{
	int64_t by_status[CONN_STATUS_COUNT] = {0}, entries = 0;
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = need_service(s, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT status, count(*) FROM {platform_connections} GROUP BY status",
			     "");
	while (!e) {
		enum conn_status status;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		if (conn_status_from((const char *)sqlite3_column_text(st, 0), &status))
			by_status[status] = col_int(st, 1);
	}
	db_done(st);
	/* Numbers are gapless: the last one is the count. */
	if (!e)
		e = db_int(
			s, info, &entries,
			"SELECT sum((SELECT max(seq) FROM {publishing_logs} l WHERE l.tenant_id=c.id))"
			" FROM (SELECT 0 AS id UNION ALL SELECT id FROM {tenants}) c",
			"");
	if (e)
		return e;
	memcpy(connections, by_status, sizeof(by_status));
	*log_entries = entries;
	return OK;
}
