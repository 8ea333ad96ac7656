/* publisher/login.c - refresh and verify as verbs: one login, waited for, in its own transactions.
 *
 * The same lease, mark and storing as in the loop (refresh.c), so that a verb and the publisher never use one refresh
 * token at the same time. */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"
#include "publisher/exchange.h"

#define LEASE_LOOK_MS 100

/* Waits for whoever refreshes this login now. *done: they have done it. */
static enum err lease_wait(struct store *s, struct connection *c, struct arena *a, int64_t limit_ms,
			   struct refresh_lease **out, bool *done, struct err_info *info)
{
	int64_t end = clock_mono_ms() + limit_ms;
	struct secret *seen = login_access_now(s, c->tenant_id, c->id);
	enum err e;

	for (;;) {
		e = refresh_lease_try(store_workspace(s), c->tenant_id, c->id, out, info);
		if (e != E_BUSY || clock_mono_ms() >= end)
			break;
		poll(NULL, 0, LEASE_LOOK_MS);
	}
	if (!e) {
		e = connection_get(s, c->tenant_id, c->id, a, c, info);
		if (e)
			refresh_lease_free(out);
		else
			*done = c->status == CONN_CONNECTED &&
				login_access_changed(s, c->tenant_id, c->id, seen);
	}
	secret_free(&seen);
	return e;
}

static enum err begin_mark(struct store *s, const struct connection *c, struct err_info *info)
{
	enum err e = store_begin(s, info);

	if (e)
		return e;
	e = connection_refresh_begin(s, c->tenant_id, c->id, clock_wall_ms(), info);
	if (!e)
		return store_commit(s, info);
	store_rollback(s);
	return e;
}

static enum err prepare(struct store *s, const struct publisher_settings *o,
			const struct connection *c, enum platform_op op, struct exchange *x,
			struct opened_secrets *secrets, struct err_info *info)
{
	static const struct {
		enum conn_field field;
		enum secret_slot slot;
	} all[] = {{CONN_PASSWORD, SLOT_PASSWORD},
		   {CONN_ACCESS, SLOT_ACCESS},
		   {CONN_REFRESH, SLOT_REFRESH},
		   {CONN_CLIENT_SECRET, SLOT_CLIENT_SECRET}};
	enum err e = OK;

	*x = (struct exchange){.platform = platform_find(c->platform),
			       .allow_loopback = connection_on_loopback(o, c)};
	if (!x->platform)
		return err_set(info, E_UNSUPPORTED, "this program does not know the platform %s",
			       c->platform);
	connection_step_in(o, c, &x->in);
	x->in.op = op;
	if (c->client_id) {
		x->client.client_id = c->client_id;
		x->in.oauth = &x->client;
	}
	for (size_t i = 0; i < COUNT_OF(all) && !e; i++) {
		e = connection_secret(s, c->tenant_id, c->id, all[i].field,
				      &secrets->owned[all[i].slot], info);
		secrets->set.slot[all[i].slot] = secrets->owned[all[i].slot];
	}
	x->client.has_secret = secrets->owned[SLOT_CLIENT_SECRET] != NULL;
	secrets->set.slot[SLOT_PAGE] = secrets->set.slot[SLOT_ACCESS];
	x->secrets = secrets->set;
	return e;
}

static enum err refresh_under_lease(struct store *s, struct transport *t,
				    const struct publisher_settings *o, const struct connection *c,
				    struct err_info *info)
{
	struct opened_secrets secrets = {0};
	int64_t at = clock_wall_ms();
	struct exchange_note note = {0};
	struct err_info error = {0}, stored = {0};
	enum err_class cls = CLASS_NONE;
	struct step_out out = {0};
	struct exchange x;
	enum err e, told;

