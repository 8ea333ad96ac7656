/* base/log.h - the diagnostic log file (not the audit log, which is store's).
 *
 * One line an event: RFC 3339 time, level, thread's name, text. Off until
 * log_open. Everything passes text_make_safe, and every secret that log_redact knows of is replaced by
 * "[secret]" in the sink, so that no caller can forget. Any thread. */
#ifndef MASTHEAD_BASE_LOG_H
#define MASTHEAD_BASE_LOG_H

#include "base/error.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Opens (0600, append). path "-" is standard error. */
enum err log_open(const char *path, enum log_level most, struct err_info *info) MUST_USE;
void log_close(void);
/* For die(), which may not format or allocate: where the log goes; -1 when it is off. */
int log_descriptor(void);
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/* Removes what looks like a credential from a platform's words, before they are stored or shown:
 * bearer and basic values, JWTs, name=value and "name":"value" of token, secret, password, code, key.
 * Appends to out. */
struct strbuf;
void log_redact(struct strbuf *out, const char *s, size_t n);

#endif
