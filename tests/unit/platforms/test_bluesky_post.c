/* tests/unit/platforms/test_bluesky_post.c - publish, settle, take down and the checks, from recorded exchanges. */
#include "rig.h"

#include "platforms/bluesky.h"

#define DID "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
#define KEY "3mxkzm3ujs22k"
#define URI "at://" DID "/app.bsky.feed.post/" KEY
#define CREATED "{\"uri\":\"" URI "\",\"cid\":\"bafyreib\",\"validationStatus\":\"valid\"}"
#define ERROR(name) "{\"error\":\"" name "\",\"message\":\"words of the server\"}"
#define BLOB \
	"{\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafkreib\"},\"mimeType\":" \
	"\"image/png\",\"size\":1000}}"

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &bluesky_platform, op);
	r->conn.server = "https://bsky.social";
	r->conn.endpoint = "https://pds.example.org";
	r->conn.account = "alice.test";
	r->conn.account_id = DID;
	r->in.key = KEY;
	r->post.text = text;
}

static void add_image(struct rig *r, char digit, const char *alt)
{
	struct media *m = &r->media[r->post.n_media++];

	memset(m->sha256, digit, 64);
	m->type = "image/png";
	m->bytes = 1000;
	m->width = 640;
	m->height = 480;
	m->alt = alt;
}

static void bluesky__publish__text_only(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "Hello\tworld\n");
	r.post.language = "pt-BR";
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "https://pds.example.org/xrpc/com.atproto.repo.createRecord");
	assert_true(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_non_null(r.state);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "repo"), DID);
	assert_string_equal(json_str(body, "collection"), "app.bsky.feed.post");
	assert_string_equal(json_str(body, "rkey"), KEY);
	assert_string_equal(json_as_str(json_at(body, "record.$type")), "app.bsky.feed.post");
	assert_string_equal(json_as_str(json_at(body, "record.text")), "Hello\tworld\n");
	assert_string_equal(json_as_str(json_at(body, "record.createdAt")),
			    "2026-09-21T14:13:20.000Z");
	assert_string_equal(json_as_str(json_at(body, "record.langs.0")), "pt-BR");
	assert_null(json_at(body, "record.facets"));
	assert_null(json_at(body, "record.embed"));
	json_free(&body);
	assert_int_equal(rig_say(&r, 200, CREATED), STEP_DONE);
	assert_string_equal(r.out.remote_id, URI);
	assert_string_equal(r.out.remote_url, "https://bsky.app/profile/alice.test/post/" KEY);
	assert_int_equal(r.commits, 1);
	rig_free(&r);
}

static void bluesky__publish__facets_count_bytes(void **state)
{
	static const char text[] =
		"👨‍👩‍👧 @Alice.Test 見 https://a.example/ü. #été! @gone.test @alice.test";
	struct rig r;
	struct json *body;
	const struct json *f;

	(void)state;
	begin(&r, OP_PUBLISH, text);
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://pds.example.org/xrpc/"
					 "com.atproto.identity.resolveHandle?handle=alice.test");
	assert_false(r.out.commit_like);
	rig_say(&r, 200, "{\"did\":\"did:plc:alice234\"}");
	assert_non_null(strstr(rig_url(&r), "handle=gone.test"));
	/* Nobody has that handle: the mention stays plain text. The third is known already. */
	rig_say(&r, 400, ERROR("InvalidRequest"));
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	f = json_at(body, "record.facets");
	assert_int_equal(json_len(f), 4);
	assert_int_equal(json_int(json_at(f, "0.index"), "byteStart", -1), 19);
	assert_int_equal(json_int(json_at(f, "0.index"), "byteEnd", -1), 30);
	assert_string_equal(json_as_str(json_at(f, "0.features.0.did")), "did:plc:alice234");
	assert_int_equal(json_int(json_at(f, "1.index"), "byteStart", -1), 35);
	assert_int_equal(json_int(json_at(f, "1.index"), "byteEnd", -1), 55);
	assert_string_equal(json_as_str(json_at(f, "1.features.0.uri")), "https://a.example/ü");
	assert_string_equal(json_as_str(json_at(f, "2.features.0.tag")), "été");
	assert_int_equal(json_int(json_at(f, "3.index"), "byteEnd", -1), (int64_t)strlen(text));
	for (size_t i = 0; i < 4; i++) {
		char path[32];
		int64_t start, end;

		snprintf(path, sizeof(path), "%zu.index", i);
		start = json_int(json_at(f, path), "byteStart", -1);
		end = json_int(json_at(f, path), "byteEnd", -1);
		assert_true(start >= 0 && start < end && end <= (int64_t)strlen(text));
	}
	json_free(&body);
	rig_free(&r);
}

