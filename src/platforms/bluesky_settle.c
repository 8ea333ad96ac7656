/* platforms/bluesky_settle.c - the look whether a post is there, by its record key, and its way back. */
#include "platforms/bluesky.h"

#include <stdio.h>
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/richtext.h"
#include "platforms/tid.h"

#define CID_BYTES_MAX 256
#define WEB_BASE "https://bsky.app/profile/"

/* at://DID/COLLECTION/KEY */
struct at_uri {
	char did[257], key[513];
};

static bool at_uri_parse(const char *s, struct at_uri *u)
{
	const char *did = s != NULL && strncmp(s, "at://", 5) == 0 ? s + 5 : "";
	size_t did_len = strcspn(did, "/"), prefix = strlen("/" BLUESKY_POSTS "/"), key_len;
	const char *key = did + did_len;

	if (did_len >= sizeof(u->did) || strncmp(key, "/" BLUESKY_POSTS "/", prefix) != 0)
		return false;
	key += prefix;
	key_len = strlen(key);
	if (key_len == 0 || key_len >= sizeof(u->key) ||
	    key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			    "._:~-")] != '\0')
		return false;
	snprintf(u->did, sizeof(u->did), "%.*s", (int)did_len, did);
	snprintf(u->key, sizeof(u->key), "%s", key);
	return bluesky_is_did(u->did);
}

const char *bluesky_account(const struct step_in *in)
{
	if (in->conn->account_id != NULL)
		return in->conn->account_id;
	return in->rehearsal ? "<did>" : "";
}

bool bluesky_done(const struct step_in *in, struct step_out *out, const struct json *record)
{
	const char *handle = in->conn->account, *uri = json_str(record, "uri");
	const char *cid = json_str(record, "cid");
	struct at_uri u;

	if (!at_uri_parse(uri, &u) || strcmp(u.did, bluesky_account(in)) != 0)
		return false;
	if (handle == NULL || !richtext_is_handle(handle, strlen(handle)))
		handle = u.did;
	out->remote_id = arena_strdup(out->arena, uri);
	out->remote_url = arena_printf(out->arena, WEB_BASE "%s/post/%s", handle, u.key);
	if (cid != NULL && cid[0] != '\0' && strlen(cid) <= CID_BYTES_MAX)
		out->remote_version = arena_strdup(out->arena, cid);
	out->verdict = STEP_DONE;
	return true;
}

/* "Could not locate record" is how servers from before the named error say it. */
static bool says_absent(const struct http_response *r)
{
	struct json *j = adapter_object(r);
	const char *name = json_str(j, "error"), *words = json_str(j, "message");
	bool absent = false;

	if ((r->status == 400 || r->status == 404) && name != NULL)
		absent = strcmp(name, "RecordNotFound") == 0 ||
			 (strcmp(name, "InvalidRequest") == 0 && words != NULL &&
			  strncmp(words, "Could not locate record", 23) == 0);
	json_free(&j);
	return absent;
}

void bluesky_settle(const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	const char *key = in->key;
	struct http_request *q;
	struct at_uri u;
	struct json *j;

	/* What is known to be published has its key in its name. */
	if (in->remote_id != NULL && at_uri_parse(in->remote_id, &u) && tid_is_valid(u.key))
		key = u.key;
	if (r == NULL) {
		if (!tid_is_valid(key) || in->conn->account_id == NULL) {
			out->verdict = STEP_UNDECIDED;
			return;
		}
		/* Records are public: no token, so that an expired one stops no settling. */
		q = bluesky_call(in, out, HTTP_GET, "com.atproto.repo.getRecord");
		http_query(q, "repo", in->conn->account_id);
		http_query(q, "collection", BLUESKY_POSTS);
		http_query(q, "rkey", key);
	} else if (bluesky_ok(r)) {
		j = adapter_object(r);
		if (!bluesky_done(in, out, j))
			bluesky_fail_odd(in, out, BLUESKY_FREE, "address of the post");
		json_free(&j);
	} else if (says_absent(r)) {
		out->verdict = STEP_ABSENT;
	} else {
		/* Whatever else it is, it tells nothing of the post: look again later. */
		bluesky_fail(in, out, BLUESKY_FREE);
		if (out->error_class != CLASS_RATE_LIMITED)
			out->error_class = CLASS_TRANSIENT;
	}
}

void bluesky_takedown(const struct step_in *in, struct step_out *out)
{
	struct http_request *r;
	struct json *body;
	struct at_uri u;

	if (in->response != NULL) {
		if (bluesky_ok(in->response))
			out->verdict = STEP_DONE;
		else
			bluesky_fail(in, out, BLUESKY_FREE);
		return;
	}
	if (!at_uri_parse(in->remote_id, &u) || strcmp(u.did, bluesky_account(in)) != 0) {
		step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, NULL, NULL,
			  "the post is not one of this account's: %s",
			  in->remote_id != NULL ? in->remote_id : "");
		return;
	}
	body = json_new_object();
	json_set_str(body, "repo", u.did);
	json_set_str(body, "collection", BLUESKY_POSTS);
	json_set_str(body, "rkey", u.key);
	r = bluesky_call(in, out, HTTP_POST, "com.atproto.repo.deleteRecord");
	http_bearer(r, SLOT_ACCESS);
	http_body_json(r, body);
	json_free(&body);
}
