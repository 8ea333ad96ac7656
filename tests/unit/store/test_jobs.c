/* tests/unit/store/test_jobs.c - every move of a job, claims, settling, counters. */
#include "fixture.h"

#define NOW ((int64_t)1800000000000)

static int64_t now_ms = NOW;

static int64_t wall(void)
{
	return now_ms;
}

static int64_t mono(void)
{
	return now_ms * 1000;
}

static const struct clock_source held = {wall, mono};

struct queue {
	struct fixture *f;
	int64_t brand, connection;
};

static struct queue *queue_new(void)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	now_ms = NOW;
	q->f = fixture_new();
	clock_set_source(&held);
	q->brand = fixture_brand(q->f, q->f->one, "northwind");
	q->connection = fixture_connection(q->f, q->f->one, q->brand, "bluesky", "alice.test");
	return q;
}

static int setup(void **state)
{
	*state = queue_new();
	return 0;
}

static int teardown(void **state)
{
	struct queue *q = *state;

	clock_set_source(NULL);
	fixture_free(&q->f);
	xfree(&q);
	return 0;
}

static void make_key(void *self, const char *platform, int64_t at, char *out, size_t size)
{
	int *n = self;

	(void)platform;
	(void)at;
	snprintf(out, size, "key-%d", ++*n);
}

static size_t claim(struct queue *q, int limit, struct claim *out)
{
	static int keys;
	struct claim_request r = {
		.now_ms = now_ms, .limit = limit, .make_key = make_key, .self = &keys};
	struct store *s = q->f->service;
	size_t n = 0;

	assert_ok(q->f, store_begin(s, &q->f->info));
	assert_ok(q->f, jobs_claim(s, &r, q->f->a, out, &n, &q->f->info));
	assert_ok(q->f, store_commit(s, &q->f->info));
	return n;
}

static enum err finish(struct queue *q, int64_t job, int64_t n, enum outcome outcome,
		       enum job_status to)
{
	struct attempt_end end = {.outcome = outcome, .finished_at = now_ms};
	struct transition t = {.to = to, .failures = -1, .crashes = -1, .next_attempt_at = now_ms};
	struct store *s = q->f->service;
	enum err e;

	if (to == JOB_PUBLISHED)
		t.remote_id = "at://did/post/1";
	if (to == JOB_HELD)
		t.hold_reason = HOLD_CRASHES;
	if (outcome == OUTCOME_UNKNOWN)
		end.settle_at = now_ms + 1000;
	assert_ok(q->f, store_begin(s, &q->f->info));
	e = attempt_finish(s, 1, job, n, &end, &t, &q->f->info);
	if (e)
		store_rollback(s);
	else
		assert_ok(q->f, store_commit(s, &q->f->info));
	return e;
}

static void mark_sent(struct queue *q, int64_t job, int64_t n)
{
	struct store *s = q->f->service;

	assert_ok(q->f, store_begin(s, &q->f->info));
	assert_ok(q->f,
		  attempt_sent(s, 1, job, n, now_ms, now_ms + 30000, "{\"step\":1}", &q->f->info));
	assert_ok(q->f, store_commit(s, &q->f->info));
}

static enum err move_to(struct queue *q, struct store *s, int64_t job, enum job_status to)
{
	struct transition t = {.to = to, .failures = -1, .crashes = -1};
	enum err e;

	if (to == JOB_HELD)
		t.hold_reason = HOLD_OPERATOR;
	if (to == JOB_PUBLISHED)
		t.remote_id = "at://did/post/1";
	assert_ok(q->f, store_begin(s, &q->f->info));
	e = job_transition(s, 1, job, &t, &q->f->info);
	if (e)
		store_rollback(s);
	else
		assert_ok(q->f, store_commit(s, &q->f->info));
	return e;
}

static struct job get(struct queue *q, int64_t id)
{
	struct job j;

	assert_ok(q->f, job_get(q->f->one, 1, id, q->f->a, &j, &q->f->info));
	return j;
}

struct problems {
	int n;
	bool repairable;
	char last[256];
};

static void note_problem(void *self, const char *code, const char *message, bool repairable)
{
	struct problems *p = self;

	p->n++;
	p->repairable = repairable;
	snprintf(p->last, sizeof(p->last), "%s: %s", code, message);
}

