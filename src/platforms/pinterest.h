/* platforms/pinterest.h - the adapter for Pinterest (API v5), and what its files share.
 *
 * pinterest.c: the facts, the checks, the error table, the way to the operations. pinterest_account.c: logins and boards.
 * pinterest_post.c: publish. pinterest_settle.c: settle by listing, take down.
 *
 * An account is one board of a person; its id is the board's number. Hosts: the API at api.pinterest.com, consent at
 * www.pinterest.com; where the configuration or the operator names another base everything goes there: BASE/v5/... and
 * BASE/oauth/. Videos go where the API says, without a token.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_PINTEREST_H
#define MASTHEAD_PLATFORMS_PINTEREST_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform pinterest_platform;

#define PINTEREST_API "https://api.pinterest.com"
#define PINTEREST_SITE "https://www.pinterest.com"
#define PINTEREST_VERSION "v5"

extern const struct judge pinterest_judge;

/* The address of a path below the API's version; the arena's. */
const char *pinterest_address(const struct step_in *in, struct arena *a, const char *path);
/* Starts a request to it in out->request, with the access token. */
struct http_request *pinterest_call(const struct step_in *in, struct step_out *out,
				    enum http_method method, const char *path);
bool pinterest_is_id(const char *s);
/* The board that the post goes to: the option's, else the account's. The arena's; NULL if there is none. */
const char *pinterest_board(struct arena *a, const struct step_in *in);
const char *pinterest_url(struct arena *a, const char *id);
/* One alt text for all files; "" if there is none. */
const char *pinterest_alt(struct arena *a, const struct post *post);

void pinterest_login(const struct step_in *in, struct step_out *out);
void pinterest_authorize(const struct step_in *in, struct step_out *out);
void pinterest_code(const struct step_in *in, struct step_out *out);
void pinterest_refresh(const struct step_in *in, struct step_out *out);
void pinterest_verify(const struct step_in *in, struct step_out *out);
void pinterest_revoke(const struct step_in *in, struct step_out *out);
void pinterest_publish(const struct step_in *in, struct step_out *out);
void pinterest_settle(const struct step_in *in, struct step_out *out);
void pinterest_takedown(const struct step_in *in, struct step_out *out);

#endif
