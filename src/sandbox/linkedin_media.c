/* sandbox/linkedin_media.c - files on their way to LinkedIn: a place is asked for, the bytes are put there; videos come
 * in parts and are finished. */
#include <string.h>

#include "base/mem.h"
#include "sandbox/linkedin.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define PART_BYTES INT64_C(4194304)
#define IMAGE "urn:li:image:"
#define VIDEO "urn:li:video:"

/* The request's only member, if its owner is the account; NULL: answered already. The caller frees *body. */
static const struct json *begin(struct call *c, const char *name, struct json **body)
{
	struct account *a = sim_li_account(c);
	const struct json *o;
	const char *owner;

	if (!a)
		return NULL;
	*body = call_body(c);
	o = json_get(*body, name);
	owner = json_str(o, "owner");
	if (sim_li_speaker(c, a, owner))
		return o;
	if (owner)
		sim_li_error(c, 403, 100, "ACCESS_DENIED",
			     "Not enough permissions to access: owner");
	else
		sim_li_error(c, 400, 0, "MISSING_FIELD", "owner field is required");
	return NULL;
}

static const char *upload_url(const struct call *c, const char *urn, int64_t part)
{
	return arena_printf(c->answer->arena, "%s/upload/%s/%lld", c->server, strrchr(urn, ':') + 1,
			    (long long)part);
}

void sim_li_image_begin(struct call *c)
{
	const char *action = call_param(c, "action"), *urn;
	struct json *body = NULL, *j, *value;

	if (!action || strcmp(action, "initializeUpload") != 0) {
		sim_li_error(c, 400, 0, NULL, "The action is not known");
		return;
	}
	if (begin(c, "initializeUploadRequest", &body)) {
		urn = shelf_blob_id(c, IMAGE);
		world_begin_blob(c->world, urn, "image/jpeg");
		j = json_new_object();
		value = json_set(j, "value", json_new_object());
		json_set_int(value, "uploadUrlExpiresAt", c->now_ms + 86400000);
		json_set_str(value, "uploadUrl", upload_url(c, urn, 0));
		json_set_str(value, "image", urn);
		call_json(c, 200, j);
	}
	json_free(&body);
}

static void begin_video(struct call *c, int64_t bytes)
{
	const char *urn = shelf_blob_id(c, VIDEO);
	struct json *j = json_new_object(), *value = json_set(j, "value", json_new_object()), *list;

	world_begin_blob(c->world, urn, "video/mp4");
	json_set_str(value, "video", urn);
	json_set_str(value, "uploadToken", "");
	list = json_set(value, "uploadInstructions", json_new_array());
	for (int64_t at = 0; at < bytes; at += PART_BYTES) {
		struct json *part = json_add(list, json_new_object());

		json_set_str(part, "uploadUrl", upload_url(c, urn, at / PART_BYTES));
		json_set_int(part, "firstByte", at);
		json_set_int(part, "lastByte",
			     at + PART_BYTES < bytes ? at + PART_BYTES - 1 : bytes - 1);
	}
	call_json(c, 200, j);
}

static void finish_video(struct call *c, const struct json *o)
{
	const char *urn = json_str(o, "video");
	struct blob *b = urn ? world_blob(c->world, urn) : NULL;

	if (!b || json_len(json_get(o, "uploadedPartIds")) == 0) {
		sim_li_error(c, 400, 0, NULL, "The video or its parts are not known");
		return;
	}
	world_finish_blob(c->world, b);
	call_json(c, 200, json_new_object());
}

void sim_li_video(struct call *c)
{
	const char *action = call_param(c, "action");
	struct account *a;
	struct json *body = NULL;
	const struct json *o;

	if (action && strcmp(action, "initializeUpload") == 0) {
		o = begin(c, "initializeUploadRequest", &body);
		if (o && json_int(o, "fileSizeBytes", 0) > 0)
			begin_video(c, json_int(o, "fileSizeBytes", 0));
		else if (o)
			sim_li_error(c, 400, 0, "MISSING_FIELD", "fileSizeBytes is required");
	} else if (action && strcmp(action, "finalizeUpload") == 0) {
		a = sim_li_account(c);
		if (a) {
			body = call_body(c);
			finish_video(c, json_get(body, "finalizeUploadRequest"));
		}
	} else {
		sim_li_error(c, 400, 0, NULL, "The action is not known");
	}
	json_free(&body);
}

void sim_li_put(struct call *c)
{
	struct account *a = sim_li_account(c);
	const char *id = route_part(c, 1), *part = route_part(c, 2);
	struct arena *arena = c->answer->arena;
	struct blob *b;
	bool image;

	if (!a)
		return;
	b = world_blob(c->world, arena_printf(arena, IMAGE "%s", id));
	image = b != NULL;
	if (!b)
		b = world_blob(c->world, arena_printf(arena, VIDEO "%s", id));
	if (!b) {
		sim_li_error(c, 404, 0, NULL, "The upload is not known");
		return;
	}
	/* A part that comes again is the same one. */
	if (world_use_once(c->world, arena_printf(arena, "linkedin %s %s", b->id, part)) &&
	    !world_grow_blob(c->world, b, c->request->body, c->request->len)) {
		sim_li_error(c, 400, 0, NULL, "The upload has ended");
		return;
	}
	if (image)
		world_finish_blob(c->world, b);
	call_header(c, "ETag", arena_printf(arena, "part-%s-%s", id, part));
	c->answer->status = image ? 201 : 200;
}

void sim_li_look(struct call *c)
{
	struct account *a = sim_li_account(c);
	struct blob *b = world_blob(c->world, route_part(c, 2));
	struct json *j;

	if (!a)
		return;
	if (!sim_li_is_page(a)) {
		sim_li_error(c, 403, 100, "ACCESS_DENIED",
			     "Not enough permissions to access: images.GET");
	} else if (!b) {
		sim_li_error(c, 404, 0, NULL, "The file is not known");
	} else {
		j = json_new_object();
		json_set_str(j, "id", b->id);
		json_set_str(j, "owner", sim_li_urn(c, a));
		json_set_str(j, "status", b->growing ? "WAITING_UPLOAD" : "AVAILABLE");
		call_json(c, 200, j);
	}
}
