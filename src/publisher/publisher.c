/* publisher/publisher.c - who publishes, from when to when: the lock, recovery, the loop, the stop.
 *
 * The same course is run by the publisher's thread and, for `run` and `publish --wait`, by the calling one. */
#include "publisher/publisher.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"
#include "store/audit.h"

#define LOCK_LOOK_MS 5000      /* with a watch; the holder's end wakes us */
#define LOCK_LOOK_BLIND_MS 250 /* without */
#define LOCK_STEP_MIN_MS 10
#define LOCK_STEP_MAX_MS 320
#define OPEN_RETRY_MS 1000
#define RECOVERY_TRIES 5
#define WRITE_PATIENCE_MS 500
#define TIMEOUT_GRACE_MS 3000
#define DB_GIVE_UP_MS 30000

struct publisher {
	struct thread *thread;
	struct workspace *w;
	struct publisher_settings o;
	char *ca_file;
	char *name, *terminal, *how;
	struct actor actor;
	struct flag *stop;
	int wake_fd;
	struct mutex *mutex;
	struct publisher_snapshot snapshot;
};

/* ---- opening and closing ------------------------------------------------ */

static enum err engine_open(struct engine *e, struct err_info *info)
{
	struct transport_options to = {.timeout_ms = e->o->timeout_ms,
				       .connect_timeout_ms = e->o->connect_timeout_ms,
				       .max_connections = e->o->in_flight + 16,
				       .ca_file = e->o->ca_file};
	enum err err = OK;

	if (!e->s) {
		err = store_open(e->w, SCOPE_SERVICE, e->actor, &e->s, info);
		if (!err)
			store_set_patience(e->s, WRITE_PATIENCE_MS);
	}
	if (!err && !e->t)
		err = transport_new(&to, &e->t, info);
	if (!err && !e->watch)
		e->watch = workspace_watch_new(e->w);
	return err;
}

static void engine_close(struct engine *e)
{
	struct err_info info;

	/* The transport first: it still reads the requests that the flights hold. */
	if (e->t)
		transport_free(&e->t);
	media_tasks_end(e);
	while (e->n_flights > 0)
		flight_free(&e->flights[--e->n_flights]);
	xfree(&e->flights);
	for (size_t i = 0; i < e->n_accounts; i++)
		xfree(&e->accounts[i]);
	xfree(&e->accounts);
	xfree(&e->breakers);
	xfree(&e->unsettled);
	if (e->s && e->lock && store_checkpoint(e->s, true, &info))
		log_debug("checkpoint: %s", info.text);
	publisher_lock_free(&e->lock);
	workspace_watch_free(&e->watch);
	store_close(&e->s);
}

static bool told_to_stop(const struct engine *e)
{
	return e->stop && flag_get(e->stop);
}

/* ---- the lock ------------------------------------------------------------ */

/* Waits for a reason to try again; false when told to stop. step: how long after the last event. */
static bool lock_wait(struct engine *e, int64_t wait_ms, bool *event)
{
	struct pollfd p[3];
	nfds_t n = 0;
	int watch = e->watch ? workspace_watch_fd(e->watch) : -1;
	int64_t until = clock_mono_ms() + wait_ms;
	uint64_t drained;

	*event = false;
	if (told_to_stop(e))
		return false;
	if (watch >= 0)
		p[n++] = (struct pollfd){.fd = watch, .events = POLLIN};
	if (e->own_wake_fd >= 0)
		p[n++] = (struct pollfd){.fd = e->own_wake_fd, .events = POLLIN};
	if (e->wake_fd >= 0)
		p[n++] = (struct pollfd){.fd = e->wake_fd, .events = POLLIN};
	/* A heart-beat or a commit of the holder's is no reason to try: only an end closes a file. */
	for (int64_t left = wait_ms; !*event && !told_to_stop(e) && left > 0;
	     left = until - clock_mono_ms()) {
		if (poll(p, n, (int)left) <= 0)
			break;
		for (nfds_t i = 0; i < n; i++) {
			if (!p[i].revents)
				continue;
			if (p[i].fd == watch)
				*event = workspace_watch_drain(e->watch);
			else if (p[i].fd == e->own_wake_fd)
				while (read(e->own_wake_fd, &drained, sizeof(drained)) < 0 &&
				       errno == EINTR)
					;
			else
				return !told_to_stop(e);
		}
	}
	return !told_to_stop(e);
}

/* The kernel tells of the holder's end a moment before it lets the lock go, so an event is followed by a few tries
 * at growing distances. */
static enum err take_lock(struct engine *e, int64_t give_up_mono, struct err_info *info)
{
	int64_t look = e->watch && workspace_watch_fd(e->watch) >= 0 ? LOCK_LOOK_MS
								     : LOCK_LOOK_BLIND_MS;
	int64_t step = LOCK_STEP_MIN_MS;

