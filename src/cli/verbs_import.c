/* cli/verbs_import.c - posts out to a file, and in from one. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "cli/progress.h"
#include "cli/sink.h"
#include "cli/stop.h"
#include "cli/verbs.h"

#define PIECE_BYTES_MAX ((size_t)256 << 20)

/* ---------------------------------------------------------------- export */

static enum err write_jobs(struct cli *c, struct exporter *x, struct sink *to, struct progress *bar)
{
	int64_t done, total;
	struct strbuf b;
	bool more = true;
	enum err e = OK;

	strbuf_init(&b, PIECE_BYTES_MAX);
	while (!e && more) {
		e = ops_export_step(x, &b, &more, &c->info);
		if (e)
			break;
		sink_put(to, &b);
		strbuf_reset(&b);
		ops_export_progress(x, &done, &total);
		progress_show(bar, done, total);
		if (flag_get(stop_flag()))
			e = err_set(&c->info, E_INTERRUPTED, "the export was interrupted");
	}
	strbuf_free(&b);
	return e;
}

int verb_export(struct cli *c)
{
	const char *path = arg_value(&c->args, "output");
	struct exporter *x = NULL;
	enum row_format format;
	struct job_filter f;
	struct progress bar;
	struct sink to;
	enum err e;

	if (args_expect(&c->args, 0, 0, &c->info) || cli_format(c, path, &format) ||
	    cli_job_filter(c, &f) || ops_export_new(c->ops, &f, format, &x, &c->info))
		return cli_fail(c);
	e = sink_open(&to, path, &c->info);
	if (!e) {
		stop_install();
		progress_begin(&bar, &c->args, _("exporting"));
		e = write_jobs(c, x, &to, &bar);
		progress_end(&bar);
		if (!e)
			e = sink_close(&to, &c->info);
		sink_drop(&to);
	}
	ops_export_free(&x);
	return e ? cli_fail(c) : 0;
}

/* ---------------------------------------------------------------- import */

static enum err read_input(struct cli *c, const char *path, struct strbuf *b)
{
	char chunk[65536];
	ssize_t n;

	if (strcmp(path, "-") != 0)
		return fs_read(path, IMPORT_BYTES_MAX, 0, b, &c->info);
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		strbuf_add(b, chunk, (size_t)n);
	if (n < 0)
		return err_set_errno(&c->info, errno, "standard input could not be read");
	if (b->overflowed)
		return err_set(&c->info, E_TOO_LONG, "standard input is longer than %zu MiB",
			       IMPORT_BYTES_MAX >> 20);
	return OK;
}

static bool go_on(void *self, int64_t done, int64_t total)
{
	progress_show(self, done, total);
	return !flag_get(stop_flag());
}

static struct json *shape_import(const struct import_report *r, bool dry)
{
	struct json *o = json_new_object(), *list;

	json_set_bool(o, "dry_run", dry);
	json_set_int(o, "rows", r->rows);
	json_set_int(o, "imported", r->imported);
	json_set_int(o, "skipped", r->skipped);
	json_set_int(o, "failed", r->failed);
	json_set_int(o, "posts", r->posts);
	json_set_int(o, "jobs", r->jobs);
	list = json_set(o, "errors", json_new_array());
	for (size_t i = 0; i < r->n_problems; i++) {
		struct json *p = json_add(list, json_new_object());

		json_set_int(p, "row", r->problems[i].row);
		json_set_str(p, "column", r->problems[i].column);
		json_set_str(p, "code", err_name(r->problems[i].code));
		json_set_str(p, "message", r->problems[i].message);
	}
	return o;
}

static void print_report(struct cli *c, const struct import_report *r, bool dry)
{
	for (size_t i = 0; i < r->n_problems; i++) {
		const struct import_problem *p = &r->problems[i];

		out_aside("%s %lld%s%s: %s: %s", _("row"), (long long)p->row, p->column ? ", " : "",
			  p->column ? p->column : "", err_name(p->code), p->message);
	}
	if (r->skipped)
		out_note(&c->args,
			 _("%lld rows are left out: they were published, failed or cancelled"),
			 (long long)r->skipped);
	if (r->imported || !r->failed)
		out_line(dry ? _("%lld rows would be imported: %lld posts, %lld jobs")
			     : _("%lld rows imported: %lld posts, %lld jobs"),
			 (long long)r->imported, (long long)r->posts, (long long)r->jobs);
}

static const char *directory_of(struct cli *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(c->arena, path, (size_t)(slash - path) + (slash == path))
		     : NULL;
}

static int end_import(struct cli *c, struct import_report *r, bool dry, enum err e)
{
	int status;

	/* Of rows nothing can be said when the file could not be read or the store failed. */
	if (e && !r->failed) {
		status = cli_fail(c);
	} else {
		struct json *j = shape_import(r, dry);

		if (c->args.json)
			out_json(&j, false);
		else
			print_report(c, r, dry);
		json_free(&j);
		if (!e && r->failed)
			e = err_set(&c->info, E_PARTIAL, "%lld of %lld rows were not imported",
				    (long long)r->failed, (long long)r->rows);
		status = e ? cli_fail(c) : cli_end(c);
	}
	import_report_free(r);
	return status;
}

int verb_import(struct cli *c)
{
	struct import_report report = {0};
	struct import_request q = {.dry = arg_set(&c->args, "dry-run"),
				   .skip_invalid = arg_set(&c->args, "skip-invalid"),
				   .progress = go_on};
	struct progress bar;
	struct strbuf b;
	enum err e;

	if (args_expect(&c->args, 1, 1, &c->info) || cli_format(c, c->args.operands[0], &q.format))
		return cli_fail(c);
	q.name = c->args.operands[0];
	q.dir = directory_of(c, q.name);
	q.self = &bar;
	strbuf_init(&b, IMPORT_BYTES_MAX);
	e = read_input(c, q.name, &b);
	if (e) {
		strbuf_free(&b);
		return cli_fail(c);
	}
	q.bytes = b.data;
	q.n = b.len;
	stop_install();
	progress_begin(&bar, &c->args, _("importing"));
	e = ops_import(c->ops, &q, &report, &c->info);
	progress_end(&bar);
	strbuf_free(&b);
	return end_import(c, &report, q.dry, e);
}
