/* sandbox/strmap.c - open addressing with linear probing; at most half full; nothing is ever taken out. */
#include "sandbox/strmap.h"

#include <string.h>

#include "base/mem.h"

struct slot {
	char *key;
	void *value;
};

struct strmap {
	struct slot *slots;
	size_t size, used; /* size is a power of two */
};

/* FNV-1a. */
static size_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static struct slot *find(const struct strmap *m, const char *key)
{
	size_t i = hash(key) & (m->size - 1);

	while (m->slots[i].key && strcmp(m->slots[i].key, key) != 0)
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

static void grow(struct strmap *m)
{
	struct slot *old = m->slots;
	size_t n = m->size;

	m->size = n * 2;
	m->slots = xcalloc(m->size, sizeof(*m->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].key)
			*find(m, old[i].key) = old[i];
	xfree(&old);
}

struct strmap *strmap_new(void)
{
	struct strmap *m = xcalloc(1, sizeof(*m));

	m->size = 64;
	m->slots = xcalloc(m->size, sizeof(*m->slots));
	return m;
}

void strmap_free(struct strmap **m)
{
	if (!*m)
		return;
	for (size_t i = 0; i < (*m)->size; i++)
		xfree(&(*m)->slots[i].key);
	xfree(&(*m)->slots);
	xfree(m);
}

void strmap_put(struct strmap *m, const char *key, void *value)
{
	struct slot *s = find(m, key);

	if (s->key) {
		s->value = value;
		return;
	}
	if ((m->used + 1) * 2 > m->size) {
		grow(m);
		s = find(m, key);
	}
	s->key = xstrdup(key);
	s->value = value;
	m->used++;
}

void *strmap_get(const struct strmap *m, const char *key)
{
	return find(m, key)->value;
}
