/* sandbox/world_state.c - the state file: written as things change, read at the next start.
 *
 * Lines: {"sandbox":1,"seed":N,"accounts":N} first, then {"account"|"session"|"post": NUMBER, ...} or {"blob": ID, ...}. A
 * line that a kill cut off is not there: what it told was not yet answered. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "sandbox/world_private.h"

#define STATE_BYTES_MAX ((size_t)1 << 30)
#define LINE_BYTES_MAX ((size_t)16 << 20)

/* Writes a line and frees it. One write(2) each, so that a kill tears at most the last. */
static void state_write(struct world *w, struct json *line)
{
	struct strbuf b;

	if (w->state_fd >= 0) {
		strbuf_init(&b, LINE_BYTES_MAX);
		json_write(&b, line, false);
		strbuf_putc(&b, '\n');
		if (b.overflowed || write(w->state_fd, b.data, b.len) != (ssize_t)b.len)
			die("the state file %s cannot be written: %s", w->state_path,
			    strerror(errno));
		strbuf_free(&b);
	}
	json_free(&line);
}

static void write_header(struct world *w)
{
	struct json *j = json_new_object();
	char seed[24];

	json_set_int(j, "sandbox", 1);
	/* As text: a seed may have more digits than a JSON number keeps. */
	snprintf(seed, sizeof(seed), "%lld", (long long)w->options.seed);
	json_set_str(j, "seed", seed);
	json_set_int(j, "accounts", w->options.accounts);
	state_write(w, j);
}

static struct account *account_of(const struct world *w, const struct json *j)
{
	int64_t n = json_int(j, "of", -1);

	return n >= 0 && (size_t)n < w->accounts.n ? w->accounts.items[n] : NULL;
}

static bool read_account(struct world *w, const struct json *j)
{
	struct account *a;
	int64_t n = json_int(j, "account", -1);

	if (n < 0 || (size_t)n >= w->accounts.n)
		return false;
	a = w->accounts.items[n];
	a->single_use = json_bool(j, "single_use", false);
	a->secret_state = (enum secret_state)json_int(j, "secret_state", SECRET_GOOD);
	return true;
}

static bool read_session(struct world *w, const struct json *j)
{
	struct account *a = account_of(w, j);
	int64_t n = json_int(j, "session", -1);
	struct session *s;

	if (!a || n < 1 || (size_t)n > w->sessions.n + 1)
		return false;
	if ((size_t)n <= w->sessions.n)
		s = w->sessions.items[n - 1];
	else
		s = world_add_session(w, a, 0, 0, 0);
	s->made_at = json_int(j, "made_at", 0);
	s->access_until = json_int(j, "access_until", 0);
	snprintf(s->scopes, sizeof(s->scopes), "%s",
		 json_str(j, "scopes") ? json_str(j, "scopes") : "");
	s->refresh_until = json_int(j, "refresh_until", 0);
	s->used_at = json_int(j, "used_at", 0);
	s->successor = json_int(j, "successor", 0);
	s->revoked = json_bool(j, "revoked", false);
	return true;
}

static bool read_post(struct world *w, const struct json *j)
{
	struct account *a = account_of(w, j);
	const char *id = json_str(j, "remote_id"), *version = json_str(j, "version");
	const char *record = json_str(j, "record"), *line = json_str(j, "line");
	int64_t n = json_int(j, "post", -1);
	struct post *p;

	if (!a || !id || !version || !record || !line || n < 1 || (size_t)n > w->posts.n + 1)
		return false;
	if ((size_t)n <= w->posts.n) {
		world_change_post(w, w->posts.items[n - 1], version, record,
				  json_bool(j, "deleted", false));
		return true;
	}
	p = world_add_post(w, a, json_str(j, "key"), id, version, record, line,
			   json_int(j, "created_at", 0));
	p->visible_at = json_int(j, "visible_at", 0);
	p->deleted = json_bool(j, "deleted", false);
	return true;
}

static bool read_blob(struct world *w, const struct json *j)
{
	const char *id = json_str(j, "blob"), *sha = json_str(j, "sha256");
	const char *type = json_str(j, "type");
	struct blob *b;

	if (!id || !type || !sha || strlen(sha) != 64)
		return false;
	b = world_add_blob(w, id, sha, type, json_int(j, "size", 0));
	/* A later line about the same one. */
	memcpy(b->sha256, sha, sizeof(b->sha256) - 1);
	b->size = json_int(j, "size", 0);
	world_describe_blob(w, b, json_str(j, "alt"));
	return true;
}

