/* publisher/flight.c - a flight's life around its steps: made, written, sent, taken back, freed.
 *
 * Nothing is decided here. flight_write puts into the open transaction what the steps have decided, flight_committed lets
 * the flight act on it, and flight_send sends only what was committed. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"

/* ---- batches and flights ------------------------------------------------ */

struct batch *batch_new(void)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->arena = arena_new();
	b->users = 1;
	return b;
}

void batch_drop(struct batch **pb)
{
	struct batch *b = *pb;

	if (!b)
		return;
	*pb = NULL;
	if (--b->users > 0)
		return;
	arena_free(&b->arena);
	xfree(&b);
}

struct flight *flight_new(struct engine *e, enum flight_kind kind, struct batch *b)
{
	struct flight *f = xcalloc(1, sizeof(*f));

	f->kind = kind;
	f->batch = b;
	b->users++;
	f->born_mono = clock_mono_ms();
	if (e->n_flights == e->flights_size) {
		e->flights_size = e->flights_size ? 2 * e->flights_size : 64;
		e->flights = xrealloc(e->flights, e->flights_size, sizeof(struct flight *));
	}
	e->flights[e->n_flights++] = f;
	return f;
}

void flight_free(struct flight **pf)
{
	struct flight *f = *pf;

	if (!f)
		return;
	*pf = NULL;
	if (f->has_out)
		step_out_free(&f->out);
	if (f->has_answer)
		http_response_free(&f->answer.response);
	json_free(&f->state);
	secret_free(&f->used_refresh);
	secret_free(&f->seen_access);
	learned_free(&f->learned);
	media_free(f);
	refresh_lease_free(&f->lease);
	batch_drop(&f->batch);
	xfree(&f);
}

/* ---- writing ------------------------------------------------------------ */

static char *stage_text(const struct flight *f)
{
	struct strbuf b;

	if (!f->state)
		return NULL;
	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, f->state, false);
	return strbuf_detach(&b);
}

static enum err write_sent(struct engine *e, struct flight *f, struct err_info *info)
{
	int64_t timeout = f->out.request->timeout_ms > 0 ? f->out.request->timeout_ms
							 : e->o->timeout_ms;
	const struct job *j = &f->claim.job;
	char *stage = stage_text(f);
	enum err err;

	f->sent_at = clock_wall_ms();
	f->deadline = f->sent_at + timeout;
	f->deadline_mono = clock_mono_ms() + timeout;
	err = attempt_sent(e->s, j->tenant_id, j->id, f->claim.attempt, f->sent_at, f->deadline,
			   stage, info);
	xfree(&stage);
	return err;
}

static enum err write_end(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct job *j = &f->claim.job;
	char *stage = f->decision.t.stage ? NULL : stage_text(f);
	enum err err;

	if (stage)
		f->decision.t.stage = stage;
	err = attempt_finish(e->s, j->tenant_id, j->id, f->claim.attempt, &f->decision.end,
			     &f->decision.t, info);
	if (stage)
		f->decision.t.stage = NULL;
	xfree(&stage);
	if (!err)
		err = media_write_refused(e, f, info);
	if (!err && f->set_status)
		err = connection_set_status(e->s, j->tenant_id, j->connection_id, f->status,
					    f->status == CONN_CONNECTED ? NULL : &f->decision.error,
					    0, info);
	return err;
}

enum err flight_write(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct job *j = &f->claim.job;
	enum err err;
	char *stage;

	switch (f->write) {
	case WRITE_STAGE:
		stage = stage_text(f);
		err = stage ? attempt_stage(e->s, j->tenant_id, j->id, f->claim.attempt, stage,
					    info)
			    : OK;
		xfree(&stage);
		return err;
	case WRITE_SENT:
		return write_sent(e, f, info);
	case WRITE_END:
		return write_end(e, f, info);
	case WRITE_SETTLED:
		return settle_write(e, f, info);
	case WRITE_REFRESH_BEGIN:
	case WRITE_REFRESHED:
		return refresh_flight_write(e, f, info);
	case WRITE_MEDIA:
		return media_write(e, f, info);
	case WRITE_DROPPING:
	case WRITE_DROPPED:
		return media_sweep_write(e, f, info);
	default:
		return OK;
	}
}

