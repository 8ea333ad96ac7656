/* ui/help.h - the keys of the pane in use. */
#ifndef MASTHEAD_UI_HELP_H
#define MASTHEAD_UI_HELP_H

struct console;
void help_open(struct console *c);

#endif
