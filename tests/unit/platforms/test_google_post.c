/* tests/unit/platforms/test_google_post.c - publish, settle and take down at Google, from recorded exchanges. */
#include "rig.h"

#include "platforms/google.h"

#define PLACE "accounts/1/locations/2"
#define POST PLACE "/localPosts/33"
#define POSTS GOOGLE_API "/v4/" PLACE "/localPosts"
#define LIVE \
	"{\"name\":\"" POST "\",\"state\":\"LIVE\",\"searchUrl\":\"https://local.google.com/33\"}"
#define REVIEW "{\"name\":\"" POST "\",\"state\":\"PROCESSING\"}"
#define REJECTED "{\"name\":\"" POST "\",\"state\":\"REJECTED\"}"
#define LISTED(more) \
	"{\"name\":\"" POST "\",\"topicType\":\"STANDARD\",\"summary\":\"hi\",\"state\":\"LIVE\"," \
	"\"createTime\":\"2026-09-21T14:13:21.5Z\"" more "}"

static const char *const urls[] = {"https://media.example/a.jpg"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &google_platform, op);
	r->conn.server = GOOGLE_API;
	r->conn.account = "Shop";
	r->conn.account_id = PLACE;
	r->in.key = "k";
	r->in.media_urls = urls;
	r->post.text = "hi";
}

static void google__publish__standard(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	r.post.language = "en-US";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), POSTS);
	assert_true(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_string_equal(
		r.out.request->body.bytes,
		"{\"topicType\":\"STANDARD\",\"languageCode\":\"en-US\",\"summary\":\"hi\"}");
	assert_int_equal(rig_say(&r, 200, LIVE), STEP_DONE);
	assert_string_equal(r.out.remote_id, POST);
	assert_string_equal(r.out.remote_url, "https://local.google.com/33");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

/* What the options make of a post: its whole body. */
static void google__publish__options(void **state)
{
	static const struct {
		const char *link, *title, *options, *body;
	} cases[] = {
		{"https://a.example", NULL, NULL,
		 "{\"topicType\":\"STANDARD\",\"summary\":\"hi\",\"callToAction\":{\"actionType\":"
		 "\"LEARN_MORE\",\"url\":\"https://a.example\"}}"},
		{"https://a.example", NULL, "{\"google_business.cta\":\"none\"}",
		 "{\"topicType\":\"STANDARD\",\"summary\":\"hi\\n\\nhttps://a.example\"}"},
		{"https://a.example", NULL, "{\"google_business.cta\":\"call\"}",
		 "{\"topicType\":\"STANDARD\",\"summary\":\"hi\\n\\nhttps://a.example\","
		 "\"callToAction\":{\"actionType\":\"CALL\"}}"},
		{"https://a.example", NULL,
		 "{\"google_business.cta\":\"book\",\"google_business.cta_url\":\"https://b.example\"}",
		 "{\"topicType\":\"STANDARD\",\"summary\":\"hi\\n\\nhttps://a.example\","
		 "\"callToAction\":{\"actionType\":\"BOOK\",\"url\":\"https://b.example\"}}"},
		{NULL, "Party",
		 "{\"google_business.type\":\"event\",\"google_business.start\":\"2026-12-24 18:00\","
		 "\"google_business.end\":\"2026-12-25\"}",
		 "{\"topicType\":\"EVENT\",\"summary\":\"hi\",\"event\":{\"title\":\"Party\","
		 "\"schedule\":{\"startDate\":{\"year\":2026,\"month\":12,\"day\":24},\"startTime\":"
		 "{\"hours\":18,\"minutes\":0},\"endDate\":{\"year\":2026,\"month\":12,\"day\":25}}}}"},
		{"https://a.example", "ignored",
		 "{\"google_business.type\":\"offer\",\"google_business.title\":\"Sale\","
		 "\"google_business.start\":\"2026-12-01\",\"google_business.end\":\"2026-12-31\","
		 "\"google_business.coupon\":\"XMAS\",\"google_business.terms\":\"one each\"}",
		 "{\"topicType\":\"OFFER\",\"summary\":\"hi\",\"event\":{\"title\":\"Sale\","
		 "\"schedule\":{\"startDate\":{\"year\":2026,\"month\":12,\"day\":1},\"endDate\":"
		 "{\"year\":2026,\"month\":12,\"day\":31}}},\"offer\":{\"couponCode\":\"XMAS\","
		 "\"redeemOnlineUrl\":\"https://a.example\",\"termsConditions\":\"one each\"}}"},
		{"https://a.example", "Sale",
		 "{\"google_business.type\":\"offer\",\"google_business.start\":\"2026-12-01\","
		 "\"google_business.end\":\"2026-12-31\",\"google_business.redeem_url\":"
		 "\"https://b.example\"}",
		 "{\"topicType\":\"OFFER\",\"summary\":\"hi\\n\\nhttps://a.example\",\"event\":"
		 "{\"title\":\"Sale\",\"schedule\":{\"startDate\":{\"year\":2026,\"month\":12,"
		 "\"day\":1},\"endDate\":{\"year\":2026,\"month\":12,\"day\":31}}},\"offer\":"
		 "{\"redeemOnlineUrl\":\"https://b.example\"}}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH);
		r.post.link = cases[i].link;
		r.post.title = cases[i].title;
		r.post.options = cases[i].options;
		assert_int_equal(rig_problems(&r, NULL), 0);
		rig_start(&r);
		assert_string_equal(r.out.request->body.bytes, cases[i].body);
		rig_free(&r);
	}
}

static void google__publish__image_by_its_address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_add_file(&r, 'a', "image/jpeg", 20000, "no place for it");
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "{\"topicType\":\"STANDARD\",\"summary\":\"hi\",\"media\":[{"
			    "\"mediaFormat\":\"PHOTO\",\"sourceUrl\":"
			    "\"https://media.example/a.jpg\"}]}");
	/* A repeat of the same attempt has the same address, whatever the media host says now. */
	r.in.media_urls = (const char *const[]){"https://media.example/other.jpg"};
	r.in.now_ms += 5000;
	rig_start(&r);
	assert_non_null(strstr(r.out.request->body.bytes, "https://media.example/a.jpg"));
	rig_free(&r);
	begin(&r, OP_PUBLISH);
	rig_add_file(&r, 'a', "image/jpeg", 20000, NULL);
	r.in.media_urls = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	assert_non_null(strstr(r.out.error.hint, "media.host"));
	rig_free(&r);
}

