/* ops/filter.c - what people type to choose jobs -> a filter of numbers and states.
 *
 * A word that begins with '!' negates its condition; a condition is wanted or unwanted as a whole, for a mixture
 * would say nothing more. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "ops/internal.h"
#include "store/connections.h"
#include "store/tenants.h"

/* Takes the '!' off; E_USAGE when the condition's words disagree. */
static enum err word(const char *s, size_t i, bool *negated, const char **out,
		     struct err_info *info)
{
	bool no = *s == '!';

	if (i && no != *negated)
		return err_set(info, E_USAGE,
			       "\"%s\": either all words of a condition begin with `!', or none",
			       s);
	*negated = no;
	*out = s + no;
	if (!**out)
		return err_set(info, E_USAGE, "a condition of the filter is empty");
	return OK;
}

static enum err brands(struct ops *o, const struct job_query *q, struct arena *a,
		       struct job_filter *f, struct brand *only, struct err_info *info)
{
	int64_t *ids = arena_alloc(a, (q->n_brands + 1) * sizeof(*ids));
	enum err e = OK;

	for (size_t i = 0; !e && i < q->n_brands; i++) {
		const char *name;

		e = word(q->brands[i], i, &f->not_brands, &name, info);
		if (!e)
			e = brand_find(o->store, name, a, only, info);
		if (!e)
			ids[i] = only->id;
	}
	f->brands = ids;
	f->n_brands = q->n_brands;
	return e;
}

static enum err platforms_of(const struct job_query *q, struct arena *a, struct job_filter *f,
			     struct err_info *info)
{
	const char **names = arena_alloc(a, (q->n_platforms + 1) * sizeof(*names));
	enum err e = OK;

	for (size_t i = 0; !e && i < q->n_platforms; i++) {
		e = word(q->platforms[i], i, &f->not_platforms, &names[i], info);
		if (!e)
			e = ops_platform(names[i], NULL, info);
	}
	f->platforms = names;
	f->n_platforms = q->n_platforms;
	return e;
}

static enum err statuses(const struct job_query *q, struct job_filter *f, struct err_info *info)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < q->n_statuses; i++) {
		enum job_status st;
		const char *name;

		e = word(q->statuses[i], i, &f->not_statuses, &name, info);
		if (!e && !job_status_from(name, &st)) {
			struct strbuf all;

			strbuf_init(&all, 256);
			job_states_text((1u << JOB_STATUS_COUNT) - 1, &all);
			e = err_set(info, E_USAGE, "there is no state \"%s\"; it is %s", name,
				    all.data);
			strbuf_free(&all);
		}
		if (!e)
			f->statuses |= 1u << st;
	}
	return e;
}

/* "E_REJECTED", "rejected" */
static enum err error_code(const char *s, struct arena *a, struct job_filter *f,
			   struct err_info *info)
{
	char *name;
	enum err e = word(s, 0, &f->not_error, &s, info);

	if (e)
		return e;
	name = strncasecmp(s, "E_", 2) ? arena_printf(a, "E_%s", s) : arena_strdup(a, s);
	for (char *p = name; *p; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		else if (*p == '-')
			*p = '_';
	}
	if (err_from_name(name) == ERR_COUNT)
		return err_set(info, E_USAGE, "there is no error code \"%s\"", s);
	f->error_code = name;
	return OK;
}

static enum err span(struct ops *o, const struct job_query *q, const struct brand *only,
		     struct job_filter *f, struct err_info *info)
{
	int64_t now = clock_wall_ms();
	char zone[64];
	enum err e = OK;

	if (!q->since && !q->until)
		return OK;
	app_zone(o->app, zone, sizeof(zone));
	if (q->n_brands == 1 && !f->not_brands)
		snprintf(zone, sizeof(zone), "%s", only->timezone);
	if (q->since)
		e = ops_filter_time(q->since, zone, now, &f->since, info);
	if (!e && q->until)
		e = ops_filter_time(q->until, zone, now, &f->until, info);
	return e;
}

enum err ops_job_filter(struct ops *o, const struct job_query *q, struct arena *a,
			struct job_filter *out, struct err_info *info)
{
	struct job_filter f = {0};
	struct brand only = {0};
	enum err e = brands(o, q, a, &f, &only, info);

	if (!e)
		e = platforms_of(q, a, &f, info);
	if (!e)
		e = statuses(q, &f, info);
	if (!e && q->connection) {
		struct connection c;
		int64_t *id = arena_alloc(a, sizeof(*id));

		e = connection_find(o->store, q->connection, a, &c, info);
		if (!e) {
			*id = c.id;
			f.connections = id;
			f.n_connections = 1;
		}
	}
	if (!e && q->error)
		e = error_code(q->error, a, &f, info);
	if (!e)
		e = span(o, q, &only, &f, info);
	if (!e && q->search) {
		e = word(q->search, 0, &f.not_search, &f.search, info);
		if (!e && !text_is_utf8(f.search, strlen(f.search)))
			e = err_set(info, E_USAGE, "what is searched for is not UTF-8 text");
		f.search = arena_strdup(a, f.search);
	}
	if (!e)
		*out = f;
	return e;
}
