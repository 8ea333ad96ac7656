/* ops/index.c - texts to numbers, in a table with open addressing that is at most half full. */
#include <string.h>

#include "base/mem.h"
#include "ops/rows.h"

struct slot {
	char *key; /* NULL: free */
	size_t n;
	uint64_t hash;
	int64_t value;
};
struct index {
	struct slot *slots;
	size_t room, used;
};

static uint64_t hash_of(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

static struct slot *find(const struct index *x, const char *key, size_t n, uint64_t hash)
{
	size_t i = (size_t)hash & (x->room - 1);

	while (x->slots[i].key && (x->slots[i].hash != hash || x->slots[i].n != n ||
				   memcmp(x->slots[i].key, key, n) != 0))
		i = (i + 1) & (x->room - 1);
	return &x->slots[i];
}

static void grow(struct index *x)
{
	struct index more = {.room = x->room * 2, .used = x->used};

	more.slots = xcalloc(more.room, sizeof(*more.slots));
	for (size_t i = 0; i < x->room; i++) {
		const struct slot *old = &x->slots[i];

		if (old->key)
			*find(&more, old->key, old->n, old->hash) = *old;
	}
	xfree(&x->slots);
	*x = more;
}

struct index *index_new(void)
{
	struct index *x = xcalloc(1, sizeof(*x));

	x->room = 256;
	x->slots = xcalloc(x->room, sizeof(*x->slots));
	return x;
}

void index_free(struct index **index)
{
	struct index *x = *index;

	if (!x)
		return;
	*index = NULL;
	for (size_t i = 0; i < x->room; i++)
		xfree(&x->slots[i].key);
	xfree(&x->slots);
	xfree(&x);
}

int64_t *index_at(struct index *x, const char *key, size_t n)
{
	uint64_t hash = hash_of(key, n);
	struct slot *s;

	if (x->used * 2 >= x->room)
		grow(x);
	s = find(x, key, n, hash);
	if (!s->key) {
		*s = (struct slot){xstrndup(key, n), n, hash, -1};
		x->used++;
	}
	return &s->value;
}
