/* publisher/media_task.c - the media host's command runs in a thread of its own, so that the loop never waits for it.
 *
 * A task owns all that its thread reads, and is handed back through a queue; the thread is joined then. Few run at
 * once; the others wait for their turn. */
#include "publisher/engine.h"

#define AT_ONCE 4

struct media_task {
	struct media_task *next;
	struct flight *flight;
	struct queue *done;
	struct flag *abort_flag;
	struct thread *thread; /* NULL: it waits for its turn */
	struct media_call call;
	char *command, *name, *file, *type, *url;
	struct media_result result;
};

static void task_free(struct media_task **pt)
{
	struct media_task *t = *pt;

	flag_free(&t->abort_flag);
	xfree(&t->command);
	xfree(&t->name);
	xfree(&t->file);
	xfree(&t->type);
	xfree(&t->url);
	xfree(&t->result.url);
	xfree(pt);
}

static void task_main(void *arg)
{
	struct media_task *t = arg;

	t->result.cls = media_command_run(&t->call, t->abort_flag, &t->result.url,
					  &t->result.error);
	queue_send(t->done, t);
}

static void start_waiting(struct engine *e)
{
	size_t running = 0;

	for (struct media_task *t = e->tasks; t; t = t->next)
		running += t->thread != NULL;
	for (struct media_task *t = e->tasks; t && running < AT_ONCE; t = t->next) {
		if (t->thread)
			continue;
		running++;
		if (thread_start(&t->thread, "media", task_main, t, &t->result.error)) {
			t->result.cls = CLASS_TRANSIENT;
			queue_send(t->done, t);
			return;
		}
	}
}

void media_task_start(struct engine *e, struct flight *f, const struct media_call *c)
{
	struct media_task *t = xcalloc(1, sizeof(*t)), **last = &e->tasks;

	if (!e->tasks_done)
		e->tasks_done = queue_new(NULL);
	t->flight = f;
	t->done = e->tasks_done;
	t->abort_flag = flag_new();
	t->command = xstrdup(c->command);
	t->name = xstrdup(c->name);
	t->file = xstrdup(c->file);
	t->type = xstrdup(c->type);
	t->url = xstrdup(c->url);
	t->call = *c;
	t->call.command = t->command;
	t->call.name = t->name;
	t->call.file = t->file;
	t->call.type = t->type;
	t->call.url = t->url;
	while (*last)
		last = &(*last)->next;
	*last = t;
	start_waiting(e);
}

static void take_out(struct engine *e, const struct media_task *t)
{
	struct media_task **at = &e->tasks;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
}

void media_tasks_take(struct engine *e)
{
	struct media_task *t;

	while (e->tasks_done && (t = queue_receive(e->tasks_done)) != NULL) {
		struct flight *f = t->flight;

		if (t->thread)
			thread_join(&t->thread);
		take_out(e, t);
		f->media.result = t->result;
		t->result.url = NULL;
		f->media.done = true;
		f->phase = PHASE_STEP;
		task_free(&t);
	}
	start_waiting(e);
}

int media_tasks_fd(const struct engine *e)
{
	return e->tasks ? queue_fd(e->tasks_done) : -1;
}

void media_tasks_end(struct engine *e)
{
	for (struct media_task *t = e->tasks; t; t = t->next)
		flag_set(t->abort_flag);
	while (e->tasks) {
		struct media_task *t = e->tasks;

		if (t->thread)
			thread_join(&t->thread);
		e->tasks = t->next;
		task_free(&t);
	}
	queue_free(&e->tasks_done);
}
