/* JSON: what is refused, what is read, what is written. */
#include "../unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static struct json *parsed(const char *s)
{
	struct err_info info = {0};
	struct json *j = NULL;

	if (json_parse(s, strlen(s), JSON_BYTES_MAX, &j, &info) != OK)
		fail_msg("%s: %s", s, info.text);
	return j;
}

static void expect_written(const struct json *j, bool pretty, const char *expected)
{
	struct strbuf b;

	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, j, pretty);
	assert_string_equal(b.data, expected);
	strbuf_free(&b);
}

static void json_parse__what_is_not_json__is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"{",
		"[",
		"[1,]",
		"{\"a\":1,}",
		"{\"a\" 1}",
		"{a:1}",
		"{'a':1}",
		"[1 2]",
		"nul",
		"truex",
		"012",
		"0x10",
		"-",
		"+1",
		".5",
		"1.",
		"1e",
		"1e+",
		"NaN",
		"Infinity",
		"-Infinity",
		"[] x",
		"{}{}",
		"\"abc",
		"\"a\nb\"",
		"\"a\tb\"",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u0000\"",
		"\"\\ud800\"",
		"\"\\ud800x\"",
		"\"\\udc00\"",
		"\"\\ud800\\u0041\"",
		"\"\xFF\"",
		"\xEF\xBB\xBF{}",
		"\"\xED\xA0\x80\"",
		"[1",
		"[}",
		"{]",
		"<html></html>",
		"// c\n1",
		"[1]]",
		"\\",
		"{\"a\":}",
		"1111111111111111111111111111111111111111111111111111111111111111",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct json *j = (struct json *)&state;
		struct err_info info = {0};

		if (json_parse(bad[i], strlen(bad[i]), JSON_BYTES_MAX, &j, &info) != E_PROTOCOL)
			fail_msg("taken: %s", bad[i]);
		assert_ptr_equal(j, &state);
		assert_true(info.text[0] != '\0');
	}
}

static void json_parse__nul_in_the_text__is_refused(void **state)
{
	struct json *j = NULL;

	(void)state;
	assert_int_equal(json_parse("{}\0", 3, 100, &j, NULL), E_PROTOCOL);
	assert_int_equal(json_parse("\"a\0b\"", 5, 100, &j, NULL), E_PROTOCOL);
	assert_null(j);
}

static char *nested(int depth)
{
	char *s = malloc(2 * (size_t)depth + 1);

	memset(s, '[', (size_t)depth);
	memset(s + depth, ']', (size_t)depth);
	s[2 * depth] = '\0';
	return s;
}

static void json_parse__depth__is_capped(void **state)
{
	static const int depths[] = {JSON_DEPTH_MAX, JSON_DEPTH_MAX + 1, 1001, 200000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(depths); i++) {
		char *s = nested(depths[i]);
		struct json *j = NULL;
		enum err e = json_parse(s, strlen(s), JSON_BYTES_MAX, &j, NULL);

		assert_int_equal(e, i == 0 ? OK : E_PROTOCOL);
		if (!e)
			json_free(&j);
		free(s);
	}
}

static void json_parse__size__is_capped(void **state)
{
	struct json *j = NULL;

	(void)state;
	assert_int_equal(json_parse("[1]", 3, 2, &j, NULL), E_PROTOCOL);
	assert_int_equal(json_parse("[1]", 3, 3, &j, NULL), OK);
	json_free(&j);
	assert_null(j);
	json_free(&j);
}

