/* The simulated X: posts, files, lists, its log-in with tokens that work once, and the faults that are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

static struct client c;
static const char *token;
static char url[512];

static void begin(const char *faults, int64_t lag_ms)
{
	const struct sandbox_options o = {.faults = faults, .seed = 1, .visibility_lag_ms = lag_ms};

	client_start(&c, &o);
	token = client_account(&c, "x", 0, "secret");
}

static int teardown(void **state)
{
	(void)state;
	client_stop(&c);
	return 0;
}

static const char *at(const char *path)
{
	snprintf(url, sizeof(url), "%s%s", client_server(&c, "x"), path);
	return url;
}

static int tweet(const char *text)
{
	char body[2048];

	snprintf(body, sizeof(body), "{\"text\":\"%s\"}", text);
	return client_call(&c, HTTP_POST, at("/2/tweets"), token, body);
}

static const char *me(void)
{
	static char id[32];

	assert_int_equal(client_call(&c, HTTP_GET, at("/2/users/me"), token, NULL), 200);
	snprintf(id, sizeof(id), "%s", json_str(json_get(c.answer, "data"), "id"));
	return id;
}

static int list(const char *query)
{
	char path[256];

	snprintf(path, sizeof(path), "/2/users/%s/tweets?%s", me(), query);
	return client_call(&c, HTTP_GET, at(path), token, NULL);
}

static void tweet__life__is_as_documented(void **state)
{
	char id[64], path[128];
	struct json *line;

	(void)state;
	begin(NULL, 0);
	assert_int_equal(tweet("a < b & c https://long.example/path"), 201);
	assert_string_equal(client_header(&c, "x-rate-limit-limit"), "100");
	snprintf(id, sizeof(id), "%s", json_str(json_get(c.answer, "data"), "id"));
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(line, "platform"), "x");
	assert_string_equal(json_str(line, "remote_id"), id);
	assert_string_equal(json_str(line, "text"), "a < b & c https://long.example/path");
	json_free(&line);
	assert_int_equal(list("max_results=10"), 200);
	assert_int_equal(json_len(json_get(c.answer, "data")), 1);
	assert_non_null(strstr(json_str(json_at(c.answer, "data.0"), "text"),
			       "a &lt; b &amp; c https://t.co/"));
	assert_string_equal(json_str(json_at(c.answer, "data.0.entities.urls.0"), "expanded_url"),
			    "https://long.example/path");
	snprintf(path, sizeof(path), "/2/tweets/%s", id);
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 200);
	assert_true(json_bool(json_get(c.answer, "data"), "deleted", false));
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 404);
	assert_int_equal(list("max_results=10"), 200);
	assert_null(json_get(c.answer, "data"));
	assert_int_equal(json_int(json_get(c.answer, "meta"), "result_count", -1), 0);
}

static void list__bounds__are_checked(void **state)
{
	(void)state;
	begin(NULL, 60000);
	assert_int_equal(tweet("hidden"), 201);
	assert_int_equal(list("max_results=100"), 200);
	assert_null(json_get(c.answer, "data"));
	assert_int_equal(list("max_results=4"), 400);
	assert_int_equal(list("max_results=10&start_time=yesterdayish"), 400);
	assert_int_equal(client_call(&c, HTTP_GET, at("/2/users/1/tweets"), token, NULL), 404);
}

static void create__same_text__is_refused_as_duplicate(void **state)
{
	(void)state;
	begin(NULL, 0);
	assert_int_equal(tweet("twice"), 201);
	assert_int_equal(tweet("twice"), 403);
	assert_non_null(strstr(json_str(c.answer, "detail"), "duplicate content"));
	assert_string_equal(json_str(c.answer, "type"), "about:blank");
	assert_int_equal(client_ledger(&c), 1);
	token = client_account(&c, "x", 1, "secret");
	assert_int_equal(tweet("twice"), 201);
}

static void create__length__is_weighed(void **state)
{
	char text[1200] = "";

	(void)state;
	begin(NULL, 0);
	for (int i = 0; i < 280; i++)
		strcat(text, "a");
	assert_int_equal(tweet(text), 201);
	strcat(text, "a");
	assert_int_equal(tweet(text), 400);
	/* an address counts 23, however long */
	memset(text, 0, sizeof(text));
	for (int i = 0; i < 256; i++)
		strcat(text, "b");
	strcat(text, " https://long.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_int_equal(tweet(text), 201);
	/* heavy characters count twice */
	memset(text, 0, sizeof(text));
	for (int i = 0; i < 141; i++)
		strcat(text, "\u6c34");
	assert_int_equal(tweet(text), 400);
	assert_int_equal(tweet(""), 400);
}

