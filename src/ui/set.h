/* ui/set.h - the settings of the screen that may change while it runs. */
#ifndef MASTHEAD_UI_SET_H
#define MASTHEAD_UI_SET_H

struct console;
/* "KEY VALUE"; "" says what is set. Says what it did, or why not. */
void set_run(struct console *c, const char *args);

#endif
