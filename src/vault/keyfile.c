/* vault/keyfile.c - a key of 32 bytes in a file of its own. */
#include "vault/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "vault/hash.h"

#define LINE_BYTES_MAX 512
/* Where the fields after kind and version begin. */
#define KEY_AT UUID_SIZE
#define CHECK_AT (KEY_AT + 2 * KEY_BYTES + 1)
#define OTHERS (S_IRWXG | S_IRWXO)

bool keyfile_is_uuid(const char *s)
{
	if (strlen(s) != UUID_SIZE - 1)
		return false;
	for (size_t i = 0; s[i]; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return true;
}

void keyfile_check(const struct keyfile_kind *kind, const char *uuid, const struct secret *key,
		   char out[KEY_ID_SIZE])
{
	struct keyed_hash h;
	unsigned char digest[HASH_BYTES];

	keyed_hash_begin(&h, secret_bytes(key), secret_len(key));
	keyed_hash_add_str(&h, "check");
	keyed_hash_add_str(&h, kind->tag);
	keyed_hash_add_str(&h, uuid);
	keyed_hash_end(&h, digest);
	hex_encode(digest, KEY_ID_BYTES, out);
}

static enum err make_directory_of(const char *path, struct err_info *info)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	enum err e;

	if (!slash || slash == path)
		return OK;
	dir = xstrndup(path, (size_t)(slash - path));
	e = fs_mkdir_private(dir, info);
	xfree(&dir);
	return e;
}

enum err keyfile_create(const struct keyfile_kind *kind, const char *path, const char *uuid,
			struct secret **out, struct err_info *info)
{
	char hex[2 * KEY_BYTES + 1], check[KEY_ID_SIZE];
	struct secret *key;
	struct strbuf line;
	enum err e;

	if (!keyfile_is_uuid(uuid))
		return err_set(info, E_INVALID, "\"%.64s\" is not a workspace's id", uuid);
	e = make_directory_of(path, info);
	if (e)
		return e;
	key = secret_new_random(KEY_BYTES);
	keyfile_check(kind, uuid, key, check);
	hex_encode(secret_bytes(key), KEY_BYTES, hex);
	strbuf_init_wiped(&line, LINE_BYTES_MAX);
	strbuf_printf(&line, "%s 1 %s %s %s\n", kind->tag, uuid, hex, check);
	e = fs_write_new(path, line.data, line.len, 0600, info);
	strbuf_free(&line);
	wipe(hex, sizeof(hex));
	if (e)
		secret_free(&key);
	else
		*out = key;
	return e;
}

static enum err open_private(const struct keyfile_kind *kind, const char *path, int *out,
			     struct err_info *info)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	enum err e = OK;

	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR) {
			err_set(info, kind->missing, "there is no key file %s", path);
			kind->say_missing(info);
			return kind->missing;
		}
		if (errno == ELOOP)
			return err_set(info, E_VAULT_KEY,
				       "%s is a link, and a key file must not be one", path);
		return err_set_errno(info, errno, "cannot open the key file %s", path);
	}
	if (fstat(fd, &st) != 0) {
		e = err_set_errno(info, errno, "cannot look at the key file %s", path);
	} else if (!S_ISREG(st.st_mode)) {
		e = err_set(info, E_VAULT_KEY, "%s is not a regular file", path);
	} else if (st.st_uid != geteuid()) {
		e = err_set(info, E_VAULT_KEY, "the key file %s belongs to another user", path);
	} else if (st.st_mode & OTHERS) {
		e = err_set(info, E_VAULT_KEY, "the key file %s is open to others than its owner",
			    path);
		err_hint(info, "chmod 600 %s", path);
	}
	if (e)
		close(fd);
	else
		*out = fd;
	return e;
}

/* Takes "word" and the blank after it off the line. */
static bool take(const char **line, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*line, word, n) != 0 || (*line)[n] != ' ')
		return false;
	*line += n + 1;
	return true;
}

static enum err damaged(const char *path, struct err_info *info)
{
	err_set(info, E_VAULT_KEY, "the key file %s is damaged", path);
	err_hint(info,
		 "put a good copy of it back; without one the stored logins cannot be read and "
		 "the accounts have to be connected again");
	return E_VAULT_KEY;
}

/* line is the file's text without its newline. */
static enum err parse(const struct keyfile_kind *kind, const char *path, const char *uuid,
		      const char *line, struct secret **out, struct err_info *info)
{
	char theirs[UUID_SIZE], hex[2 * KEY_BYTES + 1], check[KEY_ID_SIZE];
	unsigned char bytes[KEY_BYTES];
	struct secret *key;
	bool good;

	if (!take(&line, kind->tag))
		return damaged(path, info);
	if (!take(&line, "1"))
		return err_set(info, E_VAULT_KEY,
			       "the key file %s has a form that is not known here", path);
	if (strlen(line) != CHECK_AT + KEY_ID_SIZE - 1 || line[KEY_AT - 1] != ' ' ||
	    line[CHECK_AT - 1] != ' ')
		return damaged(path, info);
	memcpy(theirs, line, UUID_SIZE - 1);
	theirs[UUID_SIZE - 1] = '\0';
	memcpy(hex, line + KEY_AT, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	good = keyfile_is_uuid(theirs) && hex_decode(hex, bytes, sizeof(bytes));
	wipe(hex, sizeof(hex));
	if (!good)
		return damaged(path, info);
	key = secret_new(bytes, sizeof(bytes));
	wipe(bytes, sizeof(bytes));
	keyfile_check(kind, theirs, key, check);
	if (!bytes_equal(check, line + CHECK_AT, KEY_ID_SIZE)) {
		secret_free(&key);
		return damaged(path, info);
	}
	if (strcmp(theirs, uuid) != 0) {
		secret_free(&key);
		return err_set(info, E_VAULT_KEY,
			       "the key file %s belongs to another workspace (%s)", path, theirs);
	}
	*out = key;
	return OK;
}

enum err keyfile_open(const struct keyfile_kind *kind, const char *path, const char *uuid,
		      struct secret **out, struct err_info *info)
{
	struct secret *line = NULL;
	enum err e;
	int fd = -1;

	e = open_private(kind, path, &fd, info);
	if (e)
		return e;
	e = secret_from_fd(fd, LINE_BYTES_MAX, true, &line, info);
	close(fd);
	if (e == E_INVALID || e == E_TOO_LONG)
		return damaged(path, info);
	if (e)
		return e;
	e = secret_str(line) ? parse(kind, path, uuid, secret_str(line), out, info)
			     : damaged(path, info);
	secret_free(&line);
	return e;
}
