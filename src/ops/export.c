/* ops/export.c - jobs with their posts, one row each, in the form that import reads.
 *
 * Numbers never change, so pages by number leave out nothing that was there at the start and tell nothing twice; what
 * changes meanwhile appears as it was before or after. No snapshot is held, for that would hold up checkpoints. */
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/fs.h"
#include "base/when.h"
#include "ops/internal.h"
#include "ops/rows.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/store.h"
#include "store/workspace.h"

#define PAGE_ROWS 250

struct exporter {
	struct ops *o;
	struct job_filter filter;
	enum row_format format;
	char *cursor; /* NULL: from the start */
	bool begun;
	size_t n_media; /* pairs of columns */
	int64_t done, total;
};

enum err ops_export_new(struct ops *o, const struct job_filter *f, enum row_format format,
			struct exporter **out, struct err_info *info)
{
	struct exporter *x;
	int64_t most = 0;
	enum err e = OK;

	if (format == FORMAT_CSV)
		e = post_media_most(o->store, &most, info);
	if (e)
		return e;
	x = xcalloc(1, sizeof(*x));
	*x = (struct exporter){.o = o, .filter = *f, .format = format, .total = -1};
	x->n_media = most < 1 ? 1 : most > ROW_MEDIA_MAX ? ROW_MEDIA_MAX : (size_t)most;
	*out = x;
	return OK;
}

void ops_export_free(struct exporter **x)
{
	if (!*x)
		return;
	xfree(&(*x)->cursor);
	xfree(x);
}

void ops_export_progress(const struct exporter *x, int64_t *done, int64_t *total)
{
	*done = x->done;
	*total = x->total;
}

/* ---------------------------------------------------------------- CSV */

static const char *const before[] = {"id", "tenant"};
static const char *const behind[] = {"hold_reason", "attempts",      "remote_id",  "remote_url",
				     "error_code",  "error_message", "created_at", "published_at"};

static void put_header(const struct exporter *x, struct strbuf *out)
{
	for (size_t i = 0; i < COUNT_OF(before); i++)
		csv_put(out, before[i], !i);
	for (int f = 0; f < FIELD_COUNT; f++)
		if (f != F_CONNECTION)
			csv_put(out, field_names[f], false);
	for (size_t i = 1; i <= x->n_media; i++) {
		char name[32] = "media";

		if (i > 1)
			snprintf(name, sizeof(name), "media%zu", i);
		csv_put(out, name, false);
		snprintf(name, sizeof(name), i > 1 ? "alt%zu" : "alt", i);
		csv_put(out, name, false);
	}
	for (size_t i = 0; i < COUNT_OF(behind); i++)
		csv_put(out, behind[i], false);
	csv_end_row(out);
}

static void put_int(struct strbuf *out, int64_t n, bool first)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	csv_put(out, text, first);
}

static void put_time(struct strbuf *out, int64_t ms)
{
	char text[WHEN_RFC3339_SIZE] = "";

	if (ms)
		when_rfc3339(ms, text);
	csv_put(out, text, false);
}

static void put_media(const struct exporter *x, const struct post *p, struct strbuf *out)
{
	const char *dir = workspace_media_dir(x->o->app->workspace);

	for (size_t i = 0; i < x->n_media; i++) {
		char *path = i < p->n_media ? fs_join(dir, p->media[i].sha256) : NULL;

		csv_put(out, path, false);
		csv_put(out, path ? p->media[i].alt : NULL, false);
		xfree(&path);
	}
}

static void put_row(const struct exporter *x, const struct job *j, const struct post *p,
		    struct strbuf *out)
{
	put_int(out, j->id, true);
	csv_put(out, j->tenant, false);
	put_int(out, j->post_id, false);
	csv_put(out, j->brand, false);
	csv_put(out, j->platform, false);
	csv_put(out, j->account, false);
	csv_put(out, job_status_name(j->status), false);
	put_time(out, j->scheduled_at);
	csv_put(out, p->text, false);
	csv_put(out, p->link, false);
	csv_put(out, p->title, false);
	csv_put(out, p->language, false);
	csv_put(out, p->visibility, false);
	csv_put(out, p->first_comment, false);
	csv_put(out, p->options, false);
	put_int(out, j->priority, false);
	put_media(x, p, out);
	csv_put(out, hold_reason_name(j->hold_reason), false);
	put_int(out, j->attempts, false);
	csv_put(out, j->remote_id, false);
	csv_put(out, j->remote_url, false);
	csv_put(out, j->error_code, false);
	csv_put(out, j->error_message, false);
	put_time(out, j->created_at);
	put_time(out, j->published_at);
	csv_end_row(out);
}

