/* publisher/media_host.c - see media_host.h. */
#include "publisher/media_host.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "http/transport.h"

#define NAME_RANDOM_BYTES 16
#define WORDS_MAX 300
/* A slow line: 64 KiB a second. */
#define SLOW_BYTES_PER_S 65536

static const char *const kind_names[] = {
	[MEDIA_NONE] = "none",
	[MEDIA_S3] = "s3",
	[MEDIA_WEBDAV] = "webdav",
	[MEDIA_COMMAND] = "command",
};

const char *media_kind_name(enum media_kind k)
{
	return kind_names[k];
}

static bool is_set(const char *s)
{
	return s && *s;
}

/* ---- the configuration --------------------------------------------------- */

static enum err missing(const char *key, const char *what, struct err_info *info)
{
	err_set(info, E_CONFIG, "the media host lacks %s", what);
	err_hint(info, "set %s, see masthead.conf(5)", key);
	return E_CONFIG;
}

static enum err check_url(const char *key, const char *url, struct err_info *info)
{
	struct err_info why;
	char *clean = NULL;

	if (!strstr(url, "://"))
		err_set(&why, E_INVALID, "it begins with no scheme");
	else if (http_server_url(url, &clean, &why) == OK) {
		xfree(&clean);
		return OK;
	}
	return err_set(info, E_CONFIG, "%s is no address of a media host: %s", key, why.text);
}

/* Letters that stand in a URL as they are, so that what is signed is what is sent. */
static bool is_plain(const char *s, const char *more)
{
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || strchr("-._~", *s) || strchr(more, *s)))
			return false;
	return true;
}

static enum err check_words(const struct media_host *h, struct err_info *info)
{
	const struct {
		const char *key, *value, *more;
	} all[] = {{"media.bucket", h->bucket, ""},
		   {"media.region", h->region, ""},
		   {"media.acl", h->acl, ""},
		   {"media.prefix", h->prefix, "/"}};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].value && !is_plain(all[i].value, all[i].more))
			return err_set(info, E_CONFIG,
				       "%s takes letters, digits, '-', '.', '_' and '~'%s",
				       all[i].key, all[i].more[0] ? ", and '/'" : "");
	if (h->prefix && (strstr(h->prefix, "//") || strstr(h->prefix, "..") || *h->prefix == '/'))
		return err_set(info, E_CONFIG, "media.prefix is a folder such as posts/2026");
	if (strchr(h->user, ':'))
		return err_set(info, E_CONFIG, "media.user must not hold a colon");
	return OK;
}

enum err media_host_check(const struct media_host *h, struct err_info *info)
{
	enum err e = OK;

	if (h->kind == MEDIA_NONE) {
		err_set(info, E_CONFIG, "no media host is configured");
		err_hint(info, "set media.host and what belongs to it, see masthead.conf(5)");
		return E_CONFIG;
	}
	if (is_set(h->public_url))
		e = check_url("media.public_url", h->public_url, info);
	if (e)
		return e;
	if (h->kind == MEDIA_COMMAND)
		return is_set(h->command) ? OK : missing("media.command", "its command", info);
	if (!is_set(h->url))
		return missing("media.url", "its address", info);
	if (!is_set(h->user))
		return missing("media.user",
			       h->kind == MEDIA_S3 ? "the id of its access key" : "its user", info);
	if (h->kind == MEDIA_S3 && !is_set(h->bucket))
		return missing("media.bucket", "its bucket", info);
	e = check_url("media.url", h->url, info);
	return e ? e : check_words(h, info);
}

bool media_host_has_secret(const struct media_host *h)
{
	return h->kind == MEDIA_S3 || h->kind == MEDIA_WEBDAV;
}

/* The host and port of a URL. */
static const char *authority(const char *url, size_t *n)
{
	const char *s = strstr(url, "://");

	s = s ? s + 3 : url;
	*n = strcspn(s, "/?#");
	return s;
}

