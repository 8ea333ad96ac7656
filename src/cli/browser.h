/* cli/browser.h - the address of a login, for a person's browser. */
#ifndef MASTHEAD_CLI_BROWSER_H
#define MASTHEAD_CLI_BROWSER_H

#include "cli/args.h"

/* For connect_request.show; self is a struct browser. */
struct browser {
	const struct args *args;
	bool qr;   /* print it as a QR code too */
	bool open; /* start one, where there is a desktop; else the address is only printed */
};
void browser_show(void *self, const char *url);
/* Only the web: "http://" or "https://". $BROWSER, else the desktop's own where there is a desktop; false: none was started. */
bool browser_open(const char *url);

#endif
