/* sandbox/pinterest.c - Pinterest for practice: BASE/v5/... and BASE/oauth/. Each account has one board. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/consent.h"
#include "sandbox/fields.h"
#include "sandbox/holder.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define DAY_MS (INT64_C(24) * 3600000)
#define BODY_BYTES_MAX ((size_t)64 << 20)
#define TITLE_MAX 100
#define DESCRIPTION_MAX 800
#define ALT_MAX 500
#define IMAGES_MAX 5
#define CALLS_LIMIT 1000

static const struct consent consent = {
	.pkce = PKCE_REFUSED,
	.secret_needed = true,
	.basic_needed = true,
	.tells_refresh_life = true,
	.code_life_ms = 600000,
	.access_life_ms = 30 * DAY_MS,
	.refresh_life_ms = 60 * DAY_MS,
	.scopes = "boards:read,boards:write,pins:read,pins:write,user_accounts:read",
	.dead_error = "invalid_grant",
	.dead_words = "The refresh token is not valid",
};

static void error(struct call *c, int status, int code, const char *message)
{
	struct json *j = json_new_object();

	json_set_int(j, "code", code);
	json_set_str(j, "message", message);
	call_json(c, status, j);
}

static void rate_headers(struct call *c, int64_t remaining, int64_t seconds)
{
	call_header_int(c, "X-RateLimit-Limit", CALLS_LIMIT);
	call_header_int(c, "X-RateLimit-Remaining", remaining);
	call_header_int(c, "X-RateLimit-Reset", seconds);
}

static struct account *account(struct call *c)
{
	struct holder h = holder_of(c, call_bearer(c));

	if (!h.account || h.expired || h.revoked) {
		error(c, 401, 2, "Authentication failed.");
		return NULL;
	}
	rate_headers(c, CALLS_LIMIT - 1, 60);
	return h.account;
}

/* A board's id follows from its account's. */
static const char *board_of(const struct call *c, const struct account *a)
{
	return arena_printf(c->answer->arena, "9%s", a->id);
}

static void authorize(struct call *c)
{
	consent_authorize(c, &consent);
}

static void token(struct call *c)
{
	consent_token(c, &consent);
}

static void me(struct call *c)
{
	struct account *a = account(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_set_str(j, "id", a->id);
	json_set_str(j, "username", a->handle);
	json_set_str(j, "account_type", "BUSINESS");
	call_json(c, 200, j);
}

static struct json *describe_board(const struct call *c, const struct account *a)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", board_of(c, a));
	json_set_str(j, "name", arena_printf(c->answer->arena, "%s's board", a->handle));
	json_set_str(j, "privacy", "PUBLIC");
	json_set_str(json_set(j, "owner", json_new_object()), "username", a->handle);
	return j;
}

