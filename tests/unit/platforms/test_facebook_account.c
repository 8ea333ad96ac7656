/* tests/unit/platforms/test_facebook_account.c - logins, renewal, verify and revoke at Facebook, from recorded exchanges. */
#include "rig.h"

#include "platforms/facebook.h"

#define BASE FACEBOOK_API "/" FACEBOOK_VERSION
#define PAGE(id, name) \
	"{\"access_token\":\"page-token-" id "\",\"id\":\"" id "\",\"name\":\"" name \
	"\",\"tasks\":[\"MODERATE\",\"CREATE_CONTENT\"]}"
#define PAGES(list) \
	"{\"data\":[" list "],\"paging\":{\"cursors\":{\"before\":\"a\",\"after\":\"b\"}}}"
#define DEBUG(type, scopes) \
	"{\"data\":{\"app_id\":\"99\",\"type\":\"" type "\",\"is_valid\":true,\"expires_at\":0," \
	"\"scopes\":[" scopes "]}}"
#define ALL \
	"\"pages_show_list\",\"pages_manage_posts\",\"pages_read_engagement\",\"public_profile\""
#define LONG "{\"access_token\":\"long-token\",\"token_type\":\"bearer\",\"expires_in\":5183944}"

static const struct oauth_in client = {.client_id = "99",
				       .has_secret = true,
				       .redirect_uri = "https://127.0.0.1:8123/cb",
				       .state = "st",
				       .challenge = "ch"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &facebook_platform, op);
	r->conn.server = FACEBOOK_API;
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

static void facebook__authorize__address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.authorize_url,
			    "https://www.facebook.com/" FACEBOOK_VERSION
			    "/dialog/oauth?response_type=code&"
			    "client_id=99&redirect_uri=https%3A%2F%2F127.0.0.1%3A8123%2Fcb&"
			    "scope=pages_show_list%2Cpages_manage_posts%2Cpages_read_engagement%2C"
			    "pages_manage_engagement&state=st");
	r.in.api_base = "http://127.0.0.1:9000";
	rig_start(&r);
	assert_int_equal(strncmp(r.out.authorize_url,
				 "http://127.0.0.1:9000/" FACEBOOK_VERSION "/dialog/oauth?", 40),
			 0);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

/* From the code up to the pages. */
static void up_to_pages(struct rig *r)
{
	rig_start(r);
	assert_string_equal(rig_url(r),
			    BASE "/oauth/access_token?client_id=99&redirect_uri="
				 "https%3A%2F%2F127.0.0.1%3A8123%2Fcb&client_secret=&code=");
	assert_true(url_has_secret(r, SLOT_CLIENT_SECRET));
	assert_true(url_has_secret(r, SLOT_CODE));
	rig_say(r, 200, "{\"access_token\":\"short-token\",\"expires_in\":3600}");
	assert_string_equal(rig_url(r),
			    BASE "/oauth/access_token?grant_type=fb_exchange_token&client_id=99&"
				 "client_secret=&fb_exchange_token=");
	assert_true(url_has_secret(r, SLOT_ACCESS));
	assert_string_equal(r->out.access, "short-token");
	rig_say(r, 200, LONG);
	assert_string_equal(r->out.refresh, "long-token");
	assert_null(r->out.access);
	assert_string_equal(rig_url(r), BASE "/debug_token?input_token=&access_token=99%7C");
	assert_true(url_has_secret(r, SLOT_REFRESH));
	assert_true(url_has_secret(r, SLOT_CLIENT_SECRET));
	rig_say(r, 200, DEBUG("USER", ALL));
	assert_string_equal(rig_url(r),
			    BASE "/me/accounts?fields=id%2Cname%2Caccess_token%2Ctasks&limit=100");
	assert_true(rig_has_secret(r, SLOT_REFRESH));
}

static void facebook__code__one_page(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	up_to_pages(&r);
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "Joe's, Inc"))), STEP_DONE);
	assert_string_equal(r.out.access, "page-token-111");
	assert_int_equal(r.out.access_expires_at, 0);
	assert_int_equal(r.out.refresh_expires_at, NOW + INT64_C(5183944000));
	assert_string_equal(r.out.account_id, "111");
	assert_string_equal(r.out.account, "Joe's  Inc");
	assert_non_null(strstr(r.out.scopes, "pages_manage_posts"));
	rig_free(&r);
}

