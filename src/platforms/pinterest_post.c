/* platforms/pinterest_post.c - a pin's way out.
 *
 *   images: create -> done, the files inside the request
 *   video:  register -> upload -> look ... -> create -> done
 *
 * What a video is uploaded with are keys for a while: they never reach the state. So the upload follows its registration at
 * once, and after a crash a new one is made. The state has for a video: id, there (it is uploaded), ready. */
#include "platforms/pinterest.h"

#include <string.h>

#include "platforms/adapter.h"

#define LOOKS_MAX 60
#define LOOK_MS 5000
#define FIELDS_MAX 32

static bool is_video(const struct post *post)
{
	return post->n_media == 1 && adapter_is_video(&post->media[0]);
}

static bool media_failed(struct progress *p)
{
	judge_fail(&pinterest_judge, p->in, p->out, false);
	if (p->out->error.code == E_REJECTED)
		p->out->error.code = E_MEDIA;
	return false;
}

/* Video */

static void ask_register(struct progress *p)
{
	struct json *j = json_new_object();

	pinterest_call(p->in, p->out, HTTP_POST, "/media");
	json_set_str(j, "media_type", "video");
	http_body_json(p->out->request, j);
	json_free(&j);
	progress_ask(p, "register", "0");
}

/* fields: what the registration says must stand before the file; NULL in a rehearsal. */
static void ask_upload(struct progress *p, const char *url, const struct json *fields)
{
	struct http_request *r = http_request_new(HTTP_POST);
	size_t n = 0;

	http_url(r, "%s", url);
	for (const struct json *f = json_first(fields); f != NULL && n < FIELDS_MAX;
	     f = json_next(f), n++)
		if (json_as_str(f) != NULL)
			adapter_text_part(r, json_name(f), json_as_str(f));
	adapter_file_part(r, p->in, "file", &p->in->post->media[0], 0);
	r->timeout_ms = adapter_send_ms(p->in->post);
	p->out->request = r;
	p->out->verdict = STEP_SEND;
	progress_ask(p, "upload", "0");
}

static bool take_register(struct progress *p)
{
	struct json *j, *m;
	const char *id, *url;
	size_t base = strlen(adapter_base(p->in, PINTEREST_API));
	bool own;

	if (!adapter_ok(p->in->response) || p->in->post->n_media == 0)
		return media_failed(p);
	j = adapter_object(p->in->response);
	id = adapter_id(p->arena, j, "media_id");
	url = json_str(j, "upload_url");
	/* A base of one's own may be without TLS; the transport lets that through to loopback only. */
	own = url != NULL && strncmp(url, adapter_base(p->in, PINTEREST_API), base) == 0;
	if (!pinterest_is_id(id) || url == NULL || (!own && strncmp(url, "https://", 8) != 0)) {
		judge_odd(p->in, p->out, false, "place to upload to");
	} else {
		m = progress_medium_new(p, 0);
		json_set_str(m, "id", id);
		ask_upload(p, url, json_get(j, "upload_parameters"));
	}
	json_free(&j);
	return false;
}

static struct json *video_of(struct progress *p)
{
	return p->in->post->n_media > 0 ? progress_medium(p, 0) : NULL;
}

static bool take_upload(struct progress *p)
{
	struct json *m = video_of(p);

	if (!adapter_ok(p->in->response)) {
		/* The answer is the storage's, not Pinterest's. */
		media_failed(p);
		if (p->out->error_class == CLASS_AUTH)
			p->out->error_class = CLASS_TRANSIENT, p->out->error.code = E_PLATFORM;
		return false;
	}
	if (m != NULL)
		json_set_bool(m, "there", true);
	json_set_int(p->state, "polls", 0);
	return true;
}

static void ask_look(struct progress *p, const struct json *m)
{
	struct http_request *r = pinterest_call(p->in, p->out, HTTP_GET, "/media/");

	http_url_escaped(r, json_str(m, "id"));
	progress_ask(p, "look", "0");
}

static bool take_look(struct progress *p)
{
	struct json *m = video_of(p), *j;
	const char *status;
	bool go_on = false;

	if (!adapter_ok(p->in->response)) {
		media_failed(p);
		if (p->in->response->status == 404 && m != NULL) {
			progress_medium_new(p, 0);
			progress_keep(p);
			p->out->error_class = CLASS_TRANSIENT;
			p->out->error.code = E_PLATFORM;
		}
		return false;
	}
	j = adapter_object(p->in->response);
	status = json_str(j, "status");
	if (status == NULL) {
		judge_odd(p->in, p->out, false, "status of the file");
	} else if (strcmp(status, "succeeded") == 0) {
		if (m != NULL)
			json_set_bool(m, "ready", true);
		go_on = true;
	} else if (strcmp(status, "failed") == 0) {
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, p->in->response, NULL,
			  "the server cannot use the file: %s", status);
	} else {
		progress_wait(p, "file", LOOK_MS, LOOKS_MAX);
	}
	json_free(&j);
	return go_on;
}

