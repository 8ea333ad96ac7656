/* platforms/telegram_post.c - a post's way out to a channel: one request, files and all.
 *
 * Text alone is sendMessage, one file sendPhoto or sendVideo, more are sendMediaGroup. The request is commit-like, and
 * nothing can be asked about it afterwards. */
#include "platforms/telegram.h"

#include <stdlib.h>
#include <string.h>

#include "platforms/adapter.h"

static bool flag(struct progress *p, const char *key, bool otherwise)
{
	bool on = otherwise;

	adapter_option_bool(adapter_option(p->arena, p->in->post, "telegram", key), &on);
	return on;
}

static const char *chat(const struct step_in *in)
{
	return in->conn->account_id != NULL ? in->conn->account_id : "<channel>";
}

/* Requests */

static void ask_message(struct progress *p)
{
	const char *mode = adapter_option(p->arena, p->in->post, "telegram", "parse_mode");
	struct http_request *r = telegram_call(p->in, p->out, HTTP_POST, "sendMessage");
	struct json *j = json_new_object();

	json_set_str(j, "chat_id", chat(p->in));
	json_set_str(j, "text", adapter_text(p->arena, p->in->post));
	if (mode != NULL)
		json_set_str(j, "parse_mode", mode);
	if (!flag(p, "preview", true))
		json_set_bool(json_set(j, "link_preview_options", json_new_object()), "is_disabled",
			      true);
	if (flag(p, "silent", false))
		json_set_bool(j, "disable_notification", true);
	if (flag(p, "protect", false))
		json_set_bool(j, "protect_content", true);
	http_body_json(r, j);
	json_free(&j);
}

/* What all requests with files have. */
static void add_fields(struct progress *p, struct http_request *r)
{
	adapter_text_part(r, "chat_id", chat(p->in));
	if (flag(p, "silent", false))
		adapter_text_part(r, "disable_notification", "true");
	if (flag(p, "protect", false))
		adapter_text_part(r, "protect_content", "true");
}

static void ask_file(struct progress *p)
{
	const struct media *m = &p->in->post->media[0];
	const char *mode = adapter_option(p->arena, p->in->post, "telegram", "parse_mode");
	const char *caption = adapter_text(p->arena, p->in->post);
	bool video = adapter_is_video(m);
	struct http_request *r = telegram_call(p->in, p->out, HTTP_POST,
					       video ? "sendVideo" : "sendPhoto");

	add_fields(p, r);
	if (caption[0] != '\0')
		adapter_text_part(r, "caption", caption);
	if (caption[0] != '\0' && mode != NULL)
		adapter_text_part(r, "parse_mode", mode);
	adapter_file_part(r, p->in, video ? "video" : "photo", m, 0);
}

static void ask_album(struct progress *p)
{
	const struct post *post = p->in->post;
	const char *mode = adapter_option(p->arena, post, "telegram", "parse_mode");
	const char *caption = adapter_text(p->arena, post);
	struct http_request *r = telegram_call(p->in, p->out, HTTP_POST, "sendMediaGroup");
	struct json *list = json_new_array();
	struct strbuf b;

	for (size_t i = 0; i < post->n_media; i++) {
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "type", adapter_is_video(&post->media[i]) ? "video" : "photo");
		json_set_str(o, "media", arena_printf(p->arena, "attach://file%zu", i));
		/* The text under the first is the album's. */
		if (i == 0 && caption[0] != '\0') {
			json_set_str(o, "caption", caption);
			if (mode != NULL)
				json_set_str(o, "parse_mode", mode);
		}
	}
	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, list, false);
	add_fields(p, r);
	adapter_text_part(r, "media", b.data);
	for (size_t i = 0; i < post->n_media; i++)
		adapter_file_part(r, p->in, arena_printf(p->arena, "file%zu", i), &post->media[i],
				  i);
	strbuf_free(&b);
	json_free(&list);
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));

	if (id != NULL) {
		progress_done(p, id, arena_strdup(p->arena, json_str(p->state, "url")));
		return;
	}
	if (p->in->post->n_media == 0)
		ask_message(p);
	else if (p->in->post->n_media == 1)
		ask_file(p);
	else
		ask_album(p);
	p->out->request->timeout_ms = adapter_send_ms(p->in->post);
	progress_commit(p, "create");
}

/* Answers */

static const char *message_url(struct arena *a, const struct json *message)
{
	const struct json *c = json_get(message, "chat");
	const char *name = json_str(c, "username"), *id = json_text_of(json_get(c, "id"));
	const char *n = json_text_of(json_get(message, "message_id"));

	if (name != NULL && telegram_is_chat(arena_printf(a, "@%.100s", name)))
		return arena_printf(a, "https://t.me/%s/%s", name, n);
	if (id != NULL && strncmp(id, "-100", 4) == 0 && id[4] != '\0')
		return arena_printf(a, "https://t.me/c/%s/%s", id + 4, n);
	return NULL;
}

