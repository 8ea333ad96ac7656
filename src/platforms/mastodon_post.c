/* platforms/mastodon_post.c - a post's way out.
 *
 *   mark -> upload and poll (each file) -> create -> done
 *
 * The mark is the account's newest post before ours: settling by listing then looks only at what came after it.
 * The state remembers it with the key for which it was made (`since`, `marked`), and the media (`media`: place, sha256 ->
 * id, alt text, ready). A media id serves one post only, and its alt text went with the upload, so a place whose file
 * or alt text was edited is uploaded anew.
 *
 * The commit-like request carries the attempt's key. Mastodon answers a repeat within the hour with the same post; whether
 * that can be relied on is the settling's question (mastodon_settle.c), not this one's. */
#include "platforms/mastodon.h"

#include <string.h>

#include "platforms/adapter.h"

#define ASK_MARK "mark"
#define ASK_UPLOAD "upload"
#define ASK_POLL "poll"
#define ASK_WAIT "wait"
#define ASK_CREATE "create"

#define POLLS_MAX 30
#define POLL_FIRST_MS 1000
#define POLL_MAX_MS 15000

struct progress {
	const char *ask, *what;
	const char *since, *marked; /* NULL: no mark yet */
	bool old_media;             /* the server has /api/v1/media only */
	int64_t polls;
	struct json *media;
};

static void progress_open(struct progress *p, const struct step_in *in)
{
	const struct json *s = in->state, *media = json_get(s, "media");

	*p = (struct progress){
		.ask = json_str(s, "ask") != NULL ? json_str(s, "ask") : "",
		.what = json_str(s, "what") != NULL ? json_str(s, "what") : "",
		.since = json_str(s, "since"),
		.marked = json_str(s, "marked"),
		.old_media = json_bool(s, "old_media", false),
		.polls = json_int(s, "polls", 0) > 0 ? json_int(s, "polls", 0) : 0,
		.media = json_is_object(media) ? json_copy(media) : json_new_object(),
	};
}

static void progress_store(struct progress *p, struct step_out *out, const char *ask,
			   const char *what)
{
	struct json *state = json_new_object();

	json_set_str(state, "ask", ask);
	json_set_str(state, "what", what);
	json_set_str(state, "since", p->since);
	json_set_str(state, "marked", p->marked);
	json_set_bool(state, "old_media", p->old_media);
	json_set_int(state, "polls", p->polls);
	json_set(state, "media", p->media);
	p->media = NULL;
	json_free(&out->state);
	out->state = state;
}

static const char *attempt_key(const struct step_in *in)
{
	if (in->key != NULL && in->key[0] != '\0')
		return in->key;
	return in->rehearsal ? "<idempotency key>" : "";
}

/* The name under which a place's media stands in the state. */
static const char *place_name(struct arena *a, const struct post *post, size_t i)
{
	return arena_printf(a, "%zu:%s", i, post->media[i].sha256);
}

static const char *alt_of(const struct media *m)
{
	return m->alt != NULL ? m->alt : "";
}

/* The media of a place as far as it is known and still fits; NULL if it must be uploaded. */
static const struct json *known_media(const struct progress *p, const struct step_in *in,
				      const char *place, size_t i)
{
	const struct json *m = json_get(p->media, place);
	const char *alt = json_str(m, "alt");

	if (json_str(m, "id") == NULL || alt == NULL ||
	    strcmp(alt, alt_of(&in->post->media[i])) != 0)
		return NULL;
	return m;
}

/* Requests */

static void ask_mark(const struct step_in *in, struct step_out *out, struct progress *p)
{
	if (!mastodon_call(in, out, HTTP_GET, "/api/v1/accounts/", true))
		return;
	http_url_escaped(out->request, in->conn->account_id);
	http_url(out->request, "/statuses");
	http_query(out->request, "limit", "1");
	http_query(out->request, "exclude_reblogs", "true");
	progress_store(p, out, ASK_MARK, "");
}