/* False: the video lacks nothing. */
static bool ask_video(struct progress *p)
{
	const struct json *m = progress_medium(p, 0);

	if (m == NULL || json_str(m, "id") == NULL ||
	    (!json_bool(m, "there", false) && !p->in->rehearsal))
		ask_register(p);
	else if (!json_bool(m, "there", false))
		ask_upload(p, "<address to upload to>", NULL);
	else if (!json_bool(m, "ready", false))
		ask_look(p, m);
	else
		return false;
	return true;
}

/* The pin */

static void set_file(struct progress *p, struct json *o, size_t i)
{
	const struct media *m = &p->in->post->media[i];

	if (p->in->media_urls != NULL) {
		json_set_str(o, "url", p->in->media_urls[i]);
		return;
	}
	json_set_str(o, "content_type", m->type);
	http_json_file(p->out->request, o, "data", adapter_file(p->arena, p->in, m));
}

static void set_source(struct progress *p, struct json *j)
{
	const struct post *post = p->in->post;
	const char *second = adapter_option(p->arena, post, "pinterest", "cover_time");
	struct json *source = json_set(j, "media_source", json_new_object()), *items;
	bool by_url = p->in->media_urls != NULL;

	if (is_video(post)) {
		json_set_str(source, "source_type", "video_id");
		json_set_str(source, "media_id", json_str(progress_medium(p, 0), "id"));
		json_set_int(source, "cover_image_key_frame_time",
			     second != NULL ? adapter_option_number(second, 0, INT32_MAX) : 0);
	} else if (post->n_media == 1) {
		json_set_str(source, "source_type", by_url ? "image_url" : "image_base64");
		set_file(p, source, 0);
	} else {
		json_set_str(source, "source_type",
			     by_url ? "multiple_image_urls" : "multiple_image_base64");
		items = json_set(source, "items", json_new_array());
		for (size_t i = 0; i < post->n_media; i++)
			set_file(p, json_add(items, json_new_object()), i);
	}
}

static void set_text(struct json *j, const char *name, const char *value)
{
	if (adapter_has_text(value))
		json_set_str(j, name, value);
}

static void ask_create(struct progress *p)
{
	const struct post *post = p->in->post;
	const char *board = pinterest_board(p->arena, p->in);
	struct http_request *r = pinterest_call(p->in, p->out, HTTP_POST, "/pins");
	struct json *j = json_new_object();

	json_set_str(j, "board_id", board != NULL ? board : "<board>");
	set_text(j, "board_section_id", adapter_option(p->arena, post, "pinterest", "section"));
	set_text(j, "title", post->title);
	set_text(j, "description", post->text);
	set_text(j, "alt_text", pinterest_alt(p->arena, post));
	set_text(j, "link", post->link);
	set_source(p, j);
	http_body_json(r, j);
	json_free(&j);
	if (!is_video(post))
		r->timeout_ms = adapter_send_ms(post);
	progress_commit(p, "create");
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));

	if (id != NULL)
		progress_done(p, id, pinterest_is_id(id) ? pinterest_url(p->arena, id) : NULL);
	else if (p->in->post->n_media == 0)
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, NULL, NULL,
			  "a pin needs an image or a video");
	else if (!is_video(p->in->post) || !ask_video(p))
		ask_create(p);
}

static bool take_create(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = adapter_id(p->arena, j, "id");

	json_free(&j);
	if (adapter_ok(p->in->response) && pinterest_is_id(id)) {
		progress_done(p, id, pinterest_url(p->arena, id));
	} else if (adapter_ok(p->in->response)) {
		judge_odd(p->in, p->out, true, "id of the post");
	} else {
		judge_fail(&pinterest_judge, p->in, p->out, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
	}
	return false;
}

/* Rehearsal */

static bool pretend_register(struct progress *p)
{
	if (p->in->post->n_media > 0)
		json_set_str(progress_medium_new(p, 0), "id", "<id of the video>");
	return true;
}

static bool pretend_more(struct progress *p)
{
	struct json *m = video_of(p);

	if (m != NULL)
		json_set_bool(m, strcmp(p->ask, "upload") == 0 ? "there" : "ready", true);
	return true;
}

static bool pretend_create(struct progress *p)
{
	p->out->verdict = STEP_DONE;
	p->out->remote_id = "<id of the pin>";
	return false;
}

void pinterest_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {
		{"register", take_register, pretend_register},
		{"upload", take_upload, pretend_more},
		{"look", take_look, pretend_more},
		{"create", take_create, pretend_create},
	};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}
