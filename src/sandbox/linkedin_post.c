/* sandbox/linkedin_post.c - posts on LinkedIn.
 *
 * The commentary is little text: what is meant literally is escaped, and an unescaped "(" cuts it off without a word,
 * which the ledger shows. The same body within a day is refused, and the refusal names the first, even where that was
 * deleted since. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/linkedin.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define TEXT_MAX 3000
#define DUPLICATE_WINDOW_MS (INT64_C(24) * 3600000)
#define SHARE "urn:li:share:"

/* "@[Name](urn:...)" and "{hashtag|\#|word}": what they show, up to their end; 0 if it is neither. */
static size_t read_special(struct strbuf *out, const char *s)
{
	const char *end, *bar;

	if (s[0] == '@' && s[1] == '[' && (end = strstr(s, "](")) && strchr(end, ')')) {
		strbuf_add(out, s + 2, (size_t)(end - s) - 2);
		return (size_t)(strchr(end, ')') - s) + 1;
	}
	if (strncmp(s, "{hashtag|\\#|", 12) == 0 && (bar = strchr(s, '}'))) {
		strbuf_putc(out, '#');
		strbuf_add(out, s + 12, (size_t)(bar - s) - 12);
		return (size_t)(bar - s) + 1;
	}
	return 0;
}

/* What a reader sees of little text; in the arena. */
static char *shown(struct arena *a, const char *little)
{
	struct strbuf b;
	char *out;

	strbuf_init(&b, (size_t)1 << 20);
	for (const char *s = little; *s;) {
		size_t n = read_special(&b, s);

		if (n) {
			s += n;
		} else if (*s == '\\' && s[1] && strchr("|{}@[]()<>#\\*_~", s[1])) {
			strbuf_putc(&b, s[1]);
			s += 2;
		} else if (*s == '(') {
			break;
		} else {
			strbuf_putc(&b, *s++);
		}
	}
	out = arena_strdup(a, b.data);
	strbuf_free(&b);
	return out;
}

/* Adds a file of the content to the list. False: answered already. */
static bool add_file(struct call *c, struct json *list, const struct json *o)
{
	const char *urn = json_str(o, "id");
	const struct blob *b = urn ? world_blob(c->world, urn) : NULL;

	if (!b || b->growing) {
		sim_li_error(c, 400, 0, "INVALID_MEDIA",
			     arena_printf(c->answer->arena, "Media %s is not usable",
					  urn ? urn : "without id"));
		return false;
	}
	shelf_list(list, b, json_str(o, "altText"));
	return true;
}

static struct json *read_media(struct call *c, const struct json *content)
{
	struct json *list = json_new_array();
	bool ok = true;

	if (json_get(content, "media"))
		ok = add_file(c, list, json_get(content, "media"));
	for (const struct json *m = json_first(json_at(content, "multiImage.images")); ok && m;
	     m = json_next(m))
		ok = add_file(c, list, m);
	if (!ok)
		json_free(&list);
	return list;
}

static void say_duplicate(struct call *c, const struct post *twin)
{
	struct json *j = json_new_object(), *o;

	json_set_str(
		j, "message",
		arena_printf(c->answer->arena, "Content is a duplicate of %s", twin->remote_id));
	json_set_int(j, "status", 422);
	o = json_add(json_set(json_set(j, "errorDetails", json_new_object()), "inputErrors",
			      json_new_array()),
		     json_new_object());
	json_set_str(o, "code", "DUPLICATE_POST");
	call_json(c, 422, j);
}

static void accept(struct call *c, struct account *a, const char *key, const struct json *body,
		   struct json *media)
{
	struct json *record = json_copy(body);
	struct post *p;

	json_set_str(record, "text", shown(c->answer->arena, json_str(body, "commentary")));
	p = shelf_accept(c, a, key, arena_printf(c->answer->arena, SHARE "%s", shelf_post_id(c)),
			 record, media);
	c->answer->status = 201;
	call_header(c, "x-restli-id", arena_strdup(c->answer->arena, p->remote_id));
}

