/* tests/unit/platforms/test_x_post.c - publish, settle and take down at X, from recorded exchanges. */
#include "rig.h"

#include "platforms/x.h"

#define API "https://api.x.com"
#define CREATED "{\"data\":{\"id\":\"1800000000000000001\",\"text\":\"hi\"}}"
#define FILE_ID "{\"data\":{\"id\":\"71\",\"media_key\":\"3_71\",\"expires_after_secs\":86400}}"
#define DUPLICATE \
	"{\"detail\":\"You are not allowed to create a Tweet with duplicate content.\",\"type\":" \
	"\"about:blank\",\"title\":\"Forbidden\",\"status\":403}"

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &x_platform, op);
	r->conn.server = API;
	r->conn.account = "alice";
	r->conn.account_id = "2244994945";
	r->in.key = "k";
	r->post.text = text;
}

static void x__publish__text_with_its_options(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.post.link = "https://a.example/x";
	r.post.options =
		"{\"x.reply_settings\":\"following\",\"x.made_with_ai\":\"yes\",\"x.reply_to\":"
		"\"17\",\"x.poll\":\"Yes|No\",\"x.poll_minutes\":\"60\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/tweets");
	assert_true(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	body = rig_body(&r);
	assert_string_equal(json_str(body, "text"), "hi\n\nhttps://a.example/x");
	assert_string_equal(json_str(body, "reply_settings"), "following");
	assert_true(json_bool(body, "made_with_ai", false));
	assert_string_equal(json_str(json_get(body, "reply"), "in_reply_to_tweet_id"), "17");
	assert_string_equal(json_as_str(json_at(body, "poll.options.1")), "No");
	assert_int_equal(json_int(json_get(body, "poll"), "duration_minutes", 0), 60);
	assert_null(json_get(body, "media"));
	json_free(&body);
	assert_int_equal(rig_say(&r, 201, CREATED), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1800000000000000001");
	assert_string_equal(r.out.remote_url, "https://x.com/i/web/status/1800000000000000001");
	rig_free(&r);
}

static void x__publish__the_same_bytes_again(void **state)
{
	struct rig a, b;

	(void)state;
	begin(&a, OP_PUBLISH, "hi");
	begin(&b, OP_PUBLISH, "hi");
	rig_start(&a);
	b.in.now_ms = NOW + 99999;
	rig_start(&b);
	assert_string_equal(a.out.request->body.bytes, b.out.request->body.bytes);
	rig_start(&a);
	assert_string_equal(a.out.request->body.bytes, b.out.request->body.bytes);
	rig_free(&a);
	rig_free(&b);
}

static void x__publish__images_with_alt_texts(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/png", 1000, "A cat");
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/media/upload");
	assert_int_equal(r.out.request->n_parts, 2);
	assert_string_equal(r.out.request->parts[0].name, "media");
	assert_string_equal(r.out.request->parts[1].name, "media_category");
	assert_memory_equal(r.out.request->parts[1].bytes, "tweet_image", 11);
	rig_say(&r, 200, FILE_ID);
	assert_string_equal(rig_url(&r), API "/2/media/metadata");
	body = rig_body(&r);
	assert_string_equal(json_str(body, "id"), "71");
	assert_string_equal(json_str(json_at(body, "metadata.alt_text"), "text"), "A cat");
	json_free(&body);
	rig_say(&r, 200, "{\"data\":{\"id\":\"71\"}}");
	assert_string_equal(rig_url(&r), API "/2/media/upload");
	rig_say(&r, 200, "{\"data\":{\"id\":\"72\"}}");
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "media.media_ids.0")), "71");
	assert_string_equal(json_as_str(json_at(body, "media.media_ids.1")), "72");
	json_free(&body);
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void x__publish__video_in_pieces(void **state)
{
	const int64_t piece = 4194304;
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "video/mp4", piece + 5, "no alt for videos");
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/media/upload/initialize");
	body = rig_body(&r);
	assert_string_equal(json_str(body, "media_type"), "video/mp4");
	assert_string_equal(json_str(body, "media_category"), "tweet_video");
	assert_int_equal(json_int(body, "total_bytes", 0), piece + 5);
	json_free(&body);
	rig_say(&r, 200, FILE_ID);
	assert_string_equal(rig_url(&r), API "/2/media/upload/71/append");
	assert_int_equal(r.out.request->parts[0].file_offset, 0);
	assert_int_equal(r.out.request->parts[0].file_len, piece);
	assert_memory_equal(r.out.request->parts[1].bytes, "0", 1);
	rig_say(&r, 200, "{}");
	/* A crash here goes on with the second piece. */
	rig_start(&r);
	assert_int_equal(r.out.request->parts[0].file_offset, piece);
	assert_int_equal(r.out.request->parts[0].file_len, 5);
	assert_memory_equal(r.out.request->parts[1].bytes, "1", 1);
	rig_say(&r, 204, "");
	assert_string_equal(rig_url(&r), API "/2/media/upload/71/finalize");
	assert_int_equal(
		rig_say(&r, 200,
			"{\"data\":{\"id\":\"71\",\"processing_info\":{\"state\":\"pending\","
			"\"check_after_secs\":3}}}"),
		STEP_WAIT);
	assert_int_equal(r.out.at, NOW + 3000);
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/media/upload?command=STATUS&media_id=71");
	rig_say(&r, 200,
		"{\"data\":{\"id\":\"71\",\"processing_info\":{\"state\":\"succeeded\"}}}");
	assert_true(r.out.commit_like);
	rig_free(&r);
}

