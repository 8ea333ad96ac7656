/* cli/verbs_publish.c - publish, edit, takedown: what is written and where it goes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/stop.h"
#include "cli/verbs.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static enum err read_whole(struct cli *c, const char *path, char **out)
{
	struct strbuf b;
	enum err e = OK;

	strbuf_init(&b, FILE_BYTES_MAX);
	if (strcmp(path, "-")) {
		e = fs_read(path, FILE_BYTES_MAX, 0, &b, &c->info);
	} else {
		char chunk[8192];
		ssize_t n = 0;
		while (!b.overflowed && (n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0)
			strbuf_add(&b, chunk, (size_t)n);
		if (n < 0)
			e = err_set_errno(&c->info, 5, "standard input could not be read");
		else if (b.overflowed)
			e = err_set(&c->info, E_TOO_LONG,
				    "standard input is longer than a post file may be");
	}
	/* A NUL would cut the text short without a word. */
	if (!e && strlen(b.data) != b.len)
		e = err_set(&c->info, E_INVALID, "`%s' holds a NUL byte, which no post may", path);
	if (!e)
		*out = arena_strdup(c->arena, b.data);
	strbuf_free(&b);
	return e;
}

/* The draft's variant for the platform that VALUE names before its '='; *rest is what follows. */
static enum err variant_for(struct cli *c, struct draft *d, const char *option, const char *value,
			    struct draft_variant **out, const char **rest)
{
	const char *eq = strchr(value, '=');
	const char *name;

	if (!eq || eq == value)
		return err_set(&c->info, E_USAGE, "--%s takes PLATFORM=FILE, not `%s'", option,
			       value);
	*rest = eq + 1;
	name = arena_strndup(c->arena, value, (size_t)(eq - value));
	for (size_t i = 0; i < d->n_variants; i++)
		if (!strcmp(d->variants[i].platform, name)) {
			*out = &d->variants[i];
			return OK;
		}
	d->variants = arena_grow(c->arena, d->variants, d->n_variants, sizeof *d->variants);
	*out = &d->variants[d->n_variants++];
	**out = (struct draft_variant){.platform = name};
	return OK;
}

static void add_media(struct cli *c, struct draft_media **list, size_t *n, const char *file)
{
	*list = arena_grow(c->arena, *list, *n, sizeof **list);
	(*list)[(*n)++] = (struct draft_media){.file = file};
}

/* --alt belongs to the --media or --variant-media before it. The command line's media replace the file's. */
static enum err take_media(struct cli *c, struct draft *d)
{
	const char **alt = NULL;
	bool first = true, first_own = true;

	for (size_t i = 0; i < c->args.n_items; i++) {
		const struct arg *x = &c->args.items[i];

		if (!strcmp(x->option->name, "media")) {
			if (first)
				d->n_media = 0;
			first = false;
			add_media(c, &d->media, &d->n_media, x->value);
			alt = &d->media[d->n_media - 1].alt;
		} else if (!strcmp(x->option->name, "variant-media")) {
			struct draft_variant *v;
			const char *file;
			enum err e;

			for (size_t k = 0; first_own && k < d->n_variants; k++)
				d->variants[k].n_media = 0;
			first_own = false;
			e = variant_for(c, d, "variant-media", x->value, &v, &file);
			if (e)
				return e;
			add_media(c, &v->media, &v->n_media, file);
			alt = &v->media[v->n_media - 1].alt;
		} else if (!strcmp(x->option->name, "alt")) {
			if (!alt)
				return err_set(
					&c->info, E_USAGE,
					"--alt describes the --media before it, and there is none");
			*alt = x->value;
		}
	}
	return OK;
}

static enum err take_variants(struct cli *c, struct draft *d)
{
	const char *const *v;
	size_t n = arg_values(&c->args, "variant", false, &v);

	for (size_t i = 0; i < n; i++) {
		struct draft_variant *one;
		const char *file;
		char *text;
		size_t len;
		enum err e;

		if ((e = variant_for(c, d, "variant", v[i], &one, &file)) ||
		    (e = read_whole(c, file, &text)))
			return e;
		/* Editors end a file with a newline that nobody means. */
		len = strlen(text);
		if (len && text[len - 1] == '\n')
			text[len - 1] = '\0';
		one->text = text;
	}
	return OK;
}

static void take_word(const struct cli *c, const char *name, const char **where)
{
	const char *v = arg_value(&c->args, name);
	if (v)
		*where = v;
}

/* A post file first, then what the options say. */
static enum err make_draft(struct cli *c, struct draft *d)
{
	const char *file = arg_value(&c->args, "file");
	const char *const *words;
	size_t n;
	enum err e;

