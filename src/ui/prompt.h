/* ui/prompt.h - the typed line at the bottom: with history, completion, and masked where it must be. */
#ifndef MASTHEAD_UI_PROMPT_H
#define MASTHEAD_UI_PROMPT_H

#include "base/strbuf.h"
#include "ui/line.h"

struct console;
enum prompt_history {
	HISTORY_NONE,
	HISTORY_COMMAND,
	HISTORY_SEARCH,
	HISTORY_FILTER,
	HISTORY_TIME,
	HISTORY_COUNT
};
#define HISTORY_KEPT 50
#define COMPLETIONS_MAX 64

struct prompt_spec {
	const char *label; /* shown before the text, already translated */
	enum prompt_history history;
	/* Tab: candidates for the word that ends at the cursor, which begins at byte *from. */
	void (*complete)(struct console *c, const char *text, size_t cursor, size_t *from,
			 struct strbuf *out /* one a line */);
	void (*accept)(struct console *c, void *data, const char *text);
	void (*drop)(void *data); /* frees data, always called at the end; NULL */
};
struct prompt {
	bool open;
	const struct prompt_spec *spec;
	char label[200];
	void *data;
	struct line line;
	char *history[HISTORY_COUNT][HISTORY_KEPT];
	size_t n_history[HISTORY_COUNT];
	size_t at;             /* place in the history; n: the line being typed */
	struct strbuf choices; /* of the completion in progress, one a line */
	size_t n_choices, choice, from;
};
/* spec is borrowed; label NULL: spec's. data is taken. */
void prompt_open(struct console *c, const struct prompt_spec *spec, const char *label,
		 const char *text, void *data);
void prompt_key(struct console *c, uint32_t key);
void prompt_paint(struct console *c);
void prompt_close(struct console *c);
void prompt_free(struct console *c);

#endif
