/* sandbox/mastodon_status.c - statuses: create, read, list, delete.
 *
 * The same Idempotency-Key within an hour gives the same status again, for each account by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/mastodon.h"

#define CHARACTERS_MAX 500
#define URL_CHARACTERS 23
#define MEDIA_MAX 4
#define POLL_CHOICES_MAX 4
#define POLL_CHOICE_MAX 50
#define POLL_SECONDS_MIN 300
#define POLL_SECONDS_MAX 2629746
#define KEY_LIFE_MS (INT64_C(60) * 60000)
#define RECORD_BYTES_MAX ((size_t)1 << 20)

static bool starts_url(const char *s)
{
	return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* "@user@domain": how much of it does not count; 0 if it is none. */
static size_t domain_of_mention(const char *s)
{
	size_t user = 1, domain;

	if (s[0] != '@')
		return 0;
	while (is_word(s[user]))
		user++;
	if (user == 1 || s[user] != '@')
		return 0;
	for (domain = 1;
	     is_word(s[user + domain]) || s[user + domain] == '-' || s[user + domain] == '.';)
		domain++;
	return domain;
}

/* Graphemes, a URL counting 23 and a mention only its name. */
static size_t count_characters(const char *s)
{
	size_t n = 0;

	while (*s) {
		if (starts_url(s)) {
			s += strcspn(s, " \t\r\n");
			n += URL_CHARACTERS;
		} else if (domain_of_mention(s)) {
			size_t domain = domain_of_mention(s), user = strcspn(s + 1, "@") + 1;

			n += user;
			s += user + domain;
		} else {
			s += text_next_grapheme(s, strlen(s));
			n++;
		}
	}
	return n;
}

static void add_escaped(struct strbuf *out, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '<':
			strbuf_puts(out, "&lt;");
			break;
		case '>':
			strbuf_puts(out, "&gt;");
			break;
		case '&':
			strbuf_puts(out, "&amp;");
			break;
		case '"':
			strbuf_puts(out, "&quot;");
			break;
		case '\n':
			strbuf_puts(out, "<br />");
			break;
		default:
			strbuf_putc(out, *s);
		}
}

static struct json *describe_status(const struct call *c, const struct post *p)
{
	struct json *j = json_new_object(), *record = NULL, *media;
	struct arena *a = c->answer->arena;
	const char *text;
	struct strbuf b;

	if (json_parse(p->record, strlen(p->record), RECORD_BYTES_MAX, &record, NULL) != OK)
		record = NULL;
	text = json_str(record, "text");
	json_set_str(j, "id", p->remote_id);
	json_set_time(j, "created_at", p->created_at);
	json_set_str(j, "uri",
		     arena_printf(a, "%s/users/%s/statuses/%s", c->server, p->account->handle,
				  p->remote_id));
	json_set_str(j, "url",
		     arena_printf(a, "%s/@%s/%s", c->server, p->account->handle, p->remote_id));
	json_set_str(j, "in_reply_to_id", json_str(record, "in_reply_to_id"));
	json_set_str(j, "visibility", json_str(record, "visibility"));
	json_set_str(j, "language", json_str(record, "language"));
	json_set_str(j, "spoiler_text", json_str(record, "spoiler_text"));
	json_set_bool(j, "sensitive", json_bool(record, "sensitive", false));
	strbuf_init(&b, RECORD_BYTES_MAX);
	strbuf_puts(&b, "<p>");
	add_escaped(&b, text ? text : "");
	strbuf_puts(&b, "</p>");
	json_set_str(j, "content", b.data);
	strbuf_free(&b);
	json_set(j, "account", masto_describe_account(c, p->account));
	media = json_set(j, "media_attachments", json_new_array());
	for (const struct json *m = json_first(json_get(record, "media")); m; m = json_next(m)) {
		const struct blob *blob = world_blob(c->world, json_as_str(m));

		if (blob)
			json_add(media, masto_describe_blob(c, blob));
	}
	json_set_int(j, "favourites_count", 0);
	json_set_int(j, "reblogs_count", 0);
	json_set_int(j, "replies_count", 0);
	json_free(&record);
	return j;
}

/* May it be attached beside the n others? Else answered. */
static bool attach(struct call *c, const struct blob *b, size_t n, bool *alone)
{
	*alone |= b && strncmp(b->type, "image/", 6) != 0;
	if (!b)
		masto_error(c, 404, "Record not found");
	else if (n == MEDIA_MAX)
		masto_error(c, 422, "Validation failed: Cannot attach more than 4 files");
	else if (*alone && n > 0)
		masto_error(c, 422, "Cannot attach a video to a post that already contains images");
	else if (!masto_is_ready(c, b))
		masto_error(c, 422,
			    "Cannot attach files that have not finished processing. Try again in "
			    "a moment!");
	else
		return true;
	return false;
}

