/* tests/unit/platforms/test_threads.c - logins, publish, settle and the limits at Threads, from recorded exchanges. */
#include "rig.h"

#include "platforms/threads.h"

#define BASE THREADS_API "/" THREADS_VERSION
#define DAY ((int64_t)24 * 60 * 60 * 1000)
#define LONG "{\"access_token\":\"long-token\",\"token_type\":\"bearer\",\"expires_in\":5184000}"
#define ME "{\"id\":\"314\",\"username\":\"shop\"}"
#define CONTAINER "{\"id\":\"900\"}"
#define FINISHED "{\"status\":\"FINISHED\",\"id\":\"900\"}"
#define POSTED "{\"id\":\"1791\"}"
#define PERMALINK "{\"permalink\":\"https://www.threads.com/@shop/post/abc\",\"id\":\"1791\"}"

static const struct oauth_in client = {.client_id = "99",
				       .has_secret = true,
				       .redirect_uri = "https://127.0.0.1:8123/cb",
				       .state = "st",
				       .challenge = "ch"};
static const char *const urls[] = {"https://media.example/a.png", "https://media.example/b.mp4"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &threads_platform, op);
	r->conn.server = THREADS_API;
	r->in.oauth = &client;
	r->in.key = "k";
	r->in.media_urls = urls;
	r->post.text = "hi";
}

static void publish(struct rig *r)
{
	begin(r, OP_PUBLISH);
	r->conn.account_id = "314";
	r->conn.account = "shop";
}

/* Logins */

static void threads__authorize__addresses(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_AUTHORIZE);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(
		r.out.authorize_url,
		"https://www.threads.com/oauth/authorize?response_type=code&client_id=99&"
		"redirect_uri=https%3A%2F%2F127.0.0.1%3A8123%2Fcb&scope=threads_basic%2C"
		"threads_content_publish%2Cthreads_manage_replies%2Cthreads_delete&state=st");
	r.conn.server = THREADS_API_TOO;
	rig_start(&r);
	assert_int_equal(
		strncmp(r.out.authorize_url, "https://www.threads.com/oauth/authorize?", 40), 0);
	r.in.api_base = "http://127.0.0.1:9000";
	rig_start(&r);
	assert_int_equal(strncmp(r.out.authorize_url, "http://127.0.0.1:9000/oauth/authorize?", 38),
			 0);
	rig_free(&r);
}

static void up_to_debug(struct rig *r)
{
	begin(r, OP_CODE);
	rig_start(r);
	assert_string_equal(rig_url(r), THREADS_API "/oauth/access_token");
	assert_true(rig_form_has(r, "grant_type=authorization_code"));
	assert_true(rig_has_secret(r, SLOT_CODE));
	assert_true(rig_has_secret(r, SLOT_CLIENT_SECRET));
	rig_say(r, 200, "{\"access_token\":\"short-token\",\"user_id\":314}");
	assert_string_equal(rig_url(r), THREADS_API "/access_token?grant_type=th_exchange_token&"
						    "client_secret=&access_token=");
	rig_say(r, 200, LONG);
	assert_string_equal(rig_url(r), BASE "/debug_token?input_token=");
	assert_string_equal(r->out.access, "long-token");
	assert_string_equal(r->out.refresh, "long-token");
}

static void threads__code__becomes_sixty_days(void **state)
{
	static const struct {
		int status;
		const char *debug, *scopes;
	} cases[] = {
		{200,
		 "{\"data\":{\"is_valid\":true,\"scopes\":[\"threads_basic\","
		 "\"threads_content_publish\"]}}",
		 "threads_basic threads_content_publish"},
		/* What the platform does not tell is no reason to refuse. */
		{400, "{\"error\":{\"message\":\"x\",\"code\":100}}", NULL},
		{200, "{}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;

		up_to_debug(&r);
		rig_say(&r, cases[i].status, cases[i].debug);
		assert_string_equal(rig_url(&r), BASE "/me?fields=id%2Cusername");
		assert_int_equal(rig_say(&r, 200, ME), STEP_DONE);
		assert_string_equal(r.out.account_id, "314");
		assert_string_equal(r.out.account, "shop");
		assert_int_equal(r.out.access_expires_at, NOW + 60 * DAY);
		if (cases[i].scopes != NULL)
			assert_string_equal(r.out.scopes, cases[i].scopes);
		else
			assert_null(r.out.scopes);
		rig_free(&r);
	}
}

static void threads__code__partial_consent(void **state)
{
	struct rig r;

	(void)state;
	up_to_debug(&r);
	rig_say(&r, 200, "{\"data\":{\"is_valid\":true,\"scopes\":[\"threads_basic\"]}}");
	assert_failed(&r, CLASS_AUTH, E_SCOPE_MISSING);
	rig_free(&r);
	begin(&r, OP_CODE);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"bad code\",\"code\":100}}");
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
}

