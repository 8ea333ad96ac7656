/* platforms/grant.h - OAuth 2.0 as the platforms have it: the address to consent at, and grants turned into tokens.
 *
 * A login is a row of requests: the token, then whatever tells whose it is. Tokens go out with the step that learns them
 * and serve the next; what else the token's answer tells (life, scopes) stands in the state until DONE
 * repeats it, for it is no secret.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_GRANT_H
#define MASTHEAD_PLATFORMS_GRANT_H

#include "platforms/judge.h"

/* How the client makes itself known at the token's address. */
enum grant_client {
	GRANT_ID,     /* its id in the form: a public client */
	GRANT_FORM,   /* id and secret in the form */
	GRANT_BASIC,  /* both in the Authorization header */
	GRANT_EITHER, /* in the header if it has a secret, else as a public client */
};

struct grant {
	const char *title;  /* the platform's */
	const char *needed; /* scopes without which nothing can be published, space-separated; "" */
	const char *dead; /* the error that a dead refresh token gets, beside invalid_grant; NULL */
	enum grant_client client;
	bool pkce;
	const struct judge *judge; /* for answers in the platform's own form */
};

/* DONE with the address; scopes as the platform separates them. False: no client is known, and out is a failure. */
bool grant_authorize(const struct grant *g, const struct step_in *in, struct step_out *out,
		     const char *address, const char *scopes);
/* The request for the token, for OP_CODE and OP_REFRESH; more fields may be added to it. False as above. */
bool grant_ask(const struct grant *g, const struct step_in *in, struct step_out *out,
	       const char *address);
/* Takes its answer: tokens, life and scopes into out, the latter two into out->state too. False: out is a failure. */
bool grant_take(const struct grant *g, const struct step_in *in, struct step_out *out);
/* The failure that the token's address answered. */
void grant_fail(const struct grant *g, const struct step_in *in, struct step_out *out);
/* The request that withdraws the token; without a client as above. */
bool grant_revoke(const struct grant *g, const struct step_in *in, struct step_out *out,
		  const char *address);
/* The state keeps what grant_take has put there, and says which request is out. */
void grant_keep(const struct step_in *in, struct step_out *out, const char *ask);
/* What the state remembers of the token goes into out, for DONE. */
void grant_recall(const struct step_in *in, struct step_out *out);

#endif
