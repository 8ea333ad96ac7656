/* store/watch.c - learning that somebody else has changed the database, without asking it.
 *
 * Every commit appends to the -wal file, and inotify tells of writes in the directory. It may tell of too much (our own commits, a
 * heart-beat); whoever is woken asks store_changed. The closing of a written file is told too: so the end of whoever publishes. */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_private.h"

struct workspace_watch {
	int fd;
};

struct workspace_watch *workspace_watch_new(struct workspace *w)
{
	struct workspace_watch *x = xcalloc(1, sizeof(*x));

	x->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (x->fd >= 0 &&
	    inotify_add_watch(x->fd, w->dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE) <
		    0) {
		close(x->fd);
		x->fd = -1;
	}
	if (x->fd < 0)
		log_warn("changes are looked for instead of told: the kernel gives no watch");
	return x;
}

int workspace_watch_fd(const struct workspace_watch *x)
{
	return x->fd;
}

bool workspace_watch_drain(struct workspace_watch *x)
{
	_Alignas(struct inotify_event) char events[4096];
	bool closed = false;
	ssize_t n;

	if (x->fd < 0)
		return false;
	while ((n = read(x->fd, events, sizeof(events))) > 0 || (n < 0 && errno == EINTR))
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(events + at);

			closed |= event->mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	return closed;
}

void workspace_watch_free(struct workspace_watch **x)
{
	if (!*x)
		return;
	if ((*x)->fd >= 0)
		close((*x)->fd);
	xfree(x);
}
