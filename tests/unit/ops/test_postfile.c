/* Post files: header block and text, both ways. */
#include "../unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ops/ops.h"

static struct arena *a;

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static struct draft parse(const char *text)
{
	struct err_info info = {0};
	struct draft d = {0};

	if (ops_post_file_parse(text, strlen(text), a, &d, &info))
		fail_msg("%s", info.text);
	return d;
}

static void refuse(const char *text, const char *part)
{
	struct err_info info = {0};
	struct draft d;

	assert_int_equal(ops_post_file_parse(text, strlen(text), a, &d, &info), E_INVALID);
	if (!strstr(info.text, part))
		print_error("\"%s\" does not say \"%s\"\n", info.text, part);
	assert_non_null(strstr(info.text, part));
}

static void ops_post_file_parse__all_headers__fill_the_draft(void **state)
{
	struct draft d = parse(
		"# comment\nBrand: northwind\nplatforms: bluesky, mastodon\nAt: tomorrow 9:00\n"
		"Media: a.png\nAlt: A ship\n in a storm\nMedia: b.jpg\nLink: https://x.test/\n"
		"Title: T\nLanguage: en\nVisibility: public\nFirst-Comment: hi\n"
		"Variant-Bluesky: short\n second\n .\n fourth\nOption: mastodon.sensitive=true\n"
		"Priority: -5\n\nHello\n\nworld\n");

	(void)state;
	assert_string_equal(d.brand, "northwind");
	assert_int_equal(d.n_platforms, 2);
	assert_string_equal(d.platforms[1], "mastodon");
	assert_string_equal(d.at, "tomorrow 9:00");
	assert_int_equal(d.n_media, 2);
	assert_string_equal(d.media[0].file, "a.png");
	assert_string_equal(d.media[0].alt, "A ship in a storm");
	assert_null(d.media[1].alt);
	assert_string_equal(d.link, "https://x.test/");
	assert_string_equal(d.title, "T");
	assert_string_equal(d.language, "en");
	assert_string_equal(d.visibility, "public");
	assert_string_equal(d.first_comment, "hi");
	assert_int_equal(d.n_variants, 1);
	assert_string_equal(d.variants[0].platform, "bluesky");
	assert_string_equal(d.variants[0].text, "short\nsecond\n\nfourth");
	assert_int_equal(d.n_options, 1);
	assert_string_equal(d.options[0], "mastodon.sensitive=true");
	assert_int_equal(d.priority, -5);
	assert_string_equal(d.text, "Hello\n\nworld");
}

static void ops_post_file_parse__no_header__is_all_text(void **state)
{
	(void)state;
	assert_string_equal(parse("Hello\nworld\n").text, "Hello\nworld");
	assert_string_equal(parse("#hashtag first\nBrand: no\n").text, "#hashtag first\nBrand: no");
	assert_string_equal(parse("https://x.test/ is up\n").text, "https://x.test/ is up");
	assert_string_equal(parse("\nBrand: this is text\n").text, "Brand: this is text");
	assert_null(parse("\nBrand: this is text\n").brand);
	assert_string_equal(parse("").text, "");
	assert_string_equal(parse("no end").text, "no end");
	assert_string_equal(parse("two ends\n\n").text, "two ends\n");
}

static void ops_post_file_parse__dos_file__becomes_ours(void **state)
{
	struct draft d = parse("\xef\xbb\xbf"
			       "Brand: x\r\n\r\nline\r\nnext\r\n");

	(void)state;
	assert_string_equal(d.brand, "x");
	assert_string_equal(d.text, "line\nnext");
}

static void ops_post_file_parse__header_with_no_text__is_empty(void **state)
{
	(void)state;
	assert_string_equal(parse("Brand: x\n").text, "");
	assert_string_equal(parse("Brand: x\n\n").text, "");
}

static void ops_post_file_parse__empty_lines_above_the_text__are_not_posted(void **state)
{
	(void)state;
	assert_string_equal(parse("Brand: x\n\n\n\r\n\ntext\n\nmore\n").text, "text\n\nmore");
}

