/* tests/unit/platforms/test_mastodon_post.c - publish, settle and take down, from recorded exchanges. */
#include "rig.h"

#include "platforms/mastodon.h"

#define SERVER "https://social.example"
#define KEY "0b9b7b1e-6a5c-4f0e-9a3c-6f4f0e7f7a10"
#define STATUS \
	"{\"id\":\"113\",\"url\":\"https://social.example/@alice/113\",\"uri\":\"https://social.example/x/113\"}"
#define ERROR(words) "{\"error\":\"" words "\"}"
#define PROPER "{\"proper\":true}"
#define OTHER "{\"proper\":false}"

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &mastodon_platform, op);
	r->conn.server = SERVER;
	r->conn.account = "alice@social.example";
	r->conn.account_id = "109";
	r->in.key = KEY;
	r->post.text = text;
}

static void add_image(struct rig *r, char digit, const char *alt)
{
	struct media *m = &r->media[r->post.n_media++];

	memset(m->sha256, digit, 64);
	m->type = "image/png";
	m->bytes = 1000;
	m->alt = alt;
}

/* To the first request after the mark. */
static void begin_marked(struct rig *r, const char *text)
{
	begin(r, OP_PUBLISH, text);
	rig_start(r);
	assert_string_equal(rig_url(r), SERVER "/api/v1/accounts/109/statuses"
					       "?limit=1&exclude_reblogs=true");
	assert_false(r->out.commit_like);
	rig_say(r, 200, "[{\"id\":\"100\"}]");
}

static void mastodon__publish__text_with_all_its_fields(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin_marked(&r, "Hello\tworld\n");
	r.post.language = "de";
	r.post.visibility = "unlisted";
	r.post.link = "https://a.example/x";
	r.post.options = "{\"mastodon.content_warning\":\"cats\",\"mastodon.sensitive\":\"true\"}";
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v1/statuses");
	assert_true(r.out.commit_like);
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_string_equal(rig_header(&r, "Idempotency-Key"), KEY);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "status"), "Hello\tworld\n\n\nhttps://a.example/x");
	assert_string_equal(json_str(body, "spoiler_text"), "cats");
	assert_true(json_bool(body, "sensitive", false));
	assert_string_equal(json_str(body, "visibility"), "unlisted");
	assert_string_equal(json_str(body, "language"), "de");
	assert_null(json_get(body, "media_ids"));
	json_free(&body);
	assert_int_equal(rig_say(&r, 200, STATUS), STEP_DONE);
	assert_string_equal(r.out.remote_id, "113");
	assert_string_equal(r.out.remote_url, "https://social.example/@alice/113");
	rig_free(&r);
}

static void mastodon__publish__the_text_as_it_is(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin_marked(&r, "see https://a.example/x");
	r.post.link = "https://a.example/x";
	rig_start(&r);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "status"), "see https://a.example/x");
	assert_null(json_get(body, "visibility"));
	assert_null(json_get(body, "spoiler_text"));
	json_free(&body);
	rig_free(&r);
}

static void mastodon__publish__id_is_success_and_a_bad_url_is_left_out(void **state)
{
	static const struct {
		const char *body, *id, *url;
	} rows[] = {
		{"{\"id\":\"113\",\"url\":null,\"uri\":\"https://s.example/113\"}", "113",
		 "https://s.example/113"},
		{"{\"id\":113,\"url\":\"javascript:x\"}", "113", NULL},
		{"{\"id\":\"01HX3\"}", "01HX3", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin_marked(&r, "hi");
		assert_int_equal(rig_say(&r, 200, rows[i].body), STEP_DONE);
		assert_string_equal(r.out.remote_id, rows[i].id);
		if (rows[i].url != NULL)
			assert_string_equal(r.out.remote_url, rows[i].url);
		else
			assert_null(r.out.remote_url);
		rig_free(&r);
	}
}

static void mastodon__publish__images_some_of_them_later(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "A cat");
	add_image(&r, 'b', NULL);
	rig_start(&r);
	rig_say(&r, 200, "[]");
	assert_string_equal(rig_url(&r), SERVER "/api/v2/media");
	assert_int_equal(r.out.request->n_parts, 2);
	assert_string_equal(r.out.request->parts[0].name, "file");
	assert_string_equal(r.out.request->parts[0].type, "image/png");
	assert_string_equal(r.out.request->parts[0].filename, "media1.png");
	assert_int_equal(strncmp(r.out.request->parts[0].file, "/media/aaaa", 11), 0);
	assert_string_equal(r.out.request->parts[1].name, "description");
	assert_memory_equal(r.out.request->parts[1].bytes, "A cat", 5);
	assert_int_equal(r.out.request->parts[1].len, 5);
	rig_say(&r, 202, "{\"id\":\"7\",\"url\":null}");
	assert_string_equal(rig_url(&r), SERVER "/api/v1/media/7");
	assert_int_equal(rig_say(&r, 206, "{\"id\":\"7\"}"), STEP_WAIT);
	assert_int_equal(r.out.at, NOW + 1000);
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_int_equal(rig_say(&r, 206, ""), STEP_WAIT);
	assert_int_equal(r.out.at, NOW + 2000);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"7\"}"), STEP_SEND);
	assert_int_equal(r.out.request->n_parts, 1);
	rig_say(&r, 200, "{\"id\":\"8\"}");
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "media_ids.0")), "7");
	assert_string_equal(json_as_str(json_at(body, "media_ids.1")), "8");
	json_free(&body);
	rig_free(&r);
}

