/* tests/unit/store/test_scope.c - the wall between tenants: every attack that is known, on each main table.
 *
 * Tenant 2 (`other`) holds rows whose every text says FOREIGN. What tenant 1 can say must never show one, never change one, and
 * never tell whether there is one. */
#include "fixture.h"

struct walls {
	struct fixture *f;
	int64_t own_brand, own_connection, own_job;
	int64_t foreign_brand, foreign_connection, foreign_job;
};

static int setup(void **state)
{
	struct walls *w = xcalloc(1, sizeof(*w));
	struct fixture *f = w->f = fixture_new();

	w->own_brand = fixture_brand(f, f->one, "own brand");
	w->own_connection = fixture_connection(f, f->one, w->own_brand, "bluesky", "own");
	w->own_job = fixture_job(f, f->one, w->own_brand, w->own_connection, JOB_DRAFT, 1000);
	for (int i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "FOREIGN brand %d", i);
		w->foreign_brand = fixture_brand(f, f->two, name);
		w->foreign_connection = fixture_connection(f, f->two, w->foreign_brand, "bluesky",
							   "FOREIGN account");
		w->foreign_job = fixture_job(f, f->two, w->foreign_brand, w->foreign_connection,
					     JOB_DRAFT, 1000);
	}
	assert_ok(f, store_begin(f->service, &f->info));
	assert_ok(f,
		  store_test_exec(
			  f->service,
			  "UPDATE posts SET text='FOREIGN text', title='FOREIGN' WHERE tenant_id=2",
			  NULL, &f->info));
	assert_ok(f, store_test_exec(f->service,
				     "UPDATE publishing_jobs SET stage='FOREIGN' WHERE tenant_id=2",
				     NULL, &f->info));
	assert_ok(f, store_commit(f->service, &f->info));
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct walls *w = *state;

	fixture_free(&w->f);
	xfree(&w);
	return 0;
}

