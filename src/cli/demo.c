/* cli/demo.c - the main job, shown on the sandbox in a throw-away workspace.
 *
 * Two brands with an account each on five platforms, and ten posts, one for each account: one scheduled seconds
 * ahead, one that meets a fault and is tried again, one refused, one whose answer is lost and which is
 * settled. Instagram and Google Business fetch pictures from the sandbox's media host. On a terminal the console opens on
 * it; without one the posts are published here and everything is held against the ledger (demo_report.c). */
#include "cli/demo.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "cli/stop.h"

#define PICTURES_MAX 2
#define DEMO_MS_MAX 60000

/* The first post to arrive at X is refused, the first container of Instagram meets a busy server, and Facebook's first
 * answer is lost. */
static const char demo_faults[] =
	"x:create=status:400x1,instagram:create=status:503x1,facebook:publish=drop-answerx1";

static const char *const demo_platforms[] = {"instagram", "facebook", "linkedin", "x",
					     "google_business"};

static const char *const demo_overrides[] = {
	"http.timeout=2",   "settle.lag=0.2",    "retry.base=0.3",
	"shutdown.limit=3", "media.host=webdav",
};

static const struct {
	const char *name, *timezone;
} demo_brands[] = {{"northwind", "Europe/Berlin"}, {"lumen", "America/New_York"}};

static const struct {
	int brand;
	const char *platform, *at, *language, *link, *text;
	const char *alt[PICTURES_MAX]; /* a picture for each */
} demo_posts[DEMO_POSTS] = {
	{0,
	 "x",
	 NULL,
	 "en",
	 NULL,
	 "Our bakery opens at seven tomorrow. https://northwind.example/hours #bread",
	 {NULL}},
	{1,
	 "facebook",
	 NULL,
	 "en",
	 NULL,
	 "A family of three: \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 found its lamp today.",
	 {NULL}},
	{0,
	 "instagram",
	 NULL,
	 "en",
	 NULL,
	 "This morning's market stand. #bread #market",
	 {"A market stand with loaves of bread in the morning sun"}},
	{1,
	 "instagram",
	 NULL,
	 "de",
	 NULL,
	 "Gr\xc3\xbc\xc3\x9f"
	 "e aus der Werkstatt \xf0\x9f\x92\xa1 #licht",
	 {"A workbench with three lamps", "The same lamps, lit"}},
	{0,
	 "facebook",
	 "+3s",
	 "en",
	 NULL,
	 "This one was scheduled: the ovens are warm now.",
	 {"An oven, open"}},
	{1,
	 "x",
	 NULL,
	 "ja",
	 NULL,
	 "\xe6\x96\xb0\xe3\x81\x97\xe3\x81\x84\xe7\x85\xa7\xe6\x98\x8e\xe3\x81\x8c\xe5\xb1\x8a\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x97\xe3\x81\x9f",
	 {"A new lamp in its box"}},
	{0,
	 "linkedin",
	 NULL,
	 "en",
	 NULL,
	 "Rye, spelt, oat (all three). Which one on Friday?",
	 {"Three loaves on a board"}},
	{1,
	 "linkedin",
	 NULL,
	 "en",
	 "https://lumen.example/workshop",
	 "Workshop on Saturday, ten places left. #makers #light",
	 {NULL}},
	{0,
	 "google_business",
	 NULL,
	 "fr",
	 NULL,
	 "Le pain de campagne est de retour.",
	 {"A large round loaf"}},
	{1,
	 "google_business",
	 NULL,
	 "en",
	 "https://lumen.example/new",
	 "New lamps, same sun. Come and have a look.",
	 {NULL}},
};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static enum err make_place(struct demo *d)
{
	const char *tmp = getenv("TMPDIR");
	struct cli *c = d->c;
	char *config;

	d->dir = arena_printf(c->arena, "%s/masthead-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(d->dir)) {
		int e = errno;
		return err_set_errno(&c->info, e,
				     "a directory for the demo could not be made in %s",
				     tmp ? tmp : "/tmp");
	}
	/* Keys of a throw-away workspace do not belong among the operator's. */
	config = arena_printf(c->arena, "%s/config", d->dir);
	setenv("XDG_CONFIG_HOME", config, 1);
	c->args.app.workspace = arena_printf(c->arena, "%s/workspace", d->dir);
	c->args.app.config = NULL;
	c->args.app.tenant = NULL;
	return OK;
}

