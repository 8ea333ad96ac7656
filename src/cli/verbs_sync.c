/* cli/verbs_sync.c - the exchanges with platforms that were no publishing. */
#include <string.h>

#include "base/i18n.h"
#include "cli/verbs.h"

static enum err read_filter(struct cli *c, struct sync_filter *f)
{
	static const char *const ops[] = {"login",    "refresh", "verify", "settle",
					  "takedown", "facts",   "revoke"};
	const char *op = arg_value(&c->args, "op");
	struct log_filter log;
	bool known = !op;
	enum err e = cli_log_filter(c, &log);

	for (size_t i = 0; !known && i < COUNT_OF(ops); i++)
		known = !strcmp(op, ops[i]);
	if (!e && !known)
		e = err_set(
			&c->info, E_USAGE,
			"--op takes login, refresh, verify, settle, takedown, facts or revoke, not `%s'",
			op);
	if (!e)
		*f = (struct sync_filter){
			.brand_id = log.brand_id,
			.connection_id = log.connection_id,
			.platform = log.platform,
			.op = op,
			.failed = arg_set(&c->args, "failed"),
			.since = log.since,
			.until = log.until,
		};
	return e;
}

static void print_table(struct cli *c, const struct page *p)
{
	static const struct column columns[] = {
		{N_("AT (UTC)"), 0},       {N_("CONNECTION"), COL_FLEX}, {N_("OP"), 0},
		{N_("OUTCOME"), 0},        {N_("HTTP"), COL_RIGHT},      {N_("MS"), COL_RIGHT},
		{N_("MESSAGE"), COL_FLEX},
	};
	struct table *t = table_new(columns, COUNT_OF(columns));

	for (size_t i = 0; i < p->n; i++) {
		const struct sync_entry *e = &p->syncs[i];

		table_cell(t, "%s", out_time(c->arena, e->at, NULL));
		if (e->brand)
			table_cell(t, "%s/%s/%s", e->brand, e->platform, e->account);
		else
			table_cell(t, "%s", e->platform);
		table_cell(t, "%s", e->op);
		table_cell(t, "%s", e->outcome);
		if (e->http_status)
			table_cell(t, "%lld", (long long)e->http_status);
		else
			table_cell(t, "-");
		table_cell(t, "%lld", (long long)e->duration_ms);
		table_cell(t, "%s%s%s", e->code ? e->code : "", e->code && e->message ? ": " : "",
			   e->message ? e->message : "");
	}
	table_print(&t, c->args.ascii);
}

int verb_sync_log(struct cli *c)
{
	struct page_request r = {0};
	struct sync_filter f;
	struct page p = {0};

	if (args_expect(&c->args, 0, 0, &c->info) || cli_page(c, &r, 50) || read_filter(c, &f) ||
	    ops_sync_log(c->ops, &f, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();

		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_sync(&p.syncs[i]));
		list = shape_list("entries", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	print_table(c, &p);
	page_free(&p);
	return cli_end(c);
}
