/* publisher/exchange.h - runs one adapter operation to its end, waited for: login, refresh, verify, revoke, takedown, facts,
 * and settling by a person's wish. The publishing loop does its own driving (drive.c).
 *
 * Threads: the caller's; blocks for the network (never the screen's thread). */
#ifndef MASTHEAD_PUBLISHER_EXCHANGE_H
#define MASTHEAD_PUBLISHER_EXCHANGE_H

#include "http/transport.h"
#include "platforms/platform.h"
#include "publisher/publisher.h"

struct exchange {
	const struct platform *platform;
	struct step_in in;         /* op, conn, content...; response/state/now are the driver's */
	struct oauth_in client;    /* where in.oauth points to, if it is set */
	struct secret_set secrets; /* borrowed */
	bool allow_loopback;
	const struct flag *abort_flag; /* may be NULL */
	/* At STEP_CHOOSE: the id that is meant, borrowed until the end of the run; NULL: none, and out is the
	 * CHOOSE. Asked once; NULL: never. It may wait for a person. */
	const char *(*choose)(void *self, const struct choice *choices, size_t n);
	void *self; /* of choose */
};
/* OK: out is DONE/ABSENT/UNDECIDED (verdict tells), owned by the caller (step_out_free). Otherwise *info has the code,
 * class in *cls (may be NULL): network trouble is CLASS_TRANSIENT, never CLASS_AUTH. duration_ms, http_status of the last answer in *note (may be NULL). */
struct exchange_note {
	int64_t duration_ms, http_status;
};
enum err exchange_run(struct transport *t, const struct exchange *x, struct step_out *out,
		      enum err_class *cls, struct exchange_note *note,
		      struct err_info *info) MUST_USE;

/* The requests of a publish, none sent (--dry-run). Appends {method,url,headers,body} objects to array. */
struct json;
enum err exchange_rehearse(const struct exchange *x, struct json *array,
			   struct err_info *info) MUST_USE;

/* Refresh one login now, in its own transactions: single-flight across threads and processes (a lock file per connection in the
 * workspace), the new pair durable before its use. Writes sync log, connection row, audit entry.
 * E_TOKEN_REVOKED/E_TOKEN_EXPIRED: a person must log in (status set). E_NETWORK...: status untouched or unreachable. */
enum err refresh_now(struct store *s, struct transport *t, const struct publisher_settings *o,
		     int64_t tenant_id, int64_t connection_id, struct err_info *info) MUST_USE;
/* Verify one: refreshes first when expired. Writes status, last_verified_at, sync log. */
enum err verify_now(struct store *s, struct transport *t, const struct publisher_settings *o,
		    int64_t tenant_id, int64_t connection_id, struct err_info *info) MUST_USE;

#endif
