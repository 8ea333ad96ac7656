/* tests/unit/store/test_workspace.c - opening, creating, refusing, leaving. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static mode_t mode_of(struct fixture *f, const char *name)
{
	char *path = fs_join(f->dir, name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	xfree(&path);
	return st.st_mode & 0777;
}

static void workspace__open__makes_private_files(void **state)
{
	struct fixture *f = *state;

	assert_true(workspace_created(f->w));
	assert_int_equal(mode_of(f, "."), 0700);
	assert_int_equal(mode_of(f, "masthead.db"), 0600);
	assert_int_equal(mode_of(f, "masthead.db-wal"), 0600);
	assert_int_equal(mode_of(f, "masthead.db-shm"), 0600);
	assert_int_equal(mode_of(f, "write.lock"), 0600);
	assert_int_equal(mode_of(f, "head"), 0600);
	assert_int_equal(mode_of(f, "media"), 0700);
	assert_int_equal(mode_of(f, "backups"), 0700);
}

static void workspace__reopen__keeps_uuid_and_vault(void **state)
{
	struct fixture *f = *state;
	char *uuid = xstrdup(workspace_uuid(f->w));
	const struct vault *v;
	char check[KEY_ID_SIZE];

	assert_ok(f, workspace_vault(f->w, &v, &f->info));
	snprintf(check, sizeof(check), "%s", vault_check(v));
	fixture_reopen(f);
	assert_false(workspace_created(f->w));
	assert_false(workspace_chain_restarted(f->w));
	assert_string_equal(workspace_uuid(f->w), uuid);
	assert_ok(f, workspace_vault(f->w, &v, &f->info));
	assert_string_equal(vault_check(v), check);
	xfree(&uuid);
}

static void workspace__close__last_one_empties_the_log(void **state)
{
	struct fixture *f = *state;
	char *wal = fs_join(f->dir, "masthead.db-wal");
	struct stat st;

	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 0);
	fixture_close(f);
	assert_true(stat(wal, &st) != 0 || st.st_size == 0);
	xfree(&wal);
}

static void workspace__open__says_that_there_is_none(void **state)
{
	struct fixture *f = *state;
	char *dir = fs_join(f->top, "nowhere");
	struct workspace_options o = {.dir = dir, .keys_dir = f->keys};
	struct workspace *w = NULL;

	assert_err(f, E_NOT_FOUND, workspace_open(&o, &w, &f->info));
	assert_null(w);
	assert_int_not_equal(access(dir, F_OK), 0);
	xfree(&dir);
}

static void workspace__open__refuses_newer_schema_by_number(void **state)
{
	struct fixture *f = *state;
	struct workspace *w = NULL;

	fixture_close(f);
	fixture_raw(f, "PRAGMA user_version=7");
	assert_err(f, E_SCHEMA_NEWER, fixture_open(f, &w));
	assert_non_null(strstr(f->info.text, "7"));
	assert_non_null(strstr(f->info.text, "1"));
	assert_null(w);
}

static void workspace__open__refuses_foreign_database(void **state)
{
	struct fixture *f = *state;
	struct workspace *w = NULL;

	fixture_close(f);
	fixture_raw(f, "PRAGMA application_id=1196444487");
	assert_err(f, E_CORRUPT, fixture_open(f, &w));
	assert_non_null(strstr(f->info.text, "another program"));
}

static void workspace__open__refuses_what_is_no_database(void **state)
{
	struct fixture *f = *state;
	struct workspace *w = NULL;
	char *path = fs_join(f->dir, "masthead.db");
	int fd;

	fixture_close(f);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "not a database at all", 21), 21);
	close(fd);
	assert_err(f, E_CORRUPT, fixture_open(f, &w));
	xfree(&path);
}

static void workspace__open__finds_zeroed_page(void **state)
{
	struct fixture *f = *state;
	struct workspace *w = NULL;
	char *path = fs_join(f->dir, "masthead.db");
	char zero[4096] = {0};
	int64_t page = fixture_number(
		f, f->service, "SELECT rootpage FROM sqlite_schema WHERE name='publishing_logs'");
	int fd;

	fixture_close(f);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, zero, sizeof(zero), (page - 1) * 4096), sizeof(zero));
	close(fd);
	assert_err(f, E_CORRUPT, fixture_open(f, &w));
	xfree(&path);
}

static void workspace__open__refuses_files_open_to_others(void **state)
{
	struct fixture *f = *state;
	struct workspace *w = NULL;
	char *path = fs_join(f->dir, "masthead.db");

	fixture_close(f);
	assert_int_equal(chmod(path, 0644), 0);
	assert_err(f, E_INVALID, fixture_open(f, &w));
	xfree(&path);
}

static void workspace__open__finishes_what_a_crash_left_half_made(void **state)
{
	struct fixture *f = *state;
	char *half = fs_join(f->top, "half"), *db = fs_join(half, "masthead.db");
	struct workspace_options o = {.dir = half, .keys_dir = f->keys, .create = true};
	struct workspace *w = NULL;

	assert_int_equal(mkdir(half, 0700), 0);
	close(open(db, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	assert_ok(f, workspace_open(&o, &w, &f->info));
	assert_true(workspace_created(w));
	workspace_close(&w);
	assert_ok(f, workspace_open(&o, &w, &f->info));
	assert_false(workspace_created(w));
	workspace_close(&w);
	xfree(&db);
	xfree(&half);
}

static void workspace__readonly__changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct workspace_options o = {.dir = f->dir, .keys_dir = f->keys, .readonly = true};
	struct workspace *w = NULL;
	struct store *s = NULL;
	struct actor actor = {"reader", NULL};

	fixture_close(f);
	assert_ok(f, workspace_open(&o, &w, &f->info));
	assert_ok(f, store_open(w, 1, &actor, &s, &f->info));
	assert_err(f, E_READONLY, store_begin(s, &f->info));
	assert_err(f, E_READONLY, store_checkpoint(s, false, &f->info));
	assert_int_equal(fixture_number(f, s, "SELECT count(*) FROM {tenants}"), 1);
	store_close(&s);
	workspace_close(&w);
}

static void workspace__lost_chain_key__starts_a_segment(void **state)
{
	struct fixture *f = *state;
	char *path = xasprintf("%s/%s.chain", f->keys, workspace_uuid(f->w));
	struct chain_report *r;
	size_t n;

	fixture_close(f);
	assert_int_equal(unlink(path), 0);
	assert_ok(f, fixture_open(f, &f->w));
	assert_true(workspace_chain_restarted(f->w));
	fixture_open_stores(f);
	assert_ok(f, audit_verify(f->service, -1, f->a, &r, &n, NULL, NULL, &f->info));
	assert_int_equal(n, 3);
	assert_true(r[0].ok);
	assert_string_equal(r[0].what, "key");
	fixture_reopen(f);
	assert_false(workspace_chain_restarted(f->w));
	xfree(&path);
}

static void workspace__lost_key_file__locks_only_the_vault(void **state)
{
	struct fixture *f = *state;
	const struct vault *v = NULL;
	int64_t brand;

	assert_int_equal(unlink(workspace_key_file(f->w)), 0);
	fixture_reopen(f);
	assert_err(f, E_VAULT_LOCKED, workspace_vault(f->w, &v, &f->info));
	assert_null(v);
	brand = fixture_brand(f, f->one, "northwind");
	assert_int_equal(brand, 1);
}

static void workspace__status__tells_who_publishes(void **state)
{
	struct fixture *f = *state;
	struct publisher_status st;
	struct publisher_lock *l = NULL, *other = NULL;

	publisher_status_read(f->w, &st);
	assert_false(st.running);
	assert_int_equal(st.last_tick, 0);
	assert_ok(f, publisher_lock_try(f->w, &l, &f->info));
	publisher_lock_set_owner(l, "alice", "daemon");
	publisher_lock_beat(l, 1234, 99, 5);
	publisher_status_read(f->w, &st);
	assert_true(st.running);
	assert_true(st.own);
	assert_int_equal(st.pid, getpid());
	assert_string_equal(st.who, "alice");
	assert_string_equal(st.how, "daemon");
	assert_int_equal(st.last_tick, 1234);
	assert_int_equal(st.next_due, 99);
	assert_int_equal(st.lag_ms, 5);
	assert_err(f, E_PUBLISHER_BUSY, publisher_lock_try(f->w, &other, &f->info));
	assert_null(other);
	publisher_lock_free(&l);
	publisher_status_read(f->w, &st);
	assert_false(st.running);
	assert_int_equal(st.pid, 0);
	assert_int_equal(st.last_tick, 1234);
}

static void workspace__publisher_lock__ends_with_its_process(void **state)
{
	struct fixture *f = *state;
	struct publisher_lock *l = NULL;
	int pipefd[2], status;
	char c;
	pid_t child;

	assert_int_equal(pipe(pipefd), 0);
	child = fork();
	if (child == 0) {
		struct publisher_lock *mine;

		if (publisher_lock_try(f->w, &mine, NULL) || write(pipefd[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(pipefd[0], &c, 1), 1);
	assert_err(f, E_PUBLISHER_BUSY, publisher_lock_try(f->w, &l, &f->info));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_ok(f, publisher_lock_try(f->w, &l, &f->info));
	publisher_lock_free(&l);
	close(pipefd[0]);
	close(pipefd[1]);
}

static void workspace__watch__wakes_on_commit(void **state)
{
	struct fixture *f = *state;
	struct workspace_watch *x = workspace_watch_new(f->w);
	char byte[512];

	assert_true(workspace_watch_fd(x) >= 0);
	assert_int_equal(read(workspace_watch_fd(x), byte, sizeof(byte)), -1);
	assert_false(store_changed(f->one));
	fixture_brand(f, f->two, "fabrikam");
	assert_true(read(workspace_watch_fd(x), byte, sizeof(byte)) > 0);
	workspace_watch_drain(x);
	assert_int_equal(read(workspace_watch_fd(x), byte, sizeof(byte)), -1);
	assert_true(store_changed(f->one));
	assert_false(store_changed(f->one));
	workspace_watch_free(&x);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(workspace__open__makes_private_files),
		WITH(workspace__reopen__keeps_uuid_and_vault),
		WITH(workspace__close__last_one_empties_the_log),
		WITH(workspace__open__says_that_there_is_none),
		WITH(workspace__open__refuses_newer_schema_by_number),
		WITH(workspace__open__refuses_foreign_database),
		WITH(workspace__open__refuses_what_is_no_database),
		WITH(workspace__open__finds_zeroed_page),
		WITH(workspace__open__refuses_files_open_to_others),
		WITH(workspace__open__finishes_what_a_crash_left_half_made),
		WITH(workspace__readonly__changes_nothing),
		WITH(workspace__lost_chain_key__starts_a_segment),
		WITH(workspace__lost_key_file__locks_only_the_vault),
		WITH(workspace__status__tells_who_publishes),
		WITH(workspace__publisher_lock__ends_with_its_process),
		WITH(workspace__watch__wakes_on_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
