/* sandbox/world.c - see world.h.
 *
 * The state file's lines: {"sandbox":1,"seed":N,"accounts":N} first, then {"account"|"session"|"post"|"blob":NUMBER
 * or id, ...}. A line that a kill cut off is not there: what it told was not yet answered. */
#include "sandbox/world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

#define STATE_BYTES_MAX ((size_t)1 << 30)
#define LINE_BYTES_MAX ((size_t)2 << 20)

struct list {
	void **items;
	size_t n;
};

struct world {
	struct world_options options;
	char *state_path;
	int state_fd; /* -1: none, or being read */
	struct list accounts, sessions, posts, blobs;
	struct strmap *accounts_by_name; /* "platform/handle" and "platform/id" */
	struct strmap *posts_by_key;     /* "account number/key" */
	struct strmap *posts_by_id;      /* "platform/remote id" */
	struct strmap *blobs_by_id;
	struct strmap *used;
};

static void list_add(struct list *l, void *item)
{
	/* Doubles at powers of two. */
	if ((l->n & (l->n - 1)) == 0)
		l->items = xrealloc(l->items, l->n ? l->n * 2 : 1, sizeof(*l->items));
	l->items[l->n++] = item;
}

static void list_free(struct list *l, void (*item_free)(void *item))
{
	for (size_t i = 0; i < l->n; i++) {
		item_free(l->items[i]);
		xfree(&l->items[i]);
	}
	xfree(&l->items);
}

static void account_free(void *item)
{
	struct account *a = item;

	xfree(&a->handle);
	xfree(&a->id);
	xfree(&a->secret);
}

static void session_free(void *item)
{
	(void)item;
}

static void post_free(void *item)
{
	struct post *p = item;

	xfree(&p->key);
	xfree(&p->remote_id);
	xfree(&p->version);
	xfree(&p->record);
}

static void blob_free(void *item)
{
	struct blob *b = item;

	xfree(&b->id);
	xfree(&b->type);
	xfree(&b->alt);
}

/* ---- writing the state ------------------------------------------------ */

/* Writes a line and frees it. One write(2) each, so that a kill tears at most the last. */
static void state_write(struct world *w, struct json *line)
{
	struct strbuf b;

	if (w->state_fd >= 0) {
		strbuf_init(&b, LINE_BYTES_MAX);
		json_write(&b, line, false);
		strbuf_putc(&b, '\n');
		if (b.overflowed || write(w->state_fd, b.data, b.len) != (ssize_t)b.len)
			die("the state file %s cannot be written: %s", w->state_path,
			    strerror(errno));
		strbuf_free(&b);
	}
	json_free(&line);
}

static void write_header(struct world *w)
{
	struct json *j = json_new_object();

	json_set_int(j, "sandbox", 1);
	json_set_int(j, "seed", w->options.seed);
	json_set_int(j, "accounts", w->options.accounts);
	state_write(w, j);
}

static void write_post(struct world *w, const struct post *p)
{
	struct json *j = json_new_object();

	json_set_int(j, "post", p->number);
	json_set_int(j, "of", p->account->number);
	json_set_str(j, "key", p->key);
	json_set_str(j, "remote_id", p->remote_id);
	json_set_str(j, "version", p->version);
	json_set_str(j, "record", p->record);
	json_set_int(j, "created_at", p->created_at);
	json_set_int(j, "visible_at", p->visible_at);
	json_set_bool(j, "deleted", p->deleted);
	state_write(w, j);
}

static void write_blob(struct world *w, const struct blob *b)
{
	struct json *j = json_new_object();

	json_set_str(j, "blob", b->id);
	json_set_str(j, "sha256", b->sha256);
	json_set_str(j, "type", b->type);
	json_set_str(j, "alt", b->alt);
	json_set_int(j, "size", b->size);
	state_write(w, j);
}

/* ---- reading it ------------------------------------------------------- */

static struct account *account_of(const struct world *w, const struct json *j)
{
	int64_t n = json_int(j, "of", -1);

	return n >= 0 && (size_t)n < w->accounts.n ? w->accounts.items[n] : NULL;
}

