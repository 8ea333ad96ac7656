/* platforms/bluesky_post.c - a post's way out.
 *
 *   resolve (each mention's handle) -> upload (each file) -> create -> done
 *
 * A video may go to a service of its own instead (bluesky_video.c).
 *
 * What has been learned stands in the state: `dids` (handle -> DID, or null where there is no such account) and
 * `blobs` (sha256 -> blob), `jobs` (a video's sha256 -> what the service calls its work), so each is asked for once, a crash resumes at the first that is missing, and an edit of
 * the post uses what still fits. `ask` names the request that is under way.
 *
 * The commit-like request is createRecord under our own record key, not putRecord. Both are safe to resend: on a
 * key that is taken createRecord answers an error (a 500 today) and getRecord then shows the post. putRecord would
 * spare that one read, but on a server that does not know swapRecord:null it overwrites, with OAuth it needs
 * a permission more, and servers differ in what they answer when the record is there. So no answer to
 * createRecord that is not clearly a refusal counts as one: it is unknown until the key was looked up. */
#include "platforms/bluesky.h"

#include <string.h>

#include "platforms/adapter.h"
#include "platforms/tid.h"

#define BLOB_BYTES_MAX 1024

#define ASK_RESOLVE "resolve"
#define ASK_UPLOAD "upload"
#define ASK_CREATE "create"

static struct json *copied_object(const struct json *j)
{
	return json_is_object(j) ? json_copy(j) : json_new_object();
}

static void progress_open(struct bluesky_way *p, const struct step_in *in)
{
	const char *ask = json_str(in->state, "ask"), *what = json_str(in->state, "what");

	p->ask = ask != NULL ? ask : "";
	p->what = what != NULL ? what : "";
	p->dids = copied_object(json_get(in->state, "dids"));
	p->blobs = copied_object(json_get(in->state, "blobs"));
	p->jobs = copied_object(json_get(in->state, "jobs"));
	p->polls = json_int(in->state, "polls", 0) > 0 ? json_int(in->state, "polls", 0) : 0;
}

void bluesky_keep(struct bluesky_way *p, struct step_out *out, const char *ask, const char *what)
{
	struct json *state = json_new_object();

	json_set_str(state, "ask", ask);
	json_set_str(state, "what", what);
	json_set(state, "dids", p->dids);
	json_set(state, "blobs", p->blobs);
	json_set(state, "jobs", p->jobs);
	json_set_int(state, "polls", p->polls);
	p->dids = p->blobs = p->jobs = NULL;
	json_free(&out->state);
	out->state = state;
}

static void progress_close(struct bluesky_way *p)
{
	json_free(&p->dids);
	json_free(&p->blobs);
	json_free(&p->jobs);
}

static const char *record_key(const struct step_in *in)
{
	return in->key == NULL && in->rehearsal ? "<record key>" : in->key;
}

static void ask_create(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	struct json *body = json_new_object();
	struct http_request *r;

	json_set_str(body, "repo", bluesky_account(in));
	json_set_str(body, "collection", BLUESKY_POSTS);
	json_set_str(body, "rkey", record_key(in));
	json_set(body, "record", bluesky_record(in, out->arena, p->dids, p->blobs));
	r = bluesky_call(in, out, HTTP_POST, "com.atproto.repo.createRecord");
	http_bearer(r, SLOT_ACCESS);
	http_body_json(r, body);
	json_free(&body);
	out->commit_like = true;
	bluesky_keep(p, out, ASK_CREATE, "");
}

/* The steps before it */

static void ask_resolve(const struct step_in *in, struct step_out *out, struct bluesky_way *p,
			const char *handle)
{
	struct http_request *r = bluesky_call(in, out, HTTP_GET,
					      "com.atproto.identity.resolveHandle");

	http_query(r, "handle", handle);
	bluesky_keep(p, out, ASK_RESOLVE, handle);
}

static void ask_upload(const struct step_in *in, struct step_out *out, struct bluesky_way *p,
		       const struct media *m)
{
	struct http_request *r = bluesky_call(in, out, HTTP_POST, "com.atproto.repo.uploadBlob");

	http_bearer(r, SLOT_ACCESS);
	http_header(r, "Content-Type", "%s", m->type);
	r->body_file = arena_printf(r->arena, "%s/%s", in->media_dir != NULL ? in->media_dir : ".",
				    m->sha256);
	r->body_file_len = -1;
	r->timeout_ms = adapter_upload_ms(m);
	bluesky_keep(p, out, ASK_UPLOAD, m->sha256);
}

static void ask_file(const struct step_in *in, struct step_out *out, struct bluesky_way *p,
		     const struct media *m)
{
	if (adapter_is_video(m) && bluesky_video_base(in) != NULL)
		bluesky_ask_video(in, out, p, m);
	else
		ask_upload(in, out, p, m);
}

/* The first thing that is still missing. */
static void ask_next(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	const char *handle = bluesky_next_mention(out->arena, in->post, p->dids);

	if (handle != NULL) {
		ask_resolve(in, out, p, handle);
		return;
	}
	for (size_t i = 0; i < in->post->n_media; i++)
		if (json_get(p->blobs, in->post->media[i].sha256) == NULL) {
			ask_file(in, out, p, &in->post->media[i]);
			return;
		}
	ask_create(in, out, p);
}

/* Answers: true when the next request is due, else out says how it ends. */

