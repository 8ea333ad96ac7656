/* tests/unit/platforms/test_pinterest.c - Pinterest's boards, from recorded exchanges. */
#include "rig.h"

#include "platforms/pinterest.h"

#define API "https://api.pinterest.com/v5"
#define PERSON "{\"id\":\"77\",\"username\":\"alice\",\"account_type\":\"BUSINESS\"}"
#define BOARDS(more) \
	"{\"items\":[{\"id\":\"123\",\"name\":\"Cats\"},{\"id\":\"124\",\"name\":\"Dogs\"}],\"bookmark\":" more \
	"}"
#define TOKENS \
	"{\"access_token\":\"sekrit\",\"refresh_token\":\"sekrit2\",\"expires_in\":2592000,\"refresh_token_expires_in\":5184000," \
	"\"scope\":\"boards:read boards:write pins:read pins:write user_accounts:read\",\"token_type\":\"bearer\"}"

static const struct oauth_in client = {.client_id = "cl",
				       .has_secret = true,
				       .redirect_uri = "http://localhost:8085/",
				       .state = "st"};

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &pinterest_platform, op);
	r->conn.server = "https://api.pinterest.com";
	r->conn.account = "alice: Cats";
	r->conn.account_id = "123";
	r->in.oauth = &client;
	r->in.key = "k";
	r->post.text = text;
}

static void pinterest__authorize__address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE, NULL);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://www.pinterest.com/oauth/?response_type=code&client_id=cl"
		"&redirect_uri=http%3A%2F%2Flocalhost%3A8085%2F"
		"&scope=boards%3Aread%2Cboards%3Awrite%2Cpins%3Aread%2Cpins%3Awrite%2Cuser_accounts%3Aread"
		"&state=st");
	r.in.api_base = "http://127.0.0.1:9/p";
	rig_start(&r);
	assert_int_equal(strncmp(r.out.authorize_url, "http://127.0.0.1:9/p/oauth/?", 28), 0);
	rig_free(&r);
}

static void pinterest__code__asks_which_board(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE, NULL);
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/oauth/token");
	assert_non_null(strstr(rig_header(&r, "Authorization"), "cl:"));
	assert_true(rig_has_secret(&r, SLOT_CLIENT_SECRET));
	assert_true(rig_form_has(&r, "continuous_refresh=true"));
	rig_say(&r, 200, TOKENS);
	assert_string_equal(r.out.access, "sekrit");
	assert_string_equal(rig_url(&r), API "/user_account");
	rig_say(&r, 200, PERSON);
	assert_string_equal(rig_url(&r), API "/boards?page_size=250");
	rig_say(&r, 200, BOARDS("\"b1\""));
	assert_string_equal(rig_url(&r), API "/boards?page_size=250&bookmark=b1");
	assert_int_equal(
		rig_say(&r, 200,
			"{\"items\":[{\"id\":\"125\",\"name\":\"Fish\"}],\"bookmark\":null}"),
		STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 3);
	assert_string_equal(r.out.choices[2].id, "125");
	assert_string_equal(r.out.choices[2].name, "Fish");
	rig_free(&r);
}

static void pinterest__code__the_same_page_for_ever_ends(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN, NULL);
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	assert_int_equal(rig_say(&r, 200, BOARDS("\"b\"")), STEP_SEND);
	assert_int_equal(rig_say(&r, 200, BOARDS("\"c\"")), STEP_CHOOSE);
	assert_int_equal(r.out.n_choices, 2);
	rig_free(&r);
}

static void pinterest__code__the_board_that_was_named(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_CODE, NULL);
	r.in.choice = "124";
	rig_start(&r);
	rig_say(&r, 200, TOKENS);
	rig_say(&r, 200, PERSON);
	assert_int_equal(rig_say(&r, 200, BOARDS("null")), STEP_DONE);
	assert_string_equal(r.out.account_id, "124");
	assert_string_equal(r.out.account, "alice: Dogs");
	assert_string_equal(json_str(r.out.facts, "person"), "77");
	assert_int_equal(r.out.access_expires_at, NOW + INT64_C(2592000000));
	assert_int_equal(r.out.refresh_expires_at, NOW + INT64_C(5184000000));
	rig_free(&r);
	begin(&r, OP_LOGIN, NULL);
	r.in.choice = "999";
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	rig_say(&r, 200, BOARDS("null"));
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
	begin(&r, OP_LOGIN, NULL);
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	rig_say(&r, 200, "{\"items\":[],\"bookmark\":\"endless\"}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
	begin(&r, OP_LOGIN, NULL);
	rig_start(&r);
	rig_say(&r, 401, "{\"code\":2,\"message\":\"Authentication failed.\"}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
}

static void pinterest__verify__person_and_board(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_VERIFY, NULL);
	r.conn.facts = "{\"person\":\"77\"}";
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	assert_string_equal(rig_url(&r), API "/boards/123");
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"123\",\"name\":\"Cats\"}"), STEP_DONE);
	assert_string_equal(r.out.account, "alice: Cats");
	json_free(&r.state);
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	rig_say(&r, 404, "{\"code\":40,\"message\":\"Board not found.\"}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	json_free(&r.state);
	r.conn.facts = "{\"person\":\"78\"}";
	rig_start(&r);
	rig_say(&r, 200, PERSON);
	assert_failed(&r, CLASS_AUTH, E_WRONG_ACCOUNT);
	rig_free(&r);
}

