/* ui/complete.c - candidates for completion, from the tables and from what is at hand. */
#include "ui/complete.h"

#include <string.h>

#include "ui/console.h"
#include "ui/filter.h"

static void offer(struct strbuf *out, const char *candidate, const char *prefix, const char *after)
{
	if (!strncmp(candidate, prefix, strlen(prefix)))
		strbuf_printf(out, "%s%s\n", candidate, after);
}

void complete_brands(struct console *c, const char *prefix, struct strbuf *out)
{
	for (size_t i = 0; i < c->brands.n; i++) {
		const char *name = c->brands.brands[i].name;
		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		strbuf_printf(out, strchr(name, ' ') ? "\"%s\"\n" : "%s\n", name);
	}
}

void complete_platforms(struct console *c, const char *prefix, struct strbuf *out)
{
	struct json *j = NULL;

	if (ops_platforms(c->app, NULL, &j, NULL) != OK)
		return;
	for (const struct json *p = json_first(json_get(j, "platforms")); p; p = json_next(p))
		offer(out, json_str(p, "name"), prefix, "");
	json_free(&j);
}

void complete_command(struct console *c, const char *text, size_t cursor, size_t *from,
		      struct strbuf *out)
{
	char typed[LINE_BYTES];

	(void)c;
	if (cursor >= sizeof(typed))
		return;
	memcpy(typed, text, cursor);
	typed[cursor] = '\0';
	*from = 0;
	for (const struct command *cmd = commands; cmd->name; cmd++)
		if (cmd->flags & CMD_CONSOLE)
			offer(out, cmd->name, typed, "");
}

static void complete_value(struct console *c, enum filter_key key, const char *prefix,
			   struct strbuf *out)
{
	switch (key) {
	case FILTER_BRAND:
		complete_brands(c, prefix, out);
		break;
	case FILTER_PLATFORM:
		complete_platforms(c, prefix, out);
		break;
	case FILTER_STATUS:
		if (c->focus == P_CONNECTIONS)
			for (int i = 0; i < CONN_STATUS_COUNT; i++)
				offer(out, conn_status_name((enum conn_status)i), prefix, "");
		else
			for (int i = 0; i < JOB_STATUS_COUNT; i++)
				offer(out, job_status_name((enum job_status)i), prefix, "");
		break;
	case FILTER_ERROR:
		for (int i = 1; i < ERR_COUNT; i++)
			offer(out, err_name((enum err)i), prefix, "");
		break;
	default:
		break;
	}
}

void complete_filter(struct console *c, const char *text, size_t cursor, size_t *from,
		     struct strbuf *out)
{
	enum filter_key key;
	char word[LINE_BYTES];

	*from = filter_word(text, cursor, &key);
	size_t n = cursor - *from;
	if (n >= sizeof(word))
		return;
	memcpy(word, text + *from, n);
	word[n] = '\0';
	if (key != FILTER_KEYS) {
		complete_value(c, key, word, out);
		return;
	}
	for (int k = 0; k < FILTER_KEYS; k++)
		offer(out, filter_key_name((enum filter_key)k), word, ":");
}
