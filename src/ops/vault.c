/* ops/vault.c - unlocking the vault, and changing what unlocks it.
 *
 * A passphrase comes from a descriptor or from a person; both are read here, before any transaction begins, for
 * deriving a key takes most of a second and a person takes longer. */
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "ops/internal.h"
#include "store/rekey.h"
#include "store/store.h"
#include "store/workspace.h"

#define TRIES_ON_TERMINAL 3

/* ---- passphrases ---- */

static enum err nobody_to_ask(struct err_info *info)
{
	err_set(info, E_VAULT_LOCKED, "the vault is locked by a passphrase");
	err_hint(info, "run it on a terminal, or give --passphrase-fd");
	return E_VAULT_LOCKED;
}

static enum err ask(const struct app *a, bool fresh, struct secret **out, struct err_info *info)
{
	struct strbuf typed;
	enum err e;

	if (!a->ask_passphrase)
		return nobody_to_ask(info);
	strbuf_init_wiped(&typed, SECRET_BYTES_MAX);
	e = a->ask_passphrase(fresh, &typed, info);
	if (!e && typed.len == 0 && fresh)
		e = err_set(info, E_INVALID, "the passphrase is empty");
	if (!e)
		*out = secret_new(typed.data, typed.len);
	strbuf_free(&typed);
	return e;
}

/* From the descriptor, or, when that is a terminal or none (-1), from the person. */
static enum err read_passphrase(const struct app *a, int fd, bool fresh, struct secret **out,
				struct err_info *info)
{
	enum err e;

	if (fd < 0 || isatty(fd))
		return ask(a, fresh, out, info);
	e = secret_from_fd(fd, SECRET_BYTES_MAX, true, out, info);
	if (e == E_INVALID || e == E_TOO_LONG) {
		enum err code = fresh ? e : E_VAULT_KEY;

		if (e == E_INVALID)
			return err_set(info, code, "the passphrase is empty");
		return err_set(info, code, "the passphrase has more than %zu bytes",
			       SECRET_BYTES_MAX);
	}
	return e;
}

static enum err unlock_passphrase(struct app *a, struct err_info *info)
{
	bool terminal = a->passphrase_fd < 0 || isatty(a->passphrase_fd);
	enum err e = E_VAULT_KEY;

	for (int i = 0; e == E_VAULT_KEY && i < (terminal ? TRIES_ON_TERMINAL : 1); i++) {
		struct secret *typed = NULL;

		e = read_passphrase(a, a->passphrase_fd, false, &typed, info);
		if (e)
			return e;
		e = secret_len(typed) ? workspace_unlock(a->workspace, typed, info)
				      : err_set(info, E_VAULT_KEY, "the passphrase is empty");
		secret_free(&typed);
	}
	return e;
}

enum err app_unlock(struct app *a, struct err_info *info)
{
	struct key_facts key;
	enum err e = app_open_workspace(a, info);

	if (!e)
		e = workspace_key(a->workspace, &key, info);
	if (e || key.open || key.source == KEY_FILE)
		return e;
	if (key.source == KEY_PASSPHRASE)
		return unlock_passphrase(a, info);
	return workspace_unlock(a->workspace, NULL, info);
}

enum err app_new_key(struct app *a, struct key_change *out, struct secret **material,
		     struct err_info *info)
{
	enum err e = OK;

	*out = (struct key_change){.source = KEY_SECRET_SERVICE};
	if (a->new_key_command) {
		out->source = KEY_COMMAND;
		out->locator = a->new_key_command;
		e = vault_command_output(a->new_key_command, material, info);
	} else if (a->new_credential) {
		out->source = KEY_CREDENTIAL;
		out->locator = a->new_credential;
		e = vault_credential(a->new_credential, material, info);
	} else if (a->new_secret_service) {
		e = vault_service_ready(info); /* before a workspace is begun in vain */
	} else {
		out->source = KEY_PASSPHRASE;
		e = read_passphrase(a, a->passphrase_fd, true, material, info);
	}
	out->material = *material;
	return e;
}

/* ---- status ---- */

static enum err status_lock(struct app *a, const struct key_facts *key, bool *locked,
			    struct err_info *info)
{
	const struct vault *v;
	struct err_info why;
	enum err e;

	if (key->source == KEY_PASSPHRASE && a->passphrase_fd >= 0) {
		*locked = false;
		return app_unlock(a, info);
	}
	e = workspace_vault(a->workspace, &v, &why);
	if (e && e != E_VAULT_LOCKED && e != E_VAULT_KEY && info)
		*info = why;
	else
		*locked = e != OK;
	return e == E_VAULT_LOCKED || e == E_VAULT_KEY ? OK : e;
}

enum err ops_vault_status(struct ops *o, struct json **out, struct err_info *info)
{
	struct vault_tenant *tenants = NULL;
	struct arena *a = arena_new();
	struct key_facts key;
	struct json *j, *list;
	size_t n = 0;
	bool locked = true;
	enum err e = workspace_key(o->app->workspace, &key, info);

