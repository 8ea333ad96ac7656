/* vault/secret.c - bytes that must not leave memory.
 *
 * sodium_malloc puts the bytes at the end of a page, a guard page behind them,
 * and wipes them on free. It says nothing when the kernel refuses to lock them, so we
 * ask again and remember the answer. Once filled, the pages are made read-only. */
#include "vault/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"

struct secret {
	unsigned char *bytes; /* of sodium_malloc; len and a NUL */
	size_t len;
};

static atomic_bool lock_refused;

static unsigned char *locked_alloc(size_t size)
{
	unsigned char *p = sodium_malloc(size);

	if (!p)
		die("out of memory for a secret");
	if (sodium_mlock(p, size) != 0)
		atomic_store(&lock_refused, true);
	return p;
}

static struct secret *seal_off(unsigned char *bytes, size_t len)
{
	struct secret *s = xcalloc(1, sizeof(*s));

	bytes[len] = '\0';
	sodium_mprotect_readonly(bytes);
	s->bytes = bytes;
	s->len = len;
	return s;
}

struct secret *secret_new(const void *bytes, size_t len)
{
	unsigned char *p;

	INVARIANT(len <= SECRET_BYTES_MAX, "a secret of sane size");
	p = locked_alloc(len + 1);
	if (len)
		memcpy(p, bytes, len);
	return seal_off(p, len);
}

struct secret *secret_new_random(size_t len)
{
	unsigned char *p;

	INVARIANT(len <= SECRET_BYTES_MAX, "a secret of sane size");
	p = locked_alloc(len + 1);
	rng_bytes(p, len);
	return seal_off(p, len);
}

/* Fills p (size bytes) to the end of the file. The count, or -1 with errno. */
static ssize_t read_all(int fd, unsigned char *p, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t k = read(fd, p + len, size - len);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		len += (size_t)k;
	}
	return (ssize_t)len;
}

enum err secret_from_fd(int fd, size_t max, bool strip_one_newline, struct secret **out,
			struct err_info *info)
{
	/* Room for a newline to strip, and for one byte that shows there is more. */
	size_t size = max + (strip_one_newline ? 2 : 0) + 1, len;
	unsigned char *p;
	struct secret *s;
	ssize_t got;

	INVARIANT(max <= SECRET_BYTES_MAX, "a secret of sane size");
	p = locked_alloc(size);
	got = read_all(fd, p, size);
	if (got < 0) {
		int errnum = errno;

		sodium_free(p);
		return err_set_errno(info, errnum, "cannot read the secret");
	}
	len = (size_t)got;
	if (strip_one_newline && len > 0 && p[len - 1] == '\n') {
		len--;
		if (len > 0 && p[len - 1] == '\r')
			len--;
	}
	if (len > max) {
		sodium_free(p);
		return err_set(info, E_TOO_LONG, "the secret has more than %zu bytes", max);
	}
	if (len == 0) {
		sodium_free(p);
		return err_set(info, E_INVALID, "the secret is empty");
	}
	s = secret_new(p, len); /* on pages of the size it needs */
	sodium_free(p);
	*out = s;
	return OK;
}

struct secret *secret_copy(const struct secret *s)
{
	return s ? secret_new(s->bytes, s->len) : NULL;
}

void secret_free(struct secret **s)
{
	if (!*s)
		return;
	sodium_free((*s)->bytes);
	xfree(s);
}

size_t secret_len(const struct secret *s)
{
	return s ? s->len : 0;
}

const unsigned char *secret_bytes(const struct secret *s)
{
	return s->bytes;
}

const char *secret_str(const struct secret *s)
{
	return memchr(s->bytes, '\0', s->len) ? NULL : (const char *)s->bytes;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a && b && a->len == b->len && sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool secret_locked_ok(void)
{
	return !atomic_load(&lock_refused);
}
