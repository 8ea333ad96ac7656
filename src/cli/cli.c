/* cli/cli.c - from argv to a verb's function, and from its end to the exit status. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/log.h"
#include "cli/passphrase.h"
#include "cli/verbs.h"

static const struct {
	const char *name;
	int (*run)(struct cli *c);
} verbs[] = {
#define VERB_ROW(name, fn) {name, fn},
	VERB_LIST(VERB_ROW)
#undef VERB_ROW
};

int cli_fail(struct cli *c)
{
	return out_error(&c->args, &c->info);
}

int cli_end(struct cli *c)
{
	return out_flush(&c->info) ? cli_fail(c) : 0;
}

int cli_end_json(struct cli *c, struct json *j)
{
	out_json(&j, false);
	return cli_end(c);
}

void results_print(struct cli *c, struct json *array)
{
	struct json *doc = json_new_object();

	json_set(doc, "results", array);
	if (c->args.json)
		out_json(&doc, false);
	else
		json_free(&doc);
}

enum err cli_page(struct cli *c, struct page_request *r, int standard_limit)
{
	int64_t limit = standard_limit, offset = 0;
	enum err e;

	if ((e = arg_int(&c->args, "limit", 1, 1000, &limit, &c->info)) ||
	    (e = arg_int(&c->args, "offset", 0, INT64_MAX, &offset, &c->info)))
		return e;
	r->limit = (int)limit;
	r->offset = offset;
	r->cursor = arg_value(&c->args, "after");
	r->count = true;
	return OK;
}

/* --dry-run changes nothing, and check and recover only with a word more. */
static bool would_write(const struct args *a)
{
	if (arg_set(a, "dry-run"))
		return false;
	return a->command->flags & CMD_WRITES || arg_set(a, "repair");
}

/* Asked for before anything is begun: a person takes their time. */
static bool needs_vault(const struct args *a)
{
	return a->command->flags & CMD_NEEDS_VAULT || arg_set(a, "wait") || arg_set(a, "remote");
}

static enum err open_all(struct cli *c)
{
	const struct command *cmd = c->args.command;
	enum err e;

	if (c->args.app.readonly && cmd && would_write(&c->args))
		return err_set(&c->info, E_READONLY,
			       "`masthead %s' would change something, and --readonly forbids it",
			       cmd->name);
	c->args.app.ask_passphrase = passphrase_ask;
	if ((e = app_new(&c->args.app, &c->app, &c->info)))
		return e;
	if (!cmd || !(cmd->flags & CMD_NEEDS_WORKSPACE))
		return OK;
	if ((e = app_open_workspace(c->app, &c->info)))
		return e;
	if (needs_vault(&c->args) && (e = app_unlock(c->app, &c->info)))
		return e;
	return ops_open(c->app, cmd->flags & CMD_NEEDS_TENANT, c->args.app.readonly, &c->ops,
			&c->info);
}

static bool colorless(const struct args *a)
{
	const char *no = getenv("NO_COLOR");

	if (!strcmp(a->color, "auto"))
		return no && *no;
	return !strcmp(a->color, "never");
}

static int run_console(struct cli *c)
{
	struct console_options o = {
		.readonly = c->args.app.readonly,
		.ascii = c->args.ascii,
		.no_color = colorless(&c->args),
	};

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(&c->info, E_USAGE, "the console needs a terminal");
		err_hint(&c->info, "name a verb; `masthead --help' lists them");
		return cli_fail(c);
	}
	if (app_open_workspace(c->app, &c->info) || (!o.readonly && app_unlock(c->app, &c->info)))
		return cli_fail(c);
	return c->wiring->console(c->app, &o);
}

static int dispatch(struct cli *c)
{
	const struct command *cmd = c->args.command;

	if (c->args.version) {
		if (c->args.json) {
			struct json *j = json_new_object();
			json_set_str(j, "version", PACKAGE_VERSION);
			return cli_end_json(c, j);
		}
		out_line("masthead %s", PACKAGE_VERSION);
		return cli_end(c);
	}
	if (c->args.help) {
		help_print(cmd, cmd ? NULL : c->args.help_topic);
		return cli_end(c);
	}
	if (open_all(c))
		return cli_fail(c);
	if (!cmd)
		return run_console(c);
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (!strcmp(verbs[i].name, cmd->name))
			return verbs[i].run(c);
	die("the command table has `%s', which no verb does", cmd->name);
}

int cli_main(int argc, char **argv, const struct cli_wiring *w)
{
	struct cli c = {.wiring = w};
	int status;

	c.arena = arena_new();
	if (args_parse(argc, argv, &c.args, &c.info))
		status = cli_fail(&c);
	else if (c.args.log_file &&
		 log_open(c.args.log_file, c.args.verbose ? LOG_DEBUG : LOG_INFO, &c.info))
		status = cli_fail(&c);
	else
		status = dispatch(&c);
	ops_close(&c.ops);
	app_free(&c.app);
	args_free(&c.args);
	arena_free(&c.arena);
	return status;
}
