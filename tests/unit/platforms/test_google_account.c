/* tests/unit/platforms/test_google_account.c - logins, renewal, verify and revoke at Google, from recorded exchanges. */
#include "rig.h"

#include "platforms/google.h"

#define HOUR ((int64_t)60 * 60 * 1000)
#define TOKENS \
	"{\"access_token\":\"at\",\"expires_in\":3599,\"refresh_token\":\"rt\",\"scope\":\"" GOOGLE_SCOPE \
	"\",\"token_type\":\"Bearer\"}"
#define ACCOUNTS "{\"accounts\":[{\"name\":\"accounts/1\"},{\"name\":\"accounts/5\"}]}"
#define LOCATION(n, title, more) \
	"{\"name\":\"locations/" n "\",\"title\":\"" title "\",\"metadata\":{" more "}}"
#define LOCATIONS(list) "{\"locations\":[" list "]}"
#define MAY "\"canOperateLocalPost\":true"
#define MAY_NOT "\"canOperateLocalPost\":false"

static const struct oauth_in client = {.client_id = "99",
				       .has_secret = true,
				       .redirect_uri = "http://127.0.0.1:8123/cb",
				       .state = "st",
				       .challenge = "ch"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &google_platform, op);
	r->conn.server = GOOGLE_API;
	r->in.oauth = &client;
}

static void google__authorize__address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=99&"
		"redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcb&scope=https%3A%2F%2F"
		"www.googleapis.com%2Fauth%2Fbusiness.manage&state=st&code_challenge=ch&"
		"code_challenge_method=S256&access_type=offline&prompt=consent");
	r.conn.server = "http://127.0.0.1:9000";
	rig_start(&r);
	assert_int_equal(
		strncmp(r.out.authorize_url, "http://127.0.0.1:9000/o/oauth2/v2/auth?", 38), 0);
	rig_free(&r);
}

static void up_to_accounts(struct rig *r)
{
	begin(r, OP_CODE);
	rig_start(r);
	assert_string_equal(rig_url(r), "https://oauth2.googleapis.com/token");
	assert_true(rig_form_has(r, "grant_type=authorization_code"));
	assert_true(rig_form_has(r, "client_id=99"));
	assert_true(rig_has_secret(r, SLOT_CODE));
	assert_true(rig_has_secret(r, SLOT_VERIFIER));
	assert_true(rig_has_secret(r, SLOT_CLIENT_SECRET));
	rig_say(r, 200, TOKENS);
	assert_string_equal(rig_url(r), GOOGLE_ACCOUNTS "/v1/accounts");
	assert_string_equal(r->out.access, "at");
	assert_string_equal(r->out.refresh, "rt");
}

static void google__code__one_location(void **state)
{
	struct rig r;

	(void)state;
	up_to_accounts(&r);
	rig_say(&r, 200, ACCOUNTS);
	assert_string_equal(rig_url(&r),
			    GOOGLE_LOCATIONS "/v1/accounts/1/locations?"
					     "readMask=name%2Ctitle%2Cmetadata&pageSize=100");
	rig_say(&r, 200, LOCATIONS(LOCATION("2", "Joe's, Inc", MAY)));
	assert_non_null(strstr(rig_url(&r), "/v1/accounts/5/locations?"));
	/* The same place once more, in another account, and one that may have no posts. */
	assert_int_equal(rig_say(&r, 200,
				 LOCATIONS(LOCATION("2", "Joe's, Inc", MAY) "," LOCATION("3", "New",
											 MAY_NOT))),
			 STEP_DONE);
	assert_string_equal(r.out.account_id, "accounts/1/locations/2");
	assert_string_equal(r.out.account, "Joe's  Inc");
	assert_int_equal(r.out.access_expires_at, NOW + 3599000);
	assert_string_equal(r.out.scopes, GOOGLE_SCOPE);
	rig_free(&r);
}

