/* base/rng.c - random numbers from the kernel.
 *
 * getrandom(2) fails only where the program cannot go on: such a failure ends
 * it, for a key or an id that is not random is worse than none. */
#include "base/rng.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

void rng_bytes(void *buf, size_t n)
{
	unsigned char *p = buf;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			die("the kernel gives no random numbers: %s", strerror(errno));
		}
		p += got;
		n -= (size_t)got;
	}
}

uint64_t rng_below(uint64_t bound)
{
	uint64_t x, least;

	INVARIANT(bound > 0, "a bound above zero");
	/* Numbers below 2^64 mod bound would make small results likelier. */
	least = (UINT64_MAX - bound + 1) % bound;
	do {
		rng_bytes(&x, sizeof(x));
	} while (x < least);
	return x % bound;
}

void rng_uuid(char out[UUID_SIZE])
{
	unsigned char b[16];

	rng_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40); /* version 4 */
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80); /* variant 1 */
	snprintf(out, UUID_SIZE,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
}
