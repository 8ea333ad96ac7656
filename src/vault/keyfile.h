/* vault/keyfile.h - a key of 32 bytes in a file of its own; inside vault only.
 *
 * One line: KIND " 1 " UUID " " KEY IN HEX " " CHECK VALUE IN HEX "\n". The check value
 * is a keyed hash of kind and uuid: public, and wrong when a digit of the key is. */
#ifndef MASTHEAD_VAULT_KEYFILE_H
#define MASTHEAD_VAULT_KEYFILE_H

#include "base/error.h"
#include "vault/secret.h"
#include "vault/vault.h"

#define KEY_BYTES 32

struct keyfile_kind {
	const char *tag;                            /* first word of the line */
	enum err missing;                           /* code when the file is missing */
	void (*say_missing)(struct err_info *info); /* gives the hint for that */
};

/* E_EXISTS, E_INVALID (uuid), E_IO, E_DISK_FULL. */
enum err keyfile_create(const struct keyfile_kind *kind, const char *path, const char *uuid,
			struct secret **out, struct err_info *info) MUST_USE;
/* kind->missing; E_VAULT_KEY: open to others, another workspace's, damaged; E_IO. */
enum err keyfile_open(const struct keyfile_kind *kind, const char *path, const char *uuid,
		      struct secret **out, struct err_info *info) MUST_USE;
/* The check value of a key. */
void keyfile_check(const struct keyfile_kind *kind, const char *uuid, const struct secret *key,
		   char out[KEY_ID_SIZE]);
bool keyfile_is_uuid(const char *s);

#endif
