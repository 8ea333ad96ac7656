/* vault/secret.h - bytes that must not leave memory: tokens, passwords, keys.
 *
 * Layer: vault. A secret lies on guarded pages of its own that are locked
 * (never swapped, never dumped) as far as the system allows, is read-only once
 * made, and is overwritten when freed. Threads: immutable after it is made, so
 * any number may read; freeing needs that nobody does. vault_global_init first.
 *
 * Never format, log, compare with memcmp, or copy a secret into memory that is
 * not wiped. Each takes at least four pages: keep tens, not thousands. */
#ifndef MASTHEAD_VAULT_SECRET_H
#define MASTHEAD_VAULT_SECRET_H

#include "base/error.h"

struct secret;

/* Longest secret; a token beyond it is refused where it comes in. */
#define SECRET_BYTES_MAX ((size_t)1 << 20)

/* Copies len bytes (the caller wipes its own copy). len may be 0, at most SECRET_BYTES_MAX. */
struct secret *secret_new(const void *bytes, size_t len) MUST_USE;
struct secret *secret_new_random(size_t len) MUST_USE;
/* Reads to the end of fd with read(2) straight into locked memory. strip_one_newline
 * drops one "\n" or "\r\n" at the end. E_TOO_LONG past max bytes (max <= SECRET_BYTES_MAX); E_INVALID: nothing
 * was there; E_IO. The descriptor stays open. */
enum err secret_from_fd(int fd, size_t max, bool strip_one_newline, struct secret **out,
			struct err_info *info) MUST_USE;
struct secret *secret_copy(const struct secret *s) MUST_USE; /* NULL gives NULL */
/* Overwrites, unlocks, frees, and sets *s to NULL. */
void secret_free(struct secret **s);

size_t secret_len(const struct secret *s); /* NULL gives 0 */
/* The only way in: the bytes, with a NUL after the last. Borrowed until secret_free. */
const unsigned char *secret_bytes(const struct secret *s);
/* The same as text; NULL when it holds a NUL. Borrowed until secret_free. */
const char *secret_str(const struct secret *s);
/* In a time that depends on the lengths alone. NULL equals nothing. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* False once memory could not be locked (`ulimit -l` too low): secrets then may
 * be swapped to disk. It is reported, and stops nothing. */
bool secret_locked_ok(void);

#endif
