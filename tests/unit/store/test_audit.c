/* tests/unit/store/test_audit.c - the log: append-only, gapless, and every tampering found. */
#include "fixture.h"

static void add_entries(struct fixture *f, struct store *s, int64_t tenant, int n)
{
	assert_ok(f, store_begin(s, &f->info));
	for (int i = 0; i < n; i++) {
		char words[32];
		struct audit_note note = {.action = i % 2 ? "test.odd" : "test.even",
					  .outcome = "ok",
					  .job_id = i % 3 ? 0 : 7,
					  .message = words,
					  .duration_ms = i};

		snprintf(words, sizeof(words), "entry %d", i);
		assert_ok(f, audit_append(s, tenant, &note, &f->info));
	}
	assert_ok(f, store_commit(s, &f->info));
}

static struct chain_report report_of(struct fixture *f, int64_t tenant)
{
	struct chain_report *r;
	size_t n;

	assert_ok(f, audit_verify(f->service, tenant, f->a, &r, &n, NULL, NULL, &f->info));
	assert_int_equal(n, 1);
	return r[0];
}

static void assert_bad(struct fixture *f, int64_t tenant, int64_t seq, const char *what)
{
	struct chain_report r = report_of(f, tenant);

	assert_false(r.ok);
	assert_int_equal(r.first_bad, seq);
	assert_string_equal(r.what, what);
}

static void tamper(struct fixture *f, const char *sql)
{
	fixture_close(f);
	fixture_raw(
		f,
		"DROP TRIGGER publishing_logs_no_update; DROP TRIGGER publishing_logs_no_delete;");
	fixture_raw(f, sql);
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
}

static void log__append__is_gapless_per_chain(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 5);
	add_entries(f, f->two, 2, 3);
	add_entries(f, f->service, 1, 1);
	assert_int_equal(fixture_number(f, f->service,
					"SELECT max(seq) FROM publishing_logs WHERE tenant_id=1"),
			 6);
	assert_int_equal(fixture_number(f, f->service,
					"SELECT count(*) FROM publishing_logs WHERE tenant_id=1"),
			 6);
	assert_int_equal(report_of(f, 1).entries, 6);
	assert_true(report_of(f, 1).ok);
	assert_true(report_of(f, 2).ok);
	assert_true(report_of(f, 0).ok);
	assert_int_equal(report_of(f, 2).entries, 3);
}

static enum err run(struct fixture *f, const char *sql)
{
	enum err e;

	assert_ok(f, store_begin(f->service, &f->info));
	e = store_test_exec(f->service, sql, NULL, &f->info);
	store_rollback(f->service);
	return e;
}

static void log__rows__cannot_be_changed_or_skipped(void **state)
{
	struct fixture *f = *state;
	static const char *const sql[] = {
		"UPDATE publishing_logs SET message='x'",
		"UPDATE publishing_logs SET message='x' WHERE seq=2",
		"UPDATE OR REPLACE publishing_logs SET seq=3 WHERE seq=2",
		"UPDATE OR IGNORE publishing_logs SET message='x'",
		"DELETE FROM publishing_logs",
		"DELETE FROM publishing_logs WHERE tenant_id=1 AND seq=4",
		"INSERT OR REPLACE INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 2, 0, 'x', 'x', 0, zeroblob(32))",
		"REPLACE INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 4, 0, 'x', 'x', 0, zeroblob(32))",
		"INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 2, 0, 'x', 'x', 0, zeroblob(32)) ON CONFLICT DO UPDATE SET message='x'",
		"INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 6, 0, 'x', 'x', 0, zeroblob(32))",
		"INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (9, 1, 0, 'x', 'x', 0, zeroblob(32))",
		"INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 0, 0, 'x', 'x', 0, zeroblob(32))",
		"INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		" VALUES (1, 5, 0, 'x', 'x', 0, zeroblob(31))",
	};

	add_entries(f, f->one, 1, 4);
	for (size_t i = 0; i < COUNT_OF(sql); i++)
		if (run(f, sql[i]) != E_INVALID)
			fail_msg("not refused: %s", sql[i]);
	assert_ok(
		f,
		run(f,
		    "INSERT INTO publishing_logs (tenant_id, seq, at, actor, action, duration_ms, hash)"
		    " VALUES (1, 5, 0, 'x', 'x', 0, zeroblob(32))"));
	assert_true(report_of(f, 1).ok);
}

