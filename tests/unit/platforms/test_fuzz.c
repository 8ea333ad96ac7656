/* tests/unit/platforms/test_fuzz.c - every adapter against answers that no server would give.
 *
 * Deterministic: fixed seeds. For each operation of each platform: it ends, it asks for at most one
 * commit-like request in an attempt, what it answers is whole, and no secret gets into the state. */
#include "rig.h"

#define ROUNDS 1500
#define STEPS_MAX 200

static uint32_t seed;

static uint32_t next_random(uint32_t bound)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % bound;
}

static const char *const bodies[] = {
	"",
	"{}",
	"[]",
	"null",
	"{\"did\":\"did:plc:alice234\"}",
	"{\"did\":null}",
	"{\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafk\"},\"mimeType\":\"image/png\","
	"\"size\":1000}}",
	"{\"blob\":[]}",
	"{\"uri\":\"at://did:plc:alice234/app.bsky.feed.post/3mxkzm3ujs22k\",\"cid\":\"c\"}",
	"{\"uri\":\"at://\"}",
	"{\"token\":\"sekrit\"}",
	"{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_ENCODING\"}}",
	"{\"jobId\":\"j1\",\"state\":\"JOB_STATE_FAILED\"}",
	"{\"jobId\":\"j1\",\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafk\"},\"size\":1000}}",
	"{\"error\":\"ExpiredToken\",\"message\":\"x\"}",
	"{\"error\":\"InvalidRequest\",\"message\":\"\\u001b[2J\"}",
	"{\"error\":\"BlobNotFound\"}",
	"{\"error\":{\"a\":1},\"message\":[]}",
	"{\"error\":\"Validation failed\"}",
	"{\"accessJwt\":\"sekrit.e30.x\",\"refreshJwt\":\"sekrit\",\"handle\":\"alice.test\","
	"\"did\":\"did:plc:alice234\"}",
	"{\"id\":\"109\",\"url\":\"https://social.example/@alice/109\",\"account\":{\"id\":\"7\"}}",
	"{\"id\":\"7\",\"acct\":\"alice\",\"username\":\"alice\",\"url\":null}",
	"{\"id\":109}",
	"[{\"id\":\"109\",\"content\":\"<p>hi</p>\",\"created_at\":\"2026-09-21T14:13:20.000Z\"}]",
	"{\"version\":\"4.3.0\",\"configuration\":{\"statuses\":{\"max_characters\":-1}}}",
	"{\"data\":{\"id\":\"123\",\"username\":\"alice\",\"deleted\":true,\"expires_after_secs\":9}}",
	"{\"data\":{\"id\":\"123\",\"processing_info\":{\"state\":\"pending\",\"check_after_secs\":-1}}}",
	"{\"data\":{\"processing_info\":{\"state\":\"failed\"}}}",
	"{\"data\":[{\"id\":\"5\",\"text\":\"hi &amp; t.co\",\"entities\":{\"urls\":[{\"url\":\"t.co\"}]}}]}",
	"{\"title\":\"Forbidden\",\"detail\":\"duplicate content\",\"type\":\"about:blank\"}",
	"{\"access_token\":\"sekrit\",\"refresh_token\":\"sekrit2\",\"expires_in\":\"abc\",\"scope\":\"\"}",
	"{\"access_token\":\"sekrit\",\"expires_in\":7200}",
	"{\"ok\":true,\"result\":{\"id\":5,\"username\":\"bot\",\"status\":\"administrator\",\"message_id\":7}}",
	"{\"ok\":true,\"result\":[{\"message_id\":7,\"chat\":{\"id\":-1001}},{\"message_id\":8}]}",
	"{\"ok\":true,\"result\":[]}",
	"{\"ok\":false,\"description\":\"chat not found\",\"parameters\":{\"retry_after\":-3}}",
	"{\"id\":\"123\",\"name\":\"hook\",\"channel_id\":\"5\",\"guild_id\":5,\"retry_after\":1e300}",
	"{\"message\":\"Unknown Webhook\",\"code\":10015}",
	"{\"media_id\":\"5\",\"upload_url\":\"https://server.example/u\",\"upload_parameters\":{\"k\":\"sekrit\",\"n\":1}}",
	"{\"items\":[{\"id\":\"123\",\"name\":\"Cats\",\"link\":null,\"created_at\":\"2026-09-21T14:13:20\"},{\"id\":\"9\"}],"
	"\"bookmark\":\"b\"}",
	"{\"code\":40,\"message\":\"no board\",\"status\":\"succeeded\"}",
	"{\"value\":{\"uploadUrl\":\"https://server.example/u\",\"image\":\"urn:li:image:C\"}}",
	"{\"value\":{\"video\":\"urn:li:video:V\",\"uploadInstructions\":[{\"uploadUrl\":\"https://server.example/u\","
	"\"firstByte\":0,\"lastByte\":99},{\"uploadUrl\":\"https://server.example/u\",\"firstByte\":100}]}}",
	"{\"status\":\"AVAILABLE\",\"sub\":\"abc\",\"name\":\"Alice\"}",
	"{\"elements\":[{\"organizationalTarget\":\"urn:li:organization:5\",\"id\":\"urn:li:share:7\",\"commentary\":\"hi\"}]}",
	"{\"message\":\"Content is a duplicate of urn:li:share:9\",\"code\":\"DUPLICATE_POST\"}",
	"{\"error\":\"invalid_grant\",\"error_description\":\"x\"}",
	"{\"data\":{\"is_valid\":true,\"type\":\"USER\",\"scopes\":[\"pages_show_list\","
	"\"pages_manage_posts\",\"pages_read_engagement\"]}}",
	"{\"data\":[{\"id\":\"123\",\"name\":\"a\\u202eb, c\",\"access_token\":\"sekrit\"},"
	"{\"id\":\"124\",\"name\":\"\",\"access_token\":\"sekrit\"}],\"paging\":{\"next\":\"x\","
	"\"cursors\":{\"after\":\"sekri\"}}}",
	"{\"id\":\"123_456\",\"status_code\":\"FINISHED\",\"status\":\"FINISHED\",\"success\":true}",
	"{\"id\":\"55\",\"status_code\":\"PUBLISHED\",\"status\":\"PUBLISHED\"}",
	"{\"status_code\":\"ERROR\",\"status\":\"ERROR\",\"error_message\":\"2207026\"}",
	"{\"status_code\":\"IN_PROGRESS\",\"status\":\"IN_PROGRESS\"}",
	"{\"status_code\":\"EXPIRED\",\"status\":\"EXPIRED\"}",
	"{\"video_id\":\"55\",\"upload_session_id\":\"7\",\"start_offset\":\"0\",\"end_offset\":"
	"\"400\",\"upload_url\":\"https://server.example/u\"}",
	"{\"start_offset\":\"1000\",\"end_offset\":\"1000\",\"success\":true}",
	"{\"error\":{\"code\":190,\"error_subcode\":463,\"message\":\"x\",\"is_transient\":1}}",
	"{\"error\":{\"code\":1e99,\"error_subcode\":-3,\"is_transient\":true}}",
	"{\"error\":{\"code\":4,\"error_subcode\":2207051}}",
	"{\"accounts\":[{\"name\":\"accounts/1\"},{\"name\":\"accounts/../2\"}],\"nextPageToken\":\"p\"}",
	"{\"locations\":[{\"name\":\"locations/2\",\"title\":\"Shop, here\",\"metadata\":"
	"{\"canOperateLocalPost\":true}}]}",
	"{\"name\":\"accounts/1/locations/2/localPosts/3\",\"state\":\"PROCESSING\",\"searchUrl\":"
	"\"https://local.example/3\"}",
	"{\"localPosts\":[{\"name\":\"accounts/1/locations/2/localPosts/3\",\"topicType\":\"STANDARD\"}],"
	"\"nextPageToken\":\"q\"}",
	"{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"errorDetails\":"
	"[{\"code\":1000,\"message\":\"Fetching image failed.\"}]}]}}",
	"<html><body>Bad gateway</body></html>",
	"\xff\xfe\x00",
};

