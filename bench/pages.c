/* bench/pages.c - pages DIR KEYS: what one page of jobs costs, wherever in the list it stands. */
#include <stdio.h>
#include <stdlib.h>

#include "rig.h"

#define PAGES 1000
#define ROWS 50

int main(int argc, char **argv)
{
	static const enum job_sort sorts[] = {JOB_SORT_ID, JOB_SORT_WHEN, JOB_SORT_PRIORITY};
	static const char *const names[] = {"pages: by number", "pages: by time",
					    "pages: by priority"};
	static double ms[PAGES];
	int64_t counts[JOB_STATUS_COUNT], total = 0;
	struct rig r;

	if (argc != 3) {
		fprintf(stderr, "usage: pages DIR KEYS\n");
		return 2;
	}
	rig_open(&r, argv[1], argv[2]);
	must(&r, jobs_counts(r.tenant, 0, 0, counts, &r.info));
	for (int i = 0; i < JOB_STATUS_COUNT; i++)
		total += counts[i];
	srand(1);
	for (size_t s = 0; s < COUNT_OF(sorts); s++) {
		for (int i = 0; i < PAGES; i++) {
			struct page_request q = {.limit = ROWS,
						 .around_id = 1 + ((int64_t)rand() << 15 ^ rand()) %
									  total};
			struct job_filter all = {0};
			struct page page;
			double start = rig_now_ms();

			must(&r, jobs_page(r.tenant, &all, sorts[s], &q, &page, &r.info));
			ms[i] = rig_now_ms() - start;
			page_free(&page);
		}
		rig_print(names[s], ms, PAGES);
	}
	printf("pages: of %lld jobs\n", (long long)total);
	rig_close(&r);
	return 0;
}
