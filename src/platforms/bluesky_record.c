/* platforms/bluesky_record.c - the record that a post becomes: text, languages, facets, one embed.
 *
 * Built from its arguments only and in a fixed order, so that the same inputs give the same bytes. Facets count in
 * bytes of the text, which goes out exactly as it was written. */
#include "platforms/bluesky.h"

#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/richtext.h"

#define TAG_GRAPHEMES_MAX 64
#define TAG_BYTES_MAX 640
#define SPANS (SPAN_LINK | SPAN_HANDLE | SPAN_TAG)

static const char *lower_handle(struct arena *a, const char *s, size_t n)
{
	char *handle = arena_strndup(a, s, n);

	for (char *c = handle; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return handle;
}

/* What a span becomes; NULL: it stays plain text. */
static struct json *make_feature(struct arena *a, const struct json *dids, const char *text,
				 const struct text_span *span)
{
	const char *s = text + span->start;
	size_t n = span->end - span->start, sign;
	const char *did;
	struct json *f;
	uint32_t cp;

	sign = text_decode(s, n, &cp);
	did = span->kind == SPAN_HANDLE ? json_str(dids, lower_handle(a, s + 1, n - 1)) : NULL;
	if (span->kind == SPAN_HANDLE && did == NULL)
		return NULL;
	if (span->kind == SPAN_TAG &&
	    (text_graphemes(s + sign, n - sign) > TAG_GRAPHEMES_MAX || n - sign > TAG_BYTES_MAX))
		return NULL;
	f = json_new_object();
	if (span->kind == SPAN_LINK) {
		json_set_str(f, "$type", "app.bsky.richtext.facet#link");
		json_set_str(f, "uri", arena_strndup(a, s, n));
	} else if (span->kind == SPAN_HANDLE) {
		json_set_str(f, "$type", "app.bsky.richtext.facet#mention");
		json_set_str(f, "did", did);
	} else {
		json_set_str(f, "$type", "app.bsky.richtext.facet#tag");
		json_set_str(f, "tag", arena_strndup(a, s + sign, n - sign));
	}
	return f;
}

static void set_facets(struct json *record, struct arena *a, const struct json *dids,
		       const char *text)
{
	struct json *facets = json_new_array();
	struct text_span *spans = NULL;
	size_t n = richtext_find(a, text, strlen(text), SPANS, &spans);

	for (size_t i = 0; i < n; i++) {
		struct json *feature = make_feature(a, dids, text, &spans[i]), *facet, *index;

		if (feature == NULL)
			continue;
		facet = json_add(facets, json_new_object());
		index = json_set(facet, "index", json_new_object());
		json_set_int(index, "byteStart", (int64_t)spans[i].start);
		json_set_int(index, "byteEnd", (int64_t)spans[i].end);
		json_add(json_set(facet, "features", json_new_array()), feature);
	}
	if (json_len(facets) > 0)
		json_set(record, "facets", facets);
	else
		json_free(&facets);
}

static void set_images(struct json *record, const struct post *post, const struct json *blobs)
{
	struct json *embed = json_set(record, "embed", json_new_object()), *images;

	json_set_str(embed, "$type", "app.bsky.embed.images");
	images = json_set(embed, "images", json_new_array());
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		struct json *image = json_add(images, json_new_object()), *ratio;

		json_set_str(image, "alt", m->alt != NULL ? m->alt : "");
		json_set(image, "image", json_copy(json_get(blobs, m->sha256)));
		if (m->width > 0 && m->height > 0) {
			ratio = json_set(image, "aspectRatio", json_new_object());
			json_set_int(ratio, "width", m->width);
			json_set_int(ratio, "height", m->height);
		}
	}
}

static void set_video(struct json *record, const struct media *m, const struct json *blobs)
{
	struct json *embed = json_set(record, "embed", json_new_object()), *ratio;

	json_set_str(embed, "$type", "app.bsky.embed.video");
	json_set(embed, "video", json_copy(json_get(blobs, m->sha256)));
	if (m->alt != NULL && m->alt[0] != '\0')
		json_set_str(embed, "alt", m->alt);
	if (m->width > 0 && m->height > 0) {
		ratio = json_set(embed, "aspectRatio", json_new_object());
		json_set_int(ratio, "width", m->width);
		json_set_int(ratio, "height", m->height);
	}
}

bool bluesky_has_card(const struct post *post)
{
	if (post->link == NULL || post->link[0] == '\0' || post->n_media > 0)
		return false;
	/* A link in the text is shown there; a title asks for the card all the same. */
	return (post->title != NULL && post->title[0] != '\0') || post->text == NULL ||
	       strstr(post->text, post->link) == NULL;
}

static void set_card(struct json *record, const struct post *post)
{
	bool titled = post->title != NULL && post->title[0] != '\0';
	struct json *embed = json_set(record, "embed", json_new_object()), *card;

	json_set_str(embed, "$type", "app.bsky.embed.external");
	card = json_set(embed, "external", json_new_object());
	json_set_str(card, "uri", post->link);
	json_set_str(card, "title", titled ? post->title : post->link);
	json_set_str(card, "description", "");
}

static void set_post(struct json *reply, const char *name, const char *uri, const char *cid)
{
	struct json *post = json_set(reply, name, json_new_object());

	json_set_str(post, "uri", uri);
	json_set_str(post, "cid", cid != NULL ? cid : "<cid>");
}

static void set_reply(struct json *record, const struct answered *to)
{
	struct json *reply = json_set(record, "reply", json_new_object());

	set_post(reply, "root", to->root_id, to->root_version);
	set_post(reply, "parent", to->parent_id, to->parent_version);
}

struct json *bluesky_record(const struct step_in *in, struct arena *a, const struct json *dids,
			    const struct json *blobs)
{
	struct json *record = json_new_object();
	const char *text = in->post->text != NULL ? in->post->text : "";
	const char *language = in->post->language;
	char created_at[WHEN_RFC3339_SIZE];

	when_rfc3339(in->key_time_ms > 0 ? in->key_time_ms : in->now_ms, created_at);
	json_set_str(record, "$type", BLUESKY_POSTS);
	json_set_str(record, "text", text);
	json_set_str(record, "createdAt", created_at);
	if (language != NULL && language[0] != '\0')
		json_add_str(json_set(record, "langs", json_new_array()), language);
	set_facets(record, a, dids, text);
	if (in->answered != NULL)
		set_reply(record, in->answered);
	if (in->post->n_media > 0 && adapter_is_video(&in->post->media[0]))
		set_video(record, &in->post->media[0], blobs);
	else if (in->post->n_media > 0)
		set_images(record, in->post, blobs);
	else if (bluesky_has_card(in->post))
		set_card(record, in->post);
	return record;
}

const char *bluesky_next_mention(struct arena *a, const struct post *post, const struct json *dids)
{
	const char *text = post->text != NULL ? post->text : "";
	struct text_span *spans = NULL;
	size_t n = richtext_find(a, text, strlen(text), SPANS, &spans);

	for (size_t i = 0; i < n; i++) {
		const char *handle;

		if (spans[i].kind != SPAN_HANDLE)
			continue;
		handle = lower_handle(a, text + spans[i].start + 1,
				      spans[i].end - spans[i].start - 1);
		if (json_get(dids, handle) == NULL)
			return handle;
	}
	return NULL;
}
