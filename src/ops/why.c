/* ops/why.c - why has this job not run yet, in words; and when it will.
 *
 * All that holds it up is said, the most decisive first. runs_at is 0 where no clock but a person decides. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/when.h"
#include "ops/internal.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/tenants.h"
#include "store/workspace.h"

struct asked {
	struct ops *o;
	struct arena *a;
	struct why *why;
	const struct job *job;
	struct brand brand;
	struct connection conn;
	struct attempt last; /* n 0: none */
	struct connection_rate rate;
	struct publisher_status publisher;
	int64_t now_ms;
	bool blocked; /* until a person acts */
};

PRINTF_LIKE(3, 4)
static void why_add(struct asked *q, const char *code, const char *fmt, ...)
{
	struct why *w = q->why;
	char text[768];
	va_list args;

	if (w->n == COUNT_OF(w->reasons))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), err_translate(fmt), args);
	va_end(args);
	w->reasons[w->n].code = code;
	w->reasons[w->n++].message = arena_strdup(q->a, text);
}

/* "2026-12-01 09:00 CET, in 3h" */
static const char *moment(const struct asked *q, int64_t ms)
{
	char when[64], how_long[32];

	when_local(ms, q->brand.timezone, WHEN_SECONDS | WHEN_WITH_ZONE, when, sizeof(when));
	if (ms <= q->now_ms)
		return arena_strdup(q->a, when);
	when_duration(ms - q->now_ms, how_long, sizeof(how_long));
	return arena_printf(q->a, "%s (%s)", when, how_long);
}

static enum err read_all(struct asked *q, struct err_info *info)
{
	struct store *s = q->o->store;
	const struct job *j = q->job;
	struct attempt *list = NULL;
	size_t n = 0;
	enum err e = brand_get(s, j->tenant_id, j->brand_id, q->a, &q->brand, info);

	if (!e)
		e = connection_get(s, j->tenant_id, j->connection_id, q->a, &q->conn, info);
	if (!e)
		e = connection_get_rate(s, j->tenant_id, j->connection_id, &q->rate, info);
	if (!e)
		e = job_attempts(s, j->tenant_id, j->id, q->a, &list, &n, info);
	for (size_t i = 0; !e && i < n; i++)
		if (list[i].n > q->last.n)
			q->last = list[i];
	publisher_status_read(q->o->app->workspace, &q->publisher);
	return e;
}

/* ---------------------------------------------------------------- what holds up all that wait */

static void add_pause(struct asked *q)
{
	const char *what = NULL;

	if (!pause_of(q->o->store, &q->conn, &what))
		return;
	q->blocked = true;
	if (what && !strcmp(what, "brand"))
		why_add(q, "paused_brand",
			"publishing of %s is paused; go on with: masthead resume -b %s",
			q->brand.name, q->brand.name);
	else if (what && !strcmp(what, "platform"))
		why_add(q, "paused_platform",
			"publishing to %s is paused; go on with: masthead resume -p %s",
			q->conn.platform, q->conn.platform);
	else if (what && !strcmp(what, "connection"))
		why_add(q, "paused_connection",
			"publishing to @%s is paused; go on with: masthead resume -C %lld",
			q->conn.account, (long long)q->conn.id);
	else
		why_add(q, "paused_all",
			"all publishing is paused; go on with: masthead resume --all");
}

static void add_login(struct asked *q)
{
	const struct connection *c = &q->conn;
	const char *last = c->last_error ? c->last_error : "";

	switch (c->status) {
	case CONN_CONNECTED:
		if (!c->refreshable && c->expires_at && q->job->next_attempt_at > c->expires_at)
			why_add(q, "token_will_expire",
				"the login of @%s ends %s, before this job is due; log in again before then",
				c->account, moment(q, c->expires_at));
		return;
	case CONN_UNREACHABLE:
		why_add(q, "unreachable", "%s could not be reached when @%s was last checked: %s",
			c->platform, c->account, last);
		break;
	default:
		q->blocked = true;
		why_add(q, "auth",
			"the login of @%s is %s; log in again with: masthead connect %s %s%s%s",
			c->account, conn_status_name(c->status), c->brand, c->platform,
			*last ? " -- " : "", last);
		break;
	}
}

static void add_publisher(struct asked *q)
{
	if (q->publisher.running)
		return;
	if (q->publisher.last_tick)
		why_add(q, "publisher_down",
			"nobody is publishing in this workspace since %s; start the console, `masthead run' or `masthead daemon'",
			moment(q, q->publisher.last_tick));
	else
		why_add(q, "publisher_down",
			"nobody is publishing in this workspace; start the console, `masthead run' or `masthead daemon'");
}

/* ---------------------------------------------------------------- by state */

static void scheduled(struct asked *q)
{
	why_add(q, "when_due", "it is scheduled for %s", moment(q, q->job->scheduled_at));
	q->why->runs_at = q->job->scheduled_at;
	add_pause(q);
	add_login(q);
	add_publisher(q);
}

