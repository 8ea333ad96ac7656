/* The listener with the transport as its client: what the handler is told, and every manner of answering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"
#include "http/listener.h"
#include "http/transport.h"
#include "vault/vault.h"

#define PLENTY_MS 20000

/* What the handler shall do, and what it saw; one request at a time where it is looked at. */
static struct {
	struct listener_answer answer;
	struct mutex *lock;
	int requests;
	char method[16], path[256], query[256], host[64], agent[64], body[256];
	char param[64];
	bool twice;
} script;

static struct listener *listener;
static struct transport *transport;
static struct transfer transfer;

static void handle(void *self, const struct listener_request *r, struct listener_answer *a)
{
	struct arena *arena = a->arena;
	const char *agent = listener_header(r, "user-agent");
	const char *param;

	(void)self;
	mutex_lock(script.lock);
	script.requests++;
	snprintf(script.method, sizeof(script.method), "%s", r->method);
	snprintf(script.path, sizeof(script.path), "%s", r->path);
	snprintf(script.query, sizeof(script.query), "%s", r->query);
	snprintf(script.host, sizeof(script.host), "%s", r->host);
	snprintf(script.agent, sizeof(script.agent), "%s", agent ? agent : "");
	snprintf(script.body, sizeof(script.body), "%.*s", (int)r->len, r->body);
	param = listener_param(r, arena, "code", &script.twice);
	snprintf(script.param, sizeof(script.param), "%s", param ? param : "(none)");
	*a = script.answer;
	a->arena = arena;
	mutex_unlock(script.lock);
}

static int setup(void **state)
{
	const struct listener_options l = {.address = "127.0.0.1",
					   .threads = 2,
					   .max_body_bytes = 100,
					   .request_timeout_ms = PLENTY_MS,
					   .handle = handle};
	const struct transport_options t = {.timeout_ms = PLENTY_MS,
					    .connect_timeout_ms = PLENTY_MS};

	(void)state;
	memset(&script, 0, sizeof(script));
	memset(&transfer, 0, sizeof(transfer));
	script.lock = mutex_new();
	script.answer = (struct listener_answer){.status = 200, .body = "0123456789", .len = 10};
	return listener_new(&l, &listener, NULL) || transport_new(&t, &transport, NULL);
}

static int teardown(void **state)
{
	(void)state;
	http_response_free(&transfer.response);
	transport_free(&transport);
	listener_free(&listener);
	mutex_free(&script.lock);
	return 0;
}

static struct http_request *request_new(enum http_method m, const char *path)
{
	struct http_request *r = http_request_new(m);

	http_url(r, "http://127.0.0.1:%d%s", listener_port(listener), path);
	return r;
}

static enum err send_one(enum http_method m, const char *path, const char *body, int64_t timeout_ms)
{
	struct http_request *r = request_new(m, path);
	enum err e;

	http_body_raw(r, body, strlen(body));
	r->timeout_ms = timeout_ms;
	http_response_free(&transfer.response);
	e = transport_exchange(transport, r, NULL, true, NULL, &transfer, NULL);
	http_request_free(&r);
	/* What the handler wrote is seen from here on. */
	mutex_lock(script.lock);
	mutex_unlock(script.lock);
	return e;
}

static void handler__request__is_told_whole(void **state)
{
	(void)state;
	script.answer.type = "text/plain";
	script.answer.headers[0].name = "X-One";
	script.answer.headers[0].value = "1";
	script.answer.n_headers = 1;
	script.answer.status = 418;
	assert_int_equal(send_one(HTTP_POST, "/a%2Fb%20c%00d?x=1&code=a%26b+c", "the body", 0), OK);
	assert_string_equal(script.method, "POST");
	assert_string_equal(script.path, "/a/b c%00d");
	assert_string_equal(script.query, "x=1&code=a%26b+c");
	assert_string_equal(script.param, "a&b c");
	assert_false(script.twice);
	assert_memory_equal(script.host, "127.0.0.1:", 10);
	assert_memory_equal(script.agent, "masthead/", 9);
	assert_string_equal(script.body, "the body");
	assert_int_equal(transfer.response->status, 418);
	assert_string_equal(transfer.response->body, "0123456789");
	assert_string_equal(http_response_header(transfer.response, "X-One"), "1");
	assert_string_equal(http_response_header(transfer.response, "Content-Type"), "text/plain");
}

