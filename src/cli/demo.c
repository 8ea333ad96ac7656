/* cli/demo.c - the main job, shown on the sandbox in a throw-away workspace.
 *
 * Two brands with an account on each platform of the table below, ten posts, one for each account: one scheduled seconds
 * ahead, one that meets a fault and is tried again, one refused, one whose answer is lost and which is
 * settled. On a terminal the console opens on it; without one the posts are published here and
 * everything is held against the ledger. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "cli/stop.h"
#include "cli/verbs.h"

#define POSTS 10
#define LEDGER_BYTES_MAX ((size_t)16 << 20)

/* The first post to arrive at X is refused, the first name looked up at Bluesky fails, Mastodon's first answer is
 * lost. */
static const char demo_faults[] =
	"x:create=status:400x1,bluesky:read=status:503x1,mastodon:create=drop-answerx1";

static const struct {
	const char *name;
	bool token; /* the sandbox's secret is a token, else an app password */
} demo_platforms[] = {{"bluesky", false},
		      {"mastodon", true},
		      {"x", true},
		      {"linkedin", true},
		      {"facebook", true}};

static const char *const demo_overrides[] = {
	"http.timeout=2",
	"settle.lag=0.2",
	"retry.base=0.3",
	"shutdown.limit=3",
};

static const struct {
	const char *name, *timezone;
} demo_brands[] = {{"northwind", "Europe/Berlin"}, {"lumen", "America/New_York"}};

static const struct {
	int brand;
	const char *platform, *at, *language, *text;
} demo_posts[POSTS] = {
	{0, "x", NULL, "en",
	 "Our bakery opens at seven tomorrow. https://northwind.example/hours #bread"},
	{1, "mastodon", NULL, "en", "New lamps, same sun. Have a look: https://lumen.example/new"},
	{0, "bluesky", NULL, "en", "Thanks to @bob.test for the photographs of our market stand!"},
	{1, "bluesky", NULL, "de",
	 "Gr\xc3\xbc\xc3\x9f"
	 "e aus der Werkstatt \xf0\x9f\x92\xa1 #licht"},
	{0, "facebook", "+3s", "en", "This one was scheduled: the ovens are warm now."},
	{1, "x", NULL, "ja",
	 "\xe6\x96\xb0\xe3\x81\x97\xe3\x81\x84\xe7\x85\xa7\xe6\x98\x8e\xe3\x81\x8c\xe5\xb1\x8a\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x97\xe3\x81\x9f"},
	{0, "linkedin", NULL, "en", "Rye, spelt, oat. Which one on Friday?"},
	{1, "linkedin", NULL, "en", "Workshop on Saturday, ten places left. #makers #light"},
	{0, "mastodon", NULL, "fr", "Le pain de campagne est de retour."},
	{1, "facebook", NULL, "en",
	 "A family of three: \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 found its lamp today."},
};

struct demo {
	struct cli *c;
	char *dir; /* the throw-away directory */
	void *sandbox;
	struct json *description;
	int64_t jobs[POSTS];
	double own_ms;   /* CPU of the publishing loop, which runs in this thread */
	const char *why; /* NULL: all agrees */
	int64_t ledger_posts, ledger_distinct, log_entries;
	int64_t states[JOB_STATUS_COUNT];
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
	c->args.app.overrides = demo_overrides;
	c->args.app.n_overrides = COUNT_OF(demo_overrides);
	return OK;
}

static enum err start_sandbox(struct demo *d)
{
	struct sandbox_request r = {
		.listen = "127.0.0.1:0",
		.ledger = arena_printf(d->c->arena, "%s/ledger.jsonl", d->dir),
		.faults = demo_faults,
		.accounts = 2,
		.visibility_lag_ms = 50,
		.seed = 1,
	};
	enum err e = d->c->wiring->sandbox_start(&r, &d->sandbox, &d->c->info);

	if (!e)
		d->description = d->c->wiring->sandbox_describe(d->sandbox);
	return e;
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
static enum err connect_brand(struct demo *d, size_t i, size_t k)
{
	const struct json *p = json_get(json_get(d->description, "platforms"),
					demo_platforms[k].name);
	const struct json *account = json_first(json_get(p, "accounts"));
	struct connection x;
	struct connect_request r = {.secret_fd = -1, .token_fd = -1, .client_secret_fd = -1};
	enum err e;

