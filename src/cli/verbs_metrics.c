/* cli/verbs_metrics.c - figures as a monitoring system collects them (Prometheus' text format), or as JSON.
 *
 * Ages, not moments: what is alerted on is how long something has lasted. An age of what never was is left out. */
#include "base/i18n.h"
#include "cli/verbs.h"

static void head(const char *name, const char *kind, const char *help)
{
	out_line("# HELP %s %s", name, help);
	out_line("# TYPE %s %s", name, kind);
}

static void gauge(const char *name, const char *help, int64_t n)
{
	head(name, "gauge", help);
	out_line("%s %lld", name, (long long)n);
}

static void seconds(const char *name, const char *help, int64_t ms)
{
	head(name, "gauge", help);
	out_line("%s %lld.%03d", name, (long long)(ms / 1000), (int)(ms % 1000));
}

static int64_t age(const struct metrics *m, int64_t at)
{
	return m->now_ms > at ? m->now_ms - at : 0;
}

static void print_text(const struct metrics *m)
{
	const struct status *s = &m->status;

	head("masthead_info", "gauge", "The program that answers.");
	out_line("masthead_info{version=\"%s\"} 1", PACKAGE_VERSION);
	head("masthead_jobs", "gauge", "Jobs by state.");
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		out_line("masthead_jobs{status=\"%s\"} %lld", job_status_name((enum job_status)i),
			 (long long)s->jobs[i]);
	gauge("masthead_jobs_due", "Jobs that could go out now.", s->due);
	gauge("masthead_jobs_retrying", "Jobs that wait for a retry or a rate limit.", s->retrying);
	gauge("masthead_jobs_failed_today", "Jobs that failed since midnight.", s->failed_today);
	gauge("masthead_publisher_up", "Whether somebody publishes.", s->publisher_running);
	if (s->last_tick)
		seconds("masthead_publisher_last_tick_age_seconds",
			"Since the publisher last looked.", age(m, s->last_tick));
	seconds("masthead_publisher_lag_seconds", "How late the last due job was taken up.",
		s->lag_ms);
	head("masthead_connections", "gauge", "Accounts by state.");
	for (int i = 0; i < CONN_STATUS_COUNT; i++)
		out_line("masthead_connections{status=\"%s\"} %lld",
			 conn_status_name((enum conn_status)i), (long long)m->connections[i]);
	head("masthead_log_entries_total", "counter", "Entries of the log, all chains together.");
	out_line("masthead_log_entries_total %lld", (long long)m->log_entries);
	if (s->oldest_unknown)
		seconds("masthead_oldest_unknown_age_seconds",
			"Since the oldest unknown outcome came about.", age(m, s->oldest_unknown));
}

static void set_age(struct json *o, const char *name, const struct metrics *m, int64_t at)
{
	if (at)
		json_set_int(o, name, age(m, at));
	else
		json_set_null(o, name);
}

static struct json *shape(const struct metrics *m)
{
	const struct status *s = &m->status;
	struct json *o = json_new_object(), *p;

	p = json_set(o, "jobs", json_new_object());
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		json_set_int(p, job_status_name((enum job_status)i), s->jobs[i]);
	json_set_int(o, "due", s->due);
	json_set_int(o, "retrying", s->retrying);
	json_set_int(o, "failed_today", s->failed_today);
	p = json_set(o, "publisher", json_new_object());
	json_set_bool(p, "up", s->publisher_running);
	set_age(p, "last_tick_age_ms", m, s->last_tick);
	json_set_int(p, "lag_ms", s->lag_ms);
	p = json_set(o, "connections", json_new_object());
	for (int i = 0; i < CONN_STATUS_COUNT; i++)
		json_set_int(p, conn_status_name((enum conn_status)i), m->connections[i]);
	json_set_int(o, "log_entries", m->log_entries);
	set_age(o, "oldest_unknown_age_ms", m, s->oldest_unknown);
	return o;
}

int verb_metrics(struct cli *c)
{
	struct metrics m;

	if (args_expect(&c->args, 0, 0, &c->info) || ops_metrics(c->ops, c->arena, &m, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, shape(&m));
	print_text(&m);
	return cli_end(c);
}