static void assert_sound(struct queue *q)
{
	struct problems p = {0};

	assert_ok(q->f, jobs_check(q->f->service, note_problem, &p, false, &q->f->info));
	if (p.n)
		fail_msg("%d problems, the last: %s", p.n, p.last);
}

/* A job brought into a state by the allowed ways alone. */
static int64_t job_in(struct queue *q, enum job_status st)
{
	struct claim c[1];
	int64_t id;

	if (st == JOB_DRAFT || st == JOB_SCHEDULED || st == JOB_PENDING)
		return fixture_job(q->f, q->f->one, q->brand, q->connection, st, now_ms + 5000);
	id = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 1000);
	if (st == JOB_CANCELLED || st == JOB_HELD) {
		assert_ok(q->f, move_to(q, q->f->one, id, st));
		return id;
	}
	assert_int_equal(claim(q, 1, c), 1);
	assert_int_equal(c[0].job.id, id);
	if (st == JOB_PROCESSING)
		return id;
	mark_sent(q, id, 1);
	assert_ok(q->f, finish(q, id, 1,
			       st == JOB_PUBLISHED ? OUTCOME_PUBLISHED
			       : st == JOB_UNKNOWN ? OUTCOME_UNKNOWN
						   : OUTCOME_PERMANENT,
			       st));
	return id;
}

/* Written from the design, not from the code: rows from, columns to, in the order of the words. */
static const char *const may_move[JOB_STATUS_COUNT] = {
	/*                 dspPpfuch   (d)raft (s)cheduled (p)ending (P)rocessing published failed unknown cancelled held */
	[JOB_DRAFT] = "yyy----y-",      [JOB_SCHEDULED] = "-yy----yy", [JOB_PENDING] = "-yyC---yy",
	[JOB_PROCESSING] = "--F-FFF-F", [JOB_PUBLISHED] = "---------", [JOB_FAILED] = "--y----y-",
	[JOB_UNKNOWN] = "--y-yy---",    [JOB_CANCELLED] = "---------", [JOB_HELD] = "-yy----yy",
};

static void job__transition__allows_exactly_the_designed_moves(void **state)
{
	struct queue *q = *state;

	for (int from = 0; from < JOB_STATUS_COUNT; from++) {
		for (int to = 0; to < JOB_STATUS_COUNT; to++) {
			int64_t id = job_in(q, (enum job_status)from);
			/* C and F: only by claiming and finishing. */
			bool want = may_move[from][to] == 'y';
			enum err e = move_to(q, q->f->one, id, (enum job_status)to);

			if (e != (want ? OK : E_STATE))
				fail_msg("%s -> %s gave %s", job_status_name(from),
					 job_status_name(to), err_name(e));
			assert_int_equal(get(q, id).status, want ? to : from);
			/* Out of the way of the claims that follow. */
			if (get(q, id).status == JOB_PROCESSING)
				assert_ok(q->f, finish(q, id, get(q, id).attempts,
						       OUTCOME_PERMANENT, JOB_FAILED));
			if (get(q, id).status == JOB_PENDING || get(q, id).status == JOB_SCHEDULED)
				assert_ok(q->f, move_to(q, q->f->one, id, JOB_CANCELLED));
		}
	}
	assert_sound(q);
}

static void attempt__finish__allows_exactly_the_designed_moves(void **state)
{
	static const enum outcome outcomes[JOB_STATUS_COUNT] = {
		[JOB_DRAFT] = OUTCOME_TRANSIENT,     [JOB_SCHEDULED] = OUTCOME_TRANSIENT,
		[JOB_PENDING] = OUTCOME_TRANSIENT,   [JOB_PROCESSING] = OUTCOME_TRANSIENT,
		[JOB_PUBLISHED] = OUTCOME_PUBLISHED, [JOB_FAILED] = OUTCOME_PERMANENT,
		[JOB_UNKNOWN] = OUTCOME_UNKNOWN,     [JOB_CANCELLED] = OUTCOME_PERMANENT,
		[JOB_HELD] = OUTCOME_INTERRUPTED,
	};
	struct queue *q = *state;

	for (int to = 0; to < JOB_STATUS_COUNT; to++) {
		int64_t id = job_in(q, JOB_PROCESSING);
		bool want = may_move[JOB_PROCESSING][to] == 'F' || to == JOB_PENDING;

		mark_sent(q, id, 1);
		assert_err(q->f, want ? OK : E_STATE,
			   finish(q, id, 1, outcomes[to], (enum job_status)to));
		if (!want)
			assert_ok(q->f, finish(q, id, 1, OUTCOME_PERMANENT, JOB_FAILED));
		else if (to == JOB_PENDING)
			assert_ok(q->f, move_to(q, q->f->one, id, JOB_CANCELLED));
		assert_sound(q);
	}
}

