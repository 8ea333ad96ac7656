/* Opening, tenants, brands; status, triage, check and the log's proof on a small workspace. */
#include "world.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/thread.h"

static void ops_open__several_tenants__must_be_named(void **state)
{
	struct world *w = *state;
	struct app_options o = {.tenant = "second"};
	struct ops *service = NULL, *x = NULL;
	struct app *app = NULL;
	struct tenant t;

	assert_ok(w, ops_open(w->app, false, false, &service, &w->info));
	assert_ok(w, ops_tenant_add(service, "second", w->a, &t, &w->info));
	assert_string_equal(t.name, "second");
	assert_err(w, E_EXISTS, ops_tenant_add(service, "second", w->a, &t, &w->info));
	assert_err(w, E_INVALID, ops_tenant_add(service, "a/b", w->a, &t, &w->info));
	assert_err(w, E_USAGE, ops_open(w->app, true, false, &x, &w->info));
	assert_says(w, "default, second");
	assert_null(x);
	assert_ok(w, app_new(&o, &app, &w->info));
	assert_ok(w, ops_open(app, true, false, &x, &w->info));
	assert_string_equal(ops_tenant(x), "second");
	ops_close(&x);
	app_free(&app);
	assert_ok(w, ops_tenant_archive(service, "second", w->a, &t, &w->info));
	assert_ok(w, ops_open(w->app, true, false, &x, &w->info));
	assert_string_equal(ops_tenant(x), "default");
	assert_err(w, E_SCOPE, ops_tenant_add(x, "third", w->a, &t, &w->info));
	ops_close(&x);
	ops_close(&service);
}

static void app_new__no_create__finds_nothing(void **state)
{
	struct world *w = *state;
	struct app_options o = {.workspace = arena_printf(w->a, "%s/none", w->top),
				.no_create = true};
	struct app *app = NULL;

	assert_ok(w, app_new(&o, &app, &w->info));
	assert_err(w, E_NOT_FOUND, app_open_workspace(app, &w->info));
	assert_int_not_equal(access(o.workspace, F_OK), 0);
	app_free(&app);
}

static void ops_brand__values__are_checked_and_kept(void **state)
{
	struct world *w = *state;
	struct brand_request bad_zone = {.name = "x", .timezone = "Nowhere"},
			     bad_color = {.name = "x", .color = "pink"},
			     bad_late = {.name = "x", .catch_up = "soon"}, digits = {.name = "123"},
			     nothing = {0},
			     good = {.name = "acme",
				     .timezone = "Asia/Tokyo",
				     .catch_up = "hold",
				     .color = "red"},
			     edit = {.name = "Acme", .catch_up = "15"};
	struct brand b;

	assert_err(w, E_INVALID, ops_brand_add(w->ops, &bad_zone, w->a, &b, &w->info));
	assert_err(w, E_INVALID, ops_brand_add(w->ops, &bad_color, w->a, &b, &w->info));
	assert_err(w, E_INVALID, ops_brand_add(w->ops, &bad_late, w->a, &b, &w->info));
	assert_err(w, E_INVALID, ops_brand_add(w->ops, &digits, w->a, &b, &w->info));
	assert_err(w, E_USAGE, ops_brand_add(w->ops, &nothing, w->a, &b, &w->info));
	assert_ok(w, ops_brand_add(w->ops, &good, w->a, &b, &w->info));
	assert_int_equal(b.catch_up_min, CATCH_UP_HOLD);
	assert_string_equal(b.timezone, "Asia/Tokyo");
	assert_err(w, E_EXISTS, ops_brand_add(w->ops, &good, w->a, &b, &w->info));
	assert_err(w, E_USAGE, ops_brand_edit(w->ops, "acme", &nothing, w->a, &b, &w->info));
	assert_ok(w, ops_brand_edit(w->ops, "acme", &edit, w->a, &b, &w->info));
	assert_string_equal(b.name, "Acme");
	assert_int_equal(b.catch_up_min, 15);
	assert_string_equal(b.color, "red");
	assert_ok(w, ops_brand_archive(w->ops, "Acme", w->a, &b, &w->info));
	assert_true(b.archived);
	assert_err(w, E_STATE, ops_brand_archive(w->ops, "Acme", w->a, &b, &w->info));
}

static void ops_status__trouble__is_said(void **state)
{
	struct world *w = *state;
	int64_t c = world_connection(w, world_brand(w, "northwind", "UTC"), "bluesky",
				     "alice.test");
	struct status st;
	struct job j;

	assert_ok(w, ops_status(w->ops, true, w->a, &st, &w->info));
	assert_true(st.healthy);
	assert_false(st.publisher_running);
	j = world_job(w, "northwind", "x", NULL, false);
	assert_ok(w, ops_status(w->ops, true, w->a, &st, &w->info));
	assert_true(st.healthy); /* due, but not for a minute yet */
	assert_int_equal(st.due, 1);
	assert_int_equal(st.jobs[JOB_PENDING], 1);
	world_unknown(w, j.id, 0);
	assert_ok(w, ops_status(w->ops, false, w->a, &st, &w->info));
	assert_false(st.healthy);
	assert_true(st.oldest_unknown > 0);
	world_set_status(w, c, CONN_EXPIRED);
	assert_ok(w, ops_status(w->ops, false, w->a, &st, &w->info));
	assert_int_equal(st.n_attention, 1);
	assert_int_equal(st.n_reasons, 2);
	assert_non_null(strstr(st.reasons[0], "northwind/bluesky/@alice.test is expired"));
}

