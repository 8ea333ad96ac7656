/* platforms/adapter.c - origins, answers and tokens, read with distrust. */
#include "platforms/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/text.h"
#include "platforms/richtext.h"

#define TOKEN_BYTES_MAX ((size_t)16 * 1024)

void adapter_run(adapter_operation *const operations[OP_COUNT], const struct step_in *in,
		 struct step_out *out)
{
	if (in->response != NULL)
		out->has_window = http_rate_window(in->response, &out->window);
	if ((int)in->op >= 0 && in->op < OP_COUNT && operations[in->op] != NULL)
		operations[in->op](in, out);
	else
		step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, NULL, NULL,
			  "this platform has no such operation");
}

const char *adapter_base(const struct step_in *in, const char *fallback)
{
	if (in->api_base != NULL && in->api_base[0] != '\0')
		return in->api_base;
	if (in->conn->endpoint != NULL && in->conn->endpoint[0] != '\0')
		return in->conn->endpoint;
	if (in->conn->server != NULL && in->conn->server[0] != '\0')
		return in->conn->server;
	return fallback;
}

void adapter_host(const char *url, char *out, size_t size)
{
	const char *p = url != NULL ? strstr(url, "://") : NULL;
	size_t n = 0;

	out[0] = '\0';
	if (p == NULL)
		return;
	p += 3;
	if (*p == '[')
		n = strcspn(p, "]") + (strchr(p, ']') != NULL);
	else
		n = strcspn(p, ":/?#");
	if (n >= size)
		return;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
	out[n] = '\0';
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

bool adapter_is_loopback(const char *url)
{
	char host[256];

	adapter_host(url, host, sizeof(host));
	if (strcmp(host, "localhost") == 0 || ends_with(host, ".localhost") ||
	    strcmp(host, "[::1]") == 0)
		return true;
	return strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0';
}

bool adapter_is_public_origin(const char *url)
{
	static const char *const local[] = {".localhost", ".local",     ".internal",
					    ".lan",       ".home.arpa", ".localdomain"};
	char host[256];
	const char *rest;
	size_t digits;

	adapter_host(url, host, sizeof(host));
	/* A handle's rules keep out addresses in every spelling: their last label is a number. */
	if (strncasecmp(url != NULL ? url : "", "https://", 8) != 0 ||
	    !richtext_is_handle(host, strlen(host)))
		return false;
	for (size_t i = 0; i < COUNT_OF(local); i++)
		if (ends_with(host, local[i]))
			return false;
	rest = url + 8 + strlen(host);
	if (*rest == ':') {
		digits = strspn(rest + 1, "0123456789");
		if (digits < 1 || digits > 5)
			return false;
		rest += 1 + digits;
	}
	return rest[0] == '\0' || (rest[0] == '/' && rest[1] == '\0');
}

struct json *adapter_object(const struct http_response *r)
{
	struct json *j = NULL;

	if (r->truncated || json_parse(r->body, r->len, JSON_BYTES_MAX, &j, NULL) != OK)
		return NULL;
	if (!json_is_object(j))
		json_free(&j);
	return j;
}

const char *adapter_snippet(struct arena *a, const struct http_response *r)
{
	struct strbuf one_line;
	const char *s;
	size_t n = r->len < 200 ? r->len : 200;

	if (n == 0)
		return "";
	strbuf_init(&one_line, 4096);
	text_make_safe(&one_line, r->body, n, TEXT_ONE_LINE);
	s = arena_strdup(a, one_line.data);
	strbuf_free(&one_line);
	return s;
}

const char *adapter_token(const struct json *obj, const char *name)
{
	const char *token = json_str(obj, name);
	size_t n = 0;

	if (token == NULL)
		return NULL;
	for (; token[n] != '\0'; n++)
		if (token[n] <= 0x20 || token[n] == 0x7f || n >= TOKEN_BYTES_MAX)
			return NULL;
	return n > 0 ? token : NULL;
}

static int base64_value(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *p = c != '\0' ? strchr(alphabet, c) : NULL;

	return p != NULL ? (int)(p - alphabet) : -1;
}

/* The decoded bytes of a base64url string without padding; overflowed or cut at what is none. */
static void base64url_decode(struct strbuf *out, const char *s, size_t n)
{
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		int v = base64_value(s[i]);

		if (v < 0)
			return;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			strbuf_putc(out, (char)(bits >> have & 0xff));
		}
	}
}

