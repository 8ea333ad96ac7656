/* platforms/tid.c - 64 bits in base 32, most significant first: 0, 53 bits of time, 10 bits of clock. */
#include "platforms/tid.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define CLOCK_BITS 10
#define TIME_MAX ((int64_t)1 << 53)

static const char alphabet[] = "234567abcdefghijklmnopqrstuvwxyz";

/* The last time given out, and the clock's number + 1 (0: not yet drawn). */
static _Atomic int64_t last_us;
static _Atomic unsigned clock_plus_one;

static uint64_t clock_number(void)
{
	unsigned none = 0, drawn = (unsigned)rng_below(1u << CLOCK_BITS) + 1;

	/* Whoever comes first decides for all. */
	if (atomic_compare_exchange_strong(&clock_plus_one, &none, drawn))
		return drawn - 1;
	return none - 1;
}

static int64_t next_us(int64_t now_ms)
{
	int64_t wanted, last = atomic_load(&last_us), next;

	if (now_ms < 0)
		now_ms = 0;
	if (now_ms > TIME_MAX / 2000)
		now_ms = TIME_MAX / 2000;
	wanted = now_ms * 1000 + (int64_t)rng_below(1000);
	do
		next = wanted > last ? wanted : last + 1;
	while (!atomic_compare_exchange_weak(&last_us, &last, next));
	return next;
}

static void write_key(uint64_t bits, char *out, size_t size)
{
	INVARIANT(size > TID_LENGTH, "a record key has room");
	for (int i = TID_LENGTH - 1; i >= 0; i--) {
		out[i] = alphabet[bits & 31];
		bits >>= 5;
	}
	out[TID_LENGTH] = '\0';
}

void tid_make(int64_t now_ms, char *out, size_t size)
{
	write_key((uint64_t)next_us(now_ms) << CLOCK_BITS | clock_number(), out, size);
}

bool tid_is_valid(const char *s)
{
	if (s == NULL || strlen(s) != TID_LENGTH)
		return false;
	for (int i = 0; i < TID_LENGTH; i++)
		if (strchr(alphabet, s[i]) == NULL)
			return false;
	/* The highest bit is 0: the first character is one of the lower sixteen. */
	return strchr(alphabet, s[0]) - alphabet < 16;
}

bool tid_after(const char *key, unsigned i, char *out, size_t size)
{
	const uint64_t clocks = (uint64_t)1 << CLOCK_BITS;
	uint64_t bits = 0, us;

	if (!tid_is_valid(key) || i >= clocks)
		return false;
	for (size_t k = 0; k < TID_LENGTH; k++)
		bits = bits << 5 | (uint64_t)(strchr(alphabet, key[k]) - alphabet);
	us = (bits >> CLOCK_BITS) + i;
	if (us >= (uint64_t)TIME_MAX)
		return false;
	write_key(us << CLOCK_BITS | ((bits + i) & (clocks - 1)), out, size);
	return true;
}
