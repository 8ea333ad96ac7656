/* Master keys that a passphrase or a command unlocks, and what commands print. */
#include "../unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "vault/vault.h"

#define UUID "0b5c1f6e-58a1-4c39-9d0e-2f1d3c4b5a69"
#define OTHER_UUID "1b5c1f6e-58a1-4c39-9d0e-2f1d3c4b5a69"
#define WHOLE_KEY "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"

static int set_up_all(void **state)
{
	(void)state;
	json_global_init();
	return vault_global_init(NULL) == OK ? 0 : -1;
}

static struct secret *secret_of(const char *s)
{
	return secret_new(s, strlen(s));
}

static enum err unlock(const struct key_descriptor *d, const char *text, const char *uuid,
		       struct vault **out, struct err_info *info)
{
	struct secret *s = secret_of(text);
	enum err e = vault_unlock_with(d, s, uuid, out, info);

	secret_free(&s);
	return e;
}

static void create(enum key_source source, const char *command, const char *text, struct vault **v,
		   struct key_descriptor *d)
{
	struct secret *s = secret_of(text);

	assert_int_equal(vault_create_wrapped(source, command, s, UUID, v, d, NULL), OK);
	secret_free(&s);
}

/* Through the text that the settings keep. */
static void through_text(struct key_descriptor *d)
{
	struct strbuf b;

	strbuf_init(&b, 16384);
	key_descriptor_write(d, &b);
	key_descriptor_free(d);
	assert_int_equal(key_descriptor_parse(b.data, d, NULL), OK);
	strbuf_free(&b);
}

static void vault_unlock_with__passphrase__opens_and_others_do_not(void **state)
{
	struct key_descriptor d;
	struct vault *v = NULL, *opened = NULL;
	struct err_info info = {0};

	(void)state;
	create(KEY_PASSPHRASE, NULL, "correct horse", &v, &d);
	through_text(&d);
	assert_int_equal(d.source, KEY_PASSPHRASE);
	assert_int_equal(d.derived.mem_bytes, 256 << 20);
	assert_int_equal(d.derived.ops, 3);
	assert_int_equal(unlock(&d, "correct horse", UUID, &opened, &info), OK);
	assert_string_equal(vault_check(opened), vault_check(v));
	assert_string_equal(vault_check(opened), d.check);
	vault_free(&opened);
	assert_int_equal(unlock(&d, "correct horsf", UUID, &opened, &info), E_VAULT_KEY);
	assert_non_null(strstr(info.hint, "--discard"));
	assert_null(opened);
	assert_int_equal(vault_unlock(&d, "/nowhere", UUID, &opened, &info), E_VAULT_LOCKED);
	vault_free(&v);
	key_descriptor_free(&d);
}

static void vault_unlock_with__whole_key__is_bound_to_its_place(void **state)
{
	struct key_descriptor d;
	struct vault *v = NULL, *opened = NULL;

	(void)state;
	create(KEY_COMMAND, "echo " WHOLE_KEY, WHOLE_KEY, &v, &d);
	through_text(&d);
	assert_int_equal(d.derived.mem_bytes, 0);
	assert_int_equal(unlock(&d, WHOLE_KEY, UUID, &opened, NULL), OK);
	vault_free(&opened);
	assert_int_equal(vault_unlock(&d, "/nowhere", UUID, &opened, NULL), OK);
	vault_free(&opened);
	assert_int_equal(unlock(&d, WHOLE_KEY, OTHER_UUID, &opened, NULL), E_VAULT_KEY);
	assert_int_equal(unlock(&d, "no key", UUID, &opened, NULL), E_VAULT_KEY);
	d.derived.salt[3] ^= 1;
	assert_int_equal(unlock(&d, WHOLE_KEY, UUID, &opened, NULL), E_VAULT_KEY);
	d.derived.salt[3] ^= 1;
	d.wrapped[30] ^= 1;
	assert_int_equal(unlock(&d, WHOLE_KEY, UUID, &opened, NULL), E_VAULT_KEY);
	assert_null(opened);
	vault_free(&v);
	key_descriptor_free(&d);
}

