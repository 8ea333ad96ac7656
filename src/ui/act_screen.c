/* ui/act_screen.c - commands that change what is shown, and nothing in the workspace. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/calendar.h"
#include "ui/complete.h"
#include "ui/console.h"
#include "ui/filter.h"
#include "ui/help.h"
#include "ui/list_view.h"
#include "ui/open_url.h"
#include "ui/osc52.h"
#include "ui/scope.h"
#include "ui/set.h"
#include "ui/stats.h"
#include "ui/theme.h"
#include "ui/view_job.h"
#include "ui/view_triage.h"

/* ------------------------------------------------------------------ panes */
static void focus(struct console *c, int pane)
{
	c->panes[c->focus]->dirty = true;
	c->focus = (pane + PANES) % PANES;
	c->panes[c->focus]->dirty = true;
	console_layout(c);
}

static void pane_brands(struct console *c, const char *args)
{
	(void)args;
	focus(c, P_BRANDS);
}

static void pane_connections(struct console *c, const char *args)
{
	(void)args;
	focus(c, P_CONNECTIONS);
}

static void pane_jobs(struct console *c, const char *args)
{
	(void)args;
	focus(c, P_JOBS);
}

static void pane_log(struct console *c, const char *args)
{
	(void)args;
	focus(c, P_LOG);
}

static void pane_next(struct console *c, const char *args)
{
	(void)args;
	focus(c, c->focus + 1);
}

static void pane_previous(struct console *c, const char *args)
{
	(void)args;
	focus(c, c->focus - 1);
}

static void zoom(struct console *c, const char *args)
{
	(void)args;
	c->zoomed = !c->zoomed;
	console_layout(c);
}

/* One level back: the view on top, then (Esc) what narrows, then (q) the program. */
static void back(struct console *c, const char *args)
{
	(void)args;
	if (worker_pending(c->worker) && c->last_key == K_ESC) {
		int64_t done, total;
		if (worker_doing(c->worker, &done, &total)) {
			worker_abort(c->worker);
			say(c, MESSAGE_INFO, "%s", _("Stopping what runs."));
			return;
		}
	}
	if (c->depth)
		console_pop(c);
	else if (c->zoomed)
		zoom(c, "");
	else if (c->last_key == 'q')
		console_quit(c);
	else if (!scope_back(c))
		say(c, MESSAGE_INFO, "%s", _("This is the outermost view; q quits."));
}

static void quit(struct console *c, const char *args)
{
	(void)args;
	console_quit(c);
}

static void suspend(struct console *c, const char *args)
{
	(void)args;
	term_suspend();
	console_layout(c);
	console_changed(c);
}

static void redraw(struct console *c, const char *args)
{
	(void)args;
	term_redraw();
	console_dirty(c);
	console_stale(c);
}

static void freeze(struct console *c, const char *args)
{
	(void)args;
	c->frozen = !c->frozen;
	if (!c->frozen)
		console_changed(c);
	say(c, MESSAGE_INFO, "%s",
	    c->frozen ? _("Live updates are frozen; the same key lets them go on.")
		      : _("Live updates go on."));
}

static void mouse(struct console *c, const char *args)
{
	(void)args;
	c->mouse = !c->mouse;
	term_mouse(c->mouse);
	say(c, MESSAGE_INFO, "%s",
	    c->mouse ? _("The mouse is taken; the terminal's own selection needs Shift.")
		     : _("The mouse is the terminal's."));
}

static void messages(struct console *c, const char *args)
{
	(void)args;
	messages_open(c);
}

static void help(struct console *c, const char *args)
{
	(void)args;
	help_open(c);
}

static void calendar(struct console *c, const char *args)
{
	(void)args;
	calendar_open(c);
}

static void stats(struct console *c, const char *args)
{
	stats_open(c, args);
}

static void set(struct console *c, const char *args)
{
	set_run(c, args);
}

static void reload(struct console *c, const char *args)
{
	struct err_info info;

	(void)args;
	if (app_reload(c->app, &info) != OK) {
		say_error(c, &info);
		return;
	}
	say(c, MESSAGE_GOOD, "%s",
	    c->publishes
		    ? _("The configuration was read again; publishing goes on with the old one until the next start.")
		    : _("The configuration was read again."));
	theme_set(config_text(app_config(c->app), "theme"), c->options->color);
	console_settings(c);
	term_redraw();
	console_layout(c);
	console_dirty(c);
	console_stale(c);
}

static void triage(struct console *c, const char *args)
{
	(void)args;
	triage_open(c, true);
}

/* ------------------------------------------------------------------ typed input */
static struct list_view *focused_list(struct console *c)
{
	struct list_view *lv = list_view_of(console_view(c));

	if (!lv)
		say(c, MESSAGE_INFO, "%s", _("That works in the lists."));
	return lv;
}

static void search_accept(struct console *c, void *data, const char *text)
{
	struct list_view *lv = data;

	snprintf(lv->search, sizeof(lv->search), "%s", text);
	lv->view.dirty = true;
	if (text[0])
		list_view_search(lv, false);
	(void)c;
}

