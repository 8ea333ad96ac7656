/* cli/verbs_jobs.c - jobs: listing, showing, why, and what may be done to one or many. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/verbs.h"

#define BULK_STEP 200

enum err cli_job_filter(struct cli *c, struct job_filter *f)
{
	struct job_query q = {
		.since = arg_value(&c->args, "since"),
		.until = arg_value(&c->args, "until"),
		.search = arg_value(&c->args, "search"),
	};

	q.n_brands = arg_values(&c->args, "brand", true, &q.brands);
	q.n_platforms = arg_values(&c->args, "platform", true, &q.platforms);
	q.n_statuses = arg_values(&c->args, "status", true, &q.statuses);
	return ops_job_filter(c->ops, &q, c->arena, f, &c->info);
}

static enum err read_sort(struct cli *c, enum job_sort *sort, bool *ascending)
{
	static const struct {
		const char *name;
		enum job_sort sort;
	} fields[] = {
		{"id", JOB_SORT_ID},
		{"when", JOB_SORT_WHEN},
		{"scheduled_at", JOB_SORT_WHEN},
		{"status", JOB_SORT_STATUS},
		{"brand", JOB_SORT_BRAND},
		{"platform", JOB_SORT_PLATFORM},
		{"updated", JOB_SORT_UPDATED},
		{"updated_at", JOB_SORT_UPDATED},
		{"priority", JOB_SORT_PRIORITY},
	};
	const char *s = arg_value(&c->args, "sort");

	*sort = JOB_SORT_ID;
	*ascending = false;
	if (!s)
		return OK;
	/* A named field goes upwards, as people expect of a sort; `-' turns it round. */
	*ascending = *s != '-';
	if (*s == '-' || *s == '+')
		s++;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (!strcmp(fields[i].name, s)) {
			*sort = fields[i].sort;
			return OK;
		}
	return err_set(
		&c->info, E_USAGE,
		"--sort takes id, when, status, brand, platform, updated or priority, not `%s'", s);
}

static const char *first_words(struct arena *a, const char *text)
{
	size_t n = text ? strcspn(text, "\n") : 0;
	return arena_strndup(a, text ? text : "", n < 120 ? n : 120);
}

static const char *state_text(struct arena *a, const struct job *j)
{
	const char *more = j->status == JOB_HELD ? hold_reason_name(j->hold_reason)
						 : job_wait_name(j->wait);

	if (!*more)
		return _(job_status_name(j->status));
	return arena_printf(a, "%s (%s)", _(job_status_name(j->status)), _(more));
}

int verb_jobs(struct cli *c)
{
	static const struct column columns[] = {{N_("ID"), COL_RIGHT}, {N_("BRAND"), COL_FLEX},
						{N_("PLATFORM"), 0},   {N_("WHEN (UTC)"), 0},
						{N_("STATUS"), 0},     {N_("TRIES"), COL_RIGHT},
						{N_("TEXT"), COL_FLEX}};
	struct page_request r = {0};
	struct page p = {0};
	struct job_filter f;
	enum job_sort sort;
	struct table *t;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_page(c, &r, 50) ||
	    read_sort(c, &sort, &r.ascending) || cli_job_filter(c, &f) ||
	    ops_jobs(c->ops, &f, sort, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();
		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_job(&p.jobs[i]));
		list = shape_list("jobs", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	t = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < p.n; i++) {
		const struct job *j = &p.jobs[i];
		table_cell(t, "%lld", (long long)j->id);
		table_cell(t, "%s", j->brand);
		table_cell(t, "%s", j->platform);
		table_cell(t, "%s", out_time(c->arena, j->scheduled_at, NULL));
		table_cell(t, "%s", state_text(c->arena, j));
		table_cell(t, "%lld", (long long)j->attempts);
		table_cell(t, "%s", first_words(c->arena, j->text));
	}
	table_print(&t, c->args.ascii);
	page_free(&p);
	return cli_end(c);
}

static void print_detail(struct cli *c, const struct job_detail *d)
{
	const struct job *j = &d->job;
	const char *zone = d->brand.timezone;

	out_line(_("job %lld  %s  %s/%s/%s"), (long long)j->id, state_text(c->arena, j), j->brand,
		 j->platform, j->account);
	out_line(_("scheduled %s (%s)"), out_time(c->arena, j->scheduled_at, zone),
		 zone ? zone : "UTC");
	if (j->next_attempt_at)
		out_line(_("next attempt %s"), out_time(c->arena, j->next_attempt_at, zone));
	if (j->remote_url || j->remote_id)
		out_line(_("published %s  %s"), out_time(c->arena, j->published_at, zone),
			 j->remote_url ? j->remote_url : j->remote_id);
	if (j->error_code)
		out_line("%s: %s", j->error_code, j->error_message ? j->error_message : "");
	out_line("\n%s\n", j->text ? j->text : "");
	for (size_t i = 0; i < j->n_media; i++)
		out_line(_("media %s  %lld bytes  %s"), j->media[i].type,
			 (long long)j->media[i].bytes, j->media[i].alt ? j->media[i].alt : "");
	for (size_t i = 0; i < d->n_attempts; i++) {
		const struct attempt *a = &d->attempts[i];
		out_line(_("attempt %lld  %s  %s%s%s"), (long long)a->n,
			 out_time(c->arena, a->started_at, zone),
			 *outcome_name(a->outcome) ? _(outcome_name(a->outcome)) : _("running"),
			 a->message ? "  " : "", a->message ? a->message : "");
	}
}

