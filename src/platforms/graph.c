/* platforms/graph.c - addresses, versions, ids and accounts of the Graph API. */
#include "platforms/graph.h"

#include <string.h>
#include <strings.h>

#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/richtext.h"

#define ID_BYTES_MAX 80
#define CHOICES_MAX 500

const char *graph_version(const struct graph *g, const struct step_in *in, struct arena *a)
{
	const char *v = in->api_version;

	if (v == NULL || v[0] == '\0')
		return g->version;
	return arena_printf(a, "%s%s", v[0] >= '0' && v[0] <= '9' ? "v" : "", v);
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

const char *graph_choice(const struct step_in *in)
{
	if (in->op == OP_REFRESH || in->op == OP_VERIFY)
		return in->conn->account_id;
	if (in->choice != NULL && in->choice[0] != '\0')
		return in->choice;
	if (in->login_name != NULL && in->login_name[0] != '\0')
		return in->login_name;
	return NULL;
}

void graph_choice_add(struct json *state, const char *id, const char *name)
{
	const struct json *list = json_get(state, "choices");
	struct json *items = json_is_array(list) ? (struct json *)(uintptr_t)list
						 : json_set(state, "choices", json_new_array());
	struct json *one;

	if (json_len(items) >= CHOICES_MAX)
		return;
	one = json_add(items, json_new_object());
	json_set_str(one, "id", id);
	json_set_str(one, "name", name);
}

void graph_choose(const struct step_in *in, struct step_out *out, const struct json *state,
		  const char *none)
{
	const struct json *list = json_get(state, "choices");
	struct choice *choices = NULL;
	size_t n = 0;

	if (graph_choice(in) != NULL) {
		if (in->op == OP_LOGIN || in->op == OP_CODE)
			step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
				  "the login does not reach the account %s", graph_choice(in));
		else
			step_fail(out, CLASS_AUTH, E_TOKEN_REVOKED, in->response, NULL,
				  "the login does not reach the account %s any more",
				  graph_choice(in));
		return;
	}
	for (const struct json *c = json_first(list); c != NULL; c = json_next(c)) {
		if (json_str(c, "id") == NULL)
			continue;
		choices = arena_grow(out->arena, choices, n, sizeof(*choices));
		choices[n++] = (struct choice){arena_strdup(out->arena, json_str(c, "id")),
					       arena_strdup(out->arena, json_str(c, "name"))};
	}
	if (n == 0) {
		step_fail(out, CLASS_PERMANENT, E_NOT_FOUND, in->response, NULL,
			  "the login reaches no %s to publish to", none);
		return;
	}
	out->choices = choices;
	out->n_choices = n;
	out->verdict = STEP_CHOOSE;
}

bool graph_is_account(const struct step_in *in, struct step_out *out)
{
	const char *chosen = graph_choice(in);
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
