/* tests/unit/store/test_durability.c - kills, other processes, other programs, full disks, old databases. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/thread.h"

static int64_t seed_connection(struct fixture *f, int64_t *brand)
{
	*brand = fixture_brand(f, f->one, "northwind");
	return fixture_connection(f, f->one, *brand, "bluesky", "alice.test");
}

struct problems {
	int n;
	char last[256];
};

static void note_problem(void *self, const char *code, const char *message, bool repairable)
{
	struct problems *p = self;

	(void)repairable;
	p->n++;
	snprintf(p->last, sizeof(p->last), "%s: %s", code, message);
}

/* Pages, references, invariants, counters, chains: all of it. */
static void assert_sound(struct fixture *f)
{
	struct problems p = {0};
	struct chain_report *r;
	size_t n;

	assert_ok(f, admin_check(f->service, note_problem, &p, &f->info));
	assert_ok(f, jobs_check(f->service, note_problem, &p, false, &f->info));
	if (p.n)
		fail_msg("%d problems: %s", p.n, p.last);
	assert_ok(f, audit_verify(f->service, -1, f->a, &r, &n, NULL, NULL, &f->info));
	for (size_t i = 0; i < n; i++)
		if (!r[i].ok)
			fail_msg("chain %lld is broken at %lld: %s", (long long)r[i].tenant_id,
				 (long long)r[i].first_bad, r[i].what);
}

/* ---- in a child: never returns, and never touches what the parent had open -------- */

static void key_of(void *self, const char *platform, int64_t now, char *out, size_t size)
{
	int *n = self;

	(void)platform;
	snprintf(out, size, "key-%d-%lld-%d", (int)getpid(), (long long)now, ++*n);
}

static enum err one_life(struct store *one, struct store *service, int64_t brand,
			 int64_t connection, struct arena *a, int *keys)
{
	struct post p = {.brand_id = brand, .text = "again and again"};
	struct job_values v = {
		.connection_id = connection, .status = JOB_PENDING, .max_retries = 3};
	struct claim_request r = {
		.now_ms = clock_wall_ms() + 1000, .limit = 4, .make_key = key_of, .self = keys};
	struct transition done = {
		.to = JOB_PUBLISHED, .remote_id = "at://x", .failures = -1, .crashes = -1};
	struct attempt_end end = {.outcome = OUTCOME_PUBLISHED, .finished_at = 5};
	struct claim c[4];
	size_t n = 0;
	int64_t id;
	enum err e = store_begin(one, NULL);

	if (!e)
		e = post_add(one, &p, &v.post_id, NULL);
	if (!e)
		e = job_add(one, &v, &id, NULL);
	if (!e)
		e = store_commit(one, NULL);
	if (!e)
		e = store_begin(service, NULL);
	if (!e)
		e = jobs_claim(service, &r, a, c, &n, NULL);
	if (!e)
		e = store_commit(service, NULL);
	if (!e)
		e = store_begin(service, NULL);
	for (size_t i = 0; !e && i < n; i++) {
		e = attempt_sent(service, 1, c[i].job.id, c[i].attempt, 4, 5, NULL, NULL);
		if (!e)
			e = attempt_finish(service, 1, c[i].job.id, c[i].attempt, &end, &done,
					   NULL);
	}
	return e ? e : store_commit(service, NULL);
}

/* Opens the workspace for itself, writes one byte to ready, then lives `lives` lives (0: for ever, with a byte each). */
static NORETURN void child(const struct fixture *f, int64_t brand, int64_t connection, int lives,
			   int ready)
{
	struct workspace_options o = {.dir = f->dir, .keys_dir = f->keys, .patience_ms = 20000};
	struct actor actor = {"child", NULL};
	struct store *one = NULL, *service = NULL;
	struct workspace *w = NULL;
	struct arena *a = arena_new();
	int keys = 0;

	if (workspace_open(&o, &w, NULL) || store_open(w, 1, &actor, &one, NULL) ||
	    store_open(w, 0, &actor, &service, NULL))
		_exit(1);
	if (write(ready, "x", 1) != 1)
		_exit(2);
	for (int i = 0; !lives || i < lives; i++)
		if (one_life(one, service, brand, connection, a, &keys) ||
		    (!lives && write(ready, "x", 1) != 1))
			_exit(3);
	store_close(&one);
	store_close(&service);
	workspace_close(&w);
	_exit(0);
}