static void x__publish__a_video_that_cannot_be_used(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/gif", 5, NULL);
	rig_start(&r);
	rig_say(&r, 200, FILE_ID);
	rig_say(&r, 200, "");
	rig_say(&r, 200,
		"{\"data\":{\"processing_info\":{\"state\":\"failed\",\"error\":{\"message\":\"bad\"}}}}");
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void x__publish__a_file_that_x_forgets_is_sent_again(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/png", 5, NULL);
	rig_start(&r);
	rig_say(&r, 200, FILE_ID);
	assert_true(r.out.commit_like);
	rig_say(&r, 429, "{\"title\":\"Too Many Requests\"}");
	r.in.now_ms = NOW + 86400000;
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/media/upload");
	rig_free(&r);
}

static void x__publish__files_that_live_too_short_end_it(void **state)
{
	struct rig r;
	int uploads = 0;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/png", 1000, NULL);
	rig_start(&r);
	while (r.out.verdict == STEP_SEND && uploads < 100) {
		rig_say(&r, 200, "{\"data\":{\"id\":\"71\",\"expires_after_secs\":9}}");
		uploads++;
	}
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	assert_true(uploads > 1 && uploads < 10);
	assert_int_equal(r.commits, 0);
	/* The next try may have more luck. */
	rig_start(&r);
	rig_say(&r, 200, FILE_ID);
	assert_true(r.out.commit_like);
	rig_free(&r);
}

static void x__publish__every_refusal(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL,
		 "{\"title\":\"Invalid Request\",\"detail\":\"x\",\"type\":\"https://api.x.com/2/problems/"
		 "invalid-request\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{401, NULL, "{\"title\":\"Unauthorized\",\"type\":\"about:blank\"}", CLASS_AUTH,
		 E_TOKEN_EXPIRED, 0},
		{402, NULL, "{\"title\":\"CreditsDepleted\",\"detail\":\"no credits\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL, DUPLICATE, CLASS_PERMANENT, E_DUPLICATE, 0},
		{403, NULL, "{\"detail\":\"You are not permitted to perform this action.\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL,
		 "{\"title\":\"Client Forbidden\",\"type\":\"https://api.x.com/2/problems/client-forbidden\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL,
		 "{\"title\":\"UsageCapExceeded\",\"type\":\"https://api.x.com/2/problems/usage-capped\"}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL,
		 "{\"title\":\"Unsupported Authentication\",\"detail\":\"Unsupported Authentication\"}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{429, "x-rate-limit-reset: 1790000900\nx-rate-limit-remaining: 0\n",
		 "{\"errors\":[{\"code\":88,\"message\":\"Rate limit exceeded\"}]}",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, NOW + 900000},
		{429,
		 "x-rate-limit-reset: 1790000900\nx-user-limit-24hour-remaining: 0\nx-user-limit-24hour-reset: 1790080000\n",
		 "{\"title\":\"Too Many Requests\"}", CLASS_RATE_LIMITED, E_RATE_LIMITED,
		 NOW + 80000000},
		{500, NULL, "{\"title\":\"Internal Server Error\"}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME, 0},
		{502, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{503, "Retry-After: 5\n", "{\"title\":\"Service Unavailable\"}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME, 0},
		{504, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{403, NULL, "<html>firewall</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{418, NULL, "{\"title\":\"Teapot\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{409, NULL, "{\"title\":\"Conflict\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{302, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "{\"data\":{}}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{201, NULL, "{\"data\":{\"id\":\"x y\"}}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void x__publish__duplicate_after_an_unclear_sending_is_unclear(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	rig_start(&r);
	rig_say(&r, 502, "");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	rig_start(&r);
	rig_say(&r, 403, DUPLICATE);
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	rig_free(&r);
	/* After a clear refusal it is what it says. */
	begin(&r, OP_PUBLISH, "hi");
	rig_start(&r);
	rig_say(&r, 429, "{\"title\":\"Too Many Requests\"}");
	rig_start(&r);
	rig_say(&r, 403, DUPLICATE);
	assert_failed(&r, CLASS_PERMANENT, E_DUPLICATE);
	rig_free(&r);
}

static void x__publish__first_comment_once(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.post.first_comment = "more at https://a.example";
	rig_start(&r);
	rig_say(&r, 201, CREATED);
	assert_string_equal(rig_url(&r), API "/2/tweets");
	assert_false(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(json_get(body, "reply"), "in_reply_to_tweet_id"),
			    "1800000000000000001");
	json_free(&body);
	/* A crash here: neither the post nor the comment is sent again. */
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1800000000000000001");
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1800000000000000001");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void x__publish__a_refused_comment_is_told(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.post.first_comment = "more";
	rig_start(&r);
	rig_say(&r, 201, CREATED);
	rig_say(&r, 403, "{\"detail\":\"You are not permitted to perform this action.\"}");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	assert_non_null(strstr(r.out.error.text, "first comment"));
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	rig_free(&r);
}

static void x__settle__finds_the_text_as_x_shows_it(void **state)
{
	static const char *const lists[] = {
		"{\"data\":[{\"id\":\"5\",\"text\":\"other\"},{\"id\":\"7\",\"text\":\"A &amp; B https://t.co/abcdefghij\","
		"\"entities\":{\"urls\":[{\"url\":\"https://t.co/abcdefghij\",\"expanded_url\":"
		"\"https://a.example/x\"}]}}],\"meta\":{}}",
		"{\"data\":[{\"id\":\"7\",\"text\":\"A &amp; B https://t.co/abcdefghij https://t.co/klmnopqrst\","
		"\"entities\":{\"urls\":[{\"url\":\"https://t.co/abcdefghij\",\"expanded_url\":"
		"\"https://a.example/x/\"},{\"url\":\"https://t.co/klmnopqrst\",\"expanded_url\":"
		"\"https://x.com/alice/status/7/photo/1\"}]}}]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct rig r;

		begin(&r, OP_SETTLE, "A & B");
		r.post.link = "https://a.example/x";
		rig_start(&r);
		assert_string_equal(
			rig_url(&r),
			API "/2/users/2244994945/tweets?start_time=2026-09-21T14%3A11%3A20.000Z"
			    "&max_results=100&exclude=retweets"
			    "&post.fields=created_at%2Ctext%2Centities");
		assert_int_equal(rig_say(&r, 200, lists[i]), STEP_DONE);
		assert_string_equal(r.out.remote_id, "7");
		rig_free(&r);
	}
}

static void x__settle__a_server_that_calls_the_fields_otherwise(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_SETTLE, "hi");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 400, "{\"title\":\"Invalid Request\"}"), STEP_SEND);
	assert_non_null(strstr(rig_url(&r), "&tweet.fields=created_at"));
	assert_int_equal(rig_say(&r, 200, "{\"data\":[{\"id\":\"7\",\"text\":\"hi\"}]}"),
			 STEP_DONE);
	assert_string_equal(r.out.remote_id, "7");
	rig_free(&r);

	/* asked for in both ways, it is no matter of names */
	begin(&r, OP_SETTLE, "hi");
	rig_start(&r);
	rig_say(&r, 400, "{}");
	assert_int_equal(rig_say(&r, 400, "{}"), STEP_FAILED);
	assert_int_equal(r.commits, 0);
	rig_free(&r);
}

static void x__settle__absence_and_refusals(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum step_verdict verdict;
	} rows[] = {
		{200, "{\"meta\":{\"result_count\":0}}", STEP_ABSENT},
		{200, "{\"data\":[{\"id\":\"5\",\"text\":\"other\"}]}", STEP_ABSENT},
		{200, "{}", STEP_FAILED},
		{402, "{\"title\":\"CreditsDepleted\"}", STEP_UNDECIDED},
		{500, "", STEP_FAILED},
		{429, "{\"title\":\"x\"}", STEP_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_SETTLE, "hi");
		rig_start(&r);
		assert_int_equal(rig_say(&r, rows[i].status, rows[i].body), rows[i].verdict);
		if (rows[i].verdict == STEP_FAILED)
			assert_true(r.out.error_class != CLASS_PERMANENT);
		assert_int_equal(r.commits, 0);
		rig_free(&r);
	}
}

static void x__takedown__deletes(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, "hi");
	r.in.remote_id = "7";
	rig_start(&r);
	assert_string_equal(rig_url(&r), API "/2/tweets/7");
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_int_equal(rig_say(&r, 200, "{\"data\":{\"deleted\":true}}"), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, "{\"title\":\"Not Found Error\"}"), STEP_DONE);
	r.in.remote_id = "at://x";
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_STATE);
	rig_free(&r);
}

static void x__validate__limits(void **state)
{
	struct rig r;
	char text[400];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[280] = '\0';
	begin(&r, OP_PUBLISH, text);
	assert_int_equal(rig_problems(&r, NULL), 0);
	text[280] = 'a';
	text[281] = '\0';
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.options = "{\"x.text_max\":\"4000\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.options = NULL;
	text[255] = '\0'; /* 255 + two line ends + 23 */
	r.post.link = "https://a.com/a/long/path/that/counts/as/any/other/link";
	assert_int_equal(rig_problems(&r, NULL), 0);
	text[255] = 'a';
	text[256] = '\0';
	assert_int_equal(rig_problems(&r, "text"), 1);
	rig_free(&r);
}

static void x__validate__media_and_options(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	rig_add_file(&r, 'a', "image/png", 5242880, NULL);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 5;
	rig_add_file(&r, 'b', "image/gif", 15728640, NULL);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "video/mp4";
	r.post.n_media = 1;
	r.media[0].duration_ms = 140000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].duration_ms++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 0;
	r.post.options =
		"{\"x.poll\":\"a\",\"x.reply_settings\":\"me\",\"x.reply_to\":\"a\",\"x.nonsense\":\"1\","
		"\"x.made_with_ai\":\"1\",\"x.poll_minutes\":\"4\",\"x.text_max\":\"9\"}";
	assert_int_equal(rig_problems(&r, "option"), 7);
	r.post.options = NULL;
	r.post.visibility = "private";
	assert_int_equal(rig_problems(&r, "visibility"), 1);
	rig_free(&r);
}

static void x__rehearsal__walks_all_requests(void **state)
{
	struct rig r;
	size_t sends = 0;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.in.rehearsal = true;
	r.post.first_comment = "more";
	rig_add_file(&r, 'a', "image/png", 5, "A cat");
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
		cmocka_unit_test(x__publish__text_with_its_options),
		cmocka_unit_test(x__publish__the_same_bytes_again),
		cmocka_unit_test(x__publish__images_with_alt_texts),
		cmocka_unit_test(x__publish__video_in_pieces),
		cmocka_unit_test(x__publish__a_video_that_cannot_be_used),
		cmocka_unit_test(x__publish__a_file_that_x_forgets_is_sent_again),
		cmocka_unit_test(x__publish__files_that_live_too_short_end_it),
		cmocka_unit_test(x__publish__every_refusal),
		cmocka_unit_test(x__publish__duplicate_after_an_unclear_sending_is_unclear),
		cmocka_unit_test(x__publish__first_comment_once),
		cmocka_unit_test(x__publish__a_refused_comment_is_told),
		cmocka_unit_test(x__settle__finds_the_text_as_x_shows_it),
		cmocka_unit_test(x__settle__a_server_that_calls_the_fields_otherwise),
		cmocka_unit_test(x__settle__absence_and_refusals),
		cmocka_unit_test(x__takedown__deletes),
		cmocka_unit_test(x__validate__limits),
		cmocka_unit_test(x__validate__media_and_options),
		cmocka_unit_test(x__rehearsal__walks_all_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
