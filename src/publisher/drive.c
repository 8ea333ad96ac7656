/* publisher/drive.c - one attempt on its way through the adapter's steps.
 *
 * A flight is stepped (pure), then what it has learned is written, then it acts on it. flight_step never
 * writes and never sends; flight_write never decides; flight_send sends only what was committed. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "publisher/engine.h"
#include "store/posts.h"

#define STEPS_MAX 400
/* Media that a platform still works on after this long is a failure of the platform. */
#define ATTEMPT_MAX_MS (INT64_C(45) * 60 * 1000)
#define STEP_WAIT_MAX_MS 60000

void flight_to_write(struct flight *f, enum flight_write what, enum flight_phase next)
{
	f->write = what;
	f->next = next;
	f->phase = PHASE_WRITE;
}

/* ---- ends --------------------------------------------------------------- */

void flight_end_attempt(struct engine *e, struct flight *f, enum err_class cls,
			const struct err_info *error, int64_t retry_at)
{
	bool answered = f->has_answer &&
			(f->answer.fate == TRANSFER_ANSWERED || f->answer.response);
	struct outcome_case c = {.job = &f->claim.job,
				 .o = e->o,
				 .settling = f->platform->settling,
				 .cls = cls,
				 .error = error,
				 .remote_id = f->has_out ? f->out.remote_id : NULL,
				 .remote_url = f->has_out ? f->out.remote_url : NULL,
				 .answered = answered,
				 .partly = f->partly,
				 .now_ms = clock_wall_ms(),
				 .retry_at = retry_at,
				 .deadline = f->deadline,
				 .duration_ms = clock_mono_ms() - f->born_mono,
				 .random = (unsigned)rng_below(10000)};

	outcome_decide(&c, &f->decision);
	if (cls == CLASS_NONE && answered && f->answer.response)
		f->decision.end.http_status = f->answer.response->status;
	/* A wall clock that has jumped says nothing about when the request is dead. */
	if (cls == CLASS_UNKNOWN && !answered && f->decision.end.settle_at != 0) {
		int64_t left = f->deadline_mono - clock_mono_ms();

		unsettled_find(e, f->claim.job.tenant_id, f->claim.job.id, true)->not_before_mono =
			clock_mono_ms() + (left > 0 ? left : 0);
		f->decision.end.settle_at = c.now_ms + (left > 0 ? left : 0);
	}
	flight_to_write(f, WRITE_END, PHASE_OVER);
}

/* The account's part in a refusal: refresh once, then a person. */
static void note_refused_login(struct flight *f, enum err code)
{
	struct account *a = f->account;

	/* Other tokens are there already, or on their way: this refusal tells nothing about them. */
	if (f->generation != a->generation || a->refresh_wanted || a->refreshing)
		return;
	if (f->conn.refreshable && !a->suspect && code != E_SCOPE_MISSING &&
	    code != E_WRONG_ACCOUNT) {
		a->refresh_wanted = true;
		a->suspect = true;
		return;
	}
	f->set_status = true;
	f->status = refresh_status_of(code);
	a->suspect = false;
}

void flight_fail(struct engine *e, struct flight *f, enum err_class cls,
		 const struct err_info *error, int64_t retry_at)
{
	if (cls == CLASS_AUTH)
		note_refused_login(f, error->code);
	else if (f->kind == FLIGHT_PUBLISH && f->has_answer && f->answer.fate == TRANSFER_ANSWERED)
		f->account->suspect = false;
	switch (f->kind) {
	case FLIGHT_PUBLISH:
		if (f->steps > 0)
			breaker_result(e, f->platform, cls, error, f->probe);
		flight_end_attempt(e, f, cls, error, retry_at);
		account_rate(f->account, f->has_out ? &f->out : NULL, cls,
			     f->decision.t.next_attempt_at, clock_wall_ms());
		break;
	case FLIGHT_SETTLE:
		settle_ended(e, f, STEP_FAILED, cls, error, retry_at);
		break;
	case FLIGHT_REFRESH:
		refresh_flight_ended(e, f, cls, error);
		break;
	case FLIGHT_SWEEP:
		media_sweep_failed(e, f, error);
		break;
	}
}

