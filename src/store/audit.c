/* store/audit.c - writing and reading the log. The chain and its proof are in chain.c.
 *
 * The newest entry's number and hash are read once per transaction and then kept with the store. */
#include "store/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store_private.h"

#define MESSAGE_BYTES_MAX 4096
#define SCAN_ROWS_MAX 50000 /* of a page whose condition has no index */
#define SEGMENT "log.segment"

/* ---- appending ------------------------------------------------------------ */

static enum err head_of(struct store *s, int64_t tenant_id, struct chain_head **out,
			struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	struct chain_head *h;
	bool row = false;
	enum err e;

	for (size_t i = 0; i < s->heads_n; i++) {
		if (s->heads[i].tenant_id == tenant_id) {
			*out = &s->heads[i];
			return OK;
		}
	}
	s->heads = xrealloc(s->heads, s->heads_n + 1, sizeof(*s->heads));
	h = &s->heads[s->heads_n];
	memset(h, 0, sizeof(*h));
	h->tenant_id = tenant_id;
	e = db_query(
		s, info, &st,
		"SELECT seq, hash FROM {publishing_logs} WHERE tenant_id=$1 ORDER BY seq DESC LIMIT 1",
		"i", tenant_id);
	if (!e)
		e = db_step(s, st, &row, info);
	if (!e && row && sqlite3_column_bytes(st, 1) != HASH_BYTES)
		e = err_set(info, E_LOG_BROKEN, "the newest log entry has no hash");
	if (!e && row) {
		h->seq = col_int(st, 0);
		memcpy(h->hash, sqlite3_column_blob(st, 1), HASH_BYTES);
	}
	db_done(st);
	if (e)
		return e;
	s->heads_n++;
	*out = h;
	return OK;
}

static enum err append(struct store *s, struct chain_entry *n, bool segment, struct err_info *info)
{
	unsigned char hash[HASH_BYTES];
	struct chain_head *h;
	enum err e = head_of(s, n->tenant_id, &h, info);

	if (e)
		return e;
	if (!s->w->chain)
		return err_set(info, E_VAULT_KEY, "the log's chain key is not open");
	n->seq = h->seq + 1;
	n->at = clock_wall_ms();
	n->actor = s->actor;
	n->terminal = s->terminal;
	if (segment || n->seq == 1)
		n->chain_key = chain_key_id(s->w->chain);
	chain_entry_hash(s->w->chain, h->seq ? h->hash : NULL, n, hash);
	e = db_exec(
		s, info,
		"INSERT INTO {publishing_logs} (tenant_id, seq, at, actor, terminal, action, brand_id, job_id,"
		" connection_id, outcome, code, message, duration_ms, chain_key, hash)"
		" VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
		"iiissszzzsssisb", n->tenant_id, n->seq, n->at, n->actor, n->terminal, n->action,
		n->brand_id, n->job_id, n->connection_id, n->outcome, n->code, n->message,
		n->duration_ms, n->chain_key, hash, (size_t)HASH_BYTES);
	if (e)
		return e;
	h->seq = n->seq;
	memcpy(h->hash, hash, HASH_BYTES);
	h->touched = true;
	return OK;
}

enum err audit_append(struct store *s, int64_t tenant_id, const struct audit_note *n,
		      struct err_info *info)
{
	struct chain_entry entry = {
		.tenant_id = tenant_id,
		.brand_id = n->brand_id,
		.job_id = n->job_id,
		.connection_id = n->connection_id,
		.duration_ms = n->duration_ms,
		.action = n->action,
		.outcome = n->outcome,
		.code = n->code,
	};
	struct strbuf message;
	enum err e;

	need_tx(s);
	e = tenant_id ? need_tenant(s, tenant_id, info) : need_service(s, info);
	if (e)
		return e;
	strbuf_init(&message, MESSAGE_BYTES_MAX);
	if (n->message && *n->message) {
		log_redact(&message, n->message, strlen(n->message));
		entry.message = message.data;
	}
	e = append(s, &entry, false, info);
	strbuf_free(&message);
	return e;
}

enum err audit_segment(struct store *s, int64_t tenant_id, const char *message,
		       struct err_info *info)
{
	struct chain_entry entry = {
		.tenant_id = tenant_id, .action = SEGMENT, .outcome = "ok", .message = message};

	need_tx(s);
	return append(s, &entry, true, info);
}

