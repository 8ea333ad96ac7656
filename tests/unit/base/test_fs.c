/* Files: atomic replacement, whole reads, private directories. */
#include "../unit.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

static char dir[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/masthead-fs-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void expect_content(const char *path, const char *content)
{
	struct strbuf b;

	strbuf_init(&b, 4096);
	assert_int_equal(fs_read(path, 4096, 0, &b, NULL), OK);
	assert_string_equal(b.data, content);
	strbuf_free(&b);
}

static void fs_write_atomic__old_file__is_replaced_whole(void **state)
{
	char *path = fs_join(dir, "f");
	mode_t before = umask(0777); /* takes nothing away from what was asked for */

	(void)state;
	assert_int_equal(fs_write_atomic(path, "one", 3, 0644, true, NULL), OK);
	umask(before);
	expect_content(path, "one");
	assert_int_equal(mode_of(path), 0644);
	assert_int_equal(fs_write_atomic(path, "second", 6, 0600, false, NULL), OK);
	expect_content(path, "second");
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0); /* no temporary file stays behind */
	assert_int_equal(mkdir(dir, 0700), 0);
	xfree(&path);
}

static void fs_write_atomic__no_directory__leaves_a_detail(void **state)
{
	struct err_info info = {0};

	(void)state;
	assert_int_equal(fs_write_atomic("/nonexistent/x", "", 0, 0600, true, &info), E_IO);
	assert_int_equal(info.source_code, ENOENT);
	assert_non_null(strstr(info.text, "/nonexistent/x"));
}

/* A limit on the size of files stands in for a full disk: the write stops in the middle. */
static void fs_write_atomic__write_that_fails__keeps_the_old_file(void **state)
{
	char *path = fs_join(dir, "f");
	struct rlimit before, little;
	char big[8192] = "";
	struct err_info info = {0};
	enum err e;

	(void)state;
	assert_int_equal(fs_write_atomic(path, "old", 3, 0600, true, NULL), OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = (struct rlimit){4096, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	e = fs_write_atomic(path, big, sizeof(big), 0600, true, &info);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(e, E_IO);
	assert_int_equal(info.source_code, EFBIG);
	expect_content(path, "old");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0); /* no temporary file stays behind */
	assert_int_equal(mkdir(dir, 0700), 0);
	xfree(&path);
}

static void fs_write_new__existing_file__is_not_touched(void **state)
{
	char *path = fs_join(dir, "f"), *link = fs_join(dir, "dangling");
	struct err_info info = {0};

	(void)state;
	assert_int_equal(fs_write_new(path, "one", 3, 0600, &info), OK);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(fs_write_new(path, "two", 3, 0600, &info), E_EXISTS);
	assert_non_null(strstr(info.text, path));
	expect_content(path, "one");
	assert_int_equal(symlink("elsewhere", link), 0);
	assert_int_equal(fs_write_new(link, "two", 3, 0600, &info), E_EXISTS);
	xfree(&path);
	xfree(&link);
}

static void fs_read__limits__hold_and_out_is_untouched(void **state)
{
	char *path = fs_join(dir, "f"), *none = fs_join(dir, "none");
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 1000);
	strbuf_puts(&b, "before");
	assert_int_equal(fs_write_new(path, "12345", 5, 0600, NULL), OK);
	assert_int_equal(fs_read(path, 4, 0, &b, NULL), E_TOO_LONG);
	assert_string_equal(b.data, "before");
	assert_int_equal(fs_read(path, 5, 0, &b, NULL), OK);
	assert_string_equal(b.data, "before12345");
	assert_int_equal(fs_read(none, 5, 0, &b, NULL), E_NOT_FOUND);
	assert_string_equal(b.data, "before12345");
	strbuf_free(&b);
	xfree(&path);
	xfree(&none);
}