static void succeed(struct engine *e, struct flight *f)
{
	static const struct err_info none;

	if (f->kind == FLIGHT_SETTLE) {
		settle_ended(e, f, STEP_DONE, CLASS_NONE, &none, 0);
		return;
	}
	if (f->kind == FLIGHT_REFRESH) {
		refresh_flight_ended(e, f, CLASS_NONE, &none);
		return;
	}
	f->account->suspect = false;
	breaker_result(e, f->platform, CLASS_NONE, NULL, f->probe);
	account_rate(f->account, &f->out, CLASS_NONE, 0, clock_wall_ms());
	if (f->conn.status == CONN_UNREACHABLE) {
		f->set_status = true;
		f->status = CONN_CONNECTED;
	}
	flight_end_attempt(e, f, CLASS_NONE, NULL, 0);
}

static void judge_failure(struct engine *e, struct flight *f, enum transfer_fate fate,
			  enum err_class said, const struct err_info *error, int64_t retry_at)
{
	struct judgement j = {.fate = fate,
			      .said = said == CLASS_NONE ? CLASS_UNKNOWN : said,
			      .code = error->code,
			      .commit_like = f->commit_like,
			      .committed = f->committed};

	flight_fail(e, f, outcome_class(&j), error, retry_at);
}

/* ---- steps -------------------------------------------------------------- */

static void take_wait(struct engine *e, struct flight *f, bool learned)
{
	int64_t now = clock_mono_ms(), wait = f->out.at - clock_wall_ms();
	struct err_info error;

	if (now - f->born_mono > ATTEMPT_MAX_MS) {
		err_set(&error, E_TIMEOUT, "%s has not come to an end after %lld minutes",
			f->platform->title, (long long)(ATTEMPT_MAX_MS / 60000));
		judge_failure(e, f, TRANSFER_ANSWERED, CLASS_TRANSIENT, &error, 0);
		return;
	}
	if (wait < 0)
		wait = 0;
	if (wait > STEP_WAIT_MAX_MS)
		wait = STEP_WAIT_MAX_MS;
	f->wait_mono = now + wait;
	f->commit_like = false;
	if (f->kind == FLIGHT_PUBLISH && (learned || f->fresh))
		flight_to_write(f, learned ? WRITE_STAGE : WRITE_NONE, PHASE_WAIT);
	else
		f->phase = PHASE_WAIT;
}

static void take_send(struct flight *f, bool learned)
{
	f->commit_like = f->out.commit_like && f->kind == FLIGHT_PUBLISH;
	if (f->commit_like)
		flight_to_write(f, WRITE_SENT, PHASE_SEND);
	else if (f->kind == FLIGHT_PUBLISH && learned)
		flight_to_write(f, WRITE_STAGE, PHASE_SEND);
	else if (f->kind == FLIGHT_PUBLISH && f->fresh)
		flight_to_write(f, WRITE_NONE, PHASE_SEND);
	else if (f->kind == FLIGHT_REFRESH && f->steps == 1)
		flight_to_write(f, WRITE_REFRESH_BEGIN, PHASE_SEND);
	else
		f->phase = PHASE_SEND;
}

