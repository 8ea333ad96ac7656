/* store/jobs_check.c - the invariants of jobs.h over all rows of a scope, and the counters against the rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_row.h"

typedef void report_fn(void *self, const char *code, const char *message, bool repairable);

/* Each finds the jobs that break one invariant: tenant, number. */
static const struct rule {
	const char *code, *words, *sql;
} rules[] = {
	{"job.processing", "is processing, and has not exactly one unfinished attempt",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE j.status='processing' AND 1<>(SELECT count(*)"
	 " FROM {publishing_attempts} x WHERE x.tenant_id=j.tenant_id AND x.job_id=j.id AND x.finished_at IS NULL)"},
	{"job.attempt_open", "has an unfinished attempt, and is not processing",
	 "SELECT x.tenant_id, x.job_id FROM {publishing_attempts} x JOIN {publishing_jobs} j ON j.tenant_id=x.tenant_id"
	 " AND j.id=x.job_id WHERE x.finished_at IS NULL AND j.status<>'processing'"},
	{"job.remote_id", "is published, and neither the platform nor a person says where",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE j.status='published' AND j.remote_id IS NULL"
	 " AND NOT EXISTS (SELECT 1 FROM {publishing_logs} l WHERE l.tenant_id=j.tenant_id AND l.job_id=j.id"
	 "  AND l.action LIKE 'job.resolve%')"},
	{"job.unknown",
	 "is unknown, and its last attempt was not sent or is not of unknown outcome",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE j.status='unknown' AND NOT EXISTS (SELECT 1"
	 " FROM {publishing_attempts} x WHERE x.tenant_id=j.tenant_id AND x.job_id=j.id AND x.n=j.attempts"
	 "  AND x.sent_at IS NOT NULL AND x.finished_at IS NOT NULL AND x.outcome='unknown')"},
	{"job.next_attempt", "waits for no time, or has ended and waits for one",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE (j.status IN ('scheduled','pending'))"
	 " <> (j.next_attempt_at IS NOT NULL)"},
	{"job.failures", "has failed more often than it may be tried",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE j.failures>j.max_retries+1"},
	{"job.attempts", "was not claimed as often as it has attempts",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE j.attempts<>(SELECT count(*)"
	 " FROM {publishing_attempts} x WHERE x.tenant_id=j.tenant_id AND x.job_id=j.id)"},
	{"job.log", "has no entry in the log",
	 "SELECT j.tenant_id, j.id FROM {publishing_jobs} j WHERE NOT EXISTS (SELECT 1 FROM {publishing_logs} l"
	 " WHERE l.tenant_id=j.tenant_id AND l.job_id=j.id)"},
};

static enum err check_rule(struct store *s, const struct rule *r, report_fn *report, void *self,
			   struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(s, info, &st, r->sql, "");

	while (!e) {
		char words[200];

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		snprintf(words, sizeof(words), "job %lld of tenant %lld %s",
			 (long long)col_int(st, 1), (long long)col_int(st, 0), r->words);
		report(self, r->code, words, false);
	}
	db_done(st);
	return e;
}

/* ---- counters ------------------------------------------------------------------- */

struct count {
	int64_t tenant_id, connection_id, counted, kept;
	char status[16];
};

#define COUNTED \
	"SELECT tenant_id, connection_id, status AS name, count(*) AS n FROM {publishing_jobs}" \
	" GROUP BY tenant_id, connection_id, status"
#define KEPT "SELECT tenant_id, connection_id, name, value AS n FROM {counters} WHERE family='jobs'"

/* Both sides in one: what is counted and what is kept, side by side. */
static const char differences[] =
	"SELECT tenant_id, connection_id, name, sum(counted), sum(kept) FROM ("
	" SELECT tenant_id, connection_id, name, n AS counted, 0 AS kept FROM (" COUNTED ")"
	" UNION ALL SELECT tenant_id, connection_id, name, 0, n FROM (" KEPT ")"
	") GROUP BY tenant_id, connection_id, name HAVING sum(counted)<>sum(kept)";

static enum err read_differences(struct store *s, struct count **out, size_t *n,
				 struct err_info *info)
{
	struct count *list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(s, info, &st, differences, "");

	while (!e) {
		struct count *c;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = xrealloc(list, count + 1, sizeof(*list));
		c = &list[count++];
		c->tenant_id = col_int(st, 0);
		c->connection_id = col_int(st, 1);
		snprintf(c->status, sizeof(c->status), "%s",
			 (const char *)sqlite3_column_text(st, 2));
		c->counted = col_int(st, 3);
		c->kept = col_int(st, 4);
	}
	db_done(st);
	*out = list;
	*n = count;
	return e;
}

static enum err check_counters(struct store *s, report_fn *report, void *self, bool repair,
			       struct err_info *info)
{
	struct count *list = NULL;
	size_t n = 0;
	enum err e = read_differences(s, &list, &n, info);

	for (size_t i = 0; !e && i < n; i++) {
		char words[200];

		snprintf(words, sizeof(words),
			 "connection %lld of tenant %lld has %lld %s jobs, the counter says %lld",
			 (long long)list[i].connection_id, (long long)list[i].tenant_id,
			 (long long)list[i].counted, list[i].status, (long long)list[i].kept);
		report(self, "counter", words, true);
		if (repair)
			e = count_jobs(s, list[i].tenant_id, list[i].connection_id, list[i].status,
				       list[i].counted - list[i].kept, info);
	}
	xfree(&list);
	return e;
}

enum err jobs_check(struct store *s, report_fn *report, void *self, bool repair,
		    struct err_info *info)
{
	enum err e = OK;

	if (repair)
		need_tx(s);
	for (size_t i = 0; !e && i < COUNT_OF(rules); i++)
		e = check_rule(s, &rules[i], report, self, info);
	return e ? e : check_counters(s, report, self, repair, info);
}
