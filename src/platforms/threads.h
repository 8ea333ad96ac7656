/* platforms/threads.h - the adapter for Threads.
 *
 * threads.c: the facts, the checks, the way to the operations. threads_text.c: how long a text is. The rest is shared:
 * graph.[ch] (errors, tokens), stage.[ch] (the way out).
 *
 * Hosts: the API and the tokens at graph.threads.net, consent at www.threads.com. https://graph.threads.com may be named
 * as the server instead. Where another base is named everything goes there: BASE/oauth/authorize,
 * BASE/oauth/access_token, BASE/access_token, BASE/refresh_access_token, BASE/v1.0/...
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_THREADS_H
#define MASTHEAD_PLATFORMS_THREADS_H

#include "platforms/stage.h"

extern const struct platform threads_platform;
extern const struct graph threads_graph;

#define THREADS_API "https://graph.threads.net"
#define THREADS_API_TOO "https://graph.threads.com"
#define THREADS_SITE "https://www.threads.com"
#define THREADS_VERSION "v1.0"
#define THREADS_TEXT_MAX 500
#define THREADS_LINKS_MAX 5
#define THREADS_FILES_MAX 20
#define THREADS_IMAGE_BYTES_MAX ((int64_t)8 << 20)
#define THREADS_VIDEO_BYTES_MAX ((int64_t)1 << 30)

/* The length as Threads counts: an emoji as its bytes, all else as one a character. */
int64_t threads_length(const char *text);
/* The number of different links in a text. */
int64_t threads_links(struct arena *a, const char *text, const char *link);

#endif
