/* publisher/refresh.c - logins kept alive: ahead of their expiry, one refresh at a time for each.
 *
 * One at a time across threads and processes: a lock on a file of its own for each connection, dropped by the
 * kernel with its holder. A durable mark is left before asking, so that a crash between the answer and its storing shows; the
 * new pair is durable before it is used; a refusal counts only if the token that was refused is still the stored one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "publisher/engine.h"
#include "publisher/exchange.h"
#include "store/audit.h"

#define LEASE_LOOK_MS 100
#define RETRY_MAX_MS (INT64_C(10) * 60 * 1000)
#define RETRY_BASE_MS 15000

/* ---- one at a time ------------------------------------------------------ */

struct refresh_lease {
	int fd;
};

enum err refresh_lease_try(struct workspace *w, int64_t tenant_id, int64_t connection_id,
			   struct refresh_lease **out, struct err_info *info)
{
	char *dir = fs_join(workspace_dir(w), "refresh"), *path = NULL;
	enum err e = fs_mkdir_private(dir, info);
	struct refresh_lease *l;
	int fd = -1;

	if (e)
		goto out;
	path = xasprintf("%s/%lld-%lld.lock", dir, (long long)tenant_id, (long long)connection_id);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		e = err_set_errno(info, errno, "cannot open %s", path);
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		e = errno == EWOULDBLOCK
			    ? err_set(info, E_BUSY, "this login is being refreshed elsewhere")
			    : err_set_errno(info, errno, "cannot lock %s", path);
		close(fd);
	} else {
		l = xcalloc(1, sizeof(*l));
		l->fd = fd;
		*out = l;
	}
out:
	xfree(&path);
	xfree(&dir);
	return e;
}

void refresh_lease_free(struct refresh_lease **pl)
{
	if (!*pl)
		return;
	close((*pl)->fd);
	xfree(pl);
}

/* The tokens as they were before we waited for whoever refreshes: another access token says that it is done. */
static bool access_changed(struct store *s, int64_t tenant_id, int64_t connection_id,
			   const struct secret *before)
{
	struct secret *now = NULL;
	struct err_info info;
	bool changed;

	if (!before || connection_secret(s, tenant_id, connection_id, CONN_ACCESS, &now, &info))
		return false;
	changed = now && !secret_equal(now, before);
	secret_free(&now);
	return changed;
}

/* NULL where it cannot be had: then nobody will be believed to have done our work. */
static struct secret *access_now(struct store *s, int64_t tenant_id, int64_t connection_id)
{
	struct secret *now = NULL;
	struct err_info info;

	if (connection_secret(s, tenant_id, connection_id, CONN_ACCESS, &now, &info))
		return NULL;
	return now;
}

/* ---- what a refusal means ----------------------------------------------- */

enum conn_status refresh_status_of(enum err code)
{
	switch (code) {
	case E_TOKEN_REVOKED:
	case E_LOGIN_FAILED:
	case E_SCOPE_MISSING:
	case E_WRONG_ACCOUNT:
		return CONN_REVOKED;
	default:
		return CONN_EXPIRED;
	}
}

bool refresh_is_due(const struct connection *c, int64_t now_ms)
{
	return c->refreshable && c->expires_at != 0 && c->expires_at <= now_ms + TOKEN_MARGIN_MS;
}

/* ---- storing ------------------------------------------------------------ */

static struct secret *token_of(const char *s)
{
	return s && s[0] ? secret_new(s, strlen(s)) : NULL;
}

static enum err store_tokens(struct store *s, const struct connection *c, const struct step_out *o,
			     struct err_info *info)
{
	struct secret *access = token_of(o->access), *refresh = token_of(o->refresh);
	struct connection_values v = {.account = o->account,
				      .endpoint = o->endpoint,
				      .scopes = o->scopes,
				      .expires_at = o->access_expires_at,
				      .refresh_expires_at = o->refresh_expires_at,
				      .access = access,
				      .refresh = refresh};
	enum err e = connection_update(s, c->tenant_id, c->id, &v, true, info);

	secret_free(&access);
	secret_free(&refresh);
	return e;
}

/* Is the token that was refused still ours? A login in the meantime has put another in its place. */
static bool still_stored(struct store *s, const struct connection *c, const struct secret *used)
{
	struct secret *now = NULL;
	struct err_info info;
	bool same;

	if (!used)
		return true;
	if (connection_secret(s, c->tenant_id, c->id, CONN_REFRESH, &now, &info))
		return true;
	same = now && secret_equal(now, used);
	secret_free(&now);
	return same;
}

