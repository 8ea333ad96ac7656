/* cli/args.h - argv -> command, options, operands, by the command table. */
#ifndef MASTHEAD_CLI_ARGS_H
#define MASTHEAD_CLI_ARGS_H

#include "ops/ops.h"

struct arg {
	const struct command_option *option;
	const char *value; /* NULL for a switch */
};

struct args {
	const struct command *command; /* NULL: none named, the console */
	/* Global options. */
	struct app_options app;
	const char *log_file;
	const char *color;
	bool json, quiet, verbose, ascii, help, version;
	int passphrase_fd; /* -1: none */
	const char **overrides;
	/* The command's own options, in the order given: --media and --alt depend on it. */
	struct arg *items;
	size_t n_items;
	char **operands;
	size_t n_operands;
	const char *help_topic; /* the words of an unfinished command ("job"), for help */
	struct arena *arena;
};

/* E_USAGE names what was not understood. json is found first, so that an error can be told as JSON. */
enum err args_parse(int argc, char **argv, struct args *out, struct err_info *info) MUST_USE;
void args_free(struct args *a);

bool arg_set(const struct args *a, const char *name);
/* The last value given; NULL if none. */
const char *arg_value(const struct args *a, const char *name);
/* All values given, those with commas cut apart when split. Borrowed from a. */
size_t arg_values(const struct args *a, const char *name, bool split, const char *const **out);
/* E_USAGE unless a whole number in [min, max]. Absent: *out is left as it is. */
enum err arg_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
		 struct err_info *info) MUST_USE;
/* Seconds with fractions -> ms. */
enum err arg_seconds(const struct args *a, const char *name, int64_t *ms,
		     struct err_info *info) MUST_USE;
/* Exactly n operands, or E_USAGE that shows the synopsis. */
enum err args_expect(const struct args *a, size_t least, size_t most,
		     struct err_info *info) MUST_USE;
/* A job's number. E_USAGE when it is no number. */
enum err args_job_number(const char *s, int64_t *id, struct err_info *info) MUST_USE;

#endif
