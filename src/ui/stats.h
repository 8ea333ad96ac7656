/* ui/stats.h - throughput, success, answer times and queue depth, as plots of text. */
#ifndef MASTHEAD_UI_STATS_H
#define MASTHEAD_UI_STATS_H

struct console;
/* span: "24h", "7d", or "" for the first. */
void stats_open(struct console *c, const char *span);

#endif