static void pinterest__refresh__keeps_the_old_where_none_is_given(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH, NULL);
	rig_start(&r);
	assert_true(rig_form_has(&r, "grant_type=refresh_token"));
	assert_false(rig_form_has(&r, "continuous_refresh=true"));
	assert_int_equal(rig_say(&r, 200, "{\"access_token\":\"a\",\"expires_in\":\"abc\"}"),
			 STEP_DONE);
	assert_null(r.out.refresh);
	assert_int_equal(r.out.access_expires_at, 0);
	json_free(&r.state);
	rig_start(&r);
	rig_say(&r, 401, "{\"code\":2,\"message\":\"Authentication failed.\"}");
	assert_int_equal(r.out.error_class, CLASS_AUTH);
	rig_free(&r);
	begin(&r, OP_REVOKE, NULL);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_free(&r);
}

static void pinterest__publish__one_image(void **state)
{
	struct rig r;
	struct json *body, *shown;

	(void)state;
	begin(&r, OP_PUBLISH, "Look");
	r.post.title = "A cat";
	r.post.link = "https://a.example/x";
	r.post.options = "{\"pinterest.board\":\"55\",\"pinterest.section\":\"56\"}";
	rig_add_file(&r, 'a', "image/png", 1000, "Grey");
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/pins");
	assert_true(r.out.commit_like);
	assert_int_equal(r.out.request->n_body_files, 1);
	assert_int_equal(strncmp(r.out.request->body_files[0].path, "/media/aaaa", 11), 0);
	assert_int_equal(r.out.request->body.bytes[r.out.request->body_files[0].at - 1], '"');
	assert_int_equal(r.out.request->body.bytes[r.out.request->body_files[0].at], '"');
	body = rig_body(&r);
	assert_string_equal(json_str(body, "board_id"), "55");
	assert_string_equal(json_str(body, "board_section_id"), "56");
	assert_string_equal(json_str(body, "title"), "A cat");
	assert_string_equal(json_str(body, "description"), "Look");
	assert_string_equal(json_str(body, "alt_text"), "Grey");
	assert_string_equal(json_str(body, "link"), "https://a.example/x");
	assert_string_equal(json_str(json_get(body, "media_source"), "source_type"),
			    "image_base64");
	assert_string_equal(json_str(json_get(body, "media_source"), "content_type"), "image/png");
	assert_string_equal(json_str(json_get(body, "media_source"), "data"), "");
	json_free(&body);
	shown = http_request_describe(r.out.request);
	assert_non_null(strstr(json_str(shown, "body"), "\"data\":\"[file /media/aaaa"));
	json_free(&shown);
	assert_int_equal(rig_say(&r, 201, "{\"id\":\"813744226420795884\"}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "813744226420795884");
	assert_string_equal(r.out.remote_url, "https://www.pinterest.com/pin/813744226420795884/");
	rig_free(&r);
}

static void pinterest__publish__several_images(void **state)
{
	static const char *const urls[] = {"https://m.example/a", "https://m.example/b"};
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "Look");
	rig_add_file(&r, 'a', "image/png", 1000, "Grey");
	rig_add_file(&r, 'b', "image/jpeg", 1000, "Red");
	rig_start(&r);
	assert_int_equal(r.out.request->n_body_files, 2);
	assert_true(r.out.request->body_files[0].at < r.out.request->body_files[1].at);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "alt_text"), "Grey / Red");
	assert_string_equal(json_str(json_get(body, "media_source"), "source_type"),
			    "multiple_image_base64");
	assert_string_equal(json_str(json_at(body, "media_source.items.1"), "content_type"),
			    "image/jpeg");
	json_free(&body);
	rig_free(&r);
	begin(&r, OP_PUBLISH, "Look");
	r.in.media_urls = urls;
	rig_add_file(&r, 'a', "image/png", 1000, NULL);
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	rig_start(&r);
	assert_int_equal(r.out.request->n_body_files, 0);
	body = rig_body(&r);
	assert_string_equal(json_str(json_get(body, "media_source"), "source_type"),
			    "multiple_image_urls");
	assert_string_equal(json_str(json_at(body, "media_source.items.1"), "url"), urls[1]);
	json_free(&body);
	rig_free(&r);
}

