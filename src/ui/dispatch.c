/* ui/dispatch.c - from a key or a typed line to the command that it names.
 *
 * A view's own commands come first (moving, marking, opening), then the tables of the
 * act_*.c files. What writes is refused here, once, when nothing may be changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/console.h"
#include "ui/list_view.h"

static command_fn *find_fn(const char *name)
{
	static const struct command_row *const tables[] = {commands_screen, commands_jobs,
							   commands_accounts, commands_post};

	for (size_t t = 0; t < COUNT_OF(tables); t++)
		for (const struct command_row *r = tables[t]; r->name; r++)
			if (!strcmp(r->name, name))
				return r->run;
	return NULL;
}

static void remember(struct console *c, const struct command *cmd, const char *args)
{
	if (!(cmd->flags & CMD_WRITES) || !strcmp(cmd->name, "undo"))
		return;
	snprintf(c->repeat_command, sizeof(c->repeat_command), "%s", cmd->name);
	snprintf(c->repeat_args, sizeof(c->repeat_args), "%s", args);
}

void command_run(struct console *c, const struct command *cmd, const char *args)
{
	struct view *v = console_view(c);
	bool on_marks = c->on_marks;

	if (c->readonly && (cmd->flags & CMD_WRITES)) {
		say(c, MESSAGE_BAD, _("%s: \"%s\" is refused, nothing may be changed."),
		    err_name(E_READONLY), cmd->name);
	} else if (!v->ops->run || !v->ops->run(v, cmd->name, args)) {
		command_fn *run = find_fn(cmd->name);
		if (run) {
			remember(c, cmd, args);
			run(c, args);
		} else if (cmd->flags & CMD_CONSOLE) {
			say(c, MESSAGE_INFO, _("\"%s\" has nothing to do here."), cmd->name);
		} else {
			say(c, MESSAGE_WARN, _("\"%s\" is for the command line: masthead %s"),
			    cmd->name, cmd->name);
		}
	}
	/* `;' lasts for one command. */
	if (on_marks && strcmp(cmd->name, "on-marks") != 0)
		c->on_marks = false;
}

/* While a search is on, n goes to its next match, as fingers expect; it composes otherwise. */
static const struct command *searching(struct console *c, struct view *v, const struct command *cmd,
				       uint32_t key)
{
	struct list_view *lv = list_view_of(v);

	(void)c;
	if (lv && lv->search[0] && key == 'n' && !strcmp(cmd->name, "publish"))
		return command_find("search-next");
	return cmd;
}

void command_key(struct console *c, uint32_t key)
{
	struct view *v = console_view(c);
	const struct command *cmd = keymap_find(c->keys, v->pane, key);
	char name[16], help[16];

	c->last_key = key;
	if (cmd) {
		command_run(c, searching(c, v, cmd, key), "");
		return;
	}
	c->on_marks = false;
	if (key >= K_FUNCTION && key < K_F0)
		return;
	keys_name(key, name, sizeof(name));
	keymap_key(c->keys, v->pane, "help", help, sizeof(help));
	say(c, MESSAGE_INFO, _("%s does nothing here; %s shows the keys."), name, help);
}

/* The longest command name that the line begins with; *rest: what follows. */
static const struct command *longest(const char *line, const char **rest)
{
	const struct command *best = NULL;
	size_t length = 0;

	for (const struct command *cmd = commands; cmd->name; cmd++) {
		size_t n = strlen(cmd->name);
		if (n > length && !strncmp(line, cmd->name, n) &&
		    (line[n] == ' ' || line[n] == '\0')) {
			best = cmd;
			length = n;
		}
	}
	if (best)
		*rest = line + length + strspn(line + length, " ");
	return best;
}

void command_line(struct console *c, const char *line)
{
	const char *rest = "";

	line += strspn(line, " :");
	if (!*line)
		return;
	const struct command *cmd = longest(line, &rest);
	if (!cmd) {
		say(c, MESSAGE_BAD, _("%s: there is no command \"%s\"; Tab shows what there is."),
		    err_name(E_USAGE), line);
		return;
	}
	c->last_key = K_ENTER;
	command_run(c, cmd, rest);
}

static bool numbers(const char *args, enum selection_kind kind, struct selection *s)
{
	const char *p = args;

	while (*p) {
		char *end;
		long long id = strtoll(p, &end, 10);
		if (end == p || id <= 0 || (*end && *end != ' '))
			break;
		selection_add(s, id);
		p = end + strspn(end, " ");
	}
	s->kind = kind;
	return s->n > 0;
}

bool command_select(struct console *c, enum selection_kind kind, const char *args,
		    struct selection *s)
{
	struct view *v = console_view(c);

	*s = (struct selection){0};
	if (numbers(args, kind, s)) {
		if (s->n == 1)
			snprintf(s->label, sizeof(s->label), "%lld", (long long)s->ids[0]);
		return true;
	}
	selection_free(s);
	if (v->ops->select && v->ops->select(v, c->on_marks, s) && s->kind == kind)
		return true;
	selection_free(s);
	/* From another pane: the row that stands in the pane of that kind. */
	static const int panes[] = {[SELECT_BRAND] = P_BRANDS,
				    [SELECT_CONNECTION] = P_CONNECTIONS,
				    [SELECT_JOB] = P_JOBS};
	if (c->on_marks && c->depth == 0 && kind != SELECT_NONE && kind != SELECT_ENTRY) {
		struct view *other = c->panes[panes[kind]];
		if (other->ops->select(other, true, s))
			return true;
		selection_free(s);
	}
	if (c->on_marks)
		say(c, MESSAGE_WARN, "%s", _("Nothing is marked."));
	else
		say(c, MESSAGE_WARN, "%s", _("There is nothing under the cursor for that."));
	return false;
}
