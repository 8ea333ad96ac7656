/* vault/service.c - a wrapping secret that the desktop's secret service keeps.
 *
 * The service is spoken to by a program of its own (service_helper.c), for its library costs start-up time and
 * threads that only those should pay who use it; what it prints arrives in locked memory like a key command's output.
 *
 * Each change of the key makes a new entry with an id of its own (attributes: application, workspace, entry) before the
 * settings name it, and removes the old entry after their commit. So a kill anywhere leaves the entry that the
 * settings name; at worst one more stays, which opens nothing. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "vault/master.h"
#include "vault/service_helper.h"

#define ID_BYTES 16
#define SECRET_BYTES 32

/* Beside this program (a build tree), else where it was installed. The caller frees; NULL: nowhere. */
static char *helper_path(void)
{
	char own[4096], *path;
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	if (n > 0) {
		own[n] = '\0';
		slash = strrchr(own, '/');
		if (slash) {
			path = xasprintf("%.*s/%s", (int)(slash - own), own, SERVICE_PROGRAM);
			if (access(path, X_OK) == 0)
				return path;
			xfree(&path);
		}
	}
	path = xstrdup(PKGLIBEXECDIR "/" SERVICE_PROGRAM);
	if (access(path, X_OK) != 0)
		xfree(&path);
	return path;
}

static enum err no_helper(struct err_info *info)
{
	err_set(info, E_UNSUPPORTED, "this program was built without the secret service");
	err_hint(info, "its own tool does the same: --key-command 'secret-tool lookup masthead "
		       "vault', once `secret-tool store --label Masthead masthead vault' has "
		       "stored a passphrase");
	return E_UNSUPPORTED;
}

/* The helper's line of why not; it comes from outside. */
static void take_reason(const struct secret *said, char *out, size_t size)
{
	size_t n = secret_len(said) < size ? secret_len(said) : size - 1;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = secret_bytes(said)[i];

		out[i] = (char)(c >= ' ' && c <= '~' ? c : '?');
	}
	out[n] = '\0';
}

static enum err judge(int status, const struct secret *said, struct err_info *info)
{
	int end = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	char reason[256];

	take_reason(said, reason, sizeof(reason));
	switch (end) {
	case SERVICE_DONE:
		return OK;
	case SERVICE_ABSENT:
		err_set(info, E_VAULT_LOCKED,
			"the secret service has no entry for this workspace's key");
		err_hint(info, "see whether it is the right user's keyring; if the entry is lost, "
			       "`masthead vault rekey --discard' begins anew");
		break;
	case SERVICE_LOCKED:
		err_set(info, E_VAULT_LOCKED, "the keyring of the secret service is locked");
		err_hint(info, "unlock it (logging in to the desktop does), then repeat this");
		break;
	case SERVICE_UNREACHABLE:
		err_set(info, E_VAULT_LOCKED, "the secret service cannot be reached: %s", reason);
		err_hint(info, "it needs the desktop session's D-Bus "
			       "(DBUS_SESSION_BUS_ADDRESS) and a keyring that runs");
		break;
	default:
		err_set(info, E_VAULT_LOCKED, "the secret service did not do it: %s",
			reason[0] ? reason : SERVICE_PROGRAM " failed");
	}
	return E_VAULT_LOCKED;
}

static enum err ask(const char *verb, const char *id, const char *uuid, const struct secret *input,
		    struct secret **out, struct err_info *info)
{
	struct secret *nothing = secret_new("", 0), *said = NULL;
	char *path = helper_path(), *copies[] = {xstrdup(verb), xstrdup(uuid), xstrdup(id)};
	char *argv[] = {path, copies[0], copies[1], copies[2], NULL};
	struct program p = {.argv = argv,
			    .what = "the secret service",
			    .input = input ? input : nothing,
			    .quiet = true};
	int status = 0;
	enum err e = path ? program_run(&p, SERVICE_SECRET_BYTES_MAX, &said, &status, info)
			  : no_helper(info);

	if (!e)
		e = judge(status, said, info);
	if (!e && out) {
		*out = said;
		said = NULL;
	}
	secret_free(&said);
	secret_free(&nothing);
	for (size_t i = 0; i < COUNT_OF(copies); i++)
		xfree(&copies[i]);
	xfree(&path);
	return e;
}

enum err service_lookup(const char *id, const char *uuid, struct secret **out,
			struct err_info *info)
{
	return ask(SERVICE_LOOKUP, id, uuid, NULL, out, info);
}

static struct secret *random_hex(size_t bytes)
{
	struct secret *raw = secret_new_random(bytes), *s;
	char text[2 * SECRET_BYTES + 1];

	INVARIANT(bytes <= SECRET_BYTES, "room for the digits");
	hex_encode(secret_bytes(raw), bytes, text);
	s = secret_new(text, 2 * bytes);
	wipe(text, sizeof(text));
	secret_free(&raw);
	return s;
}

enum err vault_create_in_service(const char *uuid, struct vault **out, struct key_descriptor *d,
				 struct err_info *info)
{
	struct secret *id = random_hex(ID_BYTES), *material = random_hex(SECRET_BYTES);
	enum err e = ask(SERVICE_STORE, secret_str(id), uuid, material, NULL, info);

	if (!e)
		e = vault_create_wrapped(KEY_SECRET_SERVICE, secret_str(id), material, uuid, out, d,
					 info);
	secret_free(&material);
	secret_free(&id);
	return e;
}

enum err vault_service_ready(struct err_info *info)
{
	return ask(SERVICE_READY, "-", "-", NULL, NULL, info);
}

enum err vault_forget(const struct key_descriptor *d, const char *uuid, struct err_info *info)
{
	if (d->source != KEY_SECRET_SERVICE)
		return OK;
	return ask(SERVICE_FORGET, d->locator, uuid, NULL, NULL, info);
}
