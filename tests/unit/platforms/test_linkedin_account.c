/* tests/unit/platforms/test_linkedin_account.c - logins at LinkedIn, from recorded exchanges. */
#include "rig.h"

#include "platforms/linkedin.h"

#define API "https://api.linkedin.com"
#define ALICE "{\"sub\":\"abc\",\"name\":\"Alice Example\"}"
#define ACLS API "/v2/organizationalEntityAcls?q=roleAssignee&state=APPROVED&count=100"
#define PAGES \
	"{\"elements\":[{\"organizationalTarget\":\"urn:li:organization:5\",\"role\":\"ADMINISTRATOR\"}," \
	"{\"organizationalTarget\":\"urn:li:organization:5\",\"role\":\"CONTENT_ADMINISTRATOR\"}," \
	"{\"organization\":\"urn:li:organization:6\",\"role\":\"ADMINISTRATOR\"}]}"
#define TOKENS \
	"{\"access_token\":\"sekrit\",\"expires_in\":5184000,\"scope\":\"openid,profile,w_member_social\"}"

static const struct oauth_in client = {.client_id = "cl",
				       .has_secret = true,
				       .redirect_uri = "http://127.0.0.1:8123/cb",
				       .state = "st"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &linkedin_platform, op);
	r->in.oauth = &client;
}

static void linkedin__authorize__member_or_page(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://www.linkedin.com/oauth/v2/authorization?response_type=code&client_id=cl"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcb"
		"&scope=openid%20profile%20w_member_social&state=st");
	r.in.choice = "urn:li:organization:5";
	rig_start(&r);
	assert_non_null(strstr(r.out.authorize_url, "w_organization_social"));
	assert_null(strstr(r.out.authorize_url, "openid"));
	rig_free(&r);
}

static void linkedin__code__member(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://www.linkedin.com/oauth/v2/accessToken");
	assert_true(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_true(rig_has_secret(&r, SLOT_CODE));
	assert_false(rig_has_secret(&r, SLOT_VERIFIER));
	rig_say(&r, 200, TOKENS);
	assert_string_equal(r.out.access, "sekrit");
	assert_string_equal(rig_url(&r), API "/v2/userinfo");
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	assert_string_equal(r.out.account_id, "urn:li:person:abc");
	assert_string_equal(r.out.account, "Alice Example");
	assert_int_equal(r.out.access_expires_at, NOW + INT64_C(5184000000));
	assert_string_equal(r.out.scopes, "openid profile w_member_social");
	rig_free(&r);
}

static void linkedin__code__page(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	r.in.choice = "urn:li:organization:6";
	rig_start(&r);
	rig_say(&r, 200,
		"{\"access_token\":\"sekrit\",\"expires_in\":5184000,\"refresh_token\":\"sekrit2\","
		"\"refresh_token_expires_in\":31536000,\"scope\":\"w_organization_social\"}");
	assert_string_equal(r.out.refresh, "sekrit2");
	assert_string_equal(rig_url(&r), ACLS);
	assert_int_equal(rig_say(&r, 200, PAGES), STEP_DONE);
	assert_string_equal(r.out.account_id, "urn:li:organization:6");
	assert_string_equal(r.out.account, "page 6");
	assert_int_equal(r.out.refresh_expires_at, NOW + INT64_C(31536000000));
	rig_free(&r);
}

static void linkedin__code__consent_without_posting(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 200, "{\"access_token\":\"sekrit\",\"scope\":\"openid,profile\"}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	assert_null(r.out.access);
	rig_free(&r);
}

static void linkedin__login__token_asks_which(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, ALICE);
	assert_string_equal(rig_url(&r), ACLS);
	assert_int_equal(rig_say(&r, 200, PAGES), STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 3);
	assert_string_equal(r.out.choices[0].id, "urn:li:person:abc");
	assert_string_equal(r.out.choices[1].id, "urn:li:organization:5");
	rig_free(&r);
	/* A member's token may not read pages. */
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, ALICE);
	assert_int_equal(rig_say(&r, 403, "{\"message\":\"Not enough permissions\"}"), STEP_DONE);
	rig_free(&r);
	/* A page's token tells of no member; the older address may be gone. */
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 403, "{\"message\":\"Not enough permissions\"}");
	rig_say(&r, 404, "{\"message\":\"gone\"}");
	assert_string_equal(rig_url(&r),
			    API "/rest/organizationAcls?q=roleAssignee&state=APPROVED&count=100");
	assert_int_equal(
		rig_say(&r, 200, "{\"elements\":[{\"organization\":\"urn:li:organization:6\"}]}"),
		STEP_DONE);
	assert_string_equal(r.out.account_id, "urn:li:organization:6");
	rig_free(&r);
}

static void linkedin__login__refused(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 401, "{\"message\":\"Invalid access token\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
	begin(&r, OP_LOGIN);
	r.in.choice = "urn:li:organization:9";
	rig_start(&r);
	rig_say(&r, 200, PAGES);
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void linkedin__verify__member_and_page(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_VERIFY);
	r.conn.account_id = "urn:li:person:abc";
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	rig_free(&r);
	begin(&r, OP_VERIFY);
	r.conn.account_id = "urn:li:person:zzz";
	rig_start(&r);
	rig_say(&r, 200, ALICE);
	assert_failed(&r, CLASS_AUTH, E_WRONG_ACCOUNT);
	rig_free(&r);
	begin(&r, OP_VERIFY);
	r.conn.account_id = "urn:li:organization:9";
	rig_start(&r);
	assert_string_equal(rig_url(&r), ACLS);
	rig_say(&r, 200, "{\"elements\":[]}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	begin(&r, OP_VERIFY);
	r.conn.account_id = "urn:li:person:abc";
	rig_start(&r);
	rig_say(&r, 401, "{\"message\":\"The token used in the request has expired\"}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
}

static void linkedin__refresh__keeps_the_old_where_none_is_given(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	rig_start(&r);
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, TOKENS), STEP_DONE);
	assert_null(r.out.refresh);
	rig_free(&r);
	begin(&r, OP_REFRESH);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"expired\"}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_free(&r);
}

static void linkedin__revoke__asks(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REVOKE);
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://www.linkedin.com/oauth/v2/revoke");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_true(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_int_equal(rig_say(&r, 200, ""), STEP_DONE);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linkedin__authorize__member_or_page),
		cmocka_unit_test(linkedin__code__member),
		cmocka_unit_test(linkedin__code__page),
		cmocka_unit_test(linkedin__code__consent_without_posting),
		cmocka_unit_test(linkedin__login__token_asks_which),
		cmocka_unit_test(linkedin__login__refused),
		cmocka_unit_test(linkedin__verify__member_and_page),
		cmocka_unit_test(linkedin__refresh__keeps_the_old_where_none_is_given),
		cmocka_unit_test(linkedin__revoke__asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
