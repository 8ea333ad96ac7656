/* store/keyring.h - inside the store: the workspace's master key. */
#ifndef MASTHEAD_STORE_KEYRING_H
#define MASTHEAD_STORE_KEYRING_H

#include "store/rekey.h"
#include "store/store_private.h"

#define KEY_TEXT_BYTES 16384

/* The names of the workspace's key files. */
void keyring_name(struct workspace *w, const char *uuid, const char *key_file);
/* The key file where the settings say it is, unless the configuration named one. */
void keyring_follow(struct workspace *w);
/* New keys for a new workspace; fills vault, chain and descriptor. c: NULL for a key file. */
enum err keyring_make(struct workspace *w, const struct key_change *c,
		      struct err_info *info) MUST_USE;
/* What keyring_make stored elsewhere for a workspace that is not made after all. */
void keyring_forget(const struct workspace *w);
/* The settings' description anew. The vault's mutex is held, or nobody else is there. */
enum err keyring_reload(struct workspace *w, struct err_info *info) MUST_USE;
/* Finishes a rotation that was cut off between commit and renaming. Not in a transaction. */
enum err keyring_settle(struct workspace *w, struct store *s, struct err_info *info) MUST_USE;
/* [tx] The same for one path: "<path>.new" takes its place when its check value is this one, and is removed
 * otherwise. check NULL: removed. */
enum err keyring_settle_file(const char *path, const char *uuid, const char *check,
			     struct err_info *info) MUST_USE;
/* A durable rename. */
enum err keyring_rename(const char *from, const char *to, struct err_info *info) MUST_USE;
/* Takes v as the vault, and returns it, or the one that is there already when they are the same; one that was before
 * is kept for readers of before. The vault's mutex is held. */
const struct vault *keyring_put(struct workspace *w, struct vault *v);
void keyring_free(struct workspace *w);
/* The master key that wrapped this tenant's key; the newest when none that is known did. */
enum err keyring_vault_for(struct workspace *w, const void *wrapped, size_t n,
			   const struct vault **out, struct err_info *info) MUST_USE;

#endif
