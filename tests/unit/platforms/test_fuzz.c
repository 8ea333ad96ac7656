/* tests/unit/platforms/test_fuzz.c - every adapter against answers that no server would give.
 *
 * Each operation of each platform is walked with answers that are right (server.h), right but spoilt, or anything. What
 * must hold whatever is said: it ends after a bounded number of requests; no more than one commit-like request goes
 * out for a post of an attempt, also where an unclear one is settled and gone on with; a secret goes to the platform's own
 * hosts only, in a request whose address and headers are clean; DONE of a publish has an id; an answer that tells
 * nothing after a commit-like request leaves it unknown; and no secret gets into the state.
 *
 * Deterministic: each attempt has a seed of its own, that FUZZ_SEED (a number) shifts. FUZZ_RUNS: attempts for each
 * operation of each platform (`make check-fuzz RUNS=N`). A failure names platform, operation and round. */
#include "server.h"

#include <stdlib.h>
#include <strings.h>

#define ROUNDS 1000
#define STEPS_MAX 400

static uint32_t seed;
static uint32_t first_seed = 424242;
static char where[200];
/* The answers of this attempt were cut up: a token may stand under any name in them. */
static bool names_are_lost;

static uint32_t next_random(uint32_t bound)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % bound;
}

static const char *pick(const char *const *list, size_t n)
{
	return list[next_random((uint32_t)n)];
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

static const char *const header_lines[] = {
	NULL,
	NULL,
	NULL,
	"Retry-After: -1\nX-RateLimit-Reset: x\nETag: e\nx-restli-id: urn:li:share:7\n",
	"Retry-After: 99999999999999999999\nx-rate-limit-reset: -5\nx-restli-id: a b/../c\n",
	"x-restli-id:\nETag: \x01\x02\nRateLimit-Reset: 1e99\nRateLimit-Remaining: 0\n",
	"X-App-Usage: {\"call_count\":1e99}\nX-Business-Use-Case-Usage: {\"1\":[[[]]]}\n",
	"Location: https://evil.example/\nSet-Cookie: a=b\nRetry-After: 7\n",
};

/* What takes the place of a value. */
static const char *const values[] = {
	"null",
	"true",
	"[]",
	"{}",
	"-1",
	"0",
	"1e308",
	"99999999999999999999999",
	"-9223372036854775808",
	"\"\"",
	"\"x y\"",
	"\"../../x?a=b#c\"",
	"\"a\\r\\nX-Evil: 1\"",
	"\"\\u0000\"",
	"\"\\u202e\\u001b[2J\"",
	"\"https://evil.example/u\"",
	"\"http://127.0.0.1/u\"",
	"\"https://server.example@evil.example/u\"",
	"\"https://evil.example\\\\@www.linkedin.com/u\"",
	"\"https://rupload.facebook.com.evil.example/u\"",
	"\"https://evil.example/#.linkedin.com/\"",
	"\"https://server.example.evil.example/u\"",
	"\"//evil.example/u\"",
	"\"file:///etc/passwd\"",
	"\"did:web:evil.example\"",
	"\"at://did:plc:other/app.bsky.feed.post/x\"",
	"\"\xff\xfe\"",
	"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
	"\"123\"",
	"5",
};

/* A value of a JSON text replaced by another. */
static void spoil_value(struct strbuf *b)
{
	size_t colons = 0, n, end;
	char *rest;

	for (size_t i = 0; i < b->len; i++)
		colons += b->data[i] == ':';
	if (colons == 0)
		return;
	n = 1 + next_random((uint32_t)colons);
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] != ':' || --n > 0)
			continue;
		end = i + 1;
		if (b->data[end] == '"')
			end += 2 + strcspn(b->data + end + 1, "\"");
		else
			end += strcspn(b->data + end, ",}]");
		rest = xstrdup(end < b->len ? b->data + end : "");
		strbuf_truncate(b, i + 1);
		if (next_random(20) == 0) {
			strbuf_putc(b, '"');
			for (int k = 0; k < 6000; k++)
				strbuf_putc(b, 'a');
			strbuf_putc(b, '"');
		} else {
			strbuf_puts(b, pick(values, COUNT_OF(values)));
		}
		strbuf_puts(b, rest);
		free(rest);
		return;
	}
}

