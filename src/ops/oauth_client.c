/* ops/oauth_client.c - the OAuth client that an operator registered at a platform, kept for the next account.
 *
 * One sealed value for each platform of a tenant, a JSON object; what is in clear outside the vault (id, redirect URI)
 * is sealed with the secret, so that all of it changes at once. */
#include <string.h>

#include "base/json.h"
#include "ops/oauth.h"
#include "platforms/platform.h"
#include "store/connections.h"

static const char *name_of(struct arena *a, const struct platform *p)
{
	return arena_printf(a, SECRET_CLIENT "%s", p->name);
}

static bool same_server(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

enum err oauth_client_recall(struct ops *o, const struct platform *p, const char *server,
			     struct arena *a, struct oauth_client *out, struct err_info *info)
{
	struct secret *sealed = NULL;
	struct json *j = NULL;
	const char *secret;
	enum err e = tenant_secret(o->store, o->tenant_id, name_of(a, p), &sealed, info);

	if (!e && sealed)
		e = json_parse(secret_str(sealed), secret_len(sealed), JSON_BYTES_MAX, &j, info);
	if (!e && j && same_server(json_str(j, "server"), server)) {
		out->id = json_str(j, "id") ? arena_strdup(a, json_str(j, "id")) : NULL;
		out->redirect_uri = json_str(j, "redirect_uri")
					    ? arena_strdup(a, json_str(j, "redirect_uri"))
					    : NULL;
		secret = json_str(j, "secret");
		out->secret = secret ? secret_new(secret, strlen(secret)) : NULL;
	}
	json_free(&j);
	secret_free(&sealed);
	return e;
}

enum err oauth_client_keep(struct ops *o, const struct platform *p, const char *server,
			   const struct oauth_client *c, struct err_info *info)
{
	struct json *j = json_new_object();
	struct arena *a = arena_new();
	struct secret *value;
	struct strbuf b;
	enum err e;

	json_set_str(j, "id", c->id);
	if (server)
		json_set_str(j, "server", server);
	if (c->redirect_uri)
		json_set_str(j, "redirect_uri", c->redirect_uri);
	if (c->secret)
		json_set_str(j, "secret", secret_str(c->secret));
	strbuf_init_wiped(&b, JSON_BYTES_MAX);
	json_write(&b, j, false);
	value = secret_new(b.data, b.len);
	e = tenant_secret_set(o->store, o->tenant_id, name_of(a, p), value, info);
	secret_free(&value);
	strbuf_free(&b);
	arena_free(&a);
	json_free(&j);
	return e;
}