static void json_read__kinds__answer_only_for_themselves(void **state)
{
	struct json *j = parsed(
		"{\"s\":\"x\",\"n\":5,\"f\":1.5,\"t\":true,\"z\":null,\"a\":[1,2,3],\"o\":{}}");

	(void)state;
	assert_string_equal(json_str(j, "s"), "x");
	assert_null(json_str(j, "n"));
	assert_null(json_str(j, "S"));
	assert_int_equal(json_int(j, "n", -1), 5);
	assert_int_equal(json_int(j, "f", -1), -1);
	assert_int_equal(json_int(j, "s", -1), -1);
	assert_true(json_num(j, "f", 0) == 1.5);
	assert_true(json_num(j, "none", 2.5) == 2.5);
	assert_true(json_bool(j, "t", false));
	assert_true(json_bool(j, "n", true));
	assert_true(json_is_null(json_get(j, "z")));
	assert_false(json_is_null(json_get(j, "none")));
	assert_int_equal(json_len(json_get(j, "a")), 3);
	assert_int_equal(json_len(json_get(j, "s")), 0);
	assert_true(json_is_object(json_get(j, "o")));
	assert_null(json_first(json_get(j, "o")));
	assert_null(json_first(json_get(j, "s")));
	assert_string_equal(json_name(json_first(j)), "s");
	assert_null(json_name(NULL));
	assert_null(json_get(NULL, "x"));
	assert_null(json_str(NULL, "x"));
	assert_int_equal(json_int(NULL, "x", 3), 3);
	assert_null(json_next(NULL));
	assert_null(json_get(json_get(j, "a"), "x"));
	json_free(&j);
}

static void json_at__paths__lead_through_arrays(void **state)
{
	struct json *j = parsed(
		"{\"record\":{\"embed\":{\"images\":[{\"alt\":\"one\"},{\"alt\":\"two\"}]}}}");

	(void)state;
	assert_string_equal(json_as_str(json_at(j, "record.embed.images.1.alt")), "two");
	assert_null(json_at(j, "record.embed.images.2.alt"));
	assert_null(json_at(j, "record.embed.images.x"));
	assert_null(json_at(j, "record.embed.images.1x"));
	assert_null(json_at(j, "record.embed.0"));
	assert_null(json_at(j, "nothing"));
	assert_ptr_equal(json_at(j, ""), j);
	json_free(&j);
}

static void json_parse__duplicate_names__first_wins(void **state)
{
	struct json *j = parsed("{\"a\":1,\"a\":2,\"A\":3}");

	(void)state;
	assert_int_equal(json_int(j, "a", 0), 1);
	assert_int_equal(json_int(j, "A", 0), 3);
	json_free(&j);
}

static void json_text_of__long_ids__keep_their_digits(void **state)
{
	struct json *j = parsed(
		"{\"a\":1234567890123456789,\"b\":\"1234567890123456789\",\"c\":7,"
		"\"d\":[9007199254740993,1.5,-0],\"e\":1e999,\"f\":true,\"g\":1e2}");

	(void)state;
	assert_string_equal(json_text_of(json_get(j, "a")), "1234567890123456789");
	assert_string_equal(json_text_of(json_get(j, "b")), "1234567890123456789");
	assert_string_equal(json_text_of(json_get(j, "c")), "7");
	assert_string_equal(json_text_of(json_at(j, "d.0")), "9007199254740993");
	assert_null(json_text_of(json_at(j, "d.1")));
	assert_null(json_text_of(json_get(j, "f")));
	assert_null(json_text_of(json_get(j, "g")));
	assert_null(json_text_of(NULL));
	assert_int_equal(json_int(j, "a", -1), -1); /* not exact as a number */
	assert_int_equal(json_int(j, "e", -1), -1);
	assert_true(json_num(j, "e", 4) == 4);
	assert_int_equal(json_int(j, "g", -1), 100);
	expect_written(j, false,
		       "{\"a\":1234567890123456789,\"b\":\"1234567890123456789\",\"c\":7,"
		       "\"d\":[9007199254740993,1.5,-0],\"e\":null,\"f\":true,\"g\":100}");
	json_free(&j);
}

static void json_build__all_kinds__are_written(void **state)
{
	struct json *j = json_new_object(), *a, *copy;

	(void)state;
	json_set_str(j, "s", "x");
	json_set_str(j, "none", NULL);
	json_set_int(j, "big", INT64_MAX);
	json_set_int(j, "least", INT64_MIN);
	json_set_num(j, "f", 0.1);
	json_set_bool(j, "b", false);
	json_set_null(j, "z");
	json_set_time(j, "t", INT64_C(1790000000123));
	json_set_time(j, "never", 0);
	a = json_set(j, "a", json_new_array());
	json_add_str(a, "e");
	json_add_int(a, 2);
	json_add(a, json_new_object());
	json_set_str(j, "s", "replaced");
	copy = json_copy(j);
	json_free(&j);
	expect_written(
		copy, false,
		"{\"none\":null,\"big\":9223372036854775807,\"least\":-9223372036854775808,"
		"\"f\":0.1,\"b\":false,\"z\":null,\"t\":\"2026-09-21T14:13:20.123Z\",\"never\":null,"
		"\"a\":[\"e\",2,{}],\"s\":\"replaced\"}");
	json_free(&copy);
	expect_written(NULL, false, "null");
}

