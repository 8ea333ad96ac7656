/* store/chain.c - the log's chain: what an entry's hash covers, and the proof that nothing was changed.
 *
 * A segment is a run of entries under one chain key; its first entry carries the key's id. The key of an older segment may be
 * lost. Such a segment can no longer be checked entry by entry, but what ended it is fixed: the next segment's first entry
 * hashes over its last hash. It is accepted only if a later segment begins under today's key, with an entry that verifies: only
 * this program, which held that key, can have written that, and it writes it when it finds the key lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/audit.h"
#include "store/store_private.h"
#include "vault/vault.h"

#define STEP_ROWS 2000

void chain_entry_hash(const struct chain_key *k, const unsigned char *before,
		      const struct chain_entry *e, unsigned char out[HASH_BYTES])
{
	struct keyed_hash h;

	chain_hash_begin(&h, k);
	keyed_hash_add(&h, before, before ? HASH_BYTES : 0);
	keyed_hash_add_int(&h, e->tenant_id);
	keyed_hash_add_int(&h, e->seq);
	keyed_hash_add_int(&h, e->at);
	keyed_hash_add_str(&h, e->actor);
	keyed_hash_add_str(&h, e->terminal);
	keyed_hash_add_str(&h, e->action);
	keyed_hash_add_int(&h, e->brand_id);
	keyed_hash_add_int(&h, e->job_id);
	keyed_hash_add_int(&h, e->connection_id);
	keyed_hash_add_str(&h, e->outcome);
	keyed_hash_add_str(&h, e->code);
	keyed_hash_add_str(&h, e->message);
	keyed_hash_add_int(&h, e->duration_ms);
	keyed_hash_add_str(&h, e->chain_key);
	keyed_hash_end(&h, out);
}

/* ---- walking ------------------------------------------------------------------ */

struct walk {
	struct store *s;
	int64_t tenant_id, seq;
	unsigned char hash[HASH_BYTES];
	char key[KEY_ID_SIZE]; /* of the segment that we are in */
	int64_t unproven; /* first entry whose segment's key is not today's and no later segment vouches for; 0 */
	bool lost_key; /* some segment was only vouched for */
	int64_t bad;
	const char *what;
	const struct outside_head *outside;
	bool outside_seen;
};

static void found_bad(struct walk *k, int64_t seq, const char *what)
{
	if (k->bad)
		return;
	k->bad = seq;
	k->what = what;
}

