/* http/listener.h - the small HTTP server, over libmicrohttpd: the sandbox's, and OAuth's loopback listener.
 *
 * Binds literal loopback only. Threads: the handler runs on one listener
 * thread (listener_new with threads = 1) or on a pool; what it shares it guards itself. */
#ifndef MASTHEAD_HTTP_LISTENER_H
#define MASTHEAD_HTTP_LISTENER_H

#include "base/error.h"
#include "base/mem.h"

struct listener_request {
	const char *method, *path, *query; /* path percent-decoded once; query raw, "" if none */
	const char *host;                  /* Host header, "" if none */
	const char *body;                  /* NUL-terminated */
	size_t len;
	void *impl;
};
const char *listener_header(const struct listener_request *r, const char *name); /* NULL if none */
/* A query parameter, decoded, in the arena; NULL if absent. If it occurs twice: NULL and *twice set. */
const char *listener_param(const struct listener_request *r, struct arena *a, const char *name,
			   bool *twice);

/* How the answer leaves the socket; all but NORMAL are for the sandbox's faults. */
enum listener_manner {
	LISTENER_NORMAL,
	LISTENER_RESET,    /* RST instead of an answer */
	LISTENER_SILENCE,  /* no answer; the socket stays open until the client leaves (or stop) */
	LISTENER_TRUNCATE, /* full Content-Length, half of the body, then close */
	LISTENER_SLOW      /* bytes_per_s */
};
struct listener_answer {
	struct arena *arena; /* for the handler's strings; freed by the listener after the answer */
	int status;
	const char *type; /* content type */
	const char *body;
	size_t len;
	struct {
		const char *name, *value;
	} headers[12];
	size_t n_headers;
	int64_t delay_ms; /* before the answer leaves; other requests are not held up */
	enum listener_manner manner;
	int64_t bytes_per_s;
};

struct listener_options {
	const char *address; /* "127.0.0.1" or "::1" */
	int port;            /* 0: any */
	int threads;
	size_t max_body_bytes;
	int64_t request_timeout_ms;
	void (*handle)(void *self, const struct listener_request *r, struct listener_answer *a);
	void *self;
};
struct listener;
enum err listener_new(const struct listener_options *o, struct listener **l,
		      struct err_info *info) MUST_USE;
int listener_port(const struct listener *l);
void listener_free(struct listener **l); /* stops and joins */

#endif