static void json_write__pretty__is_indented_by_two(void **state)
{
	struct json *j = parsed("{\"a\":[1,{\"b\":[]}],\"c\":{}}");

	(void)state;
	expect_written(
		j, true,
		"{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
	json_free(&j);
}

static void json_write__hostile_strings__are_escaped_and_the_same(void **state)
{
	static const char text[] =
		"\"\\\b\f\n\r\t\x1b\x7F\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8\xE6\x97\xA5\xF0\x9F\x98\x80";
	struct json *j = json_new_array(), *back;
	struct strbuf b;

	(void)state;
	json_add_str(j, text);
	strbuf_init(&b, 1000);
	json_write(&b, j, false);
	assert_string_equal(b.data, "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u001b\\u007f\\u009b\\u202e\\u2028"
				    "\xE6\x97\xA5\xF0\x9F\x98\x80\"]");
	back = parsed(b.data);
	assert_string_equal(json_as_str(json_first(back)), text);
	strbuf_reset(&b);
	json_write_str(&b, "a\0\xFFz", 4);
	assert_string_equal(b.data, "\"a\\u0000\xEF\xBF\xBDz\"");
	strbuf_free(&b);
	json_free(&back);
	json_free(&j);
}

static void json_numbers__operators_locale__does_not_matter(void **state)
{
	const char *comma = setlocale(LC_NUMERIC, "de_DE.UTF-8");
	struct json *j;

	(void)state;
	if (!comma) {
		print_message("no German locale is here\n");
		skip();
	}
	j = parsed("[1.5,-2.25e3]");
	expect_written(j, false, "[1.5,-2250]");
	json_free(&j);
	setlocale(LC_NUMERIC, "C");
}

/* Cuts and single wrong bytes of a good text never crash, and never leak (the sanitizers look). */
static void json_parse__damaged_texts__are_survived(void **state)
{
	static const char good[] =
		"{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\",true,null],\"b\":{\"c\":\"\xC3\xA9\"}}";
	char s[sizeof(good)];

	(void)state;
	for (size_t cut = 0; cut < sizeof(good) - 1; cut++) {
		struct json *j = NULL;

		assert_int_equal(json_parse(good, cut, 1000, &j, NULL), E_PROTOCOL);
	}
	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		for (int c = 0; c < 256; c += 3) {
			struct json *j = NULL;

			memcpy(s, good, sizeof(good));
			s[at] = (char)c;
			if (json_parse(s, sizeof(good) - 1, 1000, &j, NULL) == OK)
				json_free(&j);
			assert_null(j);
		}
	}
}

static int set_up(void **state)
{
	(void)state;
	json_global_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_parse__what_is_not_json__is_refused),
		cmocka_unit_test(json_parse__nul_in_the_text__is_refused),
		cmocka_unit_test(json_parse__depth__is_capped),
		cmocka_unit_test(json_parse__size__is_capped),
		cmocka_unit_test(json_read__kinds__answer_only_for_themselves),
		cmocka_unit_test(json_at__paths__lead_through_arrays),
		cmocka_unit_test(json_parse__duplicate_names__first_wins),
		cmocka_unit_test(json_text_of__long_ids__keep_their_digits),
		cmocka_unit_test(json_build__all_kinds__are_written),
		cmocka_unit_test(json_write__pretty__is_indented_by_two),
		cmocka_unit_test(json_write__hostile_strings__are_escaped_and_the_same),
		cmocka_unit_test(json_numbers__operators_locale__does_not_matter),
		cmocka_unit_test(json_parse__damaged_texts__are_survived),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
