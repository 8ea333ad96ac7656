/* ops/media_host.c - the media host as operators see it: is it there, its secret, a test of it all.
 *
 * The address is the configuration's; the secret is the tenant's, sealed in the vault. The test does what the publisher
 * does, and then what a platform does: fetches the address without credentials. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "publisher/media_host.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/media_objects.h"
#include "store/store.h"
#include "store/workspace.h"
#include "vault/hash.h"
#include "vault/secret.h"

#define SECRET_TYPED_MAX ((size_t)4096)
#define TEST_TIMEOUT_MS 60000

/* ---------------------------------------------------------------- of a post */

static void add(struct target *t, struct arena *a, enum err code, const char *message)
{
	struct target_problem *more = arena_alloc(a, (t->n_problems + 1) * sizeof(*more));

	if (t->n_problems)
		memcpy(more, t->problems, t->n_problems * sizeof(*more));
	more[t->n_problems++] = (struct target_problem){
		.field = "media", .message = message, .code = code};
	t->problems = more;
}

void media_host_problems(struct ops *o, const struct post *p, const struct platform *pf,
			 struct arena *a, struct target *t)
{
	struct media_host host;
	struct err_info why;
	bool there = true;

	if (!pf->media_by_url || !p->n_media)
		return;
	app_media_host(o->app, &host);
	if (media_host_check(&host, &why) != OK) {
		add(t, a, E_CONFIG,
		    arena_printf(a, "%s fetches files from a public address, and %s (%s)",
				 pf->title, why.text,
				 why.hint[0] ? why.hint : "see masthead.conf(5)"));
		return;
	}
	if (media_host_has_secret(&host) && o->tenant_id &&
	    tenant_secret_there(o->store, o->tenant_id, SECRET_MEDIA_HOST, &there, NULL) == OK &&
	    !there)
		add(t, a, E_CONFIG,
		    arena_printf(a,
				 "%s fetches files from a public address, and no secret of the "
				 "media host %s is stored (masthead media-host secret)",
				 pf->title, media_host_title(&host, a)));
}

void media_host_rehearse(struct ops *o, const struct post *p, const struct platform *pf,
			 struct json *requests)
{
	const char *dir = workspace_media_dir(o->app->workspace);
	struct arena *a = arena_new();
	struct media_host host;

	app_media_host(o->app, &host);
	for (size_t i = 0; pf->media_by_url && i < p->n_media && media_host_has_secret(&host);
	     i++) {
		const struct media *m = &p->media[i];
		const char *name = media_host_name(a, m->sha256, m->type);
		char *path = fs_join(dir, m->sha256);
		struct http_request *r = media_host_put(&host, media_host_target(&host, a, name), m,
							path);

		json_add(requests, http_request_describe(r));
		http_request_free(&r);
		xfree(&path);
	}
	arena_free(&a);
}

/* ---------------------------------------------------------------- what is configured */

enum err ops_media_host(struct ops *o, struct json **out, struct err_info *info)
{
	int64_t files = 0, stuck = 0;
	struct media_host host;
	struct err_info why = {0};
	bool there = false;
	struct json *j;
	enum err ready, e;

	e = tenant_secret_there(o->store, o->tenant_id, SECRET_MEDIA_HOST, &there, info);
	if (!e)
		e = media_objects_count(o->store, o->tenant_id, MEDIA_TRIES_STUCK, &files, &stuck,
					info);
	if (e)
		return e;
	app_media_host(o->app, &host);
	ready = media_host_check(&host, &why);
	if (!ready && media_host_has_secret(&host) && !there)
		ready = err_set(&why, E_CONFIG, "its secret is not stored");
	j = json_new_object();
	json_set_str(j, "host", media_kind_name(host.kind));
	json_set_str(j, "url", host.url);
	json_set_str(j, "bucket", host.bucket);
	json_set_str(j, "region", host.kind == MEDIA_S3 ? host.region : NULL);
	json_set_str(j, "prefix", host.prefix);
	json_set_str(j, "public_url", host.public_url);
	json_set_str(j, "user", host.user);
	json_set_str(j, "command", host.command);
	json_set_bool(j, "secret", there);
	json_set_bool(j, "ready", ready == OK);
	json_set_str(j, "problem", ready ? why.text : NULL);
	json_set_int(j, "files", files);
	json_set_int(j, "stuck", stuck);
	*out = j;
	return OK;
}

