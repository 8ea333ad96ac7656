/* cli/demo_report.c - the demo's end: ledger, jobs, attempts and log held against each other, and the report.
 *
 * The ledger is the platforms' side: what they have accepted. Each published job must stand in it once, under its own
 * remote id, platform and text, and nothing else may; each job's attempts must have ended, one of them as the job did;
 * and the log must tell of each attempt and of the end. */
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "cli/demo.h"

#define LEDGER_BYTES_MAX ((size_t)16 << 20)
#define ENTRIES_MAX 100

static void complain(struct demo *d, const char *why)
{
	if (!d->why)
		d->why = why;
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

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static const struct json *in_ledger(const struct json *ledger, const char *remote_id)
{
	for (const struct json *x = json_first(ledger); x; x = json_next(x))
		if (same(json_str(x, "remote_id"), remote_id))
			return x;
	return NULL;
}

/* How many lines are not the same post at the same account as one before. */
static int64_t distinct(const struct json *ledger)
{
	int64_t n = 0;

	for (const struct json *x = json_first(ledger); x; x = json_next(x)) {
		const struct json *y = json_first(ledger);

		while (y != x && !(same(json_str(x, "remote_id"), json_str(y, "remote_id")) ||
				   (same(json_str(x, "platform"), json_str(y, "platform")) &&
				    same(json_str(x, "account"), json_str(y, "account")) &&
				    same(json_str(x, "text"), json_str(y, "text")))))
			y = json_next(y);
		n += y == x;
	}
	return n;
}

static void check_attempts(struct demo *d, const struct job_detail *j)
{
	size_t as_the_job = 0;
	enum outcome end = j->job.status == JOB_PUBLISHED ? OUTCOME_PUBLISHED : OUTCOME_PERMANENT;

	for (size_t k = 0; k < j->n_attempts; k++) {
		if (j->attempts[k].outcome == OUTCOME_NONE)
			complain(d, _("an attempt has no end"));
		as_the_job += j->attempts[k].outcome == end;
	}
	if ((int64_t)j->n_attempts != j->job.attempts)
		complain(d, _("a job and its attempts disagree"));
	if ((j->job.status == JOB_PUBLISHED || j->job.status == JOB_FAILED) && as_the_job != 1)
		complain(d, _("a job did not end as one of its attempts did"));
	d->retried += j->n_attempts > 1;
}

static void check_ledger(struct demo *d, const struct job_detail *j, const struct json *ledger)
{
	const struct json *line;

	if (j->job.status != JOB_PUBLISHED)
		return;
	line = in_ledger(ledger, j->job.remote_id);
	if (!line)
		complain(d, _("a published job is not in the ledger"));
	else if (!same(json_str(line, "platform"), j->job.platform) ||
		 !strstr(json_str(line, "text") ? json_str(line, "text") : "", j->post.text))
		complain(d, _("the ledger has another post under a job's id"));
	else if (json_len(json_get(line, "media")) != j->post.n_media)
		complain(d, _("the ledger has other files than a job"));
	if (j->job.id == d->scheduled && j->job.published_at < j->job.scheduled_at)
		complain(d, _("the scheduled job went out before its time"));
}

static enum err check_log(struct demo *d, const struct job_detail *j)
{
	struct log_filter f = {.job_id = j->job.id};
	struct page_request r = {.limit = ENTRIES_MAX, .ascending = true};
	struct page p = {0};
	int64_t claims = 0;
	enum err e = ops_log(d->c->ops, &f, &r, &p, &d->c->info);

	if (e)
		return e;
	for (size_t i = 0; i < p.n; i++) {
		claims += same(p.entries[i].action, "job.claim");
		d->settled += same(p.entries[i].action, "job.settle");
	}
	if (claims != j->job.attempts)
		complain(d, _("log and attempts disagree"));
	if (!p.n || !same(p.entries[p.n - 1].outcome, job_status_name(j->job.status)))
		complain(d, _("log and jobs disagree"));
	page_free(&p);
	return OK;
}

static enum err check_jobs(struct demo *d, const struct json *ledger, struct json *rows)
{
	struct cli *c = d->c;

	for (size_t i = 0; i < DEMO_POSTS; i++) {
		struct job_detail j;
		enum err e = ops_job_show(c->ops, d->jobs[i], c->arena, &j, &c->info);

		if (e)
			return e;
		d->states[j.job.status]++;
		json_add(rows, shape_job(&j.job));
		check_attempts(d, &j);
		check_ledger(d, &j, ledger);
		e = check_log(d, &j);
		if (e)
			return e;
	}
	return OK;
}

static enum err check_chain(struct demo *d)
{
	struct json *chains = NULL;
	enum err e = ops_log_verify(d->c->ops, &chains, &d->c->info);

	if (e && e != E_LOG_BROKEN)
		return e;
	d->chain_ok = !e && json_bool(chains, "ok", false);
	if (!d->chain_ok)
		complain(d, _("the log's chain is broken"));
	for (const struct json *x = json_first(json_get(chains, "chains")); x; x = json_next(x))
		d->log_entries += json_int(x, "entries", 0);
	json_free(&chains);
	return OK;
}

enum err demo_compare(struct demo *d, struct json *rows)
{
	struct json *ledger;
	enum err e = read_ledger(d, &ledger);

	if (e)
		return e;
	d->ledger_posts = (int64_t)json_len(ledger);
	d->ledger_distinct = distinct(ledger);
	e = check_jobs(d, ledger, rows);
	json_free(&ledger);
	if (e)
		return e;
	if (d->late)
		complain(d, _("not all jobs ended within a minute"));
	if (d->ledger_posts != d->ledger_distinct)
		complain(d, _("a post is in the ledger twice"));
	if (d->ledger_posts != d->states[JOB_PUBLISHED])
		complain(d, _("ledger and jobs disagree"));
	if (d->states[JOB_PUBLISHED] != DEMO_POSTS - 1 || d->states[JOB_FAILED] != 1)
		complain(d, _("nine posts should be published and one refused"));
	if (!d->retried)
		complain(d, _("no job was tried again"));
	if (!d->settled)
		complain(d, _("no unclear outcome was settled"));
	return check_chain(d);
}

static double own_ms_per_job(const struct demo *d)
{
	return (double)d->own_us / 1000 / DEMO_POSTS;
}

struct json *demo_report_json(const struct demo *d, struct json *rows)
{
	struct json *o = json_new_object(), *states;

	json_set(o, "jobs", rows);
	json_set_int(o, "ledger_posts", d->ledger_posts);
	json_set_int(o, "ledger_distinct", d->ledger_distinct);
	states = json_set(o, "states", json_new_object());
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		if (d->states[i])
			json_set_int(states, job_status_name((enum job_status)i), d->states[i]);
	json_set_int(o, "retried", d->retried);
	json_set_int(o, "settled", d->settled);
	json_set_int(o, "log_entries", d->log_entries);
	json_set_bool(o, "chain_ok", d->chain_ok);
	json_set_num(o, "own_ms_per_job", own_ms_per_job(d));
	json_set_bool(o, "ok", !d->why);
	json_set_str(o, "why", d->why);
	return o;
}

void demo_report_text(const struct demo *d, const struct json *rows)
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
	out_line("log: %lld entries, chain %s", (long long)d->log_entries,
		 d->chain_ok ? "ok" : "broken");
	out_line("own time per job: %.2f ms", own_ms_per_job(d));
	if (d->why)
		out_line("demo: FAILED: %s", d->why);
	else
		out_line("demo: ok");
	strbuf_free(&b);
}