static void vault_create_alike__new_key__opens_the_same_way(void **state)
{
	struct key_descriptor d, next, stranger;
	struct vault *v = NULL, *fresh = NULL, *opened = NULL, *other = NULL;

	(void)state;
	create(KEY_COMMAND, "echo " WHOLE_KEY, WHOLE_KEY, &v, &d);
	vault_create_alike(v, &d, &fresh, &next);
	through_text(&next);
	assert_string_not_equal(vault_check(fresh), vault_check(v));
	assert_string_equal(next.locator, d.locator);
	assert_int_equal(unlock(&next, WHOLE_KEY, UUID, &opened, NULL), OK);
	assert_string_equal(vault_check(opened), vault_check(fresh));
	vault_free(&opened);
	assert_int_equal(vault_unlock_alike(&next, v, &opened, NULL), OK);
	assert_string_equal(vault_check(opened), vault_check(fresh));
	vault_free(&opened);
	create(KEY_COMMAND, "echo " WHOLE_KEY, WHOLE_KEY, &other, &stranger);
	assert_int_equal(vault_unlock_alike(&stranger, v, &opened, NULL), E_VAULT_LOCKED);
	assert_null(opened);
	vault_free(&other);
	vault_free(&fresh);
	vault_free(&v);
	key_descriptor_free(&stranger);
	key_descriptor_free(&next);
	key_descriptor_free(&d);
}

static void vault_create_wrapped__empty__is_refused(void **state)
{
	struct key_descriptor d = {.locator = NULL};
	struct vault *v = NULL;
	struct secret *s = secret_of("");

	(void)state;
	assert_int_equal(vault_create_wrapped(KEY_PASSPHRASE, NULL, s, UUID, &v, &d, NULL),
			 E_INVALID);
	assert_null(v);
	secret_free(&s);
}

static void key_descriptor_parse__wrapped__every_part_is_needed(void **state)
{
	static const char *const parts[] = {"\"kdf\"",  "\"ops\"",     "\"mem\"",
					    "\"salt\"", "\"wrapped\"", "\"check\""};
	struct key_descriptor d;
	struct vault *v = NULL;
	struct strbuf b;

	(void)state;
	create(KEY_COMMAND, "echo", WHOLE_KEY, &v, &d);
	d.source = KEY_PASSPHRASE;
	xfree(&d.locator);
	d.derived.ops = 3;
	d.derived.mem_bytes = 1 << 20;
	strbuf_init(&b, 16384);
	key_descriptor_write(&d, &b);
	key_descriptor_free(&d);
	assert_int_equal(key_descriptor_parse(b.data, &d, NULL), OK);
	key_descriptor_free(&d);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		char *at = strstr(b.data, parts[i]);

		assert_non_null(at);
		at[1] ^= 1;
		assert_int_equal(key_descriptor_parse(b.data, &d, NULL), E_CORRUPT);
		at[1] ^= 1;
	}
	strbuf_free(&b);
	vault_free(&v);
}

static void command__what_it_prints__is_taken(void **state)
{
	static const struct {
		const char *command, *printed;
	} good[] = {
		{"echo a  b", "a b"},
		{"echo 'a  b'", "a  b"},
		{"echo \"a 'b\" c\\ d\\\\", "a 'b c d\\"},
		{"printf x\\\\n\\\\n", "x\n"},
		{"echo '$HOME' `x` > y", "$HOME `x` > y"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct secret *s = NULL;

		assert_int_equal(vault_command_output(good[i].command, &s, NULL), OK);
		assert_string_equal(secret_str(s), good[i].printed);
		secret_free(&s);
	}
}

static void command__that_fails__is_told(void **state)
{
	static const struct {
		const char *command;
		enum err code;
	} bad[] = {
		{"", E_INVALID},
		{"  \t", E_INVALID},
		{"echo 'a", E_INVALID},
		{"/no/such/program", E_VAULT_LOCKED},
		{"false", E_VAULT_LOCKED},
		{"true", E_VAULT_LOCKED},
		{"echo", E_VAULT_LOCKED},
		{"head -c 1048577 /dev/zero", E_VAULT_KEY},
		{"cat /dev/zero", E_VAULT_KEY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct secret *s = NULL;

		assert_int_equal(vault_command_output(bad[i].command, &s, NULL), bad[i].code);
		assert_null(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vault_unlock_with__passphrase__opens_and_others_do_not),
		cmocka_unit_test(vault_unlock_with__whole_key__is_bound_to_its_place),
		cmocka_unit_test(vault_create_alike__new_key__opens_the_same_way),
		cmocka_unit_test(vault_create_wrapped__empty__is_refused),
		cmocka_unit_test(key_descriptor_parse__wrapped__every_part_is_needed),
		cmocka_unit_test(command__what_it_prints__is_taken),
		cmocka_unit_test(command__that_fails__is_told),
	};

	return cmocka_run_group_tests(tests, set_up_all, NULL);
}
