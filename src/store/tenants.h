/* store/tenants.h - tenants (service scope), brands, connections: the things that have names.
 *
 * [tx] functions need a transaction. Names are unique per tenant, archived ones included. */
#ifndef MASTHEAD_STORE_TENANTS_H
#define MASTHEAD_STORE_TENANTS_H

#include "store/store.h"

/* --- tenants: service scope, but reading one's own works in its scope --- */
enum err tenant_add(struct store *s, const char *name, int64_t *id,
		    struct err_info *info) MUST_USE; /* [tx] E_EXISTS E_INVALID */
enum err tenant_rename(struct store *s, int64_t id, const char *name,
		       struct err_info *info) MUST_USE; /* [tx] */
/* E_STATE while jobs of it are not finished: what is put away publishes nothing. */
enum err tenant_archive(struct store *s, int64_t id, struct err_info *info) MUST_USE; /* [tx] */
enum err tenant_get(struct store *s, int64_t id, struct arena *a, struct tenant *out,
		    struct err_info *info) MUST_USE;
enum err tenant_find(struct store *s, const char *name_or_number, struct arena *a,
		     struct tenant *out, struct err_info *info) MUST_USE; /* E_NOT_FOUND */
enum err tenants_page(struct store *s, bool archived_too, const struct page_request *r,
		      struct page *out, struct err_info *info) MUST_USE;

/* --- brands --- */
struct brand_values { /* for add and edit; edit changes what is not NULL / not INT64_MIN */
	const char *name, *timezone, *color;
	int64_t catch_up_min;
};
enum err brand_add(struct store *s, const struct brand_values *v, int64_t *id,
		   struct err_info *info) MUST_USE; /* [tx] */
enum err brand_edit(struct store *s, int64_t id, const struct brand_values *v,
		    struct err_info *info) MUST_USE; /* [tx] */
enum err brand_archive(struct store *s, int64_t id,
		       struct err_info *info) MUST_USE; /* [tx]; E_STATE while jobs wait */
enum err brand_find(struct store *s, const char *name_or_number, struct arena *a, struct brand *out,
		    struct err_info *info) MUST_USE; /* E_NOT_FOUND; archived ones are found */
enum err brand_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
		   struct brand *out, struct err_info *info) MUST_USE;
enum err brands_page(struct store *s, bool archived_too, const struct page_request *r,
		     struct page *out, struct err_info *info) MUST_USE;

/* --- pauses: a brand, a platform, a connection, all of the tenant --- */
struct pause_target {
	int64_t brand_id;
	const char *platform;
	int64_t connection_id;
	bool all;
}; /* exactly one set */
enum err pause_set(struct store *s, const struct pause_target *t, bool paused,
		   struct err_info *info) MUST_USE; /* [tx] */
/* Is publishing of this connection held up by any of the four? *why: "brand" "platform" "connection" "all". */
bool pause_of(struct store *s, const struct connection *c, const char **why);

#endif
