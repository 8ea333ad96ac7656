/* publisher/outcome.c - the policy: what a failure is, when it is tried again, when absence is believed. */
#include "publisher/outcome.h"

#include <string.h>

#include "base/log.h"

#define RATE_LIMIT_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)
#define SETTLE_RETRY_MAX_MS 60000
#define SETTLE_RATE_MS 30000

/* What the transport itself refused will be refused again; what the network did may pass. */
static enum err_class class_of_unsent(enum err code)
{
	switch (code) {
	case E_INVALID:
	case E_TOO_LONG:
	case E_MEDIA:
	case E_NOT_FOUND:
	case E_UNSUPPORTED:
		return CLASS_PERMANENT;
	default:
		return CLASS_TRANSIENT;
	}
}

enum err_class outcome_class(const struct judgement *j)
{
	enum err_class cls;

	switch (j->fate) {
	case TRANSFER_NOT_SENT:
		cls = class_of_unsent(j->code);
		break;
	case TRANSFER_LOST:
		cls = j->commit_like ? CLASS_UNKNOWN : CLASS_TRANSIENT;
		break;
	default:
		cls = j->said;
		break;
	}
	if (cls == CLASS_NONE)
		return CLASS_NONE;
	/* The attempt may be visible already: nothing that fails after that makes it safe to repeat. */
	if (j->committed)
		return CLASS_UNKNOWN;
	/* Nothing that could make the post visible has left. */
	if (cls == CLASS_UNKNOWN && !j->commit_like)
		return CLASS_TRANSIENT;
	return cls;
}

int64_t outcome_retry_delay(const struct publisher_settings *o, int64_t failures, unsigned random)
{
	int64_t delay = o->retry_base_ms, percent = 8000 + (int64_t)(random % 10000) * 4000 / 9999;

	for (int64_t i = 0; i < failures && delay < o->retry_cap_ms; i++)
		delay *= 2;
	if (delay > o->retry_cap_ms)
		delay = o->retry_cap_ms;
	return delay * percent / 10000;
}

/* A time that a platform has told, held to reason. */
static int64_t told_or(int64_t told, int64_t now_ms, int64_t otherwise)
{
	if (told <= now_ms)
		return otherwise;
	return told - now_ms > RATE_LIMIT_MAX_MS ? now_ms + RATE_LIMIT_MAX_MS : told;
}

static void decide_published(const struct outcome_case *c, struct decision *out)
{
	out->end.outcome = OUTCOME_PUBLISHED;
	out->t.to = JOB_PUBLISHED;
	out->t.action = "job.publish";
	out->t.remote_id = c->remote_id;
	out->t.remote_url = c->remote_url;
	out->t.published_at = c->now_ms;
	out->t.crashes = 0;
}

/* The words, with what is out already before them. */
static void say_partly(struct decision *out)
{
	struct err_info why = out->error;

	err_set(&out->error, why.code,
		"the first parts of the thread are published, the rest is not: %s", why.text);
	out->error.http_status = why.http_status;
	memcpy(out->error.platform, why.platform, sizeof(why.platform));
	err_hint(&out->error, "to publish the rest: masthead retry JOB");
}

static void decide_failed(const struct outcome_case *c, struct decision *out, enum outcome how)
{
	out->end.outcome = how;
	out->t.to = JOB_FAILED;
	out->t.action = "job.fail";
	/* Whoever retries it by hand begins anew, but for what is out already. */
	if (c->partly)
		say_partly(out);
	else
		out->t.stage = "";
	out->t.crashes = 0;
}

static void decide_transient(const struct outcome_case *c, struct decision *out)
{
	int64_t delay = outcome_retry_delay(c->o, c->job->failures, c->random);

	out->t.failures = c->job->failures + 1;
	if (out->t.failures > c->job->max_retries) {
		decide_failed(c, out, OUTCOME_TRANSIENT);
		return;
	}
	out->end.outcome = OUTCOME_TRANSIENT;
	out->t.to = JOB_PENDING;
	out->t.action = "job.retry_later";
	out->t.wait = WAIT_RETRY;
	out->t.next_attempt_at = told_or(c->retry_at, c->now_ms, c->now_ms + delay);
	out->t.crashes = 0;
}

