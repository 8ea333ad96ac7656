/* tests/unit/platforms/test_chain.c - threads of posts: how a text is cut, and the way of its parts. */
#include "rig.h"

#include "platforms/bluesky.h"
#include "platforms/chain.h"
#include "platforms/mastodon.h"
#include "platforms/tid.h"
#include "platforms/x.h"

#define DID "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
#define KEY "3mxkzm3ujs22k"
#define ON(platform) "{\"" platform ".thread\":\"true\"}"
#define RECORD(key, cid) "{\"uri\":\"at://" DID "/app.bsky.feed.post/" key "\",\"cid\":\"" cid "\"}"

static const struct chain plain = {.platform = "bluesky"};

static void assert_cut(const char *text, size_t n, const char *const *wanted)
{
	struct post post = {.text = text, .options = ON("bluesky")};
	struct arena *a = arena_new();
	const struct post *parts;

	assert_int_equal(chain_parts(&plain, &post, a, &parts), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(parts[i].text, wanted[i]);
	arena_free(&a);
}

static void chain__parts__cut_at_lines_that_are_the_separator(void **state)
{
	(void)state;
	assert_cut("", 1, (const char *[]){""});
	assert_cut("a\n---\nb", 2, (const char *[]){"a", "b"});
	assert_cut("\na\n\n---\n\n\nb\n", 2, (const char *[]){"\na", "b\n"});
	assert_cut("a ---\n --- \n----\n--- b", 1, (const char *[]){"a ---\n --- \n----\n--- b"});
	assert_cut("---\na\n---", 3, (const char *[]){"", "a", ""});
	assert_cut("a\n---\n---\nb", 3, (const char *[]){"a", "", "b"});
	assert_cut("---", 2, (const char *[]){"", ""});
}

static void chain__parts__without_the_option_are_one(void **state)
{
	static const char *const options[] = {NULL, ON("mastodon"),
					      "{\"bluesky.thread\":\"false\"}",
					      "{\"bluesky.thread\":\"often\"}", "{"};
	struct arena *a = arena_new();
	const struct post *parts;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		struct post post = {.text = "a\n---\nb", .options = options[i]};

		assert_int_equal(chain_parts(&plain, &post, a, &parts), 1);
		assert_string_equal(parts[0].text, "a\n---\nb");
	}
	arena_free(&a);
}

static void chain__parts__share_what_belongs_to_all(void **state)
{
	static const char *const kept[] = {"text_max", NULL};
	static const struct chain c = {.platform = "x", .kept = kept};
	struct media m = {.type = "image/png"};
	struct post post = {.text = "a\n---\nb",
			    .link = "https://a.example/",
			    .title = "t",
			    .language = "en",
			    .visibility = "unlisted",
			    .first_comment = "c",
			    .media = &m,
			    .n_media = 1,
			    .options = "{\"x.thread\":\"yes\",\"x.poll\":\"A|B\",\"x.text_max\":"
				       "\"4000\"}"};
	struct arena *a = arena_new();
	const struct post *parts;

	(void)state;
	assert_int_equal(chain_parts(&c, &post, a, &parts), 2);
	assert_ptr_equal(parts[0].media, &m);
	assert_string_equal(parts[0].link, "https://a.example/");
	assert_null(parts[0].first_comment);
	assert_int_equal(parts[1].n_media, 0);
	assert_null(parts[1].link);
	assert_null(parts[1].title);
	assert_string_equal(parts[1].language, "en");
	assert_string_equal(parts[1].visibility, "unlisted");
	assert_string_equal(parts[1].options, "{\"x.text_max\":\"4000\"}");
	arena_free(&a);
}

/* Bluesky */

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &bluesky_platform, op);
	r->conn.server = "https://bsky.social";
	r->conn.endpoint = "https://pds.example.org";
	r->conn.account = "alice.test";
	r->conn.account_id = DID;
	r->in.key = KEY;
	r->post.text = "a\n---\nb\n---\nc";
	r->post.options = ON("bluesky");
}

static void assert_record(struct rig *r, const char *text, const char *at, const char *root,
			  const char *parent)
{
	struct json *body = rig_body(r);
	const char *key = json_str(body, "rkey");

	assert_true(r->out.commit_like);
	assert_true(tid_is_valid(key));
	assert_string_equal(json_as_str(json_at(body, "record.text")), text);
	assert_string_equal(json_as_str(json_at(body, "record.createdAt")), at);
	if (root == NULL) {
		assert_null(json_at(body, "record.reply"));
		assert_string_equal(key, KEY);
	} else {
		assert_string_equal(json_as_str(json_at(body, "record.reply.root.cid")), root);
		assert_string_equal(json_as_str(json_at(body, "record.reply.parent.cid")), parent);
		assert_true(strcmp(key, KEY) > 0);
	}
	json_free(&body);
}