static void ops_post_file_parse__mistakes__name_the_line(void **state)
{
	(void)state;
	refuse("Brand: x\nBrnd: y\n\nt\n",
	       "line 2: there is no header \"Brnd\"; the nearest is \"Brand\"");
	refuse("Breaking: news\n", "line 1: there is no header \"Breaking\"");
	refuse("Brand: x\nthis is text\n", "line 2: this is no header line");
	refuse("Brand: x\nBrand: y\n\n", "line 2: this header stands there twice");
	refuse("Alt: lonely\n\n", "line 1: this Alt follows no Media");
	refuse("Brand: x\nMedia: a\nAlt: one\nAlt: two\n\n", "line 4: this Alt follows no Media");
	refuse("Priority: high\n\n", "Priority is a whole number");
	refuse("Variant-: x\n\n", "line 1");
	refuse("Brand: \xff\n\n", "UTF-8");
}

static void ops_post_file_parse__nul_byte__is_refused(void **state)
{
	struct draft d;

	(void)state;
	assert_int_equal(ops_post_file_parse("a\0b", 3, a, &d, NULL), E_INVALID);
}

static void ops_post_file_write__a_draft__reads_back_the_same(void **state)
{
	const char *const platforms[] = {"bluesky"}, *const options[] = {"bluesky.x=y"};
	struct draft_media media[] = {{"a.png", "A"}, {"b.png", NULL}};
	struct draft_variant variants[] = {
		{.platform = "mastodon", .text = "one\n\n two\n# three"}};
	struct draft in = {.brand = "north wind",
			   .platforms = platforms,
			   .n_platforms = 1,
			   .at = "+1h",
			   .media = media,
			   .n_media = 2,
			   .link = "https://x.test",
			   .title = "T",
			   .options = options,
			   .n_options = 1,
			   .variants = variants,
			   .n_variants = 1,
			   .priority = 3,
			   .text = "Brand: no header\n\n#tag"};
	struct strbuf b;
	struct draft out;

	(void)state;
	strbuf_init(&b, 65536);
	ops_post_file_write(&in, &b);
	out = parse(b.data);
	assert_string_equal(out.brand, in.brand);
	assert_string_equal(out.text, in.text);
	assert_string_equal(out.at, in.at);
	assert_int_equal(out.n_media, 2);
	assert_string_equal(out.media[0].alt, "A");
	assert_null(out.media[1].alt);
	assert_string_equal(out.variants[0].text, variants[0].text);
	assert_string_equal(out.options[0], options[0]);
	assert_int_equal(out.priority, 3);
	strbuf_free(&b);
}

static void ops_post_file_write__empty_draft__offers_headers_that_say_nothing(void **state)
{
	struct draft in = {0}, out;
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 65536);
	ops_post_file_write(&in, &b);
	out = parse(b.data);
	assert_null(out.brand);
	assert_int_equal(out.n_media, 0);
	assert_int_equal(out.n_platforms, 0);
	assert_string_equal(out.text, "");
	strbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ops_post_file_parse__all_headers__fill_the_draft),
		cmocka_unit_test(ops_post_file_parse__no_header__is_all_text),
		cmocka_unit_test(ops_post_file_parse__dos_file__becomes_ours),
		cmocka_unit_test(ops_post_file_parse__header_with_no_text__is_empty),
		cmocka_unit_test(ops_post_file_parse__empty_lines_above_the_text__are_not_posted),
		cmocka_unit_test(ops_post_file_parse__mistakes__name_the_line),
		cmocka_unit_test(ops_post_file_parse__nul_byte__is_refused),
		cmocka_unit_test(ops_post_file_write__a_draft__reads_back_the_same),
		cmocka_unit_test(ops_post_file_write__empty_draft__offers_headers_that_say_nothing),
	};

	return cmocka_run_group_tests_name("ops/postfile", tests, set_up, tear_down);
}