static void count_outcome(struct engine *e, const struct flight *f)
{
	const struct job *j = &f->claim.job;

	switch (f->decision.t.to) {
	case JOB_PUBLISHED:
		e->tally.published++;
		break;
	case JOB_FAILED:
		e->tally.failed++;
		break;
	case JOB_UNKNOWN:
		e->tally.unknown++;
		unsettled_find(e, j->tenant_id, j->id, true)->counted = true;
		break;
	case JOB_PENDING:
		e->tally.retried += f->decision.end.outcome != OUTCOME_INTERRUPTED;
		break;
	default:
		break;
	}
}

void flight_committed(struct engine *e, struct flight *f)
{
	enum flight_write what = f->write;

	f->fresh = false;
	f->write = WRITE_NONE;
	f->phase = f->next;
	if (what == WRITE_SENT)
		f->marked = true;
	else if (what == WRITE_MEDIA)
		media_committed(f);
	else if (what == WRITE_END)
		count_outcome(e, f);
	else if (what == WRITE_SETTLED)
		settle_committed(e, f);
	else if (what == WRITE_REFRESHED)
		refresh_flight_committed(e, f);
	/* Its files may go now; or there is room for the next. */
	if (((what == WRITE_END || what == WRITE_SETTLED) && f->platform &&
	     f->platform->media_by_url) ||
	    what == WRITE_DROPPED)
		media_sweep_soon(e);
}

/* ---- sending ------------------------------------------------------------ */

/* Nothing has left. A locked vault or a busy database passes; a secret that cannot be opened is the account's trouble. */
static void cannot_open(struct engine *e, struct flight *f, struct err_info *info)
{
	bool passing = info->code == E_VAULT_LOCKED || info->code == E_BUSY || info->code == E_IO ||
		       info->code == E_DISK_FULL;

	f->commit_like = false;
	if (f->kind == FLIGHT_REFRESH) {
		refresh_flight_ended(e, f, passing ? CLASS_TRANSIENT : CLASS_AUTH, info);
		return;
	}
	if (passing) {
		e->vault_trouble = *info;
		if (f->kind == FLIGHT_PUBLISH)
			flight_withdraw(e, f);
		else
			settle_ended(e, f, STEP_FAILED, CLASS_TRANSIENT, info, 0);
		return;
	}
	err_hint(info, "connect the account again");
	f->set_status = true;
	f->status = refresh_status_of(info->code);
	if (f->kind == FLIGHT_PUBLISH)
		flight_end_attempt(e, f, CLASS_AUTH, info, 0);
	else
		settle_ended(e, f, STEP_FAILED, CLASS_AUTH, info, 0);
}

void flight_send(struct engine *e, struct flight *f)
{
	struct http_request *r = f->out.request;
	struct opened_secrets secrets = {0};
	struct err_info info;

	if (f->media.busy) {
		media_send(e, f);
		return;
	}
	if (f->commit_like) {
		int64_t left = f->deadline_mono - clock_mono_ms();

		/* The commit took so long that the promised deadline would not hold: promise a new one. */
		if (left < e->o->connect_timeout_ms && left < e->o->timeout_ms / 2) {
			flight_to_write(f, WRITE_SENT, PHASE_SEND);
			return;
		}
		r->timeout_ms = left;
	}
	if (secrets_open(e->s, &f->conn, r, &secrets, &info)) {
		cannot_open(e, f, &info);
		return;
	}
	if (f->kind == FLIGHT_REFRESH && !f->used_refresh)
		f->used_refresh = secret_copy(secrets.set.slot[SLOT_REFRESH]);
	learned_use(&f->learned, &secrets.set);
	f->phase = PHASE_AIR;
	transport_submit(e->t, r, &secrets.set, connection_on_loopback(e->o, &f->conn), f);
	secrets_close(&secrets);
}

void flight_withdraw(struct engine *e, struct flight *f)
{
	static const char why[] = "taken back before it left, as the program ends";

	(void)e;
	f->decision = (struct decision){.end = {.outcome = OUTCOME_INTERRUPTED,
						.finished_at = clock_wall_ms(),
						.code = err_name(E_INTERRUPTED),
						.message = why},
					.t = {.to = JOB_PENDING,
					      .action = "job.requeue",
					      .failures = -1,
					      .crashes = -1,
					      .next_attempt_at = clock_wall_ms(),
					      .message = why}};
	flight_to_write(f, WRITE_END, PHASE_OVER);
}
