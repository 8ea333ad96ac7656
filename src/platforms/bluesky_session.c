/* platforms/bluesky_session.c - the session of an app password: made, renewed, looked at, ended.
 *
 * One request each. Tokens are opaque; only the time of expiry is read from the access
 * token, if it has one. The account's own server (PDS) is told by its DID document; it is believed only where it
 * names a public https origin, and never for a server on loopback, which stays where the operator put it. */
#include "platforms/bluesky.h"

#include <string.h>

#include "platforms/adapter.h"
#include "platforms/richtext.h"

bool bluesky_is_did(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n < 8 || n > 256 || strncmp(s, "did:", 4) != 0)
		return false;
	for (size_t i = 4; i < n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:%-",
			   s[i]) == NULL)
			return false;
	return s[n - 1] != ':' && s[4] != ':';
}

/* A handle that can be shown and linked; "handle.invalid" is the servers' word for none. */
static const char *usable_handle(const struct json *j)
{
	const char *handle = json_str(j, "handle");

	if (handle == NULL || !richtext_is_handle(handle, strlen(handle)) ||
	    strcmp(handle, "handle.invalid") == 0)
		return NULL;
	return handle;
}

/* The PDS that the DID document names; NULL if it names none, or is another account's. Borrowed. */
static const char *document_pds(const struct json *doc, const char *did)
{
	const char *id = json_str(doc, "id");

	if (id == NULL || strcmp(id, did) != 0)
		return NULL;
	for (const struct json *s = json_first(json_get(doc, "service")); s != NULL;
	     s = json_next(s)) {
		const char *name = json_str(s, "id");
		const char *mark = name != NULL ? strchr(name, '#') : NULL;

		if (mark != NULL && strcmp(mark, "#atproto_pds") == 0)
			return json_str(s, "serviceEndpoint");
	}
	return NULL;
}

static const char *choose_endpoint(const struct step_in *in, struct step_out *out,
				   const struct json *j, const char *did)
{
	const char *base = adapter_base(in, BLUESKY_SERVER), *pds;
	char *chosen;
	size_t n;

	/* What the configuration sends elsewhere is no account's own address. */
	if (in->api_base != NULL && in->api_base[0] != '\0')
		return NULL;
	if (in->op == OP_LOGIN)
		base = in->conn->server != NULL ? in->conn->server : BLUESKY_SERVER;
	pds = document_pds(json_get(j, "didDoc"), did);
	if (in->conn->loopback || adapter_is_loopback(base) || pds == NULL ||
	    !adapter_is_public_origin(pds))
		pds = base;
	chosen = arena_strdup(out->arena, pds);
	n = strlen(chosen);
	if (n > 0 && chosen[n - 1] == '/')
		chosen[n - 1] = '\0';
	return chosen;
}

/* Fails when the server says that the account cannot be used now. */
static bool is_active(const struct step_in *in, struct step_out *out, const struct json *j)
{
	const char *status = json_str(j, "status");

	if (json_bool(j, "active", true))
		return true;
	status = status != NULL && status[0] != '\0' ? status : "not active";
	step_fail(out, CLASS_AUTH, in->op == OP_LOGIN ? E_LOGIN_FAILED : E_TOKEN_REVOKED,
		  in->response, NULL, "the server says that this account is %s",
		  arena_strndup(out->arena, status, 60));
	err_hint(&out->error, "put the account in order with the app, then log it in again");
	return false;
}

/* Reads what all three answers share; false: out is a failure. */
static bool take_account(const struct step_in *in, struct step_out *out, const struct json *j)
{
	const char *did = json_str(j, "did"), *handle = usable_handle(j);

	if (!bluesky_is_did(did)) {
		bluesky_fail_odd(in, out, BLUESKY_FREE, "account");
		return false;
	}
	if (in->op != OP_LOGIN && in->conn->account_id != NULL &&
	    strcmp(in->conn->account_id, did) != 0) {
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the server answered for the account %s instead of %s", did,
			  in->conn->account_id);
		return false;
	}
	if (!is_active(in, out, j))
		return false;
	out->account_id = arena_strdup(out->arena, did);
	out->account = arena_strdup(out->arena, handle != NULL ? handle : did);
	out->verdict = STEP_DONE;
	return true;
}

static void take_session(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *access = adapter_token(j, "accessJwt"), *renew = adapter_token(j, "refreshJwt");

	if (access == NULL || (renew == NULL && in->op == OP_LOGIN)) {
		bluesky_fail_odd(in, out, BLUESKY_FREE, "session");
	} else if (take_account(in, out, j)) {
		out->endpoint = choose_endpoint(in, out, j, out->account_id);
		out->access = arena_strdup(out->arena, access);
		out->refresh = arena_strdup(out->arena, renew);
		out->access_expires_at = adapter_jwt_expiry(access, in->now_ms);
		out->refresh_expires_at = adapter_jwt_expiry(renew, in->now_ms);
	}
	json_free(&j);
}

