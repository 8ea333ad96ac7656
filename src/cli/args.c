/* cli/args.c - two passes of getopt_long over one table.
 *
 * The first pass takes the global options that stand before the verb; then the
 * verb is known (one word or two), and the second pass takes global and own
 * options in any order. Where both have a name (--option of publish), the
 * verb's own wins behind the verb; the short -o stays global. */
#include "cli/args.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Codes for options without a letter: their index above all letters. */
#define CODE_GLOBAL 1000
#define CODE_OWN 2000
#define OPTIONS_MAX 96

struct getopt_table {
	struct option longs[OPTIONS_MAX];
	size_t n;
	char shorts[2 * OPTIONS_MAX + 4];
	size_t n_shorts;
};

static void add_short(struct getopt_table *t, char letter, bool has_arg)
{
	t->shorts[t->n_shorts++] = letter;
	if (has_arg)
		t->shorts[t->n_shorts++] = ':';
	t->shorts[t->n_shorts] = '\0';
}

static bool has_long(const struct getopt_table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->longs[i].name, name))
			return true;
	return false;
}

static bool has_short(const struct getopt_table *t, char letter)
{
	return letter && strchr(t->shorts + 2, letter) != NULL;
}

static void add_options(struct getopt_table *t, const struct command_option *o, int base)
{
	for (int i = 0; o && o[i].name; i++) {
		INVARIANT(t->n + 1 < OPTIONS_MAX, "option table full");
		if (!has_long(t, o[i].name))
			t->longs[t->n++] = (struct option){
				.name = o[i].name,
				.has_arg = o[i].arg ? required_argument : no_argument,
				.val = base + i,
			};
		if (o[i].letter && !has_short(t, o[i].letter))
			add_short(t, o[i].letter, o[i].arg != NULL);
	}
}

static void table_begin(struct getopt_table *t, bool stop_at_operand)
{
	memset(t, 0, sizeof *t);
	/* ':' makes a missing argument tell itself from an unknown option. */
	t->shorts[0] = stop_at_operand ? '+' : ':';
	t->shorts[1] = stop_at_operand ? ':' : ':';
	t->n_shorts = 2;
}

static const struct command_option *by_code(const struct command *c, int code)
{
	if (code >= CODE_OWN)
		return &c->options[code - CODE_OWN];
	if (code >= CODE_GLOBAL)
		return &global_options[code - CODE_GLOBAL];
	for (const struct command_option *o = c ? c->options : NULL; o && o->name; o++)
		if (o->letter == code)
			return o;
	for (const struct command_option *o = global_options; o->name; o++)
		if (o->letter == code)
			return o;
	return NULL;
}

static bool is_global(const struct command_option *o)
{
	for (const struct command_option *g = global_options; g->name; g++)
		if (g == o)
			return true;
	return false;
}

/* Asked before anything is opened: a number that nobody passed must not turn into one of our own files. */
static enum err descriptor_of(const char *s, int *fd, struct err_info *info)
{
	char *end;
	errno = 0;
	long n = strtol(s, &end, 10);
	if (errno || end == s || *end || n < 0 || n > 1 << 20)
		return err_set(info, E_USAGE, "`%s' is not a file descriptor's number", s);
	if (fcntl((int)n, F_GETFD) < 0)
		return err_set(info, E_USAGE, "the file descriptor %s is not open", s);
	*fd = (int)n;
	return OK;
}

static bool is_descriptor(const struct command_option *o)
{
	size_t n = strlen(o->name);
	return n > 3 && !strcmp(o->name + n - 3, "-fd");
}

static enum err take_global(struct args *a, const struct command_option *o, const char *value,
			    struct err_info *info)
{
	const char *n = o->name;

