/* sandbox/google_business.h - what the files of the simulated Google Business Profile share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_GOOGLE_BUSINESS_H
#define MASTHEAD_SANDBOX_GOOGLE_BUSINESS_H

#include "sandbox/call.h"

/* {"error":{"code","message","status"}} */
void gbp_error(struct call *c, int status, const char *name, const char *message);
/* The account whose token the request bears; NULL: answered already. */
struct account *gbp_account(struct call *c);
/* The id of the business account that the location belongs to; in the answer's arena. */
const char *gbp_business(const struct call *c, const struct account *a);

void gbp_create(struct call *c);
void gbp_list(struct call *c);
void gbp_read(struct call *c);
void gbp_delete(struct call *c);

#endif
