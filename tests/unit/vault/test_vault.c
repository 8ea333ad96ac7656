/* Key files, wrapped keys, sealed values: each way to go wrong says which it was. */
#include "../unit.h"

#include <ftw.h>
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
#define OTHER_UUID "1b5c1f6e-58a1-4c39-9d0e-2f1d3c4b5a69"

static char dir[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/masthead-vault-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int set_up_all(void **state)
{
	(void)state;
	json_global_init();
	return vault_global_init(NULL) == OK ? 0 : -1;
}

static char *key_path(void)
{
	return vault_default_key_path(dir, UUID);
}

static struct vault *new_vault(void)
{
	char *path = key_path();
	struct vault *v = NULL;

	assert_int_equal(vault_create_key_file(path, UUID, &v, NULL), OK);
	xfree(&path);
	return v;
}

static char *content_of(const char *path)
{
	struct strbuf b;

	strbuf_init(&b, 4096);
	assert_int_equal(fs_read(path, 4096, 0, &b, NULL), OK);
	return strbuf_detach(&b);
}

static void replace_content(const char *path, const char *s)
{
	assert_int_equal(fs_write_atomic(path, s, strlen(s), 0600, false, NULL), OK);
}

/* ---- the key file ---- */

static void vault_create__new_file__is_private_and_opens(void **state)
{
	char *path = key_path(), *keys = fs_join(dir, "keys");
	struct vault *v = new_vault(), *again = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(keys, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(vault_open_key_file(path, UUID, &again, NULL), OK);
	assert_string_equal(vault_check(v), vault_check(again));
	assert_string_equal(vault_uuid(again), UUID);
	vault_free(&v);
	vault_free(&again);
	assert_null(v);
	xfree(&path);
	xfree(&keys);
}

static void vault_create__file_is_there__is_never_overwritten(void **state)
{
	char *path = key_path(), *before, *after;
	struct vault *v = new_vault(), *second = NULL;
	struct err_info info = {0};

	(void)state;
	before = content_of(path);
	assert_int_equal(vault_create_key_file(path, UUID, &second, &info), E_EXISTS);
	assert_null(second);
	after = content_of(path);
	assert_string_equal(before, after);
	assert_int_equal(vault_create_key_file(path, "no-uuid", &second, &info), E_INVALID);
	vault_free(&v);
	xfree(&before);
	xfree(&after);
	xfree(&path);
}

static void vault_open__lost_key__says_what_that_means(void **state)
{
	char *path = key_path();
	struct vault *v = NULL;
	struct err_info info = {0};

	(void)state;
	assert_int_equal(vault_open_key_file(path, UUID, &v, &info), E_VAULT_LOCKED);
	assert_null(v);
	assert_non_null(strstr(info.text, path));
	assert_non_null(strstr(info.hint, "connecting the accounts again is all that is needed"));
	xfree(&path);
}

static void vault_open__open_to_others__is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0644};
	char *path = key_path();
	struct vault *v = new_vault(), *opened = NULL;
	struct err_info info = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(vault_open_key_file(path, UUID, &opened, &info), E_VAULT_KEY);
		assert_non_null(strstr(info.hint, "chmod 600 "));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(vault_open_key_file(path, UUID, &opened, &info), OK);
	vault_free(&opened);
	vault_free(&v);
	xfree(&path);
}

static void vault_open__link_or_fifo__is_refused(void **state)
{
	char *path = key_path(), *link = fs_join(dir, "link"), *fifo = fs_join(dir, "fifo");
	struct vault *v = new_vault(), *opened = NULL;

	(void)state;
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(vault_open_key_file(link, UUID, &opened, NULL), E_VAULT_KEY);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(vault_open_key_file(fifo, UUID, &opened, NULL), E_VAULT_KEY);
	assert_int_equal(vault_open_key_file(dir, UUID, &opened, NULL), E_VAULT_KEY);
	assert_null(opened);
	vault_free(&v);
	xfree(&path);
	xfree(&link);
	xfree(&fifo);
}

