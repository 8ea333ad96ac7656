/* publisher/media.c - an attempt's files are put at the media host, before its adapter is asked.
 *
 * One file after the other: its row is committed, it is put, and that it is there is committed with the next row or the
 * adapter's first request. All of it is free to repeat: the name stands in the row, so a second try puts the same
 * file in the same place. What goes wrong here is no failure of the platform: its breaker and the account's limits are
 * left alone. */
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "publisher/engine.h"

bool media_wanted(const struct flight *f)
{
	return f->kind == FLIGHT_PUBLISH && f->platform->media_by_url && f->post.n_media > 0 &&
	       !f->media.ready;
}

void media_free(struct flight *f)
{
	http_request_free(&f->media.request);
	xfree(&f->media.result.url);
}

static void fail(struct engine *e, struct flight *f, enum err_class cls,
		 const struct err_info *error, int64_t retry_at)
{
	struct err_info copy = *error;

	f->media.busy = false;
	if (f->probe)
		breaker_of(e, f->platform)->probing = false;
	flight_fail(e, f, cls, &copy, retry_at);
}

/* ---- what is there already ---------------------------------------------- */

/* A row of an earlier attempt for this file, that the host of now knows and no other file has. */
static struct media_object *row_for(const struct engine *e, const struct flight *f,
				    struct media_object *rows, size_t n, const char *sha256)
{
	for (size_t i = 0; i < n; i++) {
		bool taken = false;

		for (size_t k = 0; k < f->post.n_media; k++)
			taken |= f->media.files[k].id == rows[i].id;
		if (!taken && strcmp(rows[i].sha256, sha256) == 0 &&
		    media_host_owns(&e->o->media, rows[i].kind, rows[i].target))
			return &rows[i];
	}
	return NULL;
}

static enum err look(struct engine *e, struct flight *f, struct err_info *info)
{
	struct arena *a = f->batch->arena;
	size_t n_files = f->post.n_media, n = 0;
	struct media_object *rows = NULL;
	enum err err = media_objects_of_job(e->s, f->claim.job.tenant_id, f->claim.job.id, a, &rows,
					    &n, info);

	if (err)
		return err;
	f->media.files = arena_alloc(a, n_files * sizeof(*f->media.files));
	f->media.to_add = arena_alloc(a, n_files * sizeof(bool));
	f->media.to_tell = arena_alloc(a, n_files * sizeof(bool));
	f->media.urls = arena_alloc(a, n_files * sizeof(*f->media.urls));
	memset(f->media.files, 0, n_files * sizeof(*f->media.files));
	memset(f->media.to_add, 0, n_files * sizeof(bool));
	memset(f->media.to_tell, 0, n_files * sizeof(bool));
	for (size_t i = 0; i < n_files; i++) {
		struct media_object *row = row_for(e, f, rows, n, f->post.media[i].sha256);

		if (row)
			f->media.files[i] = *row;
	}
	f->media.looked = true;
	return OK;
}

/* ---- one file -------------------------------------------------------------- */

static void ask_put(struct engine *e, struct flight *f, size_t i)
{
	const struct media_host *h = &e->o->media;
	const struct media *m = &f->post.media[i];
	struct media_object *o = &f->media.files[i];
	struct arena *a = f->batch->arena;

	if (!o->name) {
		*o = (struct media_object){.tenant_id = f->claim.job.tenant_id,
					   .job_id = f->claim.job.id,
					   .sha256 = m->sha256,
					   .kind = media_kind_name(h->kind),
					   .name = media_host_name(a, m->sha256, m->type)};
		o->target = media_host_target(h, a, o->name);
		f->media.to_add[i] = true;
	}
	http_request_free(&f->media.request);
	if (o->target) {
		char *path = fs_join(workspace_media_dir(e->w), m->sha256);

		f->media.request = media_host_put(h, o->target, m, path);
		f->media.request->timeout_ms = media_host_send_ms(m, e->o->timeout_ms);
		xfree(&path);
	}
	f->media.at = i;
	f->media.busy = true;
	flight_to_write(f, WRITE_MEDIA, PHASE_SEND);
}

/* True: it is there. */
static bool take_put(struct engine *e, struct flight *f)
{
	struct media_object *o = &f->media.files[f->media.at];
	struct media_result *r = &f->media.result;

	media_take_result(e, f, false);
	if (r->cls != CLASS_NONE) {
		f->media.refused = r->cls == CLASS_PERMANENT && r->error.http_status > 0;
		fail(e, f, r->cls, &r->error, r->retry_at);
		return false;
	}
	o->url = r->url ? arena_strdup(f->batch->arena, r->url)
			: media_host_public(&e->o->media, f->batch->arena, o->name);
	xfree(&r->url);
	f->media.to_tell[f->media.at] = true;
	return true;
}