static void attempt__finish__refuses_what_contradicts_itself(void **state)
{
	struct queue *q = *state;
	int64_t id = job_in(q, JOB_PROCESSING);

	assert_err(q->f, E_INVALID, finish(q, id, 1, OUTCOME_UNKNOWN, JOB_UNKNOWN)); /* not sent */
	mark_sent(q, id, 1);
	assert_err(q->f, E_INVALID, finish(q, id, 1, OUTCOME_UNKNOWN, JOB_PENDING));
	assert_err(q->f, E_INVALID, finish(q, id, 1, OUTCOME_PERMANENT, JOB_PUBLISHED));
	assert_err(q->f, E_INVALID, finish(q, id, 1, OUTCOME_NONE, JOB_FAILED));
	assert_err(q->f, E_NOT_FOUND, finish(q, id, 2, OUTCOME_PERMANENT, JOB_FAILED));
	assert_ok(q->f, finish(q, id, 1, OUTCOME_PERMANENT, JOB_FAILED));
	assert_err(q->f, E_STATE, finish(q, id, 1, OUTCOME_PERMANENT, JOB_FAILED));
}

static void job__transition__needs_a_remote_id_or_a_person(void **state)
{
	struct queue *q = *state;
	int64_t id = job_in(q, JOB_UNKNOWN);
	struct transition t = {
		.to = JOB_PUBLISHED, .failures = -1, .crashes = -1, .action = "job.settle"};

	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_err(q->f, E_INVALID, job_transition(q->f->one, 1, id, &t, &q->f->info));
	t.action = "job.resolve";
	assert_ok(q->f, job_transition(q->f->one, 1, id, &t, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	assert_int_equal(get(q, id).published_at, now_ms);
	assert_sound(q);
}

static void job__transition__writes_one_entry_each(void **state)
{
	struct queue *q = *state;
	int64_t id = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_DRAFT, now_ms);
	struct err_info why = {.code = E_REJECTED, .http_status = 400};
	struct log_filter f = {.job_id = id};
	struct page p = {0};
	struct claim c[1];

	snprintf(why.text, sizeof(why.text), "%s",
		 "refused; Authorization: Bearer abcdefghijklmnop0123456789");
	assert_ok(q->f, move_to(q, q->f->one, id, JOB_PENDING));
	assert_int_equal(claim(q, 5, c), 1);
	mark_sent(q, id, 1);
	{
		struct attempt_end end = {
			.outcome = OUTCOME_PERMANENT, .finished_at = now_ms, .message = why.text};
		struct transition t = {.to = JOB_FAILED,
				       .action = "job.fail",
				       .failures = -1,
				       .crashes = -1,
				       .error = &why,
				       .error_class = CLASS_PERMANENT,
				       .duration_ms = 42};

		assert_ok(q->f, store_begin(q->f->service, &q->f->info));
		assert_ok(q->f, attempt_finish(q->f->service, 1, id, 1, &end, &t, &q->f->info));
		assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	}
	assert_ok(q->f, audit_after(q->f->one, &f, 0, 100, &p, &q->f->info));
	assert_int_equal(p.n, 4);
	assert_string_equal(p.entries[0].action, "job.add");
	assert_string_equal(p.entries[1].action, "job.pending");
	assert_string_equal(p.entries[2].action, "job.claim");
	assert_string_equal(p.entries[3].action, "job.fail");
	assert_string_equal(p.entries[3].outcome, "failed");
	assert_string_equal(p.entries[3].code, "E_REJECTED");
	assert_int_equal(p.entries[3].duration_ms, 42);
	assert_string_equal(p.entries[3].brand, "northwind");
	assert_string_equal(p.entries[3].actor, "tester");
	assert_null(strstr(p.entries[3].message, "abcdefghijklmnop"));
	page_free(&p);
	assert_null(strstr(get(q, id).error_message, "abcdefghijklmnop"));
	assert_string_equal(get(q, id).error_code, "E_REJECTED");
	assert_int_equal(get(q, id).http_status, 400);
}

static void job__add__refuses_another_brands_post(void **state)
{
	struct queue *q = *state;
	int64_t other = fixture_brand(q->f, q->f->one, "fabrikam"), id = 0;
	struct post p = {.brand_id = other, .text = "x"};
	struct job_values v = {.connection_id = q->connection, .status = JOB_PENDING};

	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, post_add(q->f->one, &p, &v.post_id, &q->f->info));
	assert_err(q->f, E_INVALID, job_add(q->f->one, &v, &id, &q->f->info));
	v.post_id = 99;
	assert_err(q->f, E_NOT_FOUND, job_add(q->f->one, &v, &id, &q->f->info));
	store_rollback(q->f->one);
	assert_int_equal(id, 0);
}

