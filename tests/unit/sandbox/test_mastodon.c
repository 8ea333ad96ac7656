/* The simulated Mastodon, with and without idempotency keys; its OAuth; and the faults that are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "client.h"
#include "vault/hash.h"
#include "vault/vault.h"

static struct client c;
static const char *server, *token;

static void begin(const char *faults)
{
	const struct sandbox_options o = {.faults = faults, .seed = 1};

	client_start(&c, &o);
	server = client_server(&c, "mastodon");
	token = client_account(&c, "mastodon", 0, "secret");
}

static int teardown(void **state)
{
	(void)state;
	client_stop(&c);
	return 0;
}

/* A request with a form; NULL key: none. */
static int form(enum http_method m, const char *path, const char *key, const char *const *pairs)
{
	struct http_request *r = http_request_new(m);

	json_free(&c.answer);
	http_response_free(&c.transfer.response);
	http_url(r, "%s%s", server, path);
	if (token)
		http_header(r, "Authorization", "Bearer %s", token);
	if (key)
		http_header(r, "Idempotency-Key", "%s", key);
	for (; pairs && *pairs; pairs += 2)
		http_form(r, pairs[0], pairs[1]);
	if (transport_exchange(c.transport, r, NULL, true, NULL, &c.transfer, NULL) == OK &&
	    json_parse(c.transfer.response->body, c.transfer.response->len, JSON_BYTES_MAX,
		       &c.answer, NULL) != OK)
		c.answer = NULL;
	http_request_free(&r);
	return c.transfer.fate == TRANSFER_ANSWERED ? c.transfer.response->status : 0;
}

static int toot(const char *key, const char *text)
{
	return form(HTTP_POST, "/api/v1/statuses", key,
		    (const char *const[]){"status", text, "language", "en", NULL});
}

static int get(const char *path)
{
	char url[512];

	snprintf(url, sizeof(url), "%s%s", server, path);
	return client_call(&c, HTTP_GET, url, token, NULL);
}

static void expect_error(int status, int want, const char *words)
{
	assert_int_equal(status, want);
	assert_non_null(strstr(json_str(c.answer, "error"), words));
}

static void status__life__is_as_documented(void **state)
{
	struct json *line;
	char id[64], path[160];

	(void)state;
	begin(NULL);
	assert_int_equal(get("/api/v1/accounts/verify_credentials"), 200);
	assert_string_equal(json_str(c.answer, "username"), "alice");
	snprintf(path, sizeof(path), "/api/v1/accounts/%s/statuses", json_str(c.answer, "id"));
	assert_int_equal(toot("k1", "Hello <world> & \"all\"\nübrigens"), 200);
	snprintf(id, sizeof(id), "%s", json_str(c.answer, "id"));
	assert_string_equal(json_str(c.answer, "content"),
			    "<p>Hello &lt;world&gt; &amp; &quot;all&quot;<br />übrigens</p>");
	assert_non_null(strstr(json_str(c.answer, "url"), "/@alice/"));
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(line, "platform"), "mastodon");
	assert_string_equal(json_str(line, "account"), "alice");
	assert_string_equal(json_str(line, "key"), "k1");
	assert_string_equal(json_str(line, "remote_id"), id);
	assert_string_equal(json_str(line, "text"), "Hello <world> & \"all\"\nübrigens");
	json_free(&line);
	assert_int_equal(get(path), 200);
	assert_int_equal(json_len(c.answer), 1);
	snprintf(path, sizeof(path), "/api/v1/statuses/%s/source", id);
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(c.answer, "text"), "Hello <world> & \"all\"\nübrigens");
	snprintf(path, sizeof(path), "/api/v1/statuses/%s", id);
	assert_int_equal(form(HTTP_DELETE, path, NULL, NULL), 200);
	expect_error(get(path), 404, "Record not found");
	expect_error(form(HTTP_DELETE, path, NULL, NULL), 404, "Record not found");
}

