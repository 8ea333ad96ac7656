/* cli/verbs_accounts.c - connect, connections, verify, refresh, disconnect. */
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/browser.h"
#include "cli/stop.h"
#include "cli/verbs.h"
#include "ops/qr.h"

static int show_connection(struct cli *c, const struct connection *x)
{
	if (c->args.json)
		return cli_end_json(c, shape_connection(x));
	out_line("%lld  %s/%s/%s  %s%s%s", (long long)x->id, x->brand, x->platform, x->account,
		 _(conn_status_name(x->status)), x->last_error ? "  " : "",
		 x->last_error ? x->last_error : "");
	return cli_end(c);
}

static enum err descriptor(const struct cli *c, const char *name, int *fd, struct err_info *info)
{
	int64_t n = -1;
	enum err e = arg_int(&c->args, name, 0, 1 << 20, &n, info);

	*fd = (int)n;
	return e;
}

int verb_connect(struct cli *c)
{
	struct browser browser = {
		.args = &c->args,
		.qr = arg_set(&c->args, "qr"),
		.open = !arg_set(&c->args, "no-browser"),
	};
	struct connect_request r = {.show = browser_show, .self = &browser};
	struct connection x;
	bool again = false;

	if (args_expect(&c->args, 2, 2, &c->info))
		return cli_fail(c);
	if (browser.qr && !qr_available()) {
		err_set(&c->info, E_UNSUPPORTED,
			"this masthead was built without QR codes (libqrencode)");
		return cli_fail(c);
	}
	r.brand = c->args.operands[0];
	r.platform = c->args.operands[1];
	r.server = arg_value(&c->args, "server");
	r.handle = arg_value(&c->args, "handle");
	r.account = arg_value(&c->args, "account");
	r.client_id = arg_value(&c->args, "client-id");
	r.redirect_uri = arg_value(&c->args, "redirect-uri");
	r.paste_fd = STDIN_FILENO;
	r.paste = arg_set(&c->args, "paste") || isatty(STDIN_FILENO);
	r.no_browser = arg_set(&c->args, "no-browser");
	if (descriptor(c, "secret-fd", &r.secret_fd, &c->info) ||
	    descriptor(c, "token-fd", &r.token_fd, &c->info) ||
	    descriptor(c, "client-secret-fd", &r.client_secret_fd, &c->info) ||
	    arg_seconds(&c->args, "timeout", &r.timeout_ms, &c->info))
		return cli_fail(c);
	stop_install();
	r.abort_flag = stop_flag();
	if (ops_connect(c->ops, &r, c->arena, &x, &again, &c->info))
		return cli_fail(c);
	if (again)
		out_note(&c->args, _("connected again; the number stays %lld"), (long long)x.id);
	return show_connection(c, &x);
}

int verb_connections(struct cli *c)
{
	static const struct column columns[] = {
		{N_("ID"), COL_RIGHT},      {N_("BRAND"), COL_FLEX},   {N_("PLATFORM"), 0},
		{N_("ACCOUNT"), COL_FLEX},  {N_("STATUS"), 0},         {N_("EXPIRES"), 0},
		{N_("WAITING"), COL_RIGHT}, {N_("AT RISK"), COL_RIGHT}};
	struct connections_request r = {0};
	struct page p = {0};
	struct table *t;
	const char *const *words;
	size_t n;

	if (args_expect(&c->args, 0, 1, &c->info) || cli_page(c, &r.page, 50))
		return cli_fail(c);
	r.brand = c->args.n_operands ? c->args.operands[0] : NULL;
	n = arg_values(&c->args, "status", true, &words);
	for (size_t i = 0; i < n; i++) {
		enum conn_status s;
		if (!conn_status_from(words[i], &s)) {
			err_set(&c->info, E_USAGE, "`%s' is no state of a connection", words[i]);
			return cli_fail(c);
		}
		r.statuses |= 1u << s;
	}
	if (ops_connections(c->ops, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();
		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_connection(&p.connections[i]));
		list = shape_list("connections", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	t = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < p.n; i++) {
		const struct connection *x = &p.connections[i];
		table_cell(t, "%lld", (long long)x->id);
		table_cell(t, "%s", x->brand);
		table_cell(t, "%s", x->platform);
		table_cell(t, "%s", x->account);
		table_cell(t, "%s", _(conn_status_name(x->status)));
		table_cell(t, "%s", out_time(c->arena, x->expires_at, NULL));
		table_cell(t, "%lld", (long long)x->jobs_waiting);
		table_cell(t, "%lld", (long long)x->jobs_at_risk);
	}
	table_print(&t, c->args.ascii);
	page_free(&p);
	return cli_end(c);
}

int verb_connection_show(struct cli *c)
{
	struct connection x;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_connection_show(c->ops, c->args.operands[0], c->arena, &x, &c->info))
		return cli_fail(c);
	return show_connection(c, &x);
}

