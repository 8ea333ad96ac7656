/* platforms/bluesky.h - the Bluesky adapter (AT protocol), and what its files share.
 *
 * bluesky.c: the facts, the checks, the way to the operations. bluesky_answer.c: the error table.
 * bluesky_session.c: login, refresh, verify, revoke, facts. bluesky_post.c: publish;
 * bluesky_video.c: a video's way through its service; bluesky_record.c: what is published; bluesky_settle.c: settle, take down.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_BLUESKY_H
#define MASTHEAD_PLATFORMS_BLUESKY_H

#include "platforms/platform.h"

extern const struct platform bluesky_platform;

#define BLUESKY_SERVER "https://bsky.social"
#define BLUESKY_POSTS "app.bsky.feed.post"

/* Starts a call of the XRPC method in out->request. */
struct http_request *bluesky_call(const struct step_in *in, struct step_out *out,
				  enum http_method method, const char *nsid);

/* Was the request that was answered one that may have made the post visible? */
enum bluesky_sent { BLUESKY_FREE, BLUESKY_COMMIT };
/* Makes out a failure from an answer that is no success: class, code, the server's own words. */
void bluesky_fail(const struct step_in *in, struct step_out *out, enum bluesky_sent sent);
/* The same for a 2xx that lacks what it should tell. */
void bluesky_fail_odd(const struct step_in *in, struct step_out *out, enum bluesky_sent sent,
		      const char *what);
bool bluesky_ok(const struct http_response *r);

/* A DID by its form. */
bool bluesky_is_did(const char *s);

void bluesky_login(const struct step_in *in, struct step_out *out);
void bluesky_refresh(const struct step_in *in, struct step_out *out);
void bluesky_verify(const struct step_in *in, struct step_out *out);
void bluesky_revoke(const struct step_in *in, struct step_out *out);
void bluesky_facts(const struct step_in *in, struct step_out *out);
void bluesky_publish(const struct step_in *in, struct step_out *out);
void bluesky_settle(const struct step_in *in, struct step_out *out);
void bluesky_takedown(const struct step_in *in, struct step_out *out);

/* A post on its way: its state, opened (bluesky_post.c). Objects are owned, strings borrowed. */
struct bluesky_way {
	const char *ask;  /* what the last request was; "" at the start */
	const char *what; /* the handle or sha256 that it was about */
	struct json *dids, *blobs, *jobs;
	int64_t polls;
};
/* Stores what is known and what is asked now; the objects move into out. */
void bluesky_keep(struct bluesky_way *w, struct step_out *out, const char *ask, const char *what);
/* A blob's reference as an answer has it. */
bool bluesky_is_blob(const struct json *blob);

/* Where videos go: to a service of its own, whose address this is; NULL: they are blobs like images. */
const char *bluesky_video_base(const struct step_in *in);
/* Asks for what a video lacks on its way through the service. */
void bluesky_ask_video(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
		       const struct media *m);
/* The answer to one of those requests: true when the next one is due. */
#define BLUESKY_ASK_PERMIT "permit"
#define BLUESKY_ASK_VIDEO "video"
#define BLUESKY_ASK_JOB "job"
bool bluesky_take_permit(const struct step_in *in, struct step_out *out);
bool bluesky_take_job(const struct step_in *in, struct step_out *out, struct bluesky_way *w);
/* Is it an account of Bluesky's own servers? */
bool bluesky_is_own(const struct connection *conn);
#define BLUESKY_VIDEO_BYTES_MAX INT64_C(300000000)
#define BLUESKY_BLOB_BYTES_MAX INT64_C(52428800)

/* The account's DID; "" if it has none (in a rehearsal a word in its place). */
const char *bluesky_account(const struct step_in *in);
/* DONE: the post is there, as the record's answer says (uri and cid). False if uri is not one of this account's posts. */
bool bluesky_done(const struct step_in *in, struct step_out *out, const struct json *record);

/* The post as a record. dids: handle -> DID or null; blobs: sha256 -> blob, of all its media. */
struct json *bluesky_record(const struct step_in *in, struct arena *a, const struct json *dids,
			    const struct json *blobs) MUST_USE;
/* The first handle mentioned, in lower case, that dids says nothing of; NULL if there is none. */
const char *bluesky_next_mention(struct arena *a, const struct post *post, const struct json *dids);
/* Does the post carry a link card? (Images take its place.) */
bool bluesky_has_card(const struct post *post);

#endif
