/* vault/aead.c - XChaCha20-Poly1305 over a blob with associated fields.
 *
 * The nonce is random: with 24 bytes it never comes up twice, and no counter can be
 * set back by a restored backup. */
#include "vault/aead.h"

#include <sodium.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define AAD_BYTES_MAX 4096

_Static_assert(AEAD_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(AEAD_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

void aead_seal(const struct secret *key, const struct strbuf *aad, const struct secret *plain,
	       struct strbuf *out)
{
	unsigned char nonce[AEAD_NONCE_BYTES];
	size_t n = secret_len(plain) + AEAD_TAG_BYTES;
	unsigned char *sealed = xmalloc(n);

	INVARIANT(secret_len(key) == KEY_BYTES && !aad->overflowed, "a sealing key and its place");
	rng_bytes(nonce, sizeof(nonce));
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		sealed, NULL, secret_bytes(plain), secret_len(plain),
		(const unsigned char *)aad->data, aad->len, NULL, nonce, secret_bytes(key));
	strbuf_add(out, nonce, sizeof(nonce));
	strbuf_add(out, sealed, n);
	xfree(&sealed);
}

struct secret *aead_open(const struct secret *key, const struct strbuf *aad,
			 const unsigned char *sealed, size_t n)
{
	struct secret *plain = NULL;
	unsigned char *room;
	size_t len;

	INVARIANT(secret_len(key) == KEY_BYTES && !aad->overflowed, "a sealing key and its place");
	if (n < AEAD_NONCE_BYTES + AEAD_TAG_BYTES)
		return NULL;
	len = n - AEAD_NONCE_BYTES - AEAD_TAG_BYTES;
	if (len > SECRET_BYTES_MAX)
		return NULL;
	room = sodium_malloc(len + 1);
	if (!room)
		die("out of memory for a secret");
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    room, NULL, NULL, sealed + AEAD_NONCE_BYTES, n - AEAD_NONCE_BYTES,
		    (const unsigned char *)aad->data, aad->len, sealed, secret_bytes(key)) == 0)
		plain = secret_new(room, len);
	sodium_free(room);
	return plain;
}

void aad_init(struct strbuf *aad)
{
	strbuf_init(aad, AAD_BYTES_MAX);
}

static void add_number(struct strbuf *aad, uint64_t value)
{
	unsigned char be[8];

	for (int i = 7; i >= 0; i--, value >>= 8)
		be[i] = (unsigned char)value;
	strbuf_add(aad, be, sizeof(be));
}

void aad_add(struct strbuf *aad, const void *bytes, size_t n)
{
	add_number(aad, n);
	strbuf_add(aad, bytes, n);
}

void aad_add_str(struct strbuf *aad, const char *s)
{
	aad_add(aad, s, strlen(s));
}

void aad_add_int(struct strbuf *aad, int64_t value)
{
	add_number(aad, sizeof(uint64_t));
	add_number(aad, (uint64_t)value);
}
