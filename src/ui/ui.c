/* ui/ui.c - the loop of the screen thread.
 *
 *   wait for: a key, the worker, another's commit, a signal, the nearest timer
 *   then:     keys first, whatever else came; read what is stale; paint what is dirty; flush once
 *
 * Reading waits READ_EVERY_MS after the last time, so that a publisher at full speed costs
 * a few frames a second and no key waits for it. Nothing here takes the write lock or the network. */
#include "ui/ui.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/compose.h"
#include "ui/console.h"
#include "ui/list_view.h"
#include "ui/mouse.h"
#include "ui/signals.h"
#include "ui/spawn.h"
#include "ui/view_triage.h"

#define READ_EVERY_MS 50
#define LAUNCH_MS 5000 /* for so long the launch's triage may still open */
#define WATCH_WITHOUT_FD_MS 100
#define KEYS_PER_FRAME 64

/* ------------------------------------------------------------------ views */
struct view *console_view(struct console *c)
{
	return c->depth ? c->stack[c->depth - 1] : c->panes[c->focus];
}

static bool shown(const struct console *c, int pane)
{
	return c->depth == 0 && c->layout.pane[pane].h > 0;
}

void console_dirty(struct console *c)
{
	for (int i = 0; i < PANES; i++)
		c->panes[i]->dirty = true;
	for (size_t i = 0; i < c->depth; i++)
		c->stack[i]->dirty = true;
}

void console_stale(struct console *c)
{
	for (int i = 0; i < PANES; i++)
		c->panes[i]->stale = true;
	for (size_t i = 0; i < c->depth; i++)
		c->stack[i]->stale = true;
}

static void place(struct view *v, const struct rect *r)
{
	bool moved = memcmp(&v->rect, r, sizeof(*r)) != 0;

	v->rect = *r;
	v->dirty = true;
	if (moved && v->ops->resize)
		v->ops->resize(v);
}

void console_layout(struct console *c)
{
	layout_make(&c->layout, term_rows(), term_columns(), c->zoomed, c->focus);
	layout_resize(&c->layout, &c->sizes);
	draw_all_anew();
	for (int i = 0; i < PANES; i++)
		if (c->layout.pane[i].h)
			place(c->panes[i], &c->layout.pane[i]);
	for (size_t i = 0; i < c->depth; i++)
		if (c->layout.kind != LAYOUT_TOO_SMALL)
			place(c->stack[i], &c->layout.body);
}

void console_push(struct console *c, struct view *v)
{
	if (c->depth == STACK_MAX) {
		v->ops->free(v);
		say(c, MESSAGE_WARN, "%s", _("Too many views are open; leave some first."));
		return;
	}
	c->stack[c->depth++] = v;
	console_layout(c);
}

void console_pop(struct console *c)
{
	struct view *v = c->stack[--c->depth];

	v->ops->free(v);
	console_layout(c);
}

void console_remove(struct console *c, unsigned pane)
{
	for (size_t i = 0; i < c->depth; i++) {
		struct view *v = c->stack[i];
		if (v->pane != pane)
			continue;
		memmove(&c->stack[i], &c->stack[i + 1], (c->depth - i - 1) * sizeof(c->stack[0]));
		c->depth--;
		v->ops->free(v);
		console_layout(c);
		return;
	}
}

void console_changed(struct console *c)
{
	c->changed = true;
	c->next_read_ms = 0;
}

/* ------------------------------------------------------------------ reading and painting */
static void recalc_view(struct view *v)
{
	if (!v->stale)
		return;
	v->stale = false;
	if (v->ops->recalc)
		v->ops->recalc(v);
}

/* At launch the triage opens by itself, once: not before recovery has run, and not over an operator who
 * is already at work. */
