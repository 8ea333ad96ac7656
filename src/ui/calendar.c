/* ui/calendar.c - what goes out on which day, for the scope: a strip of days with a bar each, then the posts by day.
 *
 * Days are those of the scope's zone. At most CALENDAR_ROWS jobs are read, by time, so that it is
 * quick however long the queue is; when there are more, it says so. */
#include "ui/calendar.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/console.h"
#include "ui/text_view.h"
#include "ui/view_job.h"

#define CALENDAR_ROWS 500
#define DAYS 14
#define DAY_MS 86400000
#define BAR_CELLS 40

struct day {
	int64_t start;
	size_t jobs;
};

/* The beginnings of the next days: not all have 24 hours. */
static void make_days(const char *zone, struct day days[DAYS + 1])
{
	int64_t start = when_day_start(clock_wall_ms(), zone);

	for (int i = 0; i <= DAYS; i++) {
		days[i] = (struct day){.start = start};
		start = when_day_start(start + DAY_MS + DAY_MS / 2, zone);
	}
}

static void day_name(int64_t start, const char *zone, char *out, size_t size)
{
	static const char *const names[] = {N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"),
					    N_("Mon"), N_("Tue"), N_("Wed")};
	char date[64], noon[80];
	int64_t ms = 0;

	when_local(start, zone, WHEN_MINUTES, date, sizeof(date));
	date[10] = '\0';
	/* The day of the week is that of the date, wherever the zone is. */
	snprintf(noon, sizeof(noon), "%sT12:00:00Z", date);
	if (when_parse(noon, "UTC", start, &ms, NULL) != OK)
		ms = start;
	snprintf(out, size, "%s %s", _(names[ms / DAY_MS % 7]), date);
}

static void strip(struct lines *out, const char *zone, const struct day days[DAYS + 1])
{
	size_t most = 1;

	for (int i = 0; i < DAYS; i++)
		most = days[i].jobs > most ? days[i].jobs : most;
	for (int i = 0; i < DAYS; i++) {
		char name[80], bar[BAR_CELLS * 4 + 1] = "";
		size_t cells = (days[i].jobs * BAR_CELLS + most - 1) / most, used = 0;
		for (size_t k = 0; k < cells; k++)
			used += (size_t)snprintf(bar + used, sizeof(bar) - used, "%s",
						 term_glyph(GLYPH_PLOT_8));
		day_name(days[i].start, zone, name, sizeof(name));
		lines_add(out, days[i].jobs ? ROLE_TEXT : ROLE_DIM, "%s %5zu %s", name,
			  days[i].jobs, bar);
	}
}

static void job_line(struct console *c, struct lines *out, const struct job *j)
{
	char when[64], status[200], text[400];

	when_local(j->scheduled_at, zone_of(c, 0), WHEN_TIME_ONLY, when, sizeof(when));
	job_status_text(j, status, sizeof(status));
	snprintf(text, sizeof(text), "%s", j->text ? j->text : "");
	for (char *s = text; *s; s++)
		if (*s == '\n')
			*s = ' ';
	lines_add(out, job_role(j), "  %s  %6lld  %s/%s  %s  %s", when, (long long)j->id, j->brand,
		  j->platform, status, text);
}

static void posts(struct console *c, struct lines *out, const struct page *p, const char *zone,
		  const struct day days[DAYS + 1])
{
	size_t k = 0;

	for (int i = 0; i < DAYS; i++) {
		char name[80];
		if (!days[i].jobs)
			continue;
		day_name(days[i].start, zone, name, sizeof(name));
		lines_heading(out, name);
		for (; k < p->n && p->jobs[k].scheduled_at < days[i + 1].start; k++)
			job_line(c, out, &p->jobs[k]);
	}
}

static void build(struct console *c, struct lines *out, int width, void *data)
{
	const char *zone = zone_of(c, 0);
	struct day days[DAYS + 1];
	struct page_request r = {.limit = CALENDAR_ROWS, .ascending = true};
	struct page p = {0};
	struct err_info info;

	(void)data;
	make_days(zone, days);
	struct job_filter f = {
		.brands = &c->scope.brand_id,
		.n_brands = c->scope.brand_id ? 1 : 0,
		.connections = &c->scope.connection_id,
		.n_connections = c->scope.connection_id ? 1 : 0,
		.since = days[0].start,
		.until = days[DAYS].start,
	};
	if (ops_jobs(c->ops, &f, JOB_SORT_WHEN, &r, &p, &info) != OK) {
		lines_wrap(out, ROLE_BAD, width, 2, "%s: %s", err_name(info.code), info.text);
		return;
	}
	for (size_t i = 0; i < p.n; i++)
		for (int d = 0; d < DAYS; d++)
			days[d].jobs += p.jobs[i].scheduled_at >= days[d].start &&
					p.jobs[i].scheduled_at < days[d + 1].start;
	strip(out, zone, days);
	if (p.next)
		lines_add(out, ROLE_WARN, _("Only the first %d are counted here; there are more."),
			  CALENDAR_ROWS);
	posts(c, out, &p, zone, days);
	page_free(&p);
}

static void describe(struct console *c, void *data, struct strbuf *out)
{
	(void)data;
	strbuf_printf(out, "%s%s%s", c->scope.brand[0] ? c->scope.brand : _("all brands"), " ",
		      zone_of(c, 0));
}

void calendar_open(struct console *c)
{
	static const struct text_spec spec = {
		.title = N_("Calendar"), .build = build, .describe = describe, .live = true};

	console_push(c, text_view_new(c, &spec, PANE_TEXT, NULL));
}
