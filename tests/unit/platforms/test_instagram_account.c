/* tests/unit/platforms/test_instagram_account.c - logins at Instagram by both products, from recorded exchanges. */
#include "rig.h"

#include "platforms/facebook.h"
#include "platforms/instagram.h"

#define BASE INSTAGRAM_API "/" INSTAGRAM_VERSION
#define DAY ((int64_t)24 * 60 * 60 * 1000)
#define LONG "{\"access_token\":\"long-token\",\"token_type\":\"bearer\",\"expires_in\":5184000}"
#define ME "{\"user_id\":\"17841\",\"username\":\"shop\",\"id\":\"99\"}"
#define ALL "\"instagram_business_basic,instagram_business_content_publish\""

static const struct oauth_in client = {.client_id = "99",
				       .has_secret = true,
				       .redirect_uri = "https://127.0.0.1:8123/cb",
				       .state = "st",
				       .challenge = "ch"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &instagram_platform, op);
	r->conn.server = INSTAGRAM_API;
	r->in.oauth = &client;
}

static bool url_has_secret(struct rig *r, enum secret_slot slot)
{
	const struct http_text *u = &r->out.request->url;

	for (size_t i = 0; i < u->n_slots; i++)
		if (u->slots[i].slot == slot)
			return true;
	return false;
}

static void instagram__authorize__addresses(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://www.instagram.com/oauth/authorize?response_type=code&client_id=99&"
		"redirect_uri=https%3A%2F%2F127.0.0.1%3A8123%2Fcb&scope=instagram_business_basic%2C"
		"instagram_business_content_publish%2Cinstagram_business_manage_comments&state=st");
	r.conn.server = "http://127.0.0.1:9000";
	rig_start(&r);
	assert_int_equal(strncmp(r.out.authorize_url, "http://127.0.0.1:9000/oauth/authorize?", 38),
			 0);
	r.conn.server = FACEBOOK_API;
	rig_start(&r);
	assert_int_equal(strncmp(r.out.authorize_url,
				 "https://www.facebook.com/" FACEBOOK_VERSION "/dialog/oauth?", 43),
			 0);
	assert_non_null(strstr(r.out.authorize_url, "instagram_content_publish"));
	rig_free(&r);
}

static void code(struct rig *r, const char *answer)
{
	begin(r, OP_CODE);
	rig_start(r);
	assert_string_equal(rig_url(r), "https://api.instagram.com/oauth/access_token");
	assert_string_equal(r->out.request->body.bytes,
			    "client_id=99&client_secret=&grant_type=authorization_code&"
			    "redirect_uri=https%3A%2F%2F127.0.0.1%3A8123%2Fcb&code=");
	assert_true(rig_has_secret(r, SLOT_CODE));
	assert_true(rig_has_secret(r, SLOT_CLIENT_SECRET));
	rig_say(r, 200, answer);
}

static void instagram__code__becomes_sixty_days(void **state)
{
	static const char *const answers[] = {
		"{\"access_token\":\"short-token\",\"user_id\":17841,\"permissions\":" ALL "}",
		"{\"access_token\":\"short-token\",\"user_id\":17841,\"permissions\":"
		"[\"instagram_business_basic\",\"instagram_business_content_publish\"]}",
		"{\"data\":[{\"access_token\":\"short-token\",\"user_id\":\"17841\","
		"\"permissions\":" ALL "}]}",
		"{\"access_token\":\"short-token\",\"user_id\":17841}"};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		code(&r, answers[i]);
		assert_string_equal(r.out.access, "short-token");
		assert_string_equal(rig_url(&r),
				    INSTAGRAM_API "/access_token?grant_type=ig_exchange_token&"
						  "client_secret=&access_token=");
		assert_true(url_has_secret(&r, SLOT_ACCESS));
		rig_say(&r, 200, LONG);
		assert_string_equal(r.out.access, "long-token");
		assert_string_equal(r.out.refresh, "long-token");
		assert_string_equal(rig_url(&r), BASE "/me?fields=user_id%2Cusername");
		assert_int_equal(rig_say(&r, 200, ME), STEP_DONE);
		assert_string_equal(r.out.account_id, "17841");
		assert_string_equal(r.out.account, "shop");
		assert_int_equal(r.out.access_expires_at, NOW + 60 * DAY);
		assert_int_equal(r.out.refresh_expires_at, NOW + 60 * DAY);
		if (i < 3)
			assert_non_null(strstr(r.out.scopes, "instagram_business_content_publish"));
		rig_free(&r);
	}
}

static void instagram__code__partial_consent_and_refusal(void **state)
{
	struct rig r;

	(void)state;
	code(&r, "{\"access_token\":\"short-token\",\"permissions\":\"instagram_business_basic\"}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 400,
		"{\"error_type\":\"OAuthException\",\"code\":400,\"error_message\":\"Matching code "
		"was not found or was already used\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
	/* Another account than the one that was named. */
	code(&r, "{\"access_token\":\"short-token\"}");
	rig_say(&r, 200, LONG);
	r.in.choice = "other";
	rig_say(&r, 200, ME);
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
	begin(&r, OP_CODE);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

static void instagram__login__with_a_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/me?fields=user_id%2Cusername");
	rig_say(&r, 200, ME);
	assert_string_equal(rig_url(&r), INSTAGRAM_API
			    "/refresh_access_token?grant_type=ig_refresh_token&access_token=");
	assert_true(url_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, LONG), STEP_DONE);
	assert_string_equal(r.out.refresh, "long-token");
	assert_string_equal(r.out.account_id, "17841");
	rig_free(&r);
	/* Too young to be renewed: it serves as it is. */
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, ME);
	assert_int_equal(rig_say(&r, 400, "{\"error\":{\"message\":\"too young\",\"code\":100}}"),
			 STEP_DONE);
	assert_null(r.out.access);
	assert_string_equal(r.out.account, "shop");
	rig_free(&r);
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"bad token\",\"code\":190}}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
}

