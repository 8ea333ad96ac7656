/* ui/compose.c - the commands that begin a post or change one, and the editor's part of it. */
#include "ui/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/spawn.h"

void compose_free(struct compose *p)
{
	strbuf_free(&p->bytes);
	xfree(&p->template_bytes);
	arena_free(&p->arena);
	publish_report_free(&p->report);
	xfree(&p);
}

static const char *editor(struct console *c)
{
	const char *named = config_text(app_config(c->app), "editor");

	if (!named || !*named)
		named = getenv("VISUAL");
	if (!named || !*named)
		named = getenv("EDITOR");
	return named && *named ? named : "vi";
}

/* The text that the editor left: parsed, or the reason why it cannot be. */
static void parse(struct console *c, struct compose *p)
{
	arena_free(&p->arena);
	p->arena = arena_new();
	p->generation++;
	p->scale = false;
	p->known = false;
	p->refused.code = OK;
	p->parsed = ops_post_file_parse(p->bytes.data, p->bytes.len, p->arena, &p->draft,
					&p->trouble) == OK;
	p->brand_id = 0;
	for (size_t i = 0; p->parsed && p->draft.brand && i < c->brands.n; i++)
		if (!strcmp(c->brands.brands[i].name, p->draft.brand))
			p->brand_id = c->brands.brands[i].id;
}

/* False: nothing was written, or the editor failed; a message says which. */
static bool run_editor(struct console *c, struct compose *p)
{
	struct err_info info;
	struct strbuf bytes;

	enum err e = spawn_foreground(editor(c), p->file.path, &info);
	console_layout(c);
	console_changed(c);
	strbuf_init(&bytes, (size_t)1 << 20);
	if (e == OK)
		e = post_file_read(&p->file, &bytes, &info);
	if (e != OK) {
		strbuf_free(&bytes);
		say_error(c, &info);
		return false;
	}
	strbuf_free(&p->bytes);
	p->bytes = bytes;
	parse(c, p);
	return true;
}

static bool unchanged(const struct compose *p)
{
	return !strcmp(p->bytes.data, p->template_bytes) ||
	       (p->parsed && !(p->draft.text && *p->draft.text));
}

void compose_edit(struct console *c, struct compose *p)
{
	if (run_editor(c, p)) {
		if (p->parsed)
			compose_rehearse(c, p);
		preview_changed(c);
	}
}

/* The editor failed: what it may have written stays where it is, an untouched file does not. */
static void give_up(struct console *c, struct compose *p)
{
	struct strbuf now;

	strbuf_init(&now, (size_t)1 << 20);
	if (post_file_read(&p->file, &now, NULL) == OK && !strcmp(now.data, p->template_bytes))
		post_file_remove(&p->file);
	else
		snprintf(c->left_behind, sizeof(c->left_behind), "%s", p->file.path);
	strbuf_free(&now);
	compose_free(p);
}

static void start(struct console *c, const struct draft *d, int64_t editing)
{
	struct compose *p = xcalloc(1, sizeof(*p));
	struct strbuf template;
	struct err_info info;

	strbuf_init(&p->bytes, (size_t)1 << 20);
	strbuf_init(&template, (size_t)1 << 20);
	ops_post_file_write(d, &template);
	p->template_bytes = strbuf_detach(&template);
	p->editing = editing;
	if (post_file_make(&p->file, p->template_bytes, strlen(p->template_bytes), &info) != OK) {
		say_error(c, &info);
		compose_free(p);
		return;
	}
	if (!run_editor(c, p)) {
		give_up(c, p);
		return;
	}
	if (unchanged(p)) {
		say(c, MESSAGE_INFO, "%s", _("Nothing was written, so nothing was made."));
		post_file_remove(&p->file);
		compose_free(p);
		return;
	}
	if (p->parsed)
		compose_rehearse(c, p);
	preview_open(c, p);
}

static void publish(struct console *c, const char *args)
{
	struct draft d = {0};
	struct selection s = {0};
	struct view *v = console_view(c);
	struct arena *a = arena_new();
	struct connection conn;
	char number[32];

	if (preview_compose(c)) {
		say(c, MESSAGE_INFO, "%s", _("One post at a time: this one is not done yet."));
		arena_free(&a);
		return;
	}
	d.brand = c->scope.brand[0] ? c->scope.brand : NULL;
	if (!d.brand && v->ops->select && v->ops->select(v, false, &s) && s.brand[0])
		d.brand = s.brand;
	if (!d.brand && c->brands.n == 1)
		d.brand = c->brands.brands[0].name;
	if (c->scope.connection_id) {
		snprintf(number, sizeof(number), "%lld", (long long)c->scope.connection_id);
		if (ops_connection_show(c->ops, number, a, &conn, NULL) == OK) {
			d.platforms = &conn.platform;
			d.n_platforms = 1;
		}
	}
	if (*args)
		d.text = args;
	start(c, &d, 0);
	selection_free(&s);
	arena_free(&a);
}

