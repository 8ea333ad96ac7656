/* bench/life.c - life DIR KEYS N: what a job costs from its entry to `published', everything durable.
 *
 * Four commits for each group of 32, as the publisher does it: added, claimed, sent, finished. The floor writes
 * comparable rows (post, job, attempt, four log entries, three indexes) straight into SQLite with the same commits: no
 * chain, no scopes, no counters, no checks, a third of the indexes. Both run in turns, in one directory. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "rig.h"

#define GROUP 32
#define ROUNDS 5

static void make_key(void *self, const char *platform, int64_t now_ms, char *out, size_t size)
{
	static long n;

	(void)self;
	(void)platform;
	snprintf(out, size, "%lld-%ld", (long long)now_ms, n++);
}

static void ours(struct rig *r)
{
	struct claim_request q = {.limit = GROUP, .make_key = make_key};
	struct claim claims[GROUP];
	struct arena *a = arena_new();
	size_t n = 0;
	int64_t now = clock_wall_ms();

	must(r, store_begin(r->tenant, &r->info));
	for (int i = 0; i < GROUP; i++)
		rig_job(r, JOB_PENDING, now);
	must(r, store_commit(r->tenant, &r->info));
	q.now_ms = now;
	must(r, store_begin(r->service, &r->info));
	must(r, jobs_claim(r->service, &q, a, claims, &n, &r->info));
	must(r, store_commit(r->service, &r->info));
	must(r, store_begin(r->service, &r->info));
	for (size_t i = 0; i < n; i++)
		must(r, attempt_sent(r->service, 1, claims[i].job.id, claims[i].attempt, now,
				     now + 30000, NULL, &r->info));
	must(r, store_commit(r->service, &r->info));
	must(r, store_begin(r->service, &r->info));
	for (size_t i = 0; i < n; i++) {
		struct attempt_end end = {
			.outcome = OUTCOME_PUBLISHED, .finished_at = now, .http_status = 200};
		struct transition t = {.to = JOB_PUBLISHED,
				       .action = "job.publish",
				       .failures = -1,
				       .crashes = -1,
				       .remote_id = "at://did:plc:abc/app.bsky.feed.post/3k",
				       .remote_url = "https://bsky.app/profile/alice.test/post/3k",
				       .published_at = now};

		must(r, attempt_finish(r->service, 1, claims[i].job.id, claims[i].attempt, &end, &t,
				       &r->info));
	}
	must(r, store_commit(r->service, &r->info));
	if (n != GROUP) {
		fprintf(stderr, "bench: %zu of %d jobs claimed\n", n, GROUP);
		exit(1);
	}
	arena_free(&a);
}

/* ---- the floor ------------------------------------------------------------- */

static const char floor_schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
	"CREATE TABLE posts(id INTEGER PRIMARY KEY, brand_id, text, created_at, updated_at);"
	"CREATE TABLE jobs(id INTEGER PRIMARY KEY, brand_id, connection_id, platform, post_id,"
	" status, wait, scheduled_at, next_attempt_at, attempts, failures, priority, remote_id,"
	" remote_url, content_hash, created_at, updated_at, published_at);"
	"CREATE INDEX jobs_due ON jobs(priority, next_attempt_at, id) WHERE status='pending';"
	"CREATE INDEX jobs_by_status ON jobs(status, id);"
	"CREATE INDEX jobs_by_when ON jobs(scheduled_at, id);"
	"CREATE TABLE attempts(job_id, n, key, started_at, sent_at, deadline, finished_at, outcome,"
	" http_status, PRIMARY KEY(job_id, n)) WITHOUT ROWID;"
	"CREATE TABLE logs(seq INTEGER PRIMARY KEY, at, actor, action, brand_id, job_id,"
	" connection_id, outcome, message, duration_ms, hash);";

static const char *const floor_words[] = {
	"INSERT INTO posts VALUES($id,1,'The autumn menu is here: soup, bread, pears.',$now,$now)",
	"INSERT INTO jobs VALUES($id,1,1,'bluesky',$id,'pending','',$now,$now,0,0,0,NULL,NULL,"
	"'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',$now,$now,NULL)",
	"UPDATE jobs SET status='processing',next_attempt_at=NULL,attempts=1,updated_at=$now"
	" WHERE id=$id",
	"INSERT INTO attempts VALUES($id,1,'1700000000000-1',$now,NULL,NULL,NULL,'',NULL)",
	"UPDATE attempts SET sent_at=$now,deadline=$now+30000 WHERE job_id=$id AND n=1",
	"UPDATE attempts SET finished_at=$now,outcome='published',http_status=200"
	" WHERE job_id=$id AND n=1",
	"UPDATE jobs SET status='published',remote_id='at://did:plc:abc/app.bsky.feed.post/3k',"
	"remote_url='https://bsky.app/profile/alice.test/post/3k',published_at=$now,updated_at=$now"
	" WHERE id=$id",
	"INSERT INTO logs VALUES(NULL,$now,'bench','job.step',1,$id,1,'ok',NULL,0,zeroblob(32))",
	"BEGIN IMMEDIATE",
	"COMMIT",
};
enum { LOG = 7, BEGIN = 8, COMMIT = 9 };

