/* ops/targets.c - from names to accounts. Nothing is guessed: what fits nothing or another brand is an error. */
#include "ops/targets.h"

#include <string.h>

#include "ops/internal.h"
#include "store/connections.h"
#include "store/tenants.h"

static enum err add(struct targets *t, const struct connection *c, bool named, struct arena *a,
		    struct err_info *info)
{
	char label[OPS_LABEL_SIZE];
	struct connection *x;

	for (size_t i = 0; i < t->n; i++)
		if (t->conns[i].id == c->id)
			return OK;
	connection_label(c, label);
	if (c->status == CONN_DISCONNECTED && named) {
		err_set(info, E_STATE, "%s is disconnected", label);
		err_hint(info, "masthead connect %s %s", c->brand, c->platform);
		return E_STATE;
	}
	if (c->status == CONN_DISCONNECTED)
		return OK;
	t->conns = arena_grow(a, t->conns, t->n, sizeof(*t->conns));
	x = &t->conns[t->n++];
	*x = *c;
	x->tenant = arena_strdup(a, c->tenant);
	x->brand = arena_strdup(a, c->brand);
	x->platform = arena_strdup(a, c->platform);
	x->account = arena_strdup(a, c->account);
	x->account_id = arena_strdup(a, c->account_id);
	x->server = arena_strdup(a, c->server);
	x->endpoint = arena_strdup(a, c->endpoint);
	x->facts = arena_strdup(a, c->facts);
	x->client_id = arena_strdup(a, c->client_id);
	x->scopes = arena_strdup(a, c->scopes);
	x->last_error = arena_strdup(a, c->last_error);
	return OK;
}

/* All accounts of the brand on the platform (NULL: on all); *seen counts the disconnected ones too. */
static enum err add_brand(struct ops *o, struct targets *t, const char *platform, size_t *seen,
			  struct arena *a, struct err_info *info)
{
	struct connection_filter f = {.brand_id = t->brand.id, .platform = platform};
	struct page_request r = {.limit = OPS_WALK_ROWS, .ascending = true};
	struct page p = {0};
	enum err e = OK;

	do {
		char *cursor = p.next ? xstrdup(p.next) : NULL;

		page_free(&p);
		r.cursor = cursor;
		e = connections_page(o->store, &f, &r, &p, info);
		for (size_t i = 0; !e && i < p.n; i++)
			e = add(t, &p.connections[i], false, a, info);
		*seen += p.n;
		xfree(&cursor);
	} while (!e && p.next);
	page_free(&p);
	return e;
}

static enum err none_there(const struct targets *t, const char *platform, size_t seen,
			   struct err_info *info)
{
	enum err e;

	if (seen)
		e = err_set(info, E_STATE, "every account of %s%s%s is disconnected", t->brand.name,
			    platform ? " on " : "", platform ? platform : "");
	else
		e = err_set(info, E_NOT_FOUND, "%s has no account%s%s", t->brand.name,
			    platform ? " on " : "", platform ? platform : "");
	err_hint(info, "masthead connect %s %s", t->brand.name, platform ? platform : "PLATFORM");
	return e;
}

static enum err add_platform(struct ops *o, struct targets *t, const char *name, struct arena *a,
			     struct err_info *info)
{
	size_t before = t->n, seen = 0;
	enum err e = name ? ops_platform(name, NULL, info) : OK;

	if (!e)
		e = add_brand(o, t, name, &seen, a, info);
	if (!e && t->n == before)
		e = none_there(t, name, seen, info);
	return e;
}

static enum err add_named(struct ops *o, struct targets *t, const char *name, struct arena *a,
			  struct err_info *info)
{
	struct connection c;
	char label[OPS_LABEL_SIZE];
	enum err e = connection_find(o->store, name, a, &c, info);

	if (e)
		return e;
	if (!t->brand.id) {
		e = brand_get(o->store, c.tenant_id, c.brand_id, a, &t->brand, info);
		if (e)
			return e;
	}
	if (c.brand_id != t->brand.id) {
		connection_label(&c, label);
		return err_set(info, E_INVALID,
			       "%s is not an account of %s; a post belongs to one brand", label,
			       t->brand.name);
	}
	return add(t, &c, true, a, info);
}

enum err targets_find(struct ops *o, const struct draft *d, struct arena *a, struct targets *out,
		      struct err_info *info)
{
	struct targets t = {0};
	enum err e = OK;

	if (!d->brand && !d->n_connections)
		return err_set(info, E_USAGE, "name the brand that the post is for");
	if (d->brand)
		e = brand_find(o->store, d->brand, a, &t.brand, info);
	for (size_t i = 0; !e && i < d->n_connections; i++)
		e = add_named(o, &t, d->connections[i], a, info);
	if (!e && t.brand.archived)
		e = err_set(info, E_STATE, "the brand %s is archived", t.brand.name);
	for (size_t i = 0; !e && i < d->n_platforms; i++)
		e = add_platform(o, &t, d->platforms[i], a, info);
	if (!e && !d->n_connections && !d->n_platforms)
		e = add_platform(o, &t, NULL, a, info);
	if (!e)
		*out = t;
	return e;
}
