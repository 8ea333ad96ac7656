/* platforms/facebook.h - the adapter for Facebook Pages, and what its files share.
 *
 * facebook.c: the facts, the checks, the way to the operations. facebook_account.c: logins, renewal, verify, revoke, for
 * Instagram by way of a page too. facebook_post.c: publish. facebook_video.c: videos and reels in pieces.
 * facebook_settle.c: settle by listing, take down.
 *
 * Hosts: the API at graph.facebook.com, consent at www.facebook.com, videos at graph-video.facebook.com, reels at the
 * address that the API names. Where the configuration or the operator names another base, everything goes there:
 * BASE/VERSION/dialog/oauth, BASE/VERSION/{page}/videos and so on.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_FACEBOOK_H
#define MASTHEAD_PLATFORMS_FACEBOOK_H

#include "platforms/graph.h"
#include "platforms/progress.h"

extern const struct platform facebook_platform;
extern const struct graph facebook_graph;

#define FACEBOOK_API "https://graph.facebook.com"
#define FACEBOOK_SITE "https://www.facebook.com"
#define FACEBOOK_VIDEO "https://graph-video.facebook.com"
#define FACEBOOK_VERSION "v26.0"
#define FACEBOOK_TEXT_MAX 63206

/* What a login by Facebook is for: the page itself, or the Instagram account that belongs to it. */
struct facebook_login {
	const struct graph *g;
	const char *scopes; /* comma-separated */
	const char *none;   /* what it is that was not found */
	bool instagram;
};
void facebook_login_authorize(const struct facebook_login *l, const struct step_in *in,
			      struct step_out *out);
/* OP_LOGIN, OP_CODE and OP_REFRESH */
void facebook_login_enter(const struct facebook_login *l, const struct step_in *in,
			  struct step_out *out);
void facebook_login_verify(const struct facebook_login *l, const struct step_in *in,
			   struct step_out *out);
void facebook_login_revoke(const struct facebook_login *l, const struct step_in *in,
			   struct step_out *out);

/* A request to one of the page's lists: BASE/VERSION/{page}/WHAT. */
struct http_request *facebook_call_page(const struct step_in *in, struct step_out *out,
					enum http_method method, const char *what);
/* The post's video, and how it goes out; NULL if the post has none. */
const struct media *facebook_video_of(const struct post *post);
bool facebook_is_reel(struct arena *a, const struct post *post);
/* A post's address. */
const char *facebook_url(struct arena *a, const char *id);
/* The text of the post as it is sent: a link that is not shown as one stands in it. */
const char *facebook_message(struct arena *a, const struct post *post);

/* facebook_video.c: the requests of a video, and how their answers are taken. */
void facebook_video_next(struct progress *p);
bool facebook_take_start(struct progress *p);
bool facebook_take_transfer(struct progress *p);
bool facebook_take_bytes(struct progress *p);
bool facebook_take_finish(struct progress *p);
bool facebook_pretend_start(struct progress *p);
bool facebook_pretend_bytes(struct progress *p);

void facebook_publish(const struct step_in *in, struct step_out *out);
void facebook_settle(const struct step_in *in, struct step_out *out);
void facebook_takedown(const struct step_in *in, struct step_out *out);

#endif
