/* http/guard.c - where a request may go.
 *
 * A server's name comes from an operator or from another server's answer, so it
 * may point anywhere: at this machine, at a router, at a cloud's metadata
 * service. Names say nothing about that; addresses do. So the URL is checked for its form,
 * and each address as the socket is opened (exchange.c), after all look-ups. */
#include "http/guard.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/ascii.h"
#include "http/transport.h"

/* Not reachable as somebody else's server (RFC 6890 and its successors). */
static const struct {
	uint32_t net;
	int bits;
} private_v4[] = {
	{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0xa9fe0000, 16},
	{0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0a80000, 16},
	{0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},
};

static enum address_kind kind_v4(uint32_t a)
{
	if (a >> 24 == 127)
		return ADDRESS_LOOPBACK;
	for (size_t i = 0; i < COUNT_OF(private_v4); i++)
		if ((a ^ private_v4[i].net) >> (32 - private_v4[i].bits) == 0)
			return ADDRESS_PRIVATE;
	return ADDRESS_PUBLIC;
}

static uint32_t word_at(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static enum address_kind kind_v6(const unsigned char b[16])
{
	static const unsigned char zeros[16];
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
	enum address_kind inner;

	if (memcmp(b, zeros, 15) == 0 && b[15] == 1)
		return ADDRESS_LOOPBACK;
	/* IPv4 in another dress is what it is underneath. */
	if (memcmp(b, zeros, 10) == 0 && b[10] == 0xff && b[11] == 0xff)
		return kind_v4(word_at(b + 12));
	if (memcmp(b, nat64, 12) == 0) {
		inner = kind_v4(word_at(b + 12));
		return inner == ADDRESS_PUBLIC ? ADDRESS_PUBLIC : ADDRESS_PRIVATE;
	}
	if (b[0] == 0x20 && b[1] == 0x02) {
		inner = kind_v4(word_at(b + 2));
		return inner == ADDRESS_PUBLIC ? ADDRESS_PUBLIC : ADDRESS_PRIVATE;
	}
	/* What is left of the unicast space is 2000::/3 without documentation and Teredo. */
	if ((b[0] & 0xe0) != 0x20)
		return ADDRESS_PRIVATE;
	if (b[0] == 0x20 && b[1] == 0x01 &&
	    ((b[2] == 0x0d && b[3] == 0xb8) || (b[2] == 0 && b[3] == 0)))
		return ADDRESS_PRIVATE;
	return ADDRESS_PUBLIC;
}

static bool is_localhost(const char *host)
{
	static const char under[] = ".localhost";
	size_t n = strlen(host);

	/* RFC 6761: all names below it too. */
	return ascii_equal_nocase(host, "localhost") || ascii_equal_nocase(host, "localhost.") ||
	       (n > strlen(under) && ascii_equal_nocase(host + n - strlen(under), under));
}

/* One part of a URL as curl itself reads it; NULL if it has none. Freed with curl_free. */
static char *url_part(CURLU *u, CURLUPart part)
{
	char *s = NULL;

	return curl_url_get(u, part, &s, 0) == CURLUE_OK ? s : NULL;
}

static CURLU *url_parse(const char *url)
{
	CURLU *u = curl_url();

	if (!u)
		die("out of memory");
	if (curl_url_set(u, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

static bool has_part(CURLU *u, CURLUPart part)
{
	char *s = url_part(u, part);
	bool has = s != NULL;

	curl_free(s);
	return has;
}

/* Visible ASCII only: no control byte, no space, nothing that a look-up could read in two ways. */
static bool is_visible(const char *s)
{
	for (; *s; s++)
		if (*s <= 0x20 || *s >= 0x7f)
			return false;
	return true;
}

static enum err check_parts(CURLU *u, bool allow_loopback, struct err_info *info)
{
	char *scheme = url_part(u, CURLUPART_SCHEME);
	char *host = url_part(u, CURLUPART_HOST);
	enum err e = OK;
	bool literal;
	enum address_kind kind;

	if (!scheme || !host) {
		e = err_set(info, E_INVALID, "not a web address");
		goto out;
	}
	kind = guard_host(host, &literal);
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		e = err_set(info, E_INVALID, "an address must not hold a user name or password");
	else if (!ascii_equal_nocase(scheme, "https") &&
		 !(ascii_equal_nocase(scheme, "http") && allow_loopback))
		e = err_set(info, E_INVALID, "only https addresses are used, not %s", scheme);
	else if (kind == ADDRESS_PRIVATE)
		e = err_set(info, E_INVALID, "%s is a private or reserved address", host);
	else if (kind == ADDRESS_LOOPBACK && !allow_loopback)
		e = err_set(info, E_INVALID, "%s is this machine, and the server is not", host);
	else if (literal && kind == ADDRESS_PUBLIC && allow_loopback)
		e = err_set(info, E_INVALID, "%s is not this machine, and the server is", host);
out:
	curl_free(scheme);
	curl_free(host);
	return e;
}

/* Does an entry of no_proxy cover the host? "example.org" and ".example.org" cover both themselves and
 * what is below. */
static bool covers(const char *entry, size_t n, const char *host)
{
	size_t len = strlen(host);

	if (n > 0 && *entry == '.') {
		entry++;
		n--;
	}
	if (n == 0 || n > len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(entry[i]) != ascii_lower(host[len - n + i]))
			return false;
	return n == len || host[len - n - 1] == '.';
}

static bool in_no_proxy(const char *list, const char *host)
{
	while (*list) {
		size_t n = strcspn(list, ", ");

		if ((n == 1 && *list == '*') || covers(list, n, host))
			return true;
		list += n + (list[n] != '\0');
	}
	return false;
}

static const char *environment(const char *lower, const char *upper)
{
	const char *s = getenv(lower);

	if (!s || !*s)
		s = getenv(upper);
	return s && *s ? s : NULL;
}

enum address_kind guard_address(const struct sockaddr *sa, size_t len)
{
	if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		return kind_v4(ntohl(in.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		return kind_v6(in6.sin6_addr.s6_addr);
	}
	return ADDRESS_PRIVATE;
}

enum address_kind guard_host(const char *host, bool *literal)
{
	char bare[64];
	size_t n = strlen(host);
	struct in_addr v4;
	struct in6_addr v6;
	bool is_literal = true;
	enum address_kind kind = ADDRESS_PUBLIC;

	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	n = strcspn(host, "%]") < n ? strcspn(host, "%]") : n; /* without a zone */
	if (n >= sizeof(bare))
		n = 0;
	memcpy(bare, host, n);
	bare[n] = '\0';
	if (inet_pton(AF_INET, bare, &v4) == 1)
		kind = kind_v4(ntohl(v4.s_addr));
	else if (inet_pton(AF_INET6, bare, &v6) == 1)
		kind = kind_v6(v6.s6_addr);
	else
		is_literal = false;
	if (literal)
		*literal = is_literal;
	return kind;
}

enum err guard_url(const char *url, bool allow_loopback, struct err_info *info)
{
	CURLU *u;
	enum err e;

	if (!is_visible(url))
		return err_set(info, E_INVALID, "an address must not hold spaces or control bytes");
	u = url_parse(url);
	if (!u)
		return err_set(info, E_INVALID, "not a web address");
	e = check_parts(u, allow_loopback, info);
	curl_url_cleanup(u);
	return e;
}

const char *guard_proxy(const char *url)
{
	const char *proxy = environment("https_proxy", "HTTPS_PROXY");
	const char *except = environment("no_proxy", "NO_PROXY");
	CURLU *u;
	char *host;

	if (!proxy)
		proxy = environment("all_proxy", "ALL_PROXY");
	if (!proxy || !except)
		return proxy;
	u = url_parse(url);
	host = u ? url_part(u, CURLUPART_HOST) : NULL;
	if (host && in_no_proxy(except, host))
		proxy = NULL;
	curl_free(host);
	curl_url_cleanup(u);
	return proxy;
}

bool http_url_is_loopback(const char *url)
{
	CURLU *u = url_parse(url);
	char *host = u ? url_part(u, CURLUPART_HOST) : NULL;
	bool is = host && (is_localhost(host) || guard_host(host, NULL) == ADDRESS_LOOPBACK);

	curl_free(host);
	curl_url_cleanup(u);
	return is;
}

enum err http_server_url(const char *typed, char **out, struct err_info *info)
{
	bool has_scheme = strstr(typed, "://") != NULL;
	char *url = has_scheme ? xstrdup(typed) : xasprintf("https://%s", typed);
	CURLU *u = NULL;
	bool loopback;
	size_t n;
	enum err e;

	loopback = http_url_is_loopback(url);
	if (!has_scheme && loopback) {
		xfree(&url);
		url = xasprintf("http://%s", typed);
	}
	e = guard_url(url, loopback, info);
	if (e) {
		err_hint(info, "give the server as https://host or host");
		goto out;
	}
	u = url_parse(url);
	if (!u || has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT) ||
	    strpbrk(url, "?#")) {
		e = err_set(info, E_INVALID, "a server's address has no query and no fragment");
		err_hint(info, "give the server as https://host or host");
		goto out;
	}
	for (n = strlen(url); n > 0 && url[n - 1] == '/'; n--)
		url[n - 1] = '\0';
	*out = url;
	url = NULL;
out:
	curl_url_cleanup(u);
	xfree(&url);
	return e;
}
