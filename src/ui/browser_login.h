/* ui/browser_login.h - the part of a login that happens in a browser, perhaps on another machine. */
#ifndef MASTHEAD_UI_BROWSER_LOGIN_H
#define MASTHEAD_UI_BROWSER_LOGIN_H

#include <stdbool.h>

struct console;
/* Leaves the screen, shows the address unwrapped, and waits for a line or for what the worker brings back. The line
 * "q" shows it as a QR code; another that is not empty goes to paste_fd. True: one was pasted. Screen thread. */
bool browser_login_ask(struct console *c, const char *url, int paste_fd);

#endif