/* B: base table, V: view, T: a text column of it. */
static const struct attack {
	bool refused; /* must not even run; else it may run, and must show and change nothing foreign */
	const char *sql;
} attacks[] = {
	/* the base table, by every way of reading */
	{true, "SELECT * FROM B"},
	{true, "SELECT * FROM main.B"},
	{true, "SELECT T FROM B WHERE tenant_id=2"},
	{true, "SELECT count(*) FROM B"},
	{true, "SELECT 1 FROM B"},
	{true, "SELECT 1 FROM main.B LIMIT 1"},
	{true, "SELECT EXISTS (SELECT 1 FROM B)"},
	{true, "SELECT id FROM V WHERE id IN (SELECT id FROM B)"},
	{true, "SELECT V.id FROM V JOIN B ON B.id=V.id"},
	{true, "SELECT id FROM V UNION ALL SELECT id FROM B"},
	{true, "SELECT id FROM V UNION SELECT id FROM B"},
	{true, "SELECT id FROM V EXCEPT SELECT id FROM B"},
	{true, "SELECT id FROM V ORDER BY (SELECT count(*) FROM B)"},
	{true, "SELECT id FROM V LIMIT (SELECT count(*) FROM B)"},
	{true, "SELECT id FROM V GROUP BY (SELECT count(*) FROM B)"},
	{true, "SELECT (SELECT T FROM B WHERE tenant_id=2 LIMIT 1)"},
	{true, "SELECT CASE WHEN (SELECT count(*) FROM B)>1 THEN 1 ELSE 0 END"},
	/* names of views and triggers as aliases and derived tables */
	{true, "SELECT * FROM B AS V"},
	{true, "SELECT V.T FROM B AS V"},
	{true, "SELECT * FROM (SELECT * FROM B) AS V"},
	{true, "SELECT * FROM (SELECT * FROM (SELECT T FROM B) AS V) AS V"},
	{true, "SELECT * FROM (SELECT * FROM B) AS put_B"},
	{true, "SELECT * FROM V, (SELECT T FROM B) AS scope_B"},
	/* table expressions named as view or trigger */
	{true, "WITH V AS (SELECT * FROM B) SELECT * FROM V"},
	{true, "WITH V AS MATERIALIZED (SELECT * FROM B) SELECT * FROM V"},
	{true, "WITH V AS NOT MATERIALIZED (SELECT T FROM B) SELECT * FROM V"},
	{true, "WITH V AS (SELECT * FROM main.B) SELECT count(*) FROM V"},
	{true, "WITH put_B AS (SELECT * FROM B) SELECT * FROM put_B"},
	{true, "WITH set_B AS (SELECT T FROM B) SELECT * FROM set_B"},
	{true, "WITH scope_B AS (SELECT * FROM B) SELECT * FROM scope_B"},
	{true, "WITH a AS (WITH V AS (SELECT T FROM B) SELECT * FROM V) SELECT * FROM a"},
	{true, "WITH V AS (SELECT 1 FROM B) SELECT count(*) FROM V"},
	{true, "WITH V AS (SELECT 1 FROM main.B) SELECT 1 FROM V"},
	{true,
	 "WITH publishing_logs_no_update AS (SELECT * FROM B) SELECT * FROM publishing_logs_no_update"},
	{true, "WITH RECURSIVE V(x) AS (SELECT T FROM B UNION SELECT x FROM V) SELECT * FROM V"},
	{true,
	 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9) SELECT i FROM n"},
	{true, "WITH V AS (SELECT * FROM B) INSERT INTO v_settings SELECT 1, id, T FROM V"},
	{true, "WITH V AS (SELECT * FROM B) UPDATE v_settings SET value=(SELECT T FROM V LIMIT 1)"},
	{true,
	 "WITH V AS (SELECT id FROM B) DELETE FROM v_settings WHERE key IN (SELECT id FROM V)"},
	/* writing with the base table's help */
	{true, "UPDATE V SET T=o.T FROM B o WHERE o.tenant_id=2"},
	{true, "UPDATE V SET T=o.T FROM main.B AS o"},
	{true, "UPDATE V SET T=o.T FROM (SELECT T FROM B WHERE tenant_id=2) o"},
	{true, "UPDATE V SET T=(SELECT T FROM B WHERE tenant_id=2 LIMIT 1)"},
	{true, "UPDATE V SET T='x' WHERE id IN (SELECT id FROM B WHERE tenant_id=2)"},
	{true, "UPDATE V SET T='x' RETURNING (SELECT T FROM B LIMIT 1)"},
	{true, "INSERT INTO v_settings SELECT 1, 'k', T FROM B"},
	{true, "INSERT INTO v_settings VALUES (1, 'k', (SELECT T FROM B LIMIT 1))"},
	{true, "DELETE FROM V WHERE EXISTS (SELECT 1 FROM B)"},
	{true, "DELETE FROM v_settings WHERE EXISTS (SELECT 1 FROM B)"},
	{true, "DELETE FROM v_settings WHERE key IN (SELECT id FROM B)"},
	/* writing to the base table */
	{true, "INSERT INTO B (tenant_id, id) VALUES (2, 77)"},
	{true, "INSERT OR REPLACE INTO B (tenant_id, id) VALUES (2, 1)"},
	{true, "REPLACE INTO main.B (tenant_id, id) VALUES (2, 1)"},
	{true, "INSERT INTO B (tenant_id, id) VALUES (2, 1) ON CONFLICT DO UPDATE SET T='x'"},
	{true, "INSERT INTO B SELECT * FROM V"},
	{true, "UPDATE B SET T='x'"},
	{true, "UPDATE main.B SET T='x' WHERE tenant_id=1"},
	{true, "UPDATE OR REPLACE B SET T='x'"},
	{true, "UPDATE B SET T='x' RETURNING *"},
	{true, "DELETE FROM B"},
	{true, "DELETE FROM B WHERE tenant_id=2"},
	{true, "DELETE FROM B WHERE tenant_id=1 RETURNING *"},
	/* nothing deletes these, not even one's own */
	{true, "DELETE FROM V"},
	{true, "DELETE FROM V WHERE id=1"},
	/* crossing over by value */
	{true, "UPDATE V SET tenant_id=2"},
	{true, "UPDATE V SET id=2"},
	{true, "UPDATE OR REPLACE V SET id=2, T='x'"},
	/* what explains or defines */
	{true, "EXPLAIN SELECT * FROM V"},
	{true, "EXPLAIN QUERY PLAN SELECT * FROM V"},
	{true, "EXPLAIN QUERY PLAN UPDATE V SET T='x'"},
	{true, "SELECT * FROM sqlite_schema"},
	{true, "SELECT * FROM sqlite_temp_schema"},
	{true, "SELECT name FROM sqlite_master"},
	{true, "SELECT sql FROM temp.sqlite_master"},
	{true, "SELECT * FROM sqlite_stat1"},
	{true, "SELECT count(*) FROM sqlite_temp_master"},
	{true, "SELECT * FROM sqlite_sequence"},
	{true, "SELECT * FROM dbstat"},
	{true, "SELECT * FROM pragma_table_list"},
	{true, "SELECT * FROM pragma_table_info('B')"},
	{true, "SELECT * FROM sqlite_dbpage"},
	{true, "PRAGMA table_info(B)"},
	{true, "PRAGMA table_list"},
	{true, "PRAGMA temp.table_xinfo(V)"},
	{true, "PRAGMA writable_schema=1"},
	{true, "PRAGMA foreign_keys=0"},
	{true, "PRAGMA recursive_triggers=0"},
	{true, "PRAGMA data_version=5"},
	{true, "PRAGMA user_version"},
	{true, "ATTACH ':memory:' AS x"},
	{true, "DETACH main"},
	{true, "VACUUM"},
	{true, "VACUUM INTO '/tmp/leak.db'"},
	{true, "ANALYZE"},
	{true, "REINDEX"},
	{true, "CREATE TABLE x AS SELECT * FROM V"},
	{true, "CREATE TABLE x AS SELECT * FROM B"},
	{true, "CREATE TEMP TABLE x AS SELECT * FROM B"},
	{true, "CREATE TEMP VIEW x AS SELECT * FROM B"},
	{true, "CREATE VIEW x AS SELECT * FROM B"},
	{true, "CREATE TEMP TRIGGER x INSTEAD OF UPDATE ON V BEGIN SELECT 1; END"},
	{true, "CREATE TRIGGER x AFTER UPDATE ON B BEGIN SELECT 1; END"},
	{true, "CREATE INDEX x ON B (T)"},
	{true, "DROP VIEW V"},
	{true, "DROP TABLE B"},
	{true, "ALTER TABLE B RENAME TO x"},
	{true, "ALTER TABLE B ADD COLUMN x"},
	{true, "SELECT load_extension('x')"},
	{true, "SELECT abs(id) FROM V"},
	{true, "SELECT randomblob(100000000)"},
	{true, "SELECT sqlite_version()"},
	{true, "SELECT hex(T) FROM V"},
	{true, "SELECT * FROM json_each('[1]')"},
	/* what may run */
	{false, "DELETE FROM V RETURNING *"}, /* deletes nothing, for no trigger does */
	{false, "SELECT * FROM V"},
	{false, "SELECT * FROM V WHERE tenant_id=2"},
	{false, "SELECT * FROM V WHERE tenant_id<>1 OR 1"},
	{false, "SELECT * FROM V AS B"},
	{false, "SELECT T FROM V WHERE T LIKE '%FOREIGN%'"},
	{false, "SELECT * FROM (SELECT * FROM V) AS x"},
	{false, "WITH a AS (SELECT * FROM V) SELECT * FROM a"},
	{false, "WITH B AS (SELECT * FROM V) SELECT * FROM B"},
	{false, "SELECT * FROM V a LEFT JOIN V b ON b.tenant_id=2"},
	{false, "SELECT max(T) FROM V"},
	{false, "SELECT T FROM V UNION ALL SELECT T FROM V WHERE tenant_id=2"},
	{false, "SELECT * FROM V WHERE id IN (SELECT id FROM V WHERE tenant_id=2)"},
	{false, "SELECT (SELECT T FROM V WHERE tenant_id=2)"},
	{false, "UPDATE V SET T=T"},
	{false, "UPDATE V SET T=T WHERE tenant_id=2"},
	{false, "UPDATE V SET T='x' WHERE id=(SELECT max(id) FROM V WHERE tenant_id=2)"},
	{false, "UPDATE V SET T=o.T FROM V o WHERE o.tenant_id=2"},
};

