/* tests/unit/platforms/test_linkedin_post.c - little text, publish, settle and take down, from recorded exchanges. */
#include "rig.h"

#include "platforms/linkedin.h"

#define API "https://api.linkedin.com"
#define ME "urn:li:person:abc"
#define PAGE "urn:li:organization:5"
#define URN "urn:li:share:7012345"
#define UPLOAD "https://www.linkedin.com/dms-uploads/x"
#define IMAGE "{\"value\":{\"uploadUrl\":\"" UPLOAD "\",\"image\":\"urn:li:image:C4\"}}"
#define DUPLICATE \
	"{\"message\":\"Content is a duplicate of urn:li:share:700.\",\"status\":422,\"errorDetails\":{" \
	"\"inputErrors\":[{\"code\":\"DUPLICATE_POST\"}]}}"

static void begin(struct rig *r, enum platform_op op, const char *account, const char *text)
{
	rig_init(r, &linkedin_platform, op);
	r->conn.server = API;
	r->conn.account = "Alice";
	r->conn.account_id = account;
	r->in.key = "k";
	r->post.text = text;
}

static enum step_verdict created(struct rig *r)
{
	return rig_answer(r, http_response_make(201, "X-RestLi-Id: " URN "\n", ""));
}

static void check_escape(const char *text, const char *little, const char *shown)
{
	struct strbuf b;

	strbuf_init(&b, 4096);
	linkedin_escape(&b, text);
	assert_string_equal(b.data, little);
	strbuf_reset(&b);
	linkedin_shown(&b, little);
	assert_string_equal(b.data, shown);
	strbuf_free(&b);
}

static void linkedin__escape__little_text(void **state)
{
	(void)state;
	check_escape("plain, text!", "plain, text!", "plain, text!");
	check_escape("a|{}@[]()<>#\\*_~", "a\\|\\{\\}\\@\\[\\]\\(\\)\\<\\>\\#\\\\\\*\\_\\~",
		     "a|{}@[]()<>#\\*_~");
	check_escape("see #tag now", "see #tag now", "see #tag now");
	check_escape("#two_words.", "{hashtag|\\#|two\\_words}.", "#two_words.");
	check_escape("C# and a#b", "C\\# and a\\#b", "C# and a#b");
	check_escape("hi @[Ann (x)](urn:li:person:a-1)!", "hi @[Ann \\(x\\)](urn:li:person:a-1)!",
		     "hi Ann (x)!");
	check_escape("hi @[Ann](http://x)", "hi \\@\\[Ann\\]\\(http://x\\)", "hi @[Ann](http://x)");
	check_escape("https://a.com/x_y#z", "https://a.com/x\\_y\\#z", "https://a.com/x_y#z");
	check_escape("  a\n b ", "  a\n b ", "a b");
}

static void linkedin__publish__text(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "hi (you)");
	r.post.visibility = "connections";
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/rest/posts");
	assert_true(r.out.commit_like);
	assert_string_equal(rig_header(&r, "LinkedIn-Version"), LINKEDIN_VERSION);
	assert_string_equal(rig_header(&r, "X-Restli-Protocol-Version"), "2.0.0");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	body = rig_body(&r);
	assert_string_equal(json_str(body, "author"), ME);
	assert_string_equal(json_str(body, "commentary"), "hi \\(you\\)");
	assert_string_equal(json_str(body, "visibility"), "CONNECTIONS");
	assert_string_equal(json_str(body, "lifecycleState"), "PUBLISHED");
	assert_string_equal(json_str(json_get(body, "distribution"), "feedDistribution"),
			    "MAIN_FEED");
	assert_null(json_get(body, "content"));
	json_free(&body);
	assert_int_equal(created(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, URN);
	assert_string_equal(r.out.remote_url, "https://www.linkedin.com/feed/update/" URN "/");
	rig_free(&r);
}

static void linkedin__publish__version_of_the_configuration(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "hi");
	r.in.api_version = "202701";
	rig_start(&r);
	assert_string_equal(rig_header(&r, "LinkedIn-Version"), "202701");
	rig_say(&r, 426,
		"{\"message\":\"Requested version 202701 is not active\",\"code\":\"NONEXISTENT_VERSION\"}");
	assert_failed(&r, CLASS_PERMANENT, E_CONFIG);
	assert_non_null(strstr(r.out.error.text, "202701"));
	assert_non_null(strstr(r.out.error.hint, "platform.linkedin.version"));
	rig_free(&r);
}

