/* ops/config.c - the configuration in force: file, then -o, each key checked against the table.
 *
 * A later setting replaces an earlier one. Everything is checked when it is read, so the getters cannot fail:
 * asking for a key that the table does not have, or as another type, is a mistake of ours. */
#include "ops/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "ops/commands.h"
#include "ops/config_file.h"
#include "ops/internal.h"
#include "platforms/platform.h"

struct entry {
	const char *name, *value;
};
struct config {
	struct arena *arena;
	struct entry *entries;
	size_t n;
};

static const char *const panes[] = {"brands", "connections", "jobs", "log",
				    "job",    "triage",      "all",  NULL};

/* ---------------------------------------------------------------- values */

/* A plain decimal number, whatever the locale says; returns what follows it, NULL: none. */
static const char *read_number(const char *s, double *out)
{
	double value = 0, scale = 1;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++)
		value = value * 10 + (*p - '0');
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++)
			value += (*p - '0') * (scale /= 10);
		if (scale == 1)
			return NULL;
	}
	if (p == s || value > 1e12)
		return NULL;
	*out = value;
	return p;
}

/* "30", "1.5", "90s", "1h30m": seconds; a bare number counts in `unit` seconds. */
static bool read_span(const char *s, double unit, double *seconds)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {{"ms", 0.001}, {"s", 1},     {"min", 60},  {"m", 60},
		     {"h", 3600},   {"d", 86400}, {"w", 604800}};
	double total = 0, number;
	size_t i;

	if (!*s)
		return false;
	while (*s) {
		s = read_number(s, &number);
		if (!s)
			return false;
		if (!*s && total == 0) {
			*seconds = number * unit;
			return true;
		}
		for (i = 0; i < COUNT_OF(units); i++)
			if (!strncmp(s, units[i].suffix, strlen(units[i].suffix)))
				break;
		if (i == COUNT_OF(units))
			return false;
		total += number * units[i].seconds;
		s += strlen(units[i].suffix);
	}
	*seconds = total;
	return true;
}

static bool read_bool(const char *s, bool *out)
{
	static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false",
										    "off", "0"};

	for (size_t i = 0; i < COUNT_OF(yes); i++) {
		if (!strcmp(s, yes[i]) || !strcmp(s, no[i])) {
			*out = !strcmp(s, yes[i]);
			return true;
		}
	}
	return false;
}

static bool in_words(const char *words, const char *s)
{
	size_t len = strlen(s);

	for (const char *p = words; p && *p && len; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && !memcmp(p, s, n))
			return true;
		p += n;
	}
	return false;
}

static double unit_of(enum config_type t)
{
	return t == CONFIG_MINUTES ? 60 : 1;
}

static enum err check_number(const struct config_key *k, const char *value, const char *origin,
			     struct err_info *info)
{
	double x;

	if (k->choices && in_words(k->choices, value))
		return OK;
	if (k->type == CONFIG_INT) {
		const char *end = read_number(value, &x);

		if (!end || *end || strchr(value, '.'))
			return err_set(info, E_CONFIG, "%s: %s needs a whole number, not \"%s\"",
				       origin, k->name, value);
	} else if (!read_span(value, unit_of(k->type), &x)) {
		return err_set(info, E_CONFIG,
			       "%s: %s needs a time such as 30, 1.5 or 2h, not \"%s\"", origin,
			       k->name, value);
	} else {
		x /= unit_of(k->type);
	}
	if (x < k->min || x > k->max)
		return err_set(info, E_CONFIG, "%s: %s must be between %g and %g, and is \"%s\"",
			       origin, k->name, k->min, k->max, value);
	return OK;
}

static enum err check_value(const struct config_key *k, const char *value, const char *origin,
			    struct err_info *info)
{
	bool yes;

