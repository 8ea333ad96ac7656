/* base/fs.c - files: atomic replacement, whole reads, private directories.
 *
 * A write is durable when the file and then its directory have been synced, in
 * that order. Modes are set on the descriptor, so that the umask takes nothing
 * away, before a single byte is written. */
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"

#define READ_STEP_BYTES 16384
#define OTHERS_READ_OR_WRITE (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

static int write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0) {
			if (errno == EINTR)
				continue;
			return errno;
		}
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static int sync_fd(int fd)
{
	while (fsync(fd) != 0) {
		if (errno != EINTR)
			return errno;
	}
	return 0;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int sync_directory_of(const char *path)
{
	char *dir = directory_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0) {
		rc = errno;
	} else {
		rc = sync_fd(fd);
		/* Some file systems cannot sync a directory and keep its entries safe without. */
		if (rc == EINVAL || rc == ENOTSUP)
			rc = 0;
		close(fd);
	}
	xfree(&dir);
	return rc;
}

/* Make the file, which must not be there, with what belongs in it. 0 or an errno; nothing is left behind on failure. */
static int write_fresh(const char *path, const void *bytes, size_t n, unsigned mode, bool durable)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), rc = 0;

	if (fd < 0)
		return errno;
	if (fchmod(fd, (mode_t)mode) != 0)
		rc = errno;
	if (!rc)
		rc = write_all(fd, bytes, n);
	if (!rc && durable)
		rc = sync_fd(fd);
	if (close(fd) != 0 && !rc && errno != EINTR)
		rc = errno;
	if (rc)
		unlink(path);
	return rc;
}

enum err fs_write_atomic(const char *path, const void *bytes, size_t n, unsigned mode, bool durable,
			 struct err_info *info)
{
	char unique[UUID_SIZE];
	char *temporary;
	int rc;

	rng_uuid(unique);
	temporary = xasprintf("%s.%s.tmp", path, unique);
	rc = write_fresh(temporary, bytes, n, mode, durable);
	if (!rc && rename(temporary, path) != 0) {
		rc = errno;
		unlink(temporary);
	}
	if (!rc && durable)
		rc = sync_directory_of(path);
	xfree(&temporary);
	return rc ? err_set_errno(info, rc, "cannot write %s", path) : OK;
}

enum err fs_write_new(const char *path, const void *bytes, size_t n, unsigned mode,
		      struct err_info *info)
{
	int rc = write_fresh(path, bytes, n, mode, true);

	if (rc == EEXIST)
		return err_set(info, E_EXISTS, "%s is there already and is not overwritten", path);
	if (!rc)
		rc = sync_directory_of(path);
	return rc ? err_set_errno(info, rc, "cannot write %s", path) : OK;
}

static enum err open_regular(const char *path, unsigned flags, int *out, struct err_info *info)
{
	/* Without O_NONBLOCK, opening a FIFO would wait for a writer. */
	int how = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, how | (flags & FS_NOFOLLOW ? O_NOFOLLOW : 0));
	struct stat st;
	enum err e = OK;

	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return err_set(info, E_NOT_FOUND, "there is no file %s", path);
		if (errno == ELOOP)
			return err_set(info, E_INVALID, "%s is a link, which is not followed here",
				       path);
		return err_set_errno(info, errno, "cannot open %s", path);
	}
	if (fstat(fd, &st) != 0)
		e = err_set_errno(info, errno, "cannot look at %s", path);
	else if (!S_ISREG(st.st_mode))
		e = err_set(info, E_INVALID, "%s is not a regular file", path);
	else if ((flags & FS_PRIVATE) && st.st_uid != geteuid())
		e = err_set(info, E_INVALID, "%s belongs to another user", path);
	else if ((flags & FS_PRIVATE) && (st.st_mode & OTHERS_READ_OR_WRITE)) {
		e = err_set(info, E_INVALID, "others may read or write %s", path);
		err_hint(info, "chmod 600 %s", path);
	}
	if (e) {
		close(fd);
		return e;
	}
	*out = fd;
	return OK;
}

enum err fs_read(const char *path, size_t max_bytes, unsigned flags, struct strbuf *out,
		 struct err_info *info)
{
	char step[READ_STEP_BYTES];
	size_t before = out->len, total = 0;
	enum err e;
	ssize_t k;
	int fd = -1;

	e = open_regular(path, flags, &fd, info);
	if (e)
		return e;
	for (;;) {
		k = read(fd, step, sizeof(step));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		total += (size_t)k;
		if (total <= max_bytes)
			strbuf_add(out, step, (size_t)k);
		if (total > max_bytes || out->overflowed) {
			e = err_set(info, E_TOO_LONG, "%s has more than %zu bytes", path,
				    max_bytes);
			break;
		}
	}
	if (!e && k < 0)
		e = err_set_errno(info, errno, "cannot read %s", path);
	if (e)
		strbuf_truncate(out, before);
	if (out->wiped)
		wipe(step, sizeof(step));
	close(fd);
	return e;
}

static enum err check_directory(const char *path, struct err_info *info)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_errno(info, errno, "cannot look at %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(info, E_INVALID, "%s is not a directory", path);
	if (st.st_uid != geteuid())
		return err_set(info, E_INVALID, "the directory %s belongs to another user", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		err_set(info, E_INVALID, "others may write in the directory %s", path);
		err_hint(info, "chmod go-w %s", path);
		return E_INVALID;
	}
	return OK;
}

enum err fs_mkdir_private(const char *path, struct err_info *info)
{
	char *partial;
	enum err e = OK;
	size_t n = strlen(path);

	if (n == 0)
		return err_set(info, E_INVALID, "a directory needs a name");
	partial = xstrdup(path);
	while (n > 1 && partial[n - 1] == '/')
		partial[--n] = '\0';
	for (size_t i = 1; i <= n && !e; i++) {
		char kept = partial[i];

		if (kept != '/' && kept != '\0')
			continue;
		partial[i] = '\0';
		if (mkdir(partial, 0700) != 0) {
			if (errno != EEXIST && errno != EISDIR)
				e = err_set_errno(info, errno, "cannot make the directory %s",
						  partial);
		} else if (chmod(partial, 0700) != 0) {
			e = err_set_errno(info, errno, "cannot make %s private", partial);
		}
		partial[i] = kept;
	}
	if (!e)
		e = check_directory(partial, info);
	xfree(&partial);
	return e;
}

bool fs_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static char *home(void)
{
	const char *set = getenv("HOME");
	struct passwd record, *found = NULL;
	char buf[4096];

	if (set && set[0] == '/')
		return xstrdup(set);
	if (getpwuid_r(geteuid(), &record, buf, sizeof(buf), &found) == 0 && found &&
	    found->pw_dir && found->pw_dir[0] == '/')
		return xstrdup(found->pw_dir);
	return xstrdup("/");
}

/* A relative path in these variables is to be ignored, says the specification. */
static char *xdg_dir(const char *variable, const char *below_home)
{
	const char *set = getenv(variable);
	char *at_home, *base, *dir;

	if (set && set[0] == '/')
		return fs_join(set, "masthead");
	at_home = home();
	base = fs_join(at_home, below_home);
	dir = fs_join(base, "masthead");
	xfree(&base);
	xfree(&at_home);
	return dir;
}

char *fs_config_dir(void)
{
	return xdg_dir("XDG_CONFIG_HOME", ".config");
}

char *fs_data_dir(void)
{
	return xdg_dir("XDG_DATA_HOME", ".local/share");
}

char *fs_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return xasprintf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
}