/* NULL if it may be accepted. */
static const char *fault_of(const struct json *body)
{
	const char *v = json_str(body, "visibility"), *state = json_str(body, "lifecycleState");
	const char *feed = json_str(json_get(body, "distribution"), "feedDistribution");

	if (!json_str(body, "commentary"))
		return "commentary field is required";
	if (!v || (strcmp(v, "PUBLIC") != 0 && strcmp(v, "CONNECTIONS") != 0 &&
		   strcmp(v, "LOGGED_IN") != 0))
		return "visibility is not valid";
	if (!state || strcmp(state, "PUBLISHED") != 0)
		return "lifecycleState is not valid";
	return feed ? NULL : "distribution field is required";
}

void sim_li_create(struct call *c)
{
	struct account *who = sim_li_account(c), *a;
	struct json *body = who ? call_body(c) : NULL, *media;
	const char *author = json_str(body, "author"), *text = json_str(body, "commentary");
	const char *key, *fault;
	struct post *twin;

	if (!who)
		return;
	key = shelf_text_key(c, c->request->body);
	fault = fault_of(body);
	a = sim_li_speaker(c, who, author);
	twin = !a ? NULL : shelf_twin(c, a, key, DUPLICATE_WINDOW_MS, true);
	if (!a)
		sim_li_error(c, 403, 100, "ACCESS_DENIED",
			     "Not enough permissions to access: partnerApiPosts.CREATE");
	else if (fault)
		sim_li_error(c, 422, 0, "INVALID_FIELD", fault);
	else if (text_codepoints(text, strlen(text)) > TEXT_MAX)
		sim_li_error(c, 400, 0, "FIELD_LENGTH_TOO_LONG",
			     "commentary is longer than 3000 characters");
	else if (twin)
		say_duplicate(c, twin);
	else if ((media = read_media(c, json_get(body, "content"))) != NULL)
		accept(c, a, key, body, media);
	json_free(&body);
}

void sim_li_list(struct call *c)
{
	struct account *who = sim_li_account(c), *a;
	const char *author = call_param(c, "author"), *count = call_param(c, "count");
	const char *method = listener_header(c->request, "X-RestLi-Method");
	size_t limit = count ? strtoul(count, NULL, 10) : 10, cursor = 0;
	struct json *j, *list;
	const struct post *p;

	if (!who)
		return;
	a = sim_li_speaker(c, who, author);
	if (!a || !sim_li_is_page(a)) {
		sim_li_error(c, 403, 100, "ACCESS_DENIED",
			     "Not enough permissions to access: partnerApiPosts.FINDER-author");
		return;
	}
	if (!method || strcmp(method, "FINDER") != 0) {
		sim_li_error(c, 400, 0, NULL, "X-RestLi-Method must be FINDER");
		return;
	}
	j = json_new_object();
	list = json_set(j, "elements", json_new_array());
	while ((p = shelf_next(c, a, &cursor)) != NULL && json_len(list) < limit) {
		struct json *e = json_add(list, shelf_record(p));

		json_set_str(e, "id", p->remote_id);
		json_set_int(e, "createdAt", p->created_at);
		json_set_int(e, "publishedAt", p->created_at);
	}
	call_json(c, 200, j);
}

void sim_li_delete(struct call *c)
{
	struct account *a = sim_li_account(c);
	struct post *p = a ? world_post_by_id(c->world, "linkedin", route_part(c, 2)) : NULL;

	if (!a)
		return;
	if (!p || p->account != a) {
		sim_li_error(c, 404, 0, NULL, "The post is not known");
		return;
	}
	if (!p->deleted)
		world_change_post(c->world, p, NULL, NULL, true);
	c->answer->status = 204;
}

void sim_li_comment(struct call *c)
{
	struct account *a = sim_li_account(c);

	if (!a)
		return;
	if (!world_post_by_id(c->world, "linkedin", route_part(c, 2))) {
		sim_li_error(c, 404, 0, NULL, "The post is not known");
		return;
	}
	c->answer->status = 201;
	call_header(c, "x-restli-id", "1");
}
