/* sandbox/x_media.c - files on their way to X: whole, or in pieces. Videos take a moment to be processed. */
#include <string.h>

#include "base/mem.h"
#include "sandbox/fields.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"
#include "sandbox/x.h"

#define UPLOAD_LIMIT 500
#define IMAGE_BYTES_MAX 5242880
#define ALT_MAX 1000
#define LIFE_S 86400

static struct json *describe(const struct call *c, const struct blob *b, const char *state)
{
	struct json *j = json_new_object(), *data = json_set(j, "data", json_new_object()), *info;

	json_set_str(data, "id", b->id);
	json_set_str(data, "media_key", arena_printf(c->answer->arena, "3_%s", b->id));
	json_set_int(data, "expires_after_secs", LIFE_S);
	json_set_int(data, "size", b->size);
	if (state) {
		info = json_set(data, "processing_info", json_new_object());
		json_set_str(info, "state", state);
		if (strcmp(state, "pending") == 0)
			json_set_int(info, "check_after_secs", 1);
	}
	return j;
}

static struct blob *path_blob(struct call *c, const char *id)
{
	struct blob *b = id ? world_blob(c->world, id) : NULL;

	if (!b)
		sim_x_problem(c, 404, "resource-not-found", "The media was not found");
	return b;
}

void sim_x_upload(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct fields f;
	const struct field *file;
	const char *category;

	if (!a)
		return;
	f = fields_read(c);
	file = fields_find(&f, "media");
	category = fields_get(&f, "media_category");
	if (!file || file->len == 0)
		sim_x_problem(c, 400, "invalid-request", "media is missing");
	else if (!category)
		sim_x_problem(c, 400, "invalid-request", "media_category is missing");
	else if (file->len > IMAGE_BYTES_MAX)
		sim_x_problem(c, 400, "invalid-request", "The file is larger than 5 MB");
	else
		call_json(c, 200,
			  describe(c,
				   shelf_keep(c, shelf_blob_id(c, ""), file->type, file->value,
					      file->len, NULL),
				   NULL));
}

void sim_x_upload_begin(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct json *body;
	const char *type;

	if (!a)
		return;
	body = call_body(c);
	type = json_str(body, "media_type");
	if (!type || json_int(body, "total_bytes", 0) <= 0 || !json_str(body, "media_category"))
		sim_x_problem(c, 400, "invalid-request",
			      "media_type, total_bytes and media_category are needed");
	else
		call_json(
			c, 200,
			describe(c, world_begin_blob(c->world, shelf_blob_id(c, ""), type), NULL));
	json_free(&body);
}

void sim_x_upload_append(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct blob *b = a ? path_blob(c, route_part(c, 3)) : NULL;
	const struct field *piece;
	struct fields f;
	const char *index;

	if (!b)
		return;
	f = fields_read(c);
	piece = fields_find(&f, "media");
	index = fields_get(&f, "segment_index");
	if (!piece || !index)
		sim_x_problem(c, 400, "invalid-request", "media and segment_index are needed");
	/* A piece that comes again is the same one. */
	else if (!world_use_once(c->world,
				 arena_printf(c->answer->arena, "x %s %s", b->id, index)) ||
		 world_grow_blob(c->world, b, piece->value, piece->len))
		call_json(c, 200, json_new_object());
	else
		sim_x_problem(c, 404, "resource-not-found", "The media was not found");
}

void sim_x_upload_finish(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct blob *b = a ? path_blob(c, route_part(c, 3)) : NULL;

	if (!b)
		return;
	world_finish_blob(c->world, b);
	call_json(c, 200, describe(c, b, strncmp(b->type, "video/", 6) == 0 ? "pending" : NULL));
}

void sim_x_upload_look(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct blob *b = a ? path_blob(c, call_param(c, "media_id")) : NULL;

	if (b)
		call_json(c, 200, describe(c, b, b->growing ? "pending" : "succeeded"));
}

void sim_x_describe_media(struct call *c)
{
	struct account *a = sim_x_account(c, UPLOAD_LIMIT);
	struct json *body = a ? call_body(c) : NULL;
	const char *text = json_str(json_at(body, "metadata.alt_text"), "text");
	struct blob *b = a ? path_blob(c, json_str(body, "id")) : NULL;

	if (b && (!text || strlen(text) > 4 * ALT_MAX)) {
		sim_x_problem(c, 400, "invalid-request", "metadata.alt_text.text is not valid");
	} else if (b) {
		world_describe_blob(c->world, b, text);
		call_json(c, 200, describe(c, b, NULL));
	}
	json_free(&body);
}
