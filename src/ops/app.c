/* ops/app.c - the process: configuration, workspace, who is at the keys, the publisher's thread. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/when.h"
#include "ops/internal.h"
#include "publisher/publisher.h"
#include "store/rekey.h"
#include "store/store.h"
#include "store/workspace.h"

#define ACTOR_GRAPHEMES_MAX 64

static char *os_user(void)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (!getpwuid_r(getuid(), &entry, room, sizeof(room), &found) && found && *found->pw_name)
		return xstrdup(found->pw_name);
	return xasprintf("uid %lu", (unsigned long)getuid());
}

static char *terminal_name(void)
{
	char name[128];

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (!ttyname_r(fd, name, sizeof(name)))
			return xstrdup(name);
	return NULL;
}

/* "~/x" in the configuration means the home directory, as people write it. The path is remembered, so it
 * must not depend on where we stand. */
static char *expand_home(const char *path)
{
	const char *home = getenv("HOME");
	char here[4096];

	if (path[0] == '~' && path[1] == '/' && home && *home)
		return fs_join(home, path + 2);
	if (path[0] != '/' && getcwd(here, sizeof(here)))
		return fs_join(here, path);
	return xstrdup(path);
}

/* Who did it is read off the log: two operators must not look alike there. */
static bool shows_as_it_is(const char *name)
{
	struct strbuf safe;
	bool same;

	if (!text_is_plain(name, strlen(name), NULL))
		return false;
	strbuf_init(&safe, STRBUF_CEILING_DEFAULT);
	text_make_safe(&safe, name, strlen(name), TEXT_ONE_LINE);
	same = !strcmp(safe.data, name);
	strbuf_free(&safe);
	return same;
}

static enum err set_operator(struct app *a, const char *name, struct err_info *info)
{
	if (!name) {
		a->operator_name = os_user();
		return OK;
	}
	if (!*name || !shows_as_it_is(name) ||
	    text_graphemes(name, strlen(name)) > ACTOR_GRAPHEMES_MAX)
		return err_set(
			info, E_INVALID,
			"the operator's name needs 1 to %d characters, no control or hidden ones among them",
			ACTOR_GRAPHEMES_MAX);
	a->operator_name = xstrdup(name);
	return OK;
}

static char *workspace_path(const struct app_options *o)
{
	const char *env = getenv("MASTHEAD_WORKSPACE");

	if (o->workspace && *o->workspace)
		return xstrdup(o->workspace);
	if (env && *env)
		return xstrdup(env);
	return fs_data_dir();
}

/* For app_reload. The file may be named from where we stand. */
static void keep_sources(struct app *a, const struct app_options *o)
{
	a->config_path = o->config ? expand_home(o->config) : NULL;
	a->overrides = xcalloc(o->n_overrides ? o->n_overrides : 1, sizeof(*a->overrides));
	for (; a->n_overrides < o->n_overrides; a->n_overrides++)
		a->overrides[a->n_overrides] = xstrdup(o->overrides[a->n_overrides]);
}

enum err app_new(const struct app_options *o, struct app **out, struct err_info *info)
{
	struct app *a = xcalloc(1, sizeof(*a));
	const char *key_file;
	enum err e;

	a->lock = mutex_new();
	e = config_load(o->config, o->overrides, o->n_overrides, &a->config, info);
	if (!e)
		e = set_operator(a, o->operator_name, info);
	if (e) {
		app_free(&a);
		return e;
	}
	a->config_dir = fs_config_dir();
	a->dir = workspace_path(o);
	keep_sources(a, o);
	key_file = o->key_file ? o->key_file : config_text(a->config, "key.file");
	a->key_file = key_file ? expand_home(key_file) : NULL;
	a->tenant = xstrdup(o->tenant);
	a->terminal = terminal_name();
	a->readonly = o->readonly;
	a->no_create = o->no_create;
	a->new_key_command = xstrdup(o->new_key_command);
	a->new_credential = xstrdup(o->new_credential);
	a->new_secret_service = o->new_secret_service;
	a->new_passphrase = o->new_passphrase;
	a->passphrase_fd = o->passphrase_fd ? *o->passphrase_fd : -1;
	a->ask_passphrase = o->ask_passphrase;
	*out = a;
	return OK;
}

enum err app_open_workspace(struct app *a, struct err_info *info)
{
	char *keys = fs_join(a->config_dir, "keys");
	struct workspace_options o = {
		.dir = a->dir,
		.keys_dir = keys,
		.key_file = a->key_file,
		.create = !a->no_create && !a->readonly,
		.readonly = a->readonly,
	};
	struct key_change key = {0};
	struct secret *material = NULL;
	enum err e = OK;

	if (!a->workspace && (a->new_passphrase || a->new_key_command || a->new_credential ||
			      a->new_secret_service)) {
		o.new_key = &key;
		e = app_new_key(a, &key, &material, info);
	}
	if (!e && !a->workspace)
		e = workspace_open(&o, &a->workspace, info);
	secret_free(&material);
	xfree(&keys);
	return e;
}

void app_free(struct app **app)
{
	struct app *a = *app;

	if (!a)
		return;
	*app = NULL;
	app_publisher_stop(a);
	if (a->workspace)
		workspace_close(&a->workspace);
	config_free(&a->config);
	for (size_t i = 0; i < a->n_retired; i++)
		config_free(&a->retired[i]);
	xfree(&a->retired);
	for (size_t i = 0; i < a->n_overrides; i++)
		xfree(&a->overrides[i]);
	xfree(&a->overrides);
	xfree(&a->config_path);
	xfree(&a->config_dir);
	xfree(&a->dir);
	xfree(&a->key_file);
	xfree(&a->new_key_command);
	xfree(&a->new_credential);
	xfree(&a->tenant);
	xfree(&a->operator_name);
	xfree(&a->terminal);
	mutex_free(&a->lock);
	xfree(&a);
}

