/* publisher/loop.c - the turn of the loop, and the sleep between turns.
 *
 * A turn: take the answers, step the flights, write everything that is ready in one transaction together with
 * promotions and claims, then send. So any number of jobs costs two durable commits for each round trip, and claim and `sent` mark
 * of a one-request post share one. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"

#define LOOK_MOST_MS 5000  /* the wall clock may jump */
#define LOOK_AGAIN_MS 1000 /* something is due and cannot be had now */
#define PROMOTE_LIMIT 256
#define CLAIM_LIMIT 64
#define DB_DELAY_MIN_MS 50
#define DB_DELAY_MAX_MS 2000
#define VAULT_RETRY_MS 2000
/* A burst of answers is taken in pieces: the first of them are on their way again while the rest are still being
 * written, and the next burst comes spread out. Measured: all at once costs a fifth of the rate. */
#define ANSWERS_PER_TURN 8
#define COMMITS_PER_CHECKPOINT 200
#define SETTLES_AT_ONCE 16

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void engine_look_now(struct engine *e)
{
	e->look_mono = clock_mono_ms();
	e->idle = false;
}

/* ---- the database's troubles -------------------------------------------- */

static void db_failed(struct engine *e, const struct err_info *info)
{
	int64_t now = clock_mono_ms();

	e->db_trouble = *info;
	if (!e->db_since_mono) {
		e->db_since_mono = now;
		log_warn("the database refuses to write: %s", info->text);
	}
	e->db_delay_ms = e->db_delay_ms ? least(2 * e->db_delay_ms, DB_DELAY_MAX_MS)
					: DB_DELAY_MIN_MS;
	e->db_retry_mono = now + e->db_delay_ms;
}

static void db_well(struct engine *e)
{
	if (e->db_since_mono)
		log_info("the database writes again");
	e->db_trouble = (struct err_info){0};
	e->db_since_mono = e->db_retry_mono = e->db_delay_ms = 0;
}

static bool db_may_write(const struct engine *e)
{
	return e->db_retry_mono <= clock_mono_ms();
}

bool engine_has_unsaved(const struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		const struct flight *f = e->flights[i];

		if (f->phase == PHASE_WRITE && !f->fresh &&
		    (f->write == WRITE_END || f->write == WRITE_REFRESHED))
			return true;
	}
	return false;
}

/* ---- flights ------------------------------------------------------------ */

static size_t flights_of(const struct engine *e, enum flight_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_flights; i++)
		n += e->flights[i]->kind == kind;
	return n;
}

static void remove_flight(struct engine *e, size_t i)
{
	struct flight *f = e->flights[i];

	if (f->probe && f->phase != PHASE_OVER)
		breaker_of(e, f->platform)->probing = false;
	flight_free(&f);
	e->flights[i] = e->flights[--e->n_flights];
}

static void reap(struct engine *e)
{
	for (size_t i = e->n_flights; i-- > 0;)
		if (e->flights[i]->phase == PHASE_OVER)
			remove_flight(e, i);
}

static void take_answers(struct engine *e)
{
	struct transfer t;

	for (int n = 0; n < ANSWERS_PER_TURN && transport_done(e->t, &t); n++) {
		struct flight *f = t.token;

		f->answer = t;
		f->has_answer = true;
		f->phase = PHASE_STEP;
	}
	media_tasks_take(e);
}

static void step_flights(struct engine *e)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < e->n_flights; i++) {
		struct flight *f = e->flights[i];

		if (f->phase == PHASE_WAIT && f->wait_mono <= now)
			f->phase = PHASE_STEP;
		if (f->phase == PHASE_LOGIN && !f->account->refresh_wanted &&
		    !f->account->refreshing)
			flight_after_login(e, f);
		if (f->phase == PHASE_STEP)
			flight_step(e, f);
	}
}