static void mastodon__publish__an_image_that_is_never_ready_ends(void **state)
{
	struct rig r;
	int polls = 0;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "");
	rig_start(&r);
	rig_say(&r, 200, "[]");
	rig_say(&r, 202, "{\"id\":\"7\"}");
	while (rig_say(&r, 206, "") == STEP_WAIT) {
		assert_true(++polls < 100);
		rig_start(&r);
	}
	assert_failed(&r, CLASS_TRANSIENT, E_TIMEOUT);
	/* The next try asks for the same upload again. */
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v1/media/7");
	rig_free(&r);
}

static void mastodon__publish__an_edited_alt_text_is_uploaded_anew(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "A cat");
	rig_start(&r);
	rig_say(&r, 200, "[]");
	rig_say(&r, 200, "{\"id\":\"7\"}");
	assert_true(r.out.commit_like);
	r.media[0].alt = "A dog";
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v2/media");
	rig_free(&r);
}

static void mastodon__publish__a_film_is_worked_on(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "video/mp4", INT64_C(80) << 20, "Waves");
	r.post.options = "{\"mastodon.focus\":\"0.0,-0.5\"}";
	rig_start(&r);
	rig_say(&r, 200, "[]");
	assert_string_equal(rig_part(&r, "file")->type, "video/mp4");
	assert_true(rig_part_is(&r, "description", "Waves"));
	assert_true(rig_part_is(&r, "focus", "0.0,-0.5"));
	assert_true(r.out.request->timeout_ms > 600000);
	rig_say(&r, 202, "{\"id\":\"7\",\"url\":null}");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_say(&r, 206, "{\"id\":\"7\"}"), STEP_WAIT);
		assert_int_equal(rig_start(&r), STEP_SEND);
	}
	/* It cannot be used: that is for good. */
	rig_say(&r, 422, "{\"error\":\"Error processing thumbnail for uploaded media\"}");
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_start(&r);
	rig_say(&r, 200, "{\"id\":\"7\",\"url\":\"https://social.example/7\"}");
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "media_ids.0")), "7");
	json_free(&body);
	rig_free(&r);
}

static void mastodon__publish__poll(void **state)
{
	struct rig r;
	struct json *body;
	const struct json *poll;

	(void)state;
	begin_marked(&r, "Which?");
	r.post.options =
		"{\"mastodon.poll\":\"One|Two|Three\",\"mastodon.poll_minutes\":\"60\","
		"\"mastodon.poll_multiple\":\"true\",\"mastodon.poll_hide_totals\":\"yes\"}";
	rig_start(&r);
	body = rig_body(&r);
	poll = json_get(body, "poll");
	assert_int_equal(json_len(json_get(poll, "options")), 3);
	assert_string_equal(json_as_str(json_at(poll, "options.2")), "Three");
	assert_int_equal(json_int(poll, "expires_in", 0), 3600);
	assert_true(json_bool(poll, "multiple", false));
	assert_true(json_bool(poll, "hide_totals", false));
	json_free(&body);
	rig_free(&r);
}

