/* ops/commands.c - the command table.
 *
 * One row a command. Options stand beside their verb; those that several verbs share
 * are written once, as macros that expand to rows, so that a filter means the same
 * everywhere. Texts are msgids: ui and cli translate them. */
#include "ops/commands.h"

#include <string.h>

#include "base/i18n.h"

#define END \
	{ \
		0, NULL, NULL, NULL, NULL \
	}

#define FILTER_OPTIONS \
	{'b', "brand", "BRAND", N_("only of this brand"), "brand"}, \
		{'p', "platform", "PLATFORM,...", N_("only on these platforms"), "platform"}, \
		{'s', "status", "STATUS,...", N_("only in these states"), "status"}, \
		{0, "since", "TIME", N_("scheduled at or after TIME"), NULL}, \
		{0, "until", "TIME", N_("scheduled before TIME"), NULL}, \
	{ \
		0, "search", "TEXT", N_("text contains TEXT"), NULL \
	}

#define PAGE_OPTIONS \
	{0, "limit", "N", N_("at most N rows (default 50)"), NULL}, \
	{ \
		0, "after", "CURSOR", N_("the page after CURSOR (the `next' of the page before)"), \
			NULL \
	}

#define BULK_OPTIONS \
	FILTER_OPTIONS, {0, "dry-run", NULL, N_("say what would be done, change nothing"), NULL}, \
	{ \
		'y', "yes", NULL, N_("do not ask"), NULL \
	}

#define LOG_OPTIONS \
	{'b', "brand", "BRAND", N_("only of this brand"), "brand"}, \
		{'p', "platform", "PLATFORM", N_("only of this platform"), "platform"}, \
		{'C', "connection", "CONN", N_("only of this connection"), "connection"}, \
		{'j', "job", "JOB", N_("only of this job"), "job"}, \
		{0, "action", "ACTION", N_("only this action; `job.' takes all that begin so"), \
		 NULL}, \
		{0, "actor", "NAME", N_("only by this operator"), NULL}, \
		{0, "since", "TIME", N_("at or after TIME"), NULL}, \
		{0, "until", "TIME", N_("before TIME"), NULL}, \
	{ \
		0, "search", "TEXT", N_("message contains TEXT"), NULL \
	}

#define POST_OPTIONS \
	{0, "at", "TIME", N_("when it goes out (default: now)"), NULL}, \
		{'m', "media", "FILE", N_("attach FILE (repeatable)"), "file"}, \
		{0, "alt", "TEXT", N_("describe the media before it"), NULL}, \
		{0, "link", "URL", N_("the link that the post is about"), NULL}, \
		{'t', "title", "TEXT", N_("title, where the platform has one"), NULL}, \
		{'l', "language", "LANG", N_("language of the text (BCP 47)"), NULL}, \
		{0, "visibility", "V", N_("who may see it, where the platform lets one choose"), \
		 NULL}, \
		{0, "option", "PLATFORM.KEY=VALUE", \
		 N_("what only one platform knows (repeatable)"), NULL}, \
		{0, "variant", "PLATFORM=FILE", N_("another text for one platform (repeatable)"), \
		 NULL}, \
		{0, "variant-media", "PLATFORM=FILE", \
		 N_("other media for one platform (repeatable)"), NULL}, \
		{'f', "file", "FILE", N_("read the post from FILE (- is standard input)"), \
		 "file"}, \
	{ \
		0, "priority", "N", N_("higher goes first among what is due (default 0)"), NULL \
	}

