/* vault/vault.h - the master key, the tenants' keys, and sealed values.
 *
 * Layer: vault. A master key (struct vault) wraps one random data key per
 * tenant; data keys seal each secret field. All is XChaCha20-Poly1305 with a
 * random nonce; workspace, tenant, connection, field and key version are bound
 * in as associated data, so that a value moved anywhere else does not open.
 *
 * Threads: every object here is immutable after it is made; any thread may use
 * it until it is freed.
 *
 * Blob forms, version byte first (integers big-endian):
 *   wrapped key:  1, key id (8), nonce (24), sealed data key (32 + 16)
 *   sealed value: 1, key version (4), nonce (24), sealed bytes (n + 16) */
#ifndef MASTHEAD_VAULT_VAULT_H
#define MASTHEAD_VAULT_VAULT_H

#include "base/error.h"
#include "base/strbuf.h"
#include "vault/hash.h"
#include "vault/secret.h"

/* Once, in main, before any thread and any secret: starts the library and forbids core files and ptrace
 * by others of the same user. E_IO: the random source or the library failed. */
enum err vault_global_init(struct err_info *info) MUST_USE;

/* ---- where a master key comes from ------------------------------------ */

#define KEY_SOURCE_TABLE(X) \
	X(KEY_FILE, "file") \
	X(KEY_PASSPHRASE, "passphrase") \
	X(KEY_COMMAND, "command") \
	X(KEY_SECRET_SERVICE, "secret-service") \
	X(KEY_CREDENTIAL, "credential")
#define KEY_SOURCE_ENUM(e, name) e,
enum key_source { KEY_SOURCE_TABLE(KEY_SOURCE_ENUM) KEY_SOURCE_COUNT };
#undef KEY_SOURCE_ENUM
const char *key_source_name(enum key_source s);

/* Hex of the public check value of a master key: tells a wrong key from a damaged value. */
#define KEY_ID_BYTES 8
#define KEY_ID_SIZE (2 * KEY_ID_BYTES + 1)

/* How a wrapping key is made from a passphrase: Argon2id with these. mem_bytes 0: it is a whole
 * key already (a command's 64 hex digits), and is not stretched. */
#define KEY_SALT_BYTES 16
#define KEY_WRAPPED_BYTES (24 + 32 + 16)
struct key_derivation {
	unsigned char salt[KEY_SALT_BYTES];
	int64_t ops, mem_bytes;
};

/* What the workspace's settings keep, as one JSON object:
 * {"source":"file","path":"/...","check":"0123456789abcdef"}, or
 * {"source":"passphrase","kdf":"argon2id","ops":3,"mem":268435456,"salt":HEX,"wrapped":HEX,"check":...}
 * ("command" has "command" too, "credential" and "secret-service" have "credential" and "entry", all three kdf
 * "none" where what they give is a whole key). It holds no secret in clear. */
struct key_descriptor {
	enum key_source source;
	char *path; /* KEY_FILE: absolute; NULL: the default path */
	/* COMMAND: as typed; CREDENTIAL: its name; SECRET_SERVICE: its entry's id (see service.c) */
	char *locator;
	char check[KEY_ID_SIZE];       /* "" when not known yet */
	struct key_derivation derived; /* from here on: all but KEY_FILE */
	unsigned char wrapped[KEY_WRAPPED_BYTES];
};
/* Zeroes the struct first on success; free with key_descriptor_free. E_CORRUPT: not such a text;
 * E_UNSUPPORTED: a source that this program does not have. */
enum err key_descriptor_parse(const char *json, struct key_descriptor *out,
			      struct err_info *info) MUST_USE;
void key_descriptor_write(const struct key_descriptor *d, struct strbuf *out);
void key_descriptor_free(struct key_descriptor *d);

/* "<config dir>/keys/<uuid>.key"; the caller frees. */
char *vault_default_key_path(const char *config_dir, const char *uuid) MUST_USE;

/* ---- the master key --------------------------------------------------- */

struct vault;

/* Makes a random key in a new 0600 file (and its directory, 0700). E_EXISTS: a file is there, which is
 * never overwritten; E_INVALID: uuid is not one; E_IO, E_DISK_FULL. */
enum err vault_create_key_file(const char *path, const char *uuid, struct vault **out,
			       struct err_info *info) MUST_USE;
/* E_VAULT_LOCKED: no such file (the key is lost; the hint says what that means);
 * E_VAULT_KEY: another workspace's, damaged, a link, or open to others; E_IO. */
enum err vault_open_key_file(const char *path, const char *uuid, struct vault **out,
			     struct err_info *info) MUST_USE;
/* Unlocks as the settings say, and holds the key against d->check where that is set (E_VAULT_KEY). config_dir
 * finds the default path. A rotation that was cut off between commit and renaming left the key in
 * "<path>.new": it is found there. KEY_COMMAND: runs it, up to a minute; KEY_SECRET_SERVICE:
 * asks it as long, for a keyring may ask its owner. KEY_PASSPHRASE: E_VAULT_LOCKED, for it takes vault_unlock_with. Besides the errors above, E_UNSUPPORTED. */
enum err vault_unlock(const struct key_descriptor *d, const char *config_dir, const char *uuid,
		      struct vault **out, struct err_info *info) MUST_USE;

/* A new random master key, wrapped by a key that comes from the passphrase, a command's output or a credential
 * (about 0.7 s and 256 MiB, unless it is a whole key). Fills *d (free it). E_INVALID: empty; E_IO: not enough
 * memory. */
enum err vault_create_wrapped(enum key_source source, const char *locator,
			      const struct secret *material, const char *uuid, struct vault **out,
			      struct key_descriptor *d, struct err_info *info) MUST_USE;
