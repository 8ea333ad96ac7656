/* sandbox/jwt.c - see jwt.h. The signature is a keyed digest of our own: nobody but us checks it. */
#include "sandbox/jwt.h"

#include <string.h>

#include "vault/hash.h"

#define TOKEN_BYTES_MAX ((size_t)4096)

static const char *const kind_types[] = {
	[JWT_ACCESS] = "at+jwt", [JWT_REFRESH] = "refresh+jwt", [JWT_SERVICE] = "JWT"};
static const char *const kind_scopes[] = {[JWT_ACCESS] = "com.atproto.appPass",
					  [JWT_REFRESH] = "com.atproto.refresh",
					  [JWT_SERVICE] = "com.atproto.repo.uploadBlob"};

static void encode_json(struct strbuf *out, struct json *j)
{
	struct strbuf b;

	strbuf_init(&b, TOKEN_BYTES_MAX);
	json_write(&b, j, false);
	base64_encode(out, b.data, b.len, BASE64_URL);
	strbuf_free(&b);
	json_free(&j);
}

static void sign(struct strbuf *out, int64_t seed, const char *s, size_t n)
{
	struct keyed_hash h;
	unsigned char digest[HASH_BYTES];

	keyed_hash_begin(&h, NULL, 0);
	keyed_hash_add_str(&h, "sandbox token");
	keyed_hash_add_int(&h, seed);
	keyed_hash_add(&h, s, n);
	keyed_hash_end(&h, digest);
	base64_encode(out, digest, sizeof(digest), BASE64_URL);
}

/* Decodes a part of the token; NULL if it is none. */
static struct json *decode_part(const char *s, size_t n)
{
	struct json *j = NULL;
	struct strbuf b;

	strbuf_init(&b, TOKEN_BYTES_MAX);
	if (base64_decode(&b, s, n, BASE64_URL) &&
	    json_parse(b.data, b.len, TOKEN_BYTES_MAX, &j, NULL) != OK)
		j = NULL;
	strbuf_free(&b);
	return j;
}

static bool signature_fits(int64_t seed, const char *token, const char *mark)
{
	struct strbuf b;
	bool fits;

	strbuf_init(&b, TOKEN_BYTES_MAX);
	sign(&b, seed, token, (size_t)(mark - token));
	fits = strcmp(b.data, mark + 1) == 0;
	strbuf_free(&b);
	return fits;
}

char *jwt_make(struct arena *a, int64_t seed, enum jwt_kind kind, const struct session *s,
	       int64_t until)
{
	struct json *head = json_new_object(), *claims = json_new_object();
	struct strbuf b;
	char *token;

	strbuf_init(&b, TOKEN_BYTES_MAX);
	json_set_str(head, "typ", kind_types[kind]);
	json_set_str(head, "alg", "HS256");
	json_set_str(claims, "scope", kind_scopes[kind]);
	json_set_str(claims, "sub", s->account->id);
	json_set_str(claims, "aud", "did:web:localhost");
	json_set_int(claims, "iat", s->made_at / 1000);
	json_set_int(claims, "exp", until / 1000);
	json_set_int(claims, "jti", s->number);
	encode_json(&b, head);
	strbuf_putc(&b, '.');
	encode_json(&b, claims);
	token = arena_strndup(a, b.data, b.len);
	strbuf_putc(&b, '.');
	sign(&b, seed, token, strlen(token));
	token = arena_strndup(a, b.data, b.len);
	strbuf_free(&b);
	return token;
}

struct session *jwt_open(const struct world *w, const char *token, enum jwt_kind *kind)
{
	const char *first = strchr(token, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;
	struct session *s;
	struct json *claims;
	const char *scope;

	if (!second || !signature_fits(world_seed(w), token, second))
		return NULL;
	claims = decode_part(first + 1, (size_t)(second - first) - 1);
	scope = json_str(claims, "scope");
	s = scope ? world_session(w, json_int(claims, "jti", 0)) : NULL;
	*kind = JWT_ACCESS;
	for (int k = JWT_REFRESH; s && k <= JWT_SERVICE; k++)
		if (strcmp(scope, kind_scopes[k]) == 0)
			*kind = (enum jwt_kind)k;
	json_free(&claims);
	return s;
}