static void linkedin__publish__link_as_card_or_in_the_text(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "read");
	r.post.link = "https://a.example/x";
	r.post.title = "Title";
	r.post.options = "{\"linkedin.description\":\"more\",\"linkedin.no_reshare\":\"true\"}";
	rig_start(&r);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "commentary"), "read");
	assert_string_equal(json_str(json_at(body, "content.article"), "source"),
			    "https://a.example/x");
	assert_string_equal(json_str(json_at(body, "content.article"), "title"), "Title");
	assert_string_equal(json_str(json_at(body, "content.article"), "description"), "more");
	assert_true(json_bool(body, "isReshareDisabledByAuthor", false));
	json_free(&body);
	rig_free(&r);
}

static void linkedin__publish__one_image(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, PAGE, "look");
	r.post.link = "https://a.example/x";
	rig_add_file(&r, 'a', "image/png", 1000, "A cat");
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/rest/images?action=initializeUpload");
	body = rig_body(&r);
	assert_string_equal(json_str(json_get(body, "initializeUploadRequest"), "owner"), PAGE);
	json_free(&body);
	rig_say(&r, 200, IMAGE);
	assert_string_equal(rig_url(&r), UPLOAD);
	assert_int_equal(r.out.request->method, HTTP_PUT);
	assert_int_equal(r.out.request->body_file_len, 1000);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	rig_say(&r, 201, "");
	assert_string_equal(rig_url(&r), API "/rest/images/urn%3Ali%3Aimage%3AC4");
	assert_int_equal(rig_say(&r, 200, "{\"status\":\"PROCESSING\"}"), STEP_WAIT);
	rig_start(&r);
	rig_say(&r, 200, "{\"status\":\"AVAILABLE\"}");
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(json_at(body, "content.media"), "id"), "urn:li:image:C4");
	assert_string_equal(json_str(json_at(body, "content.media"), "altText"), "A cat");
	assert_string_equal(json_str(body, "commentary"), "look\n\nhttps://a.example/x");
	json_free(&body);
	rig_free(&r);
}

static void linkedin__publish__a_member_may_not_look(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "look");
	rig_add_file(&r, 'a', "image/png", 1000, "A");
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	rig_start(&r);
	for (int i = 0; i < 2; i++) {
		rig_say(&r, 200, IMAGE);
		rig_say(&r, 201, "");
		assert_int_equal(rig_say(&r, 403, "{\"message\":\"Not enough permissions\"}"),
				 STEP_WAIT);
		assert_true(r.out.at > NOW);
		rig_start(&r);
	}
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_int_equal(json_len(json_at(body, "content.multiImage.images")), 2);
	assert_string_equal(json_str(json_at(body, "content.multiImage.images.0"), "altText"), "A");
	json_free(&body);
	rig_free(&r);
}

