/* store/audit.h - the append-only, hash-chained log: one chain per tenant, one for the workspace (tenant 0).
 *
 * Entry n's hash = keyed BLAKE2b-256 (chain key) over length-prefixed: hash of n-1, every field. Numbers are gapless
 * per chain. Triggers refuse UPDATE, DELETE and REPLACE. The heads stand in DIR/head too, written after each commit. */
#ifndef MASTHEAD_STORE_AUDIT_H
#define MASTHEAD_STORE_AUDIT_H

#include "store/store.h"

struct audit_note {
	const char *action;
	int64_t brand_id, job_id, connection_id;
	const char *outcome, *code, *message; /* message: secrets are removed here (log_redact) */
	int64_t duration_ms;
};
/* [tx] tenant_id 0: the workspace's chain (service scope only). */
enum err audit_append(struct store *s, int64_t tenant_id, const struct audit_note *n,
		      struct err_info *info) MUST_USE;
enum err audit_page(struct store *s, const struct log_filter *f, const struct page_request *r,
		    struct page *out, struct err_info *info) MUST_USE;
/* Entries after seq, oldest first: for --follow and export. */
enum err audit_after(struct store *s, const struct log_filter *f, int64_t seq, int limit,
		     struct page *out, struct err_info *info) MUST_USE;

struct chain_report {
	int64_t tenant_id;
	const char *tenant; /* NULL: the workspace's chain */
	int64_t entries;
	bool ok;
	int64_t first_bad; /* seq; 0: none */
	const char *
		what; /* "hash", "gap", "head" (the outside head is ahead: the tail was cut), "key" */
};
/* Walks the chains in steps; tenant -1: all (service scope). progress may be NULL; returning false stops with E_INTERRUPTED. */
enum err audit_verify(struct store *s, int64_t tenant_id, struct arena *a,
		      struct chain_report **out, size_t *n,
		      bool (*progress)(void *self, int64_t done, int64_t total), void *self,
		      struct err_info *info) MUST_USE;

#endif