static void key__repeated__gives_the_same_status(void **state)
{
	char id[64];

	(void)state;
	begin(NULL);
	assert_int_equal(toot("k1", "one"), 200);
	snprintf(id, sizeof(id), "%s", json_str(c.answer, "id"));
	assert_int_equal(toot("k1", "one"), 200);
	assert_string_equal(json_str(c.answer, "id"), id);
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(toot("k2", "one"), 200);
	assert_string_not_equal(json_str(c.answer, "id"), id);
	/* keys belong to an account */
	token = client_account(&c, "mastodon", 1, "secret");
	assert_int_equal(toot("k1", "one"), 200);
	assert_string_not_equal(json_str(c.answer, "id"), id);
	assert_int_equal(client_ledger(&c), 3);
}

static void key__server_without_keys__makes_another(void **state)
{
	struct json *line;

	(void)state;
	begin(NULL);
	server = json_str(json_at(c.description, "platforms.mastodon"), "server_without_keys");
	assert_int_equal(toot("k1", "one"), 200);
	assert_int_equal(toot("k1", "one"), 200);
	assert_int_equal(client_ledger(&c), 2);
	line = client_ledger_line(&c, 0);
	assert_true(json_is_null(json_get(line, "key")));
	json_free(&line);
}

static void create__json__is_read_too(void **state)
{
	char url[256];

	(void)state;
	begin(NULL);
	snprintf(url, sizeof(url), "%s/api/v1/statuses", server);
	assert_int_equal(client_call(&c, HTTP_POST, url, token,
				     "{\"status\":\"x\",\"sensitive\":true,\"media_ids\":[]}"),
			 200);
	assert_true(json_bool(c.answer, "sensitive", false));
}

static void create__limits__are_the_servers(void **state)
{
	char text[1200] = "";

	(void)state;
	begin(NULL);
	expect_error(toot(NULL, ""), 422, "Text can't be blank");
	/* 474 + 23 for the URL + 3 for the mention with its space = 500 */
	memset(text, 'x', 473);
	strcpy(text + 473,
	       " https://example.org/a/very/long/path/that/counts/23/only @b@example.org");
	assert_int_equal(toot(NULL, text), 200);
	text[0] = '\0';
	memset(text, 'x', 474);
	strcpy(text + 474,
	       " https://example.org/a/very/long/path/that/counts/23/only @b@example.org");
	expect_error(toot(NULL, text), 422, "character limit of 500 exceeded");
	expect_error(form(HTTP_POST, "/api/v1/statuses", NULL,
			  (const char *const[]){"status", "x", "visibility", "secret", NULL}),
		     422, "Visibility");
	expect_error(form(HTTP_POST, "/api/v1/statuses", NULL,
			  (const char *const[]){"status", "x", "media_ids[]", "7", NULL}),
		     404, "Record not found");
	assert_int_equal(client_ledger(&c), 1);
}

static void media__upload__goes_with_a_status(void **state)
{
	static const char bytes[] = "\x89PNG\r\n\x1a\n\0--x\r\n";
	char hex[HASH_HEX_SIZE], id[64];
	struct http_request *r = http_request_new(HTTP_POST);
	struct http_part *p;
	struct json *line;

	(void)state;
	begin(NULL);
	http_url(r, "%s/api/v2/media", server);
	http_header(r, "Authorization", "Bearer %s", token);
	p = http_part_add(r, "description");
	p->bytes = "dots";
	p->len = 4;
	p = http_part_add(r, "file");
	p->bytes = bytes;
	p->len = sizeof(bytes) - 1;
	p->filename = "a.png";
	p->type = "image/png";
	assert_int_equal(transport_exchange(c.transport, r, NULL, true, NULL, &c.transfer, NULL),
			 OK);
	http_request_free(&r);
	assert_int_equal(c.transfer.response->status, 200);
	json_free(&c.answer);
	assert_int_equal(json_parse(c.transfer.response->body, c.transfer.response->len,
				    JSON_BYTES_MAX, &c.answer, NULL),
			 OK);
	snprintf(id, sizeof(id), "%s", json_str(c.answer, "id"));
	assert_string_equal(json_str(c.answer, "type"), "image");
	assert_int_equal(form(HTTP_POST, "/api/v1/statuses", NULL,
			      (const char *const[]){"media_ids[]", id, NULL}),
			 200);
	line = client_ledger_line(&c, 0);
	sha256_hex(bytes, sizeof(bytes) - 1, hex);
	assert_string_equal(json_str(json_at(line, "media.0"), "sha256"), hex);
	assert_string_equal(json_str(json_at(line, "media.0"), "alt"), "dots");
	json_free(&line);
}