const struct config *app_config(const struct app *a)
{
	const struct config *c;

	mutex_lock(a->lock);
	c = a->config;
	mutex_unlock(a->lock);
	return c;
}

enum err app_reload(struct app *a, struct err_info *info)
{
	struct config *fresh = NULL;
	enum err e = config_load(a->config_path, (const char *const *)a->overrides, a->n_overrides,
				 &fresh, info);

	if (e)
		return e;
	mutex_lock(a->lock);
	a->retired = xrealloc(a->retired, a->n_retired + 1, sizeof(struct config *));
	a->retired[a->n_retired++] = a->config;
	a->config = fresh;
	mutex_unlock(a->lock);
	return OK;
}

const char *app_workspace_dir(const struct app *a)
{
	return a->dir;
}

const char *app_operator(const struct app *a)
{
	return a->operator_name;
}

bool app_readonly(const struct app *a)
{
	return a->readonly;
}

bool app_workspace_created(const struct app *a)
{
	return a->workspace && workspace_created(a->workspace);
}

void app_actor(const struct app *a, struct actor *out)
{
	out->name = a->operator_name;
	out->terminal = a->terminal;
}

void app_zone(const struct app *a, char *out, size_t size)
{
	const char *zone = config_text(app_config(a), "timezone");

	if (zone)
		snprintf(out, size, "%s", zone);
	else
		when_local_zone(out, size);
}

enum err app_service_store(struct app *a, struct store **s, struct err_info *info)
{
	struct actor actor;

	app_actor(a, &actor);
	return store_open(a->workspace, SCOPE_SERVICE, &actor, s, info);
}

void app_media_host(const struct app *a, struct media_host *out)
{
	const struct config *c = app_config(a);
	const char *kind = config_text(c, "media.host");

	*out = (struct media_host){
		.url = config_text(c, "media.url"),
		.public_url = config_text(c, "media.public_url"),
		.user = config_text(c, "media.user"),
		.bucket = config_text(c, "media.bucket"),
		.region = config_text(c, "media.region"),
		.prefix = config_text(c, "media.prefix"),
		.acl = config_text(c, "media.acl"),
		.bucket_in_host = !strcmp(config_text(c, "media.style"), "host"),
		.command = config_text(c, "media.command"),
	};
	for (int k = MEDIA_NONE; k <= MEDIA_COMMAND; k++)
		if (!strcmp(kind, media_kind_name((enum media_kind)k)))
			out->kind = (enum media_kind)k;
}

void app_settings(const struct app *a, struct publisher_settings *out)
{
	const struct config *c = app_config(a);

	*out = (struct publisher_settings){
		.timeout_ms = config_ms(c, "http.timeout"),
		.connect_timeout_ms = config_ms(c, "http.connect_timeout"),
		.retry_base_ms = config_ms(c, "retry.base"),
		.retry_cap_ms = config_ms(c, "retry.cap"),
		.settle_lag_ms = config_ms(c, "settle.lag"),
		.catch_up_ms = config_ms(c, "catchup"),
		.in_flight = (int)config_int(c, "publisher.in_flight"),
		.shutdown_limit_ms = config_ms(c, "shutdown.limit"),
		.ca_file = config_text(c, "http.ca_file"),
		.platform_option = config_platform,
		.self = c,
	};
	app_media_host(a, &out->media);
}

/* ---------------------------------------------------------------- the publisher's thread */

enum err app_publisher_start(struct app *a, const char *how, struct err_info *info)
{
	struct publisher_settings settings;
	struct publisher *p = NULL;
	struct actor actor;
	enum err e;

	if (a->readonly)
		return err_set(info, E_READONLY, "nothing is published with --readonly");
	if (a->publisher)
		return OK;
	e = app_open_workspace(a, info);
	if (e)
		return e;
	app_settings(a, &settings);
	app_actor(a, &actor);
	e = publisher_start(a->workspace, &settings, &actor, how, &p, info);
	if (e)
		return e;
	mutex_lock(a->lock);
	a->publisher = p;
	a->stopping = false;
	snprintf(a->how, sizeof(a->how), "%s", how);
	mutex_unlock(a->lock);
	return OK;
}

void app_publisher_wake(struct app *a)
{
	mutex_lock(a->lock);
	if (a->publisher)
		publisher_wake(a->publisher);
	mutex_unlock(a->lock);
}

void app_publisher_stop(struct app *a)
{
	struct publisher *p;

	mutex_lock(a->lock);
	p = a->publisher;
	a->publisher = NULL;
	a->stopping = p != NULL;
	mutex_unlock(a->lock);
	if (p)
		publisher_stop(&p);
	mutex_lock(a->lock);
	a->stopping = false;
	mutex_unlock(a->lock);
}

void app_publisher_view(const struct app *a, struct publisher_view *out)
{
	static const char *const phases[] = {
		[PUBLISHER_WAITING] = "waiting", [PUBLISHER_RECOVERING] = "recovering",
		[PUBLISHER_RUNNING] = "running", [PUBLISHER_STOPPING] = "stopping",
		[PUBLISHER_STOPPED] = "stopped",
	};
	struct publisher_snapshot s = {.phase = PUBLISHER_STOPPED};

	mutex_lock(a->lock);
	if (a->publisher)
		publisher_snapshot(a->publisher, &s);
	else if (a->stopping)
		s.phase = PUBLISHER_STOPPING;
	mutex_unlock(a->lock);
	out->phase = phases[s.phase];
	out->in_flight = s.in_flight;
	out->trouble = s.trouble;
}
