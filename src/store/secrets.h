/* store/secrets.h - inside the store: sealing one value of a connection. */
#ifndef MASTHEAD_STORE_SECRETS_H
#define MASTHEAD_STORE_SECRETS_H

#include "store/connections.h"

extern const char *const conn_field_columns[CONN_FIELD_COUNT];

/* [tx] Seals and stores; an empty or NULL value changes nothing. E_VAULT_LOCKED, E_VAULT_KEY. */
enum err secret_store(struct store *s, int64_t tenant_id, int64_t connection_id, enum conn_field f,
		      const struct secret *value, struct err_info *info) MUST_USE;

/* [tx] Seals with this key, whatever the tenant's newest is, and stores. */
enum err secret_seal(struct store *s, const struct tenant_key *k, int64_t connection_id,
		     enum conn_field f, const struct secret *value, struct err_info *info) MUST_USE;

/* What a tenant has a secret of its own for, in the arena. */
enum err tenant_secret_names(struct store *s, int64_t tenant_id, struct arena *a,
			     const char *const **names, size_t *n, struct err_info *info) MUST_USE;
/* [tx] The same as tenant_secret_set, with this key. */
enum err tenant_secret_seal(struct store *s, const struct tenant_key *k, const char *name,
			    const struct secret *value, struct err_info *info) MUST_USE;

#endif
