/* tests/unit/ops/world.h - an application on a workspace of its own, with brands and accounts. */
#ifndef MASTHEAD_TESTS_OPS_WORLD_H
#define MASTHEAD_TESTS_OPS_WORLD_H

#include "../unit.h"

#include "ops/internal.h"
#include "ops/ops.h"

struct world {
	char top[64]; /* removed by world_free */
	struct app *app;
	struct ops *ops; /* tenant `default` */
	struct arena *a;
	struct err_info info;
};

/* Fails the test with the error's words. */
#define assert_ok(w, call) world_expect(OK, (call), &(w)->info, #call, __FILE__, __LINE__)
#define assert_err(w, code, call) \
	world_expect((code), (call), &(w)->info, #call, __FILE__, __LINE__)
/* The last error's text holds s. */
#define assert_says(w, s) world_says((w)->info.text, (s), __FILE__, __LINE__)
void world_expect(enum err want, enum err got, const struct err_info *info, const char *call,
		  const char *file, int line);
void world_says(const char *text, const char *part, const char *file, int line);

/* cmocka's setup and teardown: *state is the world. */
int world_setup(void **state);
int world_teardown(void **state);
/* The same workspace again, with other options on the command line. */
void world_reopen(struct world *w, const char *const *overrides, size_t n, bool readonly);
/* A file below top; the path lives in the world's arena. */
const char *world_file(struct world *w, const char *name, const void *bytes, size_t n);

int64_t world_brand(struct world *w, const char *name, const char *zone);
/* A connected account with stored tokens; no network. */
int64_t world_connection(struct world *w, int64_t brand, const char *platform, const char *account);
void world_set_status(struct world *w, int64_t connection, enum conn_status st);
/* Publishes a text to all accounts of a brand; the first job. */
struct job world_job(struct world *w, const char *brand, const char *text, const char *at,
		     bool draft);
/* Moves a job as the publisher would. */
void world_fail(struct world *w, int64_t job);
void world_publish(struct world *w, int64_t job);
void world_unknown(struct world *w, int64_t job, int64_t settle_at);

/* A PNG of one pixel. */
extern const unsigned char world_png[];
extern const size_t world_png_bytes;

#endif
