/* ops/import_check.c - one row of an import: accounts, time, state, content. All that is wrong with it is told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ops/import.h"
#include "platforms/platform.h"
#include "store/posts.h"
#include "store/tenants.h"
#include "store/workspace.h"

#define PRIORITY_MAX 1000

static void bad(struct import *x, struct item *i, const char *column, enum err code,
		const char *message)
{
	row_problem(&x->problems, i->rec->row, column, code, message);
	i->rec->bad = true;
}

/* Errors of the store are nobody's row. */
static bool is_store_error(enum err e)
{
	return e == E_BUSY || e == E_IO || e == E_CORRUPT || e == E_DISK_FULL;
}

/* ---------------------------------------------------------------- accounts */

/* "a, b" -> {"a", "b"} */
static size_t split(struct arena *a, const char *s, const char *const **out)
{
	const char **list = NULL;
	size_t n = 0;

	while (s && *s) {
		size_t len = strcspn(s, ","), from = strspn(s, " "), to = len;

		while (to > from && s[to - 1] == ' ')
			to--;
		if (to > from) {
			list = arena_grow(a, list, n, sizeof(*list));
			list[n++] = arena_strndup(a, s + from, to - from);
		}
		s += len + (s[len] == ',');
	}
	*out = list;
	return n;
}

static enum err look_up(struct import *x, const struct record *r, struct known_targets *out,
			struct err_info *info)
{
	const char *brand = r->cell[F_BRAND], *account = r->cell[F_ACCOUNT];
	struct draft d = {.brand = brand};
	struct err_info why = {0};
	enum err e = OK;

	d.n_platforms = split(x->arena, r->cell[F_PLATFORM], &d.platforms);
	d.n_connections = split(x->arena, r->cell[F_CONNECTION], &d.connections);
	if (account && !d.n_connections) {
		const char **one = arena_alloc(x->arena, sizeof(*one));

		if (d.n_platforms != 1 || !brand)
			e = err_set(&why, E_INVALID,
				    "an account needs its brand and its one platform beside it");
		else
			*one = arena_printf(x->arena, "%s/%s/%s", brand, d.platforms[0], account);
		d.connections = one;
		d.n_connections = 1;
		d.n_platforms = 0;
	}
	out->column = d.n_connections ? account && !r->cell[F_CONNECTION] ? "account" : "connection"
		      : r->cell[F_PLATFORM] ? "platform"
					    : "brand";
	if (!e && !brand && !d.n_connections)
		e = err_set(&why, E_INVALID, "no brand is named");
	if (!e && brand) {
		e = brand_find(x->o->store, brand, x->arena, &out->to.brand, &why);
		if (e)
			out->column = "brand";
	} else if (!brand) {
		out->column = r->cell[F_CONNECTION] ? "connection" : "brand";
	}
	if (!e)
		e = targets_find(x->o, &d, x->arena, &out->to, &why);
	if (e && is_store_error(e)) {
		*info = why;
		return e;
	}
	out->code = e;
	out->message = e ? arena_strdup(x->arena, why.text) : NULL;
	return OK;
}

static enum err find_targets(struct import *x, struct item *i, struct err_info *info)
{
	static const enum field named_by[] = {F_BRAND, F_PLATFORM, F_ACCOUNT, F_CONNECTION};
	const struct record *r = i->rec;
	const struct known_targets *k;
	struct strbuf key;
	int64_t *at;
	enum err e = OK;

	strbuf_init(&key, STRBUF_CEILING_DEFAULT);
	for (size_t n = 0; n < COUNT_OF(named_by); n++) {
		strbuf_puts(&key, r->cell[named_by[n]] ? r->cell[named_by[n]] : "");
		strbuf_putc(&key, '\n');
	}
	at = index_at(x->targets_known, key.data, key.len);
	strbuf_free(&key);
	if (*at < 0) {
		struct known_targets found = {0};

		e = look_up(x, r, &found, info);
		if (e)
			return e;
		x->targets = arena_grow(x->arena, x->targets, x->n_targets, sizeof(*x->targets));
		x->targets[x->n_targets] = found;
		*at = (int64_t)x->n_targets++;
	}
	k = &x->targets[*at];
	if (k->code) {
		bad(x, i, k->column, k->code, k->message);
	} else {
		/* The list may move as it grows; what it points to does not. */
		struct targets *to = arena_alloc(x->arena, sizeof(*to));

		*to = k->to;
		i->to = to;
	}
	return OK;
}

