/* base/words.h - the states and classes that everybody speaks of, each one table.
 *
 * The names are part of the command-line contract and are stored in the
 * database as they are; the lower-case names never change. */
#ifndef MASTHEAD_BASE_WORDS_H
#define MASTHEAD_BASE_WORDS_H

#include "base/compiler.h"

/* X(ENUM, name, msgid, glyph, ascii glyph) */
#define JOB_STATUS_TABLE(X) \
	X(JOB_DRAFT, "draft", "draft", "✎", "d") \
	X(JOB_SCHEDULED, "scheduled", "scheduled", "◷", "s") \
	X(JOB_PENDING, "pending", "pending", "…", ".") \
	X(JOB_PROCESSING, "processing", "processing", "▶", ">") \
	X(JOB_PUBLISHED, "published", "published", "✓", "+") \
	X(JOB_FAILED, "failed", "failed", "✗", "x") \
	X(JOB_UNKNOWN, "unknown", "unknown", "?", "?") \
	X(JOB_CANCELLED, "cancelled", "cancelled", "⊘", "-") \
	X(JOB_HELD, "held", "held", "‖", "=")

/* Why a pending job is not running now. */
#define JOB_WAIT_TABLE(X) \
	X(WAIT_NONE, "") \
	X(WAIT_RETRY, "retry") \
	X(WAIT_RATE, "rate") \
	X(WAIT_AUTH, "auth") \
	X(WAIT_PAUSED, "paused") \
	X(WAIT_UNDO, "undo")

#define HOLD_REASON_TABLE(X) \
	X(HOLD_NONE, "") \
	X(HOLD_MISSED, "missed") \
	X(HOLD_CRASHES, "crashes") \
	X(HOLD_OPERATOR, "operator")

#define CONN_STATUS_TABLE(X) \
	X(CONN_CONNECTED, "connected", "connected") \
	X(CONN_EXPIRED, "expired", "expired") \
	X(CONN_REVOKED, "revoked", "revoked") \
	X(CONN_UNREACHABLE, "unreachable", "unreachable") \
	X(CONN_DISCONNECTED, "disconnected", "disconnected")

/* What kind of failure an attempt met; decides what happens next. */
#define ERR_CLASS_TABLE(X) \
	X(CLASS_NONE, "") \
	X(CLASS_TRANSIENT, "transient")       /* not sent, or answered "not processed": retry */ \
	X(CLASS_RATE_LIMITED, "rate_limited") /* again at T, uses up no retry */ \
	X(CLASS_AUTH, "auth")                 /* refresh once, then a person */ \
	X(CLASS_PERMANENT, "permanent")       /* stop */ \
	X(CLASS_UNKNOWN, "unknown")           /* sent, outcome not known: settle */

/* How an attempt ended (attempts_list[].outcome); "" while it runs. */
#define OUTCOME_TABLE(X) \
	X(OUTCOME_NONE, "") \
	X(OUTCOME_PUBLISHED, "published") \
	X(OUTCOME_TRANSIENT, "transient") \
	X(OUTCOME_RATE_LIMITED, "rate_limited") \
	X(OUTCOME_AUTH, "auth") \
	X(OUTCOME_PERMANENT, "permanent") \
	X(OUTCOME_UNKNOWN, "unknown") \
	X(OUTCOME_ABSENT, "absent")           /* settled: provably not there */ \
	X(OUTCOME_INTERRUPTED, "interrupted") /* the process ended before it was sent */

#define WORDS_ENUM(e, ...) e,
enum job_status { JOB_STATUS_TABLE(WORDS_ENUM) JOB_STATUS_COUNT };
enum job_wait { JOB_WAIT_TABLE(WORDS_ENUM) JOB_WAIT_COUNT };
enum hold_reason { HOLD_REASON_TABLE(WORDS_ENUM) HOLD_REASON_COUNT };
enum conn_status { CONN_STATUS_TABLE(WORDS_ENUM) CONN_STATUS_COUNT };
enum err_class { ERR_CLASS_TABLE(WORDS_ENUM) ERR_CLASS_COUNT };
enum outcome { OUTCOME_TABLE(WORDS_ENUM) OUTCOME_COUNT };
#undef WORDS_ENUM

/* Names; never NULL. */
const char *job_status_name(enum job_status s);
const char *job_status_glyph(enum job_status s, bool ascii);
const char *job_wait_name(enum job_wait w);
const char *hold_reason_name(enum hold_reason r);
const char *conn_status_name(enum conn_status s);
const char *err_class_name(enum err_class c);
const char *outcome_name(enum outcome o);
/* Back from names; false (and *out untouched) when unknown. NULL is taken as "". */
bool job_status_from(const char *name, enum job_status *out);
bool job_wait_from(const char *name, enum job_wait *out);
bool hold_reason_from(const char *name, enum hold_reason *out);
bool conn_status_from(const char *name, enum conn_status *out);
bool err_class_from(const char *name, enum err_class *out);
bool outcome_from(const char *name, enum outcome *out);

#endif
