/* sandbox/jwt.h - tokens in the shape that the reference server gives. Internal to sandbox/.
 *
 * A token is a pure function of seed and session, so the same one can be given twice and none has to be kept. */
#ifndef MASTHEAD_SANDBOX_JWT_H
#define MASTHEAD_SANDBOX_JWT_H

#include "base/mem.h"
#include "sandbox/world.h"

/* JWT_SERVICE: for the video service. */
enum jwt_kind { JWT_ACCESS, JWT_REFRESH, JWT_SERVICE };

/* In the arena. until: what stands in it as time of expiry, UTC ms. */
char *jwt_make(struct arena *a, int64_t seed, enum jwt_kind kind, const struct session *s,
	       int64_t until);
/* Our own signature and a session that we know, whatever its state; NULL otherwise. */
struct session *jwt_open(const struct world *w, const char *token, enum jwt_kind *kind);

#endif
