/* ui/stats.c - what became of the scope's jobs in the last day or week.
 *
 * The figures are read by the worker and drawn from memory. They are asked for again when the workspace has
 * changed since they were asked for; where that takes long, not more often than each READ_EVERY_MS. */
#include "ui/stats.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/text_view.h"

#define HOUR_MS 3600000
#define READ_EVERY_MS 1000
#define LONG_MS 50
#define LABEL_CELLS 9
#define PLOT_ROWS_MAX 4
#define BAR_CELLS 10

struct span {
	const char *name, *title;
	int64_t ms;
	size_t pieces;
};
static const struct span spans[] = {
	{"24h", N_("the last 24 hours"), 24 * (int64_t)HOUR_MS, 48},
	{"7d", N_("the last 7 days"), 7 * 24 * (int64_t)HOUR_MS, 56},
};

struct stats_view {
	const struct span *span;
	struct arena *arena; /* of stats */
	struct stats stats;
	bool known, asked;
	unsigned change; /* of the console, when it was asked last */
	int64_t asked_ms, took_ms;
	struct err_info trouble; /* code OK: none */
};
struct stats_task {
	struct task task;
	const struct span *span;
	struct stats_request request;
	struct arena *arena;
	struct stats stats;
};

static void build(struct console *c, struct lines *out, int width, void *data);
static bool run(struct console *c, void *data, const char *command, const char *args);
static void describe(struct console *c, void *data, struct strbuf *out);
static void drop(void *data);

static const struct text_spec spec = {.title = N_("Statistics"),
				      .build = build,
				      .run = run,
				      .describe = describe,
				      .live = true,
				      .drop = drop};

/* ------------------------------------------------------------------ reading */
static void read_run(struct task *t, struct ops *o)
{
	struct stats_task *w = (struct stats_task *)t;

	t->e = ops_stats(o, &w->request, w->arena, &w->stats, &t->info);
}

static void stale(struct console *c)
{
	for (size_t i = 0; i < c->depth; i++)
		c->stack[i]->stale = true;
}

static void read_done(struct task *t, struct console *c)
{
	struct stats_task *w = (struct stats_task *)t;
	struct stats_view *s = text_view_data(c, &spec);

	if (!s)
		return;
	s->asked = false;
	s->took_ms = clock_mono_ms() - s->asked_ms;
	stale(c);
	if (w->span != s->span)
		return;
	s->trouble = t->e == OK ? (struct err_info){0} : t->info;
	if (t->e != OK)
		return;
	arena_free(&s->arena);
	s->arena = w->arena;
	s->stats = w->stats;
	s->known = true;
	w->arena = NULL;
}

static void read_dispose(struct task *t)
{
	struct stats_task *w = (struct stats_task *)t;

	arena_free(&w->arena);
	xfree(&w);
}

static void ask(struct console *c, struct stats_view *s)
{
	struct stats_task *w = xcalloc(1, sizeof(*w));
	int64_t now = clock_wall_ms();

	w->task = (struct task){.run = read_run, .done = read_done, .dispose = read_dispose};
	w->span = s->span;
	w->arena = arena_new();
	w->request = (struct stats_request){.brand_id = c->scope.brand_id,
					    .connection_id = c->scope.connection_id,
					    .from = now - s->span->ms,
					    .to = now,
					    .pieces = s->span->pieces};
	s->asked = true;
	s->asked_ms = clock_mono_ms();
	s->change = c->change_number;
	worker_send(c->worker, &w->task);
}

/* ------------------------------------------------------------------ drawing */
static void short_time(int64_t ms, char *out, size_t size)
{
	if (ms < 0)
		snprintf(out, size, "-");
	else if (ms < 1000)
		snprintf(out, size, "%lld ms", (long long)ms);
	else if (ms < 60000)
		snprintf(out, size, "%lld.%lld s", (long long)(ms / 1000),
			 (long long)(ms % 1000 / 100));
	else
		when_duration(ms, out, size);
}

static void short_count(int64_t n, char *out, size_t size)
{
	snprintf(out, size, "%lld", (long long)n);
}

/* One row of a plot: how much of each column reaches into it, in eighths. */
static void plot_row(struct strbuf *b, const int64_t *values, size_t n, int64_t most, int rows,
		     int row)
{
	for (size_t i = 0; i < n; i++) {
		int64_t eighths = (values[i] * rows * 8 + most - 1) / most - 8 * row;
		eighths = eighths < 0 ? 0 : eighths > 8 ? 8 : eighths;
		strbuf_puts(b, term_glyph(GLYPH_PLOT_0 + (int)eighths));
	}
}

static void plot(struct lines *out, enum role role, const char *title, const int64_t *values,
		 size_t n, int rows, void (*label)(int64_t, char *, size_t))
{
	char text[40];
	int64_t most = 0;

	lines_heading(out, title);
	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	if (most == 0) {
		lines_add(out, ROLE_DIM, "%*s %s", LABEL_CELLS, "0", _("none"));
		return;
	}
	for (int row = rows; row-- > 0;) {
		struct strbuf b;
		strbuf_init(&b, 4096);
		plot_row(&b, values, n, most, rows, row);
		text[0] = '\0';
		if (row == rows - 1)
			label(most, text, sizeof(text));
		else if (row == 0)
			snprintf(text, sizeof(text), "0");
		lines_add(out, role, "%*s %s", LABEL_CELLS, text, b.data);
		strbuf_free(&b);
	}
}

