/* platforms/choice.c - the accounts that a login reaches, gathered and told. */
#include "platforms/choice.h"

#include <string.h>

#define CHOICES_MAX 500

const char *choice_of(const struct step_in *in)
{
	if (in->op == OP_REFRESH || in->op == OP_VERIFY)
		return in->conn->account_id;
	if (in->choice != NULL && in->choice[0] != '\0')
		return in->choice;
	if (in->login_name != NULL && in->login_name[0] != '\0')
		return in->login_name;
	return NULL;
}

void choice_add(struct json *state, const char *id, const char *name)
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

const struct json *choice_find(const struct json *state, const char *wanted)
{
	for (const struct json *c = json_first(json_get(state, "choices"));
	     wanted != NULL && c != NULL; c = json_next(c))
		if (json_str(c, "id") != NULL && strcmp(json_str(c, "id"), wanted) == 0)
			return c;
	return NULL;
}

void choice_end(const struct step_in *in, struct step_out *out, const struct json *state,
		const char *none)
{
	const struct json *list = json_get(state, "choices");
	struct choice *choices = NULL;
	size_t n = 0;

	if (choice_of(in) != NULL) {
		if (in->op == OP_LOGIN || in->op == OP_CODE)
			step_fail(out, CLASS_PERMANENT, E_WRONG_ACCOUNT, in->response, NULL,
				  "the login does not reach the account %s", choice_of(in));
		else
			step_fail(out, CLASS_AUTH, E_TOKEN_REVOKED, in->response, NULL,
				  "the login does not reach the account %s any more",
				  choice_of(in));
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
