/* tests/unit/store/test_scope_fuzz.c - 20,000 generated queries in a tenant's scope, asked twice.
 *
 * Between the two rounds only the other tenant's rows change: more of them, other texts, the largest and the
 * smallest numbers. Whatever a query shows, counts or fails with must be the same both times: an expression that
 * runs on foreign rows before the tenant's filter, and fails there, would tell of them. */
#include "fixture.h"

#define QUERIES 20000
#define SEED UINT64_C(0x6d617374)

struct table {
	const char *name;
	const char *columns[8];
};

static const struct table tables[] = {
	{"v_brands",
	 {"id", "tenant_id", "name", "timezone", "color", "catch_up_min", "paused", NULL}},
	{"v_platform_connections",
	 {"id", "tenant_id", "brand_id", "platform", "account", "status", "expires_at", NULL}},
	{"v_posts",
	 {"id", "tenant_id", "brand_id", "text", "title", "language", "created_at", NULL}},
	{"v_publishing_jobs",
	 {"id", "tenant_id", "connection_id", "status", "priority", "stage", "scheduled_at", NULL}},
	{"v_publishing_logs",
	 {"seq", "tenant_id", "at", "actor", "action", "message", "job_id", NULL}},
};

struct generator {
	uint64_t state;
	const struct table *from[2];
	size_t n_from;
	struct strbuf *out;
};

static unsigned pick(struct generator *g, unsigned bound)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (unsigned)(g->state >> 33) % bound;
}

static void column(struct generator *g)
{
	unsigned t = pick(g, (unsigned)g->n_from);

	strbuf_printf(g->out, "t%u.%s", t, g->from[t]->columns[pick(g, 7)]);
}

static void expression(struct generator *g, int depth);

static void call(struct generator *g, const char *name, int n, int depth)
{
	strbuf_printf(g->out, "%s(", name);
	for (int i = 0; i < n; i++) {
		if (i)
			strbuf_puts(g->out, ", ");
		expression(g, depth);
	}
	strbuf_putc(g->out, ')');
}

static void leaf(struct generator *g)
{
	static const char *const constants[] = {"0",
						"1",
						"2",
						"NULL",
						"'x'",
						"'%F%'",
						"'REIGN'",
						"9223372036854775807",
						"-9223372036854775807 - 1",
						"1e308",
						"x'00ff'"};

	if (pick(g, 3))
		column(g);
	else
		strbuf_puts(g->out, constants[pick(g, COUNT_OF(constants))]);
}

static void binary(struct generator *g, int depth)
{
	static const char *const operators[] = {"+",
						"-",
						"*",
						"/",
						"%",
						"||",
						"=",
						"<>",
						"<",
						">",
						"<=",
						"AND",
						"OR",
						"IS",
						"LIKE",
						"<<",
						">>",
						"&",
						"IN (1, 2, 3) OR 0 <>",
						"GLOB",
						"IS NOT"};

	strbuf_putc(g->out, '(');
	expression(g, depth);
	strbuf_printf(g->out, " %s ", operators[pick(g, COUNT_OF(operators))]);
	expression(g, depth);
	strbuf_putc(g->out, ')');
}

static void expression(struct generator *g, int depth)
{
	if (depth <= 0) {
		leaf(g);
		return;
	}
	depth--;
	switch (pick(g, 14)) {
	case 0:
		call(g, "coalesce", 2, depth);
		break;
	case 1:
		call(g, "length", 1, depth);
		break;
	case 2:
		call(g, "substr", 3, depth);
		break;
	case 3:
		call(g, "instr", 2, depth);
		break;
	case 4:
		/* Not among the functions that a scope has: refused, whatever the rows hold. */
		if (pick(g, 20) == 0)
			call(g, pick(g, 2) ? "abs" : "json", 1, depth);
		else
			call(g, "lower", 1, depth);
		break;
	case 5:
		if (pick(g, 8)) {
			leaf(g);
			break;
		}
		strbuf_puts(g->out, "(");
		expression(g, depth);
		strbuf_puts(g->out, " LIKE ");
		expression(g, depth);
		strbuf_puts(g->out, " ESCAPE ");
		leaf(g);
		strbuf_puts(g->out, ")");
		break;
	case 6:
		strbuf_puts(g->out, "CASE WHEN ");
		expression(g, depth);
		strbuf_puts(g->out, " THEN ");
		expression(g, depth);
		strbuf_puts(g->out, " END");
		break;
	case 7:
		strbuf_puts(g->out, "CAST(");
		expression(g, depth);
		strbuf_printf(g->out, " AS %s)", pick(g, 2) ? "INTEGER" : "TEXT");
		break;
	case 8:
		strbuf_printf(g->out, "(SELECT count(*) FROM %s s WHERE s.tenant_id = ",
			      tables[pick(g, COUNT_OF(tables))].name);
		leaf(g);
		strbuf_puts(g->out, ")");
		break;
	default:
		binary(g, depth);
		break;
	}
}