	if (!strcmp(n, "workspace"))
		a->app.workspace = value;
	else if (!strcmp(n, "config"))
		a->app.config = value;
	else if (!strcmp(n, "option")) {
		a->overrides = arena_grow(a->arena, a->overrides, a->app.n_overrides,
					  sizeof *a->overrides);
		a->overrides[a->app.n_overrides++] = value;
		a->app.overrides = a->overrides;
	} else if (!strcmp(n, "tenant"))
		a->app.tenant = value;
	else if (!strcmp(n, "operator"))
		a->app.operator_name = value;
	else if (!strcmp(n, "passphrase-fd")) {
		a->app.passphrase_fd = &a->passphrase_fd;
		return descriptor_of(value, &a->passphrase_fd, info);
	} else if (!strcmp(n, "json"))
		a->json = true;
	else if (!strcmp(n, "readonly"))
		a->app.readonly = true;
	else if (!strcmp(n, "color")) {
		if (strcmp(value, "auto") && strcmp(value, "always") && strcmp(value, "never"))
			return err_set(info, E_USAGE,
				       "--color takes auto, always or never, not `%s'", value);
		a->color = value;
	} else if (!strcmp(n, "ascii"))
		a->ascii = true;
	else if (!strcmp(n, "quiet"))
		a->quiet = true;
	else if (!strcmp(n, "verbose"))
		a->verbose = true;
	else if (!strcmp(n, "log-file"))
		a->log_file = value;
	else if (!strcmp(n, "help"))
		a->help = true;
	else if (!strcmp(n, "version"))
		a->version = true;
	return OK;
}

static enum err take(struct args *a, const struct command_option *o, const char *value,
		     struct err_info *info)
{
	int fd;

	if (is_global(o))
		return take_global(a, o, value, info);
	if (is_descriptor(o) && descriptor_of(value, &fd, info))
		return E_USAGE;
	a->items = arena_grow(a->arena, a->items, a->n_items, sizeof *a->items);
	a->items[a->n_items++] = (struct arg){o, value};
	return OK;
}

static enum err scan(int argc, char **argv, const struct getopt_table *t, struct args *a,
		     struct err_info *info)
{
	int code;

	opterr = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, t->shorts, t->longs, NULL)) != -1) {
		const struct command_option *o;

		if (code == ':')
			return err_set(info, E_USAGE, "option `%s' needs a value",
				       argv[optind - 1]);
		if (code == '?') {
			if (optopt && optopt < CODE_GLOBAL)
				return err_set(info, E_USAGE, "unknown option `-%c'", optopt);
			if (optopt)
				return err_set(info, E_USAGE, "option `%s' takes no value",
					       argv[optind - 1]);
			return err_set(info, E_USAGE, "unknown option `%s'", argv[optind - 1]);
		}
		o = by_code(a->command, code);
		INVARIANT(o, "an option that no table has");
		enum err e = take(a, o, optarg, info);
		if (e)
			return e;
	}
	return OK;
}

/* Is there a two-word verb that begins so? */
static bool is_family(const char *word)
{
	size_t n = strlen(word);
	for (const struct command *c = commands; c->name; c++)
		if (!strncmp(c->name, word, n) && c->name[n] == ' ')
			return true;
	return false;
}

/* Sets command and *used (words). */
static enum err find_verb(struct args *a, int argc, char **argv, int *used, struct err_info *info)
{
	const char *first = argv[0];

	*used = 0;
	if (argc > 1) {
		char *two = arena_printf(a->arena, "%s %s", first, argv[1]);
		if ((a->command = command_verb(two))) {
			*used = 2;
			return OK;
		}
	}
	if ((a->command = command_verb(first))) {
		*used = 1;
		return OK;
	}
	a->help_topic = first;
	if (is_family(first)) {
		for (int i = 1; i < argc; i++)
			if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
				a->help = true;
				*used = argc;
				return OK;
			}
		if (argc > 1 && argv[1][0] != '-')
			return err_set(info, E_USAGE,
				       "there is no `%s %s'; see `masthead %s --help'", first,
				       argv[1], first);
		return err_set(info, E_USAGE, "`%s' needs a second word; see `masthead %s --help'",
			       first, first);
	}
	if (!strcmp(first, "help")) {
		a->help = true;
		if (argc > 1 && strcmp(argv[1], "help"))
			return find_verb(a, argc - 1, argv + 1, used, info);
		a->help_topic = NULL;
		*used = argc;
		return OK;
	}
	return err_set(info, E_USAGE, "there is no command `%s'; see `masthead --help'", first);
}

