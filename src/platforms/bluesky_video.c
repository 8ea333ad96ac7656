/* platforms/bluesky_video.c - a video's way through Bluesky's video service.
 *
 *   permit (a token for the service, from the account's server) -> video (the file) -> job (asked until it is done)
 *
 * What comes of it is a blob like that of an upload. The permit is a secret: it serves the request that follows at once, and
 * who comes back after a crash asks for another. Servers that are not Bluesky's own are not known to the service: there
 * a video is uploaded as an image is. The configuration may name another service, or none (platform.bluesky.video_base).
 *
 * The service answers a file that it knows with an error that names the work or the blob; both are as good as new. */
#include "platforms/bluesky.h"

#include <string.h>

#include "platforms/adapter.h"

#define VIDEO_BASE "https://video.bsky.app"
#define PERMIT_LIFE_S 1800
#define POLLS_MAX 120
#define POLL_FIRST_MS 1000
#define POLL_MAX_MS 15000

const char *bluesky_video_base(const struct step_in *in)
{
	if (in->video_base != NULL && in->video_base[0] != '\0')
		return strcmp(in->video_base, "none") == 0 ? NULL : in->video_base;
	if (in->api_base != NULL && in->api_base[0] != '\0')
		return NULL;
	return bluesky_is_own(in->conn) ? VIDEO_BASE : NULL;
}

static struct http_request *call(const struct step_in *in, struct step_out *out,
				 enum http_method method, const char *nsid)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s/xrpc/%s", bluesky_video_base(in), nsid);
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

/* The account's server as the service knows it: did:web of its host, a port after %3A. */
static const char *audience(const struct step_in *in, struct arena *a)
{
	const char *base = adapter_base(in, BLUESKY_SERVER), *port;
	char host[256];

	adapter_host(base, host, sizeof(host));
	port = strstr(base, "://");
	port = port != NULL ? port + 3 + strcspn(port + 3, ":/") : "";
	if (*port == ':' && strspn(port + 1, "0123456789") > 0)
		return arena_printf(a, "did:web:%s%%3A%.*s", host,
				    (int)strspn(port + 1, "0123456789"), port + 1);
	return arena_printf(a, "did:web:%s", host);
}

static void ask_permit(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
		       const struct media *m)
{
	struct http_request *r = bluesky_call(in, out, HTTP_GET,
					      "com.atproto.server.getServiceAuth");

	http_bearer(r, SLOT_ACCESS);
	http_query(r, "aud", audience(in, out->arena));
	http_query(r, "lxm", "com.atproto.repo.uploadBlob");
	http_query(
		r, "exp",
		arena_printf(out->arena, "%lld", (long long)(in->now_ms / 1000 + PERMIT_LIFE_S)));
	bluesky_keep(w, out, BLUESKY_ASK_PERMIT, m->sha256);
}

static void ask_video(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
		      const struct media *m)
{
	struct http_request *r = call(in, out, HTTP_POST, "app.bsky.video.uploadVideo");

	http_query(r, "did", bluesky_account(in));
	http_query(r, "name", arena_printf(out->arena, "%.16s.mp4", m->sha256));
	http_bearer(r, SLOT_SERVICE);
	http_header(r, "Content-Type", "%s", m->type);
	r->body_file = arena_strdup(r->arena, adapter_file(out->arena, in, m));
	r->body_file_len = -1;
	r->timeout_ms = adapter_upload_ms(m);
	bluesky_keep(w, out, BLUESKY_ASK_VIDEO, m->sha256);
}

static void ask_job(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
		    const struct media *m, const char *job)
{
	struct http_request *r = call(in, out, HTTP_GET, "app.bsky.video.getJobStatus");

	http_query(r, "jobId", job);
	bluesky_keep(w, out, BLUESKY_ASK_JOB, m->sha256);
}

void bluesky_ask_video(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
		       const struct media *m)
{
	const char *job = arena_strdup(out->arena, json_str(w->jobs, m->sha256));
	bool permitted = strcmp(w->ask, BLUESKY_ASK_PERMIT) == 0 &&
			 (in->response != NULL || in->rehearsal);

	if (job != NULL)
		ask_job(in, out, w, m, job);
	else if (permitted)
		ask_video(in, out, w, m);
	else
		ask_permit(in, out, w, m);
}