static void google__code__several_locations_are_a_choice(void **state)
{
	static const char *const choices[] = {"accounts/5/locations/3", "locations/3", "3", "cafe"};
	struct rig r;

	(void)state;
	up_to_accounts(&r);
	rig_say(&r, 200, ACCOUNTS);
	rig_say(&r, 200, LOCATIONS(LOCATION("2", "Shop", MAY)));
	assert_int_equal(rig_say(&r, 200, LOCATIONS(LOCATION("3", "Cafe", ""))), STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 2);
	assert_string_equal(r.out.choices[0].id, "accounts/1/locations/2");
	assert_string_equal(r.out.choices[1].name, "Cafe");
	rig_free(&r);
	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		up_to_accounts(&r);
		r.in.choice = choices[i];
		rig_say(&r, 200, ACCOUNTS);
		rig_say(&r, 200, LOCATIONS(LOCATION("2", "Shop", MAY)));
		assert_int_equal(rig_say(&r, 200, LOCATIONS(LOCATION("3", "Cafe", ""))), STEP_DONE);
		assert_string_equal(r.out.account_id, "accounts/5/locations/3");
		rig_free(&r);
	}
	up_to_accounts(&r);
	r.in.choice = "9";
	rig_say(&r, 200, ACCOUNTS);
	rig_say(&r, 200, "{}");
	rig_say(&r, 200, LOCATIONS(LOCATION("3", "Cafe", "")));
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
	up_to_accounts(&r);
	rig_say(&r, 200, "{}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
}

