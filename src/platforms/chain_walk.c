/* platforms/chain_walk.c - a thread on its way: one part after the other, each as a post by itself (chain.h).
 *
 * The platform's own functions see one part as the whole post and a state of its own. What they end with is
 * put among the parts here, before the next part's first request. So everything that holds for one post holds for each
 * part: its commit-like request is marked, an unclear end is settled, and a part that is known is not sent again. */
#include <string.h>

#include "platforms/chain.h"

/* A thread, opened. */
struct walk {
	const struct chain *c;
	const struct step_in *in;
	struct arena *arena; /* outlives the calls of the platform's functions */
	const struct post *posts;
	size_t n;
	struct json *state;
	struct json *parts; /* state's */
};

static void open_walk(struct walk *w, const struct chain *c, const struct step_in *in)
{
	const struct json *parts;

	*w = (struct walk){.c = c, .in = in, .arena = arena_new()};
	w->n = chain_parts(c, in->post, w->arena, &w->posts);
	w->state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	parts = json_get(w->state, "parts");
	parts = json_is_array(parts) ? parts : json_set(w->state, "parts", json_new_array());
	w->parts = (struct json *)(uintptr_t)parts;
}

static void close_walk(struct walk *w)
{
	json_free(&w->state);
	arena_free(&w->arena);
}

static size_t known(const struct walk *w)
{
	return json_len(w->parts);
}

static const struct json *part_at(const struct walk *w, size_t i)
{
	const struct json *p = json_first(w->parts);

	while (p != NULL && i-- > 0)
		p = json_next(p);
	return p;
}

static const char *part_key(const struct walk *w, size_t i)
{
	const char *key = w->in->key;

	if (key == NULL || i == 0)
		return key;
	if (w->c->key != NULL)
		return w->c->key(w->arena, key, i);
	return arena_printf(w->arena, "%s-%zu", key, i + 1);
}

/* What the platform is told of part i. */
static void tell(const struct walk *w, size_t i, struct step_in *sub, struct answered *answered)
{
	const struct json *root = part_at(w, 0), *parent = i > 0 ? part_at(w, i - 1) : NULL;

	*sub = *w->in;
	sub->post = &w->posts[i];
	sub->key = part_key(w, i);
	sub->key_time_ms = w->in->key_time_ms + (int64_t)i;
	sub->remote_id = NULL;
	sub->state = json_get(w->state, "part");
	if (i == 0)
		return;
	*answered = (struct answered){.root_id = json_str(root, "id"),
				      .root_version = json_str(root, "version"),
				      .parent_id = json_str(parent, "id"),
				      .parent_version = json_str(parent, "version")};
	sub->answered = answered;
}

/* The platform's state of the part becomes a member of the thread's. */
static void take_state(struct walk *w, struct step_out *out)
{
	if (out->state != NULL)
		json_set(w->state, "part", out->state);
	out->state = NULL;
}

static void give_state(struct walk *w, struct step_out *out)
{
	out->state = json_copy(w->state);
}

/* The part that out has ended with stands among the parts; the next one begins with nothing. */
static void learn(struct walk *w, const struct step_out *out)
{
	struct json *p = json_add(w->parts, json_new_object());

	json_set_str(p, "id", out->remote_id);
	json_set_str(p, "url", out->remote_url);
	json_set_str(p, "version", out->remote_version);
	json_set_null(w->state, "part");
	json_set_bool(w->state, "sent", false);
	json_set_bool(w->state, "begun", true);
}

/* What the whole goes by: its first part. */
static void name_whole(const struct walk *w, struct step_out *out)
{
	const struct json *first = part_at(w, 0);

	out->remote_id = arena_strdup(out->arena, json_str(first, "id"));
	out->remote_url = arena_strdup(out->arena, json_str(first, "url"));
	out->remote_version = arena_strdup(out->arena, json_str(first, "version"));
}

/* Has the part that is done an id that the next one can answer? */
static bool is_answerable(struct walk *w, const struct step_out *out)
{
	struct json *state = (struct json *)(uintptr_t)json_get(w->state, "part");

	return w->c->answerable == NULL || w->in->rehearsal || known(w) + 1 >= w->n ||
	       w->c->answerable(out, state);
}

static void renew(struct step_out *out)
{
	struct rate_window window = out->window;
	bool has = out->has_window;

	step_out_free(out);
	step_out_init(out);
	out->window = window;
	out->has_window = has;
}

static void refuse_unanswerable(struct walk *w, struct step_out *out)
{
	json_set_bool(w->state, "begun", true);
	step_fail(
		out, CLASS_TRANSIENT, E_PLATFORM, w->in->response, NULL,
		"part %zu is published, but the server does not yet show its number, which the next "
		"part needs",
		known(w) + 1);
}

