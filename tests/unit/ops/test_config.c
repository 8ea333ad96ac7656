/* The configuration: what is taken, and errors that name place, key and what is meant. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "ops/config.h"
#include "ops/internal.h"

static char dir[64];
static char *file;

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/masthead-config-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	setenv("XDG_CONFIG_HOME", dir, 1);
	file = fs_join(dir, "test.conf");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(file);
	xfree(&file);
	return rmdir(dir);
}

static enum err load(const char *text, const char *override, struct config **c,
		     struct err_info *info)
{
	assert_int_equal(fs_write_atomic(file, text, strlen(text), 0600, false, NULL), OK);
	return config_load(file, &override, override ? 1 : 0, c, info);
}

static void expect_error(const char *text, const char *override, const char *part)
{
	struct config *c = NULL;
	struct err_info info;

	assert_int_equal(load(text, override, &c, &info), E_CONFIG);
	assert_null(c);
	if (!strstr(info.text, part))
		print_error("\"%s\" does not say \"%s\"\n", info.text, part);
	assert_non_null(strstr(info.text, part));
}

static void config_load__no_file__has_the_defaults(void **state)
{
	struct config *c = NULL;

	(void)state;
	assert_int_equal(config_load(NULL, NULL, 0, &c, NULL), OK);
	assert_int_equal(config_ms(c, "http.timeout"), 30000);
	assert_int_equal(config_ms(c, "http.connect_timeout"), 10000);
	assert_int_equal(config_ms(c, "retry.base"), 1000);
	assert_int_equal(config_ms(c, "retry.cap"), 30000);
	assert_int_equal(config_int(c, "retry.max"), 3);
	assert_int_equal(config_ms(c, "settle.lag"), 1000);
	assert_int_equal(config_ms(c, "undo"), 10000);
	assert_int_equal(config_ms(c, "catchup"), 60 * 60000);
	assert_int_equal(config_int(c, "publisher.in_flight"), 32);
	assert_int_equal(config_ms(c, "shutdown.limit"), 30000);
	assert_int_equal(config_ms(c, "duplicate.window"), 86400000);
	assert_null(config_text(c, "key.file"));
	assert_null(config_platform(c, "bluesky", "api_base"));
	assert_false(config_bool(c, "mouse"));
	config_free(&c);
	assert_null(c);
}

static void config_load__named_file_is_missing__is_an_error(void **state)
{
	struct config *c = NULL;

	(void)state;
	assert_int_equal(config_load(file, NULL, 0, &c, NULL), E_NOT_FOUND);
}

static void config_load__file_and_overrides__the_last_one_wins(void **state)
{
	struct config *c = NULL;

	(void)state;
	assert_int_equal(
		load("# comment\nhttp.timeout = 2.5 # why\nretry.max=7\ncatchup = hold\n"
		     "ascii = yes\nduplicate.window = 1h30m\n"
		     "platform.bluesky.api_base = \"http://127.0.0.1:8080/x#y\"\nhttp.timeout = 4\n",
		     "retry.max=0", &c, NULL),
		OK);
	assert_int_equal(config_ms(c, "http.timeout"), 4000);
	assert_int_equal(config_int(c, "retry.max"), 0);
	assert_int_equal(config_ms(c, "catchup"), -1);
	assert_true(config_bool(c, "ascii"));
	assert_int_equal(config_ms(c, "duplicate.window"), 5400000);
	assert_string_equal(config_platform(c, "bluesky", "api_base"), "http://127.0.0.1:8080/x#y");
	config_free(&c);
}

static void config_load__fractions__are_kept_to_the_millisecond(void **state)
{
	struct config *c = NULL;

	(void)state;
	assert_int_equal(load("retry.base = 0.05\nhttp.timeout = 0.25\nsettle.lag=0\n", "undo=1.5s",
			      &c, NULL),
			 OK);
	assert_int_equal(config_ms(c, "retry.base"), 50);
	assert_int_equal(config_ms(c, "http.timeout"), 250);
	assert_int_equal(config_ms(c, "settle.lag"), 0);
	assert_int_equal(config_ms(c, "undo"), 1500);
	config_free(&c);
}

static void config_load__unknown_key__names_the_nearest_and_the_line(void **state)
{
	(void)state;
	expect_error("# one\n# two\n\nhttp.timout = 3\n", NULL,
		     "test.conf:4: there is no key \"http.timout\"");
	expect_error("# one\n# two\n\nhttp.timout = 3\n", NULL, "the nearest is \"http.timeout\"");
	expect_error("", "retrymax=3", "the nearest is \"retry.max\"");
	expect_error("platform.blusky.version = 2\n", NULL, "there is no platform \"blusky\"");
	expect_error("platform.bluesky.base = x\n", NULL,
		     "there is no key \"platform.bluesky.base\"");
}

static void config_load__bad_value__names_the_line_and_what_is_wanted(void **state)
{
	(void)state;
	expect_error("ascii = yes\nhttp.timeout = soon\n", NULL,
		     "test.conf:2: http.timeout needs a time");
	expect_error("/* a\n b */\nretry.max = 3.5\n", NULL,
		     "test.conf:3: retry.max needs a whole number");
	expect_error("retry.max = 101\n", NULL, "between 0 and 100");
	expect_error("retry.max = -1\n", NULL, "whole number");
	expect_error("mouse = maybe\n", NULL, "mouse is yes or no");
	expect_error("color = blue\n", NULL, "auto always never");
	expect_error("timezone = Mars/Olympus\n", NULL, "not a time zone");
	expect_error("", "http.timeout=1e9", "-o http.timeout");
}