/* ---- reading ---------------------------------------------------------------- */

#define ENTRY_COLUMNS \
	"SELECT l.seq, l.tenant_id, l.at, l.actor, l.terminal, l.action, t.name, b.name, l.brand_id, l.job_id," \
	" l.connection_id, l.outcome, l.code, l.message, l.duration_ms, l.hash, c.platform" \
	" FROM {publishing_logs} l" \
	" LEFT JOIN {tenants} t ON t.id=l.tenant_id" \
	" LEFT JOIN {brands} b ON b.tenant_id=l.tenant_id AND b.id=l.brand_id" \
	" LEFT JOIN {platform_connections} c ON c.tenant_id=l.tenant_id AND c.id=l.connection_id"

static void read_entry(sqlite3_stmt *st, struct arena *a, struct log_entry *o)
{
	char hex[HASH_HEX_SIZE] = "";

	o->seq = col_int(st, 0);
	o->tenant_id = col_int(st, 1);
	o->at = col_int(st, 2);
	o->actor = col_text(st, 3, a);
	o->terminal = col_text(st, 4, a);
	o->action = col_text(st, 5, a);
	o->tenant = col_text(st, 6, a);
	o->brand = col_text(st, 7, a);
	o->brand_id = col_int(st, 8);
	o->job_id = col_int(st, 9);
	o->connection_id = col_int(st, 10);
	o->outcome = col_text(st, 11, a);
	o->code = col_text(st, 12, a);
	o->message = col_text(st, 13, a);
	o->duration_ms = col_int(st, 14);
	if (sqlite3_column_bytes(st, 15) == HASH_BYTES)
		hex_encode(sqlite3_column_blob(st, 15), HASH_BYTES, hex);
	o->hash = arena_strdup(a, hex);
	o->platform = col_text(st, 16, a);
}

static bool entry_matches(const struct log_filter *f, sqlite3_stmt *st)
{
	const char *action = (const char *)sqlite3_column_text(st, 5);
	const char *actor = (const char *)sqlite3_column_text(st, 3);
	const char *message = (const char *)sqlite3_column_text(st, 13);
	const char *platform = (const char *)sqlite3_column_text(st, 16);
	int64_t at = col_int(st, 2);
	size_t n = f->action ? strlen(f->action) : 0;

	if ((f->brand_id && col_int(st, 8) != f->brand_id) ||
	    (f->job_id && col_int(st, 9) != f->job_id) ||
	    (f->connection_id && col_int(st, 10) != f->connection_id))
		return false;
	if ((f->since && at < f->since) || (f->until && at >= f->until))
		return false;
	if (n && f->action[n - 1] == '.' ? strncmp(action, f->action, n) != 0
					 : n && strcmp(action, f->action) != 0)
		return false;
	if (f->actor && strcmp(actor, f->actor) != 0)
		return false;
	if (f->platform && (!platform || strcmp(platform, f->platform) != 0))
		return false;
	if (f->search && *f->search && !(message && strcasestr(message, f->search)) &&
	    !strcasestr(action, f->search))
		return false;
	return true;
}

struct scan {
	struct log_entry *entries;
	size_t n;
	int64_t scanned, last_seq; /* the last row looked at */
	bool cut, more;            /* stopped by the bound; a row beyond the limit matches */
};

static const char walk_down[] = ENTRY_COLUMNS
	" WHERE l.tenant_id=$1 AND l.seq<$2 ORDER BY l.seq DESC";
static const char walk_up[] = ENTRY_COLUMNS " WHERE l.tenant_id=$1 AND l.seq>$2 ORDER BY l.seq";
static const char job_down[] = ENTRY_COLUMNS
	" WHERE l.tenant_id=$1 AND l.job_id=$3 AND l.seq<$2 ORDER BY l.seq DESC";
static const char job_up[] = ENTRY_COLUMNS
	" WHERE l.tenant_id=$1 AND l.job_id=$3 AND l.seq>$2 ORDER BY l.seq";

/* Entries beyond `from` in one direction that match: skips `offset`, keeps `limit` (counts them only, without an arena),
 * sees whether there are more. */
static enum err scan(struct store *s, const struct log_filter *f, bool up, int64_t from,
		     int64_t offset, int limit, int64_t bound, struct arena *a, struct scan *out,
		     struct err_info *info)
{
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e;