static void vault_open__other_workspace__is_refused(void **state)
{
	char *path = key_path();
	struct vault *v = new_vault(), *opened = NULL;
	struct err_info info = {0};

	(void)state;
	assert_int_equal(vault_open_key_file(path, OTHER_UUID, &opened, &info), E_VAULT_KEY);
	assert_non_null(strstr(info.text, "another workspace"));
	assert_null(opened);
	vault_free(&v);
	xfree(&path);
}

/* Every byte of the file counts, and every cut. */
static void vault_open__damaged_file__is_told(void **state)
{
	char *path = key_path(), *good, *bad;
	struct vault *v = new_vault(), *opened = NULL;
	struct err_info info = {0};
	size_t n;

	(void)state;
	good = content_of(path);
	n = strlen(good);
	for (size_t i = 0; i < n - 1; i++) {
		bad = xstrdup(good);
		bad[i] = bad[i] == '0' ? '1' : '0';
		replace_content(path, bad);
		if (vault_open_key_file(path, UUID, &opened, &info) != E_VAULT_KEY)
			fail_msg("byte %zu does not count", i);
		bad[i] = '\0';
		replace_content(path, bad);
		assert_int_equal(vault_open_key_file(path, UUID, &opened, &info), E_VAULT_KEY);
		xfree(&bad);
	}
	assert_null(opened);
	bad = xasprintf("%s%s", good, good);
	replace_content(path, bad);
	assert_int_equal(vault_open_key_file(path, UUID, &opened, &info), E_VAULT_KEY);
	xfree(&bad);
	bad = xcalloc(1, 4096);
	memset(bad, 'x', 4095);
	replace_content(path, bad);
	assert_int_equal(vault_open_key_file(path, UUID, &opened, &info), E_VAULT_KEY);
	assert_non_null(strstr(info.text, "damaged"));
	xfree(&bad);
	vault_free(&v);
	xfree(&good);
	xfree(&path);
}

/* ---- the descriptor and unlocking ---- */

static void key_descriptor__text__round_trips(void **state)
{
	struct key_descriptor d = {.source = KEY_FILE, .path = xstrdup("/a \"b\"/k")}, back;
	struct strbuf b;

	(void)state;
	strcpy(d.check, "0123456789abcdef");
	strbuf_init(&b, 1000);
	key_descriptor_write(&d, &b);
	assert_string_equal(b.data, "{\"source\":\"file\",\"path\":\"/a \\\"b\\\"/k\","
				    "\"check\":\"0123456789abcdef\"}");
	assert_int_equal(key_descriptor_parse(b.data, &back, NULL), OK);
	assert_int_equal(back.source, KEY_FILE);
	assert_string_equal(back.path, d.path);
	assert_string_equal(back.check, d.check);
	key_descriptor_free(&back);
	key_descriptor_free(&d);
	strbuf_free(&b);
}

static void key_descriptor_parse__nonsense__is_told(void **state)
{
	struct key_descriptor d = {.path = NULL};

	(void)state;
	assert_int_equal(key_descriptor_parse("", &d, NULL), E_CORRUPT);
	assert_int_equal(key_descriptor_parse("[]", &d, NULL), E_CORRUPT);
	assert_int_equal(key_descriptor_parse("{\"source\":\"file\",\"check\":\"12\"}", &d, NULL),
			 E_CORRUPT);
	assert_int_equal(key_descriptor_parse("{\"source\":\"file\",\"path\":\"k\"}", &d, NULL),
			 E_CORRUPT);
	assert_int_equal(key_descriptor_parse("{\"source\":\"passphrase\"}", &d, NULL), E_CORRUPT);
	assert_int_equal(key_descriptor_parse("{\"source\":\"stars\"}", &d, NULL), E_UNSUPPORTED);
	assert_null(d.path);
}

static void vault_unlock__recreated_key__does_not_fit(void **state)
{
	struct key_descriptor d = {.source = KEY_FILE};
	char *path = key_path();
	struct vault *v = new_vault(), *opened = NULL;
	struct err_info info = {0};

	(void)state;
	assert_int_equal(vault_unlock(&d, dir, UUID, &opened, &info), OK);
	vault_free(&opened);
	memcpy(d.check, vault_check(v), KEY_ID_SIZE);
	assert_int_equal(vault_unlock(&d, dir, UUID, &opened, &info), OK);
	vault_free(&opened);
	vault_free(&v);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(vault_unlock(&d, dir, UUID, &opened, &info), E_VAULT_LOCKED);
	v = new_vault();
	assert_int_equal(vault_unlock(&d, dir, UUID, &opened, &info), E_VAULT_KEY);
	assert_null(opened);
	d.source = KEY_SECRET_SERVICE;
	assert_int_equal(vault_unlock(&d, dir, UUID, &opened, &info), E_UNSUPPORTED);
	vault_free(&v);
	xfree(&path);
}

