/* ops/check.c - proves the workspace: database, log, counters and job invariants; with `remote', also that
 * what is said to be published is there. Every finding is listed, and nothing stops at the first. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "publisher/media_host.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/media_objects.h"
#include "store/posts.h"
#include "store/store.h"
#include "store/tenants.h"
#include "store/workspace.h"

#define REMOTE_JOBS_PER_CONNECTION 20

struct checking {
	struct ops *o;
	struct store *store; /* o's, or a service store of its own */
	struct json *problems, *checked;
	int64_t n_remote, n_connections;
};

static void report(void *self, const char *code, const char *message, bool repairable)
{
	struct checking *c = self;
	struct json *p = json_add(c->problems, json_new_object());

	json_set_str(p, "code", code);
	json_set_str(p, "message", message);
	json_set_bool(p, "repairable", repairable);
}

static enum err check_log(struct checking *c, struct err_info *info)
{
	struct arena *a = arena_new();
	struct chain_report *chains = NULL;
	int64_t entries = 0;
	size_t n = 0;
	enum err e = audit_verify(c->store, -1, a, &chains, &n, NULL, NULL, info);

	if (e == E_LOG_BROKEN)
		e = OK;
	for (size_t i = 0; !e && i < n; i++) {
		entries += chains[i].entries;
		if (!chains[i].ok)
			report(c, "E_LOG_BROKEN",
			       arena_printf(a, "the log of %s is broken at entry %lld (%s)",
					    chains[i].tenant ? chains[i].tenant : "the workspace",
					    (long long)chains[i].first_bad,
					    chains[i].what ? chains[i].what : "?"),
			       false);
	}
	if (!e) {
		json_set_int(c->checked, "chains", (int64_t)n);
		json_set_int(c->checked, "entries", entries);
	}
	arena_free(&a);
	return e;
}

static enum err check_jobs(struct checking *c, bool repair, struct err_info *info)
{
	int64_t counts[JOB_STATUS_COUNT] = {0}, jobs = 0;
	enum err e = OK;

	if (repair)
		e = store_begin(c->store, info);
	if (!e)
		e = jobs_check(c->store, report, c, repair, info);
	if (!e && repair)
		e = store_commit(c->store, info);
	if (e) {
		store_rollback(c->store);
		return e;
	}
	e = jobs_counts(c->store, 0, 0, counts, info);
	for (int s = 0; s < JOB_STATUS_COUNT; s++)
		jobs += counts[s];
	json_set_int(c->checked, "jobs", jobs);
	return e;
}

/* Files that stand at the media host, and whether they can be removed. */
static enum err check_media(struct checking *c, struct err_info *info)
{
	int64_t files = 0, stuck = 0, fetching = 0;
	struct media_host host;
	struct err_info why;
	char text[160];
	enum err e = media_objects_count(c->store, 0, MEDIA_TRIES_STUCK, &files, &stuck, info);

	if (e)
		return e;
	for (size_t i = 0; !e && platforms[i]; i++) {
		int64_t n = 0;

		if (platforms[i]->media_by_url)
			e = connections_on(c->store, platforms[i]->name, &n, info);
		fetching += n;
	}
	if (e)
		return e;
	app_media_host(c->o->app, &host);
	json_set_str(c->checked, "media_host", media_kind_name(host.kind));
	json_set_int(c->checked, "media_host_accounts", fetching);
	json_set_int(c->checked, "media_files", files);
	if (host.kind != MEDIA_NONE && media_host_check(&host, &why) != OK)
		report(c, err_name(why.code), why.text, false);
	if (stuck > 0) {
		snprintf(text, sizeof(text),
			 "%lld files could not be removed from the media host %d times or more",
			 (long long)stuck, MEDIA_TRIES_STUCK);
		report(c, "media_left", text, false);
	}
	return OK;
}

/* ---------------------------------------------------------------- the platforms */

/* A post that an operator took down is absent, as it should be; the log knows. */
static bool was_taken_down(struct checking *c, int64_t job_id)
{
	struct log_filter f = {.job_id = job_id, .action = "job.takedown"};
	struct page_request r = {.limit = OPS_WALK_ROWS};
	struct page p = {0};
	bool down = false;

	if (audit_page(c->o->store, &f, &r, &p, NULL))
		return false;
	for (size_t i = 0; i < p.n; i++)
		down = down || !p.entries[i].code;
	page_free(&p);
	return down;
}

static void judge_job(struct checking *c, const struct job *j, const char *label,
		      enum step_verdict verdict, struct arena *a)
{
	bool down;

	if (verdict != STEP_DONE && verdict != STEP_ABSENT)
		return; /* this platform cannot tell */
	c->n_remote++;
	down = was_taken_down(c, j->id);
	if (verdict == STEP_ABSENT && !down)
		report(c, "remote_absent",
		       arena_printf(a, "%s is published here, and the platform does not show it",
				    label),
		       false);
	else if (verdict == STEP_DONE && down)
		report(c, "remote_present",
		       arena_printf(a, "%s was taken down, and the platform still shows it", label),
		       false);
}

