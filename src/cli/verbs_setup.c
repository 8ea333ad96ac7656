/* cli/verbs_setup.c - init, tenants, brands, platforms. */
#include <string.h>

#include "base/i18n.h"
#include "cli/verbs.h"

static const char *yes_no(bool b)
{
	return b ? _("yes") : _("no");
}

/* How the new workspace's key is kept, in the contract's words; NULL: the options contradict each other. */
static const char *choose_key(const struct args *args, struct app_options *o, struct err_info *info)
{
	o->key_file = arg_value(args, "key-file");
	o->new_key_command = arg_value(args, "key-command");
	o->new_passphrase = args->passphrase_fd >= 0;
	o->new_credential = arg_value(args, "credential");
	o->new_secret_service = arg_set(args, "secret-service");
	if ((o->key_file != NULL) + (o->new_key_command != NULL) + (o->new_credential != NULL) +
		    o->new_secret_service + o->new_passphrase >
	    1) {
		err_set(info, E_USAGE, "the master key has one source: name one option");
		return NULL;
	}
	return o->new_key_command      ? "command"
	       : o->new_credential     ? "credential"
	       : o->new_secret_service ? "secret-service"
	       : o->new_passphrase     ? "passphrase"
				       : "file";
}

int verb_init(struct cli *c)
{
	struct app_options o = c->args.app;
	const char *key;
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	key = choose_key(&c->args, &o, &c->info);
	if (!key)
		return cli_fail(c);
	/* What dispatch opened knows nothing of the key: anew. */
	app_free(&c->app);
	if (app_new(&o, &c->app, &c->info) || app_open_workspace(c->app, &c->info))
		return cli_fail(c);
	if (!app_workspace_created(c->app)) {
		err_set(&c->info, E_EXISTS, "there is a workspace in %s already",
			app_workspace_dir(c->app));
		return cli_fail(c);
	}
	if (c->args.json) {
		j = json_new_object();
		json_set_str(j, "workspace", app_workspace_dir(c->app));
		json_set_str(j, "tenant", "default");
		json_set_str(j, "key", key);
		return cli_end_json(c, j);
	}
	out_line(_("made the workspace %s with the tenant `default'"), app_workspace_dir(c->app));
	return cli_end(c);
}

static int show_tenant(struct cli *c, const struct tenant *t)
{
	if (c->args.json)
		return cli_end_json(c, shape_tenant(t));
	out_line(_("tenant %lld: %s%s, %lld brands"), (long long)t->id, t->name,
		 t->archived ? _(" (archived)") : "", (long long)t->brands);
	return cli_end(c);
}

int verb_tenant_add(struct cli *c)
{
	struct tenant t;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_tenant_add(c->ops, c->args.operands[0], c->arena, &t, &c->info))
		return cli_fail(c);
	return show_tenant(c, &t);
}

int verb_tenant_show(struct cli *c)
{
	struct tenant t;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_tenant_show(c->ops, c->args.operands[0], c->arena, &t, &c->info))
		return cli_fail(c);
	return show_tenant(c, &t);
}

int verb_tenant_rename(struct cli *c)
{
	struct tenant t;

	if (args_expect(&c->args, 2, 2, &c->info) ||
	    ops_tenant_rename(c->ops, c->args.operands[0], c->args.operands[1], c->arena, &t,
			      &c->info))
		return cli_fail(c);
	return show_tenant(c, &t);
}

int verb_tenant_archive(struct cli *c)
{
	struct tenant t;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_tenant_archive(c->ops, c->args.operands[0], c->arena, &t, &c->info))
		return cli_fail(c);
	return show_tenant(c, &t);
}

int verb_tenant_list(struct cli *c)
{
	static const struct column columns[] = {{N_("ID"), COL_RIGHT},
						{N_("TENANT"), COL_FLEX},
						{N_("BRANDS"), COL_RIGHT},
						{N_("ARCHIVED"), 0}};
	struct page_request r = {0};
	struct page p = {0};
	struct table *t;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_page(c, &r, 50) ||
	    ops_tenants(c->ops, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();
		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_tenant(&p.tenants[i]));
		list = shape_list("tenants", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	t = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < p.n; i++) {
		table_cell(t, "%lld", (long long)p.tenants[i].id);
		table_cell(t, "%s", p.tenants[i].name);
		table_cell(t, "%lld", (long long)p.tenants[i].brands);
		table_cell(t, "%s", yes_no(p.tenants[i].archived));
	}
	table_print(&t, c->args.ascii);
	page_free(&p);
	return cli_end(c);
}

