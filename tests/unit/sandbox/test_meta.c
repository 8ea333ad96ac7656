/* The simulated Facebook, Instagram and Threads: pages' posts and photos, containers, chains of tokens, and the faults
 * that are the Graph's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

static struct client c;
static const char *token, *platform;
static char url[8192], id[64];

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

static int get(const char *path)
{
	return client_call(&c, HTTP_GET, at(path), token, NULL);
}

/* Keeps the answer's id. */
static int post(const char *path, const char *const *pairs)
{
	int status = client_form(&c, HTTP_POST, at(path), token, pairs);

	if (status == 200 && json_str(c.answer, "id"))
		snprintf(id, sizeof(id), "%s", json_str(c.answer, "id"));
	return status;
}

static void expect_error(int status, int code, int subcode)
{
	assert_in_range(status, 400, 599);
	assert_int_equal(json_int(json_get(c.answer, "error"), "code", 0), code);
	assert_int_equal(json_int(json_get(c.answer, "error"), "error_subcode", 0), subcode);
}

static int feed(const char *text)
{
	return post("/v26.0/me/feed", (const char *const[]){"message", text, NULL});
}

static void page__post__is_listed_and_deleted(void **state)
{
	char path[128];

	(void)state;
	begin("facebook", NULL, 0);
	assert_int_equal(feed("Hello"), 200);
	assert_non_null(strchr(id, '_'));
	assert_non_null(client_header(&c, "X-App-Usage"));
	assert_int_equal(get("/v26.0/me/published_posts?since=1&limit=100"), 200);
	assert_int_equal(json_len(json_get(c.answer, "data")), 1);
	assert_string_equal(json_str(json_at(c.answer, "data.0"), "message"), "Hello");
	assert_non_null(strstr(json_str(json_at(c.answer, "data.0"), "created_time"), "+0000"));
	expect_error(feed("Hello"), 506, 0);
	snprintf(path, sizeof(path), "/v26.0/%s", id);
	assert_int_equal(client_call(&c, HTTP_DELETE, at(path), token, NULL), 200);
	assert_true(json_bool(c.answer, "success", false));
	expect_error(get(path), 100, 33);
	assert_int_equal(feed("Hello"), 200);
	assert_int_equal(client_ledger(&c), 2);
}

static void page__photos__are_attached(void **state)
{
	char first[64], attached[2][96];
	struct json *line;

	(void)state;
	begin("facebook", NULL, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			client_parts(&c, at("/v26.0/me/photos"), token,
				     (const char *const[]){"published", "false", "alt_text_custom",
							   "letters", "source", "abc", NULL},
				     "source"),
			200);
		snprintf(attached[i], sizeof(attached[i]), "{\"media_fbid\":\"%s\"}",
			 json_str(c.answer, "id"));
		if (i == 0)
			snprintf(first, sizeof(first), "%s", json_str(c.answer, "id"));
	}
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(
		post("/v26.0/me/feed",
		     (const char *const[]){"message", "two", "attached_media[0]", attached[0],
					   "attached_media[1]", attached[1], NULL}),
		200);
	line = client_ledger_line(&c, 0);
	assert_int_equal(json_len(json_get(line, "media")), 2);
	assert_string_equal(json_str(json_at(line, "media.1"), "sha256"),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(json_str(json_at(line, "media.1"), "alt"), "letters");
	json_free(&line);
	assert_int_equal(get("/v26.0/me/published_posts"), 200);
	assert_string_equal(
		json_str(
			json_at(c.answer, "data.0.attachments.data.0.subattachments.data.0.target"),
			"id"),
		first);
	expect_error(post("/v26.0/me/feed", (const char *const[]){"attached_media[0]",
								  "{\"media_fbid\":\"1\"}", NULL}),
		     100, 0);
}

static void page__reel__is_known_by_its_video(void **state)
{
	char address[256], video[64], path[128];
	struct http_request *r = http_request_new(HTTP_POST);
	struct json *line;

	(void)state;
	begin("facebook", NULL, 0);
	assert_int_equal(
		post("/v26.0/me/video_reels", (const char *const[]){"upload_phase", "start", NULL}),
		200);
	snprintf(video, sizeof(video), "%s", json_str(c.answer, "video_id"));
	snprintf(address, sizeof(address), "%s", json_str(c.answer, "upload_url"));
	snprintf(path, sizeof(path), "/v26.0/%s?fields=published", video);
	assert_int_equal(get(path), 200);
	assert_false(json_bool(c.answer, "published", true));
	http_url(r, "%s", address);
	http_header(r, "Authorization", "OAuth %s", token);
	http_header(r, "offset", "0");
	http_body_raw(r, "abc", 3);
	http_response_free(&c.transfer.response);
	assert_int_equal(transport_exchange(c.transport, r, NULL, true, NULL, &c.transfer, NULL),
			 OK);
	assert_int_equal(c.transfer.response->status, 200);
	http_request_free(&r);
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(
		post("/v26.0/me/video_reels",
		     (const char *const[]){"upload_phase", "finish", "video_id", video,
					   "video_state", "PUBLISHED", "description", "t", NULL}),
		200);
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(line, "remote_id"), video);
	assert_string_equal(json_str(json_at(line, "media.0"), "sha256"),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	json_free(&line);
	assert_int_equal(get(path), 200);
	assert_true(json_bool(c.answer, "published", false));
}