static void upload__whole_and_in_pieces__is_in_the_ledger(void **state)
{
	char body[256], path[128], id[2][64];
	struct json *line;

	(void)state;
	begin(NULL, 0);
	assert_int_equal(client_parts(&c, at("/2/media/upload"), token,
				      (const char *const[]){"media_category", "tweet_image",
							    "media", "abc", NULL},
				      "media"),
			 200);
	snprintf(id[0], sizeof(id[0]), "%s", json_str(json_get(c.answer, "data"), "id"));
	snprintf(body, sizeof(body),
		 "{\"id\":\"%s\",\"metadata\":{\"alt_text\":{\"text\":\"letters\"}}}", id[0]);
	assert_int_equal(client_call(&c, HTTP_POST, at("/2/media/metadata"), token, body), 200);
	assert_int_equal(client_call(&c, HTTP_POST, at("/2/media/upload/initialize"), token,
				     "{\"media_type\":\"image/gif\",\"total_bytes\":3,"
				     "\"media_category\":\"tweet_gif\"}"),
			 200);
	snprintf(id[1], sizeof(id[1]), "%s", json_str(json_get(c.answer, "data"), "id"));
	snprintf(path, sizeof(path), "/2/media/upload/%s/append", id[1]);
	for (int i = 0; i < 2; i++) {
		/* the first comes twice, as after a lost answer */
		for (int again = 0; again < 2 - i; again++)
			assert_int_equal(
				client_parts(&c, at(path), token,
					     (const char *const[]){"segment_index", i ? "1" : "0",
								   "media", i ? "c" : "ab", NULL},
					     "media"),
				200);
	}
	snprintf(body, sizeof(body), "{\"text\":\"t\",\"media\":{\"media_ids\":[\"%s\",\"%s\"]}}",
		 id[0], id[1]);
	/* not whole yet */
	assert_int_equal(client_call(&c, HTTP_POST, at("/2/tweets"), token, body), 400);
	snprintf(path, sizeof(path), "/2/media/upload/%s/finalize", id[1]);
	assert_int_equal(client_call(&c, HTTP_POST, at(path), token, NULL), 200);
	assert_int_equal(client_call(&c, HTTP_POST, at("/2/tweets"), token, body), 201);
	line = client_ledger_line(&c, 0);
	for (int i = 0; i < 2; i++)
		assert_string_equal(
			json_str(json_at(line, i ? "media.1" : "media.0"), "sha256"),
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(json_str(json_at(line, "media.0"), "alt"), "letters");
	json_free(&line);
}

static int redeem(const char *code, const char *verifier)
{
	return client_form(&c, HTTP_POST, at("/2/oauth2/token"), NULL,
			   (const char *const[]){"grant_type", "authorization_code", "code", code,
						 "redirect_uri", "http://127.0.0.1:1/cb",
						 "code_verifier", verifier, "client_id", "app",
						 NULL});
}

static int renew(const char *refresh)
{
	return client_form(&c, HTTP_POST, at("/2/oauth2/token"), NULL,
			   (const char *const[]){"grant_type", "refresh_token", "refresh_token",
						 refresh, "client_id", "app", NULL});
}

static void oauth__code__needs_its_verifier(void **state)
{
	char code[1024], challenge[64];

	(void)state;
	begin(NULL, 0);
	client_consent(&c, at("/i/oauth2/authorize"), "http://127.0.0.1:1/cb", NULL, code,
		       sizeof(code));
	assert_string_equal(code, "");
	client_challenge("verifier", challenge, sizeof(challenge));
	client_consent(&c, at("/i/oauth2/authorize"), "http://127.0.0.1:1/cb", challenge, code,
		       sizeof(code));
	assert_string_not_equal(code, "");
	assert_int_equal(redeem(code, "another"), 400);
	assert_string_equal(json_str(c.answer, "error"), "invalid_grant");
	assert_int_equal(redeem(code, "verifier"), 200);
	assert_int_equal(json_int(c.answer, "expires_in", 0), 7200);
	token = json_str(c.answer, "access_token");
	snprintf(c.access, sizeof(c.access), "%s", token);
	token = c.access;
	assert_int_equal(tweet("by consent"), 201);
	/* a code is good once */
	assert_int_equal(redeem(code, "verifier"), 400);
}

static void oauth__refresh_used_twice__ends_the_family(void **state)
{
	char code[1024], challenge[64], first[256];

	(void)state;
	begin(NULL, 0);
	client_challenge("verifier", challenge, sizeof(challenge));
	client_consent(&c, at("/i/oauth2/authorize"), "http://127.0.0.1:1/cb", challenge, code,
		       sizeof(code));
	assert_int_equal(redeem(code, "verifier"), 200);
	snprintf(first, sizeof(first), "%s", json_str(c.answer, "refresh_token"));
	assert_int_equal(renew(first), 200);
	snprintf(c.refresh, sizeof(c.refresh), "%s", json_str(c.answer, "refresh_token"));
	snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "access_token"));
	assert_string_not_equal(c.refresh, first);
	token = c.access;
	assert_int_equal(tweet("with the new one"), 201);
	assert_int_equal(renew(first), 400);
	assert_string_equal(json_str(c.answer, "error"), "invalid_request");
	assert_int_equal(renew(c.refresh), 400);
	assert_int_equal(tweet("with a dead one"), 401);
}

