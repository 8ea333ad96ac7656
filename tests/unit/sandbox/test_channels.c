/* The simulated Telegram, Discord, Pinterest and Google Business Profile: posts, files, and the faults that are their
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct client c;
static const char *token, *platform;
static char url[4096];

static void begin(const char *name, const char *faults, int64_t lag_ms)
{
	const struct sandbox_options o = {.faults = faults, .seed = 1, .visibility_lag_ms = lag_ms};

	client_start(&c, &o);
	platform = name;
	token = client_account(&c, name, 0, "secret");
}

static int teardown(void **state)
{
	(void)state;
	client_stop(&c);
	return 0;
}

static const char *at(const char *path)
{
	snprintf(url, sizeof(url), "%s%s", client_server(&c, platform), path);
	return url;
}

static void expect_file(size_t line, const char *alt)
{
	struct json *j = client_ledger_line(&c, line);

	assert_string_equal(json_str(json_at(j, "media.0"), "sha256"), SHA_ABC);
	if (alt)
		assert_string_equal(json_str(json_at(j, "media.0"), "alt"), alt);
	json_free(&j);
}

/* ---- Telegram --------------------------------------------------------- */

static const char *method(const char *name)
{
	snprintf(url, sizeof(url), "%s/bot%s/%s", client_server(&c, "telegram"), token, name);
	return url;
}

static int say(const char *chat, const char *text)
{
	return client_form(&c, HTTP_POST, method("sendMessage"), NULL,
			   (const char *const[]){"chat_id", chat, "text", text, NULL});
}

static void telegram__messages__are_numbered_and_deleted(void **state)
{
	char number[24];

	(void)state;
	begin("telegram", NULL, 0);
	assert_int_equal(client_call(&c, HTTP_GET, method("getMe"), NULL, NULL), 200);
	assert_true(json_bool(json_get(c.answer, "result"), "is_bot", false));
	assert_int_equal(say("@alice_news", "one"), 200);
	snprintf(number, sizeof(number), "%lld",
		 (long long)json_int(json_get(c.answer, "result"), "message_id", 0));
	assert_int_equal(say("@alice_news", "one"), 200);
	assert_int_equal(client_ledger(&c), 2);
	for (int again = 0; again < 2; again++)
		assert_int_equal(client_form(&c, HTTP_POST, method("deleteMessage"), NULL,
					     (const char *const[]){"chat_id", "@alice_news",
								   "message_id", number, NULL}),
				 again ? 400 : 200);
}

static void telegram__wrong__is_refused(void **state)
{
	static char text[5000];

	(void)state;
	begin("telegram", "telegram:create=429:5x1", 0);
	assert_int_equal(say("@alice_news", "one"), 429);
	assert_int_equal(json_int(json_get(c.answer, "parameters"), "retry_after", 0), 5);
	assert_int_equal(say("@another", "one"), 400);
	assert_non_null(strstr(json_str(c.answer, "description"), "chat not found"));
	memset(text, 'a', 4097);
	assert_int_equal(say("@alice_news", text), 400);
	token = "7000000000:wrong";
	assert_int_equal(say("@alice_news", "one"), 401);
	assert_int_equal(client_ledger(&c), 0);
}

static void telegram__photo__is_in_the_ledger(void **state)
{
	(void)state;
	begin("telegram", NULL, 0);
	assert_int_equal(client_parts(&c, method("sendPhoto"), NULL,
				      (const char *const[]){"chat_id", "@alice_news", "caption",
							    "c", "photo", "abc", NULL},
				      "photo"),
			 200);
	expect_file(0, NULL);
}

/* ---- Discord ---------------------------------------------------------- */

static int hook(const char *tail, enum http_method m, const char *body)
{
	snprintf(url, sizeof(url), "%s%s", token, tail);
	return client_call(&c, m, url, NULL, body);
}

static void discord__message__is_read_and_deleted(void **state)
{
	char tail[96];

	(void)state;
	begin("discord", NULL, 0);
	assert_int_equal(hook("", HTTP_GET, NULL), 200);
	assert_non_null(json_str(c.answer, "guild_id"));
	assert_int_equal(hook("?wait=true", HTTP_POST, "{\"content\":\"hi\"}"), 200);
	assert_non_null(client_header(&c, "X-RateLimit-Remaining"));
	snprintf(tail, sizeof(tail), "/messages/%s", json_str(c.answer, "id"));
	assert_int_equal(hook(tail, HTTP_GET, NULL), 200);
	assert_string_equal(json_str(c.answer, "content"), "hi");
	assert_int_equal(hook(tail, HTTP_DELETE, NULL), 204);
	assert_int_equal(hook(tail, HTTP_GET, NULL), 404);
	assert_int_equal(json_int(c.answer, "code", 0), 10008);
	/* without waiting nothing is told */
	assert_int_equal(hook("", HTTP_POST, "{\"content\":\"hi\"}"), 204);
	assert_int_equal(hook("?wait=true", HTTP_POST, "{\"content\":\"\"}"), 400);
	assert_int_equal(json_int(c.answer, "code", 0), 50006);
	assert_int_equal(client_ledger(&c), 2);
}

