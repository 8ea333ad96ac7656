/* ui/compose_preview.c - how a post will look on each platform, with what keeps it from going out. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/compose.h"
#include "ui/console.h"

static const char *text_for(const struct draft *d, const char *platform)
{
	for (size_t i = 0; i < d->n_variants; i++)
		if (!strcmp(d->variants[i].platform, platform))
			return d->variants[i].text ? d->variants[i].text : d->text;
	return d->text ? d->text : "";
}

/* key: of preview-scale */
static void target_part(struct lines *out, int width, const struct draft *d, const struct target *t,
			const char *key)
{
	char heading[600];

	snprintf(heading, sizeof(heading), "%s / %s / %s", t->brand ? t->brand : "", t->platform,
		 t->account ? t->account : "");
	lines_heading(out, heading);
	bool over = t->limit && t->measured > t->limit;
	lines_add(out, over ? ROLE_BAD : ROLE_GOOD,
		  over ? _("%lld of %lld: too long by %lld") : _("%lld of %lld"),
		  (long long)t->measured, (long long)t->limit, (long long)(t->measured - t->limit));
	for (size_t i = 0; i < t->n_problems; i++) {
		const struct target_problem *p = &t->problems[i];
		lines_wrap(out, ROLE_BAD, width, 4, "%s %s: %s", term_ascii() ? "x" : "✗",
			   p->field ? p->field : "", p->message ? p->message : "");
		if (p->excess == EXCESS_BYTES)
			lines_wrap(out, ROLE_TEXT, width, 4,
				   _("  too large by %lld kB; %s puts a smaller copy in its place"),
				   (long long)(p->actual - p->limit + 999) / 1000, key);
		else if (p->excess)
			lines_wrap(out, ROLE_TEXT, width, 4,
				   _("  too large; %s puts a smaller copy in its place"), key);
	}
	if (t->n_parts == 0)
		lines_wrap(out, ROLE_TEXT, width, 0, "%s", text_for(d, t->platform));
	for (size_t i = 0; i < t->n_parts; i++) {
		const struct target_part *p = &t->parts[i];

		lines_add(out, t->limit && p->measured > t->limit ? ROLE_BAD : ROLE_DIM,
			  _("part %zu: %lld of %lld"), i + 1, (long long)p->measured,
			  (long long)t->limit);
		lines_wrap(out, ROLE_TEXT, width, 2, "%s", p->text);
	}
}

static void facts(struct lines *out, int width, const struct draft *d)
{
	if (d->at)
		lines_add(out, ROLE_TEXT, "%-11s%s", _("At"), d->at);
	if (d->link)
		lines_wrap(out, ROLE_TEXT, width, 11, "%-11s%s", _("Link"), d->link);
	if (d->title)
		lines_wrap(out, ROLE_TEXT, width, 11, "%-11s%s", _("Title"), d->title);
	if (d->language)
		lines_add(out, ROLE_TEXT, "%-11s%s", _("Language"), d->language);
	for (size_t i = 0; i < d->n_media; i++)
		lines_wrap(out, ROLE_TEXT, width, 11, "%-11s%s: %s", _("Media"), d->media[i].file,
			   d->media[i].alt ? d->media[i].alt : _("(not described)"));
}

static void copies(struct lines *out, int width, const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_scaled; i++) {
		const struct scaled *s = &r->scaled[i];

		lines_wrap(out, ROLE_TEXT, width, 11,
			   _("%-11s%s: %lld x %lld, %lld kB, in place of %lld x %lld, %lld kB%s%s"),
			   _("Copy"), s->from->name, (long long)s->to->width,
			   (long long)s->to->height, (long long)(s->to->bytes + 999) / 1000,
			   (long long)s->from->width, (long long)s->from->height,
			   (long long)(s->from->bytes + 999) / 1000,
			   s->turned ? _("; turned upright") : "",
			   s->stripped ? _("; its metadata are left out") : "");
	}
}

static void build(struct console *c, struct lines *out, int width, void *data)
{
	const struct compose *p = data;
	char key[16];

	keymap_key(c->keys, PANE_PREVIEW, "preview-scale", key, sizeof(key));
	if (!p->parsed) {
		lines_wrap(out, ROLE_BAD, width, 2, "%s: %s", err_name(p->trouble.code),
			   p->trouble.text);
		if (p->trouble.hint[0])
			lines_wrap(out, ROLE_TEXT, width, 2, "%s", p->trouble.hint);
		lines_heading(out, _("What was written"));
		lines_wrap(out, ROLE_TEXT, width, 0, "%s", p->bytes.data);
		return;
	}
	facts(out, width, &p->draft);
	if (p->known)
		copies(out, width, &p->report);
	if (p->refused.code != OK) {
		lines_wrap(out, ROLE_BAD, width, 2, "%s: %s", err_name(p->refused.code),
			   p->refused.text);
		if (p->refused.hint[0])
			lines_wrap(out, ROLE_TEXT, width, 2, "%s", p->refused.hint);
	}
	if (p->known) {
		for (size_t i = 0; i < p->report.n_targets; i++)
			target_part(out, width, &p->draft, &p->report.targets[i], key);
		return;
	}
	if (p->refused.code == OK && !p->editing)
		lines_add(out, ROLE_DIM, "%s", _("checking..."));
	lines_heading(out, _("Text"));
	lines_wrap(out, ROLE_TEXT, width, 0, "%s", p->draft.text ? p->draft.text : "");
}

static void describe(struct console *c, void *data, struct strbuf *out)
{
	const struct compose *p = data;

	(void)c;
	if (p->editing)
		strbuf_printf(out, _("change of job %lld"), (long long)p->editing);
	else if (p->draft.brand && p->parsed)
		strbuf_puts(out, p->draft.brand);
	if (p->known)
		strbuf_printf(out, "%s%s", out->len ? " " : "",
			      p->report.valid ? _("ready") : _("NOT READY"));
}

static void drop(void *data)
{
	compose_free(data);
}

static void discard(struct console *c, void *data, size_t choice)
{
	struct compose *p = preview_compose(c);

	(void)data;
	if (!p)
		return;
	if (choice == 0) {
		post_file_remove(&p->file);
		say(c, MESSAGE_INFO, "%s", _("Discarded."));
	} else {
		say(c, MESSAGE_INFO, _("Kept: %s"), p->file.path);
	}
	preview_close(c);
}

static bool closing(struct console *c, void *data)
{
	static const struct choice choices[] = {{'d', N_("discard")}, {'k', N_("keep the file")}};

	(void)data;
	confirm_choose(c, _("Leave without publishing?"), choices, 2, discard, NULL, NULL);
	return false;
}

static const struct text_spec spec = {
	.title = N_("Preview"),
	.build = build,
	.describe = describe,
	.closing = closing,
	.live = true,
	.drop = drop,
};

void preview_open(struct console *c, struct compose *p)
{
	console_push(c, text_view_new(c, &spec, PANE_PREVIEW, p));
}

struct compose *preview_compose(struct console *c)
{
	return text_view_data(c, &spec);
}

void preview_changed(struct console *c)
{
	for (size_t i = 0; i < c->depth; i++)
		if (c->stack[i]->pane == PANE_PREVIEW)
			c->stack[i]->stale = c->stack[i]->dirty = true;
}

void preview_close(struct console *c)
{
	console_remove(c, PANE_PREVIEW);
}