static enum err start_sandbox(struct demo *d)
{
	const char *more = arg_value(&d->c->args, "faults");
	struct sandbox_request r = {
		.listen = "127.0.0.1:0",
		.ledger = arena_printf(d->c->arena, "%s/ledger.jsonl", d->dir),
		.faults = more ? arena_printf(d->c->arena, "%s,%s", more, demo_faults)
			       : demo_faults,
		.accounts = 2,
		.seed = 1,
	};
	enum err e = d->c->wiring->sandbox_start(&r, &d->sandbox, &d->c->info);

	if (!e)
		d->description = d->c->wiring->sandbox_describe(d->sandbox);
	return e;
}

/* Short waits, and the sandbox's media host. */
static void configure(struct demo *d)
{
	const struct json *host = json_at(d->description, "media_host.webdav");
	struct cli *c = d->c;
	size_t n = COUNT_OF(demo_overrides);
	const char **all = arena_alloc(c->arena, (n + 2) * sizeof(*all));

	memcpy(all, demo_overrides, sizeof(demo_overrides));
	all[n++] = arena_printf(c->arena, "media.url=%s", json_str(host, "url"));
	all[n++] = arena_printf(c->arena, "media.user=%s", json_str(host, "user"));
	c->args.app.overrides = all;
	c->args.app.n_overrides = n;
}

/* A descriptor from which the token is read; -1: E_IO. A pipe holds more than any token. */
static int token_pipe(struct demo *d, const char *token)
{
	size_t n = strlen(token);
	int ends[2];

	if (pipe(ends) != 0) {
		(void)err_set_errno(&d->c->info, errno, "a pipe could not be made");
		return -1;
	}
	if (write(ends[1], token, n) != (ssize_t)n) {
		(void)err_set_errno(&d->c->info, errno, "a pipe could not be written");
		close(ends[0]);
		ends[0] = -1;
	}
	close(ends[1]);
	return ends[0];
}

/* The brand's account on a platform is the sandbox's of the same number. */
static enum err connect_brand(struct demo *d, size_t i, const char *platform)
{
	const struct json *p = json_get(json_get(d->description, "platforms"), platform);
	const struct json *account = json_first(json_get(p, "accounts"));
	struct connection x;
	struct connect_request r = {.secret_fd = -1, .client_secret_fd = -1};
	enum err e;

	for (size_t n = 0; n < i; n++)
		account = json_next(account);
	r.brand = demo_brands[i].name;
	r.platform = platform;
	r.server = json_str(p, "server");
	r.handle = json_str(account, "handle");
	r.token_fd = token_pipe(d, json_str(account, "secret"));
	if (r.token_fd < 0)
		return d->c->info.code;
	e = ops_connect(d->c->ops, &r, d->c->arena, &x, NULL, &d->c->info);
	close(r.token_fd);
	return e;
}

static enum err make_brands(struct demo *d)
{
	for (size_t i = 0; i < COUNT_OF(demo_brands); i++) {
		struct brand_request r = {.name = demo_brands[i].name,
					  .timezone = demo_brands[i].timezone};
		struct brand b;
		enum err e = ops_brand_add(d->c->ops, &r, d->c->arena, &b, &d->c->info);

		for (size_t k = 0; !e && k < COUNT_OF(demo_platforms); k++)
			e = connect_brand(d, i, demo_platforms[k]);
		if (e)
			return e;
	}
	return OK;
}

static enum err make_pictures(struct demo *d, size_t i, struct draft *p)
{
	struct draft_media *media = arena_alloc(d->c->arena, PICTURES_MAX * sizeof(*media));
	enum err e = OK;

	for (size_t k = 0; !e && k < PICTURES_MAX && demo_posts[i].alt[k]; k++) {
		char *file = arena_printf(d->c->arena, "%s/picture-%zu-%zu.jpg", d->dir, i + 1,
					  k + 1);

		e = demo_picture(file, 640, 480, (int)(PICTURES_MAX * i + k), &d->c->info);
		media[k] = (struct draft_media){.file = file, .alt = demo_posts[i].alt[k]};
		p->n_media = k + 1;
	}
	p->media = media;
	return e;
}

static enum err queue_post(struct demo *d, size_t i)
{
	struct publish_report r = {0};
	struct draft p = {
		.brand = demo_brands[demo_posts[i].brand].name,
		.platforms = &demo_posts[i].platform,
		.n_platforms = 1,
		.at = demo_posts[i].at,
		.language = demo_posts[i].language,
		.link = demo_posts[i].link,
		.text = demo_posts[i].text,
	};
	enum err e = make_pictures(d, i, &p);
	int64_t before = clock_mono_us();

