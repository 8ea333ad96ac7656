/* Publishing: targets, validation, times, duplicates; all or nothing. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/when.h"

static struct publish_report report;

static enum err publish(struct world *w, const struct draft *d)
{
	publish_report_free(&report);
	return ops_publish(w->ops, d, false, &report, &w->info);
}

static enum err rehearse(struct world *w, const struct draft *d)
{
	publish_report_free(&report);
	return ops_publish(w->ops, d, true, &report, &w->info);
}

static int64_t count_jobs(struct world *w)
{
	struct job_filter f = {0};
	struct page_request r = {.limit = 100, .count = true};
	struct page p = {0};
	int64_t n;

	assert_ok(w, ops_jobs(w->ops, &f, JOB_SORT_ID, &r, &p, &w->info));
	n = (int64_t)p.n;
	page_free(&p);
	return n;
}

static int set_up(void **state)
{
	int r = world_setup(state);
	struct world *w = *state;
	int64_t b;

	if (r)
		return r;
	b = world_brand(w, "northwind", "Europe/Berlin");
	world_connection(w, b, "bluesky", "alice.test");
	world_connection(w, b, "bluesky", "bob.test");
	b = world_brand(w, "acme", "UTC");
	world_connection(w, b, "bluesky", "acme.test");
	return 0;
}

static int tear_down(void **state)
{
	publish_report_free(&report);
	return world_teardown(state);
}

static void ops_publish__brand_alone__goes_to_all_its_accounts(void **state)
{
	struct world *w = *state;
	struct draft d = {.brand = "northwind", .text = "hello"};

	assert_ok(w, publish(w, &d));
	assert_true(report.valid);
	assert_int_equal(report.n_jobs, 2);
	assert_int_equal(report.jobs[0].status, JOB_PENDING);
	assert_string_equal(report.jobs[0].account, "alice.test");
	assert_string_equal(report.jobs[1].account, "bob.test");
	assert_int_equal(report.jobs[0].post_id, report.jobs[1].post_id);
	assert_int_equal(report.jobs[0].max_retries, 3);
	assert_int_equal(count_jobs(w), 2);
}

static void ops_publish__named_accounts__go_to_these_once(void **state)
{
	struct world *w = *state;
	const char *const conns[] = {"northwind/bluesky/@bob.test", "2"},
			  *const other[] = {"acme/bluesky"}, *const vague[] = {"northwind/bluesky"};
	struct draft d = {
		.brand = "northwind", .text = "hello", .connections = conns, .n_connections = 2};

	assert_ok(w, publish(w, &d));
	assert_int_equal(report.n_jobs, 1);
	assert_string_equal(report.jobs[0].account, "bob.test");
	d = (struct draft){
		.text = "without the brand's name", .connections = conns, .n_connections = 1};
	assert_ok(w, publish(w, &d));
	assert_string_equal(report.jobs[0].brand, "northwind");
	d = (struct draft){
		.brand = "northwind", .text = "x", .connections = other, .n_connections = 1};
	assert_err(w, E_INVALID, publish(w, &d));
	assert_says(w, "acme/bluesky/@acme.test is not an account of northwind");
	d.connections = vague;
	assert_err(w, E_AMBIGUOUS, publish(w, &d));
}

static void ops_publish__what_fits_nothing__stores_nothing(void **state)
{
	struct world *w = *state;
	const char *const platform[] = {"blusky"}, *const option[] = {"nonsense"};
	struct draft none = {.text = "x"}, unknown = {.brand = "nobody", .text = "x"};
	struct draft bad_platform = {
		.brand = "acme", .text = "x", .platforms = platform, .n_platforms = 1};
	struct draft bad_option = {.brand = "acme", .text = "x", .options = option, .n_options = 1};

	assert_err(w, E_USAGE, publish(w, &none));
	assert_err(w, E_NOT_FOUND, publish(w, &unknown));
	assert_err(w, E_NOT_FOUND, publish(w, &bad_platform));
	assert_says(w, "bluesky");
	assert_err(w, E_USAGE, publish(w, &bad_option));
	assert_int_equal(count_jobs(w), 0);
	assert_int_equal(report.post_id, 0);
}

static void ops_publish__disconnected_account__is_left_out_or_refused(void **state)
{
	struct world *w = *state;
	const char *const named[] = {"northwind/bluesky/@alice.test"};
	struct draft d = {.brand = "northwind", .text = "x"};

	world_set_status(w, 1, CONN_DISCONNECTED);
	assert_ok(w, publish(w, &d));
	assert_int_equal(report.n_jobs, 1);
	d.connections = named;
	d.n_connections = 1;
	assert_err(w, E_STATE, publish(w, &d));
	world_set_status(w, 2, CONN_DISCONNECTED);
	d.n_connections = 0;
	assert_err(w, E_STATE, publish(w, &d));
	assert_says(w, "every account of northwind is disconnected");
}

static void ops_publish__text_too_long__says_platform_field_and_numbers(void **state)
{
	struct world *w = *state;
	char text[302];
	struct draft d = {.brand = "northwind", .text = text};

	memset(text, 'x', 301);
	text[301] = 0;
	assert_err(w, E_TOO_LONG, publish(w, &d));
	assert_says(w, "northwind/bluesky/@alice.test: text");
	assert_says(w, "limit 300, actual 301");
	assert_false(report.valid);
	assert_int_equal(report.n_targets, 2);
	assert_int_equal(report.targets[1].problems[0].limit, 300);
	assert_int_equal(report.targets[1].problems[0].actual, 301);
	assert_int_equal(report.targets[1].measured, 301);
	assert_int_equal(count_jobs(w), 0);
	text[300] = 0;
	assert_ok(w, publish(w, &d));
}

static void ops_publish__rehearsal__shows_requests_and_stores_nothing(void **state)
{
	struct world *w = *state;
	struct draft good = {.brand = "acme", .text = "hello"},
		     empty = {.brand = "acme", .text = " "};
	struct strbuf b;

	assert_ok(w, rehearse(w, &good));
	assert_true(report.valid);
	assert_true(json_len(report.targets[0].requests) > 0);
	strbuf_init(&b, 1 << 20);
	json_write(&b, report.targets[0].requests, false);
	assert_non_null(strstr(b.data, "createRecord"));
	assert_non_null(strstr(b.data, "hello"));
	assert_null(strstr(b.data, "\"token\""));
	strbuf_free(&b);
	assert_ok(w, rehearse(w, &empty));
	assert_false(report.valid);
	assert_string_equal(report.targets[0].problems[0].field, "text");
	assert_int_equal(count_jobs(w), 0);
}

static void ops_publish__duplicate__is_refused_within_the_window(void **state)
{
	static const char *const no_window[] = {"duplicate.window=0"};
	struct world *w = *state;
	struct draft d = {.brand = "acme", .text = "the same"},
		     other = {.brand = "northwind", .text = "the same"};
	struct job j;

	assert_ok(w, publish(w, &d));
	assert_err(w, E_DUPLICATE, publish(w, &d));
	assert_says(w, "job 1 ");
	assert_ok(w, publish(w, &other));
	assert_ok(w, rehearse(w, &d));
	assert_false(report.valid);
	assert_string_equal(report.targets[0].problems[0].field, "duplicate");
	d.allow_duplicate = true;
	assert_ok(w, publish(w, &d));
	d.allow_duplicate = false;
	assert_ok(w, ops_job_act(w->ops, ACT_CANCEL, 1, NULL, false, w->a, &j, &w->info));
	assert_ok(w, ops_job_act(w->ops, ACT_CANCEL, 4, NULL, false, w->a, &j, &w->info));
	assert_ok(w, publish(w, &d));
	world_reopen(w, no_window, 1, false);
	assert_ok(w, publish(w, &d));
}

static void ops_publish__duplicate_of_one_target__stores_none(void **state)
{
	struct world *w = *state;
	const char *const one[] = {"2"};
	struct draft d = {
		.brand = "northwind", .text = "twice", .connections = one, .n_connections = 1};

	assert_ok(w, publish(w, &d));
	d.n_connections = 0;
	assert_err(w, E_DUPLICATE, publish(w, &d));
	assert_int_equal(count_jobs(w), 1);
}

static void ops_publish__times__are_of_the_brand(void **state)
{
	struct world *w = *state;
	struct draft d = {.brand = "northwind", .text = "winter", .at = "2099-12-01 09:00"};
	int64_t want;

	assert_int_equal(when_parse("2099-12-01T08:00:00Z", "UTC", 0, &want, NULL), OK);
	assert_ok(w, publish(w, &d));
	assert_int_equal(report.scheduled_at, want);
	assert_int_equal(report.jobs[0].status, JOB_SCHEDULED);
	assert_int_equal(report.jobs[0].scheduled_at, want);
	assert_int_equal(report.jobs[0].next_attempt_at, want);
	d.at = "2020-01-01 09:00";
	assert_err(w, E_PAST, publish(w, &d));
	d.at = "soonish";
	assert_err(w, E_INVALID, publish(w, &d));
	d.at = "2099-03-29 02:30";
	assert_err(w, E_INVALID, publish(w, &d));
	d.at = "+90m";
	d.text = "later";
	assert_ok(w, publish(w, &d));
	assert_in_range(report.scheduled_at, clock_wall_ms() + 89 * 60000,
			clock_wall_ms() + 90 * 60000);
}

static void ops_publish__draft_and_undo__wait_as_they_should(void **state)
{
	struct world *w = *state;
	struct draft d = {.brand = "acme", .text = "draft", .as_draft = true},
		     u = {.brand = "northwind", .text = "undo me", .with_undo = true};
	struct job_detail x;
	int64_t n = 0;

	assert_ok(w, publish(w, &d));
	assert_int_equal(report.jobs[0].status, JOB_DRAFT);
	assert_err(w, E_STATE, ops_undo(w->ops, &n, &w->info));
	assert_ok(w, publish(w, &u));
	assert_int_equal(report.jobs[0].wait, WAIT_UNDO);
	assert_in_range(report.jobs[0].next_attempt_at, clock_wall_ms() + 5000,
			clock_wall_ms() + 10000);
	assert_ok(w, ops_undo(w->ops, &n, &w->info));
	assert_int_equal(n, 2);
	assert_ok(w, ops_job_show(w->ops, 2, w->a, &x, &w->info));
	assert_int_equal(x.job.status, JOB_CANCELLED);
	assert_err(w, E_STATE, ops_undo(w->ops, &n, &w->info));
}

static void ops_publish__variant_and_media__reach_the_job(void **state)
{
	struct world *w = *state;
	struct draft_variant v = {.platform = "bluesky", .text = "for bluesky"};
	struct draft_media m = {world_file(w, "a.png", world_png, world_png_bytes), "a dot"};
	struct draft d = {.brand = "acme",
			  .text = "for all",
			  .variants = &v,
			  .n_variants = 1,
			  .media = &m,
			  .n_media = 1};
	struct job_detail x;

	assert_ok(w, publish(w, &d));
	assert_ok(w, ops_job_show(w->ops, 1, w->a, &x, &w->info));
	assert_string_equal(x.job.text, "for bluesky");
	assert_int_equal(x.job.n_media, 1);
	assert_string_equal(x.job.media[0].type, "image/png");
	assert_string_equal(x.job.media[0].alt, "a dot");
	assert_int_equal(x.measured, 11);
	assert_int_equal(x.limit, 300);
}

static void ops_publish__edited_job__counts_as_what_it_is_now(void **state)
{
	struct world *w = *state;
	struct draft old = {.brand = "acme", .text = "old words", .at = "+1h"};
	struct draft new = {.brand = "acme", .text = "new words", .at = "+1h"},
		     edit = {.text = "new words"};
	struct job j;

	assert_ok(w, publish(w, &old));
	assert_ok(w, ops_job_edit(w->ops, 1, &edit, w->a, &j, &w->info));
	assert_err(w, E_DUPLICATE, publish(w, &new));
	assert_ok(w, publish(w, &old));
}

static void ops_publish__readonly__is_refused(void **state)
{
	struct world *w = *state;
	struct draft d = {.brand = "acme", .text = "x"};

	world_reopen(w, NULL, 0, true);
	assert_err(w, E_READONLY, publish(w, &d));
	assert_ok(w, rehearse(w, &d));
}

static void ops_job_edit__text_and_time__change_until_claimed(void **state)
{
	struct world *w = *state;
	struct draft text = {.text = "new"}, time = {.at = "2099-01-01 00:00"},
		     away = {.brand = "acme"};
	const char *const bluesky[] = {"bluesky"}, *const mastodon[] = {"mastodon"};
	struct draft bad = {.text = ""}, same = {.brand = "northwind",
						 .platforms = bluesky,
						 .n_platforms = 1,
						 .text = "newer"};
	struct job j = world_job(w, "northwind", "old", "+1h", false);
	struct job_detail x;

	assert_ok(w, ops_job_edit(w->ops, j.id, &text, w->a, &j, &w->info));
	assert_string_equal(j.text, "new");
	assert_ok(w, ops_job_show(w->ops, j.id + 1, w->a, &x, &w->info));
	assert_string_equal(x.job.text, "new");
	assert_ok(w, ops_job_edit(w->ops, j.id, &time, w->a, &j, &w->info));
	assert_true(j.scheduled_at > clock_wall_ms() + (int64_t)86400000 * 365);
	assert_err(w, E_INVALID, ops_job_edit(w->ops, j.id, &bad, w->a, &j, &w->info));
	assert_err(w, E_USAGE, ops_job_edit(w->ops, j.id, &away, w->a, &j, &w->info));
	assert_ok(w, ops_job_edit(w->ops, j.id, &same, w->a, &j, &w->info));
	assert_string_equal(j.text, "newer");
	same.platforms = mastodon;
	assert_err(w, E_USAGE, ops_job_edit(w->ops, j.id, &same, w->a, &j, &w->info));
	j = world_job(w, "acme", "out", NULL, false);
	world_fail(w, j.id);
	assert_err(w, E_STATE, ops_job_edit(w->ops, j.id, &text, w->a, &j, &w->info));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(ops_publish__brand_alone__goes_to_all_its_accounts),
		WITH(ops_publish__named_accounts__go_to_these_once),
		WITH(ops_publish__what_fits_nothing__stores_nothing),
		WITH(ops_publish__disconnected_account__is_left_out_or_refused),
		WITH(ops_publish__text_too_long__says_platform_field_and_numbers),
		WITH(ops_publish__rehearsal__shows_requests_and_stores_nothing),
		WITH(ops_publish__duplicate__is_refused_within_the_window),
		WITH(ops_publish__duplicate_of_one_target__stores_none),
		WITH(ops_publish__times__are_of_the_brand),
		WITH(ops_publish__draft_and_undo__wait_as_they_should),
		WITH(ops_publish__variant_and_media__reach_the_job),
		WITH(ops_publish__edited_job__counts_as_what_it_is_now),
		WITH(ops_publish__readonly__is_refused),
		WITH(ops_job_edit__text_and_time__change_until_claimed),
	};

	return cmocka_run_group_tests_name("ops/publish", tests, NULL, NULL);
}
