/* ui/marks.c - a sorted array: a mark is found by bisection. */
#include "ui/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void marks_free(struct marks *m)
{
	xfree(&m->items);
	*m = (struct marks){0};
}

static size_t place(const struct marks *m, int64_t id)
{
	size_t lo = 0, hi = m->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (m->items[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool marks_has(const struct marks *m, int64_t id)
{
	size_t i = place(m, id);
	return i < m->n && m->items[i].id == id;
}

static void reserve(struct marks *m, size_t n)
{
	if (n <= m->size)
		return;
	size_t size = m->size ? m->size : 16;
	while (size < n)
		size *= 2;
	m->items = xrealloc(m->items, size, sizeof(*m->items));
	m->size = size;
}

void marks_add(struct marks *m, int64_t id, int64_t brand_id)
{
	size_t i = place(m, id);
	if (i < m->n && m->items[i].id == id)
		return;
	reserve(m, m->n + 1);
	memmove(&m->items[i + 1], &m->items[i], (m->n - i) * sizeof(*m->items));
	m->items[i] = (struct mark){id, brand_id};
	m->n++;
}

void marks_remove(struct marks *m, int64_t id)
{
	size_t i = place(m, id);
	if (i >= m->n || m->items[i].id != id)
		return;
	m->n--;
	memmove(&m->items[i], &m->items[i + 1], (m->n - i) * sizeof(*m->items));
}

static int by_id(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

void marks_take(struct marks *m, struct mark *items, size_t n)
{
	size_t kept = 0;

	marks_free(m);
	if (n == 0) {
		xfree(&items);
		return;
	}
	qsort(items, n, sizeof(*items), by_id);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || items[kept - 1].id != items[i].id)
			items[kept++] = items[i];
	*m = (struct marks){items, kept, n};
}

int64_t marks_brand(const struct marks *m)
{
	for (size_t i = 1; i < m->n; i++)
		if (m->items[i].brand_id != m->items[0].brand_id)
			return 0;
	return m->n ? m->items[0].brand_id : 0;
}
