/* The transport against a server that does what servers should not. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "hostile.h"
#include "http/transport.h"
#include "vault/vault.h"

#define PLENTY_MS 20000
#define SHORT_MS 300

static struct hostile server;
static struct transport *transport;
static struct transfer transfer;

static int setup(void **state)
{
	const struct transport_options o = {.timeout_ms = PLENTY_MS,
					    .connect_timeout_ms = PLENTY_MS};

	(void)state;
	memset(&transfer, 0, sizeof(transfer));
	return transport_new(&o, &transport, NULL) != OK;
}

static int teardown(void **state)
{
	(void)state;
	http_response_free(&transfer.response);
	transport_free(&transport);
	return 0;
}

static struct http_request *request_new(enum http_method m, const char *path)
{
	struct http_request *r = http_request_new(m);

	http_url(r, "http://127.0.0.1:%d%s", server.port, path);
	return r;
}

static enum err exchange(struct http_request *r, const struct secret_set *secrets)
{
	http_response_free(&transfer.response);
	return transport_exchange(transport, r, secrets, true, NULL, &transfer, NULL);
}

/* One GET with the short time-out. */
static enum err fetch(const char *path)
{
	struct http_request *r = request_new(HTTP_GET, path);
	enum err e;

	r->timeout_ms = SHORT_MS;
	e = exchange(r, NULL);
	http_request_free(&r);
	return e;
}

/* One POST with enough time. */
static enum err post(const char *path, const char *body)
{
	struct http_request *r = request_new(HTTP_POST, path);
	enum err e;

	http_body_raw(r, body, strlen(body));
	e = exchange(r, NULL);
	http_request_free(&r);
	return e;
}

static void expect_fate(enum transfer_fate fate, enum err code)
{
	if (transfer.fate != fate || transfer.error.code != code)
		fail_msg("fate %d, %s: %s", (int)transfer.fate, err_name(transfer.error.code),
			 transfer.error.text);
	assert_true((transfer.fate == TRANSFER_ANSWERED) == (code == OK));
	if (code != OK)
		assert_true(transfer.error.text[0] != '\0');
}

/* ---- whole answers ---------------------------------------------------- */

static void exchange__plain_answer__is_whole(void **state)
{
	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 201 Created\r\nX-Id:  7 \r\nContent-Length: 5\r\n\r\nhello";
	assert_int_equal(post("/a/../b?c=d", "{}"), OK);
	hostile_stop(&server);
	expect_fate(TRANSFER_ANSWERED, OK);
	assert_int_equal(transfer.response->status, 201);
	assert_string_equal(transfer.response->body, "hello");
	assert_string_equal(http_response_header(transfer.response, "x-id"), "7");
	assert_false(transfer.response->truncated);
	assert_true(transfer.response->at > 0);
	assert_memory_equal(server.last, "POST /a/../b?c=d HTTP/1.1\r\n", 27);
	assert_non_null(strstr(server.last, "\r\nUser-Agent: masthead/"));
	assert_null(strstr(server.last, "Expect:"));
	assert_null(strstr(server.last, "Content-Type"));
	assert_null(strstr(server.last, "Accept-Encoding"));
	assert_non_null(strstr(server.last, "\r\nContent-Length: 2\r\n"));
}

static void exchange__methods__are_sent_as_named(void **state)
{
	static const enum http_method methods[] = {HTTP_GET,    HTTP_POST,  HTTP_PUT,
						   HTTP_DELETE, HTTP_PATCH, HTTP_HEAD};

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 204 No Content\r\n\r\n";
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct http_request *r = request_new(methods[i], "/");

		assert_int_equal(exchange(r, NULL), OK);
		assert_int_equal(transfer.response->status, 204);
		mutex_lock(server.lock);
		assert_memory_equal(server.last, http_method_name(methods[i]),
				    strlen(http_method_name(methods[i])));
		mutex_unlock(server.lock);
		http_request_free(&r);
	}
	hostile_stop(&server);
	assert_int_equal(server.connections, 1);
}

static void exchange__html_and_empty_answers__are_answers(void **state)
{
	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n"
			"<html></html>";
	assert_int_equal(fetch("/"), OK);
	assert_string_equal(transfer.response->body, "<html></html>");
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(fetch("/"), OK);
	assert_string_equal(transfer.response->body, "");
	assert_int_equal(transfer.response->len, 0);
	hostile_stop(&server);
}

