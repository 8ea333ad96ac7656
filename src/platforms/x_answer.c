/* platforms/x_answer.c - X's errors.
 *
 * A problem is {"title", "detail", "type", "status"}, the type an address whose last part names it, at times with
 * "errors"; older ones are {"errors": [{"code", "message"}]}. Limits of a day come beside those of a quarter of
 * an hour, in headers of their own that count when they are used up. */
#include "platforms/x.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "platforms/adapter.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct judge_row rows[] = {
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	{402, NULL, NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the app's credits at X are used up: buy more in the developer console, then retry")},
	{403, NULL, "duplicate content", CLASS_PERMANENT, E_DUPLICATE,
	 N_("X has this text already; change it to post it again")},
	{403, NULL, "unsupported authentication", CLASS_AUTH, E_SCOPE_MISSING,
	 N_("posting needs a login of the account itself, not the app's own token")},
	{403, "client-forbidden", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the app's plan at X does not allow it: look at it in the developer console")},
	{403, "usage-capped", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the app's plan at X is used up: look at it in the developer console")},
	{403, "not-authorized-for-resource", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{403, NULL, "scope", CLASS_AUTH, E_SCOPE_MISSING, NULL},
	{429, "usage-capped", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the app's plan at X is used up: look at it in the developer console")},
	{400, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{403, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{404, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{415, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{422, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
};

static const char *name_of(struct arena *a, const struct json *j)
{
	const char *type = json_str(j, "type"), *tail, *title = json_str(j, "title");

	tail = type != NULL ? strrchr(type, '/') : NULL;
	if (tail != NULL && tail[1] != '\0')
		return arena_strndup(a, tail + 1, 60);
	return title != NULL ? arena_strndup(a, title, 60) : "";
}

/* The reset of a day's window that is used up, UTC ms; 0. */
static int64_t day_reset(const struct http_response *r, const char *whose)
{
	char name[64];
	const char *left, *reset;
	int64_t at;

	snprintf(name, sizeof(name), "x-%s-limit-24hour-remaining", whose);
	left = http_response_header(r, name);
	snprintf(name, sizeof(name), "x-%s-limit-24hour-reset", whose);
	reset = http_response_header(r, name);
	if (left == NULL || strcmp(left, "0") != 0 || reset == NULL ||
	    strspn(reset, "0123456789") != strlen(reset) || strlen(reset) > 12)
		return 0;
	at = strtoll(reset, NULL, 10) * 1000;
	return at > r->at && at - r->at <= 2 * DAY_MS ? at : 0;
}

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const struct json *first = json_at(j, "errors.0");
	const char *words = json_str(j, "detail");
	int64_t user = day_reset(r, "user"), app = day_reset(r, "app");

	said->name = name_of(a, j);
	/* A general detail may hide what an error of the list says. */
	if (json_str(first, "message") != NULL)
		words = words != NULL ? arena_printf(a, "%.200s (%.300s)", words,
						     json_str(first, "message"))
				      : json_str(first, "message");
	if (words == NULL)
		words = json_str(j, "title");
	said->own = words != NULL || json_is_array(json_get(j, "errors"));
	said->words = words != NULL ? arena_strndup(a, words, 500) : "";
	said->retry_at = user > app ? user : app;
	json_free(&j);
}

const struct judge x_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("connect the account again"),
};
