/* sandbox/ticket.h - values that carry what they mean, signed by the seed, so that nothing of it has to be kept. Internal
 * to sandbox/. */
#ifndef MASTHEAD_SANDBOX_TICKET_H
#define MASTHEAD_SANDBOX_TICKET_H

#include "sandbox/call.h"

/* The JSON value as text with a signature; frees the value. In the answer's arena. */
char *ticket_make(struct call *c, const char *purpose, struct json *j);
/* NULL if it is not one of ours (or NULL); the caller frees. */
struct json *ticket_open(const struct call *c, const char *purpose, const char *ticket) MUST_USE;
/* 64 letters that follow from the seed, a purpose and a text. In the answer's arena. */
char *ticket_secret(struct call *c, const char *purpose, const char *text);

#endif