const struct command_option global_options[] = {
	{'w', "workspace", "DIR", N_("the workspace's directory"), "file"},
	{'c', "config", "FILE", N_("the configuration file"), "file"},
	{'o', "option", "KEY=VALUE", N_("one configuration key for this run (repeatable)"), NULL},
	{'T', "tenant", "NAME", N_("the tenant to work in"), "tenant"},
	{0, "operator", "NAME", N_("who is at the keys, for the log"), NULL},
	{0, "passphrase-fd", "N", N_("read the vault's passphrase from descriptor N"), NULL},
	{0, "json", NULL, N_("answer as JSON"), NULL},
	{0, "readonly", NULL, N_("change nothing"), NULL},
	{0, "color", "WHEN", N_("auto, always or never"), "=auto always never"},
	{0, "ascii", NULL, N_("draw with ASCII only"), NULL},
	{'q', "quiet", NULL, N_("say only what was asked for and what went wrong"), NULL},
	{'v', "verbose", NULL, N_("say more"), NULL},
	{0, "log-file", "FILE", N_("write diagnostics to FILE"), "file"},
	{'h', "help", NULL, N_("show this help"), NULL},
	{'V', "version", NULL, N_("show the version"), NULL},
	END};

static const struct command_option init_options[] = {
	{0, "key-file", "FILE", N_("keep the master key in FILE"), "file"},
	{0, "key-command", "COMMAND", N_("lock the master key with what COMMAND prints"), NULL},
	{0, "credential", "NAME", N_("lock the master key with the systemd credential NAME"), NULL},
	{0, "secret-service", NULL, N_("keep the master key in the desktop's secret service"),
	 NULL},
	END};
static const struct command_option brand_add_options[] = {
	{'z', "timezone", "ZONE", N_("IANA time zone, e.g. Europe/Berlin"), NULL},
	{0, "catch-up", "MIN|hold",
	 N_("publish what was missed if late by at most MIN minutes, else hold it"), "=hold"},
	{0, "color", "COLOR", N_("colour of the brand in the console"), NULL},
	END};
static const struct command_option brand_edit_options[] = {
	{'n', "name", "NAME", N_("new name"), NULL},
	{'z', "timezone", "ZONE", N_("IANA time zone, e.g. Europe/Berlin"), NULL},
	{0, "catch-up", "MIN|hold",
	 N_("publish what was missed if late by at most MIN minutes, else hold it"), "=hold"},
	{0, "color", "COLOR", N_("colour of the brand in the console"), NULL},
	END};
static const struct command_option page_options[] = {PAGE_OPTIONS, END};
static const struct command_option connect_options[] = {
	{0, "server", "URL", N_("the account's server"), NULL},
	{0, "handle", "H", N_("the account's handle or e-mail address"), NULL},
	{0, "account", "ID", N_("which account, page or location, where the login has several"),
	 NULL},
	{0, "secret-fd", "N", N_("read the app password from descriptor N"), NULL},
	{0, "token-fd", "N", N_("read the access token from descriptor N"), NULL},
	{0, "client-id", "ID", N_("the OAuth client's id"), NULL},
	{0, "client-secret-fd", "N", N_("read the OAuth client's secret from descriptor N"), NULL},
	{0, "redirect-uri", "U", N_("the redirect URI registered for the client"), NULL},
	{0, "paste", NULL, N_("take the callback URL from standard input"), NULL},
	{0, "no-browser", NULL, N_("print the URL, open nothing"), NULL},
	{0, "qr", NULL, N_("print the URL as a QR code too"), NULL},
	{0, "timeout", "S", N_("give up after S seconds"), NULL},
	END};
static const struct command_option connections_options[] = {
	{'s', "status", "STATUS", N_("only in this state"), "connection-status"},
	PAGE_OPTIONS,
	END};
static const struct command_option verify_options[] = {
	{'a', "all", NULL, N_("all connections"), NULL}, END};
static const struct command_option disconnect_options[] = {
	{0, "keep-remote", NULL, N_("do not revoke at the platform"), NULL}, END};