static void chain__publish__each_part_answers_the_one_before(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	assert_record(&r, "a", "2026-09-21T14:13:20.000Z", NULL, NULL);
	assert_false(r.out.partly);
	rig_say(&r, 200, RECORD("3mxkzm3ujs22k", "c1"));
	assert_record(&r, "b", "2026-09-21T14:13:20.001Z", "c1", "c1");
	assert_true(r.out.partly);
	rig_say(&r, 200, RECORD("3mxkzm3ujs23l", "c2"));
	assert_record(&r, "c", "2026-09-21T14:13:20.002Z", "c1", "c2");
	assert_int_equal(rig_say(&r, 200, RECORD("3mxkzm3ujs24m", "c3")), STEP_DONE);
	assert_string_equal(r.out.remote_id, "at://" DID "/app.bsky.feed.post/" KEY);
	assert_string_equal(r.out.remote_url, "https://bsky.app/profile/alice.test/post/" KEY);
	assert_int_equal(json_len(json_get(r.state, "parts")), 3);
	assert_int_equal(r.commits, 3);
	/* What is done is done, also for a driver that asks again. */
	assert_int_equal(rig_start(&r), STEP_DONE);
	rig_free(&r);
}

static void chain__publish__same_inputs_same_bytes(void **state)
{
	struct rig r;
	char *first;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, RECORD("3mxkzm3ujs22k", "c1"));
	first = xstrdup(r.out.request->body.bytes);
	/* The program ended, and begins again with what was stored. */
	r.in.now_ms += 90000;
	rig_start(&r);
	assert_string_equal(r.out.request->body.bytes, first);
	xfree(&first);
	rig_free(&r);
}

static void chain__publish__failure_in_the_middle_keeps_what_is_out(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, RECORD("3mxkzm3ujs22k", "c1"));
	rig_say(&r, 400, "{\"error\":\"InvalidRequest\",\"message\":\"no\"}");
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	assert_true(r.out.partly);
	assert_string_equal(r.out.remote_id, "at://" DID "/app.bsky.feed.post/" KEY);
	assert_false(json_bool(r.state, "sent", true));
	/* The next try has a key of its own. */
	r.in.key = "3mxkzm3ujz22k";
	rig_start(&r);
	assert_record(&r, "b", "2026-09-21T14:13:20.001Z", "c1", "c1");
	rig_free(&r);
}

static void chain__settle__found_part_goes_on_and_the_last_is_done(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, RECORD("3mxkzm3ujs22k", "c1"));
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_non_null(strstr(rig_url(&r), "getRecord"));
	assert_null(strstr(rig_url(&r), KEY));
	assert_int_equal(rig_say(&r, 400, "{\"error\":\"RecordNotFound\",\"message\":\"x\"}"),
			 STEP_ABSENT);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, RECORD("3mxkzm3ujs23l", "c2")), STEP_GO_ON);
	assert_int_equal(json_len(json_get(r.state, "parts")), 2);
	/* Nothing is unclear now. */
	assert_int_equal(rig_start(&r), STEP_GO_ON);
	r.in.op = OP_PUBLISH;
	rig_start(&r);
	assert_record(&r, "c", "2026-09-21T14:13:20.002Z", "c1", "c2");
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, RECORD("3mxkzm3ujs24m", "c3")), STEP_DONE);
	assert_string_equal(r.out.remote_id, "at://" DID "/app.bsky.feed.post/" KEY);
	rig_free(&r);
}

static void chain__publish__part_without_version_is_looked_up(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_start(&r);
	rig_say(&r, 200, "{\"uri\":\"at://" DID "/app.bsky.feed.post/" KEY "\"}");
	assert_failed(&r, CLASS_TRANSIENT, E_PLATFORM);
	assert_true(r.out.partly);
	assert_true(platform_begun("{\"begun\":true}", NULL, NULL, NULL));
	rig_free(&r);
}

static void chain__takedown__last_part_first(void **state)
{
	static const char *const keys[] = {"\"3c\"", "\"3b\"", "\"3a\""};
	struct rig r;

	(void)state;
	begin(&r, OP_TAKEDOWN);
	r.state = json_new_object();
	json_set(r.state, "parts", json_new_array());
	for (char c = 'a'; c <= 'c'; c++) {
		struct json *p = json_add((struct json *)(uintptr_t)json_get(r.state, "parts"),
					  json_new_object());
		char id[100];

		snprintf(id, sizeof(id), "at://" DID "/app.bsky.feed.post/3%c", c);
		json_set_str(p, "id", id);
	}
	r.in.remote_id = "at://" DID "/app.bsky.feed.post/3a";
	rig_start(&r);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		assert_non_null(strstr(rig_url(&r), "deleteRecord"));
		assert_non_null(strstr(r.out.request->body.bytes, keys[i]));
		rig_say(&r, 200, "{}");
	}
	assert_int_equal(r.out.verdict, STEP_DONE);
	rig_free(&r);
}