static void pending(struct asked *q)
{
	const struct job *j = q->job;
	bool later = j->next_attempt_at > q->now_ms;
	int64_t at = later ? j->next_attempt_at : q->now_ms;

	add_pause(q);
	add_login(q);
	if (j->wait == WAIT_UNDO && later)
		why_add(q, "undo", "it can be undone until %s", moment(q, j->next_attempt_at));
	else if (j->wait == WAIT_RETRY && later)
		why_add(q, "retry", "try %lld failed (%s); the next is %s", (long long)j->attempts,
			j->error_message ? j->error_message : "?", moment(q, j->next_attempt_at));
	else if (j->wait == WAIT_RATE && later)
		why_add(q, "rate", "%s limits the rate of @%s; the next try is %s", j->platform,
			j->account, moment(q, j->next_attempt_at));
	else if (later)
		why_add(q, "when_due", "its next try is %s", moment(q, j->next_attempt_at));
	if (q->rate.blocked_until > q->now_ms && !(j->wait == WAIT_RATE && later)) {
		why_add(q, "rate", "%s takes nothing from @%s until %s", j->platform, j->account,
			moment(q, q->rate.blocked_until));
		at = q->rate.blocked_until > at ? q->rate.blocked_until : at;
	}
	add_publisher(q);
	if (!q->why->n)
		why_add(q, "due", "nothing holds it up: it is due and goes out next");
	q->why->runs_at = at;
}

static void unknown(struct asked *q)
{
	const char *said = q->job->error_message ? q->job->error_message : "no clear answer came";

	if (q->last.settle_at) {
		why_add(q, "unknown", "it was sent %s, and %s; the platform is asked again %s",
			moment(q, q->last.sent_at), said, moment(q, q->last.settle_at));
		add_publisher(q);
		return;
	}
	why_add(q, "unknown",
		"it was sent %s, and %s; the platform cannot tell whether it took it, so it is not sent again: look there, then: "
		"masthead resolve %lld --published or --absent",
		moment(q, q->last.sent_at), said, (long long)q->job->id);
}

static void held(struct asked *q)
{
	long long id = (long long)q->job->id;

	if (q->job->hold_reason == HOLD_MISSED)
		why_add(q, "held_missed",
			"it was due %s, nobody was publishing, and it was too late by the catch-up rule of %s; let it go with: "
			"masthead release %lld",
			moment(q, q->job->scheduled_at), q->brand.name, id);
	else if (q->job->hold_reason == HOLD_CRASHES)
		why_add(q, "held_crashes",
			"the program ended %lld times while it was at this job; let it go with: masthead release %lld",
			(long long)q->job->crashes, id);
	else
		why_add(q, "held_operator",
			"an operator keeps it back; let it go with: masthead release %lld", id);
}

static void by_state(struct asked *q)
{
	const struct job *j = q->job;

	switch (j->status) {
	case JOB_DRAFT:
		why_add(q, "draft", "it is a draft; let it go with: masthead release %lld",
			(long long)j->id);
		break;
	case JOB_SCHEDULED:
		scheduled(q);
		break;
	case JOB_PENDING:
		pending(q);
		break;
	case JOB_PROCESSING:
		if (q->publisher.running)
			why_add(q, "processing", "it is being published: try %lld, since %s",
				(long long)q->last.n, moment(q, q->last.started_at));
		else
			why_add(q, "interrupted",
				"the program ended while it was publishing this; the next publisher finds out what became of it");
		break;
	case JOB_PUBLISHED:
		why_add(q, "published", "it was published %s", moment(q, j->published_at));
		break;
	case JOB_FAILED:
		why_add(q, "failed",
			"it failed after %lld tries: %s; try again with: masthead retry %lld",
			(long long)j->attempts, j->error_message ? j->error_message : "?",
			(long long)j->id);
		break;
	case JOB_UNKNOWN:
		unknown(q);
		break;
	case JOB_CANCELLED:
		why_add(q, "cancelled", "it was cancelled");
		break;
	default:
		held(q);
		break;
	}
	if (q->blocked)
		q->why->runs_at = 0;
}

enum err ops_job_why(struct ops *o, int64_t job_id, struct arena *a, struct job *job,
		     struct why *out, struct err_info *info)
{
	struct why w = {0};
	struct job j;
	struct asked q = {.o = o, .a = a, .why = &w, .job = &j, .now_ms = clock_wall_ms()};
	enum err e = store_read_begin(o->store, info);

	if (e)
		return e;
	e = job_get(o->store, o->tenant_id, job_id, a, &j, info);
	if (!e)
		e = read_all(&q, info);
	if (!e)
		by_state(&q);
	store_read_end(o->store);
	if (e)
		return e;
	*job = j;
	*out = w;
	return OK;
}