static void facebook__code__several_pages_are_a_choice(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	up_to_pages(&r);
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One") "," PAGE("112", "Two"))),
			 STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 2);
	assert_string_equal(r.out.choices[1].id, "112");
	assert_string_equal(r.out.choices[1].name, "Two");
	rig_free(&r);
	/* Chosen by its id or its name. */
	for (int by = 0; by < 2; by++) {
		begin(&r, OP_CODE);
		r.in.choice = by ? "112" : "two";
		up_to_pages(&r);
		assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One") "," PAGE("112", "Two"))),
				 STEP_DONE);
		assert_string_equal(r.out.access, "page-token-112");
		rig_free(&r);
	}
	begin(&r, OP_CODE);
	r.in.choice = "113";
	up_to_pages(&r);
	rig_say(&r, 200, PAGES(PAGE("111", "One") "," PAGE("112", "Two")));
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
}

static void facebook__code__pages_over_several_answers(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	up_to_pages(&r);
	rig_say(&r, 200,
		"{\"data\":[" PAGE("111", "One") "],\"paging\":{\"cursors\":{\"after\":\"QX=\"},"
						 "\"next\":\"https://graph.facebook.com/next\"}}");
	assert_non_null(strstr(rig_url(&r), "&after=QX%3D"));
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("112", "Two"))), STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 2);
	rig_free(&r);
	/* Of all answers together it was only one. */
	begin(&r, OP_CODE);
	up_to_pages(&r);
	rig_say(&r, 200,
		"{\"data\":[" PAGE("111", "One") "],\"paging\":{\"cursors\":{\"after\":\"QX=\"},"
						 "\"next\":\"https://graph.facebook.com/next\"}}");
	rig_say(&r, 200, PAGES(""));
	assert_null(strstr(rig_url(&r), "&after="));
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One"))), STEP_DONE);
	assert_string_equal(r.out.access, "page-token-111");
	rig_free(&r);
}

static void facebook__code__no_page_and_no_task(void **state)
{
	static const char other[] =
		"{\"data\":[{\"access_token\":\"t\",\"id\":\"111\",\"name\":\"One\",\"tasks\":"
		"[\"ANALYZE\"]}]}";
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	up_to_pages(&r);
	rig_say(&r, 200, PAGES(""));
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
	begin(&r, OP_CODE);
	r.in.choice = "111";
	up_to_pages(&r);
	rig_say(&r, 200, other);
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
}

static void facebook__code__partial_consent_is_noticed(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 200, "{\"access_token\":\"short-token\"}");
	rig_say(&r, 200, LONG);
	rig_say(&r, 200, DEBUG("USER", "\"pages_show_list\",\"pages_read_engagement\""));
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	assert_non_null(strstr(r.out.error.text, "pages_manage_posts"));
	rig_free(&r);
}

static void facebook__code__refused(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 400,
		"{\"error\":{\"message\":\"This authorization code has been used.\",\"type\":"
		"\"OAuthException\",\"code\":100}}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 200, "{\"token\":\"sekrit\"}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	assert_null(strstr(r.out.error.text, "sekrit"));
	rig_free(&r);
	begin(&r, OP_CODE);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

static void facebook__login__with_a_pages_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/debug_token?input_token=");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	rig_say(&r, 200, DEBUG("PAGE", ALL));
	assert_string_equal(rig_url(&r), BASE "/me?fields=id%2Cname");
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"111\",\"name\":\"Shop\"}"), STEP_DONE);
	assert_string_equal(r.out.account, "Shop");
	assert_string_equal(r.out.account_id, "111");
	assert_null(r.out.access);
	rig_free(&r);
	begin(&r, OP_LOGIN);
	r.in.login_name = "Other";
	rig_start(&r);
	rig_say(&r, 200, DEBUG("PAGE", ALL));
	rig_say(&r, 200, "{\"id\":\"111\",\"name\":\"Shop\"}");
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
}

static void facebook__login__with_a_persons_token(void **state)
{
	struct rig r;

	(void)state;
	/* Without a client it stays as short as it is. */
	begin(&r, OP_LOGIN);
	r.in.oauth = NULL;
	rig_start(&r);
	rig_say(&r, 200, DEBUG("USER", ALL));
	assert_non_null(strstr(rig_url(&r), "/me/accounts?"));
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One"))), STEP_DONE);
	assert_string_equal(r.out.access, "page-token-111");
	assert_null(r.out.refresh);
	rig_free(&r);
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, DEBUG("USER", ALL));
	assert_non_null(strstr(rig_url(&r), "fb_exchange_token"));
	rig_say(&r, 200, LONG);
	assert_string_equal(r.out.refresh, "long-token");
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One"))), STEP_DONE);
	rig_free(&r);
}

static void facebook__login__dead_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200,
		"{\"data\":{\"error\":{\"code\":190,\"message\":\"The access token could not be "
		"decrypted\"},\"is_valid\":false,\"scopes\":[]}}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	assert_non_null(strstr(r.out.error.text, "decrypted"));
	rig_free(&r);
}

