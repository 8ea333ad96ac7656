/* tests/unit/platforms/test_bluesky_video.c - a video's way to Bluesky, from recorded exchanges. */
#include "rig.h"

#include "platforms/bluesky.h"

#define DID "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
#define KEY "3mxkzm3ujs22k"
#define ERROR(name) "{\"error\":\"" name "\",\"message\":\"words of the server\"}"

static void begin_video(struct rig *r, const char *endpoint)
{
	struct media *m;

	rig_init(r, &bluesky_platform, OP_PUBLISH);
	r->conn.server = "https://bsky.social";
	r->conn.endpoint = endpoint;
	r->conn.account = "alice.test";
	r->conn.account_id = DID;
	r->in.key = KEY;
	r->post.text = "film";
	m = rig_add_file(r, 'a', "video/mp4", INT64_C(40) << 20, "Waves");
	m->width = 1280;
	m->height = 720;
}

#define VIDEO_BLOB \
	"{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafkv\"},\"mimeType\":\"video/mp4\",\"size\":41943040}"
#define OWN "https://morel.us-east.host.bsky.network"

static void assert_video_record(struct rig *r)
{
	struct json *body = rig_body(r);
	const struct json *embed = json_at(body, "record.embed");

	assert_true(r->out.commit_like);
	assert_string_equal(json_str(embed, "$type"), "app.bsky.embed.video");
	assert_string_equal(json_as_str(json_at(embed, "video.ref.$link")), "bafkv");
	assert_string_equal(json_str(embed, "alt"), "Waves");
	assert_int_equal(json_int(json_get(embed, "aspectRatio"), "width", 0), 1280);
	json_free(&body);
}

static void bluesky__video__by_the_service_of_its_own(void **state)
{
	struct rig r;

	(void)state;
	begin_video(&r, OWN);
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    OWN "/xrpc/com.atproto.server.getServiceAuth"
				"?aud=did%3Aweb%3Amorel.us-east.host.bsky.network&lxm=com.atproto."
				"repo.uploadBlob&exp=1790001800");
	rig_say(&r, 200, "{\"token\":\"sekrit.e30.x\"}");
	assert_string_equal(r.out.service, "sekrit.e30.x");
	assert_non_null(strstr(rig_url(&r), "https://video.bsky.app/xrpc/app.bsky.video.uploadVideo"
					    "?did=did%3Aplc%3Aewvi7nxzyoun6zhxrhs64oiz&name="));
	assert_true(rig_has_secret(&r, SLOT_SERVICE));
	assert_false(rig_has_secret(&r, SLOT_ACCESS));
	assert_true(r.out.request->timeout_ms > 300000);
	assert_string_equal(rig_header(&r, "Content-Type"), "video/mp4");
	/* The program ends here: the permit was not stored, so another is asked for. */
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "getServiceAuth"));
	rig_say(&r, 200, "{\"token\":\"sekrit.e30.x\"}");
	rig_say(&r, 200,
		"{\"jobStatus\":{\"jobId\":\"j1\",\"did\":\"" DID
		"\",\"state\":\"JOB_STATE_CREATED\"}}");
	assert_string_equal(rig_url(&r),
			    "https://video.bsky.app/xrpc/app.bsky.video.getJobStatus?jobId=j1");
	assert_false(rig_has_secret(&r, SLOT_ACCESS) || rig_has_secret(&r, SLOT_SERVICE));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_say(&r, 200,
					 "{\"jobStatus\":{\"jobId\":\"j1\",\"state\":"
					 "\"JOB_STATE_ENCODING\",\"progress\":30}}"),
				 STEP_WAIT);
		assert_int_equal(r.out.at, NOW + (1000 << i));
		/* A crash while it waits goes on with the work that is known. */
		assert_int_equal(rig_start(&r), STEP_SEND);
		assert_non_null(strstr(rig_url(&r), "jobId=j1"));
	}
	rig_say(&r, 200,
		"{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_COMPLETED\",\"blob\":" VIDEO_BLOB
		"}}");
	assert_video_record(&r);
	rig_free(&r);
}

