/* tests/unit/platforms/test_bluesky_session.c - login, refresh, verify, revoke, facts, from recorded exchanges. */
#include "rig.h"

#include "platforms/bluesky.h"

#define DID "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
#define JWT "e30.eyJleHAiOjE3OTAwMDcyMDAsImlhdCI6MTc5MDAwMDAwMH0.sig" /* expires at NOW + 2 h */
#define SESSION(more) \
	"{\"accessJwt\":\"" JWT "\",\"refreshJwt\":\"renew-me\",\"handle\":\"alice.test\"," \
	"\"did\":\"" DID "\"" more "}"
#define DOCUMENT(id, endpoint) \
	",\"didDoc\":{\"id\":\"" id "\",\"service\":[{\"id\":\"#other\",\"serviceEndpoint\":" \
	"\"https://no.example\"},{\"id\":\"#atproto_pds\",\"type\":" \
	"\"AtprotoPersonalDataServer\",\"serviceEndpoint\":\"" endpoint "\"}]}"

static void login(struct rig *r, const char *server)
{
	rig_init(r, &bluesky_platform, OP_LOGIN);
	r->conn.server = server;
	r->in.login_name = "@alice.test";
	assert_int_equal(rig_start(r), STEP_SEND);
}

static void bluesky__login__asks_with_the_password_as_a_place(void **state)
{
	struct rig r;
	struct json *shown;
	struct strbuf b;

	(void)state;
	login(&r, "http://127.0.0.1:2583/prefix");
	assert_string_equal(rig_url(&r),
			    "http://127.0.0.1:2583/prefix/xrpc/com.atproto.server.createSession");
	assert_int_equal(r.out.request->method, HTTP_POST);
	assert_false(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_PASSWORD));
	shown = http_request_describe(r.out.request);
	strbuf_init(&b, 65536);
	json_write(&b, shown, false);
	assert_non_null(strstr(b.data, "alice.test"));
	assert_null(strstr(b.data, "@alice"));
	assert_non_null(strstr(b.data, "[password]"));
	strbuf_free(&b);
	json_free(&shown);
	rig_free(&r);
}

static void bluesky__login__needs_a_handle(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_LOGIN);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

static void bluesky__login__takes_the_session(void **state)
{
	struct rig r;

	(void)state;
	login(&r, "https://bsky.social");
	assert_int_equal(rig_say(&r, 200, SESSION(DOCUMENT(DID, "https://pds.example.org/"))),
			 STEP_DONE);
	assert_string_equal(r.out.account, "alice.test");
	assert_string_equal(r.out.account_id, DID);
	assert_string_equal(r.out.access, JWT);
	assert_string_equal(r.out.refresh, "renew-me");
	assert_string_equal(r.out.endpoint, "https://pds.example.org");
	assert_int_equal(r.out.access_expires_at, NOW + 7200000);
	assert_int_equal(r.out.refresh_expires_at, 0);
	rig_free(&r);
}