static bool read_account(struct world *w, const struct json *j)
{
	struct account *a;
	int64_t n = json_int(j, "account", -1);

	if (n < 0 || (size_t)n >= w->accounts.n)
		return false;
	a = w->accounts.items[n];
	a->single_use = json_bool(j, "single_use", false);
	a->secret_state = (enum secret_state)json_int(j, "secret_state", SECRET_GOOD);
	return true;
}

static bool read_session(struct world *w, const struct json *j)
{
	struct account *a = account_of(w, j);
	int64_t n = json_int(j, "session", -1);
	struct session *s;

	if (!a || n < 1 || (size_t)n > w->sessions.n + 1)
		return false;
	if ((size_t)n <= w->sessions.n)
		s = w->sessions.items[n - 1];
	else
		s = world_add_session(w, a, 0, 0, 0);
	s->made_at = json_int(j, "made_at", 0);
	s->access_until = json_int(j, "access_until", 0);
	s->refresh_until = json_int(j, "refresh_until", 0);
	s->used_at = json_int(j, "used_at", 0);
	s->successor = json_int(j, "successor", 0);
	s->revoked = json_bool(j, "revoked", false);
	return true;
}

static bool read_post(struct world *w, const struct json *j)
{
	struct account *a = account_of(w, j);
	const char *id = json_str(j, "remote_id"), *version = json_str(j, "version");
	const char *record = json_str(j, "record");
	int64_t n = json_int(j, "post", -1);
	struct post *p;

	if (!a || !id || !version || !record || n < 1 || (size_t)n > w->posts.n + 1)
		return false;
	if ((size_t)n <= w->posts.n) {
		world_change_post(w, w->posts.items[n - 1], version, record,
				  json_bool(j, "deleted", false));
		return true;
	}
	p = world_add_post(w, a, json_str(j, "key"), id, version, record,
			   json_int(j, "created_at", 0));
	p->visible_at = json_int(j, "visible_at", 0);
	p->deleted = json_bool(j, "deleted", false);
	return true;
}

static bool read_blob(struct world *w, const struct json *j)
{
	const char *id = json_str(j, "blob"), *sha = json_str(j, "sha256");
	const char *type = json_str(j, "type");

	if (!id || !type || !sha || strlen(sha) != 64)
		return false;
	world_describe_blob(w, world_add_blob(w, id, sha, type, json_int(j, "size", 0)),
			    json_str(j, "alt"));
	return true;
}

static bool read_line(struct world *w, const char *s, size_t n)
{
	struct json *j = NULL;
	bool ok = false;

	if (json_parse(s, n, LINE_BYTES_MAX, &j, NULL) != OK)
		return false;
	if (json_get(j, "account"))
		ok = read_account(w, j);
	else if (json_get(j, "session"))
		ok = read_session(w, j);
	else if (json_get(j, "post"))
		ok = read_post(w, j);
	else if (json_get(j, "blob"))
		ok = read_blob(w, j);
	else
		ok = json_int(j, "sandbox", 0) == 1 && json_int(j, "seed", -1) == w->options.seed &&
		     json_int(j, "accounts", -1) == w->options.accounts;
	json_free(&j);
	return ok;
}

/* Reads all whole lines; *whole is how many bytes they have. */
static enum err read_state(struct world *w, const struct strbuf *text, size_t *whole,
			   struct err_info *info)
{
	size_t at = 0;

	for (int line = 1; at < text->len; line++) {
		const char *end = memchr(text->data + at, '\n', text->len - at);

		if (!end)
			break;
		if (!read_line(w, text->data + at, (size_t)(end - text->data) - at)) {
			if (line == 1)
				return err_set(
					info, E_INVALID,
					"%s is not the state of a sandbox with this seed and "
					"number of accounts",
					w->state_path);
			return err_set(info, E_INVALID, "%s:%d is not understood", w->state_path,
				       line);
		}
		at = (size_t)(end - text->data) + 1;
	}
	*whole = at;
	return OK;
}

enum err world_load(struct world *w, struct err_info *info)
{
	struct strbuf text;
	size_t whole = 0;
	enum err e = OK;
	int fd;

