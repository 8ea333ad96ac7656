/* store/admin.h - the workspace-wide view: health, integrity, settings, backup. Service scope. */
#ifndef MASTHEAD_STORE_ADMIN_H
#define MASTHEAD_STORE_ADMIN_H

#include "store/store.h"

/* integrity_check, foreign_key_check, modes of files, schema as known. Calls report per problem. */
enum err admin_check(struct store *s,
		     void (*report)(void *self, const char *code, const char *message,
				    bool repairable),
		     void *self, struct err_info *info) MUST_USE;
/* The pages alone, for a large database: workspace_open checks those of small ones only (and, after an unclean end, of middling
 * ones), so that no first frame waits for it. For the publisher, behind the first frame. E_CORRUPT. */
enum err admin_quick_check(struct store *s, struct err_info *info) MUST_USE;
/* [tx] After a restore: chains whose head in DIR/head is ahead of the database begin a new segment, whose first entry
 * records that head. Without it the log is rightly reported as cut off. */
enum err admin_restored(struct store *s, struct err_info *info) MUST_USE;
/* [tx] A database that was unpacked from a backup: every chain begins a new segment that says so; jobs that were being published
 * become `unknown`, those that were due are held as missed, for both may have gone out since. made: RFC 3339, for the log. */
struct restored {
	int64_t held, unknown;
};
enum err admin_after_restore(struct store *s, const char *made, int64_t now_ms,
			     struct restored *out, struct err_info *info) MUST_USE;
/* Connections of the workspace by state, and the entries of all chains. Cheap. */
enum err admin_counts(struct store *s, int64_t connections[CONN_STATUS_COUNT], int64_t *log_entries,
		      struct err_info *info) MUST_USE;
/* settings(tenant_id, key, value); tenant 0: the workspace. value NULL on set removes. [tx] for set. */
enum err setting_get(struct store *s, int64_t tenant_id, const char *key, struct arena *a,
		     const char **value,
		     struct err_info *info) MUST_USE; /* *value NULL when absent */
enum err setting_set(struct store *s, int64_t tenant_id, const char *key, const char *value,
		     struct err_info *info) MUST_USE;
/* Online, checked copy of the database: VACUUM INTO a temporary file, fsync, integrity and foreign keys, rename. E_EXISTS. */
enum err admin_backup_db(struct store *s, const char *path, struct err_info *info) MUST_USE;
/* Test connections only: the query plan of what jobs_page would run, one line per step. */
enum err admin_explain_jobs_page(struct store *s, const struct job_filter *f, enum job_sort sort,
				 const struct page_request *r, struct strbuf *out,
				 struct err_info *info) MUST_USE;

#endif