static void search(struct console *c, const char *args)
{
	static const struct prompt_spec spec = {
		.label = "/", .history = HISTORY_SEARCH, .accept = search_accept};
	struct list_view *lv = focused_list(c);

	if (lv && *args)
		search_accept(c, lv, args);
	else if (lv)
		prompt_open(c, &spec, NULL, "", lv);
}

static void filter_accept(struct console *c, void *data, const char *text)
{
	struct list_view *lv = data;
	struct err_info info;

	if (list_view_filter(lv, text, &info) != OK)
		say_error(c, &info);
	else
		lv->trouble.code = OK;
}

static void filter(struct console *c, const char *args)
{
	static const struct prompt_spec spec = {.label = "\\ ",
						.history = HISTORY_FILTER,
						.complete = complete_filter,
						.accept = filter_accept};
	struct list_view *lv = focused_list(c);

	if (!lv)
		return;
	if (!lv->spec->filters)
		say(c, MESSAGE_INFO, "%s", _("There is no filter here; search instead."));
	else if (*args)
		filter_accept(c, lv, args);
	else
		prompt_open(c, &spec, NULL, lv->filter, lv);
}

static void command_accept(struct console *c, void *data, const char *text)
{
	(void)data;
	command_line(c, text);
}

static void command(struct console *c, const char *args)
{
	static const struct prompt_spec spec = {.label = ":",
						.history = HISTORY_COMMAND,
						.complete = complete_command,
						.accept = command_accept};

	prompt_open(c, &spec, NULL, args, NULL);
}

/* ------------------------------------------------------------------ the record under the cursor */
static void on_marks(struct console *c, const char *args)
{
	(void)args;
	c->on_marks = true;
}

static void repeat(struct console *c, const char *args)
{
	const struct command *cmd = c->repeat_command[0] ? command_find(c->repeat_command) : NULL;
	char again[LINE_BYTES];

	(void)args;
	if (!cmd) {
		say(c, MESSAGE_INFO, "%s", _("There is no command to repeat yet."));
		return;
	}
	snprintf(again, sizeof(again), "%s", c->repeat_args);
	command_run(c, cmd, again);
}

static bool current(struct console *c, struct selection *s)
{
	struct view *v = console_view(c);

	if (v->ops->select && v->ops->select(v, false, s))
		return true;
	say(c, MESSAGE_INFO, "%s", _("There is nothing under the cursor."));
	return false;
}

static void copy(struct console *c, const char *args)
{
	struct selection s;
	char text[1100];

	(void)args;
	if (!current(c, &s))
		return;
	if (s.url[0])
		snprintf(text, sizeof(text), "%s", s.url);
	else if (s.kind == SELECT_JOB || (s.kind == SELECT_ENTRY && !s.label[0]))
		snprintf(text, sizeof(text), "%lld", (long long)s.ids[0]);
	else
		snprintf(text, sizeof(text), "%s", s.label);
	osc52_copy(text);
	say(c, MESSAGE_INFO, _("Copied (as far as the terminal allows it): %s"), text);
	selection_free(&s);
}

static void browse(struct console *c, const char *args)
{
	struct selection s;

	(void)args;
	if (!current(c, &s))
		return;
	if (s.url[0])
		open_url(c, s.url);
	else
		say(c, MESSAGE_INFO, "%s", _("There is no URL yet."));
	selection_free(&s);
}

static void why(struct console *c, const char *args)
{
	struct selection s;

	if (!command_select(c, SELECT_JOB, args, &s))
		return;
	job_why_open(c, s.ids[0]);
	selection_free(&s);
}

/* `open' with a number, from the ':' line or a place that has no own way to open. */
static void open_job(struct console *c, const char *args)
{
	struct selection s;

	if (!command_select(c, SELECT_JOB, args, &s))
		return;
	job_view_open(c, s.ids[0]);
	selection_free(&s);
}

const struct command_row commands_screen[] = {
	{"pane-brands", pane_brands},
	{"pane-connections", pane_connections},
	{"pane-jobs", pane_jobs},
	{"pane-log", pane_log},
	{"pane-next", pane_next},
	{"pane-previous", pane_previous},
	{"zoom", zoom},
	{"open", open_job},
	{"job show", open_job},
	{"back", back},
	{"search", search},
	{"filter", filter},
	{"on-marks", on_marks},
	{"repeat", repeat},
	{"freeze", freeze},
	{"mouse", mouse},
	{"copy", copy},
	{"browse", browse},
	{"why", why},
	{"job why", why},
	{"triage", triage},
	{"calendar", calendar},
	{"stats", stats},
	{"set", set},
	{"reload", reload},
	{"messages", messages},
	{"help", help},
	{"command", command},
	{"redraw", redraw},
	{"suspend", suspend},
	{"quit", quit},
	{NULL, NULL},
};