static void spoil(struct strbuf *b)
{
	size_t at = b->len > 0 ? next_random((uint32_t)b->len) : 0;
	char *rest;

	switch (next_random(6)) {
	case 0:
		strbuf_truncate(b, at);
		break;
	case 1:
		if (b->len > 0)
			b->data[at] = (char)(1 + next_random(255));
		break;
	case 2:
		/* A piece of it is lost, or comes twice. */
		names_are_lost = true;
		rest = xstrdup(b->data + at);
		strbuf_truncate(b, next_random((uint32_t)b->len + 1));
		strbuf_puts(b, rest);
		free(rest);
		break;
	default:
		spoil_value(b);
		break;
	}
}

static struct http_response *any_bytes(void)
{
	static char bytes[300];
	struct http_response *r = http_response_make(statuses[next_random(COUNT_OF(statuses))],
						     NULL, "");

	r->len = next_random(sizeof(bytes));
	for (size_t i = 0; i < r->len; i++)
		bytes[i] = (char)next_random(256);
	r->body = arena_strndup(r->arena, bytes, r->len);
	r->len = strlen(r->body);
	return r;
}

static struct http_response *any_answer(void)
{
	struct http_response *r;
	struct strbuf b;

	if (next_random(12) == 0)
		return any_bytes();
	strbuf_init(&b, 65536);
	strbuf_puts(&b, bodies[next_random(COUNT_OF(bodies))]);
	if (next_random(4) == 0)
		spoil(&b);
	r = http_response_make(statuses[next_random(COUNT_OF(statuses))],
			       header_lines[next_random(COUNT_OF(header_lines))], b.data);
	r->truncated = next_random(10) == 0;
	strbuf_free(&b);
	return r;
}

/* What is right, spoilt once or twice; in one of four cases under another status. */
static struct http_response *spoilt_answer(const struct rig *r)
{
	const struct good *g = server_row(r);
	struct http_response *answer;
	struct strbuf b;

	if (g == NULL)
		return any_answer();
	strbuf_init(&b, 65536);
	server_body(r, g, &b);
	for (uint32_t i = next_random(2); i < 2; i++)
		spoil(&b);
	answer = http_response_make(
		next_random(4) ? g->status : statuses[next_random(COUNT_OF(statuses))],
		next_random(3) ? g->headers : header_lines[next_random(COUNT_OF(header_lines))],
		b.data);
	answer->truncated = next_random(20) == 0;
	strbuf_free(&b);
	return answer;
}

/* How a server behaves for the whole of an attempt. */
struct mood {
	enum { MIXED, ONE_BAD_STEP, ONE_BAD_ADDRESS, ALL_GOOD } kind;
	int bad_step;
	const struct good *bad; /* ONE_BAD_ADDRESS: always the same wrong answer to this */
	uint32_t bad_seed;
};

static struct http_response *answer_of(struct mood *m, const struct rig *r, int step)
{
	struct http_response *answer;
	uint32_t kept = seed;

	if (m->kind == ALL_GOOD || (m->kind == ONE_BAD_STEP && step != m->bad_step))
		return server_good(r);
	if (m->kind == ONE_BAD_ADDRESS) {
		if (m->bad == NULL && step >= m->bad_step) {
			m->bad = server_row(r);
			m->bad_seed = seed;
		}
		if (m->bad == NULL || server_row(r) != m->bad)
			return server_good(r);
		seed = m->bad_seed;
		answer = next_random(3) ? spoilt_answer(r) : any_answer();
		seed = kept;
		return answer;
	}
	switch (next_random(3)) {
	case 0:
		return server_good(r);
	case 1:
		return spoilt_answer(r);
	default:
		return any_answer();
	}
}