static enum err write_notes(struct store *s, const struct connection *c, const char *op,
			    enum err_class cls, const struct err_info *error, int64_t at,
			    int64_t duration_ms, struct err_info *info)
{
	bool ok = cls == CLASS_NONE;
	struct sync_note n = {.connection_id = c->id,
			      .platform = c->platform,
			      .op = op,
			      .at = at,
			      .duration_ms = duration_ms,
			      .http_status = error ? error->http_status : 0,
			      .outcome = ok ? "ok" : err_class_name(cls),
			      .code = ok ? NULL : err_name(error->code),
			      .message = ok ? NULL : error->text};
	struct audit_note a = {.brand_id = c->brand_id,
			       .connection_id = c->id,
			       .outcome = ok ? "ok" : "failed",
			       .code = n.code,
			       .message = n.message,
			       .duration_ms = duration_ms};
	char action[64];
	enum err e = sync_log_add(s, c->tenant_id, &n, info);

	if (e)
		return e;
	snprintf(action, sizeof(action), "connection.%s", op);
	a.action = action;
	return audit_append(s, c->tenant_id, &a, info);
}

enum err refresh_store(struct store *s, const struct connection *c, const struct step_out *o,
		       enum err_class *cls, struct err_info *error, const struct secret *used,
		       int64_t at, int64_t duration_ms, struct err_info *info)
{
	enum err e = OK;

	if (*cls == CLASS_NONE && o->account_id && c->account_id &&
	    strcmp(o->account_id, c->account_id) != 0) {
		err_set(error, E_WRONG_ACCOUNT, "%s answered for the account %s instead of %s",
			c->platform, o->account_id, c->account_id);
		*cls = CLASS_AUTH;
	}
	if (*cls == CLASS_AUTH && !still_stored(s, c, used))
		*cls = CLASS_TRANSIENT;
	if (*cls == CLASS_NONE)
		e = store_tokens(s, c, o, info);
	if (!e)
		e = write_notes(s, c, "refresh", *cls, error, at, duration_ms, info);
	if (!e && *cls == CLASS_AUTH)
		e = connection_set_status(s, c->tenant_id, c->id, refresh_status_of(error->code),
					  error, 0, info);
	return e;
}

/* ---- in the loop -------------------------------------------------------- */

static void new_flight(struct engine *e, struct account *a)
{
	struct batch *b = batch_new();
	struct flight *f = flight_new(e, FLIGHT_REFRESH, b);

	f->account = a;
	f->claim.job.tenant_id = a->tenant_id;
	f->claim.job.connection_id = a->connection_id;
	f->phase = PHASE_STEP;
	a->refresh_wanted = false;
	a->refreshing = true;
	batch_drop(&b);
}

static int64_t ahead_max(void)
{
	int64_t most = TOKEN_MARGIN_MS;

	for (size_t i = 0; platforms[i]; i++)
		if (platforms[i]->refresh_ahead_ms > most)
			most = platforms[i]->refresh_ahead_ms;
	return most;
}

static enum err want_ahead(struct engine *e, struct err_info *info)
{
	int64_t now = clock_wall_ms(), mono = clock_mono_ms();
	struct page page = {0};
	enum err err = connections_to_refresh(e->s, now + ahead_max(), &page, info);

	if (err)
		return err;
	for (size_t i = 0; i < page.n; i++) {
		const struct connection *c = &page.connections[i];
		const struct platform *p = platform_find(c->platform);
		struct account *a;

		if (!p || c->expires_at > now + p->refresh_ahead_ms)
			continue;
		if (c->status != CONN_CONNECTED && c->status != CONN_UNREACHABLE)
			continue;
		a = account_find(e, c->tenant_id, c->id);
		if (!a->refreshing && a->refresh_after_mono <= mono)
			a->refresh_wanted = true;
	}
	page_free(&page);
	return OK;
}

enum err refresh_start(struct engine *e, struct err_info *info)
{
	enum err err = OK;

	if (e->refresh_look_mono <= clock_mono_ms() && !(e->run && e->run->only)) {
		e->refresh_look_mono = clock_mono_ms() + 30000;
		err = want_ahead(e, info);
	}
	for (size_t i = 0; i < e->n_accounts; i++)
		if (e->accounts[i]->refresh_wanted && !e->accounts[i]->refreshing)
			new_flight(e, e->accounts[i]);
	return err;
}