/* E_VAULT_KEY: it does not fit; E_IO. */
enum err vault_unlock_with(const struct key_descriptor *d, const struct secret *material,
			   const char *uuid, struct vault **out, struct err_info *info) MUST_USE;
bool vault_is_wrapped(const struct vault *v);
/* The same source and what it gives, another master key; nobody is asked. Only of a wrapped one. */
void vault_create_alike(const struct vault *v, const struct key_descriptor *before,
			struct vault **out, struct key_descriptor *d);
/* What another process made with vault_create_alike. E_VAULT_LOCKED: the passphrase is another one now. */
enum err vault_unlock_alike(const struct key_descriptor *d, const struct vault *before,
			    struct vault **out, struct err_info *info) MUST_USE;
/* Runs a key command (no shell; words split, quotes known) and takes what it prints. E_VAULT_LOCKED: not started, failed,
 * printed nothing, or took over a minute; E_VAULT_KEY: printed too much; E_INVALID: not a command. */
enum err vault_command_output(const char *command, struct secret **out,
			      struct err_info *info) MUST_USE;

/* The bytes of $CREDENTIALS_DIRECTORY/NAME, one newline at the end dropped. E_INVALID: no name of a credential;
 * E_VAULT_LOCKED: this process was given none, or none of this name; E_VAULT_KEY: empty, too long, no plain file,
 * or open to everybody; E_IO. */
enum err vault_credential(const char *name, struct secret **out, struct err_info *info) MUST_USE;
bool vault_credential_name_ok(const char *name);

/* vault_create_wrapped with a random secret, which is stored in the desktop's secret service first: as a new entry, so
 * that one of before still opens what is of before. Until the settings that name it are committed the entry is
 * nobody's: vault_forget it where that fails. E_VAULT_LOCKED: no service, or its keyring is locked; E_UNSUPPORTED:
 * the helper program is not installed. */
enum err vault_create_in_service(const char *uuid, struct vault **out, struct key_descriptor *d,
				 struct err_info *info) MUST_USE;
/* Would vault_create_in_service get as far as storing? Its errors; nothing is stored. */
enum err vault_service_ready(struct err_info *info) MUST_USE;
/* Removes what was stored for a key that no settings name: the entry of KEY_SECRET_SERVICE; of others nothing. */
enum err vault_forget(const struct key_descriptor *d, const char *uuid,
		      struct err_info *info) MUST_USE;

void vault_free(struct vault **v);
const char *vault_uuid(const struct vault *v);
const char *vault_check(const struct vault *v); /* KEY_ID_SIZE; public */

/* ---- the tenants' keys ------------------------------------------------ */

struct tenant_key;

/* A new random data key. version counts from 1 per tenant. */
struct tenant_key *vault_new_tenant_key(const struct vault *v, int64_t tenant_id,
					int64_t version) MUST_USE;
/* Append the wrapped key, fit for the table tenant_keys. */
void vault_wrap_tenant_key(const struct vault *v, const struct tenant_key *k, struct strbuf *out);
/* Is it wrapped by this master key, going by the key's id in front? */
bool vault_wrapped_by(const struct vault *v, const void *blob, size_t n);
/* E_VAULT_KEY: wrapped with another master key; E_CORRUPT: damaged, or another tenant's or version's;
 * E_SCHEMA_NEWER: a form that a newer program made. */
enum err vault_unwrap_tenant_key(const struct vault *v, int64_t tenant_id, int64_t version,
				 const void *blob, size_t n, struct tenant_key **out,
				 struct err_info *info) MUST_USE;
void tenant_key_free(struct tenant_key **k);
int64_t tenant_key_tenant(const struct tenant_key *k);
int64_t tenant_key_version(const struct tenant_key *k);

/* ---- sealed values ---------------------------------------------------- */

/* The place that a value belongs to; workspace, tenant and key version come from the key. */
struct seal_place {
	int64_t connection_id; /* 0: the tenant's own */
	const char *field;     /* "access", "refresh", "app_password", ... */
};

#define SEAL_OVERHEAD_BYTES (1 + 4 + 24 + 16)

/* Append the sealed bytes of s. */
void vault_seal(const struct tenant_key *k, const struct seal_place *place, const struct secret *s,
		struct strbuf *out);
/* E_VAULT_KEY: sealed with another version of the tenant's key; E_CORRUPT: moved here from another
 * tenant, connection or field, or damaged; E_SCHEMA_NEWER. */
enum err vault_open(const struct tenant_key *k, const struct seal_place *place, const void *blob,
		    size_t n, struct secret **out, struct err_info *info) MUST_USE;

/* ---- the log's chain key ---------------------------------------------- */

/* A random key in a 0600 file of its own beside the key file, so that a locked
 * vault stops no verb from logging, and rotation leaves the chain alone. */
struct chain_key;

/* "<config dir>/keys/<uuid>.chain"; the caller frees. */
char *chain_key_default_path(const char *config_dir, const char *uuid) MUST_USE;
/* As vault_create_key_file. */
enum err chain_key_create(const char *path, const char *uuid, struct chain_key **out,
			  struct err_info *info) MUST_USE;
/* E_NOT_FOUND: there is none (make one and start a new segment); E_VAULT_KEY, E_IO as vault_open_key_file. */
enum err chain_key_open(const char *path, const char *uuid, struct chain_key **out,
			struct err_info *info) MUST_USE;
void chain_key_free(struct chain_key **k);
const char *chain_key_id(const struct chain_key *k); /* KEY_ID_SIZE; public: tells segments apart */
/* keyed_hash_begin with this key. */
void chain_hash_begin(struct keyed_hash *h, const struct chain_key *k);

#endif
