/* tests/unit/store/test_media_objects.c - rows of files at the media host; a tenant's own secrets. */
#include "fixture.h"

#include "store/media_objects.h"
#include "store/rekey.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NOW INT64_C(1790000000000)

static int64_t one_job(struct fixture *f, struct store *s)
{
	int64_t brand = fixture_brand(f, s, "northwind");
	int64_t connection = fixture_connection(f, s, brand, "instagram", "alice");

	return fixture_job(f, s, brand, connection, JOB_PENDING, NOW);
}

static int64_t add(struct fixture *f, int64_t tenant, int64_t job)
{
	struct media_object o = {.tenant_id = tenant,
				 .job_id = job,
				 .sha256 = SHA,
				 .kind = "webdav",
				 .name = "name.jpg",
				 .target = "https://media.example/name.jpg"};

	assert_ok(f, store_begin(f->service, &f->info));
	assert_ok(f, media_object_add(f->service, &o, NOW, &f->info));
	assert_ok(f, store_commit(f->service, &f->info));
	assert_int_equal(o.tenant_id, tenant);
	return o.id;
}

static size_t of_job(struct fixture *f, int64_t tenant, int64_t job, struct media_object **out)
{
	size_t n = 99;

	assert_ok(f, media_objects_of_job(f->service, tenant, job, f->a, out, &n, &f->info));
	return n;
}

static size_t over(struct fixture *f, struct media_object **out)
{
	size_t n = 99;

	assert_ok(f, media_objects_over(f->service, 100, f->a, out, &n, &f->info));
	return n;
}

/* In a transaction of its own. */
#define DO(f, call) \
	do { \
		assert_ok(f, store_begin((f)->service, &(f)->info)); \
		assert_ok(f, call); \
		assert_ok(f, store_commit((f)->service, &(f)->info)); \
	} while (0)

static void object__life__is_told_by_its_row(void **state)
{
	struct fixture *f = *state;
	int64_t job = one_job(f, f->one), id = add(f, 1, job), all, stuck;
	struct media_object *list = NULL;

	assert_int_equal(of_job(f, 1, job, &list), 1);
	assert_null(list[0].url);
	assert_string_equal(list[0].target, "https://media.example/name.jpg");
	assert_int_equal(over(f, &list), 0); /* its job may need it */
	DO(f, media_object_there(f->service, 1, id, "https://public.example/name.jpg", &f->info));
	assert_int_equal(of_job(f, 1, job, &list), 1);
	assert_string_equal(list[0].url, "https://public.example/name.jpg");
	DO(f, media_object_dropping(f->service, 1, id, &f->info));
	assert_int_equal(of_job(f, 1, job, &list), 0); /* serves nobody any more */
	assert_int_equal(over(f, &list), 1);
	assert_string_equal(list[0].platform, "instagram");
	DO(f, media_object_later(f->service, 1, id, 3, NOW + 5, &f->info));
	assert_int_equal(over(f, &list), 1);
	assert_int_equal(list[0].tries, 3);
	assert_int_equal(list[0].next_at, NOW + 5);
	assert_ok(f, media_objects_count(f->service, 0, 3, &all, &stuck, &f->info));
	assert_int_equal(all, 1);
	assert_int_equal(stuck, 1);
	DO(f, media_object_gone(f->service, 1, id, &f->info));
	assert_int_equal(over(f, &list), 0);
	assert_ok(f, media_objects_count(f->service, 0, 3, &all, &stuck, &f->info));
	assert_int_equal(all + stuck, 0);
}

static void objects__over__are_those_of_ended_jobs(void **state)
{
	static const struct {
		const char *status, *more;
		size_t want;
	} rows[] = {{"pending", "next_attempt_at=1", 0},
		    {"processing", "next_attempt_at=NULL", 0},
		    {"unknown", "next_attempt_at=NULL", 0},
		    {"failed", "next_attempt_at=NULL", 1},
		    {"cancelled", "next_attempt_at=NULL", 1},
		    {"scheduled", "next_attempt_at=1", 1},
		    {"draft", "next_attempt_at=NULL", 1},
		    {"held", "next_attempt_at=NULL, hold_reason='operator'", 1},
		    {"published", "next_attempt_at=NULL, hold_reason='', published_at=1", 1}};
	struct fixture *f = *state;
	int64_t job = one_job(f, f->one);
	struct media_object *list = NULL;

	add(f, 1, job);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *sql = xasprintf("UPDATE publishing_jobs SET status='%s', %s", rows[i].status,
				      rows[i].more);

		fixture_raw(f, sql);
		if (over(f, &list) != rows[i].want)
			fail_msg("%s: %zu", rows[i].status, rows[i].want);
		xfree(&sql);
	}
}

static void objects__restored__serve_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t job = one_job(f, f->one), id = add(f, 1, job);
	struct media_object *list = NULL;

	DO(f, media_object_there(f->service, 1, id, "https://public.example/x", &f->info));
	DO(f, media_objects_distrust(f->service, &f->info));
	assert_int_equal(of_job(f, 1, job, &list), 0);
	assert_int_equal(over(f, &list), 1);
}