static void instance__configuration__tells_limits(void **state)
{
	(void)state;
	begin(NULL);
	assert_int_equal(get("/api/v2/instance"), 200);
	assert_int_equal(json_int(json_at(c.answer, "configuration.statuses"), "max_characters", 0),
			 500);
	expect_error(get("/api/v9/nothing"), 404, "Not found");
}

static void token__wrong_or_revoked__is_refused(void **state)
{
	(void)state;
	begin("mastodon:verify=expirex1");
	expect_error(get("/api/v1/accounts/verify_credentials"), 401, "expired");
	token = client_account(&c, "mastodon", 1, "secret");
	assert_int_equal(
		form(HTTP_POST, "/oauth/revoke", NULL, (const char *const[]){"token", token, NULL}),
		200);
	expect_error(get("/api/v1/accounts/verify_credentials"), 401, "revoked");
	token = "sandbox-1-nonsense";
	expect_error(get("/api/v1/accounts/verify_credentials"), 401, "invalid");
	token = NULL;
	expect_error(toot(NULL, "x"), 401, "invalid");
	assert_int_equal(client_ledger(&c), 0);
}

static void rate__headers__are_iso_with_six_decimals(void **state)
{
	struct rate_window w;
	const char *reset;

	(void)state;
	begin("mastodon:publish=429:30x1");
	expect_error(toot(NULL, "x"), 429, "Too many requests");
	assert_true(http_rate_window(c.transfer.response, &w));
	assert_int_equal(w.remaining, 0);
	assert_in_range(w.resets_at - c.transfer.response->at, 28000, 31000);
	reset = http_response_header(c.transfer.response, "X-RateLimit-Reset");
	assert_int_equal(strlen(reset), 27);
	assert_null(http_response_header(c.transfer.response, "Retry-After"));
	assert_int_equal(toot(NULL, "x"), 200);
}

/* ---- OAuth ------------------------------------------------------------ */

#define REDIRECT "http://127.0.0.1/callback"
#define VERIFIER "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"

static char client_id[1024], client_secret[128], code[2048];

static void register_app(void)
{
	assert_int_equal(form(HTTP_POST, "/api/v1/apps", NULL,
			      (const char *const[]){"client_name", "Test", "redirect_uris",
						    REDIRECT, "scopes", "read write", NULL}),
			 200);
	snprintf(client_id, sizeof(client_id), "%s", json_str(c.answer, "client_id"));
	snprintf(client_secret, sizeof(client_secret), "%s", json_str(c.answer, "client_secret"));
}

/* Asks for consent; returns the status; Location's code is kept. */
static int authorize(const char *redirect, const char *scope, const char *challenge)
{
	struct http_request *r = http_request_new(HTTP_GET);
	const char *location, *at;

	http_response_free(&c.transfer.response);
	http_url(r, "%s/oauth/authorize", server);
	http_query(r, "response_type", "code");
	http_query(r, "client_id", client_id);
	http_query(r, "redirect_uri", redirect);
	http_query(r, "scope", scope);
	http_query(r, "state", "st&te");
	http_query(r, "login_hint", "bob");
	http_query(r, "code_challenge", challenge);
	http_query(r, "code_challenge_method", challenge ? "S256" : NULL);
	assert_int_equal(transport_exchange(c.transport, r, NULL, true, NULL, &c.transfer, NULL),
			 OK);
	http_request_free(&r);
	location = http_response_header(c.transfer.response, "Location");
	at = location ? strstr(location, "?code=") : NULL;
	snprintf(code, sizeof(code), "%.*s", at ? (int)strcspn(at + 6, "&") : 0, at ? at + 6 : "");
	return c.transfer.response->status;
}

