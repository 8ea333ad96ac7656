/* sandbox/ledger.c - an append-only file with shared flushes. */
#include "sandbox/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/thread.h"

#define LINE_BYTES_MAX ((size_t)8 << 20)
#define TAIL_BYTES ((off_t)1 << 16)

struct ledger {
	char *path;
	int fd;
	bool temporary;
	struct mutex *lock; /* guards written */
	int64_t written;
	struct mutex *flush; /* held while flushing; guards flushed */
	int64_t flushed;
};

static void write_all(const struct ledger *l, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t put = write(l->fd, s, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			die("the ledger %s cannot be written: %s", l->path, strerror(errno));
		s += put;
		n -= (size_t)put;
	}
}

/* A line that a kill cut off is taken away. */
static void drop_torn_line(struct ledger *l)
{
	off_t end = lseek(l->fd, 0, SEEK_END);
	char c = '\n';

	while (end > 0 && pread(l->fd, &c, 1, end - 1) == 1 && c != '\n')
		end--;
	if (ftruncate(l->fd, end) != 0)
		die("the ledger %s cannot be mended: %s", l->path, strerror(errno));
}

enum err ledger_open(const char *path, struct ledger **out, struct err_info *info)
{
	const char *tmp = getenv("TMPDIR");
	struct ledger *l = xcalloc(1, sizeof(*l));

	if (path) {
		l->path = xstrdup(path);
		l->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	} else {
		l->path = xasprintf("%s/masthead-ledger-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		l->temporary = true;
		l->fd = mkostemp(l->path, O_APPEND | O_CLOEXEC);
	}
	if (l->fd < 0) {
		enum err e = err_set_errno(info, errno, "cannot open the ledger %s", l->path);

		xfree(&l->path);
		xfree(&l);
		return e;
	}
	l->lock = mutex_new();
	l->flush = mutex_new();
	drop_torn_line(l);
	*out = l;
	return OK;
}

void ledger_close(struct ledger **l)
{
	if (!*l)
		return;
	if ((*l)->temporary && (*l)->written == 0)
		unlink((*l)->path);
	close((*l)->fd);
	mutex_free(&(*l)->lock);
	mutex_free(&(*l)->flush);
	xfree(&(*l)->path);
	xfree(l);
}

const char *ledger_path(const struct ledger *l)
{
	return l->path;
}

int64_t ledger_append(struct ledger *l, const char *line, size_t n)
{
	struct strbuf b;
	int64_t number;

	strbuf_init(&b, LINE_BYTES_MAX);
	strbuf_add(&b, line, n);
	strbuf_putc(&b, '\n');
	INVARIANT(!b.overflowed, "a ledger line fits");
	mutex_lock(l->lock);
	write_all(l, b.data, b.len);
	number = ++l->written;
	mutex_unlock(l->lock);
	strbuf_free(&b);
	return number;
}

void ledger_sync(struct ledger *l, int64_t number)
{
	mutex_lock(l->flush);
	if (l->flushed < number) {
		int64_t upto;

		mutex_lock(l->lock);
		upto = l->written;
		mutex_unlock(l->lock);
		if (fdatasync(l->fd) != 0 && errno != EINVAL)
			die("the ledger %s cannot be flushed: %s", l->path, strerror(errno));
		l->flushed = upto;
	}
	mutex_unlock(l->flush);
}

bool ledger_ends_with(const struct ledger *l, const char *remote_id)
{
	off_t end = lseek(l->fd, 0, SEEK_END);
	off_t from = end > TAIL_BYTES ? end - TAIL_BYTES : 0;
	char *tail, *line;
	struct json *j = NULL;
	ssize_t n;
	bool same;

	if (end <= 0)
		return true;
	tail = xmalloc((size_t)(end - from) + 1);
	n = pread(l->fd, tail, (size_t)(end - from), from);
	tail[n > 0 ? n - 1 : 0] = '\0'; /* over the last newline */
	line = strrchr(tail, '\n');
	line = line ? line + 1 : tail;
	same = json_parse(line, strlen(line), JSON_BYTES_MAX, &j, NULL) == OK &&
	       json_str(j, "remote_id") && strcmp(json_str(j, "remote_id"), remote_id) == 0;
	json_free(&j);
	xfree(&tail);
	return same;
}
