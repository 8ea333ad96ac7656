/* platforms/fold.c - white space folded, entities resolved. */
#include "platforms/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/chars.h"
#include "base/text.h"

/* Appends code point cp, runs of white space as one space and none at the start. */
static void add_char(struct strbuf *out, const char *s, size_t n, uint32_t cp)
{
	if (!(char_class(cp) & CHAR_SPACE))
		strbuf_add(out, s, n);
	else if (out->len > 0 && out->data[out->len - 1] != ' ')
		strbuf_putc(out, ' ');
}

void fold_text(struct strbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = text_decode(s + i, n - i, &cp);

		add_char(out, s + i, len, cp);
		i += len;
	}
}

void fold_end(struct strbuf *out)
{
	if (out->len > 0 && out->data[out->len - 1] == ' ')
		strbuf_truncate(out, out->len - 1);
}

static size_t encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

static size_t entity(const char *s, uint32_t *cp)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} named[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
		     {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xa0}};
	char *end;
	unsigned long v;
	bool hex;

	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (strncmp(s, named[i].name, strlen(named[i].name)) == 0) {
			*cp = named[i].cp;
			return strlen(named[i].name);
		}
	if (s[1] != '#')
		return 0;
	hex = s[2] == 'x' || s[2] == 'X';
	if (strchr(hex ? "0123456789abcdefABCDEF" : "0123456789", s[hex ? 3 : 2]) == NULL ||
	    s[hex ? 3 : 2] == '\0')
		return 0;
	v = strtoul(s + (hex ? 3 : 2), &end, hex ? 16 : 10);
	if (*end != ';' || v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = (uint32_t)v;
	return (size_t)(end + 1 - s);
}

size_t fold_entity(const char *s, char bytes[4], size_t *n)
{
	uint32_t cp = 0;
	size_t len = entity(s, &cp);

	*n = len > 0 ? encode(cp, bytes) : 0;
	return len;
}

void fold_unescape(struct strbuf *out, const char *s)
{
	while (*s != '\0') {
		char bytes[4];
		size_t n, len = *s == '&' ? fold_entity(s, bytes, &n) : 0;

		if (len > 0)
			strbuf_add(out, bytes, n);
		else
			strbuf_putc(out, *s);
		s += len > 0 ? len : 1;
	}
}