static void mastodon__validate__polls_and_films_by_the_servers_limits(void **state)
{
	static const struct {
		const char *options, *facts;
		size_t wrong;
	} rows[] = {
		{"{\"mastodon.poll\":\"A|B\"}", NULL, 0},
		{"{\"mastodon.poll\":\"A\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|A\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|B|C|D|E\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|B|C|D|E\"}", "{\"poll_choices_max\":6}", 0},
		{"{\"mastodon.poll\":\"123456|B\"}", "{\"poll_choice_max\":5}", 1},
		{"{\"mastodon.poll\":\"A|B\",\"mastodon.poll_minutes\":\"4\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|B\",\"mastodon.poll_minutes\":\"5\"}", NULL, 0},
		{"{\"mastodon.poll\":\"A|B\",\"mastodon.poll_minutes\":\"100000\"}", NULL, 1},
		{"{\"mastodon.poll\":\"A|B\",\"mastodon.poll_multiple\":\"some\"}", NULL, 1},
		{"{\"mastodon.poll_minutes\":\"x\"}", NULL, 1},
		{"{\"mastodon.focus\":\"0,0\"}", NULL, 1},
		{"{\"mastodon.pol\":\"A|B\"}", NULL, 1},
	};
	static const char *const focus[] = {
		"0,0", "1.0,-1", "-0.25,0.123456", "1.1,0", "0.5",    "a,b",
		",0",  "0,0,0",  "0.1234567,0",    "nan,0", "0,0|0,0"};
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "Which?");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		r.post.options = rows[i].options;
		r.conn.facts = rows[i].facts;
		if (rig_problems(&r, "option") != rows[i].wrong)
			fail_msg("row %zu: %zu", i, rig_problems(&r, "option"));
	}
	r.conn.facts = "{\"video_bytes_max\":5000,\"video_pixels_max\":1000}";
	r.post.options = NULL;
	rig_add_file(&r, 'a', "video/mp4", 5000, NULL);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].width = r.media[0].height = 100;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].width = 0;
	r.media[0].bytes = 5001;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].bytes = 5000;
	add_image(&r, 'b', NULL);
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.n_media = 1;
	r.post.options = "{\"mastodon.poll\":\"A|B\"}";
	assert_int_equal(rig_problems(&r, "option"), 1);
	r.conn.facts = "{\"types\":[\"audio/mp3\",\"image/png\"]}";
	r.post.options = NULL;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.media[0].type = "audio/mpeg";
	assert_int_equal(rig_problems(&r, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(focus); i++) {
		char options[100];

		snprintf(options, sizeof(options), "{\"mastodon.focus\":\"%s\"}", focus[i]);
		r.post.options = options;
		if ((rig_problems(&r, "option") > 0) != (i > 2))
			fail_msg("focus %s", focus[i]);
	}
	rig_free(&r);
}

static void mastodon__publish__older_media_address(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "");
	rig_start(&r);
	rig_say(&r, 200, "[]");
	rig_say(&r, 404, "");
	assert_string_equal(rig_url(&r), SERVER "/api/v1/media");
	rig_say(&r, 404, ERROR("Not found"));
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void mastodon__publish__goes_out_without_a_mark(void **state)
{
	static const struct {
		int status;
		const char *body;
		bool goes_on;
	} rows[] = {
		{403, ERROR("This action is outside the authorized scopes"), true},
		{404, "<html>", true},
		{200, "<html>", true},
		{200, "{}", true},
		{401, ERROR("The access token was revoked"), false},
		{429, "", false},
		{503, "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		rig_start(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_int_equal(r.out.verdict, rows[i].goes_on ? STEP_SEND : STEP_FAILED);
		assert_int_equal(r.commits, rows[i].goes_on ? 1 : 0);
		rig_free(&r);
	}
}

static void mastodon__publish__a_new_key_makes_a_new_mark(void **state)
{
	struct rig r;

	(void)state;
	begin_marked(&r, "hi");
	rig_say(&r, 422, ERROR("Validation failed: later"));
	/* The same key again (a settled resend): the mark stays. */
	rig_start(&r);
	assert_true(r.out.commit_like);
	r.in.key = "another-key";
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "/statuses?limit=1"));
	rig_free(&r);
}

static void mastodon__publish__same_inputs_same_bytes(void **state)
{
	struct rig r;
	struct strbuf first;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @bob@social.example #tag");
	add_image(&r, 'a', "alt");
	rig_start(&r);
	rig_say(&r, 200, "[]");
	rig_say(&r, 200, "{\"id\":\"7\"}");
	assert_true(r.out.commit_like);
	strbuf_init(&first, 65536);
	strbuf_add(&first, r.out.request->body.bytes, r.out.request->body.len);
	rig_say(&r, 502, "");
	assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
	r.in.now_ms += 600000;
	rig_start(&r);
	assert_true(r.out.commit_like);
	assert_string_equal(rig_header(&r, "Idempotency-Key"), KEY);
	assert_int_equal(r.out.request->body.len, first.len);
	assert_memory_equal(r.out.request->body.bytes, first.data, first.len);
	strbuf_free(&first);
	rig_free(&r);
}