static bool take_resolve(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	const struct http_response *r = in->response;
	struct json *j = adapter_object(r);
	const char *did = json_str(j, "did");
	bool go_on = true;

	if (bluesky_ok(r) && bluesky_is_did(did)) {
		json_set_str(p->dids, p->what, did);
	} else if (bluesky_ok(r)) {
		bluesky_fail_odd(in, out, BLUESKY_FREE, "DID");
		go_on = false;
	} else if ((r->status == 400 || r->status == 404) && json_str(j, "error") != NULL) {
		/* Nobody has this handle: its mention stays plain text. */
		json_set_null(p->dids, p->what);
	} else {
		bluesky_fail(in, out, BLUESKY_FREE);
		go_on = false;
	}
	json_free(&j);
	return go_on;
}

bool bluesky_is_blob(const struct json *blob)
{
	const char *type = json_str(blob, "$type"), *cid = json_str(json_get(blob, "ref"), "$link");
	struct strbuf b;
	bool ok;

	if (type == NULL || strcmp(type, "blob") != 0 || cid == NULL || cid[0] == '\0')
		return false;
	strbuf_init(&b, BLOB_BYTES_MAX);
	json_write(&b, blob, false);
	ok = !b.overflowed;
	strbuf_free(&b);
	return ok;
}

static const struct media *find_media(const struct post *post, const char *sha256)
{
	for (size_t i = 0; i < post->n_media; i++)
		if (strcmp(post->media[i].sha256, sha256) == 0)
			return &post->media[i];
	return NULL;
}

static bool take_upload(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	const struct media *m = find_media(in->post, p->what);
	struct json *j = adapter_object(in->response);
	const struct json *blob = json_get(j, "blob");
	bool go_on = false;

	if (!bluesky_ok(in->response)) {
		bluesky_fail(in, out, BLUESKY_FREE);
		if (out->error.code == E_REJECTED)
			out->error.code = E_MEDIA;
	} else if (!bluesky_is_blob(blob)) {
		bluesky_fail_odd(in, out, BLUESKY_FREE, "blob");
	} else if (m != NULL && m->bytes > 0 && json_int(blob, "size", m->bytes) != m->bytes) {
		step_fail(out, CLASS_TRANSIENT, E_PROTOCOL, in->response, NULL,
			  "the server took %lld bytes of a file that has %lld",
			  (long long)json_int(blob, "size", 0), (long long)m->bytes);
	} else {
		json_set(p->blobs, p->what, json_copy(blob));
		go_on = true;
	}
	json_free(&j);
	return go_on;
}

static void take_create(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	struct json *j;

	if (bluesky_ok(in->response)) {
		j = adapter_object(in->response);
		if (!bluesky_done(in, out, j))
			bluesky_fail_odd(in, out, BLUESKY_COMMIT, "address of the post");
		json_free(&j);
		return;
	}
	bluesky_fail(in, out, BLUESKY_COMMIT);
	if (out->error_class == CLASS_TRANSIENT &&
	    strcmp(out->error.platform, "BlobNotFound") == 0) {
		/* The server has thrown a file away that waited too long: upload all again. */
		json_free(&p->blobs);
		json_free(&p->jobs);
		p->blobs = json_new_object();
		p->jobs = json_new_object();
		bluesky_keep(p, out, "", "");
	}
}

static bool take_answer(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	if (strcmp(p->ask, ASK_RESOLVE) == 0)
		return take_resolve(in, out, p);
	if (strcmp(p->ask, ASK_UPLOAD) == 0)
		return take_upload(in, out, p);
	if (strcmp(p->ask, BLUESKY_ASK_PERMIT) == 0)
		return bluesky_take_permit(in, out);
	if (strcmp(p->ask, BLUESKY_ASK_VIDEO) == 0 || strcmp(p->ask, BLUESKY_ASK_JOB) == 0)
		return bluesky_take_job(in, out, p);
	if (strcmp(p->ask, ASK_CREATE) == 0)
		take_create(in, out, p);
	else
		step_fail(out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, in->response, NULL,
			  "an answer came to a request that is not remembered");
	return false;
}

/* Rehearsal: what the last request would have told. */
static bool pretend(const struct step_in *in, struct step_out *out, struct bluesky_way *p)
{
	struct json *blob;
	const char *key = record_key(in);

	if (strcmp(p->ask, ASK_CREATE) == 0) {
		out->verdict = STEP_DONE;
		out->remote_id = arena_printf(out->arena, "at://%s/" BLUESKY_POSTS "/%s",
					      bluesky_account(in), key);
		return false;
	}
	if (strcmp(p->ask, ASK_RESOLVE) == 0) {
		json_set_str(p->dids, p->what, arena_printf(out->arena, "<DID of @%s>", p->what));
	} else if (strcmp(p->ask, ASK_UPLOAD) == 0 || strcmp(p->ask, BLUESKY_ASK_VIDEO) == 0) {
		blob = json_set(p->blobs, p->what, json_new_object());
		json_set_str(blob, "$type", "blob");
		json_set_str(json_set(blob, "ref", json_new_object()), "$link",
			     "<as the upload answers>");
	}
	return true;
}

void bluesky_publish(const struct step_in *in, struct step_out *out)
{
	struct bluesky_way p;
	bool go_on = true;

	if (!in->rehearsal && (!tid_is_valid(in->key) || in->conn->account_id == NULL)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL,
			  "the attempt has no record key or no account");
		return;
	}
	progress_open(&p, in);
	if (in->response != NULL)
		go_on = take_answer(in, out, &p);
	else if (in->rehearsal)
		go_on = pretend(in, out, &p);
	/* With the permit that this answer brought the video leaves; it is not stored. */
	if (go_on)
		ask_next(in, out, &p);
	progress_close(&p);
}