/* ---------------------------------------------------------------- time and state */

/* A row whose story is over is no work: published, failed, ... what became of it stands in the other workspace. */
static void read_status(struct import *x, struct item *i)
{
	const char *s = i->rec->cell[F_STATUS];
	struct err_info why;

	i->status = i->rec->cell[F_AT] ? JOB_SCHEDULED : JOB_DRAFT;
	if (!s)
		return;
	if (!job_status_from(s, &i->status)) {
		err_set(&why, E_INVALID,
			"\"%s\" is no state; a row may be draft, scheduled, pending or held", s);
		bad(x, i, field_names[F_STATUS], E_INVALID, why.text);
		return;
	}
	i->skipped = i->status != JOB_DRAFT && i->status != JOB_SCHEDULED &&
		     i->status != JOB_PENDING && i->status != JOB_HELD;
}

static void read_time(struct import *x, struct item *i)
{
	bool waits = i->status == JOB_SCHEDULED || i->status == JOB_PENDING;
	const char *typed = i->rec->cell[F_AT], *zone = i->to->brand.timezone;
	struct err_info why;
	enum err e = OK;

	i->at = x->now_ms;
	if (!typed) {
		if (i->status == JOB_SCHEDULED)
			bad(x, i, field_names[F_AT], E_INVALID,
			    err_translate(N_("a scheduled post needs a time")));
		return;
	}
	if (waits)
		e = ops_time(typed, zone, x->now_ms, &i->at, &why);
	else
		e = ops_filter_time(typed, zone, x->now_ms, &i->at, &why);
	if (e)
		bad(x, i, field_names[F_AT], e, why.text);
	else if (waits)
		i->status = i->at > x->now_ms ? JOB_SCHEDULED : JOB_PENDING;
}

static void read_priority(struct import *x, struct item *i)
{
	const char *s = i->rec->cell[F_PRIORITY];
	char *end;
	long n;

	if (!s)
		return;
	n = strtol(s, &end, 10);
	if (*end || n < -PRIORITY_MAX || n > PRIORITY_MAX)
		bad(x, i, field_names[F_PRIORITY], E_INVALID,
		    err_translate(N_("a whole number from -1000 to 1000 is wanted")));
	i->priority = n;
}

/* ---------------------------------------------------------------- media */

/* Relative names are looked for beside the file. What export wrote (".../media/HASH") may have stayed behind: a copy of the
 * same content in this workspace is as good. */
static const char *file_path(struct import *x, const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	const char *path = name;

	if (*name != '/' && x->request->dir)
		path = arena_printf(x->arena, "%s/%s", x->request->dir, name);
	if (!fs_exists(path) && strlen(base) == 64 && strspn(base, "0123456789abcdef") == 64) {
		const char *own = arena_printf(x->arena, "%s/%s",
					       workspace_media_dir(x->o->app->workspace), base);

		if (fs_exists(own))
			return own;
	}
	return path;
}

static const struct known_file *look_at_file(struct import *x, const char *name)
{
	int64_t *at = index_at(x->files_known, name, strlen(name));
	struct err_info why;
	struct media_file f;
	struct known_file k = {0};

	if (*at >= 0)
		return &x->files[*at];
	k.path = file_path(x, name);
	k.code = media_open(k.path, NULL, x->arena, &f, &why);
	if (k.code) {
		k.message = arena_strdup(x->arena, why.text);
	} else {
		k.media = f.media;
		media_close(&f);
	}
	x->files = arena_grow(x->arena, x->files, x->n_files, sizeof(*x->files));
	x->files[x->n_files] = k;
	*at = (int64_t)x->n_files++;
	return &x->files[*at];
}