struct failure {
	int status;
	const char *headers, *body;
	enum err_class cls;
	enum err code;
};

static void mastodon__publish__every_answer_to_the_create(void **state)
{
	static const struct failure rows[] = {
		{422, NULL, ERROR("Validation failed: Text is too long"), CLASS_PERMANENT,
		 E_REJECTED},
		{404, NULL, ERROR("Record not found"), CLASS_PERMANENT, E_REJECTED},
		{403, NULL, ERROR("This action is not allowed"), CLASS_PERMANENT, E_REJECTED},
		{400, NULL, ERROR("bad"), CLASS_PERMANENT, E_REJECTED},
		{413, NULL, "<html>", CLASS_PERMANENT, E_REJECTED},
		{422, NULL, ERROR("Cannot attach files that have not finished processing"),
		 CLASS_TRANSIENT, E_PLATFORM},
		{401, NULL, ERROR("The access token was revoked"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("The access token expired"), CLASS_AUTH, E_TOKEN_EXPIRED},
		{401, "WWW-Authenticate: Bearer\n", "", CLASS_AUTH, E_TOKEN_REVOKED},
		{403, NULL, ERROR("This action is outside the authorized scopes"), CLASS_AUTH,
		 E_SCOPE_MISSING},
		{403, NULL, ERROR("Your login is missing a confirmed e-mail address"), CLASS_AUTH,
		 E_TOKEN_REVOKED},
		{403, NULL, ERROR("Your login is currently pending approval"), CLASS_AUTH,
		 E_TOKEN_REVOKED},
		{429, "X-RateLimit-Reset: 2026-09-21T14:14:20.123456Z\n",
		 ERROR("Too many requests"), CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{429, NULL, ERROR("Throttled"), CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{500, NULL, ERROR("boom"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{502, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{503, "Retry-After: 30\n", "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{504, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{409, NULL, ERROR("conflict"), CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{401, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{404, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{422, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{302, "Location: /login\n", "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "<html>", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
		{200, NULL, "{\"url\":\"https://social.example/@alice/113\"}", CLASS_UNKNOWN,
		 E_UNKNOWN_OUTCOME},
		{200, NULL, "{\"id\":null}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin_marked(&r, "hi");
		assert_true(r.out.commit_like);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		if (rows[i].cls == CLASS_RATE_LIMITED)
			assert_int_equal(r.out.at, rows[i].headers != NULL ? NOW + 60123 : 0);
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void mastodon__publish__a_cut_answer_is_unknown(void **state)
{
	static const int statuses[] = {200, 401, 422, 429};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		struct http_response *answer = http_response_make(statuses[i], NULL, STATUS);
		struct rig r;

		begin_marked(&r, "hi");
		answer->truncated = true;
		rig_answer(&r, answer);
		assert_failed(&r, CLASS_UNKNOWN, E_UNKNOWN_OUTCOME);
		rig_free(&r);
	}
}

static void mastodon__publish__lost_media_are_uploaded_again(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	add_image(&r, 'a', "");
	rig_start(&r);
	rig_say(&r, 200, "[]");
	rig_say(&r, 200, "{\"id\":\"7\"}");
	rig_say(&r, 422, ERROR("Validation failed: Media 7 could not be found"));
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v2/media");
	/* Gone while the server still worked on it. */
	rig_say(&r, 202, "{\"id\":\"8\"}");
	rig_say(&r, 404, ERROR("Record not found"));
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v2/media");
	rig_say(&r, 202, "{\"id\":\"9\"}");
	rig_say(&r, 422, ERROR("processing failed"));
	assert_failed(&r, CLASS_PERMANENT, E_MEDIA);
	rig_free(&r);
}

static void mastodon__publish__rehearsal_shows_every_request(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "hi");
	add_image(&r, 'a', "alt");
	r.in.rehearsal = true;
	r.in.key = NULL;
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_string_equal(rig_url(&r), SERVER "/api/v2/media");
	assert_int_equal(rig_start(&r), STEP_SEND);
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_as_str(json_at(body, "media_ids.0")), "<id of file 1>");
	json_free(&body);
	assert_int_equal(rig_start(&r), STEP_DONE);
	rig_free(&r);
}

/* Settling */

static void begin_settle(struct rig *r, const char *text, const char *facts, const char *since)
{
	begin(r, OP_SETTLE, text);
	r->conn.facts = facts;
	if (since != NULL) {
		r->state = json_new_object();
		json_set_str(r->state, "marked", KEY);
		json_set_str(r->state, "since", since);
	}
	r->in.state = r->state;
}

#define LISTED(id, at, content) \
	"{\"id\":\"" id "\",\"created_at\":\"" at "\",\"content\":\"" content \
	"\",\"spoiler_text\":\"\",\"media_attachments\":[]," \
	"\"url\":\"https://social.example/@alice/" id "\"}"
#define JUST "2026-09-21T14:13:21.000Z"
#define EARLIER "2026-09-21T14:00:00.000Z"

static void mastodon__settle__found_in_the_list(void **state)
{
	struct rig r;

	(void)state;
	begin_settle(&r, "hi & <bye>\n\nhttps://a.example/long @bob@else.example #tag", OTHER,
		     "100");
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v1/accounts/109/statuses?limit=40"
						"&exclude_reblogs=true&since_id=100");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(
		rig_say(&r, 200,
			"[" LISTED("114", JUST, "<p>another</p>") "," LISTED(
				"113", JUST,
				"<p>hi &amp; &lt;bye&gt;</p><p><a href='https://a.example/long'>"
				"<span class='invisible'>https://</span><span>a.example/long</span></a> "
				"<span class='h-card'><a>@<span>bob</span></a></span> "
				"<a>#<span>tag</span></a></p>") "]"),
		STEP_DONE);
	assert_string_equal(r.out.remote_id, "113");
	assert_string_equal(r.out.remote_url, "https://social.example/@alice/113");
	rig_free(&r);
}

static void mastodon__settle__absence_is_believed_only_of_mastodon_within_the_hour(void **state)
{
	static const struct {
		const char *facts;
		int64_t age_ms;
		enum step_verdict verdict;
	} rows[] = {
		{PROPER, 60000, STEP_ABSENT},         {PROPER, 54 * 60000, STEP_ABSENT},
		{PROPER, 56 * 60000, STEP_UNDECIDED}, {PROPER, -1, STEP_UNDECIDED},
		{OTHER, 60000, STEP_UNDECIDED},       {NULL, 60000, STEP_UNDECIDED},
		{"not json", 60000, STEP_UNDECIDED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin_settle(&r, "hi", rows[i].facts, "100");
		r.in.now_ms = NOW + rows[i].age_ms;
		rig_start(&r);
		assert_int_equal(rig_say(&r, 200, "[]"), rows[i].verdict);
		rig_free(&r);
	}
}

static void mastodon__settle__an_earlier_twin_is_not_ours(void **state)
{
	struct rig r;

	(void)state;
	/* A server that does not know since_id lists the mark and what came before it. */
	begin_settle(&r, "hi", PROPER, "100");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200,
				 "[" LISTED("100", JUST, "<p>hi</p>") "," LISTED("99", JUST,
										 "<p>hi</p>") "]"),
			 STEP_ABSENT);
	rig_free(&r);
	/* Without a mark the time tells. */
	begin_settle(&r, "hi", PROPER, NULL);
	rig_start(&r);
	assert_null(strstr(rig_url(&r), "since_id"));
	assert_int_equal(rig_say(&r, 200, "[" LISTED("99", EARLIER, "<p>hi</p>") "]"), STEP_ABSENT);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "[" LISTED("99", JUST, "<p>hi</p>") "]"), STEP_DONE);
	rig_free(&r);
	/* With one, a wrong clock does no harm. */
	begin_settle(&r, "hi", PROPER, "98");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "[" LISTED("99", EARLIER, "<p>hi</p>") "]"), STEP_DONE);
	rig_free(&r);
}

static void mastodon__settle__warning_and_media_must_fit(void **state)
{
	struct rig r;

	(void)state;
	begin_settle(&r, "hi", OTHER, "100");
	r.post.options = "{\"mastodon.content_warning\":\"cats\"}";
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "[" LISTED("113", JUST, "<p>hi</p>") "]"),
			 STEP_UNDECIDED);
	r.post.options = NULL;
	add_image(&r, 'a', "");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "[" LISTED("113", JUST, "<p>hi</p>") "]"),
			 STEP_UNDECIDED);
	rig_free(&r);
}

