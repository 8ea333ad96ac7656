/* platforms/graph_answer.c - the Graph API's errors, and what its headers tell of the usage.
 *
 * An error is {"error": {"message", "type", "code", "error_subcode", "is_transient", "error_user_title",
 * "error_user_msg"}}; the code counts, not the HTTP status, and the subcode before the code: 4 is a limit of the rate,
 * 4 with 2207051 is a suspicion of spam. In this file an error is named "CODE/SUBCODE", or "CODE" without one.
 * Instagram's own log-in answers {"error_type", "code", "error_message"} instead.
 *
 * There is no Retry-After. X-App-Usage tells percents, X-Business-Use-Case-Usage beside them the minutes after which
 * it goes on. */
#include "platforms/graph.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "platforms/adapter.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * MINUTE_MS)

#define LOOK_AT_THE_ACCOUNT \
	N_("log in to the platform in a browser, see what it says of the account, then retry")
#define NEW_LOGIN N_("connect the account again")
#define ROLE_LOST \
	N_("have the role on the page given back, or connect with the login of someone who has it")
#define FILE_AT_FAULT N_("change the file to what the platform takes")
#define NOT_FETCHED \
	N_("see that what media.host names can be fetched by everybody, without a redirect")

static const struct judge_row rows[] = {
	/* A person must look. */
	{0, "*/2207051", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "*/2207050", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "*/4279013", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	/* Wait. */
	{0, "*/2207042", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED,
	 N_("the account's posts of a day are used up")},
	{0, "368/1390008", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED,
	 N_("the platform finds that the account posts too fast")},
	/* Blocked: a person must look. */
	{0, "368/4854002", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "368/1404082", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "368/1404112", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "368/*", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	/* The same again, or with a new container (stage.c). */
	{0, "*/2207001", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207003", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207006", NULL, CLASS_TRANSIENT, E_PLATFORM, N_("verify the login")},
	{0, "*/2207008", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207020", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207027", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207032", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/2207053", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/1363047", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "*/1609010", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	/* Duplicates. */
	{0, "506/*", NULL, CLASS_PERMANENT, E_DUPLICATE,
	 N_("the page has this text already; change it to post it again")},
	{0, "*/1366051", NULL, CLASS_PERMANENT, E_DUPLICATE, NULL},
	/* Files and addresses. */
	{0, "*/2207004", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/2207005", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/2207009", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/2207010", NULL, CLASS_PERMANENT, E_TOO_LONG, NULL},
	{0, "*/2207026", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/2207052", NULL, CLASS_PERMANENT, E_MEDIA, NOT_FETCHED},
	{0, "*/2207057", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{0, "*/2207077", NULL, CLASS_PERMANENT, E_MEDIA, NOT_FETCHED},
	{0, "*/2207081", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{0, "*/1366046", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/2069019", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "*/1609005", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("see that the post's link can be opened by everybody")},
	{0, "*/1609008", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{0, "*/1346003", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "*/1404102", NULL, CLASS_PERMANENT, E_REJECTED, LOOK_AT_THE_ACCOUNT},
	{0, "*/1404078", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the page's owner must pass the platform's page publishing authorization")},
	{0, "36000/*", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "36003/*", NULL, CLASS_PERMANENT, E_MEDIA, FILE_AT_FAULT},
	{0, "9004/*", NULL, CLASS_PERMANENT, E_MEDIA, NOT_FETCHED},
	/* The login. */
	{0, "190/458", NULL, CLASS_AUTH, E_TOKEN_REVOKED, NEW_LOGIN},
	{0, "190/459", NULL, CLASS_AUTH, E_TOKEN_REVOKED, LOOK_AT_THE_ACCOUNT},
	{0, "190/460", NULL, CLASS_AUTH, E_TOKEN_REVOKED, NEW_LOGIN},
	{0, "190/463", NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NEW_LOGIN},
	{0, "190/464", NULL, CLASS_AUTH, E_TOKEN_REVOKED, LOOK_AT_THE_ACCOUNT},
	{0, "190/467", NULL, CLASS_AUTH, E_TOKEN_REVOKED, NEW_LOGIN},
	{0, "190/492", NULL, CLASS_AUTH, E_TOKEN_REVOKED, ROLE_LOST},
	{0, "190/*", "expired", CLASS_AUTH, E_TOKEN_EXPIRED, NEW_LOGIN},
	{0, "190/*", NULL, CLASS_AUTH, E_TOKEN_REVOKED, NEW_LOGIN},
	{0, "102/*", NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NEW_LOGIN},
	{0, "3/*", NULL, CLASS_AUTH, E_SCOPE_MISSING, NULL},
	{0, "10/*", NULL, CLASS_AUTH, E_SCOPE_MISSING, NULL},
	{0, "2##/*", NULL, CLASS_AUTH, E_SCOPE_MISSING, NULL},
	/* Limits of the app (4), the user (17), the page (32, 80001), Instagram (80002). */
	{0, "4/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "17/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "32/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "341/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "613/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "8000#/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	{0, "9/*", NULL, CLASS_RATE_LIMITED, E_RATE_LIMITED, NULL},
	/* Passing. */
	{0, "1/*", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	{0, "2/*", NULL, CLASS_TRANSIENT, E_PLATFORM, NULL},
	/* A version that is gone, or that never was. */
	{0, "12/*", NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{0, "2635/*", NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{0, "2500/*", "unknown path components: /v", CLASS_PERMANENT, E_CONFIG, NULL},
	{0, NULL, "version that no longer", CLASS_PERMANENT, E_CONFIG, NULL},
	{0, NULL, "deprecated version", CLASS_PERMANENT, E_CONFIG, NULL},
	/* Parameters. */
	{0, "100/33", NULL, CLASS_PERMANENT, E_NOT_FOUND, NULL},
	{0, NULL, "at most 500 characters", CLASS_PERMANENT, E_TOO_LONG, NULL},
	{0, "100/*", NULL, CLASS_PERMANENT, E_REJECTED, NULL},
};

/* The longest time that X-Business-Use-Case-Usage tells, UTC ms; 0. */
static int64_t regain_at(const struct http_response *r)
{
	const char *h = http_response_header(r, "X-Business-Use-Case-Usage");
	int64_t minutes = 0;
	struct json *j = NULL;

	if (h == NULL || json_parse(h, strlen(h), 65536, &j, NULL) != OK)
		return 0;
	for (const struct json *one = json_first(j); one != NULL; one = json_next(one))
		for (const struct json *use = json_first(one); use != NULL; use = json_next(use)) {
			int64_t m = json_int(use, "estimated_time_to_regain_access", 0);

			if (m > minutes && m <= 7 * 24 * 60)
				minutes = m;
		}
	json_free(&j);
	return minutes > 0 ? r->at + minutes * MINUTE_MS : 0;
}

static void larger(const struct json *use, int64_t *percent)
{
	static const char *const counts[] = {"call_count", "total_time", "total_cputime"};

	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		int64_t n = json_int(use, counts[i], -1);

		if (n > *percent && n < 1000)
			*percent = n;
	}
}

void graph_window(const struct step_in *in, struct step_out *out)
{
	static const char *const headers[] = {"X-App-Usage", "X-Business-Use-Case-Usage"};
	int64_t percent = -1;

	if (in->response == NULL)
		return;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		const char *h = http_response_header(in->response, headers[i]);
		struct json *j = NULL;

		if (h == NULL || json_parse(h, strlen(h), 65536, &j, NULL) != OK)
			continue;
		larger(j, &percent);
		for (const struct json *one = json_first(j); one != NULL; one = json_next(one))
			for (const struct json *use = json_is_array(one) ? json_first(one) : NULL;
			     use != NULL; use = json_next(use))
				larger(use, &percent);
		json_free(&j);
	}
	if (percent < 0)
		return;
	out->has_window = true;
	out->window = (struct rate_window){.limit = 100,
					   .remaining = percent < 100 ? 100 - percent : 0,
					   .resets_at = regain_at(in->response)};
}

static const char *name_of(struct arena *a, const struct json *error)
{
	int64_t code = json_int(error, "code", 0), sub = json_int(error, "error_subcode", 0);

	if (sub != 0)
		return arena_printf(a, "%lld/%lld", (long long)code, (long long)sub);
	return arena_printf(a, "%lld", (long long)code);
}

/* The long waits that no header tells. */
static int64_t wait_until(const struct http_response *r, const char *name)
{
	int64_t at = regain_at(r);

	if (strstr(name, "/2207042") != NULL || strcmp(name, "368/1390008") == 0)
		return r->at + DAY_MS > at ? r->at + DAY_MS : at;
	return at;
}

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const struct json *e = json_get(j, "error");
	const char *words = json_str(e, "message"), *user = json_str(e, "error_user_msg");

	if (json_is_object(e) && json_get(e, "code") != NULL) {
		said->own = true;
		said->name = name_of(a, e);
		said->passing = json_bool(e, "is_transient", false);
		if (words != NULL && user != NULL)
			words = arena_printf(a, "%.300s (%.300s)", words, user);
		said->retry_at = wait_until(r, said->name);
	} else if (json_str(j, "error_message") != NULL) {
		const char *type = json_str(j, "error_type");

		said->own = true;
		said->name = type != NULL ? arena_strndup(a, type, 60) : "";
		words = json_str(j, "error_message");
	}
	said->words = words != NULL ? arena_strndup(a, words, 600) : "";
	json_free(&j);
}

const struct judge graph_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("connect the account again and agree to all that is asked for"),
};

void graph_fail(const struct graph *g, const struct step_in *in, struct step_out *out, bool commit)
{
	judge_fail(&graph_judge, in, out, commit);
	if (out->error.code == E_CONFIG)
		adapter_retired(in, out, g->title, g->name, graph_version(g, in, out->arena));
}

void graph_fail_subcode(const struct graph *g, const struct step_in *in, struct step_out *out,
			const char *subcode, const char *words)
{
	struct step_in told = *in;
	struct json *j = json_new_object(), *e = json_set(j, "error", json_new_object());
	struct http_response *r;
	struct strbuf b;

	json_set_int(e, "code", -1);
	json_set_int(e, "error_subcode", 0);
	for (int64_t n = 0; *subcode >= '0' && *subcode <= '9' && n < 100000000; subcode++) {
		n = n * 10 + (*subcode - '0');
		json_set_int(e, "error_subcode", n);
	}
	json_set_str(e, "message", words);
	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, j, false);
	r = http_response_make(400, NULL, b.data);
	r->at = in->response != NULL ? in->response->at : in->now_ms;
	told.response = r;
	graph_fail(g, &told, out, false);
	out->error.http_status = in->response != NULL ? in->response->status : 0;
	http_response_free(&r);
	strbuf_free(&b);
	json_free(&j);
}
