/* vault/wrapped.c - master keys that something unlocks: a passphrase, a command's output, a credential, an entry of the
 * secret service.
 *
 * The master key is random. What stands in the settings is the key wrapped by one derived with
 * Argon2id from the passphrase, with the parameters and the salt that were used, so that stronger ones can come
 * later. What a machine gives and is a key by itself (64 hex digits) needs no stretching.
 * Whoever changes salt or parameters finds that nothing opens: they are bound in. */
#include <sodium.h>
#include <string.h>

#include "base/mem.h"
#include "vault/aead.h"
#include "vault/master.h"

#define WRAP_VERSION 1

_Static_assert(KEY_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES, "Argon2id's salt");
_Static_assert(KEY_WRAPPED_BYTES == AEAD_NONCE_BYTES + KEY_BYTES + AEAD_TAG_BYTES,
	       "the size that the header states");

static bool is_whole_key(const struct secret *s)
{
	unsigned char bytes[KEY_BYTES];
	bool whole = secret_len(s) == 2 * KEY_BYTES && secret_str(s) &&
		     hex_decode(secret_str(s), bytes, sizeof(bytes));

	wipe(bytes, sizeof(bytes));
	return whole;
}

static void stretch_not(const struct secret *material, const struct key_derivation *k,
			unsigned char out[KEY_BYTES])
{
	struct keyed_hash h;

	keyed_hash_begin(&h, secret_bytes(material), KEY_BYTES);
	keyed_hash_add(&h, secret_bytes(material), secret_len(material));
	keyed_hash_add(&h, k->salt, sizeof(k->salt));
	keyed_hash_end(&h, out);
}