static void fs_read__what_is_no_file__is_refused(void **state)
{
	char *fifo = fs_join(dir, "fifo"), *path = fs_join(dir, "f"), *link = fs_join(dir, "link");
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 1000);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(fs_read(fifo, 10, 0, &b, NULL),
			 E_INVALID); /* and does not wait for a writer */
	assert_int_equal(fs_read("/dev/zero", 10, 0, &b, NULL), E_INVALID);
	assert_int_equal(fs_read(dir, 10, 0, &b, NULL), E_INVALID);
	assert_int_equal(fs_write_new(path, "x", 1, 0600, NULL), OK);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(fs_read(link, 10, FS_NOFOLLOW, &b, NULL), E_INVALID);
	assert_int_equal(fs_read(link, 10, 0, &b, NULL), OK);
	strbuf_free(&b);
	xfree(&fifo);
	xfree(&path);
	xfree(&link);
}

static void fs_read__private__refuses_what_others_may_read(void **state)
{
	char *path = fs_join(dir, "f");
	struct err_info info = {0};
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 1000);
	assert_int_equal(fs_write_new(path, "x", 1, 0600, NULL), OK);
	assert_int_equal(fs_read(path, 10, FS_PRIVATE, &b, &info), OK);
	for (unsigned bit = 0; bit < 2; bit++) {
		assert_int_equal(chmod(path, bit ? 0640 : 0602), 0);
		assert_int_equal(fs_read(path, 10, FS_PRIVATE, &b, &info), E_INVALID);
		assert_non_null(strstr(info.hint, "chmod 600"));
	}
	strbuf_free(&b);
	xfree(&path);
}

static void fs_mkdir_private__nested__all_are_private(void **state)
{
	char *outer = fs_join(dir, "a"), *inner = fs_join(outer, "b/c/");
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(fs_mkdir_private(inner, NULL), OK);
	assert_int_equal(fs_mkdir_private(inner, NULL), OK);
	umask(before);
	assert_int_equal(mode_of(outer), 0700);
	assert_int_equal(mode_of(inner), 0700);
	xfree(&inner);
	xfree(&outer);
}

static void fs_mkdir_private__what_is_not_ours_alone__is_refused(void **state)
{
	char *file = fs_join(dir, "f"), *open = fs_join(dir, "open");
	struct err_info info = {0};

	(void)state;
	assert_int_equal(fs_write_new(file, "", 0, 0600, NULL), OK);
	assert_int_equal(fs_mkdir_private(file, &info), E_INVALID);
	assert_int_equal(mkdir(open, 0700), 0);
	assert_int_equal(chmod(open, 01777), 0);
	assert_int_equal(fs_mkdir_private(open, &info), E_INVALID);
	assert_int_equal(mode_of(open), 01777);
	assert_int_equal(chmod(open, 0755), 0);
	assert_int_equal(fs_mkdir_private(open, &info), OK);
	assert_int_equal(mode_of(open), 0755); /* left as its owner made it */
	assert_int_equal(fs_mkdir_private("", &info), E_INVALID);
	xfree(&file);
	xfree(&open);
}

static void expect_dir(char *got, const char *expected)
{
	assert_string_equal(got, expected);
	xfree(&got);
}

static void fs_dirs__environment__follows_the_specification(void **state)
{
	(void)state;
	setenv("HOME", "/home/x", 1);
	setenv("XDG_CONFIG_HOME", "/c/", 1);
	setenv("XDG_DATA_HOME", "relative", 1);
	expect_dir(fs_config_dir(), "/c/masthead");
	expect_dir(fs_data_dir(), "/home/x/.local/share/masthead");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	expect_dir(fs_config_dir(), "/home/x/.config/masthead");
	unsetenv("HOME");
	expect_dir(fs_join("/", "x"), "/x");
	assert_true(fs_exists("/"));
	assert_false(fs_exists("/nonexistent"));
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(fs_write_atomic__old_file__is_replaced_whole),
		IN_DIR(fs_write_atomic__no_directory__leaves_a_detail),
		IN_DIR(fs_write_atomic__write_that_fails__keeps_the_old_file),
		IN_DIR(fs_write_new__existing_file__is_not_touched),
		IN_DIR(fs_read__limits__hold_and_out_is_untouched),
		IN_DIR(fs_read__what_is_no_file__is_refused),
		IN_DIR(fs_read__private__refuses_what_others_may_read),
		IN_DIR(fs_mkdir_private__nested__all_are_private),
		IN_DIR(fs_mkdir_private__what_is_not_ours_alone__is_refused),
		IN_DIR(fs_dirs__environment__follows_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
