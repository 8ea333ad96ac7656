/* http/exchange.c - one request as a curl handle, and what its callbacks saw.
 *
 * The promise "never twice" rests on two facts that are established here:
 *
 * 1. TRANSFER_NOT_SENT means that no byte of the request left. curl calls on_departure right before it sends
 *    a request, each time that it does; if that never ran, or no byte was written since, nothing has left.
 * 2. No request leaves twice. When a kept connection turns out to be dead, curl sends the request again on a new one,
 *    although the first may have arrived. on_departure is then called a second time, and lets it pass
 *    only if nothing was written before, or for GET and HEAD, which change nothing.
 *
 * HTTP/1.1 only: the HTTP/2 library keeps header copies that nobody wipes, and has resends of its
 * own. Answers are not decompressed, so no answer is larger than what came over the wire. */
#include "http/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/ascii.h"
#include "http/expand.h"
#include "http/guard.h"
#include "vault/hash.h"

#define TEXT_BYTES_MAX ((size_t)8 << 20)
/* Five images of ten MiB, which base64 makes a third longer. */
#define BODY_WITH_FILES_BYTES_MAX ((size_t)72 << 20)
#define HEADER_BYTES_MAX ((size_t)64 << 10)
#define HEADER_LINE_BYTES_MAX ((size_t)16 << 10)

/* An idle connection is closed after this long: servers drop theirs, and a request that meets
 * the drop half-way is lost. */
#define IDLE_SECONDS 30L

/* ---- what curl calls -------------------------------------------------- */

static size_t on_header(char *line, size_t size, size_t n, void *self)
{
	struct exchange *x = self;
	size_t bytes = size * n;

	/* A new status line: what came before was a 1xx or the proxy's answer. */
	if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		x->response->n_headers = 0;
		x->response->headers = NULL;
	}
	x->header_bytes += bytes;
	if (x->header_bytes > HEADER_BYTES_MAX)
		return 0;
	http_response_add_header(x->response, line, bytes);
	return bytes;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *self)
{
	struct exchange *x = self;

	strbuf_add(&x->received, bytes, size * n);
	return x->received.overflowed ? 0 : size * n;
}

static size_t on_read(char *out, size_t size, size_t n, void *self)
{
	struct body_reader *b = self;
	size_t want = size * n;
	ssize_t got;

	if ((int64_t)want > b->size - b->at)
		want = (size_t)(b->size - b->at);
	if (want == 0)
		return 0;
	do
		got = pread(b->fd, out, want, (off_t)(b->start + b->at));
	while (got < 0 && errno == EINTR);
	/* A file that became shorter cannot be sent as promised. */
	if (got <= 0)
		return CURL_READFUNC_ABORT;
	b->at += got;
	return (size_t)got;
}

static int on_seek(void *self, curl_off_t offset, int origin)
{
	struct body_reader *b = self;

	if (origin != SEEK_SET || offset < 0 || offset > b->size)
		return CURL_SEEKFUNC_FAIL;
	b->at = offset;
	return CURL_SEEKFUNC_OK;
}

static bool address_fits(const struct exchange *x, enum address_kind kind)
{
	return kind == (x->allow_loopback ? ADDRESS_LOOPBACK : ADDRESS_PUBLIC);
}

static curl_socket_t on_socket(void *self, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct exchange *x = self;

	(void)purpose;
	/* The address is the proxy's then, which the operator has chosen. */
	if (!x->proxied && !address_fits(x, guard_address(&a->addr, a->addrlen))) {
		x->address_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int on_departure(void *self, char *ip, char *local_ip, int port, int local_port)
{
	struct exchange *x = self;
	curl_off_t written = 0;
	long bytes = 0;

	(void)local_ip;
	(void)port;
	(void)local_port;
	/* A kept connection may have been opened for a request that was allowed more. */
	if (!x->proxied && !address_fits(x, guard_host(ip, NULL))) {
		x->address_refused = true;
		return CURL_PREREQFUNC_ABORT;
	}
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &bytes);
	written = bytes;
	if (x->departures++ == 0) {
		x->written_before = written;
		return CURL_PREREQFUNC_OK;
	}
	if (written == x->written_before || x->request->method == HTTP_GET ||
	    x->request->method == HTTP_HEAD)
		return CURL_PREREQFUNC_OK;
	x->resend_refused = true;
	return CURL_PREREQFUNC_ABORT;
}

/* ---- making the handle ------------------------------------------------ */

/* The only way in which options are set: one that this curl does not know is a broken build. */
#define SET(x, option, value) \
	INVARIANT(curl_easy_setopt((x)->easy, (option), (value)) == CURLE_OK, \
		  "curl knows the option " #option)

static enum err reader_open(struct body_reader *b, const char *path, int64_t offset, int64_t len,
			    struct err_info *info)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return err_set_errno(info, errno, "cannot open %s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(info, E_INVALID, "%s is not a regular file", path);
	}
	if (offset < 0 || offset > st.st_size || (len >= 0 && len > st.st_size - offset)) {
		close(fd);
		return err_set(info, E_INVALID, "%s is shorter than what is to be sent", path);
	}
	*b = (struct body_reader){
		.fd = fd, .start = offset, .size = len >= 0 ? len : st.st_size - offset};
	return OK;
}

static bool is_token(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!ascii_is_alnum(*s) && !strchr("!#$%&'*+-.^_`|~", *s))
			return false;
	return true;
}

