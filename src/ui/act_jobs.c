/* ui/act_jobs.c - what is done to jobs: asked where it is dangerous, done by the worker, told at the end.
 *
 * One act is one task over a list of numbers. Bulk acts can be rehearsed, and only what
 * succeeded is unmarked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/view_job.h"

/* What is about to be done: belongs to the question, the prompt or the task in turn. */
struct act {
	enum job_act act;
	struct selection s;
	char at[200];
	bool dry;
};
static const struct {
	const char *name, *question, *done, *would;
	bool dangerous;
} acts[ACT_COUNT] = {
	[ACT_RETRY] = {"retry", N_("Try again"), N_("tried again"), N_("would be tried again"),
		       false},
	[ACT_CANCEL] = {"cancel", N_("Cancel"), N_("cancelled"), N_("would be cancelled"), true},
	[ACT_HOLD] = {"hold", N_("Hold"), N_("held"), N_("would be held"), false},
	[ACT_RELEASE] = {"release", N_("Release"), N_("released"), N_("would be released"), false},
	[ACT_RESCHEDULE] = {"reschedule", N_("Reschedule"), N_("rescheduled"),
			    N_("would be rescheduled"), false},
};

static void act_drop(void *data)
{
	struct act *a = data;

	if (!a)
		return;
	selection_free(&a->s);
	xfree(&a);
}

static struct act *act_move(struct act *a)
{
	struct act *copy = xcalloc(1, sizeof(*copy));

	*copy = *a;
	a->s = (struct selection){0};
	return copy;
}

/* ------------------------------------------------------------------ the task */
struct act_task {
	struct task task;
	struct act *act;
	int64_t *done; /* ids of those that succeeded */
	size_t n_done, n_failed;
	int64_t first_failed;
	struct err_info first; /* its error */
	char message[200];     /* of a single one: its new state */
};

static void act_run(struct task *t, struct ops *o)
{
	struct act_task *w = (struct act_task *)t;
	const struct act *a = w->act;

	w->done = xcalloc(a->s.n, sizeof(*w->done));
	for (size_t i = 0; i < a->s.n && !worker_aborted(t); i++) {
		struct arena *arena = arena_new();
		struct err_info info;
		struct job j;
		if (ops_job_act(o, a->act, a->s.ids[i], a->at[0] ? a->at : NULL, a->dry, arena, &j,
				&info) == OK) {
			w->done[w->n_done++] = a->s.ids[i];
		} else if (w->n_failed++ == 0) {
			w->first = info;
			w->first_failed = a->s.ids[i];
		}
		arena_free(&arena);
		worker_progress(t, (int64_t)i + 1, (int64_t)a->s.n);
	}
}

static void tell(struct console *c, const struct act_task *w)
{
	const struct act *a = w->act;
	const char *word = _(a->dry ? acts[a->act].would : acts[a->act].done);

	if (a->s.n == 1 && w->n_done) {
		say(c, MESSAGE_GOOD, _("Job %lld %s."), (long long)a->s.ids[0], word);
	} else if (a->s.n == 1 && w->n_failed) {
		say_error(c, &w->first);
	} else if (w->n_done + w->n_failed < a->s.n) {
		say(c, MESSAGE_WARN, _("Stopped: %zu of %zu jobs %s."), w->n_done, a->s.n, word);
	} else if (w->n_failed) {
		say(c, MESSAGE_WARN,
		    ngettext("%zu job %s, %zu not; the first of those is %lld: %s: %s",
			     "%zu jobs %s, %zu not; the first of those is %lld: %s: %s", w->n_done),
		    w->n_done, word, w->n_failed, (long long)w->first_failed,
		    err_name(w->first.code), w->first.text);
	} else {
		say(c, MESSAGE_GOOD, ngettext("%zu job %s.", "%zu jobs %s.", w->n_done), w->n_done,
		    word);
	}
}

static void act_done(struct task *t, struct console *c)
{
	struct act_task *w = (struct act_task *)t;
	struct view *jobs = c->panes[P_JOBS];

	if (t->e != OK) {
		say_error(c, &t->info);
		return;
	}
	tell(c, w);
	if (!w->act->dry) {
		if (w->act->s.marks)
			jobs->ops->unmark(jobs, w->done, w->n_done);
		console_changed(c);
	}
}

static void act_dispose(struct task *t)
{
	struct act_task *w = (struct act_task *)t;

	act_drop(w->act);
	xfree(&w->done);
	xfree(&w);
}

static void send(struct console *c, struct act *a, bool dry)
{
	struct act_task *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = act_run, .done = act_done, .dispose = act_dispose};
	if (a->s.n > 1)
		w->task.doing = N_("working");
	w->act = a;
	a->dry = dry;
	worker_send(c->worker, &w->task);
}

