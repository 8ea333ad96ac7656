/* sandbox/holder.c - see holder.h. */
#include "sandbox/holder.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "sandbox/fields.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

struct holder holder_of(const struct call *c, const char *token)
{
	struct holder h = {0};
	struct session *s;
	struct account *a;
	char want[64];
	long long n;

	if (token && sscanf(token, "sandbox-oauth-%lld-", &n) == 1) {
		s = world_session(c->world, n);
		call_token(c->world, n, want, sizeof(want));
		if (s && same(want, token) && same(s->account->platform, c->platform->name)) {
			h.session = s;
			h.account = s->account;
			h.revoked = s->revoked;
			h.expired = c->now_ms >= s->access_until;
		}
	} else if (token && sscanf(token, "sandbox-%lld-", &n) == 1 && n >= 0) {
		a = world_nth_account(c->world, c->platform->name, (size_t)n);
		if (a && same(a->secret, token)) {
			h.account = a;
			h.revoked = a->secret_state == SECRET_REVOKED;
			h.expired = a->secret_state == SECRET_EXPIRED;
		}
	}
	return h;
}

const char *holder_token(const struct call *c)
{
	const char *head = listener_header(c->request, "Authorization");
	const char *token = call_bearer(c);
	struct fields f;

	if (token)
		return token;
	if (head && strncmp(head, "OAuth ", 6) == 0)
		return head + 6;
	token = call_param(c, "access_token");
	if (token)
		return token;
	f = fields_read(c);
	return fields_get(&f, "access_token");
}

void holder_revoke(struct call *c, const struct holder *h)
{
	if (h->session) {
		h->session->revoked = true;
		world_session_changed(c->world, h->session);
	} else if (h->account) {
		h->account->secret_state = SECRET_REVOKED;
		world_account_changed(c->world, h->account);
	}
}

void holder_damage(struct call *c, const char *token, enum fault_kind kind)
{
	struct holder h = holder_of(c, token);

	if (!h.account)
		return;
	if (kind == FAULT_ROTATE) {
		h.account->single_use = true;
		world_account_changed(c->world, h.account);
		return;
	}
	if (kind == FAULT_REVOKE) {
		world_revoke_sessions(c->world, h.account, c->now_ms);
		holder_revoke(c, &h);
	} else if (h.session) {
		h.session->access_until = c->now_ms;
		world_session_changed(c->world, h.session);
	} else {
		h.account->secret_state = SECRET_EXPIRED;
		world_account_changed(c->world, h.account);
	}
}

struct account *holder_add(struct world *w, const char *platform, int64_t n, const char *handle,
			   const char *id_prefix, size_t digits)
{
	char id[24], letters[33], *secret, *full;
	struct account *a;

	call_derive(world_seed(w), platform, handle, "id", "0123456789", id, digits);
	id[0] = '1';
	call_derive(world_seed(w), platform, handle, "token", LETTERS, letters, 32);
	secret = xasprintf("sandbox-%lld-%s", (long long)n, letters);
	full = xasprintf("%s%s", id_prefix, id);
	a = world_add_account(w, platform, handle, full, secret);
	xfree(&secret);
	xfree(&full);
	return a;
}

void holder_make_accounts(struct world *w, const char *platform, int64_t n, size_t digits)
{
	struct arena *a = arena_new();

	for (int64_t i = 0; i < n; i++)
		holder_add(w, platform, i, call_account_label(a, i), "", digits);
	arena_free(&a);
}

char *holder_access(const struct call *c, const struct session *s)
{
	char token[64];

	call_token(c->world, s->number, token, sizeof(token));
	return arena_strdup(c->answer->arena, token);
}

char *holder_refresh(const struct call *c, const struct session *s)
{
	char number[24], text[33];

	snprintf(number, sizeof(number), "%lld", (long long)s->number);
	call_derive(world_seed(c->world), "token", number, "refresh", LETTERS, text, 32);
	return arena_printf(c->answer->arena, "sandbox-refresh-%s-%s", number, text);
}

struct session *holder_of_refresh(const struct call *c, const char *token)
{
	struct session *s = NULL;
	long long n;

	if (token && sscanf(token, "sandbox-refresh-%lld-", &n) == 1)
		s = world_session(c->world, n);
	if (!s || !same(holder_refresh(c, s), token) ||
	    !same(s->account->platform, c->platform->name))
		return NULL;
	return s;
}
