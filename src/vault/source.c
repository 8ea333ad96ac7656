/* vault/source.c - start of the library, and where a master key comes from. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/json.h"
#include "base/mem.h"
#include "vault/vault.h"

#define DESCRIPTOR_BYTES_MAX ((size_t)16384)
#define DERIVE_OPS_MAX 64
#define DERIVE_MEM_MAX ((int64_t)4 << 30)

enum err vault_global_init(struct err_info *info)
{
	struct rlimit none = {0, 0};
	struct secret *probe;

	if (sodium_init() < 0)
		return err_set(info, E_IO, "the cryptographic library cannot start");
		/* A core file, and whoever may trace us, would see every secret. The limit alone
	 * does not stop a core handler that is piped to; not being dumpable does. */
#ifndef WITH_SANITIZERS /* whose search for leaks traces us */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_set_errno(info, errno, "cannot forbid dumps of memory");
#endif
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return err_set_errno(info, errno, "cannot forbid core files");
	probe = secret_new("", 0); /* so that secret_locked_ok answers from the start */
	secret_free(&probe);
	return OK;
}

static const char *const source_names[KEY_SOURCE_COUNT] = {
#define SOURCE_ROW(e, name) [e] = name,
	KEY_SOURCE_TABLE(SOURCE_ROW)
#undef SOURCE_ROW
};

/* What a source's locator is called in the settings; NULL: it has none. */
static const char *const locator_names[KEY_SOURCE_COUNT] = {
	[KEY_COMMAND] = "command",
	[KEY_SECRET_SERVICE] = "entry",
	[KEY_CREDENTIAL] = "credential",
};

const char *key_source_name(enum key_source s)
{
	return (unsigned)s < KEY_SOURCE_COUNT ? source_names[s] : "";
}

static bool is_check(const char *s)
{
	return strlen(s) == KEY_ID_SIZE - 1 && s[strspn(s, "0123456789abcdef")] == '\0';
}

static enum err damaged(struct err_info *info)
{
	return err_set(info, E_CORRUPT, "the stored description of the vault's key is damaged");
}

static bool take_hex(const struct json *j, const char *name, void *out, size_t n)
{
	const char *hex = json_str(j, name);

	return hex && strlen(hex) == 2 * n && hex_decode(hex, out, n);
}

/* How the wrapping key is made. Limits of the library, so that a damaged text asks for no mountain of memory. */
static bool take_wrapped(const struct json *j, struct key_descriptor *d)
{
	const char *kdf = json_str(j, "kdf");
	bool stretched = kdf && !strcmp(kdf, "argon2id");

	if (!kdf || (!stretched && (strcmp(kdf, "none") || d->source == KEY_PASSPHRASE)))
		return false;
	if (stretched) {
		d->derived.ops = json_int(j, "ops", 0);
		d->derived.mem_bytes = json_int(j, "mem", 0);
		if (d->derived.ops < 1 || d->derived.ops > DERIVE_OPS_MAX ||
		    d->derived.mem_bytes < (int64_t)crypto_pwhash_argon2id_MEMLIMIT_MIN ||
		    d->derived.mem_bytes > DERIVE_MEM_MAX)
			return false;
	}
	if (locator_names[d->source] && !d->locator)
		return false;
	if (d->source == KEY_CREDENTIAL && !vault_credential_name_ok(d->locator))
		return false;
	return d->check[0] && take_hex(j, "salt", d->derived.salt, sizeof(d->derived.salt)) &&
	       take_hex(j, "wrapped", d->wrapped, sizeof(d->wrapped));
}

static enum err take_fields(const struct json *j, struct key_descriptor *d, struct err_info *info)
{
	const char *source = json_str(j, "source"), *path = json_str(j, "path");
	const char *check = json_str(j, "check");
	bool known = false;

	if (!source || (check && !is_check(check)) || (path && path[0] != '/'))
		return damaged(info);
	for (int i = 0; i < KEY_SOURCE_COUNT && !known; i++) {
		known = !strcmp(source, source_names[i]);
		if (known)
			d->source = (enum key_source)i;
	}
	if (!known)
		return err_set(info, E_UNSUPPORTED, "this program has no key source %.64s", source);
	d->path = xstrdup(path);
	if (locator_names[d->source])
		d->locator = xstrdup(json_str(j, locator_names[d->source]));
	if (check)
		memcpy(d->check, check, KEY_ID_SIZE);
	if (d->source != KEY_FILE && !take_wrapped(j, d)) {
		key_descriptor_free(d);
		return damaged(info);
	}
	return OK;
}

enum err key_descriptor_parse(const char *json, struct key_descriptor *out, struct err_info *info)
{
	struct key_descriptor d = {0};
	struct json *j;
	enum err e;

	if (json_parse(json, strlen(json), DESCRIPTOR_BYTES_MAX, &j, info))
		return damaged(info);
	e = take_fields(j, &d, info);
	json_free(&j);
	if (!e)
		*out = d;
	return e;
}

static void write_wrapped(const struct key_descriptor *d, struct json *j)
{
	char salt[2 * KEY_SALT_BYTES + 1], wrapped[2 * KEY_WRAPPED_BYTES + 1];

	if (locator_names[d->source])
		json_set_str(j, locator_names[d->source], d->locator);
	json_set_str(j, "kdf", d->derived.mem_bytes ? "argon2id" : "none");
	if (d->derived.mem_bytes) {
		json_set_int(j, "ops", d->derived.ops);
		json_set_int(j, "mem", d->derived.mem_bytes);
	}
	hex_encode(d->derived.salt, sizeof(d->derived.salt), salt);
	hex_encode(d->wrapped, sizeof(d->wrapped), wrapped);
	json_set_str(j, "salt", salt);
	json_set_str(j, "wrapped", wrapped);
}

void key_descriptor_write(const struct key_descriptor *d, struct strbuf *out)
{
	struct json *j = json_new_object();

	json_set_str(j, "source", key_source_name(d->source));
	if (d->path)
		json_set_str(j, "path", d->path);
	if (d->check[0])
		json_set_str(j, "check", d->check);
	if (d->source != KEY_FILE)
		write_wrapped(d, j);
	json_write(out, j, false);
	json_free(&j);
}

void key_descriptor_free(struct key_descriptor *d)
{
	xfree(&d->path);
	xfree(&d->locator);
	memset(d, 0, sizeof(*d));
}