	e = prepare(s, o, c, OP_REFRESH, &x, &secrets, info);
	if (!e && !secrets.owned[SLOT_REFRESH]) {
		e = err_set(info, E_TOKEN_EXPIRED, "the login of %s on %s cannot be renewed",
			    c->account, c->platform);
		err_hint(info, "connect the account again");
	}
	if (!e)
		e = begin_mark(s, c, info);
	if (e)
		goto out;
	told = exchange_run(t, &x, &out, &cls, &note, &error);
	if (told == OK)
		cls = CLASS_NONE;
	e = store_begin(s, &stored);
	if (!e) {
		e = refresh_store(s, c, &out, &cls, &error, secrets.owned[SLOT_REFRESH], at,
				  note.duration_ms, &stored);
		if (!e)
			e = store_commit(s, &stored);
		else
			store_rollback(s);
	}
	step_out_free(&out);
	if (e) {
		if (info)
			*info = stored;
	} else if (cls != CLASS_NONE) {
		e = told != OK ? told : E_WRONG_ACCOUNT;
		if (info)
			*info = error;
	}
out:
	secrets_close(&secrets);
	return e;
}

static enum err check_usable(const struct connection *c, struct err_info *info)
{
	if (!platform_find(c->platform))
		return err_set(info, E_UNSUPPORTED, "this program does not know the platform %s",
			       c->platform);
	if (c->status != CONN_DISCONNECTED)
		return OK;
	err_set(info, E_STATE, "%s on %s is disconnected: no login is stored", c->account,
		c->platform);
	err_hint(info, "connect the account again");
	return E_STATE;
}

enum err refresh_now(struct store *s, struct transport *t, const struct publisher_settings *o,
		     int64_t tenant_id, int64_t connection_id, struct err_info *info)
{
	struct arena *a = arena_new();
	struct refresh_lease *lease = NULL;
	struct connection c;
	bool done = false;
	enum err e = connection_get(s, tenant_id, connection_id, a, &c, info);

	if (!e)
		e = check_usable(&c, info);
	if (!e)
		e = lease_wait(s, &c, a, o->timeout_ms, &lease, &done, info);
	if (!e && !done)
		e = refresh_under_lease(s, t, o, &c, info);
	refresh_lease_free(&lease);
	arena_free(&a);
	return e;
}

static enum err store_verified(struct store *s, const struct connection *c,
			       const struct step_out *out, enum err_class cls,
			       const struct err_info *error, int64_t at,
			       const struct exchange_note *note, struct err_info *info)
{
	struct connection_values v = {0};
	enum conn_status status = CONN_UNREACHABLE;
	enum err e = store_begin(s, info);

	if (e)
		return e;
	if (cls == CLASS_NONE) {
		v.account = out->account;
		v.endpoint = out->endpoint;
		v.scopes = out->scopes;
		status = CONN_CONNECTED;
		e = connection_update(s, c->tenant_id, c->id, &v, true, info);
	} else if (cls == CLASS_AUTH) {
		status = refresh_status_of(error->code);
	} else if (cls == CLASS_RATE_LIMITED) {
		status = c->status;
	}
	if (!e)
		e = connection_set_status(s, c->tenant_id, c->id, status,
					  cls == CLASS_NONE ? NULL : error,
					  cls == CLASS_NONE ? at : 0, info);
	if (!e)
		e = login_write_notes(s, c, "verify", cls, error, at, note->duration_ms, info);
	if (!e)
		return store_commit(s, info);
	store_rollback(s);
	return e;
}

static enum err verify_once(struct store *s, struct transport *t,
			    const struct publisher_settings *o, const struct connection *c,
			    enum err_class *cls, bool last, struct err_info *info)
{
	struct opened_secrets secrets = {0};
	struct exchange_note note = {0};
	struct err_info error = {0};
	int64_t at = clock_wall_ms();
	struct step_out out = {0};
	struct exchange x;
	enum err told, e = prepare(s, o, c, OP_VERIFY, &x, &secrets, info);

