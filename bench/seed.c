/* bench/seed.c - seed DIR KEYS N [now]: N jobs, planned a minute apart from tomorrow on, or all due now, through the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rig.h"

#define BATCH 20000
#define DAY_MS 86400000

int main(int argc, char **argv)
{
	double start = rig_now_ms();
	struct rig r;
	long n;

	bool now = argc == 5 && !strcmp(argv[4], "now");
	if ((argc != 4 && !now) || (n = strtol(argv[3], NULL, 10)) < 1) {
		fprintf(stderr, "usage: seed DIR KEYS N [now]\n");
		return 2;
	}
	rig_open(&r, argv[1], argv[2]);
	int64_t wall = clock_wall_ms(), first = wall + DAY_MS;
	for (long i = 0; i < n;) {
		must(&r, store_begin(r.tenant, &r.info));
		for (long end = i + BATCH < n ? i + BATCH : n; i < end; i++)
			rig_job(&r, now ? JOB_PENDING : JOB_SCHEDULED,
				now ? wall : first + i * 60000);
		must(&r, store_commit(r.tenant, &r.info));
		must(&r, store_checkpoint(r.service, true, &r.info));
	}
	rig_close(&r);
	printf("seed: %ld jobs in %.1f s\n", n, (rig_now_ms() - start) / 1e3);
	return 0;
}