static void send_flights(struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++)
		if (e->flights[i]->phase == PHASE_SEND &&
		    (!e->stopping || e->flights[i]->committed))
			flight_send(e, e->flights[i]);
}

/* ---- claims ------------------------------------------------------------- */

static void key_of(void *self, const char *platform, int64_t now_ms, char *out, size_t size)
{
	const struct platform *p = platform_find(platform);

	(void)self;
	if (p && p->make_key)
		p->make_key(now_ms, out, size);
	else if (size)
		out[0] = '\0';
}

static enum err claim_some(struct engine *e, const char *const *not_platforms, int limit,
			   bool probe, size_t *claimed, struct err_info *info)
{
	struct claim claims[CLAIM_LIMIT];
	struct claim_request r = {.now_ms = clock_wall_ms(),
				  .limit = limit > CLAIM_LIMIT ? CLAIM_LIMIT : limit,
				  .make_key = key_of,
				  .self = e,
				  .only = e->run ? e->run->only : NULL,
				  .only_tenant = e->run ? e->run->only_tenant : 0,
				  .not_platforms = not_platforms};
	struct batch *b = batch_new();
	size_t n = 0;
	enum err err = jobs_claim(e->s, &r, b->arena, claims, &n, info);

	for (size_t i = 0; !err && i < n; i++) {
		struct flight *f = flight_new(e, FLIGHT_PUBLISH, b);

		f->claim = claims[i];
		f->fresh = true;
		f->probe = probe;
		err = flight_board(e, f, info);
		if (!err && f->phase == PHASE_WRITE)
			err = flight_write(e, f, info);
		(*claimed)++;
	}
	batch_drop(&b);
	return err;
}

/* All platforms but one, so that one job of that one probes it. */
static enum err claim_probe(struct engine *e, struct breaker *b, size_t *claimed,
			    struct err_info *info)
{
	const struct platform *p = b->platform;
	size_t n = 0, before = *claimed;
	const char **names;
	enum err err;

	for (n = 0; platforms[n]; n++)
		;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = n = 0; platforms[i]; i++)
		if (platforms[i] != p)
			names[n++] = platforms[i]->name;
	err = claim_some(e, names, 1, true, claimed, info);
	if (!err && *claimed > before)
		breaker_of(e, p)->probing = true;
	xfree(&names);
	return err;
}

static enum err claim_due(struct engine *e, size_t room, size_t *found, struct err_info *info)
{
	const char **closed = xcalloc(e->n_breakers + 1, sizeof(*closed));
	bool any = breakers_closed_out(e, closed);
	struct breaker *b = any ? breaker_to_probe(e) : NULL;
	enum err err = claim_some(e, any ? closed : NULL, (int)room, false, found, info);

	if (!err && b && *found < room)
		err = claim_probe(e, b, found, info);
	xfree(&closed);
	return err;
}

/* ---- the one transaction ------------------------------------------------- */

/* The database's own troubles pass; what it says about one row does not. */
static bool db_will_mend(enum err err)
{
	switch (err) {
	case E_BUSY:
	case E_DISK_FULL:
	case E_IO:
	case E_CORRUPT:
	case E_READONLY:
	case E_INTERRUPTED:
	case E_VAULT_LOCKED:
	case E_VAULT_KEY:
		return true;
	default:
		return false;
	}
}

static enum err write_waiting(struct engine *e, struct err_info *info)
{
	enum err err = OK;

	for (size_t i = 0; i < e->n_flights && !err; i++) {
		struct flight *f = e->flights[i];

		if (f->phase != PHASE_WRITE || f->fresh || f->discard)
			continue;
		err = flight_write(e, f, info);
		/* What will be refused again must not hold up the rest; the job stays as it is until the next recovery. */
		if (err && !db_will_mend(err)) {
			log_error("what became of job %lld cannot be stored: %s",
				  (long long)f->claim.job.id, info->text);
			f->discard = true;
		}
	}
	return err;
}

