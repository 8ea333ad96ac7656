/* platforms/facebook_video.c - a video or a reel on its way out to a page.
 *
 *   video: start -> transfer ... -> finish        reel: start -> bytes -> finish
 *
 * Until it is finished nothing is visible; only finishing is commit-like. Beside what progress.h says the state has for
 * the file: video (its id, which names the post when the platform tells no other), session, at and end (the next piece),
 * url (where a reel's bytes go), whole (all of it is there). */
#include <stdlib.h>
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/facebook.h"

/* Of a mebibyte each at the least, this is far more than any video has. */
#define PIECES_MAX 20000
#define PIECE_BYTES_MAX ((int64_t)64 << 20)
#define UPLOAD_TIMEOUT_MS ((int64_t)10 * 60 * 1000)

static struct json *medium(struct progress *p)
{
	return p->in->post->n_media > 0 ? progress_medium(p, 0) : NULL;
}

static const struct media *file_of(const struct progress *p)
{
	return &p->in->post->media[0];
}

static bool is_reel(struct progress *p)
{
	return facebook_is_reel(p->arena, p->in->post);
}

static const char *decimal(struct progress *p, int64_t n)
{
	return arena_printf(p->arena, "%lld", (long long)n);
}

/* BASE/VERSION/{page}/videos, at the host that takes bytes. */
static struct http_request *call_videos(struct progress *p)
{
	const char *base = adapter_host_base(p->in, FACEBOOK_API, FACEBOOK_VIDEO);
	const char *me = p->in->conn->account_id;
	struct http_request *r = http_request_new(HTTP_POST);

	http_url(r, "%s/", base);
	http_url_escaped(r, graph_version(&facebook_graph, p->in, p->arena));
	http_url(r, "/");
	http_url_escaped(r, me != NULL ? me : "me");
	http_url(r, "/videos");
	http_header(r, "Accept", "application/json");
	http_bearer(r, SLOT_ACCESS);
	p->out->request = r;
	p->out->verdict = STEP_SEND;
	p->out->commit_like = false;
	return r;
}

static struct http_request *call(struct progress *p)
{
	return is_reel(p) ? facebook_call_page(p->in, p->out, HTTP_POST, "video_reels")
			  : call_videos(p);
}

/* Where a reel's bytes may go: what the API named, if it is Meta's own, or where everything goes. */
static bool may_send_to(struct progress *p, const char *url)
{
	const char *base = adapter_base(p->in, FACEBOOK_API);
	static const char tail[] = ".facebook.com";
	char host[256];
	size_t n;

	if (url == NULL || strlen(url) > 2000)
		return false;
	for (const char *c = url; *c != '\0'; c++)
		if (*c <= 0x20 || *c >= 0x7f || *c == '\\' || *c == '@')
			return false;
	n = strlen(base);
	if (strncmp(url, base, n) == 0 && url[n] == '/')
		return true;
	adapter_host(url, host, sizeof(host));
	n = strlen(host);
	return strncmp(url, "https://", 8) == 0 && strcmp(base, FACEBOOK_API) == 0 &&
	       n > strlen(tail) && strcmp(host + n - strlen(tail), tail) == 0;
}

static void ask_start(struct progress *p)
{
	struct http_request *r = call(p);

	http_form(r, "upload_phase", "start");
	if (!is_reel(p))
		http_form(r, "file_size", decimal(p, file_of(p)->bytes));
	progress_ask(p, "start", "0");
}

static void ask_transfer(struct progress *p, const struct json *m, int64_t at, int64_t end)
{
	struct http_request *r = call_videos(p);
	struct http_part *part;

	adapter_text_part(r, "upload_phase", "transfer");
	adapter_text_part(r, "upload_session_id", json_str(m, "session"));
	adapter_text_part(r, "start_offset", decimal(p, at));
	part = adapter_file_part(r, p->in, "video_file_chunk", file_of(p), 0);
	part->file_offset = at;
	part->file_len = end - at;
	r->timeout_ms = UPLOAD_TIMEOUT_MS;
	progress_ask(p, "transfer", "0");
}

/* "Authorization: OAuth TOKEN", which only this host wants. */
static void authorize(struct http_request *r)
{
	struct http_text *v;

	http_header(r, "Authorization", "OAuth ");
	v = &r->headers[r->n_headers - 1].value;
	v->slots[0] = (struct http_slot){v->len, SLOT_ACCESS, SLOT_RAW};
	v->n_slots = 1;
}

static void ask_bytes(struct progress *p, const struct json *m)
{
	struct http_request *r = http_request_new(HTTP_POST);

	http_url(r, "%s", json_str(m, "url"));
	authorize(r);
	http_header(r, "offset", "0");
	http_header(r, "file_size", "%lld", (long long)file_of(p)->bytes);
	r->body_file = adapter_file(r->arena, p->in, file_of(p));
	r->body_file_len = -1;
	r->timeout_ms = UPLOAD_TIMEOUT_MS;
	p->out->request = r;
	p->out->verdict = STEP_SEND;
	p->out->commit_like = false;
	progress_ask(p, "bytes", "0");
}

static void ask_finish(struct progress *p, const struct json *m)
{
	const struct post *post = p->in->post;
	const char *text = facebook_message(p->arena, post);
	struct http_request *r = call(p);

	http_form(r, "upload_phase", "finish");
	if (is_reel(p)) {
		http_form(r, "video_id", json_str(m, "video"));
		http_form(r, "video_state", "PUBLISHED");
	} else {
		http_form(r, "upload_session_id", json_str(m, "session"));
	}
	if (text[0] != '\0')
		http_form(r, "description", text);
	if (post->title != NULL && post->title[0] != '\0')
		http_form(r, "title", post->title);
	progress_commit(p, "finish");
}

