/* vault/credential.c - a credential that systemd hands to a unit, as a secret.
 *
 * LoadCredential= and its like put each credential of a unit as a file into a folder that only the unit's user can
 * read, and name the folder in the environment. The file is read when the vault is unlocked, and never written. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "vault/vault.h"

#define NAME_BYTES_MAX 255

bool vault_credential_name_ok(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_BYTES_MAX || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/' || name[i] == ':')
			return false;
	return true;
}

static enum err not_given(const char *name, bool any, struct err_info *info)
{
	err_set(info, E_VAULT_LOCKED,
		any ? "the vault needs the credential %s, and this process was given others only"
		    : "the vault needs the credential %s, and this process was given none",
		name);
	err_hint(
		info,
		"name it in the unit (LoadCredential=%s:FILE), or for one verb: systemd-run --user "
		"--pty -p LoadCredential=%s:FILE masthead ...",
		name, name);
	return E_VAULT_LOCKED;
}

static enum err read_file(int fd, const char *name, struct secret **out, struct err_info *info)
{
	struct stat st;
	enum err e;

	if (fstat(fd, &st) != 0)
		return err_set_errno(info, errno, "cannot read the credential %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(info, E_VAULT_KEY, "the credential %s is no plain file", name);
	if (st.st_mode & 07)
		return err_set(info, E_VAULT_KEY, "the credential %s is open to everybody", name);
	e = secret_from_fd(fd, SECRET_BYTES_MAX, true, out, info);
	if (e == E_INVALID)
		return err_set(info, E_VAULT_KEY, "the credential %s is empty", name);
	if (e == E_TOO_LONG)
		return err_set(info, E_VAULT_KEY, "the credential %s has more than %zu bytes", name,
			       SECRET_BYTES_MAX);
	return e;
}

enum err vault_credential(const char *name, struct secret **out, struct err_info *info)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	enum err e;
	int fd;

	if (!vault_credential_name_ok(name))
		return err_set(info, E_INVALID, "%.64s is no name of a credential", name);
	if (!folder || folder[0] != '/')
		return not_given(name, false, info);
	path = fs_join(folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	xfree(&path);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return not_given(name, true, info);
	if (fd < 0)
		return err_set_errno(info, errno, "cannot read the credential %s", name);
	e = read_file(fd, name, out, info);
	close(fd);
	return e;
}