	switch (k->type) {
	case CONFIG_TEXT:
		if (!strcmp(k->name, "timezone") && !when_zone_known(value))
			return err_set(
				info, E_CONFIG,
				"%s: \"%s\" is not a time zone; name one such as Europe/Berlin",
				origin, value);
		if (!text_is_plain(value, strlen(value), NULL) || strchr(value, '\n'))
			return err_set(info, E_CONFIG,
				       "%s: the value of %s holds control characters", origin,
				       k->name);
		return OK;
	case CONFIG_BOOL:
		if (!read_bool(value, &yes))
			return err_set(info, E_CONFIG, "%s: %s is yes or no, not \"%s\"", origin,
				       k->name, value);
		return OK;
	case CONFIG_CHOICE:
		if (!in_words(k->choices, value))
			return err_set(info, E_CONFIG, "%s: %s is one of: %s; not \"%s\"", origin,
				       k->name, k->choices, value);
		return OK;
	default:
		return check_number(k, value, origin, info);
	}
}

/* ---------------------------------------------------------------- keys */

size_t words_distance(const char *a, const char *b)
{
	enum { MOST = 64 };
	size_t row[MOST + 1], la = strlen(a), lb = strlen(b);

	if (la > MOST || lb > MOST)
		return la > lb ? la : lb;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t here = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < here)
				here = row[j] + 1;
			if (row[j - 1] + 1 < here)
				here = row[j - 1] + 1;
			row[j] = here;
		}
	}
	return row[lb];
}

static bool starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static enum err unknown_key(const char *name, const char *origin, struct err_info *info)
{
	const char *best = "";
	size_t least = SIZE_MAX;

	for (const struct config_key *k = config_keys; k->name; k++) {
		size_t d = words_distance(name, k->name);

		if (d < least) {
			least = d;
			best = k->name;
		}
	}
	/* More than a slip of the fingers away is no help. */
	if (least > 1 + strlen(name) / 4) {
		err_set(info, E_CONFIG, "%s: there is no key \"%s\"", origin, name);
		err_hint(info, "masthead.conf(5) lists the keys");
		return E_CONFIG;
	}
	return err_set(info, E_CONFIG, "%s: there is no key \"%s\"; the nearest is \"%s\"", origin,
		       name, best);
}

static enum err platform_key(const char *name, const char *origin, const struct config_key **out,
			     struct err_info *info)
{
	const char *dot = strchr(name + strlen("platform."), '.');
	char platform[64], pattern[96];

	if (!dot)
		return unknown_key(name, origin, info);
	snprintf(platform, sizeof(platform), "%.*s", (int)(dot - name) - (int)strlen("platform."),
		 name + strlen("platform."));
	if (!platform_find(platform)) {
		struct err_info why;

		if (ops_platform(platform, NULL, &why))
			return err_set(info, E_CONFIG, "%s: %s", origin, why.text);
	}
	snprintf(pattern, sizeof(pattern), "platform.NAME%s", dot);
	for (const struct config_key *k = config_keys; k->name; k++) {
		if (!strcmp(k->name, pattern)) {
			*out = k;
			return OK;
		}
	}
	return unknown_key(name, origin, info);
}

static enum err bind_key(const char *name, const char *value, const char *origin,
			 const struct config_key **out, struct err_info *info)
{
	const char *pane = name + strlen("bind."), *dot = strchr(pane, '.');
	const struct command *c;
	size_t i;

	if (!dot || !dot[1])
		return unknown_key(name, origin, info);
	for (i = 0; panes[i]; i++)
		if (strlen(panes[i]) == (size_t)(dot - pane) && starts(pane, panes[i]))
			break;
	if (!panes[i])
		return err_set(
			info, E_CONFIG,
			"%s: there is no pane \"%.*s\"; panes are brands, connections, jobs, log, job, triage and all",
			origin, (int)(dot - pane), pane);
	c = command_find(value);
	if (strcmp(value, "none") && (!c || !(c->flags & CMD_CONSOLE)))
		return err_set(info, E_CONFIG, "%s: there is no command \"%s\" for a key to run",
			       origin, value);
	for (const struct config_key *k = config_keys; k->name; k++)
		if (!strcmp(k->name, "bind.PANE.KEY"))
			*out = k;
	return OK;
}

static const struct config_key *plain_key(const char *name)
{
	for (const struct config_key *k = config_keys; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static struct entry *entry_find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->entries[i].name, name))
			return &c->entries[i];
	return NULL;
}

static enum err set_key(void *self, const char *name, const char *value, const char *origin,
			struct err_info *info)
{
	struct config *c = self;
	const struct config_key *k = plain_key(name);
	struct entry *x;
	enum err e = OK;