static void param__forms__are_told_apart(void **state)
{
	static const struct {
		const char *path, *param;
		bool twice;
	} cases[] = {
		{"/", "(none)", false},
		{"/?", "(none)", false},
		{"/?codes=1", "(none)", false},
		{"/?code", "", false},
		{"/?code=", "", false},
		{"/?%63ode=1&&x", "1", false},
		{"/?code=1&code=2", "(none)", true},
		{"/?code=1&%63ode=1", "(none)", true},
		{"/?code=%zz%4", "%zz%4", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(send_one(HTTP_GET, cases[i].path, "", 0), OK);
		assert_string_equal(script.param, cases[i].param);
		assert_int_equal(script.twice, cases[i].twice);
	}
}

static void body__too_large__is_refused_unread(void **state)
{
	char body[102];

	(void)state;
	memset(body, 'x', 101);
	body[101] = '\0';
	assert_int_equal(send_one(HTTP_POST, "/", body, 0), OK);
	assert_int_equal(transfer.response->status, 413);
	assert_int_equal(script.requests, 0);
	body[100] = '\0';
	assert_int_equal(send_one(HTTP_POST, "/", body, 0), OK);
	assert_int_equal(script.requests, 1);
}

static void answer__delay__holds_up_nobody(void **state)
{
	struct http_request *r[16];
	struct transfer t;
	size_t left = 16;
	int seen = 0;

	(void)state;
	script.answer.delay_ms = 500;
	for (size_t i = 0; i < 16; i++) {
		r[i] = request_new(HTTP_GET, "/");
		transport_submit(transport, r[i], NULL, true, r[i]);
	}
	while (left > 0) {
		transport_run(transport, PLENTY_MS, NULL, NULL, 0);
		while (transport_done(transport, &t)) {
			assert_int_equal(t.fate, TRANSFER_ANSWERED);
			assert_true(t.response->duration_ms >= 500);
			mutex_lock(script.lock);
			seen = seen ? seen : script.requests;
			mutex_unlock(script.lock);
			http_response_free(&t.response);
			left--;
		}
	}
	/* All were there before the first was answered. */
	assert_int_equal(seen, 16);
	for (size_t i = 0; i < 16; i++)
		http_request_free(&r[i]);
}

/* Here for the listener's delays: a transport sends no more at once than it was told. */
static void transport__more_than_connections__wait_their_turn(void **state)
{
	const struct transport_options o = {
		.timeout_ms = PLENTY_MS, .connect_timeout_ms = PLENTY_MS, .max_connections = 4};
	struct http_request *r[12];
	int64_t start = clock_mono_ms();
	struct transfer t;
	size_t left = 12;

	(void)state;
	transport_free(&transport);
	assert_int_equal(transport_new(&o, &transport, NULL), OK);
	script.answer.delay_ms = 60;
	for (size_t i = 0; i < 12; i++) {
		r[i] = request_new(HTTP_GET, "/");
		transport_submit(transport, r[i], NULL, true, r[i]);
	}
	while (left > 0) {
		transport_run(transport, PLENTY_MS, NULL, NULL, 0);
		while (transport_done(transport, &t)) {
			assert_int_equal(t.fate, TRANSFER_ANSWERED);
			http_response_free(&t.response);
			left--;
		}
	}
	assert_true(clock_mono_ms() - start >= 3 * 60);
	for (size_t i = 0; i < 12; i++)
		http_request_free(&r[i]);
}

static void transport__exchange__leaves_others_transfers(void **state)
{
	struct http_request *other = request_new(HTTP_GET, "/other");
	struct transfer t;

	(void)state;
	transport_submit(transport, other, NULL, true, other);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send_one(HTTP_POST, "/", "x", 0), OK);
	while (!transport_done(transport, &t))
		transport_run(transport, PLENTY_MS, NULL, NULL, 0);
	assert_ptr_equal(t.token, other);
	assert_int_equal(t.fate, TRANSFER_ANSWERED);
	http_response_free(&t.response);
	http_request_free(&other);
}

static void answer__reset__is_a_reset(void **state)
{
	(void)state;
	script.answer.manner = LISTENER_RESET;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 0), E_NETWORK);
	assert_int_equal(transfer.fate, TRANSFER_LOST);
	assert_non_null(strstr(transfer.error.text, "reset"));
	script.answer.delay_ms = 20;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 0), E_NETWORK);
	assert_int_equal(script.requests, 2);
}