static bool has_control(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return true;
	return false;
}

static void header_append(struct exchange *x, const char *line)
{
	struct curl_slist *more = curl_slist_append(x->headers, line);

	if (!more)
		die("out of memory");
	x->headers = more;
}

static enum err add_header(struct exchange *x, const struct http_header *h,
			   const struct secret_set *secrets, struct err_info *info)
{
	struct strbuf value, line;
	enum err e;

	if (!is_token(h->name))
		return err_set(info, E_INVALID, "a header's name is not valid");
	strbuf_init_wiped(&value, HEADER_LINE_BYTES_MAX);
	strbuf_init_wiped(&line, HEADER_LINE_BYTES_MAX);
	e = expand_text(&h->value, secrets, &value, info);
	if (e)
		goto out;
	strbuf_puts(&line, h->name);
	/* curl's own form for an empty value; "Name:" would take the header away. */
	strbuf_puts(&line, value.len > 0 ? ": " : ";");
	strbuf_add(&line, value.data, value.len);
	if (value.overflowed || line.overflowed)
		e = err_set(info, E_INVALID, "the header %s is too long", h->name);
	else if (has_control(value.data, value.len))
		e = err_set(info, E_INVALID, "the header %s holds control bytes", h->name);
	else
		header_append(x, line.data);
out:
	strbuf_free(&line);
	strbuf_free(&value);
	return e;
}

static enum err set_headers(struct exchange *x, const struct secret_set *secrets,
			    struct err_info *info)
{
	const struct http_request *r = x->request;
	bool has_type = false;

	for (size_t i = 0; i < r->n_headers; i++) {
		enum err e = add_header(x, &r->headers[i], secrets, info);

		if (e)
			return e;
		has_type |= ascii_equal_nocase(r->headers[i].name, "Content-Type");
	}
	/* Waiting for "100 Continue" costs a second where a server does not know it. (Signing takes a header that is
	 * taken away for one that is sent; the stores that want signatures know it.) */
	if (!r->sign_region)
		header_append(x, "Expect:");
	if (!has_type && r->n_parts == 0 && !r->sign_region)
		header_append(x, "Content-Type:");
	SET(x, CURLOPT_HTTPHEADER, x->headers);
	return OK;
}

/* curl signs as it sends, with its own copies of the secret, which are wiped as they are freed: one with the handle, one
 * with the connection, which is therefore not kept. */
static enum err set_signing(struct exchange *x, const struct secret_set *secrets,
			    struct err_info *info)
{
	const struct http_request *r = x->request;
	const struct secret *s = secrets ? secrets->slot[r->sign_slot] : NULL;
	char how[128];

	if (!r->sign_region)
		return OK;
	if (!s)
		return err_set(info, E_INVALID, "the request needs the %s, and there is none",
			       secret_slot_name(r->sign_slot));
	if (strlen(secret_str(s)) != secret_len(s) || !is_token(r->sign_region) ||
	    (size_t)snprintf(how, sizeof(how), "aws:amz:%s:s3", r->sign_region) >= sizeof(how))
		return err_set(info, E_INVALID, "a request cannot be signed with this");
	SET(x, CURLOPT_USERNAME, r->sign_user);
	SET(x, CURLOPT_PASSWORD, secret_str(s));
	SET(x, CURLOPT_AWS_SIGV4, how);
	SET(x, CURLOPT_FORBID_REUSE, 1L);
	return OK;
}

