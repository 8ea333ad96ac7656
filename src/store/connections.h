/* store/connections.h - accounts and their sealed secrets. */
#ifndef MASTHEAD_STORE_CONNECTIONS_H
#define MASTHEAD_STORE_CONNECTIONS_H

#include "store/store.h"

/* What a login or refresh tells. NULL / 0 members of an update leave the stored value alone
 * (an empty refresh token never overwrites a good one). But a new access token without expires_at has no known expiry: the old
 * token's is cleared, else it would be refreshed for ever. */
struct connection_values {
	int64_t brand_id;     /* add only */
	const char *platform; /* add only */
	const char *account, *account_id, *server, *endpoint, *facts, *scopes;
	bool loopback; /* add only */
	int64_t expires_at, refresh_expires_at;
	/* Sealed here, with the tenant's data key, under tenant|connection|field|key version. NULL: unchanged. */
	const struct secret *password, *access, *refresh, *client_secret;
	const char *client_id;
};
/* [tx] A new connection, or (same brand, platform, account_id) the old one again: keeps its number, becomes connected,
 * its `auth` jobs go on. *again (may be NULL) says which. Needs the vault. */
enum err connection_store(struct store *s, const struct connection_values *v, int64_t *id,
			  bool *again, struct err_info *info) MUST_USE;
/* [tx] After refresh / verify / facts; the status becomes `connected` when set_connected. */
enum err connection_update(struct store *s, int64_t tenant_id, int64_t id,
			   const struct connection_values *v, bool set_connected,
			   struct err_info *info) MUST_USE;
/* [tx] status and last_error ("E_CODE: words") with a log entry; verified_at 0: unchanged. No entry when nothing changes. */
enum err connection_set_status(struct store *s, int64_t tenant_id, int64_t id, enum conn_status st,
			       const struct err_info *why, int64_t verified_at,
			       struct err_info *info) MUST_USE;
/* [tx] Destroys the sealed tokens; the row stays, `disconnected`. */
enum err connection_forget(struct store *s, int64_t tenant_id, int64_t id,
			   struct err_info *info) MUST_USE;

enum conn_field { CONN_PASSWORD, CONN_ACCESS, CONN_REFRESH, CONN_CLIENT_SECRET, CONN_FIELD_COUNT };
/* Opens one sealed value. *out owned by the caller; NULL (and OK) where none is stored.
 * E_VAULT_LOCKED, E_VAULT_KEY, E_CORRUPT (moved or damaged). */
enum err connection_secret(struct store *s, int64_t tenant_id, int64_t id, enum conn_field f,
			   struct secret **out, struct err_info *info) MUST_USE;

enum err connection_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
			struct connection *out, struct err_info *info) MUST_USE;
/* A number, "brand/platform" or "brand/platform/account" (a leading '@' is optional). E_NOT_FOUND, E_AMBIGUOUS (lists them). */
enum err connection_find(struct store *s, const char *what, struct arena *a, struct connection *out,
			 struct err_info *info) MUST_USE;
struct connection_filter {
	int64_t brand_id;     /* 0: all */
	const char *platform; /* NULL: all */
	unsigned statuses;    /* bits 1u << enum conn_status; 0: all */
};
enum err connections_page(struct store *s, const struct connection_filter *f,
			  const struct page_request *r, struct page *out,
			  struct err_info *info) MUST_USE;
/* Service scope: connections with a refresh token whose access token expires before `before`. */
enum err connections_to_refresh(struct store *s, int64_t before, struct page *out,
				struct err_info *info) MUST_USE;

/* Refresh: [tx] leave a durable mark before asking (crash between answer and store); cleared by connection_update. */
enum err connection_refresh_begin(struct store *s, int64_t tenant_id, int64_t id, int64_t now_ms,
				  struct err_info *info) MUST_USE;
/* Rate window as told by the platform, shared by the connection's jobs. [tx] blocked_until 0: not blocked.
 * No log entry (it is no change of state). */
enum err connection_set_rate(struct store *s, int64_t tenant_id, int64_t id, int64_t limit,
			     int64_t remaining, int64_t resets_at, int64_t blocked_until,
			     struct err_info *info) MUST_USE;
struct connection_rate {
	int64_t limit, remaining, resets_at, blocked_until;
};
enum err connection_get_rate(struct store *s, int64_t tenant_id, int64_t id,
			     struct connection_rate *out, struct err_info *info) MUST_USE;

/* platform_sync_logs: one row per exchange that is no publishing (login refresh verify settle takedown facts revoke). [tx] */
struct sync_note {
	int64_t connection_id; /* 0 before a first login */
	const char *platform, *op;
	int64_t at, duration_ms, http_status;
	const char *outcome; /* "ok" or an error class */
	const char *code, *message;
};
enum err sync_log_add(struct store *s, int64_t tenant_id, const struct sync_note *n,
		      struct err_info *info) MUST_USE;
/* A tenant's own, newest first unless ascending; forwards only. E_INVALID: not a cursor of this list. */
enum err sync_log_page(struct store *s, const struct sync_filter *f, const struct page_request *r,
		       struct page *out, struct err_info *info) MUST_USE;

/* How many accounts of a platform are not disconnected, in this scope. */
enum err connections_on(struct store *s, const char *platform, int64_t *n,
			struct err_info *info) MUST_USE;

/* ---- a tenant's own secrets ------------------------------------------------- */

/* Sealed with the tenant's key, by name. */
#define SECRET_MEDIA_HOST "media_host"
#define SECRET_CLIENT "client." /* and the platform: the OAuth client that was registered there */
/* [tx] value NULL: it is forgotten. E_VAULT_LOCKED, E_VAULT_KEY. */
enum err tenant_secret_set(struct store *s, int64_t tenant_id, const char *name,
			   const struct secret *value, struct err_info *info) MUST_USE;
/* *out NULL: none is stored. */
enum err tenant_secret(struct store *s, int64_t tenant_id, const char *name, struct secret **out,
		       struct err_info *info) MUST_USE;
/* Is one stored? Opens nothing. */
enum err tenant_secret_there(struct store *s, int64_t tenant_id, const char *name, bool *there,
			     struct err_info *info) MUST_USE;

#endif
