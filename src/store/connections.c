/* store/connections.c - accounts: their state, what logins and refreshes tell, and their lists. */
#include "store/connections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/secrets.h"
#include "store/store_private.h"
#include "store/tenants.h"

/* Waiting: from the counters. At risk: planned for after the login can no longer be renewed (a password renews it
 * always; NULL compares as never); all that wait where there is no login now. */
#define CONNECTION_COLUMNS \
	"SELECT c.id, c.tenant_id, t.name, c.brand_id, b.name, c.platform, c.account, c.account_id, c.server," \
	" c.endpoint, c.loopback, c.facts, c.status, c.scopes, c.expires_at, c.refresh_expires_at," \
	" c.refresh_sealed IS NOT NULL OR c.password_sealed IS NOT NULL, c.last_verified_at, c.last_error," \
	" c.paused, c.created_at, c.updated_at, c.client_id," \
	" coalesce((SELECT sum(n.value) FROM {counters} n WHERE n.tenant_id=c.tenant_id AND n.family='jobs'" \
	"  AND n.connection_id=c.id AND n.name IN ('scheduled','pending','held')), 0)," \
	" CASE WHEN c.status<>'connected' OR c.password_sealed IS NOT NULL THEN 0" \
	"  ELSE (SELECT count(*) FROM {publishing_jobs} j WHERE j.tenant_id=c.tenant_id AND j.connection_id=c.id" \
	"   AND j.status IN ('scheduled','pending') AND j.scheduled_at >" \
	"   CASE WHEN c.refresh_sealed IS NOT NULL THEN c.refresh_expires_at ELSE c.expires_at END) END" \
	" FROM {platform_connections} c JOIN {tenants} t ON t.id=c.tenant_id" \
	" JOIN {brands} b ON b.tenant_id=c.tenant_id AND b.id=c.brand_id"

static void read_connection(sqlite3_stmt *st, struct arena *a, struct connection *c)
{
	memset(c, 0, sizeof(*c));
	c->id = col_int(st, 0);
	c->tenant_id = col_int(st, 1);
	c->tenant = col_text(st, 2, a);
	c->brand_id = col_int(st, 3);
	c->brand = col_text(st, 4, a);
	c->platform = col_text(st, 5, a);
	c->account = col_text(st, 6, a);
	c->account_id = col_text(st, 7, a);
	c->server = col_text(st, 8, a);
	c->endpoint = col_text(st, 9, a);
	c->loopback = col_int(st, 10) != 0;
	c->facts = col_text(st, 11, a);
	c->status = CONN_DISCONNECTED;
	conn_status_from((const char *)sqlite3_column_text(st, 12), &c->status);
	c->scopes = col_text(st, 13, a);
	c->expires_at = col_int(st, 14);
	c->refresh_expires_at = col_int(st, 15);
	c->refreshable = col_int(st, 16) != 0;
	c->last_verified_at = col_int(st, 17);
	c->last_error = col_text(st, 18, a);
	c->paused = col_int(st, 19) != 0;
	c->created_at = col_int(st, 20);
	c->updated_at = col_int(st, 21);
	c->client_id = col_text(st, 22, a);
	c->jobs_waiting = col_int(st, 23);
	c->jobs_at_risk = c->status == CONN_CONNECTED ? col_int(st, 24) : c->jobs_waiting;
}

static enum err not_found(int64_t id, struct err_info *info)
{
	err_set(info, E_NOT_FOUND, "there is no connection with the number %lld", (long long)id);
	err_hint(info, "`masthead connections` shows them");
	return E_NOT_FOUND;
}

enum err connection_get(struct store *s, int64_t tenant_id, int64_t id, struct arena *a,
			struct connection *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st, CONNECTION_COLUMNS " WHERE c.tenant_id=$1 AND c.id=$2",
			     "ii", tenant_id, id);
	if (!e)
		e = db_step(s, st, &found, info);
	if (!e && found)
		read_connection(st, a, out);
	db_done(st);
	return e ? e : found ? OK : not_found(id, info);
}

/* ---- writing ---------------------------------------------------------------- */

static enum err note(struct store *s, int64_t tenant_id, const char *action,
		     const struct connection *c, const char *outcome, const char *code,
		     const char *message, struct err_info *info)
{
	struct audit_note n = {
		.action = action,
		.brand_id = c->brand_id,
		.connection_id = c->id,
		.outcome = outcome,
		.code = code,
		.message = message,
	};

	return audit_append(s, tenant_id, &n, info);
}

static enum err store_secrets(struct store *s, int64_t tenant_id, int64_t id,
			      const struct connection_values *v, struct err_info *info)
{
	const struct secret *given[CONN_FIELD_COUNT] = {
		[CONN_PASSWORD] = v->password,
		[CONN_ACCESS] = v->access,
		[CONN_REFRESH] = v->refresh,
		[CONN_CLIENT_SECRET] = v->client_secret,
	};
	enum err e = OK;

	for (int f = 0; !e && f < CONN_FIELD_COUNT; f++)
		e = secret_store(s, tenant_id, id, (enum conn_field)f, given[f], info);
	return e;
}