static void decide_rate_limited(const struct outcome_case *c, struct decision *out)
{
	int64_t delay = outcome_retry_delay(c->o, 63, c->random);

	out->end.outcome = OUTCOME_RATE_LIMITED;
	out->t.to = JOB_PENDING;
	out->t.action = "job.wait_rate";
	out->t.wait = WAIT_RATE;
	out->t.next_attempt_at = told_or(c->retry_at, c->now_ms, c->now_ms + delay);
	out->t.crashes = 0;
}

static void decide_auth(const struct outcome_case *c, struct decision *out)
{
	out->end.outcome = OUTCOME_AUTH;
	out->t.to = JOB_PENDING;
	out->t.action = "job.wait_login";
	out->t.wait = WAIT_NONE;
	out->t.next_attempt_at = c->now_ms;
	out->t.crashes = 0;
}

static void decide_unknown(const struct outcome_case *c, struct decision *out)
{
	out->end.outcome = OUTCOME_UNKNOWN;
	out->t.to = JOB_UNKNOWN;
	out->t.action = "job.unknown";
	out->t.crashes = 0;
	if (c->settling == SETTLE_BY_PERSON)
		out->end.settle_at = 0;
	else if (c->answered || c->deadline < c->now_ms)
		out->end.settle_at = c->now_ms;
	else
		out->end.settle_at = c->deadline;
	out->error.code = E_UNKNOWN_OUTCOME;
	if (!out->error.hint[0])
		err_hint(&out->error, c->settling == SETTLE_BY_PERSON
					      ? "look at the account, then resolve the job"
					      : "it is being found out by asking the platform");
}

void outcome_decide(const struct outcome_case *c, struct decision *out)
{
	*out = (struct decision){.end = {.finished_at = c->now_ms},
				 .t = {.failures = -1,
				       .crashes = -1,
				       .error_class = c->cls,
				       .duration_ms = c->duration_ms}};
	if (c->cls != CLASS_NONE && c->error)
		out->error = *c->error;
	if (c->partly) {
		out->t.remote_id = c->remote_id;
		out->t.remote_url = c->remote_url;
	}
	switch (c->cls) {
	case CLASS_NONE:
		decide_published(c, out);
		return;
	case CLASS_TRANSIENT:
		decide_transient(c, out);
		break;
	case CLASS_RATE_LIMITED:
		decide_rate_limited(c, out);
		break;
	case CLASS_AUTH:
		decide_auth(c, out);
		break;
	case CLASS_UNKNOWN:
		decide_unknown(c, out);
		break;
	default:
		decide_failed(c, out, OUTCOME_PERMANENT);
		break;
	}
	if (out->error.code == OK)
		err_set(&out->error, E_PLATFORM, "the platform gave no reason");
	out->t.error = &out->error;
	out->end.http_status = out->error.http_status;
	out->end.code = err_name(out->error.code);
	out->end.message = out->error.text;
}

/* ---- settling ----------------------------------------------------------- */

int64_t settle_lag_ms(const struct publisher_settings *o, const struct platform *p)
{
	return p->visibility_lag_ms > o->settle_lag_ms ? p->visibility_lag_ms : o->settle_lag_ms;
}

bool settle_key_lives(const struct publisher_settings *o, const struct platform *p,
		      int64_t key_time_ms, int64_t now_ms)
{
	/* The resend must arrive while the key lives, and clocks differ. */
	int64_t margin = o->timeout_ms + 60000;

	return p->key_life_ms == 0 ||
	       (now_ms >= key_time_ms && now_ms - key_time_ms < p->key_life_ms - margin);
}

