/* Threads, the fair mutex, flags, the queue. Nothing here sleeps: each wait is on
 * a condition. */
#include "../unit.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

struct seen {
	char name[17];
	bool term_blocked, fault_blocked;
};

static void look(void *arg)
{
	struct seen *seen = arg;
	sigset_t set;

	prctl(PR_GET_NAME, seen->name, 0, 0, 0);
	sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	seen->term_blocked = sigismember(&set, SIGTERM) == 1 && sigismember(&set, SIGWINCH) == 1;
	seen->fault_blocked = sigismember(&set, SIGSEGV) == 1;
}

static void thread_start__new_thread__has_name_and_blocked_signals(void **state)
{
	struct seen seen = {0};
	struct thread *t = NULL;
	sigset_t here;

	(void)state;
	assert_int_equal(thread_start(&t, "a-name-that-is-too-long", look, &seen, NULL), OK);
	thread_join(&t);
	assert_null(t);
	thread_join(&t);
	assert_string_equal(seen.name, "a-name-that-is-");
	assert_true(seen.term_blocked);
	assert_false(seen.fault_blocked);
	pthread_sigmask(SIG_BLOCK, NULL, &here);
	assert_int_equal(sigismember(&here, SIGTERM), 0);
}

#define ROUNDS 3000

struct counter {
	struct mutex *mutex;
	int value;
};

static void count_up(void *arg)
{
	struct counter *c = arg;

	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(c->mutex);
		c->value++;
		mutex_unlock(c->mutex);
	}
}

static void mutex__four_threads__lose_no_count(void **state)
{
	struct counter c = {mutex_new(), 0};
	struct thread *t[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(thread_start(&t[i], "count", count_up, &c, NULL), OK);
	for (int i = 0; i < 4; i++)
		thread_join(&t[i]);
	assert_int_equal(c.value, 4 * ROUNDS);
	mutex_free(&c.mutex);
	assert_null(c.mutex);
}

static void mutex_lock_until__held__gives_up_at_the_deadline(void **state)
{
	struct mutex *m = mutex_new();
	int64_t start;

	(void)state;
	mutex_lock(m);
	assert_false(mutex_lock_until(m, clock_mono_ms() - 5));
	start = clock_mono_ms();
	assert_false(mutex_lock_until(m, start + 20));
	assert_true(clock_mono_ms() >= start + 19);
	mutex_unlock(m);
	assert_true(mutex_lock_until(m, clock_mono_ms())); /* free: the deadline does not matter */
	mutex_unlock(m);
	mutex_free(&m);
}

#define ROUNDS_OF_TURNS 30

struct turn {
	struct mutex *mutex;
	atomic_int id; /* the kernel's, of the thread that waits; 0: not started */
	bool had;      /* guarded by the mutex */
};

static void take_a_turn(void *arg)
{
	struct turn *turn = arg;

	atomic_store(&turn->id, (int)syscall(SYS_gettid));
	mutex_lock(turn->mutex);
	turn->had = true;
	mutex_unlock(turn->mutex);
}

/* Does the kernel say that the thread sleeps? It can only wait for the mutex. */
static bool sleeps(int id)
{
	char path[64], line[512] = "";
	FILE *f;
	char *after_name;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	after_name = strrchr(line, ')');
	return after_name && after_name[2] == 'S';
}

/* One who unlocks and locks again at once must not pass the one who waits. */
static void mutex__owner_that_comes_back__waits_its_turn(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS_OF_TURNS; round++) {
		struct turn turn = {.mutex = mutex_new()};
		struct thread *t;
		bool had;

		mutex_lock(turn.mutex);
		assert_int_equal(thread_start(&t, "waits", take_a_turn, &turn, NULL), OK);
		while (atomic_load(&turn.id) == 0 || !sleeps(atomic_load(&turn.id)))
			sched_yield();
		mutex_unlock(turn.mutex);
		mutex_lock(turn.mutex);
		had = turn.had;
		mutex_unlock(turn.mutex);
		thread_join(&t);
		mutex_free(&turn.mutex);
		assert_true(had);
	}
}

