/* cli/help.c - --help from the command table. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/verbs.h"

#define OPTION_COLUMN 30

static void print_options(const struct command_option *o)
{
	for (; o && o->name; o++) {
		char left[80];
		int n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s", o->letter ? '-' : ' ',
				 o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
				 o->arg ? " " : "", o->arg ? o->arg : "");
		if (n < OPTION_COLUMN)
			out_line("%-*s %s", OPTION_COLUMN, left, _(o->help));
		else
			out_line("%s\n%*s %s", left, OPTION_COLUMN, "", _(o->help));
	}
}

static void print_list(const char *family)
{
	size_t n = family ? strlen(family) : 0;

	for (const struct command *c = commands; c->name; c++) {
		char left[64];

		if (!(c->flags & CMD_VERB))
			continue;
		if (family && (strncmp(c->name, family, n) || (c->name[n] && c->name[n] != ' ')))
			continue;
		snprintf(left, sizeof left, "  %s %s", c->name, c->args ? c->args : "");
		out_line("%-*s %s", OPTION_COLUMN, left, _(c->summary));
	}
}

void help_print(const struct command *c, const char *topic)
{
	if (c) {
		out_line(_("Usage: masthead [GLOBAL OPTIONS] %s%s%s%s"), c->name,
			 c->options ? _(" [OPTIONS]") : "", c->args ? " " : "",
			 c->args ? c->args : "");
		out_line("%s", _(c->summary));
		if (c->options) {
			out_line("\n%s", _("Options:"));
			print_options(c->options);
		}
		out_line("\n%s", _("Global options: see `masthead --help'. Manual: masthead(1)."));
		return;
	}
	out_line("%s", _("Usage: masthead [GLOBAL OPTIONS] [VERB [OPTIONS] [OPERANDS]]"));
	out_line("%s\n", _("Without a verb the console opens."));
	out_line("%s", _("Verbs:"));
	print_list(topic);
	out_line("\n%s", _("Global options:"));
	print_options(global_options);
	out_line("\n%s", _("Manual: masthead(1), masthead.conf(5)."));
}