static bool is_number(const char *s)
{
	return s != NULL && s[0] != '\0' && strlen(s) <= 18 && strspn(s, "0123456789") == strlen(s);
}

/* "CHAT/MESSAGE,..." of the messages that were made; NULL if one cannot be told. */
static const char *post_id(struct progress *p, const struct json *first)
{
	const char *c = json_text_of(json_get(json_get(first, "chat"), "id")), *id;

	if (!telegram_is_chat(c))
		c = chat(p->in);
	id = arena_printf(p->arena, "%s/", c);
	for (const struct json *m = first; m != NULL; m = json_next(m)) {
		const char *n = json_text_of(json_get(m, "message_id"));

		if (!is_number(n))
			return NULL;
		id = arena_printf(p->arena, "%s%s%s", id, m == first ? "" : ",", n);
	}
	return first != NULL ? id : NULL;
}

static bool take_create(struct progress *p)
{
	struct json *whole;
	const struct json *result = telegram_result(p->in->response, &whole);
	bool album = json_is_array(result);
	const struct json *first = album ? json_first(result) : result;
	const char *id = NULL;

	/* A member of an object has siblings that are no messages. */
	if (album)
		id = post_id(p, first);
	else if (is_number(json_text_of(json_get(first, "message_id"))))
		id = arena_printf(
			p->arena, "%s/%s",
			telegram_is_chat(json_text_of(json_get(json_get(first, "chat"), "id")))
				? json_text_of(json_get(json_get(first, "chat"), "id"))
				: chat(p->in),
			json_text_of(json_get(first, "message_id")));
	if (id != NULL) {
		progress_done(p, id, message_url(p->arena, first));
	} else if (adapter_ok(p->in->response)) {
		judge_odd(p->in, p->out, true, "id of the post");
	} else {
		judge_fail(&telegram_judge, p->in, p->out, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
	}
	json_free(&whole);
	return false;
}

static bool pretend_create(struct progress *p)
{
	p->out->verdict = STEP_DONE;
	p->out->remote_id = "<channel>/<id of the message>";
	return false;
}

void telegram_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {{"create", take_create, pretend_create}};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}

/* Taking down: each message of an album by itself. */

/* The message at this place of the post's id; NULL after the last. *c: the channel. */
static const char *message_at(struct arena *a, const char *id, size_t place, const char **c)
{
	const char *slash = id != NULL ? strchr(id, '/') : NULL, *s, *n;
	size_t len;

	if (slash == NULL)
		return NULL;
	*c = arena_strndup(a, id, (size_t)(slash - id));
	for (s = slash + 1; place > 0 && s != NULL; place--) {
		s = strchr(s, ',');
		s = s != NULL ? s + 1 : NULL;
	}
	if (s == NULL || !telegram_is_chat(*c))
		return NULL;
	len = strcspn(s, ",");
	n = arena_strndup(a, s, len);
	return is_number(n) ? n : NULL;
}

static void ask_delete(const struct step_in *in, struct step_out *out, size_t place)
{
	const char *c = NULL, *n = message_at(out->arena, in->remote_id, place, &c);
	struct http_request *r;
	struct json *j;

	if (n == NULL && place > 0) {
		out->verdict = STEP_DONE;
		return;
	}
	if (n == NULL) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
		return;
	}
	r = telegram_call(in, out, HTTP_POST, "deleteMessage");
	j = json_new_object();
	json_set_str(j, "chat_id", c);
	json_set_int(j, "message_id", strtoll(n, NULL, 10));
	http_body_json(r, j);
	json_free(&j);
	out->state = json_new_object();
	json_set_int(out->state, "place", (int64_t)place);
}

void telegram_takedown(const struct step_in *in, struct step_out *out)
{
	int64_t place = json_int(in->state, "place", 0);

	if (in->response == NULL) {
		ask_delete(in, out, 0);
		return;
	}
	if (place < 0 || place > 100)
		place = 0;
	if (adapter_ok(in->response)) {
		ask_delete(in, out, (size_t)place + 1);
		return;
	}
	judge_fail(&telegram_judge, in, out, false);
	if (strstr(out->error.text, "message to delete not found") != NULL) {
		out->error = (struct err_info){0};
		ask_delete(in, out, (size_t)place + 1);
	} else if (strstr(out->error.text, "can't be deleted") != NULL) {
		err_hint(&out->error,
			 "a bot may delete what is younger than 48 hours: delete it by hand");
	}
}
