/* platforms/mastodon_facts.c - what an instance says of itself, kept as {"version", "proper", limits, "read_at"}.
 *
 * /api/v2/instance, else /api/v1/instance of older and smaller servers. Numbers that make no sense are left out, so that
 * the defaults hold. "proper" is Mastodon itself: only there a repeated idempotency key is known to give the
 * same post, for an hour. Others say so in their version ("4.2.0 (compatible; ...)"), have one below 2, or name
 * another source. A wrong "no" costs a person's look; a wrong "yes" could cost a second post. */
#include "platforms/mastodon.h"

#include <stdlib.h>
#include <string.h>

#include "platforms/adapter.h"

#define TEXT_MAX 500
#define MEDIA_MAX 4
#define URL_LENGTH 23
#define IMAGE_BYTES_MAX 16777216
#define PIXELS_MAX 33177600
#define ALT_MAX 1500
#define VIDEO_BYTES_MAX 103809024
/* Mastodon's own; its API does not promise them. */
#define POLL_CHOICES_MAX 4
#define POLL_CHOICE_MAX 50
#define POLL_SECONDS_MIN 300
#define POLL_SECONDS_MAX 2629746
#define TYPES_MAX 64

static bool is_proper(const char *version, const char *source)
{
	const char *dot = version != NULL ? strchr(version, '.') : NULL;
	size_t digits = version != NULL ? strspn(version, "0123456789") : 0;

	if (dot == NULL || digits == 0 || digits > 3 || version + digits != dot ||
	    strtol(version, NULL, 10) < 2 || dot[1] < '0' || dot[1] > '9' ||
	    strpbrk(version, " (;") != NULL)
		return false;
	return source == NULL || strstr(source, "/mastodon") != NULL;
}

/* Copies a number that can be meant. */
static void keep(struct json *facts, const char *name, const struct json *from, const char *member,
		 int64_t max)
{
	int64_t n = json_int(from, member, 0);

	if (n > 0 && n <= max)
		json_set_int(facts, name, n);
}

static void keep_types(struct json *facts, const struct json *types)
{
	struct json *kept = json_new_array();

	for (const struct json *t = json_first(types); t != NULL; t = json_next(t)) {
		const char *type = json_as_str(t);

		if (type != NULL && strlen(type) < 100 && json_len(kept) < TYPES_MAX)
			json_add_str(kept, type);
	}
	if (json_len(kept) > 0)
		json_set(facts, "types", kept);
	else
		json_free(&kept);
}

static struct json *make_facts(const struct json *j, int64_t now_ms)
{
	const struct json *statuses = json_at(j, "configuration.statuses");
	const struct json *media = json_at(j, "configuration.media_attachments");
	const struct json *polls = json_at(j, "configuration.polls");
	const char *version = json_str(j, "version");
	const int64_t text = 10000000, bytes = (int64_t)1 << 40;
	struct json *facts = json_new_object();

	json_set_str(facts, "version", version);
	json_set_bool(facts, "proper", is_proper(version, json_str(j, "source_url")));
	/* Pleroma's older names first; what stands under "configuration" wins. */
	keep(facts, "text_max", j, "max_toot_chars", text);
	keep(facts, "image_bytes_max", j, "upload_limit", bytes);
	keep(facts, "video_bytes_max", j, "upload_limit", bytes);
	keep(facts, "alt_max", j, "description_limit", text);
	keep(facts, "text_max", statuses, "max_characters", text);
	keep(facts, "media_max", statuses, "max_media_attachments", 1000);
	keep(facts, "url_length", statuses, "characters_reserved_per_url", 10000);
	keep(facts, "image_bytes_max", media, "image_size_limit", bytes);
	keep(facts, "pixels_max", media, "image_matrix_limit", bytes);
	keep(facts, "alt_max", media, "description_limit", text);
	keep(facts, "video_bytes_max", media, "video_size_limit", bytes);
	keep(facts, "video_pixels_max", media, "video_matrix_limit", bytes);
	keep(facts, "poll_choices_max", polls, "max_options", 1000);
	keep(facts, "poll_choice_max", polls, "max_characters_per_option", text);
	keep(facts, "poll_seconds_min", polls, "min_expiration", bytes);
	keep(facts, "poll_seconds_max", polls, "max_expiration", bytes);
	keep_types(facts, json_get(media, "supported_mime_types"));
	json_set_int(facts, "read_at", now_ms);
	return facts;
}

static void ask(const struct step_in *in, struct step_out *out, const char *path, const char *name)
{
	if (!mastodon_call(in, out, HTTP_GET, path, false))
		return;
	out->state = json_new_object();
	json_set_str(out->state, "ask", name);
}

void mastodon_facts(const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	const char *asked = json_str(in->state, "ask");
	bool first = asked == NULL || strcmp(asked, "v1") != 0;
	struct json *j;

	if (r == NULL) {
		ask(in, out, "/api/v2/instance", "v2");
		return;
	}
	j = mastodon_ok(r) ? adapter_object(r) : NULL;
	if (json_str(j, "version") != NULL) {
		out->facts = make_facts(j, in->now_ms);
		out->verdict = STEP_DONE;
	} else if (first && r->status != 429 && r->status < 500) {
		ask(in, out, "/api/v1/instance", "v1");
	} else if (mastodon_ok(r)) {
		mastodon_fail_odd(in, out, MASTODON_FREE, "description of the server");
	} else {
		mastodon_fail(in, out, MASTODON_FREE);
	}
	json_free(&j);
}

void mastodon_facts_read(const struct connection *conn, struct mastodon_facts *f)
{
	const char *text = conn != NULL ? conn->facts : NULL;
	struct json *j = NULL;

	if (text != NULL && json_parse(text, strlen(text), JSON_BYTES_MAX, &j, NULL) != OK)
		j = NULL;
	*f = (struct mastodon_facts){
		.known = json_is_object(j),
		.proper = json_bool(j, "proper", false),
		.text_max = json_int(j, "text_max", TEXT_MAX),
		.media_max = json_int(j, "media_max", MEDIA_MAX),
		.url_length = json_int(j, "url_length", URL_LENGTH),
		.image_bytes_max = json_int(j, "image_bytes_max", IMAGE_BYTES_MAX),
		.pixels_max = json_int(j, "pixels_max", PIXELS_MAX),
		.alt_max = json_int(j, "alt_max", ALT_MAX),
		.video_bytes_max = json_int(j, "video_bytes_max", VIDEO_BYTES_MAX),
		.video_pixels_max = json_int(j, "video_pixels_max", 0),
		.poll_choices_max = json_int(j, "poll_choices_max", POLL_CHOICES_MAX),
		.poll_choice_max = json_int(j, "poll_choice_max", POLL_CHOICE_MAX),
		.poll_seconds_min = json_int(j, "poll_seconds_min", POLL_SECONDS_MIN),
		.poll_seconds_max = json_int(j, "poll_seconds_max", POLL_SECONDS_MAX),
	};
	if (json_is_array(json_get(j, "types")))
		f->types = json_copy(json_get(j, "types"));
	json_free(&j);
}

void mastodon_facts_free(struct mastodon_facts *f)
{
	json_free(&f->types);
}
