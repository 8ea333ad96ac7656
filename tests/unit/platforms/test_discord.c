/* tests/unit/platforms/test_discord.c - Discord's webhooks, from recorded exchanges. */
#include "rig.h"

#include "platforms/discord.h"

#define HOOK "https://discord.com/api/webhooks/223704706495545344"
#define CALLED "https://discord.com/api/v10/webhooks/223704706495545344/"
#define WEBHOOK \
	"{\"id\":\"223704706495545344\",\"name\":\"News\",\"guild_id\":\"199\",\"channel_id\":\"299\",\"token\":\"sekrit\"}"
#define SENT "{\"id\":\"700\",\"channel_id\":\"299\",\"timestamp\":\"x\"}"

static void begin(struct rig *r, enum platform_op op, const char *text)
{
	rig_init(r, &discord_platform, op);
	r->conn.server = HOOK;
	r->conn.account_id = "223704706495545344";
	r->conn.facts = "{\"guild\":\"199\",\"channel\":\"299\"}";
	r->in.key = "k";
	r->post.text = text;
}

static void discord__login__looks_at_the_webhook(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN, NULL);
	rig_start(&r);
	assert_string_equal(rig_url(&r), CALLED);
	assert_int_equal(r.out.request->method, HTTP_GET);
	assert_int_equal(r.out.request->url.slots[0].slot, SLOT_PASSWORD);
	assert_int_equal(r.out.request->url.slots[0].at, strlen(CALLED));
	assert_int_equal(rig_say(&r, 200, WEBHOOK), STEP_DONE);
	assert_string_equal(r.out.account, "News");
	assert_string_equal(r.out.account_id, "223704706495545344");
	assert_string_equal(json_str(r.out.facts, "guild"), "199");
	assert_null(json_get(r.out.facts, "token"));
	rig_free(&r);
}

static void discord__call__servers_and_versions(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_VERIFY, NULL);
	r.in.api_version = "11";
	r.conn.server = "https://canary.discord.com/api/v8/webhooks/5";
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://discord.com/api/v11/webhooks/5/");
	r.conn.server = "http://127.0.0.1:9/discord/api/webhooks/5";
	rig_start(&r);
	assert_string_equal(rig_url(&r), "http://127.0.0.1:9/discord/api/webhooks/5/");
	r.in.api_base = "http://127.0.0.1:8/api/v10";
	rig_start(&r);
	assert_string_equal(rig_url(&r), "http://127.0.0.1:8/api/v10/webhooks/5/");
	r.conn.server = "https://discord.com";
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_INVALID);
	rig_free(&r);
}

static void discord__verify__refusals(void **state)
{
	static const struct rig_error rows[] = {
		{404, NULL, "{\"message\":\"Unknown Webhook\",\"code\":10015}", CLASS_AUTH,
		 E_TOKEN_REVOKED, 0},
		{401, NULL, "{\"message\":\"Invalid Webhook Token\",\"code\":50027}", CLASS_AUTH,
		 E_TOKEN_REVOKED, 0},
		{200, NULL, "{\"id\":\"5\"}", CLASS_AUTH, E_WRONG_ACCOUNT, 0},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL, 0},
		{500, NULL, "", CLASS_TRANSIENT, E_PLATFORM, 0},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		begin(&r, OP_VERIFY, NULL);
		rig_start(&r);
		rig_say(&r, rows[i].status, rows[i].body);
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
	begin(&r, OP_LOGIN, NULL);
	rig_start(&r);
	rig_say(&r, 404, rows[0].body);
	assert_failed(&r, CLASS_AUTH, E_LOGIN_FAILED);
	rig_free(&r);
}

