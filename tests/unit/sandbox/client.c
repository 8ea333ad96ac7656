/* client.c - see client.h. */
#include "client.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "vault/hash.h"

#define TIMEOUT_MS 20000

void client_restart(struct client *c, const struct sandbox_options *o)
{
	struct sandbox_options with = *o;
	struct err_info info;

	json_free(&c->description);
	sandbox_stop(&c->sandbox);
	if (!with.accounts)
		with.accounts = 2;
	with.ledger = c->ledger;
	if (sandbox_start(&with, &c->sandbox, &info))
		die("%s", info.text);
	c->description = sandbox_describe(c->sandbox);
}

void client_start(struct client *c, const struct sandbox_options *o)
{
	const struct transport_options t = {.timeout_ms = TIMEOUT_MS,
					    .connect_timeout_ms = TIMEOUT_MS};

	memset(c, 0, sizeof(*c));
	c->dir = xstrdup("/tmp/masthead-sandbox-XXXXXX");
	INVARIANT(mkdtemp(c->dir) != NULL, "a directory for the test can be made");
	c->ledger = fs_join(c->dir, "ledger.jsonl");
	INVARIANT(transport_new(&t, &c->transport, NULL) == OK, "a transport can be made");
	client_restart(c, o);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void client_stop(struct client *c)
{
	json_free(&c->description);
	json_free(&c->answer);
	http_response_free(&c->transfer.response);
	sandbox_stop(&c->sandbox);
	transport_free(&c->transport);
	nftw(c->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	xfree(&c->ledger);
	xfree(&c->dir);
}

const char *client_server(const struct client *c, const char *platform)
{
	return json_str(json_get(json_get(c->description, "platforms"), platform), "server");
}

const char *client_account(const struct client *c, const char *platform, size_t n, const char *what)
{
	const struct json *list = json_get(
		json_get(json_get(c->description, "platforms"), platform), "accounts");
	const struct json *a = json_first(list);

	while (n-- > 0)
		a = json_next(a);
	return json_str(a, what);
}

/* Sends it, frees it. */
static int exchange(struct client *c, struct http_request *r, const char *token)
{
	json_free(&c->answer);
	http_response_free(&c->transfer.response);
	r->timeout_ms = c->timeout_ms;
	if (token)
		http_header(r, "Authorization", "%s%s", strchr(token, ' ') ? "" : "Bearer ", token);
	if (transport_exchange(c->transport, r, NULL, true, NULL, &c->transfer, NULL) == OK &&
	    json_parse(c->transfer.response->body, c->transfer.response->len, JSON_BYTES_MAX,
		       &c->answer, NULL) != OK)
		c->answer = NULL;
	http_request_free(&r);
	return c->transfer.fate == TRANSFER_ANSWERED ? c->transfer.response->status : 0;
}

int client_call(struct client *c, enum http_method m, const char *url, const char *token,
		const char *body)
{
	struct http_request *r = http_request_new(m);

	http_url(r, "%s", url);
	if (body) {
		http_header(r, "Content-Type", "application/json");
		http_body_raw(r, body, strlen(body));
	}
	return exchange(c, r, token);
}

int client_form(struct client *c, enum http_method m, const char *url, const char *token,
		const char *const *pairs)
{
	struct http_request *r = http_request_new(m);

	http_url(r, "%s", url);
	for (; pairs && *pairs; pairs += 2)
		http_form(r, pairs[0], pairs[1]);
	return exchange(c, r, token);
}

int client_parts(struct client *c, const char *url, const char *token, const char *const *pairs,
		 const char *file)
{
	struct http_request *r = http_request_new(HTTP_POST);
	struct strbuf b;

	strbuf_init(&b, (size_t)1 << 20);
	for (; *pairs; pairs += 2) {
		bool is_file = file && strcmp(pairs[0], file) == 0;

		strbuf_printf(&b,
			      "--border\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n%s\r\n",
			      pairs[0], is_file ? "; filename=\"f.png\"" : "",
			      is_file ? "Content-Type: image/png\r\n" : "");
		strbuf_puts(&b, pairs[1]);
		strbuf_puts(&b, "\r\n");
	}
	strbuf_puts(&b, "--border--\r\n");
	http_url(r, "%s", url);
	http_header(r, "Content-Type", "multipart/form-data; boundary=border");
	http_body_raw(r, b.data, b.len);
	strbuf_free(&b);
	return exchange(c, r, token);
}

const char *client_header(const struct client *c, const char *name)
{
	return c->transfer.response ? http_response_header(c->transfer.response, name) : NULL;
}

void client_consent(struct client *c, const char *authorize, const char *redirect,
		    const char *challenge, char *code, size_t size)
{
	struct http_request *r = http_request_new(HTTP_GET);
	const char *to, *at;

	http_url(r, "%s", authorize);
	http_query(r, "client_id", "app");
	http_query(r, "response_type", "code");
	http_query(r, "redirect_uri", redirect);
	http_query(r, "state", "st&te");
	if (challenge) {
		http_query(r, "code_challenge", challenge);
		http_query(r, "code_challenge_method", "S256");
	}
	code[0] = '\0';
	if (exchange(c, r, NULL) != 302)
		return;
	to = client_header(c, "Location");
	at = to ? strstr(to, "?code=") : NULL;
	if (at && strstr(to, "&state=st%26te"))
		snprintf(code, size, "%.*s", (int)strcspn(at + 6, "&"), at + 6);
}

void client_challenge(const char *verifier, char *out, size_t size)
{
	unsigned char digest[HASH_BYTES];
	struct strbuf b;

	sha256_bytes(verifier, strlen(verifier), digest);
	strbuf_init(&b, 128);
	base64_encode(&b, digest, sizeof(digest), BASE64_URL);
	snprintf(out, size, "%s", b.data);
	strbuf_free(&b);
}

static void read_ledger(const struct client *c, struct strbuf *b)
{
	strbuf_init(b, (size_t)64 << 20);
	INVARIANT(fs_read(c->ledger, b->ceiling, 0, b, NULL) == OK, "there is a ledger");
}

size_t client_ledger(const struct client *c)
{
	struct strbuf b;
	size_t n = 0;

	read_ledger(c, &b);
	for (size_t i = 0; i < b.len; i++)
		n += b.data[i] == '\n';
	strbuf_free(&b);
	return n;
}

struct json *client_ledger_line(const struct client *c, size_t n)
{
	struct json *j = NULL;
	struct strbuf b;
	const char *s;

	read_ledger(c, &b);
	for (s = b.data; n > 0; n--)
		s += strcspn(s, "\n") + 1;
	INVARIANT(json_parse(s, strcspn(s, "\n"), JSON_BYTES_MAX, &j, NULL) == OK,
		  "a ledger line is JSON");
	strbuf_free(&b);
	return j;
}
