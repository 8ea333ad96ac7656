/* tests/unit/store/fixture.c - a workspace in a directory of its own, and stores on it. */
#include "fixture.h"

#include <ftw.h>
#include <time.h>

void fixture_expect(enum err want, enum err got, const struct err_info *info, const char *call,
		    const char *file, int line)
{
	if (want == got)
		return;
	print_error("%s:%d: %s gave %s%s%s, not %s\n", file, line, call, err_name(got),
		    got ? ": " : "", got ? info->text : "", err_name(want));
	_fail(file, line);
}

enum err fixture_open(struct fixture *f, struct workspace **w)
{
	struct workspace_options o = {
		.dir = f->dir, .keys_dir = f->keys, .create = true, .patience_ms = 2000};

	return workspace_open(&o, w, &f->info);
}

static int64_t find_tenant(struct fixture *f, const char *name)
{
	struct tenant t;
	int64_t id = 0;

	if (tenant_find(f->service, name, f->a, &t, &f->info) == OK)
		return t.id;
	assert_ok(f, store_begin(f->service, &f->info));
	assert_ok(f, tenant_add(f->service, name, &id, &f->info));
	assert_ok(f, store_commit(f->service, &f->info));
	return id;
}

void fixture_open_stores(struct fixture *f)
{
	struct actor actor = {"tester", "tty9"};

	assert_ok(f, store_open(f->w, SCOPE_SERVICE, &actor, &f->service, &f->info));
	assert_int_equal(find_tenant(f, "default"), 1);
	assert_int_equal(find_tenant(f, "other"), 2);
	assert_ok(f, store_open(f->w, 1, &actor, &f->one, &f->info));
	assert_ok(f, store_open(f->w, 2, &actor, &f->two, &f->info));
}

struct fixture *fixture_new(void)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err_info info;

	if (vault_global_init(&info))
		fail_msg("vault_global_init: %s", info.text);
	snprintf(f->top, sizeof(f->top), "%s/masthead-store-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(f->top));
	f->dir = fs_join(f->top, "workspace");
	f->keys = fs_join(f->top, "keys");
	f->a = arena_new();
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
	return f;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void fixture_close(struct fixture *f)
{
	store_close(&f->one);
	store_close(&f->two);
	store_close(&f->service);
	workspace_close(&f->w);
}

void fixture_reopen(struct fixture *f)
{
	fixture_close(f);
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
}

void fixture_free(struct fixture **pf)
{
	struct fixture *f = *pf;

	fixture_close(f);
	nftw(f->top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(&f->a);
	xfree(&f->dir);
	xfree(&f->keys);
	xfree(pf);
}

int fixture_setup(void **state)
{
	*state = fixture_new();
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_free(&f);
	return 0;
}

int64_t fixture_number(struct fixture *f, struct store *s, const char *sql)
{
	struct strbuf b;
	int64_t n;

	strbuf_init(&b, 4096);
	assert_ok(f, store_test_exec(s, sql, &b, &f->info));
	n = strtoll(b.data, NULL, 10);
	strbuf_free(&b);
	return n;
}

void fixture_raw(struct fixture *f, const char *sql)
{
	char *path = fs_join(f->dir, "masthead.db"), *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
	xfree(&path);
}

int64_t fixture_brand(struct fixture *f, struct store *s, const char *name)
{
	struct brand_values v = {
		.name = name, .timezone = "Europe/Berlin", .catch_up_min = CATCH_UP_DEFAULT};
	int64_t id = 0;

	assert_ok(f, store_begin(s, &f->info));
	assert_ok(f, brand_add(s, &v, &id, &f->info));
	assert_ok(f, store_commit(s, &f->info));
	return id;
}

int64_t fixture_connection(struct fixture *f, struct store *s, int64_t brand, const char *platform,
			   const char *account)
{
	struct connection_values v = {.brand_id = brand, .platform = platform, .account = account};
	int64_t id = 0;

	assert_ok(f, store_begin(s, &f->info));
	assert_ok(f, connection_store(s, &v, &id, NULL, &f->info));
	assert_ok(f, store_commit(s, &f->info));
	return id;
}

int64_t fixture_job(struct fixture *f, struct store *s, int64_t brand, int64_t connection,
		    enum job_status st, int64_t at)
{
	struct post p = {.brand_id = brand, .text = "The autumn menu is here."};
	struct job_values v = {
		.connection_id = connection, .status = st, .scheduled_at = at, .max_retries = 3};
	int64_t id = 0;

	assert_ok(f, store_begin(s, &f->info));
	assert_ok(f, post_add(s, &p, &v.post_id, &f->info));
	assert_ok(f, job_add(s, &v, &id, &f->info));
	assert_ok(f, store_commit(s, &f->info));
	return id;
}

int64_t fixture_cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