bool bluesky_take_permit(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *token = adapter_token(j, "token");

	if (!bluesky_ok(in->response))
		bluesky_fail(in, out, BLUESKY_FREE);
	else if (token == NULL)
		step_fail(out, CLASS_TRANSIENT, E_PROTOCOL, in->response, NULL,
			  "the answer has no token for the video service");
	else
		out->service = arena_strdup(out->arena, token);
	json_free(&j);
	return out->service != NULL;
}

/* The service gives the video up. */
static void take_failure(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
			 const struct json *status)
{
	const char *words = json_str(status, "message"), *name = json_str(status, "error");

	step_fail(out, CLASS_PERMANENT, E_MEDIA, in->response, name,
		  "the video service cannot use the file: %.400s",
		  words != NULL && words[0] != '\0' ? words
		  : name != NULL                    ? name
						    : "it gives no reason");
	json_set_null(w->jobs, w->what);
	w->polls = 0;
	bluesky_keep(w, out, "", "");
}

static bool wait_more(const struct step_in *in, struct step_out *out, struct bluesky_way *w)
{
	int64_t wait = (int64_t)POLL_FIRST_MS << (w->polls < 4 ? w->polls : 4);

	if (w->polls >= POLLS_MAX) {
		w->polls = 0;
		step_fail(out, CLASS_TRANSIENT, E_TIMEOUT, in->response, NULL,
			  "the video service has not finished with the file");
	} else {
		w->polls++;
		out->verdict = STEP_WAIT;
		out->at = in->now_ms + (wait < POLL_MAX_MS ? wait : POLL_MAX_MS);
	}
	bluesky_keep(w, out, "", "");
	return false;
}

/* The status may stand in "jobStatus" or be the answer itself. */
static bool take_status(const struct step_in *in, struct step_out *out, struct bluesky_way *w,
			const struct json *status)
{
	const char *id = json_str(status, "jobId"), *state = json_str(status, "state");

	if (bluesky_is_blob(json_get(status, "blob"))) {
		json_set(w->blobs, w->what, json_copy(json_get(status, "blob")));
		w->polls = 0;
		return true;
	}
	if (state != NULL && strcmp(state, "JOB_STATE_FAILED") == 0) {
		take_failure(in, out, w, status);
		return false;
	}
	if (id == NULL || id[0] == '\0' || strlen(id) > 256) {
		if (bluesky_ok(in->response))
			bluesky_fail_odd(in, out, BLUESKY_FREE, "number of the work on the video");
		else
			bluesky_fail(in, out, BLUESKY_FREE);
		if (out->error.code == E_REJECTED)
			out->error.code = E_MEDIA;
		return false;
	}
	json_set_str(w->jobs, w->what, id);
	return strcmp(w->ask, BLUESKY_ASK_VIDEO) == 0 || wait_more(in, out, w);
}

bool bluesky_take_job(const struct step_in *in, struct step_out *out, struct bluesky_way *w)
{
	struct json *j = adapter_object(in->response);
	const struct json *status = json_is_object(json_get(j, "jobStatus"))
					    ? json_get(j, "jobStatus")
					    : j;
	bool known = strcmp(w->ask, BLUESKY_ASK_VIDEO) == 0 && in->response->status == 409;
	bool go_on = false;

	if (bluesky_ok(in->response) || known) {
		go_on = take_status(in, out, w, status);
	} else {
		bluesky_fail(in, out, BLUESKY_FREE);
		if (out->error.code == E_REJECTED)
			out->error.code = E_MEDIA;
		/* A work that the service does not know (any more): the next try sends the file again. */
		if (strcmp(w->ask, BLUESKY_ASK_JOB) == 0 && out->error_class == CLASS_PERMANENT) {
			out->error_class = CLASS_TRANSIENT;
			out->error.code = E_PLATFORM;
			json_set_null(w->jobs, w->what);
			bluesky_keep(w, out, "", "");
		}
	}
	json_free(&j);
	return go_on;
}