static void objects__of_another_tenant__are_walled_off(void **state)
{
	struct fixture *f = *state;
	int64_t job = one_job(f, f->one), all, stuck;
	struct media_object *list = NULL, o = {.tenant_id = 2,
					       .job_id = job,
					       .sha256 = SHA,
					       .kind = "s3",
					       .name = "n"};
	size_t n = 0;

	add(f, 1, job);
	assert_ok(f, media_objects_count(f->two, 2, 1, &all, &stuck, &f->info));
	assert_int_equal(all, 0);
	assert_ok(f, media_objects_count(f->one, 1, 1, &all, &stuck, &f->info));
	assert_int_equal(all, 1);
	assert_err(f, E_SCOPE, media_objects_of_job(f->two, 1, job, f->a, &list, &n, &f->info));
	assert_err(f, E_SCOPE, media_objects_over(f->one, 1, f->a, &list, &n, &f->info));
	/* A row cannot name another tenant's job. */
	assert_ok(f, store_begin(f->service, &f->info));
	assert_int_not_equal(media_object_add(f->service, &o, NOW, &f->info), OK);
	store_rollback(f->service);
}

/* ---- a tenant's own secrets ------------------------------------------------------ */

static void set(struct fixture *f, struct store *s, int64_t tenant, const char *value)
{
	struct secret *x = value ? secret_new(value, strlen(value)) : NULL;

	assert_ok(f, store_begin(s, &f->info));
	assert_ok(f, tenant_secret_set(s, tenant, SECRET_MEDIA_HOST, x, &f->info));
	assert_ok(f, store_commit(s, &f->info));
	secret_free(&x);
}

static void is(struct fixture *f, struct store *s, int64_t tenant, const char *want)
{
	struct secret *x = NULL;
	bool there = !want;

	assert_ok(f, tenant_secret_there(s, tenant, SECRET_MEDIA_HOST, &there, &f->info));
	assert_int_equal(there, want != NULL);
	assert_ok(f, tenant_secret(s, tenant, SECRET_MEDIA_HOST, &x, &f->info));
	if (want)
		assert_string_equal(secret_str(x), want);
	else
		assert_null(x);
	secret_free(&x);
}

static void tenant_secret__each_tenant__has_its_own(void **state)
{
	struct fixture *f = *state;

	is(f, f->one, 1, NULL);
	set(f, f->one, 1, "first");
	set(f, f->two, 2, "second");
	is(f, f->one, 1, "first");
	is(f, f->two, 2, "second");
	is(f, f->service, 1, "first");
	set(f, f->one, 1, "another");
	is(f, f->service, 1, "another");
	set(f, f->one, 1, NULL);
	is(f, f->one, 1, NULL);
	is(f, f->two, 2, "second");
}

static void tenant_secret__moved_or_damaged__does_not_open(void **state)
{
	struct fixture *f = *state;
	struct secret *x = NULL;

	set(f, f->one, 1, "first");
	set(f, f->two, 2, "second");
	fixture_raw(f, "UPDATE settings SET value=(SELECT value FROM settings WHERE tenant_id=1 AND"
		       " key='secret.media_host') WHERE tenant_id=2 AND key='secret.media_host'");
	assert_err(f, E_CORRUPT, tenant_secret(f->two, 2, SECRET_MEDIA_HOST, &x, &f->info));
	fixture_raw(f, "UPDATE settings SET value='?' WHERE key='secret.media_host'");
	assert_err(f, E_CORRUPT, tenant_secret(f->one, 1, SECRET_MEDIA_HOST, &x, &f->info));
	assert_null(x);
}

static void tenant_secret__new_master_key__opens_it(void **state)
{
	struct fixture *f = *state;
	struct key_change alike = {.alike = true}, lost = {.source = KEY_FILE, .discard = true};
	struct key_tally tally;

	set(f, f->one, 1, "first");
	set(f, f->two, 2, "second");
	assert_ok(f, vault_change(f->service, &alike, &tally, &f->info));
	assert_int_equal(tally.sealed, 2);
	is(f, f->one, 1, "first");
	fixture_reopen(f);
	is(f, f->two, 2, "second");
	assert_int_equal(unlink(workspace_key_file(f->w)), 0);
	fixture_reopen(f);
	assert_ok(f, vault_change(f->service, &lost, &tally, &f->info));
	is(f, f->one, 1, NULL);
	is(f, f->two, 2, NULL);
	set(f, f->one, 1, "again");
	is(f, f->one, 1, "again");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(object__life__is_told_by_its_row),
		WITH(objects__over__are_those_of_ended_jobs),
		WITH(objects__restored__serve_nobody),
		WITH(objects__of_another_tenant__are_walled_off),
		WITH(tenant_secret__each_tenant__has_its_own),
		WITH(tenant_secret__moved_or_damaged__does_not_open),
		WITH(tenant_secret__new_master_key__opens_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
