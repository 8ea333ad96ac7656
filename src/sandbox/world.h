/* sandbox/world.h - what the simulated platforms know: accounts, sessions, posts, blobs. Internal to sandbox/.
 *
 * Accounts follow from the seed. All else grows, and is written line by line to the state file, if there is one; the last
 * line about a thing is how it is, so a restart reads the file and goes on. Objects live as long as the world.
 *
 * Threads: everything under the sandbox's lock. */
#ifndef MASTHEAD_SANDBOX_WORLD_H
#define MASTHEAD_SANDBOX_WORLD_H

#include "base/error.h"
#include "base/json.h"
#include "sandbox/strmap.h"
#include "vault/hash.h"

#define LOGINS_REMEMBERED 30

/* What has become of the account's own secret, where that is a token. */
enum secret_state { SECRET_GOOD, SECRET_EXPIRED, SECRET_REVOKED };

struct account {
	const char *platform;
	int64_t number; /* from 0, over all platforms */
	char *handle, *id, *secret;
	bool single_use; /* refresh tokens work once only */
	enum secret_state secret_state;
	int64_t logins[LOGINS_REMEMBERED]; /* the last ones, a ring */
	size_t n_logins;                   /* ever */
};

/* One pair of tokens. */
struct session {
	int64_t number;
	struct account *account;
	int64_t made_at;
	int64_t access_until, refresh_until;
	int64_t used_at;   /* when it was refreshed; 0: not yet */
	int64_t successor; /* the session that came of it; 0: none */
	bool revoked;
	char scopes[256]; /* granted; "": all that the platform has */
};

struct post {
	int64_t number;
	struct account *account;
	char *key;       /* record key, or what identifies a repeat; NULL: none */
	char *remote_id; /* as in the ledger */
	char *version;   /* cid */
	char *record;    /* what was accepted, JSON text */
	char *line;      /* what the ledger says of it, JSON text */
	int64_t created_at, visible_at;
	bool deleted;
};

struct blob {
	char *id;
	char sha256[65];
	char *type;
	char *alt; /* NULL: none */
	int64_t size;
	struct sha256 *
		growing; /* of the pieces that came so far; NULL: it is whole, or was before a restart */
};

struct world_options {
	int64_t accounts, seed, visibility_lag_ms;
	const char *state; /* NULL: none */
};

struct world;
/* E_INVALID: the state is of another seed or number of accounts, or no such file. */
enum err world_new(const struct world_options *o, struct world **out,
		   struct err_info *info) MUST_USE;
void world_free(struct world **w);
int64_t world_seed(const struct world *w);
/* The files of the media host. */
struct media_store *world_media(const struct world *w);

/* The platform's accounts, made by its own naming; called before the state is read. */
struct account *world_add_account(struct world *w, const char *platform, const char *handle,
				  const char *id, const char *secret);
/* Reads the state file and goes on writing to it. Once, after all accounts are made. */
enum err world_load(struct world *w, struct err_info *info) MUST_USE;
/* By handle or id, on one platform. */
struct account *world_account(struct world *w, const char *platform, const char *name);
/* The nth of a platform; NULL past the last. */
struct account *world_nth_account(const struct world *w, const char *platform, size_t n);
void world_account_changed(struct world *w, struct account *a);

struct session *world_add_session(struct world *w, struct account *a, int64_t made_at,
				  int64_t access_until, int64_t refresh_until);
struct session *world_session(const struct world *w, int64_t number); /* NULL if there is none */
void world_session_changed(struct world *w, struct session *s);
/* All of the account's: revoked, their access tokens expired. */
void world_revoke_sessions(struct world *w, struct account *a, int64_t now_ms);

/* When a post of now can be seen. */
int64_t world_visible_at(const struct world *w, int64_t now_ms);
/* key may be NULL. Everything is copied. */
struct post *world_add_post(struct world *w, struct account *a, const char *key,
			    const char *remote_id, const char *version, const char *record,
			    const char *line, int64_t now_ms);
struct post *world_post(const struct world *w, const struct account *a, const char *key);
struct post *world_post_by_id(const struct world *w, const char *platform, const char *remote_id);
/* The nth account of all platforms; NULL past the last. */
struct account *world_any_account(const struct world *w, int64_t number);
/* The nth post ever, also deleted ones; NULL past the last. */
struct post *world_nth_post(const struct world *w, size_t n);
/* Replaces what it holds; NULLs leave as it is. */
void world_change_post(struct world *w, struct post *p, const char *version, const char *record,
		       bool deleted);
/* The last one that was added; NULL if there is none. */
struct post *world_last_post(const struct world *w);

struct blob *world_add_blob(struct world *w, const char *id, const char sha256[65],
			    const char *type, int64_t size);
struct blob *world_blob(const struct world *w, const char *id);
/* Puts a piece at the end. False: the blob does not grow (any more). */
bool world_grow_blob(struct world *w, struct blob *b, const void *bytes, size_t n);
/* An empty one that pieces can be put to; until world_finish_blob it is in no file. */
struct blob *world_begin_blob(struct world *w, const char *id, const char *type);
void world_finish_blob(struct world *w, struct blob *b);
void world_describe_blob(struct world *w, struct blob *b, const char *alt);
size_t world_blobs(const struct world *w); /* how many */

/* True the first time that it is called with this text (until the next restart). */
bool world_use_once(struct world *w, const char *text);

#endif
