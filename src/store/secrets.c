/* store/secrets.c - the sealed columns of a connection. A value is sealed with its tenant's newest data key, for this
 * tenant, connection and field; the sealed form names the key's version, so older values open as long as their key is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/admin.h"
#include "store/connections.h"
#include "store/keyring.h"
#include "store/secrets.h"
#include "store/store_private.h"
#include "vault/vault.h"

const char *const conn_field_columns[CONN_FIELD_COUNT] = {
	[CONN_PASSWORD] = "password",
	[CONN_ACCESS] = "access",
	[CONN_REFRESH] = "refresh",
	[CONN_CLIENT_SECRET] = "client_secret",
};

static const char *const read_sealed[CONN_FIELD_COUNT] = {
	[CONN_PASSWORD] =
		"SELECT password_sealed FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
	[CONN_ACCESS] =
		"SELECT access_sealed FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
	[CONN_REFRESH] =
		"SELECT refresh_sealed FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
	[CONN_CLIENT_SECRET] =
		"SELECT client_secret_sealed FROM {platform_connections} WHERE tenant_id=$1 AND id=$2",
};

static const char *const write_sealed[CONN_FIELD_COUNT] = {
	[CONN_PASSWORD] =
		"UPDATE {platform_connections} SET password_sealed=$3 WHERE tenant_id=$1 AND id=$2",
	[CONN_ACCESS] =
		"UPDATE {platform_connections} SET access_sealed=$3 WHERE tenant_id=$1 AND id=$2",
	[CONN_REFRESH] =
		"UPDATE {platform_connections} SET refresh_sealed=$3 WHERE tenant_id=$1 AND id=$2",
	[CONN_CLIENT_SECRET] =
		"UPDATE {platform_connections} SET client_secret_sealed=$3 WHERE tenant_id=$1 AND id=$2",
};

static enum err make_tenant_key(struct store *s, const struct vault *v, int64_t tenant_id,
				int64_t version, struct tenant_key **out, struct err_info *info)
{
	struct tenant_key *k = vault_new_tenant_key(v, tenant_id, version);
	struct strbuf b;
	enum err e;

	need_tx(s);
	strbuf_init(&b, 4096);
	vault_wrap_tenant_key(v, k, &b);
	e = db_exec(
		s, info,
		"INSERT INTO {tenant_keys} (tenant_id, version, wrapped, created_at) VALUES ($1, $2, $3, $4)",
		"iibi", tenant_id, version, b.data, b.len, clock_wall_ms());
	strbuf_free(&b);
	if (e)
		tenant_key_free(&k);
	else
		*out = k;
	return e;
}

/* version 0: the newest, made if there is none yet (then inside a transaction). Borrowed; kept with the store. */
static enum err tenant_key_for(struct store *s, int64_t tenant_id, int64_t version,
			       const struct tenant_key **out, struct err_info *info)
{
	const struct vault *v = NULL;
	sqlite3_stmt *st = NULL;
	struct tenant_key *k = NULL;
	bool row = false;
	int64_t newest = 0;
	enum err e;

	if (s->key && tenant_key_tenant(s->key) == tenant_id &&
	    version == tenant_key_version(s->key)) {
		*out = s->key;
		return OK;
	}
	e = db_query(
		s, info, &st,
		"SELECT version, wrapped FROM {tenant_keys} WHERE tenant_id=$1 AND ($2=0 OR version=$2)"
		" ORDER BY version DESC LIMIT 1",
		"ii", tenant_id, version);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row)
		newest = col_int(st, 0);
	if (!e && row)
		e = keyring_vault_for(s->w, sqlite3_column_blob(st, 1),
				      (size_t)sqlite3_column_bytes(st, 1), &v, info);
	if (!e && row)
		e = vault_unwrap_tenant_key(v, tenant_id, newest, sqlite3_column_blob(st, 1),
					    (size_t)sqlite3_column_bytes(st, 1), &k, info);
	db_done(st);
	if (!e && !row && version)
		e = err_set(info, E_CORRUPT, "version %lld of the tenant's key is not there",
			    (long long)version);
	if (!e && !row)
		e = workspace_vault(s->w, &v, info);
	/* The master key was lost and is another now: what is sealed from here on has a key under it. */
	if (e == E_VAULT_KEY && v && row && !version)
		e = make_tenant_key(s, v, tenant_id, newest + 1, &k, info);
	else if (!e && !row)
		e = make_tenant_key(s, v, tenant_id, 1, &k, info);
	if (e) {
		tenant_key_free(&k);
		return e;
	}
	tenant_key_free(&s->key);
	s->key = k;
	*out = k;
	return OK;
}

