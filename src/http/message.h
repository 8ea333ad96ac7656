/* http/message.h - requests and responses as values. No I/O, no secrets.
 *
 * Adapters build requests and read responses. A secret never stands in
 * a request: its place is marked by a slot, and the transport puts the
 * bytes in as it sends (http/transport.h). So a request can be logged, shown by
 * --dry-run and stored by a test as it is.
 *
 * Layer: http's values; platforms may include this header and nothing else of http.
 * Threads: a value belongs to one thread at a time. */
#ifndef MASTHEAD_HTTP_MESSAGE_H
#define MASTHEAD_HTTP_MESSAGE_H

#include "base/error.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* X(ENUM, name): which secret; the name is shown in its place. */
#define SECRET_SLOT_TABLE(X) \
	X(SLOT_PASSWORD, "password") /* app password, bot token, webhook: what the person gave */ \
	X(SLOT_ACCESS, "access-token") \
	X(SLOT_REFRESH, "refresh-token") \
	X(SLOT_CLIENT_SECRET, "client-secret") \
	X(SLOT_CODE, "authorization-code") \
	X(SLOT_VERIFIER, "code-verifier") \
	X(SLOT_PAGE, "page-token") \
	X(SLOT_MEDIA_HOST, "media-host-secret") \
	X(SLOT_SERVICE, "service-token") /* lives as long as the operation */

enum secret_slot {
#define SLOT_ENUM(e, name) e,
	SECRET_SLOT_TABLE(SLOT_ENUM)
#undef SLOT_ENUM
		SLOT_COUNT
};
const char *secret_slot_name(enum secret_slot slot);

/* How the secret is written where it goes. */
enum slot_encoding {
	SLOT_RAW,      /* as it is (header values; refused if it holds bytes < 0x20 or DEL) */
	SLOT_JSON,     /* inside a JSON string literal, whose quotes are in the text around it */
	SLOT_FORM,     /* application/x-www-form-urlencoded */
	SLOT_URL_PATH, /* percent-encoded path segment */
	SLOT_BASIC /* base64 of the value's text after "Basic " and the secret; see http_basic */
};

/* Text with places for secrets. */
struct http_text {
	char *bytes; /* borrowed from the request's arena; NUL-terminated */
	size_t len;
	struct http_slot {
		size_t at; /* the secret goes before bytes[at] */
		enum secret_slot slot;
		enum slot_encoding encoding;
	} slots[6];
	size_t n_slots;
};

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_PATCH, HTTP_HEAD };
const char *http_method_name(enum http_method m);

struct http_header {
	const char *name;
	struct http_text value;
};

/* One part of a multipart/form-data body. */
struct http_part {
	const char *name;
	const char *filename;          /* NULL: a plain field */
	const char *type;              /* NULL: none said */
	const char *file;              /* path of a file to send, else `bytes` */
	int64_t file_offset, file_len; /* a piece of it; len 0: to the end */
	const void *bytes;
	size_t len;
};

/* A file whose bytes stand in the body's text as base64, for JSON that carries media. */
struct http_body_file {
	size_t at; /* it goes before body.bytes[at] */
	const char *path;
};

/* Everything hangs on the arena; http_request_free ends it all. */
struct http_request {
	struct arena *arena;
	enum http_method method;
	struct http_text url; /* absolute */
	struct http_header *headers;
	size_t n_headers;
	/* The body: text (with slots), or a file sent from disk, or parts. */
	struct http_text body;
	struct http_body_file *body_files; /* beside the text; such a text has no secrets */
	size_t n_body_files;
	const char *body_file;
	int64_t body_file_offset, body_file_len; /* len -1: to the end */
	struct http_part *parts;
	size_t n_parts;
	/* Signed for S3 by the transport (http_sign_s3); region NULL: not. */
	const char *sign_region, *sign_user;
	enum secret_slot sign_slot;
	int64_t timeout_ms;        /* 0: http.timeout */
	size_t max_response_bytes; /* 0: 1 MiB */
};

