/* platforms/linkedin_upload.c - a file's way to LinkedIn.
 *
 *   image, document: begin -> put -> look
 *   video:           begin -> put ... -> finish -> look
 *
 * The state has for each file: id (its urn), parts (where the pieces still go: url, first, last), tags (what came back for
 * each), token, whole, looked, ready. A member's login may write and not read: what it may not look at is given a moment
 * and then taken for ready. */
#include "platforms/linkedin.h"

#include <string.h>

#include "platforms/adapter.h"

#define LOOKS_MAX 60
#define LOOK_MS 3000
#define MOMENT_IMAGE_MS 3000
#define MOMENT_VIDEO_MS 20000

static const char *collection(const struct media *m)
{
	return adapter_is_video(m) ? "videos" : "images";
}

static bool file_failed(struct progress *p)
{
	linkedin_fail(p->in, p->out, false);
	if (p->out->error.code == E_REJECTED)
		p->out->error.code = E_MEDIA;
	return false;
}

static void body(struct progress *p, struct json *j)
{
	http_body_json(p->out->request, j);
	json_free(&j);
}

static const char *owner(const struct step_in *in)
{
	return in->conn->account_id != NULL ? in->conn->account_id : "<urn of the account>";
}

/* Requests */

static void ask_begin(struct progress *p, size_t i)
{
	const struct media *m = &p->in->post->media[i];
	struct json *j = json_new_object(), *o;

	linkedin_call(p->in, p->out, HTTP_POST,
		      arena_printf(p->arena, "/rest/%s?action=initializeUpload", collection(m)));
	o = json_set(j, "initializeUploadRequest", json_new_object());
	json_set_str(o, "owner", owner(p->in));
	if (adapter_is_video(m)) {
		json_set_int(o, "fileSizeBytes", m->bytes);
		json_set_bool(o, "uploadCaptions", false);
		json_set_bool(o, "uploadThumbnail", false);
	}
	body(p, j);
	progress_ask(p, "begin", progress_index(p, i));
}

static void ask_put(struct progress *p, size_t i, const struct json *part)
{
	const struct media *m = &p->in->post->media[i];
	struct http_request *r = http_request_new(HTTP_PUT);
	int64_t first = json_int(part, "first", 0), last = json_int(part, "last", m->bytes - 1);

	http_url(r, "%s", json_str(part, "url"));
	http_bearer(r, SLOT_ACCESS);
	http_header(r, "Content-Type", "application/octet-stream");
	r->body_file = adapter_file(r->arena, p->in, m);
	r->body_file_offset = first;
	r->body_file_len = last - first + 1;
	p->out->request = r;
	p->out->verdict = STEP_SEND;
	progress_ask(p, "put", progress_index(p, i));
}

static void ask_finish(struct progress *p, size_t i, const struct json *m)
{
	struct json *j = json_new_object(), *o;

	linkedin_call(p->in, p->out, HTTP_POST, "/rest/videos?action=finalizeUpload");
	o = json_set(j, "finalizeUploadRequest", json_new_object());
	json_set_str(o, "video", json_str(m, "id"));
	json_set_str(o, "uploadToken", json_str(m, "token") != NULL ? json_str(m, "token") : "");
	json_set(o, "uploadedPartIds", json_copy(json_get(m, "tags")));
	body(p, j);
	progress_ask(p, "finish", progress_index(p, i));
}

static void ask_look(struct progress *p, size_t i, const struct json *m)
{
	struct http_request *r = linkedin_call(
		p->in, p->out, HTTP_GET,
		arena_printf(p->arena, "/rest/%s/", collection(&p->in->post->media[i])));

	http_url_escaped(r, json_str(m, "id"));
	progress_ask(p, "look", progress_index(p, i));
}

bool linkedin_ask_file(struct progress *p, size_t i)
{
	const struct json *m = progress_medium(p, i), *part = json_first(json_get(m, "parts"));

	if (m == NULL || json_str(m, "id") == NULL)
		ask_begin(p, i);
	else if (part != NULL && json_str(part, "url") != NULL)
		ask_put(p, i, part);
	else if (adapter_is_video(&p->in->post->media[i]) && !json_bool(m, "whole", false))
		ask_finish(p, i, m);
	else if (!json_bool(m, "ready", false))
		ask_look(p, i, m);
	else
		return false;
	return true;
}

/* Answers */

static struct json *medium_of(struct progress *p)
{
	size_t i = progress_what(p);

	return i < p->in->post->n_media ? progress_medium(p, i) : NULL;
}

static bool add_part(struct progress *p, struct json *parts, const char *url, int64_t first,
		     int64_t last)
{
	const struct media *m = &p->in->post->media[progress_what(p)];
	struct json *part;

	if (!adapter_is_trusted(p->in, LINKEDIN_API, LINKEDIN_DOMAIN, url) || first < 0 ||
	    last < first || last >= m->bytes)
		return false;
	part = json_add(parts, json_new_object());
	json_set_str(part, "url", url);
	json_set_int(part, "first", first);
	json_set_int(part, "last", last);
	return true;
}

/* Where the pieces go, in an array that is m's. */
static bool take_parts(struct progress *p, struct json *m, const struct json *value)
{
	const struct media *file = &p->in->post->media[progress_what(p)];
	struct json *parts = json_set(m, "parts", json_new_array());
	const struct json *list = json_get(value, "uploadInstructions");

	if (!adapter_is_video(file))
		return add_part(p, parts, json_str(value, "uploadUrl"), 0, file->bytes - 1);
	for (const struct json *u = json_first(list); u != NULL; u = json_next(u))
		if (!add_part(p, parts, json_str(u, "uploadUrl"), json_int(u, "firstByte", 0),
			      json_int(u, "lastByte", file->bytes - 1)))
			return false;
	return json_len(parts) > 0;
}

