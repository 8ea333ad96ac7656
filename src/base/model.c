/* base/model.c - the one operation on records: letting go of a page. */
#include "base/model.h"

#include <string.h>

void page_free(struct page *p)
{
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}