static const struct target {
	const char *table, *text;
} targets[] = {
	{"brands", "name"},
	{"platform_connections", "account"},
	{"posts", "text"},
	{"publishing_jobs", "stage"},
};

static char *fill_in(const char *sql, const struct target *t)
{
	struct strbuf b;

	strbuf_init(&b, 4096);
	for (const char *p = sql; *p; p++) {
		bool alone = (p == sql || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", p[-1])) &&
			     !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", p[1] ? p[1] : ' ');

		if (alone && *p == 'B')
			strbuf_puts(&b, t->table);
		else if (alone && *p == 'V')
			strbuf_printf(&b, "v_%s", t->table);
		else if (alone && *p == 'T')
			strbuf_puts(&b, t->text);
		else
			strbuf_putc(&b, *p);
	}
	return strbuf_detach(&b);
}

static void dump(struct walls *w, struct strbuf *out)
{
	strbuf_reset(out);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		char *sql = xasprintf("SELECT * FROM %s WHERE tenant_id=2 ORDER BY id",
				      targets[i].table);

		assert_ok(w->f, store_test_exec(w->f->service, sql, out, &w->f->info));
		xfree(&sql);
	}
	assert_ok(w->f, store_test_exec(w->f->service, "SELECT * FROM settings WHERE tenant_id<>1",
					out, &w->f->info));
}

