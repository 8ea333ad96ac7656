/* tests/unit/publisher/rig.h - a workspace with one Bluesky account, and a small server that plays tricks.
 *
 * The server is real HTTP on loopback, the adapter the real one. What the server accepted is its ledger: the tests ask it, not
 * the database, whether a post went out twice. */
#ifndef MASTHEAD_TESTS_PUBLISHER_RIG_H
#define MASTHEAD_TESTS_PUBLISHER_RIG_H

#include "../unit.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/thread.h"
#include "http/listener.h"
#include "publisher/exchange.h"
#include "publisher/publisher.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/tenants.h"

enum trick {
	TRICK_NONE,
	TRICK_500,         /* nothing accepted */
	TRICK_500_AFTER,   /* accepted, then an error */
	TRICK_RESET,       /* nothing accepted, no answer */
	TRICK_RESET_AFTER, /* accepted, no answer */
	TRICK_SILENCE_AFTER,
	TRICK_GARBAGE_AFTER,
	TRICK_429,   /* Retry-After: 1 */
	TRICK_REFUSE /* 400 InvalidRequest */
};

#define POSTS_MAX 512

struct server {
	struct mutex *mutex;
	struct listener *listener;
	int port;
	/* all below under the mutex */
	enum trick tricks[64]; /* for the next createRecords, in this order */
	size_t n_tricks, at_trick;
	int creates, reads, refreshes;
	int token; /* the access token that is good: "acc-N" */
	bool refuse_refresh;
	bool refuse_posts; /* whatever the token */
	int64_t delay_ms;
	int64_t hide_ms; /* how long a new post is not readable */
	struct {
		char key[64], text[128];
		int64_t visible_at;
	} posts[POSTS_MAX];
	size_t n_posts;
	int64_t jump_ms; /* the next createRecord sets the wall clock by this */
	int64_t create_mono,
		read_mono; /* when the last create, and the first read after it, came */
};

struct rig {
	char top[64];
	char *dir, *keys;
	struct workspace *w;
	struct store *s; /* tenant 1 */
	struct store *service;
	struct server server;
	int64_t brand, connection;
	struct publisher_settings o;
	struct actor actor;
	struct publisher_tally tally;
	struct err_info info;
	struct arena *a;
};

#define must(r, call) rig_must((r), (call), #call, __FILE__, __LINE__)
void rig_must(struct rig *r, enum err got, const char *call, const char *file, int line);
int rig_setup(void **state);
int rig_teardown(void **state);

void rig_trick(struct rig *r, enum trick t);
/* A pending job that is due; its text is "post N". */
int64_t rig_job(struct rig *r);
int64_t rig_job_as(struct rig *r, enum job_status st, int64_t at, int64_t max_retries);
struct job rig_job_get(struct rig *r, int64_t id);
struct attempt rig_attempt(struct rig *r, int64_t job, int64_t n);
struct connection rig_connection(struct rig *r);
/* Stores new tokens with the time of expiry. */
void rig_tokens(struct rig *r, const char *access, const char *refresh, int64_t expires_at);
/* publisher_run until idle, at most timeout_ms. */
enum err rig_run(struct rig *r, int64_t timeout_ms);
/* The ledger: how many posts, how often the most often accepted one. */
size_t rig_posts(struct rig *r);
int rig_most(struct rig *r);
/* Waits until cond() is true, at most ten seconds. */
bool rig_wait(struct rig *r, bool (*cond)(struct rig *r, int64_t arg), int64_t arg);
bool rig_is_published(struct rig *r, int64_t job);

#endif
