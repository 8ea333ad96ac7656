/* sandbox/call.c - what the simulated platforms share: reading a request, writing an answer, accepting a post. */
#include "sandbox/call.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "vault/hash.h"

#define ANSWER_BYTES_MAX ((size_t)8 << 20)

void call_json(struct call *c, int status, struct json *j)
{
	struct strbuf b;

	strbuf_init(&b, ANSWER_BYTES_MAX);
	json_write(&b, j, false);
	c->answer->status = status;
	c->answer->type = "application/json; charset=utf-8";
	c->answer->body = arena_strndup(c->answer->arena, b.data, b.len);
	c->answer->len = b.len;
	strbuf_free(&b);
	json_free(&j);
}

void call_header(struct call *c, const char *name, const char *value)
{
	struct listener_answer *a = c->answer;

	INVARIANT(a->n_headers < COUNT_OF(a->headers), "an answer has room for its headers");
	a->headers[a->n_headers].name = name;
	a->headers[a->n_headers++].value = value;
}

void call_header_int(struct call *c, const char *name, int64_t value)
{
	call_header(c, name, arena_printf(c->answer->arena, "%lld", (long long)value));
}

const char *call_bearer(const struct call *c)
{
	const char *s = listener_header(c->request, "Authorization");

	return s && strncmp(s, "Bearer ", 7) == 0 && s[7] ? s + 7 : NULL;
}

const char *call_param(const struct call *c, const char *name)
{
	return listener_param(c->request, c->answer->arena, name, NULL);
}

struct json *call_body(const struct call *c)
{
	struct json *j = NULL;

	if (json_parse(c->request->body, c->request->len, JSON_BYTES_MAX, &j, NULL) != OK)
		return NULL;
	if (!json_is_object(j))
		json_free(&j);
	return j;
}

struct post *call_accept(struct call *c, struct account *a, const char *key, const char *remote_id,
			 const char *version, const char *record, const char *text,
			 struct json *media)
{
	struct json *line = json_new_object();
	struct strbuf b;
	struct post *p;

	json_set_time(line, "at", c->now_ms);
	json_set_str(line, "platform", a->platform);
	json_set_str(line, "account", a->handle);
	json_set_str(line, "key", key);
	json_set_str(line, "remote_id", remote_id);
	json_set_str(line, "text", text);
	json_set(line, "media", media);
	if (c->reply_to)
		json_set_str(line, "reply_to", c->reply_to);
	if (c->poll)
		json_set(line, "poll", json_copy(c->poll));
	json_set_time(line, "visible_at", world_visible_at(c->world, c->now_ms));
	strbuf_init(&b, ANSWER_BYTES_MAX);
	json_write(&b, line, false);
	json_free(&line);
	/* A kill between the two leaves the ledger a line short, which the next start mends. */
	p = world_add_post(c->world, a, key, remote_id, version, record, b.data, c->now_ms);
	c->ledger_line = ledger_append(c->ledger, b.data, b.len);
	strbuf_free(&b);
	return p;
}

const char *call_account_label(struct arena *arena, int64_t n)
{
	static const char *const names[] = {"alice",  "bob",   "carol",  "dave", "erin",    "frank",
					    "grace",  "heidi", "ivan",   "judy", "mallory", "niaj",
					    "olivia", "peggy", "rupert", "sybil"};

	if (n < (int64_t)COUNT_OF(names))
		return names[n];
	return arena_printf(arena, "user%lld", (long long)n + 1);
}

void call_derive(int64_t seed, const char *platform, const char *name, const char *purpose,
		 const char *alphabet, char *out, size_t n)
{
	struct keyed_hash h;
	unsigned char digest[HASH_BYTES];
	size_t letters = strlen(alphabet);

	INVARIANT(n <= HASH_BYTES, "what is derived is short");
	keyed_hash_begin(&h, NULL, 0);
	keyed_hash_add_int(&h, seed);
	keyed_hash_add_str(&h, platform);
	keyed_hash_add_str(&h, name);
	keyed_hash_add_str(&h, purpose);
	keyed_hash_end(&h, digest);
	for (size_t i = 0; i < n; i++)
		out[i] = alphabet[digest[i] % letters];
	out[n] = '\0';
}

void call_token(const struct world *w, int64_t session, char *out, size_t size)
{
	char number[24], text[33];

	snprintf(number, sizeof(number), "%lld", (long long)session);
	call_derive(world_seed(w), "token", number, "session",
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", text, 32);
	snprintf(out, size, "sandbox-oauth-%s-%s", number, text);
}