static void read_media(struct import *x, struct item *i)
{
	struct record *r = i->rec;
	struct media *list = arena_alloc(x->arena, (r->n_media + 1) * sizeof(*list));
	struct err_info why;

	for (size_t n = 0; n < r->n_media; n++) {
		const struct known_file *k = look_at_file(x, r->media[n].file);

		if (k->code) {
			bad(x, i, "media", k->code, k->message);
			continue;
		}
		if (r->sha256[n] && strcmp(r->sha256[n], k->media->sha256) != 0) {
			err_set(&why, E_MEDIA, "%s is not the file of that hash", k->path);
			bad(x, i, "media", E_MEDIA, why.text);
			continue;
		}
		if (content_plain("alt", r->media[n].alt, &why)) {
			bad(x, i, "alt", E_INVALID, why.text);
			continue;
		}
		list[n] = *k->media;
		list[n].alt = r->media[n].alt;
	}
	i->post.media = list;
	i->post.n_media = r->n_media;
}

/* ---------------------------------------------------------------- content */

/* A JSON object as export writes it, or PLATFORM.KEY=VALUE, one a line. */
static void read_options(struct import *x, struct item *i)
{
	const char *s = i->rec->cell[F_OPTIONS], **list = NULL;
	struct err_info why;
	size_t n = 0;
	enum err e = OK;

	if (!s)
		return;
	if (*s == '{') {
		struct json *j = NULL;

		e = json_parse(s, strlen(s), JSON_BYTES_MAX, &j, &why);
		for (const struct json *m = json_first(j); !e && m; m = json_next(m)) {
			const char *value = json_text_of(m);

			list = arena_grow(x->arena, list, n, sizeof(*list));
			list[n++] = arena_printf(x->arena, "%s=%s", json_name(m),
						 value ? value : "");
		}
		json_free(&j);
	} else {
		while (*s) {
			size_t len = strcspn(s, "\n");

			list = arena_grow(x->arena, list, n, sizeof(*list));
			list[n++] = arena_strndup(x->arena, s, len);
			s += len + (s[len] == '\n');
		}
	}
	if (!e)
		e = content_options(NULL, list, n, x->arena, &i->post.options, &why);
	if (e)
		bad(x, i, field_names[F_OPTIONS], e == E_USAGE ? E_INVALID : e, why.text);
}

static const char *variant_of(const struct record *r, const char *platform)
{
	for (size_t i = 0; i < r->n_variants; i++)
		if (!strcmp(r->variants[i].platform, platform))
			return r->variants[i].text;
	return NULL;
}

static void read_words(struct import *x, struct item *i)
{
	static const enum field words[] = {F_TEXT,     F_LINK,       F_TITLE,
					   F_LANGUAGE, F_VISIBILITY, F_FIRST_COMMENT};
	const struct record *r = i->rec;
	struct err_info why;

	for (size_t n = 0; n < COUNT_OF(words); n++)
		if (content_plain(field_names[words[n]], r->cell[words[n]], &why))
			bad(x, i, field_names[words[n]], E_INVALID, why.text);
	for (size_t n = 0; n < r->n_variants; n++) {
		const char *column = arena_printf(x->arena, "variant_%s", r->variants[n].platform);

		if (ops_platform(r->variants[n].platform, NULL, &why))
			bad(x, i, column, E_NOT_FOUND, why.text);
		else if (content_plain(column, r->variants[n].text, &why))
			bad(x, i, column, E_INVALID, why.text);
	}
	i->post.text = r->cell[F_TEXT] ? r->cell[F_TEXT] : "";
	i->post.link = r->cell[F_LINK];
	i->post.title = r->cell[F_TITLE];
	i->post.language = r->cell[F_LANGUAGE];
	i->post.visibility = r->cell[F_VISIBILITY];
	i->post.first_comment = r->cell[F_FIRST_COMMENT];
}

