/* vault/hash.h - digests, keyed digests over fields, and the text forms of bytes.
 *
 * Layer: vault. Threads: pure functions of their arguments; a running digest
 * belongs to one thread. Nothing here can fail but decoding. */
#ifndef MASTHEAD_VAULT_HASH_H
#define MASTHEAD_VAULT_HASH_H

#include "base/compiler.h"
#include "base/strbuf.h"

#define HASH_BYTES 32
#define HASH_HEX_SIZE (2 * HASH_BYTES + 1)

/* SHA-256 in pieces; sha256_end wipes the state. The struct's inside is the library's. */
struct sha256 {
	_Alignas(8) unsigned char state[104];
};
void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t n);
void sha256_end(struct sha256 *h, unsigned char out[HASH_BYTES]);
void sha256_end_hex(struct sha256 *h, char out[HASH_HEX_SIZE]);
/* In one go. */
void sha256_bytes(const void *bytes, size_t n, unsigned char out[HASH_BYTES]);
void sha256_hex(const void *bytes, size_t n, char out[HASH_HEX_SIZE]);

/* HMAC-SHA-256, as requests to a store of files are signed with. */
void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n,
		 unsigned char out[HASH_BYTES]);

/* BLAKE2b-256 over fields, each preceded by its length as eight bytes, so that
 * ("ab","c") and ("a","bc") differ; a NULL text differs from an empty one. key: 16 to 64 bytes,
 * copied into the state; NULL with 0 gives the plain digest. keyed_hash_end wipes the state. */
struct keyed_hash {
	_Alignas(64) unsigned char state[384];
};
void keyed_hash_begin(struct keyed_hash *h, const void *key, size_t key_len);
void keyed_hash_add(struct keyed_hash *h, const void *bytes, size_t n);
void keyed_hash_add_str(struct keyed_hash *h, const char *s); /* NULL allowed */
void keyed_hash_add_int(struct keyed_hash *h, int64_t value); /* eight bytes, big-endian */
void keyed_hash_end(struct keyed_hash *h, unsigned char out[HASH_BYTES]);
void keyed_hash_end_hex(struct keyed_hash *h, char out[HASH_HEX_SIZE]);

/* Equal, in a time that depends on n alone. */
bool bytes_equal(const void *a, const void *b, size_t n);

/* Lower-case hex: out takes 2 * n + 1 bytes. */
void hex_encode(const void *bytes, size_t n, char *out);
/* Exactly 2 * n hex digits and nothing else at s; false (out untouched) otherwise. */
bool hex_decode(const char *s, void *out, size_t n);

/* BASE64_STANDARD pads with '='; BASE64_URL uses '-' and '_' and does not pad. Both append. */
enum base64_form { BASE64_STANDARD, BASE64_URL };
void base64_encode(struct strbuf *out, const void *bytes, size_t n, enum base64_form form);
/* Padding is taken but not demanded; no white space. False (nothing appended) when malformed. */
bool base64_decode(struct strbuf *out, const char *s, size_t n, enum base64_form form);

#endif
