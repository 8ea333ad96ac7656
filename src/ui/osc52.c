/* ui/osc52.c - ESC ] 52 ; c ; BASE64 BEL. Not every terminal obeys, and none answers. */
#include "ui/osc52.h"

#include <string.h>

#include "ui/term.h"

static void base64(struct strbuf *out, const unsigned char *s, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)s[i] << 16 | (i + 1 < n ? (uint32_t)s[i + 1] << 8 : 0) |
			     (i + 2 < n ? s[i + 2] : 0);
		strbuf_putc(out, digits[v >> 18]);
		strbuf_putc(out, digits[v >> 12 & 63]);
		strbuf_putc(out, i + 1 < n ? digits[v >> 6 & 63] : '=');
		strbuf_putc(out, i + 2 < n ? digits[v & 63] : '=');
	}
}

void osc52_write(struct strbuf *out, const char *text)
{
	strbuf_puts(out, "\033]52;c;");
	base64(out, (const unsigned char *)text, strlen(text));
	strbuf_puts(out, "\a");
}

void osc52_copy(const char *text)
{
	struct strbuf b;

	strbuf_init(&b, 16 * 1024);
	osc52_write(&b, text);
	term_raw(b.data, b.len);
	strbuf_free(&b);
}