/* What is NULL or 0 stays as it was. A stored pair ends the mark of a refresh in progress. */
static enum err store_values(struct store *s, int64_t tenant_id, int64_t id,
			     const struct connection_values *v, bool set_connected,
			     struct err_info *info)
{
	enum err e = db_exec(
		s, info,
		"UPDATE {platform_connections} SET account=coalesce($3, account),"
		" account_id=coalesce($4, account_id), server=coalesce($5, server),"
		" endpoint=coalesce($6, endpoint), facts=coalesce($7, facts), scopes=coalesce($8, scopes),"
		" client_id=coalesce($9, client_id),"
		/* A new token of which no expiry is told: the old one's does not hold for it. */
		" expires_at=CASE WHEN $14 THEN $10 ELSE coalesce($10, expires_at) END,"
		" refresh_expires_at=coalesce($11, refresh_expires_at), refresh_started_at=NULL,"
		" status=CASE WHEN $12 THEN 'connected' ELSE status END,"
		" last_error=CASE WHEN $12 THEN NULL ELSE last_error END, updated_at=$13"
		" WHERE tenant_id=$1 AND id=$2",
		"iisssssssz"
		"ziii",
		tenant_id, id, v->account, v->account_id, v->server, v->endpoint, v->facts,
		v->scopes, v->client_id, v->expires_at, v->refresh_expires_at,
		(int64_t)set_connected, clock_wall_ms(), (int64_t)(secret_len(v->access) > 0));

	return e ? e : store_secrets(s, tenant_id, id, v, info);
}

static enum err add_row(struct store *s, const struct connection_values *v, const char *account_id,
			int64_t id, struct err_info *info)
{
	return db_exec(
		s, info,
		"INSERT INTO {platform_connections} (tenant_id, id, brand_id, platform, account, account_id,"
		" loopback, status, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,'connected',$8,$8)",
		"iiisssii", s->tenant_id, id, v->brand_id, v->platform,
		v->account ? v->account : account_id, account_id, (int64_t)v->loopback,
		clock_wall_ms());
}

enum err connection_store(struct store *s, const struct connection_values *v, int64_t *id,
			  bool *again, struct err_info *info)
{
	const char *account_id = v->account_id ? v->account_id : v->account;
	struct connection c = {.brand_id = v->brand_id};
	int64_t known = 0, brand = 0;
	enum err e;

	need_tx(s);
	e = need_own_tenant(s, info);
	if (!e && (!v->platform || !account_id))
		e = err_set(info, E_INVALID, "a connection needs a platform and an account");
	if (!e)
		e = db_int(s, info, &brand, "SELECT 1 FROM {brands} WHERE tenant_id=$1 AND id=$2",
			   "ii", s->tenant_id, v->brand_id);
	if (!e && !brand)
		e = err_set(info, E_NOT_FOUND, "there is no brand with the number %lld",
			    (long long)v->brand_id);
	if (!e)
		e = db_int(
			s, info, &known,
			"SELECT id FROM {platform_connections} WHERE tenant_id=$1 AND brand_id=$2 AND platform=$3"
			" AND account_id=$4",
			"iiss", s->tenant_id, v->brand_id, v->platform, account_id);
	c.id = known;
	if (!e && !known) {
		e = next_id(s, s->tenant_id, "platform_connections", &c.id, info);
		if (!e)
			e = add_row(s, v, account_id, c.id, info);
	}
	if (!e)
		e = store_values(s, s->tenant_id, c.id, v, true, info);
	if (!e)
		e = note(s, s->tenant_id, known ? "connection.reconnect" : "connection.add", &c,
			 "connected", NULL, v->account ? v->account : account_id, info);
	if (e)
		return e;
	*id = c.id;
	if (again)
		*again = known != 0;
	return OK;
}

enum err connection_update(struct store *s, int64_t tenant_id, int64_t id,
			   const struct connection_values *v, bool set_connected,
			   struct err_info *info)
{
	struct arena *a = arena_new();
	struct connection c;
	enum err e;

