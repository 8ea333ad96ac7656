/* sandbox/x.h - what the files of the simulated X share. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_X_H
#define MASTHEAD_SANDBOX_X_H

#include "sandbox/call.h"

/* {"title","detail","type","status"}; problem NULL: about:blank */
void sim_x_problem(struct call *c, int status, const char *problem, const char *detail);
/* The account whose token the request bears; NULL: answered already. */
struct account *sim_x_account(struct call *c, int64_t limit);

void sim_x_upload(struct call *c);
void sim_x_upload_begin(struct call *c);
void sim_x_upload_append(struct call *c);
void sim_x_upload_finish(struct call *c);
void sim_x_upload_look(struct call *c);
void sim_x_describe_media(struct call *c);

void sim_x_create(struct call *c);
void sim_x_read(struct call *c);
void sim_x_list(struct call *c);
void sim_x_delete(struct call *c);

#endif