static void instagram__refresh__by_age(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	r.conn.account_id = "17841";
	r.conn.expires_at = NOW + 59 * DAY;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "/refresh_access_token?grant_type=ig_refresh_token"));
	assert_true(url_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, LONG), STEP_DONE);
	assert_string_equal(r.out.access, "long-token");
	assert_string_equal(r.out.refresh, "long-token");
	assert_int_equal(r.out.access_expires_at, NOW + 60 * DAY);
	rig_free(&r);
	/* Younger than a day: only looked at. */
	begin(&r, OP_REFRESH);
	r.conn.account_id = "17841";
	r.conn.expires_at = NOW + 59 * DAY + 1;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "/me?"));
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, ME), STEP_DONE);
	assert_null(r.out.access);
	rig_free(&r);
	begin(&r, OP_REFRESH);
	rig_start(&r);
	rig_say(&r, 400,
		"{\"error\":{\"message\":\"expired\",\"code\":190,\"error_subcode\":463}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
}

static void instagram__verify__and_revoke(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_VERIFY);
	r.conn.account_id = "17841";
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, ME), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 200, "{\"user_id\":\"5\",\"username\":\"other\"}");
	assert_failed(&r, CLASS_AUTH, E_WRONG_ACCOUNT);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":190,\"error_subcode\":458}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_start(&r);
	rig_say(&r, 502, "<html>");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	rig_say(&r, 200, "{}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	r.in.op = OP_REVOKE;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_free(&r);
}

static void instagram__by_facebook__account_of_a_page(void **state)
{
	static const char pages[] =
		"{\"data\":[{\"access_token\":\"page-1\",\"id\":\"111\",\"name\":\"One\"},"
		"{\"access_token\":\"page-2\",\"id\":\"112\",\"name\":\"Two\","
		"\"instagram_business_account\":{\"id\":\"17841\",\"username\":\"shop\"}},"
		"{\"access_token\":\"page-3\",\"id\":\"113\",\"name\":\"Three\","
		"\"instagram_business_account\":{\"id\":\"17842\",\"username\":\"cafe\"}}]}";
	struct rig r;

	(void)state;
	for (int chosen = 0; chosen < 2; chosen++) {
		begin(&r, OP_CODE);
		r.conn.server = FACEBOOK_API;
		r.in.choice = chosen ? "@cafe" : NULL;
		rig_start(&r);
		assert_non_null(strstr(rig_url(&r), FACEBOOK_API
				       "/" FACEBOOK_VERSION "/oauth/access_token?client_id=99"));
		rig_say(&r, 200, "{\"access_token\":\"short-token\"}");
		rig_say(&r, 200, LONG);
		rig_say(&r, 200,
			"{\"data\":{\"is_valid\":true,\"type\":\"USER\",\"scopes\":["
			"\"instagram_basic\",\"instagram_content_publish\",\"pages_show_list\"]}}");
		assert_non_null(strstr(rig_url(&r), "instagram_business_account"));
		rig_say(&r, 200, pages);
		if (chosen) {
			assert_int_equal(r.out.verdict, STEP_DONE);
			assert_string_equal(r.out.access, "page-3");
			assert_string_equal(r.out.account_id, "17842");
			assert_string_equal(r.out.account, "cafe");
		} else {
			assert_int_equal(r.out.verdict, STEP_CHOOSE);
			assert_int_equal(r.out.n_choices, 2);
			assert_string_equal(r.out.choices[0].name, "shop");
		}
		rig_free(&r);
	}
	begin(&r, OP_VERIFY);
	r.conn.server = FACEBOOK_API;
	r.conn.account_id = "17841";
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "/debug_token?"));
	rig_free(&r);
	begin(&r, OP_PUBLISH);
	r.conn.server = "http://127.0.0.1:9000/graph.facebook.com";
	r.conn.account_id = "17841";
	r.in.key = "k";
	rig_add_file(&r, 'a', "image/jpeg", 1000, NULL);
	r.in.media_urls = (const char *const[]){"https://media.example/a.jpg"};
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "http://127.0.0.1:9000/graph.facebook.com/" FACEBOOK_VERSION
			    "/17841/media");
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instagram__authorize__addresses),
		cmocka_unit_test(instagram__code__becomes_sixty_days),
		cmocka_unit_test(instagram__code__partial_consent_and_refusal),
		cmocka_unit_test(instagram__login__with_a_token),
		cmocka_unit_test(instagram__refresh__by_age),
		cmocka_unit_test(instagram__verify__and_revoke),
		cmocka_unit_test(instagram__by_facebook__account_of_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
