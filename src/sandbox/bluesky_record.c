/* sandbox/bluesky_record.c - the checks that the reference server makes of a post, in its words; and blobs.
 *
 * What it does not check is not checked here either: facets may point past the text, any bytes pass as an image. */
#include <string.h>

#include "base/text.h"
#include "sandbox/bluesky.h"
#include "sandbox/cid.h"

#define TEXT_GRAPHEMES_MAX 300
#define TEXT_BYTES_MAX 3000
#define LANGS_MAX 3
#define TAGS_MAX 8
#define IMAGES_MAX 4
#define IMAGE_BYTES_MAX 2000000
#define VIDEO_BYTES_MAX 300000000
#define THUMB_BYTES_MAX 1000000
#define BLOB_BYTES_MAX 5242880

#define INVALID "Invalid " BLUESKY_POSTS " record: "

static bool check_text(struct call *c, const char *text)
{
	size_t bytes = strlen(text), graphemes = text_graphemes(text, bytes);

	if (bytes > TEXT_BYTES_MAX) {
		pds_error(c, 400, "InvalidRequest",
			  INVALID "string too big (maximum %d, got %zu) at $.text", TEXT_BYTES_MAX,
			  bytes);
		return false;
	}
	if (graphemes > TEXT_GRAPHEMES_MAX) {
		pds_error(c, 400, "InvalidRequest",
			  INVALID "grapheme too big (maximum %d, got %zu) at $.text",
			  TEXT_GRAPHEMES_MAX, graphemes);
		return false;
	}
	return true;
}

static bool check_array(struct call *c, const struct json *record, const char *name, size_t max)
{
	const struct json *a = json_get(record, name);

	if (!a || (json_is_array(a) && json_len(a) <= max))
		return true;
	if (!json_is_array(a))
		pds_error(c, 400, "InvalidRequest", INVALID "expected an array at $.%s", name);
	else
		pds_error(c, 400, "InvalidRequest",
			  INVALID "array too big (maximum %zu, got %zu) at $.%s", max, json_len(a),
			  name);
	return false;
}

/* The blob that a reference means, if it may stand there. NULL: answered already. */
static struct blob *check_blob(struct call *c, const struct json *ref, int64_t max)
{
	const char *type = json_str(ref, "$type");
	const char *id = json_str(json_get(ref, "ref"), "$link");
	struct blob *b = id ? world_blob(c->world, id) : NULL;

	if (!type || strcmp(type, "blob") != 0 || !id) {
		pds_error(c, 400, "InvalidRequest", INVALID "expected a blob at $.embed");
		return NULL;
	}
	if (!b) {
		pds_error(c, 400, "BlobNotFound", "Could not find blob: %s", id);
		return NULL;
	}
	if (b->size > max) {
		pds_error(c, 400, "BlobTooLarge",
			  "This file is too large. It is %lld bytes but the maximum size is %lld",
			  (long long)b->size, (long long)max);
		return NULL;
	}
	return b;
}

static bool check_images(struct call *c, const struct json *images)
{
	if (!json_is_array(images) || json_len(images) > IMAGES_MAX) {
		pds_error(c, 400, "InvalidRequest",
			  INVALID "array too big (maximum %d, got %zu) at $.embed.images",
			  IMAGES_MAX, json_len(images));
		return false;
	}
	for (const struct json *i = json_first(images); i; i = json_next(i)) {
		struct blob *b;

		if (!json_str(i, "alt")) {
			pds_error(c, 400, "InvalidRequest",
				  INVALID "missing required key \"alt\" at $.embed.images");
			return false;
		}
		b = check_blob(c, json_get(i, "image"), IMAGE_BYTES_MAX);
		if (!b)
			return false;
		if (strncmp(b->type, "image/", 6) != 0) {
			pds_error(c, 400, "InvalidMimeType",
				  "Wrong type of file. It is %s but it must match image/*.",
				  b->type);
			return false;
		}
	}
	return true;
}

static bool check_video(struct call *c, const struct json *embed)
{
	struct blob *b = check_blob(c, json_get(embed, "video"), VIDEO_BYTES_MAX);

	if (!b)
		return false;
	if (strcmp(b->type, "video/mp4") != 0) {
		pds_error(c, 400, "InvalidMimeType",
			  "Wrong type of file. It is %s but it must match video/mp4.", b->type);
		return false;
	}
	return true;
}

static bool check_embed(struct call *c, const struct json *embed)
{
	const char *type = json_str(embed, "$type");
	const struct json *card = json_get(embed, "external"), *thumb;

	if (!embed)
		return true;
	if (type && strcmp(type, "app.bsky.embed.images") == 0)
		return check_images(c, json_get(embed, "images"));
	if (type && strcmp(type, "app.bsky.embed.video") == 0)
		return check_video(c, embed);
	if (!type || strcmp(type, "app.bsky.embed.external") != 0) {
		pds_error(c, 400, "InvalidRequest", INVALID "unknown type at $.embed");
		return false;
	}
	if (!json_str(card, "uri") || !json_str(card, "title") || !json_str(card, "description")) {
		pds_error(c, 400, "InvalidRequest",
			  INVALID "missing required key at $.embed.external");
		return false;
	}
	thumb = json_get(card, "thumb");
	return !thumb || check_blob(c, thumb, THUMB_BYTES_MAX) != NULL;
}