	for (size_t n = 0; n < i; n++)
		account = json_next(account);
	r.brand = demo_brands[i].name;
	r.platform = demo_platforms[k].name;
	r.server = json_str(p, "server");
	r.handle = json_str(account, "handle");
	if (!demo_platforms[k].token) {
		r.secret = json_str(account, "secret");
	} else {
		r.token_fd = token_pipe(d, json_str(account, "secret"));
		if (r.token_fd < 0)
			return d->c->info.code;
	}
	e = ops_connect(d->c->ops, &r, d->c->arena, &x, NULL, &d->c->info);
	if (r.token_fd >= 0)
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
			e = connect_brand(d, i, k);
		if (e)
			return e;
	}
	return OK;
}

static enum err queue_posts(struct demo *d)
{
	for (size_t i = 0; i < POSTS; i++) {
		struct publish_report r = {0};
		struct draft p = {
			.brand = demo_brands[demo_posts[i].brand].name,
			.platforms = &demo_posts[i].platform,
			.n_platforms = 1,
			.at = demo_posts[i].at,
			.language = demo_posts[i].language,
			.text = demo_posts[i].text,
		};
		enum err e = ops_publish(d->c->ops, &p, false, &r, &d->c->info);

		if (!e)
			d->jobs[i] = r.jobs[0].id;
		publish_report_free(&r);
		if (e)
			return e;
	}
	return OK;
}

static enum err prepare(struct demo *d)
{
	struct cli *c = d->c;
	enum err e;

	if ((e = make_place(d)) || (e = start_sandbox(d)))
		return e;
	app_free(&c->app);
	if ((e = app_new(&c->args.app, &c->app, &c->info)) ||
	    (e = app_open_workspace(c->app, &c->info)) ||
	    (e = ops_open(c->app, true, false, &c->ops, &c->info)) || (e = make_brands(d)))
		return e;
	return queue_posts(d);
}

static double thread_cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* When the first of the jobs that have not ended is to go on; 0 when all have. */
static enum err next_due(struct demo *d, int64_t *at)
{
	*at = 0;
	for (size_t i = 0; i < POSTS; i++) {
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
	struct run_request r = {
		.until_idle = true, .timeout_ms = 60000, .stop = stop_flag(), .wake_fd = stop_fd()};
	struct run_tally t = {0};
	int64_t at;

	for (;;) {
		double before = thread_cpu_ms();
		enum err e = ops_run(c->ops, &r, &t, &c->info);

		d->own_ms += thread_cpu_ms() - before;
		if (e || (e = next_due(d, &at)) || !at)
			return e;
		at -= clock_wall_ms();
		if (stop_wait(-1, at > 0 ? (int)at : 0))
			return err_set(&c->info, E_INTERRUPTED, "the demo was interrupted");
	}
}

/* Ledger lines as an array. */
static enum err read_ledger(struct demo *d, struct json **out)
{
	struct json *list = json_new_array();
	struct strbuf b;
	enum err e;

	strbuf_init(&b, LEDGER_BYTES_MAX);
	e = fs_read(json_str(d->description, "ledger"), LEDGER_BYTES_MAX, 0, &b, &d->c->info);
	for (char *line = b.data; !e && *line;) {
		size_t n = strcspn(line, "\n");
		struct json *j;

		if (n && !(e = json_parse(line, n, JSON_BYTES_MAX, &j, &d->c->info)))
			json_add(list, j);
		line += n + (line[n] == '\n');
	}
	strbuf_free(&b);
	if (e)
		json_free(&list);
	else
		*out = list;
	return e;
}

static const struct json *in_ledger(const struct json *ledger, const char *remote_id)
{
	for (const struct json *x = json_first(ledger); x; x = json_next(x))
		if (json_str(x, "remote_id") && remote_id &&
		    !strcmp(json_str(x, "remote_id"), remote_id))
			return x;
	return NULL;
}

static void complain(struct demo *d, const char *why)
{
	if (!d->why)
		d->why = why;
}

/* Holds ledger, jobs, attempts and log against each other; a row per job. */
static enum err compare(struct demo *d, struct json *rows)
{
	struct cli *c = d->c;
	struct json *ledger, *chains = NULL;
	enum err e;

