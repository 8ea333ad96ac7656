/* The transport: what it sends, where it goes, what it brings back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "fixture.h"

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

static void serve_nul(struct hostile *h, int fd)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na\0b\0c";

	if (hostile_read(h, fd))
		send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
}

static void exchange__nul_bytes__are_kept(void **state)
{
	(void)state;
	hostile_start(&server, serve_nul);
	assert_int_equal(fetch("/"), OK);
	hostile_stop(&server);
	assert_int_equal(transfer.response->len, 5);
	assert_memory_equal(transfer.response->body, "a\0b\0c", 6);
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

static void body__part_of_a_file__is_its_piece(void **state)
{
	char *path = file_new("piece", "0123456789");
	struct http_request *r;
	struct http_part *p;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	p = http_part_add(r, "media");
	p->file = path;
	p->file_offset = 3;
	p->file_len = 4;
	assert_int_equal(exchange(r, NULL), OK);
	p->file_len = 8;
	assert_int_equal(exchange(r, NULL), E_INVALID);
	hostile_stop(&server);
	assert_non_null(strstr(server.last, "\r\n\r\n3456\r\n"));
	http_request_free(&r);
	unlink(path);
	xfree(&path);
}

static void body__files_in_json__are_base64(void **state)
{
	char *path = file_new("base64", "01234567"), *other = file_new("base65", "ab");
	struct json *j = json_new_object();
	struct http_request *r;

	(void)state;
	hostile_start(&server, serve_answer);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/");
	json_set_str(j, "text", "file:0");
	http_json_file(r, j, "a", path);
	http_json_file(r, j, "b", other);
	json_set_str(j, "end", "x");
	http_body_json(r, j);
	json_free(&j);
	assert_int_equal(exchange(r, NULL), OK);
	hostile_stop(&server);
	assert_non_null(strstr(server.last,
			       "\r\n\r\n{\"text\":\"file:0\",\"a\":\"MDEyMzQ1Njc=\",\"b\":\"YWI=\","
			       "\"end\":\"x\"}"));
	/* A file that is gone sends nothing. */
	unlink(path);
	hostile_start(&server, serve_answer);
	assert_int_equal(exchange(r, NULL), E_IO);
	hostile_stop(&server);
	assert_int_equal(server.connections, 0);
	http_request_free(&r);
	unlink(other);
	xfree(&path);
	xfree(&other);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(exchange__plain_answer__is_whole),
		CASE(exchange__methods__are_sent_as_named),
		CASE(exchange__html_and_empty_answers__are_answers),
		CASE(exchange__nul_bytes__are_kept),
		CASE(exchange__interim_answers__are_passed_over),
		CASE(exchange__redirect__is_not_followed),
		CASE(exchange__compressed__is_left_as_it_is),
		CASE(secrets__all_places__are_filled_as_it_is_sent),
		CASE(secrets__missing__sends_nothing),
		CASE(headers__control_bytes__send_nothing),
		CASE(body__file__is_sent_from_disk),
		CASE(body__unfit_file__sends_nothing),
		CASE(body__parts__are_multipart),
		CASE(body__part_of_a_file__is_its_piece),
		CASE(body__files_in_json__are_base64),
		CASE(target__loopback_not_allowed__sends_nothing),
		CASE(target__nobody_listens__was_not_sent),
		CASE(run__descriptor_and_wake__end_it),
		CASE(run__nothing_to_do__lasts_as_long_as_asked),
		CASE(done__many__come_with_their_tokens),
		CASE(exchange__told_to_stop__stops),
		CASE(free__in_flight__does_not_wait),
	};
	int failed;

	if (!fixture_begin())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fixture_end();
	return failed;
}
