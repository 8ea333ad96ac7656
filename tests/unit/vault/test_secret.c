/* Secrets: reading, comparing, locking, and being gone afterwards. */
#include "../unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "vault/vault.h"

static int set_up(void **state)
{
	(void)state;
	return vault_global_init(NULL) == OK ? 0 : -1;
}

static void secret__bytes__are_copied_and_terminated(void **state)
{
	char source[] = "hunter2";
	struct secret *s = secret_new(source, 7), *copy;

	(void)state;
	source[0] = 'X';
	copy = secret_copy(s);
	assert_int_equal(secret_len(s), 7);
	assert_string_equal(secret_str(s), "hunter2");
	assert_ptr_not_equal(secret_bytes(copy), secret_bytes(s));
	assert_true(secret_equal(s, copy));
	secret_free(&s);
	assert_null(s);
	secret_free(&s);
	assert_string_equal(secret_str(copy), "hunter2");
	secret_free(&copy);
	assert_null(secret_copy(NULL));
	assert_int_equal(secret_len(NULL), 0);
}

static void secret_equal__same_bytes_only(void **state)
{
	struct secret *a = secret_new("abc", 3), *b = secret_new("abd", 3),
		      *c = secret_new("abcd", 4);
	struct secret *none = secret_new(NULL, 0), *nul = secret_new("a\0b", 3);

	(void)state;
	assert_false(secret_equal(a, b));
	assert_false(secret_equal(a, c));
	assert_false(secret_equal(a, NULL));
	assert_false(secret_equal(NULL, NULL));
	assert_true(secret_equal(a, a));
	assert_string_equal(secret_str(none), "");
	assert_null(secret_str(nul));
	secret_free(&a);
	secret_free(&b);
	secret_free(&c);
	secret_free(&none);
	secret_free(&nul);
}

/* Feeds the bytes through a pipe, from a child where they do not fit into it at once. */
static enum err from_pipe(const char *bytes, size_t n, size_t max, bool strip, struct secret **out)
{
	int ends[2];
	enum err e;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		signal(SIGPIPE, SIG_DFL);
		while (n > 0) {
			ssize_t k = write(ends[1], bytes, n);

			if (k <= 0)
				break;
			bytes += k;
			n -= (size_t)k;
		}
		_exit(0);
	}
	close(ends[1]);
	e = secret_from_fd(ends[0], max, strip, out, NULL);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return e;
}

static void expect_read(const char *bytes, size_t max, bool strip, const char *expected)
{
	struct secret *s = NULL;

	assert_int_equal(from_pipe(bytes, strlen(bytes), max, strip, &s), OK);
	assert_string_equal(secret_str(s), expected);
	assert_int_equal(secret_len(s), strlen(expected));
	secret_free(&s);
}

static void secret_from_fd__newlines__one_is_stripped(void **state)
{
	(void)state;
	expect_read("pass\n", 100, true, "pass");
	expect_read("pass\r\n", 100, true, "pass");
	expect_read("pass\n\n", 100, true, "pass\n");
	expect_read("pass", 100, true, "pass");
	expect_read("pass\n", 100, false, "pass\n");
	expect_read("four\n", 4, true, "four"); /* the newline does not count */
	expect_read("four\r\n", 4, true, "four");
}

static void secret_from_fd__empty_and_huge__are_refused(void **state)
{
	struct secret *s = NULL;
	size_t huge = (size_t)1 << 20;
	char *bytes = xmalloc(huge);

	(void)state;
	memset(bytes, 'x', huge);
	assert_int_equal(from_pipe("", 0, 100, true, &s), E_INVALID);
	assert_int_equal(from_pipe("\n", 1, 100, true, &s), E_INVALID);
	assert_int_equal(from_pipe("12345", 5, 4, true, &s), E_TOO_LONG);
	assert_int_equal(from_pipe("12345", 5, 4, false, &s), E_TOO_LONG);
	assert_int_equal(from_pipe(bytes, huge, 1000, true, &s), E_TOO_LONG);
	assert_null(s);
	assert_int_equal(from_pipe(bytes, huge, huge, false, &s), OK);
	assert_int_equal(secret_len(s), huge);
	secret_free(&s);
	xfree(&bytes);
}

