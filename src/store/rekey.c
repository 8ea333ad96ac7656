/* store/rekey.c - another master key, in one commit.
 *
 * Order, and why a kill anywhere leaves all openable. Under the write lock: (1) leftovers of an earlier change
 * are settled; (2) a new key file is written and synced as "<path>.new": the settings do not name it yet, so nobody
 * takes it; (3) all data keys and values are sealed anew and the settings name the new master key, in one transaction:
 * before its commit the old key opens the old rows, after it the new key, which is on the disk, opens the new ones.
 * (4) With the lock taken again, so that no other change is in between, the file is renamed over the old one; (5) a key
 * file that is no source any more is removed. Cut off before (4), the next who opens does it. A key of any other
 * source stands in the settings and has no steps but (3); the secret service's entry for it is stored before all this and
 * the old one removed after it, each under an id of its own. */
#include "store/rekey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/keyring.h"
#include "store/secrets.h"

#define IDS_AT_ONCE 256

enum err keyring_rename(const char *from, const char *to, struct err_info *info)
{
	const char *slash = strrchr(to, '/');
	char *dir = slash && slash != to ? xstrndup(to, (size_t)(slash - to)) : xstrdup("/");
	int fd;

	if (rename(from, to) != 0) {
		xfree(&dir);
		return err_set_errno(info, errno, "cannot rename %s to %s", from, to);
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	xfree(&dir);
	return OK;
}

/* ---- the rows ---------------------------------------------------------------- */

/* Numbers that a statement lists after $2, for tenant $1. */
static enum err list_ids(struct store *s, const char *sql, int64_t tenant_id, int64_t after,
			 int64_t ids[IDS_AT_ONCE], size_t *n, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(s, info, &st, sql, "ii", tenant_id, after);

	*n = 0;
	while (!e && *n < IDS_AT_ONCE) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		ids[(*n)++] = col_int(st, 0);
	}
	db_done(st);
	return e;
}

#define WITH_SECRETS \
	"SELECT id FROM {platform_connections} WHERE tenant_id=$1 AND id>$2 AND (" \
	"password_sealed IS NOT NULL OR access_sealed IS NOT NULL OR refresh_sealed IS NOT NULL" \
	" OR client_secret_sealed IS NOT NULL) ORDER BY id LIMIT 256"
#define ALL_TENANTS "SELECT id FROM {tenants} WHERE $1=0 AND id>$2 ORDER BY id LIMIT 256"

static enum err reseal(struct store *s, const struct tenant_key *k, int64_t id,
		       struct key_tally *tally, struct err_info *info)
{
	enum err e = OK;

	for (int f = 0; !e && f < CONN_FIELD_COUNT; f++) {
		struct secret *value = NULL;

		e = connection_secret(s, tenant_key_tenant(k), id, f, &value, info);
		if (!e && value) {
			e = secret_seal(s, k, id, f, value, info);
			tally->sealed++;
		}
		secret_free(&value);
	}
	if (e == E_VAULT_KEY || e == E_CORRUPT)
		err_hint(info,
			 "connect the account again (number %lld), or disconnect it, then "
			 "repeat this",
			 (long long)id);
	return e;
}

static enum err lose_login(struct store *s, int64_t tenant_id, int64_t id, struct key_tally *tally,
			   struct err_info *info)
{
	struct err_info why;
	enum err e;

	err_set(&why, E_VAULT_KEY, "the vault's key was lost; connect the account again");
	e = db_exec(s, info,
		    "UPDATE {platform_connections} SET password_sealed=NULL, access_sealed=NULL,"
		    " refresh_sealed=NULL, client_secret_sealed=NULL, expires_at=NULL,"
		    " refresh_expires_at=NULL, refresh_started_at=NULL"
		    " WHERE tenant_id=$1 AND id=$2",
		    "ii", tenant_id, id);
	if (!e)
		e = connection_set_status(s, tenant_id, id, CONN_REVOKED, &why, 0, info);
	tally->discarded++;
	return e;
}

/* k NULL: what is sealed is given up. */
static enum err walk_connections(struct store *s, int64_t tenant_id, const struct tenant_key *k,
				 struct key_tally *tally, struct err_info *info)
{
	int64_t ids[IDS_AT_ONCE], after = 0;
	size_t n = IDS_AT_ONCE;
	enum err e = OK;