static const int statuses[] = {200, 200, 200, 200, 201, 202, 204, 206, 301, 400, 400,
			       401, 403, 404, 408, 409, 413, 422, 429, 500, 501, 503};

static struct http_response *random_answer(void)
{
	char body[1024];
	struct http_response *r;
	size_t n;

	snprintf(body, sizeof(body), "%s", bodies[next_random(COUNT_OF(bodies))]);
	n = strlen(body);
	/* One in four is damaged: a byte changed or the end cut off. */
	if (n > 0 && next_random(4) == 0) {
		if (next_random(2))
			body[next_random((uint32_t)n)] = (char)(1 + next_random(255));
		else
			body[next_random((uint32_t)n)] = '\0';
	}
	r = http_response_make(
		statuses[next_random(COUNT_OF(statuses))],
		next_random(3)
			? NULL
			: "Retry-After: -1\nX-RateLimit-Reset: x\nETag: e\nx-restli-id: urn:li:share:7\n",
		body);
	r->truncated = next_random(10) == 0;
	return r;
}

static void check_answer(struct rig *r)
{
	const struct step_out *out = &r->out;
	struct strbuf b;

	if (out->verdict == STEP_SEND) {
		assert_non_null(out->request);
		assert_int_equal(strncmp(out->request->url.bytes, "https://", 8), 0);
	}
	if (out->verdict == STEP_WAIT)
		assert_true(out->at > r->in.now_ms);
	if (out->verdict == STEP_DONE && r->in.op == OP_PUBLISH)
		assert_non_null(out->remote_id);
	if (out->verdict == STEP_FAILED) {
		assert_true(out->error.code != OK);
		assert_true(out->error_class != CLASS_NONE);
		assert_true(out->error.text[0] != '\0');
	}
	if (r->commits > 0 && out->verdict == STEP_FAILED && out->error.http_status >= 500 &&
	    out->error.code != E_UNSUPPORTED && !out->partly)
		assert_int_equal(out->error_class, CLASS_UNKNOWN);
	if (r->state != NULL) {
		strbuf_init(&b, JSON_BYTES_MAX);
		json_write(&b, r->state, false);
		assert_null(strstr(b.data, "sekrit"));
		strbuf_free(&b);
	}
}