/* The platforms' own domains; what the connection names is one too. */
static const struct {
	const char *platform, *domain;
} domains[] = {
	{"bluesky", "bsky.social"},
	{"bluesky", "video.bsky.app"},
	{"x", "x.com"},
	{"linkedin", "linkedin.com"},
	{"facebook", "facebook.com"},
	{"instagram", "instagram.com"},
	{"instagram", "facebook.com"},
	{"google_business", "googleapis.com"},
	{"google_business", "google.com"},
	{"threads", "threads.net"},
	{"threads", "threads.com"},
	{"pinterest", "pinterest.com"},
	{"telegram", "api.telegram.org"},
	{"discord", "discord.com"},
};

static bool is_in(const char *host, size_t n, const char *domain)
{
	size_t m = strlen(domain);

	return n >= m && strncasecmp(host + n - m, domain, m) == 0 &&
	       (n == m || host[n - m - 1] == '.');
}

static void check_host(const struct rig *r, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, "/?#:");

	assert_null(memchr(host, '@', strcspn(host, "/?#")));
	if (strncmp(host, "server.example", n) == 0 && n == 14)
		return;
	for (size_t i = 0; i < COUNT_OF(domains); i++)
		if (strcmp(domains[i].platform, r->platform->name) == 0 &&
		    is_in(host, n, domains[i].domain))
			return;
	print_error("%s: a secret for %s\n", where, url);
	fail();
}

static void check_request(struct rig *r)
{
	const struct http_request *q = r->out.request;

	assert_non_null(q);
	assert_int_equal(strncmp(q->url.bytes, "https://", 8), 0);
	for (const char *c = q->url.bytes; *c != '\0'; c++)
		assert_true(*c > 0x20 && *c < 0x7f && *c != '#' && *c != '\\');
	assert_null(strstr(q->url.bytes, "/../"));
	for (size_t i = 0; i < q->n_headers; i++)
		for (const char *c = q->headers[i].value.bytes; *c != '\0'; c++)
			assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		if (rig_has_secret(r, (enum secret_slot)slot))
			check_host(r, q->url.bytes);
}

/* sent: the answer was to a commit-like request; blind: it told nothing. */
static void check_answer(struct rig *r, bool sent, bool blind)
{
	const struct step_out *out = &r->out;
	struct strbuf b;

	if (out->verdict == STEP_SEND)
		check_request(r);
	if (out->verdict == STEP_WAIT)
		assert_true(out->at > r->in.now_ms);
	if (out->verdict == STEP_DONE && r->in.op == OP_PUBLISH) {
		assert_non_null(out->remote_id);
		assert_true(out->remote_id[0] != '\0' || names_are_lost);
		for (const char *c = out->remote_id; *c != '\0' && !names_are_lost; c++)
			assert_true((unsigned char)*c > 0x20 && *c != 0x7f);
	}
	if (out->verdict == STEP_FAILED) {
		assert_true(out->error.code != OK);
		assert_true(out->error_class != CLASS_NONE);
		assert_true(out->error.text[0] != '\0');
	}
	if (sent && blind && !out->partly) {
		assert_int_equal(out->verdict, STEP_FAILED);
		assert_int_equal(out->error_class, CLASS_UNKNOWN);
	}
	if (r->commits > 0 && out->verdict == STEP_FAILED && out->error.http_status >= 500 &&
	    out->error.code != E_UNSUPPORTED && !out->partly && r->in.op == OP_PUBLISH)
		assert_int_equal(out->error_class, CLASS_UNKNOWN);
	if (r->state != NULL && !names_are_lost) {
		strbuf_init(&b, JSON_BYTES_MAX);
		json_write(&b, r->state, false);
		assert_null(strstr(b.data, "sekrit"));
		strbuf_free(&b);
	}
}