static void verify__finds_each_changed_field(void **state)
{
	static const char *const changes[] = {
		"at=at+1",
		"actor='mallory'",
		"terminal='pts/1'",
		"action='test.other'",
		"brand_id=1",
		"job_id=8",
		"connection_id=1",
		"outcome='failed'",
		"code='E_IO'",
		"message='other'",
		"message=NULL",
		"duration_ms=9",
		"outcome=NULL",
		"hash=zeroblob(32)",
		"chain_key='0123456789abcdef'",
	};
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 6);
	fixture_close(f);
	fixture_raw(
		f,
		"DROP TRIGGER publishing_logs_no_update; CREATE TABLE kept AS SELECT * FROM publishing_logs");
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		char *sql = xasprintf("UPDATE publishing_logs SET %s WHERE tenant_id=1 AND seq=4",
				      changes[i]);
		struct chain_report r;

		assert_ok(f, store_begin(f->service, &f->info));
		assert_ok(f, store_test_exec(f->service, sql, NULL, &f->info));
		assert_ok(f, store_commit(f->service, &f->info));
		r = report_of(f, 1);
		if (r.ok || r.first_bad != 4)
			fail_msg("not found: %s (bad %lld)", changes[i], (long long)r.first_bad);
		assert_ok(f, store_begin(f->service, &f->info));
		assert_ok(
			f,
			store_test_exec(
				f->service,
				"UPDATE publishing_logs SET (at, actor, terminal, action, brand_id, job_id, connection_id,"
				" outcome, code, message, duration_ms, chain_key, hash) = (SELECT at, actor, terminal, action,"
				" brand_id, job_id, connection_id, outcome, code, message, duration_ms, chain_key, hash"
				" FROM kept k WHERE k.tenant_id=1 AND k.seq=4) WHERE tenant_id=1 AND seq=4",
				NULL, &f->info));
		assert_ok(f, store_commit(f->service, &f->info));
		assert_true(report_of(f, 1).ok);
		xfree(&sql);
	}
}

static void verify__finds_a_missing_entry(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 6);
	tamper(f, "DELETE FROM publishing_logs WHERE tenant_id=1 AND seq=3");
	assert_bad(f, 1, 3, "gap");
	assert_true(report_of(f, 0).ok);
}

static void verify__finds_a_cut_tail_by_the_head_outside(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 6);
	tamper(f, "DELETE FROM publishing_logs WHERE tenant_id=1 AND seq>4");
	assert_bad(f, 1, 5, "head");
}

static void verify__finds_a_chain_that_is_gone(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 6);
	tamper(f, "DELETE FROM publishing_logs WHERE tenant_id=1");
	assert_bad(f, 1, 1, "head");
}

static void verify__finds_entries_swapped_between_chains(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 4);
	add_entries(f, f->two, 2, 4);
	tamper(f, "UPDATE publishing_logs SET tenant_id=99 WHERE tenant_id=1 AND seq=2;"
		  "UPDATE publishing_logs SET tenant_id=1 WHERE tenant_id=2 AND seq=2;"
		  "UPDATE publishing_logs SET tenant_id=2 WHERE tenant_id=99");
	assert_bad(f, 1, 2, "hash");
	assert_bad(f, 2, 2, "hash");
}

static void verify__takes_no_lost_key_for_an_answer(void **state)
{
	struct fixture *f = *state;

	add_entries(f, f->one, 1, 6);
	/* Calling the segment another key's would excuse every change in it. */
	tamper(f,
	       "UPDATE publishing_logs SET chain_key='00000000deadbeef' WHERE tenant_id=1 AND seq=1;"
	       "UPDATE publishing_logs SET message='changed' WHERE tenant_id=1 AND seq=3");
	assert_bad(f, 1, 1, "key");
}

static void verify__accepts_segments_after_lost_keys(void **state)
{
	struct fixture *f = *state;
	char *path = xasprintf("%s/%s.chain", f->keys, workspace_uuid(f->w));

	for (int i = 0; i < 3; i++) {
		add_entries(f, f->one, 1, 3);
		fixture_close(f);
		assert_int_equal(unlink(path), 0);
		assert_ok(f, fixture_open(f, &f->w));
		assert_true(workspace_chain_restarted(f->w));
		fixture_open_stores(f);
		assert_true(report_of(f, 1).ok);
		assert_string_equal(report_of(f, 1).what, "key");
	}
	add_entries(f, f->one, 1, 3);
	assert_int_equal(report_of(f, 1).entries, 15);
	tamper(f, "UPDATE publishing_logs SET message='changed' WHERE tenant_id=1 AND seq=14");
	assert_bad(f, 1, 14, "hash");
	xfree(&path);
}

static void verify__after_a_restore__asks_for_a_segment(void **state)
{
	struct fixture *f = *state;
	char *copy = fs_join(f->top, "copy.db"), *db = fs_join(f->dir, "masthead.db");

	add_entries(f, f->one, 1, 3);
	assert_ok(f, admin_backup_db(f->service, copy, &f->info));
	assert_err(f, E_EXISTS, admin_backup_db(f->service, copy, &f->info));
	add_entries(f, f->one, 1, 3);
	fixture_close(f);
	assert_int_equal(rename(copy, db), 0);
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
	assert_bad(f, 1, 4, "head");
	assert_ok(f, store_begin(f->service, &f->info));
	assert_ok(f, admin_restored(f->service, &f->info));
	assert_ok(f, store_commit(f->service, &f->info));
	assert_true(report_of(f, 1).ok);
	assert_int_equal(report_of(f, 1).entries, 4);
	assert_int_equal(
		fixture_number(
			f, f->service,
			"SELECT count(*) FROM publishing_logs WHERE tenant_id=1 AND seq=4"
			" AND action='log.segment' AND message LIKE 'restored at entry 3; the head outside was 6 %'"),
		1);
	add_entries(f, f->one, 1, 1);
	assert_true(report_of(f, 1).ok);
	xfree(&copy);
	xfree(&db);
}