	while (!e && n == IDS_AT_ONCE) {
		e = list_ids(s, WITH_SECRETS, tenant_id, after, ids, &n, info);
		for (size_t i = 0; !e && i < n; i++)
			e = k ? reseal(s, k, ids[i], tally, info)
			      : lose_login(s, tenant_id, ids[i], tally, info);
		if (n)
			after = ids[n - 1];
	}
	return e;
}

/* What the tenant has sealed for itself. k NULL: it is given up. */
static enum err walk_own(struct store *s, int64_t tenant_id, const struct tenant_key *k,
			 struct key_tally *tally, struct err_info *info)
{
	struct arena *a = arena_new();
	const char *const *names = NULL;
	size_t n = 0;
	enum err e = tenant_secret_names(s, tenant_id, a, &names, &n, info);

	for (size_t i = 0; !e && i < n; i++) {
		struct secret *value = NULL;

		if (!k) {
			e = tenant_secret_set(s, tenant_id, names[i], NULL, info);
			continue;
		}
		e = tenant_secret(s, tenant_id, names[i], &value, info);
		if (!e && value) {
			e = tenant_secret_seal(s, k, names[i], value, info);
			tally->sealed++;
		} else if ((e == E_VAULT_KEY || e == E_CORRUPT) &&
			   !strcmp(names[i], SECRET_MEDIA_HOST)) {
			err_hint(info, "give the media host's secret again, then repeat this: "
				       "masthead media-host secret");
		}
		secret_free(&value);
	}
	arena_free(&a);
	return e;
}

static enum err rekey_tenant(struct store *s, const struct vault *v, int64_t tenant_id,
			     struct key_tally *tally, struct err_info *info)
{
	int64_t version = 0;
	struct tenant_key *k;
	struct strbuf b;
	enum err e = db_int(s, info, &version,
			    "SELECT max(version) FROM {tenant_keys} WHERE tenant_id=$1", "i",
			    tenant_id);

	if (e || !version)
		return e;
	k = vault_new_tenant_key(v, tenant_id, version + 1);
	e = walk_connections(s, tenant_id, k, tally, info);
	if (!e)
		e = walk_own(s, tenant_id, k, tally, info);
	if (!e)
		e = db_exec(s, info, "DELETE FROM {tenant_keys} WHERE tenant_id=$1", "i",
			    tenant_id);
	strbuf_init(&b, 4096);
	vault_wrap_tenant_key(v, k, &b);
	if (!e)
		e = db_exec(s, info,
			    "INSERT INTO {tenant_keys} (tenant_id, version, wrapped, created_at)"
			    " VALUES ($1, $2, $3, $4)",
			    "iibi", tenant_id, version + 1, b.data, b.len, clock_wall_ms());
	strbuf_free(&b);
	tenant_key_free(&k);
	tally->tenants++;
	return e;
}

static enum err discard_tenant(struct store *s, int64_t tenant_id, struct key_tally *tally,
			       struct err_info *info)
{
	enum err e = walk_connections(s, tenant_id, NULL, tally, info);

	if (!e)
		e = walk_own(s, tenant_id, NULL, tally, info);
	if (!e)
		e = db_exec(s, info, "DELETE FROM {tenant_keys} WHERE tenant_id=$1", "i",
			    tenant_id);
	return e;
}

/* v NULL: everything is given up. */
static enum err walk_tenants(struct store *s, const struct vault *v, struct key_tally *tally,
			     struct err_info *info)
{
	int64_t ids[IDS_AT_ONCE], after = 0;
	size_t n = IDS_AT_ONCE;
	enum err e = OK;

	while (!e && n == IDS_AT_ONCE) {
		e = list_ids(s, ALL_TENANTS, 0, after, ids, &n, info);
		for (size_t i = 0; !e && i < n; i++)
			e = v ? rekey_tenant(s, v, ids[i], tally, info)
			      : discard_tenant(s, ids[i], tally, info);
		if (n)
			after = ids[n - 1];
	}
	return e;
}

/* ---- the change ---------------------------------------------------------------- */

struct change {
	const struct key_change *want;
	struct key_descriptor before, after;
	struct vault *fresh;
	char *old_path, *new_path; /* NULL: no key file */
	bool committing, committed;
};

/* The old master key as the settings name it now, under the write lock. */
static enum err hold_old(struct store *s, struct change *c, struct err_info *info)
{
	struct workspace *w = s->w;
	struct vault *v = NULL;
	enum err e;