	for (;;) {
		enum err err = publisher_lock_try(e->w, &e->lock, info);
		int64_t left, wait;
		bool event;

		if (err != E_PUBLISHER_BUSY)
			return err;
		left = give_up_mono - clock_mono_ms();
		if (left <= 0)
			return err;
		wait = step <= LOCK_STEP_MAX_MS ? step : look;
		if (!lock_wait(e, wait < left ? wait : left, &event))
			return err_set(info, E_INTERRUPTED, "interrupted while waiting to publish");
		if (step <= LOCK_STEP_MAX_MS)
			step *= 2;
		else if (event)
			step = LOCK_STEP_MIN_MS;
	}
}

/* ---- recovery ------------------------------------------------------------ */

static void remember_unknown(void *self, int64_t tenant_id, int64_t job_id)
{
	struct engine *e = self;

	unsettled_find(e, tenant_id, job_id, true)->counted = true;
	e->tally.unknown++;
}

static void log_recovery(struct engine *e, const struct recovery_report *r)
{
	struct err_info info;
	char text[256];
	struct audit_note n = {.action = "publisher.recover", .outcome = "ok", .message = text};
	enum err err;

	snprintf(
		text, sizeof(text),
		"%lld interrupted: %lld back in the queue, %lld set aside, %lld unknown; %lld missed",
		(long long)r->interrupted, (long long)r->requeued, (long long)r->quarantined,
		(long long)r->unknown, (long long)r->missed);
	log_info("recovery: %s", text);
	if (r->interrupted == 0 && r->missed == 0)
		return;
	err = store_begin(e->s, &info);
	if (!err) {
		err = audit_append(e->s, 0, &n, &info);
		if (!err)
			err = store_commit(e->s, &info);
		else
			store_rollback(e->s);
	}
	if (err)
		log_warn("recovery could not be logged: %s", info.text);
}

/* A failure is shown and logged, and does not keep the rest of the queue from being published. */
static void recover(struct engine *e)
{
	struct recovery_report report = {0};
	int64_t wait = 100;
	enum err err;
	bool event;

	for (int i = 0;; i++) {
		err = recovery_do(e->s, e->o, clock_wall_ms(), false, remember_unknown, e, &report,
				  &e->recovery_trouble);
		if (!err) {
			e->recovery_trouble = (struct err_info){0};
			e->tally.missed += report.missed;
			log_recovery(e, &report);
			return;
		}
		log_error("recovery failed: %s", e->recovery_trouble.text);
		engine_publish_snapshot(e, PUBLISHER_RECOVERING);
		if (i + 1 >= RECOVERY_TRIES || !lock_wait(e, wait, &event))
			return;
		wait *= 4;
	}
}

/* ---- the course ---------------------------------------------------------- */

/* Is anything in the air whose answer must be waited for, or learned and not stored? */
static bool must_wait(const struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		const struct flight *f = e->flights[i];

		if ((f->kind != FLIGHT_SETTLE && f->kind != FLIGHT_SWEEP) ||
		    f->phase == PHASE_WRITE)
			return true;
	}
	return false;
}

static void finish(struct engine *e, int64_t limit_ms)
{
	e->stopping = true;
	e->stop_mono = clock_mono_ms() + limit_ms;
	engine_publish_snapshot(e, PUBLISHER_STOPPING);
	engine_turn(e);
	while (must_wait(e) && clock_mono_ms() < e->stop_mono) {
		engine_sleep(e);
		engine_turn(e);
		engine_publish_snapshot(e, PUBLISHER_STOPPING);
	}
}

static void set_owner(struct engine *e)
{
	publisher_lock_set_owner(e->lock, e->actor->name, e->how);
	publisher_lock_beat(e->lock, clock_wall_ms(), 0, 0);
}

/* ---- the thread ---------------------------------------------------------- */

static void show_trouble(struct engine *e, const struct err_info *info)
{
	e->db_trouble = *info;
	log_error("%s", info->text);
	engine_publish_snapshot(e, PUBLISHER_WAITING);
}

static bool come_to_publish(struct engine *e)
{
	struct err_info info = {0};
	bool event;

	for (;;) {
		enum err err = engine_open(e, &info);

		engine_publish_snapshot(e, PUBLISHER_WAITING);
		if (!err)
			err = take_lock(e, INT64_MAX, &info);
		if (!err) {
			e->db_trouble = (struct err_info){0};
			return true;
		}
		if (err == E_INTERRUPTED)
			return false;
		show_trouble(e, &info);
		if (!lock_wait(e, OPEN_RETRY_MS, &event))
			return false;
	}
}

