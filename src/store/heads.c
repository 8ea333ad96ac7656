/* store/heads.c - the file DIR/head: the newest number and hash of each chain, outside the database.
 *
 * It shows that entries were cut off at a chain's end, which the chain itself cannot. Written after the commit, under the write
 * lock, so it is never ahead of the database unless the database went back. It is not synced: after a loss of power it may
 * be older, which proves less but claims nothing false.
 *
 * One line of LINE_BYTES a chain, padded with spaces: tenant, number, hash in hex. A line is overwritten in place: a
 * replacement by rename costs as much as a durable commit (the file system writes the new file out before it
 * takes the name), and lines of this length never cross a sector, so that a loss of power leaves the old one or the new one.
 * What is no line is a free place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_private.h"

#define LINE_BYTES 128
#define HEAD_FILE_BYTES_MAX ((off_t)1 << 20)
#define TRIES 5

static bool parse_line(const char *at, struct outside_head *out)
{
	char line[LINE_BYTES + 1], hash[HASH_HEX_SIZE];
	unsigned char bytes[HASH_BYTES];
	long long tenant, seq;

	memcpy(line, at, LINE_BYTES);
	line[LINE_BYTES] = '\0';
	if (line[LINE_BYTES - 1] != '\n' ||
	    sscanf(line, "%lld %lld %64s", &tenant, &seq, hash) != 3 || tenant < 0 || seq < 1 ||
	    !hex_decode(hash, bytes, HASH_BYTES))
		return false;
	out->tenant_id = tenant;
	out->seq = seq;
	memcpy(out->hash, hash, sizeof(hash));
	return true;
}

/* The file as it is; NULL where it cannot be read. Caller frees. */
static char *read_all(int fd, size_t *n)
{
	struct stat st;
	char *all;
	ssize_t got;

	if (fstat(fd, &st) != 0 || st.st_size > HEAD_FILE_BYTES_MAX)
		return NULL;
	all = xmalloc((size_t)st.st_size + 1);
	got = pread(fd, all, (size_t)st.st_size, 0);
	if (got < 0)
		xfree(&all);
	else
		*n = (size_t)got;
	return all;
}

/* Another process may be writing: what two readings agree on is whole. */
static char *read_steady(int fd, size_t *n)
{
	char *last = read_all(fd, n);

	for (int i = 0; last && i < TRIES; i++) {
		size_t m = 0;
		char *again = read_all(fd, &m);
		bool same = again && m == *n && memcmp(last, again, m) == 0;

		xfree(&last);
		last = again;
		*n = m;
		if (same)
			break;
	}
	return last;
}

struct outside_head *heads_read(const struct workspace *w, size_t *n)
{
	int fd = open(w->head_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct outside_head *heads = NULL, h;
	size_t bytes = 0;
	char *all;

	*n = 0;
	if (fd < 0) {
		if (errno != ENOENT)
			log_warn("the log's heads cannot be read: %s", strerror(errno));
		return NULL;
	}
	all = read_steady(fd, &bytes);
	close(fd);
	for (size_t at = 0; all && at + LINE_BYTES <= bytes; at += LINE_BYTES) {
		if (!parse_line(all + at, &h))
			continue;
		heads = xrealloc(heads, *n + 1, sizeof(*heads));
		heads[(*n)++] = h;
	}
	xfree(&all);
	return heads;
}

/* Where the chain's line stands, or the first free place. */
static size_t place_of(const char *all, size_t bytes, int64_t tenant_id)
{
	size_t at, free_at = SIZE_MAX;
	struct outside_head h;

	for (at = 0; at + LINE_BYTES <= bytes; at += LINE_BYTES) {
		if (!parse_line(all + at, &h)) {
			if (free_at == SIZE_MAX)
				free_at = at;
		} else if (h.tenant_id == tenant_id) {
			return at;
		}
	}
	return free_at == SIZE_MAX ? at : free_at;
}

static bool write_line(int fd, const struct chain_head *h)
{
	char line[LINE_BYTES + 1], hash[HASH_HEX_SIZE];
	size_t bytes = 0, at;
	char *all = read_all(fd, &bytes);
	int n;

	if (!all)
		return false;
	at = place_of(all, bytes, h->tenant_id);
	xfree(&all);
	hex_encode(h->hash, HASH_BYTES, hash);
	n = snprintf(line, sizeof(line), "%lld %lld %s", (long long)h->tenant_id, (long long)h->seq,
		     hash);
	memset(line + n, ' ', (size_t)(LINE_BYTES - n));
	line[LINE_BYTES - 1] = '\n';
	return pwrite(fd, line, LINE_BYTES, (off_t)at) == LINE_BYTES;
}

void heads_write(struct store *s)
{
	int fd = -1;

	for (size_t i = 0; i < s->heads_n; i++) {
		if (!s->heads[i].touched)
			continue;
		if (fd < 0)
			fd = open(s->w->head_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		/* The commit stands: an old head proves less, and is no reason to fail. */
		if (fd < 0 || !write_line(fd, &s->heads[i])) {
			log_warn("the log's heads cannot be written: %s", strerror(errno));
			break;
		}
	}
	if (fd >= 0)
		close(fd);
}