static enum err set_url(struct exchange *x, const struct secret_set *secrets, struct err_info *info)
{
	struct strbuf url;
	const char *proxy = NULL;
	enum err e;

	strbuf_init_wiped(&url, TEXT_BYTES_MAX);
	e = expand_text(&x->request->url, secrets, &url, info);
	if (!e && strlen(url.data) != url.len)
		e = err_set(info, E_INVALID, "an address must not hold spaces or control bytes");
	if (!e)
		e = guard_url(url.data, x->allow_loopback, info);
	if (!e) {
		SET(x, CURLOPT_URL, url.data);
		if (!x->allow_loopback)
			proxy = guard_proxy(url.data);
		x->proxied = proxy != NULL;
		/* Decided here, so that curl cannot decide otherwise and pass the address check by. */
		SET(x, CURLOPT_PROXY, proxy ? proxy : "");
		SET(x, CURLOPT_NOPROXY, "");
	}
	strbuf_free(&url);
	return e;
}

static enum err add_parts(struct exchange *x, struct err_info *info)
{
	const struct http_request *r = x->request;

	x->mime = curl_mime_init(x->easy);
	x->parts = xcalloc(r->n_parts, sizeof(*x->parts));
	for (size_t i = 0; i < r->n_parts; i++)
		x->parts[i].fd = -1;
	for (size_t i = 0; i < r->n_parts; i++) {
		const struct http_part *p = &r->parts[i];
		curl_mimepart *m = x->mime ? curl_mime_addpart(x->mime) : NULL;
		CURLcode c;

		if (!m)
			die("out of memory");
		if (p->file) {
			struct body_reader *b = &x->parts[i];
			enum err e = reader_open(b, p->file, p->file_offset,
						 p->file_len > 0 ? p->file_len : -1, info);

			if (e)
				return e;
			c = curl_mime_data_cb(m, b->size, on_read, on_seek, NULL, b);
		} else {
			c = curl_mime_data(m, p->bytes, p->len);
		}
		if (c || curl_mime_name(m, p->name) || curl_mime_filename(m, p->filename) ||
		    curl_mime_type(m, p->type))
			die("out of memory");
	}
	SET(x, CURLOPT_MIMEPOST, x->mime);
	return OK;
}

/* One file's bytes, appended as base64. */
static enum err add_base64(struct strbuf *out, const char *path, struct err_info *info)
{
	/* Whole groups of three, so that the pieces join. */
	char piece[48 * 1024];
	struct body_reader b;
	enum err e = reader_open(&b, path, 0, -1, info);
	size_t got;

	if (e)
		return e;
	while (b.at < b.size) {
		int64_t left = b.size - b.at;
		size_t want = left < (int64_t)sizeof(piece) ? (size_t)left : sizeof(piece),
		       have = 0;

		while (have < want && (got = on_read(piece + have, 1, want - have, &b)) > 0 &&
		       got != CURL_READFUNC_ABORT)
			have += got;
		if (have < want) {
			close(b.fd);
			return err_set(info, E_IO, "%s could not be read to its end", path);
		}
		base64_encode(out, piece, have, BASE64_STANDARD);
	}
	close(b.fd);
	return OK;
}

/* The body's text with its files in their places. */
static enum err add_text_and_files(struct exchange *x, struct err_info *info)
{
	const struct http_request *r = x->request;
	size_t at = 0;

	INVARIANT(r->body.n_slots == 0, "a text with files has no secrets");
	x->body.ceiling = BODY_WITH_FILES_BYTES_MAX;
	for (size_t i = 0; i < r->n_body_files; i++) {
		const struct http_body_file *f = &r->body_files[i];
		enum err e;

		strbuf_add(&x->body, r->body.bytes + at, f->at - at);
		e = add_base64(&x->body, f->path, info);
		if (e)
			return e;
		at = f->at;
	}
	strbuf_add(&x->body, r->body.bytes + at, r->body.len - at);
	return OK;
}

static enum err set_body(struct exchange *x, const struct secret_set *secrets,
			 struct err_info *info)
{
	const struct http_request *r = x->request;
	bool has_text = r->body.len > 0 || r->body.n_slots > 0;
	enum err e = OK;

