/* tests/unit/platforms/test_instagram_post.c - publish, settle and take down on Instagram, from recorded exchanges. */
#include "rig.h"

#include "platforms/instagram.h"

#define BASE INSTAGRAM_API "/" INSTAGRAM_VERSION
#define CONTAINER "{\"id\":\"900\"}"
#define FINISHED "{\"status_code\":\"FINISHED\",\"status\":\"Finished: ready\",\"id\":\"900\"}"
#define WORKING "{\"status_code\":\"IN_PROGRESS\",\"status\":\"In Progress\",\"id\":\"900\"}"
#define PUBLISHED "{\"status_code\":\"PUBLISHED\",\"status\":\"Published\",\"id\":\"900\"}"
#define EXPIRED "{\"status_code\":\"EXPIRED\",\"status\":\"Expired\",\"id\":\"900\"}"
#define POSTED "{\"id\":\"1791\"}"
#define PERMALINK "{\"permalink\":\"https://www.instagram.com/p/abc/\",\"id\":\"1791\"}"
#define LISTED \
	"{\"data\":[{\"id\":\"1790\",\"caption\":\"other\",\"timestamp\":" \
	"\"2026-09-21T14:13:21+0000\"},{\"id\":\"1791\",\"caption\":\"look\",\"timestamp\":" \
	"\"2026-09-21T14:13:21+0000\",\"permalink\":\"https://www.instagram.com/p/abc/\"}]}"

static const char *const urls[] = {"https://media.example/a.jpg", "https://media.example/b.mp4",
				   "https://media.example/c.jpg"};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &instagram_platform, op);
	r->conn.server = INSTAGRAM_API;
	r->conn.account = "shop";
	r->conn.account_id = "17841";
	r->in.key = "k";
	r->in.media_urls = urls;
	r->post.text = "look";
}

static void image(struct rig *r)
{
	struct media *m = rig_add_file(r, 'a', "image/jpeg", 1000, "A cat");

	m->width = m->height = 1080;
}

/* Up to the publishing. */
static void up_to_publish(struct rig *r)
{
	begin(r, OP_PUBLISH);
	image(r);
	rig_start(r);
	rig_say(r, 200, CONTAINER);
	rig_say(r, 200, FINISHED);
	assert_true(r->out.commit_like);
}

static void instagram__publish__image(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	r.post.link = "https://a.example";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/17841/media");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_string_equal(r.out.request->body.bytes,
			    "image_url=https%3A%2F%2Fmedia.example%2Fa.jpg&alt_text=A%20cat&"
			    "caption=look%0A%0Ahttps%3A%2F%2Fa.example");
	rig_say(&r, 200, CONTAINER);
	assert_string_equal(rig_url(&r), BASE "/900?fields=status_code%2Cstatus");
	assert_int_equal(r.commits, 0);
	rig_say(&r, 200, FINISHED);
	assert_string_equal(rig_url(&r), BASE "/17841/media_publish");
	assert_true(r.out.commit_like);
	assert_string_equal(r.out.request->body.bytes, "creation_id=900");
	rig_say(&r, 200, POSTED);
	assert_string_equal(rig_url(&r), BASE "/1791?fields=permalink");
	assert_int_equal(rig_say(&r, 200, PERMALINK), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_string_equal(r.out.remote_url, "https://www.instagram.com/p/abc/");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void instagram__publish__reel_with_its_options(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_add_file(&r, 'b', "video/mp4", 1000, "no alt for videos");
	r.post.options = "{\"instagram.type\":\"reel\",\"instagram.share_to_feed\":\"no\","
			 "\"instagram.thumb_offset\":\"1500\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.in.media_urls = urls + 1;
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "video_url=https%3A%2F%2Fmedia.example%2Fb.mp4&media_type=REELS&"
			    "share_to_feed=false&thumb_offset=1500&caption=look");
	rig_free(&r);
}

static void instagram__publish__story(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	r.post.options = "{\"instagram.type\":\"story\"}";
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.text = "";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "image_url=https%3A%2F%2Fmedia.example%2Fa.jpg&media_type=STORIES&"
			    "alt_text=A%20cat");
	rig_free(&r);
}

