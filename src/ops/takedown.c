/* ops/takedown.c - deletes a published post at its platform. The job stays `published': it was. */
#include <string.h>

#include "base/clock.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/workspace.h"

struct takedown {
	struct ops *o;
	struct arena *a;
	struct job job;
	struct post post;
	struct account account;
	struct exchange_note note;
	enum err_class cls;
};

static enum err check(const struct takedown *t, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];

	job_label(&t->job, label);
	/* The first parts of a thread may be out without the rest. */
	if ((t->job.status == JOB_FAILED || t->job.status == JOB_CANCELLED) && t->job.remote_id &&
	    platform_begun(t->job.stage, t->a, NULL, NULL))
		return OK;
	if (t->job.status != JOB_PUBLISHED)
		return err_set(info, E_STATE, "%s is %s; only a published post can be taken down",
			       label, job_status_name(t->job.status));
	if (t->job.remote_id)
		return OK;
	err_set(info, E_STATE,
		"%s was resolved by a person, so the platform's number of the post is not known",
		label);
	err_hint(info, "delete it at the platform itself");
	return E_STATE;
}

static enum err ask(struct takedown *t, struct err_info *info)
{
	struct exchange x;
	struct step_out out;
	struct json *state = NULL;
	enum err e = ops_transport(t->o, info);

	if (e)
		return e;
	account_exchange(t->o, &t->account, &x);
	x.in.op = OP_TAKEDOWN;
	x.in.post = &t->post;
	x.in.media_dir = workspace_media_dir(t->o->app->workspace);
	x.in.remote_id = t->job.remote_id;
	if (platform_begun(t->job.stage, t->a, NULL, NULL))
		e = json_parse(t->job.stage, strlen(t->job.stage), JSON_BYTES_MAX, &state, info);
	x.in.state = state;
	if (!e)
		e = exchange_run(t->o->transport, &x, &out, &t->cls, &t->note, info);
	if (!e)
		step_out_free(&out);
	json_free(&state);
	return e;
}

/* Success and failure both leave their trace; trouble in noting a failure is not reported over it. */
static enum err note(struct takedown *t, const struct err_info *why, struct err_info *info)
{
	struct sync_note s = {
		.connection_id = t->job.connection_id,
		.platform = t->job.platform,
		.op = "takedown",
		.at = clock_wall_ms(),
		.duration_ms = t->note.duration_ms,
		.http_status = t->note.http_status,
		.outcome = why ? err_class_name(t->cls) : "ok",
		.code = why ? err_name(why->code) : NULL,
		.message = why ? why->text : NULL,
	};
	struct audit_note n = {
		.action = "job.takedown",
		.brand_id = t->job.brand_id,
		.job_id = t->job.id,
		.connection_id = t->job.connection_id,
		.outcome = why ? "failed" : "ok",
		.code = s.code,
		.message = why ? why->text : t->job.remote_id,
		.duration_ms = t->note.duration_ms,
	};
	enum err e = ops_begin(t->o, info);

	if (e)
		return e;
	e = sync_log_add(t->o->store, t->o->tenant_id, &s, info);
	/* A retry of what failed in the middle begins anew now. */
	if (!e && !why && t->job.status != JOB_PUBLISHED)
		e = job_stage_set(t->o->store, t->o->tenant_id, t->job.id, "", info);
	if (!e)
		e = audit_append(t->o->store, t->o->tenant_id, &n, info);
	if (!e)
		e = ops_commit(t->o, info);
	if (e)
		store_rollback(t->o->store);
	return e;
}

enum err ops_takedown(struct ops *o, int64_t job_id, struct arena *a, struct job *out,
		      struct err_info *info)
{
	struct takedown t = {.o = o, .a = a};
	struct err_info detail = {0};
	char label[OPS_LABEL_SIZE];
	enum err e = ops_may_write(o, &detail);

	if (!e)
		e = job_get(o->store, o->tenant_id, job_id, a, &t.job, &detail);
	if (!e)
		e = check(&t, &detail);
	if (!e)
		e = post_get(o->store, o->tenant_id, t.job.post_id, t.job.platform, a, &t.post,
			     &detail);
	if (!e)
		e = account_open(o, o->tenant_id, t.job.connection_id, a, &t.account, &detail);
	if (!e) {
		e = ask(&t, &detail);
		account_close(&t.account);
		if (!e)
			e = note(&t, NULL, &detail);
		else if (!note(&t, &detail, NULL)) {
			job_label(&t.job, label);
			ops_context(&detail, "%s was not taken down", label);
		}
	}
	if (!e)
		*out = t.job;
	else if (info)
		*info = detail;
	return e;
}
