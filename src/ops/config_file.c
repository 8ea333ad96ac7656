/* ops/config_file.c - reads masthead.conf with libconfuse.
 *
 * Keys are flat and dotted ("http.timeout = 30"), the same as with -o. libconfuse takes any key (its
 * free-form section) and we judge them ourselves, against our own table, so that all errors have one form.
 *
 * Two habits of libconfuse 3.3 are worked around here: a comment makes its count of lines run ahead,
 * so comments are blanked before it reads; and in a free-form section it reports
 * every key as unknown through the error function although it takes it, so only the last report
 * of a failed parse counts. It keeps no line of a key: we look for the key in the text. */
#include "ops/config_file.h"

#include <confuse.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#define CONFIG_BYTES_MAX ((size_t)256 << 10)

/* What libconfuse said last; its error function has no argument for us. Main thread, one parse at a time. */
static struct {
	int line;
	char text[256];
} report;

PRINTF_LIKE(2, 0)
static void on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	report.line = cfg ? cfg->line : 0;
	vsnprintf(report.text, sizeof(report.text), fmt, args);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Replaces comments by spaces: "#" and "//" where a word could begin, and C comments; not inside quotes. */
static void blank_comments(char *s)
{
	char quote = 0;
	bool word_start = true;

	while (*s) {
		if (quote) {
			if (*s == '\\' && s[1])
				s++;
			else if (*s == quote)
				quote = 0;
		} else if (*s == '"' || *s == '\'') {
			quote = *s;
		} else if (word_start && (*s == '#' || (*s == '/' && s[1] == '/'))) {
			while (*s && *s != '\n')
				*s++ = ' ';
			continue;
		} else if (word_start && *s == '/' && s[1] == '*') {
			char *end = strstr(s + 2, "*/");
			char *stop = end ? end + 2 : s + strlen(s);

			for (; s < stop; s++)
				if (*s != '\n')
					*s = ' ';
			continue;
		}
		word_start = !quote && (is_space(*s) || *s == '=');
		s++;
	}
}

/* The line on which the last mention of the key as a key stands: the one that counts. */
static int line_of(const char *text, const char *name)
{
	size_t len = strlen(name);
	int line = 1, found = 0;
	bool start = true;

	for (const char *p = text; *p; p++) {
		if (start && !is_space(*p)) {
			const char *q = *p == '"' || *p == '\'' ? p + 1 : p;

			if (!strncmp(q, name, len) && (is_space(q[len]) || strchr("=\"'", q[len])))
				found = line;
			start = false;
		}
		if (*p == '\n') {
			line++;
			start = true;
		}
	}
	return found;
}

static enum err hand_over(cfg_t *cfg, const char *path, const char *text, config_each each,
			  void *self, struct err_info *info)
{
	for (unsigned i = 0; i < cfg_num(cfg); i++) {
		cfg_opt_t *opt = cfg_getnopt(cfg, i);
		const char *name = cfg_opt_name(opt);
		int line = line_of(text, name);
		const char *value = cfg_opt_size(opt) ? cfg_opt_getstr(opt) : NULL;
		char *origin = line ? xasprintf("%s:%d", path, line) : xstrdup(path);
		enum err e = each(self, name, value ? value : "", origin, info);

		xfree(&origin);
		if (e)
			return e;
	}
	return OK;
}

static enum err parse(const char *path, char *text, config_each each, void *self,
		      struct err_info *info)
{
	cfg_opt_t none[] = {CFG_END()};
	cfg_t *cfg = cfg_init(none, CFGF_KEYSTRVAL);
	enum err e;

	if (!cfg)
		die("out of memory");
	cfg_set_error_function(cfg, on_error);
	memset(&report, 0, sizeof(report));
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS) {
		e = hand_over(cfg, path, text, each, self, info);
	} else {
		e = err_set(info, E_CONFIG, "%s:%d: %s", path, report.line, report.text);
		err_hint(info, "write one \"key = value\" a line; quote values with spaces");
	}
	cfg_free(cfg);
	return e;
}

enum err config_file_read(const char *path, config_each each, void *self, struct err_info *info)
{
	struct strbuf text;
	enum err e;

	strbuf_init(&text, CONFIG_BYTES_MAX);
	e = fs_read(path, CONFIG_BYTES_MAX, 0, &text, info);
	if (e == E_NOT_FOUND)
		goto out;
	if (e) {
		if (info)
			info->code = E_CONFIG;
		e = E_CONFIG;
		goto out;
	}
	if (!text_is_utf8(text.data, text.len) || memchr(text.data, 0, text.len)) {
		e = err_set(info, E_CONFIG, "%s: the file is not UTF-8 text", path);
		goto out;
	}
	blank_comments(text.data);
	if (text.len)
		e = parse(path, text.data, each, self, info);
out:
	strbuf_free(&text);
	return e;
}
