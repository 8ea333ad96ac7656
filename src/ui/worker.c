/* ui/worker.c - see worker.h. */
#include "ui/worker.h"

#include <poll.h>

#include "base/clock.h"
#include "base/mem.h"

#define PROGRESS_EVERY_MS 100

/* What comes back: a finished task, what a task has to tell, or (task NULL) how far one has come. */
struct report {
	void (*told)(struct task *t, struct console *c);
	struct task *task;
	const char *doing;
	int64_t done, total;
};

struct worker {
	struct app *app;
	struct thread *thread;
	struct queue *in, *out;
	struct flag *stop, *abort;
	/* Screen thread only. */
	size_t pending;
	const char *doing;
	int64_t done, total;
	/* Worker thread only. */
	int64_t next_progress;
};

static struct task stop_task; /* only its address matters */

static void dispose_task(void *item)
{
	struct task *t = item;

	if (t != &stop_task)
		t->dispose(t);
}

static void dispose_report(void *item)
{
	struct report *r = item;

	if (r->task && !r->told)
		r->task->dispose(r->task);
	xfree(&r);
}

static void report(struct worker *w, struct task *t, const char *doing, int64_t done, int64_t total)
{
	struct report *r = xcalloc(1, sizeof(*r));

	*r = (struct report){NULL, t, doing, done, total};
	queue_send(w->out, r);
}

static struct task *next_task(struct worker *w)
{
	struct pollfd p = {.fd = queue_fd(w->in), .events = POLLIN};
	struct task *t;

	while (!(t = queue_receive(w->in)))
		poll(&p, 1, -1);
	return t;
}

static void work(void *arg)
{
	struct worker *w = arg;
	struct ops *o = NULL;
	struct err_info info;
	struct task *t;

	while ((t = next_task(w)) != &stop_task) {
		enum err e = OK;
		if (!o)
			e = ops_open(w->app, true, app_readonly(w->app), &o, &info);
		flag_clear(w->abort);
		/* An end that was asked for before this line set both flags. */
		if (flag_get(w->stop))
			flag_set(w->abort);
		if (t->doing)
			report(w, NULL, t->doing, 0, 0);
		w->next_progress = 0;
		t->e = e;
		t->info = info;
		if (e == OK)
			t->run(t, o);
		report(w, t, NULL, 0, 0);
	}
	ops_close(&o);
}

enum err worker_new(struct app *a, struct worker **out, struct err_info *info)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	w->app = a;
	w->in = queue_new(dispose_task);
	w->out = queue_new(dispose_report);
	w->stop = flag_new();
	w->abort = flag_new();
	enum err e = thread_start(&w->thread, "worker", work, w, info);
	if (e != OK) {
		worker_free(&w);
		return e;
	}
	*out = w;
	return OK;
}

void worker_free(struct worker **pw)
{
	struct worker *w = *pw;

	if (!w)
		return;
	flag_set(w->stop);
	flag_set(w->abort);
	if (w->thread) {
		queue_send(w->in, &stop_task);
		thread_join(&w->thread);
	}
	queue_free(&w->in);
	queue_free(&w->out);
	flag_free(&w->stop);
	flag_free(&w->abort);
	xfree(pw);
}

void worker_send(struct worker *w, struct task *t)
{
	t->worker = w;
	w->pending++;
	queue_send(w->in, t);
}

int worker_fd(const struct worker *w)
{
	return queue_fd(w->out);
}

bool worker_receive(struct worker *w, struct console *c)
{
	struct report *r;
	bool any = false;

	while ((r = queue_receive(w->out))) {
		any = true;
		if (r->told) {
			r->told(r->task, c);
		} else if (r->task) {
			w->pending--;
			w->doing = NULL;
			r->task->done(r->task, c);
			r->task->dispose(r->task);
		} else {
			w->doing = r->doing ? r->doing : w->doing;
			w->done = r->done;
			w->total = r->total;
		}
		xfree(&r);
	}
	return any;
}

const char *worker_doing(const struct worker *w, int64_t *done, int64_t *total)
{
	*done = w->done;
	*total = w->total;
	return w->doing;
}

size_t worker_pending(const struct worker *w)
{
	return w->pending;
}

void worker_abort(struct worker *w)
{
	flag_set(w->abort);
}

bool worker_aborted(const struct task *t)
{
	return flag_get(t->worker->abort);
}

const struct flag *worker_abort_flag(const struct task *t)
{
	return t->worker->abort;
}

void worker_tell(struct task *t, void (*told)(struct task *t, struct console *c))
{
	struct report *r = xcalloc(1, sizeof(*r));

	*r = (struct report){told, t, t->doing, 0, 0};
	queue_send(t->worker->out, r);
}

void worker_progress(struct task *t, int64_t done, int64_t total)
{
	struct worker *w = t->worker;
	int64_t now = clock_mono_ms();

	if (now < w->next_progress)
		return;
	w->next_progress = now + PROGRESS_EVERY_MS;
	report(w, NULL, t->doing, done, total);
}