static void bluesky__publish__long_tags_stay_text(void **state)
{
	char text[400] = "#";
	struct rig r;
	struct json *body;

	(void)state;
	memset(text + 1, 'a', 64);
	begin(&r, OP_PUBLISH, text);
	rig_start(&r);
	body = rig_body(&r);
	assert_int_equal(json_len(json_at(body, "record.facets")), 1);
	json_free(&body);
	text[65] = 'a';
	rig_start(&r);
	body = rig_body(&r);
	assert_null(json_at(body, "record.facets"));
	json_free(&body);
	rig_free(&r);
}

static void bluesky__publish__images_with_alt(void **state)
{
	struct rig r;
	struct json *body;
	const struct json *images;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "A cat");
	add_image(&r, 'b', NULL);
	add_image(&r, 'a', "The same cat");
	r.media[1].width = 0;
	rig_start(&r);
	assert_string_equal(rig_url(&r),
			    "https://pds.example.org/xrpc/com.atproto.repo.uploadBlob");
	assert_string_equal(rig_header(&r, "Content-Type"), "image/png");
	assert_int_equal(strncmp(r.out.request->body_file, "/media/aaaa", 11), 0);
	assert_int_equal(strlen(r.out.request->body_file), 7 + 64);
	assert_false(r.out.commit_like);
	rig_say(&r, 200, BLOB);
	assert_int_equal(strncmp(r.out.request->body_file, "/media/bbbb", 11), 0);
	rig_say(&r, 200, BLOB);
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "record.embed.$type")),
			    "app.bsky.embed.images");
	images = json_at(body, "record.embed.images");
	assert_int_equal(json_len(images), 3);
	assert_string_equal(json_as_str(json_at(images, "0.alt")), "A cat");
	assert_string_equal(json_as_str(json_at(images, "1.alt")), "");
	assert_string_equal(json_as_str(json_at(images, "2.alt")), "The same cat");
	assert_string_equal(json_as_str(json_at(images, "2.image.ref.$link")), "bafkreib");
	assert_int_equal(json_int(json_at(images, "0.image"), "size", 0), 1000);
	assert_int_equal(json_int(json_at(images, "0.aspectRatio"), "width", 0), 640);
	assert_null(json_at(images, "1.aspectRatio"));
	json_free(&body);
	rig_free(&r);
}

static void bluesky__publish__resumes_after_what_it_has(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @alice.test");
	add_image(&r, 'a', "");
	add_image(&r, 'b', "");
	rig_start(&r);
	rig_say(&r, 200, "{\"did\":\"did:plc:alice234\"}");
	rig_say(&r, 200, BLOB);
	/* The second upload's answer never came; another process goes on from the state. */
	rig_start(&r);
	assert_non_null(strstr(r.out.request->body_file, "bbbb"));
	rig_say(&r, 200, BLOB);
	assert_true(r.out.commit_like);
	rig_free(&r);
}

static void bluesky__publish__same_inputs_same_bytes(void **state)
{
	struct rig r;
	struct strbuf first;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @alice.test #tag https://a.example");
	add_image(&r, 'a', "alt");
	rig_start(&r);
	rig_say(&r, 200, "{\"did\":\"did:plc:alice234\"}");
	rig_say(&r, 200, BLOB);
	assert_true(r.out.commit_like);
	strbuf_init(&first, 65536);
	strbuf_add(&first, r.out.request->body.bytes, r.out.request->body.len);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	/* Settled as absent; sent again an hour later. */
	r.in.now_ms += 3600000;
	rig_start(&r);
	assert_true(r.out.commit_like);
	assert_int_equal(r.out.request->body.len, first.len);
	assert_memory_equal(r.out.request->body.bytes, first.data, first.len);
	strbuf_free(&first);
	rig_free(&r);
}