	if (!w->state_path)
		return OK;
	strbuf_init(&text, STATE_BYTES_MAX);
	if (fs_exists(w->state_path)) {
		e = fs_read(w->state_path, STATE_BYTES_MAX, 0, &text, info);
		if (!e)
			e = read_state(w, &text, &whole, info);
	}
	strbuf_free(&text);
	if (e)
		return e;
	fd = open(w->state_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(info, errno, "cannot open %s", w->state_path);
	if (ftruncate(fd, (off_t)whole) != 0) {
		e = err_set_errno(info, errno, "cannot mend %s", w->state_path);
		close(fd);
		return e;
	}
	w->state_fd = fd;
	if (whole == 0)
		write_header(w);
	return OK;
}

/* ---- the things ------------------------------------------------------- */

enum err world_new(const struct world_options *o, struct world **out, struct err_info *info)
{
	struct world *w;

	if (o->accounts < 2 || o->accounts > 1000)
		return err_set(info, E_USAGE, "the sandbox has 2 to 1000 accounts a platform");
	w = xcalloc(1, sizeof(*w));
	w->options = *o;
	w->state_path = xstrdup(o->state);
	w->state_fd = -1;
	w->accounts_by_name = strmap_new();
	w->posts_by_key = strmap_new();
	w->posts_by_id = strmap_new();
	w->blobs_by_id = strmap_new();
	w->used = strmap_new();
	*out = w;
	return OK;
}

void world_free(struct world **w)
{
	if (!*w)
		return;
	if ((*w)->state_fd >= 0)
		close((*w)->state_fd);
	strmap_free(&(*w)->accounts_by_name);
	strmap_free(&(*w)->posts_by_key);
	strmap_free(&(*w)->posts_by_id);
	strmap_free(&(*w)->blobs_by_id);
	strmap_free(&(*w)->used);
	list_free(&(*w)->accounts, account_free);
	list_free(&(*w)->sessions, session_free);
	list_free(&(*w)->posts, post_free);
	list_free(&(*w)->blobs, blob_free);
	xfree(&(*w)->state_path);
	xfree(w);
}

int64_t world_seed(const struct world *w)
{
	return w->options.seed;
}

static void name_account(struct world *w, const char *platform, const char *name, struct account *a)
{
	char *key = xasprintf("%s/%s", platform, name);

	strmap_put(w->accounts_by_name, key, a);
	xfree(&key);
}

struct account *world_add_account(struct world *w, const char *platform, const char *handle,
				  const char *id, const char *secret)
{
	struct account *a = xcalloc(1, sizeof(*a));

	a->platform = platform;
	a->number = (int64_t)w->accounts.n;
	a->handle = xstrdup(handle);
	a->id = xstrdup(id);
	a->secret = xstrdup(secret);
	list_add(&w->accounts, a);
	name_account(w, platform, handle, a);
	name_account(w, platform, id, a);
	return a;
}

struct account *world_account(struct world *w, const char *platform, const char *name)
{
	char *key = xasprintf("%s/%s", platform, name);
	struct account *a = strmap_get(w->accounts_by_name, key);

