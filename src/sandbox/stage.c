/* sandbox/stage.c - see stage.h. */
#include "sandbox/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/media_host.h"
#include "sandbox/shelf.h"
#include "vault/hash.h"

#define CONTAINER "container"
#define CONTAINER_LIFE_MS (INT64_C(24) * 3600000)
#define ALT_MAX 1000

/* ---- containers ------------------------------------------------------- */

/* What it was made of; the caller frees. NULL: it is none. */
static struct json *open_container(const struct call *c, const struct blob *b)
{
	struct json *j = NULL;

	if (!b || strcmp(b->type, CONTAINER) != 0 || !b->alt ||
	    json_parse(b->alt, strlen(b->alt), JSON_BYTES_MAX, &j, NULL) != OK)
		return NULL;
	if (strcmp(json_str(j, "platform") ? json_str(j, "platform") : "", c->platform->name) != 0)
		json_free(&j);
	return j;
}

static void keep_container(const struct call *c, struct blob *b, const struct json *j)
{
	struct strbuf text;

	strbuf_init(&text, JSON_BYTES_MAX);
	json_write(&text, j, false);
	world_describe_blob(c->world, b, text.data);
	strbuf_free(&text);
}

/* What the container's state is now. */
static const char *state_of(const struct call *c, const struct blob *b, const struct json *made)
{
	if (json_str(made, "published"))
		return "PUBLISHED";
	if (c->now_ms - json_int(made, "at", 0) > CONTAINER_LIFE_MS)
		return "EXPIRED";
	if (json_bool(made, "video", false) &&
	    world_use_once(c->world, arena_printf(c->answer->arena, "look %s", b->id)))
		return "IN_PROGRESS";
	return "FINISHED";
}

static void list_file(struct json *media, const struct json *made)
{
	struct json *o = json_add(media, json_new_object());

	json_set_str(o, "sha256", json_str(made, "sha256"));
	json_set_str(o, "alt", json_str(made, "alt"));
	json_set_str(o, "url", json_str(made, "url"));
}

/* Of the container itself and of its children. */
static void list_files(const struct call *c, struct json *media, const struct json *made)
{
	if (json_str(made, "url"))
		list_file(media, made);
	for (const struct json *k = json_first(json_get(made, "children")); k; k = json_next(k)) {
		struct json *child = open_container(c, world_blob(c->world, json_as_str(k)));

		list_files(c, media, child);
		json_free(&child);
	}
}

/* "ID,ID" into the container. False: answered already. */
static bool read_children(struct call *c, const struct stage_rules *r, const char *list,
			  struct json *made)
{
	struct json *children = json_set(made, "children", json_new_array());

	for (const char *s = list; *s;) {
		size_t n = strcspn(s, ",");
		const char *id = arena_strndup(c->answer->arena, s, n);
		struct json *child = open_container(c, world_blob(c->world, id));
		bool ok = child && json_bool(child, "item", false);

		json_free(&child);
		if (!ok) {
			meta_error(c, 400, 100, 0, "Invalid parameter: children");
			return false;
		}
		json_add_str(children, id);
		s += n + (s[n] == ',');
	}
	if (json_len(children) < 2 || (int64_t)json_len(children) > r->children_max) {
		meta_error(c, 400, 100, 2207026, "The number of children is not allowed");
		return false;
	}
	return true;
}

/* False: answered already. */
static bool check(struct call *c, const struct stage_rules *r, const struct fields *f,
		  const char *url, char sha256[HASH_HEX_SIZE])
{
	const char *text = fields_get(f, r->text), *alt = fields_get(f, "alt_text");
	const char *type = fields_get(f, "media_type");

	if (text && (int64_t)text_codepoints(text, strlen(text)) > r->text_max)
		meta_error(c, 400, 100, 2207010,
			   arena_printf(c->answer->arena,
					"Param %s must be at most %lld characters long", r->text,
					(long long)r->text_max));
	else if (alt && text_codepoints(alt, strlen(alt)) > ALT_MAX)
		meta_error(c, 400, 100, 0, "Param alt_text must be at most 1000 characters long");
	else if (!url && !fields_get(f, "children") && (!r->text_alone || !text || !*text))
		meta_error(c, 400, 100, 0, "The parameter image_url is required");
	else if (url && !media_host_fetch(c, url, sha256))
		meta_error(c, 400, 9004, 2207052, "The media could not be fetched from this URI");
	else if (r->text_alone && !type)
		meta_error(c, 400, 100, 0, "The parameter media_type is required");
	else
		return true;
	return false;
}

