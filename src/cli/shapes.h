/* cli/shapes.h - the JSON shapes of the contract, made from the records. Fields may be added, never renamed. */
#ifndef MASTHEAD_CLI_SHAPES_H
#define MASTHEAD_CLI_SHAPES_H

#include "ops/ops.h"

struct json *shape_tenant(const struct tenant *t) MUST_USE;
struct json *shape_brand(const struct brand *b) MUST_USE;
struct json *shape_connection(const struct connection *c) MUST_USE;
struct json *shape_job(const struct job *j) MUST_USE;
struct json *shape_attempts(const struct attempt *a, size_t n) MUST_USE;
struct json *shape_entry(const struct log_entry *e) MUST_USE;
struct json *shape_sync(const struct sync_entry *e) MUST_USE;
struct json *shape_status(const struct status *s) MUST_USE;
/* {code, message, hint, details} */
struct json *shape_error(const struct err_info *e) MUST_USE;
/* {name: [...], next, total}; takes the array. */
struct json *shape_list(const char *name, struct json *array, const char *next,
			int64_t total) MUST_USE;

#endif
