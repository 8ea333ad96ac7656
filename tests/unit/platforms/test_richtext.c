/* tests/unit/platforms/test_richtext.c - which pieces of a text are links, mentions and hashtags. */
#include "rig.h"

#include "base/chars.h"
#include "platforms/richtext.h"

#define BLUESKY (SPAN_LINK | SPAN_HANDLE | SPAN_TAG)
#define FEDIVERSE (SPAN_LINK | SPAN_ADDRESS | SPAN_TAG)

/* Writes the pieces with their first byte: "0:https://a.b|12:#c". */
static const char *found(const char *text, unsigned kinds)
{
	static char out[1024];
	struct arena *a = arena_new();
	struct text_span *spans = NULL;
	size_t n = richtext_find(a, text, strlen(text), kinds, &spans), len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%zu:%.*s", i ? "|" : "",
					spans[i].start, (int)(spans[i].end - spans[i].start),
					text + spans[i].start);
	arena_free(&a);
	return out;
}

struct row {
	const char *text, *want;
};

static void check(const struct row *rows, size_t n, unsigned kinds)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(found(rows[i].text, kinds), rows[i].want);
}

static void richtext__find__links_end_where_people_mean(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{"see https://example.org/a?b=c#d now", "4:https://example.org/a?b=c#d"},
		{"https://example.org.", "0:https://example.org"},
		{"https://example.org/a, and", "0:https://example.org/a"},
		{"Is it https://example.org/a?!", "6:https://example.org/a"},
		{"(https://example.org/a)", "1:https://example.org/a"},
		{"https://en.example.org/A_(b)", "0:https://en.example.org/A_(b)"},
		{"(see https://en.example.org/A_(b)).", "5:https://en.example.org/A_(b)"},
		{"\"https://example.org/\"", "1:https://example.org/"},
		{"<https://example.org/>", "1:https://example.org/"},
		{"HTTPS://EXAMPLE.ORG", "0:HTTPS://EXAMPLE.ORG"},
		{"http://localhost:8080/x", "0:http://localhost:8080/x"},
		{"見てhttps://example.jp/日本。次", "6:https://example.jp/日本"},
		{"https://example.org…", "0:https://example.org"},
		{"a\nhttps://a.b\nhttps://c.d", "2:https://a.b|14:https://c.d"},
		{"ahttps://example.org", ""},
		{"https://", ""},
		{"https:// example.org", ""},
		{"https://user@example.org", ""},
		{"https://-a.org", ""},
		{"https://example.org:port/", ""},
		{"ftp://example.org example.org", ""},
	};

	(void)state;
	check(rows, COUNT_OF(rows), BLUESKY);
}

static void richtext__find__handles_are_domain_names(void **state)
{
	static const struct row rows[] = {
		{"@alice.test", "0:@alice.test"},
		{"hi @alice.test!", "3:@alice.test"},
		{"hi (@alice.test)", "4:@alice.test"},
		{"@alice.test's", "0:@alice.test"},
		{"@alice.test.", "0:@alice.test"},
		{"@alice.test-", "0:@alice.test"},
		{"@Alice.Test さん", "0:@Alice.Test"},
		{"@alice.testさん", "0:@alice.test"},
		{"mail bob@alice.test", ""},
		{"@alice", ""},
		{"@alice.123", ""},
		{"@.alice.test @a..test @-a.test @a-.test", ""},
		{"@alice.test@mastodon.example", ""},
		{"@alice.test_x", ""},
		{"@@alice.test", ""},
		{"https://example.org/@alice.test", "0:https://example.org/@alice.test"},
	};

	(void)state;
	check(rows, COUNT_OF(rows), BLUESKY);
}

static void richtext__find__tags_follow_the_apps(void **state)
{
	static const struct row rows[] = {
		{"#tag", "0:#tag"},
		{"a #tag, b", "2:#tag"},
		{"#tag!?…)", "0:#tag"},
		{"#日本語 #été", "0:#日本語|11:#été"},
		{"＃日本", "0:＃日本"},
		{"#2026goals", "0:#2026goals"},
		{"#a-b_c", "0:#a-b_c"},
		{"#cafe\u0301", "0:#cafe\u0301"},
		{"#🎉", "0:#🎉"},
		{"#123 #1.2 # #- #!", ""},
		{"#\ufe0f\u20e3 key", ""},
		{"a#b", ""},
		{"(#tag)", ""},
		{"https://example.org/#frag", "0:https://example.org/#frag"},
	};

	(void)state;
	check(rows, COUNT_OF(rows), BLUESKY);
}

static void richtext__find__offsets_count_bytes(void **state)
{
	/* A family of four (25 bytes), a letter with a combining mark, CJK, then a link. */
	static const char text[] = "👨‍👩‍👧‍👦 e\u0301 漢字 https://a.example #z";

	(void)state;
	assert_string_equal(found(text, BLUESKY), "37:https://a.example|55:#z");
}

