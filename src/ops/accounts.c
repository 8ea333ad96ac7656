/* ops/accounts.c - an account as an exchange needs it: row, adapter, opened secrets.
 *
 * Secrets live from account_open to account_close and are given to the transport by slot only. */
#include <string.h>

#include "base/clock.h"
#include "http/transport.h"
#include "ops/internal.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/connections.h"

_Static_assert(CONN_FIELD_COUNT == COUNT_OF(((struct account *)0)->secrets),
	       "one place for each sealed field");

enum err account_open(struct ops *o, int64_t tenant_id, int64_t id, struct arena *a,
		      struct account *out, struct err_info *info)
{
	struct account x = {0};
	enum err e = connection_get(o->store, tenant_id, id, a, &x.conn, info);

	if (!e)
		e = ops_platform(x.conn.platform, &x.platform, info);
	for (int f = 0; !e && f < CONN_FIELD_COUNT; f++)
		e = connection_secret(o->store, tenant_id, id, (enum conn_field)f, &x.secrets[f],
				      info);
	if (e) {
		account_close(&x);
		return e;
	}
	*out = x;
	return OK;
}

void account_close(struct account *x)
{
	for (int f = 0; f < CONN_FIELD_COUNT; f++)
		secret_free(&x->secrets[f]);
}

void account_exchange(const struct ops *o, const struct account *x, struct exchange *out)
{
	static const enum secret_slot slots[CONN_FIELD_COUNT] = {
		[CONN_PASSWORD] = SLOT_PASSWORD,
		[CONN_ACCESS] = SLOT_ACCESS,
		[CONN_REFRESH] = SLOT_REFRESH,
		[CONN_CLIENT_SECRET] = SLOT_CLIENT_SECRET,
	};
	const struct config *c = app_config(o->app);

	*out = (struct exchange){.platform = x->platform, .allow_loopback = x->conn.loopback};
	out->in.conn = &x->conn;
	out->in.api_base = config_platform(c, x->platform->name, "api_base");
	out->in.api_version = config_platform(c, x->platform->name, "version");
	out->in.video_base = config_platform(c, x->platform->name, "video_base");
	out->in.now_ms = clock_wall_ms();
	if (x->conn.client_id) {
		out->client.client_id = x->conn.client_id;
		out->client.has_secret = x->secrets[CONN_CLIENT_SECRET] != NULL;
		out->in.oauth = &out->client;
	}
	if (out->in.api_base) /* as the publisher decides it */
		out->allow_loopback = http_url_is_loopback(out->in.api_base);
	for (int f = 0; f < CONN_FIELD_COUNT; f++)
		out->secrets.slot[slots[f]] = x->secrets[f];
	out->secrets.slot[SLOT_PAGE] = x->secrets[CONN_ACCESS];
}
