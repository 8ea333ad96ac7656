/* bench/rig.c - see rig.h. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

void rig_must(struct rig *r, enum err e, const char *call)
{
	if (!e)
		return;
	fprintf(stderr, "bench: %s: %s: %s\n", call, err_name(e), r->info.text);
	exit(1);
}

double rig_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void rig_open(struct rig *r, const char *dir, const char *keys)
{
	struct workspace_options o = {.dir = dir, .keys_dir = keys, .create = true};
	struct brand_values b = {
		.name = "northwind", .timezone = "UTC", .catch_up_min = CATCH_UP_DEFAULT};
	struct connection_values c = {.platform = "bluesky", .account = "alice.test"};
	struct actor actor = {"bench", NULL};
	struct arena *a = arena_new();
	struct brand found;

	*r = (struct rig){0};
	must(r, vault_global_init(&r->info));
	must(r, workspace_open(&o, &r->w, &r->info));
	must(r, store_open(r->w, 1, &actor, &r->tenant, &r->info));
	must(r, store_open(r->w, SCOPE_SERVICE, &actor, &r->service, &r->info));
	if (brand_find(r->tenant, b.name, a, &found, &r->info) == OK) {
		r->brand = found.id;
		r->connection = 1;
	} else {
		must(r, store_begin(r->tenant, &r->info));
		must(r, brand_add(r->tenant, &b, &r->brand, &r->info));
		c.brand_id = r->brand;
		must(r, connection_store(r->tenant, &c, &r->connection, NULL, &r->info));
		must(r, store_commit(r->tenant, &r->info));
	}
	arena_free(&a);
}

void rig_close(struct rig *r)
{
	store_close(&r->tenant);
	store_close(&r->service);
	workspace_close(&r->w);
}

int64_t rig_job(struct rig *r, enum job_status status, int64_t at)
{
	struct post p = {.brand_id = r->brand,
			 .text = "The autumn menu is here: soup, bread, pears."};
	struct job_values v = {.connection_id = r->connection,
			       .status = status,
			       .scheduled_at = at,
			       .next_attempt_at = at,
			       .max_retries = 3};
	char hash[65];
	int64_t id;

	post_hash(&p, hash);
	v.content_hash = hash;
	must(r, post_add(r->tenant, &p, &v.post_id, &r->info));
	must(r, job_add(r->tenant, &v, &id, &r->info));
	return id;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void rig_print(const char *name, double *ms, size_t n)
{
	qsort(ms, n, sizeof(*ms), by_size);
	printf("%s p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", name, ms[n / 2], ms[n * 99 / 100],
	       ms[n - 1]);
}
