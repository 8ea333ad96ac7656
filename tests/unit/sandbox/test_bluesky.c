/* The simulated Bluesky: held to what the reference server was seen to do; and every kind of fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "client.h"
#include "vault/hash.h"
#include "vault/vault.h"

#define RKEY "3lbgnsd2abc2x"

static struct client c;

/* ---- calls ------------------------------------------------------------ */

static int call(enum http_method m, const char *method, const char *token, const char *body)
{
	char url[512];

	snprintf(url, sizeof(url), "%s/xrpc/%s", client_server(&c, "bluesky"), method);
	return client_call(&c, m, url, token, body);
}

static int login(size_t account)
{
	char body[256];
	int status;

	snprintf(body, sizeof(body), "{\"identifier\":\"%s\",\"password\":\"%s\"}",
		 client_account(&c, "bluesky", account, "handle"),
		 client_account(&c, "bluesky", account, "secret"));
	status = call(HTTP_POST, "com.atproto.server.createSession", NULL, body);
	if (status == 200) {
		snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "accessJwt"));
		snprintf(c.refresh, sizeof(c.refresh), "%s", json_str(c.answer, "refreshJwt"));
	}
	return status;
}

/* A write with this member of the call besides repo and collection. */
static int write_record(const char *method, const char *rest, const char *text)
{
	struct json *record = json_new_object();
	struct strbuf b;
	int status;

	json_set_str(record, "$type", "app.bsky.feed.post");
	json_set_str(record, "text", text);
	json_set_str(record, "createdAt", "2026-11-24T05:30:00.000Z");
	strbuf_init(&b, 1 << 20);
	strbuf_printf(
		&b, "{\"repo\":\"alice.test\",\"collection\":\"app.bsky.feed.post\",%s\"record\":",
		rest);
	json_write(&b, record, false);
	strbuf_puts(&b, "}");
	status = call(HTTP_POST, method, c.access, b.data);
	strbuf_free(&b);
	json_free(&record);
	return status;
}

static int create(const char *rkey, const char *text)
{
	char rest[64] = "";

	if (rkey)
		snprintf(rest, sizeof(rest), "\"rkey\":\"%s\",", rkey);
	return write_record("com.atproto.repo.createRecord", rest, text);
}

static int get(const char *rkey)
{
	char method[128];

	snprintf(method, sizeof(method),
		 "com.atproto.repo.getRecord?repo=alice.test&collection=app.bsky.feed.post&rkey=%s",
		 rkey);
	return call(HTTP_GET, method, NULL, NULL);
}

static void expect_error(int status, int want, const char *name)
{
	if (status != want || !c.answer || strcmp(json_str(c.answer, "error"), name) != 0)
		fail_msg("%d %s: %s", status,
			 c.answer && json_str(c.answer, "error") ? json_str(c.answer, "error")
								 : "-",
			 c.answer && json_str(c.answer, "message") ? json_str(c.answer, "message")
								   : "-");
}

static void begin(const char *faults)
{
	const struct sandbox_options o = {.faults = faults, .seed = 1};

	client_start(&c, &o);
}

static int teardown(void **state)
{
	(void)state;
	client_stop(&c);
	return 0;
}

/* ---- the server as it is ---------------------------------------------- */

static void describe__accounts__follow_from_the_seed(void **state)
{
	char secret[64];
	struct sandbox_options o = {.seed = 7, .accounts = 20};

	(void)state;
	begin(NULL);
	assert_string_equal(client_account(&c, "bluesky", 0, "handle"), "alice.test");
	assert_string_equal(client_account(&c, "bluesky", 1, "handle"), "bob.test");
	snprintf(secret, sizeof(secret), "%s", client_account(&c, "bluesky", 0, "secret"));
	assert_int_equal(strlen(secret), 19);
	assert_int_equal(secret[4], '-');
	assert_string_equal(json_str(c.description, "ledger"), c.ledger);
	assert_memory_equal(json_str(c.description, "listening"), "http://127.0.0.1:", 17);
	client_restart(&c, &o);
	assert_string_not_equal(client_account(&c, "bluesky", 0, "secret"), secret);
	assert_string_equal(client_account(&c, "bluesky", 19, "handle"), "user20.test");
	o.seed = 1;
	client_restart(&c, &o);
	assert_string_equal(client_account(&c, "bluesky", 0, "secret"), secret);
}