static void exchange__interim_answers__are_passed_over(void **state)
{
	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
			"HTTP/1.1 103 Early Hints\r\nX-Early: 2\r\n\r\n"
			"HTTP/1.1 200 OK\r\nX-Late: 3\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(fetch("/"), OK);
	hostile_stop(&server);
	assert_int_equal(transfer.response->status, 200);
	assert_null(http_response_header(transfer.response, "X-Early"));
	assert_string_equal(http_response_header(transfer.response, "X-Late"), "3");
}

static void exchange__redirect__is_not_followed(void **state)
{
	static const char *const places[] = {"file:///etc/passwd", "http://169.254.169.254/",
					     "http://[::1]/", "/elsewhere"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		char answer[200];

		snprintf(answer, sizeof(answer),
			 "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
			 places[i]);
		hostile_start(&server, serve_answer);
		server.answer = answer;
		assert_int_equal(fetch("/"), OK);
		hostile_stop(&server);
		assert_int_equal(transfer.response->status, 302);
		assert_string_equal(http_response_header(transfer.response, "Location"), places[i]);
		assert_int_equal(server.requests, 1);
	}
}

static void exchange__compressed__is_left_as_it_is(void **state)
{
	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
			"\x1f\x8b\x08\x01";
	assert_int_equal(fetch("/"), OK);
	hostile_stop(&server);
	assert_memory_equal(transfer.response->body, "\x1f\x8b\x08\x01", 4);
}

/* ---- secrets ---------------------------------------------------------- */

static void secrets__all_places__are_filled_as_it_is_sent(void **state)
{
	struct secret *token = secret_new("t/\"\\ 1", 6);
	struct secret_set set = {.slot = {[SLOT_ACCESS] = token, [SLOT_PASSWORD] = token}};
	struct http_request *r = http_request_new(HTTP_POST);

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	http_url(r, "http://127.0.0.1:%d/bot", server.port);
	http_url_secret(r, SLOT_PASSWORD, SLOT_URL_PATH);
	http_url(r, "/x");
	http_bearer(r, SLOT_ACCESS);
	http_basic(r, "client", SLOT_ACCESS);
	http_header(r, "X-Empty", "%s", "");
	http_body_raw(r, "{\"p\":\"", 6);
	http_body_secret(r, SLOT_PASSWORD, SLOT_JSON);
	http_body_raw(r, "\",\"f\":\"", 7);
	http_body_secret(r, SLOT_ACCESS, SLOT_FORM);
	http_body_raw(r, "\"}", 2);
	assert_int_equal(exchange(r, &set), OK);
	hostile_stop(&server);
	assert_memory_equal(server.last, "POST /bott%2F%22%5C%201/x HTTP/1.1\r\n", 36);
	assert_non_null(strstr(server.last, "\r\nAuthorization: Bearer t/\"\\ 1\r\n"));
	assert_non_null(strstr(server.last, "\r\nAuthorization: Basic Y2xpZW50OnQvIlwgMQ==\r\n"));
	assert_non_null(strstr(server.last, "\r\nX-Empty:\r\n"));
	assert_non_null(
		strstr(server.last, "\r\n\r\n{\"p\":\"t/\\\"\\\\ 1\",\"f\":\"t%2F%22%5C%201\"}"));
	http_request_free(&r);
	secret_free(&token);
}

static void secrets__missing__sends_nothing(void **state)
{
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	http_bearer(r, SLOT_ACCESS);
	assert_int_equal(exchange(r, NULL), E_INVALID);
	http_request_free(&r);
	hostile_stop(&server);
	expect_fate(TRANSFER_NOT_SENT, E_INVALID);
	assert_int_equal(server.connections, 0);
}

static void headers__control_bytes__send_nothing(void **state)
{
	struct secret *token = secret_new("a\r\nX-Evil: 1", 12);
	struct secret_set set = {.slot = {[SLOT_ACCESS] = token}};
	static const char *const bad[] = {"a\r\nX-Evil: 1", "a\nb", "a\tb", "a\x7f"};
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		r = request_new(HTTP_GET, "/");
		http_header(r, "X-Value", "%s", bad[i]);
		assert_int_equal(exchange(r, NULL), E_INVALID);
		expect_fate(TRANSFER_NOT_SENT, E_INVALID);
		http_request_free(&r);
	}
	r = request_new(HTTP_GET, "/");
	http_header(r, "X: 1\r\nY", "%s", "v");
	assert_int_equal(exchange(r, NULL), E_INVALID);
	http_request_free(&r);
	r = request_new(HTTP_GET, "/");
	http_bearer(r, SLOT_ACCESS);
	assert_int_equal(exchange(r, &set), E_INVALID);
	http_request_free(&r);
	hostile_stop(&server);
	assert_int_equal(server.connections, 0);
	secret_free(&token);
}