static void take_verdict(struct engine *e, struct flight *f, bool learned)
{
	static const struct err_info none;
	struct step_out *o = &f->out;
	int64_t retry_at = o->at;
	struct err_info error;

	if (retry_at == 0 && f->has_answer && f->answer.response)
		retry_at = http_retry_at(f->answer.response);
	/* What may have made the post visible was answered, and the adapter goes on. */
	if ((o->verdict == STEP_SEND || o->verdict == STEP_WAIT) && f->commit_like &&
	    f->has_answer && !o->partly)
		f->committed = true;
	switch (o->verdict) {
	case STEP_SEND:
		take_send(f, learned);
		return;
	case STEP_WAIT:
		take_wait(e, f, learned);
		return;
	case STEP_DONE:
		if (f->kind == FLIGHT_REFRESH || (o->remote_id && o->remote_id[0])) {
			succeed(e, f);
			return;
		}
		err_set(&error, E_PROTOCOL, "the answer of %s names no post", f->platform->title);
		judge_failure(e, f, TRANSFER_ANSWERED, CLASS_UNKNOWN, &error, 0);
		return;
	case STEP_FAILED:
		error = o->error;
		if (error.code == OK)
			err_set(&error, E_PLATFORM, "%s gave no reason", f->platform->title);
		judge_failure(e, f, TRANSFER_ANSWERED, o->error_class, &error, retry_at);
		return;
	default:
		if (f->kind == FLIGHT_SETTLE) {
			settle_ended(e, f, o->verdict, CLASS_NONE, &none, 0);
			return;
		}
		err_set(&error, E_PROTOCOL, "%s ended in a way that makes no sense",
			f->platform->title);
		judge_failure(e, f, TRANSFER_ANSWERED, CLASS_UNKNOWN, &error, 0);
		return;
	}
}

static void ask_adapter(struct engine *e, struct flight *f)
{
	struct http_response *response = f->has_answer ? f->answer.response : NULL;
	struct step_out o;
	struct step_in in;
	bool learned = false;

	connection_step_in(e->o, &f->conn, &in);
	in.op = f->kind == FLIGHT_PUBLISH  ? OP_PUBLISH
		: f->kind == FLIGHT_SETTLE ? OP_SETTLE
					   : OP_REFRESH;
	if (f->kind != FLIGHT_REFRESH) {
		in.post = &f->post;
		in.media_dir = workspace_media_dir(e->w);
		in.media_urls = f->media.urls;
		in.key = f->claim.key;
		in.key_time_ms = f->claim.key_time_ms;
		in.remote_id = f->claim.job.remote_id;
	}
	if (f->kind == FLIGHT_REFRESH && f->conn.client_id) {
		f->client.client_id = f->conn.client_id;
		in.oauth = &f->client;
	}
	in.state = f->state;
	in.response = response;
	step_out_init(&o);
	f->platform->step(&in, &o);
	if (f->has_out)
		step_out_free(&f->out);
	f->out = o;
	f->has_out = true;
	if (f->kind != FLIGHT_SETTLE)
		learned_take(&f->learned, &f->out);
	if (f->out.state) {
		json_free(&f->state);
		f->state = f->out.state;
		f->out.state = NULL;
		learned = true;
	}
	f->partly = f->partly || f->out.partly;
	f->settled_state = learned && f->kind == FLIGHT_SETTLE;
	f->steps++;
	take_verdict(e, f, learned);
}

void flight_step(struct engine *e, struct flight *f)
{
	struct err_info error;

	if (f->kind == FLIGHT_SWEEP) {
		media_sweep_step(e, f);
		return;
	}
	if (media_wanted(f) && !media_step(e, f))
		return;
	if (f->kind == FLIGHT_REFRESH && !f->has_answer && !f->lease) {
		refresh_flight_step(e, f);
		if (f->phase != PHASE_STEP)
			return;
	}
	if (f->steps >= STEPS_MAX) {
		err_set(&error, E_PROTOCOL, "%s came to no end after %d requests",
			f->platform->title, STEPS_MAX);
		judge_failure(e, f, TRANSFER_ANSWERED, CLASS_PERMANENT, &error, 0);
		return;
	}
	if (f->has_answer && f->answer.fate != TRANSFER_ANSWERED) {
		error = f->answer.error;
		if (error.code == OK)
			err_set(&error, E_NETWORK, "the network failed");
		judge_failure(e, f, f->answer.fate, CLASS_NONE, &error, 0);
		return;
	}
	ask_adapter(e, f);
	if (f->has_answer) {
		http_response_free(&f->answer.response);
		f->has_answer = false;
	}
}