	xfree(&key);
	return a;
}

struct account *world_nth_account(const struct world *w, const char *platform, size_t n)
{
	for (size_t i = 0; i < w->accounts.n; i++) {
		struct account *a = w->accounts.items[i];

		if (strcmp(a->platform, platform) == 0 && n-- == 0)
			return a;
	}
	return NULL;
}

void world_account_changed(struct world *w, struct account *a)
{
	struct json *j = json_new_object();

	json_set_int(j, "account", a->number);
	json_set_bool(j, "single_use", a->single_use);
	json_set_int(j, "secret_state", (int64_t)a->secret_state);
	state_write(w, j);
}

struct session *world_add_session(struct world *w, struct account *a, int64_t made_at,
				  int64_t access_until, int64_t refresh_until)
{
	struct session *s = xcalloc(1, sizeof(*s));

	list_add(&w->sessions, s);
	s->number = (int64_t)w->sessions.n;
	s->account = a;
	s->made_at = made_at;
	s->access_until = access_until;
	s->refresh_until = refresh_until;
	world_session_changed(w, s);
	return s;
}

struct session *world_session(const struct world *w, int64_t number)
{
	return number >= 1 && (size_t)number <= w->sessions.n ? w->sessions.items[number - 1]
							      : NULL;
}

void world_session_changed(struct world *w, struct session *s)
{
	struct json *j = json_new_object();

	json_set_int(j, "session", s->number);
	json_set_int(j, "of", s->account->number);
	json_set_int(j, "made_at", s->made_at);
	json_set_int(j, "access_until", s->access_until);
	json_set_int(j, "refresh_until", s->refresh_until);
	json_set_int(j, "used_at", s->used_at);
	json_set_int(j, "successor", s->successor);
	json_set_bool(j, "revoked", s->revoked);
	state_write(w, j);
}

void world_revoke_sessions(struct world *w, struct account *a, int64_t now_ms)
{
	for (size_t i = 0; i < w->sessions.n; i++) {
		struct session *s = w->sessions.items[i];

		if (s->account != a || s->revoked)
			continue;
		s->revoked = true;
		if (s->access_until > now_ms)
			s->access_until = now_ms;
		world_session_changed(w, s);
	}
}

static char *post_key(const struct account *a, const char *key)
{
	return xasprintf("%lld/%s", (long long)a->number, key);
}

struct post *world_add_post(struct world *w, struct account *a, const char *key,
			    const char *remote_id, const char *version, const char *record,
			    int64_t now_ms)
{
	struct post *p = xcalloc(1, sizeof(*p));
	char *k;

	list_add(&w->posts, p);
	p->number = (int64_t)w->posts.n;
	p->account = a;
	p->key = xstrdup(key);
	p->remote_id = xstrdup(remote_id);
	p->version = xstrdup(version);
	p->record = xstrdup(record);
	p->created_at = now_ms;
	p->visible_at = now_ms + w->options.visibility_lag_ms;
	if (key) {
		k = post_key(a, key);
		strmap_put(w->posts_by_key, k, p);
		xfree(&k);
	}
	k = xasprintf("%s/%s", a->platform, remote_id);
	strmap_put(w->posts_by_id, k, p);
	xfree(&k);
	write_post(w, p);
	return p;
}

struct post *world_post(const struct world *w, const struct account *a, const char *key)
{
	char *k = post_key(a, key);
	struct post *p = strmap_get(w->posts_by_key, k);

	xfree(&k);
	return p;
}

struct post *world_post_by_id(const struct world *w, const char *platform, const char *remote_id)
{
	char *k = xasprintf("%s/%s", platform, remote_id);
	struct post *p = strmap_get(w->posts_by_id, k);

	xfree(&k);
	return p;
}

struct account *world_any_account(const struct world *w, int64_t number)
{
	return number >= 0 && (size_t)number < w->accounts.n ? w->accounts.items[number] : NULL;
}

struct post *world_nth_post(const struct world *w, size_t n)
{
	return n < w->posts.n ? w->posts.items[n] : NULL;
}

struct post *world_last_post(const struct world *w)
{
	return w->posts.n ? w->posts.items[w->posts.n - 1] : NULL;
}

void world_change_post(struct world *w, struct post *p, const char *version, const char *record,
		       bool deleted)
{
	if (version) {
		xfree(&p->version);
		p->version = xstrdup(version);
	}
	if (record) {
		xfree(&p->record);
		p->record = xstrdup(record);
	}
	p->deleted = deleted;
	write_post(w, p);
}

struct blob *world_add_blob(struct world *w, const char *id, const char sha256[65],
			    const char *type, int64_t size)
{
	struct blob *b = world_blob(w, id);

	if (b)
		return b;
	b = xcalloc(1, sizeof(*b));
	b->id = xstrdup(id);
	memcpy(b->sha256, sha256, sizeof(b->sha256) - 1);
	b->type = xstrdup(type);
	b->size = size;
	list_add(&w->blobs, b);
	strmap_put(w->blobs_by_id, id, b);
	write_blob(w, b);
	return b;
}

struct blob *world_blob(const struct world *w, const char *id)
{
	return strmap_get(w->blobs_by_id, id);
}

void world_describe_blob(struct world *w, struct blob *b, const char *alt)
{
	xfree(&b->alt);
	b->alt = xstrdup(alt);
	write_blob(w, b);
}

size_t world_blobs(const struct world *w)
{
	return w->blobs.n;
}

bool world_use_once(struct world *w, const char *text)
{
	if (strmap_get(w->used, text))
		return false;
	strmap_put(w->used, text, w);
	return true;
}
