/* ops/say.c - how operators name things, and how we name them back. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "ops/internal.h"
#include "platforms/platform.h"

void connection_label(const struct connection *c, char out[OPS_LABEL_SIZE])
{
	snprintf(out, OPS_LABEL_SIZE, "%.100s/%.40s/@%.150s", c->brand ? c->brand : "?",
		 c->platform ? c->platform : "?", c->account ? c->account : "?");
}

void job_label(const struct job *j, char out[OPS_LABEL_SIZE])
{
	snprintf(out, OPS_LABEL_SIZE, "job %lld (%.100s/%.40s/@%.140s)", (long long)j->id,
		 j->brand ? j->brand : "?", j->platform ? j->platform : "?",
		 j->account ? j->account : "?");
}

void job_states_text(unsigned statuses, struct strbuf *out)
{
	for (int s = 0, left = __builtin_popcount(statuses); s < JOB_STATUS_COUNT; s++) {
		if (!(statuses & 1u << s))
			continue;
		left--;
		strbuf_puts(out, job_status_name((enum job_status)s));
		if (left)
			strbuf_puts(out, left == 1 ? " or " : ", ");
	}
}

enum err ops_platform(const char *name, const struct platform **out, struct err_info *info)
{
	const struct platform *found = platform_find(name);
	struct strbuf names;
	enum err e;

	if (found) {
		if (out)
			*out = found;
		return OK;
	}
	strbuf_init(&names, 512);
	for (size_t i = 0; platforms[i]; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", platforms[i]->name);
	e = err_set(info, E_NOT_FOUND, "there is no platform \"%s\"; the platforms are %s", name,
		    names.data);
	strbuf_free(&names);
	return e;
}

void ops_context(struct err_info *info, const char *fmt, ...)
{
	struct err_info old;
	char context[OPS_LABEL_SIZE * 2];
	va_list args;

	if (!info)
		return;
	old = *info;
	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	snprintf(info->text, sizeof(info->text), "%s: %.*s", context,
		 (int)(sizeof(info->text) - strlen(context) - 3), old.text);
}

/* ---------------------------------------------------------------- times */

enum err ops_time(const char *typed, const char *zone, int64_t now_ms, int64_t *ms,
		  struct err_info *info)
{
	char shown[64], now[64];
	int64_t t;
	enum err e = when_parse(typed, zone, now_ms, &t, info);

	if (e)
		return e;
	if (t < now_ms) {
		when_local(t, zone, WHEN_SECONDS | WHEN_WITH_ZONE, shown, sizeof(shown));
		when_local(now_ms, zone, WHEN_SECONDS | WHEN_WITH_ZONE, now, sizeof(now));
		e = err_set(info, E_PAST, "\"%s\" is %s, which has passed; it is %s", typed, shown,
			    now);
		err_hint(info, "name a time to come, such as `tomorrow 9:00' or `+90m'");
		return e;
	}
	*ms = t;
	return OK;
}

static bool is_day(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789-") == 10 && s[4] == '-' && s[7] == '-';
}

enum err ops_filter_time(const char *typed, const char *zone, int64_t now_ms, int64_t *ms,
			 struct err_info *info)
{
	char text[64];
	int64_t t;
	enum err e;

	if (typed[0] == '-' && strlen(typed) < sizeof(text)) {
		snprintf(text, sizeof(text), "+%s", typed + 1);
		e = when_parse(text, zone, now_ms, &t, info);
		if (!e)
			*ms = 2 * now_ms - t;
		return e;
	}
	if (is_day(typed)) {
		snprintf(text, sizeof(text), "%s 00:00", typed);
		return when_parse(text, zone, now_ms, ms, info);
	}
	return when_parse(typed, zone, now_ms, ms, info);
}
