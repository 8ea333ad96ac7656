/* ops/oauth.h - the part of a login that happens in a person's browser. */
#ifndef MASTHEAD_OPS_OAUTH_H
#define MASTHEAD_OPS_OAUTH_H

#include "ops/internal.h"

/* What the browser brought, for OP_CODE. Strings live in the arena given. */
struct oauth_grant {
	const char *client_id, *redirect_uri;
	const char *
		named_uri; /* redirect_uri, where it is the client's and not of our own choice; NULL */
	struct secret *client_secret; /* NULL: none */
	struct secret *code, *verifier;
};
/* Registers a client where the platform allows it, shows the address to open, and waits for the callback on loopback or for the
 * pasted one. E_USAGE: a client or a redirect URI must be brought; E_LOGIN_FAILED: the person said no; E_TIMEOUT, E_INTERRUPTED. */
enum err oauth_ask_person(struct ops *o, const struct account *x, const struct connect_request *r,
			  struct arena *a, struct oauth_grant *out, struct err_info *info) MUST_USE;
void oauth_grant_free(struct oauth_grant *g);

/* A client that an operator brought once serves all logins of the tenant at that platform and server: its id, secret and redirect
 * URI are sealed together. */
struct oauth_client {
	const char *id, *redirect_uri; /* in the arena; NULL: none is kept */
	struct secret *secret;         /* the caller's; NULL: it has none */
};
/* server NULL: the platform's own. */
enum err oauth_client_recall(struct ops *o, const struct platform *p, const char *server,
			     struct arena *a, struct oauth_client *out,
			     struct err_info *info) MUST_USE;
/* [tx] */
enum err oauth_client_keep(struct ops *o, const struct platform *p, const char *server,
			   const struct oauth_client *c, struct err_info *info) MUST_USE;

/* The parts of "http://127.0.0.1:PORT/PATH" that our listener serves. authority in the arena; false: not loopback http. */
struct loopback_uri {
	const char *authority, *path;
	int port; /* 0: none was named */
};
bool oauth_loopback_uri(const char *uri, struct arena *a, struct loopback_uri *out);
/* A pasted callback URL (or its query) -> its code. issuer: the server that it must come from, if it says from which; NULL:
 * any. E_INVALID: another login's, or none. */
enum err oauth_pasted_code(const char *line, const char *state, const char *issuer,
			   struct secret **code, struct err_info *info) MUST_USE;

#endif