static void claim__stores_key_and_attempt_before_any_request(void **state)
{
	struct queue *q = *state;
	int64_t id = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms);
	struct attempt *tries;
	struct claim c[4];
	size_t n;

	assert_int_equal(claim(q, 4, c), 1);
	assert_int_equal(c[0].job.id, id);
	assert_int_equal(c[0].attempt, 1);
	assert_false(c[0].resend);
	assert_string_equal(c[0].job.text, "The autumn menu is here.");
	assert_ok(q->f, job_attempts(q->f->one, 1, id, q->f->a, &tries, &n, &q->f->info));
	assert_int_equal(n, 1);
	assert_string_equal(tries[0].key, c[0].key);
	assert_int_equal(tries[0].sent_at, 0);
	assert_int_equal(claim(q, 4, c), 0);
}

static void claim__takes_best_priority_then_longest_due_over_connections(void **state)
{
	struct queue *q = *state;
	int64_t other = fixture_connection(q->f, q->f->one, q->brand, "mastodon", "alice@x");
	int64_t ids[5];
	struct claim c[8];

	ids[0] = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 10);
	ids[1] = fixture_job(q->f, q->f->one, q->brand, other, JOB_PENDING, now_ms - 30);
	ids[2] = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 20);
	ids[3] = fixture_job(q->f, q->f->one, q->brand, other, JOB_PENDING, now_ms - 5);
	ids[4] = fixture_job(q->f, q->f->one, q->brand, other, JOB_PENDING,
			     now_ms + 1); /* not due */
	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f,
		  store_test_exec(q->f->one, "UPDATE {publishing_jobs} SET priority=7 WHERE id=4",
				  NULL, &q->f->info));
	assert_ok(q->f,
		  store_test_exec(q->f->one, "UPDATE {publishing_jobs} SET priority=9 WHERE id=5",
				  NULL, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	assert_int_equal(claim(q, 2, c), 2);
	assert_int_equal(c[0].job.id, ids[3]);
	assert_int_equal(c[1].job.id, ids[1]);
	assert_int_equal(claim(q, 8, c), 2);
	assert_int_equal(c[0].job.id, ids[2]);
	assert_int_equal(c[1].job.id, ids[0]);
	now_ms++;
	assert_int_equal(claim(q, 8, c), 1);
	assert_int_equal(c[0].job.id, ids[4]);
}

static void set_pause(struct queue *q, const struct pause_target *t, bool paused)
{
	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, pause_set(q->f->one, t, paused, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
}

static void claim__leaves_what_is_paused_blocked_or_logged_out(void **state)
{
	struct queue *q = *state;
	int64_t id = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms),
		next;
	struct pause_target targets[] = {{.brand_id = q->brand},
					 {.platform = "bluesky"},
					 {.connection_id = q->connection},
					 {.all = true}};
	static const char *const words[] = {"brand", "platform", "connection", "all"};
	struct connection conn;
	struct claim c[1];
	const char *why;

	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		set_pause(q, &targets[i], true);
		assert_int_equal(claim(q, 1, c), 0);
		assert_int_equal(get(q, id).wait, WAIT_PAUSED);
		assert_ok(q->f,
			  connection_get(q->f->one, 1, q->connection, q->f->a, &conn, &q->f->info));
		assert_true(pause_of(q->f->one, &conn, &why));
		assert_string_equal(why, words[i]);
		assert_ok(q->f,
			  jobs_next_due(q->f->service, now_ms, true, NULL, 0, &next, &q->f->info));
		assert_int_equal(next, 0);
		set_pause(q, &targets[i], false);
		assert_int_equal(get(q, id).wait, WAIT_NONE);
	}
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f, connection_set_rate(q->f->service, 1, q->connection, 10, 0, 0, now_ms + 50,
					    &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_int_equal(claim(q, 1, c), 0);
	assert_ok(q->f, jobs_next_due(q->f->service, now_ms, true, NULL, 0, &next, &q->f->info));
	assert_int_equal(next, now_ms + 50);
	now_ms += 50;
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f, connection_set_status(q->f->service, 1, q->connection, CONN_EXPIRED, NULL,
					      0, &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_int_equal(claim(q, 1, c), 0);
	assert_int_equal(get(q, id).wait, WAIT_AUTH);
	fixture_connection(q->f, q->f->one, q->brand, "bluesky", "alice.test"); /* again */
	assert_int_equal(get(q, id).wait, WAIT_NONE);
	assert_int_equal(claim(q, 1, c), 1);
}

static void claim__restricts_itself_to_named_jobs_and_platforms(void **state)
{
	struct queue *q = *state;
	int64_t a = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 9);
	int64_t b = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 5),
		next = 0;
	static const char *const broken[] = {"bluesky", NULL};
	struct job_filter only = {.ids = &b, .n_ids = 1};
	int keys = 0;
	struct claim_request r = {.now_ms = now_ms,
				  .limit = 9,
				  .make_key = make_key,
				  .self = &keys,
				  .only = &only,
				  .only_tenant = 1};
	struct claim c[9];
	size_t n = 9;

	assert_ok(q->f, jobs_next_due(q->f->service, now_ms, true, &only, 1, &next, &q->f->info));
	assert_int_equal(next, now_ms - 5);
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	r.not_platforms = broken;
	assert_ok(q->f, jobs_claim(q->f->service, &r, q->f->a, c, &n, &q->f->info));
	assert_int_equal(n, 0);
	r.not_platforms = NULL;
	r.only_tenant = 2;
	assert_ok(q->f, jobs_claim(q->f->service, &r, q->f->a, c, &n, &q->f->info));
	assert_int_equal(n, 0);
	r.only_tenant = 1;
	assert_ok(q->f, jobs_claim(q->f->service, &r, q->f->a, c, &n, &q->f->info));
	assert_int_equal(n, 1);
	assert_int_equal(c[0].job.id, b);
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_int_equal(get(q, a).status, JOB_PENDING);
}

