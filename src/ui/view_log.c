/* ui/view_log.c - the log, newest at the bottom, following until one scrolls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/when.h"
#include "ui/filter.h"
#include "ui/list_view.h"
#include "ui/text_view.h"
#include "ui/view_job.h"

enum { COL_TIME, COL_ACTOR, COL_ACTION, COL_SUBJECT, COL_OUTCOME, COL_MESSAGE, COL_TOOK };

static const struct column columns[] = {
	[COL_TIME] = {N_("Time"), 8, 8, 0, false, false, -1},
	[COL_ACTOR] = {N_("Who"), 8, 12, 4, false, false, -1},
	[COL_ACTION] = {N_("Action"), 14, 16, 1, false, false, -1},
	[COL_SUBJECT] = {N_("On"), 14, 22, 2, false, false, -1},
	[COL_OUTCOME] = {N_("Outcome"), 10, 11, 3, false, false, -1},
	[COL_MESSAGE] = {N_("Message"), 16, 30, 5, true, false, -1},
	[COL_TOOK] = {N_("Took"), 6, 8, 6, false, true, -1},
};

static enum err page(struct ops *o, const void *query, const struct page_request *r,
		     struct page *out, struct err_info *info)
{
	const struct query *q = query;
	struct page_request oldest_first = *r;

	oldest_first.ascending = true;
	/* No counter is kept for a part of the log: to count would be to read all of it. */
	oldest_first.count &= !q->log.brand_id && !q->log.connection_id && !q->log.search;
	return ops_log(o, &q->log, &oldest_first, out, info);
}

static int64_t id(const struct page *p, size_t i)
{
	return p->entries[i].seq;
}

static int64_t brand(const struct page *p, size_t i)
{
	return p->entries[i].brand_id;
}

static enum err query(struct list_view *lv, const char *text, struct query *q,
		      struct err_info *info)
{
	struct console *c = lv->view.c;
	struct filter f;
	enum err e = filter_parse(text, q->arena, &f, info);

	if (e != OK)
		return e;
	for (int k = 0; k < FILTER_KEYS; k++)
		if (f.values[k].n && (f.values[k].not || (k != FILTER_BRAND && k != FILTER_TEXT)))
			return err_set(info, E_INVALID,
				       "The log can be filtered by brand: and text.");
	q->log.brand_id = c->scope.brand_id;
	q->log.connection_id = c->scope.connection_id;
	q->log.search = f.text;
	if (f.values[FILTER_BRAND].n) {
		struct brand b;
		e = ops_brand_show(c->ops, f.values[FILTER_BRAND].items[0], q->arena, &b, info);
		if (e != OK)
			return e;
		q->log.brand_id = b.id;
	}
	q->slow = f.text != NULL;
	return OK;
}

static bool match(const struct page *p, size_t i, const char *text)
{
	const struct log_entry *e = &p->entries[i];

	return list_view_contains(e->action, text) || list_view_contains(e->actor, text) ||
	       list_view_contains(e->brand, text) || list_view_contains(e->message, text) ||
	       list_view_contains(e->outcome, text) || list_view_contains(e->code, text);
}

static void subject(const struct log_entry *e, char *out, size_t size)
{
	char job[40] = "", conn[40] = "";

	if (e->job_id)
		snprintf(job, sizeof(job), _("job %lld"), (long long)e->job_id);
	else if (e->connection_id)
		snprintf(conn, sizeof(conn), _("connection %lld"), (long long)e->connection_id);
	snprintf(out, size, "%s%s%s%s", job, conn, e->brand && (job[0] || conn[0]) ? " " : "",
		 e->brand ? e->brand : "");
}

static enum role outcome_role(const struct log_entry *e)
{
	if (e->code)
		return e->outcome && !strcmp(e->outcome, "pending") ? ROLE_WARN : ROLE_BAD;
	if (e->outcome && (!strcmp(e->outcome, "ok") || !strcmp(e->outcome, "published")))
		return ROLE_GOOD;
	if (e->outcome && (!strcmp(e->outcome, "failed") || !strcmp(e->outcome, "unknown")))
		return ROLE_BAD;
	return ROLE_TEXT;
}

static void cell(struct list_view *lv, const struct page *p, size_t i, size_t column,
		 struct cell *out)
{
	const struct log_entry *e = &p->entries[i];