/* Asks whether a published job's post is still there. */
static void ask_job(struct checking *c, struct account *x, const struct job *j)
{
	struct arena *a = arena_new();
	struct attempt *attempts = NULL;
	char label[OPS_LABEL_SIZE];
	struct err_info why = {0};
	struct post post;
	struct step_out out;
	struct exchange ex;
	size_t n = 0;

	job_label(j, label);
	if (post_get(c->o->store, j->tenant_id, j->post_id, j->platform, a, &post, NULL) ||
	    job_attempts(c->o->store, j->tenant_id, j->id, a, &attempts, &n, NULL))
		goto out;
	account_exchange(c->o, x, &ex);
	ex.in.op = OP_SETTLE;
	ex.in.post = &post;
	ex.in.media_dir = workspace_media_dir(c->o->app->workspace);
	ex.in.remote_id = j->remote_id;
	ex.in.key = n ? attempts[n - 1].key : NULL;
	ex.in.key_time_ms = n ? attempts[n - 1].started_at : j->published_at;
	if (exchange_run(c->o->transport, &ex, &out, NULL, NULL, &why)) {
		report(c, err_name(why.code),
		       arena_printf(a, "%s could not be compared: %s", label, why.text), false);
	} else {
		judge_job(c, j, label, out.verdict, a);
		step_out_free(&out);
	}
out:
	arena_free(&a);
}

static void ask_jobs(struct checking *c, struct account *x)
{
	int64_t id = x->conn.id;
	struct job_filter f = {
		.connections = &id, .n_connections = 1, .statuses = 1u << JOB_PUBLISHED};
	struct page_request r = {.limit = REMOTE_JOBS_PER_CONNECTION};
	struct page p = {0};

	if (jobs_page(c->o->store, &f, JOB_SORT_ID, &r, &p, NULL))
		return;
	for (size_t i = 0; i < p.n; i++)
		if (p.jobs[i].remote_id)
			ask_job(c, x, &p.jobs[i]);
	page_free(&p);
}

static void ask_connection(struct checking *c, const struct connection *conn)
{
	struct publisher_settings settings;
	struct arena *a = arena_new();
	char label[OPS_LABEL_SIZE];
	struct account x = {0};
	struct err_info why = {0};

	connection_label(conn, label);
	app_settings(c->o->app, &settings);
	if (verify_now(c->o->store, c->o->transport, &settings, conn->tenant_id, conn->id, &why) ||
	    account_open(c->o, conn->tenant_id, conn->id, a, &x, &why)) {
		report(c, err_name(why.code), arena_printf(a, "%s: %s", label, why.text), false);
	} else {
		c->n_connections++;
		ask_jobs(c, &x);
		account_close(&x);
	}
	arena_free(&a);
}

/* c->o is in a tenant's scope here. */
static enum err ask_tenant(struct checking *c, struct err_info *info)
{
	struct connection_filter f = {0};
	struct page_request r = {.limit = OPS_WALK_ROWS, .ascending = true};
	struct page p = {0};
	enum err e = connections_page(c->o->store, &f, &r, &p, info);

	for (size_t i = 0; !e && i < p.n; i++)
		if (p.connections[i].status != CONN_DISCONNECTED)
			ask_connection(c, &p.connections[i]);
	page_free(&p);
	return e;
}

/* From the service scope: each tenant in a scope of its own, for posts and jobs are read in theirs only. */
static enum err ask_tenants(struct checking *c, struct err_info *info)
{
	struct page_request r = {.limit = OPS_WALK_ROWS, .ascending = true};
	struct ops *outside = c->o, inside = *c->o;
	struct page p = {0};
	struct actor actor;
	enum err e = tenants_page(c->store, false, &r, &p, info);

	app_actor(outside->app, &actor);
	for (size_t i = 0; !e && i < p.n; i++) {
		inside.store = NULL;
		inside.tenant_id = p.tenants[i].id;
		e = store_open(outside->app->workspace, inside.tenant_id, &actor, &inside.store,
			       info);
		if (!e) {
			c->o = &inside;
			e = ask_tenant(c, info);
			store_close(&inside.store);
		}
	}
	c->o = outside;
	page_free(&p);
	return e;
}

static enum err check_remote(struct checking *c, struct err_info *info)
{
	enum err e = ops_transport(c->o, info);

	if (!e)
		e = c->o->tenant_id ? ask_tenant(c, info) : ask_tenants(c, info);
	json_set_int(c->checked, "connections", c->n_connections);
	json_set_int(c->checked, "remote_posts", c->n_remote);
	return e;
}

enum err ops_check(struct ops *o, bool remote, bool repair, struct json **out,
		   struct err_info *info)
{
	struct checking c = {.o = o, .problems = json_new_array(), .checked = json_new_object()};
	struct store *own = NULL;
	struct json *root;
	enum err e = repair || remote ? ops_may_write(o, info) : OK;

	if (!e && o->tenant_id)
		e = app_service_store(o->app, &own, info);
	c.store = own ? own : o->store;
	if (!e)
		e = admin_check(c.store, report, &c, info);
	if (!e)
		e = check_log(&c, info);
	if (!e)
		e = check_jobs(&c, repair, info);
	if (!e)
		e = check_media(&c, info);
	if (!e && remote)
		e = check_remote(&c, info);
	if (own)
		store_close(&own);
	if (e) {
		json_free(&c.problems);
		json_free(&c.checked);
		return e;
	}
	root = json_new_object();
	json_set_bool(root, "ok", json_len(c.problems) == 0);
	json_set(root, "problems", c.problems);
	json_set(root, "checked", c.checked);
	*out = root;
	return OK;
}