static void linkedin__publish__video_in_its_ranges(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, PAGE, "look");
	rig_add_file(&r, 'a', "video/mp4", 10, NULL);
	rig_start(&r);
	body = rig_body(&r);
	assert_int_equal(json_int(json_get(body, "initializeUploadRequest"), "fileSizeBytes", 0),
			 10);
	json_free(&body);
	rig_say(&r, 200,
		"{\"value\":{\"video\":\"urn:li:video:V\",\"uploadToken\":\"t\",\"uploadInstructions\":[{\"uploadUrl\":\"" UPLOAD
		"?a\",\"firstByte\":0,\"lastByte\":3},{\"uploadUrl\":\"" UPLOAD
		"?b\",\"firstByte\":4,\"lastByte\":9}]}}");
	assert_string_equal(rig_url(&r), UPLOAD "?a");
	rig_answer(&r, http_response_make(200, "etag: e1\n", ""));
	/* A crash here goes on with the second range. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), UPLOAD "?b");
	assert_int_equal(r.out.request->body_file_offset, 4);
	assert_int_equal(r.out.request->body_file_len, 6);
	rig_answer(&r, http_response_make(200, "ETag: e2\n", ""));
	assert_string_equal(rig_url(&r), API "/rest/videos?action=finalizeUpload");
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "finalizeUploadRequest.uploadedPartIds.1")),
			    "e2");
	assert_string_equal(json_str(json_get(body, "finalizeUploadRequest"), "uploadToken"), "t");
	json_free(&body);
	rig_say(&r, 200, "");
	assert_string_equal(rig_url(&r), API "/rest/videos/urn%3Ali%3Avideo%3AV");
	rig_say(&r, 200, "{\"status\":\"PROCESSING_FAILED\"}");
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void linkedin__publish__no_token_to_a_strange_host(void **state)
{
	static const char *const urls[] = {"https://evil.example/x",
					   "http://www.linkedin.com/x",
					   "https://linkedin.com.evil.example/",
					   "https://evillinkedin.com/x",
					   "https://a@www.linkedin.com/x",
					   ""};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct rig r;
		char body[300];

		begin(&r, OP_PUBLISH, ME, "look");
		rig_add_file(&r, 'a', "image/png", 1000, "A");
		rig_start(&r);
		snprintf(body, sizeof(body),
			 "{\"value\":{\"uploadUrl\":\"%s\",\"image\":\"urn:li:image:C4\"}}",
			 urls[i]);
		rig_say(&r, 200, body);
		assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
		rig_free(&r);
	}
}

static void linkedin__publish__every_refusal(void **state)
{
	static const struct rig_error rows[] = {
		{401, NULL,
		 "{\"serviceErrorCode\":65600,\"code\":\"INVALID_ACCESS_TOKEN\",\"message\":\"Invalid access token\"}",
		 CLASS_AUTH, E_TOKEN_REVOKED, 0},
		{401, NULL,
		 "{\"serviceErrorCode\":65601,\"code\":\"REVOKED_ACCESS_TOKEN\",\"message\":\"x\"}",
		 CLASS_AUTH, E_TOKEN_REVOKED, 0},
		{401, NULL, "{\"serviceErrorCode\":65602,\"message\":\"x\"}", CLASS_AUTH,
		 E_TOKEN_EXPIRED, 0},
		{403, NULL,
		 "{\"serviceErrorCode\":100,\"message\":\"Not enough permissions to access: x\",\"code\":\"ACCESS_DENIED\"}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{400, NULL, "{\"message\":\"x\",\"code\":\"FIELD_LENGTH_TOO_LONG\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, "{\"message\":\"x\",\"code\":\"VERSION_MISSING\"}", CLASS_PERMANENT,
		 E_CONFIG, 0},
		{404, NULL, "{\"message\":\"x\"}", CLASS_PERMANENT, E_REJECTED, 0},
		{422, NULL, "{\"message\":\"x\"}", CLASS_PERMANENT, E_REJECTED, 0},
		{422, NULL, DUPLICATE, CLASS_PERMANENT, E_DUPLICATE, 0},
		{426, NULL, "{\"message\":\"x\",\"code\":\"NONEXISTENT_VERSION\"}", CLASS_PERMANENT,
		 E_CONFIG, 0},
		{429, NULL,
		 "{\"message\":\"Resource level throttle\",\"code\":\"TOO_MANY_REQUESTS\"}",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, INT64_C(1790035200000)},
		{429, "Retry-After: 60\n", "{\"message\":\"x\"}", CLASS_RATE_LIMITED,
		 E_RATE_LIMITED, NOW + 60000},
		{409, NULL, "{\"message\":\"conflict\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{500, NULL, "{\"message\":\"x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{502, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{503, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{504, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{451, NULL, "{\"message\":\"x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{201, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{201, "x-restli-id: nonsense\n", "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, ME, "hi");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

static void linkedin__settle__a_member_resends_once(void **state)
{
	struct rig r;
	char first[2000];

	(void)state;
	begin(&r, OP_PUBLISH, ME, "hi");
	rig_start(&r);
	snprintf(first, sizeof(first), "%s", r.out.request->body.bytes);
	rig_say(&r, 502, "");
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_RESEND);
	r.in.op = OP_PUBLISH;
	r.in.now_ms = NOW + 60000;
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes, first);
	assert_int_equal(rig_say(&r, 422, DUPLICATE), STEP_DONE);
	assert_string_equal(r.out.remote_id, "urn:li:share:700");
	rig_free(&r);
	/* The resend is unclear too: a person decides. */
	begin(&r, OP_PUBLISH, ME, "hi");
	rig_start(&r);
	rig_say(&r, 502, "");
	rig_start(&r);
	rig_say(&r, 502, "");
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_UNDECIDED);
	rig_free(&r);
}

static void linkedin__publish__a_new_attempt_is_a_first_one(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "hi");
	rig_start(&r);
	/* It never left; the next attempt has a key of its own. */
	r.in.key = "other";
	rig_start(&r);
	rig_say(&r, 422, DUPLICATE);
	assert_failed(&r, CLASS_PERMANENT, E_DUPLICATE);
	rig_free(&r);
}

