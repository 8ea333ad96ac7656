/* ops/edit.c - change what a job will publish, before it is claimed.
 *
 * A post is written once for all its jobs, so an edit changes all of them: each is checked before
 * anything is stored. Once one of them has been claimed the post stays as it went; a time is each job's own. */
#include <string.h>

#include "base/clock.h"
#include "ops/internal.h"
#include "ops/scale.h"
#include "platforms/platform.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/tenants.h"
#include "store/workspace.h"

#define EDITABLE (1u << JOB_DRAFT | 1u << JOB_SCHEDULED | 1u << JOB_PENDING | 1u << JOB_HELD)
#define SIBLINGS_MAX 256

struct edit {
	struct ops *o;
	const struct draft *d;
	struct arena *a;
	int64_t now_ms;
	struct job job;
	struct job *siblings; /* all jobs of the post, this one too */
	size_t n_siblings;
	struct post before, after; /* as written for all platforms */
	struct media_file *files;
	size_t n_files;
	struct scaled *scaled; /* what was put in their place */
	size_t n_scaled;
};

static enum err check_job(const struct edit *x, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];

	job_label(&x->job, label);
	if (!(EDITABLE & 1u << x->job.status))
		return err_set(info, E_STATE,
			       "%s is %s; edit is allowed from draft, scheduled, pending or held",
			       label, job_status_name(x->job.status));
	if (x->job.attempts)
		return err_set(info, E_STATE,
			       "%s has been tried %lld times already, so its content is fixed",
			       label, (long long)x->job.attempts);
	return OK;
}

/* Jobs of one post are made in one transaction, so their numbers stand side by side. */
static enum err find_siblings(struct edit *x, struct err_info *info)
{
	struct job j = x->job;
	int64_t first = j.id;

	while (first > 1 && x->job.id - first < SIBLINGS_MAX &&
	       !job_get(x->o->store, x->o->tenant_id, first - 1, x->a, &j, NULL) &&
	       j.post_id == x->job.post_id)
		first--;
	for (int64_t id = first; x->n_siblings < SIBLINGS_MAX; id++) {
		enum err e = job_get(x->o->store, x->o->tenant_id, id, x->a, &j, info);

		if (e == E_NOT_FOUND || (!e && j.post_id != x->job.post_id))
			return OK;
		if (e)
			return e;
		x->siblings = arena_grow(x->a, x->siblings, x->n_siblings, sizeof(*x->siblings));
		x->siblings[x->n_siblings++] = j;
	}
	return OK;
}

/* The editor's file names brand and accounts, too: the same place is welcome, another is not. */
static bool same_place(const struct edit *x)
{
	const struct draft *d = x->d;
	struct brand b;

	if (d->brand &&
	    (brand_find(x->o->store, d->brand, x->a, &b, NULL) || b.id != x->job.brand_id))
		return false;
	for (size_t i = 0; i < d->n_platforms; i++) {
		bool there = false;

		for (size_t k = 0; k < x->n_siblings; k++)
			there = there || !strcmp(x->siblings[k].platform, d->platforms[i]);
		if (!there)
			return false;
	}
	for (size_t i = 0; i < d->n_connections; i++) {
		struct connection c;
		bool there = false;

		if (connection_find(x->o->store, d->connections[i], x->a, &c, NULL))
			return false;
		for (size_t k = 0; k < x->n_siblings; k++)
			there = there || x->siblings[k].connection_id == c.id;
		if (!there)
			return false;
	}
	return true;
}

static enum err check_place(const struct edit *x, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];

	if (same_place(x))
		return OK;
	job_label(&x->job, label);
	err_set(info, E_USAGE, "%s cannot be sent elsewhere by an edit", label);
	err_hint(info, "cancel it and publish anew");
	return E_USAGE;
}

static enum err make_content(struct edit *x, struct err_info *info)
{
	const struct draft *d = x->d;
	const struct {
		const char *field, *from;
		const char **to;
	} words[] = {
		{"text", d->text, &x->after.text},
		{"link", d->link, &x->after.link},
		{"title", d->title, &x->after.title},
		{"language", d->language, &x->after.language},
		{"visibility", d->visibility, &x->after.visibility},
		{"first comment", d->first_comment, &x->after.first_comment},
	};
	enum err e = post_get(x->o->store, x->o->tenant_id, x->job.post_id, NULL, x->a, &x->before,
			      info);

