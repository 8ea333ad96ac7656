/* base/error.h - the one list of errors, and the detail that travels with one.
 *
 * Layer: base. Threads: everything here is a pure function of its arguments,
 * but err_translate, which main sets once before any thread starts.
 *
 * A function that can fail returns `enum err`, takes a `struct err_info *`
 * (may be NULL) and leaves its out-parameters untouched on failure. The names
 * and the exit statuses are part of the command-line contract. */
#ifndef MASTHEAD_BASE_ERROR_H
#define MASTHEAD_BASE_ERROR_H

#include "base/compiler.h"

/* X(code, exit status, msgid: what it means in general) */
#define ERR_TABLE(X) \
	X(E_PARTIAL, 1, "some of what was asked for was not done") \
	X(E_USAGE, 2, "the command was not understood") \
	X(E_NOT_FOUND, 3, "not found") \
	X(E_INVALID, 4, "not valid") \
	X(E_TOO_LONG, 4, "too long") \
	X(E_AMBIGUOUS, 4, "the name fits more than one") \
	X(E_STATE, 4, "not allowed in this state") \
	X(E_SCOPE, 4, "outside this tenant") \
	X(E_READONLY, 4, "read-only: nothing may be changed") \
	X(E_DUPLICATE, 4, "the same post is already there") \
	X(E_EXISTS, 4, "already exists") \
	X(E_PAST, 4, "the time has passed") \
	X(E_CONFIG, 4, "the configuration has an error") \
	X(E_MEDIA, 4, "the media cannot be used") \
	X(E_UNSUPPORTED, 4, "not supported") \
	X(E_WRONG_ACCOUNT, 4, "a different account answered") \
	X(E_PUBLISHER_BUSY, 4, "another process is publishing") \
	X(E_TOKEN_EXPIRED, 5, "the login has expired") \
	X(E_TOKEN_REVOKED, 5, "the login was revoked") \
	X(E_LOGIN_FAILED, 5, "the login was refused") \
	X(E_SCOPE_MISSING, 5, "the login lacks a permission") \
	X(E_VAULT_LOCKED, 5, "the vault is locked") \
	X(E_VAULT_KEY, 5, "the vault's key does not fit") \
	X(E_NETWORK, 6, "the network failed") \
	X(E_TIMEOUT, 6, "no answer in time") \
	X(E_TLS, 6, "the secure connection failed") \
	X(E_RATE_LIMITED, 6, "the platform limits the rate") \
	X(E_PLATFORM, 6, "the platform failed") \
	X(E_REJECTED, 6, "the platform refused the post") \
	X(E_UNKNOWN_OUTCOME, 6, "it is not known whether the post went out") \
	X(E_PROTOCOL, 6, "the answer was not understood") \
	X(E_BUSY, 7, "the database is in use") \
	X(E_DISK_FULL, 7, "the disk is full") \
	X(E_CORRUPT, 7, "the database is damaged") \
	X(E_SCHEMA_NEWER, 7, "the database is from a newer version") \
	X(E_IO, 7, "reading or writing failed") \
	X(E_LOG_BROKEN, 7, "the log's chain is broken") \
	X(E_INTERRUPTED, 8, "interrupted")

enum err {
	OK = 0,
#define ERR_ENUM(code, status, text) code,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
		ERR_COUNT
};

/* What went wrong, for a person. `text` says what happened and to what,
 * `hint` what to do next; both are already in the operator's language
 * and may hold bytes from outside: make them safe on the way out. */
struct err_info {
	enum err code;
	int source_code;   /* of the library or system call that failed; 0 if none */
	int http_status;   /* 0 if no answer was involved */
	char platform[64]; /* the platform's own error name, "" if none */
	char text[768];
	char hint[256];
};

/* Translates a format literal; gettext once main has set it, else identity. */
extern const char *(*err_translate)(const char *msgid);

/* Stable name ("E_BUSY"; "OK" for OK). Never NULL. */
const char *err_name(enum err code);
/* The code of a stable name; ERR_COUNT when there is none. */
enum err err_from_name(const char *name);
/* Process exit status of the contract. OK is 0. */
int err_exit_status(enum err code);
/* What the code means in general (a msgid, translated by err_translate). */
const char *err_meaning(enum err code);

/* Fill *info (if not NULL; everything else in it is reset) and return code,
 * so that `return err_set(info, E_BUSY, "...")` reads well. The format is a
 * literal marked for translation by its place here. */
enum err err_set(struct err_info *info, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Add what to do next to a detail that err_set has filled. */
void err_hint(struct err_info *info, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Like err_set, from errno: ENOSPC and EDQUOT become E_DISK_FULL, EINTR
 * E_INTERRUPTED, the rest E_IO; the system's words are appended. */
enum err err_set_errno(struct err_info *info, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
