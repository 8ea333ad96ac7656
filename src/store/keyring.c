/* store/keyring.c - the workspace's master key: how it is made, found, and found again when another process changed it.
 *
 * The settings (`vault.key`) say what the key is; memory holds the keys that were opened. A change of the key is one
 * commit, but for a key file that has to follow: the new one is written beside it as "<path>.new" before the commit and
 * renamed after it. Whoever opens takes the file that fits the settings, and the first who opens for writing finishes
 * what was cut off. Keys of before a change stay in memory until the end, for readers that still see the rows of before. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "store/keyring.h"

#define UNLOCK_TRIES 3

/* ---- where the key file is ---- */

void keyring_name(struct workspace *w, const char *uuid, const char *key_file)
{
	snprintf(w->uuid, sizeof(w->uuid), "%s", uuid);
	w->key_fixed = key_file != NULL;
	w->key_path = key_file ? xstrdup(key_file) : xasprintf("%s/%s.key", w->keys_dir, uuid);
	w->chain_path = xasprintf("%s/%s.chain", w->keys_dir, uuid);
}

void keyring_follow(struct workspace *w)
{
	struct key_descriptor d;
	struct err_info info;

	if (w->key_fixed || !w->descriptor || key_descriptor_parse(w->descriptor, &d, &info))
		return; /* said when the vault is opened */
	if (d.source == KEY_FILE) {
		xfree(&w->key_path);
		w->key_path = d.path ? xstrdup(d.path)
				     : xasprintf("%s/%s.key", w->keys_dir, w->uuid);
	}
	key_descriptor_free(&d);
}

/* ---- a new workspace's ---- */

static enum err make_file(struct workspace *w, struct key_descriptor *d, struct err_info *info)
{
	enum err e = vault_create_key_file(w->key_path, w->uuid, &w->vault, info);

	if (e == E_EXISTS)
		e = vault_open_key_file(w->key_path, w->uuid, &w->vault, info);
	if (e)
		return e;
	if (w->key_fixed)
		d->path = xstrdup(w->key_path);
	snprintf(d->check, sizeof(d->check), "%s", vault_check(w->vault));
	return OK;
}

enum err keyring_make(struct workspace *w, const struct key_change *c, struct err_info *info)
{
	struct key_descriptor d = {.source = KEY_FILE};
	struct strbuf b;
	enum err e;

	if (c && c->source == KEY_SECRET_SERVICE)
		e = vault_create_in_service(w->uuid, &w->vault, &d, info);
	else if (c && c->source != KEY_FILE)
		e = vault_create_wrapped(c->source, c->locator, c->material, w->uuid, &w->vault, &d,
					 info);
	else
		e = make_file(w, &d, info);
	if (!e) {
		strbuf_init(&b, KEY_TEXT_BYTES);
		key_descriptor_write(&d, &b);
		w->descriptor = strbuf_detach(&b);
		e = chain_key_create(w->chain_path, w->uuid, &w->chain, info);
	}
	key_descriptor_free(&d);
	return e;
}

void keyring_forget(const struct workspace *w)
{
	struct key_descriptor d;
	struct err_info info;

	if (!w->descriptor || key_descriptor_parse(w->descriptor, &d, &info))
		return;
	if (vault_forget(&d, w->uuid, &info))
		log_warn("an entry of the secret service, which opens nothing, could not be "
			 "removed: %s",
			 info.text);
	key_descriptor_free(&d);
}

/* ---- what a rotation that was cut off left ---- */

/* Under the write lock, so that no rotation is at work. */
enum err keyring_settle_file(const char *path, const char *uuid, const char *check,
			     struct err_info *info)
{
	char *next = xasprintf("%s.new", path);
	struct vault *v = NULL;
	struct err_info ignored;
	enum err e = OK;

	if (access(next, F_OK) != 0) {
		xfree(&next);
		return OK;
	}
	if (check && vault_open_key_file(next, uuid, &v, &ignored) == OK &&
	    !strcmp(vault_check(v), check))
		e = keyring_rename(next, path, info);
	else if (unlink(next) != 0)
		e = err_set_errno(info, errno, "cannot remove %s", next);
	vault_free(&v);
	xfree(&next);
	return e;
}

static bool new_file_waits(struct workspace *w)
{
	char *next;
	bool there;

	mutex_lock(w->vault_mutex);
	next = xasprintf("%s.new", w->key_path);
	mutex_unlock(w->vault_mutex);
	there = access(next, F_OK) == 0;
	xfree(&next);
	return there;
}

enum err keyring_settle(struct workspace *w, struct store *s, struct err_info *info)
{
	struct key_descriptor d;
	enum err e;

	if (w->readonly || !new_file_waits(w))
		return OK;
	e = store_begin(s, info);
	if (e)
		return e;
	mutex_lock(w->vault_mutex);
	e = keyring_reload(w, info);
	if (!e && key_descriptor_parse(w->descriptor ? w->descriptor : "", &d, info) == OK) {
		e = keyring_settle_file(w->key_path, w->uuid, d.source == KEY_FILE ? d.check : NULL,
					info);
		key_descriptor_free(&d);
	}
	mutex_unlock(w->vault_mutex);
	store_rollback(s);
	/* The vault finds its key in either file: no reason to keep anybody out. */
	if (e)
		log_warn("the new key file could not be put in its place: %s", info->text);
	return OK;
}

/* ---- opening ---- */

