/* ops/import.c - many posts from a file: every row is proven before the first is stored, and then all become
 * visible with one commit.
 *
 * Reading, checking and copying of media need no lock. The write lock is held for the one transaction alone, which
 * stores rows and nothing else; its length bounds IMPORT_ROWS_MAX, for the publisher waits for it. A crash before the
 * commit leaves nothing but, at most, copies of media that no post names.
 *
 * A row is one post; rows that name the same `post' and have the same content but for the text are one post whose
 * jobs go to several accounts, with a variant where the text differs. */
#include "ops/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "platforms/platform.h"
#include "store/audit.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/store.h"
#include "store/workspace.h"

#define PROGRESS_ROWS 100

void import_report_free(struct import_report *r)
{
	arena_free(&r->arena);
	*r = (struct import_report){0};
}

/* The first problem's words, or how many there are. The code they share, else E_INVALID. */
static enum err refuse(const struct import_report *r, struct err_info *info)
{
	const struct import_problem *first = &r->problems[0];
	enum err code = first->code, e;

	for (size_t i = 1; i < r->n_problems; i++)
		if (r->problems[i].code != code)
			code = E_INVALID;
	if (r->n_problems == 1)
		e = err_set(info, code, "row %lld%s%s: %s; nothing was stored",
			    (long long)first->row, first->column ? ", " : "",
			    first->column ? first->column : "", first->message);
	else
		e = err_set(info, code, "%lld of %lld rows cannot be imported; nothing was stored",
			    (long long)r->failed, (long long)r->rows);
	err_hint(info, "mend them, or import the others with --skip-invalid");
	return e;
}

static enum err step(struct import *x, int64_t done, struct err_info *info)
{
	const struct import_request *r = x->request;

	if (!r->progress || done % PROGRESS_ROWS)
		return OK;
	if (r->progress(r->self, done, (int64_t)x->n))
		return OK;
	return err_set(info, E_INTERRUPTED, "the import was interrupted; nothing was stored");
}

/* ---------------------------------------------------------------- from rows to posts */

static void key_text(struct strbuf *b, const char *s)
{
	strbuf_printf(b, "%zu:", s ? strlen(s) + 1 : 0);
	strbuf_puts(b, s ? s : "");
}

/* All that rows of one post must have in common. */
static void group_key(const struct item *i, struct strbuf *b)
{
	const struct post *p = &i->post;
	const char *const texts[] = {i->rec->cell[F_POST], p->link,          p->title,  p->language,
				     p->visibility,        p->first_comment, p->options};

	strbuf_reset(b);
	strbuf_printf(b, "%lld ", (long long)p->brand_id);
	for (size_t k = 0; k < COUNT_OF(texts); k++)
		key_text(b, texts[k]);
	for (size_t k = 0; k < p->n_media; k++) {
		key_text(b, p->media[k].sha256);
		key_text(b, p->media[k].alt);
	}
}

static const char *text_on(const struct group *g, const char *platform)
{
	for (size_t i = 0; i < g->n_texts; i++)
		if (!strcmp(g->texts[i].platform, platform))
			return g->texts[i].text;
	return NULL;
}

static bool may_join(const struct group *g, const struct item *i)
{
	for (size_t k = 0; k < i->to->n; k++) {
		const char *text = text_on(g, i->to->conns[k].platform);

		if (text && strcmp(text, i->texts[k]) != 0)
			return false;
	}
	return true;
}

static void join(struct import *x, size_t number, struct item *i)
{
	struct group *g = &x->groups[number];

	for (size_t k = 0; k < i->to->n; k++) {
		const char *platform = i->to->conns[k].platform;

		if (text_on(g, platform))
			continue;
		g->texts = arena_grow(x->arena, g->texts, g->n_texts, sizeof(*g->texts));
		g->texts[g->n_texts++] = (struct draft_variant){.platform = platform,
								.text = i->texts[k]};
	}
	i->group = number;
}

