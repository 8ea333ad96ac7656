/* cli/verbs_health.c - recover, check, run, daemon, status, sandbox. */
#include <string.h>

#include "base/i18n.h"
#include "cli/stop.h"
#include "cli/verbs.h"

int verb_recover(struct cli *c)
{
	struct recovery r = {0};
	bool dry = arg_set(&c->args, "dry-run");

	if (args_expect(&c->args, 0, 0, &c->info) || ops_recover(c->ops, dry, &r, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *j = json_new_object();
		json_set_int(j, "interrupted", r.interrupted);
		json_set_int(j, "requeued", r.requeued);
		json_set_int(j, "unknown", r.unknown);
		json_set_int(j, "due", r.due);
		json_set_int(j, "future", r.future);
		json_set_int(j, "missed", r.missed);
		return cli_end_json(c, j);
	}
	out_line(_("interrupted %lld: requeued %lld, unknown %lld"), (long long)r.interrupted,
		 (long long)r.requeued, (long long)r.unknown);
	out_line(_("due %lld, missed %lld, in the future %lld"), (long long)r.due,
		 (long long)r.missed, (long long)r.future);
	return cli_end(c);
}

static bool needs_media_host(const struct json *checked)
{
	const char *host = json_str(checked, "media_host");

	return host && !strcmp(host, "none") && json_int(checked, "media_host_accounts", 0) > 0;
}

int verb_check(struct cli *c)
{
	struct json *j;
	bool ok;
	enum err worst = E_CORRUPT;

	if (args_expect(&c->args, 0, 0, &c->info) ||
	    ops_check(c->ops, arg_set(&c->args, "remote"), arg_set(&c->args, "repair"), &j,
		      &c->info))
		return cli_fail(c);
	ok = json_bool(j, "ok", false);
	for (const struct json *p = json_first(json_get(j, "problems")); p; p = json_next(p)) {
		const char *code = json_str(p, "code");
		if (code && err_from_name(code) != ERR_COUNT)
			worst = err_from_name(code);
		if (!c->args.json)
			out_line("%s: %s%s", code ? code : "", json_str(p, "message"),
				 json_bool(p, "repairable", false) ? _(" (--repair mends it)")
								   : "");
	}
	if (!c->args.json && needs_media_host(json_get(j, "checked")))
		out_note(&c->args,
			 _("accounts that fetch media need a media host for it, and none is "
			   "configured (masthead.conf(5), media.host)"));
	if (c->args.json)
		out_json(&j, false);
	else
		json_free(&j);
	if (ok) {
		if (!c->args.json)
			out_line("%s", _("all is well"));
		return cli_end(c);
	}
	err_set(&c->info, worst, "the check found problems");
	return cli_fail(c);
}

int verb_run(struct cli *c)
{
	struct run_request r = {.until_idle = arg_set(&c->args, "until-idle")};
	struct run_tally t = {0};
	struct json *j;
	enum err e;

	if (args_expect(&c->args, 0, 0, &c->info) ||
	    arg_seconds(&c->args, "timeout", &r.timeout_ms, &c->info))
		return cli_fail(c);
	stop_install();
	r.stop = stop_flag();
	r.wake_fd = stop_fd();
	e = ops_run(c->ops, &r, &t, &c->info);
	if (e && e != E_TIMEOUT && e != E_INTERRUPTED)
		return cli_fail(c);
	if (c->args.json) {
		j = json_new_object();
		json_set_int(j, "published", t.published);
		json_set_int(j, "failed", t.failed);
		json_set_int(j, "unknown", t.unknown);
		json_set_int(j, "retried", t.retried);
		json_set_int(j, "missed", t.missed);
		out_json(&j, false);
	} else if (!c->args.quiet) {
		out_line(_("published %lld, failed %lld, unknown %lld, retried %lld, missed %lld"),
			 (long long)t.published, (long long)t.failed, (long long)t.unknown,
			 (long long)t.retried, (long long)t.missed);
	}
	if (e == E_INTERRUPTED)
		return cli_fail(c);
	if (e == E_TIMEOUT || t.failed || t.unknown) {
		if (e == E_TIMEOUT)
			err_set(&c->info, E_PARTIAL, "not all was done in the time given");
		else
			err_set(&c->info, E_PARTIAL, "%lld failed, %lld unknown",
				(long long)t.failed, (long long)t.unknown);
		return cli_fail(c);
	}
	return cli_end(c);
}

int verb_daemon(struct cli *c)
{
	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	/* The publisher's thread has a connection of its own; this one would only hold the database open. */
	ops_close(&c->ops);
	stop_install();
	if (app_publisher_start(c->app, "daemon", &c->info))
		return cli_fail(c);
	out_note(&c->args, "%s", _("publishing; SIGTERM ends it"));
	while (!stop_wait(-1, -1))
		continue;
	app_publisher_stop(c->app);
	return 0;
}

int verb_status(struct cli *c)
{
	struct status s = {0};
	int end;

	if (args_expect(&c->args, 0, 0, &c->info) ||
	    ops_status(c->ops, true, c->arena, &s, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		end = cli_end_json(c, shape_status(&s));
		return end ? end : s.healthy ? 0 : 1;
	}
	out_line("%s", s.healthy ? _("healthy") : _("needs attention"));
	for (size_t i = 0; i < s.n_reasons; i++)
		out_line("  %s", s.reasons[i]);
	if (s.publisher_running)
		out_line(_("publisher: running, pid %lld (%s, %s)"), (long long)s.publisher_pid,
			 s.publisher_who ? s.publisher_who : "?",
			 s.publisher_how ? s.publisher_how : "?");
	else
		out_line("%s", _("publisher: not running"));
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		if (s.jobs[i])
			out_line("%-12s %lld", _(job_status_name((enum job_status)i)),
				 (long long)s.jobs[i]);
	for (size_t i = 0; i < s.n_attention; i++)
		out_line(_("%s/%s/%s is %s"), s.attention[i].brand, s.attention[i].platform,
			 s.attention[i].account, _(conn_status_name(s.attention[i].status)));
	end = cli_end(c);
	return end ? end : s.healthy ? 0 : 1;
}

static void print_sandbox(const struct json *j)
{
	const struct json *platforms = json_get(j, "platforms");

	out_line(_("listening on %s"), json_str(j, "listening"));
	out_line(_("ledger %s"), json_str(j, "ledger"));
	for (const struct json *p = json_first(platforms); p; p = json_next(p)) {
		out_line(_("%s  --server %s"), json_name(p), json_str(p, "server"));
		for (const struct json *a = json_first(json_get(p, "accounts")); a;
		     a = json_next(a))
			out_line(_("  --handle %s  secret %s"), json_str(a, "handle"),
				 json_str(a, "secret"));
	}
}

int verb_sandbox(struct cli *c)
{
	struct sandbox_request r = {
		.listen = arg_value(&c->args, "listen"),
		.ledger = arg_value(&c->args, "ledger"),
		.faults = arg_value(&c->args, "faults"),
		.state = arg_value(&c->args, "state"),
		.accounts = 2,
		.seed = 1,
	};
	void *sandbox = NULL;
	struct json *j;

	if (!r.listen)
		r.listen = "127.0.0.1:0";
	if (args_expect(&c->args, 0, 0, &c->info) ||
	    arg_int(&c->args, "accounts", 2, 1000, &r.accounts, &c->info) ||
	    arg_int(&c->args, "visibility-lag", 0, 3600000, &r.visibility_lag_ms, &c->info) ||
	    arg_int(&c->args, "seed", 0, INT64_MAX, &r.seed, &c->info))
		return cli_fail(c);
	stop_install();
	if (c->wiring->sandbox_start(&r, &sandbox, &c->info))
		return cli_fail(c);
	j = c->wiring->sandbox_describe(sandbox);
	if (c->args.json) {
		out_json(&j, true);
	} else {
		print_sandbox(j);
		json_free(&j);
	}
	if (out_flush(&c->info)) {
		c->wiring->sandbox_stop(&sandbox);
		return cli_fail(c);
	}
	while (!stop_wait(-1, -1))
		continue;
	c->wiring->sandbox_stop(&sandbox);
	return 0;
}
