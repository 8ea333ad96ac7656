/* ui/set.c - `:set KEY VALUE', for this run.
 *
 * The configuration itself is read by several threads and never changes; what is set here belongs to the screen thread,
 * and a task that needs it takes a copy along. */
#include "ui/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/console.h"
#include "ui/theme.h"

#define UNDO_MAX_S 3600

static bool yes_or_no(const char *text, bool *out)
{
	bool yes = !strcmp(text, "yes") || !strcmp(text, "on") || !strcmp(text, "true"),
	     no = !strcmp(text, "no") || !strcmp(text, "off") || !strcmp(text, "false");

	if (yes || no)
		*out = yes;
	return yes || no;
}

static bool set_theme(struct console *c, const char *value)
{
	if (!theme_known(value))
		return false;
	theme_set(value, c->options->color);
	term_redraw();
	return true;
}

static bool set_ascii(struct console *c, const char *value)
{
	bool on;

	(void)c;
	return yes_or_no(value, &on) && term_set_ascii(on);
}

static bool set_mouse(struct console *c, const char *value)
{
	if (!yes_or_no(value, &c->mouse))
		return false;
	term_mouse(c->mouse);
	return true;
}

static bool set_undo(struct console *c, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds >= 0 && seconds <= UNDO_MAX_S))
		return false;
	c->undo_ms = (int64_t)(seconds * 1000);
	return true;
}

static const struct {
	const char *key, *values;
	bool (*set)(struct console *c, const char *value);
} settings[] = {
	{"theme", "default basic light contrast mono", set_theme},
	{"ascii", "yes no", set_ascii},
	{"mouse", "yes no", set_mouse},
	{"undo", "0-3600", set_undo},
};

void set_run(struct console *c, const char *args)
{
	char key[32], value[64], extra[2];
	int n = sscanf(args, "%31[^ =]%*[ =]%63s %1s", key, value, extra);

	for (size_t i = 0; n >= 1 && i < COUNT_OF(settings); i++) {
		if (strcmp(settings[i].key, key) != 0)
			continue;
		if (n != 2 || !settings[i].set(c, value)) {
			say(c, MESSAGE_WARN, _("set %s: one of %s"), key, settings[i].values);
			return;
		}
		console_layout(c);
		console_dirty(c);
		say(c, MESSAGE_GOOD, _("For this run: %s %s"), key, value);
		return;
	}
	say(c, MESSAGE_WARN, "%s", _("set: theme, ascii, mouse or undo, and a value"));
}