static const char *pick(const char *const *list, size_t n)
{
	return list[next_random((uint32_t)n)];
}

static const char *const accounts[] = {"did:plc:alice234",  "did:plc:alice234",      "109",
				       "urn:li:person:abc", "urn:li:organization:5", "@news"};
static const char *const remote_ids[] = {"at://did:plc:alice234/app.bsky.feed.post/3mxkzm3ujs22k",
					 "123", "urn:li:share:7", "-100123/7", ""};
static const char *const types[] = {"image/png", "image/png", "image/gif", "video/mp4"};

#define THREAD \
	"{\"bluesky.thread\":\"true\",\"mastodon.thread\":\"true\",\"x.thread\":\"true\"," \
	"\"threads.thread\":\"true\"}"

static void one_attempt(const struct platform *p, enum platform_op op, bool threaded)
{
	static const struct oauth_in oauth = {.client_id = "client",
					      .has_secret = true,
					      .redirect_uri = "http://127.0.0.1:8123/x",
					      .state = "st",
					      .challenge = "ch",
					      .client_name = "Masthead"};
	static const char *const urls[] = {"https://media.example/a", "https://media.example/b"};
	struct rig r;
	char key[PLATFORM_KEY_SIZE];
	int steps = 0;

	rig_init(&r, p, op);
	p->make_key(NOW, key, sizeof(key));
	r.conn.server = next_random(4) ? "https://server.example"
				       : "https://server.example/api/webhooks/123";
	r.conn.account = "alice.test";
	r.conn.account_id = pick(accounts, COUNT_OF(accounts));
	r.conn.refreshable = next_random(2);
	r.in.login_name = next_random(2) ? "alice.test" : NULL;
	r.in.choice = next_random(2) ? "123" : NULL;
	r.in.oauth = next_random(8) ? &oauth : NULL;
	r.in.key = key;
	r.in.remote_id = pick(remote_ids, COUNT_OF(remote_ids));
	r.in.video_base = next_random(2) ? "https://server.example" : NULL;
	r.in.media_urls = next_random(8) ? urls : NULL;
	r.post.first_comment = next_random(2) ? "more" : NULL;
	r.post.title = next_random(2) ? "A title" : NULL;
	r.post.text = "hi @bob.test @carol.test #tag https://a.example";
	if (threaded) {
		r.post.text = "hi @bob.test https://a.example\n---\nmore\n---\nand more";
		r.post.options = THREAD;
	}
	for (size_t i = 0; i < 2; i++) {
		memset(r.media[i].sha256, (int)('a' + i), 64);
		r.media[i].type = pick(types, COUNT_OF(types));
		r.media[i].bytes = next_random(4) ? 1000 : 20000000;
		r.media[i].alt = next_random(2) ? "A cat" : NULL;
	}
	r.post.n_media = next_random(3);
	rig_start(&r);
	check_answer(&r);
	while (r.out.verdict == STEP_SEND || r.out.verdict == STEP_WAIT) {
		assert_true(++steps < STEPS_MAX);
		if (r.out.verdict == STEP_WAIT) {
			r.in.now_ms = r.out.at;
			rig_start(&r);
		} else {
			rig_answer(&r, random_answer());
		}
		check_answer(&r);
	}
	/* A part that is known is not sent again, and one that is not known is sent once. */
	assert_true(r.commits <=
		    (op == OP_PUBLISH ? 1 + (size_t)json_len(json_get(r.state, "parts")) : 0));
	assert_true(r.commits <= (threaded ? 3 : 1));
	rig_free(&r);
}

