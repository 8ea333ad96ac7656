/* sandbox/sigv4.c - see sigv4.h. Made from the published description of the signature alone, so that it
 * holds a client's signing against something that the client did not bring.
 *
 * The signature is a chain of keyed digests (date, region, service, "aws4_request", then the text to sign), the text
 * names the moment, the scope and the digest of the request in a normal form: method, path, query, the signed headers, and
 * the digest of the body. */
#include "sandbox/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "vault/hash.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define UNSIGNED_BODY "UNSIGNED-PAYLOAD"
#define CANONICAL_BYTES_MAX ((size_t)64 << 10)
#define SKEW_MAX_MS (INT64_C(15) * 60 * 1000)
#define SIGNED_HEADERS_MAX 24

struct claim {
	const char *user, *date, *region, *service, *last; /* of the credential */
	const char *headers, *signature;
};

static bool refuse(struct sigv4_refusal *why, int status, const char *code, const char *message)
{
	*why = (struct sigv4_refusal){status, code, message};
	return false;
}

/* What stands between NAME= and the next comma; NULL if it is not there. */
static const char *field(struct arena *a, const char *text, const char *name)
{
	const char *s = strstr(text, name);

	if (!s)
		return NULL;
	s += strlen(name);
	return arena_strndup(a, s, strcspn(s, ", "));
}

/* Cuts at the next slash. */
static const char *part(char **s)
{
	char *at = *s;

	*s += strcspn(*s, "/");
	if (**s)
		*(*s)++ = '\0';
	return at;
}

static bool read_claim(struct arena *a, const char *head, struct claim *out)
{
	const char *credential = field(a, head, "Credential=");
	char *s;

	out->headers = field(a, head, "SignedHeaders=");
	out->signature = field(a, head, "Signature=");
	if (!credential || !out->headers || !out->signature)
		return false;
	s = arena_strdup(a, credential);
	out->user = part(&s);
	out->date = part(&s);
	out->region = part(&s);
	out->service = part(&s);
	out->last = part(&s);
	return true;
}

/* Percent-encoded but for the unreserved and, in a path, the slash. */
static void add_encoded(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			     (*s >= '0' && *s <= '9') || strchr("-._~/", *s);

		if (plain)
			strbuf_putc(b, *s);
		else
			strbuf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The parameters in the order of their names; one without a value gets an empty one. */
static void add_query(struct strbuf *b, struct arena *a, const char *query)
{
	const char *items[SIGNED_HEADERS_MAX];
	size_t n = 0;

	while (*query && n < COUNT_OF(items)) {
		size_t len = strcspn(query, "&");
		const char *item = arena_strndup(a, query, len);

		items[n++] = strchr(item, '=') ? item : arena_printf(a, "%s=", item);
		query += len + (query[len] == '&');
	}
	qsort(items, n, sizeof(*items), by_text);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(b, "%s%s", i ? "&" : "", items[i]);
}

/* "name:value\n" for each signed header, outer spaces gone. False: one is not there. */
static bool add_headers(struct strbuf *b, const struct call *c, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, ";");
		const char *name = arena_strndup(c->answer->arena, names, n);
		const char *value = listener_header(c->request, name);
		size_t len;

		if (!value)
			return false;
		value += strspn(value, " ");
		for (len = strlen(value); len > 0 && value[len - 1] == ' ';)
			len--;
		strbuf_printf(b, "%s:%.*s\n", name, (int)len, value);
		names += n + (names[n] == ';');
	}
	return true;
}

static bool names_header(const char *list, const char *name)
{
	size_t k = strlen(name);

	while (*list) {
		size_t n = strcspn(list, ";");

		if (n == k && strncmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ';');
	}
	return false;
}

static void sign(const struct claim *x, const char *secret, const char *text,
		 char out[HASH_HEX_SIZE])
{
	const char *const steps[] = {x->date, x->region, x->service, "aws4_request", text};
	char *key = xasprintf("AWS4%s", secret);
	unsigned char digest[HASH_BYTES], next[HASH_BYTES];

	hmac_sha256(key, strlen(key), steps[0], strlen(steps[0]), digest);
	for (size_t i = 1; i < COUNT_OF(steps); i++) {
		hmac_sha256(digest, sizeof(digest), steps[i], strlen(steps[i]), next);
		memcpy(digest, next, sizeof(digest));
	}
	hex_encode(digest, sizeof(digest), out);
	xfree(&key);
}

