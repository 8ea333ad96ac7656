/* sandbox/ticket.c - see ticket.h. */
#include "sandbox/ticket.h"

#include <string.h>

#include "base/mem.h"
#include "vault/hash.h"

#define TICKET_BYTES_MAX ((size_t)4096)

static void signature_of(int64_t seed, const char *purpose, const char *text, size_t n,
			 char out[HASH_HEX_SIZE])
{
	struct keyed_hash h;

	keyed_hash_begin(&h, NULL, 0);
	keyed_hash_add_int(&h, seed);
	keyed_hash_add_str(&h, purpose);
	keyed_hash_add(&h, text, n);
	keyed_hash_end_hex(&h, out);
	out[32] = '\0';
}

char *ticket_make(struct call *c, const char *purpose, struct json *j)
{
	char signature[HASH_HEX_SIZE];
	struct strbuf text, b;
	char *out;

	strbuf_init(&text, TICKET_BYTES_MAX);
	strbuf_init(&b, 2 * TICKET_BYTES_MAX);
	json_write(&text, j, false);
	base64_encode(&b, text.data, text.len, BASE64_URL);
	signature_of(world_seed(c->world), purpose, b.data, b.len, signature);
	out = arena_printf(c->answer->arena, "%s.%s", b.data, signature);
	strbuf_free(&text);
	strbuf_free(&b);
	json_free(&j);
	return out;
}

struct json *ticket_open(const struct call *c, const char *purpose, const char *ticket)
{
	const char *dot = ticket ? strchr(ticket, '.') : NULL;
	char signature[HASH_HEX_SIZE];
	struct json *j = NULL;
	struct strbuf b;

	if (!dot)
		return NULL;
	signature_of(world_seed(c->world), purpose, ticket, (size_t)(dot - ticket), signature);
	if (strcmp(signature, dot + 1) != 0)
		return NULL;
	strbuf_init(&b, TICKET_BYTES_MAX);
	if (!base64_decode(&b, ticket, (size_t)(dot - ticket), BASE64_URL) ||
	    json_parse(b.data, b.len, TICKET_BYTES_MAX, &j, NULL) != OK)
		j = NULL;
	strbuf_free(&b);
	return j;
}

char *ticket_secret(struct call *c, const char *purpose, const char *text)
{
	char hex[HASH_HEX_SIZE];

	signature_of(world_seed(c->world), purpose, text, strlen(text), hex);
	return arena_strdup(c->answer->arena, hex);
}