static void launch_triage(struct console *c)
{
	struct publisher_view p;

	if (c->triage_done)
		return;
	app_publisher_view(c->app, &p);
	bool over = !c->publishes || !strcmp(p.phase, "running") || !strcmp(p.phase, "waiting") ||
		    clock_mono_ms() - c->started_ms > LAUNCH_MS;
	if (c->touched || c->depth || triage_open(c, false) || over)
		c->triage_done = true;
}

static void read_changes(struct console *c)
{
	int64_t now = clock_mono_ms();

	if ((!c->changed && !c->beat) || now < c->next_read_ms)
		return;
	c->next_read_ms = now + READ_EVERY_MS;
	c->beat = false;
	status_read(c);
	launch_triage(c);
	if (!c->changed)
		return;
	c->changed = false;
	c->change_number++;
	brands_read(c);
	if (!c->frozen)
		console_stale(c);
}

static void recalc(struct console *c)
{
	read_changes(c);
	if (c->layout.kind == LAYOUT_TOO_SMALL)
		return;
	if (c->depth) {
		recalc_view(c->stack[c->depth - 1]);
		if (c->touched || !triage_over(c->stack[c->depth - 1]))
			return;
		console_pop(c);
	}
	for (int i = 0; i < PANES; i++)
		if (shown(c, i))
			recalc_view(c->panes[i]);
}

static void paint_view(struct view *v, bool focused)
{
	if (!v->dirty)
		return;
	v->dirty = false;
	v->ops->paint(v, focused);
}

static void paint_bar(struct console *c)
{
	/* The rule between the two upper panes. */
	const struct rect *l = &c->layout.pane[P_BRANDS];
	int x = l->x + l->w;

	draw(l->y, x, 1, term_attr(ROLE_RULE), term_glyph(GLYPH_TEE));
	for (int y = l->y + 1; y < l->y + l->h; y++)
		draw(y, x, 1, term_attr(ROLE_RULE), term_glyph(GLYPH_BAR));
}

static void paint_message(struct console *c)
{
	const struct message *m = messages_last(c);
	const struct rect *r = &c->layout.message;
	static const enum role roles[] = {ROLE_TEXT, ROLE_GOOD, ROLE_WARN, ROLE_BAD};

	if (c->confirm.open)
		confirm_paint(c);
	else if (c->prompt.open)
		prompt_paint(c);
	else
		draw_field(r->y, r->x, r->w, term_attr(m ? roles[m->kind] : ROLE_TEXT),
			   m ? m->text : "", false);
}

static void paint_too_small(struct console *c)
{
	char text[80];

	draw_all_anew();
	draw_cursor(-1, 0);
	snprintf(text, sizeof(text), "%dx%d", LAYOUT_MIN_W, LAYOUT_MIN_H);
	if (c->layout.h > 1)
		draw(0, 0, c->layout.w, term_attr(ROLE_TEXT), _("needs"));
	draw(c->layout.h > 1 ? 1 : 0, 0, c->layout.w, term_attr(ROLE_BAD), text);
}

static void paint(struct console *c)
{
	if (c->layout.kind == LAYOUT_TOO_SMALL) {
		paint_too_small(c);
		draw_flush();
		return;
	}
	draw_cursor(-1, 0);
	if (c->depth) {
		struct view *v = c->stack[c->depth - 1];
		/* A form says with each paint where the cursor is. */
		v->dirty |= v->ops->key != NULL;
		paint_view(v, true);
	} else {
		for (int i = 0; i < PANES; i++)
			if (shown(c, i))
				paint_view(c->panes[i], i == c->focus);
		if (c->layout.kind == LAYOUT_FOUR)
			paint_bar(c);
	}
	status_paint(c);
	hint_paint(c);
	paint_message(c);
	draw_flush();
	confirm_shown(c);
}

/* ------------------------------------------------------------------ keys */
static void one_key(struct console *c, uint32_t key)
{
	struct view *v = console_view(c);

	if (key == K_RESIZE) {
		console_layout(c);
		return;
	}
	if (key == K_MOUSE) {
		mouse_event(c);
		return;
	}
	c->touched = true;
	messages_touch(c);
	if (c->confirm.open) {
		confirm_key(c, key);
	} else if (c->prompt.open) {
		prompt_key(c, key);
	} else if (!v->ops->key || !v->ops->key(v, key)) {
		command_key(c, key);
	}
}

