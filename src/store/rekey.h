/* store/rekey.h - changing the vault's key: another one, or one from elsewhere. Service scope. */
#ifndef MASTHEAD_STORE_REKEY_H
#define MASTHEAD_STORE_REKEY_H

#include "store/store.h"

/* Where the new master key comes from. */
struct key_change {
	bool alike; /* the same place and the same passphrase; the rest is not looked at */
	enum key_source source;
	const char *path;              /* FILE: absolute; NULL: the configured or the default one */
	const char *locator;           /* COMMAND, CREDENTIAL: as in struct key_descriptor */
	const struct secret *material; /* PASSPHRASE, COMMAND, CREDENTIAL: what it gave */
	bool discard;                  /* nothing sealed is kept: for a key that is lost */
};
struct key_tally {
	int64_t tenants, sealed,
		discarded; /* tenants' keys and values sealed anew; connections that lost their login */
};
/* A new master key, new data keys of all tenants and every value sealed with them, in one transaction. Killed at any
 * instruction it leaves a workspace whose every value opens: with the old key before the commit, with the new one
 * after it. Old keys open nothing more, but backups made before. Errors of the vault; E_EXISTS: a file is there;
 * E_CORRUPT: a value cannot be opened (named), and nothing is changed. */
enum err vault_change(struct store *s, const struct key_change *c, struct key_tally *out,
		      struct err_info *info) MUST_USE;

struct vault_tenant {
	const char *tenant;
	int64_t key_version, sealed; /* 0: no key made yet; values stored */
};
enum err vault_tenants(struct store *s, struct arena *a, struct vault_tenant **out, size_t *n,
		       struct err_info *info) MUST_USE;

#endif