static void answer__silence__lasts_until_the_client_leaves(void **state)
{
	(void)state;
	script.answer.manner = LISTENER_SILENCE;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send_one(HTTP_POST, "/", "x", 100), E_TIMEOUT);
		assert_int_equal(transfer.fate, TRANSFER_LOST);
	}
	assert_int_equal(script.requests, 3);
	/* Another client is served meanwhile and afterwards. */
	script.answer.manner = LISTENER_NORMAL;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 0), OK);
}

static void answer__truncated__has_half_of_the_body(void **state)
{
	(void)state;
	script.answer.manner = LISTENER_TRUNCATE;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 0), E_PROTOCOL);
	assert_int_equal(transfer.fate, TRANSFER_LOST);
	assert_string_equal(transfer.response->body, "01234");
	assert_true(transfer.response->truncated);
}

static void answer__slow__takes_its_time(void **state)
{
	(void)state;
	script.answer.manner = LISTENER_SLOW;
	script.answer.bytes_per_s = 100;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 0), OK);
	assert_string_equal(transfer.response->body, "0123456789");
	assert_int_equal(transfer.response->len, 10);
	script.answer.bytes_per_s = 1;
	assert_int_equal(send_one(HTTP_POST, "/", "x", 200), E_TIMEOUT);
	assert_int_equal(transfer.fate, TRANSFER_LOST);
	assert_true(transfer.response->len < 3);
}

static void answer__kept_alive__serves_many(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		assert_int_equal(send_one(HTTP_POST, "/", "x", 0), OK);
	assert_int_equal(script.requests, 200);
}

static void free__while_clients_wait__does_not_hang(void **state)
{
	struct http_request *r[3];
	int seen = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		mutex_lock(script.lock);
		script.answer.manner = i == 0 ? LISTENER_SILENCE : LISTENER_SLOW;
		script.answer.bytes_per_s = 1;
		script.answer.delay_ms = i == 1 ? 60000 : 0;
		mutex_unlock(script.lock);
		r[i] = request_new(HTTP_GET, "/");
		transport_submit(transport, r[i], NULL, true, r[i]);
		while (seen <= i) {
			transport_run(transport, 5, NULL, NULL, 0);
			mutex_lock(script.lock);
			seen = script.requests;
			mutex_unlock(script.lock);
		}
	}
	listener_free(&listener);
	for (int left = 3; left > 0;) {
		struct transfer t;

		transport_run(transport, PLENTY_MS, NULL, NULL, 0);
		while (transport_done(transport, &t)) {
			assert_int_not_equal(t.fate, TRANSFER_ANSWERED);
			http_response_free(&t.response);
			left--;
		}
	}
	for (int i = 0; i < 3; i++)
		http_request_free(&r[i]);
}

static void new__not_loopback__is_refused(void **state)
{
	static const char *const addresses[] = {"0.0.0.0", "192.168.1.1", "::", "localhost", ""};
	struct listener *l = NULL;
	struct listener_options o = {.threads = 1, .handle = handle};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		o.address = addresses[i];
		assert_int_equal(listener_new(&o, &l, NULL), E_INVALID);
		assert_null(l);
	}
}

static void new__port_taken__says_so(void **state)
{
	struct listener *l = NULL;
	const struct listener_options o = {.address = "127.0.0.1",
					   .port = listener_port(listener),
					   .threads = 1,
					   .handle = handle};
	struct err_info info;

	(void)state;
	assert_int_equal(listener_new(&o, &l, &info), E_IO);
	assert_null(l);
	assert_true(info.text[0] != '\0');
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(handler__request__is_told_whole),
		CASE(param__forms__are_told_apart),
		CASE(body__too_large__is_refused_unread),
		CASE(answer__delay__holds_up_nobody),
		CASE(transport__more_than_connections__wait_their_turn),
		CASE(transport__exchange__leaves_others_transfers),
		CASE(answer__reset__is_a_reset),
		CASE(answer__silence__lasts_until_the_client_leaves),
		CASE(answer__truncated__has_half_of_the_body),
		CASE(answer__slow__takes_its_time),
		CASE(answer__kept_alive__serves_many),
		CASE(free__while_clients_wait__does_not_hang),
		CASE(new__not_loopback__is_refused),
		CASE(new__port_taken__says_so),
	};
	int failed;

	if (vault_global_init(NULL) || http_global_init(NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	return failed;
}