static void read_keys(struct console *c)
{
	uint32_t key;

	for (int i = 0; i < KEYS_PER_FRAME && !c->quit && (key = term_key()) != 0; i++) {
		one_key(c, key);
		/* A question is shown before anything typed can answer it. */
		if (c->confirm.open && !c->confirm.fresh)
			break;
	}
}

/* ------------------------------------------------------------------ the end */
static int in_flight(const struct console *c)
{
	struct publisher_view p;

	app_publisher_view(c->app, &p);
	return p.in_flight;
}

static void quit_chosen(struct console *c, void *data, size_t choice)
{
	(void)data;
	if (choice == 0) {
		c->wait_for_flight = true;
		say(c, MESSAGE_INFO, "%s",
		    _("Waiting for what is on its way; any key of yours works meanwhile."));
	} else {
		c->quit = true;
	}
}

void console_quit(struct console *c)
{
	static const struct choice choices[] = {{'w', N_("wait for them, then quit")},
						{'y', N_("quit now")}};
	char text[200];
	int n = in_flight(c);

	if (n == 0) {
		c->quit = true;
		return;
	}
	snprintf(text, sizeof(text),
		 ngettext("%d post is on its way.", "%d posts are on their way.", (unsigned long)n),
		 n);
	confirm_choose(c, text, choices, 2, quit_chosen, NULL, NULL);
}

/* ------------------------------------------------------------------ the loop */
static int64_t min_wait(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int64_t wait_ms(struct console *c)
{
	int64_t now = clock_wall_ms(), mono = clock_mono_ms(), wait = status_next_ms(c, now) - now;

	if (c->changed || c->beat)
		wait = min_wait(wait, c->next_read_ms > mono ? c->next_read_ms - mono : 0);
	if (ops_watch_fd(c->ops) < 0)
		wait = min_wait(wait, WATCH_WITHOUT_FD_MS);
	return wait < 0 ? 0 : wait;
}

static void wait_and_take(struct console *c)
{
	struct pollfd fds[3] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = worker_fd(c->worker), .events = POLLIN},
		{.fd = ops_watch_fd(c->ops), .events = POLLIN}, /* -1 is passed over */
	};

	int got = signals_poll(fds, COUNT_OF(fds), wait_ms(c));
	/* A terminal that has gone takes its console with it. */
	if (signals_stop() || (got > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))) {
		c->quit = true;
		return;
	}
	if (signals_suspend())
		command_run(c, command_find("suspend"), "");
	/* Keys first; also when none is announced, for a new window size comes as one. */
	read_keys(c);
	if (got > 0 && (fds[1].revents & POLLIN))
		worker_receive(c->worker, c);
	if (ops_watch_fd(c->ops) < 0 || (got > 0 && (fds[2].revents & POLLIN))) {
		/* What woke us may be no commit but the publisher's heart, or its end. */
		if (ops_changed(c->ops))
			c->changed = true;
		else
			c->beat = true;
	}
	spawn_reap();
	if (c->wait_for_flight && in_flight(c) == 0)
		c->quit = true;
}

static void bind(void *self, const char *pane, const char *key, const char *command)
{
	struct console *c = self;

	if (!keymap_bind(c->keys, pane, key, command))
		say(c, MESSAGE_WARN, _("bind %s %s %s: there is no such pane, key or command."),
		    pane, key, command);
}

static void make_panes(struct console *c)
{
	static const struct list_spec *const specs[PANES] = {&list_brands, &list_connections,
							     &list_jobs, &list_log};

	for (int i = 0; i < PANES; i++)
		c->panes[i] = list_view_new(c, specs[i], 1u << i);
	c->focus = P_JOBS;
}

