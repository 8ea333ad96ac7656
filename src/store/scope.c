/* store/scope.c - the wall between tenants, inside one connection.
 *
 * SQLite's authorizer knows a reader only by the name of the innermost view or trigger, and a statement
 * can give that name to a table expression of its own. So in a tenant's scope
 *   scope_TABLE_<suffix>   a TEMP view over the base table, filtered on the tenant; the suffix is 128 random bits,
 *   v_TABLE                a TEMP view over that one, which statements name, and
 *   put_/set_/cut_...      INSTEAD OF triggers with the same suffix, which write to the base table
 * exist per connection (the triggers from the first transaction on: a screen that only reads needs none), and the authorizer lets only names with the suffix touch a base table. The suffix is
 * told nowhere: EXPLAIN is refused (sql.c), and so is reading any schema table.
 *
 * Rows that a trigger writes carry the tenant: it refuses others loudly, and the filter of an update or delete
 * names tenant and key. Columns of the key cannot be changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "store/store_private.h"

enum { PUT = 1, SET = 2, CUT = 4 };

/* What a tenant's statements may do to which table. Nothing ever deletes a brand, connection, post or job. */
static const struct scoped {
	const char *table, *tenant_column;
	unsigned writes;
} scoped[] = {
	{"tenants", "id", 0},
	{"counters", "tenant_id", PUT | SET},
	{"settings", "tenant_id", PUT | SET | CUT},
	{"tenant_keys", "tenant_id", PUT | SET},
	{"brands", "tenant_id", PUT | SET},
	{"platform_connections", "tenant_id", PUT | SET},
	{"posts", "tenant_id", PUT | SET},
	{"post_variants", "tenant_id", PUT | SET | CUT},
	{"post_media", "tenant_id", PUT | CUT},
	{"publishing_jobs", "tenant_id", PUT | SET},
	{"publishing_attempts", "tenant_id", PUT | SET},
	{"media_objects", "tenant_id", 0},
	{"publishing_logs", "tenant_id", PUT},
	{"platform_sync_logs", "tenant_id", PUT},
};

char *scope_expand(const struct store *s, const char *sql)
{
	const char *prefix = s->suffix[0] ? "v_" : "";
	size_t n = 0, at = 0;
	char *out;

	for (const char *p = sql; *p; p++)
		n += *p == '{';
	out = xmalloc(strlen(sql) + n + 1);
	for (const char *p = sql; *p; p++) {
		if (*p == '{') {
			memcpy(out + at, prefix, strlen(prefix));
			at += strlen(prefix);
		} else if (*p != '}') {
			out[at++] = *p;
		}
	}
	out[at] = '\0';
	return out;
}

/* ---- the authorizer ------------------------------------------------------- */

static const struct scoped *find_scoped(const char *table)
{
	for (size_t i = 0; table && i < COUNT_OF(scoped); i++)
		if (strcmp(scoped[i].table, table) == 0)
			return &scoped[i];
	return NULL;
}

static bool has_suffix(const struct store *s, const char *name)
{
	size_t n = name ? strlen(name) : 0, k = strlen(s->suffix);

	return n > k && strcmp(name + n - k, s->suffix) == 0;
}

static bool is_public_view(const char *name)
{
	return name && strncmp(name, "v_", 2) == 0 && find_scoped(name + 2);
}

static bool function_allowed(const char *name)
{
	static const char *const allowed[] = {"count",    "min",    "max",    "sum",  "total",
					      "coalesce", "ifnull", "nullif", "like", "lower",
					      "length",   "substr", "instr"};

	for (size_t i = 0; name && i < COUNT_OF(allowed); i++)
		if (sqlite3_stricmp(name, allowed[i]) == 0)
			return true;
	return false;
}

/* Everything that is not named here is refused. `by` is the innermost view or trigger. */
static int authorize(void *self, int action, const char *a, const char *b, const char *db,
		     const char *by)
{
	const struct store *s = self;
	bool ok = false;

	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_TRANSACTION:
		ok = true;
		break;
	case SQLITE_READ:
		if (is_public_view(a) || has_suffix(s, a))
			ok = !db || strcmp(db, "temp") == 0;
		else if (find_scoped(a))
			ok = has_suffix(s, by) && db && strcmp(db, "main") == 0;
		break;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
		if (is_public_view(a))
			ok = db && strcmp(db, "temp") == 0;
		else if (find_scoped(a))
			ok = has_suffix(s, by) && db && strcmp(db, "main") == 0;
		break;
	case SQLITE_FUNCTION:
		ok = function_allowed(b);
		break;
	case SQLITE_PRAGMA:
		/* Has another connection committed: tells of no row. */
		ok = sqlite3_stricmp(a, "data_version") == 0 && !b;
		break;
	default:
		break;
	}
	return ok ? SQLITE_OK : SQLITE_DENY;
}

/* ---- views and triggers --------------------------------------------------- */

struct columns {
	struct column {
		char name[64];
		char fallback[64]; /* "" for none */
		bool key;
	} c[64];
	size_t n;
};

static enum err read_columns(struct store *s, const char *table, struct columns *out,
			     struct err_info *info)
{
	char *sql = xasprintf("PRAGMA main.table_xinfo(%s)", table);
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	out->n = 0;
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		struct column *c = &out->c[out->n];
		const char *fallback;