static void facebook__refresh__exchange_then_the_page(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	r.conn.account_id = "112";
	r.conn.account = "Two";
	r.conn.refreshable = true;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "grant_type=fb_exchange_token"));
	assert_true(url_has_secret(&r, SLOT_REFRESH));
	rig_say(&r, 200, LONG);
	assert_string_equal(r.out.refresh, "long-token");
	assert_null(r.out.access);
	assert_int_equal(rig_say(&r, 200, PAGES(PAGE("111", "One") "," PAGE("112", "Two"))),
			 STEP_DONE);
	assert_string_equal(r.out.access, "page-token-112");
	assert_int_equal(r.out.refresh_expires_at, NOW + INT64_C(5183944000));
	rig_free(&r);
	/* Without a client there is still a fresh token of the page. */
	begin(&r, OP_REFRESH);
	r.conn.account_id = "112";
	r.in.oauth = NULL;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "/me/accounts?"));
	rig_say(&r, 200, PAGES(PAGE("111", "One")));
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_free(&r);
	/* Sixty days are over. */
	begin(&r, OP_REFRESH);
	r.conn.account_id = "112";
	rig_start(&r);
	rig_say(&r, 400,
		"{\"error\":{\"message\":\"Session has expired\",\"type\":\"OAuthException\","
		"\"code\":190,\"error_subcode\":463}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
}

static void verify(struct rig *r)
{
	begin(r, OP_VERIFY);
	r->in.oauth = NULL;
	r->conn.account_id = "111";
	r->conn.account = "Shop";
	rig_start(r);
	assert_string_equal(rig_url(r), BASE "/debug_token?input_token=");
}

static void facebook__verify__all_states(void **state)
{
	struct rig r;

	(void)state;
	verify(&r);
	rig_say(&r, 200, DEBUG("PAGE", ALL));
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"111\",\"name\":\"New name\"}"), STEP_DONE);
	assert_string_equal(r.out.account, "New name");
	assert_non_null(strstr(r.out.scopes, "pages_show_list"));
	rig_free(&r);
	/* expired */
	verify(&r);
	rig_say(&r, 200,
		"{\"data\":{\"is_valid\":false,\"expires_at\":1789000000,\"error\":{\"code\":190,"
		"\"message\":\"Session has expired\",\"subcode\":463}}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	assert_string_equal(r.out.error.platform, "190/463");
	rig_free(&r);
	/* revoked */
	verify(&r);
	rig_say(&r, 200,
		"{\"data\":{\"is_valid\":false,\"expires_at\":0,\"error\":{\"code\":190,"
		"\"message\":\"The user has not authorized application\",\"subcode\":458}}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_free(&r);
	verify(&r);
	rig_say(&r, 400,
		"{\"error\":{\"message\":\"Invalid\",\"code\":190,\"error_subcode\":460}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_REVOKED);
	rig_free(&r);
	/* a permission was withdrawn */
	verify(&r);
	rig_say(&r, 200, DEBUG("PAGE", "\"pages_show_list\""));
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	/* another page */
	verify(&r);
	rig_say(&r, 200, DEBUG("PAGE", ALL));
	rig_say(&r, 200, "{\"id\":\"112\",\"name\":\"Two\"}");
	assert_failed(&r, CLASS_AUTH, E_WRONG_ACCOUNT);
	rig_free(&r);
	/* unreachable */
	verify(&r);
	rig_say(&r, 503, "busy");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void facebook__revoke__consent_as_a_whole(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REVOKE);
	r.conn.refreshable = true;
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/me/permissions");
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, "{\"success\":true}"), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":190}}"),
			 STEP_DONE);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	r.conn.refreshable = false;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facebook__authorize__address),
		cmocka_unit_test(facebook__code__one_page),
		cmocka_unit_test(facebook__code__several_pages_are_a_choice),
		cmocka_unit_test(facebook__code__pages_over_several_answers),
		cmocka_unit_test(facebook__code__no_page_and_no_task),
		cmocka_unit_test(facebook__code__partial_consent_is_noticed),
		cmocka_unit_test(facebook__code__refused),
		cmocka_unit_test(facebook__login__with_a_pages_token),
		cmocka_unit_test(facebook__login__with_a_persons_token),
		cmocka_unit_test(facebook__login__dead_token),
		cmocka_unit_test(facebook__refresh__exchange_then_the_page),
		cmocka_unit_test(facebook__verify__all_states),
		cmocka_unit_test(facebook__revoke__consent_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
