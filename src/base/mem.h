/* base/mem.h - allocation that cannot fail, arenas, and the one way to die.
 *
 * Threads: the allocators are as safe as malloc; an arena belongs to one thread
 * at a time (ownership may be handed over). die_set_hook: main, before threads. */
#ifndef MASTHEAD_BASE_MEM_H
#define MASTHEAD_BASE_MEM_H

#include <stdarg.h>

#include "base/compiler.h"

/* Out of memory and broken invariants end here: runs the hook (which restores
 * the terminal; it may only write(2) and tcsetattr), writes the text to
 * standard error and to the log file, then _exit(70). The transactional
 * store makes that safe at any point. */
NORETURN void die(const char *fmt, ...) PRINTF_LIKE(1, 2);
void die_set_hook(void (*hook)(void));

/* An invariant that holds in released programs too. */
#define INVARIANT(cond, what) \
	((cond) ? (void)0 : die("broken invariant at %s:%d: %s", __FILE__, __LINE__, what))

void *xmalloc(size_t size) MUST_USE;
void *xcalloc(size_t n, size_t size) MUST_USE;
void *xrealloc(void *p, size_t n, size_t size) MUST_USE; /* checks n * size */
char *xstrdup(const char *s) MUST_USE;                   /* NULL gives NULL */
char *xstrndup(const char *s, size_t n) MUST_USE;
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2) MUST_USE;
/* Frees *p and sets it to NULL. */
#define xfree(p) (xfree_impl((void **)(p)))
void xfree_impl(void **p);
/* Overwrites before freeing; never optimised away. */
void wipe(void *p, size_t n);

/* Many small allocations that die together: everything a page or an answer
 * holds. Strings from an arena are borrowed until arena_free. */
struct arena;
struct arena *arena_new(void) MUST_USE;
/* An arena whose memory is wiped when freed, for answers that may hold tokens. */
struct arena *arena_new_wiped(void) MUST_USE;
void arena_free(struct arena **a);
void *arena_alloc(struct arena *a, size_t size) MUST_USE;    /* zeroed, max_align_t */
char *arena_strdup(struct arena *a, const char *s) MUST_USE; /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;
/* A growing array in an arena: returns the array with room for n + 1 elements.
 * Capacity doubles at powers of two, so callers keep only (items, n). */
void *arena_grow(struct arena *a, void *items, size_t n, size_t item_size) MUST_USE;

#endif
