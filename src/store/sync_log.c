/* store/sync_log.c - exchanges with platforms that are no publishing, and their pages. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/connections.h"
#include "store/store_private.h"

enum err sync_log_add(struct store *s, int64_t tenant_id, const struct sync_note *n,
		      struct err_info *info)
{
	int64_t id;
	enum err e;

	need_tx(s);
	e = next_id(s, tenant_id, "platform_sync_logs", &id, info);
	if (e)
		return e;
	return db_exec(
		s, info,
		"INSERT INTO {platform_sync_logs} (tenant_id, id, connection_id, platform, op, at, duration_ms,"
		" http_status, outcome, code, message) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
		"iizssiizsss", tenant_id, id, n->connection_id, n->platform, n->op, n->at,
		n->duration_ms, n->http_status, n->outcome, n->code, n->message);
}

/* ---- pages ------------------------------------------------------------------ */

#define SYNC_FROM \
	" FROM {platform_sync_logs} s" \
	" LEFT JOIN {platform_connections} c ON c.tenant_id=s.tenant_id AND c.id=s.connection_id" \
	" LEFT JOIN {brands} b ON b.tenant_id=c.tenant_id AND b.id=c.brand_id" \
	" WHERE s.tenant_id=$1 AND ($2 IS NULL OR c.brand_id=$2) AND ($3 IS NULL OR s.platform=$3)" \
	" AND ($4 IS NULL OR s.op=$4) AND ($5 IS NULL OR s.outcome<>'ok')" \
	" AND ($6 IS NULL OR s.at>=$6) AND ($7 IS NULL OR s.at<$7)"
#define SYNC_COLUMNS \
	"SELECT s.id, s.tenant_id, s.at, s.connection_id, b.name, c.account, s.platform, s.op, s.outcome," \
	" s.http_status, s.code, s.message, s.duration_ms" SYNC_FROM
#define SYNC_TYPES "izsszzz"
#define SYNC_VALUES(s, f) \
	(s)->tenant_id, (f)->brand_id, (f)->platform, (f)->op, (int64_t)(f)->failed, (f)->since, \
		(f)->until

static const char all_down[] = SYNC_COLUMNS " AND s.id<$8 ORDER BY s.id DESC LIMIT $9 OFFSET $10";
static const char all_up[] = SYNC_COLUMNS " AND s.id>$8 ORDER BY s.id LIMIT $9 OFFSET $10";
static const char one_down[] = SYNC_COLUMNS
	" AND s.connection_id=$11 AND s.id<$8 ORDER BY s.id DESC LIMIT $9 OFFSET $10";
static const char one_up[] = SYNC_COLUMNS
	" AND s.connection_id=$11 AND s.id>$8 ORDER BY s.id LIMIT $9 OFFSET $10";
static const char count_all[] = "SELECT count(*)" SYNC_FROM;
static const char count_one[] = "SELECT count(*)" SYNC_FROM " AND s.connection_id=$8";

static void read_entry(sqlite3_stmt *st, struct arena *a, struct sync_entry *o)
{
	*o = (struct sync_entry){
		.id = col_int(st, 0),
		.tenant_id = col_int(st, 1),
		.at = col_int(st, 2),
		.connection_id = col_int(st, 3),
		.brand = col_text(st, 4, a),
		.account = col_text(st, 5, a),
		.platform = col_text(st, 6, a),
		.op = col_text(st, 7, a),
		.outcome = col_text(st, 8, a),
		.http_status = col_int(st, 9),
		.code = col_text(st, 10, a),
		.message = col_text(st, 11, a),
		.duration_ms = col_int(st, 12),
	};
}

/* One more than is shown tells whether there are more. */
static enum err read_page(struct store *s, const struct sync_filter *f,
			  const struct page_request *r, int64_t from, struct page *p, bool *more,
			  struct err_info *info)
{
	int64_t limit = r->limit > 0 ? r->limit : 1, offset = r->cursor ? 0 : r->offset;
	sqlite3_stmt *st = NULL;
	bool row = true;
	enum err e;

	if (f->connection_id)
		e = db_query(s, info, &st, r->ascending ? one_up : one_down, SYNC_TYPES "iiii",
			     SYNC_VALUES(s, f), from, limit + 1, offset, f->connection_id);
	else
		e = db_query(s, info, &st, r->ascending ? all_up : all_down, SYNC_TYPES "iii",
			     SYNC_VALUES(s, f), from, limit + 1, offset);
	while (!e) {
		e = db_step(s, st, &row, info);
		if (e || !row)
			break;
		*more = p->n == (size_t)limit;
		if (*more)
			break;
		p->syncs = arena_grow(p->arena, p->syncs, p->n, sizeof(*p->syncs));
		read_entry(st, p->arena, &p->syncs[p->n++]);
	}
	db_done(st);
	return e;
}

static enum err count_rows(struct store *s, const struct sync_filter *f, int64_t *total,
			   struct err_info *info)
{
	*total = 0;
	if (f->connection_id)
		return db_int(s, info, total, count_one, SYNC_TYPES "i", SYNC_VALUES(s, f),
			      f->connection_id);
	return db_int(s, info, total, count_all, SYNC_TYPES, SYNC_VALUES(s, f));
}

enum err sync_log_page(struct store *s, const struct sync_filter *f, const struct page_request *r,
		       struct page *out, struct err_info *info)
{
	struct page p = {.arena = NULL, .total = -1};
	int64_t from = r->ascending ? 0 : INT64_MAX;
	bool more = false;
	enum err e = need_own_tenant(s, info);

	if (!e && r->cursor && (r->cursor[0] != 'Y' || !parse_number(r->cursor + 1, &from)))
		e = err_set(info, E_INVALID, "that is no cursor of this list");
	if (e)
		return e;
	p.arena = arena_new();
	e = read_page(s, f, r, from, &p, &more, info);
	if (!e && r->count)
		e = count_rows(s, f, &p.total, info);
	if (e) {
		arena_free(&p.arena);
		return e;
	}
	if (more)
		p.next = arena_printf(p.arena, "Y%lld", (long long)p.syncs[p.n - 1].id);
	*out = p;
	return OK;
}
