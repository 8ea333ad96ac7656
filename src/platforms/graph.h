/* platforms/graph.h - what Meta's platforms (Facebook, Instagram, Threads) share: the Graph API's addresses, versions,
 * errors, usage headers and chains of tokens.
 *
 * graph.c: addresses and versions, pages of an account. graph_answer.c: the error table. graph_login.c: the chain from
 * a code to a token of 60 days, and its renewal. stage.[ch]: posts by container (Instagram, Threads).
 *
 * Hosts: each platform has one API host and others beside it (consent, uploads). Where the configuration or the operator
 * names another base, everything goes there under its own path: BASE/VERSION/... and so on.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_GRAPH_H
#define MASTHEAD_PLATFORMS_GRAPH_H

#include "platforms/grant.h"
#include "platforms/judge.h"

/* Tokens of people live so long. */
#define GRAPH_TOKEN_LIFE_MS ((int64_t)60 * 24 * 60 * 60 * 1000)
/* Instagram's and Threads' can be renewed when they are a day old. */
#define GRAPH_TOKEN_AGE_MIN_MS ((int64_t)24 * 60 * 60 * 1000)

extern const struct judge graph_judge;

/* One API of the Graph. */
struct graph {
	const char *name; /* of the platform, as the configuration has it */
	const char *title;
	const char *api;     /* its host as a base URL */
	const char *version; /* "v26.0"; the configuration's goes before */
	const char
		*needed; /* permissions without which nothing can be published, space-separated */
};

/* "v26.0", from the configuration with or without the v; the arena's. */
const char *graph_version(const struct graph *g, const struct step_in *in, struct arena *a);
/* Starts a request to BASE/VERSION in out->request, with the token of a slot as bearer; the path is appended. */
struct http_request *graph_call(const struct graph *g, const struct step_in *in,
				struct step_out *out, enum http_method method,
				enum secret_slot slot);
/* Starts one to BASE without version and without token. */
struct http_request *graph_open(const struct graph *g, const struct step_in *in,
				struct step_out *out, enum http_method method);
/* "?name=SECRET" or "&name=SECRET" */
void graph_query_secret(struct http_request *r, const char *name, enum secret_slot slot);

/* An id as the Graph has them: digits, for posts with one "_"; NULL if it is none; the arena's. */
const char *graph_id(struct arena *a, const struct json *obj, const char *name);
bool graph_is_id(const char *s);
/* A time of the Graph ("2026-09-21T14:13:20+0000") as UTC ms; 0 if it is none. */
int64_t graph_time(const char *s);
/* A post's address if the answer has one that can be shown; NULL. The arena's. */
const char *graph_permalink(struct arena *a, const struct json *obj, const char *name);

/* Makes out a failure from an answer that is no success; a retired version is named. */
void graph_fail(const struct graph *g, const struct step_in *in, struct step_out *out, bool commit);
/* The same from a number (2207026) that a container tells for its failure. */
void graph_fail_subcode(const struct graph *g, const struct step_in *in, struct step_out *out,
			const char *subcode, const char *words);
/* What the usage headers tell goes into out's window, in percent. */
void graph_window(const struct step_in *in, struct step_out *out);

/* Is the client known, with its secret? */
bool graph_has_client(const struct step_in *in);
/* Takes a token out of an answer: into out->access or, as_refresh, out->refresh; its expiry and permissions into
 * out, for grant_keep. False: out is a failure. */
bool graph_take_token(const struct graph *g, const struct step_in *in, struct step_out *out,
		      bool as_refresh);
/* Were all needed permissions given? Only where they were told. False: out is a failure. */
bool graph_has_consent(const struct graph *g, struct step_out *out);
/* Makes a failure of the log-in's own requests one of the log-in. */
void graph_login_refused(const struct step_in *in, struct step_out *out);

/* The account that answered is out's (account_id, account). False: it is another than it should be, and out is a failure. */
bool graph_is_account(const struct step_in *in, struct step_out *out);

/* Where consent can be withdrawn by hand only. */
void graph_no_revoke(const struct graph *g, struct step_out *out);

/* Instagram's and Threads' chain of tokens, alike but for the names: the code's token becomes one of 60 days, which renews
 * itself once it is a day old. It is its own refresh token. */
struct graph_chain {
	const struct graph *g;
	const char *token_url; /* where the code is turned in; NULL: API/oauth/access_token */
	const char *exchange, *renew; /* grant types: "th_exchange_token", "th_refresh_token" */
	bool inspects;                /* /debug_token tells what a token may */
	/* Asks whose token it is, with the token of a slot; takes the answer. */
	void (*ask_who)(const struct step_in *in, struct step_out *out, enum secret_slot slot);
	bool (*take_who)(const struct step_in *in, struct step_out *out);
};
void graph_chain_code(const struct graph_chain *c, const struct step_in *in, struct step_out *out);
void graph_chain_login(const struct graph_chain *c, const struct step_in *in, struct step_out *out);
void graph_chain_refresh(const struct graph_chain *c, const struct step_in *in,
			 struct step_out *out);
void graph_chain_verify(const struct graph_chain *c, const struct step_in *in,
			struct step_out *out);

#endif
