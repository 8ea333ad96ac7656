/* ui/query.c - queries are made once and counted. */
#include "ui/query.h"

struct query *query_new(void)
{
	struct query *q = xcalloc(1, sizeof(*q));

	q->refs = 1;
	q->arena = arena_new();
	return q;
}

struct query *query_ref(struct query *q)
{
	q->refs++;
	return q;
}

void query_unref(struct query **pq)
{
	struct query *q = *pq;

	*pq = NULL;
	if (q && --q->refs == 0) {
		arena_free(&q->arena);
		xfree(&q);
	}
}
