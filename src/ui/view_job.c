/* ui/view_job.c - one job opened: the post with its counts, why it stands where it stands, its attempts
 * with the platform's own words. Read again whenever the workspace changes. */
#include "ui/view_job.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/text_view.h"

struct job_text {
	int64_t id;
	bool why_only;
	struct arena *arena; /* of what was read last */
	struct job job;
	bool known;
};

static void when_line(struct console *c, struct lines *out, const char *label, int64_t ms,
		      int64_t brand_id)
{
	char when[80];

	if (!ms)
		return;
	when_local(ms, zone_of(c, brand_id), WHEN_SECONDS | WHEN_WITH_ZONE, when, sizeof(when));
	lines_add(out, ROLE_TEXT, "%-11s%s", label, when);
}

static void head(struct console *c, struct lines *out, const struct job *j)
{
	char status[200];

	job_status_text(j, status, sizeof(status));
	lines_add(out, ROLE_HEAD, "%s / %s / %s", j->brand, j->platform,
		  j->account ? j->account : "");
	lines_add(out, job_role(j), "%-11s%s", _("Status"), status);
	when_line(c, out, _("Scheduled"), j->scheduled_at, j->brand_id);
	if (j->status == JOB_PENDING)
		when_line(c, out, _("Next try"), j->next_attempt_at, j->brand_id);
	when_line(c, out, _("Published"), j->published_at, j->brand_id);
	lines_add(out, ROLE_TEXT, _("%-11s%lld of %lld"), _("Tries"), (long long)j->attempts,
		  (long long)j->max_retries + 1);
	if (j->priority)
		lines_add(out, ROLE_TEXT, "%-11s%lld", _("Priority"), (long long)j->priority);
	if (j->remote_url)
		lines_add(out, ROLE_BUSY, "%-11s%s", _("URL"), j->remote_url);
	else if (j->remote_id)
		lines_add(out, ROLE_TEXT, "%-11s%s", _("Remote id"), j->remote_id);
}

static void error_part(struct lines *out, int width, const struct job *j)
{
	if (!j->error_code && !j->error_message)
		return;
	lines_heading(out, _("Error"));
	lines_wrap(out, ROLE_BAD, width, 2, "%s%s%s", j->error_code ? j->error_code : "",
		   j->error_code && j->error_message ? ": " : "",
		   j->error_message ? j->error_message : "");
	if (j->http_status)
		lines_add(out, ROLE_TEXT, _("HTTP status %lld"), (long long)j->http_status);
}

static void post_part(struct lines *out, int width, const struct job_detail *d)
{
	char title[200];
	const struct post *p = &d->post;

	snprintf(title, sizeof(title), _("Post on %s: %lld of %lld"), d->job.platform,
		 (long long)d->measured, (long long)d->limit);
	lines_heading(out, title);
	lines_wrap(out, d->limit && d->measured > d->limit ? ROLE_BAD : ROLE_TEXT, width, 0, "%s",
		   d->job.text ? d->job.text : "");
	if (p->title)
		lines_wrap(out, ROLE_TEXT, width, 11, "%-11s%s", _("Title"), p->title);
	if (p->link)
		lines_wrap(out, ROLE_TEXT, width, 11, "%-11s%s", _("Link"), p->link);
	if (p->language)
		lines_add(out, ROLE_TEXT, "%-11s%s", _("Language"), p->language);
	if (p->visibility)
		lines_add(out, ROLE_TEXT, "%-11s%s", _("Visibility"), p->visibility);
	for (size_t i = 0; i < d->job.n_media; i++) {
		const struct media *m = &d->job.media[i];
		lines_wrap(out, ROLE_TEXT, width, 11, _("%-11s%s, %s, %lld bytes: %s"), _("Media"),
			   m->name ? m->name : m->sha256, m->type ? m->type : "",
			   (long long)m->bytes, m->alt ? m->alt : _("(not described)"));
	}
}

static void why_part(struct console *c, struct lines *out, int width, const struct job *j,
		     const struct why *w)
{
	if (!w->n)
		return;
	lines_heading(out, _("Why it stands here"));
	for (size_t i = 0; i < w->n; i++)
		lines_wrap(out, ROLE_TEXT, width, 2, "%s %s", term_glyph(GLYPH_DOT),
			   w->reasons[i].message);
	when_line(c, out, _("Runs at"), w->runs_at, j->brand_id);
}

