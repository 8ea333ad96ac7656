/* ui/post_file.c - see post_file.h. */
#include "ui/post_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"

#define POST_BYTES_MAX ((size_t)1 << 20)

enum err post_file_make(struct post_file *f, const char *bytes, size_t n, struct err_info *info)
{
	const char *where = getenv("XDG_RUNTIME_DIR");
	struct post_file made;

	if (!where || !*where || access(where, W_OK) != 0)
		where = getenv("TMPDIR");
	if (!where || !*where)
		where = "/tmp";
	int length = snprintf(made.dir, sizeof(made.dir), "%s/masthead-XXXXXX", where);
	if (length < 0 || (size_t)length >= sizeof(made.dir))
		return err_set(info, E_INVALID,
			       "The directory for temporary files has too long a name.");
	if (!mkdtemp(made.dir))
		return err_set_errno(info, errno, "No directory could be made below %s", where);
	snprintf(made.path, sizeof(made.path), "%s/post.txt", made.dir);
	enum err e = fs_write_new(made.path, bytes, n, 0600, info);
	if (e != OK) {
		rmdir(made.dir);
		return e;
	}
	*f = made;
	return OK;
}

enum err post_file_read(const struct post_file *f, struct strbuf *out, struct err_info *info)
{
	return fs_read(f->path, POST_BYTES_MAX, FS_NOFOLLOW, out, info);
}

void post_file_remove(struct post_file *f)
{
	if (!f->path[0])
		return;
	unlink(f->path);
	/* An editor may have left a backup: then the directory stays, private as it is. */
	rmdir(f->dir);
	f->path[0] = f->dir[0] = '\0';
}
