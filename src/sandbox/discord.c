/* sandbox/discord.c - Discord's webhooks for practice. An account is a webhook, its secret the address of it.
 *
 * Messages cannot be listed; one can be read and deleted by its id. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/fields.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define TEXT_MAX 2000
#define FILES_MAX 10
#define CHANNEL "1200000000000000001"
#define GUILD "1200000000000000002"
#define BUCKET_LIMIT 5

static void error(struct call *c, int status, int code, const char *message)
{
	struct json *j = json_new_object();

	json_set_str(j, "message", message);
	json_set_int(j, "code", code);
	call_json(c, status, j);
}

/* "/api/webhooks/ID/TOKEN..." or with a version between. */
static const char *without_version(const char *path)
{
	size_t digits = strncmp(path, "/api/v", 6) == 0 ? strspn(path + 6, "0123456789") : 0;

	if (digits > 0)
		return path + 6 + digits;
	return strncmp(path, "/api/", 5) == 0 ? path + 4 : path;
}

static struct account *path_account(const struct call *c)
{
	struct call bare = *c;
	struct account *a;
	const char *secret;

	bare.path = without_version(c->path);
	a = world_account(c->world, "discord", route_part(&bare, 1));
	secret = a ? strrchr(a->secret, '/') + 1 : NULL;
	return a && strcmp(route_part(&bare, 2), secret) == 0 ? a : NULL;
}

static struct account *webhook(struct call *c)
{
	struct account *a = path_account(c);

	if (!a || a->secret_state != SECRET_GOOD) {
		error(c, a ? 404 : 401, a ? 10015 : 50027,
		      a ? "Unknown Webhook" : "Invalid Webhook Token");
		return NULL;
	}
	call_header_int(c, "X-RateLimit-Limit", BUCKET_LIMIT);
	call_header_int(c, "X-RateLimit-Remaining", BUCKET_LIMIT - 1);
	call_header(c, "X-RateLimit-Reset-After", "1.000");
	call_header(c, "X-RateLimit-Bucket", "sandbox");
	return a;
}

static void show(struct call *c)
{
	struct account *a = webhook(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_set_int(j, "type", 1);
	json_set_str(j, "id", a->id);
	json_set_str(j, "name", a->handle);
	json_set_str(j, "channel_id", CHANNEL);
	json_set_str(j, "guild_id", GUILD);
	call_json(c, 200, j);
}

static struct json *describe(const struct post *p, const char *content)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", p->remote_id);
	json_set_str(j, "channel_id", CHANNEL);
	json_set_str(j, "webhook_id", p->account->id);
	json_set_str(j, "content", content);
	json_set_time(j, "timestamp", p->created_at);
	return j;
}

/* The files, with the descriptions that the message gives them. */
static struct json *read_files(const struct call *c, const struct fields *f,
			       const struct json *message)
{
	struct json *media = json_new_array();

	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct field *file = fields_find(
			f, arena_printf(c->answer->arena, "files[%zu]", i));
		const struct json *o = json_at(
			message, arena_printf(c->answer->arena, "attachments.%zu", i));

		if (!file)
			break;
		shelf_list(media,
			   shelf_keep(c, shelf_blob_id(c, ""), file->type, file->value, file->len,
				      json_str(o, "description")),
			   NULL);
	}
	return media;
}

static void accept(struct call *c, struct account *a, const struct fields *f,
		   const struct json *message)
{
	const char *content = json_str(message, "content"), *wait = call_param(c, "wait");
	struct json *record = json_new_object();
	struct post *p;

	json_set_str(record, "text", content ? content : "");
	p = shelf_accept(c, a, NULL, shelf_post_id(c), record, read_files(c, f, message));
	if (wait && strcmp(wait, "true") == 0)
		call_json(c, 200, describe(p, content ? content : ""));
	else
		c->answer->status = 204;
}

