/* vault/hash.c - digests, keyed digests over fields, and the text forms of bytes. */
#include "vault/hash.h"

#include <sodium.h>
#include <string.h>

#include "base/mem.h"

/* The header does not show the library's types; these hold them. */
_Static_assert(sizeof(struct sha256) >= sizeof(crypto_hash_sha256_state), "room for SHA-256");
_Static_assert(_Alignof(struct sha256) >= _Alignof(crypto_hash_sha256_state), "SHA-256 aligned");
_Static_assert(sizeof(struct keyed_hash) >= sizeof(crypto_generichash_state), "room for BLAKE2b");
_Static_assert(_Alignof(struct keyed_hash) >= _Alignof(crypto_generichash_state),
	       "BLAKE2b aligned");
_Static_assert(crypto_hash_sha256_BYTES == HASH_BYTES, "length of SHA-256");

static crypto_hash_sha256_state *sha_of(struct sha256 *h)
{
	return (crypto_hash_sha256_state *)(void *)h;
}

static crypto_generichash_state *blake_of(struct keyed_hash *h)
{
	return (crypto_generichash_state *)(void *)h;
}

void sha256_begin(struct sha256 *h)
{
	crypto_hash_sha256_init(sha_of(h));
}

void sha256_add(struct sha256 *h, const void *bytes, size_t n)
{
	crypto_hash_sha256_update(sha_of(h), bytes, n);
}

void sha256_end(struct sha256 *h, unsigned char out[HASH_BYTES])
{
	crypto_hash_sha256_final(sha_of(h), out);
	wipe(h, sizeof(*h));
}

void sha256_end_hex(struct sha256 *h, char out[HASH_HEX_SIZE])
{
	unsigned char digest[HASH_BYTES];

	sha256_end(h, digest);
	hex_encode(digest, sizeof(digest), out);
}

void sha256_bytes(const void *bytes, size_t n, unsigned char out[HASH_BYTES])
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, bytes, n);
	sha256_end(&h, out);
}

void sha256_hex(const void *bytes, size_t n, char out[HASH_HEX_SIZE])
{
	unsigned char digest[HASH_BYTES];

	sha256_bytes(bytes, n, digest);
	hex_encode(digest, sizeof(digest), out);
}

void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n,
		 unsigned char out[HASH_BYTES])
{
	crypto_auth_hmacsha256_state h;

	crypto_auth_hmacsha256_init(&h, key, key_len);
	crypto_auth_hmacsha256_update(&h, bytes, n);
	crypto_auth_hmacsha256_final(&h, out);
	wipe(&h, sizeof(h));
}

void keyed_hash_begin(struct keyed_hash *h, const void *key, size_t key_len)
{
	int rc = crypto_generichash_init(blake_of(h), key, key_len, HASH_BYTES);

	INVARIANT(rc == 0 && (!key || key_len >= crypto_generichash_KEYBYTES_MIN),
		  "a hash key of 16 to 64 bytes");
}

static void add_number(struct keyed_hash *h, uint64_t value)
{
	unsigned char be[8];

	for (int i = 7; i >= 0; i--, value >>= 8)
		be[i] = (unsigned char)value;
	crypto_generichash_update(blake_of(h), be, sizeof(be));
}

void keyed_hash_add(struct keyed_hash *h, const void *bytes, size_t n)
{
	add_number(h, n);
	if (n > 0)
		crypto_generichash_update(blake_of(h), bytes, n);
}

void keyed_hash_add_str(struct keyed_hash *h, const char *s)
{
	if (s)
		keyed_hash_add(h, s, strlen(s));
	else
		add_number(h, UINT64_MAX); /* a length that no text has */
}

void keyed_hash_add_int(struct keyed_hash *h, int64_t value)
{
	add_number(h, sizeof(uint64_t));
	add_number(h, (uint64_t)value);
}

void keyed_hash_end(struct keyed_hash *h, unsigned char out[HASH_BYTES])
{
	crypto_generichash_final(blake_of(h), out, HASH_BYTES);
	wipe(h, sizeof(*h));
}

void keyed_hash_end_hex(struct keyed_hash *h, char out[HASH_HEX_SIZE])
{
	unsigned char digest[HASH_BYTES];

	keyed_hash_end(h, digest);
	hex_encode(digest, sizeof(digest), out);
}

bool bytes_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

/* ---- text forms; the library's routines do not branch on the bytes ---- */

void hex_encode(const void *bytes, size_t n, char *out)
{
	sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

bool hex_decode(const char *s, void *out, size_t n)
{
	unsigned char *bytes;
	size_t got = 0;
	const char *end = NULL;
	bool fits;

	if (strnlen(s, 2 * n + 1) != 2 * n)
		return false;
	if (n == 0)
		return true;
	bytes = xmalloc(n);
	fits = sodium_hex2bin(bytes, n, s, 2 * n, NULL, &got, &end) == 0 && got == n &&
	       end == s + 2 * n;
	if (fits)
		memcpy(out, bytes, n);
	wipe(bytes, n);
	xfree(&bytes);
	return fits;
}

void base64_encode(struct strbuf *out, const void *bytes, size_t n, enum base64_form form)
{
	int variant = form == BASE64_URL ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
					 : sodium_base64_VARIANT_ORIGINAL;
	size_t size = sodium_base64_encoded_len(n, variant);
	char *text = xmalloc(size);

	sodium_bin2base64(text, size, bytes, n, variant);
	strbuf_add(out, text, size - 1);
	wipe(text, size);
	xfree(&text);
}

bool base64_decode(struct strbuf *out, const char *s, size_t n, enum base64_form form)
{
	int variant = form == BASE64_URL ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
					 : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	size_t padding = 0, room, got = 0;
	unsigned char *bytes;
	const char *end = NULL;
	bool fits;

	while (padding < 2 && n > 0 && s[n - 1] == '=') {
		n--;
		padding++;
	}
	if (padding && (n + padding) % 4 != 0)
		return false;
	if (n == 0)
		return padding == 0;
	room = n / 4 * 3 + 3;
	bytes = xmalloc(room);
	fits = sodium_base642bin(bytes, room, s, n, NULL, &got, &end, variant) == 0 && end == s + n;
	if (fits)
		strbuf_add(out, bytes, got);
	wipe(bytes, room);
	xfree(&bytes);
	return fits;
}
