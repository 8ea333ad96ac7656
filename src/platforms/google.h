/* platforms/google.h - the adapter for Google Business Profile ("local posts"), and what its files share.
 *
 * google.c: the facts, the checks, the way to the operations. google_body.c: a post as its options make it.
 * google_answer.c: the error table. google_account.c: logins, verify, revoke. google_post.c: publish and wait for the
 * review. google_settle.c: settle by listing, take down.
 *
 * Hosts: posts at mybusiness.googleapis.com (v4), accounts at mybusinessaccountmanagement.googleapis.com and locations at
 * mybusinessbusinessinformation.googleapis.com (both v1), consent at accounts.google.com, tokens at
 * oauth2.googleapis.com. Where the configuration or the operator names another base, everything goes there under its own
 * path: BASE/v4/..., BASE/v1/accounts, BASE/v1/locations/..., BASE/o/oauth2/v2/auth, BASE/token, BASE/revoke.
 *
 * An account's id is "accounts/A/locations/L": the API of posts wants both.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_GOOGLE_H
#define MASTHEAD_PLATFORMS_GOOGLE_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform google_platform;
extern const struct judge google_judge;

#define GOOGLE_API "https://mybusiness.googleapis.com"
#define GOOGLE_ACCOUNTS "https://mybusinessaccountmanagement.googleapis.com"
#define GOOGLE_LOCATIONS "https://mybusinessbusinessinformation.googleapis.com"
#define GOOGLE_CONSENT "https://accounts.google.com"
#define GOOGLE_TOKENS "https://oauth2.googleapis.com"
#define GOOGLE_SCOPE "https://www.googleapis.com/auth/business.manage"
#define GOOGLE_VERSION "v4"
#define GOOGLE_TEXT_MAX 1500

/* Starts a request to HOST/PATH (path with its version), with the access token. */
struct http_request *google_call(const struct step_in *in, struct step_out *out,
				 enum http_method method, const char *host, const char *path);
/* The same to the API of posts: BASE/v4/NAME, and what follows. */
struct http_request *google_call_posts(const struct step_in *in, struct step_out *out,
				       enum http_method method, const char *name, const char *more);
/* Makes out a failure from an answer that is no success; a retired version is named. */
void google_fail(const struct step_in *in, struct step_out *out, bool commit);

/* Resource names: "accounts/1", "locations/2", "accounts/1/locations/2", and with "/localPosts/3". */
bool google_is_account(const char *s);
bool google_is_location(const char *s);
bool google_is_place(const char *s);
bool google_is_post(const char *s);

/* google_body.c */
enum google_topic { GOOGLE_STANDARD, GOOGLE_EVENT, GOOGLE_OFFER };
extern const char *const google_options[];
enum google_topic google_topic(struct arena *a, const struct post *post);
/* The summary: the text, and the link where nothing else takes it. The arena's. */
const char *google_summary(struct arena *a, const struct post *post);
/* The whole post; media_url NULL: none. The caller's. */
struct json *google_body(struct arena *a, const struct post *post, const char *media_url) MUST_USE;
void google_check_options(const struct post *post, struct problems *out);

void google_login(const struct step_in *in, struct step_out *out);
void google_authorize(const struct step_in *in, struct step_out *out);
void google_code(const struct step_in *in, struct step_out *out);
void google_refresh(const struct step_in *in, struct step_out *out);
void google_verify(const struct step_in *in, struct step_out *out);
void google_revoke(const struct step_in *in, struct step_out *out);
void google_publish(const struct step_in *in, struct step_out *out);
void google_settle(const struct step_in *in, struct step_out *out);
void google_takedown(const struct step_in *in, struct step_out *out);

#endif
