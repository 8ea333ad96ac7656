/* sandbox/meta.h - what the simulated Facebook, Instagram and Threads share: the Graph API's versions, errors and usage
 * headers. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_META_H
#define MASTHEAD_SANDBOX_META_H

#include "sandbox/call.h"
#include "sandbox/consent.h"
#include "sandbox/holder.h"
#include "sandbox/route.h"

/* {"error":{"message","type","code","error_subcode","is_transient","fbtrace_id"}}; subcode 0: left out */
void meta_error(struct call *c, int status, int code, int subcode, const char *message);
/* The account whose token the request bears; NULL: answered already. */
struct account *meta_account(struct call *c);
/* Takes "/v26.0" off the path; tokens' paths have none. */
void meta_unversion(struct call *c);
/* "2026-09-21T14:13:20+0000", in the answer's arena */
const char *meta_time(const struct call *c, int64_t ms);
/* OAuth's errors in the Graph's form. */
void meta_oauth_error(struct call *c, int status, const char *name, const char *words);

/* The platforms' entries, alike for all of them. */
void meta_refuse(struct call *c, int status);
void meta_limit(struct call *c, int64_t seconds);
void meta_damage(struct call *c, enum fault_kind kind);
void meta_answer(struct call *c, const struct route *routes, size_t n);
unsigned meta_steps(const struct call *c, const struct route *routes, size_t n);

#endif