static void promote__follows_the_catch_up_policy(void **state)
{
	struct queue *q = *state;
	struct brand_values hold = {.catch_up_min = CATCH_UP_HOLD};
	int64_t promoted = 0, missed = 0, late, on_time, future, held_late, due = 0, will_miss = 0,
		later = 0, next = 0;
	int64_t strict = fixture_brand(q->f, q->f->one, "strict");
	int64_t strict_conn = fixture_connection(q->f, q->f->one, strict, "bluesky", "s.test");

	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, brand_edit(q->f->one, strict, &hold, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	on_time = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_SCHEDULED,
			      now_ms - 30 * 60000);
	late = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_SCHEDULED,
			   now_ms - 61 * 60000);
	future = fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_SCHEDULED, now_ms + 1);
	held_late = fixture_job(q->f, q->f->one, strict, strict_conn, JOB_SCHEDULED,
				now_ms - 2 * 60000);
	assert_ok(q->f, jobs_due_counts(q->f->service, now_ms, 3600000, &due, &will_miss, &later,
					&q->f->info));
	assert_int_equal(due, 1);
	assert_int_equal(will_miss, 2);
	assert_int_equal(later, 1);
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f, jobs_promote(q->f->service, now_ms, 3600000, 100, &promoted, &missed,
				     &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_int_equal(promoted, 1);
	assert_int_equal(missed, 2);
	assert_int_equal(get(q, on_time).status, JOB_PENDING);
	assert_int_equal(get(q, late).status, JOB_HELD);
	assert_int_equal(get(q, late).hold_reason, HOLD_MISSED);
	assert_int_equal(get(q, held_late).status, JOB_HELD);
	assert_int_equal(get(q, future).status, JOB_SCHEDULED);
	assert_ok(q->f, move_to(q, q->f->one, on_time, JOB_CANCELLED));
	assert_ok(q->f, jobs_next_due(q->f->service, now_ms, true, NULL, 0, &next, &q->f->info));
	assert_int_equal(next, now_ms + 1);
	assert_ok(q->f, jobs_next_due(q->f->service, now_ms, false, NULL, 0, &next, &q->f->info));
	assert_int_equal(next, 0);
}