/* ------------------------------------------------------------------ asking */
static void question(const struct act *a, char *out, size_t size)
{
	const char *what = _(acts[a->act].question);
	char at[260] = "";

	if (a->at[0])
		snprintf(at, sizeof(at), _(" to %s"), a->at);
	if (a->s.n == 1 && a->s.label[0])
		snprintf(out, size, _("%s job %lld of %s%s?"), what, (long long)a->s.ids[0],
			 a->s.label, at);
	else if (a->s.n == 1)
		snprintf(out, size, _("%s job %lld%s?"), what, (long long)a->s.ids[0], at);
	else if (a->s.brand[0])
		snprintf(out, size, _("%s %zu jobs of %s%s?"), what, a->s.n, a->s.brand, at);
	else
		snprintf(out, size, _("%s %zu jobs of SEVERAL BRANDS%s?"), what, a->s.n, at);
}

static void ask(struct console *c, struct act *a);

static void numbered(struct console *c, void *data, size_t choice)
{
	(void)choice;
	send(c, act_move(data), false);
}

static void chosen(struct console *c, void *data, size_t choice)
{
	struct act *a = act_move(data);
	char text[600];

	if (choice == 0 && a->s.n > 1 && !a->s.brand_id) {
		/* Across brands a single key is too easy: the number has to be typed. */
		question(a, text, sizeof(text));
		confirm_number(c, text, (int64_t)a->s.n, numbered, act_drop, a);
	} else {
		send(c, a, choice == 1);
	}
}

static void ask(struct console *c, struct act *a)
{
	static const struct choice choices[] = {{'y', N_("yes")}, {'d', N_("rehearse")}};
	char text[600];

	question(a, text, sizeof(text));
	confirm_choose(c, text, choices, a->s.n > 1 ? 2 : 1, chosen, act_drop, a);
}

static void go(struct console *c, struct act *a)
{
	if (a->s.n > 1 || acts[a->act].dangerous)
		ask(c, a);
	else
		send(c, a, false);
}

static void time_accept(struct console *c, void *data, const char *text)
{
	struct act *a = data;
	struct err_info info;
	int64_t ms;

	if (!text[0])
		return;
	/* Here only to tell at once what is wrong; ops reads it in each job's own zone. */
	if (when_parse(text, zone_of(c, a->s.brand_id), clock_wall_ms(), &ms, &info) != OK) {
		say_error(c, &info);
		return;
	}
	snprintf(a->at, sizeof(a->at), "%s", text);
	snprintf(c->repeat_args, sizeof(c->repeat_args), "--at %s", text);
	go(c, act_move(a));
}

void prompt_for_time(struct console *c, int64_t brand_id,
		     void (*accept)(struct console *, void *, const char *), void (*drop)(void *),
		     void *data)
{
	static struct prompt_spec spec = {.history = HISTORY_TIME};
	char label[160];

	spec.accept = accept;
	spec.drop = drop;
	snprintf(label, sizeof(label), _("When (%s; e.g. tomorrow 9:00, +90m): "),
		 zone_of(c, brand_id));
	prompt_open(c, &spec, label, "", data);
}

/* "--at TIME" to the end of the line. */
static const char *at_of(const char *args)
{
	const char *at = strstr(args, "--at");

	if (!at)
		return "";
	at += 4;
	return at + strspn(at, " =");
}

static void begin(struct console *c, enum job_act act, const char *args)
{
	struct act *a = xcalloc(1, sizeof(*a));

	a->act = act;
	if (!command_select(c, SELECT_JOB, args, &a->s)) {
		act_drop(a);
		return;
	}
	snprintf(a->at, sizeof(a->at), "%s", act == ACT_RESCHEDULE ? at_of(args) : "");
	if (act == ACT_RESCHEDULE && !a->at[0])
		prompt_for_time(c, a->s.brand_id, time_accept, act_drop, a);
	else
		go(c, a);
}

static void retry(struct console *c, const char *args)
{
	begin(c, ACT_RETRY, args);
}

static void cancel(struct console *c, const char *args)
{
	begin(c, ACT_CANCEL, args);
}

static void hold(struct console *c, const char *args)
{
	begin(c, ACT_HOLD, args);
}

static void release(struct console *c, const char *args)
{
	begin(c, ACT_RELEASE, args);
}

static void reschedule(struct console *c, const char *args)
{
	begin(c, ACT_RESCHEDULE, args);
}