bool media_step(struct engine *e, struct flight *f)
{
	struct err_info info;
	bool dirty = false;
	enum err err;

	if (!f->media.looked) {
		err = media_host_check(&e->o->media, &info);
		if (!err)
			err = look(e, f, &info);
		if (err) {
			fail(e, f, err == E_CONFIG ? CLASS_PERMANENT : CLASS_TRANSIENT, &info, 0);
			return false;
		}
	}
	if (f->media.busy && !take_put(e, f))
		return false;
	for (size_t i = 0; i < f->post.n_media; i++) {
		if (!f->media.files[i].url) {
			ask_put(e, f, i);
			return false;
		}
		f->media.urls[i] = f->media.files[i].url;
		dirty |= f->media.to_tell[i];
	}
	f->media.ready = true;
	if (dirty)
		flight_to_write(f, WRITE_MEDIA, PHASE_STEP);
	return !dirty;
}

enum err media_write(struct engine *e, struct flight *f, struct err_info *info)
{
	enum err err = OK;

	for (size_t i = 0; i < f->post.n_media && !err; i++) {
		struct media_object *o = &f->media.files[i];

		if (f->media.to_add[i])
			err = media_object_add(e->s, o, clock_wall_ms(), info);
		if (!err && f->media.to_tell[i])
			err = media_object_there(e->s, o->tenant_id, o->id, o->url, info);
	}
	return err;
}

enum err media_write_refused(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct media_object *o;

	if (!f->media.refused)
		return OK;
	o = &f->media.files[f->media.at];
	return media_object_gone(e->s, o->tenant_id, o->id, info);
}

void media_committed(struct flight *f)
{
	memset(f->media.to_add, 0, f->post.n_media * sizeof(bool));
	memset(f->media.to_tell, 0, f->post.n_media * sizeof(bool));
}

/* ---- the exchange, of a put or a delete ------------------------------------ */

/* Where the secret cannot be had now, the flight waits or gives up as its kind does. */
static void no_secret(struct engine *e, struct flight *f, const struct err_info *info)
{
	bool passing = info->code == E_VAULT_LOCKED || info->code == E_BUSY || info->code == E_IO ||
		       info->code == E_DISK_FULL;

	f->media.busy = false;
	if (f->kind == FLIGHT_SWEEP) {
		media_sweep_failed(e, f, info);
	} else if (passing) {
		e->vault_trouble = *info;
		flight_withdraw(e, f);
	} else {
		fail(e, f, CLASS_PERMANENT, info, 0);
	}
}

static void send_request(struct engine *e, struct flight *f, const struct media_object *o)
{
	struct secret_set set = {{NULL}};
	struct secret *s = NULL;
	struct err_info info;
	enum err err = tenant_secret(e->s, o->tenant_id, SECRET_MEDIA_HOST, &s, &info);

	if (!err && !s) {
		err = err_set(&info, E_CONFIG, "no secret is stored for the media host");
		err_hint(&info, "masthead media-host secret");
	}
	if (err) {
		no_secret(e, f, &info);
		return;
	}
	set.slot[SLOT_MEDIA_HOST] = s;
	f->phase = PHASE_AIR;
	transport_submit(e->t, f->media.request, &set, http_url_is_loopback(o->target), f);
	secret_free(&s);
}

void media_send(struct engine *e, struct flight *f)
{
	bool deleting = f->kind == FLIGHT_SWEEP;
	const struct media_object *o = &f->media.files[f->media.at];
	const struct media *m = deleting ? NULL : &f->post.media[f->media.at];
	char *path;

	f->media.done = false;
	if (f->media.request) {
		send_request(e, f, o);
		return;
	}
	path = m ? fs_join(workspace_media_dir(e->w), m->sha256) : NULL;
	f->phase = PHASE_AIR;
	media_task_start(
		e, f,
		&(struct media_call){.command = e->o->media.command,
				     .deleting = deleting,
				     .name = o->name,
				     .file = path,
				     .type = m ? (m->type ? m->type : "application/octet-stream")
					       : NULL,
				     .url = o->url,
				     .timeout_ms = m ? 2 * media_host_send_ms(m, e->o->timeout_ms)
						     : 2 * e->o->timeout_ms});
	xfree(&path);
}

void media_take_result(struct engine *e, struct flight *f, bool deleting)
{
	struct media_result *r = &f->media.result;
	struct arena *a;

	f->media.busy = false;
	if (f->media.done)
		return;
	*r = (struct media_result){0};
	if (f->answer.fate == TRANSFER_ANSWERED) {
		r->cls = media_host_judge(&e->o->media, f->answer.response, deleting, &r->retry_at,
					  &r->error);
	} else {
		const struct err_info *why = &f->answer.error;
		struct judgement j = {.fate = f->answer.fate, .code = why->code};

		a = arena_new();
		r->cls = outcome_class(&j);
		err_set(&r->error, why->code == OK ? E_NETWORK : why->code, "the media host %s: %s",
			media_host_title(&e->o->media, a), why->text);
		arena_free(&a);
	}
	http_response_free(&f->answer.response);
	f->has_answer = false;
}