static void scope__attacks__show_and_change_nothing_foreign(void **state)
{
	struct walls *w = *state;
	struct fixture *f = w->f;
	struct strbuf before, after, rows;
	int n = 0;

	strbuf_init(&before, 1 << 20);
	strbuf_init(&after, 1 << 20);
	strbuf_init(&rows, 1 << 20);
	dump(w, &before);
	assert_non_null(strstr(before.data, "FOREIGN"));
	for (size_t i = 0; i < COUNT_OF(attacks); i++) {
		for (size_t j = 0; j < COUNT_OF(targets); j++) {
			char *sql = fill_in(attacks[i].sql, &targets[j]);
			enum err e;

			strbuf_reset(&rows);
			f->info.text[0] = '\0';
			assert_ok(f, store_begin(f->one, &f->info));
			e = store_test_exec(f->one, sql, &rows, &f->info);
			if (attacks[i].refused && !e)
				fail_msg("ran: %s\n%s", sql, rows.data);
			if (!attacks[i].refused && e)
				fail_msg("refused: %s: %s", sql, f->info.text);
			if (strstr(rows.data, "FOREIGN") || strstr(f->info.text, "FOREIGN"))
				fail_msg("leaked: %s\n%s", sql, rows.data);
			if (strstr(rows.data, f->one->suffix) ||
			    strstr(f->info.text, f->one->suffix))
				fail_msg("told the secret name: %s\n%s", sql, f->info.text);
			if (e)
				store_rollback(f->one);
			else
				assert_ok(f, store_commit(f->one, &f->info));
			xfree(&sql);
			n++;
		}
	}
	dump(w, &after);
	assert_string_equal(after.data, before.data);
	print_message("%d statements\n", n);
	strbuf_free(&before);
	strbuf_free(&after);
	strbuf_free(&rows);
}

static enum err run(struct walls *w, const char *sql)
{
	struct fixture *f = w->f;
	enum err e;

	assert_ok(f, store_begin(f->one, &f->info));
	e = store_test_exec(f->one, sql, NULL, &f->info);
	if (e)
		store_rollback(f->one);
	else
		assert_ok(f, store_commit(f->one, &f->info));
	return e;
}

static void scope__foreign_rows__cannot_be_named(void **state)
{
	struct walls *w = *state;
	struct fixture *f = w->f;

	/* The numbers exist, in tenant 2 only. */
	assert_true(w->foreign_brand > w->own_brand);
	assert_err(f, E_INVALID,
		   run(w,
		       "INSERT INTO v_posts (tenant_id, id, brand_id, text, created_at, updated_at)"
		       " VALUES (1, 50, 3, 'x', 1, 1)"));
	assert_err(f, E_INVALID,
		   run(w,
		       "INSERT INTO v_posts (tenant_id, id, brand_id, text, created_at, updated_at)"
		       " VALUES (2, 50, 3, 'x', 1, 1)"));
	assert_err(f, E_INVALID, run(w, "UPDATE v_posts SET brand_id=3"));
	assert_err(f, E_INVALID, run(w, "UPDATE v_publishing_jobs SET connection_id=3"));
	assert_err(f, E_INVALID, run(w, "UPDATE v_publishing_jobs SET post_id=3"));
	assert_err(f, E_INVALID, run(w, "UPDATE v_publishing_jobs SET platform='x'"));
	assert_err(f, E_INVALID, run(w, "INSERT INTO v_settings VALUES (2, 'a', 'b')"));
	assert_err(f, E_INVALID, run(w, "INSERT INTO v_settings VALUES (0, 'a', 'b')"));
	assert_err(f, E_INVALID, run(w, "INSERT INTO v_settings VALUES (NULL, 'a', 'b')"));
	/* A name that another tenant uses is free here, so a collision tells nothing. */
	assert_err(f, OK, run(w, "UPDATE v_brands SET name='FOREIGN brand 1'"));
	assert_err(f, OK, run(w, "UPDATE v_brands SET name='own brand'"));
}

