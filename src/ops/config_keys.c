/* ops/config_keys.c - the table of configuration keys: the one place that knows them.
 *
 * File, -o, the manual's test and the console's :set all read it. A name with upper-case
 * parts is a pattern: NAME is a platform, PANE a pane, KEY a key as the table of commands writes it. */
#include "base/i18n.h"
#include "ops/config.h"

const struct config_key config_keys[] = {
	{"tenant", CONFIG_TEXT, NULL, 0, 0, NULL, N_("tenant to work in when none is named")},
	{"timezone", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("time zone of new brands and of times without a brand (default: the machine's)")},
	{"key.file", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("file of the master key (default: keys/UUID.key beside the configuration)")},
	{"http.timeout", CONFIG_SECONDS, "30", 0.05, 3600, NULL,
	 N_("longest wait for a whole answer")},
	{"http.connect_timeout", CONFIG_SECONDS, "10", 0.05, 3600, NULL,
	 N_("longest wait for a connection")},
	{"http.ca_file", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("file of trusted certificates (default: the system's)")},
	{"retry.base", CONFIG_SECONDS, "1", 0.001, 3600, NULL,
	 N_("wait before the first retry; doubles each time")},
	{"retry.cap", CONFIG_SECONDS, "30", 0.001, 86400, NULL, N_("longest wait before a retry")},
	{"retry.max", CONFIG_INT, "3", 0, 100, NULL, N_("retries after the first try")},
	{"settle.lag", CONFIG_SECONDS, "1", 0, 3600, NULL,
	 N_("how late a platform may show a new post, where its own table does not say")},
	{"undo", CONFIG_SECONDS, "10", 0, 3600, NULL,
	 N_("console: how long a new job waits so that it can be undone")},
	{"catchup", CONFIG_MINUTES, "60", 0, 525600, "hold",
	 N_("publish what was missed if late by at most this many minutes; `hold' holds all")},
	{"publisher.in_flight", CONFIG_INT, "32", 1, 1024, NULL,
	 N_("most attempts at the same time")},
	{"shutdown.limit", CONFIG_SECONDS, "30", 0, 3600, NULL,
	 N_("longest wait for what is in flight at the end")},
	{"duplicate.window", CONFIG_DURATION, "24h", 0, 31536000, NULL,
	 N_("how long the same post to the same account counts as a duplicate; 0: never")},
	{"platform.NAME.api_base", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("another address of a platform's API")},
	{"platform.NAME.version", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("another version of a platform's API")},
	{"theme", CONFIG_CHOICE, "default", 0, 0, "default basic mono contrast light",
	 N_("colours of the console")},
	{"ascii", CONFIG_BOOL, "no", 0, 0, NULL, N_("draw with ASCII only")},
	{"mouse", CONFIG_BOOL, "no", 0, 0, NULL, N_("console: take the mouse")},
	{"color", CONFIG_CHOICE, "auto", 0, 0, "auto always never", N_("when to use colour")},
	{"editor", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("editor of post files (default: $VISUAL, else $EDITOR, else vi)")},
	{"bind.PANE.KEY", CONFIG_TEXT, NULL, 0, 0, NULL,
	 N_("command that a key runs in a pane (brands connections jobs log job triage all); `none' frees the key")},
	{NULL, CONFIG_TEXT, NULL, 0, 0, NULL, NULL}};
