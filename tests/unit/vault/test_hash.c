/* Digests against published vectors, fields that do not run together, and text forms. */
#include "../unit.h"

#include <string.h>

#include "vault/hash.h"
#include "vault/vault.h"

static int set_up(void **state)
{
	(void)state;
	return vault_global_init(NULL) == OK ? 0 : -1;
}

static void sha256__published_vectors__fit(void **state)
{
	char hex[HASH_HEX_SIZE];
	struct sha256 h;

	(void)state;
	sha256_hex("", 0, hex);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_begin(&h);
	for (int i = 0; i < 1000000; i++)
		sha256_add(&h, "a", 1);
	sha256_end_hex(&h, hex);
	assert_string_equal(hex,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	for (size_t i = 0; i < sizeof(h); i++) /* the state is wiped */
		assert_int_equal(((unsigned char *)&h)[i], 0);
}

static void expect_hash(const char *key, const char *const *fields, size_t n, const char *unlike)
{
	char hex[HASH_HEX_SIZE];
	struct keyed_hash h;

	keyed_hash_begin(&h, key, key ? strlen(key) : 0);
	for (size_t i = 0; i < n; i++)
		keyed_hash_add_str(&h, fields[i]);
	keyed_hash_end_hex(&h, hex);
	assert_string_not_equal(hex, unlike);
}

/* RFC 4231, cases 1, 2 and 6. */
static void hmac_sha256__published_vectors__fit(void **state)
{
	static const char ask[] = "what do ya want for nothing?";
	static const char big[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	unsigned char key[131], out[HASH_BYTES];
	char hex[HASH_HEX_SIZE];

	(void)state;
	memset(key, 0x0b, 20);
	hmac_sha256(key, 20, "Hi There", 8, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(hex,
			    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256("Jefe", 4, ask, strlen(ask), out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(hex,
			    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	hmac_sha256(key, sizeof(key), big, strlen(big), out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(hex,
			    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void keyed_hash__fields__do_not_run_together(void **state)
{
	static const char key[] = "0123456789abcdef0123456789abcdef";
	static const char other[] = "0123456789abcdef0123456789abcdeg";
	char hex[HASH_HEX_SIZE], again[HASH_HEX_SIZE];
	struct keyed_hash h;

	(void)state;
	for (int i = 0; i < 2; i++) {
		keyed_hash_begin(&h, key, 32);
		keyed_hash_add_str(&h, "ab");
		keyed_hash_add_str(&h, "c");
		keyed_hash_end_hex(&h, i ? again : hex);
	}
	assert_string_equal(hex, again);
	expect_hash(key, (const char *const[]){"a", "bc"}, 2, hex);
	expect_hash(key, (const char *const[]){"abc"}, 1, hex);
	expect_hash(key, (const char *const[]){"ab", "c", ""}, 3, hex);
	expect_hash(key, (const char *const[]){"ab", "c", NULL}, 3, hex);
	expect_hash(other, (const char *const[]){"ab", "c"}, 2, hex);
	expect_hash(NULL, (const char *const[]){"ab", "c"}, 2, hex);
	keyed_hash_begin(&h, key, 32);
	keyed_hash_add_str(&h, NULL);
	keyed_hash_end_hex(&h, hex);
	expect_hash(key, (const char *const[]){""}, 1, hex);
}

static void keyed_hash__number__is_eight_bytes_big_endian(void **state)
{
	char one[HASH_HEX_SIZE], two[HASH_HEX_SIZE];
	struct keyed_hash h;

	(void)state;
	keyed_hash_begin(&h, NULL, 0);
	keyed_hash_add_int(&h, -2);
	keyed_hash_end_hex(&h, one);
	keyed_hash_begin(&h, NULL, 0);
	keyed_hash_add(&h, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE", 8);
	keyed_hash_end_hex(&h, two);
	assert_string_equal(one, two);
}

static void hex__round_trip__and_nothing_else(void **state)
{
	unsigned char bytes[4] = {0, 0x7F, 0x80, 0xFF}, back[4] = {9, 9, 9, 9};
	char hex[9];

	(void)state;
	hex_encode(bytes, 4, hex);
	assert_string_equal(hex, "007f80ff");
	assert_true(hex_decode(hex, back, 4));
	assert_memory_equal(back, bytes, 4);
	assert_true(hex_decode("007F80FF", back, 4));
	memset(back, 9, 4);
	assert_false(hex_decode("007f80f", back, 4));
	assert_false(hex_decode("007f80ff0", back, 4));
	assert_false(hex_decode("007f80fg", back, 4));
	assert_false(hex_decode("00 7f80f", back, 4));
	assert_int_equal(back[0], 9);
	assert_true(hex_decode("", back, 0));
}

static void expect_base64(const void *bytes, size_t n, enum base64_form form, const char *text)
{
	struct strbuf b;

	strbuf_init(&b, 100);
	base64_encode(&b, bytes, n, form);
	assert_string_equal(b.data, text);
	strbuf_reset(&b);
	assert_true(base64_decode(&b, text, strlen(text), form));
	assert_int_equal(b.len, n);
	assert_memory_equal(b.data, bytes, n);
	strbuf_free(&b);
}

static void base64__both_forms__round_trip(void **state)
{
	(void)state;
	expect_base64("", 0, BASE64_STANDARD, "");
	expect_base64("f", 1, BASE64_STANDARD, "Zg==");
	expect_base64("fo", 2, BASE64_STANDARD, "Zm8=");
	expect_base64("foo", 3, BASE64_STANDARD, "Zm9v");
	expect_base64("\xFB\xFF", 2, BASE64_STANDARD, "+/8=");
	expect_base64("\xFB\xFF", 2, BASE64_URL, "-_8");
	expect_base64("f", 1, BASE64_URL, "Zg");
}

static void base64_decode__malformed__is_refused(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg=", "Zg===", "=", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm9*", "-_8="};
	struct strbuf b;

	(void)state;
	strbuf_init(&b, 100);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (base64_decode(&b, bad[i], strlen(bad[i]), BASE64_STANDARD))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(b.len, 0);
	}
	assert_false(base64_decode(&b, "+/8", 3, BASE64_URL));
	assert_true(base64_decode(&b, "Zg", 2, BASE64_STANDARD)); /* padding is not demanded */
	assert_string_equal(b.data, "f");
	strbuf_free(&b);
}

static void bytes_equal__same_and_other__differ(void **state)
{
	(void)state;
	assert_true(bytes_equal("abc", "abc", 3));
	assert_false(bytes_equal("abc", "abd", 3));
	assert_true(bytes_equal("abc", "abd", 2));
	assert_true(bytes_equal("", "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256__published_vectors__fit),
		cmocka_unit_test(hmac_sha256__published_vectors__fit),
		cmocka_unit_test(keyed_hash__fields__do_not_run_together),
		cmocka_unit_test(keyed_hash__number__is_eight_bytes_big_endian),
		cmocka_unit_test(hex__round_trip__and_nothing_else),
		cmocka_unit_test(base64__both_forms__round_trip),
		cmocka_unit_test(base64_decode__malformed__is_refused),
		cmocka_unit_test(bytes_equal__same_and_other__differ),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
