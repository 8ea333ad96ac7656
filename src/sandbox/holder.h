/* sandbox/holder.h - accounts that are reached by opaque tokens, and whose token a request bears. Internal to sandbox/.
 *
 * An account has one token of its own from the start ("secret"), as a developer's console would give it; OAuth
 * gives more, one session each. */
#ifndef MASTHEAD_SANDBOX_HOLDER_H
#define MASTHEAD_SANDBOX_HOLDER_H

#include "sandbox/call.h"

struct holder {
	struct account *account; /* NULL: the token is none of ours */
	struct session *session; /* NULL: it is the account's own */
	bool expired, revoked;
};

struct holder holder_of(const struct call *c, const char *token);
/* The token that the request bears: in its head, or as access_token in query or body; NULL. */
const char *holder_token(const struct call *c);
/* What FAULT_EXPIRE and FAULT_REVOKE do to a token. NULL: nothing. */
void holder_damage(struct call *c, const char *token, enum fault_kind kind);
void holder_revoke(struct call *c, const struct holder *h);

/* Adds an account with a token of its own. digits: of its id. */
struct account *holder_add(struct world *w, const char *platform, int64_t n, const char *handle,
			   const char *id_prefix, size_t digits);
/* n accounts that are named by their labels. */
void holder_make_accounts(struct world *w, const char *platform, int64_t n, size_t digits);

/* The session's tokens, in the answer's arena. */
char *holder_access(const struct call *c, const struct session *s);
char *holder_refresh(const struct call *c, const struct session *s);
/* The session of a refresh token, whatever its state; NULL if it is none of ours. */
struct session *holder_of_refresh(const struct call *c, const char *token);

#endif
