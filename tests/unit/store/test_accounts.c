/* tests/unit/store/test_accounts.c - tenants, brands, connections and their sealed secrets, posts. */
#include "fixture.h"

#include <sys/stat.h>

static void begin(struct fixture *f, struct store *s)
{
	assert_ok(f, store_begin(s, &f->info));
}

static void commit(struct fixture *f, struct store *s)
{
	assert_ok(f, store_commit(s, &f->info));
}

static int64_t last_log(struct fixture *f, int64_t tenant)
{
	char *sql = xasprintf("SELECT max(seq) FROM publishing_logs WHERE tenant_id=%lld",
			      (long long)tenant);
	int64_t n = fixture_number(f, f->service, sql);

	xfree(&sql);
	return n;
}

/* ---- names ------------------------------------------------------------------------ */

static void tenant__names__are_valid_and_unique(void **state)
{
	struct fixture *f = *state;
	struct page_request all = {.limit = 100};
	struct page p = {0};
	struct tenant t;
	int64_t id = 0;

	begin(f, f->service);
	assert_err(f, E_EXISTS, tenant_add(f->service, "default", &id, &f->info));
	assert_err(f, E_INVALID, tenant_add(f->service, "", &id, &f->info));
	assert_err(f, E_INVALID, tenant_add(f->service, "a/b", &id, &f->info));
	assert_err(f, E_INVALID, tenant_add(f->service, "123", &id, &f->info));
	assert_int_equal(id, 0);
	assert_ok(f, tenant_add(f->service, "Zoë & Söhne", &id, &f->info));
	assert_int_equal(id, 3);
	assert_err(f, E_EXISTS, tenant_rename(f->service, id, "other", &f->info));
	assert_ok(f, tenant_rename(f->service, id, "Zoë", &f->info));
	assert_ok(f, tenant_archive(f->service, 2, &f->info));
	commit(f, f->service);
	assert_ok(f, tenant_find(f->service, "Zoë", f->a, &t, &f->info));
	assert_int_equal(t.id, 3);
	assert_ok(f, tenant_find(f->service, "2", f->a, &t, &f->info));
	assert_true(t.archived);
	assert_err(f, E_NOT_FOUND, tenant_find(f->service, "nobody", f->a, &t, &f->info));
	assert_ok(f, tenants_page(f->service, false, &all, &p, &f->info));
	assert_int_equal(p.n, 2);
	assert_string_equal(p.tenants[0].name, "Zoë");
	page_free(&p);
	assert_ok(f, tenants_page(f->one, true, &all, &p, &f->info));
	assert_int_equal(p.n, 1); /* one sees oneself */
	page_free(&p);
}

static void brand__edit__changes_what_is_given(void **state)
{
	struct fixture *f = *state;
	int64_t id = fixture_brand(f, f->one, "northwind"), other = 0;
	struct brand_values v = {.catch_up_min = 90};
	struct brand b;

	begin(f, f->one);
	assert_ok(f, brand_edit(f->one, id, &v, &f->info));
	v = (struct brand_values){.name = "southwind", .catch_up_min = INT64_MIN};
	assert_ok(f, brand_edit(f->one, id, &v, &f->info));
	v.timezone = "Mars/Olympus";
	assert_err(f, E_INVALID, brand_edit(f->one, id, &v, &f->info));
	v = (struct brand_values){.name = "southwind", .catch_up_min = INT64_MIN};
	assert_err(f, E_EXISTS, brand_add(f->one, &v, &other, &f->info));
	v.name = "4711";
	assert_err(f, E_INVALID, brand_add(f->one, &v, &other, &f->info));
	assert_err(f, E_NOT_FOUND,
		   brand_edit(f->one, 9, &(struct brand_values){.catch_up_min = 1}, &f->info));
	commit(f, f->one);
	assert_ok(f, brand_find(f->one, "southwind", f->a, &b, &f->info));
	assert_int_equal(b.id, id);
	assert_int_equal(b.catch_up_min, 90);
	assert_string_equal(b.timezone, "Europe/Berlin");
	assert_string_equal(b.tenant, "default");
	assert_ok(f, brand_find(f->one, "1", f->a, &b, &f->info));
	assert_err(f, E_NOT_FOUND, brand_find(f->one, "northwind", f->a, &b, &f->info));
}