static void settle__resends_under_the_same_key_until_the_outcome_is_certain(void **state)
{
	struct queue *q = *state;
	int64_t id = job_in(q, JOB_UNKNOWN), next = 0;
	struct claim first[1], again[1], third[1];
	struct attempt *tries;
	size_t n = 0;

	assert_ok(q->f, jobs_to_settle(q->f->service, now_ms, NULL, 0, 1, q->f->a, first, &n,
				       &q->f->info));
	assert_int_equal(n, 0);
	assert_ok(q->f, jobs_next_due(q->f->service, now_ms, false, NULL, 0, &next, &q->f->info));
	assert_int_equal(next, now_ms + 1000);
	now_ms += 1000;
	assert_ok(q->f, jobs_to_settle(q->f->service, now_ms, NULL, 0, 1, q->f->a, first, &n,
				       &q->f->info));
	assert_int_equal(n, 1);
	assert_int_equal(first[0].job.id, id);
	assert_int_equal(first[0].attempt, 1);
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f, attempt_settle_note(q->f->service, 1, id, 1, 1, now_ms + 2000, "absent",
					    &q->f->info));
	assert_ok(q->f, job_requeue_same_key(q->f->service, 1, id, "absent twice", now_ms, -1,
					     &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	now_ms += 7000;
	assert_int_equal(claim(q, 1, again), 1);
	assert_true(again[0].resend);
	assert_string_equal(again[0].key, first[0].key);
	assert_int_equal(again[0].key_time_ms, first[0].key_time_ms);
	assert_int_equal(again[0].attempt, 2);
	assert_ok(q->f, finish(q, id, 2, OUTCOME_TRANSIENT, JOB_PENDING));
	assert_int_equal(claim(q, 1, third), 1);
	assert_string_equal(third[0].key, first[0].key);
	mark_sent(q, id, 3);
	assert_ok(q->f, finish(q, id, 3, OUTCOME_PUBLISHED, JOB_PUBLISHED));
	assert_ok(q->f, job_attempts(q->f->one, 1, id, q->f->a, &tries, &n, &q->f->info));
	assert_int_equal(n, 3);
	assert_int_equal(tries[0].outcome, OUTCOME_ABSENT);
	assert_int_equal(tries[0].settle_at, 0);
	assert_int_equal(
		fixture_number(
			q->f, q->f->one,
			"SELECT count(*) FROM {publishing_jobs} WHERE reserved_key IS NOT NULL"),
		0);
	assert_sound(q);
}

static void orphans__are_all_that_is_processing(void **state)
{
	struct queue *q = *state;
	int64_t a = job_in(q, JOB_PROCESSING), b = job_in(q, JOB_PROCESSING);
	struct attempt *tries;
	struct job *jobs;
	size_t n;

	mark_sent(q, b, 1);
	assert_ok(q->f, jobs_orphans(q->f->service, q->f->a, &jobs, &tries, &n, &q->f->info));
	assert_int_equal(n, 2);
	assert_int_equal(jobs[0].id, a);
	assert_int_equal(tries[0].sent_at, 0);
	assert_int_equal(jobs[1].id, b);
	assert_int_equal(tries[1].sent_at, now_ms);
	assert_int_equal(tries[1].deadline, now_ms + 30000);
	assert_string_equal(jobs[1].stage, "{\"step\":1}");
}

static void facts__say_what_waits(void **state)
{
	struct queue *q = *state;
	struct queue_facts facts;

	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 700);
	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 300);
	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms + 300);
	assert_ok(q->f, queue_facts_read(q->f->one, now_ms, now_ms - 1000, &facts, &q->f->info));
	assert_int_equal(facts.due, 2);
	assert_int_equal(facts.oldest_due, now_ms - 700);
	assert_int_equal(facts.retrying, 0);
	assert_int_equal(facts.failed_today, 0);
	assert_int_equal(facts.oldest_unknown, 0);
	assert_int_equal(facts.attention, 0);
	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, connection_set_status(q->f->one, 1, q->connection, CONN_REVOKED, NULL, 0,
					      &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	assert_ok(q->f,
		  queue_facts_read(q->f->service, now_ms, now_ms - 1000, &facts, &q->f->info));
	assert_int_equal(facts.due, 0);
	assert_int_equal(facts.attention, 1);
}