enum err secret_seal(struct store *s, const struct tenant_key *k, int64_t connection_id,
		     enum conn_field f, const struct secret *value, struct err_info *info)
{
	struct seal_place place = {connection_id, conn_field_columns[f]};
	struct strbuf b;
	enum err e;

	strbuf_init(&b, SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES);
	vault_seal(k, &place, value, &b);
	e = db_exec(s, info, write_sealed[f], "iib", tenant_key_tenant(k), connection_id, b.data,
		    b.len);
	strbuf_free(&b);
	return e;
}

enum err secret_store(struct store *s, int64_t tenant_id, int64_t connection_id, enum conn_field f,
		      const struct secret *value, struct err_info *info)
{
	const struct tenant_key *k;
	enum err e;

	if (secret_len(value) == 0) /* an empty one never overwrites a good one */
		return OK;
	e = tenant_key_for(s, tenant_id, 0, &k, info);
	return e ? e : secret_seal(s, k, connection_id, f, value, info);
}

/* The sealed form: one byte, then the key's version, big-endian. */
static int64_t sealed_version(const unsigned char *p, size_t n)
{
	if (n < SEAL_OVERHEAD_BYTES)
		return -1;
	return (int64_t)p[1] << 24 | (int64_t)p[2] << 16 | (int64_t)p[3] << 8 | (int64_t)p[4];
}

static enum err open_value(struct store *s, int64_t tenant_id, const struct seal_place *place,
			   const struct strbuf *b, struct secret **out, struct err_info *info)
{
	int64_t version = sealed_version((const unsigned char *)b->data, b->len);
	const struct tenant_key *k;
	enum err e;

	if (version <= 0)
		return err_set(info, E_CORRUPT, "a sealed value is damaged");
	e = tenant_key_for(s, tenant_id, version, &k, info);
	return e ? e : vault_open(k, place, b->data, b->len, out, info);
}

static enum err open_sealed(struct store *s, int64_t tenant_id, int64_t id, enum conn_field f,
			    struct secret **out, struct err_info *info)
{
	struct seal_place place = {id, conn_field_columns[f]};
	sqlite3_stmt *st = NULL;
	struct strbuf b;
	bool row = false, sealed = false;
	enum err e = need_tenant(s, tenant_id, info);

	if (e)
		return e;
	strbuf_init(&b, SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES);
	e = db_query(s, info, &st, read_sealed[f], "ii", tenant_id, id);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && !row)
		e = err_set(info, E_NOT_FOUND, "there is no connection with the number %lld",
			    (long long)id);
	if (!e && sqlite3_column_type(st, 0) != SQLITE_NULL) {
		strbuf_add(&b, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		sealed = true;
	}
	db_done(st);
	if (!e && !sealed)
		*out = NULL;
	if (!e && sealed)
		e = open_value(s, tenant_id, &place, &b, out, info);
	strbuf_free(&b);
	return e;
}

enum err connection_secret(struct store *s, int64_t tenant_id, int64_t id, enum conn_field f,
			   struct secret **out, struct err_info *info)
{
	enum err e = open_sealed(s, tenant_id, id, f, out, info);

	/* Value and key are read one after the other: a rotation may have come between. */
	if ((e == E_CORRUPT || e == E_VAULT_KEY) && !s->in_tx && !s->in_read)
		e = open_sealed(s, tenant_id, id, f, out, info);
	return e;
}

