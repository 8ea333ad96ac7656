/* ui/connect_dialog.c - the two forms that make brands and accounts.
 *
 * App password and client secret go from the masked fields into the task, and are wiped there as soon as the
 * worker is done with them; the fields are emptied the moment they are sent.
 *
 * Where a login reaches several accounts, the worker waits in the middle of it until one is picked from a list on the
 * screen: the code that the browser brought works once. */
#include "ui/connect_dialog.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/browser_login.h"
#include "ui/complete.h"
#include "ui/console.h"
#include "ui/form.h"
#include "ui/pick.h"

#define LOGIN_MS 60000
#define BROWSER_MS 300000 /* for a person */
#define LOOK_MS 100

static void text_of(const struct err_info *info, char *out, size_t size)
{
	snprintf(out, size, "%s: %s%s%s", err_name(info->code), info->text,
		 info->hint[0] ? " " : "", info->hint);
}

/* ------------------------------------------------------------------ connect */
enum {
	F_BRAND,
	F_PLATFORM,
	F_SERVER,
	F_HANDLE,
	F_SECRET,
	F_ACCOUNT,
	F_CLIENT,
	F_REDIRECT,
	F_CLIENT_SECRET,
	F_CONNECT_COUNT
};

static void connect_accept(struct console *c, struct form *f);

static const struct form_field connect_fields[F_CONNECT_COUNT] = {
	[F_BRAND] = {N_("Brand"), N_("The brand that the account speaks for."), false,
		     complete_brands},
	[F_PLATFORM] = {N_("Platform"), NULL, false, complete_platforms},
	[F_SERVER] = {N_("Server"), N_("The account's server; empty for the platform's usual one."),
		      false, NULL},
	[F_HANDLE] = {N_("Handle"), N_("The account's handle or e-mail address."), false, NULL},
	[F_SECRET] =
		{N_("App password"),
		 N_("Or token, or webhook address; empty for a login in the browser. Never shown."),
		 true, NULL},
	[F_ACCOUNT] = {N_("Account"),
		       N_("Which one, if the login reaches several; empty to pick from a list."),
		       false, NULL},
	[F_CLIENT] = {N_("Client id"),
		      N_("Of the app that you registered; empty where none is needed."), false,
		      NULL},
	[F_REDIRECT] = {N_("Redirect URI"),
			N_("The one registered for the app; empty where none is needed."), false,
			NULL},
	[F_CLIENT_SECRET] = {N_("Client secret"),
			     N_("Of the app, if it has one. Never shown; sealed in the vault."),
			     true, NULL},
};
static const struct form_spec connect_spec = {
	.title = N_("Connect an account"),
	.fields = connect_fields,
	.n = F_CONNECT_COUNT,
	.accept = connect_accept,
};

struct connect_task {
	struct task task;
	char values[F_CONNECT_COUNT][LINE_BYTES];
	char account[400];
	int64_t id;
	bool again;
	int paste[2]; /* a pasted callback goes from the screen to the worker; -1: none */
	int pick[2];  /* and so does the number of the account that was picked; -1: none */
	const char **names, **ids; /* what there is to pick from, while the worker waits */
	size_t n;
	char *url; /* set once, before the screen is told */
};

/* Screen thread: the address to be opened. */
static void connect_told(struct task *t, struct console *c)
{
	struct connect_task *w = (struct connect_task *)t;
	struct form *f = form_find(c, &connect_spec);

	if (!f) {
		worker_abort(c->worker);
		return;
	}
	if (browser_login_ask(c, w->url, w->paste[1]))
		form_say(f, false, _("Logging in with the address that was pasted."));
	else
		form_say(f, false, _("Waiting for the browser. Esc leaves this form."));
}

/* Worker thread. */
static void connect_show(void *self, const char *url)
{
	struct connect_task *w = self;

	w->url = xstrdup(url);
	worker_tell(&w->task, connect_told);
}

/* Screen thread: the worker goes on. */
static void connect_picked(struct console *c, void *data, size_t index)
{
	struct connect_task *w = data;
	struct form *f = form_find(c, &connect_spec);

	if (f && index != PICK_NONE)
		form_say(f, false, _("Connecting. The screen stays usable; Esc leaves this form."));
	/* A pipe takes so little at once. */
	while (write(w->pick[1], &index, sizeof(index)) < 0 && errno == EINTR)
		;
}

static void connect_pick(struct task *t, struct console *c)
{
	struct connect_task *w = (struct connect_task *)t;

	if (!form_find(c, &connect_spec) ||
	    !pick_open(c, N_("Which account"), w->names, w->ids, w->n, connect_picked, w))
		connect_picked(c, w, PICK_NONE);
}