/* The media that are asked for, as ids; NULL: answered already. */
static struct json *read_media(struct call *c, const struct fields *f)
{
	struct json *list = json_new_array();
	bool alone = false;

	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->items[i].name, "media_ids[]") != 0)
			continue;
		if (!attach(c, world_blob(c->world, f->items[i].value), json_len(list), &alone)) {
			json_free(&list);
			return NULL;
		}
		json_add_str(list, f->items[i].value);
	}
	return list;
}

/* The poll of a JSON body; *choices: NULL if there is none. False: answered already. */
static bool read_poll(struct call *c, const struct fields *f, size_t n_media, struct json **choices)
{
	const char *text = fields_get(f, "poll");
	struct json *poll = NULL;
	const struct json *list;
	int64_t expires;
	bool good = false;

	*choices = NULL;
	if (!text)
		return true;
	if (json_parse(text, strlen(text), RECORD_BYTES_MAX, &poll, NULL) != OK)
		poll = NULL;
	list = json_get(poll, "options");
	expires = json_int(poll, "expires_in", 0);
	if (json_len(list) < 2 || json_len(list) > POLL_CHOICES_MAX)
		masto_error(c, 422, "Validation failed: Options can't contain more than 4 items");
	else if (expires < POLL_SECONDS_MIN || expires > POLL_SECONDS_MAX)
		masto_error(c, 422, "Validation failed: Expires at is too soon or too far away");
	else if (n_media > 0)
		masto_error(c, 422, "Validation failed: A post cannot have both files and a poll");
	else
		good = true;
	for (const struct json *o = json_first(list); good && o; o = json_next(o))
		if (!json_as_str(o) ||
		    text_graphemes(json_as_str(o), strlen(json_as_str(o))) > POLL_CHOICE_MAX) {
			masto_error(c, 422,
				    "Validation failed: Options can't be longer than 50 "
				    "characters each");
			good = false;
		}
	if (good)
		*choices = json_copy(list);
	json_free(&poll);
	return good;
}

static bool check_status(struct call *c, const char *text, const char *spoiler, size_t n_media,
			 const char *visibility)
{
	static const char *const known[] = {"public", "unlisted", "private", "direct"};
	bool fits = false;

	for (size_t i = 0; i < COUNT_OF(known); i++)
		fits |= strcmp(known[i], visibility) == 0;
	if (!*text && n_media == 0)
		masto_error(c, 422, "Validation failed: Text can't be blank");
	else if (count_characters(text) + count_characters(spoiler) > CHARACTERS_MAX)
		masto_error(c, 422, "Validation failed: Text character limit of %d exceeded",
			    CHARACTERS_MAX);
	else if (!fits)
		masto_error(c, 422, "Validation failed: Visibility is not included in the list");
	else
		return true;
	return false;
}

/* Numbers that grow with time, as the real ones do. */
static char *make_id(struct call *c)
{
	struct post *last = world_last_post(c->world);
	int64_t n = last ? last->number % 65536 : 0;

	return arena_printf(c->answer->arena, "%lld", (long long)(c->now_ms * 65536 + n));
}

static struct json *ledger_media(const struct call *c, const struct json *ids)
{
	struct json *list = json_new_array();

	for (const struct json *m = json_first(ids); m; m = json_next(m)) {
		const struct blob *b = world_blob(c->world, json_as_str(m));
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "sha256", b->sha256);
		json_set_str(o, "alt", b->alt);
	}
	return list;
}

static void accept_status(struct call *c, struct account *a, const char *key,
			  const struct fields *f, struct json *media, const char *visibility)
{
	const char *text = fields_get(f, "status"), *spoiler = fields_get(f, "spoiler_text");
	const char *sensitive = fields_get(f, "sensitive");
	struct json *record = json_new_object(), *for_ledger = ledger_media(c, media);
	struct strbuf b;
	struct post *p;

	json_set_str(record, "text", text ? text : "");
	json_set_str(record, "spoiler_text", spoiler ? spoiler : "");
	json_set_str(record, "visibility", visibility);
	json_set_str(record, "language", fields_get(f, "language"));
	c->reply_to = fields_get(f, "in_reply_to_id");
	json_set_str(record, "in_reply_to_id", c->reply_to);
	json_set_bool(record, "sensitive", sensitive && strcmp(sensitive, "true") == 0);
	json_set(record, "media", media);
	strbuf_init(&b, RECORD_BYTES_MAX);
	json_write(&b, record, false);
	p = call_accept(c, a, key, make_id(c), "1", b.data, text ? text : "", for_ledger);
	strbuf_free(&b);
	json_free(&record);
	call_json(c, 200, describe_status(c, p));
}

