/* sandbox/mastodon.h - what the files of the simulated Mastodon share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_MASTODON_H
#define MASTHEAD_SANDBOX_MASTODON_H

#include "sandbox/call.h"
#include "sandbox/fields.h"

#define MASTODON_SCOPES "read write follow push profile"

/* {"error": words} */
void masto_error(struct call *c, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The account whose token the request bears; NULL: answered already. */
struct account *masto_account(struct call *c);
/* {"id","username","acct","url",...} */
struct json *masto_describe_account(const struct call *c, const struct account *a) MUST_USE;
/* What follows the prefix in the path, up to the next slash or the end; in the arena. */
const char *masto_path_id(const struct call *c, const char *prefix);

/* One function for each kind of request. */
void masto_discover(struct call *c);
void masto_register_app(struct call *c);
void masto_authorize(struct call *c);
void masto_token(struct call *c);
void masto_revoke(struct call *c);
void masto_verify(struct call *c);
void masto_instance(struct call *c);
void masto_upload(struct call *c);
void masto_media(struct call *c);
void masto_create_status(struct call *c);
void masto_status(struct call *c);
void masto_status_source(struct call *c);
void masto_account_statuses(struct call *c);
void masto_delete_status(struct call *c);

/* The session or account that a token stands for, whatever its state; both NULL if it is none of ours. */
struct masto_bearer {
	struct session *session; /* of a token that OAuth gave */
	struct account *account;
};
struct masto_bearer masto_bearer(const struct world *w, const char *token);
/* Is the file finished? A film or a moving picture is at the second look. */
bool masto_is_ready(const struct call *c, const struct blob *b);
/* An uploaded file as the API describes it. */
struct json *masto_describe_blob(const struct call *c, const struct blob *b) MUST_USE;

#endif