static void add_focus(const struct step_in *in, struct http_request *r, size_t i)
{
	struct mastodon_options options;

	mastodon_options_read(r->arena, in->post, &options);
	if (i < options.n_focus && i < COUNT_OF(options.focus))
		adapter_text_part(r, "focus", options.focus[i]);
}

static void ask_upload(const struct step_in *in, struct step_out *out, struct progress *p,
		       const char *place, size_t i)
{
	const struct media *m = &in->post->media[i];
	struct http_request *r;
	struct http_part *part;

	if (!mastodon_call(in, out, HTTP_POST, p->old_media ? "/api/v1/media" : "/api/v2/media",
			   true))
		return;
	r = out->request;
	part = http_part_add(r, "file");
	part->filename = adapter_file_name(r->arena, m, i);
	part->type = arena_strdup(r->arena, m->type);
	part->file = arena_printf(r->arena, "%s/%s", in->media_dir != NULL ? in->media_dir : ".",
				  m->sha256);
	if (alt_of(m)[0] != '\0') {
		part = http_part_add(r, "description");
		part->len = strlen(m->alt);
		part->bytes = arena_strdup(r->arena, m->alt);
	}
	add_focus(in, r, i);
	r->timeout_ms = adapter_upload_ms(m);
	progress_store(p, out, ASK_UPLOAD, place);
}

static void ask_poll(const struct step_in *in, struct step_out *out, struct progress *p,
		     const char *place)
{
	const char *id = json_str(json_get(p->media, place), "id");

	if (!mastodon_call(in, out, HTTP_GET, "/api/v1/media/", true))
		return;
	http_url_escaped(out->request, id);
	progress_store(p, out, ASK_POLL, place);
}

static void set_poll(struct json *body, const struct mastodon_options *o)
{
	struct json *poll, *choices;

	if (o->n_choices == 0)
		return;
	poll = json_set(body, "poll", json_new_object());
	choices = json_set(poll, "options", json_new_array());
	for (size_t i = 0; i < o->n_choices && i < COUNT_OF(o->choices); i++)
		json_add_str(choices, o->choices[i]);
	json_set_int(poll, "expires_in", o->poll_minutes * 60);
	if (o->poll_multiple)
		json_set_bool(poll, "multiple", true);
	if (o->poll_hide_totals)
		json_set_bool(poll, "hide_totals", true);
}

static void ask_create(const struct step_in *in, struct step_out *out, struct progress *p)
{
	const struct post *post = in->post;
	struct mastodon_options options;
	struct json *body, *ids;

	if (!mastodon_call(in, out, HTTP_POST, "/api/v1/statuses", true))
		return;
	mastodon_options_read(out->arena, post, &options);
	body = json_new_object();
	json_set_str(body, "status", adapter_text(out->arena, post));
	if (post->n_media > 0) {
		ids = json_set(body, "media_ids", json_new_array());
		for (size_t i = 0; i < post->n_media; i++)
			json_add_str(ids,
				     json_str(json_get(p->media, place_name(out->arena, post, i)),
					      "id"));
	}
	if (in->answered != NULL)
		json_set_str(body, "in_reply_to_id", in->answered->parent_id);
	set_poll(body, &options);
	if (options.warning != NULL)
		json_set_str(body, "spoiler_text", options.warning);
	if (options.sensitive)
		json_set_bool(body, "sensitive", true);
	if (post->visibility != NULL && post->visibility[0] != '\0')
		json_set_str(body, "visibility", post->visibility);
	if (post->language != NULL && post->language[0] != '\0')
		json_set_str(body, "language", post->language);
	http_header(out->request, "Idempotency-Key", "%s", attempt_key(in));
	http_body_json(out->request, body);
	json_free(&body);
	out->commit_like = true;
	progress_store(p, out, ASK_CREATE, "");
}

