/* sandbox/facebook_post.c - posts, photos and videos of a page.
 *
 * Photos are uploaded unpublished and attached to a post, or published at once with a text; videos come in pieces. The
 * same text twice within a day is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/facebook.h"
#include "sandbox/fields.h"
#include "sandbox/shelf.h"

#define TEXT_BYTES_MAX 63206
#define PHOTO_BYTES_MAX 10485760
#define PHOTOS_MAX 40
#define PIECE_BYTES INT64_C(4194304)
#define DUPLICATE_WINDOW_MS (INT64_C(24) * 3600000)

static void say_id(struct call *c, const char *id)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", id);
	call_json(c, 200, j);
}

/* Accepts what is to be seen on the page; photos: [id]. id NULL: one of a post. */
static struct post *accept(struct call *c, struct account *a, const struct fields *f,
			   const char *id, struct json *photos, struct json *media)
{
	const char *text = fields_get(f, "message"), *link = fields_get(f, "link");
	struct json *record = json_new_object();

	if (!text)
		text = fields_get(f, "caption");
	if (!text)
		text = fields_get(f, "description");
	json_set_str(record, "text", text ? text : "");
	json_set_str(record, "link", link);
	json_set(record, "photos", photos);
	if (!id)
		id = arena_printf(c->answer->arena, "%s_%s", a->id, shelf_post_id(c));
	return shelf_accept(c, a, text && *text ? shelf_text_key(c, text) : NULL, id, record,
			    media);
}

/* "attached_media[0]" and so on. False: answered already. */
static bool read_photos(struct call *c, const struct fields *f, struct json *photos,
			struct json *media)
{
	for (int i = 0; i < PHOTOS_MAX; i++) {
		const char *text = fields_get(
			f, arena_printf(c->answer->arena, "attached_media[%d]", i));
		struct json *o = NULL;
		struct blob *b = NULL;

		if (!text)
			break;
		if (json_parse(text, strlen(text), JSON_BYTES_MAX, &o, NULL) == OK &&
		    json_str(o, "media_fbid"))
			b = world_blob(c->world, json_str(o, "media_fbid"));
		json_free(&o);
		if (!b) {
			meta_error(c, 400, 100, 0, "(#100) Invalid attached_media");
			return false;
		}
		json_add_str(photos, b->id);
		shelf_list(media, b, NULL);
	}
	return true;
}

void fb_feed(struct call *c)
{
	struct account *a = fb_page(c);
	struct fields f;
	const char *text, *link;
	struct json *photos, *media;

	if (!a)
		return;
	f = fields_read(c);
	text = fields_get(&f, "message");
	link = fields_get(&f, "link");
	photos = json_new_array();
	media = json_new_array();
	if (!read_photos(c, &f, photos, media)) {
		json_free(&photos);
	} else if ((!text || !*text) && !link && json_len(photos) == 0) {
		meta_error(c, 400, 100, 0, "(#100) Missing message or attachment");
	} else if (text && strlen(text) > TEXT_BYTES_MAX) {
		meta_error(c, 400, 100, 0, "(#100) Param message is too long");
	} else if (text && *text && json_len(photos) == 0 &&
		   shelf_twin(c, a, shelf_text_key(c, text), DUPLICATE_WINDOW_MS, false)) {
		meta_error(c, 400, 506, 0, "(#506) Duplicate status message");
	} else {
		say_id(c, accept(c, a, &f, NULL, photos, media)->remote_id);
		return;
	}
	json_free(&photos);
	json_free(&media);
}

void fb_photos(struct call *c)
{
	struct account *a = fb_page(c);
	struct fields f;
	const struct field *source;
	const char *url, *published;
	struct json *photos, *media, *j;
	struct blob *b;

	if (!a)
		return;
	f = fields_read(c);
	source = fields_find(&f, "source");
	url = fields_get(&f, "url");
	published = fields_get(&f, "published");
	if ((!source || source->len == 0) && !url) {
		meta_error(c, 400, 324, 2069019, "Missing or invalid image file");
		return;
	}
	if (source && source->len > PHOTO_BYTES_MAX) {
		meta_error(c, 400, 1, 1366046, "The photo is larger than 10 MB");
		return;
	}
	b = source ? shelf_keep(c, shelf_blob_id(c, ""), FB_PHOTO, source->value, source->len,
				fields_get(&f, "alt_text_custom"))
		   : shelf_keep_url(c, shelf_blob_id(c, ""), FB_PHOTO, url,
				    fields_get(&f, "alt_text_custom"));
	if (published && strcmp(published, "false") == 0) {
		say_id(c, b->id);
		return;
	}
	photos = json_new_array();
	media = json_new_array();
	json_add_str(photos, b->id);
	shelf_list(media, b, NULL);
	j = json_new_object();
	json_set_str(j, "id", b->id);
	json_set_str(j, "post_id", accept(c, a, &f, NULL, photos, media)->remote_id);
	call_json(c, 200, j);
}

