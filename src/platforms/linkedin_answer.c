/* platforms/linkedin_answer.c - LinkedIn's errors.
 *
 * An error is {"message", "serviceErrorCode", "status", "code", "errorDetails"}. A refusal for a duplicate (422) names the
 * earlier post. Limits are told without a time; they end at midnight UTC. */
#include "platforms/linkedin.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "platforms/adapter.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct judge_row rows[] = {
	{401, "EXPIRED_ACCESS_TOKEN", NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	{401, NULL, "expired", CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_REVOKED, NULL},
	{403, NULL, NULL, CLASS_AUTH, E_SCOPE_MISSING,
	 N_("connect again with a login that may post for this account; pages need the app to have the "
	    "Community Management API")},
	{409, NULL, NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{400, "VERSION_MISSING", NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{426, NULL, NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{422, NULL, "duplicate of", CLASS_PERMANENT, E_DUPLICATE,
	 N_("LinkedIn has this text already; change it to post it again")},
	{422, "DUPLICATE_POST", NULL, CLASS_PERMANENT, E_DUPLICATE,
	 N_("LinkedIn has this text already; change it to post it again")},
	{400, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{404, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{422, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
};

static const char *input_error(const struct json *j)
{
	return json_str(json_at(j, "errorDetails.inputErrors.0"), "code");
}

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const char *words = json_str(j, "message"), *code = json_str(j, "code");
	int64_t service = json_int(j, "serviceErrorCode", 0);

	if (code == NULL ||
	    (input_error(j) != NULL && strcmp(input_error(j), "DUPLICATE_POST") == 0))
		code = input_error(j) != NULL ? input_error(j) : code;
	if (service == 65602)
		code = "EXPIRED_ACCESS_TOKEN";
	said->own = words != NULL || code != NULL || service != 0;
	said->name = code != NULL ? arena_strndup(a, code, 60) : "";
	said->words = words != NULL ? arena_strndup(a, words, 500) : "";
	/* The limits of a day, where no other time is told. */
	if (r->status == 429 && http_retry_at(r) == 0)
		said->retry_at = r->at - r->at % DAY_MS + DAY_MS;
	json_free(&j);
}

const struct judge linkedin_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("connect the account again; a member's login ends after 60 days"),
};

void linkedin_fail(const struct step_in *in, struct step_out *out, bool commit)
{
	judge_fail(&linkedin_judge, in, out, commit);
	if (out->error.code == E_CONFIG)
		adapter_retired(in, out, "LinkedIn", "linkedin",
				adapter_version(in, LINKEDIN_VERSION));
}

const char *linkedin_duplicate_of(struct arena *a, const struct http_response *r)
{
	struct judge_said said = {.name = "", .words = ""};
	const char *urn;
	char *copy;

	read_error(a, r, &said);
	if (r->status != 422 || r->truncated ||
	    (strstr(said.words, "duplicate of") == NULL &&
	     strcmp(said.name, "DUPLICATE_POST") != 0))
		return NULL;
	urn = strstr(said.words, "urn:li:");
	if (urn == NULL)
		return NULL;
	copy = arena_strdup(a, urn);
	for (char *c = copy; *c != '\0'; c++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:", *c) ==
		    NULL) {
			*c = '\0';
			break;
		}
	while (copy[0] != '\0' && copy[strlen(copy) - 1] == ':')
		copy[strlen(copy) - 1] = '\0';
	return linkedin_is_post(copy) ? copy : NULL;
}