static pid_t start_child(struct fixture *f, int64_t brand, int64_t connection, int lives,
			 int *ready)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(f, brand, connection, lives, ends[1]);
	close(ends[1]);
	*ready = ends[0];
	return pid;
}

static void wait_ready(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
	close(fd);
}

/* ---- kills ---------------------------------------------------------------------------- */

static void kill__at_any_moment__leaves_a_sound_workspace(void **state)
{
	struct fixture *f = *state;
	int64_t brand, connection = seed_connection(f, &brand), jobs = 0, published = 0;
	unsigned us = 1, unclean = 0;

	for (int i = 0; i < 30; i++) {
		struct timespec t = {0, 0};
		int ready, status;
		pid_t pid;
		char c;

		fixture_close(f);
		pid = start_child(f, brand, connection, 0, &ready);
		us = us * 1103515245u + 12345u;
		/* After some lives, at a moment of the next one that nothing waits on. */
		for (unsigned lives = (us >> 24) % 5 + 1; lives > 0; lives--)
			assert_int_equal(read(ready, &c, 1), 1);
		t.tv_nsec = (long)(us >> 8) % 4000000;
		nanosleep(&t, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		close(ready);
		if (!WIFSIGNALED(status))
			fail_msg("the child ended by itself: %d", WEXITSTATUS(status));
		assert_ok(f, fixture_open(f, &f->w));
		unclean += workspace_was_unclean(f->w);
		fixture_open_stores(f);
		assert_sound(f);
		assert_true(fixture_number(f, f->one, "SELECT count(*) FROM {publishing_jobs}") >=
			    jobs);
		jobs = fixture_number(f, f->one, "SELECT count(*) FROM {publishing_jobs}");
		assert_true(
			fixture_number(
				f, f->one,
				"SELECT count(*) FROM {publishing_jobs} WHERE status='published'") >=
			published);
		published = fixture_number(
			f, f->one,
			"SELECT count(*) FROM {publishing_jobs} WHERE status='published'");
	}
	print_message("%lld jobs, %lld published\n", (long long)jobs, (long long)published);
	assert_true(published > 0);
	assert_true(unclean > 0);
	assert_int_equal(
		fixture_number(f, f->service,
			       "SELECT count(*) - count(DISTINCT key) FROM publishing_attempts"),
		0);
}

/* ---- others -------------------------------------------------------------------------- */

static void two_processes__lose_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t brand, connection = seed_connection(f, &brand);
	pid_t pid[3];
	int ready[3], status;

	fixture_close(f);
	for (int i = 0; i < 3; i++)
		pid[i] = start_child(f, brand, connection, 60, &ready[i]);
	for (int i = 0; i < 3; i++) {
		wait_ready(ready[i]);
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_ok(f, fixture_open(f, &f->w));
	assert_false(workspace_was_unclean(f->w));
	fixture_open_stores(f);
	assert_int_equal(fixture_number(f, f->one, "SELECT count(*) FROM {publishing_jobs}"), 180);
	assert_sound(f);
}

struct writer {
	struct fixture *f;
	int64_t brand, connection;
	struct flag *failed;
	enum err e; /* read after the join */
};

static void write_some(void *arg)
{
	struct writer *w = arg;
	struct actor actor = {"thread", NULL};
	struct store *one = NULL, *service = NULL;
	struct arena *a = arena_new();
	int keys = 0;

	w->e = store_open(w->f->w, 1, &actor, &one, NULL);
	if (!w->e)
		w->e = store_open(w->f->w, 0, &actor, &service, NULL);
	for (int i = 0; !w->e && i < 40; i++)
		w->e = one_life(one, service, w->brand, w->connection, a, &keys);
	if (w->e)
		flag_set(w->failed);
	store_close(&one);
	store_close(&service);
	arena_free(&a);
}

static void threads__share_the_lock_and_a_reader_goes_on(void **state)
{
	struct fixture *f = *state;
	struct writer w[3];
	struct thread *t[3];
	struct flag *failed = flag_new();
	int64_t brand, connection = seed_connection(f, &brand), seen = 0;

	for (int i = 0; i < 3; i++) {
		w[i] = (struct writer){f, brand, connection, failed, OK};
		assert_ok(f, thread_start(&t[i], "writer", write_some, &w[i], &f->info));
	}
	while (seen < 120 && !flag_get(failed)) {
		struct page_request r = {.limit = 20, .count = true};
		struct page p = {0};

		assert_ok(f, jobs_page(f->one, &(struct job_filter){0}, JOB_SORT_ID, &r, &p,
				       &f->info));
		assert_true(p.total >= seen);
		seen = p.total;
		page_free(&p);
	}
	for (int i = 0; i < 3; i++) {
		thread_join(&t[i]);
		assert_int_equal(w[i].e, OK);
	}
	flag_free(&failed);
	assert_sound(f);
}

static void begin__while_another_writes__is_busy_in_time_and_names_it(void **state)
{
	struct fixture *f = *state;
	char *path = fs_join(f->dir, "write.lock"), words[32];
	int ends[2], fd, status;
	int64_t t;
	pid_t pid;
	char c;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (flock(fd, LOCK_EX) || write(ends[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ends[0], &c, 1), 1);
	store_set_patience(f->one, 120);
	t = clock_mono_ms();
	assert_err(f, E_BUSY, store_begin(f->one, &f->info));
	t = clock_mono_ms() - t;
	assert_true(t >= 110 && t < 5000);
	snprintf(words, sizeof(words), "process %d ", (int)pid);
	assert_non_null(strstr(f->info.hint, words));
	assert_false(store_in_tx(f->one));
	/* Reading goes on. */
	assert_int_equal(fixture_number(f, f->one, "SELECT count(*) FROM {tenants}"), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_ok(f, store_begin(f->one, &f->info));
	store_rollback(f->one);
	close(ends[0]);
	close(ends[1]);
	xfree(&path);
}

/* A program that knows nothing of our lock: the shell of SQLite, say. */
static void begin__while_a_foreign_program_locks__is_busy_in_time(void **state)
{
	struct fixture *f = *state;
	char *path = fs_join(f->dir, "masthead.db"), words[32];
	int ends[2], status;
	int64_t t;
	pid_t pid;
	char c;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fixture_close(f);
	pid = fork();
	if (pid == 0) {
		sqlite3 *db;

		if (sqlite3_open(path, &db) || sqlite3_busy_timeout(db, 5000) ||
		    sqlite3_exec(db, "PRAGMA journal_mode", NULL, NULL, NULL) ||
		    sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) ||
		    write(ends[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ends[0], &c, 1), 1);
	assert_ok(f, fixture_open(f, &f->w)); /* a look is not kept out */
	{
		struct actor actor = {"tester", NULL};

		assert_ok(f, store_open(f->w, 1, &actor, &f->one, &f->info));
	}
	store_set_patience(f->one, 120);
	t = clock_mono_ms();
	assert_err(f, E_BUSY, store_begin(f->one, &f->info));
	t = clock_mono_ms() - t;
	assert_true(t >= 110 && t < 5000);
	snprintf(words, sizeof(words), "process %d ", (int)pid);
	assert_non_null(strstr(f->info.hint, words));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_ok(f, store_begin(f->one, &f->info));
	store_rollback(f->one);
	close(ends[0]);
	close(ends[1]);
	xfree(&path);
}

/* ---- a full disk ------------------------------------------------------------------------ */

/* Adds jobs until it fails; *added says how many were committed. */
static enum err add_until_full(struct fixture *f, int64_t brand, int64_t connection, int64_t *added)
{
	enum err e = OK;

	*added = 0;
	for (int i = 0; !e && i < 2000; i++) {
		struct post p = {.brand_id = brand, .text = "a post that fills the disk"};
		struct job_values v = {.connection_id = connection, .status = JOB_DRAFT};
		int64_t id;

		e = store_begin(f->one, &f->info);
		if (!e)
			e = post_add(f->one, &p, &v.post_id, &f->info);
		if (!e)
			e = job_add(f->one, &v, &id, &f->info);
		if (!e)
			e = store_commit(f->one, &f->info);
		if (!e)
			++*added;
		store_rollback(f->one);
	}
	return e;
}

static void assert_goes_on(struct fixture *f, int64_t brand, int64_t connection, int64_t posts)
{
	assert_int_equal(fixture_number(f, f->one, "SELECT count(*) FROM {posts}"), posts);
	assert_sound(f);
	fixture_job(f, f->one, brand, connection, JOB_DRAFT, 1);
	fixture_reopen(f);
	assert_int_equal(fixture_number(f, f->one, "SELECT count(*) FROM {posts}"), posts + 1);
	assert_sound(f);
}

/* The limit of a file's size fails writes as a quota does. */
static void limit__of_file_size__rolls_back_and_goes_on_when_lifted(void **state)
{
	struct fixture *f = *state;
	char *wal = fs_join(f->dir, "masthead.db-wal");
	int64_t brand, connection = seed_connection(f, &brand), added;
	struct rlimit old, small;
	struct stat st;
	enum err e;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = (rlim_t)st.st_size + 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	e = add_until_full(f, brand, connection, &added);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_err(f, E_DISK_FULL, e);
	assert_true(added > 0);
	assert_goes_on(f, brand, connection, added);
	xfree(&wal);
}

/* A disk of two megabytes; only root can make one. */
static void disk_full__rolls_back_and_goes_on_when_there_is_room(void **state)
{
	struct fixture *f = *state;
	char *disk = fs_join(f->top, "disk"), *ballast = fs_join(disk, "ballast");
	int64_t brand, connection, added;
	char zero[65536] = {0};
	enum err e;
	int fd;

	fixture_close(f);
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("tmpfs", disk, "tmpfs", MS_NOSUID | MS_NODEV, "size=2m,mode=0700") != 0) {
		print_message("no disk can be mounted here: %s\n", strerror(errno));
		xfree(&ballast);
		xfree(&disk);
		assert_ok(f, fixture_open(f, &f->w));
		fixture_open_stores(f);
		skip();
	}
	xfree(&f->dir);
	f->dir = fs_join(disk, "workspace");
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
	connection = seed_connection(f, &brand);
	fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (int i = 0; i < 14; i++)
		assert_int_equal(write(fd, zero, sizeof(zero)), sizeof(zero));
	e = add_until_full(f, brand, connection, &added);
	assert_err(f, E_DISK_FULL, e);
	assert_true(added > 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	assert_goes_on(f, brand, connection, added);
	fixture_close(f);
	assert_int_equal(umount2(disk, MNT_DETACH), 0);
	xfree(&ballast);
	xfree(&disk);
}

/* ---- snapshots, checkpoints -------------------------------------------------------------- */

static void snapshot__sees_one_moment(void **state)
{
	struct fixture *f = *state;
	struct page_request all = {.limit = 10};
	struct page p = {0};

	assert_ok(f, store_read_begin(f->one, &f->info));
	{
		struct actor actor = {"other", NULL};
		struct brand_values v = {.name = "later", .catch_up_min = 5};
		struct store *s;
		int64_t id;

		assert_ok(f, store_open(f->w, 1, &actor, &s, &f->info));
		assert_ok(f, store_begin(s, &f->info));
		assert_ok(f, brand_add(s, &v, &id, &f->info));
		assert_ok(f, store_commit(s, &f->info));
		/* A reader that stays does not stop a checkpoint from returning. */
		assert_ok(f, store_checkpoint(s, true, &f->info));
		store_close(&s);
	}
	assert_ok(f, brands_page(f->one, false, &all, &p, &f->info));
	assert_int_equal(p.n, 0);
	page_free(&p);
	store_read_end(f->one);
	assert_ok(f, brands_page(f->one, false, &all, &p, &f->info));
	assert_int_equal(p.n, 1);
	page_free(&p);
}

static void checkpoint__truncates_the_log(void **state)
{
	struct fixture *f = *state;
	char *wal = fs_join(f->dir, "masthead.db-wal");
	struct stat st;

	assert_ok(f, store_checkpoint(f->service, false, &f->info));
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size > 0);
	assert_ok(f, store_checkpoint(f->service, true, &f->info));
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_size, 0);
	xfree(&wal);
}

/* ---- versions ------------------------------------------------------------------------------ */

static sqlite3 *old_database(struct fixture *f, char **path)
{
	static const char *const first[] = {
		"CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, name TEXT) STRICT;",
		"CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, parent INTEGER REFERENCES parent (id)) STRICT;",
		NULL};
	static const struct migration made[] = {{1, first}};
	sqlite3 *db;

	*path = fs_join(f->top, "old.db");
	close(open(*path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	assert_ok(f, connection_open(*path, false, &db, &f->info));
	assert_ok(f, migrate_run(db, made, 1, NULL, &f->info));
	assert_ok(f,
		  sql_text(db,
			   "INSERT INTO parent VALUES (1, 'kept'); INSERT INTO child VALUES (1, 1)",
			   &f->info));
	return db;
}

static const char *const second[] = {
	"ALTER TABLE parent ADD COLUMN age INTEGER NOT NULL DEFAULT 7;", NULL};
static const char *const third[] = {"UPDATE parent SET age=age+1;", NULL};
static const char *const broken[] = {"DELETE FROM child;", "UPDATE nothing SET x=1;", NULL};
static const char *const orphaning[] = {"PRAGMA defer_foreign_keys=ON; DELETE FROM parent;", NULL};

static void migrate__runs_what_is_missing_beside_a_checked_copy(void **state)
{
	static const struct migration steps[] = {{1, broken}, {2, second}, {3, third}};
	struct fixture *f = *state;
	char *path, *backup = fs_join(f->dir, "backups/before.db");
	sqlite3 *db = old_database(f, &path), *copy;
	int64_t n = 0;
	struct stat st;

	assert_ok(f, migrate_run(db, steps, 3, backup, &f->info));
	assert_ok(f, sql_number(db, "PRAGMA user_version", &n, &f->info));
	assert_int_equal(n, 3);
	assert_ok(f, sql_number(db, "SELECT age FROM parent", &n, &f->info));
	assert_int_equal(n, 8);
	sqlite3_close(db);
	assert_int_equal(stat(backup, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(sqlite3_open(backup, &copy), SQLITE_OK);
	assert_ok(f, sql_number(copy, "PRAGMA user_version", &n, &f->info));
	assert_int_equal(n, 1);
	assert_ok(f, sql_number(copy, "PRAGMA application_id", &n, &f->info));
	assert_int_equal(n, APPLICATION_ID);
	assert_ok(f, sql_number(copy, "SELECT count(*) FROM child", &n, &f->info));
	assert_int_equal(n, 1);
	sqlite3_close(copy);
	xfree(&backup);
	xfree(&path);
}

static void migrate__that_fails__changes_nothing(void **state)
{
	static const struct migration fails[] = {{2, second}, {3, broken}},
				      orphans[] = {{2, orphaning}};
	struct fixture *f = *state;
	char *path;
	sqlite3 *db = old_database(f, &path);
	int64_t n = 0;

	assert_int_not_equal(migrate_run(db, fails, 2, NULL, &f->info), OK);
	assert_ok(f, sql_number(db, "PRAGMA user_version", &n, &f->info));
	assert_int_equal(n, 1);
	assert_ok(f, sql_number(db, "SELECT count(*) FROM child", &n, &f->info));
	assert_int_equal(n, 1);
	assert_int_not_equal(sql_number(db, "SELECT age FROM parent", &n, &f->info), OK);
	assert_err(f, E_CORRUPT, migrate_run(db, orphans, 1, NULL, &f->info));
	assert_ok(f, sql_number(db, "SELECT count(*) FROM parent", &n, &f->info));
	assert_int_equal(n, 1);
	sqlite3_close(db);
	xfree(&path);
}

static void backup__is_whole_and_private(void **state)
{
	struct fixture *f = *state;
	char *path = fs_join(f->top, "copy.db");
	int64_t brand, connection = seed_connection(f, &brand), n = 0;
	sqlite3 *copy;
	struct stat st;

	fixture_job(f, f->one, brand, connection, JOB_DRAFT, 1);
	assert_ok(f, admin_backup_db(f->service, path, &f->info));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(sqlite3_open(path, &copy), SQLITE_OK);
	assert_ok(f, sql_number(copy, "SELECT count(*) FROM publishing_jobs", &n, &f->info));
	assert_int_equal(n, 1);
	assert_ok(f, sql_number(copy, "SELECT count(*) FROM sqlite_stat1", &n, &f->info));
	assert_true(n > 10);
	sqlite3_close(copy);
	assert_err(f, E_EXISTS, admin_backup_db(f->service, path, &f->info));
	assert_int_not_equal(admin_backup_db(f->service, "/nowhere/at/all.db", &f->info), OK);
	xfree(&path);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(kill__at_any_moment__leaves_a_sound_workspace),
		WITH(two_processes__lose_nothing),
		WITH(threads__share_the_lock_and_a_reader_goes_on),
		WITH(begin__while_another_writes__is_busy_in_time_and_names_it),
		WITH(begin__while_a_foreign_program_locks__is_busy_in_time),
		WITH(limit__of_file_size__rolls_back_and_goes_on_when_lifted),
		WITH(disk_full__rolls_back_and_goes_on_when_there_is_room),
		WITH(snapshot__sees_one_moment),
		WITH(checkpoint__truncates_the_log),
		WITH(migrate__runs_what_is_missing_beside_a_checked_copy),
		WITH(migrate__that_fails__changes_nothing),
		WITH(backup__is_whole_and_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