static void instagram__publish__carousel(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	rig_add_file(&r, 'b', "video/mp4", 1000, NULL);
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes,
			    "image_url=https%3A%2F%2Fmedia.example%2Fa.jpg&"
			    "is_carousel_item=true&alt_text=A%20cat");
	rig_say(&r, 200, "{\"id\":\"801\"}");
	assert_string_equal(rig_url(&r), BASE "/801?fields=status_code%2Cstatus");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(r.out.request->body.bytes,
			    "video_url=https%3A%2F%2Fmedia.example%2Fb.mp4&media_type=VIDEO&"
			    "is_carousel_item=true");
	rig_say(&r, 200, "{\"id\":\"802\"}");
	assert_int_equal(rig_say(&r, 200, WORKING), STEP_WAIT);
	/* A crash here goes on with what there is. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/802?fields=status_code%2Cstatus");
	rig_say(&r, 200, FINISHED);
	assert_string_equal(r.out.request->body.bytes,
			    "media_type=CAROUSEL&children=801%2C802&caption=look");
	rig_say(&r, 200, CONTAINER);
	rig_say(&r, 200, FINISHED);
	assert_string_equal(r.out.request->body.bytes, "creation_id=900");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void instagram__publish__no_media_host(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	r.in.media_urls = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	assert_non_null(strstr(r.out.error.hint, "media.host"));
	assert_null(r.out.request);
	rig_free(&r);
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void instagram__wait__longer_and_longer_then_gives_up(void **state)
{
	int64_t before = 0;
	struct rig r;
	int waits = 0;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	rig_start(&r);
	rig_say(&r, 200, CONTAINER);
	while (rig_say(&r, 200, WORKING) == STEP_WAIT) {
		int64_t wait = r.out.at - r.in.now_ms;

		assert_true(wait >= before && wait <= 60000);
		before = wait;
		r.in.now_ms = r.out.at;
		assert_true(++waits < 100);
		rig_start(&r);
		assert_string_equal(rig_url(&r), BASE "/900?fields=status_code%2Cstatus");
	}
	assert_failed(&r, CLASS_TRANSIENT, E_TIMEOUT);
	assert_int_equal(before, 60000);
	/* At least the five minutes that the documents speak of. */
	assert_true(r.in.now_ms - NOW > 300000);
	/* The next attempt looks at the same container. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/900?fields=status_code%2Cstatus");
	assert_int_equal(r.commits, 0);
	rig_free(&r);
}

static void instagram__container__failed_by_its_reason(void **state)
{
	static const struct {
		const char *status;
		enum err_class cls;
		enum err err;
	} cases[] = {
		{"Error: Media upload has failed with error code 2207026", CLASS_PERMANENT,
		 E_MEDIA},
		{"Error: 2207052", CLASS_PERMANENT, E_MEDIA},
		{"Error: 2207053", CLASS_TRANSIENT, E_PLATFORM},
		{"Error: 2207032", CLASS_TRANSIENT, E_PLATFORM},
		{"Error: 2207051", CLASS_PERMANENT, E_REJECTED},
		{"Error: 22070519", CLASS_TRANSIENT, E_PLATFORM},
		{"Error", CLASS_TRANSIENT, E_PLATFORM},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;
		char body[200];

		begin(&r, OP_PUBLISH);
		image(&r);
		rig_start(&r);
		rig_say(&r, 200, CONTAINER);
		snprintf(body, sizeof(body), "{\"status_code\":\"ERROR\",\"status\":\"%s\"}",
			 cases[i].status);
		rig_say(&r, 200, body);
		assert_failed(&r, cases[i].cls, cases[i].err);
		/* The next attempt makes a new one. */
		rig_start(&r);
		assert_string_equal(rig_url(&r), BASE "/17841/media");
		rig_free(&r);
	}
}

static void instagram__container__expired_is_made_anew(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	rig_start(&r);
	for (int i = 0; i < 2; i++) {
		rig_say(&r, 200, CONTAINER);
		rig_say(&r, 200, EXPIRED);
		assert_string_equal(rig_url(&r), BASE "/17841/media");
	}
	rig_say(&r, 200, CONTAINER);
	rig_say(&r, 200, EXPIRED);
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
	/* One that the platform does not know. */
	begin(&r, OP_PUBLISH);
	image(&r);
	rig_start(&r);
	rig_say(&r, 200, CONTAINER);
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":100,\"error_subcode\":33}}");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/17841/media");
	rig_free(&r);
}

