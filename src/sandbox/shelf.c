/* sandbox/shelf.c - see shelf.h. */
#include "sandbox/shelf.h"

#include <string.h>

#include "base/mem.h"
#include "vault/hash.h"

#define RECORD_BYTES_MAX ((size_t)1 << 20)

char *shelf_post_id(const struct call *c)
{
	struct post *last = world_last_post(c->world);
	int64_t n = last ? last->number % 65536 : 0;

	return arena_printf(c->answer->arena, "%lld", (long long)(c->now_ms * 65536 + n));
}

char *shelf_blob_id(const struct call *c, const char *prefix)
{
	/* Distinct from the ids of posts, which are smaller. */
	return arena_printf(
		c->answer->arena, "%s%lld", prefix,
		(long long)(INT64_C(1700000000000000000) + (int64_t)world_blobs(c->world)));
}

struct blob *shelf_keep(const struct call *c, const char *id, const char *type, const void *bytes,
			size_t n, const char *alt)
{
	char hex[HASH_HEX_SIZE];
	struct blob *b;

	sha256_hex(bytes, n, hex);
	b = world_add_blob(c->world, id, hex, type ? type : "application/octet-stream", (int64_t)n);
	if (alt)
		world_describe_blob(c->world, b, alt);
	return b;
}

struct blob *shelf_keep_url(const struct call *c, const char *id, const char *type, const char *url,
			    const char *alt)
{
	return shelf_keep(c, id, type, url, strlen(url), alt);
}

void shelf_list(struct json *media, const struct blob *b, const char *alt)
{
	struct json *o = json_add(media, json_new_object());

	json_set_str(o, "sha256", b->sha256);
	json_set_str(o, "alt", alt ? alt : b->alt);
}

char *shelf_text_key(const struct call *c, const char *text)
{
	char hex[HASH_HEX_SIZE];

	sha256_hex(text, strlen(text), hex);
	return arena_printf(c->answer->arena, "text-%.32s", hex);
}

struct post *shelf_twin(const struct call *c, const struct account *a, const char *key,
			int64_t window_ms, bool with_deleted)
{
	struct post *p = world_post(c->world, a, key);

	if (!p || c->now_ms - p->created_at > window_ms || (p->deleted && !with_deleted))
		return NULL;
	return p;
}

struct json *shelf_record(const struct post *p)
{
	struct json *j = NULL;

	if (json_parse(p->record, strlen(p->record), RECORD_BYTES_MAX, &j, NULL) != OK)
		return json_new_object();
	return j;
}

struct post *shelf_accept(struct call *c, struct account *a, const char *key, const char *remote_id,
			  struct json *record, struct json *media)
{
	const char *text = json_str(record, "text");
	struct strbuf b;
	struct post *p;

	strbuf_init(&b, RECORD_BYTES_MAX);
	json_write(&b, record, false);
	p = call_accept(c, a, key, remote_id, "1", b.data, text ? text : "", media);
	strbuf_free(&b);
	json_free(&record);
	return p;
}

const struct post *shelf_next(const struct call *c, const struct account *a, size_t *cursor)
{
	/* Newest first: posts were added in the order of their times. */
	if (*cursor == 0)
		while (world_nth_post(c->world, *cursor))
			++*cursor;
	else
		--*cursor;
	while (*cursor > 0) {
		const struct post *p = world_nth_post(c->world, *cursor - 1);

		if (p->account == a && !p->deleted && p->visible_at <= c->now_ms)
			return p;
		--*cursor;
	}
	return NULL;
}

struct post *shelf_post(const struct call *c, const char *remote_id)
{
	struct post *p = world_post_by_id(c->world, c->platform->name, remote_id);

	return p && !p->deleted && p->visible_at <= c->now_ms ? p : NULL;
}