/* ---- bodies ----------------------------------------------------------- */

static char dir[] = "/tmp/masthead-transport-XXXXXX";

static char *file_new(const char *name, const char *text)
{
	char *path = fs_join(dir, name);

	assert_int_equal(fs_write_new(path, text, strlen(text), 0600, NULL), OK);
	return path;
}

static void body__file__is_sent_from_disk(void **state)
{
	char *path = file_new("body", "0123456789");
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	r->body_file = path;
	assert_int_equal(exchange(r, NULL), OK);
	mutex_lock(server.lock);
	assert_non_null(strstr(server.last, "\r\nContent-Length: 10\r\n"));
	assert_non_null(strstr(server.last, "\r\n\r\n0123456789"));
	mutex_unlock(server.lock);
	r->body_file_offset = 3;
	r->body_file_len = 4;
	r->method = HTTP_PUT;
	assert_int_equal(exchange(r, NULL), OK);
	hostile_stop(&server);
	assert_memory_equal(server.last, "PUT ", 4);
	assert_non_null(strstr(server.last, "\r\n\r\n3456"));
	http_request_free(&r);
	unlink(path);
	xfree(&path);
}

static void body__unfit_file__sends_nothing(void **state)
{
	char *path = file_new("short", "0123456789");
	char *link = fs_join(dir, "link"), *fifo = fs_join(dir, "fifo");
	struct http_request *r;

	(void)state;
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	r->body_file = path;
	r->body_file_offset = 5;
	r->body_file_len = 6;
	assert_int_equal(exchange(r, NULL), E_INVALID);
	r->body_file_offset = 0;
	r->body_file_len = -1;
	r->body_file = fifo;
	assert_int_equal(exchange(r, NULL), E_INVALID);
	r->body_file = link;
	assert_int_equal(exchange(r, NULL), E_IO);
	r->body_file = "/nonexistent/file";
	assert_int_equal(exchange(r, NULL), E_IO);
	expect_fate(TRANSFER_NOT_SENT, E_IO);
	http_request_free(&r);
	hostile_stop(&server);
	assert_int_equal(server.connections, 0);
	unlink(link);
	unlink(fifo);
	unlink(path);
	xfree(&link);
	xfree(&fifo);
	xfree(&path);
}

static void body__parts__are_multipart(void **state)
{
	char *path = file_new("part", "filebytes");
	struct http_request *r;
	struct http_part *p;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	p = http_part_add(r, "description");
	p->bytes = "alt text";
	p->len = 8;
	p = http_part_add(r, "file");
	p->file = path;
	p->filename = "a.png";
	p->type = "image/png";
	assert_int_equal(exchange(r, NULL), OK);
	hostile_stop(&server);
	assert_non_null(strstr(server.last, "\r\nContent-Type: multipart/form-data; boundary="));
	assert_non_null(strstr(server.last, "name=\"description\"\r\n\r\nalt text\r\n"));
	assert_non_null(strstr(server.last, "name=\"file\"; filename=\"a.png\"\r\n"
					    "Content-Type: image/png\r\n\r\nfilebytes\r\n"));
	http_request_free(&r);
	unlink(path);
	xfree(&path);
}

/* ---- where it may go -------------------------------------------------- */

static void target__loopback_not_allowed__sends_nothing(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};

	(void)state;
	hostile_start(&server, serve_silence);
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		struct http_request *r = http_request_new(HTTP_POST);

		http_url(r, "https://%s:%d/", hosts[i], server.port);
		assert_int_not_equal(
			transport_exchange(transport, r, NULL, false, NULL, &transfer, NULL), OK);
		assert_int_equal(transfer.fate, TRANSFER_NOT_SENT);
		assert_int_equal(transfer.error.code, i == 1 ? E_NETWORK : E_INVALID);
		http_request_free(&r);
	}
	hostile_stop(&server);
	assert_int_equal(server.connections, 0);
}

static void target__nobody_listens__was_not_sent(void **state)
{
	(void)state;
	hostile_start(&server, serve_silence);
	hostile_stop(&server);
	assert_int_equal(post("/", "x"), E_NETWORK);
	expect_fate(TRANSFER_NOT_SENT, E_NETWORK);
}

/* ---- damaged answers -------------------------------------------------- */

