/* cli/demo.h - what the files of the demo share: demo.c (workspace, accounts, posts, publishing), demo_report.c (everything
 * held against everything, and the report), demo_picture.c (its pictures).
 *
 * Internal to cli/; one thread. */
#ifndef MASTHEAD_CLI_DEMO_H
#define MASTHEAD_CLI_DEMO_H

#include "cli/verbs.h"

#define DEMO_POSTS 10

struct demo {
	struct cli *c;
	char *dir; /* the throw-away directory */
	void *sandbox;
	struct json *description;
	int64_t jobs[DEMO_POSTS];
	int64_t scheduled; /* the number of the job that has a time */
	int64_t own_us;    /* storing and publishing, without the waits */
	const char *why;   /* NULL: all agrees */
	int64_t ledger_posts, ledger_distinct, log_entries;
	int64_t retried, settled; /* jobs tried again; unclear outcomes cleared up */
	bool late;                /* not all jobs had ended when the time was over */
	bool chain_ok;
	int64_t states[JOB_STATUS_COUNT];
};

/* Holds ledger, jobs, attempts and log against each other; a row (shape_job) per job. d->why says the first thing that is
 * wrong. An error only where something could not be read (c->info). */
enum err demo_compare(struct demo *d, struct json *rows) MUST_USE;
struct json *demo_report_json(const struct demo *d, struct json *rows) MUST_USE; /* takes rows */
void demo_report_text(const struct demo *d, const struct json *rows);

/* Writes a JPEG of that size in pixels (multiples of 8): plain colours that depend on the number. */
enum err demo_picture(const char *path, int width, int height, int number,
		      struct err_info *info) MUST_USE;

#endif
