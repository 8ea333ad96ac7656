/* vault/vault.c - the master key, the tenants' keys, and sealed values.
 *
 * What is bound in as associated data is everything that says where a value
 * belongs: kind and version of the blob, workspace, tenant, key version, and for
 * values connection and field. The master key's check value stands in front of a
 * wrapped key, so that a wrong master key is told from a damaged blob; a value
 * needs none, for its data key was proven when it was unwrapped. */
#include "vault/vault.h"

#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "vault/aead.h"
#include "vault/master.h"

#define BLOB_VERSION 1
#define VERSION_BYTES 4
#define WRAPPED_HEAD_BYTES (1 + KEY_ID_BYTES)
#define WRAPPED_BYTES (WRAPPED_HEAD_BYTES + AEAD_NONCE_BYTES + KEY_BYTES + AEAD_TAG_BYTES)
#define SEALED_HEAD_BYTES (1 + VERSION_BYTES)

_Static_assert(SEAL_OVERHEAD_BYTES == SEALED_HEAD_BYTES + AEAD_NONCE_BYTES + AEAD_TAG_BYTES,
	       "the overhead that the header states");

struct tenant_key {
	struct secret *key;
	char uuid[UUID_SIZE];
	int64_t tenant_id, version;
};

struct chain_key {
	struct secret *key;
	char id[KEY_ID_SIZE];
};

static void say_lost_key(struct err_info *info)
{
	err_hint(info, "put the key file back; if it is lost, the stored logins cannot be read by "
		       "anyone, and connecting the accounts again is all that is needed");
}

static void say_new_segment(struct err_info *info)
{
	err_hint(info, "the log goes on with a new key and a new segment");
}

static const struct keyfile_kind master_kind = {"masthead-key", E_VAULT_LOCKED, say_lost_key};
static const struct keyfile_kind chain_kind = {"masthead-chain", E_NOT_FOUND, say_new_segment};

/* ---- the master key ---- */

char *vault_default_key_path(const char *config_dir, const char *uuid)
{
	return xasprintf("%s/keys/%s.key", config_dir, uuid);
}

struct vault *vault_with(struct secret *key, const char *uuid)
{
	struct vault *v = xcalloc(1, sizeof(*v));

	v->key = key;
	memcpy(v->uuid, uuid, UUID_SIZE);
	keyfile_check(&master_kind, uuid, key, v->check);
	return v;
}

enum err vault_create_key_file(const char *path, const char *uuid, struct vault **out,
			       struct err_info *info)
{
	struct secret *key = NULL;
	enum err e = keyfile_create(&master_kind, path, uuid, &key, info);

	if (!e)
		*out = vault_with(key, uuid);
	return e;
}

enum err vault_open_key_file(const char *path, const char *uuid, struct vault **out,
			     struct err_info *info)
{
	struct secret *key = NULL;
	enum err e = keyfile_open(&master_kind, path, uuid, &key, info);

	if (!e)
		*out = vault_with(key, uuid);
	return e;
}

static enum err other_key(const char *path, struct err_info *info)
{
	err_set(info, E_VAULT_KEY,
		"the key file %s holds another key than the one that sealed the logins", path);
	err_hint(info, "put the earlier key file back; without it `masthead vault rekey --discard' "
		       "begins anew and the accounts are connected again");
	return E_VAULT_KEY;
}

/* The file, or the one that a rotation was cut off before renaming. */
static enum err unlock_file(const char *path, const char *check, const char *uuid,
			    struct vault **out, struct err_info *info)
{
	struct vault *v = NULL;
	struct err_info ignored;
	enum err e = vault_open_key_file(path, uuid, &v, info);
	char *next;

	if (!e && (!check[0] || !strcmp(check, v->check))) {
		*out = v;
		return OK;
	}
	vault_free(&v);
	next = xasprintf("%s.new", path);
	if (check[0] && vault_open_key_file(next, uuid, &v, &ignored) == OK) {
		if (!strcmp(check, v->check)) {
			*out = v;
			v = NULL;
			e = OK;
		} else if (!e) {
			e = other_key(path, info);
		}
		vault_free(&v);
	} else if (!e) {
		e = other_key(path, info);
	}
	xfree(&next);
	return e;
}

static enum err unlock_wrapped(const struct key_descriptor *d, const char *uuid, struct vault **out,
			       struct err_info *info)
{
	struct secret *material = NULL;
	enum err e;

	if (d->source == KEY_COMMAND)
		e = vault_command_output(d->locator, &material, info);
	else if (d->source == KEY_CREDENTIAL)
		e = vault_credential(d->locator, &material, info);
	else
		e = service_lookup(d->locator, uuid, &material, info);
	if (!e)
		e = vault_unlock_with(d, material, uuid, out, info);
	secret_free(&material);
	return e;
}

