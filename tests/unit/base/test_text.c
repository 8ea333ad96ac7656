/* Unicode: validity, counting, cells, and what leaves for a terminal. */
#include "../unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"

#define E_ACUTE_APART "e\xCC\x81"
#define FAMILY "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7"
#define FLAG "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"
#define THUMB_DARK "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBF"
#define HEART_VS16 "\xE2\x9D\xA4\xEF\xB8\x8F"
#define KEYCAP "1\xEF\xB8\x8F\xE2\x83\xA3"
#define NIHON "\xE6\x97\xA5\xE6\x9C\xAC"
#define RLO "\xE2\x80\xAE"
#define ZWSP "\xE2\x80\x8B"

/* ---- validity ---- */

static void text_is_utf8__malformed__is_refused(void **state)
{
	static const char *const bad[] = {
		"\xFF",
		"a\x80",
		"\xC0\xAF",
		"\xC1\xBF",
		"\xE0\x80\x80",
		"\xED\xA0\x80",
		"\xF0\x80\x80\x80",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xE2\x82",
		"\xF0\x9F\x98",
		"\xC3",
		"\xE2\x28\xA1",
	};
	static const char *const good[] = {
		"",
		"plain",
		"\xC3\xA9",
		"\xE2\x82\xAC",
		FAMILY,
		"\xF4\x8F\xBF\xBF",
		"\xEF\xBF\xBD",
		"\x01",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(text_is_utf8(good[i], strlen(good[i])));
	assert_true(text_is_utf8("a\0b", 3));
}

static void text_is_plain__control_characters__are_found(void **state)
{
	size_t at = 99;

	(void)state;
	assert_true(text_is_plain("two\nlines\tand " NIHON, 17 + 3, &at));
	assert_int_equal(at, 99);
	assert_false(text_is_plain("ab\x1b[2J", 6, &at));
	assert_int_equal(at, 2);
	assert_false(text_is_plain("a\0b", 3, &at));
	assert_int_equal(at, 1);
	assert_false(text_is_plain("abc\x7F", 4, &at));
	assert_int_equal(at, 3);
	assert_false(text_is_plain("\xC2\x9B"
				   "2J",
				   4, &at));
	assert_int_equal(at, 0);
	assert_false(text_is_plain("ab\xFF", 3, &at));
	assert_int_equal(at, 2);
	assert_false(text_is_plain("\r\n", 2, NULL));
}

static void text_is_name__good_and_bad__are_told_apart(void **state)
{
	static const char *const good[] = {"acme", "Acme & Co.", "7 days",     NIHON,
					   "42a",  FAMILY,       "caf\xC3\xA9"};
	static const char *const bad[] = {
		"",          "a/b",           "a,b",      "42",        " a",         "a ",
		"a\tb",      "a\nb",          "a\x1b",    "a" RLO "b", "a" ZWSP "b", "\xFF",
		"\xC2\xA0x", "a\xE3\x80\x80", "\xCC\x81", "0"};
	char name[4 * 66 + 1] = "";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(text_is_name(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(text_is_name(bad[i]));
	for (int i = 0; i < 64; i++)
		strcat(name, "\xF0\x9F\x98\x80");
	assert_true(text_is_name(name));
	strcat(name, "x");
	assert_false(text_is_name(name));
}

/* ---- counting ---- */

static void text_counts__known_texts__fit(void **state)
{
	static const struct {
		const char *s;
		size_t graphemes, codepoints, units, cells;
	} cases[] = {
		{"", 0, 0, 0, 0},
		{"hello", 5, 5, 5, 5},
		{E_ACUTE_APART, 1, 2, 2, 1},
		{"caf" E_ACUTE_APART "s", 5, 6, 6, 5},
		{FAMILY, 1, 5, 8, 2},
		{FLAG FLAG, 2, 4, 8, 4},
		{"\xF0\x9F\x87\xA9", 1, 1, 2, 1},
		{THUMB_DARK, 1, 2, 4, 2},
		{HEART_VS16, 1, 2, 2, 2},
		{"\xE2\x9D\xA4", 1, 1, 1, 1},
		{KEYCAP, 1, 3, 3, 2},
		{NIHON, 2, 2, 2, 4},
		{"a" NIHON "b", 4, 4, 4, 6},
		{"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 1, 3, 3, 2}, /* Hangul in pieces */
		{"\xEF\xBD\xB1", 1, 1, 1, 1},                         /* half-width katakana */
		{"\xEF\xBC\xA1", 1, 1, 1, 2},                         /* full-width A */
		{"\r\n", 1, 2, 2, 0},
		{"\xF0\x9F\x98\x80!", 2, 2, 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t n = strlen(cases[i].s);

		assert_int_equal(text_graphemes(cases[i].s, n), cases[i].graphemes);
		assert_int_equal(text_codepoints(cases[i].s, n), cases[i].codepoints);
		assert_int_equal(text_utf16_units(cases[i].s, n), cases[i].units);
		assert_int_equal(text_cells(cases[i].s, n), cases[i].cells);
	}
}

static void text_next_grapheme__steps__cover_the_text(void **state)
{
	static const char s[] = "a" E_ACUTE_APART FAMILY FLAG NIHON "z";
	static const size_t steps[] = {1, 3, 18, 8, 3, 3, 1};
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		size_t k = text_next_grapheme(s + at, strlen(s) - at);

		assert_int_equal(k, steps[i]);
		at += k;
	}
	assert_int_equal(at, strlen(s));
	assert_int_equal(text_next_grapheme("", 0), 0);
	assert_int_equal(text_next_grapheme("a\xCC\x81", 3), 3);
	assert_int_equal(text_next_grapheme("\xFF", 1), 1);
}

/* A cluster that is longer than any window that is looked at first. */
static void text_next_grapheme__ten_thousand_marks__are_one(void **state)
{
	size_t n = 1 + 2 * 10000;
	char *s = xmalloc(n + 2);

	(void)state;
	s[0] = 'e';
	for (size_t i = 1; i < n; i += 2)
		memcpy(s + i, "\xCC\x81", 2);
	memcpy(s + n, "xy", 2);
	assert_int_equal(text_next_grapheme(s, n + 2), n);
	assert_int_equal(text_graphemes(s, n + 2), 3);
	assert_int_equal(text_cells(s, n), 1);
	xfree(&s);
}

static void text_cut_cells__wide_characters__are_not_halved(void **state)
{
	size_t cells = 99;

	(void)state;
	assert_int_equal(text_cut_cells("hello", 5, 3, &cells), 3);
	assert_int_equal(cells, 3);
	assert_int_equal(text_cut_cells(NIHON, 6, 3, &cells), 3);
	assert_int_equal(cells, 2);
	assert_int_equal(text_cut_cells("ab" FAMILY "c", 2 + 18 + 1, 3, &cells), 2);
	assert_int_equal(cells, 2);
	assert_int_equal(text_cut_cells("ab" FAMILY "c", 2 + 18 + 1, 4, &cells), 20);
	assert_int_equal(cells, 4);
	assert_int_equal(text_cut_cells("ae\xCC\x81"
					"b",
					5, 2, NULL),
			 4); /* marks go with their base */
	assert_int_equal(text_cut_cells("ae\xCC\x81"
					"b",
					5, 1, NULL),
			 1);
	assert_int_equal(text_cut_cells(NIHON, 6, 0, &cells), 0);
	assert_int_equal(cells, 0);
	assert_int_equal(text_cut_cells("", 0, 5, &cells), 0);
}

/* ---- normalisation ---- */

static void expect_nfc(const char *s, const char *expected)
{
	struct strbuf b;

	strbuf_init(&b, 1000);
	text_nfc(&b, s, strlen(s));
	assert_string_equal(b.data, expected);
	strbuf_free(&b);
}

static void text_nfc__decomposed__is_composed(void **state)
{
	(void)state;
	expect_nfc("plain", "plain");
	expect_nfc("caf\xC3\xA9", "caf\xC3\xA9");
	expect_nfc("caf" E_ACUTE_APART, "caf\xC3\xA9");
	expect_nfc("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C");
	expect_nfc("\xE2\x84\xAB", "\xC3\x85"); /* the angstrom sign */
	expect_nfc("a\xFF", "a\xEF\xBF\xBD");
	expect_nfc("\xF0\x9D\x85\x9E",
		   "\xF0\x9D\x85\x97\xF0\x9D\x85\xA5"); /* excluded from composing */
}

/* ---- safety ---- */

static void expect_safe(const char *s, size_t n, unsigned flags, const char *expected)
{
	struct strbuf b;

	strbuf_init(&b, 100000);
	strbuf_puts(&b, "|");
	text_make_safe(&b, s, n, flags);
	assert_string_equal(b.data + 1, expected);
	assert_true(text_is_utf8(b.data, b.len));
	strbuf_free(&b);
}

#define EXPECT_SAFE(s, flags, expected) expect_safe(s, sizeof(s) - 1, flags, expected)

static void text_make_safe__escape_sequences__are_shown(void **state)
{
	(void)state;
	EXPECT_SAFE("plain", 0, "plain");
	EXPECT_SAFE("\x1b]52;c;Zm9v\a", 0, "^[]52;c;Zm9v^G");
	EXPECT_SAFE("\x1b[6n", 0, "^[[6n");
	EXPECT_SAFE("\x1b]0;no end", 0, "^[]0;no end");
	EXPECT_SAFE("\xC2\x9B"
		    "2J",
		    0, "<9B>2J");
	EXPECT_SAFE("\xC2\x85", 0, "<85>");
	EXPECT_SAFE("a\0b\x7F", 0, "a^@b^?");
	EXPECT_SAFE("a\r\nb", 0, "a^M b");
	EXPECT_SAFE("\x9B"
		    "2J",
		    0,
		    "\xEF\xBF\xBD"
		    "2J");
	EXPECT_SAFE("\xFF", 0, "\xEF\xBF\xBD");
	EXPECT_SAFE("a\nb\tc", 0, "a b c");
	EXPECT_SAFE("a\nb\tc\x1b", TEXT_KEEP_LINES, "a\nb\tc^[");
}

static void text_make_safe__hidden_characters__are_shown(void **state)
{
	(void)state;
	EXPECT_SAFE("txt" RLO "exe", 0, "txt<202E>exe");
	EXPECT_SAFE("\xE2\x81\xA6x\xE2\x81\xA9", 0, "<2066>x<2069>");
	EXPECT_SAFE("\xE2\x80\x8F\xD8\x9C", 0, "<200F><61C>");
	EXPECT_SAFE("a" ZWSP "b\xEF\xBB\xBF", 0, "a<200B>b<FEFF>");
	EXPECT_SAFE("\xE2\x80\xA8", TEXT_KEEP_LINES, "<2028>");
	EXPECT_SAFE("\xF3\xA0\x81\xA1", 0, "<E0061>");   /* a tag */
	EXPECT_SAFE("a\xF3\xA0\x84\x80", 0, "a<E0100>"); /* a selector that can carry data */
	EXPECT_SAFE("\xE3\x85\xA4", 0, "<3164>");        /* the Hangul filler */
	EXPECT_SAFE("a\xE2\x80\x8D"
		    "b",
		    0, "a<200D>b"); /* a joiner where nothing joins */
	EXPECT_SAFE("a\xEF\xB8\x8F", 0, "a<FE0F>");
	EXPECT_SAFE("\xC2\xAD", 0, "<AD>");
}

static void text_make_safe__what_scripts_need__stays(void **state)
{
	(void)state;
	EXPECT_SAFE(FAMILY, 0, FAMILY);
	EXPECT_SAFE(FLAG THUMB_DARK HEART_VS16 KEYCAP, 0, FLAG THUMB_DARK HEART_VS16 KEYCAP);
	/* heart on fire: the joiner stands after a selector; and after a skin tone */
	EXPECT_SAFE(HEART_VS16 "\xE2\x80\x8D\xF0\x9F\x94\xA5", 0,
		    HEART_VS16 "\xE2\x80\x8D\xF0\x9F\x94\xA5");
	EXPECT_SAFE("\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x9A\x80", 0,
		    "\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x9A\x80");
	/* Persian "mi-khaham" with its non-joiner; Devanagari k + virama + joiner */
	EXPECT_SAFE("\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", 0,
		    "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE");
	EXPECT_SAFE("\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8D\xE0\xA4\xB7", 0,
		    "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8D\xE0\xA4\xB7");
	EXPECT_SAFE(E_ACUTE_APART NIHON, 0, E_ACUTE_APART NIHON);
	EXPECT_SAFE("\xD8\x80"
		    "1",
		    0,
		    "\xD8\x80"
		    "1"); /* Arabic number sign, drawn around digits */
}

static void text_make_safe__marks_without_base__get_one(void **state)
{
	(void)state;
	EXPECT_SAFE("\xCC\x81x", 0, "\xE2\x97\x8C\xCC\x81x");
	EXPECT_SAFE("a\n\xCC\x81", 0, "a \xE2\x97\x8C\xCC\x81");
}

static void text_make_safe__ten_thousand_marks__leave_sixteen(void **state)
{
	size_t n = 1 + 2 * 10000;
	char *s = xmalloc(n + 1);
	struct strbuf b;

	(void)state;
	s[0] = 'e';
	for (size_t i = 1; i < n; i += 2)
		memcpy(s + i, "\xCC\x81", 2);
	s[n] = 'x';
	strbuf_init(&b, 100000);
	text_make_safe(&b, s, n + 1, 0);
	assert_int_equal(b.len, 1 + 2 * 16 + 1);
	assert_int_equal(b.data[b.len - 1], 'x');
	strbuf_free(&b);
	xfree(&s);
}

static void text_make_safe__ascii__keeps_the_cells(void **state)
{
	(void)state;
	EXPECT_SAFE("caf\xC3\xA9", TEXT_ASCII, "caf?");
	EXPECT_SAFE("caf" E_ACUTE_APART "s", TEXT_ASCII, "caf?s");
	EXPECT_SAFE(NIHON ".", TEXT_ASCII, "????.");
	EXPECT_SAFE(FAMILY, TEXT_ASCII, "??");
	EXPECT_SAFE("a" RLO "\x1b", TEXT_ASCII, "a<202E>^[");
	EXPECT_SAFE("a\n\xC3\xA9", TEXT_ASCII | TEXT_KEEP_LINES, "a\n?");
}

static void text_make_safe__full_buffer__ends_in_whole_characters(void **state)
{
	static const char s[] = "ab" NIHON RLO FAMILY "\x1b";

	(void)state;
	for (size_t ceiling = 0; ceiling < sizeof(s) + 10; ceiling++) {
		struct strbuf b;

		strbuf_init(&b, ceiling);
		text_make_safe(&b, s, sizeof(s) - 1, 0);
		assert_true(text_is_utf8(b.data, b.len));
		assert_true(b.len <= ceiling);
		assert_int_equal(b.overflowed, ceiling < sizeof(s) - 1 + 4);
		strbuf_free(&b);
	}
}

/* Whatever the bytes, what comes out is valid, free of controls, and safe again as it is. */
static void text_make_safe__random_bytes__hold_the_promise(void **state)
{
	unsigned seed = 12345;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct strbuf once, twice;
		char s[40];

		for (size_t i = 0; i < sizeof(s); i++) {
			seed = seed * 1103515245 + 12345;
			/* Half of all bytes are of the kind that make up marks, joiners and emoji. */
			s[i] = (char)(seed >> 16 & 1 ? "\xE2\x80\x8D\xF0\x9F\x91\xA9\xCC\xEF\xB8"
							       [seed >> 20 & 7]
						     : (int)(seed >> 20 & 0xFF));
		}
		strbuf_init(&once, 1000);
		strbuf_init(&twice, 1000);
		text_make_safe(&once, s, sizeof(s), 0);
		assert_true(text_is_plain(once.data, once.len, NULL));
		text_make_safe(&twice, once.data, once.len, 0);
		assert_string_equal(once.data, twice.data);
		strbuf_free(&once);
		strbuf_free(&twice);
	}
}

static void count_often(void *arg)
{
	int *wrong = arg;

	for (int i = 0; i < 500; i++) {
		if (text_graphemes("a" FAMILY FLAG "b", 28) != 4)
			++*wrong;
	}
}

static void text_graphemes__two_threads__do_not_disturb_each_other(void **state)
{
	int wrong[2] = {0, 0};
	struct thread *t[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(thread_start(&t[i], "count", count_often, &wrong[i], NULL), OK);
	for (int i = 0; i < 2; i++)
		thread_join(&t[i]);
	assert_int_equal(wrong[0] + wrong[1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_utf8__malformed__is_refused),
		cmocka_unit_test(text_is_plain__control_characters__are_found),
		cmocka_unit_test(text_is_name__good_and_bad__are_told_apart),
		cmocka_unit_test(text_counts__known_texts__fit),
		cmocka_unit_test(text_next_grapheme__steps__cover_the_text),
		cmocka_unit_test(text_next_grapheme__ten_thousand_marks__are_one),
		cmocka_unit_test(text_cut_cells__wide_characters__are_not_halved),
		cmocka_unit_test(text_nfc__decomposed__is_composed),
		cmocka_unit_test(text_make_safe__escape_sequences__are_shown),
		cmocka_unit_test(text_make_safe__hidden_characters__are_shown),
		cmocka_unit_test(text_make_safe__what_scripts_need__stays),
		cmocka_unit_test(text_make_safe__marks_without_base__get_one),
		cmocka_unit_test(text_make_safe__ten_thousand_marks__leave_sixteen),
		cmocka_unit_test(text_make_safe__ascii__keeps_the_cells),
		cmocka_unit_test(text_make_safe__full_buffer__ends_in_whole_characters),
		cmocka_unit_test(text_make_safe__random_bytes__hold_the_promise),
		cmocka_unit_test(text_graphemes__two_threads__do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
