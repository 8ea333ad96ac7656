/* sandbox/world.c - see world.h. Lists own the things; maps find them. */
#include "sandbox/world_private.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/media_host.h"

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
	xfree(&p->line);
}

static void blob_free(void *item)
{
	struct blob *b = item;

	xfree(&b->growing);
	xfree(&b->id);
	xfree(&b->type);
	xfree(&b->alt);
}

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
	w->media = media_store_new();
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
	media_store_free(&(*w)->media);
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

struct media_store *world_media(const struct world *w)
{
	return w->media;
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
	state_write_account(w, a);
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
	state_write_session(w, s);
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

int64_t world_visible_at(const struct world *w, int64_t now_ms)
{
	return now_ms + w->options.visibility_lag_ms;
}

struct post *world_add_post(struct world *w, struct account *a, const char *key,
			    const char *remote_id, const char *version, const char *record,
			    const char *line, int64_t now_ms)
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
	p->line = xstrdup(line);
	p->created_at = now_ms;
	p->visible_at = world_visible_at(w, now_ms);
	if (key) {
		k = post_key(a, key);
		strmap_put(w->posts_by_key, k, p);
		xfree(&k);
	}
	k = xasprintf("%s/%s", a->platform, remote_id);
	strmap_put(w->posts_by_id, k, p);
	xfree(&k);
	state_write_post(w, p);
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
	state_write_post(w, p);
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
	state_write_blob(w, b);
	return b;
}

struct blob *world_begin_blob(struct world *w, const char *id, const char *type)
{
	static const char none[65] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct blob *b = world_add_blob(w, id, none, type, 0);

	b->growing = xcalloc(1, sizeof(*b->growing));
	sha256_begin(b->growing);
	return b;
}

bool world_grow_blob(struct world *w, struct blob *b, const void *bytes, size_t n)
{
	(void)w;
	if (!b->growing)
		return false;
	sha256_add(b->growing, bytes, n);
	b->size += (int64_t)n;
	return true;
}

void world_finish_blob(struct world *w, struct blob *b)
{
	if (!b->growing)
		return;
	sha256_end_hex(b->growing, b->sha256);
	xfree(&b->growing);
	state_write_blob(w, b);
}

struct blob *world_blob(const struct world *w, const char *id)
{
	return strmap_get(w->blobs_by_id, id);
}

void world_describe_blob(struct world *w, struct blob *b, const char *alt)
{
	xfree(&b->alt);
	b->alt = xstrdup(alt);
	state_write_blob(w, b);
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
