/* cli/verbs_export.c - the log as JSON lines or CSV, oldest entry first.
 *
 * Batches are read one by one: the log only grows, so that what is written is what it was at some moment, and no
 * snapshot holds up the checkpoints meanwhile. */
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/i18n.h"
#include "base/when.h"
#include "cli/progress.h"
#include "cli/sink.h"
#include "cli/stop.h"
#include "cli/verbs.h"

#define BATCH 1000
#define BATCH_BYTES_MAX ((size_t)64 << 20)

enum err cli_format(struct cli *c, const char *path, enum row_format *out)
{
	const char *s = arg_value(&c->args, "format"), *dot = path ? strrchr(path, '.') : NULL;

	if (!s)
		*out = dot && !strcmp(dot, ".csv") ? FORMAT_CSV : FORMAT_JSONL;
	else if (!strcmp(s, "csv"))
		*out = FORMAT_CSV;
	else if (!strcmp(s, "jsonl"))
		*out = FORMAT_JSONL;
	else
		return err_set(&c->info, E_USAGE, "--format takes jsonl or csv, not `%s'", s);
	return OK;
}

static void put_number(struct strbuf *out, int64_t n)
{
	char digits[24] = "";

	if (n)
		snprintf(digits, sizeof(digits), "%lld", (long long)n);
	csv_put(out, digits, false);
}

static const char *const log_columns[] = {
	"seq", "at",         "actor",   "terminal", "action",  "tenant",      "brand", "platform",
	"job", "connection", "outcome", "code",     "message", "duration_ms", "hash"};

static void put_entry(struct strbuf *out, const struct log_entry *e)
{
	char text[WHEN_RFC3339_SIZE > 24 ? WHEN_RFC3339_SIZE : 24];

	snprintf(text, sizeof(text), "%lld", (long long)e->seq);
	csv_put(out, text, true);
	when_rfc3339(e->at, text);
	csv_put(out, text, false);
	csv_put(out, e->actor, false);
	csv_put(out, e->terminal, false);
	csv_put(out, e->action, false);
	csv_put(out, e->tenant, false);
	csv_put(out, e->brand, false);
	csv_put(out, e->platform, false);
	put_number(out, e->job_id);
	put_number(out, e->connection_id);
	csv_put(out, e->outcome, false);
	csv_put(out, e->code, false);
	csv_put(out, e->message, false);
	snprintf(text, sizeof(text), "%lld", (long long)e->duration_ms);
	csv_put(out, text, false);
	csv_put(out, e->hash, false);
	csv_end_row(out);
}

static void format_entries(const struct page *p, enum row_format format, struct strbuf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		struct json *j;

		if (format == FORMAT_CSV) {
			put_entry(out, &p->entries[i]);
			continue;
		}
		j = shape_entry(&p->entries[i]);
		json_write(out, j, false);
		strbuf_putc(out, '\n');
		json_free(&j);
	}
}

static enum err write_log(struct cli *c, const struct log_filter *f, enum row_format format,
			  struct sink *to, struct progress *bar)
{
	struct page_request count = {.limit = 1, .count = true};
	struct strbuf b;
	struct page p = {0};
	int64_t seq = 0, done = 0, total = -1;
	enum err e = ops_log(c->ops, f, &count, &p, &c->info);
	size_t n = BATCH;

	if (e)
		return e;
	total = p.total;
	page_free(&p);
	strbuf_init(&b, BATCH_BYTES_MAX);
	for (size_t i = 0; format == FORMAT_CSV && i < COUNT_OF(log_columns); i++)
		csv_put(&b, log_columns[i], !i);
	if (format == FORMAT_CSV)
		csv_end_row(&b);
	while (!e && n == BATCH) {
		e = ops_log_after(c->ops, f, seq, BATCH, &p, &c->info);
		if (e)
			break;
		n = p.n;
		if (n)
			seq = p.entries[n - 1].seq;
		format_entries(&p, format, &b);
		page_free(&p);
		sink_put(to, &b);
		strbuf_reset(&b);
		progress_show(bar, done += (int64_t)n, total);
		if (flag_get(stop_flag()))
			e = err_set(&c->info, E_INTERRUPTED, "the export was interrupted");
	}
	strbuf_free(&b);
	return e;
}

int verb_log_export(struct cli *c)
{
	const char *path = arg_value(&c->args, "output");
	enum row_format format;
	struct log_filter f;
	struct progress bar;
	struct sink to;
	enum err e;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_format(c, path, &format) ||
	    cli_log_filter(c, &f) || sink_open(&to, path, &c->info))
		return cli_fail(c);
	stop_install();
	progress_begin(&bar, &c->args, _("exporting"));
	e = write_log(c, &f, format, &to, &bar);
	progress_end(&bar);
	if (!e)
		e = sink_close(&to, &c->info);
	sink_drop(&to);
	return e ? cli_fail(c) : 0;
}
