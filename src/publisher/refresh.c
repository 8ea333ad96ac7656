/* publisher/refresh.c - logins kept alive: ahead of their expiry, one refresh at a time for each; the loop's side of it.
 *
 * One at a time across threads and processes: a lock on a file of its own for each connection, dropped by the
 * kernel with its holder. A durable mark is left before asking, so that a crash between the answer and its storing shows; the
 * new pair is durable before it is used; a refusal counts only if the token that was refused is still the stored one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "publisher/engine.h"
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
bool login_access_changed(struct store *s, int64_t tenant_id, int64_t connection_id,
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
struct secret *login_access_now(struct store *s, int64_t tenant_id, int64_t connection_id)
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

enum err login_write_notes(struct store *s, const struct connection *c, const char *op,
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
		e = login_write_notes(s, c, "refresh", *cls, error, at, duration_ms, info);
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
	a->suspect = false;
	f->phase = PHASE_OVER;
	(void)e;
}

static bool has_client_secret(struct store *s, const struct connection *c)
{
	struct secret *client = NULL;
	struct err_info info;
	bool has;

	if (!c->client_id ||
	    connection_secret(s, c->tenant_id, c->id, CONN_CLIENT_SECRET, &client, &info))
		return false;
	has = client != NULL;
	secret_free(&client);
	return has;
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
			f->seen_access = login_access_now(e->s, a->tenant_id, a->connection_id);
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
	    login_access_changed(e->s, a->tenant_id, a->connection_id, f->seen_access)) {
		a->generation++;
		a->refreshing = false;
		a->refresh_class = CLASS_NONE;
		f->phase = PHASE_OVER;
		return;
	}
	f->client.has_secret = has_client_secret(e->s, &f->conn);
	f->started_wall = clock_wall_ms();
}

void refresh_flight_ended(struct engine *e, struct flight *f, enum err_class cls,
			  const struct err_info *error)
{
	(void)e;
	f->cls = cls == CLASS_UNKNOWN || cls == CLASS_PERMANENT ? CLASS_TRANSIENT : cls;
	f->error = *error;
	if (learned_suffices(&f->learned, OP_REFRESH, f->cls))
		f->cls = CLASS_NONE;
	if (f->cls == CLASS_NONE && f->has_out)
		learned_tell(&f->learned, &f->out);
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
	/* No new token has come, so none has been refused: a failing network must not pass for a revoked login. */
	if (f->cls != CLASS_NONE)
		a->suspect = false;
	refresh_lease_free(&f->lease);
}