static void linkedin__settle__a_page_is_listed(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, PAGE, "hi (you) #two_words");
	rig_start(&r);
	rig_say(&r, 504, "");
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    API "/rest/posts?author=urn%3Ali%3Aorganization%3A5&q=author&count=50"
				"&sortBy=LAST_MODIFIED");
	assert_string_equal(rig_header(&r, "X-RestLi-Method"), "FINDER");
	assert_int_equal(
		rig_say(&r, 200,
			"{\"elements\":[{\"id\":\"urn:li:share:1\",\"commentary\":\"hi (you) #two_words\",\"createdAt\":5},"
			"{\"id\":\"urn:li:share:2\",\"commentary\":\"hi \\\\(you\\\\) {hashtag|\\\\#|two\\\\_words}\","
			"\"createdAt\":1790000001000}]}"),
		STEP_DONE);
	assert_string_equal(r.out.remote_id, "urn:li:share:2");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"elements\":[]}"), STEP_RESEND);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 403, "{\"message\":\"x\"}"), STEP_RESEND);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void linkedin__publish__first_comment_once(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, ME, "hi");
	r.post.first_comment = "more (here)";
	rig_start(&r);
	created(&r);
	assert_string_equal(rig_url(&r),
			    API "/rest/socialActions/urn%3Ali%3Ashare%3A7012345/comments");
	assert_false(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "actor"), ME);
	assert_string_equal(json_str(body, "object"), URN);
	assert_string_equal(json_str(json_get(body, "message"), "text"), "more (here)");
	json_free(&body);
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	r.in.op = OP_PUBLISH;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void linkedin__takedown__deletes(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, ME, "hi");
	r.in.remote_id = URN;
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/rest/posts/urn%3Ali%3Ashare%3A7012345");
	assert_string_equal(rig_header(&r, "X-RestLi-Method"), "DELETE");
	assert_int_equal(rig_say(&r, 204, ""), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, "{\"message\":\"x\"}"), STEP_DONE);
	rig_free(&r);
}

static void linkedin__validate__limits(void **state)
{
	struct rig r;
	char text[3100];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[3000] = '\0';
	begin(&r, OP_PUBLISH, PAGE, text);
	assert_int_equal(rig_problems(&r, NULL), 0);
	text[0] = '(';
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.options = "{\"linkedin.count\":\"raw\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.text = "hi";
	for (char c = 'a'; c < 'a' + 8; c++)
		rig_add_file(&r, c, "image/png", 5, NULL);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].type = "video/mp4";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 1;
	r.media[0].type = "image/png";
	r.media[0].width = 36152320;
	r.media[0].height = 1;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].width--;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.visibility = "connections";
	assert_int_equal(rig_problems(&r, "visibility"), 1);
	r.post.options =
		"{\"linkedin.nonsense\":\"1\",\"linkedin.no_reshare\":\"x\",\"linkedin.count\":\"y\"}";
	assert_int_equal(rig_problems(&r, "option"), 3);
	rig_free(&r);
}

static void linkedin__rehearsal__walks_all_requests(void **state)
{
	struct rig r;
	size_t sends = 0;

	(void)state;
	begin(&r, OP_PUBLISH, NULL, "hi");
	r.in.rehearsal = true;
	r.post.first_comment = "more";
	rig_add_file(&r, 'a', "video/mp4", 5, NULL);
	rig_start(&r);
	while (r.out.verdict == STEP_SEND) {
		assert_true(++sends < 20);
		rig_start(&r);
	}
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_int_equal(sends, 6);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linkedin__escape__little_text),
		cmocka_unit_test(linkedin__publish__text),
		cmocka_unit_test(linkedin__publish__version_of_the_configuration),
		cmocka_unit_test(linkedin__publish__link_as_card_or_in_the_text),
		cmocka_unit_test(linkedin__publish__one_image),
		cmocka_unit_test(linkedin__publish__a_member_may_not_look),
		cmocka_unit_test(linkedin__publish__video_in_its_ranges),
		cmocka_unit_test(linkedin__publish__no_token_to_a_strange_host),
		cmocka_unit_test(linkedin__publish__every_refusal),
		cmocka_unit_test(linkedin__settle__a_member_resends_once),
		cmocka_unit_test(linkedin__publish__a_new_attempt_is_a_first_one),
		cmocka_unit_test(linkedin__settle__a_page_is_listed),
		cmocka_unit_test(linkedin__publish__first_comment_once),
		cmocka_unit_test(linkedin__takedown__deletes),
		cmocka_unit_test(linkedin__validate__limits),
		cmocka_unit_test(linkedin__rehearsal__walks_all_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
