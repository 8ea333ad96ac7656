/* sandbox/mastodon_media.c - uploaded files, and what the server says about its limits. */
#include <string.h>

#include "base/mem.h"
#include "sandbox/mastodon.h"
#include "vault/hash.h"

#define IMAGE_BYTES_MAX 16777216
#define VIDEO_BYTES_MAX 103809024
#define DESCRIPTION_MAX 1500

static const char *const types[] = {"image/jpeg", "image/png",  "image/gif",       "image/webp",
				    "video/mp4",  "video/webm", "video/quicktime", "audio/mpeg",
				    "audio/ogg",  "audio/flac", "audio/wav",       "audio/mp4"};

static bool is_known_type(const char *type)
{
	for (size_t i = 0; type && i < COUNT_OF(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool is_worked_on(const struct blob *b)
{
	return strncmp(b->type, "video/", 6) == 0 || strcmp(b->type, "image/gif") == 0;
}

bool masto_is_ready(const struct call *c, const struct blob *b)
{
	return !is_worked_on(b) ||
	       !world_use_once(c->world, arena_printf(c->answer->arena, "look %s", b->id));
}

struct json *masto_describe_blob(const struct call *c, const struct blob *b)
{
	struct json *j = json_new_object();
	size_t kind = strcspn(b->type, "/");

	json_set_str(j, "id", b->id);
	json_set_str(j, "type", arena_strndup(c->answer->arena, b->type, kind));
	json_set_str(j, "url", arena_printf(c->answer->arena, "%s/media/%s", c->server, b->id));
	json_set_str(j, "description", b->alt);
	return j;
}

/* A file that is worked on has no address yet. */
static void answer_blob(struct call *c, const struct blob *b, int status)
{
	struct json *j = masto_describe_blob(c, b);

	if (status != 200)
		json_set_null(j, "url");
	call_json(c, status, j);
}

void masto_upload(struct call *c)
{
	struct account *a = masto_account(c);
	struct fields f;
	const struct field *file;
	const char *alt;
	char hex[HASH_HEX_SIZE], id[19];
	struct blob *b;

	if (!a)
		return;
	f = fields_read(c);
	file = fields_find(&f, "file");
	alt = fields_get(&f, "description");
	if (!file || !file->is_file) {
		masto_error(c, 422, "Validation failed: File can't be blank");
	} else if (!is_known_type(file->type)) {
		masto_error(c, 422, "Validation failed: File content type is invalid");
	} else if (file->len > IMAGE_BYTES_MAX && strncmp(file->type, "image/", 6) == 0) {
		masto_error(c, 422, "Validation failed: File size must be less than 16 MB");
	} else if (file->len > VIDEO_BYTES_MAX) {
		masto_error(c, 422, "Validation failed: File size must be less than 99 MB");
	} else {
		sha256_hex(file->value, file->len, hex);
		/* Each upload is a file of its own, whatever its bytes. */
		call_derive(world_seed(c->world), "mastodon", hex,
			    arena_printf(c->answer->arena, "%zu", world_blobs(c->world)),
			    "0123456789", id, 18);
		id[0] = '1';
		b = world_add_blob(c->world, id, hex, file->type, (int64_t)file->len);
		world_describe_blob(c->world, b, alt);
		answer_blob(c, b, is_worked_on(b) ? 202 : 200);
	}
}

void masto_media(struct call *c)
{
	struct account *a = masto_account(c);
	struct blob *b;

	if (!a)
		return;
	b = world_blob(c->world, masto_path_id(c, "/api/v1/media/"));
	if (b)
		answer_blob(c, b, masto_is_ready(c, b) ? 200 : 206);
	else
		masto_error(c, 404, "Record not found");
}

void masto_instance(struct call *c)
{
	struct json *j = json_new_object(), *configuration, *o, *list;

	json_set_str(j, "domain", "localhost");
	json_set_str(j, "title", "Sandbox");
	json_set_str(j, "version", c->ignores_keys ? "0.20.0" : "4.5.0");
	configuration = json_set(j, "configuration", json_new_object());
	o = json_set(configuration, "statuses", json_new_object());
	json_set_int(o, "max_characters", 500);
	json_set_int(o, "max_media_attachments", 4);
	json_set_int(o, "characters_reserved_per_url", 23);
	o = json_set(configuration, "media_attachments", json_new_object());
	list = json_set(o, "supported_mime_types", json_new_array());
	for (size_t i = 0; i < COUNT_OF(types); i++)
		json_add_str(list, types[i]);
	json_set_int(o, "image_size_limit", IMAGE_BYTES_MAX);
	json_set_int(o, "video_size_limit", VIDEO_BYTES_MAX);
	json_set_int(o, "description_limit", DESCRIPTION_MAX);
	o = json_set(configuration, "polls", json_new_object());
	json_set_int(o, "max_options", 4);
	json_set_int(o, "max_characters_per_option", 50);
	json_set_int(o, "min_expiration", 300);
	json_set_int(o, "max_expiration", 2629746);
	call_json(c, 200, j);
}
