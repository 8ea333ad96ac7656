/* sandbox/shelf.h - posts and files as several platforms keep them. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_SHELF_H
#define MASTHEAD_SANDBOX_SHELF_H

#include "sandbox/call.h"

/* Numbers that grow with time, as ids of posts; in the answer's arena. */
char *shelf_post_id(const struct call *c);
/* An id of digits for the next file or container. */
char *shelf_blob_id(const struct call *c, const char *prefix);
/* A file that came whole; alt NULL: none. */
struct blob *shelf_keep(const struct call *c, const char *id, const char *type, const void *bytes,
			size_t n, const char *alt);
/* A URL that the platform would fetch: its own text is hashed in place of the bytes. */
struct blob *shelf_keep_url(const struct call *c, const char *id, const char *type, const char *url,
			    const char *alt);
/* Adds {"sha256","alt"} to a list for the ledger. */
void shelf_list(struct json *media, const struct blob *b, const char *alt);

/* What a text is known by when it comes again; in the answer's arena. */
char *shelf_text_key(const struct call *c, const char *text);
/* The account's post of that key, not older than window_ms; also a deleted one if with_deleted. NULL. */
struct post *shelf_twin(const struct call *c, const struct account *a, const char *key,
			int64_t window_ms, bool with_deleted);
/* What was accepted as JSON; the caller frees. */
struct json *shelf_record(const struct post *p) MUST_USE;
/* Accepts it with a record, which is freed, and its member "text". */
struct post *shelf_accept(struct call *c, struct account *a, const char *key, const char *remote_id,
			  struct json *record, struct json *media);
/* The account's visible posts, newest first; *cursor is 0 at first. NULL past the last. */
const struct post *shelf_next(const struct call *c, const struct account *a, size_t *cursor);
/* A visible post of this platform; NULL. */
struct post *shelf_post(const struct call *c, const char *remote_id);

#endif
