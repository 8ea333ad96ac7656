/* store/heads.c - the file DIR/head: the newest number and hash of each chain, outside the database.
 *
 * It shows that entries were cut off at a chain's end, which the chain itself cannot. Written after the commit, under the write
 * lock, so it is never ahead of the database unless the database went back. It is replaced as a whole and not synced:
 * after a loss of power it may be older, which proves less but claims nothing false.
 *
 * One line a chain: tenant, number, hash in hex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store_private.h"

#define HEAD_FILE_BYTES_MAX ((size_t)1 << 20)

static bool parse_line(const char *line, struct outside_head *out)
{
	long long tenant, seq;
	char hash[HASH_HEX_SIZE];
	unsigned char bytes[HASH_BYTES];

	if (sscanf(line, "%lld %lld %64s", &tenant, &seq, hash) != 3 || tenant < 0 || seq < 1 ||
	    !hex_decode(hash, bytes, HASH_BYTES))
		return false;
	out->tenant_id = tenant;
	out->seq = seq;
	memcpy(out->hash, hash, sizeof(hash));
	return true;
}

struct outside_head *heads_read(const struct workspace *w, size_t *n)
{
	struct outside_head *heads = NULL;
	struct strbuf b;
	struct err_info info;
	char *save = NULL;
	enum err e;

	*n = 0;
	strbuf_init(&b, HEAD_FILE_BYTES_MAX);
	e = fs_read(w->head_path, HEAD_FILE_BYTES_MAX, FS_NOFOLLOW, &b, &info);
	if (e && e != E_NOT_FOUND)
		log_warn("the log's heads cannot be read: %s", info.text);
	if (!e) {
		for (char *p = strtok_r(b.data, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
			struct outside_head h;

			if (!parse_line(p, &h))
				continue;
			heads = xrealloc(heads, *n + 1, sizeof(*heads));
			heads[(*n)++] = h;
		}
	}
	strbuf_free(&b);
	return heads;
}

static void merge(struct outside_head **heads, size_t *n, const struct chain_head *h)
{
	size_t i = 0;

	while (i < *n && (*heads)[i].tenant_id != h->tenant_id)
		i++;
	if (i == *n)
		*heads = xrealloc(*heads, ++*n, sizeof(**heads));
	(*heads)[i].tenant_id = h->tenant_id;
	(*heads)[i].seq = h->seq;
	hex_encode(h->hash, HASH_BYTES, (*heads)[i].hash);
}

void heads_write(struct store *s)
{
	struct outside_head *heads;
	struct strbuf b;
	struct err_info info;
	bool any = false;
	size_t n;

	for (size_t i = 0; i < s->heads_n; i++)
		any = any || s->heads[i].touched;
	if (!any)
		return;
	heads = heads_read(s->w, &n);
	for (size_t i = 0; i < s->heads_n; i++)
		if (s->heads[i].touched)
			merge(&heads, &n, &s->heads[i]);
	strbuf_init(&b, HEAD_FILE_BYTES_MAX);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&b, "%lld %lld %s\n", (long long)heads[i].tenant_id,
			      (long long)heads[i].seq, heads[i].hash);
	/* The commit stands: an old head proves less, and is no reason to fail. */
	if (fs_write_atomic(s->w->head_path, b.data, b.len, 0600, false, &info))
		log_warn("the log's heads cannot be written: %s", info.text);
	strbuf_free(&b);
	xfree(&heads);
}
