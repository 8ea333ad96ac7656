/* sandbox/route.h - which function answers a request, by method and path. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_ROUTE_H
#define MASTHEAD_SANDBOX_ROUTE_H

#include "sandbox/call.h"

/* "*" stands for one part of the path, or for the rest of one. */
struct route {
	const char *method, *path;
	unsigned steps;
	void (*answer)(struct call *c);
};

/* The first that fits; NULL if none does. */
const struct route *route_find(const struct call *c, const struct route *routes, size_t n);
/* The nth part of the path, from 0; "" past the last. In the answer's arena. */
const char *route_part(const struct call *c, size_t n);

#endif
