/* sandbox/strmap.h - from a string to a pointer. Internal to sandbox/; one thread at a time. */
#ifndef MASTHEAD_SANDBOX_STRMAP_H
#define MASTHEAD_SANDBOX_STRMAP_H

#include "base/compiler.h"

struct strmap;
struct strmap *strmap_new(void) MUST_USE;
/* Frees the map, not what it points to. */
void strmap_free(struct strmap **m);
/* key is copied; an old value is replaced. */
void strmap_put(struct strmap *m, const char *key, void *value);
void *strmap_get(const struct strmap *m, const char *key); /* NULL if there is none */

#endif
