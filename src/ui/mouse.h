/* ui/mouse.h - clicks and the wheel, when the operator has given us the mouse. */
#ifndef MASTHEAD_UI_MOUSE_H
#define MASTHEAD_UI_MOUSE_H

struct console;
void mouse_event(struct console *c);

#endif