static bool answerable(const struct call *c, const char *id)
{
	const struct post *p = world_post_by_id(c->world, "mastodon", id);

	return p && !p->deleted;
}

void masto_create_status(struct call *c)
{
	struct account *a = masto_account(c);
	const char *key = c->ignores_keys ? NULL : listener_header(c->request, "Idempotency-Key");
	const char *text, *spoiler, *visibility, *reply_to;
	struct json *media, *choices = NULL;
	struct fields f;
	struct post *there;

	if (!a)
		return;
	there = key ? world_post(c->world, a, key) : NULL;
	if (there && !there->deleted && c->now_ms - there->created_at < KEY_LIFE_MS) {
		call_json(c, 200, describe_status(c, there));
		return;
	}
	f = fields_read(c);
	text = fields_get(&f, "status");
	spoiler = fields_get(&f, "spoiler_text");
	visibility = fields_get(&f, "visibility");
	if (!visibility)
		visibility = "public";
	reply_to = fields_get(&f, "in_reply_to_id");
	if (reply_to && !answerable(c, reply_to)) {
		masto_error(c, 404,
			    "The post you are trying to reply to does not appear to exist.");
		return;
	}
	media = read_media(c, &f);
	if (!media)
		return;
	if (check_status(c, text ? text : "", spoiler ? spoiler : "", json_len(media),
			 visibility) &&
	    read_poll(c, &f, json_len(media), &choices)) {
		c->poll = choices;
		accept_status(c, a, key, &f, media, visibility);
	} else {
		json_free(&media);
	}
	json_free(&choices);
}

/* The status of the path that can be seen; NULL: answered already. */
static struct post *path_status(struct call *c)
{
	const char *id = masto_path_id(c, "/api/v1/statuses/");
	struct post *p = world_post_by_id(c->world, "mastodon", id);

	if (p && !p->deleted && p->visible_at <= c->now_ms)
		return p;
	masto_error(c, 404, "Record not found");
	return NULL;
}

void masto_status(struct call *c)
{
	struct post *p = path_status(c);

	if (p)
		call_json(c, 200, describe_status(c, p));
}

void masto_status_source(struct call *c)
{
	struct account *a = masto_account(c);
	struct post *p = a ? path_status(c) : NULL;
	struct json *record = NULL, *j;

	if (!p)
		return;
	if (json_parse(p->record, strlen(p->record), RECORD_BYTES_MAX, &record, NULL) != OK)
		record = NULL;
	j = json_new_object();
	json_set_str(j, "id", p->remote_id);
	json_set_str(j, "text", json_str(record, "text"));
	json_set_str(j, "spoiler_text", json_str(record, "spoiler_text"));
	json_free(&record);
	call_json(c, 200, j);
}

void masto_account_statuses(struct call *c)
{
	const char *id = masto_path_id(c, "/api/v1/accounts/");
	const char *since = call_param(c, "since_id"), *limit_text = call_param(c, "limit");
	const char *before = call_param(c, "max_id");
	struct account *a = world_account(c->world, "mastodon", id);
	size_t limit = limit_text ? strtoul(limit_text, NULL, 10) : 20, n = 0;
	struct json *list;

	if (!a) {
		masto_error(c, 404, "Record not found");
		return;
	}
	if (limit > 40)
		limit = 40;
	list = json_new_array();
	/* Newest first: statuses were added in the order of their ids. */
	while (world_nth_post(c->world, n))
		n++;
	while (n-- > 0 && json_len(list) < limit) {
		const struct post *p = world_nth_post(c->world, n);

		if (p->account != a || p->deleted || p->visible_at > c->now_ms ||
		    (since && strtoull(p->remote_id, NULL, 10) <= strtoull(since, NULL, 10)) ||
		    (before && strtoull(p->remote_id, NULL, 10) >= strtoull(before, NULL, 10)))
			continue;
		json_add(list, describe_status(c, p));
	}
	call_json(c, 200, list);
}

void masto_delete_status(struct call *c)
{
	struct account *a = masto_account(c);
	struct post *p = a ? path_status(c) : NULL;
	struct json *j;

	if (!p)
		return;
	if (p->account != a) {
		masto_error(c, 404, "Record not found");
		return;
	}
	j = describe_status(c, p);
	world_change_post(c->world, p, NULL, NULL, true);
	call_json(c, 200, j);
}
