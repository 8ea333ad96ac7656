/* platforms/mastodon_account.c - the account behind an access token: made known, looked at, signed off.
 *
 * Tokens of this API do not expire and are not renewed. The account is named user@host after the server that
 * was called, unless the server names it with a host of its own. */
#include "platforms/mastodon.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "platforms/adapter.h"

void mastodon_ask_who(const struct step_in *in, struct step_out *out)
{
	mastodon_call(in, out, HTTP_GET, "/api/v1/accounts/verify_credentials", true);
}

/* A name that can be shown: one line, no spaces. */
static const char *usable_name(const struct json *j, const char *member)
{
	const char *name = json_str(j, member);
	size_t n = name != NULL ? strlen(name) : 0;

	if (n == 0 || n > 256 || !text_is_plain(name, n, NULL) || strpbrk(name, " \t\n/,") != NULL)
		return NULL;
	return name;
}

/* Is the account that answered the one that was asked for: "alice", "@alice", "alice@host"? */
static bool is_asked(const char *asked, const char *account)
{
	size_t n;

	if (asked == NULL || asked[0] == '\0')
		return true;
	if (asked[0] == '@')
		asked++;
	if (strcasecmp(asked, account) == 0)
		return true;
	n = strcspn(account, "@");
	return strncasecmp(asked, account, n) == 0 && asked[n] == '\0';
}

void mastodon_take_who(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *id = mastodon_id(out->arena, j), *name = usable_name(j, "acct");
	char host[256];

	if (name == NULL)
		name = usable_name(j, "username");
	adapter_host(adapter_base(in, ""), host, sizeof(host));
	if (id == NULL || name == NULL) {
		mastodon_fail_odd(in, out, MASTODON_FREE, "account");
	} else {
		if (strchr(name, '@') == NULL && host[0] != '\0')
			name = arena_printf(out->arena, "%s@%s", name, host);
		if (in->op != OP_LOGIN && in->conn->account_id != NULL &&
		    strcmp(in->conn->account_id, id) != 0)
			step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
				  "the server answered for the account %s instead of %s", name,
				  in->conn->account != NULL ? in->conn->account
							    : in->conn->account_id);
		else if (in->op == OP_LOGIN && !is_asked(in->login_name, name))
			step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
				  "the token is one of the account %s, not of %s", name,
				  in->login_name);
		else {
			out->account_id = id;
			out->account = arena_strdup(out->arena, name);
			out->verdict = STEP_DONE;
		}
	}
	json_free(&j);
}

void mastodon_login(const struct step_in *in, struct step_out *out)
{
	int status = in->response != NULL ? in->response->status : 0;

	if (in->response == NULL) {
		mastodon_ask_who(in, out);
		return;
	}
	if (mastodon_ok(in->response)) {
		mastodon_take_who(in, out);
		return;
	}
	mastodon_fail(in, out, MASTODON_FREE);
	/* A token that was just typed and is refused in any form is a wrong token. */
	if (status == 401 ||
	    (out->error_class == CLASS_AUTH && out->error.code != E_SCOPE_MISSING)) {
		out->error_class = CLASS_AUTH;
		out->error.code = E_LOGIN_FAILED;
	} else if (status >= 300 && status <= 399) {
		out->error_class = CLASS_PERMANENT;
		err_hint(&out->error, "name the address that the server itself uses with --server");
	}
}

void mastodon_refresh(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_AUTH, E_TOKEN_EXPIRED, in->response, NULL,
		  "this server's tokens cannot be renewed");
	err_hint(&out->error, "make a new access token in the account's settings and connect it");
}

void mastodon_verify(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL)
		mastodon_ask_who(in, out);
	else if (mastodon_ok(in->response))
		mastodon_take_who(in, out);
	else
		mastodon_fail(in, out, MASTODON_FREE);
}

/* Only the application to which a token belongs may revoke it, and a token made by hand belongs to one that we do not
 * know: some servers do it all the same. */
void mastodon_revoke(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		if (!mastodon_call(in, out, HTTP_POST, "/oauth/revoke", false))
			return;
		http_form_secret(out->request, "token", SLOT_ACCESS);
		if (in->oauth != NULL && in->oauth->client_id != NULL) {
			http_form(out->request, "client_id", in->oauth->client_id);
			http_form_secret(out->request, "client_secret", SLOT_CLIENT_SECRET);
		}
	} else if (mastodon_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else if (in->response->status >= 400 && in->response->status <= 499 &&
		   in->response->status != 429) {
		step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, in->response, NULL,
			  "the server lets a token that was made by hand be revoked only by hand");
		err_hint(&out->error, "delete it in the account's settings, under Development");
	} else {
		mastodon_fail(in, out, MASTODON_FREE);
	}
}