/* ------------------------------------------------------------------ resolve, takedown, undo */
struct single {
	struct task task;
	enum { RESOLVE_PUBLISHED, RESOLVE_ABSENT, TAKEDOWN, UNDO } what;
	int64_t id;
	char url[1024], label[400];
	int64_t n;
};

static void single_run(struct task *t, struct ops *o)
{
	struct single *w = (struct single *)t;
	struct arena *a = arena_new();
	struct job j;

	switch (w->what) {
	case RESOLVE_PUBLISHED:
	case RESOLVE_ABSENT:
		t->e = ops_resolve(o, w->id, w->what == RESOLVE_PUBLISHED,
				   w->url[0] ? w->url : NULL, a, &j, &t->info);
		break;
	case TAKEDOWN:
		t->e = ops_takedown(o, w->id, a, &j, &t->info);
		break;
	case UNDO:
		t->e = ops_undo(o, &w->n, &t->info);
		break;
	}
	arena_free(&a);
}

static void single_done(struct task *t, struct console *c)
{
	struct single *w = (struct single *)t;

	if (t->e != OK)
		say_error(c, &t->info);
	else if (w->what == RESOLVE_PUBLISHED)
		say(c, MESSAGE_GOOD, _("Job %lld is settled: published."), (long long)w->id);
	else if (w->what == RESOLVE_ABSENT)
		say(c, MESSAGE_GOOD, _("Job %lld is settled: not there; it goes out again."),
		    (long long)w->id);
	else if (w->what == TAKEDOWN)
		say(c, MESSAGE_GOOD, _("Job %lld was taken down."), (long long)w->id);
	else
		say(c, MESSAGE_GOOD,
		    ngettext("Taken back: %lld job.", "Taken back: %lld jobs.",
			     (unsigned long)w->n),
		    (long long)w->n);
	console_changed(c);
}

static void single_dispose(struct task *t)
{
	xfree(&t);
}

static struct single *single_new(int what, int64_t id)
{
	struct single *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = single_run, .done = single_done, .dispose = single_dispose};
	w->what = what;
	w->id = id;
	return w;
}

static void resolved_url(struct console *c, void *data, const char *text)
{
	struct single *w = single_new(RESOLVE_PUBLISHED, ((struct act *)data)->s.ids[0]);

	snprintf(w->url, sizeof(w->url), "%s", text);
	worker_send(c->worker, &w->task);
}

static void resolve_chosen(struct console *c, void *data, size_t choice)
{
	static const struct prompt_spec spec = {.accept = resolved_url, .drop = act_drop};
	struct act *a = data;

	if (choice == 0)
		prompt_open(c, &spec, _("Its URL, if you have it: "), "", act_move(a));
	else
		worker_send(c->worker, &single_new(RESOLVE_ABSENT, a->s.ids[0])->task);
}

static void resolve(struct console *c, const char *args)
{
	static const struct choice choices[] = {{'p', N_("published")},
						{'A', N_("absent: publish again")}};
	struct act *a = xcalloc(1, sizeof(*a));
	char text[600];

	if (!command_select(c, SELECT_JOB, args, &a->s)) {
		act_drop(a);
		return;
	}
	if (strstr(args, "--published")) {
		resolve_chosen(c, a, 0);
		act_drop(a);
		return;
	}
	snprintf(text, sizeof(text), _("Job %lld of %s: look at the account. Is the post there?"),
		 (long long)a->s.ids[0], a->s.label);
	confirm_choose(c, text, choices, 2, resolve_chosen, act_drop, a);
}

static void takedown_yes(struct console *c, void *data, size_t choice)
{
	struct single *w = single_new(TAKEDOWN, ((struct act *)data)->s.ids[0]);

	(void)choice;
	w->task.doing = N_("taking down");
	worker_send(c->worker, &w->task);
}

static void takedown(struct console *c, const char *args)
{
	struct act *a = xcalloc(1, sizeof(*a));
	char text[600];

	if (!command_select(c, SELECT_JOB, args, &a->s)) {
		act_drop(a);
		return;
	}
	snprintf(text, sizeof(text), _("Delete the post of job %lld at the platform (%s)?"),
		 (long long)a->s.ids[0], a->s.label);
	confirm_ask(c, text, takedown_yes, act_drop, a);
}

static void undo(struct console *c, const char *args)
{
	(void)args;
	worker_send(c->worker, &single_new(UNDO, 0)->task);
}

const struct command_row commands_jobs[] = {
	{"retry", retry},
	{"cancel", cancel},
	{"hold", hold},
	{"release", release},
	{"reschedule", reschedule},
	{"resolve", resolve},
	{"takedown", takedown},
	{"undo", undo},
	{NULL, NULL},
};
