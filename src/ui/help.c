/* ui/help.c - the keys of the pane in use, made from the keymap: what is shown is what happens. */
#include "ui/help.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/text_view.h"

struct help {
	unsigned pane;
	const char *title;
};

static void commands_of(struct console *c, struct lines *out, unsigned pane, bool own, int width)
{
	for (const struct command *cmd = commands; cmd->name; cmd++) {
		struct strbuf keys;
		bool everywhere = (cmd->panes & PANE_FOUR) == PANE_FOUR;
		if (!(cmd->flags & CMD_CONSOLE) || !(cmd->panes & pane) || everywhere == own)
			continue;
		strbuf_init(&keys, 256);
		keymap_keys(c->keys, pane, cmd, &keys);
		if (keys.len)
			lines_wrap(out, cmd->flags & CMD_DANGEROUS ? ROLE_WARN : ROLE_TEXT, width,
				   32, "  %-10s  %-18s  %s", keys.data, cmd->name, _(cmd->summary));
		strbuf_free(&keys);
	}
}

static void build(struct console *c, struct lines *out, int width, void *data)
{
	struct help *h = data;
	char heading[200];

	snprintf(heading, sizeof(heading), _("In \"%s\""), _(h->title));
	lines_heading(out, heading);
	commands_of(c, out, h->pane, true, width);
	lines_heading(out, _("Everywhere"));
	commands_of(c, out, h->pane, false, width);
	lines_heading(out, _("Filter"));
	lines_wrap(
		out, ROLE_TEXT, width, 2, "%s",
		_("  status:failed,unknown brand:northwind platform:bluesky error:E_REJECTED text:\"spring sale\"\n"
		  "A word alone is text; \"!\" before a condition turns it round."));
	lines_heading(out, _("Marks"));
	lines_wrap(
		out, ROLE_TEXT, width, 2, "%s",
		_("A command works on the row of the cursor. After \";\" the next one works on all that is marked."));
	lines_heading(out, _("Command line"));
	lines_wrap(
		out, ROLE_TEXT, width, 2, "%s",
		_("After \":\" every command can be typed by its name; Tab completes, the arrows go through the "
		  "history. Keys can be bound in masthead.conf(5)."));
}

static void drop(void *data)
{
	xfree(&data);
}

static const struct text_spec spec = {.title = N_("Help"), .build = build, .drop = drop};

void help_open(struct console *c)
{
	struct help *h = xcalloc(1, sizeof(*h));
	struct view *v = console_view(c);

	h->pane = v->pane;
	h->title = v->ops->title;
	console_push(c, text_view_new(c, &spec, PANE_TEXT, h));
}