	mutex_lock(w->vault_mutex);
	e = keyring_reload(w, info);
	if (!e)
		e = key_descriptor_parse(w->descriptor ? w->descriptor : "", &c->before, info);
	if (!e && !c->want->discard && strcmp(vault_check(w->vault), c->before.check) != 0) {
		/* Another process changed it since ours was opened: follow where nobody need be asked. */
		e = c->before.source == KEY_FILE
			    ? vault_open_key_file(w->key_path, w->uuid, &v, info)
			    : vault_unlock_alike(&c->before, w->vault, &v, info);
		if (!e && strcmp(vault_check(v), c->before.check) != 0)
			e = err_set(info, E_BUSY, "the vault's key is being changed");
		if (!e)
			keyring_put(w, v);
		else
			vault_free(&v);
	}
	if (!e && c->before.source == KEY_FILE)
		c->old_path = xstrdup(w->key_path);
	mutex_unlock(w->vault_mutex);
	return e;
}

static enum err choose_path(const struct workspace *w, struct change *c, struct err_info *info)
{
	const struct key_change *want = c->want;
	char *standard = xasprintf("%s/%s.key", w->keys_dir, w->uuid);

	if (want->alike && c->old_path)
		c->new_path = xstrdup(c->old_path);
	else if (w->key_fixed && (!want->path || !strcmp(want->path, w->key_path)))
		c->new_path = xstrdup(w->key_path);
	else if (!w->key_fixed)
		c->new_path = xstrdup(want->path ? want->path : standard);
	if (c->new_path && strcmp(c->new_path, standard) != 0)
		c->after.path = xstrdup(c->new_path);
	xfree(&standard);
	if (c->new_path)
		return OK;
	return err_set(info, E_CONFIG,
		       "the configuration's key.file names %s, and would not find the key in %s",
		       w->key_path, want->path);
}

static enum err make_new_file(struct store *s, struct change *c, struct err_info *info)
{
	bool same = c->old_path && c->new_path && !strcmp(c->old_path, c->new_path);
	char *next;
	enum err e;

	same = same && !c->want->discard;
	if (!same && access(c->new_path, F_OK) == 0) {
		err_set(info, E_EXISTS, "there is a file %s, and a key file is never overwritten",
			c->new_path);
		err_hint(info, "move it away first, and keep it while backups need it");
		return E_EXISTS;
	}
	e = keyring_settle_file(c->new_path, s->w->uuid, same ? c->before.check : NULL, info);
	if (e)
		return e;
	next = xasprintf("%s.new", c->new_path);
	e = vault_create_key_file(next, s->w->uuid, &c->fresh, info);
	if (!e)
		snprintf(c->after.check, sizeof(c->after.check), "%s", vault_check(c->fresh));
	xfree(&next);
	return e;
}

static enum err make_new(struct store *s, struct change *c, struct err_info *info)
{
	enum key_source source = c->want->alike ? c->before.source : c->want->source;
	enum err e;

	if (source != KEY_FILE) {
		if (!c->fresh) /* else made before the lock was taken */
			vault_create_alike(s->w->vault, &c->before, &c->fresh, &c->after);
		return OK;
	}
	c->after.source = KEY_FILE;
	e = choose_path(s->w, c, info);
	return e ? e : make_new_file(s, c, info);
}

static enum err change_rows(struct store *s, struct change *c, struct key_tally *tally,
			    struct err_info *info)
{
	struct audit_note note = {.outcome = "ok", .message = key_source_name(c->after.source)};
	struct strbuf text;
	enum err e = walk_tenants(s, c->want->discard ? NULL : c->fresh, tally, info);

	note.action = c->want->discard ? "vault.discard"
		      : c->want->alike ? "vault.rekey"
				       : "vault.passwd";
	strbuf_init(&text, KEY_TEXT_BYTES);
	key_descriptor_write(&c->after, &text);
	if (!e)
		e = setting_set(s, 0, "vault.key", text.data, info);
	if (!e)
		e = audit_append(s, 0, &note, info);
	strbuf_free(&text);
	return e;
}

