/* store/list.c - pages of short lists: tenants, brands, connections. Their rows are read whole; what a page shows is a cut of
 * them that begins behind (or, backwards, ends before) the row that the cursor names. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

bool parse_number(const char *s, int64_t *out)
{
	char *end;
	long long v;

	if (!s || !*s || strspn(s, "0123456789") != strlen(s) || strlen(s) > 18)
		return false;
	v = strtoll(s, &end, 10);
	*out = v;
	return true;
}

static size_t place_of(const int64_t *keys, size_t n, int64_t key)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i] == key)
			return i;
	return n;
}

static const char *cursor_at(struct arena *a, char kind, int64_t key)
{
	return arena_printf(a, "%c%lld", kind, (long long)key);
}

enum err list_cut(const struct page_request *r, char kind, const int64_t *keys, size_t n,
		  struct arena *a, struct list_cut *out, struct err_info *info)
{
	size_t limit = r->limit > 0 ? (size_t)r->limit : 1, from = 0, to;
	int64_t key;

	if (r->cursor) {
		size_t at;

		if (r->cursor[0] != kind || !parse_number(r->cursor + 1, &key))
			return err_set(info, E_INVALID, "that is no cursor of this list");
		at = place_of(keys, n, key);
		if (at == n && !r->backwards)
			from = n;
		else if (r->backwards)
			from = at > limit ? at - limit : 0;
		else
			from = at + 1;
		to = r->backwards ? at : from + limit;
	} else {
		if (r->around_id)
			from = place_of(keys, n, r->around_id);
		else if (r->last)
			from = n > limit ? n - limit : 0;
		else if (r->offset > 0)
			from = (uint64_t)r->offset > n ? n : (size_t)r->offset;
		to = from + limit;
	}
	if (to > n)
		to = n;
	out->from = from;
	out->n = to - from;
	out->next = to < n && to > 0 ? cursor_at(a, kind, keys[to - 1]) : NULL;
	out->prev = from > 0 && from < n ? cursor_at(a, kind, keys[from]) : NULL;
	return OK;
}
