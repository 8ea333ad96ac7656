/* store/media_objects.h - which files stand at the media host, for which job, and which of them are to go.
 *
 *  (1) A row is committed before its file is put, so that every file has a row.
 *  (2) url says that the file was put whole; only such a file is named to a platform.
 *  (3) dropping is committed before the file is deleted: from then on it serves no job.
 *  (4) A row goes when its file is known to be gone.
 *
 * Written by the publisher, in the service scope; a tenant may read. */
#ifndef MASTHEAD_STORE_MEDIA_OBJECTS_H
#define MASTHEAD_STORE_MEDIA_OBJECTS_H

#include "store/store.h"

struct media_object {
	int64_t tenant_id, id, job_id;
	const char *sha256;
	const char *kind, *name, *target, *url; /* target, url: NULL if there is none */
	int64_t tries, next_at;
	/* Of its job; filled when read. */
	const char *platform;
	int64_t ended_at;
};

/* [tx] Numbers it. */
enum err media_object_add(struct store *s, struct media_object *o, int64_t now_ms,
			  struct err_info *info) MUST_USE;
/* [tx] It was put whole. url "": it was deleted once without anybody knowing whether it was there. */
enum err media_object_there(struct store *s, int64_t tenant_id, int64_t id, const char *url,
			    struct err_info *info) MUST_USE;
/* [tx] It is going to be deleted. */
enum err media_object_dropping(struct store *s, int64_t tenant_id, int64_t id,
			       struct err_info *info) MUST_USE;
/* [tx] It could not be deleted; the next try. */
enum err media_object_later(struct store *s, int64_t tenant_id, int64_t id, int64_t tries,
			    int64_t next_at, struct err_info *info) MUST_USE;
/* [tx] It is gone. */
enum err media_object_gone(struct store *s, int64_t tenant_id, int64_t id,
			   struct err_info *info) MUST_USE;
/* [tx] After a restore: what the rows say may be long untrue. All are to be deleted, and serve nobody. */
enum err media_objects_distrust(struct store *s, struct err_info *info) MUST_USE;

/* Those that serve a job. */
enum err media_objects_of_job(struct store *s, int64_t tenant_id, int64_t job_id, struct arena *a,
			      struct media_object **out, size_t *n, struct err_info *info) MUST_USE;
/* Those that no job needs any more, also those whose next_at is still to come; soonest first, at most limit. */
enum err media_objects_over(struct store *s, int limit, struct arena *a, struct media_object **out,
			    size_t *n, struct err_info *info) MUST_USE;
/* As often in vain is worth telling. */
#define MEDIA_TRIES_STUCK 3
/* How many there are (tenant_id 0: in all tenants), and of these how many could not be removed `tries` times or more. */
enum err media_objects_count(struct store *s, int64_t tenant_id, int64_t tries, int64_t *all,
			     int64_t *stuck, struct err_info *info) MUST_USE;

#endif
