/* sandbox/media_host.c - see media_host.h. */
#include "sandbox/media_host.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/sigv4.h"
#include "vault/hash.h"

#define BUCKET "masthead"
#define REGION "sandbox-1"
#define STORE_BYTES_MAX ((size_t)512 << 20)
#define CREDENTIALS_BYTES_MAX 4096
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

struct object {
	char *path; /* "/s3/BUCKET/KEY", "/dav/NAME" */
	char *type, *bytes;
	size_t len;
	char sha256[HASH_HEX_SIZE];
	bool collection;
	bool gone;
};

struct media_store {
	struct object **items;
	size_t n, size, bytes;
	struct strmap *by_path;
};

struct media_store *media_store_new(void)
{
	struct media_store *s = xcalloc(1, sizeof(*s));

	s->by_path = strmap_new();
	return s;
}

void media_store_free(struct media_store **ps)
{
	struct media_store *s = *ps;

	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		xfree(&s->items[i]->path);
		xfree(&s->items[i]->type);
		xfree(&s->items[i]->bytes);
		xfree(&s->items[i]);
	}
	xfree(&s->items);
	strmap_free(&s->by_path);
	xfree(ps);
}

static struct object *find(const struct media_store *s, const char *path)
{
	struct object *o = strmap_get(s->by_path, path);

	return o && !o->gone ? o : NULL;
}

static void put(struct media_store *s, const char *path, const char *type, const char *bytes,
		size_t n)
{
	struct object *o = strmap_get(s->by_path, path);

	if (!o) {
		if (s->n == s->size) {
			s->size = s->size ? 2 * s->size : 16;
			s->items = xrealloc(s->items, s->size, sizeof(struct object *));
		}
		o = s->items[s->n++] = xcalloc(1, sizeof(*o));
		o->path = xstrdup(path);
		strmap_put(s->by_path, path, o);
	}
	xfree(&o->type);
	xfree(&o->bytes);
	s->bytes = s->bytes - o->len + n;
	o->type = xstrdup(type ? type : "application/octet-stream");
	o->bytes = xmalloc(n + 1);
	if (n > 0)
		memcpy(o->bytes, bytes, n);
	o->len = n;
	o->gone = o->collection = false;
	sha256_hex(o->bytes, n, o->sha256);
}

static void take_out(struct media_store *s, struct object *o)
{
	s->bytes -= o->len;
	o->len = 0;
	xfree(&o->bytes);
	o->gone = true;
}

/* ---- answers ----------------------------------------------------------- */

static bool is_s3(const struct call *c)
{
	return strncmp(c->path, "/s3/", 4) == 0;
}

static void empty(struct call *c, int status)
{
	c->answer->status = status;
	c->answer->type = "text/plain";
	c->answer->body = "";
	c->answer->len = 0;
}

/* Each door in its own form: S3's document, or words. */
static void fail(struct call *c, int status, const char *code, const char *message)
{
	struct listener_answer *a = c->answer;

	a->status = status;
	a->type = is_s3(c) ? "application/xml" : "text/plain";
	a->body = is_s3(c)
			  ? arena_printf(
				    a->arena,
				    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				    "<Error><Code>%s</Code><Message>%s</Message>"
				    "<Resource>%s</Resource><RequestId>Sandbox</RequestId></Error>",
				    code, message, c->path)
			  : arena_printf(a->arena, "%s\n", message);
	a->len = strlen(a->body);
}

static void refuse(struct call *c, int status)
{
	fail(c, status,
	     status == 403   ? "AccessDenied"
	     : status == 404 ? "NoSuchKey"
	     : status == 503 ? "SlowDown"
			     : "InternalError",
	     status == 403   ? "Access Denied"
	     : status == 404 ? "The specified key does not exist."
	     : status == 503 ? "Please reduce your request rate."
			     : "We encountered an internal error. Please try again.");
}

static void limit(struct call *c, int64_t seconds)
{
	refuse(c, 503);
	c->answer->status = 429;
	call_header_int(c, "Retry-After", seconds);
}

static void refuse_duplicate(struct call *c)
{
	fail(c, 409, "OperationAborted", "A conflicting operation is in progress.");
}

static void damage(struct call *c, enum fault_kind kind)
{
	(void)c;
	(void)kind;
}

/* ---- who may write ------------------------------------------------------ */

static char *secret_of(const struct world *w, struct arena *a, const char *door)
{
	char text[33];

	call_derive(world_seed(w), "media_host", door, "secret", LETTERS, text, 32);
	return arena_strdup(a, text);
}

