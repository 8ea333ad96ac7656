/* sandbox/sigv4.h - is a request signed as S3 asks for (AWS Signature Version 4)? Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_SIGV4_H
#define MASTHEAD_SANDBOX_SIGV4_H

#include "sandbox/call.h"

struct sigv4_refusal {
	int status;
	const char *code, *message; /* as S3 names them */
};
/* path: of the URL, decoded. True: the signature is right; else *why is filled. */
bool sigv4_check(struct call *c, const char *path, const char *region, const char *user,
		 const char *secret, struct sigv4_refusal *why);

#endif