static void make_groups(struct import *x)
{
	struct index *known = index_new();
	struct strbuf key;

	strbuf_init(&key, (size_t)4 << 20);
	for (size_t k = 0; k < x->n; k++) {
		struct item *i = &x->items[k];
		int64_t *at = NULL;

		if (i->rec->bad || i->skipped)
			continue;
		if (i->rec->cell[F_POST]) {
			group_key(i, &key);
			at = index_at(known, key.data, key.len);
			if (*at >= 0 && may_join(&x->groups[*at], i)) {
				join(x, (size_t)*at, i);
				continue;
			}
		}
		x->groups = arena_grow(x->arena, x->groups, x->n_groups, sizeof(*x->groups));
		x->groups[x->n_groups] = (struct group){.post = &i->post};
		if (at)
			*at = (int64_t)x->n_groups;
		join(x, x->n_groups++, i);
	}
	strbuf_free(&key);
	index_free(&known);
}

/* ---------------------------------------------------------------- storing */

static void want_media(struct import *x)
{
	for (size_t n = 0; n < x->n; n++) {
		const struct record *r = x->items[n].rec;

		for (size_t k = 0; !r->bad && !x->items[n].skipped && k < r->n_media; k++) {
			const char *name = r->media[k].file;

			x->files[*index_at(x->files_known, name, strlen(name))].wanted = true;
		}
	}
}

/* Once more, for it may have changed since: the copy is what was checked, or nothing is stored. */
static enum err keep_media(struct import *x, struct err_info *info)
{
	const char *dir = workspace_media_dir(x->o->app->workspace);
	enum err e = OK;

	for (size_t i = 0; !e && i < x->n_files; i++) {
		struct arena *a;
		struct media_file f;
		bool opened;

		if (!x->files[i].wanted)
			continue;
		a = arena_new();
		e = media_open(x->files[i].path, NULL, a, &f, info);
		opened = !e;
		if (!e && strcmp(f.media->sha256, x->files[i].media->sha256) != 0)
			e = err_set(info, E_MEDIA, "%s has changed since it was checked",
				    x->files[i].path);
		else if (!e)
			e = media_keep(&f, dir, info);
		if (opened)
			media_close(&f);
		arena_free(&a);
	}
	return e;
}

static enum err store_post(struct import *x, struct group *g, struct err_info *info)
{
	struct store *s = x->o->store;
	enum err e = post_add(s, g->post, &g->post_id, info);

	for (size_t i = 0; !e && i < g->n_texts; i++)
		if (strcmp(g->texts[i].text, g->post->text) != 0)
			e = post_variant_set(s, g->post_id, g->texts[i].platform, g->texts[i].text,
					     NULL, 0, info);
	if (!e)
		x->report->posts++;
	return e;
}

static enum err store_job(struct import *x, const struct item *i, size_t k, struct err_info *info)
{
	bool held = i->status == JOB_HELD;
	struct job_values v = {
		.post_id = x->groups[i->group].post_id,
		.connection_id = i->to->conns[k].id,
		.status = held ? JOB_SCHEDULED : i->status,
		.scheduled_at = i->at,
		.next_attempt_at = i->status == JOB_DRAFT ? 0 : i->at,
		.max_retries = x->max_retries,
		.priority = i->priority,
		.content_hash = i->hashes[k],
	};
	struct transition hold = {.to = JOB_HELD,
				  .action = "job.hold",
				  .hold_reason = HOLD_OPERATOR,
				  .failures = -1,
				  .crashes = -1};
	int64_t id;
	enum err e = job_add(x->o->store, &v, &id, info);

	if (!e && held)
		e = job_transition(x->o->store, x->o->tenant_id, id, &hold, info);
	if (!e)
		x->report->jobs++;
	return e;
}

/* Somebody may have published the same since the row was checked. */
static enum err still_new(struct import *x, struct item *i, struct err_info *info)
{
	enum err e = OK;

	for (size_t k = 0; !e && !i->rec->bad && k < i->to->n; k++)
		e = import_find_duplicate(x, i, k, info);
	return e;
}

