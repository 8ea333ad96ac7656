/* store/job_row.h - inside the store: how a job's row is read and moved. */
#ifndef MASTHEAD_STORE_JOB_ROW_H
#define MASTHEAD_STORE_JOB_ROW_H

#include "store/jobs.h"
#include "store/store_private.h"

/* Paused by any of four; the connection's state is a column of its own. */
#define JOB_PAUSED \
	"(c.paused OR b.paused" \
	" OR EXISTS (SELECT 1 FROM {settings} x WHERE x.tenant_id=j.tenant_id AND x.key='pause.all')" \
	" OR EXISTS (SELECT 1 FROM {settings} x WHERE x.tenant_id=j.tenant_id" \
	"  AND x.key='pause.platform.' || j.platform))"

/* The tenant comes first in the join, so that every index can be used whatever the scope. */
#define JOB_COLUMNS \
	"SELECT j.id, j.tenant_id, t.name, j.brand_id, b.name, j.connection_id, j.platform, c.account, j.post_id," \
	" j.status, j.wait, j.hold_reason, j.scheduled_at, j.next_attempt_at, j.attempts, j.failures, j.crashes," \
	" j.max_retries, j.priority, j.remote_id, j.remote_url," \
	" coalesce((SELECT v.text FROM {post_variants} v WHERE v.tenant_id=j.tenant_id AND v.post_id=j.post_id" \
	"  AND v.platform=j.platform), p.text)," \
	" j.error_code, j.error_message, j.error_class, j.http_status, j.stage, j.created_at, j.updated_at," \
	" j.published_at, c.status, CASE WHEN j.status='pending' THEN " JOB_PAUSED " END," \
	" c.blocked_until"
#define JOB_COLUMNS_N 33
#define JOB_FROM \
	" FROM {tenants} t CROSS JOIN {publishing_jobs} j ON j.tenant_id=t.id" \
	" JOIN {brands} b ON b.tenant_id=j.tenant_id AND b.id=j.brand_id" \
	" JOIN {platform_connections} c ON c.tenant_id=j.tenant_id AND c.id=j.connection_id" \
	" JOIN {posts} p ON p.tenant_id=j.tenant_id AND p.id=j.post_id"

/* From a row of JOB_COLUMNS; media stay empty. */
void job_read_row(sqlite3_stmt *st, struct arena *a, struct job *out);
/* One job without its media. */
enum err job_read(struct store *s, int64_t tenant_id, int64_t id, struct arena *a, struct job *out,
		  struct err_info *info) MUST_USE;

/* What a move needs to know of where the job stands. */
struct job_place {
	int64_t brand_id, connection_id, attempts, failures, crashes, max_retries, scheduled_at;
	enum job_status status;
	bool has_remote;
};
enum err job_place_read(struct store *s, int64_t tenant_id, int64_t id, struct job_place *out,
			struct err_info *info) MUST_USE;
/* Is the move in the table? */
bool job_move_allowed(enum job_status from, enum job_status to);
/* [tx] The one way in which a state changes; checks, writes, counts and logs. `attempts`: claims after the move. */
enum err job_move(struct store *s, int64_t tenant_id, int64_t id, const struct job_place *at,
		  const struct transition *t, int64_t attempts, struct err_info *info) MUST_USE;

/* The tenants of the scope: the own one, or all. Caller frees. */
enum err scope_tenants(struct store *s, int64_t **ids, size_t *n, struct err_info *info) MUST_USE;

/* Connections that have pending jobs, and whether these may go. */
struct ready {
	int64_t tenant_id, connection_id, blocked_until;
	char platform[32];
	bool open; /* connected and not paused */
};
enum err ready_connections(struct store *s, struct ready **out, size_t *n,
			   struct err_info *info) MUST_USE;
/* The next lower priority that has pending jobs; *found false at the end. Start with INT64_MAX. */
enum err next_priority(struct store *s, const struct ready *c, int64_t below, int64_t *priority,
		       bool *found, struct err_info *info) MUST_USE;
/* Pending jobs whose time has not come: retries, limits. */
enum err pending_later(struct store *s, int64_t now_ms, int64_t *n, struct err_info *info) MUST_USE;

#endif