static void check_target(struct import *x, struct item *i, size_t k)
{
	const struct connection *c = &i->to->conns[k];
	const char *variant = variant_of(i->rec, c->platform);
	struct post p = i->post;
	struct target t = {0};
	char label[OPS_LABEL_SIZE];
	struct err_info why;

	if (variant)
		p.text = variant;
	content_check(x->o, &p, platform_find(c->platform), c, x->arena, &t);
	for (size_t n = 0; n < t.n_problems; n++) {
		const struct target_problem *q = &t.problems[n];

		connection_label(c, label);
		if (q->limit || q->actual)
			err_set(&why, q->code, "%s: %s (limit %lld, actual %lld)", label,
				q->message, (long long)q->limit, (long long)q->actual);
		else
			err_set(&why, q->code, "%s: %s", label, q->message);
		bad(x, i, q->field, q->code, why.text);
	}
	i->texts[k] = p.text;
	post_hash(&p, i->hashes[k]);
}

/* ---------------------------------------------------------------- duplicates */

static void same_in_file(struct import *x, struct item *i, size_t k)
{
	char key[96];
	struct err_info why;
	int64_t *at;

	snprintf(key, sizeof(key), "%lld %s", (long long)i->to->conns[k].id, i->hashes[k]);
	at = index_at(x->content_known, key, strlen(key));
	if (*at >= 0) {
		err_set(&why, E_DUPLICATE, "row %lld has the same text and media for this account",
			(long long)*at);
		bad(x, i, field_names[F_TEXT], E_DUPLICATE, why.text);
	} else {
		*at = i->rec->row;
	}
}

enum err import_find_duplicate(struct import *x, struct item *i, size_t k, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];
	struct err_info why;
	int64_t job = 0;
	enum err e;

	if (!x->window_ms)
		return OK;
	e = post_duplicate(x->o->store, i->to->conns[k].id, i->hashes[k], x->now_ms - x->window_ms,
			   &job, info);
	if (!e && job) {
		connection_label(&i->to->conns[k], label);
		err_set(&why, E_DUPLICATE, "job %lld has the same text and media for %s",
			(long long)job, label);
		bad(x, i, field_names[F_TEXT], E_DUPLICATE, why.text);
	}
	return e;
}

/* ---------------------------------------------------------------- the row */

enum err import_check(struct import *x, struct item *i, struct err_info *info)
{
	enum err e = OK;

	if (i->rec->bad)
		return OK;
	read_status(x, i);
	if (i->skipped)
		return OK;
	e = find_targets(x, i, info);
	read_words(x, i);
	read_options(x, i);
	read_priority(x, i);
	read_media(x, i);
	if (e || !i->to)
		return e;
	read_time(x, i);
	i->post.tenant_id = x->o->tenant_id;
	i->post.brand_id = i->to->brand.id;
	if (i->rec->bad)
		return OK;
	i->texts = arena_alloc(x->arena, (i->to->n + 1) * sizeof(*i->texts));
	i->hashes = arena_alloc(x->arena, (i->to->n + 1) * sizeof(*i->hashes));
	for (size_t k = 0; k < i->to->n; k++)
		check_target(x, i, k);
	for (size_t k = 0; !i->rec->bad && k < i->to->n; k++)
		same_in_file(x, i, k);
	for (size_t k = 0; !e && !i->rec->bad && k < i->to->n; k++)
		e = import_find_duplicate(x, i, k, info);
	return e;
}

static int by_row(const void *a, const void *b)
{
	const struct import_problem *p = a, *q = b;

	return (p->row > q->row) - (p->row < q->row);
}

void import_take_problems(struct import *x)
{
	struct import_report *r = x->report;

	/* Few and nearly in order: what reading found, then what checking found. */
	if (x->problems.n)
		qsort(x->problems.items, x->problems.n, sizeof(*x->problems.items), by_row);
	r->problems = x->problems.items;
	r->n_problems = x->problems.n;
	r->failed = r->skipped = 0;
	for (size_t n = 0; n < x->n; n++) {
		r->failed += x->items[n].rec->bad;
		r->skipped += x->items[n].skipped && !x->items[n].rec->bad;
	}
}