enum err vault_unlock(const struct key_descriptor *d, const char *config_dir, const char *uuid,
		      struct vault **out, struct err_info *info)
{
	char *standard;
	enum err e;

	if (d->source == KEY_PASSPHRASE) {
		err_set(info, E_VAULT_LOCKED, "the vault is locked by a passphrase");
		err_hint(info, "run it on a terminal, or give --passphrase-fd");
		return E_VAULT_LOCKED;
	}
	if (d->source != KEY_FILE)
		return unlock_wrapped(d, uuid, out, info);
	standard = vault_default_key_path(config_dir, uuid);
	e = unlock_file(d->path ? d->path : standard, d->check, uuid, out, info);
	xfree(&standard);
	return e;
}

void vault_free(struct vault **v)
{
	if (!*v)
		return;
	secret_free(&(*v)->key);
	secret_free(&(*v)->kek);
	xfree(v);
}

const char *vault_uuid(const struct vault *v)
{
	return v->uuid;
}

const char *vault_check(const struct vault *v)
{
	return v->check;
}

/* ---- the tenants' keys ---- */

static struct tenant_key *tenant_key_with(struct secret *key, const char *uuid, int64_t tenant_id,
					  int64_t version)
{
	struct tenant_key *k = xcalloc(1, sizeof(*k));

	INVARIANT(version > 0 && version <= UINT32_MAX, "a key version from 1");
	k->key = key;
	memcpy(k->uuid, uuid, UUID_SIZE);
	k->tenant_id = tenant_id;
	k->version = version;
	return k;
}

struct tenant_key *vault_new_tenant_key(const struct vault *v, int64_t tenant_id, int64_t version)
{
	return tenant_key_with(secret_new_random(KEY_BYTES), v->uuid, tenant_id, version);
}

static void wrapped_place(struct strbuf *aad, const char *uuid, int64_t tenant_id, int64_t version)
{
	aad_init(aad);
	aad_add_str(aad, "tenant-key");
	aad_add_int(aad, BLOB_VERSION);
	aad_add_str(aad, uuid);
	aad_add_int(aad, tenant_id);
	aad_add_int(aad, version);
}

static void key_id(const struct vault *v, unsigned char out[KEY_ID_BYTES])
{
	INVARIANT(hex_decode(v->check, out, KEY_ID_BYTES), "a check value in hex");
}

void vault_wrap_tenant_key(const struct vault *v, const struct tenant_key *k, struct strbuf *out)
{
	unsigned char id[KEY_ID_BYTES];
	struct strbuf aad;

	INVARIANT(!strcmp(v->uuid, k->uuid), "a tenant's key of the same workspace");
	key_id(v, id);
	wrapped_place(&aad, v->uuid, k->tenant_id, k->version);
	strbuf_putc(out, BLOB_VERSION);
	strbuf_add(out, id, sizeof(id));
	aead_seal(v->key, &aad, k->key, out);
	strbuf_free(&aad);
}

static enum err check_form(const unsigned char *blob, size_t n, size_t least, const char *what,
			   struct err_info *info)
{
	if (n > 0 && blob[0] > BLOB_VERSION)
		return err_set(info, E_SCHEMA_NEWER,
			       "%s was sealed by a newer version of the program", what);
	if (n < least || blob[0] != BLOB_VERSION)
		return err_set(info, E_CORRUPT, "%s is damaged: it is not a sealed value", what);
	return OK;
}

bool vault_wrapped_by(const struct vault *v, const void *blob, size_t n)
{
	unsigned char id[KEY_ID_BYTES];

	key_id(v, id);
	return n == WRAPPED_BYTES && bytes_equal(id, (const unsigned char *)blob + 1, KEY_ID_BYTES);
}

enum err vault_unwrap_tenant_key(const struct vault *v, int64_t tenant_id, int64_t version,
				 const void *blob, size_t n, struct tenant_key **out,
				 struct err_info *info)
{
	const unsigned char *bytes = blob;
	unsigned char id[KEY_ID_BYTES];
	struct secret *key;
	struct strbuf aad;
	enum err e = check_form(bytes, n, WRAPPED_BYTES, "the tenant's key", info);

