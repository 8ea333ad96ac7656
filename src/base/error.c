/* base/error.c - names, statuses and meanings of the one error list, and the detail's text.
 *
 * All tables are made from ERR_TABLE, so that they cannot disagree. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *identity(const char *msgid)
{
	return msgid;
}

const char *(*err_translate)(const char *msgid) = identity;

static const struct {
	const char *name;
	int exit_status;
	const char *meaning;
} errors[ERR_COUNT] = {[OK] = {"OK", 0, "done"},
#define ERR_ROW(code, status, text) [code] = {#code, status, text},
		       ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static bool in_table(enum err code)
{
	return (unsigned)code < ERR_COUNT;
}

const char *err_name(enum err code)
{
	return in_table(code) ? errors[code].name : "E_INVALID";
}

enum err err_from_name(const char *name)
{
	if (name) {
		for (int i = 0; i < ERR_COUNT; i++) {
			if (!strcmp(errors[i].name, name))
				return (enum err)i;
		}
	}
	return ERR_COUNT;
}

int err_exit_status(enum err code)
{
	return in_table(code) ? errors[code].exit_status : errors[E_INVALID].exit_status;
}

const char *err_meaning(enum err code)
{
	return err_translate(in_table(code) ? errors[code].meaning : errors[E_INVALID].meaning);
}

/* A text cut by its buffer's end must not end in half a character. */
static void drop_partial_character(char *s, size_t len)
{
	size_t i = len, need;
	unsigned char lead;

	while (i > 0 && len - i < 3 && ((unsigned char)s[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0)
		return;
	lead = (unsigned char)s[i - 1];
	need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (need > len - i + 1)
		s[i - 1] = '\0';
}

/* The formats were checked where err_set was called; translations are checked by msgfmt -c. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static size_t format_into(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, err_translate(fmt), args);

	if (n < 0) {
		buf[0] = '\0';
		return 0;
	}
	if ((size_t)n >= size) {
		drop_partial_character(buf, size - 1);
		return strlen(buf);
	}
	return (size_t)n;
}
#pragma GCC diagnostic pop

/* The arguments may point into *info itself (an inner error's text told again), so
 * the new text is made beside it first. */
static void fill(struct err_info *info, enum err code, const char *fmt, va_list args)
{
	char text[sizeof(info->text)];
	size_t n = format_into(text, sizeof(text), fmt, args);

	memset(info, 0, sizeof(*info));
	info->code = code;
	memcpy(info->text, text, n + 1);
}

enum err err_set(struct err_info *info, enum err code, const char *fmt, ...)
{
	va_list args;

	if (info) {
		va_start(args, fmt);
		fill(info, code, fmt, args);
		va_end(args);
	}
	return code;
}

void err_hint(struct err_info *info, const char *fmt, ...)
{
	char text[sizeof(info->hint)];
	va_list args;
	size_t n;

	if (!info)
		return;
	va_start(args, fmt);
	n = format_into(text, sizeof(text), fmt, args);
	va_end(args);
	memcpy(info->hint, text, n + 1);
}

enum err err_set_errno(struct err_info *info, int errnum, const char *fmt, ...)
{
	enum err code = E_IO;
	va_list args;

	if (errnum == ENOSPC || errnum == EDQUOT)
		code = E_DISK_FULL;
	else if (errnum == EINTR)
		code = E_INTERRUPTED;
	if (info) {
		size_t n;

		va_start(args, fmt);
		fill(info, code, fmt, args);
		va_end(args);
		info->source_code = errnum;
		n = strlen(info->text);
		if (snprintf(info->text + n, sizeof(info->text) - n, ": %s", strerror(errnum)) >=
		    (int)(sizeof(info->text) - n))
			drop_partial_character(info->text, strlen(info->text));
	}
	return code;
}