static void mastodon__settle__all_else_is_asked_again(void **state)
{
	static const struct failure rows[] = {
		{500, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
		{404, NULL, ERROR("Record not found"), CLASS_TRANSIENT, E_PLATFORM},
		{401, NULL, ERROR("The access token was revoked"), CLASS_TRANSIENT,
		 E_TOKEN_REVOKED},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "<html>", CLASS_TRANSIENT, E_PROTOCOL},
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin_settle(&r, "hi", PROPER, "100");
		rig_start(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_failed(&r, rows[i].cls, rows[i].code);
		rig_free(&r);
	}
	begin_settle(&r, "hi", OTHER, "100");
	rig_start(&r);
	assert_int_equal(rig_say(&r, 403, ERROR("This action is outside the authorized scopes")),
			 STEP_UNDECIDED);
	rig_free(&r);
}

static void mastodon__takedown__gone_is_gone(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, NULL);
	r.in.remote_id = "11/3";
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v1/statuses/11%2F3");
	assert_int_equal(r.out.request->method, HTTP_DELETE);
	assert_int_equal(rig_say(&r, 200, STATUS), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, ERROR("Record not found")), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 404, "<html>");
	assert_failed(&r, CLASS_TRANSIENT, E_PROTOCOL);
	r.in.remote_id = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_STATE);
	rig_free(&r);
}

