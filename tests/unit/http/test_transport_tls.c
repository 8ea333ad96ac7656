/* TLS: who is believed, what is resumed. The server is the openssl program; without it these are skipped. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "fixture.h"

static char *cert, *key;
static pid_t tls_pid;
static int tls_port, tls_out;
static bool have_openssl;

/* Runs the program with its output in a pipe (or nowhere); returns its process. */
static pid_t start(const char *const argv[], int *out)
{
	int fds[2];
	pid_t pid;

	if (out && pipe(fds) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		FILE *quiet = freopen("/dev/null", "w", stderr);

		if (out)
			dup2(fds[1], STDOUT_FILENO);
		else if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		if (quiet)
			execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (out) {
		close(fds[1]);
		*out = fds[0];
	}
	return pid;
}

static bool finished_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_certificate(void)
{
	const char *argv[] = {"openssl",
			      "req",
			      "-x509",
			      "-newkey",
			      "ec",
			      "-pkeyopt",
			      "ec_paramgen_curve:P-256",
			      "-nodes",
			      "-keyout",
			      key,
			      "-out",
			      cert,
			      "-days",
			      "2",
			      "-subj",
			      "/CN=localhost",
			      "-addext",
			      "subjectAltName=DNS:localhost",
			      NULL};

	return finished_well(start(argv, NULL));
}

/* Waits for "ACCEPT 127.0.0.1:PORT", which s_server prints once it listens. */
static bool wait_for_port(int fd)
{
	char text[256] = "";
	size_t n = 0;
	const char *at;

	while (n + 1 < sizeof(text) && read(fd, text + n, 1) == 1) {
		text[++n] = '\0';
		at = strstr(text, "ACCEPT 127.0.0.1:");
		if (at && text[n - 1] == '\n') {
			tls_port = atoi(at + 17);
			return tls_port > 0;
		}
	}
	return false;
}

static int tls_setup(void **state)
{
	const char *argv[] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
			      cert,      "-key",     key,       "-www",        NULL};

	(void)state;
	if (!have_openssl)
		return 0;
	tls_pid = start(argv, &tls_out);
	if (!wait_for_port(tls_out))
		return 1;
	memset(&transfer, 0, sizeof(transfer));
	return 0;
}

static int tls_teardown(void **state)
{
	(void)state;
	if (!have_openssl)
		return 0;
	kill(tls_pid, SIGTERM);
	waitpid(tls_pid, NULL, 0);
	close(tls_out);
	http_response_free(&transfer.response);
	transport_free(&transport);
	return 0;
}

static void trust(const char *ca_file)
{
	const struct transport_options o = {
		.timeout_ms = PLENTY_MS, .connect_timeout_ms = PLENTY_MS, .ca_file = ca_file};

	assert_int_equal(transport_new(&o, &transport, NULL), OK);
}

static enum err fetch_tls(const char *host)
{
	struct http_request *r = http_request_new(HTTP_GET);
	enum err e;

	http_url(r, "https://%s:%d/", host, tls_port);
	e = exchange(r, NULL);
	http_request_free(&r);
	return e;
}

static void certificate__trusted__is_answered_and_resumed(void **state)
{
	(void)state;
	if (!have_openssl)
		skip();
	trust(cert);
	assert_int_equal(fetch_tls("localhost"), OK);
	assert_non_null(strstr(transfer.response->body, "New, TLSv1."));
	/* This server closes after each answer. */
	assert_int_equal(fetch_tls("localhost"), OK);
	assert_non_null(strstr(transfer.response->body, "Reused, TLSv1."));
}

static void certificate__unknown__sends_nothing(void **state)
{
	(void)state;
	if (!have_openssl)
		skip();
	trust(NULL);
	assert_int_equal(fetch_tls("localhost"), E_TLS);
	expect_fate(TRANSFER_NOT_SENT, E_TLS);
}

static void certificate__other_name__sends_nothing(void **state)
{
	(void)state;
	if (!have_openssl)
		skip();
	trust(cert);
	assert_int_equal(fetch_tls("127.0.0.1"), E_TLS);
	expect_fate(TRANSFER_NOT_SENT, E_TLS);
}

static void server__speaks_no_tls__was_not_sent(void **state)
{
	struct http_request *r;

	(void)state;
	trust(NULL);
	hostile_start(&server, serve_once);
	server.answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	r = http_request_new(HTTP_POST);
	http_url(r, "https://localhost:%d/", server.port);
	r->timeout_ms = SHORT_MS;
	assert_int_not_equal(exchange(r, NULL), OK);
	assert_int_equal(transfer.fate, TRANSFER_NOT_SENT);
	http_request_free(&r);
	hostile_stop(&server);
	transport_free(&transport);
}

#define TLS_CASE(f) cmocka_unit_test_setup_teardown(f, tls_setup, tls_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TLS_CASE(certificate__trusted__is_answered_and_resumed),
		TLS_CASE(certificate__unknown__sends_nothing),
		TLS_CASE(certificate__other_name__sends_nothing),
		cmocka_unit_test(server__speaks_no_tls__was_not_sent),
	};
	int failed;

	if (!fixture_begin())
		return 1;
	cert = fs_join(dir, "cert.pem");
	key = fs_join(dir, "key.pem");
	have_openssl = make_certificate();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(cert);
	unlink(key);
	xfree(&cert);
	xfree(&key);
	fixture_end();
	return failed;
}
