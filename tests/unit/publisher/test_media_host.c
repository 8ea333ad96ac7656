/* tests/unit/publisher/test_media_host.c - addresses, requests and answers of a media host, held to tables. */
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/json.h"
#include "http/transport.h"
#include "publisher/media_host.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct media_host s3 = {.kind = MEDIA_S3,
				     .url = "https://s3.example",
				     .user = "KEY",
				     .bucket = "media",
				     .region = "eu-1"};
static const struct media_host dav = {
	.kind = MEDIA_WEBDAV, .url = "https://dav.example/folder/", .user = "me"};
static const struct media_host command = {.kind = MEDIA_COMMAND, .command = "put-it --fast"};

static void check__configuration__names_the_key(void **state)
{
	const struct {
		struct media_host h;
		const char *key;
	} rows[] = {
		{s3, NULL},
		{dav, NULL},
		{command, NULL},
		{{.kind = MEDIA_NONE}, "media.host"},
		{{.kind = MEDIA_S3, .user = "k", .bucket = "b"}, "media.url"},
		{{.kind = MEDIA_S3, .url = "https://x.example", .bucket = "b"}, "media.user"},
		{{.kind = MEDIA_S3, .url = "https://x.example", .user = "k"}, "media.bucket"},
		{{.kind = MEDIA_S3, .url = "https://x.example", .user = "k", .bucket = "a b"},
		 "media.bucket"},
		{{.kind = MEDIA_S3,
		  .url = "https://x.example",
		  .user = "k",
		  .bucket = "b",
		  .region = "eu:1"},
		 "media.region"},
		{{.kind = MEDIA_WEBDAV, .url = "http://x.example", .user = "k"}, "media.url"},
		{{.kind = MEDIA_WEBDAV, .url = "https://10.0.0.1", .user = "k"}, "media.url"},
		{{.kind = MEDIA_WEBDAV, .url = "x.example", .user = "k"}, "media.url"},
		{{.kind = MEDIA_WEBDAV, .url = "https://x.example/?a", .user = "k"}, "media.url"},
		{{.kind = MEDIA_WEBDAV,
		  .url = "https://x.example",
		  .user = "k",
		  .public_url = "ftp://x.example"},
		 "media.public_url"},
		{{.kind = MEDIA_WEBDAV,
		  .url = "https://x.example",
		  .user = "k",
		  .prefix = "a/../b"},
		 "media.prefix"},
		{{.kind = MEDIA_COMMAND}, "media.command"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct err_info info = {0};
		enum err e = media_host_check(&rows[i].h, &info);

		if ((e == OK) != !rows[i].key)
			fail_msg("row %zu: %s", i, info.text);
		if (rows[i].key) {
			assert_int_equal(e, E_CONFIG);
			if (!strstr(info.text, rows[i].key) && !strstr(info.hint, rows[i].key))
				fail_msg("row %zu: %s %s", i, info.text, info.hint);
		}
	}
}

static void addresses__each_kind__are_joined(void **state)
{
	struct media_host in_host = s3, in_folder = s3, elsewhere = dav;
	struct arena *a = arena_new();

	(void)state;
	in_host.bucket_in_host = true;
	in_folder.prefix = "a/b/";
	elsewhere.prefix = "c";
	elsewhere.public_url = "https://cdn.example/";
	assert_string_equal(media_host_target(&s3, a, "n.jpg"), "https://s3.example/media/n.jpg");
	assert_string_equal(media_host_public(&s3, a, "n.jpg"), "https://s3.example/media/n.jpg");
	assert_string_equal(media_host_target(&in_host, a, "n"), "https://media.s3.example/n");
	assert_string_equal(media_host_target(&in_folder, a, "n"),
			    "https://s3.example/media/a/b/n");
	assert_string_equal(media_host_target(&dav, a, "n"), "https://dav.example/folder/n");
	assert_string_equal(media_host_target(&elsewhere, a, "n"),
			    "https://dav.example/folder/c/n");
	assert_string_equal(media_host_public(&elsewhere, a, "n"), "https://cdn.example/c/n");
	assert_null(media_host_target(&command, a, "n"));
	assert_null(media_host_public(&command, a, "n"));
	arena_free(&a);
}

static void owns__target__of_the_host_of_now_only(void **state)
{
	struct media_host other = s3, beside = dav;

	(void)state;
	other.bucket = "media2";
	beside.url = "https://dav.example/folder2";
	assert_true(media_host_owns(&s3, "s3", "https://s3.example/media/n"));
	assert_false(media_host_owns(&s3, "webdav", "https://s3.example/media/n"));
	assert_false(media_host_owns(&other, "s3", "https://s3.example/media/n"));
	assert_false(media_host_owns(&s3, "s3", "https://s3.example.evil/media/n"));
	assert_false(media_host_owns(&s3, "s3", NULL));
	assert_true(media_host_owns(&dav, "webdav", "https://dav.example/folder/n"));
	assert_false(media_host_owns(&beside, "webdav", "https://dav.example/folder/n"));
	assert_true(media_host_owns(&command, "command", NULL));
	assert_false(media_host_owns(&(struct media_host){.kind = MEDIA_NONE}, "none", NULL));
}

static void name__random__ends_as_the_type_says(void **state)
{
	struct arena *a = arena_new();
	const char *one = media_host_name(a, SHA, "image/jpeg"),
		   *two = media_host_name(a, SHA, "image/jpeg");

	(void)state;
	assert_string_not_equal(one, two);
	assert_int_equal(strspn(one, "0123456789abcdef"), 32);
	assert_string_equal(one + 32, "-" SHA ".jpg");
	assert_string_equal(media_host_name(a, SHA, "video/mp4") + 97, ".mp4");
	assert_string_equal(media_host_name(a, SHA, NULL) + 97, ".bin");
	arena_free(&a);
}

static void put__request__shows_no_secret(void **state)
{
	struct media m = {.type = "image/png", .bytes = 7};
	struct http_request *r;
	struct json *shown;

	(void)state;
	memcpy(m.sha256, SHA, sizeof(m.sha256));
	r = media_host_put(&s3, "https://s3.example/media/n", &m, "/media/x");
	assert_int_equal(r->method, HTTP_PUT);
	assert_string_equal(r->body_file, "/media/x");
	assert_string_equal(r->sign_region, "eu-1");
	shown = http_request_describe(r);
	assert_string_equal(json_str(json_get(shown, "headers"), "x-amz-content-sha256"), SHA);
	assert_non_null(strstr(json_str(json_get(shown, "headers"), "Authorization"),
			       "[media-host-secret]"));
	json_free(&shown);
	http_request_free(&r);
	r = media_host_delete(&dav, "https://dav.example/folder/n");
	assert_int_equal(r->method, HTTP_DELETE);
	assert_null(r->sign_region);
	shown = http_request_describe(r);
	assert_non_null(strstr(json_str(json_get(shown, "headers"), "Authorization"),
			       "[media-host-secret]"));
	json_free(&shown);
	http_request_free(&r);
}

static void judge__answers__follow_the_table(void **state)
{
	static const struct {
		int status;
		bool deleting;
		enum err_class want;
		enum err code;
	} rows[] = {{200, false, CLASS_NONE, OK},
		    {201, false, CLASS_NONE, OK},
		    {204, true, CLASS_NONE, OK},
		    {404, true, CLASS_NONE, OK},
		    {410, true, CLASS_NONE, OK},
		    {301, false, CLASS_PERMANENT, E_REJECTED},
		    {400, false, CLASS_PERMANENT, E_REJECTED},
		    {401, false, CLASS_PERMANENT, E_REJECTED},
		    {403, false, CLASS_PERMANENT, E_REJECTED},
		    {404, false, CLASS_PERMANENT, E_REJECTED},
		    {409, false, CLASS_PERMANENT, E_REJECTED},
		    {413, false, CLASS_PERMANENT, E_REJECTED},
		    {507, false, CLASS_PERMANENT, E_REJECTED},
		    {408, false, CLASS_TRANSIENT, E_PLATFORM},
		    {429, false, CLASS_TRANSIENT, E_PLATFORM},
		    {500, false, CLASS_TRANSIENT, E_PLATFORM},
		    {503, true, CLASS_TRANSIENT, E_PLATFORM}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct http_response *r = http_response_make(
			rows[i].status, "Retry-After: 60\n",
			"<Error><Code>Why</Code><Message>Words.</Message></Error>");
		struct err_info info = {0};
		int64_t at;
		enum err_class got = media_host_judge(&s3, r, rows[i].deleting, &at, &info);

		if (got != rows[i].want || info.code != rows[i].code)
			fail_msg("%d: class %d, code %d", rows[i].status, (int)got, (int)info.code);
		if (got != CLASS_NONE) {
			assert_non_null(strstr(info.text, "media host s3.example"));
			assert_non_null(strstr(info.text, "Why: Words."));
			assert_int_equal(info.http_status, rows[i].status);
		}
		if (got == CLASS_TRANSIENT)
			assert_true(at > 0);
		http_response_free(&r);
	}
}

static void public_address__printed__is_fit_or_refused(void **state)
{
	static const struct {
		const char *url;
		bool fits;
	} rows[] = {{"https://cdn.example/x.jpg", true},
		    {"https://cdn.example/x.jpg?X-Amz-Signature=ab&n=1", true},
		    {"http://127.0.0.1:8080/x.jpg", true},
		    {"http://cdn.example/x.jpg", false},
		    {"https://user:pw@cdn.example/x.jpg", false},
		    {"https://10.1.2.3/x.jpg", false},
		    {"https://cdn.example/x y", false},
		    {"https://cdn.example/x\x1b[2J", false},
		    {"file:///etc/passwd", false},
		    {"", false}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct err_info info;

		if ((media_host_public_fits(rows[i].url, &info) == OK) != rows[i].fits)
			fail_msg("%s", rows[i].url);
	}
}

static void command__run__prints_the_address(void **state)
{
	struct media_call put = {.command = "sh -c 'echo noise; echo https://cdn.example/$2' --",
				 .name = "n.jpg",
				 .file = "/dev/null",
				 .type = "image/jpeg",
				 .timeout_ms = 20000};
	struct media_call gone = put;
	struct err_info info;
	char *url = NULL;

	(void)state;
	assert_int_equal(media_command_run(&put, NULL, &url, &info), CLASS_NONE);
	assert_string_equal(url, "https://cdn.example/n.jpg");
	xfree(&url);
	gone.deleting = true;
	gone.command = "sh -c 'test \"$0 $1 $2\" = \"delete n.jpg \" || exit 77'";
	assert_int_equal(media_command_run(&gone, NULL, &url, &info), CLASS_NONE);
	gone.command = "sh -c 'echo because >&2; exit 78'";
	assert_int_equal(media_command_run(&gone, NULL, &url, &info), CLASS_PERMANENT);
	assert_non_null(strstr(info.text, "because"));
	gone.command = "false";
	assert_int_equal(media_command_run(&gone, NULL, &url, &info), CLASS_TRANSIENT);
	gone.command = "'an open quote";
	assert_int_equal(media_command_run(&gone, NULL, &url, &info), CLASS_PERMANENT);
	assert_int_equal(info.code, E_CONFIG);
	put.command = "sh -c 'exec sleep 600' --";
	put.timeout_ms = 50;
	assert_int_equal(media_command_run(&put, NULL, &url, &info), CLASS_TRANSIENT);
	assert_int_equal(info.code, E_TIMEOUT);
	assert_null(url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__configuration__names_the_key),
		cmocka_unit_test(addresses__each_kind__are_joined),
		cmocka_unit_test(owns__target__of_the_host_of_now_only),
		cmocka_unit_test(name__random__ends_as_the_type_says),
		cmocka_unit_test(put__request__shows_no_secret),
		cmocka_unit_test(judge__answers__follow_the_table),
		cmocka_unit_test(public_address__printed__is_fit_or_refused),
		cmocka_unit_test(command__run__prints_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