	if (!e)
		e = ops_publish(d->c->ops, &p, false, &r, &d->c->info);
	d->own_us += clock_mono_us() - before;
	if (!e) {
		d->jobs[i] = r.jobs[0].id;
		if (p.at)
			d->scheduled = d->jobs[i];
	}
	publish_report_free(&r);
	return e;
}

static enum err queue_posts(struct demo *d)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < DEMO_POSTS; i++)
		e = queue_post(d, i);
	return e;
}

static enum err prepare(struct demo *d)
{
	struct cli *c = d->c;
	enum err e;

	if ((e = make_place(d)) || (e = start_sandbox(d)))
		return e;
	configure(d);
	app_free(&c->app);
	if ((e = app_new(&c->args.app, &c->app, &c->info)) ||
	    (e = app_open_workspace(c->app, &c->info)) ||
	    (e = ops_open(c->app, true, false, &c->ops, &c->info)) ||
	    (e = ops_media_host_secret(
		     c->ops, -1, json_str(json_at(d->description, "media_host.webdav"), "secret"),
		     &c->info)) ||
	    (e = make_brands(d)))
		return e;
	return queue_posts(d);
}

/* When the first of the jobs that have not ended is to go on; 0 when all have. */
static enum err next_due(struct demo *d, int64_t *at)
{
	*at = 0;
	for (size_t i = 0; i < DEMO_POSTS; i++) {
		struct job_detail j;
		enum err e = ops_job_show(d->c->ops, d->jobs[i], d->c->arena, &j, &d->c->info);

		if (e)
			return e;
		if (j.job.next_attempt_at && (!*at || j.job.next_attempt_at < *at))
			*at = j.job.next_attempt_at;
	}
	return OK;
}

/* Until nothing is left, the scheduled one included. */
static enum err publish_all(struct demo *d)
{
	struct cli *c = d->c;
	int64_t end = clock_mono_ms() + DEMO_MS_MAX, at, left;

	for (;;) {
		struct run_request r = {.until_idle = true,
					.stop = stop_flag(),
					.wake_fd = stop_fd(),
					.timeout_ms = end - clock_mono_ms()};
		struct run_tally t = {0};
		int64_t before = clock_mono_us();
		enum err e = OK;

		if (r.timeout_ms > 0)
			e = ops_run(c->ops, &r, &t, &c->info);
		d->own_us += clock_mono_us() - before - t.waited_us;
		d->late = r.timeout_ms <= 0 || e == E_TIMEOUT;
		if (d->late || e || (e = next_due(d, &at)) || !at)
			return d->late ? OK : e;
		at -= clock_wall_ms();
		left = end - clock_mono_ms();
		if (at > left)
			at = left;
		if (stop_wait(-1, at > 0 ? (int)at : 0))
			return err_set(&c->info, E_INTERRUPTED, "the demo was interrupted");
	}
}

static int demo_console(struct demo *d)
{
	struct console_options o = {
		.ascii = d->c->args.ascii,
		.banner = _("demo: practice platforms, nothing leaves this machine"),
	};

	/* The console opens connections of its own. */
	ops_close(&d->c->ops);
	return d->c->wiring->console(d->c->app, &o);
}

static int demo_report(struct demo *d)
{
	struct cli *c = d->c;
	struct json *rows = json_new_array();
	int end;

	stop_install();
	if (publish_all(d) || demo_compare(d, rows)) {
		json_free(&rows);
		return cli_fail(c);
	}
	if (c->args.json) {
		end = cli_end_json(c, demo_report_json(d, rows));
	} else {
		demo_report_text(d, rows);
		json_free(&rows);
		end = cli_end(c);
	}
	return end ? end : d->why ? 1 : 0;
}

int verb_demo(struct cli *c)
{
	struct demo d = {.c = c};
	int status;

	if (args_expect(&c->args, 0, 0, &c->info) || prepare(&d))
		status = cli_fail(c);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !c->args.json)
		status = demo_console(&d);
	else
		status = demo_report(&d);
	ops_close(&c->ops);
	app_free(&c->app);
	json_free(&d.description);
	if (d.sandbox)
		c->wiring->sandbox_stop(&d.sandbox);
	if (d.dir && arg_set(&c->args, "keep"))
		out_note(&c->args, _("kept: %s"), d.dir);
	else if (d.dir && !access(d.dir, F_OK) && nftw(d.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		out_note(&c->args, _("%s could not be removed"), d.dir);
	return status;
}
