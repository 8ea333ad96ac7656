/* cli/verbs_media.c - the media host: what is configured, its secret, a test. */
#include <stdlib.h>

#include "base/i18n.h"
#include "cli/stop.h"
#include "cli/verbs.h"

static void show_line(const struct json *j, const char *name, const char *label)
{
	if (json_str(j, name))
		out_line("%s: %s", label, json_str(j, name));
}

static int show(struct cli *c)
{
	struct json *j;

	if (ops_media_host(c->ops, &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, j);
	show_line(j, "host", _("host"));
	show_line(j, "url", _("address"));
	show_line(j, "bucket", _("bucket"));
	show_line(j, "region", _("region"));
	show_line(j, "prefix", _("folder"));
	show_line(j, "public_url", _("public address"));
	show_line(j, "user", _("user"));
	show_line(j, "command", _("command"));
	out_line("%s: %s", _("secret"),
		 json_bool(j, "secret", false) ? _("stored") : _("not stored"));
	if (json_bool(j, "ready", false))
		out_line(_("ready"));
	else
		out_line(_("not ready: %s"), json_str(j, "problem"));
	out_line(_("%lld files stand there, or may still arrive"),
		 (long long)json_int(j, "files", 0));
	if (json_int(j, "stuck", 0) > 0)
		out_line(_("%lld of them could not be removed"),
			 (long long)json_int(j, "stuck", 0));
	json_free(&j);
	return cli_end(c);
}

int verb_media_host_show(struct cli *c)
{
	return args_expect(&c->args, 0, 0, &c->info) ? cli_fail(c) : show(c);
}

int verb_media_host_secret(struct cli *c)
{
	const char *fd = arg_value(&c->args, "secret-fd");
	bool forget = arg_set(&c->args, "forget");

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	if ((fd != NULL) == forget) {
		err_set(&c->info, E_USAGE, "name the secret's descriptor, or --forget");
		err_hint(&c->info, "pass show s3 | masthead media-host secret --secret-fd 0");
		return cli_fail(c);
	}
	if (ops_media_host_secret(c->ops, fd ? (int)strtol(fd, NULL, 10) : -1, NULL, &c->info))
		return cli_fail(c);
	return show(c);
}

int verb_media_host_test(struct cli *c)
{
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	stop_install();
	if (ops_media_host_test(c->ops, stop_flag(), &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, j);
	out_line(_("put in %lld ms, fetched as %s in %lld ms, deleted"),
		 (long long)json_int(j, "put_ms", 0),
		 json_str(j, "type") ? json_str(j, "type") : _("a file of no type"),
		 (long long)json_int(j, "fetch_ms", 0));
	json_free(&j);
	return cli_end(c);
}
