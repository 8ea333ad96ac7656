/* ui/status.c - the status line and the hint line.
 *
 * The line is made of segments, each with a rank; when the screen is too narrow the
 * segments of the highest rank go first. Nothing in it changes by itself but the minute and
 * the publisher's heart, so that an idle screen needs no wake-up. */
#include "ui/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/console.h"

#define HEART_STOPS_MS 60000
#define LAG_SHOWN_MS 2000
#define MINUTE_MS 60000

void status_free(struct console *c)
{
	arena_free(&c->status.arena);
}

void status_read(struct console *c)
{
	struct status_line *l = &c->status;
	struct arena *a = arena_new();
	struct status s;

	l->e = ops_status(c->ops, false, a, &s, &l->info);
	if (l->e != OK) {
		arena_free(&a);
		return;
	}
	arena_free(&l->arena);
	l->arena = a;
	l->now = s;
	l->known = true;
}

/* ------------------------------------------------------------------ segments */
#define SEGMENTS_MAX 16
struct segment {
	char text[400];
	enum role role;
	int rank; /* 0: always */
	int cells;
};
struct segments {
	struct segment items[SEGMENTS_MAX];
	size_t n;
};

static void add(struct segments *s, enum role role, int rank, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
static void add(struct segments *s, enum role role, int rank, const char *fmt, ...)
{
	va_list args;

	if (s->n == SEGMENTS_MAX)
		return;
	struct segment *one = &s->items[s->n++];
	va_start(args, fmt);
	vsnprintf(one->text, sizeof(one->text), fmt, args);
	va_end(args);
	one->role = role;
	one->rank = rank;
	one->cells = draw_cells(one->text) + 1;
}

static void add_scope(struct console *c, struct segments *s)
{
	const char *sign = term_glyph(GLYPH_SCOPE);

	if (c->scope.connection_id)
		add(s, ROLE_STATUS, 0, "%s %s %s %s %s", ops_tenant(c->ops), sign, c->scope.brand,
		    sign, c->scope.connection);
	else if (c->scope.brand_id)
		add(s, ROLE_STATUS, 0, "%s %s %s", ops_tenant(c->ops), sign, c->scope.brand);
	else
		add(s, ROLE_STATUS, 0, _("%s %s all brands"), ops_tenant(c->ops), sign);
	if (c->readonly)
		add(s, ROLE_BADGE, 0, " %s ", _("READ-ONLY"));
	if (c->frozen)
		add(s, ROLE_BADGE, 0, " %s ", _("FROZEN"));
}

static void add_publisher(struct console *c, struct segments *s)
{
	const struct status *st = &c->status.now;
	struct publisher_view own;
	char age[32];

	app_publisher_view(c->app, &own);
	if (!strcmp(own.phase, "recovering")) {
		add(s, ROLE_STATUS, 2, "%s", _("recovering"));
		return;
	}
	if (own.trouble.code != OK) {
		add(s, ROLE_BADGE, 1, _("publisher: %s"), err_name(own.trouble.code));
		return;
	}
	if (!st->publisher_running) {
		add(s, st->due ? ROLE_BADGE : ROLE_STATUS, st->due ? 1 : 2, "%s",
		    _("nobody publishes"));
		return;
	}
	int64_t silent = clock_wall_ms() - st->last_tick;
	if (st->last_tick && st->due && silent > HEART_STOPS_MS) {
		when_duration(silent, age, sizeof(age));
		add(s, ROLE_BADGE, 1, _("publisher silent %s"), age);
	} else if (st->publisher_own) {
		if (own.in_flight)
			add(s, ROLE_STATUS, 2, _("publishing %d"), own.in_flight);
		else
			add(s, ROLE_STATUS, 2, "%s", _("publishing"));
	} else {
		add(s, ROLE_STATUS, 2, _("%s publishes (%s)"),
		    st->publisher_who ? st->publisher_who : "?",
		    st->publisher_how ? st->publisher_how : "?");
	}
	if (st->lag_ms >= LAG_SHOWN_MS) {
		when_duration(st->lag_ms, age, sizeof(age));
		add(s, ROLE_STATUS, 4, _("lag %s"), age);
	}
}

static void add_counts(struct console *c, struct segments *s)
{
	const struct status *st = &c->status.now;

	if (st->due)
		add(s, ROLE_STATUS, 3, _("due %lld"), (long long)st->due);
	if (st->retrying)
		add(s, ROLE_STATUS, 4, _("retry %lld"), (long long)st->retrying);
	if (st->jobs[JOB_UNKNOWN])
		add(s, ROLE_BADGE, 1, _("unknown %lld"), (long long)st->jobs[JOB_UNKNOWN]);
	if (st->failed_today >= FAILED_TODAY_MAX)
		add(s, ROLE_STATUS, 3, _("failed %d+"), FAILED_TODAY_MAX - 1);
	else if (st->failed_today)
		add(s, ROLE_STATUS, 3, _("failed %lld"), (long long)st->failed_today);
	if (st->jobs[JOB_HELD])
		add(s, ROLE_STATUS, 5, _("held %lld"), (long long)st->jobs[JOB_HELD]);
	if (st->n_attention)
		add(s, ROLE_BADGE, 1,
		    ngettext("%zu login needs you", "%zu logins need you", st->n_attention),
		    st->n_attention);
}

static void add_worker(struct console *c, struct segments *s)
{
	int64_t done, total;
	const char *doing = worker_doing(c->worker, &done, &total);

	if (!doing)
		return;
	if (total)
		add(s, ROLE_STATUS, 2, "%s %lld/%lld", _(doing), (long long)done, (long long)total);
	else if (done)
		add(s, ROLE_STATUS, 2, "%s %lld", _(doing), (long long)done);
	else
		add(s, ROLE_STATUS, 2, "%s%s", _(doing), term_glyph(GLYPH_MORE));
}

static void fit(struct segments *s, int width)
{
	for (;;) {
		int sum = 1;
		size_t worst = s->n;
		for (size_t i = 0; i < s->n; i++) {
			sum += s->items[i].cells;
			if (s->items[i].rank &&
			    (worst == s->n || s->items[i].rank >= s->items[worst].rank))
				worst = i;
		}
		if (sum <= width || worst == s->n)
			return;
		memmove(&s->items[worst], &s->items[worst + 1],
			(s->n - worst - 1) * sizeof(s->items[0]));
		s->n--;
	}
}

void status_paint(struct console *c)
{
	const struct rect *r = &c->layout.status;
	struct segments s = {.n = 0};
	char clock[64];
	int x = r->x + 1, attr = term_attr(ROLE_STATUS);

	add_scope(c, &s);
	if (c->status.e != OK)
		add(&s, ROLE_BADGE, 0, " %s ", err_name(c->status.e));
	if (c->status.known) {
		add_publisher(c, &s);
		add_counts(c, &s);
	}
	add_worker(c, &s);
	when_local(clock_wall_ms(), zone_of(c, 0), WHEN_TIME_ONLY | WHEN_WITH_ZONE, clock,
		   sizeof(clock));
	int clock_cells = draw_cells(clock);
	fit(&s, r->w - clock_cells - 2);
	draw_fill(r->y, r->x, r->w, attr);
	for (size_t i = 0; i < s.n && x < r->w; i++) {
		x += draw(r->y, x, r->w - x, term_attr(s.items[i].role), s.items[i].text);
		x++;
	}
	if (x + clock_cells + 1 <= r->w)
		draw(r->y, r->w - clock_cells - 1, clock_cells, attr, clock);
}

int64_t status_next_ms(const struct console *c, int64_t now_ms)
{
	const struct status *st = &c->status.now;
	int64_t next = now_ms - now_ms % MINUTE_MS + MINUTE_MS;

	if (c->status.known && st->publisher_running && st->due && st->last_tick) {
		int64_t stops = st->last_tick + HEART_STOPS_MS + 1;
		if (stops > now_ms && stops < next)
			next = stops;
	}
	return next;
}

/* ------------------------------------------------------------------ hints */
static const struct {
	unsigned panes;
	const char *command, *label;
} hints[] = {
	{PANE_BRANDS | PANE_CONNECTIONS, "open", N_("choose")},
	{PANE_JOBS | PANE_LOG | PANE_TRIAGE, "open", N_("open")},
	{PANE_PREVIEW, "preview-publish", N_("publish")},
	{PANE_PREVIEW, "preview-schedule", N_("schedule")},
	{PANE_PREVIEW, "preview-scale", N_("scale")},
	{PANE_PREVIEW, "preview-edit", N_("edit")},
	{PANE_PREVIEW, "preview-draft", N_("draft")},
	{PANE_FOUR, "publish", N_("new post")},
	{PANE_BRANDS, "brand add", N_("new brand")},
	{PANE_BRANDS | PANE_CONNECTIONS, "connect", N_("connect")},
	{PANE_CONNECTIONS | PANE_TRIAGE, "verify", N_("verify")},
	{PANE_CONNECTIONS, "refresh", N_("refresh")},
	{PANE_JOBS | PANE_JOB | PANE_TRIAGE, "retry", N_("retry")},
	{PANE_JOBS | PANE_JOB | PANE_TRIAGE, "cancel", N_("cancel")},
	{PANE_JOBS | PANE_JOB | PANE_TRIAGE, "reschedule", N_("time")},
	{PANE_JOB | PANE_TRIAGE, "release", N_("release")},
	{PANE_JOB | PANE_TRIAGE, "resolve", N_("resolve")},
	{PANE_JOB, "edit", N_("edit")},
	{PANE_JOB | PANE_TRIAGE, "browse", N_("URL")},
	{PANE_BRANDS | PANE_CONNECTIONS, "pause", N_("pause")},
	{PANE_CONNECTIONS, "disconnect", N_("disconnect")},
	{PANE_JOBS, "undo", N_("undo")},
	{PANE_CONNECTIONS | PANE_JOBS | PANE_LOG, "filter", N_("filter")},
	{PANE_FOUR, "search", N_("search")},
	{PANE_JOBS, "mark", N_("mark")},
	{PANE_FOUR, "zoom", N_("zoom")},
	{PANE_JOB | PANE_TRIAGE | PANE_PREVIEW | PANE_TEXT, "back", N_("back")},
};

static int hint(int y, int x, int room, const char *key, const char *label)
{
	int cells = draw_cells(key) + 1 + draw_cells(label) + 2;

	if (cells > room)
		return 0;
	int used = draw(y, x, room, term_attr(ROLE_KEY), key);
	draw_fill(y, x + used, 1, term_attr(ROLE_HINT));
	used += 1;
	used += draw(y, x + used, room - used, term_attr(ROLE_HINT), label);
	draw_fill(y, x + used, 2, term_attr(ROLE_HINT));
	return used + 2;
}

void hint_paint(struct console *c)
{
	const struct rect *r = &c->layout.hint;
	struct view *v = console_view(c);
	char key[16], help[16];
	int x = r->x + 1, used;

	draw_fill(r->y, r->x, r->w, term_attr(ROLE_HINT));
	if (v->ops->hint) {
		struct strbuf own;
		strbuf_init(&own, 512);
		v->ops->hint(v, &own);
		draw_field(r->y, x, r->w - 1, term_attr(ROLE_HINT), own.data, false);
		strbuf_free(&own);
		return;
	}
	if (c->on_marks) {
		x += draw(r->y, x, r->w - x, term_attr(ROLE_BADGE), _(" on the marked: "));
		draw_fill(r->y, x++, 1, term_attr(ROLE_HINT));
	}
	keymap_key(c->keys, v->pane, "help", help, sizeof(help));
	int kept = draw_cells(help) + draw_cells(_("help")) + 4;
	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		const struct command *cmd = command_find(hints[i].command);
		if (!(hints[i].panes & v->pane) ||
		    (c->readonly && cmd && (cmd->flags & CMD_WRITES)))
			continue;
		keymap_key(c->keys, v->pane, hints[i].command, key, sizeof(key));
		if (!key[0])
			continue;
		used = hint(r->y, x, r->x + r->w - x - kept, key, _(hints[i].label));
		if (!used)
			break;
		x += used;
	}
	if (help[0])
		hint(r->y, x, r->x + r->w - x, help, _("help"));
}