static bool is_header(const struct world *w, const struct json *j)
{
	const char *seed = json_str(j, "seed");

	return json_int(j, "sandbox", 0) == 1 && seed &&
	       strtoll(seed, NULL, 10) == w->options.seed &&
	       json_int(j, "accounts", -1) == w->options.accounts;
}

static bool read_line(struct world *w, const char *s, size_t n)
{
	struct json *j = NULL;
	bool ok = false;

	if (json_parse(s, n, LINE_BYTES_MAX, &j, NULL) != OK)
		return false;
	if (json_get(j, "account"))
		ok = read_account(w, j);
	else if (json_get(j, "session"))
		ok = read_session(w, j);
	else if (json_get(j, "post"))
		ok = read_post(w, j);
	else if (json_get(j, "blob"))
		ok = read_blob(w, j);
	else
		ok = is_header(w, j);
	json_free(&j);
	return ok;
}

/* Reads all whole lines; *whole is how many bytes they have. */
static enum err read_state(struct world *w, const struct strbuf *text, size_t *whole,
			   struct err_info *info)
{
	size_t at = 0;

	for (int line = 1; at < text->len; line++) {
		const char *end = memchr(text->data + at, '\n', text->len - at);

		if (!end)
			break;
		if (!read_line(w, text->data + at, (size_t)(end - text->data) - at)) {
			if (line == 1)
				return err_set(
					info, E_INVALID,
					"%s is not the state of a sandbox with this seed and "
					"number of accounts",
					w->state_path);
			return err_set(info, E_INVALID, "%s:%d is not understood", w->state_path,
				       line);
		}
		at = (size_t)(end - text->data) + 1;
	}
	*whole = at;
	return OK;
}

void state_write_account(struct world *w, const struct account *a)
{
	struct json *j = json_new_object();

	json_set_int(j, "account", a->number);
	json_set_bool(j, "single_use", a->single_use);
	json_set_int(j, "secret_state", (int64_t)a->secret_state);
	state_write(w, j);
}

void state_write_session(struct world *w, const struct session *s)
{
	struct json *j = json_new_object();

	json_set_int(j, "session", s->number);
	json_set_int(j, "of", s->account->number);
	json_set_int(j, "made_at", s->made_at);
	json_set_int(j, "access_until", s->access_until);
	json_set_str(j, "scopes", s->scopes);
	json_set_int(j, "refresh_until", s->refresh_until);
	json_set_int(j, "used_at", s->used_at);
	json_set_int(j, "successor", s->successor);
	json_set_bool(j, "revoked", s->revoked);
	state_write(w, j);
}

void state_write_post(struct world *w, const struct post *p)
{
	struct json *j = json_new_object();

	json_set_int(j, "post", p->number);
	json_set_int(j, "of", p->account->number);
	json_set_str(j, "key", p->key);
	json_set_str(j, "remote_id", p->remote_id);
	json_set_str(j, "version", p->version);
	json_set_str(j, "record", p->record);
	json_set_str(j, "line", p->line);
	json_set_int(j, "created_at", p->created_at);
	json_set_int(j, "visible_at", p->visible_at);
	json_set_bool(j, "deleted", p->deleted);
	state_write(w, j);
}

void state_write_blob(struct world *w, const struct blob *b)
{
	struct json *j = json_new_object();

	json_set_str(j, "blob", b->id);
	json_set_str(j, "sha256", b->sha256);
	json_set_str(j, "type", b->type);
	json_set_str(j, "alt", b->alt);
	json_set_int(j, "size", b->size);
	state_write(w, j);
}

enum err world_load(struct world *w, struct err_info *info)
{
	struct strbuf text;
	size_t whole = 0;
	enum err e = OK;
	int fd;

	if (!w->state_path)
		return OK;
	strbuf_init(&text, STATE_BYTES_MAX);
	if (fs_exists(w->state_path)) {
		e = fs_read(w->state_path, STATE_BYTES_MAX, 0, &text, info);
		if (!e)
			e = read_state(w, &text, &whole, info);
	}
	strbuf_free(&text);
	if (e)
		return e;
	fd = open(w->state_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(info, errno, "cannot open %s", w->state_path);
	if (ftruncate(fd, (off_t)whole) != 0) {
		e = err_set_errno(info, errno, "cannot mend %s", w->state_path);
		close(fd);
		return e;
	}
	w->state_fd = fd;
	if (whole == 0)
		write_header(w);
	return OK;
}
