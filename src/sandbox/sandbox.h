/* sandbox/sandbox.h - the simulated platforms: for practice, for the demo and for tests.
 *
 * One listener on loopback answers for all platforms, each under its own path
 * prefix. What was accepted stands in the ledger, on disk before the answer leaves. Faults can be
 * ordered. Nothing in here knows how Masthead works: it does what the platforms' documents
 * say, so that the two can be held against each other.
 *
 * Layer: sandbox; uses base, vault's hash and http's listener. Threads: start, describe and stop from one
 * thread; the answers come from the listener's own. */
#ifndef MASTHEAD_SANDBOX_SANDBOX_H
#define MASTHEAD_SANDBOX_SANDBOX_H

#include "base/error.h"
#include "base/json.h"

struct sandbox_options {
	const char *listen; /* "127.0.0.1:0", "[::1]:8080" or ":0"; NULL: 127.0.0.1:0 */
	const char *ledger; /* file, appended to; NULL: a temporary one, which stays */
	const char *faults; /* PLATFORM:STEP=KIND[:ARG][@PROBABILITY | xCOUNT],...; NULL: none */
	const char
		*state; /* file that keeps accounts' tokens and posts across restarts; NULL: none */
	int64_t accounts; /* for each platform, 2 to 1000 */
	int64_t visibility_lag_ms;
	int64_t seed; /* accounts, secrets and chances follow from it */
};

struct sandbox;

/* Returns when it listens. E_USAGE: an option is not understood; E_INVALID: not a loopback address, or the
 * state belongs to other options; E_IO and the rest of err_set_errno: files, port. */
enum err sandbox_start(const struct sandbox_options *o, struct sandbox **out,
		       struct err_info *info) MUST_USE;
/* {"listening","ledger","platforms":{NAME:{"server","accounts":[{"handle","secret"}]}},"media_host":{...}} */
struct json *sandbox_describe(const struct sandbox *s) MUST_USE;
void sandbox_stop(struct sandbox **s);

#endif
