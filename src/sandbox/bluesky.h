/* sandbox/bluesky.h - what the files of the simulated Bluesky share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_BLUESKY_H
#define MASTHEAD_SANDBOX_BLUESKY_H

#include "sandbox/call.h"
#include "sandbox/jwt.h"

#define BLUESKY_POSTS "app.bsky.feed.post"

/* {"error": name, "message": words} */
void pds_error(struct call *c, int status, const char *name, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* The rate headers that every answer behind the limiter has. */
void pds_rate(struct call *c, int64_t limit, int64_t remaining, int64_t resets_at,
	      int64_t window_s);
/* The session of the request's token, if it may be used now for this; NULL: answered already. */
struct session *pds_session(struct call *c, enum jwt_kind kind);

/* One function for each method of the API. */
void pds_create_session(struct call *c);
void pds_refresh_session(struct call *c);
void pds_get_session(struct call *c);
void pds_delete_session(struct call *c);
void pds_resolve_handle(struct call *c);
void pds_describe_server(struct call *c);
void pds_upload_blob(struct call *c);
void pds_service_auth(struct call *c);
void pds_upload_video(struct call *c);
void pds_video_job(struct call *c);
void pds_create_record(struct call *c);
void pds_put_record(struct call *c);
void pds_get_record(struct call *c);
void pds_list_records(struct call *c);
void pds_delete_record(struct call *c);

/* Keeps the bytes of the request's body as a blob; what they are is told by themselves. */
struct blob *pds_keep_blob(struct call *c);
/* {"$type":"blob","ref":{"$link"},"mimeType","size"} */
struct json *pds_describe_blob(const struct blob *b) MUST_USE;

/* Checks a post's record as the reference server does. False: answered already. */
bool pds_check_record(struct call *c, const struct json *record);
/* [{"sha256","alt"}] of the record's images, for the ledger. */
struct json *pds_media(const struct call *c, const struct json *record) MUST_USE;

#endif
