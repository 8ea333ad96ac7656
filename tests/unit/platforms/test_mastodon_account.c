/* tests/unit/platforms/test_mastodon_account.c - login by token, verify, revoke, instance facts, lengths and checks. */
#include "rig.h"

#include "platforms/mastodon.h"

#define SERVER "https://social.example"
#define ALICE \
	"{\"id\":\"109\",\"username\":\"alice\",\"acct\":\"alice\",\"url\":\"https://social.example/@alice\"}"
#define ERROR(words) "{\"error\":\"" words "\"}"

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &mastodon_platform, op);
	r->conn.server = SERVER;
	r->conn.account_id = op == OP_LOGIN ? NULL : "109";
	r->post.text = "hi";
}

struct failure {
	int status;
	const char *headers, *body;
	enum err_class cls;
	enum err code;
};

static void check_failures(enum platform_op op, const struct failure *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rig r;

		begin(&r, op);
		assert_int_equal(rig_start(&r), STEP_SEND);
		assert_false(r.out.commit_like);
		rig_answer(&r, http_response_make(rows[i].status, rows[i].headers, rows[i].body));
		assert_failed(&r, rows[i].cls, rows[i].code);
		assert_int_equal(r.out.error.http_status, rows[i].status);
		rig_free(&r);
	}
}

static void mastodon__login__makes_the_token_known(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_LOGIN);
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v1/accounts/verify_credentials");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	assert_string_equal(r.out.account, "alice@social.example");
	assert_string_equal(r.out.account_id, "109");
	assert_null(r.out.access);
	/* A server that sends numbers, and one that names the account with its host. */
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"id\":109,\"acct\":\"alice@other.example\"}"),
			 STEP_DONE);
	assert_string_equal(r.out.account, "alice@other.example");
	assert_string_equal(r.out.account_id, "109");
	rig_free(&r);
}

static void mastodon__login__only_the_account_that_was_asked_for(void **state)
{
	static const struct {
		const char *asked;
		bool same;
	} rows[] = {{NULL, true},
		    {"alice", true},
		    {"@alice", true},
		    {"@Alice@social.example", true},
		    {"alicia", false},
		    {"ali", false},
		    {"alice@else.example", false}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_LOGIN);
		r.in.login_name = rows[i].asked;
		rig_start(&r);
		rig_say(&r, 200, ALICE);
		if (rows[i].same)
			assert_int_equal(r.out.verdict, STEP_DONE);
		else
			assert_failed(&r, CLASS_PERMANENT, E_WRONG_ACCOUNT);
		rig_free(&r);
	}
}

static void mastodon__login__failures(void **state)
{
	static const struct failure rows[] = {
		{401, NULL, ERROR("The access token is invalid"), CLASS_AUTH, E_LOGIN_FAILED},
		{401, NULL, "<html>no</html>", CLASS_AUTH, E_LOGIN_FAILED},
		{401, NULL, "", CLASS_AUTH, E_LOGIN_FAILED},
		{403, NULL, ERROR("This action is outside the authorized scopes"), CLASS_AUTH,
		 E_SCOPE_MISSING},
		{403, NULL, ERROR("Your login is currently disabled"), CLASS_AUTH, E_LOGIN_FAILED},
		{422, NULL, ERROR("This method requires an authenticated user"), CLASS_AUTH,
		 E_LOGIN_FAILED},
		{404, NULL, "<html>not found</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{301, NULL, "", CLASS_PERMANENT, E_PROTOCOL},
		{200, NULL, "<html>welcome</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"id\":\"1\",\"acct\":\"a b\"}", CLASS_TRANSIENT, E_PROTOCOL},
		{200, NULL, "{\"id\":\"\",\"acct\":\"alice\"}", CLASS_TRANSIENT, E_PROTOCOL},
		{429, NULL, ERROR("Too many requests"), CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{503, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
	};
	struct rig r;

	(void)state;
	check_failures(OP_LOGIN, rows, COUNT_OF(rows));
	begin(&r, OP_LOGIN);
	r.conn.server = NULL;
	rig_start(&r);
	assert_failed(&r, CLASS_PERMANENT, E_USAGE);
	rig_free(&r);
}

static void mastodon__verify__network_trouble_is_no_lost_login(void **state)
{
	static const struct failure rows[] = {
		{401, NULL, ERROR("The access token was revoked"), CLASS_AUTH, E_TOKEN_REVOKED},
		{401, NULL, ERROR("The access token expired"), CLASS_AUTH, E_TOKEN_EXPIRED},
		{401, "WWW-Authenticate: Bearer error=\"invalid_token\"\n", "", CLASS_AUTH,
		 E_TOKEN_REVOKED},
		{401, NULL, "<html>proxy</html>", CLASS_TRANSIENT, E_PROTOCOL},
		{403, NULL, "blocked", CLASS_TRANSIENT, E_PROTOCOL},
		{500, NULL, ERROR("The access token is invalid"), CLASS_TRANSIENT, E_PLATFORM},
		{200, NULL, "{\"id\":\"110\",\"acct\":\"bob\"}", CLASS_AUTH, E_WRONG_ACCOUNT},
	};
	struct rig r;

	(void)state;
	check_failures(OP_VERIFY, rows, COUNT_OF(rows));
	begin(&r, OP_VERIFY);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, ALICE), STEP_DONE);
	rig_free(&r);
}

static void mastodon__refresh__there_is_none(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REFRESH);
	rig_start(&r);
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	rig_free(&r);
}

