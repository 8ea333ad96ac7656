/* The list engine over a source of any length that counts its reads. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/list.h"

/* Rows first..last without one, newest (largest) first. */
static struct {
	int64_t first, last, missing;
	size_t reads, rows_read;
	enum err e;
} rows;

static void put(struct page *p, int64_t id)
{
	if (id == rows.missing)
		return;
	p->jobs = arena_grow(p->arena, p->jobs, p->n, sizeof(*p->jobs));
	p->jobs[p->n++] = (struct job){.id = id, .brand_id = id % 3 + 1};
}

static enum err fake_page(struct ops *o, const void *query, const struct page_request *r,
			  struct page *out, struct err_info *info)
{
	int64_t from = rows.last;
	struct page p = {.arena = arena_new(), .total = rows.last - rows.first + 1};

	(void)o;
	(void)query;
	rows.reads++;
	if (rows.e != OK) {
		arena_free(&p.arena);
		return err_set(info, rows.e, "The source fails.");
	}
	if (r->cursor)
		from = strtoll(r->cursor, NULL, 10);
	if (r->around_id)
		from = r->around_id < rows.last ? r->around_id : rows.last;
	if (r->last)
		from = rows.first + r->limit - 1 < rows.last ? rows.first + r->limit - 1
							     : rows.last;
	if (r->backwards) {
		from += r->limit;
		if (from > rows.last)
			from = rows.last;
	}
	int64_t down_to = from - r->limit + 1;
	if (r->backwards)
		down_to = strtoll(r->cursor, NULL, 10) + 1;
	if (down_to < rows.first)
		down_to = rows.first;
	for (int64_t id = from; id >= down_to; id--)
		put(&p, id);
	rows.rows_read += p.n;
	if (down_to > rows.first)
		p.next = arena_printf(p.arena, "%lld", (long long)down_to - 1);
	if (from < rows.last)
		p.prev = arena_printf(p.arena, "%lld", (long long)from);
	*out = p;
	return OK;
}

static int64_t fake_id(const struct page *p, size_t i)
{
	return p->jobs[i].id;
}

static int64_t fake_brand(const struct page *p, size_t i)
{
	return p->jobs[i].brand_id;
}

static const struct list_source source = {fake_page, fake_id};
static struct list list;

static int setup(void **state)
{
	(void)state;
	memset(&rows, 0, sizeof(rows));
	rows.first = 1;
	rows.last = 1000000;
	list_init(&list, &source, NULL);
	list_set_height(&list, 10);
	list_reload(&list);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	list_free(&list);
	return 0;
}

static void check(void)
{
	assert_true(list.top <= list.cursor && list.cursor < list.rows);
	assert_true(list.cursor - list.top < 10);
	assert_int_equal(list.cursor_id, list_id(&list, list.cursor));
	for (size_t i = 1; i < list.rows; i++)
		assert_true(list_id(&list, i) < list_id(&list, i - 1));
}

static void list_move__down_and_up__visits_every_row(void **state)
{
	(void)state;
	for (int64_t id = 999999; id > 997000; id--) {
		list_move(&list, 1);
		assert_int_equal(list.cursor_id, id);
	}
	check();
	for (int64_t id = 997002; id <= 1000000; id++) {
		list_move(&list, -1);
		assert_int_equal(list.cursor_id, id);
	}
	check();
	list_move(&list, -1);
	assert_int_equal(list.cursor_id, 1000000);
}

static void list_last__a_million_rows__one_read(void **state)
{
	(void)state;
	size_t before = rows.reads;
	list_last(&list);
	assert_int_equal(list.cursor_id, 1);
	assert_int_equal(rows.reads, before + 1);
	assert_int_equal(list.cursor - list.top, 9);
	check();
	list_move(&list, -25);
	assert_int_equal(list.cursor_id, 26);
	list_first(&list);
	assert_int_equal(list.cursor_id, 1000000);
	assert_true(rows.rows_read < 1000);
}

static void list_reload__rows_come_at_the_head__cursor_keeps_its_record(void **state)
{
	(void)state;
	list_move(&list, 3);
	rows.last += 2;
	list_reload(&list);
	assert_int_equal(list.cursor_id, 999997);
	/* The window stood at the head: it shows what has come. */
	assert_int_equal(list_id(&list, list.top), 1000002);
	check();
}

static void list_reload__in_the_middle__the_cursor_stays_on_its_line(void **state)
{
	(void)state;
	list_move(&list, 500);
	list_move(&list, -4);
	size_t line = list.cursor - list.top;
	int64_t id = list.cursor_id;
	rows.last += 1000;
	list_reload(&list);
	assert_int_equal(list.cursor_id, id);
	assert_int_equal(list.cursor - list.top, line);
	check();
}