struct http_request *http_request_new(enum http_method m) MUST_USE;
void http_request_free(struct http_request **r);
/* Appending; the text so far stays. fmt is trusted text; `_raw` takes bytes as they are. */
void http_url(struct http_request *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void http_url_escaped(struct http_request *r,
		      const char *s); /* percent-encodes all but unreserved */
void http_url_secret(struct http_request *r, enum secret_slot slot, enum slot_encoding enc);
/* Add "?name=value" or "&name=value", both encoded. NULL value: nothing is added. */
void http_query(struct http_request *r, const char *name, const char *value);
void http_header(struct http_request *r, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "Authorization: Bearer <secret>" */
void http_bearer(struct http_request *r, enum secret_slot slot);
/* "Authorization: Basic base64(user:secret)". The text holds the user's name in clear until it is sent. */
void http_basic(struct http_request *r, const char *user, enum secret_slot slot);
/* AWS Signature Version 4 for S3: user is the access key's id, the slot has its secret. sha256: of the body, in hex;
 * NULL: there is none. */
void http_sign_s3(struct http_request *r, const char *region, const char *user,
		  enum secret_slot slot, const char *sha256);
void http_body_raw(struct http_request *r, const void *bytes, size_t n);
void http_body_secret(struct http_request *r, enum secret_slot slot, enum slot_encoding enc);
/* A form field, "&" put in between; sets the content type on first use. NULL value: nothing is added. */
void http_form(struct http_request *r, const char *name, const char *value);
void http_form_secret(struct http_request *r, const char *name, enum secret_slot slot);
/* The whole body from a JSON value, content type set. A string member whose value is exactly
 * HTTP_JSON_SECRET(slot) — produced by http_json_secret below, impossible in accepted post
 * text since it holds a control character — becomes the secret's place. */
struct json;
void http_body_json(struct http_request *r, const struct json *j);
void http_json_secret(struct json *obj, const char *name, enum secret_slot slot);
/* A member whose value is a file in base64; the path is copied into the request, whose body obj must become. */
void http_json_file(struct http_request *r, struct json *obj, const char *name, const char *path);
/* The new part, to be filled (its strings are borrowed); valid until the next http_part_add. */
struct http_part *http_part_add(struct http_request *r, const char *name) MUST_USE;

/* The request for a person: secrets as "[access-token]", never the bytes. */
struct json *http_request_describe(
	const struct http_request *r) MUST_USE; /* {method,url,headers,body} */

struct http_response {
	struct arena *arena; /* wiped when freed: answers hold tokens */
	int status;          /* 100-599 */
	struct {
		const char *name, *value;
	} * headers; /* names as received */
	size_t n_headers;
	const char *body; /* NUL-terminated */
	size_t len;
	int64_t duration_ms;
	int64_t at;     /* wall clock when it was complete, UTC ms */
	bool truncated; /* fewer bytes came than were promised */
};
void http_response_free(struct http_response **r);
/* First header of that name, case-insensitive; NULL if none. */
const char *http_response_header(const struct http_response *r, const char *name);
/* For tests and recorded exchanges: headers is "Name: value\n" lines or NULL. */
struct http_response *http_response_make(int status, const char *headers,
					 const char *body) MUST_USE;

/* When it may be tried again, as UTC ms: the latest of what Retry-After (seconds or HTTP-date),
 * RateLimit-Reset / x-rate-limit-reset / X-RateLimit-Reset (epoch seconds, ISO 8601 or seconds from now, told
 * apart by size and form) say; 0 if nothing usable. Negative, past and absurd (> 7 days ahead)
 * values are ignored. A reset counts only where the window is used up (status 429, or 0 remaining), for
 * other answers tell their window too. Uses response->at as now. */
int64_t http_retry_at(const struct http_response *r);
/* The rate window that the answer tells, all forms normalised: false if none. */
struct rate_window {
	int64_t limit, remaining; /* -1: not said */
	int64_t resets_at;        /* UTC ms, 0: not said */
};
bool http_rate_window(const struct http_response *r, struct rate_window *w);

#endif