struct floor {
	sqlite3 *db;
	sqlite3_stmt *steps[COUNT_OF(floor_words)];
	int64_t last;
};

static void floor_step(struct floor *f, int step, int64_t id, int64_t now)
{
	sqlite3_stmt *s = f->steps[step];
	int at;

	if ((at = sqlite3_bind_parameter_index(s, "$id")))
		sqlite3_bind_int64(s, at, id);
	if ((at = sqlite3_bind_parameter_index(s, "$now")))
		sqlite3_bind_int64(s, at, now);
	if (sqlite3_step(s) != SQLITE_DONE) {
		fprintf(stderr, "bench: %s: %s\n", floor_words[step], sqlite3_errmsg(f->db));
		exit(1);
	}
	sqlite3_reset(s);
}

static void floor_open(struct floor *f, const char *dir)
{
	char *path = fs_join(dir, "floor.db"), *message = NULL;

	*f = (struct floor){0};
	if (sqlite3_open(path, &f->db) || sqlite3_exec(f->db, floor_schema, NULL, NULL, &message)) {
		fprintf(stderr, "bench: %s: %s\n", path, message ? message : "not opened");
		exit(1);
	}
	for (size_t i = 0; i < COUNT_OF(floor_words); i++)
		sqlite3_prepare_v2(f->db, floor_words[i], -1, &f->steps[i], NULL);
	xfree(&path);
}

static void floor_close(struct floor *f)
{
	for (size_t i = 0; i < COUNT_OF(floor_words); i++)
		sqlite3_finalize(f->steps[i]);
	sqlite3_close(f->db);
}

static void floor_group(struct floor *f)
{
	/* For each commit: the statements of one job, ended by -1. */
	static const int commits[][4] = {
		{0, 1, LOG, -1}, {2, 3, LOG, -1}, {4, -1}, {5, 6, LOG, -1}};
	int64_t now = clock_wall_ms();

	for (size_t c = 0; c < COUNT_OF(commits); c++) {
		floor_step(f, BEGIN, 0, 0);
		for (int64_t id = f->last + 1; id <= f->last + GROUP; id++)
			for (const int *step = commits[c]; *step >= 0; step++)
				floor_step(f, *step, id, now);
		floor_step(f, COMMIT, 0, 0);
	}
	f->last += GROUP;
}

static double cpu_ms(void)
{
	return (double)clock() / CLOCKS_PER_SEC * 1e3;
}

int main(int argc, char **argv)
{
	double spent_ours = 0, spent_floor = 0, cpu_ours = 0, cpu_floor = 0;
	struct floor f;
	struct rig r;
	long groups;

	if (argc != 4 || (groups = strtol(argv[3], NULL, 10) / GROUP / ROUNDS) < 1) {
		fprintf(stderr, "usage: life DIR KEYS N\n");
		return 2;
	}
	rig_open(&r, argv[1], argv[2]);
	floor_open(&f, argv[1]);
	for (int round = 0; round < ROUNDS; round++) {
		double start = rig_now_ms(), cpu = cpu_ms(), middle;

		for (long i = 0; i < groups; i++)
			ours(&r);
		middle = rig_now_ms();
		cpu_ours += cpu_ms() - cpu;
		cpu = cpu_ms();
		for (long i = 0; i < groups; i++)
			floor_group(&f);
		spent_ours += middle - start;
		spent_floor += rig_now_ms() - middle;
		cpu_floor += cpu_ms() - cpu;
		must(&r, store_checkpoint(r.service, true, &r.info));
		sqlite3_wal_checkpoint(f.db, NULL);
	}
	floor_close(&f);
	rig_close(&r);
	double jobs = (double)(groups * GROUP * ROUNDS);
	printf("life: ours %.0f jobs/s, floor %.0f jobs/s, ratio %.2f (goal 0.80)\n",
	       jobs / spent_ours * 1e3, jobs / spent_floor * 1e3, spent_floor / spent_ours);
	printf("life: CPU a job: ours %.0f us, floor %.0f us\n", cpu_ours / jobs * 1e3,
	       cpu_floor / jobs * 1e3);
	return 0;
}
