/* sandbox/telegram.c - Telegram's Bot API for practice. Each account is a channel with a bot of its own; the bot's token
 * stands in every address: BASE/bot<token>/METHOD.
 *
 * Messages cannot be read back, so nothing of what is sent twice is noticed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sandbox/fields.h"
#include "sandbox/route.h"
#include "sandbox/shelf.h"

#define FIRST_BOT INT64_C(7000000000)
#define TEXT_MAX 4096
#define CAPTION_MAX 1024
#define PHOTO_BYTES_MAX 10485760
#define ALBUM_MAX 10
#define DELETE_MS (INT64_C(48) * 3600000)

static void error(struct call *c, int status, const char *description, int64_t retry_after)
{
	struct json *j = json_new_object();

	json_set_bool(j, "ok", false);
	json_set_int(j, "error_code", status);
	json_set_str(j, "description", description);
	if (retry_after)
		json_set_int(json_set(j, "parameters", json_new_object()), "retry_after",
			     retry_after);
	call_json(c, status, j);
}

static void result(struct call *c, struct json *value)
{
	struct json *j = json_new_object();

	json_set_bool(j, "ok", true);
	json_set(j, "result", value);
	call_json(c, 200, j);
}

/* The channel whose bot's token stands in the path, whatever its state; NULL. */
static struct account *path_account(const struct call *c)
{
	const char *part = route_part(c, 0);
	struct account *a;
	long long n;

	if (sscanf(part, "bot%lld:", &n) != 1 || n < FIRST_BOT)
		return NULL;
	a = world_nth_account(c->world, "telegram", (size_t)(n - FIRST_BOT));
	return a && strcmp(a->secret, part + 3) == 0 ? a : NULL;
}

static struct account *bot(struct call *c)
{
	struct account *a = path_account(c);

	if (a && a->secret_state == SECRET_GOOD)
		return a;
	error(c, 401, "Unauthorized", 0);
	return NULL;
}

/* The bot's own channel, as the request names it. False: answered already. */
static bool is_its_chat(struct call *c, const struct account *a, const char *chat)
{
	if (chat &&
	    (strcmp(chat, a->id) == 0 || (*chat == '@' && strcmp(chat + 1, a->handle) == 0)))
		return true;
	error(c, 400, "Bad Request: chat not found", 0);
	return false;
}

static void get_me(struct call *c)
{
	struct account *a = bot(c);
	struct json *j;

	if (!a)
		return;
	j = json_new_object();
	json_set_int(j, "id", strtoll(a->secret, NULL, 10));
	json_set_bool(j, "is_bot", true);
	json_set_str(j, "first_name", a->handle);
	json_set_str(j, "username", arena_printf(c->answer->arena, "%s_bot", a->handle));
	result(c, j);
}

static void get_member(struct call *c)
{
	struct account *a = bot(c);
	struct json *j;

	if (!a || !is_its_chat(c, a, call_param(c, "chat_id")))
		return;
	j = json_new_object();
	json_set_str(j, "status", "administrator");
	json_set_bool(j, "can_post_messages", true);
	result(c, j);
}

static int64_t units(const char *s)
{
	int64_t n = 0;

	/* Characters outside the basic plane count twice. */
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80 ? 1 + ((unsigned char)*s >= 0xf0) : 0;
	return n;
}

static struct json *describe(const struct account *a, const struct post *p, const char *id)
{
	struct json *j = json_new_object(), *chat;

	json_set_int(j, "message_id", strtoll(id, NULL, 10));
	json_set_int(j, "date", p->created_at / 1000);
	chat = json_set(j, "chat", json_new_object());
	json_set_int(chat, "id", strtoll(a->id, NULL, 10));
	json_set_str(chat, "type", "channel");
	json_set_str(chat, "username", a->handle);
	return j;
}

