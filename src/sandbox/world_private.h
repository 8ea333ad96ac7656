/* sandbox/world_private.h - what world.c and world_state.c share: the inside of the world. */
#ifndef MASTHEAD_SANDBOX_WORLD_PRIVATE_H
#define MASTHEAD_SANDBOX_WORLD_PRIVATE_H

#include "sandbox/world.h"

struct list {
	void **items;
	size_t n;
};

struct world {
	struct world_options options;
	char *state_path;
	int state_fd; /* -1: none, or being read */
	struct list accounts, sessions, posts, blobs;
	struct strmap *accounts_by_name; /* "platform/handle" and "platform/id" */
	struct strmap *posts_by_key;     /* "account number/key" */
	struct strmap *posts_by_id;      /* "platform/remote id" */
	struct strmap *blobs_by_id;
	struct strmap *used;
	struct media_store *media;
};

/* One line of the state file each; nothing while there is none, or while it is being read. */
void state_write_account(struct world *w, const struct account *a);
void state_write_session(struct world *w, const struct session *s);
void state_write_post(struct world *w, const struct post *p);
void state_write_blob(struct world *w, const struct blob *b);

#endif
