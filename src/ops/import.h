/* ops/import.h - what the files of import share: a run over one file, and its rows as they are understood. */
#ifndef MASTHEAD_OPS_IMPORT_H
#define MASTHEAD_OPS_IMPORT_H

#include "ops/internal.h"
#include "ops/rows.h"
#include "ops/targets.h"

/* A row that is understood. */
struct item {
	struct record *rec;
	const struct targets *to;
	enum job_status status; /* draft, scheduled, pending or held */
	int64_t at, priority;
	struct post post;
	const char **texts; /* as each target gets it */
	char (*hashes)[65]; /* of content, per target */
	size_t group;
	bool skipped; /* its story was over when it was exported */
};

/* One post to be. */
struct group {
	const struct post *post;
	struct draft_variant *texts; /* of each platform that it goes to */
	size_t n_texts;
	int64_t post_id;
};

struct import {
	struct ops *o;
	const struct import_request *request;
	struct import_report *report;
	struct arena *arena; /* the report's */
	struct problems_list problems;
	int64_t now_ms, max_retries, window_ms;
	struct item *items;
	size_t n;
	struct group *groups;
	size_t n_groups;
	/* Read once: accounts by how they are named, files by their path, content by account and hash. */
	struct index *targets_known, *files_known, *content_known;
	struct known_targets {
		struct targets to;
		enum err code; /* why there are none */
		const char *column;
		const char *message;
	} * targets;
	size_t n_targets;
	struct known_file {
		const char *path;
		const struct media *media; /* NULL: not to be had, for this reason */
		enum err code;
		const char *message;
		bool wanted; /* a row that is stored names it */
	} * files;
	size_t n_files;
};

/* Understands one row; what is wrong is told to problems and the record marked bad. Errors: only what no row is to blame for. */
enum err import_check(struct import *x, struct item *i, struct err_info *info) MUST_USE;
/* Tells E_DUPLICATE of the row when a job has the same content for target k. */
enum err import_find_duplicate(struct import *x, struct item *i, size_t k,
			       struct err_info *info) MUST_USE;
/* The problems told so far, into the report, in row order. */
void import_take_problems(struct import *x);

#endif
