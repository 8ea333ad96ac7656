/* ui/query.h - which rows a pane shows: scope, filter and order, resolved to numbers.
 *
 * Immutable once made, so that the worker may read it while the screen goes on; counted, because
 * a task may outlive the pane's interest in it. The count is touched by the screen thread only. */
#ifndef MASTHEAD_UI_QUERY_H
#define MASTHEAD_UI_QUERY_H

#include "ops/ops.h"

struct query {
	int refs;
	struct arena *arena;
	struct job_filter jobs;
	struct log_filter log;
	struct connections_request connections;
	enum job_sort sort;
	bool ascending;
	bool slow; /* may have to look at many rows: for the worker */
};
struct query *query_new(void) MUST_USE; /* with one reference */
struct query *query_ref(struct query *q);
void query_unref(struct query **q);

#endif
