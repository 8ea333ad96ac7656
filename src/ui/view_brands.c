/* ui/view_brands.c - the brands. Choosing one narrows the other three panes. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/when.h"
#include "ui/list_view.h"
#include "ui/scope.h"

enum { COL_NAME, COL_STATE, COL_ACCOUNTS, COL_TIME, COL_ZONE };

static const struct column columns[] = {
	[COL_NAME] = {N_("Brand"), 10, 24, 0, true, false, -1},
	[COL_STATE] = {N_("State"), 7, 8, 1, false, false, -1},
	[COL_ACCOUNTS] = {N_("Acc"), 3, 8, 2, false, true, -1},
	[COL_TIME] = {N_("Time"), 5, 5, 3, false, false, -1},
	[COL_ZONE] = {N_("Zone"), 14, 20, 4, false, false, -1},
};

static enum err page(struct ops *o, const void *query, const struct page_request *r,
		     struct page *out, struct err_info *info)
{
	struct page_request by_number = *r;

	(void)query;
	by_number.ascending = true;
	return ops_brands(o, &by_number, out, info);
}

static int64_t id(const struct page *p, size_t i)
{
	return p->brands[i].id;
}

static enum err query(struct list_view *lv, const char *filter, struct query *q,
		      struct err_info *info)
{
	(void)lv;
	(void)q;
	(void)filter;
	(void)info;
	return OK;
}

static bool match(const struct page *p, size_t i, const char *text)
{
	return list_view_contains(p->brands[i].name, text) ||
	       list_view_contains(p->brands[i].timezone, text);
}

static void cell(struct list_view *lv, const struct page *p, size_t i, size_t column,
		 struct cell *out)
{
	const struct brand *b = &p->brands[i];

	(void)lv;
	switch (column) {
	case COL_NAME:
		snprintf(out->text, sizeof(out->text), "%s", b->name);
		if (b->color && out->role == ROLE_TEXT)
			out->attr = term_brand_attr(b->color);
		break;
	case COL_STATE:
		if (b->archived)
			snprintf(out->text, sizeof(out->text), "%s", _("away"));
		else if (b->paused)
			snprintf(out->text, sizeof(out->text), "%s", _("paused"));
		else
			snprintf(out->text, sizeof(out->text), "%s", _("active"));
		out->role = b->paused ? ROLE_WARN : ROLE_TEXT;
		break;
	case COL_ACCOUNTS:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)b->connections);
		break;
	case COL_TIME:
		when_local(clock_wall_ms(), b->timezone, WHEN_TIME_ONLY, out->text,
			   sizeof(out->text));
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", b->timezone ? b->timezone : "");
		break;
	}
}

static void select_one(struct list_view *lv, const struct page *p, size_t i, struct selection *s)
{
	const struct brand *b = &p->brands[i];

	(void)lv;
	s->brand_id = b->id;
	snprintf(s->brand, sizeof(s->brand), "%s", b->name);
	snprintf(s->label, sizeof(s->label), "%s", b->name);
}

static bool chosen(const struct list_view *lv, const struct page *p, size_t i)
{
	return p->brands[i].id == lv->view.c->scope.brand_id;
}

static bool run(struct list_view *lv, const char *command, const char *args)
{
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	(void)args;
	if (strcmp(command, "open") != 0 || !p)
		return false;
	scope_brand(lv->view.c, chosen(lv, p, k) ? NULL : &p->brands[k]);
	return true;
}

static void describe(struct list_view *lv, struct strbuf *out)
{
	strbuf_puts(out, ops_tenant(lv->view.c->ops));
}

const struct list_spec list_brands = {
	.ops = LIST_VIEW_OPS(N_("Brands")),
	.columns = columns,
	.n_columns = COUNT_OF(columns),
	.source = {page, id},
	.brand = id,
	.match = match,
	.query = query,
	.cell = cell,
	.kind = SELECT_BRAND,
	.select = select_one,
	.run = run,
	.describe = describe,
	.chosen = chosen,
};
