/* platforms/instagram.h - the adapter for Instagram's professional accounts.
 *
 * instagram.c: the facts, the checks, the way to the operations. instagram_post.c: what a container is made of. The rest
 * is shared: graph.[ch] (errors, tokens), stage.[ch] (the way out), facebook_account.c (logins by way of a page).
 *
 * There are two products. "Instagram Login" is the usual one: API at graph.instagram.com, consent at
 * www.instagram.com, codes turned in at api.instagram.com. "Facebook Login" goes by a page's token: API at
 * graph.facebook.com, consent at www.facebook.com; it is chosen by naming https://graph.facebook.com as the server
 * (or as api_base; a base that ends in "/graph.facebook.com" means the same). Where another base is named everything
 * goes there: BASE/oauth/authorize, BASE/oauth/access_token, BASE/VERSION/...
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_INSTAGRAM_H
#define MASTHEAD_PLATFORMS_INSTAGRAM_H

#include "platforms/stage.h"

extern const struct platform instagram_platform;
extern const struct graph instagram_graph, instagram_page_graph;

#define INSTAGRAM_API "https://graph.instagram.com"
#define INSTAGRAM_SITE "https://www.instagram.com"
#define INSTAGRAM_TOKEN "https://api.instagram.com/oauth/access_token"
#define INSTAGRAM_VERSION "v25.0"
#define INSTAGRAM_TEXT_MAX 2200
#define INSTAGRAM_TAGS_MAX 30
#define INSTAGRAM_MENTIONS_MAX 20
#define INSTAGRAM_FILES_MAX 10
#define INSTAGRAM_IMAGE_BYTES_MAX ((int64_t)8 << 20)
#define INSTAGRAM_VIDEO_BYTES_MAX ((int64_t)300 << 20)

/* Does this go by Facebook Login? */
bool instagram_by_facebook(const struct step_in *in);
/* The way out of one of the two. */
const struct stage *instagram_stage(const struct step_in *in);
bool instagram_is_story(struct arena *a, const struct post *post);

#endif