static void create(struct call *c)
{
	struct account *a = webhook(c);
	const char *payload, *content;
	struct json *message = NULL;
	struct fields f;

	if (!a)
		return;
	f = fields_read(c);
	payload = fields_get(&f, "payload_json");
	if (!payload)
		message = call_body(c);
	else if (json_parse(payload, strlen(payload), JSON_BYTES_MAX, &message, NULL) != OK)
		message = NULL;
	content = json_str(message, "content");
	if (!message)
		error(c, 400, 50109, "The request body contains invalid JSON.");
	else if ((!content || !*content) && !fields_find(&f, "files[0]"))
		error(c, 400, 50006, "Cannot send an empty message");
	else if (content && text_codepoints(content, strlen(content)) > TEXT_MAX)
		error(c, 400, 50035, "Invalid Form Body");
	else
		accept(c, a, &f, message);
	json_free(&message);
}

static struct post *path_post(struct call *c, struct account *a)
{
	struct call bare = *c;
	struct post *p;

	bare.path = without_version(c->path);
	p = shelf_post(c, route_part(&bare, 4));
	if (p && p->account == a)
		return p;
	error(c, 404, 10008, "Unknown Message");
	return NULL;
}

static void read_message(struct call *c)
{
	struct account *a = webhook(c);
	struct post *p = a ? path_post(c, a) : NULL;
	struct json *record;

	if (!p)
		return;
	record = shelf_record(p);
	call_json(c, 200, describe(p, json_str(record, "text")));
	json_free(&record);
}

static void delete_message(struct call *c)
{
	struct account *a = webhook(c);
	struct post *p = a ? path_post(c, a) : NULL;

	if (!p)
		return;
	world_change_post(c->world, p, NULL, NULL, true);
	c->answer->status = 204;
}

static const struct route routes[] = {
	{"GET", "/webhooks/*/*", STEP_VERIFY, show},
	{"POST", "/webhooks/*/*", STEP_UPLOAD | STEP_CREATE | STEP_PUBLISH, create},
	{"GET", "/webhooks/*/*/messages/*", STEP_READ, read_message},
	{"DELETE", "/webhooks/*/*/messages/*", 0, delete_message},
};

static const struct route *find(const struct call *c)
{
	struct call bare = *c;

	bare.path = without_version(c->path);
	return route_find(&bare, routes, COUNT_OF(routes));
}

static unsigned steps(const struct call *c)
{
	const struct route *r = find(c);

	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = find(c);

	if (r)
		r->answer(c);
	else
		error(c, 404, 0, "404: Not Found");
}

static void refuse(struct call *c, int status)
{
	error(c, status,
	      status == 400   ? 50035
	      : status == 401 ? 50027
	      : status == 404 ? 10015
			      : 0,
	      status == 400   ? "Invalid Form Body"
	      : status == 401 ? "Invalid Webhook Token"
	      : status == 404 ? "Unknown Webhook"
	      : status >= 500 ? "Internal Server Error"
			      : "Refused");
}

static void limit(struct call *c, int64_t seconds)
{
	struct json *j = json_new_object();

	call_header_int(c, "Retry-After", seconds);
	call_header_int(c, "X-RateLimit-Limit", BUCKET_LIMIT);
	call_header_int(c, "X-RateLimit-Remaining", 0);
	call_header_int(c, "X-RateLimit-Reset-After", seconds);
	json_set_str(j, "message", "You are being rate limited.");
	json_set_num(j, "retry_after", (double)seconds);
	json_set_bool(j, "global", false);
	call_json(c, 429, j);
}

static void refuse_duplicate(struct call *c)
{
	error(c, 400, 50035, "Invalid Form Body");
}

static void damage(struct call *c, enum fault_kind kind)
{
	struct account *a = path_account(c);

	/* A webhook does not expire; it is deleted. */
	if (a && kind != FAULT_ROTATE) {
		a->secret_state = SECRET_REVOKED;
		world_account_changed(c->world, a);
	}
}

static void make_accounts(struct world *w, int64_t n)
{
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++) {
		const char *handle = call_account_label(a, i);
		char id[20], letters[36];

		call_derive(world_seed(w), "discord", handle, "id", "0123456789", id, 19);
		id[0] = '1';
		call_derive(world_seed(w), "discord", handle, "token",
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			    letters, 32);
		world_add_account(w, "discord", handle, id,
				  arena_printf(a, "/api/webhooks/%s/%s", id, letters));
	}
	arena_free(&a);
}

const struct sandbox_platform sandbox_discord = {
	.name = "discord",
	.secret_is_path = true,
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