/* Only the form counts: what a reply answers may stand on another server. */
static bool check_reply(struct call *c, const struct json *reply)
{
	static const char *const members[] = {"root.uri", "root.cid", "parent.uri", "parent.cid"};

	for (size_t i = 0; reply && i < COUNT_OF(members); i++) {
		const char *s = json_as_str(json_at(reply, members[i]));

		if (!s) {
			pds_error(c, 400, "InvalidRequest",
				  INVALID "missing required key at $.reply.%s", members[i]);
			return false;
		}
		if (i % 2 == 0 && strncmp(s, "at://", 5) != 0) {
			pds_error(c, 400, "InvalidRequest", INVALID "invalid at-uri at $.reply.%s",
				  members[i]);
			return false;
		}
	}
	return true;
}

bool pds_check_record(struct call *c, const struct json *record)
{
	const char *type = json_str(record, "$type"), *text = json_str(record, "text");
	const char *created = json_str(record, "createdAt");

	if (!type || strcmp(type, BLUESKY_POSTS) != 0) {
		pds_error(c, 400, "InvalidRequest",
			  "Invalid $type: expected " BLUESKY_POSTS ", got %s",
			  type ? type : "nothing");
		return false;
	}
	if (!text || !created) {
		pds_error(c, 400, "InvalidRequest", INVALID "missing required key \"%s\"",
			  text ? "createdAt" : "text");
		return false;
	}
	if (strlen(created) < 20 || created[4] != '-' || !strpbrk(created, "T")) {
		pds_error(c, 400, "InvalidRequest", INVALID "invalid datetime at $.createdAt");
		return false;
	}
	return check_text(c, text) && check_array(c, record, "langs", LANGS_MAX) &&
	       check_array(c, record, "tags", TAGS_MAX) &&
	       check_reply(c, json_get(record, "reply")) &&
	       check_embed(c, json_get(record, "embed"));
}

static void list_blob(const struct call *c, struct json *list, const struct json *ref,
		      const char *alt)
{
	const char *id = json_str(json_get(ref, "ref"), "$link");
	struct blob *b = id ? world_blob(c->world, id) : NULL;
	struct json *o = json_add(list, json_new_object());

	json_set_str(o, "sha256", b ? b->sha256 : NULL);
	json_set_str(o, "alt", alt);
}

struct json *pds_media(const struct call *c, const struct json *record)
{
	struct json *list = json_new_array();
	const struct json *images = json_at(record, "embed.images");
	const struct json *video = json_at(record, "embed.video");

	for (const struct json *i = json_first(images); i; i = json_next(i))
		list_blob(c, list, json_get(i, "image"), json_str(i, "alt"));
	if (video)
		list_blob(c, list, video, json_str(json_get(record, "embed"), "alt"));
	return list;
}

/* The type that the bytes tell, else the one that was said. */
static const char *sniff(const struct call *c)
{
	static const struct {
		size_t at;
		const char *bytes;
		size_t n;
		const char *type;
	} marks[] = {
		{0, "\x89PNG\r\n\x1a\n", 8, "image/png"},
		{0, "\xff\xd8\xff", 3, "image/jpeg"},
		{0, "GIF8", 4, "image/gif"},
		{8, "WEBP", 4, "image/webp"},
		{4, "ftyp", 4, "video/mp4"},
	};
	const char *said = listener_header(c->request, "Content-Type");

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (c->request->len >= marks[i].at + marks[i].n &&
		    memcmp(c->request->body + marks[i].at, marks[i].bytes, marks[i].n) == 0)
			return marks[i].type;
	return said ? said : "application/octet-stream";
}

struct blob *pds_keep_blob(struct call *c)
{
	unsigned char digest[HASH_BYTES];
	char hex[HASH_HEX_SIZE], cid[CID_SIZE];

	sha256_bytes(c->request->body, c->request->len, digest);
	hex_encode(digest, sizeof(digest), hex);
	cid_of(CID_RAW, digest, cid);
	return world_add_blob(c->world, cid, hex, sniff(c), (int64_t)c->request->len);
}

struct json *pds_describe_blob(const struct blob *b)
{
	struct json *blob = json_new_object();

	json_set_str(blob, "$type", "blob");
	json_set_str(json_set(blob, "ref", json_new_object()), "$link", b->id);
	json_set_str(blob, "mimeType", b->type);
	json_set_int(blob, "size", b->size);
	return blob;
}

void pds_upload_blob(struct call *c)
{
	struct json *j;

	if (!pds_session(c, JWT_ACCESS))
		return;
	if (c->request->len > BLOB_BYTES_MAX) {
		pds_error(c, 413, "PayloadTooLarge", "request entity too large");
		return;
	}
	j = json_new_object();
	json_set(j, "blob", pds_describe_blob(pds_keep_blob(c)));
	call_json(c, 200, j);
}