static const char *catch_up_text(struct arena *a, int64_t minutes)
{
	if (minutes == CATCH_UP_HOLD)
		return "hold";
	if (minutes == CATCH_UP_DEFAULT)
		return "-";
	return arena_printf(a, "%lld", (long long)minutes);
}

static int show_brand(struct cli *c, const struct brand *b)
{
	if (c->args.json)
		return cli_end_json(c, shape_brand(b));
	out_line(_("brand %lld: %s, %s, catch-up %s, %lld connections%s%s"), (long long)b->id,
		 b->name, b->timezone, catch_up_text(c->arena, b->catch_up_min),
		 (long long)b->connections, b->paused ? _(", paused") : "",
		 b->archived ? _(", archived") : "");
	return cli_end(c);
}

static struct brand_request brand_request(const struct cli *c, const char *name)
{
	return (struct brand_request){
		.name = name,
		.timezone = arg_value(&c->args, "timezone"),
		.catch_up = arg_value(&c->args, "catch-up"),
		.color = arg_value(&c->args, "color"),
	};
}

int verb_brand_add(struct cli *c)
{
	struct brand_request r;
	struct brand b;

	if (args_expect(&c->args, 1, 1, &c->info))
		return cli_fail(c);
	r = brand_request(c, c->args.operands[0]);
	if (ops_brand_add(c->ops, &r, c->arena, &b, &c->info))
		return cli_fail(c);
	return show_brand(c, &b);
}

int verb_brand_edit(struct cli *c)
{
	struct brand_request r = brand_request(c, arg_value(&c->args, "name"));
	struct brand b;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_brand_edit(c->ops, c->args.operands[0], &r, c->arena, &b, &c->info))
		return cli_fail(c);
	return show_brand(c, &b);
}

int verb_brand_show(struct cli *c)
{
	struct brand b;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_brand_show(c->ops, c->args.operands[0], c->arena, &b, &c->info))
		return cli_fail(c);
	return show_brand(c, &b);
}

int verb_brand_archive(struct cli *c)
{
	struct brand b;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    ops_brand_archive(c->ops, c->args.operands[0], c->arena, &b, &c->info))
		return cli_fail(c);
	return show_brand(c, &b);
}

int verb_brand_list(struct cli *c)
{
	static const struct column columns[] = {
		{N_("ID"), COL_RIGHT},          {N_("BRAND"), COL_FLEX},
		{N_("TIME ZONE"), COL_FLEX},    {N_("CATCH-UP"), COL_RIGHT},
		{N_("CONNECTIONS"), COL_RIGHT}, {N_("PAUSED"), 0}};
	struct page_request r = {0};
	struct page p = {0};
	struct table *t;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_page(c, &r, 50) ||
	    ops_brands(c->ops, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();
		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_brand(&p.brands[i]));
		list = shape_list("brands", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	t = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < p.n; i++) {
		const struct brand *b = &p.brands[i];
		table_cell(t, "%lld", (long long)b->id);
		table_cell(t, "%s", b->name);
		table_cell(t, "%s", b->timezone);
		table_cell(t, "%s", catch_up_text(c->arena, b->catch_up_min));
		table_cell(t, "%lld", (long long)b->connections);
		table_cell(t, "%s", yes_no(b->paused));
	}
	table_print(&t, c->args.ascii);
	page_free(&p);
	return cli_end(c);
}

static void print_platform(const struct json *p)
{
	const struct json *limits = json_get(p, "limits");

	out_line("%s  %s", json_str(p, "name"), json_str(p, "title"));
	out_line(_("  settling: by %s"), json_str(p, "settling"));
	if (json_str(p, "media_host"))
		out_line(_("  fetches files by their address; media host: %s"),
			 json_str(p, "media_host"));
	for (const struct json *l = json_first(limits); l; l = json_next(l)) {
		const char *word = json_as_str(l);
		if (word)
			out_line("  %s: %s", json_name(l), word);
		else if (json_int(limits, json_name(l), -1) > 0)
			out_line("  %s: %lld", json_name(l),
				 (long long)json_int(limits, json_name(l), 0));
	}
}

int verb_platforms(struct cli *c)
{
	const char *name;
	struct json *j;

	if (args_expect(&c->args, 0, 1, &c->info))
		return cli_fail(c);
	name = c->args.n_operands ? c->args.operands[0] : NULL;
	if (ops_platforms(c->app, name, &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, j);
	if (name)
		print_platform(j);
	else
		for (const struct json *p = json_first(json_get(j, "platforms")); p;
		     p = json_next(p))
			print_platform(p);
	json_free(&j);
	return cli_end(c);
}