	if (!e)
		e = status_lock(o->app, &key, &locked, info);
	if (!e)
		e = vault_tenants(o->store, a, &tenants, &n, info);
	if (!e) {
		j = json_new_object();
		json_set_str(j, "source", key_source_name(key.source));
		json_set_str(j, "path",
			     key.source == KEY_FILE ? workspace_key_file(o->app->workspace) : NULL);
		json_set_str(j, "credential", key.credential[0] ? key.credential : NULL);
		json_set_str(j, "check", key.check);
		json_set_bool(j, "locked", locked);
		json_set_bool(j, "memory_locked", secret_locked_ok());
		list = json_new_array();
		for (size_t i = 0; i < n; i++) {
			struct json *t = json_new_object();

			json_set_str(t, "tenant", tenants[i].tenant);
			json_set_int(t, "key_version", tenants[i].key_version);
			json_set_int(t, "sealed", tenants[i].sealed);
			json_add(list, t);
		}
		json_set(j, "tenants", list);
		*out = j;
	}
	arena_free(&a);
	return e;
}

/* ---- changes ---- */

static enum err change(struct ops *o, const struct key_change *c, struct json **out,
		       struct err_info *info)
{
	struct key_tally tally;
	struct key_facts key;
	struct json *j;
	enum err e = vault_change(o->store, c, &tally, info);

	if (!e)
		e = workspace_key(o->app->workspace, &key, info);
	if (e)
		return e;
	j = json_new_object();
	json_set_str(j, "source", key_source_name(key.source));
	json_set_str(j, "check", key.check);
	json_set_int(j, "tenants", tally.tenants);
	json_set_int(j, "sealed", tally.sealed);
	json_set_int(j, "discarded", tally.discarded);
	*out = j;
	return OK;
}

enum err ops_vault_rekey(struct ops *o, bool discard, struct json **out, struct err_info *info)
{
	struct key_change c = {.alike = !discard, .discard = discard, .source = KEY_FILE};
	enum err e = ops_may_write(o, info);

	if (!e && !discard)
		e = app_unlock(o->app, info);
	return e ? e : change(o, &c, out, info);
}

static char *absolute(const char *path)
{
	char here[4096];

	if (path[0] == '/' || !getcwd(here, sizeof(here)))
		return xstrdup(path);
	return fs_join(here, path);
}

/* A passphrase that is new; what unlocked the vault was another. */
static enum err passwd_passphrase(struct ops *o, const struct vault_request *r, bool was,
				  struct json **out, struct err_info *info)
{
	struct key_change c = {.source = KEY_PASSPHRASE};
	struct secret *typed = NULL;
	struct app *a = o->app;
	int fd = r->new_passphrase_fd ? *r->new_passphrase_fd : was ? -1 : a->passphrase_fd;
	enum err e = read_passphrase(a, fd, true, &typed, info);

	if (e == E_VAULT_LOCKED)
		err_hint(info, "run it on a terminal, or give --new-passphrase-fd");
	if (!e) {
		c.material = typed;
		e = change(o, &c, out, info);
	}
	secret_free(&typed);
	return e;
}

/* What gives its secret by itself. */
static enum err passwd_given(struct ops *o, enum key_source source, const char *locator,
			     struct json **out, struct err_info *info)
{
	struct key_change c = {.source = source, .locator = locator};
	struct secret *given = NULL;
	enum err e = OK;

	if (source == KEY_COMMAND)
		e = vault_command_output(locator, &given, info);
	else if (source == KEY_CREDENTIAL)
		e = vault_credential(locator, &given, info);
	if (!e) {
		c.material = given;
		e = change(o, &c, out, info);
	}
	secret_free(&given);
	return e;
}

static enum err passwd_file(struct ops *o, const char *path, struct json **out,
			    struct err_info *info)
{
	char *whole = absolute(path);
	struct key_change c = {.source = KEY_FILE, .path = whole};
	enum err e = change(o, &c, out, info);

	xfree(&whole);
	return e;
}

enum err ops_vault_passwd(struct ops *o, const struct vault_request *r, struct json **out,
			  struct err_info *info)
{
	bool named = r->key_file || r->key_command || r->credential || r->secret_service ||
		     r->new_passphrase_fd;
	struct key_facts key;
	enum err e = ops_may_write(o, info);

	if (!e)
		e = workspace_key(o->app->workspace, &key, info);
	if (!e && !named && key.source != KEY_PASSPHRASE && o->app->passphrase_fd < 0) {
		err_set(info, E_USAGE, "the vault has no passphrase to change (its key: %s)",
			key_source_name(key.source));
		err_hint(info, "name the new source: --new-passphrase-fd, --key-file, "
			       "--key-command, --credential or --secret-service");
		return E_USAGE;
	}
	if (!e)
		e = app_unlock(o->app, info);
	if (e)
		return e;
	if (r->key_command)
		return passwd_given(o, KEY_COMMAND, r->key_command, out, info);
	if (r->credential)
		return passwd_given(o, KEY_CREDENTIAL, r->credential, out, info);
	if (r->secret_service)
		return passwd_given(o, KEY_SECRET_SERVICE, NULL, out, info);
	if (r->key_file)
		return passwd_file(o, r->key_file, out, info);
	return passwd_passphrase(o, r, key.source == KEY_PASSPHRASE, out, info);
}
