/* ops/publish.c - one post, one job per account: all of it is stored, or nothing.
 *
 * Order: names, time, media, then every problem of every target; only then files are copied and
 * one transaction stores post, variants, jobs and log. The duplicate check runs inside that transaction, so
 * that two operators at once cannot both pass it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/when.h"
#include "ops/internal.h"
#include "ops/scale.h"
#include "ops/targets.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/store.h"
#include "store/workspace.h"

struct plan {
	struct ops *o;
	const struct draft *d;
	struct publish_report *report;
	struct arena *arena; /* the report's */
	struct targets to;
	int64_t now_ms;
	struct media_file *files;
	size_t n_files;
	struct post post;   /* as written */
	struct post *posts; /* as each target gets it */
};

void publish_report_free(struct publish_report *r)
{
	for (size_t i = 0; i < r->n_targets; i++)
		json_free(&r->targets[i].requests);
	arena_free(&r->arena);
	*r = (struct publish_report){0};
}

/* ---------------------------------------------------------------- content */

static enum err check_words(const struct draft *d, struct err_info *info)
{
	const struct {
		const char *field, *text;
	} all[] = {{"link", d->link},
		   {"title", d->title},
		   {"language", d->language},
		   {"visibility", d->visibility},
		   {"first comment", d->first_comment}};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (content_plain(all[i].field, all[i].text, info))
			return E_INVALID;
	for (size_t i = 0; i < d->n_variants; i++)
		if (ops_platform(d->variants[i].platform, NULL, info))
			return E_NOT_FOUND;
	return OK;
}

/* Each target's media: the variant's, else the post's. */
static void spread_media(struct plan *p)
{
	variant_media(p->d, NULL, p->files, p->arena, &p->post);
	for (size_t i = 0; i < p->to.n; i++) {
		p->posts[i].media = p->post.media;
		p->posts[i].n_media = p->post.n_media;
		variant_media(p->d, p->to.conns[i].platform, p->files, p->arena, &p->posts[i]);
	}
}

static enum err make_content(struct plan *p, struct err_info *info)
{
	const struct draft *d = p->d;
	enum err e = check_words(d, info);

	if (!e)
		e = content_options(NULL, d->options, d->n_options, p->arena, &p->post.options,
				    info);
	if (!e)
		e = variant_open_files(d, p->arena, &p->files, &p->n_files, info);
	if (e)
		return e;
	p->post.tenant_id = p->o->tenant_id;
	p->post.brand_id = p->to.brand.id;
	p->post.text = d->text ? d->text : "";
	p->post.link = d->link;
	p->post.title = d->title;
	p->post.language = d->language;
	p->post.visibility = d->visibility;
	p->post.first_comment = d->first_comment;
	p->posts = arena_alloc(p->arena, (p->to.n + 1) * sizeof(*p->posts));
	for (size_t i = 0; i < p->to.n; i++) {
		const struct draft_variant *v = variant_find(d, p->to.conns[i].platform);

		p->posts[i] = p->post;
		if (v && v->text)
			p->posts[i].text = v->text;
	}
	spread_media(p);
	return OK;
}

/* ---------------------------------------------------------------- targets */

static void add_problem(struct target *t, struct arena *a, const char *field, enum err code,
			const char *message)
{
	struct target_problem *more = arena_alloc(a, (t->n_problems + 1) * sizeof(*more));

	if (t->n_problems)
		memcpy(more, t->problems, t->n_problems * sizeof(*more));
	more[t->n_problems++] = (struct target_problem){
		.field = field, .message = message, .code = code};
	t->problems = more;
}

static void check_targets(struct plan *p)
{
	struct publish_report *r = p->report;

	r->targets = arena_alloc(p->arena, (p->to.n + 1) * sizeof(*r->targets));
	r->n_targets = p->to.n;
	r->valid = true;
	for (size_t i = 0; i < p->to.n; i++) {
		const struct connection *c = &p->to.conns[i];
		struct target *t = &r->targets[i];

		t->connection_id = c->id;
		t->brand = p->to.brand.name;
		t->platform = c->platform;
		t->account = c->account;
		content_check(p->o, &p->posts[i], platform_find(c->platform), c, p->arena, t);
		r->valid = r->valid && !t->n_problems;
	}
}

