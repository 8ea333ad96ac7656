/* base/thread.c - threads, locks, and the queue that hands over ownership.
 *
 * The mutex serves its waiters in the order in which they came: the owner that
 * lets go hands it to the first one in line. Without that, a publisher that
 * unlocks and locks again at once would starve the console's writes. Its state
 * is guarded by an inner pthread mutex, which is only ever held for a moment;
 * so waiting with a deadline is a wait on a condition, on the monotonic clock. */
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* ---- threads ---- */

struct thread {
	pthread_t id;
	char name[16]; /* the kernel's limit, with the NUL */
	void (*run)(void *);
	void *arg;
};

static void *thread_main(void *p)
{
	struct thread *t = p;

	prctl(PR_SET_NAME, t->name, 0, 0, 0);
	t->run(t->arg);
	return NULL;
}

/* All but those that a fault of the thread's own raises: blocked, those would end the
 * process without the handler that restores the terminal. */
static void blocked_signals(sigset_t *set)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

	sigfillset(set);
	for (size_t i = 0; i < COUNT_OF(faults); i++)
		sigdelset(set, faults[i]);
}

enum err thread_start(struct thread **out, const char *name, void (*run)(void *), void *arg,
		      struct err_info *info)
{
	struct thread *t = xcalloc(1, sizeof(*t));
	sigset_t blocked, before;
	int rc;

	snprintf(t->name, sizeof(t->name), "%s", name);
	t->run = run;
	t->arg = arg;
	blocked_signals(&blocked);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	rc = pthread_create(&t->id, NULL, thread_main, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		xfree(&t);
		return err_set_errno(info, rc, "cannot start the thread %s", name);
	}
	*out = t;
	return OK;
}

void thread_join(struct thread **t)
{
	if (!*t)
		return;
	INVARIANT(pthread_join((*t)->id, NULL) == 0, "a thread that can be joined");
	xfree(t);
}

/* ---- the mutex ---- */

struct waiter {
	struct waiter *next;
	pthread_cond_t granted_cond;
	bool granted;
};

struct mutex {
	pthread_mutex_t inner;
	bool locked;
	struct waiter *first, **last;
};

struct mutex *mutex_new(void)
{
	struct mutex *m = xcalloc(1, sizeof(*m));

	INVARIANT(pthread_mutex_init(&m->inner, NULL) == 0, "a mutex that can be made");
	m->last = &m->first;
	return m;
}

void mutex_free(struct mutex **m)
{
	if (!*m)
		return;
	INVARIANT(!(*m)->locked && !(*m)->first, "a free mutex when it is destroyed");
	pthread_mutex_destroy(&(*m)->inner);
	xfree(m);
}

static void waiter_enter(struct mutex *m, struct waiter *w)
{
	pthread_condattr_t attr;

	memset(w, 0, sizeof(*w));
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	INVARIANT(pthread_cond_init(&w->granted_cond, &attr) == 0, "a condition that can be made");
	pthread_condattr_destroy(&attr);
	*m->last = w;
	m->last = &w->next;
}

static void waiter_leave(struct mutex *m, struct waiter *w)
{
	struct waiter **at = &m->first;

	if (w->granted)
		return; /* mutex_unlock took it out of the line */
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (m->last == &w->next)
		m->last = at;
}

/* until: NULL waits for ever. */
static bool lock_until(struct mutex *m, const struct timespec *until)
{
	struct waiter w;
	bool got = true;
	int rc = 0;

	pthread_mutex_lock(&m->inner);
	if (!m->locked) {
		m->locked = true;
	} else {
		waiter_enter(m, &w);
		while (!w.granted && rc != ETIMEDOUT) {
			rc = until ? pthread_cond_timedwait(&w.granted_cond, &m->inner, until)
				   : pthread_cond_wait(&w.granted_cond, &m->inner);
		}
		got = w.granted;
		waiter_leave(m, &w);
		pthread_cond_destroy(&w.granted_cond);
	}
	pthread_mutex_unlock(&m->inner);
	return got;
}

void mutex_lock(struct mutex *m)
{
	lock_until(m, NULL);
}

bool mutex_lock_until(struct mutex *m, int64_t mono_deadline_ms)
{
	struct timespec until;
	int64_t left_ms = mono_deadline_ms - clock_mono_ms();

	/* The deadline is on our clock, which a test may hold; the wait is on the kernel's. */
	if (left_ms < 0)
		left_ms = 0;
	if (left_ms > INT32_MAX)
		left_ms = INT32_MAX;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(left_ms / 1000);
	until.tv_nsec += (long)(left_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return lock_until(m, &until);
}

void mutex_unlock(struct mutex *m)
{
	struct waiter *w;

	pthread_mutex_lock(&m->inner);
	INVARIANT(m->locked, "a mutex that is locked when it is unlocked");
	w = m->first;
	if (w) {
		m->first = w->next;
		if (!m->first)
			m->last = &m->first;
		w->granted = true;
		pthread_cond_signal(&w->granted_cond);
	} else {
		m->locked = false;
	}
	pthread_mutex_unlock(&m->inner);
}

/* ---- the flag ---- */

struct flag {
	atomic_bool set;
};

struct flag *flag_new(void)
{
	struct flag *f = xcalloc(1, sizeof(*f));

	atomic_init(&f->set, false);
	return f;
}

void flag_free(struct flag **f)
{
	xfree(f);
}

void flag_set(struct flag *f)
{
	atomic_store(&f->set, true);
}

void flag_clear(struct flag *f)
{
	atomic_store(&f->set, false);
}

bool flag_get(const struct flag *f)
{
	return atomic_load(&f->set);
}

/* ---- the queue ----
 * Invariant, while the lock is free: the descriptor is readable exactly when items wait. */

struct node {
	struct node *next;
	void *item;
};

struct queue {
	pthread_mutex_t lock;
	struct node *first, **last;
	void (*dispose)(void *item);
	int fd;
};

struct queue *queue_new(void (*dispose)(void *item))
{
	struct queue *q = xcalloc(1, sizeof(*q));

	INVARIANT(pthread_mutex_init(&q->lock, NULL) == 0, "a mutex that can be made");
	q->last = &q->first;
	q->dispose = dispose;
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->fd < 0)
		die("no file descriptor is left for a queue: %s", strerror(errno));
	return q;
}

void queue_free(struct queue **q)
{
	struct node *n, *next;

	if (!*q)
		return;
	for (n = (*q)->first; n; n = next) {
		next = n->next;
		if ((*q)->dispose)
			(*q)->dispose(n->item);
		free(n);
	}
	close((*q)->fd);
	pthread_mutex_destroy(&(*q)->lock);
	xfree(q);
}

/* Neither can fail or block: the counter is 0 or 1. */
static void signal_set(struct queue *q)
{
	uint64_t one = 1;

	while (write(q->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void signal_clear(struct queue *q)
{
	uint64_t count;

	while (read(q->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

void queue_send(struct queue *q, void *item)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->item = item;
	pthread_mutex_lock(&q->lock);
	if (!q->first)
		signal_set(q);
	*q->last = n;
	q->last = &n->next;
	pthread_mutex_unlock(&q->lock);
}

void *queue_receive(struct queue *q)
{
	struct node *n;
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	n = q->first;
	if (n) {
		q->first = n->next;
		if (!q->first) {
			q->last = &q->first;
			signal_clear(q);
		}
	}
	pthread_mutex_unlock(&q->lock);
	if (n) {
		item = n->item;
		free(n);
	}
	return item;
}

int queue_fd(const struct queue *q)
{
	return q->fd;
}
