/* Allocation, arenas, dying. */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static void xalloc__small_and_empty__work(void **state)
{
	char *s = xasprintf("%s-%d", "a", 7), *none = xstrdup(NULL), *cut = xstrndup("abcdef", 3);
	void *empty = xmalloc(0);

	(void)state;
	assert_string_equal(s, "a-7");
	assert_null(none);
	assert_string_equal(cut, "abc");
	assert_non_null(empty);
	xfree(&s);
	assert_null(s);
	xfree(&cut);
	xfree(&empty);
}

static void wipe__bytes__are_gone(void **state)
{
	char bytes[] = "canary";

	(void)state;
	wipe(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0);
}

static void arena__allocations__are_zeroed_aligned_and_apart(void **state)
{
	struct arena *a = arena_new();
	unsigned char *earlier[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(earlier); i++) {
		size_t size = 1 + i * 37 % 900;

		earlier[i] = arena_alloc(a, size);
		assert_int_equal((uintptr_t)earlier[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(earlier[i][k], 0);
		memset(earlier[i], (int)i + 1, size);
	}
	for (size_t i = 0; i < COUNT_OF(earlier); i++) {
		for (size_t k = 0; k < 1 + i * 37 % 900; k++)
			assert_int_equal(earlier[i][k], (unsigned char)(i + 1));
	}
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void arena__big_request__does_not_lose_the_room(void **state)
{
	struct arena *a = arena_new();
	char *one = arena_alloc(a, 16), *big = arena_alloc(a, 300000), *two = arena_alloc(a, 16);

	(void)state;
	memset(big, 1, 300000);
	assert_ptr_equal(two, one + 16);
	arena_free(&a);
}

static void arena__strings__are_copies(void **state)
{
	struct arena *a = arena_new_wiped();
	char source[] = "token";
	char *copy = arena_strdup(a, source);

	(void)state;
	source[0] = 'X';
	assert_string_equal(copy, "token");
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strndup(a, "abc", 2), "ab");
	assert_string_equal(arena_strndup(a, "abc", 99), "abc");
	assert_string_equal(arena_printf(a, "%d/%s", 3, "x"), "3/x");
	arena_free(&a);
}

static void arena_grow__many_items__are_kept(void **state)
{
	struct arena *a = arena_new();
	int *items = NULL;
	size_t n = 0;

	(void)state;
	while (n < 5000) {
		items = arena_grow(a, items, n, sizeof(*items));
		items[n] = (int)n;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(items[i], i);
	arena_free(&a);
}

static void hook(void)
{
	ssize_t n = write(STDERR_FILENO, "hook\n", 5);

	(void)n;
}

/* Runs what dies in a child; its status and what it said on standard error. */
static int dying(void (*what)(void), char *said, size_t size)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t k;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		die_set_hook(hook);
		what();
		_exit(0);
	}
	close(ends[1]);
	while (len + 1 < size && (k = read(ends[0], said + len, size - 1 - len)) > 0)
		len += (size_t)k;
	said[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void break_invariant(void)
{
	INVARIANT(1 + 1 == 3, "that sums hold");
}

static void multiply_too_far(void)
{
	void *p = xrealloc(NULL, SIZE_MAX / 2, 4);

	xfree(&p);
}

static void die__broken_invariant__says_so_after_the_hook(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(dying(break_invariant, said, sizeof(said)), 70);
	assert_int_equal(strncmp(said, "hook\nmasthead: broken invariant at ", 35), 0);
	assert_non_null(strstr(said, "that sums hold\n"));
}

static void xrealloc__overflowing_product__dies(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(dying(multiply_too_far, said, sizeof(said)), 70);
	assert_non_null(strstr(said, "out of memory"));
}

static char die_log[] = "/tmp/masthead-die-XXXXXX";

static void die_with_log(void)
{
	if (log_open(die_log, LOG_ERROR, NULL) == OK)
		die("last words %d", 42);
}

static void die__open_log__gets_the_words_too(void **state)
{
	char said[512], logged[512] = "";
	int fd = mkstemp(die_log);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(dying(die_with_log, said, sizeof(said)), 70);
	assert_true(read(fd, logged, sizeof(logged) - 1) > 0);
	assert_string_equal(logged, "masthead: last words 42\n");
	close(fd);
	unlink(die_log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xalloc__small_and_empty__work),
		cmocka_unit_test(wipe__bytes__are_gone),
		cmocka_unit_test(arena__allocations__are_zeroed_aligned_and_apart),
		cmocka_unit_test(arena__big_request__does_not_lose_the_room),
		cmocka_unit_test(arena__strings__are_copies),
		cmocka_unit_test(arena_grow__many_items__are_kept),
		cmocka_unit_test(die__broken_invariant__says_so_after_the_hook),
		cmocka_unit_test(xrealloc__overflowing_product__dies),
		cmocka_unit_test(die__open_log__gets_the_words_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