static void fuzz__step__always_ends_and_never_commits_twice(void **state)
{
	(void)state;
	seed = 424242;
	for (size_t i = 0; platforms[i] != NULL; i++)
		for (int op = 0; op < OP_COUNT; op++)
			for (int round = 0; round < ROUNDS; round++)
				one_attempt(platforms[i], (enum platform_op)op, round % 3 == 0);
}

/* Any JSON may stand where the state was: a database from elsewhere, an older version's state. */
static void fuzz__step__survives_any_state(void **state)
{
	static const char *const states[] = {
		"{}",
		"[]",
		"{\"ask\":7,\"dids\":[],\"blobs\":3}",
		"{\"ask\":\"upload\",\"what\":\"none\"}",
		"{\"ask\":\"resolve\"}",
		"{\"ask\":\"create\"}",
		"{\"ask\":\"status\",\"container\":\"55\",\"again\":-1,\"polls\":\"x\"}",
		"{\"ask\":\"find\",\"container\":{},\"settle\":\"list\"}",
		"{\"ask\":\"transfer\",\"media\":{\"0:\":{\"at\":-1}}}",
		"{\"ask\":\"comment\",\"id\":\"a b\",\"reply\":[]}",
		"{\"ask\":\"review\",\"id\":\"accounts/1\",\"settle\":7}",
		"{\"ask\":\"media\",\"media\":{\"aaaa\":5}}",
		"{\"ask\":\"\",\"blobs\":{\"aaaa\":null}}",
		"{\"ask\":\"append\",\"what\":\"0\",\"media\":7,\"again\":\"x\",\"sent\":1}",
		"{\"ask\":\"poll\",\"what\":\"99999999999999999999\",\"polls\":-5}",
		"{\"id\":7,\"comment\":\"x\",\"sent\":true,\"ask\":\"comment\"}",
		"{\"id\":\"\",\"ask\":\"create\",\"sent\":true}",
		"{\"parts\":7,\"part\":[],\"sent\":1,\"left\":\"x\"}",
		"{\"parts\":[1],\"part\":{\"ask\":\"create\"},\"begun\":7}",
		"{\"parts\":[{},{},{},{}],\"part\":null,\"left\":99,\"down\":3}",
	};

	(void)state;
	seed = 99;
	for (size_t i = 0; platforms[i] != NULL; i++)
		for (size_t s = 0; s < COUNT_OF(states); s++)
			for (int op = OP_PUBLISH; op < OP_COUNT; op++)
				for (int round = 0; round < 40; round++) {
					struct rig r;
					char key[PLATFORM_KEY_SIZE];

					rig_init(&r, platforms[i], (enum platform_op)op);
					platforms[i]->make_key(NOW, key, sizeof(key));
					r.in.key = key;
					r.conn.server = "https://server.example";
					r.conn.account_id = "did:plc:alice234";
					r.post.text = "hi @bob.test\n---\nmore";
					r.post.options = round % 4 < 2 ? THREAD : NULL;
					assert_int_equal(json_parse(states[s], strlen(states[s]),
								    1000, &r.state, NULL),
							 OK);
					rig_answer(&r, round % 2 ? random_answer() : NULL);
					check_answer(&r);
					rig_free(&r);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuzz__step__always_ends_and_never_commits_twice),
		cmocka_unit_test(fuzz__step__survives_any_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
