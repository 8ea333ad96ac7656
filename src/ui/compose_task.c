/* ui/compose_task.c - checking and accepting a post, on the worker. A task parses its own copy of the file. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/compose.h"
#include "ui/console.h"

struct compose_task {
	struct task task;
	char *bytes;
	size_t n;
	unsigned generation;
	bool rehearse, allow_duplicate, scale;
	enum compose_how how;
	char at[200];
	int64_t editing, undo_ms;
	struct publish_report report;
	struct job edited;
};

static void compose_run(struct task *t, struct ops *o)
{
	struct compose_task *w = (struct compose_task *)t;
	struct arena *a = arena_new();
	struct draft d;

	t->e = ops_post_file_parse(w->bytes, w->n, a, &d, &t->info);
	if (t->e == OK) {
		d.as_draft = w->how == COMPOSE_DRAFT;
		d.with_undo = w->undo_ms > 0;
		d.undo_ms = w->undo_ms;
		d.allow_duplicate = w->allow_duplicate;
		d.scale = d.scale || w->scale;
		if (w->at[0])
			d.at = w->at;
		if (w->editing && !w->rehearse)
			t->e = ops_job_edit(o, w->editing, &d, a, &w->edited, &t->info);
		else
			t->e = ops_publish(o, &d, w->rehearse, &w->report, &t->info);
	}
	arena_free(&a);
}

static void compose_dispose(struct task *t)
{
	struct compose_task *w = (struct compose_task *)t;

	publish_report_free(&w->report);
	xfree(&w->bytes);
	xfree(&w);
}

static void rehearsed(struct task *t, struct console *c)
{
	struct compose_task *w = (struct compose_task *)t;
	struct compose *p = preview_compose(c);

	if (!p || p->generation != w->generation)
		return;
	p->refused = t->info;
	p->refused.code = t->e;
	/* The copy could not be made: the picture is refused as before. */
	p->scale = p->scale && t->e == OK;
	if (t->e == OK) {
		publish_report_free(&p->report);
		p->report = w->report;
		w->report = (struct publish_report){0};
		p->known = true;
	}
	preview_changed(c);
}

static void tell(struct console *c, const struct compose_task *w)
{
	const struct publish_report *r = &w->report;
	char when[80], undo[32];

	if (w->editing) {
		say(c, MESSAGE_GOOD, _("Job %lld is changed."), (long long)w->editing);
		return;
	}
	if (w->how == COMPOSE_DRAFT) {
		say(c, MESSAGE_GOOD, _("Post %lld is kept as a draft; release lets its jobs go."),
		    (long long)r->post_id);
		return;
	}
	if (r->n_jobs && r->jobs[0].status == JOB_SCHEDULED) {
		when_local(r->scheduled_at, zone_of(c, r->jobs[0].brand_id),
			   WHEN_MINUTES | WHEN_WITH_ZONE, when, sizeof(when));
		say(c, MESSAGE_GOOD,
		    ngettext("Post %lld: %zu job goes out %s.", "Post %lld: %zu jobs go out %s.",
			     r->n_jobs),
		    (long long)r->post_id, r->n_jobs, when);
		return;
	}
	when_duration(w->undo_ms, undo, sizeof(undo));
	say(c, MESSAGE_GOOD,
	    ngettext("Post %lld: %zu job goes out in %s; undo takes it back.",
		     "Post %lld: %zu jobs go out in %s; undo takes them back.", r->n_jobs),
	    (long long)r->post_id, r->n_jobs, undo);
}

static void duplicate_yes(struct console *c, void *data, size_t choice)
{
	struct compose *p = preview_compose(c);
	struct compose_task *asked = data;

	(void)choice;
	if (p && p->generation == asked->generation)
		compose_accept(c, p, asked->how, asked->at[0] ? asked->at : NULL, true);
}

static void duplicate_drop(void *data)
{
	struct compose_task *w = data;

	xfree(&w);
}

static void accepted(struct task *t, struct console *c)
{
	struct compose_task *w = (struct compose_task *)t;
	struct compose *p = preview_compose(c);

	if (t->e == E_DUPLICATE && p && !w->allow_duplicate) {
		struct compose_task *again = xcalloc(1, sizeof(*again));
		char text[600];
		again->generation = w->generation;
		again->how = w->how;
		snprintf(again->at, sizeof(again->at), "%s", w->at);
		snprintf(text, sizeof(text), _("%.400s Publish it all the same?"), t->info.text);
		confirm_ask(c, text, duplicate_yes, duplicate_drop, again);
		return;
	}
	if (t->e != OK) {
		say_error(c, &t->info);
		if (p) {
			p->refused = t->info;
			preview_changed(c);
		}
		return;
	}
	tell(c, w);
	if (p && p->generation == w->generation) {
		post_file_remove(&p->file);
		preview_close(c);
	}
	console_changed(c);
}

static struct compose_task *task_new(const struct compose *p)
{
	struct compose_task *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = compose_run, .dispose = compose_dispose};
	w->bytes = xstrndup(p->bytes.data, p->bytes.len);
	w->n = p->bytes.len;
	w->generation = p->generation;
	w->editing = p->editing;
	w->scale = p->scale;
	return w;
}

void compose_rehearse(struct console *c, struct compose *p)
{
	struct compose_task *w = NULL;

	/* A job that is changed keeps its account; ops checks the text when it is saved. */
	if (p->editing)
		return;
	w = task_new(p);
	w->task.done = rehearsed;
	w->rehearse = true;
	worker_send(c->worker, &w->task);
}

void compose_accept(struct console *c, struct compose *p, enum compose_how how, const char *at,
		    bool allow_duplicate)
{
	struct compose_task *w = task_new(p);

	w->task.done = accepted;
	w->task.doing = N_("accepting");
	w->how = how;
	w->undo_ms = c->undo_ms;
	w->allow_duplicate = allow_duplicate;
	snprintf(w->at, sizeof(w->at), "%s", at ? at : "");
	worker_send(c->worker, &w->task);
}
