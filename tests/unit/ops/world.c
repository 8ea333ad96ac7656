/* tests/unit/ops/world.c - an application on a workspace of its own, with brands and accounts. */
#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "http/transport.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/store.h"
#include "vault/vault.h"

const unsigned char world_png[] = {0x89, 'P', 'N', 'G',  '\r', '\n', 0x1a, '\n', 0,    0, 0, 13,
				   'I',  'H', 'D', 'R',  0,    0,    0,    1,    0,    0, 0, 1,
				   8,    6,   0,   0,    0,    0x1f, 0x15, 0xc4, 0x89, 0, 0, 0,
				   13,   'I', 'D', 'A',  'T',  0x78, 0x9c, 0x63, 0x60, 0, 0, 0,
				   2,    0,   1,   0xe2, 0x21, 0xbc, 0x33, 0,    0,    0, 0, 'I',
				   'E',  'N', 'D', 0xae, 0x42, 0x60, 0x82};
const size_t world_png_bytes = sizeof(world_png);

void world_expect(enum err want, enum err got, const struct err_info *info, const char *call,
		  const char *file, int line)
{
	if (want == got)
		return;
	print_error("%s:%d: %s gave %s%s%s, not %s\n", file, line, call, err_name(got),
		    got ? ": " : "", got ? info->text : "", err_name(want));
	_fail(file, line);
}

void world_says(const char *text, const char *part, const char *file, int line)
{
	if (strstr(text, part))
		return;
	print_error("%s:%d: \"%s\" does not say \"%s\"\n", file, line, text, part);
	_fail(file, line);
}

static void open_app(struct world *w, const char *const *overrides, size_t n, bool readonly)
{
	struct app_options o = {.overrides = overrides,
				.n_overrides = n,
				.readonly = readonly,
				.operator_name = "tester"};

	assert_ok(w, app_new(&o, &w->app, &w->info));
	assert_ok(w, app_open_workspace(w->app, &w->info));
	assert_ok(w, ops_open(w->app, true, readonly, &w->ops, &w->info));
}

int world_setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	char *path;

	json_global_init();
	if (vault_global_init(&w->info) || http_global_init(&w->info))
		return -1;
	strcpy(w->top, "/tmp/masthead-ops-XXXXXX");
	if (!mkdtemp(w->top))
		return -1;
	path = xasprintf("%s/config", w->top);
	setenv("XDG_CONFIG_HOME", path, 1);
	xfree(&path);
	path = xasprintf("%s/workspace", w->top);
	setenv("MASTHEAD_WORKSPACE", path, 1);
	xfree(&path);
	w->a = arena_new();
	open_app(w, NULL, 0, false);
	*state = w;
	return 0;
}

