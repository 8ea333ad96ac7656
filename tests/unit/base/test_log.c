/* The diagnostic log and the removal of credentials. */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

static void expect_redacted(const char *text, const char *expected)
{
	struct strbuf b;

	strbuf_init(&b, 10000);
	log_redact(&b, text, strlen(text));
	assert_string_equal(b.data, expected);
	strbuf_free(&b);
}

static void log_redact__credentials__are_gone(void **state)
{
	(void)state;
	expect_redacted("Authorization: Bearer abc123.DEF-x~y", "Authorization: Bearer [secret]");
	expect_redacted("authorization: bearer AbCdEfGh", "authorization: bearer [secret]");
	expect_redacted("Basic dXNlcjpwYXNz.", "Basic [secret].");
	expect_redacted("DPoP eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIx.c2ln x", "DPoP [secret] x");
	expect_redacted("got eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIx.c2ln.", "got [secret]");
	expect_redacted("a=1&access_token=zzz&b=2", "a=1&access_token=[secret]&b=2");
	expect_redacted("client_secret = hush, x", "client_secret = [secret], x");
	expect_redacted("{\"refreshJwt\": \"r\", \"n\":1}",
			"{\"refreshJwt\": \"[secret]\", \"n\":1}");
	expect_redacted("{'password':'it\\'s'}", "{'password':'[secret]'}");
	expect_redacted("{\\\"token\\\":\\\"abc\\\",\\\"x\\\":1}",
			"{\\\"token\\\":\\\"[secret]\\\",\\\"x\\\":1}");
	expect_redacted("?code=12345&state=s", "?code=[secret]&state=s");
	expect_redacted("api_key: k3y0k3y0", "api_key: [secret]");
	expect_redacted("X-Api-Key: 9f8e7d", "X-Api-Key: [secret]");
	expect_redacted("password=\"never ends", "password=\"[secret]");
	expect_redacted("token=", "token=");
}

static void log_redact__mere_words__stay(void **state)
{
	static const char *const texts[] = {
		"the Bearer token has expired",
		"Bearer authentication required",
		"Basic authentication is off",
		"{\"error\":{\"code\":190,\"message\":\"Invalid token\"}}",
		"error_code=190 status_code=400",
		"password: must have eight characters",
		"record key is taken",
		"",
		"eyJ is how they begin",
		"text with \xFF and \x01 bytes",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		expect_redacted(texts[i], texts[i]);
}

static int64_t fixed_wall(void)
{
	return INT64_C(1790000000123);
}

static char path[64];

static int set_up(void **state)
{
	static const struct clock_source source = {fixed_wall, NULL};
	int fd;

	(void)state;
	strcpy(path, "/tmp/masthead-log-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	unlink(path);
	clock_set_source(&source);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_close();
	clock_set_source(NULL);
	unlink(path);
	return 0;
}

static char *content(void)
{
	struct strbuf b;

	strbuf_init(&b, (size_t)1 << 24);
	assert_int_equal(fs_read(path, (size_t)1 << 24, 0, &b, NULL), OK);
	return strbuf_detach(&b);
}

static void log_write__hostile_text__is_one_safe_line(void **state)
{
	struct stat st;
	char *text;

	(void)state;
	log_error("before it is open");
	assert_int_equal(log_open(path, LOG_INFO, NULL), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	log_warn("said %s", "\x1b[2J\nfake line token=zzz \xE2\x80\xAE");
	log_debug("too fine");
	text = content();
	assert_non_null(strstr(text, "2026-09-21T14:13:20.123Z warn "));
	assert_non_null(strstr(text, ": said ^[[2J fake line token=[secret] <202E>\n"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	xfree(&text);
}

static void log_write__endless_text__is_cut(void **state)
{
	char *big = xmalloc(100000), *text;

	(void)state;
	memset(big, 'x', 99999);
	big[99999] = '\0';
	assert_int_equal(log_open(path, LOG_INFO, NULL), OK);
	log_info("%s", big);
	log_info("next");
	text = content();
	assert_true(strlen(text) < 20000);
	assert_non_null(strstr(text, "x\n2026-"));
	assert_non_null(strstr(text, ": next\n"));
	xfree(&big);
	xfree(&text);
}

static void write_many(void *arg)
{
	for (int i = 0; i < 300; i++)
		log_info("%s %s", (const char *)arg, "a line that ends here.");
}

static void log_write__two_threads__lines_do_not_mix(void **state)
{
	char first_name[] = "one", second_name[] = "two";
	struct thread *one, *two;
	char *text, *line;
	int n = 0;

	(void)state;
	assert_int_equal(log_open(path, LOG_INFO, NULL), OK);
	assert_int_equal(thread_start(&one, "one", write_many, first_name, NULL), OK);
	assert_int_equal(thread_start(&two, "two", write_many, second_name, NULL), OK);
	thread_join(&one);
	thread_join(&two);
	text = content();
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++) {
		bool first = strstr(line, " info one: one a line that ends here.") != NULL;
		bool second = strstr(line, " info two: two a line that ends here.") != NULL;

		assert_true(first != second);
		assert_string_equal(line + strlen(line) - 5, "here.");
	}
	assert_int_equal(n, 600);
	xfree(&text);
}

static void log_open__link__is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink("/tmp/elsewhere", path), 0);
	assert_int_equal(log_open(path, LOG_INFO, NULL), E_IO);
	assert_int_equal(log_descriptor(), -1);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_redact__credentials__are_gone),
		cmocka_unit_test(log_redact__mere_words__stay),
		WITH_FILE(log_write__hostile_text__is_one_safe_line),
		WITH_FILE(log_write__endless_text__is_cut),
		WITH_FILE(log_write__two_threads__lines_do_not_mix),
		WITH_FILE(log_open__link__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