/* ---- boarding ----------------------------------------------------------- */

static bool refuse_late_resend(struct engine *e, struct flight *f)
{
	const struct claim *c = &f->claim;

	if (!c->resend || settle_key_lives(e->o, f->platform, c->key_time_ms, clock_wall_ms()))
		return false;
	f->decision = (struct decision){
		.end = {.outcome = OUTCOME_INTERRUPTED, .finished_at = clock_wall_ms()},
		.t = {.to = JOB_HELD,
		      .action = "job.hold",
		      .hold_reason = HOLD_OPERATOR,
		      .failures = -1,
		      .crashes = -1,
		      .error_class = CLASS_UNKNOWN}};
	err_set(&f->decision.error, E_UNKNOWN_OUTCOME,
		"the key that protects a second sending to %s has run out before it left",
		f->platform->title);
	err_hint(&f->decision.error,
		 "see whether the post is there; release the job only if it is not");
	f->decision.t.error = &f->decision.error;
	f->decision.end.code = err_name(E_UNKNOWN_OUTCOME);
	f->decision.end.message = f->decision.error.text;
	flight_to_write(f, WRITE_END, PHASE_OVER);
	return true;
}

enum err flight_board(struct engine *e, struct flight *f, struct err_info *info)
{
	struct job *j = &f->claim.job;
	struct err_info why;
	enum err err;

	f->platform = platform_find(j->platform);
	f->account = account_find(e, j->tenant_id, j->connection_id);
	f->phase = PHASE_STEP;
	err = connection_get(e->s, j->tenant_id, j->connection_id, f->batch->arena, &f->conn, info);
	if (!err)
		err = post_get(e->s, j->tenant_id, j->post_id, j->platform, f->batch->arena,
			       &f->post, info);
	if (err)
		return err;
	if (j->stage && j->stage[0] &&
	    json_parse(j->stage, strlen(j->stage), JSON_BYTES_MAX, &f->state, info)) {
		log_warn("job %lld: what an earlier attempt had learned cannot be read",
			 (long long)j->id);
		f->state = NULL;
	}
	f->partly = platform_begun(j->stage, f->batch->arena, NULL, NULL);
	if (!f->platform) {
		static const struct platform unknown_platform = {.title = "?",
								 .settling = SETTLE_BY_PERSON};

		f->platform = &unknown_platform;
		err_set(&why, E_UNSUPPORTED, "this program does not know the platform %s",
			j->platform);
		flight_fail(e, f, CLASS_PERMANENT, &why, 0);
		return OK;
	}
	if (f->kind == FLIGHT_PUBLISH && refuse_late_resend(e, f))
		return OK;
	if (refresh_is_due(&f->conn, clock_wall_ms()) && !f->account->refreshing)
		f->account->refresh_wanted = true;
	if (f->account->refresh_wanted || f->account->refreshing) {
		if (f->kind == FLIGHT_PUBLISH)
			flight_to_write(f, WRITE_NONE, PHASE_LOGIN);
		else
			f->phase = PHASE_LOGIN;
		return OK;
	}
	f->generation = f->account->generation;
	flight_step(e, f);
	return OK;
}

void flight_after_login(struct engine *e, struct flight *f)
{
	struct account *a = f->account;
	struct err_info info;

	if (a->refresh_class == CLASS_NONE) {
		if (connection_get(e->s, a->tenant_id, a->connection_id, f->batch->arena, &f->conn,
				   &info)) {
			flight_fail(e, f, CLASS_TRANSIENT, &info, 0);
			return;
		}
		f->generation = a->generation;
		f->phase = PHASE_STEP;
		flight_step(e, f);
		return;
	}
	/* The refresh has told the account's status already. */
	info = a->refresh_error;
	if (f->kind == FLIGHT_PUBLISH)
		flight_end_attempt(e, f, a->refresh_class, &info, 0);
	else
		settle_ended(e, f, STEP_FAILED, a->refresh_class, &info, 0);
}
