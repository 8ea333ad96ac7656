/* sandbox/x_tweet.c - posts on X.
 *
 * The same text twice within a day is refused. What is read back has "&amp;" and the like, and t.co addresses in place of
 * links, told in "entities"; media add one at the end. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"
#include "sandbox/x.h"

#define POST_LIMIT 100
#define READ_LIMIT 900
#define DELETE_LIMIT 50
#define TEXT_MAX 280
#define URL_WEIGHT 23
#define MEDIA_MAX 4
#define DUPLICATE_WINDOW_MS (INT64_C(24) * 3600000)
#define TEXT_BYTES_MAX ((size_t)1 << 20)

/* ---- length ----------------------------------------------------------- */

static bool is_light(uint32_t u)
{
	return u <= 4351 || (u >= 8192 && u <= 8205) || (u >= 8208 && u <= 8223) ||
	       (u >= 8242 && u <= 8247);
}

static size_t url_length(const char *s)
{
	size_t head = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0;
	size_t n = head ? head + strcspn(s + head, " \t\r\n") : 0;

	return n > head ? n : 0;
}

static uint32_t decode(const unsigned char *s, size_t *n)
{
	*n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (*n == 1)
		return s[0];
	if (*n == 2)
		return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
	if (*n == 3)
		return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
	return (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

/* A sequence that shows one picture counts as one heavy character. */
static int64_t weigh_grapheme(const char *s, size_t n)
{
	int64_t weight = 0;
	bool picture = false;

	for (size_t at = 0, len; at < n; at += len) {
		uint32_t u = decode((const unsigned char *)s + at, &len);

		picture |= u >= 0x1f000 || u == 0xfe0f || u == 0x20e3;
		weight += is_light(u) ? 1 : 2;
	}
	return picture ? 2 : weight;
}

static int64_t weigh(const char *text)
{
	struct strbuf b;
	int64_t weight = 0;

	strbuf_init(&b, TEXT_BYTES_MAX);
	text_nfc(&b, text, strlen(text));
	for (const char *s = b.data; *s;) {
		size_t url = url_length(s), n = url ? url : text_next_grapheme(s, strlen(s));

		weight += url ? URL_WEIGHT : weigh_grapheme(s, n);
		s += n;
	}
	strbuf_free(&b);
	return weight;
}

/* ---- reading ---------------------------------------------------------- */

static void add_escaped(struct strbuf *out, const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if (*s == '<')
			strbuf_puts(out, "&lt;");
		else if (*s == '>')
			strbuf_puts(out, "&gt;");
		else if (*s == '&')
			strbuf_puts(out, "&amp;");
		else
			strbuf_putc(out, *s);
}

static void add_short(const struct call *c, struct strbuf *out, struct json *urls,
		      const char *expanded)
{
	char id[11], *address;
	struct json *u = json_add(urls, json_new_object());

	call_derive(world_seed(c->world), "x", expanded, "t.co",
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", id, 10);
	address = arena_printf(c->answer->arena, "https://t.co/%s", id);
	strbuf_puts(out, address);
	json_set_str(u, "url", address);
	json_set_str(u, "expanded_url", expanded);
}

static struct json *describe(const struct call *c, const struct post *p)
{
	struct json *j = json_new_object(), *record = shelf_record(p), *urls;
	const char *s = json_str(record, "text");
	struct strbuf b;

	json_set_str(j, "id", p->remote_id);
	json_add_str(json_set(j, "edit_history_tweet_ids", json_new_array()), p->remote_id);
	json_set_time(j, "created_at", p->created_at);
	urls = json_set(json_set(j, "entities", json_new_object()), "urls", json_new_array());
	strbuf_init(&b, TEXT_BYTES_MAX);
	while (s && *s) {
		size_t n = url_length(s);

		if (n)
			add_short(c, &b, urls, arena_strndup(c->answer->arena, s, n));
		else
			add_escaped(&b, s, n = 1);
		s += n;
	}
	if (json_len(json_get(record, "media")) > 0) {
		strbuf_puts(&b, b.len ? " " : "");
		add_short(c, &b, urls,
			  arena_printf(c->answer->arena, "https://x.com/%s/status/%s/photo/1",
				       p->account->handle, p->remote_id));
	}
	json_set_str(j, "text", b.data);
	strbuf_free(&b);
	json_free(&record);
	return j;
}

void sim_x_read(struct call *c)
{
	struct account *a = sim_x_account(c, READ_LIMIT);
	struct post *p = a ? shelf_post(c, route_part(c, 2)) : NULL;
	struct json *j, *data, *metrics;

	if (!a)
		return;
	if (!p) {
		sim_x_problem(c, 404, "resource-not-found", "Could not find tweet");
		return;
	}
	j = json_new_object();
	data = json_set(j, "data", describe(c, p));
	metrics = json_set(data, "public_metrics", json_new_object());
	json_set_int(metrics, "retweet_count", 0);
	json_set_int(metrics, "reply_count", 0);
	json_set_int(metrics, "like_count", 0);
	json_set_int(metrics, "quote_count", 0);
	json_set_int(metrics, "bookmark_count", 0);
	json_set_int(metrics, "impression_count", 0);
	call_json(c, 200, j);
}

void sim_x_list(struct call *c)
{
	struct account *a = sim_x_account(c, READ_LIMIT);
	const char *since = call_param(c, "start_time"), *max = call_param(c, "max_results");
	size_t limit = max ? strtoul(max, NULL, 10) : 10, cursor = 0;
	struct json *j, *data;
	const struct post *p;
	int64_t from = 0;

	if (!a)
		return;
	if (limit < 5 || limit > 100 ||
	    (since && when_parse(since, "UTC", c->now_ms, &from, NULL) != OK)) {
		sim_x_problem(c, 400, "invalid-request", "max_results or start_time is not valid");
		return;
	}
	if (strcmp(route_part(c, 2), a->id) != 0) {
		sim_x_problem(c, 404, "resource-not-found", "Could not find user");
		return;
	}
	j = json_new_object();
	data = json_new_array();
	while ((p = shelf_next(c, a, &cursor)) != NULL && p->created_at >= from &&
	       json_len(data) < limit)
		json_add(data, describe(c, p));
	json_set_int(json_set(j, "meta", json_new_object()), "result_count",
		     (int64_t)json_len(data));
	/* No list at all where there is nothing. */
	if (json_len(data) > 0)
		json_set(j, "data", data);
	else
		json_free(&data);
	call_json(c, 200, j);
}

/* ---- writing ---------------------------------------------------------- */

/* [{"sha256","alt"}] of the media that are asked for; NULL: answered already. */
static struct json *read_media(struct call *c, const struct json *ids)
{
	struct json *list = json_new_array();

	for (const struct json *m = json_first(ids); m; m = json_next(m)) {
		const struct blob *b = json_as_str(m) ? world_blob(c->world, json_as_str(m)) : NULL;

		if (!b || b->growing || json_len(list) == MEDIA_MAX) {
			sim_x_problem(c, 400, "invalid-request", "Your media IDs are invalid.");
			json_free(&list);
			return NULL;
		}
		shelf_list(list, b, NULL);
	}
	return list;
}

static void accept(struct call *c, struct account *a, const char *key, const struct json *body,
		   struct json *media)
{
	struct json *record = json_new_object(), *j, *data;
	const char *text = json_str(body, "text");
	const struct json *ids = json_at(body, "media.media_ids");
	struct post *p;

	json_set_str(record, "text", text ? text : "");
	json_set(record, "media", ids ? json_copy(ids) : json_new_array());
	c->reply_to = json_as_str(json_at(body, "reply.in_reply_to_tweet_id"));
	c->poll = json_at(body, "poll.options");
	if (json_get(body, "reply"))
		json_set(record, "reply", json_copy(json_get(body, "reply")));
	p = shelf_accept(c, a, key, shelf_post_id(c), record, media);
	j = json_new_object();
	data = json_set(j, "data", json_new_object());
	json_set_str(data, "id", p->remote_id);
	json_set_str(data, "text", text ? text : "");
	call_json(c, 201, j);
}

void sim_x_create(struct call *c)
{
	struct account *a = sim_x_account(c, POST_LIMIT);
	struct json *body = a ? call_body(c) : NULL, *media = NULL;
	const char *text = json_str(body, "text");
	const struct json *ids = json_at(body, "media.media_ids");
	const char *key = shelf_text_key(c, text ? text : "");
	const char *reply_to = json_as_str(json_at(body, "reply.in_reply_to_tweet_id"));

	if (!a)
		return;
	if ((!text || !*text) && json_len(ids) == 0)
		sim_x_problem(c, 400, "invalid-request", "text or media is needed");
	else if (text && weigh(text) > TEXT_MAX)
		sim_x_problem(c, 400, "invalid-request", "Your text is too long.");
	else if (text && *text && shelf_twin(c, a, key, DUPLICATE_WINDOW_MS, false))
		sim_x_problem(c, 403, NULL,
			      "You are not allowed to create a Tweet with duplicate content.");
	else if (reply_to && !world_post_by_id(c->world, "x", reply_to))
		sim_x_problem(
			c, 400, "invalid-request",
			"You attempted to reply to a Tweet that is deleted or not visible to you.");
	else if ((media = read_media(c, ids)) != NULL)
		accept(c, a, key, body, media);
	json_free(&body);
}

void sim_x_delete(struct call *c)
{
	struct account *a = sim_x_account(c, DELETE_LIMIT);
	struct post *p = a ? shelf_post(c, route_part(c, 2)) : NULL;
	struct json *j;

	if (!a)
		return;
	if (!p || p->account != a) {
		sim_x_problem(c, 404, "resource-not-found", "Could not find tweet");
		return;
	}
	world_change_post(c->world, p, NULL, NULL, true);
	j = json_new_object();
	json_set_bool(json_set(j, "data", json_new_object()), "deleted", true);
	call_json(c, 200, j);
}
