/* What is typed: the line, the filter language, the names of keys and the keymap, words of $EDITOR. */
#include "../unit.h"

#include <string.h>

#include "ui/filter.h"
#include "ui/keys.h"
#include "ui/line.h"
#include "ui/marks.h"
#include "ui/osc52.h"
#include "ui/spawn.h"

/* ------------------------------------------------------------------ line */
static void line_backspace__a_family__goes_at_once(void **state)
{
	static struct line l;

	(void)state;
	line_set(&l, "a\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7");
	line_backspace(&l);
	assert_string_equal(l.text, "a");
	line_insert(&l, 0xE9);
	assert_string_equal(l.text, "a\xC3\xA9");
	line_left(&l);
	line_insert(&l, 'b');
	assert_string_equal(l.text, "ab\xC3\xA9");
	line_delete(&l);
	assert_string_equal(l.text, "ab");
	line_wipe(&l);
}

static void line_insert__controls__are_refused(void **state)
{
	static struct line l;

	(void)state;
	line_set(&l, "x\033[31m\ty");
	assert_string_equal(l.text, "x[31my");
	line_insert(&l, 0x9B);
	line_insert(&l, 0xD800);
	line_insert(&l, 0x110000);
	assert_int_equal(l.len, 6);
}

static void line_insert__full__stays_whole(void **state)
{
	static struct line l;

	(void)state;
	line_set(&l, "");
	for (int i = 0; i < LINE_BYTES * 2; i++)
		line_insert(&l, 0x20AC);
	assert_true(l.len < LINE_BYTES);
	assert_int_equal(l.len % 3, 0);
	assert_int_equal(strlen(l.text), l.len);
}

static void line_key__kills__cut_what_they_say(void **state)
{
	static struct line l;

	(void)state;
	line_set(&l, "one two  ");
	line_key(&l, KEY_CTRL('W'));
	assert_string_equal(l.text, "one ");
	line_key(&l, K_HOME);
	line_key(&l, K_RIGHT);
	line_key(&l, KEY_CTRL('K'));
	assert_string_equal(l.text, "o");
	line_key(&l, KEY_CTRL('U'));
	assert_string_equal(l.text, "");
	assert_false(line_key(&l, K_F0 + 1));
	assert_false(line_key(&l, K_ENTER));
}

/* ------------------------------------------------------------------ filter */
static struct filter parse(struct arena *a, const char *s)
{
	struct filter f = {0};
	struct err_info info;

	if (filter_parse(s, a, &f, &info) != OK)
		fail_msg("%s: %s", s, info.text);
	return f;
}

static void filter_parse__all_keys__values_and_senses(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	struct filter f = parse(
		a,
		" status:failed,unknown !brand:\"north wind\" platform:!x spring \"a b\" error:E_IO");
	assert_int_equal(f.values[FILTER_STATUS].n, 2);
	assert_string_equal(f.values[FILTER_STATUS].items[1], "unknown");
	assert_false(f.values[FILTER_STATUS].not );
	assert_string_equal(f.values[FILTER_BRAND].items[0], "north wind");
	assert_true(f.values[FILTER_BRAND].not );
	assert_true(f.values[FILTER_PLATFORM].not );
	assert_string_equal(f.text, "spring a b");
	assert_string_equal(f.values[FILTER_ERROR].items[0], "E_IO");
	f = parse(a, "https://x.test/y");
	assert_string_equal(f.text, "https://x.test/y");
	f = parse(a, "");
	assert_null(f.text);
	arena_free(&a);
}

static void filter_parse__nonsense__is_named(void **state)
{
	static const char *const bad[] = {
		"statsu:failed",     "status:", "status:,",        "status:failed !status:held",
		"error:E_IO,E_BUSY", "!",       "brand:a brand:!b"};
	struct arena *a = arena_new();
	struct err_info info;
	struct filter f;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(filter_parse(bad[i], a, &f, &info), E_INVALID);
		assert_true(info.text[0] != '\0');
	}
	arena_free(&a);
}

static void filter_word__under_the_cursor__key_and_start(void **state)
{
	enum filter_key key;

	(void)state;
	assert_int_equal(filter_word("stat", 4, &key), 0);
	assert_int_equal(key, FILTER_KEYS);
	assert_int_equal(filter_word("x !status:failed,un", 19, &key), 17);
	assert_int_equal(key, FILTER_STATUS);
	assert_int_equal(filter_word("brand:", 6, &key), 6);
	assert_int_equal(key, FILTER_BRAND);
}

/* ------------------------------------------------------------------ keys */
static void keys_from_name__every_name__there_and_back(void **state)
{
	static const char *const names[] = {"j",   "^D", "Down", "Space", "S-Tab",
					    "F12", "\\", "?",    "Enter", "^\\"};
	char name[16];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_true(keys_from_name(names[i]) != 0);
		keys_name(keys_from_name(names[i]), name, sizeof(name));
		assert_string_equal(name, names[i]);
	}
	assert_int_equal(keys_from_name("F13"), 0);
	assert_int_equal(keys_from_name("Dwon"), 0);
	assert_int_equal(keys_from_name(""), 0);
}

