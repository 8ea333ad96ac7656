/* platforms/x_account.c - the account behind a login at X.
 *
 * Tokens live two hours; the refresh token that renews them can be used once, and the driver stores the new one before
 * the access token beside it is used. */
#include "platforms/x.h"

#include <string.h>
#include <strings.h>

#include "platforms/adapter.h"
#include "platforms/grant.h"

static const struct grant grant = {
	.title = "X",
	.needed = "tweet.read tweet.write users.read",
	.dead = "invalid_request",
	.client = GRANT_EITHER,
	.pkce = true,
	.judge = &x_judge,
};

static const char *address(const struct step_in *in, struct step_out *out, const char *path)
{
	return arena_printf(out->arena, "%s/%s%s", adapter_base(in, X_API),
			    adapter_version(in, X_VERSION), path);
}

static void ask_who(const struct step_in *in, struct step_out *out)
{
	x_call(in, out, HTTP_GET, "/users/me");
	grant_keep(in, out, "who");
}

static void take_who(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *data = json_get(j, "data");
	const char *id = x_id(out->arena, data, "id"), *name = adapter_name(data, "username");
	const char *asked = in->login_name;

	if (asked != NULL && asked[0] == '@')
		asked++;
	if (id == NULL || name == NULL) {
		judge_odd(in, out, false, "account");
	} else if (in->op == OP_VERIFY && in->conn->account_id != NULL &&
		   strcmp(in->conn->account_id, id) != 0) {
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the server answered for the account %s instead of %s", name,
			  in->conn->account != NULL ? in->conn->account : in->conn->account_id);
	} else if (in->op == OP_LOGIN && asked != NULL && asked[0] != '\0' &&
		   strcasecmp(asked, name) != 0) {
		step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
			  "the token is one of the account %s, not of %s", name, asked);
	} else {
		out->account_id = id;
		out->account = arena_strdup(out->arena, name);
		out->verdict = STEP_DONE;
		grant_recall(in, out);
	}
	json_free(&j);
}

static void who(const struct step_in *in, struct step_out *out)
{
	if (adapter_ok(in->response)) {
		take_who(in, out);
		return;
	}
	judge_fail(&x_judge, in, out, false);
	/* A token that was just given and is refused is a wrong one. */
	if (in->op != OP_VERIFY && out->error.code == E_TOKEN_EXPIRED)
		out->error.code = E_LOGIN_FAILED;
}

void x_login(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		ask_who(in, out);
	else
		who(in, out);
}

void x_verify(const struct step_in *in, struct step_out *out)
{
	x_login(in, out);
}

void x_authorize(const struct step_in *in, struct step_out *out)
{
	grant_authorize(&grant, in, out,
			arena_printf(out->arena, "%s/i/oauth2/authorize",
				     adapter_host_base(in, X_API, X_SITE)),
			x_platform.scopes);
}

void x_code(const struct step_in *in, struct step_out *out)
{
	const char *ask = json_str(in->state, "ask");

	if (in->response == NULL)
		grant_ask(&grant, in, out, address(in, out, "/oauth2/token"));
	else if (ask != NULL && strcmp(ask, "who") == 0)
		who(in, out);
	else if (grant_take(&grant, in, out))
		ask_who(in, out);
}

void x_refresh(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		grant_ask(&grant, in, out, address(in, out, "/oauth2/token"));
	else
		grant_take(&grant, in, out);
}

void x_revoke(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		grant_revoke(&grant, in, out, address(in, out, "/oauth2/revoke"));
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		grant_fail(&grant, in, out);
		/* A token that is dead already is withdrawn. */
		if (out->error_class == CLASS_AUTH && in->response->status == 400)
			out->verdict = STEP_DONE;
	}
}