static void ask_next(const struct step_in *in, struct step_out *out, struct progress *p)
{
	bool marked = p->marked != NULL && strcmp(p->marked, attempt_key(in)) == 0;

	if (!marked && in->conn->account_id != NULL) {
		ask_mark(in, out, p);
		return;
	}
	for (size_t i = 0; i < in->post->n_media; i++) {
		const char *place = place_name(out->arena, in->post, i);
		const struct json *m = known_media(p, in, place, i);

		if (m == NULL) {
			ask_upload(in, out, p, place, i);
			return;
		}
		if (!json_bool(m, "ready", false)) {
			ask_poll(in, out, p, place);
			return;
		}
	}
	ask_create(in, out, p);
}

/* Answers: true when the next request is due, else out says how it ends. */

/* Without a mark the post goes out all the same; only settling is the poorer for it. */
static bool take_mark(const struct step_in *in, struct step_out *out, struct progress *p)
{
	const struct http_response *r = in->response;
	struct json *list = NULL;

	p->since = NULL;
	p->marked = attempt_key(in);
	if (mastodon_ok(r)) {
		if (json_parse(r->body, r->len, JSON_BYTES_MAX, &list, NULL) == OK &&
		    json_is_array(list)) {
			p->since = json_len(list) > 0 ? mastodon_id(out->arena, json_first(list))
						      : "";
		}
		json_free(&list);
		return true;
	}
	mastodon_fail(in, out, MASTODON_FREE);
	if (r->status >= 500 || out->error_class == CLASS_RATE_LIMITED ||
	    (out->error_class == CLASS_AUTH && out->error.code != E_SCOPE_MISSING))
		return false;
	out->error = (struct err_info){0};
	out->error_class = CLASS_NONE;
	out->at = 0;
	return true;
}

static size_t place_index(const struct step_in *in, const char *place)
{
	size_t i = 0;

	for (; *place >= '0' && *place <= '9' && i < in->post->n_media; place++)
		i = i * 10 + (size_t)(*place - '0');
	return i;
}

static bool take_upload(const struct step_in *in, struct step_out *out, struct progress *p)
{
	const struct http_response *r = in->response;
	size_t i = place_index(in, p->what);
	struct json *j = adapter_object(r), *m;
	const char *id = mastodon_id(out->arena, j);
	bool go_on = false;

	if (mastodon_ok(r) && id != NULL && i < in->post->n_media) {
		m = json_set(p->media, p->what, json_new_object());
		json_set_str(m, "id", id);
		json_set_str(m, "alt", alt_of(&in->post->media[i]));
		json_set_bool(m, "ready", r->status != 202);
		p->polls = 0;
		go_on = true;
	} else if (mastodon_ok(r)) {
		mastodon_fail_odd(in, out, MASTODON_FREE, "id of the file");
	} else if (!p->old_media && (r->status == 404 || r->status == 405)) {
		/* A server from before asynchronous media. */
		p->old_media = true;
		go_on = true;
	} else {
		mastodon_fail(in, out, MASTODON_FREE);
		if (out->error.code == E_REJECTED)
			out->error.code = E_MEDIA;
	}
	json_free(&j);
	return go_on;
}

static void forget_media(struct step_out *out, struct progress *p)
{
	json_free(&p->media);
	p->media = json_new_object();
	progress_store(p, out, "", "");
}

static bool wait_more(const struct step_in *in, struct step_out *out, struct progress *p)
{
	int64_t wait = POLL_FIRST_MS << (p->polls < 4 ? p->polls : 4);

	if (p->polls >= POLLS_MAX) {
		step_fail(out, CLASS_TRANSIENT, E_TIMEOUT, in->response, NULL,
			  "the server has not finished with the file");
		p->polls = 0;
		progress_store(p, out, "", "");
		return false;
	}
	p->polls++;
	out->verdict = STEP_WAIT;
	out->at = in->now_ms + (wait < POLL_MAX_MS ? wait : POLL_MAX_MS);
	progress_store(p, out, ASK_WAIT, p->what);
	return false;
}