static void bluesky__login__endpoint_moves_only_between_public_servers(void **state)
{
	static const struct {
		const char *server, *answer, *endpoint;
		bool loopback;
	} rows[] = {
		{"https://bsky.social", SESSION(DOCUMENT(DID, "https://pds.example.org")),
		 "https://pds.example.org", false},
		{"https://bsky.social", SESSION(DOCUMENT(DID, "http://pds.example.org")),
		 "https://bsky.social", false},
		{"https://bsky.social", SESSION(DOCUMENT(DID, "http://127.0.0.1:99")),
		 "https://bsky.social", false},
		{"https://bsky.social", SESSION(DOCUMENT(DID, "https://192.168.0.1")),
		 "https://bsky.social", false},
		{"https://bsky.social", SESSION(DOCUMENT(DID, "https://localhost")),
		 "https://bsky.social", false},
		{"https://bsky.social",
		 SESSION(DOCUMENT("did:plc:other", "https://pds.example.org")),
		 "https://bsky.social", false},
		{"https://bsky.social", SESSION(",\"didDoc\":[1,2]"), "https://bsky.social", false},
		{"https://bsky.social", SESSION(""), "https://bsky.social", false},
		{"http://127.0.0.1:80/a", SESSION(DOCUMENT(DID, "https://pds.example.org")),
		 "http://127.0.0.1:80/a", true},
		{"http://127.0.0.1:80/a", SESSION(DOCUMENT(DID, "http://localhost:2583")),
		 "http://127.0.0.1:80/a", true},
		{"http://localhost:80", SESSION(DOCUMENT(DID, "https://pds.example.org")),
		 "http://localhost:80", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		login(&r, rows[i].server);
		r.conn.loopback = rows[i].loopback;
		assert_int_equal(rig_say(&r, 200, rows[i].answer), STEP_DONE);
		assert_string_equal(r.out.endpoint, rows[i].endpoint);
		rig_free(&r);
	}
}

static void bluesky__login__asks_the_named_server_not_the_old_endpoint(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_LOGIN);
	r.conn.server = "https://new.example.org";
	r.conn.endpoint = "https://old.example.org";
	r.in.login_name = "alice.test";
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "https://new.example.org/xrpc/com.atproto.server.createSession");
	r.in.api_base = "https://configured.example.org";
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "https://configured.example.org/xrpc/com.atproto.server.createSession");
	assert_int_equal(rig_say(&r, 200, SESSION(DOCUMENT(DID, "https://pds.example.org"))),
			 STEP_DONE);
	assert_null(r.out.endpoint);
	rig_free(&r);
}

struct failure {
	int status;
	const char *headers, *body;
	enum err_class cls;
	enum err code;
};

static void check_failures(enum platform_op op, const struct failure *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rig r;

		rig_init(&r, &bluesky_platform, op);
		r.conn.account_id = DID;
		r.in.login_name = "alice.test";
		assert_int_equal(rig_start(&r), STEP_SEND);
		assert_false(r.out.commit_like);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		assert_int_equal(r.out.error.http_status, rows[i].status);
		/* No token of an odd answer gets into the words. */
		assert_null(strstr(r.out.error.text, "secret-token"));
		assert_null(r.out.access);
		rig_free(&r);
	}
}

#define ERROR(name) "{\"error\":\"" name "\",\"message\":\"words of the server\"}"

static void bluesky__login__failures(void **state)
{
	static const struct failure rows[] = {
		{401, NULL, ERROR("AuthenticationRequired"), CLASS_AUTH, E_LOGIN_FAILED},
		{401, NULL, ERROR("AuthFactorTokenRequired"), CLASS_AUTH, E_LOGIN_FAILED},
		{401, NULL, ERROR("AccountTakedown"), CLASS_AUTH, E_LOGIN_FAILED},
		{400, NULL, ERROR("InvalidRequest"), CLASS_AUTH, E_LOGIN_FAILED},
		{429, "Retry-After: 30\n", ERROR("RateLimitExceeded"), CLASS_RATE_LIMITED,
		 E_RATE_LIMITED},
		{404, NULL, "<html>no</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{301, "Location: https://x.example\n", "", CLASS_PERMANENT, E_PROTOCOL},
		{500, NULL, ERROR("InternalServerError"), CLASS_TRANSIENT, E_PLATFORM},
		{503, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
		{401, NULL, "<html>proxy</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "<html>welcome</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"accessJwt\":\"secret-token\",\"refreshJwt\":\"secret-token\"}",
		 CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"accessJwt\":\"secret-token\",\"did\":\"" DID "\"}", CLASS_TRANSIENT,
		 E_PROTOCOL},
		{200, NULL, "{\"accessJwt\":\"a b\",\"refreshJwt\":\"r\",\"did\":\"" DID "\"}",
		 CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"accessJwt\":\"secret-token\",\"refreshJwt\":\"r\",\"did\":\"x\"}",
		 CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, SESSION(",\"active\":false,\"status\":\"deactivated\""), CLASS_AUTH,
		 E_LOGIN_FAILED},
		{200, NULL, SESSION(",\"active\":false,\"status\":\"takendown\""), CLASS_AUTH,
		 E_LOGIN_FAILED},
		{200, NULL, SESSION(",\"active\":false"), CLASS_AUTH, E_LOGIN_FAILED},
	};

	(void)state;
	check_failures(OP_LOGIN, rows, COUNT_OF(rows));
}

static void bluesky__login__second_factor_names_app_passwords(void **state)
{
	struct rig r;

	(void)state;
	login(&r, NULL);
	rig_say(&r, 401, ERROR("AuthFactorTokenRequired"));
	assert_non_null(strstr(r.out.error.hint, "app password"));
	assert_string_equal(r.out.error.platform, "AuthFactorTokenRequired");
	rig_free(&r);
}

static void bluesky__login__a_handle_that_is_none_gives_way_to_the_did(void **state)
{
	struct rig r;

	(void)state;
	login(&r, NULL);
	assert_int_equal(rig_say(&r, 200,
				 "{\"accessJwt\":\"a\",\"refreshJwt\":\"r\",\"did\":\"" DID
				 "\",\"handle\":\"handle.invalid\"}"),
			 STEP_DONE);
	assert_string_equal(r.out.account, DID);
	rig_free(&r);
}

static void bluesky__refresh__sends_the_refresh_token_and_no_body(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_REFRESH);
	r.conn.server = "https://bsky.social";
	r.conn.endpoint = "https://pds.example.org";
	r.conn.account_id = DID;
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "https://pds.example.org/xrpc/com.atproto.server.refreshSession");
	assert_int_equal(r.out.request->method, HTTP_POST);
	assert_int_equal(r.out.request->body.len, 0);
	assert_true(rig_has_secret(&r, SLOT_REFRESH));
	assert_false(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, SESSION("")), STEP_DONE);
	assert_string_equal(r.out.refresh, "renew-me");
	assert_string_equal(r.out.endpoint, "https://pds.example.org");
	/* An empty refresh token never takes the place of a good one. */
	rig_start(&r);
	assert_int_equal(
		rig_say(&r, 200, "{\"accessJwt\":\"a\",\"refreshJwt\":\"\",\"did\":\"" DID "\"}"),
		STEP_DONE);
	assert_null(r.out.refresh);
	assert_string_equal(r.out.access, "a");
	assert_int_equal(r.out.access_expires_at, 0);
	rig_free(&r);
}

