/* base/words.c - names and glyphs of the states and classes, from their one table each. */
#include "base/words.h"

#include <string.h>

static bool find(const char *const *names, size_t n, const char *name, unsigned *at)
{
	if (!name)
		name = "";
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(names[i], name)) {
			*at = (unsigned)i;
			return true;
		}
	}
	return false;
}

static const char *name_of(const char *const *names, size_t n, unsigned at)
{
	return at < n ? names[at] : "";
}

#define FIRST(a, ...) a
#define ROW_NAME(e, ...) [e] = FIRST(__VA_ARGS__, ),

/* One pair of functions per table. */
#define DEFINE_WORDS(type, fn, TABLE, COUNT) \
	static const char *const fn##_names[COUNT] = {TABLE(ROW_NAME)}; \
	const char *fn##_name(enum type value) \
	{ \
		return name_of(fn##_names, COUNT, (unsigned)value); \
	} \
	bool fn##_from(const char *name, enum type *out) \
	{ \
		unsigned at; \
		if (!find(fn##_names, COUNT, name, &at)) \
			return false; \
		*out = (enum type)at; \
		return true; \
	}

DEFINE_WORDS(job_status, job_status, JOB_STATUS_TABLE, JOB_STATUS_COUNT)
DEFINE_WORDS(job_wait, job_wait, JOB_WAIT_TABLE, JOB_WAIT_COUNT)
DEFINE_WORDS(hold_reason, hold_reason, HOLD_REASON_TABLE, HOLD_REASON_COUNT)
DEFINE_WORDS(conn_status, conn_status, CONN_STATUS_TABLE, CONN_STATUS_COUNT)
DEFINE_WORDS(err_class, err_class, ERR_CLASS_TABLE, ERR_CLASS_COUNT)
DEFINE_WORDS(outcome, outcome, OUTCOME_TABLE, OUTCOME_COUNT)

const char *job_status_glyph(enum job_status s, bool ascii)
{
	static const char *const glyphs[JOB_STATUS_COUNT][2] = {
#define ROW_GLYPH(e, name, msgid, glyph, plain) [e] = {glyph, plain},
		JOB_STATUS_TABLE(ROW_GLYPH)
#undef ROW_GLYPH
	};

	return (unsigned)s < JOB_STATUS_COUNT ? glyphs[s][ascii ? 1 : 0] : "?";
}
