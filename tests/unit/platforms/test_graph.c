/* tests/unit/platforms/test_graph.c - the Graph API's errors, usage headers, times and versions. */
#include "rig.h"

#include "platforms/facebook.h"
#include "platforms/graph.h"

#define DAY ((int64_t)24 * 60 * 60 * 1000)
#define HOUR ((int64_t)60 * 60 * 1000)
#define MINUTES(n) \
	"X-Business-Use-Case-Usage: {\"17841\":[{\"type\":\"pages\",\"call_count\":100," \
	"\"total_cputime\":25,\"total_time\":25,\"estimated_time_to_regain_access\":" n "}]}\n"

/* One documented error: what it means to a request that is free to repeat, and to one that may have published. */
struct row {
	int code, subcode;
	enum err_class cls;
	enum err err;
	enum err_class commit_cls; /* the same as cls where it was certainly not carried out */
	int64_t at;
};

static const struct row rows[] = {
	/* retry */
	{1, 0, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{2, 0, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{2, 1363047, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{100, 1609010, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{-1, 2207001, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{-2, 2207003, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{24, 2207008, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{9007, 2207027, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	/* retry with a new container */
	{-2, 2207020, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{-1, 2207032, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{-1, 2207053, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	{24, 2207006, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
	/* wait */
	{4, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{17, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{17, 2446079, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{32, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{341, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{613, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{80001, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{80002, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
	{9, 2207042, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, NOW + DAY},
	{368, 1390008, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, NOW + DAY},
	/* auth */
	{102, 0, CLASS_AUTH, E_TOKEN_EXPIRED, CLASS_AUTH, 0},
	{190, 0, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 458, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 459, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 460, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 463, CLASS_AUTH, E_TOKEN_EXPIRED, CLASS_AUTH, 0},
	{190, 464, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 467, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	{190, 492, CLASS_AUTH, E_TOKEN_REVOKED, CLASS_AUTH, 0},
	/* permission */
	{3, 0, CLASS_AUTH, E_SCOPE_MISSING, CLASS_AUTH, 0},
	{10, 0, CLASS_AUTH, E_SCOPE_MISSING, CLASS_AUTH, 0},
	{200, 0, CLASS_AUTH, E_SCOPE_MISSING, CLASS_AUTH, 0},
	{230, 0, CLASS_AUTH, E_SCOPE_MISSING, CLASS_AUTH, 0},
	{299, 0, CLASS_AUTH, E_SCOPE_MISSING, CLASS_AUTH, 0},
	/* blocked: a person must look */
	{368, 0, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{368, 4854002, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{368, 1404082, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{368, 1404112, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{4, 2207051, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{25, 2207050, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{10, 4279013, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	/* duplicate */
	{506, 0, CLASS_PERMANENT, E_DUPLICATE, CLASS_PERMANENT, 0},
	{100, 1366051, CLASS_PERMANENT, E_DUPLICATE, CLASS_PERMANENT, 0},
	/* permanent */
	{100, 0, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 33, CLASS_PERMANENT, E_NOT_FOUND, CLASS_PERMANENT, 0},
	{100, 1609005, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 1609008, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 1366046, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{100, 1346003, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 1404102, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{200, 1404078, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 2069019, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{36000, 2207004, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{36001, 2207005, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{352, 2207026, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{36003, 2207009, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{36004, 2207010, CLASS_PERMANENT, E_TOO_LONG, CLASS_PERMANENT, 0},
	{9004, 2207052, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	{1, 2207057, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{100, 2207081, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
	{-1, 2207077, CLASS_PERMANENT, E_MEDIA, CLASS_PERMANENT, 0},
	/* a version that is gone */
	{12, 0, CLASS_PERMANENT, E_CONFIG, CLASS_PERMANENT, 0},
	{2635, 0, CLASS_PERMANENT, E_CONFIG, CLASS_PERMANENT, 0},
	/* not documented: after a sending nobody knows */
	{424242, 0, CLASS_PERMANENT, E_REJECTED, CLASS_UNKNOWN, 0},
	{424242, 99, CLASS_PERMANENT, E_REJECTED, CLASS_UNKNOWN, 0},
};

static void begin(struct rig *r, enum platform_op op)
{
	rig_init(r, &facebook_platform, op);
	r->conn.server = FACEBOOK_API;
	r->conn.account = "Shop";
	r->conn.account_id = "111";
	r->in.key = "k";
	r->in.remote_id = "111_222";
	r->post.text = "hi";
	rig_start(r);
}

static void body_of(char out[400], int code, int subcode, const char *message, bool transient)
{
	char sub[64] = "";

	if (subcode != 0)
		snprintf(sub, sizeof(sub), "\"error_subcode\":%d,", subcode);
	snprintf(out, 400,
		 "{\"error\":{\"message\":\"%s\",\"type\":\"OAuthException\",\"code\":%d,%s"
		 "\"is_transient\":%s,\"fbtrace_id\":\"A1\"}}",
		 message, code, sub, transient ? "true" : "false");
}

static void graph__errors__every_row_in_its_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct rig_error free = {0, NULL, NULL, row->cls, row->err, row->at};
		struct rig_error commit = {0,
					   NULL,
					   NULL,
					   row->commit_cls,
					   row->commit_cls == CLASS_UNKNOWN ? E_UNKNOWN_OUTCOME
									    : row->err,
					   row->commit_cls == CLASS_UNKNOWN ? 0 : row->at};
		char body[400];
		struct rig r;

		body_of(body, row->code, row->subcode, "(#1) words", false);
		free.body = commit.body = body;
		begin(&r, OP_TAKEDOWN);
		rig_say(&r, 400, body);
		assert_error(&r, &free);
		rig_free(&r);
		begin(&r, OP_PUBLISH);
		assert_true(r.out.commit_like);
		rig_say(&r, 403, body);
		assert_error(&r, &commit);
		assert_int_equal(r.commits, 1);
		rig_free(&r);
	}
}

static void graph__errors__transient_by_its_own_word(void **state)
{
	static const struct row told[] = {
		{100, 0, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
		{424242, 0, CLASS_TRANSIENT, E_PLATFORM, CLASS_UNKNOWN, 0},
		/* What is known better stays what it is. */
		{4, 0, CLASS_RATE_LIMITED, E_RATE_LIMITED, CLASS_RATE_LIMITED, 0},
		{4, 2207051, CLASS_PERMANENT, E_REJECTED, CLASS_PERMANENT, 0},
		{190, 463, CLASS_AUTH, E_TOKEN_EXPIRED, CLASS_AUTH, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		char body[400];
		struct rig r;

		body_of(body, told[i].code, told[i].subcode, "later", true);
		begin(&r, OP_TAKEDOWN);
		rig_say(&r, 400, body);
		assert_failed(&r, told[i].cls, told[i].err);
		rig_free(&r);
		begin(&r, OP_PUBLISH);
		rig_say(&r, 400, body);
		assert_int_equal(r.out.error_class, told[i].commit_cls);
		rig_free(&r);
	}
}

static void graph__errors__words_tell(void **state)
{
	char body[400];
	struct rig r;

	(void)state;
	body_of(body, 190, 0, "Error validating access token: Session has expired on Monday",
		false);
	begin(&r, OP_PUBLISH);
	rig_say(&r, 401, body);
	assert_failed(&r, CLASS_AUTH, E_TOKEN_EXPIRED);
	assert_string_equal(r.out.error.platform, "190");
	rig_free(&r);
	body_of(body, 190, 460, "The session has been invalidated", false);
	begin(&r, OP_PUBLISH);
	rig_say(&r, 401, body);
	assert_string_equal(r.out.error.platform, "190/460");
	assert_non_null(strstr(r.out.error.text, "invalidated"));
	rig_free(&r);
	/* Instagram's own log-in. */
	begin(&r, OP_TAKEDOWN);
	rig_say(&r, 400,
		"{\"error_type\":\"OAuthException\",\"code\":400,\"error_message\":\"Invalid\"}");
	assert_failed(&r, CLASS_PERMANENT, E_REJECTED);
	assert_string_equal(r.out.error.platform, "OAuthException");
	rig_free(&r);
}

/* What is no error of the Graph comes from something on the way, and proves what its status proves. */
static void graph__errors__by_others(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_class cls;
	} cases[] = {
		{500, "<html>oops</html>", CLASS_UNKNOWN},
		{502, "", CLASS_UNKNOWN},
		{503, "{\"error\":\"busy\"}", CLASS_UNKNOWN},
		{400, "<html>Bad request</html>", CLASS_UNKNOWN},
		{400, "{\"error\":{\"message\":\"x\"}}", CLASS_UNKNOWN},
		{404, "not here", CLASS_UNKNOWN},
		{301, "", CLASS_UNKNOWN},
		{429, "slow down", CLASS_RATE_LIMITED},
		{413, "", CLASS_PERMANENT},
		{200, "", CLASS_UNKNOWN},
		{200, "{}", CLASS_UNKNOWN},
		{200, "{\"id\":\"x y\"}", CLASS_UNKNOWN},
		{200, "{\"id\":null}", CLASS_UNKNOWN},
		{200, "{\"id\":\"111_\"}", CLASS_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rig r;

		begin(&r, OP_PUBLISH);
		rig_say(&r, cases[i].status, cases[i].body);
		assert_int_equal(r.out.verdict, STEP_FAILED);
		assert_int_equal(r.out.error_class, cases[i].cls);
		rig_free(&r);
	}
}

static void graph__usage__minutes_until_it_goes_on(void **state)
{
	char body[400];
	struct rig r;

	(void)state;
	body_of(body, 32, 0, "Page request limit reached", false);
	begin(&r, OP_PUBLISH);
	rig_answer(&r, http_response_make(403, MINUTES("61"), body));
	assert_failed(&r, CLASS_RATE_LIMITED, E_RATE_LIMITED);
	assert_int_equal(r.out.at, NOW + HOUR + 60000);
	assert_true(r.out.has_window);
	assert_int_equal(r.out.window.remaining, 0);
	assert_int_equal(r.out.window.resets_at, NOW + HOUR + 60000);
	rig_free(&r);
	/* The longer one of the two. */
	body_of(body, 9, 2207042, "daily", false);
	begin(&r, OP_PUBLISH);
	rig_answer(&r, http_response_make(403, MINUTES("2880"), body));
	assert_int_equal(r.out.at, NOW + 2 * DAY);
	rig_free(&r);
}

static void graph__usage__percents_in_success_too(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, OP_PUBLISH);
	rig_answer(&r,
		   http_response_make(200,
				      "X-App-Usage: "
				      "{\"call_count\":28,\"total_time\":75,\"total_cputime\":3}\n",
				      "{\"id\":\"111_222\"}"));
	assert_int_equal(r.out.verdict, STEP_DONE);
	assert_true(r.out.has_window);
	assert_int_equal(r.out.window.limit, 100);
	assert_int_equal(r.out.window.remaining, 25);
	rig_free(&r);
}

static void graph__usage__of_nonsense_nothing(void **state)
{
	static const char *const headers[] = {
		"X-App-Usage: \n",
		"X-App-Usage: [[[\n",
		"X-App-Usage: {\"call_count\":-5,\"total_time\":\"x\"}\n",
		"X-Business-Use-Case-Usage: {\"1\":{}}\n",
		"X-Business-Use-Case-Usage: {\"1\":[{\"estimated_time_to_regain_access\":-1}]}\n",
		"X-Business-Use-Case-Usage: "
		"{\"1\":[{\"estimated_time_to_regain_access\":99999999}]}\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		char body[400];
		struct rig r;

		body_of(body, 4, 0, "limit", false);
		begin(&r, OP_PUBLISH);
		rig_answer(&r, http_response_make(400, headers[i], body));
		assert_failed(&r, CLASS_RATE_LIMITED, E_RATE_LIMITED);
		assert_int_equal(r.out.at, 0);
		assert_false(r.out.has_window);
		rig_free(&r);
	}
}

static void graph__version__configured_and_retired(void **state)
{
	static const char *const given[] = {"v25.0", "25.0"};
	char body[400];
	struct rig r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(given); i++) {
		rig_init(&r, &facebook_platform, OP_PUBLISH);
		r.conn.server = FACEBOOK_API;
		r.conn.account_id = "111";
		r.in.key = "k";
		r.in.api_version = given[i];
		r.post.text = "hi";
		rig_start(&r);
		assert_string_equal(rig_url(&r), FACEBOOK_API "/v25.0/111/feed");
		body_of(body, 2500, 0, "Unknown path components: /v25.0/111/feed", false);
		rig_say(&r, 400, body);
		assert_failed(&r, CLASS_PERMANENT, E_CONFIG);
		assert_non_null(strstr(r.out.error.text, "v25.0"));
		assert_non_null(strstr(r.out.error.hint, "platform.facebook.version"));
		rig_free(&r);
	}
}

static void graph__base__overrides_move_all(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, &facebook_platform, OP_PUBLISH);
	r.conn.server = "http://127.0.0.1:9000";
	r.conn.account_id = "111";
	r.in.key = "k";
	r.post.text = "hi";
	rig_start(&r);
	assert_string_equal(rig_url(&r), "http://127.0.0.1:9000/" FACEBOOK_VERSION "/111/feed");
	r.in.api_base = "https://proxy.example/fb";
	rig_start(&r);
	assert_string_equal(rig_url(&r), "https://proxy.example/fb/" FACEBOOK_VERSION "/111/feed");
	rig_free(&r);
}

static void graph__time__forms(void **state)
{
	(void)state;
	assert_int_equal(graph_time("2026-09-21T14:13:20+0000"), NOW);
	assert_int_equal(graph_time("2026-09-21T16:13:20+0200"), NOW);
	assert_int_equal(graph_time("2026-09-21T14:13:20+00:00"), NOW);
	assert_int_equal(graph_time("2026-09-21T14:13:20Z"), NOW);
	assert_int_equal(graph_time("yesterday"), 0);
	assert_int_equal(graph_time("2026-99-21T14:13:20+0000"), 0);
	assert_int_equal(graph_time(""), 0);
	assert_int_equal(graph_time(NULL), 0);
}

static void graph__id__digits_and_one_bar(void **state)
{
	(void)state;
	assert_true(graph_is_id("17841400000000001"));
	assert_true(graph_is_id("111_222"));
	assert_false(graph_is_id(""));
	assert_false(graph_is_id("_1"));
	assert_false(graph_is_id("1_"));
	assert_false(graph_is_id("1_2_3"));
	assert_false(graph_is_id("1/2"));
	assert_false(graph_is_id("me"));
	assert_false(graph_is_id(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(graph__errors__every_row_in_its_class),
		cmocka_unit_test(graph__errors__transient_by_its_own_word),
		cmocka_unit_test(graph__errors__words_tell),
		cmocka_unit_test(graph__errors__by_others),
		cmocka_unit_test(graph__usage__minutes_until_it_goes_on),
		cmocka_unit_test(graph__usage__percents_in_success_too),
		cmocka_unit_test(graph__usage__of_nonsense_nothing),
		cmocka_unit_test(graph__version__configured_and_retired),
		cmocka_unit_test(graph__base__overrides_move_all),
		cmocka_unit_test(graph__time__forms),
		cmocka_unit_test(graph__id__digits_and_one_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