static void google__review__waits_for_it(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, REVIEW), STEP_WAIT);
	assert_int_equal(r.out.at, NOW + 5000);
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_API "/v4/" POST);
	assert_int_equal(r.out.request->method, HTTP_GET);
	assert_false(r.out.commit_like);
	assert_int_equal(rig_say(&r, 500, ""), STEP_WAIT);
	/* A crash here goes on looking. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_API "/v4/" POST);
	assert_int_equal(rig_say(&r, 200, LIVE), STEP_DONE);
	assert_string_equal(r.out.remote_url, "https://local.google.com/33");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void google__review__does_not_last_for_ever(void **state)
{
	struct rig r;
	int waits = 0;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	while (rig_say(&r, 200, REVIEW) == STEP_WAIT) {
		assert_true(++waits < 50);
		r.in.now_ms = r.out.at;
		rig_start(&r);
	}
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_string_equal(r.out.remote_id, POST);
	assert_true(r.in.now_ms - NOW > 180000);
	rig_free(&r);
}

static void google__review__rejected(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, REJECTED);
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	rig_free(&r);
	/* Later: settling does not take it for published. */
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, REVIEW);
	rig_start(&r);
	rig_say(&r, 200, REJECTED);
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	rig_free(&r);
}

#define INFO(reason, more) \
	"{\"error\":{\"code\":403,\"message\":\"x\",\"status\":\"PERMISSION_DENIED\",\"details\":" \
	"[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason "\"" more \
	"}]}}"
#define V4(code, field, words) \
	"{\"error\":{\"code\":400,\"message\":\"Request contains an invalid argument.\"," \
	"\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"type.googleapis.com/" \
	"google.mybusiness.v4.ValidationError\",\"errorDetails\":[{\"code\":" code \
	",\"field\":\"" field "\",\"message\":\"" words "\"}]}]}}"
#define PLAIN(code, status) \
	"{\"error\":{\"code\":" code ",\"message\":\"words\",\"status\":\"" status "\"}}"