/* Numbers that count up in each channel. */
static const char *next_id(const struct call *c, const struct account *a)
{
	int64_t n = 1;

	for (size_t i = 0; world_nth_post(c->world, i); i++)
		n += world_nth_post(c->world, i)->account == a ? ALBUM_MAX : 0;
	return arena_printf(c->answer->arena, "%lld", (long long)n);
}

static struct post *accept(struct call *c, struct account *a, const char *text, const char *id,
			   struct json *media)
{
	struct json *record = json_new_object();

	json_set_str(record, "text", text ? text : "");
	return shelf_accept(c, a, NULL, arena_printf(c->answer->arena, "%s/%s", a->id, id), record,
			    media);
}

static void send_message(struct call *c)
{
	struct account *a = bot(c);
	struct fields f;
	const char *text, *id;

	if (!a)
		return;
	f = fields_read(c);
	text = fields_get(&f, "text");
	if (!is_its_chat(c, a, fields_get(&f, "chat_id")))
		return;
	id = next_id(c, a);
	if (!text || !*text)
		error(c, 400, "Bad Request: message text is empty", 0);
	else if (units(text) > TEXT_MAX)
		error(c, 400, "Bad Request: message is too long", 0);
	else
		result(c, describe(a, accept(c, a, text, id, json_new_array()), id));
}

/* sendPhoto, sendVideo: the file's name is the method's. */
static void send_file(struct call *c)
{
	struct account *a = bot(c);
	const char *name = strcmp(route_part(c, 1), "sendPhoto") == 0 ? "photo" : "video";
	const char *caption, *id;
	const struct field *file;
	struct json *media;
	struct fields f;

	if (!a)
		return;
	f = fields_read(c);
	caption = fields_get(&f, "caption");
	file = fields_find(&f, name);
	if (!is_its_chat(c, a, fields_get(&f, "chat_id")))
		return;
	id = next_id(c, a);
	if (!file || file->len == 0) {
		error(c, 400, "Bad Request: there is no file in the request", 0);
	} else if (caption && units(caption) > CAPTION_MAX) {
		error(c, 400, "Bad Request: message caption is too long", 0);
	} else if (*name == 'p' && file->len > PHOTO_BYTES_MAX) {
		error(c, 400, "Bad Request: file is too big", 0);
	} else {
		media = json_new_array();
		shelf_list(media,
			   shelf_keep(c, shelf_blob_id(c, ""), file->type, file->value, file->len,
				      NULL),
			   NULL);
		result(c, describe(a, accept(c, a, caption, id, media), id));
	}
}

/* The files that "media" names as attach://NAME; false: one of them is not there. */
static bool read_album(const struct call *c, const struct fields *f, const struct json *list,
		       struct json *media)
{
	for (const struct json *o = json_first(list); o; o = json_next(o)) {
		const char *name = json_str(o, "media");
		const struct field *file = NULL;

		if (name && strncmp(name, "attach://", 9) == 0)
			file = fields_find(f, name + 9);
		if (!file)
			return false;
		shelf_list(media,
			   shelf_keep(c, shelf_blob_id(c, ""), file->type, file->value, file->len,
				      NULL),
			   NULL);
	}
	return true;
}

static void send_album(struct call *c)
{
	struct account *a = bot(c);
	const char *text, *id;
	struct json *list = NULL, *media, *messages;
	struct post *p;
	struct fields f;

	if (!a)
		return;
	f = fields_read(c);
	text = fields_get(&f, "media");
	if (!is_its_chat(c, a, fields_get(&f, "chat_id")))
		return;
	if (!text || json_parse(text, strlen(text), JSON_BYTES_MAX, &list, NULL) != OK)
		list = NULL;
	media = json_new_array();
	id = next_id(c, a);
	if (json_len(list) < 2 || json_len(list) > ALBUM_MAX || !read_album(c, &f, list, media)) {
		error(c, 400, "Bad Request: wrong media group", 0);
		json_free(&media);
	} else {
		p = accept(c, a, json_str(json_first(list), "caption"), id, media);
		messages = json_new_array();
		for (size_t i = 0; i < json_len(list); i++)
			json_add(messages,
				 describe(a, p,
					  arena_printf(c->answer->arena, "%lld",
						       strtoll(id, NULL, 10) + (long long)i)));
		result(c, messages);
	}
	json_free(&list);
}