static void session__life__is_as_documented(void **state)
{
	char first[2048], second[2048];

	(void)state;
	begin(NULL);
	assert_int_equal(login(0), 200);
	assert_string_equal(json_str(c.answer, "handle"), "alice.test");
	assert_memory_equal(json_str(c.answer, "did"), "did:plc:", 8);
	assert_string_equal(json_str(json_at(c.answer, "didDoc.service.0"), "serviceEndpoint"),
			    client_server(&c, "bluesky"));
	assert_string_equal(http_response_header(c.transfer.response, "RateLimit-Limit"), "30");
	assert_int_equal(call(HTTP_GET, "com.atproto.server.getSession", c.access, NULL), 200);
	assert_null(json_str(c.answer, "accessJwt"));
	/* rotates; the old one gives the very same new one again */
	snprintf(first, sizeof(first), "%s", c.refresh);
	assert_int_equal(call(HTTP_POST, "com.atproto.server.refreshSession", first, NULL), 200);
	snprintf(second, sizeof(second), "%s", json_str(c.answer, "refreshJwt"));
	assert_string_not_equal(first, second);
	assert_int_equal(call(HTTP_POST, "com.atproto.server.refreshSession", first, NULL), 200);
	assert_string_equal(json_str(c.answer, "refreshJwt"), second);
	/* ended */
	assert_int_equal(call(HTTP_POST, "com.atproto.server.deleteSession", second, NULL), 200);
	expect_error(call(HTTP_POST, "com.atproto.server.refreshSession", second, NULL), 400,
		     "ExpiredToken");
	assert_string_equal(json_str(c.answer, "message"), "Token has been revoked");
}

static void session__wrong_tokens__are_told_apart(void **state)
{
	char forged[2048];

	(void)state;
	begin(NULL);
	assert_int_equal(login(0), 200);
	expect_error(call(HTTP_GET, "com.atproto.server.getSession", NULL, NULL), 401,
		     "AuthMissing");
	expect_error(call(HTTP_GET, "com.atproto.server.getSession", "nonsense", NULL), 400,
		     "InvalidToken");
	expect_error(call(HTTP_GET, "com.atproto.server.getSession", c.refresh, NULL), 400,
		     "InvalidToken");
	expect_error(call(HTTP_POST, "com.atproto.server.refreshSession", c.access, NULL), 400,
		     "InvalidToken");
	snprintf(forged, sizeof(forged), "%s", c.access);
	forged[strlen(forged) - 2] ^= 1;
	expect_error(call(HTTP_GET, "com.atproto.server.getSession", forged, NULL), 400,
		     "InvalidToken");
}

static void login__wrong_password__is_refused(void **state)
{
	(void)state;
	begin(NULL);
	expect_error(call(HTTP_POST, "com.atproto.server.createSession", NULL,
			  "{\"identifier\":\"alice.test\",\"password\":\"x\"}"),
		     401, "AuthenticationRequired");
	expect_error(call(HTTP_POST, "com.atproto.server.createSession", NULL,
			  "{\"identifier\":\"nobody.test\",\"password\":\"x\"}"),
		     401, "AuthenticationRequired");
	expect_error(call(HTTP_POST, "com.atproto.server.createSession", NULL, "{}"), 400,
		     "InvalidRequest");
	expect_error(call(HTTP_POST, "com.atproto.server.createSession", NULL, "nonsense"), 400,
		     "InvalidRequest");
}

static void login__thirty_first__is_limited(void **state)
{
	struct rate_window w;

	(void)state;
	begin(NULL);
	for (int i = 0; i < 30; i++)
		assert_int_equal(login(0), 200);
	expect_error(login(0), 429, "RateLimitExceeded");
	assert_true(http_rate_window(c.transfer.response, &w));
	assert_int_equal(w.limit, 30);
	assert_int_equal(w.remaining, 0);
	assert_true(http_retry_at(c.transfer.response) > c.transfer.response->at + 200000);
	assert_int_equal(login(1), 200);
}