	if (e) {
		secrets_close(&secrets);
		return e;
	}
	told = exchange_run(t, &x, &out, cls, &note, &error);
	if (told == OK)
		*cls = CLASS_NONE;
	if (told == OK && out.account_id && c->account_id &&
	    strcmp(out.account_id, c->account_id) != 0) {
		*cls = CLASS_AUTH;
		told = err_set(&error, E_WRONG_ACCOUNT,
			       "%s answered for the account %s instead of %s", c->platform,
			       out.account_id, c->account_id);
		last = true;
	}
	if (*cls != CLASS_AUTH || last)
		e = store_verified(s, c, &out, *cls, &error, at, &note, info);
	step_out_free(&out);
	secrets_close(&secrets);
	if (!e && told != OK) {
		if (info)
			*info = error;
		return told;
	}
	return e;
}

/* The refresh that a verification began with found nobody there. Best effort: the caller has an error to tell anyway. */
static void mark_unreachable(struct store *s, const struct connection *c, enum err code,
			     const struct err_info *why)
{
	struct exchange_note note = {0};
	struct err_info error = {.code = code}, ignored;

	if (why)
		error = *why;
	if (store_verified(s, c, NULL, CLASS_TRANSIENT, &error, clock_wall_ms(), &note, &ignored))
		log_warn("the state of %s could not be stored: %s", c->platform, ignored.text);
}

static enum err store_facts(struct store *s, const struct connection *c, const char *facts,
			    struct err_info *info)
{
	struct connection_values v = {.facts = facts};
	enum err e = store_begin(s, info);

	if (e)
		return e;
	e = connection_update(s, c->tenant_id, c->id, &v, false, info);
	if (!e)
		return store_commit(s, info);
	store_rollback(s);
	return e;
}

/* A server changes its limits: what it told is read anew with each look at the login. Failing to is no
 * failure of the login; the old limits stand, with their age. */
static void renew_facts(struct store *s, struct transport *t, const struct publisher_settings *o,
			const struct connection *c)
{
	struct opened_secrets secrets = {0};
	struct step_out out = {0};
	struct err_info info;
	struct strbuf text;
	struct exchange x;

	if (!c->facts || prepare(s, o, c, OP_FACTS, &x, &secrets, &info)) {
		secrets_close(&secrets);
		return;
	}
	if (exchange_run(t, &x, &out, NULL, NULL, &info)) {
		log_info("connection %lld: its server's limits could not be read anew: %s",
			 (long long)c->id, info.text);
	} else if (out.facts) {
		strbuf_init(&text, JSON_BYTES_MAX);
		json_write(&text, out.facts, false);
		if (!text.overflowed && store_facts(s, c, text.data, &info))
			log_info("connection %lld: its server's limits could not be stored: %s",
				 (long long)c->id, info.text);
		strbuf_free(&text);
	}
	step_out_free(&out);
	secrets_close(&secrets);
}

enum err verify_now(struct store *s, struct transport *t, const struct publisher_settings *o,
		    int64_t tenant_id, int64_t connection_id, struct err_info *info)
{
	struct arena *a = arena_new();
	enum err_class cls = CLASS_NONE;
	bool refreshed = false;
	struct connection c;
	enum err e = connection_get(s, tenant_id, connection_id, a, &c, info);

	if (!e)
		e = check_usable(&c, info);
	if (!e && refresh_is_due(&c, clock_wall_ms())) {
		refreshed = true;
		e = refresh_now(s, t, o, tenant_id, connection_id, info);
		if (e && err_exit_status(e) == err_exit_status(E_NETWORK) && e != E_RATE_LIMITED)
			mark_unreachable(s, &c, e, info);
		if (!e)
			e = connection_get(s, tenant_id, connection_id, a, &c, info);
	}
	if (!e)
		e = verify_once(s, t, o, &c, &cls, refreshed || !c.refreshable, info);
	if (e && cls == CLASS_AUTH && !refreshed && c.refreshable && e != E_WRONG_ACCOUNT) {
		e = refresh_now(s, t, o, tenant_id, connection_id, info);
		if (!e)
			e = connection_get(s, tenant_id, connection_id, a, &c, info);
		if (!e)
			e = verify_once(s, t, o, &c, &cls, true, info);
	}
	if (!e)
		renew_facts(s, t, o, &c);
	arena_free(&a);
	return e;
}
