/* base/redact.c - removal of what looks like a credential from free text.
 *
 * The text is taken word by word. A word that names a secret takes the value
 * after it along; a word that introduces credentials (Bearer, Basic, DPoP) takes the
 * word after it along; a word shaped like a JWT goes itself. What is only said
 * about credentials ("the bearer token has expired") stays readable. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/strbuf.h"

#define MARK "[secret]"

struct cursor {
	const char *s;
	size_t n, at;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool is_token(char c)
{
	return is_word(c) || (c && strchr(".~+/=:%", c));
}

static bool equals(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && !strncasecmp(s, word, n);
}

static bool ends_with(const char *s, size_t n, const char *tail)
{
	size_t k = strlen(tail);

	return n >= k && !strncasecmp(s + n - k, tail, k);
}

static bool names_secret(const char *s, size_t n)
{
	static const char *const tails[] = {"token",      "secret",     "password", "passwd",
					    "passphrase", "apikey",     "api_key",  "access_key",
					    "accessjwt",  "refreshjwt", "api-key",  "client_key",
					    "private_key"};
	/* "code" ends many innocent names (error_code, status_code): only those of logins. */
	static const char *const whole[] = {"code",
					    "key",
					    "auth_code",
					    "user_code",
					    "device_code",
					    "authorization_code",
					    "code_verifier",
					    "cookie",
					    "authorization",
					    "jwt",
					    "client_assertion"};

	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		if (ends_with(s, n, tails[i]))
			return true;
	}
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		if (equals(s, n, whole[i]))
			return true;
	}
	return false;
}

/* Words of a language have neither digits nor signs nor capitals inside. */
static bool looks_random(const char *s, size_t n)
{
	if (n >= 20)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (isdigit((unsigned char)s[i]) || strchr("._~+/=", s[i]) ||
		    (i > 0 && isupper((unsigned char)s[i]) && islower((unsigned char)s[i - 1])))
			return n >= 4;
	}
	return false;
}

static size_t token_length(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && is_token(s[len]))
		len++;
	while (len > 0 && (s[len - 1] == '.' || s[len - 1] == ':'))
		len--; /* the sentence's, not the token's */
	return len;
}

/* Three parts of base64url with dots between, the first of which begins like {"...  */
static size_t jwt_length(const char *s, size_t n)
{
	size_t len = 0, dots = 0, part = 0;

	if (n < 12 || strncmp(s, "eyJ", 3) != 0)
		return 0;
	for (; len < n && (is_word(s[len]) || s[len] == '.'); len++) {
		if (s[len] != '.') {
			part++;
		} else if (part < 4 || dots == 4) {
			break;
		} else {
			dots++;
			part = 0;
		}
	}
	return dots >= 1 ? len : 0;
}

/* A quote, perhaps itself escaped as inside a JSON string. Its length at p, 0 if none. */
static size_t quote_at(const char *p, size_t n)
{
	size_t k = 0;

	while (k < n && k < 3 && p[k] == '\\')
		k++;
	return k < n && (p[k] == '"' || p[k] == '\'') ? k + 1 : 0;
}

static size_t skip_blanks(const char *s, size_t n, size_t at)
{
	while (at < n && (s[at] == ' ' || s[at] == '\t'))
		at++;
	return at;
}

static size_t quoted_end(const char *s, size_t n, size_t at, const char *quote, size_t quote_len)
{
	while (at < n) {
		if (n - at >= quote_len && !memcmp(s + at, quote, quote_len))
			return at;
		at += s[at] == '\\' && at + 1 < n ? 2 : 1;
	}
	return n;
}

/* The value that belongs to the name which ends at `at`: its span, or false. */
static bool value_span(const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	size_t name_quote = quote_at(s + at, n - at), quote;
	bool colon;

	at = skip_blanks(s, n, at + name_quote);
	if (at >= n || (s[at] != '=' && s[at] != ':'))
		return false;
	colon = s[at] == ':';
	at = skip_blanks(s, n, at + 1);
	quote = quote_at(s + at, n - at);
	if (quote) {
		*from = at + quote;
		*to = quoted_end(s, n, *from, s + at, quote);
		return *to > *from;
	}
	*from = at;
	while (at < n && !strchr(" \t\r\n&,;)}]<>\"'", s[at]))
		at++;
	*to = at;
	if (at == *from)
		return false;
	/* After a quoted name comes a number or a word of JSON; after name: perhaps just prose. */
	return !colon || (!name_quote && looks_random(s + *from, at - *from));
}

static bool introduces_credentials(const char *s, size_t n)
{
	return equals(s, n, "bearer") || equals(s, n, "basic") || equals(s, n, "dpop");
}

static void take_word(struct cursor *c, struct strbuf *out)
{
	const char *word = c->s + c->at;
	size_t left = c->n - c->at, len = jwt_length(word, left), from, to;

	if (len) {
		strbuf_puts(out, MARK);
		c->at += len;
		return;
	}
	while (len < left && is_word(word[len]))
		len++;
	from = skip_blanks(c->s, c->n, c->at + len);
	if (introduces_credentials(word, len) && from > c->at + len) {
		to = from + token_length(c->s + from, c->n - from);
		if (looks_random(c->s + from, to - from)) {
			strbuf_add(out, word, from - c->at);
			strbuf_puts(out, MARK);
			c->at = to;
			return;
		}
	}
	if (names_secret(word, len) && value_span(c->s, c->n, c->at + len, &from, &to) &&
	    !introduces_credentials(c->s + from, token_length(c->s + from, to - from))) {
		strbuf_add(out, word, from - c->at);
		strbuf_puts(out, MARK);
		c->at = to;
		return;
	}
	strbuf_add(out, word, len);
	c->at += len;
}

void log_redact(struct strbuf *out, const char *s, size_t n)
{
	struct cursor c = {s, n, 0};

	while (c.at < n) {
		if (is_word(s[c.at])) {
			take_word(&c, out);
		} else {
			strbuf_putc(out, s[c.at]);
			c.at++;
		}
	}
}