	if ((e = read_ledger(d, &ledger)))
		return e;
	d->ledger_posts = (int64_t)json_len(ledger);
	for (const struct json *x = json_first(ledger); x; x = json_next(x))
		d->ledger_distinct += in_ledger(ledger, json_str(x, "remote_id")) == x;
	for (size_t i = 0; i < POSTS && !e; i++) {
		struct job_detail j;

		if ((e = ops_job_show(c->ops, d->jobs[i], c->arena, &j, &c->info)))
			break;
		d->states[j.job.status]++;
		if (j.job.status == JOB_PUBLISHED && !in_ledger(ledger, j.job.remote_id))
			complain(d, _("a published job is not in the ledger"));
		for (size_t k = 0; k < j.n_attempts; k++)
			if (j.attempts[k].outcome == OUTCOME_NONE)
				complain(d, _("an attempt has no end"));
		json_add(rows, shape_job(&j.job));
	}
	json_free(&ledger);
	if (e)
		return e;
	if (d->ledger_posts != d->ledger_distinct)
		complain(d, _("a post is in the ledger twice"));
	if (d->ledger_posts != d->states[JOB_PUBLISHED])
		complain(d, _("ledger and jobs disagree"));
	if (d->states[JOB_PUBLISHED] != POSTS - 1 || d->states[JOB_FAILED] != 1)
		complain(d, _("nine posts should be published and one refused"));
	e = ops_log_verify(c->ops, &chains, &c->info);
	if (e && e != E_LOG_BROKEN)
		return e;
	if (e || !json_bool(chains, "ok", false))
		complain(d, _("the log's chain is broken"));
	for (const struct json *x = json_first(json_get(chains, "chains")); x; x = json_next(x))
		d->log_entries += json_int(x, "entries", 0);
	json_free(&chains);
	return OK;
}

static struct json *report_json(struct demo *d, struct json *rows)
{
	struct json *o = json_new_object(), *states;

	json_set(o, "jobs", rows);
	json_set_int(o, "ledger_posts", d->ledger_posts);
	json_set_int(o, "ledger_distinct", d->ledger_distinct);
	states = json_set(o, "states", json_new_object());
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		if (d->states[i])
			json_set_int(states, job_status_name((enum job_status)i), d->states[i]);
	json_set_int(o, "log_entries", d->log_entries);
	json_set_num(o, "own_ms_per_job", d->own_ms / POSTS);
	json_set_bool(o, "ok", !d->why);
	json_set_str(o, "why", d->why);
	return o;
}

static void report_text(struct demo *d, const struct json *rows)
{
	static const struct column columns[] = {{N_("ID"), COL_RIGHT},       {N_("BRAND"), 0},
						{N_("PLATFORM"), 0},         {N_("STATUS"), 0},
						{N_("ATTEMPTS"), COL_RIGHT}, {N_("URL"), COL_FLEX}};
	struct table *t = table_new(columns, COUNT_OF(columns));
	struct strbuf b;

	for (const struct json *j = json_first(rows); j; j = json_next(j)) {
		const char *url = json_str(j, "remote_url");
		table_cell(t, "%lld", (long long)json_int(j, "id", 0));
		table_cell(t, "%s", json_str(j, "brand"));
		table_cell(t, "%s", json_str(j, "platform"));
		table_cell(t, "%s", json_str(j, "status"));
		table_cell(t, "%lld", (long long)json_int(j, "attempts", 0));
		table_cell(t, "%s", url ? url : "-");
	}
	table_print(&t, d->c->args.ascii);
	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		if (d->states[i])
			strbuf_printf(&b, "%s%lld %s", b.len ? ", " : "", (long long)d->states[i],
				      job_status_name((enum job_status)i));
	out_line("ledger: %lld posts, %lld distinct", (long long)d->ledger_posts,
		 (long long)d->ledger_distinct);
	out_line("jobs: %s", b.data);
	out_line("log: %lld entries, chain ok", (long long)d->log_entries);
	out_line("own time per job: %.2f ms", d->own_ms / POSTS);
	if (d->why)
		out_line("demo: FAILED: %s", d->why);
	else
		out_line("demo: ok");
	strbuf_free(&b);
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
	if (publish_all(d) || compare(d, rows)) {
		json_free(&rows);
		return cli_fail(c);
	}
	if (c->args.json) {
		end = cli_end_json(c, report_json(d, rows));
	} else {
		report_text(d, rows);
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
