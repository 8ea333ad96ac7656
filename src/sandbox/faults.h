/* sandbox/faults.h - the faults that were ordered, and which one a request meets. Internal to sandbox/.
 *
 * Threads: faults_take is called under the sandbox's lock. */
#ifndef MASTHEAD_SANDBOX_FAULTS_H
#define MASTHEAD_SANDBOX_FAULTS_H

#include "base/error.h"

/* X(ENUM, name): what a request does. A request may be more than one of them. */
#define STEP_TABLE(X) \
	X(STEP_LOGIN, "login") \
	X(STEP_REFRESH, "refresh") \
	X(STEP_VERIFY, "verify") \
	X(STEP_UPLOAD, "upload") \
	X(STEP_CREATE, "create") \
	X(STEP_PUBLISH, "publish") \
	X(STEP_READ, "read") \
	X(STEP_REVOKE, "revoke")
#define STEP_BIT(e, name) e##_BIT,
enum step_bit { STEP_TABLE(STEP_BIT) STEP_KINDS };
#undef STEP_BIT
#define STEP_ENUM(e, name) e = 1u << e##_BIT,
enum step { STEP_TABLE(STEP_ENUM) STEP_ANY = (1u << STEP_KINDS) - 1 };
#undef STEP_ENUM

/* X(ENUM, name, takes an argument) */
#define FAULT_TABLE(X) \
	X(FAULT_LATENCY, "latency", true) \
	X(FAULT_STATUS, "status", true) \
	X(FAULT_429, "429", true) \
	X(FAULT_RESET_BEFORE, "reset-before", false) \
	X(FAULT_RESET_AFTER, "reset-after", false) \
	X(FAULT_DROP_ANSWER, "drop-answer", false) \
	X(FAULT_ERROR_AFTER, "error-after", true) \
	X(FAULT_TRUNCATE, "truncate", false) \
	X(FAULT_GARBAGE, "garbage", false) \
	X(FAULT_SLOW, "slow", true) \
	X(FAULT_EXPIRE, "expire", false) \
	X(FAULT_REVOKE, "revoke", false) \
	X(FAULT_ROTATE, "rotate", false) \
	X(FAULT_DUPLICATE, "duplicate", false)
#define FAULT_ENUM(e, name, arg) e,
enum fault_kind { FAULT_TABLE(FAULT_ENUM) FAULT_KINDS, FAULT_NONE };
#undef FAULT_ENUM

struct fault {
	enum fault_kind kind;
	int64_t arg;
};

struct faults;
/* spec NULL or "": none. platforms: the names that may stand before the colon, NULL-terminated. E_USAGE names
 * the part that is not understood. */
enum err faults_new(const char *spec, const char *const *platforms, int64_t seed,
		    struct faults **out, struct err_info *info) MUST_USE;
void faults_free(struct faults **f);
/* The first that matches, is not used up and has its chance; counts it. steps: bits, 0 matches only "*". */
struct fault faults_take(struct faults *f, const char *platform, unsigned steps);

#endif
