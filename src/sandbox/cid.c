/* sandbox/cid.c - see cid.h. */
#include "sandbox/cid.h"

#include <string.h>

void cid_of(enum cid_codec codec, const unsigned char digest[HASH_BYTES], char out[CID_SIZE])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[4 + HASH_BYTES] = {1, (unsigned char)codec, 0x12, HASH_BYTES};
	size_t n = 0;
	unsigned bits = 0, have = 0;

	memcpy(bytes + 4, digest, HASH_BYTES);
	out[n++] = 'b';
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bits = bits << 8 | bytes[i];
		for (have += 8; have >= 5; have -= 5)
			out[n++] = alphabet[bits >> (have - 5) & 31];
	}
	if (have > 0)
		out[n++] = alphabet[bits << (5 - have) & 31];
	out[n] = '\0';
}
