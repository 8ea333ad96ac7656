/* ops/act.c - retry, cancel, hold, release, reschedule: one job at a time, each from the states that allow it.
 *
 * The table is the command line's contract. Going on never means going early: a job whose time is still to come is
 * scheduled for it, and only one whose time has passed becomes due at once. */
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "store/jobs.h"
#include "store/tenants.h"

#define BIT(s) (1u << (s))

static const struct {
	const char *name, *action;
	unsigned from;
} acts[ACT_COUNT] = {
	[ACT_RETRY] = {"retry", "job.retry", BIT(JOB_FAILED) | BIT(JOB_HELD)},
	[ACT_CANCEL] = {"cancel", "job.cancel",
			BIT(JOB_DRAFT) | BIT(JOB_SCHEDULED) | BIT(JOB_PENDING) | BIT(JOB_HELD) |
				BIT(JOB_FAILED)},
	[ACT_HOLD] = {"hold", "job.hold", BIT(JOB_SCHEDULED) | BIT(JOB_PENDING)},
	[ACT_RELEASE] = {"release", "job.release", BIT(JOB_HELD) | BIT(JOB_DRAFT)},
	[ACT_RESCHEDULE] = {"reschedule", "job.reschedule",
			    BIT(JOB_DRAFT) | BIT(JOB_SCHEDULED) | BIT(JOB_PENDING) | BIT(JOB_HELD)},
};

static const char *advice(enum job_status s)
{
	switch (s) {
	case JOB_UNKNOWN:
		return N_(
			"say what became of it with: masthead resolve JOB --published / --absent");
	case JOB_PROCESSING:
		return N_("it is being published; wait for its outcome");
	case JOB_PUBLISHED:
		return N_("a published post can be deleted with: masthead takedown JOB");
	case JOB_HELD:
		return N_("let it go with: masthead release JOB");
	case JOB_FAILED:
		return N_("try it again with: masthead retry JOB");
	default:
		return "";
	}
}

static enum err check_state(const struct job *j, enum job_act act, struct err_info *info)
{
	char label[OPS_LABEL_SIZE];
	struct strbuf from;

	if (acts[act].from & BIT(j->status))
		return OK;
	job_label(j, label);
	strbuf_init(&from, 256);
	job_states_text(acts[act].from, &from);
	err_set(info, E_STATE, "%s is %s; %s is allowed from %s", label, job_status_name(j->status),
		acts[act].name, from.data);
	strbuf_free(&from);
	if (*advice(j->status))
		err_hint(info, "%s", err_translate(advice(j->status)));
	return E_STATE;
}

static enum err read_at(struct ops *o, const struct job *j, const char *at, int64_t now_ms,
			struct arena *a, int64_t *out, struct err_info *info)
{
	struct brand b;
	enum err e;

	if (!at)
		return err_set(info, E_USAGE, "to reschedule needs a time: --at TIME");
	e = brand_get(o->store, o->tenant_id, j->brand_id, a, &b, info);
	return e ? e : ops_time(at, b.timezone, now_ms, out, info);
}

/* at: 0, or the new time. */
static void go(struct transition *t, const struct job *j, int64_t at, int64_t now_ms)
{
	int64_t when = at ? at : j->scheduled_at;

	t->failures = 0;
	t->crashes = 0;
	if (when > now_ms && j->status != JOB_FAILED) {
		t->to = JOB_SCHEDULED;
		t->next_attempt_at = when;
	} else {
		t->to = JOB_PENDING;
		t->next_attempt_at = now_ms;
	}
	t->scheduled_at = at ? at : j->scheduled_at ? 0 : now_ms;
}

static void plan(struct transition *t, enum job_act act, const struct job *j, int64_t at,
		 int64_t now_ms, struct arena *a)
{
	*t = (struct transition){.action = acts[act].action, .failures = -1, .crashes = -1};
	switch (act) {
	case ACT_CANCEL:
		t->to = JOB_CANCELLED;
		break;
	case ACT_HOLD:
		t->to = JOB_HELD;
		t->hold_reason = HOLD_OPERATOR;
		break;
	case ACT_RETRY:
		/* What an earlier try had prepared may have lapsed; what of it is out already stays. */
		if (!platform_begun(j->stage, a, NULL, NULL))
			t->stage = "";
		go(t, j, 0, now_ms);
		break;
	default:
		go(t, j, at, now_ms);
		break;
	}
}

static enum err do_act(struct ops *o, enum job_act act, int64_t job_id, const char *at, bool dry,
		       struct arena *a, struct job *out, struct err_info *info)
{
	int64_t now_ms = clock_wall_ms(), when = 0;
	struct transition t;
	struct job j;
	enum err e = job_get(o->store, o->tenant_id, job_id, a, &j, info);

	if (!e)
		e = check_state(&j, act, info);
	if (!e && act == ACT_RESCHEDULE)
		e = read_at(o, &j, at, now_ms, a, &when, info);
	if (!e && !dry) {
		plan(&t, act, &j, when, now_ms, a);
		e = job_transition(o->store, o->tenant_id, job_id, &t, info);
		if (!e)
			e = job_get(o->store, o->tenant_id, job_id, a, &j, info);
	}
	if (!e)
		*out = j;
	return e;
}

enum err ops_job_act(struct ops *o, enum job_act act, int64_t job_id, const char *at, bool dry,
		     struct arena *a, struct job *out, struct err_info *info)
{
	struct job j;
	enum err e;

	if (dry)
		return do_act(o, act, job_id, at, true, a, out, info);
	e = ops_begin(o, info);
	if (e)
		return e;
	e = do_act(o, act, job_id, at, false, a, &j, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
	else
		*out = j;
	return e;
}
