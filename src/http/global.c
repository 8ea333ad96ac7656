/* http/global.c - starting and ending curl, with an allocator that wipes what it frees.
 *
 * curl copies header lines, URLs and bodies into its own memory and frees them
 * as they are. Each block therefore carries its size in front, so that all
 * of it can be overwritten when it is given back. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/transport.h"

#define FRONT_BYTES 16 /* keeps the alignment of malloc */

static void *wiping_malloc(size_t size)
{
	char *p;

	if (size > SIZE_MAX - FRONT_BYTES)
		return NULL;
	p = xmalloc(size + FRONT_BYTES);
	memcpy(p, &size, sizeof(size));
	return p + FRONT_BYTES;
}

static void wiping_free(void *block)
{
	char *p;
	size_t size;

	if (!block)
		return;
	p = (char *)block - FRONT_BYTES;
	memcpy(&size, p, sizeof(size));
	wipe(block, size);
	free(p);
}

static void *wiping_realloc(void *block, size_t size)
{
	size_t old = 0;
	void *bigger = wiping_malloc(size);

	if (!bigger)
		return NULL;
	if (block) {
		memcpy(&old, (char *)block - FRONT_BYTES, sizeof(old));
		memcpy(bigger, block, old < size ? old : size);
	}
	wiping_free(block);
	return bigger;
}

static void *wiping_calloc(size_t n, size_t size)
{
	void *p;

	if (size > 0 && n > SIZE_MAX / size)
		return NULL;
	p = wiping_malloc(n * size);
	if (p)
		memset(p, 0, n * size);
	return p;
}

static char *wiping_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = wiping_malloc(n);

	return p ? memcpy(p, s, n) : NULL;
}

enum err http_global_init(struct err_info *info)
{
	CURLcode c;

	/* curl would write the TLS session keys to the file that this names. */
	unsetenv("SSLKEYLOGFILE");
	c = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc,
				 wiping_strdup, wiping_calloc);
	if (c != CURLE_OK)
		return err_set(info, E_IO, "the HTTP library cannot start: %s",
			       curl_easy_strerror(c));
	return OK;
}

void http_global_cleanup(void)
{
	curl_global_cleanup();
}
