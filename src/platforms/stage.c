/* platforms/stage.c - a post's way out by container (stage.h). */
#include "platforms/stage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "platforms/adapter.h"

/* Looks at a container: after 2 s, 4 s ... a minute; a quarter of an hour in all. */
#define WAIT_FIRST_MS ((int64_t)2000)
#define WAIT_MAX_MS ((int64_t)60 * 1000)
#define POLLS_MAX 20
/* How often an expired container is made anew in one go. */
#define ANEW_MAX 2

static const struct stage *stage_of(const struct progress *p)
{
	return p->self;
}

bool stage_fill_url(struct progress *p, struct http_request *r, size_t i)
{
	const char *url = adapter_media_url(p->in, p->out, i);
	bool video = adapter_is_video(&p->in->post->media[i]);

	if (url == NULL)
		return false;
	http_form(r, video ? "video_url" : "image_url", url);
	return true;
}

const char *stage_children(struct progress *p)
{
	const char *list = "";

	for (size_t i = 0; i < p->in->post->n_media; i++)
		list = arena_printf(p->arena, "%s%s%s", list, i > 0 ? "," : "",
				    json_str(progress_medium(p, i), "id"));
	return list;
}

/* What a container is made of, in a few characters: a changed post needs another one. */
static const char *fingerprint(struct progress *p)
{
	const struct post *post = p->in->post;
	uint64_t h = UINT64_C(14695981039346656037);
	const char *all = arena_printf(p->arena, "%s\n%s", stage_of(p)->text_of(p->arena, post),
				       post->options != NULL ? post->options : "");

	if (post->link != NULL)
		all = arena_printf(p->arena, "%s\n%s", all, post->link);
	for (size_t i = 0; i < post->n_media; i++)
		all = arena_printf(p->arena, "%s\n%s %s", all, post->media[i].sha256,
				   post->media[i].alt != NULL ? post->media[i].alt : "");
	for (; *all != '\0'; all++)
		h = (h ^ (unsigned char)*all) * UINT64_C(1099511628211);
	return arena_printf(p->arena, "%016" PRIx64, h);
}

static const char *id_in(struct progress *p, const char *name)
{
	const char *id = json_str(p->state, name);

	return id != NULL && (graph_is_id(id) || p->in->rehearsal) ? arena_strdup(p->arena, id)
								   : NULL;
}

/* Requests */

static struct http_request *call_own(struct progress *p, const char *what)
{
	struct http_request *r = graph_call(stage_of(p)->g, p->in, p->out, HTTP_POST, SLOT_ACCESS);
	const char *me = p->in->conn->account_id;

	http_url(r, "/");
	http_url_escaped(r, me != NULL ? me : "me");
	http_url(r, "/%s", what);
	return r;
}

/* What was begun is not sent: a failure stands in out. */
static void unask(struct progress *p)
{
	http_request_free(&p->out->request);
}

static void ask_item(struct progress *p, size_t i)
{
	struct http_request *r = call_own(p, stage_of(p)->create);

	if (stage_of(p)->fill_item(p, r, i))
		progress_ask(p, "item", progress_index(p, i));
	else
		unask(p);
}

static void ask_container(struct progress *p)
{
	struct http_request *r = call_own(p, stage_of(p)->create);

	if (stage_of(p)->fill(p, r))
		progress_ask(p, "container", "");
	else
		unask(p);
}

static void ask_publish(struct progress *p, const char *container)
{
	struct http_request *r = call_own(p, stage_of(p)->publish);

	http_form(r, "creation_id", container);
	progress_commit(p, "publish");
}

static void ask_url(struct progress *p, const char *id)
{
	struct http_request *r = graph_call(stage_of(p)->g, p->in, p->out, HTTP_GET, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, id);
	http_query(r, "fields", "permalink");
	progress_ask(p, "url", "");
}

