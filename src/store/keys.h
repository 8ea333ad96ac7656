/* store/keys.h - inside the store: the workspace's master key. */
#ifndef MASTHEAD_STORE_KEYS_H
#define MASTHEAD_STORE_KEYS_H

#include "store/rekey.h"
#include "store/store_private.h"

#define KEY_TEXT_BYTES 16384

/* The names of the workspace's key files. */
void keys_name(struct workspace *w, const char *uuid, const char *key_file);
/* The key file where the settings say it is, unless the configuration named one. */
void keys_follow(struct workspace *w);
/* New keys for a new workspace; fills vault, chain and descriptor. c: NULL for a key file. */
enum err keys_make(struct workspace *w, const struct key_change *c, struct err_info *info) MUST_USE;
/* The settings' description anew. The vault's mutex is held, or nobody else is there. */
enum err keys_reload(struct workspace *w, struct err_info *info) MUST_USE;
/* Finishes a rotation that was cut off between commit and renaming. Not in a transaction. */
enum err keys_settle(struct workspace *w, struct store *s, struct err_info *info) MUST_USE;
/* [tx] The same for one path: "<path>.new" takes its place when its check value is this one, and is removed
 * otherwise. check NULL: removed. */
enum err keys_settle_file(const char *path, const char *uuid, const char *check,
			  struct err_info *info) MUST_USE;
/* A durable rename. */
enum err keys_rename(const char *from, const char *to, struct err_info *info) MUST_USE;
/* Takes v as the vault; the one before is kept for readers of before. The vault's mutex is held. */
void keys_put(struct workspace *w, struct vault *v);
void keys_free(struct workspace *w);
/* The master key that wrapped this tenant's key; the newest when none that is known did. */
enum err keys_vault_for(struct workspace *w, const void *wrapped, size_t n,
			const struct vault **out, struct err_info *info) MUST_USE;

#endif