	need_tx(s);
	e = connection_get(s, tenant_id, id, a, &c, info);
	if (!e)
		e = store_values(s, tenant_id, id, v, set_connected, info);
	if (!e && set_connected && c.status != CONN_CONNECTED)
		e = note(s, tenant_id, "connection.status", &c, conn_status_name(CONN_CONNECTED),
			 NULL, NULL, info);
	arena_free(&a);
	return e;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

enum err connection_set_status(struct store *s, int64_t tenant_id, int64_t id,
			       enum conn_status status, const struct err_info *why,
			       int64_t verified_at, struct err_info *info)
{
	struct arena *a = arena_new();
	struct connection c;
	const char *words = why ? arena_printf(a, "%s: %s", err_name(why->code), why->text) : NULL;
	bool changed;
	enum err e;

	need_tx(s);
	e = connection_get(s, tenant_id, id, a, &c, info);
	changed = !e && (c.status != status || !same_text(c.last_error, words));
	if (!e && (changed || verified_at))
		e = db_exec(s, info,
			    "UPDATE {platform_connections} SET status=$3, last_error=$4,"
			    " last_verified_at=coalesce($5, last_verified_at), updated_at=$6"
			    " WHERE tenant_id=$1 AND id=$2",
			    "iisszi", tenant_id, id, conn_status_name(status), words, verified_at,
			    clock_wall_ms());
	if (changed && !e)
		e = note(s, tenant_id, "connection.status", &c, conn_status_name(status),
			 why ? err_name(why->code) : NULL, why ? why->text : NULL, info);
	arena_free(&a);
	return e;
}

enum err connection_forget(struct store *s, int64_t tenant_id, int64_t id, struct err_info *info)
{
	struct arena *a = arena_new();
	struct connection c;
	enum err e;

	need_tx(s);
	e = connection_get(s, tenant_id, id, a, &c, info);
	if (!e)
		e = db_exec(
			s, info,
			"UPDATE {platform_connections} SET status='disconnected', password_sealed=NULL,"
			" access_sealed=NULL, refresh_sealed=NULL, client_secret_sealed=NULL, expires_at=NULL,"
			" refresh_expires_at=NULL, refresh_started_at=NULL, last_error=NULL, updated_at=$3"
			" WHERE tenant_id=$1 AND id=$2",
			"iii", tenant_id, id, clock_wall_ms());
	if (!e)
		e = note(s, tenant_id, "connection.disconnect", &c,
			 conn_status_name(CONN_DISCONNECTED), NULL, c.account, info);
	arena_free(&a);
	return e;
}

enum err connection_refresh_begin(struct store *s, int64_t tenant_id, int64_t id, int64_t now_ms,
				  struct err_info *info)
{
	need_tx(s);
	return db_exec(
		s, info,
		"UPDATE {platform_connections} SET refresh_started_at=$3 WHERE tenant_id=$1 AND id=$2",
		"iii", tenant_id, id, now_ms);
}

enum err connection_set_rate(struct store *s, int64_t tenant_id, int64_t id, int64_t limit,
			     int64_t remaining, int64_t resets_at, int64_t blocked_until,
			     struct err_info *info)
{
	need_tx(s);
	return db_exec(
		s, info,
		"UPDATE {platform_connections} SET rate_limit=$3, rate_remaining=$4, rate_resets_at=$5,"
		" blocked_until=$6 WHERE tenant_id=$1 AND id=$2",
		"iiiizz", tenant_id, id, limit, remaining, resets_at, blocked_until);
}

enum err connection_get_rate(struct store *s, int64_t tenant_id, int64_t id,
			     struct connection_rate *out, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool found = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT rate_limit, rate_remaining, rate_resets_at, blocked_until"
			     " FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
			     "ii", tenant_id, id);
	if (!e)
		e = db_step(s, st, &found, info);
	if (!e && found) {
		out->limit = col_int(st, 0);
		out->remaining = col_int(st, 1);
		out->resets_at = col_int(st, 2);
		out->blocked_until = col_int(st, 3);
	}
	db_done(st);
	return e ? e : found ? OK : not_found(id, info);
}

/* ---- lists ------------------------------------------------------------------ */

struct rows {
	struct connection *c;
	int64_t *keys;
	size_t n;
};

static enum err read_rows(struct store *s, sqlite3_stmt *st, struct arena *a, struct rows *out,
			  struct err_info *info)
{
	bool row = true;
	enum err e = OK;

	while (!e) {
		struct connection *c;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		out->c = arena_grow(a, out->c, out->n, sizeof(*out->c));
		out->keys = arena_grow(a, out->keys, out->n, sizeof(*out->keys));
		c = &out->c[out->n];
		read_connection(st, a, c);
		out->keys[out->n++] = s->tenant_id ? c->id : c->tenant_id << 32 | c->id;
	}
	return e;
}

