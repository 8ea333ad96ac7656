/* platforms/google_post.c - a post's way out to a location.
 *
 *   create -> look whether it is through the review ... -> done
 *
 * The address of the image goes into the state before the post is sent, so that a repeat has the same bytes. A post that
 * is still in review after some minutes counts as published; one that is found rejected is a failure, and its name stays
 * in the state with `rejected`. */
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/google.h"
#include "platforms/richtext.h"

/* Looks after 5 s, 10 s ... a minute: about five minutes. */
#define WAIT_FIRST_MS ((int64_t)5000)
#define WAIT_MAX_MS ((int64_t)60 * 1000)
#define LOOKS_MAX 8

static const char *post_id(struct progress *p)
{
	const char *id = json_str(p->state, "id");

	return google_is_post(id) || (p->in->rehearsal && id != NULL) ? arena_strdup(p->arena, id)
								      : NULL;
}

static void done(struct progress *p, const char *id)
{
	progress_done(p, id, arena_strdup(p->arena, json_str(p->state, "url")));
}

static void ask_create(struct progress *p)
{
	const char *place = p->in->conn->account_id, *url = json_str(p->state, "media_url");
	struct json *body;

	if (!google_is_place(place)) {
		step_fail(p->out, CLASS_PERMANENT, E_STATE, NULL, NULL,
			  "the account is no location: connect it again");
		return;
	}
	if (p->in->post->n_media == 0) {
		url = NULL;
	} else if (url == NULL || !progress_is_again(p)) {
		url = adapter_media_url(p->in, p->out, 0);
		if (url == NULL)
			return;
		json_set_str(p->state, "media_url", url);
	}
	google_call_posts(p->in, p->out, HTTP_POST, place, "/localPosts");
	body = google_body(p->arena, p->in->post, url);
	http_body_json(p->out->request, body);
	json_free(&body);
	progress_commit(p, "create");
}

static void ask_next(struct progress *p)
{
	const char *id = post_id(p);

	if (id == NULL) {
		ask_create(p);
	} else if (json_bool(p->state, "through", false) || p->in->rehearsal) {
		done(p, id);
	} else {
		google_call_posts(p->in, p->out, HTTP_GET, id, "");
		progress_ask(p, "review", "");
	}
}

static bool wait_for_review(struct progress *p)
{
	int64_t looks = json_int(p->state, "looks", 0), wait = WAIT_FIRST_MS;

	for (int64_t i = 0; i < looks && wait < WAIT_MAX_MS; i++)
		wait *= 2;
	if (looks < 0 || looks >= LOOKS_MAX) {
		json_set_bool(p->state, "through", true);
		return true;
	}
	json_set_int(p->state, "looks", looks + 1);
	p->out->verdict = STEP_WAIT;
	p->out->at = p->in->now_ms + (wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS);
	progress_keep(p);
	return false;
}

/* What is said of a post that is there. */
static bool take_state(struct progress *p, const struct json *post)
{
	const char *state = json_str(post, "state"), *url = json_str(post, "searchUrl");

	if (url != NULL && strlen(url) < 2000 && richtext_is_url(url))
		json_set_str(p->state, "url", url);
	if (state != NULL && strcmp(state, "REJECTED") == 0) {
		json_set_bool(p->state, "rejected", true);
		step_fail(p->out, CLASS_PERMANENT, E_REJECTED, p->in->response, "REJECTED",
			  "Google's review has rejected the post");
		err_hint(&p->out->error,
			 "look at the post in the profile; a repeat of the same text "
			 "is rejected too");
		progress_keep(p);
		return false;
	}
	if (state == NULL || strcmp(state, "LIVE") == 0) {
		json_set_bool(p->state, "through", true);
		return true;
	}
	return wait_for_review(p);
}

static bool take_create(struct progress *p)
{
	struct json *j;
	const char *name;
	bool go_on = false;

	if (!adapter_ok(p->in->response)) {
		google_fail(p->in, p->out, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
		return false;
	}
	j = adapter_object(p->in->response);
	name = json_str(j, "name");
	if (google_is_post(name)) {
		json_set_bool(p->state, "sent", false);
		json_set_str(p->state, "id", name);
		go_on = take_state(p, j);
	} else {
		judge_odd(p->in, p->out, true, "name of the post");
	}
	json_free(&j);
	return go_on;
}

/* The post is there, whatever becomes of this look. */
static bool take_review(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	bool go_on;

	if (adapter_ok(p->in->response) && google_is_post(json_str(j, "name")))
		go_on = take_state(p, j);
	else
		go_on = wait_for_review(p);
	json_free(&j);
	return go_on;
}

static bool pretend_create(struct progress *p)
{
	json_set_str(p->state, "id", "<name of the post>");
	return true;
}

void google_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {
		{"create", take_create, pretend_create},
		{"review", take_review, NULL},
	};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}
