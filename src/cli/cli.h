/* cli/cli.h - the command line: verbs, tables, JSON.
 *
 * Layer: cli; uses base and ops. What it may not include (console, sandbox)
 * main hands to it as a table of functions. Thread: main. */
#ifndef MASTHEAD_CLI_CLI_H
#define MASTHEAD_CLI_CLI_H

#include "ops/ops.h"

struct console_options {
	bool readonly, ascii, no_color;
	const char *banner; /* a line that says what this workspace is (demo); NULL */
};

struct sandbox_request {
	const char *listen; /* "127.0.0.1:0" */
	const char *ledger; /* NULL: a temporary file */
	const char *faults; /* NULL: none */
	const char *state;  /* NULL: none */
	int64_t accounts, visibility_lag_ms, seed;
};

struct cli_wiring {
	/* The console on an opened workspace; returns the exit status. */
	int (*console)(struct app *a, const struct console_options *o);
	/* The sandbox in this process; *sandbox is opaque here. */
	enum err (*sandbox_start)(const struct sandbox_request *r, void **sandbox,
				  struct err_info *info);
	struct json *(*sandbox_describe)(void *sandbox); /* the line that `sandbox --json` prints */
	void (*sandbox_stop)(void **sandbox);
};

/* Parses, does, prints; the process's exit status. */
int cli_main(int argc, char **argv, const struct cli_wiring *w);

#endif