static void create__post__is_in_ledger_and_repository(void **state)
{
	struct json *line;

	(void)state;
	begin(NULL);
	login(0);
	assert_int_equal(create(RKEY, "Grüße\n\"quoted\""), 200);
	assert_string_equal(json_str(c.answer, "validationStatus"), "valid");
	assert_non_null(json_get(c.answer, "commit"));
	assert_int_equal(client_ledger(&c), 1);
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(line, "platform"), "bluesky");
	assert_string_equal(json_str(line, "account"), "alice.test");
	assert_string_equal(json_str(line, "key"), RKEY);
	assert_string_equal(json_str(line, "text"), "Grüße\n\"quoted\"");
	assert_string_equal(json_str(line, "remote_id"), json_str(c.answer, "uri"));
	assert_int_equal(json_len(json_get(line, "media")), 0);
	assert_non_null(json_str(line, "at"));
	assert_non_null(json_str(line, "visible_at"));
	json_free(&line);
	assert_int_equal(get(RKEY), 200);
	assert_string_equal(json_str(json_get(c.answer, "value"), "text"), "Grüße\n\"quoted\"");
	expect_error(get("3lbgnsd2abc2y"), 400, "RecordNotFound");
}

static void create__key_taken__is_a_500_and_no_line(void **state)
{
	(void)state;
	begin(NULL);
	login(0);
	assert_int_equal(create(RKEY, "one"), 200);
	expect_error(create(RKEY, "one"), 500, "InternalServerError");
	expect_error(create(RKEY, "two"), 500, "InternalServerError");
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(get(RKEY), 200);
	assert_string_equal(json_str(json_get(c.answer, "value"), "text"), "one");
	/* without a key each is a new one */
	assert_int_equal(create(NULL, "one"), 200);
	assert_int_equal(create(NULL, "one"), 200);
	assert_int_equal(client_ledger(&c), 3);
}

static void put__swap__decides(void **state)
{
	static const char method[] = "com.atproto.repo.putRecord";
	static const char key[] = "\"rkey\":\"" RKEY "\",",
			  keyed[] = "\"rkey\":\"" RKEY "\",\"swapRecord\":null,";

	(void)state;
	begin(NULL);
	login(0);
	assert_int_equal(write_record(method, keyed, "one"), 200);
	assert_non_null(json_get(c.answer, "commit"));
	/* the same again is no write, whatever the swap says */
	assert_int_equal(write_record(method, keyed, "one"), 200);
	assert_null(json_get(c.answer, "commit"));
	expect_error(write_record(method, keyed, "two"), 400, "InvalidSwap");
	assert_int_equal(write_record(method, key, "two"), 200);
	assert_int_equal(get(RKEY), 200);
	assert_string_equal(json_str(json_get(c.answer, "value"), "text"), "two");
	assert_int_equal(client_ledger(&c), 1);
}

static void create__limits__are_the_servers(void **state)
{
	char text[9200] = "";

	(void)state;
	begin(NULL);
	login(0);
	for (int i = 0; i < 301; i++)
		strcat(text, "ä");
	expect_error(create(NULL, text), 400, "InvalidRequest");
	assert_non_null(
		strstr(json_str(c.answer, "message"), "grapheme too big (maximum 300, got 301)"));
	text[600] = '\0';
	assert_int_equal(create(NULL, text), 200);
	/* 120 families of 18 bytes are 120 characters */
	text[0] = '\0';
	for (int i = 0; i < 120; i++)
		strcat(text, "👨‍👩‍👧");
	assert_int_equal(create(NULL, text), 200);
	for (int i = 120; i < 167; i++)
		strcat(text, "👨‍👩‍👧");
	expect_error(create(NULL, text), 400, "InvalidRequest");
	assert_non_null(strstr(json_str(c.answer, "message"), "string too big (maximum 3000, got"));
	expect_error(create("not-a-tid", "x"), 400, "InvalidRequest");
	assert_int_equal(client_ledger(&c), 2);
}