static bool take_begin(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *j, *m;
	const struct json *value;
	const char *urn;
	bool ok = false;

	if (!adapter_ok(p->in->response))
		return file_failed(p);
	j = adapter_object(p->in->response);
	value = json_get(j, "value");
	if (i < p->in->post->n_media) {
		urn = json_str(value, adapter_is_video(&p->in->post->media[i]) ? "video" : "image");
		m = progress_medium_new(p, i);
		ok = linkedin_is_urn(urn, "urn:li:") && take_parts(p, m, value);
		if (ok) {
			json_set_str(m, "id", urn);
			json_set_str(m, "token", json_str(value, "uploadToken"));
			json_set(m, "tags", json_new_array());
			json_set_int(p->state, "polls", 0);
		}
	}
	if (!ok)
		judge_odd(p->in, p->out, false, "place to upload to");
	json_free(&j);
	return ok;
}

/* All but the first of them. */
static struct json *rest_of(const struct json *parts)
{
	struct json *rest = json_new_array();
	const struct json *first = json_first(parts);

	for (const struct json *u = first != NULL ? json_next(first) : NULL; u != NULL;
	     u = json_next(u))
		json_add(rest, json_copy(u));
	return rest;
}

/* The file must begin anew with the next try. */
static bool begin_anew(struct progress *p)
{
	if (progress_what(p) < p->in->post->n_media)
		progress_medium_new(p, progress_what(p));
	progress_keep(p);
	return false;
}

static bool take_put(struct progress *p)
{
	struct json *m = medium_of(p), *tags;
	const char *tag = http_response_header(p->in->response, "ETag");

	if (!adapter_ok(p->in->response)) {
		file_failed(p);
		/* Addresses to upload to live a while only. */
		if (p->out->error_class == CLASS_AUTH && p->in->response->status != 401)
			p->out->error_class = CLASS_TRANSIENT, p->out->error.code = E_PLATFORM;
		return begin_anew(p);
	}
	if (m == NULL)
		return true;
	if (adapter_is_video(&p->in->post->media[progress_what(p)])) {
		if (tag == NULL || strlen(tag) > 1024) {
			judge_odd(p->in, p->out, false, "ETag");
			return begin_anew(p);
		}
		tags = json_copy(json_get(m, "tags"));
		json_add_str(tags, tag);
		json_set(m, "tags", tags);
	}
	json_set(m, "parts", rest_of(json_get(m, "parts")));
	return true;
}

static bool take_finish(struct progress *p)
{
	struct json *m = medium_of(p);

	if (!adapter_ok(p->in->response)) {
		file_failed(p);
		return p->out->error_class == CLASS_PERMANENT ? begin_anew(p) : false;
	}
	if (m != NULL)
		json_set_bool(m, "whole", true);
	return true;
}

/* What may not be looked at gets a moment, once. */
static bool take_no_look(struct progress *p, struct json *m)
{
	bool video = adapter_is_video(&p->in->post->media[progress_what(p)]);

	json_set_bool(m, "ready", true);
	p->out->verdict = STEP_WAIT;
	p->out->at = p->in->now_ms + (video ? MOMENT_VIDEO_MS : MOMENT_IMAGE_MS);
	progress_keep(p);
	return false;
}

static bool take_look(struct progress *p)
{
	const struct http_response *r = p->in->response;
	struct json *m = medium_of(p), *j;
	const char *status;
	bool go_on = false;

	if (m == NULL)
		return true;
	if (r->status == 403 || r->status == 404)
		return take_no_look(p, m);
	if (!adapter_ok(r))
		return file_failed(p);
	j = adapter_object(r);
	status = json_str(j, "status");
	if (status != NULL && strcmp(status, "AVAILABLE") == 0) {
		json_set_bool(m, "ready", true);
		json_set_int(p->state, "polls", 0);
		go_on = true;
	} else if (status != NULL && strstr(status, "FAILED") != NULL) {
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, r, NULL,
			  "the server cannot use the file: %.100s", status);
	} else if (status != NULL) {
		progress_wait(p, "file", LOOK_MS, LOOKS_MAX);
	} else {
		judge_odd(p->in, p->out, false, "status of the file");
	}
	json_free(&j);
	return go_on;
}

/* Rehearsal */

static bool pretend_begin(struct progress *p)
{
	size_t i = progress_what(p);
	struct json *m, *part;

	if (i >= p->in->post->n_media)
		return true;
	m = progress_medium_new(p, i);
	json_set_str(m, "id", arena_printf(p->arena, "<urn of file %zu>", i + 1));
	json_set(m, "tags", json_new_array());
	part = json_add(json_set(m, "parts", json_new_array()), json_new_object());
	json_set_str(part, "url", "<address to upload to>");
	return true;
}

static bool pretend_rest(struct progress *p)
{
	struct json *m = medium_of(p);

	if (m == NULL)
		return true;
	if (strcmp(p->ask, "put") == 0)
		json_set(m, "parts", json_new_array());
	else if (strcmp(p->ask, "finish") == 0)
		json_set_bool(m, "whole", true);
	else
		json_set_bool(m, "ready", true);
	return true;
}

const struct progress_step linkedin_file_steps[4] = {
	{"begin", take_begin, pretend_begin},
	{"put", take_put, pretend_rest},
	{"finish", take_finish, pretend_rest},
	{"look", take_look, pretend_rest},
};