	if (e)
		return e;
	x->after = x->before;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (content_plain(words[i].field, words[i].from, info))
			return E_INVALID;
		if (words[i].from)
			*words[i].to = words[i].from;
	}
	for (size_t i = 0; i < d->n_variants; i++)
		if (ops_platform(d->variants[i].platform, NULL, info))
			return E_NOT_FOUND;
	e = content_options(x->before.options, d->options, d->n_options, x->a, &x->after.options,
			    info);
	if (!e)
		e = variant_open_files(d, x->a, &x->files, &x->n_files, info);
	if (!e)
		variant_media(d, NULL, x->files, x->a, &x->after);
	return e;
}

/* Has the platform media of its own? Their rows are others than the post's. */
static bool own_media(const struct post *p, const struct post *all)
{
	return p->n_media != all->n_media || (p->n_media && p->media[0].id != all->media[0].id);
}

/* The content as this sibling's platform will get it. */
static enum err content_for(const struct edit *x, const struct job *j, struct post *out,
			    struct err_info *info)
{
	const struct draft_variant *v = variant_find(x->d, j->platform);
	struct post stored;
	enum err e = post_get(x->o->store, x->o->tenant_id, j->post_id, j->platform, x->a, &stored,
			      info);

	if (e)
		return e;
	*out = x->after;
	if (v && v->text)
		out->text = v->text;
	else if (strcmp(stored.text, x->before.text) != 0)
		out->text = stored.text; /* it has a variant, which stays */
	if (own_media(&stored, &x->before)) {
		out->media = stored.media;
		out->n_media = stored.n_media;
	}
	variant_media(x->d, j->platform, x->files, x->a, out);
	return OK;
}

/* Each job that the edit would change, as it would go out then; rehearsal: with its requests. */
static enum err check_content(const struct edit *x, bool rehearsal, struct publish_report *r,
			      struct err_info *info)
{
	r->targets = arena_alloc(x->a, (x->n_siblings + 1) * sizeof(*r->targets));
	r->n_targets = 0;
	r->valid = true;
	for (size_t i = 0; i < x->n_siblings; i++) {
		const struct job *j = &x->siblings[i];
		const struct platform *pf = platform_find(j->platform);
		struct target *t = &r->targets[r->n_targets];
		struct connection c;
		struct post p;
		enum err e;

		if (!pf || !(EDITABLE & 1u << j->status))
			continue;
		e = connection_get(x->o->store, x->o->tenant_id, j->connection_id, x->a, &c, info);
		if (!e)
			e = content_for(x, j, &p, info);
		if (e)
			return e;
		*t = (struct target){.connection_id = c.id,
				     .brand = j->brand,
				     .platform = j->platform,
				     .account = j->account};
		r->n_targets++;
		content_check(x->o, &p, pf, &c, x->a, t);
		if (rehearsal)
			t->requests = json_new_array();
		if (rehearsal && !t->n_problems)
			publish_rehearse(x->o, &c, &p, x->now_ms, x->a, t);
		r->valid = r->valid && !t->n_problems;
	}
	return OK;
}

/* New pictures that are too large, where that was asked for. */
static enum err scale(struct edit *x, struct publish_report *r, struct err_info *info)
{
	enum err e;

	if (!x->d->scale || !x->n_files)
		return OK;
	r->arena = x->a;
	e = check_content(x, false, r, info);
	if (!e)
		e = scale_post(x->files, x->n_files, r, info);
	variant_media(x->d, NULL, x->files, x->a, &x->after);
	x->scaled = r->scaled;
	x->n_scaled = r->n_scaled;
	return e;
}

static bool changes_post(const struct draft *d)
{
	return d->text || d->link || d->title || d->language || d->visibility || d->first_comment ||
	       d->n_options || d->n_media;
}

static enum err store_post(struct edit *x, struct err_info *info)
{
	const struct draft *d = x->d;
	enum err e = OK;

	if (changes_post(d))
		e = post_edit(x->o->store, &x->after, info);
	for (size_t i = 0; !e && i < d->n_variants; i++) {
		const struct draft_variant *v = &d->variants[i];
		struct post own = {0};

		variant_media(d, v->platform, x->files, x->a, &own);
		e = post_variant_set(x->o->store, x->job.post_id, v->platform, v->text, own.media,
				     own.n_media, info);
	}
	return e;
}