static void discord__files_and_faults__are_in_its_form(void **state)
{
	(void)state;
	begin("discord", "discord:create=429:3x1", 0);
	assert_int_equal(hook("?wait=true", HTTP_POST, "{\"content\":\"hi\"}"), 429);
	assert_int_equal(json_int(c.answer, "retry_after", 0), 3);
	client_stop(&c);
	begin("discord", NULL, 0);
	snprintf(url, sizeof(url), "%s?wait=true", token);
	assert_int_equal(
		client_parts(&c, url, NULL,
			     (const char *const[]){"payload_json",
						   "{\"content\":\"x\",\"attachments\":[{\"id\":0,"
						   "\"description\":\"letters\"}]}",
						   "files[0]", "abc", NULL},
			     "files[0]"),
		200);
	expect_file(0, "letters");
}

/* ---- Pinterest -------------------------------------------------------- */

static int pin(const char *board, const char *data)
{
	char body[512];

	snprintf(
		body, sizeof(body),
		"{\"board_id\":\"%s\",\"title\":\"T\",\"alt_text\":\"letters\",\"media_source\":{"
		"\"source_type\":\"image_base64\",\"content_type\":\"image/png\",\"data\":\"%s\"}}",
		board, data);
	return client_call(&c, HTTP_POST, at("/v5/pins"), token, body);
}

static void pinterest__pin__is_on_its_board(void **state)
{
	char board[64], path[128];

	(void)state;
	begin("pinterest", NULL, 0);
	assert_int_equal(client_call(&c, HTTP_GET, at("/v5/boards"), token, NULL), 200);
	snprintf(board, sizeof(board), "%s", json_str(json_at(c.answer, "items.0"), "id"));
	assert_int_equal(pin("1", "YWJj"), 404);
	assert_int_equal(pin(board, "???"), 400);
	assert_int_equal(pin(board, "YWJj"), 201);
	expect_file(0, "letters");
	snprintf(path, sizeof(path), "/v5/boards/%s/pins?page_size=25", board);
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 200);
	assert_string_equal(json_str(json_at(c.answer, "items.0"), "title"), "T");
	snprintf(path, sizeof(path), "/v5/pins/%s", json_str(json_at(c.answer, "items.0"), "id"));
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 204);
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 404);
}

static void pinterest__login__is_by_basic_and_renewed(void **state)
{
	char code[1024];

	(void)state;
	begin("pinterest", NULL, 0);
	client_consent(&c, at("/oauth/"), "http://localhost:8085/", NULL, code, sizeof(code));
	for (int basic = 0; basic < 2; basic++)
		assert_int_equal(
			client_form(&c, HTTP_POST, at("/v5/oauth/token"),
				    basic ? "Basic YXBwOnNlY3JldA==" : NULL,
				    (const char *const[]){"grant_type", "authorization_code",
							  "code", code, "redirect_uri",
							  "http://localhost:8085/", NULL}),
			basic ? 200 : 401);
	snprintf(c.refresh, sizeof(c.refresh), "%s", json_str(c.answer, "refresh_token"));
	/* the old refresh token stays good */
	for (int again = 0; again < 2; again++) {
		assert_int_equal(
			client_form(&c, HTTP_POST, at("/v5/oauth/token"), "Basic YXBwOnNlY3JldA==",
				    (const char *const[]){"grant_type", "refresh_token",
							  "refresh_token", c.refresh, NULL}),
			200);
		assert_null(json_str(c.answer, "refresh_token"));
	}
	snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "access_token"));
	assert_int_equal(client_call(&c, HTTP_GET, at("/v5/user_account"), c.access, NULL), 200);
}

/* ---- Google Business Profile ------------------------------------------ */

static char posts[256];

