/* sandbox/linkedin.h - what the files of the simulated LinkedIn share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_LINKEDIN_H
#define MASTHEAD_SANDBOX_LINKEDIN_H

#include "sandbox/call.h"

/* {"message","serviceErrorCode","status","code"}; service 0, code NULL: left out */
void sim_li_error(struct call *c, int status, int service, const char *code, const char *message);
/* The account whose token the request bears, and the versioned paths' headers, checked; NULL: answered already. */
struct account *sim_li_account(struct call *c);
/* Is the account a page, not a member? Its id says so. */
bool sim_li_is_page(const struct account *a);
/* "urn:li:person:ID" or "urn:li:organization:ID"; in the answer's arena. */
/* Whom a token of a speaks as when it says so: itself, or any page where it is of a member who came by the browser. NULL: it may not. */
struct account *sim_li_speaker(struct call *c, struct account *a, const char *urn);
const char *sim_li_urn(const struct call *c, const struct account *a);

void sim_li_image_begin(struct call *c);
void sim_li_video(struct call *c); /* begins or finishes, as "action" says */
void sim_li_put(struct call *c);
void sim_li_look(struct call *c);

void sim_li_create(struct call *c);
void sim_li_list(struct call *c);
void sim_li_delete(struct call *c);
void sim_li_comment(struct call *c);

#endif