enum err keyring_reload(struct workspace *w, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	const char *text;
	int rc = sqlite3_prepare_v2(w->keeper,
				    "SELECT value FROM settings WHERE tenant_id=0 AND"
				    " key='vault.key'",
				    -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(st, 0);
		xfree(&w->descriptor);
		w->descriptor = xstrdup(text ? text : "");
		keyring_follow(w);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? OK : sql_error(w->keeper, rc, info);
}

/* material: NULL, or what a person gave. */
static enum err unlock_as(struct workspace *w, struct key_descriptor *d,
			  const struct secret *material, struct vault **out, struct err_info *info)
{
	char *config = xstrdup(w->keys_dir), *slash = strrchr(config, '/');
	enum err e;

	if (slash)
		*slash = '\0';
	if (d->source == KEY_FILE) {
		xfree(&d->path);
		d->path = xstrdup(w->key_path);
	}
	if (material && d->source == KEY_PASSPHRASE)
		e = vault_unlock_with(d, material, w->uuid, out, info);
	else if (w->vault && vault_is_wrapped(w->vault) &&
		 vault_unlock_alike(d, w->vault, out, info) == OK)
		e = OK;
	else
		e = vault_unlock(d, config, w->uuid, out, info);
	xfree(&config);
	return e;
}

static enum err unlock(struct workspace *w, const struct secret *material, struct vault **out,
		       struct err_info *info)
{
	enum err e = keyring_reload(w, info);

	for (int i = 0; !e && i < UNLOCK_TRIES; i++) {
		char *tried = xstrdup(w->descriptor ? w->descriptor : "");
		struct key_descriptor d;
		bool same;

		e = key_descriptor_parse(tried, &d, info);
		if (e) {
			xfree(&tried);
			return e;
		}
		e = unlock_as(w, &d, material, out, info);
		key_descriptor_free(&d);
		if (!e || (e != E_VAULT_KEY && e != E_VAULT_LOCKED)) {
			xfree(&tried);
			return e;
		}
		/* Was it changed between the two reads? */
		same = keyring_reload(w, NULL) || (w->descriptor && !strcmp(tried, w->descriptor));
		xfree(&tried);
		if (same)
			return e;
		e = OK;
	}
	return e ? e : err_set(info, E_BUSY, "the vault's key is being changed");
}

const struct vault *keyring_put(struct workspace *w, struct vault *v)
{
	if (w->vault && !strcmp(vault_check(w->vault), vault_check(v))) {
		vault_free(&v); /* known, and borrowed */
		return w->vault;
	}
	if (w->vault) {
		w->retired = xrealloc(w->retired, w->retired_n + 1, sizeof(*w->retired));
		w->retired[w->retired_n++] = w->vault;
	}
	w->vault = v;
	return v;
}

void keyring_free(struct workspace *w)
{
	chain_key_free(&w->chain);
	vault_free(&w->vault);
	for (size_t i = 0; i < w->retired_n; i++)
		vault_free(&w->retired[i]);
	xfree(&w->retired);
	xfree(&w->descriptor);
	xfree(&w->key_path);
	xfree(&w->chain_path);
}

enum err workspace_unlock(struct workspace *w, const struct secret *material, struct err_info *info)
{
	struct vault *v = NULL;
	enum err e;

	mutex_lock(w->vault_mutex);
	e = unlock(w, material, &v, info);
	if (!e)
		keyring_put(w, v);
	mutex_unlock(w->vault_mutex);
	return e;
}

enum err workspace_vault(struct workspace *w, const struct vault **out, struct err_info *info)
{
	struct vault *v = NULL;
	enum err e = OK;

	mutex_lock(w->vault_mutex);
	if (!w->vault) {
		e = unlock(w, NULL, &v, info);
		if (!e)
			keyring_put(w, v);
	}
	if (!e)
		*out = w->vault;
	mutex_unlock(w->vault_mutex);
	return e;
}

enum err keyring_vault_for(struct workspace *w, const void *wrapped, size_t n,
			   const struct vault **out, struct err_info *info)
{
	const struct vault *found = NULL;
	struct vault *v = NULL;
	enum err e = OK;

	mutex_lock(w->vault_mutex);
	if (!w->vault) {
		e = unlock(w, NULL, &v, info);
		if (!e)
			keyring_put(w, v);
	}
	if (!e && vault_wrapped_by(w->vault, wrapped, n))
		found = w->vault;
	for (size_t i = 0; !e && !found && i < w->retired_n; i++)
		if (vault_wrapped_by(w->retired[i], wrapped, n))
			found = w->retired[i];
	v = NULL;
	if (!e && !found) { /* another process has changed it */
		e = unlock(w, NULL, &v, info);
		if (!e)
			found = keyring_put(w, v);
	}
	if (!e)
		*out = found;
	mutex_unlock(w->vault_mutex);
	return e;
}

enum err workspace_key(struct workspace *w, struct key_facts *out, struct err_info *info)
{
	struct key_descriptor d;
	enum err e;

	mutex_lock(w->vault_mutex);
	e = keyring_reload(w, info);
	if (!e)
		e = key_descriptor_parse(w->descriptor ? w->descriptor : "", &d, info);
	if (!e) {
		out->source = d.source;
		snprintf(out->check, sizeof(out->check), "%s", d.check);
		snprintf(out->credential, sizeof(out->credential), "%s",
			 d.source == KEY_CREDENTIAL ? d.locator : "");
		out->open = w->vault && !strcmp(vault_check(w->vault), d.check);
		key_descriptor_free(&d);
	}
	mutex_unlock(w->vault_mutex);
	return e;
}