static void create__other_repository__is_refused(void **state)
{
	(void)state;
	begin(NULL);
	login(1);
	expect_error(create(RKEY, "x"), 403, "Forbidden");
	assert_int_equal(client_ledger(&c), 0);
}

static void blob__image__goes_with_a_post(void **state)
{
	static const char png[] = "\x89PNG\r\n\x1a\n123";
	char body[1024], cid[128], hex[HASH_HEX_SIZE];
	struct json *line;

	(void)state;
	begin(NULL);
	login(0);
	assert_int_equal(call(HTTP_POST, "com.atproto.repo.uploadBlob", c.access, png), 200);
	assert_string_equal(json_str(json_get(c.answer, "blob"), "mimeType"), "image/png");
	assert_int_equal(json_int(json_get(c.answer, "blob"), "size", 0), 11);
	snprintf(cid, sizeof(cid), "%s", json_str(json_at(c.answer, "blob.ref"), "$link"));
	assert_memory_equal(cid, "bafkrei", 7);
	snprintf(body, sizeof(body),
		 "{\"repo\":\"alice.test\",\"collection\":\"app.bsky.feed.post\",\"record\":{"
		 "\"$type\":\"app.bsky.feed.post\",\"text\":\"\",\"createdAt\":"
		 "\"2026-11-24T05:30:00.000Z\",\"embed\":{\"$type\":\"app.bsky.embed.images\","
		 "\"images\":[{\"alt\":\"dots\",\"image\":{\"$type\":\"blob\",\"ref\":{\"$link\":"
		 "\"%s\"},\"mimeType\":\"image/png\",\"size\":11}}]}}}",
		 cid);
	assert_int_equal(call(HTTP_POST, "com.atproto.repo.createRecord", c.access, body), 200);
	line = client_ledger_line(&c, 0);
	sha256_hex(png, 11, hex);
	assert_string_equal(json_str(json_at(line, "media.0"), "sha256"), hex);
	assert_string_equal(json_str(json_at(line, "media.0"), "alt"), "dots");
	json_free(&line);
	strstr(body, cid)[20] ^= 1;
	expect_error(call(HTTP_POST, "com.atproto.repo.createRecord", c.access, body), 400,
		     "BlobNotFound");
}