static void richtext__find__addresses_of_the_fediverse(void **state)
{
	static const struct row rows[] = {
		{"@bob", "0:@bob"},
		{"@bob@social.example, hi", "0:@bob@social.example"},
		{"@bob@social.example.", "0:@bob@social.example"},
		{"cc:@bob.x_y@social.example:", "3:@bob.x_y@social.example"},
		{"mail@social.example", ""},
		{"é@social.example", ""},
		{"/@bob =@bob", ""},
		{"@ @@", ""},
		{"https://social.example/@bob", "0:https://social.example/@bob"},
	};

	(void)state;
	check(rows, COUNT_OF(rows), FEDIVERSE);
}

static void richtext__is_url__whole_string_only(void **state)
{
	(void)state;
	assert_true(richtext_is_url("https://example.org/a(b)?c=d"));
	assert_true(richtext_is_url("http://例え.jp"));
	assert_false(richtext_is_url("https://example.org/a b"));
	assert_false(richtext_is_url("https://example.org/\n"));
	assert_false(richtext_is_url("ftp://example.org"));
	assert_false(richtext_is_url("https://"));
	assert_false(richtext_is_url(""));
	assert_false(richtext_is_url("https://exa\xffmple.org"));
}

static void richtext__is_handle__limits(void **state)
{
	char label[80], name[300] = "";

	(void)state;
	memset(label, 'a', sizeof(label));
	snprintf(name, sizeof(name), "%.63s.test", label);
	assert_true(richtext_is_handle(name, strlen(name)));
	snprintf(name, sizeof(name), "%.64s.test", label);
	assert_false(richtext_is_handle(name, strlen(name)));
	snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.61s", label, label, label, label);
	assert_int_equal(strlen(name), 253);
	assert_true(richtext_is_handle(name, strlen(name)));
	snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.62s", label, label, label, label);
	assert_false(richtext_is_handle(name, strlen(name)));
	assert_false(richtext_is_handle("127.0.0.1", 9));
	assert_false(richtext_is_handle("a.b.", 4));
}

/* Any bytes: it ends, pieces are in order, apart, and on code point borders. */
static void richtext__find__survives_any_text(void **state)
{
	static const char *const parts[] = {"@",      "#",    "https://", "a.b",  ".",   " ",
					    "(",      ")",    "é",        "日",   "👨",   "\u200d",
					    "\xff",   "\xc3", "1",        "_",    "/",   "\n",
					    "\u0301", "＃",   "a",        "@c.d", ":80", "-"};
	uint32_t seed = 20260101;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		char text[256] = "";
		struct arena *a = arena_new();
		struct text_span *spans = NULL;
		size_t n, last = 0;

		for (int i = 0; i < 12; i++) {
			seed = seed * 1664525u + 1013904223u;
			strcat(text, parts[(seed >> 16) % COUNT_OF(parts)]);
		}
		n = richtext_find(a, text, strlen(text), BLUESKY | SPAN_ADDRESS, &spans);
		for (size_t i = 0; i < n; i++) {
			assert_true(spans[i].start >= last && spans[i].start < spans[i].end);
			assert_true(spans[i].end <= strlen(text));
			assert_true(((unsigned char)text[spans[i].start] & 0xc0) != 0x80);
			last = spans[i].end;
		}
		arena_free(&a);
	}
}

static void chars__class__kinds(void **state)
{
	(void)state;
	assert_int_equal(char_class(' '), CHAR_SPACE);
	assert_true(char_class(0x3000) & CHAR_SPACE);
	assert_true(char_class(0xfeff) & CHAR_SPACE);
	assert_int_equal(char_class('7'), CHAR_DIGIT | CHAR_ALNUM);
	assert_int_equal(char_class('('), CHAR_PUNCT | CHAR_OPEN);
	assert_int_equal(char_class('!'), CHAR_PUNCT);
	assert_int_equal(char_class(0x0301), CHAR_ALNUM);
	assert_int_equal(char_class(0x1f389), 0);
	assert_int_equal(char_class(0x110000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(richtext__find__links_end_where_people_mean),
		cmocka_unit_test(richtext__find__handles_are_domain_names),
		cmocka_unit_test(richtext__find__tags_follow_the_apps),
		cmocka_unit_test(richtext__find__offsets_count_bytes),
		cmocka_unit_test(richtext__find__addresses_of_the_fediverse),
		cmocka_unit_test(richtext__is_url__whole_string_only),
		cmocka_unit_test(richtext__is_handle__limits),
		cmocka_unit_test(richtext__find__survives_any_text),
		cmocka_unit_test(chars__class__kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
