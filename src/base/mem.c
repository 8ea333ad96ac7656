/* base/mem.c - allocation that cannot fail, arenas, and the one way to die.
 *
 * An arena is a list of chunks, newest first; the newest is filled from the front. A
 * request too big for a shared chunk gets one of its own behind the newest, so
 * that the newest one's room is not lost. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define EXIT_BROKEN 70 /* EX_SOFTWARE */
#define ALIGN_BYTES (_Alignof(max_align_t))
#define CHUNK_MIN_BYTES ((size_t)2048)
#define CHUNK_MAX_BYTES ((size_t)65536)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *newest;
	size_t next_size;
	bool wiped;
};

static void (*die_hook)(void);

void die_set_hook(void (*hook)(void))
{
	die_hook = hook;
}

static void write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, s, n);

		if (k <= 0)
			return;
		s += k;
		n -= (size_t)k;
	}
}

void die(const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int n, log;

	if (die_hook)
		die_hook();
	n = snprintf(text, sizeof(text), "masthead: ");
	va_start(args, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n - 1, fmt, args);
	va_end(args);
	n = (int)strlen(text);
	text[n] = '\n';
	write_all(STDERR_FILENO, text, (size_t)n + 1);
	log = log_descriptor();
	if (log >= 0 && log != STDERR_FILENO)
		write_all(log, text, (size_t)n + 1);
	_exit(EXIT_BROKEN);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die("out of memory (%zu bytes)", size);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		die("out of memory (%zu times %zu bytes)", n, size);
	return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || !(p = realloc(p, bytes ? bytes : 1)))
		die("out of memory (%zu times %zu bytes)", n, size);
	return p;
}

char *xstrdup(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	INVARIANT(n >= 0, "a format that can be printed");
	s = xmalloc((size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, args);
	va_end(args);
	return s;
}

void xfree_impl(void **p)
{
	free(*p);
	*p = NULL;
}

void wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

static struct arena *arena_make(bool wiped)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->next_size = CHUNK_MIN_BYTES;
	a->wiped = wiped;
	return a;
}

struct arena *arena_new(void)
{
	return arena_make(false);
}

struct arena *arena_new_wiped(void)
{
	return arena_make(true);
}

void arena_free(struct arena **a)
{
	struct chunk *c, *next;

	if (!*a)
		return;
	for (c = (*a)->newest; c; c = next) {
		next = c->next;
		if ((*a)->wiped)
			wipe(c->bytes, c->used);
		free(c);
	}
	xfree(a);
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = xmalloc(sizeof(*c) + size);

	c->next = NULL;
	c->used = 0;
	c->size = size;
	return c;
}

static struct chunk *chunk_for(struct arena *a, size_t size)
{
	struct chunk *c = a->newest;

	if (c && c->size - c->used >= size)
		return c;
	if (c && size > a->next_size / 4) {
		struct chunk *own = chunk_new(size);

		own->next = c->next;
		c->next = own;
		return own;
	}
	while (a->next_size < size)
		a->next_size *= 2;
	c = chunk_new(a->next_size);
	c->next = a->newest;
	a->newest = c;
	if (a->next_size < CHUNK_MAX_BYTES)
		a->next_size *= 2;
	else
		a->next_size = CHUNK_MAX_BYTES;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct chunk *c;
	void *p;

	INVARIANT(size <= SIZE_MAX / 4, "an allocation of sane size");
	size = (size + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
	if (size == 0)
		size = ALIGN_BYTES;
	c = chunk_for(a, size);
	p = c->bytes + c->used;
	c->used += size;
	return memset(p, 0, size);
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = arena_alloc(a, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	INVARIANT(n >= 0, "a format that can be printed");
	s = arena_alloc(a, (size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, args);
	va_end(args);
	return s;
}

#define GROW_FIRST 4 /* a power of two */

void *arena_grow(struct arena *a, void *items, size_t n, size_t item_size)
{
	size_t bytes;
	void *grown;

	if (n != 0 && (n < GROW_FIRST || (n & (n - 1)) != 0))
		return items;
	if (__builtin_mul_overflow(n ? 2 * n : GROW_FIRST, item_size, &bytes))
		die("out of memory (%zu items of %zu bytes)", n, item_size);
	grown = arena_alloc(a, bytes);
	if (n)
		memcpy(grown, items, n * item_size);
	return grown;
}
