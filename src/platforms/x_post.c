/* platforms/x_post.c - a post's way out to X.
 *
 *   each file: upload, or start -> append ... -> finish -> poll; then its alt text
 *   create -> first comment (a reply to the post) -> done
 *
 * Beside what progress.h says the state has for each file: id, until (when X forgets it), seg (the next piece),
 * whole (all pieces are there), ready, told (its alt text is there); and `comment`, set before the comment is sent: it is
 * sent once, whatever comes of it. */
#include "platforms/x.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"

/* X takes pieces of up to 5 MB, 1000 of them. */
#define PIECE_BYTES ((int64_t)4 << 20)
#define POLLS_MAX 100
#define WAIT_FIRST_S 2
#define WAIT_MAX_S 60
/* A file that X forgets sooner than this is sent again. */
/* So often files are sent anew in one go. */
#define ANEW_MAX 5
#define LIFE_MARGIN_MS ((int64_t)5 * 60 * 1000)

static bool is_gif(const struct media *m)
{
	return m->type != NULL && strcasecmp(m->type, "image/gif") == 0;
}

static bool in_pieces(const struct media *m)
{
	return is_gif(m) || adapter_is_video(m);
}

static const char *category(const struct media *m)
{
	return adapter_is_video(m) ? "tweet_video" : is_gif(m) ? "tweet_gif" : "tweet_image";
}

static void body(struct progress *p, struct json *j)
{
	http_body_json(p->out->request, j);
	json_free(&j);
}

/* Requests */

static void ask_upload(struct progress *p, size_t i)
{
	const struct media *m = &p->in->post->media[i];
	struct http_request *r = x_call(p->in, p->out, HTTP_POST, "/media/upload");

	adapter_file_part(r, p->in, "media", m, i);
	adapter_text_part(r, "media_category", category(m));
	progress_ask(p, "upload", progress_index(p, i));
}

static void ask_start(struct progress *p, size_t i)
{
	const struct media *m = &p->in->post->media[i];
	struct json *j = json_new_object();

	x_call(p->in, p->out, HTTP_POST, "/media/upload/initialize");
	json_set_str(j, "media_type", m->type);
	json_set_int(j, "total_bytes", m->bytes);
	json_set_str(j, "media_category", category(m));
	body(p, j);
	progress_ask(p, "start", progress_index(p, i));
}

static struct http_request *call_medium(struct progress *p, const struct json *m, const char *verb)
{
	struct http_request *r = x_call(p->in, p->out, HTTP_POST, "/media/upload/");

	http_url_escaped(r, json_str(m, "id"));
	http_url(r, "/%s", verb);
	return r;
}

static void ask_append(struct progress *p, size_t i, const struct json *m, int64_t seg)
{
	const struct media *file = &p->in->post->media[i];
	int64_t at = seg * PIECE_BYTES, left = file->bytes - at;
	struct http_request *r = call_medium(p, m, "append");
	struct http_part *part = adapter_file_part(r, p->in, "media", file, i);

	part->file_offset = at;
	part->file_len = left < PIECE_BYTES ? left : PIECE_BYTES;
	adapter_text_part(r, "segment_index", progress_index(p, (size_t)seg));
	progress_ask(p, "append", progress_index(p, i));
}

static void ask_poll(struct progress *p, size_t i, const struct json *m)
{
	struct http_request *r = x_call(p->in, p->out, HTTP_GET, "/media/upload");

	http_query(r, "command", "STATUS");
	http_query(r, "media_id", json_str(m, "id"));
	progress_ask(p, "poll", progress_index(p, i));
}

static void ask_alt(struct progress *p, size_t i, const struct json *m)
{
	struct json *j = json_new_object(), *alt;

	x_call(p->in, p->out, HTTP_POST, "/media/metadata");
	json_set_str(j, "id", json_str(m, "id"));
	alt = json_set(json_set(j, "metadata", json_new_object()), "alt_text", json_new_object());
	json_set_str(alt, "text", p->in->post->media[i].alt);
	body(p, j);
	progress_ask(p, "alt", progress_index(p, i));
}

static void set_flag(struct progress *p, struct json *j, const char *name)
{
	bool on = false;

	if (adapter_option_bool(adapter_option(p->arena, p->in->post, "x", name), &on) && on)
		json_set_bool(j, name, true);
}

static void set_poll(struct progress *p, struct json *j)
{
	const char *choices[X_POLL_MAX + 1];
	size_t n = x_poll(p->arena, p->in->post, choices);
	const char *minutes = adapter_option(p->arena, p->in->post, "x", "poll_minutes");
	struct json *poll, *list;

	if (n == 0)
		return;
	poll = json_set(j, "poll", json_new_object());
	list = json_set(poll, "options", json_new_array());
	for (size_t i = 0; i < n; i++)
		json_add_str(list, choices[i]);
	json_set_int(poll, "duration_minutes", minutes != NULL ? strtol(minutes, NULL, 10) : 1440);
}

