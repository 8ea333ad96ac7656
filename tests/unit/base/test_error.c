/* The error list and its detail. */
#include "../unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static void err_name__every_code__round_trips(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		assert_int_equal(err_from_name(err_name((enum err)i)), i);
		assert_true(strlen(err_meaning((enum err)i)) > 0);
	}
	assert_string_equal(err_name(OK), "OK");
	assert_string_equal(err_name(E_VAULT_LOCKED), "E_VAULT_LOCKED");
	assert_int_equal(err_from_name("E_NO_SUCH"), ERR_COUNT);
	assert_int_equal(err_from_name(NULL), ERR_COUNT);
	assert_string_equal(err_name((enum err)4711), "E_INVALID");
}

static void err_exit_status__contract__holds(void **state)
{
	(void)state;
	assert_int_equal(err_exit_status(OK), 0);
	assert_int_equal(err_exit_status(E_PARTIAL), 1);
	assert_int_equal(err_exit_status(E_USAGE), 2);
	assert_int_equal(err_exit_status(E_NOT_FOUND), 3);
	assert_int_equal(err_exit_status(E_CONFIG), 4);
	assert_int_equal(err_exit_status(E_VAULT_KEY), 5);
	assert_int_equal(err_exit_status(E_UNKNOWN_OUTCOME), 6);
	assert_int_equal(err_exit_status(E_LOG_BROKEN), 7);
	assert_int_equal(err_exit_status(E_INTERRUPTED), 8);
}

static void err_set__detail__resets_the_rest(void **state)
{
	struct err_info info;

	(void)state;
	memset(&info, 'x', sizeof(info));
	assert_int_equal(err_set(&info, E_BUSY, "held by %s", "pid 7"), E_BUSY);
	assert_int_equal(info.code, E_BUSY);
	assert_string_equal(info.text, "held by pid 7");
	assert_string_equal(info.hint, "");
	assert_string_equal(info.platform, "");
	assert_int_equal(info.source_code, 0);
	err_hint(&info, "wait %d s", 5);
	assert_string_equal(info.hint, "wait 5 s");
	assert_string_equal(info.text, "held by pid 7");
	assert_int_equal(err_set(NULL, E_IO, "%s", "nobody asks"), E_IO);
	err_hint(NULL, "nobody asks");
}

static void err_set__own_text_as_argument__is_kept(void **state)
{
	struct err_info info;

	(void)state;
	err_set(&info, E_IO, "inner");
	err_set(&info, E_CORRUPT, "outer: %s", info.text);
	assert_string_equal(info.text, "outer: inner");
}

static void err_set__long_text__ends_on_a_character(void **state)
{
	char longer[1024 + 1] = "";
	struct err_info info;

	(void)state;
	for (int shift = 0; shift < 4; shift++) {
		size_t n = (size_t)shift;

		memset(longer, 'a', n);
		for (; n + 4 < sizeof(longer); n += 4)
			memcpy(longer + n, "\xF0\x9F\x98\x80", 4);
		longer[n] = '\0';
		err_set(&info, E_INVALID, "%s", longer);
		assert_true(text_is_utf8(info.text, strlen(info.text)));
		assert_true(strlen(info.text) >= sizeof(info.text) - 4);
		err_hint(&info, "%s", longer);
		assert_true(text_is_utf8(info.hint, strlen(info.hint)));
	}
}

static void err_set_errno__kinds__are_told_apart(void **state)
{
	struct err_info info;

	(void)state;
	assert_int_equal(err_set_errno(&info, ENOSPC, "write %s", "f"), E_DISK_FULL);
	assert_int_equal(info.source_code, ENOSPC);
	assert_non_null(strstr(info.text, "write f: "));
	assert_non_null(strstr(info.text, strerror(ENOSPC)));
	assert_int_equal(err_set_errno(&info, EDQUOT, "x"), E_DISK_FULL);
	assert_int_equal(err_set_errno(&info, EINTR, "x"), E_INTERRUPTED);
	assert_int_equal(err_set_errno(&info, EACCES, "x"), E_IO);
}

static const char *in_capitals(const char *msgid)
{
	return strcmp(msgid, "no %s") ? msgid : "KEIN %s";
}

static void err_set__translation__is_used(void **state)
{
	const char *(*before)(const char *) = err_translate;
	struct err_info info;

	(void)state;
	err_translate = in_capitals;
	err_set(&info, E_IO, "no %s", "file");
	err_translate = before;
	assert_string_equal(info.text, "KEIN file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_name__every_code__round_trips),
		cmocka_unit_test(err_exit_status__contract__holds),
		cmocka_unit_test(err_set__detail__resets_the_rest),
		cmocka_unit_test(err_set__own_text_as_argument__is_kept),
		cmocka_unit_test(err_set__long_text__ends_on_a_character),
		cmocka_unit_test(err_set_errno__kinds__are_told_apart),
		cmocka_unit_test(err_set__translation__is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