enum err connections_page(struct store *s, const struct connection_filter *f,
			  const struct page_request *r, struct page *out, struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	sqlite3_stmt *st = NULL;
	struct rows rows = {0};
	struct list_cut cut;
	size_t n = 0;
	enum err e = db_query(s, info, &st,
			      CONNECTION_COLUMNS
			      " WHERE (c.tenant_id=$1 OR $1=0) AND ($2=0 OR c.brand_id=$2)"
			      " AND ($3 IS NULL OR c.platform=$3)"
			      " ORDER BY b.name, c.platform, c.account, c.tenant_id, c.id",
			      "iis", s->tenant_id, f->brand_id, f->platform);

	if (!e)
		e = read_rows(s, st, p.arena, &rows, info);
	db_done(st);
	for (size_t i = 0; i < rows.n; i++) {
		if (f->statuses && !(f->statuses & 1u << rows.c[i].status))
			continue;
		rows.c[n] = rows.c[i];
		rows.keys[n++] = rows.keys[i];
	}
	if (!e)
		e = list_cut(r, 'C', rows.keys, n, p.arena, &cut, info);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.connections = rows.c ? rows.c + cut.from : NULL;
	p.n = cut.n;
	p.next = cut.next;
	p.prev = cut.prev;
	p.total = (int64_t)n;
	*out = p;
	return OK;
}

enum err connections_to_refresh(struct store *s, int64_t before, struct page *out,
				struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	sqlite3_stmt *st = NULL;
	struct rows rows = {0};
	enum err e = need_service(s, info);

	if (!e)
		e = db_query(s, info, &st,
			     CONNECTION_COLUMNS
			     " WHERE c.refresh_sealed IS NOT NULL AND c.expires_at < $1"
			     " AND c.status IN ('connected','unreachable')"
			     " ORDER BY c.expires_at",
			     "i", before);
	if (!e)
		e = read_rows(s, st, p.arena, &rows, info);
	db_done(st);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.connections = rows.c;
	p.n = rows.n;
	p.total = (int64_t)rows.n;
	*out = p;
	return OK;
}

/* ---- by name ------------------------------------------------------------------ */

static const char *bare(const char *account)
{
	return account[0] == '@' ? account + 1 : account;
}

/* Those that bear the name; where several do, a disconnected one does not count. */
static size_t keep_named(struct rows *rows, const char *account)
{
	size_t n = 0, alive = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (!account || strcmp(bare(rows->c[i].account), bare(account)) == 0)
			rows->c[n++] = rows->c[i];
	for (size_t i = 0; i < n; i++)
		alive += rows->c[i].status != CONN_DISCONNECTED;
	if (n > 1 && alive >= 1) {
		size_t kept = 0;

		for (size_t i = 0; i < n; i++)
			if (rows->c[i].status != CONN_DISCONNECTED)
				rows->c[kept++] = rows->c[i];
		n = kept;
	}
	return n;
}

static enum err ambiguous(const char *what, const struct rows *rows, size_t n,
			  struct err_info *info)
{
	struct strbuf b;

	strbuf_init(&b, 200);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&b, "%s%s/%s/%s", i ? ", " : "", rows->c[i].brand,
			      rows->c[i].platform, rows->c[i].account);
	err_set(info, E_AMBIGUOUS, "\"%s\" names %zu connections", what, n);
	err_hint(info, "say which: %s", b.data);
	strbuf_free(&b);
	return E_AMBIGUOUS;
}

enum err connection_find(struct store *s, const char *what, struct arena *a, struct connection *out,
			 struct err_info *info)
{
	struct rows rows = {0};
	sqlite3_stmt *st = NULL;
	char *brand, *platform, *account;
	int64_t id;
	size_t n;
	enum err e = need_own_tenant(s, info);

	if (e)
		return e;
	if (parse_number(what, &id))
		return connection_get(s, s->tenant_id, id, a, out, info);
	account = arena_strdup(a, what);
	brand = strsep(&account, "/");
	platform = strsep(&account, "/");
	if (!platform || !*platform) {
		err_set(info, E_NOT_FOUND, "there is no connection \"%s\"", what);
		err_hint(info, "name it BRAND/PLATFORM, BRAND/PLATFORM/ACCOUNT or by its number");
		return E_NOT_FOUND;
	}
	e = db_query(s, info, &st,
		     CONNECTION_COLUMNS
		     " WHERE c.tenant_id=$1 AND b.name=$2 AND c.platform=$3 ORDER BY c.id",
		     "iss", s->tenant_id, brand, platform);
	if (!e)
		e = read_rows(s, st, a, &rows, info);
	db_done(st);
	if (e)
		return e;
	n = keep_named(&rows, account && *account ? account : NULL);
	if (n > 1)
		return ambiguous(what, &rows, n, info);
	if (n == 0) {
		err_set(info, E_NOT_FOUND, "there is no connection \"%s\"", what);
		err_hint(info, "`masthead connections` shows them");
		return E_NOT_FOUND;
	}
	*out = rows.c[0];
	return OK;
}

enum err connections_on(struct store *s, const char *platform, int64_t *n, struct err_info *info)
{
	return db_int(s, info, n,
		      "SELECT count(*) FROM {platform_connections}"
		      " WHERE platform=$1 AND status<>'disconnected'",
		      "s", platform);
}