static enum err fill_transaction(struct engine *e, bool take_new, size_t room, size_t *found,
				 struct err_info *info)
{
	int64_t promoted = 0, missed = 0;
	enum err err = write_waiting(e, info);

	if (!err)
		err = accounts_write_rates(e, info);
	if (!err)
		err = breakers_write(e, info);
	if (!err && take_new)
		err = jobs_promote(e->s, clock_wall_ms(), e->o->catch_up_ms, PROMOTE_LIMIT,
				   &promoted, &missed, info);
	if (!err && take_new)
		err = claim_due(e, room, found, info);
	if (!err) {
		*found += (size_t)(promoted + missed);
		e->tally.missed += missed;
	}
	return err;
}

static void drop_fresh(struct engine *e)
{
	for (size_t i = e->n_flights; i-- > 0;)
		if (e->flights[i]->fresh)
			remove_flight(e, i);
}

static void drop_discarded(struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		struct flight *f = e->flights[i];

		if (!f->discard)
			continue;
		f->phase = PHASE_OVER;
		if (f->kind == FLIGHT_REFRESH)
			f->account->refreshing = false;
	}
	reap(e);
}

static void all_committed(struct engine *e)
{
	e->commits++;
	accounts_rates_written(e);
	breakers_written(e);
	for (size_t i = 0; i < e->n_flights; i++)
		if (e->flights[i]->phase == PHASE_WRITE)
			flight_committed(e, e->flights[i]);
}

/* One durable commit for all that is ready. take_new: promote and claim, too. */
static void write_turn(struct engine *e, bool take_new, size_t room, size_t *found)
{
	int64_t missed_before = e->tally.missed;
	struct err_info info = {0};
	enum err err = store_begin(e->s, &info);

	*found = 0;
	if (!err) {
		err = fill_transaction(e, take_new, room, found, &info);
		if (!err)
			err = store_commit(e->s, &info);
		else
			store_rollback(e->s);
	}
	if (!err) {
		db_well(e);
		all_committed(e);
		return;
	}
	*found = 0;
	e->tally.missed = missed_before;
	drop_fresh(e);
	drop_discarded(e);
	db_failed(e, &info);
}

/* ---- looking at the queue ------------------------------------------------ */

static bool vault_opens(struct engine *e)
{
	const struct vault *v;

	if (workspace_vault(e->w, &v, &e->vault_trouble)) {
		e->look_mono = clock_mono_ms() + VAULT_RETRY_MS;
		return false;
	}
	e->vault_trouble = (struct err_info){0};
	return true;
}

static enum err next_due(struct engine *e, bool scheduled_too, int64_t *at, struct err_info *info)
{
	const struct publisher_run *r = e->run;

	return jobs_next_due(e->s, clock_wall_ms(), scheduled_too, r ? r->only : NULL,
			     r ? r->only_tenant : 0, at, info);
}

/* Whether something is due, and whether anything is left for a run that ends when idle. */
static bool look(struct engine *e, bool *due)
{
	struct err_info info = {0};
	int64_t left = 0;
	enum err err = next_due(e, true, &e->due_at, &info);

	*due = !err && e->due_at != 0 && e->due_at <= clock_wall_ms();
	e->idle = false;
	if (!err && e->run && !*due && e->n_flights == 0) {
		if (e->run->only)
			left = e->due_at;
		else if (e->run->until_idle)
			err = next_due(e, false, &left, &info);
		e->idle = !err && left == 0;
	}
	if (err) {
		db_failed(e, &info);
		e->look_mono = e->db_retry_mono;
		return false;
	}
	return true;
}

/* When to look next, after a look that found `found` things to do. */
static void plan_look(struct engine *e, size_t found, bool due)
{
	int64_t now = clock_mono_ms();

	if (found > 0)
		e->look_mono = now;
	else if (due)
		e->look_mono = least(now + LOOK_AGAIN_MS, e->settle_mono);
	else if (e->due_at)
		e->look_mono = now + least(e->due_at - clock_wall_ms(), LOOK_MOST_MS);
	else
		e->look_mono = INT64_MAX;
}

