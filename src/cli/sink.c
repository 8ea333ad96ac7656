/* cli/sink.c - a temporary file beside the one that is wanted, synced and renamed at the end. */
#include "cli/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"

#define TERMINAL_BYTES_MAX ((size_t)64 << 20)

/* A FIFO that nobody reads is an error; opened plainly it would wait for a reader, perhaps for ever. */
static enum err open_other(struct sink *s, const char *path, struct err_info *info)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_set_errno(info, errno, "cannot write to %s", path);
	(void)fcntl(fd, F_SETFL, O_WRONLY);
	s->f = fdopen(fd, "w");
	return OK;
}

static enum err open_file(struct sink *s, const char *path, struct err_info *info)
{
	char id[UUID_SIZE];
	struct stat st;
	int fd;

	/* A pipe or a device is written to as it is. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		return open_other(s, path, info);
	}
	rng_uuid(id);
	s->path = xstrdup(path);
	s->tmp = xasprintf("%s.%.8s", path, id);
	fd = open(s->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		int why = errno;

		xfree(&s->tmp);
		return err_set_errno(info, why, "cannot make %s", path);
	}
	s->f = fdopen(fd, "w");
	return OK;
}

enum err sink_open(struct sink *s, const char *path, struct err_info *info)
{
	enum err e = OK;

	*s = (struct sink){0};
	if (path && strcmp(path, "-") != 0)
		e = open_file(s, path, info);
	else
		s->f = stdout;
	if (e)
		sink_drop(s);
	else
		s->safe = isatty(fileno(s->f));
	return e;
}

void sink_put(struct sink *s, const struct strbuf *b)
{
	struct strbuf safe;

	if (!s->safe) {
		fwrite(b->data, 1, b->len, s->f);
		return;
	}
	strbuf_init(&safe, TERMINAL_BYTES_MAX);
	text_make_safe(&safe, b->data, b->len, TEXT_KEEP_LINES);
	fwrite(safe.data, 1, safe.len, s->f);
	strbuf_free(&safe);
}

static enum err sync_directory(const char *path, struct err_info *info)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = OK;

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP))
		e = err_set_errno(info, errno, "cannot sync %s", dir);
	if (fd >= 0)
		close(fd);
	xfree(&dir);
	return e;
}

enum err sink_close(struct sink *s, struct err_info *info)
{
	const char *name = s->path ? s->path : "standard output";
	enum err e = OK;

	if (fflush(s->f) || ferror(s->f))
		e = err_set_errno(info, errno ? errno : EIO, "%s could not be written", name);
	if (!e && s->tmp && fsync(fileno(s->f)) != 0)
		e = err_set_errno(info, errno, "%s could not be written", name);
	if (!e && s->tmp) {
		if (rename(s->tmp, s->path) != 0)
			e = err_set_errno(info, errno, "cannot make %s", s->path);
		else
			xfree(&s->tmp);
	}
	if (!e && s->path)
		e = sync_directory(s->path, info);
	sink_drop(s);
	return e;
}

void sink_drop(struct sink *s)
{
	if (s->f && s->f != stdout)
		fclose(s->f);
	if (s->tmp)
		unlink(s->tmp);
	xfree(&s->path);
	xfree(&s->tmp);
	s->f = NULL;
}
