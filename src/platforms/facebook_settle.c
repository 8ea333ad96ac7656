/* platforms/facebook_settle.c - is an unclear post on the page, and taking one down.
 *
 * The page's published posts since shortly before the attempt are read. A post with photos is known by their ids, which no
 * other post can have; one without by its text. A video is asked for by its id. Not found proves nothing: a person
 * decides. */
#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/facebook.h"
#include "platforms/fold.h"

/* How much older than the attempt a post may seem, by clocks that differ. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)

static void done(struct step_out *out, const char *id)
{
	out->verdict = STEP_DONE;
	out->remote_id = arena_strdup(out->arena, id);
	out->remote_url = graph_is_id(id) ? facebook_url(out->arena, id) : NULL;
}

/* What the state remembers of a file: one of its members; NULL. */
static const char *known_of(const struct step_in *in, struct arena *a, size_t i, const char *member)
{
	const char *place = arena_printf(a, "%zu:%s", i, in->post->media[i].sha256);

	return json_str(json_get(json_get(in->state, "media"), place), member);
}

static void plain_form(struct strbuf *out, const char *s)
{
	struct strbuf b;

	strbuf_init(&b, 2 * JSON_BYTES_MAX);
	text_nfc(&b, s, strlen(s));
	fold_text(out, b.data, b.len);
	fold_end(out);
	strbuf_free(&b);
}

static bool same_text(const char *a, const char *b)
{
	struct strbuf x, y;
	bool same;

	strbuf_init(&x, 2 * JSON_BYTES_MAX);
	strbuf_init(&y, 2 * JSON_BYTES_MAX);
	plain_form(&x, a != NULL ? a : "");
	plain_form(&y, b);
	same = strcmp(x.data, y.data) == 0;
	strbuf_free(&x);
	strbuf_free(&y);
	return same;
}

/* Is the photo with this id among what a listed post shows? */
static bool shows(const struct json *attachments, const char *photo, int depth)
{
	for (const struct json *one = json_first(json_get(attachments, "data")); one != NULL;
	     one = json_next(one)) {
		const char *id = json_text_of(json_get(json_get(one, "target"), "id"));

		if (id != NULL && strcmp(id, photo) == 0)
			return true;
		if (depth > 0 && shows(json_get(one, "subattachments"), photo, depth - 1))
			return true;
	}
	return false;
}

static bool is_ours(const struct step_in *in, struct arena *a, const struct json *listed)
{
	const char *link = in->post->link;
	int64_t at = graph_time(json_str(listed, "created_time"));

	if (at < in->key_time_ms - CLOCK_SLACK_MS)
		return false;
	for (size_t i = 0; i < in->post->n_media; i++) {
		const char *photo = known_of(in, a, i, "id");

		if (photo != NULL && shows(json_get(listed, "attachments"), photo, 2))
			return true;
	}
	if (in->post->n_media > 0)
		return false;
	/* A link without words is known by nothing that the list says for certain. */
	if (!adapter_has_text(in->post->text) && link != NULL)
		return false;
	return same_text(json_str(listed, "message"), facebook_message(a, in->post));
}

static void ask_list(const struct step_in *in, struct step_out *out)
{
	struct http_request *r = facebook_call_page(in, out, HTTP_GET, "published_posts");

	http_query(r, "fields",
		   "id,message,created_time,attachments{target,subattachments{target}}");
	http_query(r, "since",
		   arena_printf(out->arena, "%lld",
				(long long)((in->key_time_ms - CLOCK_SLACK_MS) / 1000)));
	http_query(r, "limit", "100");
}

static void take_list(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *data = json_get(j, "data");

	if (!json_is_array(data)) {
		judge_odd(in, out, false, "list of posts");
	} else {
		out->verdict = STEP_ABSENT;
		for (const struct json *p = json_first(data); p != NULL; p = json_next(p)) {
			const char *id = graph_id(out->arena, p, "id");

			if (id != NULL && is_ours(in, out->arena, p)) {
				done(out, id);
				break;
			}
		}
	}
	json_free(&j);
}

static void ask_video(const struct step_in *in, struct step_out *out, const char *video)
{
	struct http_request *r = graph_call(&facebook_graph, in, out, HTTP_GET, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, video);
	http_query(r, "fields", "id,published,status");
}

static void take_video(const struct step_in *in, struct step_out *out, const char *video)
{
	struct json *j = adapter_object(in->response);
	const struct json *published = json_get(j, "published");
	const char *phase = json_str(json_at(j, "status.publishing_phase"), "status");

	if (json_bool(j, "published", false) || (phase != NULL && strcmp(phase, "complete") == 0))
		done(out, video);
	else if (published != NULL || phase != NULL)
		out->verdict = STEP_ABSENT;
	else
		out->verdict = STEP_UNDECIDED;
	json_free(&j);
}

void facebook_settle(const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id"), *video = NULL;

	if (facebook_video_of(in->post) != NULL)
		video = known_of(in, out->arena, 0, "video");
	if (graph_is_id(id)) {
		/* It was answered; only what came after it is unclear. */
		done(out, id);
	} else if (facebook_video_of(in->post) != NULL && !graph_is_id(video)) {
		out->verdict = STEP_UNDECIDED;
	} else if (in->response == NULL && video != NULL) {
		ask_video(in, out, video);
	} else if (in->response == NULL) {
		ask_list(in, out);
	} else if (adapter_ok(in->response) && video != NULL) {
		take_video(in, out, video);
	} else if (adapter_ok(in->response)) {
		take_list(in, out);
	} else {
		graph_fail(&facebook_graph, in, out, false);
		if (out->error.code == E_SCOPE_MISSING || out->error.code == E_NOT_FOUND)
			out->verdict = STEP_UNDECIDED;
		else if (out->error_class == CLASS_PERMANENT && out->error.code != E_CONFIG)
			out->error_class = CLASS_TRANSIENT;
	}
}

void facebook_takedown(const struct step_in *in, struct step_out *out)
{
	struct http_request *r;
	struct json *j;

	if (in->response == NULL && !graph_is_id(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		r = graph_call(&facebook_graph, in, out, HTTP_DELETE, SLOT_ACCESS);
		http_url(r, "/");
		http_url_escaped(r, in->remote_id);
	} else if (adapter_ok(in->response)) {
		j = adapter_object(in->response);
		if (json_bool(j, "success", false))
			out->verdict = STEP_DONE;
		else
			judge_odd(in, out, false, "word that it is deleted");
		json_free(&j);
	} else {
		graph_fail(&facebook_graph, in, out, false);
	}
}