static void head__is_written_after_commits_only(void **state)
{
	struct fixture *f = *state;
	struct outside_head *heads;
	size_t n;

	add_entries(f, f->one, 1, 2);
	assert_ok(f, store_begin(f->one, &f->info));
	assert_ok(f, audit_append(f->one, 1, &(struct audit_note){.action = "test"}, &f->info));
	store_rollback(f->one);
	heads = heads_read(f->w, &n);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		if (heads[i].tenant_id == 1)
			assert_int_equal(heads[i].seq, 2);
	xfree(&heads);
	/* The next entry follows the last that was committed. */
	add_entries(f, f->one, 1, 1);
	assert_true(report_of(f, 1).ok);
}

static void page__walks_both_ways_and_filters(void **state)
{
	struct fixture *f = *state;
	struct log_filter all = {0}, odd = {.action = "test.odd"}, job = {.job_id = 7},
			  prefix = {.action = "test."};
	struct page_request r = {.limit = 8, .count = true};
	struct page p = {0};
	char cursor[32];
	int64_t want = 20;

	add_entries(f, f->one, 1, 20);
	for (int round = 0; round < 3; round++) {
		assert_ok(f, audit_page(f->one, &all, &r, &p, &f->info));
		assert_int_equal(p.total, 20);
		assert_true((p.prev != NULL) == (round > 0));
		assert_true((p.next != NULL) == (round < 2));
		for (size_t i = 0; i < p.n; i++)
			assert_int_equal(p.entries[i].seq, want--);
		snprintf(cursor, sizeof(cursor), "%s", p.next ? p.next : p.prev);
		r.cursor = cursor;
		page_free(&p);
	}
	assert_int_equal(want, 0);
	r.backwards = true;
	assert_ok(f, audit_page(f->one, &all, &r, &p, &f->info));
	assert_int_equal(p.n, 8);
	assert_int_equal(p.entries[0].seq, 12);
	page_free(&p);
	r = (struct page_request){.limit = 50, .count = true};
	assert_ok(f, audit_page(f->one, &odd, &r, &p, &f->info));
	assert_int_equal(p.n, 10);
	assert_int_equal(p.total, 10);
	page_free(&p);
	assert_ok(f, audit_page(f->one, &job, &r, &p, &f->info));
	assert_int_equal(p.n, 7);
	page_free(&p);
	assert_ok(f, audit_after(f->one, &prefix, 15, 3, &p, &f->info));
	assert_int_equal(p.n, 3);
	assert_int_equal(p.entries[0].seq, 16);
	assert_int_equal(strlen(p.entries[0].hash), 64);
	page_free(&p);
	r.cursor = "B5";
	assert_err(f, E_INVALID, audit_page(f->one, &all, &r, &p, &f->info));
}

static void append__removes_secrets(void **state)
{
	struct fixture *f = *state;
	struct audit_note n = {
		.action = "test",
		.message = "sent Authorization: Bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"};

	assert_ok(f, store_begin(f->one, &f->info));
	assert_ok(f, audit_append(f->one, 1, &n, &f->info));
	assert_ok(f, store_commit(f->one, &f->info));
	assert_int_equal(
		fixture_number(
			f, f->one,
			"SELECT count(*) FROM {publishing_logs} WHERE message LIKE '%c2lnbmF0dXJl%'"),
		0);
}

static bool stop(void *self, int64_t done, int64_t total)
{
	int *calls = self;

	(void)done;
	assert_true(total > 0);
	return ++*calls < 2;
}

static void verify__stops_when_told(void **state)
{
	struct fixture *f = *state;
	struct chain_report *r = NULL;
	size_t n = 77;
	int calls = 0;

	add_entries(f, f->one, 1, 2);
	assert_err(f, E_INTERRUPTED,
		   audit_verify(f->service, -1, f->a, &r, &n, stop, &calls, &f->info));
	assert_int_equal(calls, 2);
	assert_null(r);
	assert_int_equal(n, 77);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(log__append__is_gapless_per_chain),
		WITH(log__rows__cannot_be_changed_or_skipped),
		WITH(verify__finds_each_changed_field),
		WITH(verify__finds_a_missing_entry),
		WITH(verify__finds_a_cut_tail_by_the_head_outside),
		WITH(verify__finds_a_chain_that_is_gone),
		WITH(verify__finds_entries_swapped_between_chains),
		WITH(verify__takes_no_lost_key_for_an_answer),
		WITH(verify__accepts_segments_after_lost_keys),
		WITH(verify__after_a_restore__asks_for_a_segment),
		WITH(head__is_written_after_commits_only),
		WITH(page__walks_both_ways_and_filters),
		WITH(append__removes_secrets),
		WITH(verify__stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