static const struct command_option publish_options[] = {
	{'b', "brand", "BRAND", N_("the brand that speaks"), "brand"},
	{'p', "platform", "PLATFORM,...", N_("only to these platforms"), "platform"},
	{'C', "connection", "CONN,...", N_("only to these connections"), "connection"},
	POST_OPTIONS,
	{0, "draft", NULL, N_("store it as a draft"), NULL},
	{'n', "dry-run", NULL, N_("check, show the requests, store and send nothing"), NULL},
	{0, "allow-duplicate", NULL, N_("even if the same post went to the same place"), NULL},
	{0, "scale", NULL, N_("put a smaller copy in the place of a picture that is too large"),
	 NULL},
	{0, "wait", NULL, N_("publish now and wait for the outcome"), NULL},
	{0, "timeout", "S", N_("with --wait: at most S seconds"), NULL},
	END};
static const struct command_option edit_options[] = {
	{'b', "brand", "BRAND", N_("the brand that it must be of"), "brand"},
	{'p', "platform", "PLATFORM,...", N_("the platforms that it must go to"), "platform"},
	{'C', "connection", "CONN,...", N_("the connections that it must go to"), "connection"},
	POST_OPTIONS,
	{0, "scale", NULL, N_("put a smaller copy in the place of a picture that is too large"),
	 NULL},
	{'n', "dry-run", NULL, N_("check, show the requests, store and send nothing"), NULL},
	END};
static const struct command_option jobs_options[] = {
	FILTER_OPTIONS,
	PAGE_OPTIONS,
	{0, "offset", "N", N_("skip N rows (slow far from the start; prefer --after)"), NULL},
	{0, "sort", "FIELD",
	 N_("id, when, status, brand, platform, updated or priority; `-FIELD' reverses"),
	 "=id when status brand platform updated priority"},
	END};
static const struct command_option bulk_options[] = {BULK_OPTIONS, END};
static const struct command_option reschedule_options[] = {
	{0, "at", "TIME", N_("the new time"), NULL}, BULK_OPTIONS, END};
static const struct command_option resolve_options[] = {
	{0, "published", NULL, N_("it is there"), NULL},
	{'u', "url", "U", N_("with --published: where"), NULL},
	{0, "absent", NULL, N_("it is not there: publish it again"), NULL},
	END};
static const struct command_option pause_options[] = {
	{'b', "brand", "BRAND", N_("this brand"), "brand"},
	{'p', "platform", "PLATFORM", N_("this platform"), "platform"},
	{'C', "connection", "CONN", N_("this connection"), "connection"},
	{'a', "all", NULL, N_("everything of the tenant"), NULL},
	END};
static const struct command_option log_options[] = {
	LOG_OPTIONS, {'F', "follow", NULL, N_("go on as entries come"), NULL}, PAGE_OPTIONS, END};
static const struct command_option log_export_options[] = {
	{0, "format", "jsonl|csv", N_("as JSON lines (default) or CSV"), "=jsonl csv"},
	{'o', "output", "FILE", N_("write to FILE instead of standard output"), "file"},
	LOG_OPTIONS,
	END};
static const struct command_option sync_log_options[] = {
	{'b', "brand", "BRAND", N_("only of this brand"), "brand"},
	{'p', "platform", "PLATFORM", N_("only of this platform"), "platform"},
	{'C', "connection", "CONN", N_("only of this connection"), "connection"},
	{0, "op", "OP", N_("only login, refresh, verify, settle, takedown, facts or revoke"),
	 "=login refresh verify settle takedown facts revoke"},
	{0, "failed", NULL, N_("only those that failed"), NULL},
	{0, "since", "TIME", N_("at or after TIME"), NULL},
	{0, "until", "TIME", N_("before TIME"), NULL},
	PAGE_OPTIONS,
	END};
static const struct command_option recover_options[] = {
	{'n', "dry-run", NULL, N_("say what would be done, change nothing"), NULL}, END};
static const struct command_option check_options[] = {
	{0, "remote", NULL, N_("compare with the platforms too"), NULL},
	{0, "repair", NULL, N_("mend what can be mended"), NULL},
	END};
static const struct command_option rekey_options[] = {
	{0, "discard", NULL, N_("the key is lost: give up all logins and begin with a new one"),
	 NULL},
	END};
