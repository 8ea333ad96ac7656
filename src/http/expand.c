/* http/expand.c - puts the secrets in their places.
 *
 * The only file in which a secret and a request meet. All that is written goes
 * to a buffer that is wiped when it is freed or grows. */
#include "http/expand.h"

#include <string.h>

#include "http/ascii.h"
#include "vault/hash.h"

static void add_percent(struct strbuf *out, const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = (char)s[i];

		if (ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
			strbuf_putc(out, c);
		else
			strbuf_printf(out, "%%%02X", s[i]);
	}
}

static void add_json(struct strbuf *out, const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			strbuf_putc(out, '\\');
		if (s[i] < 0x20)
			strbuf_printf(out, "\\u%04x", s[i]);
		else
			strbuf_putc(out, (char)s[i]);
	}
}

/* out ends in "Basic user:"; what follows the prefix is encoded together with the secret. */
static void add_basic(struct strbuf *out, size_t start, const unsigned char *s, size_t n)
{
	size_t prefix = start + strlen(HTTP_BASIC_PREFIX);
	struct strbuf pair;

	strbuf_init_wiped(&pair, out->ceiling);
	strbuf_add(&pair, out->data + prefix, out->len - prefix);
	strbuf_add(&pair, s, n);
	strbuf_truncate(out, prefix);
	base64_encode(out, pair.data, pair.len, BASE64_STANDARD);
	strbuf_free(&pair);
}

static void add_secret(struct strbuf *out, size_t start, const struct secret *s,
		       enum slot_encoding enc)
{
	const unsigned char *bytes = secret_bytes(s);
	size_t n = secret_len(s);

	switch (enc) {
	case SLOT_RAW:
		strbuf_add(out, bytes, n);
		break;
	case SLOT_JSON:
		add_json(out, bytes, n);
		break;
	case SLOT_FORM:
	case SLOT_URL_PATH:
		add_percent(out, bytes, n);
		break;
	case SLOT_BASIC:
		add_basic(out, start, bytes, n);
		break;
	}
}

enum err expand_text(const struct http_text *t, const struct secret_set *secrets,
		     struct strbuf *out, struct err_info *info)
{
	size_t start = out->len, at = 0;

	for (size_t i = 0; i < t->n_slots; i++) {
		const struct http_slot *slot = &t->slots[i];
		const struct secret *s = secrets ? secrets->slot[slot->slot] : NULL;

		if (!s)
			return err_set(info, E_INVALID,
				       "the request needs the %s, and there is none",
				       secret_slot_name(slot->slot));
		strbuf_add(out, t->bytes + at, slot->at - at);
		add_secret(out, start, s, slot->encoding);
		at = slot->at;
	}
	strbuf_add(out, t->bytes + at, t->len - at);
	return OK;
}