/* Worker thread: waits for the person. */
static size_t connect_choose(void *self, const struct account_choice *choices, size_t n)
{
	struct connect_task *w = self;
	struct pollfd p = {.fd = w->pick[0], .events = POLLIN};
	size_t index = PICK_NONE;

	w->names = xcalloc(n, sizeof(*w->names));
	w->ids = xcalloc(n, sizeof(*w->ids));
	w->n = n;
	for (size_t i = 0; i < n; i++) {
		w->names[i] = choices[i].name;
		w->ids[i] = choices[i].id;
	}
	worker_tell(&w->task, connect_pick);
	while (!worker_aborted(&w->task))
		if (poll(&p, 1, LOOK_MS) > 0) {
			if (read(w->pick[0], &index, sizeof(index)) != (ssize_t)sizeof(index))
				index = PICK_NONE;
			break;
		}
	return index;
}

static void connect_run(struct task *t, struct ops *o)
{
	struct connect_task *w = (struct connect_task *)t;
	struct connect_request r = {
		.brand = w->values[F_BRAND],
		.platform = w->values[F_PLATFORM],
		.server = w->values[F_SERVER][0] ? w->values[F_SERVER] : NULL,
		.handle = w->values[F_HANDLE][0] ? w->values[F_HANDLE] : NULL,
		.secret = w->values[F_SECRET][0] ? w->values[F_SECRET] : NULL,
		.secret_fd = -1,
		.token_fd = -1,
		.client_secret_fd = -1,
		.client_secret = w->values[F_CLIENT_SECRET][0] ? w->values[F_CLIENT_SECRET] : NULL,
		.redirect_uri = w->values[F_REDIRECT][0] ? w->values[F_REDIRECT] : NULL,
		.client_id = w->values[F_CLIENT][0] ? w->values[F_CLIENT] : NULL,
		.account = w->values[F_ACCOUNT][0] ? w->values[F_ACCOUNT] : NULL,
		.no_browser = true,
		.show = w->paste[0] >= 0 ? connect_show : NULL,
		.choose = w->pick[0] >= 0 ? connect_choose : NULL,
		.self = w,
		.paste = w->paste[0] >= 0,
		.paste_fd = w->paste[0],
		.timeout_ms = w->values[F_SECRET][0] ? LOGIN_MS : BROWSER_MS,
		.abort_flag = worker_abort_flag(t),
	};
	struct arena *a = arena_new();
	struct connection conn;

	t->e = ops_connect(o, &r, a, &conn, &w->again, &t->info);
	wipe(w->values[F_SECRET], sizeof(w->values[F_SECRET]));
	wipe(w->values[F_CLIENT_SECRET], sizeof(w->values[F_CLIENT_SECRET]));
	if (t->e == OK) {
		w->id = conn.id;
		snprintf(w->account, sizeof(w->account), "%s/%s/%s", conn.brand, conn.platform,
			 conn.account ? conn.account : "");
	}
	arena_free(&a);
}

static void connect_done(struct task *t, struct console *c)
{
	struct connect_task *w = (struct connect_task *)t;
	struct form *f = form_find(c, &connect_spec);
	char text[1100];

	pick_close(c, w);
	if (t->e != OK) {
		text_of(&t->info, text, sizeof(text));
		if (f)
			form_say(f, true, text);
		say_error(c, &t->info);
		return;
	}
	if (f)
		form_close(c, f);
	say(c, MESSAGE_GOOD,
	    w->again ? _("%s is logged in again (connection %lld).")
		     : _("%s is connected (connection %lld)."),
	    w->account, (long long)w->id);
	console_changed(c);
}

static void connect_dispose(struct task *t)
{
	struct connect_task *w = (struct connect_task *)t;

	for (int i = 0; i < 2; i++) {
		if (w->paste[i] >= 0)
			close(w->paste[i]);
		if (w->pick[i] >= 0)
			close(w->pick[i]);
	}
	wipe(w->values, sizeof(w->values));
	xfree(&w->names);
	xfree(&w->ids);
	xfree(&w->url);
	xfree(&w);
}

static void connect_accept(struct console *c, struct form *f)
{
	struct connect_task *w = xcalloc(1, sizeof(*w));

	w->task = (struct task){.run = connect_run,
				.done = connect_done,
				.dispose = connect_dispose,
				.doing = N_("connecting")};
	if (pipe2(w->paste, O_CLOEXEC) != 0)
		w->paste[0] = w->paste[1] = -1;
	if (pipe2(w->pick, O_CLOEXEC) != 0)
		w->pick[0] = w->pick[1] = -1;
	for (size_t i = 0; i < F_CONNECT_COUNT; i++)
		snprintf(w->values[i], sizeof(w->values[i]), "%s", form_value(f, i));
	form_clear_secrets(f);
	form_say(f, false, _("Connecting. The screen stays usable; Esc leaves this form."));
	worker_send(c->worker, &w->task);
}

