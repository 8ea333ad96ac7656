/* tests/unit/store/fixture.h - a workspace in a directory of its own, and stores on it. */
#ifndef MASTHEAD_TESTS_STORE_FIXTURE_H
#define MASTHEAD_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/admin.h"
#include "store/audit.h"
#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/store_private.h"
#include "store/tenants.h"
#include "vault/vault.h"

struct fixture {
	char top[64]; /* removed by fixture_free */
	char *dir, *keys;
	struct workspace *w;
	struct store *service;
	struct store *one, *two; /* tenants 1 (`default`) and 2 (`other`) */
	struct arena *a;
	struct err_info info;
};

/* Fails the test, with the error's words. */
#define assert_ok(f, call) fixture_expect(OK, (call), &(f)->info, #call, __FILE__, __LINE__)
#define assert_err(f, code, call) \
	fixture_expect((code), (call), &(f)->info, #call, __FILE__, __LINE__)
void fixture_expect(enum err want, enum err got, const struct err_info *info, const char *call,
		    const char *file, int line);

struct fixture *fixture_new(void);
void fixture_free(struct fixture **f);
/* cmocka's setup and teardown. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

enum err fixture_open(struct fixture *f, struct workspace **w);
void fixture_open_stores(struct fixture *f);
void fixture_close(struct fixture *f); /* stores and workspace; the files stay */
void fixture_reopen(struct fixture *f);

/* A brand with a connection to a platform; needs no vault. */
int64_t fixture_brand(struct fixture *f, struct store *s, const char *name);
int64_t fixture_connection(struct fixture *f, struct store *s, int64_t brand, const char *platform,
			   const char *account);
/* A post and a job in a state that job_add allows. */
int64_t fixture_job(struct fixture *f, struct store *s, int64_t brand, int64_t connection,
		    enum job_status st, int64_t at);
/* One number by SQL, in the scope of s. */
int64_t fixture_number(struct fixture *f, struct store *s, const char *sql);
/* Processor time of this thread: what other work on the machine does not lengthen. */
int64_t fixture_cpu_us(void);
/* The database itself, past everything: for tampering. */
void fixture_raw(struct fixture *f, const char *sql);

#endif