	if (starts(name, "platform."))
		e = platform_key(name, origin, &k, info);
	else if (starts(name, "bind."))
		e = bind_key(name, value, origin, &k, info);
	else if (!k)
		e = unknown_key(name, origin, info);
	if (!e)
		e = check_value(k, value, origin, info);
	if (e)
		return e;
	x = entry_find(c, name);
	if (!x) {
		c->entries = arena_grow(c->arena, c->entries, c->n, sizeof(*x));
		x = &c->entries[c->n++];
		x->name = arena_strdup(c->arena, name);
	}
	x->value = arena_strdup(c->arena, value);
	return OK;
}

static enum err set_override(struct config *c, const char *text, struct err_info *info)
{
	/* The key that is bound may itself be "=". */
	const char *from = text, *eq;
	char *name, *origin;
	enum err e;

	if (starts(text, "bind.")) {
		const char *dot = strchr(text + strlen("bind."), '.');

		if (dot && dot[1])
			from = dot + 2;
	}
	eq = strchr(from, '=');
	if (!eq)
		return err_set(info, E_USAGE, "-o needs KEY=VALUE, and got \"%s\"", text);
	name = xstrndup(text, (size_t)(eq - text));
	origin = xasprintf("-o %s", name);
	e = set_key(c, name, eq + 1, origin, info);
	xfree(&name);
	xfree(&origin);
	return e;
}

/* ---------------------------------------------------------------- the way in */

enum err config_load(const char *path, const char *const *overrides, size_t n_overrides,
		     struct config **out, struct err_info *info)
{
	struct arena *a = arena_new();
	struct config *c = arena_alloc(a, sizeof(*c));
	char *dir = fs_config_dir(), *standard = fs_join(dir, "masthead.conf");
	struct err_info detail = {0};
	enum err e;

	c->arena = a;
	e = config_file_read(path ? path : standard, set_key, c, &detail);
	if (e == E_NOT_FOUND && !path)
		e = OK;
	for (size_t i = 0; !e && i < n_overrides; i++)
		e = set_override(c, overrides[i], &detail);
	xfree(&dir);
	xfree(&standard);
	if (e) {
		if (info)
			*info = detail;
		arena_free(&a);
		return e;
	}
	*out = c;
	return OK;
}

void config_free(struct config **c)
{
	if (*c) {
		struct arena *a = (*c)->arena;

		*c = NULL;
		arena_free(&a);
	}
}

const char *config_text(const struct config *c, const char *key)
{
	const struct entry *x = entry_find(c, key);
	const struct config_key *k = plain_key(key);

	if (x)
		return x->value;
	return k ? k->standard : NULL;
}

int64_t config_ms(const struct config *c, const char *key)
{
	const char *value = config_text(c, key);
	const struct config_key *k = plain_key(key);
	double seconds = 0;

	INVARIANT(k && value, "a time that the table of keys does not have");
	if (k->choices && in_words(k->choices, value))
		return -1;
	INVARIANT(read_span(value, unit_of(k->type), &seconds), "a time that was not checked");
	return (int64_t)(seconds * 1000 + 0.5);
}

int64_t config_int(const struct config *c, const char *key)
{
	const char *value = config_text(c, key);
	double x = 0;

	INVARIANT(value && read_number(value, &x), "a number that was not checked");
	return (int64_t)x;
}

bool config_bool(const struct config *c, const char *key)
{
	const char *value = config_text(c, key);
	bool yes = false;

	INVARIANT(value && read_bool(value, &yes), "a yes or no that was not checked");
	return yes;
}

const char *config_platform(const void *config, const char *platform, const char *key)
{
	char name[128];

	snprintf(name, sizeof(name), "platform.%s.%s", platform, key);
	return config_text(config, name);
}

void config_bindings(const struct config *c,
		     void (*each)(void *self, const char *pane, const char *key,
				  const char *command),
		     void *self)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *pane = c->entries[i].name + strlen("bind."), *dot;
		char name[32];

		if (!starts(c->entries[i].name, "bind."))
			continue;
		dot = strchr(pane, '.');
		snprintf(name, sizeof(name), "%.*s", (int)(dot - pane), pane);
		each(self, name, dot + 1, c->entries[i].value);
	}
}
