/* ui/spawn.h - other programs: a fixed argv, never a shell. Screen thread. */
#ifndef MASTHEAD_UI_SPAWN_H
#define MASTHEAD_UI_SPAWN_H

#include "base/error.h"

/* Splits a command as $EDITOR holds it ("code -w", "'my editor' -x") into argv in the array; the
 * words live in buf. False: too long, or no word at all. Pure. */
#define SPAWN_WORDS 32
bool spawn_split(const char *command, char *buf, size_t size, char *argv[SPAWN_WORDS]);
/* Gives the screen to the program (command's words, then last), waits for its end and takes the screen back.
 * E_IO: it could not be started; E_INTERRUPTED: it ended with something else than 0. */
enum err spawn_foreground(const char *command, const char *last, struct err_info *info) MUST_USE;
/* Starts it with no terminal and does not wait. */
enum err spawn_background(const char *program, const char *argument,
			  struct err_info *info) MUST_USE;
void spawn_reap(void); /* those started in the background that have ended */

#endif
