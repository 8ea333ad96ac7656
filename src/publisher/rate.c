/* publisher/rate.c - what is remembered of accounts and platforms: rate windows, and breakers.
 *
 * A window that a platform has told holds for all jobs of the connection, so it stands in the database
 * (connection_set_rate), where the claim looks. A breaker is this process's own: five failures in a row close a platform out for a
 * minute, then one job probes it. Only that platform: the others go on. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "publisher/engine.h"
#include "store/audit.h"

struct account *account_find(struct engine *e, int64_t tenant_id, int64_t connection_id)
{
	struct account *a;

	for (size_t i = 0; i < e->n_accounts; i++) {
		a = e->accounts[i];
		if (a->connection_id == connection_id && a->tenant_id == tenant_id)
			return a;
	}
	if (e->n_accounts == e->accounts_size) {
		e->accounts_size = e->accounts_size ? 2 * e->accounts_size : 16;
		e->accounts = xrealloc(e->accounts, e->accounts_size, sizeof(struct account *));
	}
	a = xcalloc(1, sizeof(*a));
	a->tenant_id = tenant_id;
	a->connection_id = connection_id;
	a->rate.limit = a->rate.remaining = -1;
	e->accounts[e->n_accounts++] = a;
	return a;
}

void account_rate(struct account *a, const struct step_out *out, enum err_class cls,
		  int64_t retry_at, int64_t now_ms)
{
	int64_t blocked = 0;

	if (cls == CLASS_RATE_LIMITED)
		blocked = retry_at;
	if (out && out->has_window) {
		a->rate.limit = out->window.limit;
		a->rate.remaining = out->window.remaining;
		a->rate.resets_at = out->window.resets_at;
		if (out->window.remaining == 0 && out->window.resets_at > blocked &&
		    cls != CLASS_RATE_LIMITED)
			blocked = out->window.resets_at;
		a->rate_dirty = true;
	}
	if (blocked > now_ms) {
		if (blocked > a->rate.blocked_until)
			a->rate.blocked_until = blocked;
		a->rate_dirty = true;
	} else if (a->rate_dirty && a->rate.blocked_until <= now_ms) {
		a->rate.blocked_until = 0;
	}
}

enum err accounts_write_rates(struct engine *e, struct err_info *info)
{
	for (size_t i = 0; i < e->n_accounts; i++) {
		struct account *a = e->accounts[i];
		enum err err;

		if (!a->rate_dirty)
			continue;
		err = connection_set_rate(e->s, a->tenant_id, a->connection_id, a->rate.limit,
					  a->rate.remaining, a->rate.resets_at,
					  a->rate.blocked_until, info);
		if (err)
			return err;
	}
	return OK;
}

void accounts_rates_written(struct engine *e)
{
	for (size_t i = 0; i < e->n_accounts; i++)
		e->accounts[i]->rate_dirty = false;
}

/* ---- breakers ----------------------------------------------------------- */

struct breaker *breaker_of(struct engine *e, const struct platform *p)
{
	for (size_t i = 0; i < e->n_breakers; i++)
		if (e->breakers[i].platform == p)
			return &e->breakers[i];
	e->breakers = xrealloc(e->breakers, e->n_breakers + 1, sizeof(*e->breakers));
	e->breakers[e->n_breakers] = (struct breaker){.platform = p};
	return &e->breakers[e->n_breakers++];
}

void breaker_result(struct engine *e, const struct platform *p, enum err_class cls,
		    const struct err_info *error, bool probe)
{
	struct breaker *b = breaker_of(e, p);

	if (probe)
		b->probing = false;
	if (cls != CLASS_TRANSIENT && cls != CLASS_UNKNOWN) {
		b->failures = 0;
		if (b->open) {
			b->open = false;
			b->note = BREAKER_CLOSED;
		}
		return;
	}
	b->failures++;
	if (b->open) {
		if (probe)
			b->until_mono = clock_mono_ms() + BREAKER_OPEN_MS;
		return;
	}
	if (b->failures >= BREAKER_FAILURES) {
		b->open = true;
		b->until_mono = clock_mono_ms() + BREAKER_OPEN_MS;
		b->note = BREAKER_OPENED;
		if (error)
			b->error = *error;
	}
}

bool breakers_closed_out(struct engine *e, const char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_breakers; i++)
		if (e->breakers[i].open)
			names[n++] = e->breakers[i].platform->name;
	names[n] = NULL;
	return n > 0;
}

struct breaker *breaker_to_probe(struct engine *e)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < e->n_breakers; i++) {
		struct breaker *b = &e->breakers[i];

		if (b->open && !b->probing && b->until_mono <= now)
			return b;
	}
	return NULL;
}

enum err breakers_write(struct engine *e, struct err_info *info)
{
	for (size_t i = 0; i < e->n_breakers; i++) {
		struct breaker *b = &e->breakers[i];
		struct audit_note n = {.outcome = "ok"};
		char text[1024];
		enum err err;

		if (b->note == BREAKER_QUIET)
			continue;
		if (b->note == BREAKER_OPENED) {
			n.action = "breaker.open";
			n.outcome = "failed";
			n.code = err_name(b->error.code);
			snprintf(text, sizeof(text),
				 "%s failed %d times in a row and rests for %d s: %s",
				 b->platform->title, BREAKER_FAILURES, BREAKER_OPEN_MS / 1000,
				 b->error.text);
		} else {
			n.action = "breaker.close";
			snprintf(text, sizeof(text), "%s answers again", b->platform->title);
		}
		n.message = text;
		err = audit_append(e->s, 0, &n, info);
		if (err)
			return err;
	}
	return OK;
}

void breakers_written(struct engine *e)
{
	for (size_t i = 0; i < e->n_breakers; i++)
		e->breakers[i].note = BREAKER_QUIET;
}
