/* publisher/exchange.c - an adapter's operation, driven to its end in the calling thread.
 *
 * Secrets are opened from the vault only for the slots that a request has, and only while it is handed to the
 * transport. */
#include "publisher/exchange.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"

#define STEPS_MAX 200
#define WAIT_LOOK_MS 100
#define WAIT_TOTAL_MS (INT64_C(10) * 60 * 1000)

const char *settings_option(const struct publisher_settings *o, const char *platform,
			    const char *key)
{
	const char *value = o->platform_option ? o->platform_option(o->self, platform, key) : NULL;

	return value && value[0] ? value : NULL;
}

bool connection_on_loopback(const struct publisher_settings *o, const struct connection *c)
{
	const char *base = settings_option(o, c->platform, "api_base");

	return base ? http_url_is_loopback(base) : c->loopback;
}

void connection_step_in(const struct publisher_settings *o, const struct connection *c,
			struct step_in *in)
{
	*in = (struct step_in){.conn = c,
			       .api_base = settings_option(o, c->platform, "api_base"),
			       .api_version = settings_option(o, c->platform, "version"),
			       .video_base = settings_option(o, c->platform, "video_base"),
			       .now_ms = clock_wall_ms()};
}

/* ---- secrets ------------------------------------------------------------ */

static void note_slots(const struct http_text *t, bool wanted[SLOT_COUNT])
{
	for (size_t i = 0; i < t->n_slots; i++)
		wanted[t->slots[i].slot] = true;
}

static bool field_of_slot(int slot, enum conn_field *f)
{
	switch (slot) {
	case SLOT_PASSWORD:
		*f = CONN_PASSWORD;
		return true;
	case SLOT_ACCESS:
	case SLOT_PAGE:
		*f = CONN_ACCESS;
		return true;
	case SLOT_REFRESH:
		*f = CONN_REFRESH;
		return true;
	case SLOT_CLIENT_SECRET:
		*f = CONN_CLIENT_SECRET;
		return true;
	default:
		return false;
	}
}

enum err secrets_open(struct store *s, const struct connection *c, const struct http_request *r,
		      struct opened_secrets *out, struct err_info *info)
{
	bool wanted[SLOT_COUNT] = {false};
	struct opened_secrets x = {0};
	enum err e;

	note_slots(&r->url, wanted);
	note_slots(&r->body, wanted);
	for (size_t i = 0; i < r->n_headers; i++)
		note_slots(&r->headers[i].value, wanted);
	for (int i = 0; i < SLOT_COUNT; i++) {
		enum conn_field f;

		if (!wanted[i] || !field_of_slot(i, &f))
			continue;
		e = connection_secret(s, c->tenant_id, c->id, f, &x.owned[i], info);
		if (!e && !x.owned[i])
			e = err_set(info, E_TOKEN_EXPIRED, "no %s is stored for %s on %s",
				    secret_slot_name((enum secret_slot)i),
				    c->account ? c->account : "the account", c->platform);
		if (e) {
			secrets_close(&x);
			return e;
		}
		x.set.slot[i] = x.owned[i];
	}
	*out = x;
	return OK;
}

void secrets_close(struct opened_secrets *x)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		secret_free(&x->owned[i]);
		x->set.slot[i] = NULL;
	}
}

/* ---- one operation ------------------------------------------------------ */

static enum err wait_until(const struct exchange *x, int64_t at, int64_t give_up_mono,
			   struct err_info *info)
{
	int64_t end = clock_mono_ms() + (at - clock_wall_ms());

	while (clock_mono_ms() < end) {
		if (x->abort_flag && flag_get(x->abort_flag))
			return err_set(info, E_INTERRUPTED, "interrupted");
		if (clock_mono_ms() > give_up_mono)
			return err_set(info, E_TIMEOUT, "%s did not come to an end in time",
				       x->platform->title);
		poll(NULL, 0, WAIT_LOOK_MS);
	}
	return OK;
}

static enum err failed(const struct step_out *o, enum err_class *cls, struct err_info *info)
{
	if (cls)
		*cls = o->error_class == CLASS_NONE ? CLASS_TRANSIENT : o->error_class;
	if (info)
		*info = o->error;
	if (o->error.code != OK)
		return o->error.code;
	return err_set(info, E_PLATFORM, "the platform gave no reason");
}

/* The network's failures are transient, whatever was asked. */
static enum err send_one(struct transport *t, const struct exchange *x,
			 const struct secret_set *secrets, const struct http_request *r,
			 struct http_response **response, struct exchange_note *note,
			 struct err_info *info)
{
	struct transfer tr = {0};
	enum err e = transport_exchange(t, r, secrets, x->allow_loopback, x->abort_flag, &tr, info);

	if (note) {
		note->duration_ms += tr.duration_ms;
		note->http_status = tr.response ? tr.response->status : 0;
	}
	if (e) {
		http_response_free(&tr.response);
		return e;
	}
	*response = tr.response;
	return OK;
}

/* ---- tokens that come in the middle of an operation ---------------------- */

static void learn_one(struct secret **place, const char *token)
{
	if (!token || !token[0])
		return;
	secret_free(place);
	*place = secret_new(token, strlen(token));
}

