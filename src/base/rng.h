/* base/rng.h - random numbers from the kernel (getrandom(2)). Any thread. */
#ifndef MASTHEAD_BASE_RNG_H
#define MASTHEAD_BASE_RNG_H

#include "base/compiler.h"

void rng_bytes(void *buf, size_t n);
/* Uniform in [0, bound); bound > 0, no modulo bias. */
uint64_t rng_below(uint64_t bound);
/* Version 4 UUID, lower case, 36 characters and NUL. */
#define UUID_SIZE 37
void rng_uuid(char out[UUID_SIZE]);

#endif
