/* ui/keys.h - keys: their numbers, their names, and which command each one runs in which pane.
 *
 * A key is a code point, or one of K_... for what has none. The map is made from the
 * command table and then from the operator's `bind' lines, which win. Pure: no curses. */
#ifndef MASTHEAD_UI_KEYS_H
#define MASTHEAD_UI_KEYS_H

#include "base/compiler.h"
#include "base/strbuf.h"
#include "ops/commands.h"

#define KEY_CTRL(c) ((uint32_t)(c)&0x1Fu)
enum {
	K_ENTER = 0x0D,
	K_TAB = 0x09,
	K_ESC = 0x1B,
	K_FUNCTION = 0x110000, /* above all code points */
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_INSERT,
	K_DELETE,
	K_BACKSPACE,
	K_BACKTAB,
	K_RESIZE,
	K_MOUSE,
	K_F0 /* F1 is K_F0 + 1, up to F12 */
};

/* "j" "^D" "Down" "Space" "S-Tab" "F1"; 0 if there is no such key. */
uint32_t keys_from_name(const char *name);
void keys_name(uint32_t key, char *out, size_t size);

struct keymap;
struct keymap *keymap_new(void) MUST_USE; /* from the table */
void keymap_free(struct keymap **m);
/* pane: "all", "brands", "connections", "jobs", "log", "job", "triage", "preview". command
 * "none" takes the key away. False: no such pane, key or command. */
bool keymap_bind(struct keymap *m, const char *pane, const char *key, const char *command);
const struct command *keymap_find(const struct keymap *m, unsigned pane, uint32_t key);
/* Appends the names of the keys that run the command there: "j Down". */
void keymap_keys(const struct keymap *m, unsigned pane, const struct command *cmd,
		 struct strbuf *out);
/* The first of them alone; "" if there is none. */
void keymap_key(const struct keymap *m, unsigned pane, const char *command, char *out, size_t size);
/* The default bindings that fight for one key in one pane, for the test of the table. */
size_t keymap_conflicts(const struct keymap *m, struct strbuf *out);

#endif
