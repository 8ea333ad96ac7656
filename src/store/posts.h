/* store/posts.h - content: posts, their media and their per-platform variants. */
#ifndef MASTHEAD_STORE_POSTS_H
#define MASTHEAD_STORE_POSTS_H

#include "store/store.h"

/* [tx] Stores p (id, tenant and times are given by the store) with its media rows. */
enum err post_add(struct store *s, const struct post *p, int64_t *id,
		  struct err_info *info) MUST_USE;
/* [tx] Text and media for one platform only. NULL leaves what is there; at first that is the post's. */
enum err post_variant_set(struct store *s, int64_t post_id, const char *platform, const char *text,
			  const struct media *media, size_t n_media,
			  struct err_info *info) MUST_USE;
/* [tx] Replace the content; only while no job of it has been claimed (E_STATE). Its jobs' content_hash follows. */
enum err post_edit(struct store *s, const struct post *p, struct err_info *info) MUST_USE;
/* The content as it goes to a platform: variant applied, media filled. platform NULL: as written. */
enum err post_get(struct store *s, int64_t tenant_id, int64_t id, const char *platform,
		  struct arena *a, struct post *out, struct err_info *info) MUST_USE;
/* Number of a job with the same text and media to this connection, created since `since`, not failed or
 * cancelled; 0: none. content_hash as post_hash gives it. */
enum err post_duplicate(struct store *s, int64_t connection_id, const char *content_hash,
			int64_t since, int64_t *job_id, struct err_info *info) MUST_USE;
/* How many media the tenant's richest post has. */
enum err post_media_most(struct store *s, int64_t *most, struct err_info *info) MUST_USE;
/* Service scope: the hash of each file of media that any post names, once. */
enum err post_media_hashes(struct store *s, void (*each)(void *self, const char *sha256),
			   void *self, struct err_info *info) MUST_USE;
/* SHA-256 hex over text and the media's hashes, length-prefixed. */
void post_hash(const struct post *p, char out[65]);

#endif
