/* ui/marks.h - which records are marked, by their ids: a set that outlives pages and sort orders. */
#ifndef MASTHEAD_UI_MARKS_H
#define MASTHEAD_UI_MARKS_H

#include "base/compiler.h"

struct mark {
	int64_t id;
	int64_t brand_id; /* 0: not known (marked by a filter over several brands) */
};
struct marks {
	struct mark *items; /* by ascending id */
	size_t n, size;
};

void marks_free(struct marks *m); /* and leaves it empty */
bool marks_has(const struct marks *m, int64_t id);
void marks_add(struct marks *m, int64_t id, int64_t brand_id);
void marks_remove(struct marks *m, int64_t id);
/* These instead: takes the array (xmalloc's), in any order, repetitions included. */
void marks_take(struct marks *m, struct mark *items, size_t n);
/* The one brand of all, or 0 when there are several or it is not known. */
int64_t marks_brand(const struct marks *m);

#endif
