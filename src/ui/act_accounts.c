/* ui/act_accounts.c - what is done to brands and connections, and the reports that the worker makes. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/connect_dialog.h"
#include "ui/console.h"
#include "ui/text_view.h"

enum what { DO_VERIFY, DO_REFRESH, DO_DISCONNECT, DO_PAUSE, DO_RESUME };
struct account_task {
	struct task task;
	enum what what;
	struct selection s;
	char brand[NAME_BYTES], connection[400]; /* of pause and resume */
	bool all, keep_remote;
	size_t ok, failed;
	int64_t stranded;
	int64_t *done;
	struct err_info first;
};

static enum err one(struct account_task *w, struct ops *o, int64_t id, struct arena *a,
		    struct err_info *info)
{
	struct connection conn;
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)id);
	switch (w->what) {
	case DO_VERIFY:
		return ops_verify(o, id, a, &conn, info);
	case DO_REFRESH:
		return ops_refresh(o, number, a, &conn, info);
	default:
		return ops_disconnect(o, number, w->keep_remote, a, &conn, &w->stranded, info);
	}
}

static void account_run(struct task *t, struct ops *o)
{
	struct account_task *w = (struct account_task *)t;

	if (w->what == DO_PAUSE || w->what == DO_RESUME) {
		struct pause_request r = {
			.brand = w->brand[0] ? w->brand : NULL,
			.connection = w->connection[0] ? w->connection : NULL,
			.all = w->all,
		};
		t->e = ops_pause(o, &r, w->what == DO_PAUSE, &t->info);
		return;
	}
	w->done = xcalloc(w->s.n, sizeof(*w->done));
	for (size_t i = 0; i < w->s.n && !worker_aborted(t); i++) {
		struct arena *a = arena_new();
		struct err_info info;
		if (one(w, o, w->s.ids[i], a, &info) == OK)
			w->done[w->ok++] = w->s.ids[i];
		else if (w->failed++ == 0)
			w->first = info;
		arena_free(&a);
		worker_progress(t, (int64_t)i + 1, (int64_t)w->s.n);
	}
}

static void tell(struct console *c, const struct account_task *w)
{
	static const char *const done[] = {N_("verified"), N_("refreshed"), N_("disconnected"),
					   N_("paused"), N_("publishing again")};
	const char *word = _(done[w->what]);

	if (w->what == DO_PAUSE || w->what == DO_RESUME)
		say(c, MESSAGE_GOOD, "%s: %s.",
		    w->all             ? _("All")
		    : w->connection[0] ? w->s.label
				       : w->brand,
		    word);
	else if (w->s.n == 1 && w->failed)
		say_error(c, &w->first);
	else if (w->what == DO_DISCONNECT && w->ok == 1)
		say(c, MESSAGE_GOOD,
		    ngettext("%s: disconnected; %lld job waits for a login.",
			     "%s: disconnected; %lld jobs wait for a login.",
			     (unsigned long)w->stranded),
		    w->s.label, (long long)w->stranded);
	else if (w->s.n == 1)
		say(c, MESSAGE_GOOD, "%s: %s.", w->s.label, word);
	else if (w->failed)
		say(c, MESSAGE_WARN, _("%zu %s, %zu not: %s: %s"), w->ok, word, w->failed,
		    err_name(w->first.code), w->first.text);
	else
		say(c, MESSAGE_GOOD, "%zu %s.", w->ok, word);
}

static void account_done(struct task *t, struct console *c)
{
	struct account_task *w = (struct account_task *)t;
	struct view *v = c->panes[P_CONNECTIONS];

	if (t->e != OK) {
		say_error(c, &t->info);
		return;
	}
	tell(c, w);
	if (w->s.marks)
		v->ops->unmark(v, w->done, w->ok);
	console_changed(c);
}

static void account_dispose(struct task *t)
{
	struct account_task *w = (struct account_task *)t;

	selection_free(&w->s);
	xfree(&w->done);
	xfree(&w);
}

static struct account_task *account_new(enum what what, const char *doing)
{
	struct account_task *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = account_run,
				.done = account_done,
				.dispose = account_dispose,
				.doing = doing};
	w->what = what;
	return w;
}

static void verify(struct console *c, const char *args)
{
	struct account_task *w = account_new(DO_VERIFY, N_("verifying"));

	if (command_select(c, SELECT_CONNECTION, args, &w->s))
		worker_send(c->worker, &w->task);
	else
		account_dispose(&w->task);
}

static void refresh_login(struct console *c, const char *args)
{
	struct account_task *w = account_new(DO_REFRESH, N_("refreshing"));

	if (command_select(c, SELECT_CONNECTION, args, &w->s))
		worker_send(c->worker, &w->task);
	else
		account_dispose(&w->task);
}

static void disconnect_drop(void *data)
{
	account_dispose(data);
}

static void disconnect_yes(struct console *c, void *data, size_t choice)
{
	struct account_task *asked = data, *w = account_new(DO_DISCONNECT, N_("disconnecting"));

	w->s = asked->s;
	w->keep_remote = choice == 1;
	asked->s = (struct selection){0};
	worker_send(c->worker, &w->task);
}