static void brand__archive__waits_for_its_jobs(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	int64_t conn = fixture_connection(f, f->one, brand, "x", "nw");
	int64_t job = fixture_job(f, f->one, brand, conn, JOB_SCHEDULED, 5);
	struct transition t = {.to = JOB_CANCELLED, .failures = -1, .crashes = -1};
	struct page_request all = {.limit = 100};
	struct page p = {0};

	begin(f, f->one);
	assert_err(f, E_STATE, brand_archive(f->one, brand, &f->info));
	assert_ok(f, job_transition(f->one, 1, job, &t, &f->info));
	assert_ok(f, brand_archive(f->one, brand, &f->info));
	commit(f, f->one);
	assert_ok(f, brands_page(f->one, false, &all, &p, &f->info));
	assert_int_equal(p.n, 0);
	page_free(&p);
	assert_ok(f, brands_page(f->one, true, &all, &p, &f->info));
	assert_int_equal(p.n, 1);
	assert_int_equal(p.brands[0].connections, 1);
	page_free(&p);
}

static void brands__page__goes_by_name(void **state)
{
	struct fixture *f = *state;
	struct page_request r = {.limit = 2, .count = true};
	struct page p = {0}, q = {0}, back = {0};

	fixture_brand(f, f->one, "c");
	fixture_brand(f, f->one, "a");
	fixture_brand(f, f->one, "b");
	assert_ok(f, brands_page(f->one, false, &r, &p, &f->info));
	assert_int_equal(p.total, 3);
	assert_string_equal(p.brands[0].name, "a");
	assert_null(p.prev);
	r.cursor = p.next;
	assert_ok(f, brands_page(f->one, false, &r, &q, &f->info));
	assert_int_equal(q.n, 1);
	assert_string_equal(q.brands[0].name, "c");
	assert_null(q.next);
	r.cursor = q.prev;
	r.backwards = true;
	assert_ok(f, brands_page(f->one, false, &r, &back, &f->info));
	assert_int_equal(back.n, 2);
	assert_string_equal(back.brands[1].name, "b");
	page_free(&back);
	r.cursor = "T1";
	assert_err(f, E_INVALID, brands_page(f->one, false, &r, &back, &f->info));
	page_free(&p);
	page_free(&q);
}

/* ---- connections ----------------------------------------------------------------- */

static int64_t login(struct fixture *f, struct store *s, int64_t brand, const char *account,
		     const char *token, bool *again)
{
	struct secret *access = secret_new(token, strlen(token));
	struct connection_values v = {.brand_id = brand,
				      .platform = "bluesky",
				      .account = account,
				      .account_id = account,
				      .access = access,
				      .expires_at = 5000};
	int64_t id = 0;

	begin(f, s);
	assert_ok(f, connection_store(s, &v, &id, again, &f->info));
	commit(f, s);
	secret_free(&access);
	return id;
}

static void assert_secret(struct fixture *f, struct store *s, int64_t tenant, int64_t id,
			  enum conn_field field, const char *want)
{
	struct secret *got = NULL;

	assert_ok(f, connection_secret(s, tenant, id, field, &got, &f->info));
	if (want)
		assert_string_equal(secret_str(got), want);
	else
		assert_null(got);
	secret_free(&got);
}

