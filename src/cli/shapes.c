/* cli/shapes.c - records -> JSON. See the manual's JSON section, which lists the same fields. */
#include "cli/shapes.h"

#include <string.h>

#include "base/text.h"

/* 0 means "none" in the records and null outside. */
static void set_number(struct json *o, const char *name, int64_t n)
{
	if (n)
		json_set_int(o, name, n);
	else
		json_set_null(o, name);
}

/* "" means "none" too. */
static void set_word(struct json *o, const char *name, const char *s)
{
	json_set_str(o, name, s && *s ? s : NULL);
}

struct json *shape_tenant(const struct tenant *t)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", t->id);
	json_set_str(o, "name", t->name);
	json_set_bool(o, "archived", t->archived);
	json_set_int(o, "brands", t->brands);
	return o;
}

struct json *shape_brand(const struct brand *b)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", b->id);
	json_set_str(o, "tenant", b->tenant);
	json_set_str(o, "name", b->name);
	json_set_str(o, "timezone", b->timezone);
	if (b->catch_up_min == CATCH_UP_HOLD)
		json_set_str(o, "catch_up", "hold");
	else if (b->catch_up_min == CATCH_UP_DEFAULT)
		json_set_null(o, "catch_up");
	else
		json_set_int(o, "catch_up", b->catch_up_min);
	set_word(o, "color", b->color);
	json_set_bool(o, "paused", b->paused);
	json_set_bool(o, "archived", b->archived);
	json_set_int(o, "connections", b->connections);
	return o;
}

static struct json *words_array(const char *s)
{
	struct json *a = json_new_array();

	while (s && *s) {
		size_t n = strcspn(s, " ");
		if (n) {
			char *w = xstrndup(s, n);
			json_add_str(a, w);
			xfree(&w);
		}
		s += n + strspn(s + n, " ");
	}
	return a;
}

struct json *shape_connection(const struct connection *c)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", c->id);
	json_set_str(o, "tenant", c->tenant);
	json_set_str(o, "brand", c->brand);
	json_set_str(o, "platform", c->platform);
	json_set_str(o, "account", c->account);
	json_set_str(o, "account_id", c->account_id);
	json_set_str(o, "server", c->server);
	json_set_str(o, "status", conn_status_name(c->status));
	json_set(o, "scopes", words_array(c->scopes));
	json_set_time(o, "expires_at", c->expires_at);
	json_set_bool(o, "refreshable", c->refreshable);
	json_set_time(o, "last_verified_at", c->last_verified_at);
	json_set_str(o, "last_error", c->last_error);
	json_set_bool(o, "paused", c->paused);
	json_set_int(o, "jobs_waiting", c->jobs_waiting);
	json_set_int(o, "jobs_at_risk", c->jobs_at_risk);
	return o;
}

static struct json *shape_media(const struct media *m, size_t n)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json *o = json_add(a, json_new_object());
		json_set_str(o, "sha256", m[i].sha256);
		json_set_str(o, "type", m[i].type);
		json_set_int(o, "bytes", m[i].bytes);
		json_set_str(o, "alt", m[i].alt ? m[i].alt : "");
	}
	return a;
}

struct json *shape_job(const struct job *j)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", j->id);
	json_set_str(o, "tenant", j->tenant);
	json_set_str(o, "brand", j->brand);
	json_set_str(o, "platform", j->platform);
	json_set_int(o, "connection", j->connection_id);
	json_set_str(o, "account", j->account);
	json_set_int(o, "post", j->post_id);
	json_set_str(o, "status", job_status_name(j->status));
	set_word(o, "wait", job_wait_name(j->wait));
	set_word(o, "hold_reason", hold_reason_name(j->hold_reason));
	json_set_time(o, "scheduled_at", j->scheduled_at);
	json_set_time(o, "next_attempt_at", j->next_attempt_at);
	json_set_int(o, "attempts", j->attempts);
	json_set_int(o, "max_retries", j->max_retries);
	json_set_int(o, "priority", j->priority);
	json_set_str(o, "remote_id", j->remote_id);
	json_set_str(o, "remote_url", j->remote_url);
	json_set_str(o, "text", j->text);
	json_set(o, "media", shape_media(j->media, j->n_media));
	if (j->error_code) {
		struct json *e = json_set(o, "error", json_new_object());
		json_set_str(e, "code", j->error_code);
		json_set_str(e, "message", j->error_message);
		set_word(e, "class", err_class_name(j->error_class));
		set_number(e, "http_status", j->http_status);
	} else {
		json_set_null(o, "error");
	}
	json_set_time(o, "created_at", j->created_at);
	json_set_time(o, "updated_at", j->updated_at);
	json_set_time(o, "published_at", j->published_at);
	return o;
}