const char *media_host_title(const struct media_host *h, struct arena *a)
{
	size_t n;
	const char *s;

	if (h->kind == MEDIA_COMMAND && is_set(h->command))
		return arena_strndup(a, h->command, strcspn(h->command, " "));
	if (!is_set(h->url))
		return "";
	s = authority(h->url, &n);
	return arena_strndup(a, s, n);
}

/* ---- names and addresses --------------------------------------------------- */

const char *media_host_name(struct arena *a, const char *sha256, const char *type)
{
	static const struct {
		const char *type, *ending;
	} endings[] = {{"image/jpeg", "jpg"},  {"image/png", "png"}, {"image/gif", "gif"},
		       {"image/webp", "webp"}, {"video/mp4", "mp4"}, {"video/quicktime", "mov"}};
	unsigned char random[NAME_RANDOM_BYTES];
	char hex[2 * NAME_RANDOM_BYTES + 1];
	const char *ending = "bin";

	rng_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(hex + 2 * i, 3, "%02x", random[i]);
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (type && strcmp(type, endings[i].type) == 0)
			ending = endings[i].ending;
	return arena_printf(a, "%s-%s.%s", hex, sha256, ending);
}

/* base, with one slash between it and what follows. */
static const char *joined(struct arena *a, const char *base, const char *rest)
{
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	return arena_printf(a, "%.*s/%s", (int)n, base, rest);
}

static const char *prefixed(const struct media_host *h, struct arena *a, const char *name)
{
	return is_set(h->prefix) ? joined(a, h->prefix, name) : name;
}

/* The bucket's or the collection's address. */
static const char *root(const struct media_host *h, struct arena *a)
{
	const char *host;
	size_t n;

	if (h->kind != MEDIA_S3)
		return h->url;
	if (!h->bucket_in_host)
		return joined(a, h->url, h->bucket);
	host = authority(h->url, &n);
	return arena_printf(a, "%.*s%s.%s", (int)(host - h->url), h->url, h->bucket, host);
}

const char *media_host_target(const struct media_host *h, struct arena *a, const char *name)
{
	if (!media_host_has_secret(h))
		return NULL;
	return joined(a, root(h, a), prefixed(h, a, name));
}

const char *media_host_public(const struct media_host *h, struct arena *a, const char *name)
{
	if (!media_host_has_secret(h))
		return NULL;
	/* What it stands for is the bucket or the collection, so the prefix follows. */
	return is_set(h->public_url) ? joined(a, h->public_url, prefixed(h, a, name))
				     : media_host_target(h, a, name);
}

bool media_host_owns(const struct media_host *h, const char *kind, const char *target)
{
	struct arena *a;
	const char *base;
	bool owns;

	if (strcmp(kind, media_kind_name(h->kind)) != 0 || media_host_check(h, NULL) != OK)
		return false;
	if (h->kind == MEDIA_COMMAND)
		return true;
	a = arena_new();
	base = joined(a, root(h, a), "");
	owns = target && strncmp(target, base, strlen(base)) == 0;
	arena_free(&a);
	return owns;
}

enum err media_host_public_fits(const char *url, struct err_info *info)
{
	struct err_info why;
	char *bare, *clean = NULL;

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return err_set(info, E_PROTOCOL, "it printed no address of the file");
	for (const char *s = url; *s; s++)
		if (*s <= 0x20 || *s >= 0x7f)
			return err_set(info, E_PROTOCOL,
				       "it printed more than one address, or none that is one");
	/* A query is welcome here: signed addresses have one. */
	bare = xstrndup(url, strcspn(url, "?"));
	if (http_server_url(bare, &clean, &why) != OK)
		err_set(info, E_PROTOCOL, "it printed an address that cannot be used: %s",
			why.text);
	xfree(&bare);
	if (!clean)
		return E_PROTOCOL;
	xfree(&clean);
	return OK;
}

