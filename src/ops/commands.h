/* ops/commands.h - the one table of commands: verbs of the command line, keys of the console, the ':' line.
 *
 * It feeds dispatch, --help, the console's '?', completions, and the tests that
 * hold the man pages to it. */
#ifndef MASTHEAD_OPS_COMMANDS_H
#define MASTHEAD_OPS_COMMANDS_H

#include "base/compiler.h"

enum pane {
	PANE_BRANDS = 1,
	PANE_CONNECTIONS = 2,
	PANE_JOBS = 4,
	PANE_LOG = 8,
	PANE_JOB = 16 /* the opened job */,
	PANE_TRIAGE = 32,
	PANE_PREVIEW = 64 /* a post before it is accepted */,
	PANE_TEXT = 128 /* help and the like */,
	PANE_FOUR = 15,
	PANE_LISTS = 47 /* where rows can be searched and marked */,
	PANE_ALL = 255
};
enum command_flags {
	CMD_VERB = 1,       /* on the command line */
	CMD_CONSOLE = 2,    /* in the console: key and ':' */
	CMD_WRITES = 4,     /* refused with --readonly */
	CMD_BULK = 8,       /* JOB... or filters; marks in the console */
	CMD_DANGEROUS = 16, /* the console asks */
	CMD_NEEDS_TENANT = 32,
	CMD_NEEDS_WORKSPACE = 64,
	CMD_NEEDS_VAULT = 128 /* opens or seals logins, whatever its options */
};

/* One option of a verb, for getopt_long, --help, completions and the manual. */
struct command_option {
	char letter;      /* 0: none */
	const char *name; /* "brand" */
	const char *arg;  /* "NAME"; NULL: a switch */
	const char *help; /* msgid */
	/* What its value is: "brand" "connection" "platform" "status" "connection-status" "file" "job" "tenant",
	 * "=a b c": one of these words; NULL: anything. */
	const char *complete;
};
struct command {
	const char *name; /* "publish", "job show", "move-down" */
	unsigned flags;
	unsigned panes;      /* where its keys work */
	const char *keys;    /* default keys, space-separated: "j Down"; NULL: none */
	const char *args;    /* synopsis of operands: "JOB..." */
	const char *summary; /* msgid: one line */
	const struct command_option *options; /* ends with name NULL; NULL: none */
};
extern const struct command commands[]; /* in the order of the manual; ends with name NULL */
extern const struct command_option global_options[];
/* By name; NULL if there is none. A verb and a command of the console may share a name (`open'): command_find prefers the
 * console's, command_verb knows verbs alone. */
const struct command *command_find(const char *name);
const struct command *command_verb(const char *name);

#endif
