/* base/i18n.h - marks for translation.
 *
 * _() translates and belongs to ui/ and cli/ only; N_() marks a string in a
 * table, which ui/ and cli/ translate when they show it. */
#ifndef MASTHEAD_BASE_I18N_H
#define MASTHEAD_BASE_I18N_H

#include <libintl.h>

#define _(msgid) gettext(msgid)
#define N_(msgid) msgid

#endif
