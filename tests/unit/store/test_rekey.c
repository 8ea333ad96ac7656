/* tests/unit/store/test_rekey.c - another master key: everything opens, or nothing has changed. */
#include "fixture.h"

#include <sys/stat.h>

#include "store/rekey.h"

#define WHOLE_KEY "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
#define COMMAND "echo " WHOLE_KEY

/* A connection whose access token is its account's name. */
static int64_t login(struct fixture *f, struct store *s, const char *account)
{
	int64_t brand = fixture_brand(f, s, account), id = 0;
	struct secret *token = secret_new(account, strlen(account));
	struct connection_values v = {.brand_id = brand,
				      .platform = "x",
				      .account = account,
				      .access = token,
				      .refresh = token};

	assert_ok(f, store_begin(s, &f->info));
	assert_ok(f, connection_store(s, &v, &id, NULL, &f->info));
	assert_ok(f, store_commit(s, &f->info));
	secret_free(&token);
	return id;
}

static void opens(struct fixture *f, struct store *s, int64_t tenant, int64_t id, const char *want)
{
	static const enum conn_field fields[] = {CONN_ACCESS, CONN_REFRESH};

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct secret *got = NULL;

		assert_ok(f, connection_secret(s, tenant, id, fields[i], &got, &f->info));
		assert_string_equal(secret_str(got), want);
		secret_free(&got);
	}
}

static void all_open(struct fixture *f)
{
	opens(f, f->one, 1, 1, "alice");
	opens(f, f->one, 1, 2, "bob");
	opens(f, f->two, 2, 1, "carol");
	opens(f, f->service, 1, 2, "bob");
	opens(f, f->service, 2, 1, "carol");
}

static void three_logins(struct fixture *f)
{
	login(f, f->one, "alice");
	login(f, f->one, "bob");
	login(f, f->two, "carol");
}

static void check_of(struct fixture *f, char out[KEY_ID_SIZE])
{
	struct key_facts k;

	assert_ok(f, workspace_key(f->w, &k, &f->info));
	memcpy(out, k.check, KEY_ID_SIZE);
}

static void rekey__alike__seals_all_tenants_anew(void **state)
{
	struct fixture *f = *state;
	struct key_change c = {.alike = true};
	struct key_tally tally;
	char before[KEY_ID_SIZE], after[KEY_ID_SIZE];

	three_logins(f);
	check_of(f, before);
	assert_ok(f, vault_change(f->service, &c, &tally, &f->info));
	check_of(f, after);
	assert_string_not_equal(before, after);
	assert_int_equal(tally.tenants, 2);
	assert_int_equal(tally.sealed, 6);
	assert_int_equal(tally.discarded, 0);
	all_open(f);
	fixture_reopen(f);
	all_open(f);
	assert_int_equal(fixture_number(f, f->service, "SELECT count(*) FROM tenant_keys"), 2);
	assert_int_equal(fixture_number(f, f->service, "SELECT min(version) FROM tenant_keys"), 2);
	login(f, f->two, "dave");
	opens(f, f->two, 2, 2, "dave");
}

/* Two processes: the second has the vault open while the first changes it. */
static void rekey__by_another__is_followed(void **state)
{
	struct fixture *f = *state;
	struct key_change c = {.alike = true};
	struct actor actor = {"other", NULL};
	struct key_tally tally;
	struct workspace *w = NULL;
	struct store *s = NULL;

	three_logins(f);
	assert_ok(f, fixture_open(f, &w));
	assert_ok(f, store_open(w, SCOPE_SERVICE, &actor, &s, &f->info));
	opens(f, s, 1, 1, "alice");
	for (int i = 0; i < 3; i++) {
		assert_ok(f, vault_change(i & 1 ? s : f->service, &c, &tally, &f->info));
		opens(f, s, 1, 1, "alice");
		opens(f, s, 2, 1, "carol");
		all_open(f);
	}
	store_close(&s);
	workspace_close(&w);
}