static void delete_message(struct call *c)
{
	struct account *a = bot(c);
	const char *id;
	struct fields f;
	struct post *p;

	if (!a)
		return;
	f = fields_read(c);
	id = fields_get(&f, "message_id");
	if (!is_its_chat(c, a, fields_get(&f, "chat_id")))
		return;
	p = world_post_by_id(c->world, "telegram",
			     arena_printf(c->answer->arena, "%s/%s", a->id, id ? id : ""));
	if (!p || p->deleted) {
		error(c, 400, "Bad Request: message to delete not found", 0);
	} else if (c->now_ms - p->created_at > DELETE_MS) {
		error(c, 400, "Bad Request: message can't be deleted", 0);
	} else {
		struct json *j = json_new_object();

		world_change_post(c->world, p, NULL, NULL, true);
		json_set_bool(j, "ok", true);
		json_set_bool(j, "result", true);
		call_json(c, 200, j);
	}
}

static const struct route routes[] = {
	{"GET", "/*/getMe", STEP_VERIFY, get_me},
	{"GET", "/*/getChatMember", STEP_VERIFY, get_member},
	{"POST", "/*/sendMessage", STEP_CREATE | STEP_PUBLISH, send_message},
	{"POST", "/*/sendPhoto", STEP_UPLOAD | STEP_CREATE | STEP_PUBLISH, send_file},
	{"POST", "/*/sendVideo", STEP_UPLOAD | STEP_CREATE | STEP_PUBLISH, send_file},
	{"POST", "/*/sendMediaGroup", STEP_UPLOAD | STEP_CREATE | STEP_PUBLISH, send_album},
	{"POST", "/*/deleteMessage", 0, delete_message},
};

static unsigned steps(const struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	return r ? r->steps : 0;
}

static void answer(struct call *c)
{
	const struct route *r = route_find(c, routes, COUNT_OF(routes));

	if (r)
		r->answer(c);
	else
		error(c, 404, "Not Found", 0);
}

static void refuse(struct call *c, int status)
{
	error(c, status,
	      status == 401   ? "Unauthorized"
	      : status == 403 ? "Forbidden: bot is not a member of the channel chat"
	      : status == 404 ? "Not Found"
	      : status >= 500 ? "Internal Server Error"
			      : "Bad Request",
	      0);
}

static void limit(struct call *c, int64_t seconds)
{
	error(c, 429,
	      arena_printf(c->answer->arena, "Too Many Requests: retry after %lld",
			   (long long)seconds),
	      seconds);
}

static void refuse_duplicate(struct call *c)
{
	error(c, 400, "Bad Request: message was sent already", 0);
}

static void damage(struct call *c, enum fault_kind kind)
{
	struct account *a = path_account(c);

	/* A bot's token does not expire; it is withdrawn. */
	if (a && kind != FAULT_ROTATE) {
		a->secret_state = SECRET_REVOKED;
		world_account_changed(c->world, a);
	}
}

static void make_accounts(struct world *w, int64_t n)
{
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++) {
		const char *handle = arena_printf(a, "%s_news", call_account_label(a, i));
		char id[16], letters[36];

		call_derive(world_seed(w), "telegram", handle, "id", "0123456789", id, 10);
		id[0] = '1';
		call_derive(world_seed(w), "telegram", handle, "token",
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			    letters, 32);
		world_add_account(w, "telegram", handle, arena_printf(a, "-100%s", id),
				  arena_printf(a, "%lld:%s", (long long)(FIRST_BOT + i), letters));
	}
	arena_free(&a);
}

const struct sandbox_platform sandbox_telegram = {
	.name = "telegram",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
