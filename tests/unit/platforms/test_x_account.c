/* tests/unit/platforms/test_x_account.c - logins, verify, renewal and revocation at X, from recorded exchanges. */
#include "rig.h"

#include "platforms/x.h"

#define ALICE "{\"data\":{\"id\":\"2244994945\",\"name\":\"Alice\",\"username\":\"alice\"}}"
#define TOKENS \
	"{\"token_type\":\"bearer\",\"expires_in\":7200,\"access_token\":\"sekrit-a\",\"refresh_token\":" \
	"\"sekrit-r\",\"scope\":\"tweet.read tweet.write users.read media.write offline.access\"}"

static const struct oauth_in client = {.client_id = "cl",
				       .redirect_uri = "http://127.0.0.1:8123/cb",
				       .state = "st",
				       .challenge = "chal"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &x_platform, op);
	r->in.oauth = &client;
}

static void x__login__by_token(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://api.x.com/2/users/me");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	assert_string_equal(r.out.account, "alice");
	assert_string_equal(r.out.account_id, "2244994945");
	rig_free(&r);
}

static void x__login__another_account_is_refused(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	r.in.login_name = "@bob";
	rig_start(&r);
	rig_say(&r, 200, ALICE);
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
	begin(&r, OP_VERIFY);
	r.conn.account_id = "5";
	rig_start(&r);
	rig_say(&r, 200, ALICE);
	assert_failed(&r, CLASS_AUTH, E_WRONG_ACCOUNT);
	rig_free(&r);
}

static void x__authorize__address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://x.com/i/oauth2/authorize?response_type=code&client_id=cl"
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcb"
		"&scope=tweet.read%20tweet.write%20users.read%20media.write%20offline.access"
		"&state=st&code_challenge=chal&code_challenge_method=S256");
	r.in.api_base = "http://127.0.0.1:9/x";
	rig_start(&r);
	assert_int_equal(
		strncmp(r.out.authorize_url, "http://127.0.0.1:9/x/i/oauth2/authorize?", 40), 0);
	r.in.oauth = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

static void x__code__public_client(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://api.x.com/2/oauth2/token");
	assert_true(rig_form_has(&r, "grant_type=authorization_code"));
	assert_true(rig_form_has(&r, "client_id=cl"));
	assert_true(rig_has_secret(&r, SLOT_CODE));
	assert_true(rig_has_secret(&r, SLOT_VERIFIER));
	assert_false(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_int_equal(rig_say(&r, 200, TOKENS), STEP_SEND);
	assert_string_equal(r.out.access, "sekrit-a");
	assert_string_equal(r.out.refresh, "sekrit-r");
	assert_string_equal(rig_url(&r), "https://api.x.com/2/users/me");
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	assert_string_equal(r.out.account_id, "2244994945");
	assert_int_equal(r.out.access_expires_at, NOW + 7200000);
	assert_non_null(strstr(r.out.scopes, "offline.access"));
	rig_free(&r);
}

static void x__code__confidential_client(void **state)
{
	struct oauth_in with = client;
	struct rig r;

	(void)state;
	begin(&r, OP_CODE);
	with.has_secret = true;
	r.in.oauth = &with;
	rig_start(&r);
	assert_true(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_non_null(strstr(rig_header(&r, "Authorization"), "cl:"));
	rig_free(&r);
}

static void x__code__odd_answers(void **state)
{
	static const struct rig_error rows[] = {
		{200, NULL, "{\"token_type\":\"bearer\"}", CLASS_TRANSIENT, E_PROTOCOL, 0},
		{200, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL, 0},
		{200, NULL, "{\"access_token\":\"a\",\"scope\":\"tweet.read users.read\"}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{400, NULL, "{\"error\":\"invalid_request\",\"error_description\":\"code\"}",
		 CLASS_AUTH, E_LOGIN_FAILED, 0},
		{401, NULL, "{\"error\":\"unauthorized_client\"}", CLASS_AUTH, E_LOGIN_FAILED, 0},
		{503, NULL, "{\"title\":\"Service Unavailable\"}", CLASS_TRANSIENT, E_PLATFORM, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_CODE);
		rig_start(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_error(&r, &rows[i]);
		assert_null(r.out.access);
		rig_free(&r);
	}
}

static void x__refresh__rotates(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	rig_start(&r);
	assert_true(rig_form_has(&r, "grant_type=refresh_token"));
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, TOKENS), STEP_DONE);
	assert_string_equal(r.out.refresh, "sekrit-r");
	assert_int_equal(r.out.access_expires_at, NOW + 7200000);
	rig_free(&r);
}

static void x__refresh__a_dead_token_and_a_dead_network_differ(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL,
		 "{\"error\":\"invalid_request\",\"error_description\":\"Value passed for the token was "
		 "invalid.\"}",
		 CLASS_AUTH, E_TOKEN_REVOKED, 0},
		{400, NULL, "{\"error\":\"invalid_grant\"}", CLASS_AUTH, E_TOKEN_REVOKED, 0},
		{500, NULL, "", CLASS_TRANSIENT, E_PLATFORM, 0},
		{400, NULL, "<html>proxy</html>", CLASS_TRANSIENT, E_PROTOCOL, 0},
		{429, "Retry-After: 30\n", "{\"error\":\"slow_down\"}", CLASS_RATE_LIMITED,
		 E_RATE_LIMITED, NOW + 30000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_REFRESH);
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

static void x__revoke__with_and_without_a_client(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REVOKE);
	r.conn.refreshable = true;
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://api.x.com/2/oauth2/revoke");
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_int_equal(rig_say(&r, 200, "{\"revoked\":true}"), STEP_DONE);
	r.in.oauth = NULL;
	json_free(&r.state);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_free(&r);
}

static void x__verify__refusals(void **state)
{
	static const struct rig_error rows[] = {
		{401, NULL, "{\"title\":\"Unauthorized\",\"type\":\"about:blank\",\"status\":401}",
		 CLASS_AUTH, E_TOKEN_EXPIRED, 0},
		{403, NULL,
		 "{\"title\":\"Unsupported Authentication\",\"detail\":\"Unsupported Authentication: x\"}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{402, NULL, "{\"title\":\"CreditsDepleted\"}", CLASS_PERMANENT, E_PLATFORM, 0},
		{429, "x-rate-limit-remaining: 0\nx-rate-limit-reset: 1790000060\n",
		 "{\"title\":\"Too Many Requests\"}", CLASS_RATE_LIMITED, E_RATE_LIMITED,
		 NOW + 60000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_VERIFY);
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x__login__by_token),
		cmocka_unit_test(x__login__another_account_is_refused),
		cmocka_unit_test(x__authorize__address),
		cmocka_unit_test(x__code__public_client),
		cmocka_unit_test(x__code__confidential_client),
		cmocka_unit_test(x__code__odd_answers),
		cmocka_unit_test(x__refresh__rotates),
		cmocka_unit_test(x__refresh__a_dead_token_and_a_dead_network_differ),
		cmocka_unit_test(x__revoke__with_and_without_a_client),
		cmocka_unit_test(x__verify__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