static void query(struct generator *g)
{
	static const char *const shapes[] = {"*", "count(*)", "max(t0.tenant_id), count(*)", "1"};
	static const char *const joins[] = {", ", " JOIN ", " LEFT JOIN "};
	unsigned shape = pick(g, COUNT_OF(shapes) + 1);

	g->n_from = 1 + pick(g, 2);
	for (size_t i = 0; i < g->n_from; i++)
		g->from[i] = &tables[pick(g, COUNT_OF(tables))];
	strbuf_puts(g->out, "SELECT ");
	if (shape < COUNT_OF(shapes))
		strbuf_puts(g->out, shapes[shape]);
	else
		expression(g, 2);
	strbuf_printf(g->out, " FROM %s t0", g->from[0]->name);
	if (g->n_from == 2)
		strbuf_printf(g->out, "%s%s t1 %s", joins[pick(g, 3)], g->from[1]->name, "ON 1");
	strbuf_puts(g->out, " WHERE ");
	expression(g, 3);
	if (pick(g, 4) == 0) {
		strbuf_puts(g->out, " ORDER BY ");
		expression(g, 1);
	}
	if (pick(g, 4) == 0)
		strbuf_puts(g->out, " LIMIT 3");
}

/* What a query tells: its rows without their order, its error. */
static uint64_t told_by(struct fixture *f, const char *sql, bool *ran)
{
	struct strbuf rows;
	uint64_t sum = 0, h = 1469598103934665603u;
	enum err e;

	strbuf_init(&rows, (size_t)8 << 20);
	e = store_test_exec(f->one, sql, &rows, &f->info);
	if (strstr(rows.data, "FOREIGN"))
		fail_msg("a foreign row shows: %s", sql);
	for (const char *p = rows.data; *p; p++) {
		h = (h ^ (unsigned char)*p) * 1099511628211u;
		if (*p == '\n') {
			sum += h;
			h = 1469598103934665603u;
		}
	}
	if (e)
		for (const char *p = f->info.text; *p; p++)
			sum = sum * 31 + (unsigned char)*p;
	*ran = e == OK;
	strbuf_free(&rows);
	return sum * 64 + (uint64_t)e;
}

static void change_foreign(struct fixture *f)
{
	static const char *const changes[] = {
		"UPDATE posts SET text='%', title='FOREIGN ' || id, created_at=9223372036854775807 WHERE tenant_id=2",
		"UPDATE brands SET name='FOREIGN REIGN ' || id, color='x' WHERE tenant_id=2",
		"UPDATE publishing_jobs SET stage='FOREIGN %F%', priority=-9223372036854775807 - 1 WHERE tenant_id=2",
		"UPDATE platform_connections SET expires_at=-9223372036854775807 - 1, account='FOREIGN x' || id WHERE tenant_id=2",
	};

	for (int i = 0; i < 5; i++) {
		char name[32];
		int64_t brand, connection;

		snprintf(name, sizeof(name), "FOREIGN later %d", i);
		brand = fixture_brand(f, f->two, name);
		connection = fixture_connection(f, f->two, brand, "bluesky", "FOREIGN later");
		fixture_job(f, f->two, brand, connection, JOB_DRAFT, 1000);
	}
	assert_ok(f, store_begin(f->service, &f->info));
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		assert_ok(f, store_test_exec(f->service, changes[i], NULL, &f->info));
	assert_ok(f, store_commit(f->service, &f->info));
}

static void scope__generated_queries__tell_nothing_of_another_tenant(void **state)
{
	struct fixture *f = *state;
	uint64_t *told = xcalloc(QUERIES, sizeof(*told));
	struct strbuf sql;
	size_t ran = 0;
	int64_t brand, connection;

	brand = fixture_brand(f, f->one, "own brand");
	connection = fixture_connection(f, f->one, brand, "bluesky", "own");
	for (int i = 0; i < 3; i++)
		fixture_job(f, f->one, brand, connection, JOB_DRAFT, 1000 + i);
	brand = fixture_brand(f, f->two, "FOREIGN brand");
	connection = fixture_connection(f, f->two, brand, "bluesky", "FOREIGN account");
	fixture_job(f, f->two, brand, connection, JOB_DRAFT, 1000);

	strbuf_init(&sql, STRBUF_CEILING_DEFAULT);
	for (int round = 0; round < 2; round++) {
		struct generator g = {.state = SEED, .out = &sql};

		for (size_t i = 0; i < QUERIES; i++) {
			bool ok;
			uint64_t now;

			strbuf_reset(&sql);
			query(&g);
			now = told_by(f, sql.data, &ok);
			ran += ok;
			if (round == 0)
				told[i] = now;
			else if (told[i] != now)
				fail_msg("query %zu tells of another tenant: %s", i, sql.data);
		}
		if (round == 0)
			change_foreign(f);
	}
	/* Most of them must have run, or this would prove nothing. */
	assert_true(ran > QUERIES);
	strbuf_free(&sql);
	xfree(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			scope__generated_queries__tell_nothing_of_another_tenant, fixture_setup,
			fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
