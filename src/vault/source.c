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

const char *key_source_name(enum key_source s)
{
	return (unsigned)s < KEY_SOURCE_COUNT ? source_names[s] : "";
}

static bool is_check(const char *s)
{
	return strlen(s) == KEY_ID_SIZE - 1 && s[strspn(s, "0123456789abcdef")] == '\0';
}

static enum err take_fields(const struct json *j, struct key_descriptor *d, struct err_info *info)
{
	const char *source = json_str(j, "source"), *path = json_str(j, "path");
	const char *check = json_str(j, "check");
	bool known = false;

	if (!source || (check && !is_check(check)) || (path && path[0] != '/'))
		return err_set(info, E_CORRUPT,
			       "the stored description of the vault's key is damaged");
	for (int i = 0; i < KEY_SOURCE_COUNT && !known; i++) {
		known = !strcmp(source, source_names[i]);
		if (known)
			d->source = (enum key_source)i;
	}
	if (!known)
		return err_set(info, E_UNSUPPORTED, "this program has no key source %.64s", source);
	d->path = xstrdup(path);
	if (check)
		memcpy(d->check, check, KEY_ID_SIZE);
	return OK;
}

enum err key_descriptor_parse(const char *json, struct key_descriptor *out, struct err_info *info)
{
	struct key_descriptor d = {0};
	struct json *j;
	enum err e;

	if (json_parse(json, strlen(json), DESCRIPTOR_BYTES_MAX, &j, info))
		return err_set(info, E_CORRUPT,
			       "the stored description of the vault's key is damaged");
	e = take_fields(j, &d, info);
	json_free(&j);
	if (!e)
		*out = d;
	return e;
}

void key_descriptor_write(const struct key_descriptor *d, struct strbuf *out)
{
	struct json *j = json_new_object();

	json_set_str(j, "source", key_source_name(d->source));
	if (d->path)
		json_set_str(j, "path", d->path);
	if (d->check[0])
		json_set_str(j, "check", d->check);
	json_write(out, j, false);
	json_free(&j);
}

void key_descriptor_free(struct key_descriptor *d)
{
	xfree(&d->path);
	memset(d, 0, sizeof(*d));
}
