/* cli/verbs.h - what a verb's function gets, and the list of them. One file a family. */
#ifndef MASTHEAD_CLI_VERBS_H
#define MASTHEAD_CLI_VERBS_H

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/shapes.h"

struct cli {
	struct args args;
	const struct cli_wiring *wiring;
	struct app *app;
	struct ops *ops;     /* opened as the table says; NULL for verbs without a workspace */
	struct arena *arena; /* lives as long as the verb */
	struct err_info info;
};

/* Prints c->info and gives its exit status: `return cli_fail(c);` */
int cli_fail(struct cli *c);
/* Prints a document or a table row set with a common ending; see verbs. Flushes; 0 or E_IO's status. */
int cli_end(struct cli *c);
int cli_end_json(struct cli *c, struct json *j);
/* Fills limit, cursor, offset from --limit, --after, --offset; count is set. */
enum err cli_page(struct cli *c, struct page_request *r, int standard_limit);

/* --format, else by the ending of the file's name (NULL: none), else JSON lines. */
enum err cli_format(struct cli *c, const char *path, enum row_format *out);
/* The filter options of jobs. */
enum err cli_job_filter(struct cli *c, struct job_filter *f);
/* The filter options of log and sync-log. */
enum err cli_log_filter(struct cli *c, struct log_filter *f);

/* {"results": array}, or nothing without --json. Takes the array. */
void results_print(struct cli *c, struct json *array);

#define VERB_LIST(X) \
	X("init", verb_init) \
	X("tenant add", verb_tenant_add) \
	X("tenant list", verb_tenant_list) \
	X("tenant show", verb_tenant_show) \
	X("tenant rename", verb_tenant_rename) \
	X("tenant archive", verb_tenant_archive) \
	X("brand add", verb_brand_add) \
	X("brand list", verb_brand_list) \
	X("brand show", verb_brand_show) \
	X("brand edit", verb_brand_edit) \
	X("brand archive", verb_brand_archive) \
	X("platforms", verb_platforms) \
	X("connect", verb_connect) \
	X("connections", verb_connections) \
	X("connection show", verb_connection_show) \
	X("disconnect", verb_disconnect) \
	X("refresh", verb_refresh) \
	X("verify", verb_verify) \
	X("publish", verb_publish) \
	X("edit", verb_edit) \
	X("takedown", verb_takedown) \
	X("jobs", verb_jobs) \
	X("job show", verb_job_show) \
	X("job why", verb_job_why) \
	X("open", verb_open) \
	X("retry", verb_retry) \
	X("cancel", verb_cancel) \
	X("hold", verb_hold) \
	X("release", verb_release) \
	X("reschedule", verb_reschedule) \
	X("resolve", verb_resolve) \
	X("pause", verb_pause) \
	X("resume", verb_resume) \
	X("undo", verb_undo) \
	X("log", verb_log) \
	X("log verify", verb_log_verify) \
	X("log export", verb_log_export) \
	X("sync-log", verb_sync_log) \
	X("recover", verb_recover) \
	X("check", verb_check) \
	X("run", verb_run) \
	X("daemon", verb_daemon) \
	X("status", verb_status) \
	X("metrics", verb_metrics) \
	X("import", verb_import) \
	X("export", verb_export) \
	X("backup", verb_backup) \
	X("restore", verb_restore) \
	X("vault status", verb_vault_status) \
	X("vault rekey", verb_vault_rekey) \
	X("vault passwd", verb_vault_passwd) \
	X("media-host show", verb_media_host_show) \
	X("media-host secret", verb_media_host_secret) \
	X("media-host test", verb_media_host_test) \
	X("sandbox", verb_sandbox) \
	X("demo", verb_demo) \
	X("complete", verb_complete)

#define VERB_PROTOTYPE(name, fn) int fn(struct cli *c);
VERB_LIST(VERB_PROTOTYPE)
#undef VERB_PROTOTYPE

/* --help: of the program (topic NULL), of a family ("job"), of a verb. */
void help_print(const struct command *c, const char *topic);

#endif