	memset(d, 0, sizeof *d);
	if (file) {
		char *bytes;
		if ((e = read_whole(c, file, &bytes)) ||
		    (e = ops_post_file_parse(bytes, strlen(bytes), c->arena, d, &c->info)))
			return e;
	}
	take_word(c, "brand", &d->brand);
	take_word(c, "at", &d->at);
	take_word(c, "link", &d->link);
	take_word(c, "title", &d->title);
	take_word(c, "language", &d->language);
	take_word(c, "visibility", &d->visibility);
	if ((n = arg_values(&c->args, "platform", true, &words))) {
		d->platforms = words;
		d->n_platforms = n;
	}
	if ((n = arg_values(&c->args, "connection", true, &words))) {
		d->connections = words;
		d->n_connections = n;
	}
	if ((n = arg_values(&c->args, "option", false, &words))) {
		d->options = words;
		d->n_options = n;
	}
	if ((e = arg_int(&c->args, "priority", -1000, 1000, &d->priority, &c->info)) ||
	    (e = take_media(c, d)) || (e = take_variants(c, d)))
		return e;
	d->has_priority = d->has_priority || arg_set(&c->args, "priority");
	d->as_draft = arg_set(&c->args, "draft");
	d->allow_duplicate = arg_set(&c->args, "allow-duplicate");
	d->scale = d->scale || arg_set(&c->args, "scale");
	return OK;
}

/* Into o, what is wrong with one target's post. */
static void set_problem(struct json *o, const struct target_problem *x)
{
	json_set_str(o, "field", x->field);
	json_set_int(o, "limit", x->limit);
	json_set_int(o, "actual", x->actual);
	json_set_str(o, "message", x->message);
}

static const struct target *first_bad(const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_targets; i++)
		if (r->targets[i].n_problems)
			return &r->targets[i];
	return NULL;
}

/* Ends with the error in info; its details name what stopped the post. */
static int fail_with(struct cli *c, const struct publish_report *r)
{
	const struct target *t = first_bad(r);
	struct json *details;

	if (!t)
		return cli_fail(c);
	details = json_new_object();
	json_set_str(details, "platform", t->platform);
	json_set_int(details, "connection", t->connection_id);
	set_problem(details, &t->problems[0]);
	return out_error_details(&c->args, &c->info, details);
}

static struct json *parts_json(const struct target *t)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < t->n_parts; i++) {
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "text", t->parts[i].text);
		json_set_int(o, "measured", t->parts[i].measured);
	}
	return list;
}

static struct json *targets_json(struct publish_report *r)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < r->n_targets; i++) {
		const struct target *t = &r->targets[i];
		struct json *o = json_add(list, json_new_object()), *ps;

		json_set_str(o, "platform", t->platform);
		json_set_int(o, "connection", t->connection_id);
		json_set_str(o, "account", t->account);
		json_set_int(o, "measured", t->measured);
		json_set_int(o, "limit", t->limit);
		if (t->n_parts)
			json_set(o, "parts", parts_json(t));
		ps = json_set(o, "problems", json_new_array());
		for (size_t k = 0; k < t->n_problems; k++)
			set_problem(json_add(ps, json_new_object()), &t->problems[k]);
		json_set(o, "requests", t->requests ? json_copy(t->requests) : json_new_array());
	}
	return list;
}

static void print_problems(const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_targets; i++) {
		const struct target *t = &r->targets[i];
		for (size_t k = 0; k < t->n_problems; k++)
			out_line("%s/%s/%s: %s: %s", t->brand, t->platform, t->account,
				 t->problems[k].field, t->problems[k].message);
	}
}

static struct json *picture_json(const struct media *m)
{
	struct json *o = json_new_object();

	json_set_str(o, "sha256", m->sha256);
	json_set_str(o, "type", m->type);
	json_set_int(o, "bytes", m->bytes);
	json_set_int(o, "width", m->width);
	json_set_int(o, "height", m->height);
	return o;
}

/* What was put in the place of pictures that were too large. */
static struct json *scaled_json(const struct publish_report *r)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < r->n_scaled; i++) {
		const struct scaled *s = &r->scaled[i];
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "name", s->from->name);
		json_set(o, "from", picture_json(s->from));
		json_set(o, "to", picture_json(s->to));
		json_set_bool(o, "turned", s->turned);
		json_set_bool(o, "metadata_removed", s->stripped);
	}
	return list;
}

