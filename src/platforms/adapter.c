/* platforms/adapter.c - origins, answers and tokens, read with distrust. */
#include "platforms/adapter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/rng.h"
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

const char *adapter_version(const struct step_in *in, const char *fallback)
{
	return in->api_version != NULL && in->api_version[0] != '\0' ? in->api_version : fallback;
}

const char *adapter_v_version(const struct step_in *in, struct arena *a, const char *fallback)
{
	const char *v = adapter_version(in, fallback);

	return v[0] >= '0' && v[0] <= '9' ? arena_printf(a, "v%s", v) : v;
}

void adapter_retired(const struct step_in *in, struct step_out *out, const char *title,
		     const char *platform, const char *version)
{
	const char *words = arena_strdup(out->arena, out->error.text);
	const char *name = arena_strdup(out->arena, out->error.platform);

	step_fail(out, CLASS_PERMANENT, E_CONFIG, in->response, name,
		  "%s does not serve version %s of its API any more: %s", title, version, words);
	err_hint(&out->error, "name a newer one in the configuration as platform.%s.version",
		 platform);
}

const char *adapter_host_base(const struct step_in *in, const char *fallback, const char *second)
{
	const char *base = adapter_base(in, fallback);

	return strcmp(base, fallback) == 0 ? second : base;
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

bool adapter_is_trusted(const struct step_in *in, const char *fallback, const char *domain,
			const char *url)
{
	const char *base = adapter_base(in, fallback), *path;
	char host[256], tail[256];
	size_t n;

	if (url == NULL || strlen(url) > 4096)
		return false;
	if (strcmp(base, fallback) != 0) {
		path = strstr(base, "://");
		n = path != NULL ? (size_t)(path - base) + 3 + strcspn(path + 3, "/?#") : 0;
		return n > 0 && strncasecmp(url, base, n) == 0 && (url[n] == '/' || url[n] == '?');
	}
	adapter_host(url, host, sizeof(host));
	snprintf(tail, sizeof(tail), ".%s", domain);
	return strncasecmp(url, "https://", 8) == 0 && richtext_is_handle(host, strlen(host)) &&
	       (strcmp(host, domain) == 0 || ends_with(host, tail));
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

bool adapter_ok(const struct http_response *r)
{
	return r->status >= 200 && r->status <= 299 && !r->truncated;
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

const char *adapter_id(struct arena *a, const struct json *obj, const char *name)
{
	const char *id = json_text_of(json_get(obj, name));
	size_t n = 0;

	if (id == NULL)
		return NULL;
	for (; id[n] != '\0'; n++)
		if (id[n] <= 0x20 || id[n] >= 0x7f || n >= 256)
			return NULL;
	return n > 0 ? arena_strdup(a, id) : NULL;
}

const char *adapter_name(const struct json *obj, const char *name)
{
	const char *s = json_str(obj, name);
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n > 256 || !text_is_plain(s, n, NULL) || strpbrk(s, "\t\n,") != NULL ||
	    s[0] == ' ' || s[n - 1] == ' ')
		return NULL;
	return s;
}

const char *adapter_shown_name(struct arena *a, const char *s)
{
	struct strbuf b;
	const char *name = NULL;
	size_t n;

	if (s == NULL)
		return NULL;
	strbuf_init(&b, 4096);
	text_make_safe(&b, s, strnlen(s, 1000), TEXT_ONE_LINE);
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == ',')
			b.data[i] = ' ';
	while (b.len > 0 && b.data[b.len - 1] == ' ')
		strbuf_truncate(&b, b.len - 1);
	s = b.data + strspn(b.data, " ");
	/* Never in the middle of a character. */
	for (n = strlen(s); n > 256;) {
		n--;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	if (n > 0)
		name = arena_strndup(a, s, n);
	strbuf_free(&b);
	return name;
}

const char *adapter_media_url(const struct step_in *in, struct step_out *out, size_t i)
{
	const char *url = in->media_urls != NULL ? in->media_urls[i] : NULL;

	if (url != NULL && richtext_is_url(url))
		return url;
	if (in->rehearsal)
		return arena_printf(out->arena, "<public URL of file %zu>", i + 1);
	step_fail(out, CLASS_PERMANENT, E_MEDIA, NULL, NULL,
		  "the platform fetches files from a public address, and there is none for this "
		  "post's files");
	err_hint(&out->error, "configure media.host, where files are put for the platforms");
	return NULL;
}

void adapter_make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

bool adapter_has_link(const struct post *post)
{
	return post->link != NULL && post->link[0] != '\0';
}

const char *adapter_text(struct arena *a, const struct post *post)
{
	const char *text = post->text != NULL ? post->text : "";

	if (!adapter_has_link(post) || strstr(text, post->link) != NULL)
		return text;
	return arena_printf(a, "%s%s%s", text, text[0] != '\0' ? "\n\n" : "", post->link);
}

bool adapter_is_video(const struct media *m)
{
	return m->type != NULL && strncasecmp(m->type, "video/", 6) == 0;
}

const char *adapter_file(struct arena *a, const struct step_in *in, const struct media *m)
{
	return arena_printf(a, "%s/%s", in->media_dir != NULL ? in->media_dir : ".", m->sha256);
}

const char *adapter_file_name(struct arena *a, const struct media *m, size_t i)
{
	const char *slash = m->type != NULL ? strchr(m->type, '/') : NULL;

	return arena_printf(a, "media%zu.%s", i + 1, slash != NULL ? slash + 1 : "bin");
}

struct http_part *adapter_file_part(struct http_request *r, const struct step_in *in,
				    const char *name, const struct media *m, size_t i)
{
	struct http_part *part = http_part_add(r, arena_strdup(r->arena, name));

	part->filename = adapter_file_name(r->arena, m, i);
	part->type = arena_strdup(r->arena, m->type);
	part->file = adapter_file(r->arena, in, m);
	return part;
}

int64_t adapter_send_ms(const struct post *post)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < post->n_media; i++)
		bytes += post->media[i].bytes > 0 ? post->media[i].bytes : 0;
	/* 128 KiB a second, beside the time that any request has. */
	return bytes > 0 ? 30000 + bytes / 131072 * 1000 : 0;
}

