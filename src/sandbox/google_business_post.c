/* sandbox/google_business_post.c - local posts: under review at first, live when they can be seen. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/google_business.h"
#include "sandbox/media_host.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define SUMMARY_MAX 1500
#define PAGE_MAX 100

/* The location of the path, if it is the account's; NULL: answered already. */
static struct account *path_location(struct call *c)
{
	struct account *a = gbp_account(c);

	if (!a)
		return NULL;
	if (strcmp(route_part(c, 2), gbp_business(c, a)) == 0 &&
	    strcmp(route_part(c, 4), a->id) == 0)
		return a;
	gbp_error(c, 404, "NOT_FOUND", "Requested entity was not found.");
	return NULL;
}

static void invalid(struct call *c, int code, const char *field, const char *message)
{
	struct json *j = json_new_object(), *e = json_set(j, "error", json_new_object()), *o;

	json_set_int(e, "code", 400);
	json_set_str(e, "message", "Request contains an invalid argument.");
	json_set_str(e, "status", "INVALID_ARGUMENT");
	o = json_add(json_set(e, "details", json_new_array()), json_new_object());
	json_set_str(o, "@type", "type.googleapis.com/google.mybusiness.v4.ValidationError");
	o = json_add(json_set(o, "errorDetails", json_new_array()), json_new_object());
	json_set_int(o, "code", code);
	json_set_str(o, "field", field);
	json_set_str(o, "message", message);
	call_json(c, 400, j);
}

static struct json *describe(const struct call *c, const struct post *p)
{
	struct json *j = shelf_record(p), *media = json_new_array();

	json_set_str(j, "name", p->remote_id);
	json_set_str(j, "state", p->visible_at <= c->now_ms ? "LIVE" : "PROCESSING");
	json_set_time(j, "createTime", p->created_at);
	json_set_time(j, "updateTime", p->created_at);
	json_set_str(j, "searchUrl",
		     arena_printf(c->answer->arena, "https://local.google.com/place?id=%s",
				  p->account->id));
	/* The pictures are told by addresses of its own. */
	for (const struct json *m = json_first(json_get(j, "media")); m; m = json_next(m)) {
		struct json *o = json_add(media, json_new_object());

		json_set_str(o, "mediaFormat", json_str(m, "mediaFormat"));
		json_set_str(o, "googleUrl", "https://lh3.googleusercontent.com/p/sandbox");
	}
	json_set(j, "media", media);
	return j;
}

/* False: answered already. */
static bool read_media(struct call *c, const struct json *body, struct json *media)
{
	char sha256[HASH_HEX_SIZE];
	struct json *o;

	for (const struct json *m = json_first(json_get(body, "media")); m; m = json_next(m)) {
		const char *url = json_str(m, "sourceUrl"), *format = json_str(m, "mediaFormat");

		if (!url || !format || strcmp(format, "PHOTO") != 0) {
			invalid(c, 3, "media.media_format",
				"Video uploaded from post is not currently supported.");
			return false;
		}
		if (!media_host_fetch(c, url, sha256)) {
			invalid(c, 1000, "media.source_url", "Fetching image failed.");
			return false;
		}
		o = json_add(media, json_new_object());
		json_set_str(o, "sha256", sha256);
		json_set_str(o, "alt", NULL);
	}
	return true;
}

static bool check(struct call *c, const struct json *body)
{
	static const char *const topics[] = {"STANDARD", "EVENT", "OFFER", "ALERT"};
	const char *topic = json_str(body, "topicType"), *summary = json_str(body, "summary");
	bool known = false;

	for (size_t i = 0; topic && i < COUNT_OF(topics); i++)
		known |= strcmp(topics[i], topic) == 0;
	if (!known)
		invalid(c, 2, "topic_type", "Invalid topic type");
	else if (summary && text_codepoints(summary, strlen(summary)) > SUMMARY_MAX)
		invalid(c, 1, "summary", "The summary is too long");
	else if (!summary && !json_get(body, "media") && !json_get(body, "event"))
		invalid(c, 2, "summary", "The summary is missing");
	else if ((strcmp(topic, "EVENT") == 0 || strcmp(topic, "OFFER") == 0) &&
		 !json_str(json_get(body, "event"), "title"))
		invalid(c, 2, "event.title", "The event is missing");
	else
		return true;
	return false;
}

void gbp_create(struct call *c)
{
	struct account *a = path_location(c);
	struct json *body, *media;
	const char *summary;

	if (!a)
		return;
	body = call_body(c);
	media = json_new_array();
	if (!check(c, body) || !read_media(c, body, media)) {
		json_free(&media);
		json_free(&body);
		return;
	}
	summary = json_str(body, "summary");
	json_set_str(body, "text", summary ? summary : "");
	call_json(
		c, 200,
		describe(c, shelf_accept(c, a, NULL,
					 arena_printf(c->answer->arena,
						      "accounts/%s/locations/%s/localPosts/%s",
						      gbp_business(c, a), a->id, shelf_post_id(c)),
					 body, media)));
}

void gbp_list(struct call *c)
{
	struct account *a = path_location(c);
	const char *size = call_param(c, "pageSize"), *after = call_param(c, "pageToken");
	size_t limit = size ? strtoul(size, NULL, 10) : 20, cursor = 0;
	int64_t below = after ? strtoll(after, NULL, 10) : INT64_MAX;
	const struct post *p;
	struct json *j, *list;

	if (!a)
		return;
	if (limit < 1 || limit > PAGE_MAX) {
		gbp_error(c, 400, "INVALID_ARGUMENT", "Request contains an invalid argument.");
		return;
	}
	j = json_new_object();
	list = json_new_array();
	while ((p = shelf_next(c, a, &cursor)) != NULL) {
		if (p->number >= below)
			continue;
		if (json_len(list) == limit) {
			json_set_str(
				j, "nextPageToken",
				arena_printf(c->answer->arena, "%lld", (long long)p->number + 1));
			break;
		}
		json_add(list, describe(c, p));
	}
	/* No list at all where there is nothing. */
	if (json_len(list) > 0)
		json_set(j, "localPosts", list);
	else
		json_free(&list);
	call_json(c, 200, j);
}

/* The post of the path, also one that cannot be listed yet; NULL: answered already. */
static struct post *path_post(struct call *c)
{
	struct account *a = path_location(c);
	struct post *p = a ? world_post_by_id(c->world, "google_business", c->path + strlen("/v4/"))
			   : NULL;

	if (a && (!p || p->deleted)) {
		gbp_error(c, 404, "NOT_FOUND", "Requested entity was not found.");
		p = NULL;
	}
	return p;
}

void gbp_read(struct call *c)
{
	struct post *p = path_post(c);

	if (p)
		call_json(c, 200, describe(c, p));
}

void gbp_delete(struct call *c)
{
	struct post *p = path_post(c);

	if (!p)
		return;
	world_change_post(c->world, p, NULL, NULL, true);
	call_json(c, 200, json_new_object());
}