/* ---- videos ----------------------------------------------------------- */

static void say_offsets(struct call *c, struct json *j, const struct blob *b, int64_t total)
{
	int64_t end = b->size + PIECE_BYTES < total ? b->size + PIECE_BYTES : total;

	json_set_str(j, "start_offset", arena_printf(c->answer->arena, "%lld", (long long)b->size));
	json_set_str(j, "end_offset", arena_printf(c->answer->arena, "%lld", (long long)end));
	call_json(c, 200, j);
}

static void start_video(struct call *c, const struct fields *f)
{
	const char *size = fields_get(f, "file_size");
	struct blob *b;
	struct json *j;

	if (!size || strtoll(size, NULL, 10) <= 0) {
		meta_error(c, 400, 100, 0, "(#100) file_size is missing");
		return;
	}
	b = world_begin_blob(c->world, shelf_blob_id(c, ""), FB_VIDEO);
	world_describe_blob(c->world, b, size);
	j = json_new_object();
	json_set_str(j, "upload_session_id", b->id);
	json_set_str(j, "video_id", b->id);
	say_offsets(c, j, b, strtoll(size, NULL, 10));
}

static void transfer_video(struct call *c, const struct fields *f, struct blob *b)
{
	const struct field *piece = fields_find(f, "video_file_chunk");
	const char *start = fields_get(f, "start_offset");

	/* A piece that comes again is answered with where to go on. */
	if (piece && start && strtoll(start, NULL, 10) == b->size &&
	    !world_grow_blob(c->world, b, piece->value, piece->len))
		meta_error(c, 400, 6000, 1363037, "The upload session has ended");
	else
		say_offsets(c, json_new_object(), b, b->alt ? strtoll(b->alt, NULL, 10) : 0);
}

static void finish_video(struct call *c, struct account *a, const struct fields *f, struct blob *b)
{
	struct json *photos = json_new_array(), *media = json_new_array(), *j;

	world_finish_blob(c->world, b);
	world_describe_blob(c->world, b, NULL);
	json_add_str(photos, b->id);
	shelf_list(media, b, NULL);
	/* A video is known by its own id. */
	accept(c, a, f, b->id, photos, media);
	j = json_new_object();
	json_set_bool(j, "success", true);
	call_json(c, 200, j);
}

void fb_videos(struct call *c)
{
	struct account *a = fb_page(c);
	const char *phase, *session;
	struct fields f;
	struct blob *b;

	if (!a)
		return;
	f = fields_read(c);
	phase = fields_get(&f, "upload_phase");
	session = fields_get(&f, "upload_session_id");
	b = session ? world_blob(c->world, session) : NULL;
	if (phase && strcmp(phase, "start") == 0)
		start_video(c, &f);
	else if (phase && b && strcmp(phase, "transfer") == 0)
		transfer_video(c, &f, b);
	else if (phase && b && strcmp(phase, "finish") == 0)
		finish_video(c, a, &f, b);
	else
		meta_error(c, 400, 100, 0, "(#100) upload_phase or upload_session_id is not valid");
}

/* A reel's bytes come in one piece, to an address of their own. */
void fb_reels(struct call *c)
{
	struct account *a = fb_page(c);
	const char *phase, *id;
	struct fields f;
	struct blob *b;
	struct json *j;

	if (!a)
		return;
	f = fields_read(c);
	phase = fields_get(&f, "upload_phase");
	id = fields_get(&f, "video_id");
	b = id ? world_blob(c->world, id) : NULL;
	if (phase && strcmp(phase, "start") == 0) {
		b = world_begin_blob(c->world, shelf_blob_id(c, ""), FB_VIDEO);
		j = json_new_object();
		json_set_str(j, "video_id", b->id);
		json_set_str(j, "upload_url",
			     arena_printf(c->answer->arena, "%s/rupload/%s", c->server, b->id));
		call_json(c, 200, j);
	} else if (phase && b && strcmp(phase, "finish") == 0) {
		finish_video(c, a, &f, b);
	} else {
		meta_error(c, 400, 100, 0, "(#100) upload_phase or video_id is not valid");
	}
}

