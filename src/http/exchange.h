/* http/exchange.h - one request on its way: the curl handle and all that it borrows. Internal to http/. */
#ifndef MASTHEAD_HTTP_EXCHANGE_H
#define MASTHEAD_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "http/transport.h"

#define RESPONSE_BYTES_DEFAULT ((size_t)1 << 20)

/* A file that is read as it is sent: opened once, its size fixed then. */
struct body_reader {
	int fd; /* -1: none */
	int64_t start, size, at;
};

struct exchange {
	CURL *easy;
	const struct http_request *request;
	void *token;
	bool allow_loopback;
	bool proxied;

	struct curl_slist *headers;
	curl_mime *mime;
	struct strbuf body; /* wiped */
	struct body_reader file;
	struct body_reader *parts; /* n_parts of the request; NULL if none */

	struct http_response *response;
	struct strbuf received; /* wiped; ceiling = the request's cap */
	size_t header_bytes;
	char curl_text[CURL_ERROR_SIZE];

	/* What the callbacks saw. */
	int departures;            /* times that curl was about to send the request */
	curl_off_t written_before; /* bytes written before the first of them */
	bool resend_refused;
	bool address_refused;

	int64_t timeout_ms;
	int64_t started_ms;    /* monotonic; 0 until it is on its way */
	struct exchange *next; /* in the transport's list */
};

/* Checks everything and makes the handle, ready to be added to the multi handle; nothing is sent. On failure
 * nothing is left. E_INVALID, E_IO (a body's file). */
enum err exchange_new(const struct transport_options *o, CURLSH *share,
		      const struct http_request *request, const struct secret_set *secrets,
		      bool allow_loopback, void *token, struct exchange **out,
		      struct err_info *info) MUST_USE;
/* The handle must have been removed from the multi handle. */
void exchange_free(struct exchange **x);
/* What became of it; takes the response out. */
void exchange_finish(struct exchange *x, CURLcode result, struct transfer *out);
/* The same for one that we ended ourselves. */
void exchange_abort(struct exchange *x, struct transfer *out);

#endif
