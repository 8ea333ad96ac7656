/* store/jobs_filter.h - inside the store: a filter as SQL, and what the counters know of it. */
#ifndef MASTHEAD_STORE_JOBS_FILTER_H
#define MASTHEAD_STORE_JOBS_FILTER_H

#include "store/job_row.h"

/* Where a row stands in a sort. Status and platform sort by their names, brand by its number. */
struct sort_key {
	bool is_text;
	int64_t number;
	char text[64];
	int64_t id;
};
/* Column of publishing_jobs that a sort goes by first; NULL for the number alone. */
const char *sort_column(enum job_sort sort);
bool sort_is_text(enum job_sort sort);
/* In the order of the sort, ascending; as for qsort. */
int sort_compare(const struct sort_key *a, const struct sort_key *b);
/* Text of a position, and back; false for anything but a cursor of this sort and direction. */
const char *cursor_write(struct arena *a, enum job_sort sort, bool ascending,
			 const struct sort_key *k);
bool cursor_read(const char *cursor, enum job_sort sort, bool ascending, struct sort_key *k);

/* A filter's conditions as one SQL expression over `j`; texts become the parameters $10, $11 ... */
#define CONDITION_TEXTS_MAX 64
struct condition {
	struct strbuf sql;
	const char *texts[CONDITION_TEXTS_MAX];
	size_t n_texts;
	char *pattern; /* owned: of search */
};
enum err condition_build(const struct job_filter *f, struct condition *c,
			 struct err_info *info) MUST_USE;
void condition_bind(sqlite3_stmt *st, const struct condition *c);
void condition_free(struct condition *c);

/* Jobs of one connection in one state, as counted. */
struct pair {
	int64_t connection_id, brand_id, n;
	enum job_status status;
	char platform[32];
};
struct pairs {
	struct pair *p; /* those that the filter's brand, platform, connection and status allow */
	size_t n;
	int64_t total;
};
enum err pairs_read(struct store *s, int64_t tenant_id, const struct job_filter *f,
		    struct pairs *out, struct err_info *info) MUST_USE;

/* Has it conditions on brand, platform, connection or status? Others than these? */
bool filter_has_pairs(const struct job_filter *f);
bool filter_has_more(const struct job_filter *f);

/* What a walk reads: one of these, merged where a condition has several values. */
struct driver {
	enum { BY_NOTHING, BY_CONNECTION, BY_BRAND, BY_PLATFORM, BY_STATUS, BY_QUEUE } by;
	int64_t number; /* connection or brand */
	char text[32];  /* platform or status; BY_QUEUE: status of the connection */
};
#define DRIVERS_MAX 64
/* The drivers whose index serves this sort and leaves the fewest rows to look at; 1 .. DRIVERS_MAX. */
size_t drivers_choose(const struct job_filter *f, enum job_sort sort, const struct pairs *pairs,
		      struct driver out[DRIVERS_MAX]);

/* How many may match for the keys to be read whole, and how many rows a page looks at: variables for tests alone. */
#define JOBS_GATHER_MAX 4000
#define JOBS_WALK_ROWS_MAX 20000
extern int64_t jobs_gather_max, jobs_walk_rows_max;

enum range { RANGE_ALL, RANGE_TIE, RANGE_BEYOND };
/* SELECT key, id, condition of one driver's rows in order: all; or those tied with the key $2 beyond the id $3; or those beyond
 * the key $2 (RANGE_BEYOND of a sort by number: beyond the id $3). */
void walk_sql(struct strbuf *out, const struct job_filter *f, enum job_sort sort, bool up,
	      const struct driver *d, enum range range, const char *condition);

#endif
