/* base/thread.h - threads, locks, and the queue that hands over ownership.
 *
 * There is no cancel: a thread stops because it is told to (a flag), woken,
 * and joined. All signals are blocked in threads made here. */
#ifndef MASTHEAD_BASE_THREAD_H
#define MASTHEAD_BASE_THREAD_H

#include "base/error.h"

struct thread;
enum err thread_start(struct thread **t, const char *name, void (*run)(void *), void *arg,
		      struct err_info *info) MUST_USE;
void thread_join(struct thread **t);

/* Those who wait are served in the order in which they came. Not recursive. */
struct mutex;
struct mutex *mutex_new(void) MUST_USE;
void mutex_free(struct mutex **m);
void mutex_lock(struct mutex *m);
/* Waits at most until the monotonic deadline; false if it could not be had. */
bool mutex_lock_until(struct mutex *m, int64_t mono_deadline_ms) MUST_USE;
void mutex_unlock(struct mutex *m);

/* A flag that any thread sets and any reads (C11 atomics behind it). */
struct flag;
struct flag *flag_new(void) MUST_USE;
void flag_free(struct flag **f);
void flag_set(struct flag *f);
void flag_clear(struct flag *f);
bool flag_get(const struct flag *f);

/* First in, first out, unbounded, any number of senders and one receiver.
 * queue_send: takes ownership of item; wakes the receiver through its descriptor (eventfd).
 * queue_receive: never blocks; the receiver owns the item; NULL when empty.
 * queue_fd: readable while items wait; poll it, then receive until NULL.
 * queue_free: calls dispose (if any) on what is left. No lock is held while dispose runs. */
struct queue;
struct queue *queue_new(void (*dispose)(void *item)) MUST_USE;
void queue_free(struct queue **q);
void queue_send(struct queue *q, void *item);
void *queue_receive(struct queue *q) MUST_USE;
int queue_fd(const struct queue *q);

#endif