static void serve_endless(struct hostile *h, int fd)
{
	char chunk[4200];

	if (!hostile_read(h, fd))
		return;
	hostile_write(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	memset(chunk, 'x', sizeof(chunk));
	memcpy(chunk, "1000\r\n", 6);
	memcpy(chunk + 6 + 4096, "\r\n", 3);
	/* 1 GB, or until the client has had enough. */
	for (int i = 0; i < 1 << 18; i++)
		if (send(fd, chunk, 6 + 4096 + 2, MSG_NOSIGNAL) <= 0)
			return;
}

static void answer__endless__is_cut_at_the_cap(void **state)
{
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_endless);
	r = request_new(HTTP_GET, "/");
	assert_int_equal(exchange(r, NULL), E_PROTOCOL);
	expect_fate(TRANSFER_LOST, E_PROTOCOL);
	assert_true(transfer.response->len <= 1 << 20);
	assert_true(transfer.response->truncated);
	r->max_response_bytes = 5000;
	assert_int_equal(exchange(r, NULL), E_PROTOCOL);
	assert_true(transfer.response->len <= 5000);
	http_request_free(&r);
	hostile_stop(&server);
}

static void answer__promised_gigabyte__is_cut_at_the_cap(void **state)
{
	static char answer[1100000];

	(void)state;
	strcpy(answer, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
	memset(answer + strlen(answer), 'y', sizeof(answer) - strlen(answer) - 1);
	hostile_start(&server, serve_answer);
	server.answer = answer;
	assert_int_equal(post("/", ""), E_PROTOCOL);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_PROTOCOL);
}

static void serve_trickle(struct hostile *h, int fd)
{
	if (!hostile_read(h, fd))
		return;
	hostile_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
	for (;;) {
		struct pollfd stop = {.fd = h->stop_fd, .events = POLLIN};

		if (poll(&stop, 1, 20) != 0 || send(fd, "z", 1, MSG_NOSIGNAL) <= 0)
			return;
	}
}

static void answer__byte_by_byte__ends_in_time(void **state)
{
	int64_t start = clock_mono_ms();

	(void)state;
	hostile_start(&server, serve_trickle);
	assert_int_equal(fetch("/"), E_TIMEOUT);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_TIMEOUT);
	assert_int_equal(transfer.response->status, 200);
	assert_true(transfer.response->truncated);
	assert_true(clock_mono_ms() - start >= SHORT_MS);
	assert_true(clock_mono_ms() - start < PLENTY_MS / 2);
}

static void answer__never__is_lost_in_time(void **state)
{
	(void)state;
	hostile_start(&server, serve_silence);
	assert_int_equal(fetch("/"), E_TIMEOUT);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_TIMEOUT);
	assert_null(transfer.response);
	assert_int_equal(server.requests, 1);
}

static void serve_close(struct hostile *h, int fd)
{
	hostile_read(h, fd);
}

static void serve_rst(struct hostile *h, int fd)
{
	if (hostile_read(h, fd))
		hostile_reset(fd);
}

static void answer__end_or_reset_instead__is_lost(void **state)
{
	void (*const ways[])(struct hostile *, int) = {serve_close, serve_rst};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		hostile_start(&server, ways[i]);
		assert_int_equal(post("/", "x"), E_NETWORK);
		hostile_stop(&server);
		expect_fate(TRANSFER_LOST, E_NETWORK);
		assert_int_equal(server.requests, 1);
		assert_int_equal(server.connections, 1);
	}
}

/* Answers once and hangs up. */
static void serve_once(struct hostile *h, int fd)
{
	if (hostile_read(h, fd))
		hostile_write(fd, h->answer);
}

static void answer__cut_short__is_lost_with_its_part(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 100\r\n\r\n{\"uri\":",
		"HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"uri\":\r\n5\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		hostile_start(&server, serve_once);
		server.answer = answers[i];
		assert_int_equal(post("/", "x"), E_PROTOCOL);
		hostile_stop(&server);
		expect_fate(TRANSFER_LOST, E_PROTOCOL);
		assert_int_equal(transfer.response->status, 200);
		assert_true(transfer.response->truncated);
		assert_string_equal(transfer.response->body, "{\"uri\":");
		assert_string_equal(http_response_header(transfer.response, "X"), "y");
	}
}

