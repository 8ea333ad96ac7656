/* store/publock.c - who publishes, and how everybody else can tell.
 *
 * The right to publish is flock on publisher.lock, which ends with its process. What the file says is for people: one line, overwritten in
 * place, not synced. It is written in one call and carries its number at both ends, so a reader that catches two halves reads again.
 *
 * Asking takes a shared lock for a moment. Who wants to publish just then tries again, so no question can
 * make it believe that another publishes.
 *
 * Those that wait are woken by the closing of a file that was open for writing (watch.c). So the lock is on a descriptor that only
 * reads, which a try that fails closes unseen, and the notice has one of its own, opened later: as a process ends, the
 * kernel closes the lock first and tells of the other after it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store_private.h"

#define TRIES 5
#define LINE_BYTES 256

struct publisher_lock {
	int fd;     /* holds the lock */
	int notice; /* writes */
	unsigned long long beats;
	char who[64], how[16];
};

static void copy_word(char *out, size_t size, const char *s)
{
	size_t n = 0;

	for (; s && *s && n + 1 < size; s++)
		out[n++] = *s == '\t' || *s == '\n' ? ' ' : *s;
	out[n] = '\0';
}

enum err publisher_lock_try(struct workspace *w, struct publisher_lock **out, struct err_info *info)
{
	struct publisher_status st;
	struct publisher_lock *l;
	int fd, errnum = 0;

	if (w->readonly)
		return err_set(info, E_READONLY, "nothing may be changed here");
	fd = open(w->publisher_path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(info, errno, "cannot open %s", w->publisher_path);
	for (int i = 0; i < TRIES; i++) {
		struct timespec t = {0, 2000000};

		errnum = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
		if (!errnum || (errnum != EWOULDBLOCK && errnum != EINTR))
			break;
		nanosleep(&t, NULL);
	}
	if (errnum) {
		close(fd);
		if (errnum != EWOULDBLOCK)
			return err_set_errno(info, errnum, "cannot lock %s", w->publisher_path);
		publisher_status_read(w, &st);
		err_set(info, E_PUBLISHER_BUSY, "another process is publishing (%s, process %lld)",
			st.how[0] ? st.how : "masthead", (long long)st.pid);
		return E_PUBLISHER_BUSY;
	}
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	l->notice = open(w->publisher_path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (l->notice < 0) {
		errnum = errno;
		publisher_lock_free(&l);
		return err_set_errno(info, errnum, "cannot write %s", w->publisher_path);
	}
	*out = l;
	return OK;
}

void publisher_lock_free(struct publisher_lock **l)
{
	if (!*l)
		return;
	close((*l)->fd);
	if ((*l)->notice >= 0)
		close((*l)->notice);
	xfree(l);
}

void publisher_lock_set_owner(struct publisher_lock *l, const char *who, const char *how)
{
	copy_word(l->who, sizeof(l->who), who);
	copy_word(l->how, sizeof(l->how), how);
}

void publisher_lock_beat(struct publisher_lock *l, int64_t now_ms, int64_t next_due, int64_t lag_ms)
{
	char line[LINE_BYTES + 1];
	int n;

	l->beats++;
	n = snprintf(line, sizeof(line), "%llu\t%lld\t%s\t%s\t%lld\t%lld\t%lld\t%llu\n", l->beats,
		     (long long)getpid(), l->who, l->how, (long long)now_ms, (long long)lag_ms,
		     (long long)next_due, l->beats);
	if (n < 0 || n > LINE_BYTES)
		return;
	/* Always the same length, so that nothing of a longer line stays behind. */
	memset(line + n, ' ', (size_t)(LINE_BYTES - n));
	if (pwrite(l->notice, line, LINE_BYTES, 0) != LINE_BYTES)
		return; /* it is a notice for people, and the next beat is near */
}

static bool parse_line(char *line, struct publisher_status *out)
{
	char *field[8], *save = line;
	size_t n = 0;

	while (n < COUNT_OF(field) && (field[n] = strsep(&save, "\t\n")))
		n++;
	if (n < COUNT_OF(field) || strcmp(field[0], field[7]) != 0)
		return false;
	out->pid = strtoll(field[1], NULL, 10);
	snprintf(out->who, sizeof(out->who), "%s", field[2]);
	snprintf(out->how, sizeof(out->how), "%s", field[3]);
	out->last_tick = strtoll(field[4], NULL, 10);
	out->lag_ms = strtoll(field[5], NULL, 10);
	out->next_due = strtoll(field[6], NULL, 10);
	return true;
}

void publisher_status_read(const struct workspace *w, struct publisher_status *out)
{
	int fd = open(w->publisher_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char line[LINE_BYTES + 1];
	bool read_it = false;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return;
	if (flock(fd, LOCK_SH | LOCK_NB) != 0)
		out->running = errno == EWOULDBLOCK;
	else
		flock(fd, LOCK_UN);
	for (int i = 0; !read_it && i < TRIES; i++) {
		ssize_t n = pread(fd, line, LINE_BYTES, 0);

		line[n > 0 ? n : 0] = '\0';
		read_it = n > 0 && parse_line(line, out);
	}
	close(fd);
	out->own = out->running && out->pid == getpid();
	if (!out->running)
		out->pid = 0;
}
