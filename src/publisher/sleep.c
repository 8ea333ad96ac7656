/* publisher/sleep.c - when the loop turns next, and what wakes it before.
 *
 * Reasons to wake: an answer, a due time, a change of the database, a wake, the heart-beat. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "publisher/engine.h"

#define BEAT_MS 5000
#define BLIND_LOOK_MS 100

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void engine_publish_snapshot(struct engine *e, enum publisher_phase phase)
{
	int air = 0;

	if (!e->mutex)
		return;
	for (size_t i = 0; i < e->n_flights; i++)
		air += e->flights[i]->kind == FLIGHT_PUBLISH;
	mutex_lock(e->mutex);
	e->snapshot->phase = phase;
	e->snapshot->in_flight = air;
	e->snapshot->trouble = e->db_trouble.code      ? e->db_trouble
			       : e->vault_trouble.code ? e->vault_trouble
						       : e->recovery_trouble;
	mutex_unlock(e->mutex);
}

static void beat(struct engine *e)
{
	int64_t now = clock_mono_ms(), wall = clock_wall_ms();
	int64_t lag = e->due_at && e->due_at < wall ? wall - e->due_at : 0;

	if (e->beat_mono > now)
		return;
	e->beat_mono = now + BEAT_MS;
	publisher_lock_beat(e->lock, wall, e->due_at, lag);
}

static int64_t wake_at(const struct engine *e)
{
	int64_t at = e->beat_mono;

	if (!e->stopping)
		at = least(at, e->db_since_mono || engine_room(e) == 0 ? INT64_MAX : e->look_mono);
	for (size_t i = 0; i < e->n_flights; i++) {
		const struct flight *f = e->flights[i];

		switch (f->phase) {
		case PHASE_WAIT:
			at = least(at, f->wait_mono);
			break;
		case PHASE_WRITE:
			at = least(at, e->db_retry_mono);
			break;
		case PHASE_LOGIN:
			if (!f->account->refreshing)
				at = 0;
			break;
		case PHASE_STEP:
		case PHASE_SEND:
			at = 0;
			break;
		default:
			break;
		}
	}
	if (e->db_since_mono)
		at = least(at, e->db_retry_mono);
	else if (!e->stopping)
		at = least(at, e->media_look_mono);
	if (e->stopping)
		at = least(at, e->stop_mono);
	else if (e->end_mono)
		at = least(at, e->end_mono);
	return at;
}

static void drain_eventfd(int fd)
{
	uint64_t n;

	while (read(fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
}

void engine_sleep(struct engine *e)
{
	int fds[4], watch = e->watch ? workspace_watch_fd(e->watch) : -1;
	bool ready[4] = {false};
	size_t n = 0, at_watch = 4, at_own = 4;
	int64_t wait;

	beat(e);
	wait = wake_at(e) - clock_mono_ms();
	/* Without a watch, changes are asked for. */
	if (watch < 0 && !e->stopping)
		wait = least(wait, BLIND_LOOK_MS);
	if (watch >= 0) {
		at_watch = n;
		fds[n++] = watch;
	}
	if (e->own_wake_fd >= 0) {
		at_own = n;
		fds[n++] = e->own_wake_fd;
	}
	/* It stays readable, so it is not listened to any more once it has been heard. */
	if (e->wake_fd >= 0 && !e->stopping)
		fds[n++] = e->wake_fd;
	if (media_tasks_fd(e) >= 0)
		fds[n++] = media_tasks_fd(e);
	transport_run(e->t, wait > 0 ? wait : 0, fds, ready, n);
	if (at_own < n && ready[at_own]) {
		drain_eventfd(e->own_wake_fd);
		engine_look_now(e);
	}
	if (at_watch < n && ready[at_watch])
		workspace_watch_drain(e->watch);
	if ((watch < 0 || (at_watch < n && ready[at_watch])) && store_changed(e->s)) {
		engine_look_now(e);
		e->refresh_look_mono = 0;
		media_sweep_soon(e);
	}
}
