/* sandbox/mastodon_media.c - uploaded files, and what the server says about its limits. */
#include <string.h>

#include "base/mem.h"
#include "sandbox/mastodon.h"
#include "vault/hash.h"

#define IMAGE_BYTES_MAX 16777216
#define VIDEO_BYTES_MAX 103809024
#define DESCRIPTION_MAX 1500

static const char *const types[] = {"image/jpeg", "image/png",  "image/gif", "image/webp",
				    "video/mp4",  "audio/mpeg", "video/webm"};

static bool is_known_type(const char *type)
{
	for (size_t i = 0; type && i < COUNT_OF(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
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
	} else {
		sha256_hex(file->value, file->len, hex);
		/* Each upload is a file of its own, whatever its bytes. */
		call_derive(world_seed(c->world), "mastodon", hex,
			    arena_printf(c->answer->arena, "%zu", world_blobs(c->world)),
			    "0123456789", id, 18);
		id[0] = '1';
		b = world_add_blob(c->world, id, hex, file->type, (int64_t)file->len);
		world_describe_blob(c->world, b, alt);
		call_json(c, 200, masto_describe_blob(c, b));
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
		call_json(c, 200, masto_describe_blob(c, b));
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
	call_json(c, 200, j);
}