static void facts__failed_today__are_counted_to_a_cap(void **state)
{
	struct queue *q = *state;
	struct queue_facts facts;

	(void)job_in(q, JOB_FAILED);
	assert_ok(q->f, queue_facts_read(q->f->one, now_ms, 1, &facts, &q->f->info));
	assert_int_equal(facts.failed_today, 1);
	for (int i = 0; i < FAILED_TODAY_MAX + 5; i++)
		fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms - 700);
	fixture_raw(q->f, "UPDATE publishing_jobs SET status='failed', next_attempt_at=NULL");
	assert_ok(q->f, queue_facts_read(q->f->one, now_ms, 1, &facts, &q->f->info));
	assert_int_equal(facts.failed_today, FAILED_TODAY_MAX);
	assert_ok(q->f, queue_facts_read(q->f->one, now_ms, INT64_MAX, &facts, &q->f->info));
	assert_int_equal(facts.failed_today, 0);
}

static void risk__counts_jobs_beyond_the_last_renewal(void **state)
{
	struct queue *q = *state;
	struct connection_values v = {.refresh_expires_at = NOW + 5000, .expires_at = NOW + 100};
	struct connection c;

	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_SCHEDULED, now_ms + 4000);
	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_SCHEDULED, now_ms + 6000);
	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_DRAFT, now_ms + 7000);
	assert_ok(q->f, connection_get(q->f->one, 1, q->connection, q->f->a, &c, &q->f->info));
	assert_int_equal(c.jobs_waiting, 2);
	assert_int_equal(c.jobs_at_risk, 0); /* no expiry is known */
	v.access = secret_new("token", 5);
	v.refresh = secret_new("refresh", 7);
	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, connection_update(q->f->one, 1, q->connection, &v, true, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	assert_ok(q->f, connection_get(q->f->one, 1, q->connection, q->f->a, &c, &q->f->info));
	assert_int_equal(c.jobs_at_risk, 1);
	assert_true(c.refreshable);
	assert_ok(q->f, store_begin(q->f->one, &q->f->info));
	assert_ok(q->f, connection_forget(q->f->one, 1, q->connection, &q->f->info));
	assert_ok(q->f, store_commit(q->f->one, &q->f->info));
	assert_ok(q->f, connection_get(q->f->one, 1, q->connection, q->f->a, &c, &q->f->info));
	assert_int_equal(c.jobs_at_risk, 2);
	secret_free((struct secret **)&v.access);
	secret_free((struct secret **)&v.refresh);
}

/* ---- a random life ---------------------------------------------------------- */

static uint64_t random_state;

static int random_below(int n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (int)((random_state >> 33) % (unsigned)n);
}

