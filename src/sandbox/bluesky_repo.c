/* sandbox/bluesky_repo.c - an account's records: create, put, get, list, delete.
 *
 * Only posts can be stored. A record is kept as the text of its JSON value; two are the same if the texts are. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/bluesky.h"
#include "sandbox/cid.h"
#include "vault/hash.h"

#define RECORD_BYTES_MAX ((size_t)1 << 20)
#define TID_LENGTH 13

/* A write, as it was asked for. Strings are the body's. */
struct write {
	struct json *body;
	struct account *account;
	const char *rkey;
	const struct json *record;
	char *text; /* of the record, in the arena */
	char cid[CID_SIZE];
};

static bool is_tid(const char *s)
{
	static const char alphabet[] = "234567abcdefghijklmnopqrstuvwxyz";

	return strlen(s) == TID_LENGTH && strspn(s, alphabet) == TID_LENGTH &&
	       memchr(alphabet, s[0], 16) != NULL;
}

/* Our own keys, one a microsecond at most. */
static char *make_tid(struct call *c)
{
	static const char alphabet[] = "234567abcdefghijklmnopqrstuvwxyz";
	struct post *last = world_last_post(c->world);
	uint64_t us = (uint64_t)c->now_ms * 1000 + (uint64_t)(last ? last->number % 1000 : 0);
	uint64_t bits = us << 10;
	char *out = arena_strdup(c->answer->arena, "2222222222222");

	for (int i = TID_LENGTH - 1; i >= 0; i--, bits >>= 5)
		out[i] = alphabet[bits & 31];
	return out;
}

static char *record_uri(struct call *c, const struct account *a, const char *rkey)
{
	return arena_printf(c->answer->arena, "at://%s/" BLUESKY_POSTS "/%s", a->id, rkey);
}

static void serialise(struct call *c, struct write *w)
{
	unsigned char digest[HASH_BYTES];
	struct strbuf b;

	strbuf_init(&b, RECORD_BYTES_MAX);
	json_write(&b, w->record, false);
	w->text = arena_strndup(c->answer->arena, b.data, b.len);
	sha256_bytes(b.data, b.len, digest);
	cid_of(CID_DAG_CBOR, digest, w->cid);
	strbuf_free(&b);
}

/* Reads and checks what create and put share; false: answered already. */
static bool read_write(struct call *c, struct write *w)
{
	struct session *s = pds_session(c, JWT_ACCESS);
	const char *repo, *collection;

	if (!s)
		return false;
	w->body = call_body(c);
	repo = json_str(w->body, "repo");
	collection = json_str(w->body, "collection");
	w->rkey = json_str(w->body, "rkey");
	w->record = json_get(w->body, "record");
	w->account = repo ? world_account(c->world, "bluesky", repo) : NULL;
	if (!repo || !collection || !json_is_object(w->record)) {
		pds_error(c, 400, "InvalidRequest", "Input must have the property \"%s\"",
			  !repo         ? "repo"
			  : !collection ? "collection"
					: "record");
		return false;
	}
	if (w->account != s->account) {
		pds_error(c, 403, "Forbidden", "Not allowed to write to this repository");
		return false;
	}
	if (strcmp(collection, BLUESKY_POSTS) != 0) {
		pds_error(c, 400, "InvalidRequest", "Lexicon not found: lex:%s", collection);
		return false;
	}
	if (w->rkey && !is_tid(w->rkey)) {
		pds_error(c, 400, "InvalidRequest", "Invalid record key: expected a TID");
		return false;
	}
	if (!pds_check_record(c, w->record))
		return false;
	serialise(c, w);
	return true;
}

/* The answer of a write; commit: it made a new one. */
static void answer_write(struct call *c, const struct account *a, const char *rkey, const char *cid,
			 bool commit)
{
	struct json *j = json_new_object(), *o;

	json_set_str(j, "uri", record_uri(c, a, rkey));
	json_set_str(j, "cid", cid);
	if (commit) {
		o = json_set(j, "commit", json_new_object());
		json_set_str(o, "cid", cid);
		json_set_str(o, "rev", make_tid(c));
	}
	json_set_str(j, "validationStatus", "valid");
	call_json(c, 200, j);
}

static void accept_write(struct call *c, struct write *w, const char *rkey)
{
	c->reply_to = json_as_str(json_at(w->record, "reply.parent.uri"));
	call_accept(c, w->account, w->rkey ? rkey : NULL, record_uri(c, w->account, rkey), w->cid,
		    w->text, json_str(w->record, "text"), pds_media(c, w->record));
	answer_write(c, w->account, rkey, w->cid, true);
}

void pds_create_record(struct call *c)
{
	struct write w = {0};
	struct post *there;

	if (read_write(c, &w)) {
		const char *rkey = w.rkey ? w.rkey : make_tid(c);

		there = world_post(c->world, w.account, rkey);
		if (there && !there->deleted) {
			c->answer->n_headers = 0;
			pds_error(c, 500, "InternalServerError", "Internal Server Error");
		} else {
			accept_write(c, &w, rkey);
		}
	}
	json_free(&w.body);
}

/* swapRecord: absent: whatever is there; null: nothing may be there; text: this version. */
static bool swap_fits(struct call *c, const struct write *w, const struct post *there)
{
	const struct json *swap = json_get(w->body, "swapRecord");
	const char *want = json_as_str(swap);

	if (!swap || (json_is_null(swap) && !there))
		return true;
	if (want && there && strcmp(want, there->version) == 0)
		return true;
	pds_error(c, 400, "InvalidSwap", "Record was at %s", there ? there->version : "null");
	return false;
}