	if (r->n_parts > 0) {
		e = add_parts(x, info);
	} else if (r->body_file) {
		e = reader_open(&x->file, r->body_file, r->body_file_offset, r->body_file_len,
				info);
		if (e)
			return e;
		SET(x, CURLOPT_POST, 1L);
		SET(x, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->file.size);
		SET(x, CURLOPT_READFUNCTION, on_read);
		SET(x, CURLOPT_READDATA, &x->file);
		SET(x, CURLOPT_SEEKFUNCTION, on_seek);
		SET(x, CURLOPT_SEEKDATA, &x->file);
	} else if (has_text ||
		   (r->method != HTTP_GET && r->method != HTTP_HEAD && r->method != HTTP_DELETE)) {
		e = r->n_body_files > 0 ? add_text_and_files(x, info)
					: expand_text(&r->body, secrets, &x->body, info);
		if (!e && x->body.overflowed)
			e = err_set(info, E_INVALID, "the request is too long");
		SET(x, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.len);
		SET(x, CURLOPT_POSTFIELDS, x->body.data);
	}
	if (r->method == HTTP_HEAD)
		SET(x, CURLOPT_NOBODY, 1L);
	else if (r->method != HTTP_GET || has_text)
		SET(x, CURLOPT_CUSTOMREQUEST, http_method_name(r->method));
	return e;
}

