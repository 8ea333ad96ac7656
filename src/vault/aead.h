/* vault/aead.h - XChaCha20-Poly1305 over a blob with associated fields; inside vault only. */
#ifndef MASTHEAD_VAULT_AEAD_H
#define MASTHEAD_VAULT_AEAD_H

#include "base/strbuf.h"
#include "vault/secret.h"

#define AEAD_NONCE_BYTES 24
#define AEAD_TAG_BYTES 16

/* Append a random nonce and the sealed bytes. Keys have 32 bytes. */
void aead_seal(const struct secret *key, const struct strbuf *aad, const struct secret *plain,
	       struct strbuf *out);
/* sealed: as aead_seal appended it. NULL: not sealed with this key and these fields. */
struct secret *aead_open(const struct secret *key, const struct strbuf *aad,
			 const unsigned char *sealed, size_t n) MUST_USE;

/* Associated fields, each after its length as eight bytes. */
void aad_init(struct strbuf *aad);
void aad_add(struct strbuf *aad, const void *bytes, size_t n);
void aad_add_str(struct strbuf *aad, const char *s);
void aad_add_int(struct strbuf *aad, int64_t value);

#endif
