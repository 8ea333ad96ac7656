/* base/fs.h - files: atomic replacement, whole reads, private directories. Any thread. */
#ifndef MASTHEAD_BASE_FS_H
#define MASTHEAD_BASE_FS_H

#include "base/error.h"
#include "base/strbuf.h"

/* Write a temporary file beside path, fsync it, rename it over path, fsync the
 * directory. mode: e.g. 0600. durable=false leaves the fsyncs out. */
enum err fs_write_atomic(const char *path, const void *bytes, size_t n, unsigned mode, bool durable,
			 struct err_info *info) MUST_USE;
/* Create with O_EXCL and mode, write, fsync file and directory. E_EXISTS if it is there. */
enum err fs_write_new(const char *path, const void *bytes, size_t n, unsigned mode,
		      struct err_info *info) MUST_USE;
/* Append a whole regular file to out. E_NOT_FOUND; E_TOO_LONG past max_bytes;
 * E_INVALID: not a regular file. FS_NOFOLLOW refuses a link; FS_PRIVATE refuses (E_INVALID) a
 * file that others than its owner may read or write, or that another user owns. */
enum fs_read_flags { FS_NOFOLLOW = 1, FS_PRIVATE = 2 };
enum err fs_read(const char *path, size_t max_bytes, unsigned flags, struct strbuf *out,
		 struct err_info *info) MUST_USE;
/* mkdir -p; every component made gets mode 0700. An existing last component must
 * be a directory that we own and nobody else may write in (E_INVALID otherwise); its
 * mode is left alone, for it may be more than ours. */
enum err fs_mkdir_private(const char *path, struct err_info *info) MUST_USE;
bool fs_exists(const char *path);
/* "$XDG_CONFIG_HOME/masthead" and "$XDG_DATA_HOME/masthead", with the defaults
 * of the XDG Base Directory Specification. Caller frees. */
char *fs_config_dir(void) MUST_USE;
char *fs_data_dir(void) MUST_USE;
char *fs_join(const char *dir, const char *name) MUST_USE; /* caller frees */

#endif