int verb_refresh(struct cli *c)
{
	struct connection x;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_refresh(c->ops, c->args.operands[0], c->arena, &x, &c->info))
		return cli_fail(c);
	return show_connection(c, &x);
}

int verb_disconnect(struct cli *c)
{
	struct connection x;
	int64_t stranded = 0;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_disconnect(c->ops, c->args.operands[0], arg_set(&c->args, "keep-remote"), c->arena,
			   &x, &stranded, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *j = shape_connection(&x);
		json_set_int(j, "stranded", stranded);
		return cli_end_json(c, j);
	}
	out_line(_("disconnected %s/%s/%s"), x.brand, x.platform, x.account);
	if (stranded)
		out_line(ngettext("%lld job waits for a login now",
				  "%lld jobs wait for a login now", (unsigned long)stranded),
			 (long long)stranded);
	return cli_end(c);
}

/* The numbers to verify: those named, or all. */
static enum err verify_targets(struct cli *c, int64_t **ids, size_t *n)
{
	struct connections_request r = {.page = {.limit = 200, .ascending = true}};
	struct page p = {0};
	enum err e;

	*ids = NULL;
	*n = 0;
	for (size_t i = 0; i < c->args.n_operands; i++) {
		struct connection x;
		if ((e = ops_connection_show(c->ops, c->args.operands[i], c->arena, &x, &c->info)))
			return e;
		*ids = arena_grow(c->arena, *ids, *n, sizeof **ids);
		(*ids)[(*n)++] = x.id;
	}
	while (arg_set(&c->args, "all")) {
		if ((e = ops_connections(c->ops, &r, &p, &c->info)))
			return e;
		for (size_t i = 0; i < p.n; i++) {
			if (p.connections[i].status == CONN_DISCONNECTED)
				continue;
			*ids = arena_grow(c->arena, *ids, *n, sizeof **ids);
			(*ids)[(*n)++] = p.connections[i].id;
		}
		r.page.cursor = p.next ? arena_strdup(c->arena, p.next) : NULL;
		page_free(&p);
		if (!r.page.cursor)
			break;
	}
	return OK;
}

int verb_verify(struct cli *c)
{
	struct json *results = json_new_array();
	struct err_info last = {0};
	size_t n, failed = 0;
	int64_t *ids;

	if (!c->args.n_operands && !arg_set(&c->args, "all")) {
		err_set(&c->info, E_USAGE, "name a connection, or --all");
		json_free(&results);
		return cli_fail(c);
	}
	if (verify_targets(c, &ids, &n)) {
		json_free(&results);
		return cli_fail(c);
	}
	for (size_t i = 0; i < n; i++) {
		struct connection x;
		struct err_info info = {0};
		enum err e = ops_verify(c->ops, ids[i], c->arena, &x, &info);
		struct json *o = json_add(results, json_new_object());

		if (e) {
			failed++;
			last = info;
		}
		if (e &&
		    ops_connection_show(c->ops, arena_printf(c->arena, "%lld", (long long)ids[i]),
					c->arena, &x, NULL))
			memset(&x, 0, sizeof x);
		json_set_int(o, "id", ids[i]);
		json_set_bool(o, "ok", !e);
		json_set(o, "object", x.id ? shape_connection(&x) : json_new_object());
		if (e)
			json_set(o, "error", shape_error(&info));
		else
			json_set_null(o, "error");
		if (!c->args.json && x.id)
			out_line("%lld  %s/%s/%s  %s%s%s", (long long)x.id, x.brand, x.platform,
				 x.account, _(conn_status_name(x.status)), e ? "  " : "",
				 e ? info.text : "");
	}
	results_print(c, results);
	if (!failed)
		return cli_end(c);
	c->info = last;
	if (n > 1)
		err_set(&c->info, E_PARTIAL, "%zu of %zu logins do not work", failed, n);
	return cli_fail(c);
}