/* ---- the tenants' keys and sealed values ---- */

struct fixture {
	struct vault *v;
	struct tenant_key *k;
	struct secret *s;
	struct strbuf wrapped, sealed;
};

static const struct seal_place place = {7, "access"};

static void fixture_make(struct fixture *f)
{
	f->v = new_vault();
	f->k = vault_new_tenant_key(f->v, 3, 1);
	f->s = secret_new("token-token", 11);
	strbuf_init(&f->wrapped, 1000);
	strbuf_init(&f->sealed, 1000);
	vault_wrap_tenant_key(f->v, f->k, &f->wrapped);
	vault_seal(f->k, &place, f->s, &f->sealed);
}

static void fixture_free(struct fixture *f)
{
	strbuf_free(&f->wrapped);
	strbuf_free(&f->sealed);
	secret_free(&f->s);
	tenant_key_free(&f->k);
	vault_free(&f->v);
}

static enum err unwrap(const struct fixture *f, int64_t tenant, int64_t version,
		       struct tenant_key **out, struct err_info *info)
{
	return vault_unwrap_tenant_key(f->v, tenant, version, f->wrapped.data, f->wrapped.len, out,
				       info);
}

static void vault_open__right_place__gives_the_secret_back(void **state)
{
	struct fixture f;
	struct tenant_key *k = NULL;
	struct secret *s = NULL;

	(void)state;
	fixture_make(&f);
	assert_int_equal(f.sealed.len, 11 + SEAL_OVERHEAD_BYTES);
	assert_null(memmem(f.sealed.data, f.sealed.len, "token", 5));
	assert_int_equal(unwrap(&f, 3, 1, &k, NULL), OK);
	assert_int_equal(tenant_key_tenant(k), 3);
	assert_int_equal(tenant_key_version(k), 1);
	assert_int_equal(vault_open(k, &place, f.sealed.data, f.sealed.len, &s, NULL), OK);
	assert_true(secret_equal(s, f.s));
	secret_free(&s);
	tenant_key_free(&k);
	fixture_free(&f);
}

static void vault_seal__same_secret_twice__looks_different(void **state)
{
	struct fixture f;
	struct strbuf again;

	(void)state;
	fixture_make(&f);
	strbuf_init(&again, 1000);
	vault_seal(f.k, &place, f.s, &again);
	assert_int_equal(again.len, f.sealed.len);
	assert_memory_not_equal(again.data + 5, f.sealed.data + 5, 24);
	assert_memory_not_equal(again.data + 29, f.sealed.data + 29, 11);
	strbuf_free(&again);
	fixture_free(&f);
}

static void vault_seal__empty_secret__opens(void **state)
{
	struct fixture f;
	struct secret *empty = secret_new("", 0), *s = NULL;

	(void)state;
	fixture_make(&f);
	strbuf_reset(&f.sealed);
	vault_seal(f.k, &place, empty, &f.sealed);
	assert_int_equal(vault_open(f.k, &place, f.sealed.data, f.sealed.len, &s, NULL), OK);
	assert_int_equal(secret_len(s), 0);
	secret_free(&s);
	secret_free(&empty);
	fixture_free(&f);
}

static void expect_moved(const struct tenant_key *k, const struct seal_place *to,
			 const struct strbuf *b)
{
	struct err_info info = {0};
	struct secret *s = NULL;

	assert_int_equal(vault_open(k, to, b->data, b->len, &s, &info), E_CORRUPT);
	assert_null(s);
	assert_non_null(strstr(info.text, "moved here from elsewhere or is damaged"));
}