/* When it would go out. */
static enum err new_time(const struct edit *x, int64_t *at, struct err_info *info)
{
	struct brand b;
	enum err e = brand_get(x->o->store, x->o->tenant_id, x->job.brand_id, x->a, &b, info);

	return e ? e : ops_time(x->d->at, b.timezone, x->now_ms, at, info);
}

static enum err store_time(struct edit *x, struct err_info *info)
{
	struct transition t = {.action = "job.edit", .failures = -1, .crashes = -1};
	int64_t at;
	enum err e;

	if (!x->d->at)
		return OK;
	e = new_time(x, &at, info);
	if (e)
		return e;
	t.scheduled_at = at;
	t.to = x->job.status;
	t.hold_reason = x->job.hold_reason;
	if (t.to == JOB_SCHEDULED || t.to == JOB_PENDING) {
		t.to = at > x->now_ms ? JOB_SCHEDULED : JOB_PENDING;
		t.next_attempt_at = at;
	}
	return job_transition(x->o->store, x->o->tenant_id, x->job.id, &t, info);
}

/* All that takes long, before the write lock is taken. */
static enum err prepare(struct edit *x, int64_t job_id, bool rehearsal, struct publish_report *r,
			struct err_info *info)
{
	enum err e = job_get(x->o->store, x->o->tenant_id, job_id, x->a, &x->job, info);

	if (!e)
		e = check_job(x, info);
	if (!e)
		e = find_siblings(x, info);
	if (!e)
		e = check_place(x, info);
	if (!e)
		e = make_content(x, info);
	if (!e)
		e = scale(x, r, info);
	if (!e)
		e = check_content(x, rehearsal, r, info);
	if (!e && rehearsal && x->d->at)
		e = new_time(x, &r->scheduled_at, info);
	if (e || rehearsal)
		return e;
	e = content_refuse(r->targets, r->n_targets, info);
	for (size_t i = 0; !e && i < x->n_files; i++)
		e = media_keep(&x->files[i], workspace_media_dir(x->o->app->workspace), info);
	return e;
}

/* The publisher may have been quicker: the states are read again. */
static enum err store_all(struct edit *x, int64_t job_id, struct job *out, struct err_info *info)
{
	enum err e = job_get(x->o->store, x->o->tenant_id, job_id, x->a, &x->job, info);

	x->n_siblings = 0;
	x->siblings = NULL;
	if (!e)
		e = check_job(x, info);
	if (!e)
		e = find_siblings(x, info);
	if (!e)
		e = store_post(x, info);
	for (size_t i = 0; !e && i < x->n_scaled; i++)
		e = scale_log(x->o, &x->scaled[i], &x->job, info);
	if (!e)
		e = store_time(x, info);
	if (!e && x->d->has_priority && x->d->priority != x->job.priority)
		e = job_priority_set(x->o->store, job_id, x->d->priority, info);
	if (!e)
		e = job_get(x->o->store, x->o->tenant_id, job_id, x->a, out, info);
	return e;
}

enum err ops_job_edit(struct ops *o, int64_t job_id, const struct draft *changes, struct arena *a,
		      struct job *out, struct err_info *info)
{
	struct edit x = {.o = o, .d = changes, .a = a, .now_ms = clock_wall_ms()};
	struct publish_report r = {0};
	struct job j;
	enum err e = ops_may_write(o, info);

	if (!e)
		e = prepare(&x, job_id, false, &r, info);
	for (size_t i = 0; i < x.n_files; i++)
		media_close(&x.files[i]);
	if (!e)
		e = ops_begin(o, info);
	if (e)
		return e;
	e = store_all(&x, job_id, &j, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
	else
		*out = j;
	return e;
}

enum err ops_job_edit_rehearse(struct ops *o, int64_t job_id, const struct draft *changes,
			       struct publish_report *out, struct err_info *info)
{
	struct edit x = {.o = o, .d = changes, .now_ms = clock_wall_ms()};
	enum err e;

	*out = (struct publish_report){.arena = arena_new()};
	x.a = out->arena;
	e = prepare(&x, job_id, true, out, info);
	for (size_t i = 0; i < x.n_files; i++)
		media_close(&x.files[i]);
	return e;
}
