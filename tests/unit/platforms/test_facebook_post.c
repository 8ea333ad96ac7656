/* tests/unit/platforms/test_facebook_post.c - publish, settle and take down on a page, from recorded exchanges. */
#include "rig.h"

#include "platforms/facebook.h"

#define BASE FACEBOOK_API "/" FACEBOOK_VERSION
#define POSTED "{\"id\":\"111_222\"}"

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &facebook_platform, op);
	r->conn.server = FACEBOOK_API;
	r->conn.account = "Shop";
	r->conn.account_id = "111";
	r->in.key = "k";
	r->post.text = text;
}

static bool part_is(struct rig *r, size_t i, const char *name, const char *value)
{
	const struct http_part *p = &r->out.request->parts[i];

	return i < r->out.request->n_parts && strcmp(p->name, name) == 0 &&
	       p->len == strlen(value) && memcmp(p->bytes, value, p->len) == 0;
}

static void facebook__publish__text_and_link(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi & bye");
	r.post.link = "https://a.example/x";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/111/feed");
	assert_true(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_string_equal(r.out.request->body.bytes,
			    "message=hi%20%26%20bye&link=https%3A%2F%2Fa.example%2Fx");
	assert_int_equal(rig_say(&r, 200, POSTED), STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_222");
	assert_string_equal(r.out.remote_url, "https://www.facebook.com/111_222");
	rig_free(&r);
}

static void facebook__publish__the_same_bytes_again(void **state)
{
	struct rig r;
	char first[400];

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/jpeg", 1000, "A cat");
	rig_start(&r);
	rig_say(&r, 200, "{\"id\":\"51\"}");
	assert_true(r.out.commit_like);
	snprintf(first, sizeof(first), "%s", r.out.request->body.bytes);
	/* After a crash the photo is known, and the post is asked for alike. */
	r.in.now_ms = NOW + 99999;
	rig_start(&r);
	assert_true(r.out.commit_like);
	assert_string_equal(r.out.request->body.bytes, first);
	rig_free(&r);
}

static void facebook__publish__photos_with_alt_texts(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	r.post.link = "https://a.example";
	rig_add_file(&r, 'a', "image/jpeg", 1000, "A cat");
	rig_add_file(&r, 'b', "image/png", 1000, NULL);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/111/photos");
	assert_false(r.out.commit_like);
	assert_int_equal(r.out.request->n_parts, 3);
	assert_string_equal(r.out.request->parts[0].name, "source");
	assert_int_equal(strncmp(r.out.request->parts[0].file, "/media/aaaa", 11), 0);
	assert_true(part_is(&r, 1, "published", "false"));
	assert_true(part_is(&r, 2, "alt_text_custom", "A cat"));
	rig_say(&r, 200, "{\"id\":\"51\",\"post_id\":\"111_51\"}");
	assert_int_equal(r.out.request->n_parts, 2);
	rig_say(&r, 200, "{\"id\":\"52\"}");
	assert_string_equal(rig_url(&r), BASE "/111/feed");
	assert_true(r.out.commit_like);
	assert_true(rig_form_has(&r, "message=look%0A%0Ahttps%3A%2F%2Fa.example"));
	assert_true(rig_form_has(&r, "attached_media%5B0%5D=%7B%22media_fbid%22%3A%2251%22%7D"));
	assert_true(rig_form_has(&r, "attached_media%5B1%5D=%7B%22media_fbid%22%3A%2252%22%7D"));
	assert_false(rig_form_has(&r, "link=https%3A%2F%2Fa.example"));
	assert_int_equal(rig_say(&r, 200, POSTED), STEP_DONE);
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void facebook__publish__photo_refused(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/jpeg", 1000, NULL);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"bad\",\"code\":100}}");
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	rig_say(&r, 200, "{\"id\":[]}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	assert_int_equal(r.commits, 0);
	rig_free(&r);
}

static void facebook__publish__first_comment(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.post.first_comment = "more here";
	rig_start(&r);
	rig_say(&r, 200, POSTED);
	assert_string_equal(rig_url(&r), BASE "/111_222/comments");
	assert_false(r.out.commit_like);
	assert_string_equal(r.out.request->body.bytes, "message=more%20here");
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"222_9\"}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_222");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

/* Whatever becomes of the comment, the post is not sent again, nor is the comment. */
static void facebook__publish__comment_in_a_crash(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	r.post.first_comment = "more";
	rig_start(&r);
	rig_say(&r, 200, POSTED);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_222");
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_222");
	rig_free(&r);
	begin(&r, OP_PUBLISH, "hi");
	r.post.first_comment = "more";
	rig_start(&r);
	rig_say(&r, 200, POSTED);
	rig_say(&r, 403, "{\"error\":{\"message\":\"no permission\",\"code\":200}}");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	assert_non_null(strstr(r.out.error.text, "no permission"));
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void facebook__publish__duplicate(void **state)
{
	static const char dup[] =
		"{\"error\":{\"message\":\"Duplicate status message\",\"code\":506}}";
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	rig_start(&r);
	rig_say(&r, 400, dup);
	assert_failed(&r, CLASS_PERMANENT, E_DUPLICATE);
	rig_free(&r);
	/* After a sending whose end is not known it may be our own. */
	begin(&r, OP_PUBLISH, "hi");
	rig_start(&r);
	rig_start(&r);
	assert_true(r.out.commit_like);
	rig_say(&r, 400, dup);
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	rig_free(&r);
}

static void facebook__video__in_pieces(void **state)
{
	const int64_t size = 1500;
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	r.post.title = "A film";
	rig_add_file(&r, 'a', "video/mp4", size, NULL);
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), FACEBOOK_VIDEO "/" FACEBOOK_VERSION "/111/videos");
	assert_string_equal(r.out.request->body.bytes, "upload_phase=start&file_size=1500");
	rig_say(&r, 200,
		"{\"upload_session_id\":\"77\",\"video_id\":\"55\",\"start_offset\":\"0\","
		"\"end_offset\":\"1000\"}");
	assert_true(part_is(&r, 0, "upload_phase", "transfer"));
	assert_true(part_is(&r, 1, "upload_session_id", "77"));
	assert_true(part_is(&r, 2, "start_offset", "0"));
	assert_string_equal(r.out.request->parts[3].name, "video_file_chunk");
	assert_int_equal(r.out.request->parts[3].file_offset, 0);
	assert_int_equal(r.out.request->parts[3].file_len, 1000);
	rig_say(&r, 200, "{\"start_offset\":\"1000\",\"end_offset\":\"1500\"}");
	/* A crash here goes on with the second piece. */
	rig_start(&r);
	assert_true(part_is(&r, 2, "start_offset", "1000"));
	assert_int_equal(r.out.request->parts[3].file_len, 500);
	rig_say(&r, 200, "{\"start_offset\":\"1500\",\"end_offset\":\"1500\"}");
	assert_true(r.out.commit_like);
	assert_string_equal(
		r.out.request->body.bytes,
		"upload_phase=finish&upload_session_id=77&description=look&title=A%20film");
	assert_int_equal(rig_say(&r, 200, "{\"success\":true}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "55");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void facebook__video__goes_forward_or_ends(void **state)
{
	static const char *const nowhere[] = {"{\"start_offset\":\"0\",\"end_offset\":\"1000\"}",
					      "{}", "[]", "{\"start_offset\":\"-5\"}"};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(nowhere); i++) {
		begin(&r, OP_PUBLISH, "look");
		rig_add_file(&r, 'a', "video/mp4", 1500, NULL);
		rig_start(&r);
		rig_say(&r, 200,
			"{\"upload_session_id\":\"77\",\"video_id\":\"55\",\"start_offset\":\"0\","
			"\"end_offset\":\"1000\"}");
		rig_say(&r, 200, nowhere[i]);
		assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
		rig_free(&r);
	}
	/* An upload that begins behind the file's end has no first piece. */
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "video/mp4", 1500, NULL);
	rig_start(&r);
	rig_say(&r, 200,
		"{\"upload_session_id\":\"77\",\"video_id\":\"55\",\"start_offset\":\"1500\","
		"\"end_offset\":\"1500\"}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_free(&r);
}

static void reel(struct rig *r)
{
	begin(r, OP_PUBLISH, "look");
	r->post.options = "{\"facebook.type\":\"reel\"}";
	rig_add_file(r, 'a', "video/mp4", 1500, NULL);
	assert_int_equal(rig_problems(r, NULL), 0);
	rig_start(r);
	assert_string_equal(rig_url(r), BASE "/111/video_reels");
	assert_string_equal(r->out.request->body.bytes, "upload_phase=start");
}

static void facebook__reel__bytes_then_finish(void **state)
{
	struct rig r;

	(void)state;
	reel(&r);
	rig_say(&r, 200,
		"{\"video_id\":\"55\",\"upload_url\":"
		"\"https://rupload.facebook.com/video-upload/v26.0/55\"}");
	assert_string_equal(rig_url(&r), "https://rupload.facebook.com/video-upload/v26.0/55");
	assert_string_equal(rig_header(&r, "Authorization"), "OAuth ");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_string_equal(rig_header(&r, "offset"), "0");
	assert_string_equal(rig_header(&r, "file_size"), "1500");
	assert_non_null(r.out.request->body_file);
	rig_say(&r, 200, "{\"success\":true}");
	assert_true(r.out.commit_like);
	assert_string_equal(rig_url(&r), BASE "/111/video_reels");
	assert_string_equal(r.out.request->body.bytes,
			    "upload_phase=finish&video_id=55&video_state=PUBLISHED&"
			    "description=look");
	assert_int_equal(rig_say(&r, 200, "{\"success\":true,\"post_id\":\"333\"}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "333");
	rig_free(&r);
}

/* The token goes to Meta's own hosts alone. */
static void facebook__reel__no_token_elsewhere(void **state)
{
	static const char *const urls[] = {
		"https://rupload.facebook.com.evil.example/x",
		"https://evil.example/rupload.facebook.com",
		"http://rupload.facebook.com/x",
		"https://a@rupload.facebook.com/x",
		"https://facebook.com.evil/x",
		"https://evilfacebook.com/x",
		"ftp://rupload.facebook.com/x",
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		char body[300];

		reel(&r);
		snprintf(body, sizeof(body), "{\"video_id\":\"55\",\"upload_url\":\"%s\"}",
			 urls[i]);
		rig_say(&r, 200, body);
		assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
		rig_free(&r);
	}
	/* Where everything goes elsewhere, this does too. */
	reel(&r);
	r.in.api_base = "http://127.0.0.1:9000";
	rig_say(&r, 200,
		"{\"video_id\":\"55\",\"upload_url\":\"http://127.0.0.1:9000/video-upload/55\"}");
	assert_string_equal(rig_url(&r), "http://127.0.0.1:9000/video-upload/55");
	rig_free(&r);
}

static void settle(struct rig *r, const char *text)
{
	begin(r, OP_SETTLE, text);
	rig_start(r);
	assert_string_equal(
		rig_url(r),
		BASE "/111/published_posts?fields=id%2Cmessage%2Ccreated_time%2Cattachments%7B"
		     "target%2Csubattachments%7Btarget%7D%7D&since=1789999880&limit=100");
}

static void facebook__settle__by_text_and_time(void **state)
{
	struct rig r;

	(void)state;
	settle(&r, "hi  there\n");
	assert_int_equal(rig_say(&r, 200,
				 "{\"data\":[{\"id\":\"111_9\",\"message\":\"other\","
				 "\"created_time\":\"2026-09-21T14:13:21+0000\"},{\"id\":\"111_8\","
				 "\"message\":\"hi there\",\"created_time\":"
				 "\"2026-09-21T14:13:21+0000\"}]}"),
			 STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_8");
	rig_free(&r);
	/* The same text from before is another post. */
	settle(&r, "hi");
	assert_int_equal(rig_say(&r, 200,
				 "{\"data\":[{\"id\":\"111_8\",\"message\":\"hi\",\"created_time\":"
				 "\"2026-09-21T13:13:21+0000\"}]}"),
			 STEP_ABSENT);
	rig_free(&r);
	settle(&r, "hi");
	assert_int_equal(rig_say(&r, 200, "{\"data\":[]}"), STEP_ABSENT);
	rig_free(&r);
	settle(&r, "hi");
	rig_say(&r, 200, "{}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_free(&r);
	settle(&r, "hi");
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":4}}");
	assert_failed(&r, CLASS_RATE_LIMITED, E_RATE_LIMITED);
	rig_free(&r);
	settle(&r, "hi");
	assert_int_equal(rig_say(&r, 403, "{\"error\":{\"message\":\"x\",\"code\":10}}"),
			 STEP_UNDECIDED);
	rig_free(&r);
}

static void facebook__settle__by_the_photos(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "");
	rig_add_file(&r, 'a', "image/jpeg", 1000, NULL);
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	rig_start(&r);
	rig_say(&r, 200, "{\"id\":\"51\"}");
	rig_say(&r, 200, "{\"id\":\"52\"}");
	assert_true(r.out.commit_like);
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_int_equal(
		rig_say(&r, 200,
			"{\"data\":[{\"id\":\"111_9\",\"created_time\":\"2026-09-21T14:13:21+0000\","
			"\"attachments\":{\"data\":[{\"target\":{\"id\":\"50\"}}]}},"
			"{\"id\":\"111_8\",\"created_time\":\"2026-09-21T14:13:21+0000\","
			"\"attachments\":{\"data\":[{\"target\":{\"id\":\"1\"},\"subattachments\":"
			"{\"data\":[{\"target\":{\"id\":\"51\"}},{\"target\":{\"id\":\"52\"}}]}}]}"
			"}]}"),
		STEP_DONE);
	assert_string_equal(r.out.remote_id, "111_8");
	rig_free(&r);
}

static void facebook__settle__a_video_itself(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum step_verdict verdict;
	} cases[] = {
		{200, "{\"id\":\"55\",\"published\":true}", STEP_DONE},
		{200, "{\"id\":\"55\",\"published\":false}", STEP_ABSENT},
		{200, "{\"status\":{\"publishing_phase\":{\"status\":\"complete\"}}}", STEP_DONE},
		{200, "{\"id\":\"55\"}", STEP_UNDECIDED},
		{400, "{\"error\":{\"message\":\"x\",\"code\":100,\"error_subcode\":33}}",
		 STEP_UNDECIDED},
		{500, "", STEP_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "look");
		rig_add_file(&r, 'a', "video/mp4", 1500, NULL);
		rig_start(&r);
		rig_say(&r, 200,
			"{\"upload_session_id\":\"77\",\"video_id\":\"55\",\"start_offset\":\"0\","
			"\"end_offset\":\"1500\"}");
		rig_say(&r, 200, "{\"start_offset\":\"1500\",\"end_offset\":\"1500\"}");
		assert_true(r.out.commit_like);
		r.in.op = OP_SETTLE;
		rig_start(&r);
		assert_string_equal(rig_url(&r), BASE "/55?fields=id%2Cpublished%2Cstatus");
		assert_int_equal(rig_say(&r, cases[i].status, cases[i].body), cases[i].verdict);
		rig_free(&r);
	}
}

static void facebook__takedown__of_a_post(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, NULL);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_STATE);
	r.in.remote_id = "111_222";
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/111_222");
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_int_equal(rig_say(&r, 200, "{\"success\":true}"), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 200, "{\"success\":false}");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"gone\",\"code\":100,\"error_subcode\":33}}");
	assert_failed(&r, CLASS_PERMANENT, E_NOT_FOUND);
	rig_free(&r);
}

static void facebook__validate__limits(void **state)
{
	static char long_text[FACEBOOK_TEXT_MAX * 2 + 8];
	struct rig r;

	(void)state;
	/* Characters, not bytes. */
	for (int i = 0; i < FACEBOOK_TEXT_MAX; i++)
		memcpy(long_text + i * 2, "ä", 2);
	begin(&r, OP_PUBLISH, long_text);
	assert_int_equal(r.platform->measure(&r.post, &r.conn), FACEBOOK_TEXT_MAX);
	assert_int_equal(rig_problems(&r, NULL), 0);
	memcpy(long_text + FACEBOOK_TEXT_MAX * 2, "x", 2);
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.text = "hi";
	rig_add_file(&r, 'a', "image/jpeg", 10485760, NULL);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 1000;
	r.media[0].type = "image/webp";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "image/jpeg";
	rig_add_file(&r, 'b', "video/mp4", 1000, NULL);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 1;
	r.post.options = "{\"facebook.type\":\"reel\"}";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.options = "{\"facebook.type\":\"story\"}";
	assert_int_equal(rig_problems(&r, "option"), 1);
	r.post.options = "{\"facebook.colour\":\"red\"}";
	assert_int_equal(rig_problems(&r, "option"), 1);
	r.post.options = NULL;
	r.post.visibility = "private";
	assert_int_equal(rig_problems(&r, "visibility"), 1);
	r.post.visibility = NULL;
	r.post.first_comment = "a\x01";
	assert_int_equal(rig_problems(&r, "option"), 1);
	rig_free(&r);
}

static void facebook__rehearsal__shows_all_requests(void **state)
{
	static const char *const want[] = {BASE "/111/photos", BASE "/111/photos", BASE "/111/feed",
					   BASE "/<id of the post>/comments"};
	struct rig r;
	size_t n = 0;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	r.in.rehearsal = true;
	r.post.first_comment = "more";
	rig_add_file(&r, 'a', "image/jpeg", 1000, NULL);
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	while (rig_start(&r) == STEP_SEND) {
		assert_true(n < COUNT_OF(want));
		if (n < 3)
			assert_string_equal(rig_url(&r), want[n]);
		n++;
	}
	assert_int_equal(n, COUNT_OF(want));
	assert_int_equal(r.out.verdict, STEP_DONE);
	rig_free(&r);
	for (int as_reel = 0; as_reel < 2; as_reel++) {
		begin(&r, OP_PUBLISH, "look");
		r.in.rehearsal = true;
		r.post.options = as_reel ? "{\"facebook.type\":\"reel\"}" : NULL;
		rig_add_file(&r, 'a', "video/mp4", 1000, NULL);
		for (n = 0; rig_start(&r) == STEP_SEND; n++)
			assert_true(n < 4);
		assert_int_equal(n, 3);
		assert_int_equal(r.out.verdict, STEP_DONE);
		rig_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facebook__publish__text_and_link),
		cmocka_unit_test(facebook__publish__the_same_bytes_again),
		cmocka_unit_test(facebook__publish__photos_with_alt_texts),
		cmocka_unit_test(facebook__publish__photo_refused),
		cmocka_unit_test(facebook__publish__first_comment),
		cmocka_unit_test(facebook__publish__comment_in_a_crash),
		cmocka_unit_test(facebook__publish__duplicate),
		cmocka_unit_test(facebook__video__in_pieces),
		cmocka_unit_test(facebook__video__goes_forward_or_ends),
		cmocka_unit_test(facebook__reel__bytes_then_finish),
		cmocka_unit_test(facebook__reel__no_token_elsewhere),
		cmocka_unit_test(facebook__settle__by_text_and_time),
		cmocka_unit_test(facebook__settle__by_the_photos),
		cmocka_unit_test(facebook__settle__a_video_itself),
		cmocka_unit_test(facebook__takedown__of_a_post),
		cmocka_unit_test(facebook__validate__limits),
		cmocka_unit_test(facebook__rehearsal__shows_all_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