/* Does the answer tell nothing of what became of the request? */
static bool is_blind(const struct http_response *r)
{
	return (r->status >= 500 && r->status != 501) || r->status == 301 || r->truncated ||
	       (r->body[0] == '<' && r->status != 413 && r->status != 429);
}

static const char *const texts[] = {"hi", "hi", "hi @bob.test @carol.test #tag https://a.example"};
static const char *const types[] = {"image/jpeg", "image/png", "image/gif", "video/mp4"};
static const char *const accounts[] = {DID,
				       "109",
				       "urn:li:person:abc",
				       "urn:li:organization:5",
				       "@news",
				       "accounts/1/locations/2",
				       "../x?y#z"};
static const char *const options[] = {
	"{\"facebook.type\":\"reel\",\"instagram.type\":\"story\",\"mastodon.focus\":\"0.1,0.2\"}",
	"{\"mastodon.poll\":\"a|b\",\"x.poll\":\"a|b\",\"pinterest.cover_time\":\"3\"}",
	"{\"google_business.type\":\"offer\",\"google_business.title\":\"T\"}",
};

#define THREAD \
	"{\"bluesky.thread\":\"true\",\"mastodon.thread\":\"true\",\"x.thread\":\"true\"," \
	"\"threads.thread\":\"true\"}"

static void vary(struct rig *r, bool threaded)
{
	if (next_random(3) == 0)
		r->conn.server = next_random(4) ? "https://server.example"
						: "https://server.example/api/webhooks/123";
	if (next_random(3) == 0)
		r->conn.account_id = pick(accounts, COUNT_OF(accounts));
	if (next_random(4) == 0)
		r->in.choice = "123";
	if (next_random(8) == 0)
		r->in.oauth = NULL;
	if (next_random(8) == 0)
		r->in.media_urls = NULL;
	if (next_random(8) == 0)
		r->in.remote_id = "a/../b?c#d";
	r->in.video_base = next_random(3) == 0 ? "https://server.example" : NULL;
	r->conn.refreshable = next_random(2);
	r->post.first_comment = next_random(3) == 0 ? "more" : NULL;
	r->post.title = next_random(3) == 0 ? "A title" : NULL;
	r->post.text = pick(texts, COUNT_OF(texts));
	if (next_random(3) == 0)
		r->post.options = pick(options, COUNT_OF(options));
	if (threaded) {
		r->post.text = "hi @bob.test https://a.example\n---\nmore\n---\nand more";
		r->post.options = THREAD;
	}
	for (size_t i = 0; i < r->post.n_media; i++) {
		if (next_random(6) == 0)
			r->media[i].type = pick(types, COUNT_OF(types));
		if (next_random(6) == 0)
			r->media[i].bytes = 20000000;
	}
}

/* One operation from its first call to its end. */
static void walk(struct rig *r, struct mood *m, int *step)
{
	const int end = *step + STEPS_MAX;
	int ends = 0;

	rig_start(r);
	check_answer(r, false, false);
	while (r->out.verdict == STEP_SEND || r->out.verdict == STEP_WAIT) {
		bool sent = r->out.verdict == STEP_SEND && r->out.commit_like, blind;
		struct http_response *answer;

		assert_true(++*step < end);
		if (r->out.verdict == STEP_WAIT) {
			r->in.now_ms = r->out.at;
			rig_start(r);
			check_answer(r, false, false);
			continue;
		}
		/* At times the program ends while a request that may be repeated is on its way. */
		if (!sent && ends < 3 && next_random(20) == 0) {
			ends++;
			rig_start(r);
			check_answer(r, false, false);
			continue;
		}
		answer = answer_of(m, r, *step);
		blind = is_blind(answer);
		rig_answer(r, answer);
		check_answer(r, sent, blind);
	}
}

