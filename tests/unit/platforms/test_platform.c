/* tests/unit/platforms/test_platform.c - the list of adapters and what they share. */
#include "rig.h"

#include "platforms/adapter.h"

static void platform__find__by_name(void **state)
{
	(void)state;
	for (size_t i = 0; platforms[i] != NULL; i++)
		assert_ptr_equal(platform_find(platforms[i]->name), platforms[i]);
	assert_non_null(platform_find("bluesky"));
	assert_null(platform_find("Bluesky"));
	assert_null(platform_find(""));
	assert_null(platform_find(NULL));
}

static void platform__list__is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; platforms[i] != NULL; i++) {
		const struct platform *p = platforms[i];
		char a[PLATFORM_KEY_SIZE], b[PLATFORM_KEY_SIZE];

		assert_non_null(p->title);
		assert_non_null(p->scopes);
		assert_non_null(p->version);
		assert_non_null(p->quotas);
		assert_true(p->logins != 0);
		assert_true(p->limits.text_max > 0);
		assert_true(p->default_server != NULL || p->server_is_choice);
		p->make_key(NOW, a, sizeof(a));
		p->make_key(NOW, b, sizeof(b));
		assert_string_not_equal(a, b);
	}
}

static void platform__settling_name__of_the_contract(void **state)
{
	(void)state;
	assert_string_equal(settling_name(SETTLE_BY_KEY), "key");
	assert_string_equal(settling_name(SETTLE_BY_STAGE), "stage");
	assert_string_equal(settling_name(SETTLE_BY_LIST), "list");
	assert_string_equal(settling_name(SETTLE_BY_PERSON), "person");
}

static void platform__step_fail__cuts_on_character_borders(void **state)
{
	struct step_out out;
	char words[2000];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(words, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(words); i += 4)
			memcpy(words + i, "🎉", 5);
		step_out_init(&out);
		step_fail(&out, CLASS_PERMANENT, E_REJECTED, NULL, words, "%s", words);
		assert_int_equal((strlen(out.error.text) - shift) % 4, 0);
		assert_int_equal((strlen(out.error.platform) - shift) % 4, 0);
		assert_true(strlen(out.error.text) > 700);
		assert_int_equal(out.error.http_status, 0);
		step_out_free(&out);
	}
}

static void platform__problem_add__keeps_all(void **state)
{
	struct problems p = {.arena = arena_new()};

	(void)state;
	for (int i = 0; i < 100; i++)
		problem_add(&p, "text", 300, 300 + i, "number %d", i);
	assert_int_equal(p.n, 100);
	assert_int_equal(p.items[99].actual, 399);
	assert_string_equal(p.items[42].message, "number 42");
	arena_free(&p.arena);
}

static void adapter__is_loopback__hosts(void **state)
{
	static const char *const yes[] = {"http://127.0.0.1:80", "http://127.1.2.3/x",
					  "http://localhost",    "http://LOCALHOST:1/",
					  "http://a.localhost",  "http://[::1]:2583/x"};
	static const char *const no[] = {"https://bsky.social",
					 "http://127.0.0.1.example.org",
					 "http://10.0.0.1",
					 "http://localhost.example.org",
					 "",
					 "127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_true(adapter_is_loopback(yes[i]));
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(adapter_is_loopback(no[i]));
}

static void adapter__is_public_origin__refuses_the_local_network(void **state)
{
	static const char *const yes[] = {"https://pds.example.org", "https://pds.example.org/",
					  "https://pds.example.org:8443",
					  "https://a.host.bsky.network"};
	static const char *const no[] = {"http://pds.example.org",
					 "https://127.0.0.1",
					 "https://10.0.0.1",
					 "https://[::1]",
					 "https://localhost",
					 "https://pds.localhost",
					 "https://printer.local",
					 "https://db.internal",
					 "https://2130706433",
					 "https://0x7f.1",
					 "https://a@b.example",
					 "https://pds.example.org/x",
					 "https://pds.example.org?a=b",
					 "https://pds.example.org:",
					 "https://pds.example.org:1a",
					 "https://",
					 "",
					 "https://pds.example.org\n",
					 "https://router"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_true(adapter_is_public_origin(yes[i]));
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(adapter_is_public_origin(no[i]));
	assert_false(adapter_is_public_origin(NULL));
}

static void adapter__jwt_expiry__reads_leniently(void **state)
{
	(void)state;
	/* {"exp":1790007200,"iat":1790000000} */
	assert_int_equal(
		adapter_jwt_expiry("e30.eyJleHAiOjE3OTAwMDcyMDAsImlhdCI6MTc5MDAwMDAwMH0.x", NOW),
		INT64_C(1790007200000));
	/* The same two days later: the clocks disagree, its length of life counts. */
	assert_int_equal(adapter_jwt_expiry("e30.eyJleHAiOjE3OTAwMDcyMDAsImlhdCI6MTc5MDAwMDAwMH0.x",
					    NOW + 172800000),
			 NOW + 172800000 + 7200000);
	/* {"exp":"soon"}, {"exp":1e300}, {"exp":-5}, [], no claims, no token at all */
	assert_int_equal(adapter_jwt_expiry("e30.eyJleHAiOiJzb29uIn0.x", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("e30.eyJleHAiOjFlMzAwfQ.x", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("e30.eyJleHAiOi01fQ.x", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("e30.W10.x", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("e30..x", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("a.b", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("opaque", NOW), 0);
	assert_int_equal(adapter_jwt_expiry("a.%%%.c", NOW), 0);
	assert_int_equal(adapter_jwt_expiry(NULL, NOW), 0);
}

static void adapter__is_language__by_form(void **state)
{
	static const char *const yes[] = {"en", "pt-BR", "zh-Hant-TW", "gsw", "de-1996"};
	static const char *const no[] = {
		"",         "e",      "en_US",           "en-",  "-en", "12",
		"english!", "en--US", "toolonglanguage", "en US"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_true(adapter_is_language(yes[i]));
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(adapter_is_language(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platform__find__by_name),
		cmocka_unit_test(platform__list__is_whole),
		cmocka_unit_test(platform__settling_name__of_the_contract),
		cmocka_unit_test(platform__step_fail__cuts_on_character_borders),
		cmocka_unit_test(platform__problem_add__keeps_all),
		cmocka_unit_test(adapter__is_loopback__hosts),
		cmocka_unit_test(adapter__is_public_origin__refuses_the_local_network),
		cmocka_unit_test(adapter__jwt_expiry__reads_leniently),
		cmocka_unit_test(adapter__is_language__by_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