static void connection__again__keeps_its_number(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	bool again = true;
	int64_t id = login(f, f->one, brand, "alice.test", "token-1", &again);
	struct connection c;

	assert_false(again);
	begin(f, f->one);
	assert_ok(f, connection_forget(f->one, 1, id, &f->info));
	commit(f, f->one);
	assert_secret(f, f->one, 1, id, CONN_ACCESS, NULL);
	assert_int_equal(login(f, f->one, brand, "alice.test", "token-2", &again), id);
	assert_true(again);
	assert_secret(f, f->one, 1, id, CONN_ACCESS, "token-2");
	assert_int_equal(login(f, f->one, brand, "bob.test", "token-3", &again), id + 1);
	assert_ok(f, connection_get(f->one, 1, id, f->a, &c, &f->info));
	assert_int_equal(c.status, CONN_CONNECTED);
	assert_string_equal(c.brand, "northwind");
}

static void connection__update__leaves_what_is_not_given(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	int64_t id = login(f, f->one, brand, "alice.test", "token-1", NULL);
	struct secret *refresh = secret_new("refresh-1", 9), *empty = secret_new("", 0);
	struct connection_values v = {.refresh = refresh};
	struct connection c;

	begin(f, f->one);
	assert_ok(f, connection_update(f->one, 1, id, &v, false, &f->info));
	v = (struct connection_values){.refresh = empty, .scopes = "read write"};
	assert_ok(f, connection_update(f->one, 1, id, &v, false, &f->info));
	commit(f, f->one);
	assert_secret(f, f->one, 1, id, CONN_REFRESH, "refresh-1");
	assert_secret(f, f->one, 1, id, CONN_ACCESS, "token-1");
	assert_ok(f, connection_get(f->one, 1, id, f->a, &c, &f->info));
	assert_string_equal(c.scopes, "read write");
	assert_int_equal(c.expires_at, 5000);
	/* A new token without an expiry does not take over the old one's. */
	v = (struct connection_values){.access = refresh};
	begin(f, f->one);
	assert_ok(f, connection_update(f->one, 1, id, &v, false, &f->info));
	commit(f, f->one);
	assert_ok(f, connection_get(f->one, 1, id, f->a, &c, &f->info));
	assert_int_equal(c.expires_at, 0);
	secret_free(&refresh);
	secret_free(&empty);
}

static void secret__moved__does_not_open(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind"),
		theirs = fixture_brand(f, f->two, "fabrikam");
	int64_t a = login(f, f->one, brand, "alice.test", "alices", NULL);
	int64_t b = login(f, f->one, brand, "bob.test", "bobs", NULL);
	int64_t c = login(f, f->two, theirs, "carol.test", "carols", NULL);
	struct secret *got = NULL;

	begin(f, f->service);
	assert_ok(f, store_test_exec(f->service,
				     "UPDATE platform_connections SET refresh_sealed=access_sealed,"
				     " password_sealed=substr(access_sealed, 1, 60),"
				     " client_secret_sealed=x'00'",
				     NULL, &f->info));
	assert_ok(
		f,
		store_test_exec(
			f->service,
			"UPDATE platform_connections SET access_sealed=(SELECT access_sealed FROM platform_connections"
			" WHERE tenant_id=1 AND id=1) WHERE id=2 OR tenant_id=2",
			NULL, &f->info));
	commit(f, f->service);
	assert_secret(f, f->one, 1, a, CONN_ACCESS, "alices");
	assert_err(f, E_CORRUPT, connection_secret(f->one, 1, b, CONN_ACCESS, &got, &f->info));
	assert_err(f, E_CORRUPT, connection_secret(f->two, 2, c, CONN_ACCESS, &got, &f->info));
	assert_err(f, E_CORRUPT, connection_secret(f->one, 1, a, CONN_REFRESH, &got, &f->info));
	assert_err(f, E_CORRUPT, connection_secret(f->one, 1, a, CONN_PASSWORD, &got, &f->info));
	assert_err(f, E_CORRUPT,
		   connection_secret(f->one, 1, a, CONN_CLIENT_SECRET, &got, &f->info));
	assert_null(got);
}