static enum err store_rows(struct import *x, struct err_info *info)
{
	struct import_report *r = x->report;
	enum err e = OK;

	for (size_t n = 0; !e && n < x->n; n++) {
		struct item *i = &x->items[n];

		if (i->rec->bad || i->skipped)
			continue;
		e = still_new(x, i, info);
		if (!e && i->rec->bad && !x->request->skip_invalid) {
			import_take_problems(x);
			return refuse(r, info);
		}
		if (e || i->rec->bad)
			continue;
		if (!x->groups[i->group].post_id)
			e = store_post(x, &x->groups[i->group], info);
		for (size_t k = 0; !e && k < i->to->n; k++)
			e = store_job(x, i, k, info);
		r->imported++;
		if (!e)
			e = step(x, (int64_t)n, info);
	}
	return e;
}

static enum err note(struct import *x, struct err_info *info)
{
	const struct import_report *r = x->report;
	char message[400];
	struct audit_note n = {.action = "post.import", .outcome = "ok", .message = message};

	snprintf(message, sizeof(message), "%s: %lld rows, %lld posts, %lld jobs", x->request->name,
		 (long long)r->imported, (long long)r->posts, (long long)r->jobs);
	return audit_append(x->o->store, x->o->tenant_id, &n, info);
}

static enum err store_all(struct import *x, struct err_info *info)
{
	struct import_report *r = x->report;
	enum err e = ops_may_write(x->o, info);

	want_media(x);
	if (!e)
		e = keep_media(x, info);
	if (!e)
		e = ops_begin(x->o, info);
	if (e)
		return e;
	e = store_rows(x, info);
	if (!e)
		e = note(x, info);
	if (!e)
		e = ops_commit(x->o, info);
	if (e) {
		store_rollback(x->o->store);
		r->imported = r->posts = r->jobs = 0;
	}
	return e;
}

/* ---------------------------------------------------------------- the whole */

/* What would be stored, for a rehearsal. */
static void count_all(struct import *x)
{
	struct import_report *r = x->report;

	for (size_t n = 0; n < x->n; n++) {
		const struct item *i = &x->items[n];

		if (i->rec->bad || i->skipped)
			continue;
		r->imported++;
		r->jobs += (int64_t)i->to->n;
	}
	r->posts = (int64_t)x->n_groups;
}

static enum err check_all(struct import *x, struct err_info *info)
{
	enum err e = OK;

	for (size_t n = 0; !e && n < x->n; n++) {
		e = import_check(x, &x->items[n], info);
		if (!e)
			e = step(x, (int64_t)n, info);
	}
	return e;
}

enum err ops_import(struct ops *o, const struct import_request *q, struct import_report *out,
		    struct err_info *info)
{
	struct import x = {.o = o, .request = q, .report = out, .now_ms = clock_wall_ms()};
	struct record *records = NULL;
	enum err e;

	*out = (struct import_report){.arena = arena_new()};
	x.arena = x.problems.arena = out->arena;
	x.targets_known = index_new();
	x.files_known = index_new();
	x.content_known = index_new();
	x.max_retries = config_int(app_config(o->app), "retry.max");
	x.window_ms = config_ms(app_config(o->app), "duplicate.window");
	e = records_read(q->bytes, q->n, q->format, IMPORT_ROWS_MAX, x.arena, &x.problems, &records,
			 &x.n, info);
	if (!e) {
		out->rows = (int64_t)x.n;
		x.items = arena_alloc(x.arena, (x.n + 1) * sizeof(*x.items));
		for (size_t n = 0; n < x.n; n++)
			x.items[n].rec = &records[n];
		e = check_all(&x, info);
	}
	if (!e) {
		import_take_problems(&x);
		make_groups(&x);
		if (out->failed && !q->skip_invalid)
			e = refuse(out, info);
		else if (q->dry)
			count_all(&x);
		else if (x.n_groups)
			e = store_all(&x, info);
		import_take_problems(&x);
	}
	index_free(&x.targets_known);
	index_free(&x.files_known);
	index_free(&x.content_known);
	return e;
}
