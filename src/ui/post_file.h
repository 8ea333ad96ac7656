/* ui/post_file.h - the file that the editor gets: alone in a private directory, gone when its post is accepted. */
#ifndef MASTHEAD_UI_POST_FILE_H
#define MASTHEAD_UI_POST_FILE_H

#include "base/error.h"
#include "base/strbuf.h"

struct post_file {
	char dir[800], path[900]; /* "": none */
};
/* A directory of mode 0700 below $XDG_RUNTIME_DIR, else $TMPDIR, else /tmp; the file 0600 and new. */
enum err post_file_make(struct post_file *f, const char *bytes, size_t n,
			struct err_info *info) MUST_USE;
enum err post_file_read(const struct post_file *f, struct strbuf *out,
			struct err_info *info) MUST_USE;
void post_file_remove(struct post_file *f);

#endif
