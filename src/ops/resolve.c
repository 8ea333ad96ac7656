/* ops/resolve.c - a person settles a job whose outcome no machine could learn. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "store/jobs.h"

static enum err check(const struct job *j, bool published, const char *url, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];

	job_label(j, label);
	if (j->status != JOB_UNKNOWN)
		return err_set(info, E_STATE,
			       "%s is %s; only an unknown outcome is resolved by a person", label,
			       job_status_name(j->status));
	if (url && !published)
		return err_set(info, E_USAGE, "an address goes with --published only");
	if (url && ((strncmp(url, "https://", 8) && strncmp(url, "http://", 7)) ||
		    !text_is_plain(url, strlen(url), NULL) || strpbrk(url, " \t\n")))
		return err_set(info, E_INVALID, "\"%s\" is no http or https address", url);
	return OK;
}

/* Where a key makes a resend harmless, the same key guards against a person's mistake too. */
static enum err send_again(struct ops *o, const struct job *j, int64_t now_ms, struct arena *a,
			   struct err_info *info)
{
	const struct platform *pf = platform_find(j->platform);
	struct transition t = {
		.to = JOB_PENDING,
		.action = "job.resolve",
		.next_attempt_at = now_ms,
		.failures = 0,
		.crashes = 0,
		/* Only what was unclear is absent: the parts of a thread before it are out. */
		.stage = platform_begun(j->stage, a, NULL, NULL) ? NULL : "",
		.message = "absent, says the operator: it is published again",
	};

	if (pf && pf->settling == SETTLE_BY_KEY)
		return job_requeue_same_key(o->store, o->tenant_id, j->id, t.message, now_ms, 0,
					    info);
	return job_transition(o->store, o->tenant_id, j->id, &t, info);
}

static enum err resolve(struct ops *o, int64_t job_id, bool published, const char *url,
			struct arena *a, struct job *out, struct err_info *info)
{
	int64_t now_ms = clock_wall_ms();
	struct transition t = {
		.to = JOB_PUBLISHED,
		.action = "job.resolve",
		.failures = -1,
		.crashes = -1,
		.remote_url = url,
		.published_at = now_ms,
		.message = "published, says the operator",
	};
	struct job j;
	enum err e = job_get(o->store, o->tenant_id, job_id, a, &j, info);

	if (!e)
		e = check(&j, published, url, info);
	if (!e)
		platform_begun(j.stage, a, &t.remote_id, url ? NULL : &t.remote_url);
	if (!e)
		e = published ? job_transition(o->store, o->tenant_id, job_id, &t, info)
			      : send_again(o, &j, now_ms, a, info);
	if (!e)
		e = job_get(o->store, o->tenant_id, job_id, a, out, info);
	return e;
}

enum err ops_resolve(struct ops *o, int64_t job_id, bool published, const char *url,
		     struct arena *a, struct job *out, struct err_info *info)
{
	struct job j;
	enum err e = ops_begin(o, info);

	if (e)
		return e;
	e = resolve(o, job_id, published, url, a, &j, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
	else
		*out = j;
	return e;
}