static enum err derive(enum key_source source, const struct secret *material,
		       const struct key_derivation *k, struct secret **out, struct err_info *info)
{
	unsigned char bytes[KEY_BYTES];

	if (!k->mem_bytes) {
		/* What is no key now was none when it was taken for one: it is another output. */
		if (!is_whole_key(material))
			return err_set(
				info, E_VAULT_KEY,
				"what the vault's %s gave is no key of 64 hex digits as before",
				key_source_name(source));
		stretch_not(material, k, bytes);
	} else if (crypto_pwhash_argon2id(
			   bytes, sizeof(bytes), (const char *)secret_bytes(material),
			   secret_len(material), k->salt, k->ops, (size_t)k->mem_bytes,
			   crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
		err_set(info, E_IO, "there is not enough memory to unlock the vault (%lld MiB)",
			(long long)(k->mem_bytes >> 20));
		err_hint(info, "end other programs, or raise the limit (ulimit -v)");
		return E_IO;
	}
	*out = secret_new(bytes, sizeof(bytes));
	wipe(bytes, sizeof(bytes));
	return OK;
}

static void wrapped_place(struct strbuf *aad, const char *uuid, const struct key_derivation *k)
{
	aad_init(aad);
	aad_add_str(aad, "master-key");
	aad_add_int(aad, WRAP_VERSION);
	aad_add_str(aad, uuid);
	aad_add(aad, k->salt, sizeof(k->salt));
	aad_add_int(aad, k->ops);
	aad_add_int(aad, k->mem_bytes);
}

static void describe(const struct vault *v, enum key_source source, const char *locator,
		     struct key_descriptor *d)
{
	struct strbuf aad, sealed;

	memset(d, 0, sizeof(*d));
	d->source = source;
	d->locator = xstrdup(locator);
	d->derived = v->derived;
	memcpy(d->check, v->check, KEY_ID_SIZE);
	wrapped_place(&aad, v->uuid, &v->derived);
	strbuf_init(&sealed, 4096);
	aead_seal(v->kek, &aad, v->key, &sealed);
	INVARIANT(sealed.len == sizeof(d->wrapped), "a wrapped key of its size");
	memcpy(d->wrapped, sealed.data, sizeof(d->wrapped));
	strbuf_free(&sealed);
	strbuf_free(&aad);
}

/* Takes kek. */
static struct vault *new_master(struct secret *kek, const struct key_derivation *k,
				const char *uuid)
{
	struct vault *v = vault_with(secret_new_random(KEY_BYTES), uuid);

	v->kek = kek;
	v->derived = *k;
	return v;
}

enum err vault_create_wrapped(enum key_source source, const char *locator,
			      const struct secret *material, const char *uuid, struct vault **out,
			      struct key_descriptor *d, struct err_info *info)
{
	struct key_derivation k = {0};
	struct secret *kek = NULL;
	enum err e;

	if (secret_len(material) == 0)
		return err_set(info, E_INVALID, "the passphrase is empty");
	if (source == KEY_PASSPHRASE || !is_whole_key(material)) {
		k.ops = crypto_pwhash_argon2id_OPSLIMIT_MODERATE;
		k.mem_bytes = crypto_pwhash_argon2id_MEMLIMIT_MODERATE;
	}
	rng_bytes(k.salt, sizeof(k.salt));
	e = derive(source, material, &k, &kek, info);
	if (e)
		return e;
	*out = new_master(kek, &k, uuid);
	describe(*out, source, locator, d);
	return OK;
}

bool vault_is_wrapped(const struct vault *v)
{
	return v->kek != NULL;
}

void vault_create_alike(const struct vault *v, const struct key_descriptor *before,
			struct vault **out, struct key_descriptor *d)
{
	INVARIANT(v->kek, "a master key that is wrapped");
	*out = new_master(secret_copy(v->kek), &v->derived, v->uuid);
	describe(*out, before->source, before->locator, d);
}

static void say_what_fits(enum key_source source, struct err_info *info)
{
	if (source == KEY_PASSPHRASE)
		err_hint(info, "try again; if it is forgotten, `masthead vault rekey --discard' "
			       "begins anew and the accounts are connected again");
	else if (source == KEY_COMMAND)
		err_hint(info, "see what the command prints now; without what it printed before, "
			       "`masthead vault rekey --discard' begins anew");
	else
		err_hint(info, "put back what was there before; without it, `masthead vault rekey "
			       "--discard' begins anew");
}

static const char *const misfits[KEY_SOURCE_COUNT] = {
	[KEY_PASSPHRASE] = "the passphrase does not open the vault",
	[KEY_COMMAND] = "what the key command printed does not open the vault",
	[KEY_SECRET_SERVICE] = "what the secret service holds does not open the vault",
	[KEY_CREDENTIAL] = "the credential does not open the vault",
};

/* Takes kek. */
static enum err unwrap(const struct key_descriptor *d, struct secret *kek, const char *uuid,
		       struct vault **out, struct err_info *info)
{
	struct secret *key;
	struct strbuf aad;
	struct vault *v;

	wrapped_place(&aad, uuid, &d->derived);
	key = aead_open(kek, &aad, d->wrapped, sizeof(d->wrapped));
	strbuf_free(&aad);
	if (!key || secret_len(key) != KEY_BYTES) {
		secret_free(&key);
		secret_free(&kek);
		err_set(info, E_VAULT_KEY, "%s", misfits[d->source]);
		say_what_fits(d->source, info);
		return E_VAULT_KEY;
	}
	v = vault_with(key, uuid);
	v->kek = kek;
	v->derived = d->derived;
	*out = v;
	return OK;
}

enum err vault_unlock_with(const struct key_descriptor *d, const struct secret *material,
			   const char *uuid, struct vault **out, struct err_info *info)
{
	struct secret *kek = NULL;
	enum err e = derive(d->source, material, &d->derived, &kek, info);

	if (e == E_VAULT_KEY)
		say_what_fits(d->source, info);
	return e ? e : unwrap(d, kek, uuid, out, info);
}

enum err vault_unlock_alike(const struct key_descriptor *d, const struct vault *before,
			    struct vault **out, struct err_info *info)
{
	if (!before->kek ||
	    sodium_memcmp(&before->derived.salt, d->derived.salt, sizeof(d->derived.salt)) != 0)
		return err_set(info, E_VAULT_LOCKED, "the vault's passphrase has been changed");
	return unwrap(d, secret_copy(before->kek), before->uuid, out, info);
}

/* ---- a command's output ---- */

enum err vault_command_output(const char *command, struct secret **out, struct err_info *info)
{
	return command_output(command, SECRET_BYTES_MAX, out, info);
}
