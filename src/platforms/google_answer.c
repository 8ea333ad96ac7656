/* platforms/google_answer.c - Google's errors.
 *
 * An error is {"error": {"code", "message", "status", "details"}}. The message is mostly the same for all; what is of use
 * stands in the details: "errorDetails" of a ValidationError, each with a number and words, or the "reason" of an
 * ErrorInfo. The addresses of tokens answer {"error": NAME, "error_description"} (grant.c). Here an error is named by
 * its reason, where that tells more, else by its status; 1000, an image that could not be fetched, by its number. */
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "platforms/adapter.h"
#include "platforms/google.h"

#define FETCH_FAILED "1000"
#define NO_QUOTA "QUOTA_0"
#define ENABLE N_("enable the API in the Google Cloud project, then retry")
#define CONSENT N_("connect the account again and agree to all that is asked for")

static const struct judge_row rows[] = {
	{0, FETCH_FAILED, NULL, CLASS_TRANSIENT, E_MEDIA,
	 N_("see that what media.host names can be fetched by everybody, without a redirect")},
	{0, NO_QUOTA, NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("Google has not granted the project access to the API: apply for it")},
	{0, "SERVICE_DISABLED", NULL, CLASS_PERMANENT, E_REJECTED, ENABLE},
	{0, "accessNotConfigured", NULL, CLASS_PERMANENT, E_REJECTED, ENABLE},
	{0, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", NULL, CLASS_AUTH, E_SCOPE_MISSING, CONSENT},
	{0, "insufficientPermissions", NULL, CLASS_AUTH, E_SCOPE_MISSING, CONSENT},
	{0, "invalid_token", NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	/* A version that is gone. */
	{501, NULL, NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{404, NULL, "method not found", CLASS_PERMANENT, E_CONFIG, NULL},
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	{400, "INVALID_ARGUMENT", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{400, "FAILED_PRECONDITION", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{403, NULL, NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("see that the person who has logged in still manages the location")},
	{404, NULL, NULL, CLASS_PERMANENT, E_NOT_FOUND, NULL},
	{409, NULL, NULL, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, NULL},
	{429, NULL, NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
};

static bool has_no_quota(const struct json *detail)
{
	const char *value = json_text_of(
		json_get(json_get(detail, "metadata"), "quota_limit_value"));

	return value != NULL && strcmp(value, "0") == 0;
}

/* What the details tell beyond the status. */
static void read_details(struct arena *a, const struct json *e, struct judge_said *said)
{
	for (const struct json *d = json_first(json_get(e, "details")); d != NULL;
	     d = json_next(d)) {
		const char *reason = json_str(d, "reason");

		if (has_no_quota(d))
			said->name = NO_QUOTA;
		else if (reason != NULL && (strcmp(reason, "SERVICE_DISABLED") == 0 ||
					    strcmp(reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT") == 0))
			said->name = arena_strdup(a, reason);
		for (const struct json *one = json_first(json_get(d, "errorDetails")); one != NULL;
		     one = json_next(one)) {
			const char *words = json_str(one, "message"),
				   *field = json_str(one, "field");

			if (json_int(one, "code", 0) == 1000)
				said->name = FETCH_FAILED;
			if (words != NULL)
				said->words = arena_printf(a, "%.300s; %s%.40s%.200s", said->words,
							   field != NULL ? field : "",
							   field != NULL ? ": " : "", words);
		}
	}
}

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const struct json *e = json_get(j, "error");
	const char *words, *status, *older;

	if (json_is_object(e)) {
		words = json_str(e, "message");
		status = json_str(e, "status");
		older = json_str(json_at(e, "errors.0"), "reason");
		said->own = words != NULL || status != NULL || json_get(e, "code") != NULL;
		said->words = words != NULL ? arena_strndup(a, words, 300) : "";
		said->name = status != NULL  ? arena_strndup(a, status, 60)
			     : older != NULL ? arena_strndup(a, older, 60)
					     : "";
		if (older != NULL && (strcmp(older, "accessNotConfigured") == 0 ||
				      strcmp(older, "insufficientPermissions") == 0))
			said->name = arena_strdup(a, older);
		read_details(a, e, said);
	} else if (json_as_str(e) != NULL) {
		words = json_str(j, "error_description");
		said->own = true;
		said->name = arena_strndup(a, json_as_str(e), 60);
		said->words = words != NULL ? arena_strndup(a, words, 300) : "";
	}
	json_free(&j);
}

const struct judge google_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("connect the account again"),
};

void google_fail(const struct step_in *in, struct step_out *out, bool commit)
{
	judge_fail(&google_judge, in, out, commit);
	if (out->error.code == E_CONFIG)
		adapter_retired(in, out, "Google", "google_business",
				adapter_v_version(in, out->arena, GOOGLE_VERSION));
	/* An image that was not fetched made no post: that may be tried again. */
	if (commit && strcmp(out->error.platform, FETCH_FAILED) == 0 &&
	    in->response->status == 400) {
		out->error_class = CLASS_TRANSIENT;
		out->error.code = E_MEDIA;
	}
}