/* ---- requests ----------------------------------------------------------------- */

static void authorize(const struct media_host *h, struct http_request *r, const char *sha256)
{
	if (h->kind == MEDIA_S3)
		http_sign_s3(r, is_set(h->region) ? h->region : "us-east-1", h->user,
			     SLOT_MEDIA_HOST, sha256);
	else
		http_basic(r, h->user, SLOT_MEDIA_HOST);
}

int64_t media_host_send_ms(const struct media *m, int64_t timeout_ms)
{
	return timeout_ms + m->bytes / SLOW_BYTES_PER_S * 1000;
}

struct http_request *media_host_put(const struct media_host *h, const char *target,
				    const struct media *m, const char *path)
{
	struct http_request *r = http_request_new(HTTP_PUT);

	http_url(r, "%s", target);
	http_header(r, "Content-Type", "%s", m->type ? m->type : "application/octet-stream");
	if (h->kind == MEDIA_S3 && is_set(h->acl))
		http_header(r, "x-amz-acl", "%s", h->acl);
	r->body_file = arena_strdup(r->arena, path);
	r->body_file_len = -1;
	authorize(h, r, m->sha256);
	return r;
}

struct http_request *media_host_delete(const struct media_host *h, const char *target)
{
	struct http_request *r = http_request_new(HTTP_DELETE);

	http_url(r, "%s", target);
	authorize(h, r, NULL);
	return r;
}

/* ---- answers -------------------------------------------------------------------- */

/* What stands in <NAME>...</NAME> of an S3 answer; NULL. */
static const char *element(struct arena *a, const char *body, const char *name)
{
	const char *open = arena_printf(a, "<%s>", name), *s = strstr(body, open);

	if (!s)
		return NULL;
	s += strlen(open);
	return arena_strndup(a, s, strcspn(s, "<"));
}

static const char *advice_for(const struct media_host *h, int status, const char *code)
{
	bool s3 = h->kind == MEDIA_S3;

	if ((status >= 300 && status < 400) ||
	    (code && strcmp(code, "AuthorizationHeaderMalformed") == 0))
		return s3 ? "media.url and media.region" : "media.url";
	if (status == 401 || status == 403)
		return s3 ? "media.user, media.bucket and the secret (media-host secret)"
			  : "media.user and the secret (media-host secret)";
	if (status == 404 || status == 409)
		return s3 ? "media.bucket" : "media.url: the collection must be there";
	return NULL;
}

static enum err_class class_of(int status, bool deleting)
{
	if ((status >= 200 && status < 300) || (deleting && (status == 404 || status == 410)))
		return CLASS_NONE;
	if (status == 408 || status == 425 || status == 429 ||
	    (status >= 500 && status != 501 && status != 505 && status != 507))
		return CLASS_TRANSIENT;
	return CLASS_PERMANENT;
}

enum err_class media_host_judge(const struct media_host *h, const struct http_response *r,
				bool deleting, int64_t *retry_at, struct err_info *info)
{
	enum err_class cls = class_of(r->status, deleting);
	struct arena *a;
	const char *code, *words, *advice;

	*retry_at = 0;
	if (cls == CLASS_NONE)
		return cls;
	a = arena_new();
	code = element(a, r->body, "Code");
	words = element(a, r->body, "Message");
	advice = advice_for(h, r->status, code);
	*retry_at = http_retry_at(r);
	/* The advice is part of the text: that is what the job keeps. */
	err_set(info, cls == CLASS_TRANSIENT ? E_PLATFORM : E_REJECTED,
		"the media host %s refused %s (%d)%s%s%s%.*s%s%s", media_host_title(h, a),
		deleting ? "to delete a file" : "a file", r->status, code ? ": " : "",
		code ? code : "", words ? ": " : "", WORDS_MAX, words ? words : "",
		advice ? "; look at " : "", advice ? advice : "");
	info->http_status = r->status;
	arena_free(&a);
	return cls;
}
