/* Requests and responses as values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "http/message.h"

static void url__query__encodes_and_joins(void **state)
{
	struct http_request *r = http_request_new(HTTP_GET);

	(void)state;
	http_url(r, "https://%s/xrpc/%s", "host.test", "a.b");
	http_query(r, "repo", "did:plc:x y");
	http_query(r, "skipped", NULL);
	http_query(r, "q", "ä&=~");
	assert_string_equal(r->url.bytes,
			    "https://host.test/xrpc/a.b?repo=did%3Aplc%3Ax%20y&q=%C3%A4%26%3D~");
	assert_int_equal(r->url.len, strlen(r->url.bytes));
	http_request_free(&r);
	assert_null(r);
}

static void url__append__grows_past_any_power_of_two(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);
	char want[2001] = "";

	(void)state;
	for (int i = 0; i < 2000; i++) {
		http_body_raw(r, "x", 1);
		want[i] = 'x';
	}
	assert_int_equal(r->body.len, 2000);
	assert_string_equal(r->body.bytes, want);
	http_request_free(&r);
}

static void format__long_value__is_whole(void **state)
{
	struct http_request *r = http_request_new(HTTP_GET);
	char big[3000];

	(void)state;
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	http_header(r, "X-Big", "<%s>", big);
	assert_int_equal(r->headers[0].value.len, sizeof(big) + 1);
	assert_int_equal(r->headers[0].value.bytes[sizeof(big)], '>');
	http_request_free(&r);
}

static void form__fields__are_encoded_with_one_content_type(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);

	(void)state;
	http_form(r, "grant_type", "refresh token+");
	http_form(r, "left_out", NULL);
	http_form_secret(r, "token", SLOT_REFRESH);
	http_form(r, "z", "1");
	assert_string_equal(r->body.bytes, "grant_type=refresh%20token%2B&token=&z=1");
	assert_int_equal(r->n_headers, 1);
	assert_int_equal(r->body.n_slots, 1);
	assert_int_equal(r->body.slots[0].at, strlen("grant_type=refresh%20token%2B&token="));
	assert_int_equal(r->body.slots[0].encoding, SLOT_FORM);
	http_request_free(&r);
}

static void json__secret__becomes_a_place(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);
	struct json *j = json_new_object();

	(void)state;
	json_set_str(j, "identifier", "alice.test");
	http_json_secret(j, "password", SLOT_PASSWORD);
	json_set_int(j, "n", 3);
	http_body_json(r, j);
	assert_string_equal(r->body.bytes,
			    "{\"identifier\":\"alice.test\",\"password\":\"\",\"n\":3}");
	assert_int_equal(r->body.n_slots, 1);
	assert_int_equal(r->body.slots[0].slot, SLOT_PASSWORD);
	assert_int_equal(r->body.slots[0].encoding, SLOT_JSON);
	assert_memory_equal(r->body.bytes + r->body.slots[0].at, "\",\"n\"", 5);
	json_free(&j);
	http_request_free(&r);
}

/* Post text that spells the mark must stay text. */
static void json__text_like_a_mark__stays_text(void **state)
{
	static const char *const texts[] = {"\\u0001slot:1\\u0001", "\"\\u0001slot:1\\u0001\"",
					    "x\"\\u0001slot:2\\u0001", "\\\"\\u0001slot:0\\u0001"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct http_request *r = http_request_new(HTTP_POST);
		struct json *j = json_new_object(), *back = NULL;

		json_set_str(j, "text", texts[i]);
		http_body_json(r, j);
		assert_int_equal(r->body.n_slots, 0);
		assert_int_equal(
			json_parse(r->body.bytes, r->body.len, JSON_BYTES_MAX, &back, NULL), OK);
		assert_string_equal(json_str(back, "text"), texts[i]);
		json_free(&back);
		json_free(&j);
		http_request_free(&r);
	}
}