int64_t adapter_upload_ms(const struct media *m)
{
	/* 128 KiB a second, as above. */
	return m->bytes > ((int64_t)2 << 20) ? 30000 + m->bytes / 131072 * 1000 : 0;
}

void adapter_text_part(struct http_request *r, const char *name, const char *value)
{
	struct http_part *part = http_part_add(r, arena_strdup(r->arena, name));

	part->len = strlen(value);
	part->bytes = arena_strdup(r->arena, value);
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

struct option_search {
	struct arena *arena;
	const char *key, *found;
};

static void find_option(const char *key, const struct json *value, void *ctx)
{
	struct option_search *s = ctx;
	const char *text = json_as_str(value);

	if (strcmp(key, s->key) == 0 && text != NULL && text[0] != '\0')
		s->found = arena_strdup(s->arena, text);
}

const char *adapter_option(struct arena *a, const struct post *post, const char *platform,
			   const char *key)
{
	struct option_search s = {.arena = a, .key = key};

	adapter_options(post, platform, find_option, &s);
	return s.found;
}

size_t adapter_option_list(struct arena *a, const char *value, const char **out, size_t max)
{
	const char *s = value;
	size_t n = 0;

	while (s != NULL && n <= max) {
		size_t len = strcspn(s, "|");

		if (n < max)
			out[n] = arena_strndup(a, s, len);
		n++;
		s = s[len] == '|' ? s + len + 1 : NULL;
	}
	return n;
}

bool adapter_option_bool(const char *value, bool *out)
{
	if (value == NULL || (strcmp(value, "true") != 0 && strcmp(value, "yes") != 0 &&
			      strcmp(value, "false") != 0 && strcmp(value, "no") != 0))
		return false;
	*out = value[0] == 't' || value[0] == 'y';
	return true;
}

int64_t adapter_option_number(const char *value, int64_t min, int64_t max)
{
	int64_t n;

	if (value == NULL || value[0] == '\0' || strlen(value) > 9 ||
	    strspn(value, "0123456789") != strlen(value))
		return -1;
	n = strtoll(value, NULL, 10);
	return n >= min && n <= max ? n : -1;
}

void adapter_check_flag(const struct post *post, const char *platform, const char *key,
			struct problems *out)
{
	const char *value = adapter_option(out->arena, post, platform, key);
	bool on;

	if (value != NULL && !adapter_option_bool(value, &on))
		problem_add(out, "option", 0, 0, "%s.%s is either true or false", platform, key);
}

struct option_check {
	const char *platform;
	const char *const *names;
	struct problems *problems;
};

static void check_option(const char *key, const struct json *value, void *ctx)
{
	struct option_check *c = ctx;
	const char *text = json_as_str(value);

	for (size_t i = 0; c->names[i] != NULL; i++)
		if (strcmp(c->names[i], key) == 0) {
			if (text == NULL || !text_is_plain(text, strlen(text), NULL))
				problem_add(c->problems, "option", 0, 0,
					    "the value of %s.%s is no plain text", c->platform,
					    key);
			return;
		}
	problem_add(c->problems, "option", 0, 0, "%s.%s is no option of this platform", c->platform,
		    key);
}

void adapter_check_options(const struct post *post, const char *platform, const char *const *names,
			   struct problems *out)
{
	struct option_check c = {.platform = platform, .names = names, .problems = out};

	adapter_options(post, platform, check_option, &c);
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

void adapter_too_large(struct problems *out, const struct media *m, enum excess excess,
		       int64_t limit, int64_t actual, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), err_translate(fmt), args);
	va_end(args);
	problem_add(out, "media", limit, actual, "%s", text);
	if (m->type == NULL || strncasecmp(m->type, "image/", 6) != 0)
		return;
	out->items[out->n - 1].file = m;
	out->items[out->n - 1].excess = excess;
}