static void list__pages__go_by_cursor(void **state)
{
	static const char *const keys[] = {"3lbgnsd2abc2a", "3lbgnsd2abc2c", "3lbgnsd2abc2b"};
	char method[160];

	(void)state;
	begin(NULL);
	login(0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(create(keys[i], keys[i]), 200);
	assert_int_equal(call(HTTP_GET,
			      "com.atproto.repo.listRecords?repo=alice.test&collection="
			      "app.bsky.feed.post&limit=2",
			      NULL, NULL),
			 200);
	assert_int_equal(json_len(json_get(c.answer, "records")), 2);
	assert_string_equal(json_str(json_at(c.answer, "records.0.value"), "text"), keys[1]);
	assert_string_equal(json_str(json_at(c.answer, "records.1.value"), "text"), keys[2]);
	snprintf(method, sizeof(method),
		 "com.atproto.repo.listRecords?repo=alice.test&collection=app.bsky.feed.post&"
		 "cursor=%s",
		 json_str(c.answer, "cursor"));
	assert_int_equal(call(HTTP_GET, method, NULL, NULL), 200);
	assert_int_equal(json_len(json_get(c.answer, "records")), 1);
	assert_string_equal(json_str(json_at(c.answer, "records.0.value"), "text"), keys[0]);
}

static void delete__twice__is_success_both_times(void **state)
{
	static const char body[] = "{\"repo\":\"alice.test\",\"collection\":\"app.bsky.feed.post\","
				   "\"rkey\":\"" RKEY "\"}";

	(void)state;
	begin(NULL);
	login(0);
	create(RKEY, "x");
	assert_int_equal(call(HTTP_POST, "com.atproto.repo.deleteRecord", c.access, body), 200);
	assert_int_equal(call(HTTP_POST, "com.atproto.repo.deleteRecord", c.access, body), 200);
	expect_error(get(RKEY), 400, "RecordNotFound");
}

static void others__methods__answer(void **state)
{
	(void)state;
	begin(NULL);
	assert_int_equal(call(HTTP_GET, "com.atproto.server.describeServer", NULL, NULL), 200);
	assert_int_equal(json_int(c.answer, "blobUploadLimit", 0), 5242880);
	assert_int_equal(
		call(HTTP_GET, "com.atproto.identity.resolveHandle?handle=bob.test", NULL, NULL),
		200);
	expect_error(
		call(HTTP_GET, "com.atproto.identity.resolveHandle?handle=no.test", NULL, NULL),
		400, "InvalidRequest");
	expect_error(call(HTTP_GET, "com.atproto.server.noSuchThing", NULL, NULL), 501,
		     "MethodNotImplemented");
	expect_error(call(HTTP_GET, "com.atproto.server.createSession", NULL, NULL), 405,
		     "InvalidRequest");
	assert_int_equal(
		client_call(&c, HTTP_GET, json_str(c.description, "listening"), NULL, NULL), 404);
}

static void lag__new_post__is_hidden_from_reads_not_from_writes(void **state)
{
	const struct sandbox_options o = {.seed = 1, .visibility_lag_ms = 300};
	int64_t start = clock_mono_ms();

	(void)state;
	client_start(&c, &o);
	login(0);
	assert_int_equal(create(RKEY, "x"), 200);
	expect_error(get(RKEY), 400, "RecordNotFound");
	expect_error(create(RKEY, "x"), 500, "InternalServerError");
	while (get(RKEY) != 200)
		assert_true(clock_mono_ms() - start < 20000);
	assert_true(clock_mono_ms() - start >= 300);
}

/* ---- faults ----------------------------------------------------------- */

static void fault__latency__delays(void **state)
{
	(void)state;
	begin("bluesky:publish=latency:150x1");
	login(0);
	assert_int_equal(create(RKEY, "x"), 200);
	assert_true(c.transfer.response->duration_ms >= 150);
}

static void fault__status__accepts_nothing(void **state)
{
	(void)state;
	begin("bluesky:create=status:503x1");
	login(0);
	expect_error(create(RKEY, "x"), 503, "NotEnoughResources");
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(create(RKEY, "x"), 200);
}

static void fault__429__says_when(void **state)
{
	(void)state;
	begin("bluesky:create=429:40x1");
	login(0);
	expect_error(create(RKEY, "x"), 429, "RateLimitExceeded");
	assert_in_range(http_retry_at(c.transfer.response) - c.transfer.response->at, 38000, 42000);
	assert_int_equal(client_ledger(&c), 0);
}

/* The faults after which no whole answer comes: was the post accepted? */
static void fault__no_whole_answer__accepts_or_not(void **state)
{
	static const struct {
		const char *kind;
		size_t accepted;
		enum err code;
	} cases[] = {
		{"reset-before", 0, E_NETWORK}, {"reset-after", 1, E_NETWORK},
		{"drop-answer", 1, E_TIMEOUT},  {"truncate", 1, E_PROTOCOL},
		{"slow:1", 1, E_TIMEOUT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char spec[64];

		snprintf(spec, sizeof(spec), "bluesky:create=%sx1", cases[i].kind);
		begin(spec);
		login(0);
		c.timeout_ms = cases[i].code == E_TIMEOUT ? 400 : 0;
		assert_int_equal(create(RKEY, "x"), 0);
		c.timeout_ms = 0;
		assert_int_equal(c.transfer.fate, TRANSFER_LOST);
		assert_int_equal(c.transfer.error.code, cases[i].code);
		assert_int_equal(client_ledger(&c), cases[i].accepted);
		assert_int_equal(get(RKEY), cases[i].accepted ? 200 : 400);
		if (i + 1 < COUNT_OF(cases))
			client_stop(&c);
	}
}

static void fault__error_after__accepts_and_fails(void **state)
{
	(void)state;
	begin("bluesky:create=error-after:502x1");
	login(0);
	expect_error(create(RKEY, "x"), 502, "UpstreamFailure");
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(get(RKEY), 200);
}

static void fault__garbage__accepts_and_answers_nonsense(void **state)
{
	(void)state;
	begin("bluesky:create=garbagex1");
	login(0);
	assert_int_equal(create(RKEY, "x"), 200);
	assert_null(c.answer);
	assert_int_equal(client_ledger(&c), 1);
}

static void fault__expire__needs_a_refresh(void **state)
{
	(void)state;
	begin("bluesky:create=expirex1,bluesky:refresh=expirex1");
	login(0);
	expect_error(create(RKEY, "x"), 400, "ExpiredToken");
	assert_string_equal(json_str(c.answer, "message"), "Token has expired");
	expect_error(create(RKEY, "x"), 400, "ExpiredToken");
	expect_error(call(HTTP_POST, "com.atproto.server.refreshSession", c.refresh, NULL), 400,
		     "ExpiredToken");
	assert_int_equal(client_ledger(&c), 0);
	assert_int_equal(login(0), 200);
	assert_int_equal(create(RKEY, "x"), 200);
}

static void fault__revoke__needs_a_login(void **state)
{
	(void)state;
	begin("bluesky:create=revokex1");
	login(0);
	expect_error(create(RKEY, "x"), 400, "ExpiredToken");
	expect_error(call(HTTP_POST, "com.atproto.server.refreshSession", c.refresh, NULL), 400,
		     "ExpiredToken");
	assert_string_equal(json_str(c.answer, "message"), "Token has been revoked");
	assert_int_equal(login(0), 200);
	assert_int_equal(create(RKEY, "x"), 200);
}

static void fault__rotate__makes_refresh_tokens_single_use(void **state)
{
	(void)state;
	begin("bluesky:refresh=rotatex1");
	login(0);
	assert_int_equal(call(HTTP_POST, "com.atproto.server.refreshSession", c.refresh, NULL),
			 200);
	expect_error(call(HTTP_POST, "com.atproto.server.refreshSession", c.refresh, NULL), 400,
		     "ExpiredToken");
}

static void fault__duplicate__accepts_nothing(void **state)
{
	(void)state;
	begin("bluesky:publish=duplicatex1");
	login(0);
	expect_error(create(RKEY, "x"), 500, "InternalServerError");
	assert_int_equal(client_ledger(&c), 0);
	expect_error(get(RKEY), 400, "RecordNotFound");
}

/* ---- restarts --------------------------------------------------------- */

static void state__restart__goes_on(void **state)
{
	char *path;
	struct sandbox_options o = {.seed = 1};
	char refresh[2048];

	(void)state;
	begin(NULL);
	path = xasprintf("%s/state", c.dir);
	o.state = path;
	client_restart(&c, &o);
	login(0);
	create(RKEY, "x");
	snprintf(refresh, sizeof(refresh), "%s", c.refresh);
	assert_int_equal(call(HTTP_POST, "com.atproto.server.refreshSession", c.refresh, NULL),
			 200);
	client_restart(&c, &o);
	assert_int_equal(call(HTTP_GET, "com.atproto.server.getSession", c.access, NULL), 200);
	assert_int_equal(call(HTTP_POST, "com.atproto.server.refreshSession", refresh, NULL), 200);
	assert_int_equal(get(RKEY), 200);
	expect_error(create(RKEY, "x"), 500, "InternalServerError");
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(create("3lbgnsd2abc2y", "y"), 200);
	client_restart(&c, &o);
	assert_int_equal(get("3lbgnsd2abc2y"), 200);
	assert_int_equal(client_ledger(&c), 2);
	xfree(&path);
}

static void state__ledger_a_line_short__is_mended(void **state)
{
	char *path;
	struct sandbox_options o = {.seed = INT64_MAX};
	struct json *before, *after;
	struct strbuf b;

	(void)state;
	begin(NULL);
	path = xasprintf("%s/state", c.dir);
	o.state = path;
	client_restart(&c, &o);
	login(0);
	create(RKEY, "x");
	create("3lbgnsd2abc2y", "y");
	before = client_ledger_line(&c, 1);
	/* As if it was killed before it could write the second line. */
	strbuf_init(&b, 1 << 20);
	assert_int_equal(fs_read(c.ledger, 1 << 20, 0, &b, NULL), OK);
	assert_int_equal(truncate(c.ledger, (off_t)strcspn(b.data, "\n") + 1), 0);
	strbuf_free(&b);
	assert_int_equal(client_ledger(&c), 1);
	client_restart(&c, &o);
	assert_int_equal(client_ledger(&c), 2);
	after = client_ledger_line(&c, 1);
	assert_string_equal(json_str(after, "remote_id"), json_str(before, "remote_id"));
	assert_string_equal(json_str(after, "at"), json_str(before, "at"));
	client_restart(&c, &o);
	assert_int_equal(client_ledger(&c), 2);
	json_free(&before);
	json_free(&after);
	xfree(&path);
}

static void state__other_seed__is_refused(void **state)
{
	char *path;
	struct sandbox_options o = {.seed = 1, .accounts = 2};
	struct sandbox *s = NULL;

	(void)state;
	begin(NULL);
	path = xasprintf("%s/state", c.dir);
	o.state = path;
	client_restart(&c, &o);
	o.seed = 2;
	assert_int_equal(sandbox_start(&o, &s, NULL), E_INVALID);
	assert_null(s);
	xfree(&path);
}

static void start__bad_options__are_refused(void **state)
{
	static const struct sandbox_options bad[] = {
		{.accounts = 1},
		{.accounts = 1001},
		{.accounts = 2, .faults = "nonsense"},
		{.accounts = 2, .listen = "nowhere"},
		{.accounts = 2, .listen = "127.0.0.1:99999"},
		{.accounts = 2, .listen = "0.0.0.0:0"},
		{.accounts = 2, .ledger = "/nonexistent/ledger"},
		{.accounts = 2, .state = "/nonexistent/state"},
	};

	(void)state;
	begin(NULL);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct sandbox *s = NULL;

		assert_int_not_equal(sandbox_start(&bad[i], &s, NULL), OK);
		assert_null(s);
	}
}

#define CASE(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(describe__accounts__follow_from_the_seed),
		CASE(session__life__is_as_documented),
		CASE(session__wrong_tokens__are_told_apart),
		CASE(login__wrong_password__is_refused),
		CASE(login__thirty_first__is_limited),
		CASE(create__post__is_in_ledger_and_repository),
		CASE(create__key_taken__is_a_500_and_no_line),
		CASE(put__swap__decides),
		CASE(create__limits__are_the_servers),
		CASE(create__other_repository__is_refused),
		CASE(blob__image__goes_with_a_post),
		CASE(list__pages__go_by_cursor),
		CASE(delete__twice__is_success_both_times),
		CASE(others__methods__answer),
		CASE(lag__new_post__is_hidden_from_reads_not_from_writes),
		CASE(fault__latency__delays),
		CASE(fault__status__accepts_nothing),
		CASE(fault__429__says_when),
		CASE(fault__no_whole_answer__accepts_or_not),
		CASE(fault__error_after__accepts_and_fails),
		CASE(fault__garbage__accepts_and_answers_nonsense),
		CASE(fault__expire__needs_a_refresh),
		CASE(fault__revoke__needs_a_login),
		CASE(fault__rotate__makes_refresh_tokens_single_use),
		CASE(fault__duplicate__accepts_nothing),
		CASE(state__restart__goes_on),
		CASE(state__ledger_a_line_short__is_mended),
		CASE(state__other_seed__is_refused),
		CASE(start__bad_options__are_refused),
	};
	int failed;

	if (vault_global_init(NULL) || http_global_init(NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	return failed;
}
