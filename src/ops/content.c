/* ops/content.c - is this content what the platforms take? All that is wrong is found, not only the first. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "ops/internal.h"
#include "platforms/platform.h"

enum err content_plain(const char *field, const char *text, struct err_info *info)
{
	size_t at;

	if (!text || text_is_plain(text, strlen(text), &at))
		return OK;
	return err_set(info, E_INVALID,
		       "%s: byte %zu is no text: it must be UTF-8 without control characters",
		       field, at + 1);
}

static enum err code_of(const struct target_problem *p)
{
	bool over = p->limit > 0 && p->actual > p->limit;

	if (!strcmp(p->field, "media"))
		return E_MEDIA;
	return over ? E_TOO_LONG : E_INVALID;
}

static void find_parts(const struct post *p, const struct platform *pf, const struct connection *c,
		       struct arena *a, struct target *t)
{
	const struct post *parts;
	size_t n = pf->parts ? pf->parts(p, a, &parts) : 1;

	if (n < 2)
		return;
	t->parts = arena_alloc(a, n * sizeof(*t->parts));
	t->n_parts = n;
	/* A part may lend its text from the post, which need not live as long as the report. */
	for (size_t i = 0; i < n; i++)
		t->parts[i] = (struct target_part){arena_strdup(a, parts[i].text),
						   pf->measure(&parts[i], c)};
}

void content_check(struct ops *o, const struct post *p, const struct platform *pf,
		   const struct connection *c, struct arena *a, struct target *t)
{
	struct problems found = {.arena = a};

	pf->validate(p, c, &found);
	t->limit = pf->limits.text_max;
	t->measured = text_is_utf8(p->text, strlen(p->text)) ? pf->measure(p, c) : 0;
	if (text_is_utf8(p->text, strlen(p->text)))
		find_parts(p, pf, c, a, t);
	t->problems = arena_alloc(a, (found.n + 1) * sizeof(*t->problems));
	t->n_problems = found.n;
	for (size_t i = 0; i < found.n; i++) {
		const struct problem *x = &found.items[i];

		t->problems[i] = (struct target_problem){.field = x->field,
							 .limit = x->limit,
							 .actual = x->actual,
							 .message = x->message};
		t->problems[i].code = code_of(&t->problems[i]);
		t->problems[i].excess = x->excess;
		t->problems[i].sha256 = x->file ? x->file->sha256 : NULL;
		/* The account's own limit, where a server has told one, shows here first. */
		if (!strcmp(x->field, "text") && x->limit > 0 && x->actual == t->measured)
			t->limit = x->limit;
	}
	media_host_problems(o, p, pf, a, t);
}

enum err content_refuse(const struct target *targets, size_t n, struct err_info *info)
{
	const struct target_problem *first = NULL;
	const struct target *of = NULL;
	char numbers[80] = "", more[48] = "";
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (targets[i].n_problems && !first) {
			of = &targets[i];
			first = &of->problems[0];
		}
		count += targets[i].n_problems;
	}
	if (!first)
		return OK;
	if (first->limit || first->actual)
		snprintf(numbers, sizeof(numbers), " (limit %lld, actual %lld)",
			 (long long)first->limit, (long long)first->actual);
	if (count > 1)
		snprintf(more, sizeof(more), ", and %zu more", count - 1);
	err_set(info, first->code, "%s/%s/@%s: %s: %s%s%s", of->brand, of->platform, of->account,
		first->field, first->message, numbers, more);
	if (first->excess && scale_works())
		err_hint(info, "nothing was stored; --scale puts a smaller copy in its place");
	else
		err_hint(info, "nothing was stored; all problems are listed with --dry-run");
	return first->code;
}

/* ---------------------------------------------------------------- options */

static enum err read_option(struct json *obj, const char *text, struct err_info *info)
{
	const char *eq = strchr(text, '='), *dot = strchr(text, '.');
	char platform[64], name[160];

	if (!eq || !dot || dot > eq || dot + 1 == eq || (size_t)(eq - text) >= sizeof(name))
		return err_set(info, E_USAGE, "an option is PLATFORM.KEY=VALUE, not \"%s\"", text);
	snprintf(platform, sizeof(platform), "%.*s", (int)(dot - text), text);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - text), text);
	if (ops_platform(platform, NULL, info))
		return E_NOT_FOUND;
	if (content_plain(name, eq + 1, info) || content_plain("option", name, info))
		return E_INVALID;
	json_set_str(obj, name, eq + 1);
	return OK;
}

enum err content_options(const char *base, const char *const *options, size_t n, struct arena *a,
			 const char **out, struct err_info *info)
{
	struct json *obj = NULL;
	struct strbuf text;
	enum err e = OK;

	if (base)
		e = json_parse(base, strlen(base), JSON_BYTES_MAX, &obj, info);
	if (!obj)
		obj = json_new_object();
	for (size_t i = 0; !e && i < n; i++)
		e = read_option(obj, options[i], info);
	if (!e) {
		strbuf_init(&text, JSON_BYTES_MAX);
		json_write(&text, obj, false);
		*out = json_len(obj) ? arena_strdup(a, text.data) : NULL;
		strbuf_free(&text);
	}
	json_free(&obj);
	return e;
}