static void later(struct settlement *out, int64_t now_ms, int64_t wait_ms, const char *why)
{
	out->move = SETTLE_LATER;
	out->wait_ms = wait_ms;
	out->settle_at = now_ms + wait_ms;
	out->why = why;
}

static void person(struct settlement *out, const char *why)
{
	out->move = SETTLE_PERSON;
	out->why = why;
}

/* A gateway's own words say nothing about what stands behind it. */
static bool is_answer_of_platform(int64_t http_status)
{
	return http_status != 0 && http_status != 502 && http_status != 504;
}

static void resend(const struct settle_case *c, struct settlement *out)
{
	if (c->counts && c->failures >= c->max_retries) {
		if (!is_answer_of_platform(c->http_status)) {
			person(out, "not there, and no retry is left");
			return;
		}
		out->move = SETTLE_FAIL;
		out->failures = c->failures + 1;
		out->why = "provably not there, and no retry is left";
		return;
	}
	out->move = SETTLE_RESEND;
	out->why = "provably not there; sent again under the same key";
	if (c->counts) {
		out->failures = c->failures + 1;
		out->wait_ms = outcome_retry_delay(c->o, c->failures, c->random);
	}
}

static void decide_absent(const struct settle_case *c, struct settlement *out)
{
	int64_t lag = settle_lag_ms(c->o, c->platform);
	bool harmless = c->platform->settling == SETTLE_BY_KEY ||
			(c->platform->settling == SETTLE_BY_STAGE && c->has_stage);

	if (c->now_ms < c->deadline) {
		/* It may still be on its way: this absence does not count. */
		later(out, c->now_ms, c->deadline - c->now_ms,
		      "not there yet; it may still arrive");
		return;
	}
	out->reads = c->reads + 1;
	if (out->reads < SETTLE_READS)
		later(out, c->now_ms, out->reads * lag, "not there; looking again");
	else if (!harmless)
		person(out,
		       "the platform does not show it, which proves nothing about a late arrival");
	else if (!settle_key_lives(c->o, c->platform, c->key_time_ms, c->now_ms))
		person(out, "not there, but the key that protects a second sending has run out");
	else if (c->crashes >= CRASHES_MAX)
		person(out, "not there, and it was interrupted too often to be sent again unasked");
	else
		resend(c, out);
}

static void decide_no_answer(const struct settle_case *c, struct settlement *out)
{
	/* Half as long again as it has lasted: grows without anything to remember. */
	int64_t wait = (c->now_ms - c->finished_at) / 2, least = c->o->retry_base_ms;

	if (c->cls == CLASS_PERMANENT) {
		person(out, "the platform refused to say whether it is there");
		return;
	}
	if (c->cls == CLASS_RATE_LIMITED)
		wait = told_or(c->retry_at, c->now_ms, c->now_ms + SETTLE_RATE_MS) - c->now_ms;
	else if (wait > SETTLE_RETRY_MAX_MS)
		wait = SETTLE_RETRY_MAX_MS;
	if (wait < least)
		wait = least;
	later(out, c->now_ms, wait, "the platform could not be asked whether it is there");
}

void settle_decide(const struct settle_case *c, struct settlement *out)
{
	*out = (struct settlement){.reads = c->reads, .failures = -1};
	switch (c->verdict) {
	case STEP_DONE:
		out->move = SETTLE_FOUND;
		out->why = "it is there";
		break;
	case STEP_ABSENT:
		decide_absent(c, out);
		break;
	case STEP_GO_ON:
		out->move = SETTLE_RESEND;
		out->why = "a part of it is there; the rest follows";
		break;
	case STEP_RESEND:
		if (c->crashes >= CRASHES_MAX)
			person(out, "it was interrupted too often to be sent again unasked");
		else
			out->move = SETTLE_RESEND,
			out->why = "the platform allows one identical resend";
		break;
	case STEP_UNDECIDED:
		person(out, "the platform cannot tell whether it is there");
		break;
	default:
		decide_no_answer(c, out);
		break;
	}
}