static void oauth__revoked__is_refused(void **state)
{
	(void)state;
	begin(NULL, 0);
	assert_int_equal(
		client_form(&c, HTTP_POST, at("/2/oauth2/revoke"), NULL,
			    (const char *const[]){"token", token, "client_id", "app", NULL}),
		200);
	assert_int_equal(tweet("x"), 401);
	token = "nonsense";
	assert_int_equal(tweet("x"), 401);
}

static void faults__its_own__are_in_its_form(void **state)
{
	(void)state;
	begin("x:create=429:7x1,x:create=duplicatex1,x:create=error-after:503x1,"
	      "x:create=expirex1",
	      0);
	assert_int_equal(tweet("one"), 429);
	assert_string_equal(client_header(&c, "x-rate-limit-remaining"), "0");
	assert_int_equal(tweet("one"), 403);
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(tweet("one"), 503);
	assert_string_equal(json_str(c.answer, "title"), "Service Unavailable");
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(tweet("two"), 401);
	assert_int_equal(client_ledger(&c), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(tweet__life__is_as_documented, teardown),
		cmocka_unit_test_teardown(list__bounds__are_checked, teardown),
		cmocka_unit_test_teardown(create__same_text__is_refused_as_duplicate, teardown),
		cmocka_unit_test_teardown(create__length__is_weighed, teardown),
		cmocka_unit_test_teardown(upload__whole_and_in_pieces__is_in_the_ledger, teardown),
		cmocka_unit_test_teardown(oauth__code__needs_its_verifier, teardown),
		cmocka_unit_test_teardown(oauth__refresh_used_twice__ends_the_family, teardown),
		cmocka_unit_test_teardown(oauth__revoked__is_refused, teardown),
		cmocka_unit_test_teardown(faults__its_own__are_in_its_form, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