static void json__unknown_slot__is_no_place(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);
	struct json *j = json_new_object();

	(void)state;
	json_set_str(j, "a", "\x01slot:99\x01");
	json_set_str(j, "b", "\x01slot:1 and more\x01");
	http_body_json(r, j);
	assert_int_equal(r->body.n_slots, 0);
	assert_string_equal(r->body.bytes, "{\"a\":\"\\u0001slot:99\\u0001\","
					   "\"b\":\"\\u0001slot:1 and more\\u0001\"}");
	json_free(&j);
	http_request_free(&r);
}

static void describe__request__names_secrets(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);
	struct json *j = json_new_object(), *d;

	(void)state;
	http_url(r, "https://api.test/bot");
	http_url_secret(r, SLOT_PASSWORD, SLOT_URL_PATH);
	http_url(r, "/send");
	http_bearer(r, SLOT_ACCESS);
	http_basic(r, "client", SLOT_CLIENT_SECRET);
	http_json_secret(j, "code", SLOT_CODE);
	http_body_json(r, j);
	d = http_request_describe(r);
	assert_string_equal(json_str(d, "method"), "POST");
	assert_string_equal(json_str(d, "url"), "https://api.test/bot[password]/send");
	assert_string_equal(json_str(d, "body"), "{\"code\":\"[authorization-code]\"}");
	assert_string_equal(json_str(json_get(d, "headers"), "Content-Type"), "application/json");
	json_free(&d);
	json_free(&j);
	http_request_free(&r);
}

static void describe__bodies__are_summed_up(void **state)
{
	struct http_request *r = http_request_new(HTTP_POST);
	struct http_part *p;
	struct json *d;

	(void)state;
	d = http_request_describe(r);
	assert_true(json_is_null(json_get(d, "body")));
	json_free(&d);
	http_body_raw(r, "\xff\xfe\0", 3);
	d = http_request_describe(r);
	assert_string_equal(json_str(d, "body"), "[3 bytes]");
	json_free(&d);
	r->body_file = "/media/abc";
	d = http_request_describe(r);
	assert_string_equal(json_str(d, "body"), "[file /media/abc]");
	json_free(&d);
	p = http_part_add(r, "description");
	p->bytes = "alt";
	p->len = 3;
	p = http_part_add(r, "file");
	p->file = "/media/abc";
	p->filename = "a.png";
	d = http_request_describe(r);
	assert_string_equal(json_str(json_at(d, "body.0"), "value"), "alt");
	assert_string_equal(json_str(json_at(d, "body.1"), "file"), "/media/abc");
	json_free(&d);
	http_request_free(&r);
}

static void response__header__ignores_case_and_takes_the_first(void **state)
{
	struct http_response *r = http_response_make(
		200, "X-One:  a b \r\nx-one: second\nbroken\n: none\nEmpty:\n", "body");

	(void)state;
	assert_int_equal(r->n_headers, 3);
	assert_string_equal(http_response_header(r, "x-ONE"), "a b");
	assert_string_equal(http_response_header(r, "Empty"), "");
	assert_null(http_response_header(r, "X-On"));
	assert_string_equal(r->body, "body");
	assert_int_equal(r->len, 4);
	assert_true(r->at > 0);
	http_response_free(&r);
	assert_null(r);
}

static void names__all__are_known(void **state)
{
	(void)state;
	assert_string_equal(secret_slot_name(SLOT_PAGE), "page-token");
	assert_string_equal(secret_slot_name(SLOT_COUNT), "secret");
	assert_string_equal(http_method_name(HTTP_HEAD), "HEAD");
	assert_string_equal(http_method_name(HTTP_PATCH), "PATCH");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url__query__encodes_and_joins),
		cmocka_unit_test(url__append__grows_past_any_power_of_two),
		cmocka_unit_test(format__long_value__is_whole),
		cmocka_unit_test(form__fields__are_encoded_with_one_content_type),
		cmocka_unit_test(json__secret__becomes_a_place),
		cmocka_unit_test(json__text_like_a_mark__stays_text),
		cmocka_unit_test(json__unknown_slot__is_no_place),
		cmocka_unit_test(describe__request__names_secrets),
		cmocka_unit_test(describe__bodies__are_summed_up),
		cmocka_unit_test(response__header__ignores_case_and_takes_the_first),
		cmocka_unit_test(names__all__are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
