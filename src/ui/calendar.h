/* ui/calendar.h - what goes out when. */
#ifndef MASTHEAD_UI_CALENDAR_H
#define MASTHEAD_UI_CALENDAR_H

struct console;
void calendar_open(struct console *c);

#endif