#define REGISTERED \
	"{\"media_id\":\"52\",\"media_type\":\"video\",\"upload_url\":\"https://s3.example/up\",\"upload_parameters\":{" \
	"\"key\":\"uploads/x\",\"x-amz-security-token\":\"sekrit\"}}"

static void pinterest__publish__video(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "Look");
	r.post.options = "{\"pinterest.cover_time\":\"3\"}";
	rig_add_file(&r, 'a', "video/mp4", 1000, NULL);
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/media");
	rig_say(&r, 201, REGISTERED);
	assert_string_equal(rig_url(&r), "https://s3.example/up");
	assert_false(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(r.out.request->n_parts, 3);
	assert_string_equal(r.out.request->parts[2].name, "file");
	assert_true(rig_part_is(&r, "key", "uploads/x"));
	assert_true(rig_part_is(&r, "x-amz-security-token", "sekrit"));
	/* A crash here: what the upload needs is not remembered, and it is registered anew. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/media");
	rig_say(&r, 201, REGISTERED);
	rig_say(&r, 204, "");
	assert_string_equal(rig_url(&r), API "/media/52");
	assert_int_equal(rig_say(&r, 200, "{\"status\":\"processing\"}"), STEP_WAIT);
	assert_true(r.out.at > NOW);
	rig_start(&r);
	rig_say(&r, 200, "{\"status\":\"succeeded\"}");
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(json_get(body, "media_source"), "source_type"), "video_id");
	assert_string_equal(json_str(json_get(body, "media_source"), "media_id"), "52");
	assert_int_equal(json_int(json_get(body, "media_source"), "cover_image_key_frame_time", -1),
			 3);
	json_free(&body);
	rig_free(&r);
}

static void pinterest__publish__video_troubles(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "Look");
	rig_add_file(&r, 'a', "video/mp4", 1000, NULL);
	rig_start(&r);
	rig_say(&r, 201, "{\"media_id\":\"52\",\"upload_url\":\"http://s3.example/up\"}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_start(&r);
	rig_say(&r, 201, REGISTERED);
	rig_say(&r, 403, "<Error><Code>AccessDenied</Code></Error>");
	assert_int_equal(r.out.error_class, CLASS_TRANSIENT);
	rig_start(&r);
	rig_say(&r, 201, REGISTERED);
	rig_say(&r, 204, "");
	rig_say(&r, 200, "{\"status\":\"failed\"}");
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void pinterest__publish__every_refusal(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL, "{\"code\":1,\"message\":\"Invalid URL\"}", CLASS_PERMANENT, E_REJECTED,
		 0},
		{401, NULL, "{\"code\":2,\"message\":\"Authentication failed.\"}", CLASS_AUTH,
		 E_TOKEN_EXPIRED, 0},
		{403, NULL,
		 "{\"code\":29,\"message\":\"You are not permitted to access that resource.\"}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{404, NULL, "{\"code\":40,\"message\":\"Board not found.\"}", CLASS_PERMANENT,
		 E_REJECTED, 0},
		{409, NULL, "{\"code\":9,\"message\":\"Conflict\"}", CLASS_PERMANENT, E_REJECTED,
		 0},
		{429,
		 "X-RateLimit-Reset: 67150\nX-RateLimit-Remaining: 0\nX-RateLimit-Limit: 1000, 1000;w=86400\n",
		 "{\"code\":8,\"message\":\"You have exceeded your rate limit.\"}",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, NOW + 67150000},
		{429, NULL,
		 "{\"code\":8,\"message\":\"Sorry\",\"message_detail\":\"blocked as Spam\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{500, NULL, "{\"code\":0,\"message\":\"x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{502, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{503, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{504, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{400, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{451, NULL, "{\"code\":7,\"message\":\"x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{201, NULL, "{}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		rig_add_file(&r, 'a', "image/png", 1000, NULL);
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

static void pinterest__settle__reads_the_board(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_SETTLE, "Look  here");
	r.post.title = "A cat";
	r.post.link = "https://a.example/x";
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/boards/123/pins?page_size=250");
	rig_say(&r, 200,
		"{\"items\":[{\"id\":\"1\",\"title\":\"A cat\",\"description\":\"Look here\",\"link\":\"https://a.example/x\","
		"\"created_at\":\"2020-01-01T00:00:00\"}],\"bookmark\":\"b\"}");
	assert_string_equal(rig_url(&r), API "/boards/123/pins?page_size=250&bookmark=b");
	assert_int_equal(
		rig_say(&r, 200,
			"{\"items\":[{\"id\":\"2\",\"title\":\"A cat\",\"description\":\"Look here\",\"link\":"
			"\"https://a.example/x/\",\"created_at\":\"2026-09-21T14:13:20\"}],\"bookmark\":null}"),
		STEP_DONE);
	assert_string_equal(r.out.remote_id, "2");
	json_free(&r.state);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"items\":[],\"bookmark\":\"b\"}"), STEP_ABSENT);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, "{\"code\":40,\"message\":\"x\"}"), STEP_UNDECIDED);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void pinterest__settle__after_the_answer(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	rig_add_file(&r, 'a', "image/png", 1000, NULL);
	rig_start(&r);
	rig_say(&r, 201, "{\"id\":\"2\"}");
	assert_int_equal(rig_start(&r), STEP_DONE);
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "2");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void pinterest__takedown__deletes(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, "hi");
	r.in.remote_id = "2";
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/pins/2");
	assert_int_equal(rig_say(&r, 204, ""), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, "{\"code\":50,\"message\":\"Pin not found.\"}"),
			 STEP_DONE);
	rig_free(&r);
}

static void pinterest__validate__limits(void **state)
{
	struct rig r;
	char text[900], title[120], alt[600], link[2100] = "https://a.example/";

	(void)state;
	memset(text, 'a', sizeof(text));
	memset(title, 'a', sizeof(title));
	memset(alt, 'a', sizeof(alt));
	memset(link + strlen(link), 'a', sizeof(link) - strlen("https://a.example/"));
	text[800] = title[100] = alt[500] = link[2048] = '\0';
	begin(&r, OP_PUBLISH, text);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.title = title;
	r.post.link = link;
	rig_add_file(&r, 'a', "image/png", 10485760, alt);
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_add_file(&r, 'b', "image/png", 10485761, "b");
	assert_int_equal(rig_problems(&r, "alt"), 1);
	assert_int_equal(rig_problems(&r, "media"), 1);
	text[800] = title[100] = link[2048] = 'a';
	text[801] = title[101] = link[2049] = '\0';
	assert_int_equal(rig_problems(&r, "text"), 1);
	assert_int_equal(rig_problems(&r, "title"), 1);
	assert_int_equal(rig_problems(&r, "link"), 1);
	r.conn.account_id = "not a number";
	assert_int_equal(rig_problems(&r, "option"), 1);
	r.post.options =
		"{\"pinterest.board\":\"x\",\"pinterest.section\":\"x\",\"pinterest.cover_time\":\"x\",\"pinterest.x\":\"x\"}";
	assert_int_equal(rig_problems(&r, "option"), 4);
	rig_free(&r);
}

static void pinterest__rehearsal__walks_all_requests(void **state)
{
	struct rig r;
	size_t sends = 0;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.in.rehearsal = true;
	rig_add_file(&r, 'a', "video/mp4", 5, NULL);
	rig_start(&r);
	while (r.out.verdict == STEP_SEND) {
		assert_true(++sends < 20);
		rig_start(&r);
	}
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_int_equal(sends, 4);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pinterest__authorize__address),
		cmocka_unit_test(pinterest__code__asks_which_board),
		cmocka_unit_test(pinterest__code__the_same_page_for_ever_ends),
		cmocka_unit_test(pinterest__code__the_board_that_was_named),
		cmocka_unit_test(pinterest__verify__person_and_board),
		cmocka_unit_test(pinterest__refresh__keeps_the_old_where_none_is_given),
		cmocka_unit_test(pinterest__publish__one_image),
		cmocka_unit_test(pinterest__publish__several_images),
		cmocka_unit_test(pinterest__publish__video),
		cmocka_unit_test(pinterest__publish__video_troubles),
		cmocka_unit_test(pinterest__publish__every_refusal),
		cmocka_unit_test(pinterest__settle__reads_the_board),
		cmocka_unit_test(pinterest__settle__after_the_answer),
		cmocka_unit_test(pinterest__takedown__deletes),
		cmocka_unit_test(pinterest__validate__limits),
		cmocka_unit_test(pinterest__rehearsal__walks_all_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