static void secret__stored__is_in_no_file(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	static const char *const files[] = {"masthead.db", "masthead.db-wal", "head"};

	login(f, f->one, brand, "alice.test", "canary-7f3a9c55", NULL);
	assert_ok(f, store_checkpoint(f->service, false, &f->info));
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char *path = fs_join(f->dir, files[i]);
		struct strbuf b;

		strbuf_init(&b, (size_t)64 << 20);
		assert_ok(f, fs_read(path, (size_t)64 << 20, 0, &b, &f->info));
		assert_true(b.len > 0);
		assert_null(memmem(b.data, b.len, "canary-7f3a9c55", 15));
		if (i < 2) /* what is stored is found so */
			assert_non_null(memmem(b.data, b.len, "alice.test", 10));
		strbuf_free(&b);
		xfree(&path);
	}
}

static void secret__with_the_key_lost__is_locked_not_gone(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	int64_t id = login(f, f->one, brand, "alice.test", "token", NULL);
	struct secret *got = NULL;

	assert_int_equal(unlink(workspace_key_file(f->w)), 0);
	fixture_reopen(f);
	assert_err(f, E_VAULT_LOCKED,
		   connection_secret(f->one, 1, id, CONN_ACCESS, &got, &f->info));
	assert_null(got);
}

static void secret__of_a_rolled_back_key__is_sealed_anew(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind"), id = 0;
	struct secret *token = secret_new("token", 5);
	struct connection_values v = {
		.brand_id = brand, .platform = "x", .account = "a", .access = token};

	begin(f, f->one);
	assert_ok(f, connection_store(f->one, &v, &id, NULL, &f->info));
	store_rollback(f->one);
	begin(f, f->one);
	assert_ok(f, connection_store(f->one, &v, &id, NULL, &f->info));
	commit(f, f->one);
	fixture_reopen(f);
	assert_secret(f, f->one, 1, id, CONN_ACCESS, "token");
	assert_secret(f, f->service, 1, id, CONN_ACCESS, "token");
	secret_free(&token);
}

static void status__is_logged_when_it_changes(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	int64_t id = fixture_connection(f, f->one, brand, "x", "a"), before = last_log(f, 1);
	struct err_info why = {.code = E_TOKEN_REVOKED};
	struct connection c;

	snprintf(why.text, sizeof(why.text), "the platform says no");
	begin(f, f->service);
	assert_ok(f, connection_set_status(f->service, 1, id, CONN_CONNECTED, NULL, 123, &f->info));
	assert_int_equal(last_log(f, 1), before);
	assert_ok(f, connection_set_status(f->service, 1, id, CONN_REVOKED, &why, 0, &f->info));
	assert_ok(f, connection_set_status(f->service, 1, id, CONN_REVOKED, &why, 124, &f->info));
	commit(f, f->service);
	assert_int_equal(last_log(f, 1), before + 1);
	assert_ok(f, connection_get(f->one, 1, id, f->a, &c, &f->info));
	assert_int_equal(c.status, CONN_REVOKED);
	assert_string_equal(c.last_error, "E_TOKEN_REVOKED: the platform says no");
	assert_int_equal(c.last_verified_at, 124);
}

static void connection__find__takes_numbers_and_paths(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "north wind");
	int64_t a = fixture_connection(f, f->one, brand, "bluesky", "alice.test");
	int64_t b = fixture_connection(f, f->one, brand, "mastodon", "@bob@example.org");
	int64_t c;
	struct connection got;

	assert_ok(f, connection_find(f->one, "1", f->a, &got, &f->info));
	assert_int_equal(got.id, a);
	assert_ok(f, connection_find(f->one, "north wind/bluesky", f->a, &got, &f->info));
	assert_int_equal(got.id, a);
	assert_ok(f,
		  connection_find(f->one, "north wind/bluesky/@alice.test", f->a, &got, &f->info));
	assert_int_equal(got.id, a);
	assert_ok(f, connection_find(f->one, "north wind/mastodon/bob@example.org", f->a, &got,
				     &f->info));
	assert_int_equal(got.id, b);
	assert_err(f, E_NOT_FOUND, connection_find(f->one, "north wind", f->a, &got, &f->info));
	assert_err(f, E_NOT_FOUND, connection_find(f->one, "north wind/", f->a, &got, &f->info));
	assert_err(f, E_NOT_FOUND,
		   connection_find(f->one, "north wind/bluesky/carol", f->a, &got, &f->info));
	assert_err(f, E_NOT_FOUND, connection_find(f->one, "77", f->a, &got, &f->info));
	c = fixture_connection(f, f->one, brand, "bluesky", "carol.test");
	assert_err(f, E_AMBIGUOUS,
		   connection_find(f->one, "north wind/bluesky", f->a, &got, &f->info));
	assert_non_null(strstr(f->info.hint, "carol.test"));
	assert_ok(f,
		  connection_find(f->one, "north wind/bluesky/carol.test", f->a, &got, &f->info));
	assert_int_equal(got.id, c);
	begin(f, f->one);
	assert_ok(f, connection_forget(f->one, 1, c, &f->info));
	commit(f, f->one);
	assert_ok(f, connection_find(f->one, "north wind/bluesky", f->a, &got, &f->info));
	assert_int_equal(got.id, a);
}