	switch (column) {
	case COL_TIME:
		when_local(e->at, zone_of(lv->view.c, 0), WHEN_TIME_ONLY | WHEN_SECONDS, out->text,
			   sizeof(out->text));
		break;
	case COL_ACTOR:
		snprintf(out->text, sizeof(out->text), "%s", e->actor ? e->actor : "");
		break;
	case COL_ACTION:
		snprintf(out->text, sizeof(out->text), "%s", e->action);
		break;
	case COL_SUBJECT:
		subject(e, out->text, sizeof(out->text));
		break;
	case COL_OUTCOME:
		snprintf(out->text, sizeof(out->text), "%s", e->outcome ? e->outcome : "");
		out->role = outcome_role(e);
		break;
	case COL_MESSAGE:
		snprintf(out->text, sizeof(out->text), "%s%s%s", e->code ? e->code : "",
			 e->code && e->message ? ": " : "", e->message ? e->message : "");
		break;
	default:
		if (e->duration_ms)
			snprintf(out->text, sizeof(out->text), "%lldms", (long long)e->duration_ms);
		break;
	}
}

/* ------------------------------------------------------------------ one entry */
struct entry_text {
	struct arena *arena;
	struct log_entry entry;
};

static void entry_build(struct console *c, struct lines *out, int width, void *data)
{
	const struct log_entry *e = &((struct entry_text *)data)->entry;
	char when[80], on[400];

	when_local(e->at, zone_of(c, e->brand_id), WHEN_SECONDS | WHEN_WITH_ZONE, when,
		   sizeof(when));
	subject(e, on, sizeof(on));
	lines_add(out, ROLE_TEXT, _("Time      %s"), when);
	lines_add(out, ROLE_TEXT, _("Who       %s%s%s"), e->actor ? e->actor : "",
		  e->terminal ? " @ " : "", e->terminal ? e->terminal : "");
	lines_add(out, ROLE_TEXT, _("Action    %s"), e->action);
	lines_add(out, ROLE_TEXT, _("On        %s"), on);
	lines_add(out, outcome_role(e), _("Outcome   %s"), e->outcome ? e->outcome : "");
	if (e->code)
		lines_add(out, ROLE_BAD, _("Code      %s"), e->code);
	if (e->duration_ms)
		lines_add(out, ROLE_TEXT, _("Took      %lld ms"), (long long)e->duration_ms);
	lines_add(out, ROLE_DIM, _("Entry     %lld"), (long long)e->seq);
	lines_add(out, ROLE_DIM, _("Hash      %s"), e->hash ? e->hash : "");
	if (e->message) {
		lines_heading(out, _("Message"));
		lines_wrap(out, ROLE_TEXT, width, 0, "%s", e->message);
	}
}

static void entry_drop(void *data)
{
	struct entry_text *t = data;

	arena_free(&t->arena);
	xfree(&t);
}

static const struct text_spec entry_spec = {
	.title = N_("Log entry"), .build = entry_build, .drop = entry_drop};

static void open_entry(struct console *c, const struct log_entry *e)
{
	struct entry_text *t = xcalloc(1, sizeof(*t));
	struct arena *a = t->arena = arena_new();

	t->entry = *e;
	t->entry.actor = arena_strdup(a, e->actor);
	t->entry.terminal = arena_strdup(a, e->terminal);
	t->entry.action = arena_strdup(a, e->action);
	t->entry.brand = arena_strdup(a, e->brand);
	t->entry.outcome = arena_strdup(a, e->outcome);
	t->entry.code = arena_strdup(a, e->code);
	t->entry.message = arena_strdup(a, e->message);
	t->entry.hash = arena_strdup(a, e->hash);
	console_push(c, text_view_new(c, &entry_spec, PANE_TEXT, t));
}

static bool run(struct list_view *lv, const char *command, const char *args)
{
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	(void)args;
	if (strcmp(command, "open") != 0 || !p)
		return false;
	open_entry(lv->view.c, &p->entries[k]);
	return true;
}

static void select_one(struct list_view *lv, const struct page *p, size_t i, struct selection *s)
{
	const struct log_entry *e = &p->entries[i];

	(void)lv;
	s->brand_id = e->brand_id;
	snprintf(s->brand, sizeof(s->brand), "%s", e->brand ? e->brand : "");
	snprintf(s->label, sizeof(s->label), "%s", e->hash ? e->hash : "");
}

const struct list_spec list_log = {
	.ops = LIST_VIEW_OPS(N_("Log")),
	.columns = columns,
	.n_columns = COUNT_OF(columns),
	.source = {page, id},
	.follows = true,
	.filters = true,
	.brand = brand,
	.match = match,
	.query = query,
	.cell = cell,
	.kind = SELECT_ENTRY,
	.select = select_one,
	.run = run,
};
