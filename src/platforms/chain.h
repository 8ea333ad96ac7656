/* platforms/chain.h - threads of posts: one post that goes out as several, each answering the one before it.
 *
 * With the option PLATFORM.thread=true the text (its variant applied) is cut at lines that are exactly "---"; newlines
 * beside such a line are left out. Files, link, title and all options but `kept` belong to the first part. Without the
 * option nothing here does anything.
 *
 * Each part goes the platform's own way for one post, under a key that follows from the attempt's. The state of a thread:
 *   parts  of each part that is out: id, url, version
 *   part   the state of the part that is on its way
 *   sent   its commit-like request is out, and no answer to it was clear
 *   begun  something of it is visible, though parts may not know how it is called
 * What is in parts is never sent again: a crash, a retry and a settled answer all go on after it.
 *
 * chain.c: cutting, checks. chain_walk.c: publish, settle, take down.
 * Layer: platforms, not for its callers (they ask platform_begun). Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_CHAIN_H
#define MASTHEAD_PLATFORMS_CHAIN_H

#include "platforms/adapter.h"

#define CHAIN_OPTION "thread"
#define CHAIN_PARTS_MAX 25

/* What a platform does with one post. */
struct chain {
	const char *platform;    /* its name: the options' prefix */
	const char *const *kept; /* options that hold for every part; NULL-terminated, NULL: none */
	adapter_operation *publish, *settle, *takedown;
	void (*validate)(const struct post *post, const struct connection *conn,
			 struct problems *out);
	int64_t (*measure)(const struct post *post, const struct connection *conn);
	/* The key of part i, i > 0, the arena's. NULL: the attempt's key and "-" and the part's number. */
	const char *(*key)(struct arena *a, const char *key, size_t i);
	/* Does out, which is DONE, name its post so that the next part can answer it? If not, the part's state (may be
	 * NULL) is changed so that the next try looks for it again. NULL: yes. */
	bool (*answerable)(const struct step_out *out, struct json *state);
};

/* The posts that it becomes, the arena's; their number, at least 1. */
size_t chain_parts(const struct chain *c, const struct post *post, struct arena *a,
		   const struct post **out);
bool chain_is_on(const struct chain *c, const struct post *post);

/* Each part by itself: the problems name the part; the longest part. */
void chain_validate(const struct chain *c, const struct post *post, const struct connection *conn,
		    struct problems *out);
int64_t chain_measure(const struct chain *c, const struct post *post,
		      const struct connection *conn);

void chain_publish(const struct chain *c, const struct step_in *in, struct step_out *out);
void chain_settle(const struct chain *c, const struct step_in *in, struct step_out *out);
void chain_takedown(const struct chain *c, const struct step_in *in, struct step_out *out);

#endif
