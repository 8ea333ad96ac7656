/* ui/confirm.h - questions that one key answers, or a number that has to be typed.
 *
 * Rules: the key that led here confirms nothing, Enter confirms nothing, and what was typed ahead
 * is dropped once the question stands on the screen. */
#ifndef MASTHEAD_UI_CONFIRM_H
#define MASTHEAD_UI_CONFIRM_H

#include "base/compiler.h"
#include "ui/line.h"

struct console;
#define CHOICES_MAX 4
struct choice {
	uint32_t key;
	const char *label; /* msgid */
};
struct confirm {
	bool open;
	bool fresh; /* painted, and type-ahead dropped: answers count */
	char question[600];
	struct choice choices[CHOICES_MAX];
	size_t n;
	int64_t number; /* != 0: this must be typed */
	struct line typed;
	void (*chosen)(struct console *c, void *data, size_t choice);
	void (*drop)(void *data); /* frees data, always called at the end; NULL */
	void *data;
};
/* y or n. data is taken. */
void confirm_ask(struct console *c, const char *question,
		 void (*yes)(struct console *, void *, size_t), void (*drop)(void *), void *data);
/* The number has to be typed, then Enter. */
void confirm_number(struct console *c, const char *question, int64_t number,
		    void (*yes)(struct console *, void *, size_t), void (*drop)(void *),
		    void *data);
void confirm_choose(struct console *c, const char *question, const struct choice *choices, size_t n,
		    void (*chosen)(struct console *, void *, size_t), void (*drop)(void *),
		    void *data);
void confirm_key(struct console *c, uint32_t key);
void confirm_paint(struct console *c);
void confirm_shown(struct console *c); /* after a flush */
void confirm_close(struct console *c);

#endif