static void boards(struct call *c)
{
	struct account *a = account(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_add(json_set(j, "items", json_new_array()), describe_board(c, a));
	json_set_null(j, "bookmark");
	call_json(c, 200, j);
}

/* Is the board the account's? False: answered already. */
static bool is_board(struct call *c, const struct account *a, const char *id)
{
	if (id && strcmp(id, board_of(c, a)) == 0)
		return true;
	error(c, 404, 40, "Board not found.");
	return false;
}

static void board(struct call *c)
{
	struct account *a = account(c);

	if (a && is_board(c, a, route_part(c, 2)))
		call_json(c, 200, describe_board(c, a));
}

static struct json *describe(const struct call *c, const struct post *p)
{
	struct json *j = json_new_object(), *record = shelf_record(p);
	static const char *const names[] = {"title", "description", "alt_text", "link"};

	json_set_str(j, "id", p->remote_id);
	json_set_time(j, "created_at", p->created_at);
	json_set_str(j, "board_id", board_of(c, p->account));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		json_set_str(j, names[i], json_str(record, names[i]));
	json_free(&record);
	return j;
}

static void pins(struct call *c)
{
	struct account *a = account(c);
	const char *size = call_param(c, "page_size");
	size_t limit = size ? strtoul(size, NULL, 10) : 25, cursor = 0;
	const struct post *p;
	struct json *j, *items;

	if (!a || !is_board(c, a, route_part(c, 2)))
		return;
	if (limit < 1 || limit > 250) {
		error(c, 400, 1, "page_size is not valid");
		return;
	}
	j = json_new_object();
	items = json_set(j, "items", json_new_array());
	while ((p = shelf_next(c, a, &cursor)) != NULL && json_len(items) < limit)
		json_add(items, describe(c, p));
	json_set_null(j, "bookmark");
	call_json(c, 200, j);
}

/* One image, by its bytes or its address. False: it is none. */
static bool add_image(const struct call *c, const struct json *o, const char *alt,
		      struct json *media)
{
	const char *data = json_str(o, "data"), *url = json_str(o, "url");
	const struct blob *b = NULL;
	struct strbuf bytes;

	if (url && strncmp(url, "https://", 8) == 0) {
		b = shelf_keep_url(c, shelf_blob_id(c, ""), "image/jpeg", url, alt);
	} else if (data && json_str(o, "content_type")) {
		strbuf_init(&bytes, BODY_BYTES_MAX);
		if (base64_decode(&bytes, data, strlen(data), BASE64_STANDARD) && bytes.len > 0)
			b = shelf_keep(c, shelf_blob_id(c, ""), json_str(o, "content_type"),
				       bytes.data, bytes.len, alt);
		strbuf_free(&bytes);
	}
	if (b)
		shelf_list(media, b, NULL);
	return b != NULL;
}

static bool read_source(const struct call *c, const struct json *source, const char *alt,
			struct json *media)
{
	const char *type = json_str(source, "source_type");
	const char *video = json_str(source, "media_id");
	const struct blob *b = video ? world_blob(c->world, video) : NULL;
	bool ok = true;

	if (!type)
		return false;
	if (strncmp(type, "multiple_", 9) == 0) {
		for (const struct json *o = json_first(json_get(source, "items")); ok && o;
		     o = json_next(o))
			ok = add_image(c, o, alt, media);
		return ok && json_len(media) >= 2 && json_len(media) <= IMAGES_MAX;
	}
	if (strcmp(type, "video_id") == 0) {
		if (b && b->size > 0)
			shelf_list(media, b, alt);
		return json_len(media) == 1;
	}
	return add_image(c, source, alt, media);
}

static bool fits(const struct json *body, const char *name, size_t max)
{
	const char *s = json_str(body, name);

	return !s || text_codepoints(s, strlen(s)) <= max;
}

static void accept(struct call *c, struct account *a, const struct json *body, struct json *media)
{
	static const char *const names[] = {"title", "description", "alt_text", "link"};
	struct json *record = json_new_object();
	const char *text = json_str(body, "description");

	if (!text)
		text = json_str(body, "title");
	json_set_str(record, "text", text ? text : "");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		json_set_str(record, names[i], json_str(body, names[i]));
	call_json(c, 201, describe(c, shelf_accept(c, a, NULL, shelf_post_id(c), record, media)));
}

static void create(struct call *c)
{
	struct account *a = account(c);
	struct json *body = NULL, *media = NULL;

	if (!a)
		return;
	if (json_parse(c->request->body, c->request->len, BODY_BYTES_MAX, &body, NULL) != OK)
		body = NULL;
	if (!body) {
		error(c, 400, 1, "The body is no JSON");
	} else if (!is_board(c, a, json_str(body, "board_id"))) {
		json_free(&body);
		return;
	} else if (!fits(body, "title", TITLE_MAX) || !fits(body, "description", DESCRIPTION_MAX) ||
		   !fits(body, "alt_text", ALT_MAX)) {
		error(c, 400, 1, "A text is too long");
	} else {
		media = json_new_array();
		if (read_source(c, json_get(body, "media_source"), json_str(body, "alt_text"),
				media)) {
			accept(c, a, body, media);
			media = NULL;
		} else {
			error(c, 400, 235, "Sorry we could not fetch the image.");
		}
	}
	json_free(&media);
	json_free(&body);
}

static void delete_pin(struct call *c)
{
	struct account *a = account(c);
	struct post *p = a ? shelf_post(c, route_part(c, 2)) : NULL;

	if (!a)
		return;
	if (!p || p->account != a) {
		error(c, 404, 50, "Pin not found.");
		return;
	}
	world_change_post(c->world, p, NULL, NULL, true);
	c->answer->status = 204;
}

/* ---- videos ----------------------------------------------------------- */

static void register_video(struct call *c)
{
	struct account *a = account(c);
	struct json *j;
	struct blob *b;

	if (!a)
		return;
	b = world_begin_blob(c->world, shelf_blob_id(c, ""), "video/mp4");
	j = json_new_object();
	json_set_str(j, "media_id", b->id);
	json_set_str(j, "media_type", "video");
	json_set_str(j, "upload_url", arena_printf(c->answer->arena, "%s/upload", c->server));
	json_set_str(json_set(j, "upload_parameters", json_new_object()), "key", b->id);
	call_json(c, 201, j);
}

static void upload(struct call *c)
{
	struct fields f = fields_read(c);
	const char *key = fields_get(&f, "key");
	const struct field *file = fields_find(&f, "file");
	struct blob *b = key ? world_blob(c->world, key) : NULL;

	if (!b || !file || !world_grow_blob(c->world, b, file->value, file->len)) {
		error(c, 403, 0, "AccessDenied");
		return;
	}
	world_finish_blob(c->world, b);
	c->answer->status = 204;
}

static void look(struct call *c)
{
	struct account *a = account(c);
	struct blob *b = world_blob(c->world, route_part(c, 2));
	struct json *j;

	if (!a)
		return;
	if (!b) {
		error(c, 404, 0, "Media not found.");
		return;
	}
	j = json_new_object();
	json_set_str(j, "media_id", b->id);
	json_set_str(j, "status", b->growing ? "registered" : "succeeded");
	call_json(c, 200, j);
}

static const struct route routes[] = {
	{"GET", "/oauth/", STEP_LOGIN, authorize},
	{"POST", "/v5/oauth/token", STEP_LOGIN, token},
	{"GET", "/v5/user_account", STEP_VERIFY, me},
	{"GET", "/v5/boards", STEP_VERIFY, boards},
	{"GET", "/v5/boards/*", STEP_VERIFY, board},
	{"GET", "/v5/boards/*/pins", STEP_READ, pins},
	{"POST", "/v5/pins", STEP_CREATE | STEP_PUBLISH, create},
	{"DELETE", "/v5/pins/*", 0, delete_pin},
	{"POST", "/v5/media", STEP_UPLOAD, register_video},
	{"POST", "/upload", STEP_UPLOAD, upload},
	{"GET", "/v5/media/*", STEP_READ, look},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r && r->answer == token && strstr(c->request->body, "grant_type=refresh_token"))
		return STEP_REFRESH;
	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		error(c, 404, 0, "No such path");
}

static void refuse(struct call *c, int status)
{
	error(c, status,
	      status == 401   ? 2
	      : status == 403 ? 29
	      : status == 404 ? 40
			      : 1,
	      status == 401   ? "Authentication failed."
	      : status == 403 ? "You are not permitted to access that resource."
	      : status == 404 ? "Board not found."
	      : status >= 500 ? "Something went wrong on our end. Sorry about that."
			      : "Invalid request");
}

static void limit(struct call *c, int64_t seconds)
{
	rate_headers(c, 0, seconds);
	error(c, 429, 8, "You have exceeded your rate limit. Try again later.");
}

static void refuse_duplicate(struct call *c)
{
	error(c, 409, 1, "The pin is there already");
}

static void damage(struct call *c, enum fault_kind kind)
{
	holder_damage(c, call_bearer(c), kind);
}

static void make_accounts(struct world *w, int64_t n)
{
	holder_make_accounts(w, "pinterest", n, 17);
}

const struct sandbox_platform sandbox_pinterest = {
	.name = "pinterest",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