static void secret_from_fd__bad_descriptor__is_an_error(void **state)
{
	struct secret *s = NULL;
	struct err_info info = {0};

	(void)state;
	assert_int_equal(secret_from_fd(-1, 10, true, &s, &info), E_IO);
	assert_null(s);
	assert_true(info.source_code != 0);
}

/* Is the sequence of bytes anywhere in the memory that we may write to? It is looked for with its first
 * byte apart, so that the search does not find itself. */
static bool in_memory(char first, const char *rest, size_t n)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	char line[512], *page = xmalloc(4096 + 64);
	bool found = false;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char mode[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 || mode[0] != 'r' ||
		    strstr(line, "[v") || to - from > (64ul << 20))
			continue;
		for (unsigned long at = from; at < to; at += 4096) {
			ssize_t k;

			if ((uintptr_t)page >= at && (uintptr_t)page < at + 4096)
				continue;
			k = pread(mem, page, 4096, (off_t)at);
			for (ssize_t i = 0; i + (ssize_t)n < k; i++) {
				if (page[i] == first && !memcmp(page + i + 1, rest, n))
					found = true;
			}
		}
		memset(page, 0, 4096);
	}
	close(mem);
	fclose(maps);
	xfree(&page);
	return found;
}

static void make_canary(char out[17])
{
	/* Not a literal: made as it is needed, and from numbers. */
	for (int i = 0; i < 16; i++)
		out[i] = (char)('A' + (i * 7 + 3) % 26);
	out[16] = '\0';
}

static void secret_free__canary__is_in_no_page(void **state)
{
	char canary[17], rest[15];
	struct secret *s;
	char first;

	(void)state;
#ifdef WITH_SANITIZERS
	skip(); /* their shadow and quarantine are too large to read through */
#endif
	/* Our own memory is closed to us too, once it must not be dumped. */
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
	make_canary(canary);
	first = canary[0];
	for (int i = 0; i < 15; i++)
		rest[i] = canary[15 - i]; /* backwards, so that it is not found here */
	s = secret_new(canary, 16);
	wipe(canary, sizeof(canary));
	for (int i = 0; i < 7; i++) {
		char c = rest[i];

		rest[i] = rest[14 - i];
		rest[14 - i] = c;
	}
	/* rest is now the canary without its first byte: found while the secret lives ... */
	assert_true(in_memory(first, rest, 15));
	secret_free(&s);
	/* ... and not after, `first` standing elsewhere than before rest. */
	assert_false(in_memory(first, rest, 15));
	assert_int_equal(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), 0);
}

/* What a child does with secrets, by its exit status. */
static int in_child(int (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(what());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int without_lock(void)
{
	struct rlimit none = {0, 0};
	struct secret *s;
	int rc;

	/* Root may lock in spite of the limit. */
	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0))
		return 99;
	s = secret_new("x", 1);
	rc = secret_locked_ok() ? 1 : 0;
	rc += secret_str(s)[0] == 'x' ? 0 : 2;
	secret_free(&s);
	return rc;
}

static void secret_new__no_memory_may_be_locked__is_reported_and_works(void **state)
{
	(void)state;
#ifdef WITH_SANITIZERS
	skip(); /* they make mlock do nothing */
#endif
	assert_int_equal(in_child(without_lock), 0);
}

static int write_to_secret(void)
{
	struct secret *s = secret_new("x", 1);

	signal(SIGSEGV, SIG_DFL);
	*(volatile unsigned char *)(uintptr_t)secret_bytes(s) = 'y';
	return 0;
}

static void secret__write_to_it__ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_to_secret), 1000 + SIGSEGV);
}

static void vault_global_init__process__leaves_no_core(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
#ifndef WITH_SANITIZERS
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret__bytes__are_copied_and_terminated),
		cmocka_unit_test(secret_equal__same_bytes_only),
		cmocka_unit_test(secret_from_fd__newlines__one_is_stripped),
		cmocka_unit_test(secret_from_fd__empty_and_huge__are_refused),
		cmocka_unit_test(secret_from_fd__bad_descriptor__is_an_error),
		cmocka_unit_test(vault_global_init__process__leaves_no_core),
		cmocka_unit_test(secret_free__canary__is_in_no_page),
		cmocka_unit_test(secret_new__no_memory_may_be_locked__is_reported_and_works),
		cmocka_unit_test(secret__write_to_it__ends_the_process),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