static void edit(struct console *c, const char *args)
{
	struct arena *a = arena_new();
	struct selection s;
	struct job_detail detail;
	struct err_info info;

	if (!command_select(c, SELECT_JOB, args, &s)) {
		arena_free(&a);
		return;
	}
	if (preview_compose(c)) {
		say(c, MESSAGE_INFO, "%s", _("One post at a time: this one is not done yet."));
	} else if (ops_job_show(c->ops, s.ids[0], a, &detail, &info) != OK) {
		say_error(c, &info);
	} else {
		struct draft d = {
			.text = detail.job.text,
			.link = detail.post.link,
			.title = detail.post.title,
			.language = detail.post.language,
			.visibility = detail.post.visibility,
			.first_comment = detail.post.first_comment,
		};
		start(c, &d, s.ids[0]);
	}
	selection_free(&s);
	arena_free(&a);
}

/* ------------------------------------------------------------------ in the preview */
/* A duplicate is a question, not a mistake: it is asked when the post is accepted. */
static bool has_mistakes(const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_targets; i++)
		for (size_t k = 0; k < r->targets[i].n_problems; k++)
			if (strcmp(r->targets[i].problems[k].field, "duplicate") != 0)
				return true;
	return r->n_targets == 0;
}

static struct compose *ready(struct console *c)
{
	struct compose *p = preview_compose(c);

	if (!p)
		return NULL;
	if (!p->parsed) {
		say_error(c, &p->trouble);
		return NULL;
	}
	if (p->known && !p->report.valid && has_mistakes(&p->report)) {
		say(c, MESSAGE_BAD, "%s",
		    _("There are problems to be mended first; what they are stands here."));
		return NULL;
	}
	return p;
}

static void preview_publish(struct console *c, const char *args)
{
	struct compose *p = ready(c);

	(void)args;
	if (p)
		compose_accept(c, p, COMPOSE_PUBLISH, NULL, false);
}

static void schedule_accept(struct console *c, void *data, const char *text)
{
	struct compose *p = preview_compose(c);
	struct err_info info;
	int64_t ms;

	(void)data;
	if (!p || !text[0])
		return;
	if (when_parse(text, zone_of(c, p->brand_id), clock_wall_ms(), &ms, &info) != OK)
		say_error(c, &info);
	else
		compose_accept(c, p, COMPOSE_PUBLISH, text, false);
}

static void preview_schedule(struct console *c, const char *args)
{
	struct compose *p = ready(c);

	if (p && *args)
		schedule_accept(c, NULL, args);
	else if (p)
		prompt_for_time(c, p->brand_id, schedule_accept, NULL, NULL);
}

static void preview_edit(struct console *c, const char *args)
{
	struct compose *p = preview_compose(c);

	(void)args;
	if (p)
		compose_edit(c, p);
}

static void preview_draft(struct console *c, const char *args)
{
	struct compose *p = preview_compose(c);

	(void)args;
	if (p && !p->parsed)
		say_error(c, &p->trouble);
	else if (p && p->editing)
		say(c, MESSAGE_INFO, "%s",
		    _("A job that is changed stays what it is; publish saves the change."));
	else if (p)
		compose_accept(c, p, COMPOSE_DRAFT, NULL, false);
}

static bool is_too_large(const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_targets; i++)
		for (size_t k = 0; k < r->targets[i].n_problems; k++)
			if (r->targets[i].problems[k].excess)
				return true;
	return false;
}

/* Shows what the copies would be; accepting the post then takes them. */
static void preview_scale(struct console *c, const char *args)
{
	struct compose *p = preview_compose(c);

	(void)args;
	if (p && !p->parsed) {
		say_error(c, &p->trouble);
	} else if (p && (p->scale || p->draft.scale)) {
		say(c, MESSAGE_INFO, "%s",
		    _("It is done already; what became of them stands here."));
	} else if (p && !(p->known && is_too_large(&p->report))) {
		say(c, MESSAGE_INFO, "%s", _("No picture is too large."));
	} else if (p) {
		p->scale = true;
		compose_rehearse(c, p);
	}
}

const struct command_row commands_post[] = {
	{"publish", publish},
	{"edit", edit},
	{"preview-publish", preview_publish},
	{"preview-schedule", preview_schedule},
	{"preview-scale", preview_scale},
	{"preview-edit", preview_edit},
	{"preview-draft", preview_draft},
	{NULL, NULL},
};