static void vault_open__moved_value__does_not_open(void **state)
{
	const struct seal_place other_connection = {8, "access"}, other_field = {7, "refresh"};
	struct fixture f;
	struct tenant_key *other_tenant, *later;
	struct err_info info = {0};
	struct secret *s = NULL;

	(void)state;
	fixture_make(&f);
	other_tenant = vault_new_tenant_key(f.v, 4, 1);
	later = vault_new_tenant_key(f.v, 3, 2);
	expect_moved(f.k, &other_connection, &f.sealed);
	expect_moved(f.k, &other_field, &f.sealed);
	expect_moved(other_tenant, &place, &f.sealed);
	assert_int_equal(vault_open(later, &place, f.sealed.data, f.sealed.len, &s, &info),
			 E_VAULT_KEY);
	f.sealed.data[4] = 2; /* claims to be of the later version */
	expect_moved(later, &place, &f.sealed);
	tenant_key_free(&other_tenant);
	tenant_key_free(&later);
	fixture_free(&f);
}

/* One data key under two tenants' numbers: the place alone keeps values apart. */
static void vault_unwrap__moved_key__does_not_open(void **state)
{
	struct fixture f;
	struct tenant_key *k = NULL;
	struct err_info info = {0};

	(void)state;
	fixture_make(&f);
	assert_int_equal(unwrap(&f, 4, 1, &k, &info), E_CORRUPT);
	assert_non_null(strstr(info.text, "moved here from elsewhere or is damaged"));
	assert_int_equal(unwrap(&f, 3, 2, &k, &info), E_CORRUPT);
	assert_null(k);
	fixture_free(&f);
}

static void vault_unwrap__other_master_key__is_told_from_damage(void **state)
{
	char *path = fs_join(dir, "second");
	struct fixture f;
	struct vault *second = NULL;
	struct tenant_key *k = NULL;
	struct err_info info = {0};

	(void)state;
	fixture_make(&f);
	assert_int_equal(vault_create_key_file(path, UUID, &second, NULL), OK);
	assert_int_equal(
		vault_unwrap_tenant_key(second, 3, 1, f.wrapped.data, f.wrapped.len, &k, &info),
		E_VAULT_KEY);
	assert_non_null(strstr(info.text, "another master key"));
	assert_null(k);
	vault_free(&second);
	xfree(&path);
	fixture_free(&f);
}

static void vault_blobs__flipped_bits__do_not_open(void **state)
{
	struct fixture f;
	struct tenant_key *k = NULL;
	struct secret *s = NULL;

	(void)state;
	fixture_make(&f);
	for (size_t i = 0; i < 8 * f.sealed.len; i++) {
		f.sealed.data[i / 8] ^= (char)(1 << i % 8);
		assert_int_not_equal(vault_open(f.k, &place, f.sealed.data, f.sealed.len, &s, NULL),
				     OK);
		f.sealed.data[i / 8] ^= (char)(1 << i % 8);
	}
	for (size_t i = 0; i < 8 * f.wrapped.len; i++) {
		f.wrapped.data[i / 8] ^= (char)(1 << i % 8);
		assert_int_not_equal(unwrap(&f, 3, 1, &k, NULL), OK);
		f.wrapped.data[i / 8] ^= (char)(1 << i % 8);
	}
	assert_null(s);
	assert_null(k);
	assert_int_equal(unwrap(&f, 3, 1, &k, NULL), OK);
	tenant_key_free(&k);
	fixture_free(&f);
}

static void vault_blobs__cut_or_grown__do_not_open(void **state)
{
	struct fixture f;
	struct tenant_key *k = NULL;
	struct secret *s = NULL;

	(void)state;
	fixture_make(&f);
	for (size_t n = 0; n < f.sealed.len; n++)
		assert_int_equal(vault_open(f.k, &place, f.sealed.data, n, &s, NULL), E_CORRUPT);
	for (size_t n = 0; n < f.wrapped.len; n++)
		assert_int_equal(vault_unwrap_tenant_key(f.v, 3, 1, f.wrapped.data, n, &k, NULL),
				 E_CORRUPT);
	strbuf_putc(&f.sealed, 'x');
	strbuf_putc(&f.wrapped, 'x');
	assert_int_equal(vault_open(f.k, &place, f.sealed.data, f.sealed.len, &s, NULL), E_CORRUPT);
	assert_int_equal(unwrap(&f, 3, 1, &k, NULL), E_CORRUPT);
	fixture_free(&f);
}