static struct account *path_account(struct call *c)
{
	struct account *a = meta_account(c);
	const char *id = route_part(c, 0);

	if (!a || strcmp(id, "me") == 0 || strcmp(id, a->id) == 0)
		return a;
	meta_refuse(c, 404);
	return NULL;
}

static bool is_true(const char *s)
{
	return s && strcmp(s, "true") == 0;
}

void stage_create(struct call *c, const struct stage_rules *r)
{
	struct account *a = path_account(c);
	const char *url, *video, *children;
	char sha256[HASH_HEX_SIZE] = "";
	struct json *made, *j;
	struct blob *b;
	struct fields f;

	if (!a)
		return;
	f = fields_read(c);
	video = fields_get(&f, "video_url");
	url = video ? video : fields_get(&f, "image_url");
	children = fields_get(&f, "children");
	if (!check(c, r, &f, url, sha256))
		return;
	made = json_new_object();
	json_set_str(made, "platform", c->platform->name);
	json_set_int(made, "of", a->number);
	json_set_int(made, "at", c->now_ms);
	json_set_str(made, "text", fields_get(&f, r->text));
	json_set_str(made, "url", url);
	json_set_str(made, "sha256", url ? sha256 : NULL);
	json_set_str(made, "alt", fields_get(&f, "alt_text"));
	json_set_str(made, "reply_to", fields_get(&f, "reply_to_id"));
	json_set_bool(made, "video", video != NULL);
	json_set_bool(made, "item", is_true(fields_get(&f, "is_carousel_item")));
	if (!children || read_children(c, r, children, made)) {
		b = shelf_keep(c, shelf_blob_id(c, ""), CONTAINER, "", 0, NULL);
		keep_container(c, b, made);
		j = json_new_object();
		json_set_str(j, "id", b->id);
		call_json(c, 200, j);
	}
	json_free(&made);
}

/* ---- publishing ------------------------------------------------------- */

static void accept(struct call *c, struct account *a, struct blob *b, struct json *made)
{
	struct json *record = json_new_object(), *media = json_new_array(), *j;
	const char *text = json_str(made, "text");
	struct post *p;

	list_files(c, media, made);
	json_set_str(record, "text", text ? text : "");
	json_set_str(record, "container", b->id);
	c->reply_to = json_str(made, "reply_to");
	json_set_str(record, "reply_to", c->reply_to);
	p = shelf_accept(c, a, b->id, shelf_post_id(c), record, media);
	json_set_str(made, "published", p->remote_id);
	keep_container(c, b, made);
	j = json_new_object();
	json_set_str(j, "id", p->remote_id);
	call_json(c, 200, j);
}

void stage_publish_container(struct call *c, const struct stage_rules *r)
{
	struct account *a = path_account(c);
	const char *id, *state;
	struct json *made;
	struct fields f;
	struct blob *b;

	(void)r;
	if (!a)
		return;
	f = fields_read(c);
	id = fields_get(&f, "creation_id");
	b = id ? world_blob(c->world, id) : NULL;
	made = open_container(c, b);
	if (!made || json_int(made, "of", -1) != a->number || json_bool(made, "item", false)) {
		meta_error(c, 400, 100, 0, "Invalid parameter: creation_id");
	} else {
		state = state_of(c, b, made);
		if (strcmp(state, "FINISHED") == 0)
			accept(c, a, b, made);
		else if (strcmp(state, "PUBLISHED") == 0)
			meta_error(c, 400, 9007, 2207026, "The media was published already");
		else if (strcmp(state, "EXPIRED") == 0)
			meta_error(c, 400, -2, 2207020, "The media has expired");
		else
			meta_error(c, 400, 9007, 2207027,
				   "The media is not ready for publishing, please wait");
	}
	json_free(&made);
}