static void disconnect(struct console *c, const char *args)
{
	static const struct choice choices[] = {{'y', N_("yes, revoke")},
						{'k', N_("yes, but keep it at the platform")}};
	struct account_task *w = account_new(DO_DISCONNECT, NULL);
	struct arena *a = arena_new();
	struct connection conn;
	char number[32], text[600];

	if (!command_select(c, SELECT_CONNECTION, args, &w->s)) {
		account_dispose(&w->task);
	} else if (w->s.n > 1) {
		/* Destroyed tokens cannot be brought back: one at a time. */
		say(c, MESSAGE_WARN, "%s", _("Connections are disconnected one at a time."));
		account_dispose(&w->task);
	} else {
		snprintf(number, sizeof(number), "%lld", (long long)w->s.ids[0]);
		long long jobs = ops_connection_show(c->ops, number, a, &conn, NULL) == OK
					 ? (long long)conn.jobs_waiting
					 : 0;
		snprintf(text, sizeof(text),
			 ngettext("Disconnect %s? %lld job will wait, the tokens are destroyed.",
				  "Disconnect %s? %lld jobs will wait, the tokens are destroyed.",
				  (unsigned long)jobs),
			 w->s.label, jobs);
		confirm_choose(c, text, choices, 2, disconnect_yes, disconnect_drop, w);
	}
	arena_free(&a);
}

/* The connection in the pane of connections, else the brand of whatever row has the cursor. */
static void pause_or_resume(struct console *c, enum what what, const char *args)
{
	struct account_task *w = account_new(what, NULL);
	struct view *v = console_view(c);

	if (!strcmp(args, "--all")) {
		w->all = true;
	} else if (*args) {
		snprintf(w->brand, sizeof(w->brand), "%s", args);
	} else if (!v->ops->select || !v->ops->select(v, false, &w->s)) {
		say(c, MESSAGE_WARN, "%s", _("There is nothing under the cursor for that."));
		account_dispose(&w->task);
		return;
	} else if (w->s.kind == SELECT_CONNECTION) {
		snprintf(w->connection, sizeof(w->connection), "%lld", (long long)w->s.ids[0]);
	} else {
		snprintf(w->brand, sizeof(w->brand), "%s", w->s.brand);
	}
	w->s.marks = false;
	worker_send(c->worker, &w->task);
}

static void pause_publishing(struct console *c, const char *args)
{
	pause_or_resume(c, DO_PAUSE, args);
}

static void resume_publishing(struct console *c, const char *args)
{
	pause_or_resume(c, DO_RESUME, args);
}

static void connect_account(struct console *c, const char *args)
{
	struct selection s = {0};
	struct view *v = console_view(c);
	const char *brand = c->scope.brand[0] ? c->scope.brand : NULL;
	struct arena *a = arena_new();
	struct connection conn = {0};
	char number[32];

	(void)args;
	if (v->ops->select && v->ops->select(v, false, &s) && s.brand[0])
		brand = s.brand;
	if (!brand && c->brands.n == 1)
		brand = c->brands.brands[0].name;
	if (s.kind == SELECT_CONNECTION && s.n) {
		/* On an account that needs a login: everything but the secret is known. */
		snprintf(number, sizeof(number), "%lld", (long long)s.ids[0]);
		if (ops_connection_show(c->ops, number, a, &conn, NULL) != OK ||
		    conn.status == CONN_CONNECTED)
			conn = (struct connection){0};
	}
	if (conn.id)
		connect_dialog_open(c, conn.brand, conn.platform, conn.server, conn.account);
	else
		connect_dialog_open(c, brand, NULL, NULL, NULL);
	selection_free(&s);
	arena_free(&a);
}

static void brand_add(struct console *c, const char *args)
{
	brand_dialog_open(c, NULL, args);
}

static void brand_edit(struct console *c, const char *args)
{
	struct selection s;

	if (!command_select(c, SELECT_BRAND, args, &s))
		return;
	const struct brand *b = brand_of(c, s.ids[0]);
	if (b)
		brand_dialog_open(c, b, NULL);
	selection_free(&s);
}

/* ------------------------------------------------------------------ reports */
struct report_task {
	struct task task;
	bool log;
	struct json *result;
};

static void report_run(struct task *t, struct ops *o)
{
	struct report_task *w = (struct report_task *)t;

	if (w->log)
		t->e = ops_log_verify(o, &w->result, &t->info);
	else
		t->e = ops_check(o, false, false, &w->result, &t->info);
}

static void report_build(struct console *c, struct lines *out, int width, void *data)
{
	(void)c;
	lines_json(out, data, width);
}

static void report_drop(void *data)
{
	struct json *j = data;

	json_free(&j);
}

static void report_done(struct task *t, struct console *c)
{
	static const struct text_spec spec = {
		.title = N_("Report"), .build = report_build, .drop = report_drop};
	struct report_task *w = (struct report_task *)t;

	if (t->e != OK)
		say_error(c, &t->info);
	else
		say(c, MESSAGE_GOOD, "%s",
		    w->log ? _("The log's chain is unbroken.") : _("Checked."));
	if (w->result) {
		console_push(c, text_view_new(c, &spec, PANE_TEXT, w->result));
		w->result = NULL;
	}
}

static void report_dispose(struct task *t)
{
	struct report_task *w = (struct report_task *)t;

	json_free(&w->result);
	xfree(&w);
}

static void report(struct console *c, bool log)
{
	struct report_task *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = report_run,
				.done = report_done,
				.dispose = report_dispose,
				.doing = N_("checking")};
	w->log = log;
	worker_send(c->worker, &w->task);
}

static void check(struct console *c, const char *args)
{
	(void)args;
	report(c, false);
}

static void log_verify(struct console *c, const char *args)
{
	(void)args;
	report(c, true);
}

const struct command_row commands_accounts[] = {
	{"verify", verify},
	{"refresh", refresh_login},
	{"disconnect", disconnect},
	{"pause", pause_publishing},
	{"resume", resume_publishing},
	{"connect", connect_account},
	{"brand add", brand_add},
	{"brand edit", brand_edit},
	{"check", check},
	{"log verify", log_verify},
	{NULL, NULL},
};