/* "20261124T093000Z" */
static bool read_moment(const char *s, int64_t *ms)
{
	char text[32];

	if (!s || strlen(s) != 16)
		return false;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 9,
		 s + 11, s + 13);
	return when_parse(text, "UTC", 0, ms, NULL) == OK;
}

static bool check_claim(const struct call *c, const struct claim *x, const char *region,
			const char *user, struct sigv4_refusal *why)
{
	const char *moment = listener_header(c->request, "X-Amz-Date");
	int64_t at;

	if (strcmp(x->user, user) != 0)
		return refuse(why, 403, "InvalidAccessKeyId",
			      "The access key id does not exist in our records.");
	if (strcmp(x->service, "s3") != 0 || strcmp(x->last, "aws4_request") != 0 ||
	    strcmp(x->region, region) != 0)
		return refuse(why, 400, "AuthorizationHeaderMalformed",
			      arena_printf(c->answer->arena,
					   "The authorization header is malformed; the region "
					   "'%s' is wrong; expecting '%s'",
					   x->region, region));
	if (!read_moment(moment, &at) || strncmp(moment, x->date, 8) != 0)
		return refuse(why, 403, "AccessDenied", "A valid X-Amz-Date is required");
	if (at > c->now_ms + SKEW_MAX_MS || at < c->now_ms - SKEW_MAX_MS)
		return refuse(
			why, 403, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.");
	if (!names_header(x->headers, "host") || !names_header(x->headers, "x-amz-date"))
		return refuse(why, 403, "AccessDenied",
			      "There were headers present in the request which were not signed");
	return true;
}

bool sigv4_check(struct call *c, const char *path, const char *region, const char *user,
		 const char *secret, struct sigv4_refusal *why)
{
	const char *head = listener_header(c->request, "Authorization");
	const char *body = listener_header(c->request, "X-Amz-Content-Sha256");
	struct strbuf request, text;
	char hash[HASH_HEX_SIZE], signature[HASH_HEX_SIZE];
	struct claim x;
	bool ok;

	if (!head || strncmp(head, ALGORITHM " ", strlen(ALGORITHM) + 1) != 0 ||
	    !read_claim(c->answer->arena, head, &x))
		return refuse(why, 403, "AccessDenied", "Access Denied");
	if (!check_claim(c, &x, region, user, why))
		return false;
	if (!body || !names_header(x.headers, "x-amz-content-sha256"))
		return refuse(why, 400, "InvalidRequest",
			      "Missing required header for this request: x-amz-content-sha256");
	sha256_hex(c->request->body ? c->request->body : "", c->request->len, hash);
	if (strcmp(body, UNSIGNED_BODY) != 0 && strcmp(body, hash) != 0)
		return refuse(why, 400, "XAmzContentSHA256Mismatch",
			      "The provided 'x-amz-content-sha256' header does not match what was "
			      "computed.");
	strbuf_init(&request, CANONICAL_BYTES_MAX);
	strbuf_init(&text, CANONICAL_BYTES_MAX);
	strbuf_printf(&request, "%s\n", c->request->method);
	add_encoded(&request, path);
	strbuf_putc(&request, '\n');
	add_query(&request, c->answer->arena, c->request->query);
	strbuf_putc(&request, '\n');
	ok = add_headers(&request, c, x.headers);
	strbuf_printf(&request, "\n%s\n%s", x.headers, body);
	sha256_hex(request.data, request.len, hash);
	strbuf_printf(&text, ALGORITHM "\n%s\n%s/%s/%s/aws4_request\n%s",
		      listener_header(c->request, "X-Amz-Date"), x.date, x.region, x.service, hash);
	sign(&x, secret, text.data, signature);
	ok = ok && strlen(x.signature) == strlen(signature) &&
	     bytes_equal(x.signature, signature, strlen(signature));
	strbuf_free(&request);
	strbuf_free(&text);
	return ok || refuse(why, 403, "SignatureDoesNotMatch",
			    "The request signature we calculated does not match the signature you "
			    "provided.");
}