	if (e)
		return e;
	key_id(v, id);
	if (!bytes_equal(id, bytes + 1, KEY_ID_BYTES)) {
		err_set(info, E_VAULT_KEY, "the tenant's key was wrapped with another master key");
		err_hint(info, "put the earlier key file back; without it `masthead vault rekey "
			       "--discard' begins anew and the accounts are connected again");
		return E_VAULT_KEY;
	}
	wrapped_place(&aad, v->uuid, tenant_id, version);
	key = n == WRAPPED_BYTES
		      ? aead_open(v->key, &aad, bytes + WRAPPED_HEAD_BYTES, n - WRAPPED_HEAD_BYTES)
		      : NULL;
	strbuf_free(&aad);
	if (!key)
		return err_set(info, E_CORRUPT,
			       "the tenant's key was moved here from elsewhere or is damaged");
	*out = tenant_key_with(key, v->uuid, tenant_id, version);
	return OK;
}

void tenant_key_free(struct tenant_key **k)
{
	if (!*k)
		return;
	secret_free(&(*k)->key);
	xfree(k);
}

int64_t tenant_key_tenant(const struct tenant_key *k)
{
	return k->tenant_id;
}

int64_t tenant_key_version(const struct tenant_key *k)
{
	return k->version;
}

/* ---- sealed values ---- */

static void sealed_place(struct strbuf *aad, const struct tenant_key *k,
			 const struct seal_place *place)
{
	aad_init(aad);
	aad_add_str(aad, "secret");
	aad_add_int(aad, BLOB_VERSION);
	aad_add_str(aad, k->uuid);
	aad_add_int(aad, k->tenant_id);
	aad_add_int(aad, k->version);
	aad_add_int(aad, place->connection_id);
	aad_add_str(aad, place->field);
}

static int64_t sealed_version(const unsigned char *blob)
{
	return (int64_t)blob[1] << 24 | (int64_t)blob[2] << 16 | (int64_t)blob[3] << 8 | blob[4];
}

void vault_seal(const struct tenant_key *k, const struct seal_place *place, const struct secret *s,
		struct strbuf *out)
{
	struct strbuf aad;

	sealed_place(&aad, k, place);
	strbuf_putc(out, BLOB_VERSION);
	for (int shift = 24; shift >= 0; shift -= 8)
		strbuf_putc(out, (char)(k->version >> shift & 0xFF));
	aead_seal(k->key, &aad, s, out);
	strbuf_free(&aad);
}

enum err vault_open(const struct tenant_key *k, const struct seal_place *place, const void *blob,
		    size_t n, struct secret **out, struct err_info *info)
{
	const unsigned char *bytes = blob;
	struct secret *s;
	struct strbuf aad;
	enum err e = check_form(bytes, n, SEAL_OVERHEAD_BYTES, "the stored login", info);

	if (e)
		return e;
	if (sealed_version(bytes) != k->version)
		return err_set(
			info, E_VAULT_KEY,
			"the stored %s was sealed with version %lld of the tenant's key, not %lld",
			place->field, (long long)sealed_version(bytes), (long long)k->version);
	sealed_place(&aad, k, place);
	s = aead_open(k->key, &aad, bytes + SEALED_HEAD_BYTES, n - SEALED_HEAD_BYTES);
	strbuf_free(&aad);
	if (!s) {
		err_set(info, E_CORRUPT,
			"the stored %s was moved here from elsewhere or is damaged", place->field);
		err_hint(info, "connect the account again");
		return E_CORRUPT;
	}
	*out = s;
	return OK;
}

/* ---- the log's chain key ---- */

char *chain_key_default_path(const char *config_dir, const char *uuid)
{
	return xasprintf("%s/keys/%s.chain", config_dir, uuid);
}

static struct chain_key *chain_key_with(struct secret *key, const char *uuid)
{
	struct chain_key *k = xcalloc(1, sizeof(*k));

	k->key = key;
	keyfile_check(&chain_kind, uuid, key, k->id);
	return k;
}

enum err chain_key_create(const char *path, const char *uuid, struct chain_key **out,
			  struct err_info *info)
{
	struct secret *key = NULL;
	enum err e = keyfile_create(&chain_kind, path, uuid, &key, info);

	if (!e)
		*out = chain_key_with(key, uuid);
	return e;
}

enum err chain_key_open(const char *path, const char *uuid, struct chain_key **out,
			struct err_info *info)
{
	struct secret *key = NULL;
	enum err e = keyfile_open(&chain_kind, path, uuid, &key, info);

	if (!e)
		*out = chain_key_with(key, uuid);
	return e;
}

void chain_key_free(struct chain_key **k)
{
	if (!*k)
		return;
	secret_free(&(*k)->key);
	xfree(k);
}

const char *chain_key_id(const struct chain_key *k)
{
	return k->id;
}

void chain_hash_begin(struct keyed_hash *h, const struct chain_key *k)
{
	keyed_hash_begin(h, secret_bytes(k->key), secret_len(k->key));
}