enum err ops_media_host_secret(struct ops *o, int fd, const char *typed, struct err_info *info)
{
	struct audit_note note = {.action = "media.secret", .outcome = "ok"};
	struct secret *s = NULL;
	enum err e = ops_may_write(o, info);

	if (!e && typed)
		s = secret_new(typed, strlen(typed));
	else if (!e && fd >= 0)
		e = secret_from_fd(fd, SECRET_TYPED_MAX, true, &s, info);
	if (!e && s && (secret_len(s) == 0 || !secret_str(s)))
		e = err_set(info, E_INVALID, "the secret that was given is empty or holds a NUL");
	if (!e)
		e = ops_begin(o, info);
	if (e)
		goto out;
	note.message = s ? "stored" : "forgotten";
	e = tenant_secret_set(o->store, o->tenant_id, SECRET_MEDIA_HOST, s, info);
	if (!e)
		e = audit_append(o->store, o->tenant_id, &note, info);
	if (!e)
		e = ops_commit(o, info);
	if (e)
		store_rollback(o->store);
out:
	secret_free(&s);
	return e;
}

/* ---------------------------------------------------------------- the test */

/* One pixel, black. */
static const unsigned char picture[] = {
	0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 'I',  'H',
	'D',  'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00,
	0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 'I',  'D',  'A',  'T',  0x78,
	0x9c, 0x63, 0x60, 0x60, 0x60, 0xf8, 0x0f, 0x00, 0x01, 0x04, 0x01, 0x00, 0x5f, 0xe5,
	0xc3, 0x4b, 0x00, 0x00, 0x00, 0x00, 'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

struct test {
	struct ops *o;
	struct media_host host;
	struct secret *secret;
	const struct flag *abort_flag;
	struct arena *arena;
	struct media media;
	char *file;
	const char *name, *target, *url;
	const char *type; /* as it was fetched */
	int64_t put_ms, fetch_ms;
};

static enum err write_picture(struct test *t, struct err_info *info)
{
	const char *dir = workspace_media_dir(t->o->app->workspace);
	int fd;
	bool whole;

	sha256_hex(picture, sizeof(picture), t->media.sha256);
	t->media.type = "image/png";
	t->media.bytes = sizeof(picture);
	t->file = xasprintf("%s/.media-host-test-%ld", dir, (long)getpid());
	fd = open(t->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		enum err e = err_set_errno(info, errno, "cannot write %s", t->file);

		xfree(&t->file);
		return e;
	}
	whole = write(fd, picture, sizeof(picture)) == (ssize_t)sizeof(picture);
	if (close(fd) != 0 || !whole)
		return err_set(info, E_IO, "%s could not be written", t->file);
	return OK;
}

static enum err send(struct test *t, struct http_request *r, const char *url, bool with_secret,
		     struct transfer *tr, struct err_info *info)
{
	struct secret_set set = {{NULL}};

	if (with_secret)
		set.slot[SLOT_MEDIA_HOST] = t->secret;
	return transport_exchange(t->o->transport, r, &set, http_url_is_loopback(url),
				  t->abort_flag, tr, info);
}

/* Put or delete over HTTP. */
static enum err change(struct test *t, struct http_request *r, bool deleting, struct err_info *info)
{
	struct transfer tr = {0};
	int64_t retry_at;
	enum err e = send(t, r, t->target, true, &tr, info);

	if (e)
		ops_context(info, "the media host");
	else if (media_host_judge(&t->host, tr.response, deleting, &retry_at, info) != CLASS_NONE)
		e = info->code;
	http_response_free(&tr.response);
	http_request_free(&r);
	return e;
}

static enum err run_command(struct test *t, bool deleting, struct err_info *info)
{
	struct media_call call = {.command = t->host.command,
				  .deleting = deleting,
				  .name = t->name,
				  .file = t->file,
				  .type = t->media.type,
				  .url = t->url,
				  .timeout_ms = TEST_TIMEOUT_MS};
	char *url = NULL;

	if (media_command_run(&call, t->abort_flag, &url, info) != CLASS_NONE)
		return info->code;
	if (url)
		t->url = arena_strdup(t->arena, url);
	xfree(&url);
	return OK;
}

static enum err put(struct test *t, struct err_info *info)
{
	int64_t start = clock_mono_ms();
	enum err e;

	t->name = media_host_name(t->arena, t->media.sha256, t->media.type);
	t->target = media_host_target(&t->host, t->arena, t->name);
	t->url = media_host_public(&t->host, t->arena, t->name);
	e = t->target ? change(t, media_host_put(&t->host, t->target, &t->media, t->file), false,
			       info)
		      : run_command(t, false, info);
	t->put_ms = clock_mono_ms() - start;
	return e;
}

static enum err fetch(struct test *t, struct err_info *info)
{
	struct http_request *r = http_request_new(HTTP_GET);
	struct transfer tr = {0};
	enum err e;

	http_url(r, "%s", t->url);
	e = send(t, r, t->url, false, &tr, info);
	if (e) {
		ops_context(info, "the file was put, and cannot be fetched");
	} else if (tr.response->status != 200) {
		e = err_set(info, E_MEDIA,
			    "the file was put, and its address gives nobody but you: %d",
			    tr.response->status);
		err_hint(info, "make the bucket or collection readable for anybody who knows an "
			       "address, or set media.public_url");
	} else if (tr.response->len != sizeof(picture) ||
		   memcmp(tr.response->body, picture, sizeof(picture)) != 0) {
		e = err_set(info, E_MEDIA, "the file was put, and its address gives another one");
		err_hint(info, "look at media.public_url");
	} else {
		const char *type = http_response_header(tr.response, "Content-Type");

		t->type = type ? arena_strdup(t->arena, type) : NULL;
		t->fetch_ms = tr.duration_ms;
	}
	http_response_free(&tr.response);
	http_request_free(&r);
	return e;
}

static enum err test_all(struct test *t, struct err_info *info)
{
	struct err_info later;
	enum err e = put(t, info), gone;

	if (e)
		return e;
	e = fetch(t, info);
	gone = t->target ? change(t, media_host_delete(&t->host, t->target), true, &later)
			 : run_command(t, true, &later);
	if (!e && gone) {
		if (info)
			*info = later;
		e = gone;
	}
	return e;
}

enum err ops_media_host_test(struct ops *o, const struct flag *abort_flag, struct json **out,
			     struct err_info *info)
{
	struct test t = {.o = o, .abort_flag = abort_flag};
	struct json *j;
	enum err e;

	app_media_host(o->app, &t.host);
	e = media_host_check(&t.host, info);
	if (!e)
		e = ops_transport(o, info);
	if (!e && media_host_has_secret(&t.host))
		e = tenant_secret(o->store, o->tenant_id, SECRET_MEDIA_HOST, &t.secret, info);
	if (!e && media_host_has_secret(&t.host) && !t.secret) {
		e = err_set(info, E_CONFIG, "no secret is stored for the media host");
		err_hint(info, "masthead media-host secret --secret-fd N");
	}
	if (e)
		goto out;
	t.arena = arena_new();
	e = write_picture(&t, info);
	if (!e)
		e = test_all(&t, info);
	if (!e) {
		j = json_new_object();
		json_set_str(j, "host", media_kind_name(t.host.kind));
		json_set_str(j, "url", t.url);
		json_set_str(j, "type", t.type);
		json_set_int(j, "put_ms", t.put_ms);
		json_set_int(j, "fetch_ms", t.fetch_ms);
		json_set_bool(j, "deleted", true);
		*out = j;
	}
	arena_free(&t.arena);
out:
	if (t.file)
		unlink(t.file);
	xfree(&t.file);
	secret_free(&t.secret);
	return e;
}