static const struct command_option media_secret_options[] = {
	{0, "secret-fd", "N", N_("read the secret from descriptor N"), NULL},
	{0, "forget", NULL, N_("forget the stored secret"), NULL},
	END};
static const struct command_option passwd_options[] = {
	{0, "new-passphrase-fd", "N", N_("read the new passphrase from descriptor N"), NULL},
	{0, "key-file", "FILE", N_("keep the master key in FILE"), "file"},
	{0, "key-command", "COMMAND", N_("lock the master key with what COMMAND prints"), NULL},
	{0, "credential", "NAME", N_("lock the master key with the systemd credential NAME"), NULL},
	{0, "secret-service", NULL, N_("keep the master key in the desktop's secret service"),
	 NULL},
	END};
static const struct command_option run_options[] = {
	{0, "until-idle", NULL, N_("also wait for retries and settling"), NULL},
	{0, "timeout", "S", N_("at most S seconds"), NULL},
	END};
static const struct command_option import_options[] = {
	{0, "format", "jsonl|csv", N_("what FILE is (default: by its ending, else JSON lines)"),
	 "=jsonl csv"},
	{'n', "dry-run", NULL, N_("check all rows, store nothing"), NULL},
	{0, "skip-invalid", NULL, N_("leave out the rows that are wrong, import the others"), NULL},
	END};
static const struct command_option export_options[] = {
	{0, "format", "jsonl|csv", N_("as JSON lines (default) or CSV"), "=jsonl csv"},
	{'o', "output", "FILE", N_("write to FILE instead of standard output"), "file"},
	FILTER_OPTIONS,
	END};
static const struct command_option restore_options[] = {{'y', "yes", NULL, N_("do not ask"), NULL},
							END};
static const struct command_option sandbox_options[] = {
	{0, "listen", "ADDRESS:PORT", N_("where to listen (default 127.0.0.1:0)"), NULL},
	{0, "ledger", "FILE", N_("write each accepted post to FILE"), "file"},
	{0, "accounts", "N", N_("accounts for each platform (default 2)"), NULL},
	{0, "visibility-lag", "MS", N_("hide new posts from reads for MS milliseconds"), NULL},
	{0, "seed", "N", N_("seed of all that is random"), NULL},
	{0, "faults", "SPEC", N_("faults to inject"), NULL},
	{0, "state", "FILE", N_("keep accounts, tokens and posts in FILE"), "file"},
	END};
static const struct command_option demo_options[] = {
	{0, "keep", NULL, N_("keep the workspace"), NULL},
	{0, "faults", "SPEC", N_("more faults, before the demo's own"), NULL},
	END};

#define VERB (CMD_VERB | CMD_NEEDS_WORKSPACE)
#define VERB_T (VERB | CMD_NEEDS_TENANT)
#define WRITE CMD_WRITES
#define VAULT CMD_NEEDS_VAULT
#define CON CMD_CONSOLE
#define IN(panes, name, keys, text) \
	{ \
		name, CON, panes, keys, NULL, text, NULL \
	}
#define MOVE(name, keys, text) IN(PANE_ALL, name, keys, text)
#define LIST(name, keys, text) IN(PANE_LISTS, name, keys, text)