static void instagram__container__of_an_edited_post_is_not_used(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	rig_start(&r);
	rig_say(&r, 200, CONTAINER);
	r.post.text = "look here";
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/17841/media");
	assert_true(rig_form_has(&r, "caption=look%20here"));
	rig_free(&r);
}

static void instagram__publish__refusals(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":9,\"error_subcode\":2207042}}",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, NOW + 24 * 60 * 60 * 1000},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":4,\"error_subcode\":2207051}}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":190}}", CLASS_AUTH,
		 E_TOKEN_REVOKED, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":24,\"error_subcode\":2207008}}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{400, NULL,
		 "{\"error\":{\"message\":\"x\",\"code\":9007,\"error_subcode\":2207027}}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{400, NULL, "{\"error\":{\"message\":\"x\",\"code\":77777}}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME, 0},
		{500, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "{}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		up_to_publish(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_error(&r, &rows[i]);
		/* Another attempt asks the container before anything else. */
		rig_start(&r);
		assert_false(r.out.commit_like);
		assert_string_equal(rig_url(&r), BASE "/900?fields=status_code%2Cstatus");
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void instagram__publish__never_twice(void **state)
{
	struct rig r;

	(void)state;
	up_to_publish(&r);
	/* A crash; it went out all the same. */
	rig_start(&r);
	rig_say(&r, 200, PUBLISHED);
	assert_string_equal(rig_url(&r), BASE "/17841/media?fields=id%2Ccaption%2Ctimestamp%2C"
					      "permalink%2Cmedia_type&limit=50");
	assert_int_equal(rig_say(&r, 200, LISTED), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_string_equal(r.out.remote_url, "https://www.instagram.com/p/abc/");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
	/* Where the list does not show it the container names it. */
	up_to_publish(&r);
	rig_start(&r);
	rig_say(&r, 200, PUBLISHED);
	assert_int_equal(rig_say(&r, 200, "{\"data\":[]}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "container:900");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
	/* A list that cannot be read is read again later. */
	up_to_publish(&r);
	rig_start(&r);
	rig_say(&r, 200, PUBLISHED);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
	/* It did not: the same container once more. */
	up_to_publish(&r);
	rig_start(&r);
	rig_say(&r, 200, FINISHED);
	assert_true(r.out.commit_like);
	assert_string_equal(r.out.request->body.bytes, "creation_id=900");
	rig_free(&r);
}

static void instagram__publish__address_is_no_must(void **state)
{
	struct rig r;

	(void)state;
	up_to_publish(&r);
	rig_say(&r, 200, POSTED);
	assert_int_equal(rig_say(&r, 500, ""), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_null(r.out.remote_url);
	rig_free(&r);
	up_to_publish(&r);
	rig_say(&r, 200, POSTED);
	assert_int_equal(rig_say(&r, 200, "{\"permalink\":\"javascript:x\"}"), STEP_DONE);
	assert_null(r.out.remote_url);
	rig_free(&r);
}

static void instagram__publish__first_comment(void **state)
{
	struct rig r;

	(void)state;
	up_to_publish(&r);
	r.post.first_comment = "more";
	rig_say(&r, 200, POSTED);
	rig_say(&r, 200, PERMALINK);
	assert_string_equal(rig_url(&r), BASE "/1791/comments");
	assert_string_equal(r.out.request->body.bytes, "message=more");
	assert_false(r.out.commit_like);
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"5\"}"), STEP_DONE);
	rig_free(&r);
	/* A crash while it was on its way: neither is sent again. */
	up_to_publish(&r);
	r.post.first_comment = "more";
	rig_say(&r, 200, POSTED);
	rig_say(&r, 200, PERMALINK);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	assert_int_equal(r.commits, 1);
	rig_free(&r);
	up_to_publish(&r);
	r.post.first_comment = "more";
	rig_say(&r, 200, POSTED);
	rig_say(&r, 200, PERMALINK);
	rig_say(&r, 400, "{\"error\":{\"message\":\"x\",\"code\":10}}");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_url, "https://www.instagram.com/p/abc/");
	rig_free(&r);
}

static void instagram__settle__by_the_container(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum step_verdict verdict;
	} cases[] = {
		{200, FINISHED, STEP_ABSENT},
		{200, EXPIRED, STEP_ABSENT},
		{200, "{\"status_code\":\"ERROR\"}", STEP_ABSENT},
		{200, WORKING, STEP_FAILED},
		{200, "{}", STEP_FAILED},
		{500, "", STEP_FAILED},
		{400, "{\"error\":{\"message\":\"x\",\"code\":190}}", STEP_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;

		up_to_publish(&r);
		r.in.op = OP_SETTLE;
		rig_start(&r);
		assert_string_equal(rig_url(&r), BASE "/900?fields=status_code%2Cstatus");
		assert_int_equal(rig_say(&r, cases[i].status, cases[i].body), cases[i].verdict);
		if (r.out.verdict == STEP_FAILED)
			assert_true(r.out.error_class == CLASS_TRANSIENT ||
				    r.out.error_class == CLASS_AUTH);
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void instagram__settle__published(void **state)
{
	struct rig r;

	(void)state;
	up_to_publish(&r);
	r.in.op = OP_SETTLE;
	rig_start(&r);
	rig_say(&r, 200, PUBLISHED);
	assert_int_equal(rig_say(&r, 200, LISTED), STEP_DONE);
	assert_string_equal(r.out.remote_id, "1791");
	rig_free(&r);
	up_to_publish(&r);
	r.in.op = OP_SETTLE;
	rig_start(&r);
	rig_say(&r, 200, PUBLISHED);
	assert_int_equal(rig_say(&r, 200, "{\"data\":[]}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "container:900");
	rig_free(&r);
	/* A container that is not known any more, or none: the list alone, which proves no absence. */
	for (int lost = 0; lost < 2; lost++)
		for (int there = 0; there < 2; there++) {
			up_to_publish(&r);
			r.in.op = OP_SETTLE;
			if (lost)
				json_free(&r.state);
			rig_start(&r);
			if (!lost)
				rig_say(&r, 400,
					"{\"error\":{\"message\":\"x\",\"code\":100,"
					"\"error_subcode\":33}}");
			assert_non_null(strstr(rig_url(&r), "/17841/media?"));
			assert_int_equal(rig_say(&r, 200, there ? LISTED : "{\"data\":[]}"),
					 there ? STEP_DONE : STEP_UNDECIDED);
			rig_free(&r);
		}
}

static void instagram__takedown__of_a_post(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN);
	r.in.remote_id = "1791";
	rig_start(&r);
	assert_string_equal(rig_url(&r), BASE "/1791");
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_int_equal(rig_say(&r, 200, "{\"success\":true,\"deleted_id\":\"1791\"}"), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 400, "{\"error\":{\"message\":\"Unsupported delete request\",\"code\":100}}");
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	r.in.remote_id = "container:900";
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_STATE);
	rig_free(&r);
}

static void instagram__validate__caption(void **state)
{
	static char text[INSTAGRAM_TEXT_MAX * 2 + 8];
	struct rig r;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < INSTAGRAM_TEXT_MAX; i++)
		memcpy(text + i * 2, "é", 2);
	begin(&r, OP_PUBLISH);
	image(&r);
	r.post.text = text;
	assert_int_equal(rig_problems(&r, NULL), 0);
	memcpy(text + INSTAGRAM_TEXT_MAX * 2, "x", 2);
	assert_int_equal(rig_problems(&r, "text"), 1);
	for (int i = 0; i < INSTAGRAM_TAGS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "#tag%d ", i);
	assert_int_equal(rig_problems(&r, NULL), 0);
	snprintf(text + n, sizeof(text) - n, "#more");
	assert_int_equal(rig_problems(&r, "text"), 1);
	n = 0;
	for (int i = 0; i < INSTAGRAM_MENTIONS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "@user%d ", i);
	assert_int_equal(rig_problems(&r, NULL), 0);
	snprintf(text + n, sizeof(text) - n, "@more");
	assert_int_equal(rig_problems(&r, "text"), 1);
	rig_free(&r);
}

static void instagram__validate__media(void **state)
{
	static const struct {
		int64_t width, height;
		size_t problems;
	} shapes[] = {{1080, 1350, 0}, {1080, 1351, 1}, {1910, 1000, 0}, {1911, 1000, 1},
		      {4000, 4000, 0}, {0, 0, 0},       {800, 1000, 0},  {799, 1000, 1}};
	static char alt[1002];
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	assert_int_equal(rig_problems(&r, "media"), 1);
	image(&r);
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		r.media[0].width = shapes[i].width;
		r.media[0].height = shapes[i].height;
		assert_int_equal(rig_problems(&r, "media"), shapes[i].problems);
	}
	r.media[0].width = r.media[0].height = 1080;
	r.media[0].bytes = 8388608;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 1000;
	r.media[0].type = "image/png";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "image/jpeg";
	memset(alt, 'x', 1000);
	r.media[0].alt = alt;
	assert_int_equal(rig_problems(&r, NULL), 0);
	alt[1000] = 'x';
	assert_int_equal(rig_problems(&r, "alt"), 1);
	r.post.n_media = 0;
	rig_add_file(&r, 'b', "video/mp4", 314572800, NULL)->duration_ms = 3000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes--;
	r.media[0].duration_ms = 2999;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].duration_ms = 900000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].duration_ms++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	rig_free(&r);
}

static void instagram__validate__number_of_files(void **state)
{
	struct media many[11];
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = r.media[0];
	r.post.media = many;
	r.post.n_media = 10;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.post.n_media = 11;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 2;
	r.post.options = "{\"instagram.type\":\"reel\"}";
	assert_int_equal(rig_problems(&r, "media"), 1);
	rig_free(&r);
}

static void instagram__validate__options(void **state)
{
	static const char *const bad[] = {
		"{\"instagram.type\":\"igtv\"}", "{\"instagram.share_to_feed\":\"maybe\"}",
		"{\"instagram.thumb_offset\":\"-1\"}", "{\"instagram.cover_url\":\"cover\"}",
		"{\"instagram.colour\":\"red\"}"};
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		r.post.options = bad[i];
		assert_int_equal(rig_problems(&r, "option"), 1);
	}
	rig_free(&r);
}