static void chain__validate__names_the_part(void **state)
{
	struct rig r;
	struct problems p = {.arena = arena_new()};
	char text[400] = "a\n---\n";

	(void)state;
	begin(&r, OP_PUBLISH);
	memset(text + 6, 'x', 301);
	r.post.text = text;
	bluesky_platform.validate(&r.post, &r.conn, &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(strncmp(p.items[0].message, "part 2: ", 8), 0);
	assert_int_equal(p.items[0].actual, 301);
	assert_int_equal(bluesky_platform.measure(&r.post, &r.conn), 301);
	r.post.text = "a\n---\nb";
	assert_int_equal(rig_problems(&r, NULL), 0);
	assert_int_equal(bluesky_platform.measure(&r.post, &r.conn), 1);
	r.post.text = "a\n---\n";
	assert_int_equal(rig_problems(&r, "text"), 1);
	r.post.options = "{\"bluesky.thread\":\"perhaps\"}";
	assert_int_equal(rig_problems(&r, "option"), 1);
	arena_free(&p.arena);
	rig_free(&r);
}

/* The others: what is theirs in it. */

static void chain__mastodon__key_and_answer_of_a_part(void **state)
{
	struct rig r;
	struct json *body;

	(void)state;
	rig_init(&r, &mastodon_platform, OP_PUBLISH);
	r.conn.server = "https://social.example";
	r.conn.account_id = "7";
	r.in.key = "k";
	r.post.text = "a\n---\nb";
	r.post.options = "{\"mastodon.thread\":\"true\",\"mastodon.content_warning\":\"cw\"}";
	rig_start(&r);
	rig_say(&r, 200, "[]");
	assert_string_equal(rig_header(&r, "Idempotency-Key"), "k");
	rig_say(&r, 200, "{\"id\":\"109\",\"url\":\"https://social.example/@alice/109\"}");
	assert_non_null(strstr(rig_url(&r), "/statuses?limit=1"));
	assert_true(r.out.partly);
	rig_say(&r, 200, "[{\"id\":\"109\"}]");
	assert_string_equal(rig_header(&r, "Idempotency-Key"), "k-2");
	body = rig_body(&r);
	assert_string_equal(json_str(body, "in_reply_to_id"), "109");
	assert_null(json_get(body, "spoiler_text"));
	json_free(&body);
	assert_int_equal(rig_say(&r, 200, "{\"id\":\"110\"}"), STEP_DONE);
	assert_string_equal(r.out.remote_id, "109");
	rig_free(&r);
}

static void chain__x__part_of_the_same_text_is_not_taken_for_the_first(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &x_platform, OP_PUBLISH);
	r.conn.account_id = "5";
	r.in.key = "k";
	r.post.text = "same\n---\nsame";
	r.post.options = ON("x");
	rig_start(&r);
	rig_say(&r, 201, "{\"data\":{\"id\":\"99\"}}");
	assert_non_null(strstr(r.out.request->body.bytes, "\"in_reply_to_tweet_id\":\"99\""));
	r.in.op = OP_SETTLE;
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"data\":[{\"id\":\"99\",\"text\":\"same\"}]}"),
			 STEP_ABSENT);
	rig_start(&r);
	assert_int_equal(rig_say(&r, 200, "{\"data\":[{\"id\":\"100\",\"text\":\"same\"}]}"),
			 STEP_DONE);
	assert_string_equal(r.out.remote_id, "99");
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain__parts__cut_at_lines_that_are_the_separator),
		cmocka_unit_test(chain__parts__without_the_option_are_one),
		cmocka_unit_test(chain__parts__share_what_belongs_to_all),
		cmocka_unit_test(chain__publish__each_part_answers_the_one_before),
		cmocka_unit_test(chain__publish__same_inputs_same_bytes),
		cmocka_unit_test(chain__publish__failure_in_the_middle_keeps_what_is_out),
		cmocka_unit_test(chain__settle__found_part_goes_on_and_the_last_is_done),
		cmocka_unit_test(chain__publish__part_without_version_is_looked_up),
		cmocka_unit_test(chain__takedown__last_part_first),
		cmocka_unit_test(chain__validate__names_the_part),
		cmocka_unit_test(chain__mastodon__key_and_answer_of_a_part),
		cmocka_unit_test(chain__x__part_of_the_same_text_is_not_taken_for_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