/* The comment as a container of its own, or its sending. It goes out once. */
static void ask_comment(struct progress *p, const char *id)
{
	const struct stage *s = stage_of(p);
	const char *reply = id_in(p, "reply");
	struct http_request *r;

	if (!s->comment_staged) {
		r = graph_call(s->g, p->in, p->out, HTTP_POST, SLOT_ACCESS);
		http_url(r, "/");
		http_url_escaped(r, id);
		http_url(r, "/comments");
		s->fill_comment(p, r, id);
		json_set_bool(p->state, "comment", true);
		progress_ask(p, "comment", "");
	} else if (reply == NULL) {
		s->fill_comment(p, call_own(p, s->create), id);
		progress_ask(p, "reply", "");
	} else if (!json_bool(p->state, "reply_ready", false)) {
		stage_ask_status(s, p->in, p->out, reply);
		progress_ask(p, "reply_status", "");
	} else {
		http_form(call_own(p, s->publish), "creation_id", reply);
		json_set_bool(p->state, "comment", true);
		progress_ask(p, "comment", "");
	}
}

static void ask_after(struct progress *p, const char *id)
{
	bool real = graph_is_id(id) || p->in->rehearsal;

	if (real && !json_bool(p->state, "looked", false) && json_str(p->state, "url") == NULL)
		ask_url(p, id);
	else if (real && adapter_has_text(p->in->post->first_comment) &&
		 !json_bool(p->state, "comment", false))
		ask_comment(p, id);
	else
		progress_done(p, id, arena_strdup(p->arena, json_str(p->state, "url")));
}

/* Asks for what the containers of several files lack. False: nothing. */
static bool ask_items(struct progress *p)
{
	for (size_t i = 0; i < p->in->post->n_media && p->in->post->n_media > 1; i++) {
		const struct json *m = progress_medium(p, i);
		const char *id = json_str(m, "id");

		if (id == NULL || !(graph_is_id(id) || p->in->rehearsal)) {
			ask_item(p, i);
			return true;
		}
		if (!json_bool(m, "ready", false)) {
			stage_ask_status(stage_of(p), p->in, p->out, id);
			progress_ask(p, "item_status", progress_index(p, i));
			return true;
		}
	}
	return false;
}

static void forget_container(struct progress *p)
{
	json_set_str(p->state, "container", NULL);
	json_set_bool(p->state, "finished", false);
	json_set_bool(p->state, "published", false);
	json_set_int(p->state, "polls", 0);
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));
	const char *container = id_in(p, "container"), *of = json_str(p->state, "of");
	/* What was said in an earlier call may be past. */
	bool fresh = p->in->response != NULL || p->in->rehearsal;

	if (id != NULL) {
		ask_after(p, id);
		return;
	}
	if (container != NULL && !progress_is_again(p) &&
	    (of == NULL || strcmp(of, fingerprint(p)) != 0)) {
		forget_container(p);
		container = NULL;
	}
	if (container == NULL) {
		if (!ask_items(p))
			ask_container(p);
	} else if (fresh && json_bool(p->state, "published", false)) {
		stage_ask_list(stage_of(p), p->in, p->out);
		progress_ask(p, "find", "");
	} else if (fresh && json_bool(p->state, "finished", false)) {
		ask_publish(p, container);
	} else {
		stage_ask_status(stage_of(p), p->in, p->out, container);
		progress_ask(p, "status", "");
	}
}

/* Answers */

static bool fail(struct progress *p, bool commit)
{
	graph_fail(stage_of(p)->g, p->in, p->out, commit);
	return false;
}

static const char *take_id(struct progress *p, const char *what)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "id");

	if (!adapter_ok(p->in->response))
		fail(p, false), id = NULL;
	else if (id == NULL)
		judge_odd(p->in, p->out, false, what);
	json_free(&j);
	return id;
}

static bool take_item(struct progress *p)
{
	size_t i = progress_what(p);
	const char *id = take_id(p, "id of the file");

	if (id == NULL)
		return false;
	if (i < p->in->post->n_media)
		json_set_str(progress_medium_new(p, i), "id", id);
	json_set_int(p->state, "polls", 0);
	return true;
}

static bool take_container(struct progress *p)
{
	const char *id = take_id(p, "id of the container");

	if (id == NULL)
		return false;
	forget_container(p);
	json_set_str(p->state, "container", id);
	json_set_str(p->state, "of", fingerprint(p));
	return true;
}

