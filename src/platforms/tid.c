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

void tid_make(int64_t now_ms, char *out, size_t size)
{
	uint64_t bits;

	INVARIANT(size > TID_LENGTH, "a record key has room");
	bits = (uint64_t)next_us(now_ms) << CLOCK_BITS | clock_number();
	for (int i = TID_LENGTH - 1; i >= 0; i--) {
		out[i] = alphabet[bits & 31];
		bits >>= 5;
	}
	out[TID_LENGTH] = '\0';
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