static void threads__login__refresh_verify_revoke(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	rig_say(&r, 200, "{}");
	rig_say(&r, 200, ME);
	assert_non_null(strstr(rig_url(&r), "/refresh_access_token?grant_type=th_refresh_token"));
	assert_int_equal(rig_say(&r, 200, LONG), STEP_DONE);
	assert_string_equal(r.out.account, "shop");
	assert_string_equal(r.out.refresh, "long-token");
	rig_free(&r);
	begin(&r, OP_REFRESH);
	r.conn.expires_at = NOW + 30 * DAY;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), THREADS_API "/refresh_access_token?"));
	assert_int_equal(rig_say(&r, 200, LONG), STEP_DONE);
	assert_string_equal(r.out.access, "long-token");
	rig_free(&r);
	begin(&r, OP_VERIFY);
	r.conn.account_id = "314";
	rig_start(&r);
	rig_say(&r, 200, "{\"data\":{\"scopes\":[\"threads_basic\",\"threads_content_publish\"]}}");
	assert_int_equal(rig_say(&r, 200, ME), STEP_DONE);
	assert_string_equal(r.out.scopes, "threads_basic threads_content_publish");
	rig_free(&r);
	begin(&r, OP_VERIFY);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":190}}");
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":190,\"error_subcode\":463}}");
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
	begin(&r, OP_REVOKE);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_free(&r);
}

/* Publishing */

static void threads__publish__text_with_a_link(void **state)
{
	struct rig r;

	(void)state;
	publish(&r);
	r.post.link = "https://a.example";
	r.post.options = "{\"threads.reply_control\":\"mentioned_only\",\"threads.topic_tag\":"
			 "\"coffee\",\"threads.quote\":\"17\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/314/threads");
	assert_false(r.out.commit_like);
	assert_string_equal(r.out.request->body.bytes,
			    "media_type=TEXT&text=hi&link_attachment=https%3A%2F%2Fa.example&"
			    "reply_control=mentioned_only&topic_tag=coffee&quote_post_id=17");
	rig_say(&r, 200, CONTAINER);
	assert_string_equal(rig_url(&r), BASE "/900?fields=status%2Cerror_message");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(rig_url(&r), BASE "/314/threads_publish");
	assert_string_equal(r.out.request->body.bytes, "creation_id=900");
	assert_true(r.out.commit_like);
	rig_say(&r, 200, POSTED);
	assert_int_equal(rig_say(&r, 200, PERMALINK), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_string_equal(r.out.remote_url, "https://www.threads.com/@shop/post/abc");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
	/* A link without words stands in the text. */
	publish(&r);
	r.post.text = "";
	r.post.link = "https://a.example";
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "media_type=TEXT&text=https%3A%2F%2Fa.example");
	rig_free(&r);
}

static void threads__publish__files(void **state)
{
	struct rig r;

	(void)state;
	publish(&r);
	rig_add_file(&r, 'a', "image/png", 1000, "A cat");
	r.post.link = "https://a.example";
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "image_url=https%3A%2F%2Fmedia.example%2Fa.png&media_type=IMAGE&"
			    "alt_text=A%20cat&text=hi%0A%0Ahttps%3A%2F%2Fa.example");
	rig_free(&r);
	publish(&r);
	rig_add_file(&r, 'a', "image/png", 1000, NULL);
	rig_add_file(&r, 'b', "video/mp4", 1000, "A film");
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "image_url=https%3A%2F%2Fmedia.example%2Fa.png&media_type=IMAGE&"
			    "is_carousel_item=true");
	rig_say(&r, 200, "{\"id\":\"801\"}");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(r.out.request->body.bytes,
			    "video_url=https%3A%2F%2Fmedia.example%2Fb.mp4&media_type=VIDEO&"
			    "alt_text=A%20film&is_carousel_item=true");
	rig_say(&r, 200, "{\"id\":\"802\"}");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(r.out.request->body.bytes,
			    "media_type=CAROUSEL&children=801%2C802&text=hi");
	rig_free(&r);
	publish(&r);
	rig_add_file(&r, 'a', "image/png", 1000, NULL);
	r.in.media_urls = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	assert_non_null(strstr(r.out.error.hint, "media.host"));
	rig_free(&r);
}