static enum err find_duplicate(struct plan *p, size_t i, int64_t *job, struct err_info *info)
{
	int64_t window = config_ms(app_config(p->o->app), "duplicate.window");
	char hash[65];

	*job = 0;
	if (p->d->allow_duplicate || !window)
		return OK;
	post_hash(&p->posts[i], hash);
	return post_duplicate(p->o->store, p->to.conns[i].id, hash, p->now_ms - window, job, info);
}

/* Pictures that are too large, where that was asked for; then all is checked once more. */
static enum err scale(struct plan *p, struct err_info *info)
{
	enum err e;

	if (!p->d->scale || p->report->valid)
		return OK;
	e = scale_post(p->files, p->n_files, p->report, info);
	if (e || !p->report->n_scaled)
		return e;
	spread_media(p);
	check_targets(p);
	return OK;
}

/* ---------------------------------------------------------------- rehearsal */

void publish_rehearse(struct ops *o, const struct connection *c, const struct post *post,
		      int64_t now_ms, struct arena *a, struct target *t)
{
	struct account x = {.conn = *c, .platform = platform_find(c->platform)};
	char key[PLATFORM_KEY_SIZE] = "";
	struct err_info why;
	struct exchange ex;

	account_exchange(o, &x, &ex);
	x.platform->make_key(now_ms, key, sizeof(key));
	ex.in.op = OP_PUBLISH;
	ex.in.post = post;
	ex.in.media_dir = workspace_media_dir(o->app->workspace);
	ex.in.key = key;
	ex.in.key_time_ms = now_ms;
	ex.in.rehearsal = true;
	media_host_rehearse(o, post, x.platform, t->requests);
	if (exchange_rehearse(&ex, t->requests, &why))
		add_problem(t, a, "request", why.code, arena_strdup(a, why.text));
}

static enum err rehearse(struct plan *p, struct err_info *info)
{
	struct publish_report *r = p->report;

	for (size_t i = 0; i < r->n_targets; i++) {
		struct target *t = &r->targets[i];
		int64_t job;
		enum err e = find_duplicate(p, i, &job, info);

		if (e)
			return e;
		t->requests = json_new_array();
		if (!t->n_problems)
			publish_rehearse(p->o, &p->to.conns[i], &p->posts[i], p->now_ms, p->arena,
					 t);
		if (job)
			add_problem(t, p->arena, "duplicate", E_DUPLICATE,
				    arena_printf(
					    p->arena,
					    "job %lld has the same text and media for this account",
					    (long long)job));
		r->valid = r->valid && !t->n_problems;
	}
	return OK;
}

/* ---------------------------------------------------------------- storing */

static enum err refuse_duplicate(const struct plan *p, size_t i, int64_t job, struct err_info *info)
{
	char label[OPS_LABEL_SIZE], window[32];
	enum err e;

	connection_label(&p->to.conns[i], label);
	when_duration(config_ms(app_config(p->o->app), "duplicate.window"), window, sizeof(window));
	e = err_set(info, E_DUPLICATE,
		    "job %lld has the same text and media for %s within %s; nothing was stored",
		    (long long)job, label, window);
	err_hint(info, "to publish it again all the same: --allow-duplicate");
	return e;
}