static void config_load__broken_syntax__names_the_line(void **state)
{
	(void)state;
	expect_error("ascii = yes\n# c\n\nhttp.timeout\n", NULL, "test.conf:");
	expect_error("ascii = yes\nhttp.timeout 30\nmouse = no\n", NULL, "test.conf:2:");
	expect_error("ascii = {1}\n", NULL, "test.conf:1:");
	expect_error("tenant = \xff\n", NULL, "UTF-8");
}

static void config_load__override_without_value__is_usage(void **state)
{
	const char *override = "http.timeout";
	struct config *c = NULL;

	(void)state;
	assert_int_equal(config_load(NULL, &override, 1, &c, NULL), E_USAGE);
}

static void collect(void *self, const char *pane, const char *key, const char *command)
{
	strbuf_printf(self, "%s %s %s\n", pane, key, command);
}

static void config_bindings__any_key__comes_as_written(void **state)
{
	struct config *c = NULL;
	struct strbuf seen;

	(void)state;
	strbuf_init(&seen, 1024);
	assert_int_equal(load("bind.jobs.r = cancel\n\"bind.jobs.{\" = retry\nbind.all.. = none\n",
			      "bind.log.==search", &c, NULL),
			 OK);
	config_bindings(c, collect, &seen);
	assert_string_equal(seen.data, "jobs r cancel\njobs { retry\nall . none\nlog = search\n");
	strbuf_free(&seen);
	config_free(&c);
	expect_error("bind.rooms.r = retry\n", NULL, "no pane \"rooms\"");
	expect_error("bind.jobs.r = explode\n", NULL, "no command \"explode\"");
}

static void words_distance__words__counts_changes(void **state)
{
	(void)state;
	assert_int_equal(words_distance("", ""), 0);
	assert_int_equal(words_distance("abc", "abc"), 0);
	assert_int_equal(words_distance("abc", "axc"), 1);
	assert_int_equal(words_distance("abc", "abxc"), 1);
	assert_int_equal(words_distance("", "abc"), 3);
}

/* The table itself: every default must pass its own check. */
static void config_keys__defaults__are_valid(void **state)
{
	(void)state;
	for (const struct config_key *k = config_keys; k->name; k++) {
		struct config *c = NULL;
		struct err_info info = {0};
		char *line;

		assert_non_null(k->help);
		if (!k->standard)
			continue;
		line = xasprintf("%s=%s", k->name, k->standard);
		if (config_load(NULL, (const char *const *)&line, 1, &c, &info))
			print_error("%s\n", info.text);
		assert_non_null(c);
		config_free(&c);
		xfree(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_load__no_file__has_the_defaults),
		cmocka_unit_test(config_load__named_file_is_missing__is_an_error),
		cmocka_unit_test(config_load__file_and_overrides__the_last_one_wins),
		cmocka_unit_test(config_load__fractions__are_kept_to_the_millisecond),
		cmocka_unit_test(config_load__unknown_key__names_the_nearest_and_the_line),
		cmocka_unit_test(config_load__bad_value__names_the_line_and_what_is_wanted),
		cmocka_unit_test(config_load__broken_syntax__names_the_line),
		cmocka_unit_test(config_load__override_without_value__is_usage),
		cmocka_unit_test(config_bindings__any_key__comes_as_written),
		cmocka_unit_test(words_distance__words__counts_changes),
		cmocka_unit_test(config_keys__defaults__are_valid),
	};

	return cmocka_run_group_tests_name("ops/config", tests, set_up, tear_down);
}