static void list_reload__the_record_is_gone__its_place_is_kept(void **state)
{
	(void)state;
	list_move(&list, 20);
	rows.missing = list.cursor_id;
	list_reload(&list);
	assert_int_equal(list.cursor_id, rows.missing - 1);
	check();
	list_last(&list);
	rows.missing = 0;
	rows.first = 2;
	list_reload(&list);
	assert_int_equal(list.cursor_id, 2);
	check();
}

static void list_reload__everything_is_gone__empty_and_back(void **state)
{
	(void)state;
	list_move(&list, 5);
	rows.last = 0;
	list_reload(&list);
	assert_int_equal(list.rows, 0);
	list_move(&list, 1);
	list_last(&list);
	list_first(&list);
	rows.last = 3;
	list_reload(&list);
	assert_int_equal(list.rows, 3);
	check();
}

static void list_reload__the_source_fails__what_was_read_stays(void **state)
{
	(void)state;
	list_move(&list, 5);
	size_t n = list.rows;
	rows.e = E_BUSY;
	list_reload(&list);
	list_move(&list, 200);
	assert_int_equal(list.e, E_BUSY);
	assert_int_equal(list.rows, n);
	check();
	rows.e = OK;
	list_reload(&list);
	assert_int_equal(list.e, OK);
}

static void list_reload__following__stays_at_the_last_row(void **state)
{
	(void)state;
	list.follow = true;
	list_reload(&list);
	assert_int_equal(list.cursor_id, 1);
	rows.first = -4;
	list_reload(&list);
	assert_int_equal(list.cursor_id, -4);
	list_move(&list, -1);
	assert_false(list.follow);
	rows.first = -5;
	list_reload(&list);
	assert_int_equal(list.cursor_id, -3);
}

static void list_goto__far_away__that_row(void **state)
{
	(void)state;
	list_goto(&list, 123456);
	assert_int_equal(list.cursor_id, 123456);
	check();
	list_set_height(&list, 3);
	assert_true(list.cursor - list.top < 3);
	list_set_height(&list, 10);
}

static void list_mark_range__both_ends_held__all_between(void **state)
{
	(void)state;
	list.range_id = list.cursor_id;
	list_move(&list, 4);
	assert_true(list_mark_range(&list, fake_brand));
	assert_int_equal(list.marks.n, 5);
	assert_int_equal(marks_brand(&list.marks), 0);
	list.range_id = 5;
	assert_false(list_mark_range(&list, fake_brand));
}

/* ------------------------------------------------------------------ asynchronous */
static struct list_want wanted;
static int handed;

static bool hand_over(struct list *l, const struct list_want *w)
{
	(void)l;
	wanted = *w;
	handed++;
	return true;
}

static void answer(void)
{
	struct list_want w = wanted;
	struct list_got got;

	list_fetch(&source, NULL, NULL, &w, &got);
	list_apply(&list, &w, &got);
}

static void list_dispatch__slow__keys_go_on_and_the_answer_arrives(void **state)
{
	(void)state;
	list.dispatch = hand_over;
	handed = 0;
	list_move(&list, 100);
	assert_true(list.loading);
	list_move(&list, -1); /* meanwhile */
	answer();
	assert_false(list.loading);
	check();
	list_reload(&list);
	list_reload(&list); /* once more when the first is back */
	int before = handed;
	answer();
	assert_int_equal(handed, before + 1);
	answer();
	assert_false(list.loading);
}

static void list_set_query__while_loading__the_old_answer_is_dropped(void **state)
{
	(void)state;
	list.dispatch = hand_over;
	list_reload(&list);
	struct list_want old = wanted;
	list_set_query(&list, &rows);
	wanted = old;
	rows.last = 500000;
	answer();
	/* The answer belonged to the query before: asked again. */
	assert_true(list.loading);
	assert_int_not_equal(wanted.generation, old.generation);
	answer();
	assert_int_equal(list_id(&list, 0), 500000);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(list_move__down_and_up__visits_every_row),
		CASE(list_last__a_million_rows__one_read),
		CASE(list_reload__rows_come_at_the_head__cursor_keeps_its_record),
		CASE(list_reload__in_the_middle__the_cursor_stays_on_its_line),
		CASE(list_reload__the_record_is_gone__its_place_is_kept),
		CASE(list_reload__everything_is_gone__empty_and_back),
		CASE(list_reload__the_source_fails__what_was_read_stays),
		CASE(list_reload__following__stays_at_the_last_row),
		CASE(list_goto__far_away__that_row),
		CASE(list_mark_range__both_ends_held__all_between),
		CASE(list_dispatch__slow__keys_go_on_and_the_answer_arrives),
		CASE(list_set_query__while_loading__the_old_answer_is_dropped),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