static void one_attempt(const struct platform *p, enum platform_op op, bool threaded)
{
	struct rig r;
	char key[PLATFORM_KEY_SIZE];
	struct mood m = {.kind = next_random(8) == 0 ? ALL_GOOD : next_random(3),
			 .bad_step = (int)next_random(6)};
	size_t resends = 0;
	int step = 0;

	names_are_lost = false;
	server_begin(&r, p, op, (enum server_post)next_random(POST_KINDS), key);
	vary(&r, threaded);
	walk(&r, &m, &step);
	/* What is unclear is asked for, and gone on with where that is safe. */
	for (int i = 0; i < 3 && op == OP_PUBLISH && r.out.verdict == STEP_FAILED &&
			r.out.error_class == CLASS_UNKNOWN;
	     i++) {
		r.in.op = OP_SETTLE;
		walk(&r, &m, &step);
		if (r.out.verdict != STEP_RESEND && r.out.verdict != STEP_GO_ON)
			break;
		resends += r.out.verdict == STEP_RESEND;
		r.in.op = OP_PUBLISH;
		walk(&r, &m, &step);
	}
	/* A part that is known is not sent again, and one that is not known is sent once. */
	assert_true(r.commits <=
		    (op == OP_PUBLISH ? 1 + resends + (size_t)json_len(json_get(r.state, "parts"))
				      : 0));
	assert_true(r.commits <= (threaded ? 3 : 1) + resends);
	rig_free(&r);
}

static int rounds(void)
{
	const char *n = getenv("FUZZ_RUNS");

	return n != NULL && atoi(n) > 0 ? atoi(n) : ROUNDS;
}

static int begin(void **state)
{
	const char *s = getenv("FUZZ_SEED");

	(void)state;
	if (s != NULL)
		first_seed = (uint32_t)strtoul(s, NULL, 10);
	where[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (where[0] != '\0')
		print_error("%s\n", where);
	return 0;
}

static void fuzz__step__always_ends_and_never_commits_twice(void **state)
{
	(void)state;
	for (int round = 0; round < rounds(); round++)
		for (size_t i = 0; platforms[i] != NULL; i++)
			for (int op = 0; op < OP_COUNT; op++) {
				snprintf(where, sizeof(where),
					 "%s, operation %d, round %d, seed %u", platforms[i]->name,
					 op, round, first_seed);
				seed = first_seed ^ ((uint32_t)round * 2654435761u) ^
				       ((uint32_t)i << 8) ^ (uint32_t)op;
				one_attempt(platforms[i], (enum platform_op)op, round % 3 == 0);
			}
	where[0] = '\0';
}

/* What is right ends well: else the server of these tests proves nothing. */
static void fuzz__server__knows_every_request(void **state)
{
	(void)state;
	for (size_t i = 0; platforms[i] != NULL; i++)
		for (int op = 0; op < OP_COUNT; op++)
			for (int kind = 0; kind < POST_KINDS; kind++) {
				struct rig r;
				char key[PLATFORM_KEY_SIZE];
				struct mood m = {.kind = ALL_GOOD};
				int step = 0;

				snprintf(where, sizeof(where), "%s, operation %d, post %d",
					 platforms[i]->name, op, kind);
				seed = 7;
				server_begin(&r, platforms[i], (enum platform_op)op,
					     (enum server_post)kind, key);
				walk(&r, &m, &step);
				if (r.out.verdict == STEP_FAILED)
					assert_int_equal(step, 0);
				if (op == OP_PUBLISH && kind != POST_TEXT)
					assert_int_equal(r.out.verdict, STEP_DONE);
				rig_free(&r);
			}
	where[0] = '\0';
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
	/* What stands in these states is trusted: it is our own. */
	names_are_lost = true;
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
					rig_answer(&r, round % 2 ? any_answer() : NULL);
					check_answer(&r, false, false);
					rig_free(&r);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fuzz__server__knows_every_request, begin, end),
		cmocka_unit_test_setup_teardown(fuzz__step__always_ends_and_never_commits_twice,
						begin, end),
		cmocka_unit_test(fuzz__step__survives_any_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