static void connections__lists__filter(void **state)
{
	struct fixture *f = *state;
	int64_t one = fixture_brand(f, f->one, "one"), two = fixture_brand(f, f->one, "two");
	int64_t a = login(f, f->one, one, "a", "t", NULL);
	struct secret *refresh = secret_new("r", 1);
	struct connection_values v = {.refresh = refresh};
	struct connection_filter filter = {.platform = "x"};
	struct page_request all = {.limit = 50, .count = true};
	struct page p = {0};

	fixture_connection(f, f->one, two, "x", "b");
	fixture_connection(f, f->one, one, "x", "c");
	fixture_connection(f, f->two, fixture_brand(f, f->two, "three"), "x", "d");
	assert_ok(f, connections_page(f->one, &filter, &all, &p, &f->info));
	assert_int_equal(p.n, 2);
	assert_string_equal(p.connections[0].account, "c");
	page_free(&p);
	filter = (struct connection_filter){.brand_id = one, .statuses = 1u << CONN_CONNECTED};
	assert_ok(f, connections_page(f->one, &filter, &all, &p, &f->info));
	assert_int_equal(p.total, 2);
	page_free(&p);
	assert_ok(f,
		  connections_page(f->service, &(struct connection_filter){0}, &all, &p, &f->info));
	assert_int_equal(p.total, 4);
	page_free(&p);
	assert_ok(f, connections_to_refresh(f->service, 6000, &p, &f->info));
	assert_int_equal(p.n, 0);
	page_free(&p);
	begin(f, f->one);
	assert_ok(f, connection_update(f->one, 1, a, &v, false, &f->info));
	commit(f, f->one);
	assert_ok(f, connections_to_refresh(f->service, 5000, &p, &f->info));
	assert_int_equal(p.n, 0);
	page_free(&p);
	assert_ok(f, connections_to_refresh(f->service, 5001, &p, &f->info));
	assert_int_equal(p.n, 1);
	assert_int_equal(p.connections[0].id, a);
	page_free(&p);
	secret_free(&refresh);
}

static void sync_log__numbers_its_rows(void **state)
{
	struct fixture *f = *state;
	struct sync_note n = {.platform = "x", .op = "login", .at = 5, .outcome = "ok"};

	begin(f, f->one);
	assert_ok(f, sync_log_add(f->one, 1, &n, &f->info));
	assert_ok(f, sync_log_add(f->one, 1, &n, &f->info));
	n.connection_id = 9;
	assert_err(f, E_INVALID, sync_log_add(f->one, 1, &n, &f->info));
	store_rollback(f->one);
	begin(f, f->service);
	n.connection_id = 0;
	assert_ok(f, sync_log_add(f->service, 1, &n, &f->info));
	commit(f, f->service);
	assert_int_equal(fixture_number(f, f->one, "SELECT max(id) FROM {platform_sync_logs}"), 1);
}

/* ---- posts -------------------------------------------------------------------------- */

