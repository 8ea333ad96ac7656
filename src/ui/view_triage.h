/* ui/view_triage.h - what needs a person's decision: "while you were away". */
#ifndef MASTHEAD_UI_VIEW_TRIAGE_H
#define MASTHEAD_UI_VIEW_TRIAGE_H

#include "base/compiler.h"

struct console;
struct view;
/* asked false: at launch, only opens when there is something to decide; says whether it did. */
bool triage_open(struct console *c, bool asked);
/* Opened at launch, and everything in it has settled itself since. */
bool triage_over(const struct view *v);

#endif
