/* The layout's arithmetic: nothing overlaps, nothing leaves the screen, at any size. */
#include "../unit.h"

#include "ui/win.h"

static bool overlap(const struct rect *a, const struct rect *b)
{
	return a->h && b->h && a->y < b->y + b->h && b->y < a->y + a->h && a->x < b->x + b->w &&
	       b->x < a->x + a->w;
}

static void check_layout(int h, int w, bool zoomed)
{
	struct layout l;

	layout_make(&l, h, w, zoomed, 2);
	if (l.kind == LAYOUT_TOO_SMALL)
		return;
	for (int i = 0; i < PANES; i++) {
		const struct rect *p = &l.pane[i];
		if (!p->h)
			continue;
		assert_true(p->x >= 0 && p->y >= 1 && p->x + p->w <= w && p->y + p->h <= h - 2);
		assert_true(p->h >= 3 || l.kind == LAYOUT_ONE);
		for (int k = 0; k < i; k++)
			assert_false(overlap(p, &l.pane[k]));
	}
}

static void layout_make__every_size__panes_stay_inside_and_apart(void **state)
{
	(void)state;
	for (int h = 1; h <= 120; h++)
		for (int w = 1; w <= 260; w++) {
			check_layout(h, w, false);
			check_layout(h, w, true);
		}
}

static void layout_resize__any_wish__panes_stay_inside_and_apart(void **state)
{
	const int wishes[] = {0, 1, 3, 7, 40, 500};
	struct layout l;

	(void)state;
	for (int h = 16; h <= 60; h++)
		for (size_t i = 0; i < 6 * 6 * 6; i++) {
			struct layout_sizes s = {wishes[i % 6], wishes[i / 6 % 6], wishes[i / 36]};

			layout_make(&l, h, 60 + h, false, 2);
			layout_resize(&l, &s);
			for (int p = 0; p < PANES; p++) {
				const struct rect *r = &l.pane[p];
				assert_true(r->h >= LAYOUT_PANE_H && r->w >= LAYOUT_PANE_W);
				assert_true(r->x >= 0 && r->y >= 1 && r->x + r->w <= 60 + h);
				assert_true(r->y + r->h <= h - 2);
				for (int k = 0; k < p; k++)
					assert_false(overlap(r, &l.pane[k]));
			}
		}
}

static void layout_make__80x24__four_panes_with_rows(void **state)
{
	struct layout l;

	(void)state;
	layout_make(&l, 24, 80, false, 0);
	assert_int_equal(l.kind, LAYOUT_FOUR);
	for (int i = 0; i < PANES; i++)
		assert_true(l.pane[i].h >= 5);
	assert_int_equal(l.pane[2].w, 80);
}

static void layout_make__small__the_focused_pane_alone(void **state)
{
	struct layout l;

	(void)state;
	layout_make(&l, 12, 40, false, 3);
	assert_int_equal(l.kind, LAYOUT_ONE);
	assert_int_equal(l.pane[3].h, 9);
	assert_int_equal(l.pane[0].h, 0);
	layout_make(&l, LAYOUT_MIN_H - 1, 200, false, 0);
	assert_int_equal(l.kind, LAYOUT_TOO_SMALL);
}

static const struct column columns[] = {
	{"id", 4, 8, 0, false, true, -1},
	{"brand", 10, 16, 2, false, false, -1},
	{"text", 8, 40, 1, true, false, -1},
};

static int width_of(const int *widths)
{
	int sum = -1;

	for (int i = 0; i < 3; i++)
		if (widths[i] > 0)
			sum += widths[i] + 1;
	return sum;
}

static void columns_fit__any_width__fills_it_exactly(void **state)
{
	int widths[3];

	(void)state;
	for (int width = 4; width < 300; width++) {
		columns_fit(columns, 3, width, widths);
		assert_true(width_of(widths) <= width);
		if (widths[2] > 0)
			assert_int_equal(width_of(widths), width);
	}
}

static void columns_fit__narrow__drops_the_highest_rank_first(void **state)
{
	int widths[3];

	(void)state;
	columns_fit(columns, 3, 20, widths);
	assert_int_equal(widths[1], 0);
	assert_true(widths[2] >= 8);
	columns_fit(columns, 3, 8, widths);
	assert_int_equal(widths[2], 0);
	assert_int_equal(widths[0], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_make__every_size__panes_stay_inside_and_apart),
		cmocka_unit_test(layout_resize__any_wish__panes_stay_inside_and_apart),
		cmocka_unit_test(layout_make__80x24__four_panes_with_rows),
		cmocka_unit_test(layout_make__small__the_focused_pane_alone),
		cmocka_unit_test(columns_fit__any_width__fills_it_exactly),
		cmocka_unit_test(columns_fit__narrow__drops_the_highest_rank_first),
	};

	return cmocka_run_group_tests_name("win", tests, NULL, NULL);
}