enum err args_parse(int argc, char **argv, struct args *out, struct err_info *info)
{
	struct getopt_table t;
	int used = 0, rest;
	enum err e;

	memset(out, 0, sizeof *out);
	out->arena = arena_new();
	out->passphrase_fd = -1;
	out->color = "auto";
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json"))
			out->json = true;

	table_begin(&t, true);
	add_options(&t, global_options, CODE_GLOBAL);
	if ((e = scan(argc, argv, &t, out, info)))
		return e;
	rest = optind;
	if (rest >= argc)
		return OK;
	if ((e = find_verb(out, argc - rest, argv + rest, &used, info)))
		return e;
	if (!out->command)
		return OK;

	/* getopt wants a program's name in front; the verb's last word serves. */
	argv += rest + used - 1;
	argc -= rest + used - 1;
	table_begin(&t, false);
	add_options(&t, out->command->options, CODE_OWN);
	add_options(&t, global_options, CODE_GLOBAL);
	if ((e = scan(argc, argv, &t, out, info)))
		return e;
	out->operands = argv + optind;
	out->n_operands = (size_t)(argc - optind);
	return OK;
}

void args_free(struct args *a)
{
	arena_free(&a->arena);
	memset(a, 0, sizeof *a);
}

bool arg_set(const struct args *a, const char *name)
{
	for (size_t i = 0; i < a->n_items; i++)
		if (!strcmp(a->items[i].option->name, name))
			return true;
	return false;
}

const char *arg_value(const struct args *a, const char *name)
{
	const char *v = NULL;
	for (size_t i = 0; i < a->n_items; i++)
		if (!strcmp(a->items[i].option->name, name))
			v = a->items[i].value;
	return v;
}

size_t arg_values(const struct args *a, const char *name, bool split, const char *const **out)
{
	const char **v = NULL;
	size_t n = 0;

	for (size_t i = 0; i < a->n_items; i++) {
		const char *s = a->items[i].value;

		if (strcmp(a->items[i].option->name, name))
			continue;
		while (s) {
			const char *comma = split ? strchr(s, ',') : NULL;
			v = arena_grow(a->arena, v, n, sizeof *v);
			v[n++] = comma ? arena_strndup(a->arena, s, (size_t)(comma - s)) : s;
			s = comma ? comma + 1 : NULL;
		}
	}
	*out = v;
	return n;
}

enum err arg_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
		 struct err_info *info)
{
	const char *s = arg_value(a, name);
	char *end;
	long long n;

	if (!s)
		return OK;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || end == s || *end || n < min || n > max)
		return err_set(info, E_USAGE,
			       "--%s takes a whole number from %lld to %lld, not `%s'", name,
			       (long long)min, (long long)max, s);
	*out = n;
	return OK;
}

enum err arg_seconds(const struct args *a, const char *name, int64_t *ms, struct err_info *info)
{
	const char *s = arg_value(a, name);
	char *end;
	double n;

	if (!s)
		return OK;
	errno = 0;
	n = strtod(s, &end);
	if (errno || end == s || *end || !(n >= 0 && n <= 1e7))
		return err_set(info, E_USAGE, "--%s takes seconds, not `%s'", name, s);
	*ms = (int64_t)llround(n * 1000);
	return OK;
}

enum err args_expect(const struct args *a, size_t least, size_t most, struct err_info *info)
{
	const char *syn = a->command->args ? a->command->args : "";

	if (a->n_operands < least)
		return err_set(info, E_USAGE, "too few operands: masthead %s %s", a->command->name,
			       syn);
	if (a->n_operands > most)
		return err_set(info, E_USAGE, "one operand too many, `%s': masthead %s %s",
			       a->operands[most], a->command->name, syn);
	return OK;
}

enum err args_job_number(const char *s, int64_t *id, struct err_info *info)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || end == s || *end || n < 1)
		return err_set(info, E_USAGE, "`%s' is not a job's number", s);
	*id = n;
	return OK;
}