static void mastodon__html__text_as_shown(void **state)
{
	static const struct {
		const char *html, *text;
	} rows[] = {
		{"<p>a<br>b<br />c</p><p>d</p>", "a\nb\nc\n\nd"},
		{"<p>a &amp;amp; b &#39;&#x27; &nbsp;c</p>", "a &amp; b '' c"},
		{"plain", " plain\n"},
		{"<b>bo</b>ld <pre>x</pre>", "bold x"},
		{"1 < 2", "1 < 2"},
		{"&unknown; &#xd800; &#;", "&unknown; &#xd800; &#;"},
		{"<p>@bob@else.example</p>", "@bob@else.example"},
		{"<p>@bob</p>", "@bob@else.example"},
		{"", ""},
		{"<", "<"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct strbuf html, text;

		strbuf_init(&html, 4096);
		strbuf_init(&text, 4096);
		mastodon_html_text(&html, rows[i].html);
		mastodon_plain_text(&text, rows[i].text);
		assert_string_equal(html.data, text.data);
		strbuf_free(&html);
		strbuf_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mastodon__publish__text_with_all_its_fields),
		cmocka_unit_test(mastodon__publish__the_text_as_it_is),
		cmocka_unit_test(mastodon__publish__id_is_success_and_a_bad_url_is_left_out),
		cmocka_unit_test(mastodon__publish__images_some_of_them_later),
		cmocka_unit_test(mastodon__publish__an_image_that_is_never_ready_ends),
		cmocka_unit_test(mastodon__publish__an_edited_alt_text_is_uploaded_anew),
		cmocka_unit_test(mastodon__publish__older_media_address),
		cmocka_unit_test(mastodon__publish__a_film_is_worked_on),
		cmocka_unit_test(mastodon__publish__poll),
		cmocka_unit_test(mastodon__validate__polls_and_films_by_the_servers_limits),
		cmocka_unit_test(mastodon__publish__goes_out_without_a_mark),
		cmocka_unit_test(mastodon__publish__a_new_key_makes_a_new_mark),
		cmocka_unit_test(mastodon__publish__same_inputs_same_bytes),
		cmocka_unit_test(mastodon__publish__every_answer_to_the_create),
		cmocka_unit_test(mastodon__publish__a_cut_answer_is_unknown),
		cmocka_unit_test(mastodon__publish__lost_media_are_uploaded_again),
		cmocka_unit_test(mastodon__publish__rehearsal_shows_every_request),
		cmocka_unit_test(mastodon__settle__found_in_the_list),
		cmocka_unit_test(
			mastodon__settle__absence_is_believed_only_of_mastodon_within_the_hour),
		cmocka_unit_test(mastodon__settle__an_earlier_twin_is_not_ours),
		cmocka_unit_test(mastodon__settle__warning_and_media_must_fit),
		cmocka_unit_test(mastodon__settle__all_else_is_asked_again),
		cmocka_unit_test(mastodon__takedown__gone_is_gone),
		cmocka_unit_test(mastodon__html__text_as_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
