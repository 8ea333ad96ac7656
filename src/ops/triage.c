/* ops/triage.c - what needs a decision at launch: interrupted, missed, unknown, and logins about to end. */
#include "ops/internal.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/workspace.h"

#define TRIAGE_ROWS 500

static bool is_interrupted(const struct job *j)
{
	return j->status == JOB_PROCESSING || j->hold_reason == HOLD_CRASHES;
}

static bool is_missed(const struct job *j)
{
	return j->hold_reason == HOLD_MISSED;
}

/* The page's rows that fit; the total is not known beyond a full page. */
static enum err jobs_that(struct ops *o, unsigned statuses, bool (*fits)(const struct job *j),
			  struct page *out, struct err_info *info)
{
	struct job_filter f = {.statuses = statuses};
	struct page_request r = {.limit = TRIAGE_ROWS};
	struct page p = {0};
	enum err e = jobs_page(o->store, &f, JOB_SORT_ID, &r, &p, info);
	size_t n = 0;

	if (e)
		return e;
	for (size_t i = 0; i < p.n; i++)
		if (!fits || fits(&p.jobs[i]))
			p.jobs[n++] = p.jobs[i];
	p.total = p.next ? -1 : (int64_t)n;
	p.n = n;
	*out = p;
	return OK;
}

static bool is_expiring(const struct connection *c)
{
	bool gone = c->status == CONN_EXPIRED || c->status == CONN_REVOKED;

	return c->jobs_at_risk > 0 || (gone && c->jobs_waiting > 0);
}

static enum err expiring(struct ops *o, struct page *out, struct err_info *info)
{
	struct connection_filter f = {.statuses = ~(1u << CONN_DISCONNECTED) &
						  ((1u << CONN_STATUS_COUNT) - 1)};
	struct page_request r = {.limit = TRIAGE_ROWS, .ascending = true};
	struct page p = {0};
	enum err e = connections_page(o->store, &f, &r, &p, info);
	size_t n = 0;

	if (e)
		return e;
	for (size_t i = 0; i < p.n; i++)
		if (is_expiring(&p.connections[i]))
			p.connections[n++] = p.connections[i];
	p.total = p.next ? -1 : (int64_t)n;
	p.n = n;
	*out = p;
	return OK;
}

enum err ops_triage(struct ops *o, struct triage *out, struct err_info *info)
{
	unsigned interrupted = 1u << JOB_HELD;
	struct publisher_status publisher;
	struct triage t = {0};
	enum err e = store_read_begin(o->store, info);

	if (e)
		return e;
	/* While somebody publishes, a job in processing is simply on its way. */
	publisher_status_read(store_workspace(o->store), &publisher);
	if (!publisher.running)
		interrupted |= 1u << JOB_PROCESSING;
	e = jobs_that(o, interrupted, is_interrupted, &t.interrupted, info);
	if (!e)
		e = jobs_that(o, 1u << JOB_HELD, is_missed, &t.missed, info);
	if (!e)
		e = jobs_that(o, 1u << JOB_UNKNOWN, NULL, &t.unknown, info);
	if (!e)
		e = expiring(o, &t.expiring, info);
	store_read_end(o->store);
	if (e)
		triage_free(&t);
	else
		*out = t;
	return e;
}

void triage_free(struct triage *t)
{
	page_free(&t->interrupted);
	page_free(&t->missed);
	page_free(&t->unknown);
	page_free(&t->expiring);
}