/* Committed: memory and files follow. */
static void follow(struct store *s, struct change *c)
{
	struct workspace *w = s->w;
	struct err_info info = {0};

	mutex_lock(w->vault_mutex);
	keyring_put(w, c->fresh);
	c->fresh = NULL;
	if (keyring_reload(w, &info))
		log_warn("cannot read the settings: %s", info.text);
	mutex_unlock(w->vault_mutex);
	if (keyring_settle(w, s, &info))
		log_warn("the new key file waits for the next start: %s", info.text);
	if (c->old_path && (!c->new_path || strcmp(c->old_path, c->new_path) != 0) &&
	    unlink(c->old_path) != 0 && errno != ENOENT)
		log_warn("the key file %s, which opens nothing any more, could not be removed",
			 c->old_path);
}

/* A key file that no commit names; after a commit that failed it is left for the next start to judge. */
static void drop_new_file(const struct change *c)
{
	char *next;

	if (!c->fresh || !c->new_path)
		return;
	next = xasprintf("%s.new", c->new_path);
	unlink(next);
	xfree(&next);
}

static enum err change_locked(struct store *s, struct change *c, struct key_tally *tally,
			      struct err_info *info)
{
	enum err e = store_begin(s, info);

	if (e)
		return e;
	e = hold_old(s, c, info);
	if (!e)
		e = make_new(s, c, info);
	if (!e)
		e = change_rows(s, c, tally, info);
	if (e) {
		drop_new_file(c);
		store_rollback(s);
		return e;
	}
	c->committing = true;
	e = store_commit(s, info);
	c->committed = !e;
	tenant_key_free(&s->key);
	if (!e)
		follow(s, c);
	return e;
}

/* The secret service's entry that no settings name now; one that a commit that failed may name stays. */
static void forget_entry(struct store *s, const struct change *c)
{
	const struct key_descriptor *d = c->committed ? &c->before : &c->after;
	struct err_info info;

	if ((c->committed || !c->committing) && vault_forget(d, s->w->uuid, &info))
		log_warn("an entry of the secret service, which opens nothing any more, could not "
			 "be removed: %s",
			 info.text);
}

enum err vault_change(struct store *s, const struct key_change *want, struct key_tally *out,
		      struct err_info *info)
{
	struct change c = {.want = want};
	struct key_tally tally = {0};
	const struct vault *v;
	enum err e = need_service(s, info);

	if (!e && !want->discard)
		e = workspace_vault(s->w, &v, info);
	if (!e && !want->alike && want->source == KEY_SECRET_SERVICE)
		e = vault_create_in_service(s->w->uuid, &c.fresh, &c.after, info);
	else if (!e && !want->alike && want->source != KEY_FILE)
		e = vault_create_wrapped(want->source, want->locator, want->material, s->w->uuid,
					 &c.fresh, &c.after, info);
	if (!e)
		e = change_locked(s, &c, &tally, info);
	if (!want->alike)
		forget_entry(s, &c);
	vault_free(&c.fresh);
	key_descriptor_free(&c.before);
	key_descriptor_free(&c.after);
	xfree(&c.old_path);
	xfree(&c.new_path);
	if (!e)
		*out = tally;
	return e;
}

/* ---- what there is -------------------------------------------------------------- */

enum err vault_tenants(struct store *s, struct arena *a, struct vault_tenant **out, size_t *n,
		       struct err_info *info)
{
	struct vault_tenant *list = NULL;
	sqlite3_stmt *st = NULL;
	size_t count = 0;
	bool row = true;
	enum err e = need_service(s, info);

	if (!e)
		e = db_query(s, info, &st,
			     "SELECT t.name,"
			     " (SELECT max(k.version) FROM {tenant_keys} k WHERE k.tenant_id=t.id),"
			     " (SELECT count(c.password_sealed) + count(c.access_sealed)"
			     "  + count(c.refresh_sealed) + count(c.client_secret_sealed)"
			     "  FROM {platform_connections} c WHERE c.tenant_id=t.id)"
			     " + (SELECT count(*) FROM {settings} g WHERE g.tenant_id=t.id"
			     "  AND g.key LIKE 'secret.%')"
			     " FROM {tenants} t ORDER BY t.id",
			     "");
	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		list = arena_grow(a, list, count, sizeof(*list));
		list[count++] = (struct vault_tenant){col_text(st, 0, a), col_int(st, 1),
						      col_int(st, 2)};
	}
	db_done(st);
	if (!e) {
		*out = list;
		*n = count;
	}
	return e;
}