static void vault_blobs__newer_form__is_named(void **state)
{
	struct fixture f;
	struct tenant_key *k = NULL;
	struct secret *s = NULL;

	(void)state;
	fixture_make(&f);
	f.sealed.data[0] = 2;
	f.wrapped.data[0] = 2;
	assert_int_equal(vault_open(f.k, &place, f.sealed.data, f.sealed.len, &s, NULL),
			 E_SCHEMA_NEWER);
	assert_int_equal(unwrap(&f, 3, 1, &k, NULL), E_SCHEMA_NEWER);
	fixture_free(&f);
}

/* ---- the chain key ---- */

static void chain_hash(const struct chain_key *k, char hex[HASH_HEX_SIZE])
{
	struct keyed_hash h;

	chain_hash_begin(&h, k);
	keyed_hash_add_str(&h, "entry");
	keyed_hash_end_hex(&h, hex);
}

static void chain_key__own_file__outlives_the_vault(void **state)
{
	char *path = chain_key_default_path(dir, UUID), one[HASH_HEX_SIZE], two[HASH_HEX_SIZE];
	struct chain_key *k = NULL, *again = NULL;
	struct err_info info = {0};

	(void)state;
	assert_int_equal(chain_key_open(path, UUID, &k, &info), E_NOT_FOUND);
	assert_int_equal(chain_key_create(path, UUID, &k, NULL), OK);
	assert_int_equal(chain_key_create(path, UUID, &again, NULL), E_EXISTS);
	assert_int_equal(chain_key_open(path, UUID, &again, NULL), OK);
	assert_string_equal(chain_key_id(k), chain_key_id(again));
	chain_hash(k, one);
	chain_hash(again, two);
	assert_string_equal(one, two);
	chain_key_free(&again);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chain_key_create(path, UUID, &again, NULL), OK);
	assert_string_not_equal(chain_key_id(k), chain_key_id(again));
	chain_hash(again, two);
	assert_string_not_equal(one, two);
	chain_key_free(&again);
	chain_key_free(&k);
	xfree(&path);
}

static void chain_key_open__a_master_key__is_no_chain_key(void **state)
{
	char *path = key_path();
	struct vault *v = new_vault();
	struct chain_key *k = NULL;

	(void)state;
	assert_int_equal(chain_key_open(path, UUID, &k, NULL), E_VAULT_KEY);
	assert_null(k);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chain_key_open(path, UUID, &k, NULL), E_VAULT_KEY);
	vault_free(&v);
	xfree(&path);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(vault_create__new_file__is_private_and_opens),
		IN_DIR(vault_create__file_is_there__is_never_overwritten),
		IN_DIR(vault_open__lost_key__says_what_that_means),
		IN_DIR(vault_open__open_to_others__is_refused),
		IN_DIR(vault_open__link_or_fifo__is_refused),
		IN_DIR(vault_open__other_workspace__is_refused),
		IN_DIR(vault_open__damaged_file__is_told),
		cmocka_unit_test(key_descriptor__text__round_trips),
		cmocka_unit_test(key_descriptor_parse__nonsense__is_told),
		IN_DIR(vault_unlock__recreated_key__does_not_fit),
		IN_DIR(vault_open__right_place__gives_the_secret_back),
		IN_DIR(vault_seal__same_secret_twice__looks_different),
		IN_DIR(vault_seal__empty_secret__opens),
		IN_DIR(vault_open__moved_value__does_not_open),
		IN_DIR(vault_unwrap__moved_key__does_not_open),
		IN_DIR(vault_unwrap__other_master_key__is_told_from_damage),
		IN_DIR(vault_blobs__flipped_bits__do_not_open),
		IN_DIR(vault_blobs__cut_or_grown__do_not_open),
		IN_DIR(vault_blobs__newer_form__is_named),
		IN_DIR(chain_key__own_file__outlives_the_vault),
		IN_DIR(chain_key_open__a_master_key__is_no_chain_key),
	};

	return cmocka_run_group_tests(tests, set_up_all, NULL);
}