static void attempt_lines(struct console *c, struct lines *out, int width, const struct job *j,
			  const struct attempt *a)
{
	char when[64], took[32] = "", http[32] = "";

	when_local(a->started_at, zone_of(c, j->brand_id), WHEN_SECONDS, when, sizeof(when));
	if (a->finished_at)
		snprintf(took, sizeof(took), " %lld ms",
			 (long long)(a->finished_at - a->started_at));
	if (a->http_status)
		snprintf(http, sizeof(http), " HTTP %lld", (long long)a->http_status);
	lines_add(out,
		  a->outcome == OUTCOME_PUBLISHED ? ROLE_GOOD
		  : a->outcome == OUTCOME_NONE    ? ROLE_BUSY
						  : ROLE_BAD,
		  "%lld  %s  %s%s%s", (long long)a->n, when,
		  a->outcome == OUTCOME_NONE ? _("on its way") : _(outcome_name(a->outcome)), http,
		  took);
	if (a->code || a->message)
		lines_wrap(out, ROLE_TEXT, width, 5, "   %s%s%s", a->code ? a->code : "",
			   a->code && a->message ? ": " : "", a->message ? a->message : "");
	if (a->sent_at && a->outcome == OUTCOME_UNKNOWN) {
		when_local(a->deadline, zone_of(c, j->brand_id), WHEN_SECONDS | WHEN_TIME_ONLY,
			   when, sizeof(when));
		lines_add(
			out, ROLE_WARN,
			_("   sent, no clear answer; could arrive until %s; looked for %lld times"),
			when, (long long)a->settle_reads);
	}
	if (a->key)
		lines_add(out, ROLE_DIM, _("   key %s"), a->key);
}

static void read_job(struct console *c, struct job_text *t, struct lines *out, int width)
{
	struct arena *a = arena_new();
	struct job_detail d = {0};
	struct why w = {0};
	struct err_info info;
	struct job j;

	if (ops_job_show(c->ops, t->id, a, &d, &info) != OK) {
		lines_wrap(out, ROLE_BAD, width, 2, "%s: %s", err_name(info.code), info.text);
		arena_free(&a);
		return;
	}
	bool why_known = ops_job_why(c->ops, t->id, a, &j, &w, NULL) == OK;
	head(c, out, &d.job);
	if (t->why_only) {
		if (why_known)
			why_part(c, out, width, &d.job, &w);
	} else {
		error_part(out, width, &d.job);
		if (why_known)
			why_part(c, out, width, &d.job, &w);
		post_part(out, width, &d);
		if (d.n_attempts)
			lines_heading(out, _("Attempts"));
		for (size_t i = d.n_attempts; i-- > 0;)
			attempt_lines(c, out, width, &d.job, &d.attempts[i]);
	}
	arena_free(&t->arena);
	t->arena = a;
	t->job = d.job;
	t->known = true;
}

static void build(struct console *c, struct lines *out, int width, void *data)
{
	read_job(c, data, out, width);
}

static bool select_job(struct console *c, void *data, struct selection *s)
{
	struct job_text *t = data;

	(void)c;
	*s = (struct selection){.kind = SELECT_JOB};
	selection_add(s, t->id);
	if (t->known)
		job_selection(&t->job, s);
	return true;
}

static void describe(struct console *c, void *data, struct strbuf *out)
{
	(void)c;
	strbuf_printf(out, "%lld", (long long)((struct job_text *)data)->id);
}

static void drop(void *data)
{
	struct job_text *t = data;

	arena_free(&t->arena);
	xfree(&t);
}

static const struct text_spec job_spec = {
	.title = N_("Job"),
	.build = build,
	.select = select_job,
	.describe = describe,
	.live = true,
	.drop = drop,
};
static const struct text_spec why_spec = {
	.title = N_("Why: job"),
	.build = build,
	.select = select_job,
	.describe = describe,
	.live = true,
	.drop = drop,
};

static void open_text(struct console *c, const struct text_spec *spec, int64_t id, bool why_only)
{
	struct job_text *t = xcalloc(1, sizeof(*t));

	t->id = id;
	t->why_only = why_only;
	console_push(c, text_view_new(c, spec, PANE_JOB, t));
}

void job_view_open(struct console *c, int64_t id)
{
	open_text(c, &job_spec, id, false);
}

void job_why_open(struct console *c, int64_t id)
{
	open_text(c, &why_spec, id, true);
}