static void bluesky__refresh__failures(void **state)
{
	static const struct failure rows[] = {
		{400, NULL, "{\"error\":\"ExpiredToken\",\"message\":\"Token has expired\"}",
		 CLASS_AUTH, E_TOKEN_EXPIRED},
		{400, NULL, "{\"error\":\"ExpiredToken\",\"message\":\"Token has been revoked\"}",
		 CLASS_AUTH, E_TOKEN_REVOKED},
		{400, NULL, ERROR("InvalidToken"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("AuthMissing"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("AccountTakedown"), CLASS_AUTH, E_TOKEN_REVOKED},
		{400, NULL, ERROR("AccountDeactivated"), CLASS_AUTH, E_TOKEN_REVOKED},
		{200, NULL,
		 "{\"accessJwt\":\"secret-token\",\"refreshJwt\":\"r\",\"did\":\"did:plc:other123\"}",
		 CLASS_AUTH, E_WRONG_ACCOUNT},
		/* The network and what stands in it never end a login. */
		{500, NULL, ERROR("InternalServerError"), CLASS_TRANSIENT, E_PLATFORM},
		{502, NULL, "<html>bad gateway</html>", CLASS_TRANSIENT, E_PLATFORM},
		{500, NULL, ERROR("ExpiredToken"), CLASS_TRANSIENT, E_PLATFORM},
		{400, NULL, "<html>bad request</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{401, NULL, "", CLASS_TRANSIENT, E_PROTOCOL},
		{403, NULL, "Forbidden by policy", CLASS_TRANSIENT, E_PROTOCOL},
		{407, NULL, "", CLASS_TRANSIENT, E_PROTOCOL},
		{302, "Location: https://portal.example\n", "", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{400, NULL, ERROR("InvalidRequest"), CLASS_PERMANENT, E_PLATFORM},
	};

	(void)state;
	check_failures(OP_REFRESH, rows, COUNT_OF(rows));
}

static void bluesky__verify__says_who_it_is(void **state)
{
	static const struct failure rows[] = {
		{400, NULL, ERROR("ExpiredToken"), CLASS_AUTH, E_TOKEN_EXPIRED},
		{400, NULL, ERROR("InvalidToken"), CLASS_AUTH, E_TOKEN_REVOKED},
		{200, NULL, "{\"did\":\"did:plc:other123\",\"handle\":\"bob.test\"}", CLASS_AUTH,
		 E_WRONG_ACCOUNT},
		{200, NULL, "{\"did\":\"" DID "\",\"active\":false,\"status\":\"deactivated\"}",
		 CLASS_AUTH, E_TOKEN_REVOKED},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{502, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
	};
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_VERIFY);
	r.conn.account_id = DID;
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://bsky.social/xrpc/com.atproto.server.getSession");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, "{\"did\":\"" DID "\",\"handle\":\"new.test\"}"),
			 STEP_DONE);
	assert_string_equal(r.out.account, "new.test");
	assert_null(r.out.endpoint);
	rig_free(&r);
	check_failures(OP_VERIFY, rows, COUNT_OF(rows));
}

static void bluesky__revoke__a_dead_session_is_ended(void **state)
{
	static const struct failure rows[] = {
		{500, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
		{403, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
	};
	static const struct {
		int status;
		const char *body;
	} ends[] = {{200, ""}, {400, ERROR("ExpiredToken")}, {401, ERROR("AuthMissing")}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct rig r;

		rig_init(&r, &bluesky_platform, OP_REVOKE);
		rig_start(&r);
		assert_true(rig_has_secret(&r, SLOT_REFRESH));
		assert_int_equal(rig_say(&r, ends[i].status, ends[i].body), STEP_DONE);
		rig_free(&r);
	}
	check_failures(OP_REVOKE, rows, COUNT_OF(rows));
}

static void bluesky__facts__limit_of_the_server(void **state)
{
	static const struct failure rows[] = {
		{404, NULL, ERROR("XRPCNotSupported"), CLASS_PERMANENT, E_UNSUPPORTED},
		{501, NULL, ERROR("MethodNotImplemented"), CLASS_PERMANENT, E_UNSUPPORTED},
		{200, NULL, "[]", CLASS_TRANSIENT, E_PROTOCOL},
	};
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_FACTS);
	rig_start(&r);
	assert_int_equal(
		rig_say(&r, 200, "{\"did\":\"did:web:pds.test\",\"blobUploadLimit\":5242880}"),
		STEP_DONE);
	assert_int_equal(json_int(r.out.facts, "blob_bytes_max", 0), 5242880);
	assert_int_equal(json_int(r.out.facts, "read_at", 0), NOW);
	rig_free(&r);
	check_failures(OP_FACTS, rows, COUNT_OF(rows));
}

static void bluesky__any__rate_window_and_wait(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &bluesky_platform, OP_VERIFY);
	rig_start(&r);
	rig_answer(&r,
		   http_response_make(429,
				      "RateLimit-Limit: 30\nRateLimit-Remaining: 0\n"
				      "RateLimit-Reset: 1790000120\nRateLimit-Policy: 30;w=300\n",
				      ERROR("RateLimitExceeded")));
	assert_failed(&r, CLASS_RATE_LIMITED, E_RATE_LIMITED);
	assert_int_equal(r.out.at, NOW + 120000);
	assert_true(r.out.has_window);
	assert_int_equal(r.out.window.remaining, 0);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bluesky__login__asks_with_the_password_as_a_place),
		cmocka_unit_test(bluesky__login__needs_a_handle),
		cmocka_unit_test(bluesky__login__takes_the_session),
		cmocka_unit_test(bluesky__login__endpoint_moves_only_between_public_servers),
		cmocka_unit_test(bluesky__login__asks_the_named_server_not_the_old_endpoint),
		cmocka_unit_test(bluesky__login__failures),
		cmocka_unit_test(bluesky__login__second_factor_names_app_passwords),
		cmocka_unit_test(bluesky__login__a_handle_that_is_none_gives_way_to_the_did),
		cmocka_unit_test(bluesky__refresh__sends_the_refresh_token_and_no_body),
		cmocka_unit_test(bluesky__refresh__failures),
		cmocka_unit_test(bluesky__verify__says_who_it_is),
		cmocka_unit_test(bluesky__revoke__a_dead_session_is_ended),
		cmocka_unit_test(bluesky__facts__limit_of_the_server),
		cmocka_unit_test(bluesky__any__rate_window_and_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
