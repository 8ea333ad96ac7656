/* Where a request may go: addresses, URLs, what operators type, proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/guard.h"
#include "http/transport.h"

static void host__literals__are_classified(void **state)
{
	static const struct {
		const char *host;
		enum address_kind kind;
	} cases[] = {
		{"127.0.0.1", ADDRESS_LOOPBACK},
		{"127.255.3.4", ADDRESS_LOOPBACK},
		{"[::1]", ADDRESS_LOOPBACK},
		{"::1", ADDRESS_LOOPBACK},
		{"[::ffff:127.0.0.1]", ADDRESS_LOOPBACK},
		{"0.0.0.0", ADDRESS_PRIVATE},
		{"10.1.2.3", ADDRESS_PRIVATE},
		{"100.64.0.1", ADDRESS_PRIVATE},
		{"100.127.255.255", ADDRESS_PRIVATE},
		{"169.254.169.254", ADDRESS_PRIVATE},
		{"172.16.0.1", ADDRESS_PRIVATE},
		{"172.31.255.255", ADDRESS_PRIVATE},
		{"192.168.1.1", ADDRESS_PRIVATE},
		{"198.18.0.1", ADDRESS_PRIVATE},
		{"224.0.0.1", ADDRESS_PRIVATE},
		{"255.255.255.255", ADDRESS_PRIVATE},
		{"[::]", ADDRESS_PRIVATE},
		{"[fe80::1]", ADDRESS_PRIVATE},
		{"[fe80::1%25eth0]", ADDRESS_PRIVATE},
		{"[fd00::1]", ADDRESS_PRIVATE},
		{"[ff02::1]", ADDRESS_PRIVATE},
		{"[::ffff:10.0.0.1]", ADDRESS_PRIVATE},
		{"[64:ff9b::7f00:1]", ADDRESS_PRIVATE},
		{"[2002:7f00:1::]", ADDRESS_PRIVATE},
		{"[2001:db8::1]", ADDRESS_PRIVATE},
		{"[2001:0:1::1]", ADDRESS_PRIVATE},
		{"[64:ff9b::808:808]", ADDRESS_PUBLIC},
		{"[2606:4700::1]", ADDRESS_PUBLIC},
		{"8.8.8.8", ADDRESS_PUBLIC},
		{"100.128.0.1", ADDRESS_PUBLIC},
		{"172.32.0.1", ADDRESS_PUBLIC},
		{"example.org", ADDRESS_PUBLIC},
		{"", ADDRESS_PUBLIC},
	};
	bool literal;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (guard_host(cases[i].host, NULL) != cases[i].kind)
			fail_msg("%s", cases[i].host);
	guard_host("example.org", &literal);
	assert_false(literal);
	guard_host("[::1]", &literal);
	assert_true(literal);
}

static void url__forms__are_allowed_or_refused(void **state)
{
	static const struct {
		const char *url;
		bool loopback, ok;
	} cases[] = {
		{"https://example.org/x?y=z", false, true},
		{"HTTPS://example.org/", false, true},
		{"http://example.org/", false, false},
		{"file:///etc/passwd", false, false},
		{"ftp://example.org/", false, false},
		{"https://user@example.org/", false, false},
		{"https://user:pw@example.org/", false, false},
		{"https://exa mple.org/", false, false},
		{"https://example.org/\r\nX: y", false, false},
		{"https://example.org/\x7f", false, false},
		{"https://example.org/\xc3\xa4", false, false},
		{"", false, false},
		{"https://127.0.0.1/", false, false},
		{"https://2130706433/", false, false},
		{"https://0x7f.1/", false, false},
		{"https://[::1]/", false, false},
		{"https://169.254.169.254/latest", false, false},
		{"https://[::ffff:10.0.0.1]/", true, false},
		{"http://127.0.0.1:8080/x", true, true},
		{"http://[::1]:8080/x", true, true},
		{"http://localhost:8080/", true, true},
		{"https://8.8.8.8/", true, false},
		{"https://8.8.8.8/", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err_info info;
		enum err e = guard_url(cases[i].url, cases[i].loopback, &info);

		if ((e == OK) != cases[i].ok || (e && (e != E_INVALID || !info.text[0])))
			fail_msg("%s: %s", cases[i].url, err_name(e));
	}
}

static void server__typed__is_normalised(void **state)
{
	static const struct {
		const char *typed, *url;
	} cases[] = {
		{"example.org", "https://example.org"},
		{"example.org:8443", "https://example.org:8443"},
		{"https://example.org/", "https://example.org"},
		{"https://example.org/base//", "https://example.org/base"},
		{"localhost:3000", "http://localhost:3000"},
		{"127.0.0.1:3000/bluesky", "http://127.0.0.1:3000/bluesky"},
		{"[::1]:3000", "http://[::1]:3000"},
		{"http://127.0.0.1:3000/bluesky/", "http://127.0.0.1:3000/bluesky"},
		{"https://localhost:3000", "https://localhost:3000"},
		{"http://example.org", NULL},
		{"ftp://example.org", NULL},
		{"https://me@example.org", NULL},
		{"me:pw@example.org", NULL},
		{"example.org/?x", NULL},
		{"example.org/#x", NULL},
		{"10.0.0.1", NULL},
		{"exa mple.org", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *out = NULL;
		struct err_info info;
		enum err e = http_server_url(cases[i].typed, &out, &info);

		if ((e == OK) != (cases[i].url != NULL) ||
		    (cases[i].url && strcmp(out, cases[i].url) != 0))
			fail_msg("%s: %s %s", cases[i].typed, err_name(e), out ? out : "");
		xfree(&out);
	}
}

static void loopback__names_and_literals__are_known(void **state)
{
	(void)state;
	assert_true(http_url_is_loopback("http://127.0.0.1:9/x"));
	assert_true(http_url_is_loopback("http://LOCALHOST/"));
	assert_true(http_url_is_loopback("https://[::1]/"));
	assert_true(http_url_is_loopback("http://0x7f000001/"));
	assert_false(http_url_is_loopback("https://localhost.example.org/"));
	assert_true(http_url_is_loopback("http://bucket.localhost:3000/"));
	assert_false(http_url_is_loopback("https://notlocalhost/"));
	assert_false(http_url_is_loopback("https://example.org/127.0.0.1"));
	assert_false(http_url_is_loopback("https://127.0.0.1.example.org/"));
	assert_false(http_url_is_loopback("nonsense:"));
}

static void proxy__environment__decides(void **state)
{
	(void)state;
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("NO_PROXY");
	unsetenv("no_proxy");
	unsetenv("https_proxy");
	assert_null(guard_proxy("https://api.example.org/"));
	setenv("ALL_PROXY", "http://all:1", 1);
	assert_string_equal(guard_proxy("https://api.example.org/"), "http://all:1");
	setenv("https_proxy", "http://proxy:3128", 1);
	assert_string_equal(guard_proxy("https://api.example.org/"), "http://proxy:3128");
	setenv("no_proxy", "other.test, .Example.org", 1);
	assert_null(guard_proxy("https://api.example.org/"));
	assert_null(guard_proxy("https://example.org/"));
	assert_non_null(guard_proxy("https://badexample.org/"));
	assert_non_null(guard_proxy("https://example.org.evil.test/"));
	setenv("no_proxy", "*", 1);
	assert_null(guard_proxy("https://badexample.org/"));
	unsetenv("no_proxy");
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host__literals__are_classified),
		cmocka_unit_test(url__forms__are_allowed_or_refused),
		cmocka_unit_test(server__typed__is_normalised),
		cmocka_unit_test(loopback__names_and_literals__are_known),
		cmocka_unit_test(proxy__environment__decides),
	};

	if (http_global_init(NULL))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	http_global_cleanup();
	return failed;
}
