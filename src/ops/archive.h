/* ops/archive.h - a tar file as a row of named files: writing, and careful reading. Inside this layer only.
 *
 * The format is POSIX tar (ustar, with pax headers only where a size needs them), not compressed. Reading takes plain files
 * alone: no links, no devices, no compression, whatever the file says of itself. */
#ifndef MASTHEAD_OPS_ARCHIVE_H
#define MASTHEAD_OPS_ARCHIVE_H

#include "base/error.h"
#include "base/strbuf.h"

struct pack;
/* Writes to fd, which stays the caller's. */
enum err pack_new(int fd, struct pack **out, struct err_info *info) MUST_USE;
enum err pack_bytes(struct pack *p, const char *name, const void *bytes, size_t n, int64_t time_ms,
		    struct err_info *info) MUST_USE;
/* From fd's beginning; exactly n bytes, else E_CORRUPT. */
enum err pack_file(struct pack *p, const char *name, int fd, int64_t n, int64_t time_ms,
		   struct err_info *info) MUST_USE;
/* Writes the end; all is with the kernel when OK. */
enum err pack_finish(struct pack *p, struct err_info *info) MUST_USE;
void pack_free(struct pack **p);

struct unpack;
/* E_NOT_FOUND; E_INVALID: it cannot be one. */
enum err unpack_open(const char *path, struct unpack **out, struct err_info *info) MUST_USE;
/* The next file's name (until the next call) and size; *more false at the end. E_CORRUPT: damaged, cut off, or not a plain file. */
enum err unpack_next(struct unpack *u, const char **name, int64_t *bytes, bool *more,
		     struct err_info *info) MUST_USE;
/* Up to n bytes of its content; *got 0 at its end. */
enum err unpack_read(struct unpack *u, void *buf, size_t n, size_t *got,
		     struct err_info *info) MUST_USE;
void unpack_free(struct unpack **u);

#endif