static void answer__no_http__is_lost(void **state)
{
	static const char *const answers[] = {"<html>", "SSH-2.0-x\r\n", "HTTP/1.1 20\r\n\r\n",
					      "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
					      "HTTP/3.7 200 OK\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		hostile_start(&server, serve_once);
		server.answer = answers[i];
		assert_int_not_equal(post("/", "x"), OK);
		hostile_stop(&server);
		assert_int_equal(transfer.fate, TRANSFER_LOST);
		assert_null(transfer.response);
	}
}

static void serve_header_flood(struct hostile *h, int fd)
{
	if (!hostile_read(h, fd))
		return;
	hostile_write(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 100000; i++)
		if (send(fd, "X-Flood: 0123456789\r\n", 21, MSG_NOSIGNAL) <= 0)
			return;
}

static void answer__endless_headers__is_lost(void **state)
{
	(void)state;
	hostile_start(&server, serve_header_flood);
	assert_int_equal(post("/", "x"), E_PROTOCOL);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_PROTOCOL);
	assert_true(transfer.response == NULL || transfer.response->n_headers < 4000);
}

/* ---- kept connections ------------------------------------------------- */

/* Answers the first request of the first connection, reads the second and hangs up; answers all on later ones. */
static void serve_dead_when_kept(struct hostile *h, int fd)
{
	if (h->connections > 1) {
		serve_answer(h, fd);
		return;
	}
	if (!hostile_read(h, fd))
		return;
	hostile_write(fd, h->answer);
	hostile_read(h, fd);
}

static void kept__dies_after_post_was_read__is_not_sent_again(void **state)
{
	(void)state;
	hostile_start(&server, serve_dead_when_kept);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	assert_int_equal(post("/first", "1"), OK);
	assert_int_equal(post("/second", "2"), E_NETWORK);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_NETWORK);
	assert_int_equal(server.requests, 2);
}

static void kept__dies_after_file_was_read__is_not_sent_again(void **state)
{
	char *path = file_new("kept", "0123456789");
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_dead_when_kept);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	r = request_new(HTTP_POST, "/");
	r->body_file = path;
	assert_int_equal(exchange(r, NULL), OK);
	assert_int_equal(exchange(r, NULL), E_NETWORK);
	http_request_free(&r);
	hostile_stop(&server);
	expect_fate(TRANSFER_LOST, E_NETWORK);
	assert_int_equal(server.requests, 2);
	unlink(path);
	xfree(&path);
}

static void kept__dies_after_get_was_read__is_sent_again(void **state)
{
	(void)state;
	hostile_start(&server, serve_dead_when_kept);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	assert_int_equal(fetch("/first"), OK);
	assert_int_equal(fetch("/second"), OK);
	hostile_stop(&server);
	assert_int_equal(server.requests, 3);
	assert_int_equal(server.connections, 2);
}

/* One request a connection, the end not announced. */
static void kept__was_closed_meanwhile__next_post_takes_a_new_one(void **state)
{
	(void)state;
	hostile_start(&server, serve_once);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	for (int i = 1; i <= 3; i++) {
		int64_t deadline = clock_mono_ms() + PLENTY_MS;
		int seen = 0;

		assert_int_equal(post("/", "x"), OK);
		/* The server's thread is back in accept when it has closed. */
		while (seen < i && clock_mono_ms() < deadline) {
			transport_run(transport, 1, NULL, NULL, 0);
			mutex_lock(server.lock);
			seen = server.requests;
			mutex_unlock(server.lock);
		}
	}
	hostile_stop(&server);
	assert_int_equal(server.requests, 3);
	assert_int_equal(server.connections, 3);
}

static void kept__healthy__is_used_again(void **state)
{
	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	for (int i = 0; i < 20; i++)
		assert_int_equal(post("/", "x"), OK);
	hostile_stop(&server);
	assert_int_equal(server.requests, 20);
	assert_int_equal(server.connections, 1);
}

/* ---- the loop --------------------------------------------------------- */

static void run__descriptor_and_wake__end_it(void **state)
{
	int fds[2];
	bool ready[1];
	int64_t start = clock_mono_ms();

	(void)state;
	assert_int_equal(pipe(fds), 0);
	transport_wake(transport);
	transport_run(transport, PLENTY_MS, fds, ready, 1);
	assert_false(ready[0]);
	assert_int_equal(write(fds[1], "x", 1), 1);
	transport_run(transport, PLENTY_MS, fds, ready, 1);
	assert_true(ready[0]);
	transport_run(transport, 0, fds, ready, 1);
	assert_true(ready[0]);
	assert_true(clock_mono_ms() - start < PLENTY_MS / 2);
	close(fds[0]);
	close(fds[1]);
}

