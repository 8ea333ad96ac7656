/* ui/view_triage.h - what needs a person's decision: "while you were away". */
#ifndef MASTHEAD_UI_VIEW_TRIAGE_H
#define MASTHEAD_UI_VIEW_TRIAGE_H

#include "base/compiler.h"

struct console;
/* asked false: at launch, only opens when there is something to decide; says whether it did. */
bool triage_open(struct console *c, bool asked);

#endif