static void ask_create(struct progress *p)
{
	const struct post *post = p->in->post;
	const char *reply_to = p->in->answered != NULL
				       ? p->in->answered->parent_id
				       : adapter_option(p->arena, post, "x", "reply_to");
	struct json *j = json_new_object(), *ids;

	x_call(p->in, p->out, HTTP_POST, "/tweets");
	json_set_str(j, "text", adapter_text(p->arena, post));
	if (post->n_media > 0) {
		ids = json_set(json_set(j, "media", json_new_object()), "media_ids",
			       json_new_array());
		for (size_t i = 0; i < post->n_media; i++)
			json_add_str(ids, json_str(progress_medium(p, i), "id"));
	}
	if (reply_to != NULL)
		json_set_str(json_set(j, "reply", json_new_object()), "in_reply_to_tweet_id",
			     reply_to);
	set_poll(p, j);
	if (adapter_option(p->arena, post, "x", "reply_settings") != NULL)
		json_set_str(j, "reply_settings",
			     adapter_option(p->arena, post, "x", "reply_settings"));
	if (adapter_option(p->arena, post, "x", "community_id") != NULL)
		json_set_str(j, "community_id",
			     adapter_option(p->arena, post, "x", "community_id"));
	set_flag(p, j, "made_with_ai");
	set_flag(p, j, "paid_partnership");
	body(p, j);
	progress_commit(p, "create");
}

static void ask_comment(struct progress *p, const char *id)
{
	struct json *j = json_new_object();

	x_call(p->in, p->out, HTTP_POST, "/tweets");
	json_set_str(j, "text", p->in->post->first_comment);
	json_set_str(json_set(j, "reply", json_new_object()), "in_reply_to_tweet_id", id);
	body(p, j);
	json_set_bool(p->state, "comment", true);
	progress_ask(p, "comment", "");
}

/* Files that end again and again before they can be used: true, and out is a failure. */
static bool lives_too_short(struct progress *p)
{
	int64_t n = json_int(p->state, "anew", 0) + 1;

	json_set_int(p->state, "anew", n <= ANEW_MAX ? n : 0);
	if (n <= ANEW_MAX)
		return false;
	step_fail(p->out, CLASS_TRANSIENT, E_PROTOCOL, NULL, NULL,
		  "the server forgets the files before they can be posted");
	progress_keep(p);
	return true;
}

/* Asks for the next thing that this file lacks. False: it lacks none. */
static bool ask_medium(struct progress *p, size_t i)
{
	const struct media *file = &p->in->post->media[i];
	const struct json *m = progress_medium(p, i);
	int64_t until = json_int(m, "until", 0), seg = json_int(m, "seg", 0);
	bool has_alt = adapter_has_text(file->alt) && !adapter_is_video(file);

	if (m == NULL || !(x_is_id(json_str(m, "id")) || p->in->rehearsal) ||
	    (until > 0 && until < p->in->now_ms + LIFE_MARGIN_MS)) {
		if (m != NULL && lives_too_short(p))
			return true;
		if (in_pieces(file))
			ask_start(p, i);
		else
			ask_upload(p, i);
	} else if (in_pieces(file) && !json_bool(m, "whole", false)) {
		if (seg >= 0 && seg * PIECE_BYTES < file->bytes) {
			ask_append(p, i, m, seg);
		} else {
			call_medium(p, m, "finalize");
			progress_ask(p, "finish", progress_index(p, i));
		}
	} else if (!json_bool(m, "ready", false)) {
		ask_poll(p, i, m);
	} else if (has_alt && !json_bool(m, "told", false)) {
		ask_alt(p, i, m);
	} else {
		return false;
	}
	return true;
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));

	if (id != NULL) {
		if (adapter_has_text(p->in->post->first_comment) &&
		    !json_bool(p->state, "comment", false))
			ask_comment(p, id);
		else
			progress_done(p, id, x_is_id(id) ? x_url(p->arena, id) : NULL);
		return;
	}
	for (size_t i = 0; i < p->in->post->n_media; i++)
		if (ask_medium(p, i))
			return;
	ask_create(p);
}

/* Answers */

static bool fail_media(struct progress *p)
{
	int status = p->in->response->status;

	judge_fail(&x_judge, p->in, p->out, false);
	/* Credits (402) and rights (403) are no fault of the file. */
	if (p->out->error.code == E_REJECTED && status != 402 && status != 403)
		p->out->error.code = E_MEDIA;
	return false;
}

/* Ready, in work or failed: what the answer says of its processing. */
static bool take_processing(struct progress *p, struct json *m, const struct json *data)
{
	const struct json *info = json_get(data, "processing_info");
	const char *state = json_str(info, "state");
	int64_t wait = json_int(info, "check_after_secs", WAIT_FIRST_S);
	const char *words = json_str(json_get(info, "error"), "message");

	if (info == NULL || (state != NULL && strcmp(state, "succeeded") == 0)) {
		json_set_bool(m, "ready", true);
		json_set_int(p->state, "polls", 0);
		return true;
	}
	if (state != NULL && strcmp(state, "failed") == 0) {
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, p->in->response, NULL,
			  "the server cannot use the file: %s", words != NULL ? words : state);
		return false;
	}
	wait = wait < 1 ? 1 : wait > WAIT_MAX_S ? WAIT_MAX_S : wait;
	return progress_wait(p, "file", wait * 1000, POLLS_MAX);
}