static void instagram__rehearsal__shows_all_requests(void **state)
{
	static const char *const want[] = {"/17841/media",
					   "/17841/media",
					   "/17841/media",
					   "/%3Ccontainer%3E?fields=",
					   "/17841/media_publish",
					   "?fields=permalink",
					   "/comments"};
	struct rig r;
	size_t n = 0;

	(void)state;
	begin(&r, OP_PUBLISH);
	image(&r);
	image(&r);
	r.in.rehearsal = true;
	r.in.media_urls = NULL;
	r.post.first_comment = "more";
	for (; rig_start(&r) == STEP_SEND; n++) {
		assert_true(n < COUNT_OF(want));
		assert_non_null(strstr(rig_url(&r), want[n]));
	}
	assert_int_equal(n, COUNT_OF(want));
	assert_int_equal(r.out.verdict, STEP_DONE);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instagram__publish__image),
		cmocka_unit_test(instagram__publish__reel_with_its_options),
		cmocka_unit_test(instagram__publish__story),
		cmocka_unit_test(instagram__publish__carousel),
		cmocka_unit_test(instagram__publish__no_media_host),
		cmocka_unit_test(instagram__wait__longer_and_longer_then_gives_up),
		cmocka_unit_test(instagram__container__failed_by_its_reason),
		cmocka_unit_test(instagram__container__expired_is_made_anew),
		cmocka_unit_test(instagram__container__of_an_edited_post_is_not_used),
		cmocka_unit_test(instagram__publish__refusals),
		cmocka_unit_test(instagram__publish__never_twice),
		cmocka_unit_test(instagram__publish__address_is_no_must),
		cmocka_unit_test(instagram__publish__first_comment),
		cmocka_unit_test(instagram__settle__by_the_container),
		cmocka_unit_test(instagram__settle__published),
		cmocka_unit_test(instagram__takedown__of_a_post),
		cmocka_unit_test(instagram__validate__caption),
		cmocka_unit_test(instagram__validate__media),
		cmocka_unit_test(instagram__validate__number_of_files),
		cmocka_unit_test(instagram__validate__options),
		cmocka_unit_test(instagram__rehearsal__shows_all_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
