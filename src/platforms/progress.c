/* platforms/progress.c - the state of a post on its way, and the walk through its requests. */
#include "platforms/progress.h"

#include <stdlib.h>
#include <string.h>

#include "platforms/adapter.h"

#define ASK_NOTHING ""

static const struct progress_step *find_step(const struct progress_step *steps, size_t n,
					     const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(steps[i].name, name) == 0)
			return &steps[i];
	return NULL;
}

/* A state that is none (a database from elsewhere) begins anew. */
static struct json *open_state(const struct json *state)
{
	return json_is_object(state) ? json_copy(state) : json_new_object();
}

static bool take(struct progress *p, const struct progress_step *steps, size_t n)
{
	const struct progress_step *s = find_step(steps, n, p->ask);

	if (s != NULL)
		return s->take(p);
	step_fail(p->out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, p->in->response, NULL,
		  "an answer came to a request that is not remembered");
	return false;
}

static bool pretend(struct progress *p, const struct progress_step *steps, size_t n)
{
	const struct progress_step *s = find_step(steps, n, p->ask);

	return s == NULL || s->pretend == NULL || s->pretend(p);
}

/* Under the same key it is the sending before, repeated; under another one that never left, or is settled. */
static void begin_again(struct progress *p)
{
	const char *key = json_str(p->state, "key");
	int64_t again = 0;

	if (key != NULL && p->in->key != NULL && strcmp(key, p->in->key) == 0)
		again = json_int(p->state, "again", 0) + 1;
	json_set_bool(p->state, "sent", false);
	json_set_int(p->state, "again", again);
}

void progress_run_for(const void *self, const struct step_in *in, struct step_out *out,
		      const struct progress_step *steps, size_t n_steps,
		      void (*next)(struct progress *p))
{
	struct progress p = {.in = in, .out = out, .arena = out->arena, .self = self};
	bool go_on = true;

	p.state = open_state(in->state);
	p.ask = arena_strdup(p.arena, json_str(p.state, "ask"));
	p.what = arena_strdup(p.arena, json_str(p.state, "what"));
	p.ask = p.ask != NULL ? p.ask : "";
	p.what = p.what != NULL ? p.what : "";
	if (in->response != NULL) {
		go_on = take(&p, steps, n_steps);
	} else if (in->rehearsal) {
		go_on = pretend(&p, steps, n_steps);
	} else if (json_bool(p.state, "sent", false)) {
		begin_again(&p);
	}
	if (go_on)
		next(&p);
	json_free(&p.state);
}

void progress_run(const struct step_in *in, struct step_out *out, const struct progress_step *steps,
		  size_t n_steps, void (*next)(struct progress *p))
{
	progress_run_for(NULL, in, out, steps, n_steps, next);
}

static void keep(struct progress *p, const char *ask, const char *what)
{
	json_set_str(p->state, "ask", ask);
	json_set_str(p->state, "what", what);
	json_free(&p->out->state);
	p->out->state = json_copy(p->state);
}

void progress_ask(struct progress *p, const char *ask, const char *what)
{
	keep(p, ask, what);
}

void progress_commit(struct progress *p, const char *ask)
{
	json_set_bool(p->state, "sent", true);
	json_set_str(p->state, "key", p->in->key);
	p->out->commit_like = true;
	keep(p, ask, "");
}

void progress_keep(struct progress *p)
{
	keep(p, ASK_NOTHING, "");
}

bool progress_wait(struct progress *p, const char *what, int64_t wait_ms, int64_t polls_max)
{
	int64_t polls = json_int(p->state, "polls", 0);

	if (polls >= polls_max) {
		json_set_int(p->state, "polls", 0);
		step_fail(p->out, CLASS_TRANSIENT, E_TIMEOUT, p->in->response, NULL,
			  "the server has not finished with the %s", what);
	} else {
		json_set_int(p->state, "polls", polls + 1);
		p->out->verdict = STEP_WAIT;
		p->out->at = p->in->now_ms + (wait_ms > 0 ? wait_ms : 1000);
	}
	progress_keep(p);
	return false;
}

void progress_refused(struct progress *p)
{
	json_set_bool(p->state, "sent", false);
	progress_keep(p);
}

bool progress_is_again(const struct progress *p)
{
	return json_int(p->state, "again", 0) > 0;
}

void progress_done(struct progress *p, const char *id, const char *url)
{
	p->out->verdict = STEP_DONE;
	p->out->remote_id = arena_strdup(p->arena, id);
	p->out->remote_url = arena_strdup(p->arena, url);
	json_set_str(p->state, "id", id);
	json_set_str(p->state, "url", url);
	json_set_bool(p->state, "sent", false);
	progress_keep(p);
}

void progress_settle(const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id");

	out->verdict = STEP_UNDECIDED;
	if (id == NULL || id[0] == '\0')
		return;
	out->verdict = STEP_DONE;
	out->remote_id = arena_strdup(out->arena, id);
	out->remote_url = arena_strdup(out->arena, json_str(in->state, "url"));
}

bool progress_comment_failed(struct progress *p)
{
	const char *why = arena_strdup(p->arena, p->out->error.text);
	const char *name = arena_strdup(p->arena, p->out->error.platform);

	step_fail(p->out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, p->in->response, name,
		  "the post is published, but its first comment is not: %s", why);
	err_hint(&p->out->error, "write the comment by hand if it is not there");
	p->out->at = 0;
	return false;
}

static const char *alt_of(const struct media *m)
{
	return m->alt != NULL ? m->alt : "";
}

static const char *place_name(struct progress *p, size_t i)
{
	return arena_printf(p->arena, "%zu:%s", i, p->in->post->media[i].sha256);
}

/* The media's members may be changed; the root of all is the state. */
static struct json *media_map(struct progress *p)
{
	const struct json *map = json_get(p->state, "media");

	if (!json_is_object(map))
		return json_set(p->state, "media", json_new_object());
	return (struct json *)(uintptr_t)map;
}

struct json *progress_medium(struct progress *p, size_t i)
{
	struct json *map = media_map(p);
	const struct json *m = json_get(map, place_name(p, i));
	const char *alt = json_str(m, "alt");

	if (!json_is_object(m) || alt == NULL || strcmp(alt, alt_of(&p->in->post->media[i])) != 0)
		return NULL;
	return (struct json *)(uintptr_t)m;
}

struct json *progress_medium_new(struct progress *p, size_t i)
{
	struct json *m = json_set(media_map(p), place_name(p, i), json_new_object());

	json_set_str(m, "alt", alt_of(&p->in->post->media[i]));
	return m;
}

const char *progress_index(struct progress *p, size_t i)
{
	return arena_printf(p->arena, "%zu", i);
}

size_t progress_what(const struct progress *p)
{
	unsigned long i = strtoul(p->what, NULL, 10);

	return p->what[0] >= '0' && p->what[0] <= '9' && i < p->in->post->n_media
		       ? (size_t)i
		       : p->in->post->n_media;
}
