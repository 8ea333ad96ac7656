/* fixture.h - a transport, a hostile server, and short ways to send requests from one to the other. */
#ifndef TESTS_HTTP_FIXTURE_H
#define TESTS_HTTP_FIXTURE_H

#include "hostile.h"
#include "http/transport.h"

#define PLENTY_MS 20000
#define SHORT_MS 300

extern struct hostile server;
extern struct transport *transport;
extern struct transfer transfer; /* what became of the last request */
extern char dir[];               /* for files; made by fixture_run */

/* cmocka's, for each test. */
int setup(void **state);
int teardown(void **state);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

struct http_request *request_new(enum http_method m, const char *path);
enum err exchange(struct http_request *r, const struct secret_set *secrets);
enum err fetch(const char *path);                  /* one GET with plenty of time */
enum err fetch_briefly(const char *path);          /* one GET with the short time-out */
enum err post(const char *path, const char *body); /* one POST with plenty of time */
void expect_fate(enum transfer_fate fate, enum err code);
/* A new file in dir; the caller unlinks and frees. */
char *file_new(const char *name, const char *text);

/* Libraries started, directory made; false if that failed. */
bool fixture_begin(void);
void fixture_end(void);

#endif