static void ops_triage__what_needs_a_decision__is_listed(void **state)
{
	struct world *w = *state;
	int64_t c = world_connection(w, world_brand(w, "northwind", "UTC"), "bluesky",
				     "alice.test");
	struct triage t = {0};
	struct job j;

	assert_ok(w, ops_triage(w->ops, &t, &w->info));
	assert_int_equal(t.missed.n + t.unknown.n + t.interrupted.n + t.expiring.n, 0);
	triage_free(&t);
	j = world_job(w, "northwind", "x", NULL, false);
	world_unknown(w, j.id, 0);
	world_job(w, "northwind", "y", "+1h", false);
	world_set_status(w, c, CONN_REVOKED);
	assert_ok(w, ops_triage(w->ops, &t, &w->info));
	assert_int_equal(t.unknown.n, 1);
	assert_int_equal(t.expiring.n, 1);
	assert_int_equal(t.missed.n + t.interrupted.n, 0);
	triage_free(&t);
}

static void ops_check__sound_workspace__is_ok(void **state)
{
	struct world *w = *state;
	struct json *out = NULL;

	world_connection(w, world_brand(w, "northwind", "UTC"), "bluesky", "alice.test");
	world_job(w, "northwind", "x", NULL, false);
	assert_ok(w, ops_check(w->ops, false, false, &out, &w->info));
	assert_true(json_bool(out, "ok", false));
	assert_int_equal(json_len(json_get(out, "problems")), 0);
	assert_int_equal(json_int(json_get(out, "checked"), "jobs", -1), 1);
	json_free(&out);
	assert_ok(w, ops_check(w->ops, false, true, &out, &w->info));
	json_free(&out);
	assert_ok(w, ops_log_verify(w->ops, &out, &w->info));
	assert_true(json_bool(out, "ok", false));
	assert_string_equal(json_as_str(json_at(out, "chains.0.tenant")), "default");
	json_free(&out);
}

static void ops_recover__dry__counts_the_future(void **state)
{
	struct world *w = *state;
	struct recovery r = {0};

	world_connection(w, world_brand(w, "northwind", "UTC"), "bluesky", "alice.test");
	world_job(w, "northwind", "x", NULL, false);
	world_job(w, "northwind", "y", "+1h", false);
	assert_ok(w, ops_recover(w->ops, true, &r, &w->info));
	assert_int_equal(r.due, 1);
	assert_int_equal(r.future, 1);
	assert_int_equal(r.interrupted, 0);
	assert_ok(w, ops_recover(w->ops, false, &r, &w->info));
}

static void ops_platforms__facts__as_json(void **state)
{
	struct world *w = *state;
	struct json *out = NULL;

	assert_ok(w, ops_platforms(w->app, "bluesky", &out, &w->info));
	assert_string_equal(json_str(out, "name"), "bluesky");
	assert_int_equal(json_int(json_get(out, "limits"), "text", 0), 300);
	assert_string_equal(json_str(out, "settling"), "key");
	assert_string_equal(json_as_str(json_at(out, "logins.0")), "app-password");
	json_free(&out);
	assert_ok(w, ops_platforms(w->app, NULL, &out, &w->info));
	assert_int_equal(json_int(out, "total", 0), (int64_t)json_len(json_get(out, "platforms")));
	json_free(&out);
	assert_err(w, E_NOT_FOUND, ops_platforms(w->app, "myspace", &out, &w->info));
}

