/* fixture.c - see fixture.h. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "vault/vault.h"

struct hostile server;
struct transport *transport;
struct transfer transfer;
char dir[] = "/tmp/masthead-transport-XXXXXX";

int setup(void **state)
{
	const struct transport_options o = {.timeout_ms = PLENTY_MS,
					    .connect_timeout_ms = PLENTY_MS};

	(void)state;
	memset(&transfer, 0, sizeof(transfer));
	return transport_new(&o, &transport, NULL) != OK;
}

int teardown(void **state)
{
	(void)state;
	http_response_free(&transfer.response);
	transport_free(&transport);
	return 0;
}

struct http_request *request_new(enum http_method m, const char *path)
{
	struct http_request *r = http_request_new(m);

	http_url(r, "http://127.0.0.1:%d%s", server.port, path);
	return r;
}

enum err exchange(struct http_request *r, const struct secret_set *secrets)
{
	http_response_free(&transfer.response);
	return transport_exchange(transport, r, secrets, true, NULL, &transfer, NULL);
}

static enum err fetch_within(const char *path, int64_t timeout_ms)
{
	struct http_request *r = request_new(HTTP_GET, path);
	enum err e;

	r->timeout_ms = timeout_ms;
	e = exchange(r, NULL);
	http_request_free(&r);
	return e;
}

enum err fetch(const char *path)
{
	return fetch_within(path, PLENTY_MS);
}

enum err fetch_briefly(const char *path)
{
	return fetch_within(path, SHORT_MS);
}

enum err post(const char *path, const char *body)
{
	struct http_request *r = request_new(HTTP_POST, path);
	enum err e;

	http_body_raw(r, body, strlen(body));
	e = exchange(r, NULL);
	http_request_free(&r);
	return e;
}

void expect_fate(enum transfer_fate fate, enum err code)
{
	if (transfer.fate != fate || transfer.error.code != code)
		fail_msg("fate %d, %s: %s", (int)transfer.fate, err_name(transfer.error.code),
			 transfer.error.text);
	assert_true((transfer.fate == TRANSFER_ANSWERED) == (code == OK));
	if (code != OK)
		assert_true(transfer.error.text[0] != '\0');
}

char *file_new(const char *name, const char *text)
{
	char *path = fs_join(dir, name);

	assert_int_equal(fs_write_new(path, text, strlen(text), 0600, NULL), OK);
	return path;
}

bool fixture_begin(void)
{
	return vault_global_init(NULL) == OK && http_global_init(NULL) == OK && mkdtemp(dir);
}

void fixture_end(void)
{
	rmdir(dir);
	http_global_cleanup();
}