static void random_step(struct queue *q, int64_t *connections, size_t n_connections)
{
	struct claim c[3];
	struct attempt *tries;
	struct job *jobs;
	size_t n;
	int64_t jobs_n = fixture_number(q->f, q->f->one, "SELECT count(*) FROM {publishing_jobs}"),
		at = 0, missed;

	now_ms += random_below(2000);
	switch (random_below(6)) {
	case 0:
		fixture_job(q->f, q->f->one, q->brand,
			    connections[random_below((int)n_connections)],
			    (enum job_status)random_below(3), now_ms + random_below(3000) - 1000);
		break;
	case 1:
		if (jobs_n)
			(void)move_to(q, q->f->one, 1 + random_below((int)jobs_n),
				      (enum job_status)random_below(JOB_STATUS_COUNT));
		break;
	case 2:
		claim(q, 3, c);
		break;
	case 3:
		assert_ok(q->f, store_begin(q->f->service, &q->f->info));
		assert_ok(q->f,
			  jobs_promote(q->f->service, now_ms, 1000, 5, &at, &missed, &q->f->info));
		if (random_below(4) == 0)
			store_rollback(q->f->service);
		else
			assert_ok(q->f, store_commit(q->f->service, &q->f->info));
		break;
	default:
		assert_ok(q->f,
			  jobs_orphans(q->f->service, q->f->a, &jobs, &tries, &n, &q->f->info));
		if (!n)
			break;
		n = (size_t)random_below((int)n);
		if (random_below(2))
			mark_sent(q, jobs[n].id, tries[n].n);
		(void)finish(q, jobs[n].id, tries[n].n, (enum outcome)random_below(OUTCOME_COUNT),
			     (enum job_status)random_below(JOB_STATUS_COUNT));
		break;
	}
}

static void counters__equal_the_rows_after_a_random_life(void **state)
{
	struct queue *q = *state;
	int64_t connections[3] = {q->connection,
				  fixture_connection(q->f, q->f->one, q->brand, "mastodon", "a"),
				  fixture_connection(q->f, q->f->one, q->brand, "x", "b")};
	int64_t counts[JOB_STATUS_COUNT], total = 0;
	const char *seed = getenv("SEED");

	random_state = seed ? strtoull(seed, NULL, 10) : 20270115;
	for (int i = 0; i < 1500; i++) {
		random_step(q, connections, COUNT_OF(connections));
		if (i % 100 == 0)
			assert_sound(q);
	}
	assert_sound(q);
	assert_ok(q->f, jobs_counts(q->f->one, q->brand, 0, counts, &q->f->info));
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		total += counts[i];
	assert_true(total > 100);
	assert_int_equal(total,
			 fixture_number(q->f, q->f->one, "SELECT count(*) FROM {publishing_jobs}"));
	assert_ok(q->f, jobs_counts(q->f->two, 0, 0, counts, &q->f->info));
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		assert_int_equal(counts[i], 0);
}

static void check__finds_and_mends_counters(void **state)
{
	struct queue *q = *state;
	struct problems p = {0};

	fixture_job(q->f, q->f->one, q->brand, q->connection, JOB_PENDING, now_ms);
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f,
		  store_test_exec(
			  q->f->service,
			  "UPDATE counters SET value=5 WHERE family='jobs' AND name='pending'",
			  NULL, &q->f->info));
	assert_ok(q->f, store_test_exec(q->f->service,
					"INSERT INTO counters VALUES (1, 'jobs', 1, 'failed', 3)",
					NULL, &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_ok(q->f, store_begin(q->f->service, &q->f->info));
	assert_ok(q->f, jobs_check(q->f->service, note_problem, &p, true, &q->f->info));
	assert_ok(q->f, store_commit(q->f->service, &q->f->info));
	assert_int_equal(p.n, 2);
	assert_true(p.repairable);
	assert_sound(q);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(job__transition__allows_exactly_the_designed_moves),
		WITH(attempt__finish__allows_exactly_the_designed_moves),
		WITH(attempt__finish__refuses_what_contradicts_itself),
		WITH(job__transition__needs_a_remote_id_or_a_person),
		WITH(job__transition__writes_one_entry_each),
		WITH(job__add__refuses_another_brands_post),
		WITH(claim__stores_key_and_attempt_before_any_request),
		WITH(claim__takes_best_priority_then_longest_due_over_connections),
		WITH(claim__leaves_what_is_paused_blocked_or_logged_out),
		WITH(claim__restricts_itself_to_named_jobs_and_platforms),
		WITH(promote__follows_the_catch_up_policy),
		WITH(settle__resends_under_the_same_key_until_the_outcome_is_certain),
		WITH(orphans__are_all_that_is_processing),
		WITH(facts__say_what_waits),
		WITH(facts__failed_today__are_counted_to_a_cap),
		WITH(risk__counts_jobs_beyond_the_last_renewal),
		WITH(counters__equal_the_rows_after_a_random_life),
		WITH(check__finds_and_mends_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