static void set_life(struct progress *p, struct json *m, const struct json *data)
{
	int64_t life = json_int(data, "expires_after_secs", 0);

	if (life > 0 && life < (int64_t)1 << 32)
		json_set_int(m, "until", p->in->now_ms + life * 1000);
}

/* The answer to a file's first request: its id. */
static bool take_first(struct progress *p, bool whole)
{
	size_t i = progress_what(p);
	struct json *j = adapter_object(p->in->response), *m;
	const struct json *data = json_get(j, "data");
	const char *id = x_id(p->arena, data, "id");
	bool go_on = false;

	if (!adapter_ok(p->in->response)) {
		fail_media(p);
	} else if (id == NULL || i >= p->in->post->n_media) {
		judge_odd(p->in, p->out, false, "id of the file");
	} else {
		m = progress_medium_new(p, i);
		json_set_str(m, "id", id);
		set_life(p, m, data);
		json_set_bool(m, "whole", whole);
		go_on = !whole || take_processing(p, m, data);
	}
	json_free(&j);
	return go_on;
}

static bool take_upload(struct progress *p)
{
	return take_first(p, true);
}

static bool take_start(struct progress *p)
{
	return take_first(p, false);
}

/* The file that the answer is about; NULL if it is none any more. */
static struct json *medium_of(struct progress *p)
{
	size_t i = progress_what(p);

	return i < p->in->post->n_media ? progress_medium(p, i) : NULL;
}

/* X does not know the file (any more): the next try sends it again. */
static bool forget_medium(struct progress *p)
{
	fail_media(p);
	if (p->in->response->status == 404 && p->out->error_class == CLASS_PERMANENT) {
		p->out->error_class = CLASS_TRANSIENT;
		p->out->error.code = E_PLATFORM;
		if (progress_what(p) < p->in->post->n_media)
			progress_medium_new(p, progress_what(p));
		progress_keep(p);
	}
	return false;
}

static bool take_append(struct progress *p)
{
	struct json *m = medium_of(p);

	if (!adapter_ok(p->in->response))
		return forget_medium(p);
	if (m != NULL)
		json_set_int(m, "seg", json_int(m, "seg", 0) + 1);
	return true;
}

static bool take_finish(struct progress *p)
{
	struct json *m = medium_of(p), *j;
	bool go_on = true;

	if (!adapter_ok(p->in->response))
		return forget_medium(p);
	if (m != NULL) {
		j = adapter_object(p->in->response);
		json_set_bool(m, "whole", true);
		go_on = take_processing(p, m, json_get(j, "data"));
		json_free(&j);
	}
	return go_on;
}

static bool take_alt(struct progress *p)
{
	struct json *m = medium_of(p);

	if (!adapter_ok(p->in->response))
		return forget_medium(p);
	if (m != NULL)
		json_set_bool(m, "told", true);
	return true;
}

static bool take_create(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = x_id(p->arena, json_get(j, "data"), "id");

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
	judge_fail(&x_judge, p->in, p->out, true);
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
	if (adapter_ok(p->in->response))
		return true;
	judge_fail(&x_judge, p->in, p->out, false);
	return progress_comment_failed(p);
}

/* Rehearsal */

static bool pretend_file(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *m;

	if (i >= p->in->post->n_media)
		return true;
	m = progress_medium_new(p, i);
	json_set_str(m, "id", arena_printf(p->arena, "<id of file %zu>", i + 1));
	json_set_bool(m, "whole", strcmp(p->ask, "start") != 0);
	json_set_bool(m, "ready", strcmp(p->ask, "start") != 0);
	return true;
}

static bool pretend_more(struct progress *p)
{
	struct json *m = medium_of(p);

	if (m == NULL)
		return true;
	if (strcmp(p->ask, "append") == 0)
		json_set_int(m, "seg", json_int(m, "seg", 0) + 1);
	else if (strcmp(p->ask, "alt") == 0)
		json_set_bool(m, "told", true);
	else
		json_set_bool(m, "whole", true), json_set_bool(m, "ready", true);
	return true;
}

static bool pretend_create(struct progress *p)
{
	json_set_str(p->state, "id", "<id of the post>");
	return true;
}

void x_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {
		{"upload", take_upload, pretend_file},   {"start", take_start, pretend_file},
		{"append", take_append, pretend_more},   {"finish", take_finish, pretend_more},
		{"poll", take_finish, pretend_more},     {"alt", take_alt, pretend_more},
		{"create", take_create, pretend_create}, {"comment", take_comment, NULL},
	};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}