int verb_job_show(struct cli *c)
{
	struct job_detail d;
	struct json *j;
	int64_t id;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info) ||
	    ops_job_show(c->ops, id, c->arena, &d, &c->info))
		return cli_fail(c);
	if (!c->args.json) {
		print_detail(c, &d);
		return cli_end(c);
	}
	j = shape_job(&d.job);
	json_set(j, "attempts_list", shape_attempts(d.attempts, d.n_attempts));
	return cli_end_json(c, j);
}

int verb_job_why(struct cli *c)
{
	struct why w = {0};
	struct job job;
	int64_t id;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info) ||
	    ops_job_why(c->ops, id, c->arena, &job, &w, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *j = json_new_object(), *list;
		json_set_int(j, "job", job.id);
		json_set_str(j, "status", job_status_name(job.status));
		list = json_set(j, "reasons", json_new_array());
		for (size_t i = 0; i < w.n; i++) {
			struct json *o = json_add(list, json_new_object());
			json_set_str(o, "code", w.reasons[i].code);
			json_set_str(o, "message", w.reasons[i].message);
		}
		json_set_time(j, "runs_at", w.runs_at);
		return cli_end_json(c, j);
	}
	out_line(_("job %lld is %s"), (long long)job.id, state_text(c->arena, &job));
	for (size_t i = 0; i < w.n; i++)
		out_line("  %s", w.reasons[i].message);
	if (w.runs_at)
		out_line(_("  it runs at %s UTC"), out_time(c->arena, w.runs_at, NULL));
	return cli_end(c);
}

struct bulk {
	struct cli *c;
	enum job_act act;
	const char *at;
	bool dry;
	struct json *results;
	size_t n, failed;
	struct err_info last;
};

static void act_on(struct bulk *b, int64_t id)
{
	struct json *o = json_add(b->results, json_new_object());
	struct err_info info = {0};
	struct job j;
	enum err e = ops_job_act(b->c->ops, b->act, id, b->at, b->dry, b->c->arena, &j, &info);

	b->n++;
	json_set_int(o, "id", id);
	json_set_bool(o, "ok", !e);
	if (e) {
		b->failed++;
		b->last = info;
		json_set_null(o, "object");
		json_set(o, "error", shape_error(&info));
		return;
	}
	json_set(o, "object", shape_job(&j));
	json_set_null(o, "error");
	if (!b->c->args.json)
		out_line("%lld  %s/%s  %s", (long long)j.id, j.brand, j.platform,
			 state_text(b->c->arena, &j));
}

/* Where no state was asked for, a filter means the jobs that the command can apply to. */
static unsigned states_of(enum job_act act)
{
	switch (act) {
	case ACT_RETRY:
		return 1u << JOB_FAILED | 1u << JOB_HELD;
	case ACT_CANCEL:
		return 1u << JOB_DRAFT | 1u << JOB_SCHEDULED | 1u << JOB_PENDING | 1u << JOB_HELD |
		       1u << JOB_FAILED;
	case ACT_HOLD:
		return 1u << JOB_SCHEDULED | 1u << JOB_PENDING;
	case ACT_RELEASE:
		return 1u << JOB_HELD | 1u << JOB_DRAFT;
	case ACT_RESCHEDULE:
		return 1u << JOB_DRAFT | 1u << JOB_SCHEDULED | 1u << JOB_PENDING | 1u << JOB_HELD;
	default:
		return 0;
	}
}

static enum err confirm(struct cli *c, const struct job_filter *f)
{
	struct page_request r = {.limit = 1, .count = true};
	struct page p = {0};
	char answer[16] = "";
	int64_t total;
	enum err e;

	if (arg_set(&c->args, "yes") || arg_set(&c->args, "dry-run"))
		return OK;
	if (!isatty(STDIN_FILENO))
		return err_set(&c->info, E_USAGE,
			       "a filter may mean many jobs: say --yes, or --dry-run to see which");
	if ((e = ops_jobs(c->ops, f, JOB_SORT_ID, &r, &p, &c->info)))
		return e;
	total = p.total;
	page_free(&p);
	fflush(stdout);
	fprintf(stderr, _("%s: %lld jobs. Go on? [y/N] "), c->args.command->name, (long long)total);
	if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return err_set(&c->info, E_INTERRUPTED, "nothing was changed");
	return OK;
}