static void refuse_login(const struct step_in *in, struct step_out *out)
{
	struct err_info *e = &out->error;

	bluesky_fail(in, out, BLUESKY_FREE);
	if (strcmp(e->platform, "AuthFactorTokenRequired") == 0) {
		step_fail(
			out, CLASS_AUTH, E_LOGIN_FAILED, in->response, "AuthFactorTokenRequired",
			"the account asks for a second factor, so its main password cannot be used");
		err_hint(e, "make an app password (Settings, Privacy and security, App passwords) "
			    "and log in with that");
	} else if (out->error_class == CLASS_AUTH || strcmp(e->platform, "InvalidRequest") == 0) {
		out->error_class = CLASS_AUTH;
		e->code = E_LOGIN_FAILED;
		err_hint(e, "check the handle and use an app password");
	} else if (in->response->status >= 300 && in->response->status <= 399) {
		out->error_class = CLASS_PERMANENT;
		err_hint(e, "name the address that the server itself uses with --server");
	}
}

void bluesky_login(const struct step_in *in, struct step_out *out)
{
	const char *name = in->login_name != NULL ? in->login_name : "";
	struct json *body;

	if (in->response != NULL) {
		if (bluesky_ok(in->response))
			take_session(in, out);
		else
			refuse_login(in, out);
		return;
	}
	if (name[0] == '@')
		name++;
	if (name[0] == '\0') {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "Bluesky needs the account's handle to log in");
		err_hint(&out->error, "name it with --handle, for example alice.bsky.social");
		return;
	}
	body = json_new_object();
	json_set_str(body, "identifier", name);
	http_json_secret(body, "password", SLOT_PASSWORD);
	http_body_json(bluesky_call(in, out, HTTP_POST, "com.atproto.server.createSession"), body);
	json_free(&body);
}

void bluesky_refresh(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		http_bearer(bluesky_call(in, out, HTTP_POST, "com.atproto.server.refreshSession"),
			    SLOT_REFRESH);
	} else if (bluesky_ok(in->response)) {
		take_session(in, out);
	} else {
		bluesky_fail(in, out, BLUESKY_FREE);
		/* The server calls a revoked refresh token expired, too, and says so only in words. */
		if (out->error.code == E_TOKEN_EXPIRED &&
		    strstr(out->error.text, "revoked") != NULL)
			out->error.code = E_TOKEN_REVOKED;
	}
}

void bluesky_verify(const struct step_in *in, struct step_out *out)
{
	struct json *j;

	if (in->response == NULL) {
		http_bearer(bluesky_call(in, out, HTTP_GET, "com.atproto.server.getSession"),
			    SLOT_ACCESS);
		return;
	}
	if (!bluesky_ok(in->response)) {
		bluesky_fail(in, out, BLUESKY_FREE);
		return;
	}
	j = adapter_object(in->response);
	take_account(in, out, j);
	json_free(&j);
}

void bluesky_revoke(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		http_bearer(bluesky_call(in, out, HTTP_POST, "com.atproto.server.deleteSession"),
			    SLOT_REFRESH);
		return;
	}
	if (!bluesky_ok(in->response))
		bluesky_fail(in, out, BLUESKY_FREE);
	/* A session that the server does not know any more is ended. */
	if (bluesky_ok(in->response) || out->error_class == CLASS_AUTH)
		out->verdict = STEP_DONE;
}

void bluesky_facts(const struct step_in *in, struct step_out *out)
{
	struct json *j;
	int64_t limit;

	if (in->response == NULL) {
		bluesky_call(in, out, HTTP_GET, "com.atproto.server.describeServer");
		return;
	}
	j = bluesky_ok(in->response) ? adapter_object(in->response) : NULL;
	if (!bluesky_ok(in->response)) {
		bluesky_fail(in, out, BLUESKY_FREE);
	} else if (!bluesky_is_did(json_str(j, "did"))) {
		bluesky_fail_odd(in, out, BLUESKY_FREE, "server description");
	} else {
		limit = json_int(j, "blobUploadLimit", 0);
		out->facts = json_new_object();
		json_set_str(out->facts, "server_did", json_str(j, "did"));
		if (limit > 0)
			json_set_int(out->facts, "blob_bytes_max", limit);
		json_set_int(out->facts, "read_at", in->now_ms);
		out->verdict = STEP_DONE;
	}
	json_free(&j);
}
