/* cli/verbs_vault.c - what unlocks the stored logins, and changing it. */
#include <stdlib.h>

#include "base/i18n.h"
#include "cli/verbs.h"

int verb_vault_status(struct cli *c)
{
	const struct json *t;
	const char *path;
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info) || ops_vault_status(c->ops, &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, j);
	path = json_str(j, "path") ? json_str(j, "path") : json_str(j, "credential");
	out_line(_("master key: %s%s%s, check value %s, %s"), json_str(j, "source"),
		 path ? " " : "", path ? path : "", json_str(j, "check"),
		 json_bool(j, "locked", true) ? _("locked") : _("unlocked"));
	if (!json_bool(j, "memory_locked", false))
		out_line(_("secrets may be swapped to disk: memory cannot be locked (ulimit -l)"));
	for (t = json_first(json_get(j, "tenants")); t; t = json_next(t))
		out_line(_("tenant %s: key version %lld, %lld sealed values"),
			 json_str(t, "tenant"), (long long)json_int(t, "key_version", 0),
			 (long long)json_int(t, "sealed", 0));
	json_free(&j);
	return cli_end(c);
}

static int show_change(struct cli *c, struct json *j)
{
	if (c->args.json)
		return cli_end_json(c, j);
	if (!c->args.quiet)
		out_line(_("new master key (%s, check value %s): %lld values sealed anew"),
			 json_str(j, "source"), json_str(j, "check"),
			 (long long)json_int(j, "sealed", 0));
	if (json_int(j, "discarded", 0) > 0)
		out_line(_("%lld accounts have to be connected again"),
			 (long long)json_int(j, "discarded", 0));
	json_free(&j);
	return cli_end(c);
}

int verb_vault_rekey(struct cli *c)
{
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info) ||
	    ops_vault_rekey(c->ops, arg_set(&c->args, "discard"), &j, &c->info))
		return cli_fail(c);
	return show_change(c, j);
}

int verb_vault_passwd(struct cli *c)
{
	const char *fd_text = arg_value(&c->args, "new-passphrase-fd");
	int fd = fd_text ? (int)strtol(fd_text, NULL, 10)
			 : -1; /* an open descriptor's number: args_parse looked */
	struct vault_request r = {
		.key_file = arg_value(&c->args, "key-file"),
		.key_command = arg_value(&c->args, "key-command"),
		.credential = arg_value(&c->args, "credential"),
		.secret_service = arg_set(&c->args, "secret-service"),
		.new_passphrase_fd = fd_text ? &fd : NULL,
	};
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	if ((r.key_file != NULL) + (r.key_command != NULL) + (r.credential != NULL) +
		    r.secret_service + (r.new_passphrase_fd != NULL) >
	    1) {
		err_set(&c->info, E_USAGE, "the master key has one source: name one option");
		return cli_fail(c);
	}
	if (ops_vault_passwd(c->ops, &r, &j, &c->info))
		return cli_fail(c);
	return show_change(c, j);
}