static void google__publish__every_error_row(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL, V4("2", "topic_type", "Missing"), CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, PLAIN("400", "FAILED_PRECONDITION"), CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, PLAIN("400", "INVALID_ARGUMENT"), CLASS_PERMANENT, E_REJECTED, 0},
		/* An image that was not fetched made no post. */
		{400, NULL, V4("1000", "media", "Fetching image failed."), CLASS_TRANSIENT, E_MEDIA,
		 0},
		{401, NULL, PLAIN("401", "UNAUTHENTICATED"), CLASS_AUTH, E_TOKEN_EXPIRED, 0},
		{403, NULL, PLAIN("403", "PERMISSION_DENIED"), CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL, INFO("SERVICE_DISABLED", ""), CLASS_PERMANENT, E_REJECTED, 0},
		{403, NULL, INFO("ACCESS_TOKEN_SCOPE_INSUFFICIENT", ""), CLASS_AUTH,
		 E_SCOPE_MISSING, 0},
		{403, NULL,
		 "{\"error\":{\"code\":403,\"message\":\"x\",\"errors\":[{\"reason\":"
		 "\"insufficientPermissions\",\"domain\":\"global\"}]}}",
		 CLASS_AUTH, E_SCOPE_MISSING, 0},
		{404, NULL, PLAIN("404", "NOT_FOUND"), CLASS_PERMANENT, E_NOT_FOUND, 0},
		{409, NULL, PLAIN("409", "ALREADY_EXISTS"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{409, NULL, PLAIN("409", "ABORTED"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{429, NULL, PLAIN("429", "RESOURCE_EXHAUSTED"), CLASS_RATE_LIMITED, E_RATE_LIMITED,
		 0},
		{429, "Retry-After: 60\n", PLAIN("429", "RESOURCE_EXHAUSTED"), CLASS_RATE_LIMITED,
		 E_RATE_LIMITED, NOW + 60000},
		{429, NULL,
		 INFO("RATE_LIMIT_EXCEEDED", ",\"metadata\":{\"quota_limit_value\":\"0\"}"),
		 CLASS_PERMANENT, E_REJECTED, 0},
		{500, NULL, PLAIN("500", "INTERNAL"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{503, NULL, PLAIN("503", "UNAVAILABLE"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{504, NULL, PLAIN("504", "DEADLINE_EXCEEDED"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{502, NULL, "<html>Bad gateway</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{404, NULL, "<html>Not found</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		/* Not documented. */
		{418, NULL, PLAIN("418", "TEAPOT"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{400, NULL, PLAIN("400", "OUT_OF_RANGE"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "{}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "{\"name\":\"accounts/1/locations/2\"}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH);
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void google__errors__words_of_the_details(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 400, V4("2", "topic_type", "A topic is needed"));
	assert_non_null(strstr(r.out.error.text, "topic_type: A topic is needed"));
	rig_free(&r);
}

static void google__version__configured_and_retired(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	r.in.api_version = "5";
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_API "/v5/" PLACE "/localPosts");
	rig_say(&r, 404,
		"{\"error\":{\"code\":404,\"message\":\"Method not found.\",\"status\":"
		"\"NOT_FOUND\"}}");
	assert_failed(&r, CLASS_PERMANENT, E_CONFIG);
	assert_non_null(strstr(r.out.error.hint, "platform.google_business.version"));
	rig_free(&r);
}

static void settle(struct rig *r)
{
	begin(r, OP_SETTLE);
	rig_start(r);
	assert_string_equal(rig_url(r), POSTS "?pageSize=100");
}

static void google__settle__by_the_list(void **state)
{
	static const struct {
		const char *posts;
		enum step_verdict verdict;
	} cases[] = {
		{LISTED(""), STEP_DONE},
		{LISTED(",\"callToAction\":{\"actionType\":\"BOOK\"}"), STEP_ABSENT},
		{LISTED(",\"media\":[{\"googleUrl\":\"x\"}]"), STEP_ABSENT},
		{LISTED(",\"offer\":{\"couponCode\":\"A\"}"), STEP_ABSENT},
		{LISTED(",\"event\":{\"title\":\"A\"}"), STEP_ABSENT},
		{LISTED("") "," LISTED(""), STEP_UNDECIDED},
		{"{\"name\":\"" POST "\",\"topicType\":\"STANDARD\",\"summary\":\"hi\","
		 "\"createTime\":\"2026-09-21T14:08:19Z\"}",
		 STEP_ABSENT},
		{"{\"name\":\"" POST "\",\"topicType\":\"STANDARD\",\"summary\":\" hi\\r\\n\","
		 "\"createTime\":\"2026-09-21T14:08:20Z\"}",
		 STEP_DONE},
		{"{\"name\":\"" POST "\",\"topicType\":\"EVENT\",\"summary\":\"hi\","
		 "\"createTime\":\"2026-09-21T14:13:21Z\"}",
		 STEP_ABSENT},
		{"{\"name\":\"" POST "\",\"topicType\":\"STANDARD\",\"summary\":\"hi\"}",
		 STEP_ABSENT},
		{"", STEP_ABSENT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;
		char body[2000];

		settle(&r);
		snprintf(body, sizeof(body), "{\"localPosts\":[%s]}", cases[i].posts);
		assert_int_equal(rig_say(&r, 200, body), cases[i].verdict);
		if (r.out.verdict == STEP_DONE)
			assert_string_equal(r.out.remote_id, POST);
		rig_free(&r);
	}
}

static void google__settle__pages_and_failures(void **state)
{
	struct rig r;
	int pages = 1;

	(void)state;
	settle(&r);
	rig_say(&r, 200, "{\"localPosts\":[" LISTED("") "],\"nextPageToken\":\"a b\"}");
	assert_string_equal(rig_url(&r), POSTS "?pageSize=100&pageToken=a%20b");
	assert_int_equal(rig_say(&r, 200, "{}"), STEP_DONE);
	rig_free(&r);
	settle(&r);
	while (rig_say(&r, 200, "{\"nextPageToken\":\"on\"}") == STEP_SEND)
		assert_true(++pages < 20);
	assert_int_equal(r.out.verdict, STEP_ABSENT);
	rig_free(&r);
	settle(&r);
	assert_int_equal(rig_say(&r, 403, PLAIN("403", "PERMISSION_DENIED")), STEP_UNDECIDED);
	rig_free(&r);
	settle(&r);
	rig_say(&r, 503, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
	settle(&r);
	rig_say(&r, 200, "[]");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_free(&r);
	/* The one that is there is rejected. */
	settle(&r);
	rig_say(&r, 200,
		"{\"localPosts\":[{\"name\":\"" POST "\",\"topicType\":\"STANDARD\",\"summary\":"
		"\"hi\",\"state\":\"REJECTED\",\"createTime\":\"2026-09-21T14:13:21Z\"}]}");
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	rig_free(&r);
}

static void google__takedown__of_a_post(void **state)
{
	static const char *const bad[] = {NULL,       "",
					  "33",       "accounts/1/locations/2",
					  POST "/..", "accounts/1/locations/../localPosts/3",
					  POST "?x=1"};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		begin(&r, OP_TAKEDOWN);
		r.in.remote_id = bad[i];
		rig_start(&r);
		assert_failed(&r, CLASS_PERMANENT, E_STATE);
		rig_free(&r);
	}
	begin(&r, OP_TAKEDOWN);
	r.in.remote_id = POST;
	rig_start(&r);
	assert_string_equal(rig_url(&r), GOOGLE_API "/v4/" POST);
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_int_equal(rig_say(&r, 200, ""), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{}"), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, PLAIN("404", "NOT_FOUND")), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 404, "<html>");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	rig_free(&r);
}

static void google__validate__limits(void **state)
{
	static char text[GOOGLE_TEXT_MAX * 3 + 4];
	struct rig r;

	(void)state;
	for (int i = 0; i < GOOGLE_TEXT_MAX; i++)
		memcpy(text + i * 3, "語", 3);
	begin(&r, OP_PUBLISH);
	r.post.text = text;
	assert_int_equal(rig_problems(&r, NULL), 0);
	memcpy(text + GOOGLE_TEXT_MAX * 3, "x", 2);
	assert_int_equal(rig_problems(&r, "text"), 1);
	assert_int_equal(google_platform.measure(&r.post, &r.conn), GOOGLE_TEXT_MAX + 1);
	r.post.text = "hi";
	rig_add_file(&r, 'a', "image/png", 5242880, NULL);
	r.media[0].width = 400;
	r.media[0].height = 300;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes--;
	r.media[0].height = 299;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].height = 300;
	r.media[0].width = 399;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].width = 400;
	r.media[0].type = "image/webp";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "video/mp4";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "image/jpeg";
	rig_add_file(&r, 'b', "image/jpeg", 1000, NULL);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 0;
	r.post.first_comment = "more";
	assert_int_equal(rig_problems(&r, "option"), 1);
	rig_free(&r);
}

#define EVENT(start, end) \
	"{\"google_business.type\":\"event\",\"google_business.title\":\"T\"," \
	"\"google_business.start\":\"" start "\",\"google_business.end\":\"" end "\"}"

static void google__validate__options(void **state)
{
	static const struct {
		const char *options;
		size_t problems;
	} cases[] = {
		{EVENT("2026-12-24", "2026-12-24"), 0},
		{EVENT("2026-12-24 18:00", "2026-12-24"), 0},
		{EVENT("2026-12-24 18:00", "2026-12-24 18:00"), 0},
		{EVENT("2026-12-24 18:01", "2026-12-24 18:00"), 1},
		{EVENT("2026-12-24", "2026-12-23"), 1},
		{EVENT("2028-02-29", "2028-03-01"), 0},
		{EVENT("2027-02-29", "2027-03-01"), 1},
		{EVENT("2026-13-01", "2027-03-01"), 1},
		{EVENT("2026-1-01", "2027-03-01"), 1},
		{EVENT("2026-12-24 24:00", "2027-03-01"), 1},
		{EVENT("2026-12-24", "tomorrow"), 1},
		{"{\"google_business.type\":\"event\"}", 3},
		{"{\"google_business.type\":\"offer\"}", 3},
		{"{\"google_business.type\":\"alert\"}", 1},
		{"{\"google_business.cta\":\"get_offer\"}", 1},
		{"{\"google_business.cta\":\"shop\"}", 1},
		{"{\"google_business.cta\":\"call\"}", 0},
		{"{\"google_business.cta\":\"call\",\"google_business.cta_url\":\"https://a.example\"}",
		 1},
		{"{\"google_business.cta\":\"shop\",\"google_business.cta_url\":\"https://a.example\"}",
		 0},
		{"{\"google_business.cta\":\"shop\",\"google_business.cta_url\":\"a\"}", 1},
		{"{\"google_business.coupon\":\"A\"}", 1},
		{"{\"google_business.start\":\"2026-12-24\"}", 1},
		{"{\"google_business.colour\":\"red\"}", 1},
	};
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		r.post.options = cases[i].options;
		if (rig_problems(&r, NULL) != cases[i].problems)
			print_error("%s\n", cases[i].options);
		assert_int_equal(rig_problems(&r, NULL), cases[i].problems);
	}
	rig_free(&r);
}

static void google__rehearsal__shows_the_request(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	r.in.rehearsal = true;
	r.in.media_urls = NULL;
	rig_add_file(&r, 'a', "image/jpeg", 20000, NULL);
	rig_start(&r);
	assert_non_null(strstr(r.out.request->body.bytes, "<public URL of file 1>"));
	assert_int_equal(rig_start(&r), STEP_DONE);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(google__publish__standard),
		cmocka_unit_test(google__publish__options),
		cmocka_unit_test(google__publish__image_by_its_address),
		cmocka_unit_test(google__review__waits_for_it),
		cmocka_unit_test(google__review__does_not_last_for_ever),
		cmocka_unit_test(google__review__rejected),
		cmocka_unit_test(google__publish__every_error_row),
		cmocka_unit_test(google__errors__words_of_the_details),
		cmocka_unit_test(google__version__configured_and_retired),
		cmocka_unit_test(google__settle__by_the_list),
		cmocka_unit_test(google__settle__pages_and_failures),
		cmocka_unit_test(google__takedown__of_a_post),
		cmocka_unit_test(google__validate__limits),
		cmocka_unit_test(google__validate__options),
		cmocka_unit_test(google__rehearsal__shows_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