static const char *plain_text(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

static void check_entry(struct walk *k, sqlite3_stmt *st)
{
	struct chain_entry e = {
		.tenant_id = k->tenant_id,
		.seq = col_int(st, 0),
		.at = col_int(st, 1),
		.actor = plain_text(st, 2),
		.terminal = plain_text(st, 3),
		.action = plain_text(st, 4),
		.brand_id = col_int(st, 5),
		.job_id = col_int(st, 6),
		.connection_id = col_int(st, 7),
		.outcome = plain_text(st, 8),
		.code = plain_text(st, 9),
		.message = plain_text(st, 10),
		.duration_ms = col_int(st, 11),
		.chain_key = plain_text(st, 12),
	};
	const void *stored = sqlite3_column_blob(st, 13);
	unsigned char hash[HASH_BYTES];

	if (e.seq != k->seq + 1) {
		found_bad(k, k->seq + 1, "gap");
		return;
	}
	if (sqlite3_column_bytes(st, 13) != HASH_BYTES || (e.seq == 1 && !e.chain_key)) {
		found_bad(k, e.seq, "hash");
		return;
	}
	if (e.chain_key)
		snprintf(k->key, sizeof(k->key), "%s", e.chain_key);
	if (strcmp(k->key, chain_key_id(k->s->w->chain)) == 0) {
		chain_entry_hash(k->s->w->chain, k->seq ? k->hash : NULL, &e, hash);
		if (!bytes_equal(hash, stored, HASH_BYTES)) {
			found_bad(k, e.seq, "hash");
			return;
		}
		if (k->unproven && e.chain_key && strcmp(e.action, "log.segment") == 0) {
			k->unproven = 0;
			k->lost_key = true;
		}
	} else if (!k->unproven) {
		k->unproven = e.seq;
	}
	k->seq = e.seq;
	memcpy(k->hash, stored, HASH_BYTES);
	if (k->outside && k->outside->seq == k->seq) {
		char hex[HASH_HEX_SIZE];

		hex_encode(stored, HASH_BYTES, hex);
		k->outside_seen = true;
		if (strcmp(hex, k->outside->hash) != 0)
			found_bad(k, e.seq, "head");
	}
}

static enum err walk_step(struct walk *k, bool *more, struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	int n = 0;
	enum err e = db_query(
		k->s, info, &st,
		"SELECT seq, at, actor, terminal, action, brand_id, job_id, connection_id, outcome, code,"
		" message, duration_ms, chain_key, hash FROM {publishing_logs}"
		" WHERE tenant_id=$1 AND seq>$2 ORDER BY seq LIMIT $3",
		"iii", k->tenant_id, k->seq, (int64_t)STEP_ROWS);

	while (!e && !k->bad) {
		e = db_step(k->s, st, &row, info);
		if (e || !row)
			break;
		check_entry(k, st);
		n++;
	}
	db_done(st);
	*more = !e && !k->bad && n == STEP_ROWS;
	return e;
}

/* ---- all chains ----------------------------------------------------------------- */

struct chains {
	struct chain_report *reports;
	size_t n;
	int64_t total;
};

static enum err list_chains(struct store *s, int64_t tenant_id, struct arena *a, struct chains *out,
			    struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e = db_query(
		s, info, &st,
		"SELECT c.id, c.name, (SELECT count(*) FROM {publishing_logs} l WHERE l.tenant_id=c.id) FROM"
		" (SELECT 0 AS id, NULL AS name UNION ALL SELECT id, name FROM {tenants}) c"
		" WHERE $1 < 0 OR c.id=$1 ORDER BY c.id",
		"i", tenant_id);

	while (!e) {
		struct chain_report *r;

		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		out->reports = arena_grow(a, out->reports, out->n, sizeof(*out->reports));
		r = &out->reports[out->n++];
		memset(r, 0, sizeof(*r));
		r->tenant_id = col_int(st, 0);
		r->tenant = col_text(st, 1, a);
		r->entries = col_int(st, 2);
		r->ok = true;
		out->total += r->entries;
	}
	db_done(st);
	return e;
}

static enum err verify_one(struct walk *k, struct chain_report *r, int64_t done, int64_t total,
			   bool (*progress)(void *self, int64_t done, int64_t total), void *self,
			   struct err_info *info)
{
	bool more = true;
	enum err e = OK;

	while (!e && more) {
		e = walk_step(k, &more, info);
		if (!e && progress && !progress(self, done + k->seq, total))
			e = err_set(info, E_INTERRUPTED, "the check was stopped");
	}
	if (e)
		return e;
	if (k->unproven)
		found_bad(k, k->unproven, "key");
	/* The outside head names an entry that is not there: the tail was cut. */
	if (k->outside && !k->outside_seen && k->outside->seq > k->seq)
		found_bad(k, k->seq + 1, "head");
	r->ok = k->bad == 0;
	r->first_bad = k->bad;
	r->what = k->bad ? k->what : k->lost_key ? "key" : NULL;
	return OK;
}

/* The heads are read before the snapshot: writers go on, and a newer file would look like a cut tail. */
enum err audit_verify(struct store *s, int64_t tenant_id, struct arena *a,
		      struct chain_report **out, size_t *n,
		      bool (*progress)(void *self, int64_t done, int64_t total), void *self,
		      struct err_info *info)
{
	struct chains c = {0};
	size_t heads_n = 0;
	struct outside_head *heads;
	int64_t done = 0;
	enum err e = tenant_id == s->tenant_id ? OK : need_service(s, info);

	if (e)
		return e;
	if (!s->w->chain)
		return err_set(info, E_VAULT_KEY,
			       "the log's chain key is not there, so nothing can be verified");
	heads = heads_read(s->w, &heads_n);
	e = list_chains(s, tenant_id, a, &c, info);
	for (size_t i = 0; !e && i < c.n; i++) {
		struct walk k = {.s = s, .tenant_id = c.reports[i].tenant_id};

		for (size_t j = 0; j < heads_n; j++)
			if (heads[j].tenant_id == k.tenant_id)
				k.outside = &heads[j];
		e = verify_one(&k, &c.reports[i], done, c.total, progress, self, info);
		done += c.reports[i].entries;
		/* Entries added meanwhile were walked too. */
		if (!e && k.seq > c.reports[i].entries)
			c.reports[i].entries = k.seq;
	}
	xfree(&heads);
	if (e)
		return e;
	*out = c.reports;
	*n = c.n;
	return OK;
}