size_t engine_room(const struct engine *e)
{
	size_t flying = flights_of(e, FLIGHT_PUBLISH),
	       most = (size_t)(e->o->in_flight > 0 ? e->o->in_flight : 1);

	return flying < most ? most - flying : 0;
}

static bool has_writes(const struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++)
		if (e->flights[i]->phase == PHASE_WRITE)
			return true;
	return false;
}

static void start_settling(struct engine *e, size_t *found)
{
	size_t flying = flights_of(e, FLIGHT_SETTLE), started = 0;
	struct err_info info = {0};

	if (flying >= SETTLES_AT_ONCE)
		return;
	if (settle_start(e, SETTLES_AT_ONCE - flying, &started, &info)) {
		db_failed(e, &info);
		return;
	}
	*found += started;
}

/* New work: what is due is claimed in the same transaction that stores what has ended. */
static void work(struct engine *e)
{
	bool due = false, writes = has_writes(e),
	     well = !e->db_since_mono || (!writes && db_may_write(e));
	bool new_work = !e->stopping && well && e->look_mono <= clock_mono_ms();
	size_t room = engine_room(e), found = 0;

	if (new_work && !look(e, &due))
		new_work = false;
	if (new_work && due && !vault_opens(e)) {
		new_work = false;
		e->idle = e->run != NULL;
	}
	if ((writes || (new_work && due && room > 0)) && db_may_write(e)) {
		write_turn(e, new_work && due && room > 0, room, &found);
		if (writes && !e->db_since_mono)
			engine_look_now(e);
	}
	if (!new_work || e->db_since_mono)
		return;
	e->settle_mono = INT64_MAX;
	if (due)
		start_settling(e, &found);
	plan_look(e, found, due);
	if (writes)
		engine_look_now(e);
}

static void start_refreshes(struct engine *e)
{
	struct err_info info = {0};

	/* With the vault locked every try would fail, and be logged. */
	if (e->stopping || e->db_since_mono || (e->vault_trouble.code && !vault_opens(e)))
		return;
	if (refresh_start(e, &info))
		db_failed(e, &info);
}

static void start_sweeping(struct engine *e)
{
	struct err_info info = {0};

	if (!e->stopping && !e->db_since_mono && media_sweep_start(e, &info))
		db_failed(e, &info);
}

static void withdraw_unsent(struct engine *e)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		struct flight *f = e->flights[i];
		bool waits = f->phase == PHASE_WAIT || f->phase == PHASE_LOGIN ||
			     f->phase == PHASE_SEND ||
			     (f->phase == PHASE_WRITE && f->write != WRITE_END &&
			      f->write != WRITE_SETTLED && f->write != WRITE_REFRESHED &&
			      f->write != WRITE_DROPPED);

		if (!waits || f->committed)
			continue;
		if (f->kind == FLIGHT_PUBLISH)
			flight_withdraw(e, f);
		else
			f->phase = PHASE_OVER;
	}
}

static void keep_small(struct engine *e)
{
	struct err_info info;
	bool quiet = e->n_flights == 0 && e->look_mono > clock_mono_ms();

	if (e->commits == 0 || e->db_since_mono || !(quiet || e->commits >= COMMITS_PER_CHECKPOINT))
		return;
	e->commits = 0;
	if (store_checkpoint(e->s, false, &info))
		log_debug("checkpoint: %s", info.text);
}

void engine_turn(struct engine *e)
{
	take_answers(e);
	if (e->stopping)
		withdraw_unsent(e);
	step_flights(e);
	start_refreshes(e);
	step_flights(e);
	start_sweeping(e);
	if (e->stopping)
		withdraw_unsent(e);
	work(e);
	send_flights(e);
	reap(e);
	keep_small(e);
}
