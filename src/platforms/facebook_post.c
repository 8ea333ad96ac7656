/* platforms/facebook_post.c - a post's way out to a page.
 *
 *   each photo: put up unpublished -> the post with all of them -> first comment -> done
 *
 * Only the post itself is commit-like; photos that no post takes stay unseen. Beside what progress.h says the state has
 * for each photo its id, and `comment`, set before the comment is sent: it is sent once, whatever comes of it. */
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/facebook.h"

static void ask_photo(struct progress *p, size_t i)
{
	const struct media *m = &p->in->post->media[i];
	struct http_request *r = facebook_call_page(p->in, p->out, HTTP_POST, "photos");

	adapter_file_part(r, p->in, "source", m, i);
	adapter_text_part(r, "published", "false");
	if (adapter_has_text(m->alt))
		adapter_text_part(r, "alt_text_custom", m->alt);
	progress_ask(p, "photo", progress_index(p, i));
}

static void ask_feed(struct progress *p)
{
	const struct post *post = p->in->post;
	struct http_request *r = facebook_call_page(p->in, p->out, HTTP_POST, "feed");
	const char *text = facebook_message(p->arena, post);

	if (text[0] != '\0')
		http_form(r, "message", text);
	if (post->n_media == 0 && adapter_has_link(post))
		http_form(r, "link", post->link);
	for (size_t i = 0; i < post->n_media; i++)
		http_form(r, arena_printf(p->arena, "attached_media[%zu]", i),
			  arena_printf(p->arena, "{\"media_fbid\":\"%s\"}",
				       json_str(progress_medium(p, i), "id")));
	progress_commit(p, "feed");
}

static void ask_comment(struct progress *p, const char *id)
{
	struct http_request *r = graph_call(&facebook_graph, p->in, p->out, HTTP_POST, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, id);
	http_url(r, "/comments");
	http_form(r, "message", p->in->post->first_comment);
	json_set_bool(p->state, "comment", true);
	progress_ask(p, "comment", "");
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));

	if (id != NULL) {
		if (adapter_has_text(p->in->post->first_comment) &&
		    !json_bool(p->state, "comment", false))
			ask_comment(p, id);
		else
			progress_done(p, id, graph_is_id(id) ? facebook_url(p->arena, id) : NULL);
		return;
	}
	if (facebook_video_of(p->in->post) != NULL) {
		facebook_video_next(p);
		return;
	}
	for (size_t i = 0; i < p->in->post->n_media; i++) {
		const char *photo = json_str(progress_medium(p, i), "id");

		if (photo == NULL || !(graph_is_id(photo) || p->in->rehearsal)) {
			ask_photo(p, i);
			return;
		}
	}
	ask_feed(p);
}

static bool take_photo(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "id");
	bool ok = adapter_ok(p->in->response);

	json_free(&j);
	if (!ok) {
		graph_fail(&facebook_graph, p->in, p->out, false);
		if (p->out->error.code == E_REJECTED)
			p->out->error.code = E_MEDIA;
		return false;
	}
	if (id == NULL || i >= p->in->post->n_media) {
		judge_odd(p->in, p->out, false, "id of the photo");
		return false;
	}
	json_set_str(progress_medium_new(p, i), "id", id);
	return true;
}

static bool take_feed(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "id");

	json_free(&j);
	if (adapter_ok(p->in->response) && id != NULL) {
		json_set_bool(p->state, "sent", false);
		json_set_str(p->state, "id", id);
		return true;
	}
	if (adapter_ok(p->in->response)) {
		judge_odd(p->in, p->out, true, "id of the post");
		return false;
	}
	graph_fail(&facebook_graph, p->in, p->out, true);
	/* The text is out already, perhaps by the sending whose end was not clear. */
	if (p->out->error.code == E_DUPLICATE && progress_is_again(p)) {
		p->out->error_class = CLASS_UNKNOWN;
		p->out->error.code = E_UNKNOWN_OUTCOME;
	}
	if (p->out->error_class != CLASS_UNKNOWN)
		progress_refused(p);
	return false;
}

static bool take_comment(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "id");

	json_free(&j);
	if (adapter_ok(p->in->response) && id != NULL)
		return true;
	if (adapter_ok(p->in->response))
		judge_odd(p->in, p->out, false, "id of the comment");
	else
		graph_fail(&facebook_graph, p->in, p->out, false);
	return progress_comment_failed(p);
}

static bool pretend_photo(struct progress *p)
{
	size_t i = progress_what(p);

	if (i < p->in->post->n_media)
		json_set_str(progress_medium_new(p, i), "id",
			     arena_printf(p->arena, "<id of photo %zu>", i + 1));
	return true;
}

static bool pretend_post(struct progress *p)
{
	json_set_str(p->state, "id", "<id of the post>");
	return true;
}

void facebook_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {
		{"photo", take_photo, pretend_photo},
		{"start", facebook_take_start, facebook_pretend_start},
		{"transfer", facebook_take_transfer, facebook_pretend_bytes},
		{"bytes", facebook_take_bytes, facebook_pretend_bytes},
		{"finish", facebook_take_finish, pretend_post},
		{"feed", take_feed, pretend_post},
		{"comment", take_comment, NULL},
	};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}