const struct command commands[] = {
	/* Setting up */
	{"init", CMD_VERB | WRITE, 0, NULL, NULL, N_("make a workspace"), init_options},
	{"tenant add", VERB | WRITE, 0, NULL, "NAME", N_("add a tenant"), NULL},
	{"tenant list", VERB, 0, NULL, NULL, N_("list the tenants"), page_options},
	{"tenant show", VERB, 0, NULL, "TENANT", N_("show a tenant"), NULL},
	{"tenant rename", VERB | WRITE, 0, NULL, "TENANT NAME", N_("rename a tenant"), NULL},
	{"tenant archive", VERB | WRITE, 0, NULL, "TENANT", N_("put a tenant away"), NULL},
	{"brand add", VERB_T | WRITE | CON, PANE_BRANDS, "b", "NAME", N_("add a brand"),
	 brand_add_options},
	{"brand list", VERB_T, 0, NULL, NULL, N_("list the brands"), page_options},
	{"brand show", VERB_T, 0, NULL, "BRAND", N_("show a brand"), NULL},
	{"brand edit", VERB_T | WRITE | CON, PANE_BRANDS, "e", "BRAND", N_("change a brand"),
	 brand_edit_options},
	{"brand archive", VERB_T | WRITE, 0, NULL, "BRAND", N_("put a brand away"), NULL},

	/* Accounts */
	{"platforms", CMD_VERB, 0, NULL, "[PLATFORM]", N_("show what the platforms can do"), NULL},
	{"connect", VERB_T | VAULT | WRITE | CON, PANE_LISTS, "c", "BRAND PLATFORM",
	 N_("log an account in"), connect_options},
	{"connections", VERB_T, 0, NULL, "[BRAND]", N_("list the connections"),
	 connections_options},
	{"connection show", VERB_T, 0, NULL, "CONN", N_("show a connection"), NULL},
	{"disconnect", VERB_T | VAULT | WRITE | CON | CMD_DANGEROUS, PANE_CONNECTIONS, "D", "CONN",
	 N_("log an account out and destroy its tokens"), disconnect_options},
	{"refresh", VERB_T | VAULT | WRITE | CON, PANE_CONNECTIONS | PANE_TRIAGE, "f", "CONN",
	 N_("renew a login"), NULL},
	{"verify", VERB_T | VAULT | WRITE | CON, PANE_CONNECTIONS | PANE_TRIAGE, "v", "CONN...",
	 N_("ask the platform whether a login works"), verify_options},

	/* Posts and jobs */
	{"publish", VERB_T | WRITE | CON, PANE_LISTS | PANE_JOB, "n", "[TEXT]",
	 N_("publish a post, now or later"), publish_options},
	{"edit", VERB_T | WRITE | CON, PANE_JOBS | PANE_JOB, "e", "JOB [TEXT]",
	 N_("change a post before it is claimed"), edit_options},
	{"takedown", VERB_T | VAULT | WRITE | CON | CMD_DANGEROUS, PANE_JOBS | PANE_JOB, "T", "JOB",
	 N_("delete a published post at the platform"), NULL},
	{"jobs", VERB_T, 0, NULL, NULL, N_("list the jobs"), jobs_options},
	{"job show", VERB_T, 0, NULL, "JOB", N_("show a job with its attempts"), NULL},
	{"job why", VERB_T, 0, NULL, "JOB", N_("say why a job has not run yet"), NULL},
	{"open", VERB_T, 0, NULL, "JOB", N_("open a published post in the browser"), NULL},
	{"retry", VERB_T | WRITE | CON | CMD_BULK, PANE_JOBS | PANE_JOB | PANE_TRIAGE, "r",
	 "JOB...", N_("try failed or held jobs again"), bulk_options},
	{"cancel", VERB_T | WRITE | CON | CMD_BULK | CMD_DANGEROUS,
	 PANE_JOBS | PANE_JOB | PANE_TRIAGE, "x", "JOB...",
	 N_("cancel jobs that have not gone out"), bulk_options},
	{"hold", VERB_T | WRITE | CON | CMD_BULK, PANE_JOBS | PANE_JOB, "h", "JOB...",
	 N_("keep jobs back"), bulk_options},
	{"release", VERB_T | WRITE | CON | CMD_BULK, PANE_JOBS | PANE_JOB | PANE_TRIAGE, "R",
	 "JOB...", N_("let held jobs and drafts go"), bulk_options},
	{"reschedule", VERB_T | WRITE | CON | CMD_BULK, PANE_JOBS | PANE_JOB | PANE_TRIAGE, "s",
	 "JOB...", N_("give jobs another time"), reschedule_options},
	{"resolve", VERB_T | WRITE | CON, PANE_JOBS | PANE_JOB | PANE_TRIAGE, "a", "JOB",
	 N_("say what became of an unknown job"), resolve_options},
	{"pause", VERB_T | WRITE | CON, PANE_FOUR, "p", NULL,
	 N_("stop publishing of a brand, platform or connection"), pause_options},
	{"resume", VERB_T | WRITE | CON, PANE_FOUR, "P", NULL, N_("let publishing go on"),
	 pause_options},
	{"undo", VERB_T | WRITE | CON, PANE_ALL, "u", NULL,
	 N_("take back what still waits in the undo window"), NULL},

	/* Looking after it */
	{"log", VERB_T, 0, NULL, NULL, N_("show the log"), log_options},
	{"log verify", VERB, 0, NULL, NULL, N_("prove that the log's chain is unbroken"), NULL},
	{"log export", VERB_T, 0, NULL, NULL, N_("write the log out, oldest entry first"),
	 log_export_options},
	{"sync-log", VERB_T, 0, NULL, NULL,
	 N_("show the exchanges with platforms that were no publishing"), sync_log_options},
	{"recover", VERB | WRITE, 0, NULL, NULL, N_("sort out what an ended publisher left"),
	 recover_options},
	{"check", VERB, 0, NULL, NULL, N_("prove database, log, counters and jobs"), check_options},
	{"run", VERB | VAULT | WRITE, 0, NULL, NULL, N_("publish all that is due"), run_options},
	{"daemon", VERB | VAULT | WRITE, 0, NULL, NULL, N_("publish without a screen"), NULL},
	{"status", VERB, 0, NULL, NULL, N_("say whether all is well"), NULL},
	{"metrics", VERB, 0, NULL, NULL, N_("print figures for a monitoring system"), NULL},
	{"import", VERB_T | WRITE, 0, NULL, "FILE", N_("take posts from a file"), import_options},
	{"export", VERB_T, 0, NULL, NULL, N_("write jobs and their posts out"), export_options},
	{"backup", VERB | WRITE, 0, NULL, "FILE",
	 N_("put the workspace into one file, without the keys"), NULL},
	{"restore", CMD_VERB | WRITE, 0, NULL, "FILE", N_("make a workspace from a backup"),
	 restore_options},
	{"vault status", VERB, 0, NULL, NULL, N_("say what unlocks the stored logins"), NULL},
	{"vault rekey", VERB | WRITE, 0, NULL, NULL, N_("make a new master key"), rekey_options},
	{"vault passwd", VERB | WRITE, 0, NULL, NULL,
	 N_("change the passphrase, or where the master key comes from"), passwd_options},
	{"media-host show", VERB_T, 0, NULL, NULL,
	 N_("say where files are put for platforms that fetch them"), NULL},
	{"media-host secret", VERB_T | VAULT | WRITE, 0, NULL, NULL,
	 N_("store the media host's secret"), media_secret_options},
	{"media-host test", VERB_T | VAULT, 0, NULL, NULL,
	 N_("put a small picture, fetch it, delete it"), NULL},
	{"sandbox", CMD_VERB, 0, NULL, NULL, N_("simulate the platforms on this machine"),
	 sandbox_options},
	{"demo", CMD_VERB, 0, NULL, NULL, N_("show Masthead at work on the sandbox"), demo_options},
	{"complete", CMD_VERB, 0, NULL, "[WORD...]",
	 N_("say what may come next on a command line, for shells"), NULL},

	/* The console's own */
	MOVE("down", "j Down", N_("next row")),
	MOVE("up", "k Up", N_("previous row")),
	MOVE("first", "g Home", N_("first row")),
	MOVE("last", "G End", N_("last row")),
	MOVE("half-down", "^D", N_("half a page down")),
	MOVE("half-up", "^U", N_("half a page up")),
	MOVE("page-down", "PgDn", N_("a page down")),
	MOVE("page-up", "PgUp", N_("a page up")),
	IN(PANE_FOUR, "pane-brands", "1", N_("to the brands")),
	IN(PANE_FOUR, "pane-connections", "2", N_("to the connections")),
	IN(PANE_FOUR, "pane-jobs", "3", N_("to the jobs")),
	IN(PANE_FOUR, "pane-log", "4", N_("to the log")),
	IN(PANE_FOUR, "pane-next", "Tab", N_("next pane")),
	IN(PANE_FOUR, "pane-previous", "S-Tab", N_("previous pane")),
	IN(PANE_FOUR, "zoom", "z", N_("give this pane the whole screen")),
	IN(PANE_LISTS, "open", "Enter", N_("open or choose what the cursor is on")),
	MOVE("back", "Esc q", N_("back; quit from the outermost")),
	LIST("search", "/", N_("search")),
	LIST("search-next", "+", N_("next match; while a search is on, n too")),
	LIST("search-previous", "N", N_("previous match")),
	LIST("filter", "\\", N_("filter that stays")),
	LIST("mark", "Space", N_("mark and go on")),
	LIST("mark-range", "V", N_("mark a range")),
	LIST("mark-all", "*", N_("mark all that the filter shows")),
	LIST("unmark-all", "^\\", N_("drop all marks")),
	LIST("on-marks", ";", N_("apply the next command to the marks")),
	IN(PANE_LISTS | PANE_JOB, "repeat", ".", N_("repeat the last command")),
	IN(PANE_JOBS, "sort-left", "<", N_("sort by the column before")),
	IN(PANE_JOBS, "sort-right", ">", N_("sort by the column after")),
	IN(PANE_JOBS, "sort-reverse", "I", N_("turn the order round")),
	MOVE("freeze", "F", N_("freeze or unfreeze live updates")),
	IN(PANE_LISTS | PANE_JOB, "copy", "y", N_("copy the id or URL")),
	IN(PANE_JOBS | PANE_LOG | PANE_JOB | PANE_TRIAGE, "browse", "o", N_("open the URL")),
	IN(PANE_JOBS | PANE_JOB | PANE_TRIAGE, "why", "w", N_("say why the job has not run")),
	MOVE("triage", "!", N_("what needs a decision")),
	MOVE("calendar", "C", N_("what goes out when")),
	MOVE("stats", "S", N_("how much went out, how well, how fast; again: day or week")),
	MOVE("messages", "@", N_("past messages")),
	IN(PANE_PREVIEW, "preview-publish", "p", N_("publish it now, or at the time it names")),
	IN(PANE_PREVIEW, "preview-schedule", "s", N_("publish it at a time to be typed")),
	IN(PANE_PREVIEW, "preview-scale", "z",
	   N_("put smaller copies in the place of pictures that are too large")),
	IN(PANE_PREVIEW, "preview-edit", "e", N_("edit it again")),
	IN(PANE_PREVIEW, "preview-draft", "d", N_("keep it as a draft")),
	MOVE("mouse", "M", N_("take the mouse, or leave it to the terminal")),
	{"set", CON, PANE_ALL, NULL, "KEY VALUE", N_("for this run: theme, ascii, mouse or undo"),
	 NULL},
	{"reload", CON, PANE_ALL, NULL, NULL, N_("read the configuration again"), NULL},
	MOVE("help", "? F1", N_("keys of this pane")),
	MOVE("command", ":", N_("run a command by its name")),
	MOVE("redraw", "^L", N_("draw the screen anew")),
	MOVE("suspend", "^Z", N_("suspend")),
	MOVE("quit", "Q ^C", N_("quit")),
	{NULL, 0, 0, NULL, NULL, NULL, NULL}};

static const struct command *with_flag(const char *name, unsigned flag)
{
	for (const struct command *c = commands; c->name; c++)
		if (c->flags & flag && !strcmp(c->name, name))
			return c;
	return NULL;
}

const struct command *command_verb(const char *name)
{
	return with_flag(name, CMD_VERB);
}

const struct command *command_find(const char *name)
{
	const struct command *c = with_flag(name, CMD_CONSOLE);

	return c ? c : command_verb(name);
}