static void publisher_main(void *arg)
{
	struct publisher *p = arg;
	struct engine e = {.w = p->w,
			   .o = &p->o,
			   .actor = &p->actor,
			   .how = p->how,
			   .stop = p->stop,
			   .wake_fd = -1,
			   .own_wake_fd = p->wake_fd,
			   .mutex = p->mutex,
			   .snapshot = &p->snapshot};

	if (come_to_publish(&e)) {
		set_owner(&e);
		engine_publish_snapshot(&e, PUBLISHER_RECOVERING);
		recover(&e);
		engine_look_now(&e);
		while (!told_to_stop(&e)) {
			engine_turn(&e);
			engine_publish_snapshot(&e, PUBLISHER_RUNNING);
			engine_sleep(&e);
		}
		finish(&e, p->o.shutdown_limit_ms);
	}
	engine_close(&e);
	mutex_lock(p->mutex);
	p->snapshot.phase = PUBLISHER_STOPPED;
	p->snapshot.in_flight = 0;
	mutex_unlock(p->mutex);
}

static void publisher_dispose(struct publisher **pp)
{
	struct publisher *p = *pp;

	if (p->wake_fd >= 0)
		close(p->wake_fd);
	mutex_free(&p->mutex);
	flag_free(&p->stop);
	xfree(&p->ca_file);
	xfree(&p->name);
	xfree(&p->terminal);
	xfree(&p->how);
	xfree(pp);
}

enum err publisher_start(struct workspace *w, const struct publisher_settings *o,
			 const struct actor *actor, const char *how, struct publisher **out,
			 struct err_info *info)
{
	struct publisher *p = xcalloc(1, sizeof(*p));
	enum err err = OK;

	p->w = w;
	p->o = *o;
	p->ca_file = xstrdup(o->ca_file);
	p->o.ca_file = p->ca_file;
	p->name = xstrdup(actor->name);
	p->terminal = xstrdup(actor->terminal);
	p->how = xstrdup(how);
	p->actor = (struct actor){.name = p->name, .terminal = p->terminal};
	p->stop = flag_new();
	p->mutex = mutex_new();
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->wake_fd < 0)
		err = err_set_errno(info, errno, "the publisher cannot be started");
	if (!err)
		err = thread_start(&p->thread, "publisher", publisher_main, p, info);
	if (err) {
		publisher_dispose(&p);
		return err;
	}
	*out = p;
	return OK;
}

void publisher_wake(struct publisher *p)
{
	uint64_t one = 1;

	while (write(p->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void publisher_snapshot(const struct publisher *p, struct publisher_snapshot *out)
{
	mutex_lock(p->mutex);
	*out = p->snapshot;
	mutex_unlock(p->mutex);
}

void publisher_stop(struct publisher **pp)
{
	struct publisher *p = *pp;

	if (!p)
		return;
	flag_set(p->stop);
	publisher_wake(p);
	thread_join(&p->thread);
	publisher_dispose(pp);
}

/* ---- in the calling thread ------------------------------------------------ */

static enum err run_loop(struct engine *e, int64_t end_mono, struct err_info *info)
{
	enum err err = OK;

	for (;;) {
		engine_turn(e);
		if (e->idle && e->n_flights == 0)
			break;
		if (told_to_stop(e)) {
			err = err_set(info, E_INTERRUPTED,
				      "interrupted; what was in flight has been finished");
			break;
		}
		if (clock_mono_ms() >= end_mono) {
			err = err_set(info, E_TIMEOUT, "not everything was done in the time given");
			break;
		}
		if (e->db_since_mono && !engine_has_unsaved(e) &&
		    (e->db_trouble.code == E_CORRUPT || e->db_trouble.code == E_READONLY ||
		     clock_mono_ms() - e->db_since_mono > DB_GIVE_UP_MS)) {
			if (info)
				*info = e->db_trouble;
			err = e->db_trouble.code;
			break;
		}
		engine_sleep(e);
	}
	if (err == E_TIMEOUT && e->o->shutdown_limit_ms > TIMEOUT_GRACE_MS)
		finish(e, TIMEOUT_GRACE_MS);
	else
		finish(e, e->o->shutdown_limit_ms);
	if (!err && e->vault_trouble.code) {
		if (info)
			*info = e->vault_trouble;
		err = e->vault_trouble.code;
	}
	return err;
}

enum err publisher_run(struct workspace *w, const struct publisher_settings *o,
		       const struct actor *actor, const char *how, const struct publisher_run *r,
		       struct publisher_tally *tally, struct err_info *info)
{
	int64_t start = clock_mono_ms(),
		end = r->timeout_ms > 0 ? start + r->timeout_ms : INT64_MAX;
	int64_t lock_end = start + r->lock_timeout_ms;
	struct engine e = {.w = w,
			   .o = o,
			   .actor = actor,
			   .how = how,
			   .run = r,
			   .end_mono = end,
			   .stop = r->stop,
			   .wake_fd = r->wake_fd,
			   .own_wake_fd = -1};
	enum err err = engine_open(&e, info);

	if (!err)
		err = take_lock(&e, lock_end < end ? lock_end : end, info);
	if (!err) {
		set_owner(&e);
		recover(&e);
		engine_look_now(&e);
		err = run_loop(&e, end, info);
	}
	if (e.t)
		e.tally.waited_us = transport_waited_us(e.t);
	*tally = e.tally;
	engine_close(&e);
	return err;
}
