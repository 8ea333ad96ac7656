/* ui/message.h - the message line and its history. */
#ifndef MASTHEAD_UI_MESSAGE_H
#define MASTHEAD_UI_MESSAGE_H

#include "base/error.h"

struct console;
enum message_kind { MESSAGE_INFO, MESSAGE_GOOD, MESSAGE_WARN, MESSAGE_BAD };
struct message {
	enum message_kind kind;
	int64_t at; /* wall time */
	char text[1100];
};
#define MESSAGES_KEPT 200
struct messages {
	struct message *kept; /* a ring of MESSAGES_KEPT; NULL: none yet */
	size_t n;             /* ever said */
	bool shown;           /* the last one is on the line */
	int64_t since_ms;     /* monotonic */
};
void messages_free(struct messages *m);
void say(struct console *c, enum message_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "E_CODE: text; hint" in red. */
void say_error(struct console *c, const struct err_info *info);
/* A key was pressed: a message that has been there for a while goes. */
void messages_touch(struct console *c);
const struct message *messages_last(const struct console *c); /* NULL: nothing on the line */
void messages_open(struct console *c);                        /* the history, as a text */

#endif