static void page__of_another__is_not_reached(void **state)
{
	(void)state;
	begin("facebook", NULL, 0);
	expect_error(post("/v26.0/1/feed", (const char *const[]){"message", "x", NULL}), 100, 33);
	token = "nonsense";
	expect_error(feed("x"), 190, 0);
	assert_int_equal(client_ledger(&c), 0);
}

static void login__code__becomes_the_pages_token(void **state)
{
	char code[1024], path[4096];

	(void)state;
	begin("facebook", NULL, 0);
	client_consent(&c, at("/v26.0/dialog/oauth"), "https://a.example/cb", NULL, code,
		       sizeof(code));
	snprintf(path, sizeof(path),
		 "%s/v26.0/oauth/access_token?client_id=app&client_secret=s&"
		 "redirect_uri=https%%3A%%2F%%2Fa.example%%2Fcb&code=%s",
		 client_server(&c, platform), code);
	assert_int_equal(client_call(&c, HTTP_GET, path, NULL, NULL), 200);
	assert_int_equal(json_int(c.answer, "expires_in", 0), 3600);
	snprintf(path, sizeof(path),
		 "%s/v26.0/oauth/access_token?grant_type=fb_exchange_token&client_id=app&"
		 "client_secret=s&fb_exchange_token=%s",
		 client_server(&c, platform), json_str(c.answer, "access_token"));
	assert_int_equal(client_call(&c, HTTP_GET, path, NULL, NULL), 200);
	assert_int_equal(json_int(c.answer, "expires_in", 0), 60 * 86400);
	snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "access_token"));
	token = c.access;
	expect_error(feed("as a person"), 200, 0);
	assert_int_equal(get("/v26.0/me/accounts"), 200);
	assert_string_equal(json_str(json_at(c.answer, "data.0"), "access_token"),
			    client_account(&c, "facebook", 0, "secret"));
	snprintf(path, sizeof(path), "/v26.0/debug_token?input_token=%s", c.access);
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(json_get(c.answer, "data"), "type"), "USER");
	assert_int_equal(client_call(&c, HTTP_DELETE, at("/v26.0/me/permissions"), token, NULL),
			 200);
	expect_error(get("/v26.0/me"), 190, 458);
}

static void faults__the_graphs_own__are_in_its_form(void **state)
{
	(void)state;
	begin("facebook",
	      "facebook:create=429:61x1,facebook:create=duplicatex1,"
	      "facebook:create=error-after:503x1,facebook:create=expirex1",
	      0);
	expect_error(feed("one"), 32, 0);
	assert_non_null(strstr(client_header(&c, "X-Business-Use-Case-Usage"),
			       "\"estimated_time_to_regain_access\":2"));
	expect_error(feed("one"), 506, 0);
	assert_int_equal(client_ledger(&c), 0);
	expect_error(feed("one"), 2, 0);
	assert_int_equal(client_ledger(&c), 1);
	expect_error(feed("two"), 190, 463);
}

static int publish(const char *path)
{
	return post(path, (const char *const[]){"creation_id", id, NULL});
}

static void container__published__once(void **state)
{
	char path[128], container[64];
	struct json *line;

	(void)state;
	begin("threads", NULL, 0);
	expect_error(post("/v1.0/me/threads", (const char *const[]){"text", "x", NULL}), 100, 0);
	assert_int_equal(post("/v1.0/me/threads",
			      (const char *const[]){"media_type", "TEXT", "text", "staged", NULL}),
			 200);
	snprintf(container, sizeof(container), "%s", id);
	snprintf(path, sizeof(path), "/v1.0/%s?fields=status", id);
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(c.answer, "status"), "FINISHED");
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(publish("/v1.0/me/threads_publish"), 200);
	assert_string_not_equal(id, container);
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(line, "text"), "staged");
	assert_string_equal(json_str(line, "key"), container);
	json_free(&line);
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(c.answer, "status"), "PUBLISHED");
	assert_int_equal(get("/v1.0/me/threads?since=1"), 200);
	assert_string_equal(json_str(json_at(c.answer, "data.0"), "id"), id);
	snprintf(id, sizeof(id), "%s", container);
	expect_error(publish("/v1.0/me/threads_publish"), 9007, 2207026);
	assert_int_equal(client_ledger(&c), 1);
}