static bool check_basic(struct call *c)
{
	const char *head = listener_header(c->request, "Authorization"), *secret;
	struct strbuf b;
	bool ok = false;

	secret = arena_printf(c->answer->arena, "sandbox:%s",
			      secret_of(c->world, c->answer->arena, "webdav"));
	strbuf_init(&b, CREDENTIALS_BYTES_MAX);
	if (head && strncmp(head, "Basic ", 6) == 0 &&
	    base64_decode(&b, head + 6, strlen(head + 6), BASE64_STANDARD))
		ok = strcmp(b.data, secret) == 0;
	strbuf_free(&b);
	if (!ok) {
		fail(c, 401, "", "Authorization required");
		call_header(c, "WWW-Authenticate", "Basic realm=\"sandbox\"");
	}
	return ok;
}

/* False: answered already. */
static bool may_write(struct call *c)
{
	struct sigv4_refusal why;

	if (!is_s3(c))
		return check_basic(c);
	if (sigv4_check(c, arena_printf(c->answer->arena, MEDIA_HOST_PREFIX "%s", c->path), REGION,
			"SANDBOXACCESSKEY", secret_of(c->world, c->answer->arena, "s3"), &why))
		return true;
	fail(c, why.status, why.code, why.message);
	return false;
}

/* ---- the methods -------------------------------------------------------- */

/* A collection must be there before what is in it. */
static bool has_parent(const struct call *c, const struct media_store *s)
{
	const char *slash = strrchr(c->path, '/');
	const struct object *o;

	if (slash == c->path + strlen("/dav"))
		return true;
	o = find(s, arena_strndup(c->answer->arena, c->path, (size_t)(slash - c->path)));
	return o && o->collection;
}

static void answer_put(struct call *c, struct media_store *s)
{
	bool there = find(s, c->path) != NULL;

	if (!may_write(c))
		return;
	if (is_s3(c) && strncmp(c->path, "/s3/" BUCKET "/", strlen("/s3/" BUCKET "/")) != 0)
		fail(c, 404, "NoSuchBucket", "The specified bucket does not exist");
	else if (!is_s3(c) && !has_parent(c, s))
		fail(c, 409, "", "The collection for it is not there");
	else if (s->bytes + c->request->len > STORE_BYTES_MAX)
		fail(c, 507, "InsufficientStorage", "There is no more room");
	else {
		put(s, c->path, listener_header(c->request, "Content-Type"), c->request->body,
		    c->request->len);
		empty(c, is_s3(c) ? 200 : there ? 204 : 201);
	}
}

static void answer_get(struct call *c, struct media_store *s)
{
	struct object *o = find(s, c->path);

	if (!o || o->collection) {
		refuse(c, 404);
		return;
	}
	c->answer->status = 200;
	c->answer->type = arena_strdup(c->answer->arena, o->type);
	/* A copy: the lock does not last until it has left. */
	c->answer->body = memcpy(arena_alloc(c->answer->arena, o->len + 1), o->bytes, o->len);
	c->answer->len = o->len;
}

static void answer_delete(struct call *c, struct media_store *s)
{
	struct object *o = find(s, c->path);

	if (!may_write(c))
		return;
	if (!o && !is_s3(c)) {
		refuse(c, 404);
		return;
	}
	if (o)
		take_out(s, o);
	empty(c, 204);
}

static void answer_mkcol(struct call *c, struct media_store *s)
{
	if (!may_write(c))
		return;
	if (is_s3(c) || find(s, c->path) || !has_parent(c, s)) {
		fail(c, find(s, c->path) ? 405 : 409, "", "It cannot be made here");
		return;
	}
	put(s, c->path, NULL, "", 0);
	find(s, c->path)->collection = true;
	empty(c, 201);
}

/* All that lies below a collection, whatever depth was asked for. */
static void answer_propfind(struct call *c, const struct media_store *s)
{
	const char *text = "";
	size_t n = strlen(c->path);

	if (!may_write(c))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (!s->items[i]->gone && strncmp(s->items[i]->path, c->path, n) == 0)
			text = arena_printf(c->answer->arena,
					    "%s<D:response><D:href>" MEDIA_HOST_PREFIX
					    "%s</D:href></D:response>",
					    text, s->items[i]->path);
	c->answer->status = 207;
	c->answer->type = "application/xml";
	c->answer->body = arena_printf(c->answer->arena,
				       "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">%s"
				       "</D:multistatus>",
				       text);
	c->answer->len = strlen(c->answer->body);
}

