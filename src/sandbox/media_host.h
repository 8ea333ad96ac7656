/* sandbox/media_host.h - the store of files from which platforms fetch by address. Internal to sandbox/.
 *
 * Two doors to it: S3 (PATH/s3/BUCKET/KEY, requests signed) and WebDAV (PATH/dav/NAME, basic credentials). What was put
 * in can be read by anybody, as a public bucket. It lives in memory, as long as the sandbox; a restart empties it.
 *
 * Threads: under the sandbox's lock. */
#ifndef MASTHEAD_SANDBOX_MEDIA_HOST_H
#define MASTHEAD_SANDBOX_MEDIA_HOST_H

#include "sandbox/call.h"

struct media_store;
struct media_store *media_store_new(void) MUST_USE;
void media_store_free(struct media_store **s);

/* What a platform would find at an address. False: nothing. sha256: of the bytes where they are ours; of what the last
 * part of its name says, or of the address itself, where the address leads elsewhere (nothing is dialled). */
bool media_host_fetch(const struct call *c, const char *url, char sha256[HASH_HEX_SIZE]);

/* {"s3":{"url","bucket","region","user","secret"},"webdav":{"url","user","secret"}}; address: of the
 * sandbox. */
struct json *media_host_describe(const struct world *w, const char *address) MUST_USE;

#define MEDIA_HOST_PREFIX "/media"
extern const struct sandbox_platform sandbox_media_host;

#endif