/* The last number of 2207000 and above that stands in the words. */
static const char *subcode_in(struct progress *p, const char *words)
{
	const char *found = strstr(words, "22070");

	return found != NULL && strspn(found, "0123456789") == 7 ? arena_strndup(p->arena, found, 7)
								 : NULL;
}

/* Threads has words for what a file lacks. */
static bool blames_file(const char *words)
{
	static const char *const known[] = {"FAILED_DOWNLOADING_VIDEO",
					    "FAILED_PROCESSING_AUDIO",
					    "FAILED_PROCESSING_VIDEO",
					    "INVALID_ASPEC",
					    "INVALID_BIT_RATE",
					    "INVALID_DURATION",
					    "INVALID_FRAME_RATE",
					    "INVALID_AUDIO",
					    "INVALID_FORMAT"};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strstr(words, known[i]) != NULL)
			return true;
	return false;
}

/* The platform has given the container up. What is not the file's fault is tried with new containers. */
static bool take_error(struct progress *p, const struct json *answer)
{
	const char *words = json_str(answer, stage_of(p)->reason);
	const char *subcode;

	words = words != NULL && words[0] != '\0' ? arena_strndup(p->arena, words, 400)
						  : "the server gives no reason";
	subcode = subcode_in(p, words);
	if (subcode != NULL)
		graph_fail_subcode(stage_of(p)->g, p->in, p->out, subcode, words);
	else if (blames_file(words))
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, p->in->response, NULL,
			  "the server cannot use the file: %s", words);
	else
		step_fail(p->out, CLASS_TRANSIENT, E_PLATFORM, p->in->response, NULL,
			  "the server could not make the post ready: %s", words);
	forget_container(p);
	json_set(p->state, "media", json_new_object());
	progress_keep(p);
	return false;
}

static bool make_anew(struct progress *p)
{
	int64_t anew = json_int(p->state, "anew", 0);

	forget_container(p);
	json_set(p->state, "media", json_new_object());
	json_set_int(p->state, "anew", anew + 1);
	if (anew >= 0 && anew < ANEW_MAX)
		return true;
	json_set_int(p->state, "anew", 0);
	step_fail(p->out, CLASS_TRANSIENT, E_PLATFORM, p->in->response, NULL,
		  "the server lets what it has made ready expire again and again");
	progress_keep(p);
	return false;
}

static bool wait_more(struct progress *p)
{
	int64_t polls = json_int(p->state, "polls", 0), wait = WAIT_FIRST_MS;

	for (int64_t i = 0; i < polls && wait < WAIT_MAX_MS; i++)
		wait *= 2;
	return progress_wait(p, "post's files", wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS, POLLS_MAX);
}

/* A container that the platform does not know. */
static bool take_lost(struct progress *p)
{
	fail(p, false);
	if (p->out->error_class == CLASS_PERMANENT && p->out->error.code != E_CONFIG &&
	    !progress_is_again(p)) {
		p->out->error_class = CLASS_TRANSIENT;
		p->out->error.code = E_PLATFORM;
		forget_container(p);
		json_set(p->state, "media", json_new_object());
		progress_keep(p);
	}
	return false;
}

/* What is said of the post's container, or of one file's. */
static bool take_any_status(struct progress *p, struct json *item)
{
	struct json *j;
	enum stage_word w;
	bool go_on = false;

	if (!adapter_ok(p->in->response))
		return take_lost(p);
	j = adapter_object(p->in->response);
	w = stage_word(stage_of(p), j);
	switch (w) {
	case STAGE_WORKING:
		wait_more(p);
		break;
	case STAGE_ERROR:
		take_error(p, j);
		break;
	case STAGE_EXPIRED:
		go_on = make_anew(p);
		break;
	case STAGE_NOTHING:
		judge_odd(p->in, p->out, false, "state of the container");
		break;
	default:
		if (item != NULL)
			json_set_bool(item, "ready", true);
		else
			json_set_bool(p->state, w == STAGE_FINISHED ? "finished" : "published",
				      true);
		json_set_int(p->state, "polls", 0);
		go_on = true;
		break;
	}
	json_free(&j);
	return go_on;
}

static bool take_status(struct progress *p)
{
	json_set_bool(p->state, "finished", false);
	json_set_bool(p->state, "published", false);
	return take_any_status(p, NULL);
}

