/* ops/jobs.c - jobs as people look at them: pages, one with all that is known of it, numbers for bulk work. */
#include "store/jobs.h"

#include <string.h>

#include "ops/internal.h"
#include "platforms/platform.h"
#include "store/connections.h"
#include "store/posts.h"
#include "store/tenants.h"

enum err ops_jobs(struct ops *o, const struct job_filter *f, enum job_sort sort,
		  const struct page_request *r, struct page *out, struct err_info *info)
{
	struct page_request x = ops_page(r);

	return jobs_page(o->store, f, sort, &x, out, info);
}

enum err ops_job_ids(struct ops *o, const struct job_filter *f, int64_t after, int limit,
		     int64_t *ids, size_t *n, struct err_info *info)
{
	return jobs_ids(o->store, f, after, limit, ids, n, info);
}

static enum err read_detail(struct ops *o, int64_t job_id, struct arena *a, struct job_detail *d,
			    struct err_info *info)
{
	struct connection c;
	const struct platform *pf;
	enum err e = job_get(o->store, o->tenant_id, job_id, a, &d->job, info);

	if (!e)
		e = post_get(o->store, o->tenant_id, d->job.post_id, d->job.platform, a, &d->post,
			     info);
	if (!e)
		e = brand_get(o->store, o->tenant_id, d->job.brand_id, a, &d->brand, info);
	if (!e)
		e = job_attempts(o->store, o->tenant_id, job_id, a, &d->attempts, &d->n_attempts,
				 info);
	if (!e)
		e = connection_get(o->store, o->tenant_id, d->job.connection_id, a, &c, info);
	if (e)
		return e;
	pf = platform_find(d->job.platform);
	if (pf) {
		struct target t = {0};

		content_check(o, &d->post, pf, &c, a, &t);
		d->measured = t.measured;
		d->limit = t.limit;
	}
	return OK;
}

enum err ops_job_show(struct ops *o, int64_t job_id, struct arena *a, struct job_detail *out,
		      struct err_info *info)
{
	struct job_detail d = {0};
	enum err e = store_read_begin(o->store, info);

	if (e)
		return e;
	e = read_detail(o, job_id, a, &d, info);
	store_read_end(o->store);
	if (!e)
		*out = d;
	return e;
}

enum err ops_job_url(struct ops *o, int64_t job_id, struct arena *a, const char **url,
		     struct err_info *info)
{
	char label[OPS_LABEL_SIZE];
	struct job j;
	enum err e = job_get(o->store, o->tenant_id, job_id, a, &j, info);

	if (e)
		return e;
	job_label(&j, label);
	if (j.status != JOB_PUBLISHED)
		return err_set(info, E_STATE, "%s is %s; only a published post can be opened",
			       label, job_status_name(j.status));
	if (!j.remote_url || !*j.remote_url)
		return err_set(info, E_STATE, "the address of %s is not known", label);
	/* It comes from outside: nothing but the web may reach a browser. */
	if (strncmp(j.remote_url, "https://", 8) != 0 && strncmp(j.remote_url, "http://", 7) != 0)
		return err_set(info, E_PROTOCOL,
			       "what %s gave as its address is none of the web: %s", label,
			       j.remote_url);
	*url = j.remote_url;
	return OK;
}
