/* platforms/mastodon_oauth.c - the login through a browser: every server registers us by itself, then code and token.
 *
 * Clients are confidential only, so the secret that registering gave goes along. PKCE is sent always: servers
 * before 4.3 pass over it. Tokens do not expire and are not renewed. */
#include "platforms/mastodon.h"

#include <string.h>

#include "base/i18n.h"
#include "platforms/adapter.h"
#include "platforms/grant.h"

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const char *error = json_str(j, "error");

	if (error != NULL) {
		said->words = arena_strndup(a, error, 400);
		said->own = true;
	}
	json_free(&j);
}

static const struct judge judge = {
	.read = read_error,
	.login_hint = N_("connect the account again"),
};

static const struct grant grant = {
	.title = "Mastodon",
	.needed = "write:statuses",
	.client = GRANT_FORM,
	.pkce = true,
	.judge = &judge,
};

void mastodon_register(const struct step_in *in, struct step_out *out)
{
	const char *id, *secret;
	struct json *j;

	if (in->response == NULL) {
		if (in->oauth == NULL || in->oauth->redirect_uri == NULL) {
			step_fail(
				out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
				"a client cannot be registered without the address of its callback");
			return;
		}
		if (!mastodon_call(in, out, HTTP_POST, "/api/v1/apps", false))
			return;
		http_form(out->request, "client_name", in->oauth->client_name);
		http_form(out->request, "redirect_uris", in->oauth->redirect_uri);
		http_form(out->request, "scopes", mastodon_platform.scopes);
		return;
	}
	if (!mastodon_ok(in->response)) {
		mastodon_fail(in, out, MASTODON_FREE);
		return;
	}
	j = adapter_object(in->response);
	id = adapter_token(j, "client_id");
	secret = adapter_token(j, "client_secret");
	if (id == NULL || secret == NULL) {
		judge_odd(in, out, false, "client");
	} else {
		out->client_id = arena_strdup(out->arena, id);
		out->client_secret = arena_strdup(out->arena, secret);
		out->verdict = STEP_DONE;
	}
	json_free(&j);
}

void mastodon_authorize(const struct step_in *in, struct step_out *out)
{
	grant_authorize(&grant, in, out,
			arena_printf(out->arena, "%s/oauth/authorize", adapter_base(in, "")),
			mastodon_platform.scopes);
}

void mastodon_code(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (in->response == NULL) {
		grant_ask(&grant, in, out,
			  arena_printf(out->arena, "%s/oauth/token", adapter_base(in, "")));
	} else if (ask == NULL || strcmp(ask, "who") != 0) {
		if (!grant_take(&grant, in, out))
			return;
		/* The token goes out with this step and serves the question whose it is. */
		mastodon_ask_who(in, out);
		grant_keep(in, out, "who");
	} else if (mastodon_ok(in->response)) {
		mastodon_take_who(in, out);
		if (out->verdict == STEP_DONE)
			grant_recall(in, out);
	} else {
		mastodon_fail(in, out, MASTODON_FREE);
	}
}
