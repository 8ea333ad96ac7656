/* cli/verbs_log.c - the audit log: pages, following, proof. */
#include "base/i18n.h"
#include "base/when.h"
#include "cli/stop.h"
#include "cli/verbs.h"

#define FOLLOW_BATCH 200
/* Where the kernel gives no notice of changes. */
#define FOLLOW_POLL_MS 100

enum err cli_log_filter(struct cli *c, struct log_filter *f)
{
	struct log_query q = {
		.brand = arg_value(&c->args, "brand"),
		.platform = arg_value(&c->args, "platform"),
		.connection = arg_value(&c->args, "connection"),
		.action = arg_value(&c->args, "action"),
		.actor = arg_value(&c->args, "actor"),
		.since = arg_value(&c->args, "since"),
		.until = arg_value(&c->args, "until"),
		.search = arg_value(&c->args, "search"),
	};
	enum err e = arg_int(&c->args, "job", 1, INT64_MAX, &q.job_id, &c->info);

	return e ? e : ops_log_filter(c->ops, &q, c->arena, f, &c->info);
}

static const char *subject(struct arena *a, const struct log_entry *e)
{
	if (e->job_id)
		return arena_printf(a, "%s%sjob %lld", e->brand ? e->brand : "",
				    e->brand ? " " : "", (long long)e->job_id);
	return e->brand ? e->brand : "-";
}

static void print_line(struct cli *c, const struct log_entry *e)
{
	char at[WHEN_RFC3339_SIZE];

	when_rfc3339(e->at, at);
	out_line("%lld  %s  %s  %s  %s  %s%s%s", (long long)e->seq, at, e->actor, e->action,
		 subject(c->arena, e), e->outcome ? e->outcome : "", e->message ? "  " : "",
		 e->message ? e->message : "");
}

/* The last entries first, then each new one as it comes; ends with a signal. */
static int follow(struct cli *c, const struct log_filter *f)
{
	struct page_request r = {0};
	struct page p = {0};
	int64_t seq = 0;

	if (cli_page(c, &r, 10) || ops_log(c->ops, f, &r, &p, &c->info))
		return cli_fail(c);
	/* Newest first as answered: the oldest of them is where following begins. */
	seq = p.n ? p.entries[p.n - 1].seq - 1 : 0;
	page_free(&p);
	stop_install();
	for (;;) {
		do {
			if (ops_log_after(c->ops, f, seq, FOLLOW_BATCH, &p, &c->info))
				return cli_fail(c);
			for (size_t i = 0; i < p.n; i++) {
				if (c->args.json) {
					struct json *j = shape_entry(&p.entries[i]);
					out_json(&j, true);
				} else {
					print_line(c, &p.entries[i]);
				}
				seq = p.entries[i].seq;
			}
			r.limit = (int)p.n;
			page_free(&p);
		} while (r.limit == FOLLOW_BATCH);
		if (out_flush(&c->info))
			return cli_fail(c);
		do {
			if (stop_wait(ops_watch_fd(c->ops),
				      ops_watch_fd(c->ops) < 0 ? FOLLOW_POLL_MS : -1))
				return 0;
		} while (!ops_changed(c->ops));
	}
}

int verb_log(struct cli *c)
{
	static const struct column columns[] = {{N_("SEQ"), COL_RIGHT},    {N_("AT (UTC)"), 0},
						{N_("ACTOR"), COL_FLEX},   {N_("ACTION"), 0},
						{N_("SUBJECT"), COL_FLEX}, {N_("OUTCOME"), 0},
						{N_("MESSAGE"), COL_FLEX}};
	struct page_request r = {0};
	struct page p = {0};
	struct log_filter f;
	struct table *t;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_log_filter(c, &f))
		return cli_fail(c);
	if (arg_set(&c->args, "follow"))
		return follow(c, &f);
	if (cli_page(c, &r, 50) || ops_log(c->ops, &f, &r, &p, &c->info))
		return cli_fail(c);
	if (c->args.json) {
		struct json *list = json_new_array();
		for (size_t i = 0; i < p.n; i++)
			json_add(list, shape_entry(&p.entries[i]));
		list = shape_list("entries", list, p.next, p.total);
		page_free(&p);
		return cli_end_json(c, list);
	}
	t = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < p.n; i++) {
		const struct log_entry *e = &p.entries[i];
		table_cell(t, "%lld", (long long)e->seq);
		table_cell(t, "%s", out_time(c->arena, e->at, NULL));
		table_cell(t, "%s", e->actor);
		table_cell(t, "%s", e->action);
		table_cell(t, "%s", subject(c->arena, e));
		table_cell(t, "%s", e->outcome ? e->outcome : "");
		table_cell(t, "%s", e->message ? e->message : "");
	}
	table_print(&t, c->args.ascii);
	page_free(&p);
	return cli_end(c);
}

int verb_log_verify(struct cli *c)
{
	struct json *j = NULL;
	enum err e;

	if (args_expect(&c->args, 0, 0, &c->info))
		return cli_fail(c);
	e = ops_log_verify(c->ops, &j, &c->info);
	if (e && e != E_LOG_BROKEN)
		return cli_fail(c);
	if (c->args.json) {
		out_json(&j, false);
	} else {
		for (const struct json *x = json_first(json_get(j, "chains")); x;
		     x = json_next(x)) {
			const char *tenant = json_str(x, "tenant");
			if (json_bool(x, "ok", false))
				out_line(_("%s: %lld entries, chain ok"),
					 tenant ? tenant : _("workspace"),
					 (long long)json_int(x, "entries", 0));
			else
				out_line(_("%s: %lld entries, BROKEN at %lld"),
					 tenant ? tenant : _("workspace"),
					 (long long)json_int(x, "entries", 0),
					 (long long)json_int(x, "first_bad", 0));
		}
		json_free(&j);
	}
	return e ? cli_fail(c) : cli_end(c);
}