		rc = sqlite3_step(st);
		if (rc != SQLITE_ROW)
			break;
		if (sqlite3_column_int(st, 6)) /* generated */
			continue;
		INVARIANT(out->n < COUNT_OF(out->c), "tables have at most 64 columns");
		snprintf(c->name, sizeof(c->name), "%s", (const char *)sqlite3_column_text(st, 1));
		fallback = (const char *)sqlite3_column_text(st, 4);
		snprintf(c->fallback, sizeof(c->fallback), "%s", fallback ? fallback : "");
		c->key = sqlite3_column_int(st, 5) > 0;
		out->n++;
	}
	sqlite3_finalize(st);
	xfree(&sql);
	if (rc != SQLITE_DONE)
		return sql_error(s->db, rc, info);
	return out->n ? OK : err_set(info, E_CORRUPT, "the database has no table %s", table);
}

static void add_views(struct strbuf *b, const struct store *s, const struct scoped *t,
		      const struct columns *c)
{
	strbuf_printf(b, "CREATE TEMP VIEW scope_%s_%s AS SELECT ", t->table, s->suffix);
	for (size_t i = 0; i < c->n; i++)
		strbuf_printf(b, "%s%s", i ? "," : "", c->c[i].name);
	strbuf_printf(b, " FROM main.%s WHERE %s=%lld;", t->table, t->tenant_column,
		      (long long)s->tenant_id);
	strbuf_printf(b, "CREATE TEMP VIEW v_%s AS SELECT ", t->table);
	for (size_t i = 0; i < c->n; i++)
		strbuf_printf(b, "%s%s", i ? "," : "", c->c[i].name);
	strbuf_printf(b, " FROM temp.scope_%s_%s;", t->table, s->suffix);
}

static void begin_trigger(struct strbuf *b, const struct store *s, const struct scoped *t,
			  const char *kind, const char *event)
{
	strbuf_printf(b, "CREATE TEMP TRIGGER %s_%s_%s INSTEAD OF %s ON v_%s BEGIN ", kind,
		      t->table, s->suffix, event, t->table);
}

static void add_key_filter(struct strbuf *b, const struct store *s, const struct scoped *t,
			   const struct columns *c)
{
	strbuf_printf(b, " WHERE %s=%lld", t->tenant_column, (long long)s->tenant_id);
	for (size_t i = 0; i < c->n; i++)
		if (c->c[i].key && strcmp(c->c[i].name, t->tenant_column) != 0)
			strbuf_printf(b, " AND %s=OLD.%s", c->c[i].name, c->c[i].name);
	strbuf_puts(b, "; END;");
}

static void add_triggers(struct strbuf *b, const struct store *s, const struct scoped *t,
			 const struct columns *c)
{
	const char *sep = "";

	if (t->writes & PUT) {
		begin_trigger(b, s, t, "put", "INSERT");
		strbuf_printf(
			b,
			"SELECT RAISE(ABORT,'another tenant') WHERE NEW.%s IS NOT %lld;INSERT INTO %s(",
			t->tenant_column, (long long)s->tenant_id, t->table);
		for (size_t i = 0; i < c->n; i++)
			strbuf_printf(b, "%s%s", i ? "," : "", c->c[i].name);
		strbuf_puts(b, ") VALUES (");
		for (size_t i = 0; i < c->n; i++) {
			if (c->c[i].fallback[0])
				strbuf_printf(b, "%scoalesce(NEW.%s,%s)", i ? "," : "",
					      c->c[i].name, c->c[i].fallback);
			else
				strbuf_printf(b, "%sNEW.%s", i ? "," : "", c->c[i].name);
		}
		strbuf_puts(b, "); END;");
	}
	if (t->writes & SET) {
		begin_trigger(b, s, t, "set", "UPDATE");
		for (size_t i = 0; i < c->n; i++)
			if (c->c[i].key)
				strbuf_printf(
					b,
					"SELECT RAISE(ABORT,'a key stays') WHERE NEW.%s IS NOT OLD.%s;",
					c->c[i].name, c->c[i].name);
		strbuf_printf(b, "UPDATE %s SET ", t->table);
		for (size_t i = 0; i < c->n; i++) {
			if (c->c[i].key)
				continue;
			strbuf_printf(b, "%s%s=NEW.%s", sep, c->c[i].name, c->c[i].name);
			sep = ",";
		}
		add_key_filter(b, s, t, c);
	}
	if (t->writes & CUT) {
		begin_trigger(b, s, t, "cut", "DELETE");
		strbuf_printf(b, "DELETE FROM %s", t->table);
		add_key_filter(b, s, t, c);
	}
}

static enum err define(struct store *s, bool triggers, struct err_info *info)
{
	struct strbuf b;
	enum err e = OK;

	strbuf_init(&b, STRBUF_CEILING_DEFAULT);
	for (size_t i = 0; !e && i < COUNT_OF(scoped); i++) {
		struct columns c;

		e = read_columns(s, scoped[i].table, &c, info);
		if (e)
			break;
		if (triggers)
			add_triggers(&b, s, &scoped[i], &c);
		else
			add_views(&b, s, &scoped[i], &c);
	}
	INVARIANT(!b.overflowed, "the scope's definitions have room");
	if (!e)
		e = sql_text(s->db, b.data, info);
	strbuf_free(&b);
	return e;
}

enum err scope_enter(struct store *s, struct err_info *info)
{
	unsigned char random[16];
	enum err e;

	rng_bytes(random, sizeof(random));
	hex_encode(random, sizeof(random), s->suffix);
	e = define(s, false, info);
	if (!e)
		e = connection_seal(s, info);
	if (e)
		return e;
	s->never_explain = true;
	sqlite3_set_authorizer(s->db, authorize, s);
	return OK;
}

enum err scope_arm(struct store *s, struct err_info *info)
{
	enum err e;

	if (s->armed || !s->suffix[0])
		return OK;
	sqlite3_set_authorizer(s->db, NULL, NULL);
	e = define(s, true, info);
	sqlite3_set_authorizer(s->db, authorize, s);
	s->armed = !e;
	return e;
}