static void print_scaled(const struct publish_report *r)
{
	for (size_t i = 0; i < r->n_scaled; i++) {
		const struct scaled *s = &r->scaled[i];

		out_line(
			_("scaled %s: %lld x %lld, %lld bytes -> %lld x %lld, %lld bytes (%s)%s%s"),
			s->from->name, (long long)s->from->width, (long long)s->from->height,
			(long long)s->from->bytes, (long long)s->to->width,
			(long long)s->to->height, (long long)s->to->bytes, s->to->type,
			s->turned ? _("; turned upright") : "",
			s->stripped ? _("; its metadata are left out") : "");
	}
}

static void print_requests(const struct target *t)
{
	for (const struct json *q = json_first(t->requests); q; q = json_next(q)) {
		const struct json *headers = json_get(q, "headers");
		const char *body = json_str(q, "body");

		out_line("  %s %s", json_str(q, "method"), json_str(q, "url"));
		for (const struct json *h = json_first(headers); h; h = json_next(h))
			out_line("  %s: %s", json_name(h), json_as_str(h) ? json_as_str(h) : "");
		if (body && *body)
			out_line("\n  %s", body);
		out_line("%s", "");
	}
}

static int show_rehearsal(struct cli *c, struct publish_report *r)
{
	const struct target *bad = first_bad(r);
	int status;

	if (c->args.json) {
		struct json *j = json_new_object();
		json_set_bool(j, "valid", r->valid);
		json_set(j, "targets", targets_json(r));
		json_set(j, "scaled", scaled_json(r));
		status = cli_end_json(c, j);
	} else {
		print_scaled(r);
		print_problems(r);
		for (size_t i = 0; i < r->n_targets; i++) {
			const struct target *t = &r->targets[i];
			out_line("%s/%s/%s  %lld/%lld", t->brand, t->platform, t->account,
				 (long long)t->measured, (long long)t->limit);
			for (size_t k = 0; k < t->n_parts; k++)
				out_line(_("  part %zu: %lld/%lld"), k + 1,
					 (long long)t->parts[k].measured, (long long)t->limit);
			print_requests(t);
		}
		status = cli_end(c);
	}
	if (status || !bad)
		return status;
	err_set(&c->info, bad->problems[0].code, "the post does not go as it is: %s",
		bad->problems[0].message);
	return fail_with(c, r);
}

static void print_jobs(struct cli *c, const struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct job *j = &jobs[i];
		out_line("%lld  %s/%s/%s  %s%s%s", (long long)j->id, j->brand, j->platform,
			 j->account, _(job_status_name(j->status)), j->remote_url ? "  " : "",
			 j->remote_url ? j->remote_url : "");
	}
	(void)c;
}

/* After --wait: 0 all published, 1 mixed or timed out, else the common failure's own. */
static int wait_status(struct cli *c, const struct job *jobs, size_t n, enum err waited)
{
	enum err common = OK;
	size_t published = 0;

	for (size_t i = 0; i < n; i++) {
		enum err e = jobs[i].error_code ? err_from_name(jobs[i].error_code) : E_PARTIAL;

		if (jobs[i].status == JOB_PUBLISHED) {
			published++;
			continue;
		}
		if (jobs[i].status == JOB_UNKNOWN)
			e = E_UNKNOWN_OUTCOME;
		if (common && err_exit_status(common) != err_exit_status(e))
			e = E_PARTIAL;
		common = e;
	}
	if (published == n)
		return 0;
	if (waited == E_INTERRUPTED)
		return cli_fail(c);
	if (published || common == E_PARTIAL || waited)
		common = E_PARTIAL;
	if (n == 1 && common != E_PARTIAL && jobs[0].error_message)
		err_set(&c->info, common, "job %lld: %s", (long long)jobs[0].id,
			jobs[0].error_message);
	else if (waited)
		err_set(&c->info, common, "%zu of %zu jobs were published in time", published, n);
	else
		err_set(&c->info, common, "%zu of %zu jobs were published", published, n);
	return cli_fail(c);
}

/* Fills the jobs as they stand afterwards. E_TIMEOUT and E_INTERRUPTED: some are still on their way. */
static enum err wait_for_jobs(struct cli *c, struct publish_report *r, int64_t timeout_ms)
{
	int64_t *ids = arena_alloc(c->arena, (r->n_jobs + 1) * sizeof *ids);
	enum err waited, e;

	for (size_t i = 0; i < r->n_jobs; i++)
		ids[i] = r->jobs[i].id;
	stop_install();
	waited = ops_publish_wait(c->ops, ids, r->n_jobs, timeout_ms, stop_flag(), stop_fd(),
				  &c->info);
	if (waited && waited != E_TIMEOUT && waited != E_INTERRUPTED)
		return waited;
	for (size_t i = 0; i < r->n_jobs; i++) {
		struct job_detail d;
		if ((e = ops_job_show(c->ops, ids[i], c->arena, &d, &c->info)))
			return e;
		r->jobs[i] = d.job;
	}
	return waited;
}