static void discord__publish__text_with_options(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "hi @everyone");
	r.post.link = "https://a.example";
	r.post.options =
		"{\"discord.username\":\"Bob\",\"discord.thread_id\":\"9\",\"discord.silent\":\"true\","
		"\"discord.no_embeds\":\"true\",\"discord.tags\":\"1,2\",\"discord.mentions\":\"roles,users\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	rig_start(&r);
	assert_string_equal(rig_url(&r), CALLED "?wait=true&thread_id=9");
	assert_true(r.out.commit_like);
	body = rig_body(&r);
	assert_string_equal(json_str(body, "content"), "hi @everyone\n\nhttps://a.example");
	assert_string_equal(json_str(body, "username"), "Bob");
	assert_int_equal(json_int(body, "flags", 0), 4 + 4096);
	assert_string_equal(json_as_str(json_at(body, "applied_tags.1")), "2");
	assert_string_equal(json_as_str(json_at(body, "allowed_mentions.parse.0")), "roles");
	json_free(&body);
	assert_int_equal(rig_say(&r, 200, SENT), STEP_DONE);
	assert_string_equal(r.out.remote_id, "700");
	assert_string_equal(r.out.remote_url, "https://discord.com/channels/199/299/700");
	rig_free(&r);
}

static void discord__publish__nobody_is_rung_up(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	begin(&r, OP_PUBLISH, "@everyone");
	rig_start(&r);
	body = rig_body(&r);
	assert_true(json_is_array(json_at(body, "allowed_mentions.parse")));
	assert_int_equal(json_len(json_at(body, "allowed_mentions.parse")), 0);
	json_free(&body);
	rig_free(&r);
}

static void discord__publish__files_with_alt_texts(void **state)
{
	struct rig r;
	struct json *payload = NULL;
	const struct http_part *part;

	(void)state;
	begin(&r, OP_PUBLISH, "look");
	rig_add_file(&r, 'a', "image/png", 5, "A cat");
	rig_add_file(&r, 'b', "video/mp4", 5, NULL);
	rig_start(&r);
	part = rig_part(&r, "payload_json");
	assert_non_null(part);
	assert_string_equal(part->type, "application/json");
	assert_int_equal(json_parse(part->bytes, part->len, 10000, &payload, NULL), OK);
	assert_string_equal(json_str(json_at(payload, "attachments.0"), "description"), "A cat");
	assert_string_equal(json_str(json_at(payload, "attachments.0"), "filename"), "media1.png");
	assert_string_equal(json_str(json_at(payload, "attachments.1"), "id"), "1");
	assert_null(json_get(json_at(payload, "attachments.1"), "description"));
	json_free(&payload);
	assert_string_equal(rig_part(&r, "files[0]")->filename, "media1.png");
	assert_string_equal(rig_part(&r, "files[1]")->type, "video/mp4");
	rig_free(&r);
}