static void google__code__lists_of_several_answers(void **state)
{
	struct rig r;
	int answers = 0;

	(void)state;
	up_to_accounts(&r);
	rig_say(&r, 200, "{\"accounts\":[{\"name\":\"accounts/1\"}],\"nextPageToken\":\"p&q\"}");
	assert_string_equal(rig_url(&r), GOOGLE_ACCOUNTS "/v1/accounts?pageToken=p%26q");
	rig_say(&r, 200, "{}");
	rig_say(&r, 200, "{\"nextPageToken\":\"x\"}");
	assert_non_null(strstr(rig_url(&r), "/v1/accounts/1/locations?"));
	assert_non_null(strstr(rig_url(&r), "&pageToken=x"));
	assert_int_equal(rig_say(&r, 200, LOCATIONS(LOCATION("2", "Shop", MAY))), STEP_DONE);
	rig_free(&r);
	/* One that does not end. */
	up_to_accounts(&r);
	while (rig_say(&r, 200, "{\"nextPageToken\":\"x\"}") == STEP_SEND)
		assert_true(++answers < 200);
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
	/* Names that are none go into no address. */
	up_to_accounts(&r);
	rig_say(&r, 200, "{\"accounts\":[{\"name\":\"accounts/../x\"},{\"name\":\"/\"}]}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
}

static void google__code__refused(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 200,
		"{\"access_token\":\"at\",\"expires_in\":3599,\"scope\":\"openid email\"}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":\"redirect_uri_mismatch\",\"error_description\":\"Bad\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 401, "{\"error\":\"invalid_client\",\"error_description\":\"Unauthorized\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	assert_non_null(strstr(r.out.error.hint, "client id"));
	rig_free(&r);
	up_to_accounts(&r);
	rig_say(&r, 403,
		"{\"error\":{\"code\":403,\"message\":\"x\",\"status\":\"PERMISSION_DENIED\","
		"\"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}");
	assert_failed(&r, CLASS_PERMANENT, E_PLATFORM);
	assert_non_null(strstr(r.out.error.hint, "enable"));
	rig_free(&r);
}

static void google__code__without_a_secret(void **state)
{
	static const struct oauth_in public = {.client_id = "99",
					       .redirect_uri = "http://127.0.0.1:8123/cb"};
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	r.in.oauth = &public;
	rig_start(&r);
	assert_false(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_true(rig_has_secret(&r, SLOT_VERIFIER));
	rig_free(&r);
}

static void google__login__with_a_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_TOKENS "/tokeninfo?access_token=");
	assert_int_equal(r.out.request->url.n_slots, 1);
	rig_say(&r, 200, "{\"scope\":\"openid " GOOGLE_SCOPE "\",\"expires_in\":\"3000\"}");
	rig_say(&r, 200, "{\"accounts\":[{\"name\":\"accounts/1\"}]}");
	assert_int_equal(rig_say(&r, 200, LOCATIONS(LOCATION("2", "Shop", MAY))), STEP_DONE);
	assert_string_equal(r.out.account_id, "accounts/1/locations/2");
	rig_free(&r);
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":\"invalid_token\",\"error_description\":\"Invalid Value\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, "{\"scope\":\"openid\"}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
}

static void google__refresh__keeps_the_refresh_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_TOKENS "/token");
	assert_true(rig_form_has(&r, "grant_type=refresh_token"));
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_true(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_int_equal(
		rig_say(&r, 200,
			"{\"access_token\":\"at2\",\"expires_in\":3600,\"scope\":\"" GOOGLE_SCOPE
			"\"}"),
		STEP_DONE);
	assert_string_equal(r.out.access, "at2");
	assert_null(r.out.refresh);
	assert_int_equal(r.out.access_expires_at, NOW + HOUR);
	rig_free(&r);
	begin(&r, OP_REFRESH);
	rig_start(&r);
	rig_say(&r, 400,
		"{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired or "
		"revoked.\"}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_free(&r);
	begin(&r, OP_REFRESH);
	rig_start(&r);
	rig_say(&r, 503, "busy");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void verify(struct rig *r)
{
	begin(r, OP_VERIFY);
	r->in.oauth = NULL;
	r->conn.account_id = "accounts/1/locations/2";
	rig_start(r);
	assert_string_equal(rig_url(r),
			    GOOGLE_LOCATIONS "/v1/locations/2?readMask=name%2Ctitle%2Cmetadata");
}

static void google__verify__all_states(void **state)
{
	struct rig r;

	(void)state;
	verify(&r);
	rig_say(&r, 200, LOCATION("2", "Shop", MAY));
	assert_string_equal(rig_url(&r),
			    GOOGLE_API "/v4/accounts/1/locations/2/localPosts?pageSize=1");
	assert_int_equal(rig_say(&r, 200, "{}"), STEP_DONE);
	assert_string_equal(r.out.account, "Shop");
	assert_string_equal(r.out.account_id, "accounts/1/locations/2");
	rig_free(&r);
	verify(&r);
	rig_say(&r, 200, LOCATION("2", "Shop", MAY_NOT));
	assert_failed(&r, CLASS_PERMANENT, E_STATE);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 401, "{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\"}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 403,
		"{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"details\":[{\"reason\":"
		"\"ACCESS_TOKEN_SCOPE_INSUFFICIENT\"}]}}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 404, "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\"}}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 502, "<html>");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 200, LOCATION("2", "Shop", MAY));
	rig_say(&r, 429, "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}");
	assert_failed(&r, CLASS_RATE_LIMITED, E_RATE_LIMITED);
	rig_free(&r);
}

static void google__revoke__the_longest_lived(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REVOKE);
	r.conn.refreshable = true;
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_TOKENS "/revoke");
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, ""), STEP_DONE);
	r.conn.refreshable = false;
	rig_start(&r);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 400, "{\"error\":\"invalid_token\"}"), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 503, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(google__authorize__address),
		cmocka_unit_test(google__code__one_location),
		cmocka_unit_test(google__code__several_locations_are_a_choice),
		cmocka_unit_test(google__code__lists_of_several_answers),
		cmocka_unit_test(google__code__refused),
		cmocka_unit_test(google__code__without_a_secret),
		cmocka_unit_test(google__login__with_a_token),
		cmocka_unit_test(google__refresh__keeps_the_refresh_token),
		cmocka_unit_test(google__verify__all_states),
		cmocka_unit_test(google__revoke__the_longest_lived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
