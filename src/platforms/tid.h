/* platforms/tid.h - record keys of the AT protocol: a time in microseconds and a clock's number.
 * Layer: platforms. Any thread. */
#ifndef MASTHEAD_PLATFORMS_TID_H
#define MASTHEAD_PLATFORMS_TID_H

#include "base/compiler.h"

#define TID_LENGTH 13

/* A key of TID_LENGTH characters and NUL (size > TID_LENGTH) that is greater than all that
 * this process made before, also when the clock stands still or goes back. The clock's number is drawn once per
 * process; the microseconds below now_ms are drawn each time, so that two programs that publish to one account
 * at one time do not meet. */
void tid_make(int64_t now_ms, char *out, size_t size);
bool tid_is_valid(const char *s);
/* The key of what follows `key`, i < 1024 places on: greater than it, always the same, and none that tid_make gives
 * out (its clock's number is another one). False: key is none, or there is none after it. */
bool tid_after(const char *key, unsigned i, char *out, size_t size);

#endif
