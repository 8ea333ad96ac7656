/* ui/theme.h - what each role looks like. After term_open's newterm; screen thread. */
#ifndef MASTHEAD_UI_THEME_H
#define MASTHEAD_UI_THEME_H

#include "ui/term.h"

/* name NULL or not known: the default. Monochrome when the terminal, NO_COLOR or `color` say so. */
void theme_set(const char *name, enum ui_color color);
bool theme_known(const char *name);
int theme_attr(enum role r);
int theme_brand_attr(const char *color);

#endif