void fb_reel_bytes(struct call *c)
{
	struct account *a = meta_account(c);
	struct blob *b = world_blob(c->world, route_part(c, 1));
	const char *offset = listener_header(c->request, "offset");
	struct json *j;

	if (!a)
		return;
	if (!b || !offset || strtoll(offset, NULL, 10) != b->size ||
	    !world_grow_blob(c->world, b, c->request->body, c->request->len)) {
		meta_error(c, 400, 6000, 1363037, "The offset or the video is not valid");
		return;
	}
	j = json_new_object();
	json_set_bool(j, "success", true);
	call_json(c, 200, j);
}

/* ---- reading ---------------------------------------------------------- */

static void add_target(struct json *list, const char *id)
{
	struct json *o = json_add(list, json_new_object());

	json_set_str(o, "type", "photo");
	json_set_str(json_set(o, "target", json_new_object()), "id", id);
}

static void set_attachments(struct json *j, const struct json *photos)
{
	struct json *list, *album;

	if (json_len(photos) == 0)
		return;
	list = json_set(json_set(j, "attachments", json_new_object()), "data", json_new_array());
	if (json_len(photos) > 1) {
		album = json_add(list, json_new_object());
		json_set_str(album, "type", "album");
		list = json_set(json_set(album, "subattachments", json_new_object()), "data",
				json_new_array());
	}
	for (const struct json *p = json_first(photos); p; p = json_next(p))
		add_target(list, json_as_str(p));
}

static struct json *describe(const struct call *c, const struct post *p)
{
	struct json *j = json_new_object(), *record = shelf_record(p);

	json_set_str(j, "id", p->remote_id);
	if (json_str(record, "text") && *json_str(record, "text"))
		json_set_str(j, "message", json_str(record, "text"));
	json_set_bool(j, "published", true);
	json_set_str(j, "created_time", meta_time(c, p->created_at));
	json_set_str(j, "permalink_url",
		     arena_printf(c->answer->arena, "https://www.facebook.com/%s", p->remote_id));
	set_attachments(j, json_get(record, "photos"));
	json_free(&record);
	return j;
}

void fb_published(struct call *c)
{
	struct account *a = fb_page(c);
	const char *since = call_param(c, "since"), *max = call_param(c, "limit");
	int64_t from = since ? strtoll(since, NULL, 10) * 1000 : 0;
	size_t limit = max ? strtoul(max, NULL, 10) : 25, cursor = 0;
	const struct post *p;
	struct json *j, *data;

	if (!a)
		return;
	if (limit > 100) {
		meta_error(c, 400, 100, 0, "(#100) The limit must be at most 100");
		return;
	}
	j = json_new_object();
	data = json_set(j, "data", json_new_array());
	while ((p = shelf_next(c, a, &cursor)) != NULL && p->created_at >= from &&
	       json_len(data) < limit)
		json_add(data, describe(c, p));
	call_json(c, 200, j);
}

void fb_object(struct call *c)
{
	struct account *a = meta_account(c);
	const char *id = route_part(c, 0);
	struct post *p = a ? shelf_post(c, id) : NULL;
	struct blob *b = world_blob(c->world, id);
	struct json *j;

	if (!a)
		return;
	if (p) {
		call_json(c, 200, describe(c, p));
	} else if (b) {
		j = json_new_object();
		json_set_str(j, "id", b->id);
		json_set_bool(j, "published", false);
		call_json(c, 200, j);
	} else {
		meta_refuse(c, 404);
	}
}

void fb_delete(struct call *c)
{
	struct account *a = meta_account(c);
	struct post *p = a ? shelf_post(c, route_part(c, 0)) : NULL;
	struct json *j;

	if (!a)
		return;
	if (!p || p->account != a) {
		meta_refuse(c, 404);
		return;
	}
	world_change_post(c->world, p, NULL, NULL, true);
	j = json_new_object();
	json_set_bool(j, "success", true);
	call_json(c, 200, j);
}

void fb_comment(struct call *c)
{
	struct account *a = meta_account(c);
	const char *id = route_part(c, 0);

	if (!a)
		return;
	if (world_post_by_id(c->world, "facebook", id))
		say_id(c, arena_printf(c->answer->arena, "%s_1", strchr(id, '_') + 1));
	else
		meta_refuse(c, 404);
}
