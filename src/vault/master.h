/* vault/master.h - the inside of a master key; inside vault only.
 *
 * A master key from a file is the file's bytes. From a passphrase or a command it is random, and lies
 * in the workspace's settings wrapped by a key that is derived from what the person or the
 * command gave. That key is kept with it, so that a rotation asks nobody. */
#ifndef MASTHEAD_VAULT_MASTER_H
#define MASTHEAD_VAULT_MASTER_H

#include "base/rng.h"
#include "vault/keyfile.h"
#include "vault/vault.h"

struct vault {
	struct secret *key;
	char uuid[UUID_SIZE];
	char check[KEY_ID_SIZE];
	struct secret *kek;            /* NULL: from a file */
	struct key_derivation derived; /* how kek came to be */
};

/* Takes key. */
struct vault *vault_with(struct secret *key, const char *uuid);

/* The command's first output, at most max bytes, one newline at the end dropped. */
enum err command_output(const char *command, size_t max, struct secret **out,
			struct err_info *info) MUST_USE;

#endif