static enum err act_on_filter(struct bulk *b)
{
	struct cli *c = b->c;
	int64_t ids[BULK_STEP], after = 0;
	struct job_filter f;
	enum err e;
	size_t n;

	if ((e = cli_job_filter(c, &f)))
		return e;
	if (!f.statuses)
		f.statuses = states_of(b->act);
	if ((e = confirm(c, &f)))
		return e;
	do {
		if ((e = ops_job_ids(c->ops, &f, after, BULK_STEP, ids, &n, &c->info)))
			return e;
		for (size_t i = 0; i < n; i++)
			act_on(b, ids[i]);
		if (n)
			after = ids[n - 1];
	} while (n == BULK_STEP);
	return OK;
}

static bool has_filter(const struct args *a)
{
	static const char *const names[] = {"brand", "platform", "status",
					    "since", "until",    "search"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (arg_set(a, names[i]))
			return true;
	return false;
}

static int bulk(struct cli *c, enum job_act act)
{
	struct bulk b = {.c = c,
			 .act = act,
			 .at = arg_value(&c->args, "at"),
			 .dry = arg_set(&c->args, "dry-run")};
	bool named = c->args.n_operands > 0;
	int64_t *ids = arena_alloc(c->arena, (c->args.n_operands + 1) * sizeof *ids);

	if (act == ACT_RESCHEDULE && !b.at) {
		err_set(&c->info, E_USAGE, "say when: --at TIME");
		return cli_fail(c);
	}
	if (named == has_filter(&c->args)) {
		err_set(&c->info, E_USAGE,
			named ? "name jobs or give a filter, not both"
			      : "name jobs, or give a filter");
		return cli_fail(c);
	}
	for (size_t i = 0; i < c->args.n_operands; i++)
		if (args_job_number(c->args.operands[i], &ids[i], &c->info))
			return cli_fail(c);
	b.results = json_new_array();
	for (size_t i = 0; i < c->args.n_operands; i++)
		act_on(&b, ids[i]);
	if (!named && act_on_filter(&b)) {
		json_free(&b.results);
		return cli_fail(c);
	}
	results_print(c, b.results);
	if (!b.failed)
		return cli_end(c);
	c->info = b.last;
	if (b.n > 1)
		err_set(&c->info, E_PARTIAL, "%zu of %zu jobs: not done; the last: %s", b.failed,
			b.n, b.last.text);
	return cli_fail(c);
}

int verb_retry(struct cli *c)
{
	return bulk(c, ACT_RETRY);
}

int verb_cancel(struct cli *c)
{
	return bulk(c, ACT_CANCEL);
}

int verb_hold(struct cli *c)
{
	return bulk(c, ACT_HOLD);
}

int verb_release(struct cli *c)
{
	return bulk(c, ACT_RELEASE);
}

int verb_reschedule(struct cli *c)
{
	return bulk(c, ACT_RESCHEDULE);
}

int verb_resolve(struct cli *c)
{
	bool published = arg_set(&c->args, "published"), absent = arg_set(&c->args, "absent");
	struct job j;
	int64_t id;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info))
		return cli_fail(c);
	if (published == absent) {
		err_set(&c->info, E_USAGE, "say either --published or --absent");
		return cli_fail(c);
	}
	if (ops_resolve(c->ops, id, published, arg_value(&c->args, "url"), c->arena, &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, shape_job(&j));
	out_line(_("job %lld is %s"), (long long)j.id, state_text(c->arena, &j));
	return cli_end(c);
}

static int pause_or_resume(struct cli *c, bool paused)
{
	struct pause_request r = {
		.brand = arg_value(&c->args, "brand"),
		.platform = arg_value(&c->args, "platform"),
		.connection = arg_value(&c->args, "connection"),
		.all = arg_set(&c->args, "all"),
	};
	struct json *j;

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	if ((r.brand != NULL) + (r.platform != NULL) + (r.connection != NULL) + r.all != 1) {
		err_set(&c->info, E_USAGE, "say one of --brand, --platform, --connection or --all");
		return cli_fail(c);
	}
	if (ops_pause(c->ops, &r, paused, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		j = json_new_object();
		json_set_bool(j, "paused", paused);
		return cli_end_json(c, j);
	}
	out_line("%s", paused ? _("paused") : _("goes on"));
	return cli_end(c);
}

int verb_pause(struct cli *c)
{
	return pause_or_resume(c, true);
}

int verb_resume(struct cli *c)
{
	return pause_or_resume(c, false);
}

int verb_undo(struct cli *c)
{
	struct json *j;
	int64_t n;

	if (args_expect(&c->args, 0, 0, &c->info) || ops_undo(c->ops, &n, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		j = json_new_object();
		json_set_int(j, "cancelled", n);
		return cli_end_json(c, j);
	}
	out_line(ngettext("%lld job taken back", "%lld jobs taken back", (unsigned long)n),
		 (long long)n);
	return cli_end(c);
}