static void flag__set_and_cleared__is_seen(void **state)
{
	struct flag *f = flag_new();

	(void)state;
	assert_false(flag_get(f));
	flag_set(f);
	assert_true(flag_get(f));
	flag_clear(f);
	assert_false(flag_get(f));
	flag_free(&f);
	assert_null(f);
}

static bool readable(const struct queue *q, int timeout_ms)
{
	struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
	int rc;

	do {
		rc = poll(&p, 1, timeout_ms);
	} while (rc < 0 && errno == EINTR);
	return rc == 1;
}

static void queue__items__come_in_order_and_show_at_the_descriptor(void **state)
{
	struct queue *q = queue_new(NULL);
	int items[3];

	(void)state;
	assert_null(queue_receive(q));
	assert_false(readable(q, 0));
	for (int i = 0; i < 3; i++)
		queue_send(q, &items[i]);
	for (int i = 0; i < 3; i++) {
		assert_true(readable(q, 0));
		assert_ptr_equal(queue_receive(q), &items[i]);
	}
	assert_false(readable(q, 0));
	assert_null(queue_receive(q));
	queue_send(q, &items[0]); /* again after it was empty */
	assert_true(readable(q, 0));
	assert_ptr_equal(queue_receive(q), &items[0]);
	queue_free(&q);
	assert_null(q);
}

static int disposed;

static void dispose(void *item)
{
	disposed++;
	free(item);
}

static void queue_free__items_left__are_disposed_of(void **state)
{
	struct queue *q = queue_new(dispose);

	(void)state;
	disposed = 0;
	for (int i = 0; i < 5; i++)
		queue_send(q, xmalloc(8));
	free(queue_receive(q));
	queue_free(&q);
	assert_int_equal(disposed, 4);
}

#define SENDERS 3
#define EACH 2000

struct sender {
	struct queue *q;
	int id;
};

struct note {
	int sender, n;
};

static void send_all(void *arg)
{
	struct sender *s = arg;

	for (int i = 0; i < EACH; i++) {
		struct note *note = xmalloc(sizeof(*note));

		note->sender = s->id;
		note->n = i;
		queue_send(s->q, note);
	}
}

static void queue__many_senders__lose_nothing_and_keep_each_order(void **state)
{
	struct queue *q = queue_new(free);
	struct sender s[SENDERS];
	struct thread *t[SENDERS];
	int next[SENDERS] = {0}, left = SENDERS * EACH;

	(void)state;
	for (int i = 0; i < SENDERS; i++) {
		s[i] = (struct sender){q, i};
		assert_int_equal(thread_start(&t[i], "send", send_all, &s[i], NULL), OK);
	}
	while (left > 0) {
		struct note *note;

		assert_true(readable(q, 10000)); /* a lost wake-up would end here */
		while ((note = queue_receive(q)) != NULL) {
			assert_int_equal(note->n, next[note->sender]++);
			free(note);
			left--;
		}
	}
	for (int i = 0; i < SENDERS; i++)
		thread_join(&t[i]);
	assert_null(queue_receive(q));
	assert_false(readable(q, 0));
	queue_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_start__new_thread__has_name_and_blocked_signals),
		cmocka_unit_test(mutex__four_threads__lose_no_count),
		cmocka_unit_test(mutex_lock_until__held__gives_up_at_the_deadline),
		cmocka_unit_test(mutex__owner_that_comes_back__waits_its_turn),
		cmocka_unit_test(flag__set_and_cleared__is_seen),
		cmocka_unit_test(queue__items__come_in_order_and_show_at_the_descriptor),
		cmocka_unit_test(queue_free__items_left__are_disposed_of),
		cmocka_unit_test(queue__many_senders__lose_nothing_and_keep_each_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