/* ---- reading ---------------------------------------------------------- */

static struct json *describe(const struct call *c, const struct stage_rules *r,
			     const struct post *p)
{
	struct json *j = json_new_object(), *record = shelf_record(p);
	char code[12];

	call_derive(world_seed(c->world), c->platform->name, p->remote_id, "shortcode",
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", code, 11);
	json_set_str(j, "id", p->remote_id);
	json_set_str(j, r->text, json_str(record, "text"));
	json_set_str(j, "timestamp", meta_time(c, p->created_at));
	json_set_str(j, "shortcode", code);
	json_set_str(j, "permalink",
		     r->named ? arena_printf(c->answer->arena, "%s/@%s/post/%s", r->site,
					     p->account->handle, code)
			      : arena_printf(c->answer->arena, "%s/p/%s/", r->site, code));
	json_free(&record);
	return j;
}

void stage_object(struct call *c, const struct stage_rules *r)
{
	struct account *a = meta_account(c);
	const char *id = route_part(c, 0), *state;
	struct post *p = a ? shelf_post(c, id) : NULL;
	struct blob *b = world_blob(c->world, id);
	struct json *made, *j;

	if (!a)
		return;
	if (p) {
		call_json(c, 200, describe(c, r, p));
		return;
	}
	made = open_container(c, b);
	if (made && json_int(made, "of", -1) == a->number) {
		state = state_of(c, b, made);
		j = json_new_object();
		json_set_str(j, "id", id);
		json_set_str(j, "status", arena_printf(c->answer->arena, "%s: Media", state));
		json_set_str(j, r->status, state);
		call_json(c, 200, j);
	} else {
		meta_refuse(c, 404);
	}
	json_free(&made);
}

void stage_list(struct call *c, const struct stage_rules *r)
{
	struct account *a = path_account(c);
	const char *since = call_param(c, "since"), *max = call_param(c, "limit");
	int64_t from = since ? strtoll(since, NULL, 10) * 1000 : 0;
	size_t limit = max ? strtoul(max, NULL, 10) : 25, cursor = 0;
	const struct post *p;
	struct json *j, *data;

	if (!a)
		return;
	j = json_new_object();
	data = json_set(j, "data", json_new_array());
	while ((p = shelf_next(c, a, &cursor)) != NULL && p->created_at >= from &&
	       json_len(data) < limit && json_len(data) < 100)
		json_add(data, describe(c, r, p));
	call_json(c, 200, j);
}

void stage_delete(struct call *c, const struct stage_rules *r)
{
	struct account *a = meta_account(c);
	struct post *p = a ? shelf_post(c, route_part(c, 0)) : NULL;
	struct json *j;

	(void)r;
	if (!a)
		return;
	if (!p || p->account != a) {
		meta_refuse(c, 404);
		return;
	}
	world_change_post(c->world, p, NULL, NULL, true);
	j = json_new_object();
	json_set_bool(j, "success", true);
	json_set_str(j, "deleted_id", p->remote_id);
	call_json(c, 200, j);
}

void stage_quota(struct call *c, const char *name, int64_t total)
{
	struct account *a = meta_account(c);
	struct json *j, *o;

	if (!a)
		return;
	j = json_new_object();
	o = json_add(json_set(j, "data", json_new_array()), json_new_object());
	json_set_int(o, "quota_usage", 0);
	o = json_set(o, name, json_new_object());
	json_set_int(o, "quota_total", total);
	json_set_int(o, "quota_duration", 86400);
	call_json(c, 200, j);
}