static void rekey__snapshot_of_before__still_opens(void **state)
{
	struct fixture *f = *state;
	struct key_change c = {.alike = true};
	struct key_tally tally;

	three_logins(f);
	assert_ok(f, store_read_begin(f->one, &f->info));
	opens(f, f->one, 1, 1, "alice");
	assert_ok(f, vault_change(f->service, &c, &tally, &f->info));
	opens(f, f->one, 1, 2, "bob");
	store_read_end(f->one);
	opens(f, f->one, 1, 2, "bob");
}

static void rekey__to_a_command_and_back__moves_the_file(void **state)
{
	struct fixture *f = *state;
	struct secret *key = secret_new(WHOLE_KEY, strlen(WHOLE_KEY));
	struct key_change command = {.source = KEY_COMMAND, .locator = COMMAND, .material = key};
	struct key_change file = {.source = KEY_FILE};
	char *path = xstrdup(workspace_key_file(f->w));
	struct key_tally tally;
	struct stat st;

	three_logins(f);
	assert_ok(f, vault_change(f->service, &command, &tally, &f->info));
	assert_int_not_equal(stat(path, &st), 0);
	fixture_reopen(f);
	all_open(f);
	assert_ok(f, vault_change(f->service, &file, &tally, &f->info));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fixture_reopen(f);
	all_open(f);
	secret_free(&key);
	xfree(&path);
}

static void rekey__value_that_does_not_open__changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct key_change c = {.alike = true};
	struct key_tally tally;
	char before[KEY_ID_SIZE], after[KEY_ID_SIZE], *next;

	three_logins(f);
	check_of(f, before);
	next = xasprintf("%s.new", workspace_key_file(f->w));
	fixture_raw(f, "UPDATE platform_connections SET access_sealed=(SELECT access_sealed FROM"
		       " platform_connections WHERE tenant_id=1 AND id=2)"
		       " WHERE tenant_id=1 AND id=1");
	assert_err(f, E_CORRUPT, vault_change(f->service, &c, &tally, &f->info));
	assert_non_null(strstr(f->info.hint, "number 1"));
	check_of(f, after);
	assert_string_equal(before, after);
	assert_int_not_equal(access(next, F_OK), 0);
	opens(f, f->one, 1, 2, "bob");
	opens(f, f->two, 2, 1, "carol");
	xfree(&next);
}

static void rekey__file_in_the_way__is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	char *path = fs_join(f->top, "taken.key");
	struct key_change c = {.source = KEY_FILE, .path = path};
	struct key_tally tally;

	three_logins(f);
	assert_ok(f, fs_write_new(path, "mine", 4, 0600, &f->info));
	assert_err(f, E_EXISTS, vault_change(f->service, &c, &tally, &f->info));
	all_open(f);
	xfree(&path);
}

static void discard__lost_key__gives_the_logins_up(void **state)
{
	struct fixture *f = *state;
	struct key_change c = {.source = KEY_FILE, .discard = true};
	struct connection conn;
	struct key_tally tally;
	struct secret *got = NULL;

	three_logins(f);
	assert_int_equal(unlink(workspace_key_file(f->w)), 0);
	fixture_reopen(f);
	assert_ok(f, vault_change(f->service, &c, &tally, &f->info));
	assert_int_equal(tally.discarded, 3);
	assert_ok(f, connection_get(f->one, 1, 1, f->a, &conn, &f->info));
	assert_int_equal(conn.status, CONN_REVOKED);
	assert_ok(f, connection_secret(f->one, 1, 1, CONN_ACCESS, &got, &f->info));
	assert_null(got);
	login(f, f->one, "dave");
	fixture_reopen(f);
	opens(f, f->one, 1, 3, "dave");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(rekey__alike__seals_all_tenants_anew),
		WITH(rekey__by_another__is_followed),
		WITH(rekey__snapshot_of_before__still_opens),
		WITH(rekey__to_a_command_and_back__moves_the_file),
		WITH(rekey__value_that_does_not_open__changes_nothing),
		WITH(rekey__file_in_the_way__is_not_overwritten),
		WITH(discard__lost_key__gives_the_logins_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