static void give_up(struct engine *e, struct flight *f, enum err_class cls,
		    const struct err_info *error)
{
	struct account *a = f->account;

	a->refreshing = false;
	a->refresh_class = cls;
	a->refresh_error = *error;
	a->refresh_after_mono = clock_mono_ms() + RETRY_BASE_MS;
	f->phase = PHASE_OVER;
	(void)e;
}

void refresh_flight_step(struct engine *e, struct flight *f)
{
	struct account *a = f->account;
	bool waited = f->wait_mono != 0;
	struct err_info info;
	enum err err;

	err = refresh_lease_try(e->w, a->tenant_id, a->connection_id, &f->lease, &info);
	if (!err || !waited) {
		enum err got = connection_get(e->s, a->tenant_id, a->connection_id, f->batch->arena,
					      &f->conn, &info);

		if (got) {
			give_up(e, f, CLASS_TRANSIENT, &info);
			return;
		}
		f->platform = platform_find(f->conn.platform);
		if (!f->platform) {
			err_set(&info, E_UNSUPPORTED, "this program does not know the platform %s",
				f->conn.platform);
			give_up(e, f, CLASS_TRANSIENT, &info);
			return;
		}
	}
	if (err == E_BUSY) {
		if (!waited)
			f->seen_access = access_now(e->s, a->tenant_id, a->connection_id);
		f->wait_mono = clock_mono_ms() + LEASE_LOOK_MS;
		f->phase = PHASE_WAIT;
		return;
	}
	if (err) {
		give_up(e, f, CLASS_TRANSIENT, &info);
		return;
	}
	/* Whoever was at it has done it. */
	if (waited && f->conn.status == CONN_CONNECTED &&
	    access_changed(e->s, a->tenant_id, a->connection_id, f->seen_access)) {
		a->generation++;
		a->refreshing = false;
		a->refresh_class = CLASS_NONE;
		f->phase = PHASE_OVER;
		return;
	}
	f->started_wall = clock_wall_ms();
}

void refresh_flight_ended(struct engine *e, struct flight *f, enum err_class cls,
			  const struct err_info *error)
{
	(void)e;
	f->cls = cls == CLASS_UNKNOWN || cls == CLASS_PERMANENT ? CLASS_TRANSIENT : cls;
	f->error = *error;
	f->write = WRITE_REFRESHED;
	f->next = PHASE_OVER;
	f->phase = PHASE_WRITE;
}

enum err refresh_flight_write(struct engine *e, struct flight *f, struct err_info *info)
{
	const struct account *a = f->account;
	enum err err;

	if (f->write == WRITE_REFRESH_BEGIN)
		return connection_refresh_begin(e->s, a->tenant_id, a->connection_id,
						clock_wall_ms(), info);
	err = refresh_store(e->s, &f->conn, &f->out, &f->cls, &f->error, f->used_refresh,
			    f->started_wall, clock_mono_ms() - f->born_mono, info);
	return err;
}

void refresh_flight_committed(struct engine *e, struct flight *f)
{
	struct account *a = f->account;
	int64_t wait = RETRY_BASE_MS;

	(void)e;
	a->refreshing = false;
	a->refresh_class = f->cls;
	a->refresh_error = f->error;
	if (f->cls == CLASS_NONE) {
		a->generation++;
		a->refresh_failures = 0;
		a->refresh_after_mono = 0;
	} else {
		for (int i = 0; i < a->refresh_failures && wait < RETRY_MAX_MS; i++)
			wait *= 2;
		a->refresh_failures++;
		a->refresh_after_mono = clock_mono_ms() + wait;
	}
	if (f->cls == CLASS_AUTH)
		a->suspect = false;
	refresh_lease_free(&f->lease);
}

/* ---- for the verbs ------------------------------------------------------ */

/* Waits for whoever refreshes this login now. *done: they have done it. */
static enum err lease_wait(struct store *s, struct connection *c, struct arena *a, int64_t limit_ms,
			   struct refresh_lease **out, bool *done, struct err_info *info)
{
	int64_t end = clock_mono_ms() + limit_ms;
	struct secret *seen = access_now(s, c->tenant_id, c->id);
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
				access_changed(s, c->tenant_id, c->id, seen);
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
	for (size_t i = 0; i < COUNT_OF(all) && !e; i++) {
		e = connection_secret(s, c->tenant_id, c->id, all[i].field,
				      &secrets->owned[all[i].slot], info);
		secrets->set.slot[all[i].slot] = secrets->owned[all[i].slot];
	}
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
		e = write_notes(s, c, "verify", cls, error, at, note->duration_ms, info);
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
	arena_free(&a);
	return e;
}
