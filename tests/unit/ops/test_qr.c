/* The drawing of QR codes: the three finder patterns tell whether light and dark, and the sides, are right. */
#include "../unit.h"

#include <string.h>

#include "ops/qr.h"

/* Seven cells a side: a ring, a gap, a core. */
static bool finder(const struct qr *q, int left, int top)
{
	for (int y = 0; y < 7; y++)
		for (int x = 0; x < 7; x++) {
			int edge = x < y ? x : y, far = 6 - (x > y ? x : y);
			int ring = edge < far ? edge : far;

			if (qr_dark(q, left + x, top + y) != (ring != 1))
				return false;
		}
	return true;
}

static struct qr *make(const char *text)
{
	struct qr *q = NULL;

	if (!qr_available())
		skip();
	assert_int_equal(qr_new(text, &q, NULL), OK);
	return q;
}

static void qr__make__has_its_patterns(void **state)
{
	struct qr *q = make("http://a.example");

	(void)state;
	assert_int_equal(qr_size(q), 21);
	assert_true(finder(q, 0, 0));
	assert_true(finder(q, 14, 0));
	assert_true(finder(q, 0, 14));
	assert_false(finder(q, 14, 14));
	assert_false(qr_dark(q, -1, 0));
	assert_false(qr_dark(q, 0, 21));
	qr_free(&q);
}

static void qr__row__draws_what_is_dark(void **state)
{
	struct qr *q = make("http://a.example");
	struct strbuf b;

	(void)state;
	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	assert_int_equal(qr_columns(q, false), 29);
	assert_int_equal(qr_rows(q, false), 15);
	assert_int_equal(qr_columns(q, true), 58);
	assert_int_equal(qr_rows(q, true), 29);
	for (int row = 0; row < 29; row++) {
		strbuf_reset(&b);
		qr_row(q, row, true, &b);
		assert_int_equal(b.len, 58);
		for (int x = 0; x < 29; x++)
			assert_int_equal(b.data[x * 2] == '#', qr_dark(q, x - 4, row - 4));
	}
	/* The margin is light: whole blocks. The first row of the code has a dark upper and lower half at its corner. */
	strbuf_reset(&b);
	qr_row(q, 0, false, &b);
	assert_memory_equal(b.data, "\u2588\u2588\u2588\u2588\u2588", 15);
	strbuf_reset(&b);
	qr_row(q, 2, false, &b);
	assert_memory_equal(b.data, "\u2588\u2588\u2588\u2588 \u2584\u2584", 19);
	strbuf_free(&b);
	qr_free(&q);
}

static void qr__too_long__is_refused(void **state)
{
	struct qr *q = NULL;
	char text[4000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(qr_new(text, &q, NULL), E_UNSUPPORTED);
	assert_null(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qr__make__has_its_patterns),
		cmocka_unit_test(qr__row__draws_what_is_dark),
		cmocka_unit_test(qr__too_long__is_refused),
	};

	return cmocka_run_group_tests_name("ops/qr", tests, NULL, NULL);
}
