/* ops/health.c - is all well? The cheap part reads counters and the lock's heart-beat; only `thorough' walks the log. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/when.h"
#include "ops/internal.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/tenants.h"
#include "store/workspace.h"

#define SILENT_MS 60000
#define ATTENTION_ROWS 50

/* 00:00 on this machine's clock. The C library does for that; ICU takes milliseconds to start. */
static int64_t day_start(int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm day;

	if (!localtime_r(&now, &day))
		return now_ms - now_ms % 86400000;
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_isdst = -1;
	return (int64_t)mktime(&day) * 1000;
}

PRINTF_LIKE(3, 4)
static void reason_add(struct status *st, struct arena *a, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (st->n_reasons == COUNT_OF(st->reasons))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), err_translate(fmt), args);
	va_end(args);
	st->reasons[st->n_reasons++] = arena_strdup(a, text);
}

static void read_publisher(struct ops *o, struct arena *a, struct status *st)
{
	struct publisher_status p;

	publisher_status_read(o->app->workspace, &p);
	st->publisher_running = p.running;
	st->publisher_own = p.own;
	st->publisher_pid = p.pid;
	st->publisher_who = arena_strdup(a, p.who);
	st->publisher_how = arena_strdup(a, p.how);
	st->last_tick = p.last_tick;
	st->lag_ms = p.lag_ms;
	st->next_due = p.next_due; /* as the last heart-beat had it */
}

static enum err read_attention(struct ops *o, struct arena *a, struct status *st,
			       struct err_info *info)
{
	struct connection_filter f = {.statuses = ((1u << CONN_STATUS_COUNT) - 1) &
						  ~(1u << CONN_CONNECTED)};
	struct page_request r = {.limit = ATTENTION_ROWS, .ascending = true};
	struct page p = {0};
	enum err e = connections_page(o->store, &f, &r, &p, info);

	if (e)
		return e;
	st->attention = arena_alloc(a, (p.n + 1) * sizeof(*st->attention));
	for (size_t i = 0; !e && i < p.n; i++) {
		const struct connection *c = &p.connections[i];
		struct brand b;

		/* With its brand an account was put away too. */
		e = brand_get(o->store, c->tenant_id, c->brand_id, a, &b, info);
		if (!e && !b.archived)
			e = connection_get(o->store, c->tenant_id, c->id, a,
					   &st->attention[st->n_attention++], info);
	}
	page_free(&p);
	return e;
}

static enum err read_facts(struct ops *o, struct arena *a, int64_t now_ms, struct queue_facts *q,
			   struct status *st, struct err_info *info)
{
	enum err e = store_read_begin(o->store, info);

	if (e)
		return e;
	e = jobs_counts(o->store, 0, 0, st->jobs, info);
	if (!e)
		e = queue_facts_read(o->store, now_ms, day_start(now_ms), q, info);
	if (!e && q->attention)
		e = read_attention(o, a, st, info);
	store_read_end(o->store);
	st->due = q->due;
	st->retrying = q->retrying;
	st->failed_today = q->failed_today;
	st->oldest_unknown = q->oldest_unknown;
	return e;
}

static void judge(struct arena *a, int64_t now_ms, const struct queue_facts *q, struct status *st)
{
	int64_t since = q->oldest_due > st->last_tick ? q->oldest_due : st->last_tick;
	char how_long[32];

	if (q->due && q->oldest_due && now_ms - since >= SILENT_MS) {
		when_duration(now_ms - since, how_long, sizeof(how_long));
		reason_add(st, a, "jobs are due (%lld) and nobody has published for %s",
			   (long long)q->due, how_long);
	}
	for (size_t i = 0; i < st->n_attention && i < 3; i++) {
		char label[OPS_LABEL_SIZE];

		connection_label(&st->attention[i], label);
		reason_add(st, a, "the connection %s is %s", label,
			   conn_status_name(st->attention[i].status));
	}
	if (st->n_attention > 3)
		reason_add(st, a, "connections that need attention: %lld", (long long)q->attention);
	if (st->jobs[JOB_UNKNOWN])
		reason_add(st, a, "jobs with an unknown outcome: %lld",
			   (long long)st->jobs[JOB_UNKNOWN]);
}

static enum err judge_log(struct ops *o, struct arena *a, struct status *st, struct err_info *info)
{
	struct err_info why = {0};
	struct json *report = NULL;
	enum err e = ops_log_verify(o, &report, &why);

	json_free(&report);
	if (e == E_LOG_BROKEN) {
		reason_add(st, a, "%s", why.text);
		return OK;
	}
	if (e && info)
		*info = why;
	return e;
}

enum err ops_status(struct ops *o, bool thorough, struct arena *a, struct status *out,
		    struct err_info *info)
{
	int64_t now_ms = clock_wall_ms();
	struct queue_facts q = {0};
	struct status st = {0};
	enum err e = read_facts(o, a, now_ms, &q, &st, info);

	if (e)
		return e;
	read_publisher(o, a, &st);
	judge(a, now_ms, &q, &st);
	if (thorough)
		e = judge_log(o, a, &st, info);
	if (thorough && !e)
		e = jobs_next_due(o->store, now_ms, true, NULL, 0, &st.next_due, info);
	if (e)
		return e;
	st.healthy = !st.n_reasons;
	*out = st;
	return OK;
}

enum err ops_metrics(struct ops *o, struct arena *a, struct metrics *out, struct err_info *info)
{
	struct metrics m = {.now_ms = clock_wall_ms()};
	enum err e = ops_status(o, false, a, &m.status, info);

	if (!e)
		e = admin_counts(o->store, m.connections, &m.log_entries, info);
	if (!e)
		*out = m;
	return e;
}

enum err ops_stats(struct ops *o, const struct stats_request *r, struct arena *a, struct stats *out,
		   struct err_info *info)
{
	return jobs_stats(o->store, r, a, out, info);
}
