/* main.c - wiring: the only place that knows every layer.
 *
 * Global state of libraries is set up here, before any thread, and taken down at the end. What
 * cli may not include is handed to it as a table of functions. */
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/cli.h"
#include "http/transport.h"
#include "sandbox/sandbox.h"
#include "ui/ui.h"
#include "vault/vault.h"

static const char *translate(const char *msgid)
{
	return gettext(msgid);
}

static int console(struct app *a, const struct console_options *o)
{
	struct ui_options u = {
		.readonly = o->readonly,
		.ascii = o->ascii,
		.color = o->no_color ? UI_COLOR_NEVER : UI_COLOR_AUTO,
		.theme = config_text(app_config(a), "theme"),
		.banner = o->banner,
	};

	return ui_run(a, &u);
}

static enum err start_sandbox(const struct sandbox_request *r, void **out, struct err_info *info)
{
	struct sandbox_options o = {
		.listen = r->listen,
		.ledger = r->ledger,
		.faults = r->faults,
		.state = r->state,
		.accounts = r->accounts,
		.visibility_lag_ms = r->visibility_lag_ms,
		.seed = r->seed,
	};
	struct sandbox *s;
	enum err e = sandbox_start(&o, &s, info);

	if (!e)
		*out = s;
	return e;
}

static struct json *describe_sandbox(void *sandbox)
{
	return sandbox_describe(sandbox);
}

static void stop_sandbox(void **sandbox)
{
	struct sandbox *s = *sandbox;

	sandbox_stop(&s);
	*sandbox = NULL;
}

int main(int argc, char **argv)
{
	static const struct cli_wiring wiring = {
		.console = console,
		.sandbox_start = start_sandbox,
		.sandbox_describe = describe_sandbox,
		.sandbox_stop = stop_sandbox,
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err_info info;
	int status;

	/* A limit on the size of files is then an error that is told, as a full disk is. */
	sigaction(SIGXFSZ, &ignore, NULL);
	setlocale(LC_ALL, "");
	/* Numbers in files, JSON and options have a point, whatever the language. */
	setlocale(LC_NUMERIC, "C");
	bindtextdomain(PACKAGE_NAME, LOCALEDIR);
	textdomain(PACKAGE_NAME);
	err_translate = translate;
	json_global_init();
	if (vault_global_init(&info) || http_global_init(&info)) {
		fprintf(stderr, "masthead: %s: %s\n", err_name(info.code), info.text);
		return err_exit_status(info.code);
	}
	status = cli_main(argc, argv, &wiring);
	http_global_cleanup();
	return status;
}
