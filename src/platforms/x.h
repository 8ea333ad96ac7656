/* platforms/x.h - the adapter for X (API v2), and what its files share.
 *
 * x.c: the facts, the checks, the way to the operations. x_text.c: how long a text is. x_answer.c: the error table.
 * x_account.c: logins, verify, revoke. x_post.c: publish. x_settle.c: settle by listing, take down.
 *
 * Hosts: the API and the tokens at api.x.com, consent at x.com. Where the configuration or the operator names another
 * base, everything goes there: BASE/2/... and BASE/i/oauth2/authorize.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_X_H
#define MASTHEAD_PLATFORMS_X_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform x_platform;

#define X_API "https://api.x.com"
#define X_VERSION "2"
#define X_SITE "https://x.com"
#define X_TEXT_MAX 280
/* The most that a subscriber may be allowed (option x.text_max). */
#define X_TEXT_MAX_LONG 25000
#define X_URL_LENGTH 23

extern const struct judge x_judge;

/* Starts a request to the API in out->request, with the access token. */
struct http_request *x_call(const struct step_in *in, struct step_out *out, enum http_method method,
			    const char *path);
/* An id as X has them: digits. NULL if it is none; the arena's. */
const char *x_id(struct arena *a, const struct json *obj, const char *name);
bool x_is_id(const char *s);

/* The weighted length of a text after normalisation. */
int64_t x_length(const char *text);

/* The poll's choices, "A|B|C" in the option; the number, 0 if there is none. */
#define X_POLL_MAX 4
size_t x_poll(struct arena *a, const struct post *post, const char *choices[X_POLL_MAX + 1]);

void x_login(const struct step_in *in, struct step_out *out);
void x_authorize(const struct step_in *in, struct step_out *out);
void x_code(const struct step_in *in, struct step_out *out);
void x_refresh(const struct step_in *in, struct step_out *out);
void x_verify(const struct step_in *in, struct step_out *out);
void x_revoke(const struct step_in *in, struct step_out *out);
void x_publish(const struct step_in *in, struct step_out *out);
void x_settle(const struct step_in *in, struct step_out *out);
void x_takedown(const struct step_in *in, struct step_out *out);

/* The post's address. */
const char *x_url(struct arena *a, const char *id);

#endif
