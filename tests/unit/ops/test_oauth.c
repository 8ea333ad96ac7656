/* The browser's part of a login: which addresses we serve, and which callbacks we believe. */
#include "../unit.h"

#include <string.h>

#include "base/mem.h"
#include "ops/oauth.h"
#include "vault/secret.h"
#include "vault/vault.h"

#define STATE "abcdefghijklmnopqrstuvwxyz0123456789"

static struct arena *a;

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	return vault_global_init(NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static void oauth_loopback_uri__addresses__ours_or_not(void **state)
{
	static const char *const not_ours[] = {"https://127.0.0.1/",
					       "http://example.test/",
					       "urn:ietf:wg:oauth:2.0:oob",
					       "http://127.0.0.1:80/x?y",
					       "http://127.0.0.1:80/#x",
					       "",
					       "http://127.0.0.1.example.test/",
					       "http://127.0.0.1:99999/"};
	struct loopback_uri u;

	(void)state;
	assert_true(oauth_loopback_uri("http://127.0.0.1:8080/callback", a, &u));
	assert_string_equal(u.authority, "127.0.0.1:8080");
	assert_string_equal(u.path, "/callback");
	assert_int_equal(u.port, 8080);
	assert_true(oauth_loopback_uri("http://localhost", a, &u));
	assert_string_equal(u.authority, "localhost");
	assert_string_equal(u.path, "/");
	assert_int_equal(u.port, 0);
	for (size_t i = 0; i < COUNT_OF(not_ours); i++)
		assert_false(oauth_loopback_uri(not_ours[i], a, &u));
}

#define ISSUER "https://social.test/sub"

static void expect_code(const char *line, const char *want)
{
	struct secret *code = NULL;
	struct err_info info = {0};

	if (oauth_pasted_code(line, STATE, ISSUER, &code, &info))
		fail_msg("%s: %s", line, info.text);
	assert_string_equal(secret_str(code), want);
	secret_free(&code);
}

static void refuse(const char *line, enum err want)
{
	struct secret *code = NULL;

	assert_int_equal(oauth_pasted_code(line, STATE, ISSUER, &code, NULL), want);
	assert_null(code);
}

static void oauth_pasted_code__callback__gives_its_code(void **state)
{
	(void)state;
	expect_code("https://x.test/cb?code=a%2Fb%3d1&state=" STATE, "a/b=1");
	expect_code("http://127.0.0.1:1/p?state=" STATE "&code=c+d&issuer=x", "c d");
	expect_code("code=a&state=" STATE "&iss=https%3A%2F%2Fsocial.test%2F", "a");
	expect_code("code=a&state=" STATE "&iss=HTTPS://Social.test", "a");
	expect_code("code=plain&state=" STATE "#fragment", "plain");
}

static void oauth_pasted_code__what_is_not_ours__is_refused(void **state)
{
	(void)state;
	refuse("", E_INVALID);
	refuse("code=x", E_INVALID);
	refuse("code=x&state=wrong", E_INVALID);
	refuse("code=x&state=" STATE "0", E_INVALID);
	refuse("code=x&state=" STATE "&state=" STATE, E_INVALID);
	refuse("code=x&code=y&state=" STATE, E_INVALID);
	refuse("code=&state=" STATE, E_INVALID);
	refuse("code=a%00b&state=" STATE, E_INVALID);
	refuse("code=a%", E_INVALID);
	refuse("xcode=a&state=" STATE, E_INVALID);
	refuse("code=x#&state=" STATE, E_INVALID);
	refuse("error=access_denied&state=" STATE, E_LOGIN_FAILED);
	refuse("error=access_denied&state=wrong", E_INVALID);
	/* Another server than the one that the person was sent to. */
	refuse("code=a&state=" STATE "&iss=https://evil.test", E_INVALID);
	refuse("code=a&state=" STATE "&iss=http://social.test", E_INVALID);
	refuse("code=a&state=" STATE "&iss=https://social.test.evil.test", E_INVALID);
	refuse("code=a&state=" STATE "&iss=https://social.test:8443", E_INVALID);
	refuse("error=access_denied&state=" STATE "&iss=x", E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oauth_loopback_uri__addresses__ours_or_not),
		cmocka_unit_test(oauth_pasted_code__callback__gives_its_code),
		cmocka_unit_test(oauth_pasted_code__what_is_not_ours__is_refused),
	};

	return cmocka_run_group_tests_name("ops/oauth", tests, set_up, tear_down);
}
