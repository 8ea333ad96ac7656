/* platforms/judge.h - what an answer that is no success means, from a table.
 *
 * Each platform says how its errors are read and lists the ones that it documents. Around the table stand the rules that
 * all share: a body that is not the platform's own error object comes from something between us and it,
 * and proves only what its status proves; after a request that may have made the post visible only a refusal that is
 * known counts, all else leaves the outcome unknown.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_JUDGE_H
#define MASTHEAD_PLATFORMS_JUDGE_H

#include "platforms/platform.h"

/* One documented error. The first row that fits decides. */
struct judge_row {
	int status; /* 0: any */
	/* The platform's own name of it; NULL: any. Of names in two parts, "CODE/DETAIL", either may be a star, and "#" stands for one digit;
	 * a name without detail fits a detail that is a star. */
	const char *name;
	const char *words; /* a part of its words, case ignored; NULL: any */
	enum err_class cls;
	enum err code;
	const char *hint; /* what to do next (a msgid); NULL */
};

/* An answer taken apart; strings are the arena's. */
struct judge_said {
	const char *name, *words; /* "" if not said */
	bool own;                 /* it is the platform's own error object */
	bool passing; /* it says that it will pass: counts where no row with a detail says otherwise */
	int64_t retry_at; /* UTC ms beside what the usual headers say; 0 */
};

struct judge {
	const struct judge_row *rows;
	size_t n_rows;
	/* Fills what is said; everything is empty before. */
	void (*read)(struct arena *a, const struct http_response *r, struct judge_said *said);
	const char *login_hint; /* for refused logins (a msgid) */
};

/* Makes out a failure from an answer that is no success. commit: the request may have made the post visible. */
void judge_fail(const struct judge *j, const struct step_in *in, struct step_out *out, bool commit);
/* The same from a success that lacks what it should tell. */
void judge_odd(const struct step_in *in, struct step_out *out, bool commit, const char *what);
/* The failure's words, as all platforms word it. name: NULL if the platform gave none. */
void judge_say(struct step_out *out, const struct http_response *r, enum err_class cls,
	       enum err code, const char *name, const char *words);

#endif
