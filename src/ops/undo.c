/* ops/undo.c - takes back what still waits in the undo window: the jobs of this operator's newest post there.
 *
 * What waits is in the database, not in memory: another console, or the command line, may undo as well. */
#include <string.h>

#include "base/clock.h"
#include "ops/internal.h"
#include "store/audit.h"
#include "store/jobs.h"

#define LOOK_BACK 200

/* Did this operator add the job? The log knows. */
static enum err is_mine(struct ops *o, int64_t job_id, bool *mine, struct err_info *info)
{
	struct log_filter f = {
		.job_id = job_id, .action = "job.add", .actor = o->app->operator_name};
	struct page_request r = {.limit = 1, .ascending = true};
	struct page p = {0};
	enum err e = audit_page(o->store, &f, &r, &p, info);

	if (!e)
		*mine = p.n > 0;
	page_free(&p);
	return e;
}

static enum err cancel(struct ops *o, int64_t job_id, struct err_info *info)
{
	struct transition t = {
		.to = JOB_CANCELLED, .action = "job.undo", .failures = -1, .crashes = -1};

	return job_transition(o->store, o->tenant_id, job_id, &t, info);
}

static enum err undo_newest(struct ops *o, const struct page *p, int64_t *n, struct err_info *info)
{
	int64_t now_ms = clock_wall_ms(), post = 0;
	enum err e = OK;

	for (size_t i = 0; !e && i < p->n; i++) {
		const struct job *j = &p->jobs[i];
		bool mine = false;

		if (j->wait != WAIT_UNDO || j->next_attempt_at <= now_ms ||
		    (post && j->post_id != post))
			continue;
		e = is_mine(o, j->id, &mine, info);
		if (e || !mine)
			continue;
		post = j->post_id;
		e = cancel(o, j->id, info);
		*n += !e;
	}
	if (!e && !*n) {
		e = err_set(info, E_STATE,
			    "there is nothing to undo: no job of %s waits in the undo window",
			    o->app->operator_name);
		err_hint(info, "what waits otherwise can be cancelled with: masthead cancel JOB");
	}
	return e;
}

enum err ops_undo(struct ops *o, int64_t *n, struct err_info *info)
{
	struct job_filter f = {.statuses = 1u << JOB_PENDING};
	struct page_request r = {.limit = LOOK_BACK};
	struct page p = {0};
	int64_t count = 0;
	enum err e = ops_begin(o, info);

	if (e)
		return e;
	e = jobs_page(o->store, &f, JOB_SORT_ID, &r, &p, info);
	if (!e)
		e = undo_newest(o, &p, &count, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
	else
		*n = count;
	page_free(&p);
	return e;
}