void connect_dialog_open(struct console *c, const char *brand, const char *platform,
			 const char *server, const char *handle)
{
	const char *values[F_CONNECT_COUNT] = {brand, platform, server, handle};

	form_open(c, &connect_spec, values);
}

/* ------------------------------------------------------------------ brands */
enum { F_NAME, F_ZONE, F_CATCH_UP, F_COLOR, F_BRAND_COUNT };

static void colors(struct console *c, const char *prefix, struct strbuf *out)
{
	(void)c;
	(void)prefix;
	strbuf_puts(out, "red\ngreen\nyellow\nblue\nmagenta\ncyan\n");
}

static void brand_accept(struct console *c, struct form *f);

static const struct form_field brand_fields[F_BRAND_COUNT] = {
	[F_NAME] = {N_("Name"), NULL, false, NULL},
	[F_ZONE] = {N_("Time zone"), N_("IANA name, e.g. Europe/Berlin; empty for this machine's."),
		    false, NULL},
	[F_CATCH_UP] =
		{N_("Catch up"),
		 N_("Missed posts: publish if late by at most so many minutes, or \"hold\"."),
		 false, NULL},
	[F_COLOR] = {N_("Colour"), NULL, false, colors},
};
static const struct form_spec add_spec = {.title = N_("New brand"),
					  .fields = brand_fields,
					  .n = F_BRAND_COUNT,
					  .accept = brand_accept};
static const struct form_spec edit_spec = {
	.title = N_("Brand"), .fields = brand_fields, .n = F_BRAND_COUNT, .accept = brand_accept};

struct brand_task {
	struct task task;
	const struct form_spec *spec;
	char old[NAME_BYTES]; /* "": a new brand */
	char values[F_BRAND_COUNT][LINE_BYTES];
};
static char edited[NAME_BYTES]; /* the name under which the open edit form's brand is known */

static void brand_run(struct task *t, struct ops *o)
{
	struct brand_task *w = (struct brand_task *)t;
	struct brand_request r = {
		.name = w->values[F_NAME],
		.timezone = w->values[F_ZONE][0] ? w->values[F_ZONE] : NULL,
		.catch_up = w->values[F_CATCH_UP][0] ? w->values[F_CATCH_UP] : NULL,
		.color = w->values[F_COLOR][0] ? w->values[F_COLOR] : NULL,
	};
	struct arena *a = arena_new();
	struct brand b;

	if (w->old[0])
		t->e = ops_brand_edit(o, w->old, &r, a, &b, &t->info);
	else
		t->e = ops_brand_add(o, &r, a, &b, &t->info);
	arena_free(&a);
}

static void brand_done(struct task *t, struct console *c)
{
	struct brand_task *w = (struct brand_task *)t;
	struct form *f = form_find(c, w->spec);
	char text[1100];

	if (t->e != OK) {
		text_of(&t->info, text, sizeof(text));
		if (f)
			form_say(f, true, text);
		say_error(c, &t->info);
		return;
	}
	if (f)
		form_close(c, f);
	say(c, MESSAGE_GOOD,
	    w->old[0] ? _("Brand %s is changed.")
		      : _("Brand %s is there; connect its accounts next."),
	    w->values[F_NAME]);
	console_changed(c);
}

static void brand_dispose(struct task *t)
{
	xfree(&t);
}

static void brand_accept(struct console *c, struct form *f)
{
	struct brand_task *w = xcalloc(1, sizeof(*w));
	bool editing = form_find(c, &edit_spec) == f;

	w->task = (struct task){.run = brand_run, .done = brand_done, .dispose = brand_dispose};
	w->spec = editing ? &edit_spec : &add_spec;
	snprintf(w->old, sizeof(w->old), "%s", editing ? edited : "");
	for (size_t i = 0; i < F_BRAND_COUNT; i++)
		snprintf(w->values[i], sizeof(w->values[i]), "%s", form_value(f, i));
	worker_send(c->worker, &w->task);
}

void brand_dialog_open(struct console *c, const struct brand *b, const char *name)
{
	char catch_up[32] = "";
	const char *values[F_BRAND_COUNT] = {b ? b->name : name, b ? b->timezone : NULL, catch_up,
					     b ? b->color : NULL};

	if (b && b->catch_up_min == CATCH_UP_HOLD)
		snprintf(catch_up, sizeof(catch_up), "hold");
	else if (b && b->catch_up_min >= 0)
		snprintf(catch_up, sizeof(catch_up), "%lld", (long long)b->catch_up_min);
	if (b)
		snprintf(edited, sizeof(edited), "%s", b->name);
	form_open(c, b ? &edit_spec : &add_spec, values);
}
