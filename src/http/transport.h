/* http/transport.h - sends requests: one curl multi handle, one thread.
 *
 * TLS is verified, always. https only, except where the request's origin allows
 * loopback. No redirect is followed (a 3xx is an answer like any other). Addresses that are
 * private, link-local or loopback are refused in the open-socket callback unless the origin allows loopback (then ONLY
 * loopback). Response bytes and time are capped by our own callbacks. Header values with bytes below 0x20 are
 * refused. Environment proxies are honoured as curl does, except for loopback.
 *
 * A request leaves once. Where curl by itself would send it again (a kept connection that turns out to
 * be dead), that is stopped unless nothing had been written or the method is GET or HEAD. HTTP/1.1; answers
 * are neither asked for compressed nor decompressed.
 *
 * Threads: all calls from the thread that made it, but transport_wake. */
#ifndef MASTHEAD_HTTP_TRANSPORT_H
#define MASTHEAD_HTTP_TRANSPORT_H

#include "http/message.h"
#include "vault/secret.h"

/* main calls these once, before any thread / at the very end. */
enum err http_global_init(struct err_info *info) MUST_USE;
void http_global_cleanup(void);

struct transport_options {
	int64_t timeout_ms; /* whole exchange */
	int64_t connect_timeout_ms;
	int max_connections; /* in flight at once; 0: 32 */
	const char *ca_file; /* NULL: the system's */
};

struct transport;
enum err transport_new(const struct transport_options *o, struct transport **t,
		       struct err_info *info) MUST_USE;
/* Aborts what is in flight without waiting for it. */
void transport_free(struct transport **t);

/* Secrets by slot, borrowed during transport_submit only; NULL where there is none. */
struct secret_set {
	const struct secret *slot[SLOT_COUNT];
};

/* What became of a request whose answer did not come. */
enum transfer_fate {
	TRANSFER_ANSWERED, /* a whole answer: response is set */
	TRANSFER_NOT_SENT, /* provably: no byte of the request left (DNS, connect, TLS, refused by our checks) */
	TRANSFER_LOST /* some of it may have arrived: time-out, reset, a cut or oversized answer. What
			      * came of an answer is in response (truncated is set), NULL if not even its head */
};

struct transfer {
	void *token; /* as given */
	enum transfer_fate fate;
	struct http_response
		*response; /* owned by the receiver; also set for a cut answer's part, if any */
	/* OK when answered. E_NETWORK (also: the name leads to an address that is refused), E_TIMEOUT, E_TLS,
	 * E_PROTOCOL; E_INVALID: our own checks refuse the request as it is; E_IO, E_NOT_FOUND: a body's file;
	 * E_INTERRUPTED: transport_exchange was told to stop. */
	struct err_info error;
	int64_t duration_ms;
};

/* Start sending; beyond max_connections it waits for its turn. request: stays the caller's, must live until its transfer is done.
 * allow_loopback: the operator's own server is loopback (http allowed there). A request that fails our checks
 * before sending comes back as TRANSFER_NOT_SENT through transport_done like any other. */
void transport_submit(struct transport *t, const struct http_request *request,
		      const struct secret_set *secrets, bool allow_loopback, void *token);
/* Transfer at most timeout_ms (0: poll), or until one is done, transport_wake is called or one of
 * the extra descriptors is readable (ready[i] is then true). */
void transport_run(struct transport *t, int64_t timeout_ms, const int *fds, bool *ready,
		   size_t n_fds);
/* The next finished transfer; false if none. */
bool transport_done(struct transport *t, struct transfer *out);
size_t transport_in_flight(const struct transport *t);
int64_t transport_waited_us(
	const struct transport *t); /* transport_run's time in poll, all together */
/* From any thread: makes transport_run return. */
void transport_wake(struct transport *t);

/* One exchange, waited for. *out is filled also when the fate is not ANSWERED; returns
 * OK only for TRANSFER_ANSWERED. abort_flag (may be NULL): checked at least every 100 ms. */
struct flag;
enum err transport_exchange(struct transport *t, const struct http_request *request,
			    const struct secret_set *secrets, bool allow_loopback,
			    const struct flag *abort_flag, struct transfer *out,
			    struct err_info *info) MUST_USE;

/* Is the host part of this URL a loopback address or "localhost" (names are not looked up)? */
bool http_url_is_loopback(const char *url);
/* Checks and normalises a server that an operator typed: adds https:// (http:// for loopback) where no scheme is,
 * drops a trailing slash and refuses user info, query, fragment, other schemes, http for non-loopback.
 * A path prefix stays. Caller frees *out. */
enum err http_server_url(const char *typed, char **out, struct err_info *info) MUST_USE;

#endif
