/* sandbox/ledger.h - what was accepted, one JSON line a post, on disk before its answer leaves. Internal to
 * sandbox/. Any thread. */
#ifndef MASTHEAD_SANDBOX_LEDGER_H
#define MASTHEAD_SANDBOX_LEDGER_H

#include "base/error.h"

struct ledger;
/* path NULL: a new temporary file, which ledger_close removes if nothing was written. */
enum err ledger_open(const char *path, struct ledger **out, struct err_info *info) MUST_USE;
void ledger_close(struct ledger **l);
const char *ledger_path(const struct ledger *l);
/* Appends a line (without its end); returns its number for ledger_sync. A ledger that cannot be written ends the
 * program: whoever counts on it must not be deceived. */
int64_t ledger_append(struct ledger *l, const char *line, size_t n);
/* Returns when that line is on disk. Lines that wait together share one flush. */
void ledger_sync(struct ledger *l, int64_t number);
/* Does its last whole line have this remote_id? An empty ledger: true. */
bool ledger_ends_with(const struct ledger *l, const char *remote_id);

#endif
