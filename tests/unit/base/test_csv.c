/* tests/unit/base/test_csv.c - what is written is read back the same; what is no CSV is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

static enum err read_all(const char *text, size_t n, struct arena *a, struct csv_row *rows,
			 size_t *count, struct err_info *info)
{
	struct csv_reader r;
	bool more = true;
	enum err e = csv_open(&r, text, n, info);

	*count = 0;
	while (!e) {
		struct csv_row row = {0};

		e = csv_next(&r, a, &row, &more, info);
		if (e || !more)
			break;
		rows[(*count)++] = row;
	}
	return e;
}

static void unit__csv__round_trip(void **state)
{
	static const char *const cells[] = {
		"plain",    "",       "a,b",       "say \"hello\"", "two\nlines",
		"=1+1",     "+49 30", "-5",        "@handle",       "\ttab",
		"'=quoted", "'Tis",   "''@twice",  " blanks  ",     "Grüße 👋🏽",
		"\"",       "'",      "=\"a,b\"\n"};
	struct arena *a = arena_new();
	struct err_info info = {0};
	struct csv_row rows[4];
	struct strbuf b;
	size_t n;

	(void)state;
	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (int twice = 0; twice < 2; twice++) {
		for (size_t i = 0; i < COUNT_OF(cells); i++)
			csv_put(&b, cells[i], !i);
		csv_end_row(&b);
	}
	assert_int_equal(read_all(b.data, b.len, a, rows, &n, &info), OK);
	assert_int_equal(n, 2);
	for (size_t row = 0; row < 2; row++) {
		assert_int_equal(rows[row].n, COUNT_OF(cells));
		for (size_t i = 0; i < COUNT_OF(cells); i++)
			assert_string_equal(rows[row].cells[i], cells[i]);
	}
	strbuf_free(&b);
	arena_free(&a);
}

static void unit__csv__formulas_are_disarmed(void **state)
{
	static const struct {
		const char *cell, *written;
	} all[] = {
		{"=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "\"'\r=1\""},
		{"it's", "it's"},
		{"a=b", "a=b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct strbuf b;

		strbuf_init(&b, STRBUF_CEILING_DEFAULT);
		csv_put(&b, all[i].cell, true);
		assert_string_equal(b.data, all[i].written);
		strbuf_free(&b);
	}
}

static void unit__csv__forms_that_others_write(void **state)
{
	static const char text[] = "\xef\xbb\xbf"
				   "a,b\r\n\r\n\"x\r\ny\",\nlast,\"\"";
	struct arena *a = arena_new();
	struct err_info info = {0};
	struct csv_row rows[8];
	size_t n;

	(void)state;
	assert_int_equal(read_all(text, sizeof(text) - 1, a, rows, &n, &info), OK);
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].cells[0], "a");
	assert_string_equal(rows[1].cells[0], "x\ny");
	assert_int_equal(rows[1].n, 2);
	assert_string_equal(rows[1].cells[1], "");
	assert_string_equal(rows[2].cells[1], "");
	assert_int_equal(read_all("", 0, a, rows, &n, &info), OK);
	assert_int_equal(n, 0);
	assert_int_equal(read_all("\n\n", 2, a, rows, &n, &info), OK);
	assert_int_equal(n, 0);
	arena_free(&a);
}

#define TEXT(s) s, sizeof(s) - 1

static void unit__csv__errors_name_their_place(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *place;
	} all[] = {
		{TEXT("a,b\nc,\"d\ne\nf\n"), "row 2, column 2: the quote that opens on line 2"},
		{TEXT("a\n\"b\"c\n"), "row 2, column 1: text stands behind"},
		{TEXT("a\nb,c\"d\n"), "row 2, column 2: a quote inside"},
		{TEXT("a\nb\0c\n"), "line 2 is not UTF-8"},
		{TEXT("a\n\n\xff\n"), "line 3 is not UTF-8"},
		{TEXT("a\n\nb,\"\n"), "row 3, column 2"},
	};
	struct arena *a = arena_new();
	struct csv_row rows[8];
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct err_info info = {0};

		assert_int_equal(read_all(all[i].text, all[i].n, a, rows, &n, &info), E_INVALID);
		if (!strstr(info.text, all[i].place))
			fail_msg("\"%s\" does not say \"%s\"", info.text, all[i].place);
	}
	arena_free(&a);
}

static void unit__csv__limits(void **state)
{
	struct arena *a = arena_new();
	struct err_info info = {0};
	struct csv_row rows[2];
	struct strbuf b;
	size_t n;

	(void)state;
	strbuf_init(&b, (size_t)8 << 20);
	for (int i = 0; i < 1000000; i++)
		strbuf_putc(&b, ',');
	assert_int_equal(read_all(b.data, b.len, a, rows, &n, &info), E_INVALID);
	assert_non_null(strstr(info.text, "more than 256 columns"));
	strbuf_reset(&b);
	for (size_t i = 0; i <= CSV_CELL_BYTES_MAX; i++)
		strbuf_putc(&b, 'x');
	assert_int_equal(read_all(b.data, b.len, a, rows, &n, &info), E_INVALID);
	assert_non_null(strstr(info.text, "row 1, column 1"));
	assert_int_equal(read_all(b.data, b.len - 1, a, rows, &n, &info), OK);
	assert_int_equal(n, 1);
	strbuf_free(&b);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unit__csv__round_trip),
		cmocka_unit_test(unit__csv__formulas_are_disarmed),
		cmocka_unit_test(unit__csv__forms_that_others_write),
		cmocka_unit_test(unit__csv__errors_name_their_place),
		cmocka_unit_test(unit__csv__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