void facebook_video_next(struct progress *p)
{
	const struct json *m = medium(p);
	int64_t at = json_int(m, "at", -1), end = json_int(m, "end", -1), size = file_of(p)->bytes;
	bool reel = is_reel(p), known = json_str(m, "video") != NULL;

	/* What was begun in the other way cannot be gone on with. */
	if (known && !(reel ? json_str(m, "url") != NULL : json_str(m, "session") != NULL))
		known = false;
	if (!known)
		ask_start(p);
	else if (json_bool(m, "whole", false))
		ask_finish(p, m);
	else if (reel && (p->in->rehearsal || may_send_to(p, json_str(m, "url"))))
		ask_bytes(p, m);
	else if (!reel && at >= 0 && at < size && end > at && end <= size &&
		 end - at <= PIECE_BYTES_MAX)
		ask_transfer(p, m, at, end);
	else if (!reel && at >= 0 && at < size)
		ask_transfer(p, m, at, size - at < PIECE_BYTES_MAX ? size : at + PIECE_BYTES_MAX);
	else
		ask_start(p);
}

static bool fail_upload(struct progress *p)
{
	graph_fail(&facebook_graph, p->in, p->out, false);
	if (p->out->error.code == E_REJECTED)
		p->out->error.code = E_MEDIA;
	return false;
}

/* Offsets come as text. */
static int64_t offset_in(const struct json *j, const char *name)
{
	const char *s = json_text_of(json_get(j, name));

	if (s == NULL || s[0] == '\0' || strlen(s) > 15 || strspn(s, "0123456789") != strlen(s))
		return -1;
	return strtoll(s, NULL, 10);
}

bool facebook_take_start(struct progress *p)
{
	struct json *j, *m;
	const char *id, *session, *url;
	bool reel = is_reel(p), ok;
	int64_t at;

	if (!adapter_ok(p->in->response))
		return fail_upload(p);
	j = adapter_object(p->in->response);
	id = graph_id(p->arena, j, "video_id");
	session = adapter_id(p->arena, j, "upload_session_id");
	url = arena_strdup(p->arena, json_str(j, "upload_url"));
	at = offset_in(j, "start_offset") > 0 ? offset_in(j, "start_offset") : 0;
	/* An upload that begins behind the file's end would be begun again and again. */
	ok = id != NULL && p->in->post->n_media > 0 &&
	     (reel ? may_send_to(p, url) : session != NULL && at < file_of(p)->bytes);
	if (ok) {
		m = progress_medium_new(p, 0);
		json_set_str(m, "video", id);
		json_set_str(m, "session", session);
		json_set_str(m, "url", reel ? url : NULL);
		json_set_int(m, "at", at);
		json_set_int(m, "end", offset_in(j, "end_offset"));
	} else {
		judge_odd(p->in, p->out, false, "place for the video");
	}
	json_free(&j);
	return ok;
}

bool facebook_take_transfer(struct progress *p)
{
	struct json *j, *m = medium(p);
	int64_t at, end, pieces = json_int(m, "pieces", 0) + 1;
	bool ok;

	if (!adapter_ok(p->in->response))
		return fail_upload(p);
	j = adapter_object(p->in->response);
	at = offset_in(j, "start_offset");
	end = offset_in(j, "end_offset");
	/* It goes forward, or it goes nowhere; and not by single bytes. */
	ok = m != NULL && at > json_int(m, "at", 0) && pieces < PIECES_MAX;
	if (ok) {
		json_set_int(m, "pieces", pieces);
		json_set_int(m, "at", at);
		json_set_int(m, "end", end);
		json_set_bool(m, "whole", at >= file_of(p)->bytes || at == end);
	} else {
		judge_odd(p->in, p->out, false, "place of the next piece");
	}
	json_free(&j);
	return ok;
}

bool facebook_take_bytes(struct progress *p)
{
	struct json *j, *m = medium(p);
	bool ok;

	if (!adapter_ok(p->in->response))
		return fail_upload(p);
	j = adapter_object(p->in->response);
	ok = m != NULL && json_bool(j, "success", false);
	if (ok)
		json_set_bool(m, "whole", true);
	else
		judge_odd(p->in, p->out, false, "word that the video is there");
	json_free(&j);
	return ok;
}

bool facebook_take_finish(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = graph_id(p->arena, j, "post_id");
	bool success = json_bool(j, "success", false);

	json_free(&j);
	if (!adapter_ok(p->in->response)) {
		graph_fail(&facebook_graph, p->in, p->out, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
		return false;
	}
	if (id == NULL && success)
		id = json_str(medium(p), "video");
	if (!graph_is_id(id)) {
		judge_odd(p->in, p->out, true, "id of the post");
		return false;
	}
	json_set_bool(p->state, "sent", false);
	json_set_str(p->state, "id", arena_strdup(p->arena, id));
	return true;
}

bool facebook_pretend_start(struct progress *p)
{
	struct json *m = progress_medium_new(p, 0);

	json_set_str(m, "video", "<id of the video>");
	json_set_str(m, "session", "<session>");
	json_set_str(m, "url", "https://rupload.facebook.com/video-upload/<id of the video>");
	json_set_int(m, "at", 0);
	return true;
}

bool facebook_pretend_bytes(struct progress *p)
{
	struct json *m = medium(p);

	if (m != NULL)
		json_set_bool(m, "whole", true);
	return true;
}
