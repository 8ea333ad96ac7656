/* cli/out.h - how verbs speak: tables, lines, JSON, errors. All of it made safe. */
#ifndef MASTHEAD_CLI_OUT_H
#define MASTHEAD_CLI_OUT_H

#include "cli/args.h"

/* Standard output, one safe line; fmt is ours, arguments may be anybody's. */
void out_line(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The same on standard error. */
void out_aside(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Standard error: "masthead: E_CODE: what happened; what to do", or the JSON form. Returns the exit status. */
int out_error(const struct args *a, const struct err_info *info);
/* With details of its own; takes them. */
int out_error_details(const struct args *a, const struct err_info *info, struct json *details);
/* Like out_error, but a warning: nothing is said with -q, nothing with --json. */
void out_note(const struct args *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One JSON document on standard output; frees it. compact: one line (--follow). */
void out_json(struct json **j, bool compact);
/* False when standard output could not be written (E_IO in *info). */
enum err out_flush(struct err_info *info) MUST_USE;

/* A table: on a terminal aligned under a header and cut to its width, else tab-separated without one. */
struct table;
enum { COL_LEFT = 0, COL_RIGHT = 1, COL_FLEX = 2 /* gives way first when the line is too long */ };
struct column {
	const char *title;
	unsigned flags;
};
struct table *table_new(const struct column *columns, size_t n) MUST_USE;
/* The next cell; rows fill up by themselves. */
void table_cell(struct table *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void table_print(struct table **t, bool ascii);

/* Times for people: in the zone, minutes; "-" for 0. */
const char *out_time(struct arena *a, int64_t ms, const char *zone);
bool out_is_terminal(void);

#endif