static void set_fixed(struct exchange *x, const struct transport_options *o, CURLSH *share)
{
	const char *protocols = x->allow_loopback ? "http,https" : "https";

	SET(x, CURLOPT_PRIVATE, x);
	SET(x, CURLOPT_SHARE, share);
	SET(x, CURLOPT_ERRORBUFFER, x->curl_text);
	SET(x, CURLOPT_NOSIGNAL, 1L);
	/* A dead name server must not hold up the thread when a request is given up. */
	SET(x, CURLOPT_QUICK_EXIT, 1L);
	SET(x, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(x, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(x, CURLOPT_PROTOCOLS_STR, protocols);
	SET(x, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(x, CURLOPT_FOLLOWLOCATION, 0L);
	SET(x, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(x, CURLOPT_PATH_AS_IS, 1L);
	SET(x, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(x, CURLOPT_HTTP09_ALLOWED, 0L);
	SET(x, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(x, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(x, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(x, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (o->ca_file)
		SET(x, CURLOPT_CAINFO, o->ca_file);
	SET(x, CURLOPT_MAXAGE_CONN, IDLE_SECONDS);
	SET(x, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(x, CURLOPT_TIMEOUT_MS, (long)x->timeout_ms);
	SET(x, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	SET(x, CURLOPT_HEADERFUNCTION, on_header);
	SET(x, CURLOPT_HEADERDATA, x);
	SET(x, CURLOPT_WRITEFUNCTION, on_body);
	SET(x, CURLOPT_WRITEDATA, x);
	SET(x, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(x, CURLOPT_OPENSOCKETDATA, x);
	SET(x, CURLOPT_PREREQFUNCTION, on_departure);
	SET(x, CURLOPT_PREREQDATA, x);
}

/* ---- what became of it ------------------------------------------------ */

static bool nothing_left(const struct exchange *x)
{
	long written = 0;

	if (x->departures == 0)
		return true;
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &written);
	return written == x->written_before;
}

/* The host of the request, for a message; never the path, which may hold a secret. */
static void host_of(const struct exchange *x, char *out, size_t size)
{
	const char *s = strstr(x->request->url.bytes, "://");
	size_t n;

	s = s ? s + 3 : x->request->url.bytes;
	n = strcspn(s, "/?#");
	if (n >= size)
		n = size - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

static enum err explain(struct exchange *x, CURLcode c, struct err_info *info)
{
	const char *why = x->curl_text[0] ? x->curl_text : curl_easy_strerror(c);
	char host[256];

	host_of(x, host, sizeof(host));
	if (x->address_refused && x->allow_loopback)
		return err_set(info, E_NETWORK,
			       "%s leads away from this machine, which its server does not", host);
	if (x->address_refused)
		return err_set(info, E_NETWORK,
			       "%s leads to a private or local address, which is not used", host);
	if (x->resend_refused)
		return err_set(info, E_NETWORK, "%s closed the connection without an answer", host);
	if (x->received.overflowed)
		return err_set(info, E_PROTOCOL, "the answer of %s is too large", host);
	switch (c) {
	case CURLE_OPERATION_TIMEDOUT:
		return x->departures
			       ? err_set(info, E_TIMEOUT, "no answer from %s in time", host)
			       : err_set(info, E_TIMEOUT, "no connection to %s in time", host);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_USE_SSL_FAILED:
		return err_set(info, E_TLS, "no secure connection to %s: %s", host, why);
	case CURLE_PARTIAL_FILE:
		return err_set(info, E_PROTOCOL, "the answer of %s was cut short", host);
	case CURLE_WRITE_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return err_set(info, E_PROTOCOL, "the answer of %s is not HTTP as we know it: %s",
			       host, why);
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_READ_ERROR:
		return err_set(info, E_IO, "the file for %s became shorter while it was sent",
			       host);
	case CURLE_URL_MALFORMAT:
		return err_set(info, E_INVALID, "not a web address");
	case CURLE_GOT_NOTHING:
		return err_set(info, E_NETWORK, "%s closed the connection without an answer", host);
	default:
		return err_set(info, E_NETWORK, "%s cannot be reached: %s", host, why);
	}
}

/* Moves what was received into the response; false if no answer had begun. */
static bool take_response(struct exchange *x)
{
	struct http_response *r = x->response;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 599)
		return false;
	r->status = (int)status;
	r->len = x->received.len;
	r->body = memcpy(arena_alloc(r->arena, r->len + 1), x->received.data, r->len);
	r->at = clock_wall_ms();
	r->duration_ms = clock_mono_ms() - x->started_ms;
	return true;
}

void exchange_finish(struct exchange *x, CURLcode result, struct transfer *out)
{
	bool begun = take_response(x);

	*out = (struct transfer){.token = x->token, .duration_ms = clock_mono_ms() - x->started_ms};
	if (result == CURLE_OUT_OF_MEMORY)
		die("out of memory");
	if (result == CURLE_OK && begun) {
		out->fate = TRANSFER_ANSWERED;
		out->response = x->response;
		x->response = NULL;
		return;
	}
	out->fate = nothing_left(x) ? TRANSFER_NOT_SENT : TRANSFER_LOST;
	if (result == CURLE_OK)
		err_set(&out->error, E_PROTOCOL, "the answer has no usable status");
	else
		explain(x, result, &out->error);
	out->error.source_code = (int)result;
	if (out->fate == TRANSFER_LOST && begun) {
		out->error.http_status = x->response->status;
		x->response->truncated = true;
		out->response = x->response;
		x->response = NULL;
	}
}

void exchange_abort(struct exchange *x, struct transfer *out)
{
	*out = (struct transfer){.token = x->token};
	if (x->started_ms)
		out->duration_ms = clock_mono_ms() - x->started_ms;
	out->fate = nothing_left(x) ? TRANSFER_NOT_SENT : TRANSFER_LOST;
	err_set(&out->error, E_INTERRUPTED, "the request was given up");
}

enum err exchange_new(const struct transport_options *o, CURLSH *share,
		      const struct http_request *request, const struct secret_set *secrets,
		      bool allow_loopback, void *token, struct exchange **out,
		      struct err_info *info)
{
	struct exchange *x = xcalloc(1, sizeof(*x));
	enum err e;

	x->request = request;
	x->token = token;
	x->allow_loopback = allow_loopback;
	x->file.fd = -1;
	x->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : o->timeout_ms;
	x->response = http_response_new();
	strbuf_init_wiped(&x->body, TEXT_BYTES_MAX);
	strbuf_init_wiped(&x->received, request->max_response_bytes ? request->max_response_bytes
								    : RESPONSE_BYTES_DEFAULT);
	x->easy = curl_easy_init();
	if (!x->easy)
		die("out of memory");
	set_fixed(x, o, share);
	e = set_url(x, secrets, info);
	if (!e)
		e = set_body(x, secrets, info);
	if (!e)
		e = set_headers(x, secrets, info);
	if (!e)
		e = set_signing(x, secrets, info);
	if (e)
		exchange_free(&x);
	else
		*out = x;
	return e;
}

void exchange_free(struct exchange **px)
{
	struct exchange *x = *px;

	if (!x)
		return;
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	curl_mime_free(x->mime);
	for (size_t i = 0; x->parts && i < x->request->n_parts; i++)
		if (x->parts[i].fd >= 0)
			close(x->parts[i].fd);
	xfree(&x->parts);
	if (x->file.fd >= 0)
		close(x->file.fd);
	http_response_free(&x->response);
	strbuf_free(&x->body);
	strbuf_free(&x->received);
	xfree(px);
}