int64_t adapter_jwt_expiry(const char *token, int64_t now_ms)
{
	const int64_t second_max = (int64_t)1 << 40;
	const char *claims = token != NULL ? strchr(token, '.') : NULL;
	const char *end = claims != NULL ? strchr(claims + 1, '.') : NULL;
	struct strbuf plain;
	struct json *j = NULL;
	int64_t exp, iat;

	if (end == NULL)
		return 0;
	strbuf_init_wiped(&plain, TOKEN_BYTES_MAX);
	base64url_decode(&plain, claims + 1, (size_t)(end - claims - 1));
	if (json_parse(plain.data, plain.len, TOKEN_BYTES_MAX, &j, NULL) != OK)
		j = NULL;
	exp = (int64_t)0;
	iat = (int64_t)0;
	if (j != NULL) {
		double e = json_num(j, "exp", 0), i = json_num(j, "iat", 0);

		exp = e > 0 && e < (double)second_max ? (int64_t)e : 0;
		iat = i > 0 && i < (double)second_max ? (int64_t)i : 0;
	}
	json_free(&j);
	strbuf_free(&plain);
	/* A fresh token that is past already tells of a clock that is wrong, here or there: only
	 * its length of life is of use then. */
	if (exp > 0 && exp * 1000 <= now_ms)
		return iat > 0 && exp > iat ? now_ms + (exp - iat) * 1000 : 0;
	return exp * 1000;
}

void adapter_options(const struct post *post, const char *platform,
		     void (*each)(const char *key, const struct json *value, void *ctx), void *ctx)
{
	size_t n = strlen(platform);
	struct json *all = NULL;

	if (post->options == NULL ||
	    json_parse(post->options, strlen(post->options), JSON_BYTES_MAX, &all, NULL) != OK)
		return;
	for (const struct json *o = json_first(all); o != NULL; o = json_next(o)) {
		const char *name = json_name(o);

		if (name != NULL && strncmp(name, platform, n) == 0 && name[n] == '.')
			each(name + n + 1, o, ctx);
	}
	json_free(&all);
}

bool adapter_is_language(const char *s)
{
	size_t subtags = 0;

	if (strlen(s) > 64)
		return false;
	for (;; subtags++) {
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789");
		size_t digits = 0;

		for (size_t i = 0; i < n; i++)
			digits += s[i] >= '0' && s[i] <= '9';
		if (n < 1 || n > 8 || (subtags == 0 && (n < 2 || digits > 0)))
			return false;
		if (s[n] == '\0')
			return true;
		if (s[n] != '-')
			return false;
		s += n + 1;
	}
}

bool adapter_has_text(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	for (size_t i = 0; i < n;) {
		uint32_t cp;

		i += text_decode(s + i, n - i, &cp);
		if (!(char_class(cp) & CHAR_SPACE))
			return true;
	}
	return false;
}

void adapter_check_text(const struct post *post, struct problems *out)
{
	const char *text = post->text != NULL ? post->text : "";
	size_t at = 0;

	if (!text_is_plain(text, strlen(text), &at))
		problem_add(out, "text", 0, 0,
			    "the text has a byte that is no text at position %zu", at);
	if (!adapter_has_text(text) && post->n_media == 0 &&
	    (post->link == NULL || post->link[0] == '\0'))
		problem_add(out, "text", 0, 0, "there is nothing to publish: the text is empty");
	if (post->link != NULL && post->link[0] != '\0' && !richtext_is_url(post->link))
		problem_add(out, "link", 0, 0, "the link is no http or https address");
	if (post->language != NULL && post->language[0] != '\0' &&
	    !adapter_is_language(post->language))
		problem_add(out, "language", 0, 0, "'%s' is no language tag such as en or pt-BR",
			    post->language);
}

static bool has_type(const char *const *types, const char *type)
{
	for (; type != NULL && *types != NULL; types++)
		if (strcasecmp(*types, type) == 0)
			return true;
	return false;
}

void adapter_check_media(const struct post *post, const char *const *types, int64_t n_max,
			 int64_t bytes_max, int64_t alt_max, enum text_unit alt_unit,
			 struct problems *out)
{
	if ((int64_t)post->n_media > n_max)
		problem_add(out, "media", n_max, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)n_max);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		const char *alt = m->alt != NULL ? m->alt : "";
		int64_t alt_length = (int64_t)(alt_unit == UNIT_GRAPHEMES
						       ? text_graphemes(alt, strlen(alt))
						       : text_codepoints(alt, strlen(alt)));
		const char *name = m->name != NULL ? m->name : m->sha256;

		if (!has_type(types, m->type))
			problem_add(out, "media", 0, 0, "%s: files of type %s are not taken", name,
				    m->type != NULL ? m->type : "?");
		if (m->bytes <= 0)
			problem_add(out, "media", 0, 0, "%s is empty", name);
		if (bytes_max > 0 && m->bytes > bytes_max)
			problem_add(out, "media", bytes_max, m->bytes,
				    "%s has %lld bytes, more than the %lld that are taken", name,
				    (long long)m->bytes, (long long)bytes_max);
		if (!text_is_plain(alt, strlen(alt), NULL))
			problem_add(out, "alt", 0, 0, "%s: the alt text is no plain text", name);
		if (alt_max > 0 && alt_length > alt_max)
			problem_add(out, "alt", alt_max, alt_length,
				    "%s: the alt text has %lld characters, more than %lld", name,
				    (long long)alt_length, (long long)alt_max);
	}
}