static void threads__container__failed_by_its_reason(void **state)
{
	static const struct {
		const char *reason;
		enum err_class cls;
		enum err err;
	} cases[] = {
		{"FAILED_DOWNLOADING_VIDEO", CLASS_PERMANENT, E_MEDIA},
		{"FAILED_PROCESSING_AUDIO", CLASS_PERMANENT, E_MEDIA},
		{"FAILED_PROCESSING_VIDEO", CLASS_PERMANENT, E_MEDIA},
		{"INVALID_ASPEC_RATIO", CLASS_PERMANENT, E_MEDIA},
		{"INVALID_BIT_RATE", CLASS_PERMANENT, E_MEDIA},
		{"INVALID_DURATION", CLASS_PERMANENT, E_MEDIA},
		{"INVALID_FRAME_RATE", CLASS_PERMANENT, E_MEDIA},
		{"UNKNOWN", CLASS_TRANSIENT, E_PLATFORM},
		{"", CLASS_TRANSIENT, E_PLATFORM},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char body[200];
		struct rig r;

		publish(&r);
		rig_add_file(&r, 'b', "video/mp4", 1000, NULL);
		rig_start(&r);
		rig_say(&r, 200, CONTAINER);
		snprintf(body, sizeof(body), "{\"status\":\"ERROR\",\"error_message\":\"%s\"}",
			 cases[i].reason);
		rig_say(&r, 200, body);
		assert_failed(&r, cases[i].cls, cases[i].err);
		rig_free(&r);
	}
}