struct json *shape_attempts(const struct attempt *a, size_t n)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json *o = json_add(list, json_new_object());
		json_set_int(o, "n", a[i].n);
		json_set_str(o, "key", a[i].key);
		json_set_time(o, "started_at", a[i].started_at);
		json_set_time(o, "sent_at", a[i].sent_at);
		json_set_time(o, "deadline", a[i].deadline);
		json_set_time(o, "finished_at", a[i].finished_at);
		set_word(o, "outcome", outcome_name(a[i].outcome));
		set_number(o, "http_status", a[i].http_status);
		json_set_str(o, "code", a[i].code);
		json_set_str(o, "message", a[i].message);
	}
	return list;
}

struct json *shape_entry(const struct log_entry *e)
{
	struct json *o = json_new_object();

	json_set_int(o, "seq", e->seq);
	json_set_time(o, "at", e->at);
	json_set_str(o, "actor", e->actor);
	json_set_str(o, "terminal", e->terminal);
	json_set_str(o, "action", e->action);
	json_set_str(o, "tenant", e->tenant);
	json_set_str(o, "brand", e->brand);
	set_number(o, "job", e->job_id);
	set_number(o, "connection", e->connection_id);
	json_set_str(o, "platform", e->platform);
	json_set_str(o, "outcome", e->outcome);
	json_set_str(o, "code", e->code);
	json_set_str(o, "message", e->message);
	json_set_int(o, "duration_ms", e->duration_ms);
	json_set_str(o, "hash", e->hash);
	return o;
}

struct json *shape_sync(const struct sync_entry *e)
{
	struct json *o = json_new_object();

	json_set_int(o, "id", e->id);
	json_set_time(o, "at", e->at);
	json_set_str(o, "brand", e->brand);
	json_set_str(o, "platform", e->platform);
	set_number(o, "connection", e->connection_id);
	json_set_str(o, "account", e->account);
	json_set_str(o, "op", e->op);
	json_set_str(o, "outcome", e->outcome);
	set_number(o, "http_status", e->http_status);
	json_set_str(o, "code", e->code);
	json_set_str(o, "message", e->message);
	json_set_int(o, "duration_ms", e->duration_ms);
	return o;
}

struct json *shape_status(const struct status *s)
{
	struct json *o = json_new_object(), *p, *list;

	json_set_bool(o, "healthy", s->healthy);
	list = json_set(o, "reasons", json_new_array());
	for (size_t i = 0; i < s->n_reasons; i++)
		json_add_str(list, s->reasons[i]);
	p = json_set(o, "publisher", json_new_object());
	json_set_bool(p, "running", s->publisher_running);
	set_number(p, "pid", s->publisher_pid);
	json_set_time(p, "last_tick", s->last_tick);
	json_set_int(p, "lag_ms", s->lag_ms);
	json_set_time(p, "next_due", s->next_due);
	p = json_set(o, "jobs", json_new_object());
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		json_set_int(p, job_status_name((enum job_status)i), s->jobs[i]);
	list = json_set(o, "attention", json_new_array());
	for (size_t i = 0; i < s->n_attention; i++)
		json_add(list, shape_connection(&s->attention[i]));
	json_set_time(o, "oldest_unknown", s->oldest_unknown);
	return o;
}

struct json *shape_error(const struct err_info *e)
{
	struct json *o = json_new_object(), *d;
	struct strbuf safe;

	json_set_str(o, "code", err_name(e->code));
	/* The text may quote argv or an answer, which need not be valid UTF-8. */
	strbuf_init(&safe, STRBUF_CEILING_DEFAULT);
	text_make_safe(&safe, e->text, strlen(e->text), TEXT_KEEP_LINES);
	json_set_str(o, "message", safe.data);
	strbuf_reset(&safe);
	text_make_safe(&safe, e->hint, strlen(e->hint), TEXT_KEEP_LINES);
	json_set_str(o, "hint", safe.data);
	d = json_set(o, "details", json_new_object());
	if (e->http_status)
		json_set_int(d, "http_status", e->http_status);
	strbuf_reset(&safe);
	text_make_safe(&safe, e->platform, strlen(e->platform), TEXT_ONE_LINE);
	if (safe.len)
		json_set_str(d, "platform_code", safe.data);
	strbuf_free(&safe);
	return o;
}

struct json *shape_list(const char *name, struct json *array, const char *next, int64_t total)
{
	struct json *o = json_new_object();

	json_set(o, name, array);
	json_set_str(o, "next", next);
	if (total >= 0)
		json_set_int(o, "total", total);
	else
		json_set_null(o, "total");
	return o;
}
