/* store/writelock.c - the one lock that every write, checkpoint, first open and last close holds.
 *
 * Between this process's threads it is a mutex that serves in order; between processes, flock on write.lock, which
 * the kernel lets go with its process, however that ended. Waiting is polling with short sleeps up to a deadline:
 * flock has no time-out, and a wait that cannot be ended would hang the caller.
 *
 * A second kernel lock, on a byte of the same file (open file description locks, which do not meet flock), tells who has
 * the workspace open: shared while open; who can have it alone is the first or the last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/store_private.h"

#define SLEEP_FIRST_US 100
#define SLEEP_MOST_US 5000

struct write_lock {
	char *path;
	int fd;
	struct mutex *mutex;
};

enum err write_lock_new(const char *path, bool readonly, struct write_lock **out,
			struct err_info *info)
{
	struct write_lock *l;
	int flags = (readonly ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);

	if (fd < 0 && !(readonly && (errno == ENOENT || errno == EACCES)))
		return err_set_errno(info, errno, "cannot open %s", path);
	l = xcalloc(1, sizeof(*l));
	l->path = xstrdup(path);
	l->fd = fd;
	l->mutex = mutex_new();
	*out = l;
	return OK;
}

void write_lock_free(struct write_lock **l)
{
	if (!*l)
		return;
	if ((*l)->fd >= 0)
		close((*l)->fd);
	mutex_free(&(*l)->mutex);
	xfree(&(*l)->path);
	xfree(l);
}

int64_t lock_holder(const char *path)
{
	struct stat st;
	char line[256];
	int64_t found = 0;
	FILE *f;

	if (stat(path, &st) != 0)
		return 0;
	f = fopen("/proc/locks", "re");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		unsigned major, minor;
		unsigned long inode;
		long pid;

		/* "1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF"; a line with "->" only waits. */
		if (sscanf(line, "%*d: %*s %*s WRITE %ld %x:%x:%lu", &pid, &major, &minor,
			   &inode) == 4 &&
		    inode == st.st_ino && makedev(major, minor) == st.st_dev && pid > 0)
			found = pid;
	}
	fclose(f);
	return found;
}

static void say_holder(const struct write_lock *l, struct err_info *info)
{
	int64_t pid = lock_holder(l->path);

	if (pid > 0 && pid != getpid())
		err_hint(info, "process %lld is writing; try again, or end it", (long long)pid);
	else
		err_hint(info, "another masthead is writing; try again");
}

enum err write_lock_take(struct write_lock *l, int64_t mono_deadline_ms, struct err_info *info)
{
	long us = SLEEP_FIRST_US;

	if (l->fd < 0)
		return err_set(info, E_READONLY, "nothing may be changed here");
	if (!mutex_lock_until(l->mutex, mono_deadline_ms)) {
		err_set(info, E_BUSY,
			"the database is being written by another part of this program");
		err_hint(info, "try again");
		return E_BUSY;
	}
	while (flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
		int errnum = errno;
		struct timespec t = {0, us * 1000};

		if (errnum != EWOULDBLOCK && errnum != EINTR) {
			mutex_unlock(l->mutex);
			return err_set_errno(info, errnum, "cannot lock %s", l->path);
		}
		if (clock_mono_ms() >= mono_deadline_ms) {
			mutex_unlock(l->mutex);
			err_set(info, E_BUSY, "another program is writing to the database");
			say_holder(l, info);
			return E_BUSY;
		}
		nanosleep(&t, NULL);
		us = us * 2 < SLEEP_MOST_US ? us * 2 : SLEEP_MOST_US;
	}
	return OK;
}

void write_lock_drop(struct write_lock *l)
{
	flock(l->fd, LOCK_UN);
	mutex_unlock(l->mutex);
}

/* The byte beyond what the file will ever hold. */
static bool users(struct write_lock *l, short type)
{
	struct flock f = {.l_type = type, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1};

	return fcntl(l->fd, F_OFD_SETLK, &f) == 0;
}

bool write_lock_enter(struct write_lock *l)
{
	bool alone = users(l, F_WRLCK);

	users(l, F_RDLCK);
	return alone;
}

bool write_lock_leave(struct write_lock *l)
{
	bool alone = users(l, F_WRLCK);

	users(l, F_UNLCK);
	return alone;
}
