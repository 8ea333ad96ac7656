/* cli/stop.h - SIGINT, SIGTERM and SIGHUP as a flag and a descriptor, for verbs that wait. Thread: main. */
#ifndef MASTHEAD_CLI_STOP_H
#define MASTHEAD_CLI_STOP_H

#include "base/thread.h"

/* From here on these signals set the flag instead of ending the process; a second one ends it. */
void stop_install(void);
const struct flag *stop_flag(void); /* NULL before stop_install */
int stop_fd(void);                  /* readable once stopped */
/* Wait until stopped, fd (or -1) is readable, or timeout_ms (-1: none) has passed. True when stopped. */
bool stop_wait(int fd, int timeout_ms);

#endif