static void job_of(const struct plan *p, size_t i, const char *hash, struct job_values *v)
{
	const struct config *c = app_config(p->o->app);
	int64_t at = p->report->scheduled_at, undo = 0;

	if (p->d->with_undo)
		undo = p->d->undo_ms ? p->d->undo_ms : config_ms(c, "undo");

	*v = (struct job_values){
		.post_id = p->report->post_id,
		.connection_id = p->to.conns[i].id,
		.scheduled_at = at,
		.next_attempt_at = at,
		.max_retries = config_int(c, "retry.max"),
		.priority = p->d->priority,
		.content_hash = hash,
	};
	if (p->d->as_draft) {
		v->status = JOB_DRAFT;
		v->next_attempt_at = 0;
	} else if (at > p->now_ms) {
		v->status = JOB_SCHEDULED;
	} else {
		v->status = JOB_PENDING;
		v->wait = undo ? WAIT_UNDO : WAIT_NONE;
		v->next_attempt_at = at + undo;
	}
}

static enum err add_job(struct plan *p, size_t i, struct err_info *info)
{
	struct store *s = p->o->store;
	struct job_values v;
	char hash[65];
	int64_t id = 0;
	enum err e;

	post_hash(&p->posts[i], hash);
	job_of(p, i, hash, &v);
	e = job_add(s, &v, &id, info);
	if (!e)
		e = job_get(s, p->o->tenant_id, id, p->arena, &p->report->jobs[i], info);
	return e;
}

static enum err add_all(struct plan *p, struct err_info *info)
{
	struct store *s = p->o->store;
	enum err e = OK;

	for (size_t i = 0; !e && i < p->to.n; i++) {
		int64_t job;

		e = find_duplicate(p, i, &job, info);
		if (!e && job)
			e = refuse_duplicate(p, i, job, info);
	}
	if (!e)
		e = post_add(s, &p->post, &p->report->post_id, info);
	for (size_t i = 0; !e && i < p->d->n_variants; i++) {
		const struct draft_variant *v = &p->d->variants[i];
		struct post own = {0};

		variant_media(p->d, v->platform, p->files, p->arena, &own);
		e = post_variant_set(s, p->report->post_id, v->platform, v->text, own.media,
				     own.n_media, info);
	}
	for (size_t i = 0; !e && i < p->to.n; i++)
		e = add_job(p, i, info);
	for (size_t i = 0; !e && i < p->report->n_scaled; i++)
		e = scale_log(p->o, &p->report->scaled[i], &p->report->jobs[0], info);
	return e;
}

static enum err store_all(struct plan *p, struct err_info *info)
{
	const char *media_dir = workspace_media_dir(p->o->app->workspace);
	enum err e = ops_may_write(p->o, info);

	for (size_t i = 0; !e && i < p->n_files; i++)
		e = media_keep(&p->files[i], media_dir, info);
	if (!e)
		e = ops_begin(p->o, info);
	if (e)
		return e;
	p->report->jobs = arena_alloc(p->arena, (p->to.n + 1) * sizeof(*p->report->jobs));
	e = add_all(p, info);
	if (!e)
		e = ops_commit(p->o, info);
	if (e) {
		store_rollback(p->o->store);
		p->report->post_id = 0;
	} else {
		p->report->n_jobs = p->to.n;
	}
	return e;
}

enum err ops_publish(struct ops *o, const struct draft *d, bool rehearsal,
		     struct publish_report *out, struct err_info *info)
{
	struct plan p = {.o = o, .d = d, .report = out, .now_ms = clock_wall_ms()};
	enum err e;

	*out = (struct publish_report){.arena = arena_new()};
	p.arena = out->arena;
	e = targets_find(o, d, p.arena, &p.to, info);
	if (!e) {
		out->scheduled_at = d->as_draft && !d->at ? 0 : p.now_ms;
		if (d->at)
			e = ops_time(d->at, p.to.brand.timezone, p.now_ms, &out->scheduled_at,
				     info);
	}
	if (!e)
		e = make_content(&p, info);
	if (!e) {
		check_targets(&p);
		e = scale(&p, info);
	}
	if (!e) {
		if (rehearsal)
			e = rehearse(&p, info);
		else if (!out->valid)
			e = content_refuse(out->targets, out->n_targets, info);
		else
			e = store_all(&p, info);
	}
	for (size_t i = 0; i < p.n_files; i++)
		media_close(&p.files[i]);
	return e;
}