static struct media media(const char *name, char digit)
{
	struct media m = {
		.type = "image/png", .bytes = 10, .width = 4, .alt = "a tree", .name = name};

	memset(m.sha256, digit, 64);
	return m;
}

static void post__variants__replace_text_and_media(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind"), id = 0;
	struct media two[2] = {media("a.png", 'a'), media("b.png", 'b')}, one = media("c.png", 'c');
	struct post p = {.brand_id = brand,
			 .text = "Für alle\n\tZeile",
			 .title = "T",
			 .media = two,
			 .n_media = 2};
	struct post got;

	begin(f, f->one);
	assert_ok(f, post_add(f->one, &p, &id, &f->info));
	assert_ok(f, post_variant_set(f->one, id, "x", "short", NULL, 0, &f->info));
	assert_ok(f, post_variant_set(f->one, id, "bluesky", "blue", &one, 1, &f->info));
	assert_ok(f, post_variant_set(f->one, id, "bluesky", "bluer", &one, 1, &f->info));
	assert_err(f, E_NOT_FOUND, post_variant_set(f->one, 99, "x", "text", NULL, 0, &f->info));
	commit(f, f->one);
	assert_ok(f, post_get(f->one, 1, id, NULL, f->a, &got, &f->info));
	assert_string_equal(got.text, "Für alle\n\tZeile");
	assert_int_equal(got.n_media, 2);
	assert_string_equal(got.media[1].name, "b.png");
	assert_int_equal(got.media[1].width, 4);
	assert_ok(f, post_get(f->service, 1, id, "x", f->a, &got, &f->info));
	assert_string_equal(got.text, "short");
	assert_string_equal(got.title, "T");
	assert_int_equal(got.n_media, 2);
	assert_ok(f, post_get(f->one, 1, id, "bluesky", f->a, &got, &f->info));
	assert_string_equal(got.text, "bluer");
	assert_int_equal(got.n_media, 1);
	assert_string_equal(got.media[0].name, "c.png");
}

static void post__text__is_kept_as_written_or_refused(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind"), id = 0;
	static const char *const bad[] = {"bell \a",  "esc \x1b[2J", "c1 \xc2\x9b",
					  "utf \xff", "del \x7f",    "cut \xe2\x82"};
	struct post p = {.brand_id = brand};

	begin(f, f->one);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		p.text = bad[i];
		assert_err(f, E_INVALID, post_add(f->one, &p, &id, &f->info));
	}
	p.text = "x";
	p.brand_id = 9;
	assert_err(f, E_NOT_FOUND, post_add(f->one, &p, &id, &f->info));
	commit(f, f->one);
	assert_int_equal(id, 0);
}

static void post__edit__ends_with_the_first_claim(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind");
	int64_t conn = fixture_connection(f, f->one, brand, "x", "a");
	int64_t job = fixture_job(f, f->one, brand, conn, JOB_DRAFT, 1);
	struct media m = media("a.png", 'a');
	struct post p = {.id = 1, .text = "better", .media = &m, .n_media = 1};
	struct job j;

	begin(f, f->one);
	assert_ok(f, post_edit(f->one, &p, &f->info));
	commit(f, f->one);
	assert_ok(f, job_get(f->one, 1, job, f->a, &j, &f->info));
	assert_string_equal(j.text, "better");
	assert_int_equal(j.n_media, 1);
	begin(f, f->service);
	assert_ok(f, store_test_exec(f->service, "UPDATE publishing_jobs SET attempts=1", NULL,
				     &f->info));
	commit(f, f->service);
	begin(f, f->one);
	assert_err(f, E_STATE, post_edit(f->one, &p, &f->info));
	assert_err(f, E_STATE, post_variant_set(f->one, 1, "x", "y", NULL, 0, &f->info));
	store_rollback(f->one);
}