void learned_take(struct learned *l, const struct step_out *o)
{
	learn_one(&l->access, o->access);
	learn_one(&l->refresh, o->refresh);
	learn_one(&l->service, o->service);
	if (o->access_expires_at)
		l->access_expires_at = o->access_expires_at;
	if (o->refresh_expires_at)
		l->refresh_expires_at = o->refresh_expires_at;
}

void learned_use(const struct learned *l, struct secret_set *set)
{
	if (l->access)
		set->slot[SLOT_ACCESS] = set->slot[SLOT_PAGE] = l->access;
	if (l->refresh)
		set->slot[SLOT_REFRESH] = l->refresh;
	if (l->service)
		set->slot[SLOT_SERVICE] = l->service;
}

void learned_tell(const struct learned *l, struct step_out *out)
{
	if (!out->access && l->access) {
		out->access = arena_strdup(out->arena, secret_str(l->access));
		out->access_expires_at = l->access_expires_at;
	}
	if (!out->refresh && l->refresh) {
		out->refresh = arena_strdup(out->arena, secret_str(l->refresh));
		out->refresh_expires_at = l->refresh_expires_at;
	}
}

bool learned_suffices(const struct learned *l, enum platform_op op, enum err_class cls)
{
	return op == OP_REFRESH && l->access && cls != CLASS_AUTH && cls != CLASS_NONE;
}

void learned_free(struct learned *l)
{
	secret_free(&l->access);
	secret_free(&l->refresh);
	secret_free(&l->service);
}

/* A refresh whose tokens have come is done, whatever became of the questions after it. */
static void done_with_learned(const struct learned *l, struct step_out *out)
{
	step_out_init(out);
	out->verdict = STEP_DONE;
	learned_tell(l, out);
}

/* ---- the course ----------------------------------------------------------- */

enum err exchange_run(struct transport *t, const struct exchange *x, struct step_out *out,
		      enum err_class *cls, struct exchange_note *note, struct err_info *info)
{
	int64_t give_up = clock_mono_ms() + WAIT_TOTAL_MS;
	const char *chosen = NULL;
	struct http_response *response = NULL;
	struct learned learned = {0};
	struct secret_set secrets = x->secrets;
	enum err_class failure = CLASS_TRANSIENT;
	struct step_in in = x->in;
	struct json *state = NULL;
	enum err e = OK;

	if (note)
		*note = (struct exchange_note){0};
	for (int i = 0; i < STEPS_MAX; i++) {
		struct step_out o;

		step_out_init(&o);
		in.state = state ? state : x->in.state;
		in.response = response;
		in.now_ms = clock_wall_ms();
		x->platform->step(&in, &o);
		if (o.verdict == STEP_CHOOSE && x->choose && !chosen &&
		    (chosen = x->choose(x->self, o.choices, o.n_choices))) {
			/* The same answer once more, now that it is known which one is meant: a code works once. */
			in.choice = chosen;
			step_out_free(&o);
			continue;
		}
		http_response_free(&response);
		if (o.state) {
			json_free(&state);
			state = o.state;
			o.state = NULL;
		}
		if (o.verdict == STEP_SEND) {
			learned_take(&learned, &o);
			learned_use(&learned, &secrets);
			e = send_one(t, x, &secrets, o.request, &response, note, info);
		} else if (o.verdict == STEP_WAIT) {
			e = wait_until(x, o.at, give_up, info);
		} else if (o.verdict == STEP_FAILED) {
			e = failed(&o, &failure, info);
		} else {
			learned_tell(&learned, &o);
			*out = o;
			failure = CLASS_NONE;
			goto out;
		}
		step_out_free(&o);
		if (e)
			goto out;
	}
	e = err_set(info, E_PROTOCOL, "%s came to no end after %d requests", x->platform->title,
		    STEPS_MAX);
out:
	http_response_free(&response);
	if (e && learned_suffices(&learned, x->in.op, failure)) {
		done_with_learned(&learned, out);
		failure = CLASS_NONE;
		e = OK;
	}
	if (cls)
		*cls = failure;
	learned_free(&learned);
	json_free(&state);
	return e;
}

enum err exchange_rehearse(const struct exchange *x, struct json *array, struct err_info *info)
{
	struct step_in in = x->in;
	struct json *state = NULL;
	enum err e = OK;

	in.rehearsal = true;
	in.response = NULL;
	for (int i = 0; i < STEPS_MAX; i++) {
		struct step_out o;
		bool more;

		step_out_init(&o);
		in.state = state ? state : x->in.state;
		x->platform->step(&in, &o);
		more = o.verdict == STEP_SEND || o.verdict == STEP_WAIT;
		if (o.state) {
			json_free(&state);
			state = o.state;
			o.state = NULL;
		}
		if (o.verdict == STEP_SEND)
			json_add(array, http_request_describe(o.request));
		else if (o.verdict == STEP_FAILED)
			e = failed(&o, NULL, info);
		step_out_free(&o);
		if (!more)
			goto out;
	}
	e = err_set(info, E_PROTOCOL, "%s came to no end after %d requests", x->platform->title,
		    STEPS_MAX);
out:
	json_free(&state);
	return e;
}
