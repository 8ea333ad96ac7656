/* ops/targets.h - where a draft goes: its brand, and the accounts that are meant. */
#ifndef MASTHEAD_OPS_TARGETS_H
#define MASTHEAD_OPS_TARGETS_H

#include "ops/ops.h"

struct targets {
	struct brand brand;
	struct connection *conns;
	size_t n;
};
/* Each account once, in number order of how they were named. E_USAGE: no brand; E_NOT_FOUND, E_AMBIGUOUS; E_INVALID: an account of
 * another brand; E_STATE: archived or disconnected. */
enum err targets_find(struct ops *o, const struct draft *d, struct arena *a, struct targets *out,
		      struct err_info *info) MUST_USE;

#endif