static bool take_poll(const struct step_in *in, struct step_out *out, struct progress *p)
{
	const struct http_response *r = in->response;
	struct json *m, *done;

	if (r->status == 206)
		return wait_more(in, out, p);
	if (mastodon_ok(r)) {
		const struct json *known = json_get(p->media, p->what);

		m = json_is_object(known) ? json_copy(known) : json_new_object();
		json_set_bool(m, "ready", true);
		done = json_set(p->media, p->what, m);
		if (json_str(done, "id") != NULL)
			return true;
		mastodon_fail_odd(in, out, MASTODON_FREE, "file that is remembered");
		forget_media(out, p);
		return false;
	}
	mastodon_fail(in, out, MASTODON_FREE);
	if (r->status == 404 && out->error_class == CLASS_PERMANENT) {
		/* Thrown away, or taken by another post: upload again with the next try. */
		out->error_class = CLASS_TRANSIENT;
		out->error.code = E_PLATFORM;
		forget_media(out, p);
	} else if (out->error.code == E_REJECTED) {
		out->error.code = E_MEDIA;
	}
	return false;
}

static void take_create(const struct step_in *in, struct step_out *out, struct progress *p)
{
	const struct http_response *r = in->response;
	struct json *j;

	if (mastodon_ok(r)) {
		j = adapter_object(r);
		if (!mastodon_done(out, j))
			mastodon_fail_odd(in, out, MASTODON_COMMIT, "id of the post");
		json_free(&j);
		return;
	}
	mastodon_fail(in, out, MASTODON_COMMIT);
	/* No media of ours by that id, or it was attached already: upload again with the next try. */
	if (out->error_class == CLASS_PERMANENT && in->post->n_media > 0 &&
	    (r->status == 404 || r->status == 422) &&
	    (mastodon_says(out, "could not be found") || mastodon_says(out, "not found") ||
	     mastodon_says(out, "media_ids"))) {
		out->error_class = CLASS_TRANSIENT;
		out->error.code = E_PLATFORM;
		forget_media(out, p);
	}
}

static bool take_answer(const struct step_in *in, struct step_out *out, struct progress *p)
{
	if (strcmp(p->ask, ASK_MARK) == 0)
		return take_mark(in, out, p);
	if (strcmp(p->ask, ASK_UPLOAD) == 0)
		return take_upload(in, out, p);
	if (strcmp(p->ask, ASK_POLL) == 0)
		return take_poll(in, out, p);
	if (strcmp(p->ask, ASK_CREATE) == 0)
		take_create(in, out, p);
	else
		step_fail(out, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, in->response, NULL,
			  "an answer came to a request that is not remembered");
	return false;
}

/* Rehearsal: what the last request would have told. */
static bool pretend(const struct step_in *in, struct step_out *out, struct progress *p)
{
	size_t i = place_index(in, p->what);
	struct json *m;

	if (strcmp(p->ask, ASK_MARK) == 0) {
		p->since = "<newest post>";
		p->marked = attempt_key(in);
	} else if (strcmp(p->ask, ASK_UPLOAD) == 0 && i < in->post->n_media) {
		m = json_set(p->media, p->what, json_new_object());
		json_set_str(m, "id", arena_printf(out->arena, "<id of file %zu>", i + 1));
		json_set_str(m, "alt", alt_of(&in->post->media[i]));
		json_set_bool(m, "ready", true);
	} else if (strcmp(p->ask, ASK_CREATE) == 0) {
		out->verdict = STEP_DONE;
		out->remote_id = "<id of the post>";
		return false;
	}
	return true;
}

void mastodon_publish(const struct step_in *in, struct step_out *out)
{
	struct progress p;
	bool go_on = true;

	if (attempt_key(in)[0] == '\0') {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the attempt has no key");
		return;
	}
	progress_open(&p, in);
	if (in->response != NULL)
		go_on = take_answer(in, out, &p);
	else if (in->rehearsal)
		go_on = pretend(in, out, &p);
	if (go_on)
		ask_next(in, out, &p);
	json_free(&p.media);
}
