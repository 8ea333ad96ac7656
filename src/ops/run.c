/* ops/run.c - publishing in the foreground: `run', and `publish --wait'.
 *
 * Whoever holds the lock publishes. Where that is another process, waiting means looking on: the jobs are read
 * each time the database changes, and the lock is tried again, so that its end leaves nobody waiting. */
#include <poll.h>

#include "base/clock.h"
#include "base/thread.h"
#include "ops/internal.h"
#include "publisher/publisher.h"
#include "store/jobs.h"
#include "store/workspace.h"

#define FOR_EVER_MS ((int64_t)365 * 86400000)
#define LOOK_MS 1000 /* the lock makes no event when its holder ends */

enum err ops_run(struct ops *o, const struct run_request *r, struct run_tally *out,
		 struct err_info *info)
{
	struct publisher_settings settings;
	struct publisher_tally t = {0};
	struct publisher_run run = {
		.until_idle = r->until_idle,
		.timeout_ms = r->timeout_ms,
		.lock_timeout_ms = r->timeout_ms ? r->timeout_ms : FOR_EVER_MS,
		.stop = r->stop,
		.wake_fd = r->wake_fd,
	};
	struct actor actor;
	enum err e = ops_may_write(o, info);

	if (e)
		return e;
	app_settings(o->app, &settings);
	app_actor(o->app, &actor);
	e = publisher_run(o->app->workspace, &settings, &actor, "run", &run, &t, info);
	*out = (struct run_tally){t.published, t.failed, t.unknown,
				  t.retried,   t.missed, t.waited_us};
	return e;
}

/* ---------------------------------------------------------------- waiting for certain jobs */

struct waiting {
	struct ops *o;
	const int64_t *jobs;
	size_t n;
	int64_t deadline_ms; /* monotonic; 0: none */
	const struct flag *stop;
	int wake_fd;
};

/* Nothing that a clock or the network does will move it: only a person will. */
static enum err has_ended(struct ops *o, int64_t id, bool *ended, struct err_info *info)
{
	struct arena *a = arena_new();
	struct attempt *attempts = NULL;
	struct job j;
	size_t n = 0;
	enum err e = job_get(o->store, o->tenant_id, id, a, &j, info);

	if (!e && j.status == JOB_UNKNOWN)
		e = job_attempts(o->store, o->tenant_id, id, a, &attempts, &n, info);
	if (!e && j.status == JOB_UNKNOWN)
		*ended = !n || !attempts[n - 1].settle_at;
	else if (!e)
		*ended = (j.status != JOB_SCHEDULED && j.status != JOB_PENDING &&
			  j.status != JOB_PROCESSING) ||
			 j.wait == WAIT_AUTH || j.wait == WAIT_PAUSED;
	arena_free(&a);
	return e;
}

static enum err all_ended(const struct waiting *w, bool *ended, struct err_info *info)
{
	enum err e = OK;

	*ended = true;
	for (size_t i = 0; !e && *ended && i < w->n; i++)
		e = has_ended(w->o, w->jobs[i], ended, info);
	return e;
}

static int64_t left_ms(const struct waiting *w)
{
	int64_t left = w->deadline_ms ? w->deadline_ms - clock_mono_ms() : FOR_EVER_MS;

	return left > 0 ? left : 0;
}

static enum err drive(const struct waiting *w, struct err_info *info)
{
	struct job_filter only = {.ids = w->jobs, .n_ids = w->n};
	struct publisher_settings settings;
	struct publisher_tally tally = {0};
	struct publisher_run run = {
		.until_idle = true,
		.timeout_ms = left_ms(w) > 0 ? left_ms(w) : 1,
		.only = &only,
		.only_tenant = w->o->tenant_id,
		.stop = w->stop,
		.wake_fd = w->wake_fd,
	};
	struct actor actor;

	app_settings(w->o->app, &settings);
	app_actor(w->o->app, &actor);
	return publisher_run(w->o->app->workspace, &settings, &actor, "publish", &run, &tally,
			     info);
}

/* Until the database changes, the lock may be free again, or a signal came. */
static void look_on(const struct waiting *w)
{
	struct pollfd fds[2] = {{.fd = ops_watch_fd(w->o), .events = POLLIN},
				{.fd = w->wake_fd, .events = POLLIN}};
	int64_t ms = left_ms(w) < LOOK_MS ? left_ms(w) : LOOK_MS;

	if (fds[0].fd < 0 && ms > 100)
		ms = 100;
	(void)poll(fds, COUNT_OF(fds), (int)ms);
	(void)ops_changed(w->o);
}

enum err ops_publish_wait(struct ops *o, const int64_t *jobs, size_t n, int64_t timeout_ms,
			  const struct flag *stop, int wake_fd, struct err_info *info)
{
	struct waiting w = {
		.o = o,
		.jobs = jobs,
		.n = n,
		.stop = stop,
		.wake_fd = wake_fd,
		.deadline_ms = timeout_ms ? clock_mono_ms() + timeout_ms : 0,
	};
	bool ended = false;
	enum err e = ops_may_write(o, info);

	while (!e) {
		e = all_ended(&w, &ended, info);
		if (e || ended)
			return e;
		if (stop && flag_get(stop))
			return err_set(
				info, E_INTERRUPTED,
				"interrupted while waiting for the outcome; the jobs go on as planned");
		if (!left_ms(&w))
			return err_set(info, E_TIMEOUT,
				       "the jobs were not finished in time; they go on as planned");
		e = drive(&w, info);
		if (e == E_PUBLISHER_BUSY)
			e = OK;
		if (!e)
			e = all_ended(&w, &ended, info);
		if (!e && !ended)
			look_on(&w);
	}
	return e;
}