static void scope__functions__refuse_other_tenants(void **state)
{
	struct walls *w = *state;
	struct fixture *f = w->f;
	struct connection_rate rate;
	struct connection c;
	struct chain_report *reports;
	struct attempt *tries;
	struct secret *secret = NULL;
	struct brand b;
	struct post p;
	struct job j;
	const char *value;
	size_t n;
	int64_t id;

	assert_err(f, E_SCOPE, brand_get(f->one, 2, w->foreign_brand, f->a, &b, &f->info));
	assert_err(f, E_SCOPE,
		   connection_get(f->one, 2, w->foreign_connection, f->a, &c, &f->info));
	assert_err(f, E_SCOPE,
		   connection_get_rate(f->one, 2, w->foreign_connection, &rate, &f->info));
	assert_err(f, E_SCOPE,
		   connection_secret(f->one, 2, w->foreign_connection, CONN_ACCESS, &secret,
				     &f->info));
	assert_err(f, E_SCOPE, post_get(f->one, 2, 1, NULL, f->a, &p, &f->info));
	assert_err(f, E_SCOPE, job_get(f->one, 2, w->foreign_job, f->a, &j, &f->info));
	assert_err(f, E_SCOPE, job_attempts(f->one, 2, w->foreign_job, f->a, &tries, &n, &f->info));
	assert_err(f, E_SCOPE, setting_get(f->one, 2, "pause.all", f->a, &value, &f->info));
	assert_err(f, E_SCOPE, setting_get(f->one, 0, "workspace.uuid", f->a, &value, &f->info));
	assert_err(f, E_SCOPE, audit_verify(f->one, -1, f->a, &reports, &n, NULL, NULL, &f->info));
	assert_err(f, E_SCOPE, audit_verify(f->one, 2, f->a, &reports, &n, NULL, NULL, &f->info));
	assert_err(f, E_SCOPE, admin_backup_db(f->one, "/tmp/never", &f->info));
	assert_err(f, E_NOT_FOUND, job_get(f->one, 1, w->foreign_job, f->a, &j, &f->info));
	assert_err(f, E_NOT_FOUND, brand_find(f->one, "FOREIGN brand 0", f->a, &b, &f->info));
	assert_ok(f, store_begin(f->one, &f->info));
	assert_err(f, E_SCOPE, tenant_add(f->one, "mine", &id, &f->info));
	assert_err(f, E_SCOPE,
		   audit_append(f->one, 0, &(struct audit_note){.action = "x"}, &f->info));
	assert_err(f, E_SCOPE,
		   audit_append(f->one, 2, &(struct audit_note){.action = "x"}, &f->info));
	assert_err(f, E_SCOPE, connection_forget(f->one, 2, w->foreign_connection, &f->info));
	assert_err(f, E_SCOPE, setting_set(f->one, 2, "pause.all", "1", &f->info));
	store_rollback(f->one);
}

static void scope__of_no_tenant__does_not_open(void **state)
{
	struct walls *w = *state;
	struct actor actor = {"x", NULL};
	struct store *s = NULL;

	assert_err(w->f, E_NOT_FOUND, store_open(w->f->w, 99, &actor, &s, &w->f->info));
	assert_null(s);
}

static void scope__opening__takes_milliseconds(void **state)
{
	struct walls *w = *state;
	struct actor actor = {"x", NULL};
	int64_t t = fixture_cpu_us();

	for (int i = 0; i < 20; i++) {
		struct store *s;

		assert_ok(w->f, store_open(w->f->w, 1, &actor, &s, &w->f->info));
		store_close(&s);
	}
	t = (fixture_cpu_us() - t) / 20;
	print_message("open a scope: %lld us\n", (long long)t);
	assert_true(t < 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scope__attacks__show_and_change_nothing_foreign),
		cmocka_unit_test(scope__foreign_rows__cannot_be_named),
		cmocka_unit_test(scope__functions__refuse_other_tenants),
		cmocka_unit_test(scope__of_no_tenant__does_not_open),
		cmocka_unit_test(scope__opening__takes_milliseconds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
