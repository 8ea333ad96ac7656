/* platforms/graph.c - addresses, versions, ids and accounts of the Graph API. */
#include "platforms/graph.h"

#include <string.h>
#include <strings.h>

#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/choice.h"
#include "platforms/richtext.h"

#define ID_BYTES_MAX 80

const char *graph_version(const struct graph *g, const struct step_in *in, struct arena *a)
{
	return adapter_v_version(in, a, g->version);
}

struct http_request *graph_open(const struct graph *g, const struct step_in *in,
				struct step_out *out, enum http_method method)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s", adapter_base(in, g->api));
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

struct http_request *graph_call(const struct graph *g, const struct step_in *in,
				struct step_out *out, enum http_method method,
				enum secret_slot slot)
{
	struct http_request *r = graph_open(g, in, out, method);

	http_url(r, "/");
	http_url_escaped(r, graph_version(g, in, out->arena));
	http_bearer(r, slot);
	return r;
}

void graph_query_secret(struct http_request *r, const char *name, enum secret_slot slot)
{
	http_query(r, name, "");
	http_url_secret(r, slot, SLOT_FORM);
}

bool graph_is_id(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0, digits;

	if (n == 0 || n > ID_BYTES_MAX)
		return false;
	digits = strspn(s, "0123456789");
	if (digits > 0 && s[digits] == '_') {
		size_t more = strspn(s + digits + 1, "0123456789");

		return more > 0 && digits + 1 + more == n;
	}
	return digits == n;
}

const char *graph_id(struct arena *a, const struct json *obj, const char *name)
{
	const char *id = json_text_of(json_get(obj, name));

	return graph_is_id(id) ? arena_strdup(a, id) : NULL;
}

int64_t graph_time(const char *s)
{
	char text[64];
	size_t n = s != NULL ? strlen(s) : 0;
	int64_t ms;

	if (n < 19 || n > sizeof(text) - 4)
		return 0;
	memcpy(text, s, n + 1);
	/* "+0000" is written without the colon that others have. */
	if (n > 5 && (s[n - 5] == '+' || s[n - 5] == '-') && strspn(s + n - 4, "0123456789") == 4) {
		memmove(text + n - 1, s + n - 2, 3);
		text[n - 2] = ':';
	}
	return when_parse(text, "UTC", 0, &ms, NULL) == OK ? ms : 0;
}

const char *graph_permalink(struct arena *a, const struct json *obj, const char *name)
{
	const char *url = json_str(obj, name);

	return url != NULL && strlen(url) < 2000 && richtext_is_url(url) ? arena_strdup(a, url)
									 : NULL;
}

bool graph_is_account(const struct step_in *in, struct step_out *out)
{
	const char *chosen = choice_of(in);
	bool entering = in->op == OP_LOGIN || in->op == OP_CODE;

	if (!entering && in->conn->account_id != NULL &&
	    strcmp(in->conn->account_id, out->account_id) != 0) {
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the server answered for the account %s instead of %s", out->account,
			  in->conn->account != NULL ? in->conn->account : in->conn->account_id);
		return false;
	}
	if (entering && chosen != NULL && strcmp(chosen, out->account_id) != 0 &&
	    strcasecmp(chosen + (chosen[0] == '@'), out->account) != 0) {
		step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
			  "the login is one of the account %s, not of %s", out->account, chosen);
		return false;
	}
	return true;
}