static void keymap_new__the_table__no_two_commands_on_one_key(void **state)
{
	struct keymap *m = keymap_new();
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 4096);
	if (keymap_conflicts(m, &b))
		fail_msg("%s", b.data);
	strbuf_free(&b);
	keymap_free(&m);
}

static void keymap_bind__the_operators_key__wins_in_its_pane_alone(void **state)
{
	struct keymap *m = keymap_new();
	char key[16];

	(void)state;
	assert_true(keymap_bind(m, "jobs", "x", "retry"));
	assert_string_equal(keymap_find(m, PANE_JOBS, 'x')->name, "retry");
	assert_string_equal(keymap_find(m, PANE_JOB, 'x')->name, "cancel");
	keymap_key(m, PANE_JOBS, "cancel", key, sizeof(key));
	assert_string_equal(key, "");
	assert_true(keymap_bind(m, "all", "j", "none"));
	assert_null(keymap_find(m, PANE_LOG, 'j'));
	assert_non_null(keymap_find(m, PANE_LOG, K_DOWN));
	assert_false(keymap_bind(m, "jobs", "x", "no such"));
	assert_false(keymap_bind(m, "jobs", "x", "sandbox"));
	assert_false(keymap_bind(m, "nowhere", "x", "retry"));
	assert_false(keymap_bind(m, "jobs", "Foo", "retry"));
	keymap_free(&m);
}

/* ------------------------------------------------------------------ the rest */
static void marks__any_order__a_set_by_id(void **state)
{
	struct marks m = {0};
	struct mark *many = xcalloc(4, sizeof(*many));

	(void)state;
	marks_add(&m, 5, 1);
	marks_add(&m, 2, 1);
	marks_add(&m, 5, 1);
	assert_int_equal(m.n, 2);
	assert_int_equal(marks_brand(&m), 1);
	marks_remove(&m, 5);
	marks_remove(&m, 99);
	assert_false(marks_has(&m, 5));
	many[0] = (struct mark){9, 1};
	many[1] = (struct mark){3, 2};
	many[2] = (struct mark){9, 1};
	many[3] = (struct mark){1, 1};
	marks_take(&m, many, 4);
	assert_int_equal(m.n, 3);
	assert_true(marks_has(&m, 3) && marks_has(&m, 9) && !marks_has(&m, 2));
	assert_int_equal(marks_brand(&m), 0);
	marks_free(&m);
}

static void spawn_split__editors__as_people_write_them(void **state)
{
	char buf[64], *argv[SPAWN_WORDS];

	(void)state;
	assert_true(spawn_split("  'my editor' -w \"a b\"c ", buf, sizeof(buf), argv));
	assert_string_equal(argv[0], "my editor");
	assert_string_equal(argv[1], "-w");
	assert_string_equal(argv[2], "a bc");
	assert_null(argv[3]);
	assert_false(spawn_split("   ", buf, sizeof(buf), argv));
	assert_false(
		spawn_split("a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7 8 9",
			    buf, sizeof(buf), argv));
	/* No shell: what a shell would read is a word like others. */
	assert_true(spawn_split("vi;rm $HOME", buf, sizeof(buf), argv));
	assert_string_equal(argv[0], "vi;rm");
	assert_string_equal(argv[1], "$HOME");
}

static void osc52_write__text__base64_in_its_sequence(void **state)
{
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 100);
	osc52_write(&b, "any carnal pleas");
	assert_string_equal(b.data, "\033]52;c;YW55IGNhcm5hbCBwbGVhcw==\a");
	strbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_backspace__a_family__goes_at_once),
		cmocka_unit_test(line_insert__controls__are_refused),
		cmocka_unit_test(line_insert__full__stays_whole),
		cmocka_unit_test(line_key__kills__cut_what_they_say),
		cmocka_unit_test(filter_parse__all_keys__values_and_senses),
		cmocka_unit_test(filter_parse__nonsense__is_named),
		cmocka_unit_test(filter_word__under_the_cursor__key_and_start),
		cmocka_unit_test(keys_from_name__every_name__there_and_back),
		cmocka_unit_test(keymap_new__the_table__no_two_commands_on_one_key),
		cmocka_unit_test(keymap_bind__the_operators_key__wins_in_its_pane_alone),
		cmocka_unit_test(marks__any_order__a_set_by_id),
		cmocka_unit_test(spawn_split__editors__as_people_write_them),
		cmocka_unit_test(osc52_write__text__base64_in_its_sequence),
	};

	return cmocka_run_group_tests_name("typed", tests, NULL, NULL);
}
