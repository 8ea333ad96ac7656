/* cli/sink.h - where an export goes: standard output, or a file that appears whole or not at all. */
#ifndef MASTHEAD_CLI_SINK_H
#define MASTHEAD_CLI_SINK_H

#include <stdio.h>

#include "base/error.h"
#include "base/strbuf.h"

struct sink {
	FILE *f;
	char *path, *tmp; /* NULL: standard output */
	bool safe;        /* a terminal: what came from outside is made safe */
};
/* path NULL or "-": standard output. An old file of that name stays until the new one is complete. */
enum err sink_open(struct sink *s, const char *path, struct err_info *info) MUST_USE;
/* Errors show at sink_close. */
void sink_put(struct sink *s, const struct strbuf *b);
/* Durable under its name when OK; else nothing was changed. */
enum err sink_close(struct sink *s, struct err_info *info) MUST_USE;
/* After an error elsewhere: what was written goes away. Harmless after sink_close. */
void sink_drop(struct sink *s);

#endif