static void threads__publish__refusals(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL,
		 "{\"error\":{\"message\":\"Param text must be at most 500 characters "
		 "long.\",\"code\":100}}",
		 CLASS_PERMANENT, E_TOO_LONG, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":10,\"error_subcode\":4279013}}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":4,\"error_subcode\":2207051}}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":17}}", CLASS_RATE_LIMITED,
		 E_RATE_LIMITED, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":2,\"is_transient\":true}}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{500, NULL, "{\"error\":{\"message\":\"x\",\"code\":190}}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		publish(&r);
		rig_start(&r);
		rig_say(&r, 200, CONTAINER);
		rig_say(&r, 200, FINISHED);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

/* A reply is a container of its own; it is published once, and never the post again. */
static void threads__publish__first_comment(void **state)
{
	struct rig r;

	(void)state;
	publish(&r);
	r.post.first_comment = "more";
	rig_start(&r);
	rig_say(&r, 200, CONTAINER);
	rig_say(&r, 200, FINISHED);
	rig_say(&r, 200, POSTED);
	rig_say(&r, 200, PERMALINK);
	assert_string_equal(rig_url(&r), BASE "/314/threads");
	assert_string_equal(r.out.request->body.bytes,
			    "media_type=TEXT&text=more&reply_to_id=1791");
	rig_say(&r, 200, "{\"id\":\"901\"}");
	assert_string_equal(rig_url(&r), BASE "/901?fields=status%2Cerror_message");
	assert_int_equal(rig_say(&r, 200, "{\"status\":\"IN_PROGRESS\"}"), STEP_WAIT);
	/* A crash before it was sent goes on with its container. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/901?fields=status%2Cerror_message");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(rig_url(&r), BASE "/314/threads_publish");
	assert_string_equal(r.out.request->body.bytes, "creation_id=901");
	assert_false(r.out.commit_like);
	/* And after it was sent it is not sent again. */
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void threads__settle__by_container_and_list(void **state)
{
	struct rig r;

	(void)state;
	publish(&r);
	rig_start(&r);
	rig_say(&r, 200, CONTAINER);
	rig_say(&r, 200, FINISHED);
	assert_true(r.out.commit_like);
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, FINISHED), STEP_ABSENT);
	rig_start(&r);
	rig_say(&r, 200, "{\"status\":\"PUBLISHED\"}");
	assert_string_equal(rig_url(&r),
			    BASE "/314/threads?fields=id%2Ctext%2Ctimestamp%2Cpermalink%2C"
				 "media_type&since=1789999880&limit=50");
	assert_int_equal(rig_say(&r, 200,
				 "{\"data\":[{\"id\":\"1791\",\"text\":\"hi\",\"timestamp\":"
				 "\"2026-09-21T14:13:21+0000\"}]}"),
			 STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	r.in.op = OP_TAKEDOWN;
	r.in.remote_id = "1791";
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/1791");
	assert_int_equal(rig_say(&r, 200, "{\"success\":true}"), STEP_DONE);
	rig_free(&r);
}

/* Limits */

static void threads__length__emoji_by_their_bytes(void **state)
{
	static const struct {
		const char *text;
		int64_t length;
	} cases[] = {
		{"", 0},         {"abc", 3},       {"äöü", 3},
		{"日本語", 3},   {"🎉", 4},         {"👩‍👩‍👧", 18},
		{"🇩🇪", 8},       {"❤️", 6},    {"1️⃣", 7},
		{"1", 1},        {"#*©", 3},       {"a🎉b", 6},
		{"👍🏽", 8}, {"e\xcc\x81", 2}, {"☕", 3},
		{"→", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (threads_length(cases[i].text) != cases[i].length)
			print_error("%s\n", cases[i].text);
		assert_int_equal(threads_length(cases[i].text), cases[i].length);
	}
}

static void threads__validate__text_and_links(void **state)
{
	static char text[THREADS_TEXT_MAX * 4 + 8];
	struct rig r;

	(void)state;
	for (int i = 0; i < THREADS_TEXT_MAX; i++)
		memcpy(text + i * 2, "ß", 2);
	publish(&r);
	r.post.text = text;
	assert_int_equal(rig_problems(&r, NULL), 0);
	memcpy(text + THREADS_TEXT_MAX * 2, "x", 2);
	assert_int_equal(rig_problems(&r, "text"), 1);
	for (int i = 0; i < THREADS_TEXT_MAX / 4; i++)
		memcpy(text + i * 4, "🎉", 5);
	assert_int_equal(rig_problems(&r, NULL), 0);
	memcpy(text + THREADS_TEXT_MAX, "x", 2);
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.text = "https://a.example https://b.example https://c.example https://d.example "
		      "https://a.example";
	r.post.link = "https://e.example";
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.text = "https://a.example https://b.example https://c.example https://d.example "
		      "https://f.example";
	assert_int_equal(rig_problems(&r, "link"), 1);
	r.post.link = "https://f.example";
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.text = "hi";
	r.post.first_comment = text;
	assert_int_equal(rig_problems(&r, "option"), 1);
	rig_free(&r);
}

static void threads__validate__media_and_options(void **state)
{
	static const char *const bad[] = {
		"{\"threads.reply_control\":\"No one!\"}", "{\"threads.reply_to\":\"abc\"}",
		"{\"threads.quote\":\"-1\"}", "{\"threads.colour\":\"red\"}",
		"{\"threads.topic_tag\":\"012345678901234567890123456789012345678901234567890\"}"};
	struct media many[21];
	struct rig r;

	(void)state;
	publish(&r);
	rig_add_file(&r, 'a', "image/jpeg", 8388608, NULL);
	r.media[0].width = 10000;
	r.media[0].height = 1000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].width++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].width = 0;
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 1000;
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = r.media[0];
	r.post.media = many;
	r.post.n_media = 20;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.n_media = 21;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.media = r.media;
	r.post.n_media = 0;
	rig_add_file(&r, 'b', "video/mp4", 1073741824, NULL)->duration_ms = 300000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].duration_ms++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].duration_ms = 0;
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 0;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		r.post.options = bad[i];
		assert_int_equal(rig_problems(&r, "option"), 1);
	}
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads__authorize__addresses),
		cmocka_unit_test(threads__code__becomes_sixty_days),
		cmocka_unit_test(threads__code__partial_consent),
		cmocka_unit_test(threads__login__refresh_verify_revoke),
		cmocka_unit_test(threads__publish__text_with_a_link),
		cmocka_unit_test(threads__publish__files),
		cmocka_unit_test(threads__container__failed_by_its_reason),
		cmocka_unit_test(threads__publish__refusals),
		cmocka_unit_test(threads__publish__first_comment),
		cmocka_unit_test(threads__settle__by_container_and_list),
		cmocka_unit_test(threads__length__emoji_by_their_bytes),
		cmocka_unit_test(threads__validate__text_and_links),
		cmocka_unit_test(threads__validate__media_and_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
