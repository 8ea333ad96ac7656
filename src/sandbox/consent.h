/* sandbox/consent.h - OAuth's code grant, in the platforms' varieties. Internal to sandbox/.
 *
 * Whoever asks is let in by itself: as the account named by login_hint, else the first. Any client id is known here, and
 * its secret is whatever it says, if it says one; redirect, client, challenge and age of a code are checked. */
#ifndef MASTHEAD_SANDBOX_CONSENT_H
#define MASTHEAD_SANDBOX_CONSENT_H

#include "sandbox/call.h"
#include "sandbox/fields.h"

enum consent_pkce { PKCE_REFUSED, PKCE_CHECKED, PKCE_NEEDED };

struct consent {
	enum consent_pkce pkce;
	bool secret_needed, basic_needed;
	bool https_needed; /* of the redirect */
	bool rotates; /* a refresh token works once; its use again ends all of the account's sessions */
	bool tells_refresh_life;
	int64_t code_life_ms, access_life_ms;
	int64_t refresh_life_ms;             /* 0: no refresh tokens */
	const char *scopes;                  /* what is granted where nothing was asked for */
	const char *dead_error, *dead_words; /* of a refresh token; 400 */
	/* The platform's form of an error of OAuth; NULL: {"error","error_description"}. */
	void (*error)(struct call *c, int status, const char *name, const char *words);
};

void consent_authorize(struct call *c, const struct consent *o);
/* Takes a code; the session that it opens, and the scopes; NULL: answered already. */
struct session *consent_take_code(struct call *c, const struct consent *o, const struct fields *f,
				  const char **scopes);
/* The token endpoint: codes and refresh tokens. */
void consent_token(struct call *c, const struct consent *o);
/* {"access_token", "token_type", "expires_in"} of a session; the caller adds and answers. */
struct json *consent_describe(const struct call *c, const struct session *s) MUST_USE;
/* Ends the session of "token", an access or a refresh token. */
void consent_revoke(struct call *c, const struct consent *o);
/* {"error","error_description"} */
void consent_error(struct call *c, int status, const char *name, const char *words);

/* 302 to uri with NAME=VALUE and the state, if there is one. */
void consent_redirect(struct call *c, const char *uri, const char *state, const char *name,
		      const char *value);
/* Is the challenge (NULL: none) the hash of the verifier? */
bool consent_verifier_fits(const char *challenge, const char *verifier);

#endif