/* ---- a tenant's own ------------------------------------------------------------ */

/* In the settings, in base64: they are few. */
#define TENANT_SECRET "secret.%s"
#define SETTING_KEY_SIZE 64

static const char *setting_of(const char *name, char key[SETTING_KEY_SIZE])
{
	snprintf(key, SETTING_KEY_SIZE, TENANT_SECRET, name);
	return key;
}

enum err tenant_secret_names(struct store *s, int64_t tenant_id, struct arena *a,
			     const char *const **names, size_t *n, struct err_info *info)
{
	const char **list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = db_query(s, info, &st,
			      "SELECT substr(key, 8) FROM {settings} WHERE tenant_id=$1"
			      " AND key>='secret.' AND key<'secret/' ORDER BY key",
			      "i", tenant_id);

	while (!e && !(e = db_step(s, st, &row, info)) && row) {
		list = arena_grow(a, list, count, sizeof(*list));
		list[count++] = col_text(st, 0, a);
	}
	db_done(st);
	if (!e) {
		*names = list;
		*n = count;
	}
	return e;
}

enum err tenant_secret_seal(struct store *s, const struct tenant_key *k, const char *name,
			    const struct secret *value, struct err_info *info)
{
	struct seal_place place = {0, name};
	char key[SETTING_KEY_SIZE];
	struct strbuf sealed, text;
	enum err e;

	strbuf_init(&sealed, SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES);
	strbuf_init(&text, 2 * (SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES));
	vault_seal(k, &place, value, &sealed);
	base64_encode(&text, sealed.data, sealed.len, BASE64_STANDARD);
	e = setting_set(s, tenant_key_tenant(k), setting_of(name, key), text.data, info);
	strbuf_free(&text);
	strbuf_free(&sealed);
	return e;
}

enum err tenant_secret_set(struct store *s, int64_t tenant_id, const char *name,
			   const struct secret *value, struct err_info *info)
{
	const struct tenant_key *k;
	char key[SETTING_KEY_SIZE];
	enum err e;

	if (!value)
		return setting_set(s, tenant_id, setting_of(name, key), NULL, info);
	e = need_tenant(s, tenant_id, info);
	if (!e)
		e = tenant_key_for(s, tenant_id, 0, &k, info);
	return e ? e : tenant_secret_seal(s, k, name, value, info);
}

static enum err open_tenant_secret(struct store *s, int64_t tenant_id, const char *name,
				   struct secret **out, struct err_info *info)
{
	struct seal_place place = {0, name};
	struct arena *a = arena_new();
	char key[SETTING_KEY_SIZE];
	const char *text = NULL;
	struct strbuf b;
	enum err e = setting_get(s, tenant_id, setting_of(name, key), a, &text, info);

	strbuf_init(&b, SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES);
	if (!e && !text)
		*out = NULL;
	else if (!e && !base64_decode(&b, text, strlen(text), BASE64_STANDARD))
		e = err_set(info, E_CORRUPT, "a sealed value is damaged");
	else if (!e)
		e = open_value(s, tenant_id, &place, &b, out, info);
	strbuf_free(&b);
	arena_free(&a);
	return e;
}

enum err tenant_secret(struct store *s, int64_t tenant_id, const char *name, struct secret **out,
		       struct err_info *info)
{
	enum err e = open_tenant_secret(s, tenant_id, name, out, info);

	if ((e == E_CORRUPT || e == E_VAULT_KEY) && !s->in_tx && !s->in_read)
		e = open_tenant_secret(s, tenant_id, name, out, info);
	return e;
}

enum err tenant_secret_there(struct store *s, int64_t tenant_id, const char *name, bool *there,
			     struct err_info *info)
{
	struct arena *a = arena_new();
	char key[SETTING_KEY_SIZE];
	const char *text = NULL;
	enum err e = setting_get(s, tenant_id, setting_of(name, key), a, &text, info);

	if (!e)
		*there = text != NULL;
	arena_free(&a);
	return e;
}