static void discord__publish__every_refusal(void **state)
{
	static const struct rig_error rows[] = {
		{400, NULL, "{\"message\":\"Invalid Form Body\",\"code\":50035,\"errors\":{}}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{400, NULL, "{\"message\":\"Cannot send an empty message\",\"code\":50006}",
		 CLASS_PERMANENT, E_REJECTED, 0},
		{404, NULL, "{\"message\":\"Unknown Webhook\",\"code\":10015}", CLASS_PERMANENT,
		 E_TOKEN_REVOKED, 0},
		{401, NULL, "{\"message\":\"Invalid Webhook Token\",\"code\":50027}", CLASS_AUTH,
		 E_TOKEN_REVOKED, 0},
		{403, NULL, "{\"message\":\"Missing Permissions\",\"code\":50013}", CLASS_AUTH,
		 E_SCOPE_MISSING, 0},
		{413, NULL, "{\"message\":\"Request entity too large\",\"code\":40005}",
		 CLASS_PERMANENT, E_MEDIA, 0},
		{429, "Retry-After: 1\n",
		 "{\"message\":\"You are being rate limited.\",\"retry_after\":64.57,\"global\":false}",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, NOW + 64570},
		{429, "X-RateLimit-Remaining: 0\nX-RateLimit-Reset-After: 2.5\n", "",
		 CLASS_RATE_LIMITED, E_RATE_LIMITED, NOW + 2500},
		{500, NULL, "{\"message\":\"500: Internal Server Error\",\"code\":0}",
		 CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{502, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{403, NULL, "error code: 1020", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{204, NULL, "", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
		{200, NULL, "{\"id\":\"x\"}", CLASS_UNKNOWN, E_UNKNOWN_OUTCOME, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH, "hi");
		rig_start(&r);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_error(&r, &rows[i]);
		rig_free(&r);
	}
}

static void discord__settle__a_person_decides(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_SETTLE, "hi");
	assert_int_equal(rig_start(&r), STEP_UNDECIDED);
	r.in.op = OP_PUBLISH;
	rig_start(&r);
	rig_say(&r, 200, SENT);
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_int_equal(r.commits, 1);
	r.in.op = OP_SETTLE;
	assert_int_equal(rig_start(&r), STEP_DONE);
	assert_string_equal(r.out.remote_id, "700");
	rig_free(&r);
}

static void discord__takedown__deletes(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN, "hi");
	r.in.remote_id = "700";
	r.post.options = "{\"discord.thread_id\":\"9\"}";
	rig_start(&r);
	assert_string_equal(rig_url(&r), CALLED "/messages/700?thread_id=9");
	assert_int_equal(r.out.request->url.slots[0].at, strlen(CALLED));
	assert_int_equal(rig_say(&r, 204, ""), STEP_DONE);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 404, "{\"message\":\"Unknown Message\",\"code\":10008}"),
			 STEP_DONE);
	rig_start(&r);
	rig_say(&r, 404, "{\"message\":\"Unknown Webhook\",\"code\":10015}");
	assert_failed(&r, CLASS_PERMANENT, E_TOKEN_REVOKED);
	rig_free(&r);
}

static void discord__validate__limits(void **state)
{
	struct rig r;
	char text[2100], alt[1100];

	(void)state;
	memset(text, 'a', sizeof(text));
	memset(alt, 'a', sizeof(alt));
	text[2000] = '\0';
	alt[1024] = '\0';
	begin(&r, OP_PUBLISH, text);
	rig_add_file(&r, 'a', "image/png", 10485760, alt);
	assert_int_equal(rig_problems(&r, NULL), 0);
	r.media[0].bytes++;
	assert_int_equal(rig_problems(&r, "media"), 1);
	r.post.options = "{\"discord.file_mib\":\"50\"}";
	assert_int_equal(rig_problems(&r, NULL), 0);
	text[2000] = 'a';
	text[2001] = '\0';
	alt[1024] = 'a';
	alt[1025] = '\0';
	assert_int_equal(rig_problems(&r, "text"), 1);
	assert_int_equal(rig_problems(&r, "alt"), 1);
	r.post.options =
		"{\"discord.file_mib\":\"0\",\"discord.thread_id\":\"x\",\"discord.tags\":\"a\","
		"\"discord.mentions\":\"all\",\"discord.silent\":\"x\",\"discord.avatar_url\":\"x\",\"discord.x\":\"x\"}";
	assert_int_equal(rig_problems(&r, "option"), 7);
	r.post.first_comment = "x";
	assert_int_equal(rig_problems(&r, "option"), 8);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(discord__login__looks_at_the_webhook),
		cmocka_unit_test(discord__call__servers_and_versions),
		cmocka_unit_test(discord__verify__refusals),
		cmocka_unit_test(discord__publish__text_with_options),
		cmocka_unit_test(discord__publish__nobody_is_rung_up),
		cmocka_unit_test(discord__publish__files_with_alt_texts),
		cmocka_unit_test(discord__publish__every_refusal),
		cmocka_unit_test(discord__settle__a_person_decides),
		cmocka_unit_test(discord__takedown__deletes),
		cmocka_unit_test(discord__validate__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