/* One step of the part that is due. True: it is done, and another follows. */
static bool walk_part(struct walk *w, struct step_out *out, const struct http_response *response)
{
	struct answered answered;
	struct step_in sub;
	bool unclear;

	tell(w, known(w), &sub, &answered);
	sub.response = response;
	w->c->publish(&sub, out);
	take_state(w, out);
	unclear = (out->verdict == STEP_SEND && out->commit_like) ||
		  (out->verdict == STEP_FAILED && out->error_class == CLASS_UNKNOWN);
	json_set_bool(w->state, "sent", unclear);
	if (out->verdict != STEP_DONE || out->remote_id == NULL)
		return false;
	if (!is_answerable(w, out)) {
		refuse_unanswerable(w, out);
		return false;
	}
	learn(w, out);
	return known(w) < w->n;
}

void chain_publish(const struct chain *c, const struct step_in *in, struct step_out *out)
{
	const struct http_response *response = in->response;
	struct walk w;

	if (!chain_is_on(c, in->post)) {
		c->publish(in, out);
		return;
	}
	open_walk(&w, c, in);
	if (known(&w) >= w.n)
		out->verdict = STEP_DONE;
	else
		while (walk_part(&w, out, response)) {
			response = NULL;
			renew(out);
		}
	if (known(&w) > 0)
		name_whole(&w, out);
	if (out->verdict == STEP_DONE && out->remote_id == NULL)
		step_fail(out, CLASS_UNKNOWN, E_CORRUPT, NULL, NULL,
			  "what is known of the thread's parts cannot be read");
	out->partly = out->verdict != STEP_DONE && json_bool(w.state, "begun", false);
	give_state(&w, out);
	close_walk(&w);
}

/* Settling */

static void settle_part(struct walk *w, struct step_out *out)
{
	struct answered answered;
	struct step_in sub;

	tell(w, known(w), &sub, &answered);
	w->c->settle(&sub, out);
	take_state(w, out);
	if (out->verdict == STEP_DONE && !is_answerable(w, out))
		out->verdict = STEP_UNDECIDED;
	else if (out->verdict == STEP_DONE)
		learn(w, out);
	if (out->verdict == STEP_DONE && known(w) < w->n)
		out->verdict = STEP_GO_ON;
	give_state(w, out);
}

void chain_settle(const struct chain *c, const struct step_in *in, struct step_out *out)
{
	struct step_in sub = *in;
	struct walk w;

	if (!chain_is_on(c, in->post)) {
		c->settle(in, out);
		return;
	}
	open_walk(&w, c, in);
	if (in->state == NULL && in->remote_id != NULL) {
		/* Is a published thread still there? Its first part tells. */
		sub.post = &w.posts[0];
		c->settle(&sub, out);
	} else if (known(&w) >= w.n) {
		out->verdict = STEP_DONE;
	} else if (known(&w) > 0 && !json_bool(w.state, "sent", false)) {
		out->verdict = STEP_GO_ON;
	} else {
		settle_part(&w, out);
	}
	if (known(&w) > 0)
		name_whole(&w, out);
	close_walk(&w);
}

/* Taking down: the last part first, so that nothing stands there that answers what is gone. */

void chain_takedown(const struct chain *c, const struct step_in *in, struct step_out *out)
{
	const struct http_response *response = in->response;
	struct step_in sub = *in;
	size_t left;
	struct walk w;

	if (in->post == NULL || !chain_is_on(c, in->post)) {
		c->takedown(in, out);
		return;
	}
	open_walk(&w, c, in);
	left = known(&w) > 0 ? known(&w) : 1;
	if (json_int(w.state, "left", 0) > 0 && json_int(w.state, "left", 0) <= (int64_t)left)
		left = (size_t)json_int(w.state, "left", 0);
	for (;;) {
		sub.remote_id = known(&w) > 0 ? json_str(part_at(&w, left - 1), "id")
					      : in->remote_id;
		sub.state = json_get(w.state, "down");
		sub.response = response;
		c->takedown(&sub, out);
		if (out->verdict != STEP_DONE || --left == 0)
			break;
		response = NULL;
		json_set_null(w.state, "down");
		renew(out);
	}
	if (out->state != NULL)
		json_set(w.state, "down", out->state);
	out->state = NULL;
	json_set_int(w.state, "left", (int64_t)left);
	give_state(&w, out);
	close_walk(&w);
}

bool platform_begun(const char *state, struct arena *a, const char **id, const char **url)
{
	struct json *j = NULL;
	const struct json *first;
	bool begun;

	if (state == NULL || state[0] == '\0' ||
	    json_parse(state, strlen(state), JSON_BYTES_MAX, &j, NULL) != OK)
		return false;
	first = json_first(json_get(j, "parts"));
	begun = first != NULL || json_bool(j, "begun", false);
	if (id != NULL)
		*id = arena_strdup(a, json_str(first, "id"));
	if (url != NULL)
		*url = arena_strdup(a, json_str(first, "url"));
	json_free(&j);
	return begun;
}