void world_reopen(struct world *w, const char *const *overrides, size_t n, bool readonly)
{
	ops_close(&w->ops);
	app_free(&w->app);
	open_app(w, overrides, n, readonly);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;
	int r;

	ops_close(&w->ops);
	app_free(&w->app);
	arena_free(&w->a);
	r = nftw(w->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	xfree(&w);
	return r;
}

const char *world_file(struct world *w, const char *name, const void *bytes, size_t n)
{
	const char *path = arena_printf(w->a, "%s/%s", w->top, name);

	assert_ok(w, fs_write_atomic(path, bytes, n, 0600, false, &w->info));
	return path;
}

int64_t world_brand(struct world *w, const char *name, const char *zone)
{
	struct brand_request r = {.name = name, .timezone = zone};
	struct brand b;

	assert_ok(w, ops_brand_add(w->ops, &r, w->a, &b, &w->info));
	return b.id;
}

int64_t world_connection(struct world *w, int64_t brand, const char *platform, const char *account)
{
	struct secret *token = secret_new("token", 5);
	struct connection_values v = {
		.brand_id = brand,
		.platform = platform,
		.account = account,
		.account_id = arena_printf(w->a, "id:%s", account),
		.server = "https://example.test",
		.access = token,
		.refresh = token,
	};
	int64_t id = 0;

	assert_ok(w, store_begin(w->ops->store, &w->info));
	assert_ok(w, connection_store(w->ops->store, &v, &id, NULL, &w->info));
	assert_ok(w, store_commit(w->ops->store, &w->info));
	secret_free(&token);
	return id;
}

void world_set_status(struct world *w, int64_t connection, enum conn_status st)
{
	struct err_info why = {.code = E_TOKEN_REVOKED, .text = "the platform says so"};

	assert_ok(w, store_begin(w->ops->store, &w->info));
	assert_ok(w, connection_set_status(w->ops->store, w->ops->tenant_id, connection, st, &why,
					   0, &w->info));
	assert_ok(w, store_commit(w->ops->store, &w->info));
}

struct job world_job(struct world *w, const char *brand, const char *text, const char *at,
		     bool draft)
{
	struct draft d = {
		.brand = brand, .text = text, .at = at, .as_draft = draft, .allow_duplicate = true};
	struct publish_report r;
	struct job_detail detail;
	int64_t id;

	assert_ok(w, ops_publish(w->ops, &d, false, &r, &w->info));
	assert_true(r.n_jobs > 0);
	id = r.jobs[0].id;
	publish_report_free(&r);
	assert_ok(w, ops_job_show(w->ops, id, w->a, &detail, &w->info));
	return detail.job;
}

/* ---- the publisher's part ------------------------------------------------ */

static void make_key(void *self, const char *platform, int64_t now_ms, char *out, size_t size)
{
	(void)self;
	(void)platform;
	snprintf(out, size, "key-%lld", (long long)now_ms);
}

/* Claims the job in the service scope, marks it sent and ends it so. */
static void drive(struct world *w, int64_t job, const struct attempt_end *end,
		  const struct transition *t)
{
	struct job_filter only = {.ids = &job, .n_ids = 1};
	struct claim_request r = {.now_ms = clock_wall_ms() + 1,
				  .limit = 1,
				  .make_key = make_key,
				  .only = &only,
				  .only_tenant = w->ops->tenant_id};
	struct store *s = NULL;
	struct claim c;
	size_t n = 0;

	assert_ok(w, app_service_store(w->app, &s, &w->info));
	assert_ok(w, store_begin(s, &w->info));
	assert_ok(w, jobs_claim(s, &r, w->a, &c, &n, &w->info));
	assert_int_equal(n, 1);
	assert_ok(w, attempt_sent(s, w->ops->tenant_id, job, c.attempt, r.now_ms, r.now_ms + 30000,
				  NULL, &w->info));
	assert_ok(w, attempt_finish(s, w->ops->tenant_id, job, c.attempt, end, t, &w->info));
	assert_ok(w, store_commit(s, &w->info));
	store_close(&s);
}

void world_fail(struct world *w, int64_t job)
{
	struct err_info why = {.code = E_REJECTED, .text = "no thanks"};
	struct attempt_end end = {.outcome = OUTCOME_PERMANENT, .finished_at = clock_wall_ms() + 2};
	struct transition t = {.to = JOB_FAILED,
			       .action = "job.fail",
			       .failures = -1,
			       .crashes = -1,
			       .error = &why,
			       .error_class = CLASS_PERMANENT};

	drive(w, job, &end, &t);
}

void world_publish(struct world *w, int64_t job)
{
	struct attempt_end end = {.outcome = OUTCOME_PUBLISHED, .finished_at = clock_wall_ms() + 2};
	struct transition t = {.to = JOB_PUBLISHED,
			       .action = "job.publish",
			       .failures = -1,
			       .crashes = -1,
			       .remote_id = "remote",
			       .published_at = clock_wall_ms() + 2};

	drive(w, job, &end, &t);
}

void world_unknown(struct world *w, int64_t job, int64_t settle_at)
{
	struct err_info why = {.code = E_UNKNOWN_OUTCOME, .text = "the answer was lost"};
	struct attempt_end end = {.outcome = OUTCOME_UNKNOWN,
				  .finished_at = clock_wall_ms() + 2,
				  .settle_at = settle_at};
	struct transition t = {.to = JOB_UNKNOWN,
			       .action = "job.unknown",
			       .failures = -1,
			       .crashes = -1,
			       .error = &why,
			       .error_class = CLASS_UNKNOWN};

	drive(w, job, &end, &t);
}