static void post__duplicate__looks_at_connection_time_and_state(void **state)
{
	struct fixture *f = *state;
	int64_t brand = fixture_brand(f, f->one, "northwind"), post = 0, job = 0, found = -1,
		now = clock_wall_ms();
	int64_t conn = fixture_connection(f, f->one, brand, "x", "a"),
		other = fixture_connection(f, f->one, brand, "x", "b");
	struct media m = media("a.png", 'a');
	struct post p = {.brand_id = brand, .text = "same", .media = &m, .n_media = 1}, q = p;
	struct job_values v = {.connection_id = conn, .status = JOB_DRAFT};
	struct transition t = {.to = JOB_CANCELLED, .failures = -1, .crashes = -1};
	char hash[65], hash2[65];

	post_hash(&p, hash);
	q.n_media = 0;
	post_hash(&q, hash2);
	assert_string_not_equal(hash, hash2);
	v.content_hash = hash;
	begin(f, f->one);
	assert_ok(f, post_add(f->one, &p, &post, &f->info));
	v.post_id = post;
	assert_ok(f, job_add(f->one, &v, &job, &f->info));
	assert_ok(f, post_duplicate(f->one, conn, hash, now - 1000, &found, &f->info));
	assert_int_equal(found, job);
	assert_ok(f, post_duplicate(f->one, other, hash, now - 1000, &found, &f->info));
	assert_int_equal(found, 0);
	assert_ok(f, post_duplicate(f->one, conn, hash2, now - 1000, &found, &f->info));
	assert_int_equal(found, 0);
	assert_ok(f, post_duplicate(f->one, conn, hash, now + 60000, &found, &f->info));
	assert_int_equal(found, 0);
	assert_ok(f, job_transition(f->one, 1, job, &t, &f->info));
	assert_ok(f, post_duplicate(f->one, conn, hash, now - 1000, &found, &f->info));
	assert_int_equal(found, 0);
	commit(f, f->one);
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

static void admin__check__finds_modes_orphans_and_definitions(void **state)
{
	struct fixture *f = *state;
	char *head = fs_join(f->dir, "head");
	struct problems p = {0};

	assert_ok(f, admin_check(f->service, note_problem, &p, &f->info));
	if (p.n)
		fail_msg("%s", p.last);
	assert_ok(f, admin_quick_check(f->service, &f->info));
	assert_int_equal(chmod(head, 0644), 0);
	assert_ok(f, admin_check(f->service, note_problem, &p, &f->info));
	assert_int_equal(p.n, 1);
	assert_non_null(strstr(p.last, "file.mode"));
	assert_int_equal(chmod(head, 0600), 0);
	fixture_close(f);
	fixture_raw(f, "CREATE INDEX extra ON posts (text)");
	fixture_raw(
		f,
		"INSERT INTO posts (tenant_id, id, brand_id, text, created_at, updated_at) VALUES (1,1,77,'',1,1)");
	assert_ok(f, fixture_open(f, &f->w));
	fixture_open_stores(f);
	p.n = 0;
	assert_ok(f, admin_check(f->service, note_problem, &p, &f->info));
	assert_int_equal(p.n, 2);
	xfree(&head);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(tenant__names__are_valid_and_unique),
		WITH(brand__edit__changes_what_is_given),
		WITH(brand__archive__waits_for_its_jobs),
		WITH(brands__page__goes_by_name),
		WITH(connection__again__keeps_its_number),
		WITH(connection__update__leaves_what_is_not_given),
		WITH(secret__moved__does_not_open),
		WITH(secret__stored__is_in_no_file),
		WITH(secret__with_the_key_lost__is_locked_not_gone),
		WITH(secret__of_a_rolled_back_key__is_sealed_anew),
		WITH(status__is_logged_when_it_changes),
		WITH(connection__find__takes_numbers_and_paths),
		WITH(connections__lists__filter),
		WITH(sync_log__numbers_its_rows),
		WITH(post__variants__replace_text_and_media),
		WITH(post__text__is_kept_as_written_or_refused),
		WITH(post__edit__ends_with_the_first_claim),
		WITH(post__duplicate__looks_at_connection_time_and_state),
		WITH(admin__check__finds_modes_orphans_and_definitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
