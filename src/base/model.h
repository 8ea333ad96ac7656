/* base/model.h - the records that travel from the store up to the screen, as plain values.
 *
 * One definition serves store, publisher, ops, ui and cli, so that nothing is
 * copied between look-alikes. Strings are borrowed from the arena of whoever
 * answered; absent text is NULL, absent times are 0; times are UTC milliseconds.
 * Numbers (id) count per tenant, from 1. */
#ifndef MASTHEAD_BASE_MODEL_H
#define MASTHEAD_BASE_MODEL_H

#include "base/mem.h"
#include "base/words.h"

struct tenant {
	int64_t id;
	const char *name;
	bool archived;
	int64_t brands;
};

#define CATCH_UP_DEFAULT (-2) /* the configuration's `catchup` */
#define CATCH_UP_HOLD (-1)

struct brand {
	int64_t id;
	int64_t tenant_id;
	const char *tenant;
	const char *name;
	const char *timezone;
	int64_t catch_up_min; /* publish if late by at most this; CATCH_UP_... */
	const char *color;    /* NULL or a colour name */
	bool paused;
	bool archived;
	int64_t connections;
};

struct connection {
	int64_t id;
	int64_t tenant_id;
	const char *tenant;
	int64_t brand_id;
	const char *brand;
	const char *platform;
	const char *
		account; /* what people call it: "@alice.test" without the @ for Bluesky's handle */
	const char *account_id; /* the platform's own lasting id (a DID, a number) */
	const char *server;     /* base URL that the operator named or the default */
	const char *endpoint;   /* base URL to call (an account's own PDS); NULL: server */
	bool loopback; /* the operator's own --server was loopback: plain http and 127/8 allowed */
	const char *facts; /* adapter's JSON: instance limits and the like; NULL */
	enum conn_status status;
	const char *client_id; /* OAuth: the client that logged it in; NULL */
	const char *scopes;    /* space-separated */
	int64_t expires_at;    /* of the access token; 0: does not expire or not known */
	int64_t refresh_expires_at;
	bool refreshable;
	int64_t last_verified_at;
	const char *last_error; /* "E_CODE: text" or NULL */
	bool paused;
	int64_t jobs_waiting; /* draft excluded: scheduled, pending, held */
	int64_t jobs_at_risk; /* scheduled past the moment where the login can no longer be renewed */
	int64_t created_at, updated_at;
};

struct media {
	int64_t id;
	char sha256[65];
	const char *type; /* MIME */
	int64_t bytes;
	int64_t width, height; /* 0: not known */
	int64_t duration_ms;   /* 0: none or not known */
	const char *alt;
	const char *name; /* of the file it came from */
};

/* What of a picture is more than a platform takes: less of it would do. */
enum excess { EXCESS_NONE, EXCESS_BYTES, EXCESS_PIXELS };

/* What is written once; a variant replaces text and media for one platform. */
struct post {
	int64_t id;
	int64_t tenant_id;
	int64_t brand_id;
	const char *text;
	const char *link;
	const char *title;
	const char *language; /* BCP 47; NULL: not said */
	const char *visibility;
	const char *first_comment;
	const char *options; /* JSON object {"PLATFORM.KEY": value} or NULL */
	const struct media *media;
	size_t n_media;
	int64_t created_at, updated_at;
};

/* Of failed jobs no more are counted for the status line. */
#define FAILED_TODAY_MAX 1000

struct job {
	int64_t id;
	int64_t tenant_id;
	const char *tenant;
	int64_t brand_id;
	const char *brand;
	int64_t connection_id;
	const char *platform;
	const char *account;
	int64_t post_id;
	enum job_status status;
	enum job_wait wait;
	enum hold_reason hold_reason;
	int64_t scheduled_at;
	int64_t next_attempt_at;
	int64_t attempts; /* claims */
	int64_t failures; /* transient failures, against max_retries */
	int64_t crashes;  /* interrupted attempts in a row */
	int64_t max_retries;
	int64_t priority;
	const char *remote_id;
	const char *remote_url;
	const char *text;          /* what goes to this platform: variant or post */
	const struct media *media; /* filled by single reads, not by pages */
	size_t n_media;
	const char *error_code; /* enum err name; NULL: no error */
	const char *error_message;
	enum err_class error_class;
	int64_t http_status;
	const char *stage; /* adapter's JSON of what it has learned; NULL */
	int64_t created_at, updated_at, published_at;
};

struct attempt {
	int64_t job_id;
	int64_t n;       /* from 1, per job */
	const char *key; /* idempotency or record key */
	int64_t started_at, sent_at, deadline, finished_at;
	enum outcome outcome;
	int64_t http_status;
	const char *code;     /* enum err name or NULL */
	const char *message;  /* the platform's own words */
	int64_t settle_reads; /* times that absence was seen since the deadline */
	int64_t settle_at;    /* next read-back; 0: none planned */
};

