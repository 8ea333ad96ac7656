/* ui/view_conns.c - the connections of the brand in scope. Choosing one narrows jobs and log. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/when.h"
#include "ui/filter.h"
#include "ui/list_view.h"
#include "ui/scope.h"

enum {
	COL_PLATFORM,
	COL_ACCOUNT,
	COL_STATUS,
	COL_EXPIRES,
	COL_WAITING,
	COL_BRAND,
	COL_VERIFIED,
	COL_ERROR
};

static const struct column columns[] = {
	[COL_PLATFORM] = {N_("Platform"), 8, 12, 0, false, false, -1},
	[COL_ACCOUNT] = {N_("Account"), 10, 24, 0, true, false, -1},
	[COL_STATUS] = {N_("Status"), 14, 14, 1, false, false, -1},
	[COL_EXPIRES] = {N_("Login"), 6, 8, 4, false, true, -1},
	[COL_WAITING] = {N_("Jobs"), 4, 6, 2, false, true, -1},
	[COL_BRAND] = {N_("Brand"), 10, 16, 3, false, false, -1},
	[COL_VERIFIED] = {N_("Seen"), 6, 8, 6, false, true, -1},
	[COL_ERROR] = {N_("Last error"), 16, 30, 7, false, false, -1},
};

static enum err page(struct ops *o, const void *query, const struct page_request *r,
		     struct page *out, struct err_info *info)
{
	const struct query *q = query;
	struct connections_request c = q->connections;

	c.page = *r;
	c.page.ascending = true;
	return ops_connections(o, &c, out, info);
}

static int64_t id(const struct page *p, size_t i)
{
	return p->connections[i].id;
}

static int64_t brand(const struct page *p, size_t i)
{
	return p->connections[i].brand_id;
}

static enum err statuses(const struct filter_values *v, unsigned *out, struct err_info *info)
{
	unsigned bits = 0;

	for (size_t i = 0; i < v->n; i++) {
		enum conn_status s;
		if (!conn_status_from(v->items[i], &s))
			return err_set(info, E_INVALID, "\"%s\" is no status of a connection.",
				       v->items[i]);
		bits |= 1u << s;
	}
	if (v->n && v->not )
		bits = ~bits & ((1u << CONN_STATUS_COUNT) - 1);
	*out = bits;
	return OK;
}

static enum err query(struct list_view *lv, const char *filter, struct query *q,
		      struct err_info *info)
{
	struct filter f;
	enum err e = filter_parse(filter, q->arena, &f, info);

	if (e == OK)
		e = statuses(&f.values[FILTER_STATUS], &q->connections.statuses, info);
	if (e != OK)
		return e;
	if (f.text || f.values[FILTER_ERROR].n || f.values[FILTER_PLATFORM].n > 1 ||
	    f.values[FILTER_PLATFORM].not || f.values[FILTER_BRAND].n > 1 ||
	    f.values[FILTER_BRAND].not )
		return err_set(
			info, E_INVALID,
			"Connections can be filtered by one brand, one platform and by status.");
	if (f.values[FILTER_PLATFORM].n)
		q->connections.platform = f.values[FILTER_PLATFORM].items[0];
	if (f.values[FILTER_BRAND].n)
		q->connections.brand = f.values[FILTER_BRAND].items[0];
	else
		q->connections.brand_id = lv->view.c->scope.brand_id;
	return OK;
}

static bool match(const struct page *p, size_t i, const char *text)
{
	const struct connection *c = &p->connections[i];

	return list_view_contains(c->account, text) || list_view_contains(c->platform, text) ||
	       list_view_contains(c->brand, text) || list_view_contains(c->last_error, text) ||
	       list_view_contains(conn_status_name(c->status), text);
}

static void status_cell(const struct connection *c, struct cell *out)
{
	const char *glyph = term_ascii() ? "+" : "●";

	if (c->status != CONN_CONNECTED) {
		glyph = term_ascii() ? "!" : "▲";
		out->role = ROLE_BAD;
	} else if (c->paused) {
		glyph = term_ascii() ? "=" : "‖";
		out->role = ROLE_WARN;
	} else if (out->role == ROLE_TEXT) {
		out->role = ROLE_GOOD;
	}
	snprintf(out->text, sizeof(out->text), "%s %s", glyph,
		 c->status == CONN_CONNECTED && c->paused ? _("paused")
							  : _(conn_status_name(c->status)));
}

static void cell(struct list_view *lv, const struct page *p, size_t i, size_t column,
		 struct cell *out)
{
	const struct connection *c = &p->connections[i];
	int64_t now = clock_wall_ms();
	char age[32];

	(void)lv;
	switch (column) {
	case COL_PLATFORM:
		snprintf(out->text, sizeof(out->text), "%s", c->platform);
		break;
	case COL_ACCOUNT:
		snprintf(out->text, sizeof(out->text), "%s", c->account ? c->account : "");
		break;
	case COL_STATUS:
		status_cell(c, out);
		break;
	case COL_EXPIRES:
		if (c->refreshable || !c->expires_at) {
			snprintf(out->text, sizeof(out->text), "%s",
				 c->refreshable ? _("renews") : "");
		} else {
			when_duration(c->expires_at > now ? c->expires_at - now : 0, age,
				      sizeof(age));
			snprintf(out->text, sizeof(out->text), "%s", age);
			out->role = c->jobs_at_risk ? ROLE_BAD : out->role;
		}
		break;
	case COL_WAITING:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)c->jobs_waiting);
		break;
	case COL_BRAND:
		snprintf(out->text, sizeof(out->text), "%s", c->brand);
		break;
	case COL_VERIFIED:
		if (c->last_verified_at) {
			when_local(c->last_verified_at, zone_of(lv->view.c, c->brand_id),
				   WHEN_TIME_ONLY, out->text, sizeof(out->text));
		}
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", c->last_error ? c->last_error : "");
		out->role = c->last_error ? ROLE_WARN : out->role;
		break;
	}
}

static bool hides(const struct list_view *lv, size_t column)
{
	return column == COL_BRAND && lv->view.c->scope.brand_id != 0;
}

static void select_one(struct list_view *lv, const struct page *p, size_t i, struct selection *s)
{
	const struct connection *c = &p->connections[i];

	(void)lv;
	s->brand_id = c->brand_id;
	snprintf(s->brand, sizeof(s->brand), "%s", c->brand);
	snprintf(s->label, sizeof(s->label), "%s/%s/%s", c->brand, c->platform,
		 c->account ? c->account : "");
}

static bool chosen(const struct list_view *lv, const struct page *p, size_t i)
{
	return p->connections[i].id == lv->view.c->scope.connection_id;
}

static bool run(struct list_view *lv, const char *command, const char *args)
{
	size_t k;
	const struct page *p = list_current(&lv->list, &k);

	(void)args;
	if (strcmp(command, "open") != 0 || !p)
		return false;
	scope_connection(lv->view.c, chosen(lv, p, k) ? NULL : &p->connections[k]);
	return true;
}

const struct list_spec list_connections = {
	.ops = LIST_VIEW_OPS(N_("Connections")),
	.columns = columns,
	.n_columns = COUNT_OF(columns),
	.source = {page, id},
	.filters = true,
	.brand = brand,
	.match = match,
	.query = query,
	.cell = cell,
	.hides = hides,
	.kind = SELECT_CONNECTION,
	.select = select_one,
	.run = run,
	.chosen = chosen,
};