static void ops_connect__what_cannot_be__is_said_before_any_network(void **state)
{
	struct world *w = *state;
	struct connect_request r = {.brand = "northwind",
				    .platform = "bluesky",
				    .handle = "@alice.test",
				    .secret_fd = -1,
				    .token_fd = -1,
				    .client_secret_fd = -1};
	struct connection c;
	bool again;

	assert_err(w, E_NOT_FOUND, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	world_brand(w, "northwind", "UTC");
	assert_err(w, E_USAGE, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	r.secret = "xxxx";
	r.server = "http://example.test";
	assert_err(w, E_INVALID, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	r.server = NULL;
	r.handle = NULL;
	assert_err(w, E_USAGE, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	r.platform = "myspace";
	assert_err(w, E_NOT_FOUND, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	world_reopen(w, NULL, 0, true);
	assert_err(w, E_READONLY, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
}

static void ops_connect__server_is_down__leaves_a_trace(void **state)
{
	struct world *w = *state;
	struct connect_request r = {.brand = "northwind",
				    .platform = "bluesky",
				    .handle = "alice.test",
				    .secret = "xxxx",
				    .server = "http://127.0.0.1:1",
				    .secret_fd = -1,
				    .token_fd = -1,
				    .client_secret_fd = -1};
	struct log_filter f = {.action = "connection.connect"};
	struct page_request first = {.limit = 10};
	struct connection c;
	struct page p = {0};
	bool again;

	world_brand(w, "northwind", "UTC");
	assert_err(w, E_NETWORK, ops_connect(w->ops, &r, w->a, &c, &again, &w->info));
	assert_says(w, "northwind");
	assert_ok(w, ops_log(w->ops, &f, &first, &p, &w->info));
	assert_int_equal(p.n, 1);
	assert_string_equal(p.entries[0].outcome, "failed");
	assert_string_equal(p.entries[0].code, "E_NETWORK");
	page_free(&p);
}

/* Waits, looking again, until the publisher's thread has come so far. */
static bool reaches(struct world *w, const char *phase)
{
	int64_t end = clock_mono_ms() + 20000;
	struct publisher_view v;

	do {
		app_publisher_view(w->app, &v);
		if (!strcmp(v.phase, phase))
			return true;
		app_publisher_wake(w->app);
		poll(NULL, 0, 5);
	} while (clock_mono_ms() < end);
	return false;
}

static void app_publisher__start_and_stop__is_seen(void **state)
{
	struct world *w = *state;
	struct publisher_view v;
	struct recovery r;
	struct status st;

	app_publisher_view(w->app, &v);
	assert_string_equal(v.phase, "stopped");
	assert_ok(w, app_publisher_start(w->app, "console", &w->info));
	assert_ok(w, app_publisher_start(w->app, "console", &w->info));
	assert_true(reaches(w, "running"));
	assert_ok(w, ops_status(w->ops, false, w->a, &st, &w->info));
	assert_true(st.publisher_running);
	assert_true(st.publisher_own);
	assert_string_equal(st.publisher_how, "console");
	assert_err(w, E_PUBLISHER_BUSY, ops_recover(w->ops, false, &r, &w->info));
	app_publisher_stop(w->app);
	app_publisher_stop(w->app);
	app_publisher_view(w->app, &v);
	assert_string_equal(v.phase, "stopped");
	assert_ok(w, ops_status(w->ops, false, w->a, &st, &w->info));
	assert_false(st.publisher_running);
	assert_ok(w, ops_recover(w->ops, false, &r, &w->info));
}

/* The worker wakes the publisher while main starts and stops it. */
static void keep_waking(void *arg)
{
	struct world *w = arg;
	struct publisher_view v;

	for (int i = 0; i < 2000; i++) {
		app_publisher_wake(w->app);
		app_publisher_view(w->app, &v);
	}
}

static void app_publisher__woken_from_another_thread__is_safe(void **state)
{
	struct world *w = *state;
	struct thread *t = NULL;

	assert_ok(w, thread_start(&t, "waker", keep_waking, w, &w->info));
	for (int i = 0; i < 3; i++) {
		assert_ok(w, app_publisher_start(w->app, "console", &w->info));
		app_publisher_stop(w->app);
	}
	thread_join(&t);
}

static void ops_publish_wait__nothing_left_to_wait_for__ends(void **state)
{
	struct world *w = *state;
	struct job j;

	world_connection(w, world_brand(w, "northwind", "UTC"), "bluesky", "alice.test");
	j = world_job(w, "northwind", "x", NULL, false);
	world_fail(w, j.id);
	assert_ok(w, ops_publish_wait(w->ops, &j.id, 1, 1000, NULL, -1, &w->info));
	j = world_job(w, "northwind", "y", "+1h", false);
	assert_err(w, E_TIMEOUT, ops_publish_wait(w->ops, &j.id, 1, 50, NULL, -1, &w->info));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(ops_open__several_tenants__must_be_named),
		WITH(app_new__no_create__finds_nothing),
		WITH(ops_brand__values__are_checked_and_kept),
		WITH(ops_status__trouble__is_said),
		WITH(ops_triage__what_needs_a_decision__is_listed),
		WITH(ops_check__sound_workspace__is_ok),
		WITH(ops_recover__dry__counts_the_future),
		WITH(ops_platforms__facts__as_json),
		WITH(ops_connect__what_cannot_be__is_said_before_any_network),
		WITH(ops_connect__server_is_down__leaves_a_trace),
		WITH(app_publisher__start_and_stop__is_seen),
		WITH(app_publisher__woken_from_another_thread__is_safe),
		WITH(ops_publish_wait__nothing_left_to_wait_for__ends),
	};

	return cmocka_run_group_tests_name("ops/health", tests, NULL, NULL);
}
