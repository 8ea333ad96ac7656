/* The string buffer: growth, the ceiling, wiping. */
#include "../unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

static void strbuf__fresh__is_an_empty_string(void **state)
{
	struct strbuf a, b;

	(void)state;
	strbuf_init(&a, 10);
	strbuf_init(&b, 10);
	assert_string_equal(a.data, "");
	strbuf_truncate(&a, 0);
	strbuf_reset(&a);
	strbuf_puts(&a, "x");
	assert_string_equal(b.data, ""); /* the shared "" is never written to */
	strbuf_free(&a);
	strbuf_free(&a);
	strbuf_free(&b);
}

static void strbuf_add__many_pieces__all_kept(void **state)
{
	struct strbuf b;

	(void)state;
	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&b, "%04d", i);
	assert_int_equal(b.len, 4000);
	assert_int_equal(memcmp(b.data + 4 * 567, "0567", 4), 0);
	assert_false(b.overflowed);
	strbuf_truncate(&b, 8);
	assert_string_equal(b.data, "00000001");
	strbuf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 11);
	assert_int_equal(b.data[9], '\0');
	assert_int_equal(b.data[11], '\0');
	strbuf_free(&b);
}

static void strbuf_add__past_the_ceiling__keeps_what_fits(void **state)
{
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 5);
	strbuf_puts(&b, "abcde");
	assert_false(b.overflowed);
	strbuf_reset(&b);
	strbuf_puts(&b, "abcdefgh");
	assert_true(b.overflowed);
	assert_string_equal(b.data, "abcde");
	strbuf_truncate(&b, 1);
	strbuf_puts(&b, "z"); /* once overflowed, appends do nothing */
	assert_string_equal(b.data, "a");
	strbuf_reset(&b);
	assert_false(b.overflowed);
	strbuf_printf(&b, "%s", "123456789");
	assert_true(b.overflowed);
	assert_string_equal(b.data, "12345");
	strbuf_free(&b);
	assert_int_equal(b.ceiling, 5);
}

static void strbuf_add__no_room_at_all__stays_empty(void **state)
{
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 0);
	strbuf_printf(&b, "%d", 1);
	assert_true(b.overflowed);
	assert_string_equal(b.data, "");
	strbuf_free(&b);
}

static void strbuf_detach__hands_over__leaves_empty(void **state)
{
	struct strbuf b;
	char *s;

	(void)state;
	strbuf_init(&b, 100);
	s = strbuf_detach(&b);
	assert_string_equal(s, "");
	free(s);
	strbuf_puts(&b, "mine");
	s = strbuf_detach(&b);
	assert_string_equal(s, "mine");
	assert_string_equal(b.data, "");
	free(s);
	strbuf_free(&b);
}

static void strbuf_truncate__wiped__overwrites_the_rest(void **state)
{
	struct strbuf b;

	(void)state;
	strbuf_init_wiped(&b, 100);
	strbuf_puts(&b, "secret");
	strbuf_truncate(&b, 2);
	for (size_t i = 2; i < 6; i++)
		assert_int_equal(b.data[i], 0);
	for (int i = 0; i < 50; i++) /* grows by copying, never by realloc */
		strbuf_putc(&b, 'x');
	assert_int_equal(b.len, 52);
	assert_true(b.wiped);
	strbuf_free(&b);
	assert_true(b.wiped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf__fresh__is_an_empty_string),
		cmocka_unit_test(strbuf_add__many_pieces__all_kept),
		cmocka_unit_test(strbuf_add__past_the_ceiling__keeps_what_fits),
		cmocka_unit_test(strbuf_add__no_room_at_all__stays_empty),
		cmocka_unit_test(strbuf_detach__hands_over__leaves_empty),
		cmocka_unit_test(strbuf_truncate__wiped__overwrites_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