static void run__nothing_to_do__lasts_as_long_as_asked(void **state)
{
	int64_t start = clock_mono_ms();

	(void)state;
	transport_run(transport, 50, NULL, NULL, 0);
	assert_true(clock_mono_ms() - start >= 50);
}

static void done__many__come_with_their_tokens(void **state)
{
	struct http_request *r[10];
	int tokens[10] = {0}, left = 10;
	struct transfer t;

	(void)state;
	hostile_start(&server, serve_once);
	server.answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
	for (int i = 0; i < 10; i++) {
		r[i] = request_new(HTTP_POST, "/");
		transport_submit(transport, r[i], NULL, true, &tokens[i]);
	}
	assert_int_equal(transport_in_flight(transport), 10);
	while (left > 0) {
		transport_run(transport, PLENTY_MS, NULL, NULL, 0);
		while (transport_done(transport, &t)) {
			assert_int_equal(t.fate, TRANSFER_ANSWERED);
			(*(int *)t.token)++;
			http_response_free(&t.response);
			left--;
		}
	}
	assert_int_equal(transport_in_flight(transport), 0);
	hostile_stop(&server);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(tokens[i], 1);
		http_request_free(&r[i]);
	}
}

static void exchange__told_to_stop__stops(void **state)
{
	struct http_request *r;
	struct flag *stop = flag_new();
	struct err_info info;

	(void)state;
	hostile_start(&server, serve_silence);
	r = request_new(HTTP_GET, "/");
	flag_set(stop);
	assert_int_equal(transport_exchange(transport, r, NULL, true, stop, &transfer, &info),
			 E_INTERRUPTED);
	assert_int_equal(info.code, E_INTERRUPTED);
	assert_int_equal(transport_in_flight(transport), 0);
	http_request_free(&r);
	flag_free(&stop);
	hostile_stop(&server);
}

static void free__in_flight__does_not_wait(void **state)
{
	struct http_request *r;
	int64_t start = clock_mono_ms();
	int seen = 0;

	(void)state;
	hostile_start(&server, serve_silence);
	r = request_new(HTTP_GET, "/");
	transport_submit(transport, r, NULL, true, r);
	while (!seen) {
		transport_run(transport, 5, NULL, NULL, 0);
		mutex_lock(server.lock);
		seen = server.requests;
		mutex_unlock(server.lock);
	}
	transport_free(&transport);
	assert_true(clock_mono_ms() - start < PLENTY_MS / 2);
	http_request_free(&r);
	hostile_stop(&server);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(exchange__plain_answer__is_whole),
		CASE(exchange__methods__are_sent_as_named),
		CASE(exchange__html_and_empty_answers__are_answers),
		CASE(exchange__interim_answers__are_passed_over),
		CASE(exchange__redirect__is_not_followed),
		CASE(exchange__compressed__is_left_as_it_is),
		CASE(secrets__all_places__are_filled_as_it_is_sent),
		CASE(secrets__missing__sends_nothing),
		CASE(headers__control_bytes__send_nothing),
		CASE(body__file__is_sent_from_disk),
		CASE(body__unfit_file__sends_nothing),
		CASE(body__parts__are_multipart),
		CASE(target__loopback_not_allowed__sends_nothing),
		CASE(target__nobody_listens__was_not_sent),
		CASE(answer__endless__is_cut_at_the_cap),
		CASE(answer__promised_gigabyte__is_cut_at_the_cap),
		CASE(answer__byte_by_byte__ends_in_time),
		CASE(answer__never__is_lost_in_time),
		CASE(answer__end_or_reset_instead__is_lost),
		CASE(answer__cut_short__is_lost_with_its_part),
		CASE(answer__no_http__is_lost),
		CASE(answer__endless_headers__is_lost),
		CASE(kept__dies_after_post_was_read__is_not_sent_again),
		CASE(kept__dies_after_file_was_read__is_not_sent_again),
		CASE(kept__dies_after_get_was_read__is_sent_again),
		CASE(kept__was_closed_meanwhile__next_post_takes_a_new_one),
		CASE(kept__healthy__is_used_again),
		CASE(run__descriptor_and_wake__end_it),
		CASE(run__nothing_to_do__lasts_as_long_as_asked),
		CASE(done__many__come_with_their_tokens),
		CASE(exchange__told_to_stop__stops),
		CASE(free__in_flight__does_not_wait),
	};
	int failed;

	if (vault_global_init(NULL) || http_global_init(NULL) || !mkdtemp(dir))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	http_global_cleanup();
	return failed;
}