int verb_publish(struct cli *c)
{
	struct publish_report r = {0};
	bool rehearse = arg_set(&c->args, "dry-run"), wait = arg_set(&c->args, "wait"),
	     broken = false;
	int64_t timeout_ms = 0;
	enum err waited = OK;
	struct draft d;
	int status;

	if (args_expect(&c->args, 0, 1, &c->info) ||
	    arg_seconds(&c->args, "timeout", &timeout_ms, &c->info) || make_draft(c, &d))
		return cli_fail(c);
	if (wait && d.as_draft) {
		err_set(&c->info, E_USAGE, "a draft is not published: say --draft or --wait");
		return cli_fail(c);
	}
	if (c->args.n_operands)
		d.text = c->args.operands[0];
	if (!d.brand && !d.n_connections) {
		err_set(&c->info, E_USAGE, "say which brand speaks: -b BRAND");
		return cli_fail(c);
	}
	if (!d.text && !d.n_media) {
		err_set(&c->info, E_USAGE, "there is no text: give TEXT or --file FILE");
		return cli_fail(c);
	}
	if (ops_publish(c->ops, &d, rehearse, &r, &c->info)) {
		if (!c->args.json)
			print_problems(&r);
		status = fail_with(c, &r);
		goto out;
	}
	if (rehearse) {
		status = show_rehearsal(c, &r);
		goto out;
	}
	if (wait) {
		waited = wait_for_jobs(c, &r, timeout_ms);
		/* The post is stored all the same, and whoever reads only the error must know. */
		broken = waited && waited != E_TIMEOUT && waited != E_INTERRUPTED;
		if (broken && !c->info.hint[0])
			err_hint(
				&c->info,
				"post %lld is stored, and what is due of it goes out with: masthead run",
				(long long)r.post_id);
	}
	if (c->args.json) {
		struct json *j = json_new_object(), *list;
		json_set_int(j, "post", r.post_id);
		list = json_set(j, "jobs", json_new_array());
		for (size_t i = 0; i < r.n_jobs; i++)
			json_add(list, shape_job(&r.jobs[i]));
		if (d.scale)
			json_set(j, "scaled", scaled_json(&r));
		status = cli_end_json(c, j);
	} else {
		print_scaled(&r);
		print_jobs(c, r.jobs, r.n_jobs);
		status = cli_end(c);
	}
	if (broken)
		status = cli_fail(c);
	else if (wait && !status)
		status = wait_status(c, r.jobs, r.n_jobs, waited);
out:
	publish_report_free(&r);
	return status;
}

static int rehearse_edit(struct cli *c, int64_t id, const struct draft *d)
{
	struct publish_report r = {0};
	int status = ops_job_edit_rehearse(c->ops, id, d, &r, &c->info) ? cli_fail(c)
									: show_rehearsal(c, &r);

	publish_report_free(&r);
	return status;
}

int verb_edit(struct cli *c)
{
	struct publish_report r = {0};
	struct draft d;
	struct json *o;
	struct job j;
	int64_t id;
	int status;

	if (args_expect(&c->args, 1, 2, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info) || make_draft(c, &d))
		return cli_fail(c);
	if (c->args.n_operands == 2)
		d.text = c->args.operands[1];
	if (arg_set(&c->args, "dry-run"))
		return rehearse_edit(c, id, &d);
	/* What is put in the place of a picture is known beforehand: the same is done again. */
	if (d.scale && d.n_media && ops_job_edit_rehearse(c->ops, id, &d, &r, &c->info)) {
		status = cli_fail(c);
	} else if (ops_job_edit(c->ops, id, &d, c->arena, &j, &c->info)) {
		status = cli_fail(c);
	} else if (c->args.json) {
		o = shape_job(&j);
		if (d.scale)
			json_set(o, "scaled", scaled_json(&r));
		status = cli_end_json(c, o);
	} else {
		print_scaled(&r);
		print_jobs(c, &j, 1);
		status = cli_end(c);
	}
	publish_report_free(&r);
	return status;
}

int verb_takedown(struct cli *c)
{
	struct job j;
	int64_t id;

	if (args_expect(&c->args, 1, 1, &c->info) ||
	    args_job_number(c->args.operands[0], &id, &c->info) ||
	    ops_takedown(c->ops, id, c->arena, &j, &c->info))
		return cli_fail(c);
	if (c->args.json)
		return cli_end_json(c, shape_job(&j));
	out_line(_("taken down: job %lld"), (long long)j.id);
	return cli_end(c);
}