static void mastodon__revoke__says_when_a_person_must(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_REVOKE);
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/oauth/revoke");
	assert_true(rig_has_secret(&r, SLOT_ACCESS));
	assert_int_equal(rig_say(&r, 200, "{}"), STEP_DONE);
	rig_start(&r);
	rig_say(&r, 403, ERROR("unauthorized_client"));
	assert_failed(&r, CLASS_PERMANENT, E_UNSUPPORTED);
	rig_start(&r);
	rig_say(&r, 502, "");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	rig_free(&r);
}

static void mastodon__facts__limits_of_the_instance(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_FACTS);
	rig_start(&r);
	assert_string_equal(rig_url(&r), SERVER "/api/v2/instance");
	rig_say(&r, 200,
		"{\"version\":\"4.3.1\",\"source_url\":\"https://github.com/mastodon/mastodon\","
		"\"configuration\":{\"statuses\":{\"max_characters\":1000,"
		"\"max_media_attachments\":6,\"characters_reserved_per_url\":23},"
		"\"media_attachments\":{\"supported_mime_types\":[\"image/png\",\"video/mp4\"],"
		"\"image_size_limit\":1234567,\"image_matrix_limit\":100,"
		"\"description_limit\":42}}}");
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_int_equal(json_int(r.out.facts, "text_max", 0), 1000);
	assert_int_equal(json_int(r.out.facts, "media_max", 0), 6);
	assert_int_equal(json_int(r.out.facts, "image_bytes_max", 0), 1234567);
	assert_int_equal(json_int(r.out.facts, "alt_max", 0), 42);
	assert_int_equal(json_int(r.out.facts, "read_at", 0), NOW);
	assert_true(json_bool(r.out.facts, "proper", false));
	rig_free(&r);
}

static void mastodon__facts__older_address_and_older_names(void **state)
{
	static const struct failure rows[] = {
		{429, NULL, "", CLASS_RATE_LIMITED, E_RATE_LIMITED},
		{503, NULL, "", CLASS_TRANSIENT, E_PLATFORM},
	};
	struct rig r;

	(void)state;
	begin(&r, OP_FACTS);
	rig_start(&r);
	rig_say(&r, 404, "<html>not found</html>");
	assert_string_equal(rig_url(&r), SERVER "/api/v1/instance");
	rig_say(&r, 200,
		"{\"version\":\"2.7.2 (compatible; Pleroma 2.5.0)\",\"max_toot_chars\":5000,"
		"\"upload_limit\":16000000,\"description_limit\":-1,"
		"\"configuration\":{\"statuses\":{\"max_characters\":\"many\"}}}");
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_int_equal(json_int(r.out.facts, "text_max", 0), 5000);
	assert_int_equal(json_int(r.out.facts, "image_bytes_max", 0), 16000000);
	assert_null(json_get(r.out.facts, "alt_max"));
	assert_false(json_bool(r.out.facts, "proper", true));
	rig_free(&r);
	begin(&r, OP_FACTS);
	rig_start(&r);
	rig_say(&r, 404, ERROR("Not found"));
	rig_say(&r, 404, ERROR("Not found"));
	assert_failed(&r, CLASS_PERMANENT, E_PLATFORM);
	rig_free(&r);
	check_failures(OP_FACTS, rows, COUNT_OF(rows));
}