	if (f->job_id)
		e = db_query(s, info, &st, up ? job_up : job_down, "iii", s->tenant_id, from,
			     f->job_id);
	else
		e = db_query(s, info, &st, up ? walk_up : walk_down, "ii", s->tenant_id, from);
	while (!e && !out->cut) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		if (entry_matches(f, st)) {
			if (offset > 0) {
				offset--;
			} else if (out->n == (size_t)limit) {
				out->more = true;
				break;
			} else if (a) {
				out->entries = arena_grow(a, out->entries, out->n,
							  sizeof(*out->entries));
				read_entry(st, a, &out->entries[out->n++]);
			} else {
				out->n++;
			}
		}
		out->last_seq = col_int(st, 0);
		out->cut = bound && ++out->scanned >= bound;
	}
	db_done(st);
	return e;
}

static bool parse_cursor(const char *cursor, int64_t *seq)
{
	char *end;
	long long v;

	if (cursor[0] != 'L')
		return false;
	v = strtoll(cursor + 1, &end, 10);
	if (*end || end == cursor + 1 || v < 0)
		return false;
	*seq = v;
	return true;
}

static bool unfiltered(const struct log_filter *f)
{
	return !f->brand_id && !f->job_id && !f->connection_id && !f->action && !f->actor &&
	       !f->platform && !f->since && !f->until && !(f->search && *f->search);
}

static void reverse(struct log_entry *x, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct log_entry t = x[i];

		x[i] = x[n - 1 - i];
		x[n - 1 - i] = t;
	}
}

static enum err count_entries(struct store *s, const struct log_filter *f, int64_t *total,
			      struct err_info *info)
{
	struct scan sc = {0};
	enum err e;

	*total = 0;
	if (unfiltered(f))
		return db_int(s, info, total,
			      "SELECT max(seq) FROM {publishing_logs} WHERE tenant_id=$1", "i",
			      s->tenant_id);
	e = scan(s, f, false, INT64_MAX, 0, SCAN_ROWS_MAX, SCAN_ROWS_MAX, NULL, &sc, info);
	*total = sc.cut || sc.more ? -1 : (int64_t)sc.n;
	return e;
}

enum err audit_page(struct store *s, const struct log_filter *f, const struct page_request *r,
		    struct page *out, struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	bool reversed = r->backwards || r->last, up = r->ascending != reversed;
	int64_t from = up ? 0 : INT64_MAX;
	int limit = r->limit > 0 ? r->limit : 1;
	struct scan sc = {0};
	enum err e = OK;

	if (r->cursor && !parse_cursor(r->cursor, &from))
		e = err_set(info, E_INVALID, "that is no cursor of this list");
	if (!e && r->around_id)
		from = up ? r->around_id - 1 : r->around_id + 1;
	if (!e)
		e = scan(s, f, up, from, r->cursor || r->around_id ? 0 : r->offset, limit,
			 SCAN_ROWS_MAX, p.arena, &sc, info);
	if (!e && r->count)
		e = count_entries(s, f, &p.total, info);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.entries = sc.entries;
	p.n = sc.n;
	if (reversed)
		reverse(p.entries, p.n);
	/* Where the walk stopped is where it goes on, also when the bound cut it short. */
	if (sc.more || sc.cut) {
		const char *on = arena_printf(p.arena, "L%lld", (long long)sc.last_seq);

		if (reversed)
			p.prev = on;
		else
			p.next = on;
	}
	if (p.n && (r->cursor || r->around_id || r->offset || r->last)) {
		const struct log_entry *edge = reversed ? &p.entries[p.n - 1] : &p.entries[0];
		const char *back = arena_printf(p.arena, "L%lld", (long long)edge->seq);

		if (!reversed)
			p.prev = back;
		else if (!r->last)
			p.next = back;
	}
	*out = p;
	return OK;
}

enum err audit_after(struct store *s, const struct log_filter *f, int64_t seq, int limit,
		     struct page *out, struct err_info *info)
{
	struct page p = {.arena = arena_new(), .total = -1};
	struct scan sc = {0};
	enum err e = scan(s, f, true, seq, 0, limit, 0, p.arena, &sc, info);

	if (e) {
		arena_free(&p.arena);
		return e;
	}
	p.entries = sc.entries;
	p.n = sc.n;
	if (sc.more)
		p.next = arena_printf(p.arena, "L%lld", (long long)sc.last_seq);
	*out = p;
	return OK;
}