/* ---------------------------------------------------------------- JSON lines */

static void set_word(struct json *o, const char *name, const char *s)
{
	json_set_str(o, name, s && *s ? s : NULL);
}

static struct json *media_list(const struct exporter *x, const struct post *p)
{
	const char *dir = workspace_media_dir(x->o->app->workspace);
	struct json *list = json_new_array();

	for (size_t i = 0; i < p->n_media; i++) {
		const struct media *m = &p->media[i];
		struct json *o = json_add(list, json_new_object());
		char *path = fs_join(dir, m->sha256);

		json_set_str(o, "file", path);
		json_set_str(o, "sha256", m->sha256);
		json_set_str(o, "type", m->type);
		json_set_int(o, "bytes", m->bytes);
		set_word(o, "alt", m->alt);
		set_word(o, "name", m->name);
		xfree(&path);
	}
	return list;
}

static void put_line(const struct exporter *x, const struct job *j, const struct post *p,
		     struct strbuf *out)
{
	struct json *o = json_new_object(), *options = NULL;
	struct err_info why;

	json_set_int(o, "id", j->id);
	json_set_str(o, "tenant", j->tenant);
	json_set_int(o, "post", j->post_id);
	json_set_str(o, "brand", j->brand);
	json_set_str(o, "platform", j->platform);
	json_set_str(o, "account", j->account);
	json_set_str(o, "status", job_status_name(j->status));
	json_set_time(o, "at", j->scheduled_at);
	json_set_str(o, "text", p->text);
	set_word(o, "link", p->link);
	set_word(o, "title", p->title);
	set_word(o, "language", p->language);
	set_word(o, "visibility", p->visibility);
	set_word(o, "first_comment", p->first_comment);
	if (p->options &&
	    !json_parse(p->options, strlen(p->options), JSON_BYTES_MAX, &options, &why))
		json_set(o, "options", options);
	else
		json_set_null(o, "options");
	json_set_int(o, "priority", j->priority);
	json_set(o, "media", media_list(x, p));
	set_word(o, "hold_reason", hold_reason_name(j->hold_reason));
	json_set_int(o, "attempts", j->attempts);
	set_word(o, "remote_id", j->remote_id);
	set_word(o, "remote_url", j->remote_url);
	set_word(o, "error_code", j->error_code);
	set_word(o, "error_message", j->error_message);
	json_set_time(o, "created_at", j->created_at);
	json_set_time(o, "published_at", j->published_at);
	json_write(out, o, false);
	strbuf_putc(out, '\n');
	json_free(&o);
}

/* ---------------------------------------------------------------- pieces */

static enum err put_jobs(struct exporter *x, const struct page *p, struct strbuf *out,
			 struct err_info *info)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < p->n; i++) {
		const struct job *j = &p->jobs[i];
		struct post post;

		e = post_get(x->o->store, j->tenant_id, j->post_id, j->platform, p->arena, &post,
			     info);
		if (e)
			break;
		if (x->format == FORMAT_CSV)
			put_row(x, j, &post, out);
		else
			put_line(x, j, &post, out);
		x->done++;
	}
	return e;
}

enum err ops_export_step(struct exporter *x, struct strbuf *out, bool *more, struct err_info *info)
{
	struct page_request r = {
		.limit = PAGE_ROWS, .ascending = true, .cursor = x->cursor, .count = !x->begun};
	struct page p = {0};
	enum err e = store_read_begin(x->o->store, info);

	if (e)
		return e;
	if (!x->begun && x->format == FORMAT_CSV)
		put_header(x, out);
	e = jobs_page(x->o->store, &x->filter, JOB_SORT_ID, &r, &p, info);
	if (!e)
		e = put_jobs(x, &p, out, info);
	store_read_end(x->o->store);
	if (!e) {
		if (!x->begun)
			x->total = p.total;
		x->begun = true;
		xfree(&x->cursor);
		x->cursor = xstrdup(p.next);
		*more = p.next != NULL;
	}
	page_free(&p);
	return e;
}
