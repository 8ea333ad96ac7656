/* The transport against servers that damage answers or drop connections: no request twice, no doubt hidden. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "fixture.h"

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
	assert_int_equal(fetch_briefly("/"), E_TIMEOUT);
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
	assert_int_equal(fetch_briefly("/"), E_TIMEOUT);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};
	int failed;

	if (!fixture_begin())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fixture_end();
	return failed;
}
