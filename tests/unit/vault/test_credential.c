/* Credentials that systemd hands over, and a vault that one unlocks. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "vault/vault.h"

#define UUID "0b5c1f6e-58a1-4c39-9d0e-2f1d3c4b5a69"
#define WHOLE_KEY "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"

static char folder[64];

static int set_up_all(void **state)
{
	(void)state;
	json_global_init();
	return vault_global_init(NULL) == OK ? 0 : -1;
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/credential-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	return setenv("CREDENTIALS_DIRECTORY", folder, 1);
}

static int tear_down(void **state)
{
	static const char *const names[] = {"one", "empty", "open", "fifo", "key"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = fs_join(folder, names[i]);

		unlink(path);
		xfree(&path);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	return rmdir(folder);
}

static void put(const char *name, const char *bytes, size_t n, mode_t mode)
{
	char *path = fs_join(folder, name);

	unlink(path);
	assert_int_equal(fs_write_new(path, bytes, n, 0600, NULL), OK);
	assert_int_equal(chmod(path, mode), 0);
	xfree(&path);
}

static void credential__its_bytes__are_taken(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, taken;
	} good[] = {{"sesame", 6, 6}, {"sesame\n", 7, 6}, {"a\n\n", 3, 2}, {"\0\1\2", 3, 3}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct secret *s = NULL;

		put("one", good[i].bytes, good[i].n, 0400);
		assert_int_equal(vault_credential("one", &s, NULL), OK);
		assert_int_equal(secret_len(s), good[i].taken);
		assert_memory_equal(secret_bytes(s), good[i].bytes, good[i].taken);
		secret_free(&s);
	}
}

static void credential__that_is_none__is_told(void **state)
{
	static const char *const names[] = {"", ".", "..", "../one", "a/b", "a:b", "a b", "\x7f"};
	struct err_info info = {0};
	struct secret *s = NULL;
	char *path;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(vault_credential(names[i], &s, &info), E_INVALID);
	assert_int_equal(vault_credential("absent", &s, &info), E_VAULT_LOCKED);
	assert_non_null(strstr(info.text, "others only"));
	assert_non_null(strstr(info.hint, "LoadCredential=absent:"));
	put("empty", "\n", 1, 0400);
	assert_int_equal(vault_credential("empty", &s, &info), E_VAULT_KEY);
	put("open", "x", 1, 0644);
	assert_int_equal(vault_credential("open", &s, &info), E_VAULT_KEY);
	path = fs_join(folder, "fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(vault_credential("fifo", &s, &info), E_VAULT_KEY);
	xfree(&path);
	setenv("CREDENTIALS_DIRECTORY", "relative", 1);
	assert_int_equal(vault_credential("one", &s, &info), E_VAULT_LOCKED);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(vault_credential("one", &s, &info), E_VAULT_LOCKED);
	assert_non_null(strstr(info.text, "given none"));
	assert_null(s);
}

static void vault_unlock__credential__opens_and_another_does_not(void **state)
{
	static const char *const materials[] = {WHOLE_KEY, "only a passphrase"};
	struct err_info info = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(materials); i++) {
		struct secret *s = secret_new(materials[i], strlen(materials[i]));
		struct vault *v = NULL, *opened = NULL;
		struct key_descriptor d;
		struct strbuf b;

		assert_int_equal(vault_create_wrapped(KEY_CREDENTIAL, "key", s, UUID, &v, &d, NULL),
				 OK);
		strbuf_init(&b, 16384);
		key_descriptor_write(&d, &b);
		key_descriptor_free(&d);
		assert_int_equal(key_descriptor_parse(b.data, &d, NULL), OK);
		assert_int_equal(d.source, KEY_CREDENTIAL);
		assert_string_equal(d.locator, "key");
		assert_int_equal(d.derived.mem_bytes != 0, i == 1);
		put("key", materials[i], strlen(materials[i]), 0400);
		assert_int_equal(vault_unlock(&d, "/nowhere", UUID, &opened, NULL), OK);
		assert_string_equal(vault_check(opened), vault_check(v));
		vault_free(&opened);
		put("key", "another", 7, 0400);
		assert_int_equal(vault_unlock(&d, "/nowhere", UUID, &opened, &info), E_VAULT_KEY);
		assert_non_null(strstr(info.hint, "--discard"));
		assert_null(opened);
		strbuf_free(&b);
		vault_free(&v);
		key_descriptor_free(&d);
		secret_free(&s);
	}
}

static void key_descriptor_parse__credential__its_name_is_looked_at(void **state)
{
	struct secret *s = secret_new(WHOLE_KEY, strlen(WHOLE_KEY));
	struct key_descriptor d;
	struct vault *v = NULL;
	struct strbuf b;
	char *at;

	(void)state;
	assert_int_equal(vault_create_wrapped(KEY_CREDENTIAL, "key", s, UUID, &v, &d, NULL), OK);
	strbuf_init(&b, 16384);
	key_descriptor_write(&d, &b);
	key_descriptor_free(&d);
	at = strstr(b.data, "\"key\"");
	assert_non_null(at);
	at[2] = '/';
	assert_int_equal(key_descriptor_parse(b.data, &d, NULL), E_CORRUPT);
	at = strstr(b.data, "\"credential\":\"k");
	assert_non_null(at);
	at[1] ^= 1;
	assert_int_equal(key_descriptor_parse(b.data, &d, NULL), E_CORRUPT);
	strbuf_free(&b);
	vault_free(&v);
	secret_free(&s);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(credential__its_bytes__are_taken),
		IN_FOLDER(credential__that_is_none__is_told),
		IN_FOLDER(vault_unlock__credential__opens_and_another_does_not),
		cmocka_unit_test(key_descriptor_parse__credential__its_name_is_looked_at),
	};

	return cmocka_run_group_tests(tests, set_up_all, NULL);
}