static void container__carousel__has_its_files(void **state)
{
	static const char sha[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char address[160], children[160] = "";
	struct json *line;

	(void)state;
	begin("instagram", NULL, 0);
	snprintf(address, sizeof(address), "https://media.example/%s.jpg", sha);
	expect_error(post("/v25.0/me/media", (const char *const[]){"caption", "alone", NULL}), 100,
		     0);
	expect_error(post("/v25.0/me/media",
			  (const char *const[]){"image_url", "http://media.example/a.jpg", NULL}),
		     9004, 2207052);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(post("/v25.0/me/media",
				      (const char *const[]){"image_url", address, "alt_text", "ltr",
							    "is_carousel_item", "true", NULL}),
				 200);
		snprintf(children + strlen(children), sizeof(children) - strlen(children), "%s%s",
			 i ? "," : "", id);
	}
	/* a part is nothing by itself */
	expect_error(publish("/v25.0/me/media_publish"), 100, 0);
	assert_int_equal(
		post("/v25.0/me/media", (const char *const[]){"media_type", "CAROUSEL", "children",
							      children, "caption", "all", NULL}),
		200);
	assert_int_equal(publish("/v25.0/me/media_publish"), 200);
	line = client_ledger_line(&c, 0);
	assert_int_equal(json_len(json_get(line, "media")), 2);
	assert_string_equal(json_str(json_at(line, "media.1"), "sha256"), sha);
	assert_string_equal(json_str(json_at(line, "media.1"), "alt"), "ltr");
	json_free(&line);
}

static void container__video__is_worked_on_first(void **state)
{
	char path[128];

	(void)state;
	begin("instagram", NULL, 0);
	assert_int_equal(
		post("/v25.0/me/media", (const char *const[]){"media_type", "REELS", "video_url",
							      "https://media.example/a.mp4", NULL}),
		200);
	snprintf(path, sizeof(path), "/v25.0/%s?fields=status_code", id);
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(c.answer, "status_code"), "IN_PROGRESS");
	assert_int_equal(get(path), 200);
	assert_string_equal(json_str(c.answer, "status_code"), "FINISHED");
	/* of another account it is nothing */
	token = client_account(&c, "instagram", 1, "secret");
	expect_error(get(path), 100, 33);
}

static void chain__young_token__is_not_renewed(void **state)
{
	char code[1024], path[4096];

	(void)state;
	begin("threads", NULL, 0);
	client_consent(&c, at("/oauth/authorize"), "http://127.0.0.1:1/cb", NULL, code,
		       sizeof(code));
	assert_string_equal(code, "");
	client_consent(&c, at("/oauth/authorize"), "https://a.example/cb", NULL, code,
		       sizeof(code));
	assert_int_equal(client_form(&c, HTTP_POST, at("/oauth/access_token"), NULL,
				     (const char *const[]){"client_id", "app", "client_secret", "s",
							   "grant_type", "authorization_code",
							   "redirect_uri", "https://a.example/cb",
							   "code", code, NULL}),
			 200);
	snprintf(path, sizeof(path),
		 "/access_token?grant_type=th_exchange_token&client_secret=s&access_token=%s",
		 json_str(c.answer, "access_token"));
	token = NULL;
	assert_int_equal(get(path), 200);
	assert_int_equal(json_int(c.answer, "expires_in", 0), 60 * 86400);
	snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "access_token"));
	snprintf(path, sizeof(path),
		 "/refresh_access_token?grant_type=th_refresh_token&access_token=%s", c.access);
	expect_error(get(path), 100, 0);
	token = c.access;
	assert_int_equal(get("/v1.0/me?fields=id,username"), 200);
	assert_string_equal(json_str(c.answer, "username"), "alice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(page__post__is_listed_and_deleted, teardown),
		cmocka_unit_test_teardown(page__photos__are_attached, teardown),
		cmocka_unit_test_teardown(page__reel__is_known_by_its_video, teardown),
		cmocka_unit_test_teardown(page__of_another__is_not_reached, teardown),
		cmocka_unit_test_teardown(login__code__becomes_the_pages_token, teardown),
		cmocka_unit_test_teardown(faults__the_graphs_own__are_in_its_form, teardown),
		cmocka_unit_test_teardown(container__published__once, teardown),
		cmocka_unit_test_teardown(container__carousel__has_its_files, teardown),
		cmocka_unit_test_teardown(container__video__is_worked_on_first, teardown),
		cmocka_unit_test_teardown(chain__young_token__is_not_renewed, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
