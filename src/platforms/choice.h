/* platforms/choice.h - one of several accounts that a login reaches: pages, their Instagram accounts, locations.
 *
 * They are gathered in the state over as many answers as it takes, as "choices": [{id, name}].
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_CHOICE_H
#define MASTHEAD_PLATFORMS_CHOICE_H

#include "platforms/platform.h"

/* Chosen for this operation: --account or the handle that was typed, at a renewal the account itself; NULL. */
const char *choice_of(const struct step_in *in);
/* The one of this id among those gathered. NULL: none. Borrowed from the state. */
const struct json *choice_find(const struct json *state, const char *wanted);
void choice_add(struct json *state, const char *id, const char *name);
/* CHOOSE with what was gathered; a failure where one was chosen that is not among them, or there is none. */
void choice_end(const struct step_in *in, struct step_out *out, const struct json *state,
		const char *none);

#endif
