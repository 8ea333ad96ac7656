/* client.h - a sandbox and a client of it, for tests. */
#ifndef TESTS_SANDBOX_CLIENT_H
#define TESTS_SANDBOX_CLIENT_H

#include "base/json.h"
#include "http/transport.h"
#include "sandbox/sandbox.h"

struct client {
	struct sandbox *sandbox;
	struct json *description;
	struct transport *transport;
	char *dir, *ledger;
	struct transfer transfer; /* of the last request */
	struct json *answer;      /* its body, NULL if it was no JSON */
	char access[2048], refresh[2048];
	int64_t timeout_ms; /* of each request; 0: plenty */
};

/* Starts a sandbox with these faults in a directory of its own. */
void client_start(struct client *c, const struct sandbox_options *o);
void client_stop(struct client *c);
/* The directory stays: a restart with the same ledger. */
void client_restart(struct client *c, const struct sandbox_options *o);

const char *client_server(const struct client *c, const char *platform);
/* "handle" or "secret" (or another member) of the nth account. */
const char *client_account(const struct client *c, const char *platform, size_t n,
			   const char *what);

/* One request: body is JSON text or NULL; token NULL: none. Returns the status, 0 if no answer came. */
int client_call(struct client *c, enum http_method m, const char *url, const char *token,
		const char *body);
/* The same with a form of names and values, ended by NULL. */
int client_form(struct client *c, enum http_method m, const char *url, const char *token,
		const char *const *pairs);
/* The same with parts: "file", if it is among the names, is sent as a file of that text, as image/png. */
int client_parts(struct client *c, const char *url, const char *token, const char *const *pairs,
		 const char *file);
/* A header of the last answer; NULL. */
const char *client_header(const struct client *c, const char *name);
/* Asks for consent and takes the code out of the redirect: "" if it was refused. */
void client_consent(struct client *c, const char *authorize, const char *redirect,
		    const char *challenge, char *code, size_t size);
/* base64url(SHA-256(verifier)) */
void client_challenge(const char *verifier, char *out, size_t size);
/* The ledger's lines. */
size_t client_ledger(const struct client *c);
/* The nth line, parsed; the caller frees. */
struct json *client_ledger_line(const struct client *c, size_t n) MUST_USE;

#endif