static bool take_item_status(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *m = i < p->in->post->n_media ? progress_medium(p, i) : NULL;

	return m == NULL || take_any_status(p, m);
}

static bool take_publish(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "id");

	json_free(&j);
	if (!adapter_ok(p->in->response)) {
		fail(p, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
		return false;
	}
	if (id == NULL) {
		judge_odd(p->in, p->out, true, "id of the post");
		return false;
	}
	json_set_bool(p->state, "sent", false);
	json_set_str(p->state, "id", id);
	return true;
}

/* It was published before. Where the list does not show it, it goes by its container. */
static bool take_find(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = NULL, *url = NULL;
	bool ok = adapter_ok(p->in->response) && json_is_array(json_get(j, "data"));

	if (ok && stage_find(stage_of(p), p->in, p->arena, j, &id, &url)) {
		json_set_str(p->state, "id", id);
		json_set_str(p->state, "url", url);
	} else if (ok) {
		json_set_str(
			p->state, "id",
			arena_printf(p->arena, STAGE_REMOTE_PREFIX "%s", id_in(p, "container")));
	} else if (adapter_ok(p->in->response)) {
		judge_odd(p->in, p->out, false, "list of posts");
	} else {
		fail(p, false);
	}
	json_free(&j);
	return ok;
}

static bool take_url(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);

	json_set_bool(p->state, "looked", true);
	if (adapter_ok(p->in->response))
		json_set_str(p->state, "url", graph_permalink(p->arena, j, "permalink"));
	json_free(&j);
	return true;
}

static bool comment_failed(struct progress *p)
{
	json_set_bool(p->state, "comment", true);
	progress_keep(p);
	return progress_comment_failed(p);
}

static bool take_reply(struct progress *p)
{
	const char *id = take_id(p, "id of the comment");

	if (id == NULL)
		return comment_failed(p);
	json_set_str(p->state, "reply", id);
	json_set_int(p->state, "polls", 0);
	return true;
}

static bool take_reply_status(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	enum stage_word w = stage_word(stage_of(p), j);

	json_free(&j);
	if (!adapter_ok(p->in->response)) {
		fail(p, false);
		return comment_failed(p);
	}
	if (w == STAGE_WORKING && json_int(p->state, "polls", 0) < POLLS_MAX)
		return wait_more(p);
	if (w != STAGE_FINISHED) {
		judge_odd(p->in, p->out, false, "comment that is ready");
		return comment_failed(p);
	}
	json_set_bool(p->state, "reply_ready", true);
	return true;
}

static bool take_comment(struct progress *p)
{
	return take_id(p, "id of the comment") != NULL || progress_comment_failed(p);
}

/* Rehearsal */

static bool pretend_item(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *m;

	if (i >= p->in->post->n_media)
		return true;
	m = progress_medium_new(p, i);
	json_set_str(m, "id", arena_printf(p->arena, "<container of file %zu>", i + 1));
	json_set_bool(m, "ready", true);
	return true;
}

static bool pretend_container(struct progress *p)
{
	json_set_str(p->state, "container", "<container>");
	json_set_str(p->state, "of", fingerprint(p));
	return true;
}

static bool pretend_status(struct progress *p)
{
	json_set_bool(p->state, "finished", true);
	return true;
}

static bool pretend_publish(struct progress *p)
{
	json_set_str(p->state, "id", "<id of the post>");
	return true;
}

static bool pretend_url(struct progress *p)
{
	json_set_bool(p->state, "looked", true);
	return true;
}

static bool pretend_reply(struct progress *p)
{
	json_set_str(p->state, "reply", "<container of the comment>");
	json_set_bool(p->state, "reply_ready", true);
	return true;
}

void stage_publish(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {
		{"item", take_item, pretend_item},
		{"item_status", take_item_status, NULL},
		{"container", take_container, pretend_container},
		{"status", take_status, pretend_status},
		{"publish", take_publish, pretend_publish},
		{"find", take_find, NULL},
		{"url", take_url, pretend_url},
		{"reply", take_reply, pretend_reply},
		{"reply_status", take_reply_status, NULL},
		{"comment", take_comment, NULL},
	};

	progress_run_for(s, in, out, steps, COUNT_OF(steps), ask_next);
}