static void mastodon__facts__who_honours_keys(void **state)
{
	static const struct {
		const char *body;
		bool proper;
	} rows[] = {
		{"{\"version\":\"4.3.0\"}", true},
		{"{\"version\":\"4.4.0-alpha.1+glitch\",\"source_url\":"
		 "\"https://github.com/glitch-soc/mastodon\"}",
		 true},
		{"{\"version\":\"2.9.3\"}", true},
		{"{\"version\":\"0.19.1+git-57cb4fe\"}", false},
		{"{\"version\":\"2.0.0\",\"source_url\":"
		 "\"https://codeberg.org/superseriousbusiness/gotosocial\"}",
		 false},
		{"{\"version\":\"2.7.2 (compatible; Akkoma 3.9)\"}", false},
		{"{\"version\":\"4.0.0 (not true; really snac/2.68)\"}", false},
		{"{\"version\":\"takahe/0.11.0\"}", false},
		{"{\"version\":\"4\"}", false},
		{"{\"version\":\"\"}", false},
		{"{\"version\":\"-4.0.0\"}", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rig r;

		begin(&r, OP_FACTS);
		rig_start(&r);
		assert_int_equal(rig_say(&r, 200, rows[i].body), STEP_DONE);
		assert_int_equal(json_bool(r.out.facts, "proper", !rows[i].proper), rows[i].proper);
		rig_free(&r);
	}
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

static int64_t length(struct rig *r, const char *text)
{
	r->post.text = text;
	return r->platform->measure(&r->post, &r->conn);
}

static void mastodon__measure__as_the_server_counts(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	assert_int_equal(length(&r, "hello"), 5);
	assert_int_equal(length(&r, "👨‍👩‍👧‍👦 e\u0301"), 3);
	assert_int_equal(length(&r, "https://a.example"), 23);
	assert_int_equal(length(&r, "see https://a.example/a/very/long/path/that/goes/on, ok"), 31);
	assert_int_equal(length(&r, "@bob@social.example hi"), 7);
	assert_int_equal(length(&r, "https://a.example\u0301"), 23);
	r.post.link = "https://b.example/x";
	assert_int_equal(length(&r, "hello"), 5 + 2 + 23);
	assert_int_equal(length(&r, "https://b.example/x"), 23);
	r.post.link = NULL;
	r.post.options = "{\"mastodon.content_warning\":\"cats\"}";
	assert_int_equal(length(&r, "hello"), 9);
	r.post.options = NULL;
	/* Others count what is written. */
	r.conn.facts = "{\"proper\":false}";
	assert_int_equal(length(&r, "https://a.example"), 17);
	assert_int_equal(length(&r, "e\u0301"), 2);
	rig_free(&r);
}

static void mastodon__validate__length_at_the_border(void **state)
{
	struct problem first;
	char text[1200];
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	memset(text, 'a', 500);
	text[500] = '\0';
	r.post.text = text;
	assert_int_equal(problems_of(&r, "text", &first), 0);
	text[500] = 'a';
	text[501] = '\0';
	assert_int_equal(problems_of(&r, "text", &first), 1);
	assert_int_equal(first.limit, 500);
	assert_int_equal(first.actual, 501);
	r.conn.facts = "{\"text_max\":501,\"proper\":true}";
	assert_int_equal(problems_of(&r, "text", &first), 0);
	rig_free(&r);
}

static void mastodon__validate__what_cannot_go_out(void **state)
{
	struct problem first;
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	r.post.visibility = "unlisted";
	r.post.language = "de";
	r.post.options = "{\"mastodon.content_warning\":\"x\",\"mastodon.sensitive\":\"yes\","
			 "\"bluesky.x\":\"y\"}";
	assert_int_equal(problems_of(&r, "text", &first), 0);
	r.post.visibility = "followers";
	assert_int_equal(problems_of(&r, "visibility", &first), 1);
	r.post.visibility = NULL;
	r.post.options = "{\"mastodon.spoiler\":\"x\"}";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	r.post.options = "{\"mastodon.sensitive\":\"perhaps\"}";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	r.post.options = "{\"mastodon.content_warning\":\"\\u001b[2J\"}";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	r.post.options = NULL;
	r.post.first_comment = "first";
	assert_int_equal(problems_of(&r, "option", &first), 1);
	rig_free(&r);
}

static void mastodon__validate__media_of_the_instance(void **state)
{
	struct problem first;
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	for (int i = 0; i < 5; i++) {
		memset(r.media[i].sha256, 'a', 64);
		r.media[i].type = "image/png";
		r.media[i].bytes = 16777216;
		r.media[i].width = 7680;
		r.media[i].height = 4320;
	}
	r.post.n_media = 4;
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.post.n_media = 5;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.post.n_media = 1;
	r.media[0].bytes++;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	assert_int_equal(first.limit, 16777216);
	r.media[0].bytes = 5;
	r.media[0].width++;
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.media[0].width = 10;
	r.conn.facts = "{\"proper\":true,\"types\":[\"image/jpeg\"],\"alt_max\":3}";
	assert_int_equal(problems_of(&r, "media", &first), 1);
	r.media[0].type = "image/jpeg";
	r.media[0].alt = "été";
	assert_int_equal(problems_of(&r, "media", &first), 0);
	r.media[0].alt = "étés";
	assert_int_equal(problems_of(&r, "alt", &first), 1);
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mastodon__login__makes_the_token_known),
		cmocka_unit_test(mastodon__login__only_the_account_that_was_asked_for),
		cmocka_unit_test(mastodon__login__failures),
		cmocka_unit_test(mastodon__verify__network_trouble_is_no_lost_login),
		cmocka_unit_test(mastodon__refresh__there_is_none),
		cmocka_unit_test(mastodon__revoke__says_when_a_person_must),
		cmocka_unit_test(mastodon__facts__limits_of_the_instance),
		cmocka_unit_test(mastodon__facts__older_address_and_older_names),
		cmocka_unit_test(mastodon__facts__who_honours_keys),
		cmocka_unit_test(mastodon__measure__as_the_server_counts),
		cmocka_unit_test(mastodon__validate__length_at_the_border),
		cmocka_unit_test(mastodon__validate__what_cannot_go_out),
		cmocka_unit_test(mastodon__validate__media_of_the_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
