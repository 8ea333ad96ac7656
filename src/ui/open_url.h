/* ui/open_url.h - a URL in the operator's browser. */
#ifndef MASTHEAD_UI_OPEN_URL_H
#define MASTHEAD_UI_OPEN_URL_H

struct console;
void open_url(struct console *c, const char *url);

#endif
