/* publisher/media_sweep.c - what no job needs any more is deleted from the media host.
 *
 * A file goes when its job has ended (however that was) or is put aside, and the platform's time to fetch it is over.
 * Looked for as the publisher starts, when a job with files ends, when somebody else has changed the database, and when
 * a file that could not be deleted is due again: at growing distances, up to a day, until it is gone. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"

#define AT_ONCE 8
#define LIMIT 256
#define RETRY_MAX_MS (INT64_C(24) * 3600 * 1000)
#define LOCKED_WAIT_MS 60000
/* What a put that was cut off may still do: a command goes on after us. */
#define LATE_PUT_MS (INT64_C(3600) * 1000)

void media_sweep_soon(struct engine *e)
{
	e->media_look_mono = clock_mono_ms();
}

/* A run for some jobs cleans up after these only. */
static bool is_ours(const struct engine *e, const struct media_object *o)
{
	const struct job_filter *only = e->run ? e->run->only : NULL;

	if (!only)
		return true;
	for (size_t i = 0; i < only->n_ids; i++)
		if (only->ids[i] == o->job_id && e->run->only_tenant == o->tenant_id)
			return true;
	return false;
}

static bool is_flying(const struct engine *e, const struct media_object *o)
{
	for (size_t i = 0; i < e->n_flights; i++) {
		const struct flight *f = e->flights[i];

		if (f->kind == FLIGHT_SWEEP && f->media.files->id == o->id &&
		    f->media.files->tenant_id == o->tenant_id)
			return true;
	}
	return false;
}

static size_t flying(const struct engine *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_flights; i++)
		n += e->flights[i]->kind == FLIGHT_SWEEP;
	return n;
}

static int64_t due_at(const struct media_object *o)
{
	const struct platform *p = platform_find(o->platform);
	int64_t kept = o->ended_at + (p ? p->media_keep_ms : 0);

	return kept > o->next_at ? kept : o->next_at;
}

static void start(struct engine *e, struct batch *b, struct media_object *o)
{
	struct flight *f = flight_new(e, FLIGHT_SWEEP, b);
	struct err_info info;

	f->media.files = o;
	if (!media_host_owns(&e->o->media, o->kind, o->target)) {
		err_set(&info, E_CONFIG, "it stands at a media host that is not configured now");
		media_sweep_failed(e, f, &info);
		return;
	}
	if (o->target) {
		f->media.request = media_host_delete(&e->o->media, o->target);
	}
	f->media.busy = true;
	flight_to_write(f, WRITE_DROPPING, PHASE_SEND);
}

enum err media_sweep_start(struct engine *e, struct err_info *info)
{
	int64_t now = clock_wall_ms(), next = INT64_MAX;
	struct media_object *list = NULL;
	struct batch *b;
	size_t n = 0;
	enum err err;

	if (e->media_look_mono > clock_mono_ms())
		return OK;
	b = batch_new();
	err = media_objects_over(e->s, LIMIT, b->arena, &list, &n, info);
	for (size_t i = 0; !err && i < n; i++) {
		int64_t at = due_at(&list[i]);

		if (!is_ours(e, &list[i]) || is_flying(e, &list[i]))
			continue;
		if (at > now)
			next = at < next ? at : next;
		else if (flying(e) < AT_ONCE) /* else the end of one of them looks again */
			start(e, b, &list[i]);
	}
	batch_drop(&b);
	if (!err)
		e->media_look_mono = next == INT64_MAX ? next : clock_mono_ms() + (next - now);
	return err;
}

/* It is told and tried again; a locked vault is no fault of the host's. */
void media_sweep_failed(struct engine *e, struct flight *f, const struct err_info *info)
{
	f->media.busy = false;
	if (info->code == E_VAULT_LOCKED || info->code == E_BUSY) {
		f->phase = PHASE_OVER;
		e->media_look_mono = clock_mono_ms() + LOCKED_WAIT_MS;
		return;
	}
	f->media.result.cls = CLASS_TRANSIENT;
	log_warn("the file %s of job %lld could not be deleted from the media host: %s",
		 f->media.files->name, (long long)f->media.files->job_id, info->text);
	flight_to_write(f, WRITE_DROPPED, PHASE_OVER);
}

void media_sweep_step(struct engine *e, struct flight *f)
{
	media_take_result(e, f, true);
	if (f->media.result.cls == CLASS_NONE)
		flight_to_write(f, WRITE_DROPPED, PHASE_OVER);
	else
		media_sweep_failed(e, f, &f->media.result.error);
}

static int64_t retry_delay(const struct publisher_settings *o, int64_t tries)
{
	int64_t delay = o->retry_cap_ms;

	for (int64_t i = 0; i < tries && delay < RETRY_MAX_MS; i++)
		delay *= 2;
	return delay < RETRY_MAX_MS ? delay : RETRY_MAX_MS;
}

/* Where it is not known how the put ended, the file may come after its deletion: that is repeated once. */
static enum err write_gone(struct engine *e, const struct media_object *o, struct err_info *info)
{
	enum err err;

	if (o->url)
		return media_object_gone(e->s, o->tenant_id, o->id, info);
	err = media_object_there(e->s, o->tenant_id, o->id, "", info);
	if (!err)
		err = media_object_later(e->s, o->tenant_id, o->id, 0,
					 clock_wall_ms() + LATE_PUT_MS, info);
	return err;
}

enum err media_sweep_write(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct media_object *o = f->media.files;
	int64_t now = clock_wall_ms(), next = now + retry_delay(e->o, o->tries);

	if (f->write == WRITE_DROPPING)
		return media_object_dropping(e->s, o->tenant_id, o->id, info);
	if (f->media.result.cls == CLASS_NONE)
		return write_gone(e, o, info);
	if (f->media.result.retry_at > next)
		next = f->media.result.retry_at;
	return media_object_later(e->s, o->tenant_id, o->id, o->tries + 1, next, info);
}
