/* platforms/progress.h - a post's way out as a row of named requests.
 *
 * A platform lists its requests: how the answer to each is taken, and what a rehearsal makes of it; `next` asks for the
 * first thing that is still missing. The state is one JSON object of the platform's own members beside:
 *   ask, what   the request that is out, and which piece it is for
 *   sent        a commit-like request is out, and no answer to it was clear
 *   again       how often a sending whose end was not clear was repeated under its key
 *   key         the attempt's key at the commit-like request
 *   id          the post's remote id, once it is known: from then on no commit-like request is asked for
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_PROGRESS_H
#define MASTHEAD_PLATFORMS_PROGRESS_H

#include "platforms/platform.h"

struct progress {
	const struct step_in *in;
	struct step_out *out;
	struct arena *arena;    /* out's */
	struct json *state;     /* to be changed; kept by progress_ask and progress_keep */
	const char *ask, *what; /* of the state that came in */
	const void *self;       /* of progress_run_for; NULL */
};

struct progress_step {
	const char *name;
	/* The answer came. True when the next request is due, else out says how it ends. */
	bool (*take)(struct progress *p);
	/* A rehearsal: as if it had succeeded. The same answer. NULL: nothing is learned. */
	bool (*pretend)(struct progress *p);
};

/* One call of OP_PUBLISH. next asks for a request, or ends. */
void progress_run(const struct step_in *in, struct step_out *out, const struct progress_step *steps,
		  size_t n_steps, void (*next)(struct progress *p));

/* The same for several platforms that go the same way: self tells which one it is. */
void progress_run_for(const void *self, const struct step_in *in, struct step_out *out,
		      const struct progress_step *steps, size_t n_steps,
		      void (*next)(struct progress *p));

/* The request in out is the one of this name; the state goes with it. */
void progress_ask(struct progress *p, const char *ask, const char *what);
/* The same for one that may make the post visible. */
void progress_commit(struct progress *p, const char *ask);
/* The state as it is now, with no request out. */
void progress_keep(struct progress *p);
/* Wait and then go on. polls counts in the state's member; past max it fails as transient. */
bool progress_wait(struct progress *p, const char *what, int64_t wait_ms, int64_t polls_max);
/* The commit-like request was clearly refused: the next try is a first one again. */
void progress_refused(struct progress *p);
/* Had an earlier sending of this same attempt an unclear end? */
bool progress_is_again(const struct progress *p);
/* DONE: the post is there. url may be NULL. Keeps the id in the state. */
void progress_done(struct progress *p, const char *id, const char *url);

/* The post is there, but its first comment is not, for the reason that out has as a failure: ends as unclear, so that
 * the reason is recorded, and settling finds the id at once. */
bool progress_comment_failed(struct progress *p);

/* OP_SETTLE where nothing can be asked: DONE if an earlier answer told the id, else a person decides. */
void progress_settle(const struct step_in *in, struct step_out *out);

/* What is known of the medium at a place: an object, NULL if its file or alt text is another than then. */
struct json *progress_medium(struct progress *p, size_t i);
/* A fresh one in its place. */
struct json *progress_medium_new(struct progress *p, size_t i);
/* A number in text, for `what`; and read back, bounded. */
const char *progress_index(struct progress *p, size_t i);
size_t progress_what(const struct progress *p);

#endif