void adapter_check_file(const struct media *m, const char *const *types, int64_t bytes_max,
			int64_t alt_max, enum text_unit alt_unit, struct problems *out)
{
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
		adapter_too_large(out, m, EXCESS_BYTES, bytes_max, m->bytes,
				  "%s has %lld bytes, more than the %lld that are taken", name,
				  (long long)m->bytes, (long long)bytes_max);
	if (!text_is_plain(alt, strlen(alt), NULL))
		problem_add(out, "alt", 0, 0, "%s: the alt text is no plain text", name);
	if (alt_max > 0 && alt_length > alt_max)
		problem_add(out, "alt", alt_max, alt_length,
			    "%s: the alt text has %lld characters, more than %lld", name,
			    (long long)alt_length, (long long)alt_max);
}

void adapter_check_media(const struct post *post, const char *const *types, int64_t n_max,
			 int64_t bytes_max, int64_t alt_max, enum text_unit alt_unit,
			 struct problems *out)
{
	if ((int64_t)post->n_media > n_max)
		problem_add(out, "media", n_max, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)n_max);
	for (size_t i = 0; i < post->n_media; i++)
		adapter_check_file(&post->media[i], types, bytes_max, alt_max, alt_unit, out);
}

void adapter_check_public(const struct post *post, const char *title, struct problems *out)
{
	if (post->visibility != NULL && post->visibility[0] != '\0' &&
	    strcmp(post->visibility, "public") != 0)
		problem_add(out, "visibility", 0, 0,
			    "everything on %s is public; '%s' cannot be had", title,
			    post->visibility);
}

void adapter_check_channel(const struct post *post, const char *title, struct problems *out)
{
	if (post->visibility != NULL && post->visibility[0] != '\0' &&
	    strcmp(post->visibility, "public") != 0)
		problem_add(out, "visibility", 0, 0,
			    "on %s all who see the channel see the post; '%s' cannot be had", title,
			    post->visibility);
}

void adapter_check_no_comment(const struct post *post, const char *title, struct problems *out)
{
	if (adapter_has_text(post->first_comment))
		problem_add(out, "option", 0, 0, "a first comment cannot be sent to %s", title);
}
