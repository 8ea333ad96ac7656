/* After a request is over, its secrets are nowhere in this process: neither in our buffers nor in curl's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "fixture.h"
#include "vault/secret.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define CANARY_BYTES 24

/* The canary is only ever whole in the secret; here it lies masked. */
static unsigned char masked[CANARY_BYTES];
#define MASK 0x55

static struct secret *canary_new(void)
{
	char text[CANARY_BYTES + 1] = "canary";
	struct secret *s;

	for (size_t i = 6; i < CANARY_BYTES; i++)
		text[i] = (char)('a' + (i * 7 + 3) % 26);
	for (size_t i = 0; i < CANARY_BYTES; i++)
		masked[i] = (unsigned char)text[i] ^ MASK;
	s = secret_new(text, CANARY_BYTES);
	wipe(text, sizeof(text));
	return s;
}

static bool canary_at(const unsigned char *p)
{
	for (size_t i = 0; i < CANARY_BYTES; i++)
		if ((p[i] ^ MASK) != masked[i])
			return false;
	return true;
}

/* How often it stands in memory that can be read and written. */
static int count_canaries(void)
{
	char line[512];
	int found = 0;
	FILE *maps;

	/* The vault has closed this process to its own user. */
	prctl(PR_SET_DUMPABLE, 1);
	maps = fopen("/proc/self/maps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char rights[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 ||
		    memcmp(rights, "rw", 2) != 0 || strstr(line, "[v"))
			continue;
		for (unsigned long at = from; at + CANARY_BYTES <= to; at++)
			found += canary_at((const unsigned char *)at);
	}
	fclose(maps);
	return found;
}

/* Answers without keeping what it read. */
static void serve_forgetful(struct hostile *h, int fd)
{
	while (hostile_read(h, fd)) {
		wipe(h->in, sizeof(h->in));
		wipe(h->last, sizeof(h->last));
		hostile_write(fd, h->answer);
	}
}

static void secrets__request_over__are_gone(void **state)
{
	struct secret_set set = {0};
	struct http_request *r;
	struct secret *canary;
	char *live;

	(void)state;
	if (SANITIZED)
		skip();
	canary = canary_new();
	set.slot[SLOT_ACCESS] = canary;
	hostile_start(&server, serve_forgetful);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_POST, "/bot");
	http_url_secret(r, SLOT_ACCESS, SLOT_URL_PATH);
	http_bearer(r, SLOT_ACCESS);
	http_body_raw(r, "{\"token\":\"", 10);
	http_body_secret(r, SLOT_ACCESS, SLOT_JSON);
	http_body_raw(r, "\"}", 2);
	assert_int_equal(exchange(r, &set), OK);
	assert_int_equal(exchange(r, &set), OK);
	secret_free(&canary);
	assert_int_equal(count_canaries(), 0);
	/* The search itself works. */
	live = xmalloc(CANARY_BYTES);
	for (size_t i = 0; i < CANARY_BYTES; i++)
		live[i] = (char)(masked[i] ^ MASK);
	assert_int_equal(count_canaries(), 1);
	wipe(live, CANARY_BYTES);
	xfree(&live);
	http_request_free(&r);
	hostile_stop(&server);
}

/* The secret that a request is signed with is copied by curl, which makes its key of it. */
static void secrets__signed_request_over__are_gone(void **state)
{
	struct secret_set set = {0};
	struct http_request *r;
	struct secret *canary;

	(void)state;
	if (SANITIZED)
		skip();
	canary = canary_new();
	set.slot[SLOT_MEDIA_HOST] = canary;
	hostile_start(&server, serve_forgetful);
	server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	r = request_new(HTTP_DELETE, "/bucket/file");
	http_sign_s3(r, "eu-1", "KEY", SLOT_MEDIA_HOST, NULL);
	assert_int_equal(exchange(r, NULL), E_INVALID); /* without it nothing leaves */
	assert_int_equal(exchange(r, &set), OK);
	assert_int_equal(exchange(r, &set), OK);
	secret_free(&canary);
	assert_int_equal(count_canaries(), 0);
	http_request_free(&r);
	hostile_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(secrets__request_over__are_gone),
		CASE(secrets__signed_request_over__are_gone),
	};
	int failed;

	if (!fixture_begin())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fixture_end();
	return failed;
}