static unsigned steps(const struct call *c)
{
	const char *m = c->request->method;

	if (strcmp(m, "PUT") == 0 || strcmp(m, "MKCOL") == 0)
		return STEP_UPLOAD;
	if (strcmp(m, "GET") == 0 || strcmp(m, "HEAD") == 0 || strcmp(m, "PROPFIND") == 0)
		return STEP_READ;
	return strcmp(m, "DELETE") == 0 ? STEP_REVOKE : 0;
}

static void answer(struct call *c)
{
	struct media_store *s = world_media(c->world);
	const char *m = c->request->method;

	if (!is_s3(c) && strncmp(c->path, "/dav/", 5) != 0)
		refuse(c, 404);
	else if (strcmp(m, "PUT") == 0)
		answer_put(c, s);
	else if (strcmp(m, "GET") == 0 || strcmp(m, "HEAD") == 0)
		answer_get(c, s);
	else if (strcmp(m, "DELETE") == 0)
		answer_delete(c, s);
	else if (strcmp(m, "MKCOL") == 0)
		answer_mkcol(c, s);
	else if (strcmp(m, "PROPFIND") == 0 && !is_s3(c))
		answer_propfind(c, s);
	else
		fail(c, 405, "MethodNotAllowed", "The specified method is not allowed.");
}

static void make_accounts(struct world *w, int64_t n)
{
	(void)w;
	(void)n;
}

/* ---- for the platforms --------------------------------------------------- */

/* Hexadecimal digits of a hash in the last part of an address, as files are named that were put up by it. */
static const char *hash_in_name(const char *url)
{
	const char *name = strrchr(url, '/');

	for (name = name ? name + 1 : url; *name;) {
		size_t n = strspn(name, "0123456789abcdef");

		if (n == 2 * HASH_BYTES)
			return name;
		name += n > 0 ? n : 1;
	}
	return NULL;
}

bool media_host_fetch(const struct call *c, const char *url, char sha256[HASH_HEX_SIZE])
{
	const char *host = strstr(c->server, "://") + 3, *name;
	/* "http://127.0.0.1:PORT" of "http://127.0.0.1:PORT/PLATFORM". */
	size_t n = (size_t)(host - c->server) + strcspn(host, "/");
	const struct object *o;

	if (strncmp(url, c->server, n) == 0 && url[n] == '/') {
		const char *path = url + n;
		bool ours = strncmp(path, MEDIA_HOST_PREFIX "/", strlen(MEDIA_HOST_PREFIX) + 1) ==
			    0;

		o = ours ? find(world_media(c->world), path + strlen(MEDIA_HOST_PREFIX)) : NULL;
		if (!o || o->collection)
			return false;
		memcpy(sha256, o->sha256, HASH_HEX_SIZE);
		return true;
	}
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://127.0.0.1", 16) != 0 &&
	    strncmp(url, "http://[::1]", 12) != 0)
		return false;
	name = hash_in_name(url);
	if (name) {
		memcpy(sha256, name, HASH_HEX_SIZE - 1);
		sha256[HASH_HEX_SIZE - 1] = '\0';
	} else {
		sha256_hex(url, strlen(url), sha256);
	}
	return true;
}

static struct json *describe_door(const struct world *w, const char *address, const char *door,
				  const char *path, const char *user)
{
	struct json *j = json_new_object();
	struct arena *a = arena_new();

	json_set_str(j, "url", arena_printf(a, "%s" MEDIA_HOST_PREFIX "%s", address, path));
	json_set_str(j, "user", user);
	json_set_str(j, "secret", secret_of(w, a, door));
	arena_free(&a);
	return j;
}

struct json *media_host_describe(const struct world *w, const char *address)
{
	struct json *j = json_new_object(), *s3;

	s3 = json_set(j, "s3", describe_door(w, address, "s3", "/s3", "SANDBOXACCESSKEY"));
	json_set_str(s3, "bucket", BUCKET);
	json_set_str(s3, "region", REGION);
	json_set(j, "webdav", describe_door(w, address, "webdav", "/dav", "sandbox"));
	return j;
}

const struct sandbox_platform sandbox_media_host = {
	.name = "media_host",
	.make_accounts = make_accounts,
	.steps = steps,
	.answer = answer,
	.refuse = refuse,
	.limit = limit,
	.refuse_duplicate = refuse_duplicate,
	.damage = damage,
};
