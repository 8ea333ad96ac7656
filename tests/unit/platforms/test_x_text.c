/* tests/unit/platforms/test_x_text.c - X's weighted length, at its borders. */
#include "rig.h"

#include "platforms/x.h"

static void check(const char *text, int64_t length)
{
	if (x_length(text) != length)
		print_error("'%s' counts %lld, not %lld\n", text, (long long)x_length(text),
			    (long long)length);
	assert_int_equal(x_length(text), length);
}

static void x__length__by_ranges(void **state)
{
	(void)state;
	check("", 0);
	check("hello", 5);
	check("größe", 5);
	check("日本", 4);
	check("\xe1\x83\xbf", 1); /* U+10FF, the last of its range */
	check("\xe1\x84\x80", 2); /* U+1100 */
	check("\xe2\x80\x8d", 1); /* U+200D */
	check("\xe2\x80\x8e", 2); /* U+200E */
	check("\xe2\x80\x90", 1); /* U+2010 */
	check("\xe2\x80\xa6", 2); /* U+2026 */
	check("\xe2\x80\x9f", 1); /* U+201F */
	check("\xe2\x80\xb2", 1); /* U+2032 */
	check("\xe2\x80\xb8", 2); /* U+2038 */
}

static void x__length__after_normalisation(void **state)
{
	(void)state;
	check("e\xcc\x81", 1);                /* e and a combining acute */
	check("\xea\xb0\x80", 2);             /* a Hangul syllable */
	check("\xe1\x84\x80\xe1\x85\xa1", 2); /* the same in two letters */
}

static void x__length__emoji_sequences_count_two(void **state)
{
	(void)state;
	check("👍", 2);
	check("👍🏽", 2);
	check("👨‍👩‍👧‍👦", 2);
	check("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 4);
	check("❤️", 2);
	check("🇩🇪", 2);
	check("🇩🇪🇫🇷", 4);
	check("1️⃣", 2);
	check("#️⃣x", 3);
	check("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2);
	check("🏳️‍🌈", 2);
	check("12", 2);
	check("👍 👍", 5);
}

static void x__length__addresses_count_23(void **state)
{
	(void)state;
	check("https://a.de", 23);
	check("see https://example.com/a/very/long/path?with=a&query=1 now", 31);
	check("http://localhost/x", 18);
	check("example.com", 23);
	check("example.com/x.", 24);
	check("www.example.de", 23);
	check("example.de", 10); /* a name under a country, alone */
	check("example.de/x", 23);
	check("t.co", 23);
	check("twitch.tv", 23);
	check("@example.com", 12);
	check("me@example.com", 14);
	check("a.example.com b", 25);
	check("file.txt", 8);
	check("e.g. this", 9);
	check("https://a.zzunknown", 23);
	check("(https://a.com)", 25);
	check("example.com.", 24);
	check("https://a.com https://b.com", 47);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x__length__by_ranges),
		cmocka_unit_test(x__length__after_normalisation),
		cmocka_unit_test(x__length__emoji_sequences_count_two),
		cmocka_unit_test(x__length__addresses_count_23),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