static void axis(struct console *c, struct lines *out, const struct stats *s)
{
	char from[64], to[64];
	int gap;

	when_local(s->from, zone_of(c, 0), WHEN_MINUTES, from, sizeof(from));
	when_local(s->to, zone_of(c, 0), WHEN_MINUTES, to, sizeof(to));
	gap = (int)s->pieces - draw_cells(from) - draw_cells(to);
	lines_add(out, ROLE_DIM, "%*s %s%*s%s", LABEL_CELLS, "", from, gap > 1 ? gap : 1, "", to);
}

static void platform_line(struct lines *out, const struct stats_platform *p)
{
	char bar[BAR_CELLS * 4 + 1] = "", answer[2][40], late[2][40];
	int64_t all = p->published + p->failed + p->unknown,
		tenths = all ? p->published * 1000 / all : 0;
	size_t used = 0;

	for (int i = 0; i < BAR_CELLS; i++)
		used += (size_t)snprintf(bar + used, sizeof(bar) - used, "%s",
					 term_glyph(tenths * BAR_CELLS >= (i + 1) * 1000
							    ? GLYPH_PLOT_8
							    : GLYPH_PLOT_0));
	short_time(p->answer_median_ms, answer[0], sizeof(answer[0]));
	short_time(p->answer_p95_ms, answer[1], sizeof(answer[1]));
	short_time(p->late_median_ms, late[0], sizeof(late[0]));
	short_time(p->late_p95_ms, late[1], sizeof(late[1]));
	lines_add(out, p->failed + p->unknown ? ROLE_WARN : ROLE_TEXT,
		  "%-9.9s %s %3lld.%lld%% %6lld %5lld %5lld  %7s %7s %7s %7s", p->name, bar,
		  (long long)(tenths / 10), (long long)(tenths % 10), (long long)p->published,
		  (long long)p->failed, (long long)p->unknown, answer[0], answer[1], late[0],
		  late[1]);
}

static void platforms_part(struct lines *out, const struct stats *s)
{
	lines_add(out, ROLE_HEAD, "%-27s %6s %5s %5s  %15s %15s", _("Success per platform"),
		  _("publ."), _("fail"), _("unkn."), _("answer 50/95%"), _("late 50/95%"));
	for (size_t i = 0; i < s->n_platforms; i++)
		platform_line(out, &s->platforms[i]);
	if (!s->n_platforms)
		lines_add(out, ROLE_DIM, "%s", _("Nothing was published or failed in this time."));
}

static void draw_stats(struct console *c, struct lines *out, int width, const struct stats *s)
{
	int64_t failed = 0;
	char since[80];

	for (size_t i = 0; i < s->pieces; i++)
		failed += s->failed[i];
	platforms_part(out, s);
	plot(out, ROLE_GOOD, _("Published"), s->published, s->pieces, PLOT_ROWS_MAX, short_count);
	axis(c, out, s);
	if (failed)
		plot(out, ROLE_BAD, _("Failed or unknown"), s->failed, s->pieces, 2, short_count);
	plot(out, ROLE_BUSY, _("Answer time (median)"), s->answer_ms, s->pieces, 3, short_time);
	plot(out, ROLE_WARN, _("Due and waiting"), s->waiting, s->pieces, 3, short_count);
	axis(c, out, s);
	if (!s->capped)
		return;
	when_local(s->since, zone_of(c, 0), WHEN_MINUTES, since, sizeof(since));
	lines_wrap(out, ROLE_WARN, width, 2,
		   _("Only the newest %d changes are counted; these begin at %s."), STATS_ROWS_MAX,
		   since);
}

/* ------------------------------------------------------------------ the view */
static void build(struct console *c, struct lines *out, int width, void *data)
{
	struct stats_view *s = data;
	bool soon = s->took_ms >= LONG_MS && clock_mono_ms() - s->asked_ms < READ_EVERY_MS;

	if (!s->asked && (!s->known || (s->change != c->change_number && !soon)) &&
	    s->trouble.code == OK)
		ask(c, s);
	if (s->trouble.code != OK)
		lines_wrap(out, ROLE_BAD, width, 2, "%s: %s", err_name(s->trouble.code),
			   s->trouble.text);
	else if (s->known)
		draw_stats(c, out, width, &s->stats);
	else
		lines_add(out, ROLE_DIM, "%s", _("Counting."));
}

static void choose(struct console *c, struct stats_view *s, const char *name)
{
	const struct span *found = NULL;

	for (size_t i = 0; i < COUNT_OF(spans); i++)
		if (*name ? !strcmp(name, spans[i].name) : &spans[i] != s->span)
			found = &spans[i];
	if (!found) {
		say(c, MESSAGE_WARN, _("stats: 24h or 7d, not \"%s\"."), name);
		return;
	}
	s->known = s->known && found == s->span;
	s->span = found;
	s->trouble = (struct err_info){0};
	stale(c);
}

static bool run(struct console *c, void *data, const char *command, const char *args)
{
	if (strcmp(command, "stats") != 0)
		return false;
	choose(c, data, args);
	return true;
}

static void describe(struct console *c, void *data, struct strbuf *out)
{
	const struct stats_view *s = data;
	char key[16];

	keymap_key(c->keys, PANE_TEXT, "stats", key, sizeof(key));
	strbuf_printf(out, "%s, %s", c->scope.brand[0] ? c->scope.brand : _("all brands"),
		      _(s->span->title));
	if (key[0])
		strbuf_printf(out, _(" (%s: day or week)"), key);
}

static void drop(void *data)
{
	struct stats_view *s = data;

	arena_free(&s->arena);
	xfree(&s);
}

void stats_open(struct console *c, const char *span)
{
	struct stats_view *s = xcalloc(1, sizeof(*s));

	s->span = &spans[0];
	if (*span)
		choose(c, s, span);
	console_push(c, text_view_new(c, &spec, PANE_TEXT, s));
}