static void bluesky__video__known_to_the_service_is_as_good(void **state)
{
	static const struct {
		int status;
		const char *body;
		bool asks;
	} rows[] = {
		{409,
		 "{\"error\":\"already_exists\",\"jobId\":\"j1\",\"state\":\"JOB_STATE_COMPLETED\"}",
		 true},
		{409,
		 "{\"error\":\"already_exists\",\"jobStatus\":{\"jobId\":\"j1\",\"blob\":" VIDEO_BLOB
		 "}}",
		 false},
		{200, "{\"jobId\":\"j1\",\"state\":\"JOB_STATE_CREATED\"}", true},
		{200, "{\"jobId\":\"j1\",\"blob\":" VIDEO_BLOB "}", false},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_video(&r, OWN);
		rig_start(&r);
		rig_say(&r, 200, "{\"token\":\"t\"}");
		rig_say(&r, rows[i].status, rows[i].body);
		if (rows[i].asks)
			rig_say(&r, 200, "{\"jobId\":\"j1\",\"blob\":" VIDEO_BLOB "}");
		assert_video_record(&r);
		rig_free(&r);
	}
}

static void bluesky__video__what_the_service_refuses(void **state)
{
	static const struct rig_error rows[] = {
		{200, NULL,
		 "{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_FAILED\",\"error\":\"bad\"}}",
		 CLASS_PERMANENT, E_MEDIA, 0},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL, 0},
		{400, NULL, "{\"error\":\"unconfirmed_email\",\"message\":\"x\"}", CLASS_PERMANENT,
		 E_MEDIA, 0},
		{409, NULL, "{\"error\":\"other\"}", CLASS_PERMANENT, E_MEDIA, 0},
		{502, NULL, "", CLASS_TRANSIENT, E_PLATFORM, 0},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_video(&r, OWN);
		rig_start(&r);
		rig_say(&r, 200, "{\"token\":\"t\"}");
		rig_say(&r, rows[i].status, rows[i].body);
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
	begin_video(&r, OWN);
	rig_start(&r);
	rig_say(&r, 200, "{\"token\":\"t\"}");
	rig_say(&r, 200, "{\"jobId\":\"j1\"}");
	rig_say(&r, 400, ERROR("NotFound"));
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "getServiceAuth"));
	rig_free(&r);
}

static void bluesky__video__as_a_blob_where_there_is_no_service(void **state)
{
	static const struct {
		const char *endpoint, *video_base;
		const char *host;
	} rows[] = {
		{"https://pds.example.org", NULL,
		 "https://pds.example.org/xrpc/com.atproto.repo.uploadBlob"},
		{OWN, "none", OWN "/xrpc/com.atproto.repo.uploadBlob"},
		{"http://127.0.0.1:2583", "http://127.0.0.1:9",
		 "http://127.0.0.1:2583/xrpc/com.atproto.server.getServiceAuth?aud=did%3Aweb%3A127.0.0.1%253A2583"},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_video(&r, rows[i].endpoint);
		r.in.video_base = rows[i].video_base;
		rig_start(&r);
		assert_int_equal(strncmp(rig_url(&r), rows[i].host, strlen(rows[i].host)), 0);
		if (i == 0) {
			rig_say(&r, 200, "{\"blob\":" VIDEO_BLOB "}");
			assert_video_record(&r);
		}
		rig_free(&r);
	}
}

static void bluesky__validate__videos_and_polls(void **state)
{
	struct rig r;

	(void)state;
	begin_video(&r, OWN);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes = 300000000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.conn.endpoint = "https://pds.example.org";
	r.conn.facts = "{\"blob_bytes_max\":5000}";
	r.media[0].bytes = 5000;
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 5000;
	r.media[0].type = "video/quicktime";
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "video/mp4";
	rig_add_file(&r, 'b', "image/png", 1000, NULL);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 0;
	r.post.options = "{\"bluesky.poll\":\"A|B\"}";
	assert_int_equal(rig_problems(&r, "option"), 1);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bluesky__video__by_the_service_of_its_own),
		cmocka_unit_test(bluesky__video__known_to_the_service_is_as_good),
		cmocka_unit_test(bluesky__video__what_the_service_refuses),
		cmocka_unit_test(bluesky__video__as_a_blob_where_there_is_no_service),
		cmocka_unit_test(bluesky__validate__videos_and_polls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