void console_settings(struct console *c)
{
	const struct config *f = app_config(c->app);

	keymap_free(&c->keys);
	c->keys = keymap_new();
	config_bindings(f, bind, c);
	/* Where the locale is not UTF-8 it stays as it is. */
	(void)term_set_ascii(c->options->ascii || config_bool(f, "ascii"));
	c->mouse = config_bool(f, "mouse");
	term_mouse(c->mouse);
	c->undo_ms = config_ms(f, "undo");
}

static enum err start(struct console *c, struct err_info *info)
{
	enum err e = ops_open(c->app, true, true, &c->ops, info);

	if (e == OK)
		e = worker_new(c->app, &c->worker, info);
	if (e == OK)
		e = term_open(c->options, info);
	if (e != OK)
		return e;
	signals_open();
	console_settings(c);
	make_panes(c);
	if (c->options->banner)
		say(c, MESSAGE_INFO, "%s", c->options->banner);
	else if (app_workspace_created(c->app))
		say(c, MESSAGE_INFO, _("A new workspace was made in %s. Add a brand: 1, then b."),
		    app_workspace_dir(c->app));
	return OK;
}

static void loop(struct console *c)
{
	struct err_info info;

	console_layout(c);
	c->changed = c->triage_done = true;
	recalc(c);
	paint(c);
	c->triage_done = false;
	/* The first frame stands: now the publisher, whose recovery nobody has to wait for. */
	c->started_ms = clock_mono_ms();
	c->publishes = !c->readonly && !c->options->no_publisher;
	if (c->publishes && app_publisher_start(c->app, "console", &info) != OK) {
		c->publishes = false;
		say_error(c, &info);
	}
	c->changed = true;
	while (!c->quit) {
		recalc(c);
		paint(c);
		wait_and_take(c);
	}
}

static void finish(struct console *c)
{
	struct compose *p = c->panes[0] ? preview_compose(c) : NULL;

	if (p)
		snprintf(c->left_behind, sizeof(c->left_behind), "%s", p->file.path);
	confirm_close(c);
	prompt_free(c);
	while (c->depth) {
		struct view *v = c->stack[--c->depth];
		v->ops->free(v);
	}
	worker_free(&c->worker);
	for (int i = 0; i < PANES; i++)
		if (c->panes[i])
			c->panes[i]->ops->free(c->panes[i]);
	keymap_free(&c->keys);
	messages_free(&c->messages);
	status_free(c);
	page_free(&c->brands);
	ops_close(&c->ops);
}

static int failed(const struct err_info *info)
{
	fprintf(stderr, "masthead: %s: %s%s%s\n", err_name(info->code), info->text,
		info->hint[0] ? "; " : "", info->hint);
	return err_exit_status(info->code);
}

int ui_run(struct app *a, const struct ui_options *o)
{
	struct console *c = xcalloc(1, sizeof(*c));
	struct err_info info;
	int status = 0;

	c->app = a;
	c->options = o;
	c->readonly = o->readonly || app_readonly(a);
	if (start(c, &info) == OK) {
		loop(c);
		int flying = in_flight(c), signo = signals_stop();
		term_close();
		if (flying)
			fprintf(stderr,
				ngettext("masthead: waiting for %d post on its way\n",
					 "masthead: waiting for %d posts on their way\n",
					 (unsigned long)flying),
				flying);
		int64_t done, total;
		const char *doing = worker_doing(c->worker, &done, &total);
		if (doing)
			fprintf(stderr, _("masthead: still %s; it is asked to stop\n"), _(doing));
		signals_close();
		app_publisher_stop(a);
		status = signo ? err_exit_status(E_INTERRUPTED) : 0;
	} else {
		status = failed(&info);
	}
	finish(c);
	if (c->left_behind[0])
		fprintf(stderr, _("masthead: the text that was not published is in %s\n"),
			c->left_behind);
	xfree(&c);
	return status;
}
