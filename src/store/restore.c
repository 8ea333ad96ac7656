/* store/restore.c - what a database must learn that was a backup until now.
 *
 * The world went on after the backup was made. Entries of the log that followed it are gone, which a new segment of each
 * chain says. Jobs that were on their way, or due, may have gone out since without this copy's knowledge; nothing that
 * could send one of them twice may happen by itself. */
#include <stdio.h>

#include "base/mem.h"
#include "store/admin.h"
#include "store/job_row.h"
#include "store/media_objects.h"

#define WHY \
	"restored from a backup: it may have gone out after that was made, so look before it goes out"

/* ---- the log ------------------------------------------------------------------ */

static enum err begin_segment(struct store *s, int64_t tenant_id, const char *made,
			      struct err_info *info)
{
	char hash[HASH_HEX_SIZE] = "", words[300];
	sqlite3_stmt *st = NULL;
	int64_t seq = 0;
	bool row = false;
	enum err e = db_query(
		s, info, &st,
		"SELECT seq, hash FROM {publishing_logs} WHERE tenant_id=$1 ORDER BY seq DESC LIMIT 1",
		"i", tenant_id);

	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row) {
		seq = col_int(st, 0);
		if (sqlite3_column_bytes(st, 1) == HASH_BYTES)
			hex_encode(sqlite3_column_blob(st, 1), HASH_BYTES, hash);
	}
	db_done(st);
	if (e || !row)
		return e;
	snprintf(words, sizeof(words),
		 "restored from a backup made at %s; its head was entry %lld, %s", made,
		 (long long)seq, hash);
	return audit_segment(s, tenant_id, words, info);
}

static enum err begin_segments(struct store *s, const char *made, struct err_info *info)
{
	int64_t *tenants = NULL;
	size_t n = 0;
	enum err e = scope_tenants(s, &tenants, &n, info);

	if (!e)
		e = begin_segment(s, 0, made, info);
	for (size_t i = 0; !e && i < n; i++)
		e = begin_segment(s, tenants[i], made, info);
	xfree(&tenants);
	return e;
}

/* ---- jobs that were on their way -------------------------------------------------- */

/* Whether it was sent, the copy cannot know: unknown, and settled as such where a platform can tell. */
static enum err make_unknown(struct store *s, const struct job *j, const struct attempt *a,
			     int64_t now_ms, struct err_info *info)
{
	struct err_info why = {.code = E_UNKNOWN_OUTCOME};
	struct attempt_end end = {
		.outcome = OUTCOME_UNKNOWN,
		.finished_at = now_ms,
		.code = err_name(E_UNKNOWN_OUTCOME),
		.message = WHY,
		.settle_at = now_ms,
	};
	struct transition t = {
		.to = JOB_UNKNOWN,
		.action = "job.restore",
		.failures = -1,
		.crashes = -1,
		.error = &why,
		.error_class = CLASS_UNKNOWN,
		.message = WHY,
	};
	enum err e = OK;

	snprintf(why.text, sizeof(why.text), "%s", WHY);
	if (!a->sent_at)
		e = attempt_sent(s, j->tenant_id, j->id, a->n, now_ms, now_ms, NULL, info);
	return e ? e : attempt_finish(s, j->tenant_id, j->id, a->n, &end, &t, info);
}

static enum err settle_orphans(struct store *s, int64_t now_ms, int64_t *count,
			       struct err_info *info)
{
	struct arena *a = arena_new();
	struct attempt *attempts = NULL;
	struct job *jobs = NULL;
	size_t n = 0;
	enum err e = jobs_orphans(s, a, &jobs, &attempts, &n, info);

	for (size_t i = 0; !e && i < n; i++)
		e = make_unknown(s, &jobs[i], &attempts[i], now_ms, info);
	*count = (int64_t)n;
	arena_free(&a);
	return e;
}

/* ---- jobs that were due ---------------------------------------------------------- */

struct place {
	int64_t tenant_id, id;
};

static enum err list_due(struct store *s, int64_t now_ms, struct arena *a, struct place **out,
			 size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT tenant_id, id FROM {publishing_jobs} WHERE status='pending'"
		" OR (status='scheduled' AND next_attempt_at<=$1) ORDER BY tenant_id, id",
		"i", now_ms);

	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		*out = arena_grow(a, *out, *n, sizeof(**out));
		(*out)[(*n)++] = (struct place){col_int(st, 0), col_int(st, 1)};
	}
	db_done(st);
	return e;
}

static enum err hold_due(struct store *s, int64_t now_ms, int64_t *count, struct err_info *info)
{
	struct transition t = {
		.to = JOB_HELD,
		.action = "job.restore",
		.hold_reason = HOLD_MISSED,
		.failures = -1,
		.crashes = -1,
		.message = WHY,
	};
	struct arena *a = arena_new();
	struct place *due = NULL;
	size_t n = 0;
	enum err e = list_due(s, now_ms, a, &due, &n, info);

	for (size_t i = 0; !e && i < n; i++)
		e = job_transition(s, due[i].tenant_id, due[i].id, &t, info);
	*count = (int64_t)n;
	arena_free(&a);
	return e;
}

enum err admin_after_restore(struct store *s, const char *made, int64_t now_ms,
			     struct restored *out, struct err_info *info)
{
	struct restored r = {0};
	enum err e;

	need_tx(s);
	e = need_service(s, info);
	if (!e)
		e = begin_segments(s, made, info);
	if (!e)
		e = settle_orphans(s, now_ms, &r.unknown, info);
	if (!e)
		e = hold_due(s, now_ms, &r.held, info);
	if (!e)
		e = media_objects_distrust(s, info);
	if (!e)
		*out = r;
	return e;
}