struct log_entry {
	int64_t seq;
	int64_t tenant_id; /* 0: the workspace's own chain */
	int64_t at;
	const char *actor;    /* OS user or --operator */
	const char *terminal; /* or NULL */
	const char *action;   /* "job.publish", "brand.add", ... */
	const char *tenant;
	const char *brand;
	const char *platform;                    /* of the connection */
	int64_t brand_id, job_id, connection_id; /* 0: none */
	const char *outcome;                     /* new state or "ok"/"failed" */
	const char *code;                        /* enum err name or NULL */
	const char *message;
	int64_t duration_ms;
	const char *hash; /* hex */
};

/* An exchange with a platform that is no publishing. */
struct sync_entry {
	int64_t id, tenant_id, at;
	int64_t connection_id;       /* 0: before a first login */
	const char *brand, *account; /* of the connection */
	const char *platform, *op;   /* login refresh verify settle takedown facts revoke */
	const char *outcome;         /* "ok" or an error class */
	int64_t http_status;
	const char *code, *message;
	int64_t duration_ms;
};

/* Which jobs: all given conditions hold. Zeroed = all jobs of the scope. Borrowed strings. */
struct job_filter {
	const int64_t *brands; /* any of these; n 0: all */
	size_t n_brands;
	const char *const *platforms;
	size_t n_platforms;
	const int64_t *connections;
	size_t n_connections;
	unsigned statuses;      /* bit 1u << enum job_status; 0: all */
	int64_t since, until;   /* scheduled_at, half-open [since, until); 0: open */
	const char *search;     /* substring of the text, case folded as SQLite's LIKE; NULL */
	const char *error_code; /* "E_REJECTED"; NULL */
	const int64_t *ids;     /* any of these; n 0: all */
	size_t n_ids;
	/* One condition negated each ('!' of the console's filter). */
	bool not_brands, not_platforms, not_statuses, not_search, not_error;
};

enum job_sort {
	JOB_SORT_ID,
	JOB_SORT_WHEN,
	JOB_SORT_STATUS,
	JOB_SORT_BRAND,
	JOB_SORT_PLATFORM,
	JOB_SORT_UPDATED,
	JOB_SORT_PRIORITY
};

struct log_filter {
	int64_t brand_id, job_id, connection_id; /* 0: all */
	const char *action;                      /* exact or a prefix that ends in '.'; NULL */
	const char *actor;
	const char *platform; /* of the connection */
	int64_t since, until; /* at, half-open */
	const char *search;
};

struct sync_filter {
	int64_t brand_id, connection_id; /* 0: all */
	const char *platform, *op;
	bool failed;          /* only those whose outcome is not "ok" */
	int64_t since, until; /* at, half-open */
};

/* Which part of a list. Either a cursor (from page.next / page.prev) or an offset. */
struct page_request {
	int limit;          /* 1..1000 */
	const char *cursor; /* NULL: from the start (or the offset) */
	int64_t offset;     /* CLI's --offset; the console never uses it */
	bool backwards;     /* the page before the cursor, still answered in list order */
	bool ascending;     /* default: newest / largest first */
	bool count;         /* fill total */
	int64_t around_id; /* != 0: the page that begins with this id (or where it would stand); no cursor */
	bool last; /* the last page (key G) */
};

/* A page of a list. `next` is an opaque cursor, NULL at the end; total is the
 * count of all that the filter matches, -1 when counting was cut short. */
struct page {
	struct arena *arena; /* owns everything below */
	size_t n;
	union {
		struct tenant *tenants;
		struct brand *brands;
		struct connection *connections;
		struct job *jobs;
		struct log_entry *entries;
		struct sync_entry *syncs;
	};
	const char *next;
	const char *prev;
	int64_t total;
};
/* Frees the arena and empties the page; harmless on an empty one. */
void page_free(struct page *p);

/* What became of the jobs of a stretch of time, in `pieces` parts of equal length. */
#define STATS_PIECES_MAX 96
#define STATS_PLATFORMS_MAX 32
#define STATS_ROWS_MAX 20000
struct stats_platform {
	const char *name;
	int64_t published, failed, unknown;
	int64_t answer_median_ms,
		answer_p95_ms; /* last attempt: from its sending to its end; -1: none */
	int64_t late_median_ms, late_p95_ms; /* from the due time to the publication; -1: none */
};
struct stats {
	int64_t from, to;
	size_t pieces;
	int64_t published[STATS_PIECES_MAX], failed[STATS_PIECES_MAX];
	int64_t answer_ms[STATS_PIECES_MAX]; /* median; 0: none */
	int64_t waiting[STATS_PIECES_MAX];   /* due and not yet gone, at the end of each part */
	struct stats_platform platforms[STATS_PLATFORMS_MAX]; /* by name */
	size_t n_platforms;
	bool capped;   /* more than STATS_ROWS_MAX jobs changed: the newest are counted */
	int64_t since; /* capped: from here on the counts are whole */
};
struct stats_request {
	int64_t brand_id, connection_id; /* 0: all */
	int64_t from, to;
	size_t pieces; /* <= STATS_PIECES_MAX */
};

#endif
