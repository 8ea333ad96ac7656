/* tests/unit/base/test_process.c - words of a command, and a program run to its end. */
#include <string.h>

#include "../unit.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/thread.h"

static void split__words__with_quotes_and_backslashes(void **state)
{
	char text[] = "  put-it --to 'a b' \"c \\\" d\" e\\ f ''\tg";
	char open[] = "put 'it", empty[] = " \t ", many[] = "a b c d";
	char *argv[16], *few[4];

	(void)state;
	assert_true(process_split(text, argv, 16));
	assert_string_equal(argv[0], "put-it");
	assert_string_equal(argv[1], "--to");
	assert_string_equal(argv[2], "a b");
	assert_string_equal(argv[3], "c \" d");
	assert_string_equal(argv[4], "e f");
	assert_string_equal(argv[5], "");
	assert_string_equal(argv[6], "g");
	assert_null(argv[7]);
	assert_false(process_split(open, argv, 16));
	assert_false(process_split(empty, argv, 16));
	assert_false(process_split(many, few, 4));
}

struct ran {
	enum err e;
	int status;
	struct strbuf output, trouble;
	struct err_info info;
};

static void run(struct ran *r, const char *script, int64_t timeout_ms,
		const struct flag *abort_flag)
{
	char *text = xstrdup(script), shell[] = "sh", option[] = "-c";
	char *argv[] = {shell, option, text, NULL};
	struct process p = {.argv = argv,
			    .timeout_ms = timeout_ms,
			    .abort_flag = abort_flag,
			    .output = &r->output,
			    .trouble = &r->trouble};

	strbuf_init(&r->output, 1000);
	strbuf_init(&r->trouble, 1000);
	r->e = process_run(&p, &r->info);
	r->status = p.status;
	xfree(&text);
}

static void ran_free(struct ran *r)
{
	strbuf_free(&r->output);
	strbuf_free(&r->trouble);
}

static void run__output_and_status__are_taken(void **state)
{
	struct ran r;

	(void)state;
	run(&r, "echo out; echo err >&2; read x || exit 3", 20000, NULL);
	assert_int_equal(r.e, OK);
	assert_int_equal(r.status, 3); /* its input is empty */
	assert_string_equal(r.output.data, "out\n");
	assert_string_equal(r.trouble.data, "err\n");
	ran_free(&r);
	run(&r, "kill -KILL $$", 20000, NULL);
	assert_int_equal(r.e, OK);
	assert_int_equal(r.status, -1);
	ran_free(&r);
}

static void run__much_output__is_cut(void **state)
{
	struct ran r;

	(void)state;
	run(&r, "yes | head -c 1000000; exit 0", 20000, NULL);
	assert_int_equal(r.e, OK);
	assert_int_equal(r.status, 0);
	assert_int_equal(r.output.len, 1000);
	assert_true(r.output.overflowed);
	ran_free(&r);
}

static void run__no_end__is_ended_with_its_children(void **state)
{
	struct flag *now = flag_new();
	struct ran r;
	int64_t start = clock_mono_ms();

	(void)state;
	run(&r, "sleep 600 & sleep 600", 100, NULL);
	assert_int_equal(r.e, E_TIMEOUT);
	ran_free(&r);
	flag_set(now);
	run(&r, "sleep 600", 600000, now);
	assert_int_equal(r.e, E_INTERRUPTED);
	ran_free(&r);
	assert_true(clock_mono_ms() - start < 60000);
	flag_free(&now);
}

static void run__child_left_behind__is_not_waited_for(void **state)
{
	struct ran r;
	int64_t start = clock_mono_ms();

	(void)state;
	run(&r, "sleep 120 & echo done", 100000, NULL);
	assert_int_equal(r.e, OK);
	assert_string_equal(r.output.data, "done\n");
	assert_true(clock_mono_ms() - start < 60000);
	ran_free(&r);
}

static void run__no_such_program__is_told(void **state)
{
	char program[] = "/no/such/program", *argv[] = {program, NULL};
	struct strbuf b;
	struct process p = {.argv = argv, .timeout_ms = 1000, .output = &b, .trouble = &b};
	struct err_info info;

	(void)state;
	strbuf_init(&b, 10);
	assert_int_equal(process_run(&p, &info), E_NOT_FOUND);
	assert_non_null(strstr(info.text, "/no/such/program"));
	strbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split__words__with_quotes_and_backslashes),
		cmocka_unit_test(run__output_and_status__are_taken),
		cmocka_unit_test(run__much_output__is_cut),
		cmocka_unit_test(run__no_end__is_ended_with_its_children),
		cmocka_unit_test(run__child_left_behind__is_not_waited_for),
		cmocka_unit_test(run__no_such_program__is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
