/* base/process.h - another program run to its end, without a shell.
 *
 * Threads: any; process_run blocks its thread. */
#ifndef MASTHEAD_BASE_PROCESS_H
#define MASTHEAD_BASE_PROCESS_H

#include "base/error.h"
#include "base/strbuf.h"

#define PROCESS_WORDS 64

/* Splits a command into words, in place, with quotes and backslashes. argv ends with NULL. False: more than
 * size - 1 words, an open quote, or no word at all. */
bool process_split(char *s, char *argv[], size_t size);

struct flag;
struct process {
	char *const *argv;
	int64_t timeout_ms;
	const struct flag *abort_flag; /* looked at every 100 ms; may be NULL */
	struct strbuf *output,
		*trouble; /* what it prints, on either way out; past their ceilings it is dropped */
	int status;       /* of its exit; -1: ended by a signal */
};
/* Its input is empty; it is a process group of its own, which ends with it when it is ended by force. OK: it came to its
 * end by itself. E_NOT_FOUND: no such program; E_TIMEOUT; E_INTERRUPTED; E_IO. */
enum err process_run(struct process *p, struct err_info *info) MUST_USE;

#endif
