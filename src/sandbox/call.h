/* sandbox/call.h - one request on its way through the sandbox, and what a simulated platform is. Internal to
 * sandbox/. Everything here runs under the sandbox's lock. */
#ifndef MASTHEAD_SANDBOX_CALL_H
#define MASTHEAD_SANDBOX_CALL_H

#include "base/json.h"
#include "http/listener.h"
#include "sandbox/faults.h"
#include "sandbox/ledger.h"
#include "sandbox/world.h"

struct sandbox_platform;

struct call {
	const struct sandbox_platform *platform;
	struct world *world;
	struct ledger *ledger;
	const struct listener_request *request;
	const char *path;  /* without the platform's prefix */
	bool ignores_keys; /* this server knows no idempotency keys */
	struct listener_answer *answer;
	int64_t now_ms;
	int64_t ledger_line;     /* to be flushed before the answer leaves; 0: none */
	const struct json *poll; /* the choices of the post's poll, an array; NULL */
	const char *reply_to;    /* what the post that is being accepted answers; NULL */
	const char *server;      /* http://127.0.0.1:PORT/PREFIX */
};

struct sandbox_platform {
	const char *name;
	bool secret_is_path; /* the secrets are addresses: the server goes before them */
	void (*make_accounts)(struct world *w, int64_t n);
	/* What the request does; 0: nothing that a fault names but "*". */
	unsigned (*steps)(const struct call *c);
	void (*answer)(struct call *c);
	/* An error of that status, in the platform's own form; nothing is accepted. */
	void (*refuse)(struct call *c, int status);
	void (*limit)(struct call *c, int64_t seconds);
	/* The platform's refusal of a post that is there already. */
	void (*refuse_duplicate)(struct call *c);
	/* FAULT_EXPIRE, FAULT_REVOKE, FAULT_ROTATE: to whomever the request belongs. */
	void (*damage)(struct call *c, enum fault_kind kind);
};

extern const struct sandbox_platform sandbox_bluesky, sandbox_mastodon, sandbox_x, sandbox_linkedin,
	sandbox_facebook, sandbox_instagram, sandbox_threads, sandbox_telegram, sandbox_discord,
	sandbox_pinterest, sandbox_google_business;

/* Puts a JSON value in as the answer and frees it. */
void call_json(struct call *c, int status, struct json *j);
void call_header(struct call *c, const char *name, const char *value);
void call_header_int(struct call *c, const char *name, int64_t value);
/* "Bearer x" gives x; NULL if there is none. Borrowed. */
const char *call_bearer(const struct call *c);
/* A parameter of the query, decoded; NULL if absent or there twice. */
const char *call_param(const struct call *c, const char *name);
/* The body as an object; NULL (nothing to free) if it is none. */
struct json *call_body(const struct call *c) MUST_USE;

/* Stores an accepted post and adds its ledger line. media: [{"sha256","alt"}], taken. */
struct post *call_accept(struct call *c, struct account *a, const char *key, const char *remote_id,
			 const char *version, const char *record, const char *text,
			 struct json *media);

/* The handle's first label: "alice", "bob", ... ; in the arena. */
const char *call_account_label(struct arena *arena, int64_t n);
/* Characters of the alphabet that follow from seed, platform, name and purpose. out takes n + 1. */
void call_derive(int64_t seed, const char *platform, const char *name, const char *purpose,
		 const char *alphabet, char *out, size_t n);

/* The opaque token of a session. */
void call_token(const struct world *w, int64_t session, char *out, size_t size);

#endif
