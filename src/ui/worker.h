/* ui/worker.h - the thread that does for the screen whatever may take time.
 *
 * A task is made on the screen thread, run on the worker with the worker's own ops, and
 * comes back to the screen thread, which owns it again: nothing is shared. Tasks run in the
 * order in which they were sent. */
#ifndef MASTHEAD_UI_WORKER_H
#define MASTHEAD_UI_WORKER_H

#include "ops/ops.h"

struct console;
struct worker;
struct task {
	/* Worker thread. Sets e and info. */
	void (*run)(struct task *t, struct ops *o);
	/* Screen thread, once it has run (also when the worker's ops could not be opened: e says so).
	 * Not called when the console ends first. */
	void (*done)(struct task *t, struct console *c);
	/* Screen thread, after done: frees everything. */
	void (*dispose)(struct task *t);
	const char
		*doing; /* msgid for the status line while it runs; NULL: too quick to be shown */
	enum err e;
	struct err_info info;
	struct worker *worker; /* set by worker_send */
};

/* Starts the thread, which opens its own ops as its first act. */
enum err worker_new(struct app *a, struct worker **w, struct err_info *info) MUST_USE;
/* Aborts what runs, drops what waits, joins. */
void worker_free(struct worker **w);
void worker_send(struct worker *w, struct task *t); /* takes t */
int worker_fd(const struct worker *w);              /* readable when something came back */
/* Takes in what came back: calls done and dispose of each. True if there was something. */
bool worker_receive(struct worker *w, struct console *c);
/* What runs or waits to run: its msgid, or NULL; steps done and their number (0: not known). */
const char *worker_doing(const struct worker *w, int64_t *done, int64_t *total);
size_t worker_pending(const struct worker *w);
/* Asks what runs to end early. */
void worker_abort(struct worker *w);

/* For run: */
bool worker_aborted(const struct task *t);
const struct flag *worker_abort_flag(const struct task *t);
/* Has `told' called on the screen thread while the task goes on; what it reads must not change any more. */
void worker_tell(struct task *t, void (*told)(struct task *t, struct console *c));
void worker_progress(struct task *t, int64_t done, int64_t total);

#endif
