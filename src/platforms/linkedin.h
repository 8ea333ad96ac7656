/* platforms/linkedin.h - the adapter for LinkedIn (versioned Posts API), and what its files share.
 *
 * linkedin.c: the facts, the checks, the way to the operations. linkedin_text.c: little text. linkedin_answer.c: the error
 * table. linkedin_account.c: logins, which of member and pages. linkedin_post.c: publish. linkedin_upload.c: its files.
 * linkedin_settle.c: settle, take down.
 *
 * An account is a member (urn:li:person:ID) or a page (urn:li:organization:ID). Hosts: the API at api.linkedin.com, consent
 * and tokens at www.linkedin.com; where the configuration or the operator names another base everything
 * goes there: BASE/rest/..., BASE/v2/..., BASE/oauth/v2/...; uploads go where the API says, within LinkedIn's domain or
 * that base's origin.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_LINKEDIN_H
#define MASTHEAD_PLATFORMS_LINKEDIN_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform linkedin_platform;

#define LINKEDIN_API "https://api.linkedin.com"
#define LINKEDIN_SITE "https://www.linkedin.com"
#define LINKEDIN_DOMAIN "linkedin.com"
/* The newest version of the API that this was written for; the configuration may name another. */
#define LINKEDIN_VERSION "202609"
#define LINKEDIN_PERSON "urn:li:person:"
#define LINKEDIN_PAGE "urn:li:organization:"

/* Starts a request to the API in out->request, with the access token and the headers of versioned paths. */
struct http_request *linkedin_call(const struct step_in *in, struct step_out *out,
				   enum http_method method, const char *path);
/* judge_fail, and a retired version named. */
void linkedin_fail(const struct step_in *in, struct step_out *out, bool commit);
/* The post that a duplicate refusal names, the arena's; NULL if the answer is no such refusal. */
const char *linkedin_duplicate_of(struct arena *a, const struct http_response *r);
extern const struct judge linkedin_judge;

/* "urn:li:KIND:" and an id without anything that an address could not carry. */
bool linkedin_is_urn(const char *s, const char *kind);
bool linkedin_is_post(const char *s);
bool linkedin_is_page(const struct connection *conn);
const char *linkedin_url(struct arena *a, const char *urn);

/* A text as little text: what is meant literally is escaped; hashtags, and mentions written @[Name](urn:li:...), stay. */
void linkedin_escape(struct strbuf *out, const char *text);
/* What little text shows, white space folded: for comparison. */
void linkedin_shown(struct strbuf *out, const char *little);
/* The text that goes out, escaped; the link is in it unless it becomes a card. The arena's. */
const char *linkedin_commentary(struct arena *a, const struct post *post);
bool linkedin_has_card(const struct post *post);

/* A file's way to its URN: asks for the next thing that it lacks; false if it lacks none. */
bool linkedin_ask_file(struct progress *p, size_t i);
extern const struct progress_step linkedin_file_steps[4];

void linkedin_login(const struct step_in *in, struct step_out *out);
void linkedin_authorize(const struct step_in *in, struct step_out *out);
void linkedin_code(const struct step_in *in, struct step_out *out);
void linkedin_refresh(const struct step_in *in, struct step_out *out);
void linkedin_verify(const struct step_in *in, struct step_out *out);
void linkedin_revoke(const struct step_in *in, struct step_out *out);
void linkedin_publish(const struct step_in *in, struct step_out *out);
void linkedin_settle(const struct step_in *in, struct step_out *out);
void linkedin_takedown(const struct step_in *in, struct step_out *out);

#endif
