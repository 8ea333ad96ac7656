/* cli/verbs_backup.c - a workspace into one file, and back. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/verbs.h"

static bool go_on(void *self, int64_t done, int64_t total)
{
	progress_show(self, done, total);
	return !flag_get(stop_flag());
}

static struct json *shape_backup(const char *file, const struct backup_report *r)
{
	struct json *o = json_new_object(), *list;

	json_set_str(o, "file", file);
	json_set_int(o, "bytes", r->bytes);
	json_set_time(o, "created_at", r->created_at);
	json_set_int(o, "media", r->media);
	list = json_set(o, "missing", json_new_array());
	for (size_t i = 0; i < r->n_missing; i++)
		json_add_str(list, r->missing[i]);
	json_set_bool(o, "keys", false);
	return o;
}

static int end_backup(struct cli *c, const char *file, const struct backup_report *r)
{
	if (c->args.json) {
		struct json *j = shape_backup(file, r);

		out_json(&j, false);
	} else {
		out_line(_("%s: the database and %lld files of media, %lld bytes"), file,
			 (long long)r->media, (long long)r->bytes);
		for (size_t i = 0; i < r->n_missing; i++)
			out_aside(_("missing or damaged: media %s"), r->missing[i]);
		out_note(
			&c->args, "%s",
			_("the keys are not in it: without the key file or passphrase the accounts "
			  "must be connected again"));
	}
	if (!r->n_missing)
		return cli_end(c);
	err_set(&c->info, E_PARTIAL, "%zu files of media are missing or damaged; all else is in %s",
		r->n_missing, file);
	return cli_fail(c);
}

int verb_backup(struct cli *c)
{
	struct backup_report report = {0};
	struct backup_request q = {.progress = go_on};
	struct progress bar;
	int status;
	enum err e;

	if (args_expect(&c->args, 1, 1, &c->info))
		return cli_fail(c);
	q.file = c->args.operands[0];
	q.self = &bar;
	stop_install();
	progress_begin(&bar, &c->args, _("backing up"));
	e = ops_backup(c->ops, &q, &report, &c->info);
	progress_end(&bar);
	status = e ? cli_fail(c) : end_backup(c, q.file, &report);
	backup_report_free(&report);
	return status;
}

/* On a terminal a person is asked; nothing is overwritten, so elsewhere naming the file is enough. */
static bool agreed(struct cli *c)
{
	char answer[16];

	if (arg_set(&c->args, "yes") || !isatty(STDIN_FILENO))
		return true;
	fprintf(stderr, "%s\n",
		_("The workspace that this backup was made of must not publish any more, or posts "
		  "go out twice."));
	fprintf(stderr, _("Restore into %s? [y/N] "), app_workspace_dir(c->app));
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

static void print_restore(struct cli *c, const struct restore_report *r)
{
	out_line(_("%s: restored from a backup made at %s, with %lld files of media"),
		 app_workspace_dir(c->app), r->made, (long long)r->media);
	if (r->held)
		out_line(_("%lld jobs were due and may have gone out since: they are held"),
			 (long long)r->held);
	if (r->unknown)
		out_line(_("%lld jobs were on their way: their outcome is unknown"),
			 (long long)r->unknown);
	if (!strcmp(r->key, "missing"))
		out_note(&c->args, "%s",
			 _("the key is not on this machine: connect the accounts again"));
	out_note(&c->args, "%s",
		 _("the workspace that the backup was made of must not publish any more"));
}

int verb_restore(struct cli *c)
{
	struct restore_report r = {0};
	struct restore_request q = {.progress = go_on};
	struct progress bar;
	int status;
	enum err e;

	if (args_expect(&c->args, 1, 1, &c->info))
		return cli_fail(c);
	if (!agreed(c)) {
		err_set(&c->info, E_INTERRUPTED, "nothing was changed");
		return cli_fail(c);
	}
	q.file = c->args.operands[0];
	q.self = &bar;
	stop_install();
	progress_begin(&bar, &c->args, _("restoring"));
	e = app_restore(c->app, &q, &r, &c->info);
	progress_end(&bar);
	if (e) {
		status = cli_fail(c);
	} else if (c->args.json) {
		struct json *j = json_new_object();

		json_set_str(j, "workspace", app_workspace_dir(c->app));
		json_set_str(j, "created_at", r.made);
		json_set_int(j, "media", r.media);
		json_set_int(j, "held", r.held);
		json_set_int(j, "unknown", r.unknown);
		json_set_str(j, "key", r.key);
		status = cli_end_json(c, j);
	} else {
		print_restore(c, &r);
		status = cli_end(c);
	}
	restore_report_free(&r);
	return status;
}