static void bluesky__publish__link_card(void **state)
{
	static const struct {
		const char *text, *link, *title, *want_title;
	} rows[] = {
		{"look", "https://a.example/x", "A title", "A title"},
		{"look", "https://a.example/x", NULL, "https://a.example/x"},
		{"look https://a.example/x", "https://a.example/x", NULL, NULL},
		{"look https://a.example/x", "https://a.example/x", "A title", "A title"},
		{"look https://a.example/x", NULL, "A title", NULL},
		{NULL, "https://a.example/x", "A title", "A title"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;
		struct json *body;

		begin(&r, OP_PUBLISH, rows[i].text);
		r.post.link = rows[i].link;
		r.post.title = rows[i].title;
		rig_start(&r);
		body = rig_body(&r);
		if (rows[i].want_title == NULL) {
			assert_null(json_at(body, "record.embed"));
		} else {
			assert_string_equal(json_as_str(json_at(body, "record.embed.$type")),
					    "app.bsky.embed.external");
			assert_string_equal(json_as_str(json_at(body, "record.embed.external.uri")),
					    rows[i].link);
			assert_string_equal(
				json_as_str(json_at(body, "record.embed.external.title")),
				rows[i].want_title);
		}
		json_free(&body);
		rig_free(&r);
	}
}

struct failure {
	int status;
	const char *headers, *body;
	enum err_class cls;
	enum err code;
};

static void bluesky__publish__every_answer_to_the_create(void **state)
{
	static const struct failure rows[] = {
		/* Refused for certain. */
		{400, NULL, ERROR("InvalidRequest"), CLASS_PERMANENT, E_REJECTED},
		{400, NULL, ERROR("InvalidMimeType"), CLASS_PERMANENT, E_MEDIA},
		{400, NULL, ERROR("BlobTooLarge"), CLASS_PERMANENT, E_MEDIA},
		{413, NULL, ERROR("PayloadTooLarge"), CLASS_PERMANENT, E_REJECTED},
		{413, NULL, "<html>too large</html>", CLASS_PERMANENT, E_REJECTED},
		{403, NULL, ERROR("Forbidden"), CLASS_PERMANENT, E_REJECTED},
		{501, NULL, ERROR("MethodNotImplemented"), CLASS_PERMANENT, E_UNSUPPORTED},
		{404, NULL, ERROR("XRPCNotSupported"), CLASS_PERMANENT, E_UNSUPPORTED},
		{400, NULL, ERROR("ExpiredToken"), CLASS_AUTH, E_TOKEN_EXPIRED},
		{400, NULL, ERROR("InvalidToken"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("AuthMissing"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("SomethingNew"), CLASS_AUTH, E_TOKEN_REVOKED},
		{403, NULL, ERROR("ScopeMissingError"), CLASS_AUTH, E_SCOPE_MISSING},
		{400, NULL, ERROR("AccountTakedown"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("AccountDeactivated"), CLASS_AUTH, E_TOKEN_REVOKED},
		{400, NULL, ERROR("BlobNotFound"), CLASS_TRANSIENT, E_PLATFORM},
		{429, "Retry-After: 7\n", ERROR("RateLimitExceeded"), CLASS_RATE_LIMITED,
		 E_RATE_LIMITED},
		{429, NULL, "<html>slow down</html>", CLASS_RATE_LIMITED, E_RATE_LIMITED},
		/* Perhaps carried out. */
		{500, NULL, ERROR("InternalServerError"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{500, NULL, ERROR("InvalidRequest"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{502, NULL, "<html>bad gateway</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{503, "Retry-After: 7\n", "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{504, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{501, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{400, NULL, ERROR("InvalidSwap"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{409, NULL, ERROR("RecordAlreadyExists"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{400, NULL, "{\"error\":\"InvalidRequest\",\"message\":\"record already exists\"}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{400, NULL, "<html>bad request</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{401, NULL, "<html>proxy</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{404, NULL, "not found", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{408, NULL, ERROR("RequestTimeout"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{301, "Location: https://x.example\n", "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{303, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "{}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "{\"uri\":17}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "{\"uri\":\"https://x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "{\"uri\":\"at://did:plc:other123/app.bsky.feed.post/" KEY "\"}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "<html>welcome</html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{204, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		assert_int_equal(r.out.error.http_status, rows[i].status);
		if (rows[i].cls == CLASS_RATE_LIMITED && rows[i].headers != NULL)
			assert_int_equal(r.out.at, NOW + 7000);
		if (strstr(rows[i].body, "words of the server") != NULL)
			assert_non_null(strstr(r.out.error.text, "words of the server"));
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void bluesky__publish__a_cut_answer_is_unknown(void **state)
{
	static const int statuses[] = {200, 400, 401};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		struct http_response *answer = http_response_make(statuses[i], NULL, CREATED);

		begin(&r, OP_PUBLISH, "hi");
		rig_start(&r);
		answer->truncated = true;
		rig_answer(&r, answer);
		assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
		rig_free(&r);
	}
}

static void bluesky__publish__answers_to_an_upload(void **state)
{
	static const struct failure rows[] = {
		{400, NULL, ERROR("InvalidMimeType"), CLASS_PERMANENT, E_MEDIA},
		{413, NULL, ERROR("PayloadTooLarge"), CLASS_PERMANENT, E_MEDIA},
		{413, NULL, "<html>", CLASS_PERMANENT, E_MEDIA},
		{400, NULL, ERROR("InvalidRequest"), CLASS_PERMANENT, E_MEDIA},
		{400, NULL, ERROR("ExpiredToken"), CLASS_AUTH, E_TOKEN_EXPIRED},
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{500, NULL, ERROR("InternalServerError"), CLASS_TRANSIENT, E_PLATFORM},
		{502, NULL, "<html>", CLASS_TRANSIENT, E_PLATFORM},
		{302, NULL, "", CLASS_TRANSIENT, E_PROTOCOL},
		{404, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"blob\":{\"$type\":\"blob\"}}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL,
		 "{\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"b\"},\"size\":999}}",
		 CLASS_TRANSIENT, E_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		add_image(&r, 'a', "");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		assert_int_equal(r.commits, 0);
		rig_free(&r);
	}
}

static void bluesky__publish__answers_to_a_mention(void **state)
{
	static const struct failure rows[] = {
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{500, NULL, ERROR("InternalServerError"), CLASS_TRANSIENT, E_PLATFORM},
		{400, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"did\":\"nonsense\"}", CLASS_TRANSIENT, E_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi @alice.test");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		rig_free(&r);
	}
}

static void bluesky__publish__a_lost_blob_is_uploaded_again(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @alice.test");
	add_image(&r, 'a', "");
	rig_start(&r);
	rig_say(&r, 200, "{\"did\":\"did:plc:alice234\"}");
	rig_say(&r, 200, BLOB);
	assert_true(r.out.commit_like);
	rig_say(&r, 400, ERROR("BlobNotFound"));
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "uploadBlob"));
	rig_say(&r, 200, BLOB);
	assert_true(r.out.commit_like);
	rig_free(&r);
}

static void bluesky__publish__needs_a_record_key(void **state)
{
	static const char *const keys[] = {NULL, "", "not a tid", "zzzzzzzzzzzzz"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		r.in.key = keys[i];
		rig_start(&r);
		assert_failed(&r, CLASS_PERMANENT, E_STATE);
		rig_free(&r);
	}
}

static void bluesky__publish__rehearsal_shows_every_request(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @alice.test");
	add_image(&r, 'a', "alt");
	r.in.rehearsal = true;
	r.in.key = NULL;
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_non_null(strstr(rig_url(&r), "resolveHandle"));
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_non_null(strstr(rig_url(&r), "uploadBlob"));
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "record.facets.0.features.0.did")),
			    "<DID of @alice.test>");
	assert_string_equal(json_str(body, "rkey"), "<record key>");
	json_free(&body);
	assert_int_equal(rig_start(&r), STEP_DONE);
	rig_free(&r);
}

static void bluesky__settle__by_record_key(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_SETTLE, "hi");
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_string_equal(rig_url(&r), "https://pds.example.org/xrpc/com.atproto.repo.getRecord"
					 "?repo=did%3Aplc%3Aewvi7nxzyoun6zhxrhs64oiz"
					 "&collection=app.bsky.feed.post&rkey=" KEY);
	assert_false(r.out.commit_like);
	assert_false(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, "{\"uri\":\"" URI "\",\"cid\":\"c\",\"value\":{}}"),
			 STEP_DONE);
	assert_string_equal(r.out.remote_id, URI);
	assert_string_equal(r.out.remote_url, "https://bsky.app/profile/alice.test/post/" KEY);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 400, ERROR("RecordNotFound")), STEP_ABSENT);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 400,
				 "{\"error\":\"InvalidRequest\",\"message\":"
				 "\"Could not locate record: at://x\"}"),
			 STEP_ABSENT);
	r.in.key = NULL;
	assert_int_equal(rig_start(&r), STEP_UNDECIDED);
	rig_free(&r);
}

static void bluesky__settle__all_else_is_asked_again(void **state)
{
	static const struct failure rows[] = {
		{400, NULL, ERROR("InvalidRequest"), CLASS_TRANSIENT, E_PLATFORM},
		{400, NULL, ERROR("RepoNotFound"), CLASS_TRANSIENT, E_PLATFORM},
		{400, NULL, "RecordNotFound", CLASS_TRANSIENT, E_PROTOCOL},
		{404, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
		{500, NULL, ERROR("RecordNotFound"), CLASS_TRANSIENT, E_PLATFORM},
		{401, NULL, ERROR("AuthMissing"), CLASS_TRANSIENT, E_TOKEN_REVOKED},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_SETTLE, "hi");
		rig_start(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_failed(&r, rows[i].cls, rows[i].code);
		rig_free(&r);
	}
}

static void bluesky__takedown__deletes_its_own_record_only(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_TAKEDOWN, NULL);
	r.in.remote_id = URI;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "com.atproto.repo.deleteRecord"));
	assert_false(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "repo"), DID);
	assert_string_equal(json_str(body, "rkey"), KEY);
	json_free(&body);
	assert_int_equal(rig_say(&r, 200, "{}"), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 500, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	r.in.remote_id = "at://did:plc:other123/app.bsky.feed.post/" KEY;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	r.in.remote_id = "at://" DID "/app.bsky.graph.follow/" KEY;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
	rig_free(&r);
}

/* The checks */

static size_t problems_of(struct rig *r, const char *field, struct problem *first)
{
	struct problems p = {.arena = arena_new()};
	size_t n = 0;

	r->platform->validate(&r->post, &r->conn, &p);
	for (size_t i = p.n; i > 0; i--)
		if (strcmp(p.items[i - 1].field, field) == 0) {
			*first = p.items[i - 1];
			n++;
		}
	assert_int_equal(n, p.n);
	arena_free(&p.arena);
	return n;
}

static void fill(char *out, const char *piece, size_t times)
{
	for (size_t i = 0; i < times; i++)
		memcpy(out + i * strlen(piece), piece, strlen(piece) + 1);
}

static void bluesky__validate__length_at_the_border(void **state)
{
	static const char family[] = "👨‍👩‍👧‍👦";
	char text[16384] = "";
	struct problem first;
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, text);
	fill(text, "é", 300);
	assert_int_equal(problems_of(&r, "text", &first), 0);
	assert_int_equal(r.platform->measure(&r.post, &r.conn), 300);
	fill(text, "é", 301);
	assert_int_equal(problems_of(&r, "text", &first), 1);
	assert_int_equal(first.limit, 300);
	assert_int_equal(first.actual, 301);
	/* 120 families: few characters, many bytes; 121 are too many bytes. */
	fill(text, family, 120);
	assert_int_equal(strlen(text), 3000);
	assert_int_equal(problems_of(&r, "text", &first), 0);
	fill(text, family, 121);
	assert_int_equal(problems_of(&r, "text", &first), 1);
	assert_int_equal(first.limit, 3000);
	assert_int_equal(first.actual, 3025);
	rig_free(&r);
}

static void bluesky__validate__what_cannot_go_out(void **state)
{
	struct problem first;
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	assert_int_equal(problems_of(&r, "text", &first), 0);
	r.post.visibility = "public";
	r.post.language = "en";
	r.post.options = "{\"mastodon.spoiler\":\"x\"}";
	assert_int_equal(problems_of(&r, "text", &first), 0);
	r.post.visibility = "private";
	assert_int_equal(problems_of(&r, "visibility", &first), 1);
	r.post.visibility = NULL;
	r.post.language = "english please";
	assert_int_equal(problems_of(&r, "language", &first), 1);
	r.post.language = NULL;
	r.post.link = "javascript:alert(1)";
	assert_int_equal(problems_of(&r, "link", &first), 1);
	r.post.link = NULL;
	r.post.options = "{\"bluesky.colour\":\"red\"}";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	r.post.options = NULL;
	r.post.first_comment = "me first";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	r.post.first_comment = NULL;
	r.post.text = " \n\t\u3000";
	assert_int_equal(problems_of(&r, "text", &first), 1);
	r.post.text = "bell \a";
	assert_int_equal(problems_of(&r, "text", &first), 1);
	r.post.text = NULL;
	r.post.link = "https://a.example";
	assert_int_equal(problems_of(&r, "text", &first), 0);
	rig_free(&r);
}

static void bluesky__validate__images(void **state)
{
	struct problem first;
	char alt[4096];
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, NULL);
	add_image(&r, 'a', "alt");
	assert_int_equal(problems_of(&r, "media", &first), 0);
	/* On another's server the older limit, on Bluesky's own the newer, or what the server told. */
	r.media[0].bytes = 1000000;
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.media[0].bytes = 1000001;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.conn.endpoint = "https://amanita.us-east.host.bsky.network";
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.media[0].bytes = 2000000;
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.media[0].bytes = 2000001;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	assert_int_equal(first.limit, 2000000);
	assert_int_equal(first.actual, 2000001);
	r.conn.facts = "{\"blob_bytes_max\":5000}";
	r.media[0].bytes = 5000;
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.media[0].bytes = 5001;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	assert_int_equal(first.limit, 5000);
	r.media[0].bytes = 0;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.media[0].bytes = 10;
	r.media[0].type = "video/webm";
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.media[0].type = "image/jpeg";
	fill(alt, "ü", 2000);
	r.media[0].alt = alt;
	assert_int_equal(problems_of(&r, "alt", &first), 0);
	fill(alt, "ü", 2001);
	assert_int_equal(problems_of(&r, "alt", &first), 1);
	r.media[0].alt = "a\x1b[2J";
	assert_int_equal(problems_of(&r, "alt", &first), 1);
	r.media[0].alt = "";
	r.post.link = "https://a.example";
	assert_int_equal(problems_of(&r, "link", &first), 1);
	r.post.text = "see https://a.example";
	assert_int_equal(problems_of(&r, "link", &first), 0);
	for (int i = 0; i < 3; i++)
		add_image(&r, 'b', NULL);
	assert_int_equal(problems_of(&r, "media", &first), 0);
	add_image(&r, 'c', NULL);
	assert_int_equal(problems_of(&r, "media", &first), 1);
	assert_int_equal(first.limit, 4);
	assert_int_equal(first.actual, 5);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bluesky__publish__text_only),
		cmocka_unit_test(bluesky__publish__facets_count_bytes),
		cmocka_unit_test(bluesky__publish__long_tags_stay_text),
		cmocka_unit_test(bluesky__publish__images_with_alt),
		cmocka_unit_test(bluesky__publish__resumes_after_what_it_has),
		cmocka_unit_test(bluesky__publish__same_inputs_same_bytes),
		cmocka_unit_test(bluesky__publish__link_card),
		cmocka_unit_test(bluesky__publish__every_answer_to_the_create),
		cmocka_unit_test(bluesky__publish__a_cut_answer_is_unknown),
		cmocka_unit_test(bluesky__publish__answers_to_an_upload),
		cmocka_unit_test(bluesky__publish__answers_to_a_mention),
		cmocka_unit_test(bluesky__publish__a_lost_blob_is_uploaded_again),
		cmocka_unit_test(bluesky__publish__needs_a_record_key),
		cmocka_unit_test(bluesky__publish__rehearsal_shows_every_request),
		cmocka_unit_test(bluesky__settle__by_record_key),
		cmocka_unit_test(bluesky__settle__all_else_is_asked_again),
		cmocka_unit_test(bluesky__takedown__deletes_its_own_record_only),
		cmocka_unit_test(bluesky__validate__length_at_the_border),
		cmocka_unit_test(bluesky__validate__what_cannot_go_out),
		cmocka_unit_test(bluesky__validate__images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
