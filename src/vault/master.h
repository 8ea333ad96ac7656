/* vault/master.h - the inside of a master key; inside vault only.
 *
 * A master key from a file is the file's bytes. From any other source it is random, and lies in the
 * workspace's settings wrapped by a key that is derived from what that source gave. That key is kept with it, so that a rotation asks nobody. */
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

/* A program that is run for what it prints. It has a minute. */
struct program {
	char *const *argv;
	const char *what; /* its name in errors: "the key command" */
	const struct secret
		*input; /* NULL: its standard input is ours; else at most PIPE_BUF bytes */
	bool quiet;     /* what it says on its standard error is dropped */
};
/* Its output, at most max bytes, one newline at the end dropped, and how it ended, as waitpid tells; anything but 0
 * is the caller's to judge. E_VAULT_LOCKED: not started, or took too long; E_VAULT_KEY: printed more. */
enum err program_run(const struct program *p, size_t max, struct secret **out, int *status,
		     struct err_info *info) MUST_USE;

/* What the secret service holds under the id; see vault_unlock. */
enum err service_lookup(const char *id, const char *uuid, struct secret **out,
			struct err_info *info) MUST_USE;

/* The command's first output, at most max bytes, one newline at the end dropped. */
enum err command_output(const char *command, size_t max, struct secret **out,
			struct err_info *info) MUST_USE;

#endif