void pds_put_record(struct call *c)
{
	struct write w = {0};
	struct post *there;

	if (!read_write(c, &w))
		goto out;
	if (!w.rkey) {
		pds_error(c, 400, "InvalidRequest", "Input must have the property \"rkey\"");
		goto out;
	}
	there = world_post(c->world, w.account, w.rkey);
	if (there && there->deleted)
		there = NULL;
	/* The same record is no write at all, whatever the swap says. */
	if (there && strcmp(there->version, w.cid) == 0)
		answer_write(c, w.account, w.rkey, w.cid, false);
	else if (!swap_fits(c, &w, there))
		goto out;
	else if (!there)
		accept_write(c, &w, w.rkey);
	else {
		world_change_post(c->world, there, w.cid, w.text, false);
		answer_write(c, w.account, w.rkey, w.cid, true);
	}
out:
	json_free(&w.body);
}

static struct json *describe_post(const struct post *p)
{
	struct json *j = json_new_object(), *value = NULL;

	json_set_str(j, "uri", p->remote_id);
	json_set_str(j, "cid", p->version);
	if (json_parse(p->record, strlen(p->record), RECORD_BYTES_MAX, &value, NULL) == OK)
		json_set(j, "value", value);
	return j;
}

static bool is_visible(const struct call *c, const struct post *p)
{
	return p && !p->deleted && p->visible_at <= c->now_ms;
}

/* The rkey of a post: what follows the last slash. */
static const char *rkey_of(const struct post *p)
{
	return strrchr(p->remote_id, '/') + 1;
}

void pds_get_record(struct call *c)
{
	const char *repo = call_param(c, "repo"), *collection = call_param(c, "collection");
	const char *rkey = call_param(c, "rkey");
	struct account *a = repo ? world_account(c->world, "bluesky", repo) : NULL;
	struct post *p;

	if (!repo || !collection || !rkey) {
		pds_error(c, 400, "InvalidRequest", "Params must have the property \"%s\"",
			  !repo         ? "repo"
			  : !collection ? "collection"
					: "rkey");
		return;
	}
	p = a && strcmp(collection, BLUESKY_POSTS) == 0 ? world_post(c->world, a, rkey) : NULL;
	if (!is_visible(c, p))
		pds_error(c, 400, "RecordNotFound", "Could not locate record: at://%s/%s/%s", repo,
			  collection, rkey);
	else
		call_json(c, 200, describe_post(p));
}

/* Is a to come before b? Newest key first, unless reversed. */
static bool comes_before(const struct post *a, const struct post *b, bool reverse)
{
	int order = strcmp(rkey_of(a), rkey_of(b));

	return reverse ? order < 0 : order > 0;
}

void pds_list_records(struct call *c)
{
	const char *repo = call_param(c, "repo"), *collection = call_param(c, "collection");
	const char *cursor = call_param(c, "cursor"), *reversed = call_param(c, "reverse");
	const char *limit_text = call_param(c, "limit");
	bool reverse = reversed && strcmp(reversed, "true") == 0;
	struct account *a = repo ? world_account(c->world, "bluesky", repo) : NULL;
	const struct post *page[100], *p;
	size_t n = 0, limit = limit_text ? strtoul(limit_text, NULL, 10) : 50;
	struct json *j, *list;

	if (!a || !collection || limit < 1 || limit > COUNT_OF(page)) {
		pds_error(c, 400, "InvalidRequest", a ? "Invalid params" : "Could not find repo");
		return;
	}
	/* Insertion into a short sorted page: the sandbox holds thousands, not millions. */
	for (size_t i = 0; (p = world_nth_post(c->world, i)) != NULL; i++) {
		size_t at = n;

		if (p->account != a || !is_visible(c, p) || strcmp(collection, BLUESKY_POSTS) != 0)
			continue;
		if (cursor &&
		    (reverse ? strcmp(rkey_of(p), cursor) <= 0 : strcmp(rkey_of(p), cursor) >= 0))
			continue;
		while (at > 0 && comes_before(p, page[at - 1], reverse))
			at--;
		if (at >= limit)
			continue;
		if (n < limit)
			n++;
		memmove(&page[at + 1], &page[at], (n - at - 1) * sizeof(page[0]));
		page[at] = p;
	}
	j = json_new_object();
	list = json_set(j, "records", json_new_array());
	for (size_t i = 0; i < n; i++)
		json_add(list, describe_post(page[i]));
	if (n > 0)
		json_set_str(j, "cursor", rkey_of(page[n - 1]));
	call_json(c, 200, j);
}

void pds_delete_record(struct call *c)
{
	struct session *s = pds_session(c, JWT_ACCESS);
	struct json *body = s ? call_body(c) : NULL;
	const char *repo = json_str(body, "repo"), *rkey = json_str(body, "rkey");
	struct account *a = repo ? world_account(c->world, "bluesky", repo) : NULL;
	struct post *p;

	if (s && (!repo || !rkey)) {
		pds_error(c, 400, "InvalidRequest", "Input must have the property \"%s\"",
			  repo ? "rkey" : "repo");
	} else if (s && a != s->account) {
		pds_error(c, 403, "Forbidden", "Not allowed to write to this repository");
	} else if (s) {
		/* What is not there is deleted, too. */
		p = world_post(c->world, a, rkey);
		if (p && !p->deleted)
			world_change_post(c->world, p, NULL, NULL, true);
		call_json(c, 200, json_new_object());
	}
	json_free(&body);
}