static int exchange_code(const char *verifier)
{
	return form(HTTP_POST, "/oauth/token", NULL,
		    (const char *const[]){"grant_type", "authorization_code", "client_id",
					  client_id, "client_secret", client_secret, "redirect_uri",
					  "http://127.0.0.1:5555/callback", "code", code,
					  "code_verifier", verifier, NULL});
}

static void challenge_of(const char *verifier, char *out, size_t size)
{
	unsigned char digest[HASH_BYTES];
	struct strbuf b;

	sha256_bytes(verifier, strlen(verifier), digest);
	strbuf_init(&b, 100);
	base64_encode(&b, digest, sizeof(digest), BASE64_URL);
	snprintf(out, size, "%s", b.data);
	strbuf_free(&b);
}

static void oauth__whole_flow__logs_in(void **state)
{
	char challenge[64], granted[128];

	(void)state;
	begin(NULL);
	token = NULL;
	register_app();
	challenge_of(VERIFIER, challenge, sizeof(challenge));
	assert_int_equal(
		authorize("http://127.0.0.1:5555/callback", "read write:statuses", challenge), 302);
	assert_memory_equal(http_response_header(c.transfer.response, "Location"),
			    "http://127.0.0.1:5555/callback?code=", 36);
	assert_non_null(
		strstr(http_response_header(c.transfer.response, "Location"), "&state=st%26te"));
	assert_int_equal(exchange_code(VERIFIER "x"), 400);
	assert_string_equal(json_str(c.answer, "error"), "invalid_grant");
	assert_int_equal(exchange_code(VERIFIER), 200);
	assert_null(json_str(c.answer, "refresh_token"));
	snprintf(granted, sizeof(granted), "%s", json_str(c.answer, "access_token"));
	/* once only */
	assert_int_equal(exchange_code(VERIFIER), 400);
	token = granted;
	assert_int_equal(get("/api/v1/accounts/verify_credentials"), 200);
	assert_string_equal(json_str(c.answer, "username"), "bob");
	assert_int_equal(form(HTTP_POST, "/oauth/revoke", NULL,
			      (const char *const[]){"token", granted, NULL}),
			 403);
	assert_int_equal(form(HTTP_POST, "/oauth/revoke", NULL,
			      (const char *const[]){"client_id", client_id, "client_secret",
						    client_secret, "token", granted, NULL}),
			 200);
	expect_error(get("/api/v1/accounts/verify_credentials"), 401, "revoked");
}

static void oauth__wrong_requests__are_refused(void **state)
{
	(void)state;
	begin(NULL);
	token = NULL;
	register_app();
	assert_int_equal(authorize("http://127.0.0.1:5555/other", "read", NULL), 400);
	assert_int_equal(authorize("https://evil.test/callback", "read", NULL), 400);
	assert_int_equal(authorize(REDIRECT, "admin", NULL), 302);
	assert_non_null(strstr(http_response_header(c.transfer.response, "Location"),
			       "?error=invalid_scope"));
	client_id[5] ^= 1;
	assert_int_equal(authorize(REDIRECT, "read", NULL), 400);
	assert_int_equal(exchange_code(VERIFIER), 401);
}

#define CASE(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(status__life__is_as_documented),
		CASE(key__repeated__gives_the_same_status),
		CASE(key__server_without_keys__makes_another),
		CASE(create__json__is_read_too),
		CASE(create__limits__are_the_servers),
		CASE(media__upload__goes_with_a_status),
		CASE(instance__configuration__tells_limits),
		CASE(token__wrong_or_revoked__is_refused),
		CASE(rate__headers__are_iso_with_six_decimals),
		CASE(oauth__whole_flow__logs_in),
		CASE(oauth__wrong_requests__are_refused),
	};
	int failed;

	if (vault_global_init(NULL) || http_global_init(NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	return failed;
}