static void learn_location(void)
{
	char path[128], account[64];

	assert_int_equal(client_call(&c, HTTP_GET, at("/v1/accounts"), token, NULL), 200);
	snprintf(account, sizeof(account), "%s", json_str(json_at(c.answer, "accounts.0"), "name"));
	snprintf(path, sizeof(path), "/v1/%s/locations", account);
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 400);
	strcat(path, "?readMask=name");
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 200);
	snprintf(posts, sizeof(posts), "/v4/%s/%s/localPosts", account,
		 json_str(json_at(c.answer, "locations.0"), "name"));
}

static int local_post(const char *body)
{
	return client_call(&c, HTTP_POST, at(posts), token, body);
}

static void google__local_post__is_reviewed_and_listed(void **state)
{
	char path[256];

	(void)state;
	begin("google_business", NULL, 60000);
	learn_location();
	assert_int_equal(client_call(&c, HTTP_GET, at(posts), token, NULL), 200);
	assert_null(json_get(c.answer, "localPosts"));
	assert_int_equal(local_post("{\"topicType\":\"STANDARD\",\"summary\":\"Open\"}"), 200);
	assert_string_equal(json_str(c.answer, "state"), "PROCESSING");
	snprintf(path, sizeof(path), "/v4/%s", json_str(c.answer, "name"));
	/* reached by its name before it is listed */
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 200);
	assert_string_equal(json_str(c.answer, "summary"), "Open");
	assert_int_equal(client_call(&c, HTTP_GET, at(posts), token, NULL), 200);
	assert_null(json_get(c.answer, "localPosts"));
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 200);
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 404);
}

static void google__pages__go_on_where_they_ended(void **state)
{
	char path[300], body[96];

	(void)state;
	begin("google_business", NULL, 0);
	learn_location();
	for (int i = 0; i < 3; i++) {
		snprintf(body, sizeof(body), "{\"topicType\":\"STANDARD\",\"summary\":\"%d\"}", i);
		assert_int_equal(local_post(body), 200);
	}
	snprintf(path, sizeof(path), "%s?pageSize=2", posts);
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 200);
	assert_int_equal(json_len(json_get(c.answer, "localPosts")), 2);
	snprintf(path, sizeof(path), "%s?pageSize=2&pageToken=%s", posts,
		 json_str(c.answer, "nextPageToken"));
	assert_int_equal(client_call(&c, HTTP_GET, at(path), token, NULL), 200);
	assert_int_equal(json_len(json_get(c.answer, "localPosts")), 1);
	assert_string_equal(json_str(json_at(c.answer, "localPosts.0"), "summary"), "0");
	assert_null(json_str(c.answer, "nextPageToken"));
}

static void google__wrong__is_refused_with_details(void **state)
{
	(void)state;
	begin("google_business", "google_business:create=429:4x1", 0);
	learn_location();
	assert_int_equal(local_post("{\"topicType\":\"STANDARD\",\"summary\":\"x\"}"), 429);
	assert_string_equal(client_header(&c, "Retry-After"), "4");
	assert_int_equal(local_post("{\"summary\":\"x\"}"), 400);
	assert_string_equal(json_str(json_at(c.answer, "error.details.0.errorDetails.0"), "field"),
			    "topic_type");
	assert_int_equal(local_post("{\"topicType\":\"STANDARD\",\"media\":[{\"mediaFormat\":"
				    "\"PHOTO\",\"sourceUrl\":\"http://a.example/b\"}]}"),
			 400);
	assert_int_equal(json_int(json_at(c.answer, "error.details.0.errorDetails.0"), "code", 0),
			 1000);
	token = "nonsense";
	assert_int_equal(local_post("{\"topicType\":\"STANDARD\",\"summary\":\"x\"}"), 401);
	assert_int_equal(client_ledger(&c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(telegram__messages__are_numbered_and_deleted, teardown),
		cmocka_unit_test_teardown(telegram__wrong__is_refused, teardown),
		cmocka_unit_test_teardown(telegram__photo__is_in_the_ledger, teardown),
		cmocka_unit_test_teardown(discord__message__is_read_and_deleted, teardown),
		cmocka_unit_test_teardown(discord__files_and_faults__are_in_its_form, teardown),
		cmocka_unit_test_teardown(pinterest__pin__is_on_its_board, teardown),
		cmocka_unit_test_teardown(pinterest__login__is_by_basic_and_renewed, teardown),
		cmocka_unit_test_teardown(google__local_post__is_reviewed_and_listed, teardown),
		cmocka_unit_test_teardown(google__pages__go_on_where_they_ended, teardown),
		cmocka_unit_test_teardown(google__wrong__is_refused_with_details, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
